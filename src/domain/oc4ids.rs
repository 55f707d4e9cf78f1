//! Mapping of the register's terms to the Open Contracting for Infrastructure Data Standard
//! (OC4IDS) 0.9.5.
//!
//! Comments give the reason for each mapping. Codes are those of the standard; where a codelist is
//! open and has no suitable code, ours starts with `x_`.

use chrono::NaiveDate;

use crate::domain::milestone::{
    COMPLETION, CONSTRUCTION_PERMIT, Milestone, MilestoneClass, OPERATION, START,
};
use crate::domain::money::Fen;
use crate::domain::project::{Nature, Stage};
use crate::domain::reference::unit::{UnitKind, UnitRole};

/// OC4IDS version stated in packages: major and minor only.
pub(crate) const VERSION: &str = "0.9";
/// Currency code of all amounts.
pub(crate) const CURRENCY: &str = "CNY";

/// `projectStatus` of a stage.
pub(crate) const fn status(stage: Stage) -> &'static str {
    match stage {
        // Decision to develop the project; no preparation yet.
        Stage::Planned => "identification",
        // Feasibility study, assessments and approvals take place while a project is in reserve.
        Stage::Reserve => "preparation",
        Stage::Construction => "implementation",
        // 竣工: built and being handed over, not yet in operation.
        Stage::Completed => "completion",
        // 投产: in operation. The standard deprecates `completed` for this phase.
        Stage::Operating => "maintenance",
        Stage::Terminated => "cancelled",
    }
}

/// `projectType` of a construction nature; `None` for a purchase, which builds nothing, and for
/// 续建.
pub(crate) const fn project_type(nature: Nature) -> Option<&'static str> {
    match nature {
        Nature::NewConstruction => Some("construction"),
        // 改扩建: the standard has no word for both; the asset grows.
        Nature::Expansion | Nature::AlterationAndExpansion => Some("expansion"),
        Nature::Renovation | Nature::Restoration => Some("rehabilitation"),
        // 迁建: an existing asset is replaced by one built elsewhere.
        Nature::Relocation => Some("replacement"),
        // 续建 does not say of what nature the project is.
        Nature::Purchase | Nature::Continuation => None,
    }
}

/// `projectSector` of an industry line.
///
/// The standard's sectors are public works; manufacturing is `economy`. `None` for an unknown line;
/// its own code is given as a classification in any case.
pub(crate) fn sector(industry: &str) -> Option<&'static str> {
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

/// `milestoneType` of a milestone, from its code or else its class.
pub(crate) fn milestone_type(code: &str, class: MilestoneClass) -> &'static str {
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

/// `milestoneCode` of a milestone: that of the standard where it has one, otherwise our own, since
/// the code list is open.
pub(crate) fn milestone_code(code: &str) -> &str {
    match code {
        "project_approval" => "projectApproval",
        START => "commencement",
        COMPLETION => "completion",
        // 投产: the standard ends with the works found ready for operation.
        OPERATION => "commissioning",
        own => own,
    }
}

/// `milestoneStatus` on `today`, measured against the baseline, which never moves.
pub(crate) fn milestone_status(milestone: &Milestone, today: NaiveDate) -> &'static str {
    if milestone.actual.is_some() {
        "met"
    } else if today > milestone.baseline {
        "notMet"
    } else {
        "scheduled"
    }
}

/// `partyRole`s of a unit with this kind and this role.
///
/// The owner pays for the project, so it is a buyer; it is a public authority only if it is a
/// government unit.
pub(crate) const fn party_roles(role: UnitRole, kind: UnitKind) -> &'static [&'static str] {
    match (role, kind) {
        (UnitRole::Owner, UnitKind::Enterprise) => &["buyer"],
        (UnitRole::Owner, _) => &["buyer", "publicAuthority"],
        (UnitRole::Lead, _) => &["x_leadUnit"],
        (UnitRole::Support, _) => &["x_supportUnit"],
        (UnitRole::Territory, _) => &["x_territory"],
        (UnitRole::Regulator, _) => &["x_industryRegulator"],
    }
}

/// Amount in 元 with two decimals, formatted as a JSON number.
pub(crate) fn yuan(amount: Fen) -> String {
    decimal(amount.get(), 2)
}

/// Formats `scaled` as a decimal number with `decimals` decimals.
pub(crate) fn decimal(scaled: i64, decimals: usize) -> String {
    let sign = if scaled < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", scaled.unsigned_abs(), width = decimals + 1);
    let (whole, part) = digits.split_at(digits.len() - decimals);
    format!("{sign}{whole}.{part}")
}

/// Start of `day` in China, as RFC 3339.
pub(crate) fn begins(day: NaiveDate) -> String {
    format!("{}T00:00:00+08:00", day.format("%Y-%m-%d"))
}

/// End of `day` in China, as RFC 3339.
pub(crate) fn ends(day: NaiveDate) -> String {
    format!("{}T23:59:59+08:00", day.format("%Y-%m-%d"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::milestone::TEMPLATES;

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
    fn milestones_have_the_codes_of_the_standard_where_it_has_one() {
        let codes = TEMPLATES.iter().map(|template| (template.code, milestone_code(template.code)));
        let mapped: Vec<_> = codes.filter(|(own, code)| own != code).collect();
        assert_eq!(
            mapped,
            [
                ("project_approval", "projectApproval"),
                ("start", "commencement"),
                ("completion_acceptance", "completion"),
                ("operation", "commissioning"),
            ]
        );
        assert_eq!(milestone_code("main_structure"), "main_structure");
    }

    #[test]
    fn every_nature_has_a_type_unless_it_builds_nothing_or_does_not_say() {
        let without: Vec<&str> = Nature::ALL
            .iter()
            .filter(|nature| project_type(**nature).is_none())
            .map(|nature| nature.as_str())
            .collect();
        assert_eq!(without, ["purchase", "continuation"]);
    }

    #[test]
    fn only_an_authority_is_a_public_authority() {
        for kind in UnitKind::ALL {
            let authority = party_roles(UnitRole::Owner, *kind).contains(&"publicAuthority");
            assert_eq!(authority, *kind != UnitKind::Enterprise, "{kind}");
        }
    }
}
