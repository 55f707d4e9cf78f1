//! The hosts that the operator allows messages to be sent to.

use std::fmt;
use std::str::FromStr;

use crate::domain::webhook::url::{HookUrl, UrlRefusal, bracketed, host_and_port, usual_port};

/// Allowed host; without a port, the default port of the scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
struct AllowedHost {
    host: String,
    port: Option<u16>,
}

/// Hosts to which messages may be sent; empty unless the operator configures it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedHosts(Vec<AllowedHost>);

impl AllowedHosts {
    /// True if no host is allowed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks that messages may be sent to `url`.
    ///
    /// # Errors
    /// [`UrlRefusal::NotAllowed`], [`UrlRefusal::Plain`].
    pub fn check(&self, url: &HookUrl) -> Result<(), UrlRefusal> {
        let usual = usual_port(url.is_secure());
        let admits =
            |a: &AllowedHost| a.host == url.host() && a.port.unwrap_or(usual) == url.port();
        if !self.0.iter().any(admits) {
            return Err(UrlRefusal::NotAllowed(url.authority()));
        }
        if url.is_secure() || url.is_here() { Ok(()) } else { Err(UrlRefusal::Plain) }
    }
}

/// Error for a list of hosts that cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not host or host:port; write for example hooks.example.org,10.0.0.7:8443")]
pub struct NotAHost(String);

impl FromStr for AllowedHosts {
    type Err = NotAHost;

    fn from_str(text: &str) -> Result<Self, NotAHost> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let read = |entry: &str| {
            let (host, port) = host_and_port(entry).ok_or_else(|| NotAHost(entry.to_owned()))?;
            Ok(AllowedHost { host, port })
        };
        entries.map(read).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for AllowedHosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = |a: &AllowedHost| match a.port {
            Some(port) => format!("{}:{port}", bracketed(&a.host)),
            None => bracketed(&a.host),
        };
        f.write_str(&self.0.iter().map(one).collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(text: &str) -> AllowedHosts {
        text.parse().unwrap()
    }

    fn verdict(hosts: &AllowedHosts, url: &str) -> Result<(), UrlRefusal> {
        hosts.check(&HookUrl::parse(url)?)
    }

    #[test]
    fn only_listed_hosts_are_sent_to_and_only_by_tls() {
        let list =
            hosts(" hooks.example.org, 10.0.0.7:8443 ,localhost:9000,[::1]:9000,plain.org:80,");
        assert_eq!(
            list.to_string(),
            "hooks.example.org,10.0.0.7:8443,localhost:9000,[::1]:9000,plain.org:80"
        );
        for url in [
            "https://hooks.example.org/x",
            "https://HOOKS.example.org:443/",
            "https://10.0.0.7:8443/",
            "http://localhost:9000/",
            "http://[::1]:9000/",
        ] {
            assert_eq!(verdict(&list, url), Ok(()), "{url}");
        }
        for url in [
            "https://hooks.example.org:8443/",
            "https://sub.hooks.example.org/",
            "https://hooks.example.org.evil/",
            "https://10.0.0.7/",
            "http://localhost/",
            "https://127.0.0.1:9000/",
        ] {
            assert!(matches!(verdict(&list, url), Err(UrlRefusal::NotAllowed(_))), "{url}");
        }
        assert_eq!(verdict(&list, "http://plain.org/"), Err(UrlRefusal::Plain));
        assert!(hosts("").is_empty() && hosts(" , ").is_empty());
        assert!("https://h".parse::<AllowedHosts>().is_err());
    }
}
