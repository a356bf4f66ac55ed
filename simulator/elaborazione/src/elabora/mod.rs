//! Segments → outcome: counters, joins, Anagrafe Tributaria, the report (subentro.md §3).
//!
//! What the reading found is taken from the segments as it is; only when the scenario date moved since
//! are the records judged again. The joins run on keys, the report is a merge of ordered streams, so the
//! result does not depend on the order in which files are given, nor on threads. Findings go to
//! `rilievi.jsonl` in (file, position, code) order; counts are exact, samples bounded.

mod fusione;
mod quadratura;
mod unione;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::incroci::{Taccuino, aggiungi_rilievi};
use crate::nome_file::NomeFile;
use crate::osserva::{Fase, Osserva};
use crate::segmento::{Conteggi, Segmento};
use crate::tipi::{Contesto, Gravita, MASSIMO_CAMPIONI, Rilievo, TipoFile};
use crate::tributaria::Tributaria;
pub(crate) use fusione::{chi, persona};

/// Name of the report in the output folder.
pub const NOME_RILIEVI: &str = "rilievi.jsonl";

/// A file of the delivery.
#[derive(Debug, Clone)]
pub struct Ingresso {
    /// Name it was sent with.
    pub nome: String,
    /// What its reading left.
    pub segmento: Segmento,
}

/// Where the delivery stands after the elaboration (subentro.md §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StatoEsito {
    /// Files are missing and nothing blocks so far.
    InAttesa,
    /// Everything is there and nothing blocks.
    Ok,
    /// Something blocks.
    Ko,
}

/// Schede of a delivery.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schede {
    /// `soggetto` of the APR.
    pub soggetti: u64,
    /// Families.
    pub famiglie: u64,
    /// Convivenze.
    pub convivenze: u64,
    /// Lines of the AIRE.
    pub aire: u64,
}

impl Schede {
    /// All of them.
    pub fn totale(&self) -> u64 {
        self.soggetti + self.famiglie + self.convivenze + self.aire
    }
}

/// The outcome of an elaboration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Esito {
    /// Outcome.
    pub stato: StatoEsito,
    /// Findings per code, exact.
    pub conteggi: BTreeMap<String, u64>,
    /// Samples of what blocks, at most [`MASSIMO_CAMPIONI`] per code.
    pub bloccanti: Vec<Rilievo>,
    /// What was counted.
    pub schede: Schede,
    /// An AIRE file was taken in unread.
    pub aire_opaco: bool,
}

/// Elaborates a delivery; `completa` when all its APR files and its AIRE file are there. Writes
/// [`NOME_RILIEVI`] into `uscita`, which must exist; the file is complete once it has its name.
pub fn elabora(
    segmenti: &[Ingresso],
    completa: bool,
    ctx: &Contesto,
    ae: &dyn Tributaria,
    uscita: &Path,
) -> io::Result<Esito> {
    elabora_osservata(segmenti, completa, ctx, ae, uscita, &Osserva::default())
}

/// [`elabora`], telling how far it is: the schede it asks the Anagrafe Tributaria about.
pub fn elabora_osservata(
    segmenti: &[Ingresso],
    completa: bool,
    ctx: &Contesto,
    ae: &dyn Tributaria,
    uscita: &Path,
    osserva: &Osserva,
) -> io::Result<Esito> {
    let mut file: Vec<&Ingresso> = segmenti.iter().collect();
    file.sort_by_key(|i| {
        (
            i.segmento.testa().tipo,
            NomeFile::su_disco(&i.nome),
            i.nome.clone(),
        )
    });
    let apr_completo = tutti_gli_apr(&file);

    let mut conto = Conto::default();
    let oggi = ctx.oggi.to_string();
    for ingresso in &file {
        let testa = ingresso.segmento.testa();
        if testa.oggi == oggi {
            for (codice, quanti) in &testa.rilievi {
                conto.aggiungi(
                    codice,
                    *quanti,
                    testa.gravita.get(codice) == Some(&Gravita::Errore),
                );
            }
        } else {
            for rilievo in fusione::riesame(ingresso, ctx)? {
                let rilievo = rilievo?;
                conto.aggiungi(&rilievo.codice, 1, rilievo.gravita == Gravita::Errore);
            }
        }
    }
    let mut di_file: Vec<Vec<Rilievo>> = quadratura::file(&file, ctx);
    if apr_completo {
        let totale = file.iter().fold(Conteggi::default(), |mut somma, i| {
            if i.segmento.testa().tipo == TipoFile::Apr {
                somma.somma(i.segmento.conteggi());
            }
            somma
        });
        for (suoi, altri) in di_file.iter_mut().zip(quadratura::fornitura(&file, &totale, ctx)) {
            suoi.extend(altri);
        }
    }
    for rilievo in di_file.iter().flatten() {
        conto.aggiungi(&rilievo.codice, 1, rilievo.gravita == Gravita::Errore);
    }
    let giunti = unione::unisci(&file, apr_completo, ctx)?;
    for giunto in &giunti {
        conto.aggiungi(giunto.codice(), 1, giunto.gravita == Gravita::Errore);
    }

    // The tax register is asked last, and only about a delivery that can be loaded (§3, phase 9).
    let con_ae = completa && !conto.errori;
    let contate = schede(&file);
    osserva.fase(Fase::Elaborazione, if con_ae { contate.totale() } else { 0 });
    let taccuino = Taccuino::nuovo(
        ae,
        if con_ae {
            contate.soggetti + contate.aire
        } else {
            0
        },
    );
    let percorso = uscita.join(NOME_RILIEVI);
    let mut scritto = Scrittura {
        out: BufWriter::with_capacity(1 << 20, tempfile::NamedTempFile::new_in(uscita)?),
        bloccanti: Vec::new(),
        campioni: BTreeMap::new(),
    };
    let mut resto = giunti.as_slice();
    for (indice, (ingresso, suoi)) in file.iter().zip(di_file).enumerate() {
        let (questi, altri) = resto.split_at(resto.partition_point(|g| usize::from(g.file) == indice));
        resto = altri;
        let esame = fusione::Esame {
            ingresso,
            di_file: suoi,
            giunti: questi,
            ctx,
            ae: con_ae.then_some(&taccuino),
            numero: u16::try_from(indice).unwrap_or(u16::MAX),
            osserva,
        };
        esame.scrivi(|rilievo, nuovo| {
            if nuovo {
                conto.aggiungi(&rilievo.codice, 1, rilievo.gravita == Gravita::Errore);
            }
            scritto.rilievo(rilievo)
        })?;
    }
    // Known once everyone was asked about, and rare: the report takes them in where they belong.
    let incroci = taccuino.nella_fornitura(&file, ctx)?;
    for rilievo in &incroci {
        conto.aggiungi(&rilievo.codice, 1, rilievo.gravita == Gravita::Errore);
        scritto.campione(rilievo);
    }
    let esito = scritto.chiudi(&percorso, &mut |bloccanti| {
        Ok(Esito {
            stato: match (conto.errori, completa) {
                (true, _) => StatoEsito::Ko,
                (false, true) => StatoEsito::Ok,
                (false, false) => StatoEsito::InAttesa,
            },
            conteggi: std::mem::take(&mut conto.conteggi),
            bloccanti,
            schede: contate,
            aire_opaco: file.iter().any(|i| i.segmento.testa().opaco()),
        })
    })?;
    let ordine: Vec<String> = file.iter().map(|i| i.nome.clone()).collect();
    aggiungi_rilievi(uscita, &ordine, incroci.into_iter().map(Ok))?;
    Ok(esito)
}

