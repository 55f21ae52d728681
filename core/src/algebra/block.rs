//! Blocks: the short form of a block rewritten to the form that others can be put into.
//!
//! ```text
//! suite: simple | NEWLINE INDENT stmt+ DEDENT         if x: y    →    if x:
//!                                                                         y
//! ```
//!
//! A rule has two such forms if one of its productions is a single child B, and another is `a b … A … c d` with layout
//! constants around a repeated A, and `{A,B}` is valid without adding anything but layout. Then `B → a b … {A,B} … c d` is
//! an embedding, and every node of the rule can be brought into the second form, where further elements fit. Which rules
//! are such blocks is found from the grammar, never from a name.
//!
//! What stands on one line becomes lines of its own: `if x: y; z` has two elements.
//!
//! Laws: normalizing twice is normalizing once; the token string stays but for constants; comments stay.
//!
//! Source: "Principle of relativity" (2010), section Blocks or no blocks.

use rustc_hash::FxHashSet;

use super::indent::{LayoutSymbols, Lines, is_line_joint, line_indentation};
use super::interpolation::{Kind, Step};
use super::raise::raise;
use crate::cst::edit::EditError;
use crate::cst::node::{Node, NodeId, Tree};
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// A rule with a short and a block form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The rule.
    pub rule: Symbol,
    /// The only child of the short form.
    pub single: Symbol,
    /// The layout constants before the elements of the block form.
    pub before: Vec<Symbol>,
    /// The element of the block form.
    pub element: Symbol,
    /// The layout constants behind the elements.
    pub after: Vec<Symbol>,
    /// How the child of the short form becomes an element.
    pub path: Vec<Step>,
}

/// All blocks of a langlet, in the order of its rules; of several short forms of a rule each.
pub fn blocks(langlet: &Langlet) -> Vec<Block> {
    langlet.grammar().rules.keys().flat_map(|&rule| blocks_of(langlet, rule)).collect()
}

/// The blocks of a rule, one for each of its short forms.
pub(crate) fn blocks_of(langlet: &Langlet, rule: Symbol) -> Vec<Block> {
    let network = &langlet.tables().network;
    let grammar = langlet.grammar();
    let Some(start) = network.start(rule) else { return Vec::new() };
    // The block form: along layout tokens to the elements.
    let along = |mut at| {
        let mut constants = Vec::new();
        // Progress: a rule has finitely many states, and one that is met again ends the walk.
        while constants.len() < network.n_states() {
            let next = network.state(at).transitions.iter().find(|(symbol, _)| grammar.is_layout(*symbol));
            let Some(&(symbol, to)) = next else { break };
            constants.push(symbol);
            at = to;
        }
        (constants, at)
    };
    let (before, inside) = along(start);
    if before.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for &(single, to) in &network.state(start).transitions {
        if grammar.is_layout(single) || !network.state(to).accepting {
            continue;
        }
        for &(element, behind) in &network.state(inside).transitions {
            let repeats = network.step(behind, element) == Some(behind);
            let (after, end) = along(behind);
            if !repeats || after.is_empty() || !network.state(end).accepting {
                continue;
            }
            let interpolations = langlet.interpolations();
            let path = [Kind::Pure, Kind::Neutral].into_iter().find_map(|kind| {
                let path = interpolations.path(kind, element, single)?;
                let constants = path.iter().flat_map(|step| step.before.iter().chain(&step.after));
                constants.into_iter().all(|&symbol| grammar.is_layout(symbol)).then_some(path)
            });
            if let Some(path) = path {
                found.push(Block { rule, single, before: before.clone(), element, after, path });
                break;
            }
        }
    }
    found
}

/// Brings every block of the tree into its block form. How many were not.
///
/// # Errors
/// `TooLarge`. Cost: linear in the tree.
pub fn normalize(tree: &mut Tree) -> Result<usize, EditError> {
    let blocks = blocks(&tree.langlet().clone());
    let is_rule: FxHashSet<Symbol> = blocks.iter().map(|block| block.rule).collect();
    let mut n_changed = 0;
    let step = Lines::of(tree, tree.langlet()).step;
    // Outer blocks first, so that inner ones see the indentation of theirs. Stored nodes that stay keep their keys; the
    // node that a block becomes holds what was below it, which is visited next.
    let mut stack = vec![tree.root];
    while let Some(id) = stack.pop() {
        let mut level = 0;
        while level < tree.chain(Node::top(id)).len() {
            let node = Node { id, level: level as u16 };
            if is_rule.contains(&tree.symbol(node))
                && let Some(block) = block_of(tree, node, &blocks)
            {
                let changed = rewrite(tree, node, block, &step)?;
                n_changed += 1;
                // Its children are visited anew; the chain above it was seen.
                stack.extend(tree.children(changed).map(|child| child.id).collect::<Vec<_>>().into_iter().rev());
                level = usize::MAX;
                break;
            }
            level += 1;
        }
        if level != usize::MAX {
            let children: Vec<NodeId> = tree.children(tree.bottom(id)).map(|child| child.id).collect();
            stack.extend(children.into_iter().rev());
        }
    }
    Ok(n_changed)
}

/// Brings one node into its block form, if it is a block in its short form; what lies below it stays as it is. The node in
/// its place.
///
/// # Errors
/// `TooLarge`.
pub fn normalize_node(tree: &mut Tree, node: Node) -> Result<Node, EditError> {
    let blocks = blocks_of(&tree.langlet().clone(), tree.symbol(node));
    match block_of(tree, node, &blocks) {
        Some(block) => {
            let step = Lines::of(tree, tree.langlet()).step;
            rewrite(tree, node, block, &step)
        }
        None => Ok(node),
    }
}

