-- The register: projects, their responsible units, year plans and milestones.
-- Money is an integer of 分. A version of a year plan is never overwritten, and the database itself
-- refuses one whose months do not sum to its year.

create table projects (
    id                  integer primary key autoincrement not null,
    code                text constraint projects_code_taken unique,
    code_reason         text not null default '',
    name                text not null,
    content             text not null default '',
    industry_id         bigint not null constraint projects_industry_fk references industries (id),
    area_id             bigint not null constraint projects_area_fk references areas (id),
    stage               text not null constraint projects_stage_known
        check (stage in ('planned', 'reserve', 'construction', 'completed', 'operating', 'terminated')),
    nature              text not null constraint projects_nature_known
        check (nature in ('new_construction', 'expansion', 'renovation', 'relocation', 'restoration', 'purchase')),
    total_fen           bigint not null constraint projects_total_positive check (total_fen > 0),
    invested_before_fen bigint not null constraint projects_before_not_negative check (invested_before_fen >= 0),
    planned_start       date,
    planned_finish      date,
    planned_operation   date,
    actual_start        date,
    actual_finish       date,
    actual_operation    date,
    leader              text not null default '',
    longitude_e6        bigint,
    latitude_e6         bigint,
    visibility          text not null constraint projects_visibility_known check (visibility in ('open', 'restricted')),
    registered_year     integer not null,
    ended_on            date,
    synthetic           boolean not null default false,
    created_at          timestamp not null,
    updated_at          timestamp not null,
    version             bigint not null default 1
);
create index projects_industry on projects (industry_id);
create index projects_area on projects (area_id);
create index projects_stage on projects (stage);
create index projects_name on projects (name);

create table project_units (
    id         integer primary key autoincrement not null,
    project_id bigint not null constraint project_units_project_fk references projects (id),
    unit_id    bigint not null constraint project_units_unit_fk references units (id),
    role       text not null constraint project_units_role_known
        check (role in ('owner', 'lead', 'support', 'territory', 'regulator')),
    contact    text not null default '',
    phone      text not null default '',
    position   integer not null,
    constraint project_units_one_per_role unique (project_id, unit_id, role)
);
create index project_units_unit on project_units (unit_id, project_id);

create table year_plans (
    id             integer primary key autoincrement not null,
    project_id     bigint not null constraint year_plans_project_fk references projects (id),
    year           integer not null,
    current_number integer not null,
    version        bigint not null default 1,
    constraint year_plans_one_per_year unique (project_id, year)
);
create index year_plans_year on year_plans (year);

create table year_plan_versions (
    id               integer primary key autoincrement not null,
    year_plan_id     bigint not null constraint year_plan_versions_plan_fk references year_plans (id),
    number           integer not null constraint year_plan_versions_number_positive check (number > 0),
    kind             text not null constraint year_plan_versions_kind_known
        check (kind in ('initial', 'adjustment', 'addition', 'correction')),
    effective_month  text not null constraint year_plan_versions_month_form check (length(effective_month) = 7),
    annual_fen       bigint not null,
    month_01_fen     bigint not null constraint year_plan_versions_month_01 check (month_01_fen >= 0),
    month_02_fen     bigint not null constraint year_plan_versions_month_02 check (month_02_fen >= 0),
    month_03_fen     bigint not null constraint year_plan_versions_month_03 check (month_03_fen >= 0),
    month_04_fen     bigint not null constraint year_plan_versions_month_04 check (month_04_fen >= 0),
    month_05_fen     bigint not null constraint year_plan_versions_month_05 check (month_05_fen >= 0),
    month_06_fen     bigint not null constraint year_plan_versions_month_06 check (month_06_fen >= 0),
    month_07_fen     bigint not null constraint year_plan_versions_month_07 check (month_07_fen >= 0),
    month_08_fen     bigint not null constraint year_plan_versions_month_08 check (month_08_fen >= 0),
    month_09_fen     bigint not null constraint year_plan_versions_month_09 check (month_09_fen >= 0),
    month_10_fen     bigint not null constraint year_plan_versions_month_10 check (month_10_fen >= 0),
    month_11_fen     bigint not null constraint year_plan_versions_month_11 check (month_11_fen >= 0),
    month_12_fen     bigint not null constraint year_plan_versions_month_12 check (month_12_fen >= 0),
    goal             text not null default '',
    document_number  text not null default '',
    reason           text not null default '',
    created_at       timestamp not null,
    created_by       bigint,
    constraint year_plan_versions_one_per_number unique (year_plan_id, number),
    constraint year_plan_versions_months_sum check (annual_fen = month_01_fen + month_02_fen + month_03_fen + month_04_fen + month_05_fen + month_06_fen
            + month_07_fen + month_08_fen + month_09_fen + month_10_fen + month_11_fen + month_12_fen)
);

create table milestones (
    id              integer primary key autoincrement not null,
    project_id      bigint not null constraint milestones_project_fk references projects (id),
    code            text not null,
    name            text not null,
    class           text not null constraint milestones_class_known check (class in ('procedure', 'construction')),
    position        integer not null,
    baseline_date   date not null,
    forecast_date   date,
    forecast_reason text not null default '',
    actual_date     date,
    weight          integer not null constraint milestones_weight_positive check (weight > 0),
    document_number text not null default '',
    evidence        text not null default '',
    version         bigint not null default 1,
    constraint milestones_one_per_code unique (project_id, code)
);
