//! Each kind of mistake in a langlet file with its message and its mend.

use super::*;

#[test]
fn literals_and_escapes() {
    let texts = ["'\\d+'", "'\\x4'", "'\\xE9'", "'\\u12'", "'\\u{110000}'", "'a", "\"a\n", "''", "a \"\""];
    insta::assert_snapshot!(table(parse_expression, &texts), @r###"
    '\\d+'
      t:1:2: error: there is no escape `\d` at 1..3
          a literal is taken as it stands; a regex is written `/…/`
    '\\x4'
      t:1:2: error: `\x` is followed by two hexadecimal digits at 1..4
          for example `\x0C` for a form feed
    '\\xE9'
      t:1:2: error: `\xE9` is not an ASCII character at 1..5
          write the character U+00E9 as `\u{E9}`
    '\\u12'
      t:1:2: error: `\u` is followed by hexadecimal digits in braces at 1..3
          for example `\u{3BB}` for λ
    '\\u{110000}'
      t:1:2: error: `\u{110000}` is not a character at 1..11
          characters go from `\u{0}` to `\u{10FFFF}`, without `\u{D800}` to `\u{DFFF}`
    'a
      t:1:1: error: the literal is not closed at 0..2
          close it with `'` on the same line; a line end inside it is written `\n`
    "a\n
      t:1:1: error: the literal is not closed at 0..2
          close it with `"` on the same line; a line end inside it is written `\n`
    ''
      t:1:1: error: the literal is empty at 0..2
          a literal is the text of a token; the empty alternative is written `()`
    a ""
      t:1:3: error: the literal is empty at 2..4
          a literal is the text of a token; the empty alternative is written `()`
"###);
}

#[test]
fn regexes() {
    let texts = ["/a", "/[/", "//", "/[^/]+/ /a", "/(?x) a\n b"];
    insta::assert_snapshot!(table(parse_expression, &texts), @r###"
    /a
      t:1:1: error: the regex is not closed at 0..2
          close it with `/` on the same line, or begin it with `(?x)` to go over several lines
    /[/
      t:1:1: error: the regex is not closed at 0..3
          its class `[` has no `]`; a bracket that stands for itself is written `\[`
    //
      t:1:1: error: the regex is empty at 0..2
          a comment begins with `#`; an empty alternative is written `()`
    /[^/]+/ /a
      t:1:9: error: the regex is not closed at 8..10
          close it with `/` on the same line, or begin it with `(?x)` to go over several lines
    /(?x) a\n b
      t:1:1: error: the regex is not closed at 0..10
          close it with `/` on the same line, or begin it with `(?x)` to go over several lines
"###);
}

#[test]
fn stray_characters() {
    let texts = [
        "a;",
        "{a}",
        "a.",
        "<a>",
        "!a",
        "\\",
        "‘a’",
        "`a`",
        "@",
        "3rd",
        "$x",
        "\0",
        "\u{a0}",
        "\u{200b}",
        "[a-z]",
        "99999999999",
    ];
    insta::assert_snapshot!(table(parse_expression, &texts), @r###"
    a;
      t:1:2: error: `;` has no meaning here at 1..2
          a declaration ends where the next one begins; if the text `;` is meant, quote it: `';'`
    {a}
      t:1:1: error: `{` has no meaning here at 0..1
          a repetition is written `( … )*`; if the text `{` is meant, quote it: `'{'`
      t:1:3: error: `}` has no meaning here at 2..3
          a repetition is written `( … )*`; if the text `}` is meant, quote it: `'}'`
    a.
      t:1:2: error: `.` has no meaning here at 1..2
          a declaration ends where the next one begins, and any character is `/(?s:.)/`; if the text `.` is meant, quote it: `'.'`
    <a>
      t:1:1: error: `<` has no meaning here at 0..1
          names are written without angle brackets; if the text `<` is meant, quote it: `'<'`
      t:1:3: error: `>` has no meaning here at 2..3
          names are written without angle brackets; if the text `>` is meant, quote it: `'>'`
    !a
      t:1:1: error: `!` has no meaning here at 0..1
          there are no predicates; if the text `!` is meant, quote it: `'!'`
    \\
      t:1:1: error: `\` has no meaning here at 0..1
          a line needs no mark to be continued
    ‘a’
      t:1:1: error: `‘` has no meaning here at 0..3
          a literal stands in straight quotes: `'…'` or `"…"`
      t:1:5: error: `’` has no meaning here at 4..7
          a literal stands in straight quotes: `'…'` or `"…"`
    `a`
      t:1:1: error: a backtick has no meaning here at 0..1
          a literal stands in straight quotes: `'…'` or `"…"`
      t:1:3: error: a backtick has no meaning here at 2..3
          a literal stands in straight quotes: `'…'` or `"…"`
    @
      t:1:1: error: `@` has no meaning here at 0..1
          if the text `@` is meant, quote it: `'@'`
    3rd
      t:1:1: error: a name begins with a letter or `_` at 0..3
          if the text `3rd` is meant, quote it: `'3rd'`
    $x
      t:1:1: error: `$` has no meaning here at 0..1
          metavariables belong into `.transform` files
    \0
      t:1:1: error: the character U+0000 has no meaning here at 0..1
          remove it
    \u{a0}
      t:1:1: error: the character U+00A0 has no meaning here at 0..2
          write a blank
    \u{200b}
      t:1:1: error: the character U+200B has no meaning here at 0..3
          remove it
    [a-z]
      t:1:3: error: `-` has no meaning here at 2..3
          a regex stands between slashes, as in `/[a-z]/`; if the text `-` is meant, quote it: `'-'`
    99999999999
      t:1:1: error: the number `99999999999` is too large at 0..11
          the largest is 4294967295
"###);
}

#[test]
fn brackets() {
    let texts = ["(a [b", "a )", "(a ]", &format!("{}a{}", "(".repeat(101), ")".repeat(101))];
    insta::assert_snapshot!(table(parse_expression, &texts), @r###"
    (a [b
      t:1:1: error: `(` is not closed at 0..1
          close it with `)`; if the text `(` is meant, quote it: `'('`
      t:1:4: error: `[` is not closed at 3..4
          close it with `]`; if the text `[` is meant, quote it: `'['`
    a )
      t:1:3: error: `)` closes nothing at 2..3
          if the text `)` is meant, quote it: `')'`
    (a ]
      t:1:4: error: `(` is closed by `]` at 3..4
          close it with `)`
    (((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((a)))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))
      t:1:101: error: brackets are nested more than 100 deep at 100..101
          make a rule of an inner part
"###);
}

#[test]
fn operators() {
    let texts = [
        "*",
        "a**",
        "(a)*?",
        "| a",
        "a |",
        "a | | b",
        "( | a)",
        "(a | )",
        "[a | ]",
        "[ ]",
        "a: b",
        "a = b",
        "a, b",
        "a -> b",
        "8",
        "",
        "# nothing",
    ];
    insta::assert_snapshot!(table(parse_expression, &texts), @r###"
    *
      t:1:1: error: `*` repeats nothing at 0..1
          it stands behind what it repeats, as in `a*`; if the text `*` is meant, quote it: `'*'`
    a**
      t:1:3: error: `*` follows `*` at 2..3
          leave one out, or group with brackets; if the text `*` is meant, quote it: `'*'`
    (a)*?
      t:1:5: error: `?` follows `*` at 4..5
          leave one out, or group with brackets; if the text `?` is meant, quote it: `'?'`
    | a
      t:1:1: error: an alternative of `|` is missing at 0..1
          the empty alternative is written `()`
    a |
      t:1:3: error: an alternative of `|` is missing at 2..3
          the empty alternative is written `()`
    a | | b
      t:1:5: error: an alternative of `|` is missing at 4..5
          the empty alternative is written `()`
    ( | a)
      t:1:3: error: an alternative of `|` is missing at 2..3
          the empty alternative is written `()`
    (a | )
      t:1:4: error: an alternative of `|` is missing at 3..4
          the empty alternative is written `()`
    [a | ]
      t:1:4: error: an alternative of `|` is missing at 3..4
          the empty alternative is written `()`
    [ ]
      t:1:3: error: `[` `]` is empty at 2..3
          leave it out; if the texts are meant, quote them
    a: b
      t:1:2: error: `:` in a right-hand side at 1..2
          a declaration begins on a line of its own; if the text `:` is meant, quote it: `':'`
    a = b
      t:1:3: error: `=` in a right-hand side at 2..3
          a declaration begins on a line of its own; if the text `=` is meant, quote it: `'='`
    a, b
      t:1:2: error: `,` in a right-hand side at 1..2
          if the text `,` is meant, quote it: `','`
    a -> b
      t:1:3: error: `->` in a right-hand side at 2..4
          if the text `->` is meant, quote it: `'->'`
    8
      t:1:1: error: expected a symbol, found the number 8 at 0..1
          if the text `8` is meant, quote it: `'8'`

      t:1:1: error: the right-hand side is empty at 0..0
          the empty one is written `()`
    # nothing
      t:1:1: error: the right-hand side is empty at 0..0
          the empty one is written `()`
"###);
}

#[test]
fn rules() {
    let texts = [
        "langlet t\nr:",
        "langlet t\nr |=",
        "langlet t\nr = x",
        "langlet t\nr :: x",
        "langlet t\nr <- x",
        "langlet t\nr -> x",
        "langlet t\nr: a : b",
        "langlet t\nr: x\n y = z",
        "langlet t\nr",
        "langlet t\n| a",
    ];
    insta::assert_snapshot!(table(parse_langlet, &texts), @r###"
    langlet t\nr:
      t:2:1: error: the rule `r` has no right-hand side at 10..12
          the empty one is written `()`
    langlet t\nr |=
      t:2:1: error: the rule `r` has no right-hand side at 10..14
          the empty one is written `()`
    langlet t\nr = x
      t:2:1: error: `r` begins no declaration at 10..11
          a rule is defined with `r: …`, a token with `token r = /…/`
    langlet t\nr :: x
      t:2:1: error: `r` begins no declaration at 10..11
          a rule is defined with `r: …`
    langlet t\nr <- x
      t:2:1: error: `r` begins no declaration at 10..11
          a rule is defined with `r: …`
    langlet t\nr -> x
      t:2:1: error: `r` begins no declaration at 10..11
          a rule is defined with `r: …`, and renamed with `rename r -> …`
    langlet t\nr: a : b
      t:2:6: error: `:` in a right-hand side at 15..16
          a declaration begins on a line of its own; if the text `:` is meant, quote it: `':'`
    langlet t\nr: x\n y = z
      t:3:2: error: `y` begins no declaration at 16..17
          a rule is defined with `y: …`, a token with `token y = /…/`
    langlet t\nr
      t:2:1: error: `r` begins no declaration at 10..11
          a rule is defined with `r: …`; a line that goes on with a declaration is indented
    langlet t\n| a
      t:2:1: error: expected `:` or the end, found `|` at 10..11
          the header is `langlet NAME`, `langlet NAME : PARENT` or `langlet NAME : PARENT when /…/`
"###);
}

#[test]
fn directives() {
    let texts = [
        "langlet t\ntokn A = /a/",
        "langlet t\nstrat a",
        "langlet t\ntoken",
        "langlet t\ntoken A",
        "langlet t\ntoken A: /a/",
        "langlet t\ntoken A |= /a/",
        "langlet t\ntoken A = 'a'",
        "langlet t\ntoken A -= /a/",
        "langlet t\nskip A -= A",
        "langlet t\ndrop",
        "langlet t\ndrop 'a'",
        "langlet t\ndrop a, b",
        "langlet t\nrename a b",
        "langlet t\nsoft match",
        "langlet t\nlayout",
        "langlet t\nlayout newlin N = /n/",
        "langlet t\nlayout newline N /n/",
        "langlet t\nlayout indent I D 8",
        "langlet t\nlayout indent I D tab 0",
        "langlet t\nlayout indent I D tab 8 strickt",
        "langlet t\nlayout end",
        "langlet t\njoin '('",
        "langlet t\njoin a b",
        "langlet t\nneutral a = b",
        "langlet t\nneutral a: b :",
        "langlet t\nneutral a:",
        "langlet t\nconstant A",
        "langlet t\ntight",
        "langlet t\ntight befor a",
        "langlet t\ntight after",
        "langlet t\nstart",
        "langlet t\nstart 'a'",
    ];
    insta::assert_snapshot!(table(parse_langlet, &texts), @r###"
    langlet t\ntokn A = /a/
      t:2:1: error: there is no directive `tokn` at 10..14
          did you mean `token`?
    langlet t\nstrat a
      t:2:1: error: there is no directive `strat` at 10..15
          did you mean `start`?
    langlet t\ntoken
      t:2:1: error: `token` is not complete: expected a name at 10..15
          write `token NAME = /…/` to define it, `:=` to replace an inherited one
    langlet t\ntoken A
      t:2:7: error: `token` is not complete: expected `:=`, `-=` or `=` at 16..17
          write `token A = /…/` to define it, `:=` to replace an inherited one
    langlet t\ntoken A: /a/
      t:2:8: error: expected `:=`, `-=` or `=`, found `:` at 17..18
          write `token A = /…/` to define it, `:=` to replace an inherited one
    langlet t\ntoken A |= /a/
      t:2:9: error: expected `:=`, `-=` or `=`, found `|=` at 18..20
          replace it with `token A := /…/`
    langlet t\ntoken A = 'a'
      t:2:11: error: expected a regex `/…/`, found the literal 'a' at 20..23
          its texts are given by a regex between slashes; a literal needs no declaration
    langlet t\ntoken A -= /a/
      t:2:12: error: expected the end of `token`, found a regex at 21..24
          `token A -=` alone removes it
    langlet t\nskip A -= A
      t:2:11: error: expected the end of `skip`, found `A` at 20..21
          `skip A -=` alone removes it
    langlet t\ndrop
      t:2:1: error: `drop` is not complete: expected a name at 10..14
          it takes names: `drop a b`
    langlet t\ndrop 'a'
      t:2:6: error: expected a name, found the literal 'a' at 15..18
          it takes names: `drop a b`
    langlet t\ndrop a, b
      t:2:7: error: expected a name or the end, found `,` at 16..17
          it takes names: `drop a b`
    langlet t\nrename a b
      t:2:10: error: expected `->`, found `b` at 19..20
          write `rename old -> new`
    langlet t\nsoft match
      t:2:6: error: `soft` is not complete: expected a literal `'…'` at 15..20
          write `soft NAME 'match' 'case'`
    langlet t\nlayout
      t:2:1: error: `layout` is not complete: expected `newline`, `indent` or `end` at 10..16
          there are `layout newline`, `layout indent` and `layout end`
    langlet t\nlayout newlin N = /n/
      t:2:8: error: expected `newline`, `indent` or `end`, found `newlin` at 17..23
          did you mean `newline`?
    langlet t\nlayout newline N /n/
      t:2:18: error: expected `=`, found a regex at 27..30
          write `layout newline NEWLINE = /…/`
    langlet t\nlayout indent I D 8
      t:2:19: error: expected `tab`, found the number 8 at 28..29
          write `layout indent INDENT DEDENT tab 8`, with or without `strict`
    langlet t\nlayout indent I D tab 0
      t:2:23: error: a tab stop has at least one column at 32..33
          `tab 8` puts tab stops at every eighth column
    langlet t\nlayout indent I D tab 8 strickt
      t:2:25: error: expected `strict` or the end, found `strickt` at 34..41
          did you mean `strict`?
    langlet t\nlayout end
      t:2:8: error: `layout` is not complete: expected a name at 17..20
          write `layout end ENDMARKER`
    langlet t\njoin '('
      t:2:6: error: the bracket `(` has no partner at 15..18
          `join` takes pairs: `join '(' ')' '[' ']'`
    langlet t\njoin a b
      t:2:6: error: expected a literal `'…'`, found `a` at 15..16
          it takes pairs of literals: `join '(' ')' '[' ']'`
    langlet t\nneutral a = b
      t:2:11: error: expected `:`, found `=` at 20..21
          write `neutral rule: alternative`
    langlet t\nneutral a: b :
      t:2:14: error: `:` in a right-hand side at 23..24
          a declaration begins on a line of its own; if the text `:` is meant, quote it: `':'`
    langlet t\nneutral a:
      t:2:1: error: `neutral` has no right-hand side at 10..20
          the empty one is written `()`
    langlet t\nconstant A
      t:2:10: error: `constant` is not complete: expected a literal `'…'` at 19..20
          write `constant NAME 'text'`
    langlet t\ntight
      t:2:1: error: `tight` is not complete: expected `before` or `after` at 10..15
          write `tight before …` or `tight after …`
    langlet t\ntight befor a
      t:2:7: error: expected `before` or `after`, found `befor` at 16..21
          did you mean `before`?
    langlet t\ntight after
      t:2:7: error: `tight` is not complete: expected a name, a literal `'…'` or a regex `/…/` at 16..21
          it takes names and literals: `tight before trailer ',' ')'`
    langlet t\nstart
      t:2:1: error: `start` is not complete: expected a name at 10..15
          it takes names: `start a b`; to define a rule of that name, write `start: …`
    langlet t\nstart 'a'
      t:2:7: error: expected a name, found the literal 'a' at 16..19
          it takes names: `start a b`; to define a rule of that name, write `start: …`
"###);
}

#[test]
fn headers_of_langlets() {
    let texts = [
        "",
        "# comment",
        "a: b",
        "langlt t",
        "langlet",
        "langlet t: ",
        "langlet t when /a/",
        "langlet t : u wehn /a/",
        "langlet t u",
        "langlet t\nlanglet u",
        "start a\nlanglet t",
        "8 a",
        "'a",
    ];
    insta::assert_snapshot!(table(parse_langlet, &texts), @r###"

      t:1:1: error: the file is empty at 0..0
          it begins with its header, `langlet NAME` or `langlet NAME : PARENT`
    # comment
      t:1:1: error: the file declares nothing at 0..0
          it begins with its header, `langlet NAME` or `langlet NAME : PARENT`
    a: b
      t:1:1: error: the header is missing at 0..1
          begin the file with `langlet NAME` or `langlet NAME : PARENT`
    langlt t
      t:1:1: error: there is no directive `langlt` at 0..6
          did you mean `langlet`?
    langlet
      t:1:1: error: the header is not complete: expected a name at 0..7
          the header is `langlet NAME`, `langlet NAME : PARENT` or `langlet NAME : PARENT when /…/`
    langlet t: 
      t:1:10: error: the header is not complete: expected a name at 9..10
          the header is `langlet NAME`, `langlet NAME : PARENT` or `langlet NAME : PARENT when /…/`
    langlet t when /a/
      t:1:11: error: expected `:` or the end, found `when` at 10..14
          a dialect names its parent: `langlet NAME : PARENT when /…/`
    langlet t : u wehn /a/
      t:1:15: error: expected `when` or the end, found `wehn` at 14..18
          did you mean `when`?
    langlet t u
      t:1:11: error: expected `:` or the end, found `u` at 10..11
          the header is `langlet NAME`, `langlet NAME : PARENT` or `langlet NAME : PARENT when /…/`
    langlet t\nlanglet u
      t:2:1: error: the header is not at the beginning of the file at 10..19
          a file has one header, in front of all declarations; a rule of that name is defined with `langlet: …`
    start a\nlanglet t
      t:2:1: error: the header is not at the beginning of the file at 8..17
          a file has one header, in front of all declarations; a rule of that name is defined with `langlet: …`
    8 a
      t:1:1: error: expected a declaration, found the number 8 at 0..1
          a file begins with its header, `langlet NAME` or `langlet NAME : PARENT`
    'a
      t:1:1: error: the literal is not closed at 0..2
          close it with `'` on the same line; a line end inside it is written `\n`
"###);
}
