//! Moving a project to another stage.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::id::ProjectId;
use crate::domain::project::{Move, Project, Stage};
use crate::domain::text::Reason;
use crate::store::projects;
use crate::store::projects::coded::ReferenceCodes;
use crate::usecases::ask::Ask;
use crate::usecases::check::Check;
use crate::usecases::projects::write::ProjectChange;
use crate::usecases::refusal::Refusal;

/// A move to another stage.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct Transition {
    /// The new stage.
    pub stage: Stage,
    /// Date of the move; not in the future. Default: today.
    #[serde(default)]
    pub on: Option<NaiveDate>,
    /// Reason; required to move back and to terminate.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

impl Transition {
    fn sample() -> serde_json::Value {
        serde_json::json!({"stage": "construction", "on": "2021-06-15"})
    }

    fn parse(&self, today: NaiveDate) -> Result<Move, Refusal> {
        let mut check = Check::new();
        let reason = check.optional("/reason", self.reason.as_deref().map(Reason::parse));
        check.done(Some(Move { to: self.stage, on: self.on.unwrap_or(today), reason }))
    }
}

/// Moves a project to another stage.
///
/// # Errors
/// Not found; a conflict when the stage cannot follow the current one or the national code is
/// missing; invalid for a wrong date or a missing reason.
pub(crate) fn decide(
    ask: &mut Ask<'_>,
    id: ProjectId,
    transition: &Transition,
) -> Result<ProjectChange, Refusal> {
    let stamp = ask.stamp();
    let now = stamp.now;
    let step = transition.parse(now.today)?;
    let old = projects::get(ask.conn, id, ask.sight())?;
    let codes = ReferenceCodes::load(ask.conn)?;
    let before = Some(codes.of(old.clone()));
    let moved = old.move_to(&step, now.today).map_err(|e| Refusal::of_day("/on", e))?;
    let project = codes.of(Project { updated_at: now.instant, ..moved });
    let kind = "project.moved";
    let reason = step.reason;
    let language = ask.language;
    let warnings = Vec::new();
    Ok(ProjectChange { kind, before, project, reason, stamp, language, warnings })
}
