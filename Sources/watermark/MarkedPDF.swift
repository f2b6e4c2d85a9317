import CQPDF
import Glibc

/// A PDF with a stamp above the content of every page and without the files that were attached to it: nothing leaves
/// unmarked with what is marked.
///
/// What a page draws becomes a form of its own, which the page draws before the stamp. A form cannot leave anything behind
/// for what is drawn after it: no clip, no turned coordinates, no text that does not end.
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
            if written > 0 { done += written } else if errno != EINTR { throw .disturbed }
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
        Attachments(document).remove()
        guard qpdf_has_error(document) == 0 else { throw .damaged }
    }

    private func mark(page: qpdf_oh) throws(Watermark.Outcome) {
        let box = try Box(of: page, in: document)
        let turn = turn(of: page)
        let isUpright = turn.isMultiple(of: 180)
        let stamp = try stamp(width: isUpright ? box.width : box.height, height: isUpright ? box.height : box.width)
        let drawn = try content(of: page, within: box)

        let forms = qpdf_oh_new_dictionary(document)
        qpdf_oh_replace_key(document, forms, "/TrellisPage", drawn)
        qpdf_oh_replace_key(document, forms, stamp.name, stamp.form)
        let resources = qpdf_oh_new_dictionary(document)
        qpdf_oh_replace_key(document, resources, "/XObject", forms)
        qpdf_oh_replace_key(document, page, "/Resources", resources)
        let matrix = box.matrix(turnedBy: turn).map(Self.number).joined(separator: " ")
        let contents = qpdf_oh_new_stream(document)
        replace(contents, with: Array("q /TrellisPage Do Q\nq \(matrix) cm \(stamp.name) Do Q\n".utf8))
        qpdf_oh_replace_key(document, page, "/Contents", contents)
        lay("\(matrix) cm \(stamp.name) Do", resources, over: page, within: box)
        // A reader that knows one of the two shows no more of the page than was marked.
        for key in ["/MediaBox", "/CropBox"] {
            qpdf_oh_replace_key(document, page, key, qpdf_oh_parse(document, box.words))
        }
    }

    /// Notes and fields lie upon what the page draws, and could cover the stamp: where there are any, it lies on them, too.
    private func lay(_ drawing: String, _ resources: qpdf_oh, over page: qpdf_oh, within box: Box) {
        let own = qpdf_oh_get_key(document, page, "/Annots")
        guard qpdf_oh_is_array(document, own) != 0 else { return }
        let all = (0..<qpdf_oh_get_array_n_items(document, own)).map { qpdf_oh_get_array_item(document, own, $0) }
        // A link has no looks, and is to be reached.
        let covering = all.contains { note in
            qpdf_oh_is_dictionary(document, note) != 0
                && (qpdf_oh_has_key(document, note, "/AP") != 0 || !isLink(note))
        }
        guard covering else { return }
        // Printed like the page, and not to be moved.
        let note = qpdf_oh_parse(document, "<< /Type /Annot /Subtype /Stamp /F 196 /Rect \(box.words) >>")
        let looks = qpdf_oh_new_dictionary(document)
        qpdf_oh_replace_key(
            document, looks, "/N", form(Array(drawing.utf8), box: box.words, resources: resources))
        qpdf_oh_replace_key(document, note, "/AP", looks)
        // An array of its own: pages may share one.
        let notes = qpdf_oh_new_array(document)
        for each in all + [note] { qpdf_oh_append_item(document, notes, each) }
        qpdf_oh_replace_key(document, page, "/Annots", notes)
    }

    private func isLink(_ note: qpdf_oh) -> Bool {
        let kind = qpdf_oh_get_key(document, note, "/Subtype")
        return qpdf_oh_is_name(document, kind) != 0 && String(cString: qpdf_oh_get_name(document, kind)) == "/Link"
    }

    /// What the page draws, as a form with the page's resources.
    private func content(of page: qpdf_oh, within box: Box) throws(Watermark.Outcome) -> qpdf_oh {
        var bytes: [UInt8] = []
        let own = qpdf_oh_get_key(document, page, "/Contents")
        if qpdf_oh_is_array(document, own) != 0 || qpdf_oh_is_stream(document, own) != 0 {
            var drawn: UnsafeMutablePointer<UInt8>?
            var count = 0
            guard qpdf_oh_get_page_content_data(document, page, &drawn, &count) & Self.errors == 0 else {
                throw .damaged
            }
            defer { free(drawn) }
            bytes = Array(UnsafeBufferPointer(start: drawn, count: count))
        }
        var resources = qpdf_oh_get_key(document, page, "/Resources")
        if qpdf_oh_is_dictionary(document, resources) == 0 { resources = qpdf_oh_new_dictionary(document) }
        return form(bytes, box: box.words, resources: resources)
    }

    /// Something that contents can draw.
    private func form(_ bytes: [UInt8], box: String, resources: qpdf_oh) -> qpdf_oh {
        let form = qpdf_oh_new_stream(document)
        replace(form, with: bytes)
        let dictionary = qpdf_oh_get_dict(document, form)
        qpdf_oh_replace_key(document, dictionary, "/Type", qpdf_oh_new_name(document, "/XObject"))
        qpdf_oh_replace_key(document, dictionary, "/Subtype", qpdf_oh_new_name(document, "/Form"))
        qpdf_oh_replace_key(document, dictionary, "/BBox", qpdf_oh_parse(document, box))
        qpdf_oh_replace_key(document, dictionary, "/Resources", resources)
        return form
    }

    /// Clockwise, in degrees.
    private func turn(of page: qpdf_oh) -> Int {
        let value = qpdf_oh_get_key(document, page, "/Rotate")
        guard qpdf_oh_is_integer(document, value) != 0 else { return 0 }
        let turn = Int(qpdf_oh_get_int_value_as_int(document, value)) % 360
        return turn < 0 ? turn + 360 : turn
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
        let bytes = Array(UnsafeBufferPointer(start: drawn, count: count))
        var resources = qpdf_oh_get_key(source.document, source.page, "/Resources")
        // Only what stands for itself in a file is copied into another.
        if qpdf_oh_is_indirect(source.document, resources) == 0 {
            resources = qpdf_make_indirect_object(source.document, resources)
        }
        let form = form(
            bytes, box: "[0 0 \(Self.number(width)) \(Self.number(height))]",
            resources: qpdf_oh_copy_foreign_object(document, source.document, resources))
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

/// What of a page is shown, in its own coordinates: its crop within its medium.
private struct Box {
    let x: Double
    let y: Double
    let width: Double
    let height: Double

    init(of page: qpdf_oh, in document: qpdf_data?) throws(Watermark.Outcome) {
        guard let medium = Box.sides("/MediaBox", of: page, in: document) else { throw .damaged }
        let crop = Box.sides("/CropBox", of: page, in: document) ?? medium
        (x, y) = (max(medium.left, crop.left), max(medium.bottom, crop.bottom))
        (width, height) = (min(medium.right, crop.right) - x, min(medium.top, crop.top) - y)
        guard (1...20_000).contains(width), (1...20_000).contains(height) else { throw .damaged }
    }

    private static func sides(
        _ key: String, of page: qpdf_oh, in document: qpdf_data?
    ) -> (left: Double, bottom: Double, right: Double, top: Double)? {
        let array = qpdf_oh_get_key(document, page, key)
        guard qpdf_oh_is_array(document, array) != 0, qpdf_oh_get_array_n_items(document, array) == 4 else {
            return nil
        }
        let sides = (0..<4).map { index -> Double? in
            let item = qpdf_oh_get_array_item(document, array, Int32(index))
            return qpdf_oh_is_number(document, item) != 0 ? qpdf_oh_get_numeric_value(document, item) : nil
        }.compactMap(\.self)
        guard sides.count == 4, sides.allSatisfy({ abs($0) < 100_000 }) else { return nil }
        return (min(sides[0], sides[2]), min(sides[1], sides[3]), max(sides[0], sides[2]), max(sides[1], sides[3]))
    }

    /// As PDF writes it.
    var words: String {
        "[\([x, y, x + width, y + height].map(MarkedPDF.number).joined(separator: " "))]"
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
