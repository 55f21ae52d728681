//! Longest match without the end of the text: where a token may end, and what must not come then.
//!
//! A token ends at the last place where the automaton accepts, which is known only when it cannot accept any more. Read byte by
//! byte, a text therefore has several *readings*. Each supposes for some tokens that they have ended, and it is wrong
//! if the automaton of such a token accepts later after all. So a state of the scan is a state of the token automaton for the
//! token that is being read, and the states of the tokens that must not accept any more, the *watched* ones:
//!
//! ```text
//! tokens 1 1e5 name     text `1e`      reading: number `1e…`, not yet a token
//!                                      reading: number `1`, name `e…`; watched: number `1e…`, dies with the byte 5
//! ```
//!
//! A watched state goes away when its token cannot go on. Nearly always one reading is left, with nothing watched. A state
//! knows which patterns *win* from it: those as which the token can still end, as the first of the patterns that accept
//! there, without a watched one accepting on the way. A token that no rule uses takes its text away from shorter ones, but it
//! never wins. With no winner the reading is dead.
//!
//! Whether a pattern wins is reachability in the product of the automata. Most of it is cut off by what the residuals say: one
//! that is written also among the watched ones, or for an earlier pattern, accepts nothing that these do not. So behind `f"`, read
//! as a name and a string, nothing has to be searched where some token is each text from `f"` to the next `"`. This is the
//! simulation by which inclusion of automata is decided on a part of their product (Abdulla, Chen, Holík, Mayr and Vojnar 2010,
//! "When simulation meets antichains"), with the equality of terms as the simulation.
//!
//! Behind most trivia anything can come. But a comment up to the end of the line has only the line end behind it, so where the
//! line cannot end, it cannot begin: from its states the line end wins in its stead.
//!
//! States are found when a text comes to them; then a byte costs one look-up.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use super::lazy::LazyTable;
use crate::lexer::{Action, Kind, Lexer, Meaning};
use crate::regex::{Term, Terms, columns};

/// Number of a state of the scan.
pub(crate) type ScanId = u32;

/// No state: the reading is dead.
pub(crate) const DEAD: ScanId = ScanId::MAX >> 1;

/// There are too many states to go on.
pub(crate) const FULL: ScanId = DEAD - 1;

/// How many states there may be. Texts need some hundred; a token whose automaton explodes needs any number.
const MOST_STATES: usize = 1 << 18;

/// How many places the search for winning patterns visits before it takes each live one for winning: a reading is then kept until
/// the token has ended that it supposes to end elsewhere. The built-in langlets need some hundred.
const MOST_VISITED: usize = 1 << 12;

/// How many places of trivia are looked at for what may come behind it, before it counts as anything.
const MOST_BEHIND: usize = 1 << 10;

/// How many continuations are kept for a pattern.
const MOST_WITNESSES: usize = 8;

/// How many places of a token beside trivia are looked at before it counts as one that may come.
const MOST_PAIRS: usize = 1 << 14;

/// Where a byte leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The token goes on.
    pub(crate) goes_on: ScanId,
    /// The token has ended before the byte, which begins another one.
    pub(crate) begins: ScanId,
    /// Whether it goes on to a state with the same winners.
    pub(crate) keeps_winners: bool,
}

impl Step {
    /// No token goes on.
    const DEAD: Step = Step { goes_on: DEAD, begins: DEAD, keeps_winners: false };

    /// As one number. No state needs the highest bit.
    fn pack(self) -> u64 {
        u64::from(self.keeps_winners) << 63 | u64::from(self.goes_on) << 32 | u64::from(self.begins)
    }

    fn unpack(packed: u64) -> Step {
        Step { goes_on: (packed >> 32) as u32 & DEAD, begins: packed as u32, keeps_winners: packed >> 63 == 1 }
    }
}

/// What is known of a state.
#[derive(Debug)]
pub(crate) struct ScanState {
    token: TokenId,
    watched: Box<[TokenId]>,
    /// The pattern as which the token may end here: one that is used.
    pub(crate) accept: Option<u32>,
    /// The patterns as which it may end here or later, in their order; the line ends behind it for trivia that only they
    /// can follow.
    pub(crate) winners: Arc<[u32]>,
    /// Equal for states with equal winners.
    pub(crate) winners_id: u32,
    /// Whether a token is among the winners.
    pub(crate) wins_token: bool,
    /// Whether trivia or a line end is.
    pub(crate) wins_trivia: bool,
}

/// Number of a state of the token automaton.
type TokenId = u32;

