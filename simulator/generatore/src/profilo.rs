//! The defects of a real archive: published rates → how many of each code a request must plant.
//!
//! The rates are those of the schede processed in pre-subentro (spec subentro.md §6.5): one in ten carries an anomaly. How
//! a class splits into codes is a choice of ours, within the mix suggested there. The fractions are drawn by seed, so that
//! a thousand small towns together have the rate of a large one.

use std::collections::BTreeMap;

use crate::dado::{Dado, mescola};
use crate::giorno::Giorno;
use crate::piante::{Ambito, scegli};
use crate::{ErroreGeneratore, Richiesta, popola};

/// Schede the published counts are out of.
const SCHEDE: u64 = 7_617_298;
/// Keeps these draws apart from all others.
const SALE_PROFILO: u64 = 0x9A0F_1100;

/// A class of anomalies: published count, its codes in the APR and in the AIRE with their weights.
struct Classe {
    schede: u64,
    apr: &'static [(&'static str, u64)],
    aire: &'static [(&'static str, u64)],
}

static CLASSI: [Classe; 4] = [
    // Blocking.
    Classe {
        schede: 381,
        apr: &[("ES092", 1)],
        aire: &[],
    },
    // To be removed before the subentro.
    Classe {
        schede: 40_729,
        apr: &[
            ("EF009", 20),
            ("EF008", 12),
            ("EF003", 4),
            ("EC002", 14),
            ("EC004", 8),
            ("EC001", 8),
            ("EC006", 8),
            ("ES009", 6),
            ("ES010", 4),
            ("ES013", 6),
            ("EHR69", 6),
            ("EN242", 2),
            ("EC063", 2),
        ],
        aire: &[
            ("EC060", 40),
            ("EC061", 20),
            ("EC062", 20),
            ("ES078", 10),
            ("ES079", 10),
        ],
    },
    // Codice fiscale, mostly as the Anagrafe Tributaria knows it.
    Classe {
        schede: 103_905,
        apr: &[
            ("EAA30", 400),
            ("EA029", 200),
            ("EA003", 170),
            ("EA002", 160),
            ("EAA40", 120),
            ("EA038", 90),
            ("EA042", 60),
            ("EA048", 60),
            ("EAA50", 60),
            ("EA001", 40),
        ],
        aire: &[("EAA31", 80), ("EAA41", 15), ("EAA51", 5)],
    },
    // Everything else: 45% Comuni of acts and births, 20% dates of registration, 10% families, 10% marriage acts, 15% rest.
    Classe {
        schede: 665_024,
        apr: &[
            ("EC075", 20),
            ("EC081", 10),
            ("EC007", 10),
            ("EC042", 5),
            ("ES127", 12),
            ("ES128", 8),
            ("EF004", 5),
            ("EF010", 2),
            ("EN064", 3),
            ("EHR71", 6),
            ("EN306", 4),
            ("EC078", 4),
            ("EC064", 2),
            ("EC065", 2),
            ("EC066", 2),
            ("EC073", 2),
            ("EC166", 1),
            ("EN347", 1),
            ("EN524", 1),
        ],
        aire: &[("EC164", 95), ("ES049", 5)],
    },
];

/// The same request with the defects of a real archive beside those it already asks for. A town too small for one of
/// them has fewer of it; what was asked by name stays as asked.
///
/// # Errors
/// A request that cannot be satisfied even without the profile.
pub fn realistica(r: &Richiesta) -> Result<Richiesta, ErroreGeneratore> {
    let mut piena = r.clone();
    for (codice, quante) in quote(r) {
        *piena.anomalie.entry(codice.to_owned()).or_insert(0) += quante;
    }
    popola(r, |popolazione| {
        let ambito = Ambito {
            oggi: Giorno::from(r.oggi),
        };
        // Which files there will be matters to none of the codes of a profile.
        let invii = r.invii.map_or(1, usize::from);
        loop {
            let solo_schede = piena
                .anomalie
                .iter()
                .filter(|(codice, _)| quota_di(codice))
                .map(|(codice, quante)| (codice.clone(), *quante))
                .collect();
            match scegli(popolazione, &solo_schede, invii, ambito) {
                Ok(_) => return Ok(piena),
                Err(ErroreGeneratore::PochiAdatti {
                    codice, possibili, ..
                }) if possibili >= r.anomalie.get(&codice).copied().unwrap_or(0) => {
                    piena.anomalie.insert(codice, possibili);
                }
                Err(altro) => return Err(altro),
            }
        }
    })
}

