//! The graph of modules, read from the sources: which file names which.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The modules of `src` and the modules each of them names.
pub(crate) struct Modules {
    /// Module path, such as `store::reports::filed`, to the modules it names outside its tests.
    pub(crate) names: BTreeMap<String, BTreeSet<String>>,
}

impl Modules {
    /// Reads every file below `src`.
    pub(crate) fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut texts = BTreeMap::new();
        collect(&root, "", &mut texts);
        assert!(texts.len() > 200, "only {} files were found", texts.len());
        let known: BTreeSet<String> = texts.keys().cloned().collect();
        let names = texts
            .iter()
            .map(|(module, text)| (module.clone(), named_by(module, text, &known)))
            .collect();
        Self { names }
    }

    /// The same graph between groups of modules, `group` of each given; arrows inside a group are
    /// left out.
    pub(crate) fn grouped(
        &self,
        group: impl Fn(&str) -> String,
    ) -> BTreeMap<String, BTreeSet<String>> {
        let mut grouped: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (module, named) in &self.names {
            let from = group(module);
            let targets = named.iter().map(|n| group(n)).filter(|to| *to != from);
            let targets: BTreeSet<String> = targets.collect();
            grouped.entry(from).or_default().extend(targets);
        }
        grouped
    }
}

fn collect(folder: &Path, module: &str, texts: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let inner = if module.is_empty() { stem.clone() } else { format!("{module}::{stem}") };
        if path.is_dir() {
            collect(&path, &inner, texts);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let own = if stem == "mod" { module.to_owned() } else { inner };
            texts.insert(own, std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// The modules that the text of `module` names in `use` trees and in paths, tests left out.
fn named_by(module: &str, text: &str, known: &BTreeSet<String>) -> BTreeSet<String> {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default().trim_start());
    let lines: Vec<&str> = lines.map(without_visibility).collect();
    let code = format!("\n{}", lines.join("\n"));
    let mut paths = Vec::new();
    for (index, part) in code.split("\nuse ").enumerate() {
        if index > 0
            && let Some((tree, rest)) = part.split_once(';')
        {
            flatten("", tree, &mut paths);
            paths_in(rest, &mut paths);
        } else {
            paths_in(part, &mut paths);
        }
    }
    let found = paths.iter().filter_map(|path| resolve(module, path, known));
    found.filter(|target| target != module).collect()
}

/// A line of code without `pub` or `pub(..)` at its start.
fn without_visibility(line: &str) -> &str {
    let Some(rest) = line.strip_prefix("pub") else { return line };
    let rest = match rest.strip_prefix('(') {
        Some(scope) => scope.split_once(')').map_or(rest, |(_, rest)| rest),
        None => rest,
    };
    rest.strip_prefix(' ').unwrap_or(line)
}

/// `a::{b, c::{d}}` becomes `a::b`, `a::c::d`.
fn flatten(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((head, body)) = tree.split_once('{') else {
        paths.push(format!("{prefix}{tree}"));
        return;
    };
    let body = body.rsplit_once('}').map_or(body, |(body, _)| body);
    let prefix = format!("{prefix}{head}");
    let (mut depth, mut start) = (0_usize, 0_usize);
    for (at, letter) in body.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                flatten(&prefix, &body[start..at], paths);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !body[start..].trim().is_empty() {
        flatten(&prefix, &body[start..], paths);
    }
}

/// Paths that stand in code and begin with `crate::` or `super::`.
fn paths_in(code: &str, paths: &mut Vec<String>) {
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            let path: String = code[at..].chars().take_while(|c| word(*c)).collect();
            paths.push(path);
        }
    }
}

/// The longest known module a path stands for, seen from `module`.
fn resolve(module: &str, path: &str, known: &BTreeSet<String>) -> Option<String> {
    let path = path.split(" as ").next().unwrap_or_default().trim();
    let mut segments: Vec<&str> = path.split("::").map(str::trim).collect();
    let mut base: Vec<&str> = Vec::new();
    match segments.first().copied() {
        Some("crate") => {
            segments.remove(0);
        }
        Some("self" | "super") => {
            base = module.split("::").collect();
            while let Some(first) = segments.first().copied() {
                match first {
                    "self" => {}
                    "super" => {
                        base.pop();
                    }
                    _ => break,
                }
                segments.remove(0);
            }
        }
        _ => {
            // A sibling declared in the same `mod.rs`.
            base = module.split("::").collect();
        }
    }
    base.extend(segments);
    (1..=base.len()).rev().map(|n| base[..n].join("::")).find(|path| known.contains(path))
}

/// The circles of a graph: strongly connected groups of more than one node, each sorted.
pub(crate) fn circles(graph: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let reach: BTreeMap<&String, BTreeSet<&String>> =
        graph.keys().map(|node| (node, reachable(graph, node))).collect();
    let mut found: BTreeSet<Vec<String>> = BTreeSet::new();
    for (node, reached) in &reach {
        if reached.contains(node) {
            let circle = reached.iter().filter(|other| reach[**other].contains(node));
            found.insert(circle.map(|name| (*name).clone()).collect());
        }
    }
    found.into_iter().filter(|circle| circle.len() > 1).collect()
}

fn reachable<'a>(
    graph: &'a BTreeMap<String, BTreeSet<String>>,
    from: &String,
) -> BTreeSet<&'a String> {
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<&String> = graph[from].iter().collect();
    while let Some(node) = waiting.pop() {
        if let Some((node, next)) = graph.get_key_value(node)
            && reached.insert(node)
        {
            waiting.extend(next);
        }
    }
    reached
}
