//! A table whose entries are computed when they are first asked for, and read without a lock afterwards.

use std::sync::OnceLock;

/// Entries in one block.
const BLOCK: usize = 1 << 8;

/// Entries that stand together.
type Block<T> = Box<[OnceLock<T>]>;

/// A growing table indexed by small numbers; entries never change once they are there, and threads share them.
#[derive(Debug)]
pub(crate) struct LazyTable<T> {
    /// Blocks are made when one of their entries is asked for.
    blocks: Box<[OnceLock<Block<T>>]>,
}

impl<T> LazyTable<T> {
    /// For indices below `limit`.
    pub(crate) fn new(limit: usize) -> LazyTable<T> {
        LazyTable { blocks: (0..limit.div_ceil(BLOCK)).map(|_| OnceLock::new()).collect() }
    }

    /// The entry, computed if it is not there.
    pub(crate) fn get_or_init(&self, index: usize, compute: impl FnOnce() -> T) -> &T {
        let block = self.blocks[index / BLOCK].get_or_init(|| (0..BLOCK).map(|_| OnceLock::new()).collect());
        block[index % BLOCK].get_or_init(compute)
    }
}
