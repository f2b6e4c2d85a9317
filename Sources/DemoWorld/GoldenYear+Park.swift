internal import Accounts
internal import Eligibility
internal import Foundation
internal import Institutions
internal import Partnerships
internal import Postgres
internal import Programs
internal import Reviews
internal import Vocabulary

extension GoldenYear {
    struct Branch: Sendable {
        let program: Int
        let english: String
        let chinese: String
        let japanese: String
        let areas: [String]
        /// With whom it is run, if not alone.
        let partner: Int?
    }

    static let streams = [
        Branch(
            program: 0, english: "Campus ideas", chinese: "校園創意", japanese: "キャンパス発", areas: ["ai-and-data"], partner: 0
        ),
        Branch(
            program: 0, english: "First steps", chinese: "起步", japanese: "はじめの一歩", areas: ["smart-city"], partner: nil),
        Branch(
            program: 1, english: "Smart city", chinese: "智慧城市", japanese: "スマートシティ",
            areas: ["smart-city", "green-technology"], partner: nil),
        Branch(program: 1, english: "Robotics", chinese: "機械人", japanese: "ロボティクス", areas: ["robotics"], partner: 1),
        Branch(
            program: 2, english: "Life sciences", chinese: "生命科學", japanese: "ライフサイエンス",
            areas: ["biomedical-technology"], partner: nil),
        Branch(program: 3, english: "Fintech", chinese: "金融科技", japanese: "フィンテック", areas: ["fintech"], partner: 2),
        Branch(
            program: 3, english: "Green growth", chinese: "綠色增長", japanese: "グリーン成長", areas: ["green-technology"],
            partner: nil),
        Branch(
            program: 4, english: "Second market", chinese: "第二市場", japanese: "第二市場", areas: ["ai-and-data", "fintech"],
            partner: nil),
    ]

    private static let programs: [(Program.Kind, String, String, String)] = [
        (.ideation, "Ideation", "創意計劃", "アイディエーション"), (.incubation, "Incubation", "培育計劃", "インキュベーション"),
        (.incubation, "Bio incubation", "生物科技培育", "バイオ・インキュベーション"),
        (.acceleration, "Acceleration", "加速計劃", "アクセラレーション"),
        (.acceleration, "Going abroad", "出海計劃", "海外展開"),
    ]

    private static let partners: [(Institution.Kind, String, String)] = [
        (.university, "Golden Bay University", "HK"), (.techCompany, "Tachibana Works", "JP"),
        (.bank, "Minato Trust Bank", "JP"),
    ]

    func foundPark() async throws {
        try await database.write(as: context, statementTimeout: .seconds(60)) { transaction in
            try await transaction.foundTenant(tenant)
            let own = Institution.ID(tenant.id.uuid)
            _ = try await transaction.addInstitution(
                NewInstitution(kind: .park, name: LocalizedName(Name(tenant.name)), country: Country("HK")), as: own,
                in: tenant.id)
            for person in [manager, deputy] { try await seat(person, as: "manager", transaction) }
            for mentor in mentors { try await seat(mentor, as: "mentor", transaction) }
            for (number, (kind, name, country)) in Self.partners.enumerated() {
                _ = try await transaction.addInstitution(
                    NewInstitution(kind: kind, name: LocalizedName(Name(name)), country: Country(country)),
                    as: id("partner \(number)"), in: tenant.id)
                let staff = Person(
                    id: id("staff \(number)"), email: "staff@partner\(number)-\(seed).example", name: "Ren Ito",
                    locale: country == "JP" ? "ja" : "en")
                let place: Institution.ID = id("partner \(number)")
                try await seat(staff, as: "partner", at: place.uuid, transaction)
                try await sign(number, name, with: own, transaction)
            }
            for (number, (kind, english, chinese, japanese)) in Self.programs.enumerated() {
                _ = try await transaction.addProgram(
                    NewProgram(
                        kind: kind, name: LocalizedName(en: english, zhHant: chinese, ja: japanese), summary: nil),
                    as: id("program \(number)"), in: tenant.id)
            }
            for (number, branch) in Self.streams.enumerated() {
                _ = try await transaction.addStream(
                    NewStream(
                        program: id("program \(branch.program)"),
                        name: LocalizedName(en: branch.english, zhHant: branch.chinese, ja: branch.japanese),
                        focusAreas: branch.areas.compactMap { FocusArea.ID($0) },
                        partners: branch.partner.map {
                            [ProgramStream.Partner(id("partner \($0)"), under: id("mou \($0)"))]
                        } ?? []),
                    as: id("stream \(number)"), in: tenant.id)
            }
            for call in calls { try await publish(call, transaction) }
        }
    }

