extension Database {
    /// How to reach the server and how much to ask of it.
    public struct Configuration: Sendable {
        /// A URL (`postgresql://…`) or `key=value` pairs, as libpq understands them; several hosts are tried in turn.
        /// A host that is not local needs an `sslmode`, and gets `verify-full` when it names none.
        public var conninfo: String
        /// The role every session takes at its start, such as one that owns nothing and bypasses no policy.
        public var role: String?
        /// How many connections serve reads, each of them many at a time
        public var readConnections = 4
        /// How many transactions can be under way
        public var transactionConnections = 6
        /// How long a caller waits for a place before it gets `PoolBusy`
        public var maximumWait: Duration = .seconds(1)
        /// How many callers may wait
        public var queue = 200
        /// After which time the server gives up a statement
        public var statementTimeout: Duration = .seconds(5)
        /// After which time the server gives up waiting for a lock
        public var lockTimeout: Duration = .seconds(2)
        /// After which time the server ends a session that holds a transaction open and does nothing
        public var idleInTransactionTimeout: Duration = .seconds(10)
        /// How long one host may take to answer when a connection is opened
        public var connectTimeout: Duration = .seconds(3)
        /// How long COMMIT may take before its outcome counts as unknown
        public var commitTimeout: Duration = .seconds(10)
        /// How many statements a connection keeps prepared; 0 prepares none, for poolers that cannot
        public var preparedStatements = 200
        /// What `pg_stat_activity` shows
        public var applicationName = "trellis"

        /// The default limits, for the service.
        public init(conninfo: String, role: String? = nil) {
            self.conninfo = conninfo
            self.role = role
        }

        func settings(allowsStandby: Bool, readsOnly: Bool = false) throws -> ConnectionSettings {
            var options: [(name: String, value: String)] = [
                ("statement_timeout", statementTimeout.postgresMilliseconds),
                // What is asked here takes milliseconds; compiling it would take a hundred times as long.
                ("jit", "off"),
                // The planner cannot see through policies, so what it plans for given values is hardly better; yet it would
                // plan most statements anew each time, for longer than they run, and now and then change its mind.
                ("plan_cache_mode", "force_generic_plan"),
                ("lock_timeout", lockTimeout.postgresMilliseconds),
                ("idle_in_transaction_session_timeout", idleInTransactionTimeout.postgresMilliseconds),
                // A statement whose client has gone ends soon.
                ("client_connection_check_interval", "2000"),
                ("timezone", "UTC"),
            ]
            // The session's default, so that no read has to say it.
            if readsOnly { options.append(("default_transaction_read_only", "on")) }
            if let role { options.append(("role", role)) }
            return try ConnectionSettings(
                conninfo: conninfo, options: options, applicationName: applicationName,
                connectTimeout: connectTimeout, allowsStandby: allowsStandby)
        }
    }
}

extension Duration {
    /// Whole milliseconds as a setting wants them. Never 0, which would mean no limit at all.
    var postgresMilliseconds: String {
        let milliseconds = Int(exactly: (self / .milliseconds(1)).rounded()) ?? Int(Int32.max)
        return String(min(max(milliseconds, 1), Int(Int32.max)))
    }
}
