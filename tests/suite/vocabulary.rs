//! Vocabularies: their readers, their mistakes, and their entries against a map.

use std::collections::BTreeMap;

use langlet_core::complete::vocabulary::MAX_ID;
use langlet_core::complete::{Vocabulary, VocabularyError};
use proptest::prelude::*;

/// The entries as text, with what is special in angle brackets after a colon: `0 "a" 1 : <end>`.
fn listed(vocabulary: &Vocabulary) -> String {
    let shown = |id| match vocabulary.bytes(id) {
        Some(bytes) => format!("{id} {:?}", bytes.escape_ascii().to_string()),
        None => match vocabulary.specials().find(|&(special, _)| special == id) {
            Some((_, name)) => format!("{id} : {name}"),
            None => format!("{id} -"),
        },
    };
    (0..vocabulary.len()).map(shown).collect::<Vec<_>>().join("  ")
}

fn words(words: &[&str]) -> Vocabulary {
    Vocabulary::new((0..).zip(words.iter().map(|word| word.as_bytes().to_vec())), []).unwrap()
}

fn message(result: Result<Vocabulary, VocabularyError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn a_rank_file() {
    // Spaces at line ends, an empty line, carriage returns, gaps, any order, a piece that is no UTF-8, one without bytes.
    let file = b"\xEF\xBB\xBFIA== 3\r\n4g== 1\n\nYWI= 0 \n 5\n";
    let vocabulary = Vocabulary::from_tiktoken(&file[..file.len() - 3]).unwrap();
    assert_eq!(listed(&vocabulary), r#"0 "ab"  1 "\\xe2"  2 -  3 " ""#);
    assert_eq!((vocabulary.len(), vocabulary.n_words(), vocabulary.end_of_sequence()), (4, 1, [].as_slice()));
    assert_eq!(vocabulary.bytes(9), None);
}

#[test]
fn mistakes_in_rank_files() {
    let read = |text: &str| message(Vocabulary::from_tiktoken(text.as_bytes()));
    let messages = [
        read("YQ== 0\nYg==\n"),
        read("YQ== 0\nYg== -1\n"),
        read("YQ== 0\nYg== 4294967296\n"),
        read("YQ== 0\n\nY 1\n"),
        read("YQ== 0\nYg== 0\n"),
        read("YQ== 0\nYg== 99999999\n"),
        read(""),
    ];
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn bytes_as_characters() {
    // GPT-2's table: Ġ is a blank, Ċ a line feed, ĉ a tab, Ã© the bytes of é, Ń the byte AD.
    let file = r#"{
        "added_tokens": [
            {"id": 6, "content": "<|endoftext|>", "special": true},
            {"id": 7, "content": "no special", "special": false}
        ],
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split"}, {"type": "ByteLevel"}]},
        "decoder": {"type": "ByteLevel"},
        "model": {"type": "BPE", "vocab": {"Ġthe": 0, "Ċ": 1, "ĉ": 2, "Ã©": 3, "Ń": 4, "'": 5}, "merges": ["a b"]}
    }"#;
    let vocabulary = Vocabulary::from_tokenizer_json(file.as_bytes()).unwrap();
    let expected =
        r#"0 " the"  1 "\\n"  2 "\\t"  3 "\\xc3\\xa9"  4 "\\xad"  5 "\\'"  6 : <|endoftext|>  7 "no special""#;
    assert_eq!(listed(&vocabulary), expected);
    assert_eq!(vocabulary.end_of_sequence(), [6]);
    assert_eq!(vocabulary.special("<|endoftext|>"), Some(6));
    // Without the section `decoder`, the other one tells.
    let hinted = file.replace(r#""decoder": {"type": "ByteLevel"},"#, "");
    assert_eq!(Vocabulary::from_tokenizer_json(hinted.as_bytes()).unwrap(), vocabulary);
}

#[test]
fn each_byte_has_one_character() {
    let all: Vec<char> = (0x21..=0x7E).chain(0xA1..=0xAC).chain(0xAE..=0x143).filter_map(char::from_u32).collect();
    assert_eq!(all.len(), 188 + 68);
    let pieces: Vec<String> = all.iter().zip(0..).map(|(c, id)| format!("{:?}:{id}", c.to_string())).collect();
    let file =
        format!(r#"{{"decoder":{{"type":"ByteLevel"}},"model":{{"type":"BPE","vocab":{{{}}}}}}}"#, pieces.join(","));
    let vocabulary = Vocabulary::from_tokenizer_json(file.as_bytes()).unwrap();
    let mut bytes: Vec<u8> = vocabulary.entries().flat_map(|(_, bytes)| bytes.to_vec()).collect();
    bytes.sort_unstable();
    assert_eq!(bytes, (0..=255).collect::<Vec<u8>>());
}

#[test]
fn marks_for_blanks_and_fallback_to_bytes() {
    let file = r#"{
        "added_tokens": [{"id": 0, "content": "<unk>", "special": true}, {"id": 1, "content": "</s>", "special": true}],
        "decoder": {"type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
            {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}
        ]},
        "model": {"type": "BPE", "unk_token": "<unk>", "byte_fallback": true,
                  "vocab": {"<unk>": 0, "</s>": 1, "<0x0A>": 2, "<0xE2>": 3, "▁the": 4, "▁▁": 5, "<0xG0>": 6}}
    }"#;
    let vocabulary = Vocabulary::from_tokenizer_json(file.as_bytes()).unwrap();
    let expected = r#"0 : <unk>  1 : </s>  2 "\\n"  3 "\\xe2"  4 " the"  5 "  "  6 "<0xG0>""#;
    assert_eq!(listed(&vocabulary), expected);
    assert_eq!(vocabulary.end_of_sequence(), [1]);
}

#[test]
fn lists_with_scores_and_prefixes() {
    let unigram = r#"{"decoder": {"type": "Metaspace", "replacement": "▁"},
        "model": {"type": "Unigram", "unk_id": 1, "vocab": [["</s>", 0.0], ["<unk>", 0], ["▁a", -1.5]]},
        "added_tokens": [{"id": 0, "content": "</s>", "special": true}]}"#;
    let read = |file: &str| listed(&Vocabulary::from_tokenizer_json(file.as_bytes()).unwrap());
    assert_eq!(read(unigram), r#"0 : </s>  1 : <unk>  2 " a""#);
    let pieces = r#"{"decoder": {"type": "WordPiece", "prefix": "@@"},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": {"[UNK]": 0, "go": 1, "@@ing": 2}}}"#;
    assert_eq!(read(pieces), r#"0 : [UNK]  1 " go"  2 "ing""#);
    let suffixes = r#"{"decoder": {"type": "BPEDecoder", "suffix": "</w>"},
        "model": {"type": "BPE", "vocab": {"go</w>": 0, "go": 1}}}"#;
    assert_eq!(read(suffixes), r#"0 "go "  1 "go""#);
    let plain = r#"{"decoder": null, "model": {"type": "WordLevel", "vocab": {"go": 0}}}"#;
    assert_eq!(read(plain), r#"0 "go""#);
}

#[test]
fn mistakes_in_tokenizer_files() {
    let read = |text: &str| message(Vocabulary::from_tokenizer_json(text.as_bytes()));
    let messages = [
        read("{\n  \"model\": [\n"),
        read("YQ== 0\n"),
        read("{}"),
        read(r#"{"model": {"vocab": {"a": -1}}}"#),
        read(r#"{"model": {"vocab": {"a": 0, "b": 0}}}"#),
        read(r#"{"model": {"vocab": {}}}"#),
        read(r#"{"model": {"vocab": {"a": 0}}, "decoder": {"type": "CTC"}}"#),
        read(
            r#"{"model": {"vocab": {"a": 0}}, "decoder": {"type": "Sequence", "decoders": [{"type": "ByteLevel"}, {"type": "CTC"}]}}"#,
        ),
        read(
            r#"{"model": {"vocab": {"a": 0}}, "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"Regex": "a"}}]}}"#,
        ),
        read(r#"{"model": {"vocab": {"a": 0}}, "added_tokens": [{"id": 0, "content": "b"}]}"#),
    ];
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn ends_and_specials() {
    let vocabulary = words(&["a", "b", "b", ""]);
    assert!(vocabulary.end_of_sequence().is_empty());
    // An entry that ends the sequence is no text any more; a number above all others widens the mask.
    let ended = vocabulary.clone().with_end_of_sequence([40, 1]).unwrap();
    assert_eq!((ended.len(), ended.n_words(), ended.end_of_sequence()), (41, 2, [1, 40].as_slice()));
    assert_eq!((ended.bytes(1), ended.bytes(2), ended.bytes(3)), (None, Some(b"b".as_slice()), Some(b"".as_slice())));
    assert_eq!(ended.trie().ids_below(0), [0, 2]);
    assert_eq!(ended.specials().collect::<Vec<_>>(), [(1, "b"), (40, "<end>")]);
    let named = vocabulary.clone().with_specials([(4, "<eos>".to_owned()), (5, "<pad>".to_owned())]).unwrap();
    assert_eq!((named.end_of_sequence(), named.special("<pad>"), named.special("a")), ([4].as_slice(), Some(5), None));
    let again = named.with_end_of_sequence([]).unwrap();
    assert!(again.end_of_sequence().is_empty() && again.special("<eos>") == Some(4));
    let messages = [
        message(again.with_specials([(4, "x".to_owned())])),
        message(words(&["a"]).with_end_of_sequence([0])),
        message(words(&["a"]).with_end_of_sequence([MAX_ID + 1])),
    ];
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn a_text_as_entries() {
    let vocabulary = words(&["a", "ab", "abcd", "c", "ab"]);
    assert_eq!(vocabulary.tokenize(b"abcabcda"), Some(vec![1, 3, 2, 0]));
    assert_eq!(vocabulary.tokenize(b"abd"), None);
    assert_eq!(vocabulary.tokenize(b""), Some(vec![]));
}

proptest! {
    /// A vocabulary is the map of its entries.
    #[test]
    fn entries_are_those_given(
        entries in prop::collection::btree_map(0_u32..200, prop::collection::vec(any::<u8>(), 0..6), 1..30),
        specials in prop::collection::btree_map(200_u32..220, "[a-z]{1,3}", 0..4),
    ) {
        prop_assume!(entries.values().any(|bytes| !bytes.is_empty()));
        let shuffled = entries.clone().into_iter().rev();
        let vocabulary = Vocabulary::new(shuffled, specials.clone()).unwrap();
        let read: BTreeMap<u32, Vec<u8>> = vocabulary.entries().map(|(id, bytes)| (id, bytes.to_vec())).collect();
        prop_assert_eq!(&read, &entries);
        let highest = entries.keys().chain(specials.keys()).max().unwrap();
        prop_assert_eq!(vocabulary.len(), highest + 1);
        prop_assert!(vocabulary.specials().eq(specials.iter().map(|(&id, name)| (id, name.as_str()))));
        let mut reachable = vocabulary.trie().ids_below(0).to_vec();
        reachable.sort_unstable();
        let with_bytes = entries.iter().filter(|(_, bytes)| !bytes.is_empty()).map(|(&id, _)| id);
        prop_assert!(reachable.into_iter().eq(with_bytes));
    }

    /// Entries put one after the other are the text.
    #[test]
    fn a_text_as_entries_is_the_text(text in "[abc]{0,30}") {
        let vocabulary = words(&["a", "b", "c", "abc", "bca", "cc", "aabb"]);
        let ids = vocabulary.tokenize(text.as_bytes()).unwrap();
        let joined: Vec<u8> = ids.iter().flat_map(|&id| vocabulary.bytes(id).unwrap().to_vec()).collect();
        prop_assert_eq!(joined, text.into_bytes());
    }

    /// Whatever a reader gets, it does not panic.
    #[test]
    fn readers_take_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}\":,a-z0-9 \n=]{0,80}") {
        for file in [bytes.as_slice(), text.as_bytes()] {
            let _ = Vocabulary::from_tiktoken(file);
            let _ = Vocabulary::from_tokenizer_json(file);
        }
    }
}
