-- Audit trail, project history and change feed in one table. A write inserts its event in its own
-- transaction; sequence and hashes are filled in when an event is sealed, so that readers who follow
-- the sequence miss nothing even when transactions commit out of order.

create table events (
    id            integer primary key autoincrement not null,
    at            timestamp not null,
    actor_kind    text not null constraint events_actor_known check (actor_kind in ('user', 'system', 'client')),
    actor_id      bigint,
    actor_name    text not null,
    kind          text not null,
    subject_kind  text not null,
    subject_id    bigint not null,
    project_id    bigint constraint events_project_fk references projects (id),
    changes       text not null default '[]',
    request_id    text not null default '',
    origin        text not null default '',
    sequence      bigint constraint events_sequence_taken unique,
    previous_hash text,
    hash          text
);
create index events_project on events (project_id, id);
create index events_subject on events (subject_kind, subject_id);
