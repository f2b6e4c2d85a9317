public import Foundation
internal import Logging
public import Postgres

/// Something that happened and that other parts of the product may want to follow up, without the one it happened to
/// knowing them. A room publishes events of its own and subscribes to those of others.
///
/// Payloads outlive the program that wrote them: a new property must be optional.
public protocol OutboxEvent: Codable, Sendable {
    /// Under which name subscribers find it, such as `application.submitted`.
    static var topic: String { get }
}

extension Transaction {
    /// Makes an event known if and when this transaction commits. Workers then enqueue a job for each subscription
    /// (`Worker.subscribe`), once per event, on behalf of the context of this transaction.
    ///
    /// Events are dispatched about in the order of their publication; nothing may depend on that order, since
    /// transactions do not commit in the order in which they began.
    @discardableResult
    public func publish<E: OutboxEvent>(_ event: E) async throws -> UUID {
        let id = UUID()
        _ = try await execute(
            """
            -- Jobs.publish
            INSERT INTO outbox_events (id, topic, payload) VALUES (\(id), \(E.topic), \(try encoded(event))::text::jsonb)
            """)
        try await giveHint()
        return id
    }

    /// Turns the oldest events with subscribers into jobs and says how many it took. Topics without a subscriber here are
    /// left alone: during a deployment, a newer worker may know one.
    ///
    /// Found by their state, passing over those another dispatcher holds: a dispatcher that remembered how far it got
    /// would never see the events of transactions that committed behind that mark.
    func dispatchEvents(to subscriptions: [Subscription], upTo limit: Int) async throws -> Int {
        try await execute(
            """
            -- Jobs.dispatchEvents
            WITH subscriptions AS MATERIALIZED (
                SELECT s.topic, s.kind FROM unnest(\(subscriptions.map(\.topic)), \(subscriptions.map(\.kind))) AS s (topic, kind)
            ), due AS MATERIALIZED (
                SELECT id, topic, tenant_id, context, payload FROM outbox_events
                WHERE dispatched_at IS NULL AND topic = ANY (\(Array(Set(subscriptions.map(\.topic)))))
                ORDER BY created_at, id
                LIMIT \(limit)
                FOR UPDATE SKIP LOCKED
            ), asked AS (
                INSERT INTO jobs (id, kind, arguments, tenant_id, context)
                SELECT gen_random_uuid(), subscriptions.kind, due.payload, due.tenant_id, due.context
                FROM due JOIN subscriptions ON subscriptions.topic = due.topic
            )
            UPDATE outbox_events SET dispatched_at = now() FROM due WHERE outbox_events.id = due.id
            """)
    }

    func forgetEvents(dispatchedBefore age: Duration, upTo limit: Int) async throws -> Int {
        try await execute(
            """
            -- Jobs.forgetEvents
            DELETE FROM outbox_events WHERE id IN (
                SELECT id FROM outbox_events WHERE dispatched_at < now() - \(age.interval) * interval '1 s'
                LIMIT \(limit)
                FOR UPDATE SKIP LOCKED)
            """)
    }
}

/// That each event of a topic becomes a job of a kind.
struct Subscription: Sendable {
    let topic: String
    let kind: String
}

extension Worker {
    func dispatchEvents(to subscriptions: [Subscription]) async {
        let batch = 200
        for await _ in floor.dispatch.rings {
            do {
                var dispatched = 0
                repeat {
                    dispatched = try await keeper.write(as: Self.claimingContext) { transaction in
                        try await transaction.dispatchEvents(to: subscriptions, upTo: batch)
                    }
                    if dispatched > 0 { floor.intake.ring() }
                } while dispatched == batch && !Task.isCancelled
            } catch {
                if Task.isCancelled { return }
                logger.warning("Events could not be dispatched.", metadata: ["error": "\(Self.report(error))"])
            }
        }
    }
}
