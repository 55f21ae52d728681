//! `python38`: `python27` as Python 3 changed it: no `print`, `exec`, backquotes and `<>`; annotations, `async`, `:=` and
//! the rest up to 3.8. `transforms/python2-to-python3` leads here.

use std::sync::LazyLock;

use langlet_core::Langlet;
use langlet_python27::PYTHON27;

/// The langlet, built on first use.
pub static PYTHON38: LazyLock<Langlet> =
    LazyLock::new(|| Langlet::child_of(&PYTHON27, include_str!("../python38.langlet")));
