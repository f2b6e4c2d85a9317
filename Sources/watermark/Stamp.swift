import CPango
import Glibc

/// A page with nothing on it but a text, slanted all over it and upright at its foot, as a PDF of one page.
///
/// Pango chooses a font for each script, so that names in Chinese, Japanese and Latin letters stand side by side.
struct Stamp {
    let bytes: [UInt8]

    /// A stamp for a page of this size in points. Throws where no font has a letter of the text: who reads a page must be
    /// able to tell whose it is.
    init(_ text: String, width: Double, height: Double) throws(Watermark.Outcome) {
        let written = Written()
        let surface = cairo_pdf_surface_create_for_stream(
            { closure, data, count in
                guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
                Unmanaged<Written>.fromOpaque(closure).takeUnretainedValue()
                    .bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(count)))
                return CAIRO_STATUS_SUCCESS
            }, Unmanaged.passUnretained(written).toOpaque(), width, height)
        defer { cairo_surface_destroy(surface) }
        let context = cairo_create(surface)
        defer { cairo_destroy(context) }
        let size = min(max(min(width, height) / 58, 4), 60)
        try Stamp.draw(text, size: size, width, height, on: context)
        cairo_surface_finish(surface)
        guard cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS, !written.bytes.isEmpty else { throw .damaged }
        bytes = written.bytes
    }

    private static func draw(
        _ text: String, size: Double, _ width: Double, _ height: Double, on context: OpaquePointer?
    ) throws(Watermark.Outcome) {
        guard let layout = pango_cairo_create_layout(context), let font = pango_font_description_new() else {
            throw .damaged
        }
        defer {
            pango_font_description_free(font)
            g_object_unref(UnsafeMutableRawPointer(layout))
        }
        pango_font_description_set_family(font, "Sans")
        pango_layout_set_text(layout, text, -1)
        pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER)
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)

        func set(_ points: Double, across room: Double) -> (width: Double, height: Double) {
            pango_font_description_set_absolute_size(font, points * Double(PANGO_SCALE))
            pango_layout_set_font_description(layout, font)
            pango_layout_set_width(layout, Int32(room * Double(PANGO_SCALE)))
            var (wide, high): (Int32, Int32) = (0, 0)
            pango_layout_get_size(layout, &wide, &high)
            return (Double(wide) / Double(PANGO_SCALE), Double(high) / Double(PANGO_SCALE))
        }

        let diagonal = (width * width + height * height).squareRoot()
        let tile = set(size, across: min(diagonal * 0.6, size * 40))
        guard pango_layout_get_unknown_glyphs_count(layout) == 0 else { throw .unwritable }
        let (across, down) = (tile.width + size * 6, tile.height + diagonal / 9)
        cairo_save(context)
        cairo_translate(context, width / 2, height / 2)
        cairo_rotate(context, -Double.pi / 6)
        cairo_set_source_rgba(context, 0.35, 0.35, 0.4, 0.2)
        var (y, row) = (-diagonal / 2, 0)
        while y < diagonal / 2 {
            var x = -diagonal / 2 - (row.isMultiple(of: 2) ? 0 : across / 2)
            while x < diagonal / 2 {
                cairo_move_to(context, x, y)
                pango_cairo_show_layout(context, layout)
                x += across
            }
            (y, row) = (y + down, row + 1)
        }
        cairo_restore(context)

        let foot = set(size * 0.75, across: width * 0.94)
        cairo_set_source_rgba(context, 0.25, 0.25, 0.3, 0.75)
        cairo_move_to(context, width * 0.03, height - foot.height - size * 0.6)
        pango_cairo_show_layout(context, layout)
        guard cairo_status(context) == CAIRO_STATUS_SUCCESS else { throw .damaged }
    }

    /// What cairo hands over, piece by piece.
    private final class Written {
        var bytes: [UInt8] = []
    }
}
