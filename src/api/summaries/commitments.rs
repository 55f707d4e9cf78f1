//! The promise table (兑现表): planned by the annual plan document, registered, planned in year plans,
//! and completed, per industry line.

use std::collections::BTreeMap;

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::figures::asked::{Asking, Include, PeriodQuery, Scope, Stated};
use crate::api::figures::view::{
    AgainstBasis, CoverageView, Judged, Planned, RateView, Registered,
};
use crate::domain::clock::Timestamp;
use crate::domain::figures::progress;
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::figures::summary::{Period, restated_months};
use crate::domain::figures::{Figures, roll_up};
use crate::domain::id::IndustryId;
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::Basis;
use crate::domain::rate::Hundredths;
use crate::domain::reference::industry::{Industry, IndustryGroup};
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::Conn;
use crate::store::projects::ProjectFilter;
use crate::usecases::figures::view::Promised;
use crate::usecases::permission::ReadSummaries;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["summaries"; get_commitments]
}

/// The promise table of a year.
#[derive(Debug, Serialize, ToSchema)]
pub struct Commitments {
    /// The calendar year.
    pub year: Year,
    /// Last month of the period, which starts in January.
    pub through: Month,
    /// Version of the year plans used as the denominator of rates.
    pub basis: Basis,
    /// Method for computing expected progress.
    pub expected: ExpectedMode,
    /// Which reports count towards completed investment.
    pub include: Include,
    /// Which projects the sums cover. `promised` always covers the whole plan document.
    pub scope: Scope,
    /// True if the projects are synthetic (demonstration data).
    pub synthetic: bool,
    /// Time of the answer, or of publication.
    pub as_of: Timestamp,
    /// Sequence number of the last event included. To follow changes from here, send it as `after`
    /// to `/events`.
    pub last_event: i64,
    /// Months of the period that were restated after they were closed.
    pub restated_months: Vec<Month>,
    /// One line per industry line that has an envelope in the plan document, or projects.
    pub lines: Vec<CommitmentLine>,
    /// Subtotals of the industry groups.
    pub groups: Vec<CommitmentLine>,
    /// Subtotals of parent industries.
    pub parents: Vec<CommitmentLine>,
    /// Grand total. The plan document contains no sums, so its part is computed.
    pub total: CommitmentLine,
}

/// A line of the promise table, or a subtotal.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommitmentLine {
    /// The code of the industry; absent on groups and on the total.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "next_gen_it")]
    pub industry: Option<String>,
    /// Name of the industry or group, in Chinese.
    pub name: String,
    /// The industry group; absent on the total.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub group: Option<IndustryGroup>,
    /// Projects and investment in the plan document.
    pub promised: Promised,
    /// Projects in the register in this year.
    pub registered: Registered,
    /// Investment planned in the projects' year plans.
    pub planned: Planned,
    /// Investment completed from January to the month `through`, in 万元.
    pub completed_wan: Fen,
    /// Completed investment ÷ investment of the year in the plan document.
    pub against_promise: RateView,
    /// Completed investment ÷ investment of the year in the year plans.
    pub against_plan: RateView,
    /// Planned investment and completion rate by the first version of the year plans, for any
    /// `basis`.
    pub initial: AgainstBasis,
    /// Planned investment and completion rate by the version of the year plans in force at the end
    /// of `through`, for any `basis`.
    pub current: AgainstBasis,
    /// (Invested before the register + completed in all years through the period) ÷ total
    /// investment.
    pub total_completion: RateView,
    /// Expected progress at the end of the period, in per cent; null if nothing is planned and the
    /// method needs plans.
    pub expected_percent: Option<Hundredths>,
    /// Completion rate against the year plans minus expected progress, in percentage points; null
    /// if nothing is planned.
    pub deviation_points: Option<Hundredths>,
    /// Number of reports due, by state.
    pub coverage: CoverageView,
}

/// Projects and investment in the plan document, with the figures achieved.
#[derive(Clone, Copy)]
struct Kept {
    promised: Promised,
    figures: Figures,
}

impl<'a> std::iter::Sum<&'a Kept> for Kept {
    fn sum<I: Iterator<Item = &'a Self>>(items: I) -> Self {
        let items: Vec<_> = items.collect();
        Self {
            promised: items.iter().map(|k| k.promised).sum(),
            figures: items.iter().map(|k| k.figures).sum(),
        }
    }
}

/// Name and key of a line.
struct Title<'a> {
    industry: Option<&'a str>,
    name: &'a str,
    group: Option<IndustryGroup>,
}

