//! Digests per industry line and month, so that a mirror can find what differs.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::event::digest::{MonthMark, ProjectMark};
use crate::domain::hash::sha256;
use crate::domain::id::{IndustryId, ProjectId};
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::store::events::{digests, seal};
use crate::store::reference::industries;
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;

/// Digests that a mirror compares with its own data.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Digests {
    /// Year of `months`.
    pub year: Year,
    /// Sequence number of the last feed event included. Compare after the mirror has processed the
    /// feed up to this number.
    pub last_event: i64,
    /// True if every change included here already has a sequence number in the feed. False for a
    /// moment after a write: if the mirror differs, compare again later.
    pub settled: bool,
    /// Digests of the projects visible to the caller, by industry line.
    pub projects: Vec<ProjectDigest>,
    /// Digests of the projects' reports and restatements, by industry line and month; months
    /// without any are omitted.
    pub months: Vec<MonthDigest>,
}

/// Digest of the projects of one industry line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectDigest {
    /// Code of the industry line.
    #[schema(example = "next_gen_it")]
    pub industry: String,
    /// Number of projects.
    pub count: usize,
    /// Sum of the projects' total investment, in 万元.
    pub total_investment_wan: Fen,
    /// SHA-256 in lower-case hexadecimal over one UTF-8 line per project, ordered by id, each
    /// terminated by a line feed: `project <id> <version> <total_investment_wan>`, separated by
    /// single spaces, with the amount exactly as the project shows it. Every change of a project
    /// increases its version and so changes the digest.
    pub sha256: String,
}

/// Digest of one month of one industry line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MonthDigest {
    /// Code of the industry line.
    #[schema(example = "next_gen_it")]
    pub industry: String,
    /// Reporting month.
    pub month: Month,
    /// Number of reports and restatements.
    pub count: usize,
    /// Completed investment: confirmed reports plus restatements, in 万元.
    pub completed_wan: Fen,
    /// SHA-256 computed as for projects, over one line per report, ordered by project,
    /// `report <project_id> <version> <state> <completed_wan>`, followed by one line per
    /// restatement, ordered by project and id, `restatement <project_id> <id> <amount_wan>`.
    pub sha256: String,
}

/// The digests of what the caller sees; months are those of `year`.
///
/// # Errors
/// Database errors only.
pub(crate) fn get(ask: &mut Ask<'_>, year: Year) -> Result<Digests, Refusal> {
    let codes: BTreeMap<IndustryId, String> =
        industries::all(ask.conn)?.into_iter().map(|i| (i.id, i.code)).collect();
    let code = |id: IndustryId| codes.get(&id).cloned().unwrap_or_default();
    let projects = digests::projects(ask.conn, ask.sight())?;
    let mut industry_of: BTreeMap<ProjectId, IndustryId> = BTreeMap::new();
    for (industry, marks) in &projects {
        industry_of.extend(marks.iter().map(|mark| (mark.id, *industry)));
    }
    let mut months: BTreeMap<(IndustryId, Month), Vec<MonthMark>> = BTreeMap::new();
    for (month, project, mark) in digests::months(ask.conn, year)? {
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
        last_event: seal::head(ask.conn)?,
        settled: !seal::is_due(ask.conn)?,
        projects: projects.into_iter().map(of_projects).collect(),
        months: months.into_iter().map(of_month).collect(),
    })
}
