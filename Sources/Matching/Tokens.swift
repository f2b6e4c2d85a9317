/// Words of a text as they are counted: letters and digits in lower case, and pairs of neighbours where a script does
/// not part its words. English words that say nothing are left out.
enum Tokens {
    /// A text is read up to here; what comes after it is no longer a description.
    private static let limit = 4000
    /// Bytes of the longest word that is one.
    private static let longest = 40

    /// Tells the words of a text one after the other, in UTF-8, those that say nothing among them.
    static func words(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        var text = text
        text.withUTF8 { bytes in
            guard bytes.allSatisfy({ $0 < 0x80 }) else { return scalars(bytes, body) }
            // One byte more than the longest word, and what follows is not written.
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: longest + 1) { word in
                var count = 0
                func close() {
                    if count > 1, count <= longest { body(UnsafeBufferPointer(rebasing: word[..<count])) }
                    count = 0
                }
                func take(_ byte: UInt8) {
                    if count <= longest { word[count] = byte }
                    count += 1
                }
                for byte in bytes.prefix(limit) {
                    switch byte {
                    case 0x30...0x39, 0x61...0x7A: take(byte)
                    case 0x41...0x5A: take(byte | 0x20)
                    default: close()
                    }
                }
                close()
            }
        }
    }

    static func words(_ text: String) -> [String] {
        var words: [String] = []
        self.words(text) { words.append(String(decoding: $0, as: UTF8.self)) }
        return words.filter { !isEmpty($0) }
    }

    /// The words of a text that is not plain English.
    private static func scalars(_ text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        var word = ""
        var ideograph: Unicode.Scalar?
        func tell(whole text: String) {
            var lowercased = text.lowercased()
            guard (2...longest).contains(lowercased.utf8.count) else { return }
            lowercased.withUTF8(body)
        }
        func close() {
            if !word.isEmpty { tell(whole: word) }
            word = ""
        }
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars.prefix(limit) {
            if isIdeographic(scalar) {
                close()
                if let before = ideograph {
                    var pair = String(before)
                    pair.unicodeScalars.append(scalar)
                    tell(whole: pair)
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
    }

    /// Whether a word says nothing.
    static func isEmpty(_ word: String) -> Bool { empty.contains(word) }

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
