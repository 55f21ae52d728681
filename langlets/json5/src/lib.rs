//! `json5`: `json` with comments, trailing commas, single quotes, names as keys and more numbers.
//! `transforms/json5-to-json` leads back.

use std::sync::LazyLock;

use langlet_core::Langlet;
use langlet_json::JSON;

/// The langlet, built on first use.
pub static JSON5: LazyLock<Langlet> = LazyLock::new(|| Langlet::child_of(&JSON, include_str!("../json5.langlet")));
