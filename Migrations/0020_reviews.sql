-- Judging applications: rounds with their rubric, the panel, what stands between a person and a startup, who judges what,
-- and the reviews.

-- Somebody who judges applications holds a seat for it, beside whatever other seats they hold.
ALTER TABLE memberships DROP CONSTRAINT membership_role_is_known;
ALTER TABLE memberships ADD CONSTRAINT membership_role_is_known
    CHECK (role IN ('operator', 'manager', 'partner', 'founder', 'investor', 'mentor', 'reviewer'));

-- Who reads an answer beside the startup and the park: reviewers; only those of rounds that name the startup; nobody.
ALTER TABLE call_questions ADD COLUMN audience text NOT NULL DEFAULT 'reviewers'
    CONSTRAINT question_audience_is_known CHECK (audience IN ('reviewers', 'named_reviewers', 'managers'));

-- Who owns a startup, in hundredths of a per cent. What a register says, or the startup.
CREATE TABLE startup_holders (
    tenant_id      uuid NOT NULL,
    startup_id     uuid NOT NULL,
    id             uuid NOT NULL,
    name           text NOT NULL,
    -- Whom the name means, where that is known.
    institution_id uuid,
    person_id      uuid REFERENCES people (id),
    share          integer NOT NULL,
    PRIMARY KEY (tenant_id, startup_id, id),
    FOREIGN KEY (tenant_id, startup_id) REFERENCES startups (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, institution_id) REFERENCES institutions (tenant_id, id),
    CONSTRAINT holder_is_named CHECK (name <> ''),
    CONSTRAINT holder_is_a_person_or_an_institution CHECK (num_nonnulls(institution_id, person_id) <= 1),
    CONSTRAINT holding_is_a_share CHECK (share BETWEEN 1 AND 10000)
);
CREATE INDEX holdings_of_an_institution ON startup_holders (tenant_id, institution_id) WHERE institution_id IS NOT NULL;
CREATE INDEX holdings_of_a_person ON startup_holders (tenant_id, person_id) WHERE person_id IS NOT NULL;

CREATE FUNCTION check_holdings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(share) FROM startup_holders
        WHERE tenant_id = NEW.tenant_id AND startup_id = NEW.startup_id) > 10000 THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'holdings_are_at_most_the_whole',
            MESSAGE = 'holders own at most the whole of a startup';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER holdings_are_at_most_the_whole AFTER INSERT OR UPDATE ON startup_holders
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION check_holdings();

-- People are known across tenants, and nobody learns of one who has no seat here. The constraint's name is the trigger's.
CREATE FUNCTION check_person_is_seated() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM memberships WHERE tenant_id = NEW.tenant_id AND person_id = NEW.person_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_NAME,
            MESSAGE = 'the person has no seat in the tenant';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER holders_have_a_seat_here BEFORE INSERT OR UPDATE ON startup_holders
    FOR EACH ROW WHEN (NEW.person_id IS NOT NULL) EXECUTE FUNCTION check_person_is_seated();

-- One pass of review over applications to a call. A draft until it is opened; open until it is closed.
CREATE TABLE review_rounds (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL,
    call_id        uuid NOT NULL,
    position       integer NOT NULL,
    name           jsonb NOT NULL,
    -- Reviewers do not learn whose application it is.
    is_blind       boolean NOT NULL,
    -- Who has submitted their own review reads those of the others.
    is_shared      boolean NOT NULL,
    reviews_wanted integer NOT NULL,
    -- Fewer submitted reviews than this decide nothing.
    quorum         integer NOT NULL,
    due_at         timestamptz NOT NULL,
    time_zone      text NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    opened_at      timestamptz,
    opened_by      uuid,
    closed_at      timestamptz,
    closed_by      uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    CONSTRAINT rounds_of_a_call_stand_in_order UNIQUE (tenant_id, call_id, position),
    CONSTRAINT round_has_a_name CHECK (name <> '{}'::jsonb),
    CONSTRAINT round_wants_a_reasonable_number_of_reviews CHECK (reviews_wanted BETWEEN 1 AND 20),
    CONSTRAINT quorum_is_within_the_reviews_wanted CHECK (quorum BETWEEN 1 AND reviews_wanted),
    CONSTRAINT round_opening_names_who CHECK ((opened_at IS NULL) = (opened_by IS NULL)),
    CONSTRAINT round_closing_names_who CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
    CONSTRAINT round_closes_after_it_opened CHECK (closed_at IS NULL OR opened_at IS NOT NULL)
);

-- The rubric: what is judged, on which scale, and how much it weighs in a hundred.
CREATE TABLE review_criteria (
    tenant_id uuid NOT NULL,
    round_id  uuid NOT NULL,
    id        uuid NOT NULL,
    position  integer NOT NULL,
    name      jsonb NOT NULL,
    guidance  jsonb,
    weight    integer NOT NULL,
    lowest    integer NOT NULL,
    highest   integer NOT NULL,
    -- What a score means, by the score: {"1": {"en": "…"}, …}.
    anchors   jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, round_id, id),
    FOREIGN KEY (tenant_id, round_id) REFERENCES review_rounds (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT criteria_stand_in_order UNIQUE (tenant_id, round_id, position),
    CONSTRAINT criterion_has_a_name CHECK (name <> '{}'::jsonb),
    CONSTRAINT criterion_weight_is_a_percentage CHECK (weight BETWEEN 1 AND 100),
    CONSTRAINT criterion_scale_runs_upward CHECK (0 <= lowest AND lowest < highest AND highest <= 100)
);

-- A rubric is judged by as it stood when the round opened.
CREATE FUNCTION check_rubric_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM review_rounds
               WHERE tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
                 AND id = coalesce(NEW.round_id, OLD.round_id) AND opened_at IS NOT NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'a_rubric_stands_once_its_round_opened',
            MESSAGE = 'the rubric of an open round stands';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER a_rubric_stands_once_its_round_opened BEFORE INSERT OR UPDATE OR DELETE ON review_criteria
    FOR EACH ROW EXECUTE FUNCTION check_rubric_is_open();

