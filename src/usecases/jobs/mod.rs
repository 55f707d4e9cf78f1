//! Jobs: queued by a request, done in the background, shown to the account that asked for them.

pub(crate) mod list;
pub(crate) mod queue;
pub(crate) mod view;
