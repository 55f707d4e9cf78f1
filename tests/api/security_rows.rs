//! The rows of the security documents: what they name exists, and no requirement is left out.

use std::collections::BTreeSet;
use std::path::Path;

use crate::documents::{document, operations};
use crate::support::run::Once;

/// Tests of this file.
pub const ALL: Once = &[
    ("security_rows::every_test_and_file_that_is_named_exists", what_is_named_exists),
    ("security_rows::every_requirement_of_asvs_has_one_row", every_requirement_has_one_row),
    ("security_rows::every_row_names_a_test_or_says_why_there_is_none", every_row_says_how),
    ("security_rows::every_mechanism_referred_to_is_described", mechanisms_are_described),
    (
        "security_rows::fields_of_passwords_are_masked_and_can_be_filled",
        fields_of_passwords_can_be_filled,
    ),
    ("security_rows::no_address_carries_a_credential", no_address_carries_a_credential),
    ("security_rows::scripts_keep_nothing_and_evaluate_nothing", scripts_keep_nothing),
];

/// The documents, and how many tests and files they name at least.
const DOCUMENTS: [(&str, usize); 3] =
    [("docs/security.md", 100), ("docs/asvs.md", 150), ("docs/mlps.md", 40)];

/// Requirements of ASVS 5.0.0 of level 1 and of level 2.
const OF_LEVELS: [(&str, usize); 2] = [("1", 70), ("2", 183)];

/// What a row without a test says instead of how the requirement is met.
const WITHOUT_TEST: [&str; 5] =
    ["not met: ", "does not apply: ", "operator's duty: ", "document: ", "by design: "];

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn exists(path: &str) -> bool {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists()
}

/// The texts between backquotes.
fn quoted(text: &str) -> Vec<&str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

/// A test over HTTP, as `file::name`.
fn as_test(word: &str) -> Option<(&str, &str)> {
    let (file, name) = word.split_once("::")?;
    let plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
    (plain(file) && plain(name)).then_some((file, name))
}

/// A file or folder of the repository; those of `src` may be named without it.
fn as_file(word: &str) -> Option<Vec<String>> {
    let named = word.starts_with(".ci/")
        || word.split_once('/').is_some_and(|(first, _)| {
            ["src", "docs", "tests", "http", "domain", "store", "usecases", "api", "pages"]
                .iter()
                .chain(&["background", "config", "cli", "templates", "assets"])
                .any(|floor| first == *floor)
        });
    let plain = !word.contains([' ', '<', '*', '{']);
    (named && plain).then(|| vec![word.to_owned(), format!("src/{word}")])
}

fn what_is_named_exists() {
    for (document, least) in DOCUMENTS {
        let text = read(document);
        let mut named = 0;
        for word in quoted(&text) {
            if let Some((file, name)) = as_test(word) {
                let source = read(&format!("tests/api/{file}.rs"));
                let found = [format!("fn {name}("), format!("\"{word}\"")];
                assert!(found.iter().any(|f| source.contains(f)), "{document}: no test {word}");
                named += 1;
            } else if let Some(files) = as_file(word) {
                assert!(files.iter().any(|file| exists(file)), "{document}: no file {word}");
                named += 1;
            }
        }
        assert!(named >= least, "{document} names {named} tests and files");
    }
}

