internal import Accounts
internal import Applications
internal import Foundation
internal import Incubation
internal import Institutions
internal import Letters
internal import Partnerships
internal import Postgres
internal import Programs
internal import Vocabulary

extension DemoWorld {
    /// An incubation program with an open call, an acceleration program whose fintech stream the bank is partner of, and
    /// applications in every state from draft to an enrolled startup with a milestone met.
    func runPrograms(_ transaction: Transaction) async throws {
        let tenant = Cast.harbour.id
        let incubation: Program.ID = demoID("program incubation")
        let acceleration: Program.ID = demoID("program acceleration")
        _ = try await transaction.addProgram(
            NewProgram(
                kind: .incubation, name: LocalizedName(en: "Incubation", zhHant: "培育計劃", ja: "インキュベーション"),
                summary: LocalizedText(
                    en: "Three years from a first product to paying customers, milestone by milestone.")),
            as: incubation, in: tenant)
        _ = try await transaction.addProgram(
            NewProgram(
                kind: .acceleration,
                name: LocalizedName(en: "Global Acceleration", zhHant: "環球加速計劃", ja: "グローバル・アクセラレーション"),
                summary: LocalizedText(en: "Twelve weeks towards a second market, with a partner who knows it.")),
            as: acceleration, in: tenant)

        let general: ProgramStream.ID = demoID("stream incubation general")
        let fintech: ProgramStream.ID = demoID("stream acceleration fintech")
        _ = try await transaction.addStream(
            NewStream(
                program: incubation, name: LocalizedName(en: "Smart city and environment", zhHant: "智慧城市與環境"),
                focusAreas: areas(["smart-city", "green-technology", "robotics"])),
            as: general, in: tenant)
        _ = try await transaction.addStream(
            NewStream(
                program: acceleration, name: LocalizedName(en: "Fintech", zhHant: "金融科技", ja: "フィンテック"),
                focusAreas: areas(["fintech"]),
                partners: [
                    ProgramStream.Partner(
                        Cast.institution("harbour/sakuragi"), under: demoID("mou MoU-2"), seats: 2, coDecides: true)
                ]),
            as: fintech, in: tenant)
        try await transaction.giveStreamSeat(
            to: Cast.kenji.person.id, of: Cast.institution("harbour/sakuragi"), in: fintech, in: tenant,
            by: Cast.mei.person.id)
        let spring: Cohort.ID = demoID("cohort spring")
        _ = try await transaction.addCohort(
            NewCohort(
                stream: general, name: Name("Cohort \(today.year)"), startsOn: today.adding(days: -60),
                endsOn: today.adding(days: 1_035), capacity: 12),
            as: spring, in: tenant)
        _ = try await transaction.addCohort(
            NewCohort(
                stream: fintech, name: Name("Fintech \(today.year + 1)"), startsOn: today.adding(days: 75),
                endsOn: today.adding(days: 159), capacity: 8),
            as: demoID("cohort fintech"), in: tenant)

        let open = try await openCall("incubation", of: general, opened: -20, closes: 24, transaction)
        let joint = try await openCall("fintech", of: fintech, opened: -5, closes: 38, transaction)
        try await designFintech(fintech, transaction)
        try await openFurtherCalls(general, fintech, transaction)
        try await openExpansionCall(of: general, transaction)
        let startups = [
            "pavement", "lanterncare", "plumbline", "gridfellow", "skylarkinspect", "tideglass", "quayside",
        ]
        for (index, slug) in startups.enumerated() {
            try await apply(Cast.startup(slug), to: open, until: Stage(rawValue: index) ?? .draft, transaction)
        }
        try await apply(Cast.startup("kelpsense"), to: open, until: .offered, transaction)
        for slug in ["halyard", "coinshore", "brightwharf"] {
            try await apply(Cast.startup(slug), to: joint, until: .submitted, transaction)
        }
        try await askForChanges(at: joint, transaction)
        try await review(open, transaction)
        try await shareAHolder(transaction)
        try await decide(on: open, transaction)
        try await enrolKelpSense(through: open, into: spring, transaction)
    }

