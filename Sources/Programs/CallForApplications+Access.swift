package import Foundation
import Vocabulary

extension CallForApplications {
    /// Who may know of a call and apply to it.
    package enum Access: String, Codable, Sendable, CaseIterable {
        /// Everybody with a seat knows of it, every startup may apply.
        case `public`
        /// The startups it names, and nobody else learns that it exists.
        case invitation
        /// Whoever brings a code that was given under an agreement.
        case fastTrack = "fast_track"
    }

    /// How long a call accepts applications.
    package enum Window: String, Codable, Sendable, CaseIterable {
        /// From one moment to another, and what came in is looked at after that.
        case fixed
        /// All the time, and what came in by a cut-off is looked at together.
        case rolling
    }

    /// What came in between two cut-offs of a rolling call.
    package struct Batch: Codable, Sendable, Equatable {
        /// Its place among the batches of the call, from 1.
        package let number: Int
        /// Until when it takes what comes in.
        package let closesAt: Date
    }

    /// A call with cut-offs is a rolling one.
    package var window: Window { cutoffs.isEmpty ? .fixed : .rolling }

    /// The batches of a rolling call. What comes in behind the last cut-off is the last batch, which the closing ends.
    package var batches: [Batch] { Batch.all(cutoffs, closing: deadline.instant) }

    /// The batch that takes what is handed in at `moment`: the first whose cut-off is not past. Nil for a fixed window.
    package func batch(at moment: Date) -> Batch? { Batch.taking(moment, cutoffs, closing: deadline.instant) }
}

extension CallForApplications.Batch {
    /// The batches between these cut-offs and a closing.
    package static func all(_ cutoffs: [Date], closing: Date) -> [Self] {
        guard let last = cutoffs.last else { return [] }
        let ends = last < closing ? cutoffs + [closing] : cutoffs
        return ends.enumerated().map { Self(number: $0.offset + 1, closesAt: $0.element) }
    }

    /// The batch that takes what is handed in at `moment`; within the grace after the closing, the last.
    package static func taking(_ moment: Date, _ cutoffs: [Date], closing: Date) -> Self? {
        let batches = all(cutoffs, closing: closing)
        return batches.first { moment <= $0.closesAt } ?? batches.last
    }
}

extension CallDraft {
    /// A call with cut-offs is a rolling one.
    package var window: CallForApplications.Window { cutoffs.isEmpty ? .fixed : .rolling }
}
