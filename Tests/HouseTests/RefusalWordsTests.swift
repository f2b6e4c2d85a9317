import DemoWorld
import Foundation
import TestWorld
import Testing

@testable import API

/// What is refused is said in the reader's language on pages, whichever module refuses it.
@Suite("Words of refusals")
struct RefusalWordsTests {
    private static let sources = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources").standardized
    private static let folder = sources.appending(path: "Wording/Refusals")
    private static let refusals = Result { try SourceRefusals.all(in: sources) }

    private static func files() throws -> [(name: String, sentences: [String: [String: String]])] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }.map {
                let sentences = try JSONDecoder().decode([String: [String: String]].self, from: Data(contentsOf: $0))
                return ($0.lastPathComponent, sentences)
            }
    }

    /// Whoever adds a refusal copies the line into the file it names, and fills it in.
    @Test("exist for every sentence that the sources refuse with")
    func complete() throws {
        let known = Set(try Self.files().flatMap(\.sentences.keys))
        let lacking = try Self.refusals.get().filter { !known.contains($0.sentence) }
            .map { #"\#($0.module).json for \#($0.file): \#($0.sentence.debugDescription): {"zh-Hant": "", "ja": ""}"# }
        #expect(lacking == [])
    }

    @Test("are in both languages, have no other places than the sentence, stand once, and are still said")
    func sound() throws {
        let said = Set(try Self.refusals.get().map(\.sentence))
        var faults: [String] = []
        var standing: Set<String> = []
        for (name, sentences) in try Self.files() {
            for (sentence, words) in sentences.sorted(by: { $0.key < $1.key }) {
                if words.keys.sorted() != ["ja", "zh-Hant"] || words.values.contains("") {
                    faults.append("\(name): \(sentence) is not said in zh-Hant and ja")
                }
                let places = Self.places(in: sentence)
                if !words.values.allSatisfy({ Self.places(in: $0).isSubset(of: places) }) {
                    faults.append("\(name): \(sentence) is said with other places")
                }
                if !standing.insert(sentence).inserted { faults.append("\(name): \(sentence) stands elsewhere, too") }
                // What may stand in a place comes from values, which no literal shows.
                if name != "Words.json", !said.contains(sentence) {
                    faults.append("\(name): \(sentence) is said nowhere any more")
                }
            }
        }
        #expect(faults == [])
    }

    private static func places(in text: String) -> Set<String> {
        Set(text.matches(of: #/\{\d\}/#).map { String($0.output) })
    }

    @Test("are in the visitor's language on a page, and in English in JSON")
    func languages() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.mei, in: world)
        #expect(await visitor.send("/language", [("lang", "ja")]).status == 303)
        let page = await visitor.send("/console/imports", [("kind", "dreams"), ("content", "id,name")])
        #expect(page.status == 422 && page.text.contains("選択肢から選んでください。"), "\(page.text)")
        let json = await visitor.ask("POST", "/v1/me/language", json: #"{"language": "tlh"}"#)
        #expect(json.status == 422 && json.text.contains("Some fields are not valid"))
    }

    @Test("tell who sends a form too often on a page how long to wait")
    func limits() async throws {
        let world = try await World()
        var configuration = Edge.Configuration.ephemeral()
        configuration.rates = [.signIn: Rate(perSecond: 0.01, burst: 1)]
        let edge = try world.edge(configuration)
        func knock() async -> Outgoing {
            await edge.respond(
                to: Incoming(
                    "POST", "/sign-in",
                    headers: [
                        ("Accept-Language", "zh-HK"), ("Sec-Fetch-Site", "same-origin"),
                        ("Content-Type", "application/x-www-form-urlencoded"),
                    ], body: Array("email=a%40b.example&password=c".utf8)))
        }
        #expect(await knock().status != 429)
        let page = await knock()
        let wait = try #require(page.header("Retry-After"))
        #expect(page.status == 429 && page.header("Content-Type") == "text/html; charset=utf-8")
        #expect(page.text.contains(#"<html lang="zh-Hant""#) && page.text.contains("請等候 \(wait) 秒"), "\(page.text)")
    }
}

/// A sentence in the sources with which something is refused; `{1}` stands where a value does.
private struct SourceRefusal: Hashable {
    let module: String
    let file: String
    let sentence: String
}

/// Finds the literals of refusals: what is given to a problem, to an error of a field or of decoding, and what the texts
/// are that rooms make problems of.
private struct SourceRefusals {
    /// Whose refusals no page shows: foundations below the edge, engines, commands and the worlds of tests.
    private static let silentModules: Set = [
        "Postgres", "Jobs", "Delivery", "Exports", "Calendars", "Pages", "Matching", "Assignment", "Calibration",
        "Backtest", "DemoWorld", "trellis", "watermark",
    ]
    /// What describes the interface to programs, and what makes English sentences of them.
    private static let silentFiles: Set = [
        "OpenAPI.swift", "Reference.swift", "JSONWriter.swift", "FocusAreaTaxonomy.swift", "RefusalWords.swift",
    ]
    private static let codes =
        "required|unknown|type|tooLong|tooShort|outOfRange|notAllowed|tooMany|tooFew|repeated|invalid|conflict|forbidden"
    private static let calls =
        "Problem|Kind|FieldError|DecisionFault|invalid|conflict|missing|noPlace|weakPassword|unreadable|refused|refusal"
        + "|mismatch|expected"

    static func all(in folder: URL) throws -> [SourceRefusal] {
        func opener(_ names: String) -> String { #"\b(?:var|let) (?:\#(names))\b[^{}="\n]*[{=]"# }
        let openers = try NSRegularExpression(
            pattern: #"\b(?:\#(calls))\(|\.(?:\#(codes)),|\b(?:debugDescription|as): (?=")|"#
                + opener("words|sentence|detail|article"))
        // The foundations that know no problems say what is wrong as descriptions.
        let descriptions = try NSRegularExpression(pattern: opener("description"))
        let files =
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        var found: Set<SourceRefusal> = []
        for file in files where file.pathExtension == "swift" && !silentFiles.contains(file.lastPathComponent) {
            let module = file.pathComponents[folder.pathComponents.count]
            guard !silentModules.contains(module) else { continue }
            let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
            let code = lines.filter { !$0.drop(while: \.isWhitespace).utf8.starts(with: "//".utf8) }
                .joined(separator: "\n")
            let whole = NSRange(location: 0, length: code.utf16.count)
            var matches = openers.matches(in: code, range: whole)
            if ["Tabular", "Vocabulary"].contains(module) { matches += descriptions.matches(in: code, range: whole) }
            guard !matches.isEmpty else { continue }
            let units = Array(code.utf16)
            for match in matches {
                let end = match.range.upperBound
                var reader = LiteralReader(units: units, index: end)
                for text in reader.literals(ofOneLine: units[end - 1] == UInt16(UInt8(ascii: "="))) where isSaid(text) {
                    found.insert(SourceRefusal(module: module, file: file.lastPathComponent, sentence: text))
                }
            }
        }
        return found.sorted { ($0.module, $0.file, $0.sentence) < ($1.module, $1.file, $1.sentence) }
    }

    /// Pointers and slugs have no blank; what holds only places joins what is said elsewhere.
    private static func isSaid(_ text: String) -> Bool {
        text.contains(" ") && text.replacing(#/\{\d\}/#, with: "").contains { $0.isASCII && $0.isLetter }
    }
}

/// Reads the literals of Swift code within one bracket.
private struct LiteralReader {
    let units: [UInt16]
    var index: Int

    private static let quote = unit("\"")
    private static let newline = unit("\n")
    private static func unit(_ character: Unicode.Scalar) -> UInt16 { UInt16(UInt8(ascii: character)) }

    private func isAt(_ text: String) -> Bool { units[index...].starts(with: text.utf16) }

    /// The literals until the bracket closes that is open here; or, of a value that is assigned, until its expression ends.
    mutating func literals(ofOneLine isAssigned: Bool = false) -> [String] {
        var found: [String] = []
        var depth = 1
        while index < units.count {
            switch units[index] {
            case Self.quote:
                found.append(literal())
                continue
            case Self.unit("("), Self.unit("["), Self.unit("{"): depth += 1
            case Self.unit(")"), Self.unit("]"), Self.unit("}"):
                depth -= 1
                if depth == 0 {
                    index += 1
                    return found
                }
            case Self.newline where isAssigned && depth == 1:
                // It goes on with an operator, a member, or the `switch` that it is.
                let next = units[index...].first { $0 != Self.newline && $0 != Self.unit(" ") }
                if let next, !"?:.s".utf16.contains(next) { return found }
            default: break
            }
            index += 1
        }
        return found
    }

    /// The literal that begins here, and what follows it comes next.
    private mutating func literal() -> String {
        let isLong = isAt("\"\"\"")
        index += isLong ? 3 : 1
        var text: [UInt16] = []
        var places = 0
        while index < units.count, !(isLong ? isAt("\"\"\"") : units[index] == Self.quote) {
            guard units[index] == Self.unit("\\") else {
                text.append(units[index])
                index += 1
                continue
            }
            index += 1
            switch units[index] {
            case Self.unit("("):
                index += 1
                _ = literals()
                places += 1
                text += Array("{\(places)}".utf16)
            case Self.newline:
                while units[index] == Self.newline || units[index] == Self.unit(" ") { index += 1 }
            case Self.unit("n"):
                text.append(Self.newline)
                index += 1
            default:
                text.append(units[index])
                index += 1
            }
        }
        index += isLong ? 3 : 1
        let said = String(decoding: text, as: UTF16.self)
        return isLong
            ? said.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n") : said
    }
}
