//! Readers of the two common forms of vocabularies: rank files, and the `tokenizer.json` of the `tokenizers` library.
//!
//! A *rank file* has a line for each entry: its bytes in base64, a blank, its number. It has no special entries.
//!
//! A `tokenizer.json` writes entries as *pieces*, texts that its *decoder* turns into bytes. Which decoder it is, is said by
//! the section `decoder`; where that is missing, by `pre_tokenizer`. Each kind of piece is read as what the decoder adds for
//! it to a text under way:
//!
//! | decoder | the piece | stands for |
//! | --- | --- | --- |
//! | `ByteLevel` | `Ġthe` | each character is a byte (GPT-2's table): ` the` |
//! | `Metaspace`, `Replace` | `▁the` | the mark is a blank: ` the` |
//! | `ByteFallback` | `<0xE2>` | this byte |
//! | `WordPiece` | `##ing`, `the` | `ing`, and ` the`: what has no prefix begins a word |
//! | `BPEDecoder` | `the</w>` | the suffix is a blank: `the ` |
//!
//! `Fuse` joins what is there already, and what comes behind it works on the whole text, as `Strip` does with its first
//! blank; both mean nothing for an entry.
//!
//! Sources: Radford et al. (2019) for the bytes as characters; Kudo and Richardson (2018) for `▁` and the fallback to bytes.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::vocabulary::{Vocabulary, VocabularyError, show_bytes};

impl Vocabulary {
    /// The vocabulary of a rank file: lines of base64, a blank, and a number. Blank lines are passed over. Name its special
    /// entries by [`Vocabulary::with_specials`] or [`Vocabulary::with_end_of_sequence`].
    ///
    /// # Errors
    /// A line of another form, with its number; and as [`Vocabulary::new`].
    pub fn from_tiktoken(file: &[u8]) -> Result<Vocabulary, VocabularyError> {
        let mut text = Vec::with_capacity(file.len());
        let mut entries = Vec::with_capacity(file.len() / 16);
        let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
        for (index, line) in file.split(|&byte| byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() {
                continue;
            }
            let wrong = |found: &[u8], expected, mend| {
                let found = show_bytes(found);
                VocabularyError::Line { line: index + 1, found, expected, mend }
            };
            let blank = line.iter().position(|&byte| byte == b' ').ok_or_else(|| {
                wrong(line, "base64, a blank and a number", "a `tokenizer.json` is read by another reader")
            })?;
            let (base64, rank) = (&line[..blank], line[blank..].trim_ascii());
            let number = std::str::from_utf8(rank).ok().and_then(|rank| rank.parse().ok());
            let id: u32 = number.ok_or_else(|| wrong(rank, "a number below 2³²", "number the entries from 0"))?;
            let start = text.len() as u32;
            BASE64_STANDARD
                .decode_vec(base64, &mut text)
                .map_err(|_| wrong(base64, "base64", "write the bytes of the entry in base64 with its padding"))?;
            entries.push((id, start, u32::try_from(text.len()).map_err(|_| VocabularyError::TooLarge)?));
        }
        Vocabulary::from_flat(&text, entries, [])
    }

