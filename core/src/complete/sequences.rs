//! What the entries of a vocabulary are to the parser: sequences of tokens, and a rest that is not yet one.
//!
//! The lexer alone decides which tokens an entry completes when it is read from a state of the scan, and what its rest can become. A
//! hundred thousand entries fall into some thousand sequences. So the parser is asked once for each sequence, and for each
//! sequence once for what the rests of its entries can become; the answers are sets of entries:
//!
//! ```text
//! from the state inside a name, a vocabulary of  a  bc  (  (x  )  ):
//!
//! root           rest can be NAME          a  bc
//! └ NAME         rest can be `(`           (          a rest that begins a token is not yet one
//!                rest can be `)`           )
//!   ├ `(`        rest can be NAME …        (x
//!   └ `)`        rest can be `:` or `:=`   ):
//! ```
//!
//! Where lines count, a line end is an item of a sequence, and so is the beginning of a logical line with the blanks before it:
//! what indentation they mean is known only to the reading.
//!
//! What an entry is behind the end of a token does not depend on that token, but for states that watch it. So the table of a state has two
//! parts: what goes on with the token, and, where the token may end, a *bundle*, which all states share whose bytes begin the same tokens.
//!
//! Sources: terminal sequences as in SynCode (Ugare et al. 2024) and "Flexible and Efficient Grammar-Constrained Decoding"
//! (Park et al. 2025); readings instead of one token of lookahead are our own.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::reading::{Reader, Side};
use super::scan::{DEAD, FULL, Scan, ScanId, Step};
use super::trie::{Kinds, Trie, kind_of};
use crate::lexer::Action;

/// Number of a run of blanks in a [`Sequences`].
type BlanksId = u32;

/// The blanks before a logical line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Blanks {
    /// Whether the line begins in the entry; else they come behind those that the reading has counted.
    pub(crate) from_line_start: bool,
    pub(crate) bytes: Vec<u8>,
}

/// One item of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Item {
    /// A token or a line end: the number of its pattern.
    Pattern(u32),
    /// A logical line begins behind these blanks, if the reading is between two lines.
    Line(BlanksId),
}

/// A set of entries.
#[derive(Debug)]
pub(crate) enum Entries {
    Few(Box<[u32]>),
    /// As the bits of a mask.
    Many(Box<[u32]>),
}

/// Entries with the same sequence whose rests can become the same tokens.
#[derive(Debug)]
pub(crate) struct Group {
    /// What the rests can become.
    pub(crate) winners: Arc<[u32]>,
    pub(crate) side: Side,
    pub(crate) entries: Entries,
}

/// A trie of sequences in preorder; the root is node 0.
#[derive(Debug, Default)]
pub(crate) struct Sequences {
    /// `items[node]`: the last item; meaningless for the root.
    pub(crate) items: Vec<Item>,
    /// `ends[node]`: the first node behind its subtree.
    pub(crate) ends: Vec<u32>,
    /// `first_groups[node]..first_groups[node + 1]`: its groups.
    pub(crate) first_groups: Vec<u32>,
    pub(crate) groups: Vec<Group>,
    pub(crate) blanks: Vec<Blanks>,
    /// Whether there were too many states of the scan: then entries are missing.
    pub(crate) is_cut: bool,
}

impl Sequences {
    /// Bytes of memory, about.
    pub(crate) fn memory(&self) -> usize {
        let entries: usize = self
            .groups
            .iter()
            .map(|group| match &group.entries {
                Entries::Few(ids) => ids.len() * 4,
                Entries::Many(words) => words.len() * 4,
            })
            .sum();
        entries + self.items.len() * 16 + self.groups.len() * size_of::<Group>() + 64
    }
}

/// Where the layout of an entry is, as far as the lexer can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Line {
    /// Whether the next token may begin a logical line.
    pub(crate) begins: bool,
    /// Whether blanks still count.
    pub(crate) counting: bool,
    blanks: BlanksId,
}

