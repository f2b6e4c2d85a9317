internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Postgres
internal import Programs
internal import Vocabulary

internal import struct API.Operation

/// The seats of partners on panels by API: a manager sees and waives them, a partner sees its own.
enum PartnerSeatsAPI {
    static let operations: [AnyOperation] = [listPartnerSeats, waivePartnerSeats, listOwnPartnerSeats]

    private static var listPartnerSeats: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/partner-seats", "listPartnerSeats",
            summary: "The seats that partners have on the panel of a round",
            description: """
                By the streams whose applications it judges. A seat is taken by a person of the partner's staff who has accepted \
                a place on the panel and is not away until reviews are due. The round does not open while one is empty, unless \
                it is said why.
                """, tag: "reviews", access: .roles([.manager]), parameters: RoundPath.self,
            output: PartnerSeatsList.self, problems: [.notFound]
        ) { call in
            let id = call.parameters.round
            return try await call.database.snapshot(as: call.context) { snapshot in
                guard try await snapshot.round(id) != nil else { throw Problem.notFound }
                return .ok(PartnerSeatsList(items: try await snapshot.partnerSeats(of: id).map(PartnerSeatsView.init)))
            }
        }.erased
    }

    private static var waivePartnerSeats: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/seat-waivers", "waivePartnerSeats",
            summary: "Say why a round opens although seats of its partners are empty",
            description: """
                Before it opens. It holds for as few as sit there now: where another seat is emptied, it is said again. The \
                partners are told. For all of them or none, unless `partial`; with `dry_run` nothing changes and the same is \
                said of each.
                """, tag: "reviews", access: .roles([.manager]), parameters: RoundPath.self, body: SeatWaiverBody.self,
            output: RowVerdicts<SeatWaiverItem>.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, body, principal) = (call.parameters.round, call.body, try call.principal)
            let (tenant, mode) = (try principal.workspace, BulkMode(dryRun: body.dryRun, partial: body.partial))
            let partners = try body.partners.map { try BulkMode.rows($0, at: "/partners") }
            return try await call.write { transaction in
                let waived = try await transaction.waiveSeats(
                    of: partners, in: id, because: body.reason, mode, in: tenant, by: principal.personID)
                return .ok(
                    RowVerdicts(waived.map(\.verdict), of: waived.map(\.partner), mode) {
                        SeatWaiverItem(partner: $0, fault: $1.fault)
                    })
            }
        }.erased
    }

    private static var listOwnPartnerSeats: AnyOperation {
        Operation(
            .get, "/v1/partner-seats", "listOwnPartnerSeats",
            summary: "A partner's own seats on the panels of its streams' rounds",
            description: "Those of rounds that are not closed first.", tag: "reviews", access: .roles([.partner]),
            output: OwnSeatsList.self
        ) { call in
            .ok(OwnSeatsList(items: try await call.reader.ownSeatsOnPanels().map(OwnSeatsView.init)))
        }.erased
    }
}

struct SeatWaiverBody: Described {
    let reason: LongText
    let partners: [Institution.ID]?
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = [
        "reason": "Read by managers and the partners.", "partners": "Whose seats; all that stand empty unless given.",
        "dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning,
    ]
}

/// What came of a partner's seats.
struct SeatWaiverItem: Described {
    let partner: Institution.ID
    let fault: RowFault?
}

/// The seats of a partner as JSON.
struct PartnerSeatsView: Described {
    let stream: ProgramStream.ID
    let streamName: LocalizedName
    let partner: Institution.ID
    let partnerName: LocalizedName
    let seats: Int
    let taken: Int
    let people: [String]
    let keepsTheRoundClosed: Bool
    let waivedBecause: LongText?
    let waivedAt: Date?
    let waivedBy: String?

    static let documentation = [
        "people": "Who takes one, by name.",
        "keeps_the_round_closed": "Whether a seat is empty, and nobody has said why as few may sit there.",
    ]

    init(_ found: PartnerSeats) {
        stream = found.stream
        streamName = found.streamName
        partner = found.partner
        partnerName = found.partnerName
        seats = found.seats
        taken = found.taken
        people = found.people
        keepsTheRoundClosed = found.keepsTheRoundClosed
        waivedBecause = found.waiver?.reason
        waivedAt = found.waiver?.waivedAt
        waivedBy = found.waiver?.waivedByName
    }
}

struct PartnerSeatsList: Described {
    let items: [PartnerSeatsView]
}

/// A partner's own seats as JSON.
struct OwnSeatsView: Described {
    let round: ReviewRound.ID
    let roundName: LocalizedName
    let callTitle: LocalizedName
    let stream: ProgramStream.ID
    let status: ReviewRound.Status
    let dueAt: Date
    let seats: Int
    let taken: Int
    let people: [String]
    let waivedBecause: LongText?

    static let documentation = [
        "people": "Who of your own takes one, by name.",
        "waived_because": "Why the round opens although some are empty, as a manager said.",
    ]

    init(_ own: OwnSeats) {
        round = own.round
        roundName = own.roundName
        callTitle = own.callTitle
        stream = own.stream
        status = own.status
        dueAt = own.due.instant
        seats = own.seats
        taken = own.taken
        people = own.people
        waivedBecause = own.reason
    }
}

struct OwnSeatsList: Described {
    let items: [OwnSeatsView]
}
