//! The smallest listing: fewest tokens, by integer programming.
//!
//! The unknowns are how often each transition of each rule is used. What enters a position leaves it; a rule begins as often as
//! it is called; what is to be covered is used once at least; the tokens are to be as few as possible. A solution in which
//! something is used that cannot be reached from the start is no program: then it is asked for that some transition leads into
//! that part, and all is solved anew (cutting planes, as Dantzig, Fulkerson and Johnson 1954). Without such a part,
//! `realize` builds the programs, so the optimum is exact.
//!
//! For pairs the rules are taken once for each occurrence that calls them.

use good_lp::{Expression, Solution, SolverModel, Variable, constraint, microlp, variable, variables};

use super::derive::Copies;
use super::occurrences::transitions;
use super::usage::Goal;
use crate::automata::Position;
use crate::grammar::Grammar;

/// How often each transition of each copy is used in a smallest listing; `None` if the solver finds no solution.
pub(crate) fn smallest_counts(grammar: &Grammar, copies: &Copies<'_>, goal: Goal) -> Option<Vec<Vec<u64>>> {
    let moves: Vec<Vec<(Position, Position)>> =
        (0..copies.copies.len()).map(|copy| transitions(copies.automaton(copy)).collect()).collect();
    let mut cuts: Vec<Vec<Vec<bool>>> = Vec::new();
    // Progress: each turn adds a cut that the solution before violates.
    loop {
        let counts = solve(grammar, copies, goal, &moves, &cuts)?;
        let parts = unreached(copies, &moves, &counts);
        if parts.is_empty() {
            return Some(counts);
        }
        cuts.extend(parts);
    }
}

/// Uses of all transitions, connected or not. `cuts[cut][copy][state]` are parts that must be entered.
fn solve(
    grammar: &Grammar,
    copies: &Copies<'_>,
    goal: Goal,
    moves: &[Vec<(Position, Position)>],
    cuts: &[Vec<Vec<bool>>],
) -> Option<Vec<Vec<u64>>> {
    let mut unknowns = variables!();
    let n_programs = unknowns.add(variable().integer().min(1));
    let uses: Vec<Vec<Variable>> = moves
        .iter()
        .enumerate()
        .map(|(copy, moves)| {
            let least = |from, to| {
                let is_asked = goal == Goal::Transitions && copy > 0 && !is_blank(grammar, copies, copy, from, to);
                if is_asked { 1 } else { 0 }
            };
            let most = |from, to| if is_blank(grammar, copies, copy, from, to) { 0.0 } else { 1e6 };
            moves
                .iter()
                .map(|&(from, to)| unknowns.add(variable().integer().min(least(from, to)).max(most(from, to))))
                .collect()
        })
        .collect();
    let entering = |copy: usize, state: Position| -> Expression {
        let into = moves[copy].iter().zip(&uses[copy]).filter(|((_, to), _)| *to == state);
        into.map(|(_, unknown)| Expression::from(*unknown)).sum()
    };
    let leaving = |copy: usize, state: Position| -> Expression {
        let out = moves[copy].iter().zip(&uses[copy]).filter(|((from, _), _)| *from == state);
        out.map(|(_, unknown)| Expression::from(*unknown)).sum()
    };
    let mut tokens = Expression::default();
    let mut calls: Vec<Expression> = vec![Expression::default(); moves.len()];
    calls[0] += n_programs;
    for copy in 0..moves.len() {
        for position in copies.automaton(copy).positions() {
            match copies.copies[copy].callees[position.index()] {
                Some(callee) => calls[callee] += entering(copy, position),
                None => tokens += entering(copy, position),
            }
        }
    }
    let mut model = unknowns.minimise(tokens).using(microlp);
    for (copy, calls) in calls.into_iter().enumerate() {
        model = model.with(constraint::eq(leaving(copy, Position::START), calls));
        for position in copies.automaton(copy).positions() {
            model = model.with(constraint::eq(entering(copy, position), leaving(copy, position)));
            let least = u8::from(copies.is_asked(copy, goal));
            model = model.with(constraint::geq(entering(copy, position), f64::from(least)));
        }
    }
    for cut in cuts {
        let mut into = Expression::default();
        for copy in 0..moves.len() {
            for (&(from, to), &unknown) in moves[copy].iter().zip(&uses[copy]) {
                if !cut[copy][from.index()] && cut[copy][to.index()] {
                    into += unknown;
                }
            }
            for position in copies.automaton(copy).positions().filter(|position| !cut[copy][position.index()]) {
                if let Some(callee) = copies.copies[copy].callees[position.index()]
                    && cut[callee][Position::START.index()]
                {
                    into += entering(copy, position);
                }
            }
        }
        model = model.with(constraint::geq(into, 1));
    }
    let solution = model.solve().ok()?;
    let count = |unknown: &Variable| solution.value(*unknown).round() as u64;
    Some(uses.iter().map(|uses| uses.iter().map(count).collect()).collect())
}

