//! What a row below the headings looks like, if not like a record.

use crate::api::imports::amount::{amount, decimal};
use crate::api::imports::amount_unit::AmountUnit;
use crate::api::imports::characters::{folded, visible};
use crate::api::imports::column::{Blank, Form, Part};
use crate::api::imports::content::{CellContent, SheetRow};
use crate::api::imports::heading_text::plain;
use crate::api::imports::options::RowLook;
use crate::api::imports::table::Placed;
use crate::domain::error::FieldError;
use crate::domain::words::Words;

/// What `row` looks like, if not like a record of a table with these columns.
pub(crate) fn look(row: &SheetRow, headings: &SheetRow, columns: &[Placed]) -> Option<RowLook> {
    if row.is_hidden {
        return Some(RowLook::Hidden);
    }
    if repeats(row, headings) || numbers_columns(row) {
        return Some(RowLook::Heading);
    }
    let labels: Vec<&str> =
        row.cells.iter().filter_map(|(_, content)| label(content)).take(3).collect();
    let is_key = |place: u16| {
        let column = columns.iter().find(|c| c.place == place);
        column.is_some_and(|c| c.column.part == Part::Key || c.column.name == "code")
    };
    if labels.is_empty() || row.cells.iter().any(|(place, _)| is_key(*place)) {
        return None;
    }
    if labels.iter().all(|label| is_note(&compact(label))) {
        return Some(RowLook::Note);
    }
    let label = match labels.as_slice() {
        [one] => one,
        [first, second] if is_ordinal(first) => second,
        _ => return None,
    };
    let text = compact(label);
    if is_total(&text) {
        return Some(RowLook::Total);
    }
    let is_marked = labels.len() == 2 || begins_with_ordinal(&text) || has_count(&text);
    // A single word: the heading of a group, or a record without all it needs.
    let is_alone = row.cells.len() == 1 && columns.len() > 2;
    let is_bare = labels.len() == 1 && has_many_words(columns);
    let is_category = is_marked || is_alone || is_bare || lacks_words(row, columns);
    is_category.then_some(RowLook::Category)
}

/// True for a table with at least five columns of words: a record says more than one of them.
fn has_many_words(columns: &[Placed]) -> bool {
    let has_words = |c: &&Placed| {
        matches!(c.column.form, Form::Text | Form::Names | Form::Nature(_) | Form::Period)
    };
    let is_of_projects = columns.iter().any(|c| c.column.name == "nature");
    is_of_projects && columns.iter().filter(has_words).count() >= 5
}

fn compact(text: &str) -> String {
    folded(&visible(text)).chars().filter(|c| !c.is_whitespace()).collect()
}

/// True if a row of one word leaves out at least two others that a record needs.
fn lacks_words(row: &SheetRow, columns: &[Placed]) -> bool {
    let is_needed =
        |c: &&Placed| c.column.blank == Blank::Refused && !matches!(c.column.form, Form::Amount);
    let is_filled = |c: &Placed| row.cells.iter().any(|(place, _)| *place == c.place);
    let needed: Vec<&Placed> = columns.iter().filter(is_needed).collect();
    let filled = needed.iter().filter(|c| is_filled(c)).count();
    filled <= 1 && needed.len() >= filled + 2
}

/// The text of a cell, unless it is a number or says that there is nothing.
fn label(content: &CellContent) -> Option<&str> {
    let text = content.text()?;
    let plain = folded(&visible(text));
    let bare = plain.trim_end_matches(['%', '个', '项']);
    let is_number = decimal(bare.trim()).is_some() || amount(&plain, AmountUnit::Wan).is_ok();
    let is_nothing = plain.bytes().all(|b| b == b'-' || b == b'/');
    (!is_number && !is_nothing).then_some(text)
}

/// True if every cell repeats its heading.
fn repeats(row: &SheetRow, headings: &SheetRow) -> bool {
    let is_heading = |(place, content): &(u16, CellContent)| {
        let heading = headings.cells.iter().find(|(at, _)| at == place);
        let heading = heading.and_then(|(_, heading)| heading.text());
        content.text().zip(heading).is_some_and(|(text, heading)| plain(text) == plain(heading))
    };
    row.cells.len() > 1 && row.cells.iter().all(is_heading)
}

/// True if the cells are the numbers 1, 2, 3 and so on, which number the columns.
fn numbers_columns(row: &SheetRow) -> bool {
    let is_nth = |(nth, (_, content)): (usize, &(u16, CellContent))| {
        let number = if let CellContent::Number(number, _) = content {
            number.to_string()
        } else {
            content.text().map(|text| folded(&visible(text))).unwrap_or_default()
        };
        number == (nth + 1).to_string()
    };
    row.cells.len() > 3 && row.cells.iter().enumerate().all(is_nth)
}

const NUMERALS: [char; 11] = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '百'];

/// True for `一`, `（二）`, `Ⅲ` and the like.
fn is_ordinal(text: &str) -> bool {
    let plain = folded(&visible(text));
    let bare = plain.trim_matches(['(', ')', '、', '.', ' ']);
    !bare.is_empty() && bare.chars().all(|c| NUMERALS.contains(&c) || ('Ⅰ'..='Ⅻ').contains(&c))
}

