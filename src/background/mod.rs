//! Background tasks: sealing events, queueing and sending webhook messages, doing jobs, keeping sessions.

pub(crate) mod access_writer;
pub(crate) mod courier;
pub(crate) mod dispatcher;
pub(crate) mod jobs;
pub(crate) mod sealer;
pub(crate) mod session_keeper;
pub(crate) mod task;
