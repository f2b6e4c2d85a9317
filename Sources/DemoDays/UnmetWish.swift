internal import Foundation
internal import Institutions
internal import Matching
internal import Vocabulary

/// Why somebody whom one ranked is not among one's meetings, told from one's own day alone: one's meetings, hours and ranks. When
/// others are there, whom they meet and what they wished for stays with them, so that whatever lies with the other side, a
/// refusal included, is told in the same words.
package struct UnmetWish: Codable, Sendable, Equatable {
    /// What stands in the way.
    package let reason: Reason
    /// One's own meetings.
    package let meetings: Int
    /// Those of them with somebody one ranked higher.
    package let preferred: Int

    /// What stands in the way of a wish.
    package enum Reason: String, Codable, Sendable, CaseIterable {
        /// One has as many meetings as the day allows a side.
        case mostMeetings = "most_meetings"
        /// One has a meeting in each slot in which one is there.
        case noFreeSlot = "no_free_slot"
        /// Among the wishes, hours and rooms of everybody there was no meeting.
        case notArranged = "not_arranged"
    }
}

extension Participant {
    /// Those it may meet, each that it ranked and does not meet with the reason; without reasons before a plan is in force.
    ///
    /// - Parameter meetings: its own by the plan in force; those that were dropped do not count.
    func explaining(_ partners: [Partner], meeting meetings: [DemoDayMeeting], on day: DemoDay) -> [Partner] {
        guard day.plan != nil, state == .accepted else { return partners }
        let standing = meetings.filter { !$0.isDropped }
        let met = Set(standing.map { side == .startup ? $0.investor : Institution.ID($0.startup.uuid) })
        let most = side == .startup ? day.terms.mostPerStartup : day.terms.mostPerInvestor
        let times = day.terms.times
        let absences =
            windows.isEmpty
            ? [] : MeetingSchedule.absences(in: times, windows: windows.map { $0.startsAt..<$0.endsAt })
        let isFree = times.indices.contains { slot in
            !absences.contains(slot)
                && !standing.contains {
                    $0.startsAt < times[slot].upperBound && times[slot].lowerBound < $0.endsAt
                }
        }
        let reason: UnmetWish.Reason =
            standing.count >= most ? .mostMeetings : isFree ? .notArranged : .noFreeSlot
        let ranks = partners.filter { met.contains($0.institution) }.compactMap(\.rank)
        return partners.map { partner in
            guard let rank = partner.rank, !met.contains(partner.institution) else { return partner }
            var explained = partner
            explained.unmet = UnmetWish(
                reason: reason, meetings: standing.count, preferred: ranks.count { $0 < rank })
            return explained
        }
    }
}
