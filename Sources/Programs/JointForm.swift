internal import API
internal import Forms
internal import Foundation
internal import Vocabulary

/// The questions that a call of several streams begins with, as JSON.
struct JointForm: Described {
    let questions: [NewQuestion]
}

extension StreamDesign {
    /// The form of a call of a stream that offers others beside it, by what they are designed to ask.
    static func jointForm(
        of own: ProgramStream.ID, beside others: Set<ProgramStream.ID>, among forms: [DesignedForm]
    ) -> [NewQuestion] {
        let first = forms.filter { $0.stream == own }
        let beside = forms.filter { $0.stream != own && others.contains($0.stream) }
        let all = others.union([own]).count
        return jointForm(of: first + beside, besides: all - first.count - beside.count) { .init() }
    }

    /// The form that a call of several streams begins with: what all of them ask is asked of everybody, and the rest of
    /// applications that name a stream which asks it. Questions get ids of their own, since designs may share theirs.
    ///
    /// - Parameter unasked: how many streams more the call is of, which are designed to ask nothing.
    /// - Parameter fresh: gives an id that no question has.
    static func jointForm(
        of designs: [DesignedForm], besides unasked: Int = 0, _ fresh: () -> CallForApplications.Question.ID
    ) -> [NewQuestion] {
        var joined: [(question: NewQuestion, streams: [ProgramStream.ID])] = []
        for (place, design) in designs.enumerated() {
            var names: [UUID: UUID] = [:]
            var isFirst = place > 0
            for question in design.questions {
                let meant = question.renamed(fresh(), condition: question.condition?.renaming(names))
                if let same = joined.firstIndex(where: {
                    !$0.streams.contains(design.stream) && $0.question.asksTheSame(as: meant)
                }) {
                    joined[same].streams.append(design.stream)
                    if let id = question.id { names[id.uuid] = joined[same].question.id?.uuid }
                    continue
                }
                // Else it would stand in the last part of the stream before.
                let section =
                    question.section ?? (isFirst ? (try? LocalizedLine(design.name)).map { Section($0) } : nil)
                isFirst = false
                joined.append((meant.beginning(section), [design.stream]))
                if let id = question.id { names[id.uuid] = meant.id?.uuid }
            }
        }
        let all = designs.count + unasked
        let form = joined.map { $0.streams.count == all ? $0.question : $0.question.asked(of: $0.streams) }
        // Later questions stand after those that are asked before; the order is kept otherwise.
        return form.enumerated().sorted {
            ($0.element.fromRound ?? 1, $0.offset) < ($1.element.fromRound ?? 1, $1.offset)
        }.map(\.element)
    }
}

extension NewQuestion {
    private func with(
        id: CallForApplications.Question.ID?, section: Section?, condition: Condition?, streams: [ProgramStream.ID]?
    ) -> NewQuestion {
        NewQuestion(
            id: id, prompt: prompt, hint: hint, isRequired: isRequired, maxLength: maxLength, audience: audience,
            files: files, kind: kind, settings: settings, section: section, condition: condition,
            fromRound: fromRound, streams: streams)
    }

    fileprivate func renamed(_ id: CallForApplications.Question.ID, condition: Condition?) -> NewQuestion {
        with(id: id, section: section, condition: condition, streams: nil)
    }

    fileprivate func beginning(_ section: Section?) -> NewQuestion {
        with(id: id, section: section, condition: condition, streams: streams)
    }

    fileprivate func asked(of streams: [ProgramStream.ID]) -> NewQuestion {
        with(id: id, section: section, condition: condition, streams: streams)
    }

    /// Whether one answer answers both: hints and headings may differ.
    fileprivate func asksTheSame(as other: NewQuestion) -> Bool {
        let (one, two) = (question, other.question)
        return (one.prompt, one.field, one.files, one.condition) == (two.prompt, two.field, two.files, two.condition)
            && (one.isRequired, one.audience, one.fromRound) == (two.isRequired, two.audience, two.fromRound)
    }
}

extension LocalizedLine {
    /// The same words as a line.
    fileprivate init(_ name: LocalizedName) throws {
        try self.init(
            en: name[.english]?.string, zhHant: name[.traditionalChinese]?.string, ja: name[.japanese]?.string)
    }
}
