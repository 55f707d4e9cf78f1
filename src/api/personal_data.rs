//! Personal data: `/personal-data/erasures`.

use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::routes::Routes;
use crate::http::stored::Stored;
use crate::http::waiting::Accepted;
use crate::routes;
use crate::usecases::ask::Ask;
use crate::usecases::permission::KeepAccounts;
use crate::usecases::personal_data::{self, ErasureInput};
use crate::usecases::waiting::{ProposalView, Waiting};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["proposals"; propose_erasure]
}

/// Propose to erase a person's data
///
/// Proposes to erase the data of a person who has the right to it (个人信息保护法第四十七条). Nothing is erased until a second
/// administrator approves: see `POST /proposals/{proposal_id}/approval`. The proposal's `effects` say how many values, events and
/// lines of the access log are concerned.
///
/// Erased are the person's account names and secrets, every value of a personal field that contains one of the texts (leader in charge,
/// contact, telephone, approver, who raised an issue), account and address in lines of the access log that are older than 180 days, and the private parts
/// of all events that name the person, from the first on. An event `personal_data.erased` says which, on which ground and by whom; the hashes
/// stay, so that the record can still be verified.
///
/// Not erased are published bulletins, younger lines of the access log, names of other accounts, and names in free text that
/// is no personal field.
#[utoipa::path(
    post, path = "/personal-data/erasures",
    responses((status = 409, description = "The account is enabled, or nothing names the person.")),
)]
async fn propose_erasure(
    who: Permit<KeepAccounts>,
    Body(input): Body<ErasureInput>,
    once: Once,
) -> Result<Stored<Accepted<ProposalView>>, Problem> {
    let decide = move |ask: &mut Ask<'_>| personal_data::decide_erasure(ask, &input);
    once.change(&who, decide, |conn, waiting: Waiting| waiting.submit(conn), waits).await
}

fn waits(view: ProposalView) -> Accepted<ProposalView> {
    Accepted { location: format!("/proposals/{}", view.id), view }
}
