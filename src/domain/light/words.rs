//! Explains in words why a project shows its light.

use crate::domain::light::judgement::ProjectLight;
use crate::domain::light::overrides::LightOverride;
use crate::domain::light::{GreyReason, Light};
use crate::domain::words::Words;

impl ProjectLight {
    /// Explanation of the displayed light: the override, the deciding rule, or the reason it is
    /// grey.
    pub(crate) fn words(&self) -> Words {
        if let Some(LightOverride { light, expires_on: until, reason, .. }) = &self.overridden {
            return Words::new(
                format!("人工认定为{}，至 {until}：{reason}", light.zh()),
                format!("Set to {light} manually until {until}: {reason}"),
            );
        }
        if let Some(finding) = self.decided_by {
            return finding.words();
        }
        if self.light == Light::Blue {
            return Words::new("已竣工。", "The project is finished.");
        }
        let silent = self.findings.iter().find(|f| f.grey == Some(GreyReason::NotReported));
        if silent.is_none() && self.unplanned {
            return Words::new(
                "今年没有计划投资，不判断投资进度。",
                "Nothing is planned this year, so there is no progress to judge.",
            );
        }
        let nothing_due = self.findings.iter().all(|f| f.grey.is_some());
        let unsaid = silent.or(self.findings.first().filter(|_| nothing_due));
        unsaid.map_or_else(
            || Words::new("已退出项目库。", "The project has left the register."),
            crate::domain::light::Finding::words,
        )
    }
}