fn quota_di(codice: &str) -> bool {
    CLASSI
        .iter()
        .any(|c| c.apr.iter().chain(c.aire).any(|(q, _)| *q == codice))
}

/// How many of each code, for the size of each register.
fn quote(r: &Richiesta) -> BTreeMap<&'static str, u64> {
    let mut quote = BTreeMap::new();
    for classe in &CLASSI {
        for (codici, persone) in [(classe.apr, r.abitanti), (classe.aire, r.aire)] {
            let pesi: u64 = codici.iter().map(|(_, peso)| peso).sum();
            for &(codice, peso) in codici {
                let sopra = u128::from(persone) * u128::from(classe.schede) * u128::from(peso);
                let sotto = u128::from(SCHEDE) * u128::from(pesi);
                let nome = codice.bytes().fold(7, |h, b| h * 131 + u64::from(b));
                let mut dado = Dado::nuovo(r.seed ^ SALE_PROFILO, mescola(nome));
                // The remainder becomes one more with its own probability.
                let resto = u128::from(dado.sotto(u64::MAX)) * sotto < (sopra % sotto) * u128::from(u64::MAX);
                let quante = (sopra / sotto) as u64 + u64::from(resto);
                if quante > 0 {
                    quote.insert(codice, quante);
                }
            }
        }
    }
    quote
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pianta_disponibili;
    use anagrafe::{CodiceIstat, Data};

    fn richiesta(abitanti: u64, aire: u64, seed: u64) -> Richiesta {
        Richiesta {
            comune: CodiceIstat::parse("888001").expect("six digits"),
            versione: 1,
            abitanti,
            aire,
            invii: None,
            max_invii: None,
            seed,
            oggi: Data::constant(2021, 3, 1),
            anomalie: BTreeMap::new(),
        }
    }

    #[test]
    fn a_large_town_has_the_published_rates() {
        let q = quote(&richiesta(SCHEDE, 0, 1));
        for classe in &CLASSI {
            let somma: u64 = classe.apr.iter().map(|(c, _)| q[c]).sum();
            assert!(
                somma.abs_diff(classe.schede) <= classe.apr.len() as u64,
                "{}",
                classe.schede
            );
        }
        let comuni: u64 = ["EC075", "EC081", "EC007", "EC042"].iter().map(|c| q[c]).sum();
        assert!(
            comuni.abs_diff(665_024 * 45 / 100) <= 4,
            "the suggested mix: {comuni}"
        );
        assert!(
            CLASSI
                .iter()
                .flat_map(|c| c.apr.iter().chain(c.aire))
                .all(|(c, _)| pianta_disponibili().contains(c))
        );
    }

    #[test]
    fn many_small_towns_have_the_rate_together() {
        let bloccanti: u64 = (0..4000)
            .map(|seed| {
                quote(&richiesta(1000, 0, seed))
                    .get("ES092")
                    .copied()
                    .unwrap_or(0)
            })
            .sum();
        assert!(
            (150..250).contains(&bloccanti),
            "200 expected in four millions: {bloccanti}"
        );
    }

    #[test]
    fn a_hamlet_has_what_fits_and_what_was_asked_stays() {
        for abitanti in [1, 2, 7, 60] {
            for seed in 0..12 {
                let r = richiesta(abitanti, 1, seed);
                assert!(realistica(&r).is_ok(), "{abitanti} inhabitants, seed {seed}");
            }
        }
        let mut r = richiesta(300, 0, 1);
        r.anomalie.insert("ES127".into(), 5);
        assert!(realistica(&r).expect("room").anomalie["ES127"] >= 5);
        r.anomalie.insert("EC081".into(), 300);
        assert!(matches!(
            realistica(&r),
            Err(ErroreGeneratore::PochiAdatti { .. })
        ));
    }
}
