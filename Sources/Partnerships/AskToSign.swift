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
        try await askAndTell(seat, toSign: id, amendment: nil, in: tenant, by: person)
    }

    /// Asks a person of a party, by their seat there, to sign an amendment by their own hand, and writes to them. Whoever was asked
    /// at that party before no longer is.
    ///
    /// Throws `MoURefusal`, or not found; refused by the constraints `signatories_are_asked_while_an_amendment_can_count` and
    /// `signatories_are_asked_before_their_party_signs`.
    package func askToSign(
        _ id: Amendment.ID, of mou: MoU.ID, _ seat: Seat.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        guard let agreement = try await lockMoU(mou) else { throw Problem.notFound }
        let amendment = try await amendment(id, of: mou)
        try agreement.admitsAmendment(effectiveOn: amendment.effectiveOn)
        try await askAndTell(seat, toSign: mou, amendment: id, in: tenant, by: person)
    }

    private func askAndTell(
        _ seat: Seat.ID, toSign mou: MoU.ID, amendment: Amendment.ID?, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        guard let asked = try await ask(seat, toSign: mou, amendment: amendment, in: tenant, by: person) else {
            throw MoURefusal.noSuchSignatory
        }
        try await enqueue(TellOfSigning(mou, amendment, of: asked.party, .asked, asked.person))
    }

    /// Takes back that a party's person was asked to sign an agreement, or an amendment of it.
    ///
    /// Throws not found where nobody is asked, or the party has signed.
    package func takeBackRequest(
        toSign id: MoU.ID, amendment: Amendment.ID? = nil, for party: Institution.ID
    ) async throws {
        guard try await lockMoU(id) != nil,
            try await takeBackSigningRequest(of: id, amendment: amendment, for: party)
        else { throw Problem.notFound }
    }

    /// Takes back whatever waits for somebody to sign, of the agreement and of its amendments, and writes to whoever was asked.
    func takeBackRequests(toSign id: MoU.ID) async throws {
        for asked in try await takeBackSigningRequests(of: id) {
            try await enqueue(TellOfSigning(id, asked.amendment, of: asked.party, .takenBack, asked.person))
        }
    }

    /// Writes to whoever was asked to sign for a party, and has not answered, that a manager recorded its signature.
    func tellOfRecord(of mou: MoU.ID, _ amendment: Amendment.ID? = nil, for party: Institution.ID) async throws {
        for person in try await askedBeforeRecord(of: mou, amendment: amendment, for: party) {
            try await enqueue(TellOfSigning(mou, amendment, of: party, .settled, person))
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
        let mou = try await lockMoU(id, amendment: nil, forWhoeverIsAsked: person)
        guard !mou.signatures.contains(where: { $0.institution == party }) else { throw MoURefusal.signedAlready }
        guard try await AgreementAsRead(mou, self) == read else { throw MoURefusal.readAnother }
        let signatory = Signing.Participant(.signatory, name: try await actingName(), title: office, of: party)
        let signing = PartySigning(on: mou.asOf, by: [signatory], isByOwnHand: true)
        let signed = try await signMoU(id, for: party, signing, in: tenant, by: person)
        try await enqueue(TellOfSigning(id, nil, of: party, .signed))
        return signed
    }

    /// Signs an amendment for the acting institution, today in the tenant's zone, by the hand of the person who was asked to. Once
    /// all parties have signed, it counts from its day, and the agreement ends when it says.
    ///
    /// - Parameters:
    ///   - read: what they read, which is what they sign.
    ///   - office: which office they hold, kept as on this day.
    /// Throws `MoURefusal`, or not found.
    package func signByOwnHand(
        _ id: Amendment.ID, of mou: MoU.ID, having read: AgreementAsRead, as office: ShortText,
        for party: Institution.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        let agreement = try await lockMoU(mou, amendment: id, forWhoeverIsAsked: person)
        guard AgreementAsRead(try await amendment(id, of: mou)) == read else { throw MoURefusal.readAnother }
        let signature = Amendment.Signature(
            for: party, on: agreement.asOf, by: try await actingName(), title: office, isByOwnHand: true)
        try await signAmendment(id, of: mou, signature, in: tenant, by: person)
        try await enqueue(TellOfSigning(mou, id, of: party, .signed))
    }

    /// Says that one does not sign an agreement, or an amendment of it, and why. The managers are told, and may ask somebody else.
    ///
    /// Throws `MoURefusal`, or not found.
    package func refuseToSign(
        _ id: MoU.ID, amendment: Amendment.ID? = nil, because reason: ShortText, for party: Institution.ID,
        by person: Person.ID
    ) async throws {
        let mou = try await lockMoU(id, amendment: amendment, forWhoeverIsAsked: person)
        let signed: [Institution.ID] =
            if let amendment { try await self.amendment(amendment, of: id).signatures.map(\.institution) } else {
                mou.signatures.map(\.institution)
            }
        guard !signed.contains(party) else { throw MoURefusal.signedAlready }
        guard try await refuseSigning(of: id, amendment: amendment, because: reason) else {
            throw MoURefusal.notAskedToSign
        }
        try await enqueue(TellOfSigning(id, amendment, of: party, .refused))
    }

    /// The agreement, locked before it is looked whether the person is asked: nobody is asked in their place meanwhile, and they
    /// do not both sign and refuse. Row-level security locks nothing for those who are not.
    private func lockMoU(
        _ id: MoU.ID, amendment: Amendment.ID?, forWhoeverIsAsked person: Person.ID
    ) async throws -> MoU {
        var found = try await lockMoU(id)
        // What cannot be locked may have moved on while this waited: somebody else's signature was the last.
        if found == nil { found = try await mou(id) }
        guard let mou = found else { throw Problem.notFound }
        let state: MoU.State = amendment == nil ? .agreed : .signed
        guard mou.term.state == state else { throw MoURefusal.notIn(state) }
        let isAsked = try await signingRequests(of: id, amendment: amendment)
            .contains { $0.person == person && $0.refusedAt == nil }
        guard isAsked else { throw MoURefusal.notAskedToSign }
        return mou
    }
}
