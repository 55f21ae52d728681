//! Routes: from a langlet to another along the transformations that are known.
//!
//! The nodes of the graph are langlets. Two kinds of steps lead from one to another:
//!
//! ```text
//! rules      the source of a transformation, or a descendant of it  →  its target
//! identity   a langlet  →  an ancestor or a descendant of it, what both have passes as it is
//! ```
//!
//! So a transformation that was written for a parent holds for its children on both sides: `a27 → a38` also serves texts of
//! a parent `a26` of `a27` (`a26 = a27 → a38`) and a target that inherits from `a38` (`a27 → a38 = mine`).
//!
//! An identity step must not stand in for a transformation: where `a38` inherits from `a27` and there is a transformation
//! `a27 → a38`, to pass what both have is not what is asked for. Such a step *skips* the transformation and is taken only if
//! there is no other way. The best route skips the fewest, then has the fewest transformations with rules, then the fewest
//! steps and the shortest identities; among equals the transformations that are named first win (Dijkstra 1959, the costs compared one after the other).

use std::collections::BTreeSet;

use super::transform::{Options, Transform, TranslateError, Translation};
use crate::langlet::Langlet;

/// A step of a route, as numbers of transformations and langlets.
#[derive(Clone, Debug, PartialEq)]
pub enum Hop {
    /// By the rules of the transformation of this number.
    Rules(usize),
    /// What both langlets have, as it is.
    Identity(Langlet, Langlet),
}

/// The steps from `source` to `target`, if there is a way, by the best route over transformations between the given
/// langlets; none if source and target are the same. Rules are not needed to find it, so none are built.
pub fn hops(source: &Langlet, target: &Langlet, transforms: &[(Langlet, Langlet)]) -> Option<Vec<Hop>> {
    let mut nodes: Vec<Langlet> = Vec::new();
    let ends = [source, target].into_iter().chain(transforms.iter().flat_map(|(from, to)| [from, to]));
    for langlet in ends.flat_map(lineage) {
        if !nodes.contains(langlet) {
            nodes.push(langlet.clone());
        }
    }
    let number = |langlet: &Langlet| nodes.iter().position(|node| node == langlet).expect("all langlets are nodes");
    // For each node: the cost of the best way to it, and the hops.
    let mut best: Vec<Option<(Cost, Vec<Hop>)>> = vec![None; nodes.len()];
    best[number(source)] = Some((Cost::default(), Vec::new()));
    let mut open: BTreeSet<(Cost, usize)> = BTreeSet::from([(Cost::default(), number(source))]);
    // Progress: a node is opened again only at a lower cost.
    while let Some((cost, at)) = open.pop_first() {
        let langlet = &nodes[at];
        let (known, path) = best[at].clone().expect("an open node was reached");
        if known < cost {
            continue;
        }
        if langlet == target {
            return Some(path);
        }
        let rules = transforms.iter().enumerate().filter(|(_, (from, to))| descends(langlet, from) && from != to);
        let rules = rules.map(|(index, (_, to))| (cost.rules(index), number(to), Hop::Rules(index)));
        let relatives = nodes.iter().enumerate().filter(|&(index, node)| index != at && is_relative(langlet, node));
        let relatives = relatives.map(|(index, node)| {
            (cost.identity(links(langlet, node, transforms)), index, Hop::Identity(langlet.clone(), node.clone()))
        });
        for (cost, to, hop) in rules.chain(relatives) {
            if best[to].as_ref().is_none_or(|(known, _)| cost < *known) {
                let mut path = path.clone();
                path.push(hop);
                best[to] = Some((cost.clone(), path));
                open.insert((cost, to));
            }
        }
    }
    None
}

/// What is compared of two routes, the first field first.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    n_skipped: usize,
    n_rules: usize,
    n_steps: usize,
    /// Links between child and parent that identity steps pass.
    n_links: usize,
    /// The numbers of the transformations.
    order: Vec<usize>,
}

impl Cost {
    fn rules(&self, index: usize) -> Cost {
        let mut order = self.order.clone();
        order.push(index);
        Cost { n_rules: self.n_rules + 1, n_steps: self.n_steps + 1, order, ..self.clone() }
    }

    fn identity(&self, (n_links, n_skipped): (usize, usize)) -> Cost {
        Cost {
            n_skipped: self.n_skipped + n_skipped,
            n_steps: self.n_steps + 1,
            n_links: self.n_links + n_links,
            ..self.clone()
        }
    }
}

