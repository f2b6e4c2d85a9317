-- Agreements that renew one another hold as one: what rests on a term goes on with the term that follows it.

-- The terms of the chain an agreement belongs to, whichever of them is named. What was given up is none of them.
CREATE FUNCTION chain_of(tenant uuid, agreement uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    WITH RECURSIVE earlier AS (
        SELECT m.id, m.prior_mou_id FROM mous AS m WHERE m.tenant_id = tenant AND m.id = agreement
        UNION
        SELECT m.id, m.prior_mou_id FROM earlier AS e JOIN mous AS m ON m.tenant_id = tenant AND m.id = e.prior_mou_id),
    later AS (
        SELECT e.id FROM earlier AS e
        UNION
        SELECT m.id FROM later AS l
        JOIN mous AS m ON m.tenant_id = tenant AND m.prior_mou_id = l.id AND m.state <> 'abandoned')
    SELECT l.id FROM later AS l
$$;

-- Whether a party is bound on a day by an agreement, or by a term of its chain: a stream goes on under the renewal, and may be
-- moved to it before it begins. A term that renews itself goes on after its end, although nobody has written down the next
-- one yet; before its end nobody knows whether it will.
CREATE FUNCTION agreement_holds(tenant uuid, agreement uuid, party uuid, day date) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM mous AS m
        JOIN tenants AS t ON t.id = m.tenant_id
        JOIN mou_parties AS p ON p.tenant_id = m.tenant_id AND p.mou_id = m.id AND p.institution_id = party
        WHERE m.tenant_id = tenant AND m.id IN (SELECT chain_of(tenant, agreement))
          AND (mou_is_in_force(m.state, m.effective_on, m.ends_on, m.terminated_on, day)
               OR m.state = 'signed' AND m.renews_itself AND m.notice_given_on IS NULL
                  AND m.ends_on <= least(day, (now() AT TIME ZONE t.time_zone)::date)
                  AND NOT EXISTS (
                      SELECT FROM mous AS n
                      WHERE n.tenant_id = m.tenant_id AND n.prior_mou_id = m.id AND n.state IN ('signed', 'terminated'))))
