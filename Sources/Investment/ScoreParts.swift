internal import API
internal import Foundation
package import Institutions
internal import Matching
internal import Vocabulary

/// One term of a score.
package struct ScorePart: Codable, Sendable, Equatable {
    /// What was compared, by the engine's name for it.
    package let name: String
    /// Under which heading a page shows it.
    package let kind: String
    /// What it adds, or takes, in thousandths of a point.
    package let value: Int
    /// What was found.
    package let evidence: [PartEvidence]
}

/// A fact behind a part of a score: what was found, not how to say it.
package struct PartEvidence: Codable, Sendable, Equatable {
    /// What sort of fact it is, and so which of the fields are there.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// `deals` of `total` deals of the investor share this answer; `times` hundredfold the market's habit.
        case habit
        /// Those it often invests with have the habit.
        case company
        /// The investor has passed over `startups` startups for the answer.
        case passed
        /// The mandate names `wish`, which the answer meets.
        case declared
        /// Words that portfolio and profile share.
        case words
        /// Investors in common.
        case companions
    }

    /// An investor who backs the startup already.
    package struct Companion: Codable, Sendable, Equatable {
        /// The investor.
        package let investor: Institution.ID
        /// What it was called when the list was made.
        package let name: String
        /// Startups that both have backed.
        package let shared: Int
    }

    /// What sort of fact it is.
    package let kind: Kind
    /// Which question about the startup.
    package let question: String?
    /// The startup's answer; two for questions that join two.
    package let answers: [String]?
    /// Deals of the investor that share the answer.
    package let deals: Int?
    /// Deals of the investor in all.
    package let total: Int?
    /// How often the investor does this for each time the market does, in hundredths.
    package let times: Int?
    /// Startups that the investor has passed over for the answer.
    package let startups: Int?
    /// What the mandate names.
    package let wish: String?
    /// Words in common.
    package let words: [String]?
    /// Investors in common.
    package let companions: [Companion]?
}

extension PartEvidence {
    init(_ evidence: Evidence, names: [Institution.ID: String]) {
        var (question, answers): (String?, [String]?)
        var (deals, total, times, startups): (Int?, Int?, Int?, Int?)
        var wish: String?
        var words: [String]?
        var companions: [Companion]?
        switch evidence {
        case .habit(let fact, let count, let all, let timesMarket):
            kind = .habit
            (question, answers) = (fact.question, fact.answers)
            (deals, total, times) = (count, all, timesMarket)
        case .habitOfCompany(let fact):
            kind = .company
            (question, answers) = (fact.question, fact.answers)
        case .passed(let fact, let count):
            kind = .passed
            (question, answers, startups) = (fact.question, fact.answers, count)
        case .declared(let declared, let fact):
            kind = .declared
            (question, answers, wish) = (fact.question, fact.answers, declared)
        case .words(let common):
            kind = .words
            words = common
        case .companions(let known):
            kind = .companions
            companions = known.map { companion in
                let investor = Institution.ID(companion.investor)
                return Companion(investor: investor, name: names[investor] ?? "", shared: companion.shared)
            }
        }
        self.question = question
        self.answers = answers
        self.deals = deals
        self.total = total
        self.times = times
        self.startups = startups
        self.wish = wish
        self.words = words
        self.companions = companions
    }
}

extension Explanation {
    /// The parts as they are kept and shown.
    func parts(names: [Institution.ID: String]) -> [ScorePart] {
        parts.map { part in
            ScorePart(
                name: part.signal.rawValue, kind: part.signal.kind.rawValue, value: part.value,
                evidence: part.evidence.map { PartEvidence($0, names: names) })
        }
    }

    /// The investors that the evidence speaks of.
    var investorsNamed: [Institution.ID] {
        parts.flatMap(\.evidence).flatMap { evidence -> [Institution.ID] in
            if case .companions(let known) = evidence { known.map { Institution.ID($0.investor) } } else { [] }
        }
    }
}

extension Identifier {
    /// What the engine calls it.
    var key: Key { Key(uuid.uuid) }

    init(_ key: Key) {
        self.init(UUID(uuid: key.bytes))
    }
}

/// Parts as JSON text in one fixed order, written by hand: ten thousand items are written at a time, and their bytes are
/// hashed.
enum PartsJSON {
    static func text(_ parts: [ScorePart]) -> String {
        var json: [UInt8] = []
        list(parts, &json) { part, json in
            json += "{\"name\":".utf8
            string(part.name, &json)
            json += ",\"kind\":".utf8
            string(part.kind, &json)
            json += ",\"value\":\(part.value),\"evidence\":".utf8
            list(part.evidence, &json, evidence)
            json += "}".utf8
        }
        return String(decoding: json, as: UTF8.self)
    }

    private static func evidence(_ evidence: PartEvidence, _ json: inout [UInt8]) {
        json += "{\"kind\":".utf8
        string(evidence.kind.rawValue, &json)
        if let question = evidence.question {
            json += ",\"question\":".utf8
            string(question, &json)
        }
        if let answers = evidence.answers {
            json += ",\"answers\":".utf8
            list(answers, &json, string)
        }
        let numbers = [
            ("deals", evidence.deals), ("total", evidence.total), ("times", evidence.times),
            ("startups", evidence.startups),
        ]
        for (name, number) in numbers {
            if let number { json += ",\"\(name)\":\(number)".utf8 }
        }
        if let wish = evidence.wish {
            json += ",\"wish\":".utf8
            string(wish, &json)
        }
        if let words = evidence.words {
            json += ",\"words\":".utf8
            list(words, &json, string)
        }
        if let companions = evidence.companions {
            json += ",\"companions\":".utf8
            list(companions, &json) { companion, json in
                json += "{\"investor\":\"\(companion.investor)\",\"name\":".utf8
                string(companion.name, &json)
                json += ",\"shared\":\(companion.shared)}".utf8
            }
        }
        json += "}".utf8
    }

    private static func list<Element>(
        _ elements: [Element], _ json: inout [UInt8], _ write: (Element, inout [UInt8]) -> Void
    ) {
        json.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            write(element, &json)
        }
        json.append(UInt8(ascii: "]"))
    }

    private static func string(_ text: String, _ json: inout [UInt8]) {
        json.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): json += [UInt8(ascii: "\\"), byte]
            // No text of ours holds a control character; one that did would be shown as a space.
            case 0..<0x20: json.append(0x20)
            default: json.append(byte)
            }
        }
        json.append(UInt8(ascii: "\""))
    }
}
