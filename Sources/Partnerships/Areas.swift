import API
import Accounts
import Foundation
import Pages
import Postgres
import Vocabulary
import Wording

import struct API.Operation

/// How signed areas go on, by API.
enum AreasAPI {
    static let operations: [AnyOperation] = [moveArea]

    private static var moveArea: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/areas/{area}/status", "moveMoUArea", summary: "Say how a signed area goes on",
            description: """
                An area that is paused or dropped takes no new targets, deliverables, links or sessions, and no call that \
                opens from that day on serves it. What began under it before stays.
                """,
            tag: "partnerships", access: .roles([.manager]), parameters: AreaPath.self, body: AreaStepBody.self,
            output: MoUView.self, problems: [.notFound, .conflict]
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                let mou = try await transaction.moveArea(path.area, of: path.mou, call.body.step)
                return .ok(try await transaction.view(of: mou))
            }
        }.erased
    }
}

/// Where managers say how signed areas go on.
struct AreasConsole {
    let site: Site

    var routes: [AnyRoute] { [edit, move] }

    private var edit: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/areas/{area}", "consoleMoUArea", access: .roles([.manager]),
            parameters: AreaPath.self
        ) { call in
            let path = call.parameters
            let area = try await find(path, call.reader)
            let kind = AreaStep.Kind.allCases.first { $0.status == area.status } ?? .active
            return try await page(for: call, area, path, values: ["status": [kind.rawValue]])
        }.erased
    }

    private var move: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/areas/{area}", "moveConsoleMoUArea", access: .roles([.manager]),
            parameters: AreaPath.self, body: AreaStepBody.self
        ) { call in
            let path = call.parameters
            let area = try await find(path, call.reader)
            return try await answering {
                let step = try call.decoded().step
                return try await call.write { transaction in
                    _ = try await transaction.moveArea(path.area, of: path.mou, step)
                    return .redirect(to: "/console/mous/\(path.mou)?done=area_moved")
                }
            } again: { problem in
                try await page(for: call, area, path, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func find(_ path: AreaPath, _ reader: Reader) async throws -> MoU.Area {
        guard let area = try await reader.mou(path.mou)?.areas.first(where: { $0.focusArea == path.area })
        else { throw Problem.notFound }
        return area
    }

    private func page<P, B>(
        for call: FormCall<P, B>, _ area: MoU.Area, _ path: AreaPath, values: [String: [String]],
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let form = AgreementForm(site: site)
        return try await form.page(for: call, of: path.mou, "areas/\(path.area)", values: values, problem) { form in
            let (t, input) = (form.t, form.input)
            return AgreementForm.Contents(
                area.wording.string, lede: t("area_step.lede"), submit: t("area_step.submit"),
                [
                    input.select(
                        "status", label: t("areas.status"),
                        options: AreaStep.Kind.allCases.map { ($0.rawValue, t("area.\($0.rawValue)")) }),
                    input.text(
                        "since", label: t("area_step.since"), hint: t("area_step.since_hint"), type: "date",
                        isOptional: true, width: "medium"),
                    input.area("reason", label: t("area_step.reason"), hint: t("reason.hint"), limit: 500, rows: 3),
                ])
        }
    }
}

struct AreaPath: Codable {
    let mou: MoU.ID
    let area: FocusArea.ID
}

/// What a manager sends to say how a signed area goes on.
struct AreaStepBody: Described {
    let status: AreaStep.Kind
    let since: CalendarDate?
    let reason: ShortText

    static let documentation = ["since": "A day from the signature to today; today unless given."]

    var step: AreaStep { AreaStep(status, since: since, because: reason) }
}

extension Badge {
    /// How far an area has come.
    init(_ status: MoU.Area.Status, _ t: Texts) {
        let tone: Badge.Tone =
            switch status {
            case .exploring: .info
            case .active: .accent
            case .paused: .warning
            case .delivered: .success
            case .dropped: .neutral
            }
        self.init(t("area.\(status.rawValue)"), tone)
    }
}

extension MoU.Area {
    /// Since when it stands as it does, and why; nil as long as it stands as it was signed.
    func account(_ t: Texts) -> String? {
        guard let since, let reason else { return nil }
        return t("area_step.account", ["day": since.text(in: t.language), "reason": reason.string])
    }
}
