/// A JSON operation under `/v1`: one declaration from which router, strict decoding, OpenAPI and the authorization
/// matrix come. There is no way to declare one without `access`.
///
/// ```swift
/// Operation(
///     .get, "/v1/calls/{call}", "getCall", summary: "A call for applications", tag: "programs", access: .signedIn,
///     parameters: CallPath.self, output: CallView.self
/// ) { call in
///     .ok(try await call.reader.call(call.parameters.call))
/// }.erased
/// ```
public struct Operation<Parameters, Body, Output>: Sendable
where Parameters: Codable & Sendable, Body: Codable & Sendable, Output: Codable & Sendable {
    let declaration: RouteDeclaration
    let handler: @Sendable (Call<Parameters, Body>) async throws -> Reply<Output>

    /// Declares an operation.
    ///
    /// - Parameters:
    ///   - id: The operation's name, unique and stable: `getCall`.
    ///   - tag: The chapter it stands in, and the first part of its token scope (`programs:read`, `programs:write`).
    ///   - idempotency: Required for a POST that creates, accepted for any other POST, unless given.
    ///   - precondition: Required for PUT, PATCH and DELETE, unless given; the handler then calls `call.match`.
    ///   - rate: Read for GET and write otherwise, unless given.
    ///   - parameters: A struct; fields named in the path come from there, all others from the query.
    ///   - success: 204 when the output is `NoOutput`, 200 unless given. `.created` needs a reply with a location.
    ///   - problems: What the operation may answer beside what every operation may.
    public init(
        _ method: HTTPMethod, _ path: String, _ id: String, summary: String, description: String = "", tag: String,
        access: Access, scope: String? = nil, idempotency: Idempotency? = nil, precondition: Precondition? = nil,
        rate: RateClass? = nil, parameters: Parameters.Type, body: Body.Type, output: Output.Type = Output.self,
        success: Success? = nil, problems: [Problem.Kind] = [], bodyLimit: Int = 256 * 1024,
        consumes: String? = nil, produces: String? = nil,
        handler: @escaping @Sendable (Call<Parameters, Body>) async throws -> Reply<Output>
    ) {
        let success = success ?? (Output.self == NoOutput.self ? .noContent : .ok)
        let byDefault: Idempotency = method == .post ? (success == .created ? .required : .accepted) : .none
        let changes = method == .put || method == .patch || method == .delete
        declaration = RouteDeclaration(
            kind: .json, method: method, path: path, id: id, summary: summary, description: description, tag: tag,
            access: access, scope: scope, idempotency: idempotency ?? byDefault,
            precondition: precondition ?? (changes ? .required : .none),
            rate: rate ?? (method.isSafe ? .read : .write), parameters: parameters, body: body,
            consumes: consumes ?? "application/json", output: output,
            produces: produces ?? "application/json", success: success, problems: problems, bodyLimit: bodyLimit)
        self.handler = handler
    }

    /// The operation without its types, as the edge takes it.
    public var erased: AnyOperation { AnyOperation(self) }
}

extension Operation where Body == NoBody {
    /// Declares an operation without a body. (A default value cannot choose a type that a closure mentions too.)
    public init(
        _ method: HTTPMethod, _ path: String, _ id: String, summary: String, description: String = "", tag: String,
        access: Access, scope: String? = nil, idempotency: Idempotency? = nil, precondition: Precondition? = nil,
        rate: RateClass? = nil, parameters: Parameters.Type, output: Output.Type = Output.self,
        success: Success? = nil, problems: [Problem.Kind] = [], bodyLimit: Int = 256 * 1024,
        consumes: String? = nil, produces: String? = nil,
        handler: @escaping @Sendable (Call<Parameters, Body>) async throws -> Reply<Output>
    ) {
        self.init(
            method, path, id, summary: summary, description: description, tag: tag, access: access, scope: scope,
            idempotency: idempotency, precondition: precondition, rate: rate,
            parameters: parameters, body: NoBody.self, output: output,
            success: success, problems: problems, bodyLimit: bodyLimit, consumes: consumes, produces: produces,
            handler: handler)
    }
}

extension Operation where Parameters == NoParameters {
    /// Declares an operation without parameters. (A default value cannot choose a type that a closure mentions too.)
    public init(
        _ method: HTTPMethod, _ path: String, _ id: String, summary: String, description: String = "", tag: String,
        access: Access, scope: String? = nil, idempotency: Idempotency? = nil, precondition: Precondition? = nil,
        rate: RateClass? = nil, body: Body.Type, output: Output.Type = Output.self,
        success: Success? = nil, problems: [Problem.Kind] = [], bodyLimit: Int = 256 * 1024,
        consumes: String? = nil, produces: String? = nil,
        handler: @escaping @Sendable (Call<Parameters, Body>) async throws -> Reply<Output>
    ) {
        self.init(
            method, path, id, summary: summary, description: description, tag: tag, access: access, scope: scope,
            idempotency: idempotency, precondition: precondition, rate: rate,
            parameters: NoParameters.self, body: body, output: output,
            success: success, problems: problems, bodyLimit: bodyLimit, consumes: consumes, produces: produces,
            handler: handler)
    }
}

extension Operation where Parameters == NoParameters, Body == NoBody {
    /// Declares an operation without parameters and body. (A default value cannot choose a type that a closure mentions too.)
    public init(
        _ method: HTTPMethod, _ path: String, _ id: String, summary: String, description: String = "", tag: String,
        access: Access, scope: String? = nil, idempotency: Idempotency? = nil, precondition: Precondition? = nil,
        rate: RateClass? = nil, output: Output.Type = Output.self,
        success: Success? = nil, problems: [Problem.Kind] = [], bodyLimit: Int = 256 * 1024,
        consumes: String? = nil, produces: String? = nil,
        handler: @escaping @Sendable (Call<Parameters, Body>) async throws -> Reply<Output>
    ) {
        self.init(
            method, path, id, summary: summary, description: description, tag: tag, access: access, scope: scope,
            idempotency: idempotency, precondition: precondition, rate: rate,
            parameters: NoParameters.self, body: NoBody.self, output: output,
            success: success, problems: problems, bodyLimit: bodyLimit, consumes: consumes, produces: produces,
            handler: handler)
    }
}

/// An operation of any types.
public struct AnyOperation: Sendable {
    let declaration: RouteDeclaration
    let perform: @Sendable (Exchange) async throws -> Rendered

    /// Forgets the types of an operation.
    public init<P, B, O>(_ operation: Operation<P, B, O>) {
        declaration = operation.declaration
        let handler = operation.handler
        perform = { exchange in
            try await exchange.byReadersClock {
                let call = try await Call<P, B>(exchange)
                let reply = try await handler(call)
                if exchange.declaration.precondition == .required { try exchange.requireMatch() }
                return try reply.rendered(for: exchange.declaration)
            }
        }
    }

    /// What the authorization matrix reads.
    public var registryEntry: RegistryEntry { RegistryEntry(declaration) }
}
