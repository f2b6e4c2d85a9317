import Foundation

/// What an operation answers. An entity tag is added to every representation, and `If-None-Match` is answered.
public struct Reply<Value: Codable & Sendable>: Sendable {
    enum Content: Sendable {
        case value(Value?)
        case rendered(Rendered)
    }

    let content: Content
    let status: Success?
    let headers: [HeaderField]

    private init(_ content: Content, status: Success?, headers: [HeaderField]) {
        self.content = content
        self.status = status
        self.headers = headers
    }

    /// 200 with a representation.
    public static func ok(_ value: Value, headers: [HeaderField] = []) -> Reply {
        Reply(.value(value), status: .ok, headers: headers)
    }

    /// 201 with the new thing and where it lives; nil where it is found among others only.
    public static func created(_ value: Value, location: String?) -> Reply {
        Reply(.value(value), status: .created, headers: location.map { [HeaderField("Location", $0)] } ?? [])
    }

    /// 202: a job was enqueued, and `location` tells how it goes.
    public static func accepted(_ value: Value, location: String? = nil) -> Reply {
        Reply(.value(value), status: .accepted, headers: location.map { [HeaderField("Location", $0)] } ?? [])
    }

    static func replayed(_ rendered: Rendered) -> Reply {
        Reply(.rendered(rendered), status: nil, headers: [])
    }

    /// Bytes are made once: an idempotent write needs them before COMMIT, the socket after it.
    func rendered(for declaration: RouteDeclaration) throws -> Rendered {
        switch content {
        case .rendered(let rendered): return rendered
        case .value(let download as StreamedDownload): return download.rendered()
        case .value(let value):
            let status = self.status ?? declaration.success
            guard let value, status != .noContent, Value.self != NoOutput.self else {
                return Rendered(status: Success.noContent.rawValue, headers: headers, body: [])
            }
            var headers = headers
            let body: [UInt8]
            if let download = value as? Download {
                body = download.bytes
                if let filename = download.filename {
                    headers.append(HeaderField("Content-Disposition", Rendered.attachment(filename)))
                }
            } else {
                body = try JSONBytes.encode(value)
            }
            headers.append(HeaderField("Content-Type", declaration.produces))
            headers.append(HeaderField("ETag", EntityTag.strong(body)))
            return Rendered(status: status.rawValue, headers: headers, body: body)
        }
    }
}

extension Reply where Value == NoOutput {
    /// 204: done, and nothing to say.
    public static var noContent: Reply {
        Reply(.value(nil), status: .noContent, headers: [])
    }
}

/// An answer as bytes, before the edge adds what every answer carries.
struct Rendered: Sendable {
    var status: Int
    var headers: [HeaderField]
    var body: [UInt8]
    /// Sent in place of the body, piece by piece.
    var stream: StreamedDownload?

    /// A `Content-Disposition` of a file to be saved.
    static func attachment(_ filename: String) -> String { disposition("attachment", of: filename) }

    /// A `Content-Disposition` of a file to be shown.
    static func inline(_ filename: String) -> String { disposition("inline", of: filename) }

    /// One that survives any file name (RFC 6266).
    private static func disposition(_ kind: String, of filename: String) -> String {
        var plain: [UInt8] = []
        var encoded: [UInt8] = []
        for byte in filename.utf8.prefix(200) {
            let safe =
                (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A)
                || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            if safe {
                plain.append(byte)
                encoded.append(byte)
            } else {
                plain.append(UInt8(ascii: "_"))
                encoded.append(UInt8(ascii: "%"))
                encoded.append(JSON.upperHex[Int(byte >> 4)])
                encoded.append(JSON.upperHex[Int(byte & 15)])
            }
        }
        return "\(kind); filename=\"\(String(decoding: plain, as: UTF8.self))\"; "
            + "filename*=UTF-8''\(String(decoding: encoded, as: UTF8.self))"
    }
}

extension JSON {
    static let upperHex: [UInt8] = Array("0123456789ABCDEF".utf8)
}
