//! Erasure of a person's data, which waits for a second administrator.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::domain::error::FieldError;
use crate::domain::id::{ProposalId, UserId};
use crate::domain::personal_data::{DataSubject, ERASURE, ErasedAccount, runs};
use crate::domain::proposal::{ProposalKind, ProposalRefusal};
use crate::domain::text::{Name, Reason};
use crate::domain::words::Words;
use crate::store::accounts::users;
use crate::store::events::{self, Event, FieldChange};
use crate::store::personal_data::{self, Erased};
use crate::store::proposals::{NewProposal, Proposal};
use crate::store::{Conn, StoreError};
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::check::Check;
use crate::usecases::refusal::Refusal;
use crate::usecases::waiting::Waiting;

/// Most texts of one erasure.
const MOST_TEXTS: usize = 20;

/// Whose data is to be erased, and on which ground.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct ErasureInput {
    /// Account of the person; it must be disabled. Its names and secrets are erased, and who it was in every event it
    /// wrote.
    #[schema(nullable = false)]
    pub account_id: Option<UserId>,
    /// Names, telephone numbers and addresses of the person, as they were entered. A value that contains one is erased
    /// as a whole.
    #[schema(max_items = 20, nullable = false)]
    pub texts: Option<Vec<String>>,
    /// Legal ground, in words. It is kept for ever: it names nobody.
    #[schema(min_length = 2, max_length = 500)]
    pub legal_ground: String,
    /// Number of the document that decides it.
    #[schema(min_length = 1, max_length = 200)]
    pub document_number: String,
}

impl ErasureInput {
    fn sample() -> Value {
        json!({
            "texts": ["王建国", "13800001234"], "legal_ground": "个人信息保护法第四十七条第一款第三项：个人撤回同意",
            "document_number": "东发改函〔2024〕8号",
        })
    }
}

/// The request as its proposal stores it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct StoredErasure {
    account_id: Option<UserId>,
    texts: Vec<String>,
    legal_ground: String,
    document_number: String,
}

/// An erasure that was approved and is to be carried out.
pub(crate) struct Erasure {
    subject: DataSubject,
    ground: StoredErasure,
    proposal: ProposalId,
    proposed_by: UserId,
    decided_by: UserId,
    stamp: Stamp,
}

/// Proposes an erasure. The effects say how many values, events and lines it concerns now.
///
/// # Errors
/// Invalid, with every wrong field; a conflict while the account is enabled, or when nothing
/// names the person.
pub(crate) fn decide_erasure(ask: &mut Ask<'_>, input: &ErasureInput) -> Result<Waiting, Refusal> {
    let mut check = Check::new();
    let stored = parsed(&mut check, input);
    let account = match input.account_id {
        Some(id) => check.known("/account_id", person(ask, id)?),
        None => None,
    };
    let mut stored = stored;
    if let Some(own) = &stored {
        let subject = DataSubject {
            account: account.as_ref().map(|(account, _)| account.clone()),
            texts: own.texts.clone(),
        };
        must_name_nobody(&mut check, &subject, own);
        if must_be_of_no_enabled_account(&mut check, ask, &own.texts)?.is_none() {
            stored = None;
        }
    }
    let stored = check.done(stored)?;
    if account.as_ref().is_some_and(|(_, is_enabled)| *is_enabled) {
        return Err(account_enabled());
    }
    let account = account.map(|(account, _)| account);
    let effects = effects(ask, &stored, account)?;
    let stamp = ask.stamp();
    let new = NewProposal {
        kind: ProposalKind::PersonalDataErasure,
        subject_kind: "user",
        subject_id: stored.account_id.map(|id| id.0),
        subject_version: None,
        input: serde_json::to_string(&stored).map_err(Refusal::broken)?,
        effects,
        proposed_by: ask.caller.user.id,
        proposed_at: stamp.now.instant,
    };
    Ok(Waiting { new, stamp })
}

fn parsed(check: &mut Check, input: &ErasureInput) -> Option<StoredErasure> {
    let given = input.texts.as_deref().unwrap_or_default();
    check.at_most("/texts", given.len(), MOST_TEXTS);
    if given.is_empty() && input.account_id.is_none() {
        let words = Words::new(
            "请填写 account_id 或 texts，至少一项。",
            "Give `account_id` or `texts`, or both.",
        );
        check.note("/texts", FieldError::new("", "blank", words));
    }
    let texts = given
        .iter()
        .enumerate()
        // A single character would be found in the names of others.
        .map(|(n, text)| {
            Some(check.field(&format!("/texts/{n}"), Reason::parse(text))?.into_string())
        })
        .collect::<Vec<_>>();
    let legal_ground = check.field("/legal_ground", Reason::parse(&input.legal_ground));
    let document_number = check.field("/document_number", Name::parse(&input.document_number));
    Some(StoredErasure {
        account_id: input.account_id,
        texts: texts.into_iter().collect::<Option<_>>()?,
        legal_ground: legal_ground?.into_string(),
        document_number: document_number?.into_string(),
    })
}

/// Ground and document stand in the event for ever.
fn must_name_nobody(check: &mut Check, subject: &DataSubject, stored: &StoredErasure) {
    let named = |text: &str| {
        subject.is_named_in(text) || subject.names().into_iter().any(|name| text.contains(name))
    };
    for (pointer, text) in
        [("/legal_ground", &stored.legal_ground), ("/document_number", &stored.document_number)]
    {
        if named(text) {
            let words = Words::new(
                "不能含有要删除的内容：这一项长期保存。",
                "It must not contain what is erased: it is kept for ever.",
            );
            check.note(pointer, FieldError::new("", "names-person", words));
        }
    }
}

