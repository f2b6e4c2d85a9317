import API
import Accounts
import Foundation
import Postgres
import Vocabulary

import struct API.Operation

/// Beginning with what there is: last year's, or a preset.
enum ClonesAPI {
    static func operations(_ rounds: CallRounds) -> [AnyOperation] {
        [
            clone("programs/{program}", "cloneProgram", of: "a program", ProgramPath.self, rounds) {
                .program($0.program)
            },
            clone("streams/{stream}", "cloneStream", of: "a stream", StreamPath.self, rounds) { .stream($0.stream) },
            clone("calls/{call}", "cloneCall", of: "a call", CallPath.self, rounds) { .call($0.call) },
            listPresets, getPreset, addFromPreset,
        ]
    }

    private static func clone<Path: Codable & Sendable>(
        _ path: String, _ id: String, of what: String, _: Path.Type, _ rounds: CallRounds,
        scope: @escaping @Sendable (Path) -> CloneScope
    ) -> AnyOperation {
        Operation(
            .post, "/v1/\(path)/clone", id, summary: "Take \(what) into the next year",
            description: """
                Everything a year later, on the same day and at the same local time, and nothing published, with the days that \
                rules, conditions and bounds of questions name. Texts that name a year or a day stay as they are and are listed to \
                be looked at. Partners whose agreement is not in force are left out, and it is said why. Rounds of review are \
                drafted as they were run, with their rubrics. With `dry_run` nothing is made.
                """, tag: "programs", access: .roles([.manager]), parameters: Path.self, body: CloneBody.self,
            output: ProgramClone.self, problems: [.notFound, .conflict]
        ) { call in
            let tenant = try call.principal.workspace
            let scope = scope(call.parameters)
            let taken = call.body.rounds == .asDesigned ? nil : rounds
            return try await call.write { transaction in
                guard call.body.dryRun != true else {
                    return .ok(try await transaction.planClone(of: scope, now: transaction.now, rounds: taken))
                }
                return .ok(try await transaction.clone(scope, in: tenant, rounds: taken))
            }
        }.erased
    }

    private static var listPresets: AnyOperation {
        Operation(
            .get, "/v1/program-presets", "listProgramPresets",
            summary: "Programs as they are usually run, to begin from",
            tag: "programs", access: .roles([.manager]), output: PresetList.self
        ) { _ in
            .ok(PresetList(items: Preset.all.map { PresetLine(preset: $0.name, name: $0.preset.name) }))
        }.erased
    }

    private static var getPreset: AnyOperation {
        Operation(
            .get, "/v1/program-presets/{preset}", "getProgramPreset",
            summary: "A preset with its streams and their designs", tag: "programs", access: .roles([.manager]),
            parameters: PresetPath.self, output: Preset.self, problems: [.notFound]
        ) { call in
            guard let found = Preset.named(call.parameters.preset) else { throw Problem.notFound }
            return .ok(found)
        }.erased
    }

    private static var addFromPreset: AnyOperation {
        Operation(
            .post, "/v1/programs/from-preset", "addProgramFromPreset", summary: "Add the program of a preset",
            description: "With its streams and their designs. Partners join a stream when it is revised.",
            tag: "programs", access: .roles([.manager]), body: NewFromPreset.self, output: Program.self,
            success: .created, problems: [.conflict]
        ) { call in
            guard let preset = Preset.named(call.body.preset) else {
                throw Problem.invalid("/preset", "There is no such preset.")
            }
            let tenant = try call.principal.workspace
            let id = Program.ID()
            return try await call.write { transaction in
                .created(
                    try await transaction.addProgram(from: preset, named: call.body.name, as: id, in: tenant),
                    location: "/v1/programs/\(id)")
            }
        }.erased
    }
}

/// Whether to make what a clone would make, or to say it alone.
struct CloneBody: Described {
    let dryRun: Bool?
    let rounds: ClonedRounds?

    static let documentation = [
        "rounds": """
        Whether calls take their rounds and rubrics along as they were run, which they do unless told otherwise, or begin as \
        their streams are designed.
        """
    ]
}

/// Which rounds of review a clone begins with.
enum ClonedRounds: String, Codable, CaseIterable {
    case asRun = "as_run"
    case asDesigned = "as_designed"
}

struct PresetPath: Codable {
    let preset: String
}

struct PresetList: Described {
    let items: [PresetLine]
}

struct PresetLine: Described {
    let preset: String
    let name: LocalizedName
}

/// Which preset to begin from.
struct NewFromPreset: Described {
    let preset: String
    let name: LocalizedName?

    static let documentation = ["name": "What the program is called; what the preset calls it unless given."]
}
