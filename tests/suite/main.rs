//! Regression tests across the crates, one module per area. Cases are files in `tests/fixtures` and `langlets/*/cases`.

mod algebra;
mod algebra_laws;
mod automata;
mod bad_input;
mod builders;
mod completion;
mod compare;
mod corpus_coverage;
mod coverage;
mod depth;
mod flaws;
mod forms;
mod fstrings;
mod fuzz;
mod grammar;
mod laws;
mod rewriting;
mod roundtrips;
mod rewriting_laws;
mod inheritance;
mod layout;
mod listings;
mod masks;
mod morphism;
mod navigation;
mod negatives;
mod notation;
mod parse;
mod patterns;
mod random;
mod recursion;
mod routes;
mod schemas;
mod selection;
mod tidy;
mod traces;
mod transforms;
mod tree;
mod vocabulary;

use std::sync::Arc;

use langlet_core::Langlet;
use langlet_core::diagnostic::{Diagnostic, SourceText};
use langlet_test_support::Fixture;

/// The names of all built-in langlets.
const BUILT_IN: [&str; 7] =
    ["json", "json5", "python26", "python27", "python27_print_function", "python38", "python313"];

/// A built-in langlet.
fn built_in(name: &str) -> Option<Langlet> {
    Some(match name {
        "json" => langlet_json::JSON.clone(),
        "json5" => langlet_json5::JSON5.clone(),
        "python26" => langlet_python26::PYTHON26.clone(),
        "python27" => langlet_python27::PYTHON27.clone(),
        "python27_print_function" => langlet_python27::PYTHON27_PRINT_FUNCTION.clone(),
        "python38" => langlet_python38::PYTHON38.clone(),
        "python313" => langlet_python313::PYTHON313.clone(),
        _ => return None,
    })
}

fn langlet(name: &str) -> Langlet {
    built_in(name).unwrap_or_else(|| panic!("there is no built-in langlet {name}"))
}

/// A langlet from a text; its parent is built in, or `parent`.
fn load(name: &str, text: &str, parent: Option<&Langlet>) -> Result<Langlet, Vec<Diagnostic>> {
    let source = SourceText::new(format!("{name}.langlet"), text);
    Langlet::load(&source, |name| parent.filter(|parent| parent.name() == name).cloned().or_else(|| built_in(name)))
}

/// The langlet of a fixture: the section `grammar`, on top of the section `parent` if there is one.
fn langlet_of(fixture: &Fixture) -> Result<Langlet, Vec<Diagnostic>> {
    let parent = match fixture.get("parent") {
        Some(text) => Some(load("parent", text, None)?),
        None => None,
    };
    load("grammar", fixture.get("grammar").expect("a section `grammar`"), parent.as_ref())
}

/// Messages as a person sees them.
fn rendered(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|diagnostic| diagnostic.render(false)).collect()
}

fn source(text: &str) -> Arc<SourceText> {
    SourceText::new("input", text)
}
