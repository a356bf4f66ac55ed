//! Searches for people to look at: by name, by family. Every one is bounded.
//!
//! The index by name is one text a person, in the order of its letters, under its segment; its form is chosen by whoever
//! loads. What must stay true: a search reads the blocks of the index where its text may stand, and the records of what
//! it hands out; never the schede one after the other.

use anagrafe::{Ambiente, CodiceIstat};

use super::blocco::voci;
use super::indici::testo_di;
use super::lettura::GrezzaSchede as _;
use super::record::Classe;
use super::{
    LetturaSchede, PER_CF, PER_ID_COMUNE, PER_LEGAME, PER_NOME, PER_UNITA, Scheda, SegmentoVisibile, inizio,
};
use crate::errore::ErroreRegistro;
use crate::store::Verso;

type Esito<T> = Result<T, ErroreRegistro>;

/// What a bounded search gave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trovate {
    /// The schede, segment by segment in the order of the index.
    pub schede: Vec<Scheda>,
    /// Whether there are, or may be, others that the bounds left out.
    pub altre: bool,
    /// A segment was loaded before there was such an index: nobody of it is found.
    pub senza_indice: bool,
}

/// How much a search may do.
#[derive(Debug, Clone, Copy)]
pub struct Limiti {
    /// Schede handed out.
    pub schede: usize,
    /// Texts of the index looked at.
    pub esami: usize,
}

/// Characters of a codice fiscale of a person.
const CARATTERI_CODICE: usize = 16;

/// Searches. Only visible segments are seen.
pub trait Ricerca: LetturaSchede {
    /// The persons of a segment that belong to a family or convivenza, by the name under which they were loaded; in
    /// file order, at most `limite`.
    fn schede_per_unita(
        &self,
        ambiente: Ambiente,
        segmento: &SegmentoVisibile,
        unita: &str,
        limite: usize,
    ) -> Esito<Trovate> {
        let base = inizio(self.sandbox_byte(), ambiente, segmento.id)
            .byte(PER_UNITA)
            .fine();
        let posizioni = self.posizioni(&base, &testo_di(Classe::Soggetti.byte(), unita))?;
        let mut trovate = Trovate {
            altre: posizioni.len() > limite,
            senza_indice: senza_indice(self, &base, segmento)?,
            ..Trovate::default()
        };
        for n in posizioni.into_iter().take(limite) {
            let scheda = self.scheda_in(ambiente, segmento, Classe::Soggetti, n)?;
            trovate.schede.extend(scheda);
        }
        Ok(trovate)
    }

    /// The schede of a segment that the Comune knows by that id, at most `limite`.
    fn schede_del_segmento(
        &self,
        ambiente: Ambiente,
        segmento: &SegmentoVisibile,
        classe: Classe,
        id_comune: &str,
        limite: usize,
    ) -> Esito<Vec<Scheda>> {
        let base = inizio(self.sandbox_byte(), ambiente, segmento.id)
            .byte(PER_ID_COMUNE)
            .fine();
        let posizioni = self.posizioni(&base, &testo_di(classe.byte(), id_comune))?;
        let mut schede = Vec::new();
        for n in posizioni.into_iter().take(limite) {
            schede.extend(self.scheda_in(ambiente, segmento, classe, n)?);
        }
        Ok(schede)
    }

    /// The persons with a codice fiscale, as sent or as ANPR stored it; of one Comune when given. With `aperto` the
    /// codes of sixteen characters that begin so, as sent.
    fn schede_per_codice(
        &self,
        ambiente: Ambiente,
        comune: Option<CodiceIstat>,
        (codice, aperto): (&str, bool),
        limiti: Limiti,
    ) -> Esito<Trovate> {
        let mut trovate = Trovate::default();
        let mut restano = limiti.esami;
        let mut cercato = testo_di(Classe::Soggetti.byte(), codice);
        if aperto {
            // The length comes first in this index.
            let intero = "0".repeat(CARATTERI_CODICE);
            let testa = testo_di(Classe::Soggetti.byte(), &intero);
            cercato = [&testa[..testa.len() - CARATTERI_CODICE], codice.as_bytes()].concat();
        }
        for segmento in self.segmenti(ambiente, comune)? {
            for indice in [PER_CF, PER_LEGAME] {
                let base = inizio(self.sandbox_byte(), ambiente, segmento.id)
                    .byte(indice)
                    .fine();
                let posto = limiti.schede - trovate.schede.len();
                let uguale = |testo: &[u8]| aperto || testo == cercato;
                let (posizioni, altre) = posizioni_da(self, &base, &cercato, &uguale, posto, &mut restano)?;
                for n in posizioni {
                    let scheda = self.scheda_in(ambiente, &segmento, Classe::Soggetti, n)?;
                    // Of the tied codes only the one that ANPR stored is the person's; and whoever has two that begin
                    // alike is one person.
                    let Some(scheda) = scheda.filter(|s| {
                        indice == PER_CF || s.record.cf_registrato().is_some_and(|c| c.starts_with(codice))
                    }) else {
                        continue;
                    };
                    if !trovate.schede.contains(&scheda) {
                        trovate.schede.push(scheda);
                    }
                }
                if altre {
                    trovate.altre = true;
                    return Ok(trovate);
                }
            }
        }
        Ok(trovate)
    }

