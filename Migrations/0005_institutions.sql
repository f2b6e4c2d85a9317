-- The directory a tenant keeps: parks, banks, tech companies, departments, institutes, universities, investors, startups.

CREATE TABLE institutions (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    kind        text NOT NULL,
    names       jsonb NOT NULL,
    country     text,
    website     text,
    external_id text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT institutions_have_distinct_external_ids UNIQUE (tenant_id, external_id),
    CONSTRAINT institution_kind_is_known CHECK (kind IN (
        'park', 'bank', 'tech_company', 'government', 'rd_institute', 'university', 'investor', 'corporate', 'startup')),
    CONSTRAINT institution_has_a_name CHECK (names <> '{}'::jsonb),
    CONSTRAINT institution_country_is_iso CHECK (country ~ '^[A-Z]{2}$')
);
CREATE INDEX institutions_by_kind ON institutions (tenant_id, kind, id);

-- What a register calls the institution. Within a tenant an identifier names one institution.
CREATE TABLE institution_identifiers (
    tenant_id      uuid NOT NULL,
    institution_id uuid NOT NULL,
    scheme         text NOT NULL,
    value          text NOT NULL,
    PRIMARY KEY (tenant_id, scheme, value),
    FOREIGN KEY (tenant_id, institution_id) REFERENCES institutions (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT identifier_scheme_is_known
        CHECK (scheme IN ('ror', 'lei', 'hk_br', 'jp_corporate_number', 'wikidata', 'isni', 'org_id')),
    CONSTRAINT identifier_has_the_form_of_its_scheme CHECK (CASE scheme
        WHEN 'ror' THEN value ~ '^https://ror\.org/0[a-z0-9]{8}$'
        WHEN 'lei' THEN value ~ '^[A-Z0-9]{18}[0-9]{2}$'
        WHEN 'hk_br' THEN value ~ '^[0-9A-Z][0-9]{7}$'
        WHEN 'jp_corporate_number' THEN value ~ '^[0-9]{13}$'
        ELSE value <> '' END)
);
CREATE INDEX identifiers_of_an_institution ON institution_identifiers (tenant_id, institution_id);

-- What a startup says of itself. Null is "not said", never zero.
CREATE TABLE startups (
    tenant_id          uuid NOT NULL,
    id                 uuid NOT NULL,
    pitch              text,
    description        text,
    founded_on         date,
    place_region       text,
    place_state        text,
    place_city         text,
    markets            text[] NOT NULL DEFAULT '{}',
    tags               text[] NOT NULL DEFAULT '{}',
    full_time_staff    integer,
    technical_staff    integer,
    stage              text,
    last_round_on      date,
    last_round_minor   bigint,
    rounds             integer,
    raised_minor       bigint,
    raised_currency    text,
    seeking            text,
    ask_minor          bigint,
    ask_currency       text,
    matching_opted_in_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, id) REFERENCES institutions (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT startup_counts_are_not_negative CHECK (
        full_time_staff >= 0 AND technical_staff >= 0 AND rounds >= 0
        AND last_round_minor >= 0 AND raised_minor >= 0),
    CONSTRAINT technical_staff_are_among_the_staff CHECK (technical_staff <= full_time_staff),
    CONSTRAINT ask_has_amount_and_currency CHECK ((ask_minor IS NULL) = (ask_currency IS NULL) AND ask_minor > 0),
    CONSTRAINT raised_money_has_a_currency
        CHECK ((coalesce(raised_minor, last_round_minor) IS NULL) OR raised_currency IS NOT NULL)
);

CREATE TABLE startup_focus_areas (
    tenant_id  uuid NOT NULL,
    startup_id uuid NOT NULL,
    focus_area text NOT NULL,
    weight     smallint NOT NULL DEFAULT 100,
    PRIMARY KEY (tenant_id, startup_id, focus_area),
    FOREIGN KEY (tenant_id, startup_id) REFERENCES startups (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT startup_focus_weight_is_a_percentage CHECK (weight BETWEEN 1 AND 100)
);

CALL wall_table('institutions');
CALL wall_table('institution_identifiers');
CALL wall_table('startups');
CALL wall_table('startup_focus_areas');

CREATE POLICY managers_keep_the_directory ON institutions USING (acting_role() = 'manager');
CREATE POLICY everyone_sees_host_and_own_institution ON institutions FOR SELECT
    USING (id = acting_tenant() OR id = acting_institution());
CREATE POLICY founders_keep_their_startup ON institutions FOR UPDATE
    USING (acting_role() = 'founder' AND id = acting_institution())
    WITH CHECK (acting_role() = 'founder' AND id = acting_institution() AND kind = 'startup');

CREATE POLICY managers_keep_identifiers ON institution_identifiers USING (acting_role() = 'manager');
CREATE POLICY own_identifiers_are_seen ON institution_identifiers FOR SELECT
    USING (institution_id = acting_institution());

CREATE POLICY managers_keep_startups ON startups USING (acting_role() = 'manager');
CREATE POLICY founders_keep_their_profile ON startups
    USING (acting_role() = 'founder' AND id = acting_institution());

CREATE POLICY managers_keep_startup_focus ON startup_focus_areas USING (acting_role() = 'manager');
CREATE POLICY founders_keep_their_focus ON startup_focus_areas
    USING (acting_role() = 'founder' AND startup_id = acting_institution());

ALTER TABLE memberships ADD CONSTRAINT memberships_name_an_institution_of_the_tenant
    FOREIGN KEY (tenant_id, institution_id) REFERENCES institutions (tenant_id, id);
