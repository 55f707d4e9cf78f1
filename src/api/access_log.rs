//! The access log: `/access-log`, for the auditor alone.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::events::history::HistoryPage;
use crate::domain::access_log::AccessKind;
use crate::domain::clock::Timestamp;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Query, QueryPair};
use crate::http::routes::Routes;
use crate::http::rows::Rows;
use crate::store::access_log::AccessFilter;
use crate::usecases::access_log::{self, AccessLineView};
use crate::usecases::answer::PageView;
use crate::usecases::permission::ReadAccessLog;
use crate::{parameter_types, routes};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["events"; list_access_log].with_types(parameter_types![AccessKind])
}

/// Filters of the access log.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AccessQuery {
    /// Only lines of one of these kinds.
    #[serde(default)]
    pub kind: Vec<AccessKind>,
    /// Only lines of the account with this user name, or with this name given at log-in; case and width do not
    /// matter.
    #[param(nullable = false, min_length = 1, max_length = 100)]
    pub account: Option<String>,
    /// Only lines of this network address.
    #[param(nullable = false, min_length = 1, max_length = 100)]
    pub address: Option<String>,
    /// Only lines whose minute began at this time or later.
    #[param(nullable = false)]
    pub since: Option<Timestamp>,
    /// Only lines whose minute began before this time.
    #[param(nullable = false)]
    pub until: Option<Timestamp>,
}

impl From<AccessQuery> for AccessFilter {
    fn from(AccessQuery { kind, account, address, since, until }: AccessQuery) -> Self {
        Self { kinds: kind, account, address, since, until }
    }
}

/// Show the access log
///
/// Log-ins and log-outs, failed log-ins, refused requests, downloads and backups, newest first. A log-in is stored with
/// its session, as a line of its own. Equal entries of another kind within one minute are one line with their number (`times`).
/// Of one address or account only some different lines a minute are kept apart, and of
/// one day only so many lines are stored; lines of the kind `left_out` say how many entries are not. Lines
/// appear within seconds. An event `access_log.day_bound` binds the lines of each past day by a hash; a day is
/// deleted whole after `ACCESS_LOG_DAYS`, 180 or more.
#[utoipa::path(get, path = "/access-log")]
async fn list_access_log(
    who: Permit<ReadAccessLog>,
    Query(QueryPair(query, page)): Query<QueryPair<AccessQuery, HistoryPage>>,
) -> Result<Rows<PageView<AccessLineView>>, Problem> {
    let filter = AccessFilter::from(query);
    who.rows(page.into(), move |ask, page| access_log::list(ask, &filter, page)).await
}
