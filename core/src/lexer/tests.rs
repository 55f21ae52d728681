//! A toy lexer of names, numbers, strings, comments and brackets, with layout.

use std::sync::LazyLock;

use crate::regex::Terms;
use crate::span::Span;
use proptest::prelude::*;

use super::scan::Action;
use super::*;

const NAMES: [&str; 12] = ["NEWLINE", "INDENT", "DEDENT", "END", "if", "NAME", "NUMBER", "STRING", "(", ")", ":", "!="];

static STRICT: LazyLock<Lexer> = LazyLock::new(|| toy(true));
static LENIENT: LazyLock<Lexer> = LazyLock::new(|| toy(false));

fn toy(strict: bool) -> Lexer {
    let mut terms = Terms::new();
    let mut token = |name: &str, pattern: Option<&str>| {
        let kind = NAMES.iter().position(|known| *known == name);
        TokenSpec {
            name: name.to_string(),
            kind: kind.unwrap_or(usize::from(Kind::MAX)) as Kind,
            pattern: match pattern {
                Some(pattern) => TokenPattern::Term(terms.parse(pattern).unwrap()),
                None => TokenPattern::Text(name.to_string()),
            },
            trivia: kind.is_none(),
            join: match name {
                "(" => Join::Open,
                ")" => Join::Close,
                _ => Join::None,
            },
        }
    };
    let tokens = vec![
        token("if", None),
        token("(", None),
        token(")", None),
        token(":", None),
        token("!=", None),
        token("NAME", Some(r"[\p{XID_Start}_]\p{XID_Continue}*")),
        token("NUMBER", Some(r"[0-9]+(\.[0-9]+)?")),
        token("STRING", Some(r#"'[^'\n\\]*'|"[^"\n]*"|"""([^"]|"[^"]|""[^"])*""""#)),
        token("blanks", Some(r"[ \t\f]+")),
        token("comment", Some(r"#[^\r\n]*")),
        token("mark", Some("\u{FEFF}")),
        token("joined line", Some(r"\\(\r\n|\n|\r)")),
    ];
    let newline = terms.parse(r"\r\n|\n|\r").unwrap();
    let indent = Some(IndentSpec { indent: 1, dedent: 2, tab: 8, strict });
    Lexer::new(terms, tokens, LayoutSpec { newline: Some((0, newline)), indent, end: vec![3] })
}

/// The tokens as text: the kind, and in brackets the text where it says more. Trivia is shown in front as `·trivia·`.
fn show(text: &str, tokens: &[Token]) -> String {
    let mut shown = Vec::new();
    let mut end = 0;
    for token in tokens {
        if end < token.start {
            shown.push(format!("·{}·", text[end as usize..token.start as usize].replace('\n', "␤")));
        }
        let (name, text) = (NAMES[usize::from(token.kind)], &text[token.start as usize..token.end as usize]);
        shown.push(match text {
            "" | "\n" => name.to_string(),
            _ if name == text => name.to_string(),
            _ => format!("{name}({})", text.escape_default()),
        });
        end = token.end;
    }
    shown.join(" ")
}

/// The tokens without trivia, or the error.
fn lex(text: &str) -> String {
    let shown = lex_with_trivia(text);
    shown.split('·').step_by(2).map(str::trim).collect::<Vec<_>>().join(" ").trim().to_string()
}

fn lex_with_trivia(text: &str) -> String {
    let mut out = Vec::new();
    match STRICT.lex(text, &mut out) {
        Ok(()) => show(text, &out),
        Err(error) => format!("{:?} {error}", &text[error.span().range()]),
    }
}

#[test]
fn longest_match_and_ties() {
    assert_eq!(lex("if iff 12.5 12.x"), r#""." unexpected character `.`"#);
    assert_eq!(lex("if iff 12.5 é"), "if NAME(iff) NUMBER(12.5) NAME(\\u{e9}) NEWLINE END");
    assert_eq!(lex("a!=b"), "NAME(a) != NAME(b) NEWLINE END");
}

#[test]
fn newline_inside_brackets_is_trivia() {
    assert_eq!(lex("a(\nb\n # c\n)\nc\n"), "NAME(a) ( NAME(b) ) NEWLINE NAME(c) NEWLINE END");
    assert_eq!(lex(")\n(a)\n"), ") NEWLINE ( NAME(a) ) NEWLINE END");
    assert_eq!(lex("if:\n a(\nb)\nc"), "if : NEWLINE INDENT NAME(a) ( NAME(b) ) NEWLINE DEDENT NAME(c) NEWLINE END");
}

#[test]
fn newline_of_a_blank_line_is_trivia() {
    assert_eq!(lex_with_trivia("\n # c\na\n\n \t\nb\n"), "·␤ # c␤· NAME(a) NEWLINE ·␤ \t␤· NAME(b) NEWLINE END");
    assert_eq!(lex("a\r\n\r\nb\r"), r"NAME(a) NEWLINE(\r\n) NAME(b) NEWLINE(\r) END");
    assert_eq!(lex("\\\n\na"), "NAME(a) NEWLINE END");
}

#[test]
fn missing_last_newline() {
    assert_eq!(lex(""), "END");
    assert_eq!(lex_with_trivia("a  # c"), "NAME(a) ·  # c· NEWLINE END");
    assert_eq!(lex_with_trivia("a  # c\n"), "NAME(a) ·  # c· NEWLINE END");
    assert_eq!(lex_with_trivia("a\n  # c"), "NAME(a) NEWLINE ·  # c· END");
    assert_eq!(lex("if:\n a"), "if : NEWLINE INDENT NAME(a) NEWLINE DEDENT END");
}

#[test]
fn columns() {
    assert_eq!(
        lex("if:\n\ta\n        b"),
        r#""        " tabs and spaces are mixed: how deep this line is indented depends on the width of a tab"#
    );
    assert_eq!(lex("if:\n  \x0c\ta\n\tb"), "if : NEWLINE INDENT NAME(a) NEWLINE NAME(b) NEWLINE DEDENT END");
    assert_eq!(lex("\u{FEFF}a\nb"), "NAME(a) NEWLINE NAME(b) NEWLINE END");
    assert_eq!(lex("if:\n  \\\n      a\n  b"), "if : NEWLINE INDENT NAME(a) NEWLINE NAME(b) NEWLINE DEDENT END");
    assert_eq!(lex(" a"), "INDENT NAME(a) NEWLINE DEDENT END");
    let tabs = "if:\n        a\n\tb";
    assert!(lex(tabs).ends_with("the width of a tab"));
    let mut out = Vec::new();
    LENIENT.lex(tabs, &mut out).unwrap();
    assert_eq!(out.iter().filter(|token| token.kind == 1).count(), 1);
}

#[test]
fn inconsistent_dedent() {
    let mut out = Vec::new();
    let error = STRICT.lex("if:\n    if:\n        a\n      b\n", &mut out).unwrap_err();
    let span = Span::new(22, 28);
    assert_eq!(error, LexError::InconsistentDedent { span, expected: vec![0, 4, 8], found: 6 });
}

#[test]
fn indent_stands_behind_the_newline() {
    assert_eq!(
        lex_with_trivia("if: # c\n\n  # d\n  a\n"),
        "if : · # c· NEWLINE INDENT ·␤  # d␤  · NAME(a) NEWLINE DEDENT END"
    );
}

#[test]
fn dedent_stands_behind_the_comments_of_its_block() {
    let block = "if:\n  if:\n    a\n";
    let start = "if : NEWLINE INDENT ·  · if : NEWLINE INDENT ·    · NAME(a) NEWLINE ";
    let check = |rest: &str, expected: &str| {
        assert_eq!(lex_with_trivia(&format!("{block}{rest}")), format!("{start}{expected}"), "{rest:?}");
    };
    check("\n\nb\n", "DEDENT DEDENT ·␤␤· NAME(b) NEWLINE END");
    check("    # c\n\n  # d\n# e\nb\n", "·    # c␤· DEDENT ·␤  # d␤· DEDENT ·# e␤· NAME(b) NEWLINE END");
    check("# e\n    # c\nb\n", "DEDENT DEDENT ·# e␤    # c␤· NAME(b) NEWLINE END");
    check("   # c\n  b\n", "·   # c␤· DEDENT ·  · NAME(b) NEWLINE DEDENT END");
    check("  # c\n  b\n  # d", "DEDENT ·  # c␤  · NAME(b) NEWLINE ·  # d· DEDENT END");
    check("\n    # c\n\n", "·␤    # c␤· DEDENT DEDENT ·␤· END");
    check(" # c\n\n# d", "DEDENT · # c␤· DEDENT ·␤# d· END");
    check("    b # c", "·    · NAME(b) · # c· NEWLINE DEDENT DEDENT END");
}

#[test]
fn unexpected_and_unfinished() {
    assert_eq!(lex("a ? b"), r#""?" unexpected character `?`"#);
    assert_eq!(lex("a → b"), "\"→\" unexpected character `→`");
    assert_eq!(lex("a\0"), "\"\\0\" unexpected character U+0000");
    assert_eq!(lex("a !b"), r#""b" unexpected character `b` in !="#);
    assert_eq!(lex("a 'b c\nd"), r#""'b c" STRING begins here and does not end"#);
    assert_eq!(lex("a 'b c"), r#""'b c" STRING begins here and does not end"#);
    let unfinished = "\"\"\"b\nc";
    assert_eq!(lex(&format!("a {unfinished}")), format!("{unfinished:?} STRING begins here and does not end"));
}

#[test]
fn plain_and_single_tokens() {
    let lexer = &*STRICT;
    let mut out = Vec::new();
    lexer.lex_plain("  a\n (b\n", &mut out).unwrap();
    assert_eq!(show("  a\n (b\n", &out), "·  · NAME(a) ·␤ · ( NAME(b)");
    let kind = |text: &str| lexer.kind_of(text).map(|kind| NAMES[usize::from(kind)]);
    assert_eq!([kind("if"), kind("iff"), kind("\n"), kind("'a b'")], [Some("if"), Some("NAME"), None, Some("STRING")]);
    assert_eq!([kind(""), kind(" "), kind("a b"), kind("'a"), kind("# c")], [None; 5]);
}

#[test]
fn without_layout() {
    let mut terms = Terms::new();
    let mut token = |kind: Kind, pattern: &str, trivia: bool| {
        let pattern = TokenPattern::Term(terms.parse(pattern).unwrap());
        TokenSpec { name: kind.to_string(), kind, pattern, trivia, join: Join::None }
    };
    // The second token may be empty: it never is one.
    let tokens = vec![token(0, "[ \n]+|/[*][^*]*[*]/", true), token(1, "a*", false), token(2, " b", false)];
    let lexer = Lexer::new(terms, tokens, LayoutSpec::default());
    let mut out = Vec::new();
    lexer.lex("\n aa b/*\n*/ a", &mut out).unwrap();
    assert_eq!(out.iter().map(|token| (token.kind, token.start)).collect::<Vec<_>>(), [(1, 2), (2, 4), (1, 12)]);
    assert_eq!(
        lexer.lex("a\n?", &mut out),
        Err(LexError::UnexpectedCharacter { span: Span::new(2, 3), character: '?', within: None })
    );
}

#[test]
fn long_texts() {
    let lexer = &*STRICT;
    let mut out = Vec::new();
    lexer.lex(&"(".repeat(1_000_000), &mut out).unwrap();
    assert_eq!(out.len(), 1_000_002);
    out.clear();
    lexer.lex(&format!("'{}'", "é x".repeat(1_000_000)), &mut out).unwrap();
    assert_eq!(out.len(), 3);
    let deep: String = (0..2000).map(|depth| format!("{}if:\n", " ".repeat(depth))).collect();
    out.clear();
    lexer.lex(&deep, &mut out).unwrap();
    assert_eq!(out.iter().filter(|token| token.kind == 2).count(), 1999);
}

proptest! {
    /// Tokens are in order, do not overlap, and what lies between them is trivia: no token, when lexed by itself.
    #[test]
    fn tokens_and_trivia_cover_the_text(pieces in prop::collection::vec(prop::sample::select(
        vec!["a", "if", "1", ".5", "(", ")", ":", "'x'", "# c", "\n", "\n", "\r\n", "  ", "    ", "\t", "\x0c", "\\\n", "é", "!=", "\u{FEFF}"]), 0..40)) {
        let text = pieces.concat();
        let lexer = &*LENIENT;
        let (mut out, mut plain) = (Vec::new(), Vec::new());
        let result = lexer.lex(&text, &mut out);
        let mut end = 0;
        for token in &out {
            prop_assert!(end <= token.start && token.start <= token.end && token.end as usize <= text.len());
            lexer.lex_plain(&text[end as usize..token.start as usize], &mut plain).unwrap();
            prop_assert!(plain.is_empty());
            let is_layout = token.kind <= 3;
            prop_assert!(is_layout || lexer.kind_of(&text[token.start as usize..token.end as usize]) == Some(token.kind));
            end = token.end;
        }
        if result.is_ok() {
            let count = |kind| out.iter().filter(|token| token.kind == kind).count();
            prop_assert_eq!(count(1), count(2));
            prop_assert_eq!(out.last().map(|token| (token.kind, token.end)), Some((3, text.len() as u32)));
            lexer.lex_plain(&text, &mut plain).unwrap();
            out.retain(|token| token.kind > 3);
            prop_assert_eq!(plain, out);
        }
    }

    /// The scanner with its short cuts finds the longest matches that a scan by derivatives finds.
    #[test]
    fn scanner_is_longest_match(text in "([ab1.'\"#!= \nß(]|if|!=|'a b c d e f g h'|# a b c d e f g h ß|abcdefghij|        ){0,20}") {
        let lexer = &*LENIENT;
        let mut out = Vec::new();
        let result = lexer.lex_plain(&text, &mut out);
        let mut terms = lexer.automaton.terms();
        let mut expected = Vec::new();
        let mut start = 0;
        while start < text.len() {
            let mut live = lexer.automaton.patterns().to_vec();
            let mut best = None;
            for (at, &byte) in text.as_bytes().iter().enumerate().skip(start) {
                live.iter_mut().for_each(|term| *term = terms.derivative(*term, byte));
                if let Some(pattern) = live.iter().position(|&term| terms.nullable(term)) {
                    best = Some((at + 1, pattern));
                }
            }
            let Some((end, pattern)) = best else { break };
            let meaning = lexer.plain[pattern];
            if meaning.action != Action::Trivia {
                expected.push(Token { start: start as u32, end: end as u32, kind: meaning.kind });
            }
            start = end;
        }
        prop_assert_eq!(result.is_ok(), start == text.len());
        prop_assert_eq!(out, expected);
    }
}
