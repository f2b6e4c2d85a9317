package import API
internal import Foundation
package import Programs
internal import Vocabulary

/// The streams that an applicant wants, the most wanted first, as they are meant to be stored.
package struct StreamChoices: Sendable, Equatable {
    /// Why an order of streams cannot be kept.
    package enum Fault: Sendable, Equatable {
        /// The call does not offer the stream.
        case notOffered
        /// The stream stands further up already.
        case repeated
        /// A later place is filled and this one is not.
        case skipped
    }

    /// The streams, in order.
    package let streams: [ProgramStream.ID]

    /// An order of streams; faults are said by place, all at once.
    ///
    /// - Parameter places: what stands at each place; nil for nothing.
    package init(
        _ places: [ProgramStream.ID?], among offered: [OfferedStream]
    ) throws(ChoicesRefusal) {
        let known = Set(offered.map(\.stream))
        let last = places.lastIndex { $0 != nil } ?? -1
        var faults: [Int: Fault] = [:]
        var streams: [ProgramStream.ID] = []
        for (place, stream) in places.enumerated() where place <= last {
            if let stream {
                if !known.contains(stream) {
                    faults[place] = .notOffered
                } else if streams.contains(stream) {
                    faults[place] = .repeated
                } else {
                    streams.append(stream)
                }
            } else {
                faults[place] = .skipped
            }
        }
        guard faults.isEmpty else { throw .faults(faults) }
        self.streams = streams
    }

    /// What a form remembers of an order that it showed.
    static func fingerprint(of streams: [ProgramStream.ID]) -> Fingerprint {
        Fingerprint(try? LongText(streams.map(\.description).joined(separator: " ")))
    }
}

extension CallForApplications {
    /// What keeps an order of streams from being handed in at `now`.
    func gaps(in order: [ProgramStream.ID], at now: Date) -> [Completeness.Gap] {
        guard offersChoice else { return [] }
        guard !order.isEmpty else { return [.init(question: nil, reason: .noStreamChosen)] }
        return order.enumerated().compactMap { place, stream in
            let deadline = deadline(of: stream)
            // A call that has closed says so itself.
            guard let name = name(of: stream), deadline != self.deadline, !deadline.admits(now) else { return nil }
            return .init(question: nil, reason: .streamClosed(place: place, name: name, deadline))
        }
    }
}

/// Why an order of streams is not stored.
package enum ChoicesRefusal: Refusal, Equatable {
    /// These places are at fault.
    case faults([Int: StreamChoices.Fault])
    /// Somebody else has changed the order since the writer saw it; this is what stands there now.
    case changed([ProgramStream.ID])
    /// The call offers one stream alone.
    case nothingToChoose

    package var problem: Problem {
        switch self {
        case .faults(let faults):
            Problem(
                .invalid,
                errors: faults.sorted { $0.key < $1.key }.map { place, fault in
                    switch fault {
                    case .notOffered: .init("/streams/\(place)", .unknown, "is not a stream that the call offers")
                    case .repeated: .init("/streams/\(place)", .repeated, "stands further up already")
                    case .skipped: .init("/streams/\(place)", .required, "Choose this one before the next.")
                    }
                })
        case .changed: Problem(.answerChanged, "Read the order again, then decide which one stays.")
        case .nothingToChoose: .conflict("The call offers one stream: there is nothing to put in order.")
        }
    }
}
