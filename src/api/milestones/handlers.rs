//! Milestones of a project: list, add and change.

use actix_web::web::Data;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::projects::handlers::ProjectPath;
use crate::domain::error::FieldError;
use crate::domain::id::{MilestoneId, ProjectId};
use crate::domain::milestone::{Milestone, MilestoneClass, TEMPLATES};
use crate::domain::text::{Line, Name, Reason};
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::body::{Body, given};
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::{Conditional, Created, Tagged};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::events;
use crate::store::events::{Event, changes};
use crate::store::{Conn, milestones, projects};
use crate::usecases::answer::{PageView, Versioned};
use crate::usecases::ask::Now;
use crate::usecases::caller::Caller;
use crate::usecases::check::Check;
use crate::usecases::permission::{EditMilestones, ReadProjects};

/// The operations of this file.
pub fn routes() -> Routes {
    routes![
        "milestones";
        list_milestone_templates, list_milestones, create_milestone, get_milestone, update_milestone,
    ]
}

/// A milestone of a project.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Milestone)]
pub struct MilestoneView {
    /// The milestone's id.
    pub id: MilestoneId,
    /// A template's code, or a code defined for this project.
    #[schema(example = "start")]
    pub code: String,
    /// Name of the milestone.
    pub name: String,
    /// Class: preliminary procedure or construction.
    pub class: MilestoneClass,
    /// Position among the project's milestones.
    pub position: i32,
    /// Originally planned date; never changes.
    pub baseline_date: NaiveDate,
    /// Expected date, if it differs from the baseline.
    pub forecast_date: Option<NaiveDate>,
    /// Reason for the last change of the forecast; empty if it never changed.
    pub forecast_reason: String,
    /// Date on which it was reached; null until then.
    pub actual_date: Option<NaiveDate>,
    /// Days late, negative if early: actual date minus baseline. Until it is reached, forecast
    /// minus baseline; if the forecast has passed, or there is none and the baseline has passed,
    /// today minus baseline. Null if neither applies.
    pub slippage_days: Option<i64>,
    /// Relative weight among the project's milestones.
    pub weight: i32,
    /// Number of the document that proves it was reached; may be empty.
    pub document_number: String,
    /// Other evidence that it was reached; may be empty.
    pub evidence: String,
    /// Version number, used as the ETag.
    pub version: i64,
}

impl MilestoneView {
    /// View of `milestone`, with slippage as of `today`.
    pub fn of(milestone: Milestone, today: NaiveDate) -> Self {
        Self {
            id: milestone.id,
            slippage_days: milestone.slippage_days(today),
            code: milestone.code,
            name: milestone.name,
            class: milestone.class,
            position: milestone.position,
            baseline_date: milestone.baseline,
            forecast_date: milestone.forecast,
            forecast_reason: milestone.forecast_reason,
            actual_date: milestone.actual,
            weight: milestone.weight,
            document_number: milestone.document_number,
            evidence: milestone.evidence,
            version: milestone.version,
        }
    }
}

impl Versioned for MilestoneView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// A standard milestone.
#[derive(Debug, Serialize, ToSchema)]
pub struct MilestoneTemplate {
    /// Code of the template.
    pub code: &'static str,
    /// Name of the milestone.
    pub name: &'static str,
    /// Class: preliminary procedure or construction.
    pub class: MilestoneClass,
}

/// A new milestone, from a template or defined for this project.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct MilestoneInput {
    /// A template's code (`GET /milestone-templates`), or a new code for this project.
    #[schema(pattern = "^[a-z][a-z0-9_]{1,39}$")]
    pub code: String,
    /// Name; defaults to the template's. Required without a template.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// Class; defaults to the template's. Required without a template.
    #[serde(default)]
    #[schema(nullable = false)]
    pub class: Option<MilestoneClass>,
    /// Planned date; never changes.
    pub baseline_date: NaiveDate,
    /// Date on which it was reached; not in the future. Null or absent if it was not.
    #[serde(default)]
    pub actual_date: Option<NaiveDate>,
    /// Relative weight among the project's milestones.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 1000, default = 1)]
    pub weight: i32,
    /// Number of the document that proves it was reached.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub document_number: String,
}

fn one() -> i32 {
    1
}

impl MilestoneInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({"code": "main_structure", "baseline_date": "2021-10-31", "weight": 2})
    }
}

