import Postgres
import Synchronization

/// The routes every installation has, beside those of the rooms.
extension Edge {
    static let healthPaths: Set<String> = ["/livez", "/readyz", "/metrics"]

    static func declaration(
        _ method: HTTPMethod, _ path: String, _ id: String, summary: String,
        parameters: any Decodable.Type = NoParameters.self
    ) -> RouteDeclaration {
        RouteDeclaration(
            kind: .page, method: method, path: path, id: id, summary: summary, description: "", tag: "service",
            access: .anyone(because: "machines ask"), scope: nil, idempotency: .none, precondition: .none, rate: .read,
            parameters: parameters, body: nil, consumes: "", output: nil, produces: "text/plain", success: .ok,
            problems: [], bodyLimit: 0)
    }

    static func builtIn(
        services: Services, health: Health, openAPI: [UInt8], reference: [UInt8], metrics: Locked<RequestMetrics?>
    ) -> [AnyRoute] {
        @Sendable func plain(_ text: String, status: Int = 200) -> HTML {
            HTML(status: status, bytes: Array(text.utf8), mediaType: "text/plain; charset=utf-8")
        }
        func cached(_ bytes: [UInt8], _ mediaType: String) -> HTML {
            HTML(
                bytes: bytes,
                headers: [HeaderField("ETag", EntityTag.strong(bytes)), HeaderField("Cache-Control", "no-cache")],
                mediaType: mediaType)
        }
        let document = cached(openAPI, "application/json")
        let docs = cached(reference, "text/html; charset=utf-8")
        let style = cached(Array(Reference.style.utf8), "text/css; charset=utf-8")
        let readers = services.configuration.metricsReaders
        let database = services.database
        return [
            PageRoute(.get, "/livez", "livez", access: .anyone(because: "a supervisor asks whether we live")) { _ in
                plain("alive\n")
            }.erased,
            PageRoute(.get, "/readyz", "readyz", access: .anyone(because: "a balancer asks whether to send us work")) {
                _ in
                await health.isReady() ? plain("ready\n") : plain("not ready\n", status: 503)
            }.erased,
            PageRoute(.get, "/metrics", "metrics", access: .anyone(because: "limited to named addresses")) { call in
                let incoming = call.exchange.incoming
                guard readers.contains(incoming.address), incoming.header(.forwardedFor) == nil,
                    let metrics = metrics.value
                else { throw Problem.notFound }
                let draining = health.draining.load(ordering: .relaxed)
                return HTML(
                    bytes: Array(metrics.text(database: database.statistics, draining: draining).utf8),
                    mediaType: "text/plain; version=0.0.4; charset=utf-8")
            }.erased,
            PageRoute(.get, "/openapi.json", "openapi", access: .anyone(because: "the document holds no data")) { _ in
                document
            }.erased,
            PageRoute(.get, "/docs", "docs", access: .anyone(because: "the reference holds no data")) { _ in
                docs
            }.erased,
            PageRoute(.get, "/docs.css", "docsStyle", access: .anyone(because: "the reference's style")) { _ in
                style
            }.erased,
            PageRoute(
                .get, "/problems/{slug}", "problemType", access: .anyone(because: "problem types lead here"),
                parameters: ProblemPath.self
            ) { call in
                HTML.redirect(to: "/docs#problem-" + Edge.percentEncoded(call.parameters.slug))
            }.erased,
        ]
    }

    struct ProblemPath: Described {
        let slug: String
    }
}
