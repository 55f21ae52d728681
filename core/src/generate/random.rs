//! Random programs: as many tokens as are asked for, none that the parser does not read, and no time lost in depth.
//!
//! As the parser enters a path of rules at once (`automata::decision`), so does this (`descent`): one choice takes an opening,
//! `test or_test … atom NAME`; one more says at which level there is something to come, `or_test → 'or' and_test`, or that all
//! levels end.
//!
//! A budget keeps depth in bounds: a choice is taken only if what is open can then still be closed within it; else the
//! cheapest way is. A program is made of parts, as the start rule repeats them, and each part gets a share of the budget.
//!
//! If the start rule repeats nothing, larger choices are preferred until half of the budget is used.
//!
//! By default all openings of a symbol have the same chance. At each token, everything that is open ends with a chance of
//! one half if it may. A weight multiplies the chance of the uses of a rule or token.

use rustc_hash::FxHashMap;

use super::chance::Chance;
use super::descent::{Builder, Cell, Kind, Range, Role, Stack, repeats};
use super::listing::{ListingError, check_texts};
use super::occurrences::Occurrences;
use super::spell::Speller;
use super::strings::Strings;
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::regex::Terms;

/// What random programs are like.
#[derive(Clone, Debug, PartialEq)]
pub struct Wishes {
    /// The most tokens of a program. If the start rule repeats its parts, a program has nearly as many.
    pub budget: usize,
    /// How much more often than others uses of these rules or tokens are chosen; 0: only where there is no other way.
    pub weights: Vec<(Symbol, f64)>,
}

/// Why there are no random programs.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RandomError {
    /// The start is no rule, or a token has no text.
    #[error(transparent)]
    Grammar(#[from] ListingError),
    /// No program is so short.
    #[error("the shortest program has {shortest} tokens, the budget is {budget}")]
    Budget {
        /// Tokens of the shortest program.
        shortest: usize,
        /// The budget.
        budget: usize,
    },
    /// The weight is no number from 0 on.
    #[error("the weight of {0} is no number from 0 on: {1}")]
    Weight(String, f64),
}

/// Makes random programs of one rule.
#[derive(Debug)]
pub struct RandomPrograms {
    budget: usize,
    /// The stack that a program begins with; 0 if the start rule has no symbols.
    root: u32,
    /// Whether the start rule repeats its parts.
    is_repeated: bool,
    /// `stacks[number]`; number 0 is the empty one.
    stacks: Vec<Stack>,
    /// The choices of all stacks and of all rules.
    cells: Vec<Cell>,
    /// `kinds[symbol]`.
    kinds: Vec<Kind>,
    /// `cheapest[symbol]`: a cheapest string of each symbol.
    cheapest: Vec<Vec<Symbol>>,
    /// `rests[state]`: a cheapest end of the rule.
    rests: Vec<Vec<Symbol>>,
    /// Texts of tokens, one behind the other, each with a blank before it.
    texts: String,
    /// Where a text begins and ends in `texts`.
    spans: Vec<(u32, u32)>,
    /// Bytes of the blank before a text.
    n_blanks: usize,
    /// One step of indentation.
    step: String,
    /// Whether a line end may stand at the end.
    has_lines: bool,
}

/// Different texts of one token.
const N_TEXTS: usize = 61;

/// The least and the most tokens of a part's share of the budget.
const SHARES: (u32, u32) = (4, 96);

/// How often something larger is tried for while a program whose start rule repeats nothing has not half of its budget.
const MOST_TRIES: usize = 3;

