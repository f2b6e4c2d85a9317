import API
import Foundation
package import Vocabulary

/// A program as it is usually run, to begin from: names, form, rubric, rounds, money and dates as data.
package struct Preset: Described {
    /// Whom its program is for.
    package let kind: Program.Kind
    /// What its program is called.
    package let name: LocalizedName
    /// What its program offers.
    package let summary: LocalizedText?
    /// The streams it begins with.
    package let streams: [Stream]

    /// A stream of a preset.
    package struct Stream: Codable, Sendable {
        /// What it is called.
        package let name: LocalizedName
        /// What it is about.
        package let focusAreas: [FocusArea.ID]?
        /// Whom it needs as a partner. A preset knows no institution; the manager adds one with its agreement.
        package let partner: LocalizedLine?
        /// How it is designed.
        package let design: StreamDesign
    }

    /// The preset of this name; nil when there is none.
    package static func named(_ name: String) -> Preset? { all.first { $0.name == name }?.preset }

    /// Every preset, by the name of its file.
    package static let all: [(name: String, preset: Preset)] = files.compactMap { file in
        // A test reads every file: one that cannot be read is a fault of the build, and the others serve.
        (try? read(file)).map { (file.deletingPathExtension().lastPathComponent, $0) }
    }

    static var files: [URL] {
        let folder = (Bundle.module.resourceURL ?? Bundle.module.bundleURL).appending(path: "Presets")
        let found = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return (found ?? []).filter { $0.pathExtension == "json" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    static func read(_ file: URL) throws -> Preset {
        try JSON(parsing: Array(Data(contentsOf: file))).decode(Preset.self)
    }
}
