//! Questions about a file that one parameter answers for many rows: asked once, with the words that
//! are unknown.

use std::collections::BTreeMap;

use crate::api::imports::table::at;
use crate::domain::error::{CellPlace, FieldError};
use crate::domain::words::Words;

/// Words that one question names; further ones are counted.
const NAMED: usize = 300;
/// Codes that one question names.
const CODES: usize = 60;

/// A parameter that answers a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Parameter {
    /// `industry_of`.
    IndustryOf,
    /// `area_of`.
    AreaOf,
    /// `nature_of`.
    NatureOf,
    /// `new_units`, for this field and heading.
    NewUnits(&'static str, &'static str),
    /// `plan_year`.
    PlanYear,
    /// `plan_months`.
    PlanMonths,
    /// `plan_reason` and `plan_document`.
    PlanReason,
}

impl Parameter {
    /// The parameter that answers errors with this code, which are therefore asked once.
    pub(crate) fn that_answers(code: &str) -> Option<Self> {
        match code {
            "no-months" => Some(Self::PlanMonths),
            "plan-exists" => Some(Self::PlanReason),
            _ => None,
        }
    }
}

#[derive(Debug)]
struct Question {
    place: CellPlace,
    /// Unknown words, with the number of rows; in the order of the file.
    words: Vec<(String, u32)>,
    /// Where each of these words stands in `words`.
    places: BTreeMap<String, usize>,
    /// Codes and names to choose from.
    codes: Vec<(String, String)>,
}

/// The questions about a file, in the order of their parameters.
#[derive(Debug, Default)]
pub(crate) struct Questions {
    asked: BTreeMap<Parameter, Question>,
}

impl Questions {
    /// True if nothing is asked.
    pub(crate) fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// Asks for the meaning of words, which stand at `place`. `suggestion` is what the parameter
    /// would say, and `codes` are those to choose from.
    pub(crate) fn ask(
        &mut self,
        parameter: Parameter,
        place: CellPlace,
        suggestion: String,
        codes: &[(String, String)],
    ) {
        let question = self.asked.entry(parameter).or_insert_with(|| Question {
            place,
            words: Vec::new(),
            places: BTreeMap::new(),
            codes: codes.to_vec(),
        });
        let next = question.words.len();
        let at = *question.places.entry(suggestion.clone()).or_insert(next);
        match question.words.get_mut(at) {
            Some((_, rows)) => *rows += 1,
            None => question.words.push((suggestion, 1)),
        }
    }

    /// The questions as errors, each at its first place.
    pub(crate) fn errors(self) -> Vec<FieldError> {
        self.asked.into_iter().map(|(parameter, question)| question.error(parameter)).collect()
    }
}

impl Question {
    fn error(self, parameter: Parameter) -> FieldError {
        let (code, pointer, words) = self.says(parameter);
        let CellPlace { sheet, row, .. } = &self.place;
        let place = if self.place.column.is_some() { self.place } else { at(sheet, *row, None) };
        FieldError { place: Some(Box::new(place)), ..FieldError::new(pointer, code, words) }
    }

    /// The unknown words, each with its number of rows.
    fn named(&self) -> Words {
        let named = self.words.iter().take(NAMED);
        let (zh, en): (Vec<_>, Vec<_>) = named
            .map(|(words, rows)| (format!("{words}（{rows}）"), format!("{words} ({rows})")))
            .unzip();
        let zh = zh.join("、");
        let en = en.join(", ");
        match self.words.len().saturating_sub(NAMED) {
            0 => Words::new(zh, en),
            more => {
                Words::new(format!("{zh}……（另有 {more} 个）"), format!("{en} ... ({more} more)"))
            }
        }
    }

    /// Code, pointer and words.
    fn says(&self, parameter: Parameter) -> (&'static str, &'static str, Words) {
        match parameter {
            Parameter::IndustryOf => {
                ("unknown-industry", "/industry_of", self.meaning("industry_of"))
            }
            Parameter::AreaOf => ("unknown-area", "/area_of", self.meaning("area_of")),
            Parameter::NatureOf => ("unknown-nature", "/nature_of", self.meaning("nature_of")),
            Parameter::NewUnits(field, heading) => {
                ("unknown-unit", "/new_units", self.new_units(field, heading))
            }
            Parameter::PlanYear => ("no-year", "/plan_year", no_year()),
            Parameter::PlanMonths => ("no-months", "/plan_months", no_months()),
            Parameter::PlanReason => ("plan-exists", "/plan_reason", self.plan_reason()),
        }
    }

    fn new_units(&self, field: &str, heading: &str) -> Words {
        let Words { zh, en } = self.named();
        Words::new(
            format!(
                "“{heading}”列中这些单位尚未登记（括号内为行数）：{zh}。请核对是否有写法不同的；确需新增的，请加参数 new_units={field}:类别，类别为 enterprise（企业）、government（党政部门）、institution（事业单位）、zone（开发区）或 collective（统称）。"
            ),
            format!(
                "These units of the column {field:?} are not in the register (with the number of rows): {en}. Check their spelling. To add them, use the parameter new_units={field}:kind, where the kind is enterprise, government, institution, zone or collective."
            ),
        )
    }

    fn plan_reason(&self) -> Words {
        let Words { zh, en } = self.named();
        Words::new(
            format!(
                "这些项目该年已有计划，与本表不同（现计划→本表，括号内为行数）：{zh}。确需调整的，请加参数 plan_reason=原因 和 plan_document=文号；自 plan_from 月份起生效，默认为未关闭的首月，此前各月不变。"
            ),
            format!(
                "These projects have another plan for the year (now→in the file, with the number of rows): {en}. To adjust it, add the parameters plan_reason and plan_document; it applies from the month plan_from on, by default the first that is not closed, and the months before stay as they are."
            ),
        )
    }

    fn meaning(&self, parameter: &str) -> Words {
        let Words { zh, en } = self.named();
        let mut zh_codes = Vec::new();
        let mut en_codes = Vec::new();
        for (code, name) in self.codes.iter().take(CODES) {
            zh_codes.push(format!("{code}（{name}）"));
            en_codes.push(code.as_str());
        }
        let more = if self.codes.len() > CODES { ", ..." } else { "" };
        Words::new(
            format!(
                "登记系统没有这些名称，或须由上方的分类行确定（括号内为行数）：{zh}。请逐个加参数 {parameter}=名称:代码，代码为 {}{more}。",
                zh_codes.join("、")
            ),
            format!(
                "These words are not in the register, or stand in category rows (with the number of rows): {en}. For each of them add the parameter {parameter}=words:code, where the code is one of {}{more}.",
                en_codes.join(", ")
            ),
        )
    }
}

fn no_year() -> Words {
    Words::new(
        "年度计划投资和目标没有写明年份；请加参数 plan_year，如 plan_year=2021。",
        "Nothing says the year of the annual investments and goals. Add the parameter plan_year, such as plan_year=2021.",
    )
}

fn no_months() -> Words {
    Words::new(
        "年度计划须分到各月，文件中没有各月金额；请加参数 plan_months=even（各月平均，余数列入十二月）或 plan_months=december（全部列入十二月），也可另行导入 kind=year_plans。",
        "A year plan has an amount for each month, and the file has none. Add the parameter plan_months=even (a twelfth each, the remainder in December) or plan_months=december (all in December); or import the plans with kind=year_plans.",
    )
}
