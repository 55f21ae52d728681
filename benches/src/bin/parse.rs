//! Parse throughput against the peers: `cargo run --release -- [FOLDER…]`. What the columns mean is in the README.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use clap::Parser as Arguments;
use cpu_time::ThreadTime;
use langlet_benches::corpus::{Corpus, File, corpora};
use langlet_benches::engine::{Engine, Parser, Target, Tree, dialect_of};
use langlet_benches::median;
use langlet_core::Langlet;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Room for peers that recurse on the nesting of the input.
const STACK: usize = 1 << 30;

/// Rounds that even the slowest engine takes part in.
const ROUNDS_AT_LEAST: usize = 3;

const PYTHON26: &str = include_str!("../../../langlets/python26/python26.langlet");
const PYTHON27: &str = include_str!("../../../langlets/python27/python27.langlet");
const PYTHON38: &str = include_str!("../../../langlets/python38/python38.langlet");

/// Parse throughput of langlets and of other parsers of Python, alternated in one run.
#[derive(Arguments)]
struct Options {
    /// Folders of Python files, or files; without any, the standard libraries of the interpreters found
    folders: Vec<PathBuf>,
    /// Rounds; each engine reads all its files once in each
    #[arg(long, default_value_t = 11)]
    rounds: usize,
    /// Seconds after which an engine takes part in no more rounds (but in three at least)
    #[arg(long, default_value_t = 20.0)]
    seconds: f64,
    /// The langlet that reads the files [default: python38 for folders, the fitting one for an interpreter]
    #[arg(long)]
    langlet: Option<Target>,
    /// Peers to compare with; all without it
    #[arg(long, value_enum, value_delimiter = ',')]
    engines: Vec<Engine>,
    /// Read the first N files only
    #[arg(long, value_name = "N")]
    only_files: Option<usize>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    // Everything on one thread: the time is that of the thread.
    thread::Builder::new().stack_size(STACK).spawn(move || run(&options))?.join().expect("the benchmark panicked")
}

fn run(options: &Options) -> Result<()> {
    let mut peers = if options.engines.is_empty() { Engine::PEERS.to_vec() } else { options.engines.clone() };
    // It takes part in any case.
    peers.retain(|&engine| engine != Engine::Langlet);
    print_load_times();
    for corpus in corpora(&options.folders, options.langlet, options.only_files)? {
        measure(&corpus, &peers, options);
    }
    Ok(())
}

/// One engine, its files, and what was measured.
struct Entrant {
    engine: Engine,
    parser: Parser,
    /// `accepted[file]`: whether both it and ours read the file.
    accepted: Vec<bool>,
    rounds: Vec<Round>,
    spent: Duration,
}

/// Times of one round.
struct Round {
    /// `parse[file]`: from text to tree; zero for files that are not accepted.
    parse: Vec<Duration>,
    /// `drop[file]`: freeing the tree.
    drop: Vec<Duration>,
}

impl Round {
    /// Seconds for the files of `accepted`: parsing alone, and with the drop.
    fn seconds(&self, accepted: &[bool]) -> [f64; 2] {
        let sum = |times: &[Duration]| {
            times.iter().zip(accepted).filter(|(_, accepted)| **accepted).map(|(time, _)| time.as_secs_f64()).sum()
        };
        let parse: f64 = sum(&self.parse);
        let drop: f64 = sum(&self.drop);
        [parse, parse + drop]
    }
}

impl Entrant {
    /// Reads every file once, to see which it accepts.
    fn new(engine: Engine, corpus: &Corpus, ours: Option<&[bool]>) -> Entrant {
        let mut parser = Parser::new(engine, corpus.target);
        // What a peer says of a panic is no news: the file is not accepted.
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let accepts = |(index, file): (usize, &File)| ours.is_none_or(|ours| ours[index]) && parser.accepts(&file.text);
        let accepted = corpus.files.iter().enumerate().map(accepts).collect();
        std::panic::set_hook(hook);
        Entrant { engine, parser, accepted, rounds: Vec::new(), spent: Duration::ZERO }
    }

    fn round(&mut self, corpus: &Corpus) {
        let mut round = Round { parse: Vec::new(), drop: Vec::new() };
        for (file, &accepted) in corpus.files.iter().zip(&self.accepted) {
            let [mut parse, mut drop] = [Duration::ZERO; 2];
            if accepted {
                let start = ThreadTime::now();
                let tree = self.parser.parse(&file.text);
                parse = start.elapsed();
                std::mem::drop(tree);
                drop = start.elapsed() - parse;
            }
            self.spent += parse + drop;
            round.parse.push(parse);
            round.drop.push(drop);
        }
        self.rounds.push(round);
    }

    fn n_files(&self) -> usize {
        self.accepted.iter().filter(|accepted| **accepted).count()
    }

    fn megabytes(&self, corpus: &Corpus) -> f64 {
        let accepted = corpus.files.iter().zip(&self.accepted).filter(|(_, accepted)| **accepted);
        accepted.map(|(file, _)| file.text.len()).sum::<usize>() as f64 / 1e6
    }
}

