import API
import Foundation
import Institutions
import Postgres
import Vocabulary

/// An agreement as JSON.
struct MoUView: Described {
    let id: MoU.ID
    let reference: Name
    let title: LocalizedName
    let kind: MoU.Kind
    let isBinding: Bool
    let summary: LongText?
    let noticeDays: Int
    let state: MoU.State
    let status: MoU.Status
    let signedOn: CalendarDate?
    let effectiveOn: CalendarDate?
    let endsOn: CalendarDate?
    let signingEvent: SigningEventView?
    let participants: [ParticipantView]
    let termination: TerminationView?
    let parties: [PartyView]
    let areas: [AreaView]
    let objectives: [ShortText]
    let renewsItself: Bool
    let notice: NoticeView?
    let renews: MoU.ID?
    let renewedBy: MoU.ID?
    let termNumber: Int
    let prevailingLanguage: Language?
    let legalReviewer: Name?
    let clauses: [ClauseView]
    let signatures: [SignatureView]
    let dormantSince: CalendarDate?

    static let documentation = [
        "reference": "What the parties file it under.",
        "state": "What was decided: draft, in review, agreed, signed, abandoned or terminated.",
        "status": "How it stands today in the tenant's zone; pending to expired follow from the dates.",
        "notice_days": "Days between a party's notice and the end it gives notice of.",
        "effective_on": "The first day in force.",
        "ends_on": "The first day no longer in force; absent when it runs until somebody ends it.",
        "participants": "Who signed and witnessed, as they were called on that day.",
        "renews_itself": "Whether a further term of the same length follows its end unless a party gives notice.",
        "notice": "Which party told the others, and when, that no further term is to follow.",
        "renews": "The agreement it renews.", "renewed_by": "The signed agreement that renews it.",
        "term_number": "Which term of its chain it is, from 1.",
        "prevailing_language": "Whose wording counts where two differ.",
        "legal_reviewer": "Who reads it for the law while it is in review.",
        "clauses": "What the text says clause by clause, and which of them bind.",
        "signatures": "Which parties have signed; the agreement is signed once all have.",
        "dormant_since": "The last sign of life of an agreement in force, if that is 180 days ago or more.",
    ]
}

struct ClauseView: Codable {
    let title: ShortText
    let isBinding: Bool
}

struct NoticeView: Codable {
    let institution: Institution.ID
    let givenOn: CalendarDate
}

struct SignatureView: Described {
    let institution: Institution.ID
    let signedOn: CalendarDate
    let isByOwnHand: Bool

    static let documentation = [
        "is_by_own_hand": "Whether a person of the party signed here; otherwise a manager recorded it."
    ]
}

struct PartyView: Codable {
    let institution: InstitutionReference
    let role: MoU.Party.Role
    let responsibilities: LongText?
    let coordinator: Name?
}

/// An institution and what it is called, as far as the reader may know of it.
struct InstitutionReference: Codable {
    let id: Institution.ID
    let name: LocalizedName?
}

struct AreaView: Codable {
    let focusArea: FocusArea.ID
    let wording: ShortText
    let status: MoU.Area.Status
    let since: CalendarDate?
    let reason: ShortText?

    init(_ area: MoU.Area) {
        (focusArea, wording) = (area.focusArea, area.wording)
        (status, since, reason) = (area.status, area.since, area.reason)
    }
}

struct SigningEventView: Codable {
    let id: SigningEvent.ID
    let name: Name
    let heldOn: CalendarDate
    let city: Name
    let country: Country
    let hosts: [Name]
    let partOf: Name?
}

struct ParticipantView: Codable {
    let kind: MoU.Participant.Kind
    let name: Name
    let title: ShortText
    let institution: Institution.ID?
    let institutionName: Name
}

struct TerminationView: Codable {
    let terminatedOn: CalendarDate
    let reason: ShortText
    let isMutual: Bool
}

