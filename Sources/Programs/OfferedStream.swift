import API
package import Foundation
package import Vocabulary

/// A stream that applicants of a call choose among, beside others.
package struct OfferedStream: Codable, Sendable, Equatable {
    /// The most streams that a call offers.
    package static let most = 20

    /// The stream.
    package let stream: ProgramStream.ID
    /// What it is called.
    package let name: LocalizedName
    /// How many places of the call are in it at the most; nil for as many as the call has.
    package let places: Int?
    /// When it closes, where that is before the call; nil for with the call, also where the call is extended.
    package internal(set) var closesAt: Date?

    /// A stream with its name, places and closing.
    package init(stream: ProgramStream.ID, name: LocalizedName, places: Int?, closesAt: Date? = nil) {
        self.stream = stream
        self.name = name
        self.places = places
        self.closesAt = closesAt
    }
}

extension CallDraft {
    /// A stream that is to be offered.
    package struct Offered: Codable, Sendable, Equatable {
        /// The stream.
        package let stream: ProgramStream.ID
        /// How many places of the call are in it at the most; nil for as many as the call has.
        package let places: Int?
        /// When it closes, where that is before the call.
        package let closesAt: Date?

        /// A stream, with as many places as the call has and open as long unless less is given.
        package init(_ stream: ProgramStream.ID, places: Int? = nil, closesAt: Date? = nil) {
            self.stream = stream
            self.places = places
            self.closesAt = closesAt
        }
    }

    /// Refuses streams that cannot be offered so, all of them at once.
    ///
    /// - Parameter siblings: the streams of the program of the call's own, where they are known.
    /// - Parameter pointer: where the stream at a place was sent.
    func checkOffered(
        among siblings: Set<ProgramStream.ID>? = nil, at pointer: (Int) -> String = { "/offered_streams/\($0)" }
    ) throws(Problem) {
        guard !offered.isEmpty else { return }
        var errors: [Problem.FieldError] = []
        if offered.count == 1 {
            errors.append(.init("/offered_streams", .tooFew, "Offer another stream beside the call's own, or none."))
        }
        if offered.count > OfferedStream.most {
            errors.append(.init("/offered_streams", .tooMany, "Offer \(OfferedStream.most) streams at the most."))
        }
        if !offered.contains(where: { $0.stream == stream }) {
            errors.append(.init("/offered_streams", .required, "The call's own stream is one of those it offers."))
        }
        var seen: Set<ProgramStream.ID> = []
        for (place, offered) in offered.enumerated() {
            if !seen.insert(offered.stream).inserted {
                errors.append(.init("\(pointer(place))/stream", .repeated, "This stream is offered already."))
            } else if let siblings, !siblings.contains(offered.stream) {
                errors.append(.init("\(pointer(place))/stream", .unknown, "Offer streams of the call's program."))
            }
            if let places = offered.places, !(1...10_000).contains(places) {
                errors.append(.init("\(pointer(place))/places", .outOfRange, "Offer 1 to 10,000 places."))
            }
            if let closing = offered.closesAt, closing <= opensAt || closing > deadline.instant {
                errors.append(
                    .init(
                        "\(pointer(place))/closes_at", .outOfRange,
                        "A stream closes after its call opens and not after the call."))
            }
        }
        guard errors.isEmpty else { throw Problem(.invalid, errors: errors) }
    }
}

extension CallDraft {
    /// Refuses questions that are asked for streams that the call does not offer, all of them at once.
    ///
    /// - Parameter pointer: where the question at a place was sent.
    func checkAsked(at pointer: (Int) -> String = { "/questions/\($0)" }) throws(Problem) {
        let known = Set(offered.map(\.stream))
        var errors: [Problem.FieldError] = []
        for (place, question) in questions.enumerated() {
            var seen: Set<ProgramStream.ID> = []
            for (index, stream) in question.streams.enumerated() {
                if !known.contains(stream) {
                    errors.append(
                        .init(
                            "\(pointer(place))/streams/\(index)", .unknown,
                            "Ask for streams that the call offers, or everybody."))
                } else if !seen.insert(stream).inserted {
                    errors.append(
                        .init("\(pointer(place))/streams/\(index)", .repeated, "This stream is named already."))
                }
            }
        }
        guard errors.isEmpty else { throw Problem(.invalid, errors: errors) }
    }
}

extension CallForApplications {
    /// Whether applicants choose among several streams.
    package var offersChoice: Bool { !offered.isEmpty }

    /// What one of the streams it offers is called.
    package func name(of stream: ProgramStream.ID) -> LocalizedName? { offered.first { $0.stream == stream }?.name }

    /// What the streams are called that a question is asked for, in the order they are shown; nil where it is asked of
    /// everybody.
    package func streamsAsked(by question: Question, in language: Language) -> String? {
        guard !question.streams.isEmpty else { return nil }
        return offered.filter { question.streams.contains($0.stream) }.map { $0.name.text(for: language) }
            .joined(separator: " · ")
    }

    /// Until when an application may name a stream: the call's deadline, or an earlier one in its zone and with its grace.
    package func deadline(of stream: ProgramStream.ID) -> Deadline {
        guard let own = offered.first(where: { $0.stream == stream })?.closesAt else { return deadline }
        return Deadline(own, in: deadline.zone, graceSeconds: deadline.graceSeconds)
    }
}
