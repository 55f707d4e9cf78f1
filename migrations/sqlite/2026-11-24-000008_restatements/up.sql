-- A closed month changes only by a restatement, which stands beside the report and never replaces it.
-- The project may have filed no report that month: a restatement belongs to project and month.

create table restatements (
    id         integer primary key autoincrement not null,
    project_id bigint not null constraint restatements_project_fk references projects (id),
    month      text not null constraint restatements_month_form check (length(month) = 7),
    amount_fen bigint not null constraint restatements_amount_not_zero check (amount_fen <> 0),
    reason     text not null,
    approver   text not null,
    created_at timestamp not null,
    created_by bigint
);
create index restatements_project on restatements (project_id, month);
create index restatements_month on restatements (month);
