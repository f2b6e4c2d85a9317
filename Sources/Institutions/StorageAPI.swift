internal import API
internal import Accounts
internal import Postgres
internal import Vocabulary

/// How much startups may store, by API.
enum StorageAPI {
    static let operations: [AnyOperation] = [getStorage, getStorageLimit, setStorageLimit]

    private static var getStorage: AnyOperation {
        Operation(
            .get, "/v1/storage", "getStorage", summary: "How much one's startup has stored, and how much it may",
            description: """
                The files of its applications and of its data room together, all versions. A file that would take more is \
                refused.
                """, tag: "institutions", access: .roles([.founder]), output: StorageView.self, problems: [.notFound]
        ) { call in
            let startup = Startup.ID(try call.principal.actsFor)
            guard let storage = try await call.reader.storage(of: startup) else { throw Problem.notFound }
            return .ok(StorageView(storage))
        }.erased
    }

    private static var getStorageLimit: AnyOperation {
        Operation(
            .get, "/v1/storage-limit", "getStorageLimit", summary: "How much each startup of the workspace may store",
            tag: "institutions", access: .roles([.manager]), output: StorageLimit.self
        ) { call in
            .ok(try await call.reader.storageLimit())
        }.erased
    }

    private static var setStorageLimit: AnyOperation {
        Operation(
            .put, "/v1/storage-limit", "setStorageLimit", summary: "Say how much each startup may store",
            description: "From 200 MiB to 1 TiB. What is there already stays, also where it is more.",
            tag: "institutions", access: .roles([.manager]), body: StorageLimit.self, output: StorageLimit.self
        ) { call in
            try await call.write { transaction in
                try await transaction.setStorageLimit(call.body) { try call.match($0) }
                return .ok(call.body)
            }
        }.erased
    }
}

/// What a startup has stored, as JSON.
struct StorageView: Described {
    let used: Int
    let limit: Int
    let left: Int

    static let documentation = ["used": "In bytes.", "limit": "In bytes.", "left": "In bytes."]

    init(_ storage: StartupStorage) {
        used = storage.used
        limit = storage.limit
        left = storage.left
    }
}

extension StorageLimit: Described {
    package static var documentation: [String: String] { ["bytes": "Of all files of a startup together."] }
}
