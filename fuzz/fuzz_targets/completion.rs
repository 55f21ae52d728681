//! The bytes are a play of completion; after each step all that must hold is checked.
#![no_main]

use std::sync::LazyLock;

use langlet_fuzz::built_in;
use langlet_test_support::masks::hard_vocabulary;
use langlet_test_support::replay::{Stage, replay};
use libfuzzer_sys::fuzz_target;

static STAGES: LazyLock<Vec<Stage>> =
    LazyLock::new(|| built_in().map(|langlet| Stage::new(langlet.clone(), hard_vocabulary(&langlet))).into());

fuzz_target!(|bytes: &[u8]| {
    replay(bytes, &STAGES);
});
