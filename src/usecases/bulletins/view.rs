//! Answers about bulletins.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::id::ProjectId;
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::report::restatement::Restatement;
use crate::store::bulletins::Bulletin;
use crate::store::bulletins::content::{Figures, lists};
use crate::store::bulletins::frozen::Frozen;
use crate::usecases::answer::Versioned;
use crate::usecases::bulletins::document::BulletinFigures;
use crate::usecases::refusal::Refusal;

/// Title, hashes and publication of a bulletin, without its figures.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct BulletinHead {
    /// The published month.
    pub month: Month,
    /// Title of the bulletin.
    #[schema(example = "2021年6月重大项目调度通报")]
    pub title: String,
    /// SHA-256 of the frozen content, in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
    /// Hash of the previously published bulletin; null for the first one.
    #[schema(value_type = Option<String>, pattern = "^[0-9a-f]{64}$")]
    pub previous_sha256: Option<String>,
    /// Time of publication.
    pub published_at: Timestamp,
    /// User name of the publisher.
    pub published_by: String,
}

impl From<&Bulletin> for BulletinHead {
    fn from(bulletin: &Bulletin) -> Self {
        Self {
            month: bulletin.month,
            title: title(bulletin.month),
            sha256: bulletin.sha256.clone(),
            previous_sha256: bulletin.previous_sha256.clone(),
            published_at: bulletin.published_at,
            published_by: bulletin.published_by.clone(),
        }
    }
}

/// Title of a month's bulletin.
pub(crate) fn title(month: Month) -> String {
    format!("{}年{}月重大项目调度通报", month.year(), month.number())
}

/// A bulletin: a published month with its figures.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Bulletin)]
pub(crate) struct BulletinView {
    /// Title, hashes and publication.
    #[serde(flatten)]
    pub head: BulletinHead,
    /// Figures of the projects visible to the caller; amounts in 万元.
    #[schema(value_type = BulletinFigures)]
    pub figures: Box<RawValue>,
}

impl BulletinView {
    /// The figures as values, for tables.
    ///
    /// # Errors
    /// A fault of ours: the figures are not those of a bulletin.
    pub(crate) fn read_figures(&self) -> Result<Figures, Refusal> {
        Ok(Figures::read(&self.figures)?)
    }
}

impl Versioned for BulletinView {
    /// Always 1: bulletins never change.
    fn version(&self) -> i64 {
        1
    }
}

/// Names of areas and industries at the time of publication, by code.
#[derive(Clone, Debug, Default)]
pub(crate) struct PublishedNames {
    areas: BTreeMap<String, String>,
    industries: BTreeMap<String, String>,
    /// True if the figures are synthetic (demonstration data).
    pub synthetic: bool,
}

impl From<&Frozen> for PublishedNames {
    fn from(frozen: &Frozen) -> Self {
        Self {
            areas: frozen.areas().into_iter().map(|a| (a.code, a.name)).collect(),
            industries: frozen.industries().into_iter().map(|i| (i.code, i.name)).collect(),
            synthetic: frozen.synthetic,
        }
    }
}

impl PublishedNames {
    /// Name of an area; its code if the bulletin has no name for it.
    pub(crate) fn area(&self, code: &str) -> String {
        self.areas.get(code).map_or_else(|| code.to_owned(), Clone::clone)
    }

    /// Name of an industry line; its code if the bulletin has no name for it.
    pub(crate) fn industry(&self, code: &str) -> String {
        self.industries.get(code).map_or_else(|| code.to_owned(), Clone::clone)
    }
}

/// A bulletin with the names its tables show.
#[derive(Clone, Debug)]
pub(crate) struct NamedBulletin {
    /// The bulletin.
    pub view: BulletinView,
    /// Names of areas and industries at the time of publication.
    pub names: PublishedNames,
}

/// A restatement as listed in a bulletin.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct BulletinRestatement {
    /// The project's id.
    pub project_id: ProjectId,
    /// The project's name.
    pub project: String,
    /// Month that was restated.
    pub month: Month,
    /// Correction of the month's completed investment, in 万元; may be negative.
    pub amount_wan: Fen,
    /// Reason for the restatement.
    pub reason: String,
    /// Person who approved the restatement.
    pub approver: String,
    /// Time the restatement was entered.
    pub created_at: Timestamp,
}

/// A restatement with the name of its project.
#[derive(Clone, Debug)]
pub(crate) struct NamedRestatement {
    /// The restatement.
    pub restatement: Restatement,
    /// The project's name.
    pub project: String,
}

impl From<NamedRestatement> for BulletinRestatement {
    fn from(named: NamedRestatement) -> Self {
        let NamedRestatement { restatement, project } = named;
        Self {
            project_id: restatement.project_id,
            project,
            month: restatement.month,
            amount_wan: restatement.amount,
            reason: restatement.reason,
            approver: restatement.approver,
            created_at: restatement.created_at,
        }
    }
}

impl From<NamedRestatement> for lists::Restatement {
    fn from(named: NamedRestatement) -> Self {
        let NamedRestatement { restatement, project } = named;
        Self {
            project_id: restatement.project_id,
            project,
            month: restatement.month,
            amount_wan: restatement.amount,
            reason: restatement.reason,
            approver: restatement.approver,
            created_at: restatement.created_at,
        }
    }
}
