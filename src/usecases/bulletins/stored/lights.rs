//! Lights of rows and of projects, and counts of filings.

use crate::domain::report::filings;
use crate::store::bulletins::content::lights::{
    CatchUp, Finding, LightCounts, LightRow, LightSummary, Override, ProjectLight, Rules,
};
use crate::store::bulletins::content::lists::Filings;
use crate::usecases::bulletins::stored::rows::{about_with, each};
use crate::usecases::lights::overrides::LightOverrideView;
use crate::usecases::lights::rules::LightRulesView;
use crate::usecases::lights::view::{CatchUpView, LightCountsView};
use crate::usecases::lights::{project, summary, view};

impl From<summary::LightSummary> for LightSummary {
    fn from(answer: summary::LightSummary) -> Self {
        let summary::LightSummary { about, method, by, rules, rows, total } = answer;
        Self {
            about: about_with(about, method),
            by: by.into(),
            rules: rules.into(),
            rows: each(rows),
            total: total.into(),
        }
    }
}

impl From<LightRulesView> for Rules {
    fn from(rules: LightRulesView) -> Self {
        let LightRulesView {
            number,
            effective_month,
            green_from_points,
            yellow_from_points,
            start_yellow_months,
            start_red_months,
            milestone_yellow_days,
            milestone_red_days,
            reporting_yellow_missing,
            reporting_red_missing,
            reason,
            created_at,
        } = rules;
        Self {
            number,
            effective_month,
            green_from_points,
            yellow_from_points,
            start_yellow_months,
            start_red_months,
            milestone_yellow_days,
            milestone_red_days,
            reporting_yellow_missing,
            reporting_red_missing,
            reason,
            created_at,
        }
    }
}

impl From<summary::LightRow> for LightRow {
    fn from(row: summary::LightRow) -> Self {
        let summary::LightRow { place, light, finding, progress, catch_up, projects } = row;
        Self {
            key: place.into(),
            light,
            finding: finding.into(),
            progress: progress.into(),
            catch_up: catch_up.map(CatchUp::from),
            projects: projects.into(),
        }
    }
}

impl From<LightCountsView> for LightCounts {
    fn from(counts: LightCountsView) -> Self {
        let LightCountsView { green, yellow, red, grey, blue } = counts;
        Self { green, yellow, red, grey, blue }
    }
}

impl From<view::FindingView> for Finding {
    fn from(finding: view::FindingView) -> Self {
        let view::FindingView { rule, light, grey_reason, measured, threshold, unit, words } =
            finding;
        Self { rule, light, grey_reason, measured, threshold, unit, words }
    }
}

impl From<CatchUpView> for CatchUp {
    fn from(catch_up: CatchUpView) -> Self {
        let CatchUpView { amount_wan, by, words } = catch_up;
        Self { amount_wan, by, words }
    }
}

impl From<project::ProjectLightView> for ProjectLight {
    fn from(answer: project::ProjectLightView) -> Self {
        let project::ProjectLightView {
            project_id,
            project,
            industry,
            area,
            owners,
            light,
            computed,
            decided_by,
            findings,
            progress,
            catch_up,
            overridden_by,
            rules,
        } = answer;
        Self {
            project_id,
            project,
            industry,
            area,
            owners,
            light,
            computed,
            decided_by,
            findings: each(findings),
            progress: progress.into(),
            catch_up: catch_up.map(CatchUp::from),
            overridden_by: overridden_by.map(Override::from),
            rules,
        }
    }
}

impl From<LightOverrideView> for Override {
    fn from(answer: LightOverrideView) -> Self {
        let LightOverrideView {
            id,
            light,
            reason,
            from_month,
            expires_on,
            created_at,
            created_by,
            withdrawn_at,
            ends_after,
        } = answer;
        Self {
            id,
            light,
            reason,
            from_month,
            expires_on,
            created_at,
            created_by,
            withdrawn_at,
            ends_after,
        }
    }
}

impl From<filings::Filings> for Filings {
    fn from(filings: filings::Filings) -> Self {
        let filings::Filings { due, confirmed, submitted, returned, missing, late } = filings;
        Self { due, confirmed, submitted, returned, missing, late }
    }
}