/// Every APR file that the names promise is there.
fn tutti_gli_apr(file: &[&Ingresso]) -> bool {
    let mut totale = None;
    let mut progressivi = std::collections::BTreeSet::new();
    for ingresso in file {
        match NomeFile::su_disco(&ingresso.nome) {
            Some(NomeFile::Apr {
                progressivo,
                totale: t,
                ..
            }) => {
                totale = Some(t);
                progressivi.insert(progressivo);
            }
            Some(NomeFile::Aire { .. }) => {}
            // `check` takes any name: what it is given is all there is.
            None => return true,
        }
    }
    totale.is_some_and(|t| progressivi.len() == usize::from(t))
}

fn schede(file: &[&Ingresso]) -> Schede {
    let mut schede = Schede::default();
    for ingresso in file {
        let (testa, conteggi) = (ingresso.segmento.testa(), ingresso.segmento.conteggi());
        schede.soggetti += conteggi.soggetti;
        schede.famiglie += conteggi.famiglie;
        schede.convivenze += conteggi.convivenze;
        schede.aire += testa.righe;
    }
    schede
}

#[derive(Default)]
struct Conto {
    conteggi: BTreeMap<String, u64>,
    errori: bool,
}

impl Conto {
    fn aggiungi(&mut self, codice: &str, quanti: u64, errore: bool) {
        if let Some(conteggio) = self.conteggi.get_mut(codice) {
            *conteggio += quanti;
        } else {
            self.conteggi.insert(codice.to_owned(), quanti);
        }
        self.errori |= errore;
    }
}

struct Scrittura {
    out: BufWriter<tempfile::NamedTempFile>,
    bloccanti: Vec<Rilievo>,
    campioni: BTreeMap<String, usize>,
}

impl Scrittura {
    fn rilievo(&mut self, rilievo: &Rilievo) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, rilievo)?;
        self.out.write_all(b"\n")?;
        self.campione(rilievo);
        Ok(())
    }

    /// Keeps what blocks, up to the limit.
    fn campione(&mut self, rilievo: &Rilievo) {
        if rilievo.gravita == Gravita::Errore {
            let quanti = self.campioni.entry(rilievo.codice.clone()).or_default();
            if *quanti < MASSIMO_CAMPIONI {
                *quanti += 1;
                self.bloccanti.push(rilievo.clone());
            }
        }
    }

    fn chiudi(
        self,
        percorso: &Path,
        esito: &mut dyn FnMut(Vec<Rilievo>) -> io::Result<Esito>,
    ) -> io::Result<Esito> {
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(percorso).map_err(|e| e.error)?;
        esito(self.bloccanti)
    }
}

/// Streams the findings an elaboration wrote into `uscita`.
pub fn rilievi(uscita: &Path) -> io::Result<impl Iterator<Item = io::Result<Rilievo>> + use<>> {
    use std::io::BufRead;
    let file = io::BufReader::new(File::open(uscita.join(NOME_RILIEVI))?);
    Ok(file.lines().map(|riga| Ok(serde_json::from_str(&riga?)?)))
}
