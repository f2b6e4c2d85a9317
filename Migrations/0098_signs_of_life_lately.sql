-- Whether an agreement is dormant is asked for a page of them: most are alive, and one recent thing says so. That asks nothing of
-- everything else that happened under it.

-- Planned once: as SQL it was planned again for each row that asked, behind the policies of both tables.
CREATE OR REPLACE FUNCTION streams_of_call(tenant uuid, call uuid, own uuid) RETURNS SETOF uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN NEXT own;
    RETURN QUERY SELECT o.stream_id FROM offered_streams AS o
                 WHERE o.tenant_id = tenant AND o.call_id = call AND o.stream_id <> own;
END $$;

-- Planning it takes longer than running it, and the plan is the same for every agreement.
ALTER FUNCTION activities_under(text, uuid, uuid) SET plan_cache_mode = force_generic_plan;

-- Whether something happened under an agreement on that day or since; false for whoever may not know of the agreement. What
-- `last_sign_of_life` looks at, that which happens most often first: only for those who were silent is everything looked at.
CREATE FUNCTION lives_since(role text, institution uuid, agreement uuid, since date) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    from_instant timestamptz := (
        SELECT since::timestamp AT TIME ZONE t.time_zone FROM tenants AS t WHERE t.id = acting_tenant());
BEGIN
    IF NOT agreement_is_open_to(role, institution, agreement) THEN
        RETURN false;
    END IF;
    IF EXISTS (SELECT FROM mou_sessions AS s
               WHERE s.tenant_id = acting_tenant() AND s.mou_id = agreement AND s.held_on >= since)
        OR EXISTS (SELECT FROM mou_meetings AS e
                   WHERE e.tenant_id = acting_tenant() AND e.mou_id = agreement AND e.held_on >= since)
        OR EXISTS (SELECT FROM mou_deliverables AS d
                   WHERE d.tenant_id = acting_tenant() AND d.mou_id = agreement AND d.settled_on >= since)
        -- An application to a call that is under the agreement as a whole; the others are among the activities.
        OR EXISTS (SELECT FROM calls_under(agreement) AS u
                   JOIN applications AS a ON a.tenant_id = acting_tenant() AND a.call_id = u.call_id
                   WHERE a.submitted_at >= from_instant
                     AND (u.is_linked OR NOT EXISTS (
                         SELECT FROM offered_streams AS o WHERE o.tenant_id = a.tenant_id AND o.call_id = a.call_id))) THEN
        RETURN true;
    END IF;
    RETURN EXISTS (SELECT FROM activities_under(role, institution, agreement) AS a WHERE a.day >= since);
END $$;
REVOKE ALL ON FUNCTION lives_since(text, uuid, uuid, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lives_since(text, uuid, uuid, date) TO trellis_app;
