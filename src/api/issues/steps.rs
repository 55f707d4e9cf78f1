//! The steps of an issue's life, each with its words.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::issues::handlers::{IssuePath, past, record};
use crate::api::issues::view::{IssueFacts, IssueView};
use crate::domain::account::access::{Role, Sight};
use crate::domain::id::UnitId;
use crate::domain::issue::refusal::IssueRefusal;
use crate::domain::issue::{Issue, IssueParty, IssueState, IssueStep};
use crate::domain::reference::unit::UnitRole;
use crate::domain::text::Reason;
use crate::http::app::App;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::Tagged;
use crate::http::routes::Routes;
use crate::routes;
use crate::store::projects::units as project_units;
use crate::store::reference::units;
use crate::store::{Conn, StoreError, issues};
use crate::usecases::caller::Caller;
use crate::usecases::check::Check;
use crate::usecases::permission::HandleIssues;
use crate::usecases::refusal::Refusal;

/// The operations of this file.
pub fn routes() -> Routes {
    routes![
        "issues";
        raise_issue, assign_issue, work_on_issue, escalate_issue, return_issue, propose_clearance,
        clear_issue,
    ]
}

/// What is said with a step.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct StepInput {
    /// What was done, found or wanted.
    #[schema(min_length = 2, max_length = 500)]
    pub words: String,
}

impl StepInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({"words": "已与自然资源部门会商，指标月底前落实"})
    }
}

/// To whom an issue is given.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct AssignmentInput {
    /// The unit that leads, by id.
    pub lead_unit_id: UnitId,
    /// Other units that share it, by id.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub unit_ids: Vec<UnitId>,
    /// By when; as before when absent.
    #[serde(default)]
    #[schema(nullable = false)]
    pub due_on: Option<NaiveDate>,
    /// What is wanted of them.
    #[schema(min_length = 2, max_length = 500)]
    pub words: String,
}

impl AssignmentInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "lead_unit_id": 1, "unit_ids": [2], "due_on": "2099-07-31",
            "words": "请牵头会商，月底前落实指标",
        })
    }
}

/// What `caller` is to an issue.
pub fn party(conn: &mut Conn, caller: &Caller, issue: &Issue) -> Result<IssueParty, StoreError> {
    let user = &caller.user;
    let owns = match user.unit_id {
        Some(unit) => {
            project_units::roles(conn, issue.project_id, unit)?.contains(&UnitRole::Owner)
        }
        None => false,
    };
    let is = |unit: Option<&UnitId>| unit.is_some() && unit.copied() == user.unit_id;
    let of_unit = user.unit_id.is_some() && issue.raised_by_unit == user.unit_id;
    Ok(IssueParty {
        commission: user.role == Role::Commission,
        // An area account sees the issues of its area alone.
        area: user.role == Role::Area,
        raiser: issue.raised_by == user.username || of_unit || owns,
        lead: is(issue.units.first()),
        helper: issue.units.iter().skip(1).any(|unit| is(Some(unit))),
    })
}

/// What somebody may do with an issue as it stands.
#[derive(Clone, Debug, Default)]
pub struct OpenSteps {
    /// The steps they may take.
    pub steps: Vec<IssueStep>,
    /// Whether they may say it better.
    pub may_rewrite: bool,
}

/// What whoever asks may do with an issue as it stands: what the steps below would not refuse.
///
/// # Errors
/// 404 when the issue is not there or not in sight.
pub async fn open_steps(
    app: &App,
    who: Permit<HandleIssues>,
    at: IssuePath,
) -> Result<OpenSteps, Problem> {
    let (caller, today) = (who.caller, app.calendar.today());
    app.db
        .read(move |conn| -> Result<_, Problem> {
            let found = issues::get(conn, at.project_id, at.issue_id, caller.sees())?;
            let issue = found.issue;
            let party = party(conn, &caller, &issue)?;
            let may = |step: &IssueStep| issue.clone().take(*step, party, today).is_ok();
            let steps = issue.state.next().into_iter().filter(may).collect();
            let with_raiser = matches!(issue.state, IssueState::Raised | IssueState::Returned);
            let may_rewrite = with_raiser && (party.raiser || party.commission);
            Ok(OpenSteps { steps, may_rewrite })
        })
        .await
}

/// Takes a step: loads the issue in sight, decides, saves, and records what was done and said.
async fn take(
    (app, once): (&App, &Once),
    who: Permit<HandleIssues>,
    at: IssuePath,
    step: IssueStep,
    words: String,
    change: impl Fn(&mut Conn, Issue, NaiveDate) -> Result<Issue, Problem> + Send + 'static,
) -> Result<Tagged<IssueView>, Problem> {
    let (caller, now) = (who.caller, app.now());
    let mut check = Check::new();
    let words = check.field("/words", Reason::parse(&words));
    let words = check.done(words)?;
    let view = once
        .write(app, move |conn| -> Result<_, Problem> {
            let sight = caller.sees();
            let old = issues::get(conn, at.project_id, at.issue_id, sight)?;
            let party = party(conn, &caller, &old.issue)?;
            let taken = old.issue.clone().take(step, party, now.today)?;
            let changed = change(conn, taken, now.today)?;
            issues::save(conn, &changed)?;
            let found = issues::get(conn, at.project_id, at.issue_id, Sight::All)?;
            let view = IssueView::of(&found, now.today);
            let (before, what) = (IssueFacts::from(&old), (step.event(), at.issue_id));
            let facts = (Some(&before), &view.facts);
            record(conn, &caller, now.instant, what, facts, words.as_str())?;
            Ok(view)
        })
        .await?;
    Ok(Tagged(view))
}

