import Institutions
import Testing
import Vocabulary

@testable import Partnerships

@Suite("An agreement's life")
struct MoUTransitionTests {
    private static let today = CalendarDate(daysSince1970: 20_000)

    private func mou(
        _ state: MoU.State, parties: Int = 2, areas: Int = 1, ends: Int? = 400, signed: Int = -10,
        coordinator: String? = "A Coordinator", counsel: String? = "A Counsel"
    ) throws -> MoU {
        let isSigned = state == .signed || state == .terminated
        return try MoU(
            id: MoU.ID(), reference: Name("MoU-9"), title: LocalizedName(en: "Nurturing"), kind: .nurturing,
            isBinding: false, summary: nil, noticeDays: 30,
            term: MoU.Term(
                state, effectiveOn: isSigned ? Self.today.adding(days: signed) : nil,
                endsOn: isSigned ? ends.map { Self.today.adding(days: $0) } : nil),
            signedOn: isSigned ? Self.today.adding(days: signed) : nil, event: nil, participants: [], termination: nil,
            parties: (0..<parties).map { number in
                // The first party always has somebody.
                try MoU.Party(
                    Institution.ID(), as: .partner,
                    coordinator: number == 0 ? Name("The First") : coordinator.map { try Name($0) })
            },
            areas: try ["fintech", "robotics"].prefix(areas).compactMap { slug in
                try FocusArea.ID(slug).map { MoU.Area($0, wording: try ShortText(slug)) }
            }, objectives: [], legalReviewer: counsel.map { try Name($0) }, asOf: Self.today, zone: .hongKong)
    }

    @Test("is shared with two parties, an area, a coordinator of each party, and somebody who reads it for the law")
    func sharing() throws {
        var ready = try mou(.draft)
        try ready.share()
        #expect(ready.term.state == .inReview)
        #expect(throws: MoURefusal.notIn(.draft)) { try ready.share() }
        var alone = try mou(.draft, parties: 1)
        #expect(throws: MoURefusal.tooFewParties) { try alone.share() }
        var empty = try mou(.draft, areas: 0)
        #expect(throws: MoURefusal.noAreas) { try empty.share() }
        var uncoordinated = try mou(.draft, coordinator: nil)
        #expect(throws: MoURefusal.noCoordinator) { try uncoordinated.share() }
        var unread = try mou(.draft, counsel: nil)
        #expect(throws: MoURefusal.noLegalReviewer) { try unread.share() }
    }

    @Test("is agreed under review, with what sharing asked for still in it")
    func agreeing() throws {
        var ready = try mou(.inReview)
        try ready.agree()
        #expect(ready.term.state == .agreed)
        var draft = try mou(.draft)
        #expect(throws: MoURefusal.notIn(.inReview)) { try draft.agree() }
        var thinned = try mou(.inReview, parties: 1)
        #expect(throws: MoURefusal.tooFewParties) { try thinned.agree() }
        var unread = try mou(.inReview, counsel: nil)
        #expect(throws: MoURefusal.noLegalReviewer) { try unread.agree() }
    }

    @Test("is given up before it is signed, and not after", arguments: MoU.State.allCases)
    func abandoning(state: MoU.State) throws {
        var mou = try mou(state)
        if state != .draft, state != .inReview {
            #expect(throws: MoURefusal.textIsFrozen) { try mou.admitsRevision() }
        }
        if [.draft, .inReview, .agreed].contains(state) {
            try mou.abandon()
            #expect(mou.term.state == .abandoned)
        } else {
            #expect(throws: MoURefusal.textIsFrozen) { try mou.abandon() }
        }
    }

    @Test("is answered for by others until it is over", arguments: MoU.State.allCases)
    func handingOver(state: MoU.State) throws {
        let mou = try mou(state)
        if state == .abandoned {
            #expect(throws: MoURefusal.whoAnsweredStands) { try mou.admitsHandover() }
        } else if state != .terminated {
            #expect(throws: Never.self) { try mou.admitsHandover() }
        }
        guard state == .signed || state == .terminated else { return }
        let expired = try self.mou(state, ends: 0)
        #expect(throws: MoURefusal.whoAnsweredStands) { try expired.admitsHandover() }
    }

