//! The marked grammar: the derivations of one grammar that another might not have.
//!
//! Each rule of the source has a partner in the target, or none. A node whose symbols, each taken for its partner, are a
//! production of the rule's partner is *shared*. A program whose nodes are all shared is a program of the target: its tree is one
//! of the target, node by node. So a program that the target does not have, however it is derived, has a node that is not shared,
//! or a token with a text that the target reads otherwise. The marked grammar derives just these:
//!
//! ```text
//! source  list: '[' [item (',' item)*] ']'      target  list: '[' item (',' item)* ']'
//! marked  list': '[' ']'                        the production that is not shared
//!              | '[' item* item' item* ']'      or a child that is marked
//! ```
//!
//! Its strings contain the whole difference and little else, so the shortest distinguishing program is found among its first ones,
//! and if it has no string at all, all programs of the source are programs of the target.

use rustc_hash::FxHashMap;

use crate::automata::StateId;
use crate::generate::strings::TOKEN;
use crate::grammar::Symbol;
use crate::langlet::Langlet;

use super::flat::{Flat, FlatState};
use super::tokens::TokenMap;

/// The cost of what does not end.
pub(crate) const NONE: u32 = u32::MAX / 4;

/// What a state goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Letter {
    /// A token, in a text that the target reads as its answer.
    Token(Symbol),
    /// The exception of this number.
    Exception(u32),
    /// What begins in this state.
    Call(StateId),
}

#[derive(Clone, Debug, Default)]
struct State {
    accepting: bool,
    transitions: Vec<(Letter, StateId)>,
}

/// A network with plain and marked rules. The states of the plain ones have the numbers of the flat source.
#[derive(Debug)]
pub(crate) struct Marked {
    states: Vec<State>,
    /// The first state of the marked start rule.
    pub(crate) start: StateId,
    /// `rests[state]`: the cost of the cheapest end of the rule.
    rests: Vec<u32>,
    /// `costs[symbol]`: of a token.
    costs: Vec<u32>,
}

/// What counts as a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Every node that is not shared, and every exception.
    All,
    /// Nodes of this rule alone: all others are shared, but for the one above it if it has no partner.
    Rule(Symbol),
    /// The exception of this number alone: all nodes are shared.
    Exception(u32),
}

/// What is compared: the source, its flat grammar, that of the target, and what stands for what.
#[derive(Clone, Copy)]
pub(crate) struct Sides<'a> {
    pub(crate) langlet: &'a Langlet,
    pub(crate) source: &'a Flat,
    pub(crate) target: &'a Flat,
    pub(crate) map: &'a TokenMap,
    /// `partners[rule]`: the rule of the target that a rule of the source stands for.
    pub(crate) partners: &'a [Option<Symbol>],
    /// `included[rule]`: whether all strings of the rule are known to be strings of its partner, so that nothing below it counts.
    pub(crate) included: &'a [bool],
    /// Whether a rule of the source may begin with what a rule of the target may begin with, and nothing else.
    pub(crate) begins: &'a dyn Fn(Symbol, Symbol) -> bool,
}

/// How a rule is derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// All its nodes are shared, but for rules without partner.
    Shared,
    /// Some node or token in it counts.
    Marked,
}

/// A state of a rule while it is built: how far the rule has been read; its partner, if what was read is a beginning of one of the
/// partner's productions; and whether something marked was read.
type Point = (FlatState, Option<FlatState>, Taken);

/// What that is marked was read in a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Taken {
    /// Nothing so far.
    Nothing,
    /// A token, or a rule that may stand there in the target, too.
    Shared,
    /// A rule without partner.
    Alone,
}

/// A rule beside the rule of the target whose place it takes, mostly its partner.
type Place = (Symbol, Option<Symbol>, Kind);

/// Builds a marked grammar.
struct Builder<'a> {
    sides: Sides<'a>,
    scope: Scope,
    states: Vec<State>,
    starts: FxHashMap<Place, StateId>,
    /// Rules whose states are still to be made.
    pending: Vec<Place>,
}

