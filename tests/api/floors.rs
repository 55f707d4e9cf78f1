//! Imports go down only.

use std::path::{Path, PathBuf};

use crate::support::run::Once;

/// Tests of this file.
pub const ALL: Once = &[
    ("floors::nobody_imports_upwards", nobody_imports_upwards),
    ("floors::pages_ask_the_api", pages_ask_the_api),
    ("floors::only_the_store_knows_diesel", only_the_store_knows_diesel),
    ("floors::files_are_small", files_are_small),
    ("floors::the_image_is_built_of_everything", the_image_is_built_of_everything),
];

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push((path.clone(), std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has no sources");
    found
}

fn nobody_imports_upwards() {
    let floors = ["domain", "store", "http", "api", "pages"];
    for (level, floor) in floors.iter().enumerate() {
        for above in &floors[level + 1..] {
            for (path, text) in sources(&format!("src/{floor}")) {
                assert!(
                    !text.contains(&format!("crate::{above}")),
                    "{} must not know {above}",
                    path.display()
                );
            }
        }
    }
}

/// Pages read data through the use cases of the API only.
fn pages_ask_the_api() {
    for (path, text) in sources("src/pages") {
        assert!(!text.contains("crate::store"), "{} goes past the API", path.display());
    }
}

fn only_the_store_knows_diesel() {
    for (path, text) in sources("src") {
        let in_store = path.components().any(|c| c.as_os_str() == "store");
        assert!(in_store || !text.contains("diesel"), "{} knows Diesel", path.display());
    }
    for (path, text) in sources("src/domain") {
        assert!(!text.contains("actix"), "{} knows actix", path.display());
    }
}

/// Files over 300 lines usually hold two ideas. Exempt: files of views, which are long lists, and
/// the list of tables.
fn files_are_small() {
    let mut lengths: Vec<usize> = Vec::new();
    for (path, text) in sources("src") {
        let lines = text.lines().count();
        let tables = path.ends_with("store/schema.rs");
        assert!(tables || lines <= 420, "{} has {lines} lines", path.display());
        lengths.push(lines);
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= 200, "the median file has {median} lines");
}

/// Every embedded file must be copied by the Dockerfile; nothing else notices before an image is
/// built.
fn the_image_is_built_of_everything() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| std::fs::read_to_string(root.join(name)).unwrap();
    let (image, ignored) = (read("Dockerfile"), read(".dockerignore"));
    let mut parts = vec!["src".to_owned(), "templates".to_owned(), "build.rs".to_owned()];
    for (_, text) in sources("src") {
        for mark in
            ["include_str!(\"", "include_str!(concat!(\"", "embed_migrations!(\"", "folder = \""]
        {
            for rest in text.split(mark).skip(1) {
                let path = rest.split('"').next().unwrap().trim_start_matches("../");
                parts.push(path.split('/').next().unwrap().to_owned());
            }
        }
    }
    assert!(parts.iter().any(|p| p == "assets") && parts.iter().any(|p| p == "seeds"));
    for part in parts {
        assert!(image.contains(&format!("COPY {part} ")), "the Dockerfile lacks {part}");
        assert!(ignored.lines().any(|line| line == format!("!{part}")), ".dockerignore has {part}");
    }
}
