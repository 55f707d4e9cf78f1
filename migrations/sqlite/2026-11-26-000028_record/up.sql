-- Format 2 of events: `text` is what an event says, with the image of each row that its transaction wrote; it is what
-- is hashed. `event_private` holds what is personal, bound by a hash in the text. Both are absent for format 1.
-- `mac` shows that the program wrote the event; `refused` marks one that it did not write, which gets no sequence.

alter table events add column text text;
alter table events add column mac text;
alter table events add column refused boolean not null default false;

create table event_private (
    id       integer primary key autoincrement not null,
    event_id bigint not null constraint event_private_event_taken unique
        constraint event_private_event_fk references events (id),
    salt     text not null,
    text     text not null
);
