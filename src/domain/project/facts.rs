//! Editable facts of a project and their validation.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::domain::date::DateRefusal;
use crate::domain::error::FieldError;
use crate::domain::id::{AreaId, IndustryId};
use crate::domain::money::Fen;
use crate::domain::project::classes::{Nature, Visibility};
use crate::domain::project::precision::DatePrecisions;
use crate::domain::project::refusal::ProjectRefusal;
use crate::domain::project::stage::Stage;
use crate::domain::words::Words;

/// Editable facts of a project: everything except its stage and history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectFacts {
    /// National project code; optional until construction.
    pub code: Option<String>,
    /// Reason why there is no code yet, or why a wrong check digit is correct; empty otherwise.
    pub code_reason: String,
    /// Project name.
    pub name: String,
    /// Content and scale (建设内容及规模).
    pub content: String,
    /// Industry line under which it is counted.
    pub industry_id: IndustryId,
    /// Area under which it is counted.
    pub area_id: AreaId,
    /// Construction nature (建设性质).
    pub nature: Nature,
    /// Total planned investment; zero if it is unknown, which is allowed until construction.
    pub total: Fen,
    /// Invested before the register began.
    pub invested_before: Fen,
    /// Planned start of construction.
    pub planned_start: Option<NaiveDate>,
    /// Planned finish of construction.
    pub planned_finish: Option<NaiveDate>,
    /// Planned start of operation.
    pub planned_operation: Option<NaiveDate>,
    /// Actual start of construction.
    pub actual_start: Option<NaiveDate>,
    /// Actual finish of construction.
    pub actual_finish: Option<NaiveDate>,
    /// Actual start of operation.
    pub actual_operation: Option<NaiveDate>,
    /// How much is known of these dates.
    pub precisions: DatePrecisions,
    /// The leader in charge (包保领导); may be empty.
    pub leader: String,
    /// Where it is built, in words; may be empty.
    pub location: String,
    /// Contractor (施工单位); may be empty.
    pub contractor: String,
    /// Sum of the contract with the contractor, if known.
    pub contract_sum: Option<Fen>,
    /// Package of projects it belongs to (打捆项目); may be empty.
    pub package: String,
    /// Phase of a project built in phases, such as 一期; may be empty.
    pub phase: String,
    /// Remarks; may be empty.
    pub remarks: String,
    /// Longitude in millionths of a degree; east is positive.
    pub longitude_e6: Option<i64>,
    /// Latitude in millionths of a degree; north is positive.
    pub latitude_e6: Option<i64>,
    /// Who may see the project.
    pub visibility: Visibility,
}

impl ProjectFacts {
    /// True if the total investment is known.
    pub fn knows_total(&self) -> bool {
        self.total != Fen::ZERO
    }

    /// The facts a project cannot do without; all others are unknown, empty or zero.
    pub fn new(name: String, industry_id: IndustryId, area_id: AreaId, total: Fen) -> Self {
        Self {
            code: None,
            code_reason: String::new(),
            name,
            content: String::new(),
            industry_id,
            area_id,
            nature: Nature::NewConstruction,
            total,
            invested_before: Fen::ZERO,
            planned_start: None,
            planned_finish: None,
            planned_operation: None,
            actual_start: None,
            actual_finish: None,
            actual_operation: None,
            precisions: DatePrecisions::DAYS,
            leader: String::new(),
            location: String::new(),
            contractor: String::new(),
            contract_sum: None,
            package: String::new(),
            phase: String::new(),
            remarks: String::new(),
            longitude_e6: None,
            latitude_e6: None,
            visibility: Visibility::Open,
        }
    }

    /// Longitude in degrees, with six decimals.
    pub fn longitude(&self) -> Option<String> {
        self.longitude_e6.map(degrees)
    }

    /// Latitude in degrees, with six decimals.
    pub fn latitude(&self) -> Option<String> {
        self.latitude_e6.map(degrees)
    }

    /// Validates the facts of a project in `stage`; returns all errors, each with a JSON pointer.
    pub fn check(&self, stage: Stage, today: NaiveDate) -> Vec<FieldError> {
        let mut errors = Vec::new();
        self.check_money(stage, &mut errors);
        self.check_order(&mut errors);
        self.check_future(today, &mut errors);
        self.check_place(&mut errors);
        if stage.has_started() && self.lacks_code() {
            let words = ProjectRefusal::CodeRequired.words();
            let error = FieldError::new("/code", "required", words);
            errors.push(error.compared_with(&["/code_reason", "/stage"]));
        }
        errors
    }

