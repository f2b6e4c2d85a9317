-- A manager to whose call a startup of their own applied neither asks for plans of who judges what nor takes one: what
-- row-level security hides of it from them would be left without reviewers.
CREATE POLICY nobody_asks_for_plans_over_their_own ON assignment_runs AS RESTRICTIVE FOR INSERT
    WITH CHECK (NOT EXISTS (
        SELECT FROM review_rounds AS r
        WHERE r.tenant_id = assignment_runs.tenant_id AND r.id = assignment_runs.round_id
          AND r.call_id = ANY ((SELECT calls_too_near(acting_role(), acting_person()))::uuid[])));
CREATE POLICY nobody_takes_plans_over_their_own ON assignment_runs AS RESTRICTIVE FOR UPDATE
    USING (NOT EXISTS (
        SELECT FROM review_rounds AS r
        WHERE r.tenant_id = assignment_runs.tenant_id AND r.id = assignment_runs.round_id
          AND r.call_id = ANY ((SELECT calls_too_near(acting_role(), acting_person()))::uuid[])));
