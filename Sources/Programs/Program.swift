package import Vocabulary

/// A standing offer of the park with its own rules: ideation, incubation or acceleration.
package struct Program: Codable, Sendable, Identifiable {
    /// Names a program within its tenant.
    package typealias ID = Identifier<Program>

    /// How far along the startups are that it is for.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case ideation, incubation, acceleration
    }

    /// The program.
    package let id: ID
    /// Whom it is for.
    package let kind: Kind
    /// Its name in up to three languages.
    package let name: LocalizedName
    /// What it offers, in a paragraph.
    package let summary: LocalizedText?
}

/// What a manager says to add a program.
package struct NewProgram: Codable, Sendable {
    /// Whom it is for.
    package let kind: Program.Kind
    /// Its name in at least one language.
    package let name: LocalizedName
    /// What it offers, in a paragraph.
    package let summary: LocalizedText?

    /// A program of this kind and name.
    package init(kind: Program.Kind, name: LocalizedName, summary: LocalizedText? = nil) {
        self.kind = kind
        self.name = name
        self.summary = summary
    }
}
