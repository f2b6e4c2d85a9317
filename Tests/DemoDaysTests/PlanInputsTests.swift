import Foundation
import Testing
import Vocabulary

@testable import DemoDays

@Suite("What a plan is made from")
struct PlanInputsTests {
    static let begins = Date(timeIntervalSince1970: 1_800_000_000)

    static func id(_ number: Int) -> UUID {
        UUID(
            uuidString: "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - "\(number)".count) + "\(number)"
        )
            ?? UUID()
    }

    static func window(_ slots: Range<Int>) -> Participant.Window {
        Participant.Window(
            from: begins.addingTimeInterval(Double(slots.lowerBound) * 1500),
            until: begins.addingTimeInterval(Double(slots.upperBound) * 1500))
    }

    /// Two investors (1, 2) and two startups (11, 12), three slots, one room (21) for one meeting and one (22) for any number.
    static var small: PlanInputs {
        PlanInputs(
            number: 1, revision: 5,
            times: (0..<3).map { slot in
                let start = begins.addingTimeInterval(Double(slot) * 1500)
                return Participant.Window(from: start, until: start.addingTimeInterval(1200))
            }, floor: 1, mostPerStartup: 2, mostPerInvestor: 2,
            places: [
                PlanInputs.Place(id: id(21), capacity: 1, opensAt: nil, closesAt: nil),
                PlanInputs.Place(id: id(22), capacity: nil, opensAt: nil, closesAt: nil),
            ], startups: [11, 12].map { PlanInputs.Guest(id: id($0), windows: []) },
            investors: [1, 2].map { PlanInputs.Guest(id: id($0), windows: []) },
            couples: [1, 2].flatMap { investor in
                [11, 12].map { PlanInputs.Couple(investor: id(investor), startup: id($0), chance: nil) }
            }, wishes: [], standing: [])
    }

    private static func pairs(_ planned: PlannedDay, dropped: Bool = false) -> Set<[UUID]> {
        Set(planned.meetings.filter { $0.isDropped == dropped }.map { [$0.investor, $0.startup] })
    }

    @Test("whoever may meet does, each once, in numbered places")
    func everybody() {
        let planned = Self.small.planned()
        #expect(Self.pairs(planned).count == 4)
        #expect(planned.report.isProvedBest && planned.report.unmet.isEmpty && planned.report.obstacles.isEmpty)
        for (slot, meetings) in Dictionary(grouping: planned.meetings, by: \.slot) {
            #expect(Set(meetings.map(\.investor)).count == meetings.count, "slot \(slot)")
            #expect(Set(meetings.map(\.startup)).count == meetings.count, "slot \(slot)")
            for (_, here) in Dictionary(grouping: meetings, by: \.room) {
                #expect(here.map(\.place).sorted() == Array(1...here.count))
            }
        }
        #expect(planned.meetings.allSatisfy { $0.sequence == 1 && !$0.isDropped })
        #expect(planned.meetings.allSatisfy { $0.startsAt == Self.small.times[$0.slot].startsAt })
    }

    @Test("ranks outweigh what the engine says, which decides where nobody has spoken")
    func ranks() {
        var inputs = Self.small
        (inputs.mostPerInvestor, inputs.mostPerStartup, inputs.floor) = (1, 1, 0)
        inputs.couples[0].chance = 90_000_000
        inputs.couples[3].chance = 90_000_000
        #expect(Self.pairs(inputs.planned()) == [[Self.id(1), Self.id(11)], [Self.id(2), Self.id(12)]])
        inputs.wishes = [
            PlanInputs.Wish(author: Self.id(1), about: Self.id(12), rank: 1),
            PlanInputs.Wish(author: Self.id(12), about: Self.id(1), rank: 1),
        ]
        #expect(Self.pairs(inputs.planned()) == [[Self.id(1), Self.id(12)], [Self.id(2), Self.id(11)]])
    }

    @Test("a refusal of either side keeps the pair apart, and is told as a number alone")
    func refusals() {
        for wish in [(1, 11), (11, 1)] {
            var inputs = Self.small
            inputs.wishes = [PlanInputs.Wish(author: Self.id(wish.0), about: Self.id(wish.1), rank: nil)]
            let planned = inputs.planned()
            #expect(!Self.pairs(planned).contains([Self.id(1), Self.id(11)]) && Self.pairs(planned).count == 3)
            #expect(planned.report.obstacles == [.init(obstacle: .unwanted, pairs: 1)])
        }
    }

