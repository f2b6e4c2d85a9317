import API
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
    }

    package static let documentation = [
        "calls": "Drafts with the forms of the calls they are made from. Whom those let in is not taken along."
    ]
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
    package func planClone(of scope: CloneScope, now: Date) async throws -> ProgramClone {
        switch scope {
        case .call(let id):
            guard let call = try await call(id) else { throw Problem.notFound }
            return ProgramClone(
                program: nil, streams: [], cohorts: [], calls: [try draft(call, of: call.stream)])
        case .stream(let id):
            guard let stream = try await stream(id) else { throw Problem.notFound }
            return try await plan([stream], nil, now)
        case .program(let id):
            guard let program = try await program(id) else { throw Problem.notFound }
            let made = ProgramClone.NewName<Program>(
                id: Program.ID(), source: id, name: try YearLater.name(program.name))
            return try await plan(try await streams(of: id).filter { $0.endedAt == nil }, made, now)
        }
    }

    private func plan(
        _ streams: [ProgramStream], _ program: ProgramClone.NewName<Program>?, _ now: Date
    ) async throws -> ProgramClone {
        let mous = try await mous(Array(Set(streams.flatMap(\.partners).map(\.mou))))
        let agreements = Dictionary(uniqueKeysWithValues: mous.map { ($0.id, $0) })
        let calls = Dictionary(grouping: try await calls().filter { $0.cancelledAt == nil }, by: \.stream)
        let cohorts = Dictionary(grouping: try await cohorts(), by: \.stream)
        var (made, groups, drafts): ([ProgramClone.Stream], [ProgramClone.Group], [ProgramClone.Draft]) = ([], [], [])
        for stream in streams {
            let id = ProgramStream.ID()
            let mine = Self.ofTheLatestYear(calls[stream.id] ?? []) {
                CalendarDate($0.opensAt, in: $0.deadline.zone)
            }
            let drafted = try mine.map { try draft($0, of: id) }
            let day =
                drafted.first.map { CalendarDate($0.opensAt, in: $0.deadline.zone) }
                ?? CalendarDate(now, in: .hongKong)
            let bound = try await bound(stream.partners, on: day)
            made.append(
                ProgramClone.Stream(
                    id: id, source: stream.id, program: program?.id ?? stream.program,
                    name: try YearLater.name(stream.name), hasDesign: try await design(of: stream.id) != nil,
                    reviewers: try await poolSize(of: stream.id),
                    partners: stream.partners.filter(bound.contains),
                    leftOut: stream.partners.filter { !bound.contains($0) }.map { partner in
                        ProgramClone.LeftOut(
                            institution: partner.institution, mou: partner.mou,
                            status: agreements[partner.mou]?.term.status(on: day) ?? .draft, day: day)
                    }))
            drafts += drafted
            groups += try Self.ofTheLatestYear(cohorts[stream.id] ?? [], \.startsOn)
                .map { cohort in
                    ProgramClone.Group(
                        id: Cohort.ID(), source: cohort.id, stream: id,
                        name: try Name(YearLater.text(cohort.name.string)),
                        startsOn: YearLater.day(cohort.startsOn), endsOn: YearLater.day(cohort.endsOn),
                        capacity: cohort.capacity)
                }
        }
        return ProgramClone(program: program, streams: made, cohorts: groups, calls: drafts)
    }

    /// What begins within the twelve months up to the last of them, in order: a season may span the turn of a year.
    private static func ofTheLatestYear<Thing>(_ things: [Thing], _ day: (Thing) -> CalendarDate) -> [Thing] {
        guard let last = things.map(day).max() else { return [] }
        let before = last.adding(months: -12)
        return things.filter { day($0) > before }.sorted { day($0) < day($1) }
    }

    private func draft(_ call: CallForApplications, of stream: ProgramStream.ID) throws -> ProgramClone.Draft {
        let zone = call.deadline.zone
        return ProgramClone.Draft(
            id: CallForApplications.ID(), source: call.id, stream: stream, title: try YearLater.name(call.title),
            opensAt: YearLater.moment(call.opensAt, in: zone),
            deadline: Deadline(
                YearLater.moment(call.deadline.instant, in: zone), in: zone, graceSeconds: call.deadline.graceSeconds),
            cutoffs: call.cutoffs.map { YearLater.moment($0, in: zone) })
    }
}
