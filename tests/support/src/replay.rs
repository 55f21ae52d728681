//! Bytes as a play: a language, a vocabulary, and what is done with a sequence; after each step all that must hold is checked.
//!
//! Whatever the bytes are, they mean something, so a fuzzer may make them up. Each byte is a choice among the ways that there
//! are; behind the last one every choice is 0. A file of letters is as good as any other:
//!
//! ```text
//! language      one of the built-in ones, or a grammar that the bytes write
//! vocabulary    for a grammar of the bytes: pieces of its letters; for the others the hard one
//! steps         push some bytes · take an entry · take one that is allowed · go back · fork and go on · what comes next
//! ```
//!
//! What must hold: the mask is that of the definition; an entry is taken if and only if it is in the mask, and else nothing has
//! changed; what was taken back is as if it had never come; a fork leaves its origin alone; a text is complete if it
//! parses; nothing panics, and what costs too much says so.

use std::sync::Arc;

use langlet_core::Langlet;
use langlet_core::complete::{AcceptError, Constraint, Limits, MaskError, Masks, PushError, Recognizer, Vocabulary};
use langlet_core::diagnostic::SourceText;
use langlet_core::grammar::print;

use crate::masks::{Definition, ids};

/// What a play is about: a language that is loaded, with the hard vocabulary.
pub struct Stage {
    langlet: Langlet,
    masks: Arc<Masks>,
    definition: Definition,
}

impl Stage {
    /// A language with a vocabulary.
    pub fn new(langlet: Langlet, vocabulary: Vocabulary) -> Stage {
        let vocabulary = Arc::new(vocabulary);
        let recognizer = Recognizer::new(&langlet, langlet.start());
        // A play ends soon: what takes more steps than this is said to.
        let limits = Limits { fuel: 1 << 20, ..Limits::default() };
        let masks = Masks::with_limits(&recognizer, vocabulary.clone(), limits);
        Stage { langlet, masks, definition: Definition::new(vocabulary) }
    }
}

/// What a play was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Whether the grammar that the bytes wrote is one.
    pub is_loaded: bool,
    /// Masks that were compared with the definition.
    pub n_masks: usize,
    /// Entries and runs of bytes that were taken.
    pub n_taken: usize,
    /// Entries and runs of bytes that were refused.
    pub n_refused: usize,
    /// What was given up, since it is too ambiguous.
    pub n_exhausted: usize,
}

/// The choices that are left.
struct Choices<'a>(std::slice::Iter<'a, u8>);

impl Choices<'_> {
    fn below(&mut self, n: usize) -> usize {
        self.0.next().map_or(0, |&byte| usize::from(byte) % n)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn are_left(&self) -> bool {
        self.0.len() > 0
    }
}

/// Plays the bytes. The stages are those of the built-in languages, in an order that does not change.
///
/// # Panics
/// If something does not hold.
pub fn replay(bytes: &[u8], stages: &[Stage]) -> Played {
    let mut choices = Choices(bytes.iter());
    // Half of all plays are about grammars of their own.
    match choices.below(2 * stages.len().max(1)) {
        language if language < stages.len() => play(&stages[language], &mut choices),
        _ => {
            let text = grammar(&mut choices);
            let vocabulary = vocabulary(&mut choices);
            match Langlet::load(&SourceText::new("play", &*text), |_| None) {
                Ok(langlet) => play(&Stage::new(langlet, vocabulary), &mut choices),
                Err(errors) => {
                    assert!(!errors.is_empty(), "a grammar is refused with a reason:\n{text}");
                    Played::default()
                }
            }
        }
    }
}

