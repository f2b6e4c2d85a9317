internal import Vocabulary

extension Field {
    /// What makes it take less than before, by its name in JSON below a question; nil where whatever fitted fits still.
    package func tightening(since before: Field) -> String? {
        guard kind == before.kind else { return "kind" }
        if let maxLength, maxLength < before.maxLength ?? .max { return "max_length" }
        let (new, old) = (settings, before.settings)
        func figure(_ text: String?) -> Figure? { text.flatMap(Figure.init) }
        if let lowest = figure(new.lowest), figure(old.lowest).map({ lowest > $0 }) ?? true { return "settings/lowest" }
        if let highest = figure(new.highest), figure(old.highest).map({ highest < $0 }) ?? true {
            return "settings/highest"
        }
        if let earliest = new.earliest, old.earliest.map({ earliest > $0 }) ?? true { return "settings/earliest" }
        if let latest = new.latest, old.latest.map({ latest < $0 }) ?? true { return "settings/latest" }
        if new.decimals ?? 0 < old.decimals ?? 0 { return "settings/decimals" }
        if !before.allCurrencies.allSatisfy(allCurrencies.contains) { return "settings/currencies" }
        if new.fewest ?? 0 > old.fewest ?? 0 { return "settings/fewest" }
        if new.most ?? Self.listLimit < old.most ?? Self.listLimit { return "settings/most" }
        let keys = Set((new.options ?? []).map(\.key))
        if !(old.options ?? []).allSatisfy({ keys.contains($0.key) }) { return "settings/options" }
        let columns = new.columns ?? []
        let isKept = (old.columns ?? []).allSatisfy { one in
            columns.contains { $0.key == one.key && $0.kind == one.kind }
        }
        let isNeeded = columns.contains { column in
            column.isRequired && !(old.columns ?? []).contains { $0.key == column.key && $0.isRequired }
        }
        return isKept && !isNeeded ? nil : "settings/columns"
    }
}