impl RandomPrograms {
    /// Prepares programs of the rule `start`. Takes some milliseconds; texts of tokens are chosen by `seed`.
    ///
    /// # Errors
    /// `start` is no rule; a token has no text; no program is as short as the budget; a weight is no weight.
    pub fn new(langlet: &Langlet, start: Symbol, wishes: &Wishes, seed: u64) -> Result<RandomPrograms, RandomError> {
        let grammar = langlet.grammar();
        let network = &langlet.tables().network;
        let Some(first) = network.start(start) else {
            return Err(ListingError::NoRule(grammar.symbols.display(start)).into());
        };
        let occurrences = Occurrences::new(grammar, start);
        let mut speller = Speller::new(langlet);
        check_texts(langlet, &occurrences, &mut speller)?;
        let mut weights = vec![1.0; grammar.symbols.len()];
        for &(symbol, weight) in &wishes.weights {
            if !(weight >= 0.0 && weight.is_finite()) {
                return Err(RandomError::Weight(grammar.symbols.display(symbol), weight));
            }
            weights[symbol.index()] = weight;
        }
        let strings = Strings::new(langlet);
        let is_used = |symbol: Symbol| network.start(symbol).is_none() || occurrences.number(symbol).is_some();
        let write = |symbol| {
            let mut string = Vec::new();
            if is_used(symbol) {
                strings.write(symbol, &mut string);
            }
            string
        };
        let cheapest: Vec<Vec<Symbol>> = grammar.symbols.iter().map(write).collect();
        let rests: Vec<Vec<Symbol>> = network
            .states()
            .map(|(id, state)| {
                let mut string = Vec::new();
                if is_used(state.rule) {
                    strings.write_rest(id, &mut string);
                }
                string
            })
            .collect();
        let shortest = cheapest[start.index()].len();
        if shortest > wishes.budget {
            return Err(RandomError::Budget { shortest, budget: wishes.budget });
        }
        let layout = &grammar.layout;
        let role = |symbol: Symbol| match layout.indent {
            _ if layout.newline.as_ref().is_some_and(|(newline, _)| *newline == symbol) => Role::Newline,
            Some(indent) if indent.indent == symbol => Role::Indent,
            Some(indent) if indent.dedent == symbol => Role::Dedent,
            _ if layout.end.contains(&symbol) => Role::End,
            _ => Role::Text,
        };
        let repeats = repeats(network, first, grammar.symbols.len());
        let kind = |symbol: Symbol| Kind {
            role: role(symbol),
            is_rule: network.start(symbol).is_some(),
            is_repeated: repeats[symbol.index()] && role(symbol) == Role::Text,
            least: cheapest[symbol.index()].len() as u32,
            all: Range::default(),
        };
        let mut builder = Builder {
            network,
            rests: &rests,
            weights: &weights,
            stacks: vec![Stack::empty()],
            cells: Vec::new(),
            numbers: FxHashMap::default(),
            openings: vec![None; weights.len()],
            kinds: grammar.symbols.iter().map(kind).collect(),
        };
        let root = builder.build(first, occurrences.rules().iter().map(|(rule, _)| *rule));
        let Builder { stacks, cells, mut kinds, .. } = builder;
        let blank = if speller.is_trivia(" ") { " " } else { "" };
        let mut chance = Chance::new(seed);
        let (mut texts, mut spans) = (String::new(), Vec::new());
        for (_, automaton) in occurrences.rules() {
            for symbol in automaton.positions().filter_map(|position| automaton.symbol(position)) {
                let kind = &mut kinds[symbol.index()];
                if kind.is_rule || kind.role != Role::Text || kind.all.n > 0 {
                    continue;
                }
                let own = texts_of(langlet, &mut speller, symbol, &mut chance);
                kind.all = Range { first: spans.len() as u32, n: own.len() as u32 };
                for text in own {
                    let start = texts.len() as u32;
                    texts.push_str(blank);
                    texts.push_str(&text);
                    spans.push((start, texts.len() as u32));
                }
            }
        }
        let step = layout.indent.and_then(|indent| grammar.constant_text(indent.indent)).unwrap_or("    ");
        let is_repeated = kinds.iter().any(|kind| kind.is_repeated);
        Ok(RandomPrograms {
            budget: wishes.budget,
            root,
            is_repeated,
            stacks,
            cells,
            kinds,
            cheapest,
            rests,
            texts,
            spans,
            n_blanks: blank.len(),
            step: step.to_owned(),
            has_lines: layout.newline.is_some() || speller.is_trivia("\n"),
        })
    }

    /// A program.
    pub fn program(&self, chance: &mut Chance) -> String {
        let mut text = String::new();
        self.write(chance, &mut text);
        text
    }

    /// Appends a program to the text, with a line end at its end; its number of tokens, end of file aside.
    pub fn write(&self, chance: &mut Chance, text: &mut String) -> usize {
        let mut writer = Writer { programs: self, out: text, depth: 0, is_line_start: true, n_tokens: 0 };
        writer.run(chance);
        writer.n_tokens
    }