    @Test("wishes of both sides are counted, those that meet and why the others do not; one side's alone is none")
    func mutual() {
        var inputs = Self.small
        (inputs.mostPerInvestor, inputs.floor) = (1, 0)
        // The investor 1 and both startups ranked each other, and it meets one of them; the investor 2 was not answered.
        inputs.wishes = [(1, 11, 1), (1, 12, 2), (11, 1, 1), (12, 1, 1), (2, 11, 1)].map {
            PlanInputs.Wish(author: Self.id($0.0), about: Self.id($0.1), rank: $0.2)
        }
        let planned = inputs.planned()
        #expect(Self.pairs(planned).contains([Self.id(1), Self.id(11)]))
        #expect(
            planned.report.mutual
                == .init(pairs: 2, met: 1, obstacles: [.init(obstacle: .investorFull, pairs: 1)]))
        inputs.wishes[3] = PlanInputs.Wish(author: Self.id(12), about: Self.id(1), rank: nil)
        #expect(inputs.planned().report.mutual?.pairs == 1, "a refusal is no wish")
    }

    @Test("a promise that cannot be kept is told with its reason, also of a startup that nobody may meet")
    func unmet() {
        var inputs = Self.small
        inputs.floor = 2
        inputs.couples.removeAll { $0.startup == Self.id(12) }
        inputs.wishes = [PlanInputs.Wish(author: Self.id(2), about: Self.id(11), rank: nil)]
        let report = inputs.planned().report
        #expect(report.unmet.map(\.startup.uuid) == [Self.id(11), Self.id(12)])
        #expect(report.unmet.map(\.given) == [1, 0])
        #expect(report.unmet.allSatisfy { $0.reason == .fewInvestors })
        #expect(report.obstacles == [.init(obstacle: .unwanted, pairs: 3)])
    }

    @Test("nobody meets when they are away or a room is closed")
    func windows() {
        var inputs = Self.small
        inputs.investors[0] = PlanInputs.Guest(id: Self.id(1), windows: [Self.window(2..<3)])
        inputs.places = [
            PlanInputs.Place(id: Self.id(21), capacity: 1, opensAt: nil, closesAt: Self.window(0..<2).endsAt)
        ]
        let planned = inputs.planned()
        #expect(Self.pairs(planned) == [[Self.id(2), Self.id(11)], [Self.id(2), Self.id(12)]])
        #expect(planned.report.obstacles == [.init(obstacle: .noCommonTime, pairs: 2)])
    }

    @Test("a plan keeps what stands, tells what it dropped, and numbers what it changed")
    func keeping() {
        var inputs = Self.small
        let first = inputs.planned()
        inputs.number = 2
        inputs.standing = first.meetings
        #expect(inputs.planned().meetings.allSatisfy { $0.sequence == 1 }, "nothing has changed")
        // One investor cancels.
        inputs.investors.removeAll { $0.id == Self.id(2) }
        inputs.couples.removeAll { $0.investor == Self.id(2) }
        let second = inputs.planned()
        #expect(Self.pairs(second) == Self.pairs(first).filter { $0[0] == Self.id(1) })
        #expect(Self.pairs(second, dropped: true) == Self.pairs(first).filter { $0[0] == Self.id(2) })
        #expect(second.report.fewestMoved == 0)
        #expect(second.meetings.allSatisfy { $0.sequence == ($0.isDropped ? 2 : 1) })
        // It comes back: what was dropped is there again, under a higher number; what is still gone keeps its own.
        inputs.number = 3
        inputs.standing = second.meetings
        inputs.investors = Self.small.investors
        inputs.couples = Self.small.couples.filter { $0 != Self.small.couples[3] }
        let third = inputs.planned()
        #expect(third.meetings.first { $0.investor == Self.id(2) && !$0.isDropped }?.sequence == 3)
        #expect(third.meetings.first(where: \.isDropped)?.sequence == 2)
        // The same slot at another time is another meeting.
        inputs.standing = third.meetings
        inputs.number = 4
        inputs.times = inputs.times.map {
            Participant.Window(from: $0.startsAt.addingTimeInterval(600), until: $0.endsAt.addingTimeInterval(600))
        }
        #expect(inputs.planned().meetings.allSatisfy { $0.sequence == ($0.isDropped ? 2 : 4) })
    }

    @Test("the same inputs have one hash, whichever plan they make; any other has another")
    func hash() throws {
        let hash = try Self.small.hash()
        #expect(hash.count == 32)
        var inputs = Self.small
        (inputs.number, inputs.revision) = (9, 99)
        #expect(try inputs.hash() == hash)
        inputs.wishes = [PlanInputs.Wish(author: Self.id(1), about: Self.id(11), rank: 1)]
        #expect(try inputs.hash() != hash)
        #expect(inputs.planned().meetings.map(\.slot) == inputs.planned().meetings.map(\.slot))
    }
}