impl Builder<'_> {
    fn start_of(&mut self, place: Place) -> StateId {
        *self.starts.entry(place).or_insert_with(|| {
            self.states.push(State::default());
            self.pending.push(place);
            StateId(self.states.len() as u32 - 1)
        })
    }

    /// What a rule derives where it is not marked.
    fn unmarked(&mut self, rule: Symbol, there: Option<Symbol>) -> StateId {
        let is_plain = self.scope == Scope::All || there.is_none();
        match self.sides.source.start(rule).filter(|_| is_plain) {
            Some(start) => StateId(start),
            None => self.start_of((rule, there, Kind::Shared)),
        }
    }

    /// Whether a rule may end at the point, if the source lets it.
    fn accepts(&self, rule: Symbol, kind: Kind, (_, beside, taken): Point) -> bool {
        let is_shared = beside.is_some_and(|beside| self.sides.target.accepting(beside));
        match (kind, self.scope) {
            (Kind::Shared, _) => is_shared,
            (Kind::Marked, _) if self.counts(rule, kind) => taken != Taken::Nothing || !is_shared,
            (Kind::Marked, _) => taken == Taken::Alone || taken == Taken::Shared && is_shared,
        }
    }

    /// Whether productions of the rule count that are not shared.
    fn counts(&self, rule: Symbol, kind: Kind) -> bool {
        kind == Kind::Marked && (self.scope == Scope::All || self.scope == Scope::Rule(rule))
    }

    /// Whether a production of the rule may be one that the partner lacks: it counts, or a rule without partner that counts can
    /// stand in it.
    fn may_leave(&self, rule: Symbol, kind: Kind) -> bool {
        let Scope::Rule(wanted) = self.scope else { return self.counts(rule, kind) };
        let is_alone = |symbol: Symbol| self.sides.partners[symbol.index()].is_none();
        let uses_alone = || {
            let source = self.sides.source;
            let mut states = source.start(rule).into_iter().flat_map(|start| source.states_from(start));
            states.any(|state| source.transitions(state).iter().any(|&(s, _)| source.start(s).is_some() && is_alone(s)))
        };
        self.counts(rule, kind) || kind == Kind::Marked && is_alone(wanted) && uses_alone()
    }

    /// The rule of the target that a rule takes the place of in a state: its partner, or else the first that stands there and may
    /// begin with all that the rule begins with.
    fn there(&self, rule: Symbol, beside: Option<FlatState>) -> Option<Symbol> {
        let partner = self.sides.partners[rule.index()];
        let Some(beside) = beside.filter(|_| self.scope == Scope::All || partner.is_some()) else { return partner };
        if partner.is_some_and(|partner| self.sides.target.step(beside, partner).is_some()) {
            return partner;
        }
        let others = self.sides.target.transitions(beside).iter().map(|&(symbol, _)| symbol);
        let mut rules = others.filter(|&symbol| self.sides.target.start(symbol).is_some());
        rules.find(|&symbol| (self.sides.begins)(rule, symbol)).or(partner)
    }

    /// Makes the states of a rule.
    fn build(&mut self, (rule, against, kind): Place) {
        let Sides { source, target, map, partners, included, .. } = self.sides;
        let own = source.start(rule).expect("only rules are pending");
        let partner = against.and_then(|partner| target.start(partner));
        let may_leave = self.may_leave(rule, kind);
        let mut points: Vec<Point> = vec![(own, partner, Taken::Nothing)];
        let mut ids = vec![self.start_of((rule, against, kind))];
        let mut at = 0;
        // Progress: each turn completes a point; there are finitely many.
        while let Some(&point) = points.get(at) {
            let (state, beside, taken) = point;
            let mut steps: Vec<(Letter, Point)> = Vec::new();
            for &(symbol, to) in source.transitions(state) {
                let inner = source.start(symbol);
                let there = if inner.is_some() { self.there(symbol, beside) } else { map.answer(symbol) };
                let next = there.and_then(|there| target.step(beside?, there));
                if kind == Kind::Marked && inner.is_none() {
                    for (number, _) in map.exceptions.iter().enumerate().filter(|(_, e)| e.token == symbol) {
                        let number = number as u32;
                        if self.scope == Scope::All || self.scope == Scope::Exception(number) {
                            steps.push((Letter::Exception(number), (to, next, Taken::Shared)));
                        }
                    }
                }
                let is_included = included[symbol.index()] && there == partners[symbol.index()];
                if kind == Kind::Marked && inner.is_some() && !is_included {
                    let inner = self.start_of((symbol, there, Kind::Marked));
                    let taken = if there.is_none() { Taken::Alone } else { Taken::Shared.max(taken) };
                    steps.push((Letter::Call(inner), (to, next, taken)));
                }
                let letter = match inner {
                    Some(_) => Letter::Call(self.unmarked(symbol, there)),
                    None => Letter::Token(symbol),
                };
                steps.push((letter, (to, next, taken)));
            }
            let mut transitions = Vec::with_capacity(steps.len());
            for (letter, next) in steps {
                let (to, beside, taken) = next;
                if self.scope == Scope::All && kind == Kind::Marked && (taken != Taken::Nothing || beside.is_none()) {
                    transitions.push((letter, StateId(to))); // it counts, whatever follows
                    continue;
                }
                if beside.is_none() && !may_leave {
                    continue;
                }
                let place = points.iter().position(|&known| known == next).unwrap_or_else(|| {
                    self.states.push(State::default());
                    points.push(next);
                    ids.push(StateId(self.states.len() as u32 - 1));
                    points.len() - 1
                });
                transitions.push((letter, ids[place]));
            }
            let accepting = source.accepting(state) && self.accepts(rule, kind, point);
            self.states[ids[at].index()] = State { accepting, transitions };
            at += 1;
        }
    }
}

