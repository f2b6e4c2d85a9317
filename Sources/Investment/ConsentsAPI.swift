internal import API
internal import Accounts
internal import Institutions
internal import Vocabulary

/// To which investors startups may be shown, and whether partners' reports name them, by API.
enum ConsentsAPI {
    static let operations: [AnyOperation] = [
        listConsents, decideOnConsent, listVisibleInvestors, setInvestorVisibility,
    ]

    private static var listConsents: AnyOperation {
        Operation(
            .get, "/v1/startups/{startup}/consents", "listConsents",
            summary: "To whom a startup may be shown, purpose by purpose, and what it decided before",
            description: "What stands comes first, then the latest; 200 decisions at most.", tag: "investment",
            access: .roles([.manager, .founder]), parameters: ConsentsOf.self, output: ConsentList.self,
            problems: [.notFound]
        ) { call in
            let startup = call.parameters.startup
            guard try await call.reader.startup(startup) != nil else { throw Problem.notFound }
            return .ok(ConsentList(items: try await call.reader.consents(of: startup)))
        }.erased
    }

    private static var decideOnConsent: AnyOperation {
        Operation(
            .post, "/v1/startups/{startup}/consents", "decideOnConsent",
            summary: "Decide to whom a startup may be shown for a purpose",
            description: """
                Holds at once at every door. An investor that is left out sees no more than of a startup that never agreed \
                to anything, and nobody tells it. What it has asked for and nobody has consented to ends. Partners' reports count \
                every startup; they name those that are enrolled in the partner's streams and agree to it, to all partners or \
                to nobody.
                """, tag: "investment", access: .roles([.manager, .founder]), parameters: ConsentsOf.self,
            body: NewConsent.self, output: ConsentList.self, problems: [.notFound]
        ) { call in
            let startup = call.parameters.startup
            return try await call.write { transaction in
                .ok(ConsentList(items: try await transaction.decideOnConsent(call.body, of: startup)))
            }
        }.erased
    }

    private static var listVisibleInvestors: AnyOperation {
        Operation(
            .get, "/v1/visible-investors", "listVisibleInvestors",
            summary: "The verified investors that founders may find by name, to choose them or leave them out",
            description: "By name. Nothing else is told of them.", tag: "investment",
            access: .roles([.manager, .founder]), parameters: ListVisibleInvestors.self,
            output: Page<VisibleInvestor>.self
        ) { call in
            let query = call.parameters
            let found = try await call.reader.visibleInvestors(
                named: query.q?.string, after: try call.position(query.cursor, as: VisibleInvestorPosition.self),
                limit: PageSize.rows(for: query.limit))
            return .ok(try call.page(found, size: query.limit) { VisibleInvestorPosition($0) })
        }.erased
    }

    private static var setInvestorVisibility: AnyOperation {
        Operation(
            .post, "/v1/investors/{investor}/visibility", "setInvestorVisibility",
            summary: "Let founders find an investor by name, or no longer",
            description: """
                They read its name, kind and country while it is verified. It is never told who chose it or left it out.
                """, tag: "investment", access: .roles([.manager, .investor]), parameters: StandingPath.self,
            body: InvestorVisibility.self, output: InvestorStanding.self, problems: [.notFound]
        ) { call in
            let person = try call.principal.personID
            return try await call.write { transaction in
                .ok(try await transaction.showToFounders(call.parameters.investor, call.body.isShown, by: person))
            }
        }.erased
    }
}

struct ConsentsOf: Codable {
    let startup: Startup.ID
}

struct ConsentList: Codable {
    let items: [Consent]
}

struct ListVisibleInvestors: Codable {
    /// A part of the name.
    let q: ShortText?
    let limit: PageSize?
    let cursor: PageCursor?
}

struct InvestorVisibility: Codable {
    let isShown: Bool
}

extension NewConsent: Described {
    package static var documentation: [String: String] {
        [
            "audience": "Of the investors that the park has verified; `everyone` or `nobody` for `partner_reports`.",
            "investors": "For `chosen` and `all_but`: those that founders may find, or that the decision before named.",
        ]
    }
}

extension VisibleInvestor: Described {
    package static var documentation: [String: String] {
        ["country": "Absent where the directory does not say."]
    }
}

extension Consent: Described {
    package static var documentation: [String: String] {
        [
            "decided_as": "Absent for what was agreed to before decisions were kept.",
            "decided_by": "A founder's name; that of the park's people for managers alone.",
            "superseded_at": "Absent while the decision stands.",
        ]
    }
}
