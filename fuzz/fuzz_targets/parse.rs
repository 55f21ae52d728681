//! The bytes are a text for each built-in langlet: a tree that gives it back and follows its grammar, or an error with a place.
#![no_main]

use std::sync::LazyLock;

use langlet_core::Langlet;
use langlet_fuzz::built_in;
use langlet_test_support::checks::check_text;
use libfuzzer_sys::{Corpus, fuzz_target};

static LANGLETS: LazyLock<[Langlet; 7]> = LazyLock::new(built_in);

fuzz_target!(|bytes: &[u8]| -> Corpus {
    // What is no text is not read.
    let Ok(text) = str::from_utf8(bytes) else { return Corpus::Reject };
    for langlet in &*LANGLETS {
        let _ = check_text(langlet, text);
    }
    Corpus::Keep
});
