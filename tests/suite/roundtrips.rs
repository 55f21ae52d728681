//! Round trips of all built-in transformations, and of the ways without rules between relatives.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use langlet_core::generate::Goal;
use langlet_core::rewrite::roundtrip::{Trip, leads_back, programs, trip};
use langlet_core::rewrite::{Functions, Options, Route};
use langlet_core::{Langlet, Transform};
use langlet_json::JSON;
use langlet_json5::JSON5;
use langlet_json5_to_json::JSON5_TO_JSON;
use langlet_python2_to_python3::PYTHON2_TO_PYTHON3;
use langlet_python27::{PYTHON27, PYTHON27_PRINT_FUNCTION};
use langlet_test_support::fixture::workspace;

use super::{BUILT_IN, langlet};

/// A transformation crate: its folder, what it translates, the dialects of its source.
struct Crate {
    folder: &'static str,
    transform: &'static Transform,
    dialects: Vec<&'static Langlet>,
}

fn crates() -> [Crate; 2] {
    [
        Crate { folder: "json5-to-json", transform: &JSON5_TO_JSON, dialects: vec![] },
        Crate {
            folder: "python2-to-python3",
            transform: &PYTHON2_TO_PYTHON3,
            dialects: vec![&PYTHON27_PRINT_FUNCTION],
        },
    ]
}

#[test]
fn no_transformation_is_left_out() {
    let folders = fs::read_dir(workspace("transforms")).unwrap();
    // A crate without rules makes something else than texts.
    let has_rules = |folder: &Path| {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files.into_iter().any(|file| file.extension().is_some_and(|ending| ending == "transform"))
    };
    let folders = folders.map(|entry| entry.unwrap().path()).filter(|folder| has_rules(folder));
    let name = |folder: PathBuf| folder.file_name().unwrap().to_str().unwrap().to_owned();
    let found: BTreeSet<String> = folders.map(name).collect();
    assert_eq!(found, crates().iter().map(|one| one.folder.to_owned()).collect());
}

fn route(source: &Langlet, target: &Langlet) -> Option<Route<'static>> {
    Route::find(source, target, &crates().map(|one| one.transform))
}

/// Tries all programs of the listings; those that have no translation, with the reason. Panics at what is broken.
fn refused(there: &Route<'_>, source: &Langlet) -> (BTreeSet<String>, usize) {
    let back = route(there.target(), source).filter(|back| leads_back(there, back));
    let (mut refused, mut n) = (BTreeSet::new(), 0);
    for goal in Goal::ALL {
        for text in programs(source, goal).unwrap() {
            n += 1;
            match trip(there, back.as_ref(), source, &text) {
                Trip::Good(_) => {}
                Trip::Refused(error) => {
                    refused.insert(format!("{error}\n    {}\n", text.trim_end().replace('\n', "\n    ")));
                }
                Trip::Broken(broken) => panic!("{there}: {broken}\n{text}\n{}", broken.text()),
            }
        }
    }
    (refused, n)
}

/// The source's listing is translated by each transformation, but for the programs that its crate declares.
#[test]
fn each_transformation_translates_its_source() {
    for one in crates() {
        let there = Route::find(one.transform.source(), one.transform.target(), &[one.transform]).unwrap();
        let mut found = BTreeSet::new();
        for source in [one.transform.source()].into_iter().chain(one.dialects) {
            let (more, n) = refused(&there, source);
            assert!(n > 50 && more.len() * 5 < n, "{}: {} of {n}", source.name(), more.len());
            found.extend(more);
        }
        let declared = fs::read_to_string(workspace(&format!("transforms/{}/refused.txt", one.folder))).unwrap();
        assert_eq!(found.into_iter().collect::<String>(), declared, "transforms/{}/refused.txt", one.folder);
    }
}

/// The text with new names that have no numbers: those in a text differ from one another.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split("tuple_argument");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + "tuple_argument" + part.trim_start_matches(|c: char| c.is_ascii_digit()))
}

