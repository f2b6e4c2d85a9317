/// Which statements a connection has prepared. The text and the parameter types together identify one.
struct StatementCache {
    struct Key: Hashable {
        let sql: String
        let types: [UInt32]
    }

    enum Use {
        /// Prepare it under this name, then run it.
        case prepare(String)
        /// It is prepared under this name.
        case prepared(String)
        /// It is being prepared, and whether that succeeds is not known yet: run it without a name.
        case unnamed
    }

    private struct Entry {
        let name: String
        var lastUse: UInt64
        var isConfirmed = false
    }

    /// More than any page needs, and little enough that the server's memory stays small.
    let capacity: Int
    private var entries: [Key: Entry] = [:]
    private var uses: UInt64 = 0
    private var names: UInt64 = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// How to run a statement. Names are never used twice on a connection, so that a statement whose preparation failed
    /// cannot be taken for another.
    mutating func use(_ key: Key) -> Use {
        uses += 1
        if let index = entries.index(forKey: key) {
            entries.values[index].lastUse = uses
            return entries.values[index].isConfirmed ? .prepared(entries.values[index].name) : .unnamed
        }
        names += 1
        let name = "s\(names)"
        entries[key] = Entry(name: name, lastUse: uses)
        return .prepare(name)
    }

    /// The server has prepared the statement.
    mutating func confirm(_ key: Key, name: String) {
        guard let index = entries.index(forKey: key), entries.values[index].name == name else { return }
        entries.values[index].isConfirmed = true
    }

    /// Forgets the statement longest unused when there are too many, and says its name.
    mutating func evict() -> String? {
        guard entries.count > capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else {
            return nil
        }
        entries[oldest.key] = nil
        return oldest.value.name
    }

    /// Forgets a statement, provided that it has not been prepared anew since.
    mutating func forget(_ key: Key, name: String) {
        if entries[key]?.name == name { entries[key] = nil }
    }

    /// Forgets everything: the server has.
    mutating func forgetAll() {
        entries = [:]
    }
}
