//! Laws of rewriting, on random programs of every langlet and rules made from pieces of them.

use langlet_core::cst::{Node, Tree};
use langlet_core::diagnostic::SourceText;
use langlet_core::rewrite::{AttemptOutcome, Functions, Options, TranslateError};
use langlet_core::span::Span;
use langlet_core::{Langlet, Transform};
use langlet_test_support::checks::check_tree;
use langlet_test_support::{Programs, strategy};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;

use super::laws::programs;
use super::{BUILT_IN, langlet};

/// A piece of a program as the text of a pattern: a node, and nodes below it that are metavariables there.
struct Piece {
    node: Node,
    symbol: String,
    /// The text between the quotes.
    text: String,
    /// The metavariables as they are written.
    variables: Vec<String>,
}

/// The text of a node with some of what is below it exchanged for metavariables `$v0:rule`, `$v1:rule` …
fn piece(tree: &Tree, node: Node, choices: &[Index]) -> Option<Piece> {
    let grammar = tree.langlet().grammar();
    let span = tree.span(node).filter(|span| span.start < span.end)?;
    let is_named = |&below: &Node| {
        let symbol = tree.symbol(below);
        // Not what begins with a line end: there might be a comment before it.
        let has_text = tree
            .span(below)
            .is_some_and(|span| !tree.source()[span.range()].trim_start_matches(' ').is_empty())
            && tree.token_texts(below).next().is_some_and(|text| !text.is_empty() && !text.starts_with(['\n', '\r']));
        has_text
            && !grammar.is_layout(symbol)
            && (grammar.rhs(symbol).is_some() || grammar.tokens.contains_key(&symbol))
    };
    let below: Vec<Node> = tree.preorder(node).skip(1).filter(is_named).collect();
    // Not a part of what is taken already.
    let mut taken: Vec<(Span, String)> = Vec::new();
    for choice in choices.iter().filter(|_| !below.is_empty()) {
        let node = choice.get(&below);
        let span = tree.span(*node)?;
        if taken.iter().all(|(other, _)| span.end <= other.start || other.end <= span.start) {
            taken.push((span, tree.name(*node).to_owned()));
        }
    }
    taken.sort_by_key(|(span, _)| span.start);
    let source = tree.source();
    let (mut text, mut variables, mut at) = (String::new(), Vec::new(), span.start);
    for (number, (place, name)) in taken.into_iter().enumerate() {
        text.push_str(&source[at as usize..place.start as usize]);
        variables.push(format!("$v{number}:{name}"));
        // The blank separates it from what might read as a part of it; one that includes the end of its line ends it here, too.
        let replaced = &source[place.range()];
        let end = if replaced.ends_with(['\n', '\r']) { "\n" } else { " " };
        text.push_str(&format!("$v{number}:{name}{end}"));
        at = place.end;
    }
    text.push_str(&source[at as usize..span.end as usize]);
    let is_quotable = !text.contains("|]") && !text.contains("[|") && text.len() < 2000;
    // What is more than a logical line is written as lines.
    let n_layout = tree.leaves(node).filter(|&leaf| grammar.is_layout(tree.symbol(leaf))).count();
    let text = if n_layout > 1 { format!("\n{}{text}\n", tree.indentation(node)) } else { format!(" {text} ") };
    is_quotable.then(|| Piece { node, symbol: tree.name(node).to_owned(), text, variables })
}

fn load(langlet: &Langlet, rules: &str) -> Result<Transform, String> {
    let name = langlet.name();
    let text = SourceText::new("rules", format!("transform {name} -> {name}\n{rules}\n"));
    Transform::load(&text, langlet, langlet, Functions::NONE)
        .map_err(|errors| errors.iter().map(|error| error.render(false)).collect())
}