/// The block whose short form the node has.
fn block_of<'a>(tree: &Tree, node: Node, blocks: &'a [Block]) -> Option<&'a Block> {
    let child = tree.first_child(node)?;
    if tree.next_sibling(child).is_some() {
        return None;
    }
    let symbol = tree.symbol(child);
    blocks.iter().find(|block| block.rule == tree.symbol(node) && block.single == symbol)
}

/// The elements of a line, `a; b`, as lines of their own; the line alone if it is no such list, or has comments inside.
fn lines_of(tree: &mut Tree, line: Node) -> Result<Vec<Node>, EditError> {
    let langlet = tree.langlet().clone();
    let (constants, network) = (langlet.interpolations().constants(), &langlet.tables().network);
    let children: Vec<Node> = tree.children(line).collect();
    let is_layout = |node: &Node| langlet.grammar().is_layout(tree.symbol(*node));
    let n_ends = children.iter().rev().take_while(|node| is_layout(node)).count();
    let (inside, ends) = children.split_at(children.len() - n_ends);
    let ends: Vec<Symbol> = ends.iter().map(|&node| tree.symbol(node)).collect();
    let is_element = |node: &Node| !constants.contains(tree.symbol(*node));
    let has_comments = inside.iter().skip(1).any(|&node| !tree.trivia(node).trim().is_empty());
    let is_line = |node: &Node| {
        network.derives(tree.symbol(line), std::iter::once(tree.symbol(*node)).chain(ends.iter().copied()))
    };
    let elements: Vec<Node> = inside.iter().copied().filter(is_element).collect();
    if elements.len() < 2 || ends.is_empty() || has_comments || !elements.iter().all(is_line) {
        return Ok(vec![line]);
    }
    let rule = tree.symbol(line);
    let mut lines = Vec::with_capacity(elements.len());
    for (index, &element) in elements.iter().enumerate() {
        let mut parts = vec![tree.copy(element)];
        for (&end, &old) in ends.iter().zip(&children[children.len() - n_ends..]) {
            // What stands at the end of the line, a comment for instance, stays at the end.
            let is_last = index + 1 == elements.len();
            parts.push(if is_last { tree.copy(old) } else { constants.build(tree, end, &|symbol| symbol)? });
        }
        lines.push(tree.inner_unchecked(rule, &parts));
    }
    Ok(lines)
}

fn rewrite(tree: &mut Tree, node: Node, block: &Block, step: &str) -> Result<Node, EditError> {
    let langlet = tree.langlet().clone();
    let constants = langlet.interpolations().constants();
    let layout = LayoutSymbols::of(langlet.grammar());
    let indentation = line_indentation(tree, node) + step;
    let child = tree.first_child(node).expect("a short form has a child");
    let (comments, line_end) = (comments_before(tree, child), line_end_of(tree, child, &layout));
    let lines = match lines_of(tree, child)? {
        lines if lines.len() > 1 => lines,
        _ => vec![tree.copy(child)],
    };
    let mut elements = Vec::with_capacity(lines.len());
    for (index, &line) in lines.iter().enumerate() {
        tree.set_trivia(line, &indentation)?;
        if index + 1 < lines.len() {
            let leaves = tree.leaf_ids(line.id);
            let ends: Vec<NodeId> = leaves.filter(|&leaf| layout.is_newline(tree.symbol(tree.bottom(leaf)))).collect();
            for leaf in ends {
                tree.set_leaf_text(leaf, &line_end)?;
            }
        }
        elements.push(raise(tree, constants, &block.path, line)?.0);
    }
    let mut children = Vec::with_capacity(block.before.len() + elements.len() + block.after.len());
    for &symbol in &block.before {
        let constant = constants.build(tree, symbol, &|symbol| symbol)?;
        if layout.is_newline(symbol) && children.is_empty() {
            tree.set_text(constant, &line_end)?;
            tree.set_trivia(constant, &comments)?;
        }
        children.push(constant);
    }
    children.extend(elements);
    for &symbol in &block.after {
        children.push(constants.build(tree, symbol, &|symbol| symbol)?);
    }
    Ok(tree.splice_unchecked(node, 0, 1, &children))
}

/// The comments between the start of a block and what is on its line: they stay on the line, blanks and marks that join
/// lines do not.
fn comments_before(tree: &Tree, node: Node) -> String {
    let trivia = tree.trivia(node);
    let pieces = tree.langlet().lexer().trivia_pieces(trivia);
    let texts: Vec<&str> = pieces.iter().map(|piece| &trivia[piece.range()]).collect();
    let is_comment = |text: &&str| !text.trim().is_empty() && !is_line_joint(text);
    match texts.iter().any(is_comment) {
        true => texts.into_iter().filter(|text| !is_line_joint(text)).collect::<String>().trim_end().to_owned(),
        false => String::new(),
    }
}

/// How lines end there: as the line of the block does, else as the langlet writes it.
fn line_end_of(tree: &Tree, node: Node, layout: &LayoutSymbols) -> String {
    let own = tree.leaf_ids(node.id).filter(|&leaf| layout.is_newline(tree.symbol(tree.bottom(leaf))));
    let own = own.map(|leaf| tree.leaf_text(leaf)).find(|text| !text.is_empty());
    own.map_or_else(|| Lines::declared(tree.langlet()).newline, str::to_owned)
}
