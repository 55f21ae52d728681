//! Completion: prefixes against the parser and against all programs of small languages; sequences under constraint.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use langlet_core::Langlet;
use langlet_core::complete::{
    AcceptError, Constraint, Limits, MaskError, Masks, Prefix, PushError, Recognizer, Status, Vocabulary,
};
use langlet_test_support::masks::hard_vocabulary;
use langlet_test_support::program::Programs;
use langlet_test_support::strategy::choices;
use proptest::prelude::*;

/// The example of Proposition 7.
pub(crate) const BIP: &str = "
langlet bip
start prog
prog: term 'at' 'bap'
term: expr ('and' expr)*
expr: /b(u|o|i)p/
skip BLANK = / +/
";

fn recognizer(langlet: &Langlet) -> Recognizer {
    Recognizer::new(langlet, langlet.start())
}

fn pushed(recognizer: &Recognizer, text: &[u8]) -> Result<Prefix, PushError> {
    let mut prefix = recognizer.prefix();
    prefix.push(text).map(|()| prefix)
}

#[test]
fn the_example_of_proposition_7() {
    let bip = recognizer(&Langlet::root(BIP));
    let status = |text: &str| pushed(&bip, text.as_bytes()).map(|prefix| prefix.status());
    for text in ["", "b", "bi", "bip", "bip an", "bip and", "bip and bup a", "bip at", "bip at ba"] {
        assert_eq!(status(text), Ok(Status::Completable), "{text}");
    }
    for text in ["bip at bap", "bip and bop at bap", "bip at bap  "] {
        assert_eq!(status(text), Ok(Status::Complete), "{text}");
    }
    for (text, at) in [("bip at bo", 8), ("ba", 1), ("bip bip", 4), ("bip at bap b", 11), ("and", 0)] {
        assert_eq!(status(text), Err(PushError::Dead { at }), "{text}");
    }
}

/// A language, an alphabet that shows what is hard about its tokens, and how many letters complete any prefix.
const SMALL: [(&str, &str, usize); 14] = [
    // A name may become a keyword and the reverse.
    ("langlet a\nstart s\ns: 'if' NAME | NAME '='\ntoken NAME = /[fi]+/\nskip B = / /", "if= ", 3),
    // `1.` is a number, `1..1` a range; the number in between must not eat its dots.
    ("langlet b\nstart s\ns: NUMBER ['..' NUMBER]\ntoken NUMBER = /1+(\\.1+)?/\nskip B = / /", "1. ", 3),
    // `1e` is a number and a name unless a digit comes.
    ("langlet c\nstart s\ns: NUMBER [NAME]\ntoken NUMBER = /1+(e1+)?/\ntoken NAME = /[ex]+/\nskip B = / /", "1ex ", 3),
    // Blanks and comments in one pattern: a slash behind a blank may be a division.
    ("langlet d\nstart s\ns: NAME ('/' NAME)*\ntoken NAME = /a/\nskip B = /( |\\/\\*\\*\\/)+/", "a/* ", 4),
    // The token automaton looks two bytes ahead before it knows that `<` stands alone.
    ("langlet e\nstart s\ns: NAME ('<' | '<--' | '-')* NAME\ntoken NAME = /a/\nskip B = / /", "a<- ", 3),
    // A token that no rule has takes its text away from the others.
    (
        "langlet l\nstart s\ns: (A | B | C)+\ntoken LONG = /ab+c/\ntoken A = /a/\ntoken B = /b/\ntoken C = /c/\nskip S = / /",
        "abc ",
        2,
    ),
    // A string with fields that hold strings; what looks like one is no name and string.
    (
        "langlet m\nstart s\ns: (NAME | STRING)+\npart plain = /'[^']*'/\npart field = /\\{({plain}|[^'{}])*\\}/\n\
         token STRING = /{plain}|f'([^'{}]|{field})*'/\ntoken BROKEN = /f{plain}/\ntoken NAME = /f/\nskip S = / /",
        "f'{}",
        3,
    ),
    // Of what a string can become, one text is taken by a longer token, and the other is not.
    (
        "langlet n\nstart s\ns: (NAME | STRING)+\ntoken STRING = /'aa'|'b'/\ntoken BROKEN = /f'aa'/\ntoken NAME = /f/\nskip S = / /",
        "f'ab",
        3,
    ),
    // The same, by an earlier token.
    ("langlet o\nstart s\ns: (A | 'z' B)+\ntoken A = /aaa/\ntoken B = /aaa|abb/\nskip S = / /", "abz ", 3),
    // Lines and blocks.
    (
        "langlet f\nstart s\ns: (NEWLINE | t)* END\nt: NAME (NEWLINE | ':' b)\nb: NEWLINE INDENT t+ DEDENT\n\
         token NAME = /a/\nskip B = / +/\nlayout newline NEWLINE = /\\n/\nlayout indent INDENT DEDENT tab 8\n\
         layout end END",
        "a: \n",
        3,
    ),
    // Joined lines and comments at the beginning of lines.
    (
        "langlet g\nstart s\ns: (NEWLINE | t)* END\nt: NAME ['(' [NAME] ')'] NEWLINE\n\
         token NAME = /a/\nskip B = / +|#[a ]*/\nlayout newline NEWLINE = /\\n/\nlayout end NEWLINE END\njoin '(' ')'",
        "a()\n#",
        3,
    ),
    // A comment has only a line end behind it, which cannot come everywhere.
    (
        "langlet k\nstart s\ns: (NEWLINE | t)* END\nt: NAME ('+' NAME)* NEWLINE\n\
         token NAME = /a/\nskip B = / +/\nskip C = /#[^\\n]*/\nlayout newline NEWLINE = /\\n/\nlayout end NEWLINE END",
        "a+\n#",
        3,
    ),
    // Two ways to read the same tokens up to the last one.
    ("langlet h\nstart s\ns: p 'x' | q 'y'\np: ['a' p 'a']\nq: ['a' q 'b']\nskip B = / /", "abxy", 5),
    // A soft keyword.
    ("langlet i\nstart s\ns: 'in' NAME | NAME '='\nsoft NAME 'in'\ntoken NAME = /[in]+/\nskip B = / /", "in= ", 3),
];

