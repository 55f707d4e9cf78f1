-- A report belongs to one project and month; only confirmed ones count.
-- Warnings are stored as they were when the report was saved: thresholds may change later, what the
-- reviewer was shown may not.

create table monthly_reports (
    id                     integer primary key autoincrement not null,
    project_id             bigint not null constraint monthly_reports_project_fk references projects (id),
    month                  text not null constraint monthly_reports_month_form check (length(month) = 7),
    state                  text not null constraint monthly_reports_state_known
        check (state in ('draft', 'submitted', 'confirmed', 'returned')),
    completed_fen          bigint not null constraint monthly_reports_completed_not_negative check (completed_fen >= 0),
    physical_hundredths    bigint constraint monthly_reports_physical_range check (physical_hundredths between 0 and 10000),
    progress               text not null default '',
    zero_reason            text not null default '',
    full_year_forecast_fen bigint,
    funds_received_fen     bigint,
    funds_paid_fen         bigint,
    return_reason          text not null default '',
    warnings               text not null default '[]',
    submitted_at           timestamp,
    submitted_by           bigint,
    confirmed_at           timestamp,
    confirmed_by           bigint,
    version                bigint not null default 1,
    constraint monthly_reports_one_per_month unique (project_id, month)
);
create index monthly_reports_month on monthly_reports (month, state);
