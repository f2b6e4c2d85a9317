import Synchronization

/// The number of a name within its field; numbers count from zero in the order in which names are first met.
typealias Code = UInt32

/// The names of all answers, with their numbers.
///
/// It only ever grows, so that every state of an index reads the same one while another is made. No score hangs on the
/// numbers: whatever is added up is ordered by names.
final class Codebook: Sendable {
    fileprivate struct Names {
        /// By how it is spelled: hashing a name as a string takes several times as long.
        var spelled = Spellings()
        var codes: [String: Code] = [:]
        var names: [String] = []

        mutating func code(_ name: String) -> Code {
            var name = name
            return name.withUTF8 { spelled.number($0) } ?? learn(name)
        }

        private mutating func learn(_ name: String) -> Code {
            let code = codes[name] ?? Code(names.count)
            if Int(code) == names.count {
                codes[name] = code
                names.append(name)
            }
            var name = name
            name.withUTF8 { spelled.insert(code, for: $0) }
            return code
        }
    }

    /// The names while none but one task reads or adds to them.
    struct Tables: Sendable {
        fileprivate var fields = [Names](repeating: Names(), count: Field.allCases.count)

        /// The code of a name; a name that was never met gets one.
        mutating func code(_ field: Field, _ name: String) -> Code { fields[field.rawValue].code(name) }
    }

    private let tables = Mutex(Tables())

    /// Lends the names to one who asks for many codes: to lock them for each takes longer than to find it.
    func lend<Result: Sendable>(_ body: (inout Tables) -> Result) -> Result { tables.withLock { body(&$0) } }

    /// The code of a name that has one.
    func known(_ field: Field, _ name: String) -> Code? {
        tables.withLock { $0.fields[field.rawValue].codes[name] }
    }

    func names(_ field: Field) -> [String] { tables.withLock { $0.fields[field.rawValue].names } }

    func count(_ field: Field) -> Int { tables.withLock { $0.fields[field.rawValue].names.count } }

    /// What an answer says: one name, or two.
    func names(_ answer: Answer) -> [String] {
        tables.withLock { tables in
            guard let (first, second) = answer.field.joins else {
                return [tables.fields[answer.field.rawValue].names[Int(answer.code)]]
            }
            return [
                tables.fields[first.rawValue].names[Int(answer.first)],
                tables.fields[second.rawValue].names[Int(answer.code)],
            ]
        }
    }
}
