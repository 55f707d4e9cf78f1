//! Background tasks: sealing events, queueing and sending webhook messages.

pub mod access_writer;
pub mod courier;
pub mod dispatcher;
pub mod sealer;
