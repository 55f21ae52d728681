//! Listings: programs that use every occurrence, every transition or every pair of a grammar, a short part for each production.
//!
//! Of each rule a smallest set of traces is taken (`cover`); each is filled with the cheapest strings, embedded into a part of
//! a program (`embed`), and written with names that begin anew in each part, so that a change of the grammar changes
//! the parts that it concerns. A production that an earlier part has as well gets no part of its own:
//!
//! ```text
//! stmt: NAME '=' list         a = []        stmt: NAME '=' list
//! list: '[' [item] ']'        a = [b]       list: '[' item ']'   (the other one is above)
//! ```
//!
//! What a listing uses is measured on the trees that the parser makes of it.

use std::collections::BTreeSet;

use super::cover::{Criterion, cover};
use super::embed::{Embedding, Part};
use super::kpath;
use super::occurrences::{Occurrences, Production};
use super::spell::Speller;
use super::strings::{Contexts, Strings};
use super::traces::Trace;
use super::usage::{Goal, Item, Usage};
use crate::automata::Position;
use crate::cst::Tree;
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// Programs that together use what was asked for.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The programs; one, if the start rule repeats its parts.
    pub programs: Vec<Program>,
    /// Productions for which no text was found that the parser reads as them: an earlier alternative takes it, or the
    /// layout does not allow it.
    pub unwritten: Vec<Production>,
}

/// One program of a listing.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its tree; the text is `tree.unparse()`.
    pub tree: Tree,
    /// The productions for which its parts were made, in the order of the text.
    pub productions: Vec<Production>,
}

/// Why there is no listing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListingError {
    /// No text is read as a token.
    #[error("no text is read as the token {0}: all that its regex matches is a keyword or an earlier token")]
    NoText(String),
    /// There is nothing in the langlet to write a comment with.
    #[error("the langlet {0} has no comments")]
    NoComments(String),
    /// No program is read as it was made.
    #[error("the parser does not read the listing as it was made: `{0}`")]
    NotRead(String),
    /// The name is no rule.
    #[error("`{0}` is a token, not a rule")]
    NoRule(String),
}

impl Listing {
    /// Number of tokens of all programs, those of the layout included.
    pub fn n_tokens(&self) -> usize {
        self.programs.iter().map(|program| program.tree.leaves(program.tree.root()).count()).sum()
    }

    /// What the programs use.
    pub fn usage<'a>(&self, occurrences: &'a Occurrences) -> Usage<'a> {
        let mut usage = Usage::new(occurrences);
        self.programs.iter().for_each(|program| usage.add(&program.tree, program.tree.root()));
        usage
    }
}

/// Makes the listing. `comments` asks for a comment before each part that names its production.
///
/// The start rule itself is covered by occurrence, whatever the goal: a program has only one trace of it.
///
/// # Errors
/// `start` is no rule, a token has no text, or there is nothing to write comments with.
pub fn listing(langlet: &Langlet, start: Symbol, goal: Goal, comments: bool) -> Result<Listing, ListingError> {
    make(langlet, start, comments, |maker, strings| maker.add_goal(strings, goal))
}

/// The same for all k-paths by symbol, see [`kpath`].
///
/// # Errors
/// As [`listing`].
pub fn listing_of_paths(langlet: &Langlet, start: Symbol, k: usize, comments: bool) -> Result<Listing, ListingError> {
    make(langlet, start, comments, |maker, _| maker.paths(k))
}

