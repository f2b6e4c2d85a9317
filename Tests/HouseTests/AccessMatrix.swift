import Accounts
import Applications
import Decisions
import DemoDays
import DemoWorld
import Foundation
import Fundraising
import Imports
import Institutions
import Investment
import Letters
import Partnerships
import Postgres
import Programs
import Reviews
import TestWorld
import Vocabulary

@testable import API

/// The objects that every asker asks for, by the name of a parameter or else by the noun of its `x-ref`.
struct Objects: Sendable {
    private var ids: [String: String]
    /// What stands for a startup beside a shortlist: one that is on it.
    private var listed: String
    /// A plan of who judges what.
    private var planned: String
    /// What nora judges and may leave, one for each way to leave it, by the route's path: her review of KelpSense is still
    /// there afterwards.
    private var leavable: [String: String]
    /// A declared conflict of the round's panel for the pages, so that the operation's is not lifted before them.
    private var liftable: String
    /// A dead letter for each route that takes one, by the route's path: what is retried is none any more.
    private var deadLetters: [String: String]
    /// Another startup of the shortlist, which may be blocked without hiding what other routes ask for.
    private var blockable: String
    /// What stands for a letter where people read their own: one that its reader has.
    private var received: String

    /// The objects of the story of KelpSense and of Tidewater's shortlist.
    init(of world: World) async throws {
        let spare = UUID()
        let routes = world.edge.registry.map(\.path).filter { $0.contains("{job}") }
        let dead = Dictionary(routes.map { ($0, UUID()) }, uniquingKeysWith: { first, _ in first })
        deadLetters = dead.mapValues { $0.uuidString.lowercased() }
        try await world.owner.write(as: .none) { transaction in
            for id in dead.values {
                try await transaction.execute(
                    """
                    INSERT INTO jobs (id, kind, arguments, attempt, max_attempts, finished_at, outcome, last_error)
                    VALUES (\(id), 'test', '{}', 1, 1, now(), 'dead', 'It broke for good.')
                    """)
            }
            _ = try await transaction.issueToken(
                spare, Secret(prefix: "trellis_"), name: "spare", scopes: ["read"], seat: Cast.mei.seat(),
                person: Cast.mei.person.id, days: 1)
        }
        let startup = Cast.startup("kelpsense").uuid
        let row = try await world.owner.reader(as: .none).one(
            """
            SELECT e.id AS enrolment, e.application_id AS application, a.call_id AS call, c.stream_id AS stream,
                   e.cohort_id AS cohort, s.program_id AS program,
                   (SELECT m.id FROM milestones AS m WHERE m.enrolment_id = e.id ORDER BY m.position DESC LIMIT 1) AS milestone,
                   (SELECT q.id FROM call_questions AS q WHERE q.call_id = a.call_id ORDER BY q.position LIMIT 1) AS question,
                   (SELECT m.id FROM mous AS m WHERE m.reference = 'MoU-2') AS mou,
                   (SELECT id FROM signing_events LIMIT 1) AS event,
                   l.id AS shortlist, l.run_id AS run, l.mandate_id AS mandate, x.startup_id AS listed
            FROM enrolments AS e
            JOIN applications AS a ON a.id = e.application_id
            JOIN calls AS c ON c.id = a.call_id
            JOIN streams AS s ON s.id = c.stream_id
            CROSS JOIN shortlists AS l
            JOIN shortlist_items AS x ON x.shortlist_id = l.id AND x.rank = 1
            WHERE e.startup_id = \(startup) AND l.investor_id = \(Cast.institution("harbour/tidewater"))
            """)
        func id(_ column: String) throws -> String {
            let id: UUID = try row(column)
            return id.uuidString.lowercased()
        }
        listed = try id("listed")
        let plan = AssignmentRun.ID()
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.requestAssignmentRun(
                of: demoID("round incubation"), as: plan, in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        planned = plan.description
        let ways = world.edge.registry.map(\.path).filter { $0.contains("{assignment}/") }
            .filter { $0.hasSuffix("/abstention") || $0.hasSuffix("/conflict") }
        let slugs = ["gridfellow", "skylarkinspect", "tideglass", "plumbline"]
        leavable = Dictionary(
            zip(Set(ways).sorted(), slugs).map { path, slug in
                (path, (demoID("assignment \(Cast.nora.person.email) \(slug)") as ReviewAssignment.ID).description)
            }, uniquingKeysWith: { first, _ in first })
        let handedIn = FileImport.ID()
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.requestImport(
                of: .startups, Array("id,name".utf8), named: try Name("startups.csv"), asRehearsal: true, as: handedIn,
                in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        let conflict = ConflictDeclaration.ID()
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.declareConflict(
                of: Cast.vera.person.id, with: Cast.startup("brightwharf"), note: nil, as: conflict,
                in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        let second = ConflictDeclaration.ID()
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.declareConflict(
                of: Cast.vera.person.id, with: Cast.startup("tideglass"), note: nil, as: second, in: Cast.harbour.id,
                by: Cast.mei.person.id)
        }
        liftable = second.description
        let judged: ReviewAssignment.ID = demoID("assignment \(Cast.nora.person.email) kelpsense")
        let round: ReviewRound.ID = demoID("round incubation")
        // In order, since letters of one moment are listed by their ids.
        let letters = [Letter.ID(), Letter.ID()].sorted()
        let (outgoing, arrived) = (letters[0], letters[1])
        received = arrived.description
        // Two letters to the founder of KelpSense: one of the outbox, and one that she has.
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            for (id, held) in [(outgoing, true), (arrived, false)] {
                try await transaction.writeLetter(
                    NewLetter(.decision, to: Cast.ada.person.id) { _ in
                        try LetterText(subject: "About KelpSense", paragraphs: ["The park has made up its mind."])
                    }, held: held, as: id)
            }
        }
        let fastTrack: FastTrackCode.ID = try await Self.giveCode(in: world)
        // A document of KelpSense's: planted past the verbs, because the application was handed in long ago.
        let document = UUID()
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO documents (tenant_id, application_id, id, call_id, question_id, name, media_type, bytes, sha256,
                                       state, uploaded_by)
                SELECT a.tenant_id, a.id, \(document), a.call_id, q.id, 'deck.pdf', 'application/pdf', 4, sha256('deck'),
                       'clean', a.created_by
                FROM applications AS a JOIN call_questions AS q ON q.call_id = a.call_id AND q.position = 1
                WHERE a.id = \(try row("application") as UUID)
                """)
            try await transaction.execute(
                """
                INSERT INTO document_chunks (tenant_id, application_id, document_id, seq, bytes)
                SELECT tenant_id, application_id, id, 0, 'deck' FROM documents WHERE id = \(document)
                """)
            try await transaction.execute(
                """
                UPDATE review_files AS f
                SET answers = (SELECT jsonb_agg(
                        CASE WHEN (e.answer ->> 'question')::uuid = d.question_id
                             THEN e.answer || jsonb_build_object('documents', jsonb_build_array(d.id))
                             ELSE e.answer END ORDER BY e.position)
                    FROM jsonb_array_elements(f.answers) WITH ORDINALITY AS e (answer, position))
                FROM documents AS d WHERE d.id = \(document) AND f.application_id = d.application_id
                """)
        }
        let change = DecisionChange.ID()
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.proposeChange(
                of: demoID(
                    "application \(Cast.startup("tideglass")) \(demoID("call incubation") as CallForApplications.ID)"),
                to: Preparation(.waitlist, note: LongText("Perhaps.")), because: LongText("A place may become free."),
                as: change, in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        let waiver: QuorumWaiver.ID = demoID("waiver second")
        let waived: Application.ID = demoID(
            "application \(Cast.startup("plumbline")) \(demoID("call incubation") as CallForApplications.ID)")
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.proposeWaiver(
                of: waived, in: demoID("batch second"), because: LongText("The reviewer fell ill."), as: waiver,
                in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        let absence = Absence.ID()
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            let day = CalendarDate(transaction.now, in: .hongKong).adding(days: 400)
            return try await transaction.noteAbsence(
                of: Cast.vera.person.id, from: day, to: day, as: absence, in: Cast.harbour.id)
        }
        // One for each door at which a filter is forgotten.
        let filters = [SavedFilter.ID(), SavedFilter.ID()]
        for (place, filter) in filters.enumerated() {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.saveFilter(
                    ApplicationFilter(state: [.submitted]), as: filter, named: ShortText("To be screened \(place)"),
                    isShared: true, in: Cast.harbour.id, by: Cast.mei.person.id)
            }
        }
        // Tidewater would meet KelpSense; a pair that the park keeps apart is another.
        let shortlist: Shortlist.ID = try row("shortlist")
        let reader = world.database.reader(as: world.context(Cast.jun))
        _ = try await world.database.write(as: world.context(Cast.jun)) { transaction in
            try await transaction.answerShortlistItem(
                Startup.ID(startup), of: shortlist, with: NewAnswer(.interested), as: Answer.ID(), in: Cast.harbour.id,
                by: Cast.jun.person.id)
        }
        let introduction = try await reader.introductions(limit: 1).map(\.id).first
        let first = try id("listed")
        let others = try await reader.items(of: shortlist).map(\.startup.id)
            .filter { $0.uuid != startup && $0.description != first }
        blockable = others.first?.description ?? ""
        let block: Block.ID = demoID("block")
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.blockPair(
                NewBlock(investor: Cast.institution("harbour/kasumi"), startup: Cast.startup("ledgerleaf")),
                by: IntroductionActor(Cast.mei.person.id, for: .park), as: block)
        }
        // One for each door at which an investment is taken back.
        for (place, name) in ["", " of a page"].enumerated() {
            _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.recordInvestment(
                    NewInvestment(
                        in: Cast.startup("ledgerleaf"),
                        on: CalendarDate(transaction.now, in: .hongKong).adding(days: -30 - place)),
                    of: Cast.institution("harbour/tidewater"), as: demoID("investment\(name)"), by: Cast.mei.person.id)
            }
        }
        let model = LearnedModel.ID()
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.requestTraining(as: model, in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        // One for each door at which a link is taken away.
        let link: MoU.Link.ID = demoID("link fast")
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.linkActivity(
                NewLink(.stream, (demoID("stream incubation general") as ProgramStream.ID).uuid), as: link,
                to: demoID("mou MoU-2"), in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        try await Self.keepTheLifeOfAnAgreement(in: world)
        try await Self.askForASignature(in: world)
        let joint = try await Self.askABank(in: world)
        try await Self.fillADataRoom(in: world)
        let nomination = try await Self.nominateABanker(in: world)
        let screened = try await Self.letABankScreen(in: world)
        ids = [
            "Application": try id("application"),
            "ChangeRequest": (demoID("changes halyard") as ChangeRequest.ID).description,
            "ConflictDeclaration": conflict.description,
            "ReviewAssignment": judged.description, "ReviewRound": round.description,
            "Criterion": (demoID("criterion Team") as ReviewRound.Criterion.ID).description,
            "person": Cast.vera.person.id.description, "CallForApplications": try id("call"),
            "CallCondition": (demoID("condition incorporated") as CallCondition.ID).description,
            "DecisionChange": change.description, "QuorumWaiver": waiver.description,
            "waived": waived.description,
            "DecisionBatch": (demoID("batch second") as DecisionBatch.ID).description,
            "DemoDay": (demoID("demo day") as DemoDay.ID).description,
            "DemoDayPlan": (demoID("demo day plan 2") as DemoDayPlan.ID).description,
            "participant": Cast.institution("harbour/kasumi").description,
            "Cohort": try id("cohort"), "Document": document.uuidString.lowercased(),
            "Enrolment": try id("enrolment"), "FastTrackCode": fastTrack.description,
            "FileImport": handedIn.description, "FirmNote": (demoID("firm note") as FirmNote.ID).description,
            "firm seat": Cast.jun.seat().description,
            "Institution": Cast.institution("harbour/sakuragi").description,
            "Introduction": introduction?.description ?? "", "Block": block.description,
            "FundingRound": (demoID("funding round kelpsense") as FundingRound.ID).description,
            "Indication": (demoID("indication") as Indication.ID).description,
            "RoomDocument": (demoID("room document 0") as RoomDocument.ID).description,
            "removable room document": (demoID("room document 1") as RoomDocument.ID).description,
            "removable room document of a page": (demoID("room document 2") as RoomDocument.ID).description,
            "RoomGrant": (demoID("room grant 0") as RoomGrant.ID).description,
            "InvestorVerification": (demoID("verification tidewater") as InvestorVerification.ID).description,
            "PastInvestment": (demoID("investment") as PastInvestment.ID).description,
            "investment of a page": (demoID("investment of a page") as PastInvestment.ID).description,
            "LearnedModel": model.description, "Letter": outgoing.description, "Mandate": try id("mandate"),
            "MatchRun": try id("run"), "SavedFilter": filters[0].description, "forgettable": filters[1].description,
            "Absence": absence.description,
            "Benefit": (demoID("benefit mentoring") as MoU.Benefit.ID).description,
            "BenefitUse": (demoID("use first") as MoU.BenefitUse.ID).description,
            "removable use": (demoID("use second") as MoU.BenefitUse.ID).description,
            "Deliverable": (demoID("deliverable demo day") as MoU.Deliverable.ID).description,
            "Link": (demoID("link incubation") as MoU.Link.ID).description, "removable link": link.description,
            "Action": (demoID("action first") as WorkingGroup.Action.ID).description,
            "removable action": (demoID("action second") as WorkingGroup.Action.ID).description,
            "joint": joint.description, "StreamReviewer": nomination.description,
            "screened": screened.application.description, "screened document": screened.document.description,
            "seated stream": (demoID("stream acceleration fintech") as ProgramStream.ID).description,
            "planning": (demoID("call fintech") as CallForApplications.ID).description,
            "unsigned": (demoID("mou unsigned") as MoU.ID).description,
            "unsigned of a page": (demoID("mou unsigned of a page") as MoU.ID).description,
            "signatory seat": Cast.kenji.seat().description,
            "signatory party": Cast.institution("harbour/sakuragi").description,
            "JointRevision": (demoID("change joint") as JointRevision.ID).description,
            "MoUDocument": (demoID("mou document first") as MoUDocument.ID).description,
            "removable document": (demoID("mou document second") as MoUDocument.ID).description,
            "WorkingGroup": (demoID("group fintech") as WorkingGroup.ID).description,
            "ending group": (demoID("group ending") as WorkingGroup.ID).description,
            "ending group on a page": (demoID("group ending on a page") as WorkingGroup.ID).description,
            "ExchangeSession": (demoID("session first") as ExchangeSession.ID).description,
            "removable session": (demoID("session second") as ExchangeSession.ID).description,
            "Amendment": (demoID("amendment") as Amendment.ID).description,
            "asked amendment": (demoID("amendment asked") as Amendment.ID).description,
            "asked amendment of a page": (demoID("amendment asked of a page") as Amendment.ID).description,
            "mistaken amendment": (demoID("amendment mistaken") as Amendment.ID).description,
            "mistaken amendment on a page": (demoID("amendment mistaken on a page") as Amendment.ID).description,
            "Target": (demoID("target fintech") as MoU.Target.ID).description,
            "removable target": (demoID("target nurtured") as MoU.Target.ID).description,
            "Milestone": try id("milestone"),
            "MoU": try id("mou"), "Person": Cast.iris.person.id.description, "Program": try id("program"),
            "ProgramStream": try id("stream"), "Question": try id("question"), "Seat": Cast.mei.seat().description,
            "Shortlist": try id("shortlist"), "SigningEvent": try id("event"),
            "Startup": Cast.startup("kelpsense").description, "Tenant": Cast.harbour.id.description,
            "changing":
                (demoID("application \(Cast.startup("halyard")) \(demoID("call fintech") as CallForApplications.ID)")
                as Application.ID).description,
            "institution": Cast.institution("harbour/sakuragi").description,
            // What shares a holder with KelpSense.
            "other":
                (demoID(
                    "application \(Cast.startup("lanterncare")) \(demoID("call incubation") as CallForApplications.ID)")
                as Application.ID).description,
            "investor": Cast.institution("harbour/tidewater").description, "token": spare.uuidString.lowercased(),
        ]
    }

    /// The identifier for a parameter or field; nil where none is meant.
    func id(_ name: String, _ schema: Schema, beside path: String = "") -> String? {
        // The application that waits for changes.
        if name == "application", path.contains("{request}") { return ids["changing"] }
        // What the bank screens.
        if path.contains("/partner/screening/") { return ids[name == "application" ? "screened" : "screened document"] }
        // What is prepared below the quorum.
        if name == "application", path.contains("/{application}/waiver") { return ids["waived"] }
        if name == "filter", path.starts(with: "/console") { return ids["forgettable"] }
        if name == "startup", path.contains("{shortlist}") { return listed }
        if name == "startup", path == "/v1/blocks" { return blockable }
        // Nor one whose introduction a founder's block would end.
        if name == "investor", path == "/v1/blocks" { return ids["Institution"] }
        if name == "document", path.contains("data-room"), path.hasSuffix("/removal") {
            return ids["removable room document\(path.starts(with: "/v1") ? "" : " of a page")"]
        }
        if ["link", "target", "action", "session", "use"].contains(name), path.starts(with: "/console") {
            return ids["removable \(name)"]
        }
        // What the agreement was signed for.
        if name == "area", path.contains("/areas/{area}") { return "fintech" }
        // What ends, one by each door; the other goes on.
        if name == "group", path.hasSuffix("/{group}/end") {
            return ids["ending group\(path.starts(with: "/v1") ? "" : " on a page")"]
        }
        // Announced to everybody, and called off by nobody on the way.
        if name == "call", path.contains("/public/") || path.contains("/open-calls/") {
            return (demoID("call expansion") as CallForApplications.ID).description
        }
        // A call with a round that is planned and not drafted.
        if name == "call", path.hasSuffix("/planned-round") { return ids["planning"] }
        // The stream in which the bank has seats.
        let isSeated = [
            "/reviewers", "/nominations", "/nomination-answers", "/partner/streams/", "/streams/{stream}/seats",
        ]
        .contains(where: path.contains)
        if name == "stream", isSeated { return ids["seated stream"] }
        // What the bank has a say in.
        if name == "batch", path.contains("/joint-batches/") || path.contains("/partner/") { return ids["joint"] }
        if name == "document", ["/console/mous/", "/partner/agreements/"].contains(where: path.hasPrefix) {
            return ids["removable document"]
        }
        if name == "amendment", path.hasSuffix("{amendment}/withdrawal") {
            return ids["mistaken amendment\(path.starts(with: "/v1") ? "" : " on a page")"]
        }
        // What somebody is asked to sign; the rest of an agreement's amendments are signed by record.
        if name == "amendment",
            ["signing-request", "own-signature", "/partner/agreements/"].contains(where: path.contains)
        {
            return ids["asked amendment\(path.starts(with: "/v1") ? "" : " of a page")"]
        }
        if name == "mou", !path.contains("/amendments/"),
            ["signing-request", "own-signature", "/partner/agreements/{mou}/signature"].contains(where: path.contains)
        {
            return ids["unsigned\(path.starts(with: "/v1") ? "" : " of a page")"]
        }
        if name == "seat", path.contains("signing-requests") { return ids["signatory seat"] }
        if name == "party", path.contains("signing-request") { return ids["signatory party"] }
        if name == "investment", !path.starts(with: "/v1") { return ids["investment of a page"] }
        // A seat at the firm whose roles are set.
        if name == "seat", path.contains("/v1/investors/") { return ids["firm seat"] }
        if name == "run", path.contains("/assignment-runs/") { return planned }
        if name == "letter", path == "/letters/{letter}" || path.contains("/me/letters") { return received }
        if name == "conflict", path.contains("/console/") { return liftable }
        if name == "assignment", let assignment = leavable[path] { return assignment }
        if name == "job", let letter = deadLetters[path] { return letter }
        // The stream that is designed as a preset has it, with what the preset requires.
        if path.contains("/streams/{stream}/conditions/") {
            if name == "condition" { return "33a8b1f0-1875-5912-b8d8-27cc32d86371" }
            if name == "stream" { return (demoID("stream acceleration fintech") as ProgramStream.ID).description }
        }
        // A preset is nobody's: it is the same in every workspace.
        if name == "preset" { return "ideation" }
        if let id = ids[name] { return id }
        let noun = (schema.annotations + schema.resolved.annotations).first { $0.name == "x-ref" }?.value
        if case .string(let noun) = noun { return ids[noun] }
        return nil
    }

    /// The same names with identifiers that nobody has given to anything.
    var absent: Objects {
        var copy = self
        func nobody() -> String { UUID().uuidString.lowercased() }
        copy.ids = ids.mapValues { _ in nobody() }
        copy.deadLetters = deadLetters.mapValues { _ in nobody() }
        copy.leavable = leavable.mapValues { _ in nobody() }
        (copy.listed, copy.planned) = (nobody(), nobody())
        (copy.liftable, copy.received) = (nobody(), nobody())
        return copy
    }

    /// The same objects with another application, its startup and somebody's assignment to it in the place of KelpSense's.
    func about(_ slug: String, judgedBy member: Cast.Member) -> Objects {
        var copy = self
        let call: CallForApplications.ID = demoID("call incubation")
        let application: Application.ID = demoID("application \(Cast.startup(slug)) \(call)")
        let assignment: ReviewAssignment.ID = demoID("assignment \(member.person.email) \(slug)")
        copy.ids["Application"] = application.description
        copy.ids["ReviewAssignment"] = assignment.description
        copy.leavable = leavable.mapValues { _ in assignment.description }
        copy.ids["Startup"] = Cast.startup(slug).description
        return copy
    }

    /// The same objects with a startup in the place of KelpSense's and of the listed one, and what else is its own, by nouns.
    func about(_ startup: Startup.ID, _ others: [String: String]) -> Objects {
        var copy = self
        (copy.listed, copy.blockable) = (startup.description, startup.description)
        copy.ids["Startup"] = startup.description
        copy.ids.merge(others) { _, own in own }
        return copy
    }

    /// The same objects with another agreement in the place of MoU-2.
    func about(_ mou: MoU.ID) -> Objects {
        var copy = self
        copy.ids["MoU"] = mou.description
        return copy
    }

    /// Whether a text names one of the identifiers.
    func masked(_ text: String) -> String {
        let known = [listed, planned, liftable, received] + ids.values + deadLetters.values + leavable.values
        return known.reduce(text) {
            $0.replacing($1, with: "*")
        }
    }
}
