import API
package import Accounts
package import Foundation
package import Institutions
package import Partnerships
package import Postgres
package import Vocabulary

/// What is taken into the next year.
package enum CloneScope: Sendable {
    /// A program with its running streams, and what each of them had in its latest twelve months.
    case program(Program.ID)
    /// A stream, and what it had in its latest twelve months.
    case stream(ProgramStream.ID)
    /// One call.
    case call(CallForApplications.ID)
}

/// What the next year begins with, made from the last: everything a year later, nothing published.
package struct ProgramClone: Described {
    /// A program that is made, unless streams stay in the one they are in.
    package let program: NewName<Program>?
    /// The streams that are made.
    package let streams: [Stream]
    /// The cohorts that are made.
    package let cohorts: [Group]
    /// The calls that are drafted.
    package let calls: [Draft]

    /// Something that is made, and what from.
    package struct NewName<Noun: Sendable>: Codable, Sendable {
        /// What it will be.
        package let id: Identifier<Noun>
        /// What it is made from.
        package let source: Identifier<Noun>
        /// What it will be called.
        package let name: LocalizedName
    }

    /// A stream that is made.
    package struct Stream: Codable, Sendable {
        /// What it will be.
        package let id: ProgramStream.ID
        /// What it is made from.
        package let source: ProgramStream.ID
        /// The program it will be a branch of.
        package let program: Program.ID
        /// What it will be called.
        package let name: LocalizedName
        /// Whether it brings its design along.
        package let hasDesign: Bool
        /// How many reviewers its pool brings along.
        package let reviewers: Int
        /// Who takes part again.
        package let partners: [ProgramStream.Partner]
        /// Who does not, and why.
        package let leftOut: [LeftOut]
        /// The days that its design names, each a year later.
        package let moved: [Moved]
        /// The texts of its design that name a year or a day, and stay as they are.
        package let toCheck: [ToCheck]
    }

    /// A partner that does not take part again.
    package struct LeftOut: Codable, Sendable, Equatable {
        /// Who.
        package let institution: Institution.ID
        /// Under which agreement it took part.
        package let mou: MoU.ID
        /// How that agreement stands on the day that counts.
        package let status: MoU.Status
        /// The day that counts: the one on which the first call opens, or today where there is none.
        package let day: CalendarDate
    }

    /// A cohort that is made.
    package struct Group: Codable, Sendable {
        /// What it will be.
        package let id: Cohort.ID
        /// What it is made from.
        package let source: Cohort.ID
        /// The stream that will admit it.
        package let stream: ProgramStream.ID
        /// What it will be called.
        package let name: Name
        /// Its first day.
        package let startsOn: CalendarDate
        /// The day after its last.
        package let endsOn: CalendarDate
        /// How many startups it has room for.
        package let capacity: Int
    }

    /// A call that is drafted.
    package struct Draft: Codable, Sendable {
        /// What it will be.
        package let id: CallForApplications.ID
        /// What it is made from.
        package let source: CallForApplications.ID
        /// The stream that startups will apply to.
        package let stream: ProgramStream.ID
        /// Its title.
        package let title: LocalizedName
        /// From when on applications will be accepted.
        package let opensAt: Date
        /// Until when.
        package let deadline: Deadline
        /// The cut-offs of a rolling call.
        package let cutoffs: [Date]
        /// The cohort that is made and that it leads into.
        package let cohort: Cohort.ID?
        /// The cohort that its source leads into and that it does not: it is not taken along, or would end before this closes.
        package let leftCohort: LeftCohort?
        /// The rounds of review that are drafted with it, in order.
        package let rounds: [Round]
        /// The days that its questions and conditions name, each a year later.
        package let moved: [Moved]
        /// The texts of its questions and conditions that name a year or a day, and stay as they are.
        package let toCheck: [ToCheck]
    }

    /// A cohort that a call leads into, and its copy does not.
    package struct LeftCohort: Codable, Sendable, Equatable {
        /// The cohort.
        package let id: Cohort.ID
        /// What it is called.
        package let name: Name
    }

    /// A round of review that is drafted as it was run.
    package struct Round: Codable, Sendable {
        /// What it will be.
        package let id: Identifier<Round>
        /// The round it is made from.
        package let source: Identifier<Round>
        /// What it is called.
        package let name: LocalizedName
        /// The stream it judges for; nil for all of them.
        package let stream: ProgramStream.ID?
        /// The batch it judges, from 1; nil for all of them.
        package let batch: Int?
        /// Whether reviewers will not learn whose application it is.
        package let isBlind: Bool
        /// How many reviews an application is to get.
        package let reviewsWanted: Int
        /// How many criteria its rubric has.
        package let criteria: Int
        /// By when reviews are due.
        package let due: Deadline
        /// The texts of its rubric that name a year or a day, and stay as they are.
        package let toCheck: [ToCheck]

        /// A round that is made from another.
        package init(
            id: Identifier<Round>, source: Identifier<Round>, name: LocalizedName, stream: ProgramStream.ID?,
            batch: Int?, isBlind: Bool, reviewsWanted: Int, criteria: Int, due: Deadline, toCheck: [ToCheck]
        ) {
            self.id = id
            self.source = source
            self.name = name
            self.stream = stream
            self.batch = batch
            self.isBlind = isBlind
            self.reviewsWanted = reviewsWanted
            self.criteria = criteria
            self.due = due
            self.toCheck = toCheck
        }

        /// The same a year later, for the stream that this one has become.
        func aYearLater(for stream: ProgramStream.ID?) -> Round {
            Round(
                id: id, source: source, name: name, stream: stream, batch: batch, isBlind: isBlind,
                reviewsWanted: reviewsWanted, criteria: criteria,
                due: Deadline(
                    YearLater.moment(due.instant, in: due.zone), in: due.zone, graceSeconds: due.graceSeconds),
                toCheck: toCheck)
        }
    }

    package static let documentation = [
        "calls": """
        Drafts with the forms of the calls they are made from, the days they name a year later. Whom those let in is not taken \
        along. `to_check` lists texts that name a year or a day and are taken along as they are.
        """
    ]
}

