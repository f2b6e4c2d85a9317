package import Accounts
package import Foundation
package import Institutions
package import Vocabulary

/// That somebody else answers for an agreement from then on. The database notes it with the change itself, once the text is
/// shared.
package struct Handover: Sendable {
    /// When.
    package let at: Date
    /// Who named them; nil when the service did it by itself.
    package let person: Person.ID?
    /// Their name, for those who may know it.
    package let personName: String?
    /// The party whose coordinator it is; nil for whoever reads the agreement for the law.
    package let institution: Institution.ID?
    /// Who answered before; nil when nobody did.
    package let former: Name?
    /// Who answers since.
    package let successor: Name
}
