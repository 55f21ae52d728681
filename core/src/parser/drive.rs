//! The deterministic driver: runs the decision tables over the tokens and builds the tree as it goes.
//!
//! The stack has a frame for each stored inner node that is not complete. A frame's *path* names the rule that is being
//! read and the levels above it that are entered too but have no second child so far; whether they get one is decided when
//! the rule is complete (see `automata::decision`). A node is allocated when its first child is known, so that children
//! get their parent at once; its chain is written when it is complete.
//!
//! Time is linear in the tokens where no conflict is met. Nothing recurses: nesting only grows the stack of frames.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use slotmap::{Key, SlotMap};

use super::error::ParseError;
use super::predict;
use crate::automata::chain::Chains;
use crate::automata::decision::{Action, Alternative, PathId};
use crate::automata::{END, StateId, Tables, Terminal};
use crate::cst::node::{NodeId, Stored, Tree};
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::lexer::Token;
use crate::span::Span;

/// The symbol below the one that a metavariable stands for, in trees of patterns.
pub(crate) const METAVARIABLE: Symbol = Symbol(u16::MAX);

/// What a metavariable may stand for, by the number of its token; no entry: anything.
pub(crate) type Types = FxHashMap<usize, Wanted>;

/// What a metavariable may stand for.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// This symbol.
    Symbol(Symbol),
    /// The symbols of these transitions.
    Transitions(Arc<FxHashSet<(StateId, Symbol)>>),
}

/// Whether the metavariable with this token number may stand for the symbol of the transition.
pub(crate) fn is_wanted(types: Option<&Types>, token: usize, state: StateId, symbol: Symbol) -> bool {
    match types.and_then(|types| types.get(&token)) {
        None => true,
        Some(Wanted::Symbol(wanted)) => *wanted == symbol,
        Some(Wanted::Transitions(wanted)) => wanted.contains(&(state, symbol)),
    }
}

/// One frame of the stack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// The node that is being built.
    node: NodeId,
    /// Its last child so far; null if it has none.
    last: NodeId,
    /// The rule that is being read, and pending levels above it.
    pub(crate) path: PathId,
    /// How far it has been read.
    pub(crate) state: StateId,
}

/// Parses tokens of `text` as the rule `start`. `types` restricts metavariables; `None` if the tokens have none.
///
/// # Errors
/// The first token that cannot come where it stands, with what could.
pub(crate) fn parse(
    langlet: &Langlet,
    start: Symbol,
    text: String,
    tokens: &[Token],
    types: Option<&Types>,
) -> Result<Tree, ParseError> {
    let tables = langlet.tables();
    let mut driver = Driver::new(langlet, tokens, types, start);
    match driver.run::<false>(usize::MAX) {
        Stop::Accepted(root) => {
            let source_len = text.len() as u32;
            let tail = Span::new(tokens.last().map_or(0, |token| token.end), source_len);
            let Driver { nodes, chains, .. } = driver;
            Ok(Tree {
                langlet: langlet.clone(),
                nodes,
                root,
                chains,
                text,
                source_len,
                tail,
                origins: FxHashMap::default(),
                lineage: None,
            })
        }
        Stop::Failed(index) => {
            // Once more up to the token, to see what could have come before it was looked at.
            let mut probe = Driver::new(langlet, tokens, types, start);
            let pending = match probe.run::<true>(index) {
                Stop::Probed(pending) => pending,
                Stop::Accepted(_) | Stop::Failed(_) => unreachable!("a second run takes the same way"),
            };
            // The innermost rule that has begun.
            let begun = |frame: &Frame| Some((tables.level(frame.path).symbol, probe.first_offset(frame.node)?));
            let begun = probe.frames.iter().rev().find_map(begun);
            Err(super::error::explain(langlet, &probe.frames, pending, tokens, index, begun))
        }
        Stop::Probed(_) => unreachable!("only a probe stops early"),
    }
}

/// Why the driver stopped.
enum Stop {
    /// All is read.
    Accepted(NodeId),
    /// The token of this number cannot come here.
    Failed(usize),
    /// The probed token comes next; the path that is complete and waits for it, if there is one.
    Probed(Option<PathId>),
}

struct Driver<'a> {
    langlet: &'a Langlet,
    tables: &'a Tables,
    tokens: &'a [Token],
    types: Option<&'a Types>,
    nodes: SlotMap<NodeId, Stored>,
    chains: Chains,
    frames: Vec<Frame>,
}

