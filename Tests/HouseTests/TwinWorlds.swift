import CZip
import DemoWorld
import Postgres
import TestWorld
import Vocabulary

@testable import API

/// Somebody before two worlds that differ in what they must not know: both are asked the same, in the same order.
struct TwinQuestioner {
    /// Who asks.
    let asker: Asker
    private let (one, other): (Questioner, Questioner)
    private let (here, there): (Objects, Objects)

    init(
        _ asker: Asker, in plain: World, about here: Objects, and flipped: World, about there: Objects
    ) async throws {
        self.asker = asker
        (one, other) = (try await Questioner(asker, in: plain), try await Questioner(asker, in: flipped))
        (self.here, self.there) = (here, there)
    }

    /// What comes of a route in both worlds.
    struct Answers {
        /// In what they differ; nil where they do not.
        let deviation: String?
        /// The second world's.
        let theirs: Outgoing
    }

    /// Asks both for a route; for one that changes something with nothing to go by, and again with a body that its schema
    /// admits unless already the seat was refused.
    func ask(_ route: RegistryEntry) async -> [Answers] {
        if route.method == .get { return [await ask(route, emptily: false)] }
        let emptily = await ask(route, emptily: true)
        guard ![401, 403].contains(emptily.theirs.status) else { return [emptily] }
        return [emptily, await ask(route, emptily: false)]
    }

    /// Asks both to change something without a body: most refuse that, and in what words may not depend on what is hidden.
    func askEmptily(_ route: RegistryEntry) async -> Answers { await ask(route, emptily: true) }

    /// Asks both for what has a text in it; nothing where none can be sought.
    func seek(_ text: String, by route: RegistryEntry) async -> [Answers] {
        guard route.method == .get, route.parameters.contains(where: { $0.name == Questioner.search }) else {
            return []
        }
        return [await ask(route, emptily: false, seeking: text)]
    }

    private func ask(_ route: RegistryEntry, emptily: Bool, seeking text: String? = nil) async -> Answers {
        let mine = await one.ask(route, about: here, emptily: emptily, seeking: text)
        let theirs = await other.ask(route, about: there, emptily: emptily, seeking: text)
        let (left, right) = (Self.said(in: mine), Self.said(in: theirs))
        let isSame =
            mine.status == theirs.status && Self.isAlike(left, here, right, there)
            && (mine.text != theirs.text || mine.header("ETag") == theirs.header("ETag"))
            && (route.method == .get
                || Self.isAlike(mine.header("Location") ?? "", here, theirs.header("Location") ?? "", there))
        guard !isSame else { return Answers(deviation: nil, theirs: theirs) }
        let line = zip(Self.lines(of: left, here), Self.lines(of: right, there)).first { $0 != $1 }
        return Answers(
            deviation:
                "\(route.id) \(asker.rawValue): \(mine.status), \(theirs.status): \(line?.0 ?? "") | \(line?.1 ?? "")",
            theirs: theirs)
    }

    /// Whether a route changes something, and its path names what the objects are about: the application, its startup or
    /// somebody's assignment to it.
    func mayChange(_ route: RegistryEntry) -> Bool {
        route.method != .get && !Self.own.contains(route.id)
            && route.parameters.contains { parameter in
                guard parameter.isInPath,
                    let id = there.id(parameter.name, parameter.schema, beside: route.path)
                else { return false }
                return ["Application", "Startup", "ReviewAssignment"].contains {
                    there.id($0, parameter.schema) == id
                }
            }
    }

    /// What differs between any two worlds: credentials made for the asking, and the service's own figures.
    static let own: Set<String> = ["metrics", "listTokens", "readyz", "livez"]

    /// What an answer says, without the id of the request. A workbook is an archive that bears the second in which it was packed.
    private static func said(in answer: Outgoing) -> String {
        if let parts = workbook(answer.body) { return parts }
        guard let request = answer.header("X-Request-Id") else { return answer.text }
        return answer.text.replacing(request, with: "*")
    }

