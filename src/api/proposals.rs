//! Proposals: `/proposals`, requests that wait for a second person.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::events::history::HistoryPage;
use crate::domain::id::ProposalId;
use crate::domain::proposal::{ProposalKind, ProposalRefusal, ProposalState};
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query, QueryPair};
use crate::http::reply::{Conditional, Tagged};
use crate::http::routes::Routes;
use crate::http::rows::Rows;
use crate::http::stored::Stored;
use crate::store::personal_data;
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::permission::HandleProposals;
use crate::usecases::precondition::Expected;
use crate::usecases::proposals::{self, ProposalRefusalInput};
use crate::usecases::waiting::ProposalView;
use crate::{parameter_types, routes};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["proposals"; list_proposals, get_proposal, approve_proposal, refuse_proposal, withdraw_proposal]
        .with_types(parameter_types![ProposalKind ProposalState])
}

/// Path parameters of one proposal.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ProposalPath {
    /// The proposal's id.
    pub proposal_id: ProposalId,
}

/// Filters for the list of proposals.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProposalQuery {
    /// Only proposals in one of these states.
    #[serde(default)]
    pub state: Vec<ProposalState>,
}

/// List proposals
///
/// Requests that wait for a second person, and those that were decided, newest first. `state=open` are those
/// that wait.
#[utoipa::path(get, path = "/proposals")]
async fn list_proposals(
    who: Permit<HandleProposals>,
    Query(QueryPair(query, page)): Query<QueryPair<ProposalQuery, HistoryPage>>,
) -> Result<Rows<PageView<ProposalView>>, Problem> {
    who.rows(page.into(), move |ask, page| proposals::list(ask, &query.state, page)).await
}

/// Show a proposal
///
/// Returns one proposal, with what it changes.
#[utoipa::path(get, path = "/proposals/{proposal_id}")]
async fn get_proposal(
    who: Permit<HandleProposals>,
    Path(at): Path<ProposalPath>,
    _etag: Conditional,
) -> Result<Tagged<ProposalView>, Problem> {
    who.ask(move |ask| proposals::get(ask, at.proposal_id)).await.map(Tagged)
}

/// Approve a proposal
///
/// Carries the request out, with all rules as of now. The person who proposed it and the one it is for cannot approve,
/// nor an account of the same name, nor one whose password an administrator set within 24 hours. If what it is
/// about has changed, the proposal becomes `stale` and the answer is 409.
#[utoipa::path(
    post, path = "/proposals/{proposal_id}/approval",
    responses((status = 409, description = "It was decided before, or what it is about has changed.")),
)]
async fn approve_proposal(
    who: Permit<HandleProposals>,
    Path(at): Path<ProposalPath>,
    IfMatch(version): IfMatch,
    once: Once,
) -> Result<Stored<Tagged<ProposalView>>, Problem> {
    approve(&who, &once, at.proposal_id, version).await
}

/// Approves a proposal; marks it as stale if it can no longer be carried out.
///
/// # Errors
/// As [`proposals::decide_approval`].
pub(crate) async fn approve(
    who: &Permit<HandleProposals>,
    once: &Once,
    id: ProposalId,
    version: Expected,
) -> Result<Stored<Tagged<ProposalView>>, Problem> {
    let setting = who.app.config.second_person;
    let kind = who.ask(move |ask| proposals::get(ask, id)).await?.kind;
    let decide = move |ask: &mut Ask<'_>| proposals::decide_approval(ask, id, version, setting);
    let approved = once.change(who, decide, proposals::save, Tagged).await;
    if let Err(problem) = &approved
        && problem.code == ProposalRefusal::Stale.code()
    {
        // The refusal took everything back, so that the state is saved by itself.
        who.change(move |ask| proposals::decide_outdated(ask, id), proposals::save).await?;
    }
    let may_be_saved = approved.as_ref().map_or_else(|p| p.code == "outcome-unknown", |_| true);
    if kind == ProposalKind::PersonalDataErasure && may_be_saved {
        // Nobody waits for it.
        let db = who.app.db.clone();
        tokio::spawn(async move { db.scrub(&personal_data::TABLES).await });
    }
    approved
}

/// Refuse a proposal
///
/// Nothing is carried out. The reason is shown to the person who proposed it.
#[utoipa::path(
    post, path = "/proposals/{proposal_id}/refusal",
    responses((status = 409, description = "It was decided before.")),
)]
async fn refuse_proposal(
    who: Permit<HandleProposals>,
    Path(at): Path<ProposalPath>,
    IfMatch(version): IfMatch,
    Body(input): Body<ProposalRefusalInput>,
    once: Once,
) -> Result<Stored<Tagged<ProposalView>>, Problem> {
    let id = at.proposal_id;
    let decide = move |ask: &mut Ask<'_>| proposals::decide_refusal(ask, id, version, &input);
    once.change(&who, decide, proposals::save, Tagged).await
}

/// Withdraw a proposal
///
/// Nothing is carried out. Only the account that proposed it withdraws it.
#[utoipa::path(
    post, path = "/proposals/{proposal_id}/withdrawal",
    responses((status = 409, description = "It was decided before.")),
)]
async fn withdraw_proposal(
    who: Permit<HandleProposals>,
    Path(at): Path<ProposalPath>,
    IfMatch(version): IfMatch,
    once: Once,
) -> Result<Stored<Tagged<ProposalView>>, Problem> {
    let id = at.proposal_id;
    let decide = move |ask: &mut Ask<'_>| proposals::decide_withdrawal(ask, id, version);
    once.change(&who, decide, proposals::save, Tagged).await
}