/// Runs a law on each langlet, with a program of it and one of its nodes, and choices to make rules with. Counts how often
/// the law had something to say: it returns whether it had.
fn run(cases: u32, law: impl Fn(&Langlet, &Tree, Node, &[Index]) -> Result<bool, TestCaseError>) {
    let strategy = (strategy::choices(160), any::<Index>(), prop::collection::vec(any::<Index>(), 0..6));
    for name in BUILT_IN {
        let (langlet, programs) = (langlet(name), programs(name));
        let n_said = std::cell::Cell::new(0);
        let mut runner = TestRunner::new(ProptestConfig { cases, ..ProptestConfig::default() });
        let outcome = runner.run(&strategy, |(choices, index, indices)| {
            let text = programs.program(&choices);
            let tree = langlet.parse(&*text).expect("programs are read");
            let rules: Vec<Node> = tree.preorder(tree.root()).filter(|&node| !tree.is_token(node)).collect();
            n_said.set(n_said.get() + u32::from(law(&langlet, &tree, *index.get(&rules), &indices)?));
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{name}: {error}");
        }
        assert!(n_said.get() * 8 >= cases, "{name}: the law applied to {} of {cases} cases", n_said.get());
    }
}

/// A rule whose two sides are equal is the identity on bytes; and it matches where it was taken from.
#[test]
fn a_rule_with_equal_sides_is_the_identity() {
    run(96, |langlet, tree, node, choices| {
        let Some(piece) = piece(tree, node, choices) else { return Ok(false) };
        let Piece { symbol, text, .. } = &piece;
        let rules = format!("rule r {symbol} [|{text}|] => {symbol} [|{text}|]");
        // What ends with the layout of the whole file cannot always be quoted alone.
        let transform = match load(langlet, &rules) {
            Ok(transform) => transform,
            Err(error) => return Err(TestCaseError::fail(format!("{:?}\n{rules:?}: {error}", tree.source()))),
        };
        let span = tree.span(piece.node).expect("it has a text");
        let attempts = transform.trace(langlet, tree.source(), "r", span).expect("the program is read");
        let own = attempts.iter().find(|attempt| attempt.span == span && attempt.outcome == AttemptOutcome::Matches);
        prop_assert!(own.is_some(), "{:?}\n{rules}\n{attempts:?}", tree.source());
        let translation = transform.translate(langlet, tree.source(), &Options::default());
        let translation =
            translation.map_err(|error| TestCaseError::fail(format!("{:?}\n{rules}\n{error:?}", tree.source())))?;
        prop_assert_eq!(translation.text, tree.source(), "{}", rules);
        Ok(!translation.applied.is_empty())
    });
}

/// A rewritten tree checks, and its text reads as the same tree; or there is an error, and no text.
#[test]
fn law_7_a_rewritten_tree_checks_and_reads_as_it_was_written() {
    run(96, |langlet, tree, node, choices| {
        let Some(from) = piece(tree, node, choices) else { return Ok(false) };
        let others: Vec<Node> = tree.preorder(tree.root()).filter(|&other| !tree.is_token(other)).collect();
        let Some(to) = choices.first().and_then(|choice| piece(tree, *choice.get(&others), choices)) else {
            return Ok(false);
        };
        // The result may use what the pattern binds, wherever that stands in it.
        let mut result = to.text.clone();
        for (number, variable) in to.variables.iter().enumerate() {
            let bound = match from.variables.len() {
                0 => return Ok(false),
                n => format!("$v{}", number % n),
            };
            result = result.replacen(variable, &bound, 1);
        }
        let rules = format!("rule r {} [|{}|] => {} [|{result}|]", from.symbol, from.text, to.symbol);
        let Ok(transform) = load(langlet, &rules) else { return Ok(true) };
        match transform.translate_tree(tree.clone(), &Options::default()) {
            Ok((tree, _)) => {
                tree.check().expect("what is given out checks");
                let again = langlet.parse(tree.unparse()).expect("what is given out is read");
                check_tree(&again, &tree.unparse());
                prop_assert_eq!(again.listing(), tree.listing());
            }
            Err(TranslateError::Refused(refusals)) => {
                prop_assert!(refusals.iter().all(|refusal| tree.source().get(refusal.span.range()).is_some()));
            }
            Err(_) => {}
        }
        Ok(true)
    });
}

/// Rules that stop are done when they stop: what they give does not change when they are applied again.
#[test]
fn a_terminating_rule_set_is_idempotent() {
    run(96, |langlet, tree, node, choices| {
        let Some(from) = piece(tree, node, choices) else { return Ok(false) };
        let is_rule = |name: &str| langlet.symbol(name).is_ok_and(|symbol| langlet.grammar().rhs(symbol).is_some());
        // The result is a part of what matched: there is less after each step.
        let parts = from.variables.iter().filter_map(|variable| variable.split_once(':'));
        let Some((name, symbol)) = parts.into_iter().find(|(_, symbol)| is_rule(symbol)) else { return Ok(false) };
        let rules =
            format!("phase p innermost at most 50\nrule r {} [|{}|] => {symbol} [| {name} |]", from.symbol, from.text);
        let Ok(transform) = load(langlet, &rules) else { return Ok(true) };
        if let Ok(once) = transform.translate(langlet, tree.source(), &Options::default()) {
            let twice = transform.translate(langlet, &once.text, &Options::default());
            prop_assert_eq!(twice.map(|twice| twice.text).ok(), Some(once.text), "{}", rules);
        }
        Ok(true)
    });
}

/// Translating a tree that uses only shared, unchanged rules is the identity on bytes; here between a langlet and those it
/// is related to, without any rule.
#[test]
fn law_8_what_both_langlets_have_stays() {
    for (source, target) in BUILT_IN.iter().flat_map(|source| BUILT_IN.iter().map(move |target| (*source, *target))) {
        let (from, to) = (langlet(source), langlet(target));
        let is_related = from.grammar().descends_from(target) || to.grammar().descends_from(source);
        if !is_related {
            continue;
        }
        let identity = Transform::identity(&from, &to);
        // JSON has no words for some of the blanks and comments of its child.
        let programs = if source == "json5" { Programs::new(&from) } else { programs(source) };
        let mut runner = TestRunner::new(ProptestConfig { cases: 64, ..ProptestConfig::default() });
        let outcome = runner.run(&strategy::choices(80), |choices| {
            let text = programs.program(&choices);
            let tree = from.parse(&*text).expect("programs are read");
            // Node by node, by the definition of the target's rules.
            let pattern =
                |langlet: &Langlet, token| langlet.grammar().tokens.get(&token).map(|rule| rule.pattern.clone());
            let is_shared = tree.preorder(tree.root()).all(|node| {
                if tree.is_token(node) {
                    return pattern(&from, tree.symbol(node)) == pattern(&to, tree.symbol(node));
                }
                let children: Vec<_> = tree.children(node).map(|child| tree.symbol(child)).collect();
                to.grammar().rhs(tree.symbol(node)).is_some_and(|rhs| rhs.derives(&children))
            });
            let translation = identity.translate(&from, &text, &Options::default());
            if is_shared {
                prop_assert_eq!(translation.map(|translation| translation.text), Ok(text));
            } else if let Ok(translation) = translation {
                prop_assert_eq!(translation.text, text, "nothing changes without a rule");
            }
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{source} -> {target}: {error}");
        }
    }
}
