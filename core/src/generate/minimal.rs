//! Small listings: programs that use all that is asked for in few tokens, packed rather than readable.
//!
//! [`small_listing`] nests productions greedily. With the feature `exact` there is `smallest_listing`, which has no token more
//! than it takes.

use super::derive::Copies;
use super::embed::{Embedding, Part};
use super::greedy;
use super::listing::{Listing, ListingError, Program, prepare};
use super::occurrences::Occurrences;
use super::strings::Strings;
use super::usage::Goal;
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// A listing in few tokens; the start rule is covered by occurrence. What it uses is to be measured, as of any listing.
///
/// # Errors
/// `start` is no rule, or a token has no text.
pub fn small_listing(langlet: &Langlet, start: Symbol, goal: Goal) -> Result<Listing, ListingError> {
    let (occurrences, mut speller) = prepare(langlet, start)?;
    let copies = copies(&occurrences, goal);
    let strings = Strings::new(langlet);
    let embedding = Embedding::new(&occurrences, &strings);
    let parts: Vec<Part> = greedy::parts(&copies, &strings, &embedding, goal);
    let mut unread = None;
    let mut listing = Listing { programs: Vec::new(), unwritten: Vec::new() };
    for program in embedding.programs(&parts) {
        let tokens: Vec<&[Symbol]> = program.iter().map(|(tokens, _)| &tokens[..]).collect();
        match speller.tree_of_parts(start, &tokens, &[]) {
            Some(tree) => listing.programs.push(Program { tree, productions: Vec::new() }),
            // The layout does not allow it; what it was for is missing then.
            None => {
                unread.get_or_insert_with(|| speller.plain(&tokens.concat()).0);
            }
        }
    }
    match unread {
        Some(text) if listing.programs.is_empty() => Err(ListingError::NotRead(text)),
        _ => Ok(listing),
    }
}

/// A listing in as few tokens as there can be, by integer programming; `None` if the solver gives up.
///
/// # Errors
/// As [`small_listing`].
#[cfg(feature = "exact")]
pub fn smallest_listing(langlet: &Langlet, start: Symbol, goal: Goal) -> Result<Option<Listing>, ListingError> {
    use super::{exact::smallest_counts, realize::derivations};

    let (occurrences, mut speller) = prepare(langlet, start)?;
    let copies = copies(&occurrences, goal);
    let Some(counts) = smallest_counts(langlet.grammar(), &copies, goal) else { return Ok(None) };
    let found = derivations(&copies, &counts);
    let mut listing = Listing { programs: Vec::new(), unwritten: Vec::new() };
    for &root in &found.roots {
        let tokens = found.tokens(&copies, root, |_, _| unreachable!("no call is open"));
        let tree = speller.tree(start, &tokens).ok_or_else(|| ListingError::NotRead(speller.plain(&tokens).0))?;
        listing.programs.push(Program { tree, productions: Vec::new() });
    }
    Ok(Some(listing))
}

fn copies(occurrences: &Occurrences, goal: Goal) -> Copies<'_> {
    match goal {
        Goal::Pairs => Copies::of_calls(occurrences),
        Goal::Occurrences | Goal::Transitions => Copies::of_rules(occurrences),
    }
}