/// The state from which no pattern matches.
const NOTHING: TokenId = 0;

/// The state before the first byte of a token.
const FRESH: TokenId = 1;

/// The states of the scan of one langlet, as far as texts have needed them. Shared by threads.
#[derive(Debug)]
pub(crate) struct Scan {
    meanings: Vec<Meaning>,
    /// `is_used[pattern]`: whether a token may end as it: as trivia, a line end, or a token that a rule has.
    is_used: Vec<bool>,
    /// `classes[byte]`: bytes of one class lead from each state to the same one.
    pub(crate) classes: [u8; 256],
    /// `representatives[class]`: its lowest byte.
    representatives: Vec<u8>,
    states: LazyTable<ScanState>,
    /// `rows[state][class]`: a [`Step`], or [`UNKNOWN`].
    rows: LazyTable<Box<[AtomicU64]>>,
    known: Mutex<Known>,
}

/// A step that was not computed yet: no state has this number.
const UNKNOWN: u64 = u64::MAX;

/// A pattern and what is left of it, for each that may still match, in the order of the patterns.
type Residuals = Arc<[(u32, Term)]>;

/// The token automaton: what is left of each pattern that may still match.
#[derive(Debug)]
struct Known {
    terms: Terms,
    /// `tokens[state]`: its residuals, and the first pattern that accepts.
    tokens: Vec<(Residuals, Option<u32>)>,
    token_ids: FxHashMap<Residuals, TokenId>,
    next: FxHashMap<(TokenId, u8), TokenId>,
    ids: FxHashMap<(TokenId, Box<[TokenId]>), ScanId>,
    winners: FxHashMap<Arc<[u32]>, u32>,
    /// `witnesses[pattern]`: continuations with which it has won from some state, the last one that did so again first. From
    /// most other states one of them wins too.
    witnesses: Vec<Vec<Box<[u8]>>>,
    n_states: ScanId,
}

impl Scan {
    /// Before the first byte.
    pub(crate) const START: ScanId = 0;

    /// `is_used` says of a kind of tokens whether some rule has it.
    pub(crate) fn new(lexer: &Lexer, is_used: impl Fn(Kind) -> bool) -> Scan {
        let (terms, patterns) = lexer.patterns();
        let meanings: Vec<Meaning> = (0..patterns.len() as u32).map(|pattern| lexer.meaning(pattern)).collect();
        let may_end = |meaning: &Meaning| match meaning.action {
            Action::Trivia | Action::LineEnd => true,
            _ => is_used(meaning.kind),
        };
        let is_used = meanings.iter().map(may_end).collect();
        let (classes, representatives) = columns(&terms, &patterns);
        let mut known = Known {
            terms,
            tokens: Vec::new(),
            token_ids: FxHashMap::default(),
            next: FxHashMap::default(),
            ids: FxHashMap::default(),
            winners: FxHashMap::default(),
            witnesses: vec![Vec::new(); patterns.len()],
            n_states: 0,
        };
        assert_eq!(known.token(&[]), NOTHING);
        let all: Vec<(u32, Term)> = (0..).zip(patterns).filter(|&(_, term)| !known.terms.is_empty(term)).collect();
        // The first state stands for itself alone: a token that comes back to where it began has a text by then.
        known.token_ids.clear();
        assert_eq!(known.token(&all), FRESH);
        known.tokens[FRESH as usize].1 = None;
        known.token_ids.clear();
        known.token_ids.insert(Arc::new([]), NOTHING);
        let states = LazyTable::new(MOST_STATES);
        let rows = LazyTable::new(MOST_STATES);
        let scan = Scan { meanings, is_used, classes, representatives, states, rows, known: Mutex::new(known) };
        let start = scan.intern(&mut scan.lock(), FRESH, Vec::new());
        assert_eq!(start, Scan::START);
        scan
    }

    /// What a match of the pattern means.
    pub(crate) fn meaning(&self, pattern: u32) -> Meaning {
        self.meanings[pattern as usize]
    }

    /// Whether the pattern is a token, not a line end or trivia.
    pub(crate) fn is_token(&self, pattern: u32) -> bool {
        matches!(self.meaning(pattern).action, Action::Emit | Action::Open | Action::Close)
    }

    /// What is known of a state.
    pub(crate) fn state(&self, id: ScanId) -> &ScanState {
        self.states.get_or_init(id as usize, || unreachable!("a state is stored with its number"))
    }

