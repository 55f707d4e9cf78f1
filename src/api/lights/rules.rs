//! Rules of lights: the thresholds of a year, in versions that never apply retroactively.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::month::Year;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::Created;
use crate::http::reply::Tagged;
use crate::http::routes::Routes;
use crate::http::stored::Stored;
use crate::routes;
use crate::usecases::lights::rules::{self, LightRulesInput, YearRules};
use crate::usecases::permission::{KeepRules, ReadSummaries};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["lights"; get_rules, change_rules]
}

/// Path of a year's rules.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct RulesPath {
    /// The calendar year.
    #[param(example = 2021)]
    pub year: Year,
}

/// Show the rules of lights
///
/// All versions of the thresholds of the year, oldest first. The field `rules` of a light names the
/// version that applied.
#[utoipa::path(get, path = "/rules/{year}")]
async fn get_rules(
    who: Permit<ReadSummaries>,
    Path(path): Path<RulesPath>,
) -> Result<Tagged<YearRules>, Problem> {
    who.ask(move |ask| rules::get(ask, path.year)).await.map(Tagged)
}

/// Change the rules of lights
///
/// Adds a version of the thresholds that applies from a month that has neither ended nor closed.
/// Lights of earlier months do not change. Commission only.
#[utoipa::path(post, path = "/rules/{year}/versions")]
async fn change_rules(
    who: Permit<KeepRules>,
    Path(RulesPath { year }): Path<RulesPath>,
    Body(input): Body<LightRulesInput>,
    once: Once,
) -> Result<Stored<Created<YearRules>>, Problem> {
    once.change(&who, move |ask| rules::decide_change(ask, year, &input), rules::save, created)
        .await
}

fn created(view: YearRules) -> Created<YearRules> {
    Created { location: format!("/rules/{}", view.year), view }
}
