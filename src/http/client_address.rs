//! The network address of the client, also behind proxies.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName, X_FORWARDED_FOR};
use ipnet::IpNet;

/// Most proxies a request may have passed.
const MOST_PROXIES: usize = 16;

/// Addresses and networks of the operator's proxies, whose word is taken for whom they forward.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl FromStr for TrustedProxies {
    type Err = String;

    /// Reads addresses (`10.0.0.7`) and networks (`10.0.0.0/24`, `fd00::/8`), separated by commas.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let network = |part: &str| {
            let address = part.parse::<IpAddr>().map(|ip| IpNet::from(ip.to_canonical()));
            address.or_else(|_| part.parse::<IpNet>()).map_err(|_| {
                format!("`{part}` is no address and no network; write 10.0.0.7 or 10.0.0.0/24")
            })
        };
        parts.map(network).collect::<Result<_, _>>().map(Self)
    }
}

impl std::fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&all.join(","))
    }
}

/// The header in which proxies name the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, and `Forwarded` in requests without it.
    #[default]
    Either,
    /// `X-Forwarded-For` alone.
    XForwardedFor,
    /// `Forwarded` (RFC 7239) alone.
    Forwarded,
}

impl TrustedProxies {
    fn has(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&ip))
    }

    /// The client of a connection from `peer`: the last address that no proxy of ours has.
    ///
    /// Each proxy adds the address it was called from at the end, so what a client invents stands
    /// before its own address and is never reached.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap, header: ForwardedHeader) -> IpAddr {
        let mut client = peer.to_canonical();
        let named = match header {
            ForwardedHeader::XForwardedFor => forwarded_for(headers),
            ForwardedHeader::Either if headers.contains_key(X_FORWARDED_FOR) => {
                forwarded_for(headers)
            }
            ForwardedHeader::Forwarded | ForwardedHeader::Either => forwarded(headers),
        };
        for hop in named.iter().rev().take(MOST_PROXIES) {
            // A hop that is hidden or unreadable ends the walk: who stands before it is not known.
            match node(hop) {
                Some(address) if self.has(client) => client = address,
                Some(_) | None => break,
            }
        }
        client
    }
}

/// All values of a header that is a list, in their order.
fn list(headers: &HeaderMap, name: HeaderName) -> Vec<String> {
    let lines = headers.get_all(name).map(|line| line.to_str().unwrap_or("?"));
    lines.flat_map(|line| outside_quotes(line, ',')).collect()
}

fn forwarded_for(headers: &HeaderMap) -> Vec<String> {
    list(headers, X_FORWARDED_FOR)
}

/// The `for` of every element of `Forwarded`; empty where an element has none.
fn forwarded(headers: &HeaderMap) -> Vec<String> {
    let node = |element: String| {
        let pairs = outside_quotes(&element, ';');
        let named = pairs.iter().filter_map(|pair| pair.split_once('='));
        let mut named = named.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
        named.next().map_or_else(String::new, |(_, value)| value.trim().to_owned())
    };
    list(headers, FORWARDED).into_iter().map(node).collect()
}

/// The parts of `text` between marks that do not stand in quotes, trimmed.
fn outside_quotes(text: &str, mark: char) -> Vec<String> {
    let mut quoted = false;
    let parts = text.split(|c: char| {
        quoted ^= c == '"';
        c == mark && !quoted
    });
    parts.map(|part| part.trim().to_owned()).collect()
}

/// The address of `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `"[2001:db8::1]:80"`.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let ip = bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    ip.ok().map(|ip| ip.to_canonical())
}

/// Request extension: the address of the client, as text.
#[derive(Clone, Debug)]
pub(crate) struct ClientAddress(String);

impl ClientAddress {
    /// Finds the address of the client of `request`.
    pub(super) fn find(
        request: &ServiceRequest,
        proxies: &TrustedProxies,
        header: ForwardedHeader,
    ) -> Self {
        let peer = request.peer_addr().map(|peer| peer.ip());
        let client = peer.map(|peer| proxies.client(peer, request.headers(), header));
        Self(client.map(|ip| ip.to_string()).unwrap_or_default())
    }

