//! A plan document with its envelopes, targets and measures.

use std::collections::BTreeMap;

use crate::domain::id::IndustryId;
use crate::domain::plan::{Envelope, IndustryTarget, Measure, Plan, Target};
use crate::store::reference::industries;
use crate::store::{Conn, Result, plans};

/// A plan document with all its parts.
#[derive(Clone, Debug)]
pub(crate) struct PlanDocument {
    /// The document's own fields.
    pub plan: Plan,
    /// Planned projects and investment per industry line.
    pub envelopes: Vec<Envelope>,
    /// Value-added targets per industry.
    pub industry_targets: Vec<IndustryTarget>,
    /// Measures, with the units they name.
    pub measures: Vec<Measure>,
    /// Quantified targets.
    pub targets: Vec<Target>,
    codes: BTreeMap<IndustryId, String>,
}

impl PlanDocument {
    /// Code of an industry that the document names.
    pub(crate) fn code(&self, industry: IndustryId) -> &str {
        self.codes.get(&industry).map_or("", String::as_str)
    }
}

/// `plan` with all its parts.
pub(crate) fn of(conn: &mut Conn, plan: Plan) -> Result<PlanDocument> {
    let codes = industries::all(conn)?.into_iter().map(|i| (i.id, i.code)).collect();
    Ok(PlanDocument {
        envelopes: plans::envelopes(conn, plan.id)?,
        industry_targets: plans::industry_targets(conn, plan.id)?,
        targets: plans::targets(conn, plan.id)?,
        measures: plans::measures(conn, plan.id)?,
        codes,
        plan,
    })
}
