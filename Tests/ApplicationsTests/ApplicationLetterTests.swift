import API
import Accounts
import DemoWorld
import Foundation
import Letters
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Applications

/// What is written to a startup about its application.
@Suite("Letters about applications")
struct ApplicationLetterTests {
    let call: CallForApplications.ID = demoID("call incubation")
    let ravi = Cast.ravi.person.id
    let mei = Cast.mei.person.id

    @Test("A receipt goes out at once; what is decided goes out with its release, in the founder's language")
    func letters() async throws {
        let world = try await World()
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE people SET locale = 'ja' WHERE id = \(ravi)")
        }
        let id = try await world.draft(to: call)
        try await world.fill(id, of: call)
        _ = try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            try await transaction.submitApplication(id, by: ravi)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        let receipts = try await reader.letters(about: id.uuid, limit: 10)
        #expect(receipts.map(\.kind) == [.submissionReceipt] && receipts[0].state == .released)
        #expect(receipts[0].text.subject.string.contains("応募を受け付けました"))
        let own = try await world.database.reader(as: world.context(Cast.ravi)).ownLetters(limit: 10)
        #expect(own.map(\.id).contains(receipts[0].id))

        let note = try LongText("You know your trade.\n\nwin.example did not.")
        let day = CalendarDate(Date(), in: .hongKong).adding(days: 7)
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.screenApplication(id, finding: .eligible, by: mei)
        }
        try await world.offer(id, until: day, note: note)
        let told = try await reader.letters(in: .released, of: .decision, about: id.uuid, limit: 10)
        #expect(told.count == 1 && told[0].text.subject.string.contains("採択のお知らせ"))
        let body = told.first?.text.body.string ?? ""
        #expect(body.contains("You know your trade.") && body.contains("\(day.year)年") && !body.contains("win.example"))
        let seen = try await world.database.reader(as: world.context(Cast.ravi)).ownLetters(limit: 10)
        #expect(Set(seen.map(\.id)) == Set(own.map(\.id) + told.map(\.id)))
    }

    @Test("A note too long for a letter is pointed to, and one for what does not meet the conditions is written, too")
    func ineligible() async throws {
        let world = try await World()
        let id = try await world.draft(to: call)
        try await world.fill(id, of: call)
        let long = try LongText(String(repeating: "a. ", count: 3_000))
        _ = try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            try await transaction.submitApplication(id, by: ravi)
        }
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.screenApplication(id, finding: .ineligible(because: long), by: mei)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        let held = try await reader.letters(in: .held, about: id.uuid, limit: 10)
        #expect(held.count == 1 && held[0].text.body.string.contains("stand on the application's page"))
    }
}
