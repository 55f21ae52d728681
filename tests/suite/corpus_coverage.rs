//! What a corpus uses of a grammar, and the shortest programs of what it does not use.

use langlet_core::Langlet;
use langlet_core::generate::usage::{Item, items};
use langlet_core::generate::{Counts, Goal, Occurrences, Speller, Usage, parts_listing, witnesses};
use langlet_test_support::Programs;
use proptest::prelude::*;

use super::{BUILT_IN, langlet, load};

/// All items of the langlet, each with the program that shows it.
fn shown(langlet: &Langlet, occurrences: &Occurrences) -> Vec<(Item, Option<String>)> {
    let all: Vec<Item> = Goal::ALL.into_iter().flat_map(|goal| items(occurrences, goal)).collect();
    let trees = witnesses(langlet, occurrences, &all).unwrap();
    all.into_iter().zip(trees.into_iter().map(|tree| tree.map(|tree| tree.unparse()))).collect()
}

fn count(langlet: &Langlet, occurrences: &Occurrences, text: &str, item: Item) -> u64 {
    let tree = langlet.parse_as(occurrences.start(), text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut usage = Usage::new(occurrences);
    usage.add(&tree, tree.root());
    usage.count(item)
}

/// Each program, read by itself, uses its item. Blank lines are no tokens in Python, and a file that has a statement ends with a
/// line end; so four transitions of its start rule are in no text.
#[test]
fn each_item_has_a_program() {
    for langlet in BUILT_IN.map(langlet) {
        let occurrences = Occurrences::new(langlet.grammar(), langlet.start());
        let mut without = Vec::new();
        for (item, program) in shown(&langlet, &occurrences) {
            match program {
                Some(program) => assert!(count(&langlet, &occurrences, &program, item) > 0, "{program}"),
                None => without.push(item.display(&occurrences, &langlet.grammar().symbols)),
            }
        }
        let of_files = [
            "file_input: start -> NEWLINE",
            "file_input: NEWLINE -> NEWLINE",
            "file_input: NEWLINE -> stmt",
            "file_input: stmt -> ENDMARKER",
        ];
        assert_eq!(
            without,
            if langlet.name().starts_with("python") { &of_files[..] } else { &[] },
            "{}",
            langlet.name()
        );
    }
}

/// Small languages: lists, a start that calls itself, an alternative that hides another, cycles, an empty rule.
const SMALL: [&str; 5] = [
    "langlet l\nstart l\nl: i (',' i)* ';'\ni: 'x' | 'y' | '[' l ']'\nskip BLANK = /[ \\n]+/\n",
    "langlet h\nstart h\nh: (a | b)+\na: 'x'\nb: 'x' | 'y'\nskip B = / /\n",
    "langlet o\nstart p\np: a b a\na: ['x' | '(' p ')']\nb: 'y' ['+' b]\nskip B = / /\n",
    "langlet c\nstart c\nc: ('x' 'y'*)+ | 'z' [d] [d]\nd: 'x' | 'y' d*\nskip B = / /\n",
    "langlet n\nstart n\nn: NAME ':' v | v\nv: w ('.' NAME)*\nw: NAME | '(' n ')'\ntoken NAME = /[a-z]/\nskip B = / /\n",
];

/// All programs of up to `longest` tokens, the short ones first: no program is shorter than the one that is shown, and if
/// none is shown, none uses the item.
#[test]
fn no_program_is_shorter() {
    for text in SMALL {
        let langlet = load("small", text, None).unwrap();
        let occurrences = Occurrences::new(langlet.grammar(), langlet.start());
        let longest = 8;
        let counts = Counts::new(&langlet, langlet.start(), longest).unwrap();
        let mut speller = Speller::new(&langlet);
        let mut all = Vec::new();
        for n in 0..=longest {
            all.extend(counts.programs(n).filter_map(|tokens| Some((n, speller.tree(langlet.start(), &tokens)?))));
        }
        let mut n_compared = 0;
        for (item, program) in shown(&langlet, &occurrences) {
            let uses = |tree: &langlet_core::cst::Tree| {
                let mut usage = Usage::new(&occurrences);
                usage.add(tree, tree.root());
                usage.count(item) > 0
            };
            let shortest = all.iter().find(|(_, tree)| uses(tree)).map(|(n, _)| *n);
            let n_tokens = program.map(|program| langlet.tokens(&program).unwrap().len());
            if shortest.is_some() || n_tokens.is_some_and(|n| n <= longest) {
                assert_eq!(
                    n_tokens,
                    shortest,
                    "{} {}",
                    langlet.name(),
                    item.display(&occurrences, &langlet.grammar().symbols)
                );
                n_compared += 1;
            }
        }
        assert!(n_compared > 10, "{n_compared}");
    }
}

/// Each production of a listing as a program of its own: together they use as much, and each is small.
#[test]
fn parts_by_themselves_use_all() {
    for langlet in BUILT_IN.map(langlet) {
        let occurrences = Occurrences::new(langlet.grammar(), langlet.start());
        for goal in Goal::ALL {
            let made = parts_listing(&langlet, langlet.start(), goal).unwrap();
            let missing = made.usage(&occurrences).missing(goal);
            let is_of_start = |item: &Item| item.rule() == langlet.start();
            assert!(missing.iter().all(is_of_start), "{} {}: {missing:?}", langlet.name(), goal.name());
            for program in &made.programs {
                let [production] = &program.productions[..] else { panic!("one production each") };
                let text = program.tree.unparse();
                let tree = langlet.parse(text.as_str()).unwrap();
                let mut usage = Usage::new(&occurrences);
                usage.add(&tree, tree.root());
                assert!(usage.n_nodes(production.rule) > 0, "{text}");
                assert!(tree.leaves(tree.root()).count() <= 60, "{text}");
            }
        }
    }
}

/// A tree of a dialect counts for its parent where the two agree.
#[test]
fn a_dialect_counts_for_its_parent() {
    let (python, dialect) = (langlet("python27"), langlet("python27_print_function"));
    let occurrences = Occurrences::new(python.grammar(), python.start());
    let mut usage = Usage::new(&occurrences);
    let tree = dialect.parse("from __future__ import print_function\nprint(a)\nif b: c = d\n").unwrap();
    usage.add(&tree, tree.root());
    let count = |rule: &str| usage.n_nodes(python.symbol(rule).unwrap());
    assert_eq!(["if_stmt", "import_from", "expr_stmt", "trailer", "print_stmt"].map(count), [1, 1, 2, 1, 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Counting two trees is the sum of counting each.
    #[test]
    fn merged_counts_are_sums(one in prop::collection::vec(any::<u8>(), 0..120), two in prop::collection::vec(any::<u8>(), 0..120)) {
        let python = langlet("python27");
        let occurrences = Occurrences::new(python.grammar(), python.start());
        let count = |choices: &[&Vec<u8>]| {
            let mut usage = Usage::new(&occurrences);
            for choices in choices {
                let tree = python.parse(Programs::new(&python).program(choices)).unwrap();
                usage.add(&tree, tree.root());
            }
            usage
        };
        let (mut merged, other, both) = (count(&[&one]), count(&[&two]), count(&[&one, &two]));
        merged.merge(&other);
        for item in Goal::ALL.into_iter().flat_map(|goal| items(&occurrences, goal)) {
            prop_assert_eq!(merged.count(item), both.count(item));
        }
    }
}
