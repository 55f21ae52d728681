//! Small listings: programs that use all that is asked for in few tokens, packed rather than readable.
//!
//! [`small_listing`] nests productions greedily. With the feature `exact` there is `smallest_listing`, which has no token more
//! than it takes.

use super::derive::Copies;
use super::embed::{Embedding, Part};
use super::greedy;
use super::listing::{Listing, ListingError, Program, prepare};
use super::occurrences::Occurrences;
use super::spell::Speller;
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
    let copies = copies_for(&occurrences, goal);
    let strings = Strings::new(langlet);
    let embedding = Embedding::new(&occurrences, &strings);
    let parts: Vec<Part> = greedy::parts(&copies, &strings, &embedding, goal);
    let programs = embedding.programs(&parts).into_iter();
    read_all(&mut speller, start, programs.map(|parts| parts.into_iter().map(|(tokens, _)| tokens).collect()).collect())
}

/// A listing in as few tokens as there can be, by integer programming; `None` if the solver gives up.
///
/// # Errors
/// As [`small_listing`].
#[cfg(feature = "exact")]
pub fn smallest_listing(langlet: &Langlet, start: Symbol, goal: Goal) -> Result<Option<Listing>, ListingError> {
    use super::{exact::smallest_counts, realize::derivations};

    let (occurrences, mut speller) = prepare(langlet, start)?;
    let copies = copies_for(&occurrences, goal);
    let Some(counts) = smallest_counts(langlet.grammar(), &copies, goal) else { return Ok(None) };
    let found = derivations(&copies, &counts);
    let strings = found.roots.iter().map(|&root| found.tokens(&copies, root, |_, _| unreachable!("no call is open")));
    read_all(&mut speller, start, strings.map(|tokens| vec![tokens]).collect()).map(Some)
}

/// The programs that are read as they were made; what the others were for is missing then, as where the layout does not allow them.
///
/// # Errors
/// There are none.
fn read_all(speller: &mut Speller, start: Symbol, programs: Vec<Vec<Vec<Symbol>>>) -> Result<Listing, ListingError> {
    let mut unread = None;
    let mut listing = Listing { programs: Vec::new(), unwritten: Vec::new() };
    for program in programs {
        let parts: Vec<&[Symbol]> = program.iter().map(|tokens| &tokens[..]).collect();
        match speller.tree_of_parts(start, &parts, &[]) {
            Some(tree) => listing.programs.push(Program { tree, productions: Vec::new() }),
            None => {
                unread.get_or_insert_with(|| speller.plain(&parts.concat()).0);
            }
        }
    }
    match unread {
        Some(text) if listing.programs.is_empty() => Err(ListingError::NotRead(text)),
        _ => Ok(listing),
    }
}

/// The rules as the goal counts them.
pub(crate) fn copies_for(occurrences: &Occurrences, goal: Goal) -> Copies<'_> {
    match goal {
        Goal::Pairs => Copies::of_calls(occurrences),
        Goal::Occurrences | Goal::Transitions => Copies::of_rules(occurrences),
    }
}
