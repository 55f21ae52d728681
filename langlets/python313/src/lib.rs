//! `python313`: `python38` as Python went on up to 3.13: `match`, type parameters, `except*`, brackets around the items of
//! `with`, replacement fields of f-strings that hold any expression.

use std::sync::LazyLock;

use langlet_core::Langlet;
use langlet_python38::PYTHON38;

/// The langlet, built on first use.
pub static PYTHON313: LazyLock<Langlet> =
    LazyLock::new(|| Langlet::child_of(&PYTHON38, include_str!("../python313.langlet")));
