//! Lights (红黄绿灯): colours, rules and findings.

pub(crate) mod judgement;
pub(crate) mod overrides;
pub(crate) mod rules;
pub(crate) mod sums;
pub(crate) mod words;

use crate::domain::light::rules::LightThresholds;
use crate::domain::rate::Hundredths;
use crate::domain::text_enum::text_enum;
use crate::domain::words::Words;

text_enum! {
    /// Status light of a project or a set of projects.
    Light {
        /// On schedule.
        Green = "green" "绿灯",
        /// Behind schedule.
        Yellow = "yellow" "黄灯",
        /// Far behind schedule.
        Red = "red" "红灯",
        /// Cannot be judged: not due yet, or not reported.
        Grey = "grey" "灰灯",
        /// Finished.
        Blue = "blue" "蓝灯",
    }
}

text_enum! {
    /// Rule that contributes to a light; the worst finding decides.
    LightRule {
        /// Completion rate compared with expected progress.
        Progress = "progress" "投资进度",
        /// Planned start compared with the actual start.
        Start = "start" "开工",
        /// Milestone slippage.
        Milestones = "milestones" "节点",
        /// Overdue monthly reports.
        Reporting = "reporting" "填报",
    }
}

text_enum! {
    /// Reason why a light is grey.
    GreyReason {
        /// Nothing was due yet.
        NotDue = "not_due" "未到期",
        /// The month was not reported.
        NotReported = "not_reported" "未填报",
    }
}

text_enum! {
    /// Unit of a measured value.
    LightUnit {
        /// Percentage points.
        Points = "points" "个百分点",
        /// Months.
        Months = "months" "个月",
        /// Days.
        Days = "days" "天",
        /// Monthly reports.
        Reports = "reports" "份月报",
    }
}

/// Measured value or threshold with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Measure {
    /// Value in hundredths of the unit. Points are displayed with two decimals, other units
    /// without.
    pub value: Hundredths,
    /// Unit of the value.
    pub unit: LightUnit,
}

impl Measure {
    /// A value in percentage points.
    pub(crate) fn points(value: Hundredths) -> Self {
        Self { value, unit: LightUnit::Points }
    }

    /// A counted value in `unit`.
    pub(crate) fn count(value: i64, unit: LightUnit) -> Self {
        Self { value: Hundredths::new(value * 100), unit }
    }
}

impl Measure {
    fn is_zero(self) -> bool {
        self.value.get() == 0
    }
}

impl std::fmt::Display for Measure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.unit {
            LightUnit::Points => self.value.fmt(f),
            LightUnit::Months | LightUnit::Days | LightUnit::Reports => {
                (self.value.get() / 100).fmt(f)
            }
        }
    }
}

/// Result of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Rule.
    pub rule: LightRule,
    /// Light according to this rule.
    pub light: Light,
    /// Reason, if the light is grey.
    pub grey: Option<GreyReason>,
    /// Measured value; `None` if grey.
    pub measured: Option<Measure>,
    /// Threshold that decided: for green, the one that was not crossed; otherwise the one that was.
    pub threshold: Option<Measure>,
}

/// Counts from which a finding is yellow, and red.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CountLimits {
    /// Smallest count that is yellow.
    pub yellow: i64,
    /// Smallest count that is red.
    pub red: i64,
}

impl Finding {
    /// Grey finding, with its reason.
    pub(crate) fn grey(rule: LightRule, why: GreyReason) -> Self {
        Self { rule, light: Light::Grey, grey: Some(why), measured: None, threshold: None }
    }

    /// Finding by deviation: green at or above `green_from`, yellow at or above `yellow_from`, else
    /// red.
    pub(crate) fn by_deviation(deviation: Hundredths, thresholds: &LightThresholds) -> Self {
        let (light, threshold) = if deviation >= thresholds.green_from {
            (Light::Green, thresholds.green_from)
        } else if deviation >= thresholds.yellow_from {
            (Light::Yellow, thresholds.green_from)
        } else {
            (Light::Red, thresholds.yellow_from)
        };
        Self {
            rule: LightRule::Progress,
            light,
            grey: None,
            measured: Some(Measure::points(deviation)),
            threshold: Some(Measure::points(threshold)),
        }
    }

    /// Finding by a count: yellow at or above `yellow`, red at or above `red`, else green.
    pub(crate) fn by_count(
        rule: LightRule,
        count: i64,
        limits: CountLimits,
        unit: LightUnit,
    ) -> Self {
        let CountLimits { yellow, red } = limits;
        let (light, threshold) = if count >= red {
            (Light::Red, red)
        } else if count >= yellow {
            (Light::Yellow, yellow)
        } else {
            (Light::Green, yellow)
        };
        Self {
            rule,
            light,
            grey: None,
            measured: Some(Measure::count(count, unit)),
            threshold: Some(Measure::count(threshold, unit)),
        }
    }

