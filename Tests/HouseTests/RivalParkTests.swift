import Accounts
import DemoWorld
import Foundation
import Institutions
import Partnerships
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import API
@testable import Partnerships

/// A bank may have agreements with rival parks. Whatever it has with the other, everybody at this park is answered with the same
/// bytes, on every operation, page, export, search and count; the bank's own people included, while they act for it here. So
/// also once the service has written to everybody whose agreements come near their end, and on every deed that concerns the
/// park's agreements, institutions and streams, or asks for the rival's agreement by its id.
@Suite("Rival parks", .serialized)
struct RivalParkTests {
    private static let park: [Asker] =
        BlindnessTests.isLong
        ? [.mei, .tom, .kenji, .ada, .ravi, .jun, .chloe, .iris, .nora, .vera, .juror, .wing, .olga] : [.mei, .kenji]

    static let facts: [BlindnessTests.Fact] = [
        BlindnessTests.Fact(
            testDescription: "that the bank has an agreement with the rival park, to everybody at this one",
            observers: park, slug: "kelpsense", judge: Cast.nora
        ) { world in
            // The other way round: in the second world it has none.
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute("SET LOCAL session_replication_role = replica")
                let removed = try await transaction.execute("DELETE FROM mous WHERE reference = 'MoU-3'")
                #expect(removed == 1)
            }
        },
        BlindnessTests.Fact(
            testDescription: "that the bank signs a further one there, to everybody at this one", observers: park,
            slug: "kelpsense", judge: Cast.nora
        ) { world in
            let (id, tenant, leo) = (MoU.ID(), Cast.portDigital.id, Cast.leo.person.id)
            let own = Institution.ID(tenant.uuid)
            let bank = Cast.institution("port-digital/sakuragi")
            let draft = try MoUDraft(
                reference: Name("MoU-33"), title: LocalizedName(en: "A second agreement in secret"), kind: .referral,
                parties: [
                    MoU.Party(own, as: .lead, coordinator: Name("Leo Fung")),
                    MoU.Party(bank, as: .partner, coordinator: Name("Kenji Mori")),
                ],
                areas: [MoU.Area(try #require(FocusArea.ID("fintech")), wording: ShortText("Fintech"))],
                legalReviewer: Name("Shota Abe"))
            let today = CalendarDate(Date(), in: .hongKong)
            let signing = try Signing(
                on: today, effectiveOn: today, endsOn: today.adding(days: 365),
                by: [
                    Signing.Participant(.signatory, name: Name("Leo Fung"), title: ShortText("Director"), of: own),
                    Signing.Participant(.signatory, name: Name("Kenji Mori"), title: ShortText("Manager"), of: bank),
                ])
            try await world.database.write(as: world.context(Cast.leo)) { transaction in
                _ = try await transaction.draftMoU(draft, as: id, in: tenant, by: leo)
                _ = try await transaction.shareMoU(id, in: tenant, by: leo)
                _ = try await transaction.agreeMoU(id, in: tenant, by: leo)
                _ = try await transaction.signMoU(id, signing, in: tenant, by: leo)
            }
        },
    ]

    @Test("learn nothing of each other's agreements", arguments: facts)
    func parks(_ fact: BlindnessTests.Fact) async throws {
        let (plain, flipped) = (try await World(), try await World())
        let here = try await Objects(of: plain).about(fact.slug, judgedBy: fact.judge)
        let there = try await Objects(of: flipped).about(fact.slug, judgedBy: fact.judge)
        try await fact.make(flipped)
        for world in [plain, flipped] { try await Self.remind(in: world) }
        let routes = plain.edge.registry
        let read = routes.filter { $0.method == .get && !TwinQuestioner.own.contains($0.id) }
        let ofAgreements = routes.filter { $0.path.contains("{mou}") }
        var (compared, deviations): (Int, [String]) = (0, [])
        func count(_ answers: [TwinQuestioner.Answers]) {
            compared += answers.count
            deviations += answers.compactMap(\.deviation)
        }
        /// In the short form every second route, and the next observer the others.
        func some(_ routes: [RegistryEntry], of place: Int) -> [RegistryEntry] {
            BlindnessTests.isLong
                ? routes : routes.enumerated().filter { ($0.offset + place).isMultiple(of: 2) }.map(\.element)
        }
        var askers: [(own: TwinQuestioner, ofTheirs: TwinQuestioner)] = []
        for asker in fact.observers {
            askers.append(
                (
                    own: try await TwinQuestioner(asker, in: plain, about: here, and: flipped, about: there),
                    ofTheirs: try await TwinQuestioner(
                        asker, in: plain, about: here.about(Self.theirs), and: flipped, about: there.about(Self.theirs))
                ))
        }
        for (place, asker) in askers.enumerated() {
            for route in some(read, of: place) { count(await asker.own.ask(route)) }
            for route in read {
                for text in ["Sakuragi", "MoU-3"] { count(await asker.own.seek(text, by: route)) }
            }
        }
        // What changes the worlds comes when they have been read, in the same order in both.
        for (place, asker) in askers.enumerated() {
            // As if there were none, whether or not there is.
            for route in ofAgreements { count(await asker.ofTheirs.ask(route)) }
            // One manager is enough: what several add to a working group is listed by its ids, which are fresh in each world.
            let isSecondManager = [.tom, .wing].contains(asker.own.asker)
            let changing = routes.filter {
                asker.own.mayChange($0) || !isSecondManager && Self.concernsPartners($0)
            }
            for route in some(changing, of: place) { count(await asker.own.ask(route)) }
        }
        // Whatever else may be changed, about the same objects and with nothing in it. Last, since some need nothing and end what
        // was to be asked about. Whoever had left could ask no further, and two forms come back with the calls that were made above
        // in the order of identifiers drawn at random.
        let unasked: Set = ["signOut", "createConsoleBatch", "createConsoleRound"]
        for (place, asker) in askers.enumerated() {
            let others = routes.filter {
                $0.method != .get && !TwinQuestioner.own.contains($0.id) && !unasked.contains($0.id)
                    && !asker.own.mayChange($0) && !Self.concernsPartners($0)
            }
            for route in some(others, of: place) { count([await asker.own.askEmptily(route)]) }
        }
        #expect(deviations == [])
        print("\(fact.testDescription): \(compared) answers, \(deviations.count) deviations")
    }

    @Test("a reference that the rival has given is free here", arguments: facts)
    func references(_ fact: BlindnessTests.Fact) async throws {
        let (plain, flipped) = (try await World(), try await World())
        try await fact.make(flipped)
        let (harbour, bank) = (Cast.harbour.id, Cast.institution("harbour/sakuragi"))
        var statuses: [[Int]] = []
        for world in [plain, flipped] {
            let mei = try await Visitor(Cast.mei, in: world)
            var found: [Int] = []
            // The second time it is taken, by this park.
            for reference in ["MoU-3", "MoU-33", "MoU-3"] {
                let body = """
                    {"reference": "\(reference)", "title": {"en": "Joint lab"}, "kind": "research", "notice_days": 60,
                     "parties": [{"institution": "\(harbour)", "role": "lead"},
                                 {"institution": "\(bank)", "role": "partner"}],
                     "areas": [{"focus_area": "fintech", "wording": "Payments"}], "objectives": ["Two papers"]}
                    """
                found.append(await mei.ask("POST", "/v1/mous", json: body).status)
            }
            statuses.append(found)
        }
        #expect(statuses == [[201, 201, 422], [201, 201, 422]])
    }

    /// The rival's agreement with the bank.
    private static let theirs: MoU.ID = demoID("mou MoU-3")

    /// Whether a route changes an agreement, an institution or a stream, or is the partners' own.
    private static func concernsPartners(_ route: RegistryEntry) -> Bool {
        route.method != .get && !TwinQuestioner.own.contains(route.id)
            && ["{mou}", "{institution}", "{stream}", "/partner/"].contains(where: route.path.contains)
    }

    /// Writes to everybody whose agreements end in half a year, as both parks' with the bank then do: one after the other,
    /// since letters of one moment are listed by their ids.
    private static func remind(in world: World) async throws {
        try await world.owner.write(as: .none) { transaction in
            let day = CalendarDate(Date.now, in: .hongKong).adding(days: 178)
            try await transaction.execute(
                "UPDATE mous SET ends_on = \(day), notice_days = 10 WHERE reference IN ('MoU-2', 'MoU-3')")
        }
        for tenant in [Cast.portDigital.id, Cast.harbour.id] {
            let system = Context.system(in: tenant)
            let due = try await world.database.reader(as: system).partiesToRemind()
            for reminder in due {
                try await world.database.write(as: system) { try await $0.remindParties([reminder]) }
            }
            guard tenant == Cast.harbour.id else { continue }
            #expect(due.contains { $0.isPartner } && due.contains { !$0.isPartner })
        }
    }
}
