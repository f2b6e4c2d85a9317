import Foundation

/// The OpenAPI 3.1 document of the declared operations. The same declarations give the same bytes.
struct OpenAPIDocument {
    let json: JSON

    init(_ declarations: [RouteDeclaration], title: String, version: String, server: String?) {
        var names = ComponentNames()
        for declaration in declarations {
            declaration.parameters.forEach { names.collect($0.schema) }
            declaration.body.map { names.collect($0) }
            declaration.output.map { names.collect($0) }
        }
        names.settle()

        let kinds = OpenAPIDocument.kinds(of: declarations)
        var paths: [(String, JSON)] = []
        let byPath = Dictionary(grouping: declarations, by: \.path)
        for (path, operations) in byPath.sorted(by: { $0.key < $1.key }) {
            let members = operations.sorted { $0.method.rawValue < $1.method.rawValue }.map {
                JSON.Member($0.method.rawValue.lowercased(), OpenAPIDocument.operation($0, names))
            }
            paths.append((path, .object(members)))
        }
        let tags = Set(declarations.map(\.tag)).sorted().map { JSON.object([.init("name", .string($0))]) }
        var document: [JSON.Member] = [
            .init("openapi", "3.1.0"),
            .init(
                "info",
                [
                    "title": .string(title), "version": .string(version),
                    "summary": "The HTTP interface of Trellis.",
                    "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
                ]),
            .init("jsonSchemaDialect", "https://json-schema.org/draft/2020-12/schema"),
            .init("servers", [["url": .string(server ?? "/")]]),
            .init("tags", .array(tags)),
            .init("paths", .object(paths.map { JSON.Member($0.0, $0.1) })),
        ]
        var schemas = names.published
        schemas.append(.init("Problem", OpenAPIDocument.problemSchema))
        let responses = Set(kinds.map(\.status)).sorted().map { status in
            JSON.Member("Problem\(status)", OpenAPIDocument.problemResponse(kinds.filter { $0.status == status }))
        }
        document.append(
            .init(
                "components",
                [
                    "schemas": .object(schemas.sorted { $0.name < $1.name }),
                    "responses": .object(responses),
                    "securitySchemes": [
                        "token": ["type": "http", "scheme": "bearer", "description": "An API token with scopes."],
                        "session": [
                            "type": "apiKey", "in": "cookie", "name": "__Host-trellis",
                            "description": "The browser session; writing needs X-CSRF-Token as well.",
                        ],
                    ],
                ]))
        json = .object(document)
    }

    /// Every kind any of the operations can answer with.
    static func kinds(of declarations: [RouteDeclaration]) -> [Problem.Kind] {
        var kinds = Problem.Kind.edge
        for kind in declarations.flatMap(\.problems) where !kinds.contains(where: { $0.slug == kind.slug }) {
            kinds.append(kind)
        }
        return kinds
    }

    /// The statuses an operation may answer with beside success.
    static func problemStatuses(_ declaration: RouteDeclaration) -> [Int] {
        var statuses: Set<Int> = [400, 404, 405, 406, 408, 409, 414, 421, 422, 429, 431, 500, 503]
        if case .anyone = declaration.access {} else { statuses.formUnion([401, 403]) }
        // A bad credential is refused even where none is needed.
        statuses.insert(401)
        if !declaration.method.isSafe { statuses.formUnion([403, 413]) }
        if declaration.body != nil { statuses.formUnion([413, 415]) }
        if declaration.precondition == .required { statuses.formUnion([412, 428]) } else { statuses.insert(412) }
        statuses.formUnion(declaration.problems.map(\.status))
        return statuses.sorted()
    }

    private static func operation(_ declaration: RouteDeclaration, _ names: ComponentNames) -> JSON {
        var members: [JSON.Member] = [
            .init("operationId", .string(declaration.id)),
            .init("tags", [.string(declaration.tag)]),
            .init("summary", .string(declaration.summary)),
        ]
        if !declaration.description.isEmpty { members.append(.init("description", .string(declaration.description))) }
        let parameters = OpenAPIDocument.parameters(declaration, names)
        if !parameters.isEmpty { members.append(.init("parameters", .array(parameters))) }
        if let body = declaration.body {
            let media: JSON =
                declaration.consumes == "application/json"
                ? ["schema": names.reference(body), "example": body.exampleValue]
                : ["schema": ["type": "string"]]
            members.append(
                .init(
                    "requestBody",
                    ["required": true, "content": .object([.init(declaration.consumes, media)])]))
        }
        members.append(.init("responses", .object(responses(declaration, names))))
        switch declaration.access {
        case .anyone: members.append(.init("security", [.object([]), ["token": []], ["session": []]]))
        case .signedIn, .roles: members.append(.init("security", [["token": []], ["session": []]]))
        }
        members.append(.init("x-access", .string(declaration.access.summary)))
        members.append(.init("x-scope", .string(declaration.scope)))
        return .object(members)
    }

