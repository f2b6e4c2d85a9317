/// Words of a text as they are counted: letters and digits in lower case, and pairs of neighbours where a script does
/// not part its words.
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
        return words.filter { $0.utf8.count > 1 && $0.utf8.count <= 40 }
    }

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
