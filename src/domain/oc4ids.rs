//! What the register's words mean in the Open Contracting for Infrastructure Data Standard, 0.9.5.
//!
//! Each table says why. Codes are the standard's; where a codelist is open and has no code for what
//! the register knows, ours begins with `x_`.

use chrono::NaiveDate;

use crate::domain::milestone::{CONSTRUCTION_PERMIT, Milestone, MilestoneClass};
use crate::domain::money::Fen;
use crate::domain::project::{Nature, Stage};
use crate::domain::reference::unit::{UnitKind, UnitRole};

/// The version packages state: major and minor alone.
pub const VERSION: &str = "0.9";
/// The currency of every amount.
pub const CURRENCY: &str = "CNY";

/// The `projectStatus` of a stage.
pub const fn status(stage: Stage) -> &'static str {
    match stage {
        // The decision to develop it; nothing was prepared.
        Stage::Planned => "identification",
        // Feasibility, assessments and approvals go on while a project is in reserve.
        Stage::Reserve => "preparation",
        Stage::Construction => "implementation",
        // 竣工: built and being handed over, not yet at work.
        Stage::Completed => "completion",
        // 投产: the standard's phase of day-to-day operation; `completed` is deprecated for it.
        Stage::Operating => "maintenance",
        Stage::Terminated => "cancelled",
    }
}

/// The `projectType` of a nature; none for a purchase, which builds nothing.
pub const fn project_type(nature: Nature) -> Option<&'static str> {
    match nature {
        Nature::NewConstruction => Some("construction"),
        Nature::Expansion => Some("expansion"),
        Nature::Renovation | Nature::Restoration => Some("rehabilitation"),
        // 迁建: an asset is built elsewhere in the place of one there is.
        Nature::Relocation => Some("replacement"),
        Nature::Purchase => None,
    }
}

/// The `projectSector` of an industry line of the plan. The standard's sectors are those of public
/// works; manufacturing is `economy`. None for a line this program does not know: its own code
/// stands beside as a classification in any case.
pub fn sector(industry: &str) -> Option<&'static str> {
    match industry {
        "next_gen_it" => Some("communications"),
        "new_energy" => Some("energy"),
        "medical_wellness" => Some("health"),
        "cultural_creative" | "quality_tourism" => Some("cultureSportsAndRecreation"),
        "high_end_equipment"
        | "new_energy_materials"
        | "new_materials"
        | "modern_marine"
        | "high_end_chemicals"
        | "modern_agriculture"
        | "modern_finance" => Some("economy"),
        _ => None,
    }
}

/// The `milestoneType` of a milestone.
pub fn milestone_type(code: &str, class: MilestoneClass) -> &'static str {
    match (code, class) {
        ("project_approval" | "land_use" | "planning_permit" | CONSTRUCTION_PERMIT, _) => {
            "approval"
        }
        ("environmental_review" | "energy_review", _) => "assessment",
        ("tender", _) => "procurement",
        (_, MilestoneClass::Procedure) => "approval",
        (_, MilestoneClass::Construction) => "delivery",
    }
}

/// The `milestoneStatus` on `today`: measured by the day it was promised for, which never moves.
pub fn milestone_status(milestone: &Milestone, today: NaiveDate) -> &'static str {
    if milestone.actual.is_some() {
        "met"
    } else if today > milestone.baseline {
        "notMet"
    } else {
        "scheduled"
    }
}

/// The `partyRole`s of a unit of this kind in this role.
///
/// Who owns a project pays for it: a buyer. It is a public authority only when it is one.
pub const fn party_roles(role: UnitRole, kind: UnitKind) -> &'static [&'static str] {
    match (role, kind) {
        (UnitRole::Owner, UnitKind::Enterprise) => &["buyer"],
        (UnitRole::Owner, _) => &["buyer", "publicAuthority"],
        (UnitRole::Lead, _) => &["x_leadUnit"],
        (UnitRole::Support, _) => &["x_supportUnit"],
        (UnitRole::Territory, _) => &["x_territory"],
        (UnitRole::Regulator, _) => &["x_industryRegulator"],
    }
}

/// The amount in 元 with two decimals, as a number is written in JSON.
pub fn yuan(amount: Fen) -> String {
    decimal(amount.get(), 2)
}

/// `scaled` with so many decimals.
pub fn decimal(scaled: i64, decimals: usize) -> String {
    let sign = if scaled < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", scaled.unsigned_abs(), width = decimals + 1);
    let (whole, part) = digits.split_at(digits.len() - decimals);
    format!("{sign}{whole}.{part}")
}

/// The beginning of a day in China.
pub fn begins(day: NaiveDate) -> String {
    format!("{}T00:00:00+08:00", day.format("%Y-%m-%d"))
}

/// The end of a day in China.
pub fn ends(day: NaiveDate) -> String {
    format!("{}T23:59:59+08:00", day.format("%Y-%m-%d"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_in_yuan_have_two_decimals() {
        let said = |wan: &str| yuan(Fen::parse_wan(wan).unwrap());

        assert_eq!(said("14456800.00"), "144568000000.00");
        assert_eq!(said("0.000001"), "0.01");
        assert_eq!(said("-0.00001"), "-0.10");
        assert_eq!(said("0"), "0.00");
        assert_eq!(said("999999999.999999"), "9999999999999.99", "the largest amount there is");
        assert_eq!(decimal(118_674_700, 6), "118.674700");
        assert_eq!(decimal(-5, 6), "-0.000005");
    }

    proptest! {
        #[test]
        fn no_digit_is_lost(fen in any::<i64>()) {
            let text = yuan(Fen::new(fen));
            let (whole, part) = text.split_once('.').unwrap();
            prop_assert_eq!(part.len(), 2);
            prop_assert_eq!(format!("{whole}{part}").parse::<i128>().unwrap(), i128::from(fen));
        }
    }

    #[test]
    fn every_line_of_the_plan_has_a_sector_and_others_none() {
        for line in include_str!("../../seeds/plan-2021/industries.csv").lines().skip(1) {
            assert!(sector(line.split(',').next().unwrap()).is_some(), "{line}");
        }
        assert_eq!(sector("low_altitude"), None);
    }

    #[test]
    fn only_an_authority_is_a_public_authority() {
        for kind in UnitKind::ALL {
            let authority = party_roles(UnitRole::Owner, *kind).contains(&"publicAuthority");
            assert_eq!(authority, *kind != UnitKind::Enterprise, "{kind}");
        }
    }
}
