extension Clamd {
    /// What the scanner says of a file that comes piece by piece; the conversation has threads of its own.
    ///
    /// Throws `Failure` when it says nothing that is a verdict, or when the pieces are not `count` bytes.
    public func verdict(
        on count: Int, piece: (_ index: Int) async throws -> [UInt8]?
    ) async throws -> Verdict {
        let conversation = try await begin()
        var (index, sent) = (0, 0)
        while let bytes = try await piece(index) {
            try await conversation.send(bytes)
            sent += bytes.count
            index += 1
        }
        guard sent == count else { throw Failure(description: "The file is not whole.") }
        return try await conversation.verdict()
    }
}
