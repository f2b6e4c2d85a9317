import CQPDF
import Glibc

/// A PDF with a stamp above the content of every page. All else of it stays as it was.
final class MarkedPDF {
    private var document: qpdf_data?
    /// Stamps by the size of their page, each with the file it was read from, which has to outlive the writing.
    private var stamps: [Size: (form: qpdf_oh, name: String)] = [:]
    private var sources: [(document: qpdf_data?, memory: Memory)] = []
    private let memory: Memory
    private let text: String

    /// In hundredths of a point: pages of one size share a stamp.
    private struct Size: Hashable {
        let width: Int
        let height: Int
    }

    init(of bytes: [UInt8], with text: String) throws(Watermark.Outcome) {
        (memory, self.text) = (Memory(of: bytes), text)
        document = qpdf_init()
        if memory.read(by: document) & Self.errors != 0 {
            let isLocked =
                qpdf_has_error(document) != 0
                && qpdf_get_error_code(document, qpdf_get_error(document)) == qpdf_e_password
            throw isLocked ? .protected : .damaged
        }
        guard qpdf_is_encrypted(document) == 0 else { throw .protected }
        try mark()
    }

    deinit {
        qpdf_cleanup(&document)
        for index in sources.indices { qpdf_cleanup(&sources[index].document) }
    }

    /// `QPDF_ERRORS`, an expression that is not imported.
    private static let errors: Int32 = 1 << 1

    /// Writes it to standard output.
    func write() throws(Watermark.Outcome) {
        guard qpdf_init_write_memory(document) & Self.errors == 0, qpdf_write(document) & Self.errors == 0,
            let start = qpdf_get_buffer(document)
        else { throw .damaged }
        let all = UnsafeRawBufferPointer(start: start, count: qpdf_get_buffer_length(document))
        var done = 0
        while done < all.count {
            let written = Glibc.write(STDOUT_FILENO, all.baseAddress?.advanced(by: done), all.count - done)
            if written > 0 { done += written } else if errno != EINTR { throw .damaged }
        }
    }

    private func mark() throws(Watermark.Outcome) {
        guard qpdf_push_inherited_attributes_to_page(document) & Self.errors == 0 else { throw .damaged }
        let pages = qpdf_get_num_pages(document)
        guard pages > 0, qpdf_has_error(document) == 0 else { throw .damaged }
        for index in 0..<Int(pages) {
            try mark(page: qpdf_get_page_n(document, index))
            guard qpdf_has_error(document) == 0 else { throw .damaged }
        }
    }

    private func mark(page: qpdf_oh) throws(Watermark.Outcome) {
        let box = try Box(of: page, in: document)
        let turn = turn(of: page)
        let isUpright = turn.isMultiple(of: 180)
        let stamp = try stamp(width: isUpright ? box.width : box.height, height: isUpright ? box.height : box.width)

        let resources = dictionary("/Resources", of: page)
        qpdf_oh_replace_key(document, dictionary("/XObject", of: resources), stamp.name, stamp.form)

        // What the page draws keeps what it does to the state of drawing to itself.
        let contents = qpdf_oh_new_array(document)
        qpdf_oh_append_item(document, contents, stream("q\n"))
        let own = qpdf_oh_get_key(document, page, "/Contents")
        if qpdf_oh_is_array(document, own) != 0 {
            for index in 0..<qpdf_oh_get_array_n_items(document, own) {
                qpdf_oh_append_item(document, contents, qpdf_oh_get_array_item(document, own, index))
            }
        } else if qpdf_oh_is_stream(document, own) != 0 {
            qpdf_oh_append_item(document, contents, own)
        }
        let matrix = box.matrix(turnedBy: turn).map(Self.number).joined(separator: " ")
        qpdf_oh_append_item(document, contents, stream("\nQ q \(matrix) cm \(stamp.name) Do Q\n"))
        qpdf_oh_replace_key(document, page, "/Contents", contents)
    }

    /// Clockwise, in degrees.
    private func turn(of page: qpdf_oh) -> Int {
        let value = qpdf_oh_get_key(document, page, "/Rotate")
        guard qpdf_oh_is_integer(document, value) != 0 else { return 0 }
        let turn = Int(qpdf_oh_get_int_value_as_int(document, value)) % 360
        return turn < 0 ? turn + 360 : turn
    }

    /// The dictionary under a key; an empty one is put there where there is none.
    private func dictionary(_ key: String, of owner: qpdf_oh) -> qpdf_oh {
        let found = qpdf_oh_get_key(document, owner, key)
        if qpdf_oh_is_dictionary(document, found) != 0 { return found }
        let fresh = qpdf_oh_new_dictionary(document)
        qpdf_oh_replace_key(document, owner, key, fresh)
        return fresh
    }

    private func stream(_ text: String) -> qpdf_oh {
        let stream = qpdf_oh_new_stream(document)
        replace(stream, with: Array(text.utf8))
        return stream
    }

