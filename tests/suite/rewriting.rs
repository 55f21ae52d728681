//! Rewriting: what each form of a pattern, a condition, a result and a strategy does, on the languages at hand.

use langlet_core::cst::{Node, Tree};
use langlet_core::diagnostic::SourceText;
use langlet_core::rewrite::{AttemptOutcome, Functions, Options, TranslateError};
use langlet_core::span::Span;
use langlet_core::{Langlet, Transform};
use langlet_json5::JSON5;
use langlet_python2_to_python3::PYTHON2_TO_PYTHON3;
use langlet_python27::PYTHON27;
use langlet_python38::PYTHON38;

/// Predicates for the rules below.
fn is_long(tree: &Tree, arguments: &[&[Node]]) -> bool {
    arguments.iter().all(|nodes| nodes.iter().map(|&node| tree.text_of(node).len()).sum::<usize>() > 3)
}

const FUNCTIONS: Functions<'static> = Functions { computes: &[], predicates: &[("is_long", is_long)] };

fn load(langlet: &Langlet, rules: &str) -> Transform {
    let name = langlet.name();
    let text = SourceText::new("rules.transform", format!("transform {name} -> {name}\n{rules}"));
    Transform::load(&text, langlet, langlet, FUNCTIONS)
        .unwrap_or_else(|errors| panic!("{}", errors.iter().map(|e| e.render(false)).collect::<String>()))
}

fn rewrite_in(langlet: &Langlet, rules: &str, text: &str) -> String {
    match load(langlet, rules).translate(langlet, text, &Options::default()) {
        Ok(translation) => translation.text,
        Err(error) => {
            let diagnostics = error.diagnostics(&SourceText::new("input", text));
            format!("refused: {}", diagnostics.iter().map(|d| d.to_string()).collect::<Vec<_>>().join("\n"))
        }
    }
}

/// Python to Python.
fn rewrite(rules: &str, text: &str) -> String {
    rewrite_in(&PYTHON27, rules, text)
}

/// The messages for rules that are wrong.
fn mistakes(rules: &str) -> String {
    let text = SourceText::new("rules.transform", format!("transform python27 -> python27\n{rules}"));
    match Transform::load(&text, &PYTHON27, &PYTHON27, FUNCTIONS) {
        Ok(_) => "no mistake".to_owned(),
        Err(errors) => errors.iter().map(|error| error.to_string() + "\n").collect(),
    }
}

