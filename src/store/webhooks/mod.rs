//! Webhooks: owner, filter, position in the change feed, and the lease of the instance that is
//! sending.

pub(crate) mod deliveries;
pub(crate) mod recorded;
pub(crate) mod secrets;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::account::access::{Action, Sight};
use crate::domain::account::scope::ClientScope;
use crate::domain::clock::Timestamp;
use crate::domain::id::{ProjectId, UserId, WebhookId};
use crate::domain::webhook::DisabledBecause;
use crate::domain::webhook::url::HookUrl;
use crate::store::accounts::{clients, users};
use crate::store::events::read::FeedFilter;
use crate::store::schema::{deliveries as sent, webhook_secrets, webhooks};
use crate::store::{Conn, Page, PageRequest, Result, StoreError};

/// Webhook.
#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Owner.
    pub user: UserId,
    /// URL to which messages are posted.
    pub url: HookUrl,
    /// Event kinds to deliver; empty for all.
    pub kinds: Vec<String>,
    /// Project whose events are delivered; `None` for all.
    pub project: Option<ProjectId>,
    /// Instant and reason of disabling; `None` while it is enabled.
    pub disabled: Option<Disabled>,
    /// Sequence up to which events were queued or did not match.
    pub after_sequence: i64,
    /// Instant of creation.
    pub created_at: Timestamp,
    /// Row version for optimistic locking; sent as the ETag.
    pub version: i64,
}

/// When and why a webhook was disabled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Disabled {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub because: DisabledBecause,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = webhooks)]
pub(in crate::store) struct Row {
    id: i64,
    user_id: i64,
    url: String,
    kinds: String,
    project_id: Option<i64>,
    disabled_at: Option<NaiveDateTime>,
    disabled_because: Option<String>,
    after_sequence: i64,
    created_at: NaiveDateTime,
    version: i64,
}

impl TryFrom<Row> for Webhook {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let because = row.disabled_because.as_deref().map(StoreError::read_text).transpose()?;
        Ok(Self {
            id: WebhookId(row.id),
            user: UserId(row.user_id),
            url: HookUrl::parse(&row.url).map_err(StoreError::broken)?,
            kinds: row.kinds.split_ascii_whitespace().map(str::to_owned).collect(),
            project: row.project_id.map(ProjectId),
            disabled: row
                .disabled_at
                .zip(because)
                .map(|(at, because)| Disabled { at: Timestamp::new(at), because }),
            after_sequence: row.after_sequence,
            created_at: Timestamp::new(row.created_at),
            version: row.version,
        })
    }
}

/// Finds a webhook by id.
pub(crate) fn find(conn: &mut Conn, id: WebhookId) -> Result<Option<Webhook>> {
    let row = webhooks::table.find(id.0).select(Row::as_select()).first::<Row>(conn);
    row.optional()?.map(Webhook::try_from).transpose()
}

/// Loads a webhook of this account, or returns [`StoreError::NotFound`].
pub(crate) fn get(conn: &mut Conn, id: WebhookId, owner: UserId) -> Result<Webhook> {
    find(conn, id)?.filter(|hook| hook.user == owner).ok_or(StoreError::NotFound)
}

/// One page of an account's webhooks, oldest first.
pub(crate) fn list(conn: &mut Conn, owner: UserId, page: &PageRequest) -> Result<Page<Webhook>> {
    let own = || webhooks::table.filter(webhooks::user_id.eq(owner.0));
    let mut query = own().select(Row::as_select()).into_boxed();
    if let Some(after) = page.after_id()? {
        query = query.filter(webhooks::id.gt(after));
    }
    let rows: Vec<Row> = query.order(webhooks::id).limit(page.rows_to_fetch()).load(conn)?;
    let total = page.total(|| own().count().get_result(conn))?;
    page.by_id(rows, total, |row: &Row| row.id, Webhook::try_from)
}

/// Number of webhooks of an account.
pub(crate) fn count(conn: &mut Conn, owner: UserId) -> Result<i64> {
    Ok(webhooks::table.filter(webhooks::user_id.eq(owner.0)).count().get_result(conn)?)
}

/// Inserts a webhook like `new`; the database assigns id and version.
pub(crate) fn insert(conn: &mut Conn, new: &Webhook) -> Result<WebhookId> {
    let id = diesel::insert_into(webhooks::table)
        .values((
            webhooks::user_id.eq(new.user.0),
            webhooks::url.eq(new.url.to_string()),
            webhooks::kinds.eq(new.kinds.join(" ")),
            webhooks::project_id.eq(new.project.map(|p| p.0)),
            webhooks::after_sequence.eq(new.after_sequence),
            webhooks::leased_until.eq(new.created_at.naive()),
            webhooks::created_at.eq(new.created_at.naive()),
        ))
        .returning(webhooks::id)
        .get_result(conn)?;
    Ok(WebhookId(id))
}

