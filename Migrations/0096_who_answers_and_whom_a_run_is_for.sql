-- Before a draft of an agreement is shared somebody of each party coordinates it, and somebody reads it for the law; a match run
-- may look at the startups of one stream.

-- By name, as those who sign: people of the parties need no seat here.
ALTER TABLE mou_parties ADD COLUMN coordinator text;
ALTER TABLE mous ADD COLUMN legal_reviewer text;

-- What was shared before this was asked for goes on; whoever has its text agreed names them first. A term that follows by itself
-- stands under the text that was signed.
CREATE FUNCTION check_who_answers_for_an_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM mou_parties AS p
               WHERE p.tenant_id = NEW.tenant_id AND p.mou_id = NEW.id AND p.coordinator IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'shared_agreements_name_their_coordinators',
            MESSAGE = 'each party of an agreement that is shared has a coordinator';
    END IF;
    IF NEW.legal_reviewer IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'shared_agreements_name_a_legal_reviewer',
            MESSAGE = 'somebody reads an agreement that is shared for the law';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER somebody_answers_for_what_is_shared BEFORE UPDATE OF state ON mous
    FOR EACH ROW WHEN (acting_role() IS DISTINCT FROM 'system' AND (
        OLD.state = 'draft' AND NEW.state IN ('in_review', 'agreed') OR OLD.state = 'in_review' AND NEW.state = 'agreed'))
    EXECUTE FUNCTION check_who_answers_for_an_agreement();

-- The stream whose startups were asked for; NULL for all that agreed to be shown.
ALTER TABLE match_runs
    ADD COLUMN stream_id uuid,
    ADD CONSTRAINT match_runs_look_at_a_stream FOREIGN KEY (tenant_id, stream_id) REFERENCES streams (tenant_id, id);
