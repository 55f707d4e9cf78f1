//! Parts of lights that other answers show too.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::light::judgement::CatchUp;
use crate::domain::light::sums::LightCounts;
use crate::domain::money::Fen;
use crate::domain::words::{Language, Words};

/// Investment needed, and by when, to return to green (追赶量).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CatchUp)]
pub struct CatchUpView {
    /// Investment needed in addition to what is completed, in 万元.
    pub amount_wan: Fen,
    /// Last day for it.
    pub by: NaiveDate,
    /// Amount and day as a sentence, in the caller's language.
    pub words: String,
}

impl CatchUpView {
    /// Renders `catch_up` in the caller's language.
    pub fn of(catch_up: CatchUp, language: Language) -> Self {
        let CatchUp { amount, by } = catch_up;
        let wan = amount.to_wan_grouped();
        let words = Words::new(
            format!("到 {by} 再完成 {wan} 万元，即可恢复绿灯。"),
            format!("Complete another {wan} 万元 by {by} to return to green."),
        );
        Self { amount_wan: amount, by, words: words.say(language) }
    }
}

/// Number of projects per light.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = LightCounts)]
pub struct LightCountsView {
    /// Green: on schedule.
    pub green: i64,
    /// Yellow: behind schedule.
    pub yellow: i64,
    /// Red: far behind schedule.
    pub red: i64,
    /// Grey: not due yet, or not reported.
    pub grey: i64,
    /// Blue: finished.
    pub blue: i64,
}

impl From<LightCounts> for LightCountsView {
    fn from(counts: LightCounts) -> Self {
        Self {
            green: counts.green,
            yellow: counts.yellow,
            red: counts.red,
            grey: counts.grey,
            blue: counts.blue,
        }
    }
}
