//! Projects, their stages and stage transitions.

mod classes;
pub(crate) mod external_id;
pub(crate) mod facts;
pub(crate) mod limits;
pub(crate) mod precision;
pub(crate) mod refusal;
mod stage;

use chrono::NaiveDate;

pub(crate) use self::classes::{Nature, Visibility};
pub(crate) use self::stage::Stage;
use crate::domain::clock::Timestamp;

use crate::domain::date::DateRefusal;
use crate::domain::error::FieldError;
use crate::domain::id::ProjectId;
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::project::facts::ProjectFacts;
use crate::domain::project::limits::InvestmentFloor;
use crate::domain::project::refusal::ProjectRefusal;
use crate::domain::text::Reason;
use crate::domain::words::Words;

/// A registered project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Editable facts.
    pub facts: ProjectFacts,
    /// Current stage.
    pub stage: Stage,
    /// Year of registration (入库年份).
    pub registered_year: Year,
    /// Day the project was completed or terminated.
    pub ended_on: Option<NaiveDate>,
    /// True for data made up for demonstration.
    pub synthetic: bool,
    /// Instant of registration.
    pub created_at: Timestamp,
    /// Instant of the last change.
    pub updated_at: Timestamp,
    /// Row version for optimistic locking; sent as the ETag.
    pub version: i64,
}

/// Request to move a project to another stage.
#[derive(Clone, Debug)]
pub struct Move {
    /// Target stage.
    pub to: Stage,
    /// Day of the move.
    pub on: NaiveDate,
    /// Reason; required to go back or to terminate.
    pub(crate) reason: Option<Reason>,
}

