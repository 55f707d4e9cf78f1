//! What cells of a list of projects say of several columns: periods, areas in a place, category rows
//! above a project, units and the plan of a year.

use serde_json::{Value, json};

use crate::api::imports::cell::not_one_of;
use crate::api::imports::column::Column;
use crate::api::imports::entered::EnteredRow;
use crate::api::imports::log::ImportLog;
use crate::api::imports::options::{ReadOptions, code_of};
use crate::api::imports::places::{areas_in, is_between, several_areas};
use crate::api::imports::questions::Parameter;
use crate::api::imports::table::Table;
use crate::domain::error::FieldError;
use crate::domain::fold::fold;
use crate::domain::project::external_id::ExternalId;
use crate::domain::words::Words;
use crate::usecases::imports::beside::UNIT_COLUMNS;
use crate::usecases::imports::lists::Lists;

/// What the rows of a table are completed with.
#[derive(Clone, Copy)]
pub(crate) struct ListReader<'a> {
    /// The table.
    pub table: &'a Table<'a>,
    /// Codes and names of the register.
    pub lists: &'a Lists,
    /// What the caller decided.
    pub options: &'a ReadOptions,
}

impl EnteredRow {
    /// Completes a row of a file of projects; asks for what is unknown.
    pub(crate) fn complete(&mut self, reader: ListReader<'_>, log: &mut ImportLog) {
        let mut row = ListRow { reader, row: self, log };
        row.join_exported();
        row.split_period();
        row.find_area();
        row.translate("industry", Parameter::IndustryOf);
        row.translate("nature", Parameter::NatureOf);
        row.find_units();
        row.order_ids();
        row.find_plan();
    }
}

/// Dates with the column that an export has for their precision.
const DATES: [(&str, &str); 4] = [
    ("planned_start", "planned_start_precision"),
    ("planned_finish", "planned_finish_precision"),
    ("planned_operation", "planned_operation_precision"),
    ("actual_start", "actual_start_precision"),
];

struct ListRow<'a> {
    reader: ListReader<'a>,
    row: &'a mut EnteredRow,
    log: &'a mut ImportLog,
}

impl<'a> ListRow<'a> {
    fn ask(&mut self, parameter: Parameter, field: &'static str, suggestion: String) {
        let place = self.reader.table.place(self.row.number, field);
        let (_, codes) = self.known(parameter);
        self.log.ask(parameter, place, suggestion, codes);
        self.row.broken.insert(field);
        self.row.values.remove(field);
    }

    fn refuse(&mut self, field: &'static str, error: FieldError) {
        let number = self.row.number;
        let pointer = format!("/rows/{number}/{field}");
        self.log.note(self.reader.table.place(number, field), &pointer, error);
        self.row.broken.insert(field);
    }

    fn warn(&mut self, field: &'static str, warning: FieldError) {
        self.log.warn(self.reader.table.place(self.row.number, field), warning);
    }

    /// The assignments of a parameter, with the codes and names of the register.
    fn known(&self, parameter: Parameter) -> (&'a [String], &'a [(String, String)]) {
        let ListReader { lists, options, .. } = self.reader;
        match parameter {
            Parameter::IndustryOf => (&options.industry_of, &lists.industries),
            Parameter::AreaOf => (&options.area_of, &lists.areas),
            Parameter::NatureOf => (&options.nature_of, &lists.natures),
            Parameter::NewUnits(..)
            | Parameter::PlanYear
            | Parameter::PlanMonths
            | Parameter::PlanReason => (&[], &[]),
        }
    }

    fn split_period(&mut self) {
        let Some(period) = self.row.text("period").map(str::to_owned) else {
            return;
        };
        let Some((start, finish)) = period.split_once('/') else {
            return;
        };
        for (field, date) in [("planned_start", start), ("planned_finish", finish)] {
            match self.row.text(field).map(|said| said == date) {
                None => {
                    self.row.values.insert(field, json!(date));
                }
                Some(true) => {}
                Some(false) => {
                    let words = Words::new(
                        "与“建设起止年限”列不一致；请核对。",
                        "Differs from the column of the period of construction.",
                    );
                    self.refuse(field, FieldError::new("", "mismatch", words));
                }
            }
        }
    }

