import Foundation
import Postgres
import Testing

@testable import API

@Suite struct IdempotencyTests {
    @Test func aKeyIsRequiredToCreate() async throws {
        let site = try await Site()
        let body = #"{"title":"a","mood":"calm"}"#
        let answer = await site.send("POST", "/v1/notes", json: body)
        #expect(answer.status == 400)
        #expect(answer.problem?.kind.slug == "idempotency-key-missing")
        for key in ["", "a b", "é", String(repeating: "k", count: 201)] {
            let answer = await site.send("POST", "/v1/notes", headers: [("Idempotency-Key", key)], json: body)
            #expect(answer.status == 400, "\(key)")
        }
    }

    @Test func aRepeatedRequestTakesEffectOnce() async throws {
        let site = try await Site()
        let first = await site.create("once", key: "k")
        let second = await site.create("once", key: "k")
        #expect(first.status == 201)
        #expect(second.status == 201)
        #expect(second.body == first.body)
        #expect(second.header("Location") == first.header("Location"))
        #expect(second.header("ETag") == first.header("ETag"))
        #expect(first.header("Idempotent-Replayed") == nil)
        #expect(second.header("Idempotent-Replayed") == "true")
        #expect(try await site.send("GET", "/v1/notes").decode(Page<Note>.self).items.count == 1)
    }

    @Test func anotherRequestUnderTheKeyIsRefused() async throws {
        let site = try await Site()
        _ = await site.create("a", key: "k")
        let other = await site.create("b", key: "k")
        #expect(other.status == 422)
        #expect(other.problem?.kind.slug == "idempotency-key-reused")
    }

    @Test func theSameKeyFromAnotherSeatIsAnotherKey() async throws {
        let one = try await Site()
        let two = try await Site()
        #expect(await one.create("a", key: "shared").status == 201)
        let answer = await two.create("a", key: "shared")
        #expect(answer.status == 201)
        #expect(answer.header("Idempotent-Replayed") == nil)
    }

