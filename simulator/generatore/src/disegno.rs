//! How many units a population has, of which shape: the plan that fixes ids before any person exists.

use crate::dado::Dado;

/// Shape of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Genere {
    Singolo,
    Coppia,
    Monogenitore,
    Affettiva,
    Nonno,
    Fratelli,
    Unione,
    Convivenza,
}

/// A unit to be made: shape, number of members, position of the first among the residents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Disegno {
    pub(crate) genere: Genere,
    pub(crate) componenti: u8,
    /// Which convivenza this is, modulo 256: kinds that take turns are all there even in a small town.
    pub(crate) turno: u8,
    pub(crate) primo: u64,
}

/// Shapes and their frequency per thousand households.
const GENERI: [(Genere, u64); 8] = [
    (Genere::Singolo, 335),
    (Genere::Coppia, 470),
    (Genere::Monogenitore, 92),
    (Genere::Affettiva, 52),
    (Genere::Nonno, 26),
    (Genere::Fratelli, 12),
    (Genere::Unione, 6),
    (Genere::Convivenza, 7),
];
/// Children of a couple: none, one, … four, per thousand.
const FIGLI: [u64; 5] = [400, 285, 255, 50, 10];
/// Smallest convivenza the plan makes.
const CONVIVENZA_MINIMA: u64 = 5;
/// Spread of the size of a convivenza.
const CONVIVENZA_AMPIEZZA: u64 = 14;

/// Keeps the plan's draws apart from the draws that make the people.
const SALE_DISEGNO: u64 = 0x5EED_D15E_6A00;

/// The shapes of a population of exactly `abitanti` residents.
pub(crate) fn disegna(seme: u64, abitanti: u64) -> Vec<Disegno> {
    let pesi = GENERI.map(|(_, p)| p);
    let mut unita = Vec::with_capacity((abitanti as usize) / 2 + 1);
    let mut primo = 0;
    let mut turno: u8 = 0;
    while primo < abitanti {
        let mut dado = Dado::nuovo(seme ^ SALE_DISEGNO, unita.len() as u64);
        let genere = GENERI[dado.pesato(&pesi)].0;
        let figli = dado.pesato(&FIGLI) as u64;
        let componenti = match genere {
            Genere::Singolo => 1,
            Genere::Coppia => 2 + figli,
            Genere::Monogenitore => 2 + dado.pesato(&[680, 260, 60]) as u64,
            Genere::Affettiva => 2 + figli.min(2),
            Genere::Nonno => 3 + dado.sotto(3),
            Genere::Fratelli => 2 + dado.sotto(2),
            Genere::Unione => 2,
            Genere::Convivenza => CONVIVENZA_MINIMA + dado.sotto(CONVIVENZA_AMPIEZZA),
        };
        let resto = abitanti - primo;
        let (genere, componenti) = match (componenti <= resto, resto) {
            (true, _) => (genere, componenti),
            (false, 1) => (Genere::Singolo, 1),
            (false, 2..=6) => (Genere::Coppia, resto),
            (false, _) => (Genere::Convivenza, resto),
        };
        unita.push(Disegno {
            genere,
            componenti: componenti as u8,
            turno,
            primo,
        });
        turno = turno.wrapping_add(u8::from(genere == Genere::Convivenza));
        primo += componenti;
    }
    unita
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_has_exactly_the_residents_asked_for() {
        for abitanti in [1, 2, 3, 7, 100, 4999] {
            let d = disegna(3, abitanti);
            assert_eq!(d.iter().map(|d| u64::from(d.componenti)).sum::<u64>(), abitanti);
            assert!(d.iter().all(|d| d.componenti > 0));
            assert!(
                d.windows(2)
                    .all(|w| w[0].primo + u64::from(w[0].componenti) == w[1].primo)
            );
        }
        let famiglie = disegna(9, 100_000).len();
        assert!(
            (37_000..50_000).contains(&famiglie),
            "households of 100,000 people: {famiglie}"
        );
    }
}
