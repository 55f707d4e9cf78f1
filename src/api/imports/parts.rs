//! What the columns of all kinds of files share.

use crate::api::imports::column::{Blank, Part};

/// A form of cell that holds one of the values of an enumeration.
macro_rules! choice {
    ($form:ident $list:ident) => {
        $crate::api::imports::column::Form::$form(|| -> Vec<$crate::api::imports::column::Pair> {
            $list::ALL.iter().map(|v| (v.as_str(), v.zh())).collect()
        })
    };
}
pub(super) use choice;

/// Says which thing a row is about.
pub const KEY: (Part, Blank) = (Part::Key, Blank::Kept);
/// Must be filled in.
pub const NEEDED: (Part, Blank) = (Part::Write, Blank::Refused);
/// Stays, or is the usual, when blank.
pub const USUAL: (Part, Blank) = (Part::Write, Blank::Kept);
/// None when blank.
pub const NULL: (Part, Blank) = (Part::Write, Blank::None);
/// No words when blank.
pub const WORDS: (Part, Blank) = (Part::Write, Blank::Empty);
/// Said of something new.
pub const FIXED: (Part, Blank) = (Part::Fixed, Blank::Kept);
/// Must be said of something new.
pub const FIXED_NEEDED: (Part, Blank) = (Part::Fixed, Blank::Refused);
/// Filled in by the register.
pub const SHOWN: (Part, Blank) = (Part::Shown, Blank::Kept);
/// Follows from the rest.
pub const IGNORED: (Part, Blank) = (Part::Ignored, Blank::Kept);

/// What an id is for.
pub const ID: [&str; 2] = [
    "系统编号。修改已有记录时保留导出的编号，新增时留空。",
    "The id. Keep it to change what is there; leave it blank for something new.",
];
/// What a version is for.
pub const VERSION: [&str; 2] = [
    "导出时的版本。保留它，他人在此期间的修改就不会被覆盖。",
    "The version when it was exported. Kept, nobody's change in between is overwritten.",
];
/// What the register fills in.
pub const BY_REGISTER: [&str; 2] = [
    "由系统填写，不能修改；新增时留空。",
    "The register fills this in; leave it as it is, or blank for something new.",
];
/// Which project, by its id.
pub const PROJECT_ID: [&str; 2] =
    ["项目的系统编号；与国家项目代码填一个即可。", "The project's id; this or its national code."];
/// Which project, by its code.
pub const PROJECT_CODE: [&str; 2] = [
    "国家项目代码；与项目编号填一个即可。",
    "The national project code; this or the project's id.",
];
/// Which project, for people.
pub const PROJECT_NAME: [&str; 2] = [
    "项目名称，用于核对；没有编号和代码时按名称查找。",
    "The project's name, to check by; the project is looked up by it when there is neither id nor code.",
];
/// The national code of the examples' project.
pub const EXAMPLE_CODE: &str = "2111-522323-04-01-342068";
/// The name of the examples' project.
pub const EXAMPLE_NAME: &str = "滨河新材料一期";
