//! Gate 11: the bytes of a file → one segment, or the list of what is wrong with its format.
//!
//! The file is expanded, read and judged in one streaming pass; memory grows with the number of keys,
//! never with the content. What the pass learned stays in the segment ([`crate::segmento`]), so nothing
//! is read twice. A refused file leaves nothing behind.

mod aire;
mod apr;
pub(crate) use apr::ordina;
mod espandi;

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;

use crate::anomalie::{anomalia, gravita_di};
use crate::nome_file::NomeFile;
use crate::osserva::{Contato, Osserva};
use crate::scheda::{Ambito, Attivi};
use crate::segmento::Intestazione;
use crate::sportello::rifiuta_con;
use crate::tipi::{Contesto, Gravita, LIMITE_ESPANSI_BYTES, Rilievo, TipoFile};

use espandi::{Espansore, guasto_gzip};

/// How to prepare a file.
#[derive(Debug, Clone)]
pub struct OpzioniPrepara {
    /// Threads that read the APR.
    pub fili: usize,
    /// Expanded bytes a file may have before `SIM001`.
    pub max_espansi: u64,
    /// The bytes are gzip; otherwise they are the content itself.
    pub compresso: bool,
    /// Goes on after a format finding and counts what can be read, as the stand-alone validator did
    /// (subentro.md §3): the findings then stand in the segment instead of refusing the file.
    pub prosegui: bool,
    /// The segment is on the disk before it gets its name; off where it does not outlive the process.
    pub durevole: bool,
    /// Who hears how far the reading is; whoever knows the bytes of all files announces the phase.
    pub osserva: Osserva,
}

impl Default for OpzioniPrepara {
    fn default() -> Self {
        let fili = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            fili,
            max_espansi: LIMITE_ESPANSI_BYTES,
            compresso: true,
            prosegui: false,
            durevole: true,
            osserva: Osserva::default(),
        }
    }
}

/// A file that was taken in.
#[derive(Debug, Clone)]
pub struct Preparato {
    /// Header of the segment that was written.
    pub testa: Intestazione,
}

/// Why a file was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum RifiutoFile {
    /// Its format is wrong: `EN009`, `EN010` (with lines) or `EN031`.
    #[error("{}", .0.first().map_or("formato non valido", |r| r.testo.as_str()))]
    Rilievi(Vec<Rilievo>),
    /// A limit of the simulator, under a code of its own.
    #[error("{codice}: {testo}")]
    Limite {
        /// `SIM001`.
        codice: &'static str,
        /// In Italian.
        testo: String,
    },
    /// The bytes could not be read or the segment not written: a failure, not a finding.
    #[error("lettura o scrittura non riuscita: {0}")]
    Io(#[from] io::Error),
}

/// Reads `ingresso` and writes the segment `uscita`.
pub fn prepara(
    ingresso: impl Read + Send,
    nome: &str,
    letto: &NomeFile,
    ctx: &Contesto,
    uscita: &Path,
    opz: &OpzioniPrepara,
) -> Result<Preparato, RifiutoFile> {
    let lavoro = Lavoro {
        nome,
        ctx,
        ambito: Ambito::di(ctx),
        attivi: Attivi::di(ctx),
        opz,
    };
    let ingresso = Contato {
        dentro: ingresso,
        osserva: opz.osserva.clone(),
    };
    let ingresso = Espansore::nuovo(ingresso, opz.compresso);
    let testa = match letto.tipo() {
        TipoFile::Apr => apr::prepara(ingresso, &lavoro, uscita)?,
        TipoFile::Aire => aire::prepara(ingresso, &lavoro, uscita)?,
    };
    opz.osserva.schede(testa.righe);
    Ok(Preparato { testa })
}

/// What both kinds of file need.
struct Lavoro<'a> {
    nome: &'a str,
    ctx: &'a Contesto,
    ambito: Ambito<'a>,
    attivi: Attivi,
    opz: &'a OpzioniPrepara,
}

