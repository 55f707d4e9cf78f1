-- What of a year goes on into the next one: proposed from what is unfinished, changed line by line, and
-- confirmed once, which makes the year plans.

create table roll_overs (
    id              integer primary key autoincrement not null,
    year            integer not null,
    through         text not null constraint roll_overs_through_form check (length(through) = 7),
    state           text not null constraint roll_overs_state_known check (state in ('proposed', 'confirmed')),
    document_number text not null default '',
    proposed_at     timestamp not null,
    proposed_by     text not null,
    confirmed_at    timestamp,
    confirmed_by    text,
    version         bigint not null default 1,
    constraint roll_overs_year_taken unique (year),
    constraint roll_overs_confirmed_once check ((state = 'confirmed') = (confirmed_at is not null))
);

create table roll_over_lines (
    id            integer primary key autoincrement not null,
    roll_over_id  bigint not null constraint roll_over_lines_roll_over_fk references roll_overs (id),
    project_id    bigint not null constraint roll_over_lines_project_fk references projects (id),
    remaining_fen bigint not null,
    carried_fen   bigint not null,
    annual_fen    bigint not null constraint roll_over_lines_annual_not_negative check (annual_fen >= 0),
    included      boolean not null,
    note          text not null default '',
    version       bigint not null default 1,
    constraint roll_over_lines_project_taken unique (roll_over_id, project_id)
);
