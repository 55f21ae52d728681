//! Interpolation: ways from a symbol down to another on which only constants are added.
//!
//! `{A,B}` is a path `A = X0 → … → Xn = B` in which each `Xi` derives exactly one `X(i+1)` and beside it only
//! [constants](super::constant). *Pure*: no constant is added. *Neutral*: each step adds nothing, or is a production that the
//! langlet declares neutral, such as parentheses. Minimal: fewest added constants, then fewest nodes. The interpolation is
//! *valid* if there is a path and *deterministic* if exactly one path is minimal; else [`Interpolations::find`] shows the
//! paths that compete, and [`Interpolations::path`] takes the one whose productions come first in grammar order.
//!
//! For every rule the shortest productions around each child are found once, and counted, on its automaton. Distances are
//! then shortest paths over these steps (Dijkstra 1959) from each rule; what is kept for a pair is the first step of its
//! path and the number of minimal paths, so that a path is read off in one look-up for each step:
//!
//! ```text
//! next[or_test][NAME] = or_test → and_test    next[and_test][NAME] = and_test → not_test    …
//! ```
//!
//! Source of the definition: "About CST interpolation" (2009) and "Principle of relativity" (2010);
//! the search and the counting are our own.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::constant::Constants;
use crate::automata::{Network, Position, RuleAutomaton, StateId};
use crate::grammar::{Grammar, Rhs, Symbol, Symbols};

/// What an interpolation may add.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Nothing.
    Pure,
    /// Nothing but declared neutral productions.
    Neutral,
    /// Any constants.
    Any,
}

impl Kind {
    /// All kinds, the one that admits least first.
    pub const ALL: [Kind; 3] = [Kind::Pure, Kind::Neutral, Kind::Any];
}

/// One production of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// The rule.
    pub rule: Symbol,
    /// Constants before the child.
    pub before: Vec<Symbol>,
    /// The child that the path goes on with.
    pub child: Symbol,
    /// Constants behind the child.
    pub after: Vec<Symbol>,
}

impl Step {
    /// How many constants it adds.
    pub fn n_constants(&self) -> usize {
        self.before.len() + self.after.len()
    }

    /// The production in the notation, `atom: '(' testlist ')'`.
    pub fn display(&self, symbols: &Symbols) -> String {
        let all = self.before.iter().chain([&self.child]).chain(&self.after);
        let all: Vec<String> = all.map(|&symbol| symbols.display(symbol)).collect();
        format!("{}: {}", symbols.name(self.rule), all.join(" "))
    }
}

/// Why there is no deterministic interpolation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InterpolationError {
    /// No path leads from one to the other.
    #[error("`{outer}` cannot be built from `{inner}` by adding constants alone")]
    NoPath {
        /// The symbol to be built.
        outer: String,
        /// The symbol that it should contain.
        inner: String,
    },
    /// Several paths are minimal.
    #[error("`{outer}` can be built from `{inner}` in {n_paths} ways:\n{}", shown.join("\n"))]
    Ambiguous {
        /// The symbol to be built.
        outer: String,
        /// The symbol that it should contain.
        inner: String,
        /// How many paths are minimal; `u32::MAX` if there are more.
        n_paths: u32,
        /// Some of them, the one that comes first in grammar order first.
        paths: Vec<Vec<Step>>,
        /// The same as text, one path each, its steps separated by semicolons.
        shown: Vec<String>,
    },
}

/// The productions of a rule around one child that have the fewest constants.
#[derive(Debug)]
struct Group {
    child: Symbol,
    n_constants: u32,
    /// How many there are.
    n_steps: u32,
    /// Up to [`SHOWN`] of them, in grammar order.
    steps: Vec<Step>,
}

/// How many competing paths, and competing productions of one rule around one child, are kept to be shown.
pub const SHOWN: usize = 4;

/// What is known of a pair.
#[derive(Clone, Copy, Debug)]
struct Cell {
    /// The group of the outer rule that the path begins with; `NONE` if there is no path.
    group: u32,
    /// The number of minimal paths.
    n_paths: u32,
}

const NONE: u32 = u32::MAX;

/// Constants and nodes that a path adds: what is made minimal, in this order.
type Cost = (u32, u32);

const FAR: Cost = (u32::MAX, u32::MAX);

/// The minimal interpolations between all symbols of a langlet, for each kind. Memory is rules times symbols.
#[derive(Debug)]
pub struct Interpolations {
    constants: Constants,
    symbols: Symbols,
    /// `rows[symbol]`: the number of the rule's row; `NONE` if it is no rule.
    rows: Vec<u32>,
    /// By kind.
    tables: [Table; 3],
}