impl<'a> Driver<'a> {
    fn new(langlet: &'a Langlet, tokens: &'a [Token], types: Option<&'a Types>, start: Symbol) -> Driver<'a> {
        let tables = langlet.tables();
        let chains = Chains::new(tables.chains().clone());
        // In real programs there are about three stored nodes to two tokens.
        let nodes = SlotMap::with_capacity_and_key(tokens.len() + tokens.len() / 2 + tokens.len() / 32 + 8);
        let mut driver = Driver { langlet, tables, tokens, types, nodes, chains, frames: Vec::with_capacity(64) };
        let path = tables.start_path(start);
        driver.open(path);
        driver
    }

    /// The kind of a token; the end behind the last.
    #[inline]
    fn kind(&self, index: usize) -> Terminal {
        self.tokens.get(index).map_or(END, |token| token.kind)
    }

    /// Runs to the end, or in a probe until the token `limit` is looked at.
    fn run<const PROBE: bool>(&mut self, limit: usize) -> Stop {
        let tables = self.tables;
        let mut index = 0;
        let mut kind = self.kind(0);
        // Progress: each turn shifts a token, or completes a frame, or enters a rule; rules are not entered in a circle,
        // since the grammar has no left recursion, and a completed frame is gone.
        loop {
            if PROBE && index == limit {
                return Stop::Probed(None);
            }
            let top = self.frames.last_mut().expect("the start rule is open until the end");
            match tables.action(top.state, kind) {
                Action::Shift(next) => {
                    top.state = next;
                    let token = self.tokens[index];
                    let trivia = if index == 0 { 0 } else { self.tokens[index - 1].end };
                    index += 1;
                    self.append_leaf(Stored::leaf(tables.leaf(kind), trivia, token.start, token.end));
                    kind = self.kind(index);
                }
                Action::Push(entry) => {
                    let entry = tables.entry(entry);
                    top.state = entry.next;
                    let token = self.tokens[index];
                    let trivia = if index == 0 { 0 } else { self.tokens[index - 1].end };
                    index += 1;
                    if PROBE && index == limit {
                        return Stop::Probed(Some(entry.path));
                    }
                    kind = self.kind(index);
                    let completion = tables.completion(entry.path, kind);
                    if completion.consumer != PathId::NONE {
                        self.open(completion.consumer);
                    }
                    self.append_leaf(Stored::leaf(completion.chain, trivia, token.start, token.end));
                }
                Action::Pop => {
                    if self.frames.len() == 1 && kind != END {
                        return Stop::Failed(index);
                    }
                    if let Some(root) = self.complete(kind) {
                        return Stop::Accepted(root);
                    }
                }
                Action::Open(entry) => {
                    let entry = tables.entry(entry);
                    top.state = entry.next;
                    self.open(entry.path);
                }
                Action::Conflict => {
                    let state = top.state;
                    let (langlet, cache) = (self.langlet, self.langlet.predictions());
                    let input = predict::Input { langlet, tables, cache, tokens: self.tokens, types: self.types };
                    let Some(choice) = predict::predict(&input, &self.frames, index, state) else {
                        return Stop::Failed(index);
                    };
                    let top = self.frames.last_mut().expect("as above");
                    match choice {
                        Alternative::Pop => {
                            if self.frames.len() == 1 && kind != END {
                                return Stop::Failed(index);
                            }
                            if let Some(root) = self.complete(kind) {
                                return Stop::Accepted(root);
                            }
                        }
                        Alternative::Push(rule, next) => {
                            top.state = next;
                            self.open(tables.start_path(rule));
                        }
                        Alternative::Shift(symbol, next) | Alternative::Wild(symbol, next) => {
                            top.state = next;
                            let chain = match choice {
                                Alternative::Wild(..) => self.chains.intern(&[symbol, METAVARIABLE]),
                                _ => self.chains.intern(&[symbol]),
                            };
                            let token = self.tokens[index];
                            let trivia = if index == 0 { 0 } else { self.tokens[index - 1].end };
                            index += 1;
                            self.append_leaf(Stored::leaf(chain, trivia, token.start, token.end));
                            kind = self.kind(index);
                        }
                    }
                }
                Action::Error => return Stop::Failed(index),
            }
        }
    }

    /// Opens a frame for the last rule of the path.
    #[inline]
    fn open(&mut self, path: PathId) {
        // The chain is written when the node is complete.
        let node = self.nodes.insert(Stored::inner(crate::automata::ChainId(0)));
        let state = self.tables.level(path).state;
        self.frames.push(Frame { node, last: NodeId::null(), path, state });
    }

    /// Appends a leaf to the top frame.
    #[inline]
    fn append_leaf(&mut self, mut leaf: Stored) {
        let top = self.frames.last_mut().expect("a frame is open");
        leaf.parent = top.node;
        leaf.prev = top.last;
        let id = self.nodes.insert(leaf);
        let before = std::mem::replace(&mut top.last, id);
        if before.is_null() {
            self.nodes[top.node].set_first(id);
        } else {
            self.nodes[before].next = id;
        }
    }

    /// Completes the rule of the top frame; the root if it was the last.
    #[inline]
    fn complete(&mut self, next: Terminal) -> Option<NodeId> {
        let frame = self.frames.pop().expect("a frame is open");
        let completion = self.tables.completion(frame.path, next);
        let stored = &mut self.nodes[frame.node];
        stored.chain = completion.chain;
        let first = stored.first();
        let mut node = frame.node;
        if first == frame.last {
            // No child, or one: then the rule is a level of the child's chain.
            if !first.is_null() {
                let upper = self.chains.symbols(completion.chain).to_vec();
                self.nodes.remove(frame.node);
                node = first;
                let chain = self.nodes[node].chain;
                self.nodes[node].chain = self.chains.join(&upper, chain);
                self.nodes[node].parent = NodeId::null();
                self.nodes[node].prev = NodeId::null();
            }
        } else {
            self.nodes[first].prev = frame.last;
        }
        if completion.consumer != PathId::NONE {
            self.open(completion.consumer);
        }
        let Some(top) = self.frames.last_mut() else { return Some(node) };
        let before = std::mem::replace(&mut top.last, node);
        let stored = &mut self.nodes[node];
        stored.parent = top.node;
        stored.prev = before;
        if before.is_null() {
            self.nodes[top.node].set_first(node);
        } else {
            self.nodes[before].next = node;
        }
        None
    }

    /// Where the first token below a node that is being built stands.
    fn first_offset(&self, id: NodeId) -> Option<u32> {
        let mut at = id;
        loop {
            let stored = self.nodes.get(at)?;
            if stored.is_leaf() {
                return Some(stored.offsets()[1]);
            }
            at = stored.first();
        }
    }
}
