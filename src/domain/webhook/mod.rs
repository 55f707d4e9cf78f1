//! Webhooks according to Standard Webhooks 1.0: retry schedule and result of each delivery attempt.

pub(crate) mod allowed_hosts;
pub(crate) mod signature;
pub(crate) mod url;

use crate::domain::clock::Timestamp;
use crate::domain::text_enum::text_enum;
use crate::domain::words::Words;

/// Hours during which a replaced secret still signs alongside the new one.
pub(crate) const OVERLAP_HOURS: i64 = 72;
/// Maximum number of active secrets per webhook.
pub(crate) const MOST_SECRETS: usize = 2;
/// Maximum number of webhooks per account.
pub(crate) const MOST_WEBHOOKS: i64 = 20;
/// Days for which delivered messages are listed.
pub(crate) const KEPT_DAYS: i64 = 30;
/// Event kind of a test message.
pub(crate) const PING: &str = "webhook.ping";

/// Delay after the first, second, … failed attempt, in seconds; more than three days in total.
///
/// The schedule recommended by the specification.
const PAUSES_SECONDS: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// Upper limit of the delay a receiver can request, in seconds.
const LONGEST_WAIT_SECONDS: i64 = 86_400;

text_enum! {
    /// State of a delivery.
    DeliveryState {
        /// Waits for its next attempt.
        Pending = "pending" "待投递",
        /// Accepted by the receiver.
        Delivered = "delivered" "已送达",
        /// Not delivered; no further attempts unless it is repeated manually.
        Failed = "failed" "投递失败",
    }
}

text_enum! {
    /// Reason why a webhook is disabled.
    DisabledBecause {
        /// Disabled by its owner.
        Owner = "owner" "所有者停用",
        /// Disabled because the receiver answered 410 Gone.
        Gone = "gone" "接收方答复 410",
    }
}

text_enum! {
    /// Reason why a delivery attempt failed.
    AttemptError {
        /// The receiver answered with a status other than 2xx.
        Status = "status" "接收方拒收",
        /// The receiver answered with a redirect; redirects are not followed.
        Redirected = "redirected" "接收方重定向",
        /// The receiver answered 410 Gone, and the webhook was disabled.
        Gone = "gone" "接收方不再接收",
        /// The host name has no address, or none that is allowed.
        NotResolved = "not_resolved" "主机名无法解析",
        /// The connection could not be established.
        NotConnected = "not_connected" "无法连接",
        /// TLS failed, usually because of the certificate.
        Tls = "tls" "TLS 失败",
        /// No answer within the time limit.
        TimedOut = "timed_out" "超时",
        /// The connection closed early, or the answer was not HTTP.
        BrokenOff = "broken_off" "连接中断",
        /// The operator no longer allows the host.
        HostNotAllowed = "host_not_allowed" "主机未获允许",
        /// The server key changed since the secrets were created.
        KeyChanged = "key_changed" "服务器密钥已更换",
        /// The webhook's owner may no longer see the event.
        OutOfSight = "out_of_sight" "所有者已无权查看",
    }
}

