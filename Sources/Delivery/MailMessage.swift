public import Foundation

/// A mail as it goes over the wire (RFC 5322 and 2045): the same words as plain text and as HTML.
///
/// The same message is the same bytes, however often it is made: a repetition can be told by its `Message-ID`.
public struct MailMessage: Sendable {
    /// Whom it is from, for the envelope too.
    public let from: Mailbox
    /// Whom it is for.
    public let to: Mailbox
    /// The message, headers first, every line ended by CR LF.
    public let bytes: [UInt8]

    /// Writes a message.
    ///
    /// - Parameters:
    ///   - id: names it for ever, without brackets: `letter.6f1a@example.org`.
    ///   - replyTo: where answers go, if not to the sender.
    ///   - date: when it was written or released; not when it is tried once more.
    ///   - language: the BCP 47 tag of its words.
    ///   - plain: its words; lines may be of any length.
    ///   - html: the same words as a document in UTF-8.
    ///
    /// Throws ``MailFault`` rather than write a header that holds a control character.
    public init(
        id: String, from: Mailbox, to: Mailbox, replyTo: Mailbox? = nil, subject: String, date: Date, language: String,
        plain: String, html: String
    ) throws(MailFault) {
        try Mailbox.refuseControls(in: subject, header: "Subject")
        guard (try? Mailbox(id)) != nil else { throw .malformed(header: "Message-ID") }
        guard !language.isEmpty, language.utf8.allSatisfy({ $0 == 0x2D || HeaderText.isLetterOrDigit($0) }) else {
            throw .malformed(header: "Content-Language")
        }
        // No line of either encoding holds these two characters next to each other, so none is taken for it.
        let boundary = "=_" + HeaderText.lettersAndDigits(of: id)
        var headers = [
            ("From", from.header), ("To", to.header),
            ("Subject", HeaderText.unstructured(subject)), ("Date", Self.text(of: date)), ("Message-ID", "<\(id)>"),
        ]
        if let replyTo { headers.insert(("Reply-To", replyTo.header), at: 2) }
        headers += [
            // So that nobody's absence note answers, and no mailing list takes it for a person's (RFC 3834).
            ("Auto-Submitted", "auto-generated"), ("Content-Language", language), ("MIME-Version", "1.0"),
            ("Content-Type", "multipart/alternative;\r\n boundary=\"\(boundary)\""),
        ]
        var text = headers.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
        for (kind, words) in [("plain", plain), ("html", html)] {
            let (encoding, lines) = TransferEncoding.encoded(words)
            // The line end in front of a boundary is the boundary's, not the text's.
            text += """
                --\(boundary)\r
                Content-Type: text/\(kind); charset=utf-8\r
                Content-Transfer-Encoding: \(encoding)\r
                \r
                \(lines)\r

                """
        }
        self.from = from
        self.to = to
        bytes = Array((text + "--\(boundary)--\r\n").utf8)
    }

    /// An instant as RFC 5322 writes it, in UTC.
    private static func text(of date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second, .weekday], from: date)
        func two(_ number: Int?) -> String { (number ?? 0) < 10 ? "0\(number ?? 0)" : "\(number ?? 0)" }
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(days[(parts.weekday ?? 1) - 1]), \(parts.day ?? 1) \(months[(parts.month ?? 1) - 1]) "
            + "\(parts.year ?? 1970) \(two(parts.hour)):\(two(parts.minute)):\(two(parts.second)) +0000"
    }
}

extension HeaderText {
    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }

    /// At most 60 of them, which is what a boundary may have beside its mark.
    static func lettersAndDigits(of text: String) -> String {
        String(decoding: text.utf8.filter(isLetterOrDigit).prefix(60), as: UTF8.self)
    }
}
