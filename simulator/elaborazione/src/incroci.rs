//! The same person twice in ANPR: pairs of schede → `EA030`, `EA031`, `EA036`, `EA040` (subentro.md §5.3).
//!
//! Two schede meet on a code: the one sent, or the one the Anagrafe Tributaria ties to it. Inside a delivery they
//! are told from hashes noted while the register is asked ([`Taccuino`]), so nobody reads the records twice; what
//! the environment already holds is compared by whoever has the register, which then asks for the findings by
//! position ([`rilievi_di`]) and puts them into the report ([`aggiungi_rilievi`]).
//! What must stay true: the order of files, records and threads changes nothing; a code that nobody asks about
//! (`EA001`, wrong control letter) meets nothing; every code stands once on a scheda, however many it meets.

mod rapporto;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::sync::{Mutex, PoisonError};

use anagrafe::CodiceIstat;

use crate::anomalie::{anomalia, riempi};
use crate::elabora::{Ingresso, chi, persona};
use crate::prepara::peso;
use crate::segmento::Record;
use crate::tipi::{Contesto, Rilievo, TipoScheda};
use crate::tributaria::{DomandaAe, Legame, RispostaAe, Tributaria, legame, si_chiede};
pub use rapporto::aggiungi_rilievi;

/// Which of its codes a scheda meets another one with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// The code sent.
    Inviato,
    /// The code the Anagrafe Tributaria ties to it.
    Ae(Legame),
}

/// One of two schede that meet on a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lato {
    /// Comune that sent it.
    pub comune: CodiceIstat,
    /// APR or AIRE.
    pub tipo: TipoScheda,
    /// Code they meet on.
    pub via: Via,
    /// Neither cancelled nor replaced.
    pub attiva: bool,
}

/// The code of two schede that meet. `stesso_comune`: whether two residents of one Comune with one code are
/// `EA030` too, which the published predicate (two Comuni) does not say.
pub fn incrocia(a: Lato, b: Lato, stesso_comune: bool) -> Option<&'static str> {
    if !(a.attiva && b.attiva) {
        return None;
    }
    let aire = |l: Lato| l.tipo == TipoScheda::SoggettoAire;
    match (a.via.min(b.via), a.via.max(b.via)) {
        (Via::Inviato, Via::Inviato) => match (aire(a), aire(b)) {
            (false, false) => (stesso_comune || a.comune != b.comune).then_some("EA030"),
            (true, true) => None,
            _ => Some("EA031"),
        },
        (Via::Inviato, Via::Ae(Legame::Omocodia)) => Some("EA036"),
        (Via::Inviato, Via::Ae(Legame::Collegato)) => Some("EA040"),
        // Both were sent with a code that is not the principal one: they meet, if at all, on what was sent.
        (Via::Ae(_), _) => None,
    }
}

/// The codes a scheda can be met on.
pub fn codici(record: &Record, ae: &dyn Tributaria) -> Vec<(Via, String)> {
    let Some(cf) = persona(record).and_then(|p| p.codice_fiscale.map(str::to_ascii_uppercase)) else {
        return Vec::new();
    };
    if !si_chiede(&cf) {
        return Vec::new();
    }
    let mut codici = vec![(Via::Inviato, cf)];
    if let Some((quale, codice)) = legame(record, ae) {
        codici.push((Via::Ae(quale), codice.to_ascii_uppercase()));
    }
    codici
}

/// One code of one record: its hash and where the record lies. 24 bytes a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Nota {
    impronta: u64,
    file: u16,
    aire: bool,
    inviato: bool,
    record: u64,
}

/// Listens to the questions of the elaboration and notes who could be whom.
pub(crate) struct Taccuino<'a> {
    ae: &'a dyn Tributaria,
    note: Mutex<Vec<Nota>>,
}

impl Tributaria for Taccuino<'_> {
    fn interroga(&self, domanda: &DomandaAe<'_>) -> RispostaAe {
        let risposta = self.ae.interroga(domanda);
        if let Some(cf) = domanda.persona.codice_fiscale {
            let legato = Legame::di(risposta).and_then(|_| self.ae.codice(domanda));
            let nota = |codice: &str, inviato| Nota {
                impronta: impronta(codice),
                file: domanda.posto.file,
                aire: domanda.tipo == TipoScheda::SoggettoAire,
                inviato,
                record: domanda.posto.record,
            };
            let mut note = self.note.lock().unwrap_or_else(PoisonError::into_inner);
            note.push(nota(cf, true));
            note.extend(legato.map(|codice| nota(&codice, false)));
        }
        risposta
    }

    fn codice(&self, domanda: &DomandaAe<'_>) -> Option<String> {
        self.ae.codice(domanda)
    }
}