/// A listing in which each part is a program of its own, as short as one with this part can be: so that parts can be tried
/// one by one. It has a program for each production of the start rule, too.
///
/// # Errors
/// `start` is no rule, or a token has no text.
pub fn parts_listing(langlet: &Langlet, start: Symbol, goal: Goal) -> Result<Listing, ListingError> {
    let (occurrences, mut speller) = prepare(langlet, start)?;
    let strings = Strings::new(langlet);
    let embedding = Embedding::new(&occurrences, &strings);
    let contexts = Contexts::new(&strings, start);
    let mut maker = Maker::new(&occurrences, &embedding, Speller::new(langlet));
    maker.add_goal(&strings, goal);
    let Maker { parts, unwritten, .. } = maker;
    let mut listing = Listing { programs: Vec::new(), unwritten };
    let mut strings_of_start = Vec::new();
    for (part, production) in parts {
        let string = match part.position {
            Some(position) => {
                let (around, place) = embedding.trace_through(start, position);
                Some(embedding.string(start, &around, Some((place, &part.tokens))))
            }
            None => contexts.wrap(part.rule, part.tokens),
        };
        strings_of_start.push((string, production));
    }
    let automaton = occurrences.automaton(start).expect("a start is a rule");
    let weight = |position| automaton.symbol(position).map_or(0, |symbol| strings.cost(symbol).into());
    for trace in cover(automaton, goal.criterion(), weight) {
        let string = embedding.string(start, &trace, None);
        strings_of_start.push((Some(string), Production { rule: start, trace }));
    }
    let mut seen = BTreeSet::new();
    for (string, production) in strings_of_start {
        match string.and_then(|string| speller.tree(start, &string)) {
            Some(tree) if !seen.insert(tree.unparse()) => {}
            Some(tree) => listing.programs.push(Program { tree, productions: vec![production] }),
            None => listing.unwritten.push(production),
        }
    }
    Ok(listing)
}

/// The occurrences, and what writes texts; each token has one.
pub(crate) fn prepare(langlet: &Langlet, start: Symbol) -> Result<(Occurrences, Speller), ListingError> {
    if langlet.grammar().rhs(start).is_none() {
        return Err(ListingError::NoRule(langlet.grammar().symbols.display(start)));
    }
    let (occurrences, mut speller) = (Occurrences::new(langlet.grammar(), start), Speller::new(langlet));
    check_texts(langlet, &occurrences, &mut speller)?;
    Ok((occurrences, speller))
}

fn make(
    langlet: &Langlet,
    start: Symbol,
    comments: bool,
    add_parts: impl FnOnce(&mut Maker<'_>, &Strings),
) -> Result<Listing, ListingError> {
    let grammar = langlet.grammar();
    let (occurrences, speller) = prepare(langlet, start)?;
    let strings = Strings::new(langlet);
    let comment = match comments {
        true => {
            Some(Comment::new(langlet, &speller).ok_or_else(|| ListingError::NoComments(grammar.name.to_string()))?)
        }
        false => None,
    };
    let embedding = Embedding::new(&occurrences, &strings);
    let mut maker = Maker::new(&occurrences, &embedding, speller);
    add_parts(&mut maker, &strings);
    let Maker { parts, mut unwritten, mut speller, .. } = maker;
    let (parts, productions): (Vec<Part>, Vec<Production>) = parts.into_iter().unzip();
    let (mut programs, mut unread) = (Vec::new(), None);
    for program in embedding.programs(&parts) {
        let tokens: Vec<&[Symbol]> = program.iter().map(|(tokens, _)| &tokens[..]).collect();
        let own = program.iter().map(|(_, number)| number.map(|number| productions[number].clone()));
        let before: Vec<String> = own
            .clone()
            .map(|own| match (&comment, own) {
                (Some(comment), Some(own)) => comment.line(&own.display(&occurrences, grammar)),
                _ => String::new(),
            })
            .collect();
        let productions: Vec<Production> = own.flatten().collect();
        match speller.tree_of_parts(start, &tokens, &before) {
            Some(tree) => programs.push(Program { tree, productions }),
            None if productions.is_empty() => {
                let automaton = occurrences.automaton(start).expect("a start is a rule");
                let trace =
                    automaton.positions().filter(|&at| automaton.symbol(at) == tokens.concat().first().copied());
                unwritten.push(Production { rule: start, trace: trace.take(1).collect() });
            }
            None => {
                unread.get_or_insert_with(|| speller.plain(&tokens.concat()).0);
                unwritten.extend(productions);
            }
        }
    }
    match unread {
        Some(text) if programs.is_empty() => Err(ListingError::NotRead(text)),
        _ => Ok(Listing { programs, unwritten }),
    }
}

/// That each token has a text.
pub(crate) fn check_texts(
    langlet: &Langlet,
    occurrences: &Occurrences,
    speller: &mut Speller,
) -> Result<(), ListingError> {
    for (_, automaton) in occurrences.rules() {
        for symbol in automaton.positions().filter_map(|position| automaton.symbol(position)) {
            if langlet.grammar().rhs(symbol).is_none() && !speller.has_text(symbol) {
                return Err(ListingError::NoText(langlet.grammar().symbols.display(symbol)));
            }
        }
    }
    Ok(())
}

/// Collects the parts.
struct Maker<'a> {
    occurrences: &'a Occurrences,
    embedding: &'a Embedding<'a>,
    speller: Speller,
    usage: Usage<'a>,
    /// `shown[rule]`: the traces that some part has.
    shown: Vec<BTreeSet<Trace>>,
    parts: Vec<(Part, Production)>,
    unwritten: Vec<Production>,
}