    /// The vocabulary of a `tokenizer.json`: models `BPE`, `Unigram`, `WordPiece` and `WordLevel`. Added tokens that are
    /// marked as special, and the entry for what is unknown, are special here; other added tokens are text. An added token
    /// may repeat a piece of the model with its number.
    ///
    /// # Errors
    /// No JSON, values of other types, a decoder or model that is not known, and as [`Vocabulary::new`].
    pub fn from_tokenizer_json(file: &[u8]) -> Result<Vocabulary, VocabularyError> {
        let file: File = serde_json::from_slice(file).map_err(|error| VocabularyError::Syntax {
            line: error.line(),
            column: error.column(),
            message: strip_place(&error.to_string()),
        })?;
        let decoder = Decoder::new(&file)?;
        let mut specials: BTreeMap<u32, String> = BTreeMap::new();
        let mut added: FxHashMap<u32, &AddedToken> = FxHashMap::default();
        for token in &file.added_tokens {
            if let Some(first) = added.insert(token.id, token) {
                let (first, second) = (show_bytes(first.content.as_bytes()), show_bytes(token.content.as_bytes()));
                return Err(VocabularyError::DuplicateId { id: token.id, first, second });
            }
            if token.special {
                specials.insert(token.id, token.content.clone());
            }
        }
        let mut text = Vec::new();
        let mut entries = Vec::with_capacity(file.model.vocab.0.len());
        let mut add = |id: u32, piece: &str, text: &mut Vec<u8>| {
            let start = text.len() as u32;
            decoder.decode(piece, text);
            let end = u32::try_from(text.len()).map_err(|_| VocabularyError::TooLarge)?;
            entries.push((id, start, end));
            Ok(())
        };
        for (piece, id) in &file.model.vocab.0 {
            if let Some(token) = added.get(id) {
                if token.content != *piece {
                    let (first, second) = (show_bytes(piece.as_bytes()), show_bytes(token.content.as_bytes()));
                    return Err(VocabularyError::DuplicateId { id: *id, first, second });
                }
            } else if file.model.unk_token.as_ref() == Some(piece) || file.model.unk_id == Some(*id) {
                specials.insert(*id, piece.clone());
            } else {
                add(*id, piece, &mut text)?;
            }
        }
        for token in file.added_tokens.iter().filter(|token| !token.special) {
            add(token.id, &token.content, &mut text)?;
        }
        Vocabulary::from_flat(&text, entries, specials)
    }
}

/// The parts of a `tokenizer.json` that say what its entries are.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    added_tokens: Vec<AddedToken>,
    #[serde(default)]
    pre_tokenizer: Value,
    #[serde(default)]
    decoder: Value,
    model: Model,
}

#[derive(Deserialize)]
struct AddedToken {
    id: u32,
    content: String,
    #[serde(default)]
    special: bool,
}

#[derive(Deserialize)]
struct Model {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    vocab: Pieces,
    #[serde(default)]
    unk_token: Option<String>,
    #[serde(default)]
    unk_id: Option<u32>,
    #[serde(default)]
    byte_fallback: bool,
    #[serde(default)]
    continuing_subword_prefix: Option<String>,
}

/// Pieces with their numbers: of an object as they stand, of a list `[piece, score]` their index.
struct Pieces(Vec<(String, u32)>);

impl<'de> Deserialize<'de> for Pieces {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Pieces, D::Error> {
        struct PiecesVisitor;

        impl<'de> Visitor<'de> for PiecesVisitor {
            type Value = Pieces;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object from pieces to numbers, or a list of pieces with scores")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pieces, A::Error> {
                let mut pieces = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    pieces.push(entry);
                }
                Ok(Pieces(pieces))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Pieces, A::Error> {
                let mut pieces = Vec::new();
                while let Some((piece, _)) = seq.next_element::<(String, IgnoredAny)>()? {
                    pieces.push((piece, pieces.len() as u32));
                }
                Ok(Pieces(pieces))
            }
        }

        deserializer.deserialize_any(PiecesVisitor)
    }
}

/// How a piece becomes bytes.
#[derive(Default)]
struct Decoder {
    /// `byte_of[character]` of GPT-2's table.
    byte_of: Option<FxHashMap<char, u8>>,
    /// What is replaced in a piece, in order.
    replaced: Vec<(String, String)>,
    /// `<0xNN>` is a byte.
    byte_fallback: bool,
    /// The prefix of pieces that go on with a word; the others get a blank.
    continuing_prefix: Option<String>,
}

impl Decoder {
    fn new(file: &File) -> Result<Decoder, VocabularyError> {
        let mut decoder = Decoder { byte_fallback: file.model.byte_fallback, ..Decoder::default() };
        if !file.decoder.is_null() {
            decoder.add_parts(&file.decoder, "/decoder", false)?;
        } else {
            decoder.add_parts(&file.pre_tokenizer, "/pre_tokenizer", true)?;
        }
        if file.model.kind.as_deref() == Some("WordPiece") && decoder.continuing_prefix.is_none() {
            decoder.continuing_prefix =
                Some(file.model.continuing_subword_prefix.clone().unwrap_or_else(|| "##".to_owned()));
        }
        Ok(decoder)
    }

