//! `langlet mask`: which entries of a model's vocabulary may come next?

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use langlet_core::complete::{Constraint, Limits, Masks, Recognizer, Vocabulary};
use serde_json::json;

use super::{langlet_of, start_of};
use crate::Outcome;
use crate::files::Input;
use crate::output::{Output, Problem};

/// Arguments of `mask`.
#[derive(clap::Args)]
#[command(after_help = "The vocabulary is a rank file (`*.tiktoken`: a base64 text and its number on each line) or a
`tokenizer.json`. With --bench the text is divided greedily into entries of the vocabulary, a mask is computed before
each, and the times are those of the later passes, in microseconds per mask.")]
pub(crate) struct Args {
    /// The langlet, by name or path.
    #[arg(short, long)]
    langlet: String,
    /// The rule to read the text as; by default the start rule of the langlet.
    #[arg(long, value_name = "RULE")]
    start: Option<String>,
    /// The file of the vocabulary.
    #[arg(long, value_name = "FILE")]
    vocab: PathBuf,
    /// How many entries to show.
    #[arg(long, default_value_t = 12, value_name = "N")]
    show: usize,
    /// Memory for what is kept, in MiB.
    #[arg(long, default_value_t = 64, value_name = "MIB")]
    memory: usize,
    /// Print the answer as JSON; without --bench with the numbers of all entries.
    #[arg(long)]
    json: bool,
    /// Measure the masks along this file.
    #[arg(long, value_name = "TEXT", conflicts_with = "prefix")]
    bench: Option<PathBuf>,
    /// The text so far; nothing by default.
    #[arg(default_value = "", hide_default_value = true)]
    prefix: String,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Outcome> {
    let langlet = langlet_of(Some(&args.langlet), &[], output)?.langlet;
    let start = start_of(&langlet, args.start.as_deref())?;
    let vocabulary = Arc::new(read_vocabulary(&args.vocab)?);
    let limits = Limits { memory: args.memory.saturating_mul(1 << 20), ..Limits::default() };
    let masks = Masks::with_limits(&Recognizer::new(&langlet, start), vocabulary.clone(), limits);
    if let Some(text) = &args.bench {
        return bench(&masks, text, args.json, output);
    }
    let mut constraint = masks.constraint();
    constraint.push(args.prefix.as_bytes()).map_err(|error| {
        Problem::file("the prefix", error).help("`langlet prefix --expected` shows what could have come")
    })?;
    let mut mask = vec![0; vocabulary.n_words()];
    constraint.mask(&mut mask).map_err(|error| Problem::file("the mask", error))?;
    let allowed: Vec<u32> = (0..vocabulary.len()).filter(|&id| mask[id as usize / 32] >> (id % 32) & 1 == 1).collect();
    let shown = |id: u32| match vocabulary.bytes(id) {
        Some(bytes) => format!("{:?}", String::from_utf8_lossy(bytes)),
        None => vocabulary.specials().find(|&(special, _)| special == id).map_or("", |(_, name)| name).to_owned(),
    };
    let n_entries = vocabulary.entries().count() + vocabulary.specials().count();
    if args.json {
        output.line(json!({ "allowed": allowed.len(), "entries": n_entries, "complete": constraint.is_complete(), "ids": allowed }))?;
        return Ok(Outcome::Fine);
    }
    let share = 100.0 * allowed.len() as f64 / n_entries as f64;
    output.line(format_args!("{} of {n_entries} entries may come next, {share:.2} %", allowed.len()))?;
    if constraint.is_complete() {
        output.line("the text is complete")?;
    }
    for &id in allowed.iter().take(args.show) {
        output.line(format_args!("  {id}  {}", shown(id)))?;
    }
    if allowed.len() > args.show {
        output.line(format_args!("  … and {} more", allowed.len() - args.show))?;
    }
    Ok(Outcome::Fine)
}

fn read_vocabulary(path: &Path) -> Result<Vocabulary, Problem> {
    let input = Input::from_argument(path);
    let bytes = input.read()?;
    let is_json = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let read = if is_json { Vocabulary::from_tokenizer_json(&bytes) } else { Vocabulary::from_tiktoken(&bytes) };
    read.map_err(|error| Problem::file(input.name(), error))
}

/// Passes over the text; the first one, which fills the tables, is reported apart.
const PASSES: usize = 6;

fn bench(masks: &Arc<Masks>, path: &Path, is_json: bool, output: &mut Output) -> anyhow::Result<Outcome> {
    let input = Input::from_argument(path);
    let text = input.read()?;
    let vocabulary = masks.vocabulary().clone();
    let ids = vocabulary
        .tokenize(&text)
        .ok_or_else(|| Problem::file(input.name(), "the vocabulary has no entries for some of its bytes"))?;
    let mut mask = vec![0; vocabulary.n_words()];
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); ids.len()];
    let mut first = Vec::with_capacity(ids.len());
    for pass in 0..PASSES {
        let mut constraint: Constraint = masks.constraint();
        for (step, &id) in ids.iter().enumerate() {
            let begin = Instant::now();
            constraint.mask(&mut mask).map_err(|error| Problem::file(input.name(), error))?;
            let time = begin.elapsed().as_secs_f64() * 1e6;
            if pass == 0 {
                first.push(time)
            } else {
                times[step].push(time)
            }
            let at = constraint.prefix().len();
            constraint.accept(id).map_err(|error| Problem::file(format!("{} byte {at}", input.name()), error))?;
        }
    }
    let mut medians: Vec<f64> = times.into_iter().filter_map(|mut times| median(&mut times)).collect();
    let rows = [("first pass", summary(&mut first)), ("later passes", summary(&mut medians))];
    if is_json {
        let rows = rows.map(|(name, [mean, p50, p90, p99, max])| {
            (name.replace(' ', "_"), json!({ "mean": mean, "p50": p50, "p90": p90, "p99": p99, "max": max }))
        });
        let mut answer = serde_json::Map::from_iter(rows);
        answer.insert("masks".to_owned(), ids.len().into());
        answer.insert("memory".to_owned(), masks.memory().into());
        output.line(serde_json::Value::Object(answer))?;
        return Ok(Outcome::Fine);
    }
    output.line(format_args!("{} masks, µs each", ids.len()))?;
    output.line(format_args!("{:14}{:>10}{:>10}{:>10}{:>10}{:>10}", "", "mean", "p50", "p90", "p99", "max"))?;
    for (name, numbers) in rows {
        let numbers: String = numbers.iter().map(|number| format!("{number:10.2}")).collect();
        output.line(format_args!("{name:14}{numbers}"))?;
    }
    output.line(format_args!("{} MiB are kept", masks.memory() >> 20))?;
    Ok(Outcome::Fine)
}

fn median(times: &mut [f64]) -> Option<f64> {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}

/// Mean, p50, p90, p99 and the maximum; zeros if there is none.
fn summary(times: &mut [f64]) -> [f64; 5] {
    times.sort_by(f64::total_cmp);
    let Some(&max) = times.last() else { return [0.0; 5] };
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    [times.iter().sum::<f64>() / times.len() as f64, at(50), at(90), at(99), max]
}
