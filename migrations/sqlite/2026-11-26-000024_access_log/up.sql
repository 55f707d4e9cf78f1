-- The access log: failed log-ins, refused requests, downloads, backups. It is no part of the chain of events: it is
-- deleted after ACCESS_LOG_DAYS, and what a stranger sends must not stay for ever. A line stands for the same thing
-- within one minute; `times` says how often. `account_id` has no foreign key, so that a line is written without
-- looking anything up.

create table access_log (
    id         integer primary key autoincrement not null,
    minute     timestamp not null,
    kind       text not null,
    account_id bigint,
    account    text not null,
    address    text not null,
    method     text not null,
    path       text not null,
    status     integer not null,
    code       text not null,
    row_count  bigint,
    times      bigint not null,
    last_at    timestamp not null,
    request_id text not null,
    constraint access_log_times check (times > 0)
);
create index access_log_minute on access_log (minute, kind, address);
