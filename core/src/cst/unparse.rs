//! The text of a tree: `unparse(parse(s)) == s`.

use super::node::{Node, Tree};

impl Tree {
    /// The whole text, byte for byte what was parsed if nothing was edited. Linear in the text.
    pub fn unparse(&self) -> String {
        let mut out = String::with_capacity(self.source_len as usize + 64);
        self.write_leaves(self.root(), &mut out);
        out.push_str(&self.text[self.tail.range()]);
        out
    }

    /// The text of a node: its tokens with the trivia between them, without the trivia before the first.
    pub fn text_of(&self, node: Node) -> String {
        let mut out = String::new();
        self.write_leaves(node, &mut out);
        let trivia = self.trivia(node).len();
        out.drain(..trivia);
        out
    }

    /// The token texts of a node without any trivia, in order.
    pub fn token_texts(&self, node: Node) -> impl Iterator<Item = &str> {
        self.leaf_ids(node.id).map(|leaf| self.leaf_text(leaf))
    }

    fn write_leaves(&self, node: Node, out: &mut String) {
        // Neighboring leaves that also neighbor in the text are copied in one piece.
        let (mut from, mut to) = (0, 0);
        for leaf in self.leaf_ids(node.id) {
            let [trivia, _, end] = self.stored(leaf).offsets();
            if trivia != to {
                out.push_str(&self.text[from as usize..to as usize]);
                from = trivia;
            }
            to = end;
        }
        out.push_str(&self.text[from as usize..to as usize]);
    }
}
