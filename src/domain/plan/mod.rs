//! What a plan document promised for a year: envelopes, targets, measures.

pub mod year_plan;

use chrono::NaiveDate;

use crate::domain::id::{IndustryId, PlanId, UnitId};
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::rate::Hundredths;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// How a target's value is meant.
    TargetOperator {
        /// At least.
        AtLeast = "at_least" "不低于",
        /// At most.
        AtMost = "at_most" "不超过",
        /// Exactly.
        Exactly = "exactly" "等于",
        /// Below.
        Below = "below" "低于",
        /// About.
        About = "about" "左右",
        /// Between two values.
        Between = "between" "介于",
        /// Done by a day.
        ByDate = "by_date" "按期完成",
        /// A rule rather than a number.
        Rule = "rule" "规则",
    }
}

text_enum! {
    /// What a target is about.
    TargetScope {
        /// The whole plan.
        Overall = "overall" "总体",
        /// One industry.
        Industry = "industry" "产业",
        /// One measure.
        Measure = "measure" "措施",
    }
}

/// A year's plan document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// The year it promises for.
    pub year: Year,
    /// Its title.
    pub title: String,
    /// Who issued it.
    pub issuer: String,
    /// When.
    pub issued_on: NaiveDate,
    /// Its document number (文号), if it has one.
    pub document_number: Option<String>,
    /// SHA-256 of the text it was taken from, in hexadecimal.
    pub source_sha256: Option<String>,
    /// Whether the projects registered under it are synthetic.
    pub synthetic: bool,
    /// For the ETag.
    pub version: i64,
}

/// One industry line's promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The line.
    pub industry: IndustryId,
    /// How many projects.
    pub project_count: i32,
    /// Their total planned investment.
    pub total: Fen,
    /// Their planned investment of the year.
    pub annual: Fen,
}

/// An industry's value-added target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndustryTarget {
    /// The industry.
    pub industry: IndustryId,
    /// Value added of the year.
    pub value_added: Option<Fen>,
    /// Its increase over the year before.
    pub increase: Option<Fen>,
    /// The least growth, in per cent.
    pub growth_min: Option<Hundredths>,
    /// What else the document says.
    pub note: String,
}

/// A measure with the units it names, in the order written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Its number in the document.
    pub number: i32,
    /// The section it stands in, such as `(一)`.
    pub section: String,
    /// That section's title.
    pub section_title: String,
    /// Its own title.
    pub title: String,
    /// The units as written.
    pub units_as_written: String,
    /// The units, in that order.
    pub units: Vec<(UnitId, String)>,
}

/// A quantified target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its place in the plan.
    pub position: i32,
    /// What it is about.
    pub scope: TargetScope,
    /// The industry it is about, if one.
    pub industry: Option<IndustryId>,
    /// The number of the measure it is about, if one.
    pub measure: Option<i32>,
    /// What is measured.
    pub indicator: String,
    /// How the value is meant.
    pub operator: TargetOperator,
    /// The value as written.
    pub value: String,
    /// Its unit.
    pub unit: String,
    /// By when.
    pub deadline: Option<NaiveDate>,
    /// The document's own words.
    pub as_written: String,
    /// What else is to be known.
    pub note: String,
}

#[cfg(test)]
pub(crate) mod tests {
    /// The ten lines of the 2021 plan document: projects, total and annual investment in 亿元.
    pub(crate) const PLAN_2021: [(i32, &str, &str); 10] = [
        (9, "32.78", "11.95"),
        (16, "55.54", "15.51"),
        (8, "146.04", "56.37"),
        (18, "192.72", "41.8"),
        (7, "21.3", "7.43"),
        (26, "139.75", "9.28"),
        (25, "675.2", "143"),
        (20, "33.57", "18.44"),
        (6, "53.1", "26.5"),
        (17, "95.68", "33.53"),
    ];
}