impl Line {
    /// Inside a logical line.
    pub(crate) const INSIDE: Line = Line { begins: false, counting: false, blanks: 0 };

    /// Before a logical line whose blanks the reading has counted so far.
    pub(crate) fn before(counting: bool) -> Line {
        Line { begins: true, counting, blanks: 0 }
    }
}

/// Where the bytes of a table begin.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum From {
    /// In a token.
    Token(ScanId, Side, Line),
    /// Between two tokens: by the class of the first byte, the state in the token that it begins.
    Between(Arc<[ScanId]>, Line),
}

#[derive(Clone, Copy)]
struct State {
    scan: ScanId,
    side: Side,
    line: Line,
    node: u32,
}

struct Builder<'a> {
    reader: &'a Reader,
    /// Items by parent and item.
    nodes: FxHashMap<(u32, Item), u32>,
    parents: Vec<(u32, Item)>,
    groups: FxHashMap<(u32, u32, Side), u32>,
    members: Vec<(Group, Vec<u32>)>,
    group_nodes: Vec<u32>,
    blanks: Vec<Blanks>,
    blank_ids: FxHashMap<Blanks, BlanksId>,
    /// `loops[state of the scan]`, as far as they were asked for.
    loops: Vec<Loops>,
    is_cut: bool,
}

/// The kinds of bytes by which a state of the scan leads to itself and nowhere else.
#[derive(Clone, Copy, Default)]
struct Loops {
    /// Those that do.
    known: Kinds,
    /// Those that do not.
    others: Kinds,
}

/// The sequences of all entries of the trie. Costs a step for each byte of the trie that some entry can be read with; a subtree
/// whose bytes only lead back to the states before it, such as what can stand in a name or in a comment, costs one.
pub(crate) fn sequences(reader: &Reader, trie: &Trie, n_entries: u32, from: &From) -> Sequences {
    let mut builder = Builder {
        reader,
        nodes: FxHashMap::default(),
        parents: vec![(0, Item::Pattern(0))],
        groups: FxHashMap::default(),
        members: Vec::new(),
        group_nodes: Vec::new(),
        blanks: Vec::new(),
        blank_ids: FxHashMap::default(),
        loops: Vec::new(),
        is_cut: false,
    };
    let empty = Blanks { from_line_start: false, bytes: Vec::new() };
    assert_eq!(builder.blanks_id(empty), Line::INSIDE.blanks);
    // The states of the nodes on the way from the root, those of a node in one run; and for each of these nodes the first node
    // behind its subtree, and where its run begins.
    let mut states: Vec<State> = Vec::new();
    let mut open: Vec<(u32, usize)> = Vec::new();
    let mut node = 1;
    while node < trie.n_nodes() {
        while let Some((_, run)) = open.pop_if(|(end, _)| *end <= node) {
            states.truncate(run);
        }
        let byte = trie.byte(node);
        let run = states.len();
        match open.last() {
            Some(&(_, above)) => (above..run).for_each(|index| builder.push(states[index], byte, &mut states)),
            None => match from {
                From::Token(scan, side, line) => {
                    builder.push(State { scan: *scan, side: *side, line: *line, node: 0 }, byte, &mut states);
                }
                From::Between(begins, line) => {
                    let scan = begins[usize::from(reader.scan.classes[usize::from(byte)])];
                    builder.begin(0, *line, scan, byte, &mut states);
                }
            },
        }
        let behind = &states[run..];
        let kinds = trie.kinds_below(node);
        if behind.iter().all(|state| builder.stays(state, kinds)) {
            // None of them may be left.
            behind.iter().for_each(|state| builder.add(state, trie.ids_below(node)));
            states.truncate(run);
            node = trie.end(node);
            continue;
        }
        for id in trie.ids(node) {
            behind.iter().for_each(|state| builder.add(state, std::slice::from_ref(id)));
        }
        open.push((trie.end(node), run));
        node += 1;
    }
    builder.finish(n_entries)
}

