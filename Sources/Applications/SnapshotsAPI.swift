internal import API
internal import Accounts
internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

internal import struct API.Operation

/// What was handed in, by API: for the startup's founders and for managers.
enum SnapshotsAPI {
    static let operations: [AnyOperation] = [listSnapshots, getSnapshotFile, compareSnapshots]

    private static var listSnapshots: AnyOperation {
        Operation(
            .get, "/v1/applications/{application}/snapshots", "listSnapshots",
            summary: "What was handed in of an application, each time", tag: "applications",
            access: .roles([.manager, .founder]), parameters: ApplicationPath.self, output: SnapshotList.self,
            problems: [.notFound]
        ) { call in
            let id = call.parameters.application
            guard try await call.reader.application(id) != nil else { throw Problem.notFound }
            return .ok(SnapshotList(items: try await call.reader.snapshots(of: id).map(SnapshotLine.init)))
        }.erased
    }

    private static var getSnapshotFile: AnyOperation {
        Operation(
            .get, "/v1/applications/{application}/snapshots/{number}", "getSnapshotFile",
            summary: "A frozen copy of what was handed in, as a file",
            description: """
                The call, the form as it was asked, the answers, the names and hashes of the files, and the startup's name \
                then, as canonical JSON (RFC 8785). The SHA-256 of the file is the `digest` that `listSnapshots` tells: a copy with the same digest is \
                what was handed in.
                """,
            tag: "applications", access: .roles([.manager, .founder]), parameters: SnapshotPath.self,
            output: Download.self, problems: [.notFound], produces: "application/json"
        ) { call in
            let path = call.parameters
            return .ok(try await call.reader.snapshot(path.number, of: path.application).download)
        }.erased
    }

    private static var compareSnapshots: AnyOperation {
        Operation(
            .get, "/v1/applications/{application}/snapshots/{number}/differences", "compareSnapshots",
            summary: "What changed from an earlier copy to this one, by question", tag: "applications",
            access: .roles([.manager, .founder]), parameters: SnapshotComparison.self, output: SnapshotDifferences.self,
            problems: [.notFound]
        ) { call in
            let path = call.parameters
            return .ok(
                SnapshotDifferences(
                    from: try await call.reader.snapshot(path.since, of: path.application),
                    to: try await call.reader.snapshot(path.number, of: path.application)))
        }.erased
    }
}

extension Statements {
    /// One of the snapshots of an application; not found when there is none, or the principal may not know.
    func snapshot(_ number: Int, of id: Application.ID) async throws -> ApplicationSnapshot {
        guard let found = try await snapshots(of: id).first(where: { $0.number == number }) else {
            throw Problem.notFound
        }
        return found
    }
}

extension ApplicationSnapshot {
    /// The copy as a file whose SHA-256 is the digest.
    var download: Download { Download(bytes: Array(canonical.utf8), filename: fileName) }

    /// Names the application and the number, without a name of the startup, which not every file system takes.
    var fileName: String { "application-\(application)-\(number).json" }
}

struct SnapshotPath: Codable {
    let application: Application.ID
    let number: Int
}

struct SnapshotComparison: Codable {
    let application: Application.ID
    let number: Int
    let since: Int
}