    private static func parameters(_ declaration: RouteDeclaration, _ names: ComponentNames) -> [JSON] {
        var parameters = declaration.parameters.map { parameter -> JSON in
            var members: [JSON.Member] = [
                .init("name", .string(parameter.name)), .init("in", parameter.inPath ? "path" : "query"),
                .init("required", .bool(parameter.inPath || parameter.required)),
            ]
            if let text = parameter.schema.description { members.append(.init("description", .string(text))) }
            members.append(.init("schema", names.reference(parameter.schema)))
            return .object(members)
        }
        func header(_ name: String, _ required: Bool, _ text: String, _ schema: JSON) {
            parameters.append(
                [
                    "name": .string(name), "in": "header", "required": .bool(required), "description": .string(text),
                    "schema": schema,
                ])
        }
        if declaration.idempotency != .none {
            header(
                "Idempotency-Key", declaration.idempotency == .required,
                "A value of your own, such as a UUID. A repeated request with the same key takes effect once.",
                ["type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"])
        }
        if declaration.precondition == .required {
            header(
                "If-Match", true, "The entity tag of the representation you change.",
                ["type": "string", "examples": ["\"0123456789abcdef0123456789abcdef\""]])
        }
        if declaration.method == .get {
            header(
                "If-None-Match", false, "Entity tags you have; 304 when one still holds.", ["type": "string"])
        }
        return parameters
    }