    #[inline]
    fn choose(&self, range: Range, chance: &mut Chance) -> &Cell {
        let number = chance.next();
        let column = range.first + (((number >> 32) * u64::from(range.n)) >> 32) as u32;
        let cell = &self.cells[column as usize];
        // Share 0 is never taken.
        if (number as u32) < cell.share { cell } else { &self.cells[cell.other as usize] }
    }
}

/// Texts of a token: the shortest ones, and longer ones by chance.
fn texts_of(langlet: &Langlet, speller: &mut Speller, token: Symbol, chance: &mut Chance) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let kind = langlet.tables().terminals.number(token);
    if langlet.grammar().constant_text(token).is_some() {
        return vec![speller.text(token, 0)];
    }
    let n_short = if langlet.lexer().kind_of("a") == kind { 26 } else { 5 };
    found.extend((0..n_short).map(|number| speller.text(token, number)));
    let mut terms = Terms::new();
    if let Some(whole) = super::spell::texts(&mut terms, langlet, token) {
        for _ in 0..4 * N_TEXTS {
            if found.len() >= N_TEXTS {
                break;
            }
            // A few characters by chance, then the shortest end.
            let (mut term, mut text) = (whole, Vec::new());
            for _ in 0..2 + chance.below(7) {
                let bytes: Vec<u8> =
                    terms.first_bytes(term).iter().filter(|byte| (b' '..=b'~').contains(byte)).collect();
                if bytes.is_empty() || text.len() > 2 && terms.nullable(term) && chance.below(4) == 0 {
                    break;
                }
                let letters: Vec<u8> = bytes.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
                let among = if letters.is_empty() || chance.below(6) == 0 { &bytes } else { &letters };
                let byte = among[chance.below(among.len() as u32) as usize];
                let next = terms.derivative(term, byte);
                if terms.is_empty(next) {
                    continue;
                }
                text.push(byte);
                term = next;
            }
            text.extend(terms.shortest(term).unwrap_or_default());
            if let Ok(text) = String::from_utf8(text)
                && langlet.lexer().kind_of(&text) == kind
            {
                found.push(text);
            }
        }
    }
    found
}

/// Writes one program.
struct Writer<'a> {
    programs: &'a RandomPrograms,
    out: &'a mut String,
    depth: usize,
    is_line_start: bool,
    n_tokens: usize,
}

