//! What the notation means, and what must hold for any text; the mistakes have files of their own.

use proptest::prelude::{any, proptest};

use super::syntax::*;
use super::*;

mod langlet_mistakes;
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
    let file = langlet(
        "langlet t: u\na: x\nb ::= x\nc := x\nd |= x\ne -= x\nf\n  : x\ntoken A = /a/\nskip B := /b/\npart p = /c/\npart q := /d/\n",
    );
    let operators = file.items.iter().map(|item| match &item.kind {
        ItemKind::Rule { name, operator, .. }
        | ItemKind::Token { name, operator, .. }
        | ItemKind::Skip { name, operator, .. }
        | ItemKind::Part { name, operator, .. } => {
            format!("{} {operator:?}", name.text)
        }
        other => format!("{other:?}"),
    });
    let operators: Vec<_> = operators.collect();
    assert_eq!(
        operators.join(", "),
        "a Define, b Define, c Replace, d Add, e Remove, f Define, A Define, B Replace, p Define, q Replace"
    );
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
    let file = langlet("langlet t : u\ntoken A -=\nskip B -=\npart C -=");
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
            ItemKind::Token { name, regex, .. }
            | ItemKind::Skip { name, regex, .. }
            | ItemKind::Part { name, regex, .. } => {
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
        "new",
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
        "part",
        "{a}",
        "/{a}/",
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
