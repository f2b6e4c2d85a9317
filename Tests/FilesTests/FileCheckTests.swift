import Files
import Foundation
import Testing

@Suite("What is taken as a file")
struct FileCheckTests {
    private func look(_ bytes: [UInt8], _ name: String) throws -> FileKind {
        let place = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(bytes).write(to: place)
        defer { try? FileManager.default.removeItem(at: place) }
        let handle = try FileHandle(forReadingFrom: place)
        return try FileCheck().kind(
            of: FileName(cleaning: name), descriptor: handle.fileDescriptor, count: bytes.count)
    }

    private func fault(_ bytes: [UInt8], _ name: String) -> FileFault? {
        do {
            _ = try look(bytes, name)
            return nil
        } catch {
            return error as? FileFault
        }
    }

    /// An archive as Python writes it: names and contents, each compressed.
    private func archive(_ script: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            """
            import io, struct, sys, zipfile
            out = io.BytesIO()
            z = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
            types = '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.%s.main+xml"/></Types>'
            def docx(): z.writestr("[Content_Types].xml", types % "wordprocessingml.document"); z.writestr("word/document.xml", "<w/>" * 50)
            \(script)
            z.close()
            sys.stdout.buffer.write(patch(out.getvalue()) if "patch" in globals() else out.getvalue())
            """,
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Array(bytes)
    }

    private let pdf = Array("%PDF-1.7\nsome\n%%EOF\n".utf8)
    private func png(_ width: UInt8 = 1, huge: Bool = false) -> [UInt8] {
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
            + [0, huge ? 1 : 0, 0, width, 0, huge ? 1 : 0, 0, 1, 8, 2, 0, 0, 0] + [0, 0, 0, 0] + [0, 0, 0, 0]
            + Array("IEND".utf8) + [0xAE, 0x42, 0x60, 0x82]
    }

    @Test("files that are what they say are taken")
    func taken() throws {
        #expect(try look(pdf, "Deck.PDF") == .pdf)
        #expect(try look(png(), "logo.png") == .png)
        #expect(try look([0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 9, 0, 9, 1, 1, 1, 0, 0xFF, 0xD9], "p.jpeg") == .jpg)
        #expect(try look(Array("名,值\n1,2\n".utf8), "t.csv") == .csv)
        #expect(try look(Array(String(repeating: "計", count: 50_000).utf8), "t.txt") == .txt)
        #expect(try look(try archive("docx()"), "plan.docx") == .docx)
    }

    @Test("files that are something else are refused")
    func refused() throws {
        #expect(fault([], "a.pdf") == .empty)
        #expect(fault(pdf, "a.exe") == .unknownKind)
        #expect(fault(pdf, "a.png") == .otherKind)
        #expect(fault(Array("%PDF-1.7\n".utf8), "a.pdf") == .damaged)
        #expect(fault(png(huge: true), "a.png") == .tooManyPixels)
        #expect(fault(png() + [1], "a.png") == .polyglot)
        #expect(fault(Array("\u{FEFF} <SVG onload=alert(1)>".utf8), "a.txt") == .active)
        #expect(fault(Array("<!doctype html><script>".utf8), "a.csv") == .active)
        #expect(fault([0x61, 0], "a.txt") == .notText)
        #expect(fault([0xE8, 0xA8], "a.txt") == .notText)
        #expect(fault([0xFF, 0xFE, 0x61, 0], "a.csv") == .notText)
        #expect(fault([0xD0, 0xCF, 0x11, 0xE0, 0, 0], "a.docx") == .encrypted)
        #expect(fault(pdf + (try archive("docx()")), "a.pdf") == .polyglot)
        #expect(fault(try archive("docx()"), "a.xlsx") == .otherKind)
    }

    @Test(
        "archives that could do harm are refused",
        arguments: [
            ("docx(); z.writestr('word/vbaProject.bin', 'x')", FileFault.macros),
            ("docx(); z.writestr('../x', 'x')", .unsafeEntry), ("docx(); z.writestr('/x', 'x')", .unsafeEntry),
            ("docx(); z.writestr('a\\\\..\\\\x', 'x')", .unsafeEntry),
            ("docx(); z.writestr('word/embeddings/a.xlsx', b'PK\\x03\\x04aaaa')", .nestedArchive),
            ("docx(); z.writestr('word/media', b'\\0' * 30_000_000)", .bomb),
            ("docx(); [z.writestr(f'n{i}', 'x') for i in range(2000)]", .bomb),
            ("z.writestr('word/document.xml', 'x')", .otherKind),
            // The directory claims ten gigabytes, or a few bytes where there are millions.
            ("docx(); z.writestr('big', 'x' * 100)\nz.filelist[-1].file_size = 10 << 30", .damaged),
            ("docx(); z.writestr('big', b'\\0' * 30_000_000)\nz.filelist[-1].file_size = 10", .damaged),
            ("docx()\ndef patch(b): return b'junk' + b", .otherKind),
            ("docx()\ndef patch(b): return b[:-30]", .damaged),
        ])
    func harmful(_ script: String, _ expected: FileFault) throws {
        #expect(fault(try archive(script), "plan.docx") == expected)
    }
}
