package import Foundation
package import Institutions
internal import Matching
package import Vocabulary

/// What has changed for an investor since the last list that it was shown under the same mandate, of the same stream's startups
/// or of all. Follows from what both lists
/// kept of their startups when they were made, and so stays as it is.
package struct ShortlistChanges: Codable, Sendable {
    /// The list before; nil for a mandate's first one.
    package let since: EarlierList?
    /// What has changed for each startup of the list, in the list's order; empty where there is no list before.
    package let items: [ItemChange]
    /// Startups of the list before that are not on this one, as far as the reader may see them still.
    package let left: [LeftItem]
}

/// The list before.
package struct EarlierList: Codable, Sendable, Equatable {
    /// That list.
    package let shortlist: Shortlist.ID
    /// When its investor was shown it.
    package let releasedAt: Date
}

/// What a startup said of itself when a list was made.
package struct ListedProfile: Codable, Sendable, Equatable {
    /// The round it had last closed.
    package var stage: FundingStage?
    /// When it closed that round.
    package var lastRoundOn: CalendarDate?
    /// The amount of that round.
    package var lastRound: Money?
    /// The round it was raising.
    package var seeking: FundingStage?
    /// What it asked for in that round.
    package var ask: Money?
    /// What it worked on, the weightiest first.
    package var focusAreas: [FocusArea.ID]

    /// A part of it that can have changed.
    package enum Fact: String, Codable, Sendable, CaseIterable {
        case lastRound = "last_round"
        case seeking
        case ask
        case focusAreas = "focus_areas"
    }

    /// The parts that differ. Which area is the weightiest is no news; which there are is.
    func differences(from earlier: ListedProfile) -> [Fact] {
        Fact.allCases.filter { fact in
            switch fact {
            case .lastRound:
                (stage, lastRoundOn, lastRound) != (earlier.stage, earlier.lastRoundOn, earlier.lastRound)
            case .seeking: seeking != earlier.seeking
            case .ask: ask != earlier.ask
            case .focusAreas: Set(focusAreas) != Set(earlier.focusAreas)
            }
        }
    }
}

/// What has changed for one startup of a list.
package struct ItemChange: Codable, Sendable, Equatable {
    /// The startup.
    package let startup: Startup.ID
    /// Whether it was not on the list before.
    package let isNew: Bool
    /// What it says otherwise of itself.
    package let changed: [ListedProfile.Fact]
    /// What it said when the list before was made; nil where that list did not keep it.
    package let before: ListedProfile?
    /// What it said when this list was made.
    package let after: ListedProfile?
    /// The headings of the score under which more or less speaks for it, the widest apart first; empty where two engines
    /// made the lists, whose points cannot be compared.
    package let reasons: [ReasonChange]
}

/// How much spoke for a startup under a heading, then and now, in thousandths of a point.
package struct ReasonChange: Codable, Sendable, Equatable {
    /// The heading.
    package let kind: String
    /// What it added on the list before.
    package let before: Int
    /// What it adds on this list.
    package let after: Int
}

/// A startup of the list before that is not on this one.
package struct LeftItem: Codable, Sendable {
    /// The startup.
    package let startup: Startup.ID
    /// What it is called.
    package let name: LocalizedName
    /// Why, as far as the investor may know.
    package let reason: Reason

    /// Why a startup is not on a list again. What the startup or the park wants of the pair is none of the reasons.
    package enum Reason: String, Codable, Sendable, CaseIterable {
        /// The investor asked to meet it.
        case interested
        /// The investor passed.
        case passed
        /// The investor wanted to see it later.
        case later
        /// It still waited for an answer when this list was made.
        case waiting
        /// The mandate was changed in between, or others came first.
        case mandateChanged = "mandate_changed"
        /// Others came first.
        case others
    }
}

/// A list with what its items kept, to be compared with another.
struct KeptList: Sendable {
    let list: Shortlist
    let items: [ShortlistItem]
    let profiles: [Startup.ID: ListedProfile]
}

extension ShortlistChanges {
    /// A change of less than a tenth of a point cannot be seen on the page.
    static let leastPoints = 100

    /// What there is to tell of a list after the one before.
    ///
    /// - Parameter isComparable: whether one engine made both.
    init(from earlier: KeptList, to later: KeptList, isComparable: Bool) {
        since = earlier.list.releasedAt.map { EarlierList(shortlist: earlier.list.id, releasedAt: $0) }
        let before = Dictionary(uniqueKeysWithValues: earlier.items.map { ($0.startup.id, $0) })
        items = later.items.map { item in
            let startup = item.startup.id
            let (old, new) = (earlier.profiles[startup], later.profiles[startup])
            guard let listed = before[startup] else {
                return ItemChange(startup: startup, isNew: true, changed: [], before: nil, after: new, reasons: [])
            }
            return ItemChange(
                startup: startup, isNew: false, changed: old.flatMap { new?.differences(from: $0) } ?? [],
                before: old, after: new, reasons: isComparable ? Self.reasons(from: listed.parts, to: item.parts) : [])
        }
        let now = Set(later.items.map(\.startup.id))
        left = earlier.items.filter { !now.contains($0.startup.id) }.map { item in
            LeftItem(
                startup: item.startup.id, name: item.startup.name,
                reason: LeftItem.Reason(of: item, on: earlier.list, before: later.list))
        }
    }

    private static func reasons(from earlier: [ScorePart], to later: [ScorePart]) -> [ReasonChange] {
        func sums(_ parts: [ScorePart]) -> [String: Int] {
            // What is the same for every startup is no reason for this one.
            parts.filter { $0.kind != Signal.Kind.market.rawValue }
                .reduce(into: [:]) { $0[$1.kind, default: 0] += $1.value }
        }
        let (before, after) = (sums(earlier), sums(later))
        return Set(before.keys).union(after.keys)
            .map { ReasonChange(kind: $0, before: before[$0] ?? 0, after: after[$0] ?? 0) }
            .filter { abs($0.after - $0.before) >= leastPoints }
            .sorted { (abs($1.after - $1.before), $0.kind) < (abs($0.after - $0.before), $1.kind) }
    }
}

extension LeftItem.Reason {
    /// Why an item of a list is not on the one that was made after it: by the answer it had by then.
    init(of item: ShortlistItem, on earlier: Shortlist, before later: Shortlist) {
        let made = CalendarDate(later.createdAt, in: .utc)
        let answer = item.answer.flatMap { $0.answeredAt < later.createdAt ? $0 : nil }
        self =
            switch answer?.answer {
            case .interested: .interested
            case .pass: .passed
            case .later where answer?.laterUntil.map { made < $0 } ?? false: .later
            case nil where earlier.answerBy.map { made <= $0 } ?? false: .waiting
            default: earlier.mandateVersion == later.mandateVersion ? .others : .mandateChanged
            }
    }
}
