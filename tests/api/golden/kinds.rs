//! Every kind of event is in the golden files, or is noted as newer.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::golden::{rows, text};

/// Kinds of events that no golden file holds yet, because a release later than 0.1.0 brought them.
const SINCE: &[&str] = &[
    "access_log.days_deleted",
    "import.completed",
    "personal_data.erased",
    "project.external_ids_changed",
    "proposal.approved",
    "proposal.outdated",
    "proposal.refused",
    "proposal.submitted",
    "proposal.withdrawn",
    "register.adopted",
    "user.recovery_code_used",
    "user.sessions_ended",
    "user.totp_confirmed",
    "user.totp_enrolled",
    "user.totp_removed",
];

/// The kinds of events that 0.1.0 recorded.
fn kinds() -> BTreeSet<String> {
    text("kinds.txt").lines().map(str::to_owned).collect()
}

/// The golden events are of every kind that 0.1.0 recorded.
pub fn every_kind_of_event_of_0_1_0_is_there() {
    let stored = rows("events").into_iter().map(|e| e["kind"].as_str().unwrap().to_owned());

    assert_eq!(stored.collect::<BTreeSet<_>>(), kinds());
    assert_eq!(kinds().len(), 63);
}

/// Every `"thing.done"` that stands in the sources of the program, outside their tests.
fn written(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(written(&path));
        // The columns of files have dots in their names too.
        } else if path.extension().is_some_and(|ending| ending == "rs")
            && !path.ends_with("headings.rs")
        {
            let text = std::fs::read_to_string(path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            found.extend(text.split('"').filter(|piece| is_kind(piece)).map(str::to_owned));
        }
    }
    found
}

fn is_kind(text: &str) -> bool {
    let word =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let endings = ["ed", "en", "wn", "_on"];
    let done = |verb: &str| endings.iter().any(|e| verb.ends_with(e)) || verb.contains("ed_");
    text.split_once('.').is_some_and(|(subject, verb)| word(subject) && word(verb) && done(verb))
}

/// A kind that no golden file holds is listed until there is one.
pub fn a_new_kind_of_event_is_noted() {
    let (golden, sources) = (kinds(), Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));

    let written = written(&sources);
    let new: Vec<_> =
        written.difference(&golden).filter(|k| !SINCE.contains(&k.as_str())).collect();

    assert!(written.len() > 50, "{written:?}");
    assert!(new.is_empty(), "no golden file holds {new:?}; see tests/golden/README.md");
}