fn texts(alphabet: &str, longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut from = 0;
    for _ in 0..longest {
        let to = all.len();
        for index in from..to {
            all.extend(alphabet.chars().map(|letter| format!("{}{letter}", all[index])).collect::<Vec<_>>());
        }
        from = to;
    }
    all
}

/// What all programs up to some length say of a prefix is what is decided, byte by byte.
#[test]
fn prefixes_of_small_languages_are_those_of_their_programs() {
    for (langlet, alphabet, reserve) in SMALL {
        let langlet = Langlet::root(langlet);
        let recognizer = recognizer(&langlet);
        let longest = if alphabet.len() > 4 { 7 } else { 8 };
        let mut begun: BTreeSet<String> = BTreeSet::new();
        let mut n_dead = 0;
        let mut programs: Vec<&String> = Vec::new();
        let all = texts(alphabet, longest);
        for text in &all {
            let parses = langlet.parse(text.clone()).is_ok();
            if parses {
                programs.push(text);
                begun.extend((0..=text.len()).map(|end| text[..end].to_owned()));
            }
            let complete = pushed(&recognizer, text.as_bytes()).is_ok_and(|prefix| prefix.is_complete());
            assert_eq!(complete, parses, "{}: {text:?} is a program", langlet.name());
        }
        let completions = recognizer.completions(&langlet);
        for text in begun.iter().filter(|text| text.len() + reserve <= longest) {
            let prefix = pushed(&recognizer, text.as_bytes()).expect("it begins a program");
            let shortest = completions.shortest(&prefix).expect("it is short");
            let whole = text.clone() + str::from_utf8(&shortest).unwrap();
            assert!(langlet.parse(whole.clone()).is_ok(), "{}: {whole:?} is a program", langlet.name());
            let least = programs.iter().filter(|program| program.starts_with(text)).map(|program| program.len()).min();
            assert_eq!(Some(whole.len()), least, "{}: {whole:?} is the shortest from {text:?}", langlet.name());
        }
        for text in all.iter().filter(|text| text.len() + reserve <= longest) {
            let completable = pushed(&recognizer, text.as_bytes()).is_ok();
            assert_eq!(completable, begun.contains(text), "{}: {text:?} begins a program", langlet.name());
            n_dead += usize::from(!completable);
        }
        assert!(programs.len() > 3 && n_dead > 3, "{}: {n_dead} dead", langlet.name());
    }
}

