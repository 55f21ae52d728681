//! Mistakes in the words of the person who wrote the file: what was found, what was expected, and the mend.
//!
//! The parser knows the place and the tokens it could go on with. What was probably meant is told from the tokens around.

use std::sync::Arc;

use lalrpop_util::ParseError;

use super::declaration::{Declaration, Head};
use super::lexer::{Lexeme, Notation, Token};
use super::mend::Misfit;
use super::syntax::{Literal, Name};
use crate::diagnostic::{Diagnostic, SourceText, did_you_mean};
use crate::span::Span;

/// What the parser of one declaration reports.
pub(super) type Failure<'a> = ParseError<u32, Token<'a>, Mistake>;

/// A declaration that is formed well and yet cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    span: Span,
    message: String,
    help: &'static str,
}

impl Mistake {
    /// The pairs of `join`.
    pub(super) fn pairs(literals: Vec<Literal>) -> Result<Vec<(Literal, Literal)>, Mistake> {
        let mut pairs = Vec::new();
        let mut literals = literals.into_iter();
        while let Some(opening) = literals.next() {
            let Some(closing) = literals.next() else {
                let message = format!("the bracket `{}` has no partner", opening.text);
                return Err(Mistake {
                    span: opening.span,
                    message,
                    help: "`join` takes pairs: `join '(' ')' '[' ']'`",
                });
            };
            pairs.push((opening, closing));
        }
        Ok(pairs)
    }

    /// The columns of a tab stop.
    pub(super) fn tab_stop(columns: u32, span: Span) -> Result<u32, Mistake> {
        if columns > 0 {
            return Ok(columns);
        }
        let message = "a tab stop has at least one column".to_owned();
        Err(Mistake { span, message, help: "`tab 8` puts tab stops at every eighth column" })
    }

    /// The bound of `innermost at most N`.
    pub(super) fn bound(bound: u32, span: Span) -> Result<u32, Mistake> {
        if bound > 0 {
            return Ok(bound);
        }
        let message = "with `at most 0` no rule would ever apply".to_owned();
        Err(Mistake { span, message, help: "the bound is at least 1; `innermost` alone has one of its own" })
    }

    /// The arguments of a predicate; `span` is that of the brackets.
    pub(super) fn arguments(predicate: &Name, arguments: Vec<Name>, span: Span) -> Result<Vec<Name>, Mistake> {
        if !arguments.is_empty() {
            return Ok(arguments);
        }
        let message = format!("the predicate `{}` has no argument", predicate.text);
        Err(Mistake { span, message, help: "a predicate is asked about metavariables: `name($x)`, `name($x, $y)`" })
    }
}

/// A declaration that begins with no directive and no rule.
pub(super) fn unknown_declaration(
    source: &Arc<SourceText>,
    declaration: &Declaration<'_>,
    notation: Notation,
) -> Diagnostic {
    let first = &declaration.lexemes[0];
    let next = declaration.lexemes.get(1).map(|lexeme| &lexeme.token);
    let Token::Word(word) = first.token else {
        let message = format!("expected a declaration, found {}", found(source, first));
        return Diagnostic::error(source, first.span, message).help(match notation {
            Notation::Langlet => "a file begins with its header, `langlet NAME` or `langlet NAME : PARENT`",
            Notation::Transform => "a file begins with its header, `transform SOURCE -> TARGET`",
        });
    };
    if let Some(directive) = suggested_directive(word, notation) {
        let message = format!("there is no directive `{word}`");
        return Diagnostic::error(source, first.span, message).help(format!("did you mean `{directive}`?"));
    }
    let message = format!("`{word}` begins no declaration");
    let help = match (notation, next) {
        (Notation::Langlet, Some(Token::Operator("="))) => {
            format!("a rule is defined with `{word}: …`, a token with `token {word} = /…/`")
        }
        (Notation::Langlet, Some(Token::Operator("::" | "<-" | "=>"))) => format!("a rule is defined with `{word}: …`"),
        (Notation::Langlet, Some(Token::Operator("->"))) => {
            format!("a rule is defined with `{word}: …`, and renamed with `rename {word} -> …`")
        }
        (Notation::Langlet, _) => {
            format!("a rule is defined with `{word}: …`; a line that goes on with a declaration is indented")
        }
        (Notation::Transform, _) => {
            "a rule is written `rule NAME pattern => result`; a line that goes on with a declaration is indented"
                .to_owned()
        }
    };
    Diagnostic::error(source, first.span, message).help(help)
}

