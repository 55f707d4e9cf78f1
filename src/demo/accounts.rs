//! Demonstration accounts, one or more per role, with generated passwords in a file that only its
//! owner can read.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::account::access::Role;
use crate::domain::clock::Timestamp;
use crate::http::tokens::random_text;
use crate::store::accounts::passwords;
use crate::store::accounts::users;
use crate::store::accounts::users::NewUser;
use crate::store::events;
use crate::store::events::{Author, Event};
use crate::store::reference::{areas, units};
use crate::store::{Conn, Db, Result, StoreError, private};
use crate::usecases::accounts::password;
use crate::usecases::accounts::password::Effort;

/// An account as stored in the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    /// Role code.
    pub role: String,
    /// Login name.
    pub username: String,
    /// Password in plain text; acceptable for demonstration data only.
    pub password: String,
    /// Name of the unit it acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Code of the area it acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
}

/// Login name, display name, role, unit name, area code.
type Row = (&'static str, &'static str, Role, Option<&'static str>, Option<&'static str>);

const ACCOUNTS: [Row; 8] = [
    ("commission", "市发展改革委 示例", Role::Commission, None, None),
    ("owner-1", "项目单位一 示例", Role::Unit, Some("高端化工第1公司示例"), None),
    ("owner-2", "项目单位二 示例", Role::Unit, Some("新材料第1公司示例"), None),
    ("dongying", "东营区 示例", Role::Area, None, Some("dongying")),
    ("viewer", "市领导 示例", Role::Viewer, None, None),
    ("auditor", "审计 示例", Role::Auditor, None, None),
    ("admin", "系统管理员 示例", Role::Admin, None, None),
    ("admin-2", "系统管理员二 示例", Role::Admin, None, None),
];

/// Path of the accounts file.
pub(crate) fn file(data_dir: &Path) -> PathBuf {
    data_dir.join("demo-accounts.json")
}

/// Returns the accounts of an earlier start if the file and the database still have them, else sets
/// new passwords for all.
///
/// # Errors
/// One line: the database or the file.
pub(crate) async fn prepare(
    db: &Db,
    data_dir: &Path,
    effort: Effort,
    now: Timestamp,
) -> std::result::Result<Vec<Account>, String> {
    let file = file(data_dir);
    let complete = db.read(complete).await.map_err(|e| e.to_string())?;
    let kept = std::fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if let (Some(kept), true) = (kept, complete) {
        return Ok(kept);
    }
    let mut accounts = Vec::new();
    for row in ACCOUNTS {
        let (username, _, role, unit, area) = row;
        let password: String = random_text().map_err(|e| e.to_string())?.chars().take(20).collect();
        let hash = password::hash(&password, effort)?;
        db.write(move |conn| put(conn, row, &hash, now)).await.map_err(|e| e.to_string())?;
        accounts.push(Account {
            role: role.to_string(),
            username: username.to_owned(),
            password,
            unit: unit.map(str::to_owned),
            area: area.map(str::to_owned),
        });
    }
    let text = serde_json::to_vec_pretty(&accounts).map_err(|e| e.to_string())?;
    private::write(&file, &text).map_err(|e| format!("cannot write {}: {e}", file.display()))?;
    Ok(accounts)
}

fn complete(conn: &mut Conn) -> Result<bool> {
    for (username, ..) in ACCOUNTS {
        if users::find_by_name(conn, username)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn put(
    conn: &mut Conn,
    (username, display_name, role, unit, area): Row,
    hash: &str,
    now: Timestamp,
) -> Result<()> {
    if let Some(user) = users::find_by_name(conn, username)? {
        return passwords::set(conn, user.id, hash, false);
    }
    let missing = |what: &str| StoreError::broken(format!("the demonstration lacks {what}"));
    let unit_id = match unit {
        Some(name) => Some(units::find_by_name(conn, name)?.ok_or_else(|| missing(name))?.id),
        None => None,
    };
    let area_id = match area {
        Some(code) => Some(areas::find_by_code(conn, code)?.ok_or_else(|| missing(code))?.id),
        None => None,
    };
    let new = NewUser {
        username: username.to_owned(),
        display_name: display_name.to_owned(),
        role,
        unit_id,
        area_id,
        password_hash: hash.to_owned(),
        must_change_password: false,
    };
    let user = users::insert(conn, &new, now)?;
    events::record(conn, &Author::system("demo"), now, &Event::of_user("user.created", user.id))
}