/// The rounds of review that go into the next year with their call, which another room keeps.
package struct CallRounds: Sendable {
    /// The rounds of a call as they were run; those drafted where none was opened. Each with an id for its copy.
    package let asRun: @Sendable (CallForApplications.ID, any Statements) async throws -> [ProgramClone.Round]
    /// Drafts the rounds of a call that was cloned.
    package let draft: @Sendable (ProgramClone.Draft, Tenant.ID, Transaction) async throws -> Void

    /// What the room of reviews does for it.
    package init(
        asRun: @escaping @Sendable (CallForApplications.ID, any Statements) async throws -> [ProgramClone.Round],
        draft: @escaping @Sendable (ProgramClone.Draft, Tenant.ID, Transaction) async throws -> Void
    ) {
        self.asRun = asRun
        self.draft = draft
    }
}

// MARK: - A year later

/// The same moment a year later: the same day and the same time on the clock of its zone. The last day of February stands
/// for a leap day.
enum YearLater {
    static func moment(_ instant: Date, in zone: TimeZoneName) -> Date {
        let local = LocalTime(instant, in: zone)
        let date = day(local.date)
        let later = LocalTime(date, hour: local.hour, minute: local.minute, second: local.second) ?? local
        return later.instant(in: zone)
    }

    static func day(_ date: CalendarDate) -> CalendarDate { date.adding(months: 12) }

    /// The years that a text names, each moved along: `2026` is 2027, `2026/27` is `2027/28`.
    static func text(_ string: String) -> String {
        var result = ""
        var rest = Substring(string)
        while let start = rest.firstIndex(where: \.isASCIIDigit) {
            result += rest[..<start]
            let digits = rest[start...].prefix(while: \.isASCIIDigit)
            rest = rest[digits.endIndex...]
            guard digits.count == 4, let year = Int(digits), (1900...2999).contains(year) else {
                result += digits
                continue
            }
            result += "\(year + 1)"
            // The second half of a year that spans two.
            guard let sign = rest.first, "/-–".contains(sign) else { continue }
            let second = rest.dropFirst().prefix(while: \.isASCIIDigit)
            guard second.count == 2, Int(second) == (year + 1) % 100 else { continue }
            let next = (year + 2) % 100
            result += "\(sign)\(next < 10 ? "0" : "")\(next)"
            rest = rest[second.endIndex...]
        }
        return result + rest
    }

