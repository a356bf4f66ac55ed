//! The source of chance: one small generator per household, seeded by (seed, Comune, index).
//!
//! The algorithm is written here (splitmix64) and not taken from a library, because the bytes of a delivery are a promise
//! of ours: a newer library must not change the population of a seed.

/// A deterministic stream of choices.
#[derive(Clone, Debug)]
pub(crate) struct Dado(u64);

/// Mixes one word so that near inputs give far outputs.
pub(crate) const fn mescola(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Dado {
    /// The stream number `indice` of a `seme`.
    pub(crate) const fn nuovo(seme: u64, indice: u64) -> Self {
        Self(mescola(seme ^ mescola(indice)))
    }

    fn prossimo(&mut self) -> u64 {
        let x = mescola(self.0);
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        x
    }

    /// A number in `0..n`; 0 when `n` is 0.
    pub(crate) fn sotto(&mut self, n: u64) -> u64 {
        // The high word of the product is uniform enough for n far below 2^32.
        ((u128::from(self.prossimo()) * u128::from(n)) >> 64) as u64
    }

    /// A number in `da..=a` (`da` when the interval is empty).
    pub(crate) fn tra(&mut self, da: i32, a: i32) -> i32 {
        if a <= da {
            da
        } else {
            da + self.sotto(u64::from(a.abs_diff(da)) + 1) as i32
        }
    }

    /// True `permille` times out of a thousand.
    pub(crate) fn permille(&mut self, permille: u64) -> bool {
        self.sotto(1000) < permille
    }

    /// One of the elements, which must not be empty.
    pub(crate) fn uno<'a, T>(&mut self, voci: &'a [T]) -> &'a T {
        &voci[self.sotto(voci.len() as u64) as usize]
    }

    /// One of the words, which must not be empty.
    pub(crate) fn parola(&mut self, parole: &[&'static str]) -> &'static str {
        parole[self.sotto(parole.len() as u64) as usize]
    }

    /// The position of one weight, with probability proportional to it.
    pub(crate) fn pesato(&mut self, pesi: &[u64]) -> usize {
        let mut resto = self.sotto(pesi.iter().sum());
        for (i, &p) in pesi.iter().enumerate() {
            if resto < p {
                return i;
            }
            resto -= p;
        }
        pesi.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_fixed_and_within_bounds() {
        let mut a = Dado::nuovo(7, 1);
        let mut b = Dado::nuovo(7, 1);
        for _ in 0..1000 {
            let x = a.tra(-3, 9);
            assert_eq!(x, b.tra(-3, 9));
            assert!((-3..=9).contains(&x));
        }
        assert_eq!(
            Dado::nuovo(1, 1).tra(5, 4),
            5,
            "an empty interval gives its start"
        );
        assert_eq!(
            mescola(0),
            0xE220_A839_7B1D_CDAF,
            "the stream of a seed never changes"
        );
    }
}
