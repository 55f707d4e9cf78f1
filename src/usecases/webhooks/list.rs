//! The caller's webhooks.

use crate::domain::id::WebhookId;
use crate::store::PageRequest;
use crate::store::webhooks::{self, Webhook, secrets};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;
use crate::usecases::webhooks::view::WebhookView;

/// A webhook of the caller, as stored.
///
/// # Errors
/// Not found unless the caller owns it.
pub(super) fn owned(ask: &mut Ask<'_>, id: WebhookId) -> Result<Webhook, Refusal> {
    Ok(webhooks::get(ask.conn, id, ask.caller.user.id)?)
}

/// A page of the caller's webhooks, oldest first.
///
/// # Errors
/// A cursor of another list.
pub(crate) fn list(
    ask: &mut Ask<'_>,
    page: &PageRequest,
) -> Result<PageView<WebhookView>, Refusal> {
    let page = webhooks::list(ask.conn, ask.caller.user.id, page)?;
    let mut items = Vec::new();
    for hook in page.items {
        let secrets = secrets::list(ask.conn, hook.id)?;
        items.push(WebhookView::new(hook, secrets));
    }
    Ok(PageView { items, total: page.total, next_cursor: page.next_cursor, next: None })
}

/// One webhook of the caller.
///
/// # Errors
/// Not found unless the caller owns it.
pub(crate) fn get(ask: &mut Ask<'_>, id: WebhookId) -> Result<WebhookView, Refusal> {
    let hook = owned(ask, id)?;
    let secrets = secrets::list(ask.conn, id)?;
    Ok(WebhookView::new(hook, secrets))
}
