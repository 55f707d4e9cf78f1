//! An annual plan document as it is entered.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::error::FieldError;
use crate::domain::id::PlanId;
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::plan::{Envelope, IndustryTarget, Plan};
use crate::domain::rate::Hundredths;
use crate::domain::reference::industry::{Industry, is_leaf};
use crate::domain::text::{Line, Name};
use crate::domain::words::Words;
use crate::store::Conn;
use crate::store::reference::industries;
use crate::usecases::check::Check;
use crate::usecases::refusal::Refusal;

/// An annual plan document to create, or its new content.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct PlanInput {
    /// Title of the document.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// Issuing authority.
    #[schema(min_length = 1, max_length = 200)]
    pub issuer: String,
    /// Date of issue.
    pub issued_on: NaiveDate,
    /// Document number; absent or null if it has none.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub document_number: Option<String>,
    /// SHA-256 of the source text, in lower-case hexadecimal; absent or null if unknown.
    #[serde(default)]
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub source_sha256: Option<String>,
    /// Planned projects and investment, one entry per industry line.
    #[schema(max_items = 200)]
    pub envelopes: Vec<EnvelopeInput>,
    /// Value-added targets, one entry per industry.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub industry_targets: Vec<IndustryTargetInput>,
}

/// Planned projects and investment of one industry line.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnvelopeInput {
    /// The code of the industry line, a leaf of the industry tree.
    pub industry: String,
    /// Number of projects.
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub project_count: i32,
    /// Their total investment, in 万元; not negative.
    pub total_investment_wan: Fen,
    /// Their planned investment of the year, in 万元; not negative, and at most the total.
    pub annual_investment_wan: Fen,
}

/// Value-added target of one industry.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IndustryTargetInput {
    /// The code of the industry.
    pub industry: String,
    /// Value added in the year, in 万元.
    #[serde(default)]
    pub value_added_wan: Option<Fen>,
    /// Increase over the previous year, in 万元.
    #[serde(default)]
    pub increase_wan: Option<Fen>,
    /// Minimum growth, in per cent.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = r"^-?[0-9]{1,5}(\.[0-9]{1,2})?$")]
    pub growth_min_percent: Option<Hundredths>,
    /// Further text of the target.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub note: String,
}

/// A checked plan document.
#[derive(Clone, Debug)]
pub(crate) struct ParsedPlan {
    input: PlanInput,
    /// Envelopes, with the ids of their industries.
    pub envelopes: Vec<Envelope>,
    /// Value-added targets, with the ids of their industries.
    pub industry_targets: Vec<IndustryTarget>,
}

impl ParsedPlan {
    /// The plan record, without envelopes and targets.
    pub(crate) fn plan(&self, id: PlanId, year: Year, version: i64) -> Plan {
        Plan {
            id,
            year,
            title: self.input.title.trim().to_owned(),
            issuer: self.input.issuer.trim().to_owned(),
            issued_on: self.input.issued_on,
            document_number: self.input.document_number.clone(),
            source_sha256: self.input.source_sha256.clone(),
            synthetic: false,
            version,
        }
    }
}

impl PlanInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "title": "2022 年重点产业项目计划", "issuer": "东营市", "issued_on": "2022-01-15",
            "envelopes": [{
                "industry": "next_gen_it", "project_count": 9,
                "total_investment_wan": "327800.00", "annual_investment_wan": "119500.00",
            }],
        })
    }

    /// Checks all fields and looks up the industries.
    ///
    /// # Errors
    /// Invalid, with every wrong field.
    pub(crate) fn parse(&self, conn: &mut Conn) -> Result<ParsedPlan, Refusal> {
        let all = industries::all(conn)?;
        let mut check = Check::new();
        check.field("/title", Name::parse(&self.title));
        check.field("/issuer", Name::parse(&self.issuer));
        let envelopes = self.envelopes(&all, &mut check);
        let industry_targets = self.industry_targets(&all, &mut check);
        check.done(Some(ParsedPlan { input: self.clone(), envelopes, industry_targets }))
    }

    fn envelopes(&self, all: &[Industry], check: &mut Check) -> Vec<Envelope> {
        let mut parsed: Vec<Envelope> = Vec::new();
        for (at, item) in self.envelopes.iter().enumerate() {
            let pointer = |field: &str| format!("/envelopes/{at}/{field}");
            let found = all.iter().find(|i| i.code == item.industry && is_leaf(i.id, all));
            let Some(line) = check.known(&pointer("industry"), found) else {
                continue;
            };
            if parsed.iter().any(|e| e.industry == line.id) {
                check.note(&pointer("industry"), repeated());
            }
            let amounts = [
                ("total_investment_wan", item.total_investment_wan),
                ("annual_investment_wan", item.annual_investment_wan),
            ];
            for (field, _) in amounts.iter().filter(|(_, amount)| amount.is_negative()) {
                let words = Words::new("不能为负。", "Cannot be negative.");
                check.note(&pointer(field), FieldError::new("", "negative", words));
            }
            if item.annual_investment_wan > item.total_investment_wan {
                let words = Words::new(
                    "年度计划投资超过总投资。",
                    "The year's investment exceeds the total.",
                );
                check.note(
                    &pointer("annual_investment_wan"),
                    FieldError::new("", "above-total", words),
                );
            }
            parsed.push(Envelope {
                industry: line.id,
                project_count: item.project_count,
                total: item.total_investment_wan,
                annual: item.annual_investment_wan,
            });
        }
        parsed
    }

    fn industry_targets(&self, all: &[Industry], check: &mut Check) -> Vec<IndustryTarget> {
        let mut parsed: Vec<IndustryTarget> = Vec::new();
        for (at, item) in self.industry_targets.iter().enumerate() {
            let pointer = format!("/industry_targets/{at}/industry");
            let found = all.iter().find(|i| i.code == item.industry);
            let Some(industry) = check.known(&pointer, found) else {
                continue;
            };
            if parsed.iter().any(|t| t.industry == industry.id) {
                check.note(&pointer, repeated());
            }
            let note =
                check.field(&format!("/industry_targets/{at}/note"), Line::parse(&item.note));
            parsed.push(IndustryTarget {
                industry: industry.id,
                value_added: item.value_added_wan,
                increase: item.increase_wan,
                growth_min: item.growth_min_percent,
                note: note.map(Line::into_string).unwrap_or_default(),
            });
        }
        parsed
    }
}

fn repeated() -> FieldError {
    FieldError::new(
        "",
        "repeated",
        Words::new("同一产业只能列一次。", "The industry is listed already."),
    )
}
