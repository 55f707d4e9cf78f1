-- Webhooks, their secrets and the messages on their way. A webhook's cursor says how far along the sealed sequence it
-- was served; the lease lets one instance at a time send for it, and ends by itself when that one dies. Of a secret only
-- its salt is kept: the secret is derived from it with the server's key, and its fingerprint tells whether that is still
-- the same. A message's body is made of its event when it is sent, so it is not kept twice.

create table webhooks (
    id               integer primary key autoincrement not null,
    user_id          bigint not null constraint webhooks_user_fk references users (id),
    url              text not null,
    kinds            text not null,
    project_id       bigint constraint webhooks_project_fk references projects (id),
    disabled_at      timestamp,
    disabled_because text constraint webhooks_because_known check (disabled_because in ('owner', 'gone')),
    after_sequence   bigint not null,
    leased_by        text,
    leased_until     timestamp not null,
    created_at       timestamp not null,
    version          bigint not null default 1,
    constraint webhooks_disabled_with_reason check ((disabled_at is null) = (disabled_because is null))
);
create index webhooks_user on webhooks (user_id);

create table webhook_secrets (
    id          integer primary key autoincrement not null,
    webhook_id  bigint not null constraint webhook_secrets_webhook_fk references webhooks (id),
    salt        text not null constraint webhook_secrets_salt_taken unique,
    fingerprint text not null,
    hint        text not null,
    created_at  timestamp not null,
    ends_at     timestamp
);
create index webhook_secrets_webhook on webhook_secrets (webhook_id);

create table deliveries (
    id              integer primary key autoincrement not null,
    webhook_id      bigint not null constraint deliveries_webhook_fk references webhooks (id),
    message_id      text not null constraint deliveries_message_taken unique,
    sequence        bigint,
    kind            text not null,
    state           text not null constraint deliveries_state_known check (state in ('pending', 'delivered', 'failed')),
    attempts        integer not null default 0,
    tries           integer not null default 0,
    next_attempt_at timestamp,
    last_attempt_at timestamp,
    settled_at      timestamp,
    response_status integer,
    error           text,
    created_at      timestamp not null,
    version         bigint not null default 1,
    constraint deliveries_one_per_event unique (webhook_id, sequence),
    constraint deliveries_pending_has_next check ((state = 'pending') = (next_attempt_at is not null)),
    constraint deliveries_settled_when_not_pending check ((state = 'pending') = (settled_at is null))
);
create index deliveries_of_webhook on deliveries (webhook_id, id);
create index deliveries_due on deliveries (next_attempt_at, webhook_id) where state = 'pending';
create index deliveries_delivered on deliveries (settled_at) where state = 'delivered';
