internal import CCurl
internal import Foundation

/// Hands messages to a mail server, one connection a message.
///
/// libcurl blocks while the server thinks, so every message has a thread of its own: none of Swift's cooperative threads
/// waits. Whoever calls bounds how many there are at a time.
public struct SMTPMailer: Sendable {
    private let server: SMTPServer
    private let connectTimeout: Duration
    private let timeout: Duration

    /// A mailer for a server.
    ///
    /// - Parameters:
    ///   - connectTimeout: for reaching it and being greeted.
    ///   - timeout: for all of one message.
    public init(_ server: SMTPServer, connectTimeout: Duration = .seconds(15), timeout: Duration = .seconds(120)) {
        self.server = server
        self.connectTimeout = connectTimeout
        self.timeout = timeout
    }

    /// Tries once. Never throws: whatever happens is one of four outcomes.
    ///
    /// Cancelling does not break it off, since a conversation that is cut leaves us not knowing what came of it.
    public func send(_ message: MailMessage) async -> DeliveryOutcome {
        await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: converse(message)) }
            thread.name = "mail"
            thread.start()
        }
    }

    /// libcurl's own set-up, once a process.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    private func converse(_ message: MailMessage) -> DeliveryOutcome {
        guard Self.isReady, let handle = curl_easy_init() else {
            return .refusedForNow("There was no memory for a connection.")
        }
        defer { curl_easy_cleanup(handle) }
        let conversation = Conversation(message.bytes)
        let recipients = curl_slist_append(nil, "<\(message.to.address)>")
        defer { curl_slist_free_all(recipients) }
        var words = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        return words.withUnsafeMutableBufferPointer { words in
            withExtendedLifetime(conversation) {
                _ = curl_set_text(handle, CURLOPT_URL, "\(server.url)/\(server.greeting ?? message.from.domain)")
                _ = curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps")
                // No signals: they would reach whichever thread comes first.
                _ = curl_set_number(handle, CURLOPT_NOSIGNAL, 1)
                _ = curl_set_number(handle, CURLOPT_CONNECTTIMEOUT_MS, connectTimeout.milliseconds)
                _ = curl_set_number(handle, CURLOPT_TIMEOUT_MS, timeout.milliseconds)
                if let user = server.user { _ = curl_set_text(handle, CURLOPT_USERNAME, user) }
                if let password = server.password { _ = curl_set_text(handle, CURLOPT_PASSWORD, password) }
                let tls = server.demandsTLS ? CURLUSESSL_ALL : CURLUSESSL_TRY
                _ = curl_set_number(handle, CURLOPT_USE_SSL, Int(tls.rawValue))
                _ = curl_set_number(handle, CURLOPT_SSL_VERIFYPEER, server.demandsTLS ? 1 : 0)
                _ = curl_set_number(handle, CURLOPT_SSL_VERIFYHOST, server.demandsTLS ? 2 : 0)
                if let file = server.authorities { _ = curl_set_text(handle, CURLOPT_CAINFO, file) }
                _ = curl_set_text(handle, CURLOPT_MAIL_FROM, "<\(message.from.address)>")
                _ = curl_set_list(handle, CURLOPT_MAIL_RCPT, recipients)
                _ = curl_set_number(handle, CURLOPT_UPLOAD, 1)
                _ = curl_set_offset(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(message.bytes.count))
                let pointer = Unmanaged.passUnretained(conversation).toOpaque()
                _ = curl_set_pointer(handle, CURLOPT_READDATA, pointer)
                _ = curl_set_callback(handle, CURLOPT_READFUNCTION) { buffer, size, count, pointer in
                    guard let pointer, let buffer else { return 0 }
                    let conversation = Unmanaged<Conversation>.fromOpaque(pointer).takeUnretainedValue()
                    return conversation.give(to: UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
                }
                _ = curl_set_pointer(handle, CURLOPT_HEADERDATA, pointer)
                _ = curl_set_callback(handle, CURLOPT_HEADERFUNCTION) { buffer, size, count, pointer in
                    guard let pointer, let buffer else { return 0 }
                    let conversation = Unmanaged<Conversation>.fromOpaque(pointer).takeUnretainedValue()
                    conversation.hear(UnsafeRawBufferPointer(start: buffer, count: size * count))
                    return size * count
                }
                _ = curl_set_pointer(handle, CURLOPT_ERRORBUFFER, words.baseAddress)
                let result = curl_easy_perform(handle)
                let text = String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                return conversation.outcome(
                    of: result, text.isEmpty ? String(cString: curl_easy_strerror(result)) : text)
            }
        }
    }
}

/// How far a conversation with the server is: what tells a refusal from a loss.
private final class Conversation {
    private struct Reply {
        var status: Int
        var text: String
    }

    private let message: [UInt8]
    private var given = 0
    /// Lines of a reply whose last one has not come.
    private var begun = ""
    /// What the server said last that was a no. libcurl says goodbye after one, which is answered too.
    private var refusal: Reply?
    /// The first reply after all of the message had been given: it speaks of the message.
    private var verdict: Reply?

    init(_ message: [UInt8]) {
        self.message = message
    }

    func give(to buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, message.count - given)
        buffer.copyBytes(from: message[given..<(given + count)])
        given += count
        return count
    }

    /// A line of the server's: three digits, a hyphen if there are more lines, words.
    func hear(_ line: UnsafeRawBufferPointer) {
        var words = line[...]
        while let last = words.last, last <= 0x20 { words.removeLast() }
        guard words.count >= 3, let status = Int(String(decoding: words.prefix(3), as: UTF8.self)) else { return }
        let text = String(decoding: words.map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
        begun = String((begun.isEmpty ? text : "\(begun) / \(text)").prefix(500))
        guard words.dropFirst(3).first != UInt8(ascii: "-") else { return }
        let reply = Reply(status: status, text: begun)
        begun = ""
        if status >= 400 { refusal = reply }
        if given == message.count, verdict == nil { verdict = reply }
    }

    func outcome(of result: CURLcode, _ fault: String) -> DeliveryOutcome {
        if let verdict {
            switch verdict.status {
            case 200..<300: return .accepted(verdict.text)
            case 400..<500: return .refusedForNow(verdict.text)
            case 500..<600: return .refused(verdict.text)
            default: break
            }
        }
        if given == message.count { return .unknown("\(fault) (all of it had been sent)") }
        // A 5xx to our name and password, or to STARTTLS, says nothing about the message: libcurl has other codes for it.
        guard result == CURLE_SEND_ERROR, let refusal else { return .refusedForNow(fault) }
        return refusal.status >= 500 ? .refused(refusal.text) : .refusedForNow(refusal.text)
    }
}

extension Duration {
    fileprivate var milliseconds: Int {
        Int(components.seconds) * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