/// Updates the editable fields of `hook` if its version is unchanged.
///
/// # Errors
/// [`StoreError::Stale`].
pub(crate) fn save(conn: &mut Conn, hook: &Webhook) -> Result<()> {
    let row = webhooks::table.find(hook.id.0).filter(webhooks::version.eq(hook.version));
    let changed = diesel::update(row)
        .set((
            webhooks::url.eq(hook.url.to_string()),
            webhooks::kinds.eq(hook.kinds.join(" ")),
            webhooks::project_id.eq(hook.project.map(|p| p.0)),
            webhooks::disabled_at.eq(hook.disabled.map(|disabled| disabled.at.naive())),
            webhooks::disabled_because.eq(hook.disabled.map(|disabled| disabled.because.as_str())),
            webhooks::version.eq(webhooks::version + 1),
        ))
        .execute(conn)?;
    if changed == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// Increments the version, because a related record changed.
pub(in crate::store) fn touch(conn: &mut Conn, id: WebhookId) -> Result<()> {
    diesel::update(webhooks::table.find(id.0))
        .set(webhooks::version.eq(webhooks::version + 1))
        .execute(conn)?;
    Ok(())
}

/// Deletes a webhook with its secrets and deliveries if it is still at `version`.
///
/// # Errors
/// [`StoreError::Stale`].
pub(crate) fn delete(conn: &mut Conn, id: WebhookId, version: i64) -> Result<()> {
    let secrets = webhook_secrets::table.filter(webhook_secrets::webhook_id.eq(id.0));
    diesel::delete(secrets).execute(conn)?;
    diesel::delete(sent::table.filter(sent::webhook_id.eq(id.0))).execute(conn)?;
    let row = webhooks::table.find(id.0).filter(webhooks::version.eq(version));
    if diesel::delete(row).execute(conn)? == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// Visibility of the change feed for a webhook's owner.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    sight: Sight,
    accounts: bool,
    origins: bool,
}

impl Reader {
    /// True if events show the owner the network addresses they came from.
    pub(crate) fn sees_origins(self) -> bool {
        self.origins
    }

    /// Filter for the events of `hook` after sequence `after`.
    pub(crate) fn filter(self, hook: &Webhook, after: i64) -> FeedFilter {
        let kinds = hook.kinds.clone();
        FeedFilter { kinds, project: hook.project, ..self.all_after(after) }
    }

    /// Filter for the single event with this sequence, if it is visible.
    pub(crate) fn only(self, sequence: i64) -> FeedFilter {
        FeedFilter { until: Some(sequence), ..self.all_after(sequence - 1) }
    }

    fn all_after(self, after: i64) -> FeedFilter {
        let Self { sight, accounts, .. } = self;
        FeedFilter { after, until: None, kinds: Vec::new(), project: None, sight, accounts }
    }
}

/// Current feed visibility of a webhook's owner.
///
/// `None` if the owner may no longer receive events: deleted, disabled, expired, or without the
/// right to manage webhooks.
pub(crate) fn reader(conn: &mut Conn, owner: UserId, now: Timestamp) -> Result<Option<Reader>> {
    let Some(user) = users::find(conn, owner)? else {
        return Ok(None);
    };
    let client = clients::of_user(conn, owner)?;
    let lets =
        client.is_none_or(|c| c.is_good(now) && c.scopes.contains(&ClientScope::WebhooksWrite));
    if user.disabled_at.is_some() || !user.role.may(Action::KeepWebhooks) || !lets {
        return Ok(None);
    }
    let sight = Sight::of(user.role, user.unit_id, user.area_id);
    let role = user.role;
    Ok(Some(Reader { sight, accounts: role.sees_accounts(), origins: role.sees_origins() }))
}

/// Leases the webhook to instance `me` until `until`. Returns false if another instance has it or
/// it is disabled.
pub(crate) fn lease(
    conn: &mut Conn,
    id: WebhookId,
    me: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool> {
    let free = webhooks::table
        .find(id.0)
        .filter(webhooks::disabled_at.is_null())
        .filter(webhooks::leased_until.le(now.naive()));
    let taken = diesel::update(free)
        .set((webhooks::leased_by.eq(me), webhooks::leased_until.eq(until.naive())))
        .execute(conn)?;
    Ok(taken > 0)
}

/// Extends the lease of `me` until `until`; the current time releases it. Returns false if another
/// instance has the lease.
pub(crate) fn keep(conn: &mut Conn, id: WebhookId, me: &str, until: Timestamp) -> Result<bool> {
    let mine = webhooks::table.find(id.0).filter(webhooks::leased_by.eq(me));
    let kept = diesel::update(mine).set(webhooks::leased_until.eq(until.naive())).execute(conn)?;
    Ok(kept > 0)
}
