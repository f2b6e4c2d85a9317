internal import API
internal import Accounts
internal import Foundation
internal import Postgres

internal import struct API.Operation

/// Panels by API: a manager invites, a reviewer answers.
enum PanelAPI {
    static let operations: [AnyOperation] = [
        listPanel, getPanelist, invitePanelist, revisePanelist, moveChair, removePanelist, acceptPanelInvitation,
        declinePanelInvitation,
    ]

    private static var listPanel: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/panel", "listPanel", summary: "Who judges in a round",
            description: "A reviewer sees their own seat on it.", tag: "reviews",
            access: .roles([.manager, .reviewer]), parameters: RoundPath.self, output: PanelView.self,
            problems: [.notFound]
        ) { call in
            guard try await call.reader.round(call.parameters.round) != nil else { throw Problem.notFound }
            return .ok(
                PanelView(items: try await call.reader.panel(of: call.parameters.round).map(PanelistView.init)))
        }.erased
    }

    private static var getPanelist: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/panel/{person}", "getPanelist", summary: "Somebody's seat on a panel",
            tag: "reviews", access: .roles([.manager, .reviewer]), parameters: PanelistPath.self,
            output: PanelistView.self, problems: [.notFound]
        ) { call in
            .ok(try await call.reader.panelistView(call.parameters))
        }.erased
    }

    private static var invitePanelist: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/panel", "invitePanelist", summary: "Ask somebody onto the panel of a round",
            description: "Who holds no reviewer's seat yet gets one, and a code to come in with.", tag: "reviews",
            access: .roles([.manager]), parameters: RoundPath.self, body: PanelInvitationBody.self,
            output: InvitedPanelistView.self, success: .created, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let (tenant, id) = (try principal.workspace, call.parameters.round)
            return try await call.write { transaction in
                let invited = try await transaction.invitePanelist(
                    call.body.invitation, to: id, in: tenant, by: principal.personID)
                return .created(InvitedPanelistView(invited), location: "/v1/rounds/\(id)/panel/\(invited.person)")
            }
        }.erased
    }

    private static var revisePanelist: AnyOperation {
        Operation(
            .put, "/v1/rounds/{round}/panel/{person}", "revisePanelist",
            summary: "Change what a panelist takes and knows",
            tag: "reviews", access: .roles([.manager]), parameters: PanelistPath.self, body: TermsBody.self,
            output: PanelistView.self, problems: [.notFound, .conflict]
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                try call.match(try await transaction.panelistView(path))
                try await transaction.revisePanelist(path.person, of: path.round, to: call.body.terms)
                return .ok(try await transaction.panelistView(path))
            }
        }.erased
    }

    private static var moveChair: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/panel/{person}/chair", "moveChair",
            summary: "Hand the chair of a panel to another of its members",
            description: """
                Who has accepted a place on it takes the chair until the round is closed; both are told. Whoever had it \
                keeps what they were assigned and follows the rest no more.
                """,
            tag: "reviews", access: .roles([.manager]), parameters: PanelistPath.self, output: PanelistView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                try await transaction.moveChair(of: path.round, to: path.person)
                return .ok(try await transaction.panelistView(path))
            }
        }.erased
    }

    private static var removePanelist: AnyOperation {
        Operation(
            .delete, "/v1/rounds/{round}/panel/{person}", "removePanelist",
            summary: "Take somebody off a panel who was never assigned anything", tag: "reviews",
            access: .roles([.manager]), parameters: PanelistPath.self, output: NoOutput.self,
            problems: [.notFound, .conflict]
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                try call.match(try await transaction.panelistView(path))
                try await transaction.removePanelist(path.person, of: path.round)
                return .noContent
            }
        }.erased
    }

    private static var acceptPanelInvitation: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/acceptance", "acceptPanelInvitation",
            summary: "Accept a place on a panel, perhaps taking fewer applications", tag: "reviews",
            access: .roles([.reviewer]), parameters: RoundPath.self, body: AcceptanceBody.self,
            output: PanelistView.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, person) = (call.parameters.round, try call.principal.personID)
            return try await call.write { transaction in
                try await transaction.acceptPanelInvitation(to: id, taking: call.body.most, by: person)
                return .ok(try await transaction.panelistView(PanelistPath(round: id, person: person)))
            }
        }.erased
    }

    private static var declinePanelInvitation: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/decline", "declinePanelInvitation", summary: "Decline a place on a panel",
            tag: "reviews", access: .roles([.reviewer]), parameters: RoundPath.self, body: OptionalReason.self,
            output: PanelistView.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, person) = (call.parameters.round, try call.principal.personID)
            return try await call.write { transaction in
                try await transaction.declinePanelInvitation(to: id, because: call.body.reason, by: person)
                return .ok(try await transaction.panelistView(PanelistPath(round: id, person: person)))
            }
        }.erased
    }
}

extension Statements {
    fileprivate func panelistView(_ path: PanelistPath) async throws -> PanelistView {
        guard let found = try await panel(of: path.round).first(where: { $0.person == path.person }) else {
            throw Problem.notFound
        }
        return PanelistView(found)
    }
}

struct PanelistPath: Codable {
    let round: ReviewRound.ID
    let person: Person.ID
}
