package import Postgres

extension InstitutionsRoom {
    /// What holds for the directory beside its constraints.
    package static let invariants: [Invariant] = [
        Invariant(
            "profiles_are_of_startups",
            violatedBy: """
                SELECT s.tenant_id, s.id, 'the directory calls it a ' || i.kind AS detail
                FROM startups AS s JOIN institutions AS i ON i.tenant_id = s.tenant_id AND i.id = s.id
                WHERE i.kind <> 'startup'
                """),
        Invariant(
            "startups_have_a_profile",
            violatedBy: """
                SELECT i.tenant_id, i.id, 'no profile' AS detail FROM institutions AS i
                WHERE i.kind = 'startup' AND NOT EXISTS (
                    SELECT FROM startups AS s WHERE s.tenant_id = i.tenant_id AND s.id = i.id)
                """),
        Invariant(
            "names_are_in_languages_that_are_offered",
            violatedBy: """
                SELECT i.tenant_id, i.id, i.names::text AS detail FROM institutions AS i
                WHERE i.names - '{en,zh-Hant,ja}'::text[] <> '{}'
                """),
        Invariant(
            "holders_own_at_most_the_whole",
            violatedBy: """
                SELECT h.tenant_id, h.startup_id AS id, sum(h.share) || ' hundredths of a per cent' AS detail
                FROM startup_holders AS h GROUP BY h.tenant_id, h.startup_id HAVING sum(h.share) > 10000
                """),
        Invariant(
            "holders_that_are_people_have_a_seat",
            violatedBy: """
                SELECT h.tenant_id, h.id, h.name AS detail FROM startup_holders AS h
                WHERE h.person_id IS NOT NULL AND NOT EXISTS (
                    SELECT FROM memberships AS m WHERE m.tenant_id = h.tenant_id AND m.person_id = h.person_id)
                """),
        Invariant(
            "money_of_startups_is_never_negative",
            violatedBy: """
                SELECT s.tenant_id, s.id, concat_ws(', ', s.last_round_minor, s.raised_minor, s.ask_minor) AS detail
                FROM startups AS s WHERE least(s.last_round_minor, s.raised_minor, s.ask_minor) < 0
                """),
        Invariant.trail("the_directory_is_on_the_trail", of: ["institutions", "startups", "startup_holders"]),
        Invariant.trailCounts("identifiers_are_on_the_trail", of: ["institution_identifiers"]),
    ]
}
