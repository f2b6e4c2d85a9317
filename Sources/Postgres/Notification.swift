/// What the channel of a LISTEN connection yields. Notifications are hints: whoever relies on one looks into the table.
public enum Notification: Sendable, Hashable {
    /// Somebody notified.
    case message(channel: String, payload: String)
    /// Listening has begun, for the first time or after the connection had broken. What was sent before is lost, so look
    /// into the table now.
    case reconnected

    /// The channel of a message.
    public var channel: String? {
        if case .message(let channel, _) = self { channel } else { nil }
    }

    /// The payload of a message.
    public var payload: String? {
        if case .message(_, let payload) = self { payload } else { nil }
    }
}
