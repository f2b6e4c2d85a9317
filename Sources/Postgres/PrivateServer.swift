public import Foundation
import Glibc
public import Logging
import Synchronization

/// A PostgreSQL of our own, in a directory: for development, demonstrations and tests. It listens on a socket that only
/// this user can reach, and on no network. It ends when this process ends, however that happens.
///
/// ```swift
/// let server = PrivateServer(directory: URL(filePath: "data"), logger: logger)
/// let conninfo = try await server.start()
/// ```
public final class PrivateServer: Sendable {
    /// Why the server cannot be started.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// What happened, with what the server's own tools said.
        public let description: String
    }

    private struct State {
        var supervisor: Process?
        var lifeline: Pipe?
        var socketDirectory: String?
    }

    /// Where data and log are kept: the directory asked for, unless root asked for one in a folder that is closed to the
    /// server's account, as root's home is. Then it is one under `/var/lib/trellis`, and a link stands in its place.
    public let directory: URL
    private let asked: URL
    /// Whether commits survive a power cut. Tests do not need that, and run several times as fast without.
    public let durable: Bool
    /// Whether the folder goes, with all that is in it, once the server has ended in order: also when this process is killed.
    /// What it leaves after a crash can be looked into.
    public let isTemporary: Bool
    private let binaries: URL?
    private let settings: [(name: String, value: String)]
    private let logger: Logger
    private let account: Account?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - binaries: The folder with `initdb` and `postgres`; by default the newest installed.
    ///   - settings: Settings of the server beyond ours, such as `("wal_level", "logical")`.
    public init(
        directory: URL, durable: Bool = true, isTemporary: Bool = false, binaries: URL? = nil,
        settings: [(name: String, value: String)] = [], logger: Logger
    ) {
        let account = Account.forServer()
        let place = directory.standardizedFileURL.resolvingSymlinksInPath()
        asked = directory.standardizedFileURL
        self.directory = account?.reaches(place) ?? true ? place : Self.substitute(for: place)
        self.durable = durable
        self.isTemporary = isTemporary
        self.binaries = binaries
        self.settings = settings
        self.logger = logger
        self.account = account
    }

    private static func substitute(for place: URL) -> URL {
        let name = place.path.split(separator: "/").joined(separator: "-")
        return URL(filePath: "/var/lib/trellis").appendingPathComponent(name)
    }

    private var data: URL { directory.appendingPathComponent("data") }

    /// The folders with PostgreSQL's programs on this machine, the newest version first.
    public static func installedBinaries() -> [URL] {
        let root = URL(filePath: "/usr/lib/postgresql")
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        let numbered = versions.compactMap(Int.init).sorted(by: >).map { root.appendingPathComponent("\($0)/bin") }
        let others = ["/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin"].map { URL(filePath: $0) }
        return (numbered + others).filter {
            FileManager.default.isExecutableFile(atPath: $0.appendingPathComponent("postgres").path)
                && FileManager.default.isExecutableFile(atPath: $0.appendingPathComponent("initdb").path)
        }
    }

    // MARK: Starting and stopping

    /// Creates the data directory if need be, starts the server and waits until it accepts connections. If a server
    /// already runs on this directory, that one is used and left running.
    ///
    /// - Returns: The connection string of the owner, a superuser, for the database `postgres`.
    @discardableResult
    public func start() async throws -> String {
        let programs = try programs()
        try prepareDirectory()
        try await initialize(programs)
        if let running = runningServer() {
            state.withLock { $0.socketDirectory = running }
            return conninfo()
        }
        if let started = try await serverOfAnother() {
            state.withLock { $0.socketDirectory = started }
            return conninfo()
        }
        try removeStaleLock()
        let sockets = try makeSocketDirectory()
        try launch(programs, sockets: sockets)
        try await waitUntilReady()
        logger.info("the private database server runs", metadata: ["directory": "\(directory.path)"])
        return conninfo()
    }

    /// Ends the server, provided that this object started it, and waits until it has written everything.
    public func stop() async {
        let supervisor = state.withLock { state in
            // Closing the lifeline is the signal.
            try? state.lifeline?.fileHandleForWriting.close()
            defer {
                state.supervisor = nil
                state.lifeline = nil
            }
            return state.supervisor
        }
        guard let supervisor else { return }
        let deadline = ContinuousClock.now + .seconds(30)
        while supervisor.isRunning, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// The connection string of the owner for a database of this server.
    public func conninfo(database: String = "postgres") -> String {
        let sockets = state.withLock(\.socketDirectory) ?? ""
        func quoted(_ value: String) -> String {
            "'" + value.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
        }
        return "host=\(quoted(sockets)) user=trellis dbname=\(quoted(database))"
    }

    /// Creates a database, as a copy of `template` if one is given; nobody may be connected to the template meanwhile.
    public func createDatabase(name: String, template: String? = nil) async throws {
        let source = SQLIdentifier(unchecked: template ?? "template0").quoted
        let sql = "CREATE DATABASE \(SQLIdentifier(unchecked: name).quoted) TEMPLATE \(source)"
        var attempt = 0
        while true {
            do {
                try await administer(sql)
                return
            } catch let error as DatabaseError where error.sqlState == "55006" && attempt < 50 {
                // The last session on the template is just ending.
                attempt += 1
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// Drops a database together with the sessions on it.
    public func dropDatabase(name: String) async throws {
        try await administer("DROP DATABASE IF EXISTS \(SQLIdentifier(unchecked: name).quoted) WITH (FORCE)")
    }

    private func administer(_ sql: String) async throws {
        _ = try await Session.with(conninfo(), logger: logger) { session in
            try await session.script(sql, limit: .seconds(120))
        }
    }

    // MARK: Steps of starting

    private func programs() throws -> URL {
        if let binaries { return binaries }
        let installed = Self.installedBinaries()
        guard let newest = installed.first else {
            throw Failure(description: "PostgreSQL is not installed: no postgres and initdb were found")
        }
        let versionFile = data.appendingPathComponent("PG_VERSION")
        guard let text = try? String(contentsOf: versionFile, encoding: .utf8) else { return newest }
        let version = text.trimmingCharacters(in: .whitespacesAndNewlines)
        // Data are tied to the version that made them.
        return installed.first { $0.path.contains("/\(version)/") } ?? newest
    }

    private func prepareDirectory() throws {
        let manager = FileManager.default
        try manager.createDirectory(at: directory, withIntermediateDirectories: true)
        if let account { try account.own(directory.path) }
        chmod(directory.path, 0o700)
        if asked.resolvingSymlinksInPath().path != directory.path {
            logger.notice(
                "the server's account cannot get to the folder; its data are elsewhere",
                metadata: ["asked": "\(asked.path)", "directory": "\(directory.path)"])
            try manager.createDirectory(at: asked.deletingLastPathComponent(), withIntermediateDirectories: true)
            // An earlier attempt may have left an empty folder there.
            rmdir(asked.path)
            try manager.createSymbolicLink(at: asked, withDestinationURL: directory)
        }
    }

    private func initialize(_ programs: URL) async throws {
        guard !FileManager.default.fileExists(atPath: data.appendingPathComponent("PG_VERSION").path) else { return }
        // Into another folder first, so that an interrupted attempt is not taken for a database.
        let draft = directory.appendingPathComponent("data.new")
        try? FileManager.default.removeItem(at: draft)
        var arguments = [
            programs.appendingPathComponent("initdb").path, "--pgdata", draft.path, "--username", "trellis",
            "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8",
        ]
        arguments.append(durable ? "--data-checksums" : "--no-sync")
        let (status, output) = try await run(arguments)
        guard status == 0 else { throw Failure(description: "initdb failed: \(output)") }
        // Nobody from the network, and nobody for replication.
        let access = draft.appendingPathComponent("pg_hba.conf")
        try Data("local all all trust\n".utf8).write(to: access)
        if let account { try account.own(access.path) }
        guard rename(draft.path, data.path) == 0 else {
            throw Failure(description: "the new data directory could not be moved to \(data.path)")
        }
    }

    /// The lines of `postmaster.pid`: process, data directory, start, port, socket directory, address, memory, status.
    private func lockFile() -> [String]? {
        let file = data.appendingPathComponent("postmaster.pid")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }

    /// The socket directory of a live server on this directory.
    private func runningServer() -> String? {
        guard let lines = lockFile(), isAlive(lines), lines.count >= 8, lines[7] == "ready" else { return nil }
        return lines[4]
    }

    private func isAlive(_ lines: [String]) -> Bool {
        guard let first = lines.first, let process = Int32(first), process > 0 else { return false }
        // After a reboot the number may belong to anybody.
        let name = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)
        guard name?.trimmingCharacters(in: .whitespacesAndNewlines) == "postgres" else { return false }
        guard let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd") else {
            return true
        }
        return URL(filePath: place).resolvingSymlinksInPath().path == data.resolvingSymlinksInPath().path
    }

    /// Waits while another process is starting or stopping a server on this directory.
    private func serverOfAnother() async throws -> String? {
        let deadline = ContinuousClock.now + .seconds(30)
        while let lines = lockFile(), isAlive(lines) {
            if let running = runningServer() { return running }
            guard ContinuousClock.now < deadline else {
                throw Failure(description: "a server on \(data.path) neither starts nor stops")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }

    private func removeStaleLock() throws {
        guard lockFile() != nil else { return }
        logger.notice("removing the lock of a server that did not end properly")
        try FileManager.default.removeItem(at: data.appendingPathComponent("postmaster.pid"))
    }

    /// A short path, since the name of a socket may have 107 bytes at most.
    private func makeSocketDirectory() throws -> String {
        var template = Array("/tmp/trellis-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(description: "no directory for the socket in /tmp") }
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        if let account { try account.own(path) }
        return path
    }

    private func launch(_ programs: URL, sockets: String) throws {
        var all: [(name: String, value: String)] = [
            ("listen_addresses", ""), ("unix_socket_directories", sockets), ("unix_socket_permissions", "0700"),
            ("max_connections", "200"), ("shared_buffers", "128MB"), ("log_timezone", "UTC"), ("timezone", "UTC"),
            ("max_wal_size", "2GB"),
            // What it has looked at is planned anew by every connection, half a second of work for each. Our plans look things up
            // by their keys, and are hardly better for knowing of the last minute.
            ("autovacuum_naptime", "5min"),
        ]
        if !durable {
            all += [("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off")]
        }
        let arguments =
            [programs.appendingPathComponent("postgres").path, "-D", data.path]
            + (all + settings).flatMap { ["-c", "\($0.name)=\($0.value)"] }
        // The shell's second half waits for its input to end, which happens when this process stops the server or dies,
        // and then asks the server for a fast shutdown. A Ctrl-C meant for us is ignored: we end first, then the server.
        // What is temporary is removed here, because we may be gone by then.
        let script = """
            trap '' INT HUP
            log=$1; sockets=$2; temporary=$3; shift 3
            exec 3<&0
            "$@" </dev/null 3<&- >>"$log" 2>&1 &
            server=$!
            (read -r end <&3; kill -INT $server) 2>/dev/null &
            reader=$!
            exec 3<&-
            wait $server || temporary=
            kill $reader 2>/dev/null
            rm -rf "$sockets" ${temporary:+"$temporary"}
            """
        let log = directory.appendingPathComponent("server.log").path
        let temporary = isTemporary ? directory.path : ""
        let process = process(for: ["/bin/sh", "-c", script, "sh", log, sockets, temporary] + arguments)
        let lifeline = Pipe()
        // No child may hold the writing end, or the shell would never see it close.
        _ = fcntl(lifeline.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        process.standardInput = lifeline
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try spawn(process)
        state.withLock {
            $0.supervisor = process
            $0.lifeline = lifeline
            $0.socketDirectory = sockets
        }
    }

    private func waitUntilReady() async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while runningServer() == nil {
            let isRunning = state.withLock { $0.supervisor?.isRunning ?? false }
            guard isRunning, ContinuousClock.now < deadline else {
                await stop()
                defer { if isTemporary { try? FileManager.default.removeItem(at: directory) } }
                throw Failure(description: "the server did not start: \(endOfLog())")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func endOfLog() -> String {
        let log = try? String(contentsOf: directory.appendingPathComponent("server.log"), encoding: .utf8)
        return (log ?? "it left no log").split(separator: "\n").suffix(5).joined(separator: " / ")
    }

    // MARK: Processes

    private func process(for command: [String]) -> Process {
        let full = (account?.prefix ?? []) + command
        let process = Process()
        process.executableURL = URL(filePath: full[0])
        process.arguments = Array(full.dropFirst())
        // The server would otherwise keep a directory in use that may be unreadable to its account.
        process.currentDirectoryURL = URL(filePath: "/")
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/"]
        return process
    }

    /// A child inherits the signals its parent's thread blocks, and threads of Dispatch block nearly all: a shell so
    /// born would never hear that its own child has ended.
    private func spawn(_ process: Process) throws {
        var none = sigset_t()
        var previous = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
        try process.run()
    }

    private func run(_ command: [String]) async throws -> (status: Int32, output: String) {
        let process = process(for: command)
        let log = directory.appendingPathComponent("initdb.log")
        guard FileManager.default.createFile(atPath: log.path, contents: nil) else {
            throw Failure(description: "cannot write to \(directory.path)")
        }
        // A file and not a pipe: nobody has to empty it while the program runs.
        let output = try FileHandle(forWritingTo: log)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        let ended = Promise<Int32>()
        process.terminationHandler = { ended.succeed($0.terminationStatus) }
        try spawn(process)
        let status = try await ended.value()
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        return (status, text.split(separator: "\n").suffix(3).joined(separator: " / "))
    }
}

/// The account that runs the server in place of root, whom PostgreSQL refuses.
private struct Account: Sendable {
    let user: uid_t
    let group: gid_t

    /// `nil` when this process is an ordinary user's, who runs the server itself.
    static func forServer() -> Account? {
        guard geteuid() == 0 else { return nil }
        for name in ["postgres", "nobody"] {
            if let entry = getpwnam(name) { return Account(user: entry.pointee.pw_uid, group: entry.pointee.pw_gid) }
        }
        return Account(user: 65_534, group: 65_534)
    }

    /// Put before a command so that it runs under the account.
    var prefix: [String] {
        ["/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(group)", "--clear-groups", "--"]
    }

    /// Whether every folder above the place lets the account through; folders that do not exist yet will be root's, and
    /// open to all.
    func reaches(_ place: URL) -> Bool {
        var folder = place.deletingLastPathComponent()
        while true {
            var found = stat()
            if stat(folder.path, &found) == 0 {
                let through = found.st_uid == user ? S_IXUSR : found.st_gid == group ? S_IXGRP : S_IXOTH
                if found.st_mode & through == 0 { return false }
            }
            guard folder.path != "/" else { return true }
            folder.deleteLastPathComponent()
        }
    }

    func own(_ path: String) throws {
        guard chown(path, user, group) == 0 else {
            throw PrivateServer.Failure(description: "cannot give \(path) to the server's account")
        }
    }
}
