//! Heads and postfixes: where `(a.b)(c)` says no more than `a.b(c)`.
//!
//! ```text
//! power: atom trailer* ['**' factor]        head atom, postfixes trailer
//! ```
//!
//! A rule has postfixes where its automaton, once the head is read, stays in its state with each of them. A head that is a node
//! of such a shape itself can give its children to the rule: they come before the postfixes that are there, and whatever
//! follows sees the same state. That holds of postfixes that are nodes of rules; with tokens or with other rules between, as in
//! `a < b < c`, the automaton leaves the state, and the brackets stay.

use crate::automata::Network;
use crate::grammar::Symbol;

/// Whether `parts` can stand in a node of `rule`, behind the children `before`, in the place of a head of the symbol `head`, and
/// mean the same: the first takes the automaton where the head does, and the others leave it there. `None` symbols are those
/// that the grammar does not know.
pub(crate) fn can_join(network: &Network, rule: Symbol, before: &[Symbol], head: Symbol, parts: &[Symbol]) -> bool {
    let Some((&first, postfixes)) = parts.split_first().filter(|(_, postfixes)| !postfixes.is_empty()) else {
        return false;
    };
    let start = before.iter().try_fold(network.start(rule), |at, &symbol| at.map(|at| network.step(at, symbol)));
    let Some(Some(at)) = start else { return false };
    let Some(behind) = network.step(at, head) else { return false };
    network.step(at, first) == Some(behind)
        && postfixes.iter().all(|&symbol| network.step(behind, symbol) == Some(behind))
}

/// Where the head stands among the children of a node of `rule`: at the first, or behind what leads to the same state with it,
/// as `'await'` of `['await'] atom trailer*`.
pub(crate) fn head_index(
    network: &Network,
    rule: Symbol,
    head: Symbol,
    children: impl Iterator<Item = Symbol>,
) -> Option<usize> {
    let mut at = network.start(rule)?;
    let behind = network.step(at, head)?;
    for (index, symbol) in children.enumerate() {
        at = network.step(at, symbol)?;
        if at == behind {
            return (symbol == head).then_some(index);
        }
    }
    None
}
