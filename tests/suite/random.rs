//! Random programs, counting and all programs: each is read, and chance is fair.

use std::collections::{BTreeMap, BTreeSet};

use langlet_core::generate::{Chance, Counts, Goal, Occurrences, RandomPrograms, Speller, Usage, Wishes};
use langlet_core::grammar::Symbol;
use langlet_test_support::naive;
use proptest::prelude::*;

use super::{BUILT_IN, langlet, load};

fn wishes(budget: usize) -> Wishes {
    Wishes { budget, weights: Vec::new() }
}

#[test]
fn the_same_seed_gives_the_same_program() {
    let python = langlet("python27");
    let programs = RandomPrograms::new(&python, python.start(), &wishes(30), 5).unwrap();
    let program = |seed| programs.program(&mut Chance::new(seed));
    assert_eq!(program(1), program(1));
    assert_ne!(program(1), program(2));
    insta::assert_snapshot!(program(1));
}

/// A start rule that repeats its parts is given its whole budget, whatever the depth.
#[test]
fn budgets_are_used_and_kept() {
    for name in ["python26", "python27", "python38"] {
        let langlet = langlet(name);
        for budget in [1, 2, 7, 100, 5000] {
            let programs = RandomPrograms::new(&langlet, langlet.start(), &wishes(budget), 5).unwrap();
            let mut chance = Chance::new(9);
            for _ in 0..20 {
                let n = programs.write(&mut chance, &mut String::new());
                assert!(n <= budget && n + 3 >= budget, "{n} of {budget} tokens");
            }
        }
    }
}

#[test]
fn random_programs_come_to_use_all_of_a_grammar() {
    for langlet in ["json", "python27"].map(langlet) {
        let occurrences = Occurrences::new(langlet.grammar(), langlet.start());
        let mut usage = Usage::new(&occurrences);
        let programs = RandomPrograms::new(&langlet, langlet.start(), &wishes(2000), 5).unwrap();
        let mut chance = Chance::new(4);
        for _ in 0..40 {
            let tree = langlet.parse(programs.program(&mut chance)).unwrap();
            usage.add(&tree, tree.root());
        }
        let (n_used, n) = usage.reached(Goal::Occurrences);
        assert!(n_used * 100 >= n * 95, "{}: {n_used} of {n}", langlet.name());
    }
}

#[test]
fn a_weight_of_zero_is_never_chosen_and_a_large_one_often() {
    let python = langlet("python27");
    let weight = |name: &str, weight| (python.symbol(name).unwrap(), weight);
    let text = |weights| {
        let wishes = Wishes { budget: 3000, weights };
        let programs = RandomPrograms::new(&python, python.start(), &wishes, 5).unwrap();
        programs.program(&mut Chance::new(2))
    };
    let count = |text: &str| text.split_whitespace().filter(|word| *word == "lambda").count();
    let [plain, none, many] = [
        text(vec![]),
        text(vec![weight("lambdef", 0.0), weight("old_lambdef", 0.0)]),
        text(vec![weight("lambdef", 30.0)]),
    ];
    assert!(count(&plain) > 0);
    assert_eq!(count(&none), 0);
    assert!(count(&many) > 3 * count(&plain), "{} and {}", count(&many), count(&plain));
}

#[test]
fn what_cannot_be_wished_is_told() {
    let python = langlet("python27");
    let error = |start: &str, wishes: &Wishes| {
        RandomPrograms::new(&python, python.symbol(start).unwrap(), wishes, 0).unwrap_err().to_string()
    };
    insta::assert_snapshot!(error("funcdef", &wishes(6)), @"the shortest program has 7 tokens, the budget is 6");
    insta::assert_snapshot!(error("NAME", &wishes(6)), @"`NAME` is a token, not a rule");
    let bad = Wishes { budget: 9, weights: vec![(python.symbol("test").unwrap(), -1.0)] };
    insta::assert_snapshot!(error("funcdef", &bad), @"the weight of test is no number from 0 on: -1");
}

