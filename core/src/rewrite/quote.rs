//! Quasi-quotation: source text with metavariables, checked once and filled any number of times.
//!
//! ```text
//! expr_stmt [| $x = f($args*) |]     $x: y     $args: 1, "a or b"     gives the tree of     y = f(1, a or b)
//! ```
//!
//! The text is read when the quotation is made, so a quotation that exists is one that the grammar can produce. What is put
//! in is fitted as the arguments of builders are: as it is, with neutral brackets, or with layout around it; what goes into
//! a run (`$xs*`) gets the separators that the list needs, and an empty run takes its separator or its list along.

use rustc_hash::FxHashSet;

use super::fragment::Fragment;
use super::metavariable::{Repeat, Scope};
use crate::algebra::build::{Argument, BuildError, finish, make, make_as_it_is, make_run};
use crate::algebra::comments::{comments_of_argument, keep_comments};
use crate::algebra::postfix::can_join;
use crate::cst::edit::EditError;
use crate::cst::node::{Node, NodeId, Tree};
use crate::diagnostic::{Diagnostic, SourceText};
use crate::grammar::Symbol;
use crate::langlet::{Langlet, UnknownSymbol};
use crate::parser::drive::METAVARIABLE;

/// What a metavariable is filled with.
#[derive(Clone, Debug)]
pub enum Filling<'a> {
    /// One node or text.
    One(Argument<'a>),
    /// The elements of a run, without separators.
    Many(Vec<Argument<'a>>),
}

impl<'a, A: Into<Argument<'a>>> From<A> for Filling<'a> {
    fn from(argument: A) -> Filling<'a> {
        Filling::One(argument.into())
    }
}

impl<'a, A: Into<Argument<'a>>> FromIterator<A> for Filling<'a> {
    fn from_iter<I: IntoIterator<Item = A>>(arguments: I) -> Filling<'a> {
        Filling::Many(arguments.into_iter().map(Into::into).collect())
    }
}

