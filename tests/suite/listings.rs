//! Listings: they use all of a grammar, they are read as they were made, and they are small.

use langlet_core::Langlet;
use langlet_core::generate::occurrences::trace_of;
use langlet_core::generate::usage::items;
use langlet_core::generate::{
    Counts, Goal, Listing, ListingError, Occurrences, Speller, Usage, fewest_tokens, kpath, listing, listing_of_paths,
    small_listing,
};
use langlet_core::grammar::Symbol;
use langlet_test_support::Programs;
use proptest::prelude::*;

use super::{BUILT_IN, langlet, load};

const GOALS: [Goal; 3] = [Goal::Occurrences, Goal::Transitions, Goal::Pairs];

/// The text of a listing, programs divided by a line of dashes.
fn text(listing: &Listing) -> String {
    let programs: Vec<String> = listing.programs.iter().map(|program| program.tree.unparse()).collect();
    programs.join("\n---\n")
}

/// The items that the listing does not use, in words, and checks of its programs.
fn missing(langlet: &Langlet, listing: &Listing, goal: Goal) -> Vec<String> {
    let occurrences = Occurrences::new(langlet.grammar(), langlet.start());
    for program in &listing.programs {
        let text = program.tree.unparse();
        let tree = langlet.parse(text.clone()).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(tree.listing(), program.tree.listing());
        tree.check().unwrap();
    }
    let usage = listing.usage(&occurrences);
    let symbols = &langlet.grammar().symbols;
    usage.missing(goal).into_iter().map(|item| item.display(&occurrences, symbols)).collect()
}

/// Of the transitions of a start rule that repeats its parts, one program has only some.
fn is_of_start(langlet: &Langlet, item: &str) -> bool {
    item.starts_with(&format!("{}: ", langlet.grammar().symbols.name(langlet.start())))
}

#[test]
fn each_listing_parses_and_uses_all() {
    for langlet in BUILT_IN.map(langlet) {
        for goal in GOALS {
            for made in
                [listing(&langlet, langlet.start(), goal, false), small_listing(&langlet, langlet.start(), goal)]
            {
                let made = made.unwrap();
                assert!(made.unwritten.is_empty(), "{}", langlet.name());
                let mut missing = missing(&langlet, &made, goal);
                if goal == Goal::Transitions && made.programs.len() == 1 {
                    missing.retain(|item| !is_of_start(&langlet, item));
                }
                assert_eq!(missing, Vec::<String>::new(), "{} {}", langlet.name(), goal.name());
            }
        }
    }
}

/// The numbers of Python 2.7, whose grammar has 82 rules that a file can reach.
#[test]
fn sizes_of_a_whole_language() {
    let python = langlet("python27");
    let occurrences = Occurrences::new(python.grammar(), python.start());
    let sizes = (occurrences.n_occurrences(), occurrences.n_transitions(), occurrences.n_pairs());
    assert_eq!((occurrences.rules().len(), sizes), (82, (422, 764, 1038)));
    assert_eq!([1, 2, 3, 4].map(|k| kpath::n_paths(&occurrences, k)), [165, 313, 550, 971].map(Some));
    assert_eq!([1, 2, 3, 4].map(|k| kpath::n_occurrence_paths(&occurrences, k)), [422, 1038, 2465, 6907].map(Some));
    let readable = listing(&python, python.start(), Goal::Occurrences, false).unwrap();
    assert!(readable.n_tokens() <= 1250, "{} tokens", readable.n_tokens());
    // The smallest listings have 422, 799 and 1,050 tokens.
    for (goal, smallest) in GOALS.into_iter().zip([422, 799, 1050]) {
        let n_tokens = small_listing(&python, python.start(), goal).unwrap().n_tokens();
        assert!((smallest..=smallest * 13 / 10).contains(&n_tokens), "{n_tokens} tokens for {}", goal.name());
    }
}

