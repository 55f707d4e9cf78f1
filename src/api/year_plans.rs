//! What a project is to invest in a year.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::body::Body;
use super::caller::{Permit, PlanYears, ReadProjects};
use super::check::Check;
use super::problem::Problem;
use super::query::Path;
use super::reply::{Conditional, Created, Tagged, Versioned};
use super::reporting_months::still_open;
use super::routes::Routes;
use crate::domain::clock::Timestamp;
use crate::domain::error::{FieldError, RuleError};
use crate::domain::id::{ProjectId, UserId};
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::project::Project;
use crate::domain::text::{Line, Note, Reason};
use crate::domain::words::Words;
use crate::domain::year_plan::{
    CheckedAmounts, PlanVersion, PlanVersionKind, VersionWords, YearPlan, may_take_effect,
};
use crate::routes;
use crate::store::events::{self, Event, changes};
use crate::store::{Conn, StoreError, projects, reporting_months, year_plans};

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["year_plans"; get_year_plan, put_year_plan, adjust_year_plan]
}

/// A project's plan for a year, with every version it ever had.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = YearPlan)]
pub struct YearPlanView {
    /// The project's id.
    pub project_id: ProjectId,
    /// The year.
    pub year: Year,
    /// Its versions: the first is `initial`, the last is `current`.
    pub versions: Vec<PlanVersionView>,
    /// The version of the whole, which is the ETag.
    pub version: i64,
}

impl Versioned for YearPlanView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// One version of a year plan; never overwritten.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlanVersion)]
pub struct PlanVersionView {
    /// 1 for the first.
    pub number: i32,
    /// Why it came to be.
    pub kind: PlanVersionKind,
    /// The month it takes effect.
    pub effective_month: Month,
    /// Planned investment of the year, in 万元.
    pub annual_investment_wan: Fen,
    /// Planned investment of the twelve months, in 万元; sums to the year.
    #[schema(min_items = 12, max_items = 12)]
    pub months: Vec<Fen>,
    /// The goal of the year in words; may be empty.
    pub goal: String,
    /// The document that ordered it; may be empty.
    pub document_number: String,
    /// Why; empty for the first.
    pub reason: String,
    /// When it was entered.
    pub created_at: Timestamp,
}

impl From<PlanVersion> for PlanVersionView {
    fn from(version: PlanVersion) -> Self {
        Self {
            number: version.number,
            kind: version.kind,
            effective_month: version.effective_month,
            annual_investment_wan: version.annual,
            months: version.months.0.to_vec(),
            goal: version.goal,
            document_number: version.document_number,
            reason: version.reason,
            created_at: version.created_at,
        }
    }
}

impl From<YearPlan> for YearPlanView {
    fn from(plan: YearPlan) -> Self {
        Self {
            project_id: plan.project_id,
            year: plan.year,
            versions: plan.versions.into_iter().map(PlanVersionView::from).collect(),
            version: plan.version,
        }
    }
}

/// The first version of a year plan.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct YearPlanInput {
    /// Planned investment of the year, in 万元; at most the project's total.
    pub annual_investment_wan: Fen,
    /// Planned investment of the twelve months, in 万元; they sum to the year.
    #[schema(min_items = 12, max_items = 12)]
    pub months: Vec<Fen>,
    /// The goal of the year in words.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub goal: String,
    /// The month it takes effect; January, or the month after the last closed one, unless said.
    /// A plan that takes effect after January is an `addition`.
    #[schema(nullable = false)]
    pub effective_month: Option<Month>,
    /// The document that ordered it.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub document_number: String,
    /// Why the project is planned for in mid-year.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: String,
}

impl YearPlanInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "annual_investment_wan": "12000.00",
            "months": ["500.00", "500.00", "1000.00", "1000.00", "1000.00", "1000.00",
                       "1000.00", "1200.00", "1200.00", "1200.00", "1200.00", "1200.00"],
            "goal": "主体完工",
        })
    }

    fn parse(
        &self,
        year: Year,
        total: Fen,
        last_closed: Option<Month>,
    ) -> Result<(Month, CheckedAmounts, VersionWords), Problem> {
        let mut check = Check::new();
        let reason = check.field("/reason", Line::parse(&self.reason)).map(Line::into_string);
        let words = words(&mut check, &self.goal, &self.document_number, reason);
        let after_closed = last_closed.map_or(year.january(), Month::next);
        let effective = self.effective_month.unwrap_or(after_closed);
        check.all(may_take_effect(effective, year, last_closed, None).map_err(|e| vec![e]));
        let annual = self.annual_investment_wan;
        let amounts = check.all(CheckedAmounts::check(annual, &self.months, total));
        check.done(amounts.zip(words).map(|(amounts, words)| (effective, amounts, words)))
    }
}

