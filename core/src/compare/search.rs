//! The search for a shortest program of one langlet that another does not have.
//!
//! Strings of the marked grammar are read token by token, each derivation on its own, beside *all* derivations of the target at
//! once: a state is a stack of the marked grammar and a set of stacks of the target, and two beginnings with the same state go on
//! alike, so one of them will do. States come in the order of what a string through them costs at least (A*, Hart, Nilsson and
//! Raphael 1968, with the exact cost of the cheapest end as the estimate), and successors one by one in this order. So the first
//! string that the target does not have is a shortest one. Both parsers have to confirm it on the text: the source reads it, the
//! target does not.
//!
//! Only token strings that a text can have are followed (`line`).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::line::{self, Place};
use super::marked::{Entry, Letter, Marked, NONE};
use super::tokens::TokenMap;
use crate::algebra::morphism::unfold::{SetId, StackId, Stacks, Unfolding};
use crate::automata::StateId;
use crate::generate::spell::Speller;
use crate::generate::strings::TOKEN;
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// A program of the one langlet that the other refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The text.
    pub text: String,
    /// Its tokens in the langlet that has it, those of the layout included.
    pub n_tokens: usize,
    /// Whether it is known that no program with fewer tokens is refused.
    pub is_shortest: bool,
}

/// How a search ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A program.
    Program(Program),
    /// All token strings with a text were tried: there is none.
    None,
    /// There is none with fewer tokens; the search gave up.
    Bound(usize),
}

/// How far a search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most tokens of a program.
    pub tokens: usize,
    /// The most states.
    pub states: usize,
}

/// The most texts that the parsers are asked about.
const MOST_TRIES: usize = 200;

/// A beginning of programs.
#[derive(Clone, Copy, Debug)]
struct Beginning {
    before: u32,
    letter: Option<Letter>,
    stack: StackId,
    /// `None`: the target can no longer go on.
    set: Option<SetId>,
    line: Line,
    cost: u32,
}

/// Where a text stands behind a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Line {
    place: Place,
    /// Number of open blocks.
    depth: u16,
}

/// The successors of a beginning by one level of its stack, from a number on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    from: u32,
    /// What is on the stack below the level.
    below: StackId,
    state: StateId,
    number: u32,
    /// The cost of the cheapest end of what is below.
    rest_below: u32,
}

/// What a search needs of the two langlets; may be used for several marked grammars.
#[derive(Debug)]
pub(crate) struct Searcher<'a> {
    source: &'a Langlet,
    target: &'a Langlet,
    map: &'a TokenMap,
    unfolding: Unfolding,
    speller: Speller,
}

