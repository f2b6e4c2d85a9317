import API
import Institutions
import Vocabulary

/// What a manager sends to draft or revise an agreement.
struct NewMoU: Described {
    let reference: Name
    let title: LocalizedName
    let kind: MoU.Kind
    let isBinding: Bool?
    let summary: LongText?
    let noticeDays: Int?
    let parties: [NewParty]?
    let areas: [NewArea]?
    let objectives: [ShortText]?
    let clauses: [NewClause]?
    let prevailingLanguage: Language?
    let legalReviewer: Name?
    let renews: MoU.ID?
    let renewsItself: Bool?

    static let documentation = [
        "clauses": "What the text says clause by clause, and which of them bind.",
        "prevailing_language": "Whose wording counts where two differ.",
        "legal_reviewer": "Who reads the agreement for the law; needed before it is shared.",
        "parties": "Each party's coordinator is needed before the agreement is shared.",
        "renews": "The agreement it renews; each is renewed once.",
        "renews_itself":
            "Whether a further term of the same length follows its end unless a party gives notice; false unless given.",
        "is_binding": "Whether the parties mean to be bound; false unless given.",
        "notice_days": "30 unless given.",
        "areas": "Fields of cooperation, each a concept of the taxonomy under the words of the text.",
    ]

    var draft: MoUDraft {
        MoUDraft(
            reference: reference, title: title, kind: kind, isBinding: isBinding ?? false, summary: summary,
            noticeDays: noticeDays ?? 30,
            parties: (parties ?? []).map {
                MoU.Party(
                    $0.institution, as: $0.role, responsibilities: $0.responsibilities, coordinator: $0.coordinator)
            },
            areas: (areas ?? []).map { MoU.Area($0.focusArea, wording: $0.wording, status: $0.status ?? .exploring) },
            objectives: objectives ?? [],
            clauses: (clauses ?? []).map { MoU.Clause($0.title, isBinding: $0.isBinding) },
            prevailingLanguage: prevailingLanguage, legalReviewer: legalReviewer, renews: renews,
            renewsItself: renewsItself ?? false)
    }
}

struct NewClause: Codable {
    let title: ShortText
    let isBinding: Bool
}

/// What a manager sends to record that a party gave notice.
struct NewNotice: Described {
    let institution: Institution.ID
    let givenOn: CalendarDate
}

struct NewParty: Codable {
    let institution: Institution.ID
    let role: MoU.Party.Role
    let responsibilities: LongText?
    let coordinator: Name?
}

struct NewArea: Codable {
    let focusArea: FocusArea.ID
    let wording: ShortText
    let status: MoU.Area.Status?
}

/// What a manager sends to record a signature.
struct NewSignature: Described {
    let signedOn: CalendarDate
    let effectiveOn: CalendarDate
    let endsOn: CalendarDate?
    let event: NewSigningEvent?
    let eventId: SigningEvent.ID?
    let participants: [NewParticipant]

    static let documentation = [
        "effective_on": "The first day in force.",
        "ends_on": "The first day no longer in force; leave out when it runs until somebody ends it.",
        "event": "The occasion, to be recorded with the signature.",
        "event_id": "An occasion at which others were signed, instead of `event`.",
    ]

    func signing(newEvent id: SigningEvent.ID) throws(Problem) -> Signing {
        if event != nil, eventId != nil {
            throw Problem(.invalid, errors: [.init("/event_id", .notAllowed, "Give the event or its id, not both.")])
        }
        return Signing(
            on: signedOn, effectiveOn: effectiveOn, endsOn: endsOn,
            at: event.map { .new($0.event(as: id)) } ?? eventId.map { .known($0) },
            by: participants.map { participant in
                Signing.Participant(
                    participant.kind, name: participant.name, title: participant.title, of: participant.institution,
                    called: participant.institutionName)
            })
    }
}

/// What a manager sends to record one party's signature.
struct NewPartySignature: Described {
    let signedOn: CalendarDate
    let effectiveOn: CalendarDate?
    let endsOn: CalendarDate?
    let event: NewSigningEvent?
    let eventId: SigningEvent.ID?
    let participants: [NewParticipant]

    static let documentation = [
        "effective_on": "The first day in force; the day of the last signature unless any party says so.",
        "ends_on": "The first day no longer in force.", "event": "The occasion, to be recorded with the signature.",
        "event_id": "An occasion at which others were signed, instead of `event`.",
        "participants": "Who signed and witnessed for the party; a signatory among them.",
    ]

    func signing(newEvent id: SigningEvent.ID) throws(Problem) -> PartySigning {
        let whole = try NewSignature(
            signedOn: signedOn, effectiveOn: effectiveOn ?? signedOn, endsOn: endsOn, event: event, eventId: eventId,
            participants: participants
        ).signing(newEvent: id)
        return PartySigning(
            on: signedOn, by: whole.participants, at: whole.occasion, effectiveOn: effectiveOn, endsOn: endsOn)
    }
}

struct NewSigningEvent: Codable {
    let name: Name
    let heldOn: CalendarDate
    let city: Name
    let country: Country
    let hosts: [Name]?
    let partOf: Name?

    func event(as id: SigningEvent.ID) -> SigningEvent {
        SigningEvent(
            id: id, name: name, heldOn: heldOn, city: city, country: country, hosts: hosts ?? [], partOf: partOf)
    }
}

struct NewParticipant: Codable {
    let kind: MoU.Participant.Kind
    let name: Name
    let title: ShortText
    let institution: Institution.ID?
    let institutionName: Name?
}

/// What a manager sends to end an agreement before its time.
struct NewTermination: Described {
    let terminatedOn: CalendarDate
    let reason: ShortText
    let isMutual: Bool?

    static let documentation = [
        "terminated_on": "The first day it is no longer in force; respects the notice unless mutual.",
        "is_mutual": "Whether all parties agree to it; false unless given.",
    ]
}

/// What a manager sends to give an agreement up.
struct NewAbandonment: Described {
    let reason: ShortText
}