    /// Takes in a section and its parts. Of a `pre_tokenizer`, parts that only divide the text are passed over.
    fn add_parts(&mut self, section: &Value, place: &str, is_hint: bool) -> Result<(), VocabularyError> {
        let (parts, inner) = match section.get("decoders").or_else(|| section.get("pretokenizers")) {
            Some(Value::Array(parts)) => (parts.as_slice(), if is_hint { "/pretokenizers" } else { "/decoders" }),
            _ => (std::slice::from_ref(section), ""),
        };
        let text = |part: &Value, key: &str, default: &str| {
            part.get(key).and_then(Value::as_str).unwrap_or(default).to_owned()
        };
        for (index, part) in parts.iter().enumerate() {
            let unknown = |expected, mend| {
                let place = if inner.is_empty() { place.to_owned() } else { format!("{place}{inner}/{index}") };
                let found = show_bytes(part.to_string().as_bytes());
                VocabularyError::Unsupported { place, found, expected, mend }
            };
            match part.get("type").and_then(Value::as_str) {
                Some("ByteLevel") => self.byte_of = Some(byte_of_characters()),
                Some("Metaspace") => self.replaced.push((text(part, "replacement", "▁"), " ".to_owned())),
                Some("ByteFallback") => self.byte_fallback = true,
                // What comes behind sees the whole text.
                Some("Fuse") => break,
                Some("WordPiece") => self.continuing_prefix = Some(text(part, "prefix", "##")),
                Some("BPEDecoder") => self.replaced.push((text(part, "suffix", "</w>"), " ".to_owned())),
                Some("Replace") if !is_hint => match part.get("pattern").and_then(|pattern| pattern.get("String")) {
                    Some(Value::String(pattern)) => self.replaced.push((pattern.clone(), text(part, "content", ""))),
                    _ => return Err(unknown("a pattern that is a text", "give the entries with their bytes instead")),
                },
                _ if is_hint => {}
                _ => {
                    let expected =
                        "a decoder ByteLevel, Metaspace, Replace, ByteFallback, Fuse, WordPiece or BPEDecoder";
                    return Err(unknown(expected, "give the entries with their bytes instead"));
                }
            }
        }
        Ok(())
    }

    fn decode(&self, piece: &str, out: &mut Vec<u8>) {
        if self.byte_fallback
            && let Some(byte) = fallback_byte(piece)
        {
            out.push(byte);
            return;
        }
        if let Some(byte_of) = &self.byte_of {
            let start = out.len();
            for c in piece.chars() {
                let Some(&byte) = byte_of.get(&c) else {
                    // A piece with another character was not written by the table: an added token.
                    out.truncate(start);
                    out.extend_from_slice(piece.as_bytes());
                    return;
                };
                out.push(byte);
            }
            return;
        }
        if let Some(prefix) = &self.continuing_prefix {
            match piece.strip_prefix(prefix.as_str()) {
                Some(rest) => out.extend_from_slice(rest.as_bytes()),
                None => {
                    out.push(b' ');
                    out.extend_from_slice(piece.as_bytes());
                }
            }
            return;
        }
        if !self.replaced.iter().any(|(from, _)| piece.contains(from.as_str())) {
            out.extend_from_slice(piece.as_bytes());
            return;
        }
        let mut text = piece.to_owned();
        for (from, to) in self.replaced.iter().filter(|(from, _)| !from.is_empty()) {
            text = text.replace(from.as_str(), to);
        }
        out.extend_from_slice(text.as_bytes());
    }
}

/// The byte of a piece such as `<0x0A>`.
fn fallback_byte(piece: &str) -> Option<u8> {
    let digits = piece.strip_prefix("<0x")?.strip_suffix('>')?;
    let is_byte = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_byte.then(|| u8::from_str_radix(digits, 16).expect("two hexadecimal digits"))
}

/// GPT-2's table: printable characters of Latin-1 stand for their codes, the other bytes are numbered from U+0100.
fn byte_of_characters() -> FxHashMap<char, u8> {
    let is_itself = |byte: u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let mut others = 0x100..;
    (0..=255).map(|byte| (if is_itself(byte) { byte.into() } else { next_char(&mut others) }, byte)).collect()
}

fn next_char(codes: &mut impl Iterator<Item = u32>) -> char {
    codes.next().and_then(char::from_u32).expect("fewer than 256 of them")
}

/// The message of `serde_json` without the place behind it, which stands before it here.
fn strip_place(message: &str) -> String {
    message.rfind(" at line ").map_or(message, |at| &message[..at]).to_owned()
}
