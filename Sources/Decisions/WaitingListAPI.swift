internal import API
internal import Applications
internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

internal import struct API.Operation

/// The waiting list of a call by API.
enum WaitingListAPI {
    static let operations: [AnyOperation] = [getWaitingList]

    private static var getWaitingList: AnyOperation {
        Operation(
            .get, "/v1/calls/{call}/waiting-list", "getWaitingList",
            summary: "Who waits for a place of a call, and who waited",
            description: """
                Those who wait come first, in the order in which they are asked when a place becomes free; a place in a stream \
                goes to the first who waits for that stream. Not found where a startup of the manager's own applied.
                """,
            tag: "decisions", access: .roles([.manager]), parameters: BatchCallPath.self, output: WaitingListView.self,
            problems: [.notFound]
        ) { call in
            let id = call.parameters.call
            return try await call.database.snapshot(as: call.context) { snapshot in
                guard let list = try await snapshot.waitingList(of: id) else { throw Problem.notFound }
                return .ok(WaitingListView(list))
            }
        }.erased
    }
}

/// A waiting list as JSON.
struct WaitingListView: Described {
    let call: BatchCall
    let places: Int?
    let placesTaken: Int
    let waiting: Int
    let streams: [WaitingStreamView]?
    let items: [WaitingView]

    static let documentation = [
        "places": "Of the call, by the batch that was released last; absent before the first.",
        "places_taken": "Offers that stand, and places that were accepted.",
        "waiting": "How many wait.",
        "streams": "The same by stream, where the call offers several.",
    ]

    init(_ list: WaitingList) {
        call = BatchCall(id: list.call, title: list.callTitle)
        (places, placesTaken, waiting) = (list.places, list.taken, list.waiting)
        streams =
            list.streams.isEmpty
            ? nil
            : list.streams.map { stream in
                WaitingStreamView(
                    stream: stream.stream, name: stream.name, places: stream.places, placesTaken: stream.taken,
                    waiting: list.entries.count {
                        $0.standing.status == .waiting && $0.streams.contains(stream.stream)
                    })
            }
        items = list.entries.map { WaitingView($0, hasStreams: !list.streams.isEmpty) }
    }
}

/// A stream that is waited for.
struct WaitingStreamView: Described {
    let stream: ProgramStream.ID
    let name: LocalizedName
    let places: Int?
    let placesTaken: Int
    let waiting: Int

    static let documentation = ["places": "As many as the call has unless given."]
}

/// An application that waits, or waited.
struct WaitingView: Described {
    let application: Application.ID
    let startup: LocalizedName
    let rank: Int?
    let since: Date?
    let batch: DecisionBatch.ID?
    let batchName: Name?
    let streams: [ProgramStream.ID]?
    let promotedAt: Date?
    let standing: StandingView

    static let documentation = [
        "rank": "As it was released or changed.",
        "since": "When it was put on the list.",
        "batch": "The batch in which it was decided.",
        "streams": "Whose places it waits for, the most wanted first; absent where the call offers no choice.",
        "promoted_at": "When it got a place that had become free.",
    ]

    init(_ entry: WaitingList.Entry, hasStreams: Bool) {
        application = entry.application
        startup = entry.startupName
        rank = entry.rank
        since = entry.since
        batch = entry.batch
        batchName = entry.batchName
        streams = hasStreams ? entry.streams : nil
        promotedAt = entry.promotedAt
        standing = StandingView(entry.standing)
    }
}

/// Where an application stands since its decision was released.
struct StandingView: Described {
    let status: PlaceStanding.Status
    let position: Int?
    let promoted: Bool

    static let documentation = [
        "status": """
        `awaits_letter`: a place is offered, and the days to accept begin when the letter about it goes out. `reopened`: it is \
        judged again.
        """,
        "position": "Among those who wait for the call, from 1.",
        "promoted": "Whether it got its place from the waiting list.",
    ]

    init(_ standing: PlaceStanding) {
        (status, position, promoted) = (standing.status, standing.position, standing.isPromoted)
    }
}
