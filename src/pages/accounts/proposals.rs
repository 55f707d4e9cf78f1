//! Proposals on the page of accounts: what waits, and the forms that decide.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::api::proposals::{ProposalPath, approve};
use crate::domain::labels;
use crate::domain::proposal::{ProposalKind, ProposalState};
use crate::http::body::checked;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::pages::kit::form::Form;
use crate::pages::kit::reply::see_other;
use crate::pages::kit::visit::Visit;
use crate::store::PageRequest;
use crate::usecases::ask::Ask;
use crate::usecases::events::view::ChangeView;
use crate::usecases::permission::HandleProposals;
use crate::usecases::proposals::{self, ProposalRefusalInput};
use crate::usecases::refusal::Refusal;
use crate::usecases::waiting::ProposalView;

/// Mounts the forms.
pub(crate) fn mount(config: &mut ServiceConfig) {
    let form = |path: &str| {
        web::resource(format!("/accounts/proposals/{{proposal_id}}/{path}"))
            .route(web::get().to(back))
    };
    config
        .service(form("approval").route(web::post().to(approval)))
        .service(form("refusal").route(web::post().to(refusal)))
        .service(form("withdrawal").route(web::post().to(withdrawal)));
}

/// A proposal that waits.
pub(crate) struct Waiting {
    /// The proposal.
    pub proposal: ProposalView,
    /// Page of the account or client it is about; `None` for a new one.
    pub path: Option<String>,
    /// What it changes, a line per field.
    pub effects: Vec<String>,
    /// True if the visitor proposed it.
    pub is_own: bool,
}

/// The proposals that wait, newest first.
///
/// # Errors
/// The database's.
pub(crate) fn waiting(ask: &mut Ask<'_>) -> Result<Vec<Waiting>, Refusal> {
    let own = ask.caller.user.id;
    let open = proposals::list(ask, &[ProposalState::Open], &PageRequest::whole())?.items;
    let item = |proposal: ProposalView| Waiting {
        effects: proposal.effects.iter().map(|effect| line(&proposal, effect, ask)).collect(),
        is_own: proposal.proposed_by == own,
        path: proposal.subject_id.map(|id| match proposal.kind {
            ProposalKind::UserCreation
            | ProposalKind::UserChange
            | ProposalKind::PersonalDataErasure => format!("/accounts/{id}"),
            ProposalKind::ClientCreation | ProposalKind::ClientChange => format!("/clients/{id}"),
        }),
        proposal,
    };
    Ok(open.into_iter().map(item).collect())
}

/// A changed field in a line: its label, before and after.
fn line(proposal: &ProposalView, effect: &ChangeView, ask: &Ask<'_>) -> String {
    // An erasure names columns, such as `projects.leader`.
    let field = effect.field.rsplit('.').next().unwrap_or_default();
    let label = labels::find(&proposal.subject_kind, field);
    let label = label.map_or(effect.field.as_str(), |label| label.say(ask.language));
    let text = |value: &serde_json::Value| match value.as_str() {
        Some(text) => text.to_owned(),
        None if value.is_null() => "—".to_owned(),
        None => value.to_string(),
    };
    format!("{label}: {} → {}", text(&effect.before), text(&effect.after))
}

/// GET of an address that only accepts forms.
async fn back() -> HttpResponse {
    see_other("/accounts")
}

async fn approval(
    request: HttpRequest,
    visit: Visit<HandleProposals>,
    Path(at): Path<ProposalPath>,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let version = fields.number("version").unwrap_or_default();
    approve(&visit.who, &Once::unkeyed(&request), at.proposal_id, version.into()).await?;
    Ok(see_other("/accounts?said=proposal-approved"))
}

async fn refusal(
    visit: Visit<HandleProposals>,
    Path(at): Path<ProposalPath>,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let version = fields.number("version").unwrap_or_default();
    let input = json!({"reason": fields.get("reason").unwrap_or_default()});
    let input = checked::<ProposalRefusalInput>(input)?;
    let decide =
        move |ask: &mut Ask<'_>| proposals::decide_refusal(ask, at.proposal_id, version, &input);
    visit.change(decide, proposals::save).await?;
    Ok(see_other("/accounts?said=proposal-refused"))
}

async fn withdrawal(
    visit: Visit<HandleProposals>,
    Path(at): Path<ProposalPath>,
    Form(fields): Form,
) -> Result<HttpResponse, Problem> {
    let version = fields.number("version").unwrap_or_default();
    let decide =
        move |ask: &mut Ask<'_>| proposals::decide_withdrawal(ask, at.proposal_id, version);
    visit.change(decide, proposals::save).await?;
    Ok(see_other("/accounts?said=proposal-withdrawn"))
}
