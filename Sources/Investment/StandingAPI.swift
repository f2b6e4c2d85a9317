internal import API
internal import Accounts
internal import Institutions
internal import Vocabulary

/// Whether an investor may be shown startups, by API.
enum StandingAPI {
    static let operations: [AnyOperation] = [
        getStanding, verifyInvestor, revokeVerification, pauseInvestor, resumeInvestor, confirmMandate,
    ]

    private static var getStanding: AnyOperation {
        Operation(
            .get, "/v1/investors/{investor}/standing", "getInvestorStanding",
            summary: "Whether an investor may be shown startups, and wants to be",
            description: "An investor asks of itself alone.", tag: "investment", access: .roles([.manager, .investor]),
            parameters: StandingPath.self, output: InvestorStanding.self, problems: [.notFound]
        ) { call in
            guard let standing = try await call.reader.standing(of: call.parameters.investor) else {
                throw Problem.notFound
            }
            return .ok(standing)
        }.erased
    }

    private static var verifyInvestor: AnyOperation {
        Operation(
            .post, "/v1/investors/{investor}/verifications", "verifyInvestor",
            summary: "Take an investor for a professional one, on evidence", tag: "investment",
            access: .roles([.manager]), parameters: StandingPath.self, body: NewVerification.self,
            output: InvestorStanding.self, problems: [.notFound]
        ) { call in
            let (person, id) = (try call.principal.personID, InvestorVerification.ID())
            return try await call.write { transaction in
                .ok(try await transaction.verifyInvestor(call.parameters.investor, call.body, as: id, by: person))
            }
        }.erased
    }

    private static var revokeVerification: AnyOperation {
        Operation(
            .post, "/v1/investors/{investor}/verifications/{verification}/revocation", "revokeVerification",
            summary: "Take a verification back",
            description: """
                Unless another one counts, the investor sees no shortlist from now on, and what it has asked for and \
                nobody has consented to ends.
                """, tag: "investment", access: .roles([.manager]), parameters: VerificationPath.self,
            body: NewRevocation.self, output: InvestorStanding.self, problems: [.notFound, .conflict]
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await call.write { transaction in
                .ok(
                    try await transaction.revokeVerification(
                        path.verification, of: path.investor, because: call.body.reason, by: person))
            }
        }.erased
    }

    private static var pauseInvestor: AnyOperation {
        Operation(
            .post, "/v1/investors/{investor}/pause", "pauseInvestor",
            summary: "Spare an investor new lists for a while",
            tag: "investment", access: .roles([.manager, .investor]), parameters: StandingPath.self,
            body: NewPause.self,
            output: InvestorStanding.self, problems: [.notFound]
        ) { call in
            let person = try call.principal.personID
            return try await call.write { transaction in
                .ok(try await transaction.pauseInvestor(call.parameters.investor, until: call.body.until, by: person))
            }
        }.erased
    }

    private static var resumeInvestor: AnyOperation {
        Operation(
            .post, "/v1/investors/{investor}/resumption", "resumeInvestor", summary: "End an investor's pause",
            tag: "investment", access: .roles([.manager, .investor]), parameters: StandingPath.self,
            output: InvestorStanding.self, problems: [.notFound, .conflict]
        ) { call in
            try await call.write { .ok(try await $0.resumeInvestor(call.parameters.investor)) }
        }.erased
    }

    private static var confirmMandate: AnyOperation {
        Operation(
            .post, "/v1/mandates/{mandate}/confirmation", "confirmMandate",
            summary: "Say that a mandate still is what its investor will fund",
            description: "For half a year from today; a mandate that is not confirmed gets no shortlists.",
            tag: "investment", access: .roles([.manager, .investor]), parameters: MandatePath.self,
            output: Mandate.self, problems: [.notFound, .conflict]
        ) { call in
            try await call.write { .ok(try await $0.confirmMandate(call.parameters.mandate)) }
        }.erased
    }
}

struct StandingPath: Codable {
    let investor: Institution.ID
}

struct VerificationPath: Codable {
    let investor: Institution.ID
    let verification: InvestorVerification.ID
}

struct NewRevocation: Described {
    let reason: ShortText
}

struct NewPause: Described {
    let until: CalendarDate?

    static let documentation = ["until": "The last day of it, UTC; leave out to end it by `resumeInvestor`."]
}

extension InvestorStanding: Described {
    package static var documentation: [String: String] {
        [
            "verified_until": "Absent when the investor is not verified today; it then sees no shortlist.",
            "pause": "Absent while the investor takes proposals.",
        ]
    }
}