/// The cells of the rows of a table whose first column is a number such as `1.2.3` or `8.1.4.1 a`.
fn rows(document: &str) -> Vec<Vec<String>> {
    let text = read(document);
    let cells = |line: &str| -> Vec<String> {
        let line = line.trim_start_matches("| ").trim_end_matches(" |");
        line.split(" | ").map(|cell| cell.trim().to_owned()).collect()
    };
    let rows = text.lines().filter(|line| {
        line.strip_prefix("| ").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    rows.map(cells).collect()
}

fn every_requirement_has_one_row() {
    let rows = rows("docs/asvs.md");
    let numbers: Vec<Vec<u32>> =
        rows.iter().map(|row| row[0].split('.').map(|n| n.parse().unwrap()).collect()).collect();

    assert!(numbers.is_sorted_by(|a, b| a < b), "numbers are in order, each once");
    for (level, count) in OF_LEVELS {
        assert_eq!(rows.iter().filter(|row| row[1] == level).count(), count, "level {level}");
    }
    // A section begins with its first requirement; only those of level 3 are left out.
    let sections: BTreeSet<&[u32]> = numbers.iter().map(|number| &number[..2]).collect();
    assert!(sections.len() > 60, "{} sections", sections.len());
}

fn every_row_says_how() {
    for (document, columns) in [("docs/asvs.md", 5), ("docs/mlps.md", 4)] {
        let rows = rows(document);
        assert!(rows.len() > 30, "{document} has {} rows", rows.len());
        for row in rows {
            assert_eq!(row.len(), columns, "{document}: {row:?}");
            let (how, test) = (&row[columns - 2], &row[columns - 1]);
            let names_something =
                quoted(test).iter().any(|w| as_test(w).is_some() || as_file(w).is_some());
            for file in quoted(test).iter().filter(|word| word.starts_with("src/")) {
                assert!(read(file).contains("#[test]"), "{document}: {file} has no test");
            }
            let says_why = WITHOUT_TEST.iter().any(|start| how.starts_with(start));
            assert!(names_something || says_why && test == "–", "{document}: {row:?}");
            assert!(!names_something || !how.starts_with("not met: "), "{document}: {row:?}");
        }
    }
}

/// Words in italics that begin with a capital are the beginning of a row of `security.md`.
fn mechanisms_are_described() {
    let rows = read("docs/security.md");
    let mut referred = 0;
    for (document, _) in DOCUMENTS {
        let text = read(document);
        let italics = text.lines().flat_map(|line| line.split('*').skip(1).step_by(2));
        for words in italics.filter(|w| w.starts_with(|c: char| c.is_ascii_uppercase())) {
            assert!(rows.contains(&format!("\n| {words}")), "{document}: no row {words}");
            referred += 1;
        }
    }
    assert!(referred > 20, "{referred}");
}

/// The files of a folder with this ending.
fn files(folder: &str, ending: &str) -> Vec<String> {
    let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|n| n.ends_with(ending)).map(|n| format!("{folder}/{n}")).collect()
}

fn fields_of_passwords_can_be_filled() {
    let mut seen = 0;
    for file in files("templates/pages", ".html") {
        for field in read(&file).split("<input ").skip(1) {
            let field = &field[..field.find('>').unwrap()];
            let name = field.split("name=\"").nth(1).and_then(|rest| rest.split('"').next());
            if !name.is_some_and(|name| name.contains("password") || name == "new_again") {
                continue;
            }
            seen += 1;
            assert!(field.contains("type=\"password\""), "{file}: {field}");
            let filled = ["autocomplete=\"current-password\"", "autocomplete=\"new-password\""];
            assert!(filled.iter().any(|how| field.contains(how)), "{file}: {field}");
        }
    }
    assert!(seen >= 5, "{seen} fields");
    for script in files("assets", ".js") {
        assert!(!read(&script).contains("paste"), "{script} handles pasting");
    }
}

fn scripts_keep_nothing() {
    let scripts = files("assets", ".js");
    assert!(scripts.len() >= 2, "{scripts:?}");
    for script in scripts {
        let text = read(&script);
        for word in [
            "localStorage",
            "sessionStorage",
            "indexedDB",
            ".cookie",
            "eval(",
            "Function(",
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "postMessage",
            "import(",
            "http:",
            "https:",
        ] {
            assert!(!text.contains(word), "{script} has {word}");
        }
    }
}

/// Parameters of paths and queries stand in histories of browsers and logs of proxies.
fn no_address_carries_a_credential() {
    let mut parameters = 0;
    for (path, method, operation) in operations(&document()) {
        let all = operation["parameters"].as_array().into_iter().flatten();
        for parameter in all.filter(|parameter| parameter["in"] != "header") {
            let name = parameter["name"].as_str().unwrap();
            parameters += 1;
            for word in ["password", "secret", "token", "credential", "username", "totp"] {
                // The number of a secret, by which it is revoked, is none.
                let found = name.contains(word) && name != "secret_id";
                assert!(!found, "{method} {path}: {name}");
            }
        }
    }
    assert!(parameters > 500, "{parameters} parameters");
}
