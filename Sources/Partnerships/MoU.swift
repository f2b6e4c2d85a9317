package import Accounts
package import Foundation
package import Institutions
package import Vocabulary

/// A memorandum of understanding: who agreed what with whom, signed by whom, in force from when to when.
///
/// Only what somebody decided is stored, see `State`. Whether it is pending, in force, expiring or expired follows from
/// its dates, see `Term`.
package struct MoU: Sendable, Identifiable {
    /// Names an agreement within its tenant.
    package typealias ID = Identifier<MoU>

    /// The agreement.
    package let id: ID
    /// What the parties file it under; distinct in the tenant.
    package let reference: Name
    /// Its title in up to three languages.
    package let title: LocalizedName
    /// What it is for.
    package let kind: Kind
    /// Whether the parties mean to be bound by it.
    package let isBinding: Bool
    /// What it says, in a paragraph or two.
    package let summary: LongText?
    /// Days between a party's notice and the end it gives notice of.
    package let noticeDays: Int
    /// What was decided about it, and its dates.
    package internal(set) var term: Term
    /// When it was signed; nil before that.
    package internal(set) var signedOn: CalendarDate?
    /// At which occasion it was signed.
    package internal(set) var event: SigningEvent?
    /// Who signed and who witnessed it, in the order of the page, as they were called on that day.
    package internal(set) var participants: [Participant]
    /// Why it ended before its time, and whether all parties wanted that.
    package internal(set) var termination: Termination?
    /// The institutions it is between, the lead first.
    package let parties: [Party]
    /// What they will work on, in the order of the text.
    package let areas: [Area]
    /// What they want to reach, in the order of the text.
    package let objectives: [ShortText]
    /// The agreement it renews.
    package internal(set) var renews: MoU.ID? = nil
    /// The signed agreement that renews it.
    package internal(set) var renewedBy: MoU.ID? = nil
    /// Which term of its chain it is, from 1.
    package internal(set) var termNumber = 1
    /// Whether a further term of the same length follows its end, unless a party gives notice.
    package internal(set) var renewsItself = false
    /// Who told the others that no further term is to follow.
    package internal(set) var notice: Notice? = nil
    /// Whose wording counts where two differ.
    package internal(set) var prevailingLanguage: Language? = nil
    /// What the text says clause by clause, in its order.
    package internal(set) var clauses: [Clause] = []
    /// Who reads it for the law while it is in review; it is shared once somebody does.
    package internal(set) var legalReviewer: Name? = nil
    /// Which parties have signed.
    package internal(set) var signatures: [Signature] = []
    /// The day on which it was read, in the tenant's zone.
    package let asOf: CalendarDate
    /// The tenant's zone, in which its days are meant.
    package let zone: TimeZoneName

    /// How it stands on the day it was read.
    package var status: Status { term.status(on: asOf) }

    /// What an agreement is for.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case coDevelopment = "co_development"
        case nurturing, research, referral, framework
        case dataSharing = "data_sharing"
    }

    /// What was decided about an agreement.
    ///
    ///     draft → in review ⇄ agreed → signed → terminated
    ///        └────────┴─────────┴→ abandoned
    package enum State: String, Codable, Sendable, CaseIterable {
        case draft
        case inReview = "in_review"
        case agreed, signed, abandoned, terminated
    }

    /// An institution that takes part in an agreement.
    package struct Party: Codable, Sendable, Equatable {
        /// What it is in the agreement.
        package enum Role: String, Codable, Sendable, CaseIterable {
            case lead, partner, supporting, observer
        }

        /// The institution.
        package let institution: Institution.ID
        /// What it is in the agreement.
        package let role: Role
        /// What it takes upon itself.
        package let responsibilities: LongText?
        /// Who answers for it at the institution, by name: nobody needs a seat here for that. The agreement is shared once every
        /// party has somebody.
        package let coordinator: Name?

        /// An institution in a role.
        package init(
            _ institution: Institution.ID, as role: Role, responsibilities: LongText? = nil, coordinator: Name? = nil
        ) {
            self.institution = institution
            self.role = role
            self.responsibilities = responsibilities
            self.coordinator = coordinator
        }
    }

    /// A field of cooperation: the concept that programs and matching know, and the words of the text.
    package struct Area: Codable, Sendable, Equatable {
        /// How far the cooperation in it has come.
        package enum Status: String, Codable, Sendable, CaseIterable {
            case exploring, active, paused, delivered, dropped
        }

        /// A concept of the taxonomy; an agreement names each once.
        package let focusArea: FocusArea.ID
        /// As the text has it.
        package let wording: ShortText
        /// How far it has come.
        package let status: Status
        /// Since when; nil as long as it stands as it was signed.
        package internal(set) var since: CalendarDate? = nil
        /// Why it stands so since then.
        package internal(set) var reason: ShortText? = nil

        /// A concept under the words of the text.
        package init(_ focusArea: FocusArea.ID, wording: ShortText, status: Status = .exploring) {
            self.focusArea = focusArea
            self.wording = wording
            self.status = status
        }
    }

    /// Somebody who signed or witnessed, with name, title and institution as on that day. Titles change, this does not.
    package struct Participant: Codable, Sendable, Equatable {
        /// What somebody does at a signing.
        package enum Kind: String, Codable, Sendable, CaseIterable {
            case signatory, witness, officiating
        }

        /// What they did.
        package let kind: Kind
        /// What they were called.
        package let name: Name
        /// The office they held.
        package let title: ShortText
        /// Whom they stood for; nil for a witness from outside the directory.
        package let institution: Institution.ID?
        /// What that institution was called.
        package let institutionName: Name
    }

    /// A clause of the text. An agreement that does not bind may have some that do, such as secrecy.
    package struct Clause: Codable, Sendable, Equatable {
        /// What it is about.
        package let title: ShortText
        /// Whether it binds.
        package let isBinding: Bool

        /// A clause that binds, or that does not.
        package init(_ title: ShortText, isBinding: Bool) {
            self.title = title
            self.isBinding = isBinding
        }
    }

    /// That a party wants no further term, and when it told the others.
    package struct Notice: Sendable, Equatable {
        /// The party.
        package let institution: Institution.ID
        /// The day.
        package let givenOn: CalendarDate
    }

    /// That a party signed, and when.
    package struct Signature: Codable, Sendable, Equatable {
        /// The party.
        package let institution: Institution.ID
        /// The day.
        package let signedOn: CalendarDate
        /// Whether a person of the party signed here by their own hand; otherwise it was recorded.
        package let isByOwnHand: Bool

        /// A signature of a party, on a day.
        init(_ institution: Institution.ID, on signedOn: CalendarDate, isByOwnHand: Bool = false) {
            self.institution = institution
            self.signedOn = signedOn
            self.isByOwnHand = isByOwnHand
        }
    }

    /// An end before its time.
    package struct Termination: Sendable, Equatable {
        /// Why.
        package let reason: ShortText
        /// Whether all parties agreed to it, which makes notice unnecessary.
        package let isMutual: Bool

        /// An end by notice of one party, or by consent of all.
        package init(reason: ShortText, isMutual: Bool) {
            self.reason = reason
            self.isMutual = isMutual
        }
    }
}

