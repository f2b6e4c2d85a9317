internal import Foundation
package import Institutions
internal import Matching
internal import Pages
internal import Vocabulary
internal import Wording

extension PageKit {
    static let investment = PageKit("investment", bundle: .module)
}

/// Says why a startup is on a list, in a reader's language.
struct ScoreWords {
    private let t: Texts

    init(_ t: Texts) {
        self.t = t
    }

    /// A heading and what the parts under it amount to.
    struct Group: Sendable {
        let kind: String
        let label: String
        /// In thousandths of a point.
        let value: Int
        /// What was found, the weightiest first; empty where a part has nothing to show.
        let evidence: [String]
    }

    /// The parts under their headings, the weightiest heading first. The values sum to the score.
    func groups(_ parts: [ScorePart]) -> [Group] {
        var order: [String] = []
        var byKind: [String: [ScorePart]] = [:]
        for part in parts {
            if byKind[part.kind] == nil { order.append(part.kind) }
            byKind[part.kind, default: []].append(part)
        }
        return order.map { kind in
            let own = byKind[kind] ?? []
            var sentences: [String] = []
            for sentence in own.flatMap(\.evidence).map(sentence) where !sentences.contains(sentence) {
                sentences.append(sentence)
            }
            return Group(
                kind: kind, label: t("kind.\(kind)"), value: own.reduce(0) { $0 + $1.value },
                evidence: Array(sentences.prefix(3)))
        }.sorted { $0.value.magnitude > $1.value.magnitude }
    }

    /// What speaks for it and what against, in a line.
    func summary(_ groups: [Group]) -> String {
        // What is the same for every startup, or for the investor, is no reason for this one.
        let reasons = groups.filter { $0.kind != Signal.Kind.market.rawValue }
        let favour = reasons.filter { $0.value > 0 }.prefix(3).map(\.label)
        let against = reasons.filter { $0.value < 0 }.prefix(2).map(\.label)
        let separator = t("list.separator")
        let values = ["for": favour.joined(separator: separator), "against": against.joined(separator: separator)]
        switch (favour.isEmpty, against.isEmpty) {
        case (false, false): return t("score.for_and_against", values)
        case (false, true): return t("score.for", values)
        case (true, false): return t("score.against", values)
        case (true, true): return t("score.nothing")
        }
    }

    /// What a part looked at.
    func label(of part: ScorePart) -> String {
        // The engine's names are Swift's; those of translations have no capitals.
        var name = ""
        for scalar in part.name.unicodeScalars {
            if ("A"..."Z").contains(scalar) { name += "_" }
            name += scalar.properties.lowercaseMapping
        }
        return t("signal.\(name)")
    }

    /// A fact in words.
    func sentence(_ evidence: PartEvidence) -> String {
        let fact = fact(evidence.question ?? "", evidence.answers ?? [])
        switch evidence.kind {
        case .habit:
            let (deals, total) = (evidence.deals ?? 0, evidence.total ?? 0)
            let values = ["fact": fact, "deals": Figures.grouped(deals), "times": times(evidence.times ?? 0)]
            return deals == 0
                ? t("evidence.no_habit", count: total, values) : t("evidence.habit", count: total, values)
        case .company: return t("evidence.company", ["fact": fact])
        case .passed: return t("evidence.passed", count: evidence.startups ?? 0, ["fact": fact])
        case .declared:
            let wish = evidence.wish.map { self.fact(evidence.question ?? "", [$0]) } ?? ""
            return wish == fact || wish.isEmpty
                ? t("evidence.declared", ["fact": fact]) : t("evidence.declared_as", ["fact": fact, "wish": wish])
        case .words:
            return t("evidence.words", ["words": (evidence.words ?? []).joined(separator: t("list.separator"))])
        case .companions:
            let known = (evidence.companions ?? []).prefix(3).map { companion in
                t("evidence.companion", count: companion.shared, ["name": companion.name])
            }
            return t("evidence.companions", ["names": known.joined(separator: t("list.separator"))])
        }
    }

    /// Hundredths, as they are read: 6.2 and 0.35, not 6.20.
    private func times(_ hundredths: Int) -> String {
        if hundredths >= 1000 { return Figures.grouped(hundredths / 100) }
        let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
        if rest == 0 { return "\(whole)" }
        return rest.isMultiple(of: 10) ? "\(whole).\(rest / 10)" : "\(whole)." + (rest < 10 ? "0\(rest)" : "\(rest)")
    }

    private func fact(_ question: String, _ answers: [String]) -> String {
        switch question {
        case "areaInRegion", "areaInState": pair(answers, "area", "region", "fact.in_place")
        case "areaAtStage": pair(answers, "area", "previousStage", "fact.at_stage")
        case "areaAtAge": pair(answers, "area", "age", "fact.and")
        case "areaInRound": pair(answers, "area", "roundKind", "fact.at_stage")
        case "regionAtAge": pair(answers, "region", "age", "fact.and")
        case "regionInRound": pair(answers, "region", "roundKind", "fact.at_stage")
        case "regionAtStage": pair(answers, "region", "previousStage", "fact.at_stage")
        case "stageAtAge": pair(answers, "previousStage", "age", "fact.and")
        default: answers.map { self.answer(question, $0) }.joined(separator: t("list.separator"))
        }
    }

