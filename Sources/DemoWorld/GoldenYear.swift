package import Accounts
internal import Applications
package import Foundation
internal import Incubation
internal import Institutions
internal import Letters
internal import Partnerships
package import Postgres
internal import Programs
internal import Reviews
internal import Vocabulary

/// A park's whole year, invented from a seed and made by the rooms' own verbs: programs and partnerships, calls, startups that
/// apply in three languages, panels that judge them, decisions, offers, enrolments and milestones.
///
/// The same seed and size give the same year, up to the moments at which it was made. Verbs go by the database's clock and
/// nobody hands in before a call opens or after it closed: the calls opened over the year behind and close in the weeks ahead,
/// and everything that people do happens as the year is made.
package struct GoldenYear: Sendable {
    /// How large a year is; the rest follows from the number of applications.
    package struct Size: Sendable {
        /// Applications, those that stay drafts among them; 24 at least.
        package let applications: Int
        /// Startups that make them.
        package var startups: Int { max(applications * 2 / 3, 12) }
        /// People who judge.
        package var reviewers: Int { max(applications / 10, 24) }

        /// A year of so many applications.
        package init(applications: Int) {
            self.applications = max(applications, 24)
        }
    }

    let database: Database
    let seed: UInt64
    let size: Size
    let today: CalendarDate
    let now: Date
    /// The park whose year it is.
    package let tenant: Tenant

    /// A year to make in a database.
    ///
    /// - Parameters:
    ///   - seed: fixes everything that is invented, and names the workspace.
    ///   - now: the moment it is told from; agreements, calls and cohorts are dated around it.
    package init(in database: Database, seed: UInt64, size: Size, now: Date) {
        self.database = database
        self.seed = seed
        self.size = size
        self.now = now
        today = CalendarDate(now, in: .hongKong)
        tenant = Tenant(
            id: demoID("golden \(seed) tenant"), slug: "golden-\(seed)", name: "Golden Bay Science Park",
            timeZone: "Asia/Hong_Kong")
    }

    /// As whom it is made: the service, on behalf of whoever each verb names.
    package var context: Context { .system(in: tenant.id) }

    /// Makes the year. A worker must be running that performs the jobs of the house: plans are worked out by it.
    ///
    /// - Parameter progress: told the name of each part when it begins.
    package func make(progress: @Sendable (String) -> Void = { _ in }) async throws {
        progress("the park and its programs")
        try await foundPark()
        progress("\(size.startups) startups and their founders")
        try await each(startups, add)
        progress("\(size.reviewers) reviewers")
        try await each(reviewers, seat)
        try await fillPools()
        progress("shareholders among the reviewers")
        try await each(startups.filter { $0.number % 40 == 7 }, recordHolders)
        progress("\(size.applications) applications")
        // Few at a time: whoever hands a file in waits for others of the same startup that do.
        try await each(applicants.filter { !$0.isLate }, inBatchesOf: 8, apply)
        for call in calls where call.isRolling { try await cutOff(call) }
        try await each(applicants.filter(\.isLate), inBatchesOf: 8, apply)
        progress("changes that the park asks for")
        let changing = applicants.filter(asksForChanges)
        try await each(changing, askForChanges)
        try await each(changing, change)
        for call in calls {
            progress("\(call.name): review")
            try await review(call)
        }
        for call in calls where call.isDecided {
            progress("\(call.name): decisions, offers and enrolments")
            try await conclude(call)
        }
    }

    /// Does something for each item, many items a transaction and a few transactions at a time. What is drawn for an item
    /// depends on the item alone, so that their order does not matter.
    func each<Item: Sendable>(
        _ items: [Item], inBatchesOf size: Int = 40,
        _ body: @escaping @Sendable (Item, Transaction) async throws -> Void
    ) async throws {
        let batches = stride(from: 0, to: items.count, by: size).map { items[$0..<min($0 + size, items.count)] }
        let (database, context) = (database, context)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, batch) in batches.enumerated() {
                if index >= 3 { try await group.next() }
                group.addTask {
                    try await database.write(as: context, statementTimeout: .seconds(60)) { transaction in
                        for item in batch { try await body(item, transaction) }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// A name for something of this year.
    func id<Noun>(_ name: String) -> Identifier<Noun> { demoID("golden \(seed) \(name)") }

    /// What is drawn about something, whenever it is drawn.
    func draw(_ name: String) -> Draw {
        let fixed: Identifier<Draw> = id("draw \(name)")
        return Draw(fixed.uuid)
    }
}

/// Chance that repeats.
struct Draw {
    private var generator: SplitMix64

    init(_ name: UUID) {
        var state: UInt64 = 0
        withUnsafeBytes(of: name.uuid) { bytes in
            for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        generator = SplitMix64(state: state)
    }

    /// From 0 to 1.
    mutating func share() -> Double { Double.random(in: 0..<1, using: &generator) }
    /// One of these.
    mutating func one<Element>(of elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &generator)]
    }
    mutating func number(below end: Int) -> Int { Int.random(in: 0..<max(end, 1), using: &generator) }
    /// Around 0, mostly within 1: the sum of twelve, which needs no logarithm whose last digit is the platform's.
    mutating func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + share() } }
}