/// A grammar of three rules over a few tokens; many are ambiguous, some are refused.
fn grammar(choices: &mut Choices<'_>) -> String {
    let mut text = String::from("langlet play\n");
    text.push_str(choices.pick(&[
        "start s\n",
        "start f\nf: (NEWLINE | s NEWLINE)* END\nlayout newline NEWLINE = /\\n/\nlayout end NEWLINE END\njoin '(' ')'\n",
        "start f\nf: (NEWLINE | l)* END\nl: s (NEWLINE | ':' NEWLINE INDENT l+ DEDENT)\n\
         layout newline NEWLINE = /\\n/\nlayout indent INDENT DEDENT tab 8\nlayout end END\njoin '(' ')'\n",
    ]));
    text.push_str(&format!("s: {} | t '('\n", rhs(choices, 3)));
    text.push_str(&format!("t: {} | u | '(' s ')' | N\n", rhs(choices, 3)));
    text.push_str(&format!("u: {} | M\n", rhs(choices, 3)));
    let patterns = ["a+", "a", "(a|a)*b", "(a|b)+", "b(ab)*", "a{1,9}", "(a*)*b", "[ab](a+b)?", "\\(a*b", "é+"];
    text.push_str(&format!("token N = /{}/\n", choices.pick(&patterns)));
    text.push_str(&format!("token M = /{}/\n", choices.pick(&patterns)));
    text.push_str(choices.pick(&["skip B = / +/\n", "skip B = /( |\\(\\))+/\n", "skip B = / |b\\(/\n"]));
    text
}

/// A right-hand side. Recursive to the depth given.
fn rhs(choices: &mut Choices<'_>, depth: usize) -> String {
    const LEAVES: [&str; 8] = ["N", "M", "'a'", "'ab'", "'b'", "s", "t", "u"];
    let leaf = choices.below(2) == 0;
    if leaf || depth == 0 {
        return choices.pick(&LEAVES).to_owned();
    }
    let way = choices.below(6);
    let first = rhs(choices, depth - 1);
    match way {
        0 => format!("({first} | {})", rhs(choices, depth - 1)),
        1 => format!("[{first}]"),
        2 => format!("({first})*"),
        3 => format!("({first})+"),
        _ => format!("({first} {})", rhs(choices, depth - 1)),
    }
}

/// Up to forty pieces of a few letters, among them each letter; some twice, one empty, one no text.
fn vocabulary(choices: &mut Choices<'_>) -> Vocabulary {
    const LETTERS: [&[u8]; 9] = [b"a", b"b", b"(", b")", b" ", b"\n", b":", b"\xC3", b"\xA9"];
    let mut entries: Vec<Vec<u8>> = LETTERS.iter().map(|letter| letter.to_vec()).collect();
    entries.extend([Vec::new(), b"\n  ".to_vec(), b"aa".to_vec(), b"aa".to_vec(), b"\xFF\x00".to_vec()]);
    for _ in 0..choices.below(26) {
        let len = 2 + choices.below(5);
        entries.push((0..len).flat_map(|_| choices.pick(&LETTERS).iter().copied()).collect());
    }
    let end = entries.len() as u32;
    Vocabulary::new((0..).zip(entries), [(end, "<eos>".to_owned())]).expect("numbers are distinct")
}

/// How many steps a play has at most.
const MOST_STEPS: usize = 48;

fn play(stage: &Stage, choices: &mut Choices<'_>) -> Played {
    let mut played = Played { is_loaded: true, ..Played::default() };
    let mut constraint = stage.masks.constraint();
    let n_entries = stage.masks.vocabulary().len();
    check(stage, &mut constraint, &mut played);
    // Progress: each step takes a choice, and there is a limit.
    for _ in 0..MOST_STEPS {
        if !choices.are_left() {
            break;
        }
        match choices.below(8) {
            0 => {
                let bytes: Vec<u8> = (0..1 + choices.below(4)).map(|_| choices.below(256) as u8).collect();
                let before = constraint.prefix().bytes();
                match constraint.push(&bytes) {
                    Ok(()) => played.n_taken += 1,
                    Err(error) => {
                        assert_eq!(constraint.prefix().bytes(), before, "a refused run changes nothing");
                        played.n_refused += 1;
                        played.n_exhausted += usize::from(matches!(error, PushError::Exhausted { .. }));
                    }
                }
            }
            1 => {
                take(stage, &mut constraint, choices.below(usize::from(u16::MAX)) as u32 % (n_entries + 2), &mut played)
            }
            2..=4 => {
                let mut mask = vec![0; stage.masks.vocabulary().n_words()];
                if constraint.mask(&mut mask).is_err() {
                    played.n_exhausted += 1;
                    break;
                }
                let allowed: Vec<u32> = ids(&mask).collect();
                match allowed.len() {
                    0 => assert!(constraint.has_ended(), "{}: there is a way on", described(stage, &constraint)),
                    n => take(
                        stage,
                        &mut constraint,
                        allowed[(choices.below(256) * 256 + choices.below(256)) % n],
                        &mut played,
                    ),
                }
            }
            5 => {
                let n = choices.below(9);
                constraint.rollback(n);
                if !constraint.has_ended() {
                    anew(stage, &constraint);
                }
            }
            6 => {
                let mut fork = constraint.fork();
                let before = constraint.prefix().bytes();
                take(stage, &mut fork, choices.below(256) as u32 % n_entries, &mut played);
                let _ = fork.push(b"a");
                fork.rollback(choices.below(3));
                assert_eq!(constraint.prefix().bytes(), before, "a fork leaves its origin alone");
                if choices.below(2) == 0 {
                    constraint = fork;
                }
            }
            _ => {
                let expected = constraint.prefix().expected(&stage.langlet);
                let ended = constraint.is_complete() || constraint.has_ended();
                assert!(ended || !expected.is_empty() || !constraint.prefix().is_empty(), "something comes next");
                let _ = constraint.prefix().forced();
            }
        }
        check(stage, &mut constraint, &mut played);
    }
    played
}

