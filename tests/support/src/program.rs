//! Random programs of a langlet: a walk through the network of its rules, and texts for the tokens met on the way.

use langlet_core::Langlet;
use langlet_core::automata::{Network, StateId};
use langlet_core::grammar::{Symbol, SymbolKind};
use langlet_core::regex::Terms;

/// Makes programs of one langlet.
pub struct Programs {
    langlet: Langlet,
    /// `costs[state]`: the fewest tokens and rules from there to the end of its rule.
    costs: Vec<u32>,
    /// `texts[symbol]`: up to three texts of a token.
    texts: Vec<Vec<String>>,
    /// What may stand between two tokens.
    pub blanks: Vec<&'static str>,
    /// What may stand before the end of a line, and between the lines.
    pub line_ends: Vec<&'static str>,
}

/// Decides for a walk. When all choices are used, everything is decided by the shortest way.
struct Choices<'a>(std::slice::Iter<'a, u8>);

impl Choices<'_> {
    fn below(&mut self, n: usize) -> Option<usize> {
        self.0.next().map(|&byte| usize::from(byte) % n)
    }
}

impl Programs {
    /// Finds shortest derivations and texts of tokens.
    pub fn new(langlet: &Langlet) -> Programs {
        let costs = costs(langlet.grammar().symbols.len(), &langlet.tables().network);
        let (blanks, line_ends) = (vec![" "], vec!["\n"]);
        Programs { costs, texts: texts(langlet), langlet: langlet.clone(), blanks, line_ends }
    }

    /// The same with other trivia: what may stand between two tokens, and what before and at the end of a line.
    #[must_use]
    pub fn with_trivia(self, blanks: &[&'static str], line_ends: &[&'static str]) -> Programs {
        Programs { blanks: blanks.to_vec(), line_ends: line_ends.to_vec(), ..self }
    }

    /// A token string of the rule.
    pub fn tokens(&self, rule: Symbol, choices: &[u8]) -> Vec<Symbol> {
        self.walk(rule, &mut Choices(choices.iter()))
    }

    /// A program: the text of a random derivation of the start rule.
    pub fn program(&self, choices: &[u8]) -> String {
        let choices = &mut Choices(choices.iter());
        let half = choices.0.len() / 2;
        let (mut walk, mut spell) =
            (Choices(choices.0.as_slice()[..half].iter()), Choices(choices.0.as_slice()[half..].iter()));
        let tokens = self.walk(self.langlet.start(), &mut walk);
        self.spell(&tokens, &mut spell)
    }

    fn walk(&self, rule: Symbol, choices: &mut Choices<'_>) -> Vec<Symbol> {
        let network = &self.langlet.tables().network;
        let newline = self.langlet.grammar().layout.newline.as_ref().map(|(symbol, _)| *symbol);
        let mut tokens: Vec<Symbol> = Vec::new();
        let mut stack = vec![network.start(rule).expect("a program is of a rule")];
        while let Some(id) = stack.pop() {
            let state = network.state(id);
            // A line end on a line without tokens is trivia, so none can stand there.
            let is_blank = tokens.last().is_none_or(|&last| self.is_line_start(last));
            let mut ways: Vec<(Symbol, StateId)> = state.transitions.clone();
            ways.retain(|&(symbol, _)| !(is_blank && Some(symbol) == newline));
            let n = ways.len() + usize::from(state.accepting);
            let way = match choices.below(n) {
                Some(way) => ways.get(way).copied(),
                None if state.accepting => None,
                None => ways.iter().copied().min_by_key(|&(symbol, to)| self.cost(symbol) + self.costs[to.index()]),
            };
            let Some((symbol, to)) = way else { continue };
            stack.push(to);
            match network.start(symbol) {
                Some(start) => stack.push(start),
                None => tokens.push(symbol),
            }
        }
        tokens
    }

    fn cost(&self, symbol: Symbol) -> u32 {
        self.langlet.tables().network.start(symbol).map_or(1, |start| 1 + self.costs[start.index()])
    }

    fn is_line_start(&self, symbol: Symbol) -> bool {
        let layout = &self.langlet.grammar().layout;
        let is_indent = layout.indent.is_some_and(|indent| [indent.indent, indent.dedent].contains(&symbol));
        is_indent || layout.newline.as_ref().is_some_and(|(newline, _)| *newline == symbol)
    }

    fn spell(&self, tokens: &[Symbol], choices: &mut Choices<'_>) -> String {
        let layout = &self.langlet.grammar().layout;
        let mut out = String::new();
        let mut depth = 0;
        let mut fresh = true;
        for &token in tokens {
            if layout.indent.is_some_and(|indent| indent.indent == token) {
                depth += 1;
            } else if layout.indent.is_some_and(|indent| indent.dedent == token) {
                depth -= 1;
            } else if layout.newline.as_ref().is_some_and(|(newline, _)| *newline == token) {
                out.push_str(self.line_ends[choices.below(self.line_ends.len()).unwrap_or(0)]);
                fresh = true;
            } else if !layout.end.contains(&token) {
                if fresh {
                    out.push_str(&"    ".repeat(depth));
                } else {
                    out.push_str(self.blanks[choices.below(self.blanks.len()).unwrap_or(0)]);
                }
                let texts = &self.texts[token.index()];
                out.push_str(&texts[choices.below(texts.len()).unwrap_or(0)]);
                fresh = false;
            }
        }
        out
    }
}

/// The fewest tokens and rules from each state to the end of its rule, by a fixed point.
fn costs(n_symbols: usize, network: &Network) -> Vec<u32> {
    const NONE: u32 = u32::MAX / 4;
    let mut costs = vec![NONE; network.n_states()];
    let mut rules = vec![NONE; n_symbols];
    loop {
        let mut changed = false;
        for (id, state) in network.states() {
            let ways = state.transitions.iter().map(|&(symbol, to)| {
                let own = if network.start(symbol).is_some() { rules[symbol.index()].saturating_add(1) } else { 1 };
                own.saturating_add(costs[to.index()])
            });
            let best = if state.accepting { 0 } else { ways.min().unwrap_or(NONE) };
            if best < costs[id.index()] {
                costs[id.index()] = best;
                changed = true;
            }
            if network.start(state.rule) == Some(id) {
                rules[state.rule.index()] = costs[id.index()];
            }
        }
        if !changed {
            return costs;
        }
    }
}

/// Short texts of each token that the lexer reads as that token.
fn texts(langlet: &Langlet) -> Vec<Vec<String>> {
    let grammar = langlet.grammar();
    let mut terms = Terms::new();
    let mut taken = terms.union([]);
    for literal in grammar.used_literals() {
        let literal = terms.literal(grammar.symbols.name(literal).as_bytes());
        taken = terms.union([taken, literal]);
    }
    let mut texts = vec![Vec::new(); grammar.symbols.len()];
    for symbol in grammar.symbols.iter().filter(|&symbol| grammar.symbols.kind(symbol) == SymbolKind::Literal) {
        texts[symbol.index()].push(grammar.symbols.name(symbol).to_owned());
    }
    for symbol in &grammar.token_order {
        let Some(token) = grammar.tokens.get(symbol) else { continue };
        let term = terms.parse(&token.pattern).expect("the langlet has been loaded");
        for _ in 0..3 {
            let free = terms.complement(taken);
            let rest = terms.intersect(term, free);
            let Some(text) = terms.shortest(rest) else { break };
            let this = terms.literal(&text);
            taken = terms.union([taken, this]);
            texts[symbol.index()].push(String::from_utf8(text).expect("tokens are texts"));
        }
        taken = terms.union([taken, term]);
    }
    texts
}
