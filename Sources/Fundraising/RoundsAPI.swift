internal import API
internal import Accounts
internal import Exports
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

internal import struct API.Operation

/// Rounds and indications by API.
enum RoundsAPI {
    static let operations: [AnyOperation] = [
        listRounds, getRound, exportRound, planRound, reviseRound, openRound, extendRound, closeRound, withdrawRound,
        giveIndication, withdrawIndication, releaseIndication, getReport,
    ]

    private static let readers: Set<Role> = [.manager, .founder, .investor]

    private static var listRounds: AnyOperation {
        Operation(
            .get, "/v1/funding-rounds", "listFundingRounds", summary: "Rounds that are raised, the latest first",
            description: """
                A startup sees its own, an investor those of startups it was shown or introduced to, once they have opened. \
                `running` leaves out those that have ended.
                """, tag: "fundraising", access: .roles(readers), parameters: ListRounds.self,
            output: Page<FundingRound>.self
        ) { call in
            let query = call.parameters
            let after = try call.position(query.cursor, as: RoundPosition.self)
            let found = try await call.reader.fundingRounds(
                near: try call.principal.role == .investor, of: query.startup, running: query.running ?? false,
                after: after,
                limit: PageSize.rows(for: query.limit))
            return .ok(try call.page(found, size: query.limit) { RoundPosition($0) })
        }.erased
    }

    private static var getRound: AnyOperation {
        Operation(
            .get, "/v1/funding-rounds/{round}", "getFundingRound",
            summary: "A round and what the reader is told of its indications",
            description: """
                The startup reads all indications; an investor its own, and those of others by the round's level of \
                disclosure; the park how many there are and what they sum to.
                """, tag: "fundraising", access: .roles(readers), parameters: RoundPath.self, output: RoundSheet.self,
            problems: [.notFound]
        ) { call in
            guard let sheet = try await call.reader.roundSheet(call.parameters.round) else { throw Problem.notFound }
            return .ok(sheet)
        }.erased
    }

    private static var exportRound: AnyOperation {
        Operation(
            .get, "/v1/funding-rounds/{round}/indications.csv", "getIndicationsFile",
            summary: "What the reader is told of the indications, as CSV",
            description: "The same as `getFundingRound` tells, with columns named in the reader's language.",
            tag: "fundraising", access: .roles(readers), parameters: RoundPath.self, output: Download.self,
            problems: [.notFound], produces: "text/csv"
        ) { call in
            guard let sheet = try await call.reader.roundSheet(call.parameters.round) else { throw Problem.notFound }
            let file = RoundFile(sheet, in: Pages.Language(tag: call.locale) ?? .english)
            return .ok(Download(bytes: file.csv, filename: file.name))
        }.erased
    }

    private static var planRound: AnyOperation {
        Operation(
            .post, "/v1/funding-rounds", "planFundingRound", summary: "Plan a round",
            description: "Investors do not know of it before it opens. A startup raises one round at a time.",
            tag: "fundraising", access: .roles([.founder]), body: RoundTerms.self, output: FundingRound.self,
            success: .created, problems: [.conflict]
        ) { call in
            let (principal, id) = (try call.principal, FundingRound.ID())
            let startup = Startup.ID(try principal.actsFor)
            return try await call.write { transaction in
                .created(
                    try await transaction.planRound(call.body, as: id, of: startup, by: principal.personID),
                    location: "/v1/funding-rounds/\(id)")
            }
        }.erased
    }

    private static var reviseRound: AnyOperation {
        Operation(
            .post, "/v1/funding-rounds/{round}/terms", "reviseFundingRound", summary: "Say anew what is raised",
            description: """
                Once a round is open, stage, target, minimum, currency and instrument stand, its closing day moves back \
                only, and once somebody has indicated, it is told to fewer only.
                """, tag: "fundraising", access: .roles([.founder]), parameters: RoundPath.self, body: RoundTerms.self,
            output: FundingRound.self, problems: [.notFound, .conflict]
        ) { call in
            try await call.write { .ok(try await $0.reviseRound(call.parameters.round, to: call.body)) }
        }.erased
    }