/// All pairs of one kind.
#[derive(Debug)]
struct Table {
    /// `groups[row]`: what steps may use.
    groups: Vec<Vec<Group>>,
    /// `cells[row * n_symbols + inner]`.
    cells: Vec<Cell>,
}

impl Interpolations {
    /// Finds them all. Rules times (steps of all rules, times the logarithm of the rules).
    pub fn new(grammar: &Grammar, network: &Network) -> Interpolations {
        let constants = Constants::new(grammar, network);
        let mut rows = vec![NONE; grammar.symbols.len()];
        for (row, rule) in grammar.rules.keys().enumerate() {
            rows[rule.index()] = row as u32;
        }
        let all: Vec<Vec<Group>> = grammar.rules.keys().map(|&rule| groups_of(rule, network, &constants)).collect();
        let pure = |groups: &Vec<Group>| -> Vec<Group> {
            groups.iter().filter(|group| group.n_constants == 0).map(Group::copy).collect()
        };
        let pure: [Vec<Vec<Group>>; 2] = [all.iter().map(pure).collect(), all.iter().map(pure).collect()];
        let [pure, mut neutral] = pure;
        for (rule, rhs) in &grammar.neutrals {
            let groups = &mut neutral[rows[rule.index()] as usize];
            neutral_steps_of(*rule, rhs, &constants, grammar).into_iter().for_each(|step| add_step(groups, step));
        }
        let tables = [pure, neutral, all].map(|groups| Table::new(groups, &rows));
        Interpolations { constants, symbols: grammar.symbols.clone(), rows, tables }
    }

    /// The constants of the langlet.
    pub fn constants(&self) -> &Constants {
        &self.constants
    }

    /// How many minimal paths there are: 0 if the interpolation is not valid, 1 if it is deterministic; at most `u32::MAX`.
    pub fn n_paths(&self, kind: Kind, outer: Symbol, inner: Symbol) -> u32 {
        if outer == inner {
            return 1;
        }
        self.cell(kind, outer, inner).map_or(0, |cell| cell.n_paths)
    }

    /// A minimal path, outermost step first; empty if the symbols are equal, `None` if there is none. Of several minimal
    /// paths the one that comes first in grammar order, compared step by step from the outermost.
    pub fn path(&self, kind: Kind, outer: Symbol, inner: Symbol) -> Option<Vec<Step>> {
        let mut path = Vec::new();
        let mut at = outer;
        while at != inner {
            let cell = self.cell(kind, at, inner)?;
            let step = &self.groups(kind, at)[cell.group as usize].steps[0];
            path.push(step.clone());
            at = step.child;
        }
        Some(path)
    }

    /// The only minimal path, outermost step first; empty if the symbols are equal.
    ///
    /// # Errors
    /// `NoPath` if there is none; `Ambiguous` if several paths are minimal.
    pub fn find(&self, kind: Kind, outer: Symbol, inner: Symbol) -> Result<Vec<Step>, InterpolationError> {
        match self.n_paths(kind, outer, inner) {
            1 => Ok(self.path(kind, outer, inner).expect("a path that is counted exists")),
            0 => Err(InterpolationError::NoPath {
                outer: self.symbols.display(outer),
                inner: self.symbols.display(inner),
            }),
            n_paths => {
                let paths = self.competing(kind, outer, inner);
                let show = |path: &Vec<Step>| {
                    let steps: Vec<String> = path.iter().map(|step| step.display(&self.symbols)).collect();
                    format!("  {}", steps.join("; "))
                };
                Err(InterpolationError::Ambiguous {
                    outer: self.symbols.display(outer),
                    inner: self.symbols.display(inner),
                    n_paths,
                    shown: paths.iter().map(show).collect(),
                    paths,
                })
            }
        }
    }

    /// The first minimal paths in grammar order, at most [`SHOWN`].
    pub fn competing(&self, kind: Kind, outer: Symbol, inner: Symbol) -> Vec<Vec<Step>> {
        let mut found = Vec::new();
        let mut work = vec![(outer, Vec::new())];
        // Each path that is begun leads to `inner`; none is longer than there are symbols.
        while let Some((at, path)) = work.pop() {
            if at == inner {
                found.push(path);
                if found.len() == SHOWN {
                    break;
                }
                continue;
            }
            let cost = |at: Symbol| self.cost(kind, at, inner);
            let Some(whole) = cost(at) else { continue };
            for group in self.groups(kind, at).iter().rev() {
                let Some(rest) = cost(group.child) else { continue };
                if (group.n_constants + rest.0, rest.1 + 1) == whole {
                    for step in group.steps.iter().rev() {
                        work.push((group.child, [&path[..], std::slice::from_ref(step)].concat()));
                    }
                }
            }
        }
        found
    }

