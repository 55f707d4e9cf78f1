-- Second factors. The secret of an account is derived from the server's key and this salt; it is stored nowhere. A row
-- counts once it is confirmed. `last_step` is the step of the last code that was used: a code is taken once. Recovery
-- codes are deleted when they are used; only their digests are stored.

create table totp (
    id           integer primary key autoincrement not null,
    user_id      bigint not null constraint totp_user_taken unique
        constraint totp_user_fk references users (id),
    salt         text not null,
    created_at   timestamp not null,
    confirmed_at timestamp,
    last_step    bigint not null default 0
);

create table recovery_codes (
    id      integer primary key autoincrement not null,
    user_id bigint not null constraint recovery_codes_user_fk references users (id),
    hash    text not null
);
create index recovery_codes_user on recovery_codes (user_id);