/// The langlets, and what decides their prefixes.
static LANGLETS: LazyLock<Vec<(Langlet, Recognizer)>> = LazyLock::new(|| {
    let langlets = [BIP].map(Langlet::root).into_iter().chain(crate::BUILT_IN.map(crate::langlet));
    langlets.map(|langlet| (langlet.clone(), recognizer(&langlet))).collect()
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Every prefix of a program is completable; it is complete exactly if it parses.
    #[test]
    fn prefixes_of_programs_are_completable(choices in choices(160)) {
        for (langlet, recognizer) in LANGLETS.iter() {
            let program = Programs::new(langlet).program(&choices);
            let mut prefix = recognizer.prefix();
            for (at, byte) in program.bytes().enumerate() {
                if program.is_char_boundary(at) {
                    prop_assert_eq!(prefix.is_complete(), langlet.parse(&program[..at]).is_ok(), "{:?}", &program[..at]);
                }
                prop_assert_eq!(prefix.push(&[byte]), Ok(()), "{} behind {:?}", langlet.name(), &program[..at]);
            }
            prop_assert!(prefix.is_complete());
        }
    }

    /// A prefix that was rolled back, or forked, is the prefix of the bytes that are left.
    #[test]
    fn rollback_and_fork(choices in choices(400), cut in 0usize..2_000, again in 0usize..2_000) {
        for (langlet, recognizer) in LANGLETS.iter() {
            let program = Programs::new(langlet).program(&choices).repeat(3);
            let mut prefix = recognizer.prefix();
            let len = program.bytes().take_while(|&byte| prefix.push(&[byte]).is_ok()).count();
            let mut fork = prefix.fork();
            let cut = cut % (len + 1);
            fork.rollback(cut);
            prop_assert_eq!(&fork.bytes()[..], &program.as_bytes()[..len - cut]);
            let again = again % (cut + 1);
            prop_assert_eq!(fork.push(&program.as_bytes()[len - cut..len - cut + again]), Ok(()));
            let anew = pushed(recognizer, &program.as_bytes()[..len - cut + again]).unwrap();
            prop_assert_eq!(fork.is_complete(), anew.is_complete());
            for byte in 0..=255 {
                prop_assert_eq!(fork.fork().push(&[byte]).is_ok(), anew.fork().push(&[byte]).is_ok());
            }
            prop_assert_eq!(prefix.len(), len);
        }
    }
}

#[test]
fn a_sequence_ends_only_where_the_text_is_complete() {
    let langlet = Langlet::root(BIP);
    let entries = ["bip", " at", " bap", " and", "x"].map(|text| text.as_bytes().to_vec());
    let vocabulary = Vocabulary::new((0..).zip(entries), [(5, "</s>".to_owned())]).unwrap();
    let masks = Masks::new(&langlet, langlet.start(), Arc::new(vocabulary));
    let mut constraint = masks.constraint();
    let mut mask = [0];
    let mut allowed = |constraint: &mut Constraint| {
        constraint.mask(&mut mask).unwrap();
        mask[0]
    };
    assert_eq!(allowed(&mut constraint), 0b1);
    assert_eq!(constraint.accept(5), Err(AcceptError::Incomplete));
    assert!(matches!(constraint.accept(4), Err(AcceptError::Refused { id: 4, error: PushError::Dead { at: 0 } })));
    assert_eq!(constraint.accept(17), Err(AcceptError::Unknown { id: 17 }));
    for id in [0, 1, 2] {
        assert_eq!(constraint.accept(id), Ok(()));
    }
    assert_eq!(allowed(&mut constraint), 0b10_0000);
    let mut logits = [1.0; 7];
    constraint.sample(&mut logits).unwrap();
    assert_eq!(logits.map(|logit| logit == 1.0), [false, false, false, false, false, true, false]);
    assert_eq!(constraint.accept(5), Ok(()));
    assert!(constraint.has_ended());
    assert_eq!((allowed(&mut constraint), constraint.accept(0)), (0, Err(AcceptError::Ended)));
    constraint.rollback(2);
    assert_eq!(allowed(&mut constraint), 0b100);
}

#[test]
fn what_comes_next() {
    let bip = Langlet::root(BIP);
    let recognizer = recognizer(&bip);
    let next = |text: &str| {
        let prefix = pushed(&recognizer, text.as_bytes()).unwrap();
        let shown = prefix.expected(&bip).into_iter().map(|expected| {
            let rules: Vec<&str> = expected.rules.iter().map(|&rule| bip.grammar().symbols.name(rule)).collect();
            format!("{} {} {}", expected.name, rules.join(" "), expected.typed).replace("  ", " ")
        });
        let forced = String::from_utf8(prefix.forced()).unwrap();
        (shown.collect::<Vec<_>>(), forced)
    };
    assert_eq!(next("").0, ["/b(u|o|i)p/ term expr 0"]);
    assert_eq!(next("bi"), (vec!["/b(u|o|i)p/ 2".to_owned()], "p".to_owned()));
    assert_eq!(next("bip a").0, ["'at' 1", "'and' 1"]);
    assert_eq!(next("bip at ").0, ["'bap' prog 0"]);
    assert_eq!(next("bip at b").1, "ap");
    // A blank may come before any byte.
    assert_eq!(next("bip at ").1, "");
}

#[test]
fn completions_are_programs_and_differ() {
    for (name, text) in [
        ("json", "{\"a\": [1, {"),
        ("python27", "def f(a, b):\n    if a:\n        print >>x, [i for i i"),
        ("python38", "class A:\n    async def f(self):\n        with open(a) as b:\n            x = {**y, 'a"),
        ("python38", "try:\n    pass\n"),
    ] {
        let langlet = crate::langlet(name);
        let recognizer = recognizer(&langlet);
        let prefix = pushed(&recognizer, text.as_bytes()).unwrap();
        let found = recognizer.completions(&langlet).of(&prefix, 4);
        assert_eq!(found.len(), 4, "{text}");
        let distinct: BTreeSet<&Vec<u8>> = found.iter().collect();
        assert_eq!(distinct.len(), 4);
        assert!(found.is_sorted_by_key(|completion| completion.len()));
        for completion in &found {
            let whole = text.to_owned() + str::from_utf8(completion).unwrap();
            assert!(langlet.parse(whole.clone()).is_ok(), "{whole}");
        }
    }
}

/// Grammars and vocabularies made to cost much are read or refused in bounded time; what was is kept.
#[test]
fn a_repetition_gives_as_many_completions_as_are_asked_for() {
    let langlet = Langlet::root("langlet l\nstart s\ns: 'a' B*\ntoken B = /x+z/\nskip BLANK = / /\n");
    let recognizer = recognizer(&langlet);
    let prefix = pushed(&recognizer, b"a ").unwrap();
    let found = recognizer.completions(&langlet).of(&prefix, 4);
    assert_eq!(found, ["", "xz", "xzxz", "xzxzxz"].map(|text| text.as_bytes().to_vec()));
}

#[test]
fn costs_are_bounded() {
    // Texts of this language have exponentially many trees; it is that of all odd numbers of letters.
    let langlet = Langlet::root("langlet ambiguous\nstart s\ns: 'a' s s | 'a'\nskip B = / /");
    let recognizer = recognizer(&langlet);
    let mut prefix = recognizer.prefix();
    for n in 1..=600 {
        prefix.push(b"a ").unwrap();
        assert_eq!(prefix.is_complete(), n % 2 == 1, "{n} letters");
    }

    // Many ways that share what they have in common stay few.
    let langlet = Langlet::root("langlet shared\nstart s\ns: x | y\nx: 'a' [s] 'b'\ny: 'a' [s] 'c'\nskip B = / /");
    let recognizer = Recognizer::new(&langlet, langlet.start());
    let mut prefix = pushed(&recognizer, &b"a ".repeat(2_000)).unwrap();
    prefix.push(&b"bc".repeat(1_000)).unwrap();
    assert!(prefix.is_complete());

    let entries = vec![b"a".repeat(1 << 18), b"\"".to_vec(), vec![0xff], Vec::new()];
    let vocabulary = Arc::new(Vocabulary::new((0..).zip(entries), []).unwrap());
    let langlet = crate::langlet("json");
    let recognizer = Recognizer::new(&langlet, langlet.start());
    let mut constraint = Masks::with_limits(&recognizer, vocabulary.clone(), Limits::default()).constraint();
    constraint.accept(1).unwrap();
    let mut mask = [0];
    constraint.mask(&mut mask).unwrap();
    assert_eq!(mask, [0b0011]);
    constraint.accept(0).unwrap();
    assert_eq!(constraint.accept(3), Err(AcceptError::Unknown { id: 3 }));
    assert!(matches!(constraint.mask(&mut []), Err(MaskError::ShortBuffer { needed: 1, given: 0 })));
    let starved = Limits { fuel: 0, ..Limits::default() };
    let mut constraint = Masks::with_limits(&recognizer, vocabulary, starved).constraint();
    assert_eq!(constraint.mask(&mut mask), Err(MaskError::OutOfFuel { fuel: 0 }));
    assert_eq!(mask[0] & !0b0010, 0);
}

/// What is kept is bounded: with little memory it is dropped again and again, and masks stay the same.
#[test]
fn memory_is_bounded() {
    let langlet = crate::langlet("python38");
    let recognizer = Recognizer::new(&langlet, langlet.start());
    let vocabulary = Arc::new(hard_vocabulary(&langlet));
    let small = Limits { memory: 20_000, ..Limits::default() };
    let little = Masks::with_limits(&recognizer, vocabulary.clone(), small);
    let much = Masks::with_limits(&recognizer, vocabulary.clone(), Limits::default());
    let (mut left, mut right) = (little.constraint(), much.constraint());
    let mut masks = [vec![0; vocabulary.n_words()], vec![0; vocabulary.n_words()]];
    for &byte in b"def f(a, *b):\n    if a:\n        return {1: 'x'}\n    # no\n\nclass A: pass\n" {
        left.mask(&mut masks[0]).unwrap();
        right.mask(&mut masks[1]).unwrap();
        assert_eq!(masks[0], masks[1]);
        left.accept(u32::from(byte)).unwrap();
        right.accept(u32::from(byte)).unwrap();
    }
    // One table may be larger than the limit; two are not kept then.
    assert!(little.memory() < much.memory() / 2, "{} of {}", little.memory(), much.memory());
}
