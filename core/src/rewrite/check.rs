//! What is wrong with rules although both of their sides can be read.
//!
//! * A result that no place of its pattern admits, and a metavariable that its place in the result never admits, or admits in
//!   several ways that are equally short.
//! * Rules of an innermost phase that apply to each other's results without end: where the pattern of a rule without
//!   conditions fits the result of another as it is written, whatever the metavariables stand for, the second always leads to
//!   the first. A circle of such pairs ends on no program.

use std::collections::VecDeque;

use super::binding::Binding;
use super::fragment::Fragment;
use super::matching::Matcher;
use super::metavariable::Repeat;
use super::place::Placing;
use super::rule::{Case, Rule, RuleResult};
use super::space::Space;
use super::template::Template;
use super::transform::Transform;
use crate::algebra::Kind;
use crate::cst::node::Node;
use crate::diagnostic::Diagnostic;
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::notation::syntax::Strategy;

impl Transform {
    /// Looks for rules that can never give a result, and for rules that never stop. Slow; [`Transform::load`] does it.
    pub fn check(&self) -> Vec<Diagnostic> {
        let space = Space::new(&self.source, &self.target);
        let placing = Placing { space: &space, target: &self.target };
        let mut errors = Vec::new();
        for rule in &self.rules {
            for case in &rule.cases {
                let RuleResult::Trees(templates) = &case.result else { continue };
                self.check_result(placing, rule, templates, &mut errors);
            }
        }
        errors.extend(self.circles(&space));
        errors.extend(self.lint());
        errors
    }

    fn check_result(&self, placing: Placing<'_>, rule: &Rule, templates: &[Template], errors: &mut Vec<Diagnostic>) {
        let symbols = |langlet: &Langlet, symbol: Symbol| langlet.grammar().symbols.display(symbol);
        for pattern in &rule.alternatives {
            if let [template] = templates {
                let root = template.fragment.tree.symbol(template.fragment.tree.root());
                if !self.has_place(placing, pattern.symbol(), root) {
                    let (from, to) = (symbols(&self.source, pattern.symbol()), symbols(&self.target, root));
                    let message =
                        format!("a result `{to}` has no place where `{from}` stands in {}", self.target.name());
                    let help = match self.holder(placing, pattern.symbol(), root) {
                        Some(holder) => format!("match `{holder}`, which can be both: `{holder} [| … |]`"),
                        None => "write the result as what stands there, or declare a neutral production".to_owned(),
                    };
                    errors.push(Diagnostic::error(&self.text, rule.span, message).help(help));
                }
            }
            let Some(fragment) = &pattern.fragment else { continue };
            let bound = fragment.typed_metavariables();
            for (used, place) in templates.iter().flat_map(|template| typed_places(&template.fragment)) {
                let known = bound.iter().find(|(known, _)| known.variable == used.variable);
                let Some(&(known, symbol)) = known else { continue };
                if let Some(error) = placing.ambiguity(place, symbol) {
                    let message = format!(
                        "what `${}` stands for can be placed here in several ways",
                        self.scope.name(used.variable)
                    );
                    let help = format!("{error}\nwrite the one that is meant around the metavariable");
                    errors.push(
                        Diagnostic::error(&self.text, used.span, message).label(known.span, "bound here").help(help),
                    );
                }
                if known.repeat != Repeat::One || self.fits_somehow(placing, symbol, place) {
                    continue;
                }
                let (from, to) = (symbols(&self.source, symbol), symbols(&self.target, place));
                let name = self.scope.name(used.variable);
                let message =
                    format!("`${name}` stands for `{from}`, which is never `{to}`, as the result needs it here");
                let error = Diagnostic::error(&self.text, used.span, message).label(known.span, "bound here");
                errors.push(error.help(format!("bind what is needed: `${name}:{to}`")));
            }
        }
    }

    /// A rule of the source that may consist of the pattern's symbol, and in whose place the result can stand.
    fn holder(&self, placing: Placing<'_>, pattern: Symbol, root: Symbol) -> Option<String> {
        let root = placing.space.of_target(root);
        let holds = |&rule: &Symbol| {
            let own = self.source.interpolations().path(Kind::Neutral, rule, pattern)?;
            let is_holder = placing.space.to_target(rule).is_some() && placing.admits(rule, root);
            (is_holder && !own.is_empty()).then_some((own.len(), rule))
        };
        let (_, nearest) = self.source.grammar().rules.keys().filter_map(holds).min()?;
        Some(self.source.grammar().symbols.name(nearest).to_owned())
    }

    /// Whether a result of the symbol `root` can stand where `pattern` stands: itself or a rule that consists of it alone.
    fn has_place(&self, placing: Placing<'_>, pattern: Symbol, root: Symbol) -> bool {
        let root = placing.space.of_target(root);
        let rules = self.source.grammar().rules.keys().copied().chain([pattern]);
        let above = rules.filter(|&rule| self.source.interpolations().path(Kind::Pure, rule, pattern).is_some());
        above.into_iter().any(|place| placing.admits(place, root))
    }

    /// Whether a node of the symbol, or one that it may consist of alone, can stand in `place`.
    fn fits_somehow(&self, placing: Placing<'_>, symbol: Symbol, place: Symbol) -> bool {
        let place = placing.space.of_target(place);
        let below = self.source.grammar().symbols.iter();
        let mut below = below.filter(|&below| self.source.interpolations().path(Kind::Pure, symbol, below).is_some());
        below.any(|below| placing.admits(place, below))
    }

