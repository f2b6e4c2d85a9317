-- Work that must follow a transaction: jobs, the ticks of schedules, and events for other rooms (the outbox).
--
--                    ┌───────────── retry by an operator ◄─────────────┐
--    enqueue ──► waiting ──► running (leased) ──► succeeded             │
--                   ▲  │          │  │  │                               │
--                   │  │          │  │  └─► dead (attempts spent) ──────┤
--                   │  └─ cancel ─┼──┴────► cancelled ──────────────────┘
--                   └── failure, released or expired lease
--
-- The state is derived, never stored: finished_at and outcome say how it ended, lease_until says that somebody works
-- on it, run_at says since when somebody may. All times are of the database's clock, so that a worker with a wrong
-- clock can neither steal a lease nor keep one.

-- The token of the lease under which a transaction works, so that a job which runs with the rights of a person may
-- finish its own row, and no other.
CREATE FUNCTION acting_lease() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('trellis.lease', true), '')::uuid;

-- On whose behalf work is asked for. The database writes it down itself and the policies insist on it: nobody can
-- enqueue a job that will later run as somebody else.
CREATE FUNCTION acting_context() RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE
    RETURN jsonb_strip_nulls(jsonb_build_object(
        'tenant', nullif(current_setting('trellis.tenant', true), ''),
        'institution', nullif(current_setting('trellis.institution', true), ''),
        'person', nullif(current_setting('trellis.person', true), ''),
        'membership', nullif(current_setting('trellis.membership', true), ''),
        'role', nullif(current_setting('trellis.role', true), ''),
        'action', nullif(current_setting('trellis.action', true), ''),
        'request', nullif(current_setting('trellis.request', true), '')));

REVOKE ALL ON FUNCTION acting_lease(), acting_context() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acting_lease(), acting_context() TO trellis_app;

