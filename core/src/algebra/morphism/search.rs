//! The search: the greatest set S of pairs (rule X of the source, rule Y of the target) such that X is read by Y modulo
//! S.
//!
//! Each string of *symbols* that X derives in one step must be a string of Y unfolded, where a token is taken as what
//! it is in the target and an inner rule `a` as any `b` with (a, b) in S. By induction on the height, each tree of X is
//! then a tree of Y with the same tokens; recursion is taken in step, since S may be used below each step. A pair is
//! *assumed* when it is asked for and falls when some string has no answer; what used it is checked again. What is left
//! is the greatest fixed point.
//!
//! ```text
//! arguments: x (',' x)*     list: item (',' item)*     item: x ['=' x]
//! product of (arguments, list)     0 ─x→ 1 ─','→ 0     each node: a state of the source, a set of stacks of the target
//! ```
//!
//! A *product* is the proof of a pair and the table of its transducer. Where a letter finds no answer, it is *entered*:
//! its own right-hand side is read in its place, up to a bound, since the target may have inline what the source has as
//! a rule.
//!
//! Source: simulation as a greatest fixed point, Milner (1971); regular expression containment as a function on trees,
//! Henglein and Nielsen (POPL 2011); tree-language inclusion with assumptions, Hosoya, Vouillon and Pierce (ICFP 2000).
//! That the target is unfolded modulo S, so that the letters of one rule may fall into several, is our own.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Bounds;
use super::letters::Letters;
use super::unfold::{Back, Op, SetId, StackId, Stacks, Unfolding};
use crate::automata::Network;
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// A rule of the source and one of the target.
pub(super) type Pair = (Symbol, Symbol);

/// A step from a node of a product.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) letter: Symbol,
    /// Number of the node it leads to.
    pub(super) to: u32,
    /// For each stack of that node where it came from; `None`: the letter is entered.
    pub(super) back: Option<Arc<[Back]>>,
}

/// A state of the source, with the rules that were entered around it, and a set of stacks of the target.
#[derive(Clone, Debug, Default)]
pub(super) struct ProductNode {
    pub(super) edges: Vec<Edge>,
    /// Where the end of an entered rule leads.
    pub(super) end: Option<u32>,
    /// If the rule may end here: the place of a stack, and what ends all its rules but the outermost.
    pub(super) accept: Option<(u32, Arc<[Op]>)>,
}

/// How one rule is read as another; node 0 is the start.
#[derive(Clone, Debug, Default)]
pub(super) struct Product {
    pub(super) nodes: Vec<ProductNode>,
    /// The pairs of rules that the look back can choose, each once, in the order of the nodes.
    pub(super) uses: Vec<Pair>,
    /// What tokens the look back can choose for, each with what it becomes.
    pub(super) tokens: Vec<Pair>,
    /// The constants that it can add.
    pub(super) adds: Vec<Symbol>,
}

impl Product {
    /// Of one langlet (`is_one`), a rule that stays itself is no pair.
    fn new(nodes: Vec<ProductNode>, network: &Network, is_one: bool) -> Product {
        let mut product = Product { nodes, uses: Vec::new(), tokens: Vec::new(), adds: Vec::new() };
        let mut seen = FxHashSet::default();
        let mut adds = Vec::new();
        for (letter, back) in product.chosen() {
            let Some(&Op::Take(symbol)) = back.ops.last() else { continue };
            adds.extend(back.ops.iter());
            if seen.insert((letter, symbol)) {
                match network.start(letter) {
                    None => product.tokens.push((letter, symbol)),
                    Some(_) if is_one && letter == symbol => {}
                    Some(_) => product.uses.push((letter, symbol)),
                }
            }
        }
        let ends = product.nodes.iter().filter_map(|node| node.accept.as_ref());
        for &op in adds.iter().chain(ends.flat_map(|(_, ops)| ops.iter())) {
            if let Op::Insert(symbol) = op
                && !product.adds.contains(&symbol)
            {
                product.adds.push(symbol);
            }
        }
        product
    }

