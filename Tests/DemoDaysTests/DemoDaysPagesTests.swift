import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Pages
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import DemoDays

@Suite("Pages of demo days")
struct DemoDaysPagesTests {
    @Test("are sound in every language")
    func sound() {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/DemoDays").standardized
        let pages: [any CheckedTemplate] = [
            PageTemplate<ListPage>.list, PageTemplate<FormPage>.form, PageTemplate<DemoDayPage>.day,
            PageTemplate<PlanPage>.plan, PageTemplate<OwnDayPage>.ownDay,
        ]
        #expect(PageKit.demoDays.faults(in: pages, sources: sources) == [])
    }

    private static let fields: [(String, String)] = [
        ("title.en", "Winter demo day"), ("title.zh-Hant", ""), ("title.ja", ""), ("starts_at", "2099-01-20T14:00"),
        ("time_zone", "Asia/Tokyo"), ("slots", "6"), ("slot_minutes", "20"), ("break_minutes", "5"), ("floor", "2"),
        ("most_per_startup", "4"), ("most_per_investor", "4"), ("rooms.0.name", ""), ("rooms.0.capacity", ""),
        ("rooms.0.link", ""), ("rooms.0.opens_at", ""), ("rooms.0.closes_at", ""), ("rooms.1.name", "Hall"),
        ("rooms.1.capacity", "3"), ("rooms.1.link", ""), ("rooms.1.opens_at", "14:00"), ("rooms.1.closes_at", "16:00"),
    ]

    private static func changed(_ name: String, to value: String) -> [(String, String)] {
        fields.map { $0.0 == name ? (name, value) : $0 }
    }

    @Test("a manager sets one up; what does not fit comes back beside its field")
    func setUp() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        #expect(await mei.open("/console/demo-days/new").status == 200)
        for (name, value, words) in [
            ("starts_at", "2001-01-01T10:00", "Choose a time to come."), ("slots", "61", "Give 1 to 60 slots."),
            ("starts_at", "soon", "Choose a day and a time"), ("floor", "5", "Promise no more meetings"),
            ("rooms.1.name", "", "Give the room a name."),
            ("slot_minutes", "200", "Choose 5 to 120 minutes."),
            ("rooms.1.closes_at", "13:00", "Choose a time after the room opens."),
            ("rooms.1.opens_at", "noon", "Give a time such as 14:20."),
            ("rooms.1.capacity", "0", "A room holds 1 to 500"),
            ("slots", "99999999999999", "Give 1 to 60 slots."),
        ] {
            let refused = await mei.send("/console/demo-days/new", Self.changed(name, to: value))
            #expect(refused.status == 422, "\(name) \(value)")
            #expect(refused.text.contains(words), "\(name) \(value)")
            #expect(refused.text.contains("Winter demo day"), "it comes back filled in")
        }
        let created = await mei.send("/console/demo-days/new", Self.fields)
        #expect(created.status == 303, "\(created.text)")
        let place = try #require(created.header("Location")).components(separatedBy: "?")[0]
        let page = await mei.open(place)
        #expect(page.text.contains("Winter demo day") && page.text.contains("20 Jan 2099, 14:00"))
        let terms = await mei.open("\(place)/terms")
        #expect(terms.text.contains(#"value="Hall""#) && terms.text.contains(#"value="16:00""#))
        let version = String(try #require(terms.text.firstMatch(of: #/name="version" value="([^"]*)"/#)).1)
            .replacing("&quot;", with: "\"").replacing("&#34;", with: "\"")
        let stale = await mei.send("\(place)/terms", Self.changed("slots", to: "8") + [("version", "\"old\"")])
        #expect(stale.status == 412)
        let revised = await mei.send("\(place)/terms", Self.changed("slots", to: "8") + [("version", version)])
        #expect(revised.status == 303, "\(revised.text)")
        #expect(await mei.open("/console/demo-days").text.contains("Winter demo day"))
        let ada = try await Visitor(Cast.ada, in: world)
        #expect(await ada.open(place).status == 403)
        #expect(await ada.open(place.replacing("/console", with: "")).status == 404)
    }

