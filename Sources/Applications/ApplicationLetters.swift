internal import API
internal import Accounts
internal import Foundation
internal import Letters
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

extension Transaction {
    /// Confirms to whoever handed an application in that it has arrived; it goes out at once. Somebody who helped a startup
    /// in gets none.
    func acknowledgeSubmission(of application: Application, by person: Person.ID) async throws {
        guard try await founders(of: application.startup).contains(person) else { return }
        try await writeLetter(
            try await letter(.submissionReceipt, "receipt", about: application, to: person), held: false)
    }

    /// Writes to each founder of a startup what became of its application.
    ///
    /// - Parameter held: whether the letters wait for a look. Those of a batch had theirs when it was released.
    func announce(
        _ application: Application, as key: String, note: LongText?, until day: CalendarDate? = nil, held: Bool
    ) async throws {
        for founder in try await founders(of: application.startup) {
            try await writeLetter(
                try await letter(.decision, key, about: application, to: founder, note: note, until: day), held: held)
        }
    }

    /// Scalars of a note that stand in a letter.
    private static let longestQuote = 3_000

    /// Writes to the manager who asked for changes, or further questions, that they were handed in, if they still have a seat.
    func tellOfChanges(_ application: Application, _ request: ChangeRequest) async throws {
        let letter = try await letter(
            .notice, request.round == nil ? "changed" : "answered", about: application, to: request.requestedBy,
            at: "/console/applications/\(application.id)")
        do {
            try await writeLetter(letter, held: false)
        } catch let problem as Problem where problem.kind == .conflict {
            // They hold no seat any more; the console tells whoever does.
        }
    }

    private func letter(
        _ kind: Letter.Kind, _ key: String, about application: Application, to person: Person.ID, note: LongText? = nil,
        until day: CalendarDate? = nil, at page: SafeURL? = nil
    ) async throws -> NewLetter {
        guard let summary = try await self.application(application.id) else { throw Problem.notFound }
        // The place that is told of, where the call offers several streams.
        let place = kind == .decision && application.state == .offered ? try await placeStream(of: application.id) : nil
        return NewLetter(kind, to: person, about: Letter.Topic("application", application.id)) { reader in
            let t = PageKit.applications.texts(in: reader.pageLanguage)
            let spoken = Vocabulary.Language(reader.pageLanguage)
            let names = [
                "name": LetterText.quoted(reader.name),
                "startup": LetterText.quoted(summary.startupName.text(for: spoken)),
                "call": LetterText.quoted(summary.callTitle.text(for: spoken)),
                "day": day?.text(in: reader.pageLanguage) ?? "",
            ]
            // A long note is read on the page: a letter has an end.
            let quote = note.map { note in
                note.string.unicodeScalars.count <= Self.longestQuote
                    ? [t("letter.note"), LetterText.quoted(note.string)] : [t("letter.note_there")]
            }
            let stream = place.map {
                [t("letter.stream", ["stream": LetterText.quoted($0.name.text(for: spoken))])]
            }
            // Of an offer whose days begin with this letter, nobody knows the last day yet.
            let term =
                application.offerDays.map { [t("letter.days_to_accept", count: $0)] }
                ?? (key == "ineligible" ? summary.appealDays : nil).map { [t("letter.days_to_appeal", count: $0)] }
            return try LetterText(
                subject: t("letter.\(key)_subject", names),
                paragraphs: [t("letter.salutation", names), t("letter.\(key)", names)] + (term ?? [])
                    + (stream ?? []) + (quote ?? []),
                action: LetterText.Action(Name(t("letter.see")), to: page ?? "/portal/applications/\(application.id)"))
        }
    }
}
