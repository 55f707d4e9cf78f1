//! Steps of an issue's life cycle. Each takes a comment.

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

/// Comment of a step.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct StepInput {
    /// What was done, found or requested.
    #[schema(min_length = 2, max_length = 500)]
    pub words: String,
}

impl StepInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({"words": "已与自然资源部门会商，指标月底前落实"})
    }
}

/// Assignment of an issue to units.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct AssignmentInput {
    /// Id of the leading unit.
    pub lead_unit_id: UnitId,
    /// Ids of the supporting units.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub unit_ids: Vec<UnitId>,
    /// New due date; unchanged if absent. Not in the past.
    #[serde(default)]
    #[schema(nullable = false)]
    pub due_on: Option<NaiveDate>,
    /// Instruction to the units.
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

/// Relation of `caller` to an issue: commission, area, raiser, leading or supporting unit.
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
        // An area account only sees the issues of its own area.
        area: user.role == Role::Area,
        raiser: issue.raised_by == user.username || of_unit || owns,
        lead: is(issue.units.first()),
        helper: issue.units.iter().skip(1).any(|unit| is(Some(unit))),
    })
}

/// Steps the caller may take in the issue's current state.
#[derive(Clone, Debug, Default)]
pub struct OpenSteps {
    /// Steps the caller may take.
    pub steps: Vec<IssueStep>,
    /// True if the caller may edit the issue.
    pub may_rewrite: bool,
}

/// Steps the caller may take in the issue's current state: those that the operations below would
/// accept.
///
/// # Errors
/// 404 if the issue does not exist or is not visible to the caller.
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

/// Takes a step: loads the issue, applies the rule, saves, and records the event with the comment.
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

#[expect(clippy::unnecessary_wraps, reason = "has the signature of a change that can fail")]
fn unchanged(_: &mut Conn, issue: Issue, _: NaiveDate) -> Result<Issue, Problem> {
    Ok(issue)
}

/// Resubmit a returned issue
///
/// Sends a returned issue in for assignment again: `returned` becomes `raised`. Allowed for the
/// account or unit that raised it, an owner of the project, and the commission.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/raising",
    responses((status = 409, description = "The issue is not in state `returned`.")),
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
/// Assigns the issue to a leading unit and any supporting units, and can change its due date. An
/// assigned issue can be reassigned. Allowed for the commission, and for area accounts up to level
/// `county`.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/assignment",
    responses((status = 409, description = "The issue is returned, proposed or cleared.")),
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

/// Report work on an issue
///
/// Adds a progress note; the issue becomes `in_progress`. Allowed for its units and the commission.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/work",
    responses((status = 409, description = "The issue is neither assigned nor in progress.")),
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
/// Raises the level by one: unit, county, city, province. The issue goes back to `raised`, to be
/// assigned at the new level. Allowed for the leading unit, the area and the commission.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/escalation",
    responses((status = 409, description = "The issue is returned, proposed or cleared, or already at level `province`.")),
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
/// Sends the issue one step back: from `raised` to `returned`, from `assigned` or `in_progress` to
/// `raised`, from `proposed` to `in_progress`. An assigned issue is returned by its leading unit or
/// the commission; otherwise by the commission, or by the area up to level `county`.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/return",
    responses((status = 409, description = "The issue is returned already, or cleared.")),
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

/// Propose to clear an issue
///
/// States that the issue is solved; the state becomes `proposed`. Allowed for the leading unit and
/// the commission.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/proposal",
    responses((status = 409, description = "The issue is not in progress.")),
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
/// Accepts that the issue is solved (销号). Allowed for the commission, and for area accounts up to
/// level `county`; never for the leading unit.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/clearance",
    responses((status = 409, description = "The issue is not in state `proposed`.")),
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