/// The examples in the files of rules hold.
#[test]
fn examples_of_files_hold() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rewriting");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    for path in paths {
        let text = SourceText::new(path.display().to_string(), std::fs::read_to_string(&path).unwrap());
        let transform = Transform::load(&text, &PYTHON27, &PYTHON27, FUNCTIONS)
            .unwrap_or_else(|errors| panic!("{}", errors.iter().map(|e| e.render(false)).collect::<String>()));
        assert!(!transform.examples().is_empty());
        assert_eq!(transform.check_examples(), [], "{}", path.display());
    }
}

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
fn alternatives_and_several_results() {
    let rules = "
rule r power [| f($x) |] | power [| g($x, $y*) |]
  => power [| number($x) |] where $x is NUMBER
  => power [| text($x) |] where $x is STRING
  => power [| other($x) |]";
    assert_eq!(rewrite(rules, "f(1); g('a', b); g(c)\n"), "number(1); text('a'); other(c)\n");
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

#[test]
fn blocks_are_indented_anew() {
    let rules = "
rule r if_stmt [|
    if $c:
        $body+
|] => while_stmt [|
    while $c:
        log()
        $body+
        break
|]";
    let text = "\
def f():
  if a:
      # first
      x = [1,
           2]  # of x

      if b: pass
      # last
  # behind
  y
if a: z
";
    assert_eq!(
        rewrite(rules, text),
        "\
def f():
  while a:
    log()
    # first
    x = [1,
         2]  # of x

    while b:
      log()
      pass
      break
    break
    # last
  # behind
  y
while a:
  log()
  z
  break
"
    );
    let unwrap = "
rule r if_stmt [|
    if True:
        $body+
|] => stmt [|
    if 1:
        if 2:
            $body+
|]";
    assert_eq!(
        rewrite(unwrap, "if True:\r\n\ta\r\n\tif b:\r\n\t\tc\r\n"),
        "if 1:\r\n\tif 2:\r\n\t\ta\r\n\t\tif b:\r\n\t\t\tc\r\n"
    );
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

#[test]
fn whole_statements_and_several_of_them() {
    let rules = "rule r stmt [| f($x) |] => stmt [| g($x) |] then stmt [| h($x) |]";
    assert_eq!(
        rewrite(rules, "if a:\n    f(1)  # c\n    b\nf(2)"),
        "if a:\n    g(1)  # c\n    h(1)\n    b\ng(2)\nh(2)"
    );
    let small = "rule r expr_stmt [| f($x) |] => expr_stmt [| g($x) |] then expr_stmt [| h($x) |]";
    assert_eq!(rewrite(small, "f(1); a\n"), "g(1); h(1); a\n");
    let element = "rule r atom [| two |] => atom [| 1 |] then atom [| 2 |]";
    assert_eq!(rewrite(element, "x = [a, two, b]\n"), "x = [a, 1, 2, b]\n");
    assert_eq!(rewrite(element, "x = two + 1\n"), "x = 1- 2 + 1\n");
}

#[test]
fn removal() {
    let rules = "rule r import_stmt [| import old |] => delete\nrule s argument [| old=$x |] => delete\nrule t NAME /gone/ => delete";
    assert_eq!(
        rewrite(rules, "import old\nimport a; import old\nf(a, old=1)\nf(old=2, b)\nf(old=1)\n"),
        "import a\nf(a)\nf(b)\nf()\n"
    );
    assert_eq!(rewrite(rules, "# about\nimport old  # c\na\n"), "# about\n# c\na\n");
    assert!(rewrite(rules, "if a:\n    import old\n").contains("what it matches cannot be left out here"));
    assert_eq!(rewrite(rules, "global a, gone\n"), "global a\n");
}

/// Brackets that a result writes are there only where the grammar needs them; those of the source stay.
#[test]
fn brackets_of_results_are_there_where_needed() {
    let rules = "rule r power [| f($x:test) |] => power [| ($x).g() |]";
    assert_eq!(rewrite(rules, "f(a)\nf(a + b)\nf((a))\nf(a, b)\n"), "a.g()\n(a + b).g()\n(a).g()\nf(a, b)\n");
    let root = "rule r power [| f($x:test) |] => atom [| ($x) |]";
    assert_eq!(rewrite(root, "y = f(a or b) + f(c)\nf(a or b)\n"), "y = (a or b) + c\na or b\n");
    let kept = "rule r power [| ($x:test).f() |] => power [| ($x).g() |]";
    assert_eq!(rewrite(kept, "( a ).f()\n"), "( a ).g()\n");
    let tuple = "rule r power [| f($xs+) |] => power [| g(($xs+)) |]";
    assert_eq!(rewrite(tuple, "f(a, b)\n"), "g((a, b))\n");
}

/// No comment of what a rule drops is lost.
#[test]
fn comments_move_to_the_result() {
    let rules = "rule r power [| f($x, $y) |] => power [| g($y) |]";
    assert_eq!(
        rewrite(rules, "f(  # one\n  a,  # two\n  b  # three\n)  # four\n"),
        "g( # one\n  # two\n  b  # three\n)  # four\n"
    );
    let bare = "rule r power [| f($x) |] => atom [| $x |]";
    assert_eq!(rewrite(bare, "y = f(  # one\n  a  # two\n) + 1\n"), "# one\n# two\ny = a + 1\n");
    let dropped = Options { drop_comments: true, ..Options::default() };
    let text = load(&PYTHON27, bare).translate(&PYTHON27, "y = f(  # one\n  a)\n", &dropped).unwrap().text;
    assert_eq!(text, "y = a\n");
    // A copy of a copy has no comments of its own.
    let twice = "rule r power [| f($x) |] => power [| g($x, $x) |]";
    assert_eq!(rewrite(twice, "f([a,  # c\n  b])\n"), "g([a,  # c\n  b], [a,\n  b])\n");
}

#[test]
fn strategies() {
    let rules = |phase: &str| format!("{phase}\nrule r power [| f($x) |] => arith_expr [| $x + 1 |]\n");
    let text = "f(f(a))\n";
    assert_eq!(rewrite(&rules("phase p top down"), text), "(a + 1) + 1\n");
    assert_eq!(rewrite(&rules("phase p bottom up"), text), "(a + 1) + 1\n");
    let unfold = "rule r power [| f(g($x)) |] => power [| f($x) |]\n";
    let text = "f(g(g(g(a))))\n";
    assert_eq!(rewrite(unfold, text), "f(g(g(a)))\n");
    assert_eq!(rewrite(&format!("phase p bottom up\n{unfold}"), text), "f(g(g(a)))\n");
    assert_eq!(rewrite(&format!("phase p innermost\n{unfold}"), text), "f(a)\n");
    let phases = "phase first top down\nrule r atom [| a |] => atom [| b |]\nphase second bottom up\nrule s atom [| b |] => atom [| c |]\n";
    assert_eq!(rewrite(phases, "a, b\n"), "c, c\n");
}

/// A removal that leaves one child makes a list a chain, and rules about what that is now apply there.
#[test]
fn what_a_removal_leaves_is_visited() {
    for phase in ["bottom up", "innermost"] {
        let rules = format!(
            "phase p {phase}\nrule r test [| gone |] => delete\nrule s listmaker [| $x:NAME |] => listmaker [| $x, one |]"
        );
        assert_eq!(rewrite(&rules, "x = [a, gone]\n"), "x = [a, one]\n");
        assert_eq!(rewrite(&rules, "x = [gone, a]\n"), "x = [a, one]\n");
        assert_eq!(rewrite(&rules, "x = [a, b, gone]\n"), "x = [a, b]\n");
    }
}

#[test]
fn rules_that_do_not_stop() {
    let growing =
        "phase p innermost at most 20\nrule r power [| f($x) |] => power [| f(g($x)) |] where $x is not NUMBER";
    assert_eq!(
        rewrite(growing, "a\nf(b)\n"),
        "refused: input:2:1: error: the rule `r` applies to its own results without end: 20 times, each inside the result of the one before"
    );
    let swap = "phase p innermost at most 9\nrule a atom [| a |] => atom [| b |] where not inside lambdef\nrule b atom [| b |] => atom [| a |]";
    assert_eq!(
        rewrite(swap, "x = a\n"),
        "refused: input:1:5: error: the rules a → b apply to each other's results without end: 9 times, each inside the result of the one before"
    );
    assert_eq!(
        mistakes("phase p innermost\nrule a atom [| a |] => atom [| b |]\nrule b atom [| b |] => atom [| a |]"),
        "rules.transform:3:6: error: the rules a → b → a apply to each other's results without end\n"
    );
    assert_eq!(
        mistakes("phase p innermost\nrule a power [| f($x) |] => power [| g(f($x)) |]"),
        "rules.transform:3:6: error: the rule `a` applies to its own result without end\n"
    );
    // What is no circle, or stops by itself.
    assert_eq!(
        mistakes(
            "phase p innermost\nrule a power [| f($x) |] => power [| g($x) |]\nrule b power [| g(1) |] => power [| f(2) |]"
        ),
        "no mistake"
    );
    assert_eq!(mistakes("rule a atom [| a |] => atom [| a |]"), "no mistake");
}

#[test]
fn mistakes_in_rules() {
    assert_eq!(
        mistakes(
            "
rule a power [| f($x) |] => power [| g($y) |]
rule b power [| f($x, $x*) |] => power [| g() |]
rule c power [| f($x) | g($y) |] => power [| g($y) |]
rule d power [| f($x) |] => import_from [| from a import $x |]
rule e power [| f($x) |] => import_name [| import a |]
rule f power [| f($x) |] => power [| g() |] => power [| h() |] where $x is NAME
rule g power [| f($x) |] => power [| g() |] where nothing($x)
rule h power [| f($x:nothing) |] => power [| g() |]
rule i power [| f($x |] => power [| g() |]
rule j power [| f($x) |] => power [| g($) |]
rule k power [| f($x) |] | atom [| $y |] => power [| g($x) |]
rule l power [| f($x) |] => power [| g($z) |] where $x has no power [| $z() |]
pattern power power [| f($x) |]
pattern two atom [| a |] | power [| b() |]
rule m power [| f($x:two) |] => power [| g() |]
"
        ),
        "rules.transform:15:9: error: `power` is a rule of python27\nrules.transform:3:40: error: the pattern does not bind `$y`\nrules.transform:4:23: error: `$x` stands for one node and for a run of siblings\nrules.transform:5:23: error: expected '**', '.', '[', '(' or the end of the text, found '|'\nrules.transform:8:26: error: the results behind this one are never given\nrules.transform:9:51: error: there is no function `nothing` in this transformation's crate\nrules.transform:10:19: error: the langlet python27 has no rule or token `nothing`\nrules.transform:11:21: error: expected ',' or ')', found the end of the text\nrules.transform:12:40: error: unexpected character `$`\nrules.transform:13:56: error: the pattern does not bind `$x`\nrules.transform:14:40: error: the pattern does not bind `$z`\nrules.transform:17:19: error: the alternatives of the pattern `two` are of several rules; use it in a condition: `$x is two`\n"
    );
}

/// Patterns and conditions that can be read and cannot do what they say.
#[test]
fn rules_that_cannot_do_what_they_say() {
    let rule =
        |pattern: &str, condition: &str| mistakes(&format!("rule r power {pattern} => power [| g() |]{condition}"));
    assert_eq!(
        rule("[| f($x*, $y*) |]", ""),
        "rules.transform:2:24: error: where `$x` ends and `$y` begins is not said: `$x` would take all there is\n"
    );
    assert_eq!(rule("[| f($x*, a, $y*) |]", ""), "no mistake");
    assert_eq!(rule("[| f($x*, $y) |]", ""), "no mistake");
    assert_eq!(rule("[| f($x*, $x*) |]", ""), "no mistake");
    assert_eq!(rule("[| f($x*, $y*) |]", " where $y is NUMBER"), "no mistake");
    assert_eq!(
        rule("[| f($x) |]", " where $x has trailing ','"),
        "rules.transform:2:51: error: `$x` stands for one node, and `,` can stand behind a run alone\n"
    );
    assert_eq!(rule("[| f($x+) |]", " where $x has trailing ','"), "no mistake");
    assert_eq!(
        rule("[| f($x) |]", " where $x is suite"),
        "rules.transform:2:51: error: `$x` stands for `argument`, and no level of it is ever `suite`\n"
    );
    assert_eq!(
        rule("[| f($x) |]", " where $x has funcdef"),
        "rules.transform:2:51: error: `$x` stands for `argument`, in which there is never `funcdef`\n"
    );
    assert_eq!(rule("[| f($x) |]", " where $x has STRING and $x is not NAME and inside funcdef"), "no mistake");
    assert_eq!(
        mistakes("rule r funcdef [| def $f(): $b |] => delete where inside lambdef"),
        "rules.transform:2:51: error: the rule is about `funcdef`, which never stands in `lambdef`\n"
    );
    // Names are looked for among tokens, too, and a place within a regex is named.
    let text = SourceText::new(
        "rules.transform",
        "transform python27 -> python27\nrule a NUMBR /1/ => \"2\"\nrule b NUMBER /1(2|3/ => \"2\"\nrule c nothing => delete",
    );
    let errors = Transform::load(&text, &PYTHON27, &PYTHON27, FUNCTIONS).err().unwrap();
    let shown: String = errors.iter().map(|error| error.render(false)).collect();
    insta::assert_snapshot!(shown);
}

/// What cannot be placed is refused with its place and a way to go on.
#[test]
fn refusals_name_a_mend() {
    let helps = |rules: &str, text: &str| {
        let error = load(&PYTHON27, rules).translate(&PYTHON27, text, &Options::default()).unwrap_err();
        error.diagnostics(&SourceText::new("input", text)).iter().map(|error| error.render(false)).collect::<String>()
    };
    let shown = [
        helps("rule r small_stmt [| pass |] => delete", "if a: pass\n"),
        helps("rule r power [| f($x) |] => argument [| a=$x |]", "b = f(1)\n"),
        helps("rule r power [| f($x) |] => atom [| [$x] |]", "f(a=1)\n"),
        helps("rule r atom [| a |] => atom [| 1 |] then atom [| 2 |]", "x = a.b\n"),
        helps("rule r NAME /a(.*)/ => \"1$1\"", "ax = 1\n"),
    ];
    insta::assert_snapshot!(shown.join("\n"));
}

/// What a child of the source adds, and no rule is about, is named with its place: a rule, a production, with a token or not.
#[test]
fn constructs_that_a_child_adds_are_named() {
    let child = Langlet::child_of(
        &PYTHON27,
        "langlet child : python27\nunless_stmt: 'unless' test ':' suite\ncompound_stmt |= unless_stmt\n\
         atom |= '@@' NAME\ndel_stmt |= 'del' 'pass'\n",
    );
    let refusal = |text: &str| {
        let error = PYTHON2_TO_PYTHON3.translate(&child, text, &Options::default()).unwrap_err();
        let shown = error.diagnostics(&SourceText::new("input", text)).into_iter().map(|error| error.to_string());
        shown.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(
        [refusal("a\nunless b: c\n"), refusal("print a, @@b\n"), refusal("if a: del pass\n")],
        [
            "input:2:1: error: python38 has no `unless_stmt`, and no rule translates this one",
            "input:1:10: error: python38 has no `atom: '@@' NAME`, and no rule translates this one",
            "input:1:7: error: python38 has no `del_stmt: 'del' 'pass'`, and no rule translates this one",
        ]
    );
}

#[test]
fn groups_of_a_text_are_those_of_the_regex() {
    assert_eq!(mistakes("rule a NUMBER /(1)(?<two>2)/ => \"$1${two}$$\""), "no mistake");
    assert_eq!(
        mistakes("rule a NUMBER /(1)2/ => \"$2$1\"\nrule b NAME => \"${x}\""),
        "rules.transform:2:25: error: the pattern has no group `2`\nrules.transform:3:16: error: the pattern has no group `x`\n"
    );
}

/// Both sides can be read, but the rule can never give a result, or not one result.
#[test]
fn rules_that_cannot_be_applied() {
    assert_eq!(mistakes("rule a power [| f($x) |] => import_name [| import a |]"), "no mistake");
    assert_eq!(
        mistakes("rule a power [| f($x:NUMBER) |] => import_name [| from $x import a |]"),
        "rules.transform:2:51: error: expected 'import', found 'from'\n"
    );
    assert_eq!(
        mistakes("rule a power [| f($x:NUMBER) |] => power [| a.$x |]"),
        "rules.transform:2:47: error: `$x` stands for `NUMBER`, which is never `NAME`, as the result needs it here\n"
    );
    let brackets = Langlet::root(
        "
        langlet brackets
        start a
        a: b ('+' b)*
        b: NAME | '(' a ')' | '[' a ']'
        neutral b: '(' a ')'
        neutral b: '[' a ']'
        token NAME = /[a-z]+/
        skip BLANK = /[ \\n]+/
    ",
    );
    let text = SourceText::new(
        "rules",
        "transform brackets -> brackets\nrule r a [| $x:a |] => b [| ($x) |]\nrule s b [| [$x:a] |] => a [| $x + x |]",
    );
    let errors = Transform::load(&text, &brackets, &brackets, FUNCTIONS).err().expect("the second is ambiguous");
    assert_eq!(
        errors.iter().map(|error| error.render(false)).collect::<String>(),
        "  × what `$x` stands for can be placed here in several ways\n   ╭─[rules:3:31]\n 2 │ rule r a [| $x:a |] => b [| ($x) |]\n 3 │ rule s b [| [$x:a] |] => a [| $x + x |]\n   ·              ──┬─             ──\n   ·                ╰── bound here\n   ╰────\n  help: `b` can be built from `a` in 2 ways:\n          b: '(' a ')'\n          b: '[' a ']'\n        write the one that is meant around the metavariable\n"
    );
}

#[test]
fn attempts_say_why() {
    let transform =
        load(&PYTHON27, "rule r power [| f(1, $x, a) |] => power [| g($x) |] where $x is NUMBER and $x matches /2/");
    let show = |text: &str| {
        let attempts = transform.trace(&PYTHON27, text, "r", Span::new(0, text.len() as u32)).unwrap();
        let rules = |span: Span| transform_text()[span.range()].to_owned();
        fn transform_text() -> &'static str {
            "transform python27 -> python27\nrule r power [| f(1, $x, a) |] => power [| g($x) |] where $x is NUMBER and $x matches /2/"
        }
        let outermost = attempts.into_iter().filter(|attempt| attempt.span.start == 0 && attempt.symbol == "power");
        let shown = outermost.take(1).map(|attempt| match attempt.outcome {
            AttemptOutcome::Matches => "matches\n".to_owned(),
            AttemptOutcome::Earlier { rule } => format!("`{rule}` comes first\n"),
            AttemptOutcome::Condition { text, pattern_span } => format!("not {text} = {}\n", rules(pattern_span)),
            AttemptOutcome::Mismatch { pattern_span, wanted, found, found_span } => {
                format!("`{}` wants {wanted}, found {found} = `{}`\n", rules(pattern_span), &text[found_span.range()])
            }
        });
        shown.collect::<String>()
    };
    assert_eq!(show("f(1, 2, a)"), "matches\n");
    assert_eq!(show("f(1, 3, a)"), "not $x matches /2/ = $x matches /2/\n");
    assert_eq!(show("f(1, 3, b)"), "`a` wants `a`, found `b` = `b`\n");
    assert_eq!(show("f(1, 3)"), "`,` wants `,`, found the end = ``\n");
    assert_eq!(show("f(1, 3, a, 4)"), "`` wants nothing more, found `,` = `,`\n");
    assert_eq!(show("g(1, 3)"), "`f` wants `f`, found `g` = `g`\n");
}

#[test]
fn changes_are_explained() {
    let options = Options { explain: true, ..Options::default() };
    let transform = load(&PYTHON27, "rule r power [| f($x) |] => power [| g($x) |]");
    let applied = transform.translate(&PYTHON27, "a\nb = f( f(1) )\n", &options).unwrap().applied;
    let shown = applied.iter().map(|one| format!("{} {}: {} => {}\n", one.span.start, one.rule, one.before, one.after));
    assert_eq!(shown.collect::<String>(), "6 r: f( f(1) ) => g( f(1) )\n9 r: f(1) => g(1)\n");
}

#[test]
fn languages_without_lines() {
    let rules = "rule r object [| { $a*, 'old': $x, $b* } |] => object [| { $a*, 'new': [$x], $b* } |]";
    assert_eq!(rewrite_in(&JSON5, rules, "{a: 1, // c\n 'old': 2, b: 3}"), "{a: 1, // c\n 'new': [2], b: 3}");
}

/// A tree of one step is the input of the next; places lead back to the first text.
#[test]
fn steps_are_composed() {
    let first = load(&PYTHON27, "rule r power [| f($x) |] => power [| longer_name($x) |]");
    let second = load(
        &PYTHON27,
        "rule s power [| longer_name($x) |] => power [| h($x) |]\nrule t NUMBER /3/ => refuse \"three\"",
    );
    let options = Options { explain: true, ..Options::default() };
    let (tree, applied) = first.translate_tree(PYTHON27.parse("a; f(1)\n").unwrap(), &options).unwrap();
    assert_eq!((tree.unparse().as_str(), applied[0].span), ("a; longer_name(1)\n", Span::new(3, 7)));
    let (tree, applied) = second.translate_tree(tree, &options).unwrap();
    assert_eq!((tree.unparse().as_str(), applied[0].span), ("a; h(1)\n", Span::new(3, 7)));
    let (tree, _) = first.translate_tree(PYTHON27.parse("f(1); f(3)\n").unwrap(), &options).unwrap();
    let Err(TranslateError::Refused(refusals)) = second.translate_tree(tree, &options) else { panic!("it refuses") };
    assert_eq!(refusals[0].span, Span::new(8, 9));
}