    /// The letters that are taken as a whole, and what the look back can choose for them, in the order of the nodes.
    fn chosen(&self) -> Vec<(Symbol, Back)> {
        let nodes = &self.nodes;
        // `sources[node]`: the nodes and edges that lead to it.
        let mut sources: Vec<Vec<(usize, usize)>> = vec![Vec::new(); nodes.len()];
        for (number, node) in nodes.iter().enumerate() {
            node.edges.iter().enumerate().for_each(|(place, edge)| sources[edge.to as usize].push((number, place)));
            if let Some(end) = node.end {
                sources[end as usize].push((number, usize::MAX));
            }
        }
        let accepting = nodes.iter().enumerate().filter_map(|(number, node)| Some((number, node.accept.as_ref()?.0)));
        let mut work: Vec<(usize, u32)> = accepting.collect();
        let mut reached: FxHashSet<(usize, u32)> = work.iter().copied().collect();
        let mut chosen: Vec<(usize, usize, u32)> = Vec::new();
        // Progress: each stack of each node is gone back from once.
        while let Some((number, place)) = work.pop() {
            for &(before, edge) in &sources[number] {
                let back = nodes[before].edges.get(edge).and_then(|edge| edge.back.as_ref());
                if back.is_some() {
                    chosen.push((before, edge, place));
                }
                let next = (before, back.map_or(place, |back| back[place as usize].prev));
                if reached.insert(next) {
                    work.push(next);
                }
            }
        }
        chosen.sort_unstable();
        let back = |(node, edge, place): (usize, usize, u32)| {
            let edge: &Edge = &nodes[node].edges[edge];
            Some((edge.letter, edge.back.as_ref()?[place as usize].clone()))
        };
        chosen.into_iter().filter_map(back).collect()
    }
}

/// The most nodes of a product; far above what grammars need.
const MOST_NODES: usize = 20_000;

/// What is known of a pair.
#[derive(Debug)]
enum Status {
    /// Nothing speaks against it so far.
    Assumed,
    /// Some string has no answer.
    Failed,
}

/// The pairs of one source and one target that have been looked at.
#[derive(Debug)]
pub(super) struct Search {
    source: Langlet,
    target: Langlet,
    pub(super) letters: Letters,
    unfolding: Unfolding,
    /// The moves of the target with constants added; made when they are asked for.
    adding: Option<Unfolding>,
    stacks: Stacks,
    bounds: Bounds,
    status: FxHashMap<Pair, Status>,
    products: FxHashMap<Pair, Product>,
    /// `users[pair]`: the pairs whose product uses it, or has used it.
    users: FxHashMap<Pair, Vec<Pair>>,
    /// Pairs to be checked.
    open: VecDeque<Pair>,
}

impl Search {
    pub(super) fn new(source: &Langlet, target: &Langlet, bounds: Bounds) -> Search {
        let n_letters = source.grammar().symbols.len();
        Search {
            letters: Letters::new(source, target),
            unfolding: Unfolding::new(target, n_letters, u32::from(bounds.unfolding), false),
            adding: None,
            source: source.clone(),
            target: target.clone(),
            stacks: Stacks::new(),
            bounds,
            status: FxHashMap::default(),
            products: FxHashMap::default(),
            users: FxHashMap::default(),
            open: VecDeque::new(),
        }
    }

    /// Whether the rule is mapped to the other.
    pub(super) fn holds(&mut self, x: Symbol, y: Symbol) -> bool {
        if !demand(&mut self.status, &mut self.open, &self.letters, (x, y), self.source == self.target) {
            return false;
        }
        // Progress: a pair is checked when it is asked for first, and again only after another has failed for good.
        while let Some(pair) = self.open.pop_front() {
            if matches!(self.status[&pair], Status::Assumed) {
                match self.check(pair) {
                    Some(product) => {
                        for &used in &product.uses {
                            let users = self.users.entry(used).or_default();
                            if !users.contains(&pair) {
                                users.push(pair);
                            }
                        }
                        self.products.insert(pair, product);
                    }
                    None => self.fail(pair),
                }
            }
        }
        self.is_identity((x, y)) || matches!(self.status.get(&(x, y)), Some(Status::Assumed))
    }

    /// The product of a pair that holds; `None` for a rule and itself, of which nothing changes.
    pub(super) fn product(&self, pair: Pair) -> Option<&Product> {
        self.products.get(&pair)
    }

    /// A rule of one langlet is mapped to itself node by node.
    pub(super) fn is_identity(&self, (x, y): Pair) -> bool {
        x == y && self.source == self.target
    }

    /// Whether the bound of the unfolding has left something out.
    pub(super) fn is_bounded(&self) -> bool {
        self.unfolding.bounded
    }

