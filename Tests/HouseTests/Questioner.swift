import Accounts
import DemoWorld
import Foundation
import TestWorld

@testable import API

/// An asker before an edge, who can ask for every route of it.
struct Questioner: Sendable {
    let asker: Asker
    let edge: Edge
    private let visitor: Visitor?

    /// Signs the asker in, in a world.
    init(_ asker: Asker, in world: World, before edge: Edge? = nil) async throws {
        self.asker = asker
        self.edge = edge ?? world.edge
        visitor =
            if let member = asker.member { try await Visitor(member, seat: asker.seat, in: world, before: edge) } else {
                nil
            }
    }

    /// Asks for a route about these objects, with a body that its schema admits, or with nothing in it; and for what has a
    /// text in it, where one can be sought.
    func ask(
        _ route: RegistryEntry, about objects: Objects, emptily: Bool = false, seeking text: String? = nil
    ) async -> Outgoing {
        let target = target(route, objects, seeking: text)
        let body = emptily ? route.body.map { _ in JSON.object([]) } : body(of: route, objects)
        var headers = [("X-Request-Id", "matrix-request")]
        if route.precondition == .required { headers.append(("If-Match", "\"x\"")) }
        switch (route.kind, visitor) {
        case (.json, let visitor?):
            return await visitor.ask(
                route.method.rawValue, target, json: body.map { String(decoding: $0.bytes, as: UTF8.self) },
                as: route.consumes, headers: headers)
        case (.json, nil):
            if body != nil { headers.append(("Content-Type", route.consumes)) }
            if route.idempotency != .none { headers.append(("Idempotency-Key", UUID().uuidString)) }
            return await edge.respond(
                to: Incoming(route.method.rawValue, target, headers: headers, body: body?.bytes ?? []))
        case (.page, let visitor?):
            return route.method == .get
                ? await visitor.open(target) : await visitor.send(target, Self.fields(body ?? .object([])))
        case (.page, nil):
            guard route.method == .post else {
                return await edge.respond(to: Incoming("GET", target, headers: headers))
            }
            headers += [
                ("Cookie", "\(edge.services.cookies.formName)=matrix"), ("Sec-Fetch-Site", "same-origin"),
                ("Content-Type", "application/x-www-form-urlencoded"),
            ]
            let form = ([("csrf", "matrix")] + Self.fields(body ?? .object([])))
                .map { "\(Edge.percentEncoded($0))=\(Edge.percentEncoded($1))" }.joined(separator: "&")
            return await edge.respond(to: Incoming("POST", target, headers: headers, body: Array(form.utf8)))
        }
    }

    /// Whether a route's path or body speaks of any of the objects.
    func speaksOfObjects(_ route: RegistryEntry, _ objects: Objects, _ absent: Objects) -> Bool {
        target(route, objects) != target(route, absent) || body(of: route, objects) != body(of: route, absent)
    }

    /// What came of a question, as the matrix says it. Anything that is no answer at all is said by its number.
    func cell(_ route: RegistryEntry, _ answer: Outgoing) -> String {
        switch answer.status {
        case 401, 403, 404: return String(answer.status)
        case 303:
            // Leaving leads to the door as well; only where one must be known, being led there is being refused.
            if case .anyone = route.access { return "ok" }
            let isDoor = answer.header("Location")?.hasPrefix(edge.services.configuration.signInPath) ?? false
            return isDoor && (asker == .anonymous || route.id != "signOut") ? "401" : "ok"
        case 200..<400, 409, 412, 422, 428: return "ok"
        default: return String(answer.status)
        }
    }

    private func target(_ route: RegistryEntry, _ objects: Objects, seeking text: String? = nil) -> String {
        var target = route.path
        for parameter in route.parameters where parameter.isInPath {
            let name = parameter.name
            let value = objects.id(name, parameter.schema, beside: route.path) ?? Self.word(parameter.schema)
            for hole in ["{\(name)}", "{\(name)...}"] { target = target.replacing(hole, with: value) }
        }
        let query = route.parameters.filter { !$0.isInPath }.compactMap { parameter -> String? in
            let sought = parameter.name == Self.search ? text : nil
            guard parameter.isRequired || sought != nil else { return nil }
            let value = sought ?? objects.id(parameter.name, parameter.schema) ?? Self.word(parameter.schema)
            return "\(parameter.name)=\(Edge.percentEncoded(value))"
        }
        return query.isEmpty ? target : target + "?" + query.joined(separator: "&")
    }

    /// What a text is sought by, everywhere.
    static let search = "q"

