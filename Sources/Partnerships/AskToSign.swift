import API
package import Accounts
package import Institutions
import Jobs
package import Postgres
package import Vocabulary

extension Transaction {
    /// Asks a person of a party, by their seat there, to sign an agreed text by their own hand, and writes to them. Whoever was
    /// asked at that party before no longer is.
    ///
    /// - Parameters:
    ///   - effectiveOn: the first day on which it is to bind; nil for what was said before.
    ///   - endsOn: the first day on which it no longer binds.
    /// Throws `MoURefusal`, or not found; refused by the constraints `signatories_are_asked_once_a_text_is_agreed`,
    /// `signatories_know_from_when_it_binds`, `signatories_are_asked_before_their_party_signs`,
    /// `mou_ends_after_it_takes_effect` and `parties_are_asked_to_sign`.
    package func askToSign(
        _ id: MoU.ID, _ seat: Seat.ID, effectiveOn: CalendarDate? = nil, endsOn: CalendarDate? = nil,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        guard var mou = try await lockMoU(id) else { throw Problem.notFound }
        let said = mou.term
        try mou.bind(from: effectiveOn, until: endsOn)
        if mou.term != said { try await saveDates(of: mou) }
        guard let asked = try await ask(seat, toSign: id, in: tenant, by: person) else {
            throw MoURefusal.noSuchSignatory
        }
        try await enqueue(
            TellOfSigning(mou: id.uuid, party: asked.party.uuid, step: .asked, person: asked.person.uuid))
    }

    /// Takes back that a party's person was asked to sign.
    ///
    /// Throws not found where nobody is asked, or the party has signed.
    package func takeBackRequest(toSign id: MoU.ID, for party: Institution.ID) async throws {
        guard try await lockMoU(id) != nil, try await takeBackSigningRequest(of: id, for: party) else {
            throw Problem.notFound
        }
    }

    /// Takes back whatever waits for somebody to sign, and writes to whoever was asked.
    func takeBackRequests(toSign id: MoU.ID) async throws {
        for asked in try await takeBackSigningRequests(of: id) {
            try await enqueue(
                TellOfSigning(mou: id.uuid, party: asked.party.uuid, step: .takenBack, person: asked.person.uuid))
        }
    }

    /// Signs an agreed text for the acting institution, today in the tenant's zone, by the hand of the person who was asked to.
    /// Once all parties have signed, the agreement is signed, and binds from the day that was meant, or from today where that
    /// day has passed.
    ///
    /// - Parameters:
    ///   - read: what they read, which is what they sign.
    ///   - office: which office they hold, kept as on this day.
    /// Throws `MoURefusal`, or not found.
    package func signByOwnHand(
        _ id: MoU.ID, having read: AgreementAsRead, as office: ShortText, for party: Institution.ID,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> MoU {
        let mou = try await lockMoU(id, forWhoeverIsAsked: person)
        guard !mou.signatures.contains(where: { $0.institution == party }) else { throw MoURefusal.signedAlready }
        guard try await AgreementAsRead(mou, self) == read else { throw MoURefusal.readAnother }
        let signatory = Signing.Participant(.signatory, name: try await actingName(), title: office, of: party)
        let signing = PartySigning(on: mou.asOf, by: [signatory], isByOwnHand: true)
        let signed = try await signMoU(id, for: party, signing, in: tenant, by: person)
        try await enqueue(TellOfSigning(mou: id.uuid, party: party.uuid, step: .signed, person: nil))
        return signed
    }

    /// Says that one does not sign, and why. The managers are told, and may ask somebody else.
    ///
    /// Throws `MoURefusal`, or not found.
    package func refuseToSign(
        _ id: MoU.ID, because reason: ShortText, for party: Institution.ID, by person: Person.ID
    ) async throws {
        let mou = try await lockMoU(id, forWhoeverIsAsked: person)
        guard !mou.signatures.contains(where: { $0.institution == party }) else { throw MoURefusal.signedAlready }
        guard try await refuseSigning(of: id, because: reason) else { throw MoURefusal.notAskedToSign }
        try await enqueue(TellOfSigning(mou: id.uuid, party: party.uuid, step: .refused, person: nil))
    }

    /// The agreement, locked before it is looked whether the person is asked: nobody is asked in their place meanwhile, and they
    /// do not both sign and refuse. Row-level security locks nothing for those who are not.
    private func lockMoU(_ id: MoU.ID, forWhoeverIsAsked person: Person.ID) async throws -> MoU {
        var found = try await lockMoU(id)
        // What cannot be locked may have moved on while this waited: somebody else's signature was the last.
        if found == nil { found = try await mou(id) }
        guard let mou = found else { throw Problem.notFound }
        guard mou.term.state == .agreed else { throw MoURefusal.notIn(.agreed) }
        let isAsked = try await signingRequests(of: mou.id).contains { $0.person == person && $0.refusedAt == nil }
        guard isAsked else { throw MoURefusal.notAskedToSign }
        return mou
    }
}
