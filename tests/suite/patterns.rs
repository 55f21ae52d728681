//! Patterns: what each form of one fits, on the languages at hand.

use langlet_python38::PYTHON38;

use super::rewriting::{mistakes, rewrite, rewrite_in};

#[test]
fn runs_and_their_separators() {
    let first = "rule r power [| f($x, $rest*) |] => power [| g([$rest*], $x) |]";
    assert_eq!(rewrite(first, "f(a, b, c)\nf(a)\nf()\n"), "g([b, c], a)\ng([], a)\nf()\n");
    let last = "rule r power [| f($rest*, $x) |] => power [| g($x, $rest*) |]";
    assert_eq!(rewrite(last, "f(a, b, c)\nf(a)\n"), "g(c, a, b)\ng(a)\n");
    let optional = "rule r power [| f($x, $y?) |] => power [| g($y?, $x) |]";
    assert_eq!(rewrite(optional, "f(a, b)\nf(a)\nf(a, b, c)\n"), "g(b, a)\ng(a)\nf(a, b, c)\n");
    let typed = "rule r power [| f($xs:argument+) |] => power [| g($xs+) |]";
    assert_eq!(rewrite(typed, "f(a, b=1)\nf()\nf(*c)\n"), "g(a, b=1)\nf()\nf(*c)\n");
}

/// A run stands for whatever can stand where its elements do; one with a type for these elements alone.
#[test]
fn runs_begin_with_any_element() {
    let rest = "rule r power [| h($x, $r*) |] => power [| g([$x], $r*) |]";
    assert_eq!(
        rewrite(rest, "h(1, *b)\nh(1, **k)\nh(1, c=2, *b, **k)\nh(*b)\n"),
        "g([1], *b)\ng([1], **k)\ng([1], c=2, *b, **k)\nh(*b)\n"
    );
    let all = "rule r power [| h($r*) |] => power [| g(0, $r*) |]";
    assert_eq!(rewrite(all, "h(*b)\nh(**k)\nh()\nh(a, *b)\n"), "g(0, *b)\ng(0, **k)\ng(0)\ng(0, a, *b)\n");
    let typed = "rule r power [| h($x, $r:argument*) |] => power [| g($r*, $x) |]";
    assert_eq!(rewrite(typed, "h(1, *b)\nh(1, 2)\n"), "h(1, *b)\ng(2, 1)\n");
    let parameters = "rule r lambdef [| lambda $x, $r*: $y |] => lambdef [| lambda $x, y, $r*: $y |]";
    assert_eq!(rewrite(parameters, "lambda a, *b: 1\nlambda a, b=1: 1\n"), "lambda a, y, *b: 1\nlambda a, y, b=1: 1\n");
    // What is printed to is none of what is printed.
    let print = "rule r print_stmt [| print $r* |] => print_stmt [| print 0, $r* |]";
    assert_eq!(rewrite(print, "print >>f, a\nprint a, b\n"), "print >>f, a\nprint 0, a, b\n");
    // A run in Python 3 is no element with what stands before the list.
    let head = "rule r power [| $d+.f() |] => power [| g($d+) |]";
    assert_eq!(rewrite(head, "a.b.f()\n"), "g(a.b)\n");
}

