//! The reply of a request that may become a job.

use std::marker::PhantomData;

use crate::api::jobs::view::JobView;
use crate::http::respond_async::Accepted;
use crate::http::signature::{Entry, Reply};
use crate::store::jobs::Job;

/// 200 with an `R`, or 202 with the job that makes it.
pub struct DoneOrQueued<R>(PhantomData<R>);

impl<R: Reply> Reply for DoneOrQueued<R> {
    fn describe(entry: &mut Entry) {
        R::describe(entry);
        Accepted::<JobView>::describe(entry);
        entry.fails(&[503]);
    }
}

/// The reply with a queued job.
pub fn queued(job: Job) -> Accepted<JobView> {
    Accepted { location: format!("/jobs/{}", job.id), view: job.into() }
}
