//! The promise table: of what the plan promised, what is registered, planned and done?

use std::collections::BTreeMap;

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::figures::asked::{Asking, Include, PeriodQuery, Scope, Stated};
use crate::api::figures::view::{
    AgainstBasis, CoverageView, Judged, Planned, RateView, Registered,
};
use crate::api::plans::view::Promised;
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
use crate::http::caller::{Permit, ReadSummaries};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::Conn;
use crate::store::projects::ProjectFilter;

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
    /// Which projects the sums cover; what was promised is always the whole plan's.
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
    /// One line per industry line that promised something or has projects.
    pub lines: Vec<CommitmentLine>,
    /// Sub-totals of the two groups.
    pub groups: Vec<CommitmentLine>,
    /// Sub-totals of industries with parts.
    pub parents: Vec<CommitmentLine>,
    /// The grand total. The plan document prints none: what it promises here is computed.
    pub total: CommitmentLine,
}

/// One line of the promise table, or a sub-total.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommitmentLine {
    /// The code of the industry; absent on groups and on the total.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "next_gen_it")]
    pub industry: Option<String>,
    /// The name of the industry or group in Chinese.
    pub name: String,
    /// The group; absent on the total.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub group: Option<IndustryGroup>,
    /// What the plan document promised.
    pub promised: Promised,
    /// What is registered in this year.
    pub registered: Registered,
    /// What the year plans plan.
    pub planned: Planned,
    /// Completed, January to the month asked for, in 万元.
    pub completed_wan: Fen,
    /// Completed ÷ what was promised for the year.
    pub against_promise: RateView,
    /// Completed ÷ the year plans.
    pub against_plan: RateView,
    /// The year plans as they were first made, and completed against them, whatever the basis.
    pub initial: AgainstBasis,
    /// The year plans in force at the end of the month, and completed against them.
    pub current: AgainstBasis,
    /// (Invested before the register + confirmed ever) ÷ total investment.
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

/// A promise beside what came of it.
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

/// Which line it is.
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
/// Per envelope of the plan document: what it promised, what is registered, what the year plans
/// plan, what is completed and how far that is, with sub-totals and a grand total.
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

/// The promise table of every project in sight.
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

/// The industries that promised something or have projects, in the order of the tree. By rule these
/// are leaves; one that is not would still be counted.
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
