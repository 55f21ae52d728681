//! What comes next: tokens that can come, bytes that must, and short completions.
//!
//! A short completion is found by going on byte by byte, the prefix first that needs fewest bytes in all. How many it still
//! needs is bounded from below by its stacks: each rule that is open needs what the rest of its automaton needs, with the
//! shortest text of each token. So the search goes straight to the end but where tokens have to be kept apart.
//!
//! Source: best-first search with an admissible bound, Hart, Nilsson and Raphael (1968, A*).

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use rustc_hash::{FxHashMap, FxHashSet};

use super::prefix::{Prefix, Recognizer};
use super::reading::{Reader, Reading, Readings, Side};
use super::scan::{DEAD, Scan};
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::lexer::Action;
use crate::parser::stacks::{Costs, Reads, mix};

/// How many prefixes the search for completions looks at.
const MOST_LOOKED_AT: usize = 20_000;

/// A token that can come next, or that the text is in the midst of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    /// The token.
    pub token: Symbol,
    /// Its name in the user's terms: keywords and operators in quotes.
    pub name: String,
    /// The rules that it begins or goes on with, outermost first; empty for one that is being typed.
    pub rules: Vec<Symbol>,
    /// How many bytes of it the prefix ends with; 0 for a token that can come next.
    pub typed: usize,
}

impl Recognizer {
    /// Prepares the search for completions of prefixes.
    pub fn completions(&self, langlet: &Langlet) -> Completions {
        let (mut terms, patterns) = langlet.lexer().patterns();
        let mut lengths: FxHashMap<u16, u32> = FxHashMap::default();
        for (pattern, term) in (0..).zip(patterns) {
            let meaning = self.0.scan.meaning(pattern);
            if matches!(meaning.action, Action::Emit | Action::Open | Action::Close) {
                let length = terms.shortest(term).map_or(0, |text| text.len() as u32);
                let known = lengths.entry(meaning.kind).or_insert(length);
                *known = length.min(*known);
            }
        }
        let terminals = &langlet.tables().terminals;
        // Tokens of the layout may have no text.
        let length = |symbol| terminals.number(symbol).and_then(|kind| lengths.get(&kind).copied()).unwrap_or(0);
        let costs = self.0.stacks.costs(length);
        Completions { langlet: langlet.clone(), costs, bytes: readable_bytes(&self.0.scan.classes) }
    }
}

/// What the search for completions looks up.
#[derive(Debug)]
pub struct Completions {
    langlet: Langlet,
    costs: Costs,
    /// One byte of each class, the most readable ones first.
    bytes: Vec<u8>,
}

impl Completions {
    /// Up to `n` completions of the prefix, the shortest in bytes first: the empty one if it is complete. They differ in
    /// their tokens, not only in names. Fewer than `n` if the search ends before.
    pub fn of(&self, prefix: &Prefix, n: usize) -> Vec<Vec<u8>> {
        let reader = prefix.reader().clone();
        let mut known: FxHashMap<u64, u32> = FxHashMap::default();
        // A place is gone to by `n` sequences of tokens, once by each.
        let mut seen: FxHashSet<(u64, u64)> = FxHashSet::default();
        let mut visits: FxHashMap<u64, usize> = FxHashMap::default();
        // Prefixes, what was added to the first, and the hash of the tokens in that.
        let mut nodes: Vec<(Prefix, Vec<u8>, u64)> = vec![(prefix.fork(), Vec::new(), 0)];
        // By bytes in all, then by what still has to come, then in the order in which they were found.
        let bound = |prefix: &Prefix, known: &mut FxHashMap<u64, u32>| {
            prefix.readings().iter().map(|reading| self.bound(&reader, reading, known)).min().unwrap_or(u32::MAX)
        };
        let first = bound(prefix, &mut known);
        let mut queue = BinaryHeap::from([Reverse((first, first, 0usize))]);
        let mut found: Vec<Vec<u8>> = Vec::new();
        let mut kinds = FxHashSet::default();
        let mut n_looked_at = 0;
        // Progress: each turn looks at one prefix, and there is a limit.
        while let Some(Reverse((_, _, index))) = queue.pop() {
            n_looked_at += 1;
            if found.len() >= n || n_looked_at > MOST_LOOKED_AT {
                break;
            }
            let (prefix, text, tokens) = nodes[index].clone();
            if prefix.is_complete() && kinds.insert(self.kinds(&prefix)) {
                found.push(text.clone());
                if n == 1 {
                    break;
                }
            }
            for &byte in &self.bytes {
                let mut next = prefix.fork();
                if next.push(&[byte]).is_err() {
                    continue;
                }
                let place = hash_of(&next);
                let tokens = ended_by(&prefix, byte).map_or(tokens, |kind| mix(tokens, u64::from(kind) + 1));
                let visits = visits.entry(place).or_insert(0);
                if *visits == n || !seen.insert((place, tokens)) {
                    continue;
                }
                *visits += 1;
                let rest = bound(&next, &mut known);
                let mut text = text.clone();
                text.push(byte);
                queue.push(Reverse((rest.saturating_add(text.len() as u32), rest, nodes.len())));
                nodes.push((next, text, tokens));
            }
        }
        found
    }

