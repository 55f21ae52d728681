//! The laws of the algebra, on random programs of every langlet, each beside a check of its own.

use std::collections::BTreeMap;

use langlet_core::Langlet;
use langlet_core::algebra::split::Repetition;
use langlet_core::algebra::{Argument, BuildError, Embedding, Kind, interpolate, join, normalize, split};
use langlet_core::cst::{Node, Tree};
use langlet_core::grammar::Symbol;
use langlet_test_support::strategy;
use proptest::prelude::*;

use super::laws::run;
use super::{BUILT_IN, langlet};

/// Texts of tokens that are no layout.
fn words(tree: &Tree, node: Node) -> Vec<String> {
    let grammar = tree.langlet().grammar();
    let leaves = tree.leaves(node).filter(|&leaf| !grammar.is_layout(tree.symbol(leaf)));
    leaves.map(|leaf| tree.text(leaf).to_owned()).collect()
}

/// The comments of a text, in order: what is trivia and neither blank nor joins lines.
fn comments(tree: &Tree) -> Vec<String> {
    let text = tree.unparse();
    let mut tokens = tree.langlet().tokens(&text).expect("the text of a tree has tokens").into_iter();
    let (mut found, mut at) = (Vec::new(), 0);
    loop {
        let token = tokens.next();
        let trivia = &text[at..token.map_or(text.len(), |token| token.start as usize)];
        for piece in tree.langlet().lexer().trivia_pieces(trivia) {
            let piece = trivia[piece.range()].trim();
            if !piece.is_empty() && piece != "\\" {
                found.push(piece.to_owned());
            }
        }
        let Some(token) = token else { return found };
        at = token.end as usize;
    }
}

/// The nodes of a tree by their rule, up to three of each.
fn samples(tree: &Tree) -> BTreeMap<Symbol, Vec<Node>> {
    let mut found: BTreeMap<Symbol, Vec<Node>> = BTreeMap::new();
    for node in tree.preorder(tree.root()) {
        let of_symbol = found.entry(tree.symbol(node)).or_default();
        if of_symbol.len() < 3 {
            of_symbol.push(node);
        }
    }
    found
}

/// Law 1: `{A,B}` valid ⇒ `check(A(b))`, and `find(A(b), B) == b`; pure ⇒ `text(A(b)) == text(b)`, and nothing is stored.
#[test]
fn an_interpolated_node_checks_and_contains_what_was_interpolated() {
    run(6, strategy::choices(160), |langlet, programs, choices| {
        let program = langlet.parse(programs.program(&choices)).unwrap();
        let interpolations = langlet.interpolations();
        for (inner, nodes) in samples(&program) {
            for outer in langlet.grammar().rules.keys().copied() {
                for kind in Kind::ALL.into_iter().filter(|&kind| interpolations.n_paths(kind, outer, inner) == 1) {
                    let mut tree = program.clone();
                    let copy = tree.copy(nodes[0]);
                    let (n_stored, text) = (tree.n_stored(), tree.text_of(copy));
                    let built = interpolate(&mut tree, kind, outer, copy).unwrap();
                    prop_assert_eq!(tree.symbol(built), outer);
                    tree.check_below(built).unwrap();
                    if kind == Kind::Pure {
                        prop_assert_eq!(tree.text_of(built), text);
                        prop_assert_eq!(tree.n_stored(), n_stored, "a chain only re-labels");
                    }
                    // A constant may stand beside another of its kind.
                    let mut found = tree.find_all(built, inner);
                    let found = match interpolations.constants().contains(inner) {
                        true => found.next(),
                        false => found.next().filter(|node| node.id() == copy.id()),
                    };
                    prop_assert!(found.is_some(), "find(A(b), B) is b");
                    prop_assert_eq!(words(&tree, found.unwrap()), words(&program, nodes[0]));
                }
            }
        }
        Ok(())
    });
}

