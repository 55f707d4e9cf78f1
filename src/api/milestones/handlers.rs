//! Milestones of a project.

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
    /// A template's code, or one of the project's own.
    #[schema(example = "start")]
    pub code: String,
    /// Its name.
    pub name: String,
    /// What sort it is.
    pub class: MilestoneClass,
    /// Its place among the project's milestones.
    pub position: i32,
    /// The day it was promised for; never moves.
    pub baseline_date: NaiveDate,
    /// The day it is expected now, if that differs.
    pub forecast_date: Option<NaiveDate>,
    /// Why the forecast moved; empty unless it did.
    pub forecast_reason: String,
    /// The day it was reached.
    pub actual_date: Option<NaiveDate>,
    /// How many days it is late, negative when early: actual, else forecast, else today when
    /// overdue, less the baseline; null when nothing says it is not on time.
    pub slippage_days: Option<i64>,
    /// How much it weighs among the others.
    pub weight: i32,
    /// The document that proves it; may be empty.
    pub document_number: String,
    /// What else proves it; may be empty.
    pub evidence: String,
    /// The version, which is the ETag.
    pub version: i64,
}

impl MilestoneView {
    /// `milestone` as it stands on the business day.
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

/// A milestone most projects have.
#[derive(Debug, Serialize, ToSchema)]
pub struct MilestoneTemplate {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What sort it is.
    pub class: MilestoneClass,
}

/// A milestone to be added: a template's, or one of the project's own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct MilestoneInput {
    /// A template's code (`GET /milestone-templates`), or one of the project's own.
    #[schema(pattern = "^[a-z][a-z0-9_]{1,39}$")]
    pub code: String,
    /// Its name; a template's unless said.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// What sort it is; a template's unless said.
    #[serde(default)]
    #[schema(nullable = false)]
    pub class: Option<MilestoneClass>,
    /// The day it is promised for; never moves.
    pub baseline_date: NaiveDate,
    /// The day it was reached, if it was.
    #[serde(default)]
    pub actual_date: Option<NaiveDate>,
    /// How much it weighs among the others.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 1000, default = 1)]
    pub weight: i32,
    /// The document that proves it.
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

/// A change of a milestone; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct MilestonePatch {
    /// The day it is expected now; needs a `reason`.
    #[serde(default)]
    #[schema(nullable = false)]
    pub forecast_date: Option<NaiveDate>,
    /// Why the forecast moves.
    #[serde(default)]
    #[schema(min_length = 2, max_length = 500, nullable = false)]
    pub reason: Option<String>,
    /// The day it was reached; null takes back one entered by mistake.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    pub actual_date: Option<Option<NaiveDate>>,
    /// The document that proves it.
    #[serde(default)]
    #[schema(max_length = 500, nullable = false)]
    pub document_number: Option<String>,
    /// What else proves it.
    #[serde(default)]
    #[schema(max_length = 500, nullable = false)]
    pub evidence: Option<String>,
}

impl MilestonePatch {
    fn sample() -> serde_json::Value {
        serde_json::json!({"forecast_date": "2021-11-30", "reason": "雨季影响基础施工"})
    }
}

/// Which milestone.
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
/// The milestones most projects have, in the order they are passed.
#[utoipa::path(get, path = "/milestone-templates")]
async fn list_milestone_templates(
    _who: Permit<ReadProjects>,
) -> Result<Sheet<PageView<MilestoneTemplate>>, Problem> {
    let all = TEMPLATES.map(|t| MilestoneTemplate { code: t.code, name: t.name, class: t.class });
    Ok(Sheet(PageView::whole(all.into())))
}

/// List a project's milestones
///
/// All of them, in their order.
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
/// One milestone as it is now.
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
/// From a template by its code, or a free one with a name and a class of its own.
#[utoipa::path(
    post, path = "/projects/{project_id}/milestones",
    responses((status = 409, description = "The project has a milestone with this code.")),
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

/// Adds a milestone to a project in sight, and records it.
///
/// # Errors
/// 404; 409 when the project has one with this code; 422.
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
    // A project's own milestones come after the templates'.
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
        let words = Words::new("自定节点须填写。", "A milestone that is no template's needs this.");
        check.note(pointer, FieldError::new("", "required", words));
    }
    value
}

/// Change a milestone
///
/// Moves its forecast, with a reason, or says when it was reached. The baseline never moves.
#[utoipa::path(
    patch, path = "/projects/{project_id}/milestones/{milestone_id}",
    responses((status = 409, description = "It was reached already, or the day lies in the future.")),
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

/// Changes a milestone, still at this version, of a project in sight, and records it.
///
/// # Errors
/// 404; 409 when it was reached already; 412; 422.
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
                Words::new("调整预计日期须说明原因。", "A forecast moves only with a reason.");
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
