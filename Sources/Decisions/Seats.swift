internal import Applications
internal import Programs

/// What there is to give by standing: places, those of each stream among them, and a waiting list.
struct Seats: Sendable, Equatable {
    /// How many are offered a place.
    let offers: Int
    /// How many come on the waiting list.
    let waitlist: Int
    /// How many places are left in each of the streams that the call offers.
    let streams: [ProgramStream.ID: Int]
    /// At which place of the waiting list others wait who are not in the order.
    var held = HeldRanks()

    /// Places of a waiting list that are not given again.
    struct HeldRanks: Sendable, Equatable {
        /// Behind which rank the waiting begins.
        var behind = 0
        /// Which ranks are passed over; those that are not behind it do not matter.
        var others: Set<Int> = []

        func next(after rank: Int) -> Int {
            var next = rank + 1
            while others.contains(next) { next += 1 }
            return next
        }
    }

    /// What somebody gets.
    struct Seat: Sendable, Equatable {
        let application: Application.ID
        let outcome: Outcome
        let stream: ProgramStream.ID?
        let rank: Int?
    }

    /// Gives places in order of standing, each in the first of the streams its applicant chose that has one left; whoever
    /// finds none waits, in the same order, or is rejected.
    ///
    /// This is a serial dictatorship. It is strategy-proof: an applicant's order decides only which of the places that are
    /// left at their turn they get, never when their turn is, so that no other order than the true one gives them a place
    /// they want more. Nor could two of them swap places and both be better off. What is freed later goes to whoever waits
    /// for that stream, whichever comes first, and is not part of the promise.
    func given(
        to order: [Application.ID], wanting choices: [Application.ID: [ProgramStream.ID]]
    ) -> [Seat] {
        var (left, offered, waiting, rank) = (streams, 0, 0, held.behind)
        return order.map { application in
            let wanted = choices[application] ?? []
            let stream = wanted.first { left[$0, default: 0] > 0 }
            if offered < offers, wanted.isEmpty || stream != nil {
                offered += 1
                if let stream { left[stream, default: 0] -= 1 }
                return Seat(application: application, outcome: .offer, stream: stream, rank: nil)
            }
            guard waiting < waitlist else {
                return Seat(application: application, outcome: .reject, stream: nil, rank: nil)
            }
            waiting += 1
            rank = held.next(after: rank)
            return Seat(application: application, outcome: .waitlist, stream: nil, rank: rank)
        }
    }

    /// The same by the round of one stream: places in that stream and in no other.
    ///
    /// - Parameters:
    ///   - kept: who has a place in a stream they want less. They move where this one has a place for them, at no cost to
    ///     the others, and keep what they have where it has none.
    ///   - listed: at which place applications wait by the rounds of other streams. Nothing worse is said of those.
    func given(
        to order: [Application.ID], in stream: ProgramStream.ID, keeping kept: Set<Application.ID>,
        listed: [Application.ID: Int]
    ) -> [Seat] {
        var (left, offered, waiting, rank) = (streams[stream, default: 0], 0, 0, held.behind)
        return order.compactMap { application in
            let moves = kept.contains(application)
            if left > 0, moves || offered < offers {
                left -= 1
                offered += moves ? 0 : 1
                return Seat(application: application, outcome: .offer, stream: stream, rank: nil)
            }
            guard !moves else { return nil }
            guard waiting < waitlist else {
                guard listed[application] == nil else { return nil }
                return Seat(application: application, outcome: .reject, stream: nil, rank: nil)
            }
            waiting += 1
            rank = held.next(after: rank)
            guard listed[application].map({ $0 > rank }) ?? true else { return nil }
            return Seat(application: application, outcome: .waitlist, stream: nil, rank: rank)
        }
    }
}
