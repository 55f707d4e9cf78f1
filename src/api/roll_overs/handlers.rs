//! Roll-overs of unfinished projects into a new year: propose, change line by line, confirm.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::api::issues::handlers::IdPage;
use crate::api::plans::year_plans::enter_first;
use crate::api::roll_overs::view::{RollOverLinePatch, RollOverLineView, RollOverView};
use crate::domain::account::access::Sight;
use crate::domain::clock::Timestamp;
use crate::domain::figures::summary::Period;
use crate::domain::id::{ProjectId, RollOverId};
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::{Basis, CheckedAmounts, VersionWords};
use crate::domain::reporting_month::MonthState;
use crate::domain::roll_over::{RollOver, RollOverLine, RollOverState};
use crate::domain::text::Name;
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Conditional, Tagged};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::events;
use crate::store::events::{Event, changes};
use crate::store::plans::year_plans;
use crate::store::projects::ProjectFilter;
use crate::store::{
    Conn, PageRequest, figures as summaries, projects, reporting_months, roll_overs,
};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Now;
use crate::usecases::caller::Caller;
use crate::usecases::check::Check;
use crate::usecases::figures::about::Scope;
use crate::usecases::permission::PlanYears;
use crate::usecases::reporting_months::gates::must_not_be_closed;

/// The operations of this file.
pub fn routes() -> Routes {
    routes![
        "roll_overs";
        propose_roll_over, get_roll_over, list_roll_over_lines, update_roll_over_line,
        confirm_roll_over,
    ]
}

/// Path parameters of one roll-over.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RollOverPath {
    /// The new year.
    #[param(example = 2022)]
    pub year: Year,
}

/// Path parameters of one line of a roll-over.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RollOverLinePath {
    /// The new year.
    #[param(example = 2022)]
    pub year: Year,
    /// The project's id.
    pub project_id: ProjectId,
}

fn shown(conn: &mut Conn, year: Year) -> Result<RollOverView, Problem> {
    let roll_over = roll_overs::get(conn, year)?;
    let lines = roll_overs::lines(conn, roll_over.id)?;
    let months = reporting_months::list(conn, Some(roll_over.through.year()))?;
    let open = months.iter().filter(|m| m.state == MonthState::Open).map(|m| m.month);
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let going = || lines.iter().filter(|(line, _)| line.included);
    Ok(RollOverView {
        year,
        through: roll_over.through,
        state: roll_over.state,
        scope: Scope::All,
        open_months: open.collect(),
        project_count: count(lines.len()),
        included_count: count(going().count()),
        remaining_wan: lines.iter().map(|(line, _)| line.remaining).sum(),
        carried_wan: lines.iter().map(|(line, _)| line.carried).sum(),
        annual_investment_wan: going().map(|(line, _)| line.annual).sum(),
        document_number: roll_over.document_number,
        proposed_at: roll_over.proposed.0,
        proposed_by: roll_over.proposed.1,
        confirmed_at: roll_over.confirmed.as_ref().map(|c| c.0),
        confirmed_by: roll_over.confirmed.map(|c| c.1),
        version: roll_over.version,
    })
}

/// Refuses a confirmed roll-over.
fn proposed(roll_over: RollOver) -> Result<RollOver, Problem> {
    match roll_over.state {
        RollOverState::Proposed => Ok(roll_over),
        RollOverState::Confirmed => {
            let year = roll_over.year;
            let words = Words::new(
                format!("{year} 年结转已确认，年度计划已生成；改动请用计划调整（adjustments）。"),
                format!(
                    "The roll-over into {year} is already confirmed; change the plans by adjustments."
                ),
            );
            Err(Problem::conflict("roll-over-confirmed", words))
        }
    }
}

