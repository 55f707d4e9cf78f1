//! Issues to be coordinated: list, raise and edit.

use actix_web::web::Data;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::issues::steps::party;
use crate::api::issues::view::{IssueFacts, IssueLife, IssueStepView, IssueView, WORDS};
use crate::api::projects::handlers::ProjectPath;
use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::id::{IssueId, ProjectId, UnitId};
use crate::domain::issue::refusal::IssueRefusal;
use crate::domain::issue::{Issue, IssueCategory, IssueLevel, IssueState, IssueStep};
use crate::domain::text::{Name, Note};
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::{Both, Path, Query};
use crate::http::reply::{Conditional, Created, Tagged};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::events;
use crate::store::events::{Change, Event, changes};
use crate::store::issues;
use crate::store::issues::IssueFilter;
use crate::store::{Conn, PageRequest, projects};
use crate::usecases::answer::PageView;
use crate::usecases::caller::Caller;
use crate::usecases::check::Check;
use crate::usecases::permission::{HandleIssues, ReadProjects};
use crate::usecases::projects::filter::PlaceFilter;

/// The operations of this file.
pub fn routes() -> Routes {
    routes![
        "issues";
        list_issues, list_project_issues, create_issue, get_issue, update_issue, list_issue_steps,
    ]
}

/// Path of an issue.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct IssuePath {
    /// The project's id.
    pub project_id: ProjectId,
    /// The issue's id.
    pub issue_id: IssueId,
}

/// Filters for issues. Different parameters are combined with "and", repeated ones with "or".
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct IssueQuery {
    /// Only issues in one of these states.
    #[serde(default)]
    pub state: Vec<IssueState>,
    /// If true, only issues that are not cleared.
    #[serde(default)]
    #[param(default = false)]
    pub open: bool,
    /// Only issues of one of these categories.
    #[serde(default)]
    pub category: Vec<IssueCategory>,
    /// Only issues at one of these levels.
    #[serde(default)]
    pub level: Vec<IssueLevel>,
    /// Only issues assigned to one of these units, by id.
    #[serde(default)]
    pub unit: Vec<UnitId>,
    /// If true, only issues that are past their due date and not cleared.
    #[serde(default)]
    #[param(default = false)]
    pub overdue: bool,
    /// Only issues raised at least this many days ago.
    #[param(nullable = false, minimum = 0, maximum = 36500)]
    pub min_age_days: Option<u64>,
    /// Only issues raised at most this many days ago.
    #[param(nullable = false, minimum = 0, maximum = 36500)]
    pub max_age_days: Option<u64>,
}

/// Page of a list that is sorted by id.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct IdPage {
    /// Page size.
    #[serde(default = "crate::http::query::default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: i64,
    /// `next_cursor` of the previous page.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

impl IssueQuery {
    /// Converts to a store filter. Ages and overdue dates are relative to `today`.
    pub fn known(
        &self,
        conn: &mut Conn,
        places: &PlaceFilter,
        today: NaiveDate,
    ) -> Result<IssueFilter, Problem> {
        let (industries, areas) = places.known(conn)?;
        let ago = |days: Option<u64>| days.and_then(|days| today.checked_sub_days(Days::new(days)));
        Ok(IssueFilter {
            project: None,
            states: self.state.clone(),
            not_cleared: self.open || self.overdue,
            categories: self.category.clone(),
            levels: self.level.clone(),
            units: self.unit.clone(),
            areas,
            industries,
            due_before: self.overdue.then_some(today),
            raised_by_day: ago(self.min_age_days),
            raised_from_day: ago(self.max_age_days),
        })
    }
}

/// List issues
///
/// Issues of all projects the caller may see, by id. A unit also sees issues of other projects that
/// are assigned to it. Filters: state, category, level, unit, age, overdue, industry, area.
#[utoipa::path(get, path = "/issues")]
pub async fn list_issues(
    app: Data<App>,
    who: Permit<ReadProjects>,
    query: Query<Both<PlaceFilter, Both<IssueQuery, IdPage>>>,
) -> Result<Sheet<PageView<IssueView>>, Problem> {
    let Query(Both(places, Both(asked, page))) = query;
    let (sight, today) = (who.sees(), app.calendar.today());
    let page = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let filter = asked.known(conn, &places, today)?;
            let request = PageRequest::new(page.limit, page.cursor);
            Ok(issues::list(conn, &filter, sight, &request)?)
        })
        .await?;
    Ok(Sheet(PageView::of(page, |found| IssueView::of(&found, today))))
}

