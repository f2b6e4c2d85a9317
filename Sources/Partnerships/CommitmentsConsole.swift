import API
import Accounts
import Foundation
import Institutions
import Pages
import Postgres
import Vocabulary
import Wording

/// Where managers set targets, promise, grant and link.
struct CommitmentsConsole {
    let site: Site

    var routes: [AnyRoute] {
        [
            newTarget, setTarget, dropTarget, newDeliverable, promise, deliverable, reportDeliverable, newBenefit,
            grant, newLink, link, unlink,
        ]
    }

    // MARK: Targets

    private var newTarget: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/targets/new", "consoleNewMoUTarget", access: .roles([.manager]),
            parameters: MoUPath.self
        ) { call in
            try await targetForm(for: call, of: call.parameters.mou, values: [:])
        }.erased
    }

    private var setTarget: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/targets/new", "setConsoleMoUTarget", access: .roles([.manager]),
            parameters: MoUPath.self, body: TargetBody.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, mou) = (MoU.Target.ID(), call.parameters.mou)
            return try await answering {
                let new = try call.decoded().new
                return try await call.write { transaction in
                    try await transaction.setTarget(new, as: id, of: mou, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(mou)/report?done=target")
                }
            } again: { problem in
                try await targetForm(for: call, of: mou, values: call.fields, problem: problem)
            }
        }.erased
    }

    private var dropTarget: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/targets/{target}/removal", "dropConsoleMoUTarget", access: .roles([.manager]),
            parameters: TargetPath.self
        ) { call in
            let path = call.parameters
            return try await answering {
                try await call.write { transaction in
                    try await transaction.dropTarget(path.target, of: path.mou)
                    return .redirect(to: "/console/mous/\(path.mou)/report?done=target_dropped")
                }
            } again: { problem in
                try await ReportPages(site: site).refused(problem, call, of: path.mou)
            }
        }.erased
    }

    private func targetForm<P, B>(
        for call: FormCall<P, B>, of mou: MoU.ID, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        try await form.page(for: call, of: mou, "targets/new", values: values, problem) { form in
            let (t, input) = (form.t, form.input)
            return AgreementForm.Contents(
                t("target.title"), lede: t("target.lede"), submit: t("target.submit"),
                Self.titles(input, t) + [
                    input.select(
                        "metric", label: t("target.metric"), hint: t("target.metric_hint"),
                        options: MoU.Activity.Kind.allCases.map { ($0.rawValue, t("activity.\($0.rawValue)")) }),
                    input.select(
                        "direction", label: t("report.direction"),
                        options: MoU.Target.Direction.allCases.map { ($0.rawValue, t("direction.\($0.rawValue)")) },
                        isOptional: true),
                    input.number("number", label: t("report.number")),
                    input.text("due_on", label: t("report.due"), type: "date", width: "medium"),
                    input.text(
                        "counts_from", label: t("target.counts_from"), hint: t("target.counts_from_hint"), type: "date",
                        isOptional: true, width: "medium"),
                    input.number(
                        "baseline", label: t("report.baseline"), hint: t("target.baseline_hint"), isOptional: true),
                    Self.area(of: form.mou, input, t),
                    input.select(
                        "country", label: t("target.country"),
                        options: Country.allCases.map { ($0.code, $0.name(in: form.spoken)) }.sorted { $0.1 < $1.1 },
                        isOptional: true),
                ])
        }
    }

    // MARK: Deliverables

    private var newDeliverable: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/deliverables/new", "consoleNewMoUDeliverable", access: .roles([.manager]),
            parameters: MoUPath.self
        ) { call in
            try await deliverableForm(for: call, of: call.parameters.mou, values: [:])
        }.erased
    }

    private var promise: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/deliverables/new", "promiseConsoleMoUDeliverable", access: .roles([.manager]),
            parameters: MoUPath.self, body: DeliverableBody.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, mou) = (MoU.Deliverable.ID(), call.parameters.mou)
            return try await answering {
                let new = try call.decoded().new
                return try await call.write { transaction in
                    try await transaction.promiseDeliverable(new, as: id, of: mou, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(mou)/report?done=deliverable")
                }
            } again: { problem in
                try await deliverableForm(for: call, of: mou, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func deliverableForm<P, B>(
        for call: FormCall<P, B>, of mou: MoU.ID, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        try await form.page(for: call, of: mou, "deliverables/new", values: values, problem) { form in
            let (t, input) = (form.t, form.input)
            return AgreementForm.Contents(
                t("deliverable.title"), lede: t("deliverable.lede"), submit: t("deliverable.submit"),
                Self.titles(input, t) + [
                    input.select(
                        "kind", label: t("report.kind"),
                        options: MoU.Deliverable.Kind.allCases.map { ($0.rawValue, t("deliverable.\($0.rawValue)")) }),
                    input.text("due_on", label: t("report.due"), type: "date", width: "medium"),
                    Self.area(of: form.mou, input, t),
                ])
        }
    }

    private var deliverable: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/deliverables/{deliverable}", "consoleMoUDeliverable",
            access: .roles([.manager]), parameters: DeliverablePath.self
        ) { call in
            let path = call.parameters
            let found = try await find(path, call.reader)
            let values = [
                "status": found.status.rawValue, "settled_on": found.settledOn?.description ?? "",
                "evidence": found.evidence?.string ?? "",
            ]
            return try await deliveredForm(for: call, path, values: values.mapValues { [$0] })
        }.erased
    }

    private var reportDeliverable: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/deliverables/{deliverable}", "reportConsoleMoUDeliverable",
            access: .roles([.manager]), parameters: DeliverablePath.self, body: DeliverableReportBody.self
        ) { call in
            let path = call.parameters
            return try await answering {
                let report = try call.decoded().report
                return try await call.write { transaction in
                    try await transaction.reportDeliverable(path.deliverable, of: path.mou, report)
                    return .redirect(to: "/console/mous/\(path.mou)/report?done=reported")
                }
            } again: { problem in
                try await deliveredForm(for: call, path, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func find(_ path: DeliverablePath, _ reader: Reader) async throws -> MoU.Deliverable {
        guard let found = try await reader.deliverables(of: path.mou).first(where: { $0.id == path.deliverable })
        else { throw Problem.notFound }
        return found
    }

    private func deliveredForm<P, B>(
        for call: FormCall<P, B>, _ path: DeliverablePath, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        let found = try await find(path, call.reader)
        return try await form.page(
            for: call, of: path.mou, "deliverables/\(path.deliverable)", values: values, problem
        ) { form in
            let (t, input) = (form.t, form.input)
            return AgreementForm.Contents(
                found.title.text(for: form.spoken), lede: t("delivered.lede"), submit: t("delivered.submit"),
                [
                    input.select(
                        "status", label: t("report.status"),
                        options: MoU.Deliverable.Status.allCases.map { ($0.rawValue, t("delivered.\($0.rawValue)")) }),
                    input.text(
                        "settled_on", label: t("report.settled"), hint: t("delivered.settled_hint"), type: "date",
                        isOptional: true, width: "medium"),
                    input.area(
                        "evidence", label: t("report.evidence"), hint: t("delivered.evidence_hint"), isOptional: true,
                        limit: 10_000),
                ])
        }
    }

    // MARK: Benefits

    private var newBenefit: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/benefits/new", "consoleNewMoUBenefit", access: .roles([.manager]),
            parameters: MoUPath.self
        ) { call in
            try await benefitForm(for: call, of: call.parameters.mou, values: [:])
        }.erased
    }

    private var grant: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/benefits/new", "grantConsoleMoUBenefit", access: .roles([.manager]),
            parameters: MoUPath.self, body: BenefitBody.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, mou) = (MoU.Benefit.ID(), call.parameters.mou)
            return try await answering {
                let new = try call.decoded().new
                return try await call.write { transaction in
                    try await transaction.grantBenefit(new, as: id, of: mou, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(mou)/report?done=benefit")
                }
            } again: { problem in
                try await benefitForm(for: call, of: mou, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func benefitForm<P, B>(
        for call: FormCall<P, B>, of mou: MoU.ID, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        let programs = try await call.reader.linkable().filter { $0.noun == .program }
        return try await form.page(for: call, of: mou, "benefits/new", values: values, problem) { form in
            let (t, input) = (form.t, form.input)
            return AgreementForm.Contents(
                t("benefit.title"), lede: t("benefit.lede"), submit: t("benefit.submit"),
                Self.titles(input, t) + [
                    input.select(
                        "kind", label: t("report.kind"),
                        options: MoU.Benefit.Kind.allCases.map { ($0.rawValue, t("benefit.\($0.rawValue)")) }),
                    input.text("beneficiaries", label: t("benefit.for"), limit: 500),
                    input.select(
                        "program", label: t("noun.program"),
                        options: programs.map { ($0.id.text, $0.name.text(for: form.spoken)) }, isOptional: true),
                    input.number(
                        "quota", label: t("benefit.quota"), hint: t("benefit.quota_hint"), isOptional: true),
                ])
        }
    }

    // MARK: Links

    private var newLink: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/links/new", "consoleNewMoULink", access: .roles([.manager]),
            parameters: NewLinkQuery.self
        ) { call in
            let query = call.parameters
            return try await linkForm(
                for: call, of: query.mou, named: query.q?.string,
                values: query.object.map { ["object": [$0.string]] } ?? [:])
        }.erased
    }

    private var link: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/links/new", "linkConsoleMoUActivity", access: .roles([.manager]),
            parameters: MoUPath.self, body: LinkForm.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, mou) = (MoU.Link.ID(), call.parameters.mou)
            return try await answering {
                let new = try call.decoded().new()
                return try await call.write { transaction in
                    try await transaction.linkActivity(new, as: id, to: mou, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(mou)/report?done=linked")
                }
            } again: { problem in
                try await linkForm(for: call, of: mou, values: call.fields, problem: problem)
            }
        }.erased
    }

    private var unlink: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/links/{link}/removal", "unlinkConsoleMoUActivity", access: .roles([.manager]),
            parameters: LinkPath.self
        ) { call in
            let path = call.parameters
            return try await answering {
                try await call.write { transaction in
                    try await transaction.unlinkActivity(path.link, from: path.mou)
                    return .redirect(to: "/console/mous/\(path.mou)/report?done=unlinked")
                }
            } again: { problem in
                try await ReportPages(site: site).refused(problem, call, of: path.mou)
            }
        }.erased
    }

    private func linkForm<P, B>(
        for call: FormCall<P, B>, of mou: MoU.ID, named search: String? = nil, values: [String: [String]],
        problem: FormProblem? = nil
    ) async throws -> HTML {
        var linkable = try await call.reader.linkable(named: search)
        // What is chosen stays so, wherever it stands.
        let chosen = values["object"]?.first.flatMap { LinkChoice($0) }
        if let chosen, !linkable.contains(where: { $0.choice == chosen }) {
            linkable += try await call.reader.linkable(only: chosen)
        }
        return try await form.page(
            for: call, of: mou, "links/new", values: values, problem,
            search: AgreementForm.Search(
                labelKey: "link.search", text: search,
                keeping: chosen.map { [HiddenField("object", $0.text)] } ?? [])
        ) { form in
            let (t, input) = (form.t, form.input)
            let options = MoU.Standing.Noun.allCases.flatMap { noun in
                let kind = t("noun.\(noun.rawValue)")
                return linkable.filter { $0.noun == noun }
                    .map { (value: $0.choice.text, label: "\(kind): \($0.label(in: t.language))") }
                    .sorted { ($0.label, $0.value) < ($1.label, $1.value) }
            }
            return AgreementForm.Contents(
                t("link.title"), lede: t("link.lede"), submit: t("link.submit"),
                [
                    input.select("object", label: t("report.what"), hint: t("link.hint"), options: options),
                    Self.area(of: form.mou, input, t),
                    input.select(
                        "service_line", label: t("report.line"),
                        options: MoU.ServiceLine.allCases.map { ($0.rawValue, t("line.\($0.rawValue)")) },
                        isOptional: true),
                    input.text("note", label: t("link.note"), isOptional: true, limit: 500),
                ])
        }
    }

    // MARK: What the forms share

    private var form: AgreementForm { AgreementForm(site: site, parent: ("report", titleKey: "report.title")) }

    static func titles(_ input: FormInput, _ t: Texts) -> [FormField] {
        [
            input.text("title.en", label: t("field.title_en"), isOptional: true, limit: 200),
            input.text("title.zh-Hant", label: t("field.title_zh"), isOptional: true, limit: 200),
            input.text("title.ja", label: t("field.title_ja"), isOptional: true, limit: 200),
        ]
    }

    static func area(of mou: MoU, _ input: FormInput, _ t: Texts) -> FormField {
        input.select(
            "area", label: t("areas.concept"),
            options: mou.areas.map { area in
                let rests = [.paused, .dropped].contains(area.status)
                return (
                    area.focusArea.description,
                    area.wording.string + (rests ? " · " + t("area.\(area.status.rawValue)") : "")
                )
            }, isOptional: true)
    }
}
