//! `json`: JSON as RFC 8259 has it, nothing more and nothing less.

use std::sync::LazyLock;

use langlet_core::Langlet;

/// The langlet, built on first use.
pub static JSON: LazyLock<Langlet> = LazyLock::new(|| Langlet::root(include_str!("../json.langlet")));