impl<'a> Maker<'a> {
    fn new(occurrences: &'a Occurrences, embedding: &'a Embedding<'a>, speller: Speller) -> Maker<'a> {
        Maker {
            usage: Usage::new(occurrences),
            shown: vec![BTreeSet::new(); occurrences.rules().len()],
            parts: Vec::new(),
            unwritten: Vec::new(),
            occurrences,
            embedding,
            speller,
        }
    }

    fn add_goal(&mut self, strings: &Strings, goal: Goal) {
        match goal {
            Goal::Occurrences | Goal::Transitions => self.productions(strings, goal.criterion()),
            Goal::Pairs => self.pairs(strings),
        }
    }

    /// A part for each trace of a smallest set of traces of each rule, if no part before has it.
    fn productions(&mut self, strings: &Strings, criterion: Criterion) {
        for (number, (rule, automaton)) in self.occurrences.rules().iter().enumerate() {
            let weight = |position| automaton.symbol(position).map_or(0, |symbol| strings.cost(symbol).into());
            for trace in cover(automaton, criterion, weight) {
                if !self.shown[number].contains(&trace) {
                    // What only the start rule has is left to the programs.
                    let part = self.embedding.part(*rule, self.embedding.string(*rule, &trace, None));
                    self.add(part, Production { rule: *rule, trace });
                }
            }
        }
    }

    /// For each occurrence of a rule, a part for each production of that rule that has a pair which no part before has.
    fn pairs(&mut self, strings: &Strings) {
        let rules = self.occurrences.rules();
        for (caller, position, callee) in self.occurrences.calls() {
            let (outer, (inner, automaton)) = (rules[caller].0, &rules[callee]);
            let weight = |position| automaton.symbol(position).map_or(0, |symbol| strings.cost(symbol).into());
            for trace in cover(automaton, Criterion::Occurrences, weight) {
                let is_used = |&at: &Position| self.usage.count(Item::Pair(outer, position, at)) > 0;
                if trace.iter().all(is_used) {
                    continue;
                }
                let string = self.embedding.string(*inner, &trace, None);
                let production = Production { rule: *inner, trace };
                let (around, place) = self.embedding.trace_through(outer, position);
                let whole = self.embedding.string(outer, &around, Some((place, &string)));
                let part = match self.embedding.part(outer, whole) {
                    // Only the start rule itself can hold it.
                    None if outer == self.occurrences.start() => {
                        Some(Part { rule: *inner, position: Some(position), tokens: string })
                    }
                    part => part,
                };
                self.add(part, production);
            }
        }
    }

    /// A part for each path that no part before has. Those that begin at the start rule are in every program.
    fn paths(&mut self, k: usize) {
        let mut used: BTreeSet<Vec<Symbol>> = BTreeSet::new();
        for path in kpath::paths(self.occurrences, k) {
            let below = if path.first() == Some(&self.occurrences.start()) { &path[1..] } else { &path[..] };
            if below.is_empty() || used.contains(below) {
                continue;
            }
            let Some((production, string)) = self.embedding.string_of_path(below) else { continue };
            let Some(part) = self.embedding.part(below[0], string) else { continue };
            let tree = self.read(&part);
            let found = tree.map(|tree| {
                let mut found = kpath::used(&tree, tree.root(), k);
                found.append(&mut kpath::used(&tree, tree.root(), below.len()));
                found
            });
            // Of a path that is one symbol the part as a whole is what is shown.
            let production = production.or_else(|| self.first_production(part.rule));
            let Some(production) = production else { continue };
            match found {
                Some(mut found) if found.contains(below) => {
                    used.append(&mut found);
                    self.parts.push((part, production));
                }
                _ => self.unwritten.push(production),
            }
        }
    }

    fn first_production(&self, rule: Symbol) -> Option<Production> {
        let position = self.occurrences.automaton(rule)?.positions().next()?;
        Some(Production { rule, trace: self.embedding.trace_through(rule, position).0 })
    }

    /// Adds a part, if there is one and the parser reads the production in it.
    fn add(&mut self, part: Option<Part>, production: Production) {
        let Some(part) = part else { return };
        let is_read = self.read(&part).is_some();
        let number = self.occurrences.number(production.rule).expect("a production is of a reachable rule");
        if is_read && self.shown[number].contains(&production.trace) {
            self.parts.push((part, production));
        } else {
            self.unwritten.push(production);
        }
    }

    /// Writes a part, and counts what its tree uses.
    fn read(&mut self, part: &Part) -> Option<Tree> {
        let tree = self.speller.tree(part.rule, &part.tokens)?;
        let shown = &mut self.shown;
        self.usage.add_with(&tree, tree.root(), |rule, trace| {
            if !shown[rule].contains(trace) {
                shown[rule].insert(trace.to_vec());
            }
        });
        Some(tree)
    }
}

/// How a comment on a line of its own is written.
struct Comment {
    before: String,
    behind: String,
}

impl Comment {
    /// From the trivia of the langlet: a shortest text of some skipped token that a line of words can stand in.
    fn new(langlet: &Langlet, speller: &Speller) -> Option<Comment> {
        let grammar = langlet.grammar();
        let mut terms = crate::regex::Terms::new();
        let blank = terms.parse(r"\s*").expect("a regex of ours");
        let words = terms.complement(blank);
        for (&symbol, token) in &grammar.tokens {
            if grammar.symbols.kind(symbol) != crate::grammar::SymbolKind::Skip {
                continue;
            }
            let term = terms.parse(&token.pattern).expect("regexes are checked when a langlet is loaded");
            let term = terms.intersect(term, words);
            let Some(text) = terms.shortest(term).and_then(|text| String::from_utf8(text).ok()) else { continue };
            let text = text.trim_end_matches(['\r', '\n']);
            for at in (0..=text.len()).rev().filter(|&at| text.is_char_boundary(at)) {
                let (before, behind) = text.split_at(at);
                let comment = Comment { before: before.to_owned(), behind: behind.to_owned() };
                if speller.is_trivia(&comment.line("a: 'b' c ('d' | \"e\")")) {
                    return Some(comment);
                }
            }
        }
        None
    }

    fn line(&self, words: &str) -> String {
        let words = if self.behind.is_empty() { words.to_owned() } else { words.replace(&self.behind, "…") };
        let behind = if self.behind.is_empty() { String::new() } else { format!(" {}", self.behind) };
        format!("{} {words}{behind}\n", self.before)
    }
}
