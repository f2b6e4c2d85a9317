internal import Accounts
internal import DemoDays
internal import Foundation
internal import Institutions
internal import Postgres
internal import Vocabulary

extension DemoWorld {
    /// The demo day of the cohort, in three weeks: a plan that is published, and the draft of another after a fund has cancelled.
    func planDemoDay(_ transaction: Transaction) async throws {
        let (id, tenant, mei): (DemoDay.ID, _, _) = (demoID("demo day"), Cast.harbour.id, Cast.mei.person.id)
        guard let begins = LocalTime(today.adding(days: 21), hour: 15, minute: 30)?.instant(in: .hongKong) else {
            return
        }
        let rooms = try [
            DemoDayRoom(Name("Building 5, hall"), capacity: 3),
            DemoDayRoom(Name("Building 5, room 2"), capacity: 1, until: begins.addingTimeInterval(5_400)),
            DemoDayRoom(Name("Online"), capacity: nil, link: WebAddress("https://meet.harbour.example/demo-day")),
        ]
        let terms = try DemoDayTerms(
            title: LocalizedName(en: "Autumn demo day", zhHant: "秋季路演日", ja: "秋のデモデイ"), startsAt: begins,
            in: .hongKong, slots: 6, slotMinutes: 20, breakMinutes: 5, rooms: rooms, floor: 2, mostPerStartup: 4,
            mostPerInvestor: 5)
        _ = try await transaction.createDemoDay(terms, as: id, in: tenant, by: mei)
        let startups = ["kelpsense", "ledgerleaf", "halyard", "gridfellow", "pavement"]
            .map { Institution.ID(Cast.startup($0).uuid) }
        let investors = ["tidewater", "sakuragi-ventures", "green-ferry"].map { Cast.institution("harbour/\($0)") }
        try await transaction.inviteToDemoDay(
            startups + investors + [Institution.ID(Cast.startup("quayside").uuid), Cast.institution("harbour/kasumi")],
            to: id, in: tenant, by: mei)
        // Those of whom nobody is in the cast answer by the park's hand.
        func answerer(_ institution: Institution.ID) -> Person.ID {
            Cast.everybody.first { $0.seats.contains { $0.institution == institution } }?.person.id ?? mei
        }
        for guest in startups + investors {
            let late = Participant.Window(
                from: begins.addingTimeInterval(3_000), until: begins.addingTimeInterval(18_000))
            _ = try await transaction.acceptDemoDay(
                id, for: guest, during: guest == investors[1] ? [late] : [], in: tenant, by: answerer(guest))
        }
        for (author, wishes) in [
            (startups[0], Wishes(ranked: [investors[0], investors[2]])),
            (startups[1], Wishes(ranked: [investors[1]], refused: [investors[2]])),
            (investors[0], Wishes(ranked: [startups[0], startups[4], startups[3]])),
            (investors[2], Wishes(ranked: [startups[3], startups[0]])),
        ] {
            try await transaction.sayWishes(wishes, for: author, on: id, in: tenant, by: answerer(author))
        }
        let (first, second): (DemoDayPlan.ID, DemoDayPlan.ID) = (demoID("demo day plan 1"), demoID("demo day plan 2"))
        _ = try await transaction.requestDemoDayPlan(of: id, as: first, in: tenant, by: mei)
        try await transaction.makePlan(first, of: id)
        _ = try await transaction.publishDemoDayPlan(first, of: id, by: mei)
        _ = try await transaction.cancelParticipation(of: investors[2], in: id, by: mei)
        _ = try await transaction.requestDemoDayPlan(of: id, as: second, in: tenant, by: mei)
        try await transaction.makePlan(second, of: id)
    }
}
