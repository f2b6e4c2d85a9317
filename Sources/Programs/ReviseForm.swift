import API
package import Accounts
import Forms
import Foundation
package import Postgres
package import Vocabulary

extension FormRevision {
    /// Refuses whatever is more than better words, wider bounds, fewer demands and further questions that nobody need
    /// answer, all of it at once.
    ///
    /// - Parameter pointer: where the question at a place was sent.
    init(
        of call: CallForApplications, to wanted: [CallDraft.Question],
        at pointer: (Int) -> String = { "/questions/\($0)" }
    ) throws {
        let known = Dictionary(call.questions.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let version = (call.formVersion ?? 1) + 1
        var errors: [Problem.FieldError] = []
        let sent = Set(wanted.map(\.id))
        errors += call.questions.filter { !sent.contains($0.id) }.map {
            .init("/questions", .required, "Question \($0.position) was published and stays in the form.")
        }
        let offered = Set(call.offered.map(\.stream))
        var last = 0
        var seen: Set<CallForApplications.Question.ID> = []
        for (place, question) in wanted.enumerated() {
            let at = pointer(place)
            if !seen.insert(question.id).inserted {
                errors.append(.init("\(at)/id", .repeated, "Give each question an id of its own."))
            }
            guard let old = known[question.id] else {
                if question.isRequired {
                    errors.append(
                        .init("\(at)/is_required", .invalid, "A question that is added may stay unanswered."))
                }
                var named: Set<ProgramStream.ID> = []
                for (index, stream) in question.streams.enumerated() {
                    if !offered.contains(stream) {
                        errors.append(
                            .init(
                                "\(at)/streams/\(index)", .unknown,
                                "Ask for streams that the call offers, or everybody."
                            ))
                    } else if !named.insert(stream).inserted {
                        errors.append(
                            .init("\(at)/streams/\(index)", .repeated, "This stream is named already."))
                    }
                }
                continue
            }
            if old.position < last {
                errors.append(.init(at, .invalid, "Questions that were published keep their order."))
            }
            last = max(last, old.position)
            errors += question.tightenings(since: old, at: at)
        }
        guard errors.isEmpty else { throw Problem(.invalid, errors: errors) }
        questions = wanted.enumerated().map { place, question in
            CallForApplications.Question(
                id: question.id, position: place + 1, prompt: question.prompt, hint: question.hint,
                isRequired: question.isRequired, maxLength: question.maxLength, audience: question.audience,
                files: question.files, field: question.field, section: question.section,
                condition: question.condition, fromRound: question.fromRound, streams: question.streams,
                addedIn: known[question.id]?.addedIn ?? version)
        }
        changed = questions.filter { new in
            known[new.id].map { !FormVersion.Part.changed(from: $0, to: new).isEmpty } ?? false
        }
        added = questions.filter { known[$0.id] == nil }
        isRenumbered = questions.contains { new in known[new.id].map { $0.position != new.position } ?? false }
        guard !changed.isEmpty || !added.isEmpty else { throw CallRefusal.formIsTheSame }
    }
}

extension CallDraft.Question {
    /// What would ask more than was asked, or of others.
    fileprivate func tightenings(since old: CallForApplications.Question, at pointer: String) -> [Problem.FieldError] {
        var errors: [Problem.FieldError] = []
        func refusal(_ field: String, _ sentence: String) -> Problem.FieldError {
            .init("\(pointer)/\(field)", .invalid, sentence)
        }
        if isRequired, !old.isRequired { errors.append(refusal("is_required", "What was optional stays so.")) }
        if audience != old.audience {
            errors.append(refusal("audience", "Who reads an answer was said when the form was published."))
        }
        if condition != old.condition {
            errors.append(refusal("condition", "When a question is asked stays as it was published."))
        }
        if fromRound != old.fromRound {
            errors.append(refusal("from_round", "When a question is asked stays as it was published."))
        }
        if Set(streams) != Set(old.streams) {
            errors.append(refusal("streams", "Of whom a question is asked stays as it was published."))
        }
        switch (files, old.files) {
        case (nil, nil): break
        case (let new?, let before?):
            if new.most < before.most || !before.accepted.allSatisfy(new.accepted.contains) {
                errors.append(refusal("files", "What fitted the published form has to fit still."))
            }
        default: errors.append(refusal("files", "A published question keeps its kind of answer."))
        }
        switch field.tightening(since: old.takes) {
        case nil: break
        case "kind"?: errors.append(refusal("kind", "A published question keeps its kind of answer."))
        case let name?: errors.append(refusal(name, "What fitted the published form has to fit still."))
        }
        return errors
    }
}

extension Transaction {
    /// Changes the form of a published call for the better, after `matching` has looked at the version being replaced, and
    /// keeps it as a further version. Drafts are asked what is added; what was handed in stays as it is, and so does what was
    /// asked of it.
    ///
    /// Throws `CallRefusal`, or not found; invalid where a question is dropped, moved or made harder to answer; refused by
    /// `questions_come_before_their_round_is_asked`.
    package func reviseForm(
        of id: CallForApplications.ID, to questions: [CallDraft.Question], because reason: ShortText,
        in tenant: Tenant.ID, by person: Person.ID, matching: (CallForApplications) throws -> Void
    ) async throws -> CallForApplications {
        guard let current = try await lockCall(id) else { throw Problem.notFound }
        try matching(current)
        try current.admitsFormRevision()
        try CallDraft.check(questions) { "/questions/\($0)" }
        try await store(FormRevision(of: current, to: questions), of: id, in: tenant)
        try await insertFormVersion(of: id, because: reason, in: tenant, by: person)
        guard let call = try await call(id) else { throw Problem.notFound }
        return call
    }
}