    static func name(_ name: LocalizedName) throws(TextRefusal) -> LocalizedName {
        try LocalizedName(
            en: name[.english].map { text($0.string) }, zhHant: name[.traditionalChinese].map { text($0.string) },
            ja: name[.japanese].map { text($0.string) })
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}

extension Statements {
    /// What cloning would make, without making it.
    ///
    /// Not found when there is nothing to clone.
    ///
    /// - Parameter rounds: whence calls take their rounds as they were run; nil to let them begin as their streams are designed.
    package func planClone(
        of scope: CloneScope, now: Date, rounds: CallRounds? = nil
    ) async throws -> ProgramClone {
        switch scope {
        case .call(let id):
            guard let call = try await call(id) else { throw Problem.notFound }
            let kept = try await streams(of: call.program).filter { $0.endedAt == nil }
            let copies = Dictionary(uniqueKeysWithValues: kept.map { ($0.id, $0.id) })
            return ProgramClone(
                program: nil, streams: [], cohorts: [],
                calls: [try await draft(call, of: call.stream, copies, [], rounds)])
        case .stream(let id):
            guard let stream = try await stream(id) else { throw Problem.notFound }
            return try await plan([stream], nil, now, rounds)
        case .program(let id):
            guard let program = try await program(id) else { throw Problem.notFound }
            let made = ProgramClone.NewName<Program>(
                id: Program.ID(), source: id, name: try YearLater.name(program.name))
            return try await plan(try await streams(of: id).filter { $0.endedAt == nil }, made, now, rounds)
        }
    }

    private func plan(
        _ streams: [ProgramStream], _ program: ProgramClone.NewName<Program>?, _ now: Date, _ rounds: CallRounds?
    ) async throws -> ProgramClone {
        let mous = try await mous(Array(Set(streams.flatMap(\.partners).map(\.mou))))
        let agreements = Dictionary(uniqueKeysWithValues: mous.map { ($0.id, $0) })
        let calls = Dictionary(grouping: try await calls().filter { $0.cancelledAt == nil }, by: \.stream)
        let cohorts = Dictionary(grouping: try await cohorts(), by: \.stream)
        var copies = Dictionary(uniqueKeysWithValues: streams.map { ($0.id, ProgramStream.ID()) })
        if program == nil, let stream = streams.first {
            // Beside its copy a call offers the other streams of the program again.
            for other in try await self.streams(of: stream.program) where other.endedAt == nil {
                copies[other.id] = copies[other.id] ?? other.id
            }
        }
        var (made, groups, drafts): ([ProgramClone.Stream], [ProgramClone.Group], [ProgramClone.Draft]) = ([], [], [])
        // First all of them: a call may lead into a cohort of any stream that it offers.
        for stream in streams {
            guard let id = copies[stream.id] else { continue }
            groups += try Self.ofTheLatestYear(cohorts[stream.id] ?? [], \.startsOn)
                .map { cohort in
                    ProgramClone.Group(
                        id: Cohort.ID(), source: cohort.id, stream: id,
                        name: try Name(YearLater.text(cohort.name.string)),
                        startsOn: YearLater.day(cohort.startsOn), endsOn: YearLater.day(cohort.endsOn),
                        capacity: cohort.capacity)
                }
        }
        for stream in streams {
            guard let id = copies[stream.id] else { continue }
            let mine = Self.ofTheLatestYear(calls[stream.id] ?? []) {
                CalendarDate($0.opensAt, in: $0.deadline.zone)
            }
            var drafted: [ProgramClone.Draft] = []
            for call in mine { drafted.append(try await draft(call, of: id, copies, groups, rounds)) }
            let day =
                drafted.first.map { CalendarDate($0.opensAt, in: $0.deadline.zone) }
                ?? CalendarDate(now, in: .hongKong)
            let bound = try await bound(stream.partners, on: day)
            let design = try await design(of: stream.id)
            let latest = mine.last.map { CalendarDate($0.opensAt, in: $0.deadline.zone).year }
            let written = design?.written(in: latest ?? CalendarDate(now, in: .hongKong).year)
            made.append(
                ProgramClone.Stream(
                    id: id, source: stream.id, program: program?.id ?? stream.program,
                    name: try YearLater.name(stream.name), hasDesign: design != nil,
                    reviewers: try await poolSize(of: stream.id),
                    partners: stream.partners.filter(bound.contains),
                    leftOut: stream.partners.filter { !bound.contains($0) }.map { partner in
                        ProgramClone.LeftOut(
                            institution: partner.institution, mou: partner.mou,
                            status: agreements[partner.mou]?.term.status(on: day) ?? .draft, day: day)
                    }, moved: written?.moved ?? [], toCheck: written?.toCheck ?? []))
            drafts += drafted
        }
        return ProgramClone(program: program, streams: made, cohorts: groups, calls: drafts)
    }

