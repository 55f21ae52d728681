//! Witnesses: for each occurrence, transition or pair of a grammar a shortest program that uses it.
//!
//! The cheapest trace of the rule through the place is filled with the cheapest strings, and the cheapest way from the start down to
//! the rule is put around it (`strings::Contexts`):
//!
//! ```text
//! list: '[' [item] ']'      '[' -> ']'      →   [ ]   of a list   →   NAME '=' '[' ']' NEWLINE
//! ```
//!
//! A program counts only if the parser reads it so. Where it does not, an earlier alternative takes what the place is for; then
//! all programs are tried, the short ones first, up to a bound, and after these the parts of a listing.

use super::count::Counts;
use super::embed::Embedding;
use super::listing::{ListingError, Program, check_texts, parts_listing};
use super::occurrences::Occurrences;
use super::spell::Speller;
use super::strings::{Contexts, Strings};
use super::usage::{Goal, Item, Usage};
use crate::cst::Tree;
use crate::grammar::Symbol;
use crate::langlet::Langlet;

/// A program for each item; `None` where no program was found that the parser reads so. It is as short as any that uses the
/// item, unless one of more tokens comes from the parts of a listing: see above.
///
/// # Errors
/// A token has no text.
pub fn witnesses(
    langlet: &Langlet,
    occurrences: &Occurrences,
    items: &[Item],
) -> Result<Vec<Option<Tree>>, ListingError> {
    let strings = Strings::new(langlet);
    let embedding = Embedding::new(occurrences, &strings);
    let contexts = Contexts::new(&strings, occurrences.start());
    let mut speller = Speller::new(langlet);
    check_texts(langlet, occurrences, &mut speller)?;
    let mut found: Vec<Option<Tree>> = Vec::with_capacity(items.len());
    for &item in items {
        let string = contexts.wrap(item.rule(), string_with(&embedding, item));
        let tree = string.and_then(|string| speller.tree(occurrences.start(), &string));
        found.push(tree.filter(|tree| uses(occurrences, tree, item)));
    }
    if found.iter().any(Option::is_none) {
        let mut search = Search { occurrences, items, found };
        let counts = Counts::new(langlet, occurrences.start(), LONGEST).expect("a start is a rule");
        let strings = (0..=LONGEST).flat_map(|n| counts.programs(n)).take(MOST_TRIED);
        for string in strings {
            let Some(tree) = speller.tree(occurrences.start(), &string) else { continue };
            search.take(&tree);
        }
        for goal in Goal::ALL.into_iter().filter(|&goal| search.is_left(goal)).collect::<Vec<_>>() {
            let mut programs: Vec<Program> = parts_listing(langlet, occurrences.start(), goal)?.programs;
            programs.sort_by_key(|program| program.tree.leaves(program.tree.root()).count());
            programs.iter().for_each(|program| search.take(&program.tree));
        }
        found = search.found;
    }
    Ok(found)
}

/// How many programs are tried where the cheapest is not read as it was made.
const MOST_TRIED: usize = 500;

/// The most tokens of these programs.
const LONGEST: usize = 8;

/// Items for which programs are looked for.
struct Search<'a> {
    occurrences: &'a Occurrences,
    items: &'a [Item],
    found: Vec<Option<Tree>>,
}

impl Search<'_> {
    /// Keeps the tree for all that it uses and that has none.
    fn take(&mut self, tree: &Tree) {
        let mut usage = Usage::new(self.occurrences);
        usage.add(tree, tree.root());
        let left = self.items.iter().zip(&mut self.found).filter(|(_, found)| found.is_none());
        left.filter(|&(&item, _)| usage.count(item) > 0).for_each(|(_, found)| *found = Some(tree.clone()));
    }

    fn is_left(&self, goal: Goal) -> bool {
        self.items.iter().zip(&self.found).any(|(item, tree)| item.goal() == goal && tree.is_none())
    }
}

/// A cheapest string of the item's rule that has the item.
fn string_with(embedding: &Embedding<'_>, item: Item) -> Vec<Symbol> {
    match item {
        Item::Occurrence(rule, position) => embedding.string(rule, &embedding.trace_through(rule, position).0, None),
        Item::Transition(rule, from, to) => embedding.string(rule, &embedding.trace_over(rule, from, to), None),
        Item::Pair(rule, position, inner) => {
            let callee = embedding.callee(rule, position);
            let string = embedding.string(callee, &embedding.trace_through(callee, inner).0, None);
            let (around, place) = embedding.trace_through(rule, position);
            embedding.string(rule, &around, Some((place, &string)))
        }
    }
}

fn uses(occurrences: &Occurrences, tree: &Tree, item: Item) -> bool {
    let mut usage = Usage::new(occurrences);
    usage.add(tree, tree.root());
    usage.count(item) > 0
}
