//! Morphisms: how long the search takes, and how fast and how evenly the transducers run: `cargo run --release --bin
//! algebra`.
//!
//! The search is measured on fresh tables, so that nothing is remembered from one run to the next. The transducers are
//! measured on four sizes of one program each; nodes are those of the full view of the tree that is mapped. Times are
//! CPU seconds of this process, medians of several runs.

use anyhow::{Context, Result, ensure};
use cpu_time::ProcessTime;
use langlet_benches::median;
use langlet_core::Langlet;
use langlet_core::algebra::morphism::{Answer, Bounds, Morphism, Morphisms};
use langlet_python26::PYTHON26;
use langlet_python27::PYTHON27;

/// Runs of each measurement.
const RUNS: usize = 9;

fn main() -> Result<()> {
    PYTHON26.lexer();
    PYTHON27.lexer();
    println!("search, ms (with the sets of tokens)");
    for (from, to) in [
        ("varargslist", "arglist"),
        ("exprlist", "testlist"),
        ("fplist", "testlist_gexp"),
        ("testlist_gexp", "listmaker"),
        ("listmaker", "testlist_gexp"),
    ] {
        let time = seconds(|| answer(&PYTHON26, &PYTHON26, from, to))?;
        println!("  {:<42}{:>9.2}", format!("{from} => {to}"), time * 1e3);
    }
    let time = seconds(|| answer(&PYTHON26, &PYTHON27, "file_input", "file_input"))?;
    println!("  {:<42}{:>9.2}", "file_input of python26 => python27", time * 1e3);
    let time = seconds(|| Ok(Morphisms::new(&PYTHON26, &PYTHON26, Bounds::default()).lattice()))?;
    println!("  {:<42}{:>9.2}", "all pairs of python26", time * 1e3);

    println!("\ntransducer                                    nodes    ms  M nodes/s");
    let item = "(a, (b, c)), d=x[1:2] + f(y, *z), e=lambda q: q or not (r, s)";
    run(&PYTHON26, &PYTHON26, "varargslist", "arglist", item, ", ")?;
    run(&PYTHON26, &PYTHON26, "testlist_gexp", "listmaker", "x[1:2] + f(y, *z)", ", ")?;
    let block = "def f(a, (b, c)=d, *e):\n    if a < b and c:\n        return [x for x in y if z]  # ...\n    print a.b(c), {d: e}\n";
    run(&PYTHON26, &PYTHON27, "file_input", "file_input", block, "")
}

fn answer(source: &Langlet, target: &Langlet, from: &str, to: &str) -> Result<Answer> {
    let mut morphisms = Morphisms::new(source, target, Bounds::default());
    Ok(morphisms.answer(source.symbol(from)?, target.symbol(to)?))
}

fn found(source: &Langlet, target: &Langlet, from: &str, to: &str) -> Result<Morphism> {
    match answer(source, target, from, to)? {
        Answer::Found(morphism) => Ok(morphism),
        other => anyhow::bail!("{from} => {to}: {other:?}"),
    }
}

/// Maps programs of `n` items, for four `n`.
fn run(source: &Langlet, target: &Langlet, from: &str, to: &str, item: &str, separator: &str) -> Result<()> {
    let morphism = found(source, target, from, to)?;
    for n in [1_000, 4_000, 16_000, 64_000] {
        let text = vec![item; n].join(separator);
        let tree = source.parse_as(source.symbol(from)?, text).ok().context("the program is read")?;
        let n_nodes = tree.n_nodes();
        let mapped = morphism.apply(&tree, tree.root())?;
        ensure!(mapped.unparse() == tree.unparse(), "the text is kept");
        let time = seconds(|| Ok(morphism.apply(&tree, tree.root())?))?;
        println!(
            "  {:<42}{n_nodes:>8}{:>7.1}{:>9.1}",
            format!("{from} => {to}"),
            time * 1e3,
            n_nodes as f64 / time / 1e6
        );
    }
    Ok(())
}

/// The median time of a call; what it returns is dropped outside of the measurement.
fn seconds<T>(mut call: impl FnMut() -> Result<T>) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let start = ProcessTime::now();
        let value = call()?;
        times.push(start.elapsed().as_secs_f64());
        drop(value);
    }
    Ok(median(times))
}
