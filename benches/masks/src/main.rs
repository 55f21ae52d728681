//! Masks over a vocabulary beside llguidance: `cargo run --release -p langlet-bench-masks -- --vocabulary FILE`. What the
//! columns mean is in the README.

mod ebnf;
mod engine;
mod lark;
mod workload;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Parser;
use langlet_core::complete::Vocabulary;

use ebnf::ebnf;
use engine::{Engine, Loaded, PeerGrammar};
use workload::{Sources, Workload, divided, workloads};

/// Masks of this project and of llguidance, on the same grammars, texts and vocabulary.
#[derive(Parser)]
struct Options {
    /// A rank file, such as `cl100k_base.tiktoken`
    #[arg(long)]
    vocabulary: PathBuf,
    /// What to measure
    #[arg(long, value_delimiter = ',', default_value = "w1,w2,w3,w4,w5,w6,spelling")]
    workloads: Vec<String>,
    /// The engines
    #[arg(long, value_enum, value_delimiter = ',', default_value = "ours,llguidance")]
    engines: Vec<Engine>,
    /// Passes after the first; each step counts with their median
    #[arg(long, default_value_t = 5)]
    passes: usize,
    /// Steps of a workload
    #[arg(long, default_value_t = 2500)]
    steps: usize,
    /// Differences of masks that are shown, for each workload
    #[arg(long, default_value_t = 3)]
    differences: usize,
    /// Write the grammars and the entries of the texts to this folder, for `xgrammar_masks.py`, and measure nothing
    #[arg(long, value_name = "FOLDER")]
    dump: Option<PathBuf>,
    #[command(flatten)]
    sources: Sources,
    /// Print the peak of memory alone
    #[arg(long, hide = true)]
    memory: bool,
}

/// What one engine took.
struct Measured {
    load: Duration,
    first: Duration,
    /// Mean of the first pass.
    first_pass: f64,
    /// The median of the later passes for each step, sorted; in microseconds.
    steps: Vec<f64>,
    /// Bits that are set in all masks.
    n_allowed: u64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let file = fs::read(&options.vocabulary).with_context(|| options.vocabulary.display().to_string())?;
    let plain = Vocabulary::from_tiktoken(&file)?;
    let end = plain.len();
    let vocabulary = Arc::new(plain.with_end_of_sequence([end])?);
    let mut engines = Vec::new();
    for &engine in &options.engines {
        let started = Instant::now();
        engines.push((engine, Loaded::new(engine, &file, &vocabulary)?));
        if !options.memory {
            println!(
                "{engine:?}: vocabulary of {} loaded in {:.0} ms",
                vocabulary.len(),
                started.elapsed().as_secs_f64() * 1e3
            );
        }
    }
    if !options.memory {
        println!(
            "\n{:<24} {:<11} {:>7} {:>8} {:>8} {:>8} {:>8} {:>8} {:>9} {:>8} {:>8} {:>8} {:>7}",
            "workload",
            "engine",
            "steps",
            "mean µs",
            "p50",
            "p90",
            "p99",
            "max",
            "1st pass",
            "load ms",
            "1st ms",
            "allowed",
            "MB"
        );
    }
    for name in &options.workloads {
        let found = match workloads(name, &options.sources) {
            Ok(found) => found,
            Err(error) => {
                eprintln!("{name} is left out: {error}");
                continue;
            }
        };
        for workload in found {
            let mut sequences = divided(&vocabulary, &workload.texts)?;
            let mut n = 0;
            sequences.retain_mut(|ids| {
                ids.truncate(options.steps.saturating_sub(n));
                n += ids.len();
                !ids.is_empty()
            });
            if let Some(folder) = &options.dump {
                dump(folder, &workload, &sequences)?;
                continue;
            }
            measure(&options, &engines, &vocabulary, &workload, &sequences, name)?;
        }
    }
    if options.memory {
        println!("{}", peak_memory());
    }
    Ok(())
}

fn dump(folder: &Path, workload: &Workload, entries: &[Vec<u32>]) -> Result<()> {
    let mut value = serde_json::json!({"name": workload.name, "entries": entries});
    match &workload.grammar.peer {
        Some(PeerGrammar::Schema(schema)) => value["schema"] = schema.clone(),
        Some(PeerGrammar::Lark(_)) => value["grammar"] = ebnf(&workload.grammar.langlet)?.into(),
        None => return Ok(()),
    }
    fs::create_dir_all(folder)?;
    let path = folder.join(format!("{}.json", workload.name.replace(' ', "_")));
    fs::write(&path, value.to_string()).with_context(|| path.display().to_string())
}

