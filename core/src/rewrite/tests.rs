//! What rewriting costs, counted in look-ups of stored nodes and in bytes of new text: so the counts are the same everywhere.

use std::fmt::Write;
use std::sync::LazyLock;

use super::matching::Matcher;
use super::screen::{Presence, TokenRegex, that_may_match};
use super::{Functions, Options, Transform};
use crate::cst::node::{N_LOOKUPS, Node};
use crate::diagnostic::SourceText;
use crate::langlet::Langlet;

static TOY: LazyLock<Langlet> = LazyLock::new(|| {
    Langlet::root(
        r#"
        langlet toy
        start file
        file: (NEWLINE | step)* ENDMARKER
        step: line | 'if' test ':' block
        line: small (';' small)* [';'] NEWLINE
        block: line | NEWLINE INDENT step+ DEDENT
        small: test | 'del' test
        test: 'not' test | 'fn' ':' test | sum
        sum: call ('+' call)*
        call: atom post*
        atom: NAME | NUMBER | '(' test ')' | '[' [items] ']'
        items: test (',' test)* [',']
        post: '(' [items] ')' | '.' NAME
        token NAME = /[a-z][a-z0-9]*/
        token NUMBER = /[0-9]+/
        skip BLANK = /[ \t]+/
        skip COMMENT = /#[^\n]*/
        layout newline NEWLINE = /\n/
        layout indent INDENT DEDENT tab 8
        layout end NEWLINE ENDMARKER
        join '(' ')' '[' ']'
        constant NEWLINE "\n"
        constant INDENT "    "
        constant DEDENT ""
        constant ENDMARKER ""
        neutral atom: '(' test ')'
        neutral line: small NEWLINE
        tight before post ',' ')' ']' NEWLINE
        tight after '(' '['
    "#,
    )
});

/// Look-ups and bytes that rewriting takes beyond reading; and the result.
fn cost(rules: &str, text: &str) -> ([u64; 2], String) {
    let rules = SourceText::new("rules", format!("transform toy -> toy\n{rules}"));
    let transform = Transform::load(&rules, &TOY, &TOY, Functions::NONE)
        .unwrap_or_else(|errors| panic!("{}", errors.iter().map(|e| e.render(false)).collect::<String>()));
    let tree = TOY.parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let before = N_LOOKUPS.get();
    let (tree, _) = transform
        .rewrite(tree, &Options::default(), &mut Vec::new())
        .unwrap_or_else(|error| panic!("{error}: {}", transform.text().text));
    let cost = [N_LOOKUPS.get() - before, (tree.text.len() - text.len()) as u64];
    (cost, tree.unparse())
}

/// Asserts that the cost for texts of size 2n is about twice that for texts of size n; and checks the result for a small size.
fn is_linear(rules: &str, text: impl Fn(usize) -> String, expected: &str) {
    assert_eq!(cost(rules, &text(3)).1, expected, "{rules}");
    let [small, large] = [200, 400].map(|n| cost(rules, &text(n)).0);
    for (small, large) in small.into_iter().zip(large) {
        assert!(large <= small * 21 / 10 + 1000, "{rules}: {small} for 200, {large} for 400");
    }
}

fn nested(open: &str, inner: &str, close: &str, n: usize) -> String {
    format!("{}{inner}{}\n", open.repeat(n), close.repeat(n))
}

/// The line n times, each with its number for `@`.
fn lines(line: &str, n: usize) -> String {
    (0..n).fold(String::new(), |mut all, number| {
        writeln!(all, "{}", line.replace('@', &number.to_string())).expect("a string can be written");
        all
    })
}

const STRATEGIES: [&str; 3] = ["", "phase p bottom up\n", "phase p innermost\n"];

#[test]
fn nested_matches_cost_what_the_rule_writes() {
    for phase in STRATEGIES {
        let calls = |n| nested("f(", "x", ")", n);
        is_linear(&format!("{phase}rule r call [| f($x) |] => call [| g($x) |]"), calls, "g(g(g(x)))\n");
        is_linear(&format!("{phase}rule r call [| f($x) |] => call [| g($x, y) |]"), calls, "g(g(g(x, y), y), y)\n");
        is_linear(&format!("{phase}rule r call [| f($x:test) |] => atom [| ($x) |]"), calls, "x\n");
        is_linear(&format!("{phase}rule r call [| f($x:test) |] => sum [| $x + y |]"), calls, "((x + y) + y) + y\n");
        is_linear(&format!("{phase}rule r call [| f($x*) |] => call [| g(a, $x*) |]"), calls, "g(a, g(a, g(a, x)))\n");
        let lists = |n| nested("f(x, ", "y", ")", n);
        is_linear(
            &format!("{phase}rule r call [| f($x, $y) |] => call [| f2($y, $x) |]"),
            lists,
            "f2(f2(f2(y, x), x), x)\n",
        );
    }
}

