//! Runs an import: parses the file on a blocking thread, then processes its rows in one
//! transaction.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use crate::api::imports::desk::judge;
use crate::api::imports::file::sheets;
use crate::api::imports::kind::ImportKind;
use crate::api::imports::limits::broken_file;
use crate::api::imports::tally::ImportView;
use crate::http::app::App;
use crate::http::caller::{
    Caller, CreateProjects, EditMilestones, FileReports, ImportFiles, Permit, PlanYears,
};
use crate::http::once::Once;
use crate::http::problem::Problem;

/// Number of files read at the same time; together with the limits per file this bounds memory use.
const AT_ONCE: usize = 2;
/// Maximum time a file waits for its turn, in seconds.
const PATIENCE_SECONDS: u64 = 20;

/// Semaphore that limits how many files are read at the same time.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Turns {
    /// Waits for a turn; dropping the permit ends it.
    ///
    /// # Errors
    /// 503 after the maximum waiting time.
    pub async fn next(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let turn = Arc::clone(&self.0).acquire_owned();
        let turn = tokio::time::timeout(Duration::from_secs(PATIENCE_SECONDS), turn).await;
        turn.map_err(|_| Problem::busy())?.map_err(Problem::broken)
    }
}

/// A caller who may import files of a kind.
#[derive(Debug)]
pub struct Importer {
    caller: Caller,
    kind: ImportKind,
}

impl Importer {
    /// Checks that the caller has the permission that the rows of this kind require.
    ///
    /// # Errors
    /// 403 if not permitted.
    pub fn of(who: Permit<ImportFiles>, kind: ImportKind) -> Result<Self, Problem> {
        let caller = match kind {
            ImportKind::Projects => who.narrowed::<CreateProjects>()?.caller,
            ImportKind::YearPlans => who.narrowed::<PlanYears>()?.caller,
            ImportKind::Milestones => who.narrowed::<EditMilestones>()?.caller,
            ImportKind::Reports => who.narrowed::<FileReports>()?.caller,
        };
        Ok(Self { caller, kind })
    }

    /// Imports `file` completely or not at all; with `dry_run` only reports the result.
    ///
    /// # Errors
    /// 400, 413 or 415 if the file cannot be read; 422 with all errors in its rows.
    pub async fn take(
        self,
        app: &App,
        once: &Once,
        dry_run: bool,
        file: Bytes,
    ) -> Result<ImportView, Problem> {
        let _turn = app.imports.next().await?;
        let Self { caller, kind } = self;
        // A panic in the parser means that the file cannot be read.
        let read = spawn_blocking(move || sheets(&file, kind)).await;
        let sheets = read.unwrap_or_else(|_| Err(broken_file(&"?")))?;
        let now = app.now();
        once.write(app, move |conn| {
            let work = |conn: &mut _| judge(conn, (&caller, now), kind, &sheets, dry_run);
            conn.attempt(work, |_| !dry_run)
        })
        .await
    }
}
