internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Vocabulary
internal import Wording

extension PageKit {
    static let fundraising = PageKit("fundraising", bundle: .module)
}

/// What a page of this room needs of its reader.
struct Reading {
    let viewer: Viewer
    let t: Texts
    let spoken: Vocabulary.Language

    init<P, B>(_ call: FormCall<P, B>) async throws {
        viewer = try await call.viewer()
        t = PageKit.fundraising.texts(in: viewer.language)
        spoken = Vocabulary.Language(viewer.language)
    }

    /// A moment by the desk's clock.
    func moment(_ instant: Date) -> TimeText { TimeText(instant, in: .hongKong, language: viewer.language) }
    /// A day in the zone of the desk.
    func day(_ instant: Date) -> TimeText {
        TimeText(CalendarDate(instant, in: .hongKong), in: viewer.language)
    }
    func day(_ day: CalendarDate) -> TimeText { TimeText(day, in: viewer.language) }
    func words(_ day: CalendarDate) -> String { day.text(in: viewer.language) }
}

/// Currencies that a form of this room offers.
let offeredCurrencies = ["HKD", "USD", "JPY", "CNY", "EUR", "GBP", "SGD"]

/// An amount as it was typed; the currency is sent even when there is no amount.
struct TypedAmount: Codable {
    let amount: String?
    let currency: Currency?

    /// The amount; nil where none was typed. Refuses what is none.
    func money(at pointer: String) throws(Problem) -> Money? {
        guard let amount, !amount.isEmpty else { return nil }
        guard let money = Money(amount, currency ?? .hkd) else {
            throw .invalid("\(pointer)/amount", "Write an amount such as 500,000.")
        }
        return money
    }
}

/// A page of this room: what is the state, what stands below it, what can be done.
struct FundraisingPage: ViewModel {
    var header: PageHeader
    var notice: String?
    /// What was refused, where no form says it.
    var refusal: ErrorSummary?
    var stats: StatTiles?
    var about: Passage?
    var tables: [TableSection] = []
    var uploads: [Form] = []
    var forms: [Form] = []
    var facts: Facts?

    /// Says what was refused on the page itself where the form that failed is not on it any more.
    mutating func say(_ problem: FormProblem?, _ t: Texts) {
        guard let problem, !(forms + uploads).contains(where: { $0.errorSummary != nil }) else { return }
        refusal = ErrorSummary(fields: [], problem: problem.sentence(besides: []), texts: t)
    }

    /// A text that somebody wrote.
    struct Passage: ViewModel {
        var title: String
        var text: String
    }

    /// A table under a heading of its own.
    struct TableSection: ViewModel {
        var id: String
        var title: String
        var text: String?
        var table: Table
    }
}

extension PageTemplate<FundraisingPage> {
    static let fundraising = PageTemplate("fundraising/page", in: .fundraising)
}

/// A form of a page and what went wrong with it: the one that failed comes back filled in.
struct FormMaker<Which: Equatable> {
    let values: [String: [String]]
    let failed: Which?
    let problem: FormProblem?
    let t: Texts
    let key: () -> String

    func input(_ which: Which, _ usual: [String: [String]] = [:]) -> FormInput {
        failed == which
            ? FormInput(values: values, errors: problem?.errors ?? [], texts: t)
            : FormInput(values: usual, errors: [], texts: t)
    }

    func form(
        _ which: Which, _ path: SafeURL, title: String, intro: String? = nil, fields: [FormField] = [], submit: String,
        hidden: [HiddenField] = [], isDangerous: Bool = false
    ) -> Form {
        Form(
            action: path, sections: [FormSection(title: title, intro: intro, fields: fields)], submit: submit, texts: t,
            hidden: hidden + [HiddenField("idempotency_key", key())], isDangerous: isDangerous,
            problem: failed == which ? problem?.sentence(besides: fields) : nil)
    }
}
