//! Advice on headings that real lists use and that are no column of the file.

use crate::api::imports::column::{Column, Part};
use crate::api::imports::heading_index::HeadingIndex;
use crate::api::imports::heading_text::{HeadingText, plain};
use crate::domain::error::FieldError;
use crate::domain::month::Year;
use crate::domain::words::Words;
use crate::usecases::imports::kind::ImportKind;

/// Headings of one meaning, and what to do with their column.
struct KnownWord {
    headings: &'static [&'static str],
    /// Ends without a full stop.
    zh: &'static str,
    en: &'static str,
}

/// Headings that only lists of projects explain so.
const IN_PROJECTS: &[KnownWord] = &[KnownWord {
    headings: &["累计完成投资", "已完成投资", "累计完成", "开工以来累计完成投资"],
    zh: "入库以前完成的投资是“以前完成投资（万元）”（invested_before_wan）列，入库以后的由月报（kind=reports）累计；此列确为入库以前的，可加参数 read_column=累计完成投资:invested_before_wan（冒号前写本列名）",
    en: "what was invested before registration is the column \"invested_before_wan\", and later investment is added up from monthly reports (kind=reports); if it is what was invested before, add the parameter read_column=heading:invested_before_wan",
}];

/// Headings that are explained so in every file.
const EVERYWHERE: &[KnownWord] = &[
    KnownWord {
        headings: &["序号", "编号", "序", "号", "No", "No.", "序列"],
        zh: "序号不保存",
        en: "running numbers are not stored",
    },
    KnownWord {
        headings: &["责任人", "负责人", "项目负责人"],
        zh: "责任人可以作为联系人或包保领导导入，请加参数 read_column=责任人:contact 或 read_column=责任人:leader（冒号前写本列名）",
        en: "it can be read as a contact or as the leader in charge: add the parameter read_column=heading:contact or read_column=heading:leader",
    },
    KnownWord {
        headings: &["存在问题", "存在的问题", "需协调事项", "需协调解决的问题", "问题", "困难问题"],
        zh: "需协调事项请在项目中提出（POST /projects/{id}/issues）",
        en: "raise issues at the project (POST /projects/{id}/issues)",
    },
];

/// The error of a heading in one spelling that is no column of files of this kind.
pub(crate) fn unknown(heading: &str, kind: ImportKind) -> FieldError {
    let shown: String = heading.chars().take(40).collect();
    let advice = advice(heading, kind);
    let words = Words::new(
        format!(
            "没有“{shown}”这一列：{}；不需要时可加参数 ignore_column={shown} 忽略此列。",
            advice.zh
        ),
        format!(
            "There is no column {shown:?}: {}. If it is not needed, ignore it with the parameter ignore_column={shown}.",
            advice.en
        ),
    );
    FieldError::new("", "unknown-column", words)
}

fn advice(heading: &str, kind: ImportKind) -> Words {
    let text = HeadingText::of(heading);
    let base = without_year(&text.base);
    let own = if kind == ImportKind::Projects { IN_PROJECTS } else { &[] };
    let known = own.iter().chain(EVERYWHERE).find(|k| k.headings.contains(&base.as_str()));
    if let Some(known) = known {
        return Words::new(known.zh, known.en);
    }
    if let Some(word) = of_a_year(&base, kind) {
        return word;
    }
    if let Some((other, column)) = of_other_file(heading, &base, kind) {
        let (zh, en) = (column.zh, column.name);
        return Words::new(
            format!("它属于“{}”文件（kind={other}）的“{zh}”（{en}）列，请另行导入", other.zh()),
            format!("it is the column {en:?} ({zh}) of files of kind={other}; import it there"),
        );
    }
    similar(heading, kind)
}

/// Headings of one year, such as `2021年计划投资`, without the year.
fn without_year(base: &str) -> String {
    let rest = base.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = base.len() - rest.len();
    let rest = rest.strip_prefix("年度").or_else(|| rest.strip_prefix('年')).unwrap_or(rest);
    if digits == 4 { rest.to_owned() } else { base.to_owned() }
}

/// What a heading of one year is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct YearHeading {
    /// The field.
    pub field: &'static str,
    /// The year.
    pub year: Year,
}

/// The field of a heading of one year, such as `2021年计划投资`, in one spelling and without unit.
pub(crate) fn of_one_year(base: &str) -> Option<YearHeading> {
    let base = base.strip_prefix("截至").or_else(|| base.strip_prefix('至')).unwrap_or(base);
    let digits: String = base.chars().take_while(char::is_ascii_digit).collect();
    let year = digits.parse().ok().filter(|_| digits.len() == 4).and_then(Year::new)?;
    let rest = without_year(base);
    let done = [
        "底累计完成投资",
        "底完成投资",
        "底前完成投资",
        "前完成投资",
        "底已完成投资",
        "底累计投资",
        "底前累计完成投资",
        "末累计完成投资",
    ];
    let field = if done.contains(&rest.as_str()) {
        "invested_before_wan"
    } else if PLANS.contains(&rest.as_str()) {
        "annual_investment_wan"
    } else if GOALS.contains(&rest.as_str()) {
        "goal"
    } else {
        return None;
    };
    Some(YearHeading { field, year })
}