/// Changes to a milestone; absent fields stay as they are.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct MilestonePatch {
    /// New expected date; requires `reason`.
    #[serde(default)]
    #[schema(nullable = false)]
    pub forecast_date: Option<NaiveDate>,
    /// Reason for the new forecast.
    #[serde(default)]
    #[schema(min_length = 2, max_length = 500, nullable = false)]
    pub reason: Option<String>,
    /// Date on which it was reached; not in the future. Null clears a date entered by mistake.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    pub actual_date: Option<Option<NaiveDate>>,
    /// Number of the document that proves it was reached.
    #[serde(default)]
    #[schema(max_length = 500, nullable = false)]
    pub document_number: Option<String>,
    /// Other evidence that it was reached.
    #[serde(default)]
    #[schema(max_length = 500, nullable = false)]
    pub evidence: Option<String>,
}

impl MilestonePatch {
    fn sample() -> serde_json::Value {
        serde_json::json!({"forecast_date": "2021-11-30", "reason": "雨季影响基础施工"})
    }
}

/// Path of a milestone.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct MilestonePath {
    /// The project's id.
    pub project_id: ProjectId,
    /// The milestone's id.
    pub milestone_id: MilestoneId,
}

/// List milestone templates
///
/// The standard milestones, in their usual sequence, with code, name and class.
#[utoipa::path(get, path = "/milestone-templates")]
async fn list_milestone_templates(
    _who: Permit<ReadProjects>,
) -> Result<Sheet<PageView<MilestoneTemplate>>, Problem> {
    let all = TEMPLATES.map(|t| MilestoneTemplate { code: t.code, name: t.name, class: t.class });
    Ok(Sheet(PageView::whole(all.into())))
}

/// List a project's milestones
///
/// All milestones of the project by position, with baseline, forecast, actual date and slippage.
#[utoipa::path(get, path = "/projects/{project_id}/milestones")]
pub async fn list_milestones(
    app: Data<App>,
    who: Permit<ReadProjects>,
    path: Path<ProjectPath>,
) -> Result<Sheet<PageView<MilestoneView>>, Problem> {
    let (id, sight, today) = (path.0.project_id, who.sees(), app.calendar.today());
    let all = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            projects::get(conn, id, sight)?;
            Ok(milestones::list(conn, id)?)
        })
        .await?;
    Ok(Sheet(PageView::whole(all.into_iter().map(|m| MilestoneView::of(m, today)).collect())))
}

/// Show a milestone
///
/// Returns the milestone with baseline, forecast, actual date and slippage.
#[utoipa::path(get, path = "/projects/{project_id}/milestones/{milestone_id}")]
async fn get_milestone(
    app: Data<App>,
    who: Permit<ReadProjects>,
    path: Path<MilestonePath>,
    _held: Conditional,
) -> Result<Tagged<MilestoneView>, Problem> {
    let (Path(at), sight, today) = (path, who.sees(), app.calendar.today());
    let milestone = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            projects::get(conn, at.project_id, sight)?;
            Ok(milestones::get(conn, at.project_id, at.milestone_id)?)
        })
        .await?;
    Ok(Tagged(MilestoneView::of(milestone, today)))
}

/// Add a milestone
///
/// Adds a milestone from a template (give its code), or one defined for this project (give a code,
/// a name and a class). The baseline date never changes afterwards.
#[utoipa::path(
    post, path = "/projects/{project_id}/milestones",
    responses((status = 409, description = "The project already has a milestone with this code.")),
)]
async fn create_milestone(
    app: Data<App>,
    who: Permit<EditMilestones>,
    path: Path<ProjectPath>,
    body: Body<MilestoneInput>,
    once: Once,
) -> Result<Created<MilestoneView>, Problem> {
    let (caller, now, input) = (who.caller, app.now(), body.0);
    let id = path.0.project_id;
    let view = once.write(&app, move |conn| add(conn, &caller, id, &input, now)).await?;
    let location = format!("/projects/{id}/milestones/{}", view.id);
    Ok(Created { view, location })
}

/// Adds a milestone and records the event.
///
/// # Errors
/// 404; 409 if the project has a milestone with this code; 422.
pub fn add(
    conn: &mut Conn,
    caller: &Caller,
    id: ProjectId,
    input: &MilestoneInput,
    now: Now,
) -> Result<MilestoneView, Problem> {
    projects::get(conn, id, caller.sees())?;
    let new = parse(conn, id, input, now.today)?;
    let milestone = milestones::insert(conn, &new)?;
    let view = MilestoneView::of(milestones::get(conn, id, milestone)?, now.today);
    let added = changes(None, &view);
    let event = Event::of_project("milestone.added", "milestone", milestone.0, id, added);
    events::record(conn, &caller.author, now.instant, &event)?;
    Ok(view)
}

