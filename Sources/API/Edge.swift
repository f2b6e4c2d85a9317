import Foundation
import HTTPTypes
import HummingbirdCore
public import Logging
public import Postgres
import Synchronization

/// Everything between the socket and a room: routing, recognising, decoding, refusing, and the bytes of the answer.
///
/// Build one from the declarations of all rooms and run it as a service. Deny by default: what was not declared is not
/// there, and nothing can be declared without `Access`.
public final class Edge: Sendable {
    /// Every route, for the authorization matrix.
    public let registry: [RegistryEntry]
    /// The OpenAPI 3.1 document, the same bytes for the same declarations.
    public let openAPI: [UInt8]
    let services: Services
    let configuration: Configuration
    let logger: Logger
    let router: Router
    private let metrics: RequestMetrics
    let limiter: RateLimiter
    private let translation: ProblemTranslation
    private let deadlines: DeadlineKeeper
    private let uploadDeadlines: DeadlineKeeper
    private let health: Health
    let listening = Listening()

    /// A declaration that cannot be served. Found at start, never by a visitor.
    public struct DeclarationError: Error, CustomStringConvertible {
        /// All reasons, one a line.
        public let description: String
    }

    /// Checks all declarations together and builds router and document from them.
    public init(
        operations: [AnyOperation], pages: [AnyRoute] = [], authenticator: any Authenticator, database: Database,
        constraints: ConstraintProblems = [:], configuration: Configuration, logger: Logger
    ) throws {
        self.configuration = configuration
        self.logger = logger
        let health = Health(database: database)
        let services = Services(
            database: database, authenticator: authenticator, constraints: constraints, configuration: configuration)
        let declarations = operations.map(\.declaration) + pages.map(\.declaration)
        var reasons = declarations.flatMap(\.failures)
        if configuration.secret.count < 32 { reasons.append("The secret has fewer than 32 bytes.") }
        if configuration.documentsURL != nil {
            let pages = configuration.publicURL.flatMap(Services.host(ofURL:))
            if pages == nil || services.documentsHost == nil || pages == services.documentsHost {
                reasons.append("The documents' host is none of its own beside that of pages.")
            }
        }
        for operation in operations where !operation.declaration.path.utf8.starts(with: "/v1/".utf8) {
            reasons.append("\(operation.declaration.id): JSON operations live under /v1/.")
        }
        for (id, count) in Dictionary(declarations.map { ($0.id, 1) }, uniquingKeysWith: +) where count > 1 {
            reasons.append("\(id) is declared \(count) times.")
        }
        let document = OpenAPIDocument(
            operations.map(\.declaration), title: configuration.title, version: configuration.version,
            server: configuration.publicURL)
        let openAPI = document.json.bytes
        let reference = Reference.page(operations.map(\.declaration), title: configuration.title)

        var router = Router()
        var metricsRoutes: [RequestMetrics.Route] = []
        func add(
            _ declaration: RouteDeclaration, _ perform: @escaping @Sendable (Exchange) async throws -> Rendered
        ) {
            let route = RequestMetrics.Route(id: declaration.id, method: declaration.method.rawValue)
            metricsRoutes.append(route)
            if !router.add(Endpoint(declaration: declaration, metrics: route, perform: perform)) {
                reasons.append("\(declaration.method.rawValue) \(declaration.path) is declared twice.")
            }
        }
        for operation in operations { add(operation.declaration, operation.perform) }
        for page in pages { add(page.declaration, page.perform) }
        let metricsBox = Locked<RequestMetrics?>(nil)
        let builtIn = Edge.builtIn(
            services: services, health: health, openAPI: openAPI, reference: reference, metrics: metricsBox)
        for route in builtIn { add(route.declaration, route.perform) }
        guard reasons.isEmpty else { throw DeclarationError(description: reasons.joined(separator: "\n")) }

        registry = declarations.map(RegistryEntry.init) + builtIn.map(\.registryEntry)
        metrics = RequestMetrics(metricsRoutes)
        metricsBox.value = metrics
        self.openAPI = openAPI
        self.services = services
        self.router = router
        self.health = health
        limiter = RateLimiter(configuration.rates)
        translation = ProblemTranslation(constraints: constraints)
        deadlines = DeadlineKeeper(limit: configuration.deadline)
        uploadDeadlines = DeadlineKeeper(limit: configuration.uploadDeadline)
    }

