//! Interpolations against a naive search.

use std::collections::{BTreeMap, BTreeSet};

use langlet_core::Langlet;
use langlet_core::algebra::interpolation::SHOWN;
use langlet_core::algebra::{InterpolationError, Kind, Step, normalize};
use langlet_core::automata::{Position, RuleAutomaton};
use langlet_core::grammar::{Rhs, Symbol};
use langlet_test_support::strategy;
use proptest::prelude::*;

use super::{BUILT_IN, langlet, load};

/// Constants and nodes that a path adds.
type Cost = (usize, usize);

fn cost(path: &[Step]) -> Cost {
    (path.iter().map(|step| step.before.len() + step.after.len()).sum(), path.len())
}

/// All productions of a right-hand side in which no position occurs twice.
pub(super) fn productions(rhs: &Rhs) -> Vec<Vec<Symbol>> {
    let automaton = RuleAutomaton::new(rhs);
    let mut found = Vec::new();
    let mut work = vec![vec![Position::START]];
    while let Some(trace) = work.pop() {
        for &next in automaton.follow(trace[trace.len() - 1]) {
            if next == Position::EXIT {
                found.push(trace[1..].iter().map(|&position| automaton.symbol(position).unwrap()).collect());
            } else if !trace.contains(&next) {
                work.push([&trace[..], &[next]].concat());
            }
        }
    }
    found
}

/// Whether a right-hand side repeats a symbol.
fn repeats(rhs: &Rhs) -> bool {
    match rhs {
        Rhs::Symbol(_) => false,
        Rhs::Sequence(parts) | Rhs::Alternatives(parts) => parts.iter().any(repeats),
        Rhs::Optional(part) => repeats(part),
        Rhs::Star(part) | Rhs::Plus(part) => {
            let mut n_symbols = 0;
            part.for_each_symbol(&mut |_| n_symbols += 1);
            n_symbols > 0
        }
    }
}

/// The symbols that derive exactly one token string of known text: the strings of each symbol are collected until nothing new
/// comes, two at most, for two are enough to know that there is more than one.
fn constants(langlet: &Langlet) -> BTreeSet<Symbol> {
    let grammar = langlet.grammar();
    let mut strings: BTreeMap<Symbol, BTreeSet<Vec<String>>> = BTreeMap::new();
    for symbol in grammar.symbols.iter().filter(|symbol| !grammar.rules.contains_key(symbol)) {
        let name = grammar.symbols.display(symbol);
        let mut texts = BTreeSet::from([vec![name.clone()]]);
        if grammar.constant_text(symbol).is_none() {
            texts.insert(vec![name + " of another text"]);
        }
        strings.insert(symbol, texts);
    }
    let productions: BTreeMap<Symbol, Vec<Vec<Symbol>>> =
        grammar.rules.iter().map(|(&rule, definition)| (rule, productions(&definition.rhs))).collect();
    loop {
        let before = strings.clone();
        for (&rule, definition) in &grammar.rules {
            let mut found = before.get(&rule).cloned().unwrap_or_default();
            for production in &productions[&rule] {
                if found.len() > 1 {
                    break;
                }
                let Some(parts) = production.iter().map(|symbol| before.get(symbol)).collect::<Option<Vec<_>>>() else {
                    continue;
                };
                // The first strings of all parts, and that with the last string of some part instead.
                let string = |other: usize| -> Vec<String> {
                    let part = |(at, part): (usize, &&BTreeSet<Vec<String>>)| {
                        (if at == other { part.last() } else { part.first() }).unwrap().clone()
                    };
                    parts.iter().enumerate().flat_map(part).collect()
                };
                found.extend((0..=parts.len()).map(string));
            }
            if repeats(&definition.rhs) && !found.is_empty() {
                found.insert(vec!["and again".to_owned()]);
            }
            if !found.is_empty() {
                strings.insert(rule, found.into_iter().take(2).collect());
            }
        }
        if strings == before {
            return strings.into_iter().filter(|(_, texts)| texts.len() == 1).map(|(symbol, _)| symbol).collect();
        }
    }
}

