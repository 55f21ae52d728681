//! Negatives: texts close to programs that are none, with what is wrong and the proof.
//!
//! Each part of a listing is spoiled in one place: a token is left out, put in, taken for another, or two change places; or a rule
//! is derived by a production that it does not have. Most of what comes out has two tokens side by side that no program has side by
//! side, or begins or ends as none does, and that is proof enough. The others are judged by a recognizer that follows all
//! derivations; those that are programs all the same are dropped:
//!
//! ```text
//! [a, b]      without 'a'    [, b]     '[' ',' are never neighbors
//!             'a' twice      [a a, b]  NAME NAME are never neighbors
//!             without ','    [a b]     …
//!             without 'b'    [a, ]     a program: dropped
//! ```
//!
//! What is judged are the tokens that the lexer makes of the text, so the proof is one of the text.
//!
//! Source: word and rule mutation, Raselimo, Taljaard and Fischer (2019).

use rustc_hash::FxHashSet;

use super::embed::Embedding;
use super::listing::{ListingError, listing};
use super::occurrences::Occurrences;
use super::occurrences::Production;
use super::spell::Speller;
use super::strings::Strings;
use super::usage::Goal;
use crate::automata::neighbors::Neighbors;
use crate::automata::recognize::recognizes;
use crate::automata::{Position, Terminal};
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::lexer::Token;
use crate::span::Span;

/// A text that is no program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Negative {
    /// The text.
    pub text: String,
    /// How it was made.
    pub flaw: Flaw,
    /// Why it is no program.
    pub proof: NegativeProof,
}

/// How a program was spoiled. Tokens and symbols as the notation writes them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaw {
    /// A token was left out.
    Deleted(String),
    /// A token was put in.
    Inserted(String),
    /// A token was taken for another.
    Substituted(String, String),
    /// Two tokens changed places.
    Swapped(String, String),
    /// A rule was derived by a production that it does not have: the rule, and what was done to the production.
    Rule(String, Box<Flaw>),
}

/// Why a text is no program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NegativeProof {
    /// No program begins with this token.
    Begin(String),
    /// In no program do these two stand side by side; the place of the second in the text.
    Neighbors(String, String, Span),
    /// No program ends with this token.
    End(String),
    /// No derivation reads it to its end; all were followed.
    Derivations,
}

impl std::fmt::Display for Flaw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Flaw::Deleted(token) => write!(f, "without {token}"),
            Flaw::Inserted(token) => write!(f, "with {token} put in"),
            Flaw::Substituted(token, other) => write!(f, "with {other} for {token}"),
            Flaw::Swapped(token, other) => write!(f, "with {token} behind {other}"),
            Flaw::Rule(rule, flaw) => write!(f, "{rule} {flaw}"),
        }
    }
}

impl std::fmt::Display for NegativeProof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NegativeProof::Begin(token) => write!(f, "no program begins with {token}"),
            NegativeProof::Neighbors(left, right, _) => write!(f, "{left} {right} are never neighbors"),
            NegativeProof::End(token) => write!(f, "no program ends with {token}"),
            NegativeProof::Derivations => write!(f, "no derivation reads it"),
        }
    }
}

/// What may stand side by side in the programs of a rule.
#[derive(Debug)]
pub struct NeighborPairs<'a> {
    langlet: &'a Langlet,
    start: Symbol,
    sets: Neighbors,
}

