//! Vocabularies, prefixes and grammars made to do harm: each is answered, or refused with a reason, in bounded steps.

use std::sync::Arc;

use langlet_core::Langlet;
use langlet_core::complete::{
    AcceptError, Limits, MaskError, Masks, PushError, Recognizer, Vocabulary, VocabularyError,
};
use langlet_test_support::masks::Definition;

fn words(words: &[&[u8]]) -> Arc<Vocabulary> {
    let numbered = (0..).zip(words.iter().map(|word| word.to_vec()));
    Arc::new(Vocabulary::new(numbered, [(words.len() as u32, "</s>".to_owned())]).unwrap())
}

#[test]
fn empty_vocabularies_are_refused() {
    for entries in [vec![], vec![(0, Vec::new())], vec![(3, Vec::new()), (7, Vec::new())]] {
        assert_eq!(Vocabulary::new(entries, [(9, "</s>".to_owned())]).unwrap_err(), VocabularyError::Empty);
    }
    let twice = Vocabulary::new([(0, b"a".to_vec()), (0, b"b".to_vec())], []).unwrap_err();
    assert!(matches!(twice, VocabularyError::DuplicateId { id: 0, .. }), "{twice}");
}

/// Equal texts under several numbers come together; one without a byte never does; one that cannot be text never does.
#[test]
fn entries_that_are_equal_or_empty_or_no_text() {
    let json = crate::langlet("json");
    let vocabulary = words(&[b"[", b"[", b"", b"\xFF", b"[\xFF", b"\0", b"\"\xC3", b"\"\xC3\"", b"[[["]);
    let mut constraint = Masks::new(&json, json.start(), vocabulary).constraint();
    let mut mask = [0];
    constraint.mask(&mut mask).unwrap();
    assert_eq!(mask, [0b1_0100_0011]);
    assert_eq!(constraint.accept(2), Err(AcceptError::Unknown { id: 2 }));
}

#[test]
fn a_refused_entry_changes_nothing() {
    let json = crate::langlet("json");
    let masks = Masks::new(&json, json.start(), words(&[b"[1", b"]", b",", b"1", b", ]", b" \xFF", b"1]]"]));
    let mut constraint = masks.constraint();
    constraint.accept(0).unwrap();
    let mut before = [0];
    constraint.mask(&mut before).unwrap();
    for (id, at) in [(4, 4), (5, 3), (6, 4)] {
        let error = constraint.accept(id).unwrap_err();
        assert_eq!(error, AcceptError::Refused { id, error: PushError::Dead { at } });
        let mut after = [0];
        constraint.mask(&mut after).unwrap();
        assert_eq!((&constraint.prefix().bytes()[..], after), (&b"[1"[..], before));
    }
    assert_eq!(constraint.accept(7), Err(AcceptError::Incomplete));
    assert_eq!(constraint.accept(8), Err(AcceptError::Unknown { id: 8 }));
    assert_eq!(constraint.accept(u32::MAX), Err(AcceptError::Unknown { id: u32::MAX }));
    constraint.rollback(100);
    assert!(constraint.prefix().is_empty());
    assert_eq!(constraint.accept(0), Ok(()));
}

/// Bytes that are no text are dead where no text begins with them.
#[test]
fn prefixes_that_are_no_text() {
    for (name, text, at) in [
        ("json", &b"\xFF"[..], 0),
        ("json", b"[\0", 1),
        ("json", b"\"a\0", 2),
        ("json", b"\"\xC3\"", 2),
        ("json", b"\"\xED\xA0\x80", 2),
        ("json", b"\"\xF5", 1),
        ("json5", b"/*\xE2\x28", 3),
        ("python27", b"a = '\0", 5),
        ("python38", b"# \xC3\n", 3),
        ("python313", b"f'{\xA9", 3),
    ] {
        let langlet = crate::langlet(name);
        let mut prefix = Recognizer::new(&langlet, langlet.start()).prefix();
        assert_eq!(prefix.push(text), Err(PushError::Dead { at }), "{name}: {}", text.escape_ascii());
        assert!(prefix.is_empty());
        // A character may be cut where it stands.
        prefix.push(&text[..at]).unwrap();
    }
}

/// A language without a text is no langlet: the mistake is named when it is loaded.
#[test]
fn a_language_without_texts_is_refused() {
    for (rules, message) in [
        ("s: 'a' s", "never ends"),
        ("s: t\nt: 'a' u\nu: t 'b'", "never ends"),
        ("s: N\ntoken N = /[^\\x00-\\x{10FFFF}]/", "N"),
    ] {
        let errors = crate::load("empty", &format!("langlet empty\nstart s\n{rules}\nskip B = / /\n"), None);
        let errors = errors.err().unwrap_or_else(|| panic!("{rules} is refused"));
        let text = crate::rendered(&errors);
        assert!(text.contains(message), "{text}");
    }
}