    /// Sets `field`, whose column may be missing, from its words or from the category rows above.
    fn translate(&mut self, field: &'static str, parameter: Parameter) {
        if self.row.broken.contains(field) {
            return;
        }
        if self.reader.table.has(field) {
            self.translate_cell(field, parameter);
            return;
        }
        if self.row.said("id").is_some() {
            return;
        }
        let groups = self.reader.table.groups.get(&self.row.number);
        let (assigned, known) = self.known(parameter);
        let mapped = groups.into_iter().flatten().rev().find_map(|words| code_of(assigned, words));
        if let Some(code) = mapped.or_else(|| code_of(assigned, "*")) {
            self.row.values.insert(field, json!(code));
            return;
        }
        if let Some(words) = groups.and_then(|groups| groups.last()) {
            let suggestion = suggestion(known, words);
            self.ask(parameter, field, suggestion);
        }
    }

    fn translate_cell(&mut self, field: &'static str, parameter: Parameter) {
        let Some(text) = self.row.text(field).map(str::to_owned) else {
            return;
        };
        let (assigned, known) = self.known(parameter);
        if known.iter().any(|(code, _)| *code == text) {
            return;
        }
        if let Some(code) = code_of(assigned, &text) {
            self.row.values.insert(field, json!(code));
        } else if parameter == Parameter::NatureOf
            && (looks_like_code(&text) || self.row.said("id").is_some())
        {
            let column = self.row.columns.iter().find(|column| column.name == field);
            self.refuse(field, not_one_of(&column.and_then(Column::pairs).unwrap_or_default()));
        } else if !looks_like_code(&text) {
            let suggestion = suggestion(known, &text);
            self.ask(parameter, field, suggestion);
        }
    }

    /// What an export says of a field in a column of its own: how much of a date is known, and that
    /// the total is unknown.
    fn join_exported(&mut self) {
        for (date, precision) in DATES {
            let length = match self.row.text(precision) {
                Some("month") => 7,
                Some("year") => 4,
                _ => continue,
            };
            let known = self.row.text(date).and_then(|day| day.get(..length)).map(str::to_owned);
            if let Some(known) = known {
                self.row.values.insert(date, json!(known));
            }
        }
        let is_unknown = self.row.said("total_known") == Some(&json!(false));
        if is_unknown && self.row.text("total_investment_wan") == Some("0.00") {
            self.row.values.insert("total_investment_wan", Value::Null);
        }
    }

    /// The area of a cell of the area or, without such a column, of the place. Of several the first
    /// is the area; the words stay as the place.
    fn find_area(&mut self) {
        let has_column = self.reader.table.has("area");
        let field = if has_column { "area" } else { "location" };
        let Some(text) = self.row.text(field).map(str::to_owned) else {
            if !has_column {
                self.translate("area", Parameter::AreaOf);
            }
            return;
        };
        if self.row.said("id").is_some() && !has_column {
            return;
        }
        let (assigned, areas) = self.known(Parameter::AreaOf);
        let is_code = areas.iter().any(|(code, _)| *code == text);
        if is_code || (has_column && looks_like_code(&text)) {
            self.row.values.insert("area", json!(text));
            return;
        }
        let named = areas_in(&text, areas);
        let parts: Vec<&str> = text.split(is_between).filter(|p| !p.trim().is_empty()).collect();
        let mapped = code_of(assigned, &text)
            .or_else(|| named.first().map(|(code, _)| code.clone()))
            .or_else(|| parts.iter().find_map(|part| code_of(assigned, part)));
        let Some(code) = mapped else {
            let suggestion = suggestion(areas, &text);
            self.ask(Parameter::AreaOf, field, suggestion);
            self.row.broken.insert("area");
            return;
        };
        let name = areas.iter().find(|(c, _)| *c == code).map_or("", |(_, name)| name).to_owned();
        let count = named.len();
        let has_others = count > 1 || (parts.len() > 1 && name != text);
        if has_others {
            self.warn(field, several_areas(&text, &name));
        }
        self.row.values.insert("area", json!(code));
        if has_column && name != text && self.row.said("location").is_none() {
            self.row.values.insert("location", json!(text));
        }
    }