impl<'a> NeighborPairs<'a> {
    /// Finds the pairs of all rules. `start` must be a rule.
    pub fn new(langlet: &'a Langlet, start: Symbol) -> NeighborPairs<'a> {
        NeighborPairs { langlet, start, sets: Neighbors::new(langlet.grammar(), langlet.tables()) }
    }

    /// The kinds of tokens that programs have, as numbers.
    fn tokens(&self) -> Vec<Terminal> {
        let terminals = &self.langlet.tables().terminals;
        let occurrences = Occurrences::new(self.langlet.grammar(), self.start);
        let symbols = occurrences.rules().iter().flat_map(|(_, automaton)| {
            automaton.positions().filter_map(|at| automaton.symbol(at)).collect::<Vec<Symbol>>()
        });
        let mut tokens: Vec<Terminal> = symbols.filter_map(|symbol| terminals.number(symbol)).collect();
        tokens.sort_unstable();
        tokens.dedup();
        tokens
    }

    /// Number of pairs of kinds of tokens that stand side by side in some program, and of all pairs of the kinds that programs have.
    pub fn count(&self) -> (usize, usize) {
        let tokens = self.tokens();
        let are = |left: Terminal| tokens.iter().filter(|&&right| self.may_be(left, right)).count();
        (tokens.iter().map(|&left| are(left)).sum(), tokens.len().pow(2))
    }

    fn may_be(&self, left: Terminal, right: Terminal) -> bool {
        let terminals = &self.langlet.tables().terminals;
        let n = self.sets.n_tokens;
        // A grammar too large for the sets has no proof of this kind.
        let Some(pairs) = self.sets.pairs.get(self.start.index()) else { return true };
        let mut all =
            terminals.readings(left).flat_map(|left| terminals.readings(right).map(move |right| (left, right)));
        all.any(|(left, right)| pairs.contains(usize::from(left) * n + usize::from(right)))
    }

    /// Why these tokens are no program; `None` if nothing in them is impossible.
    fn proof(&self, tokens: &[Token]) -> Option<NegativeProof> {
        let (grammar, terminals) = (self.langlet.grammar(), &self.langlet.tables().terminals);
        let name = |kind: Terminal| terminals.symbol(kind).map_or(String::new(), |s| grammar.symbols.display(s));
        let (first, last) = (tokens.first()?, tokens.last()?);
        let index = self.start.index();
        if !terminals.readings(first.kind).any(|kind| self.sets.first[index].contains(usize::from(kind))) {
            return Some(NegativeProof::Begin(name(first.kind)));
        }
        let mut pairs = tokens.windows(2);
        if let Some(pair) = pairs.find(|pair| !self.may_be(pair[0].kind, pair[1].kind)) {
            let span = Span::new(pair[1].start, pair[1].end);
            return Some(NegativeProof::Neighbors(name(pair[0].kind), name(pair[1].kind), span));
        }
        let ends = terminals.readings(last.kind).any(|kind| self.sets.last[index].contains(usize::from(kind)));
        (!ends).then(|| NegativeProof::End(name(last.kind)))
    }
}

/// Negatives close to the parts of a readable listing, each text once, in the order of the listing.
///
/// # Errors
/// There is no listing.
pub fn negatives(langlet: &Langlet, start: Symbol) -> Result<Vec<Negative>, ListingError> {
    let listing = listing(langlet, start, Goal::Occurrences, false)?;
    let pairs = NeighborPairs::new(langlet, start);
    let tokens = pairs.tokens();
    let speller = Speller::new(langlet);
    let mut maker =
        Maker { langlet, start, pairs, tokens, turn: 0, speller, seen: FxHashSet::default(), found: Vec::new() };
    let productions: Vec<Production> =
        listing.programs.iter().flat_map(|program| program.productions.clone()).collect();
    for program in &listing.programs {
        for text in parts(langlet, start, &program.tree) {
            let Ok(tree) = langlet.parse_as(start, text) else { continue };
            let symbols: Vec<Symbol> = tree.leaves(tree.root()).map(|leaf| tree.symbol(leaf)).collect();
            maker.spoil_words(&symbols);
        }
    }
    maker.spoil_rules(&productions);
    Ok(maker.found)
}

/// The nodes below the root that are programs by themselves; the whole program, if there is no such node.
fn parts(langlet: &Langlet, start: Symbol, tree: &crate::cst::Tree) -> Vec<String> {
    let children = tree.children(tree.root()).filter(|&child| !tree.is_token(child));
    let texts = children.map(|child| tree.text_of(child));
    let found: Vec<String> = texts.filter(|text| langlet.parse_as(start, text.as_str()).is_ok()).collect();
    if found.is_empty() { vec![tree.unparse()] } else { found }
}

/// Collects negatives.
struct Maker<'a> {
    langlet: &'a Langlet,
    start: Symbol,
    pairs: NeighborPairs<'a>,
    /// The tokens that are put in, in turns.
    tokens: Vec<Terminal>,
    turn: usize,
    speller: Speller,
    seen: FxHashSet<String>,
    found: Vec<Negative>,
}

