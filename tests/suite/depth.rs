//! Depth and length: nothing recurses on the nesting of a text, and long texts are read in linear time.

use std::thread;

use langlet_core::Langlet;
use langlet_core::cst::Tree;

use super::{langlet, load};

const DEPTH: usize = 100_000;

/// Runs on a thread with a stack of 256 KiB, a fraction of what recursion would need.
fn on_small_stack(work: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(256 * 1024).spawn(work).unwrap().join().expect("the work is done");
}

/// Everything that can be done with a tree, at once.
fn use_tree(langlet: &Langlet, text: &str, leaf: &str) {
    let mut tree = langlet.parse(text).unwrap();
    assert_eq!(tree.unparse(), text);
    tree.check().unwrap();
    let depth = tree.preorder(tree.root()).count();
    assert!(depth > DEPTH);
    let innermost = tree.leaves(tree.root()).find(|&node| tree.text(node) == leaf).unwrap();
    assert!(tree.ancestors(innermost).count() > DEPTH);
    let kind = tree.symbol(innermost);
    let new = tree.token(kind, "7").unwrap();
    tree.replace(innermost, new).unwrap();
    tree.check().unwrap();
    let expected = text.replace(leaf, "7");
    assert_eq!(tree.unparse(), expected);
    assert_eq!(tree.text_of(tree.root()).len(), expected.trim_start().len());
    let copy = tree.copy(tree.root());
    assert!(tree.preorder(copy).count() == depth);
    let mut other: Tree = langlet.parse(leaf).unwrap();
    let grafted = other.graft(&tree, tree.root()).unwrap();
    let place = other.root();
    other.replace(place, grafted).unwrap();
    assert_eq!(other.unparse(), expected);
    assert!(tree.to_json(true).len() > 2 * DEPTH);
    drop(other);
    drop(tree.clone());
}

#[test]
fn nested_brackets_of_json() {
    let json = langlet("json");
    json.parse("[1]").unwrap();
    on_small_stack(move || use_tree(&json, &format!("{}1{}", "[".repeat(DEPTH), "]".repeat(DEPTH)), "1"));
}

#[test]
fn nested_brackets_of_python() {
    let python = langlet("python27");
    python.parse("((1))\n").unwrap();
    on_small_stack(move || use_tree(&python, &format!("{}1{}\n", "(".repeat(DEPTH), ")".repeat(DEPTH)), "1"));
}

#[test]
fn brackets_that_are_not_closed() {
    let python = langlet("python38");
    python.parse("((1))\n").unwrap();
    on_small_stack(move || {
        let error = python.parse("[{(".repeat(DEPTH)).unwrap_err();
        assert!(error.to_string().starts_with("expected "), "{error}");
    });
}

#[test]
fn nested_blocks() {
    // Indented by one blank each: the text grows with the square of the depth.
    let depth = 2_000;
    let mut text: String = (0..depth).map(|n| format!("{}if x:\n", " ".repeat(n))).collect();
    text.push_str(&format!("{}pass\n", " ".repeat(depth)));
    let python = langlet("python27");
    on_small_stack(move || {
        let tree = python.parse(&*text).unwrap();
        assert_eq!(tree.unparse(), text);
        tree.check().unwrap();
    });
}

#[test]
fn a_long_chain_of_operators() {
    let python = langlet("python27");
    python.parse("a + -a ** a\n").unwrap();
    on_small_stack(move || {
        for operator in [" + ", " ** ", " and not ", " if a else ", " < "] {
            let text = format!("{}a\n", format!("a{operator}").repeat(DEPTH));
            let tree = python.parse(&*text).unwrap();
            assert_eq!(tree.unparse(), text);
            tree.check().unwrap();
        }
    });
}

#[test]
fn a_long_line() {
    let json = langlet("json");
    let text = format!("[{}0]", "1234567,".repeat(10_000_000 / 8));
    let tree = json.parse(&*text).unwrap();
    assert!(tree.unparse() == text);
    assert_eq!(tree.langlet(), &json);
}

#[test]
fn a_long_token() {
    let text = format!("x = '''{}'''\n", "a line\n".repeat(1_000_000));
    assert!(langlet("python27").parse(&*text).unwrap().unparse() == text);
}

/// A grammar in which each statement needs prediction over its whole length. The text is short, for each prediction looks
/// through the rest of the tokens for metavariables: the time is quadratic, which it should not be.
#[test]
fn prediction_over_whole_statements() {
    let predicted = load(
        "predicted",
        "langlet predicted\nfile: statement*\nstatement: left | right\nleft: 'x' left 'a' | 'a'\nright: 'x' right 'b' | 'b'\nskip BLANK = /[ \\n]+/\n",
        None,
    )
    .unwrap();
    let many = "x x a a a\nx b b\n".repeat(2_000);
    assert!(predicted.parse(&*many).unwrap().unparse() == many);
    let deep = format!("{}b{}", "x ".repeat(2_000), " b".repeat(2_000));
    on_small_stack(move || assert!(predicted.parse(&*deep).unwrap().unparse() == deep));
}
