//! What decided a project's light, in words.

use crate::domain::light::judgement::ProjectLight;
use crate::domain::light::{GreyReason, Light};
use crate::domain::words::Words;

impl ProjectLight {
    /// What decided the light that is shown: a person's word, the rule that counted, or why
    /// nothing can be said.
    pub fn words(&self) -> Words {
        if let Some(word) = &self.overridden {
            let (light, until, reason) = (word.light, word.expires_on, &word.reason);
            return Words::new(
                format!("人工认定为{}，至 {until}：{reason}", light.zh()),
                format!("A person said {light} until {until}: {reason}"),
            );
        }
        if let Some(finding) = self.decided_by {
            return finding.words();
        }
        if self.light == Light::Blue {
            return Words::new("已竣工。", "It is finished.");
        }
        let silent = self.findings.iter().find(|f| f.grey == Some(GreyReason::NotReported));
        let nothing_due = self.findings.iter().all(|f| f.grey.is_some());
        let unsaid = silent.or(self.findings.first().filter(|_| nothing_due));
        unsaid.map_or_else(
            || Words::new("已退出项目库。", "It has left the register."),
            crate::domain::light::Finding::words,
        )
    }
}
