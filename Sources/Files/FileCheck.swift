import Foundation

/// Looks a file through, holding a few kilobytes of it at a time. It blocks on the disk, and an Office document is unpacked
/// to be counted: call it on a thread that may wait.
public struct FileCheck: Sendable {
    /// Most bytes of a file.
    public var maximumBytes = CheckedFile.limit
    /// Most entries of an Office document.
    public var maximumEntries = 2_000
    /// Most bytes of an Office document unpacked.
    public var maximumUnpacked = 200 * 1024 * 1024
    /// How many times its size an Office document may have unpacked.
    public var maximumRatio = 100
    /// Most pixels of a picture.
    public var maximumPixels = 50_000_000

    /// The usual limits.
    public init() {}

    /// What a file is, by its name and its bytes; throws `FileFault` when it is not taken.
    public func kind(of name: FileName, descriptor: Int32, count: Int) throws(FileFault) -> FileKind {
        guard let kind = name.kind else { throw .unknownKind }
        guard count > 0 else { throw .empty }
        guard count <= maximumBytes else { throw .tooLarge }
        let file = FileBytes(descriptor: descriptor, count: count)
        switch kind {
        case .docx, .pptx, .xlsx: try OfficeArchive(check: self, kind: kind).look(at: file)
        case .pdf: try checkPDF(file)
        case .png: try checkPNG(file)
        case .jpg: try checkJPEG(file)
        case .csv, .txt: try checkText(file)
        }
        if kind.officePart == nil, file.endsAsArchive { throw .polyglot }
        return kind
    }

    private func checkPDF(_ file: FileBytes) throws(FileFault) {
        let head = file.bytes(at: 0, count: 8)
        guard head.starts(with: "%PDF-1.".utf8) || head.starts(with: "%PDF-2.".utf8) else { throw .otherKind }
        guard file.bytes(at: file.count - 2_048, count: 2_048).contains("%%EOF") else { throw .damaged }
    }

    private func checkPNG(_ file: FileBytes) throws(FileFault) {
        guard file.bytes(at: 0, count: 8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] else { throw .otherKind }
        let header = file.bytes(at: 8, count: 16)
        guard header.count == 16, header.number(at: 0) == 13, header[4..<8].elementsEqual("IHDR".utf8) else {
            throw .damaged
        }
        try checkPixels(header.number(at: 8), header.number(at: 12))
        // From chunk to chunk, to the last one: a picture that goes on after its end is something else as well.
        var at = 8
        for _ in 0..<100_000 {
            let chunk = file.bytes(at: at, count: 8)
            guard chunk.count == 8 else { throw .damaged }
            at += 12 + chunk.number(at: 0)
            guard at <= file.count else { throw .damaged }
            if chunk[4..<8].elementsEqual("IEND".utf8) {
                guard at == file.count else { throw .polyglot }
                return
            }
        }
        throw .damaged
    }

    private func checkJPEG(_ file: FileBytes) throws(FileFault) {
        guard file.bytes(at: 0, count: 3) == [0xFF, 0xD8, 0xFF] else { throw .otherKind }
        var at = 2
        for _ in 0..<10_000 {
            let head = file.bytes(at: at, count: 9)
            guard head.count >= 4, head[0] == 0xFF else { throw .damaged }
            let marker = head[1]
            if marker == 0xFF {
                at += 1
                continue
            }
            let isFrame = (0xC0...0xCF).contains(marker) && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
            if isFrame {
                guard head.count == 9 else { throw .damaged }
                let (height, width) = (Int(head[5]) << 8 | Int(head[6]), Int(head[7]) << 8 | Int(head[8]))
                return try checkPixels(width, height)
            }
            // Data before a frame says how large it is: no picture.
            guard marker != 0xDA, marker != 0xD9 else { throw .damaged }
            at += 2 + Swift.max(2, Int(head[2]) << 8 | Int(head[3]))
        }
        throw .damaged
    }

    private func checkPixels(_ width: Int, _ height: Int) throws(FileFault) {
        guard width > 0, height > 0 else { throw .damaged }
        let (pixels, overflows) = width.multipliedReportingOverflow(by: height)
        guard !overflows, pixels <= maximumPixels else { throw .tooManyPixels }
    }

    private func checkText(_ file: FileBytes) throws(FileFault) {
        if file.beginsAsMarkup { throw .active }
        var at = 0
        var rest: [UInt8] = []
        while at < file.count {
            let piece = file.bytes(at: at, count: 64 * 1024)
            guard !piece.isEmpty else { throw .damaged }
            at += piece.count
            let bytes = rest + piece
            guard !bytes.contains(0) else { throw .notText }
            // A character may be cut in two by the end of a piece.
            let whole = at < file.count ? bytes.wholeCharacters : bytes.count
            guard String(validating: bytes[..<whole], as: UTF8.self) != nil else { throw .notText }
            rest = Array(bytes[whole...])
        }
    }
}

/// A file that is open for reading.
struct FileBytes {
    let descriptor: Int32
    let count: Int

    /// The bytes that are there of those asked for.
    func bytes(at offset: Int, count wanted: Int) -> [UInt8] {
        let start = Swift.max(0, offset)
        let length = Swift.max(0, Swift.min(wanted, count - start))
        return [UInt8](unsafeUninitializedCapacity: length) { buffer, filled in
            while filled < length {
                let got = pread(
                    descriptor, buffer.baseAddress?.advanced(by: filled), length - filled, off_t(start + filled))
                if got > 0 { filled += got } else if got == 0 || errno != EINTR { return }
            }
        }
    }

    /// Whether a reader of archives, which begins at the end, would find one.
    var endsAsArchive: Bool {
        let tail = bytes(at: count - 65_557, count: 65_557)
        guard tail.count >= 22 else { return false }
        return (0...(tail.count - 22)).contains { at in
            tail[at] == 0x50 && tail[at + 1] == 0x4B && tail[at + 2] == 5 && tail[at + 3] == 6
                && at + 22 + (Int(tail[at + 20]) | Int(tail[at + 21]) << 8) == tail.count
        }
    }

    /// Whether a browser that guesses would take the text for a page or a drawing.
    var beginsAsMarkup: Bool {
        var head = bytes(at: 0, count: 1_024)[...]
        if head.starts(with: [0xEF, 0xBB, 0xBF]) { head = head.dropFirst(3) }
        head = head.drop { $0 <= 0x20 }
        let lowered = head.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
        let openings = [
            "<!", "<?", "<html", "<svg", "<head", "<body", "<script", "<iframe", "<style", "<title", "<img", "<a ",
        ]
        return openings.contains { lowered.starts(with: $0.utf8) }
    }
}

extension [UInt8] {
    /// Four bytes, the highest first.
    fileprivate func number(at index: Int) -> Int {
        self[index..<(index + 4)].reduce(0) { $0 << 8 | Int($1) }
    }

    func contains(_ text: String) -> Bool {
        let wanted = Array(text.utf8)
        guard count >= wanted.count else { return false }
        return (0...(count - wanted.count)).contains { self[$0..<($0 + wanted.count)].elementsEqual(wanted) }
    }

    /// How many bytes there are before a character that is cut off by the end.
    fileprivate var wholeCharacters: Int {
        for back in 1...4 where back <= count {
            let byte = self[count - back]
            if byte < 0x80 { return count }
            if byte >= 0xC0 {
                let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
                return back < length ? count - back : count
            }
        }
        return count
    }
}
