//! Masks by their definition, and small vocabularies that are hard to be right about: the oracle of masks.

use std::sync::Arc;

use langlet_core::Langlet;
use langlet_core::complete::{Constraint, Prefix, Vocabulary};
use langlet_core::generate::Chance;

use crate::program::Programs;

/// The definition of a mask for one vocabulary.
pub struct Definition {
    vocabulary: Arc<Vocabulary>,
    /// The entries that have a byte, by their bytes.
    sorted: Vec<(Vec<u8>, u32)>,
}

impl Definition {
    /// For the masks over these entries.
    pub fn new(vocabulary: Arc<Vocabulary>) -> Definition {
        let entries = vocabulary.entries().filter(|(_, bytes)| !bytes.is_empty());
        let mut sorted: Vec<(Vec<u8>, u32)> = entries.map(|(id, bytes)| (bytes.to_vec(), id)).collect();
        sorted.sort();
        Definition { vocabulary, sorted }
    }

    /// The mask behind the prefix: an entry may come if its bytes, pushed one by one on a fork, are taken. Entries that begin
    /// alike share the forks of what they have in common. What ends the sequence may come where the text is complete.
    pub fn mask(&self, prefix: &Prefix) -> Vec<u32> {
        let mut mask = vec![0; self.vocabulary.n_words()];
        let mut allow = |id: u32| mask[id as usize / 32] |= 1 << (id % 32);
        // `forks[n]`: the prefix behind the first n bytes of `before`, as far as they are taken.
        let mut forks: Vec<Prefix> = vec![prefix.fork()];
        let mut before: &[u8] = &[];
        for (bytes, id) in &self.sorted {
            let common = before.iter().zip(bytes).take_while(|(left, right)| left == right).count();
            if common >= forks.len() {
                // It has the byte that was refused.
                continue;
            }
            forks.truncate(common + 1);
            before = bytes;
            for &byte in &bytes[common..] {
                let mut fork = forks[forks.len() - 1].fork();
                if fork.push(&[byte]).is_err() {
                    break;
                }
                forks.push(fork);
            }
            if forks.len() > bytes.len() {
                allow(*id);
            }
        }
        if prefix.is_complete() {
            self.vocabulary.end_of_sequence().iter().for_each(|&id| allow(id));
        }
        mask
    }

    /// What is wrong with the mask of the sequence, with a place and entries; `None` if nothing is.
    pub fn difference(&self, constraint: &mut Constraint) -> Option<String> {
        let n_words = self.vocabulary.n_words();
        // One word more than is needed, of which nothing may be left.
        let mut found = vec![u32::MAX; n_words + 1];
        if let Err(error) = constraint.mask(&mut found) {
            return Some(format!("no mask: {error}"));
        }
        // The second time it is only looked up.
        let mut again = vec![u32::MAX; n_words + 1];
        if constraint.mask(&mut again).is_err() || again != found {
            return Some("the second time there is another mask".to_owned());
        }
        let mut expected = match constraint.has_ended() {
            true => vec![0; n_words],
            false => self.mask(constraint.prefix()),
        };
        expected.push(0);
        let shown = |set: &[u32], other: &[u32]| -> Vec<String> {
            let ids = ids(set).filter(|&id| other[id as usize / 32] >> (id % 32) & 1 == 0);
            let text = |id| self.vocabulary.bytes(id).map(|bytes| bytes.escape_ascii().to_string());
            ids.take(5).map(|id| text(id).unwrap_or_else(|| format!("number {id}"))).collect()
        };
        let (too_many, missing) = (shown(&found, &expected), shown(&expected, &found));
        let behind = constraint.prefix().bytes().escape_ascii().to_string();
        (found != expected).then(|| format!("behind \"{behind}\": too many {too_many:?}, missing {missing:?}"))
    }
}

/// The numbers of a mask.
pub fn ids(mask: &[u32]) -> impl Iterator<Item = u32> {
    let words = (0..).zip(mask);
    words.flat_map(|(word, &bits)| (0..32).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| word * 32 + bit))
}

/// One number of a mask by chance; `None` if there is none.
pub fn choose(mask: &[u32], chance: &mut Chance) -> Option<u32> {
    let n: u32 = mask.iter().map(|bits| bits.count_ones()).sum();
    if n == 0 { None } else { ids(mask).nth(chance.below(n) as usize) }
}

/// All single bytes by their value; then pieces that cross the bounds of tokens and lines, each with all it begins with;
/// pieces of characters; pieces of programs of the langlet. The last entry ends the sequence.
pub fn hard_vocabulary(langlet: &Langlet) -> Vocabulary {
    let mut entries: Vec<Vec<u8>> = (0..=255).map(|byte| vec![byte]).collect();
    for piece in PIECES {
        entries.extend((2..=piece.len()).map(|end| piece.as_bytes()[..end].to_vec()));
    }
    let halves: [&[u8]; 7] = [b"\xC3", b"a\xC3", b"\xA9b", b"\xE2\x80", b"\xBB\xBF", b"\"\xF0\x9F", b"\x98\x80\""];
    entries.extend(halves.map(<[u8]>::to_vec));
    for seed in 0..2 {
        let mut chance = Chance::new(seed);
        let choices: Vec<u8> = (0..60).map(|_| chance.next() as u8).collect();
        let program = Programs::new(langlet).program(&choices);
        for length in [3, 7] {
            entries.extend(program.as_bytes().chunks(length).map(<[u8]>::to_vec));
        }
    }
    let n_entries = entries.len() as u32;
    let numbered = (0..).zip(entries);
    Vocabulary::new(numbered, [(n_entries, "<|endoftext|>".to_owned())]).expect("numbers are distinct")
}

/// What may stand between two tokens of some langlet.
pub const BLANKS: [&str; 14] =
    [" ", "  ", "\t", "\n", "\r\n", "\r", "\\\n", "#a\n", " # é\n\t", "/*a*/", "//\n", "\x0C", "\n    ", "\n  \n "];

const PIECES: [&str; 52] = [
    "  ",
    "\n\n",
    "\n    ",
    "\n\t",
    "\t ",
    "):\n",
    ":\n    ",
    "a\n",
    "#a\n  b",
    "\\\n",
    "\n#a\n",
    "((",
    "))",
    "]}",
    "a.b",
    "a(b",
    " if ",
    " else:",
    "elif",
    "not in",
    "is  not",
    "1e5",
    "1.5",
    "0x1",
    "1..",
    "\"\"\"",
    "'''a",
    "\"a\"",
    "\\\"",
    "f'{a",
    "}}'",
    " = ",
    "==",
    "**",
    "/*a*/",
    "//a\n",
    "{\"",
    "\": ",
    "\", \"",
    "null",
    "true",
    "\\u00e9",
    "bip at bap",
    " and b",
    "é",
    "\u{FEFF} a",
    "\u{FEFF}\n",
    "\r\n  ",
    "\x0C a",
    "\n    return a\n",
    "pass\n\n",
    "\n        \n    ",
];