impl<'a> Searcher<'a> {
    pub(crate) fn new(source: &'a Langlet, target: &'a Langlet, map: &'a TokenMap) -> Searcher<'a> {
        let n_letters = source.grammar().symbols.len() + map.exceptions.len();
        let unfolding = Unfolding::new(target, n_letters, u32::MAX, false);
        Searcher { source, target, map, unfolding, speller: Speller::new(source) }
    }

    /// A shortest string of the marked grammar that is no program of the rule `to` of the target, as a program of `from`.
    pub(crate) fn run(&mut self, marked: &Marked, from: Symbol, to: Symbol, limits: Limits) -> Found {
        let Some(least) = marked.least() else { return Found::None };
        let mut run = Run { marked, stacks: Stacks::new(), entries: FxHashMap::default(), heap: BinaryHeap::new() };
        let mut all: Vec<Beginning> = Vec::new();
        let mut seen: FxHashMap<(StackId, Option<SetId>, Line), ()> = FxHashMap::default();
        let (mut n_tries, mut is_exact) = (0, true);
        let stack = run.stacks.push(StackId::EMPTY, marked.start, false);
        let line = Line { place: Place::Begin, depth: 0 };
        let set = Some(self.unfolding.start(to));
        let mut next = Some(Beginning { before: 0, letter: None, stack, set, line, cost: 0 });
        let mut reached = least;
        // Progress: each turn takes a beginning, or one way to go on from one; both are bounded.
        loop {
            if let Some(here) = next.take()
                && seen.insert((here.stack, here.set, here.line), ()).is_none()
            {
                let number = all.len() as u32;
                all.push(here);
                let Line { place, depth } = here.line;
                let is_program = run.ends(here.stack) && depth == 0 && line::may_end(self.source, from, place);
                if is_program && here.set.is_none_or(|set| self.unfolding.accept(set).is_none()) {
                    let letters = spelled(&all, number);
                    n_tries += 1;
                    if let Some(text) = self.confirm(from, to, &letters) {
                        let is_shortest = is_exact && !self.unfolding.bounded;
                        return Found::Program(Program { text, n_tokens: letters.len(), is_shortest });
                    }
                    // A string with a text that this spelling does not find might be shorter than what comes.
                    is_exact = false;
                }
                run.go_on(number, here);
            }
            if all.len() > limits.states || n_tries > MOST_TRIES {
                return Found::Bound((reached / TOKEN) as usize);
            }
            let Some((Reverse(estimate), _, Reverse(way))) = run.heap.pop() else {
                let is_whole = is_exact && !self.unfolding.bounded;
                return if is_whole { Found::None } else { Found::Bound((reached / TOKEN) as usize) };
            };
            reached = estimate;
            let n_tokens = (estimate / TOKEN) as usize;
            if n_tokens > limits.tokens {
                return Found::Bound(limits.tokens + 1);
            }
            let here = all[way.from as usize];
            let entry = run.take(way, here.cost);
            let Some(line) = self.step_line(here.line, entry.letter) else { continue };
            let stack = entry.stack;
            let set = here.set.and_then(|set| self.step(set, entry.letter));
            next =
                Some(Beginning { before: entry.from, letter: Some(entry.letter), stack, set, line, cost: entry.cost });
        }
    }

    /// The set of the target behind the letter.
    fn step(&mut self, set: SetId, letter: Letter) -> Option<SetId> {
        let (id, answers): (usize, &[Symbol]) = match letter {
            Letter::Token(symbol) => (symbol.index(), self.map.answers(symbol)),
            Letter::Exception(number) => {
                let answers = &self.map.exceptions[number as usize].answers;
                (self.source.grammar().symbols.len() + number as usize, answers)
            }
            Letter::Call(_) => unreachable!("entries end with tokens"),
        };
        let tables = self.target.tables();
        let leads = |rule: Symbol| {
            tables.network.start(rule).is_some_and(|start| {
                let first = tables.sets.first(start);
                let number = |&answer: &Symbol| tables.terminals.number(answer);
                answers.iter().filter_map(number).any(|number| first.contains(number))
            })
        };
        let letter = Symbol(u16::try_from(id).expect("symbols and exceptions are few"));
        let step = self.unfolding.step(set, letter, &mut |symbol| answers.contains(&symbol), &leads);
        step.map(|step| step.to)
    }

    /// Where the text stands behind the token; `None` if no text has it there.
    fn step_line(&self, before: Line, letter: Letter) -> Option<Line> {
        let (place, more) = match letter {
            Letter::Token(symbol) => line::step(self.source, before.place, symbol)?,
            _ if matches!(before.place, Place::End(_)) => return None,
            _ => (Place::Within, 0),
        };
        let depth = u16::try_from(i32::from(before.depth) + more).ok()?;
        (depth == 0 || !matches!(place, Place::End(_))).then_some(Line { place, depth })
    }

    /// The text of the tokens, if the source reads it as `from` and the target does not as `to`.
    fn confirm(&mut self, from: Symbol, to: Symbol, letters: &[Letter]) -> Option<String> {
        let exceptions = &self.map.exceptions;
        let symbols: Vec<Symbol> = letters
            .iter()
            .filter_map(|&letter| match letter {
                Letter::Token(symbol) => Some(symbol),
                Letter::Exception(number) => Some(exceptions[number as usize].token),
                Letter::Call(_) => None,
            })
            .collect();
        let end = &self.source.grammar().layout.end;
        // The lexer writes the end of a file by itself.
        let mut written = symbols.clone();
        if let Some(&last) = end.last()
            && written.ends_with(end)
        {
            written.truncate(written.len() - end.len());
            written.push(last);
        }
        let tree = self.speller.tree(from, &written)?;
        let mut text = tree.unparse();
        let other = |letter: &Letter| match *letter {
            Letter::Exception(number) => Some(&exceptions[number as usize].text),
            _ => None,
        };
        if letters.iter().any(|letter| other(letter).is_some()) {
            let leaves: Vec<_> = tree.leaves(tree.root()).collect();
            let mut whole = String::new();
            for (place, &leaf) in leaves.iter().enumerate() {
                whole.push_str(tree.trivia(leaf));
                whole.push_str(letters.get(place).and_then(other).map_or(tree.text(leaf), |text| text));
            }
            text = whole;
            let kinds: Vec<Symbol> = leaves.iter().map(|&leaf| tree.symbol(leaf)).collect();
            let read = self.source.parse_as(from, text.as_str()).ok()?;
            let is_same = read.leaves(read.root()).map(|leaf| read.symbol(leaf)).eq(kinds);
            if !is_same {
                return None;
            }
        }
        self.target.parse_as(to, text.as_str()).is_err().then_some(text)
    }
}

/// The part of a search that knows only the marked grammar.
struct Run<'a> {
    marked: &'a Marked,
    stacks: Stacks,
    entries: FxHashMap<StateId, Arc<[Entry]>>,
    heap: BinaryHeap<(Reverse<u32>, u32, Reverse<Way>)>,
}

