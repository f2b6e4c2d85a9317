import Foundation
import Postgres
import Testing

@testable import Jobs

struct Happened: OutboxEvent {
    static let topic = "happened"
    var label: String
}

struct Unheard: OutboxEvent {
    static let topic = "unheard"
}

@Suite struct OutboxTests {
    private func worker(_ world: JobsWorld) -> Worker {
        let worker = world.worker()
        for name in ["first-listener", "second-listener"] {
            worker.subscribe(name, to: Happened.self) { event, run in
                try await run.finish { try await $0.leave("\(name) \(event.label)") }
            }
        }
        return worker
    }

    @Test func eachEventReachesEachSubscriptionOnceUnderFourWorkers() async throws {
        try await withJobs { world async throws in
            try await working((1...4).map { _ in worker(world) }) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for publisher in 1...5 {
                        group.addTask {
                            for number in 1...20 {
                                try await world.database.write(as: JobsWorld.member(of: JobsWorld.north)) {
                                    _ = try await $0.publish(Happened(label: "\(publisher)-\(number)"))
                                }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                try await eventually("all events are followed up", within: .seconds(60)) {
                    try await world.effects().count >= 200
                }
            }
            let expected = ["first-listener", "second-listener"].flatMap { name in
                (1...5).flatMap { publisher in (1...20).map { "\(name) \(publisher)-\($0)" } }
            }
            #expect(try await world.effects().sorted() == expected.sorted())
            #expect(try await world.database.reader(as: JobsWorld.system).outboxBacklog().isEmpty)
        }
    }

    /// The first transaction takes its number and its time before the second, and commits after the second's event was
    /// dispatched. A dispatcher that remembered how far it got would never look back.
    @Test func anEventThatCommitsBehindALaterOneIsNotLost() async throws {
        try await withJobs { world async throws in
            try await working([worker(world)]) {
                try await world.database.write(as: JobsWorld.member(of: JobsWorld.north)) { slow async throws in
                    _ = try await slow.publish(Happened(label: "slow"))
                    try await world.database.write(as: JobsWorld.member(of: JobsWorld.north)) {
                        _ = try await $0.publish(Happened(label: "quick"))
                    }
                    try await eventually("the quick event is followed up") { try await world.effects().count == 2 }
                }
                try await eventually("the slow event is followed up") { try await world.effects().count == 4 }
            }
            #expect(
                try await world.effects().sorted() == [
                    "first-listener quick", "first-listener slow", "second-listener quick", "second-listener slow",
                ])
        }
    }

    @Test func anEventIsFollowedUpOnBehalfOfItsPublisher() async throws {
        try await withJobs { world async throws in
            try await world.database.write(as: JobsWorld.member(of: JobsWorld.south, role: "founder")) {
                _ = try await $0.publish(Happened(label: "a"))
            }
            try await world.database.write(as: JobsWorld.gate) { _ = try await $0.publish(Happened(label: "b")) }
            let dispatched = try await world.database.write(as: JobsWorld.system) {
                try await $0.dispatchEvents(to: [Subscription(topic: Happened.topic, kind: "k")], upTo: 10)
            }
            #expect(dispatched == 2)
            let claims = try await world.claim(["k"])
            let founder = try #require(claims.first { $0.context["role"] == "founder" })
            #expect(founder.context["tenant"] == JobsWorld.south.uuidString)
            #expect(founder.context["person"] == JobsWorld.ana.uuidString)
            #expect(claims.contains { $0.context == ["role": "gate"] })
        }
    }

    @Test func aTopicWithoutSubscribersHereIsLeftToAWorkerThatKnowsIt() async throws {
        try await withJobs { world async throws in
            try await world.database.write(as: JobsWorld.member(of: JobsWorld.north)) {
                _ = try await $0.publish(Unheard())
            }
            let dispatched = try await world.database.write(as: JobsWorld.system) {
                try await $0.dispatchEvents(to: [Subscription(topic: Happened.topic, kind: "k")], upTo: 10)
            }
            #expect(dispatched == 0)
            let backlog = try await world.database.reader(as: JobsWorld.operator).outboxBacklog()
            #expect(backlog.map(\.topic) == [Unheard.topic])
            #expect(backlog.map(\.count) == [1])
        }
    }
}
