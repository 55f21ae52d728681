//! F-strings of `python313`: prefixes and masks inside them are exact, against a scanner that reads them character by character.
//!
//! The scanner is written by hand from what the langlet says of fields, and keeps a stack of braces. It is dead at the first
//! character that no f-string has at that place; so it is the oracle of the regex, of its automaton, and of the search that
//! decides which tokens can still end.

use std::sync::{Arc, LazyLock};

use langlet_core::Langlet;
use langlet_core::complete::{Completions, Masks, PushError, Recognizer, Vocabulary};
use langlet_core::generate::Chance;
use langlet_test_support::masks::{Definition, choose};

/// Where the scanner is in an f-string behind its opening quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// In the text; behind a backslash; behind a backslash and a carriage return; behind one brace.
    Text,
    TextEscape,
    TextReturn,
    Open,
    Close,
    /// In a long f-string, behind one or two of its quotes.
    Quotes(u32),
    /// Before the expression of a field; whether a blank or a comment is behind its brace.
    Begin(bool),
    /// In a field.
    Plain,
    /// Behind a hash; whether it is the first of a field, and behind a blank.
    Hash(Option<bool>),
    /// In a comment; whether before the expression.
    Comment(bool),
    /// Directly in a field, behind a colon.
    Colon,
    /// Behind the first quote of a string; whether a colon stands before it.
    Quote(char, bool),
    /// Behind two quotes: an empty string, or a long one.
    Empty(char),
    Short(char),
    ShortEscape(char),
    ShortReturn(char),
    Long(char, u32),
    LongEscape(char),
    /// Behind the closing quotes.
    Done,
}

/// The scanner of one f-string.
struct Scanner {
    quote: char,
    is_long: bool,
    /// Braces that are open: those of the field, and up to two inside.
    depth: u32,
    at: At,
}

impl Scanner {
    fn new(quote: char, is_long: bool) -> Scanner {
        Scanner { quote, is_long, depth: 0, at: At::Text }
    }

    /// Reads a character; `false` if no f-string has it here.
    fn push(&mut self, c: char) -> bool {
        match self.next(c) {
            Some(at) if c != '\0' => self.at = at,
            _ => return false,
        }
        true
    }

    fn next(&mut self, c: char) -> Option<At> {
        let is_line_end = matches!(c, '\r' | '\n');
        Some(match self.at {
            At::TextReturn if c == '\n' => At::Text,
            At::Text | At::TextReturn => return self.text(c),
            At::TextEscape if c == '{' => At::Open,
            At::TextEscape if c == '}' => At::Close,
            At::TextEscape if c == '\r' && !self.is_long => At::TextReturn,
            At::TextEscape => At::Text,
            At::Open if c == '{' => At::Text,
            At::Open => {
                self.depth = 1;
                return self.begin(c, false);
            }
            At::Close if c == '}' => At::Text,
            At::Close => return None,
            At::Quotes(2) if c == self.quote => At::Done,
            At::Quotes(n) if c == self.quote => At::Quotes(n + 1),
            At::Quotes(_) => return self.text(c),
            At::Begin(has_blank) => return self.begin(c, has_blank),
            At::Plain => return self.field(c),
            At::Hash(begin) => match (c, begin) {
                (' ' | '\t' | '\'' | '"', _) => At::Comment(begin.is_some()),
                ('{', Some(false)) | ('}', Some(_)) => return None,
                ('{' | '}', _) => return self.field(c),
                _ => At::Plain,
            },
            At::Comment(true) if is_line_end => At::Begin(true),
            At::Comment(false) if is_line_end => At::Plain,
            comment @ At::Comment(_) => comment,
            At::Colon if matches!(c, '\'' | '"') => At::Quote(c, true),
            At::Colon => return self.field(c),
            At::Quote(_, true) if matches!(c, '<' | '>' | '=' | '^') => At::Plain,
            At::Quote(quote, _) if c == quote => At::Empty(quote),
            At::Quote(quote, _) => return short(quote, c),
            At::Empty(quote) if c == quote => At::Long(quote, 0),
            At::Empty(_) if matches!(c, '\'' | '"') => return None,
            At::Empty(_) => return self.field(c),
            At::ShortReturn(quote) if c == '\n' => At::Short(quote),
            At::Short(quote) | At::ShortReturn(quote) if c == quote => At::Plain,
            At::Short(quote) | At::ShortReturn(quote) => return short(quote, c),
            At::ShortEscape(quote) if c == '\r' => At::ShortReturn(quote),
            At::ShortEscape(quote) => At::Short(quote),
            At::Long(quote, 2) if c == quote => At::Plain,
            At::Long(quote, n) if c == quote => At::Long(quote, n + 1),
            At::Long(quote, _) if c == '\\' => At::LongEscape(quote),
            At::Long(quote, _) | At::LongEscape(quote) => At::Long(quote, 0),
            At::Done => unreachable!("nothing is read behind the end"),
        })
    }

