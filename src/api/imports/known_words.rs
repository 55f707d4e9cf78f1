//! Advice on headings that real lists use and that are no column of the file.

use crate::api::imports::column::{Column, Part};
use crate::api::imports::heading_index::HeadingIndex;
use crate::api::imports::heading_text::{HeadingText, plain};
use crate::domain::error::FieldError;
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
const IN_PROJECTS: &[KnownWord] = &[
    KnownWord {
        headings: &[
            "建设地点",
            "项目地点",
            "建设地址",
            "项目所在地",
            "所在地",
            "地点",
            "项目建设地点",
        ],
        zh: "项目的县区填在“属地”（area）列，每格一个；列中每格正好是一个县区时可改名为“属地”，详细地点可写入“建设内容及规模”",
        en: "the county belongs in the column \"area\", one in a cell; rename the column to \"area\" if each cell is one county, and put details into \"content\"",
    },
    KnownWord {
        headings: &[
            "建设起止年限",
            "建设年限",
            "起止年限",
            "建设周期",
            "建设工期",
            "建设期限",
            "建设起止时间",
            "起止时间",
        ],
        zh: "请分成“计划开工”（planned_start）和“计划竣工”（planned_finish）两列，各填一个日期",
        en: "split it into the columns \"planned_start\" and \"planned_finish\", each with one date",
    },
    KnownWord {
        headings: &["累计完成投资", "已完成投资", "累计完成", "开工以来累计完成投资"],
        zh: "入库以前完成的投资填在“以前完成投资（万元）”（invested_before_wan）列，入库以后的由月报（kind=reports）累计",
        en: "what was invested before registration belongs in the column \"invested_before_wan\"; later investment is added up from monthly reports (kind=reports)",
    },
    KnownWord {
        headings: &["项目性质", "建设类型", "新建或续建"],
        zh: "建设性质填在“建设性质”（nature）列，进展阶段填在“库别”（stage）列",
        en: "the nature of construction belongs in the column \"nature\", the stage in \"stage\"",
    },
];

/// Headings that are explained so in every file.
const EVERYWHERE: &[KnownWord] = &[
    KnownWord {
        headings: &["序号", "编号", "序", "号", "No", "No.", "序列"],
        zh: "序号不保存",
        en: "running numbers are not stored",
    },
    KnownWord {
        headings: &["备注", "说明", "附注", "备注说明", "其他"],
        zh: "登记系统没有备注列；需要保留的内容请写入“建设内容及规模”或月报的“形象进度说明”",
        en: "the register has no remarks; put what must be kept into \"content\" of the project or \"progress\" of its report",
    },
    KnownWord {
        headings: &[
            "项目单位",
            "建设单位",
            "业主单位",
            "项目业主",
            "实施单位",
            "投资主体",
            "项目法人",
            "建设主体",
            "承建单位",
        ],
        zh: "项目单位不经文件导入，请在项目的责任单位中登记（PUT /projects/{id}/units，角色 owner）",
        en: "owners are not imported from files; enter them as units of the project (PUT /projects/{id}/units, role owner)",
    },
    KnownWord {
        headings: &[
            "责任单位",
            "牵头单位",
            "责任部门",
            "主管部门",
            "行业主管部门",
            "牵头部门",
            "责任主体",
            "配合单位",
            "属地单位",
        ],
        zh: "责任单位不经文件导入，请在项目的责任单位中登记（PUT /projects/{id}/units，角色 lead、support、territory 或 regulator）",
        en: "responsible units are not imported from files; enter them as units of the project (PUT /projects/{id}/units, role lead, support, territory or regulator)",
    },
    KnownWord {
        headings: &[
            "联系人",
            "联系电话",
            "电话",
            "联系方式",
            "责任人",
            "手机",
            "项目联系人",
            "联络员",
        ],
        zh: "联系人和电话不保存",
        en: "contact persons and their numbers are not stored",
    },
    KnownWord {
        headings: &["存在问题", "存在的问题", "需协调事项", "需协调解决的问题", "问题", "困难问题"],
        zh: "需协调事项请在项目中提出（POST /projects/{id}/issues）",
        en: "raise issues at the project (POST /projects/{id}/issues)",
    },
];

/// The error of a heading in one spelling that is no column of files of this kind.
pub fn unknown(heading: &str, kind: ImportKind) -> FieldError {
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

fn of_a_year(base: &str, kind: ImportKind) -> Option<Words> {
    if kind == ImportKind::Projects
        && (base.ends_with("底累计完成投资")
            || base.ends_with("底完成投资")
            || base.ends_with("前完成投资"))
    {
        let words = IN_PROJECTS.iter().find(|k| k.headings.contains(&"累计完成投资"))?;
        return Some(Words::new(words.zh, words.en));
    }
    let plans = [
        "计划投资",
        "投资计划",
        "年度计划投资",
        "年度投资计划",
        "计划完成投资",
        "年计划投资",
        "当年计划投资",
    ];
    let goals = [
        "工作目标",
        "年度目标",
        "年度工作目标",
        "建设目标",
        "年度建设内容",
        "形象进度目标",
        "主要建设内容",
        "目标",
    ];
    let column = if plans.contains(&base) {
        "“年度计划投资（万元）”（annual_investment_wan）"
    } else if goals.contains(&base) {
        "“年度目标”（goal）"
    } else {
        return None;
    };
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
        matches!(column.part, Part::Write | Part::Fixed).then_some((other, column))
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
            format!("是否应为“{}”（{}）", c.zh, c.name),
            format!("perhaps {:?} ({}) is meant", c.name, c.zh),
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
            ("备注", "没有备注列"),
            ("项目单位", "角色 owner"),
            ("责任单位", "角色 lead"),
            ("联系电话", "电话不保存"),
            ("建设地点", "“属地”（area）"),
            ("建设起止年限", "planned_finish"),
            ("年度计划投资（万元）", "kind=year_plans"),
            ("2021年计划投资", "annual_investment_wan"),
            ("2021年度计划投资（亿元）", "annual_investment_wan"),
            ("2021年工作目标", "“年度目标”（goal）"),
            ("2020年底累计完成投资", "invested_before_wan"),
            ("本月完成投资", "kind=reports"),
            ("节点代码", "kind=milestones"),
            ("建设性质类", "是否应为“建设性质”"),
            ("ABC", "按模板改名"),
        ] {
            let said = said(heading, ImportKind::Projects);
            assert!(said.contains(part), "{heading}: {said}");
            assert!(said.contains(&format!("ignore_column={}", plain(heading))), "{said}");
        }
        assert!(said("总投资", ImportKind::YearPlans).contains("kind=projects"));
        assert!(said("2021年计划投资", ImportKind::YearPlans).contains("“年份”（year）"));
    }
}
