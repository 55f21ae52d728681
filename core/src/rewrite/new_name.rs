//! New names: what `$t is new "text"` binds, a token with a text that occurs nowhere else.
//!
//! ```text
//! $t is new "item"     item   item1   item2 …    the first that is no token of the text, and was not given before
//! ```

use rustc_hash::{FxHashMap, FxHashSet};

use super::binding::{Binding, Bindings};
use crate::cst::edit::EditError;
use crate::cst::node::{NodeId, Tree};

/// The names of one text.
#[derive(Debug, Default)]
pub(crate) struct NewNames {
    /// The texts of all tokens; found when the first name is asked for.
    known: Option<FxHashSet<String>>,
    /// By the text that a name begins with the number of the next one.
    next: FxHashMap<String, u32>,
}

impl NewNames {
    /// Binds what is to be new to tokens of their own, detached, which are returned. Amortized constant for each, but for the
    /// first, which looks at all tokens.
    pub(crate) fn bind(&mut self, tree: &mut Tree, bindings: &mut Bindings) -> Result<Vec<NodeId>, EditError> {
        let mut made = Vec::new();
        for (_, binding) in &mut bindings.bound {
            if let Binding::New(symbol, text) = binding {
                let token = tree.token(*symbol, &self.name(tree, text))?;
                made.push(token.id);
                *binding = Binding::Node(token);
            }
        }
        Ok(made)
    }

    fn name(&mut self, tree: &Tree, text: &str) -> String {
        let all = || tree.leaf_ids(tree.root).map(|leaf| tree.leaf_text(leaf).to_owned()).collect();
        let known = self.known.get_or_insert_with(all);
        let next = self.next.entry(text.to_owned()).or_default();
        // Progress: the number grows; the texts are finitely many.
        loop {
            let name = if *next == 0 { text.to_owned() } else { format!("{text}{next}") };
            *next += 1;
            if known.insert(name.clone()) {
                return name;
            }
        }
    }
}
