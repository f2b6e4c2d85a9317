internal import API
internal import Postgres

/// What a seat reaches in the directory, said a second time beside row-level security and in words of its own, so that a
/// fault in a function that the policies call is caught here. A seat is asked only what its role needs: conditions that
/// cannot hold would still be prepared with every read.
extension Statements {
    /// Which entries `i`: everybody their own and the host's, a partner who shares an agreement, a mentor the mentees,
    /// an investor who is shown to them.
    var reachOfInstitutions: Query {
        let own: Query = "i.id IN (acting_tenant(), acting_institution())"
        return switch actingRole {
        case .manager, .system: "true"
        case .partner:
            """
            (\(fragment: own) OR EXISTS (
                SELECT FROM mou_parties AS theirs
                JOIN mous AS shared ON shared.tenant_id = theirs.tenant_id AND shared.id = theirs.mou_id
                JOIN mou_parties AS ours ON ours.tenant_id = shared.tenant_id AND ours.mou_id = shared.id
                WHERE theirs.tenant_id = i.tenant_id AND theirs.institution_id = i.id AND shared.state <> 'draft'
                  AND ours.institution_id = acting_institution()))
            """
        case .mentor: "(\(fragment: own) OR \(fragment: .isMentee("i.id")))"
        case .investor:
            """
            (\(fragment: own) OR \(fragment: .isShortlisted("i.id"))
                AND consents_to(i.id, 'shortlists', acting_institution()))
            """
        default: own
        }
    }

    /// Which startups `s`: a founder their own, a mentor the mentees, an investor who is on a shortlist they were given
    /// and still agrees to be shown to it.
    var reachOfStartups: Query {
        switch actingRole {
        case .manager, .system: "true"
        case .founder: "s.id = acting_institution()"
        case .mentor: .isMentee("s.id")
        case .investor:
            "(\(fragment: .isShortlisted("s.id")) AND consents_to(s.id, 'shortlists', acting_institution()))"
        default: "false"
        }
    }
}

extension Query {
    /// Whether the acting person mentors the startup, now or earlier.
    fileprivate static func isMentee(_ startup: Query) -> Query {
        """
        EXISTS (
            SELECT FROM enrolments AS mentored
            WHERE mentored.tenant_id = acting_tenant() AND mentored.startup_id = \(fragment: startup)
              AND mentored.mentor_id = acting_person())
        """
    }

    /// Whether a shortlist that the acting investor was given holds the startup.
    fileprivate static func isShortlisted(_ startup: Query) -> Query {
        """
        EXISTS (
            SELECT FROM shortlist_items AS shown
            JOIN shortlists AS list ON list.tenant_id = shown.tenant_id AND list.id = shown.shortlist_id
            WHERE shown.tenant_id = acting_tenant() AND shown.startup_id = \(fragment: startup)
              AND list.investor_id = acting_institution() AND list.released_at IS NOT NULL)
        """
    }
}
