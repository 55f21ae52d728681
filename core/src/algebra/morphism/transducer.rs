//! The transducer: what was chosen in the proof, run over a tree. One pass forward over the children of each node, one
//! look back.
//!
//! A node of rule X that becomes a node of rule Y walks the product of the two with its children: forward to the set of
//! stacks that all of them leave, then back along one way through these sets, which says what to open, close and add
//! between the children. Each child is then mapped by the pair that was chosen for it. Every child is looked up once
//! and every level of a stack is opened and closed once, so time is linear in the tree.
//!
//! The levels of a chain have one child each, and what becomes of them depends on the chain and the symbol wanted
//! alone; it is found once for each. Nothing recurses: what is still to be done is a stack of tasks.

use rustc_hash::FxHashMap;
use slotmap::{Key, SlotMap};
use thiserror::Error;

use super::Morphism;
use super::search::{Edge, Product, ProductNode};
use super::unfold::Op;
use crate::automata::ChainId;
use crate::automata::chain::Chains;
use crate::cst::node::{NodeId, Stored};
use crate::cst::{Node, Tree};
use crate::grammar::Symbol;
use crate::span::Span;

/// A tree that a morphism is not for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ApplyError {
    /// It is of another langlet.
    #[error("the tree is of the langlet {found}, the morphism of {expected}")]
    WrongLanglet {
        /// The source of the morphism.
        expected: String,
        /// The langlet of the tree.
        found: String,
    },
    /// The node is of another rule.
    #[error("the node is of `{found}`, the morphism of `{expected}`")]
    WrongRule {
        /// The rule that is mapped.
        expected: String,
        /// The rule or token of the node.
        found: String,
    },
    /// The tree does not follow its grammar.
    #[error("the children of `{rule}` do not follow its grammar")]
    NotAdmitted {
        /// The rule.
        rule: String,
    },
    /// A token that the target reads otherwise; see [`Morphism::exceptions`].
    #[error("the target does not read `{text}` as {kind}")]
    Token {
        /// The text of the token.
        text: String,
        /// What it had to be.
        kind: String,
    },
    /// The texts of the tree do not fit 4 GiB.
    #[error("the text of the tree grows beyond 4 GiB")]
    TooLarge,
}

impl Morphism {
    /// The tree of the target for a node of the source: its root is of the rule [`Morphism::to`], its tokens, their
    /// texts and their trivia are those of the node, and what the morphism [adds](Morphism::adds) stands between.
    /// Applied to the root of a tree, it keeps what stands behind the last token, too.
    ///
    /// Laws: the result passes `check`; without additions its text is that of the node.
    ///
    /// # Errors
    /// The node is not of the source and the rule, its tree does not follow its grammar, or a token is an exception.
    ///
    /// Cost: linear in the node.
    pub fn apply(&self, tree: &Tree, node: Node) -> Result<Tree, ApplyError> {
        if *tree.langlet() != self.source {
            let (expected, found) = (self.source.name().to_owned(), tree.langlet().name().to_owned());
            return Err(ApplyError::WrongLanglet { expected, found });
        }
        if tree.symbol(node) != self.from {
            let expected = self.source.grammar().symbols.name(self.from).to_owned();
            return Err(ApplyError::WrongRule { expected, found: tree.name(node).to_owned() });
        }
        let is_root = node == tree.root();
        let mut run = Run {
            morphism: self,
            tree,
            is_root,
            nodes: SlotMap::with_capacity_and_key(if is_root { tree.n_stored() + 8 } else { 16 }),
            chains: Chains::new(self.target.tables().chains().clone()),
            text: if is_root { tree.text.clone() } else { String::new() },
            frames: Vec::new(),
            tasks: Vec::new(),
            trail: Vec::new(),
            plans: FxHashMap::default(),
            plan_list: Vec::new(),
            added: Vec::new(),
            origins: FxHashMap::default(),
            root: NodeId::null(),
        };
        run.run(node)?;
        run.finish()
    }
}

/// What becomes of a stored node, from a level of its chain on.
#[derive(Clone, Debug)]
struct Plan {
    /// Done before what the chain ends in.
    before: Vec<Op>,
    inside: Inside,
    /// Done behind it, the last first.
    after: Vec<Op>,
}

/// What a chain ends in.
#[derive(Clone, Copy, Debug)]
enum Inside {
    /// A leaf, with its new chain.
    Leaf(ChainId, Symbol),
    /// A node with the new chain, whose last rule reads the children of this level.
    Inner(ChainId, u16, Reading),
}

