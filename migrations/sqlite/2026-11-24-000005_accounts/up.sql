-- Accounts, their sessions, and the digests of refresh tokens. No secret is stored in the clear.

create table users (
    id                   integer primary key autoincrement not null,
    username             text not null constraint users_username_taken unique,
    display_name         text not null,
    role                 text not null constraint users_role_known
        check (role in ('commission', 'unit', 'area', 'viewer', 'auditor', 'admin')),
    unit_id              bigint constraint users_unit_fk references units (id),
    area_id              bigint constraint users_area_fk references areas (id),
    password_hash        text not null,
    must_change_password boolean not null default false,
    disabled_at          timestamp,
    created_at           timestamp not null,
    version              bigint not null default 1
);
create index users_unit on users (unit_id);
create index users_area on users (area_id);

create table sessions (
    id         integer primary key autoincrement not null,
    user_id    bigint not null constraint sessions_user_fk references users (id),
    created_at timestamp not null,
    expires_at timestamp not null,
    ended_at   timestamp,
    end_reason text not null default ''
);
create index sessions_user on sessions (user_id);

create table refresh_tokens (
    id         integer primary key autoincrement not null,
    session_id bigint not null constraint refresh_tokens_session_fk references sessions (id),
    token_hash text not null constraint refresh_tokens_hash_taken unique,
    created_at timestamp not null,
    expires_at timestamp not null,
    used_at    timestamp
);
create index refresh_tokens_session on refresh_tokens (session_id);
