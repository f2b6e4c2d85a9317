import Accounts
import Applications
import Decisions
import DemoWorld
import Exports
import Foundation
import Investment
import Postgres
import Reviews
import TestWorld
import Testing
import Vocabulary

@testable import API

/// Twin worlds that differ in one hidden fact: whoever must not know it is answered with the same bytes in both, on every
/// operation and page that can be read, and then on every one that would change what the fact is about.
@Suite("What is hidden does not show", .serialized)
struct BlindnessTests {
    /// A fact that is made in one world of two, and those who must not know.
    struct Fact: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let observers: [Asker]
        /// Which application it is about, and whose assignment.
        let slug: String
        let judge: Cast.Member
        let make: @Sendable (World) async throws -> Void
    }

    static let round: ReviewRound.ID = demoID("round incubation")
    static let isLong = ProcessInfo.processInfo.environment["TRELLIS_LONG"] != nil
    static let outsiders: [Asker] = isLong ? [.kenji, .ada, .ravi, .jun, .chloe, .iris, .leo, .olga] : [.ada, .kenji]

    static let facts: [Fact] = [
        // To the chair of the panel as well, before and after their own review is submitted.
        whoApplies("gridfellow", observers: [.nora, .vera]), whoApplies("plumbline", observers: [.nora]),
        Fact(
            testDescription: "what a reviewer said, to all but managers and those who judged it, too",
            observers: outsiders + [.vera, .juror], slug: "skylarkinspect", judge: Cast.nora
        ) { world in
            let id = World.assigned(Cast.nora, "skylarkinspect")
            let criteria = try await world.database.reader(as: world.context(Cast.nora)).round(round)?.criteria ?? []
            try await world.database.write(as: world.context(Cast.mei)) { try await $0.reopenReview(of: id) }
            let draft = ReviewDraft(
                scores: Dictionary(uniqueKeysWithValues: criteria.map { ($0.id, 1) }),
                comment: try LongText("Nothing of this is new."), privateNote: try LongText("No."))
            _ = try await world.database.write(as: world.context(Cast.nora)) { transaction in
                try await transaction.submitReview(draft, of: id, by: Cast.nora.person.id)
            }
        },
        Fact(
            testDescription: "that a review was begun, to other reviewers", observers: outsiders + [.nora, .juror],
            slug: "skylarkinspect", judge: Cast.vera
        ) { world in
            let id = World.assigned(Cast.vera, "skylarkinspect")
            _ = try await world.database.write(as: world.context(Cast.vera)) { transaction in
                try await transaction.saveReview(
                    ReviewDraft(scores: [:], comment: try LongText("Half a thought.")), of: id,
                    by: Cast.vera.person.id)
            }
        },
        Fact(
            testDescription: "who judges, to the startup and to other reviewers",
            observers: outsiders + [.nora, .juror],
            slug: "plumbline", judge: Cast.nora
        ) { world in
            _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.assignReviewer(
                    Cast.vera.person.id, to: World.applied("plumbline"), in: round, as: .init(),
                    in: Cast.harbour.id, by: Cast.mei.person.id)
            }
        },
        Fact(
            testDescription: "what a manager's own startup is thought of, to that manager",
            observers: outsiders + [.wing, .vera, .juror], slug: "plumbline", judge: Cast.nora
        ) { world in
            let id = World.assigned(Cast.nora, "plumbline")
            let criteria = try await world.database.reader(as: world.context(Cast.nora)).round(round)?.criteria ?? []
            let draft = ReviewDraft(
                scores: Dictionary(uniqueKeysWithValues: criteria.map { ($0.id, 5) }),
                comment: try LongText("Splendid."))
            _ = try await world.database.write(as: world.context(Cast.nora)) { transaction in
                try await transaction.submitReview(draft, of: id, by: Cast.nora.person.id)
            }
        },
        Fact(
            testDescription: "that somebody declared a conflict, to everybody but managers and themselves",
            observers: outsiders + [.nora, .juror], slug: "gridfellow", judge: Cast.vera
        ) { world in
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.declareConflict(
                    of: Cast.vera.person.id, with: Cast.startup("halyard"),
                    note: try LongText("They were at school together."), as: .init(), in: Cast.harbour.id,
                    by: Cast.mei.person.id)
            }
        },
        Fact(
            testDescription: "that a decision is prepared, not released, to everybody but managers who may know",
            observers: outsiders + [.ravi, .jun, .iris, .nora, .vera, .juror, .wing], slug: "plumbline",
            judge: Cast.nora
        ) { world in
            let (mei, id) = (Cast.mei.person.id, DecisionBatch.ID())
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.prepareDecision(
                    on: World.applied("plumbline"), Preparation(.reject, note: LongText("Not this time.")),
                    in: demoID("batch second"), by: mei)
                _ = try await transaction.openBatch(
                    BatchTerms(
                        name: Name("A batch in secret"), places: 7,
                        lastDay: CalendarDate(Date(), in: .hongKong).adding(days: 9)),
                    as: id, of: demoID("call incubation"), in: Cast.harbour.id, by: mei)
            }
        },
        Fact(
            testDescription: "that a quorum was waived, to everybody but managers who may know",
            observers: outsiders + [.nora, .vera, .juror, .wing], slug: "plumbline", judge: Cast.nora
        ) { world in
            // Both worlds have it asked for.
            _ = try await world.database.write(as: world.context(Cast.tom)) { transaction in
                try await transaction.confirmWaiver(demoID("waiver second"), by: Cast.tom.person.id)
            }
        },
        Fact(
            testDescription: "in which order a startup wants its streams, to reviewers and to other startups",
            observers: outsiders + [.nora, .vera, .juror], slug: "plumbline", judge: Cast.nora
        ) { world in
            try await world.owner.write(as: .none) { transaction in
                // Past the walls: the demo's call offers no choice, and the application was handed in long ago.
                try await transaction.execute("SET LOCAL session_replication_role = replica")
                try await transaction.execute(
                    """
                    INSERT INTO stream_choices (tenant_id, application_id, call_id, stream_id, rank, saved_by)
                    SELECT a.tenant_id, a.id, a.call_id, s.id, row_number() OVER (ORDER BY s.id), a.created_by
                    FROM applications AS a JOIN streams AS s ON s.tenant_id = a.tenant_id
                    WHERE a.id = \(World.applied("plumbline"))
                    """)
                try await transaction.execute(
                    "UPDATE applications SET streams_chosen = 2 WHERE id = \(World.applied("plumbline"))")
            }
        },
        Fact(
            testDescription: "what an investor answers and is verified on, to all but itself and the park",
            observers: isLong ? [.kenji, .ada, .ravi, .chloe, .iris, .leo, .olga, .nora] : [.ada, .chloe],
            slug: "kelpsense", judge: Cast.nora
        ) { world in
            let tidewater = Cast.institution("harbour/tidewater")
            let reader = world.database.reader(as: world.context(Cast.jun))
            guard let list = try await reader.shortlists(limit: 1).first else { throw Problem.notFound }
            let items = try await reader.items(of: list.id).filter { $0.answer == nil }
            _ = try await world.database.write(as: world.context(Cast.jun)) { transaction in
                for item in items.prefix(2) {
                    _ = try await transaction.answerShortlistItem(
                        item.startup.id, of: list.id, with: NewAnswer(.pass, because: .team), as: Answer.ID(),
                        in: Cast.harbour.id, by: Cast.jun.person.id)
                }
            }
            _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.verifyInvestor(
                    tidewater,
                    NewVerification(
                        .corporate, evidence: try ShortText("Seen in secret"),
                        validUntil: CalendarDate(transaction.now, in: .utc).adding(days: 300)),
                    as: InvestorVerification.ID(), by: Cast.mei.person.id)
            }
        },
        Fact(
            testDescription: "what a firm notes and recommends, to all but its own people",
            observers: isLong ? [.mei, .tom, .kenji, .ada, .ravi, .chloe, .iris, .leo, .olga, .nora] : [.mei, .chloe],
            slug: "kelpsense", judge: Cast.nora
        ) { world in
            let (startup, jun) = (Cast.startup("kelpsense"), Cast.jun.person.id)
            let reader = world.database.reader(as: world.context(Cast.jun))
            guard let list = try await reader.shortlists(limit: 1).first else { throw Problem.notFound }
            _ = try await world.database.write(as: world.context(Cast.jun)) { transaction in
                _ = try await transaction.writeFirmNote(
                    NewFirmNote(LongText("Noted in secret.")), on: startup, as: FirmNote.ID(), by: jun)
                return try await transaction.recommend(
                    NewRecommendation(.pass, note: ShortText("Said in secret.")), for: startup, of: list.id,
                    as: Recommendation.ID(), by: jun)
            }
        },
        Fact(
            testDescription: "that a round was drafted, to everybody but managers",
            observers: outsiders + [.nora, .vera, .juror], slug: "kelpsense", judge: Cast.nora
        ) { world in
            _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.draftRound(
                    RoundDraft(
                        name: LocalizedName(en: "A round in secret"), isBlind: true,
                        due: Deadline(Date().addingTimeInterval(864_000), in: .hongKong), criteria: []),
                    as: .init(), of: demoID("call incubation"), in: Cast.harbour.id)
            }
        },
    ]

    private static func whoApplies(_ slug: String, observers: [Asker]) -> Fact {
        Fact(
            testDescription: "who applies, to those who judge blindly: \(slug)", observers: observers, slug: slug,
            judge: Cast.nora
        ) { world in
            try await world.owner.write(as: .none) { transaction in
                let startup = Cast.startup(slug)
                try await transaction.execute(
                    """
                    UPDATE institutions SET names = '{"en": "Quite Another"}', country = 'JP', website = 'https://other.example'
                    WHERE id = \(startup)
                    """)
                try await transaction.execute(
                    "UPDATE startups SET pitch = 'Other', founded_on = '2020-01-01', tags = '{other}' WHERE id = \(startup)"
                )
            }
        }
    }

    @Test("Twin worlds answer alike", arguments: facts)
    func twins(_ fact: Fact) async throws {
        let deviations = try await Self.deviations(by: fact)
        #expect(deviations == [])
    }

    /// Which answers to its observers tell of a fact. Each asks everything; in the short form, where there are several, every
    /// second route, and the next observer the others.
    static func deviations(by fact: Fact) async throws -> [String] {
        let (plain, flipped) = (try await World(), try await World())
        let here = try await Objects(of: plain).about(fact.slug, judgedBy: fact.judge)
        let there = try await Objects(of: flipped).about(fact.slug, judgedBy: fact.judge)
        try await fact.make(flipped)
        let routes = plain.edge.registry
        let read = routes.filter { $0.method == .get && !TwinQuestioner.own.contains($0.id) }
        var (compared, deviations, askers): (Int, [String], [TwinQuestioner]) = (0, [], [])
        let asksAll = isLong || fact.observers.count == 1
        func ask(_ questioner: TwinQuestioner, _ place: Int, _ routes: [RegistryEntry]) async {
            for (number, route) in routes.enumerated() where asksAll || (number + place).isMultiple(of: 2) {
                let answers = await questioner.ask(route)
                compared += answers.count
                deviations += answers.compactMap(\.deviation)
            }
        }
        for (place, asker) in fact.observers.enumerated() {
            let questioner = try await TwinQuestioner(asker, in: plain, about: here, and: flipped, about: there)
            askers.append(questioner)
            await ask(questioner, place, read)
        }
        // What changes the worlds comes when they have been read, in the same order in both.
        for (place, questioner) in askers.enumerated() {
            await ask(questioner, place, routes.filter(questioner.mayChange))
        }
        print("\(fact.testDescription): \(compared) answers, \(deviations.count) deviations")
        return deviations
    }

    @Test("Who asks as a reviewer is in the chair of the blind panel")
    func chair() async throws {
        let world = try await World()
        let seats: Int = try await world.owner.reader(as: .none).value(
            """
            SELECT count(*) FROM panel_members AS p
            JOIN review_rounds AS r ON r.tenant_id = p.tenant_id AND r.id = p.round_id AND r.is_blind
            WHERE p.round_id = \(Self.round) AND p.person_id = \(Cast.nora.person.id) AND p.is_chair
              AND p.accepted_at IS NOT NULL
            """)
        #expect(seats == 1)
    }

    @Test("Workbooks are compared by what is in them")
    func workbooks() throws {
        func parts(_ text: String, _ seconds: TimeInterval) throws -> String {
            let sheet = Sheet("Answers", [.text("Answer") { $0 }], of: [text])
            let bytes = try Workbook([sheet], made: Date(timeIntervalSince1970: seconds)).xlsx()
            return try #require(TwinQuestioner.workbook(bytes))
        }
        let parts = (try parts("Yes", 0), try parts("No", 0))
        #expect(parts.0 != parts.1 && parts.0.contains("<t>Yes</t>") && parts.0.contains("xl/workbook.xml"))
        #expect(TwinQuestioner.workbook(Array("PK".utf8)) == nil)
    }
}

extension World {
    static func applied(_ slug: String) -> Application.ID {
        let call: Identifier<Never> = demoID("call incubation")
        return demoID("application \(Cast.startup(slug)) \(call)")
    }

    static func assigned(_ member: Cast.Member, _ slug: String) -> ReviewAssignment.ID {
        demoID("assignment \(member.person.email) \(slug)")
    }
}
