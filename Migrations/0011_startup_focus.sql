-- A startup's focus areas become two columns of its profile, which is read and replaced as a whole: one table less to
-- wall, to join and to audit, and the order in which a startup names its areas is kept. The first is its main area.

CREATE FUNCTION names_each_once(names text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT count(*) = count(DISTINCT name) FROM unnest(names) AS name);
REVOKE ALL ON FUNCTION names_each_once(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION names_each_once(text[]) TO trellis_app;

ALTER TABLE startups
    ADD COLUMN focus_areas   text[] NOT NULL DEFAULT '{}',
    ADD COLUMN focus_weights smallint[] NOT NULL DEFAULT '{}';

-- An owner who is no superuser would move nothing: the walls stand for owners too. And moving is nobody's deed to audit.
ALTER TABLE startups NO FORCE ROW LEVEL SECURITY;
ALTER TABLE startup_focus_areas NO FORCE ROW LEVEL SECURITY;
ALTER TABLE startups DISABLE TRIGGER USER;
UPDATE startups AS s SET focus_areas = f.areas, focus_weights = f.weights
FROM (
    SELECT tenant_id, startup_id, array_agg(focus_area ORDER BY weight DESC, focus_area) AS areas,
           array_agg(weight ORDER BY weight DESC, focus_area) AS weights
    FROM startup_focus_areas GROUP BY tenant_id, startup_id
) AS f
WHERE f.tenant_id = s.tenant_id AND f.startup_id = s.id;
ALTER TABLE startups ENABLE TRIGGER USER;
ALTER TABLE startups FORCE ROW LEVEL SECURITY;
DROP TABLE startup_focus_areas;

ALTER TABLE startups
    ADD CONSTRAINT startup_focus_areas_are_named_once
        CHECK (names_each_once(focus_areas) AND array_position(focus_areas, NULL) IS NULL),
    ADD CONSTRAINT startup_focus_weights_are_percentages
        CHECK (cardinality(focus_weights) = cardinality(focus_areas) AND array_position(focus_weights, NULL) IS NULL
               AND 1 <= ALL (focus_weights) AND 100 >= ALL (focus_weights));

CREATE INDEX startups_by_focus_area ON startups USING gin (focus_areas);
