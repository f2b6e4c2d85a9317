import DemoWorld
import Foundation
import TestWorld
import Testing

/// The tour is the README's own proof that the product does its job, so it has to pass wherever the tests do.
@Suite("The tour")
struct TourTests {
    @Test(
        "the whole main job is played over HTTP, from the agreement to the investor's answer", .timeLimit(.minutes(3)))
    func wholeJob() async throws {
        let world = try await World()
        let manager = try await Visitor(Cast.mei, in: world)
        let (status, told) = try await world.working {
            try await world.serving { url in try await Self.run("Scripts/tour", url, manager.token) }
        }
        #expect(status == 0, "\(told)")
        let steps = [
            "agreement", "stream", "call", "startup", "application", "decision", "milestone", "mandate", "match run",
            "shortlist", "answer",
        ]
        for step in steps { #expect(told.contains("✓ \(step) "), "\(step) is missing: \(told)") }
        #expect(told.contains("The whole main job was played on http://127.0.0.1:"))
    }

    /// Runs a script of the repository to its end; its output is what it said on both streams.
    private static func run(_ script: String, _ arguments: String...) async throws -> (status: Int32, told: String) {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let output = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: output) }
        let handle = try FileHandle(forWritingTo: output)
        defer { try? handle.close() }
        let process = Process()
        process.executableURL = root.appending(path: script)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["no_proxy": "127.0.0.1"]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        let status = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
                do { try process.run() } catch { continuation.resume(throwing: error) }
            }
        } onCancel: {
            if process.isRunning { process.terminate() }
        }
        return (status, try String(contentsOf: output, encoding: .utf8))
    }
}
