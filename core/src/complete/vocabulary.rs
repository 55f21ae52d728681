//! Vocabularies: the byte strings that a language model writes, by number, and the entries that are no text.
//!
//! An *entry* is a token of the model; the word *token* is kept for the tokens of a langlet. Entries are bytes: many are no
//! valid UTF-8, being pieces of characters. A *special* entry, such as the end of the sequence, has a name and no bytes.
//! Numbers may have gaps, byte strings may occur several times, and entries of length 0 are kept so that the numbers stay
//! right; but a mask never allows one, since writing it for ever would change nothing.
//!
//! All bytes lie in one array, in the order of the numbers. The trie that masks walk is built on first use.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use super::trie::Trie;

/// The largest number that an entry may have. Masks have a bit for each number, so a stray one would cost their size.
pub const MAX_ID: u32 = (1 << 24) - 1;

/// Names by which models call their end of the sequence.
const END_OF_SEQUENCE: [&str; 17] = [
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|im_end|>",
    "<|end|>",
    "<|return|>",
    "<|call|>",
    "<|EOT|>",
    "<|eos|>",
    "<|endofprompt|>",
    "<｜end▁of▁sentence｜>",
    "</s>",
    "<eos>",
    "<end_of_turn>",
    "<EOS_TOKEN>",
    "[EOS]",
];

/// The entries of a model, by number. Shared by all grammars.
#[derive(Clone)]
pub struct Vocabulary {
    /// `starts[id]..starts[id + 1]`: the bytes of the entry in `text`. One longer than there are numbers.
    starts: Vec<u32>,
    text: Vec<u8>,
    /// `is_entry[id]`: whether the number has bytes, even if none: not a gap, not special.
    is_entry: Vec<bool>,
    /// Names of special entries.
    specials: BTreeMap<u32, String>,
    /// In ascending order; all of them are special.
    end_of_sequence: Vec<u32>,
    trie: OnceLock<Trie>,
}

impl Vocabulary {
    /// A vocabulary of entries with their bytes, in any order, and of special entries with their names. What ends the
    /// sequence is recognized by its usual names.
    ///
    /// # Errors
    /// No entry has a byte; a number occurs twice, or is above [`MAX_ID`]; the bytes do not fit into 4 GiB.
    pub fn new(
        entries: impl IntoIterator<Item = (u32, Vec<u8>)>,
        specials: impl IntoIterator<Item = (u32, String)>,
    ) -> Result<Vocabulary, VocabularyError> {
        let entries: Vec<(u32, Vec<u8>)> = entries.into_iter().collect();
        let places: Vec<(u32, u32, u32)> = {
            let mut at = 0_usize;
            let mut places = Vec::with_capacity(entries.len());
            for (id, bytes) in &entries {
                let start = u32::try_from(at).map_err(|_| VocabularyError::TooLarge)?;
                at += bytes.len();
                places.push((*id, start, u32::try_from(at).map_err(|_| VocabularyError::TooLarge)?));
            }
            places
        };
        let text: Vec<u8> = entries.into_iter().flat_map(|(_, bytes)| bytes).collect();
        Vocabulary::from_flat(&text, places, specials)
    }

    /// As [`Vocabulary::new`], of entries whose bytes stand in one text: (number, start, end).
    pub(crate) fn from_flat(
        text: &[u8],
        mut entries: Vec<(u32, u32, u32)>,
        specials: impl IntoIterator<Item = (u32, String)>,
    ) -> Result<Vocabulary, VocabularyError> {
        let mut named: BTreeMap<u32, String> = BTreeMap::new();
        let shown = |start: u32, end: u32| show_bytes(&text[start as usize..end as usize]);
        for (id, name) in specials {
            if let Some(first) = named.get(&id) {
                return Err(VocabularyError::DuplicateId { id, first: first.clone(), second: name });
            }
            named.insert(id, name);
        }
        entries.sort_by_key(|&(id, _, _)| id);
        for pair in entries.windows(2) {
            if let [(id, a, b), (second, c, d)] = *pair
                && id == second
            {
                return Err(VocabularyError::DuplicateId { id, first: shown(a, b), second: shown(c, d) });
            }
        }
        for &(id, start, end) in &entries {
            if let Some(name) = named.get(&id) {
                return Err(VocabularyError::DuplicateId { id, first: shown(start, end), second: name.clone() });
            }
        }
        if entries.iter().all(|&(_, start, end)| start == end) {
            return Err(VocabularyError::Empty);
        }
        let highest = entries.iter().map(|entry| entry.0).chain(named.keys().copied()).max().unwrap_or(0);
        if highest > MAX_ID {
            return Err(VocabularyError::IdTooLarge(highest));
        }
        let mut vocabulary = Vocabulary {
            starts: Vec::with_capacity(highest as usize + 2),
            text: Vec::with_capacity(text.len()),
            is_entry: vec![false; highest as usize + 1],
            end_of_sequence: Vec::new(),
            specials: named,
            trie: OnceLock::new(),
        };
        for (id, start, end) in entries {
            // Gaps before it have no bytes.
            vocabulary.starts.resize(id as usize + 1, vocabulary.text.len() as u32);
            vocabulary.text.extend_from_slice(&text[start as usize..end as usize]);
            vocabulary.is_entry[id as usize] = true;
        }
        vocabulary.starts.resize(highest as usize + 2, vocabulary.text.len() as u32);
        let ends = END_OF_SEQUENCE.iter().filter_map(|name| vocabulary.special(name)).collect();
        Ok(vocabulary.with_sorted_ends(ends))
    }

