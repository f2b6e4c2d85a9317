import API
import Foundation
import Institutions
package import Pages
import Vocabulary
import Wording

extension Badge {
    /// How an agreement stands, for every page that speaks of one.
    package init(_ status: MoU.Status, in language: Pages.Language) {
        let t = PageKit.partnerships.texts(in: language)
        let tone: Badge.Tone =
            switch status {
            case .draft, .expired, .abandoned: .neutral
            case .inReview, .pending: .info
            case .agreed: .accent
            case .inForce: .success
            case .expiring: .warning
            case .terminated: .danger
            }
        self.init(t("status.\(status.rawValue)"), tone)
    }
}

/// The list of agreements, for the console and for a party.
struct MoUListPage: ViewModel {
    var header: PageHeader
    var filters: Filters?
    var table: Table
}

/// One agreement, for the console and for a party.
struct MoUPage: ViewModel {
    var header: PageHeader
    var refusal: ErrorSummary?
    var summary: [String]
    var hasSummary: Bool
    var parties: Table
    var newReviewer: Action?
    var areas: Table
    var objectives: [String]
    var hasObjectives: Bool
    var clauses: Table?
    var texts: Table?
    var amendments: Table?
    var newText: Action?
    var isSigned: Bool
    var occasion: String?
    var hosts: String?
    var participants: Table
    var facts: Facts
    var timeline: Timeline
}

/// A form under a head, with nothing beside it.
struct MoUFormPage: ViewModel {
    var header: PageHeader
    var filters: Filters?
    var form: Form
}

/// A question before something that cannot be undone.
struct MoUConfirmationPage: ViewModel {
    var header: PageHeader
    var confirmation: Confirmation
}

extension PageTemplate<MoUListPage> {
    static let list = PageTemplate("partnerships/list", in: .partnerships)
}

extension PageTemplate<MoUPage> {
    static let show = PageTemplate("partnerships/show", in: .partnerships)
}

extension PageTemplate<MoUFormPage> {
    static let form = PageTemplate("partnerships/form", in: .partnerships)
}

extension PageTemplate<MoUConfirmationPage> {
    static let confirm = PageTemplate("partnerships/confirm", in: .partnerships)
}

/// Says agreements in a reader's language.
struct MoUWords {
    let t: Texts
    /// For a party's staff some sentences are others than for those who keep the record.
    let isForParty: Bool

    var language: Pages.Language { t.language }
    var spoken: Vocabulary.Language { Vocabulary.Language(language) }

    func badge(_ status: MoU.Status) -> Badge { Badge(status, in: language) }

    /// What holds now, what happens next and by when.
    func lede(_ mou: MoU, reason: String?) -> String {
        let end = mou.term.lastsUntil
        let values = [
            "effective": mou.term.effectiveOn?.text(in: language) ?? "", "end": end?.text(in: language) ?? "",
            "notice": t("days", count: mou.noticeDays),
            "left": t("days", count: end.map { max(0, mou.asOf.days(until: $0)) } ?? 0), "reason": reason ?? "",
        ]
        switch mou.status {
        case .draft: return t("next.draft")
        case .inReview: return isForParty ? t("next.in_review_party") : t("next.in_review")
        case .agreed: return isForParty ? t("next.agreed_party") : t("next.agreed")
        case .pending: return t("next.pending", values)
        case .inForce: return end == nil ? t("next.in_force_open", values) : t("next.in_force", values)
        case .expiring: return t("next.expiring", values)
        case .expired: return t("next.expired", values)
        case .terminated: return t("next.terminated", values)
        case .abandoned: return reason == nil ? t("next.abandoned") : t("next.abandoned_why", values)
        }
    }

    /// From when to when an agreed text is to bind, in a sentence.
    func binding(_ mou: MoU) -> String {
        let values = [
            "effective": mou.term.effectiveOn?.text(in: language) ?? "",
            "end": mou.term.endsOn?.text(in: language) ?? "",
        ]
        guard mou.term.effectiveOn != nil else { return t("signature.from_last_signature") }
        return mou.term.endsOn == nil ? t("signature.binds_from", values) : t("signature.binds_until", values)
    }

