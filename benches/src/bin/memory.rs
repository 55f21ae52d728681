//! Memory of the trees against the peers: `cargo run --release --bin memory -- [FOLDER…]`. What the columns mean is in the
//! README.
//!
//! Each engine runs in a process of its own, started by this one, so that it finds a fresh heap. The process gets the paths
//! of its files on its standard input and prints three numbers.

use std::fs;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, ensure};
use clap::{Parser as Arguments, ValueEnum};
use langlet_benches::corpus::{Corpus, corpora};
use langlet_benches::engine::{Engine, Parser, Target};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// Room for peers that recurse on the nesting of the input.
const STACK: usize = 1 << 30;

/// Memory that langlets and other parsers of Python need for their trees.
#[derive(Arguments)]
struct Options {
    /// Folders of Python files, or files; without any, the standard libraries of the interpreters found
    folders: Vec<PathBuf>,
    /// The langlet that reads the files [default: python38 for folders, the fitting one for an interpreter]
    #[arg(long)]
    langlet: Option<Target>,
    /// Parsers to measure
    #[arg(long, value_enum, value_delimiter = ',')]
    engines: Vec<Engine>,
    /// Read the first N files only
    #[arg(long, value_name = "N")]
    only_files: Option<usize>,
    /// Measure this engine on the files named on standard input
    #[arg(long, hide = true)]
    child: Option<Engine>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    thread::Builder::new().stack_size(STACK).spawn(move || run(&options))?.join().expect("the benchmark panicked")
}

fn run(options: &Options) -> Result<()> {
    if let Some(engine) = options.child {
        return measure(engine, options.langlet.context("the parent says the langlet")?);
    }
    std::panic::set_hook(Box::new(|_| {}));
    for corpus in corpora(&options.folders, options.langlet, options.only_files)? {
        compare(&corpus, &options.engines)?;
    }
    Ok(())
}

fn compare(corpus: &Corpus, engines: &[Engine]) -> Result<()> {
    println!("\n{}: bytes per byte of source", corpus.name);
    println!("                 files     MB  retained    peak  resident");
    let mut ours = Parser::new(Engine::Langlet, corpus.target);
    let accepted: Vec<_> = corpus.files.iter().filter(|file| ours.accepts(&file.text)).collect();
    for &engine in if engines.is_empty() { Engine::value_variants() } else { engines } {
        let mut parser = Parser::new(engine, corpus.target);
        let files: Vec<_> = accepted.iter().filter(|file| parser.accepts(&file.text)).collect();
        let n_bytes: usize = files.iter().map(|file| file.text.len()).sum();
        let paths: Vec<String> = files.iter().map(|file| format!("{}\n", file.path.display())).collect();

        let langlet = corpus.target.to_possible_value().expect("no langlet is hidden");
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--child", &engine.name(), "--langlet", langlet.get_name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        child.stdin.take().expect("it is piped").write_all(paths.concat().as_bytes())?;
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "{} failed", engine.name());
        let numbers: Vec<f64> =
            String::from_utf8(output.stdout)?.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        let ratio = |index: usize| match engine {
            // Its heap is that of C, which our allocator does not see.
            Engine::TreeSitter if index < 2 => "–".to_owned(),
            _ => format!("{:.2}", numbers[index] / n_bytes as f64),
        };
        println!(
            "  {:<13}{:>7}{:>7.1}{:>10}{:>8}{:>10}",
            engine.name(),
            files.len(),
            n_bytes as f64 / 1e6,
            ratio(0),
            ratio(1),
            ratio(2)
        );
    }
    Ok(())
}

/// Prints bytes of the trees, the sum over the files of the most that was allocated while the file was read, and by how
/// much the process grew.
fn measure(engine: Engine, target: Target) -> Result<()> {
    let mut texts = Vec::new();
    for path in io::stdin().lock().lines() {
        texts.push(fs::read_to_string(path?)?);
    }
    let mut parser = Parser::new(engine, target);
    // Whatever is built once.
    parser.parse("pass\n");
    let mut trees = Vec::with_capacity(texts.len());
    let [allocated, resident] = [ALLOCATED.current_usage(), resident()?];
    let mut peaks = 0;
    for text in &texts {
        let before = ALLOCATED.current_usage();
        ALLOCATED.reset_peak_usage();
        trees.push(parser.parse(text).context("a file is read only once")?);
        peaks += ALLOCATED.peak_usage() - before;
    }
    println!("{} {peaks} {}", ALLOCATED.current_usage() - allocated, self::resident()?.saturating_sub(resident));
    Ok(())
}

/// Bytes of the process that are in memory; 0 where the system has no such file.
fn resident() -> Result<usize> {
    let Ok(status) = fs::read_to_string("/proc/self/status") else { return Ok(0) };
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no line VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<usize>()? * 1024)
}
