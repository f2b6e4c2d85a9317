-- What blocks, consents and confidences rely on, where it did not hold.

-- Indications of firms that the park takes for professional investors and that neither side has blocked: what others give up
-- on, a round does not count on. A firm always reads its own and the startup every one, so that each can end it, and so that
-- nothing that goes missing tells either of a block of the other's. What the startup counts on (`counted`) is all but what it
-- knows to be lost: firms that the park takes for none any more, or that it has blocked itself.
CREATE OR REPLACE FUNCTION indications_at(round uuid, level text, asking uuid) RETURNS TABLE (
    id uuid, investor_id uuid, investor_names jsonb, given_at timestamptz, amount_minor bigint, binding boolean,
    stands_until date, note text, contact_name text, contact_email text, is_own boolean
) LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN QUERY
        SELECT n.id, n.investor_id, i.names, n.given_at, n.amount_minor, n.binding, n.stands_until,
               -- Words are for the startup and their author.
               CASE WHEN level = 'all' OR n.investor_id = asking THEN n.note END,
               CASE WHEN level IN ('all', 'contacts') OR n.investor_id = asking THEN c.name END,
               CASE WHEN level IN ('all', 'contacts') OR n.investor_id = asking THEN c.email END,
               n.investor_id IS NOT DISTINCT FROM asking
        FROM round_indications AS n
        JOIN funding_rounds AS r ON r.tenant_id = n.tenant_id AND r.id = n.round_id
        JOIN institutions AS i ON i.tenant_id = n.tenant_id AND i.id = n.investor_id
        LEFT JOIN indication_contacts AS c
            ON c.tenant_id = n.tenant_id AND c.round_id = n.round_id AND c.indication_id = n.id
        WHERE n.tenant_id = acting_tenant() AND n.round_id = round AND n.ended_at IS NULL
          AND n.stands_until >= (now() AT TIME ZONE 'UTC')::date
          AND (n.investor_id = asking OR level = 'all'
               OR level IN ('names', 'contacts', 'counted') AND is_verified(n.investor_id)
                  AND NOT EXISTS (
                      SELECT FROM blocks AS b
                      WHERE b.tenant_id = n.tenant_id AND b.investor_id = n.investor_id AND b.startup_id = r.startup_id
                        AND b.lifted_at IS NULL AND (level <> 'counted' OR b.side = 'startup')))
        ORDER BY n.given_at, n.id;
END $$;

-- How many indications stand and what they sum to, for whom the level tells at least that; no row for others.
CREATE OR REPLACE FUNCTION tally_of_round(round uuid)
RETURNS TABLE (indications bigint, sum_minor bigint, binding_minor bigint) LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF coalesce(acting_disclosure(round), 'none') = 'none' THEN RETURN; END IF;
    RETURN QUERY
        SELECT count(*), least(coalesce(sum(s.amount_minor), 0), 9223372036854775807)::bigint,
               least(coalesce(sum(s.amount_minor) FILTER (WHERE s.binding), 0), 9223372036854775807)::bigint
        FROM indications_at(
            round, CASE WHEN acts_as('founder') THEN 'counted' ELSE 'names' END,
            CASE WHEN acts_as('investor') THEN acting_institution() END) AS s;
END $$;

-- As before, but that a file speaks for no startup that has spoken itself, or that the park has spoken for, about any purpose:
-- on what it has not decided its page says “nobody”. Asked under the lock, since the import asked before it.
CREATE OR REPLACE FUNCTION decide_on_consent() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    named uuid[];
BEGIN
    -- Two decisions at once are counted one after the other.
    PERFORM FROM startups AS t WHERE t.tenant_id = NEW.tenant_id AND t.id = NEW.startup_id FOR NO KEY UPDATE;
    IF NEW.decided_as = 'system' AND EXISTS (
        SELECT FROM consents AS c
        WHERE c.tenant_id = NEW.tenant_id AND c.startup_id = NEW.startup_id AND c.decided_as <> 'system') THEN
        RETURN NULL;
    END IF;
    UPDATE consents AS c SET superseded_at = now()
    WHERE c.tenant_id = NEW.tenant_id AND c.startup_id = NEW.startup_id AND c.purpose = NEW.purpose
      AND c.superseded_at IS NULL
    RETURNING c.investors INTO named;
    IF EXISTS (SELECT FROM unnest(NEW.investors) AS n (id)
               WHERE n.id <> ALL (coalesce(named, '{}')) AND NOT (is_verified(n.id) AND EXISTS (
                   SELECT FROM visible_investors AS v WHERE v.tenant_id = NEW.tenant_id AND v.investor_id = n.id))) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'consents_name_investors_that_founders_may_find',
            MESSAGE = 'the startup names an investor that founders may not find';
    END IF;
    NEW.number := 1 + (SELECT coalesce(max(c.number), 0) FROM consents AS c
                       WHERE c.tenant_id = NEW.tenant_id AND c.startup_id = NEW.startup_id);
    NEW.decided_at := now();
    NEW.decided_name := (SELECT p.name FROM people AS p WHERE p.id = NEW.decided_by);
    NEW.superseded_at := NULL;
    RETURN NEW;
END $$;

-- A mail server's report names whom a letter was for, and the trail of an attempt does not say of which letter it was. Of those
-- that managers may read they see the attempts themselves.
CREATE POLICY managers_read_no_trail_of_attempts ON audit_events AS RESTRICTIVE FOR SELECT
    USING (NOT acts_as('manager') OR noun <> 'letter_attempts');
