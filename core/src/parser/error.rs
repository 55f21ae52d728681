//! Syntax errors: the place, what was found, what could have come, and the rule that was being read.

use std::sync::Arc;

use thiserror::Error;

use super::drive::Frame;
use crate::automata::decision::{Action, PathId};
use crate::automata::{END, StateId, Tables, Terminal};
use crate::diagnostic::{Diagnostic, SourceText};
use crate::grammar::{Grammar, Symbol};
use crate::langlet::Langlet;
use crate::lexer::{LexError, Token};
use crate::span::Span;

/// What stands where something else was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A token: its kind in the user's terms.
    Token(String),
    /// The text ends.
    End,
}

/// A token that cannot come where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected {}, found {}", one_of(.expected), match .found { Found::Token(name) => name.as_str(), Found::End => "the end of the text" })]
pub struct ParseError {
    /// The token; empty at the end of the text.
    pub span: Span,
    /// What stands there.
    pub found: Found,
    /// What could stand there, in the user's terms: names of tokens, and keywords and operators in quotes.
    pub expected: Vec<String>,
    /// If that is more than a message names: the rule that more than half of it begins.
    pub begins: Option<String>,
    /// The rule that was being read.
    pub rule: String,
    /// Where that rule began.
    pub rule_start: Option<u32>,
}

/// Why a text could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadError {
    /// It does not consist of tokens.
    #[error(transparent)]
    Lex(#[from] LexError),
    /// The tokens do not follow the grammar.
    #[error(transparent)]
    Parse(#[from] ParseError),
}

impl ReadError {
    /// The error with its place in the text.
    pub fn diagnostic(&self, source: &Arc<SourceText>) -> Diagnostic {
        match self {
            ReadError::Lex(error) => {
                let diagnostic = Diagnostic::error(source, error.span(), error.to_string());
                match error.help() {
                    Some(help) => diagnostic.help(help),
                    None => diagnostic,
                }
            }
            ReadError::Parse(error) => {
                let mut diagnostic = Diagnostic::error(source, error.span, error.to_string());
                if let Some(start) = error.rule_start
                    && start < error.span.start
                {
                    diagnostic = diagnostic.label(Span::new(start, start), format!("`{}` begins here", error.rule));
                }
                match &error.begins {
                    None => diagnostic,
                    Some(rule) => diagnostic.help(format!("`{rule}` may begin here")),
                }
            }
        }
    }
}

/// How many expected tokens a message names before it counts the rest.
const MOST_NAMED: usize = 12;

fn one_of(expected: &[String]) -> String {
    match expected {
        [] => "nothing more".to_owned(),
        [one] => one.clone(),
        many if many.len() <= MOST_NAMED => {
            let (last, rest) = many.split_last().expect("two and more");
            format!("{} or {last}", rest.join(", "))
        }
        many => format!("{} or {} other tokens", many[..MOST_NAMED - 2].join(", "), many.len() - MOST_NAMED + 2),
    }
}

/// The name of a terminal in the user's terms: layout tokens by what they mean, literals in quotes.
pub(crate) fn terminal_name(grammar: &Grammar, tables: &Tables, terminal: Terminal) -> String {
    let Some(symbol) = tables.terminals.symbol(terminal) else {
        return if terminal == END { "the end of the text" } else { "a metavariable" }.to_owned();
    };
    let layout = &grammar.layout;
    if layout.newline.as_ref().is_some_and(|(newline, _)| *newline == symbol) {
        return "the end of the line".to_owned();
    }
    if layout.end.contains(&symbol) {
        return "the end of the file".to_owned();
    }
    match layout.indent {
        Some(indent) if indent.indent == symbol => "an indented block".to_owned(),
        Some(indent) if indent.dedent == symbol => "the end of the block".to_owned(),
        _ => grammar.symbols.display(symbol),
    }
}

/// Says what could have come before the token `index`, given the stack before it was looked at.
pub(super) fn explain(
    langlet: &Langlet,
    frames: &[Frame],
    pending: Option<PathId>,
    tokens: &[Token],
    index: usize,
    begun: Option<(Symbol, u32)>,
) -> ParseError {
    let tables = langlet.tables();
    let grammar = langlet.grammar();
    let n_terminals = tables.terminals.len() as Terminal;
    let reach = |terminal: Terminal| {
        let is_real = terminal != tables.terminals.metavariable();
        is_real.then(|| accepts(tables, frames, pending, terminal)).flatten().map(|reach| (reach, terminal))
    };
    let mut possible: Vec<(Reach, Terminal)> = (0..n_terminals).filter_map(reach).collect();
    // What goes on with a rule that has begun says more than what a name or number could be followed by in general; and
    // named tokens, which are numbered behind the literals, say more than those.
    possible.sort_by_key(|&(reach, terminal)| (terminal == END, reach, std::cmp::Reverse(terminal)));
    let possible: Vec<Terminal> = possible.into_iter().map(|(_, terminal)| terminal).collect();
    let expected: Vec<String> = possible.iter().map(|&terminal| terminal_name(grammar, tables, terminal)).collect();
    let is_long = possible.len() > MOST_NAMED;
    let begins = is_long.then(|| begun_by_most(langlet, frames, pending, &possible)).flatten();
    let (span, found) = match tokens.get(index) {
        Some(token) => (Span::new(token.start, token.end), Found::Token(terminal_name(grammar, tables, token.kind))),
        None => {
            let end = tokens.last().map_or(0, |token| token.end);
            (Span::new(end, end), Found::End)
        }
    };
    let outermost = tables.level(frames[0].path).symbol;
    let rule = begun.map_or(outermost, |(rule, _)| rule);
    let rule = grammar.symbols.name(rule).to_owned();
    ParseError { span, found, expected, begins, rule, rule_start: begun.map(|(_, start)| start) }
}

/// The name of the outermost rule that more than half of the terminals begin.
fn begun_by_most(
    langlet: &Langlet,
    frames: &[Frame],
    pending: Option<PathId>,
    terminals: &[Terminal],
) -> Option<String> {
    let stacks = langlet.stacks();
    let frames = frames.iter().map(|frame| (frame.path, frame.state));
    let top = stacks.of_frames(frames, pending.unwrap_or(PathId::NONE))?;
    let rules: Vec<Symbol> = terminals.iter().filter_map(|&terminal| stacks.begun_by(&top, terminal)).collect();
    let is_most = |rule: &&Symbol| rules.iter().filter(|other| other == rule).count() * 2 > terminals.len();
    rules.iter().find(is_most).map(|&rule| langlet.grammar().symbols.name(rule).to_owned())
}

/// Who would read a token that can come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// A rule that has children already.
    Begun,
    /// A rule that is complete so far with a single child, and could go on.
    Pending,
}

