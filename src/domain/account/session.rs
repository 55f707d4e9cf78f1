//! Sessions: how long one may be unused, when a use is noted, and the network that is shown of an address.

use std::net::IpAddr;

use crate::domain::clock::Timestamp;

/// A use within this many seconds of the last one is not noted, so that few requests write.
const NOTED_SECONDS: i64 = 60;

/// How long a session may be unused. Uses are noted once a minute, so that a session ends up to a
/// minute sooner after its last use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdleLimit {
    seconds: i64,
}

impl IdleLimit {
    /// A limit of so many minutes.
    pub fn of_minutes(minutes: u32) -> Self {
        Self { seconds: i64::from(minutes) * 60 }
    }

    /// True if a session that was last used at `last_use` has ended at `now`.
    pub fn is_over(self, last_use: Timestamp, now: Timestamp) -> bool {
        last_use <= self.cutoff(now)
    }

    /// Sessions last used at this instant or before have ended at `now`.
    pub fn cutoff(self, now: Timestamp) -> Timestamp {
        now.plus_seconds(-self.seconds)
    }
}

/// True if a use at `now` is to be noted; the last one was at `last_use`.
pub(crate) fn is_use_due(last_use: Timestamp, now: Timestamp) -> bool {
    last_use.plus_seconds(NOTED_SECONDS) <= now
}

/// The network of an address: of IPv4 the first three bytes, of IPv6 the first 48 bits. Empty if it
/// is no address.
pub(crate) fn network_of(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(four)) => {
            let [a, b, c, _] = four.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Ok(IpAddr::V6(six)) => {
            let [a, b, c, ..] = six.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_hides_the_last_part_of_an_address() {
        for (address, network) in [
            ("192.0.2.77", "192.0.2.0/24"),
            ("::ffff:192.0.2.77", "192.0.2.0/24"),
            ("2001:db8:1:2::1", "2001:db8:1::/48"),
            ("unknown", ""),
        ] {
            assert_eq!(network_of(address), network, "{address}");
        }
    }

    #[test]
    fn a_session_ends_when_it_is_unused_for_the_minutes_of_the_limit() {
        let at = Timestamp::from_unix_seconds(1_625_104_800).unwrap();
        let limit = IdleLimit::of_minutes(30);

        assert!(!limit.is_over(at, at.plus_seconds(1_799)));
        assert!(limit.is_over(at, at.plus_seconds(1_800)));
    }

    #[test]
    fn a_use_is_noted_once_a_minute() {
        let at = Timestamp::from_unix_seconds(1_625_104_800).unwrap();

        assert!(!is_use_due(at, at.plus_seconds(59)));
        assert!(is_use_due(at, at.plus_seconds(60)));
    }
}
