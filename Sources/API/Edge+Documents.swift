import Foundation
import HTTPTypes

/// The host that has what people uploaded, and nothing else.
///
/// A page that serves a document is asked for the head of its answer, which says whether there is one for whoever asks; then
/// the browser is sent to the other host with a ticket. There the same route is asked again in the name of the ticket's
/// holder: rights are looked at twice, and what is signed for is signed where the bytes leave.
extension Edge {
    /// Whether a request came to the documents' host.
    func isOfDocuments(_ incoming: Incoming) -> Bool {
        guard let documents = services.documentsHost, let authority = incoming.head.authority ?? incoming.header(.host)
        else { return false }
        return Services.host(of: authority) == documents
    }

    /// Where to a browser is sent for a document; nil where it is answered here. A token is no browser's.
    func elsewhere(_ exchange: Exchange, by endpoint: Endpoint) async throws -> Outgoing? {
        let (incoming, declaration) = (exchange.incoming, exchange.declaration)
        guard declaration.servesDocument, let documents = configuration.documentsURL, incoming.head.method == .get,
            let principal = exchange.principal, case .session = principal.credential
        else { return nil }
        var head = incoming.head
        head.method = .head
        let ahead = Exchange(
            incoming: Incoming(head: head, body: .bytes([]), address: incoming.address), from: exchange.address,
            requestID: exchange.requestID, declaration: declaration, principal: principal,
            credential: exchange.credential,
            pathValues: exchange.pathValues, services: services)
        let answer = try await endpoint.perform(ahead)
        guard answer.stream != nil else { return finish(answer, incoming, declaration) }
        guard let ticket = try await services.authenticator.ticket(for: incoming.target, of: principal) else {
            return nil
        }
        let base = documents.utf8.last == UInt8(ascii: "/") ? String(documents.utf8.dropLast()) ?? "" : documents
        return finish(
            Rendered(status: 303, headers: [HeaderField("Location", "\(base)/\(ticket)")], body: []), incoming,
            declaration)
    }

    /// What a ticket is for, in its holder's name; nothing without one. Cookies are not read.
    func serveDocument(_ incoming: Incoming, _ trace: inout Trace) async throws -> Outgoing {
        trace.isOfDocuments = true
        try checkHeaders(incoming)
        let ticket = incoming.target.utf8.dropFirst()
        // Another method would use the ticket up: programs that look ahead at links ask for heads.
        guard incoming.head.method == .get, (20...100).contains(ticket.count),
            ticket.allSatisfy({
                ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x61 && $0 <= 0x7A)
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            })
        else { throw Problem.notFound }
        // Whoever has guessed too often is not asked for another transaction.
        if let wait = limiter.wait(trace.address, .signIn) { throw Problem(.rateLimited, retryAfter: wait) }
        guard let (holder, target) = try await services.authenticator.take(ticket: String(ticket) ?? "") else {
            // Guessing is charged to the guesser's address, at the rate of signing in.
            if let wait = limiter.admit(trace.address, .signIn) { throw Problem(.rateLimited, retryAfter: wait) }
            throw Problem.notFound
        }
        trace.principal = holder
        let path = target.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        guard case .found(let endpoint, let values) = router.route("GET", Substring(path).utf8),
            endpoint.declaration.servesDocument
        else { throw Problem.notFound }
        trace.endpoint = endpoint
        trace.values = Array(zip(endpoint.declaration.pathNames, values).map { (name: $0, value: $1) })
        try admit(holder, to: endpoint.declaration)
        let asked = HTTPRequest(method: .get, scheme: nil, authority: nil, path: target)
        let exchange = Exchange(
            incoming: Incoming(head: asked, body: .bytes([]), address: incoming.address), from: trace.address,
            requestID: trace.requestID, declaration: endpoint.declaration, principal: holder, credential: nil,
            pathValues: trace.values, services: services)
        let rendered = try await endpoint.perform(exchange)
        guard rendered.stream != nil else { throw Problem.notFound }
        var outgoing = Outgoing(
            status: rendered.status, headers: Edge.documentHeaders, body: [], stream: rendered.stream)
        for header in rendered.headers {
            guard let name = HTTPField.Name(header.name), name != .setCookie, HTTPField.isValidValue(header.value)
            else { continue }
            outgoing.headers[name] = header.value
        }
        return outgoing
    }

    /// Why there is no document, in words alone.
    func refuseDocument(_ problem: Problem, _ incoming: Incoming, _ trace: Trace) -> Outgoing {
        let context = ErrorPage(
            locale: trace.principal?.locale
                ?? Locale.negotiate(incoming.header(.acceptLanguage), among: configuration.locales),
            requestID: trace.requestID, target: "/", principal: trace.principal)
        let words = configuration.documentRefusal?(problem, context) ?? problem.detail ?? problem.kind.title
        var outgoing = Outgoing(
            status: problem.status, headers: Edge.documentHeaders, body: Array("\(words)\n".utf8))
        outgoing.headers[.contentType] = "text/plain; charset=utf-8"
        if let seconds = problem.retryAfter { outgoing.headers[.retryAfter] = String(seconds) }
        return outgoing
    }

    private static let documentHeaders: HTTPFields = {
        var fields = Edge.securityHeaders(of: .json)
        fields[.contentSecurityPolicy] = "sandbox; default-src 'none'; frame-ancestors 'none'"
        fields[.referrerPolicy] = "no-referrer"
        return fields
    }()
}
