//! Recorded events: the history, the change feed, and digests for mirrors.

pub(crate) mod digests;
pub(crate) mod feed;
pub(crate) mod history;
pub(crate) mod subject;
pub(crate) mod view;
