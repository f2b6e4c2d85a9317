import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Partnerships
import Testing
import TestWorld

@testable import Programs

@Suite struct ZShots {
    @Test func shots() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let kenji = try await Visitor(Cast.kenji, in: world)
        let ada = try await Visitor(Cast.ada, in: world)
        let mou1: MoU.ID = demoID("mou MoU-1")
        let mou2: MoU.ID = demoID("mou MoU-2")
        let call: CallForApplications.ID = demoID("call fintech")
        let stream: ProgramStream.ID = demoID("stream acceleration fintech")
        let program: Program.ID = demoID("program acceleration")
        let drafted = await mei.ask("POST", "/v1/mous", json: #"{"reference": "MoU-7", "title": {"en": "Joint sensor lab"}, "kind": "research", "parties": [{"institution": "\#(Cast.harbour.id)", "role": "lead", "responsibilities": "Space and two technicians"}, {"institution": "\#(Cast.institution("harbour/kitagawa"))", "role": "partner"}], "areas": [{"focus_area": "sensors", "wording": "Sensors for harbours"}], "objectives": ["Two prototypes in the water within a year"]}"#)
        let draft = drafted.header("Location")?.split(separator: "/").last.map(String.init) ?? ""
        let pages: [(String, Visitor, String)] = [
            ("mous", mei, "/console/mous"), ("mou1", mei, "/console/mous/\(mou1)"), ("mou-draft", mei, "/console/mous/\(draft)"),
            ("mou-new", mei, "/console/mous/new"), ("mou-edit", mei, "/console/mous/\(draft)/edit"),
            ("mou-sign", mei, "/console/mous/\(draft)/signature"), ("mou-end", mei, "/console/mous/\(mou2)/termination"),
            ("partner-list", kenji, "/partner/agreements"), ("partner-mou", kenji, "/partner/agreements/\(mou2)"),
            ("programs", mei, "/console/programs"), ("call", mei, "/console/calls/\(call)"),
            ("call-new", mei, "/console/streams/\(stream)/calls/new"), ("stream-new", mei, "/console/programs/\(program)/streams/new"),
            ("call-cancel", mei, "/console/calls/\(call)/cancellation"), ("call-extend", mei, "/console/calls/\(call)/extension"),
            ("public-calls", ada, "/calls"), ("public-call", ada, "/calls/\(call)"),
        ]
        let css = try String(contentsOfFile: "Sources/Pages/Assets/trellis.css", encoding: .utf8)
        for (name, visitor, target) in pages {
            let answer = await visitor.open(target)
            let text = answer.text.replacing("</head>", with: "<style>\(css)</style></head>")
            try text.write(toFile: "/tmp/pp-shots/\(name).html", atomically: true, encoding: .utf8)
        }
        _ = await mei.send("/console/mous/\(draft)/review")
        let again = await mei.send("/console/mous/\(draft)/review").text.replacing("</head>", with: "<style>\(css)</style></head>")
        try again.write(toFile: "/tmp/pp-shots/mou-refused.html", atomically: true, encoding: .utf8)
        let bad = await mei.send("/console/mous/new", [("reference", "MoU-1"), ("title.en", ""), ("kind", ""), ("notice_days", "x"), ("parties.0.institution", ""), ("parties.0.responsibilities", "Money"), ("areas.0.wording", "Payments")]).text.replacing("</head>", with: "<style>\(css)</style></head>")
        try bad.write(toFile: "/tmp/pp-shots/mou-errors.html", atomically: true, encoding: .utf8)
    }
}
