//! Time of all interpolations of a langlet: every pair of symbols, of every kind, from a grammar that is loaded.
//!
//! ```text
//! cargo run --release --bin interpolation
//! ```

use std::hint::black_box;
use std::time::{Duration, Instant};

use langlet_core::Langlet;
use langlet_core::algebra::{Interpolations, Kind};

fn main() {
    report("python26", &langlet_python26::PYTHON26);
    report("python27", &langlet_python27::PYTHON27);
    report("python38", &langlet_python38::PYTHON38);
}

/// Prints the median time of building all interpolations, of a look-up, and how many pairs of rules have one.
pub fn report(name: &str, langlet: &Langlet) {
    const ROUNDS: usize = 31;
    let (grammar, network) = (langlet.grammar(), &langlet.tables().network);
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            black_box(Interpolations::new(grammar, network));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let interpolations = Interpolations::new(grammar, network);
    let rules: Vec<_> = grammar.rules.keys().copied().collect();
    let pairs = || rules.iter().flat_map(|&outer| rules.iter().map(move |&inner| (outer, inner)));
    let start = Instant::now();
    let mut n_steps = 0;
    for kind in Kind::ALL {
        n_steps += pairs()
            .filter_map(|(outer, inner)| interpolations.path(kind, outer, inner))
            .map(|p| p.len())
            .sum::<usize>();
    }
    let look_ups = start.elapsed();
    println!("{name}: {} rules, all interpolations in {:?} (median of {ROUNDS})", rules.len(), times[ROUNDS / 2]);
    println!("  {} paths read off in {look_ups:?}, {n_steps} steps", 3 * rules.len() * rules.len());
    for kind in Kind::ALL {
        let counts = pairs()
            .filter(|(outer, inner)| outer != inner)
            .map(|(outer, inner)| interpolations.n_paths(kind, outer, inner));
        let counts: Vec<u32> = counts.collect();
        let valid = counts.iter().filter(|&&n| n > 0).count();
        let deterministic = counts.iter().filter(|&&n| n == 1).count();
        println!("  {kind:?}: {valid} of {} pairs of rules are valid, {deterministic} deterministic", counts.len());
    }
}
