import Accounts
import DemoWorld
import Foundation
import Institutions
import Investment
import TestWorld
import Testing
import Vocabulary

@testable import API
@testable import Fundraising
@testable import Postgres

/// A world in which Tidewater (Jun) was shown KelpSense (Ada) on a list and Lion Peak (Chloe) was not, and KelpSense raises
/// nothing yet.
struct FundraisingWorld {
    let world: World
    let startup = Cast.startup("kelpsense")
    let tidewater = Cast.institution("harbour/tidewater")
    let lionPeak = Cast.institution("harbour/lion-peak")
    let today = CalendarDate(Date(), in: .utc)

    init() async throws {
        world = try await World()
        try await world.owner.write(as: .none) { [startup, lionPeak] transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            // The demo's own round makes way.
            for table in ["indication_contacts", "round_indications", "funding_rounds"] {
                try await transaction.execute(Query(unchecked: "DELETE FROM \(table)"))
            }
            try await transaction.execute(
                """
                DELETE FROM shortlist_items AS x USING shortlists AS l
                WHERE l.id = x.shortlist_id AND l.investor_id = \(lionPeak) AND x.startup_id = \(startup)
                """)
        }
    }

    func write<R: Sendable>(
        as member: Cast.Member, _ body: @Sendable @escaping (Transaction) async throws -> R
    ) async throws -> R {
        try await world.database.write(as: world.context(member)) { try await body($0) }
    }

    func reader(_ member: Cast.Member) -> Reader { world.database.reader(as: world.context(member)) }

    func visitor(_ member: Cast.Member) async throws -> Visitor { try await Visitor(member, in: world) }

    /// Puts KelpSense on a released list of Lion Peak.
    func listForLionPeak() async throws {
        try await world.owner.write(as: .none) { [startup, lionPeak] transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO shortlist_items (tenant_id, shortlist_id, startup_id, rank, score, parts)
                SELECT l.tenant_id, l.id, \(startup), 900, 0, '[]' FROM shortlists AS l
                WHERE l.investor_id = \(lionPeak) AND l.released_at IS NOT NULL LIMIT 1
                """)
        }
    }

    /// Tidewater asks for KelpSense, and KelpSense consents unless it is only asked.
    @discardableResult
    func introduce(consenting: Bool = true) async throws -> Introduction.ID {
        var found: Shortlist.ID?
        for list in try await reader(Cast.jun).shortlists(limit: 50)
        where try await reader(Cast.jun).item(startup, of: list.id) != nil { found = list.id }
        let list = try #require(found)
        _ = try await write(as: Cast.jun) { [startup] in
            try await $0.answerShortlistItem(
                startup, of: list, with: NewAnswer(.interested), as: Answer.ID(), in: Cast.harbour.id,
                by: Cast.jun.person.id)
        }
        let asked = try #require(
            try await reader(Cast.jun).introductions(running: true, with: startup, limit: 1).first
        ).id
        if consenting {
            _ = try await write(as: Cast.ada) { try await $0.consentToIntroduction(asked, by: Cast.ada.person.id) }
        }
        return asked
    }

    func terms(
        target: Int = 5_000_000_00, minimum: Int? = 1_000_000_00, listed: FundingRound.Disclosure = .none,
        introduced: FundingRound.Disclosure = .summary
    ) throws -> RoundTerms {
        RoundTerms(
            try #require(FundingStage("seed")), target: Money(minor: target, currency: .hkd),
            minimum: minimum.map { Money(minor: $0, currency: .hkd) }, by: .safe,
            for: try LocalizedText(en: "Two more buoys and a sales team."), closesOn: today.adding(days: 60),
            shownToListed: listed, shownToIntroduced: introduced)
    }

    @discardableResult
    func open(_ terms: RoundTerms? = nil) async throws -> FundingRound.ID {
        let (id, terms) = (FundingRound.ID(), try terms ?? self.terms())
        return try await write(as: Cast.ada) { [startup] transaction in
            _ = try await transaction.planRound(terms, as: id, of: startup, by: Cast.ada.person.id)
            return try await transaction.openRound(id).id
        }
    }

    /// An indication of a firm, in thousands of Hong Kong dollars.
    @discardableResult
    func indicate(
        _ thousands: Int, as member: Cast.Member, to round: FundingRound.ID, binding: Bool = false, days: Int = 30,
        told: FundingRound.Disclosure = .contacts, note: String? = nil
    ) async throws -> Indication.ID {
        let id = Indication.ID()
        let new = NewIndication(
            Money(minor: thousands * 1_000_00, currency: .hkd), binding: binding, until: today.adding(days: days),
            told: told, note: try note.map { try ShortText($0) })
        let firm = member.person.id == Cast.jun.person.id ? tidewater : lionPeak
        _ = try await write(as: member) {
            try await $0.giveIndication(new, as: id, to: round, of: firm, by: member.person.id)
        }
        return id
    }

    /// KelpSense and Tidewater deal with each other no more, by the startup's word.
    func block() async throws -> Block.ID {
        let block = Block.ID()
        _ = try await write(as: Cast.ada) { [startup, tidewater] in
            try await $0.blockPair(
                NewBlock(investor: tidewater, startup: startup),
                by: IntroductionActor(Cast.ada.person.id, for: .startup),
                as: block)
        }
        return block
    }

    /// The park's word for Tidewater and everybody else has run out.
    func endVerifications() async throws {
        try await world.owner.write(as: .none) {
            try await $0.execute(
                "UPDATE investor_verifications SET verified_at = now() - interval '9 days', valid_until = current_date - 1"
            )
        }
    }

    /// How many jobs of a kind were asked for.
    func jobs(_ kind: String) async throws -> Int {
        try await world.owner.reader(as: .none).value("SELECT count(*) FROM jobs WHERE kind = \(kind)")
    }

    /// Moves the days of what stands back.
    func letPass(days: Int) async throws {
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                UPDATE funding_rounds SET closes_on = closes_on - \(days)::int4,
                    first_closes_on = first_closes_on - \(days)::int4, opened_at = opened_at - \(days)::int4 * interval '1 day'
                """)
            try await transaction.execute(
                """
                UPDATE round_indications SET stands_until = stands_until - \(days)::int4,
                    given_at = given_at - \(days)::int4 * interval '1 day'
                """)
            try await transaction.execute(
                """
                UPDATE data_room_grants SET expires_on = expires_on - \(days)::int4,
                    granted_at = granted_at - \(days)::int4 * interval '1 day'
                """)
        }
    }

    /// The letters that somebody has, by their subjects.
    func subjects(to member: Cast.Member) async throws -> [String] {
        try await world.owner.reader(as: .none).rows(
            """
            SELECT x.subject FROM letters AS l JOIN letter_texts AS x ON x.tenant_id = l.tenant_id AND x.letter_id = l.id
            WHERE l.recipient_id = \(member.person.id) ORDER BY l.written_at, l.id
            """
        ).map { try $0("subject") }
    }
}