/// Law 2: `{A,B}` and `{B,C}` ⇒ `{A,C}`, and `A(B(c))` equals `A(c)` where the minimal path from A to C is unique and passes
/// through B. For all triples of all langlets.
#[test]
fn interpolations_compose() {
    for name in BUILT_IN {
        let langlet = langlet(name);
        let (grammar, interpolations) = (langlet.grammar(), langlet.interpolations());
        let rules: Vec<Symbol> = grammar.rules.keys().copied().collect();
        for kind in Kind::ALL {
            let is_valid = |outer, inner| interpolations.n_paths(kind, outer, inner) > 0;
            for (&a, &b) in
                rules.iter().flat_map(|a| rules.iter().map(move |b| (a, b))).filter(|&(&a, &b)| is_valid(a, b))
            {
                assert!(grammar.symbols.iter().all(|c| !is_valid(b, c) || is_valid(a, c)), "{name} {kind:?}");
            }
            for (a, c) in rules.iter().flat_map(|&a| grammar.symbols.iter().map(move |c| (a, c))) {
                let Ok(path) = interpolations.find(kind, a, c) else { continue };
                for (at, step) in path.iter().enumerate() {
                    let b = step.child;
                    assert_eq!(interpolations.find(kind, a, b).unwrap(), path[..=at], "{name} {kind:?}: A(B)");
                    assert_eq!(interpolations.find(kind, b, c).unwrap(), path[at + 1..], "{name} {kind:?}: B(c)");
                }
            }
        }
    }
}

/// All embeddings between different rules of a langlet.
fn embeddings(langlet: &Langlet) -> Vec<(Symbol, Symbol, Embedding)> {
    let rules: Vec<Symbol> = langlet.grammar().rules.keys().copied().collect();
    let mut found = Vec::new();
    for (&from, &to) in rules.iter().flat_map(|from| rules.iter().map(move |to| (from, to))) {
        if from != to
            && let Ok(embedding) = Embedding::new(langlet, from, to)
        {
            found.push((from, to, embedding));
        }
    }
    found
}

/// Law 3: an embedding is a homomorphism: separators map to separators, elements to interpolated elements, count and order
/// kept; and comments with them.
#[test]
fn an_embedding_is_a_homomorphism() {
    let all: BTreeMap<&str, _> = BUILT_IN.map(|name| (name, embeddings(&langlet(name)))).into();
    run(6, strategy::choices(160), |langlet, programs, choices| {
        let program = langlet.parse(programs.program(&choices)).unwrap();
        let constants = langlet.interpolations().constants();
        let samples = samples(&program);
        for (from, to, embedding) in &all[langlet.name()] {
            for &node in samples.get(from).into_iter().flatten() {
                let mut tree = program.clone();
                let image = embedding.apply(&mut tree, node).unwrap();
                prop_assert_eq!(tree.symbol(image), *to);
                tree.check_below(image).unwrap();
                let (old, new): (Vec<Node>, Vec<Node>) =
                    (tree.children(node).collect(), tree.children(image).collect());
                prop_assert_eq!(old.len(), new.len());
                for (&old, &new) in old.iter().zip(&new) {
                    let (from, to) = (tree.symbol(old), tree.symbol(new));
                    if constants.contains(from) {
                        prop_assert!(constants.contains(to));
                    } else if langlet.interpolations().n_paths(Kind::Pure, to, from) > 0 {
                        prop_assert_eq!(tree.text_of(old), tree.text_of(new));
                    } else {
                        // In brackets, or a level of it that needs none.
                        let (inner, outer) = (words(&tree, old), words(&tree, new));
                        prop_assert!(outer.windows(inner.len()).any(|words| words == inner), "{outer:?}");
                        let bracketed = tree.find(new, from);
                        prop_assert!(
                            outer.len() == inner.len() || bracketed.is_some(),
                            "brackets are around the element"
                        );
                    }
                    // A new separator may need a blank where the old one had none.
                    let kept = tree.trivia(old) == tree.trivia(new) || from != to && tree.trivia(old).is_empty();
                    prop_assert!(kept, "{:?} {:?}", tree.trivia(old), tree.trivia(new));
                }
            }
        }
        Ok(())
    });
}