    /// Whether the process is on its way out.
    var isDraining: Bool {
        get { health.draining.load(ordering: .relaxed) }
        set { health.draining.store(newValue, ordering: .relaxed) }
    }

    // MARK: Answering

    /// Answers one request, without a socket when a test asks. Never throws: whatever goes wrong becomes a problem.
    public func respond(to incoming: Incoming) async -> Outgoing {
        await respond(to: incoming, on: nil)
    }

    /// Answers on the threads of an executor, which for a request from a socket is the loop that reads the socket.
    func respond(to incoming: Incoming, on executor: (any TaskExecutor)?) async -> Outgoing {
        let begun = DispatchTime.now().uptimeNanoseconds
        let task = Task(executorPreference: executor) { await self.answer(incoming, begun: begun) }
        let deadlines = takesFiles(incoming) ? uploadDeadlines : deadlines
        let ticket = deadlines.watch(task)
        let outgoing = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        deadlines.release(ticket)
        return outgoing
    }

    /// Whether the request may bring files, and so as much time as its sender needs. Only writes are looked at twice.
    private func takesFiles(_ incoming: Incoming) -> Bool {
        guard incoming.head.method != .get, incoming.head.method != .head else { return false }
        let path = incoming.target.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        guard path.count <= 8_192,
            case .found(let endpoint, _) = router.route(incoming.head.method.rawValue, Substring(path).utf8)
        else { return false }
        return endpoint.declaration.uploadLimit != nil
    }

    private func answer(_ incoming: Incoming, begun: UInt64) async -> Outgoing {
        let requestID = Edge.requestID(incoming)
        var trace = Trace(requestID: requestID)
        var outgoing: Outgoing
        do {
            outgoing = try await serve(incoming, &trace)
        } catch {
            outgoing = refuse(error, incoming, trace)
        }
        outgoing.headers[.requestID] = requestID
        let length: Int? = if let stream = outgoing.stream { stream.count } else { outgoing.body.count }
        if incoming.head.method == .head {
            outgoing.body = []
            outgoing.stream = nil
        }
        // 204 and 304 have no content, and saying its length would be wrong (RFC 9110, 8.6).
        if let length, outgoing.status != 204, outgoing.status != 304 {
            outgoing.headers[.contentLength] = String(length)
        }
        let took = DispatchTime.now().uptimeNanoseconds &- begun
        (trace.endpoint?.metrics ?? metrics.unrouted).record(status: outgoing.status, nanoseconds: took)
        if let log = configuration.requestLog {
            log.write(trace.line(incoming, outgoing, length: length ?? 0, took: took))
        }
        return outgoing
    }

    /// What is known of a request so far, for refusals and for the log.
    struct Trace: Sendable {
        let requestID: String
        var endpoint: Endpoint?
        var principal: Principal?
        var values: [(name: String, value: String)] = []
        var address = ""
        var allow: [HTTPMethod] = []
        /// Whether it came to the host that has documents and nothing else.
        var isOfDocuments = false

        init(requestID: String) { self.requestID = requestID }

        func line(_ incoming: Incoming, _ outgoing: Outgoing, length: Int, took: UInt64) -> [UInt8] {
            var line: [UInt8] = []
            line.reserveCapacity(400)
            line += "{\"time\":\"".utf8
            Timestamp.append(Date(), to: &line)
            line += "\",\"level\":\"info\",\"message\":\"request\",\"request\":".utf8
            JSON.write(requestID, to: &line)
            line += ",\"method\":".utf8
            JSON.write(incoming.head.method.rawValue, to: &line)
            line += ",\"route\":".utf8
            JSON.write(endpoint?.declaration.id ?? "none", to: &line)
            line += ",\"status\":\(outgoing.status),\"bytes\":\(length),\"us\":\(took / 1_000),\"address\":".utf8
            JSON.write(address, to: &line)
            if let principal {
                line += ",\"membership\":".utf8
                JSON.write(principal.membership.text, to: &line)
                line += ",\"role\":".utf8
                JSON.write(principal.role.rawValue, to: &line)
            }
            // Which object was denied is worth knowing; only identifiers are written, never free text.
            for (name, value) in values where UUID(text: value) != nil {
                line += ",\"\(name)\":".utf8
                JSON.write(value, to: &line)
            }
            line.append(UInt8(ascii: "}"))
            return line
        }
    }