    /// Paths between which there is a choice: the competing minimal ones, or the only one, and those that leave it at one rule and
    /// add as many constants, but more nodes. At most [`SHOWN`], the minimal ones first; none if there is no path. `from NAME import
    /// *` and `from . import NAME` are such a choice: who asks for a tree with a NAME in it may mean either.
    pub fn choices(&self, kind: Kind, outer: Symbol, inner: Symbol) -> Vec<Vec<Step>> {
        let mut found = self.competing(kind, outer, inner);
        let Some(minimal) = found.first().cloned() else { return found };
        let n_constants = |path: &[Step]| path.iter().map(|step| step.n_constants() as u32).sum::<u32>();
        let total = n_constants(&minimal);
        for (at, step) in minimal.iter().enumerate() {
            let before = &minimal[..at];
            let left = total - n_constants(before);
            for group in self.groups(kind, step.rule) {
                let Some(behind) = self.path(kind, group.child, inner) else { continue };
                let is_cheap = group.n_constants + n_constants(&behind) == left;
                // A path that comes back to a rule only adds levels to another.
                let comes_back =
                    behind.iter().any(|step| before.iter().chain([&minimal[at]]).any(|b| b.rule == step.rule));
                for step in group.steps.iter().filter(|_| is_cheap && !comes_back) {
                    let path = [before, std::slice::from_ref(step), &behind].concat();
                    if found.len() < SHOWN && !found.contains(&path) {
                        found.push(path);
                    }
                }
            }
        }
        found
    }

    /// Constants and nodes of a minimal path; `None` if there is none. Linear in the path.
    pub fn cost(&self, kind: Kind, outer: Symbol, inner: Symbol) -> Option<(u32, u32)> {
        let mut cost = (0, 0);
        let mut at = outer;
        while at != inner {
            let cell = self.cell(kind, at, inner)?;
            let group = &self.groups(kind, at)[cell.group as usize];
            cost = (cost.0 + group.n_constants, cost.1 + 1);
            at = group.child;
        }
        Some(cost)
    }

    fn groups(&self, kind: Kind, rule: Symbol) -> &[Group] {
        &self.tables[kind as usize].groups[self.rows[rule.index()] as usize]
    }

    fn cell(&self, kind: Kind, outer: Symbol, inner: Symbol) -> Option<Cell> {
        let row = *self.rows.get(outer.index())?;
        if row == NONE || inner.index() >= self.rows.len() {
            return None;
        }
        let cell = self.tables[kind as usize].cells[row as usize * self.rows.len() + inner.index()];
        (cell.group != NONE).then_some(cell)
    }
}

impl Table {
    fn new(groups: Vec<Vec<Group>>, rows: &[u32]) -> Table {
        let n = rows.len();
        let mut costs = vec![FAR; groups.len() * n];
        let mut cells = vec![Cell { group: NONE, n_paths: 0 }; groups.len() * n];
        // `edges[row]`: child, its row, constants, and how many productions.
        let edges: Vec<Vec<(u32, u32, u32, u32)>> = groups
            .iter()
            .map(|groups| {
                let edge = |group: &Group| {
                    (group.child.index() as u32, rows[group.child.index()], group.n_constants, group.n_steps)
                };
                groups.iter().map(edge).collect()
            })
            .collect();
        let mut heap: BinaryHeap<Reverse<(Cost, u32)>> = BinaryHeap::new();
        for (symbol, &row) in rows.iter().enumerate().filter(|&(_, &row)| row != NONE) {
            let range = row as usize * n..(row as usize + 1) * n;
            let (costs, cells) = (&mut costs[range.clone()], &mut cells[range]);
            costs[symbol] = (0, 0);
            cells[symbol].n_paths = 1;
            // What is in the heap is a rule; tokens go no further.
            heap.push(Reverse(((0, 0), symbol as u32)));
            while let Some(Reverse((cost, at))) = heap.pop() {
                if costs[at as usize] < cost {
                    continue;
                }
                let n_paths = cells[at as usize].n_paths;
                for &(child, child_row, n_constants, n_steps) in &edges[rows[at as usize] as usize] {
                    let next = (cost.0 + n_constants, cost.1 + 1);
                    let known = &mut costs[child as usize];
                    if next > *known {
                        continue;
                    }
                    // Every step adds a node, so all that is counted here is complete when the child's turn comes.
                    let more = n_paths.saturating_mul(n_steps);
                    if next < *known {
                        *known = next;
                        cells[child as usize].n_paths = more;
                        if child_row != NONE {
                            heap.push(Reverse((next, child)));
                        }
                    } else {
                        cells[child as usize].n_paths = cells[child as usize].n_paths.saturating_add(more);
                    }
                }
            }
        }
        let table = Table { groups, cells };
        table.with_first_steps(&costs, &edges, n)
    }

