package import API
internal import Accounts
internal import Foundation
internal import Vocabulary

/// The directory by API.
package enum InstitutionsRoom {
    /// The operations, for the router.
    package static func operations() -> [AnyOperation] {
        [
            listFocusAreas, listInstitutions, getInstitution, addInstitution, recordRegistrations, listStartups,
            getStartup, addStartup, reviseStartup, getHolders, recordHolders,
        ] + StorageAPI.operations
    }

    /// What the directory's constraints mean to a sender.
    package static let constraints: ConstraintProblems = [
        "institution_identifiers_pkey": .conflict("Another institution has this registration."),
        "identifier_has_the_form_of_its_scheme": .invalid(
            "/registrations", "The value does not have the form of its register."),
        "institutions_have_distinct_external_ids": .conflict("Another institution has this external id."),
        "holdings_are_at_most_the_whole": .invalid("/holders", "Together the holders own more than the whole."),
        "holding_is_a_share": .invalid("/holders", "A share is 1 to 10,000 hundredths of a per cent."),
        "holder_is_a_person_or_an_institution": .invalid(
            "/holders", "A holder is a person or an institution, not both."),
        "startup_holders_tenant_id_institution_id_fkey": .invalid("/holders", "There is no such institution."),
        "holders_have_a_seat_here": .invalid("/holders", "There is no such person."),
        "storage_limits_are_reasonable": .invalid("/bytes", "Choose a size from 200 MiB to 1 TiB."),
        "startups_keep_within_their_storage": .conflict(
            "The files of the startup would take more than its workspace lets it store. Remove some first."),
    ]

    private static var listFocusAreas: AnyOperation {
        Operation(
            .get, "/v1/focus-areas", "listFocusAreas", summary: "The taxonomy of focus areas, in three languages",
            tag: "institutions", access: .signedIn, output: FocusAreaList.self
        ) { _ in
            .ok(FocusAreaList(items: FocusAreaTaxonomy.standard.areas.map(FocusAreaView.init)))
        }.erased
    }

    private static var listInstitutions: AnyOperation {
        Operation(
            .get, "/v1/institutions", "listInstitutions", summary: "The directory, as far as the seat reaches",
            tag: "institutions", access: .signedIn, parameters: ListInstitutions.self, output: Page<Institution>.self
        ) { call in
            let after = try call.position(call.parameters.cursor, as: Institution.ID.self)
            let found = try await call.reader.institutions(
                of: call.parameters.kind, named: call.parameters.q?.string, after: after,
                limit: PageSize.rows(for: call.parameters.limit))
            return .ok(try call.page(found, size: call.parameters.limit) { $0.id })
        }.erased
    }

    private static var getInstitution: AnyOperation {
        Operation(
            .get, "/v1/institutions/{institution}", "getInstitution", summary: "An entry of the directory",
            tag: "institutions", access: .signedIn, parameters: InstitutionPath.self, output: Institution.self,
            problems: [.notFound]
        ) { call in
            guard let found = try await call.reader.institution(call.parameters.institution) else {
                throw Problem.notFound
            }
            return .ok(found)
        }.erased
    }

    private static var addInstitution: AnyOperation {
        Operation(
            .post, "/v1/institutions", "addInstitution", summary: "Enter an institution into the directory",
            tag: "institutions", access: .roles([.manager]), body: NewInstitution.self, output: Institution.self,
            success: .created, problems: [.conflict]
        ) { call in
            let tenant = try call.principal.workspace
            let id = Institution.ID()
            return try await call.write { transaction in
                .created(
                    try await transaction.addInstitution(call.body, as: id, in: tenant),
                    location: "/v1/institutions/\(id)")
            }
        }.erased
    }

    private static var recordRegistrations: AnyOperation {
        Operation(
            .put, "/v1/institutions/{institution}/registrations", "recordRegistrations",
            summary: "Replace what registers call an institution or a startup", tag: "institutions",
            access: .roles([.manager]), parameters: InstitutionPath.self, body: Registrations.self,
            output: Institution.self, problems: [.notFound, .conflict]
        ) { call in
            let tenant = try call.principal.workspace
            return try await call.write { transaction in
                .ok(
                    try await transaction.recordRegistrations(
                        call.body.registrations, of: call.parameters.institution, in: tenant
                    ) { try call.match($0) })
            }
        }.erased
    }

    private static var listStartups: AnyOperation {
        Operation(
            .get, "/v1/startups", "listStartups", summary: "Startups, as far as the seat reaches", tag: "institutions",
            access: .signedIn, parameters: ListStartups.self, output: Page<Startup>.self
        ) { call in
            let after = try call.position(call.parameters.cursor, as: Startup.ID.self)
            let found = try await call.reader.startups(
                named: call.parameters.q?.string, in: call.parameters.focusArea, after: after,
                limit: PageSize.rows(for: call.parameters.limit))
            return .ok(try call.page(found, size: call.parameters.limit) { $0.id })
        }.erased
    }

    private static var getStartup: AnyOperation {
        Operation(
            .get, "/v1/startups/{startup}", "getStartup", summary: "A startup and what it says of itself",
            tag: "institutions", access: .signedIn, parameters: StartupPath.self, output: Startup.self,
            problems: [.notFound]
        ) { call in
            guard let found = try await call.reader.startup(call.parameters.startup) else { throw Problem.notFound }
            return .ok(found)
        }.erased
    }

    private static var addStartup: AnyOperation {
        Operation(
            .post, "/v1/startups", "addStartup", summary: "Enter a startup into the directory", tag: "institutions",
            access: .roles([.manager]), body: NewStartup.self, output: Startup.self, success: .created
        ) { call in
            let tenant = try call.principal.workspace
            let id = Startup.ID()
            return try await call.write { transaction in
                .created(
                    try await transaction.addStartup(call.body, as: id, in: tenant), location: "/v1/startups/\(id)")
            }
        }.erased
    }

    private static var reviseStartup: AnyOperation {
        Operation(
            .put, "/v1/startups/{startup}", "reviseStartup", summary: "Replace what a startup says of itself",
            tag: "institutions", access: .roles([.manager, .founder]), parameters: StartupPath.self,
            body: NewStartup.self, output: Startup.self, problems: [.notFound]
        ) { call in
            let tenant = try call.principal.workspace
            return try await call.write { transaction in
                .ok(
                    try await transaction.reviseStartup(call.parameters.startup, to: call.body, in: tenant) {
                        try call.match($0)
                    })
            }
        }.erased
    }

    private static var getHolders: AnyOperation {
        Operation(
            .get, "/v1/startups/{startup}/holders", "getHolders", summary: "Who owns a startup", tag: "institutions",
            access: .roles([.manager, .founder]), parameters: StartupPath.self, output: HolderList.self,
            problems: [.notFound]
        ) { call in
            let startup = call.parameters.startup
            guard try await call.reader.startup(startup) != nil else { throw Problem.notFound }
            return .ok(HolderList(holders: try await call.reader.holders(of: startup)))
        }.erased
    }

    private static var recordHolders: AnyOperation {
        Operation(
            .put, "/v1/startups/{startup}/holders", "recordHolders", summary: "Replace who owns a startup",
            description:
                "Whoever judges an application of the startup and turns out to hold a share of it loses it at once.",
            tag: "institutions", access: .roles([.manager, .founder]), parameters: StartupPath.self,
            body: HolderList.self, output: HolderList.self, problems: [.notFound, .conflict]
        ) { call in
            let (startup, tenant) = (call.parameters.startup, try call.principal.workspace)
            return try await call.write { transaction in
                let holders = try await transaction.recordHolders(call.body.holders, of: startup, in: tenant) {
                    try call.match(HolderList(holders: $0))
                }
                return .ok(HolderList(holders: holders))
            }
        }.erased
    }
}

struct InstitutionPath: Codable {
    let institution: Institution.ID
}

struct StartupPath: Codable {
    let startup: Startup.ID
}

struct ListInstitutions: Codable {
    let kind: Institution.Kind?
    let q: ShortText?
    let limit: PageSize?
    let cursor: PageCursor?
}

struct ListStartups: Codable {
    let q: ShortText?
    let focusArea: FocusArea.ID?
    let limit: PageSize?
    let cursor: PageCursor?
}

struct FocusAreaView: Codable {
    let id: String
    let broader: String?
    let label: LocalizedName
    let synonyms: [String]
    let related: [String]

    init(_ area: FocusArea) {
        id = area.id.description
        broader = area.broader?.description
        label = area.label
        synonyms = area.synonyms
        related = area.related.map(\.description)
    }
}

struct FocusAreaList: Codable {
    let items: [FocusAreaView]
}

extension Institution: Described {}
extension Startup: Described {}
