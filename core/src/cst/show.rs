//! Trees as text: an indented listing for people, JSON, and DOT.

use std::fmt::Write;

use super::node::{Node, Tree};
use crate::grammar::SymbolKind;
use crate::grammar::symbol::quote;
use crate::span::LineIndex;

impl Tree {
    /// One node per line, children indented by two blanks, tokens with their text.
    pub fn listing(&self) -> String {
        let mut out = String::new();
        self.each_with_depth(|node, depth| {
            let name = self.langlet.grammar().symbols.display(self.symbol(node));
            let text = if self.is_token(node) && !self.is_literal(node) {
                format!(" {}", quote(self.text(node)))
            } else {
                String::new()
            };
            writeln!(out, "{:1$}{name}{text}", "", 2 * depth).expect("a string takes all");
        });
        out
    }

    /// One stored node per line: its chain, then its text.
    pub fn collapsed_listing(&self) -> String {
        let mut out = String::new();
        let mut depths = vec![(self.root, 0)];
        while let Some((id, depth)) = depths.pop() {
            let node = Node::top(id);
            let names = self.chain(node).iter().map(|&symbol| self.langlet.grammar().symbols.display(symbol));
            let chain = names.collect::<Vec<_>>().join(" ");
            let bottom = self.bottom(id);
            let text = if self.is_token(bottom) && !self.is_literal(bottom) {
                format!(" {}", quote(self.text(bottom)))
            } else {
                String::new()
            };
            writeln!(out, "{:1$}{chain}{text}", "", 2 * depth).expect("a string takes all");
            let children: Vec<_> = self.children(bottom).collect();
            depths.extend(children.into_iter().rev().map(|child| (child.id, depth + 1)));
        }
        out
    }

    /// JSON: a node is `["rule", child, …]`, a token `["KIND", "text", line, column]` with the line from 1 and the column
    /// in bytes from 0. Literals have their text as kind. With `collapsed`, only the last rule of each chain is shown.
    pub fn to_json(&self, collapsed: bool) -> String {
        enum Step {
            Open(Node),
            Close,
        }
        let lines = LineIndex::new(self.source());
        let mut out = String::new();
        let mut steps = vec![Step::Open(self.root())];
        while let Some(step) = steps.pop() {
            let Step::Open(node) = step else {
                out.push(']');
                continue;
            };
            if !out.is_empty() && !out.ends_with('[') {
                out.push_str(", ");
            }
            let node = if collapsed { self.bottom(node.id) } else { node };
            out.push('[');
            write_json_string(&mut out, self.name(node));
            if self.is_token(node) {
                out.push_str(", ");
                write_json_string(&mut out, self.text(node));
                let [_, start, end] = self.stored(node.id).offsets();
                let place = lines.line_column(if end <= self.source_len { start } else { 0 });
                write!(out, ", {}, {}]", place.line, place.column).expect("a string takes all");
                continue;
            }
            steps.push(Step::Close);
            let children: Vec<_> = self.children(node).collect();
            steps.extend(children.into_iter().rev().map(Step::Open));
        }
        out.push('\n');
        out
    }

    /// A graph for Graphviz. With `collapsed`, one box per stored node with its whole chain.
    pub fn dot(&self, collapsed: bool) -> String {
        let mut out = String::from("digraph tree {\n  node [shape=box, fontname=\"monospace\"];\n  ordering=out;\n");
        let mut number = 0;
        let mut stack = vec![(self.root(), None)];
        while let Some((node, parent)) = stack.pop() {
            let symbols = &self.langlet.grammar().symbols;
            let (node, label) = if collapsed {
                let names = self.chain(node).iter().map(|&symbol| symbols.display(symbol));
                (self.bottom(node.id), names.collect::<Vec<_>>().join("\n"))
            } else {
                (node, symbols.display(self.symbol(node)))
            };
            let mut label = label;
            if self.is_token(node) && !self.is_literal(node) {
                label = format!("{label}\n{}", self.text(node).escape_debug());
            }
            let label = label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            writeln!(out, "  n{number} [label=\"{label}\"];").expect("a string takes all");
            if let Some(parent) = parent {
                writeln!(out, "  n{parent} -> n{number};").expect("a string takes all");
            }
            let children: Vec<_> = self.children(node).collect();
            stack.extend(children.into_iter().rev().map(|child| (child, Some(number))));
            number += 1;
        }
        out.push_str("}\n");
        out
    }

    fn is_literal(&self, node: Node) -> bool {
        self.langlet.grammar().symbols.kind(self.symbol(node)) == SymbolKind::Literal
    }

    /// Visits the full view in pre-order with the depth of each node.
    fn each_with_depth(&self, mut visit: impl FnMut(Node, usize)) {
        let mut depth = 0;
        let mut at = self.root();
        loop {
            visit(at, depth);
            if let Some(child) = self.first_child(at) {
                at = child;
                depth += 1;
                continue;
            }
            loop {
                if let Some(sibling) = self.next_sibling(at) {
                    at = sibling;
                    break;
                }
                match self.parent(at) {
                    Some(parent) => at = parent,
                    None => return,
                }
                depth -= 1;
            }
        }
    }
}

/// Writes a JSON string (RFC 8259, section 7).
pub fn write_json_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 => write!(out, "\\u{:04x}", c as u32).expect("a string takes all"),
            c => out.push(c),
        }
    }
    out.push('"');
}