// MARK: - Whom it is about

extension GoldenYear {
    struct Applying: Sendable {
        let number: Int
        let id: Startup.ID
        let founder: Person.ID
        let language: Vocabulary.Language
        /// How good it is, around 0; nobody is told, and reviewers see it through noise.
        let quality: Double
    }

    struct Judge: Sendable {
        let number: Int
        let person: Person
        let languages: [Vocabulary.Language]
        let leniency: Double
        let noise: Double
    }

    /// How far an application comes before the panel decides.
    enum Fate: Sendable {
        case draft, draftWithdrawn, withdrawn, submitted, ineligible, inReview, withdrawnInReview
    }

    struct Applicant: Sendable {
        let number: Int
        let id: Application.ID
        let startup: Applying
        let call: Call
        let fate: Fate
        let quality: Double
        /// Whether they hand in behind the cut-off that ends a batch of a rolling call.
        var isLate: Bool { call.isRolling && number.isMultiple(of: 2) }
    }

    struct Call: Sendable {
        let number: Int
        let name: String
        let id: CallForApplications.ID
        let round: ReviewRound.ID
        let cohort: Cohort.ID
        let stream: Int
        let opened: Int
        let closes: Int
        /// The later calls are still being judged.
        var isDecided: Bool { number < 9 }
        var hasStarted: Bool { number < 5 }
        /// Two calls let startups put the streams of their program in order.
        var offered: [Int] {
            switch number {
            case 2: [2, 3]
            case 5: [5, 6]
            default: []
            }
        }
        /// One call takes applications in batches.
        var isRolling: Bool { number == 7 }
    }

    var manager: Person {
        Person(id: id("manager"), email: "manager@golden-\(seed).example", name: "Wing Sze Au", locale: "en")
    }

    /// Confirms what the manager changes, and hears the appeals against what the manager decided.
    var deputy: Person {
        Person(id: id("deputy"), email: "deputy@golden-\(seed).example", name: "Pak Hei Lam", locale: "zh-Hant")
    }

    var mentors: [Person] {
        (0..<10).map { number in
            Person(
                id: id("mentor \(number)"), email: "mentor\(number)@mentors-\(seed).example",
                name: "\(Self.givenNames[number]) Mentor", locale: "en")
        }
    }

    var startups: [Applying] {
        (0..<size.startups).map { number in
            var draw = draw("startup \(number)")
            let share = draw.share()
            return Applying(
                number: number, id: id("startup \(number)"), founder: id("founder \(number)"),
                language: share < 0.5 ? .english : share < 0.8 ? .traditionalChinese : .japanese,
                quality: draw.normal())
        }
    }

    var reviewers: [Judge] {
        let languages: [[Vocabulary.Language]] = [
            [.english, .traditionalChinese], [.english, .japanese], [.english, .traditionalChinese, .japanese],
            [.english, .traditionalChinese],
        ]
        return (0..<size.reviewers).map { number in
            var draw = draw("reviewer \(number)")
            // Every 25th has an address at a startup's, and may therefore not judge it.
            let host = number % 25 == 3 ? "s\(number)" : "panel\(number)"
            return Judge(
                number: number,
                person: Person(
                    id: id("reviewer \(number)"), email: "r\(number)@\(host)-\(seed).example",
                    name: "\(draw.one(of: Self.givenNames)) \(draw.one(of: Self.familyNames))",
                    locale: ["en", "zh-Hant", "ja"][draw.number(below: 3)]),
                languages: languages[number % languages.count], leniency: draw.normal() * 0.4,
                noise: 0.3 + draw.share() * 0.6)
        }
    }

    var calls: [Call] {
        (0..<12).map { number in
            let stream = number % Self.streams.count
            return Call(
                number: number, name: "\(Self.streams[stream].english) \(number < 8 ? "I" : "II")",
                id: id("call \(number)"), round: id("round \(number)"), cohort: id("cohort \(number)"), stream: stream,
                opened: 355 - number * 29, closes: 3 + number * 4)
        }
    }

    var applicants: [Applicant] {
        let (startups, calls) = (startups, calls)
        var taken: Set<Int> = []
        return (0..<size.applications).map { number in
            var draw = draw("application \(number)")
            // Each startup applies once; those that go on apply to further calls.
            var startup = number < startups.count ? number : draw.number(below: startups.count)
            var call = draw.number(below: calls.count)
            while !taken.insert(startup * calls.count + call).inserted {
                startup = draw.number(below: startups.count)
                call = draw.number(below: calls.count)
            }
            let fate: Fate =
                switch draw.share() {
                case ..<0.08: .draft
                case ..<0.10: .draftWithdrawn
                case ..<0.13: .withdrawn
                case ..<0.16: .submitted
                case ..<0.26: .ineligible
                case ..<0.28: .withdrawnInReview
                default: .inReview
                }
            return Applicant(
                number: number, id: id("application \(number)"), startup: startups[startup], call: calls[call],
                fate: fate, quality: startups[startup].quality + draw.normal() * 0.3)
        }
    }
}