    private func seat(
        _ person: Person, as role: String, at institution: UUID? = nil, _ transaction: Transaction
    ) async throws {
        try await transaction.addPerson(person, passwordHash: nil)
        try await transaction.grantSeat(
            id("seat \(person.email)"), to: person.id, in: tenant.id, at: institution ?? tenant.id.uuid, as: role)
    }

    private func sign(
        _ number: Int, _ name: String, with own: Institution.ID, _ transaction: Transaction
    ) async throws {
        let (partner, mou): (Institution.ID, MoU.ID) = (id("partner \(number)"), id("mou \(number)"))
        let areas = try Self.streams.filter { $0.partner == number }.flatMap(\.areas).compactMap { slug in
            try FocusArea.ID(slug).map { MoU.Area($0, wording: try ShortText(slug), status: .active) }
        }
        let draft = try MoUDraft(
            reference: Name("GB-\(number + 1)"), title: LocalizedName(en: "A joint stream with \(name)"),
            kind: .nurturing, noticeDays: 60,
            parties: [
                MoU.Party(own, as: .lead, coordinator: Name(manager.name)),
                MoU.Party(partner, as: .partner, coordinator: Name("Ren Ito")),
            ], areas: areas, objectives: [ShortText("Ten startups through the stream within the year")],
            legalReviewer: Name("Winnie Kwok"))
        _ = try await transaction.draftMoU(draft, as: mou, in: tenant.id, by: manager.id)
        _ = try await transaction.shareMoU(mou, in: tenant.id, by: manager.id)
        _ = try await transaction.agreeMoU(mou, in: tenant.id, by: manager.id)
        let signing = try Signing(
            on: today.adding(days: -380), effectiveOn: today.adding(days: -370), endsOn: today.adding(days: 700),
            by: [
                Signing.Participant(.signatory, name: Name(manager.name), title: ShortText("Director"), of: own),
                Signing.Participant(.signatory, name: Name("Ren Ito"), title: ShortText("President"), of: partner),
            ])
        _ = try await transaction.signMoU(mou, signing, in: tenant.id, by: manager.id)
    }

    private func publish(_ call: Call, _ transaction: Transaction) async throws {
        guard let noon = LocalTime(today.adding(days: call.closes), hour: 12, minute: 0) else { return }
        let branch = Self.streams[call.stream]
        var questions = try Self.questions.enumerated().map { index, asked in
            try CallDraft.Question(
                id: question(index, of: call), prompt: LocalizedLine(en: asked.en, zhHant: asked.zhHant, ja: asked.ja),
                isRequired: index < 4, maxLength: 1_500,
                audience: index == 2 ? .namedReviewers : index == 5 ? .managers : .reviewers)
        }
        questions.append(
            CallDraft.Question(
                id: deckQuestion(of: call),
                prompt: try LocalizedLine(en: "Your deck, as a PDF", zhHant: "簡報（PDF）", ja: "説明資料（PDF）"),
                isRequired: false, audience: .namedReviewers, files: FileRule(["pdf"], most: 1)))
        _ = try await transaction.draftCall(
            CallDraft(
                stream: id("stream \(call.stream)"),
                title: LocalizedName(
                    en: call.name, zhHant: "\(branch.chinese)招募", ja: "\(branch.japanese)募集"),
                opensAt: now.addingTimeInterval(-86_400 * Double(call.opened)),
                deadline: Deadline(noon, in: .hongKong), questions: questions,
                cutoffs: call.isRolling ? [-20, 10, 20].map { now.addingTimeInterval(86_400 * $0) } : [],
                offered: call.offered.map { CallDraft.Offered(id("stream \($0)")) }), as: call.id, in: tenant.id)
        let conditions = try conditions(of: call)
        _ = try await transaction.reviseConditions(of: call.id, in: tenant.id) { _ in conditions }
        _ = try await transaction.publishCall(call.id, by: manager.id)
        if call.number == 4 {
            _ = try await transaction.extendCall(
                call.id, to: Deadline(noon, in: .hongKong).instant.addingTimeInterval(86_400),
                because: ShortText("A typhoon kept the laboratories closed."), in: tenant.id, by: manager.id)
        }
        let starts = call.hasStarted ? -200 + call.number * 20 : 30 + call.number * 5
        _ = try await transaction.addCohort(
            NewCohort(
                stream: id("stream \(call.stream)"), name: Name("Cohort \(call.number + 1)"),
                startsOn: today.adding(days: starts), endsOn: today.adding(days: starts + 365), capacity: places),
            as: call.cohort, in: tenant.id)
    }

