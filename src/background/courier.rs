//! Posts webhook messages to their receivers. Each message uses its own connection to an address
//! resolved for it, without proxies or redirects, and with timeouts.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, RETRY_AFTER, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;

use crate::domain::clock::Timestamp;
use crate::domain::webhook::url::HookUrl;
use crate::domain::webhook::{Answer, AttemptError, retry_after_seconds};

/// Timeout of an attempt, including the connection.
const PATIENCE: Duration = Duration::from_secs(15);
/// Timeout of a connection to one of a host's addresses.
const CONNECT: Duration = Duration::from_secs(5);
/// Timeout and size limit (bytes) of reading the response body. The body is discarded; reading it
/// only lets the receiver finish writing.
const LISTEN: (Duration, usize) = (Duration::from_secs(2), 65_536);
/// Maximum size of a response head, in bytes.
const HEAD: usize = 65_536;

/// Why there was no response: the error for the delivery, and the library's message for the log.
#[derive(Debug)]
pub(crate) struct NoAnswer(pub AttemptError, pub String);

impl NoAnswer {
    fn because(error: AttemptError) -> impl Fn(&dyn std::fmt::Display) -> Self {
        move |cause| Self(error, cause.to_string())
    }

    fn late() -> Self {
        Self(AttemptError::TimedOut, "no answer in time".to_owned())
    }
}

/// A message to send.
#[derive(Debug)]
pub(crate) struct Parcel<'a> {
    /// Destination.
    pub url: &'a HookUrl,
    /// Headers besides those that every request has.
    pub headers: &'a [(&'static str, String)],
    /// JSON body.
    pub body: String,
}

/// HTTP client for webhook messages.
#[derive(Clone)]
pub(crate) struct Courier {
    tls: TlsConnector,
    patience: Duration,
}

impl Courier {
    /// A courier that trusts the public authorities and those in `ca_file`.
    ///
    /// # Errors
    /// A sentence with the remedy: the file cannot be read or contains no certificate.
    pub(crate) fn new(ca_file: Option<&Path>) -> Result<Self, String> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(file) = ca_file {
            let shown = file.display();
            let unreadable = |e: &dyn std::fmt::Display| {
                format!("cannot read the certificates in {shown}: {e}; put PEM certificates there")
            };
            let own: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(file)
                .and_then(Iterator::collect)
                .map_err(|e| unreadable(&e))?;
            if own.is_empty() {
                return Err(unreadable(&"it contains no certificate"));
            }
            for certificate in own {
                roots.add(certificate).map_err(|e| unreadable(&e))?;
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| format!("cannot set up TLS: {e}"))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), patience: PATIENCE })
    }

    /// Posts a message and returns the receiver's response.
    ///
    /// # Errors
    /// Why there was no response.
    pub(crate) async fn post(
        &self,
        parcel: Parcel<'_>,
        now: Timestamp,
    ) -> Result<Answer, NoAnswer> {
        let deadline = Instant::now() + self.patience;
        let url = parcel.url;
        let connected = timeout_at(deadline, connect(url)).await;
        let stream = connected.map_err(|_| NoAnswer::late())??;
        let request =
            request(&parcel).map_err(|e| NoAnswer::because(AttemptError::BrokenOff)(&e))?;
        let response = if url.is_secure() {
            let refused = NoAnswer::because(AttemptError::Tls);
            let name = ServerName::try_from(url.host().to_owned()).map_err(|e| refused(&e))?;
            let shaken = timeout_at(deadline, self.tls.connect(name, stream)).await;
            let stream = shaken.map_err(|_| NoAnswer::late())?.map_err(|e| refused(&e))?;
            exchange(stream, request, deadline).await?
        } else {
            exchange(stream, request, deadline).await?
        };
        let asked = response.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok());
        let retry_after_seconds = asked.and_then(|text| retry_after_seconds(text, now));
        Ok(Answer::Status { code: response.status().as_u16(), retry_after_seconds })
    }
}

async fn connect(url: &HookUrl) -> Result<TcpStream, NoAnswer> {
    let nowhere = NoAnswer::because(AttemptError::NotResolved);
    let found = lookup_host((url.host(), url.port())).await.map_err(|e| nowhere(&e))?;
    // Without TLS nothing authenticates the receiver, so only loopback addresses are used, even
    // if the name resolves to others.
    let usable: Vec<SocketAddr> =
        found.filter(|address| url.is_secure() || address.ip().is_loopback()).collect();
    let mut last = nowhere(&"no usable address");
    for address in usable {
        let failed = NoAnswer::because(AttemptError::NotConnected);
        last = match timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(cause)) => failed(&cause),
            Err(late) => failed(&late),
        };
    }
    Err(last)
}