    /// The date that counts next, in a few words for a table.
    func brief(_ mou: MoU) -> String? {
        switch mou.status {
        case .pending: mou.term.effectiveOn.map { t("brief.from", ["date": $0.text(in: language)]) }
        case .inForce, .expiring:
            mou.term.lastsUntil.map { t("brief.until", ["date": $0.text(in: language)]) } ?? t("brief.open")
        case .expired, .terminated: mou.term.lastsUntil.map { t("brief.ended", ["date": $0.text(in: language)]) }
        case .draft, .inReview, .agreed, .abandoned: nil
        }
    }

    func name(_ institution: Institution.ID, in names: [Institution.ID: LocalizedName]) -> String {
        names[institution]?.text(for: spoken) ?? t("institution.unnamed")
    }

    /// The choice between dormant agreements and the others.
    func dormancy(_ isDormant: Bool?) -> Filters.Choice {
        Filters.Choice(
            name: "dormant", label: t("dormant.filter"), all: t("dormant.any"),
            options: [("true", t("dormant.only")), ("false", t("dormant.not"))],
            chosen: isDormant.map { $0 ? "true" : "false" } ?? "")
    }

    func row(
        _ mou: MoU, names: [Institution.ID: LocalizedName], dormantSince: CalendarDate?, at url: SafeURL
    ) -> [Table.Cell] {
        [
            .link(mou.title.text(for: spoken), url, note: mou.reference.string),
            .text(mou.parties.map { name($0.institution, in: names) }.joined(separator: " · ")),
            .text(t("kind.\(mou.kind.rawValue)")),
            dormantSince.map { day in
                .badge(
                    Badge(t("dormant.badge"), .warning),
                    note: [t("dormant.since", ["day": day.text(in: language)]), brief(mou)].compactMap(\.self)
                        .joined(separator: " · "))
            } ?? .badge(badge(mou.status), note: brief(mou)),
        ]
    }

    func facts(_ mou: MoU) -> Facts {
        var facts: [Fact] = [
            .text(t("fact.reference"), mou.reference.string),
            .text(t("fact.kind"), t("kind.\(mou.kind.rawValue)")),
            .text(t("fact.binding"), mou.isBinding ? t("binding.yes") : t("binding.no")),
        ]
        if let signed = mou.signedOn { facts.append(.time(t("fact.signed"), TimeText(signed, in: language))) }
        if let effective = mou.term.effectiveOn {
            facts.append(.time(t("fact.effective"), TimeText(effective, in: language)))
        }
        if let end = mou.term.endsOn {
            facts.append(.time(t("fact.ends"), TimeText(end, in: language)))
        } else if mou.signedOn != nil {
            facts.append(.text(t("fact.ends"), t("fact.no_end")))
        }
        if let termination = mou.termination, let end = mou.term.terminatedOn {
            facts.append(.time(t("fact.terminated"), TimeText(end, in: language)))
            facts.append(.text(t("fact.reason"), termination.reason.string))
            facts.append(.text(t("fact.how"), termination.isMutual ? t("how.mutual") : t("how.notice")))
        }
        facts.append(.text(t("fact.notice"), t("days", count: mou.noticeDays)))
        if mou.renewsItself {
            facts.append(
                .text(
                    t("fact.renewal"),
                    mou.notice.map { t("renewal.notice", ["date": $0.givenOn.text(in: language)]) }
                        ?? mou.noticeUntil.map { t("renewal.until", ["date": $0.text(in: language)]) }
                        ?? t("renewal.by_itself")))
        }
        if let prevailing = mou.prevailingLanguage.flatMap({ Pages.Language(tag: $0.rawValue) }) {
            facts.append(.text(t("fact.prevails"), prevailing.endonym))
        }
        if let reviewer = mou.legalReviewer { facts.append(.text(t("fact.legal_reviewer"), reviewer.string)) }
        if mou.termNumber > 1 || mou.renewedBy != nil {
            facts.append(.text(t("fact.term"), t("term.number", ["number": "\(mou.termNumber)"])))
        }
        func page(_ id: MoU.ID) -> SafeURL { isForParty ? "/partner/agreements/\(id)" : "/console/mous/\(id)" }
        if let earlier = mou.renews {
            facts.append(.link(t("fact.renews"), LinkText(t("term.earlier"), page(earlier))))
        }
        if let later = mou.renewedBy {
            facts.append(.link(t("fact.renewed_by"), LinkText(t("term.later"), page(later))))
        }
        return Facts(title: t("fact.title"), facts)
    }

