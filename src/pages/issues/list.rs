//! 协调事项: the list of issues, with counts of open ones by age.

use actix_web::Responder;
use actix_web::web::{self, ServiceConfig};
use askama::Template;

use crate::api::issues::handlers::IdPage;
use crate::domain::id::UnitId;
use crate::domain::issue::{IssueCategory, IssueLevel, IssueState};
use crate::http::problem::Problem;
use crate::http::query::QueryPair;
use crate::options_of;
use crate::pages::kit::filters::{Chip, Filter, ListAddress};
use crate::pages::kit::reply::Page;
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::store::PageRequest;
use crate::store::issues::selection::IssueSelection;
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::figures::query::AsOf;
use crate::usecases::issues::assignable::{self, UnitChoice};
use crate::usecases::issues::filter::IssueQuery;
use crate::usecases::issues::list;
use crate::usecases::issues::view::IssueView;
use crate::usecases::permission::{Permission, ReadProjects, ReadSummaries};
use crate::usecases::projects::filter::PlaceFilter;
use crate::usecases::reference::names::Names;
use crate::usecases::summaries::issues::{self as summary, IssueBy, IssueDimension, IssueSummary};

/// Mounts the page.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config.service(web::resource("/issues").route(web::get().to(show)));
}

/// A count of open issues with a link to their list.
struct Count {
    title: &'static str,
    value: i64,
    href: String,
}

/// What the page shows of the register.
struct IssuesData {
    summary: IssueSummary,
    list: PageView<IssueView>,
    units: Vec<UnitChoice>,
    names: Names,
}

#[derive(Template)]
#[template(path = "pages/issues.html")]
struct IssuesPage {
    shell: Shell,
    list: PageView<IssueView>,
    counts: Vec<Count>,
    filters: Vec<Filter>,
    chips: Vec<Chip>,
    carried: Vec<(String, String)>,
    unfiltered: String,
    files: [String; 2],
    later: bool,
}

/// Parameters that the filter form has fields for.
const FORM_PARAMETERS: [&str; 8] =
    ["open", "state", "category", "level", "unit", "overdue", "industry", "area"];
/// Age parameters that the counts link to.
const AGES: [&str; 2] = ["min_age_days", "max_age_days"];

async fn show(visit: Visit<ReadProjects>) -> Result<impl Responder, Problem> {
    let QueryPair(places, QueryPair(asked, page)): QueryPair<
        PlaceFilter,
        QueryPair<IssueQuery, IdPage>,
    > = visit.query_params()?;
    let shell = Shell::for_visit(&visit, NavItem::ISSUES)?;
    let later = page.cursor.is_some();
    let by = IssueBy { by: IssueDimension::State, as_of: AsOf::Live, month: None };
    let query = asked.clone();
    let page = PageRequest::new(page.limit, page.cursor);
    let question = move |ask: &mut Ask<'_>| {
        ask.caller.must_be_able_to(ReadSummaries::ACTIONS)?;
        let summary = summary::get(ask, &places, &query, by)?;
        let list = list::list(ask, &places, &query, &IssueSelection::default(), &page)?;
        let units = assignable::handling(ask)?;
        Ok(IssuesData { summary, list, units, names: Names::read(ask)? })
    };
    let IssuesData { summary, list, units, names } = visit.ask(question).await?;
    let address = ListAddress::of(&shell);
    let filters = filters(&address, &names, &units, &shell);
    let chips = chips(&asked, &address, &filters, &shell);
    Ok(Page::of(IssuesPage {
        counts: counts(&summary, &address, &shell),
        carried: address.other_params(&FORM_PARAMETERS),
        unfiltered: address.without_any(&[&FORM_PARAMETERS[..], &AGES].concat()),
        files: address.files("/files/issues", ""),
        later,
        shell,
        list,
        filters,
        chips,
    }))
}

/// A chip for every active filter, including those without a field in the form.
fn chips(
    asked: &IssueQuery,
    address: &ListAddress,
    filters: &[Filter],
    shell: &Shell,
) -> Vec<Chip> {
    let mut chips = address.chips(filters);
    let ages = [
        (asked.min_age_days, "min_age_days", shell.t("至少", "at least")),
        (asked.max_age_days, "max_age_days", shell.t("至多", "at most")),
    ];
    for (days, name, bound) in ages {
        let Some(days) = days else { continue };
        let label = format!("{}：{bound} {days} {}", shell.t("历时", "Age"), shell.t("天", "days"));
        chips.push(Chip { label, href: address.without_any(&[name]) });
    }
    let named = filters.iter().find(|filter| filter.name == "unit");
    let known = |unit: &UnitId| {
        named.is_some_and(|filter| filter.options.iter().any(|o| o.value == unit.to_string()))
    };
    for unit in asked.unit.iter().filter(|unit| !known(unit)) {
        let label = format!("{} #{unit}", shell.t("单位", "Unit"));
        chips.push(Chip { label, href: address.without("unit", &unit.to_string()) });
    }
    chips
}

/// Counts of the summary; each links to the list with the current filters and its own.
fn counts(summary: &IssueSummary, address: &ListAddress, shell: &Shell) -> Vec<Count> {
    let t = |zh, en| shell.t(zh, en);
    let all = &summary.total;
    let list = |title, value, more: &str| {
        let path = address.without_any(&["open", "overdue", "min_age_days", "max_age_days"]);
        let mark = if path.contains('?') { '&' } else { '?' };
        Count { title, value, href: format!("{path}{mark}open=true{more}") }
    };
    vec![
        list(t("未销号", "Open"), all.open, ""),
        list(t("逾期", "Overdue"), all.overdue, "&overdue=true"),
        list(t("30 天以内", "Up to 30 days"), all.age_to_30, "&max_age_days=30"),
        list(t("31–60 天", "31–60 days"), all.age_31_to_60, "&min_age_days=31&max_age_days=60"),
        list(t("61–90 天", "61–90 days"), all.age_61_to_90, "&min_age_days=61&max_age_days=90"),
        list(t("90 天以上", "Over 90 days"), all.age_over_90, "&min_age_days=91"),
    ]
}

fn filters(
    address: &ListAddress,
    names: &Names,
    units: &[UnitChoice],
    shell: &Shell,
) -> Vec<Filter> {
    let t = |zh, en| shell.t(zh, en);
    let language = shell.language;
    let yes = |label: &str| [("true".to_owned(), label.to_owned())];
    let industries = names.industries().iter().map(|i| (i.code.clone(), i.name.clone()));
    let areas = names.areas().iter().map(|a| (a.code.clone(), a.name.clone()));
    let units = units.iter().map(|u| (u.id.to_string(), u.name.clone()));
    vec![
        address.filter("open", t("范围", "Scope"), yes(t("未销号", "not cleared"))),
        address.filter("overdue", t("期限", "Due"), yes(t("已逾期", "overdue"))),
        address.filter("state", t("状态", "State"), options_of!(IssueState, language)),
        address.filter("category", t("类别", "Category"), options_of!(IssueCategory, language)),
        address.filter("level", t("级别", "Level"), options_of!(IssueLevel, language)),
        address.filter("unit", t("办理单位", "Unit"), units),
        address.filter("industry", t("产业", "Industry"), industries),
        address.filter("area", t("区域", "Area"), areas),
    ]
}
