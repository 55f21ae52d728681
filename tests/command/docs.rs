//! The README and the examples say what is so: every command that they show is run, and its output compared.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use langlet_test_support::command::run;

use crate::{LANGLET, at_root, example, root};

/// The code blocks of a page: language, and text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(language), None) => open = Some((language.to_owned(), String::new())),
            (Some(_), Some(block)) => blocks.push(block),
            (None, Some((language, text))) => open = Some((language, text + line + "\n")),
            (None, None) => {}
        }
    }
    blocks
}

/// Each command that a page shows with its output prints just that.
#[test]
fn commands_of_the_pages_print_what_is_shown() {
    let mut n_commands = 0;
    // A page may name the command itself, as one that another runs.
    let folder = Path::new(LANGLET).parent().unwrap().to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let search = std::env::join_paths(std::iter::once(folder).chain(std::env::split_paths(&others))).unwrap();
    for page in
        ["docs/rewriting.md", "docs/algebra.md", "docs/generation.md", "docs/comparing.md", "docs/completion.md"]
    {
        let text = fs::read_to_string(root().join(page)).unwrap();
        for (_, block) in blocks(&text).into_iter().filter(|(language, _)| language == "console") {
            let (command, shown) = block.split_once('\n').unwrap();
            let run = run(at_root(command.strip_prefix("$ langlet ").unwrap()).env("PATH", &search));
            assert_eq!(run.text(), shown, "{page}: {command}");
            n_commands += 1;
        }
    }
    assert!(n_commands > 5);
}

/// The program that the page on the algebra shows is the example.
#[test]
fn the_program_of_the_algebra_is_the_example() {
    let page = fs::read_to_string(root().join("docs/algebra.md")).unwrap();
    let example = fs::read_to_string(root().join("examples/algebra.rs")).unwrap();
    assert!(blocks(&page).iter().any(|(language, text)| language == "rust" && *text == example));
}

#[test]
fn the_first_command_of_the_readme_prints_what_it_shows() {
    let page = fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = blocks(&page);
    let command = blocks.iter().find_map(|(_, text)| text.trim().strip_prefix("$ cargo run --release -- ")).unwrap();
    let python: Vec<&String> =
        blocks.iter().filter(|(language, _)| language == "python").map(|(_, text)| text).collect();
    let [before, after] = python[..] else { panic!("the README shows a program before and after") };
    let file = command.split_whitespace().next_back().unwrap();
    assert_eq!(*before, fs::read_to_string(root().join(file)).unwrap());
    assert_eq!(*after, run(&mut at_root(command)).ends_with(0).text());
}

/// Rules that the README quotes stand in the transformation, blanks aside; so does the langlet in its example.
#[test]
fn what_the_readme_quotes_is_there() {
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = fs::read_to_string(root().join("README.md")).unwrap();
    let rules =
        fs::read_to_string(root().join("transforms/python2-to-python3/python27-to-python38.transform")).unwrap();
    let idioms = fs::read_to_string(root().join("examples/rules/idioms.transform")).unwrap();
    let rules: Vec<String> = rules.lines().chain(idioms.lines()).map(squeeze).collect();
    let example = squeeze(&fs::read_to_string(root().join("examples/unless.rs")).unwrap());
    let mut n_rules = 0;
    for (language, text) in blocks(&page) {
        if language.is_empty() && text.starts_with("rule ") {
            for line in text.lines() {
                assert!(rules.contains(&squeeze(line)), "{line}");
                n_rules += 1;
            }
        } else if text.starts_with("langlet ") {
            assert!(example.contains(&squeeze(&text)), "{text}");
        }
    }
    assert!(n_rules > 0);
}

#[test]
fn the_examples_run() {
    for (name, expected) in
        [("unless", "if not (done or failed):"), ("translate", "# line 4: has_key_not"), ("algebra", "4 parts")]
    {
        let run = run(&mut Command::new(example(name))).ends_with(0).says_nothing();
        assert!(run.text().contains(expected), "{name}: {}", run.text());
    }
}

/// Links of the pages lead to files that exist.
#[test]
fn links_lead_somewhere() {
    for page in ["README.md", "docs/architecture.md", "docs/notation.md", "docs/generation.md", "docs/completion.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let prose: String = text.split("```").step_by(2).collect();
        let links = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| link.ends_with(".md") || link.contains('#')) {
            let path: PathBuf = root().join(page).parent().unwrap().join(link.split('#').next().unwrap());
            assert!(link.starts_with('#') || path.exists(), "{page}: {link}");
        }
    }
}