fn measure(corpus: &Corpus, peers: &[Engine], options: &Options) {
    println!(
        "\n{}, read as {:?}: {} files, {:.1} MB ({} more are not in UTF-8)",
        corpus.name,
        corpus.target,
        corpus.files.len(),
        corpus.n_bytes() as f64 / 1e6,
        corpus.n_not_utf8
    );
    let ours = Entrant::new(Engine::Langlet, corpus, None);
    let accepted = ours.accepted.clone();
    let mut entrants = vec![ours];
    entrants.extend(peers.iter().map(|&peer| Entrant::new(peer, corpus, Some(&accepted))));

    let mut lexing = Vec::new();
    let n_entrants = entrants.len();
    for round in 0..options.rounds.max(ROUNDS_AT_LEAST) {
        // Each round begins with another one.
        for index in (0..n_entrants).map(|index| (index + round) % n_entrants) {
            let entrant = &mut entrants[index];
            if round < ROUNDS_AT_LEAST || entrant.spent.as_secs_f64() < options.seconds || index == 0 {
                entrant.round(corpus);
            }
        }
        lexing.push(lex(&entrants[0], corpus));
    }
    print_table(corpus, &entrants, lexing);
}

/// Seconds for the tokens of all files that ours accepts, without the tree.
fn lex(ours: &Entrant, corpus: &Corpus) -> f64 {
    let Parser::Langlet(langlet, dialect) = &ours.parser else { unreachable!("ours is the first") };
    let mut tokens = Vec::new();
    let start = ThreadTime::now();
    for (file, _) in corpus.files.iter().zip(&ours.accepted).filter(|(_, accepted)| **accepted) {
        tokens.clear();
        let lexer = dialect_of(langlet, dialect.as_ref(), &file.text).lexer();
        lexer.lex(&file.text, &mut tokens).expect("the file is accepted");
    }
    start.elapsed().as_secs_f64()
}

fn print_table(corpus: &Corpus, entrants: &[Entrant], lexing: Vec<f64>) {
    let ours = &entrants[0];
    println!("                 files     MB    MB/s    ours  ours/it  |  with drop    ours  ours/it  | rounds");
    for entrant in entrants {
        let megabytes = entrant.megabytes(corpus);
        let pairs: Vec<[[f64; 2]; 2]> = entrant
            .rounds
            .iter()
            .zip(&ours.rounds)
            .map(|(its, ours)| [its.seconds(&entrant.accepted), ours.seconds(&entrant.accepted)])
            .collect();
        let column = |value: &dyn Fn(&[[f64; 2]; 2]) -> f64| median(pairs.iter().map(value).collect());
        println!(
            "  {:<13}{:>7}{:>7.1}{:>8.1}{:>8.1}{:>9.2}  | {:>10.1}{:>8.1}{:>9.2}  |{:>7}",
            entrant.engine.name(),
            entrant.n_files(),
            megabytes,
            column(&|[its, _]| megabytes / its[0]),
            column(&|[_, ours]| megabytes / ours[0]),
            column(&|[its, ours]| its[0] / ours[0]),
            column(&|[its, _]| megabytes / its[1]),
            column(&|[_, ours]| megabytes / ours[1]),
            column(&|[its, ours]| its[1] / ours[1]),
            entrant.rounds.len(),
        );
    }
    let megabytes = ours.megabytes(corpus);
    let mut parser = Parser::new(Engine::Langlet, corpus.target);
    let [mut memory, mut stored, mut full] = [0; 3];
    for (file, _) in corpus.files.iter().zip(&ours.accepted).filter(|(_, accepted)| **accepted) {
        let Some(Tree::Langlet(tree)) = parser.parse(&file.text) else { unreachable!("the file is accepted") };
        memory += tree.memory();
        stored += tree.n_stored();
        full += tree.n_nodes();
    }
    println!(
        "  langlet: tokens alone {:.1} MB/s; {:.2} bytes of tree per byte of source; {stored} nodes stored for {full}",
        megabytes / median(lexing),
        memory as f64 / 1e6 / megabytes,
    );
}

/// From the texts of the langlets to all that a parse needs, each time anew.
fn print_load_times() {
    const TIMES: usize = 21;
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    println!("load time, median of {TIMES}, ms   grammar  tables   lexer     sum");
    type Load = fn() -> Langlet;
    let langlets: [(&str, Load); 3] = [
        ("python26", || Langlet::root(PYTHON26)),
        ("python27 : python26", || Langlet::child_of(&Langlet::root(PYTHON26), PYTHON27)),
        ("python38 : python27 : python26", || {
            Langlet::child_of(&Langlet::child_of(&Langlet::root(PYTHON26), PYTHON27), PYTHON38)
        }),
    ];
    for (name, load) in langlets {
        let times: Vec<[f64; 4]> = (0..TIMES)
            .map(|_| {
                let start = ThreadTime::now();
                let langlet = load();
                let grammar = start.elapsed();
                langlet.tables();
                let tables = start.elapsed();
                langlet.lexer();
                let lexer = start.elapsed();
                [grammar, tables - grammar, lexer - tables, lexer].map(milliseconds)
            })
            .collect();
        let column = |index: usize| median(times.iter().map(|times| times[index]).collect());
        println!("  {name:<31}{:>8.2}{:>8.2}{:>8.2}{:>8.2}", column(0), column(1), column(2), column(3));
    }
}
