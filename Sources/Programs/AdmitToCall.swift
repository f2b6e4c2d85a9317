package import API
package import Accounts
package import Institutions
import Letters
package import Postgres

/// Why somebody is not let into a call.
package enum AdmissionRefusal: Refusal, Equatable {
    /// What was typed cannot be a code, or is none that anybody gave.
    case unknownCode

    /// What the founder is told.
    package var problem: Problem {
        switch self {
        case .unknownCode: .invalid("/code", "There is no such code. Check it with whoever gave it to you.")
        }
    }
}

extension Transaction {
    /// Invites startups to a call by invitation; those invited already stay so. Founders of the others are written to, once
    /// the call is published.
    ///
    /// Throws `CallRefusal.cancelled`, or not found; refused by the constraints `admissions_are_to_calls_that_need_one`
    /// and `the_invited_are_startups`.
    package func inviteStartups(
        _ startups: [Startup.ID], to id: CallForApplications.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> [CallAdmission] {
        let call = try await openToInvitations(id)
        let invited = try await admit(startups, to: id, in: tenant, by: person)
        try await announceInvitations(of: invited, to: call)
        return try await admissions(to: id)
    }

    /// A call to which one may invite, with its row locked; throws `CallRefusal.cancelled`, or not found.
    func openToInvitations(_ id: CallForApplications.ID) async throws -> CallForApplications {
        guard let call = try await lockCall(id) else { throw Problem.notFound }
        guard call.cancelledAt == nil else { throw CallRefusal.cancelled }
        return call
    }

    /// Takes an invitation back, so that the startup no longer knows of the call. A letter that tells of it and has not gone
    /// out does not go; one that has is followed by none.
    ///
    /// Not found when there is none; refused by the constraint `used_admissions_stand` once an application is begun.
    package func withdrawInvitation(
        of startup: Startup.ID, to id: CallForApplications.ID
    ) async throws -> [CallAdmission] {
        guard try await lockCall(id) != nil else { throw Problem.notFound }
        try await takeBackInvitation(of: startup, to: id)
        return try await admissions(to: id)
    }

    /// The same, to a call whose row is locked.
    func takeBackInvitation(of startup: Startup.ID, to id: CallForApplications.ID) async throws {
        guard let letters = try await withdrawAdmission(of: startup, to: id) else { throw Problem.notFound }
        try await cancelLetters(letters)
    }

    /// Gives a code for a call on a fast track. Of `word` the hash alone is kept.
    ///
    /// Throws `CallRefusal.cancelled`, or not found; refused by `codes_are_for_calls_on_a_fast_track`,
    /// `codes_rest_on_an_agreement_of_the_stream`, `codes_keep_to_the_quota_of_their_agreement`,
    /// `code_ends_after_it_begins` and `code_has_a_use_at_least`.
    package func giveFastTrackCode(
        _ word: FastTrackWord, _ new: NewFastTrackCode, as id: FastTrackCode.ID, for call: CallForApplications.ID,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> FastTrackCode {
        guard let found = try await lockCall(call) else { throw Problem.notFound }
        guard found.cancelledAt == nil else { throw CallRefusal.cancelled }
        try await insert(new, hash: word.hash, as: id, for: call, in: tenant, by: person)
        guard let code = try await fastTrackCode(id) else { throw Problem.notFound }
        return code
    }

    /// Takes a code back: it lets nobody in any more. Whom it has let in stays in.
    package func revokeFastTrackCode(_ id: FastTrackCode.ID, by person: Person.ID) async throws -> FastTrackCode {
        guard try await fastTrackCode(id) != nil else { throw Problem.notFound }
        try await revoke(id, by: person)
        guard let code = try await fastTrackCode(id) else { throw Problem.notFound }
        return code
    }

    /// Lets the acting startup into the call that a code is for. Bringing the same code again uses nothing up.
    ///
    /// Throws `AdmissionRefusal.unknownCode`; refused by the constraints of `redeem_fast_track_code`, each with words for
    /// the founder: the code is wrong, taken back, not begun, run out or used up, or its agreement is not in force.
    package func redeemFastTrackCode(_ typed: String) async throws -> CallForApplications.ID {
        guard let word = FastTrackWord(typed: typed) else { throw AdmissionRefusal.unknownCode }
        return try await callBehind(word)
    }
}
