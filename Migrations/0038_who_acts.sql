-- Who acts is not in the rows, and the planner takes a comparison of a setting with a word for one that half a percent of the
-- rows pass: with each policy it thought a workspace smaller, and read all of it to sort what an index has in order. A condition
-- that it cannot look into it takes to be as likely as not.
CREATE FUNCTION acts_as(VARIADIC roles text[]) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN acting_role() = ANY (roles) THEN true ELSE false END;

CREATE OR REPLACE PROCEDURE wall_table(target regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY within_the_tenant ON %s AS RESTRICTIVE USING (tenant_id = acting_tenant())', target);
    EXECUTE format('CREATE POLICY system_keeps_the_tenant ON %s USING (acts_as(''system''))', target);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO trellis_app', target);
    CALL audit_table(target);
END $$;

-- Each policy says what it said, in the new word.
DO $$
DECLARE
    policy record;
    condition text;
    checked text;
BEGIN
    FOR policy IN SELECT schemaname, tablename, policyname, qual, with_check FROM pg_policies WHERE schemaname = 'public' LOOP
        condition := regexp_replace(policy.qual, '\(acting_role\(\) = (''[a-z]+'')::text\)', 'acts_as(\1)', 'g');
        condition := regexp_replace(condition, '\(acting_role\(\) = ANY \((ARRAY\[[^]]*\])\)\)', 'acts_as(VARIADIC \1)', 'g');
        condition := regexp_replace(
            condition, '\(\( SELECT acting_role\(\) AS acting_role\) = (''[a-z]+'')::text\)', '(SELECT acts_as(\1))', 'g');
        checked := regexp_replace(policy.with_check, '\(acting_role\(\) = (''[a-z]+'')::text\)', 'acts_as(\1)', 'g');
        checked := regexp_replace(checked, '\(acting_role\(\) = ANY \((ARRAY\[[^]]*\])\)\)', 'acts_as(VARIADIC \1)', 'g');
        checked := regexp_replace(
            checked, '\(\( SELECT acting_role\(\) AS acting_role\) = (''[a-z]+'')::text\)', '(SELECT acts_as(\1))', 'g');
        IF condition IS DISTINCT FROM policy.qual OR checked IS DISTINCT FROM policy.with_check THEN
            EXECUTE format('ALTER POLICY %I ON %I.%I', policy.policyname, policy.schemaname, policy.tablename)
                || coalesce(' USING (' || condition || ')', '') || coalesce(' WITH CHECK (' || checked || ')', '');
        END IF;
    END LOOP;
END $$;
