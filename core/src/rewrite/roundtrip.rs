//! Round trips: what must hold of each translated program, tried with programs that use all of the source.
//!
//! The programs are the parts of a listing, each by itself, so that one that cannot be translated hides no other. Of each that
//! is translated it must hold that
//!
//! * the result is read as the target, and its tree checks;
//! * what no rule touches is in the result, byte for byte and in order, but for blanks before what a rule touches. For `print a  # c`, where `print` is applied to the
//!   statement, that is `  # c` and the line end;
//! * if the way leads back, it ends at the same tree.
//!
//! A way leads back if nothing but identities is on it, since what passes them is not changed, or if a transformation on it
//! declares so (`reversible json -> json5`).

use super::route::Route;
use super::transform::{Applied, Options, TranslateError};
use crate::generate::{Goal, ListingError, parts_listing};
use crate::langlet::Langlet;

/// What became of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trip {
    /// It was translated to this text, and all holds.
    Good(String),
    /// It has no translation.
    Refused(TranslateError),
    /// Something does not hold.
    Broken(Broken),
}

/// What does not hold of a translated program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The result is no text of the target.
    #[error("the result is not read: {reason}")]
    NotRead {
        /// The result.
        text: String,
        /// Why not.
        reason: String,
    },
    /// A part is lost.
    #[error("no rule touches `{part}`, but the result does not have it in its place")]
    Changed {
        /// The result.
        text: String,
        /// The part.
        part: String,
    },
    /// There is no way back.
    #[error("it is not translated back: {error}")]
    NotBack {
        /// The result of the way there.
        text: String,
        /// Why it is not translated.
        error: TranslateError,
    },
    /// The way back leads elsewhere.
    #[error("the way back ends at another tree")]
    OtherBack {
        /// The result of the way there.
        text: String,
        /// That of the way back.
        back: String,
    },
}

impl Broken {
    /// The result of the translation.
    pub fn text(&self) -> &str {
        match self {
            Broken::NotRead { text, .. }
            | Broken::Changed { text, .. }
            | Broken::NotBack { text, .. }
            | Broken::OtherBack { text, .. } => text,
        }
    }
}

/// The programs of a langlet to try a way with: short ones, which together use all that the goal asks for.
///
/// # Errors
/// A token has no text.
pub fn programs(langlet: &Langlet, goal: Goal) -> Result<Vec<String>, ListingError> {
    let made = parts_listing(langlet, langlet.start(), goal)?;
    Ok(made.programs.iter().map(|program| program.tree.unparse()).collect())
}

/// Whether a way and the way back are declared to end where they began, or cannot do otherwise: see the module.
pub fn leads_back(there: &Route<'_>, back: &Route<'_>) -> bool {
    let has_rules = |route: &Route<'_>| route.rules().next().is_some();
    let (from, to) = (there.source(), there.target());
    let declares = |route: &Route<'_>| route.steps().any(|step| step.is_reversible(from, to));
    (!has_rules(there) && !has_rules(back)) || declares(there) || declares(back)
}

/// Translates a program of `langlet`, the source of the way or a dialect of it, and back if there is a way back that leads to
/// the same tree.
pub fn trip(there: &Route<'_>, back: Option<&Route<'_>>, langlet: &Langlet, text: &str) -> Trip {
    let translation = match there.translate(langlet, text, &Options::default()) {
        Ok(translation) => translation,
        Err(error) => return Trip::Refused(error),
    };
    let result = translation.text;
    let tree = match there.target().parse(result.as_str()) {
        Ok(tree) => tree,
        Err(error) => return Trip::Broken(Broken::NotRead { text: result, reason: error.to_string() }),
    };
    if let Err(error) = tree.check() {
        return Trip::Broken(Broken::NotRead { text: result, reason: error.to_string() });
    }
    if let Some(part) = changed_part(text, &translation.applied, &result) {
        return Trip::Broken(Broken::Changed { part: part.to_owned(), text: result });
    }
    let Some(back) = back else { return Trip::Good(result) };
    match back.translate(there.target(), &result, &Options::default()) {
        Err(error) => Trip::Broken(Broken::NotBack { text: result, error }),
        Ok(home) => {
            let shape = |text: &str| langlet.parse(text).map(|tree| tree.listing());
            let is_same = home.text == text || shape(&home.text).is_ok_and(|home| shape(text) == Ok(home));
            if is_same { Trip::Good(result) } else { Trip::Broken(Broken::OtherBack { text: result, back: home.text }) }
        }
    }
}

/// The first part of the source between applications of rules that the result does not have in its place: the first part
/// begins the result, the last ends it, and between them the others stand in their order.
pub fn changed_part<'t>(source: &'t str, applied: &[Applied], result: &str) -> Option<&'t str> {
    let mut at = 0;
    let mut found = 0;
    // Progress: applications are in the order of the text.
    for one in applied {
        let (start, end) = (one.span.start as usize, one.span.end as usize);
        if start >= at {
            let part = &source[at..start];
            // A block that gets lines of its own leaves the blanks before it.
            let without_blanks = part.trim_end_matches([' ', '\t']);
            let found_in = |part: &str| result[found..].find(part).filter(|&place| at > 0 || place == 0);
            let whole = found_in(part).map(|place| place + part.len());
            let end = whole.or_else(|| found_in(without_blanks).map(|place| place + without_blanks.len()));
            let Some(end) = end else { return Some(part) };
            found += end;
        }
        at = at.max(end);
    }
    let rest = &source[at..];
    let is_whole = if at == 0 { result == rest } else { result[found..].ends_with(rest) };
    (!is_whole).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Span;

    fn changed<'t>(source: &'t str, spans: &[(u32, u32)], result: &str) -> Option<&'t str> {
        let one = |&(start, end): &(u32, u32)| Applied {
            span: Span::new(start, end),
            rule: String::new(),
            before: String::new(),
            after: String::new(),
        };
        changed_part(source, &spans.iter().map(one).collect::<Vec<_>>(), result)
    }

    #[test]
    fn parts_between_rules_stay_in_order() {
        assert_eq!(changed("a b c", &[], "a b c"), None);
        assert_eq!(changed("a b c", &[], "a b  c"), Some("a b c"));
        assert_eq!(changed("a b c", &[(2, 3)], "a xyz c"), None);
        assert_eq!(changed("a b c", &[(2, 3)], " a xyz c"), Some("a "));
        assert_eq!(changed("a:  b", &[(4, 5)], "a:\n    b"), None);
        assert_eq!(changed("a:  b", &[(4, 5)], "a\n    b"), Some("a:  "));
        assert_eq!(changed("a b c", &[(2, 3)], "a xyz c "), Some(" c"));
        // The inner of two applications adds nothing.
        assert_eq!(changed("a (b) c", &[(2, 5), (3, 4)], "a [x] c"), None);
        assert_eq!(changed("a,b,c", &[(0, 1), (2, 3)], "x,y,c"), None);
        assert_eq!(changed("a;b,c", &[(0, 1), (2, 3)], "x,y,c"), Some(";"));
        // What ends the result is not counted twice.
        assert_eq!(changed("a, b,", &[(0, 1), (3, 4)], "x, y"), Some(","));
    }
}
