public import Postgres

/// How several things are done at once.
public enum BulkMode: Sendable, Hashable {
    /// Nothing is changed; one sees what would be.
    case dryRun
    /// All of them or, if one is refused, none.
    case allOrNothing
    /// Those that can be.
    case whatCanBe

    /// What a sender asks for; all or nothing unless they say otherwise.
    public init(dryRun: Bool?, partial: Bool?) {
        self = dryRun == true ? .dryRun : partial == true ? .whatCanBe : .allOrNothing
    }

    /// How many things one request does at the most.
    public static let most = 500
    /// What `dry_run` means, for the published document.
    public static let dryRunMeaning = "Says what would come of each, and changes nothing."
    /// What `partial` means, for the published document.
    public static let partialMeaning = "Does what can be done; without it, one that is refused keeps all from it."

    /// The rows of a request; refuses none, too many, and one that is named twice, since verdicts go by their places.
    public static func rows<Row: Hashable>(_ rows: [Row]?, at pointer: String) throws(Problem) -> [Row] {
        guard let rows, !rows.isEmpty else {
            throw Problem(.invalid, errors: [.init(pointer, .required, "Choose one at least.")])
        }
        guard rows.count <= most else {
            throw Problem(.invalid, errors: [.init(pointer, .tooMany, "Choose at most 500.")])
        }
        var seen: Set<Row> = []
        let repeated = rows.indices.filter { !seen.insert(rows[$0]).inserted }
        guard repeated.isEmpty else {
            throw Problem(
                .invalid, errors: repeated.map { .init("\(pointer)/\($0)", .repeated, "Name each of them once.") })
        }
        return rows
    }
}

/// What came of one of several things, or would come of it.
public struct RowVerdict<Done: Sendable>: Sendable {
    /// What came of it; nil where it is refused.
    public let done: Done?
    /// Why it is refused.
    public let refusal: Problem?

    /// Something that was done, or would be.
    public init(done: Done) {
        self.done = done
        refusal = nil
    }

    /// Something that is refused.
    public init(refusal: Problem) {
        done = nil
        self.refusal = refusal
    }
}

/// Some of several things cannot be done, so none was.
public struct RowsRefused: Refusal {
    /// Why each is refused, in the order they were named; nil for those that could have been done.
    public let refusals: [Problem?]
    private let pointer: String

    /// - Parameter pointer: where the rows stand in the body.
    public init(_ refusals: [Problem?], at pointer: String) {
        self.refusals = refusals
        self.pointer = pointer
    }

    /// Points to each row that is refused, with its reasons.
    public var problem: Problem {
        Problem(
            .conflict, Self.sentence,
            errors: refusals.enumerated().flatMap { place, refusal in
                refusal.map { refusal in
                    let row = "\(pointer)/\(place)"
                    guard !refusal.errors.isEmpty else {
                        return [Problem.FieldError(row, .notAllowed, refusal.detail ?? refusal.kind.title)]
                    }
                    return refusal.errors.map { .init(row, $0.code, $0.detail) }
                } ?? []
            })
    }

    /// What is said of the whole.
    public static let sentence = "Some of these cannot be done, so none was."
}

/// Why one of several things is refused, as JSON.
public struct RowFault: Described {
    let pointer: String
    let detail: String

    /// What the pointer means.
    public static var documentation: [String: String] {
        ["pointer": "What is at fault; empty where it is the thing as it stands."]
    }

    /// The first reason of a refusal.
    public init(_ refusal: Problem) {
        pointer = refusal.errors.first?.pointer ?? ""
        detail = refusal.errors.first?.detail ?? refusal.detail ?? refusal.kind.title
    }
}

/// What came of several things that were asked for at once, in the order in which they were named.
public struct RowVerdicts<Item: Described>: Described {
    let done: Int
    let refused: Int
    let isDryRun: Bool
    let items: [Item]

    /// How many are meant.
    public static var documentation: [String: String] {
        ["done": "How many were done; none with `dry_run`.", "refused": "How many were, or would be, refused."]
    }

