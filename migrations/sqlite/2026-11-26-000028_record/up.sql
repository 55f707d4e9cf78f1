-- Format 2 of events: `text` is what an event says, with the image of each row that its transaction wrote; it is what
-- is hashed. `event_private` holds what is personal, bound by a hash in the text. Both are absent for format 1.

alter table events add column text text;

create table event_private (
    id       integer primary key autoincrement not null,
    event_id bigint not null constraint event_private_event_taken unique
        constraint event_private_event_fk references events (id),
    salt     text not null,
    text     text not null
);