/// Takes an entry, which is done if and only if the mask has it.
fn take(stage: &Stage, constraint: &mut Constraint, id: u32, played: &mut Played) {
    let mut mask = vec![0; stage.masks.vocabulary().n_words() + 1];
    if constraint.mask(&mut mask).is_err() {
        played.n_exhausted += 1;
        return;
    }
    let is_allowed = mask.get(id as usize / 32).is_some_and(|word| word >> (id % 32) & 1 == 1);
    let before = (constraint.prefix().bytes(), constraint.has_ended());
    let taken = constraint.accept(id);
    match &taken {
        Ok(()) => played.n_taken += 1,
        Err(_) => {
            played.n_refused += 1;
            let mut after = vec![0; mask.len()];
            let same = (constraint.prefix().bytes(), constraint.has_ended()) == before;
            assert!(same && constraint.mask(&mut after).is_ok() && after == mask, "a refused entry changes nothing");
        }
    }
    if let Err(AcceptError::Refused { error: PushError::Exhausted { .. }, .. }) = taken {
        played.n_exhausted += 1;
        return;
    }
    assert_eq!(taken.is_ok(), is_allowed, "{}: {id}: {taken:?}", described(stage, constraint));
}

/// The mask is that of the definition, or a part of it and it says so; the text is complete if it parses.
fn check(stage: &Stage, constraint: &mut Constraint, played: &mut Played) {
    let mut mask = vec![0; stage.masks.vocabulary().n_words()];
    match constraint.mask(&mut mask) {
        Ok(()) => {
            if let Some(difference) = stage.definition.difference(constraint) {
                panic!("{}: {difference}", described(stage, constraint));
            }
            played.n_masks += 1;
        }
        Err(MaskError::OutOfFuel { .. }) => {
            let whole = stage.definition.mask(constraint.prefix());
            let is_part = mask.iter().zip(&whole).all(|(part, whole)| part & !whole == 0);
            assert!(is_part, "{}: a mask cut short allows nothing else", described(stage, constraint));
            played.n_exhausted += 1;
        }
        Err(error) => panic!("{}: {error}", described(stage, constraint)),
    }
    if let Ok(text) = String::from_utf8(constraint.prefix().bytes()) {
        let parses = stage.langlet.parse(text).is_ok();
        assert_eq!(constraint.is_complete(), parses, "{}: complete if it parses", described(stage, constraint));
    }
}

/// The sequence is as one that has had the bytes it has now, and no others.
fn anew(stage: &Stage, constraint: &Constraint) {
    let mut anew = stage.masks.constraint();
    let bytes = constraint.prefix().bytes();
    if !bytes.is_empty() {
        anew.push(&bytes).unwrap_or_else(|error| panic!("{}: {error}", described(stage, constraint)));
    }
    assert_eq!(anew.is_complete(), constraint.is_complete());
    for byte in 0..=255 {
        let (left, right) = (anew.prefix().fork().push(&[byte]), constraint.prefix().fork().push(&[byte]));
        assert_eq!(left, right, "{}: behind it, {byte}", described(stage, constraint));
    }
}

fn described(stage: &Stage, constraint: &Constraint) -> String {
    let grammar = match stage.langlet.name() {
        "play" => print::whole(stage.langlet.grammar()),
        name => name.to_owned(),
    };
    format!("{grammar}\nbehind \"{}\"", constraint.prefix().bytes().escape_ascii())
}