/// Small grammars with their letters: empty rules, nesting, repetition, an ambiguity.
const SMALL: [&str; 4] = [
    "langlet a\nstart s\ns: 'x' ['y'] s2*\ns2: '(' s ')' | 'z'\nskip B = / /\n",
    "langlet b\nstart s\ns: t* 'x'\nt: u v\nu: ['y']\nv: 'z' | '(' s ')'\nskip B = / /\n",
    "langlet c\nstart s\ns: e (',' e)*\ne: 'x' e | 'y'\nskip B = / /\n",
    "langlet d\nstart s\ns: (a | b)*\na: 'x'\nb: 'x' | 'y'\nskip B = / /\n",
];

/// All programs up to 6 tokens are those that a recogniser accepts among all strings.
#[test]
fn exhaustive_is_all_and_nothing_else() {
    for text in SMALL {
        let langlet = load("small", text, None).unwrap();
        let letters: Vec<Symbol> = langlet.grammar().used_literals();
        let counts = Counts::new(&langlet, langlet.start(), 6).unwrap();
        let found: Vec<Vec<Symbol>> = (0..=6).flat_map(|n| counts.programs(n).collect::<Vec<_>>()).collect();
        let set: BTreeSet<Vec<Symbol>> = found.iter().cloned().collect();
        assert_eq!(set.len(), found.len(), "each program once");
        let words = naive::words(&letters, 6).into_iter();
        let accepted: BTreeSet<Vec<Symbol>> =
            words.filter(|word| naive::accepts(langlet.grammar(), langlet.start(), word)).collect();
        assert_eq!(set, accepted);
    }
}

#[test]
fn counts_of_json() {
    let json = langlet("json");
    let counts = Counts::new(&json, json.start(), 7).unwrap();
    let shown: Vec<String> = (0..=7).map(|n| counts.count(n).to_string()).collect();
    insta::assert_snapshot!(shown.join(" "), @"0 5 2 5 2 35 24 219");
    // Of 5 tokens: 25 `[v, v]`, 5 `[[v]]` and 5 `{STRING: v}`, where v is one of 5 values of one token.
    assert_eq!(shown[1..=5], ["5", "2", "5", "2", "35"].map(str::to_owned));
}

/// Of the programs with 5 tokens each is chosen as often as the others, within five standard deviations.
#[test]
fn uniform_choice_is_uniform() {
    let json = langlet("json");
    let counts = Counts::new(&json, json.start(), 5).unwrap();
    let mut chance = Chance::new(3);
    let mut seen: BTreeMap<Vec<Symbol>, f64> = BTreeMap::new();
    let n = 35 * 400;
    for _ in 0..n {
        *seen.entry(counts.random(5, &mut chance).unwrap()).or_default() += 1.0;
    }
    assert_eq!(seen.len(), 35);
    assert!(seen.values().all(|count| (count - 400.0).abs() < 5.0 * 20.0), "{seen:?}");
    assert_eq!(Counts::new(&json, json.start(), 0).unwrap().random(0, &mut chance), None);
}

/// What is counted has a text, lines and blocks included, that is read as these tokens.
#[test]
fn uniform_programs_have_a_text() {
    let python = langlet("python27");
    let counts = Counts::new(&python, python.start(), 30).unwrap();
    let (mut chance, mut speller) = (Chance::new(3), Speller::new(&python));
    for n in 1..=30 {
        for _ in 0..4 {
            let Some(tokens) = counts.random(n, &mut chance) else { continue };
            let tree = speller.tree(python.start(), &tokens);
            assert!(
                tree.is_some(),
                "{}",
                tokens.iter().map(|&s| python.grammar().symbols.name(s)).collect::<Vec<_>>().join(" ")
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Each random program parses.
    #[test]
    fn each_random_program_parses(seed: u64, budget in 1_usize..400) {
        for langlet in BUILT_IN.map(langlet) {
            let programs = RandomPrograms::new(&langlet, langlet.start(), &wishes(budget), seed).unwrap();
            let mut chance = Chance::new(seed);
            for _ in 0..4 {
                let text = programs.program(&mut chance);
                let tree = langlet.parse(text.clone());
                prop_assert!(tree.is_ok(), "{} {}\n{}", langlet.name(), tree.unwrap_err(), text);
            }
        }
    }
}
