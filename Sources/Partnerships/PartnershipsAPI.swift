package import API
import Accounts
import Institutions
import Vocabulary

extension PartnershipsRoom {
    /// The operations, for the router.
    ///
    /// - Parameter hasScanner: whether a virus scanner has the last word on files of agreements.
    package static func operations(hasScanner: Bool) -> [AnyOperation] {
        [
            listMoUs, getMoU, getMoUHistory, draftMoU, reviseMoU, shareMoU, agreeMoU, reopenMoU, signMoU,
            signForParty, terminateMoU, abandonMoU, giveNotice,
        ] + HandoversAPI.operations + AreasAPI.operations + SessionsAPI.operations + GroupsAPI.operations
            + TextsAPI.operations
            + AmendmentsAPI.operations + ReportsAPI.operations
            + SigningRequestsAPI.operations + MoUDocumentsAPI(hasScanner: hasScanner).operations
    }

    private static var listMoUs: AnyOperation {
        Operation(
            .get, "/v1/mous", "listMoUs", summary: "Agreements, as far as the seat is a party to them",
            description: """
                Managers read all of the tenant; a partner those of its institution, once they are shared. \
                `dormant` asks for those in force under which nothing has happened for 180 days, or for the others.
                """,
            tag: "partnerships", access: .roles([.manager, .partner]), parameters: ListMoUs.self,
            output: Page<MoUView>.self
        ) { call in
            let after = try call.position(call.parameters.cursor, as: MoU.ID.self)
            let found = try await call.reader.mous(
                standing: call.parameters.status, with: call.parameters.institution, dormant: call.parameters.dormant,
                named: call.parameters.q?.string, after: after, limit: PageSize.rows(for: call.parameters.limit))
            return .ok(try call.page(try await call.reader.views(of: found), size: call.parameters.limit) { $0.id })
        }.erased
    }