/// Law 4: `join(split(t)) == t`, byte for byte; each part checks; the last part is the empty one, if the rule has it.
#[test]
fn what_is_split_is_joined_again() {
    run(32, strategy::choices(200), |langlet, programs, choices| {
        let text = programs.program(&choices);
        let tree = langlet.parse(&*text).unwrap();
        let constants = langlet.interpolations().constants();
        for (rule, nodes) in samples(&tree) {
            for node in nodes {
                let production: Vec<Symbol> = tree.children(node).map(|child| tree.symbol(child)).collect();
                let network = &langlet.tables().network;
                let Some(repetition) = Repetition::of(rule, &production, network, constants) else {
                    prop_assert!(split(&tree, node).is_err());
                    continue;
                };
                let parts = split(&tree, node).unwrap();
                let (n_before, n_after) = (repetition.before.len(), repetition.after.len());
                let n_elements = tree.children(node).count() - n_before - n_after;
                prop_assert_eq!(parts.len(), n_elements + usize::from(repetition.may_be_empty));
                for (number, part) in parts.iter().enumerate() {
                    part.check().unwrap();
                    prop_assert!(part.check_links());
                    let n = part.children(part.root()).count() - n_before - n_after;
                    prop_assert_eq!(n, usize::from(number < n_elements), "one element, or none in the last part");
                    if n == 1 {
                        let element = tree.children(node).nth(n_before + number).unwrap();
                        let copied = part.children(part.root()).nth(n_before).unwrap();
                        prop_assert_eq!(part.text_of(copied), tree.text_of(element));
                        prop_assert_eq!(part.trivia(copied), tree.trivia(element));
                    }
                }
                let joined = join(&parts).unwrap();
                joined.check().unwrap();
                prop_assert_eq!(joined.symbol(joined.root()), rule);
                let expected =
                    if node == tree.root() { text.clone() } else { tree.trivia(node).to_owned() + &tree.text_of(node) };
                prop_assert_eq!(joined.unparse(), expected);
            }
        }
        Ok(())
    });
}

/// Law 5: block normalization is idempotent and keeps the token string up to the layout and to what separates
/// elements of a line, and all comments; its text reads as
/// its tree.
#[test]
fn blocks_are_normalized_once() {
    run(64, strategy::choices(240), |langlet, programs, choices| {
        let text = programs.program(&choices);
        let mut tree = langlet.parse(&*text).unwrap();
        let (before, said) = (words(&tree, tree.root()), comments(&tree));
        let n_changed = normalize(&mut tree).unwrap();
        tree.check().unwrap();
        prop_assert!(tree.check_links());
        // What separates the elements of a line is the end of a line now.
        let inside = |words: Vec<_>| words.into_iter().filter(|word| word != ";").collect::<Vec<_>>();
        prop_assert_eq!(inside(words(&tree, tree.root())), inside(before));
        let normalized = tree.unparse();
        prop_assert!(n_changed > 0 || normalized == text, "without short forms nothing changes");
        let read = langlet.parse(&*normalized);
        prop_assert!(read.is_ok(), "{:?}\n{:?}\n{}", text, normalized, read.unwrap_err());
        prop_assert_eq!(comments(&tree), said, "{:?}\n{:?}", text, normalized);
        prop_assert_eq!(read.unwrap().listing(), tree.listing());
        prop_assert_eq!(normalize(&mut tree).unwrap(), 0, "once is enough");
        prop_assert_eq!(tree.unparse(), normalized);
        Ok(())
    });
}

