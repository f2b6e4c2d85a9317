internal import Accounts
internal import Institutions
internal import Partnerships
internal import Postgres
internal import Programs
internal import Vocabulary

extension DemoWorld {
    /// MoU-1 and MoU-2 at Harbour, MoU-3 at its rival with the same bank, MoU-4 between a department and an institute; and MoU-7 at
    /// Harbour, which waits for the bank's signature.
    func signAgreements(of workspace: Tenant, _ transaction: Transaction) async throws {
        switch workspace.id {
        case Cast.harbour.id:
            try await signDataPlatform(transaction)
            try await meet(about: "MoU-1", of: workspace, ago: 14, by: Cast.mei, transaction)
            try await signNurturing(
                "MoU-2", with: "harbour/sakuragi", of: workspace, signatory: ("Mei Lam", "Chief Partnership Officer"),
                transaction)
            try await agreeLaboratory(transaction)
        case Cast.portDigital.id:
            try await signNurturing(
                "MoU-3", with: "port-digital/sakuragi", of: workspace, signatory: ("Leo Fung", "Director of Programs"),
                transaction)
            try await meet(about: "MoU-3", of: workspace, ago: 21, by: Cast.leo, transaction)
        default:
            try await signResearch(transaction)
            try await meet(about: "MoU-4", of: workspace, ago: 28, by: Cast.grace, transaction)
        }
    }

    private func signDataPlatform(_ transaction: Transaction) async throws {
        let tenant = Cast.harbour
        let kitagawa = Cast.institution("harbour/kitagawa")
        guard let japan = Country("JP") else { return }
        let draft = try MoUDraft(
            reference: Name("MoU-1"),
            title: LocalizedName(en: "Joint smart city data platform", ja: "スマートシティ・データ基盤の共同開発"),
            kind: .coDevelopment,
            summary: LongText(
                "Both sides build an open platform that joins data from many sources under neutral governance."),
            noticeDays: 90,
            parties: [
                MoU.Party(Institution.ID(tenant.id.uuid), as: .lead, coordinator: Name("Mei Lam")),
                MoU.Party(kitagawa, as: .partner, coordinator: Name("Aoi Fujita")),
            ],
            areas: areas([
                ("smart-mobility", "Smart Mobility"), ("smart-environment", "Smart Environment"),
                ("smart-living", "Smart Living"), ("smart-people", "Smart People"),
                ("data-sharing-platforms", "Data acquisition, engineering and sharing"),
            ]),
            objectives: [
                ShortText("Go beyond proof of concept in at least two areas"),
                ShortText("Give data publishers and users a neutral place to meet"),
            ], legalReviewer: Name("Winnie Kwok"), renewsItself: true)
        let signing = try Signing(
            on: today.adding(days: -420), effectiveOn: today.adding(days: -420), endsOn: today.adding(days: 675),
            at: .new(
                SigningEvent(
                    id: demoID("event smart-city-session"), name: Name("Smart City Session, Tokyo"),
                    heldOn: today.adding(days: -420), city: Name("Tokyo"), country: japan,
                    hosts: [Name("Harbour Science Park"), Name("Hong Kong trade office")],
                    partOf: Name("Trade Mission"))),
            by: [
                Signing.Participant(
                    .signatory, name: Name("Mei Lam"), title: ShortText("Chief Partnership Officer"),
                    of: Institution.ID(tenant.id.uuid)),
                Signing.Participant(
                    .signatory, name: Name("Haruto Kitagawa"), title: ShortText("President"), of: kitagawa),
            ])
        try await sign(draft, as: demoID("mou MoU-1"), signing, in: tenant, by: Cast.mei, transaction)
    }

    private func signNurturing(
        _ reference: String, with bank: String, of tenant: Tenant, signatory: (name: String, title: String),
        _ transaction: Transaction
    ) async throws {
        let own = Institution.ID(tenant.id.uuid)
        let bank = Cast.institution(bank)
        let draft = try MoUDraft(
            reference: Name(reference), title: LocalizedName(en: "Nurturing startups of both places"), kind: .nurturing,
            summary: LongText(
                "Incubation and acceleration, investment matching, knowledge exchange and access to both markets."),
            noticeDays: 60,
            parties: [
                MoU.Party(own, as: .lead, coordinator: Name(signatory.name)),
                MoU.Party(bank, as: .partner, coordinator: Name("Kenji Mori")),
            ],
            areas: areas([
                ("smart-city", "Smart city"), ("fintech", "Fintech"),
                ("biomedical-technology", "Biomedical technology"),
                ("robotics", "Robotics"),
            ]),
            objectives: [ShortText("Ten startups supported in each direction within two years")],
            legalReviewer: Name("Shota Abe"))
        let signing = try Signing(
            on: today.adding(days: -300), effectiveOn: today.adding(days: -290), endsOn: today.adding(days: 440),
            by: [
                Signing.Participant(
                    .signatory, name: Name(signatory.name), title: ShortText(signatory.title), of: own),
                Signing.Participant(
                    .signatory, name: Name("Naoko Sakuragi"), title: ShortText("Group Managing Director"), of: bank),
            ])
        let member = tenant.id == Cast.harbour.id ? Cast.mei : Cast.leo
        try await sign(draft, as: demoID("mou \(reference)"), signing, in: tenant, by: member, transaction)
    }

