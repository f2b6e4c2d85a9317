-- Whoever keeps a picture of a tenant in memory asks the trail what was written since it looked last: the trail knows every
-- write, whoever made it and by whatever path, so no verb has to remember to tell.

-- The transaction that wrote the event; NULL for what was written before there was this column. The sequence number will
-- not do: it is given before the commit, so that a lower one may come to be seen after a higher one. Whether a transaction
-- was seen by a snapshot is known exactly.
ALTER TABLE audit_events ADD COLUMN xact xid8;
ALTER TABLE audit_events ALTER COLUMN xact SET DEFAULT pg_current_xact_id();

-- What matching looks at.
CREATE INDEX audit_events_for_matching ON audit_events (tenant_id, xact)
    WHERE noun IN (
        'startups', 'institutions', 'mandates', 'mandate_focus_areas', 'shortlist_answers', 'investments', 'model_uses');

CREATE POLICY the_service_follows_the_trail ON audit_events FOR SELECT
    USING (acting_role() = 'system' AND tenant_id = acting_tenant());
