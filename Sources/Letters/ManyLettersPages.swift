internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Letters let go, tried again or kept from going out, several at once: ticked, looked at, done.
struct ManyLettersPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [askRelease, release, askCancellation, cancel] }

    /// Most letters that are offered for ticking; a form may have a thousand fields.
    private static let shown = 400

    private var askRelease: AnyRoute {
        PageRoute(
            .get, "/console/letters/releases", "consoleAskLetterReleases", access: .roles([.manager]),
            parameters: ManyLettersQuery.self
        ) { call in
            try await page(for: call, .release, in: call.parameters.state)
        }.erased
    }

    private var release: AnyRoute {
        PageRoute(
            .post, "/console/letters/releases", "consoleReleaseLetters", access: .roles([.manager]),
            parameters: ManyLettersQuery.self, body: LettersForm.self
        ) { call in
            try await answer(call, .release, .released)
        }.erased
    }

    private var askCancellation: AnyRoute {
        PageRoute(
            .get, "/console/letters/cancellations", "consoleAskLetterCancellations", access: .roles([.manager]),
            parameters: ManyLettersQuery.self
        ) { call in
            try await page(for: call, .cancel, in: call.parameters.state)
        }.erased
    }

    private var cancel: AnyRoute {
        PageRoute(
            .post, "/console/letters/cancellations", "consoleCancelLetters", access: .roles([.manager]),
            parameters: ManyLettersQuery.self, body: LettersForm.self
        ) { call in
            try await answer(call, .cancel, .cancelled)
        }.erased
    }

    private func answer(
        _ call: FormCall<ManyLettersQuery, LettersForm>, _ step: LetterStep, _ deed: OutboxDone
    ) async throws -> HTML {
        try await BulkPage.answering(call, LettersRoom.constraints) { form in
            let ids = try BulkMode.rows(form.letters, at: "/letters")
            return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                try await transaction.handle(ids, step, mode)
            }
        } done: { _, verdicts in
            let done = verdicts.compactMap(\.done)
            // What was done with one letter is seen on it.
            return done.count == 1 && verdicts.count == 1
                ? .redirect(to: "/console/letters/\(done[0])?done=\(deed.rawValue)")
                : .redirect(to: "/console/letters?done=\(deed.rawValue)&letters=\(done.count)")
        } page: { refusals, problem in
            try await page(for: call, step, in: call.parameters.state, refusals, problem: problem)
        }
    }

    private func page<P, B>(
        for call: FormCall<P, B>, _ step: LetterStep, in state: Letter.State? = nil, _ refusals: [Problem?] = [],
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.letters.texts(in: viewer.language)
        let chosen = call.ids("letters", as: Letter.ID.init)
        async let finding = call.reader.letters(ready: step, in: state, limit: Self.shown)
        async let naming = call.reader.letters(chosen)
        let (offered, named) = try await (finding, naming)
        let letters = Dictionary(named.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let (title, lede, submit, none, address): (String, String, String, String, SafeURL) =
            switch step {
            case .release:
                (
                    t("several.release"), t("several.release_lede"), t("several.release_submit"),
                    t("several.none_to_release"), "/console/letters/releases"
                )
            case .cancel:
                (
                    t("several.cancellation"), t("several.cancellation_lede"), t("several.cancellation_submit"),
                    t("several.none_to_cancel"), "/console/letters/cancellations"
                )
            }
        let action = state.map { address.adding([("state", $0.rawValue)]) } ?? address
        let values = call.fields(ticking: "letters", refusals)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        // What is ticked comes first, so that it stays ticked although there are more than are offered.
        let ticked = Set(values["letters"] ?? [])
        let picked = chosen.compactMap { ticked.contains($0.description) ? letters[$0] : nil }
        let others = offered.filter { !ticked.contains($0.id.description) }.prefix(max(0, Self.shown - picked.count))
        let field = input.checkboxes(
            "letters", label: t("several.letters"), hint: offered.isEmpty ? none : nil,
            options: (picked + others).map {
                (
                    $0.id.description, $0.text.subject.string,
                    t("several.line", ["name": $0.recipientName, "state": t("state.\($0.state.rawValue)")])
                )
            }, isOptional: false)
        let model = BulkPage(
            title, lede: lede, subject: t("letter.subject"),
            rows: zip(chosen, refusals).map { id, refusal in
                BulkRow(
                    letters[id]?.text.subject.string ?? id.description, note: letters[id]?.recipientName,
                    refusal: refusal)
            },
            action: action, sections: [FormSection(fields: [field])], submit: submit, cancel: "/console/letters",
            key: call.freshIdempotencyKey, fields: call.fields, problem: problem, in: t.language)
        let frame = Frame(
            title: title, site: site, viewer: viewer, current: "outbox",
            breadcrumbs: [Breadcrumb(t("outbox.title"), "/console/letters")])
        return HTML(bytes: try PageTemplate.bulkForm.render(model, in: frame))
    }
}

struct ManyLettersQuery: Codable {
    let state: Letter.State?
}

/// Letters that are ticked.
struct LettersForm: Codable {
    let letters: [Letter.ID]?
    let partial: Bool?
    let sure: Bool?
}
