import Files
import Foundation
import Testing

@Suite("Watermarks")
struct WatermarkerTests {
    /// Runs a watermarker over some bytes and gives what it wrote.
    private func mark(_ text: String, with words: String, by watermarker: Watermarker) async throws -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (input, output) = (folder.appending(path: "in"), folder.appending(path: "out"))
        try Data(text.utf8).write(to: input)
        try Data().write(to: output)
        let (from, into) = (open(input.path, O_RDONLY | O_CLOEXEC), open(output.path, O_RDWR | O_CLOEXEC))
        defer { for descriptor in [from, into] { close(descriptor) } }
        try await watermarker.mark(from: from, into: into, with: words)
        return Array(try Data(contentsOf: output))
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

    @Test("leave the service standing when the program falls, floods or never ends")
    func apart() async throws {
        for lines in ["kill -SEGV $$", "exec sleep 60", "exit 9", "ulimit -f 1; exec yes"] {
            try await script(lines) { watermarker in
                await #expect(throws: Watermarker.Fault.tooHeavy, "\(lines)") {
                    try await mark(Self.page, with: "Jun", by: watermarker)
                }
            }
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
