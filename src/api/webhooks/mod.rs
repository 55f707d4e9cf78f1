//! Webhooks and their deliveries: `/webhooks`.

pub(crate) mod deliveries;
pub(crate) mod handlers;
pub(crate) mod message;
pub(crate) mod secrets;

use crate::domain::id::{DeliveryId, WebhookId, WebhookSecretId};
use crate::domain::webhook::DeliveryState;
use crate::http::routes::Routes;
use crate::http::schemas::schemas_of;
use crate::parameter_types;
use crate::usecases::webhooks::message::WebhookMessage;

/// The operations of this folder.
pub(crate) fn routes() -> Routes {
    handlers::routes()
        .and(secrets::routes())
        .and(deliveries::routes())
        .with_types(parameter_types![DeliveryId DeliveryState WebhookId WebhookSecretId])
        .with_webhooks(message::described(), schemas_of::<WebhookMessage>())
}
