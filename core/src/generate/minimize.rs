//! Minimizing: a program loses tokens as long as it still parses and is still wanted.
//!
//! What stands around a node of the same rule goes first, then runs of tokens, the long ones first, then two tokens at a time, for
//! brackets come in pairs. Where what is wanted is an argument behind one with a name:
//!
//! ```text
//! if a: b((c), d = e, f)   →   b((c), d = e, f)   →   b(d = e, f)
//! ```
//!
//! What is left is written anew, with its names from the begin. Source: delta debugging, Zeller and Hildebrandt (2002); that the
//! grammar is asked before the judge is from hierarchical delta debugging, Misherghi and Su (2006).

use std::cmp::Reverse;
use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::spell::Speller;
use crate::cst::Tree;
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// The longest programs of which two tokens at a time are taken: these are as many tries as the length squared.
const LONGEST_FOR_PAIRS: usize = 60;

/// The smallest program that is found by removing tokens from a wanted one: no token of it, nor any two, can go without the rest
/// not parsing or not being wanted. The program itself where nothing can go.
///
/// `is_wanted` is asked about programs that parse, about each token string once.
///
/// # Errors
/// That of `is_wanted`.
pub fn minimize<E>(
    langlet: &Langlet,
    program: &Tree,
    mut is_wanted: impl FnMut(&Tree) -> Result<bool, E>,
) -> Result<Tree, E> {
    let start = program.symbol(program.root());
    let end = &langlet.grammar().layout.end;
    let mut tokens: Vec<Symbol> = program.leaves(program.root()).map(|leaf| program.symbol(leaf)).collect();
    let mut best = program.clone();
    let mut speller = Speller::new(langlet);
    let mut tried: FxHashSet<Vec<Symbol>> = FxHashSet::from_iter([tokens.clone()]);
    // Progress: the program gets shorter.
    'shorter: loop {
        for removed in around(&best).into_iter().chain(removals(tokens.len())) {
            // The end of a file is written whether it is asked for or not.
            if removed.iter().all(|&at| end.last() == Some(&tokens[at])) {
                continue;
            }
            let kept = (0..tokens.len()).filter(|at| !removed.contains(at));
            let candidate: Vec<Symbol> = kept.map(|at| tokens[at]).collect();
            if !tried.insert(candidate.clone()) {
                continue;
            }
            if let Some(tree) = speller.tree(start, &candidate)
                && is_wanted(&tree)?
            {
                (tokens, best) = (candidate, tree);
                continue 'shorter;
            }
        }
        return Ok(best);
    }
}

/// For nodes inside others of their rule, the places of the tokens that only the outer one has; the most first.
fn around(tree: &Tree) -> Vec<Vec<usize>> {
    // The nodes from the root down to the present one, as symbol and range of tokens.
    let mut spans: Vec<(Symbol, usize, usize)> = Vec::new();
    let mut found = BTreeSet::new();
    let mut n_before = 0;
    for node in tree.preorder(tree.root()) {
        if tree.is_token(node) {
            n_before += 1;
            continue;
        }
        let (from, to) = (n_before, n_before + tree.leaves(node).count());
        spans.retain(|&(_, _, end)| end >= to && end > from);
        let same = spans.iter().filter(|&&(symbol, ..)| symbol == tree.symbol(node));
        found.extend(same.map(|&(_, start, end)| (start, end, from, to)));
        spans.push((tree.symbol(node), from, to));
    }
    let mut removals: Vec<Vec<usize>> =
        found.into_iter().map(|(start, end, from, to)| (start..from).chain(to..end).collect()).collect();
    removals.retain(|removed| !removed.is_empty());
    removals.sort_by_key(|removed| Reverse(removed.len()));
    removals
}

/// The places that are removed together from a program of `n` tokens, the most at a time first.
fn removals(n: usize) -> impl Iterator<Item = Vec<usize>> {
    let sizes = std::iter::successors(Some(n / 2), |&size| (size > 1).then_some(size / 2)).filter(|&size| size > 0);
    let runs = sizes.flat_map(move |size| (0..=n - size).map(move |from| (from..from + size).collect()));
    let n_paired = if n <= LONGEST_FOR_PAIRS { n } else { 0 };
    let pairs = (0..n_paired).flat_map(move |one| (one + 1..n_paired).map(move |other| vec![one, other]));
    runs.chain(pairs)
}
