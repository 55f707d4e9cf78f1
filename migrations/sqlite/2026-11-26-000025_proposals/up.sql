-- Requests that wait for a second person. `input` is the request in a format of its own; it is emptied when the proposal
-- is decided, because it may contain the hash of a password. `effects` are the fields before and after, as shown.

create table proposals (
    id              integer primary key autoincrement not null,
    kind            text not null,
    subject_kind    text not null,
    subject_id      bigint,
    subject_version bigint,
    input           text not null,
    effects         text not null,
    state           text not null,
    proposed_by     bigint not null constraint proposals_proposed_by_fk references users (id),
    proposed_at     timestamp not null,
    decided_by      bigint constraint proposals_decided_by_fk references users (id),
    decided_at      timestamp,
    reason          text not null default '',
    version         bigint not null default 1,
    constraint proposals_state check (state in ('open', 'approved', 'refused', 'withdrawn', 'stale'))
);
create index proposals_state_id on proposals (state, id);