/// One token more.
struct Taken {
    from: u32,
    letter: Letter,
    stack: StackId,
    cost: u32,
}

impl Run<'_> {
    /// Whether all that is open may end.
    fn ends(&self, stack: StackId) -> bool {
        let mut stack = stack;
        while let Some((state, below)) = self.stacks.pop(stack) {
            if self.marked.rest(state) > 0 {
                return false;
            }
            stack = below;
        }
        true
    }

    /// Offers the first way of each level of the stack on which a token can be taken.
    fn go_on(&mut self, number: u32, here: Beginning) {
        let mut rests = Vec::new();
        let mut at = here.stack;
        while let Some((state, below)) = self.stacks.pop(at) {
            rests.push((state, below));
            if self.marked.rest(state) > 0 {
                break;
            }
            at = below;
        }
        for (state, below) in rests {
            let rest_below = self.rest(below);
            self.offer(Way { from: number, below, state, number: 0, rest_below }, here.cost);
        }
    }

    fn rest(&self, stack: StackId) -> u32 {
        let (mut rest, mut stack) = (0, stack);
        while let Some((state, below)) = self.stacks.pop(stack) {
            rest = u32::saturating_add(rest, self.marked.rest(state)).min(NONE);
            stack = below;
        }
        rest
    }

    fn entries(&mut self, state: StateId) -> Arc<[Entry]> {
        self.entries.entry(state).or_insert_with(|| self.marked.entries(state).into()).clone()
    }

    fn offer(&mut self, way: Way, cost: u32) {
        let entries = self.entries(way.state);
        if let Some(entry) = entries.get(way.number as usize) {
            let estimate = cost.saturating_add(entry.cost).saturating_add(entry.rest).saturating_add(way.rest_below);
            if estimate < NONE {
                self.heap.push((Reverse(estimate), cost, Reverse(way)));
            }
        }
    }

    /// Takes the way, and offers the next one of its level.
    fn take(&mut self, way: Way, cost: u32) -> Taken {
        let entries = self.entries(way.state);
        let entry = &entries[way.number as usize];
        let stack = entry.states.iter().fold(way.below, |stack, &state| self.stacks.push(stack, state, false));
        let taken = Taken { from: way.from, letter: entry.letter, stack, cost: cost + entry.cost };
        self.offer(Way { number: way.number + 1, ..way }, cost);
        taken
    }
}

/// The letters of a beginning.
fn spelled(all: &[Beginning], number: u32) -> Vec<Letter> {
    let (mut letters, mut at) = (Vec::new(), number as usize);
    while let Some(letter) = all[at].letter {
        letters.push(letter);
        at = all[at].before as usize;
    }
    letters.reverse();
    letters
}
