import Foundation

/// The tree of focus areas, with labels in three languages, other words, and how alike any two areas are.
///
/// Likeness is Lin's measure on intrinsic information content: an area with many narrower ones says little. Two
/// corrections make it fit what an investor means. A declared focus covers everything below it, so "biometrics" meets
/// a face-recognition startup fully, while a startup tagged only "biometrics" meets a face-recognition focus in part.
/// And related areas of other branches count 0.7 of the best they reach.
public struct FocusAreaTaxonomy: Sendable {
    /// Every area, parents before children, in the order of the source.
    public let areas: [FocusArea]
    private let positions: [FocusArea.ID: Int]
    private let parents: [Int?]
    private let words: [String: Int]
    /// Narrower areas at any depth, without the area itself.
    private let descendants: [[Int]]
    private let content: [Double]
    /// `focus * areas.count + startup`.
    private let similarities: [Double]

    /// What a link between related areas is worth.
    public static let relatedWorth = 0.7

    /// The taxonomy that ships with the program.
    public static let standard: FocusAreaTaxonomy = {
        guard let url = Bundle.module.url(forResource: "taxonomy", withExtension: "csv", subdirectory: "Resources"),
            let text = try? String(contentsOf: url, encoding: .utf8)
        else { preconditionFailure("The resource taxonomy.csv of Vocabulary is not beside the program") }
        do {
            return try FocusAreaTaxonomy(csv: text)
        } catch {
            preconditionFailure("taxonomy.csv: \(error)")
        }
    }()

    /// Why a taxonomy could not be read.
    public struct Malformed: Error, Sendable, CustomStringConvertible {
        /// The line of the file, from 1.
        public let line: Int
        /// What is wrong with it.
        public let reason: String

        /// Line and reason.
        public var description: String { "line \(line): \(reason)" }
    }

    /// Reads `id,broader,label_en,label_zh_hant,label_ja,synonyms_en,related`, lists separated by `|`, no quoting.
    ///
    /// A broader area stands before its narrower ones, related links are symmetric and stay clear of ancestors, and no
    /// word means two areas.
    public init(csv: String) throws(Malformed) {
        let rows = try Self.rows(csv)
        var positions: [FocusArea.ID: Int] = [:]
        var (parents, depths): ([Int?], [Int]) = ([], [])
        for (index, row) in rows.enumerated() {
            var parent: Int?
            if let broader = row.broader {
                guard let position = positions[broader] else {
                    throw row.malformed("\(broader) does not stand above it")
                }
                parent = position
            }
            guard positions.updateValue(index, forKey: row.id) == nil else { throw row.malformed("stands twice") }
            parents.append(parent)
            depths.append(parent.map { depths[$0] + 1 } ?? 1)
        }
        let ancestors = rows.indices.map { Self.chain(above: $0, parents) }
        for (index, row) in rows.enumerated() {
            for other in row.related {
                guard let position = positions[other] else { throw row.malformed("related \(other) is not listed") }
                guard rows[position].related.contains(row.id) else {
                    throw row.malformed("\(other) is not related in return")
                }
                guard position != index, !ancestors[index].contains(position), !ancestors[position].contains(index)
                else {
                    throw row.malformed("related \(other) stands above or below it")
                }
            }
        }
        self.positions = positions
        self.parents = parents
        areas = rows.indices.map { index in
            FocusArea(
                id: rows[index].id, broader: rows[index].broader, label: rows[index].label,
                synonyms: rows[index].synonyms, related: rows[index].related, depth: depths[index])
        }
        words = try Self.words(rows)
        var descendants = [[Int]](repeating: [], count: rows.count)
        for index in rows.indices { for ancestor in ancestors[index] { descendants[ancestor].append(index) } }
        self.descendants = descendants
        // Seco's intrinsic content with a virtual root above the top areas, whose content is zero.
        let all = log(Double(rows.count + 1))
        content = descendants.map { 1 - log(Double($0.count + 1)) / all }
        similarities = Self.similarities(
            content: content, ancestors: ancestors,
            related: rows.map { row in row.related.compactMap { positions[$0] } })
    }
}