impl AttemptError {
    /// Message in both languages: what happened and what to do; quotes the receiver's status.
    pub(crate) fn words(self, status: Option<i32>) -> Words {
        let status = status.map(|s| s.to_string()).unwrap_or_default();
        let (zh, en) = match self {
            Self::Status => (
                format!("接收方答复 {status}；须以 2xx 答复才算收到。"),
                format!("The receiver answered {status}; only 2xx counts as received."),
            ),
            Self::Redirected => (
                format!("接收方答复 {status} 重定向，不会跟随；请把 url 改为最终地址。"),
                format!("The receiver answered {status}, a redirect, which is never followed; set `url` to the final address."),
            ),
            Self::Gone => (
                "接收方答复 410，该 webhook 已停用；接收方恢复后请重新启用。".to_owned(),
                "The receiver answered 410 and the webhook was disabled; enable it again when the receiver is back.".to_owned(),
            ),
            Self::NotResolved => (
                "主机名无法解析；请核对 url 与服务器的域名解析。".to_owned(),
                "The host's name has no usable address; check `url` and the server's name service.".to_owned(),
            ),
            Self::NotConnected => (
                "无法连接接收方；请核对其端口与防火墙。".to_owned(),
                "No connection to the receiver; check its port and the firewalls in between.".to_owned(),
            ),
            Self::Tls => (
                "TLS 握手失败；请核对接收方的证书，自建证书机构请运维人员设置 WEBHOOK_CA_FILE。".to_owned(),
                "TLS failed; check the receiver's certificate, or have the operator name its authority in WEBHOOK_CA_FILE.".to_owned(),
            ),
            Self::TimedOut => (
                "接收方没有在 15 秒内答复；请先答复 2xx，再处理消息。".to_owned(),
                "No answer within 15 seconds; answer 2xx first, then do the work.".to_owned(),
            ),
            Self::BrokenOff => (
                "连接提前中断，或答复不是 HTTP。".to_owned(),
                "The connection ended early, or the answer was not HTTP.".to_owned(),
            ),
            Self::HostNotAllowed => (
                "服务器不允许向该主机发送；请运维人员在 WEBHOOK_HOSTS 中加入。".to_owned(),
                "The server may not send to this host; have the operator list it in WEBHOOK_HOSTS.".to_owned(),
            ),
            Self::KeyChanged => (
                "服务器密钥已更换，旧签名密钥失效；请新建密钥：POST …/secrets。".to_owned(),
                "The server's key changed, and no secret made before can sign; make a new one: POST …/secrets.".to_owned(),
            ),
            Self::OutOfSight => (
                "webhook 所有者已无权查看该事件，因此不发送。".to_owned(),
                "The webhook's owner may no longer see this event, so it is not sent.".to_owned(),
            ),
        };
        Words::new(zh, en)
    }
}

/// Result of a delivery attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The receiver answered.
    Status {
        /// HTTP status code.
        code: u16,
        /// Delay requested by the `Retry-After` header, in seconds.
        retry_after_seconds: Option<i64>,
    },
    /// No answer.
    None(AttemptError),
}

impl Answer {
    /// HTTP status code, if the receiver answered.
    pub(crate) fn status(self) -> Option<i32> {
        match self {
            Self::Status { code, .. } => Some(i32::from(code)),
            Self::None(_) => None,
        }
    }

    /// Reason of the failure; `None` if the attempt succeeded.
    pub(crate) fn error(self) -> Option<AttemptError> {
        match self {
            Self::Status { code: 200..=299, .. } => None,
            Self::Status { code: 300..=399, .. } => Some(AttemptError::Redirected),
            Self::Status { code: 410, .. } => Some(AttemptError::Gone),
            Self::Status { .. } => Some(AttemptError::Status),
            Self::None(error) => Some(error),
        }
    }

    /// Minimum delay requested by the receiver.
    ///
    /// Only for 429 and 503, the statuses of overload.
    fn asked_to_wait(self) -> i64 {
        match self {
            Self::Status { code: 429 | 503, retry_after_seconds: Some(seconds) } => {
                seconds.clamp(0, LONGEST_WAIT_SECONDS)
            }
            Self::Status { .. } | Self::None(_) => 0,
        }
    }
}

/// Delay in seconds requested by a `Retry-After` header, which is a number of seconds or a date.
pub(crate) fn retry_after_seconds(text: &str, now: Timestamp) -> Option<i64> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(text.parse().unwrap_or(LONGEST_WAIT_SECONDS));
    }
    let date = chrono::DateTime::parse_from_rfc2822(text).ok()?;
    Some(date.timestamp().saturating_sub(now.unix_seconds()))
}

/// Decision after a delivery attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Delivered.
    Delivered,
    /// Retry at this time.
    Again(Timestamp),
    /// Give up.
    Failed,
}

impl Verdict {
    /// Delivery state after this decision.
    pub(crate) fn state(self) -> DeliveryState {
        match self {
            Self::Delivered => DeliveryState::Delivered,
            Self::Again(_) => DeliveryState::Pending,
            Self::Failed => DeliveryState::Failed,
        }
    }

    /// Time of the next attempt, if there is one.
    pub(crate) fn next_attempt_at(self) -> Option<Timestamp> {
        match self {
            Self::Again(at) => Some(at),
            Self::Delivered | Self::Failed => None,
        }
    }
}

