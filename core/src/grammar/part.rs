//! Parts of regexes: named once, taken in with `{name}`, and put together as late as rules are.
//!
//! A part is no token. What a regex is with its parts is found anew for each langlet, so that a child that replaces a part
//! changes each regex that takes it in, inherited ones too:
//!
//! ```text
//! part digit = /[0-9]/          token NUMBER = /{digit}+/      is  /(?:[0-9])+/
//! part digit := /[0-9_]/                                       in the child  /(?:[0-9_])+/
//! ```
//!
//! Lex has had such definitions from the beginning (Lesk and Schmidt 1975, "Lex: a lexical analyzer generator").

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::notation::{as_group, operands, references, replace_references};
use crate::regex::{RegexError, Terms};
use crate::span::Span;

/// Bytes that a regex may take in from its parts.
const LONGEST: usize = 1 << 20;

/// Bytes that all parts of a langlet may have, written out.
const MOST: usize = 1 << 22;

/// A part of regexes.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its regex as it is written, with references to other parts.
    pub written: Arc<str>,
    /// The langlet that defined it last.
    pub origin: Arc<str>,
    /// Where that langlet's text defines it.
    pub span: Span,
}

/// The parts of a langlet by name.
pub type Parts = im::OrdMap<Arc<str>, Part>;

/// Why a regex cannot be put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PartError {
    /// There is no part of this name.
    Unknown(Arc<str>),
    /// The part takes itself in, along these parts.
    Circular(Vec<Arc<str>>),
    /// The regex is too long with this part written out.
    TooLong(Arc<str>),
}

/// What each part is with its own parts written out, as far as that is possible.
pub(super) type Written = FxHashMap<Arc<str>, Result<Arc<str>, PartError>>;

/// Writes out all parts: those that a part takes in before itself, with a stack of its own, since they may be any number.
pub(super) fn write_out(parts: &Parts) -> Written {
    let mut written = Written::default();
    let mut left = MOST;
    for root in parts.keys() {
        let mut path: Vec<Arc<str>> = vec![root.clone()];
        let mut places: FxHashMap<Arc<str>, usize> = FxHashMap::from_iter([(root.clone(), 0)]);
        // Progress: each turn settles a part or makes the path longer by one that is not on it.
        while let Some(name) = path.last().cloned() {
            if written.contains_key(&name) {
                path.pop();
                continue;
            }
            let pattern = &parts[&name].written;
            let open = references(pattern).into_iter().find_map(|reference| {
                parts.get_key_value(reference.name).map(|(used, _)| used).filter(|used| !written.contains_key(*used))
            });
            match open {
                Some(used) => match places.get(used) {
                    Some(&start) => {
                        let circle: Vec<Arc<str>> = path[start..].iter().chain([used]).cloned().collect();
                        for name in &path[start..] {
                            written.insert(name.clone(), Err(PartError::Circular(circle.clone())));
                        }
                    }
                    None => {
                        places.insert(used.clone(), path.len());
                        path.push(used.clone());
                    }
                },
                None => {
                    let whole = expand(pattern, &written).map_err(|(error, _)| error).and_then(|whole| {
                        left = left.checked_sub(whole.len()).ok_or(PartError::TooLong(name.clone()))?;
                        Ok(Arc::from(whole))
                    });
                    written.insert(name, whole);
                }
            }
        }
    }
    written
}

/// The pattern with its parts written out.
///
/// # Errors
/// A reference that leads to no pattern, with its place in this one.
pub(super) fn expand(pattern: &str, written: &Written) -> Result<String, (PartError, Range<usize>)> {
    let mut left = LONGEST;
    for reference in references(pattern) {
        let whole = match written.get(reference.name) {
            None => Err(PartError::Unknown(reference.name.into())),
            Some(Ok(whole)) if whole.len() > left => Err(PartError::TooLong(reference.name.into())),
            Some(whole) => whole.clone(),
        };
        match whole {
            Ok(whole) => left -= whole.len(),
            Err(error) => return Err((error, reference.range)),
        }
    }
    Ok(replace_references(pattern, |reference| match &written[reference.name] {
        Ok(whole) => as_group(whole),
        Err(_) => unreachable!("looked at before"),
    }))
}

/// Whether the pattern is well-formed, whatever its parts are.
///
/// # Errors
/// As [`Terms::parse`], with places in the pattern as it is written.
pub(super) fn check_form(pattern: &str) -> Result<(), RegexError> {
    // A group of the same length in the place of each part.
    let closed = replace_references(pattern, |reference| format!("({})", "a".repeat(reference.range.len() - 2)));
    Terms::new().parse(&closed).map(drop)
}

/// The parts that the pattern takes in, along others too.
pub(super) fn taken_in(pattern: &str, parts: &Parts) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut patterns: Vec<Arc<str>> = vec![pattern.into()];
    while let Some(pattern) = patterns.pop() {
        for reference in references(&pattern) {
            if found.insert(reference.name.to_owned()) {
                patterns.extend(parts.get(reference.name).map(|part| part.written.clone()));
            }
        }
    }
    found
}

/// Whether the pattern is several, joined by `&`; a part is one.
pub(super) fn is_joined(pattern: &str) -> bool {
    operands(pattern).len() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(definitions: &[(&str, &str)]) -> Parts {
        let part = |written: &str| Part { written: written.into(), origin: "t".into(), span: Span::default() };
        definitions.iter().map(|&(name, written)| (Arc::from(name), part(written))).collect()
    }

    /// What the pattern is, or why it is nothing.
    fn whole(definitions: &[(&str, &str)], pattern: &str) -> Result<String, PartError> {
        expand(pattern, &write_out(&parts(definitions))).map_err(|(error, _)| error)
    }

    #[test]
    fn parts_are_written_out() {
        let group = |inner: &str| format!("(?u-imsUxR:{inner})");
        let definitions = [("a", "x{b}"), ("b", "y|z"), ("unused", "{nothing}")];
        assert_eq!(
            whole(&definitions, "{a}+{b}"),
            Ok(format!("{}+{}", group(&("x".to_owned() + &group("y|z"))), group("y|z")))
        );
        assert_eq!(whole(&definitions, "{c}"), Err(PartError::Unknown("c".into())));
        assert_eq!(whole(&definitions, "{unused}"), Err(PartError::Unknown("nothing".into())));
    }

    #[test]
    fn circles_and_growth_end() {
        let circle: Vec<Arc<str>> = ["b", "c", "b"].map(Arc::from).into();
        let definitions = [("a", "{b}"), ("b", "x{c}"), ("c", "{d}{b}"), ("d", "y")];
        for pattern in ["{a}", "{b}", "{c}"] {
            assert_eq!(whole(&definitions, pattern), Err(PartError::Circular(circle.clone())));
        }
        assert!(whole(&definitions, "{d}").is_ok());
        let names: Vec<String> = (0..20_000).map(|n| format!("p{n}")).collect();
        let patterns: Vec<String> = names.iter().map(|name| format!("{{{name}}}{{{name}}}")).collect();
        let doubled: Vec<(&str, &str)> =
            std::iter::once((&*names[0], "x")).chain((1..30).map(|n| (&*names[n], &*patterns[n - 1]))).collect();
        assert!(matches!(whole(&doubled, "{p29}"), Err(PartError::TooLong(_))));
        // A chain is as deep as it is long.
        let chain: Vec<(&str, &str)> = (1..names.len()).rev().map(|n| (&*names[n - 1], &*patterns[n])).collect();
        assert_eq!(write_out(&parts(&chain)).len(), chain.len());
        assert!(matches!(whole(&chain, "{p0}"), Err(PartError::Unknown(_))));
    }
}