    @Test("goes back to review from where it is agreed, as long as nobody has signed", arguments: MoU.State.allCases)
    func reopening(state: MoU.State) throws {
        var mou = try mou(state)
        guard state == .agreed else {
            #expect(throws: MoURefusal.notIn(.agreed)) { try mou.reopen() }
            return
        }
        mou.signatures = [MoU.Signature(mou.parties[0].institution, on: Self.today)]
        #expect(throws: MoURefusal.partiesHaveSigned) { try mou.reopen() }
        mou.signatures = []
        try mou.reopen()
        #expect(mou.term.state == .inReview)
    }

    @Test("dates beside somebody's own hand stand, but that it binds no earlier than the last has signed")
    func signedDates() throws {
        var mou = try mou(.agreed)
        let signatories = try mou.parties.map { party in
            MoU.Participant(
                kind: .signatory, name: try Name("A Signatory"), title: try ShortText("Director"),
                institution: party.institution, institutionName: try Name("A party"))
        }
        let (meant, end) = (Self.today.adding(days: -5), Self.today.adding(days: 100))
        try mou.bind(from: meant, until: end)
        try mou.sign(
            for: mou.parties[0].institution, PartySigning(on: Self.today, by: [], isByOwnHand: true),
            by: [signatories[0]])
        #expect(throws: MoURefusal.datesAreSigned) { try mou.bind(from: meant, until: nil) }
        try mou.bind(from: nil, until: nil)
        for other in [
            PartySigning(on: Self.today, by: [], effectiveOn: Self.today.adding(days: 1)),
            PartySigning(on: Self.today, by: [], endsOn: end.adding(days: 1)),
        ] {
            #expect(throws: MoURefusal.datesAreSigned) {
                try mou.sign(for: mou.parties[1].institution, other, by: [signatories[1]])
            }
        }
        #expect(throws: MoURefusal.datesAreSigned) {
            try mou.sign(Signing(on: Self.today, effectiveOn: Self.today, endsOn: end.adding(days: 1), by: []), by: [])
        }
        var whole = mou
        try whole.sign(Signing(on: Self.today, effectiveOn: Self.today, endsOn: nil, by: []), by: [signatories[1]])
        try mou.sign(
            for: mou.parties[1].institution, PartySigning(on: Self.today, by: [], effectiveOn: meant),
            by: [signatories[1]])
        for signed in [mou, whole] {
            #expect(signed.term == MoU.Term(.signed, effectiveOn: Self.today, endsOn: end))
        }
    }

    @Test("ends by notice or by consent, never before it was signed nor after it ended")
    func terminating() throws {
        let byNotice = MoU.Termination(reason: try ShortText("No budget"), isMutual: false)
        let byConsent = MoU.Termination(reason: try ShortText("Merged"), isMutual: true)
        var mou = try mou(.signed)
        let earliest = Self.today.adding(days: 30)
        #expect(throws: MoURefusal.noticeIsShort(earliest: earliest)) {
            try mou.terminate(on: earliest.adding(days: -1), byNotice)
        }
        #expect(throws: MoURefusal.endsBeforeSigning) {
            try mou.terminate(on: Self.today.adding(days: -11), byConsent)
        }
        #expect(throws: MoURefusal.endsByThen) { try mou.terminate(on: Self.today.adding(days: 400), byNotice) }
        try mou.terminate(on: earliest, byNotice)
        #expect(mou.term.state == .terminated)
        #expect(mou.status == .expiring)
        #expect(throws: MoURefusal.notIn(.signed)) { try mou.terminate(on: earliest, byNotice) }

        var sooner = try self.mou(.signed)
        try sooner.terminate(on: Self.today, byConsent)
        #expect(sooner.status == .terminated)
        var over = try self.mou(.signed, ends: 0)
        #expect(throws: MoURefusal.isOver) { try over.terminate(on: Self.today, byConsent) }
    }

    @Test("names nothing twice")
    func duplicates() throws {
        let bank = Institution.ID()
        let fintech = try #require(FocusArea.ID("fintech"))
        let twice = try MoUDraft(
            reference: Name("r"), title: LocalizedName(en: "t"), kind: .framework,
            parties: [MoU.Party(bank, as: .lead), MoU.Party(bank, as: .partner)])
        #expect(throws: MoURefusal.partyTwice(index: 1)) { try twice.check() }
        let again = try MoUDraft(
            reference: Name("r"), title: LocalizedName(en: "t"), kind: .framework,
            areas: [MoU.Area(fintech, wording: ShortText("a")), MoU.Area(fintech, wording: ShortText("b"))])
        #expect(throws: MoURefusal.areaTwice(index: 1)) { try again.check() }
    }
}