    /// Whether two texts are the same but for what is fresh in each. Most of them is the same as it stands, and to mask costs
    /// more than to answer: so only those pieces are masked that are not.
    private static func isAlike(_ mine: String, _ here: Objects, _ theirs: String, _ there: Objects) -> Bool {
        let (left, right) = (pieces(of: mine), pieces(of: theirs))
        if left.count == right.count,
            zip(left, right).allSatisfy({ $0 == $1 || masked(String($0), here) == masked(String($1), there) })
        {
            return true
        }
        return masked(mine, here) == masked(theirs, there)
    }

    /// The lines of a text, and the members of an object in it. Nothing that is masked goes over the end of one.
    private static func pieces(of text: String) -> [Substring] {
        let bytes = text.utf8
        var (found, start, last): ([Substring], String.Index, UInt8) = ([], bytes.startIndex, 0)
        for index in bytes.indices {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n") || last == UInt8(ascii: ",") && byte == UInt8(ascii: "\"") {
                found.append(text[start..<index])
                start = index
            }
            last = byte
        }
        return found + [text[start...]]
    }

    private static func lines(of text: String, _ objects: Objects) -> [Substring] {
        masked(text, objects).split(separator: "\n")
    }

    private static func masked(_ text: String, _ objects: Objects) -> String {
        fresh.reduce(objects.masked(text)) { $0.replacing($1, with: "*") }
    }

    /// What is fresh in every answer: ids made for the asking, secrets and seals. Nobody changes them.
    nonisolated(unsafe) private static let fresh =
        [
            Regex(#/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/#),
            Regex(#/[0-9a-f]{32,64}/#), Regex(#/name="csrf" value="[^"]*"/#),
            Regex(#/cursor=[\w-]+/#), Regex(#/"next":"[\w-]+"/#),
            Regex(#/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)/#),
            // A calendar's file bears the second it was asked for, and by that its version.
            Regex(#/(DTSTAMP|SEQUENCE):\w+/#),
            // Pages tell to the minute when a letter came or a plan was asked for and how long ago, and the second world is
            // made some seconds after the first.
            Regex(#/<span class="time-relative">[^<]*<\/span>/#), Regex(#/\d\d:\d\d(?=<\/time>)/#),
            Regex(#/\d{4}, \d\d:\d\d/#),
            // The operator's page counts what the service has done by the moment it is asked, for all workspaces together.
            Regex(#/data-label="Jobs"><span class="cell">[\d,]+/#),
            // In a workbook an instant is a number of days, with the second in its fraction.
            Regex(#/<v>4[5-9]\d{3}\.\d+<\/v>/#),
        ] as [Regex<AnyRegexOutput>]

    /// The parts of a workbook under their names, unpacked; nil for what is none, or is damaged.
    static func workbook(_ bytes: [UInt8]) -> String? {
        guard bytes.starts(with: [0x50, 0x4B, 3, 4]) else { return nil }
        return bytes.withUnsafeBytes { whole in
            guard let source = zip_source_buffer_create(whole.baseAddress, zip_uint64_t(whole.count), 0, nil) else {
                return nil
            }
            guard let archive = zip_open_from_source(source, ZIP_RDONLY, nil) else {
                zip_source_free(source)
                return nil
            }
            defer { zip_discard(archive) }
            var parts = ""
            for index in 0..<zip_uint64_t(zip_get_num_entries(archive, 0)) {
                guard let name = zip_get_name(archive, index, 0), let entry = zip_fopen_index(archive, index, 0) else {
                    return nil
                }
                defer { zip_fclose(entry) }
                var (content, buffer): ([UInt8], [UInt8]) = ([], [UInt8](repeating: 0, count: 64 * 1024))
                while true {
                    let got = Int(
                        buffer.withUnsafeMutableBytes { zip_fread(entry, $0.baseAddress, zip_uint64_t($0.count)) })
                    guard got >= 0 else { return nil }
                    if got == 0 { break }
                    content += buffer[..<got]
                }
                parts += "\(String(cString: name))\n\(String(decoding: content, as: UTF8.self))\n"
            }
            return parts
        }
    }
}
