/// Two texts woven together: what they share, what only the first has, what only the second has. Words are compared where
/// words are written apart; Chinese and Japanese by their characters.
package struct TextDifference: Sendable, Equatable {
    /// In which of the texts something stands.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case same, removed, added
    }

    /// Some text, and where it stands.
    package struct Part: Sendable, Equatable {
        /// In which of the texts.
        package let kind: Kind
        /// The text.
        package let text: String
    }

    /// In the order in which one reads them: what went before what came in its place.
    package let parts: [Part]

    /// Compares two texts.
    package init(from before: String, to after: String) {
        let (old, new) = (Self.tokens(of: before), Self.tokens(of: after))
        var steps = Self.compare(old[...], new[...])
        // Texts with little in common are read more easily one after the other.
        let shared = steps.reduce(0) { $1.kind == .same ? $0 + $1.text.unicodeScalars.count : $0 }
        let longest = max(before.unicodeScalars.count, after.unicodeScalars.count)
        if shared * 5 < longest { steps = [Part(kind: .removed, text: before), Part(kind: .added, text: after)] }
        parts = Self.gathered(steps)
    }

    /// The most cells of the table in which the longest common part is found: 16 MB, some tens of milliseconds.
    private static let mostCells = 4_000_000

    private static func compare(_ old: ArraySlice<String>, _ new: ArraySlice<String>) -> [Part] {
        var (old, new) = (old, new)
        var (head, tail): ([Part], [Part]) = ([], [])
        while let first = old.first, first == new.first {
            head.append(Part(kind: .same, text: first))
            old.removeFirst()
            new.removeFirst()
        }
        while let last = old.last, last == new.last {
            tail.append(Part(kind: .same, text: last))
            old.removeLast()
            new.removeLast()
        }
        return head + middle(Array(old), Array(new)) + tail.reversed()
    }

    private static func middle(_ old: [String], _ new: [String]) -> [Part] {
        guard !old.isEmpty, !new.isEmpty, old.count <= mostCells / new.count else {
            return old.map { Part(kind: .removed, text: $0) } + new.map { Part(kind: .added, text: $0) }
        }
        // common[i, j] is how many tokens old[i...] and new[j...] share in order.
        let width = new.count + 1
        var common = [Int32](repeating: 0, count: (old.count + 1) * width)
        for i in old.indices.reversed() {
            for j in new.indices.reversed() {
                common[i * width + j] =
                    old[i] == new[j]
                    ? common[(i + 1) * width + j + 1] + 1
                    : max(common[(i + 1) * width + j], common[i * width + j + 1])
            }
        }
        var (i, j) = (0, 0)
        var steps: [Part] = []
        while i < old.count || j < new.count {
            if i < old.count, j < new.count, old[i] == new[j] {
                steps.append(Part(kind: .same, text: old[i]))
                (i, j) = (i + 1, j + 1)
            } else if j == new.count || i < old.count && common[(i + 1) * width + j] >= common[i * width + j + 1] {
                steps.append(Part(kind: .removed, text: old[i]))
                i += 1
            } else {
                steps.append(Part(kind: .added, text: new[j]))
                j += 1
            }
        }
        return steps
    }

    /// Neighbours of one kind as one part, and between two shared ones what went before what came.
    private static func gathered(_ steps: [Part]) -> [Part] {
        var parts: [Part] = []
        var (removed, added) = ("", "")
        func flush() {
            if !removed.isEmpty { parts.append(Part(kind: .removed, text: removed)) }
            if !added.isEmpty { parts.append(Part(kind: .added, text: added)) }
            (removed, added) = ("", "")
        }
        var same = ""
        for step in steps {
            switch step.kind {
            case .same:
                flush()
                same += step.text
            case .removed, .added:
                if !same.isEmpty { parts.append(Part(kind: .same, text: same)) }
                same = ""
                if step.kind == .removed { removed += step.text } else { added += step.text }
            }
        }
        flush()
        if !same.isEmpty { parts.append(Part(kind: .same, text: same)) }
        return parts
    }

    /// Words, runs of blanks, and every other character on its own.
    static func tokens(of text: String) -> [String] {
        enum Class { case word, blank, single }
        var tokens: [String] = []
        var (run, kind) = (String.UnicodeScalarView(), Class.single)
        for character in text {
            let scalar = character.unicodeScalars.first ?? " "
            let next: Class =
                scalar.properties.isWhitespace
                ? .blank
                : isWrittenTogether(scalar) || !(scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
                    ? .single : .word
            if next != kind || next == .single, !run.isEmpty {
                tokens.append(String(run))
                run = String.UnicodeScalarView()
            }
            run.append(contentsOf: character.unicodeScalars)
            kind = next
        }
        if !run.isEmpty { tokens.append(String(run)) }
        return tokens
    }

    /// Whether a script puts no blanks between words.
    private static func isWrittenTogether(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3040...0x30FF, 0x31F0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0xFF66...0xFF9D,
            0x20000...0x323AF:
            true
        default: false
        }
    }
}
