//! Searches, paths, and edits of lists.

use std::collections::BTreeSet;

use langlet_core::Langlet;
use langlet_core::cst::walk::Search;
use langlet_core::cst::{Node, Tree};
use langlet_core::grammar::Symbol;
use langlet_test_support::strategy;
use proptest::prelude::*;

use super::langlet;
use super::laws::run;

#[test]
fn searches_are_bounded() {
    let python = langlet("python27");
    let symbol = |name| python.symbol(name).unwrap();
    let tree = python.parse("def f():\n  a\n  def g(): b\n  return lambda: c\n").unwrap();
    let found = |search: &Search| -> Vec<String> {
        let from = tree.find(tree.root(), symbol("funcdef")).unwrap();
        tree.search(from, search).map(|node| tree.text_of(node).trim_end().to_owned()).collect()
    };
    let flow = Search::of([symbol("small_stmt")]);
    assert_eq!(found(&flow), ["a", "b", "return lambda: c"]);
    assert_eq!(found(&flow.clone().outside([symbol("funcdef")])), ["a", "return lambda: c"]);
    assert_eq!(found(&Search::of([symbol("NAME")]).to_depth(1)), ["f"]);
    assert_eq!(found(&Search::of([symbol("lambdef"), symbol("parameters")])), ["()", "()", "lambda: c"]);
    assert_eq!(found(&Search::of([symbol("funcdef")]).to_depth(0)).len(), 1);
    let name = tree.find_one_of(tree.root(), &[symbol("parameters"), symbol("suite")]).unwrap();
    assert_eq!(tree.text_of(name), "()");
    let lambda = tree.find(tree.root(), symbol("lambdef")).unwrap();
    let above = tree.find_ancestor(lambda, &[symbol("funcdef"), symbol("return_stmt")]).unwrap();
    assert_eq!(tree.name(above), "return_stmt");
    let path = tree.path(above, lambda).unwrap();
    assert_eq!(
        path.iter().map(|&node| tree.name(node)).collect::<Vec<_>>(),
        ["return_stmt", "testlist", "test", "lambdef"]
    );
    assert_eq!(tree.path(lambda, above), None);
    assert_eq!(tree.path(lambda, lambda), Some(vec![lambda]));
    let paths = Search::of([symbol("decorator"), symbol("lambdef")]);
    assert_eq!(tree.search_paths(above, &paths).collect::<Vec<_>>(), [path]);
}

/// All nodes below one with their paths, by a stack of paths.
fn naive_paths(tree: &Tree, node: Node) -> Vec<Vec<Node>> {
    let mut found = Vec::new();
    let mut stack = vec![vec![node]];
    while let Some(path) = stack.pop() {
        let children: Vec<Node> = tree.children(path[path.len() - 1]).collect();
        stack.extend(children.into_iter().rev().map(|child| [&path[..], &[child]].concat()));
        found.push(path);
    }
    found
}

/// A search finds what a look at every path finds.
#[test]
fn a_search_is_a_filter_of_all_paths() {
    let strategy = (strategy::choices(120), any::<[prop::sample::Index; 5]>(), 0usize..30);
    run(24, strategy, |langlet, programs, (choices, indices, depth)| {
        let tree = langlet.parse(programs.program(&choices)).unwrap();
        let nodes: Vec<Node> = tree.preorder(tree.root()).collect();
        let symbol = |index: usize| tree.symbol(nodes[indices[index].index(nodes.len())]);
        let node = nodes[indices[4].index(nodes.len())];
        let (wanted, outside) = ([symbol(0), symbol(1)], [symbol(2), symbol(3)]);
        let search = Search::of(wanted).outside(outside).to_depth(depth);
        let expected: Vec<Vec<Node>> = naive_paths(&tree, node)
            .into_iter()
            .filter(|path| path.len() <= depth + 1 && wanted.contains(&tree.symbol(path[path.len() - 1])))
            .filter(|path| {
                path.len() < 3 || path[1..path.len() - 1].iter().all(|&at| !outside.contains(&tree.symbol(at)))
            })
            .collect();
        prop_assert_eq!(tree.search_paths(node, &search).collect::<Vec<_>>(), expected);
        Ok(())
    });
}

