//! Strategies: random right-hand sides and grammars in the notation, and random choices.

use proptest::prelude::*;

/// Right-hand sides in the notation over the given names, nested a few levels deep.
pub fn rhs(names: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    let leaf = prop_oneof![8 => prop::sample::select(names).prop_map(str::to_owned), 1 => Just("()".to_owned())];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            4 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" "))),
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" | "))),
            1 => inner.clone().prop_map(|part| format!("[{part}]")),
            1 => inner.clone().prop_map(|part| format!("({part})*")),
            1 => inner.prop_map(|part| format!("({part})+")),
        ]
    })
}

/// Small grammars with the rules `a`, `b`, `c` over the literals `x`, `y`, `z`; many are left-recursive or never end.
pub fn grammar() -> impl Strategy<Value = String> {
    let rhs = || rhs(&["a", "b", "c", "'x'", "'x'", "'y'", "'y'", "'z'", "'z'"]);
    (rhs(), rhs(), rhs()).prop_map(|(a, b, c)| {
        format!("langlet random\nstart a\nskip BLANK = /[ ]+/\na: {a}\nb: {b} | 'y'\nc: {c} | 'z'\n")
    })
}

/// Choices for [`crate::Programs`]: each decision of a derivation takes one; when none is left, the derivation takes the
/// shortest way to its end. So a shorter list means a shorter program.
pub fn choices(longest: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..longest)
}
