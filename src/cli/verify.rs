//! `verify`: checks the integrity of a database.

#![expect(clippy::print_stdout, reason = "a command answers on stdout")]

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::cli::database::exposed_files;
use crate::config::DatabaseConfig;
use crate::store::DatabaseUrl;
use crate::store::record::RecordKey;
use crate::store::verify;
use crate::store::verify::found::Verified;

/// Exit code of `verify` if something does not agree; 1 stands for a check that could not be made.
pub(super) const DOES_NOT_AGREE: u8 = 3;

/// Arguments of `verify`.
#[derive(Args, Debug)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    database: DatabaseConfig,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = VerifyFormat::Text)]
    format: VerifyFormat,
}

/// Form in which `verify` answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum VerifyFormat {
    /// One line per check and per thing that does not agree.
    Text,
    /// One JSON object.
    Json,
}

/// What `verify` found, as JSON.
#[derive(Debug, Serialize)]
pub(super) struct Verdict {
    /// URL of the database, without its password.
    database: String,
    /// Number of things that do not agree.
    wrong: usize,
    /// Files that others than their owner can read.
    warnings: Vec<String>,
    /// The checks.
    checks: Vec<Verified>,
}

/// Verifies the database and prints what it found; true if everything agrees.
pub(super) fn run(args: &VerifyArgs) -> Result<bool, String> {
    let url = args.database.url()?;
    let warnings = exposed_files(&args.database, &url);
    let verdict = Verdict::of(&url, args.database.record_key_if_any()?.as_ref(), warnings)?;
    match args.format {
        VerifyFormat::Text => verdict.print(),
        VerifyFormat::Json => {
            println!("{}", serde_json::to_string_pretty(&verdict).map_err(|e| e.to_string())?);
        }
    }
    Ok(verdict.wrong == 0)
}

/// Verifies the database at `url` as a part of another command.
///
/// # Errors
/// One line, if something does not agree or could not be checked.
pub(super) fn must_agree(
    url: &DatabaseUrl,
    key: Option<&RecordKey>,
    warnings: Vec<String>,
) -> Result<(), String> {
    let verdict = Verdict::of(url, key, warnings)?;
    verdict.print();
    if verdict.wrong == 0 { Ok(()) } else { Err(verdict.summary()) }
}

impl Verdict {
    fn of(
        url: &DatabaseUrl,
        key: Option<&RecordKey>,
        warnings: Vec<String>,
    ) -> Result<Self, String> {
        let mut warnings = warnings;
        if key.is_none() {
            warnings.push(
                "there is no key of the record: who wrote the events is not checked".to_owned(),
            );
        }
        let checks = verify::verify_at(url, key).map_err(|e| e.to_string())?;
        let wrong = checks.iter().map(|check| check.wrong.len()).sum();
        Ok(Self { database: url.to_string(), wrong, warnings, checks })
    }

    fn summary(&self) -> String {
        format!("{} thing(s) in {} do not agree", self.wrong, self.database)
    }

    fn print(&self) {
        for warning in &self.warnings {
            println!("WARNING: {warning}");
        }
        for check in &self.checks {
            let verdict = if check.wrong.is_empty() { "ok" } else { "WRONG" };
            println!("{verdict}: {} ({} looked at)", check.what, check.looked_at);
            check.wrong.iter().for_each(|line| println!("  {line}"));
            check.noted.iter().for_each(|line| println!("  note: {line}"));
        }
        if self.wrong > 0 {
            println!("{}", self.summary());
        }
    }
}
