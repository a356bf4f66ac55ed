//! The census of a synthetic Comune: the plan of its units, what each counts, who shares a codice fiscale with whom.
//!
//! One pass makes every person once, keeps two bytes per household and one number per person, and forgets the rest; the
//! writing pass makes them again. Memory stays small whatever the size of the Comune.

use std::collections::BTreeMap;

use anagrafe::Sesso;
use anagrafe::codice_fiscale::omocodie;

use crate::aire::{self, Iscritto};
use crate::disegno::{Disegno, Genere, disegna};
use crate::famiglia::unita;
use crate::modello::{Convivenza, Responsabile, Unita};
use crate::parallelo::in_parallelo;
use crate::persona::Mondo;

/// Units a thread takes at a time.
const BRANO: usize = 1024;

/// What a file or a delivery declares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Conteggi {
    pub(crate) soggetti: u64,
    pub(crate) italiani: u64,
    pub(crate) femmine: u64,
    pub(crate) maschi: u64,
    pub(crate) famiglie: u64,
    pub(crate) convivenze: u64,
}

impl Conteggi {
    pub(crate) fn somma(&mut self, altri: &Self) {
        self.soggetti += altri.soggetti;
        self.italiani += altri.italiani;
        self.femmine += altri.femmine;
        self.maschi += altri.maschi;
        self.famiglie += altri.famiglie;
        self.convivenze += altri.convivenze;
    }
}

/// A whole population, ready to be made again unit by unit.
pub(crate) struct Popolazione<'a> {
    pub(crate) mondo: Mondo<'a>,
    pub(crate) disegni: Vec<Disegno>,
    /// Italians and women of each unit.
    per_unita: Vec<(u8, u8)>,
    /// Level of omocodia of the few residents (then AIRE registrants) who need one.
    omocodi: BTreeMap<u64, u8>,
    /// Citizens abroad, family by family.
    pub(crate) aire: Vec<Vec<Iscritto<'a>>>,
}

impl<'a> Popolazione<'a> {
    /// Plans and counts.
    pub(crate) fn nuova(mondo: Mondo<'a>, abitanti: u64, aire: u64) -> Self {
        let disegni = disegna(mondo.seme, abitanti);
        let brani = in_parallelo(disegni.len().div_ceil(BRANO), |b| {
            let da = b * BRANO;
            let a = (da + BRANO).min(disegni.len());
            let mut conti = Vec::with_capacity(a - da);
            let mut codici = Vec::with_capacity((a - da) * 3);
            for i in da..a {
                let u = unita(&mondo, i, &disegni);
                let italiani = u.persone.iter().filter(|p| p.cittadinanza.is_none()).count() as u8;
                let femmine = u.persone.iter().filter(|p| p.sesso == Sesso::F).count() as u8;
                conti.push((italiani, femmine));
                codici.extend(
                    u.persone
                        .iter()
                        .enumerate()
                        .map(|(k, p)| (chiave(&p.cf), u.primo + k as u64)),
                );
            }
            (conti, codici)
        });
        let mut per_unita = Vec::with_capacity(disegni.len());
        let mut codici = Vec::with_capacity((abitanti + aire) as usize);
        for (conti, altri) in brani {
            per_unita.extend(conti);
            codici.extend(altri);
        }
        let mut aire = aire::iscritti(&mondo, aire);
        codici.extend(
            aire.iter()
                .flatten()
                .enumerate()
                .map(|(k, p)| (chiave(&p.cf), abitanti + k as u64)),
        );
        let omocodi = omocodi(codici);
        for (k, p) in aire.iter_mut().flatten().enumerate() {
            if let Some(&livello) = omocodi.get(&(abitanti + k as u64)) {
                p.cf = con_omocodia(&p.cf, livello);
            }
        }
        Self {
            mondo,
            disegni,
            per_unita,
            omocodi,
            aire,
        }
    }

