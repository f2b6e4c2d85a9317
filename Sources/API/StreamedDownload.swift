/// A file sent piece by piece, each made when the socket has taken the one before: for files that are not to be held in
/// memory. It is saved, not shown: what somebody uploaded must not run as a page of ours. A PDF alone may be shown, by the
/// browser's own viewer, which is nobody's page.
public struct StreamedDownload: Codable, Sendable {
    /// What the bytes are.
    public let mediaType: String
    /// The name a browser saves it under.
    public let filename: String
    /// How many bytes there are in all; nil where only the head is asked for, and it takes the file to know.
    public let count: Int?
    /// Whether a browser is asked to show it instead of saving it.
    public let isShown: Bool
    let piece: @Sendable (_ index: Int) async throws -> [UInt8]?

    /// A file of `count` bytes. Without a count it is never sent, and HEAD is told no length.
    ///
    /// - Parameters:
    ///   - isShown: whether a browser is asked to show it, which holds for a PDF and for nothing else.
    ///   - piece: makes the piece of an index, beginning with 0; nil after the last. It runs after the handler has
    ///     returned and for as long as the reader takes, so it opens no transaction that outlives one piece. If it throws,
    ///     or the pieces are not `count` bytes, the connection is cut and the reader knows.
    public init(
        mediaType: String, filename: String, count: Int?, isShown: Bool = false,
        piece: @escaping @Sendable (_ index: Int) async throws -> [UInt8]?
    ) {
        self.mediaType = mediaType
        self.filename = filename
        self.count = count
        self.isShown = isShown && mediaType == "application/pdf"
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
                HeaderField("Content-Disposition", isShown ? Rendered.inline(filename) : Rendered.attachment(filename)),
                // Also where a browser shows it after all, it is nobody's page and loads nothing. The viewer of PDFs does not
                // run in a sandbox, and has one of its own.
                HeaderField(
                    "Content-Security-Policy",
                    isShown ? "default-src 'none'; style-src 'unsafe-inline'" : "sandbox; default-src 'none'"),
                HeaderField("X-Content-Type-Options", "nosniff"), HeaderField("Cache-Control", "no-store"),
            ], body: [], stream: self)
    }
}
