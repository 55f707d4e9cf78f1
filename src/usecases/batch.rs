//! Many changes in one request: the rows of a batch, what became of each, and all or nothing.

use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::usecases::ask::Ask;
use crate::usecases::refusal::{Refusal, RefusalKind};
use crate::usecases::warning::WarningView;

/// Most wrong fields that the refusal of a whole batch names.
const ERRORS_LISTED: usize = 1_000;

/// The rows of a batch; a row that cannot be read is its refusal.
#[derive(Clone, Debug)]
pub(crate) struct BatchRows<T> {
    /// True to save all rows or none.
    pub atomic: bool,
    /// The rows.
    pub rows: Vec<Result<T, Refusal>>,
}

/// What a row saved.
#[derive(Clone, Debug)]
pub(crate) struct SavedRow {
    /// True if the row created its record.
    pub created: bool,
    /// Id of the record; `None` for a year plan, which its project and year name.
    pub id: Option<i64>,
    /// Version of the record now.
    pub version: i64,
    /// Path of the record below `/api/v1`.
    pub path: String,
    /// State of the record; for reports.
    pub state: Option<&'static str>,
    /// What is unusual about it.
    pub warnings: Vec<WarningView>,
}

/// What became of each row, in their order.
pub(crate) type RowOutcomes = Vec<Result<SavedRow, Refusal>>;

/// True if a row is to blame for a refusal; otherwise the whole batch fails.
pub(in crate::usecases) fn is_of_row(refusal: &Refusal) -> bool {
    match refusal.kind {
        RefusalKind::Unreadable
        | RefusalKind::Forbidden
        | RefusalKind::NotFound
        | RefusalKind::Gone
        | RefusalKind::Conflict
        | RefusalKind::Stale
        | RefusalKind::Invalid => true,
        RefusalKind::Unauthenticated
        | RefusalKind::TooMany
        | RefusalKind::Busy
        | RefusalKind::NoRoom
        | RefusalKind::Broken => false,
    }
}

/// The outcome of a row, unless the row is not to blame for its refusal.
///
/// # Errors
/// The refusal then.
pub(in crate::usecases) fn outcome<T>(
    done: Result<T, Refusal>,
) -> Result<Result<T, Refusal>, Refusal> {
    match done {
        Err(refusal) if !is_of_row(&refusal) => Err(refusal),
        done => Ok(done),
    }
}

/// Works on each row in turn; a row that is refused saves nothing.
///
/// # Errors
/// A failure that no row is to blame for; for an atomic batch, every error of every row.
pub(in crate::usecases) fn each<T>(
    ask: &mut Ask<'_>,
    batch: &BatchRows<T>,
    mut work: impl FnMut(&mut Ask<'_>, &T) -> Result<SavedRow, Refusal>,
) -> Result<RowOutcomes, Refusal> {
    let mut outcomes = Vec::with_capacity(batch.rows.len());
    for row in &batch.rows {
        let done = match row {
            Ok(row) => ask.attempt(|ask| work(ask, row), |_| true),
            Err(refusal) => Err(refusal.clone()),
        };
        outcomes.push(outcome(done)?);
    }
    all_or_nothing(batch.atomic, outcomes)
}

/// The outcomes, unless the batch is atomic and a row was refused.
///
/// # Errors
/// `items-refused`, with every error at its row; the transaction then saves nothing.
pub(in crate::usecases) fn all_or_nothing(
    atomic: bool,
    outcomes: RowOutcomes,
) -> Result<RowOutcomes, Refusal> {
    let refused = outcomes.iter().filter(|outcome| outcome.is_err()).count();
    if !atomic || refused == 0 {
        return Ok(outcomes);
    }
    let mut errors = Vec::new();
    for (index, outcome) in outcomes.into_iter().enumerate() {
        if let Err(refusal) = outcome {
            errors.extend(at_row(index, refusal));
        }
    }
    let words = Words::new(
        format!("有 {refused} 条不能保存，详见 errors；atomic 为 true，所以没有保存任何一条。"),
        format!(
            "{refused} item(s) are refused, see `errors`. As `atomic` is true, none was saved."
        ),
    );
    let refusal = Refusal::new(RefusalKind::Invalid, "items-refused", words);
    Err(refusal.naming(errors, ERRORS_LISTED))
}

/// The errors of a row, with pointers into the body of the batch; one for the whole row if it
/// names no field.
pub(crate) fn at_row(index: usize, refusal: Refusal) -> Vec<FieldError> {
    let Refusal { code, words, errors, .. } = refusal;
    if errors.is_empty() {
        return vec![FieldError::new(format!("/items/{index}"), code, words)];
    }
    let at = |error: FieldError| {
        let pointer = format!("/items/{index}{}", error.pointer);
        FieldError { pointer, ..error }
    };
    errors.into_iter().map(at).collect()
}

/// Adds `part` in front of the pointers of a refusal, for the fields of a part of a row.
pub(in crate::usecases) fn inside(part: &str, refusal: Refusal) -> Refusal {
    let at = |error: FieldError| {
        let pointer = format!("/{part}{}", error.pointer);
        FieldError { pointer, ..error }
    };
    Refusal { errors: refusal.errors.into_iter().map(at).collect(), ..refusal }
}

/// A row without a field that its kind of change needs, or with one that does not belong to it.
pub(in crate::usecases) fn needs(pointer: &str, code: &'static str, words: Words) -> Refusal {
    Refusal::invalid(vec![FieldError::new(pointer, code, words)])
}

/// The value of a field that this kind of change needs.
///
/// # Errors
/// Invalid without it.
pub(in crate::usecases) fn required<T>(pointer: &str, value: Option<T>) -> Result<T, Refusal> {
    value.ok_or_else(|| {
        let words = Words::new("修改已有记录时必须填写。", "Required to change a record.");
        needs(pointer, "required", words)
    })
}

/// Refuses a row that has neither or both of two changes.
///
/// # Errors
/// Invalid.
pub(in crate::usecases) fn exactly_one(
    first: (&str, bool),
    second: (&str, bool),
) -> Result<(), Refusal> {
    if first.1 != second.1 {
        return Ok(());
    }
    let first = first.0;
    let second = second.0;
    let words = Words::new(
        format!("每条须且只须填写 {first}、{second} 中的一个。"),
        format!("Give exactly one of `{first}` and `{second}`."),
    );
    Err(needs("", "one-of", words))
}