    /// Makes a unit, omocodia included.
    pub(crate) fn unita(&self, i: usize) -> Unita<'a> {
        let mut u = unita(&self.mondo, i, &self.disegni);
        if !self.omocodi.is_empty() {
            let fine = u.primo + u.persone.len() as u64;
            for (&chi, &livello) in self.omocodi.range(u.primo..fine) {
                let p = &mut u.persone[(chi - u.primo) as usize];
                p.cf = con_omocodia(&p.cf, livello);
            }
            if let Some(Convivenza {
                responsabile: Responsabile::InFamiglia { chi, posizione },
                ..
            }) = &mut u.convivenza
                && let Some(&livello) = self.omocodi.get(posizione)
            {
                chi.cf = con_omocodia(&chi.cf, livello);
            }
        }
        u
    }

    /// What the units of a range count.
    pub(crate) fn conta(&self, da: usize, a: usize) -> Conteggi {
        let mut c = Conteggi::default();
        for (d, &(italiani, femmine)) in self.disegni[da..a].iter().zip(&self.per_unita[da..a]) {
            let convivenza = u64::from(d.genere == Genere::Convivenza);
            c.soggetti += u64::from(d.componenti);
            c.italiani += u64::from(italiani);
            c.femmine += u64::from(femmine);
            c.maschi += u64::from(d.componenti) - u64::from(femmine);
            c.famiglie += 1 - convivenza;
            c.convivenze += convivenza;
        }
        c
    }
}

fn con_omocodia(cf: &[u8; 16], livello: u8) -> [u8; 16] {
    omocodie(cf).nth(usize::from(livello) - 1).unwrap_or(*cf)
}

/// The fifteen characters before the control letter as one number: letters and digits each in their own base.
fn chiave(cf: &[u8; 16]) -> u64 {
    cf[..15].iter().fold(0, |k, &b| {
        if b.is_ascii_digit() {
            k * 10 + u64::from(b - b'0')
        } else {
            k * 26 + u64::from(b & 31) - 1
        }
    })
}

/// Who comes after another person with the same code, and by how much.
fn omocodi(mut codici: Vec<(u64, u64)>) -> BTreeMap<u64, u8> {
    codici.sort_unstable();
    let mut livello = 0;
    let mut trovati = BTreeMap::new();
    for w in codici.windows(2) {
        livello = if w[0].0 == w[1].0 { livello + 1 } else { 0 };
        if livello > 0 {
            trovati.insert(w[1].1, livello);
        }
    }
    trovati
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::giorno::Giorno;
    use crate::luoghi::Paese;
    use anagrafe::CodiceIstat;
    use anagrafe::codice_fiscale::decodifica;

    #[test]
    fn equal_codes_are_told_apart_by_omocodia() {
        assert_eq!(
            omocodi(vec![(5, 3), (7, 0), (5, 1), (5, 2)]),
            BTreeMap::from([(2, 1), (3, 2)])
        );
        let oggi = Giorno::di(2021, 3, 1);
        let paese = Paese::di(CodiceIstat::parse("888001").expect("digits"), oggi).expect("a Comune");
        let p = Popolazione::nuova(
            Mondo {
                paese: &paese,
                oggi,
                seme: 5,
            },
            30_000,
            500,
        );
        assert!(p.omocodi.len() > 2, "twins with one code: {:?}", p.omocodi);
        let mut visti = std::collections::BTreeSet::new();
        let mut con_lettere = 0;
        for i in 0..p.disegni.len() {
            for persona in p.unita(i).persone {
                assert!(visti.insert(persona.cf));
                let letto = decodifica(std::str::from_utf8(&persona.cf).expect("ASCII")).expect("right");
                con_lettere += usize::from(letto.omocodia > 0);
            }
        }
        assert!(p.aire.iter().flatten().all(|a| visti.insert(a.cf)));
        assert_eq!(con_lettere, p.omocodi.range(..30_000).count());
    }
}
