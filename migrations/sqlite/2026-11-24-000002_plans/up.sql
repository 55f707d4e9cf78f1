-- What a year's plan document promised. The document lists envelopes, not projects, and prints no
-- grand total: sums over these rows are ours.

create table plans (
    id              integer primary key autoincrement not null,
    year            integer not null constraint plans_year_taken unique,
    title           text not null,
    issuer          text not null,
    issued_on       date not null,
    document_number text,
    source_sha256   text,
    synthetic       boolean not null default false,
    version         bigint not null default 1
);

create table envelopes (
    id            integer primary key autoincrement not null,
    plan_id       bigint not null constraint envelopes_plan_fk references plans (id),
    industry_id   bigint not null constraint envelopes_industry_fk references industries (id),
    project_count integer not null constraint envelopes_count_not_negative check (project_count >= 0),
    total_fen     bigint not null constraint envelopes_total_not_negative check (total_fen >= 0),
    annual_fen    bigint not null constraint envelopes_annual_not_negative check (annual_fen >= 0),
    constraint envelopes_one_per_line unique (plan_id, industry_id)
);
create index envelopes_industry on envelopes (industry_id);

create table industry_targets (
    id                    integer primary key autoincrement not null,
    plan_id               bigint not null constraint industry_targets_plan_fk references plans (id),
    industry_id           bigint not null constraint industry_targets_industry_fk references industries (id),
    value_added_fen       bigint,
    increase_fen          bigint,
    growth_min_hundredths bigint,
    note                  text not null default '',
    constraint industry_targets_one_per_industry unique (plan_id, industry_id)
);
create index industry_targets_industry on industry_targets (industry_id);

create table measures (
    id               integer primary key autoincrement not null,
    plan_id          bigint not null constraint measures_plan_fk references plans (id),
    number           integer not null,
    section          text not null,
    section_title    text not null,
    title            text not null,
    units_as_written text not null,
    constraint measures_one_per_number unique (plan_id, number)
);

create table measure_units (
    id         integer primary key autoincrement not null,
    measure_id bigint not null constraint measure_units_measure_fk references measures (id),
    position   integer not null,
    unit_id    bigint not null constraint measure_units_unit_fk references units (id),
    constraint measure_units_one_per_position unique (measure_id, position)
);
create index measure_units_unit on measure_units (unit_id);

create table targets (
    id          integer primary key autoincrement not null,
    plan_id     bigint not null constraint targets_plan_fk references plans (id),
    position    integer not null,
    scope       text not null constraint targets_scope_known check (scope in ('overall', 'industry', 'measure')),
    industry_id bigint constraint targets_industry_fk references industries (id),
    measure_id  bigint constraint targets_measure_fk references measures (id),
    indicator   text not null,
    operator    text not null,
    value       text not null,
    unit        text not null,
    deadline    date,
    as_written  text not null,
    note        text not null default '',
    constraint targets_one_per_position unique (plan_id, position)
);
create index targets_industry on targets (industry_id);
create index targets_measure on targets (measure_id);
