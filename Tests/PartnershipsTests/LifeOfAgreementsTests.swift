import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Partnerships

@Suite("The life of agreements")
struct LifeOfAgreementsTests {
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private let own = Institution.ID(Cast.harbour.id.uuid)
    private let bank = Cast.institution("harbour/sakuragi")
    private let second: MoU.ID = demoID("mou MoU-2")
    private var today: CalendarDate { CalendarDate(Date.now, in: .hongKong) }

    private func draft(_ reference: String, renews: MoU.ID? = nil) throws -> MoUDraft {
        let fintech = try #require(FocusArea.ID("fintech"))
        return try MoUDraft(
            reference: Name(reference), title: LocalizedName(en: "Joint lab"), kind: .research,
            parties: [
                MoU.Party(own, as: .lead, coordinator: Name("Mei Lam")),
                MoU.Party(bank, as: .partner, coordinator: Name("A Coordinator")),
            ],
            areas: [MoU.Area(fintech, wording: ShortText("Payments"))],
            clauses: [
                MoU.Clause(ShortText("Cooperation"), isBinding: false),
                MoU.Clause(ShortText("Secrecy"), isBinding: true),
            ],
            prevailingLanguage: .japanese, legalReviewer: Name("A Counsel"), renews: renews)
    }

    private func signatory(of institution: Institution.ID) throws -> Signing.Participant {
        try Signing.Participant(.signatory, name: Name("A Signatory"), title: ShortText("Director"), of: institution)
    }

