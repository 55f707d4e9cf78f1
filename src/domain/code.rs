//! National project codes and unified social credit codes, with check-digit validation.

use crate::domain::error::FieldError;
use crate::domain::words::Words;

/// Reason a code is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Does not have the form of a national project code.
    #[error(
        "not a national project code: YYMM-RRRRRR-DD-TT-XXXXXX, or YYYY-RRRRRR-NN-TT-NNNNNN for 2015 to 2020"
    )]
    ProjectForm,
    /// Does not have the form of a unified social credit code.
    #[error(
        "not a unified social credit code: 18 digits and capital letters without I, O, S, V, Z"
    )]
    CreditForm,
    /// The check digit does not match the other digits.
    #[error(
        "the check digit is wrong; correct the typing error, or give a reason if the code was issued this way"
    )]
    CheckDigit,
}

impl From<CodeError> for FieldError {
    fn from(error: CodeError) -> Self {
        let (code, zh) = match &error {
            CodeError::ProjectForm => (
                "wrong-form",
                "不是国家项目代码：应为 YYMM-RRRRRR-DD-TT-XXXXXX，2015 至 2020 年的旧码为 YYYY-RRRRRR-NN-TT-NNNNNN。",
            ),
            CodeError::CreditForm => (
                "wrong-form",
                "不是统一社会信用代码：应为 18 位数字和大写字母（不含 I、O、S、V、Z）。",
            ),
            CodeError::CheckDigit => {
                ("check-digit", "校验位不符，请核对是否录入有误；如代码确系如此赋码，请填写原因。")
            }
        };
        let error = Self::new("", code, Words::new(zh, format!("{error}.")));
        // A reason admits a wrong check digit.
        if code == "check-digit" { error.compared_with(&["/code_reason"]) } else { error }
    }
}

/// Whether a wrong check digit is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Override {
    /// Reject a wrong check digit.
    None,
    /// Accept it because a reason was given; the form must still be right.
    Reasoned,
}

/// National project code (国家项目代码).
///
/// Format since November 2020: `YYMM-RRRRRR-DD-TT-XXXXXC`, where `C` is an ISO 7064 MOD 11,10 check
/// digit over the 19 digits before it. From 2015 to 2020: `YYYY-RRRRRR-NN-TT-NNNNNN`, without a
/// check digit. The check algorithm was inferred from published codes, so a reason can override it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProjectCode(String);

impl ProjectCode {
    const GROUPS: [usize; 5] = [4, 6, 2, 2, 6];

    /// Parses a code in either format.
    ///
    /// # Errors
    /// [`CodeError::ProjectForm`], or [`CodeError::CheckDigit`] without an override.
    pub(crate) fn parse(text: &str, accept: Override) -> Result<Self, CodeError> {
        let text = text.trim();
        let digits = Self::digits(text).ok_or(CodeError::ProjectForm)?;
        let number = |at: std::ops::Range<usize>| {
            digits.get(at).unwrap_or_default().iter().fold(0, |n, d| n * 10 + *d)
        };
        if (2015..=2020).contains(&number(0..4)) {
            return Ok(Self(text.to_owned()));
        }
        if !(11..=99).contains(&number(0..2)) || !(1..=12).contains(&number(2..4)) {
            return Err(CodeError::ProjectForm);
        }
        let (body, check) = digits.split_at(19);
        if accept == Override::None && check != [project_check_digit(body)] {
            return Err(CodeError::CheckDigit);
        }
        Ok(Self(text.to_owned()))
    }

    fn digits(text: &str) -> Option<Vec<u32>> {
        let groups: Vec<&str> = text.split('-').collect();
        let lengths: Vec<usize> = groups.iter().map(|g| g.len()).collect();
        if lengths != Self::GROUPS {
            return None;
        }
        groups.concat().chars().map(|c| c.to_digit(10)).collect()
    }

    /// The code as issued, with hyphens.
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

/// ISO 7064 MOD 11,10 check digit of `body`.
fn project_check_digit(body: &[u32]) -> u32 {
    let product = body.iter().fold(10, |product, digit| {
        let sum = match (product + digit) % 10 {
            0 => 10,
            sum => sum,
        };
        (sum * 2) % 11
    });
    (11 - product) % 10
}

/// Unified social credit code (统一社会信用代码, GB 32100-2015).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CreditCode(String);

impl CreditCode {
    const LETTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

