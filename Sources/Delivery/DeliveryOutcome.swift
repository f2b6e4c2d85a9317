/// What became of one attempt to hand a message over. The texts are for operators: they may quote the server.
public enum DeliveryOutcome: Sendable, Hashable {
    /// The server has taken it and answers for it from now on.
    case accepted(String)
    /// Not now: the server was busy, full or away, or does not know us. Another attempt may do.
    case refusedForNow(String)
    /// Never: no such mailbox, no such sender, no such letter.
    case refused(String)
    /// All of it went out and no answer came back: it may have been taken. Another attempt may be a second copy, which
    /// carries the same `Message-ID`.
    case unknown(String)
}
