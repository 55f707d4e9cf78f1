//! The content text of a bulletin: the figures of a published month beside the data they are
//! computed from. Format 1, as release 0.1.0 wrote it.
//!
//! These types say what is stored. They do not follow the answers of the API, and they must read
//! every bulletin that was ever written: a field is never renamed or removed, and a new one has
//! `#[serde(default)]`.

pub(crate) mod lights;
pub(crate) mod lists;
pub(crate) mod rankings;
pub(crate) mod rows;
pub(crate) mod sums;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::domain::clock::Timestamp;
use crate::domain::month::Month;
use crate::store::bulletins::Bulletin;
use crate::store::bulletins::content::lights::{LightSummary, ProjectLight};
use crate::store::bulletins::content::lists::{Filings, Issue, LateReport, Restatement};
use crate::store::bulletins::content::rankings::{MilestoneSummary, Ranking};
use crate::store::bulletins::content::sums::{Commitments, Investment, Trend};
use crate::store::bulletins::frozen::Frozen;
use crate::store::{Result, StoreError};

/// Content of a bulletin that is to be published.
#[derive(Debug, Serialize)]
pub(crate) struct Content<'a> {
    /// The published month.
    pub month: Month,
    /// Title of the bulletin.
    pub title: String,
    /// Hash of the previously published bulletin; `None` for the first one.
    pub previous_sha256: Option<String>,
    /// Instant of publication.
    pub published_at: Timestamp,
    /// User name of the publisher.
    pub published_by: &'a str,
    /// Last sealed event at the time of publication.
    pub events: LastEvent,
    /// Figures of all projects.
    pub figures: Figures,
    /// The data that the figures are computed from.
    pub register: &'a Frozen,
}

/// The last sealed event of the register: its place and hash in the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastEvent {
    /// Sequence; 0 if nothing was sealed.
    pub sequence: i64,
    /// Hash; empty if nothing was sealed.
    pub hash: String,
}

/// All figures of a published month.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// The promise table.
    pub commitments: Commitments,
    /// Investment by area.
    pub areas: Investment,
    /// Investment by industry line.
    pub industries: Investment,
    /// Investment by month.
    pub trend: Trend,
    /// Construction starts and milestones by area.
    pub milestones: MilestoneSummary,
    /// Lights by area.
    pub lights: LightSummary,
    /// Projects with a red or yellow light.
    pub behind: Vec<ProjectLight>,
    /// Ranking of areas.
    pub area_ranking: Ranking,
    /// Ranking of industry lines.
    pub industry_ranking: Ranking,
    /// Ranking of owning units.
    pub unit_ranking: Ranking,
    /// Number of the month's reports in each filing status.
    pub filings: Filings,
    /// Reports that were late, are missing or were returned.
    pub late_reports: Vec<LateReport>,
    /// Restatements of closed months since the previous bulletin.
    pub restatements: Vec<Restatement>,
    /// Issues open when the month was closed.
    pub issues: Vec<Issue>,
}

/// The lists of a bulletin that are not computed from its frozen month.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Lists {
    /// Restatements of closed months since the previous bulletin.
    pub restatements: Vec<Restatement>,
    /// Issues open when the month was closed.
    pub issues: Vec<Issue>,
}

/// One part of a content text, read without the others.
#[derive(Deserialize)]
struct WithFigures<F> {
    figures: F,
}

#[derive(Deserialize)]
struct WithRegister {
    register: Frozen,
}

impl Content<'_> {
    /// The text that is stored and hashed.
    ///
    /// # Errors
    /// [`StoreError::Broken`] if a value has no JSON form.
    pub(crate) fn to_text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(StoreError::broken)
    }
}

impl Figures {
    /// The JSON text of the figures.
    ///
    /// # Errors
    /// [`StoreError::Broken`] if a value has no JSON form.
    pub(crate) fn to_text(&self) -> Result<Box<RawValue>> {
        serde_json::value::to_raw_value(self).map_err(StoreError::broken)
    }

    /// Reads the JSON text of figures.
    ///
    /// # Errors
    /// [`StoreError::Broken`] if the text is no figures of a bulletin.
    pub(crate) fn read(text: &RawValue) -> Result<Self> {
        serde_json::from_str(text.get()).map_err(StoreError::broken)
    }
}

impl Bulletin {
    /// The JSON text of the published figures: the bytes that were hashed.
    ///
    /// # Errors
    /// [`StoreError::Broken`] if the content is not that of a bulletin.
    pub(crate) fn figures_text(&self) -> Result<Box<RawValue>> {
        let content: WithFigures<&RawValue> =
            serde_json::from_str(&self.content).map_err(StoreError::broken)?;
        Ok(content.figures.to_owned())
    }

    /// The lists that are not computed from the frozen month.
    ///
    /// # Errors
    /// [`StoreError::Broken`] if the content is not that of a bulletin.
    pub(crate) fn lists(&self) -> Result<Lists> {
        let content: WithFigures<Lists> =
            serde_json::from_str(&self.content).map_err(StoreError::broken)?;
        Ok(content.figures)
    }

    /// The frozen month: the data that the figures were computed from.
    ///
    /// # Errors
    /// [`StoreError::Broken`] if the content is not that of a bulletin.
    pub(crate) fn frozen(&self) -> Result<Frozen> {
        let content: WithRegister =
            serde_json::from_str(&self.content).map_err(StoreError::broken)?;
        Ok(content.register)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The bulletins that release 0.1.0 stored.
    const GOLDEN: &str = "tests/golden/0.1.0/tables/02-bulletins.jsonl";

    fn contents() -> Vec<String> {
        let row = |line: &str| -> Value { serde_json::from_str(line).unwrap() };
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(GOLDEN);
        let rows = std::fs::read_to_string(path).unwrap();
        rows.lines().map(|line| row(line)["content"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_bulletin_of_0_1_0_is_read_and_written_without_loss() {
        for text in contents() {
            let content: Value = serde_json::from_str(&text).unwrap();

            let figures: WithFigures<Figures> = serde_json::from_str(&text).unwrap();
            let register: WithRegister = serde_json::from_str(&text).unwrap();

            assert_eq!(json!(figures.figures), content["figures"]);
            assert_eq!(json!(register.register), content["register"]);
        }
    }

    #[test]
    fn the_figures_are_served_as_the_bytes_that_were_hashed() {
        for text in contents() {
            let part: WithFigures<&RawValue> = serde_json::from_str(&text).unwrap();

            assert!(text.contains(&format!("\"figures\":{},\"register\":", part.figures.get())));
        }
    }

    #[test]
    fn an_issue_that_lacks_fields_is_read() {
        let text = json!({"id": 1, "project": "甲项目", "project_id": 2, "state": null});

        let issue: Issue = serde_json::from_value(text).unwrap();

        assert_eq!(issue.level, None);
        assert_eq!(issue.units, []);
    }
}