/// How children are read.
#[derive(Clone, Copy, Debug)]
enum Reading {
    /// Each stays what it is.
    Same,
    /// By the product of this number.
    Product(u32),
}

/// What is still to be done, the next last.
#[derive(Clone, Copy, Debug)]
enum Task {
    Do(Op),
    /// The inside of a stored node.
    Inside(NodeId, Inside),
    /// A level of a stored node as a symbol of the target.
    Map(Node, Symbol),
}

/// A node that is being built.
#[derive(Clone, Copy, Debug)]
struct Frame {
    chain: ChainId,
    first: NodeId,
    last: NodeId,
    n_children: u32,
}

struct Run<'a> {
    morphism: &'a Morphism,
    tree: &'a Tree,
    is_root: bool,
    nodes: SlotMap<NodeId, Stored>,
    chains: Chains,
    text: String,
    frames: Vec<Frame>,
    tasks: Vec<Task>,
    /// The letters of the node that is being read: where each was taken, and its node.
    trail: Vec<(u32, u32, Node)>,
    /// The place in `plan_list` for a chain of the source, a level of it and a symbol of the target.
    plans: FxHashMap<(ChainId, u16, Symbol), u32>,
    plan_list: Vec<Plan>,
    /// Leaves for constants, which get their texts at the end.
    added: Vec<(NodeId, Symbol)>,
    origins: FxHashMap<NodeId, Span>,
    root: NodeId,
}

impl<'a> Run<'a> {
    fn run(&mut self, node: Node) -> Result<(), ApplyError> {
        let morphism = self.morphism;
        if morphism.is_whole {
            let product = &morphism.products[0];
            let chain = self.chains.intern(&[morphism.to]);
            self.open(chain);
            self.tasks.push(Task::Do(Op::Close));
            self.trail.push((0, 0, node));
            self.look_back(product, &product.nodes[1])?;
        } else {
            self.tasks.push(Task::Map(node, morphism.to));
        }
        // Progress: each task is for a node of the source, or a rule that is opened, once.
        while let Some(task) = self.tasks.pop() {
            match task {
                Task::Do(Op::Open(rule)) => {
                    let chain = self.chains.intern(&[rule]);
                    self.open(chain);
                }
                Task::Do(Op::Close) => self.close(),
                Task::Do(Op::Insert(symbol)) => {
                    let chain = self.chains.intern(&[symbol]);
                    let leaf = self.nodes.insert(Stored::leaf(chain, 0, 0, 0));
                    self.added.push((leaf, symbol));
                    self.append(leaf);
                }
                Task::Do(Op::Take(_)) => unreachable!("what is taken is a task of its own"),
                Task::Map(node, symbol) => self.map(node, symbol)?,
                Task::Inside(id, inside) => self.inside(id, inside)?,
            }
        }
        Ok(())
    }

    fn map(&mut self, node: Node, symbol: Symbol) -> Result<(), ApplyError> {
        let chain = self.tree.stored(node.id).chain;
        let key = (chain, node.level, symbol);
        let number = match self.plans.get(&key) {
            Some(&number) => number,
            None => {
                let plan = self.plan(node, symbol)?;
                let number = self.plan_list.len() as u32;
                self.plan_list.push(plan);
                self.plans.insert(key, number);
                number
            }
        };
        let plan = &self.plan_list[number as usize];
        let inside = plan.inside;
        if plan.before.is_empty() && plan.after.is_empty() {
            return self.inside(node.id, inside);
        }
        self.tasks.extend(plan.after.iter().map(|&op| Task::Do(op)));
        self.tasks.push(Task::Inside(node.id, inside));
        self.tasks.extend(plan.before.iter().rev().map(|&op| Task::Do(op)));
        Ok(())
    }