CREATE FUNCTION check_round_opening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce((SELECT sum(weight) FROM review_criteria
                 WHERE tenant_id = NEW.tenant_id AND round_id = NEW.id), 0) <> 100 THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'weights_of_a_rubric_sum_to_a_hundred',
            MESSAGE = 'the weights of a rubric sum to a hundred';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER weights_of_a_rubric_sum_to_a_hundred BEFORE UPDATE OF opened_at ON review_rounds
    FOR EACH ROW WHEN (OLD.opened_at IS NULL AND NEW.opened_at IS NOT NULL) EXECUTE FUNCTION check_round_opening();

-- Who judges in a round, how much of it, and what they know.
CREATE TABLE panel_members (
    tenant_id   uuid NOT NULL,
    round_id    uuid NOT NULL,
    person_id   uuid NOT NULL REFERENCES people (id),
    is_chair    boolean NOT NULL DEFAULT false,
    least       integer NOT NULL DEFAULT 0,
    most        integer NOT NULL,
    languages   text[] NOT NULL,
    focus_areas text[] NOT NULL DEFAULT '{}',
    invited_at  timestamptz NOT NULL DEFAULT now(),
    invited_by  uuid NOT NULL,
    accepted_at timestamptz,
    declined_at timestamptz,
    declined_reason text,
    PRIMARY KEY (tenant_id, round_id, person_id),
    FOREIGN KEY (tenant_id, round_id) REFERENCES review_rounds (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT panel_load_runs_upward CHECK (0 <= least AND least <= most AND most <= 1000),
    CONSTRAINT panel_members_read_a_language
        CHECK (languages <> '{}' AND languages <@ ARRAY['en', 'zh-Hant', 'ja']),
    CONSTRAINT panel_invitation_has_one_answer CHECK (num_nonnulls(accepted_at, declined_at) <= 1),
    CONSTRAINT a_reason_goes_with_declining CHECK (declined_reason IS NULL OR declined_at IS NOT NULL)
);
CREATE INDEX panels_of_a_person ON panel_members (tenant_id, person_id);
CREATE UNIQUE INDEX panels_have_one_chair ON panel_members (tenant_id, round_id) WHERE is_chair AND declined_at IS NULL;

-- An invitation is answered by whom it asks, perhaps for fewer applications; the rest of it is the manager's.
CREATE FUNCTION check_panel_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF acting_role() = 'reviewer' AND (
        NEW.most > OLD.most OR NEW.least > OLD.least
        OR (NEW.tenant_id, NEW.round_id, NEW.person_id, NEW.is_chair, NEW.languages, NEW.focus_areas, NEW.invited_by)
            IS DISTINCT FROM
           (OLD.tenant_id, OLD.round_id, OLD.person_id, OLD.is_chair, OLD.languages, OLD.focus_areas, OLD.invited_by))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'reviewers_only_answer_their_invitation',
            MESSAGE = 'a reviewer answers the invitation and changes nothing else of it';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reviewers_only_answer_their_invitation BEFORE UPDATE ON panel_members
    FOR EACH ROW EXECUTE FUNCTION check_panel_answer();

-- When a reviewer reads nothing.
CREATE TABLE reviewer_absences (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL REFERENCES people (id),
    id        uuid NOT NULL,
    first_day date NOT NULL,
    last_day  date NOT NULL,
    PRIMARY KEY (tenant_id, person_id, id),
    CONSTRAINT absences_end_after_they_begin CHECK (first_day <= last_day)
);

-- An application as a round reads it: frozen when it enters the round, without whatever the round may not know. The one
-- projection behind pages, operations, exports and letters to reviewers: what is not in it cannot be shown.
CREATE TABLE review_files (
    tenant_id      uuid NOT NULL,
    round_id       uuid NOT NULL,
    application_id uuid NOT NULL,
    -- What everybody calls it where the startup is not named: no number, which would tell the order of arrival.
    code           text NOT NULL,
    -- Who applies; nothing in a blind round.
    startup_name   jsonb,
    language       text NOT NULL,
    -- [{"question": …, "prompt": {…}, "text": …}, …] in the order of the form.
    answers        jsonb NOT NULL,
    entered_at     timestamptz NOT NULL DEFAULT now(),
    entered_by     uuid NOT NULL,
    PRIMARY KEY (tenant_id, round_id, application_id),
    FOREIGN KEY (tenant_id, round_id) REFERENCES review_rounds (tenant_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id),
    CONSTRAINT codes_of_a_round_are_distinct UNIQUE (tenant_id, round_id, code),
    CONSTRAINT file_language_is_offered CHECK (language IN ('en', 'zh-Hant', 'ja'))
);
CREATE INDEX review_files_of_an_application ON review_files (tenant_id, application_id);

CREATE FUNCTION check_file_is_blind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.startup_name IS NOT NULL) = (SELECT is_blind FROM review_rounds
                                         WHERE tenant_id = NEW.tenant_id AND id = NEW.round_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'files_of_a_blind_round_name_nobody',
            MESSAGE = 'the files of a blind round name no startup, those of an open one do';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER files_of_a_blind_round_name_nobody BEFORE INSERT OR UPDATE ON review_files
    FOR EACH ROW EXECUTE FUNCTION check_file_is_blind();

-- What somebody says stands between them and an application, or a manager says between somebody and a startup.
CREATE TABLE conflict_declarations (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL,
    person_id      uuid NOT NULL REFERENCES people (id),
    -- A reviewer of a blind round knows the application alone.
    application_id uuid,
    startup_id     uuid,
    note           text,
    declared_at    timestamptz NOT NULL DEFAULT now(),
    declared_by    uuid NOT NULL,
    lifted_at      timestamptz,
    lifted_by      uuid,
    lifted_reason  text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id),
    FOREIGN KEY (tenant_id, startup_id) REFERENCES startups (tenant_id, id),
    CONSTRAINT declaration_names_an_application_or_a_startup CHECK (num_nonnulls(application_id, startup_id) = 1),
    CONSTRAINT lifting_a_conflict_is_explained
        CHECK ((lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lifted_reason IS NULL))
);
CREATE INDEX declarations_of_a_person ON conflict_declarations (tenant_id, person_id);
CREATE UNIQUE INDEX conflicts_are_declared_once
    ON conflict_declarations (tenant_id, person_id, application_id, startup_id) NULLS NOT DISTINCT WHERE lifted_at IS NULL;

