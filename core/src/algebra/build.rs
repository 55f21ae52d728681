//! Builders: a tree of any rule from its parts, with the constants that are missing and each part made to fit.
//!
//! There is one builder for all rules, driven by their automata. An argument is a node of a tree, or a text, which is read
//! as whatever the rule admits at its place. For `or_test: and_test ('or' and_test)*`:
//!
//! ```text
//! or_test(x, y, 0)            x or y or 0              'or' is all that can stand between two of them
//! or_test(x, 'lambda: 0')     x or (lambda: 0)         parentheses where the place needs them, by the neutral interpolation
//! ```
//!
//! Arguments fit in one of three ways, each tried for all of them before the next: *as they are*, some level of their chain
//! raised along a chain; by a *neutral* interpolation; by an interpolation that adds *layout* alone, so that a statement fits
//! where a block is wanted. Which constants are missing is decided in `complete`.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::comments::{comments_of_argument, keep_comments};
use super::complete::{Fit, Incomplete, Placed, complete};
use super::indent::moved;
use super::interpolation::{Kind, Step};
use super::layout::{is_blank, lay_out};
use super::raise::raise;
use crate::cst::edit::EditError;
use crate::cst::node::{Node, NodeId, Tree};
use crate::grammar::Symbol;
use crate::langlet::{Langlet, UnknownSymbol};

/// What a builder takes.
#[derive(Clone, Copy, Debug)]
pub enum Argument<'a> {
    /// A copy of this node.
    Node(&'a Tree, Node),
    /// A text.
    Text(&'a str),
}

impl<'a> From<&'a str> for Argument<'a> {
    fn from(text: &'a str) -> Argument<'a> {
        Argument::Text(text)
    }
}

impl<'a> From<&'a Tree> for Argument<'a> {
    fn from(tree: &'a Tree) -> Argument<'a> {
        Argument::Node(tree, tree.root())
    }
}

impl<'a> From<(&'a Tree, Node)> for Argument<'a> {
    fn from((tree, node): (&'a Tree, Node)) -> Argument<'a> {
        Argument::Node(tree, node)
    }
}

/// Why a tree could not be built. Arguments are numbered from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The langlet has no such rule.
    #[error(transparent)]
    Unknown(#[from] UnknownSymbol),
    /// The name is that of a token.
    #[error("`{0}` is a token; only rules are built")]
    NoRule(String),
    /// An argument has no place.
    #[error(
        "`{rule}` does not admit argument {argument}, `{found}`; it admits there: {expected}{}",
        reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default()
    )]
    NotAdmitted {
        /// The rule.
        rule: String,
        /// The number of the argument.
        argument: usize,
        /// Its text.
        found: String,
        /// What the rule admits there.
        expected: String,
        /// Of a text where one thing alone is admitted: why it cannot be read as that.
        reason: Option<String>,
    },
    /// There are too few arguments.
    #[error("`{rule}` needs more than {n_arguments} arguments; it goes on with {expected}")]
    Missing {
        /// The rule.
        rule: String,
        /// How many are given.
        n_arguments: usize,
        /// What could follow.
        expected: String,
    },
    /// What is missing is not decided.
    #[error("`{rule}` of these arguments is not decided; it may be{}", shown.iter().map(|text| format!("\n  {text}")).collect::<String>())]
    Ambiguous {
        /// The rule.
        rule: String,
        /// Two results, as text.
        shown: Vec<String>,
    },
    /// A node is of a langlet that this one shares no symbols with, or does not follow this one's grammar.
    #[error("argument {argument} is no tree of {langlet}{reason}")]
    Foreign {
        /// The number of the argument.
        argument: usize,
        /// The langlet that builds.
        langlet: String,
        /// What does not fit, if the langlets are related.
        reason: String,
    },
    /// The tree cannot grow.
    #[error(transparent)]
    Edit(#[from] EditError),
}

/// How far arguments are changed to fit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Effort {
    AsTheyAre,
    Neutral,
    Layout,
}

impl Effort {
    const ALL: [Effort; 3] = [Effort::AsTheyAre, Effort::Neutral, Effort::Layout];
}

/// An argument made to fit a symbol: what it is, and the path to put around it.
#[derive(Clone)]
struct Fitted {
    origin: Origin,
    path: Vec<Step>,
    n_ways: u32,
}