    /// The fintech stream is designed as accelerators with a bank usually are; the bank seats two reviewers and co-decides.
    private func designFintech(_ fintech: ProgramStream.ID, _ transaction: Transaction) async throws {
        guard let design = Preset.named("acceleration-bank")?.streams.first?.design else { return }
        _ = try await transaction.designStream(fintech, as: design, in: Cast.harbour.id)
    }

    /// A call that stays open, with a batch a month, and one that two startups alone know of.
    private func openFurtherCalls(
        _ general: ProgramStream.ID, _ fintech: ProgramStream.ID, _ transaction: Transaction
    ) async throws {
        let zone = TimeZoneName.hongKong
        func evening(_ days: Int) -> Date {
            LocalTime(today.adding(days: days), hour: 18, minute: 0)?.instant(in: zone) ?? now
        }
        func question(_ key: String, _ en: String, _ zh: String, _ ja: String) throws -> CallDraft.Question {
            try CallDraft.Question(id: demoID("question \(key)"), prompt: LocalizedLine(en: en, zhHant: zh, ja: ja))
        }
        let rolling = try CallDraft(
            stream: general,
            title: LocalizedName(en: "Year-round desk space", zhHant: "全年共享工作空間", ja: "通年デスク利用"),
            opensAt: now.addingTimeInterval(-40 * 86_400), deadline: Deadline(evening(320), in: zone),
            questions: [
                question(
                    "rolling desk", "How many desks do you need, and until when?", "需要多少個座位？使用至何時？", "席数と期間を教えてください。")
            ], cutoffs: [-10, 20, 50, 80].map(evening))
        let invitation = try CallDraft(
            stream: fintech,
            title: LocalizedName(en: "Payments pilot", zhHant: "支付試點", ja: "決済の実証"),
            opensAt: now.addingTimeInterval(-3 * 86_400), deadline: Deadline(evening(30), in: zone),
            questions: [
                question("invitation pilot", "What would you pilot with the bank?", "希望與銀行試行甚麼？", "銀行と何を実証しますか。")
            ], access: .invitation)
        for (id, draft) in [("rolling", rolling), ("invitation", invitation)] {
            let call: CallForApplications.ID = demoID("call \(id)")
            _ = try await transaction.draftCall(draft, as: call, in: Cast.harbour.id)
            _ = try await transaction.publishCall(call, by: Cast.mei.person.id)
        }
        _ = try await transaction.inviteStartups(
            [Cast.startup("ledgerleaf"), Cast.startup("halyard")], to: demoID("call invitation"),
            in: Cast.harbour.id, by: Cast.mei.person.id)
    }

    /// How far an application of the demo has come.
    enum Stage: Int {
        case draft, submitted, inReview, offered, waitlisted, rejected, ineligible
    }

    private func openCall(
        _ slug: String, of stream: ProgramStream.ID, opened: Int, closes: Int, _ transaction: Transaction
    ) async throws -> CallForApplications.ID {
        let id: CallForApplications.ID = demoID("call \(slug)")
        let zone = TimeZoneName.hongKong
        guard let noon = LocalTime(today.adding(days: closes), hour: 12, minute: 0) else { return id }
        let title =
            slug == "fintech"
            ? try LocalizedName(en: "Fintech stream \(today.year + 1)", zhHant: "金融科技專項 \(today.year + 1)")
            : try LocalizedName(en: "Incubation intake \(today.year + 1)", zhHant: "培育計劃招募 \(today.year + 1)")
        let questions: [(String, String, String?, Int)] = [
            ("problem", "Which problem do you solve, and for whom?", "Name the people who have it today.", 1_500),
            ("solution", "What have you built so far?", "What works, what is still missing.", 2_000),
            ("team", "Who is on the team, and why you?", nil, 1_000),
            ("market", "What would you do in the first twelve months?", "Customers, product, people, money.", 2_000),
        ]
        let draft = try CallDraft(
            stream: stream, title: title, opensAt: now.addingTimeInterval(Double(opened) * 86_400),
            deadline: Deadline(noon, in: zone),
            questions: questions.map { key, prompt, hint, length in
                try CallDraft.Question(
                    id: question(key, of: slug), prompt: LocalizedLine(en: prompt),
                    hint: hint.map { try LocalizedLine(en: $0) }, maxLength: length)
            })
        _ = try await transaction.draftCall(draft, as: id, in: Cast.harbour.id)
        let conditions = try slug == "fintech" ? growingCompany() : youngCompany()
        _ = try await transaction.reviseConditions(of: id, in: Cast.harbour.id) { _ in conditions }
        _ = try await transaction.publishCall(id, by: Cast.mei.person.id)
        return id
    }

