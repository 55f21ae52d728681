//! The notation: the texts of `.langlet` and `.transform` files to their syntax, every mistake reported in one run.
//!
//! ```text
//! text ── lexer ──> tokens ── declaration ──> one token list per declaration ── grammar ──> syntax
//!                                                                                └── explain, mend ──> diagnostics
//! ```
//!
//! Afterwards names are still words: whether a rule exists, or a regex is well-formed, is decided by `grammar`.
//! The notation is described for its users in `docs/notation.md`.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, SourceText};
use crate::span::Span;

mod declaration;
mod explain;
mod lexer;
mod mend;
mod reference;
pub mod syntax;
#[cfg(test)]
mod tests;

lalrpop_util::lalrpop_mod!(
    #[allow(clippy::all, missing_docs, unreachable_pub, unused)]
    grammar,
    "/notation/grammar.rs"
);

use declaration::{Declaration, Head, check_tokens, divide};
use explain::{Failure, refused, suggested_directive, unknown_declaration};
pub(crate) use lexer::operands;
use lexer::{Notation, Token, lex};
pub(crate) use reference::{as_group, references, replace_references};
use syntax::{
    Example, Expression, Item, LangletFile, Name, NamedPattern, Phase, RewriteRule, TransformFile, TransformItem,
};

/// Reads a `.langlet` file.
///
/// # Errors
/// All mistakes, in the order of the text; at most one of the parser's for each declaration.
pub fn parse_langlet(source: &Arc<SourceText>) -> Result<LangletFile, Vec<Diagnostic>> {
    let mut reader = Reader::new(source, Notation::Langlet);
    let header = grammar::LangletHeaderParser::new();
    let mut file = reader.header("langlet", |tokens| header.parse(tokens));
    let parser = grammar::DeclarationParser::new();
    for declaration in reader.declarations("langlet") {
        let kind = reader.parse(&declaration, |tokens| parser.parse(tokens));
        if let (Some(file), Some(kind)) = (&mut file, kind) {
            file.items.push(Item { kind, span: declaration.span() });
        }
    }
    reader.finish(file)
}

/// Reads a `.transform` file.
///
/// # Errors
/// All mistakes, in the order of the text; at most one of the parser's for each declaration.
pub fn parse_transform(source: &Arc<SourceText>) -> Result<TransformFile, Vec<Diagnostic>> {
    let mut reader = Reader::new(source, Notation::Transform);
    let header = grammar::TransformHeaderParser::new();
    let mut file = reader.header("transform", |tokens| header.parse(tokens));
    let parser = grammar::TransformDeclarationParser::new();
    let (mut patterns, mut phases): (Vec<NamedPattern>, Vec<Phase>) = (Vec::new(), Vec::new());
    let (mut rules, mut examples): (Vec<RewriteRule>, Vec<Example>) = (Vec::new(), Vec::new());
    let mut reversible = Vec::new();
    for declaration in reader.declarations("transform") {
        match reader.parse(&declaration, |tokens| parser.parse(tokens)) {
            Some(TransformItem::Pattern(pattern)) => {
                reader.check_unique("pattern", &pattern.name, patterns.iter().map(|pattern| &pattern.name));
                patterns.push(pattern);
            }
            Some(TransformItem::Phase(phase)) => {
                reader.check_unique("phase", &phase.name, phases.iter().map(|phase| &phase.name));
                reader.check_not_main(&phase.name, rules.iter().find(|rule| rule.phase.is_none()));
                phases.push(phase);
            }
            Some(TransformItem::Rule(rule)) => rules.push(RewriteRule { phase: phases.len().checked_sub(1), ..rule }),
            Some(TransformItem::Example(example)) => {
                examples.push(Example { rule: rules.len().checked_sub(1), ..example });
            }
            Some(TransformItem::Reversible(way)) => reversible.push(way),
            None => {}
        }
    }
    if let Some(file) = &mut file {
        (file.patterns, file.phases, file.rules, file.examples) = (patterns, phases, rules, examples);
        file.reversible = reversible;
    }
    reader.finish(file)
}

/// Reads one right-hand side, such as `a (',' a)* [',']`.
///
/// # Errors
/// All mistakes, in the order of the text.
pub fn parse_expression(source: &Arc<SourceText>) -> Result<Expression, Vec<Diagnostic>> {
    let (lexemes, mistakes) = lex(source, Notation::Langlet);
    let mut reader = Reader { source, notation: Notation::Langlet, declarations: Vec::new(), mistakes };
    if lexemes.is_empty() {
        if reader.mistakes.is_empty() {
            let mistake = Diagnostic::error(source, Span::default(), "the right-hand side is empty");
            reader.mistakes.push(mistake.help("the empty one is written `()`"));
        }
        return reader.finish(None);
    }
    let parser = grammar::BodyParser::new();
    let body = reader.parse(&Declaration { head: Head::Expression, lexemes }, |tokens| parser.parse(tokens));
    reader.finish(body)
}

/// The phase of the rules that stand before the first `phase`.
pub const MAIN_PHASE: &str = "main";

