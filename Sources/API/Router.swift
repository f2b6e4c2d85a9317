import Foundation

/// What a path leads to.
final class Endpoint: Sendable {
    let declaration: RouteDeclaration
    let metrics: RequestMetrics.Route
    let perform: @Sendable (Exchange) async throws -> Rendered

    init(
        declaration: RouteDeclaration, metrics: RequestMetrics.Route,
        perform: @escaping @Sendable (Exchange) async throws -> Rendered
    ) {
        self.declaration = declaration
        self.metrics = metrics
        self.perform = perform
    }
}

/// Finds routes by path segments, literals before parameters. Deny by default: what was not declared is not there.
struct Router: Sendable {
    struct Node: Sendable {
        var literals: [String: Node] = [:]
        /// One element at most; an array because a struct cannot hold itself.
        var parameter: [Node] = []
        /// One for each method, few enough to be looked through.
        var endpoints: [Endpoint] = []
        var rest: [Endpoint] = []
    }

    enum Outcome: Sendable {
        case found(Endpoint, values: [String])
        case otherMethods([HTTPMethod], Endpoint)
        case nothing
        case malformed
    }

    private var root = Node()

    /// False when the same method and path were declared before.
    mutating func add(_ endpoint: Endpoint) -> Bool {
        Router.add(endpoint, endpoint.declaration.segments[...], to: &root)
    }

    private static func add(
        _ endpoint: Endpoint, _ segments: ArraySlice<RouteDeclaration.Segment>, to node: inout Node
    ) -> Bool {
        switch segments.first {
        case nil:
            guard node.endpoints.with(endpoint.declaration.method) == nil else { return false }
            node.endpoints.append(endpoint)
            return true
        case .literal(let text):
            return add(endpoint, segments.dropFirst(), to: &node.literals[text, default: Node()])
        case .parameter:
            if node.parameter.isEmpty { node.parameter = [Node()] }
            return add(endpoint, segments.dropFirst(), to: &node.parameter[0])
        case .rest:
            guard node.rest.with(endpoint.declaration.method) == nil else { return false }
            node.rest.append(endpoint)
            return true
        }
    }

    func route(_ method: String, _ path: Substring.UTF8View) -> Outcome {
        guard path.first == UInt8(ascii: "/") else { return .malformed }
        var segments: [String] = []
        let body = path.dropFirst()
        if !body.isEmpty {
            for part in body.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
                guard segments.count < 32 else { return .nothing }
                let isEncoded = part.contains(UInt8(ascii: "%"))
                let text = isEncoded ? try? FormFields.text(part, plusIsSpace: false) : EdgeText.string(part)
                guard let text else { return .malformed }
                segments.append(text)
            }
        }
        // HEAD is answered by whatever answers GET.
        let wanted = method == "HEAD" ? .get : HTTPMethod(rawValue: method)
        var values: [String] = []
        var others: [Endpoint] = []
        if let endpoint = find(segments[...], in: root, wanted, &values, &others) {
            return .found(endpoint, values: values)
        }
        guard let any = others.first else { return .nothing }
        let methods = Set(others.map(\.declaration.method))
        return .otherMethods(methods.sorted { $0.rawValue < $1.rawValue }, any)
    }

    private func find(
        _ segments: ArraySlice<String>, in node: Node, _ method: HTTPMethod?, _ values: inout [String],
        _ others: inout [Endpoint]
    ) -> Endpoint? {
        guard let segment = segments.first else {
            if let endpoint = node.endpoints.with(method) { return endpoint }
            others += node.endpoints
            return nil
        }
        // Paths such as `/a//b` name nothing.
        guard !segment.utf8.isEmpty else { return nil }
        if let next = node.literals[segment] {
            let count = others.count
            if let endpoint = find(segments.dropFirst(), in: next, method, &values, &others) { return endpoint }
            // A word that has a path of its own is nobody's identifier: what may be done there is what is declared there.
            if others.count > count { return nil }
        }
        if let next = node.parameter.first {
            let count = values.count
            values.append(segment)
            if let endpoint = find(segments.dropFirst(), in: next, method, &values, &others) { return endpoint }
            values.removeLast(values.count - count)
        }
        if !node.rest.isEmpty {
            if let endpoint = node.rest.with(method) {
                values.append(segments.joined(separator: "/"))
                return endpoint
            }
            others += node.rest
        }
        return nil
    }
}

extension [Endpoint] {
    fileprivate func with(_ method: HTTPMethod?) -> Endpoint? {
        first { $0.declaration.method == method }
    }
}