/// The steps of an agreement as JSON.
struct MoUHistory: Described {
    let items: [Step]
    let handovers: [Succession]

    static let documentation = ["handovers": "Who came to answer for it since its text was shared, the first first."]

    struct Step: Codable {
        let at: Date
        let person: UUID?
        let personName: String?
        let from: MoU.State?
        let to: MoU.State
        let note: LongText?
    }

    struct Succession: Described {
        let at: Date
        let person: UUID?
        let personName: String?
        let institution: Institution.ID?
        let former: Name?
        let successor: Name

        static let documentation = [
            "person": "Who named them.",
            "institution": "The party whose coordinator it is; absent for the legal review.",
        ]
    }

    init(_ steps: [MoUEvent], handovers: [Handover]) {
        self.handovers = handovers.map { handover in
            Succession(
                at: handover.at, person: handover.personName == nil ? nil : handover.person?.uuid,
                personName: handover.personName, institution: handover.institution, former: handover.former,
                successor: handover.successor)
        }
        items = steps.map { step in
            // Who may not know a person's name does not learn who they are either.
            Step(
                at: step.at, person: step.personName == nil ? nil : step.person?.uuid, personName: step.personName,
                from: step.from, to: step.to, note: step.note)
        }
    }
}

extension MoUView {
    init(_ mou: MoU, names: [Institution.ID: LocalizedName], dormantSince: CalendarDate?) {
        self.dormantSince = dormantSince
        id = mou.id
        reference = mou.reference
        title = mou.title
        kind = mou.kind
        isBinding = mou.isBinding
        summary = mou.summary
        noticeDays = mou.noticeDays
        state = mou.term.state
        status = mou.status
        signedOn = mou.signedOn
        effectiveOn = mou.term.effectiveOn
        endsOn = mou.term.endsOn
        signingEvent = mou.event.map { event in
            SigningEventView(
                id: event.id, name: event.name, heldOn: event.heldOn, city: event.city, country: event.country,
                hosts: event.hosts, partOf: event.partOf)
        }
        participants = mou.participants.map { participant in
            ParticipantView(
                kind: participant.kind, name: participant.name, title: participant.title,
                institution: participant.institution, institutionName: participant.institutionName)
        }
        termination = mou.termination.flatMap { termination in
            mou.term.terminatedOn.map {
                TerminationView(terminatedOn: $0, reason: termination.reason, isMutual: termination.isMutual)
            }
        }
        parties = mou.parties.map { party in
            PartyView(
                institution: InstitutionReference(id: party.institution, name: names[party.institution]),
                role: party.role, responsibilities: party.responsibilities, coordinator: party.coordinator)
        }
        areas = mou.areas.map(AreaView.init)
        objectives = mou.objectives
        renewsItself = mou.renewsItself
        notice = mou.notice.map { NoticeView(institution: $0.institution, givenOn: $0.givenOn) }
        (renews, renewedBy, termNumber) = (mou.renews, mou.renewedBy, mou.termNumber)
        prevailingLanguage = mou.prevailingLanguage
        legalReviewer = mou.legalReviewer
        clauses = mou.clauses.map { ClauseView(title: $0.title, isBinding: $0.isBinding) }
        signatures = mou.signatures.map {
            SignatureView(
                institution: $0.institution, signedOn: $0.signedOn, isByOwnHand: $0.isByOwnHand)
        }
    }
}

extension Statements {
    /// Agreements as JSON, with the names of all their parties read at once.
    func views(of mous: [MoU]) async throws -> [MoUView] {
        let names = try await institutionNames(mous.flatMap(\.parties).map(\.institution))
        let dormant = try await dormant(among: mous)
        return mous.map { MoUView($0, names: names, dormantSince: dormant[$0.id]) }
    }

    /// An agreement as JSON.
    func view(of mou: MoU) async throws -> MoUView {
        try await views(of: [mou])[0]
    }
}
