/// Runs single read-only statements under a context; see `Database.reader(as:)`. Cheap to make and to copy.
public struct Reader: Statements {
    let core: Core
    /// Who is reading.
    public let context: Context
    private let opening: Query?

    init(core: Core, context: Context) {
        self.core = core
        self.context = context
        opening = context.statement()
    }

    /// Context, statement and Sync in one round trip. A broken connection is replaced once without the caller noticing.
    public func rows(_ query: Query) async throws -> [Row] {
        try await result(of: query).rows
    }

    /// As `rows`, when only the number of rows is wanted.
    @discardableResult
    public func execute(_ query: Query) async throws -> Int {
        try await result(of: query).affected
    }

    private func result(of query: Query) async throws -> ResultSet {
        guard let result = try await core.read((opening.map { [$0] } ?? []) + [query], as: context).last else {
            throw ConnectionLost(reason: "a read without a result")
        }
        return result
    }
}