    /// The verdicts, each told by `item` from its row.
    public init<Row, Done>(
        _ verdicts: [RowVerdict<Done>], of rows: [Row], _ mode: BulkMode, item: (Row, RowVerdict<Done>) -> Item
    ) {
        refused = verdicts.count { $0.refusal != nil }
        isDryRun = mode == .dryRun
        done = mode == .dryRun ? 0 : verdicts.count - refused
        items = zip(rows, verdicts).map(item)
    }
}

extension RowVerdict {
    /// Why it is refused, as JSON.
    public var fault: RowFault? { refusal.map(RowFault.init) }
}

extension Transaction {
    /// Does one thing after the other, each as the verb for a single one does it, and says what came of each.
    ///
    /// Each stands in a savepoint of its own, so that what a verb or a constraint refuses is that row's verdict alone. A dry
    /// run does the same and takes all of it back: what it says is what would happen. Verdicts are in the order named.
    ///
    /// - Parameters:
    ///   - key: the id of what a row locks. Rows are done in the order of their keys, so that two senders who name the same
    ///     things in different orders wait for each other instead of locking each other out. Rows of one key keep theirs.
    ///   - pointer: where the rows stand in the body, for `RowsRefused`.
    ///   - constraints: what the constraints mean that a row may violate.
    /// - Throws: `RowsRefused` in the mode `allOrNothing` where one is refused; what no sender can mend, at once.
    public func each<Row: Sendable, Done: Sendable>(
        of rows: [Row], inOrderOf key: (Row) -> some Comparable, _ mode: BulkMode, at pointer: String,
        constraints: ConstraintProblems,
        _ verb: @Sendable @escaping (Transaction, Row) async throws -> Done
    ) async throws -> [RowVerdict<Done>] {
        let order = rows.indices.sorted { (key(rows[$0]), $0) < (key(rows[$1]), $1) }
        guard mode == .dryRun else {
            let verdicts = try await verdicts(on: rows, in: order, constraints, verb)
            guard mode == .whatCanBe || verdicts.allSatisfy({ $0.refusal == nil }) else {
                throw RowsRefused(verdicts.map(\.refusal), at: pointer)
            }
            return verdicts
        }
        do {
            return try await savepoint { transaction -> [RowVerdict<Done>] in
                throw Rehearsed(verdicts: try await transaction.verdicts(on: rows, in: order, constraints, verb))
            }
        } catch let rehearsed as Rehearsed<Done> {
            return rehearsed.verdicts
        }
    }

    private func verdicts<Row: Sendable, Done: Sendable>(
        on rows: [Row], in order: [Int], _ constraints: ConstraintProblems,
        _ verb: @Sendable @escaping (Transaction, Row) async throws -> Done
    ) async throws -> [RowVerdict<Done>] {
        var verdicts: [RowVerdict<Done>?] = Array(repeating: nil, count: rows.count)
        for place in order {
            let row = rows[place]
            do {
                let done = try await savepoint { transaction in try await verb(transaction, row) }
                verdicts[place] = RowVerdict(done: done)
            } catch {
                guard let refusal = Problem(refusing: error, constraints) else { throw error }
                verdicts[place] = RowVerdict(refusal: refusal)
            }
        }
        return verdicts.compactMap(\.self)
    }
}

/// What a dry run found, thrown so that the savepoint takes back what it did.
private struct Rehearsed<Done: Sendable>: Error {
    let verdicts: [RowVerdict<Done>]
}

extension Problem {
    /// What speaks against one row; nil for what speaks against going on at all.
    fileprivate init?(refusing error: any Error, _ constraints: ConstraintProblems) {
        switch error {
        case let problem as Problem where problem.status < 500: self = problem
        case let refusal as any Refusal: self = refusal.problem
        case let error as DatabaseError:
            if let known = error.constraint.flatMap({ constraints[$0] }) {
                self = known
            } else if error.kind == .insufficientPrivilege {
                self = .notFound
            } else {
                return nil
            }
        case is RowMissing: self = .notFound
        default: return nil
        }
    }
}
