internal import Accounts
internal import Letters
internal import Postgres
internal import Vocabulary

extension DemoWorld {
    /// Invitations to the demo day, written and held: somebody at Harbour has yet to look at them.
    func writeLetters(_ transaction: Transaction) async throws {
        for guest in [Cast.ada, Cast.ravi, Cast.jun, Cast.chloe] {
            let letter = NewLetter(.notice, to: guest.person.id) { reader in try Self.invitation(of: reader) }
            try await transaction.writeLetter(
                letter, held: true, as: demoID("letter demo-day \(guest.person.email)"))
        }
    }

    private static func invitation(of reader: LetterReader) throws -> LetterText {
        let name = LetterText.quoted(reader.name)
        return switch reader.language {
        case .english:
            try LetterText(
                subject: "Demo day at Harbour Science Park",
                paragraphs: [
                    "Dear \(name),",
                    "the startups of this cohort show what they have built. You are invited to see it, to ask, and to stay "
                        + "for a drink with the people behind it.",
                    "Doors open at three, in the hall of Building 5.",
                    "Mei Lam\nHarbour Science Park",
                ])
        case .traditionalChinese:
            try LetterText(
                subject: "海港科學園成果展示日",
                paragraphs: [
                    "\(name)：", "本屆初創企業將展示成果。誠邀閣下蒞臨參觀、提問，並於會後與團隊交流。", "下午三時於五號大樓禮堂開始接待。",
                    "林美\n海港科學園",
                ])
        case .japanese:
            try LetterText(
                subject: "ハーバー・サイエンスパーク デモデーのご案内",
                paragraphs: [
                    "\(name) 様", "今期のスタートアップが成果を発表いたします。ぜひお越しいただき、ご質問や交流の機会としてご活用ください。",
                    "受付は15時、5号棟ホールにて開始いたします。", "ラム・メイ\nハーバー・サイエンスパーク",
                ])
        }
    }
}
