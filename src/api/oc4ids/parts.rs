//! The objects a project of the Open Contracting for Infrastructure Data Standard is made of.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A number in JSON whose digits are these: no float stands between the register and the reader.
#[derive(Clone, Debug)]
pub struct Exact(pub String);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.0.clone()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl PartialSchema for Exact {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Number);
        number.description(Some("A decimal number; read it as one, not as a float.")).into()
    }
}

impl ToSchema for Exact {
    fn name() -> Cow<'static, str> {
        "Exact".into()
    }
}

/// An id in another scheme.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsSimpleIdentifier)]
pub struct SimpleIdentifier {
    /// The id.
    pub id: String,
    /// Whose it is.
    pub scheme: &'static str,
}

/// A span of time.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsPeriod)]
pub struct Period {
    /// When it begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub start_date: Option<String>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub end_date: Option<String>,
}

/// A code of a classification.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsClassification)]
pub struct Classification {
    /// The classification.
    pub scheme: &'static str,
    /// The code.
    pub id: String,
    /// What it means.
    pub description: String,
}

/// A place.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsLocation)]
pub struct Location {
    /// Its id within the project.
    pub id: &'static str,
    /// The area's name.
    pub description: String,
    /// The point.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub geometry: Option<Geometry>,
    /// The area's division code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub gazetteer: Option<Gazetteer>,
    /// The area and the country.
    pub address: Address,
}

/// A point, as `GeoJSON` writes it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsGeometry)]
pub struct Geometry {
    /// `Point`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Degrees east, then north.
    pub coordinates: Vec<Exact>,
}

/// Codes of a list of places.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsGazetteer)]
pub struct Gazetteer {
    /// The list: `x_GBT2260` is GB/T 2260.
    pub scheme: &'static str,
    /// The codes.
    pub identifiers: Vec<String>,
}

/// An address.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsAddress)]
pub struct Address {
    /// The area.
    pub locality: String,
    /// The country.
    pub country_name: &'static str,
}

/// What it costs.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsBudget)]
pub struct Budget {
    /// Total investment.
    pub amount: Value,
    /// By year, as planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub budget_breakdowns: Option<Vec<BudgetGroup>>,
}

/// A breakdown of the budget.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsBudgetGroup)]
pub struct BudgetGroup {
    /// Its id.
    pub id: &'static str,
    /// What it is by.
    pub description: &'static str,
    /// Its entries.
    pub budget_breakdown: Vec<BudgetEntry>,
}

/// A year of the budget.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsBudgetEntry)]
pub struct BudgetEntry {
    /// The year.
    pub id: String,
    /// The year's planned investment.
    pub amount: Value,
    /// The year's first and last day.
    pub period: Period,
}

/// An amount of money.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsValue)]
pub struct Value {
    /// The amount in 元, with exactly two decimals.
    pub amount: Exact,
    /// The currency.
    pub currency: &'static str,
}

/// A figure over time.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsMetric)]
pub struct Metric {
    /// `financialProgress` or `physicalProgress`.
    pub id: &'static str,
    /// Its name.
    pub title: &'static str,
    /// How it is measured.
    pub description: &'static str,
    /// What was observed.
    pub observations: Vec<Observation>,
}

/// A figure of a month.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsObservation)]
pub struct Observation {
    /// The month.
    pub id: String,
    /// The month's first and last day.
    pub period: Period,
    /// The amount of money.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub value: Option<Value>,
    /// The measure.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub measure: Option<Exact>,
    /// What it is measured in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub unit: Option<Unit>,
    /// What else is to be known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub notes: Option<&'static str>,
}

/// A unit of measurement.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsUnit)]
pub struct Unit {
    /// Its name.
    pub name: &'static str,
    /// The list it is from.
    pub scheme: &'static str,
    /// Its code there.
    pub id: &'static str,
}

/// A milestone as the standard writes it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsMilestone)]
pub struct OcMilestone {
    /// Its id in the register.
    pub id: String,
    /// Its name.
    pub title: String,
    /// What sort it is: `milestoneType`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// When it is expected now, where that is another day than the one it was promised for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    /// The register's code for it.
    pub code: String,
    /// The day it was promised for.
    pub due_date: String,
    /// The day it was reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub date_met: Option<String>,
    /// Where it stands: `milestoneStatus`.
    pub status: &'static str,
}

/// A unit with a role in the project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsParty)]
pub struct OcParty {
    /// Its id within packages of this register.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its unified social credit code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub identifier: Option<PartyIdentifier>,
    /// Its roles: `partyRole`.
    pub roles: Vec<&'static str>,
}

/// An organization's id.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsPartyIdentifier)]
pub struct PartyIdentifier {
    /// The list it is from.
    pub scheme: &'static str,
    /// The id.
    pub id: String,
    /// The name it is registered under.
    pub legal_name: String,
}

/// A party, referred to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsReference)]
pub struct Reference {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// What is known at the end.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Oc4idsCompletion)]
pub struct Completion {
    /// When it was finished.
    pub end_date: String,
}
