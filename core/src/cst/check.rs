//! Does a tree follow its grammar? The rule automata are run over every node.

use slotmap::Key;
use thiserror::Error;

use super::node::{Node, Tree};

/// A node whose children are no production of its rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{rule}` does not admit {found} as child {index}; it admits {expected}")]
pub struct CheckError {
    /// The node.
    pub node: Node,
    /// Its rule.
    pub rule: String,
    /// The number of the first child that does not fit, from 0; the number of children if one is missing.
    pub index: usize,
    /// That child, or "the end".
    pub found: String,
    /// What the rule admits there.
    pub expected: String,
}

impl Tree {
    /// Checks the tree against its own langlet. Linear in the full view.
    ///
    /// # Errors
    /// The first node, in pre-order, whose children are no production of its rule.
    pub fn check(&self) -> Result<(), CheckError> {
        self.check_below(self.root())
    }

    /// Checks what lies below a node, itself included.
    ///
    /// # Errors
    /// As [`Tree::check`].
    pub fn check_below(&self, node: Node) -> Result<(), CheckError> {
        let first_level = usize::from(node.level);
        for id in self.stored_preorder(node.id) {
            let symbols = self.chains.symbols(self.stored(id).chain);
            let from = if id == node.id { first_level } else { 0 };
            for level in from..symbols.len() {
                self.check_node(Node { id, level: level as u16 })?;
            }
        }
        Ok(())
    }

    /// Checks one node against its children, not what lies below them.
    pub(crate) fn check_node(&self, node: Node) -> Result<(), CheckError> {
        let grammar = self.langlet.grammar();
        let network = &self.langlet.tables().network;
        let symbol = self.symbol(node);
        let is_leaf = self.stored(node.id).is_leaf();
        let Some(start) = network.start(symbol) else {
            if self.is_bottom(node) && is_leaf {
                return Ok(());
            }
            return Err(self.misfit(node, 0, vec!["nothing".to_owned()]));
        };
        if self.is_bottom(node) && is_leaf {
            // A rule without children that has a text of its own: a metavariable or a broken tree.
            return Err(self.misfit(node, 0, vec!["its children".to_owned()]));
        }
        let mut state = start;
        let mut count = 0;
        for child in self.children(node) {
            match network.step(state, self.symbol(child)) {
                Some(next) => state = next,
                None => {
                    let expected = network.state(state).transitions.iter();
                    let mut expected: Vec<_> = expected.map(|(symbol, _)| grammar.symbols.display(*symbol)).collect();
                    if network.state(state).accepting {
                        expected.push("the end".to_owned());
                    }
                    return Err(self.misfit(node, count, expected));
                }
            }
            count += 1;
        }
        if network.state(state).accepting {
            return Ok(());
        }
        let expected = network.state(state).transitions.iter();
        let expected = expected.map(|(symbol, _)| grammar.symbols.display(*symbol)).collect();
        Err(self.misfit(node, count, expected))
    }

    fn misfit(&self, node: Node, index: usize, expected: Vec<String>) -> CheckError {
        let grammar = self.langlet.grammar();
        let found = self.children(node).nth(index).map(|child| grammar.symbols.display(self.symbol(child)));
        CheckError {
            node,
            rule: self.name(node).to_owned(),
            index,
            found: found.unwrap_or_else(|| "the end".to_owned()),
            expected: expected.join(", "),
        }
    }

    /// Checks the links of the storage: parents, siblings, and that no stored inner node has exactly one child.
    pub fn check_links(&self) -> bool {
        self.stored_preorder(self.root).all(|id| {
            let stored = self.stored(id);
            let first = stored.first();
            if first.is_null() {
                return true;
            }
            let mut last = first;
            let mut count = 1;
            loop {
                let child = self.stored(last);
                if child.parent != id {
                    return false;
                }
                if child.next.is_null() {
                    break;
                }
                if self.stored(child.next).prev != last {
                    return false;
                }
                last = child.next;
                count += 1;
            }
            count > 1 && self.stored(first).prev == last
        })
    }
}
