//! Tokens to declarations: a file is divided before it is parsed, so that a mistake in one hides none in another.
//!
//! A declaration begins with the first word of a line, and goes on to the next such word:
//!
//! ```text
//! token NAME = /[a-z]+/     a directive, unless one of : ::= := |= -= follows it
//! start: a                  a rule, whatever its name
//!     | b                   goes on
//! strat b                   a word that is not indented more than the declaration before it: a mistake
//! ```
//!
//! After it, every token is in exactly one declaration, and the brackets of each are balanced and at most [`MAX_DEPTH`]
//! deep, or reported.

use std::sync::Arc;

use super::lexer::{Lexeme, Notation, Token};
use crate::diagnostic::{Diagnostic, SourceText};
use crate::span::Span;

/// Brackets may be nested this deep; it bounds the recursion over right-hand sides everywhere.
pub(super) const MAX_DEPTH: usize = 100;

/// How a declaration begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head<'a> {
    /// With a directive.
    Directive(&'a str),
    /// With the name of a rule and its operator.
    Rule(&'a str),
    /// With anything else: a mistake.
    Unknown,
    /// It is a right-hand side alone.
    Expression,
}

/// The tokens of one declaration; never empty.
#[derive(Clone, Debug)]
pub(super) struct Declaration<'a> {
    /// How it begins.
    pub(super) head: Head<'a>,
    /// Its tokens.
    pub(super) lexemes: Vec<Lexeme<'a>>,
}

impl Declaration<'_> {
    /// From the first to the last token.
    pub(super) fn span(&self) -> Span {
        self.lexemes[0].span.cover(self.lexemes[self.lexemes.len() - 1].span)
    }

    /// Whether its tokens are certain, so that it can be parsed.
    pub(super) fn is_certain(&self) -> bool {
        self.lexemes.iter().all(|lexeme| lexeme.token != Token::Invalid)
    }
}

/// Whether the token after a word makes the word the name of a rule.
pub(super) fn is_rule_operator(token: &Token<'_>) -> bool {
    matches!(token, Token::Operator(":" | ":=" | "|=" | "-="))
}

/// Divides the tokens of a file.
pub(super) fn divide<'a>(lexemes: Vec<Lexeme<'a>>, notation: Notation) -> Vec<Declaration<'a>> {
    let mut declarations: Vec<Declaration<'a>> = Vec::new();
    let mut lexemes = lexemes.into_iter().peekable();
    while let Some(mut lexeme) = lexemes.next() {
        let current = declarations.last();
        let head = head(&lexeme, lexemes.peek(), current, notation);
        match (head, declarations.last_mut()) {
            (None, Some(current)) => current.lexemes.push(lexeme),
            (head, _) => {
                let head = head.unwrap_or(Head::Unknown);
                if let Head::Directive(word) = head {
                    lexeme.token = Token::Directive(word);
                }
                declarations.push(Declaration { head, lexemes: vec![lexeme] });
            }
        }
    }
    declarations
}

/// How the declaration begins that `lexeme` begins; `None` if it goes on with the current one.
fn head<'a>(
    lexeme: &Lexeme<'a>,
    next: Option<&Lexeme<'a>>,
    current: Option<&Declaration<'a>>,
    notation: Notation,
) -> Option<Head<'a>> {
    let (Token::Word(word), Some(indentation)) = (&lexeme.token, lexeme.indentation) else { return None };
    let is_langlet = notation == Notation::Langlet;
    if is_langlet && next.is_some_and(|next| is_rule_operator(&next.token)) {
        return Some(Head::Rule(word));
    }
    if notation.directives().contains(word) {
        return Some(Head::Directive(word));
    }
    let Some(current) = current else { return Some(Head::Unknown) };
    let clauses: &[&str] = if is_langlet { &["when"] } else { &["where", "and", "then"] };
    let is_indented = current.lexemes[0].indentation.is_none_or(|of_current| indentation > of_current);
    // `tokn NAME = /x/` or `r = x` where a right-hand side would go on.
    let defines = |lexeme: &Lexeme<'_>| matches!(lexeme.token, Token::Operator("=" | "::" | "<-"));
    let is_definition = matches!(current.head, Head::Rule(_)) && next.is_some_and(defines);
    ((!is_indented && !clauses.contains(word)) || is_definition).then_some(Head::Unknown)
}