/// A production around a child: the rule, its symbols, and which of them is the child.
type Around = (Symbol, Vec<Symbol>, usize);

/// The cheapest way from each symbol to each other, and the number of such ways, by trying every production and relaxing until
/// nothing gets cheaper.
fn naive(langlet: &Langlet, kind: Kind) -> BTreeMap<(Symbol, Symbol), (Cost, u32)> {
    let grammar = langlet.grammar();
    let constants = constants(langlet);
    let is_constant = |symbol: &Symbol| constants.contains(symbol);
    let mut steps: BTreeSet<Around> = BTreeSet::new();
    let mut add = |rule: Symbol, rhs: &Rhs, limit: usize, neutral: bool| {
        for production in productions(rhs) {
            for (index, child) in production.iter().enumerate() {
                let others = || production.iter().enumerate().filter(|&(other, _)| other != index).map(|(_, s)| s);
                // In a declared neutral production the child is what is no constant.
                if others().all(is_constant) && others().count() <= limit && !(neutral && is_constant(child)) {
                    steps.insert((rule, production.clone(), index));
                }
            }
        }
    };
    for (&rule, definition) in &grammar.rules {
        add(rule, &definition.rhs, if kind == Kind::Any { usize::MAX } else { 0 }, false);
    }
    if kind == Kind::Neutral {
        grammar.neutrals.iter().for_each(|(rule, rhs)| add(*rule, rhs, usize::MAX, true));
    }
    let mut best: BTreeMap<(Symbol, Symbol), Cost> = BTreeMap::new();
    grammar.symbols.iter().for_each(|symbol| _ = best.insert((symbol, symbol), (0, 0)));
    loop {
        let before = best.clone();
        for (rule, production, index) in &steps {
            for to in grammar.symbols.iter() {
                let Some(&(more, nodes)) = before.get(&(production[*index], to)) else { continue };
                let known = best.entry((*rule, to)).or_insert((usize::MAX, 0));
                *known = (*known).min((production.len() - 1 + more, nodes + 1));
            }
        }
        if best == before {
            break;
        }
    }
    // Paths are counted from the cheapest on: each is a step and a path that is cheaper.
    let mut pairs: Vec<_> = best.iter().map(|(&pair, &cost)| (cost, pair)).collect();
    pairs.sort_unstable();
    let mut counts: BTreeMap<(Symbol, Symbol), u32> = BTreeMap::new();
    let of_rule = |rule: Symbol| steps.range((rule, Vec::new(), 0)..).take_while(move |step| step.0 == rule);
    for (cost, (from, to)) in pairs {
        let mut count = u32::from(from == to);
        for (_, production, index) in of_rule(from).filter(|_| from != to) {
            let rest = best.get(&(production[*index], to));
            if rest.is_some_and(|rest| (production.len() - 1 + rest.0, rest.1 + 1) == cost) {
                count = count.saturating_add(counts[&(production[*index], to)]);
            }
        }
        counts.insert((from, to), count);
    }
    best.into_iter().map(|(pair, cost)| (pair, (cost, counts[&pair]))).collect()
}

