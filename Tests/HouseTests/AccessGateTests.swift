import Accounts
import Applications
import DemoWorld
import Foundation
import Institutions
import Investment
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import API
@testable import Postgres

/// An investor and a startup that something keeps apart: at every door of the service the investor learns nothing of the
/// startup, and asks for no introduction. Each wall alone holds as well.
///
/// The startup has all that an investor could be shown: a place on a list, a page, a founder, a round, a document in its data
/// room, a file of its application, meetings on a demo day. Its texts all bear one word that nothing else in the world bears,
/// and what is in its data room another.
@Suite("What keeps an investor and a startup apart", .serialized)
struct AccessGateTests {
    /// What stands between the two, one in each world.
    enum Gate: CaseIterable {
        case neverOptedIn, unverified, overCap, blocked

        /// Whether a document that a founder opened to this very firm stays open to it: opening it was a consent of its own,
        /// to that document and nothing beside it, and no list's.
        var leavesOpened: Bool { self == .neverOptedIn || self == .overCap }
    }

    /// The tables that a document of a data room is in.
    private static let openedTables = ["data_room_documents", "data_room_pieces", "data_room_versions"]

    private static let word = "quietwater"
    private static let wordOfTheRoom = "stillroom"
    private static let tidewater = Cast.institution("harbour/tidewater")
    private static let founder = Person.ID(UUID(uuidString: "00000000-0000-4000-8000-000000000011") ?? UUID())
    /// What the planting calls itself, by the nouns of the objects.
    private static let planted: [(noun: String, id: UUID)] = [
        ("FundingRound", UUID(uuidString: "00000000-0000-4000-8000-000000000013") ?? UUID()),
        ("RoomDocument", UUID(uuidString: "00000000-0000-4000-8000-000000000014") ?? UUID()),
        ("RoomGrant", UUID(uuidString: "00000000-0000-4000-8000-000000000015") ?? UUID()),
        ("Document", UUID(uuidString: "00000000-0000-4000-8000-000000000016") ?? UUID()),
    ]

    @Test("is one door after another shut", arguments: Gate.allCases)
    func shut(_ gate: Gate) async throws {
        // A demo day is no proposal: who has enough in hand goes on meeting whom it meets there.
        let slug = gate == .overCap ? "tideglass" : "pavement"
        let startup = Cast.startup(slug)
        let world = try await World()
        let objects = try await Self.objects(slug)
        try await Self.plant(startup, in: world)
        try await Self.close(gate, to: startup, in: world)
        if gate == .overCap { try await Self.askToRelease(objects, in: world) }

        var configuration = Edge.Configuration.ephemeral()
        configuration.ignoresDeclaredAccess = true
        let (declared, ignored) = (
            try await Questioner(.jun, in: world),
            try await Questioner(.jun, in: world, before: try world.edge(configuration))
        )
        let absent = objects.absent
        var (asked, deviations): (Int, [String]) = (0, [])
        var opened: [String: Set<String>] = [:]
        // What is only read first: a firm that pauses itself, as one of the others does, is shown nothing in any case.
        for isRead in [true, false] {
            for (wall, investor) in [("both walls", declared), ("row-level security", ignored)] {
                for route in Self.routes(of: world) where (route.method == .get) == isRead {
                    let answer = await investor.ask(route, about: objects)
                    asked += 1
                    if answer.status >= 500 { deviations.append("\(route.id) by \(wall): \(answer.status)") }
                    let said = Self.said(in: answer)
                    let words = said.lowercased()
                    if words.contains(Self.wordOfTheRoom) { opened[wall, default: []].insert(route.id) }
                    if words.contains(Self.word) || !gate.leavesOpened && words.contains(Self.wordOfTheRoom) {
                        deviations.append("\(route.id) by \(wall) tells of it")
                    }
                    // A question that names it may be answered with its own words.
                    if !investor.speaksOfObjects(route, objects, absent), said.contains(startup.description) {
                        deviations.append("\(route.id) by \(wall) names it")
                    }
                }
            }
        }
        #expect(deviations == [], "\(gate)")
        if gate.leavesOpened {
            for wall in ["both walls", "row-level security"] {
                #expect(opened[wall]?.contains("getDataRoom") == true, "\(gate), \(wall)")
            }
        }
        #expect(try await Self.introductions(to: startup, in: world) == 0, "\(gate)")
        print("\(gate): \(asked) answers, \(deviations.count) deviations")
    }

