import Files
import Foundation
import Testing

@Suite("Watermarks")
struct WatermarkerTests {
    /// Runs a watermarker over some bytes and gives what it wrote, unless it writes elsewhere.
    private func mark(
        _ text: String, with words: String, by watermarker: Watermarker, into elsewhere: Int32? = nil
    ) async throws -> [UInt8] {
        try await inFolder { folder in
            let (input, output) = (folder.appending(path: "in"), folder.appending(path: "out"))
            try Data(text.utf8).write(to: input)
            try Data().write(to: output)
            let (from, into) = (open(input.path, O_RDONLY | O_CLOEXEC), open(output.path, O_RDWR | O_CLOEXEC))
            defer { for descriptor in [from, into] { close(descriptor) } }
            try await watermarker.mark(from: from, into: elsewhere ?? into, with: words)
            return Array(try Data(contentsOf: output))
        }
    }

    private func inFolder<R>(_ body: (URL) async throws -> R) async throws -> R {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder)
    }

    /// What a tool of poppler's writes about a PDF.
    private func poppler(_ tool: String, _ arguments: [String], of bytes: [UInt8]) async throws -> [UInt8] {
        try await inFolder { folder in
            let file = folder.appending(path: "marked.pdf")
            try Data(bytes).write(to: file)
            let (process, out) = (Process(), Pipe())
            process.executableURL = URL(filePath: "/usr/bin/\(tool)")
            process.arguments = arguments + [file.path] + (tool == "pdftotext" ? ["-"] : [])
            (process.standardOutput, process.standardError) = (out, FileHandle.nullDevice)
            try process.run()
            let written = try out.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return Array(written)
        }
    }

    /// How much of the lowest tenth of the first page is dark, where the words stand upright.
    private func ink(atTheFootOf bytes: [UInt8]) async throws -> Int {
        // “P5”, width and height, the white value, each on a line; then a byte for each dot.
        let drawn = try await poppler("pdftoppm", ["-gray", "-r", "72", "-f", "1", "-l", "1"], of: bytes)
        let dots = drawn.split(separator: 10, maxSplits: 3).last ?? []
        return dots.suffix(dots.count / 10).count { $0 < 200 }
    }

    /// A program of some lines of shell in the place of the real one.
    private func script(_ lines: String, _ body: (Watermarker) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).sh")
        try Data("#!/bin/sh\n\(lines)\n".utf8).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path.path)
        try await body(Watermarker(program: path.path, patience: 1))
    }

    private static let page = """
        %PDF-1.7
        1 0 obj
        << /Type /Catalog /Pages 2 0 R >>
        endobj
        2 0 obj
        << /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 300 200] >>
        endobj
        3 0 obj
        << /Type /Page /Parent 2 0 R >>
        endobj
        trailer << /Root 1 0 R >>
        %%EOF

        """

    @Test("are put on a page, also where the file has to be mended first, in the letters of the reader")
    func marked() async throws {
        for words in ["Jun Tanaka · Tidewater Capital", "田中潤 · 東京海岸資本", "陳大文 · 長浪創投"] {
            let marked = String(decoding: try await mark(Self.page, with: words, by: .standard), as: UTF8.self)
            #expect(marked.hasPrefix("%PDF-"))
            #expect(marked.contains("/TrellisMark0") && marked.contains("FontFile"))
        }
    }

    /// A page of 600 by 800 points that draws this.
    private static func page(
        drawing content: String, _ attributes: String = "", root: String = "", and objects: String = ""
    ) -> String {
        """
        %PDF-1.7
        1 0 obj
        << /Type /Catalog /Pages 2 0 R \(root) >>
        endobj
        2 0 obj
        << /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 600 800] >>
        endobj
        3 0 obj
        << /Type /Page /Parent 2 0 R /Contents 4 0 R \(attributes) >>
        endobj
        4 0 obj
        << /Length \(content.utf8.count) >>
        stream
        \(content)
        endstream
        endobj
        \(objects)
        trailer << /Root 1 0 R >>
        %%EOF

        """
    }

    @Test(
        "stand on a page whatever it draws before",
        arguments: [
            "", "q q 1 0 0 1 9000 9000 cm", "Q Q Q 1 0 0 1 9000 9000 cm", "Q Q 0 0 0 0 0 0 cm", "q 0 0 1 1 re W n q",
            "0 0 1 1 re W n", "BT (no end", "<< /A [ (", "BI /W 1 /H 1 ID x", "3 Tr BT",
        ])
    func untidy(_ content: String) async throws {
        let marked = try await mark(Self.page(drawing: content), with: "Jun Tanaka", by: .standard)
        #expect(try await ink(atTheFootOf: marked) > 0)
        let words = String(decoding: try await poppler("pdftotext", [], of: marked), as: UTF8.self)
        #expect(words.contains("Jun Tanaka"), "\(words)")
    }

    @Test(
        "stand within what of a page is shown",
        arguments: [
            "/CropBox [0 0 60000 80000]", "/CropBox [-100 -100 300 400]", "/CropBox [300 100 500 700] /Rotate 90",
        ])
    func cropped(_ attributes: String) async throws {
        let marked = try await mark(Self.page(drawing: "", attributes), with: "Jun Tanaka", by: .standard)
        #expect(try await ink(atTheFootOf: marked) > 0)
    }

    @Test("lie on notes and fields that cover a page, too")
    func covered() async throws {
        let cover = "1 1 1 rg 0 0 600 800 re f"
        let page = Self.page(
            drawing: "", "/Annots [5 0 R]",
            and: """
                5 0 obj
                << /Type /Annot /Subtype /Square /Rect [0 0 600 800] /F 4 /AP << /N 6 0 R >> >>
                endobj
                6 0 obj
                << /Type /XObject /Subtype /Form /BBox [0 0 600 800] /Length \(cover.utf8.count) >>
                stream
                \(cover)
                endstream
                endobj
                """)
        #expect(try await ink(atTheFootOf: try await mark(page, with: "Jun Tanaka", by: .standard)) > 0)
    }

    @Test("come without the files that were attached, which bear none")
    func attached() async throws {
        let file = "<< /Type /Filespec /F (figures.txt) /EF << /F 6 0 R >> >>"
        let page = Self.page(
            drawing: "", "/Annots [<< /Type /Annot /Subtype /FileAttachment /Rect [9 9 29 29] /FS \(file) >>]",
            root: "/Names << /EmbeddedFiles << /Names [(a) 5 0 R] >> >> /AF [5 0 R] /Collection << /View /T >>",
            and: """
                5 0 obj
                \(file)
                endobj
                6 0 obj
                << /Type /EmbeddedFile /Length 13 >>
                stream
                Secret figure
                endstream
                endobj
                """)
        let marked = String(decoding: try await mark(page, with: "Jun Tanaka", by: .standard), as: UTF8.self)
        #expect(!marked.contains("EmbeddedFile") && !marked.contains("/Collection"))
    }

    @Test("are refused where nothing of a page is shown")
    func beside() async throws {
        await #expect(throws: Watermarker.Fault.damaged) {
            try await mark(
                Self.page(drawing: "", "/CropBox [700 900 900 1200]"), with: "Jun Tanaka", by: .standard)
        }
    }

    @Test("are refused by what is no PDF, or holds no page")
    func damaged() async throws {
        for text in [
            "", "a,b\n", "%PDF-1.7\nnothing\n%%EOF\n",
            Self.page.replacing("/Count 1", with: "/Count 0").replacing("[3 0 R]", with: "[]"),
        ] {
            await #expect(throws: Watermarker.Fault.damaged) {
                try await mark(text, with: "Jun", by: .standard)
            }
        }
    }

    @Test("are refused where no font has the letters of a name")
    func unwritable() async throws {
        // A letter of a private alphabet.
        await #expect(throws: Watermarker.Fault.unwritable) {
            try await mark(Self.page, with: "Jun \u{E9F3}\u{F0001}", by: .standard)
        }
    }

    @Test(
        "leave the service standing when the program falls over a file or floods",
        arguments: [
            "kill -SEGV $$", "kill -ABRT $$", "kill -XCPU $$", "ulimit -f 1; exec yes",
        ])
    func falling(_ lines: String) async throws {
        try await script(lines) { watermarker in
            await #expect(throws: Watermarker.Fault.tooHeavy) {
                try await mark(Self.page, with: "Jun", by: watermarker)
            }
        }
    }

    @Test(
        "blame no file for what came from outside: a stop, a wait without end, a disk that is full",
        arguments: [
            "kill -TERM $$", "kill -KILL $$", "kill -ALRM $$", "exec sleep 60", "exit 6", "exit 9",
        ])
    func disturbed(_ lines: String) async throws {
        try await script(lines) { watermarker in
            await #expect(throws: Watermarker.Failure.self) {
                try await mark(Self.page, with: "Jun", by: watermarker)
            }
        }
    }

    @Test("say so where what they made cannot be written")
    func full() async throws {
        let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
        defer { close(full) }
        await #expect(throws: Watermarker.Failure.self) {
            _ = try await mark(Self.page, with: "Jun", by: .standard, into: full)
        }
    }

    @Test("know nothing of the service but the file and the words")
    func confined() async throws {
        try await script("env | cut -d= -f1 | sort | grep -v -e PWD -e SHLVL -e _ | tr '\\n' ' '") { watermarker in
            let seen = String(decoding: try await mark(Self.page, with: "Jun", by: watermarker), as: UTF8.self)
            #expect(!seen.contains("PATH") && !seen.contains("DATABASE") && !seen.contains("HOME"), "\(seen)")
        }
    }

    @Test("say so where the program is not there, and blame no file")
    func absent() async throws {
        await #expect(throws: Watermarker.Failure.self) {
            try await mark(Self.page, with: "Jun", by: Watermarker(program: "/nowhere/watermark"))
        }
    }
}
