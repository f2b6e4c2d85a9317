internal import API
internal import Accounts
internal import Applications
internal import Calibration
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// What was said of one application in a round, side by side.
struct ApplicationReviewsConsole {
    let site: Site

    var routes: [AnyRoute] { [show, renew] }

    private var renew: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/applications/{application}/renewal", "renewConsoleReviewFile",
            access: .roles([.manager]), parameters: RoundApplicationPath.self
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            do {
                return try await call.write { transaction in
                    try await transaction.renewFile(of: path.application, in: path.round, by: person)
                    return .redirect(to: "/console/rounds/\(path.round)/applications/\(path.application)")
                }
            } catch is ReviewRefusal {
                return .redirect(to: "/console/rounds/\(path.round)/applications/\(path.application)")
            }
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/applications/{application}", "consoleApplicationReviews",
            access: .roles([.manager]), parameters: RoundApplicationPath.self
        ) { call in
            let (id, application) = (call.parameters.round, call.parameters.application)
            let desk = try await RoundDesk(call, id, in: site)
            let t = desk.t
            let found = try await call.database.snapshot(as: call.context) { snapshot in
                guard let standings = try await snapshot.standings(of: id, places: Standings.usualPlaces),
                    let place = standings.entries.firstIndex(where: { $0.application == application })
                else { throw Problem.notFound }
                return (
                    standings: standings, place: place,
                    reviews: try await snapshot.reviews(of: application, in: id),
                    assignments: try await snapshot.assignments(
                        in: id, of: application, standing: .assigned, limit: 100),
                    standing: try await snapshot.standingReviewers(of: application, in: id),
                    file: try await snapshot.file(of: application, in: id),
                    others: try await snapshot.rounds(judging: application).filter { $0.id != id },
                    changed: try await snapshot.changeRequests(of: application).compactMap(\.answered?.at).max()
                )
            }
            let entries = found.standings.entries
            let entry = entries[found.place]
            let reviews = found.reviews.map { review, person, name in
                let name = name ?? ""
                let said =
                    switch found.standing[person] {
                    case .named: t("conflicts.named_since", ["name": name])
                    case .rival: t("conflicts.rival_since", ["name": name])
                    default: name
                    }
                return Written(review: review, name: said)
            }
            let open = found.assignments.filter { $0.submittedAt == nil }.compactMap(\.personName)
            let title = t(
                "assignments.option", ["code": entry.code, "startup": entry.startupName.text(for: desk.spoken)])
            func link(_ place: Int, _ words: (String) -> String) -> LinkText? {
                guard entries.indices.contains(place) else { return nil }
                return LinkText(
                    words(entries[place].code), "/console/rounds/\(id)/applications/\(entries[place].application)")
            }
            let model = ApplicationReviewsPage(
                header: desk.header(
                    title, badge: entry.isDecidable ? nil : Badge(t("standings.below_quorum"), .warning),
                    lede: lede(entry, waitingFor: open, desk),
                    actions: [.link(t("standings.application_itself"), "/console/applications/\(application)")]
                        + renewal(of: application, found.file, changed: found.changed, desk)),
                scores: table(reviews, desk),
                words: reviews.map { words($0, desk) },
                facts: facts(entry, of: found.standings, alsoIn: found.others, desk),
                previous: link(found.place - 1) { t("standings.previous", ["code": $0]) },
                next: link(found.place + 1) { t("standings.next", ["code": $0]) })
            return HTML(
                bytes: try PageTemplate.applicationReviews.render(model, in: desk.frame(title, under: .standings)))
        }.erased
    }

    /// The button that takes changes into the file, where there are some that reviewers do not read.
    private func renewal(
        of application: Application.ID, _ file: ReviewFile?, changed: Date?, _ desk: RoundDesk
    ) -> [Action] {
        let t = desk.t
        guard let changed, let file, desk.round.status == .open, changed > file.renewedAt ?? file.enteredAt else {
            return []
        }
        return [
            .post(t("standings.renew"), "/console/rounds/\(desk.round.id)/applications/\(application)/renewal")
        ]
    }

    /// A review and who wrote it.
    private struct Written {
        let review: Review
        let name: String
    }

    private func lede(_ entry: Standings.Entry, waitingFor names: [String], _ desk: RoundDesk) -> String {
        let t = desk.t
        let submitted = t("standings.submitted", count: entry.reviews)
        guard !names.isEmpty else { return submitted }
        return submitted + t("plan.gap") + t("standings.waiting_for", ["reviewers": desk.listed(names)])
    }

    private func table(_ reviews: [Written], _ desk: RoundDesk) -> Table {
        let (t, round) = (desk.t, desk.round)
        let rows = round.criteria.map { criterion in
            [
                Table.Cell.text(
                    criterion.name.text(for: desk.spoken),
                    note: t(
                        "standings.criterion",
                        [
                            "weight": "\(criterion.weight) %", "lowest": Figures.grouped(criterion.lowest),
                            "highest": Figures.grouped(criterion.highest),
                        ]))
            ] + reviews.map { .text($0.review.scores[criterion.id].map(Figures.grouped) ?? "–") }
        }
        let totals =
            [Table.Cell.text(t("standings.total"), note: t("standings.total_note"))]
            + reviews.map { .text(round.total(of: $0.review.scores).map(Figures.tenths) ?? "–") }
        return Table(
            caption: t("standings.side_by_side"),
            columns: [.init(t("standings.criterion_head"))] + reviews.map { .init($0.name, isNumber: true) },
            rows: reviews.isEmpty ? [] : rows + [totals],
            empty: EmptyState(title: t("standings.no_reviews"), text: t("standings.no_reviews_text")))
    }

    private func words(_ written: Written, _ desk: RoundDesk) -> ApplicationReviewsPage.Words {
        let (t, review) = (desk.t, written.review)
        return ApplicationReviewsPage.Words(
            name: written.name, submitted: review.submittedAt.map(desk.time),
            confidence: review.confidence.map { t("standings.confidence", ["confidence": "\($0)"]) },
            comment: review.comment?.string, privateNote: review.privateNote?.string,
            notes: desk.round.criteria.compactMap { criterion in
                review.notes[criterion.id].map { note in
                    ApplicationReviewsPage.Note(
                        criterion: criterion.name.text(for: desk.spoken), text: note.string)
                }
            })
    }

    private func facts(
        _ entry: Standings.Entry, of standings: Standings, alsoIn others: [ReviewRound], _ desk: RoundDesk
    ) -> Facts {
        let t = desk.t
        var facts = [
            Fact.text(
                t("standings.reviews"),
                t(
                    "standings.of_wanted",
                    [
                        "reviews": Figures.grouped(entry.reviews),
                        "wanted": Figures.grouped(desk.round.reviewsWanted),
                    ]))
        ]
        if let mean = entry.mean { facts.append(.text(t("standings.mean"), Figures.tenths(mean))) }
        if let spread = entry.spread { facts.append(.text(t("standings.apart"), Figures.tenths(spread))) }
        if let found = entry.calibrated {
            facts.append(.text(t("standings.calibrated"), Figures.tenths(found.shownScore)))
            facts.append(
                .text(
                    t("standings.interval_head"),
                    t(
                        "standings.interval",
                        [
                            "low": Figures.tenths(found.shownInterval.lowerBound),
                            "high": Figures.tenths(found.shownInterval.upperBound),
                        ])))
            facts.append(.text(t("standings.rank"), Figures.grouped(found.rank)))
        } else if standings.isAwaited {
            facts.append(.text(t("standings.calibrated"), t("standings.being_computed")))
        }
        if let stream = desk.round.streamName, let choice = entry.choice {
            facts.append(
                .text(
                    t("round.stream"),
                    "\(stream.text(for: desk.spoken)) · \(t("standings.choice", ["place": "\(choice)"]))"))
        }
        facts += others.map { other in
            .link(
                t("standings.also_in"),
                LinkText(
                    other.label(for: desk.spoken), "/console/rounds/\(other.id)/applications/\(entry.application)"))
        }
        return Facts(facts)
    }
}

/// The reviews of an application.
struct ApplicationReviewsPage: ViewModel {
    /// What one reviewer wrote.
    struct Words: ViewModel {
        var name: String
        var submitted: TimeText?
        var confidence: String?
        var comment: String?
        var privateNote: String?
        var notes: [Note]
    }

    /// What was said to one score.
    struct Note: ViewModel {
        var criterion: String
        var text: String
    }

    var header: PageHeader
    var scores: Table
    var words: [Words]
    var facts: Facts
    /// The one before and the one after in the standings.
    var previous: LinkText?
    var next: LinkText?
}

extension PageTemplate<ApplicationReviewsPage> {
    static let applicationReviews = PageTemplate("reviews/application", in: .reviews)
}