    /// The same with further special entries, as rank files have none: (number, name). A number that has bytes loses them.
    ///
    /// # Errors
    /// A number occurs twice, is special already under another name, or is above [`MAX_ID`]; no entry with a byte is left.
    pub fn with_specials(
        self,
        specials: impl IntoIterator<Item = (u32, String)>,
    ) -> Result<Vocabulary, VocabularyError> {
        let mut named: BTreeMap<u32, String> = BTreeMap::new();
        for (id, name) in specials {
            if let Some(first) = named.get(&id).or_else(|| self.specials.get(&id).filter(|&first| *first != name)) {
                return Err(VocabularyError::DuplicateId { id, first: first.clone(), second: name });
            }
            named.insert(id, name);
        }
        let entries = (0..self.len()).filter(|&id| self.is_entry[id as usize] && !named.contains_key(&id));
        let entries = entries.map(|id| (id, self.starts[id as usize], self.starts[id as usize + 1])).collect();
        let ends = self.end_of_sequence;
        let specials = self.specials.into_iter().filter(|(id, _)| !named.contains_key(id)).collect::<Vec<_>>();
        let vocabulary = Vocabulary::from_flat(&self.text, entries, specials.into_iter().chain(named))?;
        let recognized = vocabulary.end_of_sequence.clone();
        Ok(vocabulary.with_sorted_ends(ends.into_iter().chain(recognized).collect()))
    }

    /// The same with these entries, and no others, as the end of the sequence. One that has bytes becomes special, under
    /// its text as a name; a number that was a gap, or above all others, becomes one named `<end>`.
    ///
    /// # Errors
    /// A number is above [`MAX_ID`]; no entry with a byte is left.
    pub fn with_end_of_sequence(self, ids: impl IntoIterator<Item = u32>) -> Result<Vocabulary, VocabularyError> {
        let mut ends: Vec<u32> = ids.into_iter().collect();
        ends.sort_unstable();
        ends.dedup();
        let new = ends.iter().filter(|id| !self.specials.contains_key(id));
        let named = new.map(|&id| {
            let name = self.bytes(id).filter(|bytes| !bytes.is_empty()).map(String::from_utf8_lossy);
            (id, name.map_or_else(|| "<end>".to_owned(), |name| name.into_owned()))
        });
        let named: Vec<(u32, String)> = named.collect();
        let vocabulary = if named.is_empty() { self } else { self.with_specials(named)? };
        Ok(vocabulary.with_sorted_ends(ends))
    }

    fn with_sorted_ends(mut self, mut ends: Vec<u32>) -> Vocabulary {
        ends.sort_unstable();
        ends.dedup();
        self.end_of_sequence = ends;
        self
    }

    /// The highest number of an entry and 1: the width of a mask in bits.
    pub fn len(&self) -> u32 {
        self.is_entry.len() as u32
    }

    /// Never: a vocabulary has an entry with a byte.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Number of 32-bit words of a mask.
    pub fn n_words(&self) -> usize {
        self.is_entry.len().div_ceil(32)
    }

    /// The bytes of an entry; `None` if it is special or there is none of that number.
    pub fn bytes(&self, id: u32) -> Option<&[u8]> {
        let is_entry = self.is_entry.get(id as usize).copied().unwrap_or(false);
        is_entry.then(|| &self.text[self.starts[id as usize] as usize..self.starts[id as usize + 1] as usize])
    }

    /// The entries with their bytes, by ascending number; without the special ones.
    pub fn entries(&self) -> impl Iterator<Item = (u32, &[u8])> {
        (0..self.len()).filter_map(|id| Some((id, self.bytes(id)?)))
    }