fn impronta(codice: &str) -> u64 {
    // Nobody is asked about a code longer than sixteen characters.
    let mut maiuscolo = [0; 16];
    for (a, b) in maiuscolo.iter_mut().zip(codice.bytes()) {
        *a = b.to_ascii_uppercase();
    }
    let mut h = DefaultHasher::new();
    h.write(&maiuscolo);
    h.finish()
}

impl<'a> Taccuino<'a> {
    /// For about as many persons.
    pub(crate) fn nuovo(ae: &'a dyn Tributaria, quanti: u64) -> Self {
        Self {
            ae,
            note: Mutex::new(Vec::with_capacity(usize::try_from(quanti).unwrap_or_default())),
        }
    }

    /// What the delivery holds twice, in (file, position, code) order.
    pub(crate) fn nella_fornitura(self, file: &[&Ingresso], ctx: &Contesto) -> io::Result<Vec<Rilievo>> {
        let Self { ae, note } = self;
        let mut note = note.into_inner().unwrap_or_else(PoisonError::into_inner);
        note.sort_unstable();
        let mut trovati: BTreeMap<(u16, u64), BTreeSet<&'static str>> = BTreeMap::new();
        for gruppo in note.chunk_by(|a, b| a.impronta == b.impronta) {
            let diversi = |f: fn(&Nota) -> bool| gruppo.iter().any(f) && !gruppo.iter().all(f);
            let possibile = diversi(|n| n.aire) || diversi(|n| n.inviato) || ctx.politica.ea030_stesso_comune;
            if gruppo.len() > 1 && possibile {
                incontri(gruppo, ae, file, ctx, &mut trovati)?;
            }
        }
        let mut rilievi = Vec::new();
        for ((numero, record), codici) in trovati {
            let ingresso = file[usize::from(numero)];
            let record = ingresso.segmento.record(record)?;
            rilievi.extend(
                codici
                    .into_iter()
                    .filter_map(|c| rilievo(c, &record, &ingresso.nome, ctx)),
            );
        }
        Ok(rilievi)
    }
}

/// Who meets whom among a few records whose hashes agree: the codes themselves decide.
fn incontri(
    gruppo: &[Nota],
    ae: &dyn Tributaria,
    file: &[&Ingresso],
    ctx: &Contesto,
    trovati: &mut BTreeMap<(u16, u64), BTreeSet<&'static str>>,
) -> io::Result<()> {
    // Per code: the sheets that show it, each under its place (file, record).
    type Posto = (u16, u64);
    let mut lati: BTreeMap<String, Vec<(Posto, Lato)>> = BTreeMap::new();
    for nota in gruppo {
        let record = file[usize::from(nota.file)].segmento.record(nota.record)?;
        let (tipo, _) = chi(&record);
        for (via, codice) in codici(&record, ae) {
            if (via == Via::Inviato) == nota.inviato && impronta(&codice) == nota.impronta {
                let lato = Lato {
                    comune: ctx.comune,
                    tipo,
                    via,
                    attiva: true,
                };
                lati.entry(codice)
                    .or_default()
                    .push(((nota.file, nota.record), lato));
            }
        }
    }
    for suoi in lati.values() {
        for (posto, lato) in suoi {
            let altri = suoi.iter().filter(|(p, _)| p != posto);
            let codici: BTreeSet<_> = altri
                .filter_map(|(_, altro)| incrocia(*lato, *altro, ctx.politica.ea030_stesso_comune))
                .collect();
            if !codici.is_empty() {
                trovati.entry(*posto).or_default().extend(codici);
            }
        }
    }
    Ok(())
}

/// A finding of this kind about a person; `None` when the code is switched off.
fn rilievo(codice: &'static str, record: &Record, file: &str, ctx: &Contesto) -> Option<Rilievo> {
    let (nota, gravita) = anomalia(codice).zip(peso(codice, ctx))?;
    let (tipo, scheda) = chi(record);
    let punto = persona(record)?.punto_cf();
    Some(Rilievo {
        codice: codice.to_owned(),
        gravita,
        tipo_scheda: tipo,
        scheda: scheda.to_owned(),
        posizione: Some(record.luoghi.codice_fiscale.unwrap_or(record.posizione)),
        testo: riempi(nota.testo.osservato, &[]),
        oggetto: punto.oggetto,
        campo: punto.campo,
        valore: punto.valore,
        file: Some(file.to_owned()),
        prog_anpr: None,
        codice_ae: None,
    })
}

