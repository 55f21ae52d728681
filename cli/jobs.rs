//! Work on many items by several threads, its results in the order of the items.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::mpsc;
use std::thread;

use anyhow::Context;
use rayon::iter::{ParallelBridge, ParallelIterator};

/// Calls `take` with the result of `work` on each item, in the order of the items whatever the number of threads is.
///
/// # Errors
/// The first error of `take`; no further work is begun then. Also if no threads can be started.
pub(crate) fn in_order<T: Sync, R: Send>(
    n_threads: Option<NonZero<usize>>,
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(&T, R) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let n_threads = n_threads.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZero::get).min(items.len());
    if n_threads <= 1 {
        return items.iter().try_for_each(|item| take(item, work(item)));
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().context("cannot start threads")?;
    thread::scope(|scope| {
        // Bounded, so that results do not pile up in front of a slow reader.
        let (sender, receiver) = mpsc::sync_channel(4 * n_threads);
        let work = &work;
        scope.spawn(move || {
            // The bridge hands the items out one by one in their order. An error means that nobody takes results any more.
            let run = |(index, item)| sender.send((index, work(item))).map_err(|_| ());
            let _ = pool.install(|| items.iter().enumerate().par_bridge().try_for_each(run));
        });
        let mut early = BTreeMap::new();
        let mut next = 0;
        for (index, result) in receiver {
            early.insert(index, result);
            while let Some(result) = early.remove(&next) {
                take(&items[next], result)?;
                next += 1;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(n_threads: usize) -> Vec<u64> {
        let items: Vec<u64> = (0..500).collect();
        let mut taken = Vec::new();
        let slow_for_some = |&item: &u64| {
            thread::sleep(std::time::Duration::from_micros(item % 7 * 30));
            item * item
        };
        in_order(NonZero::new(n_threads), &items, slow_for_some, |_, result| {
            taken.push(result);
            Ok(())
        })
        .unwrap();
        taken
    }

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let expected: Vec<u64> = (0..500).map(|item| item * item).collect();
        assert_eq!(collect(1), expected);
        assert_eq!(collect(4), expected);
    }

    #[test]
    fn an_error_ends_the_work() {
        let items: Vec<u32> = (0..10_000).collect();
        let mut n_taken = 0;
        let result = in_order(
            NonZero::new(3),
            &items,
            |&item| item,
            |_, item| {
                n_taken += 1;
                if item == 5 { Err(anyhow::anyhow!("enough")) } else { Ok(()) }
            },
        );
        assert_eq!((result.unwrap_err().to_string().as_str(), n_taken), ("enough", 6));
    }
}