/// The bound that is found without a solver is one: no listing is below it. It tells how far a listing is from the smallest at most.
#[test]
fn no_listing_is_below_the_bound() {
    let mut of_python = Vec::new();
    for langlet in BUILT_IN.map(langlet) {
        for goal in GOALS {
            let least = fewest_tokens(&langlet, langlet.start(), goal).unwrap();
            let n_tokens = small_listing(&langlet, langlet.start(), goal).unwrap().n_tokens() as u64;
            assert!(
                least <= n_tokens && least * 2 > n_tokens,
                "{} {}: {least} {n_tokens}",
                langlet.name(),
                goal.name()
            );
            if langlet.name() == "python27" {
                of_python.push(least);
            }
        }
    }
    // The smallest listings have 422, 799 and 1,050 tokens.
    assert!(of_python.iter().zip([422, 799, 1050]).all(|(&least, smallest)| least <= smallest), "{of_python:?}");
    insta::assert_snapshot!(format!("{of_python:?}"), @"[283, 505, 790]");
}

/// Against the oracle: all sets of programs cannot be tried, but each single program that uses all is no shorter.
#[test]
fn no_program_that_uses_all_is_below_the_bound() {
    let small = [
        "langlet l\nstart l\nl: i (',' i)* ';'\ni: 'x' | '[' l ']'\nskip BLANK = /[ \\n]+/\n",
        "langlet c\nstart c\nc: 'x'+ 'y' [c]\nskip B = / /\n",
        "langlet o\nstart p\np: (a | b)*\na: 'x' ['+' a]\nb: 'y' | '(' p ')'\nskip B = / /\n",
    ];
    for text in small {
        let langlet = load("small", text, None).unwrap();
        let occurrences = Occurrences::new(langlet.grammar(), langlet.start());
        for goal in [Goal::Occurrences, Goal::Pairs] {
            let least = fewest_tokens(&langlet, langlet.start(), goal).unwrap();
            let counts = Counts::new(&langlet, langlet.start(), 9).unwrap();
            let mut speller = Speller::new(&langlet);
            let uses_all = |n: &usize| {
                counts.programs(*n).filter_map(|tokens| speller.tree(langlet.start(), &tokens)).any(|tree| {
                    let mut usage = Usage::new(&occurrences);
                    usage.add(&tree, tree.root());
                    usage.missing(goal).is_empty()
                })
            };
            let shortest = (0..=9).find(uses_all).map(|n| n as u64);
            assert!(shortest.is_none_or(|n| least <= n), "{text} {}: {least} {shortest:?}", goal.name());
            assert!(least > 1);
        }
    }
}

/// With the solver, no token more than it takes.
#[cfg(feature = "exact")]
#[test]
fn smallest_listings_of_a_whole_language() {
    use langlet_core::generate::smallest_listing;

    for (name, sizes) in [("python27", [422, 799, 1050]), ("json", [15, 29, 66])] {
        let langlet = langlet(name);
        for (goal, n_tokens) in GOALS.into_iter().zip(sizes) {
            let made = smallest_listing(&langlet, langlet.start(), goal).unwrap().unwrap();
            let mut missing = missing(&langlet, &made, goal);
            if goal == Goal::Transitions {
                missing.retain(|item| !is_of_start(&langlet, item));
            }
            assert_eq!((made.n_tokens(), missing), (n_tokens, Vec::new()), "{name} {}", goal.name());
        }
    }
}

#[test]
fn listing_of_a_whole_language() {
    let python = langlet("python27");
    insta::assert_snapshot!(text(&listing(&python, python.start(), Goal::Occurrences, true).unwrap()));
}

