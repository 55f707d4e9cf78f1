//! Fields of the monthly report form, each with comparison figures.

use serde_json::Value;

use crate::domain::money::Fen;
use crate::pages::kit::form::{Fields, FormErrors};
use crate::pages::kit::number::wan;
use crate::pages::kit::shell::Shell;
use crate::usecases::reports::context::ReportContextView;
use crate::usecases::reports::view::ReportView;

/// Input type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Amount in 万元, or percentage.
    Number,
    /// Single-line text.
    Line,
    /// Multi-line text.
    Text,
}

/// A field of the form.
#[derive(Clone, Debug)]
pub(crate) struct FieldView {
    /// API name.
    pub name: &'static str,
    /// Label.
    pub label: String,
    /// Unit.
    pub unit: &'static str,
    /// Input type.
    pub kind: Kind,
    /// Value in the input.
    pub value: String,
    /// Value formatted for reading.
    pub formatted: String,
    /// True if required for submission.
    pub required: bool,
    /// Maximum number of characters.
    pub longest: u32,
    /// Comparison figures, each with its name.
    pub comparisons: Vec<(String, String)>,
    /// Validation errors.
    pub errors: Vec<String>,
    /// Value stored by another user in the meantime.
    pub stored: Option<String>,
}

/// Name, Chinese and English label, unit, input type, maximum length.
type Row = (&'static str, &'static str, &'static str, &'static str, Kind, u32);

const ROWS: [Row; 7] = [
    ("completed_wan", "本月完成投资", "Completed this month", "万元", Kind::Number, 20),
    (
        "physical_percent",
        "形象进度（整个项目）",
        "Physical progress (whole project)",
        "%",
        Kind::Number,
        8,
    ),
    ("progress", "进展情况", "Progress (text)", "", Kind::Text, 5000),
    (
        "zero_reason",
        "本月为零的原因（完成为零时填）",
        "Reason for zero (if completed is zero)",
        "",
        Kind::Line,
        500,
    ),
    ("full_year_forecast_wan", "预计全年完成", "Full-year forecast", "万元", Kind::Number, 20),
    (
        "funds_received_wan",
        "到位资金（今年累计）",
        "Funds received (since January)",
        "万元",
        Kind::Number,
        20,
    ),
    (
        "funds_paid_wan",
        "支付资金（今年累计）",
        "Funds paid (since January)",
        "万元",
        Kind::Number,
        20,
    ),
];

/// Input value of a field of a stored report.
fn stored_value(report: &ReportView, name: &str) -> String {
    let amount = |amount: Option<Fen>| amount.map(Fen::to_wan).unwrap_or_default();
    match name {
        "completed_wan" => report.completed_wan.to_wan(),
        "physical_percent" => report.physical_percent.map(|p| p.to_string()).unwrap_or_default(),
        "progress" => report.progress.clone(),
        "zero_reason" => report.zero_reason.clone(),
        "full_year_forecast_wan" => amount(report.full_year_forecast_wan),
        "funds_received_wan" => amount(report.funds_received_wan),
        "funds_paid_wan" => amount(report.funds_paid_wan),
        _ => String::new(),
    }
}

/// The same, formatted with thousands separators.
fn formatted_value(report: &ReportView, name: &str) -> String {
    match name {
        "completed_wan" => wan(&report.completed_wan),
        "full_year_forecast_wan" => read(report.full_year_forecast_wan),
        "funds_received_wan" => read(report.funds_received_wan),
        "funds_paid_wan" => read(report.funds_paid_wan),
        _ => stored_value(report, name),
    }
}

fn read(amount: Option<Fen>) -> String {
    amount.map(|amount| wan(&amount)).unwrap_or_default()
}

