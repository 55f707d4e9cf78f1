//! Erases personal data from rows.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use serde_json::Value;

use crate::domain::clock::Timestamp;
use crate::domain::id::{ProposalId, UserId};
use crate::domain::personal_data::{DataSubject, ERASED, blank_of};
use crate::domain::proposal::ProposalState;
use crate::store::conn::Conn;
use crate::store::error::{Result, StoreError};
use crate::store::personal_data::found::{FoundRows, containing, in_json};
use crate::store::record::tables::Table;
use crate::store::schema::{
    idempotency_keys, jobs, past_passwords, project_units, projects, proposals, recovery_codes,
    sessions, totp, users,
};
use crate::store::search::{of_user, refill_project};

/// Ids in one statement.
const AT_ONCE: usize = 500;

/// Blanks the column in these rows. What a client can read changes, so the version grows.
pub(super) fn blank(conn: &mut Conn, found: &FoundRows, now: Timestamp) -> Result<()> {
    let FoundRows { table, column, ids } = found;
    let place = match conn {
        Conn::Sqlite(_) => "?",
        Conn::Postgres(_) => "$1",
    };
    let newer = if has_version(table) { ", version = version + 1" } else { "" };
    for ids in in_lists(ids) {
        let sql =
            format!("update {} set {column} = {place}{newer} where id in ({ids})", table.name);
        sql_query(sql).bind::<Text, _>(blank_of(column)).execute(conn)?;
    }
    match table.name {
        "projects" => {
            for id in ids {
                refill_project(conn, *id)?;
                let set = projects::updated_at.eq(now.naive());
                diesel::update(projects::table.find(id)).set(set).execute(conn)?;
            }
        }
        "project_units" => {
            let ids: Vec<i64> = ids.iter().copied().collect();
            for ids in ids.chunks(AT_ONCE) {
                let of = project_units::table.filter(project_units::id.eq_any(ids));
                let projects: Vec<i64> =
                    of.select(project_units::project_id).distinct().load(conn)?;
                diesel::update(projects::table.filter(projects::id.eq_any(projects)))
                    .set((
                        projects::version.eq(projects::version + 1),
                        projects::updated_at.eq(now.naive()),
                    ))
                    .execute(conn)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn has_version(table: &Table) -> bool {
    table.columns.iter().any(|column| column.name == "version")
}

/// The ids as lists for SQL.
fn in_lists(ids: &BTreeSet<i64>) -> Vec<String> {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    ids.chunks(AT_ONCE).map(|part| part.join(", ")).collect()
}

/// Takes names and secrets from an account; its id stays, because events name it.
pub(super) fn blank_account(conn: &mut Conn, id: UserId) -> Result<()> {
    // Nobody can choose it: user names have no such character.
    let username = format!("erased#{id}");
    diesel::update(users::table.find(id.0))
        .set((
            users::search_text.eq(of_user(&username, ERASED)),
            users::username.eq(username),
            users::display_name.eq(ERASED),
            users::password_hash.eq(""),
            users::version.eq(users::version + 1),
        ))
        .execute(conn)?;
    diesel::delete(past_passwords::table.filter(past_passwords::user_id.eq(id.0))).execute(conn)?;
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(id.0))).execute(conn)?;
    diesel::delete(totp::table.filter(totp::user_id.eq(id.0))).execute(conn)?;
    Ok(())
}

/// Erases what proposals say of the person.
pub(super) fn blank_proposals(
    conn: &mut Conn,
    subject: &DataSubject,
    ids: &BTreeSet<i64>,
    own: ProposalId,
) -> Result<()> {
    for id in ids {
        let (input, effects, reason, state): (String, String, String, String) = proposals::table
            .find(id)
            .select((proposals::input, proposals::effects, proposals::reason, proposals::state))
            .first(conn)?;
        let effects = without(&effects, subject)?;
        let reason = if subject.is_named_in(&reason) { ERASED.to_owned() } else { reason };
        // The decision on the own proposal raises its version.
        let newer = i64::from(*id != own.0);
        diesel::update(proposals::table.find(id))
            .set((
                proposals::effects.eq(effects),
                proposals::reason.eq(reason),
                proposals::version.eq(proposals::version + newer),
            ))
            .execute(conn)?;
        let names = !input.is_empty() && {
            let input: Value = serde_json::from_str(&input).map_err(StoreError::broken)?;
            subject.is_named_in_json(&input)
        };
        if names && state == ProposalState::Open.as_str() && *id != own.0 {
            diesel::update(proposals::table.find(id))
                .set((proposals::input.eq(""), proposals::state.eq(ProposalState::Stale.as_str())))
                .execute(conn)?;
        }
    }
    Ok(())
}

/// The JSON without what names the person.
fn without(json: &str, subject: &DataSubject) -> Result<String> {
    let mut value: Value = serde_json::from_str(json).map_err(StoreError::broken)?;
    subject.erase_in_json(&mut value);
    Ok(value.to_string())
}

/// Erases what tables outside the record say of the person.
pub(super) fn blank_working_state(conn: &mut Conn, subject: &DataSubject) -> Result<()> {
    if let Some(account) = &subject.account {
        let own = idempotency_keys::table.filter(idempotency_keys::user_id.eq(account.id.0));
        diesel::delete(own).execute(conn)?;
        diesel::update(sessions::table.filter(sessions::user_id.eq(account.id.0)))
            .set(sessions::network.eq(""))
            .execute(conn)?;
        diesel::update(jobs::table.filter(jobs::user_id.eq(account.id.0)))
            .set((jobs::actor_name.eq(ERASED), jobs::origin.eq("")))
            .execute(conn)?;
    }
    for text in subject.searched().into_iter().map(in_json) {
        for id in containing(conn, "idempotency_keys", "outcome", &text)? {
            diesel::delete(idempotency_keys::table.find(id)).execute(conn)?;
        }
        for id in containing(conn, "jobs", "answer", &text)? {
            let answer: Option<String> = jobs::table.find(id).select(jobs::answer).first(conn)?;
            let answer = answer.map(|answer| without(&answer, subject)).transpose()?;
            diesel::update(jobs::table.find(id)).set(jobs::answer.eq(answer)).execute(conn)?;
        }
    }
    Ok(())
}

/// Writes these rows again as they are, so that the transaction has an image of each.
pub(super) fn write_again(conn: &mut Conn, rows: &BTreeSet<(&'static str, i64)>) -> Result<()> {
    let mut by_table: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    for (table, id) in rows {
        by_table.entry(table).or_default().insert(*id);
    }
    for (table, ids) in by_table {
        for ids in in_lists(&ids) {
            sql_query(format!("update {table} set id = id where id in ({ids})")).execute(conn)?;
        }
    }
    Ok(())
}
