import Crypto
import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore
import Postgres

/// One request on its way through a route: what was sent, who sent it, and what the route said about itself.
final class Exchange: Sendable {
    let incoming: Incoming
    /// Where the request comes from: the peer, or the nearest address that a trusted proxy vouches for.
    let address: String
    let requestID: String
    let declaration: RouteDeclaration
    let principal: Principal?
    let credential: PrincipalCache.Credential?
    let pathValues: [(name: String, value: String)]
    let services: Services

    private struct State: Sendable {
        var matched = false
        var formToken: String?
        var bodyBytes: [UInt8] = []
    }
    private let state = Locked(State())

    init(
        incoming: Incoming, from address: String, requestID: String, declaration: RouteDeclaration,
        principal: Principal?, credential: PrincipalCache.Credential?, pathValues: [(name: String, value: String)],
        services: Services
    ) {
        self.incoming = incoming
        self.address = address
        self.requestID = requestID
        self.declaration = declaration
        self.principal = principal
        self.credential = credential
        self.pathValues = pathValues
        self.services = services
    }

    /// Who reads. Before anybody is known the gate acts: it may look up credentials and nothing else.
    var readingContext: Postgres.Context { principal?.context ?? Exchange.gate }

    /// Who writes, and in which request: the audit wants to know.
    var context: Postgres.Context {
        readingContext.setting("trellis.action", to: declaration.id).setting("trellis.request", to: requestID)
    }

    private static let gate = Postgres.Context([("trellis.role", Role.gate.rawValue)])

    var database: Database { services.database }

    var locale: String {
        principal?.locale
            ?? Locale.negotiate(incoming.header(.acceptLanguage), among: services.configuration.locales)
    }

    func signedIn() throws -> Principal {
        guard let principal else { throw Problem(.unauthenticated) }
        return principal
    }

    func forgetCredential() {
        if let credential { services.principals.forget(credential) }
    }

    // MARK: Reading

