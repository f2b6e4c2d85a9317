import DemoWorld
import Foundation

/// Who asks: the columns of the matrix.
enum Asker: String, CaseIterable, Sendable {
    case anonymous, mei, tom, kenji, ada, ravi, jun, chloe, iris, nora, vera, juror, wing, leo, olga, applicant,
        abroad

    /// The member of the cast; nobody for a visitor who is not signed in.
    var member: Cast.Member? {
        switch self {
        case .anonymous: nil
        case .mei: Cast.mei
        case .tom: Cast.tom
        case .kenji: Cast.kenji
        case .ada: Cast.ada
        case .ravi: Cast.ravi
        case .jun: Cast.jun
        case .chloe: Cast.chloe
        case .iris: Cast.iris
        case .nora: Cast.nora
        case .vera: Cast.vera
        case .juror: Cast.jun
        case .wing: Cast.wing
        case .leo: Cast.leo
        case .olga: Cast.olga
        case .applicant: Cast.wing
        case .abroad: Cast.kenji
        }
    }
}

extension Asker {
    /// Which of the member's seats asks: `juror` is jun, who judges as well as invests; `applicant` is wing, who founded a
    /// startup beside managing programs; `abroad` is kenji, whose bank has an agreement with the rival park, too.
    var seat: Int { [.juror, .applicant, .abroad].contains(self) ? 1 : 0 }
}

/// The reviewed file: one row a route, one cell an asker.
struct Matrix {
    private(set) var rows: [(id: String, cells: [Asker: String])] = []

    /// Reads `authorization.matrix`: `#` begins a comment, the last words of a line are its cells.
    init(parsing text: String) {
        let columns = Asker.allCases
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count > columns.count else { continue }
            let id = words.dropLast(columns.count).joined(separator: " ")
            rows.append((id, Dictionary(uniqueKeysWithValues: zip(columns, words.suffix(columns.count)))))
        }
    }

    /// What should come of a question; nothing for a route that has no row.
    subscript(id: String, asker: Asker) -> String {
        rows.first { $0.id == id }?.cells[asker] ?? "none"
    }

    /// The file as the askers found it, to be reviewed before it is believed.
    static func text(_ found: [(id: String, cells: [Asker: String])]) -> String {
        let width = (found.map(\.id.count).max() ?? 0) + 2
        func line(_ name: String, _ cells: [String]) -> String {
            name.padding(toLength: width, withPad: " ", startingAt: 0)
                + cells.map { $0.padding(toLength: 10, withPad: " ", startingAt: 0) }.joined()
        }
        let head = line("# route", Asker.allCases.map(\.rawValue))
        return ([head] + found.map { row in line(row.id, Asker.allCases.map { row.cells[$0] ?? "none" }) })
            .map { $0.replacing(#/ +$/#, with: "") }.joined(separator: "\n") + "\n"
    }
}
