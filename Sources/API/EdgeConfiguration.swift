import Foundation

extension Edge {
    /// What differs between installations and tests. Everything has a default fit for one private process.
    public struct Configuration: Sendable {
        /// Where to listen; port 0 takes any free one.
        public var host = "127.0.0.1"
        /// 0 takes any free port.
        public var port = 8080
        /// The address people use, such as `https://trellis.example.org`. Without it the `Host` header is believed,
        /// which is fit for a machine of one's own only.
        public var publicURL: String?
        /// Another host name of this very service, such as `https://files.example.org`, from which what people uploaded is
        /// handed to browsers, and nothing else is: never with cookies, and in an origin in which nothing of ours can be
        /// reached. Without it files come from where pages do. It needs `publicURL`.
        public var documentsURL: String?
        /// Host names answered for; empty answers for all. Health checks are answered in any case.
        public var allowedHosts: Set<String> = []
        /// Peers whose `X-Forwarded-For` is believed.
        public var trustedProxies: Set<String> = []
        /// At least 32 random bytes, the same in all processes of an installation. Page cursors are sealed with it.
        public var secret: [UInt8]
        /// Seconds a page cursor is good for.
        public var cursorLifetime = 86_400
        /// Budgets; a class without one is not limited.
        public var rates: [RateClass: Rate] = [:]
        /// How long a recognised credential is believed, at most a second.
        public var principalLifetime: Duration = .seconds(1)
        /// How long a request may take in all.
        public var deadline: Duration = .seconds(10)
        /// How long a request that brings files may take in all: a slow line is no reason to refuse one.
        public var uploadDeadline: Duration = .seconds(600)
        /// Where files lie while they are taken in, under no name. On a disk, not in memory.
        public var spoolFolder = "/var/tmp"
        /// How long a connection may be silent while a request is awaited or read.
        public var idleTimeout: Duration = .seconds(30)
        /// Further connections wait in the backlog.
        public var maximumConnections = 2_000
        /// How many connections the kernel may hold for us.
        public var backlog = 1_024
        /// How long readiness says no before connections are closed, so that a balancer notices.
        public var drain: Duration = .seconds(1)
        /// How long requests under way may take to finish after that.
        public var grace: Duration = .seconds(20)
        /// Languages people can have, the usual one first.
        public var locales = ["en", "zh-Hant", "ja"]
        /// Where signed-out visitors of a page are sent.
        public var signInPath = "/sign-in"
        /// Addresses that may read `/metrics`, when no proxy stands between.
        public var metricsReaders: Set<String> = ["127.0.0.1", "::1"]
        /// The name and version the OpenAPI document carries.
        public var title = "Trellis"
        /// The version of the interface, not of the program.
        public var version = "1"
        /// Makes the page for a problem; a plain one without it.
        public var errorPage: (@Sendable (Problem, ErrorPage) -> HTML)?
        /// Says in the reader's language why a document is not to be had, on the host that has nothing but documents; in
        /// English without it.
        public var documentRefusal: (@Sendable (Problem, ErrorPage) -> String)?
        /// Where the one line a request goes; nowhere without it.
        public var requestLog: LogStream?
        /// Takes the first wall away, so that a test sees what the second holds alone. No module outside can set it.
        var ignoresDeclaredAccess = false

        /// The only thing without a default is the secret.
        public init(secret: [UInt8]) {
            self.secret = secret
        }

        /// A configuration for tests and demonstrations: any port, a secret that lives as long as the process.
        public static func ephemeral() -> Configuration {
            var configuration = Configuration(secret: Array(RandomText.hex(bytes: 32).utf8))
            configuration.port = 0
            configuration.drain = .zero
            return configuration
        }

        var isSecure: Bool { publicURL.map { $0.utf8.starts(with: "https://".utf8) } ?? false }
    }

    /// What the page for a problem may need to know.
    public struct ErrorPage: Sendable {
        /// The visitor's language.
        public let locale: String
        /// What to quote when asking for help.
        public let requestID: String
        /// The path that was asked for.
        public let target: String
        /// Who asked, when that was found out before the problem.
        public let principal: Principal?
    }
}
