-- What a stream's calls begin by requiring is said in rules, as the conditions of a call are: each an object with a name, an
-- explanation, a rule and whether it blocks. What was there before were notes that nothing could ask.

-- A note as the rule it meant; NULL where declared facts cannot decide it, or it was written some other way.
CREATE FUNCTION condition_of_note(note jsonb) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object(
        'id', gen_random_uuid(), 'name', jsonb_build_object('en', said.en, 'zh-Hant', said.zh, 'ja', said.ja),
        'rule', said.rule, 'blocks', said.blocks)
    FROM (SELECT CASE WHEN jsonb_typeof(note) = 'object' THEN note ELSE '{}' END) AS given (written),
    LATERAL (SELECT CASE WHEN jsonb_typeof(bound) = 'number' AND bound::text ~ '^[0-9]{1,6}$'
                    THEN bound::text::integer END
             FROM (SELECT coalesce(written -> 'at_most', written -> 'at_least')) AS found (bound)) AS read (number),
    LATERAL (VALUES
        (written = jsonb_build_object('fact', 'company_age_months', 'at_most', number), true,
         'Young company', '公司成立年期', '会社の設立年数',
         jsonb_build_object('at_most', jsonb_build_array(
             '{"months_since": {"fact": "incorporated_on"}}'::jsonb, number))),
        (written = '{"fact": "incorporated_in", "one_of": ["HK"], "by": "application"}', true,
         'Incorporated by the day you apply', '於申請日前已註冊成立', '応募日までに設立',
         '{"all": [{"equal": [{"fact": "incorporated_in"}, {"country": "HK"}]},
                   {"at_most": [{"fact": "incorporated_on"}, "today"]}]}'),
        -- There is time until the money: whoever screens is told, and nobody is kept out.
        (written = '{"fact": "incorporated_in", "one_of": ["HK"], "by": "first_instalment"}', false,
         'Incorporated in Hong Kong', '於香港註冊成立', '香港での会社設立',
         '{"equal": [{"fact": "incorporated_in"}, {"country": "HK"}]}'),
        (written = jsonb_build_object('fact', 'full_time', 'at_least', number), true,
         'Full-time staff', '全職員工', '常勤スタッフ',
         jsonb_build_object('at_least', jsonb_build_array('{"fact": "full_time_staff"}'::jsonb, number))),
        (written = jsonb_build_object('fact', 'technical_share_percent', 'at_least', number) AND number <= 100, true,
         'Technical staff', '技術人員比例', '技術スタッフの割合',
         jsonb_build_object('at_least', jsonb_build_array(
             '{"share": [{"fact": "technical_staff"}, {"fact": "full_time_staff"}]}'::jsonb,
             jsonb_build_object('basis_points', number * 100)))),
        (written = jsonb_build_object('fact', 'technical_equity_percent', 'at_least', number) AND number <= 100, true,
         'Equity of the technical team', '技術團隊持股', '技術チームの持分',
         jsonb_build_object('at_least', jsonb_build_array(
             '{"fact": "technical_equity"}'::jsonb, jsonb_build_object('basis_points', number * 100)))),
        (written = '{"fact": "concurrent_award_same_project", "is": false}', true,
         'No other award for the same project', '同一項目並無其他資助', '同じプロジェクトへの他の助成なし',
         '{"at_most": [{"count": {"of": "awards", "where": {"all": [
             {"item": "running"}, {"equal": [{"item": "project"}, {"fact": "project"}]}]}}}, 0]}')
    ) AS said (is_meant, blocks, en, zh, ja, rule)
    WHERE said.is_meant
$$;

-- An owner who is no superuser would move nothing: the walls stand for owners too. And moving is nobody's deed to audit.
ALTER TABLE stream_designs NO FORCE ROW LEVEL SECURITY;
ALTER TABLE stream_designs DISABLE TRIGGER USER;
-- What no rule says is kept for people to read, unless a preset said it in words already.
UPDATE stream_designs AS d SET eligibility = (
    SELECT jsonb_object_agg(text.language, left(concat_ws(E'\n', nullif(text.words, ''), rest.notes), 10000))
    FROM jsonb_each_text(coalesce(d.eligibility, '{"en": ""}')) AS text (language, words),
         -- Other characters might be such as no text here may hold.
         (SELECT left(regexp_replace(string_agg(note::text, ' '), '[^ -~]', '?', 'g'), 2000) AS notes
          FROM jsonb_array_elements(d.conditions) AS note WHERE condition_of_note(note) IS NULL) AS rest)
WHERE d.preset IS NULL
  AND EXISTS (SELECT FROM jsonb_array_elements(d.conditions) AS note WHERE condition_of_note(note) IS NULL);
UPDATE stream_designs AS d SET conditions = (
    SELECT coalesce(jsonb_agg(condition_of_note(note) ORDER BY place), '[]')
    FROM (SELECT note, place FROM jsonb_array_elements(d.conditions) WITH ORDINALITY AS n (note, place)
          WHERE condition_of_note(note) IS NOT NULL ORDER BY place LIMIT 40) AS meant);
ALTER TABLE stream_designs ENABLE TRIGGER USER;
ALTER TABLE stream_designs FORCE ROW LEVEL SECURITY;
DROP FUNCTION condition_of_note(jsonb);

-- Whether a call can begin with them: the walls of call_conditions, which it would meet there.
CREATE FUNCTION calls_can_begin_with(conditions jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        SELECT count(*) <= 40 AND count(*) = count(DISTINCT condition ->> 'id')
           AND coalesce(bool_and(coalesce(
               jsonb_typeof(condition -> 'name') = 'object' AND condition -> 'name' <> '{}'
               AND jsonb_typeof(condition -> 'blocks') = 'boolean' AND condition ? 'rule'
               AND length((condition -> 'rule')::text) <= 20000, false)), true)
        FROM jsonb_array_elements(conditions) AS condition);
REVOKE ALL ON FUNCTION calls_can_begin_with(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION calls_can_begin_with(jsonb) TO trellis_app;
ALTER TABLE stream_designs
    ADD CONSTRAINT designed_conditions_can_be_asked CHECK (calls_can_begin_with(conditions));

-- The letters that tell a startup of its invitation, so that those which have not gone out do not outlive it.
ALTER TABLE call_admissions ADD COLUMN letters uuid[] NOT NULL DEFAULT '{}';