    /// Where the byte leads.
    #[inline]
    pub(crate) fn step(&self, id: ScanId, byte: u8) -> Step {
        self.step_by_class(id, self.classes[usize::from(byte)])
    }

    /// Follows the bytes from a state in a token as long as it goes on, cannot end before them, and its winners stay. How many
    /// these are, and the state behind them.
    pub(crate) fn run(&self, mut id: ScanId, bytes: &[u8]) -> (usize, ScanId) {
        let mut row = self.entries(id);
        for (at, &byte) in bytes.iter().enumerate() {
            let packed = row[usize::from(self.classes[usize::from(byte)])].load(Ordering::Acquire);
            let step = Step::unpack(packed);
            if packed == UNKNOWN || !step.keeps_winners || step.begins != DEAD {
                return (at, id);
            }
            if step.goes_on != id {
                id = step.goes_on;
                row = self.entries(id);
            }
        }
        (bytes.len(), id)
    }

    /// Where bytes lead, by class.
    pub(crate) fn row(&self, id: ScanId) -> impl Iterator<Item = Step> + '_ {
        (0..self.representatives.len()).map(move |class| self.step_by_class(id, class as u8))
    }

    #[inline]
    fn entries(&self, id: ScanId) -> &[AtomicU64] {
        let unknown = || (0..self.representatives.len()).map(|_| AtomicU64::new(UNKNOWN)).collect();
        self.rows.get_or_init(id as usize, unknown)
    }

    #[inline]
    fn step_by_class(&self, id: ScanId, class: u8) -> Step {
        let entry = &self.entries(id)[usize::from(class)];
        // A step is a number by itself, and its states are stored before their numbers are given away under the lock.
        match entry.load(Ordering::Acquire) {
            UNKNOWN => {
                let step = self.compute(id, class);
                entry.store(step.pack(), Ordering::Release);
                step
            }
            packed => Step::unpack(packed),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn compute(&self, id: ScanId, class: u8) -> Step {
        let ScanState { token, watched, accept, winners_id, .. } = self.state(id);
        let mut known = self.lock();
        let byte = self.representatives[usize::from(class)];
        let Some(still) = known.still_watched(watched, byte) else { return Step::DEAD };
        let next = known.step(*token, byte);
        let mut begins = DEAD;
        if accept.is_some() && known.accept(next).is_none() {
            let first = known.step(FRESH, byte);
            let mut watched = still.clone();
            if next != NOTHING {
                watched.push(next);
            }
            begins = self.intern(&mut known, first, watched);
        }
        let goes_on = self.intern(&mut known, next, still);
        let keeps_winners = goes_on < FULL && self.state(goes_on).winners_id == *winners_id;
        Step { goes_on, begins, keeps_winners }
    }

    /// The number of a state; `DEAD` if no pattern wins from it.
    fn intern(&self, known: &mut Known, token: TokenId, mut watched: Vec<TokenId>) -> ScanId {
        if token == NOTHING {
            return DEAD;
        }
        watched.sort_unstable();
        watched.dedup();
        let key = (token, watched.into_boxed_slice());
        if let Some(&id) = known.ids.get(&key) {
            return id;
        }
        // Nothing asks what wins from the first state.
        let mut winners = if token == FRESH { Vec::new() } else { self.winners(known, token, &key.1) };
        for index in (0..winners.len()).rev() {
            if self.meaning(winners[index]).action == Action::Trivia
                && let Some(line_ends) = self.line_ends_behind(known, token, &key.1, winners[index])
            {
                winners.splice(index..=index, line_ends);
            }
        }
        winners.sort_unstable();
        winners.dedup();
        if winners.is_empty() && token != FRESH {
            known.ids.insert(key, DEAD);
            return DEAD;
        }
        let id = known.n_states;
        if id as usize >= MOST_STATES {
            return FULL;
        }
        known.n_states += 1;
        let winners: Arc<[u32]> = winners.into();
        let next_id = known.winners.len() as u32;
        let winners_id = *known.winners.entry(winners.clone()).or_insert(next_id);
        let accept = known.accept(token).filter(|&pattern| self.is_used[pattern as usize]);
        let watched = key.1.clone();
        let wins_token = winners.iter().any(|&pattern| self.is_token(pattern));
        let wins_trivia = winners.iter().any(|&pattern| !self.is_token(pattern));
        self.states.get_or_init(id as usize, || ScanState {
            token,
            watched,
            accept,
            winners,
            winners_id,
            wins_token,
            wins_trivia,
        });
        known.ids.insert(key, id);
        id
    }

    /// The patterns as which a token may end from here on, in their order. Nothing is before the first of the live ones; the others
    /// are won by a continuation that has won elsewhere, or looked for breadth first until each is found, along ASCII first:
    /// that is enough nearly always, and most bytes are not. What was tried before does not change what is found.
    fn winners(&self, known: &mut Known, token: TokenId, watched: &[TokenId]) -> Vec<u32> {
        let all = known.tokens[token as usize].0.clone();
        let is_used = |pattern: &u32| self.is_used[*pattern as usize];
        let live: Vec<u32> = all.iter().map(|&(pattern, _)| pattern).filter(is_used).collect();
        let is_first = |pattern: &u32| watched.is_empty() && *pattern == all[0].0;
        // What the search itself has found: it alone decides which places are looked at, so that the limit cuts the same searches
        // whatever was tried before.
        let mut proved: Vec<u32> = live.iter().copied().filter(is_first).collect();
        let mut found: Vec<u32> =
            live.iter().copied().filter(|pattern| is_first(pattern) || known.wins(token, watched, *pattern)).collect();
        let ascii: Vec<u8> = self.representatives.iter().copied().filter(u8::is_ascii).collect();
        for bytes in [&ascii, &self.representatives] {
            let mut seen: FxHashSet<(TokenId, Vec<TokenId>)> = FxHashSet::default();
            let mut queue = vec![(token, watched.to_vec())];
            // `from[place]`: the place before it, and the byte from there.
            let mut from = vec![(0, 0)];
            let mut at = 0;
            // Progress: each turn takes one place of the queue; there are finitely many, and a limit.
            while at < queue.len() && found.len() < live.len() {
                let (token, watched) = queue[at].clone();
                let accept = known.accept(token).filter(is_used);
                proved.extend(accept.filter(|pattern| !proved.contains(pattern)));
                if let Some(pattern) = accept.filter(|pattern| !found.contains(pattern)) {
                    found.push(pattern);
                    let places = std::iter::successors(Some(at), |&place| Some(from[place].0));
                    let mut witness: Vec<u8> =
                        places.take_while(|&place| place > 0).map(|place| from[place].1).collect();
                    witness.reverse();
                    known.add_witness(pattern, witness);
                }
                if queue.len() > MOST_VISITED {
                    return live;
                }
                let place = at;
                at += 1;
                if !known.may_win(token, &watched, |pattern| is_used(&pattern) && !proved.contains(&pattern)) {
                    continue;
                }
                for &byte in bytes {
                    let next = known.step(token, byte);
                    if next != NOTHING
                        && let Some(mut still) = known.still_watched(&watched, byte)
                    {
                        still.sort_unstable();
                        still.dedup();
                        if seen.insert((next, still.clone())) {
                            queue.push((next, still));
                            from.push((place, byte));
                        }
                    }
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// The line ends that may come behind the trivia that ends here or later; `None` if something else may, or nothing.
    fn line_ends_behind(
        &self,
        known: &mut Known,
        token: TokenId,
        watched: &[TokenId],
        pattern: u32,
    ) -> Option<Vec<u32>> {
        let mut found = Vec::new();
        let mut seen: FxHashSet<(TokenId, Vec<TokenId>)> = FxHashSet::default();
        let mut seen_pairs = FxHashSet::default();
        let mut queue = vec![(token, watched.to_vec())];
        let mut at = 0;
        // Progress: as above. Most often the first place shows that something else may come.
        while at < queue.len() {
            let (token, watched) = queue[at].clone();
            at += 1;
            let may_end = known.accept(token) == Some(pattern);
            for &byte in &self.representatives {
                let Some(mut still) = known.still_watched(&watched, byte) else { continue };
                let next = known.step(token, byte);
                if may_end && known.accept(next).is_none() {
                    let first = known.step(FRESH, byte);
                    let begun = known.tokens[first as usize].0.clone();
                    if begun.iter().all(|&(pattern, _)| self.meaning(pattern).action == Action::LineEnd) {
                        found.extend(begun.iter().map(|&(pattern, _)| pattern));
                    } else if self.outlives(known, first, next, &mut seen_pairs) {
                        return None;
                    }
                }
                still.sort_unstable();
                still.dedup();
                if next != NOTHING && seen.insert((next, still.clone())) {
                    queue.push((next, still));
                }
            }
            if queue.len() > MOST_BEHIND {
                return None;
            }
        }
        (!found.is_empty()).then_some(found)
    }

    /// Whether a token may go on where the trivia before it, whose bytes it shares, can no more: as `é` of a name may not behind
    /// a comment, which goes on with each character. A token that ends sooner counts as one that may.
    fn outlives(
        &self,
        known: &mut Known,
        token: TokenId,
        trivia: TokenId,
        seen: &mut FxHashSet<(TokenId, TokenId)>,
    ) -> bool {
        let mut queue = vec![(token, trivia)];
        // Progress: each pair of states is looked at once, and there is a limit.
        while let Some((token, trivia)) = queue.pop() {
            if token == NOTHING || !seen.insert((token, trivia)) {
                continue;
            }
            if trivia == NOTHING || known.accept(token).is_some() || seen.len() > MOST_PAIRS {
                return true;
            }
            for &byte in &self.representatives {
                let next = known.step(trivia, byte);
                if known.accept(next).is_none() {
                    queue.push((known.step(token, byte), next));
                }
            }
        }
        false
    }
}

impl Known {
    /// The state with these residuals.
    fn token(&mut self, live: &[(u32, Term)]) -> TokenId {
        if let Some(&id) = self.token_ids.get(live) {
            return id;
        }
        let id = self.tokens.len() as TokenId;
        let live: Residuals = live.into();
        let accept = live.iter().find(|(_, term)| self.terms.nullable(*term)).map(|&(pattern, _)| pattern);
        self.tokens.push((live.clone(), accept));
        self.token_ids.insert(live, id);
        id
    }

    fn accept(&self, token: TokenId) -> Option<u32> {
        self.tokens[token as usize].1
    }

    fn step(&mut self, token: TokenId, byte: u8) -> TokenId {
        if let Some(&next) = self.next.get(&(token, byte)) {
            return next;
        }
        let live = self.tokens[token as usize].0.clone();
        let mut left: Vec<(u32, Term)> = Vec::with_capacity(live.len());
        for &(pattern, term) in &*live {
            let derivative = self.terms.derivative(term, byte);
            if !self.terms.is_empty(derivative) {
                left.push((pattern, derivative));
            }
        }
        let next = self.token(&left);
        self.next.insert((token, byte), next);
        next
    }

    /// Whether one of the continuations that are kept for the pattern lets it win from here.
    fn wins(&mut self, token: TokenId, watched: &[TokenId], pattern: u32) -> bool {
        let mut kept = std::mem::take(&mut self.witnesses[pattern as usize]);
        let winner = kept.iter().position(|witness| {
            let (mut token, mut watched) = (token, watched.to_vec());
            for &byte in witness {
                token = self.step(token, byte);
                match self.still_watched(&watched, byte) {
                    Some(still) if token != NOTHING => watched = still,
                    _ => return false,
                }
            }
            self.accept(token) == Some(pattern)
        });
        kept[..winner.map_or(0, |index| index + 1)].rotate_right(usize::from(winner.is_some()));
        self.witnesses[pattern as usize] = kept;
        winner.is_some()
    }

    /// Keeps a continuation with which the pattern has won.
    fn add_witness(&mut self, pattern: u32, witness: Vec<u8>) {
        let kept = &mut self.witnesses[pattern as usize];
        kept.truncate(MOST_WITNESSES - 1);
        kept.insert(0, witness.into());
    }

    /// Whether a pattern that is asked for may win from here as far as the residuals tell: one of its alternatives is none of a
    /// watched residual, and none of an earlier pattern.
    fn may_win(&self, token: TokenId, watched: &[TokenId], is_asked_for: impl Fn(u32) -> bool) -> bool {
        let mut taken: FxHashSet<Term> = FxHashSet::default();
        for &token in watched {
            for &(_, residual) in &*self.tokens[token as usize].0 {
                taken.extend(self.terms.alternatives(residual));
            }
        }
        for &(pattern, residual) in &*self.tokens[token as usize].0 {
            let mut is_new = false;
            for alternative in self.terms.alternatives(residual) {
                is_new |= taken.insert(alternative);
            }
            if is_new && is_asked_for(pattern) {
                return true;
            }
        }
        false
    }

    /// The watched states behind the byte that can still go on; `None` if one of them accepts there.
    fn still_watched(&mut self, watched: &[TokenId], byte: u8) -> Option<Vec<TokenId>> {
        let mut still = Vec::new();
        for &token in watched {
            let next = self.step(token, byte);
            if self.accept(next).is_some() {
                return None;
            }
            if next != NOTHING {
                still.push(next);
            }
        }
        Some(still)
    }
}
