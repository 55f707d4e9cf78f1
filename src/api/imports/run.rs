//! Runs an import: parses the file on a blocking thread, then processes its rows in one
//! transaction.

use actix_web::web::Bytes;
use tokio::task::spawn_blocking;

use crate::api::imports::desk::judge;
use crate::api::imports::file::sheets;
use crate::api::imports::kind::ImportKind;
use crate::api::imports::limits::broken_file;
use crate::api::imports::tally::ImportView;
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::usecases::caller::Caller;
use crate::usecases::permission::{
    CreateProjects, EditMilestones, FileReports, ImportFiles, PlanYears,
};

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
    pub fn of(who: &Permit<ImportFiles>, kind: ImportKind) -> Result<Self, Problem> {
        let caller = match kind {
            ImportKind::Projects => who.to::<CreateProjects>()?.caller,
            ImportKind::YearPlans => who.to::<PlanYears>()?.caller,
            ImportKind::Milestones => who.to::<EditMilestones>()?.caller,
            ImportKind::Reports => who.to::<FileReports>()?.caller,
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
        let _turn = app.imports.acquire().await?;
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
