internal import API
internal import Accounts
internal import Foundation
internal import Postgres
internal import Vocabulary

internal import struct API.Operation

/// Absences by API: a reviewer's own, and for a manager anybody's.
enum AbsencesAPI {
    static let operations: [AnyOperation] = [listAbsences, getAbsence, noteAbsence, forgetAbsence]

    private static var listAbsences: AnyOperation {
        Operation(
            .get, "/v1/reviewers/{person}/absences", "listAbsences", summary: "When a reviewer is away",
            description: "Reviewers see their own.", tag: "reviews", access: .roles([.manager, .reviewer]),
            parameters: ReviewerPath.self, output: AbsenceList.self
        ) { call in
            .ok(
                AbsenceList(items: try await call.reader.absences(of: call.parameters.person).map(AbsenceView.init)))
        }.erased
    }

    private static var getAbsence: AnyOperation {
        Operation(
            .get, "/v1/reviewers/{person}/absences/{absence}", "getAbsence", summary: "One absence of a reviewer",
            tag: "reviews", access: .roles([.manager, .reviewer]), parameters: AbsencePath.self,
            output: AbsenceView.self, problems: [.notFound]
        ) { call in
            .ok(try await call.reader.absenceView(call.parameters))
        }.erased
    }

    private static var noteAbsence: AnyOperation {
        Operation(
            .post, "/v1/reviewers/{person}/absences", "noteAbsence", summary: "Say when a reviewer is away",
            description: """
                Who is away until a round's reviews are due is planned for nothing more of it, who is away for a part of \
                that time for as much less. Several absences count together.
                """,
            tag: "reviews", access: .roles([.manager, .reviewer]), parameters: ReviewerPath.self,
            body: AbsenceBody.self, output: AbsenceView.self, success: .created,
            problems: [.notFound, .conflict]
        ) { call in
            let (person, tenant) = (call.parameters.person, try call.principal.workspace)
            return try await call.write { transaction in
                let noted = try await transaction.noteAbsence(
                    of: person, from: call.body.firstDay, to: call.body.lastDay, as: Absence.ID(), in: tenant)
                return .created(
                    AbsenceView(noted), location: "/v1/reviewers/\(person)/absences/\(noted.id)")
            }
        }.erased
    }

    private static var forgetAbsence: AnyOperation {
        Operation(
            .delete, "/v1/reviewers/{person}/absences/{absence}", "forgetAbsence",
            summary: "Take an absence back", tag: "reviews", access: .roles([.manager, .reviewer]),
            parameters: AbsencePath.self, output: NoOutput.self, problems: [.notFound]
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                try call.match(try await transaction.absenceView(path))
                try await transaction.forgetAbsence(path.absence, of: path.person)
                return .noContent
            }
        }.erased
    }
}

extension Statements {
    fileprivate func absenceView(_ path: AbsencePath) async throws -> AbsenceView {
        guard let found = try await absences(of: path.person).first(where: { $0.id == path.absence }) else {
            throw Problem.notFound
        }
        return AbsenceView(found)
    }
}

struct ReviewerPath: Codable {
    let person: Person.ID
}

struct AbsencePath: Codable {
    let person: Person.ID
    let absence: Absence.ID
}

struct AbsenceBody: Described {
    let firstDay: CalendarDate
    let lastDay: CalendarDate
}

struct AbsenceView: Described {
    let id: Absence.ID
    let firstDay: CalendarDate
    let lastDay: CalendarDate

    init(_ absence: Absence) {
        (id, firstDay, lastDay) = (absence.id, absence.firstDay, absence.lastDay)
    }
}

struct AbsenceList: Described {
    let items: [AbsenceView]
}