    /// Notes for each pair the first group that a minimal path can begin with.
    fn with_first_steps(mut self, costs: &[Cost], edges: &[Vec<(u32, u32, u32, u32)>], n: usize) -> Table {
        for (row, edges) in edges.iter().enumerate() {
            for (number, &(child, child_row, n_constants, _)) in edges.iter().enumerate() {
                let mut note = |inner: usize, rest: Cost| {
                    let cell = &mut self.cells[row * n + inner];
                    if cell.group == NONE && rest != FAR && (n_constants + rest.0, rest.1 + 1) == costs[row * n + inner]
                    {
                        cell.group = number as u32;
                    }
                };
                if child_row == NONE {
                    note(child as usize, (0, 0));
                } else {
                    let rests = &costs[child_row as usize * n..(child_row as usize + 1) * n];
                    rests.iter().enumerate().for_each(|(inner, &rest)| note(inner, rest));
                }
            }
        }
        self
    }
}

impl Group {
    fn copy(&self) -> Group {
        Group { steps: self.steps.clone(), ..*self }
    }
}

/// Adds a production to the groups of its rule: it joins those as short, and drives out those that are longer.
fn add_step(groups: &mut Vec<Group>, step: Step) {
    let n_constants = step.n_constants() as u32;
    let new = |step: Step| Group { child: step.child, n_constants, n_steps: 1, steps: vec![step] };
    match groups.iter_mut().find(|group| group.child == step.child) {
        None => groups.push(new(step)),
        Some(group) if n_constants < group.n_constants => *group = new(step),
        Some(group) if n_constants == group.n_constants && !group.steps.contains(&step) => {
            group.n_steps = group.n_steps.saturating_add(1);
            group.steps.push(step);
            group.steps.truncate(SHOWN);
        }
        Some(_) => {}
    }
}

/// How states are reached by constants alone: the fewest constants, and in how many ways.
#[derive(Clone, Copy, Debug)]
struct Reached {
    state: StateId,
    n_constants: u32,
    n_ways: u32,
}

/// The states that constants lead to, nearest first.
fn reach(network: &Network, from: StateId, constants: &Constants) -> Vec<Reached> {
    let mut found = vec![Reached { state: from, n_constants: 0, n_ways: 1 }];
    let mut next = 0;
    while next < found.len() {
        // Breadth first: all ways to a state are counted before its turn comes.
        let Reached { state, n_constants, n_ways } = found[next];
        for &(symbol, to) in &network.state(state).transitions {
            if !constants.contains(symbol) {
                continue;
            }
            match found.iter_mut().find(|known| known.state == to) {
                None => found.push(Reached { state: to, n_constants: n_constants + 1, n_ways }),
                Some(known) if known.n_constants == n_constants + 1 => {
                    known.n_ways = known.n_ways.saturating_add(n_ways);
                }
                Some(_) => {}
            }
        }
        next += 1;
    }
    found
}

/// The fewest constants from a state to the end of its rule, and in how many ways; `None` if constants do not lead there.
fn finish(reached: &[Reached], network: &Network) -> Option<(u32, u32)> {
    let ends = || reached.iter().filter(|reached| network.state(reached.state).accepting);
    let n_constants = ends().next()?.n_constants;
    let nearest = ends().filter(|end| end.n_constants == n_constants);
    Some((n_constants, nearest.fold(0, |n_ways: u32, end| n_ways.saturating_add(end.n_ways))))
}