    /// The persons whose name, in the form in which they were loaded, begins with `inizio_nome` and pleases `buono`;
    /// of one Comune when given.
    fn schede_per_nome(
        &self,
        ambiente: Ambiente,
        comune: Option<CodiceIstat>,
        inizio_nome: &str,
        buono: &dyn Fn(&str) -> bool,
        limiti: Limiti,
    ) -> Esito<Trovate> {
        let mut trovate = Trovate::default();
        let mut restano = limiti.esami;
        for segmento in self.segmenti(ambiente, comune)? {
            let base = inizio(self.sandbox_byte(), ambiente, segmento.id)
                .byte(PER_NOME)
                .fine();
            trovate.senza_indice |= senza_indice(self, &base, &segmento)?;
            let posto = limiti.schede - trovate.schede.len();
            let buono = |testo: &[u8]| std::str::from_utf8(testo).is_ok_and(buono);
            let (posizioni, altre) =
                posizioni_da(self, &base, inizio_nome.as_bytes(), &buono, posto, &mut restano)?;
            for n in posizioni {
                let scheda = self.scheda_in(ambiente, &segmento, Classe::Soggetti, n)?;
                trovate.schede.extend(scheda);
            }
            if altre {
                trovate.altre = true;
                break;
            }
        }
        Ok(trovate)
    }
}

impl<L: LetturaSchede + ?Sized> Ricerca for L {}

/// Whether a segment with persons lacks an index, being older than it.
fn senza_indice<L: LetturaSchede + ?Sized>(da: &L, base: &[u8], segmento: &SegmentoVisibile) -> Esito<bool> {
    Ok(segmento.schede.individuali() > 0 && da.grezzi(base, None, Verso::Avanti, 1)?.is_empty())
}

/// Positions under the texts of an ordered index that begin with `cercato` and please `buono`, run by run, and whether
/// there may be more than `posto` of them: `restano` texts are looked at at most.
fn posizioni_da<L: LetturaSchede + ?Sized>(
    da: &L,
    base: &[u8],
    cercato: &[u8],
    buono: &dyn Fn(&[u8]) -> bool,
    posto: usize,
    restano: &mut usize,
) -> Esito<(Vec<u64>, bool)> {
    let mut trovate = Vec::new();
    for serie in 0..=u16::MAX {
        let base = [base, &serie.to_be_bytes()].concat();
        let confine = [base.as_slice(), cercato].concat();
        // The first text may lie in the block before the first one that begins with it.
        let mut blocco = da.grezzi(&base, Some(&confine), Verso::Indietro, 1)?.pop();
        if blocco.is_none() {
            blocco = da.grezzi(&base, None, Verso::Avanti, 1)?.pop();
        }
        if blocco.is_none() {
            break;
        }
        while let Some((chiave, valore)) = blocco.take() {
            let (mut oltre, mut altre) = (false, false);
            voci(&valore, |testo, n| {
                if testo.starts_with(cercato) {
                    if *restano == 0 {
                        altre = true;
                        return false;
                    }
                    *restano -= 1;
                    if buono(testo) {
                        altre = trovate.len() == posto;
                        if !altre {
                            trovate.push(n);
                        }
                    }
                } else {
                    oltre = testo > cercato;
                }
                !oltre && !altre
            })?;
            if altre {
                return Ok((trovate, true));
            }
            if !oltre {
                blocco = da.grezzi(&base, Some(&chiave), Verso::Avanti, 1)?.pop();
            }
        }
    }
    Ok((trovate, false))
}
