-- What a call requires as rules over declared facts, what applicants declare, what came of asking the rules when an
-- application was handed in, and what a manager makes of money that might be given twice.

-- A blocking condition keeps an application from being handed in; the others tell whoever screens it.
CREATE TABLE call_conditions (
    tenant_id   uuid NOT NULL,
    call_id     uuid NOT NULL,
    id          uuid NOT NULL,
    position    integer NOT NULL,
    name        jsonb NOT NULL,
    explanation jsonb,
    -- A term of the rule language, checked by the service. It is interpreted, never made into SQL.
    rule        jsonb NOT NULL,
    blocks      boolean NOT NULL,
    PRIMARY KEY (tenant_id, call_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT call_conditions_stand_in_order UNIQUE (tenant_id, call_id, position),
    CONSTRAINT condition_has_a_name CHECK (name <> '{}'::jsonb),
    CONSTRAINT calls_have_a_reasonable_number_of_conditions CHECK (position BETWEEN 1 AND 40),
    CONSTRAINT condition_rule_is_of_a_reasonable_size CHECK (length(rule::text) <= 20000)
);

-- Applicants have read them and acted on them. FOR SHARE, so that none changes while the call is being published.
CREATE FUNCTION check_conditions_are_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE published timestamptz;
BEGIN
    SELECT published_at INTO published FROM calls
    WHERE tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id) AND id = coalesce(NEW.call_id, OLD.call_id) FOR SHARE;
    IF published IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'conditions_stand_once_published',
            MESSAGE = 'the conditions of a published call stand';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER conditions_stand_once_published BEFORE INSERT OR UPDATE OR DELETE ON call_conditions
    FOR EACH ROW EXECUTE FUNCTION check_conditions_are_open();