    /// The kinds of the tokens of a program.
    fn kinds(&self, prefix: &Prefix) -> Vec<u16> {
        let text = String::from_utf8_lossy(&prefix.bytes()).into_owned();
        self.langlet.tokens(&text).map_or(Vec::new(), |tokens| tokens.iter().map(|token| token.kind).collect())
    }

    /// A shortest completion; `None` if none was found within the limits of the search.
    pub fn shortest(&self, prefix: &Prefix) -> Option<Vec<u8>> {
        self.of(prefix, 1).pop()
    }

    /// Bytes that the reading needs at least.
    fn bound(&self, reader: &Reader, reading: &Reading, known: &mut FxHashMap<u64, u32>) -> u32 {
        let mut cost =
            |tops: &[_]| tops.iter().map(|top| reader.stacks.cost(top, &self.costs, known)).min().unwrap_or(u32::MAX);
        if reading.scan == Scan::START {
            return cost(&reading.tops);
        }
        let state = reader.scan.state(reading.scan);
        let mut least = u32::MAX;
        for &pattern in &*state.winners {
            // A line end that wins in the stead of a comment may be left out at the end of the text.
            let more = u32::from(state.accept != Some(pattern) && reader.scan.is_token(pattern));
            for behind in reader.finish(reading, pattern, &mut Reads::nothing()) {
                least = least.min(cost(&behind.tops).saturating_add(more));
            }
        }
        least
    }
}

impl Prefix {
    /// The tokens that can come next, and those that the end of the text can become: each once, in the order of the
    /// grammar's symbols.
    pub fn expected(&self, langlet: &Langlet) -> Vec<Expected> {
        let reader = self.reader();
        let mut found: BTreeSet<Expected> = BTreeSet::new();
        let terminals = &langlet.tables().terminals;
        let grammar = langlet.grammar();
        let name = |symbol| grammar.symbols.display(symbol);
        for reading in self.readings() {
            let typed = self.typed(reading);
            let mut ends = Readings::new();
            if reading.scan == Scan::START {
                ends.push(reading.clone());
            } else {
                let state = reader.scan.state(reading.scan);
                for &pattern in state.winners.iter().filter(|&&pattern| reader.scan.is_token(pattern)) {
                    let meaning = reader.scan.meaning(pattern);
                    if reader.can_be(reading, pattern, &mut Reads::nothing())
                        && let Some(token) = terminals.symbol(meaning.kind)
                    {
                        found.insert(Expected { token, name: name(token), rules: Vec::new(), typed });
                    }
                }
                if let Some(pattern) = state.accept {
                    ends = reader.finish(reading, pattern, &mut Reads::nothing());
                }
            }
            for end in ends.iter().filter(|end| !end.place.ended) {
                for (terminal, rules) in reader.stacks.expected(&end.tops) {
                    if let Some(token) = terminals.symbol(terminal) {
                        found.insert(Expected { token, name: name(token), rules, typed: 0 });
                    }
                }
            }
        }
        found.into_iter().collect()
    }

