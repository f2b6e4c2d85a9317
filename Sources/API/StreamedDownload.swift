/// A file sent piece by piece, each made when the socket has taken the one before: for files that are not to be held in
/// memory. It is saved, never shown: what somebody uploaded must not run as a page of ours.
public struct StreamedDownload: Codable, Sendable {
    /// What the bytes are.
    public let mediaType: String
    /// The name a browser saves it under.
    public let filename: String
    /// How many bytes there are in all.
    public let count: Int
    let piece: @Sendable (_ index: Int) async throws -> [UInt8]?

    /// A file of `count` bytes.
    ///
    /// - Parameter piece: makes the piece of an index, beginning with 0; nil after the last. It runs after the handler has
    ///   returned and for as long as the reader takes, so it opens no transaction that outlives one piece. If it throws, or
    ///   the pieces are not `count` bytes, the connection is cut and the reader knows.
    public init(
        mediaType: String, filename: String, count: Int,
        piece: @escaping @Sendable (_ index: Int) async throws -> [UInt8]?
    ) {
        self.mediaType = mediaType
        self.filename = filename
        self.count = count
        self.piece = piece
    }

    /// It is sent, never read.
    public init(from decoder: any Decoder) throws {
        throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "is a file"))
    }

    /// It goes by a body, never inside JSON.
    public func encode(to encoder: any Encoder) throws {
        throw EncodingError.invalidValue(self, .init(codingPath: encoder.codingPath, debugDescription: "is a file"))
    }

    func rendered() -> Rendered {
        Rendered(
            status: 200,
            headers: [
                HeaderField("Content-Type", mediaType),
                HeaderField("Content-Disposition", Rendered.attachment(filename)),
                // Also where a browser shows it after all, it is nobody's page and loads nothing.
                HeaderField("Content-Security-Policy", "sandbox; default-src 'none'"),
                HeaderField("X-Content-Type-Options", "nosniff"), HeaderField("Cache-Control", "no-store"),
            ], body: [], stream: self)
    }
}