fn line(title: &Title<'_>, kept: &Kept, period: Period, mode: ExpectedMode) -> CommitmentLine {
    let Kept { promised, figures } = kept;
    let judged = Judged::of(figures, period, mode);
    CommitmentLine {
        industry: title.industry.map(str::to_owned),
        name: title.name.to_owned(),
        group: title.group,
        promised: *promised,
        registered: figures.into(),
        planned: figures.into(),
        completed_wan: figures.completed,
        against_promise: progress::against_promise(figures, promised.annual_investment_wan).into(),
        against_plan: progress::against_plan(figures).into(),
        initial: AgainstBasis::of(figures.completed, figures.planned_initial),
        current: AgainstBasis::of(figures.completed, figures.planned_current),
        total_completion: progress::total_completion(figures).into(),
        expected_percent: judged.expected,
        deviation_points: judged.deviation,
        coverage: figures.coverage.into(),
    }
}

/// Show the promise table
///
/// Per industry line of the annual plan document: projects and investment it planned, projects
/// registered, investment in year plans, investment completed, and the rates of completion; with
/// subtotals by group and parent industry, and a grand total. Covers the projects visible to the
/// caller; no project filters.
#[utoipa::path(get, path = "/summaries/commitments")]
async fn get_commitments(
    app: Data<App>,
    who: Permit<ReadSummaries>,
    query: Query<PeriodQuery>,
) -> Result<Sheet<Commitments>, Problem> {
    let (Query(asked), sight, now) = (query, who.sees(), app.now());
    let table = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let asking = Asking::open(conn, asked, sight, now)?;
            promise_table(conn, &asking)
        })
        .await?;
    Ok(Sheet(table))
}

/// The promise table of all projects the caller may see.
pub fn promise_table(conn: &mut Conn, asking: &Asking) -> Result<Commitments, Problem> {
    let period = asking.period;
    let envelopes = asking.source.envelopes(conn, asking.query.year)?;
    let tree = asking.source.industries(conn)?;
    let years = asking.years(conn, &ProjectFilter::default())?;
    let figures = roll_up(years.iter().map(|p| (p.industry, p.figures(period))));
    let promised = envelopes.iter().map(|e| (e.industry, Promised::from(e))).collect();
    let restated = restated_months(&years, period);
    let kept = kept(&tree, &promised, &figures);
    Ok(table(&asking.query, (period, restated), asking.stated, &tree, &kept))
}

/// Industries that have an envelope or projects, in tree order. They should all be leaves; one that
/// is not is counted too.
fn kept<'a>(
    tree: &'a [Industry],
    promised: &BTreeMap<IndustryId, Promised>,
    figures: &BTreeMap<IndustryId, Figures>,
) -> Vec<(&'a Industry, Kept)> {
    let of = |industry: &'a Industry| {
        let (promise, done) = (promised.get(&industry.id), figures.get(&industry.id));
        let kept = Kept {
            promised: promise.copied().unwrap_or_default(),
            figures: done.copied().unwrap_or(Figures::ZERO),
        };
        (promise.is_some() || done.is_some()).then_some((industry, kept))
    };
    tree.iter().filter_map(of).collect()
}

fn table(
    asked: &PeriodQuery,
    (period, restated): (Period, Vec<Month>),
    stated: Stated,
    tree: &[Industry],
    kept: &[(&Industry, Kept)],
) -> Commitments {
    let line = |title: Title<'_>, kept: &Kept| line(&title, kept, period, asked.expected);
    let sum = |wanted: &dyn Fn(&Industry) -> bool| -> Kept {
        kept.iter().filter(|(i, _)| wanted(i)).map(|(_, kept)| kept).sum()
    };
    let named = |i: &Industry, kept: &Kept| {
        let industry = Some(i.code.as_str());
        line(Title { industry, name: &i.name, group: Some(i.group) }, kept)
    };
    let group = |group: &IndustryGroup| {
        let title = Title { industry: None, name: group.zh(), group: Some(*group) };
        line(title, &sum(&|i| i.group == *group))
    };
    let parents = tree.iter().filter(|p| kept.iter().any(|(i, _)| i.parent_id == Some(p.id)));
    Commitments {
        year: asked.year,
        through: period.through,
        basis: asked.basis,
        expected: asked.expected,
        include: asked.include,
        scope: stated.scope,
        synthetic: stated.synthetic,
        as_of: stated.as_of,
        last_event: stated.last_event,
        restated_months: restated,
        lines: kept.iter().map(|(i, kept)| named(i, kept)).collect(),
        groups: IndustryGroup::ALL.iter().map(group).collect(),
        parents: parents.map(|p| named(p, &sum(&|i| i.parent_id == Some(p.id)))).collect(),
        total: line(Title { industry: None, name: "合计", group: None }, &sum(&|_| true)),
    }
}