    /// True if the project has neither a national code nor a reason for its absence; construction
    /// then cannot start.
    pub(super) fn lacks_code(&self) -> bool {
        self.code.is_none() && self.code_reason.is_empty()
    }

    fn check_money(&self, stage: Stage, errors: &mut Vec<FieldError>) {
        if self.total.is_negative() {
            errors.push(not_positive("/total_investment_wan"));
        }
        if !self.knows_total() && stage.has_started() {
            let words = Words::new(
                "总投资在开工以前可以暂缺；已开工的项目必须填写。",
                "The total may be unknown until construction; a project that has started requires it.",
            );
            let error = FieldError::new("/total_investment_wan", "required", words);
            errors.push(error.compared_with(&["/stage"]));
        }
        if self.contract_sum.is_some_and(|sum| sum <= Fen::ZERO) {
            errors.push(not_positive("/contract_sum_wan"));
        }
        if self.invested_before.is_negative() {
            let words = Words::new("以前年度完成投资不能为负。", "Cannot be negative.");
            errors.push(FieldError::new("/invested_before_wan", "negative", words));
        }
    }

    fn check_order(&self, errors: &mut Vec<FieldError>) {
        const PLANNED: &[&str] = &["/planned_start"];
        const ACTUAL: &[&str] = &["/actual_start"];
        let pairs = [
            ("/planned_finish", self.planned_finish, self.planned_start, PLANNED),
            ("/planned_operation", self.planned_operation, self.planned_start, PLANNED),
            ("/actual_finish", self.actual_finish, self.actual_start, ACTUAL),
            ("/actual_operation", self.actual_operation, self.actual_start, ACTUAL),
        ];
        for (pointer, end, start, compared) in pairs {
            if let (Some(start), Some(end)) = (start, end)
                && end < start
            {
                let words = Words::new(
                    format!("{end} 早于开工日期 {start}。"),
                    format!("{end} is before the start date {start}."),
                );
                let error = FieldError::new(pointer, "before-start", words);
                errors.push(error.compared_with(compared));
            }
        }
        if self.actual_start.is_none() && (self.actual_finish.or(self.actual_operation)).is_some() {
            let words = Words::new(
                "已有竣工或投产日期，请补填实际开工日期。",
                "A finished project requires an actual start date.",
            );
            let error = FieldError::new("/actual_start", "required", words);
            errors.push(error.compared_with(&["/actual_finish", "/actual_operation"]));
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
                    DateRefusal::InFuture { day, today }.words(),
                ));
            }
        }
    }

    /// Checks that the dates required by `stage` are given.
    pub(super) fn check_stage_days(&self, stage: Stage, errors: &mut Vec<FieldError>) {
        let days = [
            ("/actual_start", stage.has_started(), self.actual_start),
            ("/actual_finish", stage.has_ended(), self.actual_finish),
        ];
        for (pointer, needed, day) in days {
            if needed && day.is_none() && !errors.iter().any(|e| e.pointer == pointer) {
                let words = Words::new(
                    format!("库别为“{}”的项目须有该日期。", stage.zh()),
                    format!("A project in stage {stage} requires this date."),
                );
                let error = FieldError::new(pointer, "required", words);
                errors.push(error.compared_with(&["/stage"]));
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

/// The error of an amount that must be greater than zero.
pub(crate) fn not_positive(pointer: &str) -> FieldError {
    let words = Words::new(
        "应大于零；不知道时请留空。",
        "Must be greater than zero; leave it out if unknown.",
    );
    FieldError::new(pointer, "not-positive", words)
}

fn degrees(e6: i64) -> String {
    Decimal::new(e6, 6).to_string()
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

    pub(super) fn check_ends(&self) -> Result<(), DateRefusal> {
        let ends = [self.actual_finish, self.actual_operation];
        match (self.actual_start, ends.into_iter().flatten().min()) {
            (Some(earlier), Some(day)) if day < earlier => {
                Err(DateRefusal::BeforeStart { day, earlier })
            }
            _ => Ok(()),
        }
    }
}
