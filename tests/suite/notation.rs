//! The notation: files with mistakes and what is said about them, files without.

use langlet_core::diagnostic::{Diagnostic, SourceText};
use langlet_core::notation::{parse_langlet, parse_transform};
use langlet_test_support::{Fixture, each_fixture};

fn read(fixture: &Fixture) -> Result<(), Vec<Diagnostic>> {
    let section = &fixture.sections[0];
    let source = SourceText::new(fixture.name.clone(), section.text.as_str());
    match &*section.name {
        "grammar" => parse_langlet(&source).map(drop),
        "transform" => parse_transform(&source).map(drop),
        other => panic!("no reader for a section `{other}`"),
    }
}

#[test]
fn mistakes() {
    each_fixture("tests/fixtures/notation", |fixture| match read(fixture) {
        Ok(()) => assert!(fixture.name.starts_with("good_"), "{} has no mistake", fixture.name),
        Err(mistakes) => {
            assert!(fixture.name.starts_with("bad_"), "{}: {}", fixture.name, super::rendered(&mistakes));
            assert!(mistakes.iter().all(Diagnostic::is_error));
            assert!(mistakes.is_sorted_by_key(|mistake| mistake.labels[0].span), "in the order of the file");
            insta::assert_snapshot!(super::rendered(&mistakes));
        }
    });
}