    private static var openRound: AnyOperation {
        Operation(
            .post, "/v1/funding-rounds/{round}/opening", "openFundingRound",
            summary: "Open a round to investors who were shown the startup or introduced to it", tag: "fundraising",
            access: .roles([.founder]), parameters: RoundPath.self, output: FundingRound.self,
            problems: [.notFound, .conflict]
        ) { call in
            try await call.write { .ok(try await $0.openRound(call.parameters.round)) }
        }.erased
    }

    private static var extendRound: AnyOperation {
        Operation(
            .post, "/v1/funding-rounds/{round}/extension", "extendFundingRound",
            summary: "Move the closing day of an open round back", tag: "fundraising", access: .roles([.founder]),
            parameters: RoundPath.self, body: RoundExtension.self, output: FundingRound.self,
            problems: [.notFound, .conflict]
        ) { call in
            try await call.write {
                .ok(try await $0.extendRound(call.parameters.round, to: call.body.closesOn))
            }
        }.erased
    }

    private static var closeRound: AnyOperation {
        Operation(
            .post, "/v1/funding-rounds/{round}/closing", "closeFundingRound",
            summary: "Close a round with what was raised", tag: "fundraising", access: .roles([.founder]),
            parameters: RoundPath.self, body: RoundClosing.self, output: FundingRound.self,
            problems: [.notFound, .conflict]
        ) { call in
            try await call.write { .ok(try await $0.closeRound(call.parameters.round, raised: call.body.raised)) }
        }.erased
    }

    private static var withdrawRound: AnyOperation {
        Operation(
            .post, "/v1/funding-rounds/{round}/withdrawal", "withdrawFundingRound", summary: "Give a round up",
            description: "What was indicated stays on record and binds nobody any more.", tag: "fundraising",
            access: .roles([.founder]), parameters: RoundPath.self, output: FundingRound.self,
            problems: [.notFound, .conflict]
        ) { call in
            try await call.write { .ok(try await $0.withdrawRound(call.parameters.round)) }
        }.erased
    }

    private static var giveIndication: AnyOperation {
        Operation(
            .post, "/v1/funding-rounds/{round}/indications", "giveIndication",
            summary: "Say what one would put into a round",
            description: """
                In the round's currency. It replaces what the firm said before, unless that binds. The startup reads the \
                firm's name, the giver's and their address; other investors what the round's level of disclosure tells. \
                `told` is that level as the giver read it (`shown_to_introduced`): where the round tells more by now, the \
                answer is 409.
                """, tag: "fundraising", access: .roles([.investor]), parameters: RoundPath.self,
            body: NewIndication.self, output: RoundSheet.self, success: .created, problems: [.notFound, .conflict]
        ) { call in
            let (principal, id, round) = (try call.principal, Indication.ID(), call.parameters.round)
            let investor = Institution.ID(try principal.actsFor)
            return try await call.write { transaction in
                .created(
                    try await transaction.giveIndication(
                        call.body, as: id, to: round, of: investor, by: principal.personID),
                    location: "/v1/funding-rounds/\(round)")
            }
        }.erased
    }

    private static var withdrawIndication: AnyOperation {
        Operation(
            .post, "/v1/funding-rounds/{round}/indications/{indication}/withdrawal", "withdrawIndication",
            summary: "Take an indication back",
            description: """
                One that binds stands until its day, unless the startup lets it go or the round ends. Also from a round that \
                the investor does not reach any more.
                """, tag: "fundraising", access: .roles([.investor]), parameters: IndicationPath.self,
            output: NoOutput.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await call.write { transaction in
                try await transaction.withdrawIndication(path.indication, of: path.round, by: person)
                return .noContent
            }
        }.erased
    }

