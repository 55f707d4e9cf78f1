//! Export of projects as a package of the Open Contracting for Infrastructure Data Standard
//! (OC4IDS).

pub(crate) mod parts;
pub(crate) mod project;
pub(crate) mod view;

use crate::domain::error::FieldError;
use crate::domain::month::Year;
use crate::domain::oc4ids;
use crate::domain::words::Words;
use crate::store::oc4ids as disclosures;
use crate::store::reference::{areas, industries};
use crate::usecases::ask::Ask;
use crate::usecases::oc4ids::project::Converter;
use crate::usecases::oc4ids::view::{Package, Publisher};
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::refusal::{Refusal, RefusalKind};

/// Maximum number of projects in one package; enough for a city. A province publishes one package
/// per area.
const MOST: i64 = 5_000;

/// Who publishes a package, and where.
#[derive(Clone, Debug)]
pub(crate) struct Publication {
    /// URI the package was requested from.
    pub uri: String,
    /// Registered prefix of project ids.
    pub prefix: String,
    /// Name of the publisher.
    pub publisher: String,
    /// URL of the licence, if there is one.
    pub license: Option<String>,
}

/// The package of the open projects that are visible to the caller, match `filter` and are in the
/// register in `year`, if it is given.
///
/// # Errors
/// Unreadable for an unknown code in the filter or too many projects; not found if there is none.
pub(crate) fn package(
    ask: &mut Ask<'_>,
    filter: &FilterQuery,
    year: Option<Year>,
    publication: Publication,
) -> Result<Package, Refusal> {
    let Publication { uri, prefix, publisher, license } = publication;
    let filter = filter.known(ask.conn, year)?;
    let found = disclosures::list(ask.conn, &filter, ask.sight(), MOST)?.ok_or_else(too_many)?;
    let published_date = found.iter().map(|d| d.changed_at).max().ok_or_else(nothing)?;
    let industries = industries::all(ask.conn)?.into_iter().map(|i| (i.id, i)).collect();
    let areas = areas::all(ask.conn)?.into_iter().map(|a| (a.id, a)).collect();
    let converter = Converter { prefix, industries, areas, today: ask.now.today };
    Ok(Package {
        uri,
        published_date,
        version: oc4ids::VERSION,
        publisher: Publisher { name: publisher },
        license,
        projects: found.into_iter().map(|disclosure| converter.project(disclosure)).collect(),
    })
}

fn too_many() -> Refusal {
    let words = Words::new(
        format!("一个数据包最多 {MOST} 个项目，请按年份、区域或行业缩小范围。"),
        format!("A package can contain at most {MOST} projects; filter by year, area or industry."),
    );
    Refusal::bad_parameters(vec![FieldError::new("?year".to_owned(), "too-many", words)])
}

fn nothing() -> Refusal {
    let detail = Words::new(
        "所选范围内没有可公开的项目，数据包至少须有一个；请放宽筛选条件。",
        "No project with `visibility` `open` that you may see matches the filter, and a package must contain at least one; widen the filter.",
    );
    Refusal::new(RefusalKind::NotFound, "nothing-to-publish", detail)
}
