import Files
import Foundation
import Testing

@Suite("The virus scanner")
struct ClamdTests {
    /// A scanner on a port of its own, which ends with the test.
    private func withScanner(
        _ mode: String, _ body: (Clamd) async throws -> Void
    ) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", try #require(Bundle.module.path(forResource: "clamd", ofType: "py")), mode,
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        // A child of a test inherits blocked signals; this one cannot be.
        defer { kill(process.processIdentifier, SIGKILL) }
        let port = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        try await body(try #require(Clamd("127.0.0.1:\(port)", seconds: 1)))
    }

    private func scan(_ text: String, by scanner: Clamd) async throws -> Clamd.Verdict {
        let conversation = try await scanner.begin()
        for byte in text.utf8.chunks(of: 20) { try await conversation.send(byte) }
        return try await conversation.verdict()
    }

    @Test("tells what it found from what it did not")
    func verdicts() async throws {
        let eicar = #"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"#
        try await withScanner("honest") { scanner in
            let (harmless, harmful) = (
                try await scan("nothing to see", by: scanner), try await scan("xx" + eicar, by: scanner)
            )
            #expect(harmless == .clean)
            #expect(harmful == .found("Eicar-Signature"))
        }
    }

    @Test("whatever is no verdict is a failure", arguments: ["silent", "drop", "lie", "limit"])
    func failures(_ mode: String) async throws {
        try await withScanner(mode) { scanner in
            await #expect(throws: Clamd.Failure.self) {
                try await self.scan("some text that is long enough", by: scanner)
            }
        }
    }

    @Test("a scanner that is away is a failure, and an address that is none is none")
    func addresses() async throws {
        let away = try #require(Clamd("/nowhere/clamd.ctl"))
        await #expect(throws: Clamd.Failure.self) { _ = try await away.begin() }
        for text in ["", "host", "host:0", ":3310", "host:99999", "/" + String(repeating: "x", count: 200)] {
            #expect(Clamd(text) == nil, "\(text)")
        }
    }
}

extension String.UTF8View {
    fileprivate func chunks(of size: Int) -> [[UInt8]] {
        stride(from: 0, to: count, by: size).map { Array(dropFirst($0).prefix(size)) }
    }
}
