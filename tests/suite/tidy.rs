//! Rules about the repository itself that are worth keeping.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use langlet_core::grammar::SymbolKind;
use langlet_test_support::fixture::workspace;

use super::{BUILT_IN, langlet};

/// All files below a folder with one of these endings, sorted; what is built is left out.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![workspace(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn shown(path: &Path) -> String {
    path.display().to_string().replace("/tests/support/../..", "")
}

/// The code of a Rust file up to its tests, without comments and texts.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap();
    let mut out = String::new();
    for line in text.lines() {
        let line = line.split("//").next().unwrap();
        // Every second piece between quotes is a text.
        let pieces: Vec<&str> = line.split('"').step_by(2).collect();
        out.push_str(&pieces.join("\"\""));
        out.push('\n');
    }
    out
}

/// The principle of relativity: no rule of any langlet is named in core. Rules whose name is a plain word of the trade, such
/// as `value` or `stmt`'s neighbor `test`, say nothing; a name of two words or a word that only a language has does.
#[test]
fn core_knows_no_language() {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for langlet in BUILT_IN.map(langlet) {
        let grammar = langlet.grammar();
        let rules = grammar.rules.keys().map(|&rule| grammar.symbols.name(rule).to_owned());
        names.extend(rules.filter(|name| name.contains('_') || name.ends_with("list") || name.ends_with("def")));
        names.insert(langlet.name().to_owned());
    }
    // `json` is a format in which trees are shown.
    names.remove("json");
    for path in files("core/src", "rs") {
        let text = fs::read_to_string(&path).unwrap();
        if path.ends_with("tests.rs") || path.parent().is_some_and(|folder| folder.ends_with("tests")) {
            continue;
        }
        let code = code(&text);
        let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
        if let Some(word) = words.find(|word| names.contains(*word)) {
            panic!("{} names `{word}`, a rule of a langlet", shown(&path));
        }
        // A keyword of a language as a text.
        for keyword in ["\"print\"", "\"lambda\"", "\"def\"", "\"elif\"", "\"NEWLINE\"", "\"INDENT\"", "\"DEDENT\""] {
            let own = text.split("#[cfg(test)]").next().unwrap();
            let lines = own.lines().filter(|line| !line.trim_start().starts_with("//"));
            assert!(!lines.into_iter().any(|line| line.contains(keyword)), "{} knows {keyword}", shown(&path));
        }
    }
}

/// Names of rules are words of a language; that no two symbols of a langlet have one name is checked when it loads.
#[test]
fn names_of_living_symbols_are_unique() {
    for langlet in BUILT_IN.map(langlet) {
        let grammar = langlet.grammar();
        let mut seen = BTreeSet::new();
        for &rule in grammar.rules.keys() {
            assert_eq!(grammar.symbols.kind(rule), SymbolKind::Rule);
            assert!(seen.insert(grammar.symbols.name(rule).to_owned()));
        }
    }
}

#[test]
fn modules_say_what_they_are() {
    for folder in ["core", "langlets", "transforms", "cli", "tests", "examples"] {
        for path in files(folder, "rs") {
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.starts_with("//!"), "{} opens with no sentence", shown(&path));
        }
    }
}

#[test]
fn no_test_is_ignored() {
    let attribute = format!("#[{}", "ignore");
    for path in files("", "rs") {
        assert!(!fs::read_to_string(&path).unwrap().contains(&attribute), "{} ignores a test", shown(&path));
    }
}

/// A snapshot belongs to a source file that is there, and one of a fixture to a fixture that is there.
#[test]
fn no_snapshot_is_left_behind() {
    let mut fixtures: BTreeSet<String> = BUILT_IN.map(str::to_owned).into();
    for path in files("", "txt").into_iter().chain(files("", "transform")) {
        fixtures.insert(path.file_stem().unwrap().to_string_lossy().into_owned());
    }
    for path in files("", "snap") {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let source = text.lines().find_map(|line| line.strip_prefix("source: ")).expect("insta writes the source");
        let source_file = workspace(source.trim_matches('"'));
        assert!(source_file.exists(), "{} is of {source}, which is gone", shown(&path));
        let test = name.split('@').next().unwrap().rsplit("__").next().unwrap().to_owned();
        let code = fs::read_to_string(&source_file).unwrap();
        let is_named = code.contains(&format!("fn {test}(")) || test.ends_with("_cases");
        assert!(is_named, "{} is of a test that is gone", shown(&path));
        if let Some((_, fixture)) = name.split_once('@') {
            assert!(fixtures.contains(fixture), "{} is of a fixture that is gone", shown(&path));
        }
    }
    assert!(files("", "new").is_empty(), "a snapshot waits for review");
}
