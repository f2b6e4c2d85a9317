public import API

extension Role {
    /// Every role that belongs to a tenant.
    public static let ofATenant: Set<Role> = [.manager, .partner, .founder, .investor, .mentor, .reviewer]
}