CREATE TRIGGER conflicts_are_of_people_with_a_seat_here BEFORE INSERT ON conflict_declarations
    FOR EACH ROW EXECUTE FUNCTION check_person_is_seated();

-- Two people at one address of an organisation are colleagues; two at a public provider's are not.
CREATE FUNCTION organisation_of(email text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN nullif(CASE WHEN split_part(lower(email), '@', 2) = ANY (ARRAY[
        'gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com', 'live.com', 'msn.com', 'yahoo.com', 'yahoo.com.hk',
        'yahoo.co.jp', 'yahoo.com.tw', 'icloud.com', 'me.com', 'mac.com', 'aol.com', 'proton.me', 'protonmail.com',
        'gmx.com', 'gmx.net', 'mail.com', 'zoho.com', 'fastmail.com', 'qq.com', '163.com', '126.com', 'sina.com',
        'foxmail.com', 'naver.com', 'netvigator.com', 'docomo.ne.jp', 'ezweb.ne.jp', 'softbank.ne.jp', 'nifty.com'])
        THEN '' ELSE split_part(lower(email), '@', 2) END, '');
CREATE FUNCTION site_of(website text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN regexp_replace(split_part(regexp_replace(lower(website), '^[a-z]+://', ''), '/', 1), '^www\.|:[0-9]+$', '', 'g');
CREATE INDEX people_of_an_organisation ON people (organisation_of(email));
CREATE INDEX investments_in_a_startup ON investments (tenant_id, startup_id);

-- Everything that stands between a person and a startup, declared or known from what the tenant has on record. `through`
-- is the institution by which it does. Past relations count: a seat that has ended, a mentor of former days.
CREATE VIEW conflicts_of_interest WITH (security_invoker = true) AS
    SELECT m.tenant_id, m.person_id, m.institution_id AS startup_id, 'founder' AS kind, NULL::uuid AS through
    FROM memberships AS m WHERE m.role = 'founder'
    UNION ALL
    SELECT e.tenant_id, e.mentor_id, e.startup_id, 'mentor', NULL
    FROM enrolments AS e WHERE e.mentor_id IS NOT NULL
    UNION ALL
    SELECT h.tenant_id, h.person_id, h.startup_id, 'shareholder', NULL
    FROM startup_holders AS h WHERE h.person_id IS NOT NULL
    UNION ALL
    SELECT h.tenant_id, m.person_id, h.startup_id, 'shareholder', h.institution_id
    FROM startup_holders AS h
    JOIN memberships AS m ON m.tenant_id = h.tenant_id AND m.institution_id = h.institution_id
    WHERE m.institution_id <> m.tenant_id
    UNION ALL
    SELECT i.tenant_id, m.person_id, i.startup_id, 'investor', i.investor_id
    FROM investments AS i
    JOIN memberships AS m ON m.tenant_id = i.tenant_id AND m.institution_id = i.investor_id
    WHERE m.institution_id <> m.tenant_id
    UNION ALL
    SELECT w.tenant_id, m.person_id, w.startup_id, 'considering', l.investor_id
    FROM shortlist_answers AS w
    JOIN shortlists AS l ON l.tenant_id = w.tenant_id AND l.id = w.shortlist_id
    JOIN memberships AS m ON m.tenant_id = l.tenant_id AND m.institution_id = l.investor_id
    WHERE w.answer = 'interested' AND m.institution_id <> m.tenant_id
    UNION ALL
    -- A founder who sits elsewhere, too, and those who sit there beside them.
    SELECT f.tenant_id, m.person_id, f.institution_id, 'colleague', m.institution_id
    FROM memberships AS f
    JOIN memberships AS o ON o.tenant_id = f.tenant_id AND o.person_id = f.person_id
    JOIN memberships AS m ON m.tenant_id = o.tenant_id AND m.institution_id = o.institution_id
    WHERE f.role = 'founder' AND o.institution_id NOT IN (f.institution_id, f.tenant_id) AND m.person_id <> f.person_id
    UNION ALL
    SELECT f.tenant_id, m.person_id, f.institution_id, 'email_domain', NULL
    FROM memberships AS f
    JOIN people AS founder ON founder.id = f.person_id
    JOIN people AS reader ON organisation_of(reader.email) = organisation_of(founder.email) AND reader.id <> founder.id
    JOIN memberships AS m ON m.tenant_id = f.tenant_id AND m.person_id = reader.id
    WHERE f.role = 'founder'
    UNION ALL
    SELECT s.tenant_id, m.person_id, s.id, 'email_domain', NULL
    FROM institutions AS s
    JOIN people AS reader ON organisation_of(reader.email) = site_of(s.website)
    JOIN memberships AS m ON m.tenant_id = s.tenant_id AND m.person_id = reader.id
    WHERE s.kind = 'startup'
    UNION ALL
    SELECT d.tenant_id, d.person_id, d.startup_id, 'declared', NULL
    FROM conflict_declarations AS d WHERE d.startup_id IS NOT NULL AND d.lifted_at IS NULL
    UNION ALL
    SELECT d.tenant_id, d.person_id, a.startup_id, 'declared', NULL
    FROM conflict_declarations AS d
    JOIN applications AS a ON a.tenant_id = d.tenant_id AND a.id = d.application_id
    WHERE d.lifted_at IS NULL;
GRANT SELECT ON conflicts_of_interest TO trellis_app;

-- Asked by policies and triggers on behalf of people who may not read what it is known from, hence as `system`, which
-- stays within the tenant. Constants reach into each part of the view; a join with it would compute it whole.
CREATE FUNCTION conflict_stands(person uuid, startup uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN EXISTS (SELECT FROM conflicts_of_interest AS c
                   WHERE c.tenant_id = acting_tenant() AND c.person_id = person AND c.startup_id = startup);
END $$;

-- The startups that somebody must not judge: a reviewer any with which they have a conflict, a manager those that are
-- their own. And the applications of those.
CREATE FUNCTION startups_too_near(role text, person uuid) RETURNS uuid[] LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF role NOT IN ('reviewer', 'manager') THEN
        RETURN '{}';
    END IF;
    RETURN coalesce((SELECT array_agg(DISTINCT c.startup_id) FROM conflicts_of_interest AS c
                     WHERE c.tenant_id = acting_tenant() AND c.person_id = person
                       AND (role = 'reviewer' OR c.kind IN ('founder', 'shareholder'))), '{}');
END $$;
CREATE FUNCTION applications_too_near(role text, person uuid) RETURNS uuid[] LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE startups uuid[] := startups_too_near(role, person);
BEGIN
    RETURN coalesce((SELECT array_agg(a.id) FROM applications AS a
                     WHERE a.tenant_id = acting_tenant() AND a.startup_id = ANY (startups)), '{}');
END $$;

-- Who judges what. How far the review is, its own row says.
CREATE TABLE review_assignments (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL,
    round_id       uuid NOT NULL,
    application_id uuid NOT NULL,
    person_id      uuid NOT NULL,
    state          text NOT NULL DEFAULT 'assigned',
    assigned_at    timestamptz NOT NULL DEFAULT now(),
    assigned_by    uuid NOT NULL,
    ended_at       timestamptz,
    ended_reason   text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, round_id, application_id) REFERENCES review_files (tenant_id, round_id, application_id),
    FOREIGN KEY (tenant_id, round_id, person_id) REFERENCES panel_members (tenant_id, round_id, person_id),
    CONSTRAINT assignments_are_told_apart UNIQUE (tenant_id, id, round_id, application_id, person_id),
    CONSTRAINT assignment_state_is_known CHECK (state IN ('assigned', 'abstained', 'conflicted', 'withdrawn')),
    CONSTRAINT assignment_is_dated_when_it_ends CHECK ((state = 'assigned') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX reviewers_judge_an_application_once
    ON review_assignments (tenant_id, round_id, application_id, person_id) WHERE state = 'assigned';
CREATE INDEX assignments_of_a_person ON review_assignments (tenant_id, person_id) WHERE state = 'assigned';
CREATE INDEX assignments_of_an_application ON review_assignments (tenant_id, application_id) WHERE state = 'assigned';

-- No conflict, room on the plate, an accepted seat and an open round. The panel member's row is locked, so that two
-- assignments at once cannot both take the last place.
CREATE FUNCTION check_assignment() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    member panel_members;
    startup uuid;
BEGIN
    IF NOT EXISTS (SELECT FROM review_rounds WHERE tenant_id = NEW.tenant_id AND id = NEW.round_id
                     AND opened_at IS NOT NULL AND closed_at IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'open_rounds_are_assigned',
            MESSAGE = 'the round is not open';
    END IF;
    SELECT * INTO member FROM panel_members
    WHERE tenant_id = NEW.tenant_id AND round_id = NEW.round_id AND person_id = NEW.person_id FOR UPDATE;
    IF member.accepted_at IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'reviewers_have_accepted',
            MESSAGE = 'the reviewer has not accepted the invitation to the panel';
    END IF;
    IF NOT EXISTS (SELECT FROM memberships AS m JOIN people AS p ON p.id = m.person_id AND p.disabled_at IS NULL
                   WHERE m.tenant_id = NEW.tenant_id AND m.person_id = NEW.person_id AND m.role = 'reviewer'
                     AND m.ended_at IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'reviewers_hold_a_seat',
            MESSAGE = 'the person holds no reviewer''s seat any more';
    END IF;
    -- Held as it is, so that it is not taken back meanwhile.
    SELECT startup_id INTO startup FROM applications
    WHERE tenant_id = NEW.tenant_id AND id = NEW.application_id AND withdrawn_at IS NULL FOR SHARE;
    IF startup IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'what_is_withdrawn_is_not_judged',
            MESSAGE = 'the application was taken back';
    END IF;
    IF conflict_stands(NEW.person_id, startup) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'reviewers_have_no_conflict',
            MESSAGE = 'something stands between the reviewer and the startup';
    END IF;
    IF (SELECT count(*) FROM review_assignments WHERE tenant_id = NEW.tenant_id AND round_id = NEW.round_id
          AND person_id = NEW.person_id AND state = 'assigned') >= member.most THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'reviewers_keep_to_their_load',
            MESSAGE = 'the reviewer has as many applications as they take';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reviewers_are_fit_to_judge BEFORE INSERT ON review_assignments
    FOR EACH ROW WHEN (NEW.state = 'assigned') EXECUTE FUNCTION check_assignment();

-- An assignment that has ended stays so, and nobody takes a review out of a closed round. What was submitted is not
-- abstained from: its reviewer may have read the others' since.
CREATE FUNCTION check_assignment_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'assigned' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'assignments_end_once',
            MESSAGE = 'the assignment has ended';
    END IF;
    IF NEW.state = 'conflicted' OR acting_role() = 'system' THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM review_rounds
               WHERE tenant_id = OLD.tenant_id AND id = OLD.round_id AND closed_at IS NOT NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'open_rounds_are_assigned',
            MESSAGE = 'the round is not open';
    END IF;
    IF NEW.state = 'abstained' AND EXISTS (
        SELECT FROM reviews WHERE tenant_id = OLD.tenant_id AND assignment_id = OLD.id AND submitted_at IS NOT NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'submitted_reviews_stand',
            MESSAGE = 'a submitted review stands until it is reopened';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assignments_end_once BEFORE UPDATE OF state ON review_assignments
    FOR EACH ROW EXECUTE FUNCTION check_assignment_end();

CREATE TABLE reviews (
    tenant_id      uuid NOT NULL,
    assignment_id  uuid NOT NULL,
    round_id       uuid NOT NULL,
    application_id uuid NOT NULL,
    person_id      uuid NOT NULL,
    -- What the startup may read once it is decided, and what only the panel and the park read.
    comment        text,
    private_note   text,
    confidence     smallint,
    version        integer NOT NULL DEFAULT 1,
    saved_at       timestamptz NOT NULL DEFAULT now(),
    submitted_at   timestamptz,
    PRIMARY KEY (tenant_id, assignment_id),
    FOREIGN KEY (tenant_id, assignment_id, round_id, application_id, person_id)
        REFERENCES review_assignments (tenant_id, id, round_id, application_id, person_id),
    CONSTRAINT confidence_is_one_to_four CHECK (confidence BETWEEN 1 AND 4)
);
CREATE INDEX reviews_of_a_round ON reviews (tenant_id, round_id, application_id);

CREATE TABLE review_scores (
    tenant_id     uuid NOT NULL,
    assignment_id uuid NOT NULL,
    round_id      uuid NOT NULL,
    criterion_id  uuid NOT NULL,
    score         integer NOT NULL,
    note          text,
    PRIMARY KEY (tenant_id, assignment_id, criterion_id),
    FOREIGN KEY (tenant_id, assignment_id) REFERENCES reviews (tenant_id, assignment_id) ON DELETE CASCADE,
    CONSTRAINT scores_judge_a_criterion_of_the_round
        FOREIGN KEY (tenant_id, round_id, criterion_id) REFERENCES review_criteria (tenant_id, round_id, id)
);

-- What was submitted stays until a manager reopens it; what has ended or closed takes no more.
CREATE FUNCTION check_review_is_open() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM review_assignments AS s
                   JOIN review_rounds AS r ON r.tenant_id = s.tenant_id AND r.id = s.round_id
                   WHERE s.tenant_id = NEW.tenant_id AND s.id = NEW.assignment_id AND s.state = 'assigned'
                     AND r.closed_at IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'reviews_are_written_while_assigned',
            MESSAGE = 'the assignment has ended or the round is closed';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.submitted_at IS NOT NULL AND NEW.submitted_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'submitted_reviews_stand',
            MESSAGE = 'a submitted review stands until it is reopened';
    END IF;
    IF NEW.submitted_at IS NOT NULL AND EXISTS (
        SELECT FROM review_criteria AS c
        WHERE c.tenant_id = NEW.tenant_id AND c.round_id = NEW.round_id AND NOT EXISTS (
            SELECT FROM review_scores AS x
            WHERE x.tenant_id = c.tenant_id AND x.assignment_id = NEW.assignment_id AND x.criterion_id = c.id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'submitted_reviews_score_every_criterion',
            MESSAGE = 'a submitted review scores every criterion';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reviews_are_open_while_written BEFORE INSERT OR UPDATE ON reviews
    FOR EACH ROW EXECUTE FUNCTION check_review_is_open();

-- A reviewer writes and submits, a manager reopens: neither does the other's part.
CREATE FUNCTION check_review_side() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF acting_role() = 'reviewer' AND OLD.submitted_at IS NOT NULL
       OR acting_role() = 'manager' AND (
           NEW.submitted_at IS NOT NULL
           OR (NEW.comment, NEW.private_note, NEW.confidence) IS DISTINCT FROM
              (OLD.comment, OLD.private_note, OLD.confidence)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'submitted_reviews_stand',
            MESSAGE = 'a reviewer writes and submits, a manager reopens';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_review_is_its_reviewers BEFORE UPDATE ON reviews
    FOR EACH ROW EXECUTE FUNCTION check_review_side();

CREATE FUNCTION check_score() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    lock reviews;
    judged review_criteria;
BEGIN
    SELECT * INTO lock FROM reviews
    WHERE tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
      AND assignment_id = coalesce(NEW.assignment_id, OLD.assignment_id) FOR SHARE;
    IF lock.submitted_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'submitted_reviews_stand',
            MESSAGE = 'a submitted review stands until it is reopened';
    END IF;
    IF EXISTS (SELECT FROM review_rounds
               WHERE tenant_id = lock.tenant_id AND id = lock.round_id AND closed_at IS NOT NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'reviews_are_written_while_assigned',
            MESSAGE = 'the round is closed';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.tenant_id, NEW.assignment_id, NEW.criterion_id)
                            IS DISTINCT FROM (OLD.tenant_id, OLD.assignment_id, OLD.criterion_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'submitted_reviews_stand',
            MESSAGE = 'a score stays with its review';
    END IF;
    SELECT * INTO judged FROM review_criteria
    WHERE tenant_id = NEW.tenant_id AND round_id = NEW.round_id AND id = NEW.criterion_id;
    IF lock.round_id <> NEW.round_id OR NEW.score NOT BETWEEN judged.lowest AND judged.highest THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'scores_are_on_the_scale',
            MESSAGE = 'the score is not on the scale of its criterion';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER scores_are_on_the_scale BEFORE INSERT OR UPDATE OR DELETE ON review_scores
    FOR EACH ROW EXECUTE FUNCTION check_score();

-- When something comes between a reviewer and a startup, what they were to judge is taken from them, in the transaction
-- in which it became known. (Their sight of it ends with the fact itself: the policies below ask each time.)
CREATE FUNCTION end_conflicted_assignments(tenant uuid, person uuid, startup uuid) RETURNS void LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE startups uuid[] := ARRAY[startup];
BEGIN
    IF person IS NOT NULL THEN
        startups := startups || ARRAY(SELECT m.institution_id FROM memberships AS m
                                      WHERE m.tenant_id = tenant AND m.person_id = person AND m.role = 'founder');
        UPDATE review_assignments AS s SET state = 'conflicted', ended_at = now()
        FROM applications AS a, review_rounds AS r
        WHERE s.tenant_id = tenant AND s.state = 'assigned' AND s.person_id = person
          AND a.tenant_id = tenant AND a.id = s.application_id
          AND r.tenant_id = tenant AND r.id = s.round_id AND r.closed_at IS NULL
          AND conflict_stands(s.person_id, a.startup_id);
    END IF;
    -- Apart, and by way of the applications: an import of investments asks this for every row, and few of its startups apply.
    UPDATE review_assignments AS s SET state = 'conflicted', ended_at = now()
    FROM applications AS a, review_rounds AS r
    WHERE a.tenant_id = tenant AND a.startup_id = ANY (startups)
      AND s.tenant_id = tenant AND s.application_id = a.id AND s.state = 'assigned'
      AND r.tenant_id = tenant AND r.id = s.round_id AND r.closed_at IS NULL
      AND conflict_stands(s.person_id, a.startup_id);
END $$;
CREATE FUNCTION seat_may_conflict() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.tenant_id IS NOT NULL THEN
        PERFORM end_conflicted_assignments(NEW.tenant_id, NEW.person_id, NEW.institution_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER a_seat_may_be_a_conflict AFTER INSERT OR UPDATE ON memberships
    FOR EACH ROW EXECUTE FUNCTION seat_may_conflict();
CREATE FUNCTION startup_may_conflict() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM end_conflicted_assignments(NEW.tenant_id, NULL, NEW.startup_id);
    RETURN NULL;
END $$;
CREATE TRIGGER a_mentor_may_be_a_conflict AFTER INSERT OR UPDATE OF mentor_id ON enrolments
    FOR EACH ROW WHEN (NEW.mentor_id IS NOT NULL) EXECUTE FUNCTION startup_may_conflict();
CREATE TRIGGER a_holder_may_be_a_conflict AFTER INSERT OR UPDATE ON startup_holders
    FOR EACH ROW EXECUTE FUNCTION startup_may_conflict();
CREATE TRIGGER an_investor_may_be_a_conflict AFTER INSERT OR UPDATE ON investments
    FOR EACH ROW EXECUTE FUNCTION startup_may_conflict();
CREATE TRIGGER an_interest_may_be_a_conflict AFTER INSERT ON shortlist_answers
    FOR EACH ROW WHEN (NEW.answer = 'interested') EXECUTE FUNCTION startup_may_conflict();
CREATE FUNCTION declaration_may_conflict() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM end_conflicted_assignments(NEW.tenant_id, NEW.person_id, NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER a_declaration_is_a_conflict AFTER INSERT OR UPDATE ON conflict_declarations
    FOR EACH ROW EXECUTE FUNCTION declaration_may_conflict();
CREATE FUNCTION address_may_conflict() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF acting_tenant() IS NOT NULL THEN
        PERFORM end_conflicted_assignments(acting_tenant(), NEW.id, NULL);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER an_address_may_be_a_conflict AFTER UPDATE OF email ON people
    FOR EACH ROW EXECUTE FUNCTION address_may_conflict();
CREATE FUNCTION site_may_conflict() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM end_conflicted_assignments(NEW.tenant_id, NULL, NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER a_site_may_be_a_conflict AFTER UPDATE OF website ON institutions
    FOR EACH ROW WHEN (NEW.kind = 'startup' AND NEW.website IS NOT NULL) EXECUTE FUNCTION site_may_conflict();

-- What a startup took back is judged by nobody.
CREATE FUNCTION end_assignments_of_withdrawn() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    UPDATE review_assignments SET state = 'withdrawn', ended_at = now()
    WHERE tenant_id = NEW.tenant_id AND application_id = NEW.id AND state = 'assigned';
    RETURN NULL;
END $$;
CREATE TRIGGER what_is_withdrawn_is_judged_by_nobody AFTER UPDATE OF state ON applications
    FOR EACH ROW WHEN (NEW.state = 'withdrawn' AND OLD.state <> 'draft') EXECUTE FUNCTION end_assignments_of_withdrawn();

-- A plan for a round that a job works out, and that changes nothing until somebody takes it.
CREATE TABLE assignment_runs (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    round_id     uuid NOT NULL,
    job_id       uuid NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    requested_by uuid,
    finished_at  timestamptz,
    -- What the plan is worth, or which rules no plan can keep.
    report       jsonb,
    applied_at   timestamptz,
    applied_by   uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, round_id) REFERENCES review_rounds (tenant_id, id),
    CONSTRAINT assignment_run_reports_when_finished CHECK ((finished_at IS NULL) = (report IS NULL)),
    CONSTRAINT assignment_run_is_applied_once_finished CHECK (applied_at IS NULL OR finished_at IS NOT NULL),
    CONSTRAINT applying_a_plan_names_who CHECK ((applied_at IS NULL) = (applied_by IS NULL))
);
CREATE INDEX assignment_runs_of_a_round ON assignment_runs (tenant_id, round_id, requested_at);
CREATE TABLE planned_assignments (
    tenant_id      uuid NOT NULL,
    run_id         uuid NOT NULL,
    application_id uuid NOT NULL,
    person_id      uuid NOT NULL,
    -- How well the reviewer knows what it is about, in thousandths.
    affinity       integer NOT NULL,
    PRIMARY KEY (tenant_id, run_id, application_id, person_id),
    FOREIGN KEY (tenant_id, run_id) REFERENCES assignment_runs (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT affinity_is_in_thousandths CHECK (affinity BETWEEN 0 AND 1000)
);

CALL wall_table('startup_holders');
CALL wall_table('review_rounds');
CALL wall_table('review_criteria');
CALL wall_table('panel_members');
CALL wall_table('reviewer_absences');
CALL wall_table('review_files');
CALL wall_table('conflict_declarations');
CALL wall_table('review_assignments');
CALL wall_table('reviews');
CALL wall_table('review_scores');
CALL wall_table('assignment_runs');
CALL wall_table('planned_assignments');
-- Written once by a run that is on record.
DROP TRIGGER audit_inserted ON planned_assignments;
DROP TRIGGER audit_changed ON planned_assignments;

-- A reviewer's words and scores stay where those who may read them look; the trail says that something was written.
DROP TRIGGER audit_inserted ON reviews;
DROP TRIGGER audit_changed ON reviews;
DROP TRIGGER audit_inserted ON review_scores;
DROP TRIGGER audit_changed ON review_scores;
CREATE FUNCTION audit_review() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    row jsonb := to_jsonb(coalesce(NEW, OLD));
BEGIN
    INSERT INTO audit_events
        (tenant_id, person_id, membership_id, role, action, request_id, deed, noun, object_id, after)
    VALUES (
        (row ->> 'tenant_id')::uuid, acting_person(), acting_membership(), acting_role(),
        nullif(current_setting('trellis.action', true), ''), nullif(current_setting('trellis.request', true), ''),
        lower(TG_OP), TG_TABLE_NAME, (row ->> 'assignment_id')::uuid,
        row - '{tenant_id,comment,private_note,score,note,confidence,person_id,application_id}'::text[]);
    RETURN NULL;
END $$;
CREATE TRIGGER audit_inserted AFTER INSERT ON reviews FOR EACH ROW EXECUTE FUNCTION audit_review();
CREATE TRIGGER audit_changed AFTER UPDATE OR DELETE ON reviews FOR EACH ROW EXECUTE FUNCTION audit_review();
CREATE TRIGGER audit_inserted AFTER INSERT ON review_scores FOR EACH ROW EXECUTE FUNCTION audit_review();
CREATE TRIGGER audit_changed AFTER UPDATE OR DELETE ON review_scores FOR EACH ROW EXECUTE FUNCTION audit_review();

CREATE POLICY managers_keep_holders ON startup_holders USING (acting_role() = 'manager');
CREATE POLICY founders_keep_their_holders ON startup_holders
    USING (acting_role() = 'founder' AND startup_id = acting_institution());

CREATE POLICY managers_keep_panels ON panel_members USING (acting_role() = 'manager');
CREATE POLICY reviewers_see_their_seat_on_a_panel ON panel_members FOR SELECT
    USING (acting_role() = 'reviewer' AND person_id = acting_person());
CREATE POLICY reviewers_answer_their_invitation ON panel_members FOR UPDATE
    USING (acting_role() = 'reviewer' AND person_id = acting_person())
    WITH CHECK (acting_role() = 'reviewer' AND person_id = acting_person());

CREATE POLICY managers_keep_rounds ON review_rounds USING (acting_role() = 'manager');
CREATE POLICY panels_see_their_round ON review_rounds FOR SELECT
    USING (acting_role() = 'reviewer' AND EXISTS (
        SELECT FROM panel_members AS p WHERE p.tenant_id = review_rounds.tenant_id AND p.round_id = review_rounds.id));
CREATE POLICY managers_keep_rubrics ON review_criteria USING (acting_role() = 'manager');
CREATE POLICY panels_see_their_rubric ON review_criteria FOR SELECT
    USING (acting_role() = 'reviewer' AND EXISTS (
        SELECT FROM panel_members AS p
        WHERE p.tenant_id = review_criteria.tenant_id AND p.round_id = review_criteria.round_id));

CREATE POLICY managers_keep_absences ON reviewer_absences USING (acting_role() = 'manager');
CREATE POLICY reviewers_keep_their_absences ON reviewer_absences
    USING (acting_role() = 'reviewer' AND person_id = acting_person());

CREATE POLICY managers_keep_assignments ON review_assignments USING (acting_role() = 'manager');
CREATE POLICY reviewers_see_their_assignments ON review_assignments FOR SELECT
    USING (acting_role() = 'reviewer' AND person_id = acting_person());
CREATE POLICY reviewers_end_their_assignments ON review_assignments FOR UPDATE
    USING (acting_role() = 'reviewer' AND person_id = acting_person())
    WITH CHECK (acting_role() = 'reviewer' AND person_id = acting_person() AND state = 'abstained');
CREATE POLICY nobody_judges_what_is_too_near ON review_assignments AS RESTRICTIVE
    USING (application_id <> ALL ((SELECT applications_too_near(acting_role(), acting_person()))::uuid[]));

CREATE POLICY managers_keep_review_files ON review_files USING (acting_role() = 'manager');
CREATE POLICY reviewers_read_what_they_judge ON review_files FOR SELECT
    -- Sets that are found once, not a question to each row.
    USING (acting_role() = 'reviewer' AND (
        (round_id, application_id) IN (
            SELECT s.round_id, s.application_id FROM review_assignments AS s
            WHERE s.tenant_id = acting_tenant() AND s.person_id = acting_person() AND s.state = 'assigned')
        -- The chair of the panel follows all of it.
        OR round_id IN (
            SELECT p.round_id FROM panel_members AS p
            WHERE p.tenant_id = acting_tenant() AND p.person_id = acting_person() AND p.is_chair
              AND p.accepted_at IS NOT NULL)));
CREATE POLICY nobody_reads_what_is_too_near ON review_files AS RESTRICTIVE
    USING (application_id <> ALL ((SELECT applications_too_near(acting_role(), acting_person()))::uuid[]));

-- A reviewer reads the reviews of others once their own of the same application is submitted, where the round shares
-- them; the chair of the panel reads what is submitted. What does not count is read by neither.
CREATE FUNCTION may_read_review(reader uuid, assignment uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM review_assignments AS theirs
        JOIN review_rounds AS r ON r.tenant_id = theirs.tenant_id AND r.id = theirs.round_id
        WHERE theirs.tenant_id = acting_tenant() AND theirs.id = assignment AND theirs.state = 'assigned'
          AND (EXISTS (SELECT FROM panel_members AS p
                       WHERE p.tenant_id = r.tenant_id AND p.round_id = r.id AND p.person_id = reader
                         AND p.is_chair AND p.accepted_at IS NOT NULL)
            OR r.is_shared AND EXISTS (
                SELECT FROM review_assignments AS own
                JOIN reviews AS w ON w.tenant_id = own.tenant_id AND w.assignment_id = own.id
                WHERE own.tenant_id = r.tenant_id AND own.round_id = r.id AND own.application_id = theirs.application_id
                  AND own.person_id = reader AND own.state = 'assigned' AND w.submitted_at IS NOT NULL)));
END $$;
-- What was written is reopened, never removed.
REVOKE DELETE ON reviews FROM trellis_app;
CREATE POLICY managers_read_reviews ON reviews FOR SELECT USING (acting_role() = 'manager');
CREATE POLICY managers_reopen_reviews ON reviews FOR UPDATE USING (acting_role() = 'manager');
CREATE POLICY reviewers_write_their_reviews ON reviews
    USING (acting_role() = 'reviewer' AND person_id = acting_person());
CREATE POLICY reviewers_read_others_after_their_own ON reviews FOR SELECT
    USING (acting_role() = 'reviewer' AND submitted_at IS NOT NULL
        AND may_read_review(acting_person(), assignment_id));
CREATE POLICY nobody_reads_reviews_of_what_is_too_near ON reviews AS RESTRICTIVE
    USING (application_id <> ALL ((SELECT applications_too_near(acting_role(), acting_person()))::uuid[]));
CREATE POLICY scores_follow_their_review ON review_scores FOR SELECT
    USING (acting_role() IN ('manager', 'reviewer') AND EXISTS (
        SELECT FROM reviews AS w
        WHERE w.tenant_id = review_scores.tenant_id AND w.assignment_id = review_scores.assignment_id));
CREATE POLICY reviewers_write_their_scores ON review_scores
    USING (acting_role() = 'reviewer' AND EXISTS (
        SELECT FROM reviews AS w
        WHERE w.tenant_id = review_scores.tenant_id AND w.assignment_id = review_scores.assignment_id
          AND w.person_id = acting_person()));

CREATE POLICY managers_keep_declarations ON conflict_declarations USING (acting_role() = 'manager');
CREATE POLICY reviewers_declare_conflicts ON conflict_declarations FOR INSERT
    WITH CHECK (acting_role() = 'reviewer' AND person_id = acting_person() AND declared_by = acting_person()
        AND lifted_at IS NULL AND startup_id IS NULL AND EXISTS (
        SELECT FROM review_assignments AS s
        WHERE s.tenant_id = conflict_declarations.tenant_id
          AND s.application_id = conflict_declarations.application_id AND s.state = 'assigned'));
CREATE POLICY reviewers_know_what_they_declared ON conflict_declarations FOR SELECT
    USING (acting_role() = 'reviewer' AND declared_by = acting_person() AND startup_id IS NULL);

-- Nobody says, learns or takes back what stands between the judges and a startup of their own.
CREATE POLICY nobody_declares_over_their_own ON conflict_declarations AS RESTRICTIVE
    USING (acting_role() <> 'manager'
        OR (startup_id IS NULL OR startup_id <> ALL ((SELECT startups_too_near(acting_role(), acting_person()))::uuid[]))
       AND (application_id IS NULL
            OR application_id <> ALL ((SELECT applications_too_near(acting_role(), acting_person()))::uuid[])));
CREATE POLICY nobody_plans_over_their_own ON planned_assignments AS RESTRICTIVE FOR SELECT
    USING (application_id <> ALL ((SELECT applications_too_near(acting_role(), acting_person()))::uuid[]));

CREATE POLICY managers_keep_assignment_runs ON assignment_runs USING (acting_role() = 'manager');
CREATE POLICY managers_keep_plans ON planned_assignments USING (acting_role() = 'manager');

-- What is published, reviewers read as everybody does; whose call they judge, they must be able to say.
CREATE POLICY reviewers_read_programs ON programs FOR SELECT USING (acting_role() = 'reviewer');
CREATE POLICY reviewers_read_streams ON streams FOR SELECT USING (acting_role() = 'reviewer');
CREATE POLICY reviewers_read_cohorts ON cohorts FOR SELECT USING (acting_role() = 'reviewer');

REVOKE ALL ON FUNCTION conflict_stands(uuid, uuid), applications_too_near(text, uuid), startups_too_near(text, uuid),
    may_read_review(uuid, uuid), end_conflicted_assignments(uuid, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION conflict_stands(uuid, uuid), applications_too_near(text, uuid), startups_too_near(text, uuid),
    may_read_review(uuid, uuid), end_conflicted_assignments(uuid, uuid, uuid) TO trellis_app;

-- A manager with a startup of their own reads no trail of reviews: it would tell who judged it, and when.
CREATE POLICY nobody_reads_the_trail_of_their_own_reviews ON audit_events AS RESTRICTIVE FOR SELECT
    USING (noun NOT IN (
            'review_assignments', 'reviews', 'review_scores', 'conflict_declarations', 'review_files', 'assignment_runs')
        OR (SELECT applications_too_near(acting_role(), acting_person()))::uuid[] = '{}');
