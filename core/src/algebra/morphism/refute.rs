//! Refutation: a shortest program of one rule that is none of another.
//!
//! Programs of X are read token by token, each derivation on its own, beside *all* derivations as Y: a state is a stack
//! of the source and a set of stacks of the target, and two beginnings with the same state go on alike, so one of them
//! will do. States come in the order of the tokens that a program through them has at least (A*, Hart, Nilsson and
//! Raphael 1968, with the exact shortest end of the source as the estimate). The first program that X may end with and
//! Y may not is therefore a shortest one; of equals the one with fewest constants, then grammar order. The parser of
//! the target has to confirm it. Programs that stand for themselves as a text come first; if there is none within the
//! bounds, a token string is given that has its text only within a program, such as an indented block.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use super::Bounds;
use super::letters::Letters;
use super::unfold::{SetId, StackId, Stacks, Unfolding};
use crate::automata::{Network, StateId};
use crate::generate::spell::{Speller, read_as};
use crate::generate::strings::{Strings, TOKEN};
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::lexer::Token;
use crate::span::Span;

/// The outcome of a search for a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refutation {
    /// A shortest program, and its number of tokens.
    Program(String, usize),
    /// There is none.
    None,
    /// There is none with fewer tokens.
    Bound(usize),
}

/// The most programs that the parser of the target is asked about.
const MOST_TRIES: usize = 32;

/// How many states are looked at for a program with a text of its own, where one without was found: for each that was looked
/// at before, and at least. Often there is none, as where only blocks refute.
const MORE: usize = 4;
const LEAST_MORE: usize = 2_000;

/// Looks for programs of the rules of a source that are none of the rules of a target.
#[derive(Debug)]
pub(super) struct Refuter {
    source: Langlet,
    target: Langlet,
    /// Reads tokens only.
    unfolding: Unfolding,
    stacks: Stacks,
    speller: Speller,
    strings: Strings,
    /// `entries[state]`: the ways to the next token without ending the rule.
    entries: FxHashMap<StateId, Vec<(Vec<StateId>, Symbol)>>,
}

/// A beginning of programs.
#[derive(Clone, Copy, Debug)]
struct Beginning {
    before: u32,
    token: Option<Symbol>,
    stack: StackId,
    /// `None`: the target can no longer go on.
    set: Option<SetId>,
    cost: u32,
}

impl Refuter {
    pub(super) fn new(source: &Langlet, target: &Langlet) -> Refuter {
        Refuter {
            unfolding: Unfolding::new(target, source.grammar().symbols.len(), u32::MAX, false),
            stacks: Stacks::new(),
            speller: Speller::new(source),
            source: source.clone(),
            target: target.clone(),
            strings: Strings::new(source),
            entries: FxHashMap::default(),
        }
    }

    /// A shortest program of `x` that is none of `y`.
    pub(super) fn refute(&mut self, letters: &Letters, x: Symbol, y: Symbol, bounds: Bounds) -> Refutation {
        let source = self.source.clone();
        let network = &source.tables().network;
        let Some(start) = network.start(x) else { return Refutation::None };
        let stack = self.stacks.push(StackId::EMPTY, start, false);
        let mut all = vec![Beginning { before: 0, token: None, stack, set: Some(self.unfolding.start(y)), cost: 0 }];
        let mut heap = BinaryHeap::from([(Reverse(self.rest(stack)), 0, Reverse(0_u32))]);
        let mut seen: FxHashMap<(StackId, Option<SetId>), u32> = FxHashMap::default();
        let (mut n_tries, mut n_states) = (0, 0);
        // A token string that no text alone has, as one that begins with a line end: it will do if no other is found.
        let (mut unwritten, mut most_states) = (None, bounds.states);
        // Progress: each state is gone on from once, and their number is bounded.
        while let Some((Reverse(estimate), _, Reverse(number))) = heap.pop() {
            let here = all[number as usize];
            let n_tokens = (estimate / TOKEN) as usize;
            if seen.insert((here.stack, here.set), here.cost).is_some() {
                continue;
            }
            n_states += 1;
            if n_tokens > bounds.tokens || n_states > most_states || n_tries >= MOST_TRIES {
                return unwritten.unwrap_or(Refutation::Bound(n_tokens));
            }
            // All that is open may end, so this is a program.
            if self.ends(network, here.stack) && here.set.is_none_or(|set| self.unfolding.accept(set).is_none()) {
                n_tries += 1;
                let tokens = spelled(&all, number);
                if let Some(text) = self.confirm(x, y, &tokens) {
                    return Refutation::Program(text, tokens.len());
                }
                if unwritten.is_none()
                    && let Some(text) = self.confirm_tokens(letters, x, y, &tokens)
                {
                    unwritten = Some(Refutation::Program(text, tokens.len()));
                    most_states = most_states.min(LEAST_MORE + n_states * MORE);
                }
            }
            for (stack, token) in self.next(network, here.stack) {
                let answers = &mut |symbol| letters.answers(token).contains(&symbol);
                let set = here
                    .set
                    .and_then(|set| self.unfolding.step(set, token, answers, &|rule| letters.begins(token, rule)));
                let set = set.map(|step| step.to);
                if seen.contains_key(&(stack, set)) {
                    continue;
                }
                let cost = here.cost.saturating_add(self.strings.cost(token));
                heap.push((Reverse(cost.saturating_add(self.rest(stack))), cost, Reverse(all.len() as u32)));
                all.push(Beginning { before: number, token: Some(token), stack, set, cost });
            }
        }
        unwritten.unwrap_or(Refutation::None)
    }