    @Test func failuresAreNotKept() async throws {
        let site = try await Site()
        _ = await site.create("taken")
        #expect(await site.create("taken", key: "k").status == 409)
        let retry = await site.send(
            "POST", "/v1/notes", headers: [("Idempotency-Key", "k")], json: #"{"title":"free","mood":"calm"}"#)
        #expect(retry.status == 201)
    }

    @Test func concurrentDuplicatesTakeEffectOnce() async throws {
        let site = try await Site()
        let answers = await withTaskGroup(of: Outgoing.self) { group in
            for _ in 0..<6 { group.addTask { await site.create("race", key: "k") } }
            return await group.reduce(into: [Outgoing]()) { $0.append($1) }
        }
        #expect(answers.map(\.status) == Array(repeating: 201, count: 6))
        #expect(Set(answers.map(\.body)).count == 1)
        #expect(answers.filter { $0.header("Idempotent-Replayed") == nil }.count == 1)
        #expect(try await site.send("GET", "/v1/notes").decode(Page<Note>.self).items.count == 1)
    }

    @Test func aDuplicateOfSlowWorkIsToldToWait() async throws {
        let gate = Gate()
        let slow = API.Operation(
            .post, "/v1/slow", "slowWork", summary: "", tag: "notes", access: .signedIn, output: NoOutput.self
        ) { call in
            try await call.write { _ in
                await gate.pass()
                return .noContent
            }
        }.erased
        let site = try await Site(operations: [slow])
        async let first = site.send("POST", "/v1/slow", headers: [("Idempotency-Key", "k")])
        await gate.entered()
        let second = await site.send("POST", "/v1/slow", headers: [("Idempotency-Key", "k")])
        #expect(second.status == 409)
        #expect(second.problem?.kind.slug == "in-progress")
        #expect(second.header("Retry-After") != nil)
        await gate.open()
        #expect(await first.status == 204)
        let third = await site.send("POST", "/v1/slow", headers: [("Idempotency-Key", "k")])
        #expect(third.status == 204)
        #expect(third.header("Idempotent-Replayed") == "true")
    }

    @Test func housekeepingForgetsOldKeysOnly() async throws {
        let site = try await Site()
        _ = await site.create("a", key: "k")
        let database = try await World.shared.database
        let system = Context([(name: "trellis.role", value: "system")])
        let removed = try await database.write(as: system) {
            try await $0.forgetIdempotencyKeys(before: Date(timeIntervalSinceNow: -3_600))
        }
        #expect(removed == 0)
        #expect(await site.create("a", key: "k").header("Idempotent-Replayed") == "true")
    }

    @Test func keysAreHiddenFromOtherSeats() async throws {
        let site = try await Site()
        _ = await site.create("a", key: "k")
        let database = try await World.shared.database
        let stranger = try await database.reader(as: People().manager.context)
            .rows("SELECT key FROM idempotency_keys")
        #expect(stranger.isEmpty)
        let own = try await database.reader(as: site.people.manager.context).rows("SELECT key FROM idempotency_keys")
        #expect(own.count == 1)
    }
}

/// Holds somebody inside until opened.
actor Gate {
    private var isOpen = false
    private var isEntered = false
    private var inside: [CheckedContinuation<Void, Never>] = []
    private var watching: [CheckedContinuation<Void, Never>] = []

    func pass() async {
        isEntered = true
        for continuation in watching { continuation.resume() }
        watching = []
        if isOpen { return }
        await withCheckedContinuation { inside.append($0) }
    }

    func entered() async {
        if isEntered { return }
        await withCheckedContinuation { watching.append($0) }
    }

    func open() {
        isOpen = true
        for continuation in inside { continuation.resume() }
        inside = []
    }
}

@Suite struct CursorTests {
    @Test func aListIsReadInPages() async throws {
        let site = try await Site()
        for index in 0..<5 { #expect(await site.create("note \(index)").status == 201) }
        var seen: [UUID] = []
        var target = "/v1/notes?limit=2"
        for _ in 0..<3 {
            let page = try await site.send("GET", target).decode(Page<Note>.self)
            seen += page.items.map(\.id)
            guard let next = page.next else { break }
            target = "/v1/notes?limit=2&cursor=\(next)"
        }
        #expect(seen.count == 5)
        #expect(Set(seen).count == 5)
    }

    @Test func cursorsAreBoundAndSealed() async throws {
        let site = try await Site()
        for index in 0..<3 { _ = await site.create("note \(index)") }
        let page = try await site.send("GET", "/v1/notes?limit=1").decode(Page<Note>.self)
        let cursor = try #require(page.next)
        #expect(await site.send("GET", "/v1/notes?limit=2&cursor=\(cursor)").status == 200, "the size may change")
        #expect(await site.send("GET", "/v1/notes?mood=calm&cursor=\(cursor)").status == 400, "the filter may not")
        #expect(await site.send("GET", "/v1/notes?cursor=\(cursor)", as: "reader").status == 400, "nor the person")
        var bytes = Array(cursor.utf8)
        for index in stride(from: 0, to: bytes.count, by: 3) {
            let original = bytes[index]
            bytes[index] = original == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            let forged = String(decoding: bytes, as: UTF8.self)
            #expect(await site.send("GET", "/v1/notes?cursor=\(forged)").status == 400)
            bytes[index] = original
        }
        for text in ["a", "AAAA", String(cursor.utf8.dropLast(4)) ?? ""] {
            #expect(await site.send("GET", "/v1/notes?cursor=\(text)").status == 400)
        }
    }

    @Test func cursorsExpire() throws {
        let seal = CursorSeal(secret: Array(repeating: 7, count: 32))
        let text = try seal.seal(5, binding: [1], until: 100)
        #expect(seal.open(text, as: Int.self, binding: [1], now: 99) == 5)
        #expect(seal.open(text, as: Int.self, binding: [1], now: 100) == nil)
        #expect(seal.open(text, as: Int.self, binding: [2], now: 99) == nil)
        #expect(seal.open(text, as: String.self, binding: [1], now: 99) == nil)
        let other = CursorSeal(secret: Array(repeating: 8, count: 32))
        #expect(other.open(text, as: Int.self, binding: [1], now: 99) == nil)
    }

    @Test func base64URLHasOneSpelling() {
        for length in 0..<40 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ 200) }
            #expect(Base64URL.bytes(Base64URL.text(bytes)) == bytes)
        }
        #expect(Base64URL.bytes("AB") == nil)
        #expect(Base64URL.bytes("A") == nil)
        #expect(Base64URL.bytes("AA=") == nil)
    }
}