/// A listing as a whole is translated as its parts are: the rules of one part do not disturb another.
#[test]
fn parts_are_translated_alike_together() {
    let there = route(&PYTHON27, PYTHON2_TO_PYTHON3.target()).unwrap();
    for goal in Goal::ALL {
        let (mut before, mut after) = (String::new(), String::new());
        for text in programs(&PYTHON27, goal).unwrap() {
            if let Trip::Good(result) = trip(&there, None, &PYTHON27, &text) {
                before.push_str(&text);
                after.push_str(&result);
            }
        }
        let whole = there.translate(&PYTHON27, &before, &Options::default()).unwrap();
        assert_eq!(without_numbers(&whole.text), without_numbers(&after), "{}", goal.name());
    }
}

/// JSON that goes to JSON5 comes back as it was, since the rules leave it alone: the transformation says so.
#[test]
fn what_is_declared_leads_back() {
    let (there, back) = (route(&JSON, &JSON5).unwrap(), route(&JSON5, &JSON).unwrap());
    assert!(leads_back(&there, &back) && !leads_back(&back, &there));
    assert_eq!(refused(&there, &JSON).0, BTreeSet::new());
    assert!(!leads_back(&route(&PYTHON27, PYTHON2_TO_PYTHON3.target()).unwrap(), &back));
}

/// Between a langlet and its relatives what both have passes and comes back, whatever lies between them.
#[test]
fn ways_without_rules_lead_back() {
    let mut n_ways = 0;
    for source in BUILT_IN.map(langlet) {
        for target in BUILT_IN.map(langlet) {
            let Some(there) = route(&source, &target).filter(|there| there.rules().next().is_none()) else { continue };
            let Some(back) = route(&target, &source).filter(|back| leads_back(&there, back)) else { continue };
            assert!(back.rules().next().is_none() || source == *JSON);
            let (refused, n) = refused(&there, &source);
            assert!(refused.len() < n / 2, "{there}: {} of {n}", refused.len());
            n_ways += 1;
        }
    }
    assert!(n_ways >= 7, "{n_ways}");
}

/// Each way in which a transformation can fail is seen.
#[test]
fn what_is_broken_is_found() {
    let small = |text: &str| Langlet::root(text);
    let source = small("langlet s\nstart p\np: i*\ni: 'a' | 'b' | WORD\ntoken WORD = /[x-z]/\nskip B = / +/\n");
    let target = small("langlet t\nstart p\np: i*\ni: 'a' | 'b' | WORD\ntoken WORD = /[x-z]/\nskip B = / +/\n");
    let there = Transform::built_in(
        "transform s -> t\nreversible s -> t\nrule r i [| a |] => i [| b |]\n",
        &source,
        &target,
        Functions::NONE,
    );
    let back =
        Transform::built_in("transform t -> s\nrule r i [| b |] => refuse \"no\"\n", &target, &source, Functions::NONE);
    let keeps =
        Transform::built_in("transform t -> s\nrule r i [| x |] => i [| x |]\n", &target, &source, Functions::NONE);
    let way = |transform| Route::find(&source, &target, &[transform]).unwrap();
    let home = |transform| Route::find(&target, &source, &[transform]).unwrap();
    let shown = |there: &Route<'_>, back: &Route<'_>, text: &str| match trip(there, Some(back), &source, text) {
        Trip::Broken(broken) => format!("{broken}: {}", broken.text()),
        other => format!("{other:?}"),
    };
    assert!(leads_back(&way(&there), &home(&keeps)));
    assert_eq!(shown(&way(&there), &home(&keeps), "b  x"), "Good(\"b  x\")");
    assert_eq!(shown(&way(&there), &home(&keeps), "x a"), "the way back ends at another tree: x b");
    assert_eq!(shown(&way(&there), &home(&back), "x a"), "it is not translated back: no: x b");
    let undeclared =
        Transform::built_in("transform s -> t\nrule r i [| a |] => i [| b |]\n", &source, &target, Functions::NONE);
    assert!(!leads_back(&way(&undeclared), &home(&keeps)));
    let wrong = langlet_core::diagnostic::SourceText::new("f", "transform s -> t\nreversible s -> u\n");
    let errors = Transform::load(&wrong, &source, &target, Functions::NONE).err().unwrap();
    assert_eq!(errors[0].to_string(), "f:2:1: error: a way back is between the two langlets of the header");
}