/// The directive that `word` is a slip of.
pub(super) fn suggested_directive(word: &str, notation: Notation) -> Option<&'static str> {
    did_you_mean(word, notation.directives().iter().copied())
}

/// What is wrong with a declaration that the parser refused. `can_end` says whether it could have ended before its
/// token of the given index.
pub(super) fn refused(
    source: &Arc<SourceText>,
    declaration: &Declaration<'_>,
    failure: Failure<'_>,
    can_end: impl Fn(usize) -> bool,
) -> Diagnostic {
    let lexemes = &declaration.lexemes;
    let index_at = |offset: u32| lexemes.iter().position(|lexeme| lexeme.span.start == offset).unwrap_or(0);
    let (index, expected) = match failure {
        ParseError::UnrecognizedToken { token: (start, ..), expected } => (index_at(start), expected),
        ParseError::ExtraToken { token: (start, ..) } => (index_at(start), Vec::new()),
        ParseError::UnrecognizedEof { expected, .. } => (lexemes.len(), expected),
        ParseError::InvalidToken { location } => (index_at(location), Vec::new()),
        ParseError::User { error } => return Diagnostic::error(source, error.span, error.message).help(error.help),
    };
    let context = context(declaration.head);
    let Some(lexeme) = lexemes.get(index) else {
        return ended(source, declaration, &expected, &context);
    };
    if let Some(diagnostic) = known_mistake(source, declaration, index) {
        return diagnostic;
    }
    let mut phrases = phrases(&expected);
    if can_end(index) {
        phrases.push(if phrases.is_empty() { format!("the end of {context}") } else { "the end".to_owned() });
    }
    let message = match phrases.as_slice() {
        [] => format!("{} has no meaning here", found(source, lexeme)),
        phrases => format!("expected {}, found {}", listed(phrases), found(source, lexeme)),
    };
    let diagnostic = Diagnostic::error(source, lexeme.span, message).note(format!("in {context}"));
    match mend(source, declaration, index) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The declaration ends too early.
fn ended(source: &Arc<SourceText>, declaration: &Declaration<'_>, expected: &[String], context: &str) -> Diagnostic {
    let last = &declaration.lexemes[declaration.lexemes.len() - 1];
    let is_body = is_body(declaration.head);
    match &last.token {
        Token::Operator("|") if is_body => return missing_alternative(source, last.span),
        Token::Operator(":" | ":=" | "|=" | "-=") if is_body => {
            let message = format!("{context} has no right-hand side");
            return Diagnostic::error(source, declaration.span(), message).help("the empty one is written `()`");
        }
        _ => {}
    }
    let message = format!("{context} is not complete: expected {}", listed(&phrases(expected)));
    let mut diagnostic = Diagnostic::error(source, last.span, message).note("after this");
    diagnostic.help = mend(source, declaration, declaration.lexemes.len());
    diagnostic
}

fn missing_alternative(source: &Arc<SourceText>, place: Span) -> Diagnostic {
    Diagnostic::error(source, place, "an alternative of `|` is missing").help("the empty alternative is written `()`")
}

/// Mistakes in right-hand sides that have a name.
fn known_mistake(source: &Arc<SourceText>, declaration: &Declaration<'_>, index: usize) -> Option<Diagnostic> {
    // `neutral rule:` comes before the right-hand side.
    if !is_body(declaration.head) || (declaration.head == Head::Directive("neutral") && index < 3) {
        return None;
    }
    let lexeme = &declaration.lexemes[index];
    let before = index.checked_sub(1).map(|before| &declaration.lexemes[before]);
    let Token::Operator(operator) = lexeme.token else { return None };
    let after_symbol = match before.map(|before| &before.token) {
        Some(Token::Operator(before)) => matches!(*before, ")" | "]" | "*" | "+" | "?"),
        Some(_) => true,
        None => false,
    };
    let quote = format!("if the text `{operator}` is meant, quote it: `'{operator}'`");
    let (message, help) = match operator {
        "*" | "+" | "?" if after_symbol => {
            let first = before.map_or("", |before| &source.text[before.span.range()]);
            (format!("`{operator}` follows `{first}`"), format!("leave one out, or group with brackets; {quote}"))
        }
        "*" | "+" | "?" => (
            format!("`{operator}` repeats nothing"),
            format!("it stands behind what it repeats, as in `a{operator}`; {quote}"),
        ),
        "|" => return Some(missing_alternative(source, lexeme.span)),
        "]" if !after_symbol => match before.map(|before| &before.token) {
            Some(Token::Operator("[")) => {
                ("`[` `]` is empty".to_owned(), "leave it out; if the texts are meant, quote them".to_owned())
            }
            _ => return Some(missing_alternative(source, before.unwrap_or(lexeme).span)),
        },
        ")" if !after_symbol => return Some(missing_alternative(source, before.unwrap_or(lexeme).span)),
        ":" | ":=" | "|=" | "-=" | "=" | "::" | "<-" if after_symbol => (
            format!("`{operator}` in a right-hand side"),
            format!("a declaration begins on a line of its own; {quote}"),
        ),
        ":" | ":=" | "|=" | "-=" | "=" | "::" | "<-" | "->" | "=>" | "," => {
            (format!("`{operator}` in a right-hand side"), quote)
        }
        _ => return None,
    };
    Some(Diagnostic::error(source, lexeme.span, message).note(format!("in {}", context(declaration.head))).help(help))
}

/// The mend of a token that does not fit, by directive.
fn mend(source: &Arc<SourceText>, declaration: &Declaration<'_>, index: usize) -> Option<String> {
    let lexemes = &declaration.lexemes;
    let token = lexemes.get(index).map(|lexeme| &lexeme.token);
    let written = |index: usize| lexemes.get(index).map_or("NAME", |lexeme| &source.text[lexeme.span.range()]);
    // A word that the notation asks for is missing or misspelled.
    let misspelled = |words: &[&'static str]| match token {
        Some(Token::Word(word)) => {
            did_you_mean(word, words.iter().copied()).map(|word| format!("did you mean `{word}`?"))
        }
        _ => None,
    };
    if let (true, Some(Token::Number(number))) = (is_body(declaration.head), token) {
        return Some(format!("if the text `{number}` is meant, quote it: `'{number}'`"));
    }
    let Head::Directive(directive) = declaration.head else { return None };
    let usage = match directive {
        "langlet" => match token {
            Some(Token::Word("when")) => {
                return Some("a dialect names its parent: `langlet NAME : PARENT when /…/`".to_owned());
            }
            _ => {
                return misspelled(&["when"]).or(Some(
                    "the header is `langlet NAME`, `langlet NAME : PARENT` or `langlet NAME : PARENT when /…/`"
                        .to_owned(),
                ));
            }
        },
        "token" | "skip" | "part" => {
            let name = if index < 2 { "NAME" } else { written(1) };
            return Some(match token {
                Some(_) if index > 2 && lexemes[2].token == Token::Operator("-=") => {
                    format!("`{directive} {name} -=` alone removes it")
                }
                Some(Token::Operator("|=" | "-=")) => format!("replace it with `{directive} {name} := /…/`"),
                Some(Token::Literal(_)) => {
                    "its texts are given by a regex between slashes; a literal needs no declaration".to_owned()
                }
                _ => format!("write `{directive} {name} = /…/` to define it, `:=` to replace an inherited one"),
            });
        }
        "drop" => "it takes names: `drop a b`",
        "rename" => "write `rename old -> new`",
        "soft" => "write `soft NAME 'match' 'case'`",
        "layout" if index == 1 => {
            let words = ["newline", "indent", "end"];
            return misspelled(&words)
                .or(Some("there are `layout newline`, `layout indent` and `layout end`".to_owned()));
        }
        "layout" => match lexemes[1].token {
            Token::Word("newline") => "write `layout newline NEWLINE = /…/`",
            Token::Word("indent") => {
                return misspelled(&["tab", "strict"])
                    .or(Some("write `layout indent INDENT DEDENT tab 8`, with or without `strict`".to_owned()));
            }
            _ => "write `layout end ENDMARKER`",
        },
        "join" => "it takes pairs of literals: `join '(' ')' '[' ']'`",
        "neutral" => "write `neutral rule: alternative`",
        "constant" => "write `constant NAME 'text'`",
        "tight" if index == 1 => {
            return misspelled(&["before", "after"]).or(Some("write `tight before …` or `tight after …`".to_owned()));
        }
        "tight" => "it takes names and literals: `tight before trailer ',' ')'`",
        "start" => "it takes names: `start a b`; to define a rule of that name, write `start: …`",
        _ => return Some(Misfit { lexemes, index }.mend(directive)),
    };
    Some(usage.to_owned())
}

/// Whether the declaration has a right-hand side.
fn is_body(head: Head<'_>) -> bool {
    matches!(head, Head::Rule(_) | Head::Expression | Head::Directive("neutral"))
}

/// The declaration by name.
fn context(head: Head<'_>) -> String {
    match head {
        Head::Directive("langlet" | "transform") => "the header".to_owned(),
        Head::Directive("rule") => "the rewriting rule".to_owned(),
        Head::Directive("pattern") => "the named pattern".to_owned(),
        Head::Directive(word @ ("phase" | "example")) => format!("the {word}"),
        Head::Directive(word) => format!("`{word}`"),
        Head::Rule(name) => format!("the rule `{name}`"),
        Head::Unknown => "the declaration".to_owned(),
        Head::Expression => "the right-hand side".to_owned(),
    }
}

/// The token as it was written.
fn found(source: &Arc<SourceText>, lexeme: &Lexeme<'_>) -> String {
    let written = &source.text[lexeme.span.range()];
    match lexeme.token {
        Token::Literal(_) => format!("the literal {written}"),
        Token::Regex(_) => "a regex".to_owned(),
        Token::Number(_) => format!("the number {written}"),
        Token::Quotation(..) => "a quotation".to_owned(),
        Token::Variable(_) => format!("the metavariable `{written}`"),
        Token::Directive(_) | Token::Word(_) | Token::Operator(_) | Token::Invalid => format!("`{written}`"),
    }
}

/// The expected terminals of the grammar, few and in the words of the notation.
fn phrases(expected: &[String]) -> Vec<String> {
    let has = |terminal: &str| expected.iter().any(|expected| expected == terminal);
    let is_body = has("name") && has("\"(\"");
    let mut phrases = Vec::new();
    if is_body {
        phrases.push("a symbol".to_owned());
    }
    if has("name") && has("variable") {
        return vec!["a condition".to_owned()];
    }
    for terminal in expected {
        let phrase = match terminal.as_str() {
            "name" | "literal" | "regex" if is_body => continue,
            "\"(\"" | "\"[\"" | "\"*\"" | "\"+\"" | "\"?\"" | "\")\"" if is_body => continue,
            "name" => "a name".to_owned(),
            "literal" => "a literal `'…'`".to_owned(),
            "regex" => "a regex `/…/`".to_owned(),
            "number" => "a number".to_owned(),
            "quotation" => "a quotation `[| … |]`".to_owned(),
            "variable" => "a metavariable `$x`".to_owned(),
            // Where a name may stand, so may the words of the notation.
            word if has("name") && word.trim_matches('"').chars().all(char::is_alphabetic) => continue,
            operator => format!("`{}`", operator.trim_matches('"')),
        };
        phrases.push(phrase);
    }
    phrases
}

/// `a, b or c`.
fn listed(phrases: &[String]) -> String {
    match phrases {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