    /// Circles of rules that always apply to each other's results.
    fn circles(&self, space: &Space) -> Vec<Diagnostic> {
        let mut errors = Vec::new();
        let mut reported = vec![false; self.rules.len()];
        for (phase, (_, strategy)) in self.phases().enumerate() {
            if !matches!(strategy, Strategy::Innermost { .. }) {
                continue;
            }
            let rules: Vec<usize> = (0..self.rules.len()).filter(|&rule| self.rules[rule].phase == phase).collect();
            let follows: Vec<Vec<usize>> = rules.iter().map(|&rule| self.always_follow(space, rule, &rules)).collect();
            let at = |rule: usize| rules.iter().position(|&other| other == rule).expect("it is of this phase");
            for &start in &rules {
                if reported[start] {
                    continue;
                }
                let Some(circle) = shortest_circle(start, |rule| follows[at(rule)].clone()) else { continue };
                circle.iter().for_each(|&rule| reported[rule] = true);
                let mut names: Vec<&str> = circle.iter().map(|&rule| self.rules[rule].name.as_str()).collect();
                names.push(names[0]);
                let message = match names[..] {
                    [name, _] => format!("the rule `{name}` applies to its own result without end"),
                    _ => format!("the rules {} apply to each other's results without end", names.join(" → ")),
                };
                let help = "add a condition that the result does not meet, or run them in a phase `top down`";
                errors.push(Diagnostic::error(&self.text, self.rules[start].span, message).help(help));
            }
        }
        errors
    }

    /// The rules that apply to every result that `rule` gives without conditions.
    fn always_follow(&self, space: &Space, rule: usize, among: &[usize]) -> Vec<usize> {
        let results = self.rules[rule].cases.iter().filter(|case| !case.is_conditional()).map(|case| &case.result);
        let mut follow = Vec::new();
        for result in results {
            let RuleResult::Trees(templates) = result else { continue };
            for fragment in templates.iter().map(|template| &template.fragment) {
                follow.extend(among.iter().filter(|&&other| self.always_fits(space, &self.rules[other], fragment)));
            }
        }
        follow
    }

    /// Whether the rule applies somewhere in the written result, whatever its metavariables stand for.
    fn always_fits(&self, space: &Space, rule: &Rule, result: &Fragment) -> bool {
        let is_free =
            |case: &&Case| !case.is_conditional() && matches!(case.result, RuleResult::Trees(_) | RuleResult::Delete);
        let Some(free) = rule.cases.iter().find(is_free) else { return false };
        let mut tree = result.tree.clone();
        let root = result.tree.root();
        let Ok(copy) = tree.graft_with(&result.tree, root, |symbol| space.of_target(symbol)) else { return false };
        let leaves = tree.leaf_ids(copy.id).zip(result.tree.leaf_ids(root.id));
        let runs: Vec<_> = leaves
            .filter(|&(_, old)| result.metavariable_below(Node::top(old)).is_some_and(|m| m.repeat != Repeat::One))
            .map(|(new, _)| new)
            .collect();
        tree.preorder(copy).any(|node| {
            let has_type = |symbol: Symbol| symbol == tree.symbol(node);
            rule.alternatives.iter().filter(|pattern| has_type(pattern.symbol())).any(|pattern| {
                let mut matcher = Matcher::new(&tree, &self.named, node);
                // One node does not always stand where a run is written.
                free.fits(&mut matcher, pattern)
                    && matcher.bindings.iter().all(|(_, binding)| match binding {
                        Binding::Node(node) => !runs.contains(&node.id),
                        Binding::Run { .. } | Binding::New(..) => true,
                    })
            })
        })
    }
}

/// The places of metavariables in a result that take one node, with their symbols. A head with postfixes beside it takes
/// more than its symbol says.
fn typed_places(fragment: &Fragment) -> Vec<(&super::metavariable::Metavariable, Symbol)> {
    let leaves = fragment.tree.leaf_ids(fragment.tree.root);
    let places = leaves.filter_map(|leaf| {
        let metavariable = fragment.metavariable_below(Node::top(leaf))?;
        let next = fragment.tree.next_sibling(Node::top(leaf));
        let is_head = next.is_some_and(|next| !fragment.tree.is_token(fragment.tree.bottom(next.id)));
        (metavariable.repeat == Repeat::One && !is_head).then(|| (metavariable, fragment.symbol_of(leaf)))
    });
    places.collect()
}

/// A shortest way from `start` back to it, breadth first.
fn shortest_circle(start: usize, follows: impl Fn(usize) -> Vec<usize>) -> Option<Vec<usize>> {
    let mut came: Vec<(usize, Option<usize>)> = vec![(start, None)];
    let mut queue = VecDeque::from([0]);
    while let Some(entry) = queue.pop_front() {
        for next in follows(came[entry].0) {
            if next == start {
                let way = std::iter::successors(Some(entry), |&entry| came[entry].1);
                let mut circle: Vec<usize> = way.map(|entry| came[entry].0).collect();
                circle.reverse();
                return Some(circle);
            }
            if came.iter().all(|&(known, _)| known != next) {
                came.push((next, Some(entry)));
                queue.push_back(came.len() - 1);
            }
        }
    }
    None
}
