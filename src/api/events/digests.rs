//! Reconciliation: digests per industry and month, for mirrors of the register.

use std::collections::BTreeMap;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::account::access::Sight;
use crate::domain::event::digest::{MonthMark, ProjectMark};
use crate::domain::id::{IndustryId, ProjectId};
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::reply::Json;
use crate::http::routes::Routes;
use crate::routes;
use crate::store::Conn;
use crate::store::bulletins::sha256;
use crate::store::events::{digests, seal};
use crate::store::reference::industries;
use crate::usecases::permission::ReadProjects;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["events"; get_digests]
}

/// Of which year.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DigestQuery {
    /// The year whose months are asked for.
    #[param(example = 2021)]
    pub year: Year,
}

/// What a mirror compares with itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct Digests {
    /// The year of the months.
    pub year: Year,
    /// The sequence of the last event of the feed they contain: a mirror compares when it has
    /// followed the feed this far.
    pub last_event: i64,
    /// Whether the feed was complete: false while something they contain waits for its sequence, a
    /// moment after it was written. A mirror that differs then asks again.
    pub settled: bool,
    /// The projects the caller may know of, by industry line.
    pub projects: Vec<ProjectDigest>,
    /// Their reports and restatements by industry line and month; months with neither are left out.
    pub months: Vec<MonthDigest>,
}

/// A digest of the projects of an industry line.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectDigest {
    /// The industry line's code.
    #[schema(example = "next_gen_it")]
    pub industry: String,
    /// How many projects.
    pub count: usize,
    /// Their total investment, in 万元.
    pub total_investment_wan: Fen,
    /// SHA-256, in lower-case hexadecimal, of one line of UTF-8 per project, by id, each ended by a
    /// line feed: `project <id> <version> <total_investment_wan>`, with one space between and the
    /// amount letter by letter as the project shows it. Every change of a project gives it a new
    /// version, so a new name changes the digest too.
    pub sha256: String,
}

/// A digest of a month of an industry line.
#[derive(Debug, Serialize, ToSchema)]
pub struct MonthDigest {
    /// The industry line's code.
    #[schema(example = "next_gen_it")]
    pub industry: String,
    /// The month.
    pub month: Month,
    /// How many reports and restatements.
    pub count: usize,
    /// What counts as completed: confirmed reports and restatements, in 万元.
    pub completed_wan: Fen,
    /// SHA-256 as above, of one line per report, by project,
    /// `report <project_id> <version> <state> <completed_wan>`, and then one per restatement, by
    /// project and id, `restatement <project_id> <id> <amount_wan>`.
    pub sha256: String,
}

/// Compare a mirror with the register
///
/// Count, sum and hash of what the caller may know of, per industry line and month: where they
/// differ from a mirror's own, and only there, is something to be read again. What has nothing in it
/// is left out. A report is counted in the line its project is in now.
#[utoipa::path(get, path = "/digests")]
async fn get_digests(
    app: Data<App>,
    who: Permit<ReadProjects>,
    query: Query<DigestQuery>,
) -> Result<Json<Digests>, Problem> {
    let (year, sight) = (query.0.year, who.sees());
    let digests = app.db.read(move |conn| take(conn, year, sight)).await?;
    Ok(Json(digests))
}

fn take(conn: &mut Conn, year: Year, sight: Sight) -> Result<Digests, Problem> {
    let codes: BTreeMap<IndustryId, String> =
        industries::all(conn)?.into_iter().map(|i| (i.id, i.code)).collect();
    let code = |id: IndustryId| codes.get(&id).cloned().unwrap_or_default();
    let projects = digests::projects(conn, sight)?;
    let mut industry_of: BTreeMap<ProjectId, IndustryId> = BTreeMap::new();
    for (industry, marks) in &projects {
        industry_of.extend(marks.iter().map(|mark| (mark.id, *industry)));
    }
    let mut months: BTreeMap<(IndustryId, Month), Vec<MonthMark>> = BTreeMap::new();
    for (month, project, mark) in digests::months(conn, year)? {
        if let Some(industry) = industry_of.get(&project) {
            months.entry((*industry, month)).or_default().push(mark);
        }
    }
    let of_projects = |(industry, marks): (IndustryId, Vec<ProjectMark>)| ProjectDigest {
        industry: code(industry),
        count: marks.len(),
        total_investment_wan: marks.iter().map(|mark| mark.total).sum(),
        sha256: sha256(&marks.iter().map(ProjectMark::line).collect::<String>()),
    };
    let of_month =
        |((industry, month), marks): ((IndustryId, Month), Vec<MonthMark>)| MonthDigest {
            industry: code(industry),
            month,
            count: marks.len(),
            completed_wan: marks.iter().map(MonthMark::counted).sum(),
            sha256: sha256(&marks.iter().map(MonthMark::line).collect::<String>()),
        };
    Ok(Digests {
        year,
        last_event: seal::head(conn)?,
        settled: !seal::is_due(conn)?,
        projects: projects.into_iter().map(of_projects).collect(),
        months: months.into_iter().map(of_month).collect(),
    })
}