extension FocusAreaTaxonomy {
    /// The area with this slug.
    public subscript(id: FocusArea.ID) -> FocusArea? {
        positions[id].map { areas[$0] }
    }

    /// The area a person means by `text`: its slug, its label in any language or one of its other words; width, case
    /// and hyphens do not matter.
    public func area(called text: String) -> FocusArea? {
        words[Self.key(text)].map { areas[$0] }
    }

    /// The areas at the top.
    public var top: [FocusArea] { areas.filter { $0.broader == nil } }

    /// The areas directly below `id`.
    public func narrower(than id: FocusArea.ID) -> [FocusArea] {
        areas.filter { $0.broader == id }
    }

    /// The areas above `id`, nearest first.
    public func ancestors(of id: FocusArea.ID) -> [FocusArea.ID] {
        positions[id].map { Self.chain(above: $0, parents).map { areas[$0].id } } ?? []
    }

    /// `id` and every area below it: what a declared focus or exclusion covers.
    public func closure(of id: FocusArea.ID) -> [FocusArea.ID] {
        positions[id].map { [id] + descendants[$0].map { areas[$0].id } } ?? []
    }

    /// Whether `focus` is `area` or stands above it.
    public func covers(_ focus: FocusArea.ID, _ area: FocusArea.ID) -> Bool {
        focus == area ? positions[focus] != nil : ancestors(of: area).contains(focus)
    }

    /// The nearest area above or at both; `nil` when only the virtual root is.
    public func commonAncestor(_ first: FocusArea.ID, _ second: FocusArea.ID) -> FocusArea.ID? {
        let above = Set([second] + ancestors(of: second))
        return positions[first] == nil ? nil : ([first] + ancestors(of: first)).first(where: above.contains)
    }

    /// How much an area says: 1 for one without narrower ones, towards 0 for one that holds nearly everything.
    public func informationContent(of id: FocusArea.ID) -> Double {
        positions[id].map { content[$0] } ?? 0
    }

    /// Lin's likeness, the same in both directions: 0 for areas of different branches, 1 for an area and itself.
    public func lin(_ first: FocusArea.ID, _ second: FocusArea.ID) -> Double {
        guard let common = commonAncestor(first, second) else { return 0 }
        let sum = informationContent(of: first) + informationContent(of: second)
        return sum > 0 ? 2 * informationContent(of: common) / sum : 0
    }

    /// Wu and Palmer's likeness, by depth alone; kept to compare with, since it misjudges branches of uneven depth.
    public func wuPalmer(_ first: FocusArea.ID, _ second: FocusArea.ID) -> Double {
        guard let common = commonAncestor(first, second), let shared = self[common],
            let one = self[first], let two = self[second]
        else { return 0 }
        return 2 * Double(shared.depth) / Double(one.depth + two.depth)
    }

    /// How well a startup in `startup` meets a declared `focus`, 0 to 1; not the same the other way round.
    public func similarity(focus: FocusArea.ID, startup: FocusArea.ID) -> Double {
        guard let row = positions[focus], let column = positions[startup] else { return 0 }
        return similarities[row * areas.count + column]
    }

    /// How well a startup's weighted areas meet the declared ones, 0 to 1: each area of the startup counts with its
    /// weight and the best focus for it. Breadth of the declaration costs nothing. Weights that are negative or not
    /// finite count as 0, and a focus weighs at most 1.
    public func score(focus: [FocusArea.ID: Double], startup: [FocusArea.ID: Double]) -> Double {
        var (sum, total) = (0.0, 0.0)
        // In slug order, so that the rounding of the sum does not hang on the dictionary's.
        for (area, weight) in startup.sorted(by: { $0.key < $1.key }) where weight.isFinite && weight > 0 {
            var best = 0.0
            for (wanted, worth) in focus where worth.isFinite && worth > 0 {
                best = max(best, min(worth, 1) * similarity(focus: wanted, startup: area))
            }
            sum += weight * best
            total += weight
        }
        return total > 0 && total.isFinite ? sum / total : 0
    }
}

