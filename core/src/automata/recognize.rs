//! A recognizer that follows all derivations at once: whether a token string is one of a rule, decided without tables, prediction
//! or a tree.
//!
//! A *call* is a rule that began before a token; whoever waits for it to end is kept with it, once, however many calls wait. So
//! ambiguity costs no more than the square of the length. It is the judge of strings that may be wrong, where the parser itself is
//! not to be trusted. Source: Tomita's graph-structured stack (1986), in the top-down form of Scott and Johnstone (2010).

use rustc_hash::{FxHashMap, FxHashSet};

use super::dfa::{Network, StateId};
use crate::grammar::Symbol;

/// A rule that began.
#[derive(Debug, Default)]
struct Call {
    /// Where it goes on when the rule ends: the state behind it, and the call that this is in.
    returns: Vec<(StateId, usize)>,
    /// The last place where the rule ended, if it was the present one.
    ended_at: Option<usize>,
}

/// Whether the rule derives the token string; `is_read(token, symbol)`: whether the token of this number may be read as the symbol.
pub(crate) fn recognizes(
    network: &Network,
    rule: Symbol,
    n_tokens: usize,
    is_read: &dyn Fn(usize, Symbol) -> bool,
) -> bool {
    let Some(start) = network.start(rule) else { return false };
    let mut calls = vec![Call::default()];
    let mut here: FxHashSet<(StateId, usize)> = FxHashSet::from_iter([(start, 0)]);
    // Progress: one token more each turn.
    for at in 0..=n_tokens {
        let mut opened: FxHashMap<Symbol, usize> = FxHashMap::default();
        let mut pending: Vec<(StateId, usize)> = here.iter().copied().collect();
        pending.sort_unstable();
        let mut next: FxHashSet<(StateId, usize)> = FxHashSet::default();
        let mut has_ended = false;
        // Progress: each pair of a state and a call is looked at once.
        while let Some((state, call)) = pending.pop() {
            let mut go = |pair: (StateId, usize), pending: &mut Vec<(StateId, usize)>| {
                if here.insert(pair) {
                    pending.push(pair);
                }
            };
            if network.state(state).accepting {
                has_ended |= call == 0;
                calls[call].ended_at = Some(at);
                for &pair in &calls[call].returns {
                    go(pair, &mut pending);
                }
            }
            for &(symbol, to) in &network.state(state).transitions {
                match network.start(symbol) {
                    None if at < n_tokens && is_read(at, symbol) => {
                        next.insert((to, call));
                    }
                    None => {}
                    Some(first) => {
                        let inner = *opened.entry(symbol).or_insert_with(|| {
                            calls.push(Call::default());
                            calls.len() - 1
                        });
                        if !calls[inner].returns.contains(&(to, call)) {
                            calls[inner].returns.push((to, call));
                            if calls[inner].ended_at == Some(at) {
                                go((to, call), &mut pending);
                            }
                        }
                        go((first, inner), &mut pending);
                    }
                }
            }
        }
        if at == n_tokens {
            return has_ended;
        }
        if next.is_empty() {
            return false;
        }
        here = next;
    }
    false
}