/// Propose a roll-over
///
/// Lists every unfinished project of the previous year that has no plan for this year, with its
/// remaining investment and the uncompleted part of its plan, and proposes an investment for the
/// new year. Repeating the request recalculates the proposal and discards manual changes, until the
/// roll-over is confirmed.
#[utoipa::path(
    post, path = "/roll-overs/{year}/proposal",
    responses((status = 409, description = "The roll-over is already confirmed, or there is no previous year.")),
)]
async fn propose_roll_over(
    app: Data<App>,
    who: Permit<PlanYears>,
    path: Path<RollOverPath>,
    once: Once,
) -> Result<Tagged<RollOverView>, Problem> {
    let (Path(RollOverPath { year }), caller, now) = (path, who.caller, app.now());
    if year.get() == Year::FIRST {
        let words = Words::new(
            format!("{year} 年之前没有可结转的年度。"),
            format!("There is no year before {year} to roll over."),
        );
        return Err(Problem::conflict("no-year-before", words));
    }
    let view = once
        .write(&app, move |conn| -> Result<_, Problem> {
            let old = roll_overs::find(conn, year)?.map(proposed).transpose()?;
            let before = match &old {
                Some(_) => Some(shown(conn, year)?),
                None => None,
            };
            let through = year.january().previous();
            let lines = lines(conn, through, year, now)?;
            let by = (now.instant, caller.user.username.clone());
            let id = if let Some(old) = old {
                roll_overs::save(conn, &RollOver { proposed: by, ..old.clone() })?;
                old.id
            } else {
                roll_overs::insert(conn, &proposal(year, through, by))?
            };
            roll_overs::replace_lines(conn, id, &lines)?;
            recorded(conn, &caller, now, ("roll_over.proposed", id), before.as_ref(), year)
        })
        .await?;
    Ok(Tagged(view))
}

fn proposal(year: Year, through: Month, by: (Timestamp, String)) -> RollOver {
    RollOver {
        id: RollOverId(0),
        year,
        through,
        state: RollOverState::Proposed,
        document_number: String::new(),
        proposed: by,
        confirmed: None,
        version: 1,
    }
}

fn lines(
    conn: &mut Conn,
    through: Month,
    year: Year,
    now: Now,
) -> Result<Vec<RollOverLine>, Problem> {
    let all = ProjectFilter::default();
    let years = summaries::project_years(conn, &all, Sight::All, through, Basis::Current)?;
    let planned = year_plans::projects_of(conn, year)?;
    let old = Period::new(through, now.today, false);
    let unplanned = years.iter().filter(|project| !planned.contains(&project.id));
    Ok(unplanned.filter_map(|project| RollOverLine::propose(project, old)).collect())
}

fn recorded(
    conn: &mut Conn,
    caller: &Caller,
    now: Now,
    (kind, id): (&'static str, RollOverId),
    before: Option<&RollOverView>,
    year: Year,
) -> Result<RollOverView, Problem> {
    let view = shown(conn, year)?;
    let event = Event::of(kind, "roll_over", id.0, changes(before, &view));
    events::record(conn, &caller.author, now.instant, &event)?;
    Ok(view)
}

/// Show a roll-over
///
/// Returns the state of the roll-over and the totals of its lines.
#[utoipa::path(get, path = "/roll-overs/{year}")]
async fn get_roll_over(
    app: Data<App>,
    _who: Permit<PlanYears>,
    path: Path<RollOverPath>,
    _held: Conditional,
) -> Result<Tagged<RollOverView>, Problem> {
    let Path(RollOverPath { year }) = path;
    Ok(Tagged(app.db.read(move |conn| shown(conn, year)).await?))
}

/// List the lines of a roll-over
///
/// All unfinished projects with their remaining, carried-over and proposed amounts, ordered by
/// project id.
#[utoipa::path(get, path = "/roll-overs/{year}/lines")]
async fn list_roll_over_lines(
    app: Data<App>,
    _who: Permit<PlanYears>,
    path: Path<RollOverPath>,
    query: Query<IdPage>,
) -> Result<Sheet<PageView<RollOverLineView>>, Problem> {
    let (Path(RollOverPath { year }), Query(page)) = (path, query);
    let found = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let roll_over = roll_overs::get(conn, year)?;
            let request = PageRequest::new(page.limit, page.cursor);
            Ok(roll_overs::page(conn, roll_over.id, &request)?)
        })
        .await?;
    Ok(Sheet(PageView::of(found, RollOverLineView::from)))
}

/// Change a line of a roll-over
///
/// Sets the planned investment of a project, or excludes or includes it. Requires a roll-over that
/// is not confirmed.
#[utoipa::path(
    patch, path = "/roll-overs/{year}/lines/{project_id}",
    responses((status = 409, description = "The roll-over is confirmed.")),
)]
async fn update_roll_over_line(
    app: Data<App>,
    who: Permit<PlanYears>,
    path: Path<RollOverLinePath>,
    version: IfMatch,
    body: Body<RollOverLinePatch>,
) -> Result<Tagged<RollOverLineView>, Problem> {
    let (author, sight, now, patch) = (who.author(), who.sees(), app.now(), body.0);
    let Path(at) = path;
    let view = app
        .db
        .write(move |conn| -> Result<_, Problem> {
            let roll_over = roll_overs::get(conn, at.year)?;
            let (old, name) = roll_overs::line(conn, roll_over.id, at.project_id)?;
            let roll_over = proposed(roll_over)?;
            let project = projects::get(conn, at.project_id, sight)?;
            let before = RollOverLineView::from((old.clone(), name));
            let old = RollOverLine { version: version.0, ..old };
            let line = patch.apply(&old, project.facts.total)?;
            roll_overs::save_line(conn, roll_over.id, &line)?;
            // Increments the version, so that a concurrent confirmation fails instead of ignoring
            // this change.
            roll_overs::save(conn, &roll_over)?;
            let after = roll_overs::line(conn, roll_over.id, at.project_id)?;
            let view = RollOverLineView::from(after);
            let changed = changes(Some(&before), &view);
            let (kind, id) = ("roll_over.line_changed", roll_over.id.0);
            let event = Event::of_project(kind, "roll_over", id, at.project_id, changed);
            events::record(conn, &author, now.instant, &event)?;
            Ok(view)
        })
        .await?;
    Ok(Tagged(view))
}

