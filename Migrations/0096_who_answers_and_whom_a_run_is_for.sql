-- Before a draft of an agreement is shared somebody of each party coordinates it, and somebody reads it for the law; a match run
-- may look at the startups of one stream.

-- By name, as those who sign: people of the parties need no seat here.
ALTER TABLE mou_parties ADD COLUMN coordinator text;
ALTER TABLE mous ADD COLUMN legal_reviewer text;

-- What was shared before this was asked for goes on; whoever has its text agreed names them first. A term that follows by itself
-- stands under the text that was signed. An agreement begins as a draft: its parties are written after it, and so none that is new
-- has their coordinators.
CREATE FUNCTION check_who_answers_for_an_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.state NOT IN ('draft', 'in_review') OR NEW.state = OLD.state) THEN
        RETURN NEW;
    END IF;
    IF (SELECT bool_and(p.coordinator IS NOT NULL) FROM mou_parties AS p
        WHERE p.tenant_id = NEW.tenant_id AND p.mou_id = NEW.id) IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'shared_agreements_name_their_coordinators',
            MESSAGE = 'each party of an agreement that is shared has a coordinator';
    END IF;
    IF NEW.legal_reviewer IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'shared_agreements_name_a_legal_reviewer',
            MESSAGE = 'somebody reads an agreement that is shared for the law';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER somebody_answers_for_what_is_shared BEFORE INSERT OR UPDATE OF state ON mous
    FOR EACH ROW WHEN (acting_role() IS DISTINCT FROM 'system' AND NEW.state IN ('in_review', 'agreed', 'signed'))
    EXECUTE FUNCTION check_who_answers_for_an_agreement();

-- The stream whose startups were asked for; NULL for all that agreed to be shown.
ALTER TABLE match_runs
    ADD COLUMN stream_id uuid,
    ADD CONSTRAINT match_runs_look_at_a_stream FOREIGN KEY (tenant_id, stream_id) REFERENCES streams (tenant_id, id);

-- Whether two lists come from looking at the same startups: all, or those of one stream. Investors read no runs.
CREATE FUNCTION looked_at_one_stream(first uuid, second uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN (SELECT count(DISTINCT coalesce(r.stream_id::text, 'all')) = 1
            FROM shortlists AS s JOIN match_runs AS r ON r.tenant_id = s.tenant_id AND r.id = s.run_id
            WHERE s.tenant_id = acting_tenant() AND s.id IN (first, second));
END $$;
REVOKE ALL ON FUNCTION looked_at_one_stream(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION looked_at_one_stream(uuid, uuid) TO trellis_app;
