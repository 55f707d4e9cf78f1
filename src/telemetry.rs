//! Logging, metrics and the system clock.

use std::io::IsTerminal;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::domain::clock::{Clock, Timestamp};

/// Format of log lines.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// Plain text, for people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Starts logging to stderr; `filter` has the syntax of `RUST_LOG`.
pub(crate) fn start_logging(filter: &str, format: LogFormat) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // No colours in a file or a pipe.
    let lines = lines.with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => lines.with_target(false).init(),
        LogFormat::Json => lines.json().init(),
    }
}

/// The system clock, in UTC.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the machine for the time"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::new(chrono::Utc::now().naive_utc())
    }
}

static METRICS: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// The metrics of this process, shared by all servers in it. `None` if the recorder could not be
/// installed.
pub(crate) fn metrics() -> Option<&'static PrometheusHandle> {
    METRICS.get_or_init(|| buckets().install_recorder().ok()).as_ref()
}

/// The metrics in Prometheus text format.
pub(crate) fn render() -> String {
    metrics().map(PrometheusHandle::render).unwrap_or_default()
}

/// Histogram buckets in seconds, from a cached read to a slow export.
fn buckets() -> PrometheusBuilder {
    let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
    PrometheusBuilder::new().set_buckets(&bounds).unwrap_or_else(|_| PrometheusBuilder::new())
}