    /// Gives units the spelling of the register, and asks for those it does not have.
    fn find_units(&mut self) {
        for (field, _) in UNIT_COLUMNS {
            let Some(names) = self.row.text(field).map(str::to_owned) else {
                continue;
            };
            let heading = self.row.columns.iter().find(|c| c.name == field).map_or("", |c| c.zh);
            let kind = self.reader.options.new_unit_kind(field, heading);
            let units = &self.reader.lists.units;
            let mut known = Vec::new();
            for name in names.split("; ") {
                match units.get(&fold(name)) {
                    Some(registered) => known.push(registered.as_str()),
                    None if kind.is_some() => known.push(name),
                    None => self.ask(Parameter::NewUnits(field, heading), field, name.to_owned()),
                }
            }
            if !self.row.broken.contains(field) {
                self.row.values.insert(field, json!(known.join("; ")));
            }
            self.row.choices.unit_kinds.extend(kind.map(|kind| (field, kind)));
        }
    }

    /// Puts ids of other systems into the order and spelling in which they are kept.
    fn order_ids(&mut self) {
        let text = self.row.text("external_ids").map(|text| text.replace('：', ":"));
        let ids = text.iter().flat_map(|text| text.split("; ")).map(ExternalId::of_text);
        let ids: Option<Vec<ExternalId>> = ids.collect();
        if let Some(mut ids) = ids.filter(|ids| !ids.is_empty()) {
            ids.sort();
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            self.row.values.insert("external_ids", json!(ids.join("; ")));
        }
    }

    fn find_plan(&mut self) {
        let options = self.reader.options;
        self.row.choices.plan = options.plan_choices();
        let has = |row: &EnteredRow, field| row.said(field).is_some();
        let broken = self.row.broken.contains("annual_investment_wan");
        if !has(self.row, "annual_investment_wan") && !has(self.row, "goal") {
            self.row.values.remove("plan_year");
            return;
        }
        // A project that is there may have a plan, which the use case compares. A code may be that
        // of such a project.
        let is_new = !has(self.row, "id");
        let may_have_plan = !is_new || has(self.row, "code");
        if !may_have_plan && !broken && !has(self.row, "annual_investment_wan") {
            self.row.values.insert("annual_investment_wan", json!("0.00"));
            self.warn("goal", goal_alone());
        }
        if !has(self.row, "plan_year") && !self.row.broken.contains("plan_year") {
            let placed = self.reader.table.columns.iter();
            let mut of_plan = placed.filter(|c| c.column.name != "invested_before_wan");
            let year = of_plan.find_map(|c| c.year).or(options.plan_year);
            if let Some(year) = year {
                self.row.values.insert("plan_year", json!(year));
            } else {
                self.ask(Parameter::PlanYear, "annual_investment_wan", String::new());
            }
        }
        if is_new && options.plan_months.is_none() {
            self.ask(Parameter::PlanMonths, "annual_investment_wan", String::new());
        }
    }
}

/// True for what may be a code of the register, which the rules judge.
fn looks_like_code(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// What the parameter would say: with the code, if the register has a thing of this name.
fn suggestion(known: &[(String, String)], words: &str) -> String {
    let words: String = words.chars().take(60).collect();
    match known.iter().find(|(_, name)| *name == words) {
        Some((code, _)) => format!("{words}:{code}"),
        None => words,
    }
}

/// The warning of a goal whose plan of zero is new.
pub(super) fn goal_alone() -> FieldError {
    let words = Words::new(
        "有年度目标而没有年度计划投资；按计划投资为零登记。",
        "A goal without an annual investment: the plan of the year is zero.",
    );
    FieldError::new("", "goal-without-amount", words)
}