fn parse(
    conn: &mut Conn,
    project_id: ProjectId,
    input: &MilestoneInput,
    today: NaiveDate,
) -> Result<Milestone, Problem> {
    let mut check = Check::new();
    let template = TEMPLATES.iter().zip(1..).find(|(t, _)| t.code == input.code);
    let name = input.name.as_deref().or(template.map(|(t, _)| t.name));
    let class = input.class.or(template.map(|(t, _)| t.class));
    let name = required(&mut check, "/name", name);
    let name = name.and_then(|n| check.field("/name", Name::parse(n)));
    let class = required(&mut check, "/class", class);
    let document = check.field("/document_number", Line::parse(&input.document_number));
    // Milestones without a template are placed after the standard ones.
    let position = if let Some((_, position)) = template {
        position
    } else {
        let last = milestones::list(conn, project_id)?.iter().map(|m| m.position).max();
        last.unwrap_or(0).max(100) + 1
    };
    let parsed = name.zip(class).zip(document).map(|((name, class), document)| Milestone {
        id: MilestoneId(0),
        project_id,
        code: input.code.clone(),
        name: name.into_string(),
        class,
        position,
        baseline: input.baseline_date,
        forecast: None,
        forecast_reason: String::new(),
        actual: None,
        weight: input.weight,
        document_number: document.into_string(),
        evidence: String::new(),
        version: 1,
    });
    let milestone = check.done(parsed)?.reach(input.actual_date, today);
    milestone.map_err(|e| Problem::of_day("/actual_date", e))
}

fn required<T>(check: &mut Check, pointer: &str, value: Option<T>) -> Option<T> {
    if value.is_none() {
        let words = Words::new("自定节点须填写。", "Required for a milestone without a template.");
        check.note(pointer, FieldError::new("", "required", words));
    }
    value
}

/// Change a milestone
///
/// Changes the forecast, which requires a reason, or enters the date on which the milestone was
/// reached, its document or other evidence. The baseline date never changes.
#[utoipa::path(
    patch, path = "/projects/{project_id}/milestones/{milestone_id}",
    responses((status = 409, description = "The milestone has been reached, so its forecast can no longer change.")),
)]
pub async fn update_milestone(
    app: Data<App>,
    who: Permit<EditMilestones>,
    path: Path<MilestonePath>,
    version: IfMatch,
    body: Body<MilestonePatch>,
) -> Result<Tagged<MilestoneView>, Problem> {
    let (caller, now, patch, Path(at)) = (who.caller, app.now(), body.0, path);
    let version = version.0;
    let view = app.db.write(move |conn| change(conn, &caller, (at, version), &patch, now)).await?;
    Ok(Tagged(view))
}

/// Changes a milestone if it is still at `version`, and records the event.
///
/// # Errors
/// 404; 409 if the forecast of a reached milestone is changed; 412; 422.
pub fn change(
    conn: &mut Conn,
    caller: &Caller,
    (at, version): (MilestonePath, i64),
    patch: &MilestonePatch,
    now: Now,
) -> Result<MilestoneView, Problem> {
    projects::get(conn, at.project_id, caller.sees())?;
    let old = milestones::get(conn, at.project_id, at.milestone_id)?;
    let before = MilestoneView::of(old.clone(), now.today);
    let changed = patch.apply(Milestone { version, ..old }, now.today)?;
    milestones::save(conn, &changed)?;
    let after = milestones::get(conn, at.project_id, at.milestone_id)?;
    let view = MilestoneView::of(after, now.today);
    let (id, moved) = (at.milestone_id.0, changes(Some(&before), &view));
    let event = Event::of_project("milestone.changed", "milestone", id, at.project_id, moved);
    events::record(conn, &caller.author, now.instant, &event)?;
    Ok(view)
}

impl MilestonePatch {
    fn apply(&self, mut milestone: Milestone, today: NaiveDate) -> Result<Milestone, Problem> {
        let mut check = Check::new();
        let reason = check.optional("/reason", self.reason.as_deref().map(Reason::parse));
        if self.forecast_date.is_some() && self.reason.is_none() {
            let words =
                Words::new("调整预计日期须说明原因。", "A new forecast date requires a reason.");
            check.note("/reason", FieldError::new("", "required", words));
        }
        let texts = [
            ("/document_number", &self.document_number, &mut milestone.document_number),
            ("/evidence", &self.evidence, &mut milestone.evidence),
        ];
        for (pointer, given, kept) in texts {
            if let Some(line) = given.as_deref().and_then(|t| check.field(pointer, Line::parse(t)))
            {
                *kept = line.into_string();
            }
        }
        let mut milestone = check.done(Some(milestone))?;
        if let Some((day, reason)) = self.forecast_date.zip(reason) {
            milestone = milestone.move_forecast(day, &reason)?;
        }
        if let Some(actual) = self.actual_date {
            milestone =
                milestone.reach(actual, today).map_err(|e| Problem::of_day("/actual_date", e))?;
        }
        Ok(milestone)
    }
}
