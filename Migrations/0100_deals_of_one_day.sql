-- A firm that was introduced to a startup twice, for two of its mandates, may close both on one day: each introduction ends in a
-- deal of its own. What is known without an introduction stays known once.
ALTER TABLE investments
    DROP CONSTRAINT investments_once_per_round,
    ADD CONSTRAINT investments_once_per_round UNIQUE NULLS NOT DISTINCT (
        tenant_id, investor_id, startup_id, made_on, round_type, round_minor, currency, introduction_id);
