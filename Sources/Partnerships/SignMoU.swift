import API
package import Accounts
package import Institutions
package import Postgres
import Vocabulary

extension Transaction {
    /// Records the signature of an agreed text: by whom, in front of whom, where, and from when to when it binds.
    ///
    /// Names of institutions are taken from the directory as they are today and kept. Throws `MoURefusal`, or not
    /// found; refused by the constraints `mou_takes_effect_after_signing`, `mou_ends_after_it_takes_effect`,
    /// `mou_has_two_parties_when_signed`, `mou_is_signed_for_each_party`, `signatories_sign_for_an_institution`,
    /// `mou_participants_tenant_id_institution_id_fkey` and `mous_tenant_id_signing_event_id_fkey`.
    package func signMoU(
        _ id: MoU.ID, _ signing: Signing, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> MoU {
        guard let mou = try await lockMoU(id) else { throw Problem.notFound }
        let participants = try await participants(of: signing.participants)
        var signed = mou
        try signed.sign(signing, by: participants)
        return try await keep(signed, since: mou, at: signing.occasion, in: tenant, by: person)
    }

    /// Records that one party has signed an agreed text, on its own day. Once all parties have, the agreement is signed.
    ///
    /// Throws `MoURefusal`, or not found; refused by the constraints of `signMoU`.
    package func signMoU(
        _ id: MoU.ID, for party: Institution.ID, _ signing: PartySigning, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> MoU {
        guard let mou = try await lockMoU(id) else { throw Problem.notFound }
        let participants = try await participants(of: signing.participants)
        var signed = mou
        try signed.sign(for: party, signing, by: participants)
        return try await keep(signed, since: mou, at: signing.occasion, in: tenant, by: person)
    }

    private func keep(
        _ signed: MoU, since before: MoU, at occasion: Signing.Occasion?, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> MoU {
        let event = try await keep(occasion, in: tenant)
        try await save(signed, since: before, signedAt: event, in: tenant, by: person)
        let signedBefore = Set(before.signatures.map(\.institution))
        for party in signed.signatures.map(\.institution) where !signedBefore.contains(party) {
            try await tellOfRecord(of: signed.id, for: party)
        }
        if signed.term.state == .signed {
            try await recordStep(of: signed.id, from: before.term.state, to: .signed, in: tenant, by: person)
            try await checkSigningNow()
        }
        guard let kept = try await mou(signed.id) else { throw Problem.notFound }
        return kept
    }

    private func keep(_ occasion: Signing.Occasion?, in tenant: Tenant.ID) async throws -> SigningEvent.ID? {
        switch occasion {
        case .new(let event):
            try await insert(event, in: tenant)
            return event.id
        case .known(let id): return id
        case nil: return nil
        }
    }

    private func participants(of people: [Signing.Participant]) async throws -> [MoU.Participant] {
        let names = try await institutionNames(people.compactMap(\.institution))
        var participants: [MoU.Participant] = []
        for (index, participant) in people.enumerated() {
            let known = try participant.institution.flatMap { names[$0] }.map { try Name($0.text(for: .english)) }
            guard let name = participant.institutionName ?? known else {
                throw MoURefusal.participantWithoutInstitution(index: index)
            }
            participants.append(
                MoU.Participant(
                    kind: participant.kind, name: participant.name, title: participant.title,
                    institution: participant.institution, institutionName: name))
        }
        return participants
    }
}
