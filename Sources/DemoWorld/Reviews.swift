internal import Accounts
internal import Applications
internal import Foundation
internal import Institutions
internal import Postgres
internal import Programs
internal import Reviews
internal import Vocabulary

extension DemoWorld {
    /// A blind round of review under way: three panelists, one of whom works for a shareholder of KelpSense; some
    /// applications are judged, one is half judged.
    func review(_ call: CallForApplications.ID, _ transaction: Transaction) async throws {
        let (tenant, mei) = (Cast.harbour.id, Cast.mei.person.id)
        _ = try await transaction.recordHolders(
            [
                Holder(Name("Ada Wong"), person: Cast.ada.person.id, basisPoints: 8_200),
                Holder(
                    Name("Tidewater Capital"), institution: Cast.institution("harbour/tidewater"), basisPoints: 1_800),
            ], of: Cast.startup("kelpsense"), in: tenant, matching: { _ in })
        let round: ReviewRound.ID = demoID("round incubation")
        guard let due = LocalTime(today.adding(days: 10), hour: 18, minute: 0) else { return }
        let criteria = try Self.criteria()
        _ = try await transaction.draftRound(
            RoundDraft(
                name: LocalizedName(en: "Admission panel", zhHant: "入選評審", ja: "入居審査"), isBlind: true,
                reviewsWanted: 2, quorum: 1, due: Deadline(due, in: .hongKong), criteria: criteria),
            as: round, of: call, in: tenant)
        for (index, member) in [Cast.nora, Cast.vera, Cast.jun].enumerated() {
            guard let address = EmailAddress(member.person.email) else { continue }
            _ = try await transaction.invitePanelist(
                PanelInvitation(
                    email: address, name: Name(member.person.name), isChair: index == 0,
                    terms: PanelTerms(
                        least: 1, most: 12, languages: [.english, .traditionalChinese],
                        focusAreas: areas(
                            [["smart-city"], ["green-technology", "robotics"], ["smart-environment"]][index]))),
                to: round, in: tenant, by: mei)
            if index != 2 { try await transaction.acceptPanelInvitation(to: round, taking: nil, by: member.person.id) }
        }
        _ = try await transaction.openRound(round, in: tenant, by: mei)
        let told: [(Cast.Member, String, [Int])] = [
            (Cast.nora, "kelpsense", [5, 4, 4]), (Cast.vera, "kelpsense", [4, 4, 5]),
            (Cast.nora, "gridfellow", [4, 4, 3]), (Cast.vera, "gridfellow", [3, 4, 4]),
            (Cast.nora, "skylarkinspect", [3, 3, 4]), (Cast.vera, "skylarkinspect", [3]),
            (Cast.nora, "tideglass", [2, 2, 1]), (Cast.nora, "plumbline", []),
        ]
        for (member, slug, scores) in told {
            let startup = Cast.startup(slug)
            let id: ReviewAssignment.ID = demoID("assignment \(member.person.email) \(slug)")
            _ = try await transaction.assignReviewer(
                member.person.id, to: demoID("application \(startup) \(call)"), in: round, as: id, in: tenant, by: mei)
            guard !scores.isEmpty else { continue }
            let draft = ReviewDraft(
                scores: Dictionary(uniqueKeysWithValues: zip(criteria.map(\.id), scores)),
                comment: try LongText("The problem is real and the team knows it. Say more about who pays."),
                confidence: 3)
            if scores.count == criteria.count {
                _ = try await transaction.submitReview(draft, of: id, by: member.person.id)
            } else {
                _ = try await transaction.saveReview(draft, of: id, by: member.person.id)
            }
        }
    }

    private static func criteria() throws -> [ReviewRound.Criterion] {
        let low = try LocalizedLine(en: "No evidence", zhHant: "沒有證據", ja: "根拠がない")
        let high = try LocalizedLine(en: "Convincing evidence", zhHant: "證據充分", ja: "十分な根拠がある")
        let asked: [(String, String, String, String, Int)] = [
            ("Team", "團隊", "チーム", "Do they know the trade, and do they complete each other?", 30),
            ("Innovation", "創新", "革新性", "What is new, and what keeps others from doing the same?", 30),
            ("Market", "市場", "市場", "Who pays, how much, and how do they know?", 40),
        ]
        return try asked.map { name, chinese, japanese, guidance, weight in
            ReviewRound.Criterion(
                id: demoID("criterion \(name)"), name: try LocalizedName(en: name, zhHant: chinese, ja: japanese),
                guidance: try LocalizedText(en: guidance), weight: weight, anchors: ["1": low, "5": high])
        }
    }
}