/// Nodes that all end with the same token: what is behind them is not looked for again and again.
#[test]
fn nested_matches_at_the_right_edge_cost_what_the_rule_writes() {
    let nots = |n| nested("not ", "x", "", n);
    for phase in STRATEGIES {
        is_linear(&format!("{phase}rule r test [| not $x |] => call [| g($x) |]"), nots, "g(g(g(x)))\n");
        is_linear(&format!("{phase}rule r test [| not $x |] => test [| fn: $x |]"), nots, "fn: fn: fn: x\n");
    }
}

/// What has changed places is not in the order of the source any more, so its place there is not at its edges.
#[test]
fn nested_matches_that_change_places_cost_what_the_rule_writes() {
    for phase in &STRATEGIES[..2] {
        let brackets = |n| nested("(a + ", "b", ")", n);
        is_linear(&format!("{phase}rule r sum [| $x + $y |] => sum [| $y + $x |]"), brackets, "(((b + a) + a) + a)\n");
    }
}

#[test]
fn comments_of_nested_matches_cost_what_the_rule_writes() {
    for phase in STRATEGIES {
        let calls = |n| nested("f( # c\n", "x", ")", n);
        is_linear(
            &format!("{phase}rule r call [| f($x) |] => call [| g($x) |]"),
            calls,
            "g( # c\ng( # c\ng( # c\nx)))\n",
        );
    }
}

#[test]
fn removal_costs_what_is_removed() {
    let gone = "rule r step [| gone |] => delete";
    is_linear(gone, |n| lines("gone", n) + "a\n", "a\n");
    is_linear(gone, |n| lines("gone\na@", n), "a0\na1\na2\n");
    is_linear(gone, |n| lines("gone  # @", n) + "a\n", "# 0\n# 1\n# 2\na\n");
    is_linear(
        gone,
        |n| format!("if a:\n{}    b  # c\n", lines("    gone # @", n)),
        "if a:\n    # 0\n    # 1\n    # 2\n    b  # c\n",
    );
    let element = "rule r atom [| gone |] => delete";
    is_linear(element, |n| format!("[{}a]\n", "gone, ".repeat(n)), "[a]\n");
    is_linear(element, |n| format!("[a{}]\n", ", gone".repeat(n)), "[a]\n");
    is_linear(element, |n| format!("[{}]\n", "a, gone, ".repeat(n)), "[a, a, a, ]\n");
    is_linear("rule r small [| del gone |] => delete", |n| format!("{}a\n", "del gone; ".repeat(n)), "a\n");
}

#[test]
fn insertion_costs_what_is_inserted() {
    let twice = "rule r step [| one |] => step [| b |] then step [| c |]";
    is_linear(twice, |n| lines("one", n), "b\nc\nb\nc\nb\nc\n");
    is_linear(
        twice,
        |n| format!("if a:\n{}", lines("    one", n)),
        "if a:\n    b\n    c\n    b\n    c\n    b\n    c\n",
    );
    let small = "rule r small [| del one |] => small [| b |] then small [| c |]";
    is_linear(small, |n| format!("{}a\n", "del one; ".repeat(n)), "b; c; b; c; b; c; a\n");
    let element = "rule r atom [| one |] => atom [| b |] then atom [| c |]";
    is_linear(element, |n| format!("[{}a]\n", "one, ".repeat(n)), "[b, c, b, c, b, c, a]\n");
}

#[test]
fn conditions_on_what_is_around_cost_a_step() {
    for (condition, expected) in [
        ("not inside items", "g(f(f(x)))\n"),
        ("inside items", "f(g(g(x)))\n"),
        ("inside atom", "f(f(f(x)))\n"),
        ("not inside step [| if $c: $b |]", "g(g(g(x)))\n"),
        ("inside small [| del $x |]", "f(f(f(x)))\n"),
        ("not inside call [| h($y) |]", "g(g(g(x)))\n"),
        ("not inside call [| $h:NAME(1, $y) |]", "g(g(g(x)))\n"),
    ] {
        for phase in STRATEGIES {
            let rules = format!("{phase}rule r call [| f($x) |] => call [| g($x) |] where {condition}");
            is_linear(&rules, |n| nested("f(", "x", ")", n), expected);
        }
    }
}