    @Test("both sides answer, wish and read their day; the park plans, looks, publishes and records what came of it")
    func story() async throws {
        let world = try await DemoDayWorld()
        let (console, own) = ("/console/demo-days/\(world.day)", "/demo-days/\(world.day)")
        let mei = try await Visitor(Cast.mei, in: world.world)
        let empty = await mei.send("\(console)/invitations")
        #expect(empty.status == 422 && empty.text.contains("Choose whom to invite."))
        let form = await mei.open("\(console)/invitations")
        #expect(form.text.contains("KelpSense") && !form.text.contains("Sakuragi Bank Group"))
        let invited = await mei.send(
            "\(console)/invitations",
            [
                ("startups", DemoDayWorld.kelpsense.description), ("startups", DemoDayWorld.ledgerleaf.description),
                ("investors", DemoDayWorld.tidewater.description), ("investors", DemoDayWorld.lionPeak.description),
            ])
        #expect(invited.status == 303, "\(invited.text)")
        #expect(await mei.send("\(console)/plans").status == 409, "nobody has accepted")

        let (ada, jun) = (try await Visitor(Cast.ada, in: world.world), try await Visitor(Cast.jun, in: world.world))
        #expect(await ada.open(own).text.contains("Accept the invitation"))
        #expect(await ada.open("/demo-days").text.contains("Spring demo day"))
        let wrong = await ada.send(
            "\(own)/participation", [("windows.0.starts_at", "15:00"), ("windows.0.ends_at", "14:00")])
        #expect(wrong.status == 422 && wrong.text.contains("Choose a time after the one it begins at."))
        #expect(wrong.text.contains(#"value="15:00""#))
        let early = await ada.send(
            "\(own)/participation", [("windows.0.starts_at", "09:00"), ("windows.0.ends_at", "10:00")])
        #expect(early.status == 422 && early.text.contains("Choose a time in which the day has a whole meeting."))
        let half = await ada.send(
            "\(own)/participation", [("windows.0.starts_at", "15:00"), ("windows.0.ends_at", "")])
        #expect(half.status == 422 && half.text.contains("Give a time such as 14:20."))
        #expect(
            await ada.send("\(own)/participation", [("windows.0.starts_at", ""), ("windows.0.ends_at", "")]).status
                == 303)
        for member in [Cast.ravi, Cast.jun, Cast.chloe] { try await world.accept(member) }

