//! `python26`: Python 2.6, the root of the Python langlets. Its rules are those of CPython's own grammar.

use std::sync::LazyLock;

use langlet_core::Langlet;

/// The langlet, built on first use.
pub static PYTHON26: LazyLock<Langlet> = LazyLock::new(|| Langlet::root(include_str!("../python26.langlet")));
