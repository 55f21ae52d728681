//! Builders and quotations: trees of any rule from nodes and texts.

use langlet_core::Langlet;
use langlet_core::cst::Tree;
use langlet_core::rewrite::{Filling, Quotation};

use super::{langlet, load};

/// The text of a tree that was built, which follows its grammar; or the message.
fn shown(built: Result<Tree, impl ToString>) -> String {
    match built {
        Ok(tree) => {
            tree.check().unwrap();
            assert!(tree.check_links());
            tree.unparse()
        }
        Err(error) => error.to_string(),
    }
}

/// Builds a rule of Python 2.7 from texts.
fn build(rule: &str, arguments: &[&str]) -> String {
    shown(langlet("python27").build(rule, arguments.iter().copied()))
}

#[test]
fn constants_are_inserted_where_they_are_missing() {
    assert_eq!(build("or_test", &["x", "y", "0"]), "x or y or 0");
    assert_eq!(build("testlist", &["1", "3"]), "1, 3");
    assert_eq!(build("testlist", &["1", "3", ","]), "1, 3,");
    assert_eq!(build("import_name", &["x"]), "import x");
    assert_eq!(build("import_from", &["a.b", "c, d"]), "from a.b import c, d");
    assert_eq!(build("while_stmt", &["c", "x = 1"]), "while c: x = 1\n");
    assert_eq!(build("if_stmt", &["a", "x", "else", "y"]), "if a: x\nelse: y\n");
    assert_eq!(build("if_stmt", &["a", "x", "y"]), "if a: x\nelse: y\n");
    assert_eq!(build("if_stmt", &["a", "x", "b", "y"]), "if a: x\nelif b: y\n");
    assert_eq!(build("classdef", &["A", "object", "pass"]), "class A (object): pass\n");
    assert_eq!(build("funcdef", &["f", "(a, b)", "return a"]), "def f(a, b): return a\n");
    assert_eq!(build("lambdef", &["x", "x + 1"]), "lambda x: x + 1");
    assert_eq!(build("expr_stmt", &["a", "b"]), "a = b");
    assert_eq!(build("expr_stmt", &["a", "+=", "b"]), "a += b");
    assert_eq!(build("pass_stmt", &[]), "pass");
    assert_eq!(build("dotted_name", &["a", "b", "c"]), "a.b.c");
    assert_eq!(build("file_input", &["x = 1", "if x: y\n"]), "x = 1\nif x: y\n");
}

#[test]
fn arguments_are_made_to_fit() {
    // As they are, if they can be.
    assert_eq!(build("arith_expr", &["a + b"]), "a + b");
    assert_eq!(build("comparison", &["a", "<", "b + 1"]), "a < b + 1");
    // In neutral brackets where the place needs them, and nowhere else.
    assert_eq!(build("term", &["a + b", "*", "c"]), "(a + b) * c");
    assert_eq!(build("comparison", &["a < b", "<", "c"]), "(a < b) < c");
    assert_eq!(build("or_test", &["x", "lambda: 0"]), "x or (lambda: 0)");
    assert_eq!(build("atom", &["a or b"]), "(a or b)");
    assert_eq!(build("power", &["a + b", ".c", "(d)"]), "(a + b).c(d)");
    // With layout alone where a block is wanted.
    assert_eq!(build("while_stmt", &["c", "if a:\n  b\n"]), "while c:\n    if a:\n        b\n");
    assert_eq!(build("suite", &["x = 1", "if a: b", "y"]), "\n    x = 1\n    if a: b\n    y\n");
}

#[test]
fn nodes_are_copied_and_indented() {
    let python = langlet("python27");
    let symbol = |name| python.symbol(name).unwrap();
    let program = python.parse("if a:\n  # what it is\n  b = 1 # one\n  if c: d\n").unwrap();
    let test = program.find(program.root(), symbol("test")).unwrap();
    let suite = program.find(program.root(), symbol("suite")).unwrap();
    let built = python.build("while_stmt", [(&program, test), (&program, suite)]);
    assert_eq!(shown(built), "while a:\n    # what it is\n    b = 1 # one\n    if c: d\n");
    // A level of a chain is as good as another.
    let name = program.find(program.root(), symbol("NAME")).unwrap();
    let built = python.build("testlist", [(&program, name), (&program, test)]).unwrap();
    assert_eq!(built.unparse(), "a, a");
    assert_eq!(built.listing(), python.parse_as(symbol("testlist"), "a, a").unwrap().listing());
    // A tree that was built is an argument again, and its nodes have places in its text.
    let again = python.build("return_stmt", [&built]).unwrap();
    assert_eq!((again.unparse(), again.source()), ("return a, a".to_owned(), "return a, a"));
    // A comment that stood inside brackets would end the line: it becomes a line before.
    let broken = python.parse("f(a + # sum\n  b)\n").unwrap();
    let sum = broken.find_all(broken.root(), symbol("arith_expr")).find(|&node| broken.text_of(node).starts_with("a"));
    assert_eq!(shown(python.build("return_stmt", [(&broken, sum.unwrap())])), "# sum\nreturn a + b");
}

