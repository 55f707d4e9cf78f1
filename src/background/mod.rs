//! Background tasks: sealing events, queueing and sending webhook messages, doing jobs.

pub mod access_writer;
pub mod courier;
pub mod dispatcher;
pub mod jobs;
pub mod sealer;
