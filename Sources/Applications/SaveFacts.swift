internal import API
package import Accounts
package import Eligibility
internal import Foundation
package import Postgres
package import Programs

/// A declared fact on its way in.
package struct FactEdit: Sendable, Equatable {
    /// What should be declared; nil takes back what was.
    package let value: FactValue?
    /// What the writer saw when they began; nil when they do not say, and then the last writer wins.
    package let seen: Fingerprint?

    /// A value, and what stood there before as far as the writer knows.
    package init(_ value: FactValue?, seen: Fingerprint? = nil) {
        self.value = value
        self.seen = seen
    }

    /// Whether the writer changed what they saw.
    var isTouched: Bool { seen.map { $0 != Fingerprint(of: value) } ?? true }

    func outcome(over stored: FactValue?) -> AnswerEdit.Outcome {
        AnswerEdit.Outcome(of: Fingerprint(of: value), over: Fingerprint(of: stored), seen: seen)
    }
}

extension Fingerprint {
    /// The name of a declared value; `nil` is the name of a fact that nobody declares.
    package init(of value: FactValue?) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        self.init(naming: value.flatMap { try? encoder.encode($0) }.map { String(decoding: $0, as: UTF8.self) })
    }
}

/// What became of facts that were declared.
package struct SavedFacts: Sendable {
    /// An edit that was not stored, because somebody else had changed the same fact.
    package struct Conflict: Sendable, Equatable {
        /// The fact.
        package let fact: ApplicantFact
        /// What stands there now; nil when it was taken back.
        package let stored: FactValue?
    }

    /// What is declared now.
    package let facts: ApplicationFacts
    /// What was left as it was. All else is stored.
    package let conflicts: [Conflict]
}

extension Transaction {
    /// Declares the facts of a draft, or those that the park asked to be changed, replacing what was declared before by what
    /// `change` makes of it, under the draft's lock.
    ///
    /// Throws `ApplicationRefusal.answersAreFrozen`, `ChangesRefusal.factsNotReopened`, or not found; refused by
    /// `facts_are_of_a_reasonable_size`.
    package func saveFacts(
        of id: Application.ID, by person: Person.ID,
        _ change: (ApplicationFacts) throws -> DeclaredFacts
    ) async throws -> ApplicationFacts {
        guard let application = try await lockApplication(id) else { throw Problem.notFound }
        let open = try await openFacts(of: application)
        guard !open.isEmpty else { throw ApplicationRefusal.answersAreFrozen }
        let current = try await facts(of: application)
        let facts = try change(current)
        let closed = ApplicantFact.allCases.filter { !open.contains($0) && facts[$0] != current.facts[$0] }
        guard closed.isEmpty else { throw ChangesRefusal.factsNotReopened(closed) }
        try await store(facts, of: application, by: person)
        try await noteFacts(of: application)
        return ApplicationFacts(facts, isDeclared: true)
    }

    /// Declares any of a draft's facts; what is not mentioned stays. An edit that would overwrite what somebody else has
    /// declared since is reported, and the others are saved.
    ///
    /// Throws what declaring all of them throws, or invalid where the facts contradict each other.
    package func saveFacts(
        _ edits: [ApplicantFact: FactEdit], of id: Application.ID, by person: Person.ID
    ) async throws -> SavedFacts {
        var conflicts: [SavedFacts.Conflict] = []
        let saved = try await saveFacts(of: id, by: person) { current in
            var facts = current.facts
            for fact in ApplicantFact.allCases {
                guard let edit = edits[fact] else { continue }
                switch edit.outcome(over: facts[fact]) {
                case .keep: break
                case .save: facts[fact] = edit.value
                case .conflict: conflicts.append(.init(fact: fact, stored: facts[fact]))
                }
            }
            // Two who agree with themselves may contradict each other.
            guard facts == current.facts || facts.contradictions.isEmpty else {
                throw Problem(.invalid, errors: facts.contradictions)
            }
            return facts
        }
        return SavedFacts(facts: saved, conflicts: conflicts)
    }
}

extension Statements {
    /// The facts of an application that its startup can declare: all of a draft's, or those that the park asked about.
    func openFacts(of application: Application) async throws -> [ApplicantFact] {
        switch application.state {
        case .draft: ApplicantFact.allCases
        case .changesRequested: try await changeRequests(of: application.id).first?.facts ?? []
        default: []
        }
    }
}

extension DeclaredFacts {
    /// What cannot be true together.
    var contradictions: [Problem.FieldError] {
        guard case .integer(let all) = self[.fullTimeStaff], case .integer(let technical) = self[.technicalStaff],
            technical > all
        else { return [] }
        return [.init("/technical_staff", .outOfRange, "is more than the full-time staff")]
    }
}