fn measure(
    options: &Options,
    engines: &[(Engine, Loaded)],
    vocabulary: &Vocabulary,
    workload: &Workload,
    texts: &[Vec<u32>],
    name: &str,
) -> Result<()> {
    let mut times: Vec<Vec<Vec<f64>>> = vec![Vec::new(); engines.len()];
    let mut loaded = Vec::new();
    let mut measured: Vec<Option<Measured>> = Vec::new();
    let mut mask = vec![0_u32; vocabulary.n_words()];
    for (engine, vocabulary) in engines {
        let started = Instant::now();
        match vocabulary.load(&workload.grammar) {
            Ok(sequences) => {
                let load = started.elapsed();
                let started = Instant::now();
                sequences.begin().mask(&mut mask)?;
                let first = started.elapsed();
                measured.push(Some(Measured { load, first, first_pass: 0.0, steps: Vec::new(), n_allowed: 0 }));
                loaded.push(Some(sequences));
            }
            Err(error) => {
                if !options.memory {
                    println!("{:<24} {engine:?}: {error}", workload.name);
                }
                measured.push(None);
                loaded.push(None);
            }
        }
    }
    let mut differences = Differences::default();
    for pass in 0..=options.passes {
        for (engine, sequences) in loaded.iter().enumerate() {
            let Some(sequences) = sequences else { continue };
            let mut pass_times = Vec::new();
            for (index, ids) in texts.iter().enumerate() {
                let mut sequence = sequences.begin();
                for (step, &id) in ids.iter().enumerate() {
                    let elapsed = sequence
                        .mask(&mut mask)
                        .with_context(|| format!("{} text {index} step {step}", workload.name))?;
                    pass_times.push(elapsed.as_secs_f64() * 1e6);
                    if pass == 0 {
                        if mask[id as usize / 32] >> (id % 32) & 1 == 0 {
                            differences.refused.push((engine, index, step));
                        }
                        differences.keep(engine, (index, step), &mask);
                        let n: u32 = mask.iter().map(|word| word.count_ones()).sum();
                        measured[engine].as_mut().expect("it is loaded").n_allowed += u64::from(n);
                    }
                    if sequence.accept(id).is_err() {
                        break;
                    }
                }
            }
            times[engine].push(pass_times);
        }
    }
    for (engine, measured) in measured.iter_mut().enumerate() {
        let Some(measured) = measured else { continue };
        let (first, later) = times[engine].split_first().expect("there is a first pass");
        measured.first_pass = first.iter().sum::<f64>() / first.len() as f64;
        let later = if later.is_empty() { std::slice::from_ref(first) } else { later };
        measured.steps = (0..first.len())
            .map(|step| {
                let mut all: Vec<f64> = later.iter().map(|pass| pass[step]).collect();
                all.sort_by(f64::total_cmp);
                all[all.len() / 2]
            })
            .collect();
        measured.steps.sort_by(f64::total_cmp);
    }
    if options.memory {
        return Ok(());
    }
    for ((engine, _), measured) in engines.iter().zip(&measured) {
        let Some(measured) = measured else { continue };
        let n = measured.steps.len();
        let at = |share: f64| measured.steps[((n as f64 * share) as usize).min(n - 1)];
        println!(
            "{:<24} {:<11} {:>7} {:>8.2} {:>8.2} {:>8.2} {:>8.2} {:>8.1} {:>9.1} {:>8.2} {:>8.2} {:>8.0} {:>7}",
            workload.name,
            format!("{engine:?}").to_lowercase(),
            n,
            mean(&measured.steps),
            at(0.5),
            at(0.9),
            at(0.99),
            at(1.0),
            measured.first_pass,
            measured.load.as_secs_f64() * 1e3,
            measured.first.as_secs_f64() * 1e3,
            measured.n_allowed as f64 / n as f64,
            memory_of(options, *engine, name),
        );
    }
    if let [Some(ours), Some(peer)] = measured.as_slice() {
        let ratio = |ours: f64, peer: f64| format!("{:.2}", ours / peer);
        let (n_ours, n_peer) = (ours.steps.len(), peer.steps.len());
        println!(
            "{:<24} {:<11} {:>7} {:>8} {:>8} {:>8} {:>8}   masks: {} of {} equal",
            "",
            "ratio",
            "",
            ratio(mean(&ours.steps), mean(&peer.steps)),
            ratio(ours.steps[n_ours / 2], peer.steps[n_peer / 2]),
            ratio(ours.steps[n_ours * 9 / 10], peer.steps[n_peer * 9 / 10]),
            ratio(ours.steps[n_ours * 99 / 100], peer.steps[n_peer * 99 / 100]),
            differences.equal(),
            differences.compared(),
        );
        differences.show(options.differences, vocabulary, texts);
    }
    for &(engine, index, step) in differences.refused.iter().take(5) {
        println!("  {:?} refuses the entry {step} of text {index}", engines[engine].0);
    }
    Ok(())
}

