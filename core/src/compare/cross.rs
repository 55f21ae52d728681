//! Cross-parsing: listings of one grammar, which use all of it, are read by another.
//!
//! A listing has every construct of its grammar in a short text. If the other grammar reads it, both agree on all that the level
//! of coverage asks for; if it does not, the place tells which construct the other lacks. Where both read a text, their
//! selections are compared, up to the names of rules.
//!
//! Source: the criterion P(G1)(Expr(G2)) of Langscape; Fischer, Lämmel and Zaytsev (2011).

use crate::cst::Tree;
use crate::generate::{Goal, ListingError, listing, listing_of_paths};
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::parser::ReadError;
use crate::trace::{Difference, SelectionTrace, Strictness, compare};

/// How much of a grammar a listing uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// All items of a kind.
    Goal(Goal),
    /// All chains of this many symbols.
    Paths(usize),
}

impl Level {
    /// The levels that are tried one after the other, each with longer listings.
    pub const ALL: [Level; 4] =
        [Level::Goal(Goal::Occurrences), Level::Goal(Goal::Transitions), Level::Goal(Goal::Pairs), Level::Paths(3)];
}

/// A text that its own langlet reads and the other does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The text: of a listing the part in which the error lies, if it is refused by itself.
    pub text: String,
    /// What the other says of it.
    pub error: ReadError,
}

/// One listing read by the other langlet.
#[derive(Clone, Debug)]
pub struct CrossParse {
    /// What the listing uses.
    pub level: Level,
    /// Number of its tokens.
    pub n_tokens: usize,
    /// Number of its parts, the nodes below the start rule.
    pub n_parts: usize,
    /// Number of the parts that the other langlet refuses, each by itself.
    pub n_refused: usize,
    /// The shortest of them, and the error.
    pub refusal: Option<Refusal>,
    /// Where the selections of the two first differ, with the text; `None` if they are alike, or nothing is read by both.
    pub selections: Option<(String, Difference)>,
}

/// Reads the listing of `source`, programs of `from`, as `to` of the target.
///
/// # Errors
/// There is no listing.
pub fn cross_parse(
    source: &Langlet,
    target: &Langlet,
    from: Symbol,
    to: Symbol,
    level: Level,
) -> Result<CrossParse, ListingError> {
    let listing = match level {
        Level::Goal(goal) => listing(source, from, goal, false)?,
        Level::Paths(k) => listing_of_paths(source, from, k, false)?,
    };
    let mut found =
        CrossParse { level, n_tokens: listing.n_tokens(), n_parts: 0, n_refused: 0, refusal: None, selections: None };
    for program in &listing.programs {
        let text = program.tree.unparse();
        let other = target.parse_as(to, text.as_str());
        let parts = parts(&program.tree, source, from);
        found.n_parts += parts.len();
        match other {
            Ok(tree) => found.compare_selections(&program.tree, &tree, &text),
            Err(error) => {
                found.n_refused += usize::from(parts.len() < 2);
                let mut shortest: Option<Refusal> = None;
                for part in parts {
                    match target.parse_as(to, part.as_str()) {
                        Ok(tree) => {
                            if let Ok(own) = source.parse_as(from, part.as_str()) {
                                found.compare_selections(&own, &tree, &part);
                            }
                        }
                        Err(error) => {
                            found.n_refused += 1;
                            if shortest.as_ref().is_none_or(|known| part.len() < known.text.len()) {
                                shortest = Some(Refusal { text: part, error });
                            }
                        }
                    }
                }
                let refusal = shortest.unwrap_or(Refusal { text, error });
                if found.refusal.as_ref().is_none_or(|known| refusal.text.len() < known.text.len()) {
                    found.refusal = Some(refusal);
                }
            }
        }
    }
    Ok(found)
}

impl CrossParse {
    fn compare_selections(&mut self, own: &Tree, other: &Tree, text: &str) {
        if self.selections.is_some() {
            return;
        }
        let of = |tree: &Tree| SelectionTrace::of(tree).expect("what is parsed follows its grammar");
        if let Err(difference) = compare(&of(own), &of(other), Strictness::NamesAndNumbers) {
            self.selections = Some((text.to_owned(), difference));
        }
    }
}

/// The nodes below the root that are programs by themselves, as texts; none if the start rule does not repeat its parts.
fn parts(tree: &Tree, source: &Langlet, from: Symbol) -> Vec<String> {
    let children: Vec<_> = tree.children(tree.root()).filter(|&child| !tree.is_token(child)).collect();
    if children.len() < 2 {
        return Vec::new();
    }
    let texts = children.into_iter().map(|child| tree.text_of(child));
    texts.filter(|text| source.parse_as(from, text.as_str()).is_ok()).collect()
}
