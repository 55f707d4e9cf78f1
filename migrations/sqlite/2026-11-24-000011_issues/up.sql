-- Issues to be coordinated. Where one stands is here; every step with its words is an event.
-- Several units may share one; the first of them leads.

create table issues (
    id             integer primary key autoincrement not null,
    project_id     bigint not null constraint issues_project_fk references projects (id),
    title          text not null,
    category       text not null,
    level          text not null constraint issues_level_known check (level in ('unit', 'county', 'city', 'province')),
    asked          text not null,
    due_on         date not null,
    state          text not null constraint issues_state_known
        check (state in ('raised', 'returned', 'assigned', 'in_progress', 'proposed', 'cleared')),
    raised_on      date not null,
    raised_by      text not null,
    raised_by_unit bigint constraint issues_raised_by_unit_fk references units (id),
    cleared_on     date,
    version        bigint not null default 1,
    constraint issues_cleared_once check ((state = 'cleared') = (cleared_on is not null))
);
create index issues_project on issues (project_id);
create index issues_open on issues (state, due_on);

create table issue_units (
    id       integer primary key autoincrement not null,
    issue_id bigint not null constraint issue_units_issue_fk references issues (id),
    unit_id  bigint not null constraint issue_units_unit_fk references units (id),
    position integer not null,
    constraint issue_units_unit_taken unique (issue_id, unit_id)
);
create index issue_units_unit on issue_units (unit_id);

-- The issues a monthly report mentions.
create table report_issues (
    id        integer primary key autoincrement not null,
    report_id bigint not null constraint report_issues_report_fk references monthly_reports (id),
    issue_id  bigint not null constraint report_issues_issue_fk references issues (id),
    constraint report_issues_issue_taken unique (report_id, issue_id)
);
create index report_issues_issue on report_issues (issue_id);
