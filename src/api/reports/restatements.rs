//! Restatements: the one way a closed month changes.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::reports::handlers::ReportPath;
use crate::domain::clock::Timestamp;
use crate::domain::id::RestatementId;
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::report::restatement::{Restatement, check_amount, standing};
use crate::domain::reporting_month::ReportingMonth;
use crate::domain::text::{Name, Reason};
use crate::http::app::App;
use crate::http::body::Body;
use crate::http::caller::{Permit, ReadProjects, RestateReports};
use crate::http::check::Check;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::{Created, PageView, Versioned};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::events;
use crate::store::events::{Event, changes};
use crate::store::reports::restatements;
use crate::store::{projects, reporting_months, reports};

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["reports"; list_restatements, create_restatement]
}

/// A correction of what a project completed in a closed month.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Restatement)]
pub struct RestatementView {
    /// The restatement's id.
    pub id: RestatementId,
    /// The closed month.
    pub month: Month,
    /// What it adds to the month, in 万元; negative takes away.
    pub amount_wan: Fen,
    /// Why.
    pub reason: String,
    /// Who approved it.
    pub approver: String,
    /// When it was entered.
    pub created_at: Timestamp,
}

impl From<Restatement> for RestatementView {
    fn from(restatement: Restatement) -> Self {
        Self {
            id: restatement.id,
            month: restatement.month,
            amount_wan: restatement.amount,
            reason: restatement.reason,
            approver: restatement.approver,
            created_at: restatement.created_at,
        }
    }
}

impl Versioned for RestatementView {
    /// A restatement never changes; another one follows it.
    fn version(&self) -> i64 {
        1
    }
}

/// List restatements of a month
///
/// Everything that was added to or taken from the project's month after it closed, as it was
/// entered. What its report said stays as it was.
#[utoipa::path(get, path = "/projects/{project_id}/reports/{month}/restatements")]
pub async fn list_restatements(
    app: Data<App>,
    who: Permit<ReadProjects>,
    path: Path<ReportPath>,
) -> Result<Sheet<PageView<RestatementView>>, Problem> {
    let (Path(at), sight) = (path, who.sees());
    let all = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            projects::get(conn, at.project_id, sight)?;
            Ok(restatements::list(conn, at.project_id, Some(at.month))?)
        })
        .await?;
    Ok(Sheet(PageView::whole(all.into_iter().map(RestatementView::from).collect())))
}

/// What is added to a closed month, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct RestatementInput {
    /// What it adds to the month, in 万元; negative takes away, down to zero.
    pub amount_wan: Fen,
    /// Why the month was wrong.
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
    /// Who approved it.
    #[schema(min_length = 1, max_length = 200)]
    pub approver: String,
}

impl RestatementInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "amount_wan": "-120.00", "reason": "重复计入设备款，审计核减", "approver": "市发展改革委重大项目科",
        })
    }
}

/// Restate a closed month
///
/// Adds a visible correction to what the project completed in a closed month. Sums that are asked
/// from now on contain it and name the month; what was published stays.
#[utoipa::path(
    post, path = "/projects/{project_id}/reports/{month}/restatements",
    responses((status = 409, description = "The month is not closed: return its report instead.")),
)]
pub async fn create_restatement(
    app: Data<App>,
    who: Permit<RestateReports>,
    path: Path<ReportPath>,
    body: Body<RestatementInput>,
    once: Once,
) -> Result<Created<RestatementView>, Problem> {
    let (author, sight, now, input) = (who.author(), who.sees(), app.clock.now(), body.0);
    let Path(at) = path;
    let view = once
        .write(&app, move |conn| -> Result<RestatementView, Problem> {
            projects::get(conn, at.project_id, sight)?;
            let month: ReportingMonth = reporting_months::opened::<Problem>(conn, at.month)?;
            month.must_be_closed()?;
            let report = reports::find(conn, at.project_id, at.month)?;
            let before = restatements::list(conn, at.project_id, Some(at.month))?;
            let standing = standing(report.as_ref(), &before);
            let mut check = Check::new();
            let amount = check.field("/amount_wan", check_amount(input.amount_wan, standing));
            let reason = check.field("/reason", Reason::parse(&input.reason));
            let approver = check.field("/approver", Name::parse(&input.approver));
            let ((amount, reason), approver) = check.done(amount.zip(reason).zip(approver))?;
            let restatement = Restatement {
                id: RestatementId(0),
                project_id: at.project_id,
                month: at.month,
                amount,
                reason: reason.into_string(),
                approver: approver.into_string(),
                created_at: now,
                created_by: author.user_id(),
            };
            let id = restatements::insert(conn, &restatement)?;
            if let Some(report) = &report {
                // It is shown with its restatements: whoever holds the old ETag must read again.
                reports::save(conn, report)?;
            }
            let view = RestatementView::from(Restatement { id, ..restatement });
            let entered = changes(None, &view);
            let event =
                Event::of_project("report.restated", "restatement", id.0, at.project_id, entered);
            events::record(conn, &author, now, &event)?;
            Ok(view)
        })
        .await?;
    let location = format!("/projects/{}/reports/{}/restatements", at.project_id, at.month);
    Ok(Created { view, location })
}
