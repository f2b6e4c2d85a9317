package import Institutions
package import Vocabulary

/// What a manager says of an agreement until its text is agreed, replaced as a whole.
package struct MoUDraft: Sendable {
    /// What the parties file it under; distinct in the tenant.
    package let reference: Name
    /// Its title in at least one language.
    package let title: LocalizedName
    /// What it is for.
    package let kind: MoU.Kind
    /// Whether the parties mean to be bound by it.
    package let isBinding: Bool
    /// What it says, in a paragraph or two.
    package let summary: LongText?
    /// Days between a party's notice and the end it gives notice of.
    package let noticeDays: Int
    /// The institutions it is between.
    package let parties: [MoU.Party]
    /// What they will work on.
    package let areas: [MoU.Area]
    /// What they want to reach.
    package let objectives: [ShortText]
    /// What the text says clause by clause.
    package let clauses: [MoU.Clause]
    /// Whose wording counts where two differ.
    package let prevailingLanguage: Language?
    /// Who reads it for the law while it is in review.
    package let legalReviewer: Name?
    /// The agreement it renews.
    package let renews: MoU.ID?
    /// Whether a further term of the same length follows its end, unless a party gives notice.
    package let renewsItself: Bool

    /// An agreement of this reference, title and kind.
    package init(
        reference: Name, title: LocalizedName, kind: MoU.Kind, isBinding: Bool = false, summary: LongText? = nil,
        noticeDays: Int = 30, parties: [MoU.Party] = [], areas: [MoU.Area] = [], objectives: [ShortText] = [],
        clauses: [MoU.Clause] = [], prevailingLanguage: Language? = nil, legalReviewer: Name? = nil,
        renews: MoU.ID? = nil, renewsItself: Bool = false
    ) {
        self.reference = reference
        self.title = title
        self.kind = kind
        self.isBinding = isBinding
        self.summary = summary
        self.noticeDays = noticeDays
        self.parties = parties
        self.areas = areas
        self.objectives = objectives
        self.clauses = clauses
        self.prevailingLanguage = prevailingLanguage
        self.legalReviewer = legalReviewer
        self.renews = renews
        self.renewsItself = renewsItself
    }
}

/// The facts of a signature.
package struct Signing: Sendable {
    /// Somebody who signed or witnessed.
    package struct Participant: Sendable {
        /// What they did.
        package let kind: MoU.Participant.Kind
        /// What they are called.
        package let name: Name
        /// The office they hold.
        package let title: ShortText
        /// Whom they stand for; a witness may come from outside the directory.
        package let institution: Institution.ID?
        /// What that institution is called; the directory's name unless given.
        package let institutionName: Name?

        /// Somebody with name and office.
        package init(
            _ kind: MoU.Participant.Kind, name: Name, title: ShortText, of institution: Institution.ID?,
            called institutionName: Name? = nil
        ) {
            self.kind = kind
            self.name = name
            self.title = title
            self.institution = institution
            self.institutionName = institutionName
        }
    }

    /// Where a signature took place.
    package enum Occasion: Sendable {
        /// An event that is recorded with it.
        case new(SigningEvent)
        /// An event at which others were signed, too.
        case known(SigningEvent.ID)
    }

    /// When it was signed.
    package let signedOn: CalendarDate
    /// Its first day in force.
    package let effectiveOn: CalendarDate
    /// The first day it is no longer in force; nil when it runs until somebody ends it.
    package let endsOn: CalendarDate?
    /// The occasion, if there was one.
    package let occasion: Occasion?
    /// Who signed and witnessed, in the order to be shown.
    package let participants: [Participant]

    /// A signature on a day, by these people.
    package init(
        on signedOn: CalendarDate, effectiveOn: CalendarDate, endsOn: CalendarDate? = nil, at occasion: Occasion? = nil,
        by participants: [Participant]
    ) {
        self.signedOn = signedOn
        self.effectiveOn = effectiveOn
        self.endsOn = endsOn
        self.occasion = occasion
        self.participants = participants
    }
}

/// The facts of one party's signature, on its own day. Whoever signs last may say from when to when the agreement binds.
package struct PartySigning: Sendable {
    /// When it signed.
    package let signedOn: CalendarDate
    /// Who signed and witnessed for it; a signatory among them.
    package let participants: [Signing.Participant]
    /// The occasion, if there was one.
    package let occasion: Signing.Occasion?
    /// The agreement's first day in force; the day of the last signature unless any party says so.
    package let effectiveOn: CalendarDate?
    /// The first day it is no longer in force.
    package let endsOn: CalendarDate?
    /// Whether the signatory acts, and nobody records what they did elsewhere.
    package let isByOwnHand: Bool

    /// A signature on a day, by these people.
    package init(
        on signedOn: CalendarDate, by participants: [Signing.Participant], at occasion: Signing.Occasion? = nil,
        effectiveOn: CalendarDate? = nil, endsOn: CalendarDate? = nil, isByOwnHand: Bool = false
    ) {
        self.isByOwnHand = isByOwnHand
        self.signedOn = signedOn
        self.participants = participants
        self.occasion = occasion
        self.effectiveOn = effectiveOn
        self.endsOn = endsOn
    }
}

extension MoUDraft {
    /// Refuses a list that names the same thing twice.
    func check() throws(MoURefusal) {
        var institutions: Set<Institution.ID> = []
        for (index, party) in parties.enumerated() where !institutions.insert(party.institution).inserted {
            throw .partyTwice(index: index)
        }
        var concepts: Set<FocusArea.ID> = []
        for (index, area) in areas.enumerated() where !concepts.insert(area.focusArea).inserted {
            throw .areaTwice(index: index)
        }
    }
}