    func question(_ index: Int, of call: Call) -> CallForApplications.Question.ID {
        id("question \(call.number) \(index)")
    }

    func deckQuestion(of call: Call) -> CallForApplications.Question.ID {
        question(Self.questions.count, of: call)
    }

    func concurrentCondition(of call: Call) -> CallCondition.ID { id("condition \(call.number) concurrent") }

    /// Every profile has as many people as it takes; whoever declares another award for the project is found ineligible.
    private func conditions(of call: Call) throws -> [CallCondition] {
        let running = Term.count(
            "awards",
            where: .all([.item("running"), .compare(.equal, .item("project"), .fact("project"))]))
        return [
            try CallCondition(
                id: id("condition \(call.number) staff"),
                name: LocalizedName(en: "Full-time staff", zhHant: "全職員工", ja: "常勤スタッフ"),
                checking: .compare(.atLeast, .fact("full_time_staff"), .literal(.integer(2))), blocks: true),
            try CallCondition(
                id: concurrentCondition(of: call),
                name: LocalizedName(
                    en: "No other award for the same project", zhHant: "同一項目並無其他資助", ja: "同じプロジェクトへの他の助成なし"),
                checking: .compare(.atMost, running, .literal(.integer(0))), blocks: false),
        ]
    }

    /// How many a cohort takes.
    var places: Int { max(2, size.applications / 100) }

    @Sendable
    func add(_ startup: Applying, _ transaction: Transaction) async throws {
        var draw = draw("profile \(startup.number)")
        var profile = StartupProfile()
        let areas = Self.streams.flatMap(\.areas).compactMap { FocusArea.ID($0) }
        profile.country = Country(["HK", "HK", "JP", "SG"][draw.number(below: 4)])
        profile.focusAreas = [WeightedFocusArea(draw.one(of: areas), weight: 100)]
        profile.pitch = try ShortText(Self.sentence(0, in: startup.language, &draw))
        profile.fullTimeStaff = 2 + draw.number(below: 12)
        profile.technicalStaff = 1
        _ = try await transaction.addStartup(
            NewStartup(
                name: LocalizedName(
                    Name("\(draw.one(of: Self.givenNames)) \(draw.one(of: Self.crafts)) \(startup.number)")),
                profile: profile), as: startup.id, in: tenant.id)
        let founder = Person(
            id: startup.founder, email: "founder@s\(startup.number)-\(seed).example",
            name: "\(draw.one(of: Self.givenNames)) \(draw.one(of: Self.familyNames))",
            locale: startup.language == .english ? "en" : startup.language == .japanese ? "ja" : "zh-Hant")
        try await transaction.addPerson(founder, passwordHash: nil)
        try await transaction.grantSeat(
            id("seat \(founder.email)"), to: founder.id, in: tenant.id, at: startup.id.uuid, as: "founder")
    }

    @Sendable
    func seat(_ reviewer: Judge, _ transaction: Transaction) async throws {
        try await seat(reviewer.person, as: "reviewer", transaction)
    }

    @Sendable
    func recordHolders(_ startup: Applying, _ transaction: Transaction) async throws {
        let holder = reviewers[startup.number % size.reviewers].person
        _ = try await transaction.recordHolders(
            [Holder(Name(holder.name), person: holder.id, basisPoints: 500)], of: startup.id, in: tenant.id,
            matching: { _ in })
    }
}