fn request(parcel: &Parcel<'_>) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
    let agent = concat!("major-projects/", env!("CARGO_PKG_VERSION"));
    let mut request = Request::post(parcel.url.path())
        .header(HOST, parcel.url.authority())
        .header(USER_AGENT, agent)
        .header(CONTENT_TYPE, "application/json")
        .header(CONNECTION, "close");
    for (name, value) in parcel.headers {
        request = request.header(*name, value);
    }
    request.body(Full::new(Bytes::from(parcel.body.clone())))
}

/// Sends the request and reads the response head; the body is discarded.
async fn exchange<S>(
    stream: S,
    request: Request<Full<Bytes>>,
    deadline: Instant,
) -> Result<Response<()>, NoAnswer>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let broken = NoAnswer::because(AttemptError::BrokenOff);
    let mut http = http1::Builder::new();
    let opened = http.max_buf_size(HEAD).handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = opened.map_err(|e| broken(&e))?;
    let talk = async {
        let answered = timeout_at(deadline, sender.send_request(request)).await;
        let response: Response<Incoming> =
            answered.map_err(|_| NoAnswer::late())?.map_err(|e| broken(&e))?;
        let (head, body) = response.into_parts();
        let (patience, most) = LISTEN;
        let _ = timeout(patience, Limited::new(body, most).collect()).await;
        Ok(Response::from_parts(head, ()))
    };
    // The connection runs concurrently with the exchange; only the exchange decides the result.
    let drive = async {
        let _ = connection.await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        said = talk => said,
        () = drive => Err(broken(&"the connection ended")),
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Result of a courier with a short timeout whose receiver writes `head` and then `body`
    /// repeatedly until the connection closes.
    fn receive(head: &'static str, body: &'static [u8]) -> Result<Answer, NoAnswer> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/", listener.local_addr().unwrap());
            let receiver = tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = stream.read(&mut [0_u8; 4_096]).await;
                let mut written = stream.write_all(head.as_bytes()).await;
                while written.is_ok() && !body.is_empty() {
                    written = stream.write_all(body).await;
                }
                std::future::pending::<()>().await;
            });
            let patience = Duration::from_millis(300);
            let courier = Courier { patience, ..Courier::new(None).unwrap() };
            let url = HookUrl::parse(&url).unwrap();
            let parcel = Parcel { url: &url, headers: &[], body: "{}".to_owned() };
            let now = Timestamp::from_unix_seconds(1_625_104_800).unwrap();
            let answer = courier.post(parcel, now).await;
            receiver.abort();
            answer
        })
    }

    #[test]
    fn a_silent_receiver_times_out() {
        for head in ["", "HTTP/1.1 200 OK\r\ncontent-le"] {
            let error = receive(head, b"").unwrap_err().0;
            assert_eq!(error, AttemptError::TimedOut, "{head:?}");
        }
    }

    #[test]
    fn an_endless_body_is_discarded_and_its_status_counts() {
        let answer = receive("HTTP/1.1 200 OK\r\n\r\n", &[b'a'; 8_192]).unwrap();

        assert_eq!(answer, Answer::Status { code: 200, retry_after_seconds: None });
    }

    #[test]
    fn an_endless_head_is_refused() {
        let error = receive("HTTP/1.1 200 OK\r\n", b"name: value\r\n").unwrap_err().0;

        assert_eq!(error, AttemptError::BrokenOff);
    }

    #[test]
    fn the_public_authorities_are_trusted_and_a_file_without_certificates_is_refused() {
        assert!(webpki_roots::TLS_SERVER_ROOTS.len() > 50);
        assert!(Courier::new(None).is_ok());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");

        let missing = Courier::new(Some(&file)).err().unwrap();
        std::fs::write(&file, "no certificate").unwrap();
        let empty = Courier::new(Some(&file)).err().unwrap();

        for said in [missing, empty] {
            assert!(said.starts_with("cannot read the certificates in "), "{said}");
            assert!(said.ends_with("put PEM certificates there"), "{said}");
        }
    }
}