impl Builder<'_> {
    fn push(&mut self, state: State, byte: u8, out: &mut Vec<State>) {
        let scan = &self.reader.scan;
        let step = scan.step(state.scan, byte);
        self.is_cut |= step.goes_on == FULL || step.begins == FULL;
        if step.goes_on < FULL && state.scan != Scan::START {
            let line = self.count(state.line, byte);
            let next = State { scan: step.goes_on, line, ..state };
            if step.keeps_winners || self.has_winner(&next) {
                out.push(next);
            }
        }
        if state.scan == Scan::START {
            self.begin(state.node, state.line, step.goes_on, byte, out);
        } else if step.begins < FULL {
            let pattern = scan.state(state.scan).accept.expect("a token ends only where it may");
            if let Some((node, line)) = self.end(&state, pattern) {
                self.begin(node, line, step.begins, byte, out);
            }
        }
    }

    /// The node and line behind a token that ends as this pattern; `None` if its side does not allow it.
    fn end(&mut self, state: &State, pattern: u32) -> Option<(u32, Line)> {
        let reader = self.reader;
        match reader.scan.meaning(pattern).action {
            Action::Trivia | Action::LineEnd if state.side == Side::Token => None,
            Action::Trivia => Some((state.node, state.line)),
            Action::LineEnd => {
                let blanks = self.blanks_id(Blanks { from_line_start: true, bytes: Vec::new() });
                let line =
                    if reader.has_blocks() { Line { begins: true, counting: true, blanks } } else { Line::INSIDE };
                Some((self.child(state.node, Item::Pattern(pattern)), line))
            }
            _ if state.side == Side::Trivia => None,
            _ => Some((self.child(state.node, Item::Pattern(pattern)), Line::INSIDE)),
        }
    }

    /// Begins a token with the byte.
    fn begin(&mut self, node: u32, line: Line, scan: ScanId, byte: u8, out: &mut Vec<State>) {
        self.is_cut |= scan == FULL;
        if scan == DEAD || scan == FULL {
            return;
        }
        let line = self.count(line, byte);
        if !line.begins {
            out.push(State { scan, side: Side::Any, line, node });
            return;
        }
        let trivia = State { scan, side: Side::Trivia, line, node };
        if self.has_winner(&trivia) {
            out.push(trivia);
        }
        let token = State { scan, side: Side::Token, line: Line::INSIDE, node };
        if self.has_winner(&token) {
            out.push(State { node: self.child(node, Item::Line(line.blanks)), ..token });
        }
    }

    /// Whether the state stays what it is behind bytes of these kinds, however many.
    fn stays(&mut self, state: &State, kinds: Kinds) -> bool {
        if kinds == 0 || state.line.counting || state.scan == Scan::START {
            return kinds == 0;
        }
        let index = state.scan as usize;
        if index >= self.loops.len() {
            self.loops.resize(index + 1, Loops::default());
        }
        let mut loops = self.loops[index];
        // Progress: each turn decides one kind more.
        while kinds & loops.others == 0 && kinds & !loops.known != 0 {
            let kind = (kinds & !loops.known).trailing_zeros();
            let scan = &self.reader.scan;
            let is_loop = (0..=255).filter(|&byte| u32::from(kind_of(byte)) == kind).all(|byte| {
                let Step { goes_on, begins, .. } = scan.step(state.scan, byte);
                goes_on == state.scan && begins == DEAD
            });
            *(if is_loop { &mut loops.known } else { &mut loops.others }) |= 1 << kind;
        }
        self.loops[index] = loops;
        kinds & !loops.known == 0
    }

    fn has_winner(&self, state: &State) -> bool {
        match state.side {
            Side::Any => true,
            Side::Token => self.reader.scan.state(state.scan).wins_token,
            Side::Trivia => self.reader.scan.state(state.scan).wins_trivia,
        }
    }

    /// As [`Reader`] counts.
    #[inline(always)]
    fn count(&mut self, line: Line, byte: u8) -> Line {
        if line.counting { self.count_blank(line, byte) } else { line }
    }

    fn count_blank(&mut self, line: Line, byte: u8) -> Line {
        match byte {
            b' ' | b'\t' => {
                let mut blanks = self.blanks[line.blanks as usize].clone();
                blanks.bytes.push(byte);
                Line { blanks: self.blanks_id(blanks), ..line }
            }
            b'\x0c' => {
                let blanks = Blanks { from_line_start: true, bytes: Vec::new() };
                Line { blanks: self.blanks_id(blanks), ..line }
            }
            _ => Line { counting: false, ..line },
        }
    }

    fn blanks_id(&mut self, blanks: Blanks) -> BlanksId {
        if let Some(&id) = self.blank_ids.get(&blanks) {
            return id;
        }
        let id = self.blanks.len() as BlanksId;
        self.blanks.push(blanks.clone());
        self.blank_ids.insert(blanks, id);
        id
    }

    fn child(&mut self, node: u32, item: Item) -> u32 {
        let parents = &mut self.parents;
        *self.nodes.entry((node, item)).or_insert_with(|| {
            parents.push((node, item));
            parents.len() as u32 - 1
        })
    }

    fn add(&mut self, state: &State, ids: &[u32]) {
        let known = self.reader.scan.state(state.scan);
        let key = (state.node, known.winners_id, state.side);
        let group = match self.groups.get(&key) {
            Some(&group) => group,
            None => {
                let group = self.members.len() as u32;
                let empty = Entries::Few(Box::new([]));
                let fresh = Group { winners: known.winners.clone(), side: state.side, entries: empty };
                self.members.push((fresh, Vec::new()));
                self.group_nodes.push(state.node);
                self.groups.insert(key, group);
                group
            }
        };
        let members = &mut self.members[group as usize].1;
        // Two readings of an entry may end alike.
        if !members.ends_with(ids) {
            members.extend_from_slice(ids);
        }
    }

    fn finish(self, n_entries: u32) -> Sequences {
        let n_words = (n_entries as usize).div_ceil(32);
        let mut children: Vec<Vec<u32>> = vec![Vec::new(); self.parents.len()];
        for (node, &(parent, _)) in self.parents.iter().enumerate().skip(1) {
            children[parent as usize].push(node as u32);
        }
        let mut groups: Vec<Vec<Group>> = self.parents.iter().map(|_| Vec::new()).collect();
        for ((mut group, ids), node) in self.members.into_iter().zip(self.group_nodes) {
            group.entries = if ids.len() > n_words {
                let mut words = vec![0; n_words];
                ids.iter().for_each(|&id| words[id as usize / 32] |= 1 << (id % 32));
                Entries::Many(words.into())
            } else {
                Entries::Few(ids.into())
            };
            groups[node as usize].push(group);
        }
        let mut table = Sequences { blanks: self.blanks, is_cut: self.is_cut, ..Sequences::default() };
        enum Work {
            Open(u32),
            Close(u32),
        }
        let mut work = vec![Work::Open(0)];
        while let Some(next) = work.pop() {
            match next {
                Work::Open(node) => {
                    let number = table.items.len() as u32;
                    table.items.push(self.parents[node as usize].1);
                    table.ends.push(0);
                    table.first_groups.push(table.groups.len() as u32);
                    table.groups.append(&mut groups[node as usize]);
                    work.push(Work::Close(number));
                    let mut below = std::mem::take(&mut children[node as usize]);
                    below.sort_by_key(|&child| self.parents[child as usize].1);
                    work.extend(below.into_iter().rev().map(Work::Open));
                }
                Work::Close(number) => table.ends[number as usize] = table.items.len() as u32,
            }
        }
        table.first_groups.push(table.groups.len() as u32);
        table
    }
}