    private func question(_ key: String, of call: String) -> CallForApplications.Question.ID {
        demoID("question \(call) \(key)")
    }

    private func apply(
        _ startup: Startup.ID, to call: CallForApplications.ID, until stage: Stage, _ transaction: Transaction
    ) async throws {
        let id: Application.ID = demoID("application \(startup) \(call)")
        // The demo's startups without a founder of the cast are helped in by the park's manager.
        let person = Cast.mei.person.id
        _ = try await transaction.beginApplication(to: call, for: startup, as: id, in: Cast.harbour.id, by: person)
        guard let asked = try await transaction.call(call)?.questions,
            let profile = try await transaction.startup(startup)
        else { return }
        let pitch = profile.profile.pitch?.string ?? ""
        var edits: [CallForApplications.Question.ID: AnswerEdit] = [:]
        for (index, question) in asked.enumerated() where stage != .draft || index < 2 {
            edits[question.id] = AnswerEdit(try LongText(DemoWorld.answer(index, pitch: pitch)))
        }
        _ = try await transaction.saveAnswers(edits, of: id, by: person)
        try await declare(id, of: startup, transaction)
        guard stage != .draft else { return }
        _ = try await transaction.submitApplication(id, by: person)
        guard stage != .submitted else { return }
        if stage == .ineligible {
            _ = try await transaction.screenApplication(
                id, finding: .ineligible(because: LongText("The company is older than two years.")), by: person)
            return
        }
        _ = try await transaction.screenApplication(id, finding: .eligible, by: person)
    }

    private func enrolKelpSense(
        through call: CallForApplications.ID, into cohort: Cohort.ID, _ transaction: Transaction
    ) async throws {
        let tenant = Cast.harbour.id
        let startup = Cast.startup("kelpsense")
        let application: Application.ID = demoID("application \(startup) \(call)")
        _ = try await transaction.acceptOffer(application, by: Cast.ada.person.id)
        let enrolment: Enrolment.ID = demoID("enrolment kelpsense")
        _ = try await transaction.enrolStartup(
            of: application, NewEnrolment(in: cohort, mentor: Cast.iris.person.id), as: enrolment, in: tenant,
            by: Cast.mei.person.id)
        guard let first = try await transaction.milestones(of: enrolment).first else { return }
        _ = try await transaction.showEvidence(
            NewEvidence(
                LongText(
                    "Three buoys have reported from the typhoon shelter for four weeks; the readings are attached.")),
            for: first.id, as: demoID("evidence kelpsense"), in: tenant, by: Cast.ada.person.id)
        _ = try await transaction.assessMilestone(
            first.id, .met, note: LongText("Readings agree with the laboratory's within three per cent."),
            as: demoID("assessment kelpsense"), in: tenant, by: Cast.mei.person.id)
    }

    private static func answer(_ index: Int, pitch: String) -> String {
        switch index {
        case 0:
            "\(pitch). The people who need it told us in forty interviews what they use today and what it costs them."
        case 1: "A first version runs with two pilot customers. Billing and a second sensor supplier are still missing."
        case 2: "We have worked together for four years and know the trade from the inside."
        default: "Ten paying customers by the sixth month, the second version by the ninth, and one hire in sales."
        }
    }

    func areas(_ slugs: [String]) -> [FocusArea.ID] {
        slugs.compactMap { FocusArea.ID($0) }
    }
}
