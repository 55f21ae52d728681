//! What the fuzz targets share: the built-in langlets.

use langlet_core::Langlet;

/// The built-in langlets, in the order in which the tests have them, so that a play is the same in both.
pub fn built_in() -> [Langlet; 7] {
    [
        langlet_json::JSON.clone(),
        langlet_json5::JSON5.clone(),
        langlet_python26::PYTHON26.clone(),
        langlet_python27::PYTHON27.clone(),
        langlet_python27::PYTHON27_PRINT_FUNCTION.clone(),
        langlet_python38::PYTHON38.clone(),
        langlet_python313::PYTHON313.clone(),
    ]
}
