-- A manager who has a startup of their own learns of it in investing what its founders learn: not which firm passed, nor why, nor
-- who will never meet it.

-- Introductions of startups that are too near to whoever asks.
CREATE FUNCTION introductions_too_near(role text, person uuid) RETURNS uuid[] LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE startups uuid[];
BEGIN
    IF role IS DISTINCT FROM 'manager' THEN
        RETURN '{}';
    END IF;
    startups := startups_too_near(role, person);
    IF startups = '{}' THEN
        RETURN '{}';
    END IF;
    RETURN coalesce((SELECT array_agg(n.id) FROM introductions AS n
                     WHERE n.tenant_id = acting_tenant() AND n.startup_id = ANY (startups)), '{}');
END $$;
REVOKE ALL ON FUNCTION introductions_too_near(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION introductions_too_near(text, uuid) TO trellis_app;

-- Without its answer an item reads as one that waits, and then as one that was not answered.
CREATE POLICY nobody_hears_what_is_said_of_their_own ON shortlist_answers AS RESTRICTIVE FOR SELECT
    USING (acting_role() IS DISTINCT FROM 'manager'
        OR startup_id <> ALL ((SELECT startups_too_near(acting_role(), acting_person()))::uuid[]));
CREATE POLICY nobody_hears_what_is_said_of_their_own ON blocks AS RESTRICTIVE FOR SELECT
    USING (acting_role() IS DISTINCT FROM 'manager' OR side = 'startup'
        OR startup_id <> ALL ((SELECT startups_too_near(acting_role(), acting_person()))::uuid[]));
CREATE POLICY nobody_hears_what_is_said_of_their_own ON introduction_endings AS RESTRICTIVE FOR SELECT
    USING (acting_role() IS DISTINCT FROM 'manager' OR side = 'startup'
        OR introduction_id <> ALL ((SELECT introductions_too_near(acting_role(), acting_person()))::uuid[]));
CREATE POLICY nobody_hears_what_is_said_of_their_own ON introduction_steps AS RESTRICTIVE FOR SELECT
    USING (acting_role() IS DISTINCT FROM 'manager' OR side = 'startup'
        OR stage NOT IN ('passed', 'stalled', 'not_now', 'withdrawn')
        OR introduction_id <> ALL ((SELECT introductions_too_near(acting_role(), acting_person()))::uuid[]));

-- Nor does the trail tell of it.
CREATE POLICY nobody_reads_the_trail_of_what_is_said_of_their_own ON audit_events AS RESTRICTIVE FOR SELECT
    USING (noun NOT IN ('shortlist_answers', 'blocks', 'introduction_endings', 'introduction_steps', 'withheld_items')
        OR acting_role() IS DISTINCT FROM 'manager'
        OR (SELECT startups_too_near(acting_role(), acting_person()))::uuid[] = '{}');
