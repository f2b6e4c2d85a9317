package import API
package import Accounts
package import DemoWorld
internal import Foundation
internal import Postgres

/// A member of the cast before the whole house: asks for JSON with a token, and for pages with a session.
package struct Visitor: Sendable {
    private let edge: Edge
    // A world that nobody holds loses its database.
    private let world: World
    /// Their API token, for those who ask over a socket.
    package let token: String
    /// The session, as its cookie carries it.
    package let cookie: String
    /// What every form of the session carries.
    package let csrf: String

    /// Signs a member in at one of their seats, in a world; before another edge than the world's own, if one is given.
    package init(
        _ member: Cast.Member, seat index: Int = 0, in world: World, before edge: Edge? = nil
    ) async throws {
        try await self.init(member.person.id, at: member.seat(index), in: world, before: edge)
    }

    /// Signs anybody in at a seat of theirs.
    package init(_ person: Person.ID, at seat: Seat.ID, in world: World, before edge: Edge? = nil) async throws {
        self.edge = edge ?? world.edge
        self.world = world
        let (token, session, csrf) = (Secret(prefix: "trellis_"), Secret(prefix: ""), Secret(prefix: "").text)
        // By the owner, because how people come to their credentials is another test's business.
        try await world.owner.write(as: .none) { transaction in
            _ = try await transaction.issueToken(
                UUID(), token, name: "test", scopes: ["read", "write"], seat: seat, person: person, days: 1)
            try await transaction.execute(
                """
                INSERT INTO sessions (hash, person_id, membership_id, csrf, expires_at)
                VALUES (\(session.hash), \(person), \(seat), \(csrf), now() + interval '1 hour')
                """)
        }
        self.token = token.text
        cookie = session.text
        self.csrf = csrf
    }

    /// Asks for JSON, or sends some or another file. Every POST carries an idempotency key of its own.
    package func ask(
        _ method: String, _ target: String, json: String? = nil, as mediaType: String = "application/json",
        headers: [(String, String)] = []
    ) async -> Outgoing {
        var headers = headers + [("Authorization", "Bearer \(token)")]
        if json != nil { headers.append(("Content-Type", mediaType)) }
        if method == "POST", !headers.contains(where: { $0.0 == "Idempotency-Key" }) {
            headers.append(("Idempotency-Key", UUID().uuidString))
        }
        return await edge.respond(to: Incoming(method, target, headers: headers, body: Array((json ?? "").utf8)))
    }

    /// Opens a page.
    package func open(_ target: String) async -> Outgoing {
        await edge.respond(to: Incoming("GET", target, headers: [("Cookie", "trellis=\(cookie)")]))
    }

    /// Sends a form of such a page.
    package func send(_ target: String, _ fields: [(String, String)] = []) async -> Outgoing {
        let body = ([("csrf", csrf)] + fields).map { "\(Self.encoded($0))=\(Self.encoded($1))" }.joined(separator: "&")
        let headers = [
            ("Cookie", "trellis=\(cookie)"), ("Sec-Fetch-Site", "same-origin"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ]
        return await edge.respond(to: Incoming("POST", target, headers: headers, body: Array(body.utf8)))
    }

    private static func encoded(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }
}
