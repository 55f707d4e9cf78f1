//! Covered tables: every row of them stands in the record of events, with these columns.
//!
//! `docs/record.md` lists the tables and columns that do not, with the reason.

use Kind::{Day, Derived, Digest, Flag, Instant, Money, Number, Private, Text};

/// How a column stands in an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole number.
    Number,
    /// Amount in 分, a string of digits.
    Money,
    /// True or false.
    Flag,
    /// Text that is not personal.
    Text,
    /// Date, `YYYY-MM-DD`.
    Day,
    /// UTC instant in microseconds.
    Instant,
    /// Personal text: it stands in the private part of the event, which can be erased.
    Private,
    /// Secret or long text: its SHA-256 stands in the image.
    Digest,
    /// Computed from others or working state: no part of the image.
    Derived,
}

/// Column of a covered table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Name in the database.
    pub name: &'static str,
    /// How it stands in an image.
    pub kind: Kind,
}

/// Covered table. Its first column is `id`, which no list repeats.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Name in the database.
    pub name: &'static str,
    /// Kind of the record that a row is, as events name it; empty if a row is part of one.
    pub subject: &'static str,
    /// Column that names the row it belongs to, with the table of that row.
    pub parent: Option<(&'static str, &'static str)>,
    /// Version of the image; grows when columns change.
    pub format: u32,
    /// Columns without `id`.
    pub columns: &'static [Column],
}

macro_rules! tables {
    ($($name:ident $subject:literal $(in $parent:ident by $by:ident)?
        { $($kind:ident: $($column:ident)+;)+ })+) => {
        /// All covered tables. A table stands after those its rows refer to.
        pub const TABLES: &[Table] = &[$(Table {
            name: stringify!($name),
            subject: $subject,
            parent: parent!($($parent $by)?),
            format: 1,
            columns: &[$($(Column { name: stringify!($column), kind: $kind }),+),+],
        }),+];
    };
}

macro_rules! parent {
    () => {
        None
    };
    ($parent:ident $by:ident) => {
        Some((stringify!($by), stringify!($parent)))
    };
}

