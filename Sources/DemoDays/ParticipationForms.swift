internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Vocabulary
internal import Wording

/// When somebody is there, as the form sends it: by the clock of the day.
struct AcceptForm: Codable {
    let windows: [WindowRow]?

    struct WindowRow: Codable {
        let startsAt: String?
        let endsAt: String?
    }

    func windows(on day: DemoDay) throws -> [Participant.Window] {
        let clock = DayClock(day.terms)
        var windows: [Participant.Window] = []
        for row in self.windows ?? [] where row.startsAt != nil || row.endsAt != nil {
            let place = "/windows/\(windows.count)"
            guard
                let start = try clock.opening(row.startsAt, at: place + "/starts_at"),
                let end = try clock.closing(row.endsAt, after: start, at: place + "/ends_at")
            else {
                throw Problem.invalid(
                    place + (row.startsAt == nil ? "/starts_at" : "/ends_at"), "Give a time such as 14:20.")
            }
            windows.append(Participant.Window(from: start, until: end))
        }
        return windows
    }
}

/// Wishes as their form sends them: for each of the other side a place, that one would not meet it, or nothing.
struct WishesForm: Codable {
    let wishes: [WishRow]?

    struct WishRow: Codable {
        let institution: Institution.ID
        let answer: String?
    }

    static let refusal = "no"

    func said() throws(Problem) -> Wishes {
        var (places, refused): ([Int: Institution.ID], [Institution.ID]) = ([:], [])
        for (index, row) in (wishes ?? []).enumerated() {
            guard let answer = row.answer, !answer.isEmpty else { continue }
            if answer == Self.refusal {
                refused.append(row.institution)
            } else if let place = Int(answer), place > 0 {
                guard places.updateValue(row.institution, forKey: place) == nil else {
                    throw .invalid("/wishes/\(index)/answer", "Give each place only once.")
                }
            } else {
                throw .invalid("/wishes/\(index)/answer", "Choose one of the places that are offered.")
            }
        }
        return Wishes(ranked: places.sorted { $0.key < $1.key }.map(\.value), refused: refused)
    }
}

/// What can be done about one's participation, each as a form; the one that failed comes back filled in.
struct ParticipationForms {
    let day: DemoDay
    let guest: Participant
    /// Whether the reader answers for the institution: analysts of a firm do not.
    let mayAnswer: Bool
    let partners: [Partner]
    let reading: Reading
    let values: [String: [String]]
    let failed: DemoDayPortal.Which?
    let problem: FormProblem?
    let key: () -> String

    private var t: Texts { reading.t }

    func all(now: Date) -> [Form] {
        guard mayAnswer, now < day.terms.startsAt else { return [] }
        return switch guest.state {
        case .invited: [acceptance, cancellation]
        case .accepted: (partners.isEmpty ? [] : [wishes]) + [acceptance, cancellation]
        case .cancelled: []
        }
    }

    /// What was said of each, by the list of now and under the names of its fields: whoever answered may have been offered one in
    /// another order, or with somebody who has gone.
    private func asListed(_ said: [String: [String]], _ errors: [(field: String, message: String)]) -> FormInput {
        let rows = Dictionary(uniqueKeysWithValues: partners.enumerated().map { ($1.institution, $0) })
        var names: [String: String] = [:]
        for (name, value) in said {
            let parts = name.split(separator: ".")
            guard parts.count == 3, parts[0] == "wishes", parts[2] == "institution",
                let institution = value.first.flatMap({ Institution.ID($0) }), let row = rows[institution]
            else { continue }
            names["wishes.\(parts[1]).answer"] = "wishes.\(row).answer"
        }
        return FormInput(
            values: Dictionary(names.map { ($1, said[$0] ?? []) }) { first, _ in first },
            errors: errors.compactMap { error in names[error.field].map { ($0, error.message) } }, texts: t)
    }

    private func input(_ which: DemoDayPortal.Which, _ usual: [String: [String]]) -> FormInput {
        failed == which
            ? FormInput(
                values: DemoDayForm.closingGaps(values, in: "windows"), errors: problem?.errors ?? [], texts: t)
            : FormInput(values: usual, errors: [], texts: t)
    }

    private func form(
        _ which: DemoDayPortal.Which, _ path: SafeURL, title: String, intro: String, fields: [FormField],
        submit: String, hidden: [HiddenField] = [], isDangerous: Bool = false
    ) -> Form {
        Form(
            action: path, sections: [FormSection(title: title, intro: intro, fields: fields)], submit: submit, texts: t,
            hidden: hidden + [HiddenField("idempotency_key", key())], isDangerous: isDangerous,
            problem: failed == which ? problem?.sentence(besides: fields) : nil)
    }

    private var acceptance: Form {
        var usual: [String: [String]] = [:]
        for (index, window) in guest.windows.enumerated() {
            usual["windows.\(index).starts_at"] = [reading.clock(window.startsAt, of: day)]
            usual["windows.\(index).ends_at"] = [reading.clock(window.endsAt, of: day)]
        }
        let isNew = guest.state == .invited
        return form(
            .accepting, "/demo-days/\(day.id)/participation",
            title: isNew ? t("accept.title") : t("accept.change_title"),
            intro: t("accept.intro", ["place": day.terms.timeZone.place]),
            fields: [
                ClockField.grid(
                    input(.accepting, usual), "windows", label: t("accept.windows"), hint: t("accept.windows_hint"),
                    columns: [
                        FormField.Column("starts_at", label: t("accept.from"), type: "time", isOptional: true),
                        FormField.Column("ends_at", label: t("accept.until"), type: "time", isOptional: true),
                    ], row: { [t] in t("accept.window", ["number": "\($0)"]) })
            ], submit: isNew ? t("accept.submit") : t("accept.change_submit"))
    }

    private var wishes: Form {
        var usual: [String: [String]] = [:]
        for (index, partner) in partners.enumerated() {
            usual["wishes.\(index).answer"] = [
                partner.isRefused ? WishesForm.refusal : partner.rank.map { "\($0)" } ?? ""
            ]
        }
        let input =
            failed == .wishing
            ? asListed(values, problem?.errors ?? []) : FormInput(values: usual, errors: [], texts: t)
        let places = partners.indices.map { ("\($0 + 1)", t("wish.place", ["number": "\($0 + 1)"])) }
        return form(
            .wishing, "/demo-days/\(day.id)/wishes", title: t("wish.title"), intro: t("wish.intro"),
            fields: partners.enumerated().map { index, partner in
                input.select(
                    "wishes.\(index).answer", label: reading.name(partner.name), hint: partner.pitch?.string,
                    options: places + [(WishesForm.refusal, t("wish.refuse"))], prompt: t("wish.nothing"),
                    isOptional: true)
            }, submit: t("wish.submit"),
            hidden: partners.enumerated().map {
                HiddenField("wishes.\($0).institution", $1.institution.description)
            })
    }

    private var cancellation: Form {
        let isNew = guest.state == .invited
        return form(
            .cancelling, "/demo-days/\(day.id)/participation/cancellation",
            title: isNew ? t("cancel.decline") : t("cancel.title"),
            intro: isNew ? t("cancel.decline_intro") : t("cancel.intro"), fields: [],
            submit: isNew ? t("cancel.decline_submit") : t("cancel.submit"), isDangerous: true)
    }
}