const PLANS: &[&str] = &[
    "计划投资",
    "投资计划",
    "年度计划投资",
    "年度投资计划",
    "计划完成投资",
    "年计划投资",
    "当年计划投资",
    "计划投资额",
    "投资",
    "预计投资",
    "投资额",
];

const GOALS: &[&str] = &[
    "工作目标",
    "年度目标",
    "年度工作目标",
    "建设目标",
    "年度建设内容",
    "形象进度目标",
    "主要建设内容",
    "目标",
    "工作内容",
    "建设内容",
    "计划形象进度",
    "目标任务",
    "形象进度",
    "进度目标",
];

fn of_a_year(base: &str, kind: ImportKind) -> Option<Words> {
    let column = if PLANS.contains(&base) {
        "“年度计划投资（万元）”（annual_investment_wan）"
    } else if GOALS.contains(&base) {
        "“年度目标”（goal）"
    } else {
        return None;
    };
    if kind == ImportKind::Projects {
        return Some(Words::new(
            format!(
                "是否为{column}列？若是，请加参数 read_column={base}:字段名，并以参数 plan_year 说明年份"
            ),
            format!(
                "perhaps it is the column {column}; if so, add the parameter read_column={base}:field, and the year as plan_year"
            ),
        ));
    }
    if kind == ImportKind::YearPlans {
        return Some(Words::new(
            format!("年份请填在“年份”（year）列，此列改名为{column}"),
            format!("put the year into the column \"year\" and rename this one to {column}"),
        ));
    }
    Some(Words::new(
        format!("它属于“年度计划”文件（kind=year_plans）的{column}列，请另行导入"),
        format!("it is the column {column} of files of kind=year_plans; import it there"),
    ))
}

/// The column of another kind of file with this heading.
fn of_other_file(
    heading: &str,
    base: &str,
    kind: ImportKind,
) -> Option<(ImportKind, &'static Column)> {
    let others = ImportKind::ALL.iter().copied().filter(|other| *other != kind);
    others.into_iter().find_map(|other| {
        let index = HeadingIndex::of(other);
        let column = index.find(heading).or_else(|| index.find(base))?;
        matches!(column.part, Part::Write | Part::Fixed | Part::Beside).then_some((other, column))
    })
}

fn similar(heading: &str, kind: ImportKind) -> Words {
    let base = HeadingText::of(heading).base;
    let near = |name: &str| strsim::normalized_damerau_levenshtein(&base, name);
    let zh_base = |c: &Column| HeadingText::of(&plain(c.zh)).base;
    let likeness = |c: &Column| near(&zh_base(c)).max(near(c.name));
    let candidates = kind.columns().iter().filter(|c| c.part != Part::Ignored);
    let best = candidates.max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    match best.filter(|c| likeness(c) > 0.4) {
        Some(c) => Words::new(
            format!(
                "是否应为“{}”（{}）？若是，请改名或加参数 read_column={heading}:{}",
                c.zh, c.name, c.name
            ),
            format!(
                "perhaps {:?} ({}) is meant; if so, rename it or add the parameter read_column={heading}:{}",
                c.name, c.zh, c.name
            ),
        ),
        None => {
            Words::new("请删去该列，或按模板改名", "delete it, or rename it as in the template")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(heading: &str, kind: ImportKind) -> String {
        unknown(&plain(heading), kind).words.zh
    }

    #[test]
    fn words_of_real_lists_say_where_they_belong() {
        for (heading, part) in [
            ("序号", "序号不保存"),
            ("累计完成投资", "invested_before_wan"),
            ("责任人", "read_column=责任人:contact"),
            ("本月完成投资", "kind=reports"),
            ("节点代码", "kind=milestones"),
            ("建设性质类", "是否应为“建设性质”"),
            ("ABC", "按模板改名"),
        ] {
            let said = said(heading, ImportKind::Projects);
            assert!(said.contains(part), "{heading}: {said}");
            assert!(said.contains(&format!("ignore_column={}", plain(heading))), "{said}");
        }
        for (heading, field) in [
            ("2021年计划投资", Some("annual_investment_wan")),
            ("2021年度计划投资", Some("annual_investment_wan")),
            ("2021年工作目标", Some("goal")),
            ("2020年底累计完成投资", Some("invested_before_wan")),
            ("截至2020年底累计完成投资", Some("invested_before_wan")),
            ("2021年", None),
            ("计划投资", None),
        ] {
            assert_eq!(of_one_year(heading).map(|h| h.field), field, "{heading}");
        }
        assert!(said("总投资", ImportKind::YearPlans).contains("kind=projects"));
        assert!(said("2021年计划投资", ImportKind::YearPlans).contains("“年份”（year）"));
    }
}
