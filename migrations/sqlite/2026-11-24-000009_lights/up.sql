-- The rules of lights are data, in versions per year that are never overwritten and never reach back.
-- A year without versions is judged by the rules the program brings.

create table light_rules (
    id                       integer primary key autoincrement not null,
    year                     integer not null,
    number                   integer not null constraint light_rules_number_positive check (number > 0),
    effective_month          text not null constraint light_rules_month_form check (length(effective_month) = 7),
    green_from_hundredths    bigint not null,
    yellow_from_hundredths   bigint not null,
    start_yellow_months      integer not null,
    start_red_months         integer not null,
    milestone_yellow_days    integer not null,
    milestone_red_days       integer not null,
    reporting_yellow_missing integer not null,
    reporting_red_missing    integer not null,
    reason                   text not null,
    created_at               timestamp not null,
    created_by               bigint,
    constraint light_rules_number_taken unique (year, number),
    constraint light_rules_stricter check (
        yellow_from_hundredths < green_from_hundredths and start_yellow_months < start_red_months
        and milestone_yellow_days < milestone_red_days and reporting_yellow_missing < reporting_red_missing
    )
);

-- A person's word instead of the rules'. It ends by itself, or after the last closed month when withdrawn.
create table light_overrides (
    id           integer primary key autoincrement not null,
    project_id   bigint not null constraint light_overrides_project_fk references projects (id),
    light        text not null constraint light_overrides_light_known check (light in ('green', 'yellow', 'red')),
    reason       text not null,
    from_month   text not null constraint light_overrides_month_form check (length(from_month) = 7),
    expires_on   date not null,
    created_at   timestamp not null,
    created_by   text not null,
    withdrawn_at timestamp,
    ends_after   text constraint light_overrides_end_form check (length(ends_after) = 7),
    constraint light_overrides_withdrawn_once check ((withdrawn_at is null) = (ends_after is null))
);
create index light_overrides_project on light_overrides (project_id);
