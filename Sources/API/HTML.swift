/// A page, ready to be sent; or a redirect, a file or a style sheet: whatever a page route answers.
public struct HTML: Sendable {
    /// Any status; 200 unless given.
    public var status: Int
    /// The body.
    public var bytes: [UInt8]
    /// Fields beside the ones every answer has; one of the same name replaces ours.
    public var headers: [HeaderField]
    /// What the bytes are.
    public var mediaType: String
    /// Sent in place of the bytes, piece by piece.
    private var stream: StreamedDownload?

    /// Bytes that are escaped already: this type does not look into them.
    public init(
        status: Int = 200, bytes: [UInt8], headers: [HeaderField] = [], mediaType: String = "text/html; charset=utf-8"
    ) {
        self.status = status
        self.bytes = bytes
        self.headers = headers
        self.mediaType = mediaType
    }

    /// 303: the browser fetches `location` with GET. Only a path of this site is followed; anything else becomes `/`.
    public static func redirect(to location: String, headers: [HeaderField] = []) -> HTML {
        let target = LocalPath(location)?.text ?? "/"
        return HTML(status: 303, bytes: [], headers: [HeaderField("Location", target)] + headers)
    }

    /// A file for the browser to save.
    public static func download(_ bytes: [UInt8], named filename: String, mediaType: String) -> HTML {
        HTML(
            bytes: bytes, headers: [HeaderField("Content-Disposition", Rendered.attachment(filename))],
            mediaType: mediaType)
    }

    /// A file for the browser to save, sent piece by piece.
    public static func download(_ stream: StreamedDownload) -> HTML {
        var page = HTML(bytes: [])
        page.stream = stream
        return page
    }

    /// The same answer with a cookie, or any other field, added.
    public func adding(_ header: HeaderField) -> HTML {
        var copy = self
        copy.headers.append(header)
        return copy
    }

    func rendered() -> Rendered {
        if let stream { return stream.rendered() }
        var headers = headers
        if !bytes.isEmpty { headers.append(HeaderField("Content-Type", mediaType)) }
        return Rendered(status: status, headers: headers, body: bytes)
    }

    init(_ rendered: Rendered) {
        var mediaType = ""
        var headers: [HeaderField] = []
        for header in rendered.headers {
            if header.name == "Content-Type" { mediaType = header.value } else { headers.append(header) }
        }
        self.init(status: rendered.status, bytes: rendered.body, headers: headers, mediaType: mediaType)
        stream = rendered.stream
    }
}

/// A path of this very site, so that `?next=` cannot send a person elsewhere.
public struct LocalPath: Sendable, Hashable {
    /// The path with its query.
    public let text: String

    /// Nil unless the text begins with one slash and has neither backslash, control character nor space.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.first == UInt8(ascii: "/"), bytes.count <= 2_000 else { return nil }
        if bytes.count > 1, bytes[1] == UInt8(ascii: "/") || bytes[1] == UInt8(ascii: "\\") { return nil }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 < 0x80 && $0 != UInt8(ascii: "\\") }) else { return nil }
        self.text = text
    }
}