/// Without a type, one metavariable stands for one element of a list; for a list that is a value, it stands for the value.
#[test]
fn one_node_is_one_element() {
    let one = |rule: &str, text: &str| rewrite(&format!("rule r {rule}"), text);
    assert_eq!(
        one("power [| f($x) |] => power [| g($x) |]", "f(1)\nf(1, 2)\nf(a=1)\nf(*a)\n"),
        "g(1)\nf(1, 2)\ng(a=1)\nf(*a)\n"
    );
    assert_eq!(
        one("power [| f($x:arglist) |] => power [| g($x) |]", "f(1)\nf(1, 2)\nf(*a)\n"),
        "g(1)\ng(1, 2)\ng(*a)\n"
    );
    assert_eq!(
        one("atom [| [$x] |] => power [| g($x) |]", "[1]\n[1, 2]\n[a for a in b]\n"),
        "g(1)\n[1, 2]\n[a for a in b]\n"
    );
    assert_eq!(one("atom [| {$x} |] => power [| g($x) |]", "{1}\n{1, 2}\n{1: 2}\n"), "g(1)\n{1, 2}\n{1: 2}\n");
    assert_eq!(
        one("atom [| ($x) |] => power [| g($x) |]", "(1)\n(1, 2)\n(1,)\n((1, 2))\n"),
        "g(1)\n(1, 2)\n(1,)\ng((1, 2))\n"
    );
    assert_eq!(one("power [| a[$i] |] => power [| g($i) |]", "a[1]\na[1, 2]\n"), "g(1)\na[1, 2]\n");
    assert_eq!(
        one("import_name [| import $m |] => import_name [| import a, $m |]", "import b\nimport b, c\n"),
        "import a, b\nimport b, c\n"
    );
    assert_eq!(
        one("lambdef [| lambda $p: $x |] => lambdef [| lambda $p, y: $x |]", "lambda a: 1\nlambda a, b: 1\n"),
        "lambda a, y: 1\nlambda a, b: 1\n"
    );
    // A list without brackets is a tuple, and gets them where it needs them.
    assert_eq!(
        one("return_stmt [| return $x |] => return_stmt [| return f($x) |]", "def g():\n    return 1, 2\n"),
        "def g():\n    return f((1, 2))\n"
    );
    assert_eq!(one("expr_stmt [| $a = f($x) |] => expr_stmt [| $x = $a |]", "a, b = f(c)\n"), "c = a, b\n");
    assert_eq!(one("atom [| `$x` |] => power [| repr($x) |]", "a = `1, 2`\n"), "a = repr((1, 2))\n");
    // What is no list keeps its operators.
    assert_eq!(
        one("test [| $x if $c else $y |] => power [| f($x, $c, $y) |]", "a = b or c if d + 1 else e\n"),
        "a = f(b or c, d + 1, e)\n"
    );
    assert_eq!(
        one("import_name [| import $m as c |] => import_name [| import $m |]", "import a.b as c\n"),
        "import a.b\n"
    );
}

/// A condition that does not hold leads to the next way to match.
#[test]
fn conditions_take_part_in_the_choice() {
    let rules = "rule r atom [| [$a*, $x, $b*] |] => atom [| [$x, $a*, $b*] |] where $x is STRING";
    assert_eq!(rewrite(rules, "l = [a, b, 'c', d]\n"), "l = ['c', a, b, d]\n");
    assert_eq!(rewrite(rules, "l = ['c']\nl = [a, b]\n"), "l = ['c']\nl = [a, b]\n");
}

#[test]
fn equal_metavariables_are_equal_up_to_trivia() {
    let rules = "rule r or_test [| $x or $x |] => or_test [| $x |]";
    assert_eq!(rewrite(rules, "y = a . b or a.b\ny = a or b\n"), "y = a . b\ny = a or b\n");
}

#[test]
fn named_patterns() {
    let rules = "
pattern call power [| $f:NAME($args*) |]
pattern zero atom [| 0 |] | atom [| 0.0 |]
rule r comparison [| $c:call == $z:zero |] => not_test [| not $f.check($args*) |]
rule s atom [| ($z:zero) |] => atom [| nothing |]";
    assert_eq!(
        rewrite(rules, "x = f(a) == 0\nx = f(a) == 1\nx = a.b == 0\ny = (0.0), (1)\n"),
        "x = not f.check(a)\nx = f(a) == 1\nx = a.b == 0\ny = nothing, (1)\n"
    );
    let condition = "
pattern constant atom [| $n:NUMBER |] | atom [| None |] where not inside lambdef
rule r power [| f($x) |] => power [| g($x) |] where $x is constant";
    assert_eq!(rewrite(condition, "f(1); f(None); f(a); lambda: f(1)\n"), "g(1); g(None); f(a); lambda: f(1)\n");
}

#[test]
fn conditions() {
    let with = |condition: &str, text: &str| {
        rewrite(&format!("rule r power [| f($x) |] => power [| g($x) |] where {condition}"), text)
    };
    assert_eq!(with("$x is power [| h($y) |]", "f(h(1))\nf(h)\n"), "g(h(1))\nf(h)\n");
    assert_eq!(with("$x is not NAME", "f(a)\nf(a.b)\n"), "f(a)\ng(a.b)\n");
    assert_eq!(with("$x is NUMBER /1.*/", "f(12)\nf(2)\n"), "g(12)\nf(2)\n");
    assert_eq!(with("$x matches /a.*/", "f(ab + c)\nf(b)\n"), "g(ab + c)\nf(b)\n");
    assert_eq!(with("$x has NUMBER", "f(a + 1)\nf(a)\n"), "g(a + 1)\nf(a)\n");
    assert_eq!(with("$x has no power [| h($y) |]", "f(a + h(1))\nf(a)\n"), "f(a + h(1))\ng(a)\n");
    assert_eq!(with("inside lambdef", "f(a)\nlambda: f(a)\n"), "f(a)\nlambda: g(a)\n");
    assert_eq!(
        with("not inside funcdef [| def $n($ps*): $body |] and is_long($x)", "f(abcd)\nf(a)\ndef h(): f(abcd)\n"),
        "g(abcd)\nf(a)\ndef h(): f(abcd)\n"
    );
    assert_eq!(with("not is_long($x)", "f(abcd)\nf(a)\n"), "f(abcd)\ng(a)\n");
    assert_eq!(with("follows import_stmt", "import a\nf(b)\nf(b)\n"), "import a\ng(b)\nf(b)\n");
    assert_eq!(with("precedes NAME and inside testlist", "x = f(a), b\nx = f(a), 1\n"), "x = g(a), b\nx = f(a), 1\n");
}

