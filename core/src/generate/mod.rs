//! Programs out of grammars: listings that use all of one, random ones and all of them; texts for token strings; conflicts.
//!
//! ```text
//! grammar → occurrences ─→ traces, cover ─→ embed ─→ listing (readable)
//!                       └→ derive ─→ greedy, or exact and realize ─→ minimal (few tokens)
//! network ─→ random, count        spell: texts of tokens        usage: what the parser made of them
//! right-hand sides ─→ mutate (grammars with one mistake)        listing ─→ negatives (texts that are no programs)
//! ```

pub mod chance;
pub mod count;
pub mod traces;
mod flow;
pub mod cover;
pub mod occurrences;
pub mod spell;
pub(crate) mod strings;
pub mod kpath;
pub mod usage;
pub(crate) mod embed;
pub mod listing;
pub mod witness;
pub mod minimize;
mod derive;
mod greedy;
#[cfg(feature = "exact")]
mod exact;
#[cfg(feature = "exact")]
mod realize;
pub mod minimal;
pub mod bound;
mod descent;
pub mod random;
pub mod mutate;
pub mod negatives;
pub mod explain;
pub mod fill;

pub use bound::fewest_tokens;
pub use chance::Chance;
pub use count::Counts;
pub use cover::{Criterion, cover, production};
pub use explain::explain_conflicts;
pub use fill::text_of_terminals;
pub use listing::{Listing, ListingError, Program, listing, listing_of_paths, parts_listing};
pub use minimal::small_listing;
#[cfg(feature = "exact")]
pub use minimal::smallest_listing;
pub use minimize::minimize;
pub use mutate::{Mutation, MutationKind, mutants, mutations};
pub use negatives::{Negative, negatives};
pub use occurrences::{Occurrences, Production};
pub use random::{RandomError, RandomPrograms, Wishes};
pub use spell::Speller;
pub use traces::{Trace, traces};
pub use usage::{Goal, Usage, productions};
pub use witness::witnesses;
