/// What a form with files has brought so far.
struct FormParts {
    /// All fields together, as a form without files.
    private static let fieldBytes = 256 * 1024
    private static let maximumFiles = 20

    private(set) var pairs: [(name: String, value: String)] = []
    private(set) var files: [String: [Upload]] = [:]
    private let uploadLimit: Int
    private let folder: String
    private var head: MultipartReader.Head?
    private var text: [UInt8] = []
    private var spool: Spool?
    private var fileBytes = 0
    private var textBytes = 0
    private var fileCount = 0

    init(uploadLimit: Int, folder: String) {
        self.uploadLimit = uploadLimit
        self.folder = folder
    }

    mutating func take(_ event: MultipartReader.Event) async throws {
        switch event {
        case .began(let head):
            self.head = head
            (text, spool, fileBytes) = ([], nil, 0)
        case .data(let bytes): try await take(bytes)
        case .ended: try await end()
        }
    }

    private mutating func take(_ bytes: [UInt8]) async throws {
        guard head?.filename != nil else {
            textBytes += bytes.count
            guard textBytes <= FormParts.fieldBytes else {
                throw Problem(.tooLarge, "At most \(FormParts.fieldBytes) bytes of text are read here.")
            }
            text += bytes
            return
        }
        fileBytes += bytes.count
        guard fileBytes <= uploadLimit else {
            throw Problem(.tooLarge, "A file may have at most \(uploadLimit) bytes here.")
        }
        if spool == nil { spool = try await Spool(in: folder) }
        try await spool?.append(bytes)
    }

    private mutating func end() async throws {
        guard let head else { return }
        guard let filename = head.filename else {
            guard let value = EdgeText.string(text) else {
                throw Problem(.malformed, "The form has invalid text.")
            }
            return pairs.append((head.name, value))
        }
        // A field without a chosen file is sent as an empty one without a name.
        if filename.isEmpty, spool == nil { return }
        fileCount += 1
        guard fileCount <= FormParts.maximumFiles else {
            throw Problem(.tooLarge, "At most \(FormParts.maximumFiles) files are read at a time.")
        }
        var spool = if let spool { spool } else { try await Spool(in: folder) }
        let file = try await spool.finish()
        files[head.name, default: []].append(Upload(filename: filename, mediaType: head.mediaType, file: file))
    }
}