    private static func responses(_ declaration: RouteDeclaration, _ names: ComponentNames) -> [JSON.Member] {
        var headers: [JSON.Member] = [
            .init(
                "X-Request-Id", ["schema": ["type": "string"], "description": "The name of the request in our logs."])
        ]
        if declaration.idempotency != .none {
            headers.append(
                .init(
                    "Idempotent-Replayed",
                    ["schema": ["type": "string"], "description": "`true` when the answer was kept from before."]))
        }
        if declaration.success == .created || declaration.success == .accepted {
            headers.append(.init("Location", ["schema": ["type": "string"], "description": "Where it lives."]))
        }
        var success: [JSON.Member] = [.init("description", .string(title(of: declaration.success)))]
        if declaration.success != .noContent {
            headers.append(
                .init("ETag", ["schema": ["type": "string"], "description": "The version, for `If-Match`."]))
            let media: JSON
            if let output = declaration.output {
                media = ["schema": names.reference(output), "example": output.exampleValue]
            } else {
                // A file's bytes; where they are JSON, they are an object.
                let isJSON = declaration.produces.hasPrefix("application/json")
                media = ["schema": ["type": .string(isJSON ? "object" : "string")]]
            }
            let type = String(
                decoding: declaration.produces.utf8.prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
            success.append(.init("headers", .object(headers)))
            success.append(.init("content", .object([.init(type, media)])))
        } else {
            success.append(.init("headers", .object(headers)))
        }
        var responses = [JSON.Member(String(declaration.success.rawValue), .object(success))]
        if declaration.method == .get {
            responses.append(.init("304", ["description": "What you have is still current."]))
        }
        for status in problemStatuses(declaration) {
            responses.append(
                .init(String(status), ["$ref": .string("#/components/responses/Problem\(status)")]))
        }
        return responses
    }

    private static func title(of success: Success) -> String {
        switch success {
        case .ok: "Done, with the representation."
        case .created: "Created; `Location` says where it lives."
        case .accepted: "Accepted; the work goes on."
        case .noContent: "Done."
        }
    }

    private static func problemResponse(_ kinds: [Problem.Kind]) -> JSON {
        let text = kinds.map(\.title).joined(separator: "; ")
        var headers: [JSON.Member] = []
        switch kinds.first?.status {
        case 405: headers.append(.init("Allow", ["schema": ["type": "string"]]))
        case 401: headers.append(.init("WWW-Authenticate", ["schema": ["type": "string"]]))
        case 409, 429, 503: headers.append(.init("Retry-After", ["schema": ["type": "integer"]]))
        default: break
        }
        var members: [JSON.Member] = [.init("description", .string(text))]
        if !headers.isEmpty { members.append(.init("headers", .object(headers))) }
        var example: JSON = .object([])
        if let kind = kinds.first, let bytes = try? JSONBytes.encode(Problem(kind)),
            let tree = try? JSON(parsing: bytes)
        {
            example = tree
        }
        members.append(
            .init(
                "content",
                ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"], "example": example]]))
        return .object(members)
    }

    private static let problemSchema: JSON = [
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "required": ["type", "title", "status"],
        "properties": [
            "type": ["type": "string", "description": "Names the class of problem for ever."],
            "title": ["type": "string"],
            "status": ["type": "integer", "minimum": 400, "maximum": 599],
            "detail": ["type": "string"],
            "errors": [
                "type": "array",
                "items": [
                    "type": "object",
                    "required": ["pointer", "code", "detail"],
                    "properties": [
                        "pointer": [
                            "type": "string",
                            "description": "JSON pointer into the body, or `?name` for a query parameter.",
                        ],
                        "code": [
                            "type": "string",
                            "enum": .array(Problem.FieldError.Code.allCases.map { .string($0.rawValue) }),
                        ],
                        "detail": ["type": "string"],
                    ],
                ],
            ],
            "retry_after": ["type": "integer", "description": "Seconds after which trying again makes sense."],
        ],
    ]
}

/// Gives every component a name of its own: short where that is enough, with its module where two types share one.
struct ComponentNames {
    private var components: [ObjectIdentifier: Component] = [:]
    private var names: [ObjectIdentifier: String] = [:]

    mutating func collect(_ schema: Schema) {
        switch schema.shape {
        case .reference(let component):
            guard components.updateValue(component, forKey: ObjectIdentifier(component)) == nil else { return }
            collect(component.schema)
        case .array(let element, _, _): collect(element)
        case .map(let value, _): collect(value)
        case .object(let properties): properties.forEach { collect($0.schema) }
        default: break
        }
    }

    mutating func settle() {
        var taken: Set<String> = ["Problem"]
        let all = components.values.sorted { $0.typeName < $1.typeName }
        let shared = Dictionary(all.map { ($0.shortName, 1) }, uniquingKeysWith: +)
        for component in all {
            var name = (shared[component.shortName] ?? 0) > 1 ? component.qualifiedName : component.shortName
            while !taken.insert(name).inserted { name += "2" }
            names[ObjectIdentifier(component)] = name
        }
    }

    /// All components under their names.
    var published: [JSON.Member] {
        components.values.compactMap { component in
            names[ObjectIdentifier(component)].map { JSON.Member($0, body(component.schema)) }
        }
    }

    /// The schema where it is used: components by reference.
    func reference(_ schema: Schema) -> JSON {
        body(schema)
    }

    private func body(_ schema: Schema) -> JSON {
        var members: [JSON.Member] = []
        switch schema.shape {
        case .string(let text):
            members.append(.init("type", "string"))
            if let format = text.format { members.append(.init("format", .string(format))) }
            if text.minimum > 0 { members.append(.init("minLength", .number(.init(text.minimum)))) }
            members.append(.init("maxLength", .number(.init(text.maximum))))
            if let pattern = text.pattern {
                members.append(.init("pattern", .string(pattern)))
            } else if text.format == nil {
                members.append(.init("pattern", "^[^\\u0000]*$"))
            }
        case .integer(let minimum, let maximum):
            members.append(.init("type", "integer"))
            members.append(.init("minimum", .number(.init(minimum))))
            members.append(.init("maximum", .number(.init(maximum))))
        case .number(let minimum, let maximum):
            members.append(.init("type", "number"))
            if let minimum { members.append(.init("minimum", .number(.init(minimum)))) }
            if let maximum { members.append(.init("maximum", .number(.init(maximum)))) }
        case .boolean: members.append(.init("type", "boolean"))
        case .array(let element, let minimum, let maximum):
            members.append(.init("type", "array"))
            members.append(.init("items", body(element)))
            if minimum > 0 { members.append(.init("minItems", .number(.init(minimum)))) }
            members.append(.init("maxItems", .number(.init(maximum))))
        case .object(let properties):
            members.append(.init("type", "object"))
            members.append(
                .init("properties", .object(properties.map { JSON.Member($0.name, body($0.schema)) })))
            let required = properties.filter(\.required).map { JSON.string($0.name) }
            if !required.isEmpty { members.append(.init("required", .array(required))) }
            members.append(.init("additionalProperties", false))
        case .map(let value, let maximum):
            members.append(.init("type", "object"))
            members.append(.init("additionalProperties", body(value)))
            members.append(.init("propertyNames", ["pattern": "^[^\\u0000]*$"]))
            members.append(.init("maxProperties", .number(.init(maximum))))
        case .enumeration(let values):
            members.append(.init("type", "string"))
            members.append(.init("enum", .array(values.map(JSON.string))))
        case .reference(let component):
            let name = names[ObjectIdentifier(component)] ?? component.shortName
            members.append(.init("$ref", .string("#/components/schemas/\(name)")))
        case .anything, .unrecorded: break
        }
        if let description = schema.description { members.append(.init("description", .string(description))) }
        if case .reference = schema.shape {
        } else if let example = schema.example {
            members.append(.init("examples", [example]))
        }
        members += schema.annotations
        return .object(members)
    }
}
