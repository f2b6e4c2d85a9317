/// Words of a text as they are counted: letters and digits in lower case, and pairs of neighbours where a script does
/// not part its words. English words that say nothing are left out.
enum Tokens {
    /// A text is read up to here; what comes after it is no longer a description.
    private static let limit = 4000

    static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var ideograph: Unicode.Scalar?
        func close() {
            if !word.isEmpty { words.append(word.lowercased()) }
            word = ""
        }
        for scalar in text.unicodeScalars.prefix(limit) {
            if isIdeographic(scalar) {
                close()
                if let before = ideograph {
                    var pair = String(before)
                    pair.unicodeScalars.append(scalar)
                    words.append(pair)
                }
                ideograph = scalar
                continue
            }
            ideograph = nil
            if scalar.value < 0x80 ? isPlainWord(scalar) : scalar.properties.isAlphabetic {
                word.unicodeScalars.append(scalar)
            } else {
                close()
            }
        }
        close()
        return words.filter { $0.utf8.count > 1 && $0.utf8.count <= 40 && !empty.contains($0) }
    }

    /// A word without the endings of number and tense: one stem for "payment" and "payments", "lend" and "lending".
    /// Coarse on purpose; a stem is only ever compared with stems.
    static func stem(_ word: String) -> String {
        let length = word.utf8.count
        guard word.utf8.allSatisfy({ (0x61...0x7A).contains($0) }) else { return word }
        if length > 4, word.hasSuffix("ies") { return word.dropLast(3) + "y" }
        for ending in ["ing", "ers", "er", "ed", "es", "s"] where length > ending.count + 3 && word.hasSuffix(ending) {
            return String(word.dropLast(ending.count))
        }
        return word
    }

    private static let empty: Set<String> = [
        "the", "and", "of", "for", "to", "in", "on", "with", "an", "is", "that", "by", "from", "your", "as", "at", "it",
        "its", "are", "be", "or", "their", "all", "we", "our", "this", "into", "can", "which", "you", "through",
        "based",
        "any", "has", "more", "one", "via",
    ]

    private static func isPlainWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: false
        }
    }

    private static func isIdeographic(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3040...0x30FF, 0x3400...0x9FFF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0x20000...0x3FFFF: true
        default: false
        }
    }
}
