import Testing
import Vocabulary

@testable import Investment

@Suite("Answers")
struct AnswerTests {
    private let today = CalendarDate(daysSince1970: 20_000)

    private func refusal(_ answer: NewAnswer) -> AnswerRefusal? {
        do { try answer.check(today: today) } catch { return error }
        return nil
    }

    @Test("what belongs to an answer is there, and nothing else")
    func shape() {
        #expect(refusal(NewAnswer(.interested)) == nil)
        #expect(refusal(NewAnswer(.pass, because: .tooEarly)) == nil)
        #expect(refusal(NewAnswer(.later, until: today.adding(days: 1))) == nil)
        #expect(refusal(NewAnswer(.pass)) == .reasonMissing)
        #expect(refusal(NewAnswer(.interested, because: .team)) == .reasonWithoutPass)
        #expect(refusal(NewAnswer(.later)) == .dayMissing)
        #expect(refusal(NewAnswer(.later, until: today)) == .dayPassed)
        #expect(refusal(NewAnswer(.later, until: today.adding(months: 37))) == .dayTooFar)
        #expect(refusal(NewAnswer(.pass, because: .team, until: today.adding(days: 1))) == .dayWithoutLater)
    }

    @Test("keep a startup off later lists: interest and conflicts for good, a pass for a year, later until its day")
    func standing() {
        let given = 20_000
        #expect(Answer.Kind.interested.standsInTheWay(because: nil, until: nil, given: given, on: given + 9_999))
        #expect(Answer.Kind.pass.standsInTheWay(because: .conflict, until: nil, given: given, on: given + 9_999))
        #expect(Answer.Kind.pass.standsInTheWay(because: .tooEarly, until: nil, given: given, on: given + 364))
        #expect(!Answer.Kind.pass.standsInTheWay(because: .tooEarly, until: nil, given: given, on: given + 365))
        #expect(Answer.Kind.later.standsInTheWay(because: nil, until: given + 10, given: given, on: given + 9))
        #expect(!Answer.Kind.later.standsInTheWay(because: nil, until: given + 10, given: given, on: given + 10))
    }
}

@Suite("Words and figures of a score")
struct ScoreWordsTests {
    @Test(
        "parts that are shown sum to the total that is shown",
        arguments: [
            [1_049, 1_049, 1_049], [-1_049, -1_051, 33], [9_950, 49, 1], [0, 0, 0], [-1, -1, -1],
            [12_345, -6_789, 250, 49],
        ])
    func sums(_ parts: [Int]) {
        let total = parts.reduce(0, +)
        let tenths = Tenths(total, of: parts)
        #expect(tenths.parts.reduce(0, +) == tenths.total)
        for (part, shown) in zip(parts, tenths.parts) { #expect(abs(part - shown * 100) <= 100) }
    }

    @Test("figures read as people write them")
    func figures() {
        #expect(Tenths.signed(61) == "+6.1")
        #expect(Tenths.signed(-4) == "−0.4")
        #expect(Tenths.signed(0) == "0.0")
        #expect(Tenths.text(12_345) == "1,234.5")
    }

    @Test("amounts of different currencies are compared in one, roughly")
    func rates() {
        #expect(ReferenceRates.dollars(Money(minor: 78_000_00, currency: .hkd)) == 9_984)
        #expect(ReferenceRates.dollars(Money(minor: 1_000_000, currency: .jpy)) == 6_700)
        #expect(ReferenceRates.dollars(Money(minor: Int.max, currency: .kwd)) == nil)
        #expect(ReferenceRates.dollars(Money(minor: Int.max, currency: .gbp)) != nil)
    }

    @Test("one value in two forms has two hashes; the same values have one")
    func hash() {
        func hash(_ fill: (inout CanonicalHash) -> Void) -> [UInt8] {
            var hash = CanonicalHash()
            fill(&hash)
            return hash.bytes()
        }
        #expect(
            hash {
                $0.add("ab"); $0.add("c")
            }
                != hash {
                    $0.add("a"); $0.add("bc")
                })
        #expect(hash { $0.add(1) } != hash { $0.add("1") })
        #expect(hash { $0.add(nil as Int?) } != hash { $0.add(0) })
        #expect(hash { $0.add(unordered: ["b", "a"]) } == hash { $0.add(unordered: ["a", "b"]) })
    }
}
