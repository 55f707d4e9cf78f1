//! Webhook URLs: a strict subset of URL syntax.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use crate::domain::error::FieldError;
use crate::domain::words::Words;

/// Maximum length of a URL, in bytes.
pub(crate) const LONGEST: usize = 2_000;

/// Reason a webhook URL is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlRefusal {
    /// The URL does not have the required form.
    #[error(
        "write https://host[:port]/path in ASCII; write an internationalized host name as xn--…"
    )]
    Form,
    /// The URL contains a user name or password.
    #[error("the URL must not contain a user name or password; messages are signed instead")]
    UserInfo,
    /// The URL contains a fragment.
    #[error("remove the fragment (#…): it is never sent")]
    Fragment,
    /// The URL is too long.
    #[error("at most {LONGEST} bytes")]
    TooLong,
    /// The host is not on the operator's list.
    #[error(
        "the host {0} is not allowed; the operator allows hosts with WEBHOOK_HOSTS (--webhook-hosts)"
    )]
    NotAllowed(String),
    /// The URL does not use TLS and the host is not this machine.
    #[error(
        "https is required; http is allowed only for this machine (127.0.0.1, [::1], localhost)"
    )]
    Plain,
}

impl UrlRefusal {
    /// Stable error code; part of the public API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Form | Self::UserInfo | Self::Fragment => "wrong-form",
            Self::TooLong => "too-long",
            Self::NotAllowed(_) => "host-not-allowed",
            Self::Plain => "not-https",
        }
    }

    /// Message in both languages: what is wrong and what to write instead.
    pub fn words(&self) -> Words {
        let zh = match self {
            Self::Form => {
                "请写成 https://主机[:端口]/路径，只用 ASCII；中文域名请写成 xn--…。".into()
            }
            Self::UserInfo => "地址中不能含用户名或密码；消息以签名证明来源。".into(),
            Self::Fragment => "请去掉 # 及其后的内容：它不会被发送。".into(),
            Self::TooLong => format!("至多 {LONGEST} 字节。"),
            Self::NotAllowed(host) => {
                format!(
                    "不允许向 {host} 发送；请运维人员在 WEBHOOK_HOSTS（--webhook-hosts）中加入。"
                )
            }
            Self::Plain => "须用 https；http 只用于本机（127.0.0.1、[::1]、localhost）。".into(),
        };
        Words::new(zh, format!("{self}."))
    }
}

impl From<UrlRefusal> for FieldError {
    fn from(refusal: UrlRefusal) -> Self {
        Self::new("", refusal.code(), refusal.words())
    }
}

/// Webhook URL, parsed into its parts.
///
/// The URL is parsed once by a grammar stricter than general URL syntax, so that the parts that are
/// checked are the parts that are connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookUrl {
    secure: bool,
    host: String,
    port: u16,
    path: String,
}

impl HookUrl {
    /// Parses a URL.
    ///
    /// # Errors
    /// [`UrlRefusal`]. Whether the host is allowed is checked by
    /// [`AllowedHosts::check`](crate::domain::webhook::allowed_hosts::AllowedHosts::check).
    pub fn parse(text: &str) -> Result<Self, UrlRefusal> {
        if text.len() > LONGEST {
            return Err(UrlRefusal::TooLong);
        }
        let (scheme, rest) = text.split_once("://").ok_or(UrlRefusal::Form)?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(UrlRefusal::Form),
        };
        if rest.contains('#') {
            return Err(UrlRefusal::Fragment);
        }
        let end = rest.find(['/', '?', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err(UrlRefusal::UserInfo);
        }
        let (host, port) = host_and_port(authority).ok_or(UrlRefusal::Form)?;
        if !path.bytes().all(is_of_a_path) {
            return Err(UrlRefusal::Form);
        }
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok(Self { secure, host, port: port.unwrap_or(usual_port(secure)), path })
    }

