import API
import Foundation
import Pages
import Programs
import Testing
import Vocabulary

@testable import Applications

/// The transitions, without a database: what each state allows and how each refusal is told.
@Suite("Application")
struct ApplicationTests {
    static let noon = Date(timeIntervalSince1970: 1_800_000_000)

    @Test("A draft begins only while the call is open")
    func begins() throws {
        let call = try Call.open()
        let draft = try Application.begin(Application.ID(), to: call, by: .init(), now: Self.noon)
        #expect(draft.state == .draft && draft.call == call.id)
        let later = call.deadline.instant.addingTimeInterval(1)
        #expect(throws: ApplicationRefusal.callNotOpen(.closed)) {
            try Application.begin(Application.ID(), to: call, by: .init(), now: later)
        }
        #expect(throws: ApplicationRefusal.callNotOpen(.scheduled)) {
            try Application.begin(Application.ID(), to: call, by: .init(), now: call.opensAt.addingTimeInterval(-1))
        }
    }

    @Test("Submission forgives the grace and not a second more")
    func deadline() throws {
        let call = try Call.open(grace: 60)
        let complete = Completeness(of: [], naming: [], answers: [])
        var inTime = Application.example(.draft)
        try inTime.submit(to: call, with: complete, now: call.deadline.instant.addingTimeInterval(60))
        #expect(inTime.state == .submitted)
        #expect(inTime.submittedAt == call.deadline.instant.addingTimeInterval(60))
        var late = Application.example(.draft)
        #expect(throws: ApplicationRefusal.deadlinePassed(call.deadline)) {
            try late.submit(to: call, with: complete, now: call.deadline.instant.addingTimeInterval(61))
        }
        #expect(late.state == .draft)
    }

    @Test("Submission names every gap, in the order of the form")
    func gaps() throws {
        let questions = try Call.questions
        let call = try Call.open(questions: questions)
        let tooLong = try LongText(String(repeating: "字", count: 12))
        let answers = [Answer(to: questions[1].id, tooLong, savedAt: Self.noon)]
        let completeness = Completeness(of: questions, naming: [], answers: answers)
        #expect(completeness.gaps.map(\.reason) == [.unanswered, .tooLong(by: 2)])
        var draft = Application.example(.draft)
        #expect(throws: ApplicationRefusal.incomplete(completeness.gaps)) {
            try draft.submit(to: call, with: completeness, now: Self.noon)
        }
        let problem = ApplicationRefusal.incomplete(completeness.gaps).problem
        #expect(problem.errors.map(\.pointer) == ["/answers/\(questions[0].id)", "/answers/\(questions[1].id)"])
    }

    @Test("Each state allows what it should and refuses the rest", arguments: Application.State.allCases)
    func allowed(state: Application.State) {
        let application = Application.example(state, offerUntil: Self.noon.addingTimeInterval(3600))
        let allowed = Set(Application.Deed.allCases.filter { application.allows($0, at: Self.noon) })
        let expected: Set<Application.Deed> =
            switch state {
            case .draft: [.submit, .withdraw]
            case .submitted: [.screen, .withdraw, .requestChanges]
            case .changesRequested: [.resubmit, .withdraw]
            case .inReview: [.shortlist, .decide, .withdraw, .requestChanges, .askQuestions]
            case .shortlisted: [.interview, .decide, .withdraw, .requestChanges, .askQuestions]
            case .interview: [.decide, .withdraw, .requestChanges, .askQuestions]
            case .waitlisted: [.decide, .withdraw, .change]
            case .offered: [.accept, .decline, .change]
            case .rejected: [.change, .reopen]
            case .accepted: [.giveBack, .change]
            case .withdrawn: [.beginAgain]
            case .ineligible: [.reopen]
            case .declined: [.change]
            }
        #expect(allowed == expected)
    }

    @Test("A deed in the wrong state is refused by name", arguments: Application.State.allCases)
    func refusals(state: Application.State) throws {
        let now = Self.noon
        var application = Application.example(state, offerUntil: now.addingTimeInterval(3600))
        if !application.allows(.withdraw, at: now) {
            #expect(throws: ApplicationRefusal.wrongState(state, for: .withdraw)) { try application.withdraw(now: now) }
        }
        if !application.allows(.screen, at: now) {
            #expect(throws: ApplicationRefusal.wrongState(state, for: .screen)) {
                try application.screen(.eligible, now: now)
            }
        }
        if !application.allows(.shortlist, at: now) {
            #expect(throws: ApplicationRefusal.wrongState(state, for: .shortlist)) {
                try application.shortlist(now: now)
            }
        }
        if !application.allows(.interview, at: now) {
            #expect(throws: ApplicationRefusal.wrongState(state, for: .interview)) {
                try application.callToInterview(now: now)
            }
        }
        if !application.allows(.decide, at: now) {
            #expect(throws: ApplicationRefusal.wrongState(state, for: .decide)) {
                try application.decide(.reject, in: .hongKong, now: now)
            }
        }
        if !application.allows(.accept, at: now) {
            #expect(throws: ApplicationRefusal.wrongState(state, for: .accept)) { try application.accept(now: now) }
        }
        if !application.allows(.decline, at: now) {
            #expect(throws: ApplicationRefusal.wrongState(state, for: .decline)) { try application.decline(now: now) }
        }
        #expect(application.state == state)
    }

    @Test("An offer stands to the end of its last day in the zone of the call")
    func lastDay() throws {
        let day = try #require(CalendarDate("2027-01-20"))
        var application = Application.example(.inReview)
        try application.decide(.offer(until: day), in: .tokyo, now: Self.noon)
        let end = try #require(application.offerExpiresAt)
        #expect(LocalTime(end, in: .tokyo).description == "2027-01-20T23:59:59")
        var accepted = application
        try accepted.accept(now: end)
        #expect(accepted.state == .accepted)
        #expect(throws: ApplicationRefusal.offerExpired) { try application.accept(now: end.addingTimeInterval(1)) }
    }

    @Test("An offer whose days wait for its letter does not run out, and is answered all the same")
    func daysFromLetter() throws {
        var application = Application.example(.waitlisted)
        try application.decide(.offerFromLetter(days: 14), in: .hongKong, now: Self.noon)
        #expect(application.offerDays == 14)
        let later = Self.noon.addingTimeInterval(400 * 86_400)
        #expect(!application.isOfferExpired(at: later))
        var (accepted, declined, changed) = (application, application, application)
        try accepted.accept(now: later)
        try declined.decline(now: later)
        for answered in [accepted, declined] {
            #expect(answered.offerDays == nil && answered.offerExpiresAt == later.addingTimeInterval(14 * 86_400))
        }
        try changed.change(to: .reject, in: .hongKong, now: later)
        #expect(changed.offerDays == nil && changed.offerExpiresAt == nil)
    }

    @Test("An offer that would be over already is refused")
    func pastOffer() throws {
        let yesterday = CalendarDate(Self.noon, in: .hongKong).adding(days: -1)
        var application = Application.example(.inReview)
        #expect(throws: ApplicationRefusal.offerInThePast) {
            try application.decide(.offer(until: yesterday), in: .hongKong, now: Self.noon)
        }
        #expect(application.state == .inReview)
    }

    @Test("What was decided is changed, not decided again, also when the startup has answered")
    func change() throws {
        var running = Application.example(.offered, offerUntil: Self.noon.addingTimeInterval(1))
        #expect(throws: ApplicationRefusal.wrongState(.offered, for: .decide)) {
            try running.decide(.reject, in: .hongKong, now: Self.noon)
        }
        try running.change(to: .waitlist, in: .hongKong, now: Self.noon)
        #expect(running.state == .waitlisted && running.offerExpiresAt == nil)
        try running.change(to: .reject, in: .hongKong, now: Self.noon)
        try running.reopen(now: Self.noon)
        #expect(running.state == .inReview)
        var accepted = Application.example(.accepted, offerUntil: Self.noon.addingTimeInterval(1))
        var takenBack = accepted
        try takenBack.change(to: .reject, in: .hongKong, now: Self.noon)
        #expect(takenBack.state == .rejected && takenBack.offerExpiresAt == nil)
        try accepted.giveBack(now: Self.noon)
        #expect(accepted.state == .declined)
        let day = CalendarDate(Self.noon, in: .hongKong).adding(days: 3)
        try accepted.change(to: .offer(until: day), in: .hongKong, now: Self.noon)
        #expect(accepted.state == .offered && !accepted.isOfferExpired(at: Self.noon))
    }

    @Test("What was found not eligible is screened again, as if it had just come in")
    func screenedAgain() throws {
        var application = Application.example(.submitted)
        try application.screen(.ineligible(because: LongText("Too old.")), now: Self.noon)
        try application.reopen(now: Self.noon)
        #expect(application.state == .submitted)
        try application.screen(.eligible, now: Self.noon)
        #expect(application.state == .inReview)
    }
}

