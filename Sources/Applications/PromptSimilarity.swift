internal import Foundation
internal import Vocabulary

/// How much two questions ask the same, from 0 to 1: in whichever language they have in common they are nearest.
///
/// It compares pairs of neighboring characters (Dice's coefficient), which needs no words and so serves Chinese and
/// Japanese as it does English.
struct PromptSimilarity: Equatable {
    /// From 0 to 1, where 1 is the same words.
    let value: Double

    /// From here on two questions are offered as the same.
    static let enough = 0.6

    init(_ one: LocalizedLine, _ other: LocalizedLine) {
        value =
            Language.allCases.compactMap { language in
                guard let first = one[language]?.string, let second = other[language]?.string else { return nil }
                return Self.compare(Self.normalized(first), Self.normalized(second))
            }.max() ?? 0
    }

    /// A question without case, width, punctuation and blanks.
    static func normalized(_ text: String) -> [Unicode.Scalar] {
        text.precomposedStringWithCompatibilityMapping.lowercased().unicodeScalars.filter {
            $0.properties.isAlphabetic || $0.properties.numericType != nil
        }
    }

    private static func compare(_ one: [Unicode.Scalar], _ other: [Unicode.Scalar]) -> Double {
        if one == other { return one.isEmpty ? 0 : 1 }
        guard one.count > 1, other.count > 1 else { return 0 }
        func pairs(_ text: [Unicode.Scalar]) -> [UInt64: Int] {
            zip(text, text.dropFirst()).reduce(into: [:]) { pairs, pair in
                pairs[UInt64(pair.0.value) << 32 | UInt64(pair.1.value), default: 0] += 1
            }
        }
        let (first, second) = (pairs(one), pairs(other))
        let shared = first.reduce(0) { $0 + min($1.value, second[$1.key] ?? 0) }
        // The same words in another order are not the same question.
        return min(0.99, Double(2 * shared) / Double(one.count + other.count - 2))
    }
}
