//! Serialized parts of a bulletin's snapshot, and their conversion from and to domain types.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::clock::Timestamp;
use crate::domain::figures::summary::MonthReport;
use crate::domain::id::{AreaId, IndustryId, LightOverrideId, MilestoneId, ProjectId};
use crate::domain::light::Light;
use crate::domain::light::overrides::LightOverride;
use crate::domain::light::rules::{LightRules, LightThresholds};
use crate::domain::milestone::{Milestone, MilestoneClass};
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::plan::Envelope;
use crate::domain::rate::Hundredths;
use crate::domain::reference::area::{Area, AreaKind};
use crate::domain::reference::industry::{Industry, IndustryGroup};
use crate::domain::report::ReportState;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::store) struct FrozenIndustry {
    pub(in crate::store) id: IndustryId,
    pub(in crate::store) code: String,
    pub(in crate::store) name: String,
    pub(in crate::store) name_en: String,
    pub(in crate::store) group: IndustryGroup,
    pub(in crate::store) parent_id: Option<IndustryId>,
    pub(in crate::store) position: i32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::store) struct FrozenArea {
    pub(in crate::store) id: AreaId,
    pub(in crate::store) code: String,
    pub(in crate::store) name: String,
    pub(in crate::store) kind: AreaKind,
    pub(in crate::store) position: i32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::store) struct FrozenEnvelope {
    pub(in crate::store) industry_id: IndustryId,
    pub(in crate::store) project_count: i32,
    pub(in crate::store) total_investment_wan: Fen,
    pub(in crate::store) annual_investment_wan: Fen,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::store) struct FrozenRules {
    pub(in crate::store) number: i32,
    pub(in crate::store) effective_month: Month,
    pub(in crate::store) green_from_points: Hundredths,
    pub(in crate::store) yellow_from_points: Hundredths,
    pub(in crate::store) start_yellow_months: i32,
    pub(in crate::store) start_red_months: i32,
    pub(in crate::store) milestone_yellow_days: i32,
    pub(in crate::store) milestone_red_days: i32,
    pub(in crate::store) reporting_yellow_missing: i32,
    pub(in crate::store) reporting_red_missing: i32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::store) struct FrozenReport {
    pub(in crate::store) month: Month,
    pub(in crate::store) state: ReportState,
    pub(in crate::store) completed_wan: Fen,
    pub(in crate::store) first_submitted_on: Option<NaiveDate>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::store) struct FrozenMilestone {
    pub(in crate::store) id: MilestoneId,
    pub(in crate::store) code: String,
    pub(in crate::store) name: String,
    pub(in crate::store) class: MilestoneClass,
    pub(in crate::store) position: i32,
    pub(in crate::store) baseline_date: NaiveDate,
    pub(in crate::store) forecast_date: Option<NaiveDate>,
    pub(in crate::store) actual_date: Option<NaiveDate>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::store) struct FrozenOverride {
    pub(in crate::store) id: LightOverrideId,
    pub(in crate::store) light: Light,
    pub(in crate::store) reason: String,
    pub(in crate::store) from_month: Month,
    pub(in crate::store) expires_on: NaiveDate,
    pub(in crate::store) created_at: Timestamp,
    pub(in crate::store) created_by: String,
}

impl FrozenIndustry {
    pub(in crate::store) fn of(industry: &Industry) -> Self {
        Self {
            id: industry.id,
            code: industry.code.clone(),
            name: industry.name.clone(),
            name_en: industry.name_en.clone(),
            group: industry.group,
            parent_id: industry.parent_id,
            position: industry.position,
        }
    }

    pub(in crate::store) fn thaw(&self) -> Industry {
        Industry {
            id: self.id,
            code: self.code.clone(),
            name: self.name.clone(),
            name_en: self.name_en.clone(),
            group: self.group,
            parent_id: self.parent_id,
            position: self.position,
            version: 1,
        }
    }
}

impl FrozenArea {
    pub(in crate::store) fn of(area: &Area) -> Self {
        let code = area.code.clone();
        let name = area.name.clone();
        Self { id: area.id, code, name, kind: area.kind, position: area.position }
    }