/// Why a quotation cannot be made or filled.
#[derive(Clone, Debug, thiserror::Error)]
pub enum QuoteError {
    /// The langlet has no such rule.
    #[error(transparent)]
    Unknown(#[from] UnknownSymbol),
    /// The name is that of a token.
    #[error("`{0}` is a token; quotations are of rules")]
    NoRule(String),
    /// The text cannot be read as the rule.
    #[error("{}", .0.render(false).trim_end())]
    Syntax(Box<Diagnostic>),
    /// A metavariable has no filling.
    #[error("`${0}` is not filled")]
    Missing(String),
    /// A filling has no metavariable.
    #[error("the quotation has no `${0}`")]
    Unused(String),
    /// Several nodes for a metavariable that stands for one.
    #[error("`${0}` stands for one node; write `${0}*` for a run")]
    NoRun(String),
    /// A filling does not fit its place.
    #[error("what `${name}` is filled with cannot be made into {wanted}, which its place wants")]
    NoPlace {
        /// The metavariable.
        name: String,
        /// The symbol of its place.
        wanted: String,
    },
    /// A filling cannot be built into the tree.
    #[error("`${name}`: {error}")]
    Build {
        /// The metavariable.
        name: String,
        /// Why.
        error: Box<BuildError>,
    },
    /// The tree cannot grow.
    #[error(transparent)]
    Edit(#[from] EditError),
}

/// A text with metavariables, read as a rule.
#[derive(Clone, Debug)]
pub struct Quotation {
    fragment: Fragment,
    /// The names of the metavariables.
    scope: Scope,
}

impl Quotation {
    /// Reads the text as the rule.
    ///
    /// # Errors
    /// The rule is unknown, or the text is none of it; the place is shown.
    pub fn new(langlet: &Langlet, rule: &str, text: &str) -> Result<Quotation, QuoteError> {
        let symbol = langlet.symbol(rule)?;
        if !langlet.grammar().symbols.is_rule(symbol) {
            return Err(QuoteError::NoRule(rule.to_owned()));
        }
        let source = SourceText::new("quotation", text);
        let mut scope = Scope::default();
        let fragment = Fragment::parse(langlet, symbol, text, &source, 0, &mut scope)
            .map_err(|diagnostic| QuoteError::Syntax(Box::new(diagnostic)))?;
        Ok(Quotation { fragment, scope })
    }

    /// The names of its metavariables, each once, in the order of the text.
    pub fn metavariables(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for metavariable in self.fragment.metavariables() {
            let name = self.scope.name(metavariable.variable);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The tree with each metavariable exchanged for what it is filled with, wherever it occurs.
    ///
    /// # Errors
    /// A metavariable has no filling, or a filling no metavariable; a filling does not fit.
    pub fn fill(&self, fillings: &[(&str, Filling<'_>)]) -> Result<Tree, QuoteError> {
        let names = self.metavariables();
        if let Some((unused, _)) = fillings.iter().find(|(name, _)| !names.contains(name)) {
            return Err(QuoteError::Unused((*unused).to_owned()));
        }
        let mut tree = self.fragment.tree.clone();
        let mut new = FxHashSet::default();
        let leaves: Vec<NodeId> = tree.leaf_ids(tree.root).collect();
        let holes: Vec<NodeId> =
            leaves.into_iter().filter(|&leaf| tree.chain(Node::top(leaf)).last() == Some(&METAVARIABLE)).collect();
        for (hole, metavariable) in holes.into_iter().zip(self.fragment.metavariables()) {
            let name = self.scope.name(metavariable.variable);
            let filling = fillings.iter().find(|(known, _)| *known == name).map(|(_, filling)| filling);
            let filling = filling.ok_or_else(|| QuoteError::Missing(name.to_owned()))?;
            let place = Node { id: hole, level: tree.chain(Node::top(hole)).len() as u16 - 2 };
            match filling {
                Filling::One(argument) => fill_one(&mut tree, place, name, *argument, &mut new)?,
                Filling::Many(_) if metavariable.repeat == Repeat::One => {
                    return Err(QuoteError::NoRun(name.to_owned()));
                }
                Filling::Many(arguments) if arguments.is_empty() => remove(&mut tree, place, name)?,
                Filling::Many(arguments) => fill_run(&mut tree, place, name, arguments, &mut new)?,
            }
        }
        // The text of the quotation is that of its holes, too; the tree is read anew from what it holds now.
        let mut whole = Tree::empty(tree.langlet());
        let root = whole.graft(&tree, tree.root())?;
        let moved: Vec<NodeId> = tree.leaf_ids(tree.root).collect();
        let moved = moved.into_iter().zip(whole.leaf_ids(root.id).collect::<Vec<_>>());
        let new = moved.filter(|(old, _)| new.contains(old)).map(|(_, new)| new).collect();
        whole.set_root(root);
        let arguments = fillings.iter().flat_map(|(_, filling)| match filling {
            Filling::One(argument) => std::slice::from_ref(argument),
            Filling::Many(arguments) => arguments,
        });
        let mut comments = comments_of_argument(whole.langlet(), &Argument::from(&self.fragment.tree));
        comments.extend(arguments.flat_map(|argument| comments_of_argument(whole.langlet(), argument)));
        Ok(keep_comments(finish(whole, &new)?, comments)?)
    }
}

fn fill_one(
    tree: &mut Tree,
    place: Node,
    name: &str,
    argument: Argument<'_>,
    new: &mut FxHashSet<NodeId>,
) -> Result<(), QuoteError> {
    let wanted = tree.symbol(place);
    let trivia = tree.trivia(place).to_owned();
    if let Some((parts, more)) = postfix_parts(tree, place, name, argument)? {
        tree.set_trivia(parts[0], &trivia)?;
        new.extend(more);
        tree.exchange(place.id, &parts);
        return Ok(());
    }
    let made = make(tree, wanted, argument)
        .map_err(|error| QuoteError::Build { name: name.to_owned(), error: Box::new(error) })?;
    let Some((node, more)) = made else {
        let wanted = tree.langlet().grammar().symbols.display(wanted);
        return Err(QuoteError::NoPlace { name: name.to_owned(), wanted });
    };
    tree.set_trivia(node, &trivia)?;
    new.extend(more.into_iter().filter(|&leaf| Some(leaf) != tree.first_leaf(node.id)));
    tree.replace_unchecked(place, node);
    Ok(())
}

/// Detached nodes, and the new tokens among theirs.
type Parts = (Vec<Node>, FxHashSet<NodeId>);

/// The parts of an argument that is a head with postfixes, where they can stand in the place of the whole; see
/// [`crate::algebra::postfix`]. `None` if the argument fits as it is, or is no such thing.
fn postfix_parts(
    tree: &mut Tree,
    place: Node,
    name: &str,
    argument: Argument<'_>,
) -> Result<Option<Parts>, QuoteError> {
    let top = Node::top(place.id);
    let Some(parent) = tree.parent(top).filter(|&parent| tree.next_sibling(top).is_some() && parent != place) else {
        return Ok(None);
    };
    let error = |error| QuoteError::Build { name: name.to_owned(), error: Box::new(error) };
    let wanted = tree.symbol(place);
    if make_as_it_is(tree, wanted, argument).map_err(error)?.is_some() {
        return Ok(None);
    }
    let (rule, head) = (tree.symbol(parent), tree.symbol(top));
    let before: Vec<Symbol> =
        tree.children(parent).take_while(|&child| child != top).map(|child| tree.symbol(child)).collect();
    let error = |error| QuoteError::Build { name: name.to_owned(), error: Box::new(error) };
    let Some((node, more)) = make_as_it_is(tree, rule, argument).map_err(error)? else { return Ok(None) };
    let parts: Vec<Node> = tree.children(tree.bottom(node.id)).collect();
    let symbols: Vec<Symbol> = parts.iter().map(|&part| tree.symbol(part)).collect();
    let network = &tree.langlet().tables().network;
    let are_nodes = parts.iter().skip(1).all(|part| !tree.stored(part.id).is_leaf());
    if !are_nodes || !can_join(network, rule, &before, head, &symbols) {
        return Ok(None);
    }
    for &part in &parts {
        tree.detach(part);
    }
    Ok(Some((parts, more)))
}

fn fill_run(
    tree: &mut Tree,
    place: Node,
    name: &str,
    arguments: &[Argument<'_>],
    new: &mut FxHashSet<NodeId>,
) -> Result<(), QuoteError> {
    let Some(parent) = tree.parent(place) else {
        return match arguments {
            [only] => fill_one(tree, place, name, *only, new),
            _ => Err(QuoteError::NoRun(name.to_owned())),
        };
    };
    let trivia = tree.trivia(place).to_owned();
    let siblings: Vec<Node> = tree.children(parent).collect();
    let index = siblings.iter().position(|&child| child == place).expect("a node is a child of its parent");
    let symbols: Vec<Symbol> = siblings.iter().map(|&node| tree.symbol(node)).collect();
    let around = (&symbols[..index], &symbols[index + 1..]);
    let rule = tree.symbol(parent);
    let (run, more) = make_run(tree, rule, around, arguments)
        .map_err(|error| QuoteError::Build { name: name.to_owned(), error: Box::new(error) })?;
    let children = around.0.iter().copied().chain(run.iter().map(|&node| tree.symbol(node)));
    let children: Vec<Symbol> = children.chain(around.1.iter().copied()).collect();
    if !tree.langlet().tables().network.derives(rule, children) {
        let wanted = tree.langlet().grammar().symbols.display(tree.symbol(place));
        return Err(QuoteError::NoPlace { name: name.to_owned(), wanted });
    }
    new.extend(more);
    if let Some(first) = run.first().and_then(|first| tree.first_leaf(first.id)) {
        tree.set_leaf_trivia(first, &trivia)?;
        new.remove(&first);
    }
    tree.splice_unchecked(parent, index, index + 1, &run);
    Ok(())
}

/// Removes a metavariable that stands for nothing, with a separator beside it or with the list around it.
fn remove(tree: &mut Tree, place: Node, name: &str) -> Result<(), QuoteError> {
    let mut at = place;
    // Progress: each turn goes up one level.
    while let Some(parent) = tree.parent(at) {
        let langlet = tree.langlet().clone();
        let siblings: Vec<Symbol> = tree.children(parent).map(|node| tree.symbol(node)).collect();
        let index = tree.children(parent).position(|child| child == at).expect("a node is a child of its parent");
        let constants = langlet.interpolations().constants();
        let is_constant = |index: usize| siblings.get(index).is_some_and(|&symbol| constants.contains(symbol));
        let mut ranges = vec![(index, index + 1)];
        if is_constant(index + 1) {
            ranges.push((index, index + 2));
        }
        if index > 0 && is_constant(index - 1) {
            // Behind another element the constant before it is a separator, which goes first.
            let is_separator = index > 1 && !is_constant(index - 2);
            ranges.insert(if is_separator { 0 } else { ranges.len() }, (index - 1, index + 1));
        }
        let admitted = ranges.into_iter().find(|&(from, to)| {
            let left = siblings[..from].iter().chain(&siblings[to..]).copied();
            langlet.tables().network.derives(tree.symbol(parent), left)
        });
        if let Some((from, to)) = admitted {
            // What now stands there is written as the metavariable was.
            if from == index
                && to > index + 1
                && let Some(next) = tree.children(parent).nth(to)
            {
                let trivia = tree.trivia(place).to_owned();
                tree.set_trivia(next, &trivia)?;
            }
            tree.splice_unchecked(parent, from, to, &[]);
            return Ok(());
        }
        at = parent;
    }
    let wanted = tree.langlet().grammar().symbols.display(tree.symbol(place));
    Err(QuoteError::NoPlace { name: name.to_owned(), wanted })
}
