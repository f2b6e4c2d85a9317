package import Applications
internal import Foundation
package import Postgres
package import Programs
internal import Vocabulary

extension Transaction {
    /// Gives each place that became free to the next on the waiting list of its call: offers that ran out or were declined,
    /// and places that were given or taken back. A place in a stream goes to the next who chose that stream. Says who got one,
    /// and writes to the managers of the call.
    ///
    /// A place is freed once, by the end of its offer, and filled once: whoever else fills places of the call waits for this
    /// transaction, and then finds nothing to do. For the service itself.
    package func fillPlaces(of call: CallForApplications.ID) async throws -> [Application.ID] {
        try await lockPlaces(of: call)
        try await noteFreedPlaces(of: call)
        var promoted: [Application.ID] = []
        for freed in try await placesToFill(of: call) {
            // Nobody may wait for this stream, and somebody for that of the next place.
            guard let next = try await nextWaiting(for: call, of: freed) else { continue }
            guard next.taken < next.places else { break }
            guard next.isFreeInStream else { continue }
            let lastDay = CalendarDate(now, in: next.zone).adding(days: next.acceptDays)
            try await promote(next.application, to: freed, until: lastDay)
            // The days of a letter that waits begin when it goes out; of a startup that nobody can write to, at once.
            let waits = !next.promotesItself && next.hasFounders
            _ = try await decideApplication(
                next.application, waits ? .offerFromLetter(days: next.acceptDays) : .offer(until: lastDay), note: nil,
                on: .promotion, by: nil, held: waits)
            try await tellOfPromotion(of: next.application, letterWaits: waits)
            promoted.append(next.application)
        }
        return promoted
    }
}
