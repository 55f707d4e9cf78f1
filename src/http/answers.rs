//! Bounds the memory of large answers while they are sent.
//!
//! A client that does not read leaves its answer in memory. Large answers are therefore sent in
//! pieces from a table with a size limit, and when room is needed those that have not moved are
//! given up: their connection ends instead of the service.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;

use crate::http::problem::Problem;

/// Size from which an answer is counted, in bytes; also the size of a piece. What a connection
/// buffers to write is at most twice as much.
pub(super) const PIECE: usize = 32_768;
/// After how long without movement an answer may be given up.
const STALLED: Duration = Duration::from_secs(1);

/// The large answers that are being sent.
#[derive(Clone, Debug)]
pub struct Answers {
    most: usize,
    sending: Arc<Mutex<Sending>>,
}

#[derive(Debug, Default)]
struct Sending {
    last: u64,
    held: usize,
    answers: HashMap<u64, Answer>,
}

#[derive(Debug)]
struct Answer {
    rest: Bytes,
    /// Bytes that are held until the last piece is sent.
    size: usize,
    moved: Instant,
}

impl Answers {
    /// Answers of at most `most` bytes in total.
    pub fn new(most: usize) -> Self {
        Self { most, sending: Arc::default() }
    }

    /// Bytes that are held at the moment.
    pub fn held(&self) -> usize {
        self.lock().held
    }

    fn lock(&self) -> MutexGuard<'_, Sending> {
        self.sending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an answer to be sent; gives up stalled ones if there is no room for it.
    ///
    /// # Errors
    /// 503 when there is no room. An answer larger than all room is sent when nothing else is.
    pub(super) fn take(&self, bytes: Bytes, now: Instant) -> Result<Paced, Problem> {
        let size = bytes.len();
        let mut sending = self.lock();
        while sending.held > 0 && sending.held.saturating_add(size) > self.most {
            if !sending.give_up_stalled(now) {
                metrics::counter!("answers_refused_total").increment(1);
                return Err(Problem::busy());
            }
        }
        sending.last += 1;
        let id = sending.last;
        sending.held += size;
        sending.answers.insert(id, Answer { rest: bytes, size, moved: now });
        Ok(Paced { answers: self.clone(), id, size, sent: 0 })
    }
}

impl Sending {
    /// Gives up the answer that has not moved for the longest time; false if all of them move.
    fn give_up_stalled(&mut self, now: Instant) -> bool {
        let oldest = self.answers.iter().min_by_key(|(_, answer)| answer.moved);
        let stalled = oldest.filter(|(_, a)| now.saturating_duration_since(a.moved) >= STALLED);
        let Some(id) = stalled.map(|(id, _)| *id) else { return false };
        self.remove(id);
        metrics::counter!("answers_given_up_total").increment(1);
        true
    }

    fn remove(&mut self, id: u64) {
        if let Some(answer) = self.answers.remove(&id) {
            self.held = self.held.saturating_sub(answer.size);
        }
    }

    /// The next piece; `None` if the answer was given up.
    fn next(&mut self, id: u64) -> Option<Bytes> {
        let answer = self.answers.get_mut(&id)?;
        answer.moved = Instant::now();
        let piece = answer.rest.split_to(answer.rest.len().min(PIECE));
        if answer.rest.is_empty() {
            self.remove(id);
        }
        Some(piece)
    }
}

/// The body of a large answer.
pub(super) struct Paced {
    answers: Answers,
    id: u64,
    size: usize,
    sent: usize,
}

impl Paced {
    fn next(&mut self) -> Option<Result<Bytes, GivenUp>> {
        if self.sent == self.size {
            return None;
        }
        let piece = self.answers.lock().next(self.id);
        self.sent += piece.as_ref().map_or(0, Bytes::len);
        Some(piece.ok_or(GivenUp))
    }
}

impl Drop for Paced {
    fn drop(&mut self) {
        self.answers.lock().remove(self.id);
    }
}

/// The answer was given up because its client did not read it.
#[derive(Debug, thiserror::Error)]
#[error("the client does not read its answer")]
pub(super) struct GivenUp;

impl MessageBody for Paced {
    type Error = GivenUp;

    fn size(&self) -> BodySize {
        BodySize::Sized(u64::try_from(self.size).unwrap_or(u64::MAX))
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, GivenUp>>> {
        Poll::Ready(self.get_mut().next())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(size: usize) -> Bytes {
        Bytes::from(vec![7; size])
    }

    #[test]
    fn an_answer_arrives_whole_in_pieces_and_leaves_nothing() {
        let answers = Answers::new(200_000);
        let mut paced = answers.take(bytes(100_000), Instant::now()).unwrap();
        let mut sent = Vec::new();

        while let Some(piece) = paced.next() {
            let piece = piece.unwrap();
            assert!(piece.len() <= PIECE);
            assert_eq!(
                answers.held(),
                if sent.len() + piece.len() < 100_000 { 100_000 } else { 0 }
            );
            sent.extend_from_slice(&piece);
        }

        assert_eq!(sent, bytes(100_000));
    }

    #[test]
    fn what_is_held_stays_below_the_limit_whatever_clients_read() {
        let answers = Answers::new(250_000);
        let start = Instant::now();
        let mut stalled: Vec<_> =
            (0..2).map(|_| answers.take(bytes(100_000), start).unwrap()).collect();

        // Nothing has stalled for long enough: the newcomer is refused.
        assert_eq!(answers.take(bytes(100_000), start).err().map(|p| p.status.as_u16()), Some(503));
        // A second later the first is given up, and the newcomer is sent.
        let newcomer = answers.take(bytes(100_000), start + STALLED);

        assert!(newcomer.is_ok());
        assert_eq!(answers.held(), 200_000);
        let given_up = stalled.iter_mut().filter_map(Paced::next).filter(Result::is_err);
        assert_eq!(given_up.count(), 1);
        drop((stalled, newcomer));
        assert_eq!(answers.held(), 0);
    }

    #[test]
    fn one_answer_may_be_larger_than_all_room() {
        let answers = Answers::new(50_000);

        let large = answers.take(bytes(100_000), Instant::now());

        assert!(large.is_ok());
        assert!(answers.take(bytes(40_000), Instant::now()).is_err());
    }
}