    private func serve(_ incoming: Incoming, _ trace: inout Trace) async throws -> Outgoing {
        trace.address = clientAddress(incoming)
        if isOfDocuments(incoming) { return try await serveDocument(incoming, &trace) }
        let target = incoming.target
        guard target.utf8.count <= 8_192 else { throw Problem(.targetTooLong) }
        try checkHeaders(incoming)
        let path = target.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        switch router.route(incoming.head.method.rawValue, Substring(path).utf8) {
        case .malformed: throw Problem(.malformed, "The path has invalid percent-encoding or text.")
        case .nothing: throw Problem.notFound
        case .otherMethods(let methods, _):
            trace.allow = methods
            throw Problem(.methodNotAllowed)
        case .found(let endpoint, let values):
            trace.endpoint = endpoint
            trace.values = Array(zip(endpoint.declaration.pathNames, values).map { (name: $0, value: $1) })
        }
        guard let endpoint = trace.endpoint else { throw Problem.notFound }
        let declaration = endpoint.declaration
        if declaration.kind != .page || !Edge.healthPaths.contains(declaration.path) { try checkHost(incoming) }
        if declaration.rate == .signIn, let wait = limiter.admit(trace.address, .signIn) {
            throw Problem(.rateLimited, retryAfter: wait)
        }
        let (principal, credential) = try await recognise(incoming, declaration)
        trace.principal = principal
        if declaration.rate != .signIn,
            let wait = limiter.admit(principal?.membership.text ?? trace.address, declaration.rate)
        {
            throw Problem(.rateLimited, retryAfter: wait)
        }
        try admit(principal, to: declaration)
        let exchange = Exchange(
            incoming: incoming, from: trace.address, requestID: trace.requestID, declaration: declaration,
            principal: principal, credential: credential, pathValues: trace.values, services: services)
        if declaration.kind == .json { try exchange.checkForgeryOfJSON() }
        if let elsewhere = try await elsewhere(exchange, by: endpoint) { return elsewhere }
        var rendered = try await endpoint.perform(exchange)
        if let cookie = exchange.formCookie { rendered.headers.append(cookie) }
        return finish(rendered, incoming, declaration)
    }

    func finish(_ rendered: Rendered, _ incoming: Incoming, _ declaration: RouteDeclaration) -> Outgoing {
        var outgoing = Outgoing(
            status: rendered.status, headers: Edge.securityHeaders(of: declaration.kind), body: rendered.body,
            stream: rendered.stream)
        var tag: String?
        for header in rendered.headers {
            guard let name = HTTPField.Name(header.name), HTTPField.isValidValue(header.value) else { continue }
            if name == .eTag { tag = header.value }
            if name == .setCookie {
                outgoing.headers.append(HTTPField(name: name, value: header.value))
            } else {
                outgoing.headers[name] = header.value
            }
        }
        if let tag, outgoing.status == 200, declaration.method == .get, let known = incoming.header(.ifNoneMatch),
            EntityTag.list(known, contains: tag, weakly: true)
        {
            outgoing.status = 304
            outgoing.body = []
            outgoing.headers[.contentType] = nil
        }
        return outgoing
    }

    // MARK: Refusing

    private func refuse(_ error: any Error, _ incoming: Incoming, _ trace: Trace) -> Outgoing {
        var (problem, loudness) = translation(error)
        if Task.isCancelled, trace.endpoint != nil {
            (problem, loudness) = (Problem(.unavailable, "The request took too long.", retryAfter: 2), .notable)
        }
        if loudness != .quiet {
            // `reflecting` prefers debug descriptions, which for database errors are full and still without values.
            logger.log(
                level: loudness == .loud ? .error : .notice, "request failed",
                metadata: [
                    "request": .string(trace.requestID), "route": .string(trace.endpoint?.declaration.id ?? "none"),
                    "error": .string(String(reflecting: error)),
                ])
        }
        var outgoing: Outgoing
        if trace.isOfDocuments { return refuseDocument(problem, incoming, trace) }
        let isPage = trace.endpoint.map { $0.declaration.kind == .page } ?? wantsPage(incoming)
        if isPage {
            outgoing = refusePage(problem, incoming, trace)
        } else {
            outgoing = Outgoing(
                status: problem.status, headers: Edge.securityHeaders(of: .json),
                body: (try? JSONBytes.encode(problem)) ?? [])
            outgoing.headers[.contentType] = "application/problem+json"
            if problem.status == 401 { outgoing.headers[.wwwAuthenticate] = "Bearer realm=\"trellis\"" }
        }
        if let seconds = problem.retryAfter { outgoing.headers[.retryAfter] = String(seconds) }
        if problem.status == 405 {
            var names = trace.allow.map(\.rawValue)
            if trace.allow.contains(.get) { names.append("HEAD") }
            outgoing.headers[.allow] = names.joined(separator: ", ")
        }
        outgoing.closes = problem.status == 413 || problem.status == 408 || Task.isCancelled
        return outgoing
    }