/// A path is one of productions, from the outer symbol to the inner; it is of its kind; none is cheaper; and it is said
/// whether there are others as cheap.
fn check(langlet: &Langlet, kind: Kind) {
    let grammar = langlet.grammar();
    let interpolations = langlet.interpolations();
    let expected = naive(langlet, kind);
    let constants = constants(langlet);
    for symbol in grammar.symbols.iter() {
        let is_used = grammar.rules.contains_key(&symbol) || langlet.tables().terminals.number(symbol).is_some();
        let same = interpolations.constants().contains(symbol) == constants.contains(&symbol);
        assert!(same || !is_used, "{} is a constant, or not", grammar.symbols.display(symbol));
    }
    for outer in grammar.rules.keys().copied() {
        for inner in grammar.symbols.iter() {
            let path = interpolations.path(kind, outer, inner);
            let name = |symbol| grammar.symbols.display(symbol);
            let pair = format!("{{{}, {}}} {kind:?} in {}", name(outer), name(inner), langlet.name());
            let (best, n_paths) = expected.get(&(outer, inner)).copied().unzip();
            assert_eq!(path.as_deref().map(cost), best, "{pair}");
            assert_eq!(interpolations.n_paths(kind, outer, inner), n_paths.unwrap_or(0), "{pair}");
            let competing = interpolations.competing(kind, outer, inner);
            assert_eq!(competing.len(), (n_paths.unwrap_or(0) as usize).min(SHOWN), "{pair}: {competing:?}");
            assert_eq!(competing.first(), path.as_ref(), "{pair}: grammar order");
            assert_eq!(competing.iter().collect::<BTreeSet<_>>().len(), competing.len(), "{pair}: all are different");
            match interpolations.find(kind, outer, inner) {
                Ok(found) => assert!(Some(found) == path && n_paths == Some(1), "{pair}"),
                Err(InterpolationError::NoPath { .. }) => assert_eq!(path, None, "{pair}"),
                Err(InterpolationError::Ambiguous { paths, .. }) => assert!(paths == competing && paths.len() > 1),
            }
            for path in competing {
                assert_eq!(Some(cost(&path)), best, "{pair}");
                let mut at = outer;
                for step in path {
                    assert_eq!(step.rule, at, "{pair}");
                    let production = step.before.iter().chain([&step.child]).chain(&step.after).copied();
                    assert!(langlet.tables().network.derives(step.rule, production), "{pair}: {step:?}");
                    assert!(step.before.iter().chain(&step.after).all(|symbol| constants.contains(symbol)));
                    at = step.child;
                }
                assert_eq!(at, inner, "{pair}");
            }
        }
    }
}

