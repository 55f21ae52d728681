//! Left recursion: what it is read as, and that no text is gained or lost.

use std::collections::{BTreeMap, BTreeSet};

use langlet_core::complete::{Recognizer, Status};
use langlet_core::grammar::{Rhs, Symbol, print};
use langlet_test_support::strategy;
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::load;

/// The forms that rules are read in, one rule to a line.
fn read_as(rules: &str) -> String {
    let langlet = load("t", &format!("langlet t\nskip BLANK = / /\n{rules}"), None)
        .unwrap_or_else(|e| panic!("{}", super::rendered(&e)));
    let whole = print::whole(langlet.grammar());
    whole.lines().filter(|line| line.contains(": ")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn repetitions_of_operators() {
    assert_eq!(
        read_as("start sum\nsum: sum '+' product | product\nproduct: product '*' 'x' | 'x'"),
        "sum: product ('+' product)*\nproduct: 'x' ('*' 'x')*\n"
    );
    assert_eq!(
        read_as("start e\ne: e '*' e | e '+' e | e '!' | '-' e | 'x'"),
        "e: ('-' e | 'x') (('*' | '+') ('-' e | 'x') | '!')*\n"
    );
    assert_eq!(read_as("start list\nlist: list 'x' | 'x'"), "list: 'x' 'x'*\n");
    assert_eq!(read_as("start s\ns: s '(' s ')' | ()"), "s: ('(' s ')')*\n");
}

#[test]
fn recursion_through_other_rules_and_behind_what_may_be_empty() {
    assert_eq!(
        read_as("start primary\nprimary: 'x' | call | primary '.' 'x'\ncall: primary '(' ')'"),
        "primary: 'x' ('.' 'x' | '(' ')')*\ncall: 'x' ('.' 'x')* '(' ')' (('.' 'x')* '(' ')')*\n"
    );
    assert_eq!(read_as("start a\na: ['m'] a 'x' | 'y'"), "a: ('m' a 'x' | 'y') 'x'*\n");
    assert_eq!(read_as("start a\na: m a 'x' | 'y'\nm: ['m'] ['n']"), "a: (m a 'x' | 'y') 'x'*\nm: 'm' ['n'] | 'n'\n");
}

#[test]
fn warnings_say_what_is_read() {
    let parent = load("p", "langlet p\nstart s\ns: s 'a' | 'b'", None).unwrap();
    let warnings: Vec<String> = parent.warnings().iter().map(|warning| warning.message.clone()).collect();
    assert_eq!(warnings, ["`s` is left-recursive; it is read as a repetition, and its trees are flat"]);
    // The delta of a child is about what the file of the parent says.
    let child = load("c", "langlet c : p\ns |= s 'c'\ns -= s 'a'", Some(&parent)).unwrap();
    assert!(print::whole(child.grammar()).contains("s: 'b' 'c'*\n"));
    let same = load("d", "langlet d : p\nt: s", Some(&parent)).unwrap();
    assert!(!same.warnings().iter().any(|warning| warning.message.contains("left-recursive")));
    assert!(print::whole(same.grammar()).contains("s: 'b' 'a'*\n"));
}

#[test]
fn what_cannot_be_read_is_refused() {
    let mistake = |rules: &str| {
        let errors = load("t", &format!("langlet t\n{rules}"), None).unwrap_err();
        errors[0].message.clone()
    };
    assert_eq!(mistake("start a\na: a | 'x'"), "`a` derives itself and nothing else: a → a");
    assert_eq!(mistake("start a\na: b | 'x'\nb: a ['y']"), "`a` derives itself and nothing else: a → b → a");
    assert_eq!(
        mistake("start a\na: b 'x' | ()\nb: a b 'y' | 'z'"),
        "the start rule `a` may be empty and stands before a left recursion"
    );
}

#[test]
fn programs_of_left_recursive_grammars() {
    let langlet = load("t", "langlet t\nstart e\ne: e '+' e | e '[' e ']' | 'x'\nskip BLANK = / /", None).unwrap();
    let text = "x + x [x + x] + x";
    let tree = langlet.parse(text).unwrap();
    assert_eq!(tree.unparse(), text);
    assert_eq!(tree.children(tree.root()).count(), 8);
    let long = format!("x{}", " + x".repeat(100_000));
    assert_eq!(langlet.parse(&*long).unwrap().unparse(), long);

    let recognizer = Recognizer::new(&langlet, langlet.start());
    let mut prefix = recognizer.prefix();
    prefix.push(b"x[x+").unwrap();
    assert_eq!(prefix.status(), Status::Completable);
    prefix.push(b"x]").unwrap();
    assert_eq!(prefix.status(), Status::Complete);
    assert!(prefix.push(b"]").is_err());
}

/// The words of each rule up to a length, by rounds of the definition.
fn words(rules: &BTreeMap<Symbol, &Rhs>, longest: usize) -> BTreeMap<Symbol, BTreeSet<Vec<Symbol>>> {
    let mut known: BTreeMap<Symbol, BTreeSet<Vec<Symbol>>> =
        rules.keys().map(|&rule| (rule, BTreeSet::new())).collect();
    loop {
        let next: BTreeMap<_, _> = rules.iter().map(|(&rule, rhs)| (rule, words_of(rhs, &known, longest))).collect();
        if next == known {
            return known;
        }
        known = next;
    }
}

fn words_of(rhs: &Rhs, known: &BTreeMap<Symbol, BTreeSet<Vec<Symbol>>>, longest: usize) -> BTreeSet<Vec<Symbol>> {
    let join = |left: &BTreeSet<Vec<Symbol>>, right: &BTreeSet<Vec<Symbol>>| -> BTreeSet<Vec<Symbol>> {
        let pairs = left.iter().flat_map(|left| right.iter().map(move |right| [&left[..], right].concat()));
        pairs.filter(|word| word.len() <= longest).collect()
    };
    let empty = BTreeSet::from([Vec::new()]);
    match rhs {
        Rhs::Symbol(symbol) => known.get(symbol).cloned().unwrap_or_else(|| BTreeSet::from([vec![*symbol]])),
        Rhs::Sequence(parts) => parts.iter().fold(empty, |words, part| join(&words, &words_of(part, known, longest))),
        Rhs::Alternatives(parts) => parts.iter().flat_map(|part| words_of(part, known, longest)).collect(),
        Rhs::Optional(part) => &empty | &words_of(part, known, longest),
        Rhs::Star(part) | Rhs::Plus(part) => {
            let once = words_of(part, known, longest);
            let mut words = if matches!(rhs, Rhs::Star(_)) { &empty | &once } else { once.clone() };
            loop {
                let more = &words | &join(&words, &once);
                if more == words {
                    return words;
                }
                words = more;
            }
        }
    }
}

/// Small grammars of which many are left-recursive, by one rule or by two, openly or behind what may be empty.
fn grammars() -> impl Strategy<Value = String> {
    let rhs = || strategy::rhs(&["a", "b", "c", "'x'", "'y'", "'z'"]);
    (rhs(), rhs(), rhs(), rhs()).prop_map(|(first, second, third, fourth)| {
        let rules =
            format!("a: {first} 'x' | [b] a {second} 'y' | 'x'\nb: {third} | c 'z' | 'y'\nc: b {fourth} | 'z'\n");
        format!("langlet random\nstart a b c\nskip BLANK = /[ ]+/\n{rules}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// Each rule has the same words as it is written and as it is read, up to five letters; but for the empty one where a rule was made
    /// one token long.
    #[test]
    fn no_word_is_gained_or_lost(text in prop_oneof![grammars(), strategy::grammar()]) {
        let Ok(langlet) = load("random", &text, None) else { return Ok(()) };
        let grammar = langlet.grammar();
        let read: BTreeMap<Symbol, &Rhs> = grammar.rules.iter().map(|(&rule, definition)| (rule, &*definition.rhs)).collect();
        let mut written = read.clone();
        written.extend(grammar.written.iter().map(|(&rule, rhs)| (rule, &**rhs)));
        let (read, mut written) = (words(&read, 5), words(&written, 5));
        for (rule, words) in &mut written {
            if !grammar.starts.contains(rule) && !read[rule].contains(&Vec::new()) {
                words.remove(&Vec::new());
            }
        }
        prop_assert_eq!(read, written, "{}", print::whole(grammar));
    }
}

/// Most of the random grammars are left-recursive, so that the law above says something.
#[test]
fn random_grammars_are_left_recursive() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let is_one = |text: &String| load("random", text, None).is_ok_and(|langlet| !langlet.grammar().written.is_empty());
    let n = (0..200).filter(|_| is_one(&grammars().new_tree(&mut runner).unwrap().current())).count();
    assert!(n > 50, "{n} of 200");
}
