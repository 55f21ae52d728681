//! Rewriting: what each form of a result and a strategy does, and what is said about rules that are wrong, on the languages at hand.

use langlet_core::cst::{Node, Tree};
use langlet_core::diagnostic::SourceText;
use langlet_core::rewrite::{AttemptOutcome, Functions, Options, TranslateError};
use langlet_core::span::Span;
use langlet_core::{Langlet, Transform};
use langlet_json5::JSON5;
use langlet_python2_to_python3::PYTHON2_TO_PYTHON3;
use langlet_python27::PYTHON27;

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

pub(super) fn rewrite_in(langlet: &Langlet, rules: &str, text: &str) -> String {
    match load(langlet, rules).translate(langlet, text, &Options::default()) {
        Ok(translation) => translation.text,
        Err(error) => {
            let diagnostics = error.diagnostics(&SourceText::new("input", text));
            format!("refused: {}", diagnostics.iter().map(|d| d.to_string()).collect::<Vec<_>>().join("\n"))
        }
    }
}

/// Python to Python.
pub(super) fn rewrite(rules: &str, text: &str) -> String {
    rewrite_in(&PYTHON27, rules, text)
}

/// The messages for rules that are wrong.
pub(super) fn mistakes(rules: &str) -> String {
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
fn alternatives_and_several_results() {
    let rules = "
rule r power [| f($x) |] | power [| g($x, $y*) |]
  => power [| number($x) |] where $x is NUMBER
  => power [| text($x) |] where $x is STRING
  => power [| other($x) |]";
    assert_eq!(rewrite(rules, "f(1); g('a', b); g(c)\n"), "number(1); text('a'); other(c)\n");
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

/// Line ends that are put around a result are those of the source.
#[test]
fn added_line_ends_are_those_of_the_source() {
    let rules = "rule r if_stmt [|\n    if $c:\n        return True\n    else:\n        return False\n|] => return_stmt [| return $c |]\n\
                 rule w stmt [|\n    f()\n|] => with_stmt [|\n    with a:\n        f()\n|]";
    let text = "def g():\r\n\tif c: return True\r\n\telse: return False\r\n\tf()\r\nh\r\n";
    let translation = load(&PYTHON27, rules).translate(&PYTHON27, text, &Options::default()).unwrap();
    assert_eq!(translation.text, "def g():\r\n\treturn c\r\n\twith a:\r\n\t\tf()\r\nh\r\n");
}

/// Where another rule can stand where the result does, the message names it.
#[test]
fn a_result_without_a_place_has_a_mend() {
    let text =
        "transform python27 -> python27\nrule w expr_stmt [| f() |] => with_stmt [|\n    with a:\n        f()\n|]";
    let text = SourceText::new("rules.transform", text);
    let errors = Transform::load(&text, &PYTHON27, &PYTHON27, FUNCTIONS).err().unwrap();
    assert!(
        errors[0].render(false).contains("match `stmt`, which can be both: `stmt [| … |]`"),
        "{}",
        errors[0].render(false)
    );
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
