//! Matching: does a pattern fit a node, and what do its metavariables stand for?
//!
//! Pattern and node are compared in the full view, so chains are no obstacle. A run takes as many siblings as it can; where
//! it takes none, the separator beside it may be missing too. What is still to be compared is a list of goals; where there is
//! a choice, such as the length of a run, the goals are kept and tried again with the next choice. The conditions of a rule
//! are goals like others, so a condition that fails leads to the next choice. Goals are links in a vector that share their
//! tails; nothing recurses on the tree.
//!
//! A run of several siblings is bound to all of them, so a pattern with k runs may need time in the k-th power of the number
//! of siblings; every other pattern is linear in its own size.

use std::ops::Range;

use super::above::Above;
use super::binding::{Binding, Bindings};
use super::condition::{Check, Reference};
use super::metavariable::{Metavariable, Repeat, Type, Variable};
use super::pattern::{Below, NamedPattern, Part, Pattern, TokenPattern};
use crate::cst::node::{Node, Tree};
use crate::grammar::Symbol;
use crate::span::Span;

/// The furthest point at which a match failed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Probe {
    /// The place in the pattern's file, what it wanted there, and what stood there; `None` as long as nothing failed.
    pub(crate) furthest: Option<(Span, String, Option<Node>)>,
    /// A condition that failed behind a pattern that matched: its text's place.
    pub(crate) condition: Option<Span>,
}

/// Matches patterns against nodes of one tree.
pub(crate) struct Matcher<'a> {
    pub(crate) tree: &'a Tree,
    /// The named patterns that types and conditions refer to.
    pub(crate) named: &'a [NamedPattern],
    pub(crate) bindings: Bindings,
    /// The node that the rule is tried at.
    pub(crate) node: Node,
    /// Whether tokens are recorded: of the rule's own pattern alone.
    records: bool,
    /// The pattern that may fit a part of the children of its node.
    open: Option<&'a Pattern>,
    /// Where the part begins, if that is not the first child.
    start: Option<Node>,
    links: Vec<Link<'a>>,
    choices: Vec<Choice<'a>>,
    pub(crate) probe: Option<Probe>,
    /// What is known about nodes above, if anything is kept.
    pub(crate) above: Option<&'a Above<'a>>,
}

/// A goal and the goals behind it.
#[derive(Clone)]
struct Link<'a> {
    goal: Goal<'a>,
    rest: Goals,
}

/// Index of a link, or none.
type Goals = Option<u32>;