#[test]
fn what_cannot_be_built_is_explained() {
    insta::assert_snapshot!(build("arith_expr", &["a", "b"]), @r"
    `arith_expr` of these arguments is not decided; it may be
      a + b
      a - b
    ");
    insta::assert_snapshot!(build("dictorsetmaker", &["a", "b"]), @r"
    `dictorsetmaker` of these arguments is not decided; it may be
      a : b
      a , b
    ");
    insta::assert_snapshot!(build("comparison", &["a", "b"]), @"`comparison` does not admit argument 2, `b`; it admits there: comp_op, the end (expected 'is', '!=', '<>', '<=', '>=', '==', '>', '<', 'not' or 'in', found NAME)");
    insta::assert_snapshot!(build("while_stmt", &["c"]), @"`while_stmt` needs more than 1 arguments; it goes on with ':', suite");
    insta::assert_snapshot!(build("while_stmt", &["c", "x ="]), @"`while_stmt` does not admit argument 2, `x =`; it admits there: ':', suite");
    insta::assert_snapshot!(build("global_stmt", &["a", "1"]), @"`global_stmt` does not admit argument 2, `1`; it admits there: NAME, ',', the end");
    insta::assert_snapshot!(build("return_statement", &[]), @"the langlet python27 has no rule or token `return_statement`; did you mean `return_stmt`?");
    insta::assert_snapshot!(build("NAME", &["a"]), @"`NAME` is a token; only rules are built");
    let (json, python) = (langlet("json"), langlet("python27"));
    let tree = json.parse("[1]").unwrap();
    insta::assert_snapshot!(shown(python.build("testlist", [&tree])), @"argument 1 is no tree of python27: it is one of json");
}

/// A tree of an ancestor is one of a descendant where the rules are the same, and nowhere else.
#[test]
fn related_langlets_share_arguments() {
    let (old, new) = (langlet("python26"), langlet("python38"));
    let argument = |rule: &str, text: &str| old.parse_as(old.symbol(rule).unwrap(), text).unwrap();
    assert_eq!(
        shown(new.build("while_stmt", [&argument("dotted_name", "a.b")])).split(';').next().unwrap(),
        "`while_stmt` does not admit argument 1, `a.b`"
    );
    assert_eq!(shown(new.build("decorator", [&argument("dotted_name", "a.b")])), "@a.b\n");
    let message = shown(new.build("testlist", [&argument("test", "a")]));
    assert!(message.starts_with("argument 1 is no tree of python38: "), "{message}");
}

/// A rule that is itself a constant is built as a whole.
#[test]
fn constant_rules_are_inserted() {
    let text = "langlet pairs\nstart pair\nskip BLANK = /[ ]+/\ntoken NAME = /[a-z]+/\n\
        pair: open side arrow side close\narrow: '-' tip\ntip: '>'\nopen: '<' '<'\nclose: '>' '>'\nside: NAME [',' NAME]\n";
    let pairs = load("pairs", text, None).unwrap();
    assert_eq!(shown(pairs.build("pair", ["a", "b"])), "< < a - > b > >");
    let tree = pairs.build("pair", ["a", "b"]).unwrap();
    insta::assert_snapshot!(tree.collapsed_listing(), @r"
    pair
      open
        '<'
        '<'
      side NAME 'a'
      arrow
        '-'
        tip '>'
      side NAME 'b'
      close
        '>'
        '>'
    ");
}

/// Neutral brackets come before constants that mean something, even if those are fewer.
#[test]
fn meaning_is_not_added() {
    let text = "langlet signs\nsum: factor ('+' factor)*\nfactor: NUMBER | '-' sum | '(' sum ')'\nneutral factor: '(' sum ')'\n\
        token NUMBER = /[0-9]+/\ntight after '(' '-'\ntight before ')'\n";
    let signs = load("signs", text, None).unwrap();
    assert_eq!(shown(signs.build("factor", ["1+2"])), "(1+2)");
    assert_eq!(shown(signs.build("factor", ["-", "1+2"])), "-1+2");
    assert_eq!(shown(signs.build("factor", ["1"])), "1");
}

/// A quotation filled by name; the text of the result, or the message.
fn quoted(langlet: &Langlet, rule: &str, text: &str, fillings: &[(&str, Filling<'_>)]) -> String {
    shown(langlet.fragment(rule, text, fillings))
}

#[test]
fn quotations_are_filled() {
    let python = langlet("python27");
    let many = |texts: &[&'static str]| texts.iter().copied().collect::<Filling<'_>>();
    assert_eq!(
        quoted(&python, "expr_stmt", "$x = $y * 2", &[("x", "a".into()), ("y", "b + c".into())]),
        "a = (b + c) * 2"
    );
    assert_eq!(quoted(&python, "if_stmt", "if $c: $s\n", &[("c", "a".into()), ("s", "x = 1".into())]), "if a: x = 1\n");
    assert_eq!(
        quoted(&python, "power", "f($args*)", &[("args", many(&["1", "a or b", "*", "c"]))]),
        "f(1, a or b, * c)"
    );
    assert_eq!(quoted(&python, "power", "f($args*)", &[("args", many(&[]))]), "f()");
    assert_eq!(quoted(&python, "power", "f(0, $args*)", &[("args", many(&[]))]), "f(0)");
    assert_eq!(quoted(&python, "power", "f(0, $args*)", &[("args", many(&["1"]))]), "f(0, 1)");
    let body = many(&["x = 1", "if a:\n b\n"]);
    let filled = quoted(&python, "while_stmt", "while 1:\n  $body*\n  break\n", &[("body", body)]);
    assert_eq!(filled, "while 1:\n    x = 1\n    if a:\n        b\n    break\n");
    // A head with postfixes needs no brackets before further ones.
    let called = |x: &'static str| quoted(&python, "power", "$x.f(1) ** 2", &[("x", x.into())]);
    assert_eq!(called("a"), "a.f(1) ** 2");
    assert_eq!(called("a.b(c)"), "a.b(c).f(1) ** 2");
    assert_eq!(called("a ** b"), "(a ** b).f(1) ** 2");
    assert_eq!(called("a + b"), "(a + b).f(1) ** 2");
    // Read once, filled often.
    let quotation = Quotation::new(&python, "test", "$a if $c else $a").unwrap();
    assert_eq!(quotation.metavariables(), ["a", "c"]);
    for (a, c, expected) in
        [("1", "x", "1 if x else 1"), ("lambda: 0", "y or z", "(lambda: 0) if y or z else lambda: 0")]
    {
        assert_eq!(shown(quotation.fill(&[("a", a.into()), ("c", c.into())])), expected);
    }
    insta::assert_snapshot!(shown(quotation.fill(&[("a", "1".into())])), @"`$c` is not filled");
    insta::assert_snapshot!(shown(quotation.fill(&[("b", "1".into())])), @"the quotation has no `$b`");
    insta::assert_snapshot!(shown(quotation.fill(&[("a", many(&["1"])), ("c", "1".into())])), @"`$a` stands for one node; write `$a*` for a run");
    insta::assert_snapshot!(shown(quotation.fill(&[("a", "x = 1".into()), ("c", "1".into())])), @"what `$a` is filled with cannot be made into or_test, which its place wants");
    insta::assert_snapshot!(quoted(&python, "test", "$a if", &[]), @r"
      × expected STRING, NUMBER, NAME, '`', '-', '+', 'not', '~', '{', '[' or '(', found the end of the text
       ╭─[quotation:1:6]
     1 │ $a if
       · ▲
       · ╰── `test` begins here
       ╰────
      help: python27 cannot read this text as `test`
    ");
}

/// Comments of arguments are kept: where they stand if a line is not broken there, else as lines before the whole.
#[test]
fn comments_of_arguments_are_kept() {
    assert_eq!(build("testlist", &["1  # one", "3"]), "# one\n1, 3");
    assert_eq!(build("testlist", &["# before\n1", "(2,  # two\n 3)"]), "# before\n1, (2,  # two\n 3)");
    assert_eq!(build("testlist", &["1", "# three\n3"]), "# three\n1, 3");
    assert_eq!(build("while_stmt", &["c  # why", "x  # how\n"]), "# why\nwhile c: x  # how\n");
    let python = langlet("python27");
    let fillings = [("x", "a  # of a".into()), ("y", "# of b\nb".into())];
    assert_eq!(quoted(&python, "expr_stmt", "$x = $y * 2", &fillings), "# of a\n# of b\na = b * 2");
    assert_eq!(quoted(&python, "expr_stmt", "x = [$y,  # own\n 2]", &fillings[1..]), "# of b\nx = [b,  # own\n 2]");
}

/// Where a name can stand in several places that need as many constants, none is chosen.
#[test]
fn a_choice_of_places_is_said() {
    let error = langlet("python27").build("import_from", ["x"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`import_from` of these arguments is not decided; it may be\n  from x import *\n  from . import x"
    );
    assert_eq!(build("import_from", &["x", "import", "*"]), "from x import *");
    assert_eq!(build("import_from", &["from", ".", "import", "x"]), "from . import x");
}

/// A dot joins names, not keywords.
#[test]
fn dots_stand_apart_from_keywords() {
    assert_eq!(build("import_from", &["from", ".", "import", "x"]), "from . import x");
    assert_eq!(build("import_from", &["from", ".", ".", "a.b", "import", "x"]), "from ..a.b import x");
}
