package import Foundation
package import Institutions
package import Partnerships
package import Vocabulary

/// A themed branch of a program, with the partner institutions that take part in it, each under an agreement.
package struct ProgramStream: Codable, Sendable, Identifiable {
    /// Names a stream within its tenant.
    package typealias ID = Identifier<ProgramStream>

    /// An institution that takes part, and the agreement it takes part under.
    package struct Partner: Codable, Sendable, Hashable {
        /// Who takes part.
        package let institution: Institution.ID
        /// Under which agreement; the institution is a party to it.
        package let mou: MoU.ID
        /// How many reviewers it seats on the panels of the stream.
        package let seats: Int
        /// Whether its staff decide together with the park's: no batch is released that they have not agreed to.
        package let coDecides: Bool
        /// Whether its staff are asked for their advice on batches.
        package let recommends: Bool
        /// Whether its staff find out whether applications to the stream meet the conditions of their call, as the park's do.
        package let screens: Bool
        /// How many places of a call are given in the stream at the most; nil for as many as the call has.
        package let places: Int?
        /// How many days its staff have to answer once they are asked about a batch; nil for any.
        package let answerDays: Int?
        /// Whether silence of theirs counts as agreement after that time, where they co-decide.
        package let silenceConsents: Bool

        /// A partner under an agreement.
        package init(
            _ institution: Institution.ID, under mou: MoU.ID, seats: Int = 0, coDecides: Bool = false,
            recommends: Bool = false, screens: Bool = false, places: Int? = nil, answerDays: Int? = nil,
            silenceConsents: Bool = false
        ) {
            self.institution = institution
            self.mou = mou
            self.seats = seats
            self.coDecides = coDecides
            self.recommends = recommends
            self.screens = screens
            self.places = places
            self.answerDays = answerDays
            self.silenceConsents = silenceConsents
        }
    }

    /// The stream.
    package let id: ID
    /// The program it is a branch of.
    package let program: Program.ID
    /// Its name in up to three languages.
    package let name: LocalizedName
    /// What it is about.
    package let focusAreas: [FocusArea.ID]
    /// Who takes part. A manager reads all of them, a partner only itself, nobody else any.
    package let partners: [Partner]
    /// When it ended, if it has; it takes no further call.
    package let endedAt: Date?
    /// Why it ended.
    package let endReason: ShortText?
}

/// What a manager says to add a stream.
package struct NewStream: Sendable {
    /// The program it is a branch of.
    package let program: Program.ID
    /// Its name in at least one language.
    package let name: LocalizedName
    /// What it is about.
    package let focusAreas: [FocusArea.ID]
    /// Who takes part, each under an agreement it is a party to.
    package let partners: [ProgramStream.Partner]

    /// A stream of this program and name.
    package init(
        program: Program.ID, name: LocalizedName, focusAreas: [FocusArea.ID] = [],
        partners: [ProgramStream.Partner] = []
    ) {
        self.program = program
        self.name = name
        self.focusAreas = focusAreas
        self.partners = partners
    }
}