/// Whether the terminal can come next: the stack is popped on it until it is read or does not fit.
fn accepts(tables: &Tables, frames: &[Frame], pending: Option<PathId>, terminal: Terminal) -> Option<Reach> {
    // The stack is `frames[..depth]`, the state of the last perhaps moved on, and on top of it `levels`.
    let mut depth = frames.len();
    let mut moved: Option<StateId> = None;
    let mut levels: Vec<(PathId, StateId)> = Vec::new();
    let mut complete = pending;
    loop {
        if let Some(path) = complete.take() {
            let consumer = tables.completion(path, terminal).consumer;
            if consumer != PathId::NONE {
                levels.push((consumer, tables.level(consumer).state));
            }
        }
        let (path, state) = match levels.last() {
            Some(&level) => level,
            None if depth == 0 => return (terminal == END).then_some(Reach::Begun),
            None => (frames[depth - 1].path, moved.unwrap_or(frames[depth - 1].state)),
        };
        match tables.action(state, terminal) {
            Action::Error => return None,
            Action::Shift(_) | Action::Push(_) | Action::Conflict => {
                return Some(if levels.is_empty() { Reach::Begun } else { Reach::Pending });
            }
            // A rule that can only be empty here; whether the terminal fits shows behind it.
            Action::Open(entry) => {
                let entry = tables.entry(entry);
                match levels.last_mut() {
                    Some(level) => level.1 = entry.next,
                    None => moved = Some(entry.next),
                }
                levels.push((entry.path, tables.level(entry.path).state));
            }
            Action::Pop => {
                // Progress: a level or a frame goes; as many levels were opened as rules are nested in each other.
                if levels.pop().is_none() {
                    depth -= 1;
                    moved = None;
                }
                complete = Some(path);
            }
        }
    }
}
