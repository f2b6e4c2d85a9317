internal import Accounts
internal import Applications
internal import Eligibility
internal import Foundation
internal import Institutions
internal import Postgres
internal import Programs
internal import Vocabulary

extension DemoWorld {
    /// What the incubation call requires.
    func youngCompany() throws -> [CallCondition] {
        let running = Term.count(
            "awards",
            where: .all([.item("running"), .compare(.equal, .item("project"), .fact("project"))]))
        return [
            try condition(
                "incorporated",
                LocalizedName(
                    en: "Incorporated in Hong Kong by the day you apply", zhHant: "於申請日前已在香港註冊成立", ja: "応募日までに香港で設立"),
                LocalizedText(
                    en: "Apply once the company is on the register.", zhHant: "公司須已完成註冊，方可申請。",
                    ja: "会社の登記が済んでから応募してください。"),
                .all([
                    .compare(.equal, .fact("incorporated_in"), .literal(.country("HK"))),
                    .compare(.atMost, .fact("incorporated_on"), .today),
                ])),
            try condition(
                "staff", LocalizedName(en: "Full-time staff", zhHant: "全職員工", ja: "常勤スタッフ"),
                LocalizedText(
                    en: "People who work for the company full-time, founders included.",
                    zhHant: "全職為公司工作的人員，包括創辦人。", ja: "創業者を含む、常勤で働く人の数です。"),
                .compare(.atLeast, .fact("full_time_staff"), .literal(.integer(2)))),
            try condition(
                "technical", LocalizedName(en: "Technical staff", zhHant: "技術人員比例", ja: "技術スタッフの割合"),
                LocalizedText(
                    en: "The share of the full-time staff whose work is technical.", zhHant: "全職員工中從事技術工作的比例。",
                    ja: "常勤スタッフのうち、技術職の人の割合です。"),
                .compare(
                    .atLeast, .share(.fact("technical_staff"), of: .fact("full_time_staff")), .literal(.percent(5_000))),
                blocks: false),
            try condition(
                "concurrent",
                LocalizedName(en: "No other award for the same project", zhHant: "同一項目並無其他資助", ja: "同じプロジェクトへの他の助成なし"),
                LocalizedText(
                    en: "A project is funded by one program at a time.", zhHant: "同一項目同一時間只可獲一項計劃資助。",
                    ja: "一つのプロジェクトが同時に受けられる助成は一つです。"),
                .compare(.atMost, running, .literal(.integer(0))), blocks: false),
        ]
    }

    /// What the fintech call requires.
    func growingCompany() throws -> [CallCondition] {
        [
            try condition(
                "age", LocalizedName(en: "Two years in business", zhHant: "成立滿兩年", ja: "設立から2年"),
                LocalizedText(
                    en: "Acceleration is for companies that have traded for a while.", zhHant: "加速計劃以已營運一段時間的公司為對象。",
                    ja: "アクセラレーションは、一定期間事業を続けてきた会社を対象とします。"),
                .compare(.atLeast, .since(.months, .fact("incorporated_on")), .literal(.integer(24)))),
            try condition(
                "core", LocalizedName(en: "A core team", zhHant: "核心團隊", ja: "中心となるチーム"),
                LocalizedText(
                    en: "People who work for the company full-time, founders included.",
                    zhHant: "全職為公司工作的人員，包括創辦人。", ja: "創業者を含む、常勤で働く人の数です。"),
                .compare(.atLeast, .fact("full_time_staff"), .literal(.integer(4)))),
        ]
    }

    /// What a startup of the demo declares beside its profile: what its project is called, and that nobody else funds it.
    /// Pavement's company is registered only in a while, so its draft says from when on it may apply.
    func declare(_ id: Application.ID, of startup: Startup.ID, _ transaction: Transaction) async throws {
        guard let name = try await transaction.startup(startup)?.name.text(for: .english) else { return }
        let day = CalendarDate(Day(today).adding(days: 103))
        let isPlanned = startup == Cast.startup("pavement")
        _ = try await transaction.saveFacts(of: id, by: Cast.mei.person.id) { known in
            var facts = known.facts
            facts[.project] = .text(name)
            facts[.awards] = .awards([])
            if isPlanned { facts[.incorporatedOn] = .date(Day(day)) }
            return facts
        }
    }

    /// Lantern Care is held in part by who founded KelpSense, under a name that a register wrote down without an account.
    func shareAHolder(_ transaction: Transaction) async throws {
        _ = try await transaction.recordHolders(
            [
                Holder(Name("Grace Ho"), basisPoints: 6_500), Holder(Name("ADA WONG"), basisPoints: 3_500),
            ], of: Cast.startup("lanterncare"), in: Cast.harbour.id, matching: { _ in })
    }

    private func condition(
        _ slug: String, _ name: LocalizedName, _ explanation: LocalizedText, _ rule: Term, blocks: Bool = true
    ) throws -> CallCondition {
        try CallCondition(
            id: demoID("condition \(slug)"), name: name, explanation: explanation, checking: rule, blocks: blocks)
    }
}
