//! `python27`: `python26` with set displays, set and dict comprehensions and several items in one `with`; and its dialect
//! in which `print` is a function.

use std::sync::LazyLock;

use langlet_core::Langlet;
use langlet_python26::PYTHON26;

/// The langlet, built on first use.
pub static PYTHON27: LazyLock<Langlet> =
    LazyLock::new(|| Langlet::child_of(&PYTHON26, include_str!("../python27.langlet")));

/// The dialect of files that say `from __future__ import print_function`, built on first use.
pub static PYTHON27_PRINT_FUNCTION: LazyLock<Langlet> =
    LazyLock::new(|| Langlet::child_of(&PYTHON27, include_str!("../python27_print_function.langlet")));
