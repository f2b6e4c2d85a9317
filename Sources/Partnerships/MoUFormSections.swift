import Foundation
import Pages
import Vocabulary
import Wording

/// The sections of the agreement's forms.
struct MoUFormSections {
    let t: Texts
    let input: FormInput
    let institutions: [(value: String, label: String)]

    func draft(
        parties: Int, areas: Int, clauses: Int, earlier: [(value: String, label: String)]
    ) -> [FormSection] {
        [
            FormSection(
                title: t("section.what"),
                fields: [
                    input.text("title.en", label: t("field.title_en"), isOptional: true, limit: 200),
                    input.text("title.zh-Hant", label: t("field.title_zh"), isOptional: true, limit: 200),
                    input.text("title.ja", label: t("field.title_ja"), isOptional: true, limit: 200),
                    input.text(
                        "reference", label: t("field.reference"), hint: t("field.reference_hint"), width: "medium"),
                    input.select(
                        "kind", label: t("field.kind"),
                        options: MoU.Kind.allCases.map { ($0.rawValue, t("kind.\($0.rawValue)")) }),
                    input.area("summary", label: t("field.summary"), isOptional: true, limit: 10_000, rows: 5),
                    input.checkbox("is_binding", label: t("field.binding"), statement: t("field.binding_statement")),
                    input.number("notice_days", label: t("field.notice"), suffix: t("field.notice_suffix")),
                    input.checkbox(
                        "renews_itself", label: t("field.renews_itself"),
                        statement: t("field.renews_itself_statement"), hint: t("field.renews_itself_hint")),
                    input.select(
                        "renews", label: t("field.renews"), hint: t("field.renews_hint"), options: earlier,
                        isOptional: true),
                    input.select(
                        "prevailing_language", label: t("field.prevails"), hint: t("field.prevails_hint"),
                        options: Pages.Language.allCases.map { ($0.tag, $0.endonym) }, isOptional: true),
                    input.text(
                        "legal_reviewer", label: t("field.legal_reviewer"), hint: t("field.legal_reviewer_hint"),
                        isOptional: true, limit: 200),
                ])
        ]
            + (0..<max(3, parties + 1)).map(party) + [
                FormSection(
                    title: t("section.areas"), intro: t("section.areas_intro"),
                    fields: (0..<max(4, areas + 2)).flatMap(area)),
                FormSection(
                    title: t("section.objectives"),
                    fields: [
                        input.area(
                            "objectives", label: t("field.objectives"), hint: t("field.objectives_hint"),
                            isOptional: true,
                            rows: 5)
                    ]),
                FormSection(
                    title: t("section.clauses"), intro: t("section.clauses_intro"),
                    fields: (0..<max(3, clauses + 1)).flatMap { index in
                        let place = ["number": "\(index + 1)"]
                        return [
                            input.text(
                                "clauses.\(index).title", label: t("field.clause", place), isOptional: true, limit: 500),
                            input.checkbox(
                                "clauses.\(index).is_binding", label: t("field.clause_binding", place),
                                statement: t("field.clause_binds")),
                        ]
                    }),
            ]
    }

