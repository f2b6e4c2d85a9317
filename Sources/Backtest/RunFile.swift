public import Foundation
public import Matching

/// A ranking as text, one line for each pair: `investor rank startup score`, the investors by id, their best startup
/// first. The score is in points, with the three digits that the engine adds up.
public struct RunFile: Sendable {
    private let folder: HistoryFolder

    /// A run over a folder.
    public init(_ folder: HistoryFolder) {
        self.folder = folder
    }

    /// The lines of one investor.
    public func lines(_ investor: Key, _ list: [Ranked]) -> String {
        let name = folder.investor(investor)
        var text = ""
        for (place, ranked) in list.enumerated() {
            text += "\(name) \(place + 1) \(folder.startup(ranked.startup)) \(Self.points(ranked.score))\n"
        }
        return text
    }

    static func points(_ thousandths: Int) -> String {
        let (whole, rest) = thousandths.magnitude.quotientAndRemainder(dividingBy: 1000)
        let digits = String(rest)
        return (thousandths < 0 ? "-" : "") + "\(whole)." + String(repeating: "0", count: 3 - digits.count) + digits
    }

    /// A file that is written piece by piece and takes its name when it is whole: what stood there before stays until then.
    public struct Output: Sendable {
        private let path: String
        private let handle: FileHandle
        private var partial: String { path + ".partial" }

        /// Opens a file for writing.
        public init(path: String) throws {
            self.path = path
            try Data().write(to: URL(filePath: path + ".partial"))
            handle = try FileHandle(forWritingTo: URL(filePath: path + ".partial"))
        }

        /// Adds a piece.
        public func write(_ text: String) throws {
            try handle.write(contentsOf: Data(text.utf8))
        }

        /// Ends the file and gives it its name.
        public func close() throws {
            try handle.close()
            guard rename(partial, path) == 0 else {
                throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
            }
        }
    }
}

extension Model {
    /// The model as JSON text, its members in alphabetical order: one model, one text.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        return try encoder.encode(self)
    }
}
