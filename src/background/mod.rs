//! Background tasks: sealing events, queueing and sending webhook messages, doing jobs, keeping sessions.

pub mod access_writer;
pub mod courier;
pub mod dispatcher;
pub mod jobs;
pub mod sealer;
pub mod session_keeper;