-- What a startup declares for one application. Without a row, what is known of it stands in.
CREATE TABLE application_facts (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    facts          jsonb NOT NULL,
    saved_at       timestamptz NOT NULL DEFAULT now(),
    saved_by       uuid NOT NULL,
    PRIMARY KEY (tenant_id, application_id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT facts_are_named CHECK (jsonb_typeof(facts) = 'object'),
    CONSTRAINT facts_are_of_a_reasonable_size CHECK (length(facts::text) <= 100000)
);

CREATE FUNCTION check_facts_are_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stands text;
BEGIN
    SELECT state INTO stands FROM applications
    WHERE tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
      AND id = coalesce(NEW.application_id, OLD.application_id) FOR SHARE;
    IF stands <> 'draft' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'facts_are_frozen_once_submitted',
            MESSAGE = 'what was declared in a submitted application is frozen';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER facts_are_frozen_once_submitted BEFORE INSERT OR UPDATE OR DELETE ON application_facts
    FOR EACH ROW EXECUTE FUNCTION check_facts_are_open();

-- What came of each condition at the moment the application was handed in, with values and evidence.
CREATE TABLE application_findings (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    call_id        uuid NOT NULL,
    condition_id   uuid NOT NULL,
    verdict        text NOT NULL,
    finding        jsonb NOT NULL,
    found_on       date NOT NULL,
    -- Screening named this condition as the one that is not met.
    cited_at       timestamptz,
    cited_by       uuid,
    PRIMARY KEY (tenant_id, application_id, condition_id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT findings_are_of_a_condition_of_the_call
        FOREIGN KEY (tenant_id, call_id, condition_id) REFERENCES call_conditions (tenant_id, call_id, id),
    CONSTRAINT finding_verdict_is_known CHECK (verdict IN ('met', 'not_met', 'unknown')),
    CONSTRAINT cited_finding_names_who CHECK ((cited_at IS NULL) = (cited_by IS NULL))
);
CREATE FUNCTION check_findings_are_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stands text;
BEGIN
    SELECT state INTO stands FROM applications WHERE tenant_id = NEW.tenant_id AND id = NEW.application_id FOR SHARE;
    IF stands <> 'draft' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'findings_are_made_on_submission',
            MESSAGE = 'findings are made when an application is submitted';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER findings_are_made_on_submission BEFORE INSERT ON application_findings
    FOR EACH ROW EXECUTE FUNCTION check_findings_are_open();

-- The last wall behind the service's own check: what blocks was found to be met.
CREATE FUNCTION check_submission_is_eligible() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM call_conditions AS c
               WHERE c.tenant_id = NEW.tenant_id AND c.call_id = NEW.call_id AND c.blocks
                 AND NOT EXISTS (SELECT FROM application_findings AS f
                                 WHERE f.tenant_id = NEW.tenant_id AND f.application_id = NEW.id
                                   AND f.condition_id = c.id AND f.verdict = 'met')) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'submissions_meet_what_blocks',
            MESSAGE = 'a condition of the call is not met';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER submissions_meet_what_blocks BEFORE UPDATE OF state ON applications
    FOR EACH ROW WHEN (NEW.state = 'submitted' AND OLD.state = 'draft' AND acting_role() = 'founder')
    EXECUTE FUNCTION check_submission_is_eligible();

-- What a manager makes of the suggestion that two applications might fund the same thing. The last word counts.
CREATE TABLE funding_overlap_verdicts (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    other_id       uuid NOT NULL,
    id             uuid NOT NULL,
    seq            bigint GENERATED ALWAYS AS IDENTITY,
    verdict        text NOT NULL,
    reason         text,
    judged_at      timestamptz NOT NULL DEFAULT now(),
    judged_by      uuid NOT NULL,
    PRIMARY KEY (tenant_id, application_id, other_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, other_id) REFERENCES applications (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT overlaps_are_between_two CHECK (application_id <> other_id),
    CONSTRAINT overlap_verdict_is_known CHECK (verdict IN ('confirmed', 'dismissed')),
    CONSTRAINT dismissed_overlaps_are_explained CHECK (verdict = 'confirmed' OR reason IS NOT NULL)
);

CALL wall_table('call_conditions');
CALL wall_table('application_facts');
CALL wall_table('application_findings');
CALL wall_table('funding_overlap_verdicts');

-- Findings and verdicts are added to; screening only says which findings it rests on.
REVOKE UPDATE, DELETE ON application_findings, funding_overlap_verdicts FROM trellis_app;
GRANT UPDATE (cited_at, cited_by) ON application_findings TO trellis_app;

-- The trail says who declared something and when. What they declared stays where a draft is closed to managers.
DROP TRIGGER audit_inserted ON application_facts;
DROP TRIGGER audit_changed ON application_facts;
CREATE FUNCTION audit_facts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE declared application_facts := coalesce(NEW, OLD);
BEGIN
    INSERT INTO audit_events
        (tenant_id, person_id, membership_id, role, action, request_id, deed, noun, object_id, after)
    VALUES (
        declared.tenant_id, acting_person(), acting_membership(), acting_role(),
        nullif(current_setting('trellis.action', true), ''), nullif(current_setting('trellis.request', true), ''),
        lower(TG_OP), TG_TABLE_NAME, declared.application_id,
        jsonb_build_object('facts', (SELECT coalesce(jsonb_agg(name ORDER BY name), '[]')
                                     FROM jsonb_object_keys(declared.facts) AS name)));
    RETURN NULL;
END $$;
CREATE TRIGGER audit_inserted AFTER INSERT ON application_facts FOR EACH ROW EXECUTE FUNCTION audit_facts();
CREATE TRIGGER audit_changed AFTER UPDATE OR DELETE ON application_facts FOR EACH ROW EXECUTE FUNCTION audit_facts();

CREATE POLICY managers_keep_call_conditions ON call_conditions USING (acting_role() = 'manager');
CREATE POLICY conditions_of_published_calls_are_read ON call_conditions FOR SELECT
    USING (EXISTS (SELECT FROM calls WHERE calls.tenant_id = call_conditions.tenant_id AND calls.id = call_id));

CREATE POLICY managers_read_submitted_facts ON application_facts FOR SELECT
    USING (acting_role() = 'manager' AND EXISTS (
        SELECT FROM applications WHERE applications.tenant_id = application_facts.tenant_id
          AND applications.id = application_id AND submitted_at IS NOT NULL));
CREATE POLICY founders_keep_their_facts ON application_facts
    USING (acting_role() = 'founder' AND EXISTS (
        SELECT FROM applications WHERE applications.tenant_id = application_facts.tenant_id
          AND applications.id = application_id AND startup_id = acting_institution()));

CREATE POLICY managers_read_findings ON application_findings FOR SELECT USING (acting_role() = 'manager');
CREATE POLICY managers_cite_findings ON application_findings FOR UPDATE USING (acting_role() = 'manager');
CREATE POLICY founders_read_their_findings ON application_findings FOR SELECT
    USING (acting_role() = 'founder' AND EXISTS (
        SELECT FROM applications WHERE applications.tenant_id = application_findings.tenant_id
          AND applications.id = application_id AND startup_id = acting_institution()));
CREATE POLICY founders_are_found_eligible ON application_findings FOR INSERT
    WITH CHECK (acting_role() = 'founder' AND EXISTS (
        SELECT FROM applications WHERE applications.tenant_id = application_findings.tenant_id
          AND applications.id = application_id AND startup_id = acting_institution()));

CREATE POLICY managers_judge_overlaps ON funding_overlap_verdicts USING (acting_role() = 'manager');
-- Nobody judges whether their own startup is funded twice, or reads what was said of that.
CREATE POLICY nobody_judges_what_is_their_own ON funding_overlap_verdicts AS RESTRICTIVE
    USING (application_id <> ALL ((SELECT applications_too_near(acting_role(), acting_person()))::uuid[])
           AND other_id <> ALL ((SELECT applications_too_near(acting_role(), acting_person()))::uuid[]));
