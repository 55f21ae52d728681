//! Constants: symbols that say nothing, because they derive exactly one token string.
//!
//! A literal is one, a token with a declared text is one, and so is a rule whose only string consists of such tokens:
//! `pass_stmt: 'pass'`, or `open: '(' sign; sign: '+'`. The rules are found by a fixed point: a rule is a constant as soon as
//! all productions of its automaton are strings of constants, and all spell the same tokens. A rule with a cycle, or one
//! that derives itself, has many strings and is never reached. Where one string has several trees, the tree is the one that
//! grammar order prefers, as in parsing.

use crate::automata::Network;
use crate::cst::edit::EditError;
use crate::cst::node::{Node, Tree};
use crate::grammar::{Grammar, Symbol};

/// No string of a constant is longer, in tokens; a rule with a longer one counts as no constant.
const LONGEST: usize = 64;

/// The constants of a langlet.
#[derive(Debug)]
pub struct Constants {
    /// `constants[symbol]`.
    constants: Vec<Option<Constant>>,
}

#[derive(Clone, Debug)]
enum Constant {
    /// A token with this text.
    Token(String),
    /// A rule: its children in the preferred production, and the tokens that it spells.
    Rule { children: Vec<Symbol>, tokens: Vec<Symbol> },
}

impl Constants {
    /// Finds them; linear in the network for each level on which constants are built of constants.
    pub fn new(grammar: &Grammar, network: &Network) -> Constants {
        // The text that is declared for the tokens around a block is white space of the lines in it; they have none.
        let is_block = |symbol| grammar.layout.indent.is_some_and(|it| [it.indent, it.dedent].contains(&symbol));
        let token = |symbol| {
            let text = grammar.constant_text(symbol)?;
            Some(Constant::Token(if is_block(symbol) { String::new() } else { text.to_owned() }))
        };
        let mut found = Constants { constants: grammar.symbols.iter().map(token).collect() };
        loop {
            // Progress: each turn but the last adds a rule.
            let unknown = grammar.rules.keys().filter(|&&rule| found.constants[rule.index()].is_none());
            let new: Vec<(Symbol, Constant)> =
                unknown.filter_map(|&rule| Some((rule, found.constant_rule(rule, network)?))).collect();
            if new.is_empty() {
                return found;
            }
            new.into_iter().for_each(|(rule, constant)| found.constants[rule.index()] = Some(constant));
        }
    }

    /// Whether the symbol is one.
    pub fn contains(&self, symbol: Symbol) -> bool {
        self.constants.get(symbol.index()).is_some_and(Option::is_some)
    }

    /// The tokens that a constant spells; `None` if the symbol is none.
    pub fn tokens(&self, symbol: Symbol) -> Option<Vec<Symbol>> {
        match self.constants.get(symbol.index())?.as_ref()? {
            Constant::Token(_) => Some(vec![symbol]),
            Constant::Rule { tokens, .. } => Some(tokens.clone()),
        }
    }

    /// Builds a constant as a detached subtree, its tokens without trivia. `rename` gives each symbol its number in `tree`.
    ///
    /// # Errors
    /// `TooLarge`. Panics if the symbol is no constant.
    pub fn build(
        &self,
        tree: &mut Tree,
        symbol: Symbol,
        rename: &impl Fn(Symbol) -> Symbol,
    ) -> Result<Node, EditError> {
        // Rules whose children are being built, each with the children that are complete.
        let mut open: Vec<(Symbol, &[Symbol], Vec<Node>)> = Vec::new();
        let mut next = Some(symbol);
        loop {
            let mut complete = match next.take() {
                None => None,
                Some(symbol) => match self.constants[symbol.index()].as_ref().expect("only constants are built") {
                    Constant::Token(text) => Some(tree.token(rename(symbol), text)?),
                    Constant::Rule { children, .. } => {
                        open.push((symbol, children, Vec::new()));
                        None
                    }
                },
            };
            // Progress: each turn adds a child to the last open rule, closes it, or opens one.
            loop {
                let Some((rule, children, built)) = open.last_mut() else {
                    return Ok(complete.expect("without an open rule the constant is complete"));
                };
                built.extend(complete.take());
                if built.len() < children.len() {
                    next = Some(children[built.len()]);
                    break;
                }
                complete = Some(tree.inner_unchecked(rename(*rule), built));
                open.pop();
            }
        }
    }

    /// The constant that a rule is, as far as constants are known.
    fn constant_rule(&self, rule: Symbol, network: &Network) -> Option<Constant> {
        let mut spelled: Option<(Vec<Symbol>, Vec<Symbol>)> = None;
        // Every path, the preferred first; each is short, and a second string ends the search.
        let mut stack = vec![(network.start(rule)?, Vec::new(), Vec::new())];
        let mut n_paths = 0;
        while let Some((id, children, tokens)) = stack.pop() {
            let state = network.state(id);
            n_paths += 1;
            if tokens.len() > LONGEST || children.len() > LONGEST || n_paths > LONGEST * LONGEST {
                return None;
            }
            for &(symbol, to) in state.transitions.iter().rev() {
                let more = self.tokens(symbol)?;
                stack.push((to, [&children[..], &[symbol]].concat(), [tokens.clone(), more].concat()));
            }
            if state.accepting {
                match &spelled {
                    Some((_, known)) if *known != tokens => return None,
                    Some(_) => {}
                    None => spelled = Some((children, tokens)),
                }
            }
        }
        spelled.map(|(children, tokens)| Constant::Rule { children, tokens })
    }
}
