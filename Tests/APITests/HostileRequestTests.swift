import Foundation
import Testing

@testable import API

/// Whatever arrives is answered, and never by a fault of ours.
@Suite struct HostileRequestTests {
    private let pieces = [
        "/", "v1", "notes", "..", "%2e%2e", "%2F", "%00", "%", "%C3%A9", "é", "\u{600}", "?", "&", "=", "limit",
        "cursor",
        "mood", "99999999999999999999", "-1", "1e2", "calm", "6f1a3a52-7d9b-4c51-9f0e-2f6f0e1b7a11", "new", "\"", "*",
        "W/", ",", ";", "q=", "nan", "Bearer ", "manager", "trellis=", "founder-cookie", "csrf=", "founder-csrf",
        "title", "amount.", "names.", "0", "+", "{", "}", "[", "]", ":", "null", "true", "application/json",
        "text/html",
        "same-origin", "charset=utf-8", "\\u0000", "\\ud800", "https://", "localhost",
    ]
    private let headers = [
        "Authorization", "Cookie", "Accept", "Accept-Language", "If-Match", "If-None-Match", "Idempotency-Key",
        "Content-Type", "Content-Length", "Origin", "Sec-Fetch-Site", "Host", "X-Request-Id", "X-Forwarded-For",
        "X-CSRF-Token",
    ]

    @Test func nothingBreaksTheEdge() async throws {
        let site = try await Site {
            $0.trustedProxies = ["127.0.0.1"]
            $0.principalLifetime = .seconds(1)
        }
        var generator = Seeded(state: 42)
        func text(_ most: UInt64) -> String {
            (0..<(generator.next() % most)).map { _ in pieces[Int(generator.next() % UInt64(pieces.count))] }.joined()
        }
        let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"]
        let starts = ["/v1/notes", "/v1/notes/", "/notes/new", "/", "", "/v1/notes?", "/problems/", "//", "/docs"]
        var statuses: [Int: Int] = [:]
        for _ in 0..<1_500 {
            var fields: [(String, String)] = []
            if generator.next() % 2 == 0 { fields.append(("Authorization", "Bearer manager")) }
            if generator.next() % 3 == 0 { fields += Site.ownPage }
            if generator.next() % 2 == 0 { fields.append(("Content-Type", "application/json")) }
            for _ in 0..<(generator.next() % 4) {
                fields.append((headers[Int(generator.next() % UInt64(headers.count))], text(5)))
            }
            let request = Incoming(
                methods[Int(generator.next() % UInt64(methods.count))],
                starts[Int(generator.next() % UInt64(starts.count))] + text(6), headers: fields,
                body: Array(text(20).utf8))
            let answer = await site.edge.respond(to: request)
            statuses[answer.status, default: 0] += 1
            #expect(answer.status < 500, "\(request.head)")
            #expect(answer.header("Content-Security-Policy") != nil)
        }
        #expect(statuses.count > 8, "\(statuses)")
    }
}