    @Test("is nothing left in any table", arguments: Gate.allCases)
    func rows(_ gate: Gate) async throws {
        let startup = Cast.startup(gate == .overCap ? "tideglass" : "pavement")
        let world = try await World()
        try await Self.plant(startup, in: world)
        let open = try await Self.tables(showing: startup, in: world)
        #expect(
            Set(open).isSuperset(
                of: ["institutions", "startups", "funding_rounds", "shortlist_items"] + Self.openedTables))
        try await Self.close(gate, to: startup, in: world)
        let left = try await Self.tables(showing: startup, in: world)
        #expect(left == (gate.leavesOpened ? Self.openedTables : []))
    }

    @Test("were nothing between them, many doors would tell of it, and interest would ask for an introduction")
    func open() async throws {
        let (slug, world) = ("pavement", try await World())
        let objects = try await Self.objects(slug)
        try await Self.plant(Cast.startup(slug), in: world)
        let investor = try await Questioner(.jun, in: world)
        var telling: Set<String> = []
        for route in Self.routes(of: world) where route.method == .get {
            let answer = await investor.ask(route, about: objects)
            let words = Self.said(in: answer).lowercased()
            if words.contains(Self.word) || words.contains(Self.wordOfTheRoom) { telling.insert(route.id) }
        }
        // A door that is missing here is one at which the other tests prove nothing.
        let expected: Set = [
            "getShortlist", "getShortlistFile", "getShortlistWorkbook", "listStartups", "getStartup",
            "listInstitutions", "listFundingRounds", "getFundingRound", "getDataRoom", "listDemoDayMeetings",
            "shortlist", "shortlistItem", "shortlistFile xlsx", "raising", "raisingStartup", "demoDay",
        ]
        #expect(expected.subtracting(telling) == [])
        let jun = try await Visitor(Cast.jun, in: world)
        let list: UUID = try await world.owner.reader(as: .none).one(
            "SELECT id FROM shortlists WHERE investor_id = \(Self.tidewater)")("id")
        let interest = await jun.ask(
            "POST", "/v1/shortlists/\(list.uuidString.lowercased())/items/\(Cast.startup(slug))/answer",
            json: #"{"answer": "interested"}"#)
        #expect(interest.status == 200, "\(interest.text)")
        #expect(try await Self.introductions(to: Cast.startup(slug), in: world) == 1)
    }

    @Test("interest that is sent past the page asks for no introduction", arguments: Gate.allCases)
    func interest(_ gate: Gate) async throws {
        let startup = Cast.startup(gate == .overCap ? "tideglass" : "pavement")
        let world = try await World()
        try await Self.plant(startup, in: world)
        let list: UUID = try await world.owner.reader(as: .none).one(
            "SELECT id FROM shortlists WHERE investor_id = \(Self.tidewater)")("id")
        try await Self.close(gate, to: startup, in: world)
        let (jun, place) = (
            try await Visitor(Cast.jun, in: world), "shortlists/\(list.uuidString.lowercased())/items/\(startup)/answer"
        )
        let asked = await jun.ask("POST", "/v1/\(place)", json: #"{"answer": "interested"}"#)
        #expect(asked.status == 404, "\(asked.text)")
        #expect(await jun.send("/\(place)", [("answer", "interested")]).status == 404)
        #expect(try await Self.introductions(to: startup, in: world) == 0)
        // Nor past the verbs.
        await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.jun)) { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO introductions (tenant_id, id, investor_id, startup_id, shortlist_id, mandate_id,
                                               mandate_version, asked_by, consent_by)
                    SELECT \(Cast.harbour.id), gen_random_uuid(), \(Self.tidewater), \(startup), \(list), m.id, m.version,
                           \(Cast.jun.person.id), (now() AT TIME ZONE 'UTC')::date + 14
                    FROM mandates AS m WHERE m.investor_id = \(Self.tidewater)
                    """)
            }
        }
    }

    @Test("neither side reads how to reach the other before the founder consents, and both do after")
    func contacts() async throws {
        let world = try await World()
        let startup = Cast.startup("kelpsense")
        let shortlist: Shortlist.ID = try await world.owner.reader(as: .none).one(
            "SELECT id FROM shortlists WHERE investor_id = \(Self.tidewater)")("id")
        try await world.database.write(as: world.context(Cast.jun)) { transaction in
            _ = try await transaction.answerShortlistItem(
                startup, of: shortlist, with: NewAnswer(.interested), as: Answer.ID(), in: Cast.harbour.id,
                by: Cast.jun.person.id)
        }
        let introduction = try #require(
            try await world.database.reader(as: world.context(Cast.ada)).introductions(limit: 1).first)
        let objects = try await Objects(of: try await World())
            .about(startup, ["Introduction": introduction.id.description])
        let sides: [(asker: Asker, member: Cast.Member, other: Cast.Member)] = [
            (.ada, Cast.ada, Cast.jun), (.jun, Cast.jun, Cast.ada),
        ]
        func telling(_ asker: Asker, of other: Cast.Member, before edge: Edge? = nil) async throws -> [String] {
            let questioner = try await Questioner(asker, in: world, before: edge)
            var telling: [String] = []
            for route in Self.routes(of: world) where route.method == .get {
                let text = Self.said(in: await questioner.ask(route, about: objects))
                if text.contains(other.person.email) { telling.append(route.id) }
            }
            return telling
        }
        var configuration = Edge.Configuration.ephemeral()
        configuration.ignoresDeclaredAccess = true
        let ignoring = try world.edge(configuration)
        for side in sides {
            #expect(try await telling(side.asker, of: side.other) == [], "\(side.asker)")
            #expect(try await telling(side.asker, of: side.other, before: ignoring) == [], "\(side.asker)")
            let people: Int = try await world.database.reader(as: world.context(side.member)).one(
                "SELECT count(*) AS rows FROM people WHERE id = \(side.other.person.id)")("rows")
            #expect(people == 0)
        }
        _ = try await world.database.write(as: world.context(Cast.ada)) { transaction in
            try await transaction.consentToIntroduction(introduction.id, by: Cast.ada.person.id)
        }
        for side in sides {
            let doors = Set(try await telling(side.asker, of: side.other))
            #expect(doors.isSuperset(of: ["getIntroduction", "introduction"]), "\(side.asker): \(doors)")
        }
    }

    // MARK: The worlds

    /// What an answer says: a workbook unpacked, a calendar with its lines whole again.
    private static func said(in answer: Outgoing) -> String {
        let text = TwinQuestioner.workbook(answer.body) ?? answer.text
        return text.hasPrefix("BEGIN:VCALENDAR") ? text.replacing("\r\n ", with: "") : text
    }

    /// Every route, those after which the asker can ask no more at the end.
    private static func routes(of world: World) -> [RegistryEntry] {
        let closing: Set = ["blockForm", "signOut"]
        return world.edge.registry.filter { !closing.contains($0.id) }
            + world.edge.registry.filter { closing.contains($0.id) }
    }

    /// What the askers ask for: the startup's in the place of KelpSense's. Made beside the world that is asked, since making
    /// them has Tidewater answer and give its word; the ids of the demo are the same in both.
    private static func objects(_ slug: String) async throws -> Objects {
        let call: CallForApplications.ID = demoID("call incubation")
        var others = Dictionary(uniqueKeysWithValues: planted.map { ($0.noun, $0.id.uuidString.lowercased()) })
        others["Application"] =
            (demoID("application \(Cast.startup(slug)) \(call)") as Application.ID).description
        return try await Objects(of: try await World()).about(Cast.startup(slug), others)
    }

    private static func introductions(to startup: Startup.ID, in world: World) async throws -> Int {
        try await world.owner.reader(as: .none).one(
            "SELECT count(*) AS rows FROM introductions WHERE startup_id = \(startup)")("rows")
    }

    /// Which tables show a row about the startup, as a startup, an institution, what something is about, or by an application
    /// of it, to Tidewater's own person, who is asked by nothing but row-level security.
    private static func tables(showing startup: Startup.ID, in world: World) async throws -> [String] {
        let named: [(table: String, column: String)] = try await world.owner.reader(as: .none).rows(
            """
            SELECT c.relname::text AS name, a.attname::text AS key FROM pg_class AS c
            JOIN pg_attribute AS a ON a.attrelid = c.oid
                AND a.attname IN ('startup_id', 'institution_id', 'about_id', 'application_id')
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
              AND has_table_privilege('trellis_app', c.oid, 'SELECT')
              -- That something was opened to it once, without what and by whom, a firm may know for good.
              AND c.relname <> 'data_room_grants'
            ORDER BY c.relname, a.attname
            """
        ).map { (try $0("name"), try $0("key")) }
        let reader = world.database.reader(as: world.context(Cast.jun))
        var showing: [String] = []
        let applications: [UUID] = try await world.owner.reader(as: .none).rows(
            "SELECT id FROM applications WHERE startup_id = \(startup)"
        ).map { try $0("id") }
        #expect(!applications.isEmpty)
        for (table, column) in [("institutions", "id"), ("startups", "id")] + named {
            let (from, key) = (Query(unchecked: table), Query(unchecked: column))
            let about = column == "application_id" ? applications : [startup.uuid]
            let rows: Int = try await reader.one(
                "SELECT count(*) AS rows FROM \(fragment: from) WHERE \(fragment: key) = ANY (\(about))")("rows")
            if rows > 0, showing.last != table { showing.append(table) }
        }
        let people: Int = try await reader.one("SELECT count(*) AS rows FROM people WHERE id = \(founder)")("rows")
        return people > 0 ? showing + ["people"] : showing
    }

    /// All that an investor may be shown of a startup, past the verbs. What Tidewater itself wrote of it is taken away: that it
    /// keeps, whatever comes between them.
    private static func plant(_ startup: Startup.ID, in world: World) async throws {
        let ids = Dictionary(uniqueKeysWithValues: planted.map { ($0.noun, $0.id) })
        let statements: [Query] = [
            "SET LOCAL session_replication_role = replica",
            """
            UPDATE institutions SET names = '{"en": "Quietwater Works"}', website = 'https://quietwater.example'
            WHERE id = \(startup)
            """,
            "UPDATE startups SET pitch = 'Quietwater sells silence.' WHERE id = \(startup)",
            """
            INSERT INTO people (id, email, name) VALUES (\(founder), 'founder@quietwater.example', 'Quietwater Founder')
            """,
            """
            INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
            VALUES ('00000000-0000-4000-8000-000000000012', \(Cast.harbour.id), \(founder), \(startup), 'founder')
            """,
            """
            INSERT INTO funding_rounds
            SELECT (jsonb_populate_record(r, jsonb_build_object('id', \(ids["FundingRound"])::uuid, 'startup_id',
                                                                \(startup)::uuid))).*
            FROM funding_rounds AS r WHERE r.id = \(demoID("funding round kelpsense") as Identifier<Never>)
            """,
            """
            INSERT INTO data_room_documents (tenant_id, startup_id, id, folder, title, watermarked, added_by)
            VALUES (\(Cast.harbour.id), \(startup), \(ids["RoomDocument"]), 'Pitch', 'Stillroom deck', false, \(founder))
            """,
            """
            INSERT INTO data_room_versions (tenant_id, startup_id, document_id, number, name, media_type, bytes, sha256, state,
                                            uploaded_by)
            SELECT tenant_id, startup_id, id, 1, 'stillroom.txt', 'text/plain; charset=utf-8', 10, sha256('Stillrooms'),
                   'clean', added_by
            FROM data_room_documents WHERE startup_id = \(startup)
            """,
            """
            INSERT INTO data_room_pieces (tenant_id, startup_id, document_id, number, seq, bytes)
            SELECT tenant_id, startup_id, document_id, number, 0, 'Stillrooms' FROM data_room_versions
            WHERE startup_id = \(startup)
            """,
            """
            INSERT INTO data_room_grants (tenant_id, startup_id, document_id, id, investor_id, may_download, granted_by)
            SELECT tenant_id, startup_id, id, \(ids["RoomGrant"]), \(tidewater), true, added_by FROM data_room_documents
            WHERE startup_id = \(startup)
            """,
            """
            INSERT INTO documents (tenant_id, application_id, id, call_id, question_id, name, media_type, bytes, sha256, state,
                                   uploaded_by)
            SELECT a.tenant_id, a.id, \(ids["Document"]), a.call_id, q.id, 'quietwater.pdf', 'application/pdf', 10,
                   sha256('Quietwater'), 'clean', a.created_by
            FROM applications AS a JOIN call_questions AS q ON q.call_id = a.call_id AND q.position = 1
            WHERE a.startup_id = \(startup)
            """,
            """
            INSERT INTO document_chunks (tenant_id, application_id, document_id, seq, bytes)
            SELECT tenant_id, application_id, id, 0, 'Quietwater' FROM documents WHERE id = \(ids["Document"])
            """,
            "DELETE FROM firm_notes WHERE startup_id = \(startup)",
            "DELETE FROM recommendations WHERE startup_id = \(startup)",
            "DELETE FROM demo_day_wishes WHERE about_id = \(startup)",
        ]
        try await world.owner.write(as: .none) { transaction in
            for statement in statements { try await transaction.execute(statement) }
        }
    }

    /// Every door by which the park shows lists to investors, each asked to show one to an investor who has enough in hand:
    /// refused, or done without it where it shows several.
    private static func askToRelease(_ objects: Objects, in world: World) async throws {
        let (mei, registry) = (try await Questioner(.mei, in: world), world.edge.registry)
        for id in [
            "releaseShortlist", "releaseShortlistForm", "releaseMatchRun", "consoleReleaseMatchRun",
            "releaseShortlists",
        ] {
            let route = try #require(registry.first { $0.id == id }, "\(id) is gone")
            let answer = await mei.ask(route, about: objects)
            #expect(answer.status < 500 && answer.status != 404, "\(id): \(answer.status) \(answer.text)")
            if id == "releaseShortlist" { #expect(answer.status == 409, "\(answer.text)") }
            let shown: Int = try await world.owner.reader(as: .none).one(
                "SELECT count(*) AS n FROM shortlists WHERE investor_id = \(tidewater) AND released_at IS NOT NULL")(
                    "n")
            #expect(shown == 0, "\(id) showed it")
        }
    }

    /// Lets something come between the two, also where no verb would let the list stand.
    private static func close(_ gate: Gate, to startup: Startup.ID, in world: World) async throws {
        let statements: [Query] =
            switch gate {
            case .neverOptedIn: ["DELETE FROM consents WHERE startup_id = \(startup)"]
            case .unverified: ["DELETE FROM investor_verifications WHERE investor_id = \(tidewater)"]
            case .overCap:
                [
                    "UPDATE mandates SET most_open = 1 WHERE investor_id = \(tidewater)",
                    """
                    UPDATE shortlists SET released_at = NULL, released_by = NULL, answer_by = NULL
                    WHERE investor_id = \(tidewater)
                    """,
                ]
            case .blocked:
                [
                    """
                    INSERT INTO blocks (tenant_id, id, investor_id, startup_id, side, set_by)
                    VALUES (\(Cast.harbour.id), gen_random_uuid(), \(tidewater), \(startup), 'startup', \(founder))
                    """
                ]
            }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            for statement in statements { try await transaction.execute(statement) }
        }
    }
}
