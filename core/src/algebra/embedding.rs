//! Embeddings: the maps on trees that interpolations induce.
//!
//! `{A,B}` raises one node; applied to each element of a list it maps the list, the separators along:
//! `B (x B)* → A (y A)*`. Nothing of this is written by hand: an embedding of a rule into another is a *simulation* of the
//! automata, in which an element may be raised and a separator may become the separator of the other list. It is looked for
//! over all pairs of states, as the greatest fixed point, so it maps every node of the rule or is refused with a production
//! that it would not map.
//!
//! ```text
//! exprlist: expr (',' expr)* [',']      ∘ —expr→ ∘ —','→ …
//! testlist: test (',' test)* [',']      ∘ —test→ ∘ —','→ …        {test,expr} pure, ',' is ','
//! ```
//!
//! Laws: separators map to separators, elements to interpolated elements; count, order, comments and white space stay.
//!
//! Source: "Principle of relativity" (2010), section Embeddings; simulations, Milner (1971).

use std::collections::BTreeMap;

use super::indent::line_indentation;
use super::interpolation::Kind;
use super::layout::lay_out;
use super::raise::raise;
use crate::automata::{Network, StateId};
use crate::cst::edit::EditError;
use crate::cst::node::{Node, Tree};
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// Why there is no embedding, or a node is not mapped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmbeddingError {
    /// Not every node of the rule can be mapped.
    #[error("`{from}` has no embedding into `{to}`: {production} would not be mapped")]
    None {
        /// The rule that is mapped.
        from: String,
        /// The rule that it should become.
        to: String,
        /// The beginning of a production that is not mapped, as symbols: its last one has no image, or nothing may end there.
        production: String,
    },
    /// The node is of another rule than the embedding maps.
    #[error("the embedding maps `{expected}`, not `{found}`")]
    OtherRule {
        /// The rule that is mapped.
        expected: String,
        /// That of the node.
        found: String,
    },
    /// The tree cannot grow.
    #[error(transparent)]
    Edit(#[from] EditError),
}

/// A map from trees of one rule to trees of another, of the same langlet.
#[derive(Debug)]
pub struct Embedding {
    langlet: Langlet,
    from: Symbol,
    to: Symbol,
    /// What a child becomes, for a state of either rule and the symbol of the child; and the states behind it.
    images: BTreeMap<(StateId, StateId, Symbol), (Symbol, StateId, StateId)>,
}

impl Embedding {
    /// Finds the embedding of a rule into another. Children may be raised by neutral interpolations; a constant becomes
    /// itself, or a separator another separator.
    ///
    /// # Errors
    /// `None` if some production of the one has no image in the other. Panics if a symbol is no rule of the langlet.
    ///
    /// Cost: states of the one times states of the other, times their transitions.
    pub fn new(langlet: &Langlet, from: Symbol, to: Symbol) -> Result<Embedding, EmbeddingError> {
        let network = &langlet.tables().network;
        let start = |rule| network.start(rule).expect("embeddings are between rules");
        let search = Search::new(langlet, network, (start(from), start(to)));
        let pair = (start(from), start(to));
        if !search.holds(pair) {
            let symbols = &langlet.grammar().symbols;
            let production = search.refutation(pair);
            let shown: Vec<String> = production.iter().map(|&symbol| symbols.display(symbol)).collect();
            return Err(EmbeddingError::None {
                from: symbols.name(from).to_owned(),
                to: symbols.name(to).to_owned(),
                production: if shown.is_empty() { "the empty production".to_owned() } else { shown.join(" ") },
            });
        }
        let mut images = BTreeMap::new();
        for (&(p, q), pair) in &search.pairs {
            if pair.removed.is_some() {
                continue;
            }
            for &(symbol, behind) in &network.state(p).transitions {
                let image = search.image((p, q), symbol, behind).expect("a pair that holds maps each child");
                images.insert((p, q, symbol), (image.0, behind, image.1));
            }
        }
        Ok(Embedding { langlet: langlet.clone(), from, to, images })
    }