#[test]
fn listing_of_several_programs() {
    let json = langlet("json");
    insta::assert_snapshot!(text(&listing(&json, json.start(), Goal::Occurrences, false).unwrap()).replace("\n---\n", "  "), @r#"{}  []  ""  0  true  false  null  {"": "a", "b": "c"}  ["", "a"]"#);
}

/// Adding an alternative adds its line and leaves the others as they are.
#[test]
fn a_small_change_of_the_grammar_is_a_small_change_of_the_listing() {
    let python = langlet("python27");
    let child = load(
        "child",
        "langlet child : python27\ncompound_stmt |= unless_stmt\nunless_stmt: 'unless' test ':' suite\n",
        None,
    )
    .unwrap();
    let before = text(&listing(&python, python.start(), Goal::Occurrences, false).unwrap());
    let after = text(&listing(&child, child.start(), Goal::Occurrences, false).unwrap());
    let added: Vec<&str> = after.lines().filter(|line| !before.lines().any(|other| other == *line)).collect();
    assert_eq!(added, ["unless a: b"]);
    assert_eq!(before.lines().count() + 1, after.lines().count());
}

#[test]
fn each_path_is_in_the_listing_of_paths() {
    for langlet in ["json", "python26"].map(langlet) {
        let occurrences = Occurrences::new(langlet.grammar(), langlet.start());
        for k in 1..=3 {
            let made = listing_of_paths(&langlet, langlet.start(), k, false).unwrap();
            let trees = made.programs.iter().map(|program| &program.tree);
            let used: Vec<_> = trees.map(|tree| kpath::used(tree, tree.root(), k)).collect();
            for path in kpath::paths(&occurrences, k) {
                assert!(used.iter().any(|used| used.contains(&path)), "{} {path:?}", langlet.name());
            }
            assert_eq!(kpath::paths(&occurrences, k).count() as u128, kpath::n_paths(&occurrences, k).unwrap());
        }
    }
}

/// Statements, lists and values of a small language: comments, separators, a start that calls itself.
#[test]
fn listings_of_small_grammars() {
    let made = |text: &str, goal| {
        let langlet = load("small", text, None).unwrap();
        let made = listing(&langlet, langlet.start(), goal, true);
        made.map(|made| (self::text(&made), missing(&langlet, &made, goal)))
    };
    let program = "langlet p\nstart p\np: s*\ns: NAME '=' v ';' | '{' s* '}'\nv: v2 ['+' v]\nv2: NAME | '(' v ')'\n\
                   token NAME = /[a-z]+/\nskip BLANK = /[ \\n]+/\nskip COMMENT = /\\/\\*([^*]|\\*[^*\\/])*\\*\\//\n";
    let (text, missing) = made(program, Goal::Occurrences).unwrap();
    assert!(missing.is_empty());
    insta::assert_snapshot!(text, @r"
    /* s: NAME '=' v ';' */
    a = b ;
    /* s: '{' s '}' */
    { { } }
    /* v: v2 '+' v */
    a = b + c ;
    /* v2: '(' v ')' */
    a = ( b ) ;
    ");
    let list = "langlet l\nstart l\nl: i (',' i)* ';'\ni: 'x' | 'y' | '[' l ']'\nskip BLANK = /[ \\n]+/\n\
                skip COMMENT = /#[^\\n]*/\n";
    let (text, missing) = made(list, Goal::Pairs).unwrap();
    assert_eq!(missing, Vec::<String>::new());
    insta::assert_snapshot!(text, @r"
    # i: 'x'
    [ x ; ] ,
    # i: 'y'
    [ y ; ] ,
    # i: '[' l ']'
    [ [ x ; ] ; ] ,
    # i: 'x'
    [ x , x ; ] ,
    # i: 'y'
    [ x , y ; ] ,
    # i: '[' l ']'
    [ x , [ x ; ] ; ] ;
    ");
}

#[test]
fn what_cannot_be_listed_is_told() {
    let error = |text: &str, comments| {
        let langlet = load("small", text, None).unwrap();
        let made = listing(&langlet, langlet.start(), Goal::Occurrences, comments).map(|made| self::text(&made));
        made.unwrap_err().to_string()
    };
    let keyword = "langlet k\nstart k\nk: A 'a'\ntoken A = /a/\n";
    insta::assert_snapshot!(error(keyword, false), @"no text is read as the token A: all that its regex matches is a keyword or an earlier token");
    insta::assert_snapshot!(error("langlet k\nstart k\nk: 'a'\n", true), @"the langlet k has no comments");
    let json = langlet("json");
    let token = json.symbol("STRING").unwrap();
    assert_eq!(listing(&json, token, Goal::Pairs, false).unwrap_err(), ListingError::NoRule("STRING".to_owned()));
}

/// An alternative that an earlier one hides in every program is not counted as used, though it has a part.
#[test]
fn what_the_parser_never_reads_is_not_counted() {
    let hidden = load("hidden", "langlet h\nstart h\nh: (a | b)+\na: 'x'\nb: 'x'\nskip B = / /\n", None).unwrap();
    let made = listing(&hidden, hidden.start(), Goal::Occurrences, false).unwrap();
    assert_eq!(missing(&hidden, &made, Goal::Occurrences), ["h: b", "b: 'x'"]);
}

/// A block by itself cannot begin with a line end; the rest is listed all the same.
#[test]
fn what_the_layout_does_not_allow_is_unwritten() {
    let python = langlet("python27");
    let suite = python.symbol("suite").unwrap();
    let made = listing(&python, suite, Goal::Occurrences, false).unwrap();
    assert!(!made.unwritten.is_empty());
    for program in &made.programs {
        let text = program.tree.unparse();
        assert!(!text.starts_with('\n') && python.parse_as(suite, text).is_ok());
    }
    assert!(made.programs.len() > 50, "{} programs", made.programs.len());
}

/// What a tree uses, found slowly: for each node all traces that read its children, one by one.
fn used_naively(langlet: &Langlet, text: &str) -> Vec<usize> {
    let occurrences = Occurrences::new(langlet.grammar(), langlet.start());
    let tree = langlet.parse(text).unwrap();
    let mut counts = vec![0; occurrences.n_occurrences()];
    for node in tree.preorder(tree.root()) {
        let Some(rule) = occurrences.number(tree.symbol(node)) else { continue };
        let automaton = &occurrences.rules()[rule].1;
        let children: Vec<Symbol> = tree.children(node).map(|child| tree.symbol(child)).collect();
        // All paths with these symbols; the first in grammar order counts.
        let mut paths = vec![vec![]];
        for &symbol in &children {
            paths = paths
                .into_iter()
                .flat_map(|path: Vec<_>| {
                    let at = path.last().copied().unwrap_or(langlet_core::automata::Position::START);
                    let next = automaton.follow(at).iter().filter(|&&to| automaton.symbol(to) == Some(symbol));
                    next.map(|&to| [&path[..], &[to]].concat()).collect::<Vec<_>>()
                })
                .collect();
        }
        let end = |path: &Vec<_>| path.last().copied().unwrap_or(langlet_core::automata::Position::START);
        paths.retain(|path| automaton.follow(end(path)).contains(&langlet_core::automata::Position::EXIT));
        assert_eq!(trace_of(automaton, &children).as_ref(), paths.first());
        paths[0].iter().for_each(|&position| counts[occurrences.index(rule, position)] += 1);
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Usage agrees with its naive oracle on random programs.
    #[test]
    fn usage_counts_each_node_once(choices in prop::collection::vec(any::<u8>(), 0..200)) {
        for langlet in ["json", "python27"].map(langlet) {
            let text = Programs::new(&langlet).program(&choices);
            let occurrences = Occurrences::new(langlet.grammar(), langlet.start());
            let tree = langlet.parse(text.clone()).unwrap();
            let mut usage = Usage::new(&occurrences);
            usage.add(&tree, tree.root());
            let fast: Vec<usize> =
                items(&occurrences, Goal::Occurrences).map(|item| usage.count(item) as usize).collect();
            prop_assert_eq!(fast, used_naively(&langlet, &text));
        }
    }
}
