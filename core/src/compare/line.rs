//! Which token strings a text can have, as far as lines, blocks and the end of the file go.
//!
//! A line end stands behind a token of its line, a block begins behind a line end and ends at the beginning of a line, blocks are
//! opened and closed in pairs, and the tokens of the end of a file stand there and nowhere else. A grammar may derive other
//! strings; no text is read as they are.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::marked::{Letter, Marked};
use crate::automata::StateId;
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// Where a text stands behind a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Place {
    /// Before the first token.
    Begin,
    /// Behind a token of a line.
    Within,
    /// Behind the end of a line.
    Start,
    /// Behind the beginning of a block.
    Indented,
    /// Behind the end of a block.
    Dedented,
    /// Behind this many tokens of the end of the file.
    End(u8),
}

/// Where the text stands behind one token more, and how many blocks the token opens; `None` if no text has it there.
pub(crate) fn step(langlet: &Langlet, place: Place, token: Symbol) -> Option<(Place, i32)> {
    let layout = &langlet.grammar().layout;
    let newline = layout.newline.as_ref().map(|(newline, _)| *newline);
    // The end of the file: all its tokens, but the last alone where nothing stands before.
    let n_ends = match place {
        Place::End(n) => Some(usize::from(n)),
        Place::Begin => Some(layout.end.len().saturating_sub(1)),
        Place::Within if newline.is_some() => None,
        Place::Indented => None,
        _ => Some(0),
    };
    if let Some(n) = n_ends
        && layout.end.get(n) == Some(&token)
    {
        return Some((Place::End(u8::try_from(n + 1).ok()?), 0));
    }
    if matches!(place, Place::End(_)) || layout.end.last() == Some(&token) {
        return None;
    }
    if newline == Some(token) {
        return (place == Place::Within).then_some((Place::Start, 0));
    }
    if let Some(indent) = layout.indent {
        if indent.indent == token {
            return (place == Place::Start).then_some((Place::Indented, 1));
        }
        if indent.dedent == token {
            return matches!(place, Place::Start | Place::Dedented).then_some((Place::Dedented, -1));
        }
    }
    Some((Place::Within, 0))
}

/// Whether a text of the rule may end at the place: a program ends with the end of the file, other rules may do without.
pub(crate) fn may_end(langlet: &Langlet, rule: Symbol, place: Place) -> bool {
    let end = &langlet.grammar().layout.end;
    if end.is_empty() || rule != langlet.start() {
        place != Place::Indented
    } else {
        place == Place::End(end.len() as u8)
    }
}

/// What a string does to a text: where it leaves it, and how many more blocks are open, cut off at two.
type Effect = (Place, i32);

/// The effects of the strings of a rule, by where the text stands before them.
type Effects = BTreeMap<Place, Vec<Effect>>;

/// Whether some string of the marked grammar may have a text that is read as the rule `from`. If not, no program is marked. Blocks are
/// counted up to two only, so the answer may be yes though there is none.
pub(crate) fn has_text(marked: &Marked, langlet: &Langlet, from: Symbol) -> bool {
    let mut rules: BTreeMap<StateId, Rule> = BTreeMap::new();
    let mut pending = vec![marked.start];
    while let Some(start) = pending.pop() {
        if let Entry::Vacant(entry) = rules.entry(start) {
            pending.extend(entry.insert(Rule::new(marked, start)).calls(marked));
        }
    }
    let places = || {
        let ends = (1..=langlet.grammar().layout.end.len() as u8).map(Place::End);
        [Place::Begin, Place::Within, Place::Start, Place::Indented, Place::Dedented].into_iter().chain(ends)
    };
    let starts: Vec<StateId> = rules.keys().copied().collect();
    let mut effects: BTreeMap<StateId, Effects> = starts.iter().map(|&start| (start, Effects::new())).collect();
    // Progress: effects are added and never taken away; there are finitely many.
    loop {
        let mut grew = false;
        for &start in starts.iter().rev() {
            let found: Effects =
                places().map(|place| (place, rules[&start].effects(marked, langlet, place, &effects))).collect();
            if found != effects[&start] {
                effects.insert(start, found);
                grew = true;
            }
        }
        if !grew {
            break;
        }
    }
    let whole = effects[&marked.start].get(&Place::Begin).into_iter().flatten();
    whole.into_iter().any(|&(place, depth)| depth == 0 && may_end(langlet, from, place))
}

/// The states of a rule, its start first.
struct Rule {
    states: Vec<StateId>,
    numbers: BTreeMap<StateId, usize>,
}

impl Rule {
    fn new(marked: &Marked, start: StateId) -> Rule {
        let mut rule = Rule { states: vec![start], numbers: BTreeMap::from([(start, 0)]) };
        let mut at = 0;
        // Progress: each turn completes a state of the rule.
        while let Some(&state) = rule.states.get(at) {
            at += 1;
            for &(_, to) in marked.transitions(state) {
                let next = rule.states.len();
                if *rule.numbers.entry(to).or_insert(next) == next {
                    rule.states.push(to);
                }
            }
        }
        rule
    }

    fn calls(&self, marked: &Marked) -> Vec<StateId> {
        let letters = self.states.iter().flat_map(|&state| marked.transitions(state).iter());
        letters.filter_map(|&(letter, _)| if let Letter::Call(start) = letter { Some(start) } else { None }).collect()
    }

    /// The effects from a place on, with what is known of other rules; sorted.
    fn effects(
        &self,
        marked: &Marked,
        langlet: &Langlet,
        place: Place,
        known: &BTreeMap<StateId, Effects>,
    ) -> Vec<Effect> {
        let mut reached: Vec<Vec<Effect>> = vec![Vec::new(); self.states.len()];
        reached[0].push((place, 0));
        let mut pending = vec![(0, (place, 0))];
        let mut found: Vec<Effect> = Vec::new();
        // Progress: each state takes each effect once.
        while let Some((number, (place, depth))) = pending.pop() {
            let state = self.states[number];
            if marked.accepting(state) && !found.contains(&(place, depth)) {
                found.push((place, depth));
            }
            for &(letter, to) in marked.transitions(state) {
                let to = self.numbers[&to];
                let mut add = |effect: Effect| {
                    if !reached[to].contains(&effect) {
                        reached[to].push(effect);
                        pending.push((to, effect));
                    }
                };
                match letter {
                    Letter::Token(token) => {
                        if let Some((place, more)) = step(langlet, place, token) {
                            sums(depth, more).for_each(|depth| add((place, depth)));
                        }
                    }
                    Letter::Exception(_) => {
                        if !matches!(place, Place::End(_)) {
                            add((Place::Within, depth));
                        }
                    }
                    Letter::Call(start) => {
                        for &(place, more) in known[&start].get(&place).into_iter().flatten() {
                            sums(depth, more).for_each(|depth| add((place, depth)));
                        }
                    }
                }
            }
        }
        found.sort_unstable();
        found
    }
}

/// The sums of two numbers of which two stands for two and all above, and -2 for -2 and all below.
fn sums(one: i32, other: i32) -> impl Iterator<Item = i32> {
    let range = |n: i32| match n {
        2 => (2, 100),
        -2 => (-100, -2),
        n => (n, n),
    };
    let ((low, high), (lower, higher)) = (range(one), range(other));
    (-2..=2).filter(move |&sum| {
        let (least, most) = range(sum);
        least <= high + higher && most >= low + lower
    })
}
