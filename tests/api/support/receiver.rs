//! A webhook receiver that records messages and answers as the test tells it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::run::PATIENCE;

/// What a receiver answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status code.
    Status(u16),
    /// A status code with a header line.
    With(u16, String),
    /// 204, but only after [`Receiver::release`].
    Hold,
    /// Bytes that are not HTTP.
    Noise,
}

/// A received message.
#[derive(Clone, Debug)]
pub struct Received {
    /// Path with query.
    pub path: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: String,
}

impl Received {
    /// A header; empty if missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Id of the message.
    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    /// Body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Signatures.
    pub fn signatures(&self) -> Vec<&str> {
        self.header("webhook-signature").split(' ').collect()
    }

    /// True if one signature was made with `secret`; computed without the program's code.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        let (id, timestamp) = (self.id(), self.header("webhook-timestamp"));
        mac.update(format!("{id}.{timestamp}.{}", self.body).as_bytes());
        let mine = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.signatures().contains(&mine.as_str())
    }
}

type Script = Box<dyn Fn(&Received, usize) -> Reply + Send>;

struct Shared {
    seen: Mutex<Vec<Received>>,
    script: Mutex<Script>,
    open: watch::Sender<bool>,
}

/// A receiver on its own port; stopped when dropped.
pub struct Receiver {
    /// Listening address.
    pub address: SocketAddr,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    /// Starts a receiver that answers 204 by default.
    pub async fn start() -> Self {
        Self::start_with(None).await
    }

    /// Starts a receiver behind TLS.
    pub async fn start_with(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            seen: Mutex::default(),
            script: Mutex::new(Box::new(|_, _| Reply::Status(204))),
            open: watch::channel(false).0,
        });
        let all = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (shared, tls) = (Arc::clone(&all), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => shared.serve(stream).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                shared.serve(stream).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, shared, task }
    }

    /// Its address as the `url` of a webhook.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sets the answer by message and number of earlier messages.
    pub fn answers(&self, script: impl Fn(&Received, usize) -> Reply + Send + 'static) {
        *self.shared.script.lock().unwrap() = Box::new(script);
    }

    /// Releases held answers.
    pub fn release(&self) {
        self.shared.open.send_replace(true);
    }

    /// Messages received so far.
    pub fn seen(&self) -> Vec<Received> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Waits for `count` messages and returns them.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        let started = Instant::now();
        while self.seen().len() < count {
            let kinds: Vec<_> = self.seen().iter().map(|m| m.json()["type"].clone()).collect();
            assert!(started.elapsed() < PATIENCE, "{count} expected, {kinds:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.seen()
    }

    /// Waits for `count` messages and checks that no more arrive within the polling interval of the
    /// dispatcher.
    pub async fn wait_for_just(&self, count: usize) -> Vec<Received> {
        self.wait_for(count).await;
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        let seen = self.seen();
        let kinds: Vec<_> = seen.iter().map(|m| m.json()["type"].clone()).collect();
        assert_eq!(seen.len(), count, "{kinds:?}");
        seen
    }
}

impl Shared {
    async fn serve(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        let Some(received) = read(&mut stream).await else {
            return;
        };
        let reply = {
            let mut seen = self.seen.lock().unwrap();
            let reply = (self.script.lock().unwrap())(&received, seen.len());
            seen.push(received);
            reply
        };
        let text = match reply {
            Reply::Status(status) => answer(status, ""),
            Reply::With(status, header) => answer(status, &format!("{header}\r\n")),
            Reply::Noise => "what?\r\n\r\n".to_owned(),
            Reply::Hold => {
                let _ = self.open.subscribe().wait_for(|open| *open).await;
                answer(204, "")
            }
        };
        let _ = stream.write_all(text.as_bytes()).await;
        let _ = stream.shutdown().await;
    }
}

fn answer(status: u16, header: &str) -> String {
    format!("HTTP/1.1 {status} Said\r\n{header}content-length: 0\r\nconnection: close\r\n\r\n")
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Received> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let path = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").unwrap();
    let length: usize = length.1.parse().unwrap();
    let mut body = bytes[end + 4..].to_vec();
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Received { path, headers, body: String::from_utf8(body).unwrap() })
}