extension FocusAreaTaxonomy {
    private struct Line {
        let number: Int
        let id: FocusArea.ID
        let broader: FocusArea.ID?
        let label: LocalizedName
        let synonyms: [String]
        let related: [FocusArea.ID]

        func malformed(_ reason: String) -> Malformed {
            Malformed(line: number, reason: "\(id): \(reason)")
        }
    }

    private static func rows(_ csv: String) throws(Malformed) -> [Line] {
        var rows: [Line] = []
        let lines = csv.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (offset, line) in lines.enumerated().dropFirst() where !line.isEmpty {
            let number = offset + 1
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 7 else { throw Malformed(line: number, reason: "\(fields.count) fields, not 7") }
            guard let id = FocusArea.ID(fields[0]) else { throw Malformed(line: number, reason: "no slug") }
            let broader = fields[1].isEmpty ? nil : FocusArea.ID(fields[1])
            guard fields[1].isEmpty || broader != nil else { throw Malformed(line: number, reason: "bad broader") }
            guard let label = try? LocalizedName(en: fields[2], zhHant: fields[3], ja: fields[4]),
                label.languages == Language.allCases
            else { throw Malformed(line: number, reason: "a label is missing") }
            let related = fields[6].split(separator: "|").map(String.init)
            let links = related.compactMap { FocusArea.ID($0) }
            guard links.count == related.count else { throw Malformed(line: number, reason: "bad related") }
            rows.append(
                Line(
                    number: number, id: id, broader: broader, label: label,
                    synonyms: fields[5].split(separator: "|").map(String.init), related: links))
        }
        return rows
    }

    private static func words(_ rows: [Line]) throws(Malformed) -> [String: Int] {
        var words: [String: Int] = [:]
        for (index, row) in rows.enumerated() {
            let labels = Language.allCases.compactMap { row.label[$0]?.string }
            for word in [row.id.description] + labels + row.synonyms {
                if let other = words.updateValue(index, forKey: key(word)), other != index {
                    throw row.malformed("\(word) also means \(rows[other].id)")
                }
            }
        }
        return words
    }

    private static func key(_ text: String) -> String {
        text.prefix(200).precomposedStringWithCompatibilityMapping.lowercased()
            .split { $0 == " " || $0 == "-" || $0 == "_" }.joined(separator: " ")
    }

    private static func chain(above index: Int, _ parents: [Int?]) -> [Int] {
        var chain: [Int] = []
        var next = parents[index]
        while let parent = next {
            chain.append(parent)
            next = parents[parent]
        }
        return chain
    }

    private static func similarities(content: [Double], ancestors: [[Int]], related: [[Int]]) -> [Double] {
        let count = content.count
        var base = [Double](repeating: 0, count: count * count)
        for focus in 0..<count {
            for startup in 0..<count {
                if focus == startup || ancestors[startup].contains(focus) {
                    base[focus * count + startup] = 1
                    continue
                }
                let above = [startup] + ancestors[startup]
                guard let common = ([focus] + ancestors[focus]).first(where: above.contains) else { continue }
                let sum = content[focus] + content[startup]
                base[focus * count + startup] = sum > 0 ? 2 * content[common] / sum : 0
            }
        }
        var table = base
        for focus in 0..<count {
            for startup in 0..<count {
                var best = base[focus * count + startup]
                for other in related[focus] { best = max(best, relatedWorth * base[other * count + startup]) }
                for other in related[startup] { best = max(best, relatedWorth * base[focus * count + other]) }
                table[focus * count + startup] = best
            }
        }
        return table
    }
}