    /// The special entry of this name; the lowest if several have it.
    pub fn special(&self, name: &str) -> Option<u32> {
        self.specials.iter().find(|(_, special)| *special == name).map(|(&id, _)| id)
    }

    /// The special entries with their names, by ascending number.
    pub fn specials(&self) -> impl Iterator<Item = (u32, &str)> {
        self.specials.iter().map(|(&id, name)| (id, name.as_str()))
    }

    /// The entries that end the sequence, in ascending order. A mask allows them where the text is complete.
    pub fn end_of_sequence(&self) -> &[u32] {
        &self.end_of_sequence
    }

    /// The trie of all entries that have a byte; built on first use.
    pub fn trie(&self) -> &Trie {
        self.trie.get_or_init(|| Trie::new(self.entries()))
    }

    /// The text as entries: at each place the longest that fits, and of equal ones the lowest. This is not how a model would
    /// divide it, but the same bytes. `None` if no entry fits at some place.
    pub fn tokenize(&self, text: &[u8]) -> Option<Vec<u32>> {
        let trie = self.trie();
        let mut ids = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let (mut node, mut longest) = (Trie::ROOT, None);
            for (n, &byte) in text[at..].iter().enumerate() {
                let Some(child) = trie.child(node, byte) else { break };
                node = child;
                longest = trie.ids(node).first().map(|&id| (id, n + 1)).or(longest);
            }
            let (id, len) = longest?;
            ids.push(id);
            at += len;
        }
        Some(ids)
    }

    /// Bytes of memory, the trie included if it is built.
    pub fn memory(&self) -> usize {
        let names: usize = self.specials.values().map(|name| name.len() + 32).sum();
        let trie = self.trie.get().map_or(0, Trie::memory);
        4 * self.starts.capacity() + self.text.capacity() + self.is_entry.capacity() + names + trie
    }
}

impl fmt::Debug for Vocabulary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vocabulary({} numbers, {} special)", self.len(), self.specials.len())
    }
}

/// Equal entries, specials and ends.
impl PartialEq for Vocabulary {
    fn eq(&self, other: &Vocabulary) -> bool {
        (&self.starts, &self.text, &self.is_entry, &self.specials, &self.end_of_sequence)
            == (&other.starts, &other.text, &other.is_entry, &other.specials, &other.end_of_sequence)
    }
}

/// What is wrong with a vocabulary.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VocabularyError {
    /// No entry has a byte.
    #[error("the vocabulary is empty: no entry has a byte, so nothing could be written; give one with entries")]
    Empty,
    /// A number occurs twice.
    #[error("two entries have the number {id}: {first} and {second}; give each a number of its own")]
    DuplicateId {
        /// The number.
        id: u32,
        /// Text or name of one of them.
        first: String,
        /// Text or name of the other.
        second: String,
    },
    /// A number is above [`MAX_ID`].
    #[error(
        "an entry has the number {0}, and at most {MAX_ID} is allowed: a mask has a bit for each; number them without large gaps"
    )]
    IdTooLarge(u32),
    /// The bytes of all entries do not fit into 4 GiB.
    #[error("the entries have more than 4 GiB of text; is this a vocabulary?")]
    TooLarge,
    /// A line of a rank file has another form.
    #[error("line {line}: found {found}, expected {expected}; {mend}")]
    Line {
        /// From 1.
        line: usize,
        /// What stands there.
        found: String,
        /// What should.
        expected: &'static str,
        /// What to do.
        mend: &'static str,
    },
    /// The text is no JSON, or its values have other types.
    #[error(
        "line {line}, column {column}: {message}; expected a `tokenizer.json` as the `tokenizers` library writes it"
    )]
    Syntax {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What the reader says.
        message: String,
    },
    /// A part of a `tokenizer.json` that is not understood.
    #[error("{place}: found {found}, expected {expected}; {mend}")]
    Unsupported {
        /// A JSON pointer.
        place: String,
        /// What stands there.
        found: String,
        /// What should.
        expected: &'static str,
        /// What to do.
        mend: &'static str,
    },
}

/// Bytes for a message: in quotes, what is not printable as escapes, long ones cut.
pub(crate) fn show_bytes(bytes: &[u8]) -> String {
    const LONGEST: usize = 40;
    let text: String = match std::str::from_utf8(bytes) {
        Ok(text) => text.chars().take(LONGEST).flat_map(char::escape_debug).collect(),
        Err(_) => bytes.iter().take(LONGEST).map(|byte| byte.escape_ascii().to_string()).collect(),
    };
    let cut = if bytes.len() > LONGEST { "…" } else { "" };
    format!("\"{text}{cut}\"")
}