    private func signResearch(_ transaction: Transaction) async throws {
        let own = Institution.ID(Cast.borderServices.id.uuid)
        let lantau = Cast.institution("border-services/lantau")
        let draft = try MoUDraft(
            reference: Name("MoU-4"), title: LocalizedName(en: "Research for border services", zhHant: "邊境服務科研合作"),
            kind: .research, noticeDays: 30,
            parties: [
                MoU.Party(own, as: .lead, coordinator: Name("Grace Ho")),
                MoU.Party(lantau, as: .partner, coordinator: Name("Ivy Poon")),
            ],
            areas: areas([
                ("immigration-control", "Innovative border control operation"),
                ("biometrics", "Biometric identification and authentication"),
                ("ai-assisted-applications", "AI-assisted applications"),
                ("collaborative-robotics", "Collaborative robotics technology"),
            ]),
            objectives: [
                ShortText("Better and faster service at control points"),
                ShortText("Set an example for neighbouring cities"),
            ], legalReviewer: Name("Dennis Yau"))
        let signing = try Signing(
            on: today.adding(days: -200), effectiveOn: today.adding(days: -200), endsOn: today.adding(days: 895),
            by: [
                Signing.Participant(
                    .signatory, name: Name("Grace Ho"), title: ShortText("Director of Services"), of: own),
                Signing.Participant(
                    .signatory, name: Name("Samuel Tse"), title: ShortText("Chief Executive Officer"), of: lantau),
                Signing.Participant(
                    .witness, name: Name("Helen Mak"), title: ShortText("Secretary for Public Security"), of: own),
                Signing.Participant(
                    .witness, name: Name("Peter Ip"), title: ShortText("Chairman of the Board"), of: lantau),
            ])
        try await sign(
            draft, as: demoID("mou MoU-4"), signing, in: Cast.borderServices, by: Cast.grace, transaction)
    }

    /// An agreement that the park has signed, and that Kenji is asked to sign for the bank.
    private func agreeLaboratory(_ transaction: Transaction) async throws {
        let (tenant, person, id): (Tenant.ID, Person.ID, MoU.ID) = (
            Cast.harbour.id, Cast.mei.person.id, demoID("mou MoU-7")
        )
        let own = Institution.ID(tenant.uuid)
        let draft = try MoUDraft(
            reference: Name("MoU-7"),
            title: LocalizedName(en: "Shared payments sandbox", zhHant: "共用支付沙盒", ja: "決済サンドボックスの共同運営"),
            kind: .research, noticeDays: 60,
            parties: [
                MoU.Party(own, as: .lead, coordinator: Name("Mei Lam")),
                MoU.Party(Cast.institution("harbour/sakuragi"), as: .partner, coordinator: Name("Kenji Mori")),
            ], areas: areas([("fintech", "Payments across borders")]),
            objectives: [ShortText("Five startups test with invented accounts before they meet a customer")],
            clauses: [
                MoU.Clause(ShortText("Purpose"), isBinding: false),
                MoU.Clause(ShortText("Confidentiality"), isBinding: true),
            ], prevailingLanguage: .english, legalReviewer: Name("Winnie Kwok"))
        let signing = try PartySigning(
            on: today.adding(days: -2),
            by: [
                Signing.Participant(
                    .signatory, name: Name("Mei Lam"), title: ShortText("Chief Partnership Officer"), of: own)
            ], effectiveOn: today.adding(days: 14), endsOn: today.adding(days: 744))
        _ = try await transaction.draftMoU(draft, as: id, in: tenant, by: person)
        for (language, words) in [
            (
                Language.english,
                """
                1. The parties keep a sandbox for payments, in which startups of the park test with invented accounts.
                2. The bank provides the interfaces, the park the room and the people who help.
                3. What either party learns of the other's systems stays confidential for three years. This clause binds.
                """
            ),
            (
                Language.japanese,
                """
                1. 両当事者は決済サンドボックスを共同で運営し、パークのスタートアップは架空の口座で検証を行う。
                2. 銀行は接続仕様を、パークは場所と支援する人員を提供する。
                3. 相手方のシステムについて知り得た事項は三年間秘密とする。本条は拘束力を有する。
                """
            ),
        ] {
            _ = try await transaction.writeText(MoUBody(words), in: language, of: id, in: tenant, by: person)
        }
        _ = try await transaction.shareMoU(id, in: tenant, by: person)
        _ = try await transaction.agreeMoU(id, in: tenant, by: person)
        _ = try await transaction.signMoU(id, for: own, signing, in: tenant, by: person)
        try await transaction.askToSign(id, Cast.kenji.seat(), in: tenant, by: person)
    }