/// A rule can be built from the children of any of its nodes: with all of them it is the node again, token by token; without
/// the constants it has the same other children, or the builder says what is not decided. The result checks, and its text
/// reads as the same tree.
#[test]
fn every_rule_is_built_from_its_parts() {
    run(12, strategy::choices(160), |langlet, programs, choices| {
        let tree = langlet.parse(programs.program(&choices)).unwrap();
        let constants = langlet.interpolations().constants();
        let grammar = langlet.grammar();
        for (rule, nodes) in samples(&tree) {
            if !grammar.symbols.is_rule(rule) {
                continue;
            }
            let name = grammar.symbols.name(rule);
            for node in nodes {
                let children: Vec<Node> = tree.children(node).collect();
                let variable: Vec<Node> =
                    children.iter().copied().filter(|&child| !constants.contains(tree.symbol(child))).collect();
                let texts: Vec<String> = variable.iter().map(|&child| tree.text_of(child)).collect();
                let all = children.iter().map(|&child| Argument::Node(&tree, child));
                let built =
                    langlet.build(name, all).map_err(|error| TestCaseError::fail(format!("{name}: {error}")))?;
                prop_assert_eq!(words(&built, built.root()), words(&tree, node));
                check_built(langlet, rule, &built)?;
                for texts in [None, Some(&texts)] {
                    let built = match texts {
                        None => langlet.build(name, variable.iter().map(|&child| Argument::Node(&tree, child))),
                        Some(texts) => langlet.build(name, texts.iter().map(|text| Argument::Text(text))),
                    };
                    match built {
                        Ok(built) => {
                            check_built(langlet, rule, &built)?;
                            let mut found = words(&built, built.root()).into_iter();
                            let given = variable.iter().flat_map(|&child| words(&tree, child));
                            let is_in_order = given.into_iter().all(|word| found.any(|other| other == word));
                            prop_assert!(is_in_order, "{name}: {}", built.unparse());
                        }
                        Err(BuildError::Ambiguous { shown, .. }) => prop_assert!(shown.len() > 1, "{name}: {shown:?}"),
                        // A text may not be readable alone, such as a block without what is before it.
                        Err(error) if texts.is_some() => {
                            let is_layout = |&child: &Node| {
                                tree.leaves(child).next().is_none_or(|leaf| grammar.is_layout(tree.symbol(leaf)))
                                    || tree.text_of(child).contains(['\n', '\r'])
                            };
                            prop_assert!(variable.iter().any(is_layout), "{name}: {error}");
                        }
                        Err(error) => return Err(TestCaseError::fail(format!("{name}: {error}"))),
                    }
                }
            }
        }
        Ok(())
    });
}

fn check_built(langlet: &Langlet, rule: Symbol, built: &Tree) -> Result<(), TestCaseError> {
    prop_assert_eq!(built.symbol(built.root()), rule);
    built.check().unwrap();
    prop_assert!(built.check_links());
    let begins_with_layout =
        built.leaves(built.root()).next().is_some_and(|leaf| langlet.grammar().is_layout(built.symbol(leaf)));
    if !begins_with_layout {
        let text = built.unparse();
        let read = langlet.parse_as(rule, &*text);
        prop_assert!(read.is_ok(), "{:?} as {}: {}", text, built.name(built.root()), read.unwrap_err());
        prop_assert_eq!(read.unwrap().listing(), built.listing());
    }
    Ok(())
}

/// Nothing recurses on the nesting of what is built, raised, split or normalized.
#[test]
fn nesting_is_no_obstacle() {
    const DEPTH: usize = 20_000;
    let python = langlet("python27");
    let symbol = |name| python.symbol(name).unwrap();
    let nested = format!("{}x{}", "(".repeat(DEPTH), ")".repeat(DEPTH));
    let built = python.build("while_stmt", [nested.as_str(), "y"]).unwrap();
    assert_eq!(built.unparse(), format!("while {nested}: y\n"));
    let mut tree = python.parse(built.unparse()).unwrap();
    assert_eq!(normalize(&mut tree).unwrap(), 1);
    assert_eq!(join(&split(&tree, tree.root()).unwrap()).unwrap().unparse(), format!("while {nested}:\n    y\n"));
    let test = tree.find(tree.root(), symbol("test")).unwrap();
    let copy = tree.copy(test);
    let atom = interpolate(&mut tree, Kind::Neutral, symbol("atom"), copy).unwrap();
    assert_eq!(tree.text_of(atom), format!("({nested})"));
}