    private func refusePage(_ problem: Problem, _ incoming: Incoming, _ trace: Trace) -> Outgoing {
        if problem.status == 401 {
            let next = incoming.head.method == .get ? "?next=" + Edge.percentEncoded(incoming.target) : ""
            return finish(
                HTML.redirect(to: configuration.signInPath + next).rendered(), incoming,
                trace.endpoint?.declaration ?? Edge.noRoute)
        }
        let context = ErrorPage(
            locale: trace.principal?.locale
                ?? Locale.negotiate(incoming.header(.acceptLanguage), among: configuration.locales),
            requestID: trace.requestID, target: incoming.target, principal: trace.principal)
        var page = configuration.errorPage?(problem, context) ?? Edge.plainErrorPage(problem, context)
        page.status = problem.status
        return finish(page.rendered(), incoming, trace.endpoint?.declaration ?? Edge.noRoute)
    }

    /// Unknown paths outside `/v1` are answered as pages when a browser asks.
    private func wantsPage(_ incoming: Incoming) -> Bool {
        guard !incoming.target.utf8.starts(with: "/v1".utf8), let accept = incoming.header(.accept) else {
            return false
        }
        return accept.utf8.split(separator: UInt8(ascii: ",")).contains {
            EntityTag.trimmed($0).starts(with: "text/html".utf8)
        }
    }

    private static func plainErrorPage(_ problem: Problem, _ page: ErrorPage) -> HTML {
        var text = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>"
        text += Reference.escaped(problem.kind.title)
        text += "</title></head><body><main><h1>\(Reference.escaped(problem.kind.title))</h1>"
        if let detail = problem.detail { text += "<p>\(Reference.escaped(detail))</p>" }
        text += "<p><small>\(Reference.escaped(page.requestID))</small></p></main></body></html>"
        return HTML(status: problem.status, bytes: Array(text.utf8))
    }

    // MARK: Recognising

    private func recognise(
        _ incoming: Incoming, _ declaration: RouteDeclaration
    ) async throws -> (Principal?, PrincipalCache.Credential?) {
        let authenticator = services.authenticator
        if declaration.kind == .json, let authorization = incoming.header(.authorization) {
            let bytes = authorization.utf8
            let scheme = bytes.prefix(7).map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
            guard scheme.elementsEqual("bearer ".utf8), bytes.count <= 512 else { throw Problem(.unauthenticated) }
            let token = String(decoding: bytes.dropFirst(7), as: UTF8.self)
            let credential = PrincipalCache.Credential(token: token)
            let principal = try await services.principals.principal(for: credential) {
                try await authenticator.principal(bearing: token)
            }
            guard let principal else { throw try unrecognised(incoming) }
            return (principal, credential)
        }
        guard let header = incoming.header(.cookie),
            let cookie = Cookies.value(services.cookies.sessionName, in: header)
        else { return (nil, nil) }
        let credential = PrincipalCache.Credential(cookie: cookie)
        let principal = try await services.principals.principal(for: credential) {
            try await authenticator.principal(inSession: cookie)
        }
        return (principal, principal == nil ? nil : credential)
    }

    /// Guessing tokens is charged to the guesser's address, at the rate of signing in.
    private func unrecognised(_ incoming: Incoming) throws -> Problem {
        if let wait = limiter.admit(clientAddress(incoming), .signIn) {
            throw Problem(.rateLimited, retryAfter: wait)
        }
        return Problem(.unauthenticated)
    }

