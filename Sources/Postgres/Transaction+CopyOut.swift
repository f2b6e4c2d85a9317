extension Transaction {
    /// Tells every row of a query by COPY: for rows by the hundred thousand, which the server then sends while those that
    /// came before are told, and of which about half a mebibyte is held.
    ///
    /// Nothing else can run in the transaction meanwhile. The whole counts as one statement, so a large one wants a
    /// `statementTimeout` of its own. What `body` throws ends the session, and with it the transaction. Where a transaction
    /// is run again, the rows are told again from the first.
    ///
    /// - Parameter query: without parameters, which COPY does not take.
    public nonisolated(nonsending) func copy(_ query: Query, _ body: (inout Columns) throws -> Void) async throws {
        try Task.checkCancellation()
        guard isOpen else { throw Closed() }
        let copy = CopyOut("COPY (\(query.sql)) TO STDOUT (FORMAT binary)", limit: limit)
        guard query.parameterCount == 0 else {
            throw DatabaseError(sqlState: "08P01", message: "COPY takes no parameters", sql: copy.sql)
        }
        guard core.loop.submit({ [connection] in connection.run(copy) }) else { throw Closed() }
        var isFirst = true
        while let piece = try await next(of: copy) {
            do {
                try piece.withUnsafeBytes { bytes in
                    var rows = BinaryRows(bytes)
                    if isFirst { try rows.skipHeader() }
                    isFirst = false
                    while var columns = try rows.next() { try body(&columns) }
                }
            } catch {
                // The server has more to tell, and would be waited for.
                core.loop.submit { [connection] in connection.abandon(error) }
                throw error
            }
        }
    }

    private nonisolated(nonsending) func next(of copy: CopyOut) async throws -> [UInt8]? {
        let promise = Promise<[UInt8]?>()
        guard core.loop.submit({ [connection] in connection.ask(copy, promise) }) else { throw Closed() }
        return try await value(of: promise)
    }
}

/// Rows in the binary format of COPY; a piece holds whole ones.
private struct BinaryRows {
    private var bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The signature, the flags and an extension of the header.
    mutating func skipHeader() throws {
        guard bytes.count >= 19 else { throw Cell.Mismatch.malformed }
        let length = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 15, as: UInt32.self))
        offset = 19 + Int(length)
        guard offset <= bytes.count else { throw Cell.Mismatch.malformed }
    }

    /// The columns of the next row; `nil` at the end.
    mutating func next() throws -> Columns? {
        guard offset < bytes.count else { return nil }
        guard offset + 2 <= bytes.count else { throw Cell.Mismatch.malformed }
        let count = Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int16.self))
        offset += 2
        // The trailer.
        guard count >= 0 else { return nil }
        let start = offset
        for _ in 0..<count {
            guard offset + 4 <= bytes.count else { throw Cell.Mismatch.malformed }
            let length = Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
            offset += 4 + Int(max(0, length))
            guard offset <= bytes.count else { throw Cell.Mismatch.malformed }
        }
        return Columns(UnsafeRawBufferPointer(rebasing: bytes[start..<offset]), count: Int(count))
    }
}
