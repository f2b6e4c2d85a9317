import Accounts
package import Foundation
package import Institutions
package import Partnerships
package import Vocabulary

/// A code that lets startups into a call on a fast track, given under an agreement. What its holder presents is known at
/// the moment it is given and never again.
package struct FastTrackCode: Sendable, Identifiable {
    /// Names a code within its tenant.
    package typealias ID = Identifier<FastTrackCode>

    /// The code.
    package let id: ID
    /// The call it is for.
    package let call: CallForApplications.ID
    /// The agreement it was given under; it lets nobody in while no term of its chain is in force.
    package let mou: MoU.ID
    /// What the park calls it: to whom it was given, and why.
    package let label: ShortText
    /// From when on it lets in.
    package let validFrom: Date
    /// Until when.
    package let validUntil: Date
    /// How many startups it lets in.
    package let usesAllowed: Int
    /// How many it has let in.
    package let used: Int
    /// When it was taken back, if it was.
    package let revokedAt: Date?
}

/// What a manager says to give a code.
package struct NewFastTrackCode: Sendable {
    /// The agreement it is given under: one that a partner of the call's stream takes part under, or a term of its chain.
    package let mou: MoU.ID
    /// To whom it is given, and why.
    package let label: ShortText
    /// From when on it lets in.
    package let validFrom: Date
    /// Until when.
    package let validUntil: Date
    /// How many startups it lets in, 1 to 1,000.
    package let usesAllowed: Int

    /// A code under an agreement.
    package init(mou: MoU.ID, label: ShortText, validFrom: Date, validUntil: Date, usesAllowed: Int) {
        self.mou = mou
        self.label = label
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.usesAllowed = usesAllowed
    }
}

/// The sixteen letters and digits of a code, as people read them to each other: without I, L, O and U, which are taken for
/// others, in groups of four.
package struct FastTrackWord: Sendable, Equatable {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// What is handed out: `7Q2M-KDX4-…`.
    package let text: String

    /// Eighty random bits.
    package init(using generator: inout some RandomNumberGenerator) {
        let letters = (0..<16).map { _ in Self.alphabet[Int(generator.next() % 32)] }
        text = stride(from: 0, to: 16, by: 4).map { String(decoding: letters[$0..<($0 + 4)], as: UTF8.self) }
            .joined(separator: "-")
    }

    /// What somebody typed: of any case, with any spaces and hyphens; nil when it cannot be a code.
    package init?(typed: String) {
        var letters: [UInt8] = []
        for byte in typed.uppercased().utf8 where byte != UInt8(ascii: "-") && byte != UInt8(ascii: " ") {
            let meant: UInt8 =
                switch byte {
                case UInt8(ascii: "O"): UInt8(ascii: "0")
                case UInt8(ascii: "I"), UInt8(ascii: "L"): UInt8(ascii: "1")
                default: byte
                }
            guard Self.alphabet.contains(meant), letters.count < 16 else { return nil }
            letters.append(meant)
        }
        guard letters.count == 16 else { return nil }
        text = stride(from: 0, to: 16, by: 4).map { String(decoding: letters[$0..<($0 + 4)], as: UTF8.self) }
            .joined(separator: "-")
    }

    /// What is kept of it.
    package var hash: [UInt8] { Secret(presented: text).hash }
}

/// A startup that is let into a call which is not public.
package struct CallAdmission: Sendable {
    /// Who is let in.
    package let startup: Startup.ID
    /// What it is called.
    package let startupName: LocalizedName
    /// Since when.
    package let admittedAt: Date
    /// The code it brought; nil for an invitation.
    package let code: FastTrackCode.ID?
    /// Whether it has begun an application, which makes the admission stand.
    package let hasApplied: Bool
}
