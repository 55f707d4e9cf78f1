//! Jobs as they are now.

use crate::domain::account::access::Role;
use crate::domain::id::JobId;
use crate::store::PageRequest;
use crate::store::jobs::{self, Job};
use crate::store::page::Page;
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;

/// True if the caller sees the jobs of every account.
fn sees_all(ask: &Ask<'_>) -> bool {
    matches!(ask.caller.user.role, Role::Auditor | Role::Admin) && ask.caller.scopes.is_none()
}

/// A page of the caller's jobs, of every account's for auditors and administrators; newest first,
/// without their answers.
///
/// # Errors
/// A cursor of another list.
pub(crate) fn list(ask: &mut Ask<'_>, page: &PageRequest) -> Result<Page<Job>, Refusal> {
    let owner = if sees_all(ask) { None } else { Some(ask.caller.user.id) };
    let mut page = jobs::list(ask.conn, owner, page)?;
    for job in &mut page.items {
        job.answer = None;
    }
    Ok(page)
}

/// One job. Its answer is for the account that asked for it and for auditors: administrators see no
/// business data.
///
/// # Errors
/// Not found unless the caller asked for it, or sees every job.
pub(crate) fn get(ask: &mut Ask<'_>, id: JobId) -> Result<Job, Refusal> {
    let mut job = jobs::get(ask.conn, id)?;
    let is_mine = job.starter.user == ask.caller.user.id;
    if !is_mine && !sees_all(ask) {
        return Err(Refusal::not_found());
    }
    if !is_mine && ask.caller.user.role == Role::Admin {
        job.answer = None;
    }
    Ok(job)
}