/// Comparison figures of a field.
fn comparisons(shell: &Shell, context: &ReportContextView, name: &str) -> Vec<(String, String)> {
    let last = context.last_month.as_ref().map(|report| formatted_value(report, name));
    let last = last.filter(|text| !text.is_empty());
    let mut all = Vec::new();
    let mut add = |zh, en, amount: Option<Fen>| {
        all.extend(amount.map(|amount| (shell.t(zh, en).to_owned(), wan(&amount))));
    };
    if name == "completed_wan" {
        add("本月计划", "planned for the month", context.planned_wan);
        add("今年已报", "reported this year", Some(context.completed_before_wan));
        add("年度计划剩余", "left of the year plan", context.remaining_wan);
    }
    if name == "full_year_forecast_wan" {
        add("年度计划", "year plan", context.annual_plan_wan);
        add("今年已报", "reported this year", Some(context.completed_before_wan));
    }
    let label = shell.t("上月", "last month").to_owned();
    last.map(|text| (label, text)).into_iter().chain(all).collect()
}

/// The stored report, and whether somebody changed it since the form was shown.
#[derive(Clone, Copy)]
struct Stored<'a> {
    report: Option<&'a ReportView>,
    changed: bool,
}

fn fields(
    shell: &Shell,
    context: &ReportContextView,
    value: impl Fn(&str) -> String,
    errors: &FormErrors,
    stored: Stored<'_>,
) -> Vec<FieldView> {
    let Stored { report, changed } = stored;
    let field = |(name, zh, en, unit, kind, longest): Row| {
        let value = value(name);
        let other = report.filter(|_| changed).map(|report| stored_value(report, name));
        FieldView {
            name,
            label: shell.t(zh, en).to_owned(),
            unit,
            kind,
            required: name == "completed_wan",
            longest,
            comparisons: comparisons(shell, context, name),
            errors: errors.of(name).into_iter().map(str::to_owned).collect(),
            stored: other.filter(|other| *other != value),
            formatted: report.map(|report| formatted_value(report, name)).unwrap_or_default(),
            value,
        }
    };
    ROWS.into_iter().map(field).collect()
}

/// Fields with the stored values; empty for a new report.
pub(crate) fn stored(
    shell: &Shell,
    context: &ReportContextView,
    report: Option<&ReportView>,
) -> Vec<FieldView> {
    let value = |name: &str| report.map(|report| stored_value(report, name)).unwrap_or_default();
    fields(shell, context, value, &FormErrors::default(), Stored { report, changed: false })
}

/// Fields with the submitted values, beside the stored ones after a conflict.
pub(crate) fn typed(
    shell: &Shell,
    context: &ReportContextView,
    report: Option<&ReportView>,
    typed: &Fields,
    errors: &FormErrors,
) -> Vec<FieldView> {
    fields(
        shell,
        context,
        |name| typed.exact(name).to_owned(),
        errors,
        Stored { report, changed: true },
    )
}

/// API request body of the submitted values.
pub(crate) fn body(typed: &Fields) -> Value {
    let mut body = typed.body(&ROWS.map(|(name, ..)| name));
    for (name, _, _, _, kind, _) in ROWS {
        if let (Kind::Number, Some(Value::String(text))) = (kind, body.get_mut(name)) {
            *text = normalise_number(text);
        }
    }
    body
}

/// Normalises a number as copied from a table: removes thousands separators and a trailing %.
fn normalise_number(text: &str) -> String {
    let text = text.trim().trim_end_matches(['%', '％']).trim_end();
    let (whole, part) = text.split_once('.').map_or((text, None), |(w, p)| (w, Some(p)));
    let groups: Vec<&str> = whole.split([',', '，']).collect();
    let in_threes = groups.iter().skip(1).all(|group| group.len() == 3);
    let whole = if in_threes { groups.concat() } else { whole.to_owned() };
    part.map_or_else(|| whole.clone(), |part| format!("{whole}.{part}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_copied_from_a_table_are_accepted() {
        assert_eq!(normalise_number("1,234,567.50"), "1234567.50");
        assert_eq!(normalise_number(" 42.5 % "), "42.5");
        // Other text is passed on to the validation.
        for odd in ["1,5", "12,34.5", "abc", "-3"] {
            assert_eq!(normalise_number(odd), odd);
        }
    }

    #[test]
    fn empty_fields_are_left_out() {
        let body = body(&Fields::parse(b"completed_wan=1,200.5&progress=&zero_reason=+").unwrap());
        assert_eq!(body, serde_json::json!({"completed_wan": "1200.5"}));
    }
}
