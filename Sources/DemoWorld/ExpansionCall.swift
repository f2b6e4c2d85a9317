internal import Accounts
internal import Applications
internal import Forms
internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

extension DemoWorld {
    /// A call whose form asks for more than paragraphs: in sections, by kind, and some of it only where it follows.
    func openExpansionCall(of stream: ProgramStream.ID, _ transaction: Transaction) async throws {
        let id: CallForApplications.ID = demoID("call expansion")
        let zone = TimeZoneName.hongKong
        guard let noon = LocalTime(today.adding(days: 40), hour: 12, minute: 0) else { return }
        let draft = try CallDraft(
            stream: stream,
            title: LocalizedName(en: "Overseas expansion grant", zhHant: "海外拓展資助", ja: "海外展開助成"),
            opensAt: now.addingTimeInterval(-5 * 86_400), deadline: Deadline(noon, in: zone), questions: expansionForm()
        )
        _ = try await transaction.draftCall(draft, as: id, in: Cast.harbour.id)
        _ = try await transaction.publishCall(id, by: Cast.mei.person.id)
        try await beginExpansion(to: id, transaction)
    }

    /// KelpSense's draft, with an answer of each kind: complete but for the link, which it need not give.
    private func beginExpansion(to call: CallForApplications.ID, _ transaction: Transaction) async throws {
        let startup = Cast.startup("kelpsense")
        let id: Application.ID = demoID("application \(startup) \(call)")
        let person = Cast.ada.person.id
        _ = try await transaction.beginApplication(to: call, for: startup, as: id, in: Cast.harbour.id, by: person)
        let answers = [
            "founded": "2024-03-01", "staff": "6", "stage": "sales", "revenue": "HKD 840000.00",
            "markets": #"["japan","singapore"]"#, "headline": "Buoys that hear a harbour fall ill.",
            "plan": "A marina in Kobe takes three buoys for a season; its operator runs eleven more marinas.",
            "costs": """
            [{"amount":"HKD 180000.00","by":"\(today.adding(days: 90))","item":"Six buoys"},\
            {"amount":"JPY 2400000","item":"An engineer in Kobe, part of the year"}]
            """,
            "team": """
            [{"email":"ada@kelpsense.example","name":"Ada Wong","role":"Founder"},{"name":"Bo Li","role":"Engineer"}]
            """,
        ]
        _ = try await transaction.saveAnswers(
            Dictionary(
                uniqueKeysWithValues: try answers.map { key, text in
                    (Self.expansionQuestion(key), AnswerEdit(try LongText(text)))
                }), of: id, by: person)
    }

    private static func expansionQuestion(_ key: String) -> CallForApplications.Question.ID {
        demoID("question expansion \(key)")
    }

    private func expansionForm() throws -> [CallDraft.Question] {
        func option(_ key: String, _ en: String, _ zh: String, _ ja: String) throws -> Field.Option {
            Field.Option(key, try LocalizedLine(en: en, zhHant: zh, ja: ja))
        }
        func question(
            _ key: String, _ prompt: LocalizedLine, _ field: Field, isRequired: Bool = true, maxLength: Int = 2000,
            section: Section? = nil, when condition: Condition? = nil
        ) -> CallDraft.Question {
            CallDraft.Question(
                id: Self.expansionQuestion(key), prompt: prompt, isRequired: isRequired, maxLength: maxLength,
                field: field, section: section, condition: condition)
        }
        let stage = Self.expansionQuestion("stage")
        var stages = Field(.choice)
        stages.options = try [
            option("idea", "An idea", "構思階段", "アイデア段階"),
            option("product", "A product without customers", "已有產品，未有客戶", "製品はあるが顧客はまだいない"),
            option("sales", "Paying customers", "已有付費客戶", "有料の顧客がいる"),
        ]
        var markets = Field(.choices)
        markets.options = try [
            option("japan", "Japan", "日本", "日本"), option("singapore", "Singapore", "新加坡", "シンガポール"),
            option("gulf", "The Gulf", "海灣地區", "湾岸諸国"), option("europe", "Europe", "歐洲", "ヨーロッパ"),
        ]
        (markets.fewest, markets.most) = (1, 2)
        var staff = Field(.number)
        (staff.lowest, staff.highest) = ("1", "500")
        var revenue = Field(.money)
        (revenue.currencies, revenue.lowest) = ([.hkd, .usd, .jpy], "0")
        var founded = Field(.date)
        founded.latest = today
        var costs = Field(.rows)
        costs.columns = try [
            .init("item", LocalizedLine(en: "What for", zhHant: "項目", ja: "項目"), isRequired: true),
            .init("amount", LocalizedLine(en: "Amount", zhHant: "金額", ja: "金額"), kind: .money, isRequired: true),
            .init("by", LocalizedLine(en: "Needed by", zhHant: "所需日期", ja: "必要な日"), kind: .date),
        ]
        var team = Field(.people)
        (team.fewest, team.most) = (1, 5)
        return [
            question(
                "founded",
                try LocalizedLine(en: "When was the company founded?", zhHant: "公司何時成立？", ja: "会社の設立日はいつですか。"),
                founded,
                section: Section(try LocalizedLine(en: "The company", zhHant: "公司", ja: "会社"))),
            question(
                "staff", try LocalizedLine(en: "How many people work for it?", zhHant: "公司有多少員工？", ja: "従業員は何人ですか。"),
                staff),
            question("stage", try LocalizedLine(en: "How far are you?", zhHant: "目前進展如何？", ja: "どの段階ですか。"), stages),
            question(
                "revenue",
                try LocalizedLine(
                    en: "What did customers pay you in the last twelve months?", zhHant: "過去十二個月的客戶收入是多少？",
                    ja: "直近12か月の顧客からの収入はいくらですか。"), revenue, when: .isAny(stage.uuid, of: ["sales"])),
            question(
                "markets",
                try LocalizedLine(en: "Where do you want to go?", zhHant: "希望拓展至哪些地區？", ja: "どの市場をめざしますか。"), markets,
                section: Section(
                    try LocalizedLine(en: "The plan", zhHant: "計劃", ja: "計画"),
                    intro: try LocalizedLine(
                        en: "One market, or two that belong together.", zhHant: "一個市場，或兩個相關的市場。",
                        ja: "一つの市場、または関連する二つの市場。"))),
            question(
                "plan",
                try LocalizedLine(
                    en: "How will you win the first customer there?", zhHant: "將如何取得當地首位客戶？", ja: "現地の最初の顧客をどう獲得しますか。"),
                Field(.longText), maxLength: 1_500),
            question(
                "headline",
                try LocalizedLine(
                    en: "What will you sell there, in a line?", zhHant: "用一句話說明將在當地銷售甚麼。", ja: "現地で何を販売するか、一行で。"),
                Field(.shortText)),
            question(
                "costs",
                try LocalizedLine(en: "What will it cost?", zhHant: "所需費用為何？", ja: "費用はいくらかかりますか。"), costs),
            question(
                "site", try LocalizedLine(en: "Your website", zhHant: "公司網站", ja: "ウェブサイト"), Field(.link),
                isRequired: false, section: Section(try LocalizedLine(en: "Those who do it", zhHant: "團隊", ja: "チーム"))),
            question("team", try LocalizedLine(en: "Who will do it?", zhHant: "由誰執行？", ja: "誰が取り組みますか。"), team),
        ]
    }
}
