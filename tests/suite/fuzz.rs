//! What the fuzz targets in `fuzz/` do, without a fuzzer: the seeds that are kept, and as many plays by chance as are asked for.
//!
//! ```sh
//! LANGLET_FUZZ_COUNT=100000 LANGLET_FUZZ_SEED=7 cargo test --release -p langlet-tests --test suite fuzz::
//! ```
//!
//! A play that fails names its bytes; written to a file of `tests/fixtures/fuzz/completion`, they are played by each later run.

use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::LazyLock;

use langlet_core::generate::Chance;
use langlet_test_support::checks::check_text;
use langlet_test_support::fixture::workspace;
use langlet_test_support::masks::hard_vocabulary;
use langlet_test_support::replay::{Played, Stage, replay};

static STAGES: LazyLock<Vec<Stage>> = LazyLock::new(|| {
    let langlets = crate::BUILT_IN.map(crate::langlet);
    langlets.map(|langlet| Stage::new(langlet.clone(), hard_vocabulary(&langlet))).into()
});

/// Plays the bytes; if something does not hold, they are named.
fn played(bytes: &[u8]) -> Played {
    let play = catch_unwind(AssertUnwindSafe(|| replay(bytes, &STAGES)));
    play.unwrap_or_else(|panic| {
        eprintln!("the bytes of the play: \"{}\"", bytes.escape_ascii());
        resume_unwind(panic)
    })
}

/// The seeds of a target, in the order of their names.
fn seeds(target: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(workspace("tests/fixtures/fuzz").join(target)).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn seeds_hold() {
    let shown = seeds("completion").into_iter().map(|path| {
        let played = played(&fs::read(&path).unwrap());
        format!("{}: {played:?}", path.file_name().unwrap().to_string_lossy())
    });
    insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
}

/// Each built-in langlet reads each text, or says where it cannot.
#[test]
fn texts_are_read_or_refused() {
    let shown = seeds("parse").into_iter().map(|path| {
        let text = fs::read_to_string(&path).unwrap();
        let reads = |name: &&str| check_text(&crate::langlet(name), &text).is_ok();
        let readers: Vec<&str> = crate::BUILT_IN.into_iter().filter(reads).collect();
        format!("{}: {}", path.file_name().unwrap().to_string_lossy(), readers.join(" "))
    });
    insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
}

#[test]
fn plays_by_chance_hold() {
    let number = |name: &str, default| env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (count, seed) = (number("LANGLET_FUZZ_COUNT", 60), number("LANGLET_FUZZ_SEED", 0));
    let mut all = Played::default();
    let mut n_loaded = 0;
    for play in 0..count {
        let mut chance = Chance::new(seed ^ play << 20);
        let len = 20 + chance.below(200);
        let bytes: Vec<u8> = (0..len).map(|_| chance.next() as u8).collect();
        let played = played(&bytes);
        n_loaded += u64::from(played.is_loaded);
        all.n_masks += played.n_masks;
        all.n_taken += played.n_taken;
        all.n_refused += played.n_refused;
        all.n_exhausted += played.n_exhausted;
    }
    println!("{count} plays, {n_loaded} with a language, {all:?}");
    assert!(n_loaded * 2 >= count && all.n_masks > 0 && all.n_taken > 0 && all.n_refused > 0, "{n_loaded} {all:?}");
}