/// Decides what follows attempt number `tries` (from 1) of a schedule.
///
/// `chance` is random and spreads the retries, so that deliveries that failed together are not
/// retried together.
pub(crate) fn judge(tries: i32, answer: Answer, now: Timestamp, chance: u16) -> Verdict {
    match answer.error() {
        None => Verdict::Delivered,
        Some(AttemptError::Gone | AttemptError::OutOfSight) => Verdict::Failed,
        Some(_) => match pause_seconds(tries, chance) {
            Some(pause) => Verdict::Again(now.plus_seconds(pause.max(answer.asked_to_wait()))),
            None => Verdict::Failed,
        },
    }
}

/// Delay after attempt number `tries` (from 1): the scheduled delay plus up to 20 % by `chance`.
///
/// `None` after the last attempt.
fn pause_seconds(tries: i32, chance: u16) -> Option<i64> {
    let nth = usize::try_from(tries.checked_sub(1)?).ok()?;
    let pause = *PAUSES_SECONDS.get(nth)?;
    Some(pause + pause * i64::from(chance) / (5 * i64::from(u16::MAX)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds).unwrap()
    }

    fn status(code: u16) -> Answer {
        Answer::Status { code, retry_after_seconds: None }
    }

    #[test]
    fn attempts_go_on_for_about_three_days() {
        let (mut now, mut tries) = (at(1_000_000), 1);
        while let Verdict::Again(next) = judge(tries, status(500), now, 0) {
            (now, tries) = (next, tries + 1);
        }

        assert_eq!(tries, 10);
        assert_eq!(now, at(1_000_000 + 272_105), "75 h 35 min 5 s");
    }

    #[test]
    fn each_answer_has_its_verdict() {
        let now = at(1_000_000);
        for (answer, verdict, error) in [
            (status(200), Verdict::Delivered, None),
            (status(204), Verdict::Delivered, None),
            (status(299), Verdict::Delivered, None),
            (status(302), Verdict::Again(now.plus_seconds(5)), Some(AttemptError::Redirected)),
            (status(400), Verdict::Again(now.plus_seconds(5)), Some(AttemptError::Status)),
            (status(410), Verdict::Failed, Some(AttemptError::Gone)),
            (status(103), Verdict::Again(now.plus_seconds(5)), Some(AttemptError::Status)),
            (
                Answer::None(AttemptError::TimedOut),
                Verdict::Again(now.plus_seconds(5)),
                Some(AttemptError::TimedOut),
            ),
            (
                Answer::None(AttemptError::OutOfSight),
                Verdict::Failed,
                Some(AttemptError::OutOfSight),
            ),
        ] {
            assert_eq!((judge(1, answer, now, 0), answer.error()), (verdict, error), "{answer:?}");
        }
        assert_eq!(judge(10, status(500), now, 0), Verdict::Failed);
        assert_eq!(judge(10, status(200), now, 0), Verdict::Delivered);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = at(1_625_104_800);
        for (text, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("99999999999999999999", Some(86_400)),
            ("Thu, 01 Jul 2021 02:02:00 GMT", Some(120)),
            ("Thu, 01 Jul 2021 01:59:00 GMT", Some(-60)),
            ("-1", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after_seconds(text, now), seconds, "{text:?}");
        }
    }

    #[test]
    fn a_receiver_that_is_overloaded_can_ask_for_more_time_within_reason() {
        let now = at(1_000_000);
        let asks = |code, seconds| Answer::Status { code, retry_after_seconds: Some(seconds) };
        for (answer, pause) in [
            (asks(503, 120), 120),
            (asks(429, 120), 120),
            (asks(500, 120), 5),
            (asks(503, 1), 5),
            (asks(503, -7), 5),
            (asks(503, i64::MAX), 86_400),
        ] {
            assert_eq!(judge(1, answer, now, 0), Verdict::Again(now.plus_seconds(pause)));
        }
    }

    proptest! {
        #[test]
        fn chance_adds_at_most_a_fifth(tries in 1_i32..=9, chance: u16) {
            let least = pause_seconds(tries, 0).unwrap();
            let pause = pause_seconds(tries, chance).unwrap();

            prop_assert!((least..=least + least / 5).contains(&pause));
        }

        #[test]
        fn nothing_is_tried_for_ever(tries: i32, chance: u16) {
            let ends = matches!(judge(tries, status(500), at(0), chance), Verdict::Failed);
            prop_assert_eq!(ends, !(1..=9).contains(&tries));
        }
    }
}