    /// Maps a node: a detached node of the other rule over copies of its children. Linear in the node.
    ///
    /// # Errors
    /// `OtherRule` if the node is of another rule; `TooLarge`.
    pub fn apply(&self, tree: &mut Tree, node: Node) -> Result<Node, EmbeddingError> {
        let network = &self.langlet.tables().network;
        let interpolations = self.langlet.interpolations();
        let grammar = self.langlet.grammar();
        if tree.symbol(node) != self.from {
            return Err(EmbeddingError::OtherRule {
                expected: grammar.symbols.name(self.from).to_owned(),
                found: tree.name(node).to_owned(),
            });
        }
        let start = |rule| network.start(rule).expect("embeddings are between rules");
        let mut at = (start(self.from), start(self.to));
        let mut mapped = Vec::new();
        let mut added = rustc_hash::FxHashSet::default();
        for child in tree.children(node).collect::<Vec<_>>() {
            let symbol = tree.symbol(child);
            let &(image, behind, image_behind) = self
                .images
                .get(&(at.0, at.1, symbol))
                .expect("a checked tree follows its rule, and all of it is mapped");
            at = (behind, image_behind);
            let copy = tree.copy(child);
            // Brackets only where no level of the child fits without.
            let levels: Vec<(u16, Symbol)> = (0..).zip(tree.chain(copy).iter().copied()).collect();
            let fitting = |kind, &(level, inner)| Some((level, interpolations.path(kind, image, inner)?));
            let pure = levels.iter().find_map(|level| fitting(Kind::Pure, level));
            mapped.push(match pure.or_else(|| fitting(Kind::Neutral, &levels[0])) {
                Some((level, path)) => {
                    let copy = Node { id: copy.id, level };
                    let (raised, new) = raise(tree, interpolations.constants(), &path, copy)?;
                    added.extend(new);
                    // What stood before the element stands before its image.
                    if !tree.trivia(raised).is_empty() {
                        tree.first_leaf(raised.id).map(|first| added.remove(&first));
                    }
                    raised
                }
                None => {
                    // Another separator: it stands where the old one stood.
                    let separator = interpolations.constants().build(tree, image, &|symbol| symbol)?;
                    let trivia = tree.trivia(copy).to_owned();
                    tree.set_trivia(separator, &trivia)?;
                    if trivia.is_empty() {
                        added.extend(tree.first_leaf(separator.id));
                    }
                    separator
                }
            });
        }
        let node = tree.inner_unchecked(self.to, &mapped);
        if !added.is_empty() {
            let indentation = line_indentation(tree, node);
            lay_out(tree, node, &indentation, &added)?;
        }
        Ok(node)
    }
}

/// Maps a node to the rule `to`: a detached node. A node of the rule itself is copied; one that is raised along a chain is;
/// a list is mapped element by element; any other node is raised as a whole, if a neutral interpolation leads to it.
///
/// # Errors
/// That of [`Embedding::new`] if there is none.
pub fn map(tree: &mut Tree, node: Node, to: Symbol) -> Result<Node, EmbeddingError> {
    let langlet = tree.langlet().clone();
    let from = tree.symbol(node);
    let interpolations = langlet.interpolations();
    let mut refused = None;
    if interpolations.n_paths(Kind::Pure, to, from) == 0 {
        let is_rule = |symbol| langlet.tables().network.start(symbol).is_some();
        let embedding = if is_rule(from) && is_rule(to) { Some(Embedding::new(&langlet, from, to)) } else { None };
        match embedding {
            Some(Ok(embedding)) => return embedding.apply(tree, node),
            Some(Err(error)) => refused = Some(error),
            None => {}
        }
    }
    let path = [Kind::Pure, Kind::Neutral].into_iter().find_map(|kind| interpolations.path(kind, to, from));
    let Some(path) = path else {
        let name = |symbol| langlet.grammar().symbols.display(symbol);
        let none = || EmbeddingError::None { from: name(from), to: name(to), production: name(from) };
        return Err(refused.unwrap_or_else(none));
    };
    let copy = tree.copy(node);
    let (raised, new) = raise(tree, interpolations.constants(), &path, copy)?;
    if !new.is_empty() {
        let indentation = line_indentation(tree, raised);
        lay_out(tree, raised, &indentation, &new)?;
    }
    Ok(raised)
}

/// A pair of states on the way to the fixed point.
struct Pair {
    /// In which round it was found not to hold, and the child that has no image; `None` for the child if the one rule may
    /// end here and the other may not.
    removed: Option<(usize, Option<(Symbol, StateId)>)>,
}

/// Another separator or not, constants and nodes that are added: what is preferred, in this order.
type Cost = (u32, u32, u32);

struct Search<'a> {
    langlet: &'a Langlet,
    network: &'a Network,
    pairs: BTreeMap<(StateId, StateId), Pair>,
}