/// The words on a page of a PDF, without the spaces between them.
func words(onPage number: Int, of bytes: [UInt8]) throws -> String {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).pdf")
    try Data(bytes).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let (process, out) = (Process(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/pdftotext")
    process.arguments = ["-raw", "-f", "\(number)", "-l", "\(number)", file.path, "-"]
    (process.standardOutput, process.standardError) = (out, FileHandle.nullDevice)
    try process.run()
    let written = try out.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: written, as: UTF8.self).filter { !$0.isWhitespace }
}

/// A PDF of pages of these sizes, each turned by these degrees, that every reader can read.
func samplePDF(_ pages: [(width: Int, height: Int, turn: Int)] = [(595, 842, 0), (600, 400, 90)]) -> String {
    let content = "BT /F1 24 Tf 72 200 Td (Confidential figures) Tj ET"
    var objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Count \(pages.count) /Kids [\(pages.indices.map { "\(4 + 2 * $0) 0 R" }.joined(separator: " "))] "
            + "/Resources << /Font << /F1 3 0 R >> >> >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for (index, page) in pages.enumerated() {
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 \(page.width) \(page.height)] /Rotate \(page.turn) "
                + "/Contents \(5 + 2 * index) 0 R >>")
        objects.append("<< /Length \(content.utf8.count) >>\nstream\n\(content)\nendstream")
    }
    var text = "%PDF-1.7\n"
    var offsets: [Int] = []
    for (index, object) in objects.enumerated() {
        offsets.append(text.utf8.count)
        text += "\(index + 1) 0 obj\n\(object)\nendobj\n"
    }
    let start = text.utf8.count
    func ten(_ number: Int) -> String { String(repeating: "0", count: 10 - "\(number)".count) + "\(number)" }
    text += "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
    text += offsets.map { "\(ten($0)) 00000 n \n" }.joined()
    return text + "trailer << /Size \(objects.count + 1) /Root 1 0 R >>\nstartxref\n\(start)\n%%EOF\n"
}