    /// What begins within the twelve months up to the last of them, in order: a season may span the turn of a year.
    private static func ofTheLatestYear<Thing>(_ things: [Thing], _ day: (Thing) -> CalendarDate) -> [Thing] {
        guard let last = things.map(day).max() else { return [] }
        let before = last.adding(months: -12)
        return things.filter { day($0) > before }.sorted { day($0) < day($1) }
    }

    /// - Parameters:
    ///   - copies: what becomes of each stream that the clone may offer.
    ///   - groups: the cohorts that are made along.
    private func draft(
        _ call: CallForApplications, of stream: ProgramStream.ID, _ copies: [ProgramStream.ID: ProgramStream.ID],
        _ groups: [ProgramClone.Group], _ rounds: CallRounds?
    ) async throws -> ProgramClone.Draft {
        let zone = call.deadline.zone
        let offered = call.offered.compactMap { copies[$0.stream] }
        // Of what is asked for streams that are not offered any more nothing comes along.
        let kept = offered.count > 1 ? call.offered.map(\.stream).filter { copies[$0] != nil } : []
        let dropped = call.following(
            call.questions.filter { !$0.isAsked(of: kept + [call.stream]) }.map(\.id))
        let written = WrittenForAYear(
            call.questions.filter { !dropped.contains($0.id) }.map { NewQuestion($0) },
            requiring: try await conditions(of: call.id), in: CalendarDate(call.opensAt, in: zone).year)
        let closing = YearLater.moment(call.deadline.instant, in: zone)
        // What lasts beyond the leap day ends on the same day as what closes the day before it, a year later.
        let cohort = groups.first {
            $0.source == call.cohort?.id && $0.endsOn > CalendarDate(closing, in: zone)
        }
        let taken = try await rounds?.asRun(call.id, self) ?? []
        return ProgramClone.Draft(
            id: CallForApplications.ID(), source: call.id, stream: stream, title: try YearLater.name(call.title),
            opensAt: YearLater.moment(call.opensAt, in: zone),
            deadline: Deadline(closing, in: zone, graceSeconds: call.deadline.graceSeconds),
            cutoffs: call.cutoffs.map { YearLater.moment($0, in: zone) }, cohort: cohort?.id,
            leftCohort: cohort == nil ? call.cohort.map { .init(id: $0.id, name: $0.name) } : nil,
            rounds: taken.compactMap { round in
                guard let one = round.stream else { return round.aYearLater(for: nil) }
                // Where there is nothing to choose any more, the round of the stream that is left judges everybody.
                guard offered.count > 1 else { return one == call.stream ? round.aYearLater(for: nil) : nil }
                return copies[one].map { round.aYearLater(for: $0) }
            }, moved: written.moved, toCheck: written.toCheck)
    }
}

extension StreamDesign {
    /// What it was written with in a year.
    func written(in year: Int) -> WrittenForAYear {
        var written = WrittenForAYear(form, requiring: required, in: year)
        for criterion in rubric {
            written.toCheck.look(atCriterion: criterion.name, criterion.guidance, criterion.anchors ?? [:], year: year)
        }
        for round in rounds { written.toCheck.look(at: round.name, .round, year: year) }
        written.toCheck.look(at: milestones, .milestones, year: year)
        written.toCheck.look(at: eligibility, .eligibility, year: year)
        written.toCheck.look(at: panelHints?.string, .panelHints, year: year)
        return written
    }
}
