public import Foundation

extension UUID {
    /// Reads the 36 characters of the one usual form, in either case. Foundation's own reading goes through `sscanf`,
    /// and nearly every request has a UUID.
    public init?(text: String) {
        var text = text
        var uuid: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        let isComplete = text.withUTF8 { text in
            guard text.count == 36 else { return false }
            return withUnsafeMutableBytes(of: &uuid) { bytes in
                var index = 0
                for position in 0..<16 {
                    if index == 8 || index == 13 || index == 18 || index == 23 {
                        guard text[index] == UInt8(ascii: "-") else { return false }
                        index += 1
                    }
                    guard let high = EdgeText.hexDigit(text[index]), let low = EdgeText.hexDigit(text[index + 1])
                    else { return false }
                    bytes[position] = high << 4 | low
                    index += 2
                }
                return true
            }
        }
        guard isComplete else { return nil }
        self.init(uuid: uuid)
    }

    /// The 36 characters in lower case, as PostgreSQL writes them.
    public var text: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            withUnsafeBytes(of: uuid) { bytes in
                var position = 0
                for (index, byte) in bytes.enumerated() {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        buffer[position] = UInt8(ascii: "-")
                        position += 1
                    }
                    buffer[position] = JSON.lowerHex[Int(byte >> 4)]
                    buffer[position + 1] = JSON.lowerHex[Int(byte & 15)]
                    position += 2
                }
                return position
            }
        }
    }
}
