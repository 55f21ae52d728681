//! What the benchmarks share: the files to read and the parsers to compare.
//!
//! The two programs differ in their allocator, and so are two: `parse` measures time and has the system's, `memory`
//! measures bytes and counts each allocation, which would slow the parsers that allocate most.

pub mod corpus;
pub mod engine;

/// The middle value; of an even number the upper one of the two. NaN if there is none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