    func signature(participants: Int, isOfOneParty: Bool, spoken: Vocabulary.Language) -> [FormSection] {
        [
            FormSection(
                title: t("section.dates"),
                fields: [
                    input.text("signed_on", label: t("field.signed_on"), type: "date", width: "medium"),
                    input.text(
                        "effective_on", label: t("field.effective_on"),
                        hint: isOfOneParty ? t("field.party_effective_hint") : t("field.effective_hint"), type: "date",
                        isOptional: isOfOneParty, width: "medium"),
                    input.text(
                        "ends_on", label: t("field.ends_on"), hint: t("field.ends_hint"), type: "date",
                        isOptional: true, width: "medium"),
                ])
        ]
            + (0..<participants).map(participant) + [
                FormSection(
                    title: t("section.event"), intro: t("section.event_intro"),
                    fields: [
                        input.text("event.name", label: t("field.event_name"), isOptional: true, limit: 200),
                        input.text(
                            "event.held_on", label: t("field.event_held_on"), hint: t("field.event_held_hint"),
                            type: "date", isOptional: true, width: "medium"),
                        input.text("event.city", label: t("field.event_city"), isOptional: true, width: "medium"),
                        input.select(
                            "event.country", label: t("field.event_country"),
                            options: Country.allCases.map { ($0.code, $0.name(in: spoken)) }.sorted { $0.1 < $1.1 },
                            isOptional: true),
                        input.area(
                            "event.hosts", label: t("field.event_hosts"), hint: t("field.event_hosts_hint"),
                            isOptional: true, rows: 2),
                        input.text("event.part_of", label: t("field.event_part_of"), isOptional: true, limit: 200),
                    ])
            ]
    }

    private func party(_ index: Int) -> FormSection {
        let isSpare = index > 1
        return FormSection(
            title: t("section.party", ["number": "\(index + 1)"]), intro: index == 0 ? t("section.parties_intro") : nil,
            fields: [
                input.select(
                    "parties.\(index).institution", label: t("field.party"), options: institutions, isOptional: isSpare),
                input.select(
                    "parties.\(index).role", label: t("field.party_role"),
                    options: MoU.Party.Role.allCases.map { ($0.rawValue, t("role.\($0.rawValue)")) },
                    isOptional: isSpare),
                input.text(
                    "parties.\(index).coordinator", label: t("field.coordinator"), hint: t("field.coordinator_hint"),
                    isOptional: true, limit: 200),
                input.area(
                    "parties.\(index).responsibilities", label: t("field.party_duties"), isOptional: true, rows: 2),
            ])
    }

    private func area(_ index: Int) -> [FormField] {
        let place = ["number": "\(index + 1)"]
        let isSpare = index > 0
        var fields = [
            input.text(
                "areas.\(index).wording", label: t("field.area", place), isOptional: isSpare, limit: 500),
            input.select(
                "areas.\(index).focus_area", label: t("field.area_concept", place),
                options: Self.concepts(in: t.language),
                isOptional: isSpare),
        ]
        // A new area is explored first; how far it came is asked of those that are there already.
        if !input.value("areas.\(index).status").isEmpty {
            fields.append(
                input.select(
                    "areas.\(index).status", label: t("field.area_status", place),
                    options: MoU.Area.Status.allCases.map { ($0.rawValue, t("area.\($0.rawValue)")) }))
        }
        return fields
    }

    private func participant(_ index: Int) -> FormSection {
        let isSpare = index > 0 && index >= institutions.count
        return FormSection(
            title: t("section.person", ["number": "\(index + 1)"]), intro: index == 0 ? t("section.people_intro") : nil,
            fields: [
                input.text("participants.\(index).name", label: t("field.person"), isOptional: isSpare, limit: 200),
                input.text(
                    "participants.\(index).title", label: t("field.person_title"), isOptional: isSpare, limit: 500),
                input.select(
                    "participants.\(index).kind", label: t("field.person_kind"),
                    options: MoU.Participant.Kind.allCases.map { ($0.rawValue, t("participant.\($0.rawValue)")) },
                    isOptional: isSpare),
                input.select(
                    "participants.\(index).institution", label: t("field.person_party"), options: institutions,
                    prompt: t("field.person_other"), isOptional: isSpare),
                input.text(
                    "participants.\(index).institution_name", label: t("field.person_institution"),
                    hint: t("field.person_institution_hint"), isOptional: true, limit: 200),
            ])
    }

    /// The taxonomy as a list, each concept set in under its broader one.
    private static func concepts(in language: Pages.Language) -> [(value: String, label: String)] {
        FocusAreaTaxonomy.standard.areas.map { area in
            (
                area.id.description,
                String(repeating: "\u{2003}", count: area.depth - 1) + area.id.label(in: language)
            )
        }
    }
}
