//! Runs an import: parses the file on a blocking thread, judges its rows on a rehearsal, and saves
//! them in one transaction.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::web::Bytes;
use tokio::task::spawn_blocking;

use crate::api::imports::ImportQuery;
use crate::api::imports::file::sheets;
use crate::api::imports::judging::{ImportRows, Judged};
use crate::api::imports::limits::broken_file;
use crate::api::imports::log::ImportView;
use crate::api::imports::options::ReadOptions;
use crate::domain::error::FieldError;
use crate::domain::id::ProjectId;
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::long_write::{LongCaller, LongWork};
use crate::http::once::{KeptReply, Once, sha256};
use crate::http::problem::Problem;
use crate::http::reply::Json;
use crate::http::stored::{Outcome, Stored, StoredReply};
use crate::store::Conn;
use crate::store::rehearsal::RehearsalPlan;
use crate::usecases::ask::Ask;
use crate::usecases::caller::Caller;
use crate::usecases::imports::kind::ImportKind;
use crate::usecases::imports::progress::ImportProgress;
use crate::usecases::imports::recorded::SavedImport;
use crate::usecases::permission::{
    CreateProjects, EditMilestones, FileReports, ImportFiles, Permission, PlanYears,
};
use crate::usecases::refusal::Refusal;
use crate::usecases::relied_on::ReliedOn;

/// Checks that the caller has the permission that the rows of this kind require.
///
/// # Errors
/// Forbidden.
pub(crate) fn must_be_permitted(caller: &Caller, kind: ImportKind) -> Result<(), Refusal> {
    caller.must_be_able_to(match kind {
        ImportKind::Projects => CreateProjects::ACTIONS,
        ImportKind::YearPlans => PlanYears::ACTIONS,
        ImportKind::Milestones => EditMilestones::ACTIONS,
        ImportKind::Reports => FileReports::ACTIONS,
    })
}

/// Only reports can be submitted.
///
/// # Errors
/// 400 for `submit` with other rows than reports.
pub(crate) fn submit_must_suit(query: &ImportQuery) -> Result<(), Problem> {
    if !query.submit || query.kind == ImportKind::Reports {
        return Ok(());
    }
    let words = Words::new("只有月报可以提交。", "Only reports can be submitted.");
    Err(Problem::bad_parameters(vec![FieldError::new("?submit", "not-for-kind", words)]))
}

/// What an import is to do.
#[derive(Clone, Debug)]
pub(crate) struct ImportRequest {
    /// Kind of file, and whether it is a dry run.
    pub query: ImportQuery,
    /// How the file is to be read.
    pub options: ReadOptions,
}

/// Stores the reply in the transaction that saves the rows.
pub(crate) type StoreReply =
    Arc<dyn Fn(&mut Conn, &StoredReply) -> Result<(), Refusal> + Send + Sync>;

/// Imports `file` completely or not at all; with `dry_run` only reports the result.
///
/// # Errors
/// 400, 413 or 415 if the file cannot be read; 422 with all errors in its rows.
pub(crate) async fn import(
    who: &Permit<ImportFiles>,
    once: &Once,
    request: ImportRequest,
    file: Bytes,
) -> Result<Stored<Json<ImportView>>, Problem> {
    let _slot = who.app.imports.acquire().await?;
    let caller = who.long();
    let work = async |reply: KeptReply| {
        let store = (!reply.is_unkeyed()).then(|| -> StoreReply {
            Arc::new(move |conn: &mut Conn, sent: &StoredReply| reply.store(conn, sent))
        });
        run(&who.app, &caller, request, file, Tracking { progress: Arc::default(), store }).await
    };
    once.run(&who.app, work).await
}

/// How an import is followed.
pub(crate) struct Tracking {
    /// How far it is.
    pub progress: Arc<ImportProgress>,
    /// What stores its reply.
    pub store: Option<StoreReply>,
}

/// Reads `file` and imports it.
///
/// # Errors
/// As [`import`].
pub(crate) async fn run(
    app: &App,
    caller: &LongCaller,
    request: ImportRequest,
    file: Bytes,
    Tracking { progress, store }: Tracking,
) -> Result<StoredReply, Problem> {
    let ImportRequest { query, options } = request;
    let ImportQuery { kind, dry_run, submit } = query;
    // A panic in the parser means that the file cannot be read.
    let read = spawn_blocking(move || Ok((sha256(&file), sheets(&file, kind)?))).await;
    let (sha256, sheets) = read.unwrap_or_else(|_| Err(broken_file(&"?")))?;
    let work = |store| {
        let rows = ImportRows { kind, submit, options, sheets, progress };
        ImportWork(Arc::new(ImportParts { rows, dry_run, sha256, store }))
    };
    if !dry_run {
        return app.do_long(caller, &work(store)).await;
    }
    let reply = app.try_long(caller, &work(None)).await?;
    if let Some(store) = store {
        let kept = reply.clone();
        app.db.write(move |conn| store(conn, &kept)).await?;
    }
    Ok(reply)
}

/// The import of a file that was read.
#[derive(Clone)]
struct ImportWork(Arc<ImportParts>);

struct ImportParts {
    rows: ImportRows,
    dry_run: bool,
    /// SHA-256 of the file, in hexadecimal.
    sha256: String,
    store: Option<StoreReply>,
}

impl LongWork for ImportWork {
    type Decided = Judged;
    type Done = StoredReply;

    fn plan(&self) -> RehearsalPlan {
        let rows = i64::try_from(self.0.rows.count()).unwrap_or(i64::MAX);
        RehearsalPlan { rows, ..self.0.rows.kind.plan() }
    }

    fn decide(&self, ask: &mut Ask<'_>) -> Result<Judged, Refusal> {
        self.0.rows.judge_all(ask)
    }

    fn relied_on(judged: &Judged) -> &ReliedOn {
        &judged.context.relied_on
    }

    fn parts(judged: &Judged, projects: &BTreeSet<ProjectId>) -> usize {
        judged.context.rows_about(projects).len()
    }

    fn decide_again(
        &self,
        ask: &mut Ask<'_>,
        judged: Judged,
        projects: &BTreeSet<ProjectId>,
    ) -> Result<Judged, Refusal> {
        self.0.rows.judge_again(ask, judged, projects)
    }

    fn finish(&self, ask: &mut Ask<'_>, judged: Judged) -> Result<StoredReply, Refusal> {
        let parts = &self.0;
        let view = judged.log.finish(parts.rows.kind, parts.dry_run, ask.language)?;
        parts.record(ask, &view)?;
        let reply = Json(view).sent()?;
        if let Some(store) = &parts.store {
            ask.save(|conn| store(conn, &reply))?;
        }
        Ok(reply)
    }
}

impl ImportParts {
    /// Records the event of an import that changed something.
    fn record(&self, ask: &mut Ask<'_>, view: &ImportView) -> Result<(), Refusal> {
        let &ImportView { kind, created, changed, unchanged, .. } = view;
        if view.dry_run || created + changed == 0 {
            return Ok(());
        }
        let stamp = ask.stamp();
        let sha256 = self.sha256.clone();
        let saved = SavedImport { kind, sha256, created, changed, unchanged };
        ask.save(|conn| saved.record(conn, &stamp))
    }
}