        let page = await jun.open(own)
        #expect(
            page.text.contains("KelpSense") && page.text.contains("Low-cost buoys")
                && page.text.contains("Whom you would meet"))
        func wishes(_ kelpsense: String, _ ledgerleaf: String) -> [(String, String)] {
            [
                ("wishes.0.institution", DemoDayWorld.kelpsense.description), ("wishes.0.answer", kelpsense),
                ("wishes.1.institution", DemoDayWorld.ledgerleaf.description), ("wishes.1.answer", ledgerleaf),
            ]
        }
        #expect(page.text.contains(#"action="\#(own)/wishes""#))
        let twice = await jun.send("\(own)/wishes", wishes("1", "1"))
        #expect(twice.status == 422 && twice.text.contains("Give each place only once."))
        #expect(await jun.send("\(own)/wishes", wishes("first", "")).status == 422)
        #expect(await jun.send("\(own)/wishes", wishes("no", "1")).status == 303)
        let kept = await jun.open(own)
        #expect(kept.text.contains(#"<option value="no" selected>"#))
        #expect(!(await mei.open(console).text.contains("Rather not")))
        #expect(await mei.open(console).text.contains("1 ranked"))

        let asked = await mei.send("\(console)/plans")
        #expect(asked.status == 303, "\(asked.text)")
        let place = try #require(asked.header("Location"))
        #expect(await mei.open(place).header("Refresh") == "2")
        let plan = try #require(try await world.reader(Cast.mei).demoDayPlans(of: world.day).first)
        try await world.world.database.write(as: .system(in: Cast.harbour.id)) { [day = world.day] in
            try await $0.makePlan(plan.id, of: day)
        }
        #expect(await mei.open(console).text.contains(#"href="\#(place)""#))
        let draft = await mei.open(place)
        #expect(draft.text.contains(#"action="\#(place)/publication""#))
        #expect(draft.header("Refresh") == nil)
        #expect(
            draft.text.contains("LedgerLeaf × Tidewater Capital") && draft.text.contains("Publish and tell everybody"))
        #expect(!(await ada.open(own).text.contains("Lion Peak Angels</th>")), "not before it is published")
        #expect(await mei.send("\(place)/publication").status == 303)
        let again = await mei.send("\(place)/publication")
        #expect(again.status == 409 && again.text.contains("The plan was published already."))
        #expect(await mei.open(console).text.contains("KelpSense × Lion Peak Angels"))
        let seen = await ada.open(own)
        #expect(seen.text.contains("You have 1 meeting.") && seen.text.contains("Lion Peak Angels"))
        let file = await ada.open("\(own)/meetings.ics")
        #expect(file.header("Content-Type") == "text/calendar; charset=utf-8" && file.text.contains("BEGIN:VEVENT"))
        let csv = await mei.open("\(console)/schedule.csv")
        #expect(csv.text.contains("KelpSense") && csv.text.contains("Hall"))
        #expect(await mei.open("\(console)/schedule.xlsx").text.hasPrefix("PK"))
        #expect(await ada.open("\(console)/schedule.csv").status == 403)

        #expect(await ada.send("\(own)/participation/cancellation").status == 303)
        #expect(await mei.open(console).text.contains("1 published meeting does not take place any more."))
        let next = try await world.planned()
        let changes = await mei.open("\(console)/plans/\(next.id)")
        #expect(changes.text.contains("Dropped") && changes.text.contains("Publish and tell those concerned"))
        try await world.publish(next.id)
        try await world.begin()
        let outcomes = await mei.open("\(console)/outcomes")
        #expect(outcomes.text.contains("LedgerLeaf × Tidewater Capital"))
        let recorded = await mei.send(
            "\(console)/outcomes",
            [
                ("investor", DemoDayWorld.tidewater.description), ("startup", DemoDayWorld.ledgerleaf.description),
                ("outcome", "held"),
            ])
        #expect(recorded.status == 303, "\(recorded.text)")
        #expect(await jun.open(own).text.contains("Held"))
        #expect(await mei.open("\(console)/invitations").status == 200)
        #expect(await mei.send("\(console)/participants/\(DemoDayWorld.tidewater)/cancellation").status == 409)
    }

    @Test("by API the same verbs answer, with pointers to what does not fit")
    func api() async throws {
        let world = try await DemoDayWorld()
        let base = "/v1/demo-days/\(world.day)"
        let (mei, jun) = (try await Visitor(Cast.mei, in: world.world), try await Visitor(Cast.jun, in: world.world))
        let body = #"""
            {"title": {"en": "By API"}, "starts_at": "2099-01-20T06:00:00Z", "time_zone": "Asia/Hong_Kong", "slots": 6,
             "slot_minutes": 20, "break_minutes": 5, "floor": 1, "most_per_startup": 4, "most_per_investor": 4,
             "rooms": [{"name": "Hall", "capacity": 2}, {"name": "HALL", "capacity": 2}]}
            """#
        let created = await mei.ask("POST", "/v1/demo-days", json: body)
        #expect(created.status == 201, "\(created.text)")
        let twice = await mei.ask("POST", "/v1/demo-days", json: body.replacing("HALL", with: "Hall"))
        #expect(twice.status == 422 && twice.text.contains("/rooms/1/name"))
        #expect(await jun.ask("POST", "/v1/demo-days", json: body).status == 403)
        let invited = await mei.ask(
            "POST", "\(base)/participants",
            json: #"{"institutions": ["\#(DemoDayWorld.kelpsense)", "\#(DemoDayWorld.tidewater)"]}"#)
        #expect(invited.status == 200, "\(invited.text)")
        let accepted = await jun.ask("POST", "\(base)/participation", json: "{}")
        #expect(accepted.status == 200 && accepted.text.contains(#""state":"accepted""#))
        try await world.accept(Cast.ada)
        let wished = await jun.ask(
            "POST", "\(base)/wishes", json: #"{"ranked": ["\#(DemoDayWorld.ledgerleaf)"], "refused": []}"#)
        #expect(wished.status == 422 && wished.text.contains("/ranked/0"))
        let said = await jun.ask(
            "POST", "\(base)/wishes", json: #"{"ranked": ["\#(DemoDayWorld.kelpsense)"], "refused": []}"#)
        #expect(said.status == 200 && said.text.contains(#""rank":1"#), "\(said.text)")
        #expect(await mei.ask("GET", "\(base)/partners").status == 403, "wishes are no business of the park's")
        let asked = await mei.ask("POST", "\(base)/plans")
        #expect(asked.status == 202, "\(asked.text)")
        #expect(await jun.ask("GET", "\(base)/plans").status == 403)
        let plan = try await world.planned()
        let whole = await mei.ask("GET", "\(base)/plans/\(plan.id)")
        #expect(whole.status == 200 && whole.text.contains(#""is_proved_best":true"#), "\(whole.text)")
        #expect(await mei.ask("POST", "\(base)/plans/\(plan.id)/publication").status == 200)
        #expect(await mei.ask("POST", "\(base)/plans/\(plan.id)/publication").status == 409)
        let own = await jun.ask("GET", "\(base)/meetings")
        #expect(own.status == 200 && own.text.contains("KelpSense"))
        #expect(await mei.ask("GET", "\(base)/schedule.csv").text.contains("KelpSense"))
        let early = await mei.ask(
            "POST", "\(base)/outcomes",
            json:
                #"{"investor": "\#(DemoDayWorld.tidewater)", "startup": "\#(DemoDayWorld.kelpsense)", "outcome": "held"}"#
        )
        #expect(early.status == 409)
        let leo = try await Visitor(Cast.leo, in: world.world)
        #expect(await leo.ask("GET", base).status == 404)
    }

    @Test("wishes that are refused come back beside the names they were said of, in whatever order the list is now")
    func wishesAgain() async throws {
        let world = try await DemoDayWorld()
        try await world.complete()
        let own = "/demo-days/\(world.day)"
        let jun = try await Visitor(Cast.jun, in: world.world)
        // Another page of theirs has put LedgerLeaf first since this one was opened.
        try await world.wish(Cast.jun, Wishes(ranked: [DemoDayWorld.ledgerleaf]))
        let page = await jun.send(
            "\(own)/wishes",
            [
                ("wishes.0.institution", DemoDayWorld.kelpsense.description), ("wishes.0.answer", "no"),
                ("wishes.1.institution", DemoDayWorld.ledgerleaf.description), ("wishes.1.answer", "first"),
            ])
        #expect(page.status == 422)
        #expect(
            page.text.contains(#"name="wishes.0.institution" value="\#(DemoDayWorld.ledgerleaf)""#), "\(page.text)")
        let parts = page.text.components(separatedBy: #"name="wishes.1.answer""#)
        let kelpsense = try #require(parts.count == 2 ? parts[1] : nil)
        #expect(kelpsense.contains(#"<option value="no" selected>"#))
        #expect(!parts[0].contains(#"<option value="no" selected>"#))
        #expect(parts[0].contains("Choose one of the places that are offered."))
    }

    @Test("an analyst reads the day of the firm, and is offered nothing that binds it")
    func analyst() async throws {
        let world = try await DemoDayWorld()
        let own = "/demo-days/\(world.day)"
        try await world.invite([DemoDayWorld.tidewater])
        let (mina, jun) = (try await Visitor(Cast.mina, in: world.world), try await Visitor(Cast.jun, in: world.world))
        let page = await mina.open(own)
        #expect(page.status == 200 && page.text.contains("A principal or a delegate of your firm answers"))
        #expect(!page.text.contains(#"action="\#(own)/"#))
        #expect(await jun.open(own).text.contains(#"action="\#(own)/participation""#))
        try await world.accept(Cast.jun)
        for deed in ["participation", "participation/cancellation", "wishes"] {
            #expect(await mina.send("\(own)/\(deed)").status == 403, "\(deed)")
        }
    }

    @Test("those to invite are found by name, also when the form comes back")
    func search() async throws {
        let world = try await DemoDayWorld()
        let form = "/console/demo-days/\(world.day)/invitations"
        let mei = try await Visitor(Cast.mei, in: world.world)
        #expect(await mei.open(form).text.contains("LedgerLeaf"))
        let found = await mei.open("\(form)?q=kelp")
        #expect(found.text.contains("KelpSense") && !found.text.contains("LedgerLeaf"))
        let again = await mei.send("\(form)?q=kelp")
        #expect(again.status == 422 && again.text.contains("Choose whom to invite."))
        #expect(again.text.contains("KelpSense") && !again.text.contains("LedgerLeaf"))
        #expect(await mei.open("\(form)?q=nobody+at+all").text.contains("There is nobody of this name to invite."))
        let sent = await mei.send("\(form)?q=kelp", [("startups", DemoDayWorld.kelpsense.description)])
        #expect(sent.status == 303, "\(sent.text)")
    }

    @Test("times of another date than the day's say which")
    func dates() async throws {
        let world = try await DemoDayWorld()
        try await world.complete()
        _ = try await world.published()
        let begins = try #require(try await world.own(Cast.ada).first).startsAt
        let clock = LocalTime(begins, in: .hongKong).clock
        let mei = try await Visitor(Cast.mei, in: world.world)
        let console = "/console/demo-days/\(world.day)"
        func grid() async -> String {
            await mei.open(console).text.components(separatedBy: "</table>")[0].replacing("\n", with: "")
        }
        #expect(await grid().contains(">\(clock)<"))
        var terms = world.terms
        terms.startsAt += 86_400
        try await world.revise(to: terms)
        // What was published is of the day before.
        let moved = await grid()
        #expect(!moved.contains(">\(clock)<") && moved.contains(", \(clock)<"), "\(moved)")
    }
}