/// What an argument is taken for.
#[derive(Clone, Copy)]
enum Origin {
    /// This level of the node that was given.
    Level(Node),
    /// A text that is one token.
    Token(Symbol),
    /// A text that was read as this rule.
    Read(Symbol),
}

/// The arguments of one build, with everything that texts have been read as.
pub(crate) struct Arguments<'a> {
    langlet: &'a Langlet,
    arguments: Vec<Argument<'a>>,
    effort: Effort,
    read: BTreeMap<(usize, Symbol), Option<Tree>>,
    fitted: BTreeMap<(usize, Symbol), Option<Fitted>>,
}

/// Builds a tree whose root is `rule`: the arguments in order, and between them the constants that the rule needs. It has the
/// spacing of the langlet; within an argument white space and comments stay where they do not break a line, and comments that
/// would are lines before the whole.
///
/// Laws: the result passes `check`, and reading its text as the rule gives the same tree, but for a rule that begins with a
/// layout token, which cannot be read alone.
///
/// # Errors
/// `NotAdmitted` and `Missing` name the place and what is admitted there; `Ambiguous` shows two results if the constants are
/// not decided; `Foreign` for nodes of unrelated langlets. Panics if the symbol is no rule of the langlet.
pub fn build(langlet: &Langlet, rule: Symbol, arguments: &[Argument<'_>]) -> Result<Tree, BuildError> {
    let mut arguments = Arguments::new(langlet, arguments)?;
    let mut tree = Tree::empty(langlet);
    let (root, new) = match arguments.whole(rule, Effort::AsTheyAre) {
        Some(fitted) => arguments.put(&mut tree, 0, &fitted)?,
        None => arguments.production(&mut tree, rule)?,
    };
    tree.set_root(root);
    let comments = arguments.arguments.iter().flat_map(|argument| comments_of_argument(langlet, argument)).collect();
    Ok(keep_comments(finish(tree, &new)?, comments)?)
}

/// A copy of an argument in `tree`, detached, made into a node of the symbol with as little effort as possible, and its new
/// tokens. `None` if it cannot be made into one.
pub(crate) fn make(
    tree: &mut Tree,
    symbol: Symbol,
    argument: Argument<'_>,
) -> Result<Option<(Node, FxHashSet<NodeId>)>, BuildError> {
    make_with(tree, symbol, argument, &Effort::ALL)
}

/// As [`make`], where nothing has to be added.
pub(crate) fn make_as_it_is(
    tree: &mut Tree,
    symbol: Symbol,
    argument: Argument<'_>,
) -> Result<Option<(Node, FxHashSet<NodeId>)>, BuildError> {
    make_with(tree, symbol, argument, &[Effort::AsTheyAre])
}

fn make_with(
    tree: &mut Tree,
    symbol: Symbol,
    argument: Argument<'_>,
    efforts: &[Effort],
) -> Result<Option<(Node, FxHashSet<NodeId>)>, BuildError> {
    let langlet = tree.langlet().clone();
    let mut arguments = Arguments::new(&langlet, &[argument])?;
    let fitted = efforts.iter().find_map(|&effort| arguments.whole(symbol, effort));
    fitted.map(|fitted| arguments.put(tree, 0, &fitted)).transpose()
}

/// Arguments as a run of children of `rule`, between children that are there: copies and the constants that are missing,
/// detached, and the new tokens.
///
/// # Errors
/// As [`build`]; where the arguments have no place between these children, the error names them by number.
pub(crate) fn make_run(
    tree: &mut Tree,
    rule: Symbol,
    (before, behind): (&[Symbol], &[Symbol]),
    arguments: &[Argument<'_>],
) -> Result<(Vec<Node>, FxHashSet<NodeId>), BuildError> {
    let langlet = tree.langlet().clone();
    let n = arguments.len();
    let mut arguments = Arguments::new(&langlet, arguments)?;
    let (network, constants) = (&langlet.tables().network, langlet.interpolations().constants());
    let mut failure = None;
    for effort in Effort::ALL {
        arguments.effort = effort;
        arguments.fitted.clear();
        let completed = complete(network, constants, rule, before.len() + n + behind.len(), |child, symbol| {
            let there = before.get(child).or_else(|| behind.get(child.checked_sub(before.len() + n)?));
            match there {
                Some(&there) => (there == symbol).then_some(Fit { n_constants: 0, n_nodes: 0, n_ways: 1 }),
                None => arguments.fit_cost(child - before.len(), symbol),
            }
        });
        match completed {
            Ok(placed) => {
                // The children that are there stay together before and behind the run.
                let placed: Vec<Placed> = placed
                    .into_iter()
                    .filter_map(|placed| match placed {
                        Placed::Given(child, symbol) if (before.len()..before.len() + n).contains(&child) => {
                            Some(Placed::Given(child - before.len(), symbol))
                        }
                        Placed::Given(..) => None,
                        Placed::Constant(symbol) => Some(Placed::Constant(symbol)),
                    })
                    .collect();
                return arguments.place(tree, &placed);
            }
            Err(incomplete) => failure = failure.or(Some(incomplete)),
        }
    }
    let shifted = match failure.expect("each effort failed") {
        Incomplete::Stuck { child, expected, may_end } => {
            let child = child.saturating_sub(before.len()).min(n.saturating_sub(1));
            Incomplete::Stuck { child, expected, may_end }
        }
        Incomplete::Ambiguous(ways) => {
            let inside = |placed: &Placed| match *placed {
                Placed::Given(child, symbol) => (before.len()..before.len() + n)
                    .contains(&child)
                    .then(|| Placed::Given(child - before.len(), symbol)),
                constant => Some(constant),
            };
            Incomplete::Ambiguous(ways.iter().map(|way| way.iter().filter_map(inside).collect()).collect())
        }
    };
    Err(arguments.error(rule, shifted))
}

/// Writes the white space of a tree that was put together, and reads its text, so that its nodes have places in it.
pub(crate) fn finish(mut tree: Tree, new: &FxHashSet<NodeId>) -> Result<Tree, EditError> {
    let langlet = tree.langlet().clone();
    let root = tree.root();
    let rule = tree.symbol(root);
    let read = |tree: &Tree| langlet.parse_as(rule, tree.unparse()).ok().filter(|read| is_same(tree, read));
    let trivia = moved(tree.trivia(root), None, "", true, true);
    tree.set_trivia(root, &trivia)?;
    lay_out(&mut tree, root, "", new)?;
    if let Some(read) = read(&tree) {
        return Ok(read);
    }
    // A comment or a line end may stand where it breaks a line: the plainest spacing has none.
    let mut plain = tree.clone();
    plain.space(root, "")?;
    // A rule that cannot be read alone, such as a block without what is before it, stays as it is.
    Ok(read(&plain).unwrap_or(tree))
}

/// Whether two trees have the same nodes and token texts, but for the layout tokens at the end of a text.
pub(crate) fn is_same(left: &Tree, right: &Tree) -> bool {
    let is_end = |tree: &Tree, leaf: Node| {
        let grammar = tree.langlet().grammar();
        grammar.layout.end.contains(&tree.symbol(leaf)) && tree.text(leaf).is_empty()
    };
    let nodes = |tree: &Tree| -> Vec<(Vec<Symbol>, String)> {
        let ids = tree.stored_preorder(tree.root);
        let shown = ids.filter(|&id| !(tree.stored(id).is_leaf() && is_end(tree, tree.bottom(id)))).map(|id| {
            let chain = tree.chain(Node::top(id)).to_vec();
            (chain, tree.text(tree.bottom(id)).to_owned())
        });
        shown.collect()
    };
    nodes(left) == nodes(right)
}

impl<'a> Arguments<'a> {
    pub(crate) fn new(langlet: &'a Langlet, arguments: &[Argument<'a>]) -> Result<Arguments<'a>, BuildError> {
        for (number, argument) in arguments.iter().enumerate() {
            if let Argument::Node(tree, node) = argument {
                is_of(langlet, tree, *node).map_err(|reason| BuildError::Foreign {
                    argument: number + 1,
                    langlet: langlet.name().to_owned(),
                    reason,
                })?;
            }
        }
        let effort = Effort::AsTheyAre;
        let arguments = arguments.to_vec();
        Ok(Arguments { langlet, arguments, effort, read: BTreeMap::new(), fitted: BTreeMap::new() })
    }

    /// A single argument made into the rule itself, not into a child of it.
    fn whole(&mut self, rule: Symbol, effort: Effort) -> Option<Fitted> {
        self.effort = effort;
        self.fitted.clear();
        let fitted = if self.arguments.len() == 1 { self.fit(0, rule) } else { None };
        fitted.filter(|fitted| fitted.n_ways == 1)
    }

    /// Builds a production of the rule.
    fn production(&mut self, tree: &mut Tree, rule: Symbol) -> Result<(Node, FxHashSet<NodeId>), BuildError> {
        // Brackets that a rule declares neutral say less than any other constants around a single argument.
        let whole = self.whole(rule, Effort::Neutral);
        let mut failure = None;
        for effort in Effort::ALL {
            match (self.complete(rule, effort), &whole) {
                (Ok(placed), Some(whole)) if n_constants(&placed) > 0 => return self.put(tree, 0, whole),
                (Ok(placed), _) => return self.assemble(tree, rule, &placed),
                (Err(_), Some(whole)) => return self.put(tree, 0, whole),
                (Err(Incomplete::Ambiguous(ways)), None) => return Err(self.ambiguous(rule, &ways)),
                (Err(stuck), None) => failure = failure.or(Some(stuck)),
            }
        }
        Err(self.error(rule, failure.expect("each effort failed")))
    }

    /// Completes a production whose given children are the arguments.
    fn complete(&mut self, rule: Symbol, effort: Effort) -> Result<Vec<Placed>, Incomplete> {
        self.effort = effort;
        self.fitted.clear();
        let langlet = self.langlet;
        let constants = langlet.interpolations().constants();
        let n = self.arguments.len();
        complete(&langlet.tables().network, constants, rule, n, |child, symbol| self.fit_cost(child, symbol))
    }

    fn fit_cost(&mut self, argument: usize, symbol: Symbol) -> Option<Fit> {
        let fitted = self.fit(argument, symbol)?;
        let n_constants = fitted.path.iter().map(|step| step.n_constants() as u32).sum();
        // Of what fits without more constants, what is nearest to its tokens fits tightest.
        let n_levels = match fitted.origin {
            Origin::Read(rule) => {
                let tree = self.read[&(argument, rule)].as_ref().expect("it was read");
                tree.chain(tree.root()).len() as u32
            }
            Origin::Level(_) | Origin::Token(_) => 1,
        };
        Some(Fit { n_constants, n_nodes: fitted.path.len() as u32 + n_levels, n_ways: fitted.n_ways })
    }

    fn assemble(
        &mut self,
        tree: &mut Tree,
        rule: Symbol,
        placed: &[Placed],
    ) -> Result<(Node, FxHashSet<NodeId>), BuildError> {
        let (children, new) = self.place(tree, placed)?;
        Ok((tree.inner_unchecked(rule, &children), new))
    }

    /// The nodes of a completion, detached, and the tokens beside which there is new white space.
    fn place(&mut self, tree: &mut Tree, placed: &[Placed]) -> Result<(Vec<Node>, FxHashSet<NodeId>), BuildError> {
        let constants = self.langlet.interpolations().constants();
        let (mut children, mut new) = (Vec::with_capacity(placed.len()), FxHashSet::default());
        for &placed in placed {
            let node = match placed {
                Placed::Constant(symbol) => {
                    let node = constants.build(tree, symbol, &|symbol| symbol)?;
                    new.extend(tree.leaf_ids(node.id));
                    node
                }
                Placed::Given(argument, symbol) => {
                    let fitted = self.fit(argument, symbol).expect("a completion uses what fits");
                    let (node, more) = self.put(tree, argument, &fitted)?;
                    new.extend(more);
                    new.extend(tree.first_leaf(node.id));
                    // What stood before an argument stays only if the argument begins a line.
                    let is_line_start = children.last().is_none_or(|&before: &Node| {
                        let last = tree.last_leaf(before.id).map(|leaf| tree.symbol(tree.bottom(leaf)));
                        last.is_some_and(|last| self.langlet.grammar().is_layout(last))
                    });
                    if !is_line_start || is_blank(tree.trivia(node)) {
                        tree.set_trivia(node, "")?;
                    }
                    node
                }
            };
            children.push(node);
        }
        Ok((children, new))
    }

    /// A copy of an argument as it was made to fit, and the tokens that were added.
    fn put(&self, tree: &mut Tree, argument: usize, fitted: &Fitted) -> Result<(Node, FxHashSet<NodeId>), BuildError> {
        let constants = self.langlet.interpolations().constants();
        let node = match (self.arguments[argument], fitted.origin) {
            (Argument::Node(other, _), Origin::Level(node)) => tree.graft(other, node)?,
            (Argument::Text(text), Origin::Token(symbol)) => tree.token(symbol, text.trim())?,
            (_, Origin::Read(rule)) => {
                let other = self.read[&(argument, rule)].as_ref().expect("it was read");
                tree.graft(other, other.root())?
            }
            _ => unreachable!("levels are of nodes, and tokens of texts"),
        };
        Ok(raise(tree, constants, &fitted.path, node)?)
    }

    /// The cheapest way in which an argument becomes the symbol.
    fn fit(&mut self, argument: usize, symbol: Symbol) -> Option<Fitted> {
        if let Some(known) = self.fitted.get(&(argument, symbol)) {
            return known.clone();
        }
        let fitted = match self.arguments[argument] {
            Argument::Node(tree, node) => self.fit_node(tree, node, symbol),
            Argument::Text(text) => self.fit_text(argument, text, symbol),
        };
        self.fitted.insert((argument, symbol), fitted.clone());
        fitted
    }

    fn fit_node(&self, tree: &Tree, node: Node, symbol: Symbol) -> Option<Fitted> {
        let interpolations = self.langlet.interpolations();
        let levels = (node.level..).zip(tree.chain(node)[usize::from(node.level)..].iter().copied());
        for kind in self.kinds() {
            for (level, inner) in levels.clone() {
                if let Some(path) =
                    interpolations.path(*kind, symbol, inner).filter(|path| self.is_allowed(*kind, path))
                {
                    let n_ways = interpolations.n_paths(*kind, symbol, inner);
                    return Some(Fitted { origin: Origin::Level(Node { id: node.id, level }), path, n_ways });
                }
            }
        }
        None
    }

    fn fit_text(&mut self, argument: usize, text: &str, symbol: Symbol) -> Option<Fitted> {
        let grammar = self.langlet.grammar();
        if !grammar.symbols.is_rule(symbol) {
            let fitted = Fitted { origin: Origin::Token(symbol), path: Vec::new(), n_ways: 1 };
            return self.is_token(text, symbol).then_some(fitted);
        }
        if self.can_read(argument, text, symbol) {
            return Some(Fitted { origin: Origin::Read(symbol), path: Vec::new(), n_ways: 1 });
        }
        let interpolations = self.langlet.interpolations();
        for &kind in self.kinds().iter().skip(1) {
            let rules = grammar.rules.keys().filter(|&&inner| inner != symbol);
            let mut inner: Vec<((u32, u32), Symbol)> = rules
                .filter_map(|&inner| Some((interpolations.cost(kind, symbol, inner).filter(|cost| cost.0 > 0)?, inner)))
                .collect();
            inner.sort_unstable();
            for (_, inner) in inner {
                let path = interpolations.path(kind, symbol, inner).expect("what has a cost has a path");
                if self.is_allowed(kind, &path) && self.can_read(argument, text, inner) {
                    let n_ways = interpolations.n_paths(kind, symbol, inner);
                    return Some(Fitted { origin: Origin::Read(inner), path, n_ways });
                }
            }
        }
        None
    }

    /// What may be put around an argument now.
    fn kinds(&self) -> &'static [Kind] {
        match self.effort {
            Effort::AsTheyAre => &[Kind::Pure],
            Effort::Neutral => &[Kind::Pure, Kind::Neutral],
            Effort::Layout => &Kind::ALL,
        }
    }

    /// Of the interpolations that add anything, those that add layout alone.
    fn is_allowed(&self, kind: Kind, path: &[Step]) -> bool {
        let grammar = self.langlet.grammar();
        let is_layout = |step: &Step| step.before.iter().chain(&step.after).all(|&symbol| grammar.is_layout(symbol));
        kind != Kind::Any || path.iter().all(is_layout)
    }

    fn is_token(&self, text: &str, symbol: Symbol) -> bool {
        let terminals = &self.langlet.tables().terminals;
        let number = terminals.number(symbol);
        let kind = self.langlet.lexer().kind_of(text.trim());
        kind.is_some_and(|kind| terminals.readings(kind).any(|reading| Some(reading) == number))
    }

    fn can_read(&mut self, argument: usize, text: &str, rule: Symbol) -> bool {
        let langlet = self.langlet;
        self.read.entry((argument, rule)).or_insert_with(|| langlet.parse_as(rule, text).ok()).is_some()
    }

    fn text(&self, argument: usize) -> String {
        match self.arguments[argument] {
            Argument::Node(tree, node) => tree.text_of(node).trim_end().to_owned(),
            Argument::Text(text) => text.to_owned(),
        }
    }

    fn error(&self, rule: Symbol, incomplete: Incomplete) -> BuildError {
        let symbols = &self.langlet.grammar().symbols;
        let (child, expected, may_end) = match incomplete {
            Incomplete::Ambiguous(ways) => return self.ambiguous(rule, &ways),
            Incomplete::Stuck { child, expected, may_end } => (child, expected, may_end),
        };
        let mut shown: Vec<String> = expected.iter().map(|&symbol| symbols.display(symbol)).collect();
        if may_end {
            shown.push("the end".to_owned());
        }
        let (rule, expected_text) = (symbols.name(rule).to_owned(), shown.join(", "));
        if child == self.arguments.len() {
            return BuildError::Missing { rule, n_arguments: child, expected: expected_text };
        }
        let found = self.text(child);
        let reason = match (self.arguments[child], &expected[..]) {
            (Argument::Text(text), &[only]) if symbols.is_rule(only) => {
                self.langlet.parse_as(only, text).err().map(|error| error.to_string())
            }
            _ => None,
        };
        BuildError::NotAdmitted { rule, argument: child + 1, found, expected: expected_text, reason }
    }

    fn ambiguous(&self, rule: Symbol, ways: &[Vec<Placed>]) -> BuildError {
        let grammar = self.langlet.grammar();
        let text = |placed: &Placed| match *placed {
            Placed::Constant(symbol) => {
                let tokens = self.langlet.interpolations().constants().tokens(symbol).unwrap_or_default();
                let texts = tokens.iter().map(|&token| match grammar.is_layout(token) {
                    true => grammar.symbols.name(token),
                    false => grammar.constant_text(token).unwrap_or_default(),
                });
                texts.collect::<Vec<_>>().join(" ")
            }
            Placed::Given(argument, symbol) if ways.len() == 1 => {
                format!("{} as {}", self.text(argument), grammar.symbols.display(symbol))
            }
            Placed::Given(argument, _) => self.text(argument),
        };
        let mut shown: Vec<String> =
            ways.iter().map(|way| way.iter().map(text).collect::<Vec<_>>().join(" ")).collect();
        shown.dedup();
        BuildError::Ambiguous { rule: grammar.symbols.name(rule).to_owned(), shown }
    }
}

fn n_constants(placed: &[Placed]) -> usize {
    placed.iter().filter(|placed| matches!(placed, Placed::Constant(_))).count()
}

/// Whether a node can be a node of the langlet: its own langlet is this one, an ancestor or a descendant, and what lies below
/// it follows this one's grammar.
fn is_of(langlet: &Langlet, tree: &Tree, node: Node) -> Result<(), String> {
    let (own, other) = (langlet.grammar(), tree.langlet().grammar());
    if langlet == tree.langlet() {
        return Ok(());
    }
    if !own.descends_from(&other.name) && !other.descends_from(&own.name) {
        return Err(format!(": it is one of {}", other.name));
    }
    let known = own.symbols.len();
    if tree.preorder(node).any(|at| tree.symbol(at).index() >= known) {
        return Err(format!(": it has a rule or token that only {} knows", other.name));
    }
    let mut copy = Tree::empty(langlet);
    let copied = copy.graft(tree, node).map_err(|error| format!(": {error}"))?;
    copy.set_root(copied);
    copy.check().map_err(|error| format!(": {error}"))
}
