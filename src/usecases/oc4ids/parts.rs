//! The objects inside an OC4IDS project.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A JSON number written with exactly these digits, without conversion to a float.
#[derive(Clone, Debug)]
pub(crate) struct Exact(pub String);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.0.clone()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl PartialSchema for Exact {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Number);
        number
            .description(Some(
                "A decimal number; parse it as a decimal, not as a floating-point number.",
            ))
            .into()
    }
}

impl ToSchema for Exact {
    fn name() -> Cow<'static, str> {
        "Exact".into()
    }
}

/// Identifier of the project in another scheme.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsSimpleIdentifier)]
pub(crate) struct SimpleIdentifier {
    /// The identifier.
    pub id: String,
    /// Scheme the identifier belongs to: the register, the national project code, or the name of
    /// another system.
    pub scheme: Cow<'static, str>,
}

/// A period of time.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsPeriod)]
pub(crate) struct Period {
    /// Start, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub start_date: Option<String>,
    /// End, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub end_date: Option<String>,
}

/// A code of a classification scheme.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsClassification)]
pub(crate) struct Classification {
    /// Classification scheme.
    pub scheme: &'static str,
    /// Code within the scheme.
    pub id: String,
    /// Meaning of the code.
    pub description: String,
}

/// Location of a project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsLocation)]
pub(crate) struct Location {
    /// Identifier of the location, unique within the project.
    pub id: &'static str,
    /// Name of the area.
    pub description: String,
    /// Coordinates of the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub geometry: Option<Geometry>,
    /// Administrative division code of the area.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub gazetteer: Option<Gazetteer>,
    /// Area and country.
    pub address: Address,
}

/// A `GeoJSON` point.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsGeometry)]
pub(crate) struct Geometry {
    /// Always `Point`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Longitude, then latitude, in degrees.
    pub coordinates: Vec<Exact>,
}

/// Codes of a gazetteer.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsGazetteer)]
pub(crate) struct Gazetteer {
    /// Gazetteer scheme: `x_GBT2260` is GB/T 2260.
    pub scheme: &'static str,
    /// Codes within the scheme.
    pub identifiers: Vec<String>,
}

/// Address of a location.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsAddress)]
pub(crate) struct Address {
    /// Where it is built, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub street_address: Option<String>,
    /// Name of the area.
    pub locality: String,
    /// Name of the country.
    pub country_name: &'static str,
}

/// Budget of a project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsBudget)]
pub(crate) struct Budget {
    /// Total investment; absent if it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub amount: Option<Value>,
    /// Planned investment by year.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub budget_breakdowns: Option<Vec<BudgetGroup>>,
}

/// A breakdown of the budget.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsBudgetGroup)]
pub(crate) struct BudgetGroup {
    /// Identifier of the breakdown.
    pub id: &'static str,
    /// What the budget is broken down by.
    pub description: &'static str,
    /// Entries of the breakdown.
    pub budget_breakdown: Vec<BudgetEntry>,
}

/// Planned investment of one year.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsBudgetEntry)]
pub(crate) struct BudgetEntry {
    /// The year.
    pub id: String,
    /// Planned investment of the year.
    pub amount: Value,
    /// First and last day of the year.
    pub period: Period,
}

/// An amount of money.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsValue)]
pub(crate) struct Value {
    /// Amount in 元, with exactly two decimals.
    pub amount: Exact,
    /// Currency code (ISO 4217).
    pub currency: &'static str,
}

/// A time series of one measure.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsMetric)]
pub(crate) struct Metric {
    /// `financialProgress` or `physicalProgress`.
    pub id: &'static str,
    /// Title of the metric.
    pub title: &'static str,
    /// Definition of the metric.
    pub description: &'static str,
    /// Observations by month.
    pub observations: Vec<Observation>,
}

/// Value of a metric in one month.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsObservation)]
pub(crate) struct Observation {
    /// The month.
    pub id: String,
    /// First and last day of the month.
    pub period: Period,
    /// Amount of money, for financial progress.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub value: Option<Value>,
    /// Measured number, for physical progress.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub measure: Option<Exact>,
    /// Unit of `measure`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub unit: Option<Unit>,
    /// Remark on the observation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub notes: Option<&'static str>,
}

/// A unit of measurement.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsUnit)]
pub(crate) struct Unit {
    /// Name of the unit.
    pub name: &'static str,
    /// Code list the unit is taken from.
    pub scheme: &'static str,
    /// Code within the list.
    pub id: &'static str,
}

/// An OC4IDS milestone.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsMilestone)]
pub(crate) struct OcMilestone {
    /// The milestone's id in the register.
    pub id: String,
    /// Name of the milestone.
    pub title: String,
    /// Type of milestone, from the code list `milestoneType`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Current forecast, if it differs from the baseline date and the milestone is not reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    /// Code from the code list `milestoneCode` where it has one (`projectApproval`, `commencement`,
    /// `completion`, `commissioning`), otherwise the register's code.
    pub code: String,
    /// Baseline date: when the milestone is due.
    pub due_date: String,
    /// Date the milestone was reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub date_met: Option<String>,
    /// Status of the milestone, from the code list `milestoneStatus`.
    pub status: &'static str,
}

/// A unit with a role in the project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsParty)]
pub(crate) struct OcParty {
    /// Identifier of the unit, the same in all packages of this register.
    pub id: String,
    /// Name of the unit.
    pub name: String,
    /// Unified social credit code of the unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub identifier: Option<PartyIdentifier>,
    /// Roles of the unit, from the code list `partyRole`.
    pub roles: Vec<&'static str>,
}

/// Identifier of an organisation.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsPartyIdentifier)]
pub(crate) struct PartyIdentifier {
    /// Register of organisations: `CN-USCI` is the unified social credit code.
    pub scheme: &'static str,
    /// Identifier within the register.
    pub id: String,
    /// Registered name of the organisation.
    pub legal_name: String,
}

/// Reference to a party of the project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsReference)]
pub(crate) struct Reference {
    /// Identifier of the party.
    pub id: String,
    /// Name of the party.
    pub name: String,
}

/// Completion of a project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsCompletion)]
pub(crate) struct Completion {
    /// Actual finish of construction.
    pub end_date: String,
}
