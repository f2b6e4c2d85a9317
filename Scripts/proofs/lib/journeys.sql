-- A large call, judged but for one review: fourteen applications and three judges, enough to tell leniency from merit, and
-- the third judge is harsh. Past the verbs, since so many would be an hour's work in a browser. Prints the round's id.
\set ON_ERROR_STOP 1
BEGIN;
SET LOCAL session_replication_role = replica;

CREATE TEMPORARY TABLE told ON COMMIT DROP AS
SELECT r.tenant_id, r.id AS pattern, r.call_id AS pattern_call, gen_random_uuid() AS round, gen_random_uuid() AS call,
       (SELECT id FROM people WHERE email = 'mei@harbour.example') AS manager
FROM review_rounds AS r WHERE r.name ->> 'en' = 'Admission panel';

INSERT INTO calls
SELECT (jsonb_populate_record(c, jsonb_build_object('id', t.call, 'title', '{"en": "A large call"}'::jsonb))).*
FROM calls AS c JOIN told AS t ON c.id = t.pattern_call;

INSERT INTO review_rounds
SELECT (jsonb_populate_record(r, jsonb_build_object('id', t.round, 'call_id', t.call,
                                                    'name', '{"en": "A large panel"}'::jsonb))).*
FROM review_rounds AS r JOIN told AS t ON r.id = t.pattern;

INSERT INTO review_criteria
SELECT (jsonb_populate_record(k, jsonb_build_object('id', gen_random_uuid(), 'round_id', t.round))).*
FROM review_criteria AS k JOIN told AS t ON k.round_id = t.pattern;

CREATE TEMPORARY TABLE judges ON COMMIT DROP AS
SELECT n, gen_random_uuid() AS person, gen_random_uuid() AS seat FROM generate_series(1, 3) AS n;

INSERT INTO people (id, email, name) SELECT person, 'judge' || n || '@large.example', 'Judge ' || n FROM judges;
INSERT INTO passwords
SELECT (jsonb_populate_record(p, jsonb_build_object('person_id', j.person))).*
FROM passwords AS p JOIN told AS t ON p.person_id = t.manager CROSS JOIN judges AS j;
INSERT INTO memberships (id, tenant_id, institution_id, person_id, role)
SELECT seat, tenant_id, tenant_id, person, 'reviewer' FROM judges, told;
INSERT INTO panel_members
SELECT (jsonb_populate_record(m, jsonb_build_object('round_id', t.round, 'person_id', j.person, 'is_chair', false))).*
FROM (SELECT m.* FROM panel_members AS m JOIN told AS t ON m.round_id = t.pattern
      JOIN people AS p ON p.id = m.person_id AND p.email = 'vera@institute.example') AS o
JOIN panel_members AS m ON (m.round_id, m.person_id) = (o.round_id, o.person_id)
CROSS JOIN told AS t CROSS JOIN judges AS j;

CREATE TEMPORARY TABLE entries ON COMMIT DROP AS
SELECT n, gen_random_uuid() AS startup, gen_random_uuid() AS application FROM generate_series(1, 14) AS n;

INSERT INTO institutions (id, tenant_id, names, kind, country)
SELECT e.startup, i.tenant_id, jsonb_build_object('en', 'Entry ' || e.n), i.kind, i.country
FROM institutions AS i CROSS JOIN entries AS e WHERE i.names ->> 'en' = 'Gridfellow';
INSERT INTO startups
SELECT (jsonb_populate_record(s, jsonb_build_object('id', e.startup))).*
FROM startups AS s JOIN institutions AS i ON i.id = s.id CROSS JOIN entries AS e WHERE i.names ->> 'en' = 'Gridfellow';
INSERT INTO applications
SELECT (jsonb_populate_record(a, jsonb_build_object('id', e.application, 'call_id', t.call, 'startup_id', e.startup,
                                                    'state', 'in_review', 'offer_expires_at', NULL))).*
FROM applications AS a JOIN institutions AS i ON i.id = a.startup_id AND i.names ->> 'en' = 'Plumbline'
CROSS JOIN entries AS e CROSS JOIN told AS t;
INSERT INTO review_files
SELECT (jsonb_populate_record(f, jsonb_build_object('round_id', t.round, 'application_id', e.application,
                                                    'code', 'L' || lpad(e.n::text, 3, '0'), 'startup_name', NULL))).*
FROM (SELECT f.* FROM review_files AS f JOIN told AS t ON f.round_id = t.pattern LIMIT 1) AS o
JOIN review_files AS f ON (f.round_id, f.application_id) = (o.round_id, o.application_id)
CROSS JOIN entries AS e CROSS JOIN told AS t;

CREATE TEMPORARY TABLE pairs ON COMMIT DROP AS
SELECT gen_random_uuid() AS assignment, e.n AS entry, j.n AS judge, e.application, j.person FROM entries AS e, judges AS j;

INSERT INTO review_assignments (tenant_id, id, round_id, application_id, person_id, assigned_by)
SELECT t.tenant_id, p.assignment, t.round, p.application, p.person, t.manager FROM pairs AS p, told AS t;

-- The third judge has the last one still before them.
INSERT INTO reviews (tenant_id, assignment_id, round_id, application_id, person_id, submitted_at)
SELECT t.tenant_id, p.assignment, t.round, p.application, p.person, now() FROM pairs AS p, told AS t
WHERE (p.entry, p.judge) <> (14, 3);
-- Merit rises and falls with the entry, and all three differ here and there.
INSERT INTO review_scores (tenant_id, assignment_id, round_id, criterion_id, score)
SELECT t.tenant_id, p.assignment, t.round, k.id,
       greatest(k.lowest, least(k.highest, 2 + (p.entry * 5) % 4 + (p.entry + p.judge + k.position) % 2
                                           - CASE p.judge WHEN 3 THEN 1 ELSE 0 END))
FROM pairs AS p CROSS JOIN told AS t JOIN review_criteria AS k ON k.round_id = t.round
WHERE (p.entry, p.judge) <> (14, 3);
INSERT INTO review_tallies (tenant_id, round_id, application_id, assigned, submitted)
SELECT t.tenant_id, t.round, p.application, count(*), count(*) - (p.entry = 14)::int FROM pairs AS p, told AS t
GROUP BY t.tenant_id, t.round, p.application, p.entry;

SELECT round FROM told;
COMMIT;
