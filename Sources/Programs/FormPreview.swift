package import Postgres

/// What a call will ask whoever applies: the one preview of a form, by API and on pages, also while the call is a draft.
package struct FormPreview: Sendable {
    /// The call with its whole form.
    package let call: CallForApplications
    /// Up to which round questions are asked, from 1.
    package var round: Int
    /// The stream that is applied to; nil for all of them.
    package let stream: ProgramStream.ID?

    /// The call, asking what is asked up to the round of whoever names the stream.
    package var form: CallForApplications {
        let form = call.asking(upTo: round)
        return stream.map { form.asking(of: [$0]) } ?? form
    }
}

extension Statements {
    /// The preview of a form, for managers. Nil where there is no such call, or it is not of the stream.
    ///
    /// - Parameter round: up to which round; nil for what is handed in first.
    package func formPreview(
        of id: CallForApplications.ID, upTo round: Int?, for stream: ProgramStream.ID?
    ) async throws -> FormPreview? {
        guard let call = try await call(id),
            stream.map({ $0 == call.stream || call.name(of: $0) != nil }) ?? true
        else { return nil }
        return FormPreview(call: call, round: round ?? 1, stream: stream)
    }
}
