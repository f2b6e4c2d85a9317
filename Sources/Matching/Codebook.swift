import Synchronization

/// The number of a name within its field; numbers count from zero in the order in which names are first met.
typealias Code = UInt32

/// The names of all answers, with their numbers.
///
/// It only ever grows, so that every state of an index reads the same one while another is made. No score hangs on the
/// numbers: whatever is added up is ordered by names.
final class Codebook: Sendable {
    private struct Names {
        var codes: [String: Code] = [:]
        var names: [String] = []

        mutating func code(_ name: String) -> Code {
            if let known = codes[name] { return known }
            let code = Code(names.count)
            codes[name] = code
            names.append(name)
            return code
        }
    }

    private let fields = Mutex([Names](repeating: Names(), count: Field.allCases.count))

    /// The code of a name; a name that was never met gets one.
    func code(_ field: Field, _ name: String) -> Code {
        fields.withLock { $0[field.rawValue].code(name) }
    }

    /// The code of a name that has one.
    func known(_ field: Field, _ name: String) -> Code? {
        fields.withLock { $0[field.rawValue].codes[name] }
    }

    func names(_ field: Field) -> [String] { fields.withLock { $0[field.rawValue].names } }

    func count(_ field: Field) -> Int { fields.withLock { $0[field.rawValue].names.count } }

    /// What an answer says: one name, or two.
    func names(_ answer: Answer) -> [String] {
        fields.withLock { tables in
            guard let (first, second) = answer.field.joins else {
                return [tables[answer.field.rawValue].names[Int(answer.code)]]
            }
            return [
                tables[first.rawValue].names[Int(answer.first)], tables[second.rawValue].names[Int(answer.code)],
            ]
        }
    }

    /// The codes of a fact's names, whichever of them are met for the first time.
    func codes(_ names: [(field: Field, name: String)]) -> [Code] {
        fields.withLock { tables in names.map { tables[$0.field.rawValue].code($0.name) } }
    }
}
