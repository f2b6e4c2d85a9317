import API
import Foundation
import Institutions
import Vocabulary

/// An agreement as its form sends it: rows that were left empty are not meant.
struct MoUForm: Codable {
    let reference: Name
    let title: LocalizedName
    let kind: MoU.Kind
    let isBinding: Bool?
    let summary: LongText?
    let noticeDays: Int
    let parties: [PartyRow]
    let areas: [AreaRow]
    let objectives: LongText?
    let clauses: [ClauseRow]?
    let prevailingLanguage: Vocabulary.Language?
    let legalReviewer: Name?
    let renews: MoU.ID?
    let renewsItself: Bool?

    struct ClauseRow: Codable {
        let title: ShortText?
        let isBinding: Bool?
    }

    struct PartyRow: Codable {
        let institution: Institution.ID?
        let role: MoU.Party.Role?
        let responsibilities: LongText?
        let coordinator: Name?
    }

    struct AreaRow: Codable {
        let focusArea: FocusArea.ID?
        let wording: ShortText?
        let status: MoU.Area.Status?
    }

    /// The draft the form means; refuses rows that say half of a thing, by their place in the form.
    func draft() throws(Problem) -> MoUDraft {
        var errors: [Problem.FieldError] = []
        var members: [MoU.Party] = []
        for (index, row) in parties.enumerated() {
            if let institution = row.institution {
                if members.contains(where: { $0.institution == institution }) {
                    errors.append(.init("/parties/\(index)/institution", .repeated, "Name each institution once."))
                }
                members.append(
                    MoU.Party(
                        institution, as: row.role ?? .partner, responsibilities: row.responsibilities,
                        coordinator: row.coordinator))
            } else if row.responsibilities != nil {
                errors.append(
                    .init("/parties/\(index)/institution", .required, "Choose whose responsibilities these are."))
            } else if row.coordinator != nil {
                errors.append(
                    .init("/parties/\(index)/institution", .required, "Choose for whom this person coordinates."))
            }
        }
        var fields: [MoU.Area] = []
        for (index, row) in areas.enumerated() {
            switch (row.focusArea, row.wording) {
            case (let area?, let wording?):
                if fields.contains(where: { $0.focusArea == area }) {
                    errors.append(.init("/areas/\(index)/focus_area", .repeated, "Name each focus area once."))
                }
                fields.append(MoU.Area(area, wording: wording, status: row.status ?? .exploring))
            case (nil, _?):
                errors.append(.init("/areas/\(index)/focus_area", .required, "Choose the focus area that this means."))
            case (_?, nil):
                errors.append(.init("/areas/\(index)/wording", .required, "Write the area as the text has it."))
            case (nil, nil): break
            }
        }
        var aims: [ShortText] = []
        for line in (objectives?.string ?? "").split(separator: "\n") where !line.allSatisfy(\.isWhitespace) {
            do {
                aims.append(try ShortText(String(line)))
            } catch {
                errors.append(
                    .init("/objectives", .tooLong, "Write each objective on a line of at most 500 characters."))
            }
        }
        guard errors.isEmpty else { throw Problem(.invalid, errors: errors) }
        return MoUDraft(
            reference: reference, title: title, kind: kind, isBinding: isBinding ?? false, summary: summary,
            noticeDays: noticeDays, parties: members, areas: fields, objectives: aims,
            clauses: (clauses ?? []).compactMap { row in
                row.title.map { MoU.Clause($0, isBinding: row.isBinding ?? false) }
            }, prevailingLanguage: prevailingLanguage, legalReviewer: legalReviewer, renews: renews,
            renewsItself: renewsItself ?? false)
    }

    /// The fields of a form that shows an agreement, by name.
    static func values(of mou: MoU) -> [String: String] {
        var values = [
            "reference": mou.reference.string, "kind": mou.kind.rawValue, "notice_days": "\(mou.noticeDays)",
            "summary": mou.summary?.string ?? "", "is_binding": mou.isBinding ? "true" : "",
            "objectives": mou.objectives.map(\.string).joined(separator: "\n"),
        ]
        values["renews"] = mou.renews?.description
        values["renews_itself"] = mou.renewsItself ? "true" : ""
        values["prevailing_language"] = mou.prevailingLanguage?.rawValue
        values["legal_reviewer"] = mou.legalReviewer?.string
        for (index, clause) in mou.clauses.enumerated() {
            values["clauses.\(index).title"] = clause.title.string
            values["clauses.\(index).is_binding"] = clause.isBinding ? "true" : ""
        }
        for language in mou.title.languages {
            values["title.\(language.rawValue)"] = mou.title[language]?.string
        }
        for (index, party) in mou.parties.enumerated() {
            values["parties.\(index).institution"] = party.institution.description
            values["parties.\(index).role"] = party.role.rawValue
            values["parties.\(index).responsibilities"] = party.responsibilities?.string
            values["parties.\(index).coordinator"] = party.coordinator?.string
        }
        for (index, area) in mou.areas.enumerated() {
            values["areas.\(index).focus_area"] = area.focusArea.description
            values["areas.\(index).wording"] = area.wording.string
            values["areas.\(index).status"] = area.status.rawValue
        }
        return values
    }
}

