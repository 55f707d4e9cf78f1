//! Limits of attempts to prove who one is: log-in, password change, client secrets, refresh tokens.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::http::StatusCode;

use crate::domain::fold::fold;
use crate::domain::id::UserId;
use crate::domain::words::Words;
use crate::http::buckets::{Buckets, Marks};
use crate::http::problem::Problem;

/// A name may be tried from all addresses this many times as often as from one.
const ADDRESSES_PER_NAME: u32 = 10;

/// Codes of a second factor that may be wrong in succession. Three of a million are right at a time,
/// and somebody who guesses them knows the password already.
const CODES: u32 = 5;
/// Minutes in which as many may be wrong again.
const CODES_MINUTES: u32 = 50;

/// Code of the refusal of an attempt too many.
const TOO_MANY: &str = "too-many-attempts";
/// Code of the refusal of an attempt that finds no place to wait.
pub(super) const BUSY: &str = "log-ins-busy";

/// Response extension: the answer refuses an attempt, and is held back for a while.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeldBack;

/// True for a refusal that is held back: a flood then waits for each of its answers, and the
/// processors are free for others meanwhile.
pub(super) fn is_held_back(problem: &Problem) -> bool {
    matches!(problem.code, TOO_MANY | BUSY)
}

/// Limits attempts per account name and address, per address, and per name.
///
/// The first slows guessing one password, the second trying many names, the third guessing from
/// many addresses. The third is wide and does not hold for an address from which the account's
/// owner has logged in, so that nobody can lock an owner out. Wrong codes of a second factor are
/// limited per account, from wherever they come.
#[derive(Clone)]
pub(crate) struct AttemptLimit(Arc<Tables>);

struct Tables {
    pair: Buckets,
    address: Buckets,
    name: Buckets,
    codes: Buckets,
    /// Names with the addresses they have logged in from.
    known: Marks,
}

impl AttemptLimit {
    /// A limit of `per_minute` attempts per name and address, and of `per_address_minute` per
    /// address.
    pub(crate) fn new(per_minute: u32, per_address_minute: u32) -> Self {
        Self(Arc::new(Tables {
            pair: Buckets::new(per_minute),
            address: Buckets::new(per_address_minute),
            name: Buckets::new(per_minute.saturating_mul(ADDRESSES_PER_NAME)),
            codes: Buckets::over(CODES, CODES_MINUTES),
            known: Marks::new(),
        }))
    }

    /// Counts one attempt to prove to be `name`.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub(crate) fn take(&self, name: &str, address: &str) -> Result<(), Problem> {
        // Folded as the look-up of the account is, so that a spelling is no further attempt.
        let name = fold(name);
        let pair = (name.as_str(), network_of(address));
        self.take_address(address)?;
        self.0.pair.take(&pair).map_err(too_many)?;
        if self.0.known.has(&pair) {
            return Ok(());
        }
        self.0.name.take(&name).map_err(too_many)
    }

    /// Counts one attempt that names nobody, such as a refresh token.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub(crate) fn take_address(&self, address: &str) -> Result<(), Problem> {
        self.0.address.take(&network_of(address)).map_err(too_many)
    }

    /// Counts a code of the second factor of `account`, before it is checked.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub(crate) fn take_code(&self, account: UserId) -> Result<(), Problem> {
        self.0.codes.take(&account.0).map_err(too_many)
    }

    /// Does not count a code that was right.
    pub(crate) fn code_was_right(&self, account: UserId) {
        self.0.codes.give_back(&account.0);
    }

    /// Remembers that `name` has logged in from `address`.
    pub(crate) fn succeeded(&self, name: &str, address: &str) {
        self.0.known.set(&(fold(name).as_str(), network_of(address)));
    }
}

fn too_many(seconds: u64) -> Problem {
    let detail = Words::new(
        format!("登录尝试过于频繁，请 {seconds} 秒后再试。"),
        format!("Too many attempts to log in. Try again in {seconds} s."),
    );
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, TOO_MANY, detail);
    Problem { retry_after_seconds: Some(seconds), ..problem }
}

/// The network that counts as one address: of IPv6 the first 64 bits, because a subscriber has
/// all addresses below them.
pub(super) fn network_of(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(six)) if six.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = six.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(ip) => ip.to_canonical().to_string(),
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_limited_over_all_names() {
        let limit = AttemptLimit::new(2, 5);

        let taken = (0..9).filter(|n| limit.take(&format!("name-{n}"), "192.0.2.1").is_ok());

        assert_eq!(taken.count(), 5);
        assert!(limit.take("name-0", "192.0.2.2").is_ok());
    }

    #[test]
    fn one_name_is_limited_over_all_addresses_but_not_where_its_owner_was() {
        let limit = AttemptLimit::new(2, 1_000);
        limit.succeeded("zhang.wei", "198.51.100.7");

        let taken = (0..99).filter(|n| limit.take("Zhang.Wei", &format!("192.0.2.{n}")).is_ok());

        assert_eq!(taken.count(), 20);
        assert!(limit.take("zhang.wei", "198.51.100.7").is_ok());
        assert!(limit.take("zhang.wei", "198.51.100.8").is_err());
    }

    #[test]
    fn addresses_of_one_subscriber_count_as_one() {
        for (one, other) in [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(network_of(one), network_of(other), "{one}");
        }
        for (one, other) in [("2001:db8:1:2::1", "2001:db8:1:3::1"), ("192.0.2.1", "192.0.2.2")] {
            assert_ne!(network_of(one), network_of(other), "{one}");
        }
    }
}
