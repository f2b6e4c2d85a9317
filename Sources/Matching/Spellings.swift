internal import CCache

/// Numbers found by the bytes of words, none of which is zero.
///
/// A word of up to twelve bytes, as nearly all are, stands in its slot: finding it waits for one line of memory, where a
/// table of places would have it wait for three, one after the other.
struct Spellings: Sendable {
    private struct Slot {
        /// The first eight bytes of the word, and the next four.
        var (head, tail): (UInt64, UInt32) = (0, 0)
        /// Plus one; 0 is free.
        var number: UInt32 = 0
    }

    /// A word of up to twelve bytes, and where its slot is looked for.
    struct Short {
        fileprivate let head: UInt64
        fileprivate let tail: UInt32
        fileprivate let hash: Int

        fileprivate init(_ head: UInt64, _ tail: UInt32) {
            (self.head, self.tail) = (head, tail)
            var hash = (head ^ UInt64(tail) &* 0xD1B5_4A32_D192_ED03) &* 0x9E37_79B9_7F4A_7C15
            hash = (hash ^ hash >> 32) &* 0x9E37_79B9_7F4A_7C15
            self.hash = Int(truncatingIfNeeded: hash >> 32)
        }

        /// `nil` for a longer word.
        @inline(__always)
        init?(_ word: UnsafeBufferPointer<UInt8>) {
            guard word.count <= Spellings.longest else { return nil }
            let (head, tail) = Spellings.parts(word)
            self.init(head, tail)
        }

        /// The bytes of the word.
        func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
            let bytes = (head.littleEndian, UInt64(tail).littleEndian)
            return try withUnsafeBytes(of: bytes) { bytes in
                let count = bytes.firstIndex(of: 0) ?? Spellings.longest
                return try body(bytes.bindMemory(to: UInt8.self).extracting(0..<count))
            }
        }
    }

    private static let longest = 12

    private var slots = [Slot](repeating: Slot(), count: 64)
    private var count = 0
    private var long = WordTable()
    /// The numbers of longer words.
    private var longNumbers: [Code] = []

    /// The number of a word; `nil` when it has none.
    @inline(__always)
    func number(_ word: UnsafeBufferPointer<UInt8>) -> Code? {
        guard let word = Short(word) else { return long.known(word).map { longNumbers[$0] } }
        return number(word)
    }

    @inline(__always)
    func number(_ word: Short) -> Code? {
        let slot = slots[place(word)]
        return slot.number == 0 ? nil : slot.number - 1
    }

    /// Asks memory for the slot of a word whose number will be asked for, and does not wait for it.
    @inline(__always)
    func fetch(_ word: Short) {
        slots.withUnsafeBufferPointer { slots in
            if let first = slots.baseAddress { cache_fetch(first + (word.hash & (slots.count - 1))) }
        }
    }

    /// Gives a word that has no number one.
    mutating func insert(_ number: Code, for word: UnsafeBufferPointer<UInt8>) {
        guard let short = Short(word) else {
            _ = long.number(word)
            longNumbers.append(number)
            return
        }
        if 2 * (count + 1) > slots.count { grow() }
        slots[place(short)] = Slot(head: short.head, tail: short.tail, number: number + 1)
        count += 1
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: 2 * old.count)
        for slot in old where slot.number != 0 { slots[place(Short(slot.head, slot.tail))] = slot }
    }

    /// Where the word is, or would go.
    @inline(__always)
    private func place(_ word: Short) -> Int {
        let mask = slots.count - 1
        var place = word.hash & mask
        while slots[place].number != 0, slots[place].head != word.head || slots[place].tail != word.tail {
            place = (place + 1) & mask
        }
        return place
    }

    /// The bytes of a word that is not long, then zeros. Two loads that overlap, not one for each byte.
    @inline(__always)
    fileprivate static func parts(_ word: UnsafeBufferPointer<UInt8>) -> (UInt64, UInt32) {
        let bytes = UnsafeRawBufferPointer(word)
        let count = bytes.count
        if count >= 8 {
            let end = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
            return (
                UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)), end >> UInt32(8 * (longest - count))
            )
        }
        if count >= 4 {
            let start = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
            let end = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
            return (UInt64(start) | UInt64(end) << UInt64(8 * (count - 4)), 0)
        }
        var head: UInt64 = 0
        for place in 0..<count { head |= UInt64(bytes[place]) << UInt64(8 * place) }
        return (head, 0)
    }
}
