//! Each kind of mistake with its message and its mend; and what must hold for any text.

use proptest::prelude::{any, proptest};

use super::syntax::*;
use super::*;

mod transform;
mod transform_mistakes;

fn source(text: &str) -> Arc<SourceText> {
    SourceText::new("t", text)
}

/// The mistakes in each text: the text, then a line for each message and one for its mend.
fn table<T>(parse: impl Fn(&Arc<SourceText>) -> Result<T, Vec<Diagnostic>>, texts: &[&str]) -> String {
    let mut out = String::new();
    for text in texts {
        out.push_str(&format!("{}\n", text.escape_debug().to_string().replace("\\'", "'").replace("\\\"", "\"")));
        for mistake in parse(&source(text)).err().unwrap_or_default() {
            let place = mistake.labels[0].span.range();
            out.push_str(&format!("  {mistake} at {place:?}\n"));
            out.push_str(&mistake.help.map_or(String::new(), |help| format!("      {help}\n")));
        }
    }
    out
}

/// The right-hand side with all groups shown.
fn show(expression: &Expression) -> String {
    let list = |parts: &[Expression], separator: &str| parts.iter().map(show).collect::<Vec<_>>().join(separator);
    match expression {
        Expression::Symbol(SymbolName::Name(name)) => name.text.clone(),
        Expression::Symbol(SymbolName::Literal(literal)) => format!("{:?}", literal.text),
        Expression::Symbol(SymbolName::Regex(regex)) => format!("/{}/", regex.pattern),
        Expression::Sequence(parts) => format!("({})", list(parts, " ")),
        Expression::Alternatives(parts) => format!("({})", list(parts, " | ")),
        Expression::Optional(part) => format!("{}?", show(part)),
        Expression::Star(part) => format!("{}*", show(part)),
        Expression::Plus(part) => format!("{}+", show(part)),
    }
}

fn expression(text: &str) -> String {
    show(&parse_expression(&source(text)).unwrap())
}

fn langlet(text: &str) -> LangletFile {
    parse_langlet(&source(text)).unwrap()
}

const LANGLET: &str = include_str!("../../../tests/fixtures/notation/good_directives.txt");
const TRANSFORM: &str = include_str!("../../../tests/fixtures/notation/good_transform.txt");