    private func replace(_ stream: qpdf_oh, with bytes: [UInt8]) {
        let none = qpdf_oh_new_null(document)
        qpdf_oh_replace_stream_data(document, stream, bytes, bytes.count, none, none)
    }

    /// The stamp for pages of a size, as something that their contents can draw.
    private func stamp(width: Double, height: Double) throws(Watermark.Outcome) -> (form: qpdf_oh, name: String) {
        let size = Size(width: Int(width * 100), height: Int(height * 100))
        if let made = stamps[size] { return made }
        let source = try page(of: try Stamp(text, width: width, height: height))
        var drawn: UnsafeMutablePointer<UInt8>?
        var count = 0
        guard qpdf_oh_get_page_content_data(source.document, source.page, &drawn, &count) & Self.errors == 0,
            let drawn
        else { throw .damaged }
        defer { free(drawn) }
        let form = qpdf_oh_new_stream(document)
        replace(form, with: Array(UnsafeBufferPointer(start: drawn, count: count)))
        let dictionary = qpdf_oh_get_dict(document, form)
        qpdf_oh_replace_key(document, dictionary, "/Type", qpdf_oh_new_name(document, "/XObject"))
        qpdf_oh_replace_key(document, dictionary, "/Subtype", qpdf_oh_new_name(document, "/Form"))
        let box = "[0 0 \(Self.number(width)) \(Self.number(height))]"
        qpdf_oh_replace_key(document, dictionary, "/BBox", qpdf_oh_parse(document, box))
        var resources = qpdf_oh_get_key(source.document, source.page, "/Resources")
        // Only what stands for itself in a file is copied into another.
        if qpdf_oh_is_indirect(source.document, resources) == 0 {
            resources = qpdf_make_indirect_object(source.document, resources)
        }
        qpdf_oh_replace_key(
            document, dictionary, "/Resources", qpdf_oh_copy_foreign_object(document, source.document, resources))
        let made = (form, "/TrellisMark\(stamps.count)")
        stamps[size] = made
        return made
    }

    private func page(of stamp: Stamp) throws(Watermark.Outcome) -> (document: qpdf_data?, page: qpdf_oh) {
        let (read, memory) = (qpdf_init(), Memory(of: stamp.bytes))
        sources.append((read, memory))
        guard memory.read(by: read) & Self.errors == 0,
            qpdf_push_inherited_attributes_to_page(read) & Self.errors == 0, qpdf_get_num_pages(read) == 1
        else { throw .damaged }
        return (read, qpdf_get_page_n(read, 0))
    }

    /// A number as PDF writes it, to the thousandth.
    static func number(_ value: Double) -> String {
        let thousandths = Int((value * 1000).rounded())
        let digits = String(thousandths.magnitude % 1000 + 1000).dropFirst()
        return "\(thousandths < 0 ? "-" : "")\(thousandths.magnitude / 1000).\(digits)"
    }
}

/// Bytes that stay where they are as long as a document reads them.
private final class Memory {
    private let chars: UnsafeMutableBufferPointer<CChar>

    init(of bytes: [UInt8]) {
        chars = .allocate(capacity: bytes.count)
        _ = chars.initialize(from: bytes.lazy.map { CChar(bitPattern: $0) })
    }

    deinit { chars.deallocate() }

    func read(by document: qpdf_data?) -> Int32 {
        qpdf_silence_errors(document)
        qpdf_set_suppress_warnings(document, 1)
        return qpdf_read_memory(document, "document", chars.baseAddress, UInt64(chars.count), nil)
    }
}

/// What of a page is shown, in its own coordinates.
private struct Box {
    let x: Double
    let y: Double
    let width: Double
    let height: Double

    init(of page: qpdf_oh, in document: qpdf_data?) throws(Watermark.Outcome) {
        for key in ["/CropBox", "/MediaBox"] {
            let array = qpdf_oh_get_key(document, page, key)
            guard qpdf_oh_is_array(document, array) != 0, qpdf_oh_get_array_n_items(document, array) == 4 else {
                continue
            }
            let sides = (0..<4).map { index -> Double? in
                let item = qpdf_oh_get_array_item(document, array, Int32(index))
                return qpdf_oh_is_number(document, item) != 0 ? qpdf_oh_get_numeric_value(document, item) : nil
            }.compactMap(\.self)
            guard sides.count == 4, sides.allSatisfy({ abs($0) < 100_000 }) else { continue }
            (x, y) = (min(sides[0], sides[2]), min(sides[1], sides[3]))
            (width, height) = (abs(sides[2] - sides[0]), abs(sides[3] - sides[1]))
            guard (1...20_000).contains(width), (1...20_000).contains(height) else { throw .damaged }
            return
        }
        throw .damaged
    }

    /// Takes what stands upright for the reader of a page that is turned to where it lies on the page.
    func matrix(turnedBy turn: Int) -> [Double] {
        switch turn {
        case 90: [0, 1, -1, 0, x + width, y]
        case 180: [-1, 0, 0, -1, x + width, y + height]
        case 270: [0, -1, 1, 0, x, y + height]
        default: [1, 0, 0, 1, x, y]
        }
    }
}