/// Checks what a parser would report badly: brackets that do not match, nesting that is too deep, empty literals.
pub(super) fn check_tokens(source: &Arc<SourceText>, declaration: &Declaration<'_>) -> Vec<Diagnostic> {
    let mut mistakes = check_brackets(source, declaration);
    // The token at the end of a file, for one, is a constant without text.
    if declaration.head != Head::Directive("constant") {
        mistakes.extend(check_literals(source, declaration));
    }
    mistakes
}

fn check_literals(source: &Arc<SourceText>, declaration: &Declaration<'_>) -> Vec<Diagnostic> {
    let mut mistakes = Vec::new();
    let mut before: Option<&Token<'_>> = None;
    for lexeme in &declaration.lexemes {
        if lexeme.token == Token::Literal(String::new()) {
            let help = match (declaration.head, before) {
                (_, Some(Token::Word("refuse"))) => "say why it cannot be translated",
                (Head::Directive("refused"), _) => "leave it out, or give a part of the reason",
                (Head::Directive("rule"), Some(Token::Operator("=>"))) => {
                    "a literal is the text of a token; a node is left out with `delete`"
                }
                (Head::Directive("rule" | "pattern"), _) => "a literal is the text of a token",
                _ => "a literal is the text of a token; the empty alternative is written `()`",
            };
            mistakes.push(Diagnostic::error(source, lexeme.span, "the literal is empty").help(help));
        }
        before = Some(&lexeme.token);
    }
    mistakes
}

fn check_brackets(source: &Arc<SourceText>, declaration: &Declaration<'_>) -> Vec<Diagnostic> {
    let mut mistakes = Vec::new();
    let mut open: Vec<(&str, Span)> = Vec::new();
    let closing = |opening: &str| if opening == "(" { ")" } else { "]" };
    let mut is_too_deep = false;
    for lexeme in &declaration.lexemes {
        match lexeme.token {
            Token::Operator(bracket @ ("(" | "[")) => {
                if open.len() == MAX_DEPTH && !is_too_deep {
                    let message = format!("brackets are nested more than {MAX_DEPTH} deep");
                    let help = "make a rule of an inner part";
                    mistakes.push(Diagnostic::error(source, lexeme.span, message).help(help));
                    is_too_deep = true;
                }
                open.push((bracket, lexeme.span));
            }
            Token::Operator(bracket @ (")" | "]")) => match open.pop() {
                None => {
                    let help = format!("if the text `{bracket}` is meant, quote it: `'{bracket}'`");
                    mistakes
                        .push(Diagnostic::error(source, lexeme.span, format!("`{bracket}` closes nothing")).help(help));
                }
                Some((opening, place)) if closing(opening) != bracket => {
                    let message = format!("`{opening}` is closed by `{bracket}`");
                    let mistake = Diagnostic::error(source, lexeme.span, message).label(place, "opened here");
                    mistakes.push(mistake.help(format!("close it with `{}`", closing(opening))));
                }
                Some(_) => {}
            },
            _ => {}
        }
    }
    // Deeper than the limit, one message says it all.
    if !is_too_deep {
        mistakes.extend(open.into_iter().map(|(opening, place)| {
            let help = format!(
                "close it with `{}`; if the text `{opening}` is meant, quote it: `'{opening}'`",
                closing(opening)
            );
            Diagnostic::error(source, place, format!("`{opening}` is not closed")).note("opened here").help(help)
        }));
    }
    mistakes
}
