internal import Applications
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// Which stream each decision of a batch is for, where its call offers several: that of the place, or else what the applicant
/// chose, the most wanted first.
struct StreamColumn: Sendable {
    private let names: [ProgramStream.ID: LocalizedName]
    private let choices: [Application.ID: [ProgramStream.ID]]

    init(_ tally: BatchTally?, _ choices: [Application.ID: [ProgramStream.ID]]) {
        names = Dictionary(
            (tally?.streams ?? []).map { ($0.stream, $0.name) }, uniquingKeysWith: { first, _ in first })
        self.choices = choices
    }

    /// Whether the call offers a choice, so that there is something to tell.
    var isTold: Bool { !names.isEmpty }

    /// What the applicant chose, the most wanted first; nil where the call offers no choice.
    func chosen(by application: Application.ID) -> [ProgramStream.ID]? {
        isTold ? choices[application] ?? [] : nil
    }

    /// What a stream is called.
    func name(of stream: ProgramStream.ID?) -> LocalizedName? { stream.flatMap { names[$0] } }

    /// What the applicant chose, in words: “1. Fintech, 2. Health”.
    func words(for application: Application.ID, _ t: Texts) -> String {
        let spoken = Vocabulary.Language(t.language)
        return (choices[application] ?? []).enumerated().map { place, stream in
            "\(place + 1). \(names[stream]?.text(for: spoken) ?? "–")"
        }.joined(separator: t("stream.separator"))
    }

    /// The cell of a decision.
    func cell(of application: Application.ID, _ place: ProgramStream.ID? = nil, _ t: Texts) -> Table.Cell {
        let chosen = words(for: application, t)
        guard let name = name(of: place) else { return .text(chosen.isEmpty ? "–" : chosen) }
        return .text(name.text(for: Vocabulary.Language(t.language)), note: chosen)
    }
}

extension Statements {
    /// The streams of a batch's decisions, and of the applications that are not decided in it yet.
    func streamColumn(of batch: DecisionBatch.ID, _ applications: [Application.ID]) async throws -> StreamColumn {
        StreamColumn(try await tallies(of: [batch])[batch], try await streamChoices(of: applications))
    }
}