impl Maker<'_> {
    fn name(&self, symbol: Symbol) -> String {
        self.langlet.grammar().symbols.display(symbol)
    }

    /// The next token in turn, not the one that stands there.
    fn other(&mut self, own: Option<Symbol>) -> Option<Symbol> {
        let terminals = &self.langlet.tables().terminals;
        for _ in 0..self.tokens.len() {
            self.turn += 1;
            let symbol = terminals.symbol(self.tokens[self.turn % self.tokens.len()]);
            if symbol != own && symbol.is_some_and(|symbol| !self.langlet.grammar().is_layout(symbol)) {
                return symbol;
            }
        }
        None
    }

    /// Spoils a program in each place in each way.
    fn spoil_words(&mut self, symbols: &[Symbol]) {
        let ends = self.langlet.grammar().layout.end.clone();
        let own = symbols.len() - if symbols.ends_with(&ends) { ends.len() } else { usize::from(!ends.is_empty()) };
        let (body, end) = symbols.split_at(own.min(symbols.len()));
        let end = &end[end.len().saturating_sub(1)..];
        for at in 0..=body.len() {
            let (before, behind) = body.split_at(at);
            if let Some(other) = self.other(None) {
                let flaw = Flaw::Inserted(self.name(other));
                self.judge(&[before, &[other], behind, end].concat(), flaw);
            }
            let Some((&token, behind)) = behind.split_first() else { continue };
            self.judge(&[before, behind, end].concat(), Flaw::Deleted(self.name(token)));
            if let Some(other) = self.other(Some(token)) {
                let flaw = Flaw::Substituted(self.name(token), self.name(other));
                self.judge(&[before, &[other], behind, end].concat(), flaw);
            }
            if let Some((&next, behind)) = behind.split_first().filter(|(next, _)| **next != token) {
                let flaw = Flaw::Swapped(self.name(token), self.name(next));
                self.judge(&[before, &[next, token], behind, end].concat(), flaw);
            }
        }
    }

    /// Derives each rule by productions that it does not have.
    fn spoil_rules(&mut self, productions: &[Production]) {
        let langlet = self.langlet;
        let (occurrences, strings) = (Occurrences::new(langlet.grammar(), self.start), Strings::new(langlet));
        let embedding = Embedding::new(&occurrences, &strings);
        let network = &langlet.tables().network;
        for production in productions {
            let Some(automaton) = occurrences.automaton(production.rule) else { continue };
            let symbol = |at: &Position| automaton.symbol(*at);
            let symbols: Vec<Symbol> = production.trace.iter().filter_map(symbol).collect();
            for (spoiled, flaw) in self.spoiled(&symbols) {
                if network.derives(production.rule, spoiled.iter().copied()) {
                    continue;
                }
                let mut string = Vec::new();
                spoiled.iter().for_each(|&symbol| strings.write(symbol, &mut string));
                let Some(part) = embedding.part(production.rule, string) else { continue };
                let programs = embedding.programs(std::slice::from_ref(&part));
                let Some(program) = programs.into_iter().find(|parts| parts.iter().any(|(_, own)| own.is_some()))
                else {
                    continue;
                };
                let tokens: Vec<Symbol> = program.into_iter().flat_map(|(tokens, _)| tokens).collect();
                let rule = langlet.grammar().symbols.name(production.rule).to_owned();
                self.judge(&tokens, Flaw::Rule(rule, Box::new(flaw)));
            }
        }
    }

    /// A production without each of its symbols, and with each two neighbors in the other order.
    fn spoiled(&self, symbols: &[Symbol]) -> Vec<(Vec<Symbol>, Flaw)> {
        let mut found = Vec::new();
        for at in 0..symbols.len() {
            let (before, behind) = (&symbols[..at], &symbols[at + 1..]);
            found.push(([before, behind].concat(), Flaw::Deleted(self.name(symbols[at]))));
            if let Some((&next, behind)) = behind.split_first().filter(|(next, _)| **next != symbols[at]) {
                let flaw = Flaw::Swapped(self.name(symbols[at]), self.name(next));
                found.push(([before, &[next, symbols[at]], behind].concat(), flaw));
            }
        }
        found
    }

    /// Adds the text of the tokens, if it is read as these tokens and is no program.
    fn judge(&mut self, symbols: &[Symbol], flaw: Flaw) {
        let (text, _) = self.speller.plain(symbols);
        let Ok(tokens) = self.langlet.tokens(&text) else { return };
        if !self.are_read(&tokens, symbols) {
            return;
        }
        let proof = self.pairs.proof(&tokens).or_else(|| {
            let terminals = &self.langlet.tables().terminals;
            let is_read = |at: usize, symbol: Symbol| {
                terminals.readings(tokens[at].kind).any(|kind| terminals.symbol(kind) == Some(symbol))
            };
            let network = &self.langlet.tables().network;
            // Where the rule does not ask for them, the layout tokens at the end are left out.
            let is_layout = |token: &Token| {
                terminals.symbol(token.kind).is_some_and(|symbol| self.langlet.grammar().is_layout(symbol))
            };
            let n_layout = match self.start == self.langlet.start() {
                true => 0,
                false => tokens.iter().rev().take_while(|token| is_layout(token)).count(),
            };
            let mut lengths = tokens.len() - n_layout..=tokens.len();
            let is_program = lengths.any(|length| recognizes(network, self.start, length, &is_read));
            (!is_program).then_some(NegativeProof::Derivations)
        });
        if let Some(proof) = proof
            && self.seen.insert(text.clone())
        {
            self.found.push(Negative { text, flaw, proof });
        }
    }

    /// Whether the lexer makes these tokens of the text, but for those of the end of a file.
    fn are_read(&self, tokens: &[Token], symbols: &[Symbol]) -> bool {
        let (terminals, grammar) = (&self.langlet.tables().terminals, self.langlet.grammar());
        let is_end = |symbol: Symbol| grammar.layout.end.contains(&symbol);
        let n = symbols.iter().rposition(|&symbol| !is_end(symbol)).map_or(0, |last| last + 1);
        let symbol = |token: &Token| terminals.symbol(token.kind);
        tokens.len() >= n
            && tokens.iter().zip(&symbols[..n]).all(|(token, &wanted)| symbol(token) == Some(wanted))
            && tokens[n..].iter().all(|token| symbol(token).is_some_and(|s| is_end(s) || grammar.is_layout(s)))
    }
}