    /// Follows the levels of a chain down to its end, or to a level whose child is entered.
    fn plan(&mut self, node: Node, symbol: Symbol) -> Result<Plan, ApplyError> {
        let (morphism, tree) = (self.morphism, self.tree);
        let symbols = tree.chain(node);
        let is_leaf = tree.stored(node.id).is_leaf();
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let (mut level, mut symbol) = (usize::from(node.level), symbol);
        let bottom = symbols.len() - 1;
        let same = morphism.source == morphism.target;
        while level < bottom && !(same && symbols[level] == symbol) {
            let product = morphism.product((symbols[level], symbol))?;
            let edge = edge(&product.nodes[0], symbols[level + 1]).ok_or_else(|| self.misfit(symbols[level]))?;
            let Some(back) = &edge.back else { break };
            let end = product.nodes[edge.to as usize].accept.as_ref().ok_or_else(|| self.misfit(symbols[level]))?;
            let ops = &back[end.0 as usize].ops;
            let Some((&Op::Take(taken), ops)) = ops.split_last() else { unreachable!("a letter is taken last") };
            before.push(Op::Open(symbol));
            before.extend(ops);
            after.push(Op::Close);
            after.extend(end.1.iter().rev());
            (level, symbol) = (level + 1, taken);
        }
        // The rules around the end that have no other child are levels of its chain.
        let mut upper = Vec::new();
        while let (Some(&Op::Open(rule)), Some(Op::Close)) = (before.last(), after.last()) {
            before.pop();
            after.pop();
            upper.push(rule);
        }
        upper.reverse();
        let is_same = same && symbols[level] == symbol;
        if is_same {
            upper.extend(&symbols[level..]);
        } else {
            upper.push(symbol);
        }
        let chain = self.chains.intern(&upper);
        let inside = if is_leaf && (level == bottom || is_same) {
            Inside::Leaf(chain, *upper.last().expect("a chain has at least one symbol"))
        } else if is_same {
            Inside::Inner(chain, bottom as u16, Reading::Same)
        } else {
            Inside::Inner(chain, level as u16, Reading::Product(morphism.number((symbols[level], symbol))?))
        };
        Ok(Plan { before, inside, after })
    }

    fn inside(&mut self, id: NodeId, inside: Inside) -> Result<(), ApplyError> {
        match inside {
            Inside::Leaf(chain, symbol) => self.leaf(id, chain, symbol),
            Inside::Inner(chain, _, Reading::Same) => {
                self.open(chain);
                self.tasks.push(Task::Do(Op::Close));
                let first = self.tree.stored(id).first();
                let mut child = if first.is_null() { first } else { self.tree.stored(first).prev };
                while !child.is_null() {
                    let node = Node::top(child);
                    self.tasks.push(Task::Map(node, self.tree.symbol(node)));
                    child = if child == first { NodeId::null() } else { self.tree.stored(child).prev };
                }
                Ok(())
            }
            Inside::Inner(chain, level, Reading::Product(number)) => {
                self.open(chain);
                self.tasks.push(Task::Do(Op::Close));
                let product = &self.morphism.products[number as usize];
                let end = self.read(product, Node { id, level })?;
                self.look_back(product, end)
            }
        }
    }