    func admit(_ principal: Principal?, to declaration: RouteDeclaration) throws {
        guard !configuration.ignoresDeclaredAccess else { return }
        switch declaration.access {
        case .anyone: break
        case .signedIn: guard principal != nil else { throw Problem(.unauthenticated) }
        case .roles(let roles):
            guard let principal else { throw Problem(.unauthenticated) }
            guard roles.contains(principal.role) else { throw Problem(.forbidden) }
        }
        guard case .token(_, let scopes) = principal?.credential else { return }
        if case .anyone = declaration.access { return }
        let admitted =
            scopes.contains(declaration.scope) || scopes.contains("write")
            || (declaration.method.isSafe
                && (scopes.contains("read") || scopes.contains("\(declaration.tag.lowercased()):write")))
        guard admitted else { throw Problem(.forbidden, "The token lacks the scope \(declaration.scope).") }
    }

    // MARK: The head

    func checkHeaders(_ incoming: Incoming) throws {
        var bytes = 0
        var count = 0
        for field in incoming.head.headerFields {
            bytes += field.name.rawName.utf8.count + field.value.utf8.count + 4
            count += 1
        }
        guard bytes <= 16_384, count <= 64 else { throw Problem(.headersTooLarge) }
    }

    private func checkHost(_ incoming: Incoming) throws {
        guard !configuration.allowedHosts.isEmpty else { return }
        guard let authority = incoming.head.authority ?? incoming.header(.host) else { throw Problem(.misdirected) }
        let host = authority.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
        let admitted = configuration.allowedHosts.contains { allowed in
            let allowed = Array(allowed.utf8)
            guard host.starts(with: allowed) else { return false }
            let rest = host.dropFirst(allowed.count)
            guard let first = rest.first else { return true }
            return first == UInt8(ascii: ":")
                && rest.dropFirst().allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        }
        guard admitted else { throw Problem(.misdirected) }
    }

    /// The peer, or the nearest address a trusted proxy vouches for.
    private func clientAddress(_ incoming: Incoming) -> String {
        guard configuration.trustedProxies.contains(incoming.address), let header = incoming.header(.forwardedFor)
        else { return incoming.address }
        for hop in header.utf8.split(separator: UInt8(ascii: ",")).reversed() {
            let address = String(Edge.withoutPort(EntityTag.trimmed(hop))) ?? ""
            guard address.utf8.count <= 45 else { break }
            if !configuration.trustedProxies.contains(address) { return address }
        }
        return incoming.address
    }

    /// Some proxies name the port, too: `192.0.2.1:5678`, `[2001:db8::1]:5678`. Each connection would be a client of its own.
    private static func withoutPort(_ hop: Substring.UTF8View) -> Substring.UTF8View {
        if hop.first == UInt8(ascii: "[") { return hop.dropFirst().prefix { $0 != UInt8(ascii: "]") } }
        guard let colon = hop.firstIndex(of: UInt8(ascii: ":")),
            !hop[hop.index(after: colon)...].contains(UInt8(ascii: ":"))
        else { return hop }
        return hop[..<colon]
    }

    private static func requestID(_ incoming: Incoming) -> String {
        if let given = incoming.header(.requestID), (8...64).contains(given.utf8.count),
            given.utf8.allSatisfy({
                ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x61 && $0 <= 0x7A)
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            })
        {
            return given
        }
        return RequestNames.next()
    }

    static func percentEncoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            let plain =
                (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A)
                || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/")]
                    .contains(byte)
            if plain {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), JSON.upperHex[Int(byte >> 4)], JSON.upperHex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// On every answer, whatever made it.
    static func securityHeaders(of kind: RouteDeclaration.Kind) -> HTTPFields {
        switch kind {
        case .json: dataHeaders
        case .page: pageHeaders
        }
    }

    /// What a browser shows by accident, when somebody follows a link to data, loads nothing and stands in no frame.
    private static let dataHeaders: HTTPFields = {
        var fields = HTTPFields()
        fields[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        fields[.xContentTypeOptions] = "nosniff"
        fields[.crossOriginResource] = "same-origin"
        fields[.cacheControl] = "no-store"
        return fields
    }()

    private static let pageHeaders: HTTPFields = {
        var fields = dataHeaders
        fields[.contentSecurityPolicy] =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
            + "frame-ancestors 'none'; base-uri 'none'"
        fields[.referrerPolicy] = "same-origin"
        fields[.crossOriginOpener] = "same-origin"
        return fields
    }()

    private static let noRoute = Edge.declaration(.get, "/", "none", summary: "")
}