impl Marked {
    pub(crate) fn new(sides: Sides<'_>, start: Symbol, scope: Scope) -> Marked {
        let states = (0..sides.source.n_states() as FlatState).map(|state| plain(sides.source, state)).collect();
        let mut builder = Builder { sides, scope, states, starts: FxHashMap::default(), pending: Vec::new() };
        let start = builder.start_of((start, sides.partners[start.index()], Kind::Marked));
        // Progress: each rule is made once beside each rule of the target, in each kind.
        while let Some(place) = builder.pending.pop() {
            builder.build(place);
        }
        let states = builder.states;
        let costs = costs(sides.langlet);
        let mut found = Marked { rests: vec![NONE; states.len()], states, start, costs };
        // Progress: costs only fall.
        while found.fall() {}
        found
    }

    fn fall(&mut self) -> bool {
        let mut fell = false;
        for index in (0..self.states.len()).rev() {
            let state = &self.states[index];
            let ways = state.transitions.iter().map(|&(letter, to)| self.cost(letter).saturating_add(self.rest(to)));
            let best = ways.chain(state.accepting.then_some(0)).min().unwrap_or(NONE).min(NONE);
            if best < self.rests[index] {
                self.rests[index] = best;
                fell = true;
            }
        }
        fell
    }

    /// The cost of the cheapest string of the letter.
    pub(crate) fn cost(&self, letter: Letter) -> u32 {
        match letter {
            Letter::Token(symbol) => self.costs[symbol.index()],
            // A text of its own is dearer than others, so that no exception comes where another text would do.
            Letter::Exception(_) => TOKEN + 3,
            Letter::Call(start) => self.rests[start.index()],
        }
    }

    /// The cost of the cheapest end of the rule in a state; 0 if it may end, [`NONE`] if it cannot.
    pub(crate) fn rest(&self, state: StateId) -> u32 {
        self.rests[state.index()]
    }

    /// The cost of a cheapest string; `None` if there is none.
    pub(crate) fn least(&self) -> Option<u32> {
        Some(self.rest(self.start)).filter(|&cost| cost < NONE)
    }

    pub(crate) fn accepting(&self, state: StateId) -> bool {
        self.states[state.index()].accepting
    }

    pub(crate) fn transitions(&self, state: StateId) -> &[(Letter, StateId)] {
        &self.states[state.index()].transitions
    }

    /// The ways from a state to the next token: what takes its place on the stack, the outermost first, and the token; those with
    /// the cheapest ends first, else in grammar order. Rules without tokens are passed over.
    pub(crate) fn entries(&self, state: StateId) -> Vec<Entry> {
        let mut found = Vec::new();
        let mut work = vec![vec![state]];
        // Progress: without left recursion each rule is opened once on each way.
        while let Some(states) = work.pop() {
            let Some((&top, outer)) = states.split_last() else { continue };
            let mut inner = Vec::new();
            for &(letter, to) in &self.states[top.index()].transitions {
                if self.rest(to) >= NONE || self.cost(letter) >= NONE {
                    continue;
                }
                match letter {
                    Letter::Call(start) => {
                        inner.push([outer, &[to, start]].concat());
                        if self.rest(start) == 0 {
                            inner.push([outer, &[to]].concat());
                        }
                    }
                    letter => {
                        let states = [outer, &[to]].concat();
                        let rest = states.iter().map(|&state| self.rest(state)).sum::<u32>();
                        found.push(Entry { cost: self.cost(letter), rest, letter, states });
                    }
                }
            }
            work.extend(inner.into_iter().rev());
        }
        found.sort_by_key(|entry| entry.cost + entry.rest);
        found
    }
}

/// A way to take the next token.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) letter: Letter,
    pub(crate) states: Vec<StateId>,
    /// Of the token.
    pub(crate) cost: u32,
    /// Of the cheapest end of all these states.
    pub(crate) rest: u32,
}

fn plain(flat: &Flat, state: FlatState) -> State {
    let letter =
        |symbol: Symbol| flat.start(symbol).map_or(Letter::Token(symbol), |start| Letter::Call(StateId(start)));
    let transitions = flat.transitions(state).iter().map(|&(symbol, to)| (letter(symbol), StateId(to))).collect();
    State { accepting: flat.accepting(state), transitions }
}

/// What tokens cost: mostly their number; of equals names are preferred to other tokens, and those to constants.
fn costs(langlet: &Langlet) -> Vec<u32> {
    let grammar = langlet.grammar();
    let name = langlet.lexer().kind_of("a").and_then(|kind| langlet.tables().terminals.symbol(kind));
    let own = |symbol| match grammar.constant_text(symbol) {
        Some(_) => TOKEN + 2,
        None => TOKEN + u32::from(name != Some(symbol)),
    };
    grammar.symbols.iter().map(own).collect()
}