/// The last section of a fixture.
fn section(fixture: &'static str) -> &'static str {
    fixture.rsplit_once("===").and_then(|(_, section)| section.split_once('\n')).expect("a fixture has a section").1
}

#[test]
fn regexes_joined() {
    let pattern = |text: &str| {
        let file = parse_langlet(&SourceText::new("a.langlet", format!("langlet a\n{text}\nx: 'y'"))).unwrap();
        let ItemKind::Token { regex, .. } = &file.items[0].kind else { panic!("{:?}", file.items[0].kind) };
        regex.pattern.clone()
    };
    assert_eq!(pattern("token A = /a/ & /b/  &\t! /[/]/"), "a/ & /b/  &\t! /[/]");
    assert_eq!(pattern("token A = /(?x) a # & /b/ &\n/ & /b/"), "(?x) a # & /b/ &\n/ & /b");
    let errors = |text: &str| {
        let source = SourceText::new("a.langlet", format!("langlet a\n{text}\nx: 'y'"));
        parse_langlet(&source).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(errors("token A = /a/ & //"), "a.langlet:2:17: error: the regex is empty");
    assert_eq!(errors("token A = /a/ & /b"), "a.langlet:2:17: error: the regex is not closed");
    assert!(errors("token A = /a/ & b").contains("`&` has no meaning here"));
}

#[test]
fn right_hand_sides() {
    assert_eq!(expression("a (',' a)* [',']"), r#"(a ("," a)* ","?)"#);
    assert_eq!(expression("a | b c? | (d | e+)"), "(a | (b c?) | d | e+)");
    assert_eq!(expression("() | a (b (c))"), "(() | (a b c))");
    assert_eq!(expression("((a))"), "a");
    assert_eq!(expression(r#"'\\\'\"\n\r\t\f\0\x41\u{3BB}' "'""#), r#"("\\'\"\n\r\t\u{c}\0Aλ" "'")"#);
    assert_eq!(expression(r"/a\/b[/\]]/ /[]/]/ /[^]/]/"), r"(/a\/b[/\]]/ /[]/]/ /[^]/]/)");
    assert_eq!(expression("/(?x) a # a slash: /\n b/"), "/(?x) a # a slash: /\n b/");
    assert_eq!(expression("start when token # no reserved words"), "(start when token)");
}

#[test]
fn patterns_are_regexes_as_they_stand() {
    for pattern in [r"a\/b[/\]]", "[]/]", "[^]/]", "(?x) a # a slash: /\n b"] {
        regex_syntax::Parser::new().parse(pattern).unwrap();
    }
}

#[test]
fn operators_of_rules_and_tokens() {
    let file = langlet("langlet t: u\na: x\nb ::= x\nc := x\nd |= x\ne -= x\nf\n  : x\ntoken A = /a/\nskip B := /b/\n");
    let operators = file.items.iter().map(|item| match &item.kind {
        ItemKind::Rule { name, operator, .. }
        | ItemKind::Token { name, operator, .. }
        | ItemKind::Skip { name, operator, .. } => {
            format!("{} {operator:?}", name.text)
        }
        other => format!("{other:?}"),
    });
    let operators: Vec<_> = operators.collect();
    assert_eq!(operators.join(", "), "a Define, b Define, c Replace, d Add, e Remove, f Define, A Define, B Replace");
}

#[test]
fn declarations_begin_with_the_first_word_of_a_line() {
    let file = langlet("langlet t : u\nwhen /x/");
    assert!(file.when.is_some() && file.items.is_empty());
    let file = langlet(
        "langlet t\nstart start token\nstart: token drop\n  | drop\n| a\n(b)\ntoken: 'x'\nlanglet: start\ndrop a\n  b\n# c\n c",
    );
    let kinds = file.items.iter().map(|item| match &item.kind {
        ItemKind::Rule { name, body, .. } => format!("{}: {}", name.text, show(body)),
        ItemKind::Start(names) => format!("start of {}", names.len()),
        ItemKind::Drop(names) => format!("drop of {}", names.len()),
        other => format!("{other:?}"),
    });
    let kinds: Vec<_> = kinds.collect();
    let expected =
        ["start of 2", "start: ((token drop) | drop | (a b))", r#"token: "x""#, "langlet: start", "drop of 3"];
    assert_eq!(kinds, expected);
}

#[test]
fn a_token_is_removed_like_a_rule() {
    let file = langlet("langlet t : u\ntoken A -=\nskip B -=");
    assert!(file.items.iter().all(|item| matches!(&item.kind, ItemKind::Drop(names) if names.len() == 1)));
}

#[test]
fn spans_are_exact() {
    let text = section(LANGLET);
    let file = langlet(text);
    let at = |span: Span| &text[span.range()];
    assert_eq!(at(file.name.span), file.name.text);
    for item in &file.items {
        match &item.kind {
            ItemKind::Token { name, regex, .. } | ItemKind::Skip { name, regex, .. } => {
                assert_eq!(at(name.span), name.text);
                assert_eq!(at(regex.span), format!("/{}/", regex.pattern));
            }
            ItemKind::Rule { name, .. } => {
                assert_eq!(at(name.span), name.text);
                assert!(at(item.span).starts_with(&name.text), "{}", at(item.span));
            }
            ItemKind::Soft { keywords, .. } => assert_eq!(at(keywords[0].span), format!("'{}'", keywords[0].text)),
            _ => {}
        }
    }
}

#[test]
fn nesting_is_limited() {
    let nested = |depth: usize| format!("{}a{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse_expression(&source(&nested(declaration::MAX_DEPTH))).is_ok());
    for depth in [declaration::MAX_DEPTH + 1, 1_000_000] {
        let mistakes = parse_expression(&source(&nested(depth))).unwrap_err();
        assert_eq!(mistakes.len(), 1, "{}", mistakes[0]);
    }
    assert!(parse_expression(&source(&"(".repeat(1_000_000))).is_err());
    assert!(parse_expression(&source(&format!("a{}", "*".repeat(100_000)))).is_err());
    assert!(parse_expression(&source(&"a | ".repeat(100_000))).is_err());
}

#[test]
fn a_message_shows_its_place() {
    let mistakes = parse_langlet(&SourceText::new("a.langlet", "langlet t\n\nr: a (b\ns: c\n")).unwrap_err();
    insta::assert_snapshot!(mistakes[0].render(false), @r###"
      × `(` is not closed
       ╭─[a.langlet:3:6]
     2 │ 
     3 │ r: a (b
       ·      ┬
       ·      ╰── opened here
     4 │ s: c
       ╰────
      help: close it with `)`; if the text `(` is meant, quote it: `'('`
    "###);
}

/// The parser accepts the text or names a mistake that lies within it and can be shown.
fn is_handled<T>(parse: impl Fn(&Arc<SourceText>) -> Result<T, Vec<Diagnostic>>, text: &str) {
    let Err(mistakes) = parse(&source(text)) else { return };
    assert!(!mistakes.is_empty());
    for mistake in mistakes {
        assert!(text.get(mistake.labels[0].span.range()).is_some(), "{mistake:?}");
        assert!(!mistake.message.is_empty() && !mistake.message.contains("nothing, found"), "{mistake}");
        mistake.render(false);
    }
}

fn is_handled_by_all(text: &str) {
    is_handled(parse_langlet, text);
    is_handled(parse_transform, text);
    is_handled(parse_expression, text);
}

/// Cut off anywhere, or with any character left out.
#[test]
fn broken_files_are_handled() {
    fn check<T>(parse: impl Fn(&Arc<SourceText>) -> Result<T, Vec<Diagnostic>>, text: &str) {
        for (at, c) in text.char_indices() {
            is_handled(&parse, &text[..at]);
            is_handled(&parse, &format!("{}{}", &text[..at], &text[at + c.len_utf8()..]));
        }
    }
    check(parse_langlet, section(LANGLET));
    check(parse_transform, section(TRANSFORM));
}

proptest! {
    /// No text makes a parser panic.
    #[test]
    fn any_text_is_handled(text in any::<String>()) {
        is_handled_by_all(&text);
    }

    /// Nor does one made of pieces of the notation.
    #[test]
    fn any_pieces_are_handled(pieces in proptest::collection::vec(piece(), 0..40)) {
        is_handled_by_all(&pieces.concat());
    }
}

/// A piece of the notation, whole or broken.
fn piece() -> impl proptest::strategy::Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "\n",
        "\n",
        "\n",
        "\r",
        " ",
        " ",
        "  ",
        "\t",
        "\n  ",
        "a",
        "r",
        "NAME",
        "langlet t",
        "langlet t : u",
        "token",
        "skip",
        "drop",
        "rename",
        "soft",
        "layout",
        "newline",
        "indent",
        "end",
        "tab",
        "8",
        "strict",
        "join",
        "neutral",
        "constant",
        "tight",
        "before",
        "after",
        "start",
        "when",
        "transform a -> b",
        "rule",
        "pattern",
        "phase",
        "example",
        "unchanged",
        "refused",
        "reversible",
        "top",
        "down",
        "bottom up",
        "innermost",
        "at most",
        "then",
        "delete",
        "inside",
        "follows",
        "precedes",
        "f($x)",
        "where",
        "and",
        "has",
        "no",
        "trailing",
        "is",
        "not",
        "matches",
        "compute",
        "refuse",
        "'x'",
        "\"x\"",
        "'",
        "\"",
        "\\",
        "'\\n'",
        "'\\u{41}'",
        "'\\x4",
        "/x/",
        "/",
        "/[",
        "/(?x)",
        "#",
        "# c\n",
        ":",
        "::=",
        ":=",
        "|=",
        "-=",
        "->",
        "=>",
        "=",
        "|",
        "(",
        ")",
        "[",
        "]",
        "*",
        "+",
        "?",
        ",",
        "[|",
        "|]",
        "[||",
        "||]",
        "[| x |]",
        "$",
        "$x",
        "$x*",
        "$x?",
        "λ",
        "\u{feff}",
        "\0",
        ";",
        "{",
        "‘",
        "-",
        "<-",
        "::",
        "9999999999",
    ])
}

/// The code blocks of the reference are read as they stand there; those without a header get one.
#[test]
fn the_reference_can_be_read() {
    let reference = include_str!("../../../docs/notation.md");
    let blocks = reference.split("```").skip(1).step_by(2).map(|block| block.trim_start_matches('\n'));
    let mut n_read = 0;
    // One is an example of a language.
    for block in blocks.filter(|block| !block.starts_with("if a:")) {
        let result = match block.split(' ').next() {
            Some("transform") => parse_transform(&source(block)).map(drop),
            Some("langlet") => parse_langlet(&source(block)).map(drop),
            _ => parse_langlet(&source(&format!("langlet t : u\n{block}"))).map(drop),
        };
        assert!(result.is_ok(), "{block}\n{}", result.unwrap_err()[0]);
        n_read += 1;
    }
    assert!(n_read >= 15, "{n_read} blocks");
}

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
