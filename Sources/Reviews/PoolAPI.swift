internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Postgres
internal import Programs
internal import Vocabulary

internal import struct API.Operation

/// Pools of reviewers by API: a manager keeps them and asks them onto panels, a partner nominates its own staff.
enum PoolAPI {
    static let operations: [AnyOperation] = [
        listStreamReviewers, addStreamReviewers, removeStreamReviewers, nominateReviewers, acceptNomination,
        refuseNomination, withdrawNomination, listRoundPool, invitePool,
    ]

    private static var listStreamReviewers: AnyOperation {
        Operation(
            .get, "/v1/streams/{stream}/reviewers", "listStreamReviewers", summary: "The pool of reviewers of a stream",
            description: """
                Who waits for an answer to a nomination comes first. A manager reads all of it, a partner whom it nominated \
                itself. With `former` those are in it who left or were refused.
                """, tag: "reviews", access: .roles([.manager, .partner]), parameters: ListPool.self,
            output: StreamReviewerList.self, problems: [.notFound]
        ) { call in
            let (stream, former) = (call.parameters.stream, call.parameters.former ?? false)
            return try await call.database.snapshot(as: call.context) { snapshot in
                guard try await snapshot.hasPool(stream) else { throw Problem.notFound }
                return .ok(
                    StreamReviewerList(
                        items: try await snapshot.pool(of: stream, former: former).map(StreamReviewerView.init)))
            }
        }.erased
    }

    private static var addStreamReviewers: AnyOperation {
        Operation(
            .post, "/v1/streams/{stream}/reviewers", "addStreamReviewers",
            summary: "Take people into the pool of a stream, or see what would come of it",
            description: """
                Who holds no reviewer's seat yet gets one, and a code to come in with. All of them or none, unless `partial`; \
                with `dry_run` nothing changes and the same is said of each.
                """, tag: "reviews", access: .roles([.manager]), parameters: StreamPoolPath.self,
            body: PoolAdditionBody.self, output: RowVerdicts<PoolAdditionItem>.self, problems: [.notFound, .conflict]
        ) { call in
            let (stream, body, principal) = (call.parameters.stream, call.body, try call.principal)
            let (tenant, mode) = (try principal.workspace, BulkMode(dryRun: body.dryRun, partial: body.partial))
            return try await call.write { transaction in
                guard try await transaction.hasPool(stream) else { throw Problem.notFound }
                let people = try body.candidates()
                let verdicts = try await transaction.addToPool(
                    people, of: stream, until: body.until, mode, in: tenant, by: principal.personID)
                return .ok(
                    RowVerdicts(verdicts, of: people, mode) {
                        PoolAdditionItem($0, mode == .dryRun ? nil : $1.done, $1.fault)
                    })
            }
        }.erased
    }

    private static var removeStreamReviewers: AnyOperation {
        Operation(
            .post, "/v1/streams/{stream}/reviewers/removals", "removeStreamReviewers",
            summary: "Take people out of the pool of a stream, or see what would come of it",
            description: """
                The panels they sit on stay as they are. All of them or none, unless `partial`; with `dry_run` nothing changes \
                and the same is said of each.
                """, tag: "reviews", access: .roles([.manager]), parameters: StreamPoolPath.self,
            body: PoolPeopleBody.self, output: RowVerdicts<PanelistItem>.self, problems: [.notFound, .conflict]
        ) { call in
            let (stream, body, person) = (call.parameters.stream, call.body, try call.principal.personID)
            let mode = BulkMode(dryRun: body.dryRun, partial: body.partial)
            return try await call.write { transaction in
                guard try await transaction.hasPool(stream) else { throw Problem.notFound }
                let people = try BulkMode.rows(body.people, at: "/people")
                let verdicts = try await transaction.removeFromPool(people, of: stream, mode, by: person)
                return .ok(RowVerdicts(verdicts, of: people, mode) { PanelistItem(person: $0, fault: $1.fault) })
            }
        }.erased
    }

    private static var nominateReviewers: AnyOperation {
        Operation(
            .post, "/v1/streams/{stream}/nominations", "nominateReviewers",
            summary: "Nominate people of a partner's own for the pool of its stream",
            description: """
                They are in the pool once a manager has accepted. All of them or none, unless `partial`; with `dry_run` \
                nothing changes and the same is said of each.
                """, tag: "reviews", access: .roles([.partner]), parameters: StreamPoolPath.self,
            body: PoolPeopleBody.self, output: RowVerdicts<PanelistItem>.self, problems: [.notFound, .conflict]
        ) { call in
            let (stream, body, principal) = (call.parameters.stream, call.body, try call.principal)
            let (tenant, partner) = (try principal.workspace, Institution.ID(try principal.actsFor))
            let mode = BulkMode(dryRun: body.dryRun, partial: body.partial)
            return try await call.write { transaction in
                guard try await transaction.hasPool(stream) else { throw Problem.notFound }
                let people = try BulkMode.rows(body.people, at: "/people")
                let verdicts = try await transaction.nominateReviewers(
                    people, for: stream, as: partner, mode, in: tenant, by: principal.personID)
                return .ok(RowVerdicts(verdicts, of: people, mode) { PanelistItem(person: $0, fault: $1.fault) })
            }
        }.erased
    }

