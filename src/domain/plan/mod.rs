//! Annual plan documents: investment envelopes, targets and measures.

pub(crate) mod new_version;
pub(crate) mod refusal;
pub(crate) mod year_plan;

use chrono::NaiveDate;

use crate::domain::id::{IndustryId, PlanId, UnitId};
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::rate::Hundredths;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// How the value of a target is compared.
    TargetOperator {
        /// Not less than the value.
        AtLeast = "at_least" "不低于",
        /// Not more than the value.
        AtMost = "at_most" "不超过",
        /// Equal to the value.
        Exactly = "exactly" "等于",
        /// Less than the value.
        Below = "below" "低于",
        /// Approximately the value.
        About = "about" "左右",
        /// Between two values.
        Between = "between" "介于",
        /// Completed by a date.
        ByDate = "by_date" "按期完成",
        /// A qualitative rule without a number.
        Rule = "rule" "规则",
    }
}

text_enum! {
    /// Level to which a target applies.
    TargetScope {
        /// Whole plan.
        Overall = "overall" "总体",
        /// One industry.
        Industry = "industry" "产业",
        /// One measure.
        Measure = "measure" "措施",
    }
}

/// Plan document of one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Its id.
    pub id: PlanId,
    /// Year of the plan.
    pub year: Year,
    /// Its title.
    pub title: String,
    /// Issuing authority.
    pub issuer: String,
    /// Date of issue.
    pub issued_on: NaiveDate,
    /// Document number (文号), if it has one.
    pub document_number: Option<String>,
    /// SHA-256 of the source text, in hexadecimal.
    pub source_sha256: Option<String>,
    /// True if the projects registered under the plan are synthetic.
    pub synthetic: bool,
    /// Row version for optimistic locking; sent as the ETag.
    pub version: i64,
}

/// Investment envelope of one industry line: what the plan document promises for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Envelope {
    /// Industry line.
    pub industry: IndustryId,
    /// Number of projects.
    pub project_count: i32,
    /// Total planned investment of these projects.
    pub total: Fen,
    /// Planned investment in the year of the plan.
    pub annual: Fen,
}

/// Value-added target of an industry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IndustryTarget {
    /// The industry.
    pub industry: IndustryId,
    /// Value added in the year.
    pub value_added: Option<Fen>,
    /// Increase over the previous year.
    pub increase: Option<Fen>,
    /// Minimum growth rate, in per cent.
    pub growth_min: Option<Hundredths>,
    /// Other statements of the document.
    pub note: String,
}

/// Measure of the plan document, with the responsible units in the order of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Measure {
    /// Number in the document.
    pub number: i32,
    /// Section of the document, such as `(一)`.
    pub section: String,
    /// Title of the section.
    pub section_title: String,
    /// Title of the measure.
    pub title: String,
    /// Responsible units as written in the document.
    pub units_as_written: String,
    /// Responsible units in that order: id and name.
    pub units: Vec<(UnitId, String)>,
}

/// Quantified target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// Position within the plan.
    pub position: i32,
    /// Level to which it applies.
    pub scope: TargetScope,
    /// Industry, if it applies to one.
    pub industry: Option<IndustryId>,
    /// Number of the measure, if it applies to one.
    pub measure: Option<i32>,
    /// Indicator that is measured.
    pub indicator: String,
    /// How the value is compared.
    pub operator: TargetOperator,
    /// Value as written in the document.
    pub value: String,
    /// Unit of the value.
    pub unit: String,
    /// Deadline, if there is one.
    pub deadline: Option<NaiveDate>,
    /// Wording of the document.
    pub as_written: String,
    /// Additional notes.
    pub note: String,
}

#[cfg(test)]
pub(crate) mod tests {
    /// The ten industry lines of the 2021 plan document: projects, total and annual investment in
    /// 亿元.
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