    fn fail(&mut self, pair: Pair) {
        self.status.insert(pair, Status::Failed);
        self.products.remove(&pair);
        self.unfolding.forget(pair.0);
        for user in self.users.remove(&pair).unwrap_or_default() {
            if matches!(self.status[&user], Status::Assumed) && !self.open.contains(&user) {
                self.open.push_back(user);
            }
        }
    }

    /// Reads each string of the one rule as the other, under the assumptions that stand.
    fn check(&mut self, (x, y): Pair) -> Option<Product> {
        let Search { unfolding, status, open, letters, stacks, source, target, bounds, .. } = self;
        let is_one = source == target;
        let mut answers = |letter: Symbol, symbol: Symbol| {
            letters.answers(letter).contains(&symbol) || demand(status, open, letters, (letter, symbol), is_one)
        };
        let begins = |letter: Symbol, rule: Symbol| letters.begins(letter, rule);
        let mut reader = Reader { unfolding, answers: &mut answers, begins: &begins };
        let network = &source.tables().network;
        let nodes = prove(network, stacks, x, y, *bounds, &mut reader)?;
        Some(Product::new(nodes, network, is_one))
    }

    /// Reads the rule as the other, constants added where the target allows it: the rule as a whole with something
    /// around it, or else each of its strings with something between. The flag says whether it is the whole.
    pub(super) fn with_added(&mut self, x: Symbol, y: Symbol) -> Option<(Product, bool)> {
        let source = self.source.clone();
        let n_letters = source.grammar().symbols.len();
        let mut unfolding = self.adding.take();
        let moves = unfolding
            .get_or_insert_with(|| Unfolding::new(&self.target, n_letters, u32::from(self.bounds.unfolding), true));
        let (bounds, mut stacks) = (self.bounds, Stacks::new());
        let is_one = self.source == self.target;
        let is_rule = |symbol: Symbol| source.tables().network.start(symbol).is_some();
        // The rule as a letter is not answered by itself from within: that is the pair that is asked for.
        let mut answers = |letter: Symbol, symbol: Symbol| {
            self.letters.answers(letter).contains(&symbol) || is_rule(letter) && self.holds(letter, symbol)
        };
        let mut reader = Reader { unfolding: moves, answers: &mut answers, begins: &|_, _| true };
        let start = reader.unfolding.start(y);
        let whole = reader.step(start, x).and_then(|(to, back)| {
            let accept = reader.unfolding.accept(to).map(|(place, ops)| (place, ops.into()));
            let end = ProductNode { accept: Some(accept?), ..ProductNode::default() };
            let edges = vec![Edge { letter: x, to: 1, back: Some(back) }];
            Some(vec![ProductNode { edges, ..ProductNode::default() }, end])
        });
        let found = match whole {
            Some(nodes) => Some((nodes, true)),
            None => prove(&source.tables().network, &mut stacks, x, y, bounds, &mut reader).map(|nodes| (nodes, false)),
        };
        self.adding = unfolding;
        found.map(|(nodes, is_whole)| (Product::new(nodes, &source.tables().network, is_one), is_whole))
    }
}

/// Whether a pair is assumed; it is from now on if it was not asked for before and nothing is known to speak against
/// it.
fn demand(
    status: &mut FxHashMap<Pair, Status>,
    open: &mut VecDeque<Pair>,
    letters: &Letters,
    pair: Pair,
    is_one: bool,
) -> bool {
    if is_one && pair.0 == pair.1 {
        return true;
    }
    let known = status.entry(pair).or_insert_with(|| {
        if letters.may_map(pair.0, pair.1) {
            open.push_back(pair);
            Status::Assumed
        } else {
            Status::Failed
        }
    });
    matches!(known, Status::Assumed)
}

/// The target as a product sees it.
struct Reader<'a> {
    unfolding: &'a mut Unfolding,
    /// Whether a letter may be taken as a symbol of the target.
    answers: &'a mut dyn FnMut(Symbol, Symbol) -> bool,
    /// Whether a letter may stand at the beginning of a rule of the target.
    begins: &'a dyn Fn(Symbol, Symbol) -> bool,
}

impl Reader<'_> {
    fn step(&mut self, set: SetId, letter: Symbol) -> Option<(SetId, Arc<[Back]>)> {
        let Reader { unfolding, answers, begins } = self;
        let step = unfolding.step(set, letter, &mut |symbol| answers(letter, symbol), &|rule| begins(letter, rule))?;
        Some((step.to, step.back))
    }
}