    /// How many bytes the token that the reading is in has so far: those since the last place where a token may begin.
    fn typed(&self, reading: &Reading) -> usize {
        if reading.scan == Scan::START {
            return 0;
        }
        // The token is the longest end of the text that leads from the first state to the reading's.
        let reader = self.reader();
        let bytes = self.last_bytes(LONGEST_TYPED);
        (0..bytes.len())
            .find(|&start| {
                let mut scan = Scan::START;
                bytes[start..].iter().all(|&byte| {
                    scan = reader.scan.step(scan, byte).goes_on;
                    scan < super::scan::FULL
                }) && reader.scan.state(scan).winners == reader.scan.state(reading.scan).winners
            })
            .map_or(0, |start| bytes.len() - start)
    }

    /// The bytes that must come next: each is the only one that can come, and the text is not complete before it.
    pub fn forced(&self) -> Vec<u8> {
        let mut prefix = self.fork();
        let mut forced = Vec::new();
        while !prefix.is_complete() && forced.len() < MOST_FORCED {
            let mut can_come = (0..=255u8).filter(|&byte| prefix.fork().push(&[byte]).is_ok());
            let (Some(byte), None) = (can_come.next(), can_come.next()) else { break };
            drop(can_come);
            prefix.push(&[byte]).expect("it can come");
            forced.push(byte);
        }
        forced
    }
}

/// How far back the beginning of a token that is being typed is looked for.
const LONGEST_TYPED: usize = 256;

/// How many forced bytes are looked for: a language of one endless text would have no end.
const MOST_FORCED: usize = 1 << 12;

/// One byte of each class: lower-case letters first, then blanks, digits, capitals, other printable bytes, and the rest.
fn readable_bytes(classes: &[u8; 256]) -> Vec<u8> {
    let rank = |byte: u8| match byte {
        b'a'..=b'z' => 0,
        b' ' | b'\n' => 1,
        b'0'..=b'9' => 2,
        b'A'..=b'Z' => 3,
        b'!'..=b'~' => 4,
        _ if byte.is_ascii() => 5,
        _ => 6,
    };
    let mut bytes: Vec<u8> = (0..=255).collect();
    bytes.sort_by_key(|&byte| (rank(byte), byte));
    let mut seen = FxHashSet::default();
    // Blanks count one by one where lines are indented, so a space stands for itself.
    bytes.retain(|&byte| seen.insert(classes[usize::from(byte)]) || byte == b' ');
    bytes
}

/// Equal for prefixes with equal readings.
/// The kind of the token that the byte ends, in the first reading where it does.
fn ended_by(prefix: &Prefix, byte: u8) -> Option<u16> {
    let scan = &prefix.reader().scan;
    let mut ended = prefix.readings().iter().filter_map(|reading| {
        let state = scan.state(reading.scan);
        state.accept.filter(|&pattern| scan.is_token(pattern) && scan.step(reading.scan, byte).begins != DEAD)
    });
    ended.next().map(|pattern| scan.meaning(pattern).kind)
}

fn hash_of(prefix: &Prefix) -> u64 {
    prefix.readings().iter().fold(0, |hash, reading| {
        let place = &reading.place;
        let flags = u64::from(place.inside)
            | u64::from(place.counting) << 1
            | u64::from(place.begun) << 2
            | u64::from(place.ended) << 3
            | u64::from(reading.side == Side::Token) << 4
            | u64::from(reading.side == Side::Trivia) << 5;
        let column = u64::from(place.column.wide) << 32 | u64::from(place.column.narrow);
        let levels = place.levels.as_ref().map_or(0, |level| level.hash);
        let parts = [u64::from(reading.scan), flags, u64::from(place.depth), column, levels];
        let hash = parts.into_iter().fold(hash, mix);
        reading.tops.iter().fold(hash, |hash, top| mix(hash, top.hash()))
    })
}
