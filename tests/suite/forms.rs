//! Embeddings, splits and blocks: examples, and what has none.

use std::collections::BTreeSet;

use langlet_core::Langlet;
use langlet_core::algebra::block::blocks;
use langlet_core::algebra::{Embedding, Kind, join, map, normalize, normalize_node, split};
use langlet_core::automata::StateId;
use langlet_core::cst::{Node, Tree};
use langlet_core::grammar::{Rhs, Symbol};

use super::algebra::productions;
use super::{langlet, load};

/// The first node of the rule in a text, in a tree.
fn first(langlet: &Langlet, rule: &str, text: &str) -> (Tree, Node) {
    let tree = langlet.parse(text).unwrap();
    let node = tree.find(tree.root(), langlet.symbol(rule).unwrap()).unwrap();
    (tree, node)
}

/// Maps the first node of the rule in a text; the text of its image, or the message.
fn mapped(langlet: &Langlet, text: &str, from: &str, to: &str) -> String {
    let (mut tree, node) = first(langlet, from, text);
    match map(&mut tree, node, langlet.symbol(to).unwrap()) {
        Ok(image) => {
            tree.check_below(image).unwrap();
            assert_eq!(tree.name(image), to);
            tree.text_of(image)
        }
        Err(error) => error.to_string(),
    }
}

#[test]
fn lists_are_embedded() {
    let python = langlet("python27");
    let text = "for a, (b|c) , d, in x: pass\n";
    assert_eq!(mapped(&python, text, "exprlist", "testlist"), "a, (b|c) , d,");
    assert_eq!(mapped(&python, "for (a, # one\n  b) in x: pass\n", "exprlist", "testlist"), "(a, # one\n  b)");
    assert_eq!(mapped(&python, "`a, b or c`\n", "testlist1", "testlist"), "a, b or c");
    // Elements that need brackets get them; a separator becomes the separator of the other list.
    assert_eq!(mapped(&python, "`a, b or c , lambda: 0`\n", "testlist1", "or_test"), "a or (b or c) or (lambda: 0)");
    // A single node is a list of one element.
    assert_eq!(mapped(&python, "a or b\n", "or_test", "testlist"), "a or b");
    assert_eq!(mapped(&python, "print a\n", "print_stmt", "stmt"), "print a\n");
}

#[test]
fn what_cannot_be_embedded_is_refused_with_a_production() {
    let python = langlet("python27");
    let refuse = |from: &str, to: &str| {
        let symbol = |name| python.symbol(name).unwrap();
        Embedding::new(&python, symbol(from), symbol(to)).map(|_| ()).unwrap_err().to_string()
    };
    insta::assert_snapshot!(refuse("testlist", "testlist1"), @"`testlist` has no embedding into `testlist1`: test ',' would not be mapped");
    insta::assert_snapshot!(refuse("testlist", "dotted_name"), @"`testlist` has no embedding into `dotted_name`: test would not be mapped");
    insta::assert_snapshot!(refuse("testlist_safe", "testlist"), @"`testlist_safe` has no embedding into `testlist`: old_test would not be mapped");
    insta::assert_snapshot!(refuse("exprlist", "global_stmt"), @"`exprlist` has no embedding into `global_stmt`: expr would not be mapped");
    insta::assert_snapshot!(refuse("global_stmt", "print_stmt"), @"`global_stmt` has no embedding into `print_stmt`: 'global' would not be mapped");
}

/// Whether a production can be mapped child by child, whatever the others are: a naive search over all images. A constant may
/// become another if `exchanges`.
fn has_image(langlet: &Langlet, production: &[Symbol], to: Symbol, exchanges: bool) -> bool {
    let interpolations = langlet.interpolations();
    let is_constant = |symbol| interpolations.constants().contains(symbol);
    let network = &langlet.tables().network;
    let mut states = BTreeSet::from([network.start(to).unwrap()]);
    for &symbol in production {
        let is_image = |image: Symbol| match is_constant(symbol) {
            true => image == symbol || exchanges && is_constant(image),
            false => interpolations.n_paths(Kind::Neutral, image, symbol) > 0,
        };
        let next = |&state: &StateId| network.state(state).transitions.iter().filter(|(image, _)| is_image(*image));
        states = states.iter().flat_map(next).map(|&(_, state)| state).collect();
    }
    states.iter().any(|&state| network.state(state).accepting)
}

/// For all pairs of rules: an embedding maps every production, and where there is none some production has no image. The
/// productions are those in which nothing is repeated, and those with every repetition twice.
#[test]
fn embeddings_are_there_where_each_production_has_an_image() {
    for name in ["json5", "python27"] {
        let langlet = langlet(name);
        let grammar = langlet.grammar();
        let twice = |rhs: &Rhs| -> Vec<Vec<Symbol>> { [productions(rhs), productions(&doubled(rhs))].concat() };
        for (&from, definition) in &grammar.rules {
            let productions = twice(&definition.rhs);
            for &to in grammar.rules.keys() {
                let all =
                    |exchanges| productions.iter().all(|production| has_image(&langlet, production, to, exchanges));
                let pair = || format!("{} → {} of {name}", grammar.symbols.name(from), grammar.symbols.name(to));
                match Embedding::new(&langlet, from, to) {
                    Ok(_) => assert!(all(true), "{}", pair()),
                    Err(error) => assert!(!all(false), "{}: {error}", pair()),
                }
            }
        }
    }
}

