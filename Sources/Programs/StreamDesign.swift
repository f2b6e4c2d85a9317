package import API
import Eligibility
package import Foundation
package import Vocabulary

/// What the next call and the next rounds of a stream begin with.
///
/// It is copied from, never referred to: a published call and an open round stand, whatever becomes of the design.
package struct StreamDesign: Described, Equatable {
    /// The questions of the form, in order.
    package var form: [NewQuestion]
    /// What applications are judged by, in order; empty, or its weights sum to a hundred.
    package var rubric: [Criterion]
    /// The passes of review an application goes through, in order.
    package var rounds: [Round]
    /// How many places a call offers.
    package var places: Int?
    /// What a startup is awarded.
    package var award: Money?
    /// What a call may award altogether.
    package var budget: Money?
    /// When its calls usually close.
    package var closing: Closing?
    /// How long a startup stays.
    package var durationMonths: Int?
    /// What a startup is expected to reach, and when.
    package var milestones: LocalizedText?
    /// Who may apply, for people to read: also what no rule can decide.
    package var eligibility: LocalizedText?
    /// Who may apply, as rules over what applicants declare, in order. A call drafted in the stream begins with them.
    package var conditions: [ConditionBody]
    /// Whom the panels need.
    package var panelHints: LongText?
    /// The preset it was made from.
    package var preset: String?

    /// One thing that is judged, on a scale of whole numbers.
    package struct Criterion: Codable, Sendable, Equatable {
        /// What is judged.
        package var name: LocalizedName
        /// What to look for.
        package var guidance: LocalizedText?
        /// How much of a hundred it weighs.
        package var weight: Int
        /// The lowest score; 1 unless given.
        package var lowest: Int?
        /// The highest score; 5 unless given.
        package var highest: Int?
        /// What a score means, by the score.
        package var anchors: [String: LocalizedLine]?
    }

    /// A pass of review that is planned.
    package struct Round: Codable, Sendable, Equatable {
        /// What it will be called.
        package var name: LocalizedName
        /// Whether reviewers will not learn whose application it is.
        package var isBlind: Bool
        /// How many reviews an application is to get.
        package var reviewsWanted: Int
        /// How many days reviewers have.
        package var days: Int
    }

    /// When calls usually close: a day of the year and a time on the clock of a zone.
    package struct Closing: Codable, Sendable, Equatable {
        /// 1 to 12.
        package var month: Int
        /// A day of that month; the last one stands for a leap day.
        package var day: Int
        /// 0 to 23.
        package var hour: Int
        /// 0 to 59.
        package var minute: Int
        /// Where the clock hangs.
        package var zone: TimeZoneName
        /// The days of the year on which a rolling call cuts off a batch, at the same time on the same clock; none for a call
        /// with a fixed window.
        package var cutoffs: [YearDay]?

        /// Most cut-offs of a year.
        package static let mostCutoffs = 24

        /// The first such moment after `now`; nil for a day or time that no calendar or clock shows.
        package func next(after now: Date) -> LocalTime? {
            let today = CalendarDate(now, in: zone)
            return [today.year, today.year + 1].lazy.compactMap { moment(on: YearDay(month: month, day: day), of: $0) }
                .first { $0.instant(in: zone) > now }
        }

        /// When a call that opens at `opens` closes, a week later at the earliest, and what it cuts off before. One that is to be
        /// rolling stays open until it has cut off a batch; nil for a day or time that no calendar or clock shows.
        package func window(from opens: Date) -> (closes: LocalTime, cutoffs: [LocalTime])? {
            guard let closes = next(after: opens.addingTimeInterval(7 * 86_400)) else { return nil }
            let found = cutoffs(after: opens, before: closes)
            guard found.isEmpty, !(cutoffs ?? []).isEmpty, let later = next(after: closes.instant(in: zone)) else {
                return (closes, found)
            }
            let rest = cutoffs(after: opens, before: later)
            return rest.isEmpty ? (closes, []) : (later, rest)
        }

        /// What a call that opens at `opens` and closes at `end` cuts off between the two, in order, whenever it usually closes.
        package func cutoffs(after opens: Date, before end: Date) -> [Date] {
            // Two days of a design may be one day of a year that has no leap day. Of a window of decades, the first.
            let moments = cutoffs(after: opens, before: end, until: CalendarDate(end, in: zone).year)
            return Array(Set(moments.map { $0.instant(in: zone) }).sorted().prefix(Self.mostCutoffs))
        }

        private func cutoffs(after opens: Date, before closes: LocalTime) -> [LocalTime] {
            cutoffs(after: opens, before: closes.instant(in: zone), until: closes.date.year)
        }

        private func cutoffs(after opens: Date, before end: Date, until last: Int) -> [LocalTime] {
            let first = CalendarDate(opens, in: zone).year
            return (first...min(max(first, last), first + Self.mostCutoffs)).flatMap { year in
                (cutoffs ?? []).compactMap { moment(on: $0, of: year) }
            }
            .filter { opens < $0.instant(in: zone) && $0.instant(in: zone) < end }
            .sorted { $0.instant(in: zone) < $1.instant(in: zone) }
        }

        private func moment(on day: YearDay, of year: Int) -> LocalTime? {
            day.date(in: year).flatMap { LocalTime($0, hour: hour, minute: minute) }
        }
    }

    /// A day of every year.
    package struct YearDay: Codable, Sendable, Hashable {
        /// 1 to 12.
        package var month: Int
        /// A day of that month; the last one stands for a leap day.
        package var day: Int

        /// The day in a year; nil where no calendar shows it.
        package func date(in year: Int) -> CalendarDate? {
            guard (1...12).contains(month), let first = CalendarDate(year: year, month: month, day: 1) else {
                return nil
            }
            return CalendarDate(year: year, month: month, day: day)
                ?? (day == 29 && month == 2 ? first.adding(months: 1).adding(days: -1) : nil)
        }

        /// Whether it is the day of a closing, if only in some years.
        package func isDay(of closing: Closing) -> Bool {
            [2000, 2001].contains { year in
                date(in: year).map { $0 == YearDay(month: closing.month, day: closing.day).date(in: year) } ?? false
            }
        }

        /// Whether a calendar shows it, if only in leap years.
        package var isKnown: Bool { date(in: 2000) != nil }
    }

    package static let documentation = [
        "form": "What the form of the next call begins with.",
        "rubric": "Empty, or its weights sum to 100.",
        "closing": """
        The day of the year on which calls usually close, on the clock of a zone. With `cutoffs`, calls are rolling ones: what \
        came in by such a day, at the time of the closing, is looked at together.
        """,
        "conditions": """
        Who may apply, as rules that calls drafted in the stream begin with. What no rule can decide is said in \
        `eligibility`.
        """,
        "preset": "The preset it was made from.",
    ]

    /// Nothing designed yet.
    package static let blank = StreamDesign(form: [], rubric: [], rounds: [], conditions: [])

    /// What a design lists, by its name as JSON.
    package enum List: String, Sendable {
        case form, rubric, rounds, conditions
    }

    /// Refuses what no call or round could begin with; the database holds the amounts and the sum of the weights.
    ///
    /// - Parameter pointer: where the item at a place of a list was sent.
    package func check(_ pointer: (List, Int) -> String = { "/\($0.rawValue)/\($1)" }) throws(Problem) {
        var errors: [Problem.FieldError] = []
        for (index, criterion) in rubric.enumerated() {
            let place = pointer(.rubric, index)
            let (lowest, highest) = (criterion.lowest ?? 1, criterion.highest ?? 5)
            if !(1...100).contains(criterion.weight) {
                errors.append(.init("\(place)/weight", .outOfRange, "A criterion weighs 1 to 100."))
            }
            if lowest < 0 || lowest >= highest || highest > 100 {
                errors.append(.init("\(place)/highest", .outOfRange, "A scale runs upward, from 0 to 100."))
                continue
            }
            for score in (criterion.anchors ?? [:]).keys.sorted() {
                guard let number = Int(score), lowest <= number, number <= highest else {
                    errors.append(.init("\(place)/anchors/\(score)", .invalid, "is not on the scale"))
                    continue
                }
            }
        }
        let sum = rubric.reduce(0) { $0 &+ $1.weight }
        if errors.isEmpty, !rubric.isEmpty, sum != 100 {
            errors.append(.init("/rubric", .invalid, "The weights sum to \(sum), and have to sum to 100."))
        }
        for (index, round) in rounds.enumerated() {
            let place = pointer(.rounds, index)
            if !(1...20).contains(round.reviewsWanted) {
                errors.append(.init("\(place)/reviews_wanted", .outOfRange, "Ask for 1 to 20 reviews."))
            }
            if !(1...365).contains(round.days) {
                errors.append(.init("\(place)/days", .outOfRange, "Give reviewers 1 to 365 days."))
            }
        }
        for (index, question) in form.enumerated() where question.streams?.isEmpty == false {
            errors.append(
                .init("\(pointer(.form, index))/streams", .invalid, "A design is of one stream: ask everybody there."))
        }
        do throws(Problem) {
            try CallDraft.check(form.map(\.question)) { pointer(.form, $0) }
        } catch {
            errors += error.errors
        }
        var known: Set<CallCondition.ID> = []
        for (index, condition) in conditions.enumerated() {
            let place = pointer(.conditions, index)
            do throws(RuleRefusal) { _ = try condition.condition() } catch {
                errors.append(error.fieldError(below: "\(place)/rule"))
            }
            if let id = condition.id, !known.insert(id).inserted {
                errors.append(.init("\(place)/id", .repeated, "Give each condition an id of its own."))
            }
        }
        if conditions.count > CallCondition.most {
            errors.append(.init("/conditions", .tooMany, "A call has at most \(CallCondition.most) conditions."))
        }
        if let closing, closing.next(after: Date(timeIntervalSince1970: 0)) == nil {
            errors.append(.init("/closing/day", .invalid, "No calendar shows this day and time."))
        }
        var days: Set<YearDay> = []
        for (index, day) in (closing?.cutoffs ?? []).enumerated() {
            if !day.isKnown {
                errors.append(.init("/closing/cutoffs/\(index)/day", .invalid, "No calendar shows this day."))
            } else if !days.insert(day).inserted {
                errors.append(.init("/closing/cutoffs/\(index)/day", .repeated, "Name each cut-off once."))
            } else if let closing, day.isDay(of: closing) {
                errors.append(
                    .init(
                        "/closing/cutoffs/\(index)/day", .invalid,
                        "A batch is not cut off on the day of the closing, which ends the last one."))
            }
        }
        if closing?.cutoffs?.count ?? 0 > Closing.mostCutoffs {
            errors.append(
                .init("/closing/cutoffs", .tooMany, "A year has at most \(Closing.mostCutoffs) cut-offs."))
        }
        guard errors.isEmpty else { throw Problem(.invalid, errors: errors) }
    }
}
