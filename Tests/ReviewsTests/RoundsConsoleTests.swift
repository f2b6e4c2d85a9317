import API
import Accounts
import DemoWorld
import Foundation
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

/// Rounds and panels by the forms a manager fills in.
@Suite("Rounds in the console")
struct RoundsConsoleTests {
    private func fields(
        weights: [Int], due: String = "2030-05-04T18:00", isNew: Bool = true
    ) -> [(String, String)] {
        var fields = isNew ? [("call", World.call.description)] : []
        fields += [
            ("name.en", "Interview"), ("name.ja", "面接"), ("is_blind", "false"),
            ("is_shared", "true"), ("reviews_wanted", "2"), ("quorum", "1"), ("time_zone", "Asia/Hong_Kong"),
            ("due_at", due),
        ]
        for (index, weight) in weights.enumerated() {
            fields += [
                ("criteria.\(index).name.en", "Criterion \(index)"), ("criteria.\(index).weight", "\(weight)"),
                ("criteria.\(index).lowest", "1"), ("criteria.\(index).highest", "5"),
                ("criteria.\(index).high_meaning.en", "Splendid"),
            ]
        }
        // Rows that nobody filled in come along.
        return fields + [("criteria.\(weights.count).name.en", ""), ("criteria.\(weights.count).weight", "")]
    }

    @Test("A round is drafted, mended, opened and closed by forms, and nothing typed is lost on the way")
    func life() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let page = await mei.open("/console/rounds/new?call=\(World.call)")
        #expect(page.status == 200 && page.text.contains("Innovation"), "the last rubric is where a new one begins")

        let timeless = await mei.send("/console/rounds/new", fields(weights: [60, 40], due: "tomorrow"))
        #expect(timeless.status == 422 && timeless.text.contains("Splendid") && timeless.text.contains("面接"))
        let crowded = await mei.send(
            "/console/rounds/new", fields(weights: [60, 40]).map { ($0.0, $0.0 == "quorum" ? "3" : $0.1) })
        #expect(
            crowded.status == 422 && crowded.text.contains("at most the reviews wanted"), "\(crowded.text.prefix(300))")

        let drafted = await mei.send("/console/rounds/new", fields(weights: [60, 30]))
        #expect(drafted.status == 303, "\(drafted.text.prefix(600))")
        let place = try #require(drafted.header("Location")?.split(separator: "?").first.map(String.init))
        let light = await mei.send("\(place)/opening")
        #expect(light.status == 422 && light.text.contains("90"))
        #expect(await mei.open("\(place)/closing").status == 303)

        let edit = await mei.open("\(place)/edit")
        #expect(edit.text.contains("Splendid") && edit.text.contains("2030-05-04T18:00"))
        let version = try #require(edit.text.firstMatch(of: #/name="version" value="([^"]+)"/#)).1
        let stale = await mei.send("\(place)/edit", fields(weights: [60, 40], isNew: false) + [("version", "\"old\"")])
        #expect(stale.status == 412 && stale.text.contains("Splendid"))
        let unescaped = String(version).replacing("&quot;", with: "\"").replacing("&#34;", with: "\"")
        let mended = await mei.send(
            "\(place)/edit", fields(weights: [60, 40], isNew: false) + [("version", unescaped)])
        #expect(mended.status == 303, "\(mended.text.prefix(400))")
        #expect(await mei.send("\(place)/opening").status == 303)
        #expect(await mei.send("\(place)/edit", fields(weights: [60, 40], isNew: false)).status == 412)
        let decided = ("applications", World.application("lanterncare").description)
        #expect(await mei.send("\(place)/entry", [decided, ("sure", "true")]).status == 409)
        let shown = await mei.open(place)
        #expect(shown.text.contains("Splendid") && shown.text.contains("1 application") == false)
        #expect(await mei.open("\(place)/closing").status == 200)
        #expect(await mei.send("\(place)/closing").status == 303)
        #expect(await mei.send("\(place)/closing").status == 409)
        #expect(await mei.open("/console/rounds").text.contains("Interview"))
    }

    @Test("Somebody is asked onto a panel, changed and taken off; who is new is shown a code once")
    func panel() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let place = "/console/rounds/\(World.round)/panel"
        let asked = [
            ("email", "new@expert.example"), ("name", "Dr New"), ("most", "8"), ("languages", "en"),
            ("languages", "ja"), ("focus_areas", "robotics"),
        ]
        let bad = await mei.send("\(place)/new", asked.map { ($0.0, $0.0 == "most" ? "9000" : $0.1) })
        #expect(bad.status == 422 && bad.text.contains("Dr New") && bad.text.contains("at most 1,000"), "\(bad.text)")
        let seated = await mei.send("\(place)/new", asked)
        #expect(seated.status == 200 && seated.text.contains("trellis_invite_"), "\(seated.text.prefix(400))")
        #expect(await mei.send("\(place)/new", asked).status == 409)
        let known = await mei.send(
            "\(place)/new", [("email", "jun@tidewater.example"), ("name", "Jun"), ("most", "1"), ("languages", "en")])
        #expect(known.status == 409 && !known.text.contains("trellis_invite_"))

        let vera = "\(place)/\(Cast.vera.person.id)"
        #expect(await mei.open(vera).text.contains("Vera Ito"))
        #expect(await mei.send(vera, [("least", "4"), ("most", "3"), ("languages", "en")]).status == 422)
        #expect(await mei.send(vera, [("least", "1"), ("most", "6"), ("languages", "en")]).status == 303)
        #expect(await mei.send("\(vera)/removal").status == 409)
        let jun = "\(place)/\(Cast.jun.person.id)"
        #expect(await mei.send("\(jun)/removal").status == 303)
        #expect(await mei.open(jun).status == 404)
    }
}