    private static var acceptNomination: AnyOperation {
        Operation(
            .post, "/v1/nominations/{nomination}/acceptance", "acceptNomination",
            summary: "Take whom a partner nominated into the pool of its stream",
            description: "They hold a reviewer's seat from now on. The partner is told.", tag: "reviews",
            access: .roles([.manager]), parameters: NominationPath.self, output: StreamReviewerView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (id, principal) = (call.parameters.nomination, try call.principal)
            let tenant = try principal.workspace
            return try await call.write { transaction in
                .ok(
                    StreamReviewerView(
                        try await transaction.acceptNomination(id, in: tenant, by: principal.personID)))
            }
        }.erased
    }

    private static var refuseNomination: AnyOperation {
        Operation(
            .post, "/v1/nominations/{nomination}/refusal", "refuseNomination", summary: "Refuse a nomination",
            description: "The partner is told why.", tag: "reviews", access: .roles([.manager]),
            parameters: NominationPath.self, body: NominationRefusalBody.self, output: StreamReviewerView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (id, person) = (call.parameters.nomination, try call.principal.personID)
            return try await call.write { transaction in
                .ok(
                    StreamReviewerView(
                        try await transaction.refuseNomination(id, because: call.body.reason, by: person)))
            }
        }.erased
    }

    private static var withdrawNomination: AnyOperation {
        Operation(
            .post, "/v1/nominations/{nomination}/withdrawal", "withdrawNomination",
            summary: "Take a nomination back, or a partner's own reviewer out of the pool", tag: "reviews",
            access: .roles([.partner]), parameters: NominationPath.self, output: StreamReviewerView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (id, person) = (call.parameters.nomination, try call.principal.personID)
            return try await call.write { transaction in
                .ok(StreamReviewerView(try await transaction.withdrawNomination(id, by: person)))
            }
        }.erased
    }

    private static var listRoundPool: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/pool", "listRoundPool",
            summary: "Whom the pools of a round's streams offer for its panel",
            description: "With what stands between each of them and those who apply.", tag: "reviews",
            access: .roles([.manager]), parameters: RoundPath.self, output: PoolMemberList.self, problems: [.notFound]
        ) { call in
            let id = call.parameters.round
            return try await call.database.snapshot(as: call.context) { snapshot in
                guard try await snapshot.round(id) != nil else { throw Problem.notFound }
                return .ok(PoolMemberList(items: try await snapshot.pool(for: id).map(PoolMemberView.init)))
            }
        }.erased
    }

    private static var invitePool: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/pool/invitations", "invitePool",
            summary: "Ask the pool of a round's streams onto its panel, or see what would come of it",
            description: """
                Without `people` all who were not asked yet. Each is asked for as many applications as `terms` say; languages \
                and knowledge are those they last said on a panel, and those of `terms` for whoever has said none. All of \
                them or none, unless `partial`; with `dry_run` nothing changes and the same is said of each.
                """, tag: "reviews", access: .roles([.manager]), parameters: RoundPath.self,
            body: PoolInvitationBody.self, output: RowVerdicts<PoolInvitationItem>.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (round, body, principal) = (call.parameters.round, call.body, try call.principal)
            let (tenant, mode) = (try principal.workspace, BulkMode(dryRun: body.dryRun, partial: body.partial))
            let people = try body.people.map { try BulkMode.rows($0, at: "/people") }
            return try await call.write { transaction in
                let asked = try await transaction.invitePool(
                    people, to: round, body.terms.terms, mode, in: tenant, by: principal.personID)
                return .ok(
                    RowVerdicts(asked.map(\.verdict), of: asked.map(\.person), mode) {
                        PoolInvitationItem($0, mode == .dryRun ? nil : $1.done?.invitation, $1.fault)
                    })
            }
        }.erased
    }
}

struct StreamPoolPath: Codable {
    let stream: ProgramStream.ID
}

struct ListPool: Codable {
    let stream: ProgramStream.ID
    let former: Bool?
}

struct NominationPath: Codable {
    let nomination: StreamReviewer.ID
}

/// Whom a manager takes into a pool.
struct PoolAdditionBody: Described {
    let people: [Candidate]
    let until: CalendarDate?
    let dryRun: Bool?
    let partial: Bool?

    struct Candidate: Described {
        let person: Person.ID?
        let email: EmailAddress?
        let name: Name?

        static let documentation = [
            "person": "Somebody who reviews here,", "email": "or whoever is reached at this address.",
            "name": "What they are called, where the address is new here.",
        ]
    }

