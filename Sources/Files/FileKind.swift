/// The kinds of files that are taken. A file is of a kind when its name and its bytes say so; what a sender claims counts
/// for nothing.
public enum FileKind: String, Codable, Sendable, CaseIterable {
    case pdf, docx, pptx, xlsx, png, jpg, csv, txt

    /// The kind a name ends with; nil when it is none of ours.
    public init?(name: String) {
        let bytes = Array(name.utf8)
        guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        let ending = String(
            decoding: bytes[(dot + 1)...].map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self)
        self.init(rawValue: ending == "jpeg" ? "jpg" : ending)
    }

    /// What a browser is told.
    public var mediaType: String {
        switch self {
        case .pdf: "application/pdf"
        case .docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        case .pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation"
        case .xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        case .png: "image/png"
        case .jpg: "image/jpeg"
        case .csv: "text/csv; charset=utf-8"
        case .txt: "text/plain; charset=utf-8"
        }
    }

    /// The content type of the part an Office document is about; nil for what is no Office document.
    var officePart: String? {
        switch self {
        case .docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
        case .pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
        case .xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
        case .pdf, .png, .jpg, .csv, .txt: nil
        }
    }
}