/// What a condition's pattern binds can be used by the result; a name that is bound already must stand for equal text.
#[test]
fn conditions_bind() {
    let rules = "rule r return_stmt [| return $x |] => return_stmt [| return $n($x) |] where inside funcdef [| def $n($p*): $b |]";
    assert_eq!(rewrite(rules, "def f(a):\n    return 1\n"), "def f(a):\n    return f(1)\n");
    let same = "rule r power [| $n($x) |] => power [| again($x) |] where inside funcdef [| def $n($p*): $b |]";
    assert_eq!(rewrite(same, "def f(a):\n    f(1); g(1)\n"), "def f(a):\n    again(1); g(1)\n");
}

/// A block of one line is a block with this line in it.
#[test]
fn blocks_of_one_line() {
    let rules = "
rule r if_stmt [|
    if $c:
        $body+
|] => while_stmt [|
    while $c:
        $body+
        break
|]";
    assert_eq!(rewrite(rules, "if a: b; c  # why\nd\n"), "while a:\n    b; c  # why\n    break\nd\n");
    assert_eq!(rewrite(rules, "def f():\r\n\tif a: \\\r\n  b\r\n"), "def f():\r\n\twhile a:\r\n\t\tb\r\n\t\tbreak\r\n");
    assert_eq!(rewrite(rules, "if a: b"), rewrite(rules, "if a:\n    b"));
    assert_eq!(rewrite(rules, "if a: b\nelse: c\n"), "if a: b\nelse: c\n");
    let parts = "
rule r funcdef [|
    def $f():
        $doc:STRING
        $rest*
|] => funcdef [|
    def $f(x):
        $rest*
        return $doc
|]";
    assert_eq!(
        rewrite(parts, "def f(): 'a'\ndef g(): b\ndef h(): 'a'; b\n"),
        "def f(x):\n    return 'a'\ndef g(): b\ndef h(): 'a'; b\n"
    );
    let two = "
rule r if_stmt [|
    if $c:
        $first
        $second
|] => stmt [|
    $second
|]";
    assert_eq!(rewrite(two, "if a: b\n"), "if a: b\n");
    let one = "
rule r if_stmt [|
    if $c:
        $only
|] => stmt [|
    $only
|]";
    assert_eq!(rewrite(one, "if a: b  # c\nif a:\n    d\n"), "b  # c\nd\n");
    let unwrap = "
rule r if_stmt [|
    if True:
        $body+
|] => stmt [| $body+ |]";
    assert_eq!(
        rewrite(
            unwrap,
            "def f():\n    if True:\n        a  # of a\n\n        # of b\n        if b:\n          c\n        # last\n    d\n"
        ),
        "def f():\n    a  # of a\n\n    # of b\n    if b:\n      c\n    # last\n    d\n"
    );
    assert_eq!(rewrite(unwrap, "if True: a; b\nif True:\n    c\n    d"), "a; b\nc\nd");
    assert_eq!(rewrite(unwrap, "if c:\n    if True: a\n"), "if c:\n    a\n");
    let elements = "rule r atom [| [$xs*] |] => argument [| $xs* |]";
    assert_eq!(rewrite(elements, "f(a, [b, c], d)\nf([], a)\n"), "f(a, b, c, d)\nf(a)\n");
    assert_eq!(
        rewrite(elements, "x = [b, c]\n"),
        "refused: input:1:5: error: rule `r`: its results have no place here"
    );
    // Within a block that is matched as a whole, and in conditions.
    let inside = "
rule r NAME /x/ => \"y\" where inside while_stmt [|
    while $c:
        $body+
|]";
    assert_eq!(rewrite(inside, "while a: x\nx\n"), "while a: y\nx\n");
    let block = "