/// Two masks that are not the same.
struct Difference {
    /// Text and step.
    place: (usize, usize),
    /// Entries that only the first engine allows.
    ours: Vec<u32>,
    /// Entries that only the second allows.
    peer: Vec<u32>,
}

/// Masks of the first pass, to be compared.
#[derive(Default)]
struct Differences {
    /// By text and step, the mask of the engine that came first.
    kept: BTreeMap<(usize, usize), Vec<u32>>,
    n_equal: usize,
    different: Vec<Difference>,
    /// Engine, text and step at which the entry that comes is not allowed.
    refused: Vec<(usize, usize, usize)>,
}

impl Differences {
    fn keep(&mut self, engine: usize, place: (usize, usize), mask: &[u32]) {
        if engine == 0 {
            self.kept.insert(place, mask.to_vec());
            return;
        }
        let Some(first) = self.kept.remove(&place) else { return };
        if first == mask {
            self.n_equal += 1;
            return;
        }
        let only = |a: &[u32], b: &[u32]| -> Vec<u32> {
            let bits = a.iter().zip(b).enumerate();
            bits.flat_map(|(word, (a, b))| {
                (0..32).filter(move |bit| (a & !b) >> bit & 1 == 1).map(move |bit| word as u32 * 32 + bit)
            })
            .collect()
        };
        self.different.push(Difference { place, ours: only(&first, mask), peer: only(mask, &first) });
    }

    fn equal(&self) -> usize {
        self.n_equal
    }

    fn compared(&self) -> usize {
        self.n_equal + self.different.len()
    }

    fn show(&self, n: usize, vocabulary: &Vocabulary, texts: &[Vec<u32>]) {
        let shown = |ids: &[u32]| -> String {
            let texts = ids.iter().take(4).map(|&id| match vocabulary.bytes(id) {
                Some(bytes) => format!("{:?}", String::from_utf8_lossy(bytes)),
                None => "the end".to_owned(),
            });
            format!("{} ({})", ids.len(), texts.collect::<Vec<_>>().join(" "))
        };
        let step = (self.different.len() / n.max(1)).max(1);
        for Difference { place: (text, at), ours, peer } in self.different.iter().step_by(step).take(n) {
            let before: Vec<u8> =
                texts[*text][..*at].iter().flat_map(|&id| vocabulary.bytes(id).unwrap_or_default().to_vec()).collect();
            let before = String::from_utf8_lossy(&before).into_owned();
            let tail: String = before.chars().rev().take(24).collect::<Vec<_>>().into_iter().rev().collect();
            println!("  behind {tail:?} only ours: {}, only the peer: {}", shown(ours), shown(peer));
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The peak of memory of a process of its own that runs the one workload by the one engine.
fn memory_of(options: &Options, engine: Engine, name: &str) -> String {
    let run = || -> Result<String> {
        let output = Command::new(std::env::current_exe()?)
            .args([
                "--memory",
                "--passes",
                "0",
                "--workloads",
                name,
                "--engines",
                &format!("{engine:?}").to_lowercase(),
            ])
            .args(["--steps", &options.steps.to_string(), "--python", &options.sources.python])
            .arg("--vocabulary")
            .arg(&options.vocabulary)
            .arg("--json")
            .arg(&options.sources.json)
            .arg("--schemas")
            .arg(&options.sources.schemas)
            .output()?;
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    };
    run().unwrap_or_else(|_| "?".to_owned())
}

/// Megabytes of resident memory at its peak, where the system tells.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) / 1024
}
