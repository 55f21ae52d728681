//! The algebra of trees, derived from the grammar.
//!
//! Everything here asks the grammar, never the name of a rule: which symbols are constants, what can be built around a node
//! by adding constants alone, which rules are lists and which are blocks.
//!
//! ```
//! use langlet_core::Langlet;
//! use langlet_core::algebra::{Kind, interpolate};
//!
//! let sums = Langlet::root("
//!     langlet sums
//!     sum: product ('+' product)*
//!     product: factor ('*' factor)*
//!     factor: NUMBER | '(' sum ')'
//!     neutral factor: '(' sum ')'
//!     token NUMBER = /[0-9]+/
//!     skip BLANK = /[ ]+/
//!     tight before ')'
//!     tight after '('
//! ");
//! // A builder adds the constants that are missing, and brackets where the grammar needs them.
//! assert_eq!(sums.build("product", ["1 + 2", "3"]).unwrap().unparse(), "(1 + 2) * 3");
//! // The interpolation behind it: a sum is raised to a factor by the neutral production.
//! let mut tree = sums.parse("1 + 2").unwrap();
//! let sum = tree.copy(tree.root());
//! let factor = interpolate(&mut tree, Kind::Neutral, sums.symbol("factor").unwrap(), sum).unwrap();
//! assert_eq!(tree.text_of(factor), "(1 + 2)");
//! ```

pub mod constant;
pub mod interpolation;
pub(crate) mod indent;
pub mod layout;
pub(crate) mod postfix;
pub mod raise;
pub(crate) mod complete;
pub mod build;
pub(crate) mod comments;
pub mod embedding;
pub mod split;
pub mod block;
pub mod morphism;

pub use block::{normalize, normalize_node};
pub use build::{Argument, BuildError, build};
pub use constant::Constants;
pub use embedding::{Embedding, EmbeddingError, map};
pub use interpolation::{InterpolationError, Interpolations, Kind, Step};
pub use raise::{RaiseError, interpolate};
pub use split::{SplitError, join, split};