    private func pair(_ answers: [String], _ first: String, _ second: String, _ key: String) -> String {
        guard answers.count == 2 else { return answers.joined(separator: t("list.separator")) }
        let values = ["first": answer(first, answers[0]), "second": answer(second, answers[1])]
        return switch key {
        case "fact.in_place": t("fact.in_place", values)
        case "fact.at_stage": t("fact.at_stage", values)
        default: t("fact.and", values)
        }
    }

    private func answer(_ question: String, _ answer: String) -> String {
        let spoken = Vocabulary.Language(t.language)
        switch question {
        case "area", "tag":
            return FocusArea.ID(answer).flatMap { FocusAreaTaxonomy.standard[$0] }?.label.text(for: spoken)
                ?? answer.split(separator: "_").joined(separator: " ")
        case "country": return Country(answer)?.name(in: spoken) ?? answer
        case "previousStage":
            guard answer != "-" else { return t("fact.no_round_yet") }
            return t("fact.last_round", ["round": stage(answer, spoken)])
        case "earlierRounds":
            switch Int(answer) {
            case nil: return t("fact.rounds_many")
            case 0?: return t("fact.no_round_yet")
            case let count?: return t("fact.rounds", count: count, [:])
            }
        case "roundKind", "askedRound", "usualRound", "declaredStage": return stage(answer, spoken)
        case "age": return age(answer)
        case "lastSize", "roundSize", "askedSize": return size(answer)
        case "gap": return gap(answer)
        default: return answer
        }
    }

    private func stage(_ slug: String, _ language: Vocabulary.Language) -> String {
        FundingStage(rawValue: slug)?.label(in: language) ?? slug
    }

    /// The engine names its buckets by their bounds: "12-24", or "120-" without an upper one.
    private func bounds(_ bucket: String) -> (from: Int, to: Int?)? {
        let ends = bucket.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let from = Int(ends[0]), ends[1].isEmpty || Int(ends[1]) != nil else { return nil }
        return (from, Int(ends[1]))
    }

    private func age(_ bucket: String) -> String {
        switch bounds(bucket) {
        case nil: bucket
        case (0, 6?)?: t("age.under_half")
        case (6, 12?)?: t("age.half_to_one")
        case (_, nil)?: t("age.ten_and_more")
        case (let from, let to?)?: t("age.years", ["from": "\(from / 12)", "to": "\(to / 12)"])
        }
    }

    private func gap(_ bucket: String) -> String {
        guard bucket != "-" else { return t("fact.no_round_yet") }
        return switch bounds(bucket) {
        case nil: bucket
        case (_, nil)?: t("gap.over_five_years")
        case (let from, let to?)?: t("gap.months", ["from": "\(from)", "to": "\(to)"])
        }
    }

    private func size(_ bucket: String) -> String {
        guard bucket != "-" else { return t("fact.no_round_yet") }
        return switch bounds(bucket) {
        case nil: bucket
        case (0, let to?)?: t("size.under", ["amount": short(to)])
        case (let from, nil)?: t("size.over", ["amount": short(from)])
        case (let from, let to?)?: t("size.between", ["from": short(from), "to": short(to)])
        }
    }

    /// An amount in US dollars as bounds are written: 250k, 7m; in Chinese and Japanese by ten thousands.
    private func short(_ amount: Int) -> String {
        let myriads = Figures.grouped(amount / 10_000)
        return switch t.language {
        case .english: amount < 1_000_000 ? "\(amount / 1000)k" : "\(amount / 1_000_000)m"
        case .chinese: myriads + " 萬"
        case .japanese: myriads + "万"
        }
    }
}

/// Why a startup is on a list, in words, for those who do not have the pages.
package struct ItemExplanation: Codable, Sendable {
    /// The startup.
    package let startup: Startup.ID
    /// The sum of the parts, in thousandths of a point.
    package let score: Int
    /// What speaks for it and what against, in a line.
    package let summary: String
    /// Every part, the weightiest first; their values sum to the score.
    package let parts: [Reason]

    /// A part in words.
    package struct Reason: Codable, Sendable {
        /// What was compared.
        package let label: String
        /// What it adds, or takes, in thousandths of a point.
        package let value: Int
        /// What was found.
        package let evidence: [String]
    }

    init(of item: ShortlistItem, in language: Pages.Language) {
        let words = ScoreWords(PageKit.investment.texts(in: language))
        startup = item.startup.id
        score = item.score
        summary = words.summary(words.groups(item.parts))
        parts = item.parts.map { part in
            Reason(label: words.label(of: part), value: part.value, evidence: part.evidence.map(words.sentence))
        }
    }
}
