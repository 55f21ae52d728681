//! Python 2.7 to Python 3.8. All of it is rules on concrete syntax, in `python27-to-python38.transform`.

use std::sync::LazyLock;

use langlet_core::Transform;
use langlet_core::rewrite::Functions;
use langlet_python27::PYTHON27;
use langlet_python38::PYTHON38;

/// The transformation, built on first use.
pub static PYTHON2_TO_PYTHON3: LazyLock<Transform> = LazyLock::new(|| {
    Transform::built_in(include_str!("../python27-to-python38.transform"), &PYTHON27, &PYTHON38, Functions::NONE)
});