tables! {
    industries "industry" { Text: code name name_en group_code; Number: parent_id position version; }
    areas "area" { Text: code name kind division_code note; Number: position version; }
    units "unit" { Text: name kind credit_code credit_code_reason; Number: area_id version; Derived: search_text; }
    plans "plan" { Number: year version; Text: title issuer document_number source_sha256; Day: issued_on; Flag: synthetic; }
    envelopes "" in plans by plan_id { Number: plan_id industry_id project_count; Money: total_fen annual_fen; }
    industry_targets "" in plans by plan_id {
        Number: plan_id industry_id growth_min_hundredths; Money: value_added_fen increase_fen; Text: note;
    }
    measures "" in plans by plan_id { Number: plan_id number; Text: section section_title title units_as_written; }
    measure_units "" in measures by measure_id { Number: measure_id position unit_id; }
    targets "" in plans by plan_id {
        Number: plan_id position industry_id measure_id;
        Text: scope indicator operator value unit as_written note;
        Day: deadline;
    }
    users "user" {
        Private: username display_name; Text: role; Number: unit_id area_id version; Digest: password_hash;
        Flag: must_change_password; Instant: disabled_at created_at; Derived: search_text;
    }
    past_passwords "" in users by user_id { Number: user_id; Digest: hash; }
    totp "" in users by user_id {
        Number: user_id; Digest: salt; Instant: created_at confirmed_at; Derived: last_step;
    }
    recovery_codes "" in users by user_id { Number: user_id; Digest: hash; }
    clients "client" {
        Number: user_id version; Text: client_id name scopes; Instant: expires_at created_at; Derived: last_used_at;
    }
    client_secrets "" in clients by client {
        Number: client; Text: hint; Digest: hash; Instant: created_at revoked_at; Derived: last_used_at;
    }
    proposals "proposal" {
        Text: kind subject_kind state; Number: subject_id subject_version proposed_by decided_by version;
        Private: input effects reason; Instant: proposed_at decided_at;
    }
    projects "project" {
        Text: code code_reason name content stage nature visibility planned_start_precision planned_finish_precision
            planned_operation_precision actual_start_precision location contractor package phase remarks;
        Number: industry_id area_id longitude_e6 latitude_e6 registered_year version;
        Money: total_fen invested_before_fen contract_fen;
        Day: planned_start planned_finish planned_operation actual_start actual_finish actual_operation ended_on;
        Private: leader; Flag: synthetic; Instant: created_at updated_at; Derived: search_text;
    }
    project_units "" in projects by project_id {
        Number: project_id unit_id position; Text: role; Private: contact phone;
    }
    project_external_ids "" in projects by project_id {
        Number: project_id; Text: system value; Derived: search_text;
    }
    milestones "milestone" in projects by project_id {
        Number: project_id position weight version; Text: code name class forecast_reason document_number evidence;
        Day: baseline_date forecast_date actual_date;
    }
    year_plans "year_plan" in projects by project_id { Number: project_id year current_number version; }
    year_plan_versions "" in year_plans by year_plan_id {
        Number: year_plan_id number created_by; Text: kind effective_month goal document_number reason;
        Money: annual_fen month_01_fen month_02_fen month_03_fen month_04_fen month_05_fen month_06_fen month_07_fen
            month_08_fen month_09_fen month_10_fen month_11_fen month_12_fen;
        Instant: created_at;
    }
    reporting_months "reporting_month" {
        Text: month state; Day: opens_on due_on; Instant: closed_at; Number: closed_by version;
    }
    late_grants "" in reporting_months by reporting_month_id {
        Number: reporting_month_id unit_id granted_by; Instant: until granted_at; Text: reason;
    }
    monthly_reports "report" in projects by project_id {
        Number: project_id physical_hundredths submitted_by confirmed_by version;
        Text: month state progress zero_reason return_reason warnings;
        Money: completed_fen full_year_forecast_fen funds_received_fen funds_paid_fen;
        Instant: submitted_at confirmed_at; Day: first_submitted_on;
    }
    restatements "restatement" in projects by project_id {
        Number: project_id created_by; Text: month reason; Money: amount_fen; Private: approver; Instant: created_at;
    }
    issues "issue" in projects by project_id {
        Number: project_id raised_by_unit version; Text: title category level asked state; Day: due_on raised_on cleared_on;
        Private: raised_by;
    }
    issue_units "" in issues by issue_id { Number: issue_id unit_id position; }
    report_issues "" in monthly_reports by report_id { Number: report_id issue_id; }
    light_rules "light_rules" {
        Number: year number green_from_hundredths yellow_from_hundredths start_yellow_months start_red_months
            milestone_yellow_days milestone_red_days reporting_yellow_missing reporting_red_missing created_by;
        Text: effective_month reason; Instant: created_at;
    }
    light_overrides "light_override" in projects by project_id {
        Number: project_id; Text: light reason from_month ends_after; Day: expires_on; Private: created_by;
        Instant: created_at withdrawn_at;
    }
    bulletins "bulletin" {
        Text: month sha256 previous_sha256 published_by; Digest: content; Instant: published_at;
    }
    roll_overs "roll_over" {
        Number: year version; Text: through state document_number; Private: proposed_by confirmed_by;
        Instant: proposed_at confirmed_at;
    }
    roll_over_lines "" in roll_overs by roll_over_id {
        Number: roll_over_id project_id version; Money: remaining_fen carried_fen annual_fen; Flag: included; Text: note;
    }
    webhooks "webhook" {
        Number: user_id project_id version; Text: url kinds disabled_because; Instant: disabled_at created_at;
        Derived: after_sequence leased_by leased_until;
    }
    webhook_secrets "" in webhooks by webhook_id {
        Number: webhook_id; Digest: salt fingerprint; Text: hint; Instant: created_at ends_at;
    }
}

/// The covered table of this name.
pub(crate) fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}
