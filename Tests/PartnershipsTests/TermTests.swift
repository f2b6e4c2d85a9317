import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Partnerships

@Suite("How an agreement stands on a day")
struct TermTests {
    private static let day = CalendarDate(daysSince1970: 20_000)

    @Test(
        "follows from its dates",
        arguments: [
            (-10, nil, nil, MoU.Status.inForce), (1, nil, nil, .pending), (0, nil, nil, .inForce),
            (-10, 91, nil, .inForce), (-10, 90, nil, .expiring), (-10, 1, nil, .expiring), (-10, 0, nil, .expired),
            (-10, 400, 91, .inForce), (-10, 400, 90, .expiring), (-10, 400, 0, .terminated), (5, 400, 0, .terminated),
            (-10, nil, 30, .expiring),
        ] as [(Int, Int?, Int?, MoU.Status)])
    func follows(effective: Int, ends: Int?, terminated: Int?, expected: MoU.Status) {
        let term = MoU.Term(
            terminated == nil ? .signed : .terminated, effectiveOn: Self.day.adding(days: effective),
            endsOn: ends.map { Self.day.adding(days: $0) }, terminatedOn: terminated.map { Self.day.adding(days: $0) })
        #expect(term.status(on: Self.day) == expected)
    }

    @Test(
        "is what was decided until it is signed",
        arguments: [
            (MoU.State.draft, MoU.Status.draft), (.inReview, .inReview), (.agreed, .agreed), (.abandoned, .abandoned),
        ])
    func undated(state: MoU.State, expected: MoU.Status) {
        #expect(MoU.Term(state).status(on: Self.day) == expected)
        #expect(!MoU.Term(state).isInForce(on: Self.day))
    }

    @Test("is the same to the database, whatever the dates")
    func parity() async throws {
        let world = try await World()
        let offsets: [Int?] = [nil, -400, -91, -1, 0, 1, 89, 90, 91, 400]
        var terms: [MoU.Term] = []
        for state in MoU.State.allCases {
            for effective in offsets {
                for ends in offsets {
                    for terminated in offsets {
                        terms.append(
                            MoU.Term(
                                state, effectiveOn: effective.map { Self.day.adding(days: $0) },
                                endsOn: ends.map { Self.day.adding(days: $0) },
                                terminatedOn: terminated.map { Self.day.adding(days: $0) }))
                    }
                }
            }
        }
        // An agreement that is signed has its first day in force, by the constraint `mou_is_dated_when_signed`.
        terms = terms.filter { ($0.state != .signed && $0.state != .terminated) || $0.effectiveOn != nil }
        // Dates that are not there travel as the last day of the calendar.
        func text(_ date: KeyPath<MoU.Term, CalendarDate?>) -> [String] {
            terms.map { $0[keyPath: date]?.description ?? "9999-12-31" }
        }
        let rows = try await world.owner.reader(as: .none).rows(
            """
            SELECT mou_status(state, nullif(e, day.none), nullif(n, day.none), nullif(t, day.none), day.today) AS status,
                   mou_is_in_force(state, nullif(e, day.none), nullif(n, day.none), nullif(t, day.none), day.today) AS held
            FROM (SELECT \(Self.day)::date AS today, '9999-12-31'::date AS none) AS day,
                 unnest(\(terms.map(\.state.rawValue)), \(text(\.effectiveOn))::date[], \(text(\.endsOn))::date[],
                        \(text(\.terminatedOn))::date[]) WITH ORDINALITY AS term (state, e, n, t, position)
            ORDER BY position
            """)
        #expect(rows.count == terms.count)
        for (term, row) in zip(terms, rows) {
            let status: String = try row("status")
            let held: Bool = try row("held")
            #expect(term.status(on: Self.day).rawValue == status, "\(term)")
            #expect(term.isInForce(on: Self.day) == held, "\(term)")
        }
    }
}
