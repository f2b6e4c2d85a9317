internal import Forms
internal import Foundation
internal import Pages
internal import Programs
internal import Vocabulary

extension [String: [String]] {
    /// A form's fields as they are meant: a row whose button to take it away was pressed is empty.
    var withoutRemovedRow: [String: [String]] {
        guard let row = self["remove"]?.first else { return self }
        return reduce(into: self) { fields, field in
            if field.key.hasPrefix("\(row).") { fields[field.key] = [""] }
        }
    }
}

/// The answers of a form as they were typed: what can be stored, and what cannot for the moment.
struct TypedAnswers: Sendable {
    /// Everything that can be stored, complete or not.
    let edits: [CallForApplications.Question.ID: AnswerEdit]
    /// Why the others cannot, by field.
    let errors: [(field: String, message: String)]

    /// - Parameter stored: what a part of an answer that the form does not send is taken from.
    init(
        _ fields: [String: [String]], to questions: [CallForApplications.Question],
        over stored: [CallForApplications.Question.ID: LongText] = [:], _ t: Texts
    ) {
        var edits: [CallForApplications.Question.ID: AnswerEdit] = [:]
        var errors: [(field: String, message: String)] = []
        for question in questions where question.files == nil {
            guard let typed = question.typed(fields, over: stored[question.id]?.string ?? "") else { continue }
            let faults = question.faults(ofCells: typed, t)
            guard faults.isEmpty else {
                errors += faults
                continue
            }
            do throws(TextRefusal) {
                let seen = fields[question.seenField]?.first.flatMap(Fingerprint.init)
                edits[question.id] = AnswerEdit(try AnswerText(typed: typed).text, seen: seen)
            } catch {
                errors.append((question.field, error.message(t)))
            }
        }
        self.edits = edits
        self.errors = errors
    }
}

extension CallForApplications.Question {
    /// The name of the question's field in a form: where problems with the answer point to, too.
    var field: String { "answers_\(id)" }
    /// The name of the hidden field that remembers what the writer saw.
    var seenField: String { "seen_\(id)" }

    /// Why cells of rows cannot be stored; as a text, the rows would hide it.
    fileprivate func faults(ofCells text: String, _ t: Texts) -> [(field: String, message: String)] {
        (takes.cells(of: text) ?? []).enumerated().flatMap { row, cells in
            takes.allColumns.compactMap { column in
                guard let cell = cells[column.key] else { return nil }
                do throws(TextRefusal) {
                    _ = try AnswerText(typed: cell)
                    return nil
                } catch {
                    return ("\(field).\(row).\(column.key)", error.message(t))
                }
            }
        }
    }

    /// Few lines for a short answer, many for a long one.
    var rows: Int { maxLength <= 300 ? 3 : maxLength <= 1200 ? 7 : 12 }
}

extension TextRefusal {
    /// What to do about a text that cannot be stored.
    fileprivate func message(_ t: Texts) -> String {
        switch self {
        case .tooLong(let limit): t("answer.too_long_to_keep", ["limit": Figures.grouped(limit)])
        case .forbidden(let scalar): t("answer.forbidden", ["code": String(scalar, radix: 16, uppercase: true)])
        case .tooManyMarks: t("answer.marks")
        case .empty: t("answer.empty")
        }
    }
}
