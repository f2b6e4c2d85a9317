import Foundation

/// How far a piece of work has come, on a terminal; silent where output is kept in a file.
struct ProgressBar: Sendable {
    private let name: String
    private let isShown = isatty(STDERR_FILENO) == 1

    init(_ name: String) {
        self.name = name
    }

    func show(_ done: Int, of total: Int, note: String = "") {
        guard isShown else { return }
        let share = total > 0 ? min(1, Double(done) / Double(total)) : 1
        let filled = Int(share * 30)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
        FileHandle.standardError.write(Data("\r\(name) \(bar) \(Int(share * 100)) % \(note)\u{1B}[K".utf8))
    }

    func clear() {
        guard isShown else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
}
