package import Accounts
package import Foundation
package import Vocabulary

/// A public call as everybody finds it, in the list of what one can register for: of a workspace that lets itself be found.
package struct AnnouncedCall: Sendable, Identifiable {
    /// The call.
    package let id: CallForApplications.ID
    /// The workspace in which the rest of it is read.
    package let tenant: Tenant.ID
    /// That workspace's short name in addresses.
    package let workspace: String
    /// What people call the workspace.
    package let workspaceName: String
    /// The call's title.
    package let title: LocalizedName
    /// The program's name.
    package let programName: LocalizedName
    /// The stream's name.
    package let streamName: LocalizedName
    /// From when on startups register and apply.
    package let opensAt: Date
    /// Until when they do.
    package let closesAt: Date
    /// The zone in which both were set.
    package let zone: TimeZoneName

    /// Where the call stands. What is not published, or called off, is not announced.
    package func status(at now: Date) -> CallForApplications.Status {
        if now < opensAt { return .scheduled }
        return now <= closesAt ? .open : .closed
    }
}

/// Whether a workspace lets its public calls be found, and startups register for them.
package enum RegistrationDoor: String, Codable, Sendable, CaseIterable {
    /// They are, by whoever looks for a call.
    case taken
    /// Startups come in by a manager's hand alone, as in every workspace that has not said otherwise.
    case notTaken = "not_taken"
}

/// How a workspace takes registrations.
package struct RegistrationRules: Sendable {
    /// Whether it does.
    package let door: RegistrationDoor
    /// Its short name in addresses.
    package let workspace: String
    /// How many letters strangers may ask for in 24 hours; beyond, none is sent and nobody is told.
    package let lettersPerDay: Int
    /// How many they asked for in the last 24 hours.
    package let lettersToday: Int
}
