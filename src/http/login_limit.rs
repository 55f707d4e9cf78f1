//! Limit of log-in attempts.

use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::http::StatusCode;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::domain::fold::fold;
use crate::domain::words::Words;
use crate::http::problem::Problem;

type Limiter = Arc<DefaultKeyedRateLimiter<(String, String)>>;

/// Limits log-in attempts per account name and address: this slows down guessing a password, and
/// an attacker at another address cannot lock an account's owner out.
#[derive(Clone)]
pub struct LoginLimit(Limiter);

impl LoginLimit {
    /// A limit of `per_minute` attempts.
    pub fn new(per_minute: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        Self(Arc::new(RateLimiter::keyed(quota)))
    }

    /// Counts one attempt.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub fn take(&self, username: &str, address: &str) -> Result<(), Problem> {
        // Folded as the look-up of the account is, so that a spelling is no further attempt.
        // The map grows with every name tried; names without recent attempts are removed.
        if self.0.len() > 10_000 {
            self.0.retain_recent();
        }
        self.0.check_key(&(fold(username), address.to_owned())).map_err(|wait| {
            let seconds = wait.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
            let detail = Words::new(
                format!("登录尝试过于频繁，请 {seconds} 秒后再试。"),
                format!("Too many attempts to log in. Try again in {seconds} s."),
            );
            let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-attempts", detail);
            Problem { retry_after_seconds: Some(seconds), ..problem }
        })
    }
}