/// The document that approves the new plans.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct ConfirmationInput {
    /// Document number.
    #[schema(min_length = 1, max_length = 200)]
    pub document_number: String,
}

impl ConfirmationInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({"document_number": "东发改〔2022〕3号"})
    }
}

/// Confirm a roll-over
///
/// Creates the new year's plan of every included project, in one transaction. Each plan spreads the
/// amount equally over the months from the planned start, if it is in the new year and construction
/// has not started, to the planned finish.
#[utoipa::path(
    post, path = "/roll-overs/{year}/confirmation",
    responses((status = 409, description = "The roll-over is already confirmed, or a project has ended or received a plan since the proposal.")),
)]
async fn confirm_roll_over(
    app: Data<App>,
    who: Permit<PlanYears>,
    path: Path<RollOverPath>,
    version: IfMatch,
    body: Body<ConfirmationInput>,
    once: Once,
) -> Result<Tagged<RollOverView>, Problem> {
    let (Path(RollOverPath { year }), caller, now) = (path, who.caller, app.now());
    let mut check = Check::new();
    let number = check.field("/document_number", Name::parse(&body.0.document_number));
    let number = check.done(number)?.into_string();
    let view = once
        .write(&app, move |conn| -> Result<_, Problem> {
            let old = proposed(roll_overs::get(conn, year)?)?;
            let before = shown(conn, year)?;
            let by = (now.instant, caller.user.username.clone());
            let confirmed = RollOver {
                state: RollOverState::Confirmed,
                document_number: number.clone(),
                confirmed: Some(by),
                version: version.0,
                ..old
            };
            roll_overs::save(conn, &confirmed)?;
            for (line, name) in roll_overs::lines(conn, confirmed.id)? {
                if line.included {
                    plan(conn, &caller, now, &confirmed, (&line, &name))?;
                }
            }
            let what = ("roll_over.confirmed", confirmed.id);
            recorded(conn, &caller, now, what, Some(&before), year)
        })
        .await?;
    Ok(Tagged(view))
}

/// Creates the year plan of one line.
fn plan(
    conn: &mut Conn,
    caller: &Caller,
    now: Now,
    roll_over: &RollOver,
    (line, name): (&RollOverLine, &str),
) -> Result<(), Problem> {
    let (year, id) = (roll_over.year, line.project_id);
    let project = projects::get(conn, id, Sight::All)?;
    let facts = &project.facts;
    let ended = project.ended_on.is_some() || facts.actual_finish.is_some();
    if ended || year_plans::find(conn, id, year)?.is_some() {
        let words = Words::new(
            format!(
                "项目 {id}“{name}”在拟定结转后已结束或已有 {year} 年度计划；请重新拟定结转，或将该项目设为不列入。"
            ),
            format!(
                "Project {id} ({name}) has ended or received a {year} plan since the proposal; propose again, or exclude the project."
            ),
        );
        return Err(Problem::conflict("roll-over-outdated", words));
    }
    let days = (facts.planned_start.filter(|_| facts.actual_start.is_none()), facts.planned_finish);
    let months = line.months(year, days);
    let amounts = CheckedAmounts::check(line.annual, &months.0, facts.total);
    let last_closed = reporting_months::last_closed(conn, year)?;
    let effective = last_closed.map_or(year.january(), Month::next);
    must_not_be_closed(conn, effective)?;
    let words = VersionWords {
        document_number: roll_over.document_number.clone(),
        reason: format!("由 {} 年结转", roll_over.through.year()),
        ..VersionWords::default()
    };
    let amounts = amounts.map_err(Problem::invalid)?;
    let first = amounts.first(effective, words, now.instant, caller.author.user_id());
    enter_first(conn, &caller.author, &project, year, first)
}