/// Every repeated part twice in a row.
fn doubled(rhs: &Rhs) -> Rhs {
    match rhs {
        Rhs::Symbol(symbol) => Rhs::Symbol(*symbol),
        Rhs::Sequence(parts) => Rhs::sequence(parts.iter().map(doubled)),
        Rhs::Alternatives(parts) => Rhs::alternatives(parts.iter().map(doubled)),
        Rhs::Optional(part) => doubled(part),
        Rhs::Star(part) | Rhs::Plus(part) => Rhs::sequence([doubled(part), doubled(part)]),
    }
}

#[test]
fn a_program_is_split_into_statements() {
    let python = langlet("python27");
    let text = "\u{FEFF}# first\nx = 1\n\nif x:\n  # in\n  y\n# last\n";
    let tree = python.parse(text).unwrap();
    let parts = split(&tree, tree.root()).unwrap();
    let texts: Vec<String> = parts.iter().map(Tree::unparse).collect();
    assert_eq!(texts, ["\u{FEFF}# first\nx = 1\n", "\nif x:\n  # in\n  y\n", "# last\n", ""]);
    assert_eq!(join(&parts).unwrap().unparse(), text);
    // The parts are trees of their own: changed, reordered, left out, and joined again.
    assert_eq!(
        join(&[parts[1].clone(), parts[0].clone(), parts[2].clone(), parts[3].clone()]).unwrap().unparse(),
        "\nif x:\n  # in\n  y\n\u{FEFF}# first\nx = 1\n# last\n"
    );
    let (tree, suite) = first(&python, "suite", "if x:\n  # in\n  y\n  z\n");
    let parts: Vec<String> = split(&tree, suite).unwrap().iter().map(Tree::unparse).collect();
    assert_eq!(parts, ["\n  # in\n  y\n", "\n  z\n"]);
    let (tree, list) = first(&python, "testlist", "a, b\n");
    insta::assert_snapshot!(split(&tree, list).unwrap_err(), @"`testlist` is no repetition between constants");
    insta::assert_snapshot!(join(&[]).unwrap_err(), @"parts of one rule are joined");
}

/// Brackets around the elements are part of every part.
#[test]
fn brackets_are_split_along() {
    let text =
        "langlet sets\nset: '{' (NAME | set)* '}'\ntoken NAME = /[a-z]+/\nskip BLANK = /[ ]+|\\/\\*[^*]*\\*\\//\n";
    let sets = load("sets", text, None).unwrap();
    let source = " { a /*1*/ {b c} /*2*/ } /*3*/";
    let tree = sets.parse(source).unwrap();
    let parts = split(&tree, tree.root()).unwrap();
    let texts: Vec<String> = parts.iter().map(Tree::unparse).collect();
    assert_eq!(texts, [" { a}", "{ /*1*/ {b c}}", "{ /*2*/ } /*3*/"]);
    assert!(texts.iter().all(|text| sets.parse(&**text).is_ok()));
    assert_eq!(join(&parts).unwrap().unparse(), source);
}

fn normalized(langlet: &Langlet, text: &str) -> String {
    let mut tree = langlet.parse(text).unwrap();
    normalize(&mut tree).unwrap();
    tree.check().unwrap();
    let text = tree.unparse();
    assert_eq!(langlet.parse(&*text).unwrap().listing(), tree.listing());
    text
}

#[test]
fn blocks_are_found_in_the_grammar() {
    for name in ["python26", "python27", "python38"] {
        let langlet = langlet(name);
        let names: Vec<&str> =
            blocks(&langlet).iter().map(|block| langlet.grammar().symbols.name(block.rule)).collect();
        assert_eq!(names, ["suite"], "{name}");
    }
    assert!(blocks(&langlet("json")).is_empty());
}

#[test]
fn short_blocks_become_indented_ones() {
    let python = langlet("python27");
    let normalized = |text| normalized(&python, text);
    assert_eq!(normalized("if x: y\n"), "if x:\n    y\n");
    assert_eq!(normalized("if x: a; b;  # two\nelse: c # one\n"), "if x:\n    a\n    b  # two\nelse:\n    c # one\n");
    assert_eq!(
        normalized("class A:\n  def f(self,\n        x): return x\n  # of A\n"),
        "class A:\n  def f(self,\n        x):\n    return x\n  # of A\n"
    );
    assert_eq!(normalized("if a:\r\n\twhile \\\r\n  b: c\r\n"), "if a:\r\n\twhile \\\r\n  b:\r\n\t\tc\r\n");
    assert_eq!(normalized("if x: \\\n  y"), "if x:\n    y\n".trim_end());
    assert_eq!(normalized("while x: f(a, # a\n    b)\n# out\nz\n"), "while x:\n    f(a, # a\n    b)\n# out\nz\n");
    assert_eq!(normalized("if x:\n  y\n"), "if x:\n  y\n", "what is a block already stays");
}

#[test]
fn one_block_is_normalized_alone() {
    let python = langlet("python27");
    let mut tree = python.parse("if x: y\nelse: z\n").unwrap();
    let suites: Vec<Node> = tree.find_all(tree.root(), python.symbol("suite").unwrap()).collect();
    let block = normalize_node(&mut tree, suites[1]).unwrap();
    assert_eq!(tree.unparse(), "if x: y\nelse:\n    z\n");
    // A statement fits there now.
    let statement = python.build("stmt", ["print 1\n"]).unwrap();
    let statement = tree.graft(&statement, statement.root()).unwrap();
    tree.append(block, statement).unwrap();
    tree.check().unwrap();
    assert_eq!(normalize_node(&mut tree, suites[0]).map(|node| tree.name(node).to_owned()).unwrap(), "suite");
}
