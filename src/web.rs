//! Builds, starts and stops the HTTP server: its routes, middleware and background tasks.

use std::future::{Ready, ready};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol};
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::App as ActixApp;
use actix_web::dev::{AppConfig, ServerHandle};
use actix_web::middleware::{Compress, from_fn};
use actix_web::rt::net::TcpStream;
use actix_web::web::{Data, ServiceConfig, scope};

use crate::api;
use crate::background::task::Task;
use crate::background::{access_writer, dispatcher, jobs, sealer, session_keeper};
use crate::config::{Config, Secret};
use crate::domain::access_log::log_in_room::LogInRoom;
use crate::domain::account::totp::TotpKey;
use crate::domain::clock::{Calendar, Clock};
use crate::domain::webhook::signature::HookKey;
use crate::http::access_recorder::AccessRecorder;
use crate::http::answering_stream::AnsweringStream;
use crate::http::answers::Answers;
use crate::http::app::App;
use crate::http::attempts::AttemptLimit;
use crate::http::body_room::BodyRoom;
use crate::http::documents::Documents;
use crate::http::export_slots::ExportSlots;
use crate::http::hash_pool::HashPool;
use crate::http::job_signal::JobSignal;
use crate::http::quotas::Quotas;
use crate::http::routes::Routes;
use crate::http::running_keys::RunningKeys;
use crate::http::session_uses::SessionUses;
use crate::http::tokens::Tokens;
use crate::http::upload_slots::UploadSlots;
use crate::http::{caller, documents, health, middleware, pacing};
use crate::pages;
use crate::store::Db;
use crate::telemetry;

/// How long a client may leave sent bytes unread.
const UNREAD: Duration = Duration::from_mins(1);

/// A running server.
#[derive(Debug)]
pub struct Server {
    /// Listening address, with the actual port if port 0 was configured.
    pub address: SocketAddr,
    handle: ServerHandle,
    running: tokio::task::JoinHandle<std::io::Result<()>>,
    tasks: Vec<Task>,
    _sealer: Option<Task>,
    /// Large answers being sent.
    pub answers: Answers,
    /// Threads that hash passwords.
    pub hashing: HashPool,
}

impl Server {
    /// Stops accepting connections, finishes the requests in flight, and returns.
    pub async fn stop(self) -> std::io::Result<()> {
        self.handle.stop(true).await;
        self.finished().await
    }

    /// Returns when the server has stopped, by SIGTERM, SIGINT or [`Server::stop`].
    pub async fn finished(self) -> std::io::Result<()> {
        let served = self.running.await.map_err(std::io::Error::other)?;
        for task in self.tasks {
            task.stop().await;
        }
        served
    }
}

/// Starts serving. Must be called inside an actix system.
///
/// # Errors
/// A sentence with the remedy: the address cannot be bound, or the certificates of webhook
/// receivers cannot be read.
pub fn start(
    config: Config,
    key: &Secret,
    db: Db,
    clock: Arc<dyn Clock>,
    calendar: Arc<dyn Calendar>,
) -> Result<Server, String> {
    telemetry::metrics();
    let listen = config.listen;
    let unheard = |e: std::io::Error| {
        format!("cannot listen on {listen}: {e}; choose another address with --listen")
    };
    let listener = TcpListener::bind(listen).map_err(unheard)?;
    let address = listener.local_addr().map_err(unheard)?;
    let app = app(config, key, db, clock, calendar)?;
    // A server that only reads has no background.
    let writes = !app.db.is_read_only();
    let sealer = writes.then(|| sealer::start(app.db.clone(), Arc::clone(&app.sealed)));
    let tasks = if writes { background(&app)? } else { Vec::new() };
    let hashing = app.hashing.clone();
    let answers = app.answers.clone();
    let server = serve(app, listener).map_err(unheard)?;
    let handle = server.handle();
    let running = tokio::task::spawn_local(server);
    Ok(Server { address, handle, running, tasks, _sealer: sealer, answers, hashing })
}

/// Starts what is done without a request, in the order in which it is stopped.
fn background(app: &App) -> Result<Vec<Task>, String> {
    let mut tasks: Vec<Task> = dispatcher::start(app)?.into_iter().collect();
    tasks.push(jobs::start(app)?);
    tasks.push(access_writer::start(app));
    tasks.push(session_keeper::start(app));
    Ok(tasks)
}

/// The API. It holds no state, so that all servers of a process share it.
static ROUTES: LazyLock<Routes> = LazyLock::new(api::routes);
static DOCUMENTS: LazyLock<Data<Documents>> = LazyLock::new(|| Data::new(Documents::of(&ROUTES)));

