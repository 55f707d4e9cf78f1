-- Machine clients. Each acts through an account of its own that nobody can log in to, so that whatever
-- names an account can name a client. Of its secrets only digests are kept.

create table clients (
    id           integer primary key autoincrement not null,
    user_id      bigint not null constraint clients_user_taken unique
        constraint clients_user_fk references users (id),
    client_id    text not null constraint clients_client_id_taken unique,
    name         text not null constraint clients_name_taken unique,
    scopes       text not null,
    expires_at   timestamp,
    last_used_at timestamp,
    created_at   timestamp not null,
    version      bigint not null default 1
);

create table client_secrets (
    id           integer primary key autoincrement not null,
    client       bigint not null constraint client_secrets_client_fk references clients (id),
    hint         text not null,
    hash         text not null constraint client_secrets_hash_taken unique,
    created_at   timestamp not null,
    last_used_at timestamp,
    revoked_at   timestamp
);
create index client_secrets_client on client_secrets (client);