fn lineage(langlet: &Langlet) -> impl Iterator<Item = &Langlet> {
    std::iter::successors(Some(langlet), |langlet| langlet.parent())
}

fn descends(langlet: &Langlet, ancestor: &Langlet) -> bool {
    lineage(langlet).any(|one| one == ancestor)
}

fn is_relative(one: &Langlet, other: &Langlet) -> bool {
    descends(one, other) || descends(other, one)
}

/// How many links between child and parent the identity step passes, and how many of them a transformation spans in the
/// same direction.
fn links(from: &Langlet, to: &Langlet, transforms: &[(Langlet, Langlet)]) -> (usize, usize) {
    let up = descends(from, to);
    let (child, ancestor) = if up { (from, to) } else { (to, from) };
    let links: Vec<&Langlet> = lineage(child).take_while(|&langlet| langlet != ancestor).collect();
    let is_spanned = |link: &&&Langlet| {
        transforms.iter().any(|(source, target)| {
            let (low, high) = if up { (source, target) } else { (target, source) };
            low != high && descends(low, link) && descends(link, high) && **link != high
        })
    };
    (links.len(), links.iter().filter(is_spanned).count())
}

/// One step: rules that are known, or the identity.
enum Step<'a> {
    Rules(&'a Transform),
    Identity(Box<Transform>),
}

/// Transformations one after the other. The tree of each step is the input of the next; no text is made in between.
pub struct Route<'a> {
    steps: Vec<Step<'a>>,
}

impl<'a> Route<'a> {
    /// The best route over these transformations; `None` if there is none, or if source and target are the same.
    pub fn find(source: &Langlet, target: &Langlet, transforms: &[&'a Transform]) -> Option<Route<'a>> {
        let edges: Vec<_> = transforms.iter().map(|one| (one.source().clone(), one.target().clone())).collect();
        let hops = hops(source, target, &edges).filter(|hops| !hops.is_empty())?;
        Some(Route::of(hops, |index| transforms[index]))
    }

    /// The route of the given steps; `transform` gives the transformation of a number.
    pub fn of(hops: Vec<Hop>, transform: impl Fn(usize) -> &'a Transform) -> Route<'a> {
        let step = |hop| match hop {
            Hop::Rules(index) => Step::Rules(transform(index)),
            Hop::Identity(from, to) => Step::Identity(Box::new(Transform::identity(&from, &to))),
        };
        Route { steps: hops.into_iter().map(step).collect() }
    }

    /// This route, and behind it the other.
    #[must_use]
    pub fn then(mut self, other: Route<'a>) -> Route<'a> {
        self.steps.extend(other.steps);
        self
    }

    /// The transformations of the steps, identities among them.
    pub fn steps(&self) -> impl Iterator<Item = &Transform> {
        self.steps.iter().map(|step| match step {
            Step::Rules(transform) => *transform,
            Step::Identity(transform) => &**transform,
        })
    }

    /// What the first step reads. Panics if there are no steps.
    pub fn source(&self) -> &Langlet {
        self.steps().next().expect("a route has a step").source()
    }

    /// What the last step writes. Panics if there are no steps.
    pub fn target(&self) -> &Langlet {
        self.steps().last().expect("a route has a step").target()
    }

    /// The names of all rules, step by step.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.steps().flat_map(Transform::rules)
    }

    /// Translates a text along the route. `langlet` is what the text is read as: the source, or a dialect of it.
    ///
    /// # Errors
    /// As [`Transform::translate`]; the places are in `text`, whichever step the error is of.
    pub fn translate(&self, langlet: &Langlet, text: &str, options: &Options) -> Result<Translation, TranslateError> {
        let mut tree = langlet.parse(text)?;
        let mut applied = Vec::new();
        for step in self.steps() {
            let (next, more) = step.translate_tree(tree, options)?;
            tree = next;
            applied.extend(more);
        }
        // Stable, so that at one place the steps stay in their order.
        applied.sort_by_key(|one| one.span);
        Ok(Translation { text: tree.unparse(), applied })
    }
}

impl std::fmt::Display for Route<'_> {
    /// `a = b -> c`: `=` is an identity step, `->` one with rules.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            let (sign, transform) = match step {
                Step::Rules(transform) => ("->", *transform),
                Step::Identity(transform) => ("=", &**transform),
            };
            if index == 0 {
                write!(f, "{}", transform.source().name())?;
            }
            write!(f, " {sign} {}", transform.target().name())?;
        }
        Ok(())
    }
}