    /// Parses a code and checks its check digit.
    ///
    /// # Errors
    /// [`CodeError::CreditForm`], or [`CodeError::CheckDigit`] without an override.
    pub(crate) fn parse(text: &str, accept: Override) -> Result<Self, CodeError> {
        let text = text.trim();
        let values: Option<Vec<usize>> = text.chars().map(|c| Self::LETTERS.find(c)).collect();
        let values = values.filter(|v| v.len() == 18).ok_or(CodeError::CreditForm)?;
        let (body, check) = values.split_at(17);
        let sum: usize = body.iter().zip(Self::WEIGHTS).map(|(value, weight)| value * weight).sum();
        // If the sum is divisible by 31, the check value is 0, not 31; hence the outer remainder.
        if accept == Override::None && check != [(31 - sum % 31) % 31] {
            return Err(CodeError::CheckDigit);
        }
        Ok(Self(text.to_owned()))
    }

    /// The 18-character code.
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROJECTS: [&str; 3] =
        ["2111-522323-04-01-342068", "2411-130202-89-01-637015", "2602-411102-04-04-398932"];
    const CREDITS: [&str; 3] = ["91350100M000100Y43", "91110000101623741K", "113705000000000030"];

    fn project(text: &str) -> Result<ProjectCode, CodeError> {
        ProjectCode::parse(text, Override::None)
    }

    #[test]
    fn published_codes_are_accepted() {
        for code in PROJECTS {
            assert_eq!(project(code).unwrap().0, code);
        }
        assert!(project("2020-370502-26-03-123456").is_ok(), "legacy codes carry no check");
        for code in CREDITS {
            assert_eq!(CreditCode::parse(code, Override::None).unwrap().0, code);
        }
    }

    #[test]
    fn a_wrong_check_digit_is_refused_unless_a_reason_is_given() {
        assert_eq!(project("2601-140100-89-01-123456"), Err(CodeError::CheckDigit));
        assert!(ProjectCode::parse("2601-140100-89-01-123456", Override::Reasoned).is_ok());
        let credit = "91310115MA1H8R7C6D";
        assert_eq!(CreditCode::parse(credit, Override::None), Err(CodeError::CheckDigit));
        assert!(CreditCode::parse(credit, Override::Reasoned).is_ok());
    }

    #[test]
    fn a_reason_does_not_excuse_a_wrong_form() {
        for bad in [
            "",
            "2111-522323-04-01-34206",
            "2113-522323-04-01-342068",
            "2111-522323-04-01-34206x",
            "2111522323040134206８",
            "2014-370502-26-03-123456",
        ] {
            assert_eq!(
                ProjectCode::parse(bad, Override::Reasoned),
                Err(CodeError::ProjectForm),
                "{bad}"
            );
        }
        for bad in ["", "91350100M000100Y4", "91350100M000100Y4I", "91350100m000100y43"] {
            assert_eq!(
                CreditCode::parse(bad, Override::Reasoned),
                Err(CodeError::CreditForm),
                "{bad}"
            );
        }
    }

    #[test]
    fn every_single_digit_typing_error_is_found() {
        for code in PROJECTS {
            for (at, digit) in code.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
                for other in ('0'..='9').filter(|other| *other != digit) {
                    let mut wrong = code.to_owned();
                    wrong.replace_range(at..=at, &other.to_string());
                    // A changed date can look like a code of 2015 to 2020, which has no check
                    // digit.
                    let legacy = wrong.starts_with("20") && ("2015".."2021").contains(&&wrong[..4]);
                    assert!(legacy || project(&wrong).is_err(), "{wrong}");
                }
            }
        }
    }

    #[test]
    fn every_single_letter_typing_error_is_found() {
        for code in CREDITS {
            for at in 0..18 {
                for other in CreditCode::LETTERS.chars().filter(|c| !code[at..].starts_with(*c)) {
                    let mut wrong = code.to_owned();
                    wrong.replace_range(at..=at, &other.to_string());
                    assert!(CreditCode::parse(&wrong, Override::None).is_err(), "{wrong}");
                }
            }
        }
    }
}
