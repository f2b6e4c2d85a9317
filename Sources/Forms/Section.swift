package import Vocabulary

/// A part of a form: the question that carries it is its first, and it goes on until another begins.
package struct Section: Codable, Sendable, Equatable {
    /// What stands above it.
    package let title: LocalizedLine
    /// What to know before answering.
    package let intro: LocalizedLine?

    /// A part under a heading.
    package init(_ title: LocalizedLine, intro: LocalizedLine? = nil) {
        self.title = title
        self.intro = intro
    }
}
