internal import API
internal import Foundation

/// Which files answer a question.
package struct FileRule: Described, Sendable, Equatable {
    /// What the names may end with, such as `pdf`; empty for everything that is taken at all.
    package let extensions: [String]
    /// How many files at the most.
    package let most: Int

    /// The endings that can be asked for.
    package static let known = ["pdf", "docx", "pptx", "xlsx", "png", "jpg", "csv", "txt"]

    /// Files with these endings, so many at the most.
    package init(_ extensions: [String] = [], most: Int = 1) {
        self.extensions = extensions
        self.most = most
    }

    package static var documentation: [String: String] {
        [
            "extensions": "pdf, docx, pptx, xlsx, png, jpg, csv or txt; empty for all of them.",
            "most": "How many files at the most, 1 to 20.",
        ]
    }

    /// The endings a question accepts.
    package var accepted: [String] { extensions.isEmpty ? Self.known : extensions }

    /// A rule as a manager types it: endings with spaces or commas between them; nil for none.
    init?(typed: String, most: Int?) {
        let endings = typed.lowercased().split { !$0.isLetter }.map(String.init)
        guard !endings.isEmpty else { return nil }
        self.init(endings == ["all"] ? [] : endings, most: most ?? 1)
    }

    /// The rule as it is typed.
    var typed: String { extensions.isEmpty ? "all" : extensions.joined(separator: ", ") }
}
