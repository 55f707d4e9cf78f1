//! Definitions shared by the columns of all kinds of import files.

use crate::api::imports::column::{Blank, Part};

/// Makes a [`Form`](super::column::Form) whose cells hold one of the values of an enumeration.
macro_rules! choice {
    ($form:ident $list:ident) => {
        $crate::api::imports::column::Form::$form(|| -> Vec<$crate::api::imports::column::Pair> {
            $list::ALL.iter().map(|v| (v.as_str(), v.zh())).collect()
        })
    };
}
pub(super) use choice;

/// Identifies the record.
pub(crate) const KEY: (Part, Blank) = (Part::Key, Blank::Kept);
/// Writable and required.
pub(crate) const NEEDED: (Part, Blank) = (Part::Write, Blank::Refused);
/// Writable; a blank cell keeps the current value, or the default for a new record.
pub(crate) const USUAL: (Part, Blank) = (Part::Write, Blank::Kept);
/// Writable; a blank cell sets null.
pub(crate) const NULL: (Part, Blank) = (Part::Write, Blank::None);
/// Writable; a blank cell sets an empty text.
pub(crate) const WORDS: (Part, Blank) = (Part::Write, Blank::Empty);
/// Set on creation only; optional.
pub(crate) const FIXED: (Part, Blank) = (Part::Fixed, Blank::Kept);
/// Set on creation only; required.
pub(crate) const FIXED_NEEDED: (Part, Blank) = (Part::Fixed, Blank::Refused);
/// Stored beside the record; a blank cell keeps what is there.
pub(crate) const BESIDE: (Part, Blank) = (Part::Beside, Blank::Kept);
/// Read into other columns.
pub(crate) const SOURCE: (Part, Blank) = (Part::Source, Blank::Kept);
/// Read-only; filled in by exports.
pub(crate) const SHOWN: (Part, Blank) = (Part::Shown, Blank::Kept);
/// Derived data; not read.
pub(crate) const IGNORED: (Part, Blank) = (Part::Ignored, Blank::Kept);

/// Explanation of an id column.
pub(crate) const ID: [&str; 2] = [
    "系统编号。修改已有记录时保留导出的编号，新增时留空。",
    "System id. Keep it to change an existing record; leave it blank for a new one.",
];
/// Explanation of a version column.
pub(crate) const VERSION: [&str; 2] = [
    "导出时的版本。保留它，他人在此期间的修改就不会被覆盖。",
    "Version at the time of the export. Keep it, so that later changes by others are not overwritten.",
];
/// Explanation of a read-only column.
pub(crate) const BY_REGISTER: [&str; 2] = [
    "由系统填写，不能修改；新增时留空。",
    "Filled in by the system and read-only; leave it blank for a new record.",
];
/// Explanation of a project id column.
pub(crate) const PROJECT_ID: [&str; 2] = [
    "项目的系统编号；与国家项目代码填一个即可。",
    "Project id; alternatively give the national code.",
];
/// Explanation of a project code column.
pub(crate) const PROJECT_CODE: [&str; 2] = [
    "国家项目代码；与项目编号填一个即可。",
    "National project code; alternatively give the project id.",
];
/// Explanation of a project name column.
pub(crate) const PROJECT_NAME: [&str; 2] = [
    "项目名称，用于核对；没有编号和代码时按名称查找。",
    "Project name, for verification; used to find the project if id and code are blank.",
];
/// National project code of the project in the examples.
pub(crate) const EXAMPLE_CODE: &str = "2111-522323-04-01-342068";
/// Name of the project in the examples.
pub(crate) const EXAMPLE_NAME: &str = "滨河新材料一期";
