extension Transaction {
    /// Reads a result of any size a portion at a time: the server computes on only when the consumer asks, so memory
    /// stays bounded by about a mebibyte. Other statements of the transaction may run between two rows. Abandoning the
    /// stream early costs nothing.
    ///
    /// A server-side cursor, and not libpq's single-row mode: that would keep the connection busy to the last row, and
    /// stopping early would mean to cancel, which ruins the transaction.
    public func stream(_ query: Query) -> AsyncThrowingStream<Row, any Error> {
        let cursor = Cursor(transaction: self, query: query)
        return AsyncThrowingStream { try await cursor.next() }
    }
}

/// A cursor and the rows fetched from it. Used by one consumer, one call at a time, as its stream demands.
private final class Cursor: @unchecked Sendable {
    private static let portion = 1 << 20

    private let transaction: Transaction
    private let query: Query
    private let name: String
    private var isDeclared = false
    private var isExhausted = false
    private var batch: ResultSet?
    private var position: Int32 = 0
    private var size: Int32 = 64

    init(transaction: Transaction, query: Query) {
        self.transaction = transaction
        self.query = query
        name = transaction.nextName("cursor")
    }

    deinit {
        guard isDeclared, transaction.isOpen else { return }
        let close = Unit([Query(unchecked: "CLOSE \(name)")], prepares: false, limit: transaction.limit) { _, _ in }
        let transaction = transaction
        transaction.core.loop.submit {
            // The transaction may have ended, and the connection be lent to somebody else, since.
            if transaction.isOpen { transaction.connection.run(close) }
        }
    }

    func next() async throws -> Row? {
        while true {
            if let batch, position < batch.rowCount {
                defer { position += 1 }
                return Row(result: batch, index: position)
            }
            if isExhausted { return nil }
            try await fetch()
        }
    }

    private func fetch() async throws {
        let fetch = Query(unchecked: "FETCH FORWARD \(size) FROM \(name)")
        let results: [ResultSet]
        if isDeclared {
            results = try await transaction.run([fetch], prepares: false)
        } else {
            let declare = Query(unchecked: "DECLARE \(name) NO SCROLL CURSOR FOR ") + query
            results = try await transaction.run([declare, fetch], prepares: false)
            isDeclared = true
        }
        guard let last = results.last else { throw ConnectionLost(reason: "a fetch without a result") }
        isExhausted = last.rowCount < size
        batch = last
        position = 0
        // Wide rows in small portions, narrow ones in large.
        if last.byteCount > Self.portion {
            size = max(1, size / 2)
        } else if last.byteCount < Self.portion / 4 {
            size = min(8_192, size * 2)
        }
    }
}
