public import API
public import Foundation
public import Vocabulary

extension Principal {
    /// Who acts.
    public var personID: Person.ID { Person.ID(person) }

    /// In whose workspace they act. Throws 403 for an operator, who belongs to none.
    public var workspace: Tenant.ID {
        get throws {
            guard let tenant else { throw Problem(.forbidden, "An operator has no workspace.") }
            return Tenant.ID(tenant)
        }
    }

    /// For whom they act. Throws 403 for an operator, who acts for nobody.
    public var actsFor: UUID {
        get throws {
            guard let institution else { throw Problem(.forbidden, "An operator acts for no institution.") }
            return institution
        }
    }
}
