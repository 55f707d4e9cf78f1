//! Counts the entries of a minute in memory, until they are taken to be stored.

use std::collections::HashMap;

use crate::domain::access_log::{
    AccessBatch, AccessClass, AccessEntry, AccessKey, AccessLine, LeftOut, MOST_A_MINUTE,
    start_of_day, start_of_minute,
};
use crate::domain::clock::Timestamp;

/// Longest path and longest account name of a line, in characters.
const LONGEST: usize = 300;

/// Lines of the current minute in memory.
#[derive(Debug, Default)]
pub(crate) struct AccessBook {
    minute: Option<Timestamp>,
    lines: HashMap<AccessKey, Counted>,
    /// Different lines per class and source.
    sources: HashMap<(AccessClass, String), usize>,
    lines_of_class: HashMap<AccessClass, usize>,
    /// Lines of earlier minutes that were not taken yet.
    finished: AccessBatch,
    left_out: HashMap<AccessClass, i64>,
}

#[derive(Debug)]
struct Counted {
    times: i64,
    last_at: Timestamp,
    request_id: String,
    rows: Option<i64>,
}

impl AccessBook {
    /// Counts an entry.
    pub(crate) fn note(&mut self, mut entry: AccessEntry) {
        let minute = start_of_minute(entry.at);
        if self.minute.is_some_and(|current| current != minute) {
            self.turn();
        }
        self.minute = Some(minute);
        cut(&mut entry.key.account);
        cut(&mut entry.key.path);
        let class = entry.key.class();
        if !self.lines.contains_key(&entry.key) {
            let source = (class, entry.key.source());
            if self.sources.get(&source).is_some_and(|n| *n >= class.most_of_a_source()) {
                entry.key = entry.key.folded();
            }
            if !self.lines.contains_key(&entry.key) {
                let lines = self.lines_of_class.entry(class).or_default();
                if *lines >= MOST_A_MINUTE {
                    *self.left_out.entry(class).or_default() += 1;
                    return;
                }
                *lines += 1;
                *self.sources.entry(source).or_default() += 1;
            }
        }
        let AccessEntry { key, at, request_id, rows } = entry;
        let counted =
            self.lines.entry(key).or_insert(Counted { times: 0, last_at: at, request_id, rows });
        counted.times += 1;
        counted.last_at = at;
    }

    /// Takes what was counted since the last time. The lines of the minute stay known, without
    /// their counts.
    pub(crate) fn take(&mut self) -> AccessBatch {
        self.collect();
        std::mem::take(&mut self.finished)
    }

    /// Moves the counts to the finished lines, of which there are at most those of two minutes.
    fn collect(&mut self) {
        let Some(minute) = self.minute else { return };
        for (key, counted) in self.lines.iter_mut().filter(|(_, counted)| counted.times > 0) {
            let class = key.class();
            if self.finished.lines.len() >= 2 * MOST_A_MINUTE * AccessClass::ALL.len() {
                *self.left_out.entry(class).or_default() += counted.times;
            } else {
                self.finished.lines.push(AccessLine {
                    key: key.clone(),
                    minute,
                    times: counted.times,
                    last_at: counted.last_at,
                    request_id: counted.request_id.clone(),
                    rows: counted.rows,
                });
            }
            counted.times = 0;
        }
        for (class, times) in self.left_out.drain() {
            let known = self.finished.left_out.iter_mut();
            let day = start_of_day(minute);
            match known.into_iter().find(|l| l.class == class && start_of_day(l.at) == day) {
                Some(left_out) => left_out.times += times,
                None => self.finished.left_out.push(LeftOut { at: minute, class, times }),
            }
        }
    }

    /// Begins another minute.
    fn turn(&mut self) {
        self.collect();
        self.lines.clear();
        self.sources.clear();
        self.lines_of_class.clear();
    }

    /// Number of things in memory.
    #[cfg(test)]
    pub(crate) fn size(&self) -> usize {
        self.lines.len() + self.sources.len() + self.finished.lines.len()
    }
}

