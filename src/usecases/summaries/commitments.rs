//! The promise table (兑现表): planned by the annual plan document, registered, planned in year plans,
//! and completed, per industry line.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::figures::period::Period;
use crate::domain::figures::progress::{self, ExpectedMode};
use crate::domain::figures::{Figures, roll_up};
use crate::domain::id::IndustryId;
use crate::domain::money::Fen;
use crate::domain::reference::industry::{Industry, IndustryGroup};
use crate::store::Conn;
use crate::store::projects::ProjectFilter;
use crate::usecases::ask::Ask;
use crate::usecases::figures::about::{About, Method};
use crate::usecases::figures::query::PeriodQuery;
use crate::usecases::figures::request::SummaryRequest;
use crate::usecases::figures::view::{
    AgainstBasis, CoverageView, Planned, ProgressInputs, Promised, RateView, Registered,
};
use crate::usecases::refusal::Refusal;

/// The promise table of a year.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Commitments {
    /// Period, scope and snapshot.
    #[serde(flatten)]
    #[schema(inline)]
    pub about: About,
    /// How rates and expected progress are computed.
    #[serde(flatten)]
    #[schema(inline)]
    pub method: Method,
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
pub(crate) struct CommitmentLine {
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
    /// Completion rate against the year plans, expected progress and deviation.
    #[serde(flatten)]
    #[schema(inline)]
    pub progress: ProgressInputs,
    /// Planned investment and completion rate by the first version of the year plans, for any
    /// `basis`.
    pub initial: AgainstBasis,
    /// Planned investment and completion rate by the version of the year plans in force at the end
    /// of `through`, for any `basis`.
    pub current: AgainstBasis,
    /// (Invested before the register + completed in all years through the period) ÷ total
    /// investment.
    pub total_completion: RateView,
    /// Number of reports due, by state.
    pub coverage: CoverageView,
}

/// Projects and investment in the plan document, with the figures achieved.
#[derive(Clone, Copy)]
struct LineSums {
    promised: Promised,
    figures: Figures,
}

impl<'a> std::iter::Sum<&'a LineSums> for LineSums {
    fn sum<I: Iterator<Item = &'a Self>>(items: I) -> Self {
        let items: Vec<_> = items.collect();
        Self {
            promised: items.iter().map(|k| k.promised).sum(),
            figures: items.iter().map(|k| k.figures).sum(),
        }
    }
}

/// Name and key of a line.
struct LineTitle<'a> {
    industry: Option<&'a str>,
    name: &'a str,
    group: Option<IndustryGroup>,
}

impl CommitmentLine {
    fn of(title: &LineTitle<'_>, sums: &LineSums, period: Period, mode: ExpectedMode) -> Self {
        let LineSums { promised, figures } = sums;
        let against_promise = progress::against_promise(figures, promised.annual_investment_wan);
        Self {
            industry: title.industry.map(str::to_owned),
            name: title.name.to_owned(),
            group: title.group,
            promised: *promised,
            registered: figures.into(),
            planned: figures.into(),
            completed_wan: figures.completed,
            against_promise: against_promise.into(),
            progress: ProgressInputs::of(figures, period, mode),
            initial: AgainstBasis::of(figures.completed, figures.planned_initial),
            current: AgainstBasis::of(figures.completed, figures.planned_current),
            total_completion: progress::total_completion(figures).into(),
            coverage: figures.coverage.into(),
        }
    }
}

/// The promise table of all projects the caller sees.
///
/// # Errors
/// 400 for a month of another year, or a month that was not published.
pub(crate) fn get(ask: &mut Ask<'_>, period: PeriodQuery) -> Result<Commitments, Refusal> {
    let request = SummaryRequest::of(ask, period)?;
    promise_table(ask.conn, &request)
}

/// The promise table of all projects visible to the request.
///
/// # Errors
/// Database errors only.
pub(crate) fn promise_table(
    conn: &mut Conn,
    request: &SummaryRequest,
) -> Result<Commitments, Refusal> {
    let period = request.period;
    let envelopes = request.source.envelopes(conn, request.query.year)?;
    let tree = request.source.industries(conn)?;
    let years = request.years(conn, &ProjectFilter::default())?;
    let figures = roll_up(years.iter().map(|p| (p.industry, p.figures(period))));
    let promised = envelopes.iter().map(|e| (e.industry, Promised::from(e))).collect();
    let sums = sums_of_lines(&tree, &promised, &figures);
    Ok(table(request, request.about(&years), &tree, &sums))
}

/// Industries that have an envelope or projects, in tree order. They should all be leaves; one that
/// is not is counted too.
fn sums_of_lines<'a>(
    tree: &'a [Industry],
    promised: &BTreeMap<IndustryId, Promised>,
    figures: &BTreeMap<IndustryId, Figures>,
) -> Vec<(&'a Industry, LineSums)> {
    let of = |industry: &'a Industry| {
        let promise = promised.get(&industry.id);
        let done = figures.get(&industry.id);
        let sums = LineSums {
            promised: promise.copied().unwrap_or_default(),
            figures: done.copied().unwrap_or(Figures::ZERO),
        };
        (promise.is_some() || done.is_some()).then_some((industry, sums))
    };
    tree.iter().filter_map(of).collect()
}

fn table(
    request: &SummaryRequest,
    about: About,
    tree: &[Industry],
    sums: &[(&Industry, LineSums)],
) -> Commitments {
    let line = |title: LineTitle<'_>, sums: &LineSums| {
        CommitmentLine::of(&title, sums, request.period, request.query.expected)
    };
    let sum = |wanted: &dyn Fn(&Industry) -> bool| -> LineSums {
        sums.iter().filter(|(i, _)| wanted(i)).map(|(_, sums)| sums).sum()
    };
    let named = |i: &Industry, sums: &LineSums| {
        let industry = Some(i.code.as_str());
        line(LineTitle { industry, name: &i.name, group: Some(i.group) }, sums)
    };
    let group = |group: &IndustryGroup| {
        let title = LineTitle { industry: None, name: group.zh(), group: Some(*group) };
        line(title, &sum(&|i| i.group == *group))
    };
    let parents = tree.iter().filter(|p| sums.iter().any(|(i, _)| i.parent_id == Some(p.id)));
    Commitments {
        about,
        method: request.method(),
        lines: sums.iter().map(|(i, sums)| named(i, sums)).collect(),
        groups: IndustryGroup::ALL.iter().map(group).collect(),
        parents: parents.map(|p| named(p, &sum(&|i| i.parent_id == Some(p.id)))).collect(),
        total: line(LineTitle { industry: None, name: "合计", group: None }, &sum(&|_| true)),
    }
}
