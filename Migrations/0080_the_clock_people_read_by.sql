-- The zone by whose clock a person reads times, beside the zone in which a deadline was set; none until they choose one.

ALTER TABLE people
    ADD COLUMN time_zone text,
    ADD CONSTRAINT time_zone_has_a_name
        CHECK (length(time_zone) <= 64 AND time_zone ~ '^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)+$');

-- As it was, and with the zone: a letter says times by the clock of whom it is for. What it returns changes, so it is made anew.
DROP FUNCTION reader_of_letters(uuid);
CREATE FUNCTION reader_of_letters(person uuid) RETURNS TABLE (name text, locale text, time_zone text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT p.name, p.locale, p.time_zone FROM people AS p
    WHERE p.id = person AND p.disabled_at IS NULL
      -- Those who judge together do not learn each other's names.
      AND (acting_role() IS DISTINCT FROM 'reviewer' OR p.id = acting_person())
      AND EXISTS (
        SELECT FROM memberships AS m
        WHERE m.person_id = p.id AND m.tenant_id = acting_tenant() AND m.ended_at IS NULL)
$$;
REVOKE ALL ON FUNCTION reader_of_letters(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reader_of_letters(uuid) TO trellis_app;
