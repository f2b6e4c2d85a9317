internal import Institutions
internal import Pages
internal import Vocabulary
internal import Wording

/// Which startups of a list are asked for, as its page's address says it.
struct ShowShortlist: Codable {
    let shortlist: Shortlist.ID
    let show: ShownItems?
    let focusArea: FocusArea.ID?
    let stage: FundingStage?
    let country: Country?

    /// Whether a startup has what is asked for; an area takes in what lies below it.
    func admits(_ item: ShortlistItem) -> Bool {
        let startup = item.startup
        if let focusArea, !startup.focusAreas.contains(where: { FocusAreaTaxonomy.standard.covers(focusArea, $0) }) {
            return false
        }
        if let stage, (startup.seeking ?? startup.stage) != stage { return false }
        return country == nil || startup.country == country
    }

    /// The page with the same filters, showing others.
    func address(showing show: ShownItems) -> SafeURL {
        base.adding((show == .all ? [] : [("show", show.rawValue)]) + chosen)
    }

    /// What can be asked for: what there is on the list.
    func filters(of items: [ShortlistItem], _ reading: Reading) -> Filters {
        let t = reading.t
        let areas = FocusAreaTaxonomy.standard.top.filter { top in
            items.contains { item in
                item.startup.focusAreas.contains { FocusAreaTaxonomy.standard.covers(top.id, $0) }
            }
        }
        let stages = FundingStage.listed.filter { stage in
            items.contains { ($0.startup.seeking ?? $0.startup.stage) == stage }
        }
        let countries = Set(items.compactMap(\.startup.country))
        return Filters(
            action: base,
            choices: [
                Filters.Choice(
                    name: "focus_area", label: t("matches.focus_area"), all: t("matches.any_focus_area"),
                    options: areas.map { ($0.id.description, $0.id.label(in: reading.viewer.language)) },
                    chosen: focusArea?.description ?? ""),
                Filters.Choice(
                    name: "stage", label: t("fact.stage"), all: t("matches.any_stage"),
                    options: stages.map { ($0.rawValue, $0.label(in: reading.spoken)) },
                    chosen: stage?.rawValue ?? ""),
                Filters.Choice(
                    name: "country", label: t("matches.country"), all: t("matches.any_country"),
                    options: countries.map { ($0.code, $0.name(in: reading.spoken)) }.sorted { $0.1 < $1.1 },
                    chosen: country?.code ?? ""),
            ],
            hidden: show.map { [HiddenField("show", $0.rawValue)] } ?? [],
            clearURL: chosen.isEmpty ? nil : base.adding(show.map { [("show", $0.rawValue)] } ?? []))
    }

    private var base: SafeURL { "/shortlists/\(shortlist.description)" }

    private var chosen: [(name: String, value: String)] {
        [
            focusArea.map { ("focus_area", $0.description) }, stage.map { ("stage", $0.rawValue) },
            country.map { ("country", $0.code) },
        ].compactMap(\.self)
    }
}
