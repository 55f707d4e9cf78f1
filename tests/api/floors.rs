//! Imports go down only.

use std::path::{Path, PathBuf};

use crate::modules::{Modules, circles};
use crate::support::run::Once;

/// Tests of this file.
pub const ALL: Once = &[
    ("floors::nobody_imports_upwards", nobody_imports_upwards),
    ("floors::the_kit_of_the_api_knows_no_noun", the_kit_of_the_api_knows_no_noun),
    ("floors::folders_form_no_circle", folders_form_no_circle),
    ("floors::files_form_small_circles", files_form_small_circles),
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

/// The floors from the ground up. A module may name its own floor and those below.
const FLOORS: [&str; 6] = ["domain", "store", "usecases", "http", "api", "pages"];

/// Folders that still name each other in a circle; the list may only shrink.
const KNOWN_CIRCLES: &[&[&str]] = &[];

fn floor_of(module: &str) -> &str {
    module.split("::").next().unwrap_or_default()
}

/// `store::reports::filed` belongs to the folder `store::reports`; a kit file is its own folder.
fn folder_of(module: &str) -> String {
    module.split("::").take(2).collect::<Vec<_>>().join("::")
}

fn nobody_imports_upwards() {
    let modules = Modules::read();
    let level = |module: &str| FLOORS.iter().position(|floor| *floor == floor_of(module));
    for (module, named) in &modules.names {
        let Some(own) = level(module) else { continue };
        for target in named {
            let upwards = match level(target) {
                // `api` and `pages` stand side by side, but pages may use what the API shows.
                Some(other) => other > own,
                None => !["config", "routes", "telemetry"].contains(&floor_of(target)),
            };
            assert!(!upwards, "{module} must not know {target}");
        }
    }
}

/// What every operation shares does not name one of them. The caller is the exception.
fn the_kit_of_the_api_knows_no_noun() {
    let modules = Modules::read();
    let nouns: Vec<String> =
        std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api"))
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .filter(|name| name != "mod")
            .collect();
    assert!(nouns.iter().any(|noun| noun == "reports"), "{nouns:?}");
    for (module, named) in &modules.names {
        if floor_of(module) != "http" || module == "http::caller" {
            continue;
        }
        for target in named {
            let noun = target.split("::").nth(1).unwrap_or_default();
            let knows = ["store", "usecases"].contains(&floor_of(target))
                && nouns.iter().any(|n| n == noun);
            assert!(!knows, "{module} must not know {target}");
        }
    }
}

/// No folder is in a circle with another, so that each can be read without the others.
fn folders_form_no_circle() {
    let circles = circles(&Modules::read().grouped(folder_of));
    let known: Vec<Vec<String>> =
        KNOWN_CIRCLES.iter().map(|c| c.iter().map(|name| (*name).to_owned()).collect()).collect();
    assert_eq!(circles, known, "circles between folders; the known ones may only shrink");
}

/// Inside a folder at most three files may name each other in a circle.
fn files_form_small_circles() {
    for circle in circles(&Modules::read().names) {
        assert!(circle.len() <= 3, "{} files in one circle: {circle:?}", circle.len());
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
