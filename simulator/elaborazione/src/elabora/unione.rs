//! Subjects meet their families: phase 3, on keys alone.
//!
//! Members of all files are sorted by the family they point to and walked beside the families, sorted
//! likewise. Nothing looks up a string; what is found is 24 bytes until it is reported.

use std::io;

use crate::anomalie::{Anomalia, anomalia};
use crate::elabora::Ingresso;
use crate::prepara::peso;
use crate::segmento::ChiaveFamiglia;
use crate::tipi::{Contesto, Gravita, TipoFile};

/// Holder of a family, responsible of a convivenza.
const INTESTATARIO: u8 = 1;

/// Something the join found about a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Giunto {
    /// Index of the file.
    pub(super) file: u16,
    /// Weight.
    pub(super) gravita: Gravita,
    /// Offset of the record in the segment.
    pub(super) record: u64,
    /// The code.
    pub(super) anomalia: &'static Anomalia,
    /// The progressive, for the code that speaks of one.
    pub(super) progressivo: u16,
}

impl Giunto {
    pub(super) fn codice(&self) -> &'static str {
        self.anomalia.codice.0
    }
}

/// One membership: a person in a family or in a convivenza.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Membro {
    scheda: u64,
    progressivo: u16,
    file: u16,
    legame: u8,
    record: u64,
}

#[derive(Clone, Copy)]
struct Scheda {
    chiave: ChiaveFamiglia,
    file: u16,
}

/// Codes of this phase that are on, with their weight.
struct Codici<'a> {
    ctx: &'a Contesto,
    trovati: Vec<Giunto>,
}

impl Codici<'_> {
    fn segnala(&mut self, codice: &str, file: u16, record: u64, progressivo: u16) {
        if let (Some(anomalia), Some(gravita)) = (anomalia(codice), peso(codice, self.ctx)) {
            self.trovati.push(Giunto {
                file,
                gravita,
                record,
                anomalia,
                progressivo,
            });
        }
    }
}

/// Joins the delivery. Without `apr_completo` only what no further file can change is decided: persons
/// that point to nothing at all (`ES092`, subentro.md §3 "When ES092 is known").
pub(super) fn unisci(file: &[&Ingresso], apr_completo: bool, ctx: &Contesto) -> io::Result<Vec<Giunto>> {
    let mut codici = Codici {
        ctx,
        trovati: Vec::new(),
    };
    let mut membri: Vec<Membro> = Vec::new();
    let mut schede: Vec<Scheda> = Vec::new();
    for (indice, ingresso) in file.iter().enumerate() {
        let segmento = &ingresso.segmento;
        if segmento.testa().tipo != TipoFile::Apr {
            continue;
        }
        let indice = u16::try_from(indice).unwrap_or(u16::MAX);
        for chiave in segmento.chiavi_soggetti()? {
            let c = chiave?;
            if c.famiglia == 0 && c.convivenza == 0 {
                codici.segnala("ES092", indice, c.record, 0);
            }
            let due = [
                (c.famiglia, c.legame_famiglia, c.progressivo_famiglia),
                (c.convivenza, c.legame_convivenza, c.progressivo_convivenza),
            ];
            for (scheda, legame, progressivo) in due {
                if scheda != 0 && apr_completo {
                    membri.push(Membro {
                        scheda,
                        progressivo,
                        file: indice,
                        legame,
                        record: c.record,
                    });
                }
            }
        }
        if apr_completo {
            for chiave in segmento.chiavi_famiglie()? {
                schede.push(Scheda {
                    chiave: chiave?,
                    file: indice,
                });
            }
        }
    }
    if apr_completo {
        membri.sort_unstable();
        schede.sort_unstable_by_key(|s| (s.chiave.scheda, s.file, s.chiave.record));
        percorri(&membri, &schede, &mut codici);
        if ctx.politica.ef003_tra_tipi {
            doppioni_tra_tipi(&mut schede, &mut codici);
        }
    }
    let mut trovati = codici.trovati;
    trovati.sort_unstable_by_key(|g| (g.file, g.record, g.codice(), g.progressivo));
    // A person whose family and convivenza are both unknown is one fact.
    trovati.dedup_by_key(|g| (g.file, g.record, g.codice(), g.progressivo));
    Ok(trovati)
}

fn percorri(membri: &[Membro], schede: &[Scheda], codici: &mut Codici<'_>) {
    let mut m = membri.chunk_by(|a, b| a.scheda == b.scheda).peekable();
    for gruppo in schede.chunk_by(|a, b| a.chiave.scheda == b.chiave.scheda) {
        let scheda = gruppo[0].chiave.scheda;
        while let Some(orfani) = m.next_if(|suoi| suoi[0].scheda < scheda) {
            orfani_senza_scheda(orfani, codici);
        }
        let suoi = m.next_if(|suoi| suoi[0].scheda == scheda).unwrap_or_default();
        // A scheda without id is nobody's: the format already allows it, the join cannot speak of it.
        if scheda != 0 {
            giudica(gruppo, suoi, codici);
        }
    }
    for orfani in m {
        orfani_senza_scheda(orfani, codici);
    }
}

fn orfani_senza_scheda(orfani: &[Membro], codici: &mut Codici<'_>) {
    for orfano in orfani {
        codici.segnala("ES092", orfano.file, orfano.record, 0);
    }
}

fn giudica(gruppo: &[Scheda], membri: &[Membro], codici: &mut Codici<'_>) {
    let prima = &gruppo[0];
    let dove = (prima.file, prima.chiave.record);
    for (i, altra) in gruppo.iter().enumerate().skip(1) {
        if gruppo[..i].iter().any(|s| s.chiave.istat == altra.chiave.istat) {
            codici.segnala("EF003", altra.file, altra.chiave.record, 0);
        }
    }
    for membro in membri {
        if gruppo.iter().all(|s| s.file != membro.file) {
            codici.segnala("EN063", membro.file, membro.record, 0);
        }
    }
    for uguali in membri.chunk_by(|a, b| a.progressivo == b.progressivo) {
        if uguali.len() > 1 && uguali[0].progressivo != 0 {
            codici.segnala("EF004", dove.0, dove.1, uguali[0].progressivo);
        }
    }
    let convivenza = prima.chiave.convivenza;
    if membri.is_empty() && !convivenza {
        codici.segnala("EF010", dove.0, dove.1, 0);
        return;
    }
    let intestatari = membri.iter().filter(|m| m.legame == INTESTATARIO).count()
        + usize::from(gruppo.iter().any(|s| s.chiave.tutore));
    match intestatari {
        0 => codici.segnala("EF008", dove.0, dove.1, 0),
        1 => {}
        _ => codici.segnala("EF009", dove.0, dove.1, 0),
    }
}

/// A family and a convivenza with one id, where the policy counts them as duplicates.
fn doppioni_tra_tipi(schede: &mut [Scheda], codici: &mut Codici<'_>) {
    schede.sort_unstable_by_key(|s| {
        (
            s.chiave.id,
            s.chiave.istat,
            s.chiave.convivenza,
            s.file,
            s.chiave.record,
        )
    });
    for gruppo in schede.chunk_by(|a, b| (a.chiave.id, a.chiave.istat) == (b.chiave.id, b.chiave.istat)) {
        let mut convivenze = gruppo.iter().filter(|s| s.chiave.convivenza);
        if let (Some(convivenza), false) = (convivenze.next(), gruppo[0].chiave.convivenza) {
            codici.segnala("EF003", convivenza.file, convivenza.chiave.record, 0);
        }
    }
}
