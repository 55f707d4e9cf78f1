//! What is known of a project, and what can be wrong with it.

use chrono::NaiveDate;

use crate::domain::error::{FieldError, RuleError};
use crate::domain::id::{AreaId, IndustryId};
use crate::domain::money::Fen;
use crate::domain::project::{Nature, Stage, Visibility};
use crate::domain::words::Words;

/// What is known of a project and may be written: everything but its stage and history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectFacts {
    /// National project code; optional until construction.
    pub code: Option<String>,
    /// Why there is no code yet, or why one with a wrong check digit is right; empty otherwise.
    pub code_reason: String,
    /// Its name.
    pub name: String,
    /// Content and scale (建设内容及规模).
    pub content: String,
    /// The industry line it counts towards.
    pub industry_id: IndustryId,
    /// The area it counts towards.
    pub area_id: AreaId,
    /// What kind of construction it is.
    pub nature: Nature,
    /// Total investment.
    pub total: Fen,
    /// Invested before this register began.
    pub invested_before: Fen,
    /// When construction is to start.
    pub planned_start: Option<NaiveDate>,
    /// When it is to finish.
    pub planned_finish: Option<NaiveDate>,
    /// When operation is to begin.
    pub planned_operation: Option<NaiveDate>,
    /// When construction started.
    pub actual_start: Option<NaiveDate>,
    /// When it finished.
    pub actual_finish: Option<NaiveDate>,
    /// When operation began.
    pub actual_operation: Option<NaiveDate>,
    /// The leader in charge (包保领导); may be empty.
    pub leader: String,
    /// Degrees east, in millionths.
    pub longitude_e6: Option<i64>,
    /// Degrees north, in millionths.
    pub latitude_e6: Option<i64>,
    /// Who may know of it.
    pub visibility: Visibility,
}

impl ProjectFacts {
    /// Everything that is wrong with these facts for a project in `stage`, each with its pointer.
    pub fn check(&self, stage: Stage, today: NaiveDate) -> Vec<FieldError> {
        let mut errors = Vec::new();
        self.check_money(&mut errors);
        self.check_order(&mut errors);
        self.check_future(today, &mut errors);
        self.check_place(&mut errors);
        if stage.has_started() && self.lacks_code() {
            let words = RuleError::CodeRequired.words();
            errors.push(FieldError::new("/code", "required", words));
        }
        errors
    }

    /// Whether construction may not start for want of a national code.
    pub(super) fn lacks_code(&self) -> bool {
        self.code.is_none() && self.code_reason.is_empty()
    }

    fn check_money(&self, errors: &mut Vec<FieldError>) {
        if self.total <= Fen::ZERO {
            let words =
                Words::new("总投资应大于零。", "Total investment must be more than nothing.");
            errors.push(FieldError::new("/total_investment_wan", "not-positive", words));
        }
        if self.invested_before.is_negative() {
            let words = Words::new("以前年度完成投资不能为负。", "Cannot be negative.");
            errors.push(FieldError::new("/invested_before_wan", "negative", words));
        }
    }

    fn check_order(&self, errors: &mut Vec<FieldError>) {
        let pairs = [
            ("/planned_finish", self.planned_start, self.planned_finish),
            ("/planned_operation", self.planned_start, self.planned_operation),
            ("/actual_finish", self.actual_start, self.actual_finish),
            ("/actual_operation", self.actual_start, self.actual_operation),
        ];
        for (pointer, start, end) in pairs {
            if let (Some(start), Some(end)) = (start, end)
                && end < start
            {
                let words = Words::new(
                    format!("{end} 早于开工日期 {start}。"),
                    format!("{end} lies before the start, {start}."),
                );
                errors.push(FieldError::new(pointer, "before-start", words));
            }
        }
        if self.actual_start.is_none() && (self.actual_finish.or(self.actual_operation)).is_some() {
            let words = Words::new(
                "已有竣工或投产日期，请补填实际开工日期。",
                "It finished, so say when it started.",
            );
            errors.push(FieldError::new("/actual_start", "required", words));
        }
    }

    fn check_future(&self, today: NaiveDate, errors: &mut Vec<FieldError>) {
        let dates = [
            ("/actual_start", self.actual_start),
            ("/actual_finish", self.actual_finish),
            ("/actual_operation", self.actual_operation),
        ];
        for (pointer, date) in dates {
            if let Some(day) = date.filter(|day| *day > today) {
                errors.push(FieldError::new(
                    pointer,
                    "in-future",
                    RuleError::InFuture { day, today }.words(),
                ));
            }
        }
    }

    /// A project in a stage has the days that brought it there.
    pub(super) fn check_stage_days(&self, stage: Stage, errors: &mut Vec<FieldError>) {
        let days = [
            ("/actual_start", stage.has_started(), self.actual_start),
            ("/actual_finish", stage.has_ended(), self.actual_finish),
        ];
        for (pointer, needed, day) in days {
            if needed && day.is_none() && !errors.iter().any(|e| e.pointer == pointer) {
                let words = Words::new(
                    format!("库别为“{}”的项目须有该日期。", stage.zh()),
                    format!("A project in stage {stage} has this day."),
                );
                errors.push(FieldError::new(pointer, "required", words));
            }
        }
    }

    fn check_place(&self, errors: &mut Vec<FieldError>) {
        let places = [
            ("/longitude", self.longitude_e6, self.latitude_e6, 180_000_000),
            ("/latitude", self.latitude_e6, self.longitude_e6, 90_000_000),
        ];
        for (pointer, own, other, most) in places {
            if own.is_some_and(|e6| e6.abs() > most) {
                let words = Words::new("经纬度超出范围。", "Out of range.");
                errors.push(FieldError::new(pointer, "out-of-range", words));
            }
            if own.is_none() && other.is_some() {
                let words = Words::new(
                    "经度和纬度须同时填写。",
                    "Give both longitude and latitude, or neither.",
                );
                errors.push(FieldError::new(pointer, "required", words));
            }
        }
    }
}

impl ProjectFacts {
    pub(super) fn keep_dates(&mut self, from: Stage, to: Stage, on: NaiveDate) {
        match (from, to) {
            (Stage::Completed, Stage::Construction) => self.actual_finish = None,
            (_, Stage::Construction) => {
                self.actual_start = self.actual_start.or(Some(on));
            }
            (Stage::Operating, Stage::Completed) => self.actual_operation = None,
            (_, Stage::Completed) => self.actual_finish = self.actual_finish.or(Some(on)),
            (_, Stage::Operating) => self.actual_operation = self.actual_operation.or(Some(on)),
            (_, Stage::Planned | Stage::Reserve) => {
                (self.actual_start, self.actual_finish) = (None, None);
                self.actual_operation = None;
            }
            (_, Stage::Terminated) => {}
        }
    }

    pub(super) fn check_ends(&self) -> Result<(), RuleError> {
        let ends = [self.actual_finish, self.actual_operation];
        match (self.actual_start, ends.into_iter().flatten().min()) {
            (Some(earlier), Some(day)) if day < earlier => {
                Err(RuleError::BeforeStart { day, earlier })
            }
            _ => Ok(()),
        }
    }
}