    /// As `confirm`, for tokens that no text alone has: both parsers read them as they are.
    fn confirm_tokens(&mut self, letters: &Letters, x: Symbol, y: Symbol, tokens: &[Symbol]) -> Option<String> {
        let (text, spans) = self.speller.plain(tokens);
        let read = |langlet: &Langlet, rule: Symbol, kind: &dyn Fn(Symbol) -> Option<Symbol>| {
            let terminals = &langlet.tables().terminals;
            let token = |(&token, span): (&Symbol, &Span)| {
                Some(Token { start: span.start, end: span.end, kind: terminals.number(kind(token)?)? })
            };
            let tokens: Option<Vec<Token>> = tokens.iter().zip(&spans).map(token).collect();
            tokens.is_some_and(|tokens| langlet.parse_tokens(rule, text.clone(), &tokens).is_ok())
        };
        let is_x = read(&self.source, x, &Some);
        let is_y = read(&self.target, y, &|token| letters.answers(token).first().copied());
        (is_x && !is_y).then_some(text)
    }

    /// The text of a program of `x`, if the target does not read its tokens as `y`.
    fn confirm(&mut self, x: Symbol, y: Symbol, tokens: &[Symbol]) -> Option<String> {
        let text = self.speller.tree(x, tokens)?.unparse();
        let is_read = read_as(&self.target, &text, &self.source, tokens)
            .is_some_and(|tokens| self.target.parse_tokens(y, text.clone(), &tokens).is_ok());
        (!is_read).then_some(text)
    }

    /// A cheapest program of `x` with the text as one of its tokens, if the target does not read it as `y`; and its
    /// number of tokens.
    pub(super) fn with_text(&mut self, x: Symbol, y: Symbol, token: Symbol, text: &str) -> Option<(String, usize)> {
        let tokens = self.strings.with_token(x, token)?;
        self.speller.prefer(token, text);
        let program = self.confirm(x, y, &tokens);
        self.speller.forget(token);
        Some((program?, tokens.len()))
    }

    /// The cost of the cheapest way to end all that is open.
    fn rest(&self, stack: StackId) -> u32 {
        let (mut rest, mut stack) = (0, stack);
        while let Some((state, below)) = self.stacks.pop(stack) {
            rest = u32::saturating_add(rest, self.strings.rest(state));
            stack = below;
        }
        rest
    }

    fn ends(&self, network: &Network, stack: StackId) -> bool {
        let mut stack = stack;
        while let Some((state, below)) = self.stacks.pop(stack) {
            if self.strings.rest(state) > 0 && !network.state(state).accepting {
                return false;
            }
            stack = below;
        }
        true
    }

    /// The stacks that one token more leads to.
    fn next(&mut self, network: &Network, stack: StackId) -> Vec<(StackId, Symbol)> {
        let (mut found, mut at) = (Vec::new(), stack);
        while let Some((state, below)) = self.stacks.pop(at) {
            let entries = self.entries.entry(state).or_insert_with(|| entries(network, &self.strings, state));
            for (states, token) in entries.iter() {
                let stack = states.iter().fold(below, |stack, &state| self.stacks.push(stack, state, false));
                found.push((stack, *token));
            }
            if !network.state(state).accepting && self.strings.rest(state) > 0 {
                break;
            }
            at = below;
        }
        found
    }
}

/// The ways from a state to the next token: what takes its place on the stack, and the token. Rules without tokens are
/// passed over.
fn entries(network: &Network, strings: &Strings, state: StateId) -> Vec<(Vec<StateId>, Symbol)> {
    let mut found = Vec::new();
    let mut work = vec![vec![state]];
    // Progress: without left recursion each rule is opened once on each way.
    while let Some(states) = work.pop() {
        let Some((&top, outer)) = states.split_last() else { continue };
        let mut inner = Vec::new();
        for &(symbol, to) in &network.state(top).transitions {
            match network.start(symbol) {
                None => found.push(([outer, &[to]].concat(), symbol)),
                Some(start) => {
                    inner.push([outer, &[to, start]].concat());
                    if strings.rest(start) == 0 {
                        inner.push([outer, &[to]].concat());
                    }
                }
            }
        }
        work.extend(inner.into_iter().rev());
    }
    found
}

/// The tokens of a beginning.
fn spelled(all: &[Beginning], number: u32) -> Vec<Symbol> {
    let (mut tokens, mut at) = (Vec::new(), number as usize);
    while let Some(token) = all[at].token {
        tokens.push(token);
        at = all[at].before as usize;
    }
    tokens.reverse();
    tokens
}