/// Answers on `listener`. As `HttpServer` would, but on an [`AnsweringStream`].
fn serve(app: App, listener: TcpListener) -> std::io::Result<actix_server::Server> {
    let settings = Arc::clone(&app.config);
    let address = listener.local_addr()?;
    let app = Data::new(app);
    let serves_docs = settings.docs;
    let make_app = move || {
        ActixApp::new()
            .app_data(app.clone())
            .app_data(DOCUMENTS.clone())
            .wrap(from_fn(pacing::pace))
            .wrap(Compress::default())
            .wrap(from_fn(middleware::wrap))
            .configure(|config| mount(config, &ROUTES, serves_docs))
    };
    let head_timeout = Duration::from_secs(settings.head_timeout_seconds);
    let builder = actix_server::Server::build();
    let stopping = builder.graceful_shutdown_signal();
    let connections = move || {
        let stopping = stopping.clone();
        let app = make_app().into_factory().map_err(|e: actix_web::Error| e.error_response());
        let http = HttpService::<AnsweringStream<TcpStream>, _, _>::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .client_request_timeout(head_timeout)
            .client_disconnect_timeout(Duration::from_secs(1))
            .local_addr(address)
            .finish(map_config(app, |()| AppConfig::default()));
        fn_service(answering).and_then(http)
    };
    let builder = builder
        .workers(settings.workers)
        .max_concurrent_connections(settings.max_connections.div_ceil(settings.workers.max(1)))
        .shutdown_timeout(settings.stop_seconds);
    Ok(builder.listen("http", listener, connections)?.run())
}

/// A connection as the HTTP library takes it: with its protocol and the address of the caller.
type Connected = (AnsweringStream<TcpStream>, Protocol, Option<SocketAddr>);

fn answering(connection: TcpStream) -> Ready<Result<Connected, DispatchError>> {
    let caller = connection.peer_addr().ok();
    // Small answers do not wait for more; without it they only come later.
    let _ = connection.set_nodelay(true);
    limit_unread(&connection);
    ready(Ok((AnsweringStream::new(connection), Protocol::Http1, caller)))
}

/// The program's parts, with these settings.
fn app(
    config: Config,
    key: &Secret,
    db: Db,
    clock: Arc<dyn Clock>,
    calendar: Arc<dyn Calendar>,
) -> Result<App, String> {
    let per_address = config.logins_per_minute_per_address;
    let hashing = HashPool::start(config.password_threads);
    let metrics_token = config.metrics_token_file.as_deref().map(Secret::read).transpose()?;
    Ok(App {
        metrics_token,
        clock,
        calendar,
        tokens: Arc::new(Tokens::new(key.bytes(), config.access_token_seconds)),
        hook_key: HookKey::of(key.bytes()),
        totp_key: TotpKey::of(key.bytes()),
        access: AccessRecorder::default(),
        log_ins: LogInRoom::default(),
        session_uses: SessionUses::default(),
        quotas: Quotas::new(config.requests_per_minute, config.requests_per_minute_per_address),
        attempts: AttemptLimit::new(config.logins_per_minute, per_address),
        hashing: hashing.map_err(|e| format!("cannot start the password threads: {e}"))?,
        answers: Answers::new(config.answers_limit_bytes),
        body_room: BodyRoom::default(),
        running: RunningKeys::default(),
        exports: ExportSlots::of(db.connections()),
        imports: UploadSlots::default(),
        jobs: JobSignal::default(),
        headers_of_format_1: api::format_1::headers,
        sealed: Arc::default(),
        db,
        config: Arc::new(config),
    })
}

/// Ends a connection whose client takes nothing for [`UNREAD`]: the system would keep it for ever.
fn limit_unread(connection: &TcpStream) {
    #[cfg(target_os = "linux")]
    {
        let unread = u32::try_from(UNREAD.as_millis()).unwrap_or(u32::MAX);
        if let Err(e) = rustix::net::sockopt::set_tcp_user_timeout(connection, unread) {
            tracing::debug!("a connection has no limit of unread time: {e}");
        }
    }
}

/// Mounts all services. Order matters: the first match answers.
fn mount(config: &mut ServiceConfig, routes: &Routes, serves_docs: bool) {
    config.configure(health::mount);
    if serves_docs {
        config.configure(documents::mount);
    }
    config
        .service(
            scope(crate::http::PREFIX)
                .wrap(from_fn(caller::authenticate))
                .configure(|config| routes.mount(config)),
        )
        .configure(|config| pages::mount(config, routes));
}