/// Whether the transition of the start leads over a line end where none can be written: it stands on a line without tokens, but for
/// one that the layout puts at the end of a file.
fn is_blank(grammar: &Grammar, copies: &Copies<'_>, copy: usize, from: Position, to: Position) -> bool {
    let newline = grammar.layout.newline.as_ref().map(|(symbol, _)| *symbol);
    let (Some(newline), 0) = (newline, copy) else { return false };
    let automaton = copies.automaton(copy);
    if !grammar.layout.end.contains(&newline) {
        return false;
    }
    let is_newline = |at: Position| automaton.symbol(at) == Some(newline);
    let ends =
        |at: Position| at == Position::EXIT || automaton.symbol(at).is_some_and(|s| grammar.layout.end.contains(&s));
    is_newline(to) && (from == Position::START || is_newline(from)) || is_newline(from) && !ends(to)
}

/// The parts of what is used that cannot be reached from the start: for each, `part[copy][state]`.
fn unreached(copies: &Copies<'_>, moves: &[Vec<(Position, Position)>], counts: &[Vec<u64>]) -> Vec<Vec<Vec<bool>>> {
    let empty =
        || -> Vec<Vec<bool>> { (0..moves.len()).map(|copy| vec![false; copies.automaton(copy).n_states()]).collect() };
    // Links between used states, in both directions.
    let mut next: Vec<Vec<Vec<(usize, Position)>>> =
        empty().iter().map(|states| vec![Vec::new(); states.len()]).collect();
    let mut before = next.clone();
    let mut used: Vec<(usize, Position)> = Vec::new();
    for copy in 0..moves.len() {
        for (&(from, to), _) in moves[copy].iter().zip(&counts[copy]).filter(|(_, count)| **count > 0) {
            next[copy][from.index()].push((copy, to));
            before[copy][to.index()].push((copy, from));
            used.extend([(copy, from), (copy, to)]);
            if let Some(callee) = copies.copies[copy].callees[to.index()] {
                next[copy][to.index()].push((callee, Position::START));
                before[callee][Position::START.index()].push((copy, to));
            }
        }
    }
    let mut reached = empty();
    let mut pending = vec![(0, Position::START)];
    while let Some((copy, state)) = pending.pop() {
        if !std::mem::replace(&mut reached[copy][state.index()], true) {
            pending.extend(&next[copy][state.index()]);
        }
    }
    let mut parts = Vec::new();
    for (copy, state) in used {
        if state == Position::EXIT || reached[copy][state.index()] {
            continue;
        }
        let mut part = empty();
        let mut pending = vec![(copy, state)];
        while let Some((copy, state)) = pending.pop() {
            if state != Position::EXIT && !std::mem::replace(&mut reached[copy][state.index()], true) {
                part[copy][state.index()] = true;
                let around = next[copy][state.index()].iter().chain(&before[copy][state.index()]);
                pending.extend(around.filter(|(copy, state)| !reached[*copy][state.index()]));
            }
        }
        parts.push(part);
    }
    parts
}
