//! Readings: the token strings that a fragment may be, and the tree of the first that its rule admits.
//!
//! Where a text ends, and what a metavariable stands for, is not written down. `$x` on a line of its own may be a statement with
//! its line end, or the name before it; the end of a line behind a fragment may be meant or not. So there are several token
//! strings, in an order of preference, and for each several ways to say where metavariables may stand.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::infer::Inference;
use super::metavariable::{Metavariable, Repeat, Type, Variable};
use super::quoted::Mark;
use crate::automata::Terminal;
use crate::cst::node::{Node, Tree};
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::lexer::{LexError, Token};
use crate::parser::drive::{METAVARIABLE, Types, Wanted};
use crate::parser::{ParseError, drive};
/// The token strings that the text may be, in the order in which they are tried.
pub(super) fn readings(
    langlet: &Langlet,
    symbol: Symbol,
    text: &str,
    (marks, found): (&[Mark<'_>], &FxHashMap<u32, Metavariable>),
    (inference, bound): (&Inference, &[(Variable, Symbol)]),
    is_block: bool,
) -> Result<Vec<Vec<Token>>, LexError> {
    let kind = langlet.tables().terminals.metavariable();
    let mark_at = |at: usize| marks.iter().find(|mark| mark.start == at).map(|mark| mark.end);
    let is_layout = |token: &Token| {
        let symbol = langlet.tables().terminals.symbol(token.kind);
        token.kind != kind && symbol.is_some_and(|symbol| langlet.grammar().is_layout(symbol))
    };
    let mut laid = Vec::new();
    langlet.lexer().lex_marked(text, kind, mark_at, &mut laid)?;
    if let Some(indent) = langlet.grammar().layout.indent {
        let number = |symbol| langlet.tables().terminals.number(symbol);
        unindent(&mut laid, number(indent.indent), number(indent.dedent));
    }
    let plain: Vec<Token> = laid.iter().filter(|token| !is_layout(token)).copied().collect();
    let mut readings: Vec<Vec<Token>> = Vec::new();
    let newline = langlet.grammar().layout.newline.as_ref();
    let newline = newline.and_then(|(symbol, _)| langlet.tables().terminals.number(*symbol));
    // A rule that can begin with a line end is written as the block behind it.
    let number = |symbol: Symbol| langlet.tables().terminals.number(symbol);
    let start = langlet.tables().network.start(symbol);
    let begins_with =
        |newline: Terminal| start.is_some_and(|start| langlet.tables().sets.first(start).contains(newline));
    let begins_block = |newline: &Terminal| is_block && begins_with(*newline);
    let around = newline.filter(begins_block).and_then(|newline| {
        let indent = langlet.grammar().layout.indent?;
        Some(([newline, number(indent.indent)?], number(indent.dedent)?))
    });
    let mut blocks = Vec::new();
    // A type says whether the metavariable includes the end of its line; without one, it does if it is alone there and can.
    let known = |start: u32| {
        let Metavariable { variable, wanted, .. } = &found[&start];
        let bound = bound.iter().find(|(known, _)| known == variable).map(|(_, symbol)| *symbol);
        wanted.symbol().or(bound)
    };
    let takes_line = |start: u32, is_alone: bool, without_type: bool| match known(start) {
        Some(symbol) => inference.ends_line(symbol),
        None => is_alone && without_type,
    };
    for without_type in [true, false] {
        let tokens =
            whole_lines(&laid, kind, newline, is_layout, |start, is_alone| takes_line(start, is_alone, without_type));
        let n_layout = tokens.iter().rev().take_while(|token| is_layout(token)).count();
        for n_dropped in (0..=n_layout).rev() {
            let reading = tokens[..tokens.len() - n_dropped].to_vec();
            if let Some((before, behind)) = around.filter(|_| n_dropped > 0) {
                let end = reading.last().map_or(0, |token| token.end);
                let behind = Token { start: end, end, kind: behind };
                let before = before.map(|kind| Token { start: 0, end: 0, kind });
                blocks.push([&before, &reading[..], &[behind]].concat());
            }
            if !readings.contains(&reading) {
                readings.push(reading);
            }
        }
    }
    if !readings.contains(&plain) {
        readings.push(plain);
    }
    blocks.append(&mut readings);
    Ok(blocks)
}

/// Leaves out the tokens for the indentation of the text as a whole, if its first line is indented: a comment before it may
/// be less.
fn unindent(tokens: &mut Vec<Token>, indent: Option<Terminal>, dedent: Option<Terminal>) {
    if tokens.first().is_none_or(|first| Some(first.kind) != indent) {
        return;
    }
    let mut depth = 0;
    let closes = tokens.iter().position(|token| {
        depth += i32::from(Some(token.kind) == indent);
        depth -= i32::from(Some(token.kind) == dedent);
        depth == 0
    });
    if let Some(closes) = closes {
        tokens.remove(closes);
    }
    tokens.remove(0);
}

/// The tokens with marks that take the end of their line: `takes_line` tells by the start of one and whether it is alone.
fn whole_lines(
    laid: &[Token],
    mark: Terminal,
    newline: Option<Terminal>,
    is_layout: impl Fn(&Token) -> bool,
    takes_line: impl Fn(u32, bool) -> bool,
) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for (index, &token) in laid.iter().enumerate() {
        let is_taken = Some(token.kind) == newline
            && index > 0
            && laid[index - 1].kind == mark
            && takes_line(laid[index - 1].start, index == 1 || is_layout(&laid[index - 2]));
        match tokens.last_mut() {
            Some(last) if is_taken => last.end = token.end,
            _ => tokens.push(token),
        }
    }
    tokens
}

/// Where one node without a type may stand, by preference.
#[derive(Clone, Copy, PartialEq, Eq)]
enum One {
    /// In a result, where what it is bound to can stand as it is; else as `General`.
    Bound,
    /// Where it can be most.
    General,
    /// Not for a list.
    Element,
    /// Anywhere.
    Any,
}

/// The tree of the first token string that can be read.
pub(super) fn first_tree(
    langlet: &Langlet,
    symbol: Symbol,
    text: &str,
    readings: &[Vec<Token>],
    found: &FxHashMap<u32, Metavariable>,
    (inference, bound): (&Inference, &[(Variable, Symbol)]),
) -> Result<Tree, ParseError> {
    // A run stands where something can repeat, one node where it can be most; if there is no such reading, anywhere.
    let is_run = |m: &Metavariable| matches!(m.repeat, Repeat::Star | Repeat::Plus);
    let has = |run: bool| found.values().any(|m| m.wanted == Type::Any && is_run(m) == run);
    let runs = [Some(&inference.general_repeating), Some(&inference.repeating), None];
    let preferences: Vec<(Option<&Arc<_>>, One)> = runs
        .into_iter()
        .flat_map(|run| [One::Bound, One::General, One::Element, One::Any].map(|one| (run, one)))
        .filter(|&(run, one)| (run.is_none() || has(true)) && (one == One::Any || has(false)))
        .collect();
    let mut furthest: Option<ParseError> = None;
    for &(run, one) in &preferences {
        for tokens in readings {
            let mut types = Types::default();
            for (index, token) in tokens.iter().enumerate() {
                let Some(metavariable) = found.get(&token.start).filter(|_| token.end > token.start) else { continue };
                let known = bound.iter().find(|(variable, _)| *variable == metavariable.variable);
                let wanted = match (metavariable.wanted.symbol(), is_run(metavariable), one) {
                    (Some(symbol), ..) => Wanted::Symbol(symbol),
                    (None, true, _) if let Some(run) = run => Wanted::Transitions(run.clone()),
                    (None, true, _) | (None, false, One::Any) => continue,
                    (None, false, One::Bound) if let Some(&(_, bound)) = known => {
                        Wanted::Transitions(Arc::new(inference.admitting(bound)))
                    }
                    (None, false, One::Bound | One::General) => Wanted::Transitions(inference.general.clone()),
                    (None, false, One::Element) => Wanted::Transitions(inference.elements.clone()),
                };
                types.insert(index, wanted);
            }
            match drive::parse(langlet, symbol, text.to_owned(), tokens, Some(&types)) {
                Ok(tree) if lines_are_whole(&tree, inference) => return Ok(tree),
                Ok(_) => {}
                Err(error) if furthest.as_ref().is_none_or(|known| known.span.start < error.span.start) => {
                    furthest = Some(error);
                }
                Err(_) => {}
            }
        }
    }
    Err(furthest.expect("a reading in which no metavariable takes a line end is among them"))
}

/// Whether each metavariable that took the end of its line stands for what ends with one.
fn lines_are_whole(tree: &Tree, inference: &Inference) -> bool {
    tree.leaf_ids(tree.root).all(|leaf| {
        let chain = tree.chain(Node::top(leaf));
        let takes_line = chain.last() == Some(&METAVARIABLE) && tree.leaf_text(leaf).ends_with(['\n', '\r']);
        !takes_line || inference.ends_line(chain[chain.len() - 2])
    })
}
