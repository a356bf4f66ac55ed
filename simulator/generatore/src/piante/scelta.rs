//! Who gets which plant: a walk through the households in an order that depends on the seed alone.

use std::collections::{BTreeMap, BTreeSet};

use super::{Ambito, Guasto, Modo, Pianta, pianta};
use crate::ErroreGeneratore;
use crate::dado::{Dado, mescola};
use crate::popolazione::Popolazione;

/// Keeps the draws of the plants apart from those of the people.
const SALE_PIANTE: u64 = 0x914A_47E0;

/// Units looked at to learn how common the records are that suit a plant.
const CAMPIONE: usize = 200;

/// Where every plant goes.
#[derive(Default)]
pub(crate) struct Bersagli {
    /// Unit → (plant, member).
    pub(crate) unita: BTreeMap<usize, Vec<(&'static Pianta, usize)>>,
    /// Position in the AIRE file → plant.
    pub(crate) aire: BTreeMap<u64, &'static Pianta>,
    /// Position in the AIRE file → the resident (unit, member) who is registered there too.
    pub(crate) gemelli: BTreeMap<u64, (usize, usize)>,
    /// File (from 0) → counters to declare wrong.
    pub(crate) file: BTreeMap<usize, Vec<&'static Pianta>>,
    /// Damaged copies: plant, and the file (from 0) each is a copy of.
    pub(crate) rifiutati: Vec<(&'static Pianta, usize)>,
}

/// A walk over `0..n` that visits each position once.
fn giro(n: usize, seme: u64) -> impl Iterator<Item = usize> + Clone {
    let mut dado = Dado::nuovo(seme ^ SALE_PIANTE, 0);
    let inizio = dado.sotto(n.max(1) as u64) as usize;
    let mut passo = (dado.sotto(n.max(1) as u64) as usize) | 1;
    while mcd(passo, n.max(1)) != 1 {
        passo += 2;
        if passo > 4 * n {
            passo = 1;
        }
    }
    (0..n).map(move |k| (inizio + k * passo) % n)
}

fn mcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { mcd(b, a % b) }
}

/// Chooses the places, or says which code has not enough people for it.
pub(crate) fn scegli(
    p: &Popolazione<'_>,
    anomalie: &BTreeMap<String, u64>,
    invii: usize,
    ambito: Ambito,
) -> Result<Bersagli, ErroreGeneratore> {
    let mut b = Bersagli::default();
    let mut occupate: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut richieste = Vec::with_capacity(anomalie.len());
    for (codice, &quante) in anomalie {
        let pianta = pianta(codice).ok_or_else(|| ErroreGeneratore::sconosciuta(codice))?;
        richieste.push((diffusione(p, pianta, ambito), codice, quante, pianta));
    }
    // Who can live on few records chooses first.
    richieste.sort_by_key(|r| (r.0, r.1));
    for (_, codice, quante, pianta) in richieste {
        let seme = p.mondo.seme ^ mescola(codice.bytes().fold(7, |h, b| h * 131 + u64::from(b)));
        let trovate = match pianta.modo {
            Modo::Quadratura { .. } => {
                let n = quante.min(invii as u64);
                for f in giro(invii, seme).take(n as usize) {
                    b.file.entry(f).or_default().push(pianta);
                }
                n
            }
            Modo::Aire { .. } => {
                let liberi = righe_libere(p, &b, quante, seme);
                for k in &liberi {
                    b.aire.insert(*k, pianta);
                }
                liberi.len() as u64
            }
            Modo::DueRegistri { .. } => {
                let liberi = righe_libere(p, &b, quante, seme);
                let n = unita(
                    p,
                    pianta,
                    liberi.len() as u64,
                    seme,
                    ambito,
                    &mut occupate,
                    &mut b,
                );
                let mut residenti = Vec::new();
                for (&i, piante) in &b.unita {
                    let suoi = piante.iter().filter(|(altra, _)| altra.codice == pianta.codice);
                    residenti.extend(suoi.map(|&(_, posto)| (i, posto)));
                }
                for (k, chi) in liberi.into_iter().zip(residenti) {
                    b.aire.insert(k, pianta);
                    b.gemelli.insert(k, chi);
                }
                n
            }
            Modo::Rifiutato(Guasto::SoloLf) if p.aire.is_empty() => 0,
            Modo::Rifiutato(_) => {
                b.rifiutati.extend(
                    giro(invii, seme)
                        .cycle()
                        .take(quante as usize)
                        .map(|f| (pianta, f)),
                );
                quante
            }
            Modo::AltroFile { .. } if invii < 2 => 0,
            Modo::Soggetto { .. } | Modo::Scheda { .. } | Modo::AltroFile { .. } => {
                unita(p, pianta, quante, seme, ambito, &mut occupate, &mut b)
            }
        };
        if trovate < quante {
            return Err(ErroreGeneratore::PochiAdatti {
                codice: codice.clone(),
                chieste: quante,
                possibili: trovate,
            });
        }
    }
    Ok(b)
}

/// Lines of the AIRE file without a plant, in the order of the walk.
fn righe_libere(p: &Popolazione<'_>, b: &Bersagli, quante: u64, seme: u64) -> Vec<u64> {
    let totale = p.aire.iter().map(Vec::len).sum::<usize>();
    giro(totale, seme)
        .map(|k| k as u64)
        .filter(|k| !b.aire.contains_key(k))
        .take(quante as usize)
        .collect()
}

/// How many units of a sample suit a plant.
fn diffusione(p: &Popolazione<'_>, pianta: &Pianta, ambito: Ambito) -> usize {
    let (Modo::Soggetto { adatto, .. }
    | Modo::Scheda { adatto, .. }
    | Modo::AltroFile { adatto }
    | Modo::DueRegistri { adatto }) = pianta.modo
    else {
        return usize::MAX;
    };
    giro(p.disegni.len(), p.mondo.seme)
        .take(CAMPIONE)
        .filter(|&i| {
            let u = p.unita(i);
            u.persone.iter().any(|persona| adatto(ambito, &u, persona))
        })
        .count()
}

fn unita(
    p: &Popolazione<'_>,
    pianta: &'static Pianta,
    quante: u64,
    seme: u64,
    ambito: Ambito,
    occupate: &mut BTreeSet<(usize, usize)>,
    b: &mut Bersagli,
) -> u64 {
    let mut fatte = 0;
    for i in giro(p.disegni.len(), seme) {
        if fatte == quante {
            break;
        }
        let convivenza = p.disegni[i].genere == crate::disegno::Genere::Convivenza;
        let sola = matches!(pianta.modo, Modo::Scheda { convivenza: c, .. } if c != convivenza)
            || (convivenza && matches!(pianta.modo, Modo::AltroFile { .. }));
        if sola || (!convivenza && b.unita.contains_key(&i)) {
            continue;
        }
        let u = p.unita(i);
        let posto = match pianta.modo {
            Modo::Soggetto { adatto, .. } | Modo::DueRegistri { adatto } => (0..u.persone.len())
                .find(|&k| !occupate.contains(&(i, k)) && adatto(ambito, &u, &u.persone[k])),
            Modo::Scheda { adatto, .. } | Modo::AltroFile { adatto } => adatto(ambito, &u, &u.persone[0])
                .then_some(usize::MAX)
                .filter(|&k| !occupate.contains(&(i, k))),
            _ => None,
        };
        if let Some(k) = posto {
            occupate.insert((i, k));
            b.unita.entry(i).or_default().push((pianta, k));
            fatte += 1;
        }
    }
    fatte
}
