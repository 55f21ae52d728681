//! Grammars and inheritance: what is wrong with a langlet, and what a child keeps of its parent.

use langlet_core::Langlet;
use langlet_core::diagnostic::Diagnostic;
use langlet_core::grammar::{Grammar, print};
use langlet_test_support::{Programs, each_fixture, strategy};
use proptest::prelude::*;

use super::{BUILT_IN, langlet, langlet_of, load, rendered};

/// Errors, or if there are none the warnings. Both are findings; a fixture that shows a correct grammar has none.
#[test]
fn mistakes() {
    each_fixture("tests/fixtures/grammar", |fixture| {
        let findings = langlet_of(fixture).map_or_else(|errors| errors, |langlet| langlet.warnings());
        insta::assert_snapshot!(rendered(&findings));
    });
}

/// The built-in langlets are as they are meant: these are all the warnings about them.
#[test]
fn warnings_of_built_in_langlets() {
    let warnings: String = BUILT_IN
        .iter()
        .flat_map(|name| langlet(name).warnings())
        .map(|warning| {
            assert!(!warning.is_error());
            format!(
                "{}: {}\n",
                warning.source.text.lines().find(|l| l.starts_with("langlet")).unwrap_or(""),
                warning.message
            )
        })
        .collect();
    insta::assert_snapshot!(warnings);
}

