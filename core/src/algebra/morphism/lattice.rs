//! The order of the rules of a langlet by X ⇒ Y: rules with maps both ways are one vertex, and only its immediate steps
//! are drawn.
//!
//! Maps compose, so the pairs that are there are transitive but for the bounds of the search; the closure is taken. The
//! reduction of an order to its immediate steps is unique (Aho, Garey and Ullman 1972).

use std::fmt::Write;

use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// The rules of a langlet, ordered by the morphisms between them.
#[derive(Clone, Debug)]
pub struct Lattice {
    langlet: Langlet,
    /// Rules with morphisms both ways, each class in grammar order; classes by their first rule.
    pub classes: Vec<Vec<Symbol>>,
    /// `steps[class]`: the classes immediately above, in order.
    pub steps: Vec<Vec<usize>>,
    /// Number of pairs (X, Y) with X ⇒ Y, X and Y different.
    pub n_found: usize,
    /// Number of pairs that some program refutes.
    pub n_refuted: usize,
    /// The pairs that are neither, in grammar order.
    pub unknown: Vec<(Symbol, Symbol)>,
}

impl Lattice {
    pub(super) fn new(
        langlet: &Langlet,
        rules: &[Symbol],
        found: &[(Symbol, Symbol)],
        n_refuted: usize,
        unknown: Vec<(Symbol, Symbol)>,
    ) -> Lattice {
        let place = |rule: Symbol| rules.iter().position(|&other| other == rule).expect("a pair is of rules");
        let n = rules.len();
        let mut above = vec![vec![false; n]; n];
        found.iter().for_each(|&(x, y)| above[place(x)][place(y)] = true);
        for middle in 0..n {
            let reach = above[middle].clone();
            for row in above.iter_mut().filter(|row| row[middle]) {
                row.iter_mut().zip(&reach).for_each(|(to, &more)| *to |= more);
            }
        }
        // The first rule of each class stands for it.
        let firsts: Vec<usize> = (0..n).filter(|&x| !(0..x).any(|y| above[x][y] && above[y][x])).collect();
        let is_above = |x: usize, y: usize| above[x][y] && !above[y][x];
        let class = |&x: &usize| (0..n).filter(|&y| y == x || above[x][y] && above[y][x]).map(|y| rules[y]).collect();
        let steps = firsts.iter().map(|&x| {
            let is_step = |&y: &usize| is_above(x, y) && !firsts.iter().any(|&z| is_above(x, z) && is_above(z, y));
            (0..firsts.len()).filter(|&class| is_step(&firsts[class])).collect()
        });
        Lattice {
            langlet: langlet.clone(),
            classes: firsts.iter().map(class).collect(),
            steps: steps.collect(),
            n_found: found.len(),
            n_refuted,
            unknown,
        }
    }

    /// The name of a class: its rules with ` = ` between them.
    pub fn name(&self, class: usize) -> String {
        let names = self.classes[class].iter().map(|&rule| self.langlet.grammar().symbols.name(rule));
        names.collect::<Vec<_>>().join(" = ")
    }

    /// One line for each class that others are above, `x ⇒ y, z`, one `x ? y` for each pair that is unknown, and a last
    /// one with the numbers of pairs.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (class, above) in self.steps.iter().enumerate() {
            let names: Vec<String> = above.iter().map(|&class| self.name(class)).collect();
            if !names.is_empty() {
                writeln!(out, "{} ⇒ {}", self.name(class), names.join(", ")).expect("a string takes all");
            } else if self.classes[class].len() > 1 {
                writeln!(out, "{}", self.name(class)).expect("a string takes all");
            }
        }
        let name = |rule| self.langlet.grammar().symbols.name(rule);
        for &(x, y) in &self.unknown {
            writeln!(out, "{} ? {}", name(x), name(y)).expect("a string takes all");
        }
        let Lattice { n_found, n_refuted, .. } = self;
        let n_unknown = self.unknown.len();
        writeln!(out, "{}: {n_found} found, {n_refuted} refuted, {n_unknown} unknown", self.langlet.name())
            .expect("a string takes all");
        out
    }

    /// A graph for Graphviz: an edge leads from a class to each immediately above. Classes beside which nothing stands
    /// are left out.
    pub fn dot(&self) -> String {
        let mut out = format!("digraph \"{}\" {{\n  rankdir=BT;\n  node [shape=box];\n", self.langlet.name());
        let mut is_shown: Vec<bool> = self.steps.iter().map(|above| !above.is_empty()).collect();
        self.steps.iter().flatten().for_each(|&class| is_shown[class] = true);
        for (class, &is_shown) in is_shown.iter().enumerate() {
            if is_shown || self.classes[class].len() > 1 {
                writeln!(out, "  n{class} [label=\"{}\"];", self.name(class)).expect("a string takes all");
            }
        }
        for (class, above) in self.steps.iter().enumerate() {
            above.iter().for_each(|above| writeln!(out, "  n{class} -> n{above};").expect("a string takes all"));
        }
        out.push_str("}\n");
        out
    }
}
