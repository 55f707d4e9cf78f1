//! Bounds the memory of request bodies that are being received or worked on.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::problem::Problem;

/// Bytes of a permit.
const STEP: usize = 65_536;
/// Bytes of all bodies together. Bodies of one step are not counted: a connection buffers as much.
const ROOM: usize = 64 << 20;

/// Room for the bodies of all requests.
#[derive(Clone, Debug)]
pub(crate) struct BodyRoom(Arc<Semaphore>);

/// What one body takes of the room; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct BodyPlace {
    room: BodyRoom,
    taken: Option<OwnedSemaphorePermit>,
}

impl Default for BodyRoom {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ROOM / STEP)))
    }
}

impl BodyRoom {
    /// The place of an empty body.
    pub(crate) fn place(&self) -> BodyPlace {
        BodyPlace { room: self.clone(), taken: None }
    }
}

impl BodyPlace {
    /// Makes room for `bytes` in all. Bytes count when they arrive, so an announced length alone
    /// takes no room.
    ///
    /// # Errors
    /// 503 when there is none.
    pub(crate) fn grow_to(&mut self, bytes: usize) -> Result<(), Problem> {
        let taken = self.taken.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let wanted = (bytes.saturating_sub(1) / STEP).saturating_sub(taken);
        if wanted == 0 {
            return Ok(());
        }
        let wanted = u32::try_from(wanted).map_err(|_| Problem::busy())?;
        let more = Arc::clone(&self.room.0).try_acquire_many_owned(wanted);
        let more = more.map_err(|_| Problem::busy())?;
        match &mut self.taken {
            Some(taken) => taken.merge(more),
            None => self.taken = Some(more),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_take_room_as_they_arrive_and_give_it_back() {
        let room = BodyRoom::default();
        let mut places: Vec<_> = (0..7).map(|_| room.place()).collect();

        // Six files of ten megabytes fit, the seventh does not.
        let fit = places
            .iter_mut()
            .filter_map(|place| (1..=160).try_for_each(|step| place.grow_to(step * STEP)).ok());

        assert_eq!(fit.count(), 6);
        assert!(room.place().grow_to(STEP).is_ok());
        places.clear();
        assert!(room.place().grow_to(ROOM).is_ok());
        assert!(room.place().grow_to(2 * ROOM).is_err());
    }
}