/// The name of somebody at work is in many places that are not about the person who asks.
fn must_be_of_no_enabled_account(
    check: &mut Check,
    ask: &mut Ask<'_>,
    texts: &[String],
) -> Result<Option<()>, StoreError> {
    let mut found = Some(());
    for (n, text) in texts.iter().enumerate() {
        let user = users::find_by_name(ask.conn, text)?;
        if user.is_some_and(|user| user.disabled_at.is_none()) {
            let words = Words::new(
                "这是仍在使用的账号的用户名；请先停用，再填 account_id。",
                "It is the user name of an enabled account. Disable it, and give its `account_id`.",
            );
            check.note(&format!("/texts/{n}"), FieldError::new("", "account-enabled", words));
            found = None;
        }
    }
    Ok(found)
}

/// The account of a person, and whether it is enabled.
fn person(ask: &mut Ask<'_>, id: UserId) -> Result<Option<(ErasedAccount, bool)>, StoreError> {
    match users::person(ask.conn, id) {
        Ok(user) => {
            let account = ErasedAccount {
                id: user.id,
                username: user.username,
                display_name: user.display_name,
            };
            Ok(Some((account, user.disabled_at.is_none())))
        }
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn account_enabled() -> Refusal {
    let words = Words::new(
        "账号仍在使用，不能删除个人信息；请先停用该账号。",
        "The account is enabled. Disable it before its personal data is erased.",
    );
    Refusal::conflict("account-enabled", words)
}

/// What those who decide are shown: what is searched for, and how much it is.
fn effects(
    ask: &mut Ask<'_>,
    stored: &StoredErasure,
    account: Option<ErasedAccount>,
) -> Result<Vec<FieldChange>, Refusal> {
    let gone = |field: &str, before: Value| FieldChange {
        field: field.to_owned(),
        before,
        after: Value::Null,
    };
    let mut effects = vec![
        FieldChange::said("legal_ground", &stored.legal_ground),
        FieldChange::said("document_number", &stored.document_number),
    ];
    if let Some(account) = &account {
        effects.push(gone("username", json!(account.username)));
        effects.push(gone("display_name", json!(account.display_name)));
    }
    if !stored.texts.is_empty() {
        effects.push(gone("texts", json!(stored.texts)));
    }
    let has_account = account.is_some();
    let subject = DataSubject { account, texts: stored.texts.clone() };
    let found = personal_data::find(ask.conn, &subject, ask.now.instant)?;
    for rows in &found.rows {
        effects.push(gone(&format!("{}.{}", rows.table.name, rows.column), json!(rows.ids.len())));
    }
    effects.push(gone("events", json!(found.events.len())));
    effects.push(gone("access_log", json!(found.access_lines.len())));
    let is_anything =
        !(found.rows.is_empty() && found.events.is_empty() && found.access_lines.is_empty());
    if !(has_account || is_anything) {
        let words = Words::new(
            "没有找到这些内容；请核对是否与录入时完全一致。",
            "Nothing names this person. Write the texts exactly as they were entered.",
        );
        return Err(Refusal::conflict("nothing-to-erase", words));
    }
    Ok(effects)
}

/// Decides anew on the stored request of an approved proposal.
///
/// # Errors
/// `proposal-stale` when the account is gone or was enabled meanwhile.
pub(crate) fn decide_granted(ask: &mut Ask<'_>, proposal: &Proposal) -> Result<Erasure, Refusal> {
    let ground: StoredErasure = serde_json::from_str(&proposal.input).map_err(Refusal::broken)?;
    let account = match ground.account_id {
        Some(id) => {
            let (account, is_enabled) = person(ask, id)?.ok_or(ProposalRefusal::Stale)?;
            if is_enabled {
                return Err(ProposalRefusal::Stale.into());
            }
            Some(account)
        }
        None => None,
    };
    Ok(Erasure {
        subject: DataSubject { account, texts: ground.texts.clone() },
        ground,
        proposal: proposal.id,
        proposed_by: proposal.proposed_by,
        decided_by: ask.caller.user.id,
        stamp: ask.stamp(),
    })
}

/// Carries an erasure out and records the event, which says what was erased and names nobody but
/// the ids of the two persons. Returns the id of the account.
///
/// # Errors
/// The database's.
pub(crate) fn save(conn: &mut Conn, erasure: Erasure) -> Result<Option<i64>, Refusal> {
    let Erasure { subject, ground, proposal, proposed_by, decided_by, stamp } = erasure;
    let now = stamp.now.instant;
    let Erased { rows, events: sequences, format_1, access_lines, not_as_written } =
        personal_data::erase(conn, &subject, proposal, now)?;
    let said = [
        ("legal_ground", json!(ground.legal_ground)),
        ("document_number", json!(ground.document_number)),
        ("account_id", json!(ground.account_id)),
        ("proposed_by_id", json!(proposed_by)),
        ("decided_by_id", json!(decided_by)),
        ("sequences", json!(runs(&sequences))),
        ("access_lines", json!(runs(&access_lines))),
        ("format_1", json!(format_1)),
        ("not_as_written", json!(not_as_written)),
        ("rows", json!(rows)),
    ];
    let change = |(field, after): (&str, Value)| FieldChange {
        field: field.to_owned(),
        before: Value::Null,
        after,
    };
    let event = Event::of(ERASURE, "personal_data", proposal.0, said.map(change).into());
    events::record(conn, &stamp.author, now, &event)?;
    Ok(ground.account_id.map(|id| id.0))
}