    /// That somebody else came to answer, as a step of the history.
    private func step(_ handover: Handover, of mou: MoU, _ names: [Institution.ID: LocalizedName]) -> Timeline.Step {
        let people = ["former": handover.former?.string ?? "", "successor": handover.successor.string]
        return Timeline.Step(
            handover.institution.map { t("handover.coordinator_step", ["institution": name($0, in: names)]) }
                ?? t("handover.reviewer_step"),
            .done, who: handover.personName, time: TimeText(handover.at, in: mou.zone, language: language),
            note: handover.former == nil ? t("handover.first", people) : t("handover.change", people))
    }

    /// What happened, and what comes by itself or by somebody's deed.
    func timeline(
        _ mou: MoU, _ history: [MoUEvent], _ handovers: [Handover], _ names: [Institution.ID: LocalizedName]
    ) -> Timeline {
        let moves = history.map { step in
            let told = Timeline.Step(
                t("step.\(step.to.rawValue)"), .done, who: step.personName,
                time: TimeText(step.at, in: mou.zone, language: language), note: step.note?.string)
            return (at: step.at, told: told)
        }
        let told = moves + handovers.map { (at: $0.at, told: step($0, of: mou, names)) }
        // What happened at once stays in its order.
        var steps = told.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .map(\.element.told)
        func day(_ key: String, _ date: CalendarDate?, _ phase: Timeline.Step.Phase) {
            if let date { steps.append(Timeline.Step(key, phase, time: TimeText(date, in: language))) }
        }
        switch mou.status {
        case .draft:
            steps.append(Timeline.Step(t("coming.share"), .current))
            steps.append(Timeline.Step(t("coming.agree"), .next))
            steps.append(Timeline.Step(t("coming.sign"), .next))
        case .inReview:
            steps.append(Timeline.Step(t("coming.agree"), .current))
            steps.append(Timeline.Step(t("coming.sign"), .next))
        case .agreed: steps.append(Timeline.Step(t("coming.sign"), .current))
        case .pending:
            day(t("coming.effect"), mou.term.effectiveOn, .current)
            day(t("coming.end"), mou.term.lastsUntil, .next)
        case .inForce, .expiring:
            day(t("coming.in_force"), mou.term.effectiveOn, .current)
            day(t("coming.end"), mou.term.lastsUntil, .next)
        case .expired: day(t("coming.ended"), mou.term.lastsUntil, .done)
        case .terminated, .abandoned: break
        }
        return Timeline(title: t("timeline.title"), steps)
    }

