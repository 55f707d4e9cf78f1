-- The monthly rhythm: a month opens, is due, and closes; closing locks its reports. After the due
-- date a unit files only while a grant of its own lasts.
-- The business day of the first submission says whether a report was in time: the instant would not,
-- where the calendar is set to another day than the clock's.

create table reporting_months (
    id        integer primary key autoincrement not null,
    month     text not null constraint reporting_months_month_form check (length(month) = 7),
    opens_on  date not null,
    due_on    date not null,
    state     text not null constraint reporting_months_state_known check (state in ('open', 'closed', 'published')),
    closed_at timestamp,
    closed_by bigint,
    version   bigint not null default 1,
    constraint reporting_months_month_taken unique (month),
    constraint reporting_months_due_after_opening check (due_on >= opens_on),
    constraint reporting_months_closed_once check ((state = 'open') = (closed_at is null))
);

create table late_grants (
    id                 integer primary key autoincrement not null,
    reporting_month_id bigint not null constraint late_grants_reporting_month_fk references reporting_months (id),
    unit_id            bigint not null constraint late_grants_unit_fk references units (id),
    until              timestamp not null,
    reason             text not null,
    granted_at         timestamp not null,
    granted_by         bigint
);
create index late_grants_reporting_month on late_grants (reporting_month_id, unit_id);

alter table monthly_reports add column first_submitted_on date;
update monthly_reports set first_submitted_on = date(submitted_at, '+8 hours') where submitted_at is not null;