    /// The last meeting of those who keep an agreement, so that none of the demo is dormant.
    private func meet(
        about reference: String, of tenant: Tenant, ago days: Int, by member: Cast.Member, _ transaction: Transaction
    ) async throws {
        let (mou, group): (MoU.ID, WorkingGroup.ID) = (demoID("mou \(reference)"), demoID("group \(reference)"))
        let person = member.person
        try await transaction.formGroup(
            NewWorkingGroup(
                Name("Steering group"), cadence: ShortText("Every quarter"),
                members: [WorkingGroup.Member(Name(person.name), of: Institution.ID(tenant.id.uuid), isChair: true)]),
            as: group, of: mou, in: tenant.id, by: person.id)
        try await transaction.recordMeeting(
            NewMeeting(
                on: today.adding(days: -days), minutes: LongText("Both sides reported and agreed on the next quarter."),
                actions: [
                    NewMeeting.NewAction(
                        ShortText("Name the speakers of the next session"), by: Name(person.name),
                        until: today.adding(days: 20), as: demoID("action \(reference)"))
                ]), as: demoID("meeting \(reference)"), of: group, mou, in: tenant.id, by: person.id)
    }

    /// What MoU-1 and MoU-2 promise, and what is done under MoU-2 beside what its fintech stream brings with it.
    func promise(_ transaction: Transaction) async throws {
        let (tenant, person) = (Cast.harbour.id, Cast.mei.person.id)
        let (platform, nurturing): (MoU.ID, MoU.ID) = (demoID("mou MoU-1"), demoID("mou MoU-2"))
        let program: Program.ID = demoID("program incubation")
        try await transaction.promiseDeliverable(
            NewDeliverable(
                LocalizedName(en: "Open data platform", zhHant: "開放數據平台", ja: "オープンデータ基盤"), .platform,
                by: today.adding(days: 300), in: FocusArea.ID("data-sharing-platforms")),
            as: demoID("deliverable platform"), of: platform, in: tenant, by: person)
        try await transaction.setTarget(
            NewTarget(
                LocalizedName(en: "Ten fintech startups apply", zhHant: "十家金融科技企業申請", ja: "フィンテック10社が応募"),
                .applicationSubmitted, 10, by: today.adding(days: 430), in: FocusArea.ID("fintech")),
            as: demoID("target fintech"), of: nurturing, in: tenant, by: person)
        try await transaction.setTarget(
            NewTarget(
                LocalizedName(en: "Ten startups nurtured", zhHant: "培育十家企業", ja: "10社を育成"), .startupEnrolled, 10,
                by: today.adding(days: 430), baseline: 2),
            as: demoID("target nurtured"), of: nurturing, in: tenant, by: person)
        let event: MoU.Deliverable.ID = demoID("deliverable demo day")
        try await transaction.promiseDeliverable(
            NewDeliverable(
                LocalizedName(en: "Demo day in Tokyo", zhHant: "東京路演日", ja: "東京デモデイ"), .event,
                by: today.adding(days: -30)), as: event, of: nurturing, in: tenant, by: person)
        try await transaction.reportDeliverable(
            event, of: nurturing,
            DeliverableReport(
                .met, on: today.adding(days: -33), evidence: LongText("Six startups pitched to forty guests.")))
        try await transaction.grantBenefit(
            NewBenefit(
                .fastTrack, LocalizedName(en: "Fast track for clients", zhHant: "客戶快速通道", ja: "取引先ファストトラック"),
                for: ShortText("Clients of the bank with a first product"), quota: 20),
            as: demoID("benefit fast track"), of: nurturing, in: tenant, by: person)
        let mentoring: MoU.Benefit.ID = demoID("benefit mentoring")
        try await transaction.grantBenefit(
            NewBenefit(
                .mentoring, LocalizedName(en: "Hours with the bank's advisers", zhHant: "銀行顧問時段", ja: "銀行アドバイザーとの面談"),
                for: ShortText("Startups of the fintech stream"), quota: 40),
            as: mentoring, of: nurturing, in: tenant, by: person)
        try await transaction.recordUse(
            NewBenefitUse(on: today.adding(days: -12), by: Cast.startup("ledgerleaf")), as: demoID("use mentoring"),
            of: mentoring, of: nurturing, in: tenant, by: person)
        try await transaction.linkActivity(
            NewLink(
                .program, program.uuid, in: FocusArea.ID("smart-city"), for: .incubationAcceleration,
                note: ShortText("The bank introduces its clients to the program.")),
            as: demoID("link incubation"), to: nurturing, in: tenant, by: person)
    }

    private func sign(
        _ draft: MoUDraft, as id: MoU.ID, _ signing: Signing, in tenant: Tenant, by member: Cast.Member,
        _ transaction: Transaction
    ) async throws {
        let person = member.person.id
        _ = try await transaction.draftMoU(draft, as: id, in: tenant.id, by: person)
        _ = try await transaction.shareMoU(id, in: tenant.id, by: person)
        _ = try await transaction.agreeMoU(id, in: tenant.id, by: person)
        _ = try await transaction.signMoU(id, signing, in: tenant.id, by: person)
    }

    private func areas(_ list: [(String, String)]) throws -> [MoU.Area] {
        try list.compactMap { slug, wording in
            try FocusArea.ID(slug).map { MoU.Area($0, wording: try ShortText(wording), status: .exploring) }
        }
    }
}
