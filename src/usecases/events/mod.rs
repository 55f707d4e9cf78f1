//! Recorded events: the history, the change feed, and digests for mirrors.

pub mod digests;
pub mod feed;
pub mod history;
pub mod subject;
pub mod view;