impl Project {
    /// Registers a project in `stage`.
    ///
    /// # Errors
    /// All invalid fields: those found by [`ProjectFacts::check`], and missing dates that `stage`
    /// requires.
    pub fn register(
        facts: ProjectFacts,
        stage: Stage,
        registered_year: Year,
        today: NaiveDate,
        now: Timestamp,
    ) -> Result<Self, Vec<FieldError>> {
        let mut errors = facts.check(stage, today);
        facts.check_stage_days(stage, &mut errors);
        // What an unknown total would limit is not limited.
        if facts.total > Fen::ZERO && facts.invested_before > facts.total {
            errors.push(limits::above_total(facts.invested_before, facts.total));
        }
        if stage == Stage::Terminated {
            let words =
                Words::new("已终止的项目不能入库。", "A terminated project cannot be registered.");
            errors.push(FieldError::new("/stage", "not-allowed", words));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let ended_on = facts.actual_finish.filter(|_| stage.has_ended());
        Ok(Self {
            id: ProjectId(0),
            facts,
            stage,
            registered_year,
            ended_on,
            synthetic: false,
            created_at: now,
            updated_at: now,
            version: 1,
        })
    }

    /// Replaces the facts of the project; `floor` is what is planned for and done in it.
    ///
    /// # Errors
    /// All invalid fields.
    pub fn revise(
        mut self,
        facts: ProjectFacts,
        floor: &InvestmentFloor,
        today: NaiveDate,
    ) -> Result<Self, Vec<FieldError>> {
        let mut errors = facts.check(self.stage, today);
        facts.check_stage_days(self.stage, &mut errors);
        errors.extend(floor.check(&self.facts, &facts));
        if !errors.is_empty() {
            return Err(errors);
        }
        if self.stage.has_ended() {
            self.ended_on = facts.actual_finish;
        }
        Ok(Self { facts, ..self })
    }

    /// Adjusts the registration year for a plan of `year`.
    ///
    /// A plan for a year before the registration year moves the registration to that year.
    ///
    /// # Errors
    /// [`ProjectRefusal::Ended`] if the project ended before `year`.
    pub fn planned_for(mut self, year: Year) -> Result<Self, ProjectRefusal> {
        match self.ended_on.map(Year::of) {
            Some(ended) if ended < year => Err(ProjectRefusal::Ended(ended.get())),
            _ => {
                self.registered_year = self.registered_year.min(year);
                Ok(self)
            }
        }
    }

    /// True if the project belongs to `year`: registered by then and not ended earlier.
    pub fn belongs_to(&self, year: Year) -> bool {
        self.registered_year <= year && self.ended_on.is_none_or(|day| Year::of(day) >= year)
    }

    /// Moves the project to another stage and updates its dates.
    ///
    /// The move to construction sets the actual start unless it is already known; completion sets
    /// the actual finish, and so on. A move back clears the dates of the stage it leaves.
    ///
    /// # Errors
    /// [`ProjectRefusal::StageMove`], [`ProjectRefusal::ReasonRequired`], [`DateRefusal::InFuture`],
    /// [`ProjectRefusal::CodeRequired`], [`ProjectRefusal::TotalRequired`],
    /// [`DateRefusal::BeforeStart`].
    pub fn move_to(mut self, step: &Move, today: NaiveDate) -> Result<Self, ProjectRefusal> {
        let Move { to, on, .. } = *step;
        let from = self.stage;
        if !from.next().contains(&to) {
            let allowed: Vec<_> = from.next().iter().map(|s| s.as_str()).collect();
            return Err(ProjectRefusal::StageMove { from, to, allowed: allowed.join(", ") });
        }
        if from.needs_reason(to) && step.reason.is_none() {
            return Err(ProjectRefusal::ReasonRequired { from, to });
        }
        if on > today {
            return Err(DateRefusal::InFuture { day: on, today }.into());
        }
        if to.has_started() && self.facts.lacks_code() {
            return Err(ProjectRefusal::CodeRequired);
        }
        if to.has_started() && !self.facts.knows_total() {
            return Err(ProjectRefusal::TotalRequired);
        }
        self.facts.keep_dates(from, to, on);
        self.facts.check_ends()?;
        self.ended_on = match to {
            Stage::Completed | Stage::Operating => self.facts.actual_finish.or(self.ended_on),
            Stage::Terminated => Some(on),
            Stage::Planned | Stage::Reserve | Stage::Construction => None,
        };
        self.stage = to;
        Ok(self)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::id::{AreaId, IndustryId};
    use crate::domain::money::Fen;

    pub(crate) fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    pub(crate) fn project(stage: Stage) -> Project {
        let at = Timestamp::from_unix_seconds(1_600_000_000).unwrap();
        Project {
            id: ProjectId(1),
            facts: ProjectFacts {
                code: Some("2111-522323-04-01-342068".to_owned()),
                planned_start: Some(day("2021-03-01")),
                planned_finish: Some(day("2022-10-31")),
                actual_start: stage.has_started().then(|| day("2021-03-10")),
                ..ProjectFacts::new(
                    "东营某项目".to_owned(),
                    IndustryId(1),
                    AreaId(1),
                    Fen::parse_wan("10000").unwrap(),
                )
            },
            stage,
            registered_year: Year::new(2021).unwrap(),
            ended_on: None,
            synthetic: false,
            created_at: at,
            updated_at: at,
            version: 1,
        }
    }

    fn step(to: Stage, on: &str) -> Move {
        Move { to, on: day(on), reason: None }
    }

    #[test]
    fn starting_and_finishing_keep_their_days() {
        let today = day("2021-07-01");

        let started = project(Stage::Reserve)
            .move_to(&step(Stage::Construction, "2021-06-15"), today)
            .unwrap();
        let done = started.clone().move_to(&step(Stage::Completed, "2021-06-30"), today).unwrap();

        assert_eq!(started.facts.actual_start, Some(day("2021-06-15")));
        assert_eq!(
            (done.facts.actual_finish, done.ended_on),
            (Some(day("2021-06-30")), Some(day("2021-06-30")))
        );
    }

    #[test]
    fn a_refused_move_says_where_one_could_go() {
        let refused = project(Stage::Planned)
            .move_to(&step(Stage::Operating, "2021-06-15"), day("2021-07-01"));

        let error = refused.unwrap_err();
        assert_eq!(error.code(), "stage-move");
        assert!(error.to_string().ends_with("reserve, construction, terminated"), "{error}");
    }

    #[test]
    fn going_back_needs_a_reason_and_takes_back_the_day() {
        let today = day("2021-07-01");
        let done = project(Stage::Construction)
            .move_to(&step(Stage::Completed, "2021-06-30"), today)
            .unwrap();

        let without = done.clone().move_to(&step(Stage::Construction, "2021-07-01"), today);
        let reason = Some(Reason::parse("验收未通过").unwrap());
        let again = done
            .move_to(&Move { reason, ..step(Stage::Construction, "2021-07-01") }, today)
            .unwrap();

        assert_eq!(without.unwrap_err().code(), "reason-required");
        assert_eq!((again.facts.actual_finish, again.ended_on), (None, None));
        assert_eq!(again.facts.actual_start, Some(day("2021-03-10")));
    }

    #[test]
    fn construction_needs_a_code_or_a_reason_for_none() {
        let mut without = project(Stage::Reserve);
        without.facts.code = None;

        let refused =
            without.clone().move_to(&step(Stage::Construction, "2021-06-15"), day("2021-07-01"));
        without.facts.code_reason = "代码申请中".to_owned();
        let taken = without.move_to(&step(Stage::Construction, "2021-06-15"), day("2021-07-01"));

        assert_eq!(refused.unwrap_err(), ProjectRefusal::CodeRequired);
        assert!(taken.is_ok());
    }

    #[test]
    fn a_day_in_the_future_or_before_the_start_is_refused() {
        let future = project(Stage::Reserve)
            .move_to(&step(Stage::Construction, "2021-07-02"), day("2021-07-01"));
        let early = project(Stage::Construction)
            .move_to(&step(Stage::Completed, "2021-03-01"), day("2021-07-01"));

        assert_eq!(future.unwrap_err().code(), "in-future");
        assert_eq!(early.unwrap_err().code(), "before-start");
    }

    #[test]
    fn every_wrong_fact_is_named_at_once() {
        let mut facts = project(Stage::Construction).facts;
        facts.total = Fen::ZERO;
        facts.invested_before = Fen::new(-1);
        facts.planned_finish = Some(day("2020-01-01"));
        facts.actual_start = None;
        facts.actual_finish = Some(day("2022-01-01"));
        facts.longitude_e6 = Some(200_000_000);
        facts.code = None;

        let errors = facts.check(Stage::Construction, day("2021-07-01"));

        let pointers: Vec<_> = errors.iter().map(|e| e.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            [
                "/total_investment_wan",
                "/invested_before_wan",
                "/planned_finish",
                "/actual_start",
                "/actual_finish",
                "/longitude",
                "/latitude",
                "/code",
            ]
        );
    }

    #[test]
    fn a_project_belongs_to_the_years_between_its_entry_and_its_end() {
        let mut it = project(Stage::Completed);
        it.ended_on = Some(day("2022-06-30"));

        let years: Vec<_> =
            (2020..=2023).filter(|y| it.belongs_to(Year::new(*y).unwrap())).collect();

        assert_eq!(years, [2021, 2022]);
    }
}
