//! The engines, behind one face: masks as words, entries taken one by one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use langlet_core::Langlet;
use langlet_core::complete::{Constraint, Masks, Vocabulary};
use llguidance::api::TopLevelGrammar;
use llguidance::toktrie::{ApproximateTokEnv, TokEnv, TokRxInfo, TokTrie};
use llguidance::{Matcher, ParserFactory};

use crate::lark::lark;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// This project.
    Ours,
    /// llguidance with its slices for general use.
    Llguidance,
}

/// A grammar in the form that an engine takes.
pub struct Grammar {
    /// For ours.
    pub langlet: Langlet,
    /// For llguidance; `None` if it has no such grammars.
    pub peer: Option<PeerGrammar>,
}

/// A grammar of llguidance.
#[derive(Clone)]
pub enum PeerGrammar {
    /// In its dialect of Lark.
    Lark(String),
    /// A JSON Schema.
    Schema(serde_json::Value),
}

impl Grammar {
    /// The same langlet for both.
    pub fn of(langlet: Langlet) -> Grammar {
        let peer = Some(PeerGrammar::Lark(lark(&langlet)));
        Grammar { langlet, peer }
    }
}

/// An engine with its vocabulary.
pub enum Loaded {
    /// This project.
    Ours(Arc<Vocabulary>),
    /// The peer; its trie has the entries, and its factory the slices.
    Llguidance(Box<ParserFactory>),
}

impl Loaded {
    /// Loads the vocabulary: ours from the bytes of the file, the peer from what is made of them.
    pub fn new(engine: Engine, file: &[u8], vocabulary: &Arc<Vocabulary>) -> Result<Loaded> {
        match engine {
            Engine::Ours => {
                let vocabulary = Vocabulary::from_tiktoken(file)?;
                let end = vocabulary.len();
                let vocabulary = vocabulary.with_end_of_sequence([end])?;
                vocabulary.trie();
                Ok(Loaded::Ours(Arc::new(vocabulary)))
            }
            Engine::Llguidance => {
                let words: Vec<Vec<u8>> = (0..vocabulary.len())
                    .map(|id| vocabulary.bytes(id).map_or_else(|| format!("\u{FF}<{id}>").into_bytes(), <[u8]>::to_vec))
                    .map(
                        |bytes| {
                            if bytes.starts_with("\u{FF}".as_bytes()) { [&[0xFF], &bytes[2..]].concat() } else { bytes }
                        },
                    )
                    .collect();
                let end = vocabulary.end_of_sequence()[0];
                let trie = TokTrie::from(&TokRxInfo::new(vocabulary.len(), end), &words);
                let env: TokEnv = Arc::new(ApproximateTokEnv::new(trie));
                let mut factory = ParserFactory::new_simple(&env)?;
                factory.quiet();
                Ok(Loaded::Llguidance(Box::new(factory)))
            }
        }
    }

    /// What begins sequences of the grammar.
    pub fn load(&self, grammar: &Grammar) -> Result<Sequences> {
        Ok(match self {
            Loaded::Ours(vocabulary) => {
                let langlet = &grammar.langlet;
                Sequences::Ours(Masks::new(langlet, langlet.start(), vocabulary.clone()))
            }
            Loaded::Llguidance(factory) => {
                let grammar = match grammar.peer.clone().ok_or_else(|| anyhow!("it has no such grammars"))? {
                    PeerGrammar::Lark(text) => TopLevelGrammar::from_lark(text),
                    PeerGrammar::Schema(schema) => TopLevelGrammar::from_json_schema(schema),
                };
                let matcher = Matcher::new(factory.create_parser(grammar));
                match matcher.get_error() {
                    Some(error) => return Err(anyhow!(error)),
                    None => Sequences::Llguidance(Box::new(matcher)),
                }
            }
        })
    }
}

/// A grammar that is loaded.
pub enum Sequences {
    /// This project.
    Ours(Arc<Masks>),
    /// The peer.
    Llguidance(Box<Matcher>),
}

impl Sequences {
    /// The empty sequence.
    pub fn begin(&self) -> Sequence {
        match self {
            Sequences::Ours(masks) => Sequence::Ours(Box::new(masks.constraint())),
            Sequences::Llguidance(matcher) => Sequence::Llguidance(matcher.clone()),
        }
    }
}

/// A sequence that grows.
pub enum Sequence {
    /// This project.
    Ours(Box<Constraint>),
    /// The peer.
    Llguidance(Box<Matcher>),
}

impl Sequence {
    /// Writes the mask; the time of the engine for it, without what is done to compare it.
    pub fn mask(&mut self, mask: &mut [u32]) -> Result<Duration> {
        let started = Instant::now();
        match self {
            Sequence::Ours(constraint) => {
                constraint.mask(mask)?;
                Ok(started.elapsed())
            }
            Sequence::Llguidance(matcher) => {
                let found = matcher.compute_mask_or_eos()?;
                let elapsed = started.elapsed();
                let words = found.as_slice();
                let n = words.len().min(mask.len());
                mask[..n].copy_from_slice(&words[..n]);
                mask[n..].fill(0);
                Ok(elapsed)
            }
        }
    }

    /// Takes an entry.
    pub fn accept(&mut self, id: u32) -> Result<()> {
        match self {
            Sequence::Ours(constraint) => Ok(constraint.accept(id)?),
            Sequence::Llguidance(matcher) => matcher.consume_token(id),
        }
    }
}