#[test]
fn interpolations_of_built_in_langlets_are_minimal() {
    for name in BUILT_IN {
        Kind::ALL.into_iter().for_each(|kind| check(&langlet(name), kind));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn interpolations_are_minimal(text in strategy::grammar()) {
        let Ok(langlet) = load("random", &text, None) else { return Ok(()) };
        Kind::ALL.into_iter().for_each(|kind| check(&langlet, kind));
    }
}

#[test]
fn known_interpolations() {
    let python = langlet("python27");
    let show = |kind, outer: &str, inner: &str| {
        let path = python.interpolations().path(kind, python.symbol(outer).unwrap(), python.symbol(inner).unwrap())?;
        let symbols = &python.grammar().symbols;
        let names = |list: &[Symbol]| list.iter().map(|&symbol| symbols.display(symbol) + " ").collect::<String>();
        let step = |step: &Step| {
            format!(
                "{}: {}{} {}",
                symbols.name(step.rule),
                names(&step.before),
                symbols.display(step.child),
                names(&step.after)
            )
        };
        Some(path.iter().map(step).map(|line| line.trim_end().to_owned() + "\n").collect::<String>())
    };
    insta::assert_snapshot!(show(Kind::Pure, "arith_expr", "power").unwrap(), @r"
    arith_expr: term
    term: factor
    factor: power
    ");
    insta::assert_snapshot!(show(Kind::Neutral, "power", "test").unwrap(), @r"
    power: atom
    atom: '(' testlist_comp ')'
    testlist_comp: test
    ");
    // A statement of which something is a constant is no neutral step: a call is not written around its argument.
    insta::assert_snapshot!(show(Kind::Neutral, "stmt", "testlist").unwrap(), @r"
    stmt: simple_stmt
    simple_stmt: small_stmt NEWLINE
    small_stmt: expr_stmt
    expr_stmt: testlist
    ");
    insta::assert_snapshot!(show(Kind::Any, "power", "dictorsetmaker").unwrap(), @r"
    power: atom
    atom: '{' dictorsetmaker '}'
    ");
    assert_eq!(show(Kind::Neutral, "power", "dictorsetmaker"), None);
    assert_eq!(show(Kind::Pure, "power", "test"), None);
    assert_eq!(show(Kind::Neutral, "NAME", "test"), None);
}

/// What the first implementation of the idea found or missed in the grammar of Python 2.7.
#[test]
fn interpolations_that_python_users_know() {
    let python = langlet("python27");
    let symbol = |name: &str| python.symbol(name).unwrap();
    let find = |kind, outer: &str, inner: &str| python.interpolations().find(kind, symbol(outer), symbol(inner));
    let show = |kind, outer: &str, inner: &str| match find(kind, outer, inner) {
        Ok(path) => path.iter().map(|step| step.display(&python.grammar().symbols) + "\n").collect(),
        Err(error) => error.to_string(),
    };
    let down = find(Kind::Pure, "test", "atom").unwrap();
    let names: Vec<&str> = down.iter().map(|step| python.grammar().symbols.name(step.rule)).collect();
    assert_eq!(
        names.join(" ") + " atom",
        "test or_test and_test not_test comparison expr xor_expr and_expr shift_expr arith_expr term factor power atom"
    );
    assert_eq!(names.len() + 1, 14);
    insta::assert_snapshot!(show(Kind::Any, "suite", "stmt"), @"suite: NEWLINE INDENT stmt DEDENT");
    insta::assert_snapshot!(show(Kind::Pure, "suite", "simple_stmt"), @"suite: simple_stmt");
    insta::assert_snapshot!(show(Kind::Any, "file_input", "stmt"), @"file_input: stmt ENDMARKER");
    insta::assert_snapshot!(show(Kind::Neutral, "atom", "test"), @r"
    atom: '(' testlist_comp ')'
    testlist_comp: test
    ");
    // Without a declaration of what is neutral, one kind of brackets is as good as another.
    insta::assert_snapshot!(show(Kind::Any, "atom", "test"), @r"
    `atom` can be built from `test` in 4 ways:
      atom: '(' testlist_comp ')'; testlist_comp: test
      atom: '[' listmaker ']'; listmaker: test
      atom: '`' testlist1 '`'; testlist1: test
      atom: '{' dictorsetmaker '}'; dictorsetmaker: test
    ");
    insta::assert_snapshot!(show(Kind::Any, "return_stmt", "test"), @r"
    return_stmt: 'return' testlist
    testlist: test
    ");
    insta::assert_snapshot!(show(Kind::Any, "decorator", "test"), @"`decorator` cannot be built from `test` by adding constants alone");
    // `from . import NAME` adds as many constants, but a node more.
    insta::assert_snapshot!(show(Kind::Any, "import_from", "NAME"), @r"
    import_from: 'from' dotted_name 'import' '*'
    dotted_name: NAME
    ");
}

/// Blocks get the step of indentation that the text has, and what stands on one line becomes lines of its own.
#[test]
fn blocks_are_normalized() {
    let normal = |text: &str| {
        let mut tree = langlet("python27").parse(text).unwrap();
        normalize(&mut tree).unwrap();
        tree.check().unwrap();
        tree.unparse()
    };
    assert_eq!(normal("if a: x\n"), "if a:\n    x\n");
    assert_eq!(normal("if a:\n  b\nif c: x; y;  # d\n"), "if a:\n  b\nif c:\n  x\n  y  # d\n");
    assert_eq!(normal("def f():\n\tif a: x; y\n\telse: z\n"), "def f():\n\tif a:\n\t\tx\n\t\ty\n\telse:\n\t\tz\n");
    assert_eq!(normal("if a: x; y"), "if a:\n    x\n    y");
    assert_eq!(
        normal("class A: pass; b = 1; c = (2,\n  3)\r\n"),
        "class A:\r\n    pass\r\n    b = 1\r\n    c = (2,\n  3)\r\n"
    );
}