/// The occasion of one or several signatures: a session, perhaps within a trade mission.
package struct SigningEvent: Codable, Sendable, Identifiable, Equatable {
    /// Names a signing event within its tenant.
    package typealias ID = Identifier<SigningEvent>

    /// The event.
    package let id: ID
    /// What it was called.
    package let name: Name
    /// When it was held.
    package let heldOn: CalendarDate
    /// Where.
    package let city: Name
    /// ISO 3166-1 alpha-2 of the place.
    package let country: Country
    /// Who hosted it.
    package let hosts: [Name]
    /// The mission or conference around it.
    package let partOf: Name?

    /// An event of this name, day and place.
    package init(
        id: ID, name: Name, heldOn: CalendarDate, city: Name, country: Country, hosts: [Name] = [], partOf: Name? = nil
    ) {
        self.id = id
        self.name = name
        self.heldOn = heldOn
        self.city = city
        self.country = country
        self.hosts = hosts
        self.partOf = partOf
    }
}

/// A step in the life of an agreement: who moved it from where to where, and when.
package struct MoUEvent: Sendable {
    /// When.
    package let at: Date
    /// Who; nil when the service did it by itself.
    package let person: Person.ID?
    /// Their name, for those who may know it.
    package let personName: String?
    /// From where; nil for the first step.
    package let from: MoU.State?
    /// To where.
    package let to: MoU.State
    /// Why, where a reason was given.
    package let note: LongText?
}
