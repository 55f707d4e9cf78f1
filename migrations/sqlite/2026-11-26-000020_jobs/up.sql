-- Work that goes on after its request was answered, with the file it needs until it ends, and then
-- its answer.

create table jobs (
    id           integer primary key autoincrement not null,
    kind         text not null constraint jobs_kind_known check (kind in ('import')),
    state        text not null constraint jobs_state_known
        check (state in ('queued', 'running', 'done', 'refused', 'failed')),
    parameters   text not null,
    language     text not null,
    user_id      bigint not null constraint jobs_user_fk references users (id),
    session_id   bigint not null,
    client       bigint,
    scopes       text,
    actor_name   text not null,
    request_id   text not null,
    origin       text not null,
    total_rows   integer,
    judged_rows  integer not null default 0,
    written_rows integer not null default 0,
    status       integer,
    answer       text,
    attempts     integer not null default 0,
    leased_by    text,
    created_at   timestamp not null,
    started_at   timestamp,
    ended_at     timestamp,
    constraint jobs_ended_with_state check ((ended_at is not null) = (state in ('done', 'refused', 'failed')))
);
create index jobs_user on jobs (user_id, id);
create index jobs_state on jobs (state, id);

create table job_files (
    id     integer primary key autoincrement not null,
    job_id bigint not null constraint job_files_job_taken unique
        constraint job_files_job_fk references jobs (id),
    bytes  blob not null
);

-- Progress and lease are stored while the transaction of the work is open, so they stand in rows that
-- it does not touch.

create table job_progress (
    id           integer primary key autoincrement not null,
    job_id       bigint not null constraint job_progress_job_taken unique
        constraint job_progress_job_fk references jobs (id),
    total_rows   integer,
    judged_rows  integer not null default 0,
    leased_until timestamp not null
);