    fn text(&self, c: char) -> Option<At> {
        Some(match c {
            '\\' => At::TextEscape,
            '{' => At::Open,
            '}' => At::Close,
            _ if c == self.quote && self.is_long => At::Quotes(1),
            _ if c == self.quote => At::Done,
            '\r' | '\n' if !self.is_long => return None,
            _ => At::Text,
        })
    }

    /// Before the expression of a field.
    fn begin(&mut self, c: char, has_blank: bool) -> Option<At> {
        match c {
            ' ' | '\t' | '\r' | '\n' | '\x0c' => Some(At::Begin(true)),
            '#' => Some(At::Hash(Some(has_blank))),
            '!' | ':' | '=' | '}' => None,
            '{' if !has_blank => None,
            _ => self.field(c),
        }
    }

    fn field(&mut self, c: char) -> Option<At> {
        Some(match c {
            '#' => At::Hash(None),
            ':' if self.depth == 1 => At::Colon,
            '\'' | '"' => At::Quote(c, false),
            '{' if self.depth == 3 => return None,
            '{' => {
                self.depth += 1;
                At::Plain
            }
            '}' => {
                self.depth -= 1;
                if self.depth == 0 { At::Text } else { At::Plain }
            }
            _ => At::Plain,
        })
    }
}

/// In a short string inside a field.
fn short(quote: char, c: char) -> Option<At> {
    match c {
        '\\' => Some(At::ShortEscape(quote)),
        '\r' | '\n' => None,
        _ => Some(At::Short(quote)),
    }
}

/// What f-strings are made of here.
const PIECES: [&str; 58] = [
    "{",
    "}",
    "{",
    "}",
    "'",
    "\"",
    "'''",
    "\"\"\"",
    "{{",
    "}}",
    "f\"",
    "f'",
    "rf\"",
    "# ",
    "#",
    "#x",
    "#\"",
    "\n",
    "\r",
    "\r\n",
    "\\",
    "\\\n",
    "\\{",
    "\\N{DASH}",
    ":",
    "::",
    ":>{w}",
    ":'<",
    ":\"",
    ":''",
    "!r",
    "!",
    "=",
    "=}",
    "!=",
    "(",
    ")",
    "[",
    "]",
    "x",
    "a.b",
    "['k']",
    "[\"k\"]",
    "''",
    "\"\"",
    "{x}",
    "{x",
    "{ ",
    "{#",
    " ",
    "\t",
    "é",
    "\u{2003}",
    "<",
    "^",
    "lambda x: ",
    "{1: {2}}",
    ", ",
];

const OPENINGS: [(&str, char, bool); 4] =
    [("f\"", '"', false), ("rF'", '\'', false), ("F\"\"\"", '"', true), ("f'''", '\'', true)];

struct Subject {
    langlet: Langlet,
    recognizer: Recognizer,
    completions: Completions,
}

static SUBJECT: LazyLock<Subject> = LazyLock::new(|| {
    let langlet = crate::langlet("python313");
    let recognizer = Recognizer::new(&langlet, langlet.start());
    Subject { completions: recognizer.completions(&langlet), recognizer, langlet }
});

/// An f-string that is not at its end, by pieces that the scanner reads; then sometimes one that it does not. Its text, and the
/// place at which it is dead.
fn half(chance: &mut Chance) -> (String, Option<usize>) {
    let (opening, quote, is_long) = OPENINGS[chance.below(4) as usize];
    let mut scanner = Scanner::new(quote, is_long);
    let mut text = format!("x = {opening}");
    let n_pieces = chance.below(24);
    let mut n_taken = 0;
    while n_taken < n_pieces {
        let piece = PIECES[chance.below(PIECES.len() as u32) as usize];
        let mut tried = Scanner { ..scanner };
        let mut dead = None;
        for (at, c) in piece.char_indices() {
            if tried.at == At::Done {
                break;
            }
            if !tried.push(c) {
                dead = Some(at);
                break;
            }
        }
        match dead {
            _ if tried.at == At::Done => {
                // An end is nothing to look at; but in the midst of the text there are few other ways.
                n_taken += 1;
                continue;
            }
            Some(_) if chance.below(6) > 0 => {
                n_taken += 1;
                continue;
            }
            Some(at) => {
                let place = text.len() + at;
                return (text + piece, Some(place));
            }
            None => {
                text.push_str(piece);
                scanner = tried;
                n_taken += 1;
            }
        }
    }
    (text, None)
}

/// A prefix inside an f-string is dead at the byte at which the scanner is, and not before. One that is not dead has a shortest
/// completion, which is a program.
#[test]
fn prefixes_are_those_of_the_scanner() {
    let subject = &*SUBJECT;
    let (mut n_dead, mut n_deep) = (0, 0);
    for seed in 0..2000 {
        let (text, dead) = half(&mut Chance::new(seed));
        let mut prefix = subject.recognizer.prefix();
        let found = prefix.push(text.as_bytes());
        assert_eq!(found, dead.map_or(Ok(()), |at| Err(PushError::Dead { at })), "{text:?}");
        n_dead += u32::from(dead.is_some());
        n_deep += u32::from(text.matches('{').count() > 4);
        if dead.is_none() && seed % 8 == 0 {
            completes(subject, &prefix);
        }
    }
    assert!(n_dead > 200 && n_deep > 200, "{n_dead} are dead, {n_deep} have many braces");
}

