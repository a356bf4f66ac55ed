//! The same function over many positions, on every core, results in order.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// More threads than this only share the same memory.
const FILI_MASSIMI: usize = 16;

/// `f(0) … f(n-1)`, computed in any order.
pub(crate) fn in_parallelo<T: Send>(n: usize, f: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let fili = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(FILI_MASSIMI)
        .min(n);
    if fili < 2 {
        return (0..n).map(f).collect();
    }
    let prossimo = AtomicUsize::new(0);
    let fatti: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::with_capacity(n));
    std::thread::scope(|s| {
        for _ in 0..fili {
            s.spawn(|| {
                loop {
                    let i = prossimo.fetch_add(1, Ordering::Relaxed);
                    if i >= n {
                        break;
                    }
                    let t = f(i);
                    fatti
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                        .push((i, t));
                }
            });
        }
    });
    let mut fatti = fatti
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    fatti.sort_by_key(|(i, _)| *i);
    fatti.into_iter().map(|(_, t)| t).collect()
}
