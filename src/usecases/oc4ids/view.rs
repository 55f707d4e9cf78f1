//! Project package of the Open Contracting for Infrastructure Data Standard (OC4IDS) 0.9.5, limited
//! to the fields the register can fill. Names and codes are the standard's; unknown values are
//! omitted.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::usecases::oc4ids::parts::{
    Budget, Classification, Completion, Location, Metric, OcMilestone, OcParty, Period, Reference,
    SimpleIdentifier,
};

/// An OC4IDS package of projects.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsPackage)]
pub(crate) struct Package {
    /// URI the package was requested from.
    pub uri: String,
    /// Time of the latest change of any project in the package.
    pub published_date: Timestamp,
    /// Major and minor version of the standard.
    pub version: &'static str,
    /// Publisher of the package.
    pub publisher: Publisher,
    /// URL of the licence the package is published under.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub license: Option<String>,
    /// Projects; at least one.
    pub projects: Vec<OcProject>,
}

/// Publisher of a package.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsPublisher)]
pub(crate) struct Publisher {
    /// Name of the publisher.
    pub name: String,
}

/// An OC4IDS project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsProject)]
pub(crate) struct OcProject {
    /// Registered prefix, a hyphen, and the project's id in the register.
    pub id: String,
    /// Other identifiers: the id in the register, the national project code if known, and the ids in
    /// other systems.
    pub identifiers: Vec<SimpleIdentifier>,
    /// Time of the latest change of the project or its parts.
    pub updated: Timestamp,
    /// Language of the texts (ISO 639-1).
    pub language: &'static str,
    /// Name of the project.
    pub title: String,
    /// Content and scale of the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    /// Phase of the project, from the code list `projectStatus`.
    pub status: &'static str,
    /// Planned start and finish of construction.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub period: Option<Period>,
    /// Start and finish of construction: actual dates where known, otherwise planned dates.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub implementation_period: Option<Period>,
    /// Period of operation; only its start, actual or planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub maintenance_period: Option<Period>,
    /// Sectors, from the code list `projectSector`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sector: Option<Vec<&'static str>>,
    /// The register's industry line; also scheme `x_synthetic` if the project is demonstration
    /// data.
    pub additional_classifications: Vec<Classification>,
    /// Kind of work on the asset, from the code list `projectType`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub kind: Option<&'static str>,
    /// Location of the project.
    pub locations: Vec<Location>,
    /// Total investment, and planned investment by year; absent if neither is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub budget: Option<Budget>,
    /// Planned investment by month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub forecasts: Option<Vec<Metric>>,
    /// Completed investment and physical progress by month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub metrics: Option<Vec<Metric>>,
    /// Milestones of the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub milestones: Option<Vec<OcMilestone>>,
    /// Units with a role in the project, and its contractor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub parties: Option<Vec<OcParty>>,
    /// Project owner, if it is a public authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub public_authority: Option<Reference>,
    /// Completion of the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub completion: Option<Completion>,
}