    func page(
        _ mou: MoU, _ history: [MoUEvent], _ handovers: [Handover], names: [Institution.ID: LocalizedName],
        texts: [MoUText],
        amendments: [Amendment], toSign: Set<Amendment.ID> = [],
        own: Institution.ID?, dormantSince: CalendarDate? = nil, key: String = "", actions: [Action],
        refusal: FormProblem? = nil
    ) -> MoUPage {
        let reason = history.last { $0.to == .abandoned }?.note?.string ?? mou.termination?.reason.string
        // Managers draft and revise who answers with everything else; a party's staff have that form never.
        let namesWhoAnswers = mou.admitsSuccessors && (isForParty || (mou.status != .draft && mou.status != .inReview))
        let movesAreas = !isForParty && mou.term.state == .signed
        let paragraphs = (mou.summary?.string ?? "").split(separator: "\n").map(String.init)
        return MoUPage(
            header: PageHeader(
                title: mou.title.text(for: spoken), kind: t("mou.kind"), badge: badge(mou.status),
                lede: lede(mou, reason: reason)
                    + (dormantSince.map { " " + t("report.dormant", ["day": $0.text(in: language)]) } ?? ""),
                actions: actions),
            refusal: refusal.flatMap { ErrorSummary(fields: [], problem: $0.sentence(besides: []), texts: t) },
            summary: paragraphs, hasSummary: !paragraphs.isEmpty,
            parties: Table(
                caption: t("parties.title"),
                columns: [
                    Table.Column(t("parties.name")), Table.Column(t("parties.role")), Table.Column(t("parties.duties")),
                    Table.Column(t("parties.signed")),
                ] + (namesWhoAnswers ? [Table.Column(t("field.coordinator"))] : []),
                rows: mou.parties.map { party in
                    [
                        .text(
                            name(party.institution, in: names),
                            note: party.institution == own ? t("parties.own") : nil),
                        .text(
                            t("role.\(party.role.rawValue)"),
                            note: party.coordinator.map { t("parties.coordinator", ["name": $0.string]) }),
                        .text(party.responsibilities?.string ?? "–"),
                        signature(of: party.institution, on: mou),
                    ] + (namesWhoAnswers ? [handingOver(party.institution, of: mou, own: own)] : [])
                }, empty: EmptyState(title: t("parties.none"), text: t("parties.none_text"))),
            newReviewer: namesWhoAnswers && !isForParty
                ? .link(t("handover.reviewer_action"), "/console/mous/\(mou.id)/legal-reviewer") : nil,
            areas: Table(
                caption: t("areas.title"),
                columns: [
                    Table.Column(t("areas.wording")), Table.Column(t("areas.concept")), Table.Column(t("areas.status")),
                ] + (movesAreas ? [Table.Column(t("report.change"))] : []),
                rows: mou.areas.map { area in
                    [
                        .text(area.wording.string), .text(area.focusArea.label(in: language)),
                        .badge(Badge(area.status, t), note: area.account(t)),
                    ]
                        + (movesAreas
                            ? [.action(.link(t("area_step.action"), "/console/mous/\(mou.id)/areas/\(area.focusArea)"))]
                            : [])
                }, empty: EmptyState(title: t("areas.none"), text: t("areas.none_text"))),
            objectives: mou.objectives.map(\.string),
            hasObjectives: !mou.objectives.isEmpty,
            clauses: mou.clauses.isEmpty
                ? nil
                : Table(
                    caption: t("clauses.title"),
                    columns: [Table.Column(t("clauses.clause")), Table.Column(t("fact.binding"))],
                    rows: mou.clauses.map { clause in
                        [
                            .text(clause.title.string),
                            .badge(
                                clause.isBinding
                                    ? Badge(t("clauses.binds"), .accent) : Badge(t("clauses.does_not"), .neutral)),
                        ]
                    }, empty: EmptyState(title: "", text: "")),
            texts: self.texts(texts, of: mou),
            amendments: self.amendments(amendments, toSign, of: mou, names, key: key),
            newText: !isForParty && (mou.status == .draft || mou.status == .inReview)
                ? .link(t("text.action"), "/console/mous/\(mou.id)/texts/new") : nil,
            isSigned: mou.signedOn != nil, occasion: mou.event.map(occasion),
            hosts: mou.event.flatMap { event in
                event.hosts.isEmpty
                    ? nil
                    : t("event.hosts", ["hosts": event.hosts.map(\.string).joined(separator: t("list.separator"))])
            },
            participants: Table(
                caption: t("participants.title"),
                columns: [
                    Table.Column(t("participants.name")), Table.Column(t("participants.title_then")),
                    Table.Column(t("participants.institution")), Table.Column(t("participants.as")),
                ],
                rows: mou.participants.map { person in
                    [
                        .text(person.name.string), .text(person.title.string), .text(person.institutionName.string),
                        .text(t("participant.\(person.kind.rawValue)")),
                    ]
                },
                empty: EmptyState(title: t("participants.none"), text: t("participants.none_text"))),
            facts: facts(mou), timeline: timeline(mou, history, handovers, names))
    }

    private func amendments(
        _ amendments: [Amendment], _ toSign: Set<Amendment.ID>, of mou: MoU, _ names: [Institution.ID: LocalizedName],
        key: String
    ) -> Table? {
        guard !amendments.isEmpty else { return nil }
        let hasWithdrawable = !isForParty && amendments.contains { $0.signatures.isEmpty }
        let isOpen = mou.term.state == .signed && amendments.contains { $0.isOpen(on: mou.asOf) }
        return Table(
            caption: t("amendment.section"),
            columns: [
                Table.Column(t("amendment.number")), Table.Column(t("amendment.words")),
                Table.Column(t("amendment.effective")), Table.Column(t("amendment.ends")),
                Table.Column(t("amendment.signed")),
            ] + (isOpen ? [Table.Column(t("amendment.by_hand"))] : [])
                + (hasWithdrawable ? [Table.Column(t("amendment.withdrawing"))] : []),
            rows: amendments.map { amendment in
                let signed = amendment.signatures
                    .map { signature in
                        let line = "\(name(signature.institution, in: names)), \(signature.signedOn.text(in: language))"
                        return signature.isByOwnHand
                            ? t("amendment.by_own_hand", ["signature": line, "name": signature.name.string]) : line
                    }
                    .joined(separator: " · ")
                return [
                    .text("\(amendment.number)"),
                    .text(amendment.words.string, note: "SHA-256 \(amendment.sha256.prefix(16))…"),
                    .time(TimeText(amendment.effectiveOn, in: language)),
                    amendment.endsOn.map { .time(TimeText($0, in: language)) } ?? .text("–"),
                    amendment.signedOn != nil || isForParty || mou.term.state != .signed
                        ? .text(signed.isEmpty ? "–" : signed)
                        : .link(
                            t("sign.action"), "/console/mous/\(mou.id)/amendments/\(amendment.id)/signature",
                            note: signed.isEmpty ? nil : signed),
                ] + (isOpen ? [signing(amendment, toSign, of: mou)] : [])
                    + (hasWithdrawable ? [withdrawing(amendment, of: mou, key: key)] : [])
            }, empty: EmptyState(title: "", text: ""))
    }