    /// Worst finding; the first one if several are equally bad. `None` if all are grey.
    pub(crate) fn worst(findings: &[Self]) -> Option<Self> {
        let severity = |finding: &Self| match finding.light {
            Light::Red => 3,
            Light::Yellow => 2,
            Light::Green => 1,
            Light::Grey | Light::Blue => 0,
        };
        // `max_by_key` takes the last of equals.
        findings.iter().rev().filter(|f| severity(f) > 0).max_by_key(|f| severity(f)).copied()
    }

    /// Explanation of the finding, in both languages.
    pub(crate) fn words(&self) -> Words {
        let rule = self.rule;
        let (Some(measured), Some(threshold)) = (self.measured, self.threshold) else {
            return match self.grey {
                Some(GreyReason::NotReported) => Words::new(
                    format!("{}：本月未填报，无法判断。", rule.zh()),
                    format!(
                        "{rule}: the month has not been reported, so the light cannot be judged."
                    ),
                ),
                Some(GreyReason::NotDue) | None => {
                    Words::new(format!("{}：未到期。", rule.zh()), format!("{rule}: not due yet."))
                }
            };
        };
        let zh = match rule {
            LightRule::Progress => {
                let side = if self.light == Light::Green { "不低于" } else { "低于" };
                format!("完成率较时序进度相差 {measured} 个百分点，{side}界限 {threshold}")
            }
            LightRule::Start if measured.is_zero() => "已开工".to_owned(),
            LightRule::Milestones if measured.is_zero() => "没有延误的节点".to_owned(),
            LightRule::Reporting if measured.is_zero() => "没有逾期未报的月报".to_owned(),
            LightRule::Start => format!("已过计划开工月 {measured} 个月（界限 {threshold} 个月）"),
            LightRule::Milestones => {
                format!("最大延误 {measured} 天（界限：超过 {} 天）", less_one(threshold))
            }
            LightRule::Reporting => format!("逾期未报 {measured} 份（界限 {threshold} 份）"),
        };
        let en = match rule {
            LightRule::Progress => {
                let side = if self.light == Light::Green { "not below" } else { "below" };
                format!("{measured} points from expected progress, {side} {threshold}")
            }
            LightRule::Start if measured.is_zero() => "the project has started".to_owned(),
            LightRule::Milestones if measured.is_zero() => "no milestone is late".to_owned(),
            LightRule::Reporting if measured.is_zero() => "no overdue report is missing".to_owned(),
            LightRule::Start => format!(
                "{measured} month(s) after the month it was planned for; the threshold is {threshold}"
            ),
            LightRule::Milestones => format!(
                "the most delayed milestone slips by {measured} day(s); the threshold is more than {}",
                less_one(threshold)
            ),
            LightRule::Reporting => {
                format!("{measured} overdue report(s) missing; the threshold is {threshold}")
            }
        };
        let light = self.light;
        Words::new(format!("{}{}：{zh}。", rule.zh(), light.zh()), format!("{rule} {light}: {en}."))
    }
}

/// Milestone thresholds are displayed as "more than n days" but compared as "n + 1 or more".
fn less_one(threshold: Measure) -> i64 {
    threshold.value.get() / 100 - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(text: &str) -> Light {
        Finding::by_deviation(text.parse().unwrap(), &LightThresholds::default()).light
    }

    #[test]
    fn progress_is_judged_at_minus_five_and_minus_twenty_points() {
        assert_eq!(points("3.00"), Light::Green);
        assert_eq!(points("-5.00"), Light::Green);
        assert_eq!(points("-5.01"), Light::Yellow);
        assert_eq!(points("-20.00"), Light::Yellow);
        assert_eq!(points("-20.01"), Light::Red);
    }

    #[test]
    fn the_worst_counts_and_grey_says_nothing() {
        let count = |rule, n| {
            Finding::by_count(rule, n, CountLimits { yellow: 1, red: 3 }, LightUnit::Months)
        };
        let grey = Finding::grey(LightRule::Progress, GreyReason::NotDue);
        let (green, red) = (count(LightRule::Start, 0), count(LightRule::Milestones, 3));
        let also_red = count(LightRule::Reporting, 5);

        assert_eq!(Finding::worst(&[grey, green, red, also_red]), Some(red));
        assert_eq!(Finding::worst(&[grey, green]), Some(green));
        assert_eq!(Finding::worst(&[grey]), None);
        assert_eq!(count(LightRule::Start, 2).light, Light::Yellow);
    }

    #[test]
    fn a_finding_says_its_figures() {
        let thresholds = LightThresholds::default();
        let red = Finding::by_deviation("-23.40".parse().unwrap(), &thresholds).words();
        let limits = CountLimits { yellow: 31, red: 91 };
        let late = Finding::by_count(LightRule::Milestones, 45, limits, LightUnit::Days);

        assert_eq!(red.zh, "投资进度红灯：完成率较时序进度相差 -23.40 个百分点，低于界限 -20.00。");
        assert_eq!(red.en, "progress red: -23.40 points from expected progress, below -20.00.");
        assert_eq!(late.words().zh, "节点黄灯：最大延误 45 天（界限：超过 30 天）。");
    }
}