/// What a version says besides its amounts, with its texts checked.
fn words(
    check: &mut Check,
    goal: &str,
    document_number: &str,
    reason: Option<String>,
) -> Option<VersionWords> {
    let goal = check.field("/goal", Note::parse(goal));
    let document_number = check.field("/document_number", Line::parse(document_number));
    let ((goal, document_number), reason) = goal.zip(document_number).zip(reason)?;
    let (goal, document_number) = (goal.into_string(), document_number.into_string());
    Some(VersionWords { goal, document_number, reason })
}

/// Why a version comes after the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdjustmentKind {
    /// 调整
    Adjustment,
    /// 追加
    Addition,
    /// 更正: the version before was entered wrongly.
    Correction,
}

impl From<AdjustmentKind> for PlanVersionKind {
    fn from(kind: AdjustmentKind) -> Self {
        match kind {
            AdjustmentKind::Adjustment => Self::Adjustment,
            AdjustmentKind::Addition => Self::Addition,
            AdjustmentKind::Correction => Self::Correction,
        }
    }
}

/// A new version of a year plan.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct AdjustmentInput {
    /// Why it comes to be.
    pub kind: AdjustmentKind,
    /// The month from which rates are measured against it; after the last closed one.
    pub effective_month: Month,
    /// Planned investment of the whole year, in 万元; at most the project's total.
    pub annual_investment_wan: Fen,
    /// Planned investment of the twelve months, in 万元; they sum to the year.
    #[schema(min_items = 12, max_items = 12)]
    pub months: Vec<Fen>,
    /// The goal of the year in words; as before when empty.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub goal: String,
    /// The document that ordered it; only a correction may do without.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub document_number: String,
    /// Why the plan changes.
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
}

impl AdjustmentInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "kind": "adjustment", "effective_month": "2021-07",
            "annual_investment_wan": "9600.00", "months": vec!["800.00"; 12],
            "document_number": "东发改〔2021〕58号", "reason": "用地手续未按期办结，压减全年计划",
        })
    }

    fn version(
        &self,
        plan: &YearPlan,
        total: Fen,
        last_closed: Option<Month>,
        now: Timestamp,
        by: Option<UserId>,
    ) -> Result<PlanVersion, Problem> {
        let last = plan.versions.last().ok_or_else(|| Problem::broken("a plan has no version"))?;
        let mut check = Check::new();
        let reason = check.field("/reason", Reason::parse(&self.reason)).map(Reason::into_string);
        let words = words(&mut check, &self.goal, &self.document_number, reason);
        let needs_document = self.kind != AdjustmentKind::Correction;
        if needs_document && self.document_number.trim().is_empty() {
            let words = Words::new(
                "请填写调整依据的文号；只有更正可以不填。",
                "Give the number of the document that orders it; only a correction does without.",
            );
            check.note("/document_number", FieldError::new("", "blank", words));
        }
        let previous = Some(last.effective_month);
        let effective = self.effective_month;
        let order = may_take_effect(effective, plan.year, last_closed, previous);
        check.all(order.map_err(|e| vec![e]));
        let annual = self.annual_investment_wan;
        let amounts = check.all(CheckedAmounts::check(annual, &self.months, total));
        let (amounts, words) = check.done(amounts.zip(words))?;
        Ok(amounts.after(last, (self.kind.into(), effective), words, now, by))
    }
}

/// Which project and year.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct YearPlanPath {
    /// The project's id.
    pub project_id: ProjectId,
    /// The year.
    #[param(example = 2021)]
    pub year: Year,
}