impl Lavoro<'_> {
    /// A finding about the format of the file.
    fn formato(&self, codice: &str, posizione: Option<schema::Posizione>, perche: &str) -> Rilievo {
        Rilievo {
            posizione,
            gravita: self.peso_formato(codice).unwrap_or(Gravita::Errore),
            ..rifiuta_con(&self.ctx.politica.testi(), self.nome, codice, &[perche])
        }
    }

    /// Weight of a format finding, `None` when it is switched off. Only a reading that goes on may weigh it: at the
    /// counter what cannot be read is always refused.
    fn peso_formato(&self, codice: &str) -> Option<Gravita> {
        if self.opz.prosegui {
            peso(codice, self.ctx)
        } else {
            Some(Gravita::Errore)
        }
    }

    fn testa(&self, tipo: TipoFile) -> Intestazione {
        Intestazione {
            nome: self.nome.to_owned(),
            tipo,
            oggi: self.ctx.oggi.to_string(),
            layout: None,
            righe: 0,
            byte: 0,
            versione: None,
            progressivo: None,
            totale_invii: None,
            fornitura: crate::segmento::Dichiarati::default(),
            invio: None,
            calcolati: crate::segmento::Conteggi::default(),
            rilievi: BTreeMap::new(),
            gravita: BTreeMap::new(),
            sezioni: crate::segmento::Sezioni::default(),
        }
    }
}

/// Counts a finding in a header.
fn conta(testa: &mut Intestazione, rilievo: &Rilievo) {
    if let Some(quanti) = testa.rilievi.get_mut(&rilievo.codice) {
        *quanti += 1;
    } else {
        testa.rilievi.insert(rilievo.codice.clone(), 1);
        testa.gravita.insert(rilievo.codice.clone(), rilievo.gravita);
    }
}

/// A count is exact where the list of findings is not whole; a code that is switched off has neither.
fn conta_fino_a(testa: &mut Intestazione, codice: &str, quanti: u64) {
    if let Some(contati) = testa.rilievi.get_mut(codice) {
        *contati = (*contati).max(quanti);
    }
}

/// The refusal past the expanded limit.
fn troppo_grande(limite: u64) -> RifiutoFile {
    RifiutoFile::Limite {
        codice: "SIM001",
        testo: format!("Il contenuto espanso supera {limite} byte: limite del simulatore, non di ANPR"),
    }
}

/// A read that failed: a finding when the gzip is broken, a failure of ours otherwise.
fn lettura_fallita(errore: io::Error, codice: &str, lavoro: &Lavoro<'_>) -> RifiutoFile {
    match guasto_gzip(&errore) {
        Some(perche) => RifiutoFile::Rilievi(vec![lavoro.formato(codice, None, perche)]),
        None => RifiutoFile::Io(errore),
    }
}

/// Weight of a code here, for the few that are raised outside the checks of records.
pub(crate) fn peso(codice: &str, ctx: &Contesto) -> Option<Gravita> {
    gravita_di(anomalia(codice)?, ctx.ambiente, &ctx.politica)
}

/// The segment of a file nothing could be read of: only its findings.
pub(crate) fn solo_rilievi(
    nome: &str,
    letto: &NomeFile,
    ctx: &Contesto,
    uscita: &Path,
    rilievi: &[Rilievo],
) -> io::Result<()> {
    let opz = OpzioniPrepara::default();
    let lavoro = Lavoro {
        nome,
        ctx,
        ambito: Ambito::di(ctx),
        attivi: Attivi::default(),
        opz: &opz,
    };
    let mut testa = lavoro.testa(letto.tipo());
    let mut segmento = crate::segmento::ScrittoreSegmento::nuovo(uscita)?;
    for rilievo in rilievi {
        conta(&mut testa, rilievo);
        segmento.rilievo(u64::MAX, rilievo)?;
    }
    segmento.chiudi(testa, false).map(drop)
}