/// The shortest completion is one.
fn completes(subject: &Subject, prefix: &langlet_core::complete::Prefix) {
    let text = String::from_utf8(prefix.bytes()).expect("pieces are texts");
    let rest = subject.completions.shortest(prefix).unwrap_or_else(|| panic!("{text:?} has a completion"));
    let whole = text + std::str::from_utf8(&rest).expect("completions are texts");
    if let Err(error) = subject.langlet.parse(&*whole) {
        panic!("{whole:?}: {error}");
    }
}

/// Every beginning of a program of f-strings is completable, and its shortest completion is a program.
#[test]
fn beginnings_of_f_strings_are_completable() {
    let subject = &*SUBJECT;
    for program in PROGRAMS {
        subject.langlet.parse(program).unwrap_or_else(|error| panic!("{program:?}: {error}"));
        let mut prefix = subject.recognizer.prefix();
        for (at, byte) in program.bytes().enumerate() {
            assert_eq!(prefix.push(&[byte]), Ok(()), "{:?}", &program[..at]);
            if program.is_char_boundary(at + 1) {
                completes(subject, &prefix);
            }
        }
    }
}

const PROGRAMS: [&str; 6] = [
    "a = f\"{x!r:>{w}} {y:{w}.{p}f} {{}} \\N{DASH} {'' if a else \"\"}\"\n",
    "f'{d[\"k\"]} {f\"{i} {d['q']}\"} {z = } {x:'<9} {x:#}{x:#{w}}'\n",
    "f\"\"\"{a:{b}} {[c for c in {1: {2}}]} {\n x  # the \"first\" }\n  + y #'c'\n}\"\"\"\n",
    "f'''{\"a\" 'b' \"\"\"c \"\" \"\"\" + g(lambda q: {q})} {\"}\"} {''.join(é)}'''\n",
    "rf\"\\d{n}\\w{{2}}\" + f\"{''}{\"\":-^40}{ {1: '<'}[x[:1]] }\"\n",
    "f\"{(y := 3)}{x!=y}{x:%H:%M}\" f\"{f\"{x}\"}\" f''\n",
];

/// Behind entries that masks allow there is always a way on, up to a program; and the masks are those of the definition.
#[test]
fn masks_in_f_strings_never_lead_to_a_dead_end() {
    let subject = &*SUBJECT;
    let mut entries: Vec<Vec<u8>> = PIECES.iter().map(|piece| piece.as_bytes().to_vec()).collect();
    entries
        .extend(["\"\"\"\n", "}\"", "}'", "\"]}", "\\\\", "\0", "\u{1F600}", "\n  "].map(|it| it.as_bytes().to_vec()));
    entries.extend([b"\xC3".to_vec(), b"\xA9".to_vec(), b"\xA9\"".to_vec(), b"{\xE2\x80".to_vec(), b"\x83}".to_vec()]);
    entries.sort();
    entries.dedup();
    let end = entries.len() as u32;
    let vocabulary = Vocabulary::new((0..).zip(entries), [(end, "<|endoftext|>".to_owned())]).unwrap();
    let vocabulary = Arc::new(vocabulary);
    let masks = Masks::with_limits(&subject.recognizer, vocabulary.clone(), Default::default());
    let definition = Definition::new(vocabulary.clone());
    let mut n_inside = 0;
    for seed in 0..80 {
        let mut chance = Chance::new(seed);
        let mut constraint = masks.constraint();
        let opening = OPENINGS[chance.below(4) as usize].0;
        constraint
            .push(format!("x = {opening}{}", ["", "{", "{ {", "{x:{"][chance.below(4) as usize]).as_bytes())
            .unwrap();
        let mut mask = vec![0; vocabulary.n_words()];
        for _ in 0..chance.below(60) {
            if chance.below(4) == 0 {
                assert_eq!(definition.difference(&mut constraint), None);
            }
            constraint.mask(&mut mask).unwrap();
            mask[end as usize / 32] &= !(1 << (end % 32));
            let shown = || constraint.prefix().bytes().escape_ascii().to_string();
            let id = choose(&mask, &mut chance).unwrap_or_else(|| panic!("behind {} there is no way on", shown()));
            constraint.accept(id).unwrap();
        }
        n_inside += u32::from(!constraint.is_complete());
        while std::str::from_utf8(&constraint.prefix().bytes()).is_err() {
            constraint.rollback(1);
        }
        if !constraint.is_complete() {
            completes(subject, constraint.prefix());
        }
    }
    assert!(n_inside > 20, "{n_inside} walks ended inside");
}
