//! One seed per sandbox, one labelled stream per consumer: what one consumer draws never shifts another.

use rand_pcg::Pcg64;

/// FNV-1a, 128 bits: ours to keep stable across releases, unlike the hasher of the standard library.
fn impronta(etichetta: &str) -> u128 {
    const BASE: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIMO: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    etichetta
        .bytes()
        .fold(BASE, |h, b| (h ^ u128::from(b)).wrapping_mul(PRIMO))
}

/// The stream of one consumer. Same seed and label, same numbers, on every machine.
pub fn flusso(seme: u64, etichetta: &str) -> Pcg64 {
    let impronta = impronta(etichetta);
    // The label chooses the stream and disturbs the start: neighbouring seeds do not run in step.
    Pcg64::new(
        u128::from(seme).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835) ^ impronta,
        impronta,
    )
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;

    fn primi(seme: u64, etichetta: &str) -> Vec<u64> {
        let mut f = flusso(seme, etichetta);
        (0..4).map(|_| f.next_u64()).collect()
    }

    #[test]
    fn labels_and_seeds_separate_streams() {
        assert_eq!(primi(1, "ae"), primi(1, "ae"));
        assert_ne!(primi(1, "ae"), primi(2, "ae"));
        assert_ne!(primi(1, "ae"), primi(1, "pec"));
        // Pinned: a release that changes these numbers changes every scenario.
        assert_eq!(primi(1, "ae")[0], 11_917_921_189_154_599_316);
    }
}