#[test]
fn whole_delta_and_history() {
    let parent = load("p", "langlet p\na: b 'x'\nb: 'y' | 'z'\nc: a\nstart c\n", None).unwrap();
    let child = load("q", "langlet q : p\n\n# b has one more\nb |= 'w'\na := b b\nd: c\nc |= 'v' [d]\n", Some(&parent))
        .unwrap();
    insta::assert_snapshot!(print::whole(child.grammar()), @r"
    langlet q

    start c

    a: b b
    b: 'y' | 'z' | 'w'
    c: a | 'v' [d]
    d: c
    ");
    insta::assert_snapshot!(print::delta(child.grammar()), @r"
    langlet q : p

    # b has one more
    b |= 'w'
    a := b b
    d: c
    c |= 'v' [d]
    ");
    insta::assert_snapshot!(print::why(child.grammar()), @r"
    a  p defines it, q replaces it
    b  p defines it, q adds an alternative
    c  p defines it, q adds an alternative
    d  q defines it
    ");
}

/// A child that replaces a part changes each inherited regex that takes it in.
#[test]
fn parts_are_put_together_late() {
    let text = "langlet p\nfile: (NUMBER | /{sign}{digit}/)*\npart digit = /[0-7]/\npart sign = /(?x) [+-] # or none\n/\n\
                token NUMBER = /(?i){digit}+e?/\nskip BLANK = /[ ]+/\n";
    let parent = load("p", text, None).unwrap();
    let child = load("q", "langlet q : p\npart digit := /[0-9]|x/\n", Some(&parent)).unwrap();
    let dropped = load("r", "langlet r : p\npart sign -=\n", Some(&parent)).unwrap_err();
    assert!(load("r", "langlet r : p\npart sign -=\nfile := NUMBER*\n", Some(&parent)).is_ok());
    assert_eq!(dropped[0].message, "the part `sign` is removed, but the token `/{sign}{digit}/` still takes it in");
    for (langlet, program, other) in [(&parent, "12E -7", "9"), (&child, "9xE -9", "9X")] {
        assert!(langlet.parse(program).is_ok() && langlet.parse(other).is_err(), "{}", langlet.name());
    }
    insta::assert_snapshot!(print::whole(child.grammar()), @r"
    langlet q

    start file
    part sign = /(?x) [+-] # or none
    /
    part digit = /[0-9]|x/
    token NUMBER = /(?i){digit}+e?/
    skip BLANK = /[ ]+/

    file: (NUMBER | /{sign}{digit}/)*
    ");
    let root = load("whole", &print::whole(child.grammar()), None).unwrap();
    assert!(root.parse("9xE -9").is_ok() && root.parse("9X").is_err());
}

/// The whole grammar of each langlet, as `langlet show` prints it.
#[test]
fn whole_grammars() {
    for name in BUILT_IN {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_suffix(name);
        settings.bind(|| insta::assert_snapshot!(print::whole(langlet(name).grammar())));
    }
}

fn whole(langlet: &Langlet) -> String {
    print::whole(langlet.grammar())
}

/// Parent + empty delta = parent.
#[test]
fn an_empty_delta_changes_nothing() {
    for name in BUILT_IN {
        let parent = langlet(name);
        let child = load("c", &format!("langlet c : {name}\n"), None).unwrap();
        assert_eq!(whole(&child).replacen("langlet c\n", &format!("langlet {name}\n"), 1), whole(&parent));
        assert_eq!(child.tables().sizes(), parent.tables().sizes());
        assert!(parent.grammar().symbols.iter().eq(child.grammar().symbols.iter()));
        assert_eq!(child.parent(), Some(&parent));
    }
}

/// Inherited symbols keep their numbers and kinds, in all langlets; a name may change by `rename` alone.
#[test]
fn inherited_symbols_keep_their_numbers() {
    for name in BUILT_IN {
        let child = langlet(name);
        let Some(parent) = child.parent() else { continue };
        let (old, new) = (&parent.grammar().symbols, &child.grammar().symbols);
        assert!(old.len() <= new.len());
        for symbol in old.iter() {
            assert_eq!(old.kind(symbol), new.kind(symbol));
            if old.name(symbol) != new.name(symbol) {
                assert!(child.grammar().source.text.contains(&format!(
                    "rename {} -> {}",
                    old.name(symbol),
                    new.name(symbol)
                )));
            }
        }
    }
}

/// A tree of the parent whose rules are unchanged is a tree of the child: the full views are equal.
#[test]
fn unchanged_trees_are_trees_of_the_child() {
    let text = "for x in y:\n    f(x, -1)[a.b:2] # c\n";
    assert_eq!(langlet("python26").parse(text).unwrap().listing(), langlet("python27").parse(text).unwrap().listing());
}

/// The whole, read as a root langlet, prints as itself and reads the same texts to the same trees.
#[test]
fn the_whole_is_the_same_langlet() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(24));
    for name in BUILT_IN {
        let langlet = langlet(name);
        let root = load("whole", &whole(&langlet), None).unwrap_or_else(|errors| panic!("{}", rendered(&errors)));
        assert_eq!(whole(&root), whole(&langlet), "{name}");
        let programs = Programs::new(&langlet);
        runner
            .run(&strategy::choices(60), |choices| {
                let text = programs.program(&choices);
                prop_assert_eq!(langlet.parse(&*text).unwrap().listing(), root.parse(&*text).unwrap().listing());
                // One token less: both reject it, for the same reason, or both read it.
                let half = &text[..text.floor_char_boundary(text.len() / 2)];
                prop_assert_eq!(
                    langlet.parse(half).map(|tree| tree.listing()),
                    root.parse(half).map(|tree| tree.listing())
                );
                Ok(())
            })
            .unwrap();
    }
}

/// All that is wrong is said, whatever is wrong: no grammar makes the reader panic, and what loads has tables.
#[test]
fn grammars_that_load_have_tables() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(256));
    runner
        .run(&strategy::grammar(), |text| {
            match load("random", &text, None) {
                Ok(langlet) => {
                    prop_assert!(langlet.tables().sizes()[0] > 0);
                    prop_assert!(langlet.warnings().iter().all(|warning| !warning.is_error()));
                    prop_assert_eq!(&whole(&load("whole", &whole(&langlet), None).unwrap()), &whole(&langlet));
                }
                Err(errors) => prop_assert!(!errors.is_empty() && errors.iter().all(Diagnostic::is_error)),
            }
            Ok(())
        })
        .unwrap();
}

/// A child shares with its parent what it does not change.
#[test]
fn what_is_not_changed_is_shared() {
    let (parent, child) = (langlet("python26"), langlet("python27"));
    let (parent, child): (&Grammar, &Grammar) = (parent.grammar(), child.grammar());
    let unchanged = parent.rules.iter().filter(|(symbol, rule)| {
        child.rules.get(*symbol).is_some_and(|other| std::sync::Arc::ptr_eq(&rule.rhs, &other.rhs))
    });
    assert_eq!(
        unchanged.count(),
        parent.rules.len() - 4,
        "atom and with_stmt are changed, dictmaker and with_var dropped"
    );
}
