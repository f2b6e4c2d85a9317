package import Foundation
package import Institutions
package import Vocabulary

/// A pair that is not to be proposed. The other side never learns of it: the startup is on no list of the investor, as if
/// it had not fitted.
package struct Block: Codable, Sendable, Identifiable {
    /// Names a block within its tenant.
    package typealias ID = Identifier<Block>

    /// The block.
    package let id: ID
    /// The investor of the pair.
    package let investor: Institution.ID
    /// What it is called.
    package let investorName: LocalizedName?
    /// The startup of the pair.
    package let startup: Startup.ID
    /// What it is called.
    package let startupName: LocalizedName?
    /// Who does not want it.
    package let side: IntroductionSide
    /// Why, for the park and the side itself.
    package let reason: ShortText?
    /// Since when.
    package let setAt: Date
}

/// What blocks a pair.
package struct NewBlock: Codable, Sendable {
    /// The investor.
    package let investor: Institution.ID
    /// The startup.
    package let startup: Startup.ID
    /// Why, in words that the other side never reads.
    package let reason: ShortText?

    /// A pair, and why.
    package init(investor: Institution.ID, startup: Startup.ID, reason: ShortText? = nil) {
        self.investor = investor
        self.startup = startup
        self.reason = reason
    }
}