/// What happens to an answer that two people write.
@Suite("Answers")
struct AnswerTests {
    @Test("A form that was not touched does not carry a newer text away")
    func untouched() throws {
        let (old, new) = (try LongText("old"), try LongText("new"))
        #expect(AnswerEdit(old, seen: Fingerprint(old)).outcome(over: new) == .keep)
    }

    @Test("Two different texts over the same old one are a conflict")
    func conflict() throws {
        let (old, mine, theirs) = (try LongText("old"), try LongText("mine"), try LongText("theirs"))
        #expect(AnswerEdit(mine, seen: Fingerprint(old)).outcome(over: old) == .save)
        #expect(AnswerEdit(mine, seen: Fingerprint(old)).outcome(over: theirs) == .conflict)
        #expect(AnswerEdit(mine, seen: Fingerprint(nil)).outcome(over: theirs) == .conflict)
        #expect(AnswerEdit(mine, seen: Fingerprint(theirs)).outcome(over: theirs) == .save)
        #expect(AnswerEdit(nil, seen: Fingerprint(old)).outcome(over: theirs) == .conflict)
    }

    @Test("Who does not say what they saw writes last; the same text is no change")
    func lastWriter() throws {
        let (mine, theirs) = (try LongText("mine"), try LongText("theirs"))
        #expect(AnswerEdit(mine).outcome(over: theirs) == .save)
        #expect(AnswerEdit(mine).outcome(over: mine) == .keep)
        #expect(AnswerEdit(nil).outcome(over: nil) == .keep)
    }

