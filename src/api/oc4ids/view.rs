//! A project package of the Open Contracting for Infrastructure Data Standard, 0.9.5: the part of
//! it the register can fill. Names and codes are the standard's; what is unknown is left out.

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::oc4ids::parts::{
    Budget, Classification, Completion, Location, Metric, OcMilestone, OcParty, Period, Reference,
    SimpleIdentifier,
};
use crate::domain::clock::Timestamp;

/// A package of projects.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsPackage)]
pub struct Package {
    /// Where this package was asked for.
    pub uri: String,
    /// When anything in it last changed.
    pub published_date: Timestamp,
    /// The version of the standard, major and minor.
    pub version: &'static str,
    /// Who publishes it.
    pub publisher: Publisher,
    /// The licence it is published under.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub license: Option<String>,
    /// The projects, at least one.
    pub projects: Vec<OcProject>,
}

/// Who publishes a package.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsPublisher)]
pub struct Publisher {
    /// The publisher's name.
    pub name: String,
}

/// A project as the standard writes it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsProject)]
pub struct OcProject {
    /// The registered prefix, a hyphen, and the project's id in the register.
    pub id: String,
    /// Its ids elsewhere: the register's, and the national project code where it has one.
    pub identifiers: Vec<SimpleIdentifier>,
    /// When anything of it last changed.
    pub updated: Timestamp,
    /// The language of its texts.
    pub language: &'static str,
    /// Its name.
    pub title: String,
    /// Content and scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    /// Its phase: `projectStatus`.
    pub status: &'static str,
    /// From the planned start to the planned finish.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub period: Option<Period>,
    /// From the start to the finish of construction: as they were, else as planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub implementation_period: Option<Period>,
    /// From when it operates, or is to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub maintenance_period: Option<Period>,
    /// What sector it is of: `projectSector`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sector: Option<Vec<&'static str>>,
    /// The register's industry line, and `x_synthetic` where a project was made up for demonstration.
    pub additional_classifications: Vec<Classification>,
    /// What is done to the asset: `projectType`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub kind: Option<&'static str>,
    /// Where it is.
    pub locations: Vec<Location>,
    /// Total investment, and by year as planned.
    pub budget: Budget,
    /// What was planned: investment by month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub forecasts: Option<Vec<Metric>>,
    /// What was done: investment by month, physical progress.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub metrics: Option<Vec<Metric>>,
    /// Its milestones.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub milestones: Option<Vec<OcMilestone>>,
    /// The units with a role in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub parties: Option<Vec<OcParty>>,
    /// The owner, where it is a public authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub public_authority: Option<Reference>,
    /// When it was finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub completion: Option<Completion>,
}
