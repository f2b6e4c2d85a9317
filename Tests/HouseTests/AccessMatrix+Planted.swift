import Accounts
import Applications
import Decisions
import DemoWorld
import Foundation
import Fundraising
import Institutions
import Partnerships
import Postgres
import Programs
import Reviews
import TestWorld
import Vocabulary

@testable import API

/// What the story of KelpSense lacks, planted for the routes that ask for it.
extension Objects {
    /// Two agreements that wait for the signatures of their parties, which the bank's person is asked to give: one for each door
    /// at which they sign, or at which that is taken back.
    static func askForASignature(in world: World) async throws {
        let (tenant, mei) = (Cast.harbour.id, Cast.mei.person.id)
        guard let fintech = FocusArea.ID("fintech") else { return }
        for name in ["unsigned", "unsigned of a page"] {
            let id: MoU.ID = demoID("mou \(name)")
            let draft = try MoUDraft(
                reference: Name("MoU \(name)"), title: LocalizedName(en: "Joint lab"), kind: .research,
                parties: [
                    MoU.Party(Institution.ID(tenant.uuid), as: .lead, coordinator: Name("Mei Lam")),
                    MoU.Party(
                        Cast.institution("harbour/sakuragi"), as: .partner, coordinator: Name("Kenji Mori")),
                ], areas: [MoU.Area(fintech, wording: ShortText("Payments"))], legalReviewer: Name("Winnie Kwok"))
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.draftMoU(draft, as: id, in: tenant, by: mei)
                _ = try await transaction.shareMoU(id, in: tenant, by: mei)
                _ = try await transaction.agreeMoU(id, in: tenant, by: mei)
                try await transaction.askToSign(
                    id, Cast.kenji.seat(), effectiveOn: CalendarDate(.now, in: .hongKong), in: tenant, by: mei)
            }
        }
    }

    /// A call on a fast track, and a code for it that nobody has used.
    static func giveCode(in world: World) async throws -> FastTrackCode.ID {
        // The same in every world of a day: twin worlds are compared byte by byte.
        let (call, code): (CallForApplications.ID, FastTrackCode.ID) = (demoID("call fast"), demoID("code fast"))
        let today = CalendarDate(.now, in: .hongKong)
        func noon(_ days: Int) throws -> Date {
            guard let noon = LocalTime(today.adding(days: days), hour: 12, minute: 0) else { throw Problem.notFound }
            return noon.instant(in: .hongKong)
        }
        var generator = SystemRandomNumberGenerator()
        let word = FastTrackWord(using: &generator)
        let draft = try CallDraft(
            stream: demoID("stream acceleration fintech"), title: LocalizedName(en: "Fast"), opensAt: try noon(0),
            deadline: Deadline(try noon(10), in: .hongKong), questions: [],
            access: .fastTrack)
        let new = try NewFastTrackCode(
            mou: demoID("mou MoU-2"), label: ShortText("For the bank's club"), validFrom: try noon(-1),
            validUntil: try noon(10), usesAllowed: 3)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: call, in: Cast.harbour.id)
            _ = try await transaction.giveFastTrackCode(
                word, new, as: code, for: call, in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        return code
    }

    /// A batch in which the bank has a say and is asked, with a rejection of what is in its stream. The application is put in
    /// review past the verbs.
    static func askABank(in world: World) async throws -> DecisionBatch.ID {
        let (call, batch): (CallForApplications.ID, DecisionBatch.ID) = (demoID("call fintech"), demoID("batch joint"))
        let application: Application.ID = demoID("application \(Cast.startup("brightwharf")) \(call)")
        let terms = try BatchTerms(
            name: Name("With the bank"), places: 2, lastDay: CalendarDate(.now, in: .hongKong).adding(days: 60))
        let meant = try Preparation(.reject, note: LongText("Not this time."))
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute("UPDATE applications SET state = 'in_review' WHERE id = \(application)")
        }
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.openBatch(
                terms, as: batch, of: call, in: Cast.harbour.id, by: Cast.mei.person.id)
            try await transaction.prepareDecision(on: application, meant, in: batch, by: Cast.mei.person.id)
        }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                UPDATE decision_batches SET consulted_at = opened_at, consulted_by = opened_by WHERE id = \(batch)
                """)
            // A change of a decision that waits for the bank.
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO decisions (tenant_id, application_id, batch_id, outcome, note, appeal_until)
                VALUES (\(Cast.harbour.id), \(application), \(batch), 'reject', 'Not this time.', now())
                """)
            try await transaction.execute(
                """
                INSERT INTO decision_changes (tenant_id, id, application_id, outcome, rank, note, reason, proposed_by)
                VALUES (\(Cast.harbour.id), \(demoID("change joint") as DecisionChange.ID), \(application), 'waitlist', 1,
                        'Perhaps.', 'A place may become free.', \(Cast.mei.person.id))
                """)
        }
        return batch
    }

    /// An application to the bank's stream that waits to be screened, which the bank may do, with a document; what its plan for
    /// the first months is stays with the park.
    static func letABankScreen(in world: World) async throws -> (application: Application.ID, document: Document.ID) {
        let call: CallForApplications.ID = demoID("call fintech")
        let application: Application.ID = demoID("application \(Cast.startup("coinshore")) \(call)")
        let document: Document.ID = demoID("document screened")
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                UPDATE stream_partners SET screens = true
                WHERE stream_id = \(demoID("stream acceleration fintech") as ProgramStream.ID)
                """)
            try await transaction.execute(
                "UPDATE call_questions SET audience = 'managers' WHERE call_id = \(call) AND position = 4")
            try await transaction.execute(
                """
                INSERT INTO documents (tenant_id, application_id, id, call_id, question_id, name, media_type, bytes, sha256,
                                       state, uploaded_by)
                SELECT a.tenant_id, a.id, \(document), a.call_id, q.id, 'coins.pdf', 'application/pdf', 4, sha256('coin'),
                       'clean', a.created_by
                FROM applications AS a JOIN call_questions AS q ON q.call_id = a.call_id AND q.position = 1
                WHERE a.id = \(application)
                """)
            try await transaction.execute(
                """
                INSERT INTO document_chunks (tenant_id, application_id, document_id, seq, bytes)
                SELECT tenant_id, application_id, id, 0, 'coin' FROM documents WHERE id = \(document)
                """)
        }
        return (application, document)
    }

    /// Somebody of the bank's whom it nominates for its stream, and whom no manager has answered yet.
    static func nominateABanker(in world: World) async throws -> StreamReviewer.ID {
        let stream: ProgramStream.ID = demoID("stream acceleration fintech")
        let kenji = Cast.kenji.person.id
        _ = try await world.database.write(as: world.context(Cast.kenji)) { transaction in
            try await transaction.nominateReviewers(
                [kenji], for: stream, as: Cast.institution("harbour/sakuragi"), in: Cast.harbour.id, by: kenji)
        }
        let pool = try await world.database.reader(as: world.context(Cast.kenji)).pool(of: stream)
        guard let nomination = pool.first else { throw Problem.notFound }
        return nomination.id
    }

    /// An amendment of MoU-2 that waits for its signatures, a group with two things to be done, sessions, and a text in English,
    /// planted past the verbs because that of MoU-2 is agreed.
    static func keepTheLifeOfAnAgreement(in world: World) async throws {
        let (tenant, mei, mou): (Tenant.ID, Person.ID, MoU.ID) = (
            Cast.harbour.id, Cast.mei.person.id, demoID("mou MoU-2")
        )
        let today = CalendarDate(.now, in: .hongKong)
        let amendment = try NewAmendment(LongText("The bank opens a desk."), effectiveOn: today.adding(days: 30))
        let group: WorkingGroup.ID = demoID("group fintech")
        let formed = try NewWorkingGroup(
            Name("Fintech"),
            members: [WorkingGroup.Member(Name("Naoko Sakuragi"), of: Cast.institution("harbour/sakuragi"))])
        let meeting = try NewMeeting(
            on: today, minutes: LongText("The desk is wanted."),
            actions: [
                NewMeeting.NewAction(ShortText("Find a room"), by: Name("Mei Lam"), as: demoID("action first")),
                NewMeeting.NewAction(ShortText("Find a key"), by: Name("Mei Lam"), as: demoID("action second")),
            ])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.draftAmendment(amendment, as: demoID("amendment"), of: mou, in: tenant, by: mei)
            // And two that are withdrawn, one by each door.
            for mistaken: Amendment.ID in [demoID("amendment mistaken"), demoID("amendment mistaken on a page")] {
                try await transaction.draftAmendment(amendment, as: mistaken, of: mou, in: tenant, by: mei)
            }
            // And two that the bank's person is asked to sign: one for each door.
            for asked: Amendment.ID in [demoID("amendment asked"), demoID("amendment asked of a page")] {
                try await transaction.draftAmendment(amendment, as: asked, of: mou, in: tenant, by: mei)
                try await transaction.askToSign(asked, of: mou, Cast.kenji.seat(), in: tenant, by: mei)
            }
            try await transaction.formGroup(formed, as: group, of: mou, in: tenant, by: mei)
            try await transaction.recordMeeting(
                meeting, as: demoID("meeting"), of: group, mou, in: tenant, by: mei)
            // And two groups that end, and two sessions and two uses of a benefit that are taken back.
            for ending: WorkingGroup.ID in [demoID("group ending"), demoID("group ending on a page")] {
                try await transaction.formGroup(formed, as: ending, of: mou, in: tenant, by: mei)
            }
            let held = try NewExchangeSession(
                LocalizedName(en: "Open banking"), on: today, by: [Name("Sakuragi Bank Group")], attendance: 12)
            for session: ExchangeSession.ID in [demoID("session first"), demoID("session second")] {
                try await transaction.recordSession(held, as: session, under: mou, in: tenant, by: mei)
            }
            for use: MoU.BenefitUse.ID in [demoID("use first"), demoID("use second")] {
                try await transaction.recordUse(
                    NewBenefitUse(on: today), as: use, of: demoID("benefit mentoring"), of: mou, in: tenant, by: mei)
            }
        }
        // Two files of the bank's, one for each door at which a file is withdrawn.
        for document: MoUDocument.ID in [demoID("mou document first"), demoID("mou document second")] {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute("SET LOCAL session_replication_role = replica")
                try await transaction.execute(
                    """
                    INSERT INTO mou_documents (tenant_id, mou_id, id, kind, name, media_type, bytes, sha256, institution_id,
                                               state, given_at, given_by)
                    SELECT tenant_id, id, \(document), 'annex', 'annex.txt', 'text/plain; charset=utf-8', 4,
                           sha256(\(document.description)::bytea), \(Cast.institution("harbour/sakuragi")), 'clean',
                           created_at, \(Cast.kenji.person.id)
                    FROM mous WHERE id = \(mou)
                    """)
                try await transaction.execute(
                    """
                    INSERT INTO mou_document_chunks (tenant_id, mou_id, document_id, seq, bytes)
                    VALUES (\(tenant), \(mou), \(document), 0, 'text')
                    """)
            }
        }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO mou_texts (tenant_id, mou_id, language, version, body, sha256, written_at, written_by)
                SELECT tenant_id, id, 'en', 1, 'The parties cooperate.', sha256('The parties cooperate.'), created_at, \(mei)
                FROM mous WHERE id = \(mou)
                """)
        }
    }

    /// What Tidewater would put into KelpSense's round, and three documents that it may read: one for each door at which a
    /// document is taken away, and one that stays. Their bytes are planted: no watermark can be put on them.
    static func fillADataRoom(in world: World) async throws {
        let (round, indication): (FundingRound.ID, Indication.ID) = (
            demoID("funding round kelpsense"), demoID("indication")
        )
        let (startup, firm) = (Cast.startup("kelpsense"), Cast.institution("harbour/tidewater"))
        let reader = world.database.reader(as: world.context(Cast.jun))
        guard let currency = try await reader.fundingRound(round)?.terms.target.currency else { throw Problem.notFound }
        _ = try await world.database.write(as: world.context(Cast.jun)) { transaction in
            let day = CalendarDate(transaction.now, in: .utc).adding(days: 20)
            return try await transaction.giveIndication(
                NewIndication(Money(minor: 1_000_000, currency: currency), binding: false, until: day, told: .contacts),
                as: indication, to: round, of: firm, by: Cast.jun.person.id)
        }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            for place in 0..<3 {
                let (document, grant): (RoomDocument.ID, RoomGrant.ID) = (
                    demoID("room document \(place)"), demoID("room grant \(place)")
                )
                try await transaction.execute(
                    """
                    INSERT INTO data_room_documents (tenant_id, startup_id, id, folder, title, watermarked, added_by)
                    VALUES (\(Cast.harbour.id), \(startup), \(document), 'Pitch', 'Buoys in figures', true,
                            \(Cast.ada.person.id))
                    """)
                try await transaction.execute(
                    """
                    INSERT INTO data_room_versions (tenant_id, startup_id, document_id, number, name, media_type, bytes, sha256,
                                                    state, uploaded_by)
                    SELECT tenant_id, startup_id, id, 1, 'figures.pdf', 'application/pdf', 4, sha256('deck'), 'clean', added_by
                    FROM data_room_documents WHERE id = \(document)
                    """)
                try await transaction.execute(
                    """
                    INSERT INTO data_room_pieces (tenant_id, startup_id, document_id, number, seq, bytes)
                    SELECT tenant_id, startup_id, document_id, number, 0, 'deck' FROM data_room_versions
                    WHERE document_id = \(document)
                    """)
                try await transaction.execute(
                    """
                    INSERT INTO data_room_grants (tenant_id, startup_id, document_id, id, investor_id, may_download, granted_by)
                    SELECT tenant_id, startup_id, id, \(grant), \(firm), true, added_by FROM data_room_documents
                    WHERE id = \(document)
                    """)
            }
        }
    }
}
