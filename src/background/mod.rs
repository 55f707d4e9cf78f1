//! Background tasks: sealing events, queueing and sending webhook messages.

pub mod courier;
pub mod dispatcher;
pub mod sealer;