    pub(in crate::store) fn thaw(&self) -> Area {
        Area {
            id: self.id,
            code: self.code.clone(),
            name: self.name.clone(),
            kind: self.kind,
            division_code: None,
            note: String::new(),
            position: self.position,
            version: 1,
        }
    }
}

impl FrozenEnvelope {
    pub(in crate::store) fn of(envelope: &Envelope) -> Self {
        Self {
            industry_id: envelope.industry,
            project_count: envelope.project_count,
            total_investment_wan: envelope.total,
            annual_investment_wan: envelope.annual,
        }
    }

    pub(in crate::store) fn thaw(&self) -> Envelope {
        Envelope {
            industry: self.industry_id,
            project_count: self.project_count,
            total: self.total_investment_wan,
            annual: self.annual_investment_wan,
        }
    }
}

impl FrozenRules {
    pub(in crate::store) fn of(rules: &LightRules) -> Self {
        let limits = rules.thresholds;
        Self {
            number: rules.number,
            effective_month: rules.effective_month,
            green_from_points: limits.green_from,
            yellow_from_points: limits.yellow_from,
            start_yellow_months: limits.start_yellow_months,
            start_red_months: limits.start_red_months,
            milestone_yellow_days: limits.milestone_yellow_days,
            milestone_red_days: limits.milestone_red_days,
            reporting_yellow_missing: limits.reporting_yellow_missing,
            reporting_red_missing: limits.reporting_red_missing,
        }
    }

    pub(in crate::store) fn thaw(&self) -> LightRules {
        LightRules {
            number: self.number,
            effective_month: self.effective_month,
            thresholds: LightThresholds {
                green_from: self.green_from_points,
                yellow_from: self.yellow_from_points,
                start_yellow_months: self.start_yellow_months,
                start_red_months: self.start_red_months,
                milestone_yellow_days: self.milestone_yellow_days,
                milestone_red_days: self.milestone_red_days,
                reporting_yellow_missing: self.reporting_yellow_missing,
                reporting_red_missing: self.reporting_red_missing,
            },
            reason: String::new(),
            created_at: None,
        }
    }
}

impl FrozenReport {
    pub(in crate::store) fn of(report: &MonthReport) -> Self {
        Self {
            month: report.month,
            state: report.state,
            completed_wan: report.completed,
            first_submitted_on: report.first_submitted_on,
        }
    }

    pub(in crate::store) fn thaw(&self) -> MonthReport {
        MonthReport {
            month: self.month,
            state: self.state,
            completed: self.completed_wan,
            first_submitted_on: self.first_submitted_on,
        }
    }
}

impl FrozenMilestone {
    pub(in crate::store) fn of(milestone: &Milestone) -> Self {
        Self {
            id: milestone.id,
            code: milestone.code.clone(),
            name: milestone.name.clone(),
            class: milestone.class,
            position: milestone.position,
            baseline_date: milestone.baseline,
            forecast_date: milestone.forecast,
            actual_date: milestone.actual,
        }
    }

    pub(in crate::store) fn thaw(&self, project_id: ProjectId) -> Milestone {
        Milestone {
            id: self.id,
            project_id,
            code: self.code.clone(),
            name: self.name.clone(),
            class: self.class,
            position: self.position,
            baseline: self.baseline_date,
            forecast: self.forecast_date,
            forecast_reason: String::new(),
            actual: self.actual_date,
            weight: 1,
            document_number: String::new(),
            evidence: String::new(),
            version: 1,
        }
    }
}

impl FrozenOverride {
    pub(in crate::store) fn of(word: &LightOverride) -> Self {
        Self {
            id: word.id,
            light: word.light,
            reason: word.reason.clone(),
            from_month: word.from_month,
            expires_on: word.expires_on,
            created_at: word.created_at,
            created_by: word.created_by.clone(),
        }
    }

    pub(in crate::store) fn thaw(&self, project_id: ProjectId) -> LightOverride {
        LightOverride {
            id: self.id,
            project_id,
            light: self.light,
            reason: self.reason.clone(),
            from_month: self.from_month,
            expires_on: self.expires_on,
            created_at: self.created_at,
            created_by: self.created_by.clone(),
            withdrawn_at: None,
            ends_after: None,
        }
    }
}
