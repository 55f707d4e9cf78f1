//! Jobs: queued by a request, done in the background, shown to the account that asked for them.

pub mod list;
pub mod queue;
pub mod view;