/// Walks the persons of a delivery in the order in which they are loaded (files as given), numbered from 0.
pub fn persone(
    file: &[Ingresso],
    mut una: impl FnMut(&Ingresso, u64, &Record) -> io::Result<()>,
) -> io::Result<()> {
    let mut numero = 0;
    let mut record = Record::vuoto();
    for ingresso in file {
        let mut schede = ingresso.segmento.schede()?;
        while schede.prossima(&mut record)? {
            if chi(&record).0.individuale() {
                una(ingresso, numero, &record)?;
                numero += 1;
            }
        }
    }
    Ok(())
}

/// The findings of the persons whose number stands in `trovati`, which is in order; with their place, and in the
/// order of the report. One pass over the segments, nothing held.
pub fn rilievi_di<'a>(
    file: &'a [Ingresso],
    trovati: &'a [(u64, &'static str)],
    ctx: &'a Contesto,
) -> impl Iterator<Item = io::Result<Rilievo>> + 'a {
    let mut numero = 0;
    let mut resto = trovati;
    file.iter()
        .take_while(|_| !trovati.is_empty())
        .flat_map(|ingresso| {
            let (schede, errore) = match ingresso.segmento.schede() {
                Ok(schede) => (Some(schede), None),
                Err(errore) => (None, Some(Err(errore))),
            };
            let letti = schede.into_iter().flatten().chain(errore);
            letti.map(move |record| record.map(|r| (ingresso, r)))
        })
        .flat_map(move |letto| {
            let (ingresso, record) = match letto {
                Ok(letto) => letto,
                Err(errore) => return vec![Err(errore)],
            };
            if !chi(&record).0.individuale() {
                return Vec::new();
            }
            let (suoi, altri) = resto.split_at(resto.partition_point(|(n, _)| *n <= numero));
            numero += 1;
            resto = altri;
            let codici = suoi.iter().map(|(_, c)| *c);
            codici
                .filter_map(|c| rilievo(c, &record, &ingresso.nome, ctx))
                .map(Ok)
                .collect()
        })
}

#[cfg(test)]
mod prove {
    use super::*;

    fn lato(comune: &str, tipo: TipoScheda, via: Via) -> Lato {
        Lato {
            comune: CodiceIstat::parse(comune).expect("codice"),
            tipo,
            via,
            attiva: true,
        }
    }

    #[test]
    fn le_coppie() {
        use TipoScheda::{SoggettoAire as Aire, SoggettoApr as Apr};
        let omocodo = Via::Ae(Legame::Omocodia);
        let collegato = Via::Ae(Legame::Collegato);
        let qui = "888001";
        let la = "888002";
        for (a, b, atteso) in [
            (
                lato(qui, Apr, Via::Inviato),
                lato(la, Apr, Via::Inviato),
                Some("EA030"),
            ),
            (lato(qui, Apr, Via::Inviato), lato(qui, Apr, Via::Inviato), None),
            (
                lato(qui, Apr, Via::Inviato),
                lato(qui, Aire, Via::Inviato),
                Some("EA031"),
            ),
            (
                lato(qui, Aire, Via::Inviato),
                lato(la, Apr, Via::Inviato),
                Some("EA031"),
            ),
            (lato(qui, Aire, Via::Inviato), lato(la, Aire, Via::Inviato), None),
            (
                lato(qui, Apr, omocodo),
                lato(la, Apr, Via::Inviato),
                Some("EA036"),
            ),
            (
                lato(qui, Apr, omocodo),
                lato(qui, Aire, Via::Inviato),
                Some("EA036"),
            ),
            (
                lato(qui, Apr, collegato),
                lato(qui, Apr, Via::Inviato),
                Some("EA040"),
            ),
            (lato(qui, Apr, collegato), lato(la, Apr, collegato), None),
            (lato(qui, Apr, omocodo), lato(la, Apr, collegato), None),
        ] {
            assert_eq!(incrocia(a, b, false), atteso, "{a:?} {b:?}");
            assert_eq!(incrocia(b, a, false), atteso, "{b:?} {a:?}");
            let cancellata = Lato { attiva: false, ..b };
            assert_eq!(incrocia(a, cancellata, true), None);
        }
        let due = lato(qui, Apr, Via::Inviato);
        assert_eq!(incrocia(due, due, true), Some("EA030"));
    }
}