/// For each symbol that a production of the rule has beside constants: the shortest such productions.
fn groups_of(rule: Symbol, network: &Network, constants: &Constants) -> Vec<Group> {
    let Some(start) = network.start(rule) else { return Vec::new() };
    let mut groups: Vec<Group> = Vec::new();
    // Which transitions the shortest productions around each child use, in grammar order: `uses[group]`.
    let mut uses: Vec<Vec<(StateId, StateId)>> = Vec::new();
    for from in reach(network, start, constants) {
        for &(child, to) in &network.state(from.state).transitions {
            let Some((behind, ways_behind)) = finish(&reach(network, to, constants), network) else { continue };
            let n_constants = from.n_constants + behind;
            let n_steps = from.n_ways.saturating_mul(ways_behind);
            let place = (from.state, to);
            match groups.iter().position(|group| group.child == child) {
                None => {
                    groups.push(Group { child, n_constants, n_steps, steps: Vec::new() });
                    uses.push(vec![place]);
                }
                Some(at) if n_constants < groups[at].n_constants => {
                    (groups[at].n_constants, groups[at].n_steps) = (n_constants, n_steps);
                    uses[at] = vec![place];
                }
                Some(at) if n_constants == groups[at].n_constants => {
                    groups[at].n_steps = groups[at].n_steps.saturating_add(n_steps);
                    uses[at].push(place);
                }
                Some(_) => {}
            }
        }
    }
    for (group, uses) in groups.iter_mut().zip(&uses) {
        for &(from, to) in uses {
            for before in strings(network, start, constants, |state| state == from) {
                for after in strings(network, to, constants, |state| network.state(state).accepting) {
                    group.steps.push(Step { rule, before: before.clone(), child: group.child, after });
                }
            }
            group.steps.truncate(SHOWN);
        }
    }
    groups
}

/// The shortest strings of constants from a state to one that is wanted, at most [`SHOWN`], in grammar order.
fn strings(
    network: &Network,
    from: StateId,
    constants: &Constants,
    wanted: impl Fn(StateId) -> bool,
) -> Vec<Vec<Symbol>> {
    // Breadth first with all strings of a length at a time; strings to states that are not nearest are left out.
    let mut level: Vec<(StateId, Vec<Symbol>)> = vec![(from, Vec::new())];
    let mut seen = vec![from];
    loop {
        let ends: Vec<Vec<Symbol>> =
            level.iter().filter(|(state, _)| wanted(*state)).map(|(_, string)| string.clone()).take(SHOWN).collect();
        if !ends.is_empty() || level.is_empty() {
            return ends;
        }
        let mut next: Vec<(StateId, Vec<Symbol>)> = Vec::new();
        for (state, string) in &level {
            for &(symbol, to) in &network.state(*state).transitions {
                let n_known = next.iter().filter(|(state, _)| *state == to).count();
                if constants.contains(symbol) && !seen.contains(&to) && n_known < SHOWN {
                    next.push((to, [&string[..], &[symbol]].concat()));
                }
            }
        }
        // Progress: every level holds states that no level before it held.
        seen.extend(next.iter().map(|(state, _)| *state));
        level = next;
    }
}

/// The productions of a declared neutral alternative that have one variable child beside constants.
fn neutral_steps_of(rule: Symbol, rhs: &Rhs, constants: &Constants, grammar: &Grammar) -> Vec<Step> {
    let automaton = RuleAutomaton::new(rhs);
    let mut steps = Vec::new();
    // All traces without a repeated position; a neutral alternative is short.
    let mut stack = vec![(Position::START, Vec::new())];
    while let Some((at, trace)) = stack.pop() {
        for &next in automaton.follow(at).iter().rev() {
            match automaton.symbol(next) {
                None => {
                    let symbols: Vec<Symbol> = trace.iter().filter_map(|&p| automaton.symbol(p)).collect();
                    let only = |is_variable: &dyn Fn(Symbol) -> bool| {
                        let mut places = (0..symbols.len()).filter(|&at| is_variable(symbols[at]));
                        places.next().filter(|_| places.next().is_none())
                    };
                    // A rule that is itself a constant is the variable part if there is no other.
                    let variable = only(&|symbol| !constants.contains(symbol));
                    let variable = variable.or_else(|| only(&|symbol| grammar.constant_text(symbol).is_none()));
                    let is_constant = |&symbol: &Symbol| constants.contains(symbol);
                    if let Some(at) = variable
                        && symbols[..at].iter().chain(&symbols[at + 1..]).all(is_constant)
                    {
                        let (before, after) = (symbols[..at].to_vec(), symbols[at + 1..].to_vec());
                        steps.push(Step { rule, before, child: symbols[at], after });
                    }
                }
                Some(_) if !trace.contains(&next) => {
                    let mut longer = trace.clone();
                    longer.push(next);
                    stack.push((next, longer));
                }
                Some(_) => {}
            }
        }
    }
    steps
}