/// A letter that is entered: at which stack of the source and which set of the target.
type Place = (StackId, SetId, Symbol);

/// The product of two rules, letters entered where that helps; `None` if some string has no answer.
fn prove(
    network: &Network,
    stacks: &mut Stacks,
    x: Symbol,
    y: Symbol,
    bounds: Bounds,
    reader: &mut Reader<'_>,
) -> Option<Vec<ProductNode>> {
    let mut entered: FxHashSet<Place> = FxHashSet::default();
    // Progress: each turn but the last enters one place more.
    for _ in 0..=bounds.entering {
        match explore(network, stacks, x, y, &entered, bounds.depth, reader) {
            Ok(nodes) => return Some(nodes),
            Err(place) => entered.insert(place?),
        };
    }
    None
}

/// All that can be reached of the product. If some string has no answer: the last letter before that place which may be
/// entered.
fn explore(
    network: &Network,
    stacks: &mut Stacks,
    x: Symbol,
    y: Symbol,
    entered: &FxHashSet<Place>,
    depth: usize,
    reader: &mut Reader<'_>,
) -> Result<Vec<ProductNode>, Option<Place>> {
    let start = (stacks.push(StackId::EMPTY, network.start(x).ok_or(None)?, false), reader.unfolding.start(y));
    let mut keys: Vec<(StackId, SetId)> = vec![start];
    // `came[node]`: the node before, and the letter if it was taken as a whole.
    let mut came: Vec<(u32, Option<Symbol>)> = vec![(0, None)];
    let mut numbers: FxHashMap<(StackId, SetId), u32> = FxHashMap::from_iter([(start, 0)]);
    let mut nodes: Vec<ProductNode> = Vec::new();
    // Progress: each turn completes a node; stacks and sets are bounded, so there are finitely many.
    while nodes.len() < keys.len() {
        let at = nodes.len();
        if at >= MOST_NODES {
            reader.unfolding.bounded = true;
            return Err(None);
        }
        let (stack, set) = keys[at];
        let mut node = ProductNode::default();
        let mut number = |key: (StackId, SetId), letter: Option<Symbol>| {
            *numbers.entry(key).or_insert_with(|| {
                keys.push(key);
                came.push((at as u32, letter));
                keys.len() as u32 - 1
            })
        };
        let (state, below) = stacks.pop(stack).expect("a source is read in some state");
        let state = network.state(state);
        if state.accepting && below != StackId::EMPTY {
            node.end = Some(number((below, set), None));
        } else if state.accepting {
            node.accept = reader.unfolding.accept(set).map(|(place, ops)| (place, ops.into()));
            if node.accept.is_none() {
                return Err(blame(network, stacks, &keys, &came, at, None, depth));
            }
        }
        for &(letter, to) in &state.transitions {
            let behind = stacks.push(below, to, false);
            if entered.contains(&(stack, set, letter)) {
                let start = network.start(letter).expect("only rules are entered");
                let inside = stacks.push(behind, start, false);
                let to = number((inside, set), None);
                node.edges.push(Edge { letter, to, back: None });
            } else if let Some((next, back)) = reader.step(set, letter) {
                let to = number((behind, next), Some(letter));
                node.edges.push(Edge { letter, to, back: Some(back) });
            } else {
                return Err(blame(network, stacks, &keys, &came, at, Some(letter), depth));
            }
        }
        nodes.push(node);
    }
    Ok(nodes)
}

/// The last letter up to a node, or the one that has no answer there, that is a rule and may be entered.
fn blame(
    network: &Network,
    stacks: &Stacks,
    keys: &[(StackId, SetId)],
    came: &[(u32, Option<Symbol>)],
    at: usize,
    letter: Option<Symbol>,
    depth: usize,
) -> Option<Place> {
    let (mut at, mut letter) = (at, letter);
    loop {
        let (stack, set) = keys[at];
        if let Some(letter) = letter
            && network.start(letter).is_some()
            && stacks.depth(stack) < depth
        {
            return Some((stack, set, letter));
        }
        if at == 0 {
            return None;
        }
        // Progress: a node is reached first from one with a smaller number.
        let (before, by) = came[at];
        (at, letter) = (before as usize, by);
    }
}