    private static func word(_ schema: Schema) -> String {
        switch schema.exampleValue {
        case .string(let text): text
        case .number(let number): number.text
        default: "x"
        }
    }

    /// Operations on many that are asked to change nothing.
    private static let rehearsed: Set = [
        "invitePanelists", "assignReviewers", "withdrawAssignments", "reopenReviews", "renewReviewFiles",
        "withdrawInvitations", "requestManyChanges", "extendManyChanges", "cancelManyChanges",
        "extendCalls", "withdrawPreparations", "removePanelists", "revisePanelists", "declareConflicts",
        "proposeDecisionChanges", "answerDecisionChanges", "proposeQuorumWaivers", "answerQuorumWaivers",
        "answerNominations", "ruleOnConflicts", "waivePartnerSeats", "enrolStartups", "judgeCallOverlaps",
    ]

    private func body(of route: RegistryEntry, _ objects: Objects) -> JSON? {
        guard let schema = route.body else { return nil }
        // The one body that must be right to be told from a stranger's: everybody is let in by their own password.
        if ["createToken", "signIn"].contains(route.id) {
            let email = (asker.member ?? Cast.mei).person.email
            var members = [JSON.Member("email", .string(email)), JSON.Member("password", .string(Cast.password))]
            if route.kind == .json { members.append(JSON.Member("name", "matrix")) }
            return .object(members)
        }
        let body = Self.filled(schema.exampleValue, "", schema, objects, of: route.path)
        // Some examples are refused before anything is looked for; without the part that is, the object is found or not.
        switch (route.id, body) {
        case ("saveReview", _), ("submitReview", _): return .object([JSON.Member("scores", .object([]))])
        // What would be done to many is asked about and not done: what it concerns is other rows' as well.
        case (let id, .object(let members)) where Self.rehearsed.contains(id):
            return .object(members.map { $0.name == "dry_run" ? JSON.Member("dry_run", true) : $0 })
        // Refused for its conditions, once the application was found: it is asked for again.
        case ("screenForPartner", .object(let members)), ("screenPartnerApplication", .object(let members)):
            let said = ["verdict", "reason", "conditions"]
            return .object(
                members.filter { !said.contains($0.name) } + [
                    JSON.Member("verdict", "ineligible"), JSON.Member("reason", "It is too early."),
                    JSON.Member("conditions", .array(["5f0b1c52-8f0e-4c4e-9d51-3f6f7d0f8a11"])),
                ])
        case ("saveAnswers", _): return .object([JSON.Member("answers", .object([]))])
        case ("saveAnswer", .object(let members)):
            return .object(members.filter { !["based_on", "basedOn"].contains($0.name) })
        case ("signMoU", .object(let members)), ("signMoUForParty", .object(let members)):
            return .object(members.filter { !$0.name.hasPrefix("event") })
        case ("linkMoUActivity", .object(let members)):
            return .object(
                members.filter {
                    !["stream", "call", "enrolment", "cohort", "introduction", "investment", "demo_day"].contains(
                        $0.name)
                })
        default: return body
        }
    }

    /// An example with the identifiers of the objects in the place of made-up ones.
    private static func filled(
        _ value: JSON, _ name: String, _ schema: Schema, _ objects: Objects, of path: String
    ) -> JSON {
        switch (value, schema.resolved.shape) {
        case (.object(let members), .object(let properties)):
            .object(
                members.map { member in
                    guard let property = properties.first(where: { $0.name == member.name }) else { return member }
                    return JSON.Member(
                        member.name, filled(member.value, member.name, property.schema, objects, of: path))
                })
        case (.array(let items), .array(let element, _, _)):
            .array(items.map { filled($0, name, element, objects, of: path) })
        case (.string, .string(let text)) where text.format == "uuid":
            objects.id(name, schema, beside: path).map(JSON.string) ?? value
        default: value
        }
    }

    /// A body as the fields of a form.
    private static func fields(_ value: JSON, _ path: String = "") -> [(String, String)] {
        switch value {
        case .null: []
        case .bool(let isTrue): isTrue ? [(path, "true")] : []
        case .number(let number): [(path, number.text)]
        case .string(let text): [(path, text)]
        case .array(let items):
            items.enumerated().flatMap { index, item in
                if case .object = item { fields(item, "\(path).\(index)") } else { fields(item, path) }
            }
        case .object(let members):
            members.flatMap { fields($0.value, path.isEmpty ? $0.name : "\(path).\($0.name)") }
        }
    }
}
