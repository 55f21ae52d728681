//! Chance: numbers from a seed, the same on every machine, and choices by weight.
//!
//! Source: SplitMix64, Steele, Lea and Flood (2014); the reduction to a range, Lemire (2019); choices in constant time by
//! the alias method, Walker (1977), Vose (1991).

/// A sequence of numbers that a seed decides.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The sequence of a seed. Sequences of neighboring seeds have nothing in common.
    pub fn new(seed: u64) -> Chance {
        let mut chance = Chance(seed);
        Chance(chance.next())
    }

    /// The next number, any of 64 bits.
    #[inline]
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// The next number below `n`, which is not 0; off by at most n / 2³² from a uniform choice.
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        (((self.next() >> 32) * u64::from(n)) >> 32) as u32
    }
}

/// Columns for a choice by weight in constant time: of each choice the share of its column, of 2³², and the choice that has
/// the rest. Some weight is positive.
pub(crate) fn columns(weights: &[f64]) -> Vec<(u32, u32)> {
    let n = weights.len();
    let total: f64 = weights.iter().sum();
    let mut shares: Vec<f64> = weights.iter().map(|weight| weight * n as f64 / total).collect();
    let mut columns: Vec<(u32, u32)> = (0..n as u32).map(|choice| (u32::MAX, choice)).collect();
    let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..n).partition(|&choice| shares[choice] < 1.0);
    // Progress: each turn settles a column.
    while let (Some(&less), Some(&more)) = (small.last(), large.last()) {
        small.pop();
        columns[less] = ((shares[less] * f64::from(u32::MAX)) as u32, more as u32);
        shares[more] -= 1.0 - shares[less];
        if shares[more] < 1.0 {
            large.pop();
            small.push(more);
        }
    }
    columns
}
