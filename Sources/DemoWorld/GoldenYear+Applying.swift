internal import API
internal import Accounts
internal import Applications
internal import Eligibility
internal import Files
internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

extension GoldenYear {
    @Sendable
    func apply(_ applicant: Applicant, _ transaction: Transaction) async throws {
        let (startup, founder) = (applicant.startup, applicant.startup.founder)
        _ = try await transaction.beginApplication(
            to: applicant.call.id, for: startup.id, as: applicant.id, in: tenant.id, by: founder)
        var draw = draw("answers \(applicant.number)")
        let isDraft = applicant.fate == .draft || applicant.fate == .draftWithdrawn
        let answered = isDraft ? draw.number(below: 4) : 4 + draw.number(below: 3)
        if answered > 0 {
            var edits: [CallForApplications.Question.ID: AnswerEdit] = [:]
            for index in 0..<answered {
                let text = (0..<3 + draw.number(below: 5)).map { _ in
                    Self.sentence(index, in: startup.language, &draw)
                }
                edits[question(index, of: applicant.call)] = AnswerEdit(
                    try LongText(text.joined(separator: startup.language == .english ? " " : "")))
            }
            _ = try await transaction.saveAnswers(edits, of: applicant.id, by: founder)
        }
        try await order(streamsWantedBy(applicant), applicant, transaction)
        switch applicant.fate {
        case .draft: return
        case .draftWithdrawn:
            _ = try await transaction.withdrawApplication(applicant.id, because: nil, by: founder)
            return
        default: break
        }
        try await declare(applicant, transaction)
        try await attach(applicant, transaction)
        _ = try await transaction.submitApplication(applicant.id, by: founder)
        switch applicant.fate {
        case .withdrawn:
            _ = try await transaction.withdrawApplication(
                applicant.id, because: LongText("We found a customer who wants all of us."), by: founder)
        case .ineligible:
            _ = try await transaction.screenApplication(
                applicant.id, finding: .ineligible(because: LongText("Another scheme pays for the same project.")),
                citing: [concurrentCondition(of: applicant.call)], by: manager.id)
        case .inReview, .withdrawnInReview:
            _ = try await transaction.screenApplication(applicant.id, finding: .eligible, by: manager.id)
        default: break
        }
    }

    /// The streams that the call offers, the most wanted first: always the one whose cohort it fills, seven times in ten as
    /// the first. None where there is nothing to choose.
    private func streamsWantedBy(_ applicant: Applicant) -> [Int] {
        let (own, offered) = (applicant.call.stream, applicant.call.offered)
        var draw = draw("choices \(applicant.number)")
        let (first, both) = (draw.share(), draw.share())
        let others = offered.filter { $0 != own }
        return offered.isEmpty ? [] : first >= 0.7 ? others + [own] : both < 0.5 ? [own] + others : [own]
    }

    private func order(_ streams: [Int], _ applicant: Applicant, _ transaction: Transaction) async throws {
        guard !streams.isEmpty else { return }
        _ = try await transaction.chooseStreams(
            streams.map { id("stream \($0)") }, of: applicant.id, by: applicant.startup.founder)
    }

    /// Most declare what the call asks for; of the others its profile tells.
    private func declare(_ applicant: Applicant, _ transaction: Transaction) async throws {
        var draw = draw("facts \(applicant.number)")
        guard draw.share() < 0.85 || applicant.fate == .ineligible else { return }
        let project = "\(draw.one(of: Self.crafts)) \(applicant.number)"
        let other = Award(
            scheme: "City innovation fund", project: project, from: Day(today.adding(days: -200)),
            until: Day(today.adding(days: 500)))
        _ = try await transaction.saveFacts(of: applicant.id, by: applicant.startup.founder) { known in
            var facts = known.facts
            facts[.project] = .text(project)
            facts[.awards] = .awards(applicant.fate == .ineligible ? [other] : [])
            return facts
        }
    }

    /// Two in five hand a deck in.
    private func attach(_ applicant: Applicant, _ transaction: Transaction) async throws {
        var draw = draw("deck \(applicant.number)")
        guard draw.share() < 0.4 else { return }
        var spool = try await Spool(in: FileManager.default.temporaryDirectory.path)
        try await spool.append(deck(&draw))
        let file = try await CheckedFile(spool.finish(), named: "deck-\(applicant.number).pdf")
        _ = try await transaction.uploadDocument(
            file, to: deckQuestion(of: applicant.call), of: applicant.id, as: id("deck \(applicant.number)"),
            waitsForScanner: false, by: applicant.startup.founder)
    }

    /// A PDF of one page, 2 to 18 KB.
    private func deck(_ draw: inout Draw) -> [UInt8] {
        let size = 2_000 + draw.number(below: 16_000)
        var drawn = "BT /F1 12 Tf 14 TL 40 800 Td\n"
        while drawn.utf8.count < size { drawn += "(\(Self.sentence(draw.number(below: 4), in: .english, &draw))) '\n" }
        drawn += "ET\n"
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            """
            << /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
            /Resources << /Font << /F1 5 0 R >> >> >>
            """, "<< /Length \(drawn.utf8.count) >>\nstream\n\(drawn)endstream",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
        var (file, places) = ("%PDF-1.7\n", [Int]())
        for (index, object) in objects.enumerated() {
            places.append(file.utf8.count)
            file += "\(index + 1) 0 obj\n\(object)\nendobj\n"
        }
        let table = file.utf8.count
        file += "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
        for place in places { file += String(repeating: "0", count: 10 - "\(place)".count) + "\(place) 00000 n \n" }
        file += "trailer\n<< /Size \(objects.count + 1) /Root 1 0 R >>\nstartxref\n\(table)\n%%EOF\n"
        return Array(file.utf8)
    }

    /// Ends the first batch of a rolling call: a cut-off is planned a second from now and waited for, since verbs go by the
    /// database's clock.
    func cutOff(_ call: Call) async throws {
        let cutoff = try await database.write(as: context) { transaction in
            guard let planned = try await transaction.call(call.id)?.cutoffs else {
                throw Failed(description: "\(call.name) is gone.")
            }
            let now = try await transaction.clock()
            let cutoff = now.addingTimeInterval(1)
            _ = try await transaction.planBatches(
                planned.filter { $0 <= now } + [cutoff] + planned.filter { $0 > cutoff }, of: call.id,
                matching: { _ in })
            return cutoff
        }
        while try await database.reader(as: context).clock() <= cutoff {
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    func asksForChanges(_ applicant: Applicant) -> Bool {
        guard applicant.fate == .inReview else { return false }
        var draw = draw("changes \(applicant.number)")
        return draw.share() < 0.05
    }

    @Sendable
    func askForChanges(_ applicant: Applicant, _ transaction: Transaction) async throws {
        _ = try await transaction.requestChanges(
            ChangesWanted(
                LongText("Please say what the first version does without you, and who pays for it."),
                to: [question(1, of: applicant.call)], by: today.adding(days: 20)),
            of: applicant.id, as: id("changes \(applicant.number)"), by: manager.id)
    }

    @Sendable
    func change(_ applicant: Applicant, _ transaction: Transaction) async throws {
        let (startup, asked) = (applicant.startup, question(1, of: applicant.call))
        var draw = draw("changed \(applicant.number)")
        let text = (0..<2).map { _ in Self.sentence(1, in: startup.language, &draw) }
        _ = try await transaction.saveAnswers(
            [asked: AnswerEdit(LongText(text.joined(separator: startup.language == .english ? " " : "")))],
            of: applicant.id, by: startup.founder)
        _ = try await transaction.resubmitApplication(applicant.id, by: startup.founder)
    }
}
