//! Monthly reports: states, transitions and validation.

pub(crate) mod cumulative;
mod figures;
pub(crate) mod filings;
pub(crate) mod refusal;
pub(crate) mod restatement;
pub(crate) mod span;
mod state;
pub(crate) mod warning;

use chrono::NaiveDate;

pub(crate) use self::figures::ReportFigures;
pub(crate) use self::state::ReportState;
use crate::domain::clock::Timestamp;

use crate::domain::id::{ProjectId, ReportId, UserId};
use crate::domain::month::Month;
use crate::domain::project::{Project, Stage};
use crate::domain::report::refusal::ReportRefusal;
use crate::domain::report::span::ReportingSpan;
use crate::domain::text::Reason;
use crate::domain::warning::Warning;

/// Account and time of a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Account, if known.
    pub by: Option<UserId>,
    /// Instant of the transition.
    pub at: Timestamp,
}

/// Monthly report of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    /// Its id.
    pub id: ReportId,
    /// The project.
    pub project_id: ProjectId,
    /// Month of the report.
    pub month: Month,
    /// Current state.
    pub state: ReportState,
    /// Figures entered by the owner.
    pub figures: ReportFigures,
    /// Plausibility warnings; they never block submission.
    pub warnings: Vec<Warning>,
    /// Reason for the return; empty if it was not returned.
    pub return_reason: String,
    /// Last submission.
    pub submitted: Option<Step>,
    /// Business day of the first submission; decides whether the report was late.
    pub first_submitted_on: Option<NaiveDate>,
    /// Confirmation, if it was confirmed.
    pub confirmed: Option<Step>,
    /// Row version for optimistic locking; sent as the ETag.
    pub version: i64,
}

/// Checks that `project` can be reported on for `month`.
///
/// # Errors
/// [`ReportRefusal::MonthAhead`], and those of [`ReportingSpan::must_contain`].
pub(crate) fn may_report(
    project: &Project,
    month: Month,
    today: NaiveDate,
) -> Result<(), ReportRefusal> {
    if month.first_day() > today {
        return Err(ReportRefusal::MonthAhead(month));
    }
    ReportingSpan::of(project).must_contain(month)
}

/// Checks that a report of a terminated project is filed with a reason: under a late grant, or
/// because it was returned. Reports of other projects need none.
///
/// # Errors
/// [`ReportRefusal::Terminated`].
pub(crate) fn may_file_when_terminated(
    project: &Project,
    state: Option<ReportState>,
    granted: bool,
) -> Result<(), ReportRefusal> {
    let ended = project.ended_on.filter(|_| project.stage == Stage::Terminated);
    match ended {
        Some(end) if !granted && state != Some(ReportState::Returned) => {
            Err(ReportRefusal::Terminated(end))
        }
        _ => Ok(()),
    }
}