    static let documentation = [
        "until": "Their last day in the pool; none unless given.",
        "dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning,
    ]

    func candidates() throws -> [PoolCandidate] {
        _ = try BulkMode.rows(Array(people.indices), at: "/people")
        return try people.enumerated().map { place, candidate in
            switch (candidate.person, candidate.email) {
            case (let person?, nil): .known(person)
            case (nil, let email?): .address(email, candidate.name)
            default:
                throw Problem.invalid("/people/\(place)", "Name a person, or an address: one of the two.")
            }
        }
    }
}

/// People of whom something is said together.
struct PoolPeopleBody: Described {
    let people: [Person.ID]
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = ["dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning]
}

/// What a pool is asked to take on a panel.
struct PoolInvitationBody: Described {
    let people: [Person.ID]?
    let terms: TermsBody
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = [
        "people": "Whom; all who were not asked yet unless given.",
        "terms": "What each is asked to take; languages and knowledge for whoever has said none yet.",
        "dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning,
    ]
}

struct NominationRefusalBody: Described {
    let reason: ShortText
}

/// Somebody's time in a pool as JSON.
struct StreamReviewerView: Described {
    let id: StreamReviewer.ID
    let stream: ProgramStream.ID
    let person: Person.ID
    let name: String
    let email: String
    let status: StreamReviewer.Status
    let partner: Institution.ID?
    let partnerName: LocalizedName?
    let proposedAt: Date
    let addedAt: Date?
    let addedBy: String?
    let until: CalendarDate?
    let endedAt: Date?
    let refusedReason: ShortText?
    let languages: [Language]
    let focusAreas: [FocusArea.ID]

    static let documentation = [
        "partner": "Which partner nominated them; absent for whom a manager added.",
        "until": "Their last day in the pool, where one is set.",
        "languages": "What they read, as they last said on a panel; for managers.",
        "focus_areas": "What they know about, as they last said on a panel; for managers.",
    ]

    init(_ reviewer: StreamReviewer) {
        id = reviewer.id
        stream = reviewer.stream
        person = reviewer.person
        name = reviewer.name
        email = reviewer.email
        status = reviewer.status
        partner = reviewer.partner
        partnerName = reviewer.partnerName
        proposedAt = reviewer.proposedAt
        addedAt = reviewer.addedAt
        addedBy = reviewer.addedByName
        until = reviewer.until
        endedAt = reviewer.endedAt
        refusedReason = reviewer.refusedReason
        languages = reviewer.languages
        focusAreas = reviewer.focusAreas
    }
}

struct StreamReviewerList: Described {
    let items: [StreamReviewerView]
}

/// Somebody whom a pool offers for a panel.
struct PoolMemberView: Described {
    let person: Person.ID
    let name: String
    let email: String
    let streams: [LocalizedName]
    let partners: [LocalizedName]
    let languages: [Language]
    let focusAreas: [FocusArea.ID]
    let answer: Panelist.Answer?
    let conflicts: [ConflictView]

    static let documentation = [
        "partners": "The partners that nominated them.",
        "answer": "How they stand on the panel of the round; absent for whoever was not asked.",
        "conflicts": "What stands between them and those who apply.",
    ]

    init(_ member: PoolMember) {
        person = member.person
        name = member.name
        email = member.email
        streams = member.streams
        partners = member.partners
        languages = member.languages
        focusAreas = member.focusAreas
        answer = member.answer
        conflicts = member.conflicts.map(ConflictView.init)
    }
}

struct PoolMemberList: Described {
    let items: [PoolMemberView]
}

/// What came of somebody whom a manager takes into a pool.
struct PoolAdditionItem: Described {
    let person: Person.ID?
    let email: EmailAddress?
    let code: String?
    let expiresAt: Date?
    let fault: RowFault?

    static let documentation = [
        "person": "Absent where an address was named and nobody was added.", "email": "The address that was named.",
        "code": "Shown once: how somebody who was seated with this comes in.",
    ]

    init(_ candidate: PoolCandidate, _ entry: PoolEntry?, _ fault: RowFault?) {
        switch candidate {
        case .known(let known): (person, email) = (known, nil)
        case .address(let address, _): (person, email) = (entry?.person, address)
        }
        code = entry?.invitation?.code
        expiresAt = entry?.invitation?.expiresAt
        self.fault = fault
    }
}

/// What came of somebody of a pool who is asked onto a panel.
struct PoolInvitationItem: Described {
    let person: Person.ID
    let code: String?
    let expiresAt: Date?
    let fault: RowFault?

    static let documentation = [
        "code": "Shown once: how somebody comes in who held no reviewer's seat any more."
    ]

    init(_ person: Person.ID, _ invitation: Invitation?, _ fault: RowFault?) {
        self.person = person
        code = invitation?.code
        expiresAt = invitation?.expiresAt
        self.fault = fault
    }
}
