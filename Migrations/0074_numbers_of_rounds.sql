-- A round is numbered among those that its applications go through, not through the call: the first round of each stream is the
-- first, and a round of all that follows counts on from the stream with the most. Questions come with a round of that number.
-- Kept with the round, since who judges sees their own rounds alone and could not count.
ALTER TABLE review_rounds ADD COLUMN number integer;
-- As they have been numbered so far, for files were frozen by it. In a rewrite, which no wall or log of changes stands in the
-- way of.
ALTER TABLE review_rounds ALTER COLUMN number TYPE integer USING position, ALTER COLUMN number SET NOT NULL,
    ADD CONSTRAINT rounds_are_numbered_within_their_call CHECK (number BETWEEN 1 AND position);

CREATE FUNCTION number_of_round(tenant uuid, call uuid, stream uuid, place integer) RETURNS integer LANGUAGE sql STABLE
    SET search_path = public SET trellis.role = 'system'
    AS $$
        SELECT 1 + coalesce(max(r.number), 0) FROM review_rounds AS r
        WHERE r.tenant_id = tenant AND r.call_id = call AND r.position < place
          AND (r.stream_id IS NULL OR stream IS NULL OR r.stream_id = stream)
    $$;

CREATE FUNCTION number_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.number := number_of_round(NEW.tenant_id, NEW.call_id, NEW.stream_id, NEW.position);
    RETURN NEW;
END $$;
CREATE TRIGGER rounds_are_numbered BEFORE INSERT ON review_rounds FOR EACH ROW EXECUTE FUNCTION number_round();

-- A draft that is for another stream now moves those behind it, too, one after the other; what has opened keeps its number,
-- for its files hold the questions up to it.
CREATE FUNCTION renumber_rounds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE draft uuid;
BEGIN
    FOR draft IN SELECT id FROM review_rounds
                 WHERE tenant_id = NEW.tenant_id AND call_id = NEW.call_id AND position >= NEW.position
                   AND opened_at IS NULL ORDER BY position LOOP
        UPDATE review_rounds AS r SET number = number_of_round(r.tenant_id, r.call_id, r.stream_id, r.position)
        WHERE r.tenant_id = NEW.tenant_id AND r.id = draft AND r.opened_at IS NULL
          AND r.number <> number_of_round(r.tenant_id, r.call_id, r.stream_id, r.position);
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER rounds_are_renumbered AFTER UPDATE OF stream_id ON review_rounds
    FOR EACH ROW WHEN (NEW.stream_id IS DISTINCT FROM OLD.stream_id) EXECUTE FUNCTION renumber_rounds();

REVOKE ALL ON FUNCTION number_of_round(uuid, uuid, uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION number_of_round(uuid, uuid, uuid, integer) TO trellis_app;