    private static var getMoU: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}", "getMoU", summary: "An agreement with its parties, areas and signatures",
            tag: "partnerships", access: .roles([.manager, .partner]), parameters: MoUPath.self, output: MoUView.self,
            problems: [.notFound]
        ) { call in
            guard let mou = try await call.reader.mou(call.parameters.mou) else { throw Problem.notFound }
            return .ok(try await call.reader.view(of: mou))
        }.erased
    }

    private static var getMoUHistory: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/history", "getMoUHistory", summary: "Who moved an agreement, when and why",
            description: "And who came to answer for it since its text was shared.",
            tag: "partnerships", access: .roles([.manager, .partner]), parameters: MoUPath.self,
            output: MoUHistory.self, problems: [.notFound]
        ) { call in
            guard let mou = try await call.reader.mou(call.parameters.mou) else { throw Problem.notFound }
            return .ok(
                MoUHistory(
                    try await call.reader.history(of: mou.id), handovers: try await call.reader.handovers(of: mou.id)))
        }.erased
    }

    private static var draftMoU: AnyOperation {
        Operation(
            .post, "/v1/mous", "draftMoU", summary: "Draft an agreement", tag: "partnerships",
            access: .roles([.manager]), body: NewMoU.self, output: MoUView.self, success: .created,
            problems: [.conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = MoU.ID()
            return try await call.write { transaction in
                let mou = try await transaction.draftMoU(
                    call.body.draft, as: id, in: tenant, by: principal.personID)
                return .created(try await transaction.view(of: mou), location: "/v1/mous/\(id)")
            }
        }.erased
    }

    private static var reviseMoU: AnyOperation {
        Operation(
            .put, "/v1/mous/{mou}", "reviseMoU", summary: "Replace a draft, or a text under review",
            tag: "partnerships", access: .roles([.manager]), parameters: MoUPath.self, body: NewMoU.self,
            output: MoUView.self, problems: [.notFound, .conflict]
        ) { call in
            let tenant = try call.principal.workspace
            return try await call.write { transaction in
                let mou = try await transaction.reviseMoU(call.parameters.mou, to: call.body.draft, in: tenant) {
                    try call.match(try await transaction.view(of: $0))
                }
                return .ok(try await transaction.view(of: mou))
            }
        }.erased
    }

    private static var shareMoU: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/review", "shareMoU", summary: "Share a draft with its parties for review",
            tag: "partnerships", access: .roles([.manager]), parameters: MoUPath.self, output: MoUView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            return try await call.write { transaction in
                let mou = try await transaction.shareMoU(call.parameters.mou, in: tenant, by: principal.personID)
                return .ok(try await transaction.view(of: mou))
            }
        }.erased
    }

    private static var agreeMoU: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/agreement", "agreeMoU", summary: "Record that all parties agree to the text",
            tag: "partnerships", access: .roles([.manager]), parameters: MoUPath.self, output: MoUView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            return try await call.write { transaction in
                let mou = try await transaction.agreeMoU(call.parameters.mou, in: tenant, by: principal.personID)
                return .ok(try await transaction.view(of: mou))
            }
        }.erased
    }

    private static var reopenMoU: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/reopening", "reopenMoU", summary: "Take an agreed text back to review",
            description: "As long as no party has signed it. Whoever is asked to sign no longer is, and gets a letter.",
            tag: "partnerships", access: .roles([.manager]), parameters: MoUPath.self, output: MoUView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            return try await call.write { transaction in
                let mou = try await transaction.reopenMoU(call.parameters.mou, in: tenant, by: principal.personID)
                return .ok(try await transaction.view(of: mou))
            }
        }.erased
    }

    private static var signMoU: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/signature", "signMoU", summary: "Record who signed, where, and from when it binds",
            tag: "partnerships", access: .roles([.manager]), parameters: MoUPath.self, body: NewSignature.self,
            output: MoUView.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let signing = try call.body.signing(newEvent: SigningEvent.ID())
            return try await call.write { transaction in
                let mou = try await transaction.signMoU(
                    call.parameters.mou, signing, in: tenant, by: principal.personID)
                return .ok(try await transaction.view(of: mou))
            }
        }.erased
    }

    private static var signForParty: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/parties/{party}/signature", "signMoUForParty",
            summary: "Record that one party has signed, on its own day",
            description: "Once all parties have, the agreement is signed, on the day of the last.",
            tag: "partnerships", access: .roles([.manager]), parameters: MoUPartyPath.self,
            body: NewPartySignature.self,
            output: MoUView.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let signing = try call.body.signing(newEvent: SigningEvent.ID())
            return try await call.write { transaction in
                let mou = try await transaction.signMoU(
                    call.parameters.mou, for: call.parameters.party, signing, in: tenant, by: principal.personID)
                return .ok(try await transaction.view(of: mou))
            }
        }.erased
    }

    private static var terminateMoU: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/termination", "terminateMoU", summary: "End a signed agreement before its time",
            tag: "partnerships", access: .roles([.manager]), parameters: MoUPath.self, body: NewTermination.self,
            output: MoUView.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            return try await call.write { transaction in
                let mou = try await transaction.terminateMoU(
                    call.parameters.mou, on: call.body.terminatedOn,
                    MoU.Termination(reason: call.body.reason, isMutual: call.body.isMutual ?? false), in: tenant,
                    by: principal.personID)
                return .ok(try await transaction.view(of: mou))
            }
        }.erased
    }

    private static var giveNotice: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/notice", "giveMoUNotice",
            summary: "Record that a party wants no further term of what renews itself",
            description: "The agreement ends on its day, and nothing follows it by itself.", tag: "partnerships",
            access: .roles([.manager]), parameters: MoUPath.self, body: NewNotice.self, output: MoUView.self,
            problems: [.notFound, .conflict]
        ) { call in
            try await call.write { transaction in
                let mou = try await transaction.giveNotice(
                    of: call.parameters.mou, by: call.body.institution, on: call.body.givenOn)
                return .ok(try await transaction.view(of: mou))
            }
        }.erased
    }

    private static var abandonMoU: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/abandonment", "abandonMoU", summary: "Give up an agreement before it is signed",
            description: "Whoever is asked to sign it no longer is, and gets a letter.", tag: "partnerships",
            access: .roles([.manager]), parameters: MoUPath.self, body: NewAbandonment.self,
            output: MoUView.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            return try await call.write { transaction in
                let mou = try await transaction.abandonMoU(
                    call.parameters.mou, because: call.body.reason, in: tenant, by: principal.personID)
                return .ok(try await transaction.view(of: mou))
            }
        }.erased
    }
}

struct MoUPath: Codable {
    let mou: MoU.ID
}

struct MoUPartyPath: Codable {
    let mou: MoU.ID
    let party: Institution.ID
}

struct ListMoUs: Codable {
    let status: MoU.Status?
    let institution: Institution.ID?
    let dormant: Bool?
    let q: ShortText?
    let limit: PageSize?
    let cursor: PageCursor?
}