#[expect(clippy::unnecessary_wraps, reason = "stands where a change can fail")]
fn unchanged(_: &mut Conn, issue: Issue, _: NaiveDate) -> Result<Issue, Problem> {
    Ok(issue)
}

/// Raise a returned issue again
///
/// Hands it in again, with what was missing.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/raising",
    responses((status = 409, description = "It was not returned.")),
)]
pub async fn raise_issue(
    app: Data<App>,
    who: Permit<HandleIssues>,
    path: Path<IssuePath>,
    body: Body<StepInput>,
    once: Once,
) -> Result<Tagged<IssueView>, Problem> {
    take((&app, &once), who, path.0, IssueStep::Raise, body.0.words, unchanged).await
}

/// Assign an issue
///
/// Gives it to units, one of which leads; also to other units than before.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/assignment",
    responses((status = 409, description = "It is not raised, assigned or being worked on.")),
)]
pub async fn assign_issue(
    app: Data<App>,
    who: Permit<HandleIssues>,
    path: Path<IssuePath>,
    body: Body<AssignmentInput>,
    once: Once,
) -> Result<Tagged<IssueView>, Problem> {
    let input = body.0;
    let words = input.words.clone();
    take((&app, &once), who, path.0, IssueStep::Assign, words, move |conn, issue, today| {
        Ok(input.give(conn, issue, today)?)
    })
    .await
}

impl AssignmentInput {
    fn give(&self, conn: &mut Conn, issue: Issue, today: NaiveDate) -> Result<Issue, Refusal> {
        let mut check = Check::new();
        check.known("/lead_unit_id", units::find(conn, self.lead_unit_id)?);
        let mut given = vec![self.lead_unit_id];
        for (index, unit) in self.unit_ids.iter().enumerate() {
            check.known(&format!("/unit_ids/{index}"), units::find(conn, *unit)?);
            if !given.contains(unit) {
                given.push(*unit);
            }
        }
        if let Some(day) = self.due_on.filter(|day| *day < today) {
            check.note("/due_on", past(day, today));
        }
        let due_on = self.due_on.unwrap_or(issue.due_on);
        check.done(Some(Issue { units: given, due_on, ..issue }))
    }
}

/// Work on an issue
///
/// Says what was done about it.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/work",
    responses((status = 409, description = "It is not assigned or being worked on.")),
)]
pub async fn work_on_issue(
    app: Data<App>,
    who: Permit<HandleIssues>,
    path: Path<IssuePath>,
    body: Body<StepInput>,
    once: Once,
) -> Result<Tagged<IssueView>, Problem> {
    take((&app, &once), who, path.0, IssueStep::Work, body.0.words, unchanged).await
}

/// Escalate an issue
///
/// Takes it one level up: unit, county, city, province. It is then to be assigned there.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/escalation",
    responses((status = 409, description = "It is proposed for clearance, cleared, or at the province's level.")),
)]
pub async fn escalate_issue(
    app: Data<App>,
    who: Permit<HandleIssues>,
    path: Path<IssuePath>,
    body: Body<StepInput>,
    once: Once,
) -> Result<Tagged<IssueView>, Problem> {
    take((&app, &once), who, path.0, IssueStep::Escalate, body.0.words, unchanged).await
}

/// Return an issue
///
/// Sends it one step back: to whoever raised it, to be assigned elsewhere, or to be worked on
/// further when what was proposed does not clear it.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/return",
    responses((status = 409, description = "It was returned already, or is cleared.")),
)]
pub async fn return_issue(
    app: Data<App>,
    who: Permit<HandleIssues>,
    path: Path<IssuePath>,
    body: Body<StepInput>,
    once: Once,
) -> Result<Tagged<IssueView>, Problem> {
    take((&app, &once), who, path.0, IssueStep::Return, body.0.words, unchanged).await
}

/// Propose the clearance of an issue
///
/// The leading unit says that it is solved.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/proposal",
    responses((status = 409, description = "It is not being worked on.")),
)]
pub async fn propose_clearance(
    app: Data<App>,
    who: Permit<HandleIssues>,
    path: Path<IssuePath>,
    body: Body<StepInput>,
    once: Once,
) -> Result<Tagged<IssueView>, Problem> {
    take((&app, &once), who, path.0, IssueStep::Propose, body.0.words, unchanged).await
}

/// Clear an issue
///
/// Accepts that it is solved (销号): the commission, or the area up to the county's level; never
/// the unit that led.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/clearance",
    responses((status = 409, description = "Its clearance was not proposed.")),
)]
pub async fn clear_issue(
    app: Data<App>,
    who: Permit<HandleIssues>,
    path: Path<IssuePath>,
    body: Body<StepInput>,
    once: Once,
) -> Result<Tagged<IssueView>, Problem> {
    take((&app, &once), who, path.0, IssueStep::Clear, body.0.words, unchanged).await
}

impl From<IssueRefusal> for Problem {
    fn from(refusal: IssueRefusal) -> Self {
        let status = match refusal {
            IssueRefusal::WrongState { .. } | IssueRefusal::TopLevel => StatusCode::CONFLICT,
            IssueRefusal::NotYours { .. } => StatusCode::FORBIDDEN,
        };
        Self::new(status, refusal.code(), refusal.words())
    }
}
