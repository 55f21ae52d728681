//! A decoding loop under a constraint: whatever a model would write, here random entries, what comes out fits the schema.
//!
//! `cargo run --example constrained_decoding` has a small vocabulary of its own; the path of a rank file, such as
//! `cl100k_base.tiktoken`, makes it that of a model.

use std::sync::Arc;

use anyhow::{Context, anyhow};
use langlet_core::Langlet;
use langlet_core::complete::{Masks, Vocabulary};
use langlet_core::diagnostic::SourceText;
use langlet_core::generate::Chance;
use langlet_json::JSON;
use langlet_json_schema_to_langlet::langlet_text;

const SCHEMA: &str = r#"{
  "type": "object",
  "properties": {
    "city": {"type": "string", "minLength": 1, "maxLength": 12},
    "unit": {"enum": ["celsius", "fahrenheit"]},
    "days": {"type": "integer", "minimum": 1, "maximum": 14}
  },
  "required": ["city", "unit"],
  "additionalProperties": false
}"#;

/// Entries after which a text is ended if it is not complete by itself.
const MOST_ENTRIES: usize = 60;

fn main() -> anyhow::Result<()> {
    let vocabulary = match std::env::args().nth(1) {
        None => small_vocabulary()?,
        Some(path) => {
            let read = Vocabulary::from_tiktoken(&std::fs::read(&path).with_context(|| path.clone())?)?;
            // Rank files do not name it; it is the number behind the others here.
            let end = read.len();
            read.with_end_of_sequence([end])?
        }
    };
    let langlet = langlet_of(SCHEMA)?;
    // Once for all sequences, of all threads.
    let masks = Masks::new(&langlet, langlet.start(), Arc::new(vocabulary));
    for seed in 0..5 {
        println!("{}", decode(&masks, &mut Chance::new(seed))?);
    }
    Ok(())
}

/// One text, entry by entry.
fn decode(masks: &Arc<Masks>, chance: &mut Chance) -> anyhow::Result<String> {
    let vocabulary = masks.vocabulary();
    let mut constraint = masks.constraint();
    let mut logits = vec![0.0; vocabulary.len() as usize];
    let mut n_entries = 0;
    while !constraint.has_ended() && n_entries < MOST_ENTRIES {
        logits_of_model(chance, &mut logits);
        constraint.sample(&mut logits)?;
        let best = (0..vocabulary.len()).max_by(|&a, &b| logits[a as usize].total_cmp(&logits[b as usize]));
        constraint.accept(best.context("a vocabulary has an entry")?)?;
        n_entries += 1;
    }
    let text = String::from_utf8_lossy(&constraint.prefix().bytes()).into_owned();
    Ok(if constraint.has_ended() { text } else { format!("{text}… (could still be completed)") })
}

/// What a model would compute from the entries so far. This one guesses.
fn logits_of_model(chance: &mut Chance, logits: &mut [f32]) {
    logits.iter_mut().for_each(|logit| *logit = chance.below(1 << 16) as f32);
}

/// Words, marks and letters, as they occur in such texts, and an end.
fn small_vocabulary() -> anyhow::Result<Vocabulary> {
    let words = [
        "{\"",
        "\":",
        " \"",
        "\",",
        "\"}",
        "city",
        "unit",
        "days",
        "celsius",
        "fahrenheit",
        "Berlin",
        "Lagos",
        " ",
        "\n",
    ];
    let letters = ('a'..='z').chain('0'..='9').chain("{}[]\":,.\\-".chars()).map(String::from);
    let entries = words.map(str::to_owned).into_iter().chain(letters).map(String::into_bytes);
    let entries: Vec<(u32, Vec<u8>)> = (0..).zip(entries).collect();
    let end = entries.len() as u32;
    Ok(Vocabulary::new(entries, [(end, "</s>".to_owned())])?)
}

fn langlet_of(schema: &str) -> anyhow::Result<Langlet> {
    let text = langlet_text(&SourceText::new("schema", schema), "weather", &[]).map_err(|error| anyhow!("{error}"))?;
    let source = SourceText::new("weather.langlet", text);
    let loaded = Langlet::load(&source, |parent| (parent == "json").then(|| JSON.clone()));
    loaded.map_err(|errors| anyhow!("{}", errors.iter().map(|error| error.render(false)).collect::<String>()))
}