    /// The address of the client of `request`; empty before the outermost layer has run.
    pub(crate) fn of(request: &impl HttpMessage) -> String {
        request.extensions().get::<Self>().map(|address| address.0.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn client(peer: &str, header: ForwardedHeader, lines: &[(&str, &str)]) -> String {
        let proxies: TrustedProxies = "10.0.0.0/24, 2001:db8:f::1,127.0.0.1".parse().unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name.parse().unwrap(), HeaderValue::from_str(value).unwrap());
        }
        proxies.client(peer.parse().unwrap(), &headers, header).to_string()
    }

    #[test]
    fn the_client_is_the_last_address_that_no_trusted_proxy_has() {
        const XFF: &str = "x-forwarded-for";
        const FWD: &str = "forwarded";
        for (peer, lines, expected) in [
            // Nobody but a trusted proxy is believed.
            ("192.0.2.9", vec![(XFF, "198.51.100.1"), (FWD, "for=198.51.100.1")], "192.0.2.9"),
            ("10.0.0.1", vec![], "10.0.0.1"),
            ("10.0.0.1", vec![(XFF, "198.51.100.1")], "198.51.100.1"),
            ("::ffff:10.0.0.1", vec![(XFF, "::ffff:198.51.100.1")], "198.51.100.1"),
            // What the client invented stands in front.
            ("10.0.0.1", vec![(XFF, "1.1.1.1, 10.0.0.9, 198.51.100.1")], "198.51.100.1"),
            ("10.0.0.1", vec![(XFF, "1.1.1.1"), (XFF, "198.51.100.1")], "198.51.100.1"),
            // Two proxies in a row.
            ("10.0.0.1", vec![(XFF, "198.51.100.1, 10.0.0.2")], "198.51.100.1"),
            ("10.0.0.1", vec![(XFF, "10.0.0.3, 10.0.0.2")], "10.0.0.3"),
            ("10.0.0.1", vec![(XFF, "198.51.100.1:4711")], "198.51.100.1"),
            ("2001:db8:f::1", vec![(XFF, "[2001:db8::7]:80")], "2001:db8::7"),
            // Unreadable, hidden or absent: the last address known.
            ("10.0.0.1", vec![(XFF, "198.51.100.1, unknown")], "10.0.0.1"),
            ("10.0.0.1", vec![(XFF, "198.51.100.1, x, 10.0.0.2")], "10.0.0.2"),
            ("10.0.0.1", vec![(XFF, "")], "10.0.0.1"),
            ("10.0.0.1", vec![(FWD, "for=198.51.100.1;proto=https;by=10.0.0.1")], "198.51.100.1"),
            (
                "10.0.0.1",
                vec![(FWD, "For=\"[2001:db8::7]:4711\"; host=\"a,b;c\", for=10.0.0.2")],
                "2001:db8::7",
            ),
            ("10.0.0.1", vec![(FWD, "for=1.1.1.1, proto=https")], "10.0.0.1"),
            ("10.0.0.1", vec![(FWD, "for=_hidden")], "10.0.0.1"),
            // nginx sets one header and passes the client's other one on.
            ("10.0.0.1", vec![(FWD, "for=1.1.1.1"), (XFF, "198.51.100.1")], "198.51.100.1"),
        ] {
            assert_eq!(client(peer, ForwardedHeader::Either, &lines), expected, "{peer} {lines:?}");
        }
        let both = [(FWD, "for=198.51.100.1"), (XFF, "1.1.1.1")];
        assert_eq!(client("10.0.0.1", ForwardedHeader::Forwarded, &both), "198.51.100.1");
        assert_eq!(client("10.0.0.1", ForwardedHeader::XForwardedFor, &both[..1]), "10.0.0.1");
    }

    #[test]
    fn proxies_are_addresses_and_networks() {
        assert_eq!("".parse(), Ok(TrustedProxies::default()));
        for bad in ["localhost", "10.0.0.0/33", "10.0.0.1 10.0.0.2"] {
            assert!(bad.parse::<TrustedProxies>().unwrap_err().contains("no network"), "{bad}");
        }
    }
}
