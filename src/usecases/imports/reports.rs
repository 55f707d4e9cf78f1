//! Monthly reports of an import.

use std::collections::BTreeSet;

use serde_json::json;

use crate::domain::project::Project;
use crate::domain::report::ReportState;
use crate::store::reports;
use crate::store::reports::filed::{self, FiledReport};
use crate::usecases::ask::Ask;
use crate::usecases::imports::of_project::{self, ProjectNaming};
use crate::usecases::imports::{RecordFields, fields_of};
use crate::usecases::precondition::{Expected, Precondition};
use crate::usecases::refusal::Refusal;
use crate::usecases::reports::ReportKey;
use crate::usecases::reports::facts::ReportFacts;
use crate::usecases::reports::input::ReportInput;
use crate::usecases::reports::step::submission;
use crate::usecases::reports::view::ReportView;
use crate::usecases::reports::write::{ReportChange, draft_or_rewrite, save_one};

/// Reports of the rows that are processed, with what the rules judge them by.
///
/// Loaded for many rows at once: a query for each row and fact would take most of the time of an
/// import.
#[derive(Default)]
pub(crate) struct LoadedReports {
    facts: ReportFacts,
    loaded: BTreeSet<ReportKey>,
    /// The report of the row under way, as it was found.
    found: Option<(ReportKey, Option<FiledReport>)>,
}

impl LoadedReports {
    /// Loads the reports of the rows that come next, and forgets the others.
    ///
    /// # Errors
    /// Database errors only.
    pub(crate) fn load(ask: &mut Ask<'_>, keys: BTreeSet<ReportKey>) -> Result<Self, Refusal> {
        let all: Vec<ReportKey> = keys.iter().copied().collect();
        Ok(Self { facts: ReportFacts::load(ask, &all)?, loaded: keys, found: None })
    }

    /// Loads a report unless it is loaded.
    fn ensure(&mut self, ask: &mut Ask<'_>, key: ReportKey) -> Result<(), Refusal> {
        if self.loaded.insert(key) {
            self.facts.extend(ReportFacts::load(ask, &[key])?);
        }
        Ok(())
    }

    /// The project of a row, if visible to the caller.
    ///
    /// # Errors
    /// As [`of_project::find`].
    pub(crate) fn find_project(
        &self,
        ask: &mut Ask<'_>,
        naming: &ProjectNaming<'_>,
    ) -> Result<Project, Refusal> {
        match naming.id.and_then(|id| self.facts.project(id)) {
            Some(project) => of_project::with_code(project.clone(), naming),
            None => of_project::find(ask, naming),
        }
    }

    /// The report that a row describes, if there is one.
    ///
    /// # Errors
    /// Database errors only.
    pub(crate) fn find(
        &mut self,
        ask: &mut Ask<'_>,
        key: ReportKey,
    ) -> Result<Option<ReportView>, Refusal> {
        self.ensure(ask, key)?;
        let filed = self.facts.filed(key);
        self.found = Some((key, filed.clone()));
        Ok(filed.map(|filed| ReportView::of(filed, ask.language)))
    }

    /// Forgets changes of the row under way, which were not kept.
    pub(crate) fn undo(&mut self) {
        if let Some((key, before)) = &self.found {
            self.facts.put_back(*key, before.clone());
        }
    }

    /// Drafts a report, or rewrites the one in version `before`.
    ///
    /// # Errors
    /// Those of the rules for drafting; stale.
    pub(crate) fn save(
        &mut self,
        ask: &mut Ask<'_>,
        key: ReportKey,
        before: Option<i64>,
        input: &ReportInput,
    ) -> Result<ReportView, Refusal> {
        self.ensure(ask, key)?;
        let precondition =
            before.map_or(Precondition::Absent, |version| Precondition::Version(version.into()));
        let change = draft_or_rewrite(ask, &self.facts, key, precondition, input)?;
        self.save_change(ask, key, change)
    }

    /// Submits the report if it waits for that; `None` if not.
    ///
    /// # Errors
    /// Those of the rules for submission.
    pub(crate) fn submit_waiting(
        &mut self,
        ask: &mut Ask<'_>,
        key: ReportKey,
        state: ReportState,
    ) -> Result<Option<ReportView>, Refusal> {
        match state {
            ReportState::Draft | ReportState::Returned => {
                self.ensure(ask, key)?;
                let change = submission(ask, &self.facts, key, Expected::Any)?;
                self.save_change(ask, key, change).map(Some)
            }
            ReportState::Submitted | ReportState::Confirmed => Ok(None),
        }
    }

    fn save_change(
        &mut self,
        ask: &mut Ask<'_>,
        key: ReportKey,
        change: ReportChange,
    ) -> Result<ReportView, Refusal> {
        self.facts.months.hold(ask.conn, key.month)?;
        let saved = ask.save(|conn| save_one(conn, change))?;
        self.facts.add(&saved);
        Ok(ReportView::of(saved, ask.language))
    }
}

/// The report of a month, if there is one.
///
/// # Errors
/// Database errors only.
pub(super) fn find(ask: &mut Ask<'_>, key: ReportKey) -> Result<Option<ReportView>, Refusal> {
    match reports::find(ask.conn, key.project, key.month)? {
        Some(report) => Ok(Some(ReportView::of(filed::of(ask.conn, report)?, ask.language))),
        None => Ok(None),
    }
}

/// Fields of a report by column name.
///
/// # Errors
/// Broken.
pub(crate) fn fields(view: &ReportView, project: &Project) -> Result<RecordFields, Refusal> {
    let mut all = fields_of(view)?;
    all.insert("project".into(), json!(project.facts.name));
    Ok(all)
}
