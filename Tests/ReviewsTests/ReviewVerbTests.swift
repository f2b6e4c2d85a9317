import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Institutions
import Letters
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

/// The verbs on a real database: what each does, and who stops it.
@Suite("Reviewing")
struct ReviewVerbTests {
    let round = World.round
    let mei = Cast.mei.person.id

    @Test("The demo's round is open, blind, and holds what was in review")
    func demo() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let found = try #require(try await reader.round(round))
        #expect(found.status == .open && found.isBlind && found.criteria.map(\.weight) == [30, 30, 40])
        let progress = try #require(try await reader.progress(of: [round])[round])
        #expect(progress.files == 5 && progress.ready == 0 && progress.panelists == 2)
        #expect(progress.assigned == 8 && progress.submitted == 6 && progress.decidable == 4)
    }

    @Test("A rubric stands once its round opened, for the database, too")
    func rubric() async throws {
        let world = try await World()
        await #expect(throws: ReviewRefusal.roundOpened) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.reviseRound(round, to: try draft(blind: true), in: Cast.harbour.id) { _ in }
            }
        }
        for sql: Query in [
            "UPDATE review_criteria SET weight = 1 WHERE round_id = \(round)",
            "DELETE FROM review_criteria WHERE round_id = \(round)",
        ] {
            let refusal = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.mei)) { try await $0.execute(sql) }
            }
            #expect(refusal?.constraint == "a_rubric_stands_once_its_round_opened")
        }
        let (light, id) = (try draft(blind: false, weight: 40), ReviewRound.ID())
        let opened = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.draftRound(light, as: id, of: World.call, in: Cast.harbour.id)
                try await transaction.execute(
                    "UPDATE review_rounds SET opened_at = now(), opened_by = \(mei) WHERE id = \(id)")
            }
        }
        #expect(opened?.constraint == "weights_of_a_rubric_sum_to_a_hundred")
    }

    @Test("A second round names startups if it is not blind, and shows what is for reviewers who know them")
    func named() async throws {
        let world = try await World()
        let id = ReviewRound.ID()
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                UPDATE call_questions SET audience = CASE position WHEN 1 THEN 'named_reviewers' WHEN 2 THEN 'managers'
                    ELSE 'reviewers' END WHERE call_id = \(World.call)
                """)
        }
        let interview = try draft(blind: false)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftRound(interview, as: id, of: World.call, in: Cast.harbour.id)
            _ = try await transaction.openRound(id, in: Cast.harbour.id, by: mei)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.round(id)?.position == 2)
        // Everything else has been decided: one is still in review.
        let file = try #require(try await reader.file(of: World.application("plumbline"), in: id))
        #expect(file.startupName?.text(for: .english) == "Plumbline" && file.answers.count == 3)
        await #expect(throws: ReviewRefusal.nothingToEnter) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.enterRound(id, several: nil, .allOrNothing, in: Cast.harbour.id, by: mei)
            }
        }
        let decided = await #expect(throws: RowsRefused.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.enterRound(
                    id, several: [World.application("lanterncare")], .allOrNothing, in: Cast.harbour.id, by: mei)
            }
        }
        #expect(decided?.problem.errors.map(\.pointer) == ["/applications/0"])
        let forged = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute(
                    "UPDATE review_files SET startup_name = '{\"en\": \"KelpSense\"}' WHERE round_id = \(round)")
            }
        }
        #expect(forged?.constraint == "files_of_a_blind_round_name_nobody")
    }

    @Test("Who is new gets a seat and a code, who judges already is only asked; a panel has one chair")
    func invitations() async throws {
        let world = try await World()
        let terms = PanelTerms(most: 5, languages: [.english])
        let fresh = try await world.invite("new@expert.example", terms: terms)
        #expect(fresh.invitation?.code != nil)
        let letter = try #require(
            try await world.database.reader(as: world.context(Cast.mei)).letters(
                of: .reviewInvitation, about: round.uuid, limit: 1
            ).first)
        #expect(letter.recipient == fresh.person && letter.state == .released)
        #expect(!letter.text.body.string.contains(fresh.invitation?.code ?? "?"), "a mail keeps no secret")
        let twice = await #expect(throws: DatabaseError.self) {
            try await world.invite("new@expert.example", terms: terms)
        }
        #expect(twice?.constraint == "panel_members_pkey")
        let chair = await #expect(throws: DatabaseError.self) {
            try await world.invite("chair@expert.example", isChair: true, terms: terms)
        }
        #expect(chair?.constraint == "panels_have_one_chair")

        let jun = world.context(Cast.jun, seat: 1)
        try await world.database.write(as: jun) { transaction in
            try await transaction.acceptPanelInvitation(to: round, taking: 3, by: Cast.jun.person.id)
        }
        let own = try await world.database.reader(as: jun).panel(of: round)
        #expect(own.map(\.person) == [Cast.jun.person.id] && own[0].terms.most == 3 && own[0].answer == .accepted)
        await #expect(throws: ReviewRefusal.invitationAnswered) {
            try await world.database.write(as: jun) { transaction in
                try await transaction.declinePanelInvitation(to: round, because: nil, by: Cast.jun.person.id)
            }
        }
        for sql: Query in [
            "UPDATE panel_members SET is_chair = true WHERE person_id = \(Cast.jun.person.id)",
            "UPDATE panel_members SET most = 100 WHERE person_id = \(Cast.jun.person.id)",
        ] {
            let refusal = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: jun) { try await $0.execute(sql) }
            }
            #expect(refusal?.constraint == "reviewers_only_answer_their_invitation")
        }
    }

    @Test("Nobody judges with a conflict, beyond their load, twice, uninvited or in a closed round")
    func assigning() async throws {
        let world = try await World()
        func refusal(_ member: Cast.Member, _ slug: String) async -> String? {
            await #expect(throws: DatabaseError.self) { try await world.assign(member, slug) }?.constraint
        }
        #expect(await refusal(Cast.jun, "gridfellow") == "reviewers_have_accepted")
        try await world.accept(Cast.jun, seat: 1)
        #expect(await refusal(Cast.jun, "kelpsense") == "reviewers_have_no_conflict")
        #expect(await refusal(Cast.nora, "kelpsense") == "reviewers_judge_an_application_once")
        #expect(await refusal(Cast.iris, "kelpsense") != nil)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.revisePanelist(
                Cast.vera.person.id, of: round, to: PanelTerms(most: 3, languages: [.english]))
        }
        #expect(await refusal(Cast.vera, "tideglass") == "reviewers_keep_to_their_load")
        try await world.assign(Cast.jun, "gridfellow")
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.closeRound(round, by: mei)
        }
        #expect(await refusal(Cast.jun, "tideglass") == "open_rounds_are_assigned")
    }

    @Test("A review is saved in parts, submitted whole, frozen, reopened by a manager alone")
    func writing() async throws {
        let world = try await World()
        let id = World.assignment(Cast.vera, "skylarkinspect")
        let vera = world.context(Cast.vera)
        let criteria = try #require(try await world.database.reader(as: vera).round(round)).criteria
        let begun = try #require(try await world.database.reader(as: vera).review(of: id))
        #expect(begun.scores.count == 1 && begun.submittedAt == nil)

        let one = ReviewDraft(scores: [criteria[1].id: 2], notes: [criteria[1].id: try LongText("Seen before.")])
        let saved = try await world.database.write(as: vera) { transaction in
            try await transaction.saveReview(one, of: id, by: Cast.vera.person.id)
        }
        #expect(saved.scores == [criteria[1].id: 2] && saved.notes.count == 1 && saved.version == begun.version + 1)
        await #expect(throws: ReviewRefusal.unscored([criteria[0].id, criteria[2].id])) {
            try await world.database.write(as: vera) { transaction in
                try await transaction.submitReview(one, of: id, by: Cast.vera.person.id)
            }
        }
        let early = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: vera) { transaction in
                try await transaction.execute("UPDATE reviews SET submitted_at = now() WHERE assignment_id = \(id)")
            }
        }
        #expect(early?.constraint == "submitted_reviews_score_every_criterion")

        let whole = ReviewDraft(
            scores: Dictionary(uniqueKeysWithValues: zip(criteria.map(\.id), [3, 2, 4])),
            comment: try LongText("Say who pays."), confidence: 2)
        let submitted = try await world.database.write(as: vera) { transaction in
            try await transaction.submitReview(whole, of: id, by: Cast.vera.person.id)
        }
        #expect(submitted.submittedAt != nil)
        await #expect(throws: ReviewRefusal.reviewSubmitted) {
            try await world.database.write(as: vera) { transaction in
                try await transaction.saveReview(one, of: id, by: Cast.vera.person.id)
            }
        }
        for sql: Query in [
            "UPDATE reviews SET comment = 'other' WHERE assignment_id = \(id)",
            "UPDATE reviews SET submitted_at = NULL WHERE assignment_id = \(id)",
            "UPDATE review_scores SET score = 5 WHERE assignment_id = \(id)",
            "DELETE FROM review_scores WHERE assignment_id = \(id)",
        ] {
            let frozen = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: vera) { try await $0.execute(sql) }
            }
            #expect(frozen?.constraint == "submitted_reviews_stand")
        }
        let forged = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute(
                    "UPDATE reviews SET submitted_at = NULL, comment = 'mine' WHERE assignment_id = \(id)")
            }
        }
        #expect(forged?.constraint == "submitted_reviews_stand")
        try await world.database.write(as: world.context(Cast.mei)) { try await $0.reopenReview(of: id) }
        _ = try await world.database.write(as: vera) { transaction in
            try await transaction.saveReview(one, of: id, by: Cast.vera.person.id)
        }
        await #expect(throws: ReviewRefusal.reviewNotSubmitted) {
            try await world.database.write(as: world.context(Cast.mei)) { try await $0.reopenReview(of: id) }
        }
    }

    @Test(
        "Others' reviews are read once one's own is submitted, by the chair, too, and never where something is too near"
    )
    func sight() async throws {
        let world = try await World()
        func readable(_ member: Cast.Member, seat: Int = 0, _ slug: String) async throws -> Int {
            try await world.database.reader(as: world.context(member, seat: seat))
                .reviews(of: World.application(slug), in: round).count
        }
        // Both have judged KelpSense; of Skylark, vera has not: she sees nobody's, nora in the chair sees her own.
        #expect(try await readable(Cast.vera, "kelpsense") == 2)
        #expect(try await readable(Cast.vera, "skylarkinspect") == 0)
        // Tideglass is not vera's to judge.
        #expect(try await readable(Cast.vera, "tideglass") == 0)
        #expect(try await readable(Cast.nora, "gridfellow") == 2)
        #expect(try await readable(Cast.jun, seat: 1, "gridfellow") == 0)
        // Row-level security alone says the same.
        let rows = try await world.database.reader(as: world.context(Cast.vera)).rows(
            "SELECT DISTINCT application_id FROM reviews WHERE person_id <> \(Cast.vera.person.id)")
        let shown: [Application.ID] = try rows.map { try $0("application_id") }
        #expect(Set(shown) == [World.application("kelpsense"), World.application("gridfellow")])

        let nora = try await readable(Cast.nora, "kelpsense")
        #expect(nora == 2)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.declareConflict(
                of: Cast.nora.person.id, with: Cast.startup("kelpsense"), note: nil, as: .init(),
                in: Cast.harbour.id, by: mei)
        }
        #expect(try await readable(Cast.nora, "kelpsense") == 0)
        #expect(
            try await world.database.reader(as: world.context(Cast.nora)).file(
                of: World.application("kelpsense"), in: round) == nil)
        // What she said of it does not count any more, for anybody.
        #expect(try await readable(Cast.vera, "kelpsense") == 1)
        #expect(try await readable(Cast.mei, "kelpsense") == 1)
    }

    @Test("The chair reads what was said of an application that is theirs to judge after saying so themselves")
    func chairsOwnFirst() async throws {
        let world = try await World()
        let nora = world.context(Cast.nora)
        let own = World.assignment(Cast.nora, "plumbline")
        let criteria = try #require(try await world.database.reader(as: nora).round(round)).criteria
        let draft = ReviewDraft(
            scores: Dictionary(uniqueKeysWithValues: criteria.map { ($0.id, $0.highest) }),
            comment: try LongText("Not before the chair has spoken."))
        let veras = try await world.assign(Cast.vera, "plumbline")
        _ = try await world.database.write(as: world.context(Cast.vera)) { transaction in
            try await transaction.submitReview(draft, of: veras.id, by: Cast.vera.person.id)
        }
        // What she reads by the query, and by row-level security alone: reviews, their scores, and whether she may.
        func seen() async throws -> [Int] {
            let reader = world.database.reader(as: nora)
            let asked = try await reader.reviews(of: World.application("plumbline"), in: round)
            return [
                asked.count { $0.person == Cast.vera.person.id },
                try await reader.value("SELECT count(*) FROM reviews WHERE assignment_id = \(veras.id)"),
                try await reader.value("SELECT count(*) FROM review_scores WHERE assignment_id = \(veras.id)"),
            ]
        }
        // It is hers to judge: a draft of hers is no review.
        #expect(try await seen() == [0, 0, 0])
        _ = try await world.database.write(as: nora) { transaction in
            try await transaction.saveReview(draft, of: own, by: Cast.nora.person.id)
        }
        #expect(try await seen() == [0, 0, 0])
        // Nobody asks in another's name.
        let asked: Bool = try await world.database.reader(as: world.context(Cast.jun, seat: 1)).value(
            "SELECT may_read_review(\(Cast.vera.person.id), \(World.assignment(Cast.nora, "kelpsense")))")
        #expect(!asked)
        try await world.database.write(as: nora) { transaction in
            _ = try await transaction.submitReview(draft, of: own, by: Cast.nora.person.id)
        }
        #expect(try await seen() == [1, 1, criteria.count])
        // Given back to her, it is unsaid; what she abstains from is not hers to judge any more.
        try await world.database.write(as: world.context(Cast.mei)) { try await $0.reopenReview(of: own) }
        #expect(try await seen() == [0, 0, 0])
        try await world.database.write(as: nora) { transaction in
            try await transaction.abstain(from: own, because: nil, by: Cast.nora.person.id)
        }
        #expect(try await seen() == [1, 1, criteria.count])
    }

    @Test("A conflict takes what was assigned in the transaction in which it becomes known, whatever it comes from")
    func becomingKnown() async throws {
        let (nora, kelpsense) = (Cast.nora.person.id, Cast.startup("kelpsense"))
        let tidewater = Cast.institution("harbour/tidewater")
        let deeds: [(Conflict.Kind, Query)] = [
            (.mentor, "UPDATE enrolments SET mentor_id = \(nora) WHERE startup_id = \(kelpsense)"),
            (
                .shareholder,
                """
                INSERT INTO startup_holders (tenant_id, startup_id, id, name, person_id, share)
                SELECT \(Cast.harbour.id), \(Cast.startup("gridfellow")), gen_random_uuid(), 'Nora', \(nora), 1
                """
            ),
            (
                .founder,
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                VALUES (gen_random_uuid(), \(Cast.harbour.id), \(nora), \(kelpsense), 'founder')
                """
            ),
            // Tidewater holds shares of KelpSense: whoever comes to work for it stands too near.
            (
                .shareholder,
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                VALUES (gen_random_uuid(), \(Cast.harbour.id), \(nora), \(tidewater), 'investor')
                """
            ),
            // Lion Peak would put money into KelpSense.
            (
                .considering,
                """
                WITH seat AS (
                    INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                    VALUES (gen_random_uuid(), \(Cast.harbour.id), \(nora), \(Cast.institution("harbour/lion-peak")),
                            'investor'))
                INSERT INTO round_indications
                    (tenant_id, round_id, id, investor_id, given_by, amount_minor, binding, stands_until, told)
                SELECT r.tenant_id, r.id, gen_random_uuid(), \(Cast.institution("harbour/lion-peak")),
                       \(Cast.chloe.person.id), 100, false, r.closes_on, 'contacts'
                FROM funding_rounds AS r WHERE r.startup_id = \(kelpsense) AND r.state = 'open'
                """
            ),
            (.emailDomain, "UPDATE people SET email = 'nora@kelpsense.example' WHERE id = \(nora)"),
            (
                .emailDomain,
                "UPDATE institutions SET website = 'https://www.panel.example/about' WHERE id = \(kelpsense)"
            ),
            (
                .colleague,
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                SELECT gen_random_uuid(), \(Cast.harbour.id), p, \(Cast.institution("harbour/sakuragi")), 'partner'
                FROM unnest(ARRAY[\(nora), \(Cast.ada.person.id)]::uuid[]) AS p
                """
            ),
        ]
        for (kind, sql) in deeds {
            let world = try await World()
            let context = Context.system(in: Cast.harbour.id)
            let reader = world.database.reader(as: world.context(Cast.mei))
            let slug = kind == .shareholder && "\(sql)".contains("share)") ? "gridfellow" : "kelpsense"
            let before = try await reader.assignment(World.assignment(Cast.nora, slug))
            #expect(before?.state == .assigned)
            try await world.database.write(as: context) { try await $0.execute(sql) }
            let after = try await reader.assignment(World.assignment(Cast.nora, slug))
            #expect(after?.state == .conflicted && after?.endedAt != nil, "\(kind)")
            let found = try await reader.conflicts(between: [nora], and: [Cast.startup(slug)])
            #expect(found.contains { $0.kind == kind }, "\(kind): \(found.map(\.kind))")
            let sheet = try await world.database.reader(as: world.context(Cast.nora))
                .sheet(World.assignment(Cast.nora, slug))
            #expect(sheet == nil)
        }
    }

    @Test("Two at a public mail provider are no colleagues")
    func publicAddresses() async throws {
        let world = try await World()
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                UPDATE people SET email = CASE WHEN id = \(Cast.ada.person.id) THEN 'ada' ELSE 'nora' END || '@gmail.com'
                WHERE id IN (\(Cast.ada.person.id), \(Cast.nora.person.id))
                """)
        }
        let found = try await world.database.reader(as: world.context(Cast.mei))
            .conflicts(between: [Cast.nora.person.id], and: [Cast.startup("kelpsense")])
        #expect(found.isEmpty)
    }

    @Test("A declared conflict is lifted by a manager with a reason; one on record is not")
    func lifting() async throws {
        let world = try await World()
        let id = ConflictDeclaration.ID()
        try await world.database.write(as: world.context(Cast.vera)) { transaction in
            try await transaction.declareConflict(
                over: World.assignment(Cast.vera, "kelpsense"), note: try LongText("My cousin works there."), as: id,
                in: Cast.harbour.id, by: Cast.vera.person.id)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.assignment(World.assignment(Cast.vera, "kelpsense"))?.state == .conflicted)
        let declared = try await reader.conflicts(in: round).filter { $0.person == Cast.vera.person.id }
        #expect(declared.map(\.declaration) == [id] && declared[0].note?.string == "My cousin works there.")
        // jun's stands by itself, through the fund.
        let jun = try await reader.conflicts(in: round).filter { $0.person == Cast.jun.person.id }
        #expect(jun.map(\.kind) == [.shareholder] && jun[0].declaration == nil && jun[0].through != nil)
        let reason = try ShortText("The cousin has left.")
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.liftConflict(id, because: reason, by: mei)
        }
        await #expect(throws: ReviewRefusal.conflictLifted) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.liftConflict(id, because: reason, by: mei)
            }
        }
        try await world.assign(Cast.vera, "kelpsense")
    }

    @Test("What a startup takes back is judged by nobody")
    func withdrawal() async throws {
        let world = try await World()
        let id = World.assignment(Cast.nora, "plumbline")
        try await world.database.write(as: world.context(Cast.wing, seat: 1)) { transaction in
            _ = try await transaction.withdrawApplication(
                World.application("plumbline"), because: nil, by: Cast.wing.person.id)
        }
        #expect(
            try await world.database.reader(as: world.context(Cast.mei)).assignment(id)?.state == .withdrawn)
        #expect(try await world.database.reader(as: world.context(Cast.nora)).assignment(id) == nil)
    }

    @Test(
        "A manager who founded an applicant sees nothing of its reviews, not in lists, counts, standings or the trail")
    func ownStartup() async throws {
        let world = try await World()
        let criteria = try #require(
            try await world.database.reader(as: world.context(Cast.mei)).round(round)
        ).criteria
        let whole = ReviewDraft(scores: Dictionary(uniqueKeysWithValues: criteria.map { ($0.id, 5) }))
        _ = try await world.database.write(as: world.context(Cast.nora)) { transaction in
            try await transaction.submitReview(
                whole, of: World.assignment(Cast.nora, "plumbline"), by: Cast.nora.person.id)
        }
        let (wing, tom) = (
            world.database.reader(as: world.context(Cast.wing)), world.database.reader(as: world.context(Cast.tom))
        )
        let plumbline = World.application("plumbline")
        #expect(try await tom.assignments(in: round, limit: 100).contains { $0.assignment.application == plumbline })
        #expect(try await !wing.assignments(in: round, limit: 100).contains { $0.assignment.application == plumbline })
        #expect(try await tom.reviews(of: plumbline, in: round).count == 1)
        #expect(try await wing.reviews(of: plumbline, in: round).isEmpty)
        #expect(try await wing.file(of: plumbline, in: round) == nil)
        #expect(try await wing.assignmentSummary(World.assignment(Cast.nora, "plumbline")) == nil)
        let (seen, whole2) = (
            try await wing.standings(of: round, places: 2), try await tom.standings(of: round, places: 2)
        )
        #expect(seen?.entries.contains { $0.application == plumbline } == false)
        #expect(whole2?.entries.contains { $0.application == plumbline } == true)
        #expect(try await wing.progress(of: [round])[round]?.submitted == 6)
        #expect(try await tom.progress(of: [round])[round]?.submitted == 7)
        for noun in ["review_assignments", "reviews", "review_scores"] {
            let rows: Int = try await wing.value("SELECT count(*) FROM audit_events WHERE noun = \(noun)")
            let all: Int = try await tom.value("SELECT count(*) FROM audit_events WHERE noun = \(noun)")
            #expect(rows == 0 && all > 0)
        }
    }

    @Test("The trail says that a review was written, not what it says or of whom")
    func trail() async throws {
        let world = try await World()
        let words: Int = try await world.owner.reader(as: .none).value(
            """
            SELECT count(*) FROM audit_events
            WHERE noun IN ('reviews', 'review_scores') AND (after::text LIKE '%real%' OR after ? 'score' OR after ? 'comment'
                OR after ? 'application_id' OR after ? 'person_id')
            """)
        #expect(words == 0)
    }

    private func draft(blind: Bool, weight: Int = 100) throws -> RoundDraft {
        RoundDraft(
            name: try LocalizedName(en: "Interview"), isBlind: blind,
            due: Deadline(Date().addingTimeInterval(86_400 * 20), in: .hongKong),
            criteria: [
                ReviewRound.Criterion(id: .init(), name: try LocalizedName(en: "Overall"), weight: weight)
            ])
    }
}

extension World {
    static let call: CallForApplications.ID = demoID("call incubation")
    static let round: ReviewRound.ID = demoID("round incubation")

    static func application(_ slug: String) -> Application.ID { demoID("application \(Cast.startup(slug)) \(call)") }

    static func assignment(_ member: Cast.Member, _ slug: String) -> ReviewAssignment.ID {
        demoID("assignment \(member.person.email) \(slug)")
    }

    /// Gives a member of the panel an application of the demo's round.
    @discardableResult
    func assign(_ member: Cast.Member, _ slug: String) async throws -> ReviewAssignment {
        try await database.write(as: context(Cast.mei)) { transaction in
            try await transaction.assignReviewer(
                member.person.id, to: Self.application(slug), in: Self.round, as: .init(), in: Cast.harbour.id,
                by: Cast.mei.person.id)
        }
    }

    /// Takes a place on the demo's panel.
    func accept(_ member: Cast.Member, seat: Int) async throws {
        try await database.write(as: context(member, seat: seat)) { transaction in
            try await transaction.acceptPanelInvitation(to: Self.round, taking: nil, by: member.person.id)
        }
    }

    /// Asks somebody onto the demo's panel.
    func invite(_ email: String, isChair: Bool = false, terms: PanelTerms) async throws -> InvitedPanelist {
        let address = try #require(EmailAddress(email))
        let name = try Name("New Expert")
        return try await database.write(as: context(Cast.mei)) { transaction in
            try await transaction.invitePanelist(
                PanelInvitation(email: address, name: name, isChair: isChair, terms: terms), to: Self.round,
                in: Cast.harbour.id, by: Cast.mei.person.id)
        }
    }
}