/// True for `一、…`, `（二）…`, `第三部分…`.
fn begins_with_ordinal(text: &str) -> bool {
    let bare = text.strip_prefix('(').unwrap_or(text);
    let bare = bare.strip_prefix('第').unwrap_or(bare);
    let rest = bare.trim_start_matches(NUMERALS);
    let is_marked = rest.starts_with(['、', '.', ')', ':', '类', '批']) || rest.starts_with("部分");
    rest.len() < bare.len() && is_marked
}

/// True for `…（2个）`, `…（共 12 项）`.
fn has_count(text: &str) -> bool {
    let inside = text.split('(').skip(1).filter_map(|part| part.split(')').next());
    inside.into_iter().any(|inside| {
        let bare = inside.trim_start_matches(['共', '计', '合', ':']);
        let rest = bare.trim_start_matches(|c: char| c.is_ascii_digit());
        rest.len() < bare.len() && rest.starts_with(['个', '项', '家'])
    })
}

/// True for 合计, 总计（3个）, 东营区小计 and the like.
fn is_total(text: &str) -> bool {
    let mut bare = String::new();
    let mut depth = 0_u32;
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    let count = |c: char| c.is_ascii_digit() || matches!(c, '个' | '项' | '目' | ':' | '.' | ',');
    let word = bare.trim_end_matches(count);
    let is_short = word.chars().count() <= 12;
    let ends = ["合计", "小计", "总计", "共计", "累计"].iter().any(|total| word.ends_with(total));
    (is_short && ends) || (word == "共" && word.len() < bare.len())
}

fn is_note(text: &str) -> bool {
    let words = [
        "注",
        "备注",
        "说明",
        "填表说明",
        "填表人",
        "填报人",
        "制表",
        "制表人",
        "填报单位",
        "审核人",
        "审核",
        "单位",
        "联系人",
        "填表单位",
        "填报日期",
        "单位负责人",
        "资料来源",
    ];
    let before = text.split_once(':').map(|(before, _)| before);
    before.is_some_and(|before| {
        words.contains(&before.trim_end_matches(|c: char| c.is_ascii_digit()))
    })
}

/// The words of a category row, with their ordinal.
pub(crate) fn category(row: &SheetRow) -> String {
    let labels = row.cells.iter().filter_map(|(_, content)| label(content));
    labels.take(2).map(compact).collect()
}

/// The error of a row that is no record.
pub(crate) fn error(look: RowLook, row: &SheetRow) -> FieldError {
    let text = first_words(row);
    let skip = look.as_str();
    let (code, zh, en) = match look {
        RowLook::Total => ("total-row", "像是合计行，不是一条记录", "looks like a row of totals"),
        RowLook::Category => (
            "category-row",
            "像是分类行；若是一条记录，请补齐必填各列",
            "looks like the heading of a group; if it is a record, fill in the required columns",
        ),
        RowLook::Heading => (
            "repeated-heading",
            "像是表头的重复或各列的编号",
            "repeats the headings or numbers the columns",
        ),
        RowLook::Note => ("note-row", "像是表下的注释", "looks like a note below the table"),
        RowLook::Hidden => (
            "hidden-row",
            "是隐藏的行（例如被筛选掉），不知道是否要导入；要导入请取消隐藏",
            "is hidden, for example by a filter; show it if it is to be imported",
        ),
    };
    let words = Words::new(
        format!("这一行（“{text}”）{zh}；不导入请删去，或加参数 skip_row={skip} 跳过这类行。"),
        format!(
            "This row ({text:?}) {en}. If it is not to be imported, delete it, or skip such rows with the parameter skip_row={skip}."
        ),
    );
    FieldError::new("", code, words)
}

/// The first text of a row, for people.
pub(crate) fn first_words(row: &SheetRow) -> String {
    let first = row.cells.iter().find_map(|(_, content)| label(content));
    visible(first.unwrap_or_default()).chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_categories_and_notes_are_told_from_names() {
        for total in
            ["合计", "总计(3个)", "合计:", "东营区小计", "共计12个项目", "共3个", "全市合计(亿元)"]
        {
            assert!(is_total(total), "{total}");
        }
        for name in ["总计量站改造项目", "合计算科技园", "共享大厦", "小计划项目", "共同配送中心"]
        {
            assert!(!is_total(name), "{name}");
        }
        for group in [
            "一、产业项目",
            "(二)基础设施",
            "第三批",
            "十二、其他",
            "高端化工(2个)",
            "民生(共12项)",
        ] {
            assert!(begins_with_ordinal(group) || has_count(group), "{group}");
        }
        for name in ["一期工程", "三河口大桥", "第一中学", "二甲苯(PX)项目", "四分厂(2号线)"]
        {
            assert!(!begins_with_ordinal(name) && !has_count(name), "{name}");
        }
        assert!(
            is_note("注:本表按月填报") && is_note("填报单位:市发改委") && !is_note("注塑机项目")
        );
        assert!(is_ordinal("一") && is_ordinal("（二）") && is_ordinal("Ⅲ") && !is_ordinal("一期"));
    }
}
