internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary

/// What a firm's people do among themselves about one startup of a list, at the foot of the startup's page.
struct FirmWork: ViewModel {
    /// What they recommended and whom they asked.
    var steps: Timeline?
    var notes: [NoteCard]
    var hasNotes: Bool
    var forms: [Form]

    /// The forms of a firm's own work.
    enum FirmForm {
        case note, recommendation, referral
    }

    /// A form that comes back: what was typed, and what is wrong with it.
    typealias Again = (form: FirmForm, values: [String: [String]], problem: Problem)

    init(
        on path: ItemPath, of firm: Institution.ID, for person: Person.ID, _ reader: some Statements, again: Again?,
        key: () -> String, _ reading: Reading
    ) async throws {
        let t = reading.t
        let talk = try await FirmTalk(on: path.shortlist, startup: path.startup, reader)
        let steps = talk.steps(reading)
        self.steps = steps.isEmpty ? nil : Timeline(steps)
        notes = try await reader.firmNotes(on: [path.startup]).map { NoteCard($0, reading) }
        hasNotes = !notes.isEmpty
        let colleagues = try await reader.people(of: firm).filter { $0.person != person }
        func form(_ form: FirmForm) -> FirmWorkForms {
            FirmWorkForms(
                path: path, input: again?.form == form ? again?.values ?? [:] : [:],
                problem: again?.form == form ? again?.problem : nil, key: key(), t: t)
        }
        forms = [form(.note).note, form(.recommendation).recommendation]
        if !colleagues.isEmpty { forms.append(form(.referral).referral(to: colleagues)) }
    }
}

/// One of the forms of a firm's own work.
private struct FirmWorkForms {
    let path: ItemPath
    let input: [String: [String]]
    let problem: Problem?
    let key: String
    let t: Texts

    private var hidden: [HiddenField] { [HiddenField("idempotency_key", key)] }

    var note: Form {
        FirmNote.form(
            action: "/shortlists/\(path.shortlist.description)/items/\(path.startup.description)/notes",
            values: input, problem: problem, hidden: hidden, submit: t("note.add"), t)
    }

    var recommendation: Form {
        let fields = FormInput(values: input, errors: problem?.fields ?? [], texts: t)
        return Form(
            action: "/shortlists/\(path.shortlist.description)/items/\(path.startup.description)/recommendations",
            sections: [
                FormSection(
                    title: t("recommend.title"), intro: t("recommend.intro"),
                    fields: [
                        fields.radios(
                            "recommendation", label: t("recommend.label"),
                            options: Recommendation.Kind.allCases.map {
                                ($0.rawValue, t("recommendation.\($0.rawValue)"), nil)
                            }),
                        placed(
                            fields.text("note", label: t("recommend.note"), isOptional: true, limit: 500), "recommend"),
                    ])
            ], submit: t("recommend.submit"), texts: t, hidden: hidden, problem: problem?.sentence)
    }

    func referral(to colleagues: [FirmPerson]) -> Form {
        let fields = FormInput(values: input, errors: problem?.fields ?? [], texts: t)
        return Form(
            action: "/shortlists/\(path.shortlist.description)/items/\(path.startup.description)/referrals",
            sections: [
                FormSection(
                    title: t("refer.title"), intro: t("refer.intro"),
                    fields: [
                        fields.select(
                            "colleague", label: t("refer.colleague"),
                            options: colleagues.map { ($0.person.description, $0.name) }),
                        placed(fields.text("note", label: t("refer.note"), isOptional: true, limit: 500), "refer"),
                    ])
            ], submit: t("refer.submit"), texts: t, hidden: hidden, problem: problem?.sentence)
    }

    /// The answer's form on the same page asks for a note as well: the controls need ids of their own under one name.
    private func placed(_ field: FormField, _ form: String) -> FormField {
        var field = field
        field.id = "\(form)-\(field.name)"
        field.describedBy = field.error.map { _ in "\(field.id)-error" }
        return field
    }
}

/// What a firm's people have recommended and referred on a list.
struct FirmTalk {
    let recommendations: [Recommendation]
    let referrals: [Referral]

    init(on list: Shortlist.ID, startup: Startup.ID? = nil, _ reader: some Statements) async throws {
        recommendations = try await reader.recommendations(on: list, startup: startup)
        referrals = try await reader.referrals(on: list, startup: startup)
    }

    /// Startups that a person was asked to look at.
    func referred(to person: Person.ID) -> Set<Startup.ID> {
        Set(referrals.filter { $0.to.person == person }.map(\.startup))
    }

    /// What stands on a startup's card: who was asked to look at it, and what each recommends by now.
    func sentences(on startup: Startup.ID, _ t: Texts) -> [String] {
        let asked = referrals.filter { $0.startup == startup }.map {
            t("refer.to_by", ["colleague": $0.to.name, "name": $0.by.name])
        }
        var latest: [(name: String, kind: Recommendation.Kind)] = []
        var heard: Set<Person.ID> = []
        for one in recommendations.reversed() where one.startup == startup && heard.insert(one.by.person).inserted {
            latest.append((one.by.name, one.recommendation))
        }
        return asked
            + latest.map { t("recommend.by", ["name": $0.name, "what": t("recommendation.\($0.kind.rawValue)")]) }
    }

    /// All of it in the order of time.
    func steps(_ reading: Reading) -> [Timeline.Step] {
        let t = reading.t
        let recommended = recommendations.map { one in
            (
                one.at,
                Timeline.Step(
                    t("recommendation.\(one.recommendation.rawValue)"), .done, who: one.by.name,
                    time: reading.day(one.at), note: one.note?.string)
            )
        }
        let asked = referrals.map { one in
            (
                one.at,
                Timeline.Step(
                    t("refer.to_by", ["colleague": one.to.name, "name": one.by.name]), .done,
                    time: reading.day(one.at), note: one.note?.string)
            )
        }
        return (recommended + asked).sorted { $0.0 < $1.0 }.map(\.1)
    }
}
