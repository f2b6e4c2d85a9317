package import API
package import Pages
import Postgres

/// What went wrong with a form, ready to stand beside its fields.
package struct FormProblem: Sendable {
    /// What the sender of JSON would have been told.
    package let problem: Problem

    /// The problem behind an error that a verb or a decoding threw; nil for what the sender cannot mend.
    ///
    /// The edge translates refusals and constraints by itself, but a form wants to come back filled in.
    package init?(_ error: any Error, constraints: ConstraintProblems) {
        switch error {
        case let problem as Problem: self.problem = problem
        case let refusal as any Refusal: problem = refusal.problem
        case let error as DatabaseError:
            guard let known = error.constraint.flatMap({ constraints[$0] }) else { return nil }
            problem = known
        default: return nil
        }
        // A form for something that is not there has nothing to come back to.
        if problem.kind == .notFound || problem.kind == .forbidden || problem.kind == .unauthenticated { return nil }
    }

    /// What a deed answers, or the form again with what was wrong, under the status of that.
    ///
    /// Rethrows what the sender of a form cannot mend.
    package static func answering(
        _ constraints: ConstraintProblems, _ deed: () async throws -> HTML,
        again: (FormProblem) async throws -> HTML
    ) async throws -> HTML {
        do {
            return try await deed()
        } catch {
            guard let problem = FormProblem(error, constraints: constraints) else { throw error }
            var page = try await again(problem)
            page.status = problem.status
            return page
        }
    }

    /// The errors by the names of form fields: `/parties/0/role` is the field `parties.0.role`.
    package var errors: [(field: String, message: String)] {
        problem.errors.flatMap { error in
            let name = Self.name(of: error.pointer)
            // What is wrong with a text in all its languages is said beside the first of them.
            return [(name, error.words), ("\(name).en", error.words)]
        }
    }

    /// The status of the page that shows the form again.
    package var status: Int { problem.status == 409 || problem.status == 412 ? problem.status : 422 }

    /// What stands above the form: the problem's sentence, and what belongs to no field that is shown.
    package func sentence(besides fields: [FormField]) -> String? {
        let shown = Set(fields.map(\.name))
        let homeless = problem.errors.filter { error in
            let name = Self.name(of: error.pointer)
            return !shown.contains(name) && !shown.contains("\(name).en")
        }.map(\.words)
        let sentences = (problem.detail == nil ? [] : [problem.words]) + homeless
        guard !sentences.isEmpty else { return problem.errors.isEmpty ? problem.words : nil }
        return sentences.joined(separator: Language.ofPage == .english ? " " : "")
    }

    private static func name(of pointer: String) -> String {
        let bytes = pointer.utf8.drop { $0 == UInt8(ascii: "/") }
        return String(decoding: bytes.map { $0 == UInt8(ascii: "/") ? UInt8(ascii: ".") : $0 }, as: UTF8.self)
    }
}