/// The tokens of one declaration as the parsers want them.
type Tokens<'t, 'a> = Box<dyn Iterator<Item = Result<(u32, Token<'a>, u32), explain::Mistake>> + 't>;

/// A file that is being read.
struct Reader<'a> {
    source: &'a Arc<SourceText>,
    notation: Notation,
    /// Those that are still to be parsed.
    declarations: Vec<Declaration<'a>>,
    mistakes: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn new(source: &'a Arc<SourceText>, notation: Notation) -> Reader<'a> {
        let (lexemes, mistakes) = lex(source, notation);
        Reader { source, notation, declarations: divide(lexemes, notation), mistakes }
    }

    /// Parses the header, which must be the first declaration.
    fn header<T>(&mut self, directive: &str, parse: impl Fn(Tokens<'_, 'a>) -> Result<T, Failure<'a>>) -> Option<T> {
        let form = match self.notation {
            Notation::Langlet => "`langlet NAME` or `langlet NAME : PARENT`",
            Notation::Transform => "`transform SOURCE -> TARGET`",
        };
        let Some(first) = self.declarations.first() else {
            // Not if the text is nothing but mistakes of the lexer.
            if self.mistakes.is_empty() {
                let message =
                    if self.source.text.is_empty() { "the file is empty" } else { "the file declares nothing" };
                let mistake = Diagnostic::error(self.source, Span::default(), message);
                self.mistakes.push(mistake.help(format!("it begins with its header, {form}")));
            }
            return None;
        };
        if first.head == Head::Directive(directive) {
            let first = self.declarations.remove(0);
            return self.parse(&first, parse);
        }
        // It is reported as what it is; a missing header beside it would be one mistake said twice.
        let is_slip = first.head == Head::Unknown
            && match first.lexemes[0].token {
                Token::Word(word) => suggested_directive(word, self.notation) == Some(directive),
                _ => true,
            };
        let elsewhere = self.declarations.iter().any(|declaration| declaration.head == Head::Directive(directive));
        if !is_slip && !elsewhere {
            let mistake = Diagnostic::error(self.source, first.lexemes[0].span, "the header is missing");
            self.mistakes.push(mistake.help(format!("begin the file with {form}")));
        }
        None
    }

    /// The declarations after the header; those that are headers are reported.
    fn declarations(&mut self, directive: &str) -> Vec<Declaration<'a>> {
        let (headers, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.declarations)
            .into_iter()
            .partition(|declaration| declaration.head == Head::Directive(directive));
        for header in headers {
            let mistake =
                Diagnostic::error(self.source, header.span(), "the header is not at the beginning of the file");
            let help = match self.notation {
                Notation::Langlet => {
                    "a file has one header, in front of all declarations; a rule of that name is defined with `langlet: …`"
                }
                Notation::Transform => "a file has one header, in front of all declarations",
            };
            self.mistakes.push(mistake.help(help));
        }
        others
    }

    /// Parses one declaration, or reports what is wrong with it.
    fn parse<T>(
        &mut self,
        declaration: &Declaration<'a>,
        parse: impl Fn(Tokens<'_, 'a>) -> Result<T, Failure<'a>>,
    ) -> Option<T> {
        if declaration.head == Head::Unknown {
            if declaration.lexemes[0].token != Token::Invalid {
                self.mistakes.push(unknown_declaration(self.source, declaration, self.notation));
            }
            return None;
        }
        // What follows from a token that is in doubt, such as an unclosed literal, is no mistake of its own.
        if !declaration.is_certain() {
            return None;
        }
        let mistakes = check_tokens(self.source, declaration);
        if !mistakes.is_empty() {
            self.mistakes.extend(mistakes);
            return None;
        }
        let tokens = |end: usize| -> Tokens<'_, 'a> {
            let lexemes = declaration.lexemes[..end].iter();
            Box::new(lexemes.map(|lexeme| Ok((lexeme.span.start, lexeme.token.clone(), lexeme.span.end))))
        };
        match parse(tokens(declaration.lexemes.len())) {
            Ok(parsed) => Some(parsed),
            Err(failure) => {
                let can_end = |index| parse(tokens(index)).is_ok();
                self.mistakes.push(refused(self.source, declaration, failure, can_end));
                None
            }
        }
    }

    /// Reports a name that one before it has.
    fn check_unique<'n>(&mut self, what: &str, name: &Name, mut others: impl Iterator<Item = &'n Name>) {
        if let Some(first) = others.find(|other| other.text == name.text) {
            let mistake = Diagnostic::error(self.source, name.span, format!("there are two {what}s `{}`", name.text));
            self.mistakes.push(mistake.label(first.span, "the first").help("give one of them another name"));
        }
    }

    /// Reports a phase that is named like that of the rules before the first one, if there are any.
    fn check_not_main(&mut self, phase: &Name, before: Option<&RewriteRule>) {
        if let Some(rule) = before.filter(|_| phase.text == MAIN_PHASE) {
            let message = format!("there are two phases `{MAIN_PHASE}`");
            let mistake = Diagnostic::error(self.source, phase.span, message);
            let mistake = mistake.label(rule.name.span, "the rules before the first phase belong to one of this name");
            self.mistakes.push(mistake.help("give it another name, or begin the rules with it"));
        }
    }

    /// The result, if nothing was reported.
    fn finish<T>(mut self, result: Option<T>) -> Result<T, Vec<Diagnostic>> {
        if self.mistakes.is_empty() {
            return Ok(result.expect("what is not parsed is reported"));
        }
        self.mistakes.sort_by_key(|mistake| mistake.labels[0].span);
        Err(self.mistakes)
    }
}
