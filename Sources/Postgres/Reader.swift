/// Runs single read-only statements under a context; see `Database.reader(as:)`. Cheap to make and to copy.
public struct Reader: Statements {
    let core: Core
    /// Who is reading.
    public let context: Context

    init(core: Core, context: Context) {
        self.core = core
        self.context = context
    }

    /// Context, statement and Sync in one round trip, which reads under the same context that are made at the same moment
    /// share. A broken connection is replaced once without the caller noticing.
    public func rows(_ query: Query) async throws -> [Row] {
        try await core.read(query, as: context).rows
    }

    /// As `rows`, when only the number of rows is wanted.
    @discardableResult
    public func execute(_ query: Query) async throws -> Int {
        try await core.read(query, as: context).affected
    }
}