$$;
REVOKE ALL ON FUNCTION chain_of(uuid, uuid), agreement_holds(uuid, uuid, uuid, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chain_of(uuid, uuid), agreement_holds(uuid, uuid, uuid, date) TO trellis_app;

-- As before, by the chain.
CREATE OR REPLACE FUNCTION partners_of_batch(batch uuid)
    RETURNS TABLE (institution_id uuid, co_decides boolean, streams uuid[], version bytea, decisions bigint,
                   opinion_id uuid, is_current boolean)
    LANGUAGE sql STABLE AS $$
    SELECT s.institution_id, s.co_decides, s.streams, v.version, n.decisions, o.id, coalesce(o.version = v.version, false)
    FROM (SELECT p.institution_id, bool_or(p.co_decides) AS co_decides, array_agg(p.stream_id ORDER BY p.stream_id) AS streams
          FROM decision_batches AS b
          JOIN tenants AS t ON t.id = b.tenant_id
          JOIN calls AS c ON c.tenant_id = b.tenant_id AND c.id = b.call_id
          JOIN stream_partners AS p ON p.tenant_id = c.tenant_id AND (p.co_decides OR p.recommends)
              AND p.stream_id IN (SELECT streams_of_call(c.tenant_id, c.id, c.stream_id))
          WHERE b.tenant_id = acting_tenant() AND b.id = batch
            AND agreement_holds(p.tenant_id, p.mou_id, p.institution_id, (now() AT TIME ZONE t.time_zone)::date)
          GROUP BY p.institution_id) AS s
    CROSS JOIN LATERAL (SELECT batch_version(batch, s.streams) AS version) AS v
    CROSS JOIN LATERAL (SELECT count(*) AS decisions FROM decisions_in_streams(batch, s.streams)) AS n
    LEFT JOIN LATERAL (
        SELECT o.id, o.version FROM batch_opinions AS o
        WHERE o.tenant_id = acting_tenant() AND o.batch_id = batch AND o.institution_id = s.institution_id
        ORDER BY o.given_at DESC, o.id LIMIT 1) AS o ON true
    WHERE n.decisions > 0
$$;

CREATE OR REPLACE FUNCTION check_call_publication() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM stream_partners AS p
        WHERE p.tenant_id = NEW.tenant_id
          AND p.stream_id IN (SELECT streams_of_call(NEW.tenant_id, NEW.id, NEW.stream_id))
          AND NOT agreement_holds(p.tenant_id, p.mou_id, p.institution_id,
                                  (greatest(NEW.opens_at, now()) AT TIME ZONE NEW.time_zone)::date)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'calls_open_while_their_mou_is_in_force',
            MESSAGE = 'a partner''s agreement is not in force on the day the call opens';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION check_partner_of_announced_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM calls AS c
        WHERE c.tenant_id = NEW.tenant_id
          AND NEW.stream_id IN (SELECT streams_of_call(c.tenant_id, c.id, c.stream_id)) AND c.published_at IS NOT NULL
          AND c.cancelled_at IS NULL AND c.opens_at > now()
          AND NOT agreement_holds(NEW.tenant_id, NEW.mou_id, NEW.institution_id,
                                  (c.opens_at AT TIME ZONE c.time_zone)::date)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_join_under_an_mou_in_force',
            MESSAGE = 'the agreement is not in force on the day a call of the stream opens';
    END IF;
    RETURN NEW;
END $$;

-- Calls of streams that rest on any term of the chain, unless another term holds on the day they open.
CREATE OR REPLACE FUNCTION cancel_calls_without_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE calls AS c
    SET cancelled_at = now(), cancelled_by = coalesce(acting_person(), c.published_by),
        cancellation_reason = 'The agreement behind this stream ends before the call opens.'
    WHERE c.tenant_id = NEW.tenant_id
      AND c.published_at IS NOT NULL AND c.cancelled_at IS NULL AND c.opens_at > now()
      AND (c.opens_at AT TIME ZONE c.time_zone)::date >= NEW.terminated_on
      AND EXISTS (SELECT FROM stream_partners AS p
                  WHERE p.tenant_id = c.tenant_id AND p.mou_id IN (SELECT chain_of(NEW.tenant_id, NEW.id))
                    AND p.stream_id IN (SELECT streams_of_call(c.tenant_id, c.id, c.stream_id))
                    AND NOT agreement_holds(p.tenant_id, p.mou_id, p.institution_id,
                                            (c.opens_at AT TIME ZONE c.time_zone)::date));
    RETURN NULL;
END $$;

-- As before, with the streams of its parties that rest on another term of its chain: which call counts for which term, its
-- day says, see `calls_under`. Under what is not signed stands only what rests on it by name.
CREATE OR REPLACE FUNCTION streams_under(agreement uuid)
    RETURNS TABLE (stream_id uuid, areas text[], service_line text, is_joint boolean) LANGUAGE sql STABLE AS $$
    SELECT s.id,
           array(SELECT DISTINCT a.focus_area FROM mou_areas AS a
                 WHERE a.tenant_id = s.tenant_id AND a.mou_id = agreement
                   AND (a.focus_area = ANY (b.areas) OR b.areas = '{}' AND a.focus_area = ANY (s.focus_areas))
                 ORDER BY 1),
           b.service_line, b.is_joint
    FROM streams AS s
    JOIN (SELECT u.stream_id, coalesce(array_agg(u.area) FILTER (WHERE u.area IS NOT NULL), '{}') AS areas,
                 min(u.service_line) AS service_line, bool_or(u.is_joint) AS is_joint
          FROM (SELECT p.stream_id, NULL AS area, NULL AS service_line, true AS is_joint
                FROM mous AS m
                JOIN mou_parties AS q ON q.tenant_id = m.tenant_id AND q.mou_id = m.id
                JOIN stream_partners AS p ON p.tenant_id = q.tenant_id AND p.institution_id = q.institution_id
                WHERE m.tenant_id = acting_tenant() AND m.id = agreement
                  AND (p.mou_id = m.id OR m.state IN ('signed', 'terminated')
                       AND p.mou_id IN (SELECT chain_of(acting_tenant(), agreement)))
                UNION ALL
                SELECT t.id, l.focus_area, l.service_line, false
                FROM mou_links AS l
                JOIN streams AS t ON t.tenant_id = l.tenant_id AND (t.id = l.stream_id OR t.program_id = l.program_id)
                WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement) AS u
          GROUP BY u.stream_id) AS b ON b.stream_id = s.id
    WHERE s.tenant_id = acting_tenant()
$$;

-- A renewal that was given up is none: another may be drafted, and what renews itself does.
DROP INDEX agreements_are_renewed_once;
CREATE UNIQUE INDEX agreements_are_renewed_once ON mous (tenant_id, prior_mou_id)
    WHERE prior_mou_id IS NOT NULL AND state <> 'abandoned';

-- That it renews itself is said a month before the last day on which a party can keep it from doing so.
ALTER TABLE mou_reminders
    DROP CONSTRAINT agreement_occasion_is_known,
    ADD CONSTRAINT agreement_occasion_is_known CHECK (occasion IN (
        'mid_term', 'ends_in_180_days', 'ends_in_90_days', 'ends_in_30_days', 'notice_is_due', 'renews_itself', 'dormant',
        'renewed'));

-- As before, with a limit of its own for what the park keeps to itself: a party that met a common one would learn of it.
CREATE OR REPLACE FUNCTION check_mou_document() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    stands text;
    held record;
BEGIN
    SELECT state INTO stands FROM mous WHERE tenant_id = NEW.tenant_id AND id = NEW.mou_id FOR NO KEY UPDATE;
    IF stands = 'abandoned' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'abandoned_agreements_take_no_files',
            MESSAGE = 'the agreement was given up';
    END IF;
    SELECT count(*) AS files, coalesce(sum(d.bytes), 0) AS bytes INTO held FROM mou_documents AS d
    WHERE d.tenant_id = NEW.tenant_id AND d.mou_id = NEW.mou_id AND d.confidential = NEW.confidential
      AND d.withdrawn_at IS NULL AND d.state <> 'rejected';
    IF held.files >= 100 OR held.bytes + NEW.bytes > 209715200 THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'agreements_have_at_most_200_mib_of_files',
            MESSAGE = 'an agreement has at most 100 files of 200 MiB together';
    END IF;
    RETURN NEW;
END $$;

-- Signing by one's own hand, tightened. Nobody but the person in their seat at the party says that it was their hand; what
-- renews itself bears the hands of the term before.
ALTER TABLE mou_signatures
    DROP CONSTRAINT nobody_signs_by_anothers_hand,
    ADD CONSTRAINT nobody_signs_by_anothers_hand CHECK (signed_by IS NULL OR signed_by IS NOT DISTINCT FROM recorded_by);
CREATE POLICY nobody_claims_anothers_hand ON mou_signatures AS RESTRICTIVE FOR INSERT
    WITH CHECK (signed_by IS NULL OR acts_as('system') OR acts_as('partner') AND signed_by = acting_person());
-- Whoever has signed no longer refuses.
DROP POLICY signatories_refuse ON mou_signing_requests;
CREATE POLICY signatories_refuse ON mou_signing_requests FOR UPDATE
    USING (acts_as('partner') AND institution_id = acting_institution() AND person_id = acting_person()
        AND refused_at IS NULL
        AND NOT EXISTS (
            SELECT FROM mou_signatures AS s
            WHERE s.tenant_id = mou_signing_requests.tenant_id AND s.mou_id = mou_signing_requests.mou_id
              AND s.institution_id = mou_signing_requests.institution_id))
    WITH CHECK (acts_as('partner') AND institution_id = acting_institution() AND person_id = acting_person());
-- The step is noted once it has been taken.
DROP POLICY the_last_signatory_notes_the_step ON mou_events;
CREATE POLICY the_last_signatory_notes_the_step ON mou_events FOR INSERT
    WITH CHECK (acting_signatory_of(mou_id) AND person_id = acting_person() AND from_state = 'agreed'
        AND to_state = 'signed' AND note IS NULL
        AND EXISTS (SELECT FROM mous WHERE mous.tenant_id = mou_events.tenant_id AND mous.id = mou_id
                      AND mous.state = 'signed'));