/// List a project's issues
///
/// All issues of the project, including cleared ones, by id.
#[utoipa::path(get, path = "/projects/{project_id}/issues")]
pub async fn list_project_issues(
    app: Data<App>,
    who: Permit<ReadProjects>,
    path: Path<ProjectPath>,
) -> Result<Sheet<PageView<IssueView>>, Problem> {
    let (id, sight, today) = (path.0.project_id, who.sees(), app.calendar.today());
    let all = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            projects::get(conn, id, sight)?;
            let filter = IssueFilter { project: Some(id), ..IssueFilter::default() };
            Ok(issues::all(conn, &filter, sight)?)
        })
        .await?;
    Ok(Sheet(PageView::whole(all.iter().map(|found| IssueView::of(found, today)).collect())))
}

/// Show an issue
///
/// Returns the issue with its current state and the steps that may follow (`next_steps`).
#[utoipa::path(get, path = "/projects/{project_id}/issues/{issue_id}")]
pub async fn get_issue(
    app: Data<App>,
    who: Permit<ReadProjects>,
    path: Path<IssuePath>,
    _held: Conditional,
) -> Result<Tagged<IssueView>, Problem> {
    let (Path(at), sight, today) = (path, who.sees(), app.calendar.today());
    let found =
        app.db.read(move |conn| issues::get(conn, at.project_id, at.issue_id, sight)).await?;
    Ok(Tagged(IssueView::of(&found, today)))
}

/// List an issue's steps
///
/// All steps taken on the issue, oldest first: what was done, when, by whom, and the comment.
#[utoipa::path(get, path = "/projects/{project_id}/issues/{issue_id}/steps")]
pub async fn list_issue_steps(
    app: Data<App>,
    who: Permit<ReadProjects>,
    path: Path<IssuePath>,
) -> Result<Sheet<PageView<IssueStepView>>, Problem> {
    let (Path(at), sight) = (path, who.sees());
    let steps = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            issues::get(conn, at.project_id, at.issue_id, sight)?;
            let events = events::of_subject(conn, "issue", at.issue_id.0)?;
            IssueLife::steps(&events).map_err(Problem::broken)
        })
        .await?;
    Ok(Sheet(PageView::whole(steps)))
}

/// A new issue, or the new content of an issue.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct IssueInput {
    /// Short title.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// What the issue is about.
    pub category: IssueCategory,
    /// The level of government that has to coordinate it.
    pub level: IssueLevel,
    /// What is requested, and of whom.
    #[schema(min_length = 1, max_length = 5000)]
    pub asked: String,
    /// Day by which it should be cleared; not in the past.
    pub due_on: NaiveDate,
}

/// Checked texts of an issue.
struct Asked {
    title: String,
    asked: String,
}

impl IssueInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "title": "用地指标不足", "category": "land", "level": "county",
            "asked": "请自然资源部门协调解决二期 35 亩用地指标", "due_on": "2099-07-31",
        })
    }

    fn parse(&self, today: NaiveDate) -> Result<Asked, Problem> {
        let mut check = Check::new();
        let title = check.field("/title", Name::parse(&self.title));
        let asked = check.field("/asked", Note::parse(&self.asked));
        let blank = asked.as_ref().is_some_and(|text| text.as_str().is_empty());
        if blank {
            let words =
                Words::new("请写明请求谁解决什么。", "State what is requested, and of whom.");
            check.note("/asked", FieldError::new("", "blank", words));
        }
        if self.due_on < today {
            check.note("/due_on", past(self.due_on, today));
        }
        let (title, asked) = check.done(title.zip(asked))?;
        Ok(Asked { title: title.into_string(), asked: asked.into_string() })
    }
}

/// Field error: `day` is before `today`.
pub fn past(day: NaiveDate, today: NaiveDate) -> FieldError {
    let words = Words::new(
        format!("{day} 已经过去，请给出不早于今天（{today}）的日期。"),
        format!("{day} is in the past; give a day on or after today, {today}."),
    );
    FieldError::new("", "in-past", words)
}

