internal import API
internal import Accounts
internal import Calendars
internal import Foundation
internal import Institutions
internal import Pages
internal import Vocabulary
internal import Wording

/// Introductions by API: the investor's question comes with its answer to a shortlist, all that follows is here.
enum IntroductionsAPI {
    static let operations: [AnyOperation] = [
        listIntroductions, getIntroduction, listSteps, consent, decline, recordStep, setMeeting, cancelMeeting,
        getCalendar, getReport, getPassDigest, getPassLetters, choosePassLetters, listBlocks, blockPair, liftBlock,
    ]

    private static let sides: Set<Role> = [.manager, .investor, .founder]

    private static var listIntroductions: AnyOperation {
        Operation(
            .get, "/v1/introductions", "listIntroductions", summary: "Introductions, the latest first",
            description: "A startup and an investor see their own. `running` leaves out those that have ended.",
            tag: "investment", access: .roles(sides), parameters: ListIntroductions.self,
            output: Page<Introduction>.self
        ) { call in
            let query = call.parameters
            let after = try call.position(query.cursor, as: IntroductionPosition.self)
            let found = try await call.reader.introductions(
                at: query.stage, running: query.running ?? false, of: query.investor, with: query.startup, after: after,
                limit: PageSize.rows(for: query.limit))
            return .ok(try call.page(found, size: query.limit) { IntroductionPosition($0) })
        }.erased
    }

    private static var getIntroduction: AnyOperation {
        Operation(
            .get, "/v1/introductions/{introduction}", "getIntroduction", summary: "An introduction and where it stands",
            tag: "investment", access: .roles(sides), parameters: IntroductionPath.self, output: Introduction.self,
            problems: [.notFound]
        ) { call in
            guard let introduction = try await call.reader.introduction(call.parameters.introduction) else {
                throw Problem.notFound
            }
            return .ok(introduction)
        }.erased
    }

    private static var listSteps: AnyOperation {
        Operation(
            .get, "/v1/introductions/{introduction}/steps", "listIntroductionSteps",
            summary: "The steps of an introduction, the oldest first", tag: "investment", access: .roles(sides),
            parameters: IntroductionPath.self, output: IntroductionSteps.self, problems: [.notFound]
        ) { call in
            let id = call.parameters.introduction
            guard try await call.reader.introduction(id) != nil else { throw Problem.notFound }
            return .ok(IntroductionSteps(items: try await call.reader.steps(of: id)))
        }.erased
    }

    private static var consent: AnyOperation {
        Operation(
            .post, "/v1/introductions/{introduction}/consent", "consentToIntroduction",
            summary: "Agree to meet the investor",
            description: "From now on both sides know whom to write to: the founder who agrees and who asked.",
            tag: "investment", access: .roles([.founder]), parameters: IntroductionPath.self, output: Introduction.self,
            problems: [.notFound, .conflict]
        ) { call in
            let person = try call.principal.personID
            return try await call.write {
                .ok(try await $0.consentToIntroduction(call.parameters.introduction, by: person))
            }
        }.erased
    }

    private static var decline: AnyOperation {
        Operation(
            .post, "/v1/introductions/{introduction}/refusal", "declineIntroduction",
            summary: "Not to meet the investor now",
            description: "The investor learns that it does not come about, and not why.", tag: "investment",
            access: .roles([.founder, .manager]), parameters: IntroductionPath.self, body: NewRefusal.self,
            output: Introduction.self, problems: [.notFound, .conflict]
        ) { call in
            let actor = try call.principal.actor
            return try await call.write { transaction in
                .ok(
                    try await transaction.declineIntroduction(
                        call.parameters.introduction, by: actor, because: call.body.reason, note: call.body.note))
            }
        }.erased
    }

    private static var recordStep: AnyOperation {
        Operation(
            .post, "/v1/introductions/{introduction}/steps", "recordIntroductionStep",
            summary: "Say what came next: that they met, a commitment, a deal, or its end",
            description: """
                Either side may, once both have consented, and the park. `committed` takes `amount`, `binding` and `day`, \
                the last on which it stands; `closed` takes `amount`, `instrument` and `day`, none to \
                come; `passed` takes a `reason`, which only the park and one's own side read. A deal is in the firm's \
                portfolio at once; who said `closed`, or the park, may say it again as it is.
                """, tag: "investment", access: .roles(sides), parameters: IntroductionPath.self, body: NewStep.self,
            output: Introduction.self, problems: [.notFound, .conflict]
        ) { call in
            let actor = try call.principal.actor
            return try await call.write { transaction in
                .ok(try await transaction.recordStep(call.body, of: call.parameters.introduction, by: actor))
            }
        }.erased
    }

