/// Numbers found by other numbers: a small open table that is filled once and asked often.
struct Lookup: Sendable {
    private var keys: [UInt64] = []
    /// Values plus one; 0 is free.
    private var values: [UInt32] = []
    private var count = 0

    var isEmpty: Bool { count == 0 }

    /// The value of a key; `nil` when it has none.
    @inline(__always)
    func callAsFunction(_ key: UInt64) -> Int? {
        guard count > 0 else { return nil }
        let mask = keys.count - 1
        var slot = Self.slot(key) & mask
        while values[slot] != 0 {
            if keys[slot] == key { return Int(values[slot]) - 1 }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Makes room for so many keys.
    mutating func reserve(_ count: Int) {
        var size = 64
        while size < 4 * (count + 1) { size *= 2 }
        if size > keys.count { grow(to: size) }
    }

    /// Gives a key that has no value one.
    mutating func insert(_ value: Int, for key: UInt64) {
        if 4 * (count + 1) > keys.count { grow(to: max(64, 2 * keys.count)) }
        put(UInt32(value + 1), key)
        count += 1
    }

    private mutating func grow(to size: Int) {
        let old = zip(keys, values).filter { $0.1 != 0 }
        keys = [UInt64](repeating: 0, count: size)
        values = [UInt32](repeating: 0, count: size)
        for (key, value) in old { put(value, key) }
    }

    private mutating func put(_ value: UInt32, _ key: UInt64) {
        let mask = keys.count - 1
        var slot = Self.slot(key) & mask
        while values[slot] != 0 { slot = (slot + 1) & mask }
        (keys[slot], values[slot]) = (key, value)
    }

    @inline(__always)
    private static func slot(_ key: UInt64) -> Int {
        let mixed = key &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed >> 32)
    }
}