impl Writer<'_> {
    fn run(&mut self, chance: &mut Chance) {
        let programs = self.programs;
        let mut frames = Vec::with_capacity(64);
        frames.extend((programs.root != 0).then_some(programs.root));
        let mut is_root_open = true;
        // The fewest tokens that close all frames.
        let mut open = programs.stacks[programs.root as usize].least as usize;
        let budget = programs.budget;
        // Up to where the current part may go.
        let mut limit = budget;
        // Progress: a frame ends, or a token is written, or a rule is opened, which begins with a token or ends; and tokens are
        // bounded by the budget.
        while let Some(&number) = frames.last() {
            let stack = &programs.stacks[number as usize];
            let is_root = is_root_open && frames.len() == 1;
            let is_hungry = !programs.is_repeated && 2 * (self.n_tokens + open) < budget;
            let cell = if is_root {
                limit = budget;
                // A program goes on as long as its budget lets it.
                let goes_on = stack.parts.n > 0 && self.n_tokens + open < budget;
                programs.choose(if goes_on { stack.parts } else { stack.choices }, chance)
            } else {
                let mut cell = programs.choose(stack.choices, chance);
                // Something to come behind a token is growth, too, such as an element behind a separator.
                let comes = |cell: &Cell| programs.stacks[cell.stack as usize].least > 0;
                let is_rule = |symbol: Symbol| programs.kinds[symbol.index()].is_rule;
                let grows = |cell: &Cell| cell.symbol.is_some_and(|symbol| is_rule(symbol) || comes(cell));
                let mut tries = if is_hungry { MOST_TRIES } else { 0 };
                while tries > 0 && !grows(cell) {
                    cell = programs.choose(stack.choices, chance);
                    tries -= 1;
                }
                cell
            };
            let Some(symbol) = cell.symbol else {
                open -= stack.least as usize;
                frames.pop();
                is_root_open &= !is_root;
                continue;
            };
            let kind = &programs.kinds[symbol.index()];
            let around = open - stack.least as usize + programs.stacks[cell.stack as usize].least as usize;
            let is_blank_line = self.is_line_start && kind.role == Role::Newline;
            if is_blank_line || self.n_tokens + around + kind.least as usize > limit {
                // What is open ends in the cheapest way.
                open -= stack.least as usize;
                frames.pop();
                is_root_open &= !is_root;
                self.close(number, chance);
                continue;
            }
            open = around;
            if cell.stack == 0 {
                frames.pop();
                is_root_open &= !is_root;
            } else if let Some(top) = frames.last_mut() {
                *top = cell.stack;
            }
            if is_root && kind.is_repeated {
                let share = SHARES.0 + chance.below(SHARES.1 - SHARES.0);
                limit = budget.min(self.n_tokens + open + kind.least as usize + share as usize);
            }
            if kind.is_rule {
                open += self.enter(symbol, limit - open, is_hungry, &mut frames, chance);
            } else {
                self.token(symbol, chance);
            }
        }
        if !self.is_line_start && programs.has_lines {
            self.out.push('\n');
        }
    }

    /// Opens a rule within so many tokens of the program: writes its first token. The fewest tokens that close what is open now.
    #[inline]
    fn enter(
        &mut self,
        rule: Symbol,
        limit: usize,
        is_hungry: bool,
        frames: &mut Vec<u32>,
        chance: &mut Chance,
    ) -> usize {
        let programs = self.programs;
        let (mut rule, mut own) = (rule, 0);
        // Progress: without left recursion a rule is opened once.
        loop {
            let kind = &programs.kinds[rule.index()];
            let needs = |cell: &Cell| {
                let first = cell.symbol.map_or(0, |first| programs.kinds[first.index()].least);
                (programs.stacks[cell.stack as usize].least + first) as usize
            };
            let mut opening = programs.choose(kind.all, chance);
            for _ in 0..if is_hungry { MOST_TRIES } else { 0 } {
                let other = programs.choose(kind.all, chance);
                opening = if needs(other) > needs(opening) { other } else { opening };
            }
            let first = opening.symbol.map(|first| &programs.kinds[first.index()]);
            let is_blank_line = self.is_line_start && first.is_some_and(|first| first.role == Role::Newline);
            if is_blank_line || self.n_tokens + own + needs(opening) > limit {
                for &token in &programs.cheapest[rule.index()] {
                    self.token(token, chance);
                }
                return own;
            }
            own += programs.stacks[opening.stack as usize].least as usize;
            if opening.stack != 0 {
                frames.push(opening.stack);
            }
            match (opening.symbol, first) {
                (Some(symbol), Some(first)) if first.is_rule => rule = symbol,
                (Some(symbol), _) => {
                    self.token(symbol, chance);
                    return own;
                }
                _ => return own,
            }
        }
    }

    /// Ends all rules of a stack in the cheapest way.
    fn close(&mut self, number: u32, chance: &mut Chance) {
        let programs = self.programs;
        let mut at = number;
        while at != 0 {
            let stack = &programs.stacks[at as usize];
            for &token in &programs.rests[stack.state.index()] {
                self.token(token, chance);
            }
            at = stack.outer;
        }
    }

    #[inline]
    fn token(&mut self, token: Symbol, chance: &mut Chance) {
        let programs = self.programs;
        let kind = &programs.kinds[token.index()];
        self.n_tokens += 1;
        match kind.role {
            Role::Text => {
                let number = if kind.all.n == 1 { 0 } else { chance.below(kind.all.n) };
                let (start, end) = programs.spans[(kind.all.first + number) as usize];
                if self.is_line_start {
                    (0..self.depth).for_each(|_| self.out.push_str(&programs.step));
                    self.out.push_str(&programs.texts[start as usize + programs.n_blanks..end as usize]);
                    self.is_line_start = false;
                } else {
                    self.out.push_str(&programs.texts[start as usize..end as usize]);
                }
            }
            Role::Newline => {
                self.out.push('\n');
                self.is_line_start = true;
            }
            Role::Indent => self.depth += 1,
            Role::Dedent => self.depth = self.depth.saturating_sub(1),
            Role::End => {}
        }
    }
}
