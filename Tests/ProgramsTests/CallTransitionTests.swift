import Foundation
import Testing
import Vocabulary

@testable import Programs

@Suite("A call's life")
struct CallTransitionTests {
    private static let opens = Date(timeIntervalSince1970: 1_800_000_000)
    private static let closes = opens.addingTimeInterval(86_400)
    private static let before = opens.addingTimeInterval(-1)

    private func call(isPublished: Bool = true, isCancelled: Bool = false, questions: Int = 1) throws
        -> CallForApplications
    {
        try CallForApplications(
            id: CallForApplications.ID(), stream: ProgramStream.ID(), streamName: LocalizedName(en: "Fintech"),
            program: Program.ID(), programName: LocalizedName(en: "Acceleration"), title: LocalizedName(en: "Intake"),
            opensAt: Self.opens, deadline: Deadline(Self.closes, in: .hongKong, graceSeconds: 60),
            publishedAt: isPublished ? Self.before : nil, cancelledAt: isCancelled ? Self.before : nil,
            cancellationReason: isCancelled ? ShortText("No budget") : nil,
            questions: (0..<questions).map { index in
                try CallForApplications.Question(
                    id: CallForApplications.Question.ID(), position: index + 1, prompt: LocalizedLine(en: "Why?"))
            })
    }

    @Test("stands where window and clock put it")
    func status() throws {
        let call = try call()
        #expect(call.status(at: Self.before) == .scheduled)
        #expect(call.status(at: Self.opens) == .open)
        #expect(call.status(at: Self.closes) == .open)
        #expect(call.status(at: Self.closes.addingTimeInterval(1)) == .closed)
        #expect(try self.call(isPublished: false).status(at: Self.opens) == .draft)
        #expect(try self.call(isCancelled: true).status(at: Self.opens) == .cancelled)
    }

    @Test("admits while it is open, and for its grace after that")
    func grace() throws {
        let call = try call()
        #expect(!call.admits(Self.before))
        #expect(call.admits(Self.opens))
        #expect(call.admits(Self.closes.addingTimeInterval(60)))
        #expect(!call.admits(Self.closes.addingTimeInterval(61)))
        #expect(try !self.call(isCancelled: true).admits(Self.opens))
        #expect(try !self.call(isPublished: false).admits(Self.opens))
    }

    @Test("goes out once, with questions, before it closes")
    func publishing() throws {
        var draft = try call(isPublished: false)
        try draft.publish(at: Self.opens)
        #expect(draft.publishedAt == Self.opens)
        #expect(throws: CallRefusal.published) { try draft.publish(at: Self.opens) }
        #expect(throws: CallRefusal.published) { try draft.admitsRevision() }
        var blank = try call(isPublished: false, questions: 0)
        #expect(throws: CallRefusal.noQuestions) { try blank.publish(at: Self.opens) }
        var late = try call(isPublished: false)
        #expect(throws: CallRefusal.windowIsOver) { try late.publish(at: Self.closes) }
        var cancelled = try call(isPublished: false, isCancelled: true)
        #expect(throws: CallRefusal.cancelled) { try cancelled.publish(at: Self.opens) }
    }

    @Test("closes later only")
    func extending() throws {
        var open = try call()
        let later = Self.closes.addingTimeInterval(3600)
        #expect(throws: CallRefusal.closingIsNotLater) { try open.extend(to: Self.closes, at: Self.opens) }
        #expect(throws: CallRefusal.closingIsNotLater) {
            try open.extend(to: later, at: later.addingTimeInterval(1))
        }
        try open.extend(to: later, at: Self.opens)
        #expect(open.deadline == Deadline(later, in: .hongKong, graceSeconds: 60))
        var draft = try call(isPublished: false)
        #expect(throws: CallRefusal.notPublished) { try draft.extend(to: later, at: Self.opens) }
        var cancelled = try call(isCancelled: true)
        #expect(throws: CallRefusal.cancelled) { try cancelled.extend(to: later, at: Self.opens) }
    }

    @Test("is cancelled once, with a reason")
    func cancelling() throws {
        var open = try call()
        let reason = try ShortText("The partner withdrew")
        try open.cancel(because: reason, at: Self.opens)
        #expect(open.status(at: Self.opens) == .cancelled)
        #expect(open.cancellationReason == reason)
        #expect(throws: CallRefusal.cancelled) { try open.cancel(because: reason, at: Self.opens) }
    }
}