rule r suite [|
    pass
    $rest*
|] => suite [|
    $rest*
    nothing()
|]";
    assert_eq!(
        rewrite(block, "if a: pass\nif a: pass; b\nif a: b\n"),
        "if a:\n    nothing()\nif a: pass; b\nif a: b\n"
    );
}

/// `f(x).y` is the postfix `.y` of `f(x)`: a pattern of a head with postfixes fits what more of them follow.
#[test]
fn more_postfixes_may_follow() {
    let call = "rule r power [| f($x) |] => power [| g($x) |]";
    assert_eq!(
        rewrite(call, "f(1)**2\nf(a).b[c](d)\nf(f(1))(f(2))\n-f(x) ** -f(y)\n"),
        "g(1)**2\ng(a).b[c](d)\ng(g(1))(g(2))\n-g(x) ** -g(y)\n"
    );
    assert_eq!(rewrite(call, "f(1,  # a\n  )\nf(1  # b\n).c( # d\n)\n"), "f(1,  # a\n  )\ng(1  # b\n).c( # d\n)\n");
    let other = "rule r power [| $d+.has_key($k) |] => comparison [| $k in $d+ |]";
    assert_eq!(
        rewrite(other, "a.has_key(b).c\na.b.has_key(c)**2\na.has_key(b).has_key(c)\na.has_key(b)\n"),
        "(b in a).c\n(c in a.b)**2\nc in (b in a)\nb in a\n"
    );
    let text = "rule r power [| f($x) |] => test [| $x |]";
    assert_eq!(
        rewrite(text, "f(a).b\nf(a + 1).b\nf(a.c).b\nf(lambda: 1)(2)\n"),
        "a.b\n(a + 1).b\na.c.b\n(lambda: 1)(2)\n"
    );
    // What follows is visited, and what a pattern fits again.
    assert_eq!(rewrite(call, "f(1)(f(2)).a[f(3)(4)]\n"), "g(1)(g(2)).a[g(3)(4)]\n");
    let again = "phase p innermost\nrule r power [| $x(0) |] => power [| $x.a |]\nrule s power [| $x.a.a |] => power [| $x.b |]";
    assert_eq!(rewrite(again, "x(0)(0)(0)(1)\n"), "x.a(0)(0)(1)\n");
    let again = "phase p innermost\nrule r power [| $x.a |] => atom [| $x |]";
    assert_eq!(rewrite(again, "x.a.a.a(1)\nx.a(2).a\n"), "x(1)\nx(2).a\n");
    // Nor does it matter what leads to the same head.
    let awaited = "rule r atom_expr [| f($x) |] => atom_expr [| g($x) |]";
    assert_eq!(
        rewrite_in(&PYTHON38, awaited, "await f(1)\nawait f(1).a\nf(2).a\n"),
        "await g(1)\nawait g(1).a\ng(2).a\n"
    );
    let awaited = "rule r atom_expr [| f($x) |] => test [| $x |]";
    assert_eq!(
        rewrite_in(&PYTHON38, awaited, "await f(a)\nawait f(a.b).c\nawait f(a or b)\n"),
        "await a\nawait a.b.c\nawait (a or b)\n"
    );
    let refuse = "rule r power [| f($x) |] => refuse \"no f\"";
    assert_eq!(rewrite(refuse, "f(1).a\n"), "refused: input:1:1: error: no f");
    let run = "rule r power [| `$x`$ts:trailer+ |] => power [| repr($x)$ts+ |]";
    assert_eq!(rewrite(run, "`a`.b ** 2\n`a`[0]\n"), "repr(a).b ** 2\nrepr(a)[0]\n");
    // Not behind a pattern of a condition, nor in a row of operands.
    let condition = "rule r power [| g($x) |] => power [| h($x) |] where $x is power [| f($y) |]";
    assert_eq!(rewrite(condition, "g(f(1))\ng(f(1).a)\n"), "h(f(1))\ng(f(1).a)\n");
    let operands = "rule r comparison [| $x < $y |] => comparison [| $y > $x |]";
    assert_eq!(rewrite(operands, "a < b\na < b < c\n"), "b > a\na < b < c\n");
    let grows = "phase p innermost\nrule r power [| f($x) |] => power [| f($x).g() |]";
    assert_eq!(mistakes(grows), "rules.transform:3:6: error: the rule `r` applies to its own result without end\n");
}