/// A screen is a necessary condition: where a rule matches, at any level of any node, all of them let it pass.
#[test]
fn what_matches_passes_every_screen() {
    let patterns = [
        "call [| f($x) |]",
        "call [| f($x*) |]",
        "call [| f($x*, a) |]",
        "call [| f(a, $x*) |]",
        "call [| f($x?, $y+) |]",
        "call [| $f.g($x+) |]",
        "call [| $p+.g($x*)$q*.h |]",
        "atom [| [$x*, a, $y*] |]",
        "atom [| [$x+] |]",
        "atom [| ($x:sum) |]",
        "items [| $x, $x |]",
        "items [| $x+ |]",
        "sum [| $x + $y + a |]",
        "test [| not fn: $x |]",
        "line [|\n    $x; $y\n|]",
        "line [|\n    $x*; del $y\n|]",
        "step [| if $c: $b |]",
        "step [|\n  if $c:\n    $b+\n|]",
        "step [|\n  if $c:\n    a\n    $b*\n|]",
        "step [|\n  if $c:\n    $a*\n    del $b\n|]",
        "block [|\n  $b*\n|]",
        "small [| $x |] where follows small [| del $y |]",
        "step [| $x |] where precedes step [| a |]",
        "small",
        "NAME /a|g.*/",
        "NUMBER /[1-3]|4+/",
        "'not'",
    ];
    let texts = [
        "",
        "f(a, b, 1).g(c)\n",
        "f()\nf(a)\nf(a, a)\nf(b, c, a)\nx.g(f(a,))\nf.g().h\nf(1)(2).g(3)(4).h\n",
        "[a]\n[a, b]\n[1, a]\n[b, b]\n[[a], (a + b), (a), a + b + a, 44]\n",
        "not fn: a + c + a\ndel a; b; del c\nb; del c\ndel b\na\n",
        "if a: b\nif a: del b; c\nif not b:\n    a\n    if c: a\n    del f(a)\nif c:\n    a\nif c:\n    del g1\n",
    ];
    let mut n_matches = 0;
    for pattern in patterns {
        let (pattern, condition) = pattern
            .split_once(" where")
            .map_or((pattern, String::new()), |(pattern, condition)| (pattern, format!(" where{condition}")));
        let rules =
            SourceText::new("rules", format!("transform toy -> toy\nrule r {pattern} => refuse \"no\"{condition}\n"));
        let transform = Transform::load(&rules, &TOY, &TOY, Functions::NONE)
            .unwrap_or_else(|errors| panic!("{}", errors.iter().map(|e| e.render(false)).collect::<String>()));
        let rule = &transform.rules[0];
        for text in texts {
            let tree = TOY.parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
            let presence = Presence::of(&tree);
            for node in tree.preorder(tree.root()) {
                for pattern in rule.alternatives.iter().filter(|pattern| pattern.symbol() == tree.symbol(node)) {
                    let case = &rule.cases[0];
                    if !case.fits(&mut Matcher::new(&tree, &transform.named, node), pattern) {
                        continue;
                    }
                    n_matches += 1;
                    let Node { id, level } = node;
                    let name = format!("{pattern:?} in {text:?}", pattern = rules.text);
                    for from_above in [true, false] {
                        assert_eq!(
                            that_may_match(vec![rule], &transform.named, &tree, &presence, from_above).len(),
                            1,
                            "{name}"
                        );
                    }
                    let chain = &tree.chain(node)[usize::from(level)..];
                    assert!(pattern.may_fit_chain(chain, tree.stored(id).is_leaf()), "{name}");
                    assert!(pattern.may_fit(&tree, node), "{name}");
                    assert!(
                        case.conditions.iter().all(|check| check.may_hold(&tree, &transform.named, node)),
                        "{name}"
                    );
                }
            }
        }
    }
    assert!(n_matches > 100, "{n_matches}");
}

#[test]
fn a_text_that_a_regex_fits_begins_and_ends_as_its_screen_says() {
    for (regex, is_screened) in [
        ("0([0-7]+)[lL]?", true),
        ("(.*)[lL]", true),
        ("(?s)[uU]([rR].*)", true),
        ("(?i)ab|c+d", true),
        (".*", false),
        ("a?", false),
        ("", false),
    ] {
        let screen = TokenRegex::new(regex::Regex::new(&format!("^(?:{regex})$")).unwrap());
        let texts = ["", "0", "07", "0777L", "12l", "L", "ur'x'", "UR\"\n\"", "u'x'", "aB", "ccd", "cc", "a"];
        let n_screened = texts.into_iter().filter(|text| !screen.may_match(text)).count();
        assert_eq!(n_screened > 0, is_screened, "{regex}");
        for text in texts.into_iter().filter(|text| screen.regex.is_match(text)) {
            assert!(screen.may_match(text), "{regex} {text}");
        }
    }
}