    /// An agreement whose text is agreed.
    private func agreed(_ draft: MoUDraft, in world: World) async throws -> MoU.ID {
        let id = MoU.ID()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftMoU(draft, as: id, in: tenant, by: mei)
            _ = try await transaction.shareMoU(id, in: tenant, by: mei)
            _ = try await transaction.agreeMoU(id, in: tenant, by: mei)
        }
        return id
    }

    @Test("each party signs on its own day, and the last signature makes the agreement")
    func partialSigning() async throws {
        let world = try await World()
        let id = try await agreed(draft("MoU-P"), in: world)
        func sign(_ party: Institution.ID, _ signing: PartySigning) async throws -> MoU {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.signMoU(id, for: party, signing, in: tenant, by: mei)
            }
        }
        let nobody = PartySigning(on: today, by: [])
        await #expect(throws: MoURefusal.noSignatory) { try await sign(own, nobody) }
        let theirs = try PartySigning(
            on: today.adding(days: -9), by: [signatory(of: bank)], endsOn: today.adding(days: 300))
        let witness = try Signing.Participant(
            .witness, name: Name("A Guest"), title: ShortText("Consul"), of: nil, called: Name("The Consulate"))
        let ours = try PartySigning(on: today.adding(days: -2), by: [signatory(of: own), witness])
        let half = try await sign(bank, theirs)
        #expect((half.status, half.signedOn, half.signatures.map(\.institution)) == (.agreed, nil, [bank]))
        await #expect(throws: MoURefusal.signedAlready) { try await sign(bank, theirs) }
        let stranger = Institution.ID()
        await #expect(throws: MoURefusal.notAParty) { try await sign(stranger, theirs) }
        let whole = try await sign(own, ours)
        #expect(whole.signedOn == today.adding(days: -2))
        #expect(whole.term.effectiveOn == whole.signedOn)
        #expect(whole.term.endsOn == today.adding(days: 300))
        #expect(whole.status == .inForce)
        #expect(whole.participants.count == 3)
        await #expect(throws: MoURefusal.notIn(.agreed)) { try await sign(own, ours) }
        // Signed in one go, every party has signed on that day.
        let demo = try #require(try await world.database.reader(as: world.context(Cast.kenji)).mou(second))
        #expect(Set(demo.signatures.map(\.signedOn)) == [try #require(demo.signedOn)])
        #expect(demo.signatures.count == 2)
    }

    @Test("a text is kept wording by wording with its hash, and frozen once it is agreed")
    func texts() async throws {
        let world = try await World()
        let id = MoU.ID()
        let draft = try draft("MoU-T")
        let (first, then) = (
            try MoUBody("The parties cooperate."), try MoUBody("The parties cooperate closely.\n\n協力する。")
        )
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            let drafted = try await transaction.draftMoU(draft, as: id, in: tenant, by: mei)
            #expect(drafted.clauses.map(\.isBinding) == [false, true])
            #expect(drafted.prevailingLanguage == .japanese)
            _ = try await transaction.writeText(first, in: .english, of: id, in: tenant, by: mei)
            let written = try await transaction.writeText(then, in: .english, of: id, in: tenant, by: mei)
            #expect(written.version == 2 && written.isTheLast)
            _ = try await transaction.writeText(first, in: .japanese, of: id, in: tenant, by: mei)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        let texts = try await reader.texts(of: id)
        #expect(texts.map(\.version) == [2, 1, 1] && texts.map(\.isTheLast) == [true, true, false])
        let hash =
            try await world.owner.reader(as: .none).one(
                "SELECT encode(sha256(convert_to(\(then), 'UTF8')), 'hex') AS hash")("hash") as String
        #expect(texts[0].sha256 == hash)
        #expect(try await reader.text(of: id, in: .english, version: 1)?.body == first)
        // Its parties read it from the moment it is shared.
        let bank = world.database.reader(as: world.context(Cast.kenji))
        #expect(try await bank.texts(of: id).isEmpty)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.shareMoU(id, in: tenant, by: mei)
        }
        #expect(try await bank.text(of: id, in: .english, version: 2)?.body == then)
        #expect(try await world.database.reader(as: world.context(Cast.ada)).texts(of: id).isEmpty)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.agreeMoU(id, in: tenant, by: mei)
        }
        await #expect(throws: MoURefusal.textIsFrozen) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.writeText(first, in: .english, of: id, in: tenant, by: mei)
            }
        }
        // Past the verb, the database refuses by itself.
        for statement: Query in [
            """
            INSERT INTO mou_texts (tenant_id, mou_id, language, version, body, sha256, written_by)
            VALUES (\(tenant), \(id), 'en', 3, 'Other', '', \(mei))
            """,
            "UPDATE mou_clauses SET binding = true WHERE mou_id = \(id)",
            "UPDATE mous SET prevailing_language = 'en' WHERE id = \(id)",
        ] {
            #expect(
                await constraint {
                    try await world.database.write(as: world.context(Cast.mei)) { try await $0.execute(statement) }
                } == "texts_are_frozen_once_agreed")
        }
    }

    @Test("terms renew one another, each once and in no circle")
    func renewal() async throws {
        let world = try await World()
        let next = try await agreed(draft("MoU-2b", renews: second), in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.mou(next)?.termNumber == 2)
        #expect(try await reader.mou(second)?.renewedBy == nil)
        let signing = try Signing(
            on: today, effectiveOn: today.adding(days: 440), endsOn: today.adding(days: 900),
            by: [signatory(of: own), signatory(of: bank)])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.signMoU(next, signing, in: tenant, by: mei)
        }
        #expect(try await reader.mou(second)?.renewedBy == next)
        let again = try draft("MoU-2c", renews: second)
        #expect(
            await constraint {
                try await world.database.write(as: world.context(Cast.mei)) { transaction in
                    try await transaction.draftMoU(again, as: MoU.ID(), in: tenant, by: mei)
                }
            } == "agreements_are_renewed_once")
        #expect(
            await constraint {
                try await world.database.write(as: world.context(Cast.mei)) { transaction in
                    try await transaction.execute("UPDATE mous SET prior_mou_id = \(next) WHERE id = \(second)")
                }
            } == "agreements_do_not_renew_themselves")
    }

    @Test("an amendment counts once every party has signed it, and moves the end")
    func amendments() async throws {
        let world = try await World()
        let id = Amendment.ID()
        let before = try #require(try await world.database.reader(as: world.context(Cast.mei)).mou(second))
        let end = try #require(before.term.endsOn)
        let new = try NewAmendment(
            LongText("It runs for another year."), effectiveOn: today, endsOn: end.adding(days: 365), noticeDays: 90)
        func sign(_ party: Institution.ID, _ day: CalendarDate) async throws {
            let signature = try Amendment.Signature(for: party, on: day, by: Name("Somebody"), title: ShortText("Head"))
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.signAmendment(id, of: second, signature, in: tenant, by: mei)
            }
        }
        let late = try NewAmendment(LongText("Too late."), effectiveOn: end.adding(days: 1))
        await #expect(throws: MoURefusal.amendsTooLate) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.draftAmendment(late, as: Amendment.ID(), of: second, in: tenant, by: mei)
            }
        }
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.draftAmendment(new, as: id, of: second, in: tenant, by: mei)
        }
        try await sign(own, today.adding(days: -3))
        await #expect(throws: MoURefusal.signedAlready) { try await sign(own, today) }
        let kenji = world.database.reader(as: world.context(Cast.kenji))
        #expect(try await kenji.mou(second)?.term.endsOn == end)
        try await sign(bank, today)
        let after = try #require(try await kenji.mou(second))
        #expect(after.term.endsOn == end.adding(days: 365))
        #expect(after.noticeDays == 90)
        let kept = try #require(try await kenji.amendments(of: second).first)
        #expect((kept.number, kept.signedOn, kept.endsOnBefore) == (1, today, end))
        #expect(kept.signatures.map(\.institution) == [own, bank])
        #expect(kept.counts(on: today) && !kept.counts(on: today.adding(days: -1)))
        #expect(try await world.database.reader(as: world.context(Cast.leo)).amendments(of: second).isEmpty)
        for name in [
            "agreements_renew_one_that_exists", "agreements_are_renewed_once", "agreements_do_not_renew_themselves",
            "texts_are_frozen_once_agreed", "parties_sign_what_is_agreed", "parties_sign", "mou_signatures_pkey",
            "amendment_ends_after_it_takes_effect", "amendment_takes_effect_after_signing",
            "amended_notice_is_not_negative", "parties_sign_amendments", "parties_sign_at_an_event_that_is_known",
            "clauses_are_a_reasonable_number",
        ] {
            #expect(PartnershipsRoom.constraints[name] != nil, "\(name) has no words")
        }
    }

    @Test("by HTTP and by pages: write, sign party by party, amend")
    func edge() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let drafted = await mei.ask(
            "POST", "/v1/mous",
            json: """
                {"reference": "MoU-E", "title": {"en": "Joint lab"}, "kind": "research", "renews": "\(second)",
                 "prevailing_language": "ja", "clauses": [{"title": "Secrecy", "is_binding": true}],
                 "legal_reviewer": "A Counsel",
                 "parties": [{"institution": "\(own)", "role": "lead", "coordinator": "Mei Lam"},
                             {"institution": "\(bank)", "role": "partner", "coordinator": "Kenji Mori"}],
                 "areas": [{"focus_area": "fintech", "wording": "Payments"}]}
                """)
        #expect(drafted.status == 201, "\(drafted.text)")
        #expect(try drafted.json()["term_number"] == 2)
        let address = try #require(drafted.header("Location"))
        let id = try #require(address.split(separator: "/").last)
        let written = await mei.ask("POST", "\(address)/texts", json: #"{"language": "ja", "body": "協力する。"}"#)
        #expect(written.status == 200, "\(written.text)")
        let page = await mei.send("/console/mous/\(id)/texts/new", [("language", "en"), ("body", "They cooperate.")])
        #expect(page.status == 303, "\(page.text)")
        #expect(await mei.open("/console/mous/\(id)/texts/new").status == 200)
        #expect(await mei.open("/console/mous/\(id)/texts/en/1").text.contains("They cooperate."))
        #expect(await mei.open("/console/mous/\(id)/texts/en/2").status == 404)
        #expect(try await mei.ask("GET", "\(address)/texts").json()["items"]?.elements?.count == 2)
        #expect(await mei.ask("GET", "\(address)/texts/ja/1").text.contains("協力する"))
        #expect(await mei.open("/console/mous/\(id)/edit").text.contains("Secrecy"))
        #expect(await mei.ask("POST", "\(address)/review").status == 200)
        #expect(await mei.ask("POST", "\(address)/agreement").status == 200)
        let frozen = await mei.send("/console/mous/\(id)/texts/new", [("language", "en"), ("body", "Other.")])
        #expect(frozen.status == 409)
        let signed = await mei.ask(
            "POST", "\(address)/parties/\(bank)/signature",
            json: """
                {"signed_on": "\(today)", "participants": [
                 {"kind": "signatory", "name": "N", "title": "T", "institution": "\(bank)"}]}
                """)
        #expect(signed.status == 200, "\(signed.text)")
        #expect(try signed.json()["status"]?.text == "agreed")
        let show = await mei.open("/console/mous/\(id)")
        #expect(show.text.contains("/console/mous/\(id)/parties/\(own)/signature"))
        #expect(show.text.contains("Does not bind") == false && show.text.contains("Secrecy"))
        #expect(await mei.open("/console/mous/\(id)/parties/\(own)/signature").status == 200)
        let form: [(String, String)] = [
            ("signed_on", today.description), ("effective_on", ""), ("ends_on", today.adding(days: 90).description),
            ("participants.0.kind", "signatory"), ("participants.0.name", ""), ("participants.0.title", ""),
            ("participants.0.institution", own.description), ("participants.0.institution_name", ""),
            ("event.name", ""), ("event.held_on", ""), ("event.city", ""), ("event.country", ""), ("event.hosts", ""),
            ("event.part_of", ""),
        ]
        let bare = await mei.send("/console/mous/\(id)/parties/\(own)/signature", form)
        #expect(bare.status == 422)
        let named = form.map { name, value in
            (name, ["participants.0.name", "participants.0.title"].contains(name) ? "Mei Lam" : value)
        }
        #expect(await mei.send("/console/mous/\(id)/parties/\(own)/signature", named).status == 303)
        #expect(try await mei.ask("GET", address).json()["status"]?.text == "expiring")

        let amended = await mei.ask(
            "POST", "\(address)/amendments",
            json: #"{"words": "Longer.", "effective_on": "\#(today)", "ends_on": "\#(today.adding(days: 400))"}"#)
        #expect(amended.status == 200, "\(amended.text)")
        let amendment = try #require(try amended.json()["items"]?.elements?.first?["id"]?.text)
        #expect(await mei.open("/console/mous/\(id)/amendments/new").status == 200)
        #expect(await mei.open("/console/mous/\(id)/amendments/\(amendment)/signature").status == 200)
        let half = await mei.send(
            "/console/mous/\(id)/amendments/\(amendment)/signature",
            [("institution", own.description), ("signed_on", today.description), ("name", "M"), ("title", "T")])
        #expect(half.status == 303, "\(half.text)")
        let whole = await mei.ask(
            "POST", "\(address)/amendments/\(amendment)/signatures",
            json: #"{"institution": "\#(bank)", "signed_on": "\#(today)", "name": "N", "title": "T"}"#)
        #expect(whole.status == 200, "\(whole.text)")
        #expect(try await mei.ask("GET", address).json()["status"]?.text == "in_force")
        let worse = await mei.send(
            "/console/mous/\(id)/amendments/new",
            [("words", ""), ("effective_on", ""), ("ends_on", ""), ("notice_days", "")])
        #expect(worse.status == 422)
        let kenji = try await Visitor(Cast.kenji, in: world)
        let theirs = await kenji.open("/partner/agreements/\(id)")
        #expect(theirs.text.contains("Longer.") && theirs.text.contains("/partner/agreements/\(id)/texts/ja/1"))
        #expect(!theirs.text.contains("/console/"))
        #expect(await kenji.open("/partner/agreements/\(id)/texts/ja/1").text.contains("協力する"))
        #expect(await kenji.ask("GET", "\(address)/amendments").status == 200)
        #expect(await kenji.ask("POST", "\(address)/texts", json: #"{"language": "ja", "body": "X"}"#).status == 403)
    }
}
