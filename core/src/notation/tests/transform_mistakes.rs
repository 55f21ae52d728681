//! Each kind of mistake in `.transform` files with its message and its mend.

use super::*;

#[test]
fn headers_of_transformations() {
    let texts = [
        "",
        "rule a B => \"c\"",
        "transfrom a -> b",
        "transform a b",
        "transform a -> b\ntransform c -> d",
        "transform",
    ];
    insta::assert_snapshot!(table(parse_transform, &texts), @r###"

      t:1:1: error: the file is empty at 0..0
          it begins with its header, `transform SOURCE -> TARGET`
    rule a B => "c"
      t:1:1: error: the header is missing at 0..4
          begin the file with `transform SOURCE -> TARGET`
    transfrom a -> b
      t:1:1: error: there is no directive `transfrom` at 0..9
          did you mean `transform`?
    transform a b
      t:1:13: error: expected `->`, found `b` at 12..13
          the header is `transform SOURCE -> TARGET`
    transform a -> b\ntransform c -> d
      t:2:1: error: the header is not at the beginning of the file at 17..33
          a file has one header, in front of all declarations
    transform
      t:1:1: error: the header is not complete: expected a name at 0..9
          the header is `transform SOURCE -> TARGET`
"###);
}

#[test]
fn rewriting_rules() {
    let texts = [
        "transform a -> b\nrul a B => \"c\"",
        "transform a -> b\nrule",
        "transform a -> b\nrule a",
        "transform a -> b\nrule a B",
        "transform a -> b\nrule a B -> \"c\"",
        "transform a -> b\nrule a [| b |] => c [| d |]",
        "transform a -> b\nrule a B =>",
        "transform a -> b\nrule a B => c",
        "transform a -> b\nrule a B => comput c",
        "transform a -> b\nrule a B => refuse",
        "transform a -> b\nrule a B => refuse ''",
        "transform a -> b\nrule a B => \"c\" where $x* has trailing ''",
        "transform a -> b\nrule a B => \"c\" wher $x is y",
        "transform a -> b\nrule a B => \"c\" where",
        "transform a -> b\nrule a B => \"c\" where x is y",
        "transform a -> b\nrule a B => \"c\" where $x iz y",
        "transform a -> b\nrule a B => \"c\" where $x is y, $x is z",
        "transform a -> b\nrule a B => \"c\" where $x* has trailing",
        "transform a -> b\nrule a B => \"c\" where $x matches y",
        "transform a -> b\nrule a B => \"c\" where $ is y",
        "transform a -> b\nx [| y |]",
    ];
    insta::assert_snapshot!(table(parse_transform, &texts), @r###"
    transform a -> b\nrul a B => "c"
      t:2:1: error: there is no directive `rul` at 17..20
          did you mean `rule`?
    transform a -> b\nrule
      t:2:1: error: the rewriting rule is not complete: expected a name at 17..21
          a rule is written `rule NAME pattern => result`; a pattern is `rule [| … |]`, `TOKEN /…/` or `SYMBOL`
    transform a -> b\nrule a
      t:2:6: error: the rewriting rule is not complete: expected a name or a literal `'…'` at 22..23
          a rule is written `rule NAME pattern => result`; a pattern is `rule [| … |]`, `TOKEN /…/` or `SYMBOL`
    transform a -> b\nrule a B
      t:2:8: error: the rewriting rule is not complete: expected `=>` at 24..25
          a rule is written `rule NAME pattern => result`; a pattern is `rule [| … |]`, `TOKEN /…/` or `SYMBOL`
    transform a -> b\nrule a B -> "c"
      t:2:10: error: expected a regex `/…/`, a quotation `[| … |]`, `=>` or `|`, found `->` at 26..28
          pattern and result are joined by `=>`
    transform a -> b\nrule a [| b |] => c [| d |]
      t:2:8: error: expected a name or a literal `'…'`, found a quotation at 24..31
          a rule is written `rule NAME pattern => result`; a pattern is `rule [| … |]`, `TOKEN /…/` or `SYMBOL`
    transform a -> b\nrule a B =>
      t:2:10: error: the rewriting rule is not complete: expected a name or a literal `'…'` at 26..28
          a result is `rule [| … |]`, `"text"`, `compute name`, `refuse "reason"` or `delete`
    transform a -> b\nrule a B => c
      t:2:13: error: the rewriting rule is not complete: expected a quotation `[| … |]` at 29..30
          a result is `rule [| … |]`, `"text"`, `compute name`, `refuse "reason"` or `delete`
    transform a -> b\nrule a B => comput c
      t:2:20: error: expected a quotation `[| … |]`, found `c` at 36..37
          did you mean `compute`?
    transform a -> b\nrule a B => refuse
      t:2:13: error: the rewriting rule is not complete: expected a literal `'…'` or a quotation `[| … |]` at 29..35
          a result is `rule [| … |]`, `"text"`, `compute name`, `refuse "reason"` or `delete`
    transform a -> b\nrule a B => refuse ''
      t:2:20: error: the literal is empty at 36..38
          say why it cannot be translated
    transform a -> b\nrule a B => "c" where $x* has trailing ''
      t:2:40: error: the literal is empty at 56..58
          a literal is the text of a token
    transform a -> b\nrule a B => "c" wher $x is y
      t:2:17: error: expected `where`, a quotation `[| … |]`, `=>` or the end, found `wher` at 33..37
          did you mean `where`?
    transform a -> b\nrule a B => "c" where
      t:2:17: error: the rewriting rule is not complete: expected a condition at 33..38
          conditions are `$x is pattern`, `$x is new 'text'`, `$x has pattern`, `$x matches /…/`, `$xs* has trailing ','`, `inside pattern`, `follows pattern`, `precedes pattern` and `predicate($x)`; with `not` or `no` they are negated
    transform a -> b\nrule a B => "c" where x is y
      t:2:25: error: expected `(`, found `is` at 41..43
          a metavariable is written `$x`
    transform a -> b\nrule a B => "c" where $x iz y
      t:2:26: error: expected `has`, `is`, `not` or `matches`, found `iz` at 42..44
          did you mean `is`?
    transform a -> b\nrule a B => "c" where $x is y, $x is z
      t:2:30: error: expected `and`, a regex `/…/`, a quotation `[| … |]`, `=>` or the end, found `,` at 46..47
          conditions are joined by `and`
    transform a -> b\nrule a B => "c" where $x* has trailing
      t:2:31: error: the rewriting rule is not complete: expected a literal `'…'` at 47..55
          the separator is a literal: `$xs* has trailing ','`
    transform a -> b\nrule a B => "c" where $x matches y
      t:2:34: error: expected a regex `/…/`, found `y` at 50..51
          a regex stands between slashes: `$x matches /…/`
    transform a -> b\nrule a B => "c" where $ is y
      t:2:23: error: a metavariable is `$` and a name at 39..40
          for example `$x`, `$x*`, `$x+` or `$x?`
    transform a -> b\nx [| y |]
      t:2:1: error: `x` begins no declaration at 17..18
          a rule is written `rule NAME pattern => result`; a line that goes on with a declaration is indented
    "###);
}

#[test]
fn quotations() {
    let texts = [
        "transform a -> b\nrule a b [| c => d [| e |]",
        "transform a -> b\nrule a b [| c |] => d [| e\nrule f",
        "transform a -> b\nrule a b [|| c |] => d [| e |]",
        "transform a -> b\nrule a b [||] => d [| e |]",
    ];
    insta::assert_snapshot!(table(parse_transform, &texts), @r###"
    transform a -> b\nrule a b [| c => d [| e |]
      t:2:10: error: the quotation is not closed at 26..28
          close it with `|]`; if its text contains `[|`, use more bars: `[|| … ||]`
    transform a -> b\nrule a b [| c |] => d [| e\nrule f
      t:2:23: error: the quotation is not closed at 39..41
          close it with `|]`
      t:3:6: error: the rewriting rule is not complete: expected a name or a literal `'…'` at 49..50
          a rule is written `rule NAME pattern => result`; a pattern is `rule [| … |]`, `TOKEN /…/` or `SYMBOL`
    transform a -> b\nrule a b [|| c |] => d [| e |]
      t:2:10: error: the quotation is not closed at 26..29
          close it with `||]`
    transform a -> b\nrule a b [||] => d [| e |]
      t:2:10: error: the quotation is empty at 26..30
          write `[| |]` for no text
    "###);
}

/// The mistakes in declarations that follow a header.
fn mistakes(declarations: &[&str]) -> String {
    let texts: Vec<_> = declarations.iter().map(|declaration| format!("transform a -> b\n{declaration}")).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    table(parse_transform, &texts).replace("transform a -> b\\n", "")
}

#[test]
fn patterns() {
    let texts = [
        "pattern",
        "pattern p",
        "pattern p [| x |]",
        "pattern p = r [| x |]",
        "pattern p r [| x |] => s [| y |]",
        "pattern p r [| x |], s",
        "pattern p r |",
        "pattern p $x",
        "pattern p r where",
        "patern p r",
        "pattern p r\npattern q r\npattern p s",
        "rule a r | => s [| y |]",
        "rule a r or s => delete",
        "rule a $x => delete",
        "rule a r /x/ /y/ => delete",
        "rule a r [| x |] s [| y |]",
        "rule a r where $x is y => delete",
        "rule a r [| x |]\nrule b s => delete",
    ];
    insta::assert_snapshot!(mistakes(&texts), @r###"
    pattern
      t:2:1: error: the named pattern is not complete: expected a name at 17..24
          a named pattern is written `pattern NAME rule [| … |]`; more than one are joined by `|`
    pattern p
      t:2:9: error: the named pattern is not complete: expected a name or a literal `'…'` at 25..26
          a named pattern is written `pattern NAME rule [| … |]`; more than one are joined by `|`
    pattern p [| x |]
      t:2:11: error: expected a name or a literal `'…'`, found a quotation at 27..34
          a named pattern is written `pattern NAME rule [| … |]`; more than one are joined by `|`
    pattern p = r [| x |]
      t:2:11: error: expected a name or a literal `'…'`, found `=` at 27..28
          the pattern follows its name: `pattern NAME rule [| … |]`
    pattern p r [| x |] => s [| y |]
      t:2:21: error: expected `where` or the end, found `=>` at 37..39
          a named pattern has no result; a rule is written `rule NAME pattern => result`
    pattern p r [| x |], s
      t:2:20: error: expected `where`, `|` or the end, found `,` at 36..37
          alternatives are joined by `|`
    pattern p r |
      t:2:13: error: the named pattern is not complete: expected a name or a literal `'…'` at 29..30
          a named pattern is written `pattern NAME rule [| … |]`; more than one are joined by `|`
    pattern p $x
      t:2:11: error: expected a name or a literal `'…'`, found the metavariable `$x` at 27..29
          a metavariable stands in a quotation: `rule [| … $x … |]`
    pattern p r where
      t:2:13: error: the named pattern is not complete: expected a condition at 29..34
          conditions are `$x is pattern`, `$x is new 'text'`, `$x has pattern`, `$x matches /…/`, `$xs* has trailing ','`, `inside pattern`, `follows pattern`, `precedes pattern` and `predicate($x)`; with `not` or `no` they are negated
    patern p r
      t:2:1: error: there is no directive `patern` at 17..23
          did you mean `pattern`?
    pattern p r\npattern q r\npattern p s
      t:4:9: error: there are two patterns `p` at 49..50
          give one of them another name
    rule a r | => s [| y |]
      t:2:12: error: expected a name or a literal `'…'`, found `=>` at 28..30
          a rule is written `rule NAME pattern => result`; a pattern is `rule [| … |]`, `TOKEN /…/` or `SYMBOL`
    rule a r or s => delete
      t:2:10: error: expected a regex `/…/`, a quotation `[| … |]`, `=>` or `|`, found `or` at 26..28
          alternatives are joined by `|`
    rule a $x => delete
      t:2:8: error: expected a name or a literal `'…'`, found the metavariable `$x` at 24..26
          a metavariable stands in a quotation: `rule [| … $x … |]`
    rule a r /x/ /y/ => delete
      t:2:14: error: expected `=>` or `|`, found a regex at 30..33
          pattern and result are joined by `=>`, alternatives by `|`
    rule a r [| x |] s [| y |]
      t:2:18: error: expected `=>` or `|`, found `s` at 34..35
          pattern and result are joined by `=>`, alternatives by `|`
    rule a r where $x is y => delete
      t:2:10: error: expected `=>`, found `where` at 26..31
          conditions stand behind a result: `rule NAME pattern => result where …`
    rule a r [| x |]\nrule b s => delete
      t:2:10: error: the rewriting rule is not complete: expected `=>` at 26..33
          the rule has no result; a result is `rule [| … |]`, `"text"`, `compute name`, `refuse "reason"` or `delete`
    "###);
}

#[test]
fn results() {
    let texts = [
        "rule a r => s [| x |] then",
        "rule a r => s [| x |] then s",
        "rule a r => s [| x |] then 'x'",
        "rule a r => s [| x |] then delete",
        "rule a r => 'x' then s [| x |]",
        "rule a r => delete then s [| x |]",
        "rule a r => s [| x |], s [| y |]",
        "rule a r => s [| x |] | s [| y |]",
        "rule a r => delete $x",
        "rule a r => delet",
        "rule a r => $x",
        "rule a r => ''",
        "rule a r => compute 'f'",
        "rule a r => delete if $x is y",
        "rule a r => delete =>",
        "rule a r => delete where $x is y where $x is z",
        "rule a r => delete where $x is y =>",
        "rule a r => delete where $x is y => where $x is y",
    ];
    insta::assert_snapshot!(mistakes(&texts), @r###"
    rule a r => s [| x |] then
      t:2:23: error: the rewriting rule is not complete: expected a name or a literal `'…'` at 39..43
          behind `then` stands another quotation: `rule [| … |] then rule [| … |]`
    rule a r => s [| x |] then s
      t:2:28: error: the rewriting rule is not complete: expected a quotation `[| … |]` at 44..45
          behind `then` stands another quotation: `rule [| … |] then rule [| … |]`
    rule a r => s [| x |] then 'x'
      t:2:28: error: the rewriting rule is not complete: expected a quotation `[| … |]` at 44..47
          behind `then` stands another quotation: `rule [| … |] then rule [| … |]`
    rule a r => s [| x |] then delete
      t:2:28: error: the rewriting rule is not complete: expected a quotation `[| … |]` at 44..50
          behind `then` stands another quotation: `rule [| … |] then rule [| … |]`
    rule a r => 'x' then s [| x |]
      t:2:17: error: expected `where`, a quotation `[| … |]`, `=>` or the end, found `then` at 33..37
          only quotations are joined by `then`: `rule [| … |] then rule [| … |]`
    rule a r => delete then s [| x |]
      t:2:20: error: expected `where`, a quotation `[| … |]`, `=>` or the end, found `then` at 36..40
          `delete` stands alone; a rule named like it needs a quotation: `delete [| … |]`
    rule a r => s [| x |], s [| y |]
      t:2:22: error: expected `then`, `where`, `=>` or the end, found `,` at 38..39
          several nodes in the place of one are joined by `then`
    rule a r => s [| x |] | s [| y |]
      t:2:23: error: expected `then`, `where`, `=>` or the end, found `|` at 39..40
          each further result has an arrow of its own: `=> result where … => result where …`
    rule a r => delete $x
      t:2:20: error: expected `where`, a quotation `[| … |]`, `=>` or the end, found the metavariable `$x` at 36..38
          `delete` stands alone; a rule named like it needs a quotation: `delete [| … |]`
    rule a r => delet
      t:2:13: error: the rewriting rule is not complete: expected a quotation `[| … |]` at 29..34
          did you mean `delete`?
    rule a r => $x
      t:2:13: error: expected a name or a literal `'…'`, found the metavariable `$x` at 29..31
          a metavariable stands in a quotation: `rule [| $x |]`
    rule a r => ''
      t:2:13: error: the literal is empty at 29..31
          a literal is the text of a token; a node is left out with `delete`
    rule a r => compute 'f'
      t:2:21: error: expected a name or a quotation `[| … |]`, found the literal 'f' at 37..40
          a result is `rule [| … |]`, `"text"`, `compute name`, `refuse "reason"` or `delete`
    rule a r => delete if $x is y
      t:2:20: error: expected `where`, a quotation `[| … |]`, `=>` or the end, found `if` at 36..38
          conditions stand behind `where`
    rule a r => delete =>
      t:2:20: error: the rewriting rule is not complete: expected a name or a literal `'…'` at 36..38
          a result is `rule [| … |]`, `"text"`, `compute name`, `refuse "reason"` or `delete`
    rule a r => delete where $x is y where $x is z
      t:2:34: error: expected `and`, a regex `/…/`, a quotation `[| … |]`, `=>` or the end, found `where` at 50..55
          `where` stands once; more conditions are joined by `and`
    rule a r => delete where $x is y =>
      t:2:34: error: the rewriting rule is not complete: expected a name or a literal `'…'` at 50..52
          a result is `rule [| … |]`, `"text"`, `compute name`, `refuse "reason"` or `delete`
    rule a r => delete where $x is y => where $x is y
      t:2:43: error: expected a quotation `[| … |]`, found the metavariable `$x` at 59..61
          a result is missing between `=>` and `where`
    "###);
}

#[test]
fn conditions() {
    let texts = [
        "x is y",
        "$x",
        "$x is",
        "$x is not",
        "not $x is y",
        "$x is no y",
        "$x has not y",
        "$x has trailing",
        "$x has trailing x",
        "$x has trailing ''",
        "$x has",
        "$x matches 'x'",
        "$x matches [| x |]",
        "$x is y, $x is z",
        "$x is y or $x is z",
        "$x is y | z",
        "$x is y and",
        "and $x is y",
        "$x inside y",
        "inside",
        "inside not y",
        "insid y",
        "$x is $y",
        "follow y",
        "f()",
        "f($x,)",
        "f(x)",
        "f($x $y)",
        "f($x",
        "not f",
        "not($x is y)",
    ];
    let rules: Vec<_> = texts.iter().map(|text| format!("rule a r => delete where {text}")).collect();
    let rules: Vec<_> = rules.iter().map(String::as_str).collect();
    insta::assert_snapshot!(mistakes(&rules).replace("rule a r => delete where ", "where "), @r###"
    where x is y
      t:2:28: error: expected `(`, found `is` at 44..46
          a metavariable is written `$x`
    where $x
      t:2:26: error: the rewriting rule is not complete: expected `has`, `is`, `not` or `matches` at 42..44
          conditions are `$x is pattern`, `$x is new 'text'`, `$x has pattern`, `$x matches /…/`, `$xs* has trailing ','`, `inside pattern`, `follows pattern`, `precedes pattern` and `predicate($x)`; with `not` or `no` they are negated
    where $x is
      t:2:29: error: the rewriting rule is not complete: expected a name or a literal `'…'` at 45..47
          a pattern is `rule [| … |]`, `TOKEN /…/` or `SYMBOL`
    where $x is not
      t:2:32: error: the rewriting rule is not complete: expected a name or a literal `'…'` at 48..51
          a pattern is `rule [| … |]`, `TOKEN /…/` or `SYMBOL`
    where not $x is y
      t:2:30: error: expected a name, found the metavariable `$x` at 46..48
          `not` stands behind the metavariable: `$x is not rule`, `$x not matches /…/`, `$x has no rule`
    where $x is no y
      t:2:35: error: expected `and`, a regex `/…/`, a quotation `[| … |]`, `=>` or the end, found `y` at 51..52
          it is `$x is not rule`
    where $x has not y
      t:2:37: error: expected `and`, a regex `/…/`, a quotation `[| … |]`, `=>` or the end, found `y` at 53..54
          it is `$x has no rule`
    where $x has trailing
      t:2:33: error: the rewriting rule is not complete: expected a literal `'…'` at 49..57
          the separator is a literal: `$xs* has trailing ','`
    where $x has trailing x
      t:2:42: error: expected a literal `'…'`, found `x` at 58..59
          the separator is a literal: `$xs* has trailing ','`
    where $x has trailing ''
      t:2:42: error: the literal is empty at 58..60
          a literal is the text of a token
    where $x has
      t:2:29: error: the rewriting rule is not complete: expected a name or a literal `'…'` at 45..48
          a pattern is `rule [| … |]`, `TOKEN /…/` or `SYMBOL`
    where $x matches 'x'
      t:2:37: error: expected a regex `/…/`, found the literal 'x' at 53..56
          a regex stands between slashes: `$x matches /…/`
    where $x matches [| x |]
      t:2:37: error: expected a regex `/…/`, found a quotation at 53..60
          a regex stands between slashes: `$x matches /…/`
    where $x is y, $x is z
      t:2:33: error: expected `and`, a regex `/…/`, a quotation `[| … |]`, `=>` or the end, found `,` at 49..50
          conditions are joined by `and`
    where $x is y or $x is z
      t:2:34: error: expected `and`, a regex `/…/`, a quotation `[| … |]`, `=>` or the end, found `or` at 50..52
          there is no `or`; write another result, `=> result where …`, or a named pattern with `|`
    where $x is y | z
      t:2:34: error: expected `and`, a regex `/…/`, a quotation `[| … |]`, `=>` or the end, found `|` at 50..51
          alternatives need a name: `pattern NAME a | b`, and `$x is NAME`
    where $x is y and
      t:2:34: error: the rewriting rule is not complete: expected a condition at 50..53
          conditions are `$x is pattern`, `$x is new 'text'`, `$x has pattern`, `$x matches /…/`, `$xs* has trailing ','`, `inside pattern`, `follows pattern`, `precedes pattern` and `predicate($x)`; with `not` or `no` they are negated
    where and $x is y
      t:2:30: error: expected `(`, found the metavariable `$x` at 46..48
          a condition is missing before `and`
    where $x inside y
      t:2:29: error: expected `has`, `is`, `not` or `matches`, found `inside` at 45..51
          the matched node is meant, without a metavariable: `inside rule [| … |]`
    where inside
      t:2:26: error: the rewriting rule is not complete: expected a symbol at 42..48
          a pattern is `rule [| … |]`, `TOKEN /…/` or `SYMBOL`
    where inside not y
      t:2:33: error: expected a symbol, found `not` at 49..52
          `not` stands in front: `not inside rule [| … |]`
    where insid y
      t:2:32: error: expected `(`, found `y` at 48..49
          did you mean `inside`?
    where $x is $y
      t:2:32: error: expected a name or a literal `'…'`, found the metavariable `$y` at 48..50
          a name that a pattern binds twice stands for equal text: `rule [| $x + $x |]`
    where follow y
      t:2:33: error: expected `(`, found `y` at 49..50
          did you mean `follows`?
    where f()
      t:2:27: error: the predicate `f` has no argument at 43..45
          a predicate is asked about metavariables: `name($x)`, `name($x, $y)`
    where f($x,)
      t:2:31: error: expected a metavariable `$x`, found `)` at 47..48
          a predicate is asked about metavariables: `name($x)`, `name($x, $y)`
    where f(x)
      t:2:28: error: expected a metavariable `$x` or `)`, found `x` at 44..45
          a predicate is asked about metavariables: `name($x)`, `name($x, $y)`
    where f($x $y)
      t:2:31: error: expected `)` or `,`, found the metavariable `$y` at 47..49
          a predicate is asked about metavariables: `name($x)`, `name($x, $y)`
    where f($x
      t:2:27: error: `(` is not closed at 43..44
          close it with `)`; if the text `(` is meant, quote it: `'('`
    where not f
      t:2:30: error: the rewriting rule is not complete: expected `(` at 46..47
          a predicate is asked about metavariables: `name($x)`, `name($x, $y)`
    where not($x is y)
      t:2:29: error: expected a name, found `(` at 45..46
          brackets group nothing; each condition is negated alone: `$x is not rule`, `not inside rule`
    "###);
}

#[test]
fn phases() {
    let texts = [
        "phase",
        "phase p",
        "phase p top",
        "phase p topdown",
        "phase p top-down",
        "phase p outermost",
        "phase p bottom down",
        "phase top down",
        "phase p innermost at",
        "phase p innermost 100",
        "phase p innermost at most 0",
        "phase p innermost at most n",
        "phase p innermost at most 99999999999",
        "phase p top down at most 3",
        "phase p innermost\nphase p top down",
        "rule a r => delete\nphase main bottom up",
        "phase p innermost rule a r => delete",
    ];
    insta::assert_snapshot!(mistakes(&texts), @r###"
    phase
      t:2:1: error: the phase is not complete: expected a name at 17..22
          write `phase NAME top down`, `phase NAME bottom up`, `phase NAME innermost` or `phase NAME innermost at most 100`
    phase p
      t:2:7: error: the phase is not complete: expected `top`, `bottom` or `innermost` at 23..24
          write `phase NAME top down`, `phase NAME bottom up`, `phase NAME innermost` or `phase NAME innermost at most 100`
    phase p top
      t:2:9: error: the phase is not complete: expected `down` at 25..28
          write `phase NAME top down`, `phase NAME bottom up`, `phase NAME innermost` or `phase NAME innermost at most 100`
    phase p topdown
      t:2:9: error: expected `top`, `bottom` or `innermost`, found `topdown` at 25..32
          did you mean `top down`?
    phase p top-down
      t:2:12: error: `-` has no meaning here at 28..29
          the words of a strategy stand apart: `top down`, `bottom up`
    phase p outermost
      t:2:9: error: expected `top`, `bottom` or `innermost`, found `outermost` at 25..34
          did you mean `innermost`?
    phase p bottom down
      t:2:16: error: expected `up`, found `down` at 32..36
          write `phase NAME top down`, `phase NAME bottom up`, `phase NAME innermost` or `phase NAME innermost at most 100`
    phase top down
      t:2:11: error: expected `top`, `bottom` or `innermost`, found `down` at 27..31
          write `phase NAME top down`, `phase NAME bottom up`, `phase NAME innermost` or `phase NAME innermost at most 100`
    phase p innermost at
      t:2:19: error: the phase is not complete: expected `most` at 35..37
          write `innermost`, or with a bound `innermost at most 100`
    phase p innermost 100
      t:2:19: error: expected `at` or the end, found the number 100 at 35..38
          write `innermost`, or with a bound `innermost at most 100`
    phase p innermost at most 0
      t:2:27: error: with `at most 0` no rule would ever apply at 43..44
          the bound is at least 1; `innermost` alone has one of its own
    phase p innermost at most n
      t:2:27: error: expected a number, found `n` at 43..44
          write `innermost`, or with a bound `innermost at most 100`
    phase p innermost at most 99999999999
      t:2:27: error: the number `99999999999` is too large at 43..54
          the largest is 4294967295
    phase p top down at most 3
      t:2:18: error: expected the end of the phase, found `at` at 34..36
          only `innermost` has a bound
    phase p innermost\nphase p top down
      t:3:7: error: there are two phases `p` at 41..42
          give one of them another name
    rule a r => delete\nphase main bottom up
      t:3:7: error: there are two phases `main` at 42..46
          give it another name, or begin the rules with it
    phase p innermost rule a r => delete
      t:2:19: error: expected `at` or the end, found `rule` at 35..39
          write `innermost`, or with a bound `innermost at most 100`
    "###);
    assert!(parse_transform(&source("transform a -> b\nphase main bottom up\nrule a r => delete")).is_ok());
}

#[test]
fn examples() {
    let texts = [
        "example",
        "example [| x |]",
        "example [| x |] =>",
        "example [| x |] -> [| y |]",
        "example r [| x |] => r [| y |]",
        "example [| x |] => 'y'",
        "example [| x |] => [| y |] => [| z |]",
        "unchanged",
        "unchanged 'x'",
        "unchanged [| x |] => [| y |]",
        "refused",
        "refused 'x'",
        "refused [| x |] because",
        "refused [| x |] ''",
        "refuse [| x |]",
        "reversible",
        "reversible a",
        "reversible a = b",
        "reversible a -> b -> a",
        "reversibel a -> b",
        "exampel [| x |] => [| y |]",
        "example [| x => [| y |]\nrule a r => delete",
        "example [| x |] => [| y\nunchanged [| x |]",
    ];
    insta::assert_snapshot!(mistakes(&texts), @r###"
    example
      t:2:1: error: the example is not complete: expected a quotation `[| … |]` at 17..24
          write `example [| before |] => [| after |]`
    example [| x |]
      t:2:9: error: the example is not complete: expected `=>` at 25..32
          write `example [| before |] => [| after |]`; a text that is not to change is `unchanged [| text |]`, one that has no translation `refused [| text |]`
    example [| x |] =>
      t:2:17: error: the example is not complete: expected a quotation `[| … |]` at 33..35
          write `example [| before |] => [| after |]`
    example [| x |] -> [| y |]
      t:2:17: error: expected `=>`, found `->` at 33..35
          write `example [| before |] => [| after |]`
    example r [| x |] => r [| y |]
      t:2:9: error: expected a quotation `[| … |]`, found `r` at 25..26
          an example is a whole text and has no symbol: `example [| before |] => [| after |]`
    example [| x |] => 'y'
      t:2:20: error: expected a quotation `[| … |]`, found the literal 'y' at 36..39
          an example is a whole text and has no symbol: `example [| before |] => [| after |]`
    example [| x |] => [| y |] => [| z |]
      t:2:28: error: expected the end of the example, found `=>` at 44..46
          write `example [| before |] => [| after |]`
    unchanged
      t:2:1: error: `unchanged` is not complete: expected a quotation `[| … |]` at 17..26
          write `unchanged [| text |]`
    unchanged 'x'
      t:2:11: error: expected a quotation `[| … |]`, found the literal 'x' at 27..30
          write `unchanged [| text |]`
    unchanged [| x |] => [| y |]
      t:2:19: error: expected the end of `unchanged`, found `=>` at 35..37
          a text that changes is written `example [| before |] => [| after |]`
    refused
      t:2:1: error: `refused` is not complete: expected a quotation `[| … |]` at 17..24
          write `refused [| text |]`, or with a part of the reason `refused [| text |] "reason"`
    refused 'x'
      t:2:9: error: expected a quotation `[| … |]`, found the literal 'x' at 25..28
          write `refused [| text |]`, or with a part of the reason `refused [| text |] "reason"`
    refused [| x |] because
      t:2:17: error: expected a literal `'…'` or the end, found `because` at 33..40
          write `refused [| text |]`, or with a part of the reason `refused [| text |] "reason"`
    refused [| x |] ''
      t:2:17: error: the literal is empty at 33..35
          leave it out, or give a part of the reason
    refuse [| x |]
      t:2:1: error: there is no directive `refuse` at 17..23
          did you mean `refused`?
    reversible
      t:2:1: error: `reversible` is not complete: expected a name at 17..27
          write `reversible FROM -> TO`, with the two langlets of the header
    reversible a
      t:2:12: error: `reversible` is not complete: expected `->` at 28..29
          write `reversible FROM -> TO`, with the two langlets of the header
    reversible a = b
      t:2:14: error: expected `->`, found `=` at 30..31
          write `reversible FROM -> TO`, with the two langlets of the header
    reversible a -> b -> a
      t:2:19: error: expected the end of `reversible`, found `->` at 35..37
          write `reversible FROM -> TO`, with the two langlets of the header
    reversibel a -> b
      t:2:1: error: there is no directive `reversibel` at 17..27
          did you mean `reversible`?
    exampel [| x |] => [| y |]
      t:2:1: error: there is no directive `exampel` at 17..24
          did you mean `example`?
    example [| x => [| y |]\nrule a r => delete
      t:2:9: error: the quotation is not closed at 25..27
          close it with `|]`; if its text contains `[|`, use more bars: `[|| … ||]`
    example [| x |] => [| y\nunchanged [| x |]
      t:2:20: error: the quotation is not closed at 36..38
          close it with `|]`; if its text contains `[|`, use more bars: `[|| … ||]`
    "###);
    let early = "example [| x |] => [| y |]\ntransform a -> b";
    insta::assert_snapshot!(table(parse_transform, &[early, "example [| x |]"]), @r###"
    example [| x |] => [| y |]\ntransform a -> b
      t:2:1: error: the header is not at the beginning of the file at 27..43
          a file has one header, in front of all declarations
    example [| x |]
      t:1:1: error: the header is missing at 0..7
          begin the file with `transform SOURCE -> TARGET`
      t:1:9: error: the example is not complete: expected `=>` at 8..15
          write `example [| before |] => [| after |]`; a text that is not to change is `unchanged [| text |]`, one that has no translation `refused [| text |]`
    "###);
}

/// Declarations without a mistake, and some with one each.
const GOOD: [&str; 7] = [
    "rule a r [| x |] | s => t [| $x |] then t [| y |] where $x is r\n  => delete",
    "phase p innermost at most 3",
    "pattern n r where inside s",
    "example [| x |] => [|\n  rule\n|]",
    "unchanged [| x |]",
    "refused [| x |]",
    "reversible b -> a",
];
const BAD: [&str; 9] = [
    "rule a r",
    "rule a r => delete where",
    "rule a r => s [| x |] then",
    "phase p outermost",
    "pattern r",
    "example [| x |]",
    "refused",
    "exampel [| x |] => [| y |]",
    "reversible a",
];

proptest! {
    /// A mistake hides none in another declaration, and makes none there.
    #[test]
    fn each_mistake_is_reported_alone(choice in proptest::collection::vec(0..GOOD.len() + BAD.len(), 0..12)) {
        let mut text = "transform a -> b".to_owned();
        // Phases and patterns of one name would be a mistake.
        for (index, &which) in choice.iter().enumerate() {
            let declaration = GOOD.iter().chain(&BAD).nth(which).expect("the choice is in range");
            let declaration = declaration.replace("phase p", &format!("phase p{index}"));
            text += &format!("\n{}", declaration.replace("pattern n", &format!("pattern n{index}")));
        }
        let n_mistakes = parse_transform(&source(&text)).map_or_else(|mistakes| mistakes.len(), |_| 0);
        proptest::prop_assert_eq!(n_mistakes, choice.iter().filter(|&&which| which >= GOOD.len()).count(), "{}", text);
    }
}