/// An entry of a megabyte, in the midst of a token and over many tokens.
#[test]
fn entries_of_a_megabyte() {
    let json = crate::langlet("json");
    let (long, deep) = (b"a".repeat(1 << 20), b"[".repeat(1 << 20));
    let masks = Masks::new(&json, json.start(), words(&[&long, &deep, b"\"", b"]"]));
    let mut constraint = masks.constraint();
    let mut mask = [0];
    constraint.mask(&mut mask).unwrap();
    assert_eq!(mask, [0b00110]);
    constraint.accept(1).unwrap();
    constraint.accept(3).unwrap();
    constraint.rollback(2);
    constraint.accept(2).unwrap();
    constraint.accept(0).unwrap();
    constraint.mask(&mut mask).unwrap();
    // In a string brackets are letters.
    assert_eq!(mask, [0b01111]);
}

/// Grammars that can be read in very many ways, and tokens whose automata are large: each mask is that of the definition, or it
/// says that it took too many steps and is a part of it; each byte is taken, dead, or refused as too ambiguous.
#[test]
fn grammars_that_cost_much() {
    let deep = format!("s: {}N{}", "['b' ".repeat(60), "]".repeat(60));
    let grammars = [
        ("two lists", "s: 'a' s s | 'a'"),
        ("a choice of the same", "s: ('a' | 'a')* 'b'"),
        ("two rules for the same", "s: (x | y)+ 'b'\nx: 'a'\ny: 'a'"),
        ("pairs and triples", "s: (x | y | z)+ 'b'\nx: 'a'\ny: 'a' 'a'\nz: 'a' 'a' 'a'"),
        ("nested choices", "s: x [s] | y [s] | 'b'\nx: 'a' ['a']\ny: 'a' [x]"),
        ("palindromes", "s: 'a' s 'a' | 'b' s 'b' | 'a' | 'b'"),
        ("a repeated choice in a token", "s: N+\ntoken N = /(a|a)*b/"),
        ("repetitions in a token", "s: N+\ntoken N = /(a*)*b/"),
        ("a huge repetition", "s: N+\ntoken N = /(a{1,40}b){1,40}/"),
        ("a place from the end", "s: N+\ntoken N = /(a|b)*a(a|b){12}/"),
        ("nested options", &deep),
    ];
    let entries: Vec<Vec<u8>> = (1..24).map(|n| b"a".repeat(n)).chain((1..6).map(|n| b"ab".repeat(n))).collect();
    let mut entries: Vec<&[u8]> = entries.iter().map(|entry| &entry[..]).collect();
    entries.extend([&b"b"[..], b" ", b"a a", b"bbb"]);
    let vocabulary = words(&entries);
    let definition = Definition::new(vocabulary.clone());
    let mut shown = Vec::new();
    for (name, rules) in grammars {
        let token = if rules.contains("token") || !rules.contains('N') { "" } else { "token N = /a+/\n" };
        let langlet = Langlet::root(&format!("langlet costly\nstart s\n{rules}\n{token}skip B = / +/\n"));
        let recognizer = Recognizer::new(&langlet, langlet.start());
        let limits = Limits { fuel: 20_000, ..Limits::default() };
        let mut constraint = Masks::with_limits(&recognizer, vocabulary.clone(), limits).constraint();
        let mut mask = vec![0; vocabulary.n_words()];
        let (mut n_whole, mut n_cut, mut n_taken, mut n_too_many) = (0, 0, 0, 0);
        for byte in b"aab a ab".repeat(6) {
            match constraint.mask(&mut mask) {
                Ok(()) => {
                    assert_eq!(definition.difference(&mut constraint), None, "{name}");
                    n_whole += 1;
                }
                Err(MaskError::OutOfFuel { fuel: 20_000 }) => {
                    let whole = definition.mask(constraint.prefix());
                    assert!(mask.iter().zip(&whole).all(|(part, whole)| part & !whole == 0), "{name}");
                    n_cut += 1;
                }
                Err(error) => panic!("{name}: {error}"),
            }
            match constraint.push(&[byte]) {
                Ok(()) => n_taken += 1,
                Err(PushError::Dead { .. }) => {}
                Err(PushError::Exhausted { .. }) => n_too_many += 1,
            }
        }
        shown.push(format!(
            "{name}: {n_taken} bytes taken, {n_too_many} too ambiguous; {n_whole} masks whole, {n_cut} cut"
        ));
    }
    insta::assert_snapshot!(shown.join("\n"));
}
