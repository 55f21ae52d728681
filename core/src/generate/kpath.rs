//! k-paths: chains of k symbols, each used by the rule before it, as they stand below each other in trees.
//!
//! ```text
//! list: '[' [item] ']'     1-paths  list  item  '['  ']'  NUMBER
//! item: list | NUMBER      2-paths  list '['   list item   list ']'   item list   item NUMBER
//! ```
//!
//! A path may end in a token; so the 1-paths are all symbols. By *occurrence* rather than by symbol, the 1-paths are the
//! occurrences and the 2-paths the pairs. Source: Havrikov and Zeller (2019).

use std::collections::BTreeSet;

use super::occurrences::Occurrences;
use crate::cst::{Node, Tree};
use crate::grammar::Symbol;

/// Number of k-paths by symbol; `None` if it is larger than 2¹²⁸. Cost: k times the size of the grammar.
pub fn n_paths(occurrences: &Occurrences, k: usize) -> Option<u128> {
    let symbols: Vec<Symbol> = symbols(occurrences).into_iter().collect();
    let place = |symbol: &Symbol| symbols.binary_search(symbol).expect("a use is a symbol");
    let uses: Vec<Vec<usize>> =
        symbols.iter().map(|&symbol| uses(occurrences, symbol).iter().map(place).collect()).collect();
    sum_of_walks(&uses, k)
}

/// Number of k-paths by occurrence; `None` if it is larger than 2¹²⁸. Cost: k times the number of pairs.
pub fn n_occurrence_paths(occurrences: &Occurrences, k: usize) -> Option<u128> {
    let mut uses = vec![Vec::new(); occurrences.n_occurrences()];
    for (rule, position, callee) in occurrences.calls() {
        let inner = occurrences.rules()[callee].1.positions().map(|inner| occurrences.index(callee, inner));
        uses[occurrences.index(rule, position)] = inner.collect();
    }
    sum_of_walks(&uses, k)
}

/// Number of walks over k nodes of a graph.
fn sum_of_walks(uses: &[Vec<usize>], k: usize) -> Option<u128> {
    if k == 0 {
        return Some(0);
    }
    let mut counts = vec![1_u128; uses.len()];
    for _ in 1..k {
        let longer = uses.iter().map(|uses| uses.iter().try_fold(0_u128, |sum, &to| sum.checked_add(counts[to])));
        counts = longer.collect::<Option<_>>()?;
    }
    counts.iter().try_fold(0_u128, |sum, &count| sum.checked_add(count))
}

/// The k-paths by symbol, in grammar order. There may be many: take what is needed.
pub fn paths(occurrences: &Occurrences, k: usize) -> impl Iterator<Item = Vec<Symbol>> + '_ {
    let mut pending: Vec<Vec<Symbol>> = symbols(occurrences).into_iter().rev().map(|symbol| vec![symbol]).collect();
    std::iter::from_fn(move || {
        // Progress: a path is taken, or replaced by longer ones, no longer than k.
        while let Some(path) = pending.pop().filter(|_| k > 0) {
            if path.len() == k {
                return Some(path);
            }
            let last = *path.last().expect("a path has a symbol");
            let longer = uses(occurrences, last).into_iter().rev().map(|symbol| [&path[..], &[symbol]].concat());
            pending.extend(longer);
        }
        None
    })
}

/// The k-paths that end below a node, itself included. Linear in the full view times k.
pub fn used(tree: &Tree, node: Node, k: usize) -> BTreeSet<Vec<Symbol>> {
    let mut found = BTreeSet::new();
    // The symbols from the top down to the current node.
    let mut above: Vec<Symbol> = Vec::new();
    let mut pending = vec![(node, 0)];
    while let Some((node, depth)) = pending.pop() {
        above.truncate(depth);
        above.push(tree.symbol(node));
        if let Some(from) = above.len().checked_sub(k).filter(|_| k > 0)
            && !found.contains(&above[from..])
        {
            found.insert(above[from..].to_vec());
        }
        pending.extend(tree.children(node).map(|child| (child, depth + 1)));
    }
    found
}

/// The rules that are reachable, and the tokens that they use.
fn symbols(occurrences: &Occurrences) -> BTreeSet<Symbol> {
    let rules = occurrences.rules().iter();
    rules.flat_map(|(rule, _)| uses(occurrences, *rule).into_iter().chain([*rule])).collect()
}

/// The symbols that a rule uses, in their order; none for a token.
fn uses(occurrences: &Occurrences, symbol: Symbol) -> BTreeSet<Symbol> {
    let automaton = occurrences.automaton(symbol).into_iter();
    let symbols = automaton.flat_map(|automaton| automaton.positions().filter_map(|at| automaton.symbol(at)));
    symbols.collect()
}