#[derive(Clone)]
enum Goal<'a> {
    /// The part, its first symbols left out, fits the node.
    Node { pattern: &'a Pattern, part: u32, skipped: u16, node: Node },
    /// The items fit the siblings from `at` on, all of them.
    Siblings { pattern: &'a Pattern, items: Items, last: Option<u32>, rule: Symbol, at: Option<Node> },
    /// One of these elements of a block is the line that stands for the block, the others are empty runs.
    Line { pattern: &'a Pattern, elements: Range<u32>, taker: u32, block: u32, node: Node },
    /// The conditions hold.
    Conditions(&'a [Check]),
    /// The metavariable stands for no sibling.
    Empty { variable: Variable, rule: Symbol },
    /// The named pattern fits the node.
    Named { named: usize, alternative: usize, node: Node },
}

/// What siblings are compared with.
#[derive(Clone)]
enum Items {
    /// Parts of the pattern.
    Parts(Range<u32>),
    /// The rest of a part's chain, as the only item.
    Rest { part: u32, skipped: u16 },
}

/// A place to go back to.
struct Choice<'a> {
    n_links: usize,
    n_bound: usize,
    n_tokens: usize,
    next: Next<'a>,
}

enum Next<'a> {
    /// Try these goals.
    Goals(Goals),
    /// Let the run take `len` of the nodes, then fewer.
    Run(Run<'a>),
}

struct Run<'a> {
    pattern: &'a Pattern,
    metavariable: &'a Metavariable,
    rule: Symbol,
    nodes: Vec<Node>,
    /// The length to try next, and the least.
    len: usize,
    shortest: usize,
    item: u32,
    /// The items behind it.
    behind: Range<u32>,
    rest: Goals,
}

impl<'a> Matcher<'a> {
    /// For the rule's own pattern at `node`.
    pub(crate) fn new(tree: &'a Tree, named: &'a [NamedPattern], node: Node) -> Matcher<'a> {
        Matcher {
            tree,
            named,
            bindings: Bindings::default(),
            node,
            records: true,
            open: None,
            start: None,
            links: Vec::new(),
            choices: Vec::new(),
            probe: None,
            above: None,
        }
    }

    /// Whether the pattern fits the matcher's node and the conditions hold; then the bindings say how.
    pub(crate) fn fits(&mut self, pattern: &'a Pattern, conditions: &'a [Check]) -> bool {
        let conditions = self.push(Goal::Conditions(conditions), None);
        let first = self.push(Goal::Node { pattern, part: 0, skipped: 0, node: self.node }, Some(conditions));
        self.solve(Some(first))
    }

    /// As [`Matcher::fits`]; if the pattern is a head with postfixes, the node may have more before and behind it.
    pub(crate) fn fits_open(&mut self, pattern: &'a Pattern, conditions: &'a [Check]) -> bool {
        self.open = Some(pattern).filter(|pattern| pattern.head.is_some());
        self.fits(pattern, conditions)
    }

    /// Whether a pattern of a condition fits a node, with the bindings so far; if so, they are extended.
    pub(crate) fn fits_below(&mut self, reference: &'a Reference, node: Node) -> bool {
        let mut inner = Matcher {
            tree: self.tree,
            named: self.named,
            bindings: std::mem::take(&mut self.bindings),
            node: self.node,
            records: false,
            open: None,
            start: None,
            links: Vec::new(),
            choices: Vec::new(),
            probe: None,
            above: self.above,
        };
        let n_bound = inner.bindings.bound.len();
        let goal = match reference {
            Reference::Pattern(pattern) => Goal::Node { pattern, part: 0, skipped: 0, node },
            Reference::Named(named) => Goal::Named { named: *named, alternative: 0, node },
        };
        let first = inner.push(goal, None);
        let fits = inner.solve(Some(first));
        self.bindings = inner.bindings;
        if !fits {
            self.bindings.bound.truncate(n_bound);
        }
        fits
    }

    fn push(&mut self, goal: Goal<'a>, rest: Goals) -> u32 {
        self.links.push(Link { goal, rest });
        self.links.len() as u32 - 1
    }

    fn choose(&mut self, next: Next<'a>) {
        let (n_links, n_bound, n_tokens) = (self.links.len(), self.bindings.bound.len(), self.bindings.tokens.len());
        self.choices.push(Choice { n_links, n_bound, n_tokens, next });
    }

    /// Meets all goals, if there is a way.
    fn solve(&mut self, goals: Goals) -> bool {
        let mut goals = goals;
        // Progress: a step replaces a goal by goals about less of the pattern; a choice has finitely many alternatives.
        loop {
            let Some(at) = goals else { return true };
            let Link { goal, rest } = self.links[at as usize].clone();
            goals = match self.step(goal, rest) {
                Some(goals) => goals,
                None => match self.next_choice() {
                    Some(goals) => goals,
                    None => return false,
                },
            };
        }
    }

    /// The goals that are left when this one is met; `None` if it cannot be.
    fn step(&mut self, goal: Goal<'a>, rest: Goals) -> Option<Goals> {
        match goal {
            Goal::Node { pattern, part, skipped, node } => self.match_node(pattern, part, skipped, node, rest),
            Goal::Siblings { pattern, items, last, rule, at } => {
                self.match_siblings(pattern, items, last, rule, at, rest)
            }
            Goal::Line { pattern, elements, taker, block, node } => {
                self.match_line(pattern, elements, taker, (block, node), rest)
            }
            Goal::Conditions(conditions) => match conditions.split_first() {
                None => Some(rest),
                Some((first, others)) => {
                    if !first.holds(self) {
                        if let Some(probe) = &mut self.probe {
                            probe.condition.get_or_insert(first.span);
                        }
                        return None;
                    }
                    Some(Some(self.push(Goal::Conditions(others), rest)))
                }
            },
            Goal::Empty { variable, rule } => {
                self.bindings.bind(self.tree, variable, Binding::Run { rule, nodes: Vec::new() }).then_some(rest)
            }
            Goal::Named { named, alternative, node } => {
                let definition = &self.named[named];
                let pattern = definition.alternatives.get(alternative)?;
                if alternative + 1 < definition.alternatives.len() {
                    let next = self.push(Goal::Named { named, alternative: alternative + 1, node }, rest);
                    self.choose(Next::Goals(Some(next)));
                }
                let conditions = self.push(Goal::Conditions(&definition.conditions), rest);
                Some(Some(self.push(Goal::Node { pattern, part: 0, skipped: 0, node }, Some(conditions))))
            }
        }
    }

    fn next_choice(&mut self) -> Option<Goals> {
        let choice = self.choices.pop()?;
        // The links of a choice's goals were there when it was made.
        self.links.truncate(choice.n_links);
        self.bindings.bound.truncate(choice.n_bound);
        self.bindings.tokens.truncate(choice.n_tokens);
        match choice.next {
            Next::Goals(goals) => Some(goals),
            Next::Run(run) => self.try_run(run),
        }
    }

    fn fail(&mut self, part: &Part, found: Option<Node>) {
        if self.probe.is_some() {
            let wanted = self.wanted(part);
            self.note(part.span, wanted, found);
        }
    }

    /// Keeps the failure if none was further on in the pattern.
    fn note(&mut self, span: Span, wanted: String, found: Option<Node>) {
        let Some(probe) = &mut self.probe else { return };
        if probe.furthest.as_ref().is_none_or(|(known, ..)| known.start <= span.start) {
            probe.furthest = Some((span, wanted, found));
        }
    }

    fn wanted(&self, part: &Part) -> String {
        let symbols = &self.tree.langlet().grammar().symbols;
        match &part.below {
            Below::Token(TokenPattern::Text(_, text)) => format!("`{text}`"),
            Below::Token(TokenPattern::Regex(regex)) => format!("a text that fits /{}/", regex.regex.as_str()),
            _ => symbols.display(part.symbols[part.symbols.len() - 1]),
        }
    }

    fn match_node(
        &mut self,
        pattern: &'a Pattern,
        part_id: u32,
        skipped: u16,
        node: Node,
        rest: Goals,
    ) -> Option<Goals> {
        let part = &pattern.parts[part_id as usize];
        let wanted = &part.symbols[usize::from(skipped)..];
        let found = &self.tree.chain(node)[usize::from(node.level)..];
        let n_common = wanted.iter().zip(found).take_while(|(wanted, found)| wanted == found).count();
        let tree = self.tree;
        if n_common < wanted.len() {
            // The pattern has a single child where the tree has several: the child may be a run.
            let is_list = n_common > 0 && n_common == found.len() && !tree.stored(node.id).is_leaf();
            if !is_list {
                self.fail(part, Some(node));
                return None;
            }
            let items = Items::Rest { part: part_id, skipped: skipped + n_common as u16 };
            let rule = found[n_common - 1];
            let at = tree.first_child(tree.bottom(node.id));
            return Some(Some(self.push(Goal::Siblings { pattern, items, last: None, rule, at }, rest)));
        }
        let inner = Node { id: node.id, level: node.level + n_common as u16 - 1 };
        match &part.below {
            Below::Anything => Some(rest),
            Below::Metavariable(metavariable) => {
                let binding = match metavariable.repeat {
                    Repeat::One => Binding::Node(inner),
                    // The only child of its parent, or the root.
                    Repeat::Star | Repeat::Plus | Repeat::Optional => {
                        let rule = tree.parent(inner).map_or(tree.symbol(inner), |parent| tree.symbol(parent));
                        Binding::Run { rule, nodes: vec![inner] }
                    }
                };
                let rest = match metavariable.wanted {
                    Type::Pattern(named, _) => {
                        Some(self.push(Goal::Named { named, alternative: 0, node: inner }, rest))
                    }
                    _ => rest,
                };
                if self.bindings.bind(tree, metavariable.variable, binding) {
                    return Some(rest);
                }
                self.fail(part, Some(node));
                None
            }
            Below::Token(token) => {
                let fits = tree.is_token(inner)
                    && match token {
                        TokenPattern::Text(_, text) => tree.leaf_text(inner.id) == text,
                        TokenPattern::Layout(_) => true,
                        TokenPattern::Regex(regex) => regex.regex.is_match(tree.leaf_text(inner.id)),
                    };
                if !fits {
                    self.fail(part, Some(node));
                    return None;
                }
                if let (true, TokenPattern::Text(leaf, _) | TokenPattern::Layout(leaf)) = (self.records, token) {
                    self.bindings.tokens.push((*leaf, inner.id));
                }
                Some(rest)
            }
            Below::Children(children) => {
                if tree.is_token(inner) {
                    self.fail(part, Some(node));
                    return None;
                }
                let mut at = tree.first_child(inner);
                if self.open.is_some_and(|open| part_id == 0 && std::ptr::eq(open, pattern))
                    && let Some(head) = pattern.head_child(tree, inner)
                {
                    self.start = Some(head).filter(|_| at != Some(head));
                    at = Some(head);
                }
                let rule = tree.symbol(inner);
                if let (Some(line), Some(node), true) = (&part.line, at, part.is_line(tree, at)) {
                    let elements = children.start + line.around.0 as u32..children.end - line.around.1 as u32;
                    let taker = elements.start;
                    return Some(Some(self.push(Goal::Line { pattern, elements, taker, block: part_id, node }, rest)));
                }
                // Most mismatches are seen at the first child.
                if let Some(first) = pattern.parts[children.start as usize..children.end as usize].first()
                    && !is_run(first)
                    && at.is_some_and(|child| tree.symbol(child) != first.symbols[0])
                    && self.probe.is_none()
                {
                    return None;
                }
                let items = Items::Parts(children.clone());
                Some(Some(self.push(Goal::Siblings { pattern, items, last: None, rule, at }, rest)))
            }
        }
    }

    fn match_siblings(
        &mut self,
        pattern: &'a Pattern,
        items: Items,
        last: Option<u32>,
        rule: Symbol,
        at: Option<Node>,
        rest: Goals,
    ) -> Option<Goals> {
        let (item, skipped, behind) = match items {
            Items::Parts(parts) if parts.is_empty() => match at {
                _ if self.is_part(pattern, parts.end, at) => return Some(rest),
                None => return Some(rest),
                Some(node) => {
                    let end = last.map_or(pattern.parts[0].span, |last| pattern.parts[last as usize].span);
                    self.note(Span::new(end.end, end.end), "nothing more".to_owned(), Some(node));
                    return None;
                }
            },
            Items::Parts(parts) => (parts.start, 0, parts.start + 1..parts.end),
            Items::Rest { part, skipped } => (part, skipped, 0..0),
        };
        let part = &pattern.parts[item as usize];
        // Only a run that stands directly there: with a chain above it, it stands for less than a sibling.
        if let Below::Metavariable(metavariable) = &part.below
            && metavariable.repeat != Repeat::One
            && part.symbols.len() == usize::from(skipped) + 1
        {
            return self.begin_run(pattern, (item, metavariable), behind, rule, at, rest);
        }
        // A separator before a run may be missing if the run is empty.
        if is_separator(pattern, last, Some(item), behind.clone().next())
            && let Some(next) = behind.clone().next()
            && let Below::Metavariable(metavariable) = &pattern.parts[next as usize].below
            && metavariable.repeat.may_be_empty()
        {
            let items = Items::Parts(next + 1..behind.end);
            let others = self.push(Goal::Siblings { pattern, items, last, rule, at }, rest);
            let empty = self.push(Goal::Empty { variable: metavariable.variable, rule }, Some(others));
            if at.is_none() {
                return Some(Some(empty));
            }
            self.choose(Next::Goals(Some(empty)));
        }
        // A list that consists of an empty run may be missing.
        if let Below::Metavariable(metavariable) = &part.below
            && metavariable.repeat.may_be_empty()
        {
            let items = Items::Parts(behind.clone());
            let others = self.push(Goal::Siblings { pattern, items, last, rule, at }, rest);
            let empty = self.push(Goal::Empty { variable: metavariable.variable, rule }, Some(others));
            if at.is_none_or(|node| self.tree.symbol(node) != part.symbols[usize::from(skipped)]) {
                return Some(Some(empty));
            }
            self.choose(Next::Goals(Some(empty)));
        }
        let Some(node) = at else {
            self.fail(part, None);
            return None;
        };
        let (items, at) = (Items::Parts(behind), self.tree.next_sibling(node));
        let others = self.push(Goal::Siblings { pattern, items, last: Some(item), rule, at }, rest);
        Some(Some(self.push(Goal::Node { pattern, part: item, skipped, node }, Some(others))))
    }

    /// The line that a block consists of is one of the elements that the pattern writes in the block, from `taker` on.
    fn match_line(
        &mut self,
        pattern: &'a Pattern,
        elements: Range<u32>,
        taker: u32,
        (block, node): (u32, Node),
        rest: Goals,
    ) -> Option<Goals> {
        let of_block = &pattern.parts[block as usize];
        let line = of_block.line.as_ref().expect("the goal is made for blocks with a line");
        let rule = of_block.symbols[of_block.symbols.len() - 1];
        let empty = |part: &'a Part| match &part.below {
            Below::Metavariable(metavariable) if metavariable.repeat.may_be_empty() => Some(metavariable.variable),
            _ => None,
        };
        let part = &pattern.parts[taker as usize];
        if taker + 1 < elements.end && empty(part).is_some() {
            let next = Goal::Line { pattern, elements: elements.clone(), taker: taker + 1, block, node };
            let next = self.push(next, rest);
            self.choose(Next::Goals(Some(next)));
        }
        let mut goals = rest;
        for other in elements.filter(|&other| other != taker).rev() {
            let part = &pattern.parts[other as usize];
            let Some(variable) = empty(part) else {
                self.fail(part, None);
                return None;
            };
            goals = Some(self.push(Goal::Empty { variable, rule }, goals));
        }
        // The levels that the line does not have as the child of a block.
        let n_levels = line.levels.len();
        let is_deeper = part.symbols.starts_with(&line.levels) && part.symbols.len() > n_levels;
        let (false, Below::Metavariable(metavariable)) = (is_deeper, &part.below) else {
            if !is_deeper {
                self.fail(part, Some(node));
                return None;
            }
            return Some(Some(self.push(Goal::Node { pattern, part: taker, skipped: n_levels as u16, node }, goals)));
        };
        if let Type::Pattern(named, _) = metavariable.wanted {
            goals = Some(self.push(Goal::Named { named, alternative: 0, node }, goals));
        }
        let binding = match metavariable.repeat {
            Repeat::One => Binding::Node(node),
            _ => Binding::Run { rule, nodes: vec![node] },
        };
        self.bindings.bind(self.tree, metavariable.variable, binding).then_some(goals)
    }

    /// Whether the pattern is open and ends before `at`, at the end or behind a head with postfixes; then the part is known.
    fn is_part(&mut self, pattern: &Pattern, end: u32, at: Option<Node>) -> bool {
        let is_open = self.open.is_some_and(|open| std::ptr::eq(open, pattern));
        let is_end = matches!(&pattern.parts[0].below, Below::Children(children) if children.end == end);
        let (true, Some((head, postfix))) = (is_open && is_end, pattern.head) else { return false };
        let tree = self.tree;
        let last = match at {
            Some(at) => tree.prev_sibling(at),
            None => tree.last_child(tree.bottom(self.node.id)),
        };
        self.bindings.part = None;
        if at.is_none() && self.start.is_none() {
            return true;
        }
        let Some(last) = last else { return false };
        let mut first = last;
        // Progress: each turn goes to the sibling before.
        while tree.symbol(first) == postfix {
            let Some(before) = tree.prev_sibling(first) else { return false };
            first = before;
        }
        self.bindings.part = Some((first, last));
        tree.symbol(first) == head && self.start.or(tree.first_child(tree.bottom(self.node.id))) == Some(first)
    }

    fn begin_run(
        &mut self,
        pattern: &'a Pattern,
        (item, metavariable): (u32, &'a Metavariable),
        behind: Range<u32>,
        rule: Symbol,
        at: Option<Node>,
        rest: Goals,
    ) -> Option<Goals> {
        let part = &pattern.parts[item as usize];
        let nodes: Vec<Node> = std::iter::successors(at, |&node| self.tree.next_sibling(node)).collect();
        let wanted = metavariable.wanted.symbol();
        let is_element =
            |&node: &Node| wanted.is_none_or(|wanted| self.tree.symbol(node) == wanted || self.tree.is_token(node));
        let mut longest = nodes.iter().take_while(|node| is_element(node)).count();
        if nodes.first().is_some_and(|&node| !metavariable.beginnings.contains(&self.tree.symbol(node))) {
            longest = 0;
        }
        longest = longest.min(nodes.len().saturating_sub(n_required(pattern, item, behind.clone())));
        if metavariable.repeat == Repeat::Optional {
            longest = longest.min(1);
        }
        let shortest = usize::from(metavariable.repeat == Repeat::Plus);
        if longest < shortest {
            self.fail(part, at);
            return None;
        }
        self.try_run(Run { pattern, metavariable, rule, nodes, len: longest, shortest, item, behind, rest })
    }

    fn try_run(&mut self, run: Run<'a>) -> Option<Goals> {
        let mut run = run;
        // Most lengths are seen to be wrong at what comes behind.
        while run.len > run.shortest && self.probe.is_none() && !self.may_go_on(&run) {
            run.len -= 1;
        }
        let Run { pattern, metavariable, rule, len, item, rest, .. } = run;
        let (taken, at) = (run.nodes[..len].to_vec(), run.nodes.get(len).copied());
        let behind = run.behind.clone();
        if len > run.shortest {
            self.choose(Next::Run(Run { len: len - 1, ..run }));
        }
        // Nothing stands for it, so nothing has to separate it.
        let (first, second) = (behind.clone().next(), behind.clone().nth(1));
        if len == 0 && is_separator(pattern, Some(item), first, second) {
            let items = Items::Parts(behind.start + 1..behind.end);
            let others = self.push(Goal::Siblings { pattern, items, last: None, rule, at }, rest);
            let empty = self.push(Goal::Empty { variable: metavariable.variable, rule }, Some(others));
            self.choose(Next::Goals(Some(empty)));
        }
        let items = Items::Parts(behind);
        let mut goals = self.push(Goal::Siblings { pattern, items, last: Some(item), rule, at }, rest);
        if let Type::Pattern(named, _) = metavariable.wanted {
            for &node in taken.iter().rev().filter(|&&node| !self.tree.is_token(node)) {
                goals = self.push(Goal::Named { named, alternative: 0, node }, Some(goals));
            }
        }
        let bound = self.bindings.bind(self.tree, metavariable.variable, Binding::Run { rule, nodes: taken });
        bound.then_some(Some(goals))
    }

    /// Whether the item behind a run, if it is a token that must be there, fits the sibling that is there; and so the one behind
    /// it, as far as its symbol and its first token tell.
    fn may_go_on(&self, run: &Run<'a>) -> bool {
        let (tree, parts) = (self.tree, &run.pattern.parts);
        let mut items = run.behind.clone().map(|item| &parts[item as usize]);
        let (Some(token), next) = (items.next(), items.next()) else { return true };
        let may_be_empty = |part: &Part| matches!(&part.below, Below::Metavariable(m) if m.repeat.may_be_empty());
        let Below::Token(TokenPattern::Text(_, text)) = &token.below else { return true };
        if next.is_some_and(may_be_empty) {
            return true;
        }
        let Some(&node) = run.nodes.get(run.len) else { return false };
        if tree.symbol(node) != token.symbols[0]
            || !tree.is_token(tree.bottom(node.id))
            || tree.leaf_text(node.id) != text
        {
            return false;
        }
        let (Some(next), Some(&node)) = (next, run.nodes.get(run.len + 1)) else { return true };
        let Below::Children(children) = &next.below else { return true };
        let first = parts[children.start as usize..children.end as usize].first();
        tree.symbol(node) == next.symbols[0]
            && match first.map(|first| &first.below) {
                Some(Below::Token(TokenPattern::Text(_, text))) => {
                    tree.first_leaf(node.id).is_none_or(|leaf| tree.leaf_text(leaf) == text)
                }
                _ => true,
            }
    }
}