    private static var setMeeting: AnyOperation {
        Operation(
            .post, "/v1/introductions/{introduction}/meeting", "setIntroductionMeeting",
            summary: "Set when and where the two meet, or change it", tag: "investment", access: .roles(sides),
            parameters: IntroductionPath.self, body: NewMeeting.self, output: Introduction.self,
            problems: [.notFound, .conflict]
        ) { call in
            let actor = try call.principal.actor
            return try await call.write { transaction in
                .ok(try await transaction.setMeeting(call.body, of: call.parameters.introduction, by: actor))
            }
        }.erased
    }

    private static var cancelMeeting: AnyOperation {
        Operation(
            .post, "/v1/introductions/{introduction}/meeting/cancellation", "cancelIntroductionMeeting",
            summary: "Call the meeting off", tag: "investment", access: .roles(sides),
            parameters: IntroductionPath.self, output: Introduction.self, problems: [.notFound, .conflict]
        ) { call in
            let actor = try call.principal.actor
            return try await call.write { transaction in
                .ok(try await transaction.cancelMeeting(of: call.parameters.introduction, by: actor))
            }
        }.erased
    }

    private static var getCalendar: AnyOperation {
        Operation(
            .get, "/v1/introductions/{introduction}/meeting.ics", "getIntroductionMeetingCalendar",
            summary: "The meeting for a calendar, by RFC 5545", tag: "investment", access: .roles(sides),
            parameters: IntroductionPath.self, output: Download.self, problems: [.notFound], produces: "text/calendar"
        ) { call in
            guard let introduction = try await call.reader.introduction(call.parameters.introduction),
                let file = introduction.calendarFile(
                    in: Vocabulary.Language(Pages.Language(tag: call.locale) ?? .english))
            else { throw Problem.notFound }
            return .ok(Download(bytes: Array(file.utf8), filename: "meeting.ics"))
        }.erased
    }

    private static var getReport: AnyOperation {
        Operation(
            .get, "/v1/introduction-report", "getIntroductionReport",
            summary: "What came of the introductions asked for since a day, and how long it took",
            description: "The last 365 days unless `since` is given.", tag: "investment", access: .roles([.manager]),
            parameters: ReportSince.self, output: IntroductionReport.self
        ) { call in
            let since = call.parameters.since ?? CalendarDate(Date(), in: .utc).adding(days: -365)
            return .ok(try await call.reader.introductionReport(since: since))
        }.erased
    }

    private static var getPassDigest: AnyOperation {
        Operation(
            .get, "/v1/startups/{startup}/pass-reasons", "getPassReasons",
            summary: "Why investors passed a startup over in the last year, by reason and never by name",
            description: """
                Each investor counts once, by its last answer. Of fewer than three passes nothing is told. Founders read \
                what was counted when they were last written to: at the beginning of a month, and only once it differs by \
                the answers of three investors.
                """,
            tag: "investment", access: .roles([.manager, .founder]), parameters: PassesOf.self, output: PassDigest.self,
            problems: [.notFound]
        ) { call in
            let startup = call.parameters.startup
            guard try await call.reader.startup(startup) != nil else { throw Problem.notFound }
            let today = CalendarDate(Date(), in: .utc)
            return .ok(
                try await call.reader.passDigest(
                    of: startup, since: today.adding(days: -PassDigest.days), until: today))
        }.erased
    }

    private static var getPassLetters: AnyOperation {
        Operation(
            .get, "/v1/pass-letters", "getPassLetters",
            summary: "Whether you are written to about why investors passed", tag: "investment",
            access: .roles([.founder]), output: PassLetters.self
        ) { call in
            .ok(try await call.reader.passLetters())
        }.erased
    }

    private static var choosePassLetters: AnyOperation {
        Operation(
            .post, "/v1/pass-letters", "choosePassLetters",
            summary: "Be written to about why investors passed, or no longer",
            description: "Once a month at most, and only where there is news that hides who passed.", tag: "investment",
            access: .roles([.founder]), body: PassLetters.self, output: PassLetters.self
        ) { call in
            let person = try call.principal.personID
            return try await call.write { .ok(try await $0.choosePassLetters(call.body, by: person)) }
        }.erased
    }

    // MARK: Blocks

    private static var listBlocks: AnyOperation {
        Operation(
            .get, "/v1/blocks", "listBlocks", summary: "Pairs that are not to be proposed",
            description: "Managers see all, an investor and a startup those they set.", tag: "investment",
            access: .roles(sides), parameters: ListBlocks.self, output: Page<Block>.self
        ) { call in
            let after = try call.position(call.parameters.cursor, as: BlockPosition.self)
            let found = try await call.reader.blocks(after: after, limit: PageSize.rows(for: call.parameters.limit))
            return .ok(try call.page(found, size: call.parameters.limit) { BlockPosition($0) })
        }.erased
    }