CREATE TABLE jobs (
    id uuid CONSTRAINT jobs_are_found_by_id PRIMARY KEY,
    kind text NOT NULL CONSTRAINT jobs_name_their_kind CHECK (kind <> ''),
    -- What the enqueuer wants to be done once: a second job of the same tenant, kind and key is not added.
    key text CONSTRAINT jobs_have_short_keys CHECK (octet_length(key) BETWEEN 1 AND 400),
    -- A job that brings something up to date gives its key back when it starts: a change made from then on may have
    -- come too late for it and needs a job of its own.
    key_freed_at_start boolean NOT NULL DEFAULT false,
    arguments jsonb NOT NULL,
    -- NULL for work that belongs to no tenant: sign-in, housekeeping, operators.
    tenant_id uuid DEFAULT acting_tenant(),
    context jsonb NOT NULL DEFAULT acting_context(),
    -- As in a queue of people, the lower number goes first.
    priority integer NOT NULL DEFAULT 0,
    run_at timestamptz NOT NULL DEFAULT now(),
    -- Counted when the job is fetched, not when it fails: a job that takes its process down has no chance to count.
    attempt integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL DEFAULT 10 CONSTRAINT jobs_may_be_attempted CHECK (max_attempts > 0),
    -- Set while a worker holds the job; once passed, any other worker may take over.
    lease_until timestamptz,
    -- The fencing token, new with each fetch. It stays after the lease so that the row says which lease ended it.
    lease_token uuid,
    progress_done bigint,
    progress_total bigint,
    progress_note text,
    cancel_requested_at timestamptz,
    finished_at timestamptz,
    outcome text CONSTRAINT jobs_end_in_a_known_way CHECK (outcome IN ('succeeded', 'cancelled', 'dead')),
    -- For operators. People who watch a job never see it: an error can quote what they must not know.
    last_error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT jobs_belong_to_the_tenant_of_their_context
        CHECK (tenant_id IS NOT DISTINCT FROM (context ->> 'tenant')::uuid),
    CONSTRAINT jobs_stop_at_their_last_attempt CHECK (attempt BETWEEN 0 AND max_attempts),
    CONSTRAINT jobs_that_finished_have_an_outcome CHECK ((finished_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT jobs_that_finished_hold_no_lease CHECK (finished_at IS NULL OR lease_until IS NULL),
    CONSTRAINT jobs_hold_a_lease_by_a_token CHECK (lease_until IS NULL OR lease_token IS NOT NULL),
    CONSTRAINT jobs_progress_towards_their_total CHECK (progress_done BETWEEN 0 AND progress_total)
) WITH (
    -- Rows are claimed in place: room on the page keeps that update from touching any index.
    fillfactor = 70,
    -- A queue's dead rows lie exactly where the next claim looks. Sweep after a thousand, not after a fifth of the table.
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0.05
);

-- The claim reads this index in order and stops when it has enough. No column that a claim changes is in it.
CREATE INDEX jobs_in_the_order_of_claims ON jobs (priority, run_at, id) WHERE finished_at IS NULL;
-- A tenant's key is its own: without the tenant, one tenant could hold up another's work and learn that it did.
CREATE UNIQUE INDEX jobs_once_per_key_while_unfinished ON jobs (tenant_id, kind, key) NULLS NOT DISTINCT
    WHERE finished_at IS NULL AND key IS NOT NULL;
-- The list of dead letters, and the sweep of old successes.
CREATE INDEX jobs_by_outcome ON jobs (outcome, finished_at, id) WHERE finished_at IS NOT NULL;
-- A tenant's own list, latest first.
CREATE INDEX jobs_of_a_tenant ON jobs (tenant_id, created_at DESC, id) WHERE tenant_id IS NOT NULL;

-- One row per tick that was due, fired by whoever inserted it first.
CREATE TABLE schedules (
    schedule text NOT NULL CONSTRAINT schedules_have_a_name CHECK (schedule <> ''),
    tick timestamptz NOT NULL,
    -- NULL for the tick at which a schedule was first seen: what lies before its introduction is not made up for.
    job_id uuid,
    fired_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT schedules_fire_once_per_tick PRIMARY KEY (schedule, tick)
);

CREATE TABLE outbox_events (
    id uuid CONSTRAINT outbox_events_are_found_by_id PRIMARY KEY,
    topic text NOT NULL CONSTRAINT outbox_events_name_their_topic CHECK (topic <> ''),
    tenant_id uuid DEFAULT acting_tenant(),
    context jsonb NOT NULL DEFAULT acting_context(),
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    dispatched_at timestamptz,
    CONSTRAINT outbox_events_belong_to_the_tenant_of_their_context
        CHECK (tenant_id IS NOT DISTINCT FROM (context ->> 'tenant')::uuid)
) WITH (
    fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0
);

-- By state and not by a number that only grows: numbers are given before the commit, and a row of a slow transaction
-- would appear behind a reader who remembers the last number seen.
CREATE INDEX outbox_events_to_dispatch ON outbox_events (created_at, id) WHERE dispatched_at IS NULL;
CREATE INDEX outbox_events_to_forget ON outbox_events (dispatched_at) WHERE dispatched_at IS NOT NULL;

-- The policies. Each call stands in a SELECT of its own so that it is made once per statement, not once per row.
ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE jobs FORCE ROW LEVEL SECURITY;
ALTER TABLE schedules ENABLE ROW LEVEL SECURITY;
ALTER TABLE schedules FORCE ROW LEVEL SECURITY;
ALTER TABLE outbox_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox_events FORCE ROW LEVEL SECURITY;

CREATE POLICY jobs_are_kept_by_the_system ON jobs
    USING ((SELECT acting_role()) = 'system') WITH CHECK ((SELECT acting_role()) = 'system');
CREATE POLICY jobs_are_seen_by_operators ON jobs FOR SELECT
    USING ((SELECT acting_role()) = 'operator');
CREATE POLICY jobs_are_steered_by_operators ON jobs FOR UPDATE
    USING ((SELECT acting_role()) = 'operator') WITH CHECK ((SELECT acting_role()) = 'operator');
-- Whoever acts may ask for work on their own behalf, before sign-in too; nobody at all may not.
CREATE POLICY jobs_are_enqueued_on_ones_own_behalf ON jobs FOR INSERT
    WITH CHECK (
        (SELECT acting_role()) IS NOT NULL AND context = (SELECT acting_context())
        AND tenant_id IS NOT DISTINCT FROM (SELECT acting_tenant())
        AND attempt = 0 AND lease_token IS NULL AND finished_at IS NULL);
CREATE POLICY jobs_are_watched_by_their_tenant ON jobs FOR SELECT
    USING ((SELECT acting_role()) IS NOT NULL AND tenant_id = (SELECT acting_tenant()));
-- To ask for its cancellation: the trigger below lets nothing else through.
CREATE POLICY jobs_are_cancelled_by_their_tenant ON jobs FOR UPDATE
    USING ((SELECT acting_role()) IS NOT NULL AND tenant_id = (SELECT acting_tenant()));
CREATE POLICY jobs_are_seen_by_their_run ON jobs FOR SELECT
    USING (lease_token = (SELECT acting_lease()));
CREATE POLICY jobs_are_finished_by_their_run ON jobs FOR UPDATE
    USING (lease_token = (SELECT acting_lease()));

CREATE POLICY schedules_are_kept_by_the_system ON schedules
    USING ((SELECT acting_role()) = 'system') WITH CHECK ((SELECT acting_role()) = 'system');
CREATE POLICY schedules_are_seen_by_operators ON schedules FOR SELECT
    USING ((SELECT acting_role()) = 'operator');

CREATE POLICY outbox_events_are_kept_by_the_system ON outbox_events
    USING ((SELECT acting_role()) = 'system') WITH CHECK ((SELECT acting_role()) = 'system');
CREATE POLICY outbox_events_are_seen_by_operators ON outbox_events FOR SELECT
    USING ((SELECT acting_role()) = 'operator');
CREATE POLICY outbox_events_are_published_on_ones_own_behalf ON outbox_events FOR INSERT
    WITH CHECK (
        (SELECT acting_role()) IS NOT NULL AND context = (SELECT acting_context())
        AND tenant_id IS NOT DISTINCT FROM (SELECT acting_tenant())
        AND dispatched_at IS NULL);

-- A policy chooses rows, not columns, and columns cannot be granted to one of the roles that share a database role.
CREATE FUNCTION jobs_refuse_what_is_not_ones_to_change() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public AS $$
DECLARE
    changeable text[] := CASE
        WHEN OLD.lease_token = acting_lease() THEN
            '{lease_until,progress_done,progress_total,progress_note,finished_at,outcome,last_error}'
        WHEN acting_role() = 'operator' THEN
            '{attempt,run_at,cancel_requested_at,finished_at,outcome}'
        ELSE
            '{cancel_requested_at}'
    END;
BEGIN
    -- Whom no policy binds (a superuser at repair work) this does not bind either.
    IF row_security_active('jobs'::regclass) AND to_jsonb(NEW) - changeable <> to_jsonb(OLD) - changeable THEN
        RAISE insufficient_privilege USING MESSAGE = 'this part of a job is not for this role to change';
    END IF;
    -- A wish to cancel is not withdrawn by whoever may express it, except by an operator's retry.
    IF OLD.cancel_requested_at IS NOT NULL AND NEW.cancel_requested_at IS DISTINCT FROM OLD.cancel_requested_at
        AND row_security_active('jobs'::regclass) AND acting_role() IS DISTINCT FROM 'operator' THEN
        RAISE insufficient_privilege USING MESSAGE = 'a cancellation that was asked for stays asked for';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION jobs_refuse_what_is_not_ones_to_change() FROM PUBLIC;

CREATE TRIGGER jobs_a_change_is_allowed BEFORE UPDATE ON jobs FOR EACH ROW
    WHEN (acting_role() IS DISTINCT FROM 'system')
    EXECUTE FUNCTION jobs_refuse_what_is_not_ones_to_change();

-- Nobody works on a waiting job, so nobody would notice the wish: it is granted at once. Triggers fire in the order of
-- their names; this one must see only changes that were allowed.
CREATE FUNCTION jobs_cancel_what_nobody_works_on() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public AS $$
BEGIN
    NEW.finished_at := now();
    NEW.outcome := 'cancelled';
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION jobs_cancel_what_nobody_works_on() FROM PUBLIC;

CREATE TRIGGER jobs_cancel_while_waiting BEFORE UPDATE OF cancel_requested_at ON jobs FOR EACH ROW
    WHEN (OLD.cancel_requested_at IS NULL AND NEW.cancel_requested_at IS NOT NULL
        AND NEW.lease_until IS NULL AND NEW.finished_at IS NULL)
    EXECUTE FUNCTION jobs_cancel_what_nobody_works_on();

REVOKE ALL ON jobs, schedules, outbox_events FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON jobs, schedules, outbox_events TO trellis_app;