    @Test("Fingerprints survive a form and refuse what is none")
    func fingerprints() throws {
        let print = Fingerprint(try LongText("海帶"))
        #expect(Fingerprint(print.description) == print)
        #expect(Fingerprint("") == Fingerprint(nil as LongText?))
        #expect(Fingerprint("not hex at all!!") == nil)
    }

    @Test(
        "White space alone is no answer; a text that cannot be stored is reported with its field, and the others kept")
    func typed() throws {
        let questions = try Call.questions
        let fields = [
            questions[0].field: ["  \n "], questions[1].field: ["with a \u{202E} in it"], "csrf": ["x"],
        ]
        let typed = TypedAnswers(fields, to: questions, PageKit.applications.texts(in: .english))
        #expect(typed.edits == [questions[0].id: AnswerEdit(nil)])
        #expect(typed.errors.map(\.field) == [questions[1].field])
    }
}

/// Calls and applications for tests without a database.
enum Call {
    static var questions: [CallForApplications.Question] {
        get throws {
            try [
                .init(id: .init(), position: 1, prompt: LocalizedLine(en: "What do you do?"), maxLength: 500),
                .init(id: .init(), position: 2, prompt: LocalizedLine(en: "Since when?"), maxLength: 10),
                .init(
                    id: .init(), position: 3, prompt: LocalizedLine(en: "Anything else?"), isRequired: false,
                    maxLength: 500),
            ]
        }
    }

    static func open(
        grace: Int = 60, questions: [CallForApplications.Question] = []
    ) throws -> CallForApplications {
        try CallForApplications(
            id: .init(), stream: .init(), streamName: LocalizedName(en: "Environment"), program: .init(),
            programName: LocalizedName(en: "Incubation"), title: LocalizedName(en: "Intake"),
            opensAt: ApplicationTests.noon.addingTimeInterval(-86_400),
            deadline: Deadline(ApplicationTests.noon.addingTimeInterval(86_400), in: .hongKong, graceSeconds: grace),
            publishedAt: ApplicationTests.noon.addingTimeInterval(-90_000), questions: questions)
    }
}

extension Application {
    static func example(_ state: State, offerUntil: Date? = nil) -> Application {
        Application(
            id: .init(), call: .init(), startup: .init(), state: state, createdAt: ApplicationTests.noon,
            savedAt: ApplicationTests.noon, submittedAt: state == .draft ? nil : ApplicationTests.noon,
            withdrawnAt: state == .withdrawn ? ApplicationTests.noon : nil,
            offerExpiresAt: state == .offered ? offerUntil : nil)
    }
}