impl<'a> Search<'a> {
    fn new(langlet: &'a Langlet, network: &'a Network, start: (StateId, StateId)) -> Search<'a> {
        let mut search = Search { langlet, network, pairs: BTreeMap::new() };
        // All pairs that are reached together.
        let mut work = vec![start];
        while let Some((p, q)) = work.pop() {
            if search.pairs.insert((p, q), Pair { removed: None }).is_some() {
                continue;
            }
            for &(symbol, behind) in &network.state(p).transitions {
                let images = search.candidates((p, q), symbol, behind);
                work.extend(images.into_iter().map(|(_, image_behind)| (behind, image_behind)));
            }
        }
        // Progress: each round but the last removes a pair.
        for round in 0.. {
            let living = search.pairs.iter().filter(|(_, pair)| pair.removed.is_none());
            let failing: Vec<_> = living.filter_map(|(&at, _)| Some((at, search.failure(at)?))).collect();
            if failing.is_empty() {
                return search;
            }
            for (at, child) in failing {
                search.pairs.insert(at, Pair { removed: Some((round, child)) });
            }
        }
        unreachable!("there are finitely many pairs")
    }

    fn holds(&self, at: (StateId, StateId)) -> bool {
        self.pairs.get(&at).is_some_and(|pair| pair.removed.is_none())
    }

    /// The child that has no image in a pair that holds so far.
    fn failure(&self, (p, q): (StateId, StateId)) -> Option<Option<(Symbol, StateId)>> {
        if self.network.state(p).accepting && !self.network.state(q).accepting {
            return Some(None);
        }
        let transitions = &self.network.state(p).transitions;
        transitions.iter().find(|&&(symbol, behind)| self.image((p, q), symbol, behind).is_none()).copied().map(Some)
    }

    /// What a child becomes, and the state behind it, such that what follows is mapped too.
    fn image(&self, at: (StateId, StateId), symbol: Symbol, behind: StateId) -> Option<(Symbol, StateId)> {
        self.candidates(at, symbol, behind).into_iter().find(|&(_, image_behind)| self.holds((behind, image_behind)))
    }

    /// What a child may become: itself; what is built from it along a chain; what is built from it neutrally; of a
    /// separator, another separator.
    fn candidates(&self, (p, q): (StateId, StateId), symbol: Symbol, behind: StateId) -> Vec<(Symbol, StateId)> {
        let interpolations = self.langlet.interpolations();
        let constants = interpolations.constants();
        let mut found: Vec<(Cost, (Symbol, StateId))> = Vec::new();
        for &(image, image_behind) in &self.network.state(q).transitions {
            let is_separator = constants.contains(symbol)
                && constants.contains(image)
                && self.is_separator(p, behind)
                && self.is_separator(q, image_behind);
            let cost =
                [Kind::Pure, Kind::Neutral].into_iter().find_map(|kind| interpolations.cost(kind, image, symbol));
            match cost {
                _ if image == symbol => found.push(((0, 0, 0), (image, image_behind))),
                Some(cost) if !constants.contains(symbol) => found.push(((0, cost.0, cost.1), (image, image_behind))),
                _ if is_separator => found.push(((1, 0, 0), (image, image_behind))),
                _ => {}
            }
        }
        found.sort_by_key(|&(cost, _)| cost);
        found.into_iter().map(|(_, image)| image).collect()
    }

    /// Whether a transition from one state to another lies on a cycle.
    fn is_separator(&self, from: StateId, to: StateId) -> bool {
        let mut reached = vec![to];
        let mut next = 0;
        while next < reached.len() {
            for &(_, to) in &self.network.state(reached[next]).transitions {
                if !reached.contains(&to) {
                    reached.push(to);
                }
            }
            next += 1;
        }
        reached.contains(&from)
    }

    /// The beginning of a production that is not mapped, its last symbol the one that has no image.
    fn refutation(&self, start: (StateId, StateId)) -> Vec<Symbol> {
        let mut production = Vec::new();
        let mut at = start;
        // Progress: each pair was removed in an earlier round than the one before.
        loop {
            let removed = self.pairs.get(&at).and_then(|pair| pair.removed);
            let Some((_, Some((symbol, behind)))) = removed else { return production };
            production.push(symbol);
            let images = self.candidates(at, symbol, behind);
            let rounds = images.into_iter().filter_map(|(_, image_behind)| {
                let pair = (behind, image_behind);
                Some((self.pairs.get(&pair)?.removed?.0, pair))
            });
            match rounds.max() {
                Some((_, pair)) => at = pair,
                None => return production,
            }
        }
    }
}