    private func withdrawing(_ amendment: Amendment, of mou: MoU, key: String) -> Table.Cell {
        guard amendment.signatures.isEmpty else { return .text("–") }
        return .action(
            .post(
                t("amendment.withdraw", ["number": "\(amendment.number)"]),
                "/console/mous/\(mou.id)/amendments/\(amendment.id)/withdrawal",
                hidden: [HiddenField("idempotency_key", "\(key)-\(amendment.number)")]))
    }

    /// Where an amendment that parties may still sign by their own hand is signed, or somebody is asked to.
    private func signing(_ amendment: Amendment, _ toSign: Set<Amendment.ID>, of mou: MoU) -> Table.Cell {
        guard amendment.isOpen(on: mou.asOf) else { return .text("–") }
        if isForParty {
            return toSign.contains(amendment.id)
                ? .link(
                    t("amendment.own_title", ["number": "\(amendment.number)"]), MoU.signature(of: mou.id, amendment.id)
                )
                : .text("–")
        }
        return .link(t("asking.ask"), "/console/mous/\(mou.id)/amendments/\(amendment.id)/signing-requests")
    }

    private func texts(_ texts: [MoUText], of mou: MoU) -> Table? {
        guard !texts.isEmpty else { return nil }
        return Table(
            caption: t("text.section"),
            columns: [Table.Column(t("text.language")), Table.Column(t("text.hash")), Table.Column(t("text.written"))],
            rows: texts.map { text in
                let endonym = Pages.Language(tag: text.language.rawValue)?.endonym ?? text.language.rawValue
                let path = "texts/\(text.language.rawValue)/\(text.version)"
                return [
                    .link(
                        t("text.version", ["language": endonym, "number": "\(text.version)"]),
                        SafeURL(path: (isForParty ? "/partner/agreements/" : "/console/mous/") + "\(mou.id)/" + path)
                            ?? .nowhere,
                        note: text.isTheLast ? t("text.is_last") : nil),
                    .text(String(text.sha256.prefix(16)) + "…"),
                    .time(TimeText(text.writtenAt, in: mou.zone, language: language)),
                ]
            }, empty: EmptyState(title: "", text: ""))
    }

    /// Where another coordinator of a party is named: by a manager for each, by a party's staff for their own.
    private func handingOver(_ party: Institution.ID, of mou: MoU, own: Institution.ID?) -> Table.Cell {
        if isForParty {
            return party == own
                ? .action(.link(t("handover.coordinator_action"), "/partner/agreements/\(mou.id)/coordinator"))
                : .text("–")
        }
        return .action(
            .link(t("handover.coordinator_action"), "/console/mous/\(mou.id)/parties/\(party)/coordinator"))
    }

    /// When a party signed; until then a manager may record it.
    private func signature(of party: Institution.ID, on mou: MoU) -> Table.Cell {
        if let signed = mou.signatures.first(where: { $0.institution == party }) {
            return signed.isByOwnHand
                ? .text(signed.signedOn.text(in: language), note: t("signature.by_own_hand"))
                : .time(TimeText(signed.signedOn, in: language))
        }
        guard mou.status == .agreed, !isForParty else { return .text("–") }
        return .action(.link(t("sign.action"), "/console/mous/\(mou.id)/parties/\(party)/signature"))
    }

    private func occasion(_ event: SigningEvent) -> String {
        let values = [
            "event": event.name.string, "city": event.city.string, "country": event.country.name(in: spoken),
            "date": event.heldOn.text(in: language), "around": event.partOf?.string ?? "",
        ]
        return event.partOf == nil ? t("event.line", values) : t("event.line_within", values)
    }
}