    private var queryBytes: Substring.UTF8View? {
        let target = incoming.target
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return nil }
        return target.utf8[target.utf8.index(after: mark)...]
    }

    private func query() throws -> FormFields {
        guard let bytes = queryBytes, !bytes.isEmpty else { return .none }
        do {
            return try FormFields(parsing: bytes)
        } catch {
            throw Problem(.malformed, "The query has invalid percent-encoding or text.")
        }
    }

    func parameters<P: Decodable>(_ type: P.Type) throws -> P {
        let declared = declaration.parameters
        var fields = try query()
        if declared.isEmpty, fields.pairs.isEmpty || declaration.kind == .page {
            return try JSON.object([]).decode(type)
        }
        var members: [JSON.Member] = []
        for parameter in declared where parameter.inPath {
            guard let text = pathValues.first(where: { $0.name == parameter.name })?.value else {
                throw Problem.notFound
            }
            let value = FormFields.scalar(text, parameter.schema.resolved, asForm: false)
            // An identifier that cannot exist is an object that does not: here, or below where it is decoded.
            guard parameter.schema.check(value, decoding: false).isEmpty else { throw Problem.notFound }
            members.append(JSON.Member(parameter.name, value))
        }
        if declaration.kind == .page {
            // Pages are linked to from anywhere; what others append to a link must not break it.
            let names = declaration.query?.properties.map(\.name) ?? []
            fields = FormFields(
                pairs: fields.pairs.filter { pair in
                    names.contains { $0 == pair.name || pair.name.utf8.starts(with: ($0 + ".").utf8) }
                })
        }
        if declaration.query != nil || !fields.pairs.isEmpty {
            let schema = declaration.query ?? .object([])
            let (tree, repeated) = fields.tree(for: schema, asForm: declaration.kind == .page)
            let errors = repeated + schema.check(tree)
            guard errors.isEmpty else { throw Problem(.invalid, errors: errors.map(Exchange.queryError)) }
            members += tree.members ?? []
        }
        do {
            return try JSON.object(members).decode(type)
        } catch let error as DecodingError {
            if declared.contains(where: { $0.inPath && $0.name == error.path.first?.wireName }) {
                throw Problem.notFound
            }
            throw Problem(
                .invalid,
                errors: [Exchange.queryError(.init(Schema.pointer(error.path), .invalid, error.reason))])
        }
    }

    private static func queryError(_ error: Problem.FieldError) -> Problem.FieldError {
        .init("?" + String(decoding: error.pointer.utf8.dropFirst(), as: UTF8.self), error.code, error.detail)
    }

    /// The body within the operation's limit, read once.
    private func collect() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        try await eachPiece { piece in piece.withUnsafeReadableBytes { bytes.append(contentsOf: $0) } }
        let whole = bytes
        state.withLock { $0.bodyBytes = whole }
        return whole
    }

    /// Hands the body over as it arrives, within the operation's limit. The socket waits for whoever takes it.
    private func eachPiece(_ take: (ByteBuffer) async throws -> Void) async throws {
        let limit = declaration.bodyLimit
        if let length = incoming.header(.contentLength).flatMap({ Int($0) }), length > limit {
            throw Problem(.tooLarge, "At most \(limit) bytes are read here.")
        }
        switch incoming.body {
        case .bytes(let given):
            guard given.count <= limit else { throw Problem(.tooLarge, "At most \(limit) bytes are read here.") }
            try await take(ByteBuffer(bytes: given))
        case .stream(let stream):
            var count = 0
            for try await buffer in stream {
                count += buffer.readableBytes
                guard count <= limit else { throw Problem(.tooLarge, "At most \(limit) bytes are read here.") }
                try await take(buffer)
            }
            // A stream that was cut short ends like one that is complete.
            try Task.checkCancellation()
            if let length = incoming.header(.contentLength).flatMap({ Int($0) }), length != count {
                throw Problem(.malformed, "The body ended early.")
            }
        }
    }

    /// The body on disk.
    private func spool() async throws -> SpooledFile {
        var spool = try await Spool(in: services.configuration.spoolFolder)
        try await eachPiece { piece in try await spool.append(piece.readableBytesView) }
        let file = try await spool.finish()
        // A hash says as much as the bytes do, where two requests are told apart.
        state.withLock { $0.bodyBytes = file.sha256 }
        return file
    }

    private func mediaType() -> [UInt8] {
        guard let header = incoming.header(.contentType) else { return [] }
        let value = header.utf8.split(separator: UInt8(ascii: ";"), maxSplits: 1).first ?? header.utf8[...]
        return EntityTag.trimmed(value).map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    }

    /// Only UTF-8 is read; a charset that says otherwise is another media type.
    private func checkMediaType(_ expected: String) throws {
        guard mediaType().elementsEqual(expected.utf8) else {
            throw Problem(.unsupportedMediaType, "Send \(expected).")
        }
        guard let header = incoming.header(.contentType) else { return }
        for part in header.utf8.split(separator: UInt8(ascii: ";")).dropFirst() {
            let lowered = EntityTag.trimmed(part).map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
                .filter { $0 != UInt8(ascii: "\"") }
            if lowered.starts(with: "charset=".utf8), !lowered.elementsEqual("charset=utf-8".utf8) {
                throw Problem(.unsupportedMediaType, "Send \(expected) in UTF-8.")
            }
        }
    }

    func jsonBody<B: Decodable & Sendable>(_ type: B.Type) async throws -> B {
        if type == NoBody.self {
            guard !declaration.method.isSafe else { return try JSON.object([]).decode(type) }
            let bytes = try await collect()
            guard bytes.isEmpty else { throw Problem(.malformed, "This operation takes no body.") }
            return try JSON.object([]).decode(type)
        }
        try checkMediaType(declaration.consumes)
        if type == Upload.self {
            let upload = Upload(filename: nil, mediaType: declaration.consumes, file: try await spool())
            guard let body = upload as? B else { throw Problem(.unexpected) }
            return body
        }
        let bytes = try await collect()
        if let raw = RawBody(mediaType: declaration.consumes, bytes: bytes) as? B { return raw }
        guard let schema = declaration.body else { throw Problem(.unexpected) }
        let tree: JSON
        do {
            tree = try JSON(parsing: bytes)
        } catch {
            throw Problem(.malformed, "The body is not the JSON we read: \(error.reason), at byte \(error.offset).")
        }
        switch tree.decode(type, checking: schema) {
        case .success(let value): return value
        case .failure(let errors): throw Problem(.invalid, errors: errors.list)
        }
    }

    func form() async throws -> (fields: FormFields, files: [String: [Upload]]) {
        guard !declaration.method.isSafe else { return (.none, [:]) }
        if let limit = declaration.uploadLimit, mediaType().elementsEqual("multipart/form-data".utf8) {
            return try await multipart(limit)
        }
        try checkMediaType("application/x-www-form-urlencoded")
        do {
            let form = try FormFields(parsing: try await collect())
            keepForComparison(form)
            return (form, [:])
        } catch is FormFields.Malformed {
            throw Problem(.malformed, "The form has invalid percent-encoding or text.")
        }
    }

    /// A form with files: its fields within the usual bounds, its files on disk. A field without a chosen file is none.
    private func multipart(_ limit: Int) async throws -> (fields: FormFields, files: [String: [Upload]]) {
        guard let boundary = incoming.header(.contentType).flatMap(MultipartReader.boundary),
            var reader = MultipartReader(boundary: boundary)
        else { throw Problem(.malformed, "The form's boundary cannot be read.") }
        var taken = FormParts(uploadLimit: limit, folder: services.configuration.spoolFolder)
        do {
            try await eachPiece { piece in
                for event in try reader.feed(piece.readableBytesView) { try await taken.take(event) }
            }
            try reader.finish()
        } catch let malformed as MultipartReader.Malformed {
            throw Problem(.malformed, "The form cannot be read: \(malformed.reason).")
        }
        let form = FormFields(pairs: taken.pairs)
        var hashes: [UInt8] = []
        for (name, uploads) in taken.files.sorted(by: { $0.key < $1.key }) {
            hashes += Array(name.utf8) + [0]
            for upload in uploads { hashes += upload.file.sha256 }
        }
        keepForComparison(form, with: hashes)
        return (form, taken.files)
    }

    private func keepForComparison(_ form: FormFields, with hashes: [UInt8] = []) {
        // The token changes with the session; a form sent again after signing in again is still the same form.
        var kept: [UInt8] = []
        for (name, value) in form.without(["csrf"]).pairs {
            kept += name.utf8
            kept.append(0)
            kept += value.utf8
            kept.append(0)
        }
        let bytes = kept + hashes
        state.withLock { $0.bodyBytes = bytes }
    }

    func decodeForm<B: Decodable>(_ form: FormFields, as type: B.Type) throws(Problem) -> B {
        guard let schema = declaration.body else {
            do { return try JSON.object([]).decode(type) } catch { throw Problem(.unexpected) }
        }
        let own = Set(schema.properties.map(\.name))
        let fields = form.without(["csrf", "idempotency_key", "version"].filter { !own.contains($0) })
        let (tree, repeated) = fields.tree(for: schema, asForm: true)
        switch tree.decode(type, checking: schema) {
        case .success(let value) where repeated.isEmpty: return value
        case .success: throw Problem(.invalid, errors: repeated)
        case .failure(let errors): throw Problem(.invalid, errors: repeated + errors.list)
        }
    }

    // MARK: Negotiation and preconditions

    func checkAcceptance() throws {
        guard let accept = incoming.header(.accept) else { return }
        // What a file is, is known when it is found.
        if declaration.produces == "*/*" { return }
        let produced = declaration.produces.utf8.prefix { $0 != UInt8(ascii: ";") }
        let slash = produced.firstIndex(of: UInt8(ascii: "/")) ?? produced.endIndex
        for range in accept.utf8.split(separator: UInt8(ascii: ",")) {
            let parts = range.split(separator: UInt8(ascii: ";"))
            guard let first = parts.first else { continue }
            let type = EntityTag.trimmed(first)
            let refused = parts.dropFirst().contains {
                let parameter = EntityTag.trimmed($0)
                return parameter.elementsEqual("q=0".utf8) || parameter.elementsEqual("q=0.0".utf8)
            }
            if refused { continue }
            if type.elementsEqual("*/*".utf8) || type.elementsEqual(produced) { return }
            if type.last == UInt8(ascii: "*"), type.dropLast().elementsEqual(produced[...slash]) { return }
        }
        throw Problem(.notAcceptable, "The answer is \(declaration.produces).")
    }

    func checkPrecondition() throws {
        if declaration.precondition == .required, incoming.header(.ifMatch) == nil {
            throw Problem(.preconditionRequired, "Send If-Match with the entity tag you read.")
        }
    }

    func match(_ current: [UInt8]) throws {
        state.withLock { $0.matched = true }
        guard let header = incoming.header(.ifMatch) else {
            if declaration.precondition == .required { throw Problem(.preconditionRequired) }
            return
        }
        guard EntityTag.list(header, contains: EntityTag.strong(current), weakly: false) else {
            throw Problem(.stale, "Read it again and repeat the change if it still makes sense.")
        }
    }

    /// A declared precondition that no code compares would be a lie to the client.
    func requireMatch() throws {
        guard state.value.matched else { throw UncheckedPrecondition(operation: declaration.id) }
    }

    struct UncheckedPrecondition: Error {
        let operation: String
    }

    // MARK: Idempotency

    func checkIdempotencyKey() throws {
        let header = incoming.header(.idempotencyKey)
        guard declaration.idempotency != .none else { return }
        if header == nil, declaration.idempotency == .required {
            throw Problem(.idempotencyKeyMissing, "Send Idempotency-Key with a value of your own, such as a UUID.")
        }
        _ = try usableKey(header)
    }

    func usableKey(_ key: String?) throws -> String? {
        guard let key, !key.utf8.isEmpty || declaration.kind == .json else { return nil }
        guard (1...200).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Problem(.idempotencyKeyMissing, "Idempotency-Key takes 1 to 200 visible ASCII characters.")
        }
        return key
    }

    var idempotencyKey: String? {
        declaration.idempotency == .none ? nil : incoming.header(.idempotencyKey)
    }

    /// What makes two requests the same: method, target, media type and body.
    private func fingerprint() -> [UInt8] {
        var hash = SHA256()
        for part in [declaration.method.rawValue, incoming.target, String(decoding: mediaType(), as: UTF8.self)] {
            hash.update(data: Array(part.utf8))
            hash.update(data: [0])
        }
        hash.update(data: state.value.bodyBytes)
        return Array(hash.finalize())
    }

    func write(
        key: String?, _ body: @Sendable @escaping (Transaction) async throws -> Rendered
    ) async throws -> Rendered {
        guard let key, let principal else {
            return try await database.write(as: context, body)
        }
        let claim = IdempotencyClaim(
            person: principal.person, membership: principal.membership, key: key, operation: declaration.id,
            fingerprint: fingerprint())
        let (rendered, replayed) = try await database.write(as: context) { transaction in
            if let kept = try await transaction.claim(claim) { return (kept, true) }
            let rendered = try await body(transaction)
            try await transaction.keep(rendered, for: claim)
            return (rendered, false)
        }
        if replayed { state.withLock { $0.matched = true } }
        return rendered
    }

    // MARK: Cursors

    private func binding() throws -> [UInt8] {
        var hash = SHA256()
        hash.update(data: Array((principal?.membership.text ?? "-").utf8))
        hash.update(data: Array(declaration.id.utf8))
        for (name, value) in pathValues {
            hash.update(data: Array("\u{1}\(name)\u{2}\(value)".utf8))
        }
        let filters = try query().without(["cursor", "limit"]).pairs.sorted {
            ($0.name, $0.value) < ($1.name, $1.value)
        }
        for (name, value) in filters {
            hash.update(data: Array("\u{3}\(name)\u{2}\(value)".utf8))
        }
        return Array(hash.finalize())
    }

    func position<Position: Decodable>(_ cursor: PageCursor?, as type: Position.Type) throws -> Position? {
        guard let cursor else { return nil }
        let now = Int(Date().timeIntervalSince1970)
        guard let position = services.cursors.open(cursor.text, as: type, binding: try binding(), now: now) else {
            throw Problem(.malformed, "The cursor does not belong to this list, or is too old. Start again without it.")
        }
        return position
    }

    func page<Item: Described>(
        _ items: [Item], size: PageSize?, position: (Item) throws -> some Encodable
    ) throws -> Page<Item> {
        let count = (size ?? .usual).value
        guard items.count > count, let last = items.prefix(count).last else { return Page(items: items, next: nil) }
        let until = Int(Date().timeIntervalSince1970) + services.configuration.cursorLifetime
        let next = try services.cursors.seal(try position(last), binding: try binding(), until: until)
        return Page(items: Array(items.prefix(count)), next: next)
    }

    // MARK: Forgery

    /// The token forms must carry. Nobody known gets a cookie to compare with, so that sign-in cannot be forged either.
    func csrf() -> String {
        if let csrf = principal?.csrf { return csrf }
        return state.withLock { state in
            if let token = state.formToken { return token }
            let token =
                incoming.header(.cookie).flatMap { Cookies.value(services.cookies.formName, in: $0) }
                ?? RandomText.hex(bytes: 32)
            state.formToken = token
            return token
        }
    }

    /// The cookie that goes with a token handed out to nobody known.
    var formCookie: HeaderField? {
        guard principal?.csrf == nil, let token = state.value.formToken else { return nil }
        return services.cookies.form(token)
    }

    func checkForgery(field: String?) throws {
        guard !declaration.method.isSafe else { return }
        try checkSameOrigin()
        let expected =
            principal?.csrf ?? incoming.header(.cookie).flatMap { Cookies.value(services.cookies.formName, in: $0) }
        guard let expected, let field, Secret.equal(expected, field) else {
            throw Problem(.forbidden, "The form is too old or not ours. Load the page again.")
        }
    }

    /// JSON writes by cookie: only from our own pages, and only with the session's token.
    func checkForgeryOfJSON() throws {
        guard !declaration.method.isSafe, case .session(_, let csrf) = principal?.credential else { return }
        try checkSameOrigin()
        guard let header = incoming.header(.csrfToken), Secret.equal(csrf, header) else {
            throw Problem(.forbidden, "Writing with a session cookie needs X-CSRF-Token.")
        }
    }

    private func checkSameOrigin() throws {
        if let site = incoming.header(.fetchSite) {
            guard site.utf8.elementsEqual("same-origin".utf8) || site.utf8.elementsEqual("none".utf8) else {
                throw Problem(.forbidden, "The request came from another site.")
            }
            return
        }
        guard let origin = incoming.header(.origin), services.isOwnOrigin(origin, incoming) else {
            throw Problem(.forbidden, "The request came from another site.")
        }
    }
}

