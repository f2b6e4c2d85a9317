-- Who sees the directory, in two policies a table: those who keep it, and all others by one function. PostgreSQL prepares
-- every expression of every policy for every statement, whoever acts: the dozen that stood here, of which one was meant,
-- cost more than finding the row. A function's body is prepared when it is called, and for those who keep the directory it
-- never is: permissive policies are tried in the reverse order of their names.

CREATE FUNCTION acting_may_see_institution(institution uuid) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    -- Everybody knows the host and where they belong.
    RETURN institution IN (acting_tenant(), acting_institution()) OR CASE acting_role()
        WHEN 'partner' THEN acting_partner_of(institution)
        WHEN 'mentor' THEN acting_mentor_of(institution)
        WHEN 'investor' THEN shown_to_acting_investor(institution)
        ELSE false
    END;
END $$;

CREATE FUNCTION acting_may_see_startup(startup uuid, opted_in boolean) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN CASE acting_role()
        WHEN 'founder' THEN startup = acting_institution()
        WHEN 'mentor' THEN acting_mentor_of(startup)
        WHEN 'investor' THEN opted_in AND shortlisted_for_acting_investor(startup)
        ELSE false
    END;
END $$;

REVOKE ALL ON FUNCTION acting_may_see_institution(uuid), acting_may_see_startup(uuid, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acting_may_see_institution(uuid), acting_may_see_startup(uuid, boolean) TO trellis_app;

DROP POLICY managers_keep_the_directory ON institutions;
DROP POLICY system_keeps_the_tenant ON institutions;
DROP POLICY everyone_sees_host_and_own_institution ON institutions;
DROP POLICY parties_see_each_other ON institutions;
DROP POLICY mentors_see_mentee_entries ON institutions;
DROP POLICY investors_see_shortlisted_entries ON institutions;
CREATE POLICY the_park_keeps_the_directory ON institutions USING (acting_role() IN ('manager', 'system'));
CREATE POLICY all_others_see_what_concerns_them ON institutions FOR SELECT USING (acting_may_see_institution(id));

DROP POLICY managers_keep_startups ON startups;
DROP POLICY system_keeps_the_tenant ON startups;
DROP POLICY founders_keep_their_profile ON startups;
DROP POLICY mentors_see_mentee_profiles ON startups;
DROP POLICY investors_see_shortlisted_startups ON startups;
CREATE POLICY the_park_keeps_startups ON startups USING (acting_role() IN ('manager', 'system'));
CREATE POLICY all_others_see_what_concerns_them ON startups FOR SELECT
    USING (acting_may_see_startup(id, matching_opted_in_at IS NOT NULL));
-- Founders describe their startup. They neither add nor remove one, which nothing forbade before.
CREATE POLICY founders_keep_their_profile ON startups FOR UPDATE
    USING (acting_role() = 'founder' AND id = acting_institution())
    WITH CHECK (acting_role() = 'founder' AND id = acting_institution());