/// A signature as its form sends it: rows that were left empty are not meant.
struct SignatureForm: Codable {
    let signedOn: CalendarDate
    /// Needed when all parties sign in one go.
    let effectiveOn: CalendarDate?
    let endsOn: CalendarDate?
    let event: EventFields
    let participants: [ParticipantRow]

    struct EventFields: Codable {
        let name: Name?
        let heldOn: CalendarDate?
        let city: Name?
        let country: Country?
        let hosts: LongText?
        let partOf: Name?
    }

    struct ParticipantRow: Codable {
        let kind: MoU.Participant.Kind?
        let name: Name?
        let title: ShortText?
        let institution: Institution.ID?
        let institutionName: Name?
    }

    /// One party's signature.
    func partySigning(newEvent id: SigningEvent.ID) throws(Problem) -> PartySigning {
        let whole = try signing(newEvent: id, effectiveOn: effectiveOn ?? signedOn)
        return PartySigning(
            on: signedOn, by: whole.participants, at: whole.occasion, effectiveOn: effectiveOn, endsOn: endsOn)
    }

    /// The signature of all parties.
    func signing(newEvent id: SigningEvent.ID) throws(Problem) -> Signing {
        guard let effectiveOn else {
            throw Problem(.invalid, errors: [.init("/effective_on", .required, "Choose the first day in force.")])
        }
        return try signing(newEvent: id, effectiveOn: effectiveOn)
    }

    /// The signature the form means; refuses rows that say half of a thing, by their place in the form.
    private func signing(newEvent id: SigningEvent.ID, effectiveOn: CalendarDate) throws(Problem) -> Signing {
        var errors: [Problem.FieldError] = []
        var people: [Signing.Participant] = []
        for (index, row) in participants.enumerated() {
            // A row that says who, but not which office, is half a row; a row with only its choices made is an empty one.
            guard row.name != nil || row.title != nil || row.institutionName != nil else { continue }
            guard let name = row.name else {
                errors.append(.init("/participants/\(index)/name", .required, "Write the person's name."))
                continue
            }
            guard let title = row.title else {
                errors.append(.init("/participants/\(index)/title", .required, "Write the office held on that day."))
                continue
            }
            guard row.institution != nil || row.institutionName != nil else {
                errors.append(
                    .init("/participants/\(index)/institution", .required, "Say whom this person stood for."))
                continue
            }
            people.append(
                Signing.Participant(
                    row.kind ?? .signatory, name: name, title: title, of: row.institution, called: row.institutionName))
        }
        let occasion = occasion(as: id, &errors)
        guard errors.isEmpty else { throw Problem(.invalid, errors: errors) }
        return Signing(on: signedOn, effectiveOn: effectiveOn, endsOn: endsOn, at: occasion, by: people)
    }

    private func occasion(as id: SigningEvent.ID, _ errors: inout [Problem.FieldError]) -> Signing.Occasion? {
        guard let name = event.name else {
            if event.city != nil || event.partOf != nil || event.hosts != nil {
                errors.append(.init("/event/name", .required, "Write what the event was called."))
            }
            return nil
        }
        guard let city = event.city else {
            errors.append(.init("/event/city", .required, "Write in which city it was held."))
            return nil
        }
        guard let country = event.country else {
            errors.append(.init("/event/country", .required, "Choose the country or region."))
            return nil
        }
        var hosts: [Name] = []
        do { hosts = try event.hosts?.names(at: "/event/hosts") ?? [] } catch { errors += error.errors }
        return .new(
            SigningEvent(
                id: id, name: name, heldOn: event.heldOn ?? signedOn, city: city, country: country, hosts: hosts,
                partOf: event.partOf))
    }
}
