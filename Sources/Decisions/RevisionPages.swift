internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// What is to become of a released decision, as the staff of a partner see it, and what they say.
struct RevisionPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [show, say] }

    private var show: AnyRoute {
        PageRoute(
            .get, "/partner/revisions/{revision}", "partnerRevision", access: .roles([.partner]),
            parameters: RevisionDonePath.self
        ) { call in
            try await page(for: call, of: call.parameters.revision, done: call.parameters.done)
        }.erased
    }

    private var say: AnyRoute {
        PageRoute(
            .post, "/partner/revisions/{revision}", "giveOpinionOnRevision", access: .roles([.partner]),
            parameters: RevisionPath.self, body: OpinionBody.self
        ) { call in
            let (id, principal) = (call.parameters.revision, try call.principal)
            let (tenant, own) = (try principal.workspace, Institution.ID(try principal.actsFor))
            let opinion = PartnerOpinion.ID()
            return try await deciding {
                let body = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.giveOpinion(
                        body.stance, saying: body.words, on: id, seen: body.version, as: opinion, of: own, in: tenant,
                        by: principal.personID)
                    return .redirect(to: "/partner/revisions/\(id)?done=said")
                }
            } again: { problem in
                try await page(for: call, of: id, problem: problem)
            }
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: JointRevision.ID, done: DecisionDone? = nil, problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        guard let revision = try await call.reader.jointRevision(id) else { throw Problem.notFound }
        var facts: [Fact] = [
            .badge(
                t("revision.decided"), desk.outcome(revision.stood)),
            .time(t("changes.proposed"), desk.time(revision.proposedAt, in: revision.zone)),
            .badge(t("joint.yours"), desk.badge(revision.opinion, isCurrent: revision.isCurrent)),
        ]
        if let stream = revision.stoodStreamName {
            facts.append(.text(t("revision.decided_stream"), stream.text(for: desk.spoken)))
        }
        var quotes = [revision.stoodNote].compactMap(\.self)
            .map { DecisionsPage.Quote(title: t("revision.decided_note"), text: $0.string) }
        let title: String
        switch revision.kind {
        case .change(let meant, let stream, let reason):
            title = t("revision.change")
            facts.append(.badge(t("revision.becomes"), desk.outcome(meant.outcome)))
            if let stream { facts.append(.text(t("revision.becomes_stream"), stream.text(for: desk.spoken))) }
            if let rank = meant.rank { facts.append(.text(t("field.rank"), Figures.grouped(rank))) }
            if let award = meant.award { facts.append(.money(t("field.award"), MoneyText(award))) }
            if let day = meant.lastDay {
                facts.append(.time(t("field.last_day"), TimeText(day, in: desk.viewer.language)))
            }
            quotes += [
                DecisionsPage.Quote(title: t("changes.reason"), text: reason.string),
                DecisionsPage.Quote(title: t("field.note"), text: meant.note.string),
            ]
        case .appeal(let verdict, let answer, let grounds):
            title = t("revision.appeal")
            facts.append(.text(t("appeals.verdict"), t("verdict.\(verdict.rawValue)")))
            quotes += [
                DecisionsPage.Quote(title: t("appeals.grounds"), text: grounds.string),
                DecisionsPage.Quote(title: t("appeals.answer"), text: answer.string),
            ]
        }
        if let words = revision.opinion?.words {
            quotes.append(DecisionsPage.Quote(title: t("joint.words"), text: words.string))
        }
        let model = DecisionsPage(
            header: PageHeader(
                title: revision.startupName.text(for: desk.spoken),
                kind: "\(title) · \(revision.callTitle.text(for: desk.spoken))", lede: t("revision.lede")),
            facts: Facts(facts), quotes: quotes,
            forms: [form(revision, call.fields, problem, key: call.freshIdempotencyKey, t)])
        return try desk.html(
            model,
            Frame(
                title: title, site: site, viewer: desk.viewer, current: "joint",
                breadcrumbs: [Breadcrumb(t("joint.title"), "/partner/decisions")],
                flash: done.map { FlashNotice(t("done.\($0.rawValue)")) }))
    }

    private func form(
        _ revision: JointRevision, _ values: [String: [String]], _ problem: FormProblem?, key: String, _ t: Texts
    ) -> Form {
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.radios(
                "stance", label: t("revision.stance"),
                options: PartnerOpinion.Stance.allCases.map { ($0.rawValue, t("joint_decides.\($0.rawValue)"), nil) }),
            input.area("words", label: t("joint.words"), hint: t("joint.words_hint"), isOptional: true, limit: 10_000),
        ]
        // What is said is about what stands above, whatever the form was opened with.
        return Form(
            action: "/partner/revisions/\(revision.id)", fields: fields, submit: t("joint.submit"), texts: t,
            hidden: [HiddenField("idempotency_key", key), HiddenField("version", revision.version)],
            problem: problem?.sentence(besides: fields))
    }

    /// What waits for the partner's word after releases, for the list of what it has a say in; nil where nothing does.
    static func part(_ revisions: [JointRevision], _ desk: DecisionDesk) -> DecisionsPage.Part? {
        let t = desk.t
        guard !revisions.isEmpty else { return nil }
        return DecisionsPage.Part(
            title: t("revision.title"),
            table: Table(
                caption: t("revision.title"),
                columns: [
                    .init(t("batch.startup")), .init(t("revision.what")), .init(t("changes.proposed")),
                    .init(t("joint.yours")),
                ],
                rows: revisions.map { revision in
                    let what =
                        switch revision.kind {
                        case .change: t("revision.change")
                        case .appeal: t("revision.appeal")
                        }
                    return [
                        .link(
                            revision.startupName.text(for: desk.spoken), "/partner/revisions/\(revision.id)",
                            note: revision.callTitle.text(for: desk.spoken)),
                        .text(what), .time(desk.time(revision.proposedAt, in: revision.zone)),
                        .badge(desk.badge(revision.opinion, isCurrent: revision.isCurrent)),
                    ]
                }, empty: EmptyState(title: t("joint.none"), text: t("joint.none_text"))))
    }
}