#[test]
fn lists_keep_their_style() {
    let python = langlet("python27");
    let edit = |text: &str, edit: &dyn Fn(&mut Tree, Node, Node)| {
        let mut tree = python.parse(text).unwrap();
        let list = tree.find(tree.root(), python.symbol("testlist_comp").unwrap()).unwrap();
        let other = python.parse_as(python.symbol("test").unwrap(), "x").unwrap();
        let new = tree.graft(&other, other.root()).unwrap();
        edit(&mut tree, list, new);
        tree.check().unwrap();
        assert!(tree.check_links());
        let text = tree.unparse();
        assert_eq!(python.parse(&*text).unwrap().listing(), tree.listing());
        text
    };
    let append = |text: &str| edit(text, &|tree, list, new| _ = tree.append(list, new).unwrap());
    assert_eq!(append("(a, b)\n"), "(a, b, x)\n");
    assert_eq!(append("(a, b,)\n"), "(a, b, x,)\n");
    assert_eq!(append("(a,)\n"), "(a, x,)\n");
    assert_eq!(append("(a, # one\n b, # two\n)\n"), "(a, # one\n b, x, # two\n)\n");
    let remove = |text: &str, index| edit(text, &|tree, list, _| _ = tree.remove(list, index).unwrap());
    assert_eq!(remove("(a, b)\n", 2), "(a)\n");
    assert_eq!(remove("(a, b,)\n", 2), "(a,)\n");
    assert_eq!(remove("(a, b,)\n", 0), "(b,)\n");
    assert_eq!(remove("(a, b)\n", 1 - 1), "(b)\n");
    let json = langlet("json");
    let mut tree = json.parse("[]").unwrap();
    for number in ["1", "2", "3"] {
        let array = tree.find(tree.root(), json.symbol("array").unwrap()).unwrap();
        let other = json.parse_as(json.symbol("value").unwrap(), number).unwrap();
        let new = tree.graft(&other, other.root()).unwrap();
        tree.append(array, new).unwrap();
    }
    assert_eq!(tree.unparse(), "[1, 2, 3]");
}

/// Lists of a langlet: rules with an optional separator at their end.
fn with_trailing_separator(langlet: &Langlet) -> BTreeSet<Symbol> {
    let symbols = &langlet.grammar().symbols;
    let names = ["testlist", "exprlist", "testlist_comp", "import_as_names", "subscriptlist", "testlist_gexp"];
    let names = names.into_iter().chain(["object", "array"].into_iter().filter(|_| langlet.name() == "json5"));
    names.filter_map(|name| symbols.named(name)).filter(|symbol| langlet.grammar().rules.contains_key(symbol)).collect()
}

/// Appending and removing elements of a list changes nothing about whether the list ends with a separator.
#[test]
fn edits_keep_the_trailing_separator() {
    run(24, (strategy::choices(160), any::<prop::sample::Index>()), |langlet, programs, (choices, index)| {
        let lists = with_trailing_separator(langlet);
        let program = langlet.parse(programs.program(&choices)).unwrap();
        let nodes: Vec<Node> =
            program.preorder(program.root()).filter(|&at| lists.contains(&program.symbol(at))).collect();
        for &list in nodes.iter().take(4) {
            let of = |tree: &Tree, list: Node| {
                let is_comma = |node: Node| tree.text(node) == ",";
                let children: Vec<Node> = tree.children(list).collect();
                let elements = children.iter().filter(|&&child| !tree.is_token(child) || tree.text(child).len() > 1);
                let ends = children.iter().rev().find(|&&child| !["]", "}"].contains(&tree.text(child)));
                (elements.count(), ends.is_some_and(|&last| is_comma(last)))
            };
            let children: Vec<Node> = program.children(list).collect();
            let elements: Vec<usize> = (0..children.len()).filter(|&at| !program.is_token(children[at])).collect();
            if elements.is_empty() || children.iter().any(|&child| program.name(child).contains("_for")) {
                continue;
            }
            let at = elements[index.index(elements.len())];
            let (n, style) = of(&program, list);
            let mut tree = program.clone();
            let copy = tree.copy(children[at]);
            let longer = tree.append(list, copy).unwrap();
            tree.check().unwrap();
            prop_assert_eq!(of(&tree, longer), (n + 1, style), "{}", tree.text_of(longer));
            if elements.len() > 1 {
                let mut tree = program.clone();
                let shorter = tree.remove(list, at).unwrap();
                tree.check().unwrap();
                prop_assert_eq!(of(&tree, shorter), (n - 1, style), "{}", tree.text_of(shorter));
            }
        }
        Ok(())
    });
}
