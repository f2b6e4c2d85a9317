internal import API
internal import Accounts
internal import Institutions
internal import Vocabulary

/// Who is what within a firm, by API.
enum FirmAPI {
    static let operations: [AnyOperation] = [listFirmPeople, setFirmRole]

    private static var listFirmPeople: AnyOperation {
        Operation(
            .get, "/v1/investors/{investor}/people", "listFirmPeople",
            summary: "The people of an investor's firm, with what they are in it",
            description: "An investor asks of its own firm alone.", tag: "investment",
            access: .roles([.manager, .investor]), parameters: StandingPath.self, output: FirmPeople.self,
            problems: [.notFound]
        ) { call in
            let firm = call.parameters.investor
            let people = try await call.reader.people(of: firm)
            // An investor that nobody sits for yet is known to the park.
            if people.isEmpty, try await call.reader.standing(of: firm) == nil { throw Problem.notFound }
            return .ok(FirmPeople(items: people))
        }.erased
    }

    private static var setFirmRole: AnyOperation {
        Operation(
            .post, "/v1/investors/{investor}/people/{seat}/firm-role", "setFirmRole",
            summary: "Say what somebody is within a firm",
            description: """
                A principal and a delegate answer for the firm; an analyst reads, notes and recommends. For a principal of \
                the firm, and for managers. A firm keeps a principal.
                """, tag: "investment", access: .roles([.manager, .investor]), parameters: FirmSeatPath.self,
            body: NewFirmRole.self, output: FirmPerson.self, problems: [.notFound, .conflict]
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await call.write { transaction in
                .ok(
                    try await transaction.setFirmRole(call.body.role, of: path.seat, at: path.investor, by: person))
            }
        }.erased
    }
}

struct FirmSeatPath: Codable {
    let investor: Institution.ID
    let seat: Seat.ID
}

struct FirmPeople: Codable {
    let items: [FirmPerson]
}

extension FirmPerson: Described {
    package static var documentation: [String: String] {
        ["role": "A principal and a delegate answer for the firm; an analyst reads, notes and recommends."]
    }
}
