//! Gives an answer that the HTTP library writes itself the body of a problem.
//!
//! What is not HTTP (a request line with letters that are not percent-encoded, a header with
//! U+0000, a head that is too large or too slow) never reaches a handler or a layer: the library
//! answers a bare status and closes the connection. Every answer of ours carries `X-Request-Id`,
//! and those do not.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::http::StatusCode;
use actix_web::rt::net::{ActixStream, Ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::domain::words::Language;
use crate::http::problem::Problem;
use crate::http::request_id::{REQUEST_ID, new_request_id};

/// Most bytes of the head of a bare answer.
const LONGEST: usize = 512;

/// A connection whose bare answers are completed.
#[derive(Debug)]
pub(crate) struct AnsweringStream<T> {
    connection: T,
    /// Bytes of a completed answer that are still to be written.
    pending: Vec<u8>,
}

impl<T> AnsweringStream<T> {
    /// The answers on `connection`.
    pub(crate) fn new(connection: T) -> Self {
        Self { connection, pending: Vec::new() }
    }
}

impl<T: AsyncWrite + Unpin> AnsweringStream<T> {
    fn poll_pending(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.pending.is_empty() {
            let written = ready!(Pin::new(&mut self.connection).poll_write(cx, &self.pending))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.pending.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for AnsweringStream<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_read(cx, buf)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for AnsweringStream<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_pending(cx))?;
        let Some(completed) = completed(buf) else {
            return Pin::new(&mut self.connection).poll_write(cx, buf);
        };
        self.pending = completed;
        // What cannot be written now is written before anything else; the library flushes.
        if let Poll::Ready(Err(error)) = self.poll_pending(cx) {
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_pending(cx))?;
        Pin::new(&mut self.connection).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_pending(cx))?;
        Pin::new(&mut self.connection).poll_shutdown(cx)
    }
}

impl<T: ActixStream> ActixStream for AnsweringStream<T> {
    fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        self.connection.poll_read_ready(cx)
    }

    fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        self.connection.poll_write_ready(cx)
    }
}

/// `written` with the answer at its end completed; `None` if that is not a bare failure.
fn completed(written: &[u8]) -> Option<Vec<u8>> {
    let tail = written.get(written.len().saturating_sub(LONGEST)..)?;
    let start = tail.windows(9).rposition(|bytes| bytes == b"HTTP/1.1 ")?;
    let (_, head) = tail.split_at_checked(start)?;
    let status = status_of_bare(std::str::from_utf8(head).ok()?)?;
    let before = written.get(..written.len() - head.len())?;
    Some([before, &answer(status)].concat())
}

/// The status of a failure whose head ends the text and has no body and no request id.
fn status_of_bare(head: &str) -> Option<StatusCode> {
    let mut lines = head.strip_suffix("\r\n\r\n")?.split("\r\n");
    let code = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?;
    let status: StatusCode = code.parse().ok()?;
    let names: Vec<(&str, &str)> = lines.map(|l| l.split_once(':')).collect::<Option<_>>()?;
    let says = |name: &str| names.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
    let is_bare = says("content-length").is_some_and(|(_, value)| value.trim() == "0")
        && says(REQUEST_ID.as_str()).is_none();
    (is_bare && (status.is_client_error() || status.is_server_error())).then_some(status)
}

/// The last answer of a connection, in Chinese: the headers of the request could not be read.
fn answer(status: StatusCode) -> Vec<u8> {
    let problem = match status {
        StatusCode::BAD_REQUEST => Problem::not_http(),
        other => Problem::of_status(other),
    };
    let id = new_request_id();
    let body = serde_json::to_vec(&problem.body(Language::Chinese, &id)).unwrap_or_default();
    let reason = status.canonical_reason().unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {} {reason}\r\ncontent-length: {}\r\ncontent-type: application/problem+json\r\n\
         content-language: zh-CN\r\n{REQUEST_ID}: {id}\r\nx-content-type-options: nosniff\r\n\
         cache-control: no-store\r\nconnection: close\r\n\r\n",
        status.as_u16(),
        body.len(),
    );
    [head.into_bytes(), body].concat()
}

#[cfg(test)]
mod tests {
    use super::completed;

    const BARE: &str = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

    #[test]
    fn a_bare_failure_becomes_a_problem_after_what_was_written_before() {
        for before in ["", "HTTP/1.1 200 OK\r\nx-request-id: a\r\ncontent-length: 2\r\n\r\n{}"] {
            let text = String::from_utf8(completed(format!("{before}{BARE}").as_bytes()).unwrap())
                .unwrap();
            let (head, body) = text.strip_prefix(before).unwrap().split_once("\r\n\r\n").unwrap();
            assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{head}");
            assert!(body.contains("\"code\":\"not-http\""), "{body}");
        }
    }

    #[test]
    fn every_other_answer_stays_as_it_is() {
        for other in [
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nx-request-id: a\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}",
            "a body that quotes HTTP/1.1 400 Bad Request",
            "\r\n\r\n",
            "",
        ] {
            assert_eq!(completed(other.as_bytes()), None, "{other}");
        }
    }
}
