-- The hashes of an account's earlier passwords, which are not taken again.

create table past_passwords (
    id      integer primary key autoincrement not null,
    user_id bigint not null constraint past_passwords_user_fk references users (id),
    hash    text not null
);
create index past_passwords_user on past_passwords (user_id);