    private static var releaseIndication: AnyOperation {
        Operation(
            .post, "/v1/funding-rounds/{round}/indications/{indication}/release", "releaseIndication",
            summary: "Let an investor go from its indication", tag: "fundraising", access: .roles([.founder]),
            parameters: IndicationPath.self, output: RoundSheet.self, problems: [.notFound, .conflict]
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await call.write { transaction in
                .ok(try await transaction.releaseIndication(path.indication, of: path.round, by: person))
            }
        }.erased
    }

    private static var getReport: AnyOperation {
        Operation(
            .get, "/v1/fundraising-report", "getFundraisingReport",
            summary: "The rounds of the park's startups, and how much their data rooms are read",
            description: """
                Counts and sums: neither who indicated nor what a data room holds. The latest 200 rounds; all by \
                `listFundingRounds`.
                """, tag: "fundraising", access: .roles([.manager]), output: FundraisingReport.self
        ) { call in
            .ok(try await FundraisingReport(call.reader))
        }.erased
    }
}

/// What the park is told of fundraising.
struct FundraisingReport: Described {
    let rounds: [FundingRound]
    let dataRooms: [RoomCount]

    static let documentation = ["rounds": "The latest 200, the latest first."]

    init(_ reader: Reader) async throws {
        rounds = try await reader.fundingRounds(limit: 200)
        dataRooms = try await reader.roomCounts()
    }
}

struct RoundPath: Codable {
    let round: FundingRound.ID
}

struct IndicationPath: Codable {
    let round: FundingRound.ID
    let indication: Indication.ID
}

struct ListRounds: Codable {
    let startup: Startup.ID?
    let running: Bool?
    let limit: PageSize?
    let cursor: PageCursor?
}

struct RoundExtension: Described {
    let closesOn: CalendarDate
}

struct RoundClosing: Described {
    let raised: Money
}

extension FundingRound: Described {
    package static var documentation: [String: String] {
        [
            "standing": "`target_met` and `extended` follow from what stands and from the closing day.",
            "disclosure": "What the reader is told of the indications of others.",
            "tally": "Absent where the reader is not told.",
        ]
    }
}

extension RoundTerms: Described {
    package static var documentation: [String: String] {
        [
            "minimum": "Below it the round does not close.",
            "closes_on": "The last day on which indications are taken, UTC.",
            "shown_to_listed": "What investors who met the startup on a list are told of each other.",
            "shown_to_introduced": "What investors who were introduced are told of each other; no less.",
        ]
    }
}

extension RoundSheet: Described {}
extension Indication: Described {}

extension NewIndication: Described {
    package static var documentation: [String: String] {
        ["told": "What other investors are told of it at the most, as its giver read."]
    }
}

extension RoomCount: Described {}

/// The indications of a round as a file, in a reader's language: what the reader is told, and no more.
struct RoundFile {
    private let sheet: RoundSheet
    private let t: Texts
    private let spoken: Vocabulary.Language

    init(_ sheet: RoundSheet, in language: Pages.Language) {
        self.sheet = sheet
        t = PageKit.fundraising.texts(in: language)
        spoken = Vocabulary.Language(language)
    }

    var name: String { "round-\(sheet.round.id).csv" }

    var csv: [UInt8] {
        let (t, spoken) = (t, spoken)
        return Sheet(
            t("round.indications"),
            [
                .text(t("indication.investor")) { $0.investorName.text(for: spoken) },
                .money(t("indication.amount"), currency: t("indication.currency")) { Amount($0.amount) },
                .text(t("indication.kind")) { $0.binding ? t("indication.binding") : t("indication.not_binding") },
                .date(t("indication.until")) { Day($0.standsUntil) },
                .instant(t("indication.given_utc")) { $0.givenAt },
                .text(t("indication.contact")) { $0.contactName }, .text(t("indication.email")) { $0.contactEmail },
                .text(t("indication.note"), width: 40) { $0.note?.string },
            ], of: sheet.indications
        ).csv
    }
}
