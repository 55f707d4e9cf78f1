//! Passwords are hashed on a few threads of their own, with a bounded queue.
//!
//! One hash takes 19 MiB and some 30 ms of a processor. On the threads that serve everybody, log-ins
//! would use up memory and time of all other requests.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::StatusCode;
use tokio::sync::oneshot;

use crate::domain::words::Words;
use crate::http::attempts::{BUSY, network_of};
use crate::http::problem::Problem;
use crate::usecases::refusal::Refusal;

/// Most requests that wait for a thread. With two threads the last of them waits half a second.
const WAITING: usize = 32;
/// Most requests of one address that wait or are hashed.
const PER_ADDRESS: usize = 16;
/// When a request that found no place should be tried again, in seconds.
const RETRY_SECONDS: u64 = 2;
/// Politeness (`nice`) of the threads: other requests come first when the processors are busy.
const NICE: i32 = 10;

type Job = Box<dyn FnOnce() + Send>;

/// The threads that hash passwords.
#[derive(Clone, Debug)]
pub struct HashPool {
    jobs: SyncSender<Job>,
    places: Places,
}

/// The places that are taken, by address. No more are taken than the pool has.
#[derive(Clone, Debug)]
struct Places {
    most: usize,
    taken: Arc<Mutex<HashMap<String, usize>>>,
}

/// A place in the pool; dropping it frees it.
#[derive(Debug)]
pub struct Place {
    pool: HashPool,
    network: String,
}

impl HashPool {
    /// Starts `threads` threads. They end with the last handle to the pool.
    ///
    /// # Errors
    /// The system starts no thread.
    pub fn start(threads: usize) -> std::io::Result<Self> {
        let threads = threads.max(1);
        let most = threads + WAITING;
        let (jobs, waiting) = sync_channel(most);
        let waiting = Arc::new(Mutex::new(waiting));
        for number in 1..=threads {
            let waiting = Arc::clone(&waiting);
            std::thread::Builder::new()
                .name(format!("password-{number}"))
                .spawn(move || serve(&waiting))?;
        }
        Ok(Self { jobs, places: Places { most, taken: Arc::default() } })
    }

    /// Takes a place for a request from `address`, before anything is done for it.
    ///
    /// # Errors
    /// 503 with the seconds to wait, when the queue is full or `address` has its share of it.
    pub fn enter(&self, address: &str) -> Result<Place, Problem> {
        let network = network_of(address);
        let mut taken = self.places.lock();
        let all: usize = taken.values().sum();
        let of_address = taken.get(&network).copied().unwrap_or(0);
        if all >= self.places.most || of_address >= PER_ADDRESS {
            metrics::counter!("password_hashes_refused_total").increment(1);
            return Err(full());
        }
        taken.insert(network.clone(), of_address + 1);
        Ok(Place { pool: self.clone(), network })
    }
}

impl Places {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Runs `work` on a thread of the pool. It is not started once the request is gone.
    ///
    /// # Errors
    /// The work's.
    pub async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Problem> {
        let (reply, outcome) = oneshot::channel();
        let jobs = self.pool.jobs.clone();
        // The place belongs to the job: it is free when the hash is made, not when its caller left.
        let job: Job = Box::new(move || {
            let _place = self;
            if !reply.is_closed() {
                let _ = reply.send(work());
            }
        });
        jobs.try_send(job).map_err(|_| full())?;
        Ok(outcome.await.map_err(|_| Problem::broken("a password thread has stopped"))??)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.pool.places.lock();
        match taken.get_mut(&self.network) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => {
                taken.remove(&self.network);
            }
        }
    }
}

fn serve(waiting: &Mutex<Receiver<Job>>) {
    be_polite();
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        // A panic ends the job, whose caller is then told, and not the thread.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
    }
}

/// Lowers the priority of this thread. Only Linux has one per thread.
fn be_polite() {
    #[cfg(target_os = "linux")]
    if let Err(e) = rustix::process::setpriority_process(None, NICE) {
        tracing::warn!("the password threads keep their priority: {e}");
    }
}

/// 503: too many passwords are waiting to be checked.
fn full() -> Problem {
    let detail = Words::new(
        format!("同时登录的请求过多，请 {RETRY_SECONDS} 秒后再试。"),
        format!("Too many passwords are being checked. Try again in {RETRY_SECONDS} s."),
    );
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, BUSY, detail);
    Problem { retry_after_seconds: Some(RETRY_SECONDS), ..problem }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::channel;

    use super::*;

    fn system<T>(test: impl Future<Output = T>) -> T {
        actix_web::rt::System::new().block_on(test)
    }

    #[test]
    fn no_more_run_at_once_than_there_are_threads() {
        system(async {
            let pool = HashPool::start(3).unwrap();
            let [running, most] = [0, 0].map(|n| Arc::new(AtomicUsize::new(n)));
            let work = || {
                let (running, most) = (Arc::clone(&running), Arc::clone(&most));
                move || {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    running.fetch_sub(1, Ordering::SeqCst);
                    Ok(())
                }
            };

            let places = (0..35).map(|n| pool.enter(&format!("192.0.2.{n}")).unwrap());
            let places: Vec<_> = places.collect();
            let refused = pool.enter("198.51.100.1");
            let runs: Vec<_> = places.into_iter().map(|place| place.run(work())).collect();
            for run in runs {
                run.await.unwrap();
            }

            assert_eq!(refused.unwrap_err().retry_after_seconds, Some(2));
            assert!((1..=3).contains(&most.load(Ordering::SeqCst)));
            assert!(pool.enter("198.51.100.1").is_ok());
        });
    }

    #[test]
    fn one_address_leaves_places_to_others() {
        system(async {
            let pool = HashPool::start(1).unwrap();

            let mine: Vec<_> = (0..40).filter_map(|_| pool.enter("192.0.2.1").ok()).collect();
            let other = pool.enter("192.0.2.2");

            assert_eq!(mine.len(), 16);
            assert!(other.is_ok());
            drop((mine, other));
            assert!(pool.places.lock().is_empty());
        });
    }

    #[test]
    fn work_of_a_request_that_is_gone_is_not_done_and_a_panic_stops_no_thread() {
        system(async {
            let pool = HashPool::start(1).unwrap();
            let (release, blocked) = channel::<()>();
            let done = Arc::new(AtomicUsize::new(0));

            let mut first = std::pin::pin!(pool.enter("a").unwrap().run(move || {
                let _ = blocked.recv();
                Ok(())
            }));
            // Polled once, so that it is queued before the next.
            let _ = tokio::time::timeout(std::time::Duration::ZERO, first.as_mut()).await;
            let counted = Arc::clone(&done);
            let gone = pool.enter("b").unwrap().run(move || {
                counted.fetch_add(1, Ordering::SeqCst);
                Ok(())
            });
            // Polled once, so that it is queued, and dropped.
            let _ = tokio::time::timeout(std::time::Duration::ZERO, gone).await;
            release.send(()).unwrap();
            first.await.unwrap();
            let panicked = pool.enter("c").unwrap().run::<()>(|| panic!("on purpose")).await;
            pool.enter("d").unwrap().run(|| Ok(())).await.unwrap();

            assert_eq!(panicked.unwrap_err().code, "broken");
            assert_eq!(done.load(Ordering::SeqCst), 0);
        });
    }
}