/// Language negotiation over a handful of locales.
enum Locale {
    static func negotiate(_ header: String?, among locales: [String]) -> String {
        let usual = locales.first ?? "en"
        guard let header else { return usual }
        var best = usual
        var bestWeight = 0
        for part in header.utf8.prefix(400).split(separator: UInt8(ascii: ",")) {
            let pieces = part.split(separator: UInt8(ascii: ";"))
            guard let tag = pieces.first.map({ EntityTag.trimmed($0) }) else { continue }
            var weight = 1_000
            for piece in pieces.dropFirst() {
                let piece = EntityTag.trimmed(piece)
                guard piece.starts(with: "q=".utf8) else { continue }
                weight = Int((Double(String(piece.dropFirst(2)) ?? "") ?? 0).clamped(to: 0...1) * 1_000)
            }
            guard weight > bestWeight, let match = locales.first(where: { matches(tag, $0) }) else { continue }
            best = match
            bestWeight = weight
        }
        return best
    }

    private static func matches(_ tag: Substring.UTF8View, _ locale: String) -> Bool {
        let wanted = lowered(tag)
        let offered = lowered(locale.utf8[...])
        if wanted == offered { return true }
        if offered.starts(with: wanted + [UInt8(ascii: "-")]) { return true }
        // People in Hong Kong, Macau and Taiwan say where they are, not which script they read.
        let traditional = ["zh-hk", "zh-tw", "zh-mo"].contains { wanted.elementsEqual($0.utf8) }
        if traditional { return offered.elementsEqual("zh-hant".utf8) }
        return wanted.starts(with: offered + [UInt8(ascii: "-")])
    }

    private static func lowered(_ bytes: Substring.UTF8View) -> [UInt8] {
        bytes.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    }
}

extension Double {
    fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
        isNaN ? range.lowerBound : Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