    private static var blockPair: AnyOperation {
        Operation(
            .post, "/v1/blocks", "blockPair", summary: "Never propose the two to each other",
            description: """
                A manager names both; an investor the startup, a startup the investor. It ends the introduction that runs \
                between them. The other side is not told.
                """, tag: "investment", access: .roles(sides), body: NewBlockBody.self, output: Block.self,
            success: .created, problems: [.conflict]
        ) { call in
            let principal = try call.principal
            let (new, actor, id) = (try call.body.block(by: principal), principal.actor, Block.ID())
            return try await call.write { transaction in
                guard try await transaction.knows(new.investor) else {
                    throw Problem.invalid("/investor", "Choose an investor you know.")
                }
                guard try await transaction.knows(Institution.ID(new.startup.uuid)) else {
                    throw Problem.invalid("/startup", "Choose a startup you know.")
                }
                return .created(
                    try await transaction.blockPair(new, by: actor, as: id), location: "/v1/blocks/\(id)")
            }
        }.erased
    }

    private static var liftBlock: AnyOperation {
        Operation(
            .post, "/v1/blocks/{block}/lifting", "liftBlock", summary: "Let the two be proposed to each other again",
            description: "As far as this side is concerned: the other may have blocked the pair, too.",
            tag: "investment", access: .roles(sides), parameters: BlockPath.self, output: NoOutput.self,
            problems: [.notFound]
        ) { call in
            let person = try call.principal.personID
            return try await call.write { transaction in
                try await transaction.liftBlock(call.parameters.block, by: person)
                return .noContent
            }
        }.erased
    }
}

extension Principal {
    /// On which side of an introduction somebody acts from this seat.
    var side: IntroductionSide {
        switch role {
        case .investor: .investor
        case .founder: .startup
        default: .park
        }
    }

    /// Who acts on an introduction from this seat.
    var actor: IntroductionActor { IntroductionActor(personID, for: side) }
}

struct IntroductionPath: Codable {
    let introduction: Introduction.ID
}

struct ListIntroductions: Codable {
    let stage: Introduction.Stage?
    let running: Bool?
    let investor: Institution.ID?
    let startup: Startup.ID?
    let limit: PageSize?
    let cursor: PageCursor?
}

struct PassesOf: Codable {
    let startup: Startup.ID
}

struct IntroductionSteps: Codable {
    let items: [IntroductionStep]
}

/// What a startup says when it does not want to meet.
struct NewRefusal: Described {
    let reason: EndingReason
    let note: ShortText?

    static let documentation = ["note": "For the park and one's own side; the investor does not read it."]
}

struct ReportSince: Codable {
    let since: CalendarDate?
}

struct ListBlocks: Codable {
    let limit: PageSize?
    let cursor: PageCursor?
}

struct BlockPath: Codable {
    let block: Block.ID
}

struct NewBlockBody: Described {
    let investor: Institution.ID?
    let startup: Startup.ID?
    let reason: ShortText?

    static let documentation = [
        "investor": "Left out by an investor, which blocks for itself.",
        "startup": "Left out by a startup, which blocks for itself.",
        "reason": "For the park and one's own side; the other does not read it.",
    ]

    func block(by principal: Principal) throws -> NewBlock {
        let own = try principal.actsFor
        let investor = principal.side == .investor ? Institution.ID(own) : investor
        let startup = principal.side == .startup ? Startup.ID(own) : startup
        guard let investor else {
            throw Problem(.invalid, errors: [.init("/investor", .required, "Name the investor.")])
        }
        guard let startup else { throw Problem(.invalid, errors: [.init("/startup", .required, "Name the startup.")]) }
        return NewBlock(investor: investor, startup: startup, reason: reason)
    }
}

extension Introduction: Described {
    package static var documentation: [String: String] {
        [
            "stage": "As both sides know it; `not_now` says that the startup did not consent, and not why.",
            "consent_by": "The last day on which the startup may consent, UTC.",
            "ending": "For managers and the side that ended it.",
            "contacts": "Empty until both have consented.",
        ]
    }
}

extension Block: Described {}
extension IntroductionStep: Described {}

extension Introduction {
    /// The meeting for a calendar; nil while there is none.
    func calendarFile(in language: Vocabulary.Language) -> String? {
        guard let meeting else { return nil }
        let names = [startupName, investorName].compactMap { $0?.text(for: language) }
        // Calendars show their own zone's time; whoever reads the file elsewhere finds the time they know.
        let moments = ReaderTime(meeting.startsAt, beside: meeting.timeZone).map { _ in
            let read = Pages.Language(tag: language.rawValue) ?? .english
            return [TimeText(meeting.startsAt, in: meeting.timeZone, and: .ofReader, language: read).sentence]
        }
        return CalendarEvent(
            uid: "introduction-\(id)@trellis", sequence: meeting.sequence, changedAt: movedAt,
            startsAt: meeting.startsAt, zone: meeting.timeZone.description, minutes: meeting.minutes,
            summary: names.joined(separator: " × "),
            details: ((moments ?? []) + contacts.map { "\($0.name) <\($0.email)>" }).joined(separator: "\n"),
            location: meeting.place?.string, url: meeting.link?.description, isCancelled: meeting.cancelledAt != nil
        ).file()
    }
}
