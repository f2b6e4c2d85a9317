/// What an import read and what became of it. A rehearsal gives the same report and leaves nothing behind.
package struct ImportReport: Codable, Sendable, Equatable {
    /// Rows of the file, those that could not be read included.
    package var read = 0
    /// Rows that brought something new.
    package var inserted = 0
    /// Rows that changed what was known.
    package var updated = 0
    /// Rows that said what was known already; a second import of one file has no others.
    package var unchanged = 0
    /// Rows that were refused. Nothing of them was kept, all the others were.
    package var failed = 0
    /// What was wrong with them, in the order of the file; of very many only the first.
    package var faults: [ImportFault] = []

    /// How many faults a report spells out.
    package static let longestListOfFaults = 1000

    /// A report of nothing yet.
    package init() {}

    mutating func add(_ outcome: ImportOutcome) {
        for change in outcome.changes.values {
            switch change {
            case .inserted: inserted += 1
            case .updated: updated += 1
            case .unchanged: unchanged += 1
            }
        }
        add(outcome.faults)
    }

    mutating func add(_ faults: [ImportFault]) {
        failed += Set(faults.map(\.line)).count
        let room = Self.longestListOfFaults - self.faults.count
        self.faults += faults.prefix(max(0, room))
    }
}

/// Why a row was refused, for whoever has the file open.
package struct ImportFault: Codable, Sendable, Equatable {
    /// The line on which the row begins, from 1.
    package let line: Int
    /// The field, as the file calls it; nil when the row as a whole is wrong.
    package let field: String?
    /// What is wrong.
    package let message: String

    /// A fault at a place.
    package init(line: Int, field: String? = nil, message: String) {
        self.line = line
        self.field = field
        self.message = message
    }
}

/// How far an import is.
package struct ImportProgress: Sendable, Equatable {
    /// Bytes of the file behind us.
    package let done: Int
    /// Bytes of the file.
    package let total: Int
    /// Rows behind us.
    package let rows: Int
}

/// What a row did to what was known.
package enum ImportChange: Int, Sendable, Comparable {
    case unchanged
    case updated
    case inserted

    /// What does more to the database is greater.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What became of the rows of a batch, by their lines.
package struct ImportOutcome: Sendable {
    /// What each row that was kept did.
    package private(set) var changes: [Int: ImportChange] = [:]
    /// Why the others were refused.
    package private(set) var faults: [ImportFault] = []

    /// Nothing yet.
    package init() {}

    /// Notes what a row did; of several things, the one that does most.
    package mutating func note(_ change: ImportChange, at line: Int) {
        changes[line] = max(changes[line] ?? .unchanged, change)
    }

    /// Notes that a row was refused.
    package mutating func refuse(_ line: Int, field: String? = nil, _ message: String) {
        changes[line] = nil
        faults.append(ImportFault(line: line, field: field, message: message))
    }

    /// Notes what another step did to the rows of the same batch.
    package mutating func add(_ other: ImportOutcome) {
        for (line, change) in other.changes { note(change, at: line) }
        for fault in other.faults { changes[fault.line] = nil }
        faults += other.faults
    }
}

/// One understood row and the line it began on.
package struct ImportRow<Value: Sendable>: Sendable {
    /// The line of the file, from 1.
    package let line: Int
    /// What it says.
    package let value: Value

    /// A value from a line.
    package init(line: Int, value: Value) {
        self.line = line
        self.value = value
    }
}