/// Show a year plan
///
/// With all its versions, the first first.
#[utoipa::path(get, path = "/projects/{project_id}/year-plans/{year}")]
async fn get_year_plan(
    app: Data<App>,
    who: Permit<ReadProjects>,
    path: Path<YearPlanPath>,
    _held: Conditional,
) -> Result<Tagged<YearPlanView>, Problem> {
    let (Path(at), sight) = (path, who.sees());
    let view = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            projects::get(conn, at.project_id, sight)?;
            found(conn, at)
        })
        .await?;
    Ok(Tagged(view))
}

fn found(conn: &mut Conn, at: YearPlanPath) -> Result<YearPlanView, Problem> {
    let plan = year_plans::find(conn, at.project_id, at.year)?;
    Ok(plan.ok_or(StoreError::NotFound)?.into())
}

/// Give a project its year plan
///
/// Enters the first version, `initial`. It is never overwritten: what changes later is a new
/// version. A plan for a year before the project's first puts it into the register of that year.
#[utoipa::path(
    put, path = "/projects/{project_id}/year-plans/{year}",
    responses((status = 409, description = "The project has a plan for this year, or ended before it.")),
)]
async fn put_year_plan(
    app: Data<App>,
    who: Permit<PlanYears>,
    path: Path<YearPlanPath>,
    body: Body<YearPlanInput>,
) -> Result<Created<YearPlanView>, Problem> {
    let (author, sight, now, input) = (who.author(), who.sees(), app.clock.now(), body.0);
    let Path(at) = path;
    let view = app
        .db
        .write(move |conn| -> Result<YearPlanView, Problem> {
            let project = projects::get(conn, at.project_id, sight)?;
            if year_plans::find(conn, at.project_id, at.year)?.is_some() {
                return Err(RuleError::YearPlanExists(at.year.get()).into());
            }
            let last_closed = reporting_months::last_closed(conn, at.year)?;
            let (effective, amounts, words) =
                input.parse(at.year, project.facts.total, last_closed)?;
            still_open(conn, effective)?;
            let planned = project.clone().planned_for(at.year)?;
            if planned != project {
                projects::save(conn, &Project { updated_at: now, ..planned })?;
            }
            let first = amounts.first(effective, words, now, author.user_id());
            let id = year_plans::insert(conn, at.project_id, at.year, &first)?;
            let view = found(conn, at)?;
            let entered = changes(None, &PlanVersionView::from(first));
            let event =
                Event::of_project("year_plan.entered", "year_plan", id.0, at.project_id, entered);
            events::record(conn, &author, now, &event)?;
            Ok(view)
        })
        .await?;
    let location = format!("/projects/{}/year-plans/{}", at.project_id, at.year);
    Ok(Created { view, location })
}

/// Adjust a year plan
///
/// Adds a version that takes effect in a month that is not closed. The versions before stay: rates
/// through an earlier month are measured against what was in force then, and `basis=initial`
/// always against the first.
#[utoipa::path(post, path = "/projects/{project_id}/year-plans/{year}/adjustments")]
async fn adjust_year_plan(
    app: Data<App>,
    who: Permit<PlanYears>,
    path: Path<YearPlanPath>,
    body: Body<AdjustmentInput>,
) -> Result<Created<YearPlanView>, Problem> {
    let (author, sight, now, input) = (who.author(), who.sees(), app.clock.now(), body.0);
    let Path(at) = path;
    let view = app
        .db
        .write(move |conn| -> Result<YearPlanView, Problem> {
            let project = projects::get(conn, at.project_id, sight)?;
            let plan = year_plans::find(conn, at.project_id, at.year)?;
            let plan = plan.ok_or(StoreError::NotFound)?;
            let last_closed = reporting_months::last_closed(conn, at.year)?;
            let by = author.user_id();
            let version = input.version(&plan, project.facts.total, last_closed, now, by)?;
            still_open(conn, version.effective_month)?;
            year_plans::add_version(conn, &plan, &version)?;
            let before = plan.versions.last().cloned().map(PlanVersionView::from);
            let changed = changes(before.as_ref(), &PlanVersionView::from(version));
            let event = Event::of_project(
                "year_plan.adjusted",
                "year_plan",
                plan.id.0,
                at.project_id,
                changed,
            );
            events::record(conn, &author, now, &event)?;
            found(conn, at)
        })
        .await?;
    let location = format!("/projects/{}/year-plans/{}", at.project_id, at.year);
    Ok(Created { view, location })
}