fn is_run(part: &Part) -> bool {
    matches!(&part.below, Below::Metavariable(metavariable) if metavariable.repeat != Repeat::One)
}

/// Whether the second of three items is a separator: a token between two elements. With an empty run it may be missing.
fn is_separator(pattern: &Pattern, before: Option<u32>, at: Option<u32>, behind: Option<u32>) -> bool {
    let is_token = |item: Option<u32>| {
        item.is_none_or(|item| matches!(pattern.parts[item as usize].below, Below::Token(TokenPattern::Text(..))))
    };
    !is_token(before) && at.is_some() && is_token(at) && !is_token(behind)
}

/// The fewest siblings that the items behind `item` need.
fn n_required(pattern: &Pattern, item: u32, behind: Range<u32>) -> usize {
    let may_be_empty = |item: Option<u32>| {
        item.is_some_and(
            |item| matches!(&pattern.parts[item as usize].below, Below::Metavariable(m) if m.repeat.may_be_empty()),
        )
    };
    let end = behind.end;
    let is_needed = |&at: &u32| {
        let (before, next) = (at.checked_sub(1).filter(|&before| before >= item), Some(at + 1).filter(|&at| at < end));
        let beside_run = may_be_empty(before) || may_be_empty(next);
        let is_token = matches!(pattern.parts[at as usize].below, Below::Token(_));
        !(may_be_empty(Some(at)) || is_token && beside_run)
    };
    behind.filter(is_needed).count()
}
