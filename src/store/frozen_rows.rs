//! The parts of a bulletin's frozen month, and how they are read back.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::area::{Area, AreaKind};
use crate::domain::clock::Timestamp;
use crate::domain::id::{AreaId, IndustryId, LightOverrideId, MilestoneId, ProjectId};
use crate::domain::industry::{Industry, IndustryGroup};
use crate::domain::light::Light;
use crate::domain::light_override::LightOverride;
use crate::domain::light_rules::{LightRules, LightThresholds};
use crate::domain::milestone::{Milestone, MilestoneClass};
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::plan::Envelope;
use crate::domain::rate::Hundredths;
use crate::domain::report::ReportState;
use crate::domain::summary::MonthReport;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct FrozenIndustry {
    pub(super) id: IndustryId,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) name_en: String,
    pub(super) group: IndustryGroup,
    pub(super) parent_id: Option<IndustryId>,
    pub(super) position: i32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct FrozenArea {
    pub(super) id: AreaId,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) kind: AreaKind,
    pub(super) position: i32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct FrozenEnvelope {
    pub(super) industry_id: IndustryId,
    pub(super) project_count: i32,
    pub(super) total_investment_wan: Fen,
    pub(super) annual_investment_wan: Fen,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct FrozenRules {
    pub(super) number: i32,
    pub(super) effective_month: Month,
    pub(super) green_from_points: Hundredths,
    pub(super) yellow_from_points: Hundredths,
    pub(super) start_yellow_months: i32,
    pub(super) start_red_months: i32,
    pub(super) milestone_yellow_days: i32,
    pub(super) milestone_red_days: i32,
    pub(super) reporting_yellow_missing: i32,
    pub(super) reporting_red_missing: i32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct FrozenReport {
    pub(super) month: Month,
    pub(super) state: ReportState,
    pub(super) completed_wan: Fen,
    pub(super) first_submitted_on: Option<NaiveDate>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct FrozenMilestone {
    pub(super) id: MilestoneId,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) class: MilestoneClass,
    pub(super) position: i32,
    pub(super) baseline_date: NaiveDate,
    pub(super) forecast_date: Option<NaiveDate>,
    pub(super) actual_date: Option<NaiveDate>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct FrozenOverride {
    pub(super) id: LightOverrideId,
    pub(super) light: Light,
    pub(super) reason: String,
    pub(super) from_month: Month,
    pub(super) expires_on: NaiveDate,
    pub(super) created_at: Timestamp,
    pub(super) created_by: String,
}

impl FrozenIndustry {
    pub(super) fn of(industry: &Industry) -> Self {
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

    pub(super) fn thaw(&self) -> Industry {
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
    pub(super) fn of(area: &Area) -> Self {
        let (code, name) = (area.code.clone(), area.name.clone());
        Self { id: area.id, code, name, kind: area.kind, position: area.position }
    }

    pub(super) fn thaw(&self) -> Area {
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
    pub(super) fn of(envelope: &Envelope) -> Self {
        Self {
            industry_id: envelope.industry,
            project_count: envelope.project_count,
            total_investment_wan: envelope.total,
            annual_investment_wan: envelope.annual,
        }
    }

    pub(super) fn thaw(&self) -> Envelope {
        Envelope {
            industry: self.industry_id,
            project_count: self.project_count,
            total: self.total_investment_wan,
            annual: self.annual_investment_wan,
        }
    }
}

impl FrozenRules {
    pub(super) fn of(rules: &LightRules) -> Self {
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

    pub(super) fn thaw(&self) -> LightRules {
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
    pub(super) fn of(report: &MonthReport) -> Self {
        Self {
            month: report.month,
            state: report.state,
            completed_wan: report.completed,
            first_submitted_on: report.first_submitted_on,
        }
    }

    pub(super) fn thaw(&self) -> MonthReport {
        MonthReport {
            month: self.month,
            state: self.state,
            completed: self.completed_wan,
            first_submitted_on: self.first_submitted_on,
        }
    }
}

impl FrozenMilestone {
    pub(super) fn of(milestone: &Milestone) -> Self {
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

    pub(super) fn thaw(&self, project_id: ProjectId) -> Milestone {
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
    pub(super) fn of(word: &LightOverride) -> Self {
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

    pub(super) fn thaw(&self, project_id: ProjectId) -> LightOverride {
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
