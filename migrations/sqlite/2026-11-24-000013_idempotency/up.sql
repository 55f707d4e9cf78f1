-- What was done under an Idempotency-Key, written in the transaction of the work: a client that tries
-- again gets the same answer and nothing is done twice. Kept for 72 hours.

create table idempotency_keys (
    id          integer primary key autoincrement not null,
    user_id     bigint not null constraint idempotency_keys_user_fk references users (id),
    method      text not null,
    path        text not null,
    key         text not null constraint idempotency_keys_key_length check (length(key) between 1 and 255),
    body_sha256 text not null constraint idempotency_keys_sha256_form check (length(body_sha256) = 64),
    outcome     text not null,
    created_at  timestamp not null,
    constraint idempotency_keys_key_taken unique (user_id, method, path, key)
);
create index idempotency_keys_created_at on idempotency_keys (created_at);
