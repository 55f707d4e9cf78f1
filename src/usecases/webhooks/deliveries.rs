//! Deliveries of a webhook: their list, retries and test messages.

use crate::domain::id::{DeliveryId, WebhookId};
use crate::domain::webhook::DeliveryState;
use crate::domain::webhook::allowed_hosts::AllowedHosts;
use crate::domain::words::{Language, Words};
use crate::store::events::FieldChange;
use crate::store::webhooks::{Webhook, deliveries};
use crate::store::{Conn, PageRequest};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;
use crate::usecases::webhooks::view::DeliveryView;
use crate::usecases::webhooks::{WebhookDetail, list};

/// Which delivery: a webhook and one of its messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeliveryKey {
    /// The webhook.
    pub webhook: WebhookId,
    /// The delivery.
    pub delivery: DeliveryId,
}

/// A page of the deliveries in one of `states`, or in any; newest first.
///
/// # Errors
/// Not found unless the caller owns the webhook; a cursor of another list.
pub(crate) fn list(
    ask: &mut Ask<'_>,
    id: WebhookId,
    states: &[DeliveryState],
    page: &PageRequest,
) -> Result<PageView<DeliveryView>, Refusal> {
    list::owned(ask, id)?;
    let page = deliveries::list(ask.conn, id, states, page)?;
    Ok(PageView::of(page, |delivery| DeliveryView::new(delivery, ask.language)))
}

/// One delivery.
///
/// # Errors
/// Not found unless the caller owns the webhook.
pub(crate) fn get(ask: &mut Ask<'_>, key: DeliveryKey) -> Result<DeliveryView, Refusal> {
    list::owned(ask, key.webhook)?;
    let delivery = deliveries::get(ask.conn, key.webhook, key.delivery)?;
    Ok(DeliveryView::new(delivery, ask.language))
}

/// A message that is to be sent again.
pub(crate) struct DeliveryRetry {
    delivery: DeliveryId,
    detail: WebhookDetail,
    language: Language,
}

/// Queues a message again for immediate delivery.
///
/// # Errors
/// Not found; a conflict when the webhook is disabled or its host is not allowed.
pub(crate) fn decide_retry(
    ask: &mut Ask<'_>,
    key: DeliveryKey,
    hosts: &AllowedHosts,
) -> Result<DeliveryRetry, Refusal> {
    let hook = list::owned(ask, key.webhook)?;
    let delivery = deliveries::get(ask.conn, hook.id, key.delivery)?;
    must_be_sendable(&hook, hosts)?;
    let change = FieldChange::said("message_id", &delivery.message_id);
    let detail = WebhookDetail::new(ask, "webhook.delivery_retried", hook.id, change);
    Ok(DeliveryRetry { delivery: delivery.id, detail, language: ask.language })
}

/// Queues the message and records its event.
///
/// # Errors
/// Database errors only.
pub(crate) fn retry(conn: &mut Conn, retry: DeliveryRetry) -> Result<DeliveryView, Refusal> {
    let DeliveryRetry { delivery, detail, language } = retry;
    let hook = detail.id;
    deliveries::repeat(conn, delivery, detail.at)?;
    detail.record(conn)?;
    Ok(DeliveryView::new(deliveries::get(conn, hook, delivery)?, language))
}

/// A test message that is to be sent.
pub(crate) struct DeliveryTest {
    message_id: String,
    detail: WebhookDetail,
    language: Language,
}

/// Queues a signed test message with this message id.
///
/// # Errors
/// Not found; a conflict when the webhook is disabled or its host is not allowed.
pub(crate) fn decide_test(
    ask: &mut Ask<'_>,
    id: WebhookId,
    hosts: &AllowedHosts,
    message_id: &str,
) -> Result<DeliveryTest, Refusal> {
    let hook = list::owned(ask, id)?;
    must_be_sendable(&hook, hosts)?;
    let change = FieldChange::said("message_id", message_id);
    let detail = WebhookDetail::new(ask, "webhook.tested", id, change);
    Ok(DeliveryTest { message_id: message_id.to_owned(), detail, language: ask.language })
}

/// Queues the test message and records its event.
///
/// # Errors
/// Database errors only.
pub(crate) fn test(conn: &mut Conn, test: DeliveryTest) -> Result<DeliveryView, Refusal> {
    let DeliveryTest { message_id, detail, language } = test;
    let delivery = deliveries::ping(conn, detail.id, &message_id, detail.at)?;
    detail.record(conn)?;
    Ok(DeliveryView::new(delivery, language))
}

fn must_be_sendable(hook: &Webhook, hosts: &AllowedHosts) -> Result<(), Refusal> {
    if hook.disabled.is_some() {
        let words = Words::new(
            "该 webhook 已停用。请先启用：PATCH …，{\"disabled\": false}。",
            "The webhook is disabled. Enable it first: PATCH it with {\"disabled\": false}.",
        );
        return Err(Refusal::conflict("webhook-disabled", words));
    }
    hosts.check(&hook.url).map_err(|refusal| Refusal::conflict(refusal.code(), refusal.words()))
}