/// Raise an issue
///
/// Raises an issue to be coordinated (需协调事项) on a project. The commission or the area then assigns
/// it to units, one of which leads.
#[utoipa::path(post, path = "/projects/{project_id}/issues")]
pub async fn create_issue(
    app: Data<App>,
    who: Permit<HandleIssues>,
    path: Path<ProjectPath>,
    body: Body<IssueInput>,
    once: Once,
) -> Result<Created<IssueView>, Problem> {
    let (caller, now, input, id) = (who.caller, app.now(), body.0, path.0.project_id);
    let view = once
        .write(&app, move |conn| -> Result<_, Problem> {
            let sight = caller.sees();
            projects::get(conn, id, sight)?;
            let texts = input.parse(now.today)?;
            let new = Issue {
                id: IssueId(0),
                project_id: id,
                title: texts.title,
                category: input.category,
                level: input.level,
                asked: texts.asked,
                due_on: input.due_on,
                state: IssueState::Raised,
                units: Vec::new(),
                raised_on: now.today,
                raised_by: caller.user.username.clone(),
                raised_by_unit: caller.user.unit_id,
                cleared_on: None,
                version: 1,
            };
            let issue = issues::insert(conn, &new)?;
            let found = issues::get(conn, id, issue, sight)?;
            let view = IssueView::of(&found, now.today);
            record(conn, &caller, now.instant, ("issue.raised", issue), (None, &view.facts), "")?;
            Ok(view)
        })
        .await?;
    let location = format!("/projects/{id}/issues/{}", view.id);
    Ok(Created { view, location })
}

/// Records a step on an issue in the change feed, with its comment.
pub fn record(
    conn: &mut Conn,
    caller: &Caller,
    now: Timestamp,
    (kind, id): (&'static str, IssueId),
    (before, after): (Option<&IssueFacts>, &IssueFacts),
    words: &str,
) -> Result<(), Problem> {
    let mut changed = changes(before, after);
    if !words.is_empty() {
        changed.push(Change::said(WORDS, words));
    }
    let event = Event::of_project(kind, "issue", id.0, after.project_id, changed);
    Ok(events::record(conn, &caller.author, now, &event)?)
}

/// Change an issue
///
/// Replaces title, category, level, request and due date. Allowed only before assignment or after a
/// return (state `raised` or `returned`), for the account or unit that raised the issue, an owner
/// of the project, and the commission.
#[utoipa::path(
    put, path = "/projects/{project_id}/issues/{issue_id}",
    responses((status = 409, description = "The issue is assigned, in progress or proposed (return it first), or cleared.")),
)]
pub async fn update_issue(
    app: Data<App>,
    who: Permit<HandleIssues>,
    path: Path<IssuePath>,
    version: IfMatch,
    body: Body<IssueInput>,
) -> Result<Tagged<IssueView>, Problem> {
    let (caller, now, input) = (who.caller, app.now(), body.0);
    let Path(at) = path;
    let view = app
        .db
        .write(move |conn| -> Result<_, Problem> {
            let sight = caller.sees();
            let old = issues::get(conn, at.project_id, at.issue_id, sight)?;
            let texts = input.parse(now.today)?;
            let state = old.issue.state;
            if !matches!(state, IssueState::Raised | IssueState::Returned) {
                let step = IssueStep::Raise;
                return Err(IssueRefusal::WrongState { state, step }.into());
            }
            let party = party(conn, &caller, &old.issue)?;
            if !(party.raiser || party.commission) {
                let step = IssueStep::Raise;
                return Err(IssueRefusal::NotYours { step, state }.into());
            }
            let issue = Issue {
                title: texts.title,
                asked: texts.asked,
                category: input.category,
                level: input.level,
                due_on: input.due_on,
                version: version.0,
                ..old.issue.clone()
            };
            issues::save(conn, &issue)?;
            let found = issues::get(conn, at.project_id, at.issue_id, sight)?;
            let view = IssueView::of(&found, now.today);
            let (before, what) = (IssueFacts::from(&old), ("issue.rewritten", at.issue_id));
            record(conn, &caller, now.instant, what, (Some(&before), &view.facts), "")?;
            Ok(view)
        })
        .await?;
    Ok(Tagged(view))
}