impl Report {
    fn must_be(
        &self,
        states: &[ReportState],
        needed: &'static str,
        next: [&'static str; 2],
    ) -> Result<(), ReportRefusal> {
        if states.contains(&self.state) {
            return Ok(());
        }
        let [next_zh, next] = next;
        Err(ReportRefusal::WrongState { state: self.state, needed, next, next_zh })
    }

    /// Replaces the figures of a draft or returned report.
    ///
    /// # Errors
    /// [`ReportRefusal::WrongState`] if it was submitted or confirmed.
    pub(crate) fn rewrite(self, figures: ReportFigures) -> Result<Self, ReportRefusal> {
        self.must_be(
            &[ReportState::Draft, ReportState::Returned],
            "draft or returned",
            [
                "如需修改，请先由审核单位退回。",
                "To change it, ask the reviewer to return it first.",
            ],
        )?;
        Ok(Self { figures, ..self })
    }

    /// Submits the report for review.
    ///
    /// # Errors
    /// [`ReportRefusal::WrongState`]; [`ReportRefusal::ZeroReasonRequired`] if the investment is zero
    /// during construction and no reason is given.
    pub(crate) fn submit(
        self,
        stage: Stage,
        today: NaiveDate,
        step: Step,
    ) -> Result<Self, ReportRefusal> {
        self.must_be(
            &[ReportState::Draft, ReportState::Returned],
            "draft or returned",
            ["已提交的月报请等待审核；已确认的无需再提交。", "It was already submitted."],
        )?;
        if self.figures.completed.is_zero()
            && stage == Stage::Construction
            && self.figures.zero_reason.is_empty()
        {
            return Err(ReportRefusal::ZeroReasonRequired);
        }
        let first_submitted_on = self.first_submitted_on.or(Some(today));
        Ok(Self {
            state: ReportState::Submitted,
            submitted: Some(step),
            first_submitted_on,
            ..self
        })
    }

    /// Returns a submitted or confirmed report to its owner.
    ///
    /// # Errors
    /// [`ReportRefusal::WrongState`].
    pub(crate) fn send_back(self, reason: &Reason) -> Result<Self, ReportRefusal> {
        self.must_be(
            &[ReportState::Submitted, ReportState::Confirmed],
            "submitted or confirmed",
            [
                "只有已提交或已确认的月报可以退回。",
                "Only a submitted or confirmed report can be returned.",
            ],
        )?;
        let return_reason = reason.as_str().to_owned();
        Ok(Self { state: ReportState::Returned, return_reason, confirmed: None, ..self })
    }

    /// Confirms a submitted report, so that it counts in the figures.
    ///
    /// # Errors
    /// [`ReportRefusal::WrongState`].
    pub(crate) fn confirm(self, step: Step) -> Result<Self, ReportRefusal> {
        self.must_be(
            &[ReportState::Submitted],
            "submitted",
            ["请先由项目单位提交。", "Its owner must submit it first."],
        )?;
        let return_reason = String::new();
        Ok(Self { state: ReportState::Confirmed, confirmed: Some(step), return_reason, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Fen;
    use crate::domain::project::tests::{day, project};
    use crate::domain::rate::Hundredths;

    fn report(state: ReportState, completed: &str) -> Report {
        Report {
            id: ReportId(1),
            project_id: ProjectId(1),
            month: "2021-06".parse().unwrap(),
            state,
            figures: ReportFigures {
                completed: Fen::parse_wan(completed).unwrap(),
                ..ReportFigures::default()
            },
            warnings: Vec::new(),
            return_reason: String::new(),
            submitted: None,
            first_submitted_on: None,
            confirmed: None,
            version: 1,
        }
    }

    fn step() -> Step {
        Step { by: Some(UserId(1)), at: Timestamp::from_unix_seconds(1_625_097_600).unwrap() }
    }

    #[test]
    fn a_report_goes_from_draft_to_confirmed_and_back_with_a_reason() {
        let reason = Reason::parse("请核对本月完成投资").unwrap();

        let submitted = report(ReportState::Draft, "120")
            .submit(Stage::Construction, day("2021-07-02"), step())
            .unwrap();
        let returned = submitted.clone().send_back(&reason).unwrap();
        let again =
            returned.clone().submit(Stage::Construction, day("2021-07-02"), step()).unwrap();
        let confirmed = again.confirm(step()).unwrap();

        assert_eq!(returned.return_reason, "请核对本月完成投资");
        assert_eq!(
            (confirmed.state, confirmed.return_reason.as_str()),
            (ReportState::Confirmed, "")
        );
        assert_eq!(confirmed.send_back(&reason).unwrap().confirmed, None);
    }

    #[test]
    fn every_wrong_step_is_refused_with_the_way_forward() {
        use ReportState::{Confirmed, Draft, Returned, Submitted};
        let reason = Reason::parse("请核对").unwrap();
        for state in [Submitted, Confirmed] {
            assert!(report(state, "1").rewrite(ReportFigures::default()).is_err());
            assert!(
                report(state, "1").submit(Stage::Construction, day("2021-07-02"), step()).is_err()
            );
        }
        for state in [Draft, Returned] {
            assert!(report(state, "1").send_back(&reason).is_err());
        }
        for state in [Draft, Returned, Confirmed] {
            let error = report(state, "1").confirm(step()).unwrap_err();
            assert_eq!(error.code(), "report-state");
            assert!(error.to_string().contains("must submit it first"), "{error}");
        }
    }

    #[test]
    fn a_month_without_investment_says_why() {
        let zero = report(ReportState::Draft, "0");
        let mut explained = zero.clone();
        explained.figures.zero_reason = "雨季停工".to_owned();

        assert_eq!(
            zero.clone().submit(Stage::Construction, day("2021-07-02"), step()),
            Err(ReportRefusal::ZeroReasonRequired)
        );
        assert!(zero.submit(Stage::Reserve, day("2021-07-02"), step()).is_ok());
        assert!(explained.submit(Stage::Construction, day("2021-07-02"), step()).is_ok());
    }

    #[test]
    fn a_month_ahead_or_before_registration_cannot_be_reported() {
        let it = project(Stage::Construction);
        let today = day("2021-07-01");

        assert!(may_report(&it, "2021-07".parse().unwrap(), today).is_ok());
        assert_eq!(
            may_report(&it, "2021-08".parse().unwrap(), today).unwrap_err().code(),
            "month-ahead"
        );
        assert_eq!(
            may_report(&it, "2020-12".parse().unwrap(), today).unwrap_err().code(),
            "before-registration"
        );
    }

    #[test]
    fn negative_amounts_and_impossible_progress_are_named_at_once() {
        let figures = ReportFigures {
            completed: Fen::new(-1),
            funds_paid: Some(Fen::new(-1)),
            physical: Some(Hundredths::new(10_001)),
            ..ReportFigures::default()
        };

        let pointers: Vec<_> = figures.check().into_iter().map(|e| e.pointer).collect();

        assert_eq!(pointers, ["/completed_wan", "/funds_paid_wan", "/physical_percent"]);
    }
}