fn cut(text: &mut String) {
    if let Some((at, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access_log::AccessKind;
    use crate::domain::id::UserId;

    fn refused(address: &str, account: &str, seconds: i64) -> AccessEntry {
        AccessEntry {
            key: AccessKey {
                kind: AccessKind::LogInFailed,
                account_id: None,
                account: account.to_owned(),
                address: address.to_owned(),
                method: "POST".to_owned(),
                path: "/sessions".to_owned(),
                status: 401,
                code: "wrong-credentials".to_owned(),
                project: None,
            },
            at: Timestamp::from_unix_seconds(1_625_104_800 + seconds).unwrap(),
            request_id: format!("r{seconds}"),
            rows: None,
        }
    }

    #[test]
    fn equal_entries_of_a_minute_are_one_line_with_a_count() {
        let mut book = AccessBook::default();
        for seconds in [0, 1, 59] {
            book.note(refused("192.0.2.1", "lin", seconds));
        }
        book.note(refused("192.0.2.1", "lin", 60));

        let lines = book.take().lines;

        let found: Vec<(i64, &str)> =
            lines.iter().map(|l| (l.times, l.request_id.as_str())).collect();
        assert_eq!(found, [(3, "r0"), (1, "r60")]);
        assert_eq!(lines[0].last_at.unix_seconds(), 1_625_104_859);
        assert!(book.take().lines.is_empty());
    }

    #[test]
    fn a_line_that_was_taken_goes_on_counting() {
        let mut book = AccessBook::default();
        book.note(refused("192.0.2.1", "lin", 0));
        assert_eq!(book.take().lines[0].times, 1);
        book.note(refused("192.0.2.1", "lin", 2));

        let again = book.take().lines;

        assert_eq!((again.len(), again[0].times), (1, 1));
    }

    #[test]
    fn many_names_from_one_address_are_a_few_lines_and_a_sum() {
        let mut book = AccessBook::default();
        for n in 0..1_000 {
            book.note(refused("192.0.2.1", &format!("name-{n}"), n % 60));
        }

        let lines = book.take().lines;

        // Five names, and one line without a name for all others.
        assert_eq!(lines.len(), 6);
        assert_eq!(lines.iter().map(|l| l.times).sum::<i64>(), 1_000);
        let folded = lines.iter().find(|l| l.key.account.is_empty()).unwrap();
        assert_eq!((folded.times, folded.key.path.as_str()), (995, ""));
    }

    #[test]
    fn memory_does_not_grow_with_addresses_and_what_is_left_out_is_counted() {
        let mut book = AccessBook::default();
        for n in 0..100_000_i64 {
            book.note(refused(&format!("2001:db8::{n:x}"), &"x".repeat(5_000), n / 50_000 * 60));
        }
        let size = book.size();

        let batch = book.take();

        assert!(size <= 4 * MOST_A_MINUTE, "{size}");
        assert!(batch.lines.iter().all(|l| l.key.account.len() == LONGEST));
        assert_eq!(batch.lines.len(), 2 * MOST_A_MINUTE);
        let stored: i64 = batch.lines.iter().map(|l| l.times).sum();
        let left_out: i64 = batch.left_out.iter().map(|l| l.times).sum();
        assert_eq!((stored + left_out, batch.left_out.len()), (100_000, 1));
    }

    #[test]
    fn a_stranger_crowds_out_no_download() {
        let mut book = AccessBook::default();
        for n in 0..10_000 {
            book.note(refused(&format!("2001:db8::{n:x}"), "x", 0));
        }
        let mut download = refused("192.0.2.1", "lin", 1);
        download.key =
            AccessKey { kind: AccessKind::Exported, account_id: Some(UserId(7)), ..download.key };
        book.note(download);

        let lines = book.take().lines;

        assert!(lines.iter().any(|line| line.key.kind == AccessKind::Exported));
    }

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        let at = Timestamp::from_unix_seconds(1_625_104_859).unwrap();
        assert_eq!(start_of_minute(at).to_string(), "2021-07-01T02:00:00.000000Z");
        assert_eq!(start_of_day(at).to_string(), "2021-06-30T16:00:00.000000Z");
    }
}
