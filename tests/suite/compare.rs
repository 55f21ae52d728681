//! Comparing grammars: verdicts are right, programs are shortest, refactorings are proved, mistakes are found.

use langlet_core::Langlet;
use langlet_core::compare::{Change, Comparison, Inclusion, Level, Limits, Proof, Verdict, compare, cross_parse};
use langlet_core::generate::{Chance, mutants, mutations};
use langlet_core::grammar::Symbol;
use langlet_test_support::{naive, strategy};
use proptest::prelude::*;

use super::{langlet, load};

fn compared(left: &Langlet, right: &Langlet) -> Comparison {
    compare(left, right, (left.start(), right.start()), Limits::default())
}

/// A child of a built-in langlet, or of `parent`.
fn child(parent: &str, delta: &str) -> Langlet {
    load("child", &format!("langlet child : {parent}\n{delta}"), None).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// The verdict with its program, in one line; both parsers are asked about the program.
#[track_caller]
fn verdict(left: &Langlet, right: &Langlet) -> String {
    let comparison = compared(left, right);
    let shown = match comparison.verdict {
        Verdict::Equal(proof) => return format!("equal: {proof:?}"),
        Verdict::NoDifference(n) => return format!("no difference up to {n}"),
        Verdict::Different => comparison.shortest().unwrap(),
    };
    let (program, is_left) = shown;
    let (own, other) = if is_left { (left, right) } else { (right, left) };
    let tree = own.parse(program.text.as_str()).unwrap();
    assert_eq!(tree.leaves(tree.root()).count(), program.n_tokens);
    assert!(other.parse(program.text.as_str()).is_err(), "{}", program.text);
    let how = if comparison.is_shortest() { "shortest" } else { "found" };
    let side = if is_left { "left" } else { "right" };
    format!("{side} alone, {how}, {}: {}", program.n_tokens, program.text.trim_end().replace('\n', "⏎"))
}

// ---- laws --------------------------------------------------------------------------------------------------------------

/// Tokens of the words `x`, `y`, `z` by name, whatever their numbers.
fn words(langlet: &Langlet, word: &[usize]) -> Option<Vec<Symbol>> {
    word.iter().map(|&letter| langlet.grammar().symbols.literal(["x", "y", "z"][letter])).collect()
}

fn accepts(langlet: &Langlet, word: &[usize]) -> bool {
    words(langlet, word).is_some_and(|tokens| naive::accepts(langlet.grammar(), langlet.start(), &tokens))
}

/// All words up to a length, the short ones first.
fn all_words(longest: usize) -> Vec<Vec<usize>> {
    let (mut words, mut from) = (vec![Vec::new()], 0);
    for _ in 0..longest {
        let to = words.len();
        for index in from..to {
            for letter in 0..3 {
                words.push([&words[index][..], &[letter]].concat());
            }
        }
        from = to;
    }
    words
}

/// The longest words that the oracle is asked about.
const LONGEST: usize = 5;

fn check_against_all_words(left: &Langlet, right: &Langlet) -> Result<(), TestCaseError> {
    let comparison = compare(left, right, (left.start(), right.start()), Limits { tokens: 8, states: 4000 });
    let parting = all_words(LONGEST).into_iter().find(|word| accepts(left, word) != accepts(right, word));
    match comparison.verdict {
        Verdict::Equal(_) => prop_assert_eq!(parting, None),
        Verdict::NoDifference(n) => prop_assert!(parting.is_none_or(|word| word.len() > n), "up to {}", n),
        Verdict::Different => {
            let (program, is_left) = comparison.shortest().unwrap();
            let word: Vec<usize> = program.text.split_whitespace().map(|x| "xyz".find(x).unwrap()).collect();
            prop_assert_eq!(word.len(), program.n_tokens);
            prop_assert_eq!((accepts(left, &word), accepts(right, &word)), (is_left, !is_left));
            if comparison.is_shortest() {
                prop_assert_eq!(parting.map_or(LONGEST + 1, |word| word.len()), word.len().min(LONGEST + 1));
            }
        }
    }
    // The two directions are those of the sides.
    for (inclusion, own, other) in [(&comparison.to_right, left, right), (&comparison.to_left, right, left)] {
        if *inclusion == Inclusion::Proved {
            let lost = all_words(LONGEST).into_iter().find(|word| accepts(own, word) && !accepts(other, word));
            prop_assert_eq!(lost, None);
        }
    }
    Ok(())
}

/// Two small grammars, the second with another rule `c`, another rule `b`, or other rules altogether.
fn pairs() -> impl Strategy<Value = (String, String)> {
    let rhs = || strategy::rhs(&["a", "b", "c", "'x'", "'x'", "'y'", "'y'", "'z'", "'z'"]);
    let text = |a: &str, b: &str, c: &str| {
        format!("langlet random\nstart a\nskip BLANK = /[ ]+/\na: {a}\nb: {b} | 'y'\nc: {c} | 'z'\n")
    };
    (rhs(), rhs(), rhs(), rhs(), 0..3).prop_map(move |(a, b, c, other, which)| {
        let second = match which {
            0 => text(&other, &b, &c),
            1 => text(&a, &other, &c),
            _ => text(&a, &b, &other),
        };
        (text(&a, &b, &c), second)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// Equal grammars have the same words, a parting program is a shortest one, and a bound is one.
    #[test]
    fn verdicts_agree_with_all_words((left, right) in pairs()) {
        if let (Ok(left), Ok(right)) = (load("left", &left, None), load("right", &right, None)) {
            check_against_all_words(&left, &right)?;
        }
    }

    /// A grammar is equal to itself with its rules in another order and by other names.
    #[test]
    fn a_renamed_grammar_is_equal(text in strategy::grammar()) {
        if let Ok(left) = load("left", &text, None) {
            let mut lines: Vec<String> = Vec::new();
            for line in text.lines() {
                let renamed: String = match line.split_once(": ") {
                    Some((name, rhs)) if name.len() == 1 => {
                        let rename = |c: char| match c { 'a' => 'q', 'b' => 'r', 'c' => 's', c => c };
                        format!("{}: {}", name.chars().map(rename).collect::<String>(), rhs.chars().map(rename).collect::<String>())
                    }
                    _ => line.replace("start a", "start q"),
                };
                lines.push(renamed);
            }
            lines[3..].reverse();
            let right = load("right", &lines.join("\n"), None).unwrap();
            prop_assert!(matches!(compared(&left, &right).verdict, Verdict::Equal(_)), "{}", lines.join("\n"));
        }
    }
}

// ---- refactorings ------------------------------------------------------------------------------------------------------

#[test]
fn refactorings_of_a_whole_language_are_proved_equal() {
    let cases = [
        ("a renamed rule", "rename term -> product\nrename suite -> block", "Isomorphic"),
        (
            "alternatives in another order",
            "flow_stmt := yield_stmt | raise_stmt | return_stmt | break_stmt | continue_stmt",
            "Isomorphic",
        ),
        ("operators extracted", "addop: '+' | '-'\narith_expr := term (addop term)*", "NormalForm"),
        (
            "a rule put in its place",
            "drop sliceop\nsubscript := '.' '.' '.' | test | [test] ':' [test] [':' [test]]",
            "NormalForm",
        ),
        (
            "two rules merged",
            "drop testlist1 \natom := '(' [yield_expr | testlist_comp] ')' | '[' [listmaker] ']'\n  | '{' [dictorsetmaker] '}' | '`' commas '`' | NAME | NUMBER | STRING+\ncommas: test (',' test)*",
            "Isomorphic",
        ),
        ("a loop as recursion", "dotted_name := NAME ['.' dotted_name]", "NormalForm"),
        ("a repetition unrolled", "global_stmt := 'global' NAME [',' NAME (',' NAME)*]", "Isomorphic"),
        (
            "statements in groups",
            "small_stmt := simple_group | flow_stmt | import_stmt\nsimple_group: expr_stmt | print_stmt | del_stmt | pass_stmt | global_stmt | exec_stmt | assert_stmt",
            "NormalForm",
        ),
        (
            "what moves from a rule into another",
            "decorator := '@' dotted_name ['(' [arglist] ')']\ndecorators := (decorator NEWLINE)+",
            "NormalForm",
        ),
    ];
    let python = langlet("python27");
    for (what, delta, proof) in cases.into_iter().chain(REDUNDANT) {
        let refactored = child("python27", delta);
        assert_eq!(verdict(&python, &refactored), format!("equal: {proof}"), "{what}");
        assert_eq!(verdict(&refactored, &python), format!("equal: {proof}"), "{what}");
    }
}

/// Refactorings that are none of single rules: what is added is read inside its neighbors, or has no text.
const REDUNDANT: [(&str, &str, &str); 6] = [
    ("a loop where the inner rule goes on", "comp_for := 'for' exprlist 'in' or_test comp_iter*", "NormalForm"),
    ("a loop of two symbols", "power := atom trailer* ('**' factor)*", "NormalForm"),
    ("signs that the operand has, too", "arith_expr := term (('+' | '-'+) term)*", "NormalForm"),
    ("a loop of alternatives", "list_iter := list_for+ | list_if", "NormalForm"),
    ("an empty line", "suite := simple_stmt | NEWLINE+ INDENT stmt+ DEDENT", "Exhausted"),
    ("blocks that do not end", "suite := simple_stmt | NEWLINE INDENT stmt+ [DEDENT]", "Exhausted"),
];

/// The rule by which Langscape wanted to say that arguments without default come first. It says more than that.
const VARARGSLIST: &str = "
simpleargs: fpdef (',' fpdef)*
defaultargs: fpdef '=' test (',' fpdef '=' test)*
starargs: '*' NAME
dstarargs: '**' NAME
varargslist := ( simpleargs [',' defaultargs] [',' starargs] [',' dstarargs]
    | defaultargs [',' starargs] [',' dstarargs]
    | starargs [',' dstarargs]
    | dstarargs) [',']
";

#[test]
fn arguments_in_order_are_another_language() {
    let (python, ordered) = (langlet("python26"), child("python26", VARARGSLIST));
    assert_eq!(verdict(&python, &ordered), "right alone, shortest, 9: lambda * a,: b");
    // With a comma at the end only where the interpreter has one, the order is all that is left.
    let strict = child(
        "python26",
        "varargslist := simpleargs [',' defaultargs] [',' stars] | defaultargs [',' stars] | stars | (simpleargs [',' defaultargs] | defaultargs) ','
simpleargs: fpdef (',' fpdef)*
defaultargs: fpdef '=' test (',' fpdef '=' test)*
stars: '*' NAME [',' '**' NAME] | '**' NAME",
    );
    assert_eq!(verdict(&python, &strict), "left alone, shortest, 11: lambda a = b, c: d");
    assert_eq!(compared(&python, &strict).to_left, Inclusion::Proved);
}

#[test]
fn mistakes_are_found_with_a_shortest_program() {
    let cases = [
        ("a forgotten option", "lambdef := 'lambda' varargslist ':' test"),
        ("a forgotten alternative", "comp_op -= '<>'"),
        ("an option too many", "return_stmt := 'return' testlist"),
        ("a loop that ends too soon", "global_stmt := 'global' NAME [',' NAME]"),
        ("a loop that begins too late", "listmaker := test (list_for | (',' test)* ',' | ())"),
        ("a rule for another", "comp_if := 'if' test [comp_iter]"),
        ("the wrong nesting", "comparison := expr [comp_op expr]"),
        ("a keyword too many", "compound_stmt |= unless_stmt\nunless_stmt: 'unless' test ':' suite"),
        (
            "the order of two parts",
            "try_stmt := 'try' ':' suite ( (except_clause ':' suite)+ ['finally' ':' suite] ['else' ':' suite] | 'finally' ':' suite )",
        ),
        ("two loops for one", "print_stmt := 'print' ( [test (',' test)* [',']] | '>>' test [(',' test)* [',']] )"),
    ];
    let python = langlet("python27");
    let shown: Vec<String> = cases
        .iter()
        .map(|(what, delta)| format!("{what}: {}\n", verdict(&python, &child("python27", delta))))
        .collect();
    insta::assert_snapshot!(shown.concat());
}

// ---- what was done to the rules, and listings --------------------------------------------------------------------------

/// The changes by name.
fn changes(left: &Langlet, right: &Langlet) -> Vec<String> {
    let one = |&symbol: &Symbol| left.grammar().symbols.name(symbol).to_owned();
    let other = |&symbol: &Symbol| right.grammar().symbols.name(symbol).to_owned();
    let shown = |change: &Change| match change {
        Change::Renamed { left, right } => format!("renamed {} {}", one(left), other(right)),
        Change::Extracted { rule, users } => format!("extracted {} {}", other(rule), other(&users[0])),
        Change::Inlined { rule, users } => format!("inlined {} {}", one(rule), one(&users[0])),
        Change::Merged { left, right } => format!("merged {} {}", one(left), other(right)),
        Change::Split { left, right } => format!("split {} {}", one(left), other(right)),
        Change::Refactored { left, .. } => format!("refactored {}", one(left)),
        Change::Changed { left, .. } => format!("changed {}", one(left)),
        Change::Removed(rule) => format!("removed {}", one(rule)),
        Change::Added(rule) => format!("added {}", other(rule)),
    };
    compared(left, right).changes.iter().map(shown).collect()
}

const SUMS: &str = "langlet sums\nstart sum\nsum: product (('+' | '-') product)*\nproduct: atom ('*' atom)*\natom: NUMBER | '(' sum ')'\n\
    token NUMBER = /[0-9]+/\nskip BLANK = /[ ]+/\n";

#[test]
fn what_was_done_to_the_rules() {
    let sums = load("sums", SUMS, None).unwrap();
    let cases = [
        ("", vec![]),
        ("rename product -> term", vec!["renamed product term"]),
        ("op: '+' | '-'\nsum := product (op product)*", vec!["extracted op sum"]),
        ("drop product\nsum := atom ('*' atom)* (('+' | '-') atom ('*' atom)*)*", vec!["inlined product sum"]),
        ("factors: atom ('*' atom)*\nsum := product (('+' | '-') factors)*", vec!["split product factors"]),
        ("product := atom ['*' product]", vec!["refactored product"]),
        ("product := atom ['*' atom]", vec!["changed product"]),
        ("power: atom '^' atom\nproduct := power ('*' power)*", vec!["added power", "changed product"]),
    ];
    for (delta, expected) in cases {
        let parent = load("sums", SUMS, None).unwrap();
        let changed = load("child", &format!("langlet child : sums\n{delta}"), Some(&parent)).unwrap();
        assert_eq!(changes(&sums, &changed), expected, "{delta}");
    }
    let split = load(
        "child",
        "langlet child : sums\nfactors: atom ('*' atom)*\nsum := product (('+' | '-') factors)*",
        Some(&sums),
    );
    assert_eq!(changes(&split.unwrap(), &sums), ["merged factors product"]);
    // Even if every rule has another name.
    let renamed = SUMS.replace("sum:", "e:").replace("start sum", "start e").replace("sum ", "e ");
    let renamed = load("sums", &renamed.replace("product", "t").replace("atom", "f"), None).unwrap();
    assert_eq!(changes(&sums, &renamed), ["renamed sum e", "renamed product t", "renamed atom f"]);
    assert_eq!(compared(&sums, &renamed).verdict, Verdict::Equal(Proof::Isomorphic));
}

#[test]
fn lexers_that_differ_prove_nothing() {
    let sums = load("sums", SUMS, None).unwrap();
    let cases = [
        ("token NUMBER = /[0-9]+/", "token NUMBER = /[0-9][0-9]*/", "equal: Isomorphic"),
        ("token NUMBER = /[0-9]+/", "token NUMBER = /[1-9][0-9]*/", "left alone, shortest, 1: 0"),
        ("skip BLANK = /[ ]+/", "skip BLANK = /[ \\t]+/", &format!("no difference up to {}", usize::MAX)),
        ("NUMBER | ", "NUMBER | '0' '1' | ", "left alone, shortest, 1: 0"),
    ];
    for (old, new, expected) in cases {
        let other = load("other", &SUMS.replace(old, new), None).unwrap();
        assert_eq!(verdict(&sums, &other), expected, "{new}");
    }
}

/// Each langlet reads its own listings, and a mistake is refused at some level, with a short part.
#[test]
fn listings_are_read_by_the_other() {
    let python = langlet("python27");
    let slip = child("python27", "lambdef := 'lambda' varargslist ':' test");
    let crossed = |source: &Langlet, target: &Langlet, level| {
        cross_parse(source, target, source.start(), target.start(), level).unwrap()
    };
    for level in Level::ALL {
        let own = crossed(&python, &python, level);
        assert!(own.refusal.is_none() && own.selections.is_none() && own.n_refused == 0 && own.n_parts > 100);
        assert!(crossed(&slip, &python, level).refusal.is_none());
    }
    assert!(crossed(&python, &slip, Level::ALL[0]).refusal.is_none(), "each occurrence is used all the same");
    let refused = crossed(&python, &slip, Level::ALL[1]);
    let refusal = refused.refusal.unwrap();
    assert_eq!((refused.n_refused, refusal.text.as_str()), (1, "lambda: a\n"));
    assert!(refusal.error.to_string().ends_with("found ':'"));
    // The same programs, another walk.
    let factored = child("python27", "addop: '+' | '-'\narith_expr := term (addop term)*");
    let (_, difference) = crossed(&python, &factored, Level::ALL[0]).selections.unwrap();
    assert_eq!((difference.left.as_str(), difference.right.as_str()), ("the token itself", "addop.1"));
}

// ---- mutants -----------------------------------------------------------------------------------------------------------

/// Of the grammars with one mistake, those that are not proved equal are told apart, nearly all by a shortest program. The whole
/// run is `langlet compare python27 --mutants 1000 --seed 1`.
#[test]
fn mutants_are_told_apart() {
    let python = langlet("python27");
    let (mut n_told, mut open) = (0, Vec::new());
    let all = mutants(&python, python.start(), 40, 1);
    assert_eq!(all.len(), 40);
    for (mutation, mutant) in &all {
        match compared(&python, mutant).verdict {
            // Proofs are checked on random grammars, and here by the listings.
            Verdict::Equal(_) => {
                for (one, other) in [(&python, mutant), (mutant, &python)] {
                    let crossed = cross_parse(one, other, one.start(), other.start(), Level::ALL[1]).unwrap();
                    assert!(crossed.refusal.is_none(), "{}", mutation.display(&python));
                }
            }
            Verdict::Different => {
                let shown = verdict(&python, mutant);
                assert!(shown.contains("alone, shortest"), "{}: {shown}", mutation.display(&python));
                n_told += 1;
            }
            Verdict::NoDifference(_) => open.push(mutation.display(&python)),
        }
    }
    assert_eq!(open, Vec::<String>::new());
    assert!(n_told > 30, "{n_told}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    /// The verdict on a mutant of a small grammar agrees with all words.
    #[test]
    fn verdicts_on_mutants_agree_with_all_words(text in strategy::grammar(), seed in 0..100_u64) {
        if let Ok(grammar) = load("grammar", &text, None) {
            for (_, mutant) in mutants(&grammar, grammar.start(), 3, seed) {
                check_against_all_words(&grammar, &mutant)?;
            }
        }
    }
}

/// What a mutation says is what the mutant has, each once, and none is the grammar itself.
#[test]
fn mutations_are_different() {
    let sums = load("sums", SUMS, None).unwrap();
    let all = mutations(&sums, sums.start(), 2, &mut Chance::new(5));
    let shown: Vec<String> = all.iter().map(|mutation| mutation.display(&sums)).collect();
    for (place, mutation) in all.iter().enumerate() {
        assert_ne!(sums.grammar().rhs(mutation.rule), Some(&mutation.rhs));
        assert!(!shown[..place].contains(&shown[place]), "{}", shown[place]);
        if let Ok(mutant) = mutation.apply(&sums) {
            let grammar = mutant.grammar();
            let written = grammar.written.get(&mutation.rule).map(|rhs| &**rhs);
            assert_eq!(written.or(grammar.rhs(mutation.rule)), Some(&mutation.rhs));
        }
    }
    insta::assert_snapshot!(
        all.iter().map(|m| format!("{}: {}\n", m.kind.name(), m.display(&sums))).collect::<String>()
    );
}