    /// True for https.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Host in lower case; an IPv6 address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Port number; the default port of the scheme if the URL gives none.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Path and query, starting with a slash.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Value of the `Host` header: the port is omitted if it is the default of the scheme.
    pub fn authority(&self) -> String {
        let host = bracketed(&self.host);
        if self.port == usual_port(self.secure) { host } else { format!("{host}:{}", self.port) }
    }

    /// True if the host is the local machine.
    pub(super) fn is_here(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

impl fmt::Display for HookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.path)
    }
}

pub(super) fn usual_port(secure: bool) -> u16 {
    if secure { 443 } else { 80 }
}

pub(super) fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

/// Characters allowed in a path or query (RFC 3986).
fn is_of_a_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:@/?".contains(&byte)
}

/// Parses `host`, `host:port`, `[address]` or `[address]:port`.
pub(super) fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        let address: Ipv6Addr = address.parse().ok()?;
        let port = if port.is_empty() { None } else { Some(read_port(port.strip_prefix(':')?)?) };
        return Some((address.to_string(), port));
    }
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(read_port(port)?)),
        None => (text, None),
    };
    let host = host.to_ascii_lowercase();
    let plain = |label: &str| {
        let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        (1..=63).contains(&label.len()) && label.bytes().all(known)
    };
    (host.len() <= 253 && host.split('.').all(plain)).then_some((host, port))
}

fn read_port(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port > 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_is_read_into_its_parts() {
        for (text, host, port, path, shown) in [
            (
                "https://Hooks.Example.org",
                "hooks.example.org",
                443,
                "/",
                "https://hooks.example.org/",
            ),
            ("https://h:8443/a?b=c", "h", 8443, "/a?b=c", "https://h:8443/a?b=c"),
            ("HTTP://[0:0::1]:80?x", "::1", 80, "/?x", "http://[::1]/?x"),
            ("https://10.0.0.7:443/", "10.0.0.7", 443, "/", "https://10.0.0.7/"),
        ] {
            let url = HookUrl::parse(text).unwrap();
            assert_eq!((url.host(), url.port(), url.path()), (host, port, path), "{text}");
            assert_eq!(url.to_string(), shown);
            assert_eq!(HookUrl::parse(shown), Ok(url), "what is shown is the same address");
        }
    }

    #[test]
    fn what_two_programs_could_read_differently_is_not_taken() {
        use UrlRefusal as R;
        for (text, refusal) in [
            ("", R::Form),
            ("hooks.example.org/a", R::Form),
            ("ftp://h/", R::Form),
            ("https://", R::Form),
            ("https:///a", R::Form),
            ("https://h:0/", R::Form),
            ("https://h:+1/", R::Form),
            ("https://h:65536/", R::Form),
            ("https://h:/", R::Form),
            ("https://a..b/", R::Form),
            ("https://h\\@evil/", R::Form),
            ("https://h/a b", R::Form),
            ("https://h/\u{4e2d}", R::Form),
            ("https://\u{4e2d}.cn/", R::Form),
            ("https://h/a\r\nX: y", R::Form),
            ("https://[::1/", R::Form),
            ("https://[::1]x/", R::Form),
            ("https://[fe80::1%25eth0]/", R::Form),
            ("https://a@h/", R::UserInfo),
            ("https://h:x@evil/", R::UserInfo),
            ("https://h/#a", R::Fragment),
            ("https://h#@evil/", R::Fragment),
        ] {
            assert_eq!(HookUrl::parse(text), Err(refusal), "{text:?}");
        }
        let long = format!("https://h/{}", "a".repeat(LONGEST));
        assert_eq!(HookUrl::parse(&long), Err(R::TooLong));
    }

    proptest! {
        #[test]
        fn whatever_is_taken_is_shown_as_itself(text in "[a-zA-Z:/@?#\\[\\]\\\\.0-9 _-]{0,40}") {
            for scheme in ["https://", "http://", ""] {
                if let Ok(url) = HookUrl::parse(&format!("{scheme}{text}")) {
                    prop_assert!(!url.host().contains('@') && url.path().starts_with('/'));
                    prop_assert_eq!(HookUrl::parse(&url.to_string()), Ok(url));
                }
            }
        }
    }
}
