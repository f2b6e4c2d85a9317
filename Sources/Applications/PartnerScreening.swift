package import Foundation
package import Programs
package import Vocabulary

/// An application that waits to be screened by the staff of a partner of its stream, as they read it: what was handed in, but
/// for what the park alone reads and what is about other streams.
package struct PartnerScreening: Sendable, Identifiable {
    /// The application.
    package let id: Application.ID
    /// What it applies to.
    package let call: CallForApplications.ID
    /// Its title.
    package let callTitle: LocalizedName
    /// The zone in which its times are said.
    package let zone: TimeZoneName
    /// Who applies.
    package let startupName: LocalizedName
    /// Which of the partner's streams it is for.
    package let streams: [LocalizedName]
    /// When it was handed in.
    package let submittedAt: Date
    /// The last copy of what was handed in; nil in lists, and where none was kept.
    package let content: ApplicationSnapshot.Content?
}
