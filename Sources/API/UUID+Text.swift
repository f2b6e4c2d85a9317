public import Foundation

extension UUID {
    /// Reads the 36 characters of the one usual form, in either case. Foundation's own reading goes through `sscanf`,
    /// and nearly every request has a UUID.
    public init?(text: String) {
        guard text.utf8.count == 36 else { return nil }
        var uuid: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        let isComplete = withUnsafeMutableBytes(of: &uuid) { buffer in
            var nibble = 0
            for (index, byte) in text.utf8.enumerated() {
                if index == 8 || index == 13 || index == 18 || index == 23 {
                    guard byte == UInt8(ascii: "-") else { return false }
                    continue
                }
                guard let digit = EdgeText.hexDigit(byte), nibble < 32 else { return false }
                buffer[nibble / 2] = buffer[nibble / 2] << 4 | digit
                nibble += 1
            }
            return nibble == 32
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
