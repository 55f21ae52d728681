//! What holds for every tree that was parsed, whatever the test is about.

use langlet_core::Langlet;
use langlet_core::cst::{Node, Tree};
use langlet_core::diagnostic::SourceText;
use langlet_core::parser::ReadError;

/// Checks a tree that was parsed from `text`: it gives the text back, follows its grammar, covers the text without gaps, has
/// the tokens of the lexer as leaves, and all ways to walk it agree.
///
/// # Panics
/// If one of these does not hold.
pub fn check_tree(tree: &Tree, text: &str) {
    assert_eq!(tree.unparse(), text, "round trip");
    assert_eq!(tree.source(), text);
    if let Err(error) = tree.check() {
        panic!("the tree does not follow its grammar: {error}");
    }
    check_leaves(tree, text);
    check_walks(tree);
    check_spans(tree);
}

/// The leaves are the tokens of the lexer; each byte is in one token or in the trivia before one, or behind the last.
fn check_leaves(tree: &Tree, text: &str) {
    let langlet = tree.langlet();
    let terminals = &langlet.tables().terminals;
    let tokens = langlet.tokens(text).expect("what was parsed has tokens");
    let leaves: Vec<Node> = tree.leaves(tree.root()).collect();
    assert_eq!(leaves.len(), tokens.len(), "one leaf for each token");
    let mut at = 0;
    for (&leaf, token) in leaves.iter().zip(&tokens) {
        let readings: Vec<_> = terminals.readings(token.kind).filter_map(|reading| terminals.symbol(reading)).collect();
        assert!(readings.contains(&tree.symbol(leaf)), "a leaf has the kind of its token, or what that may be");
        let span = tree.span(leaf).expect("a token that was parsed has a place");
        assert_eq!((span.start, span.end), (token.start, token.end));
        assert_eq!(tree.trivia(leaf), &text[at..span.start as usize], "trivia stand between two tokens");
        assert_eq!(tree.text(leaf), &text[span.range()]);
        at = span.end as usize;
    }
    let texts: Vec<&str> = tree.token_texts(tree.root()).collect();
    assert!(texts.iter().zip(&leaves).all(|(text, &leaf)| *text == tree.text(leaf)));
}

/// Parents, children, siblings and pre-order agree with a naive copy of the full tree.
fn check_walks(tree: &Tree) {
    // `full[n]`: node, parent and children, in the order in which a stack visits them.
    let mut full: Vec<(Node, Option<usize>, Vec<Node>)> = Vec::new();
    let mut stack = vec![(tree.root(), None)];
    while let Some((node, parent)) = stack.pop() {
        let number = full.len();
        let children: Vec<Node> = tree.children(node).collect();
        stack.extend(children.iter().rev().map(|&child| (child, Some(number))));
        full.push((node, parent, children));
    }
    assert!(tree.check_links(), "links of the storage");
    assert_eq!(tree.n_nodes(), full.len(), "nodes of the full view");
    assert!(tree.n_stored() <= full.len());
    for (node, parent, children) in &full {
        let node = *node;
        assert!(tree.contains(node));
        assert_eq!(tree.parent(node), parent.map(|number| full[number].0));
        assert_eq!(tree.first_child(node), children.first().copied());
        assert_eq!(tree.last_child(node), children.last().copied());
        for (index, &child) in children.iter().enumerate() {
            assert_eq!(tree.next_sibling(child), children.get(index + 1).copied());
            assert_eq!(tree.prev_sibling(child), index.checked_sub(1).map(|before| children[before]));
        }
        let is_token = tree.langlet().grammar().rhs(tree.symbol(node)).is_none();
        assert_eq!(tree.is_token(node), is_token, "tokens and rules are told apart");
    }
    assert!(tree.preorder(tree.root()).eq(full.iter().map(|(node, _, _)| *node)), "pre-order");
}

/// A node goes from its first to its last child, and children do not overlap.
fn check_spans(tree: &Tree) {
    for node in tree.preorder(tree.root()) {
        let spans: Vec<_> = tree.children(node).filter_map(|child| tree.span(child)).collect();
        assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start), "siblings do not overlap");
        if let (Some(first), Some(last)) = (spans.first(), spans.last()) {
            let span = tree.span(node).expect("a node with tokens has a place");
            assert_eq!((span.start, span.end), (first.start, last.end), "a node is as long as its children");
        }
    }
}

/// Reads a text and checks what comes out: a tree with [`check_tree`], or an error with a place in the text and a message.
///
/// # Panics
/// If it does not hold, or reading panics.
pub fn check_text(langlet: &Langlet, text: &str) -> Result<Tree, ReadError> {
    match langlet.parse(text) {
        Ok(tree) => {
            check_tree(&tree, text);
            Ok(tree)
        }
        Err(error) => {
            let span = match &error {
                ReadError::Lex(error) => error.span(),
                ReadError::Parse(error) => error.span,
            };
            assert!(text.get(span.range()).is_some(), "{span:?} is a place in a text of {} bytes", text.len());
            assert!(!error.to_string().is_empty());
            let rendered = error.diagnostic(&SourceText::new("input", text)).render(false);
            assert!(rendered.contains(&error.to_string()[..8]), "{rendered}");
            Err(error)
        }
    }
}
