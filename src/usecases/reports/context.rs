//! What a report is compared with: the year plan, earlier months, and whether it can be written.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::ProjectId;
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::project::{Project, Stage};
use crate::domain::report::Report;
use crate::domain::report::refusal::ReportRefusal;
use crate::domain::report::restatement::standing;
use crate::domain::report::warning::ReportContext;
use crate::store::plans::year_plans;
use crate::store::{Conn, StoreError, reporting_months};
use crate::usecases::ask::Ask;
use crate::usecases::permission::{FileReports, Permission};
use crate::usecases::refusal::{Refusal, RefusalKind};
use crate::usecases::reporting_months::gates::Filing;
use crate::usecases::reporting_months::view::ReportingMonthView;
use crate::usecases::reports::ReportKey;
use crate::usecases::reports::facts::{ProjectReports, ReportFacts};
use crate::usecases::reports::view::ReportView;

/// The figures a report is compared with.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportContext)]
pub(crate) struct ReportContextView {
    /// The project's id.
    pub project_id: ProjectId,
    /// The project's name.
    pub project: String,
    /// The project's stage.
    pub stage: Stage,
    /// The month.
    pub month: Month,
    /// The reporting month; absent when it was never opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reporting_month: Option<ReportingMonthView>,
    /// Planned for the year by the year plan in force, in 万元; null without one.
    pub annual_plan_wan: Option<Fen>,
    /// Planned for the month by the year plan in force, in 万元; null without one.
    pub planned_wan: Option<Fen>,
    /// Submitted and confirmed in the earlier months of the year, with restatements, in 万元.
    pub completed_before_wan: Fen,
    /// The rest of the year plan after those months, in 万元; negative when more was completed.
    pub remaining_wan: Option<Fen>,
    /// What the month counts as now: its confirmed report and every restatement, in 万元.
    pub counted_wan: Fen,
    /// Invested since the start of the project, before this month, in 万元.
    pub invested_before_wan: Fen,
    /// Total investment, in 万元; `0.00` if it is unknown (`total_known` is false).
    pub total_investment_wan: Fen,
    /// True if the total investment is known; it may be unknown until construction.
    pub total_known: bool,
    /// The report of the month before, in any state; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_month: Option<ReportView>,
    /// Why the caller cannot write this report now, and what to do next; absent when it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub refusal: Option<RefusalView>,
}

/// Why something cannot be done now.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Refusal)]
pub(crate) struct RefusalView {
    /// The code of the problem an attempt would be answered with.
    #[schema(example = "month-overdue")]
    pub code: String,
    /// Why, and what to do next, in the caller's language.
    pub detail: String,
}

/// The figures the report of a month is compared with, and whether the caller can write it now.
///
/// # Errors
/// Not found unless the caller sees the project.
pub(crate) fn get(ask: &mut Ask<'_>, key: ReportKey) -> Result<ReportContextView, Refusal> {
    let facts = ReportFacts::load(ask, &[key])?;
    let of_project = facts.of(key.project)?;
    let project = of_project.project.clone();
    let refusal = refusal(ask, &facts, key)?;
    let compared = of_project.compared_with(key.month, ask.now.today);
    let plan = year_plans::find(ask.conn, key.project, key.month.year())?;
    let planned = plan.and_then(|p| p.in_force(key.month).map(|v| v.months.of(key.month.number())));
    let last = of_project.filed(key.month.previous());
    let last_month = last.map(|filed| ReportView::of(filed, ask.language));
    let report = of_project.filed(key.month).map(|filed| filed.report);
    let restated = of_project.restated(key.month);
    let reporting_month = reporting_months::find(ask.conn, key.month)?;
    Ok(ReportContextView {
        project_id: key.project,
        project: project.facts.name,
        stage: project.stage,
        month: key.month,
        reporting_month: reporting_month.map(Into::into),
        annual_plan_wan: compared.annual,
        planned_wan: planned,
        completed_before_wan: compared.other_months_of_year,
        remaining_wan: compared.annual.map(|annual| annual - compared.other_months_of_year),
        counted_wan: standing(report.as_ref(), &restated),
        invested_before_wan: compared.invested_before + compared.other_months_ever,
        total_investment_wan: compared.total,
        total_known: !compared.total.is_zero(),
        last_month,
        refusal,
    })
}

/// The facts warnings about the report of `month` are computed from.
pub(crate) fn compared_with(
    conn: &mut Conn,
    project: &Project,
    month: Month,
    today: NaiveDate,
) -> Result<ReportContext, StoreError> {
    let facts = ProjectReports::of(conn, project.id, month.year())?;
    Ok(facts.compared_with(month, today))
}

/// What an attempt to write the report now would be refused with.
fn refusal(
    ask: &Ask<'_>,
    facts: &ReportFacts,
    key: ReportKey,
) -> Result<Option<RefusalView>, Refusal> {
    match try_to_write(ask, facts, key) {
        Ok(()) => Ok(None),
        Err(refusal) if matches!(refusal.kind, RefusalKind::Forbidden | RefusalKind::Conflict) => {
            let detail = refusal.words.say(ask.language);
            Ok(Some(RefusalView { code: refusal.code.to_owned(), detail }))
        }
        Err(refusal) => Err(refusal),
    }
}

fn try_to_write(ask: &Ask<'_>, facts: &ReportFacts, key: ReportKey) -> Result<(), Refusal> {
    ask.caller.must_be_able_to(FileReports::ACTIONS)?;
    let of_project = facts.of(key.project)?;
    let report = of_project.filed(key.month).map(|filed| filed.report);
    let state = report.as_ref().map(|r| r.state);
    let filing = Filing { project: &of_project.project, month: key.month, state };
    facts.months.must_take(filing, &of_project.units, ask.caller, ask.now.today)?;
    Ok(report.map_or(Ok(()), must_be_rewritable)?)
}

fn must_be_rewritable(report: Report) -> Result<(), ReportRefusal> {
    let figures = report.figures.clone();
    report.rewrite(figures).map(|_| ())
}