    /// Reads the children of a node, and those of the ones that are entered, and leaves them on the trail. The node of
    /// the product that they lead to.
    fn read(&mut self, product: &'a Product, node: Node) -> Result<&'a ProductNode, ApplyError> {
        let tree = self.tree;
        self.trail.clear();
        let mut entered: Vec<Node> = Vec::new();
        let mut at = 0;
        let mut next = tree.first_child(node);
        loop {
            let state = &product.nodes[at as usize];
            if let Some(child) = next {
                let letter = tree.symbol(child);
                let place = state.edges.iter().position(|edge| edge.letter == letter);
                let place = place.ok_or_else(|| self.misfit(tree.symbol(node)))?;
                let edge = &state.edges[place];
                if edge.back.is_some() {
                    self.trail.push((at, place as u32, child));
                    next = tree.next_sibling(child);
                } else {
                    entered.push(child);
                    next = tree.first_child(child);
                }
                at = edge.to;
            } else if let Some(child) = entered.pop() {
                at = state.end.ok_or_else(|| self.misfit(tree.symbol(child)))?;
                next = tree.next_sibling(child);
            } else {
                return Ok(state);
            }
        }
    }

    /// Chooses one way back along the trail and leaves what it does as tasks.
    fn look_back(&mut self, product: &Product, end: &ProductNode) -> Result<(), ApplyError> {
        let Some((place, ops)) = &end.accept else { return Err(self.misfit(self.morphism.from)) };
        self.tasks.extend(ops.iter().rev().map(|&op| Task::Do(op)));
        let mut place = *place;
        while let Some((at, edge, child)) = self.trail.pop() {
            let edge = &product.nodes[at as usize].edges[edge as usize];
            let back = edge.back.as_ref().expect("a letter on the trail was taken");
            let back = &back[place as usize];
            for &op in back.ops.iter().rev() {
                self.tasks.push(match op {
                    Op::Take(symbol) => Task::Map(child, symbol),
                    op => Task::Do(op),
                });
            }
            place = back.prev;
        }
        Ok(())
    }

    fn leaf(&mut self, id: NodeId, chain: ChainId, symbol: Symbol) -> Result<(), ApplyError> {
        let tree = self.tree;
        if self.morphism.exceptions.iter().any(|exception| exception.answer == symbol) {
            self.check_text(tree.leaf_text(id), symbol)?;
        }
        let [mut trivia, mut start, mut end] = tree.stored(id).offsets();
        if !self.is_root {
            let shift = u32::try_from(self.text.len()).map_err(|_| ApplyError::TooLarge)?;
            self.text.push_str(&tree.text[trivia as usize..end as usize]);
            (start, end) = (shift + (start - trivia), shift + (end - trivia));
            trivia = shift;
        }
        let leaf = self.nodes.insert(Stored::leaf(chain, trivia, start, end));
        if self.is_root && !tree.origins.is_empty() {
            self.origins.extend(tree.origins.get(&id).map(|&origin| (leaf, origin)));
        }
        self.append(leaf);
        Ok(())
    }

    fn check_text(&self, text: &str, symbol: Symbol) -> Result<(), ApplyError> {
        let target = &self.morphism.target;
        let terminals = &target.tables().terminals;
        let kind = target.lexer().kind_of(text);
        if kind.is_some_and(|kind| terminals.readings(kind).any(|kind| terminals.symbol(kind) == Some(symbol))) {
            return Ok(());
        }
        Err(ApplyError::Token { text: text.to_owned(), kind: target.grammar().symbols.display(symbol) })
    }

    fn misfit(&self, rule: Symbol) -> ApplyError {
        ApplyError::NotAdmitted { rule: self.morphism.source.grammar().symbols.name(rule).to_owned() }
    }

    fn open(&mut self, chain: ChainId) {
        self.frames.push(Frame { chain, first: NodeId::null(), last: NodeId::null(), n_children: 0 });
    }

    fn append(&mut self, id: NodeId) {
        let Some(frame) = self.frames.last_mut() else {
            self.root = id;
            return;
        };
        frame.n_children += 1;
        let before = std::mem::replace(&mut frame.last, id);
        if before.is_null() {
            frame.first = id;
        } else {
            self.nodes[before].next = id;
            self.nodes[id].prev = before;
        }
    }

    fn close(&mut self) {
        let frame = self.frames.pop().expect("what is closed was opened");
        if frame.n_children == 1 {
            // A rule with one child is a level of its chain.
            let upper = self.chains.symbols(frame.chain).to_vec();
            let lower = self.nodes[frame.first].chain;
            self.nodes[frame.first].chain = self.chains.join(&upper, lower);
            self.append(frame.first);
            return;
        }
        let mut node = Stored::inner(frame.chain);
        node.set_first(frame.first);
        let id = self.nodes.insert(node);
        let mut child = frame.first;
        while !child.is_null() {
            let stored = &mut self.nodes[child];
            stored.parent = id;
            child = stored.next;
        }
        if !frame.first.is_null() {
            self.nodes[frame.first].prev = frame.last;
        }
        self.append(id);
    }

    fn finish(self) -> Result<Tree, ApplyError> {
        let (tree, target) = (self.tree, &self.morphism.target);
        let source_len = if self.is_root { tree.source_len } else { self.text.len() as u32 };
        let tail = if self.is_root { tree.tail } else { Span::new(source_len, source_len) };
        let mut out = Tree {
            langlet: target.clone(),
            nodes: self.nodes,
            root: self.root,
            chains: self.chains,
            text: self.text,
            source_len,
            tail,
            origins: self.origins,
            lineage: if self.is_root { tree.lineage.clone() } else { None },
        };
        for &(leaf, symbol) in &self.added {
            let start = u32::try_from(out.text.len()).map_err(|_| ApplyError::TooLarge)?;
            out.text.push_str(target.grammar().constant_text(symbol).expect("only constants are added"));
            let end = u32::try_from(out.text.len()).map_err(|_| ApplyError::TooLarge)?;
            out.stored_mut(leaf).set_offsets(start, start, end);
        }
        for &(leaf, _) in &self.added {
            for leaf in [Some(leaf), out.next_leaf(leaf)].into_iter().flatten() {
                if let Some(before) = out.prev_leaf(leaf)
                    && out.leaf_trivia(leaf).is_empty()
                    && !out.can_touch(before, leaf)
                {
                    out.set_leaf_trivia(leaf, " ").map_err(|_| ApplyError::TooLarge)?;
                }
            }
        }
        Ok(out)
    }
}

fn edge(node: &ProductNode, letter: Symbol) -> Option<&Edge> {
    node.edges.iter().find(|edge| edge.letter == letter)
}
