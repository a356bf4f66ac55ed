//! The front door of `anpr-sim check`: files on disk → report, without a server.

mod ricezione;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anagrafe::{Ambiente, CodiceIstat, Data};

use crate::anomalie::{anomalia, gravita_di};
use crate::elabora::{Ingresso, Schede, StatoEsito, elabora_osservata, rilievi};
use crate::incroci::aggiungi_rilievi;
use crate::nome_file::NomeFile;
use crate::osserva::{Fase, Osserva};
use crate::prepara::{OpzioniPrepara, RifiutoFile, prepara};
use crate::rapporto::{CAUSA, Cause, EsitoControllo, FileControllato, Rapporto};
use crate::segmento::Segmento;
use crate::tipi::{Contesto, Gravita, Politica, Rilievo, TipoFile};
use crate::tributaria::{Allineata, Differenza};

use ricezione::ricevi;

/// First bytes of a gzip.
const FIRMA_GZIP: [u8; 2] = [0x1f, 0x8b];

/// How to check.
#[derive(Debug, Clone)]
pub struct OpzioniControllo {
    /// Comune that would send; by default the one in the first name, else in no way checked.
    pub comune: Option<CodiceIstat>,
    /// Environment.
    pub ambiente: Ambiente,
    /// Scenario date.
    pub oggi: Data,
    /// Leaves the Anagrafe Tributaria out.
    pub senza_ae: bool,
    /// Planted differences of the Anagrafe Tributaria.
    pub differenze: Vec<Differenza>,
    /// Samples per code in the report, 0 for all.
    pub max_campioni: usize,
    /// Threads.
    pub fili: usize,
    /// Most expanded bytes of a file.
    pub max_espansi: u64,
    /// Open choices.
    pub politica: Politica,
    /// Where segments are kept meanwhile; the system's temporary folder by default.
    pub cartella: Option<PathBuf>,
    /// Who hears how far it is.
    pub osserva: Osserva,
}

impl OpzioniControllo {
    /// Everything at its default, on that day.
    pub fn il(oggi: Data) -> Self {
        let base = OpzioniPrepara::default();
        Self {
            comune: None,
            ambiente: Ambiente::Pre,
            oggi,
            senza_ae: false,
            differenze: Vec::new(),
            max_campioni: crate::tipi::MASSIMO_CAMPIONI,
            fili: base.fili,
            max_espansi: base.max_espansi,
            politica: Politica::default(),
            cartella: None,
            osserva: Osserva::default(),
        }
    }
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ErroreControllo {
    /// Nothing to check.
    #[error("nessun file da controllare")]
    Nessuno,
    /// A file cannot be read.
    #[error("{}: {errore}", percorso.display())]
    File {
        /// Which.
        percorso: PathBuf,
        /// Why.
        errore: io::Error,
    },
    /// A limit of the simulator.
    #[error("{}: {codice}: {testo}", percorso.display())]
    Limite {
        /// Which.
        percorso: PathBuf,
        /// `SIM001`.
        codice: &'static str,
        /// In Italian.
        testo: String,
    },
    /// The work folder failed.
    #[error("cartella di lavoro: {0}")]
    Lavoro(#[from] io::Error),
}

/// A delivery that was checked: the outcome, and the findings on disk as long as this value lives.
#[derive(Debug)]
pub struct Controllo {
    /// Outcome.
    pub esito: EsitoControllo,
    /// Files, as given.
    pub file: Vec<FileControllato>,
    /// Where each of them lies.
    pub percorsi: Vec<PathBuf>,
    /// Findings per code, exact.
    pub conteggi: BTreeMap<String, u64>,
    /// What was counted.
    pub schede: Schede,
    /// What other findings follow from.
    pub cause: Cause,
    /// Scenario date.
    pub oggi: Data,
    /// Environment.
    pub ambiente: Ambiente,
    politica: Politica,
    lavoro: tempfile::TempDir,
}

impl Controllo {
    /// Streams every finding in (file, position, code) order.
    pub fn rilievi(&self) -> io::Result<impl Iterator<Item = io::Result<Rilievo>> + use<>> {
        rilievi(self.lavoro.path())
    }

    /// Weight of a code here; one that is off can only be said of a file nothing could be read of.
    pub fn gravita(&self, codice: &str) -> Gravita {
        anomalia(codice)
            .and_then(|a| gravita_di(a, self.ambiente, &self.politica))
            .unwrap_or(Gravita::Errore)
    }

    /// Whether a code may be raised here at all.
    pub fn attivo(&self, codice: &str) -> bool {
        anomalia(codice).is_some_and(|a| gravita_di(a, self.ambiente, &self.politica).is_some())
    }

    /// Words of a code where nothing fills its slots, in the catalogue that was chosen.
    pub fn titolo(&self, codice: &str) -> String {
        const SEGNAPOSTO: &str = "…";
        self.politica.testi().testo(codice, &[SEGNAPOSTO; 4])
    }

    /// Findings that block, exact.
    pub fn errori(&self) -> u64 {
        self.conteggi
            .iter()
            .filter(|(codice, _)| self.gravita(codice) == Gravita::Errore)
            .map(|(_, quanti)| quanti)
            .sum()
    }

    /// The report with at most so many samples per code, 0 for all, in memory.
    pub fn rapporto(&self, max_campioni: usize) -> io::Result<Rapporto> {
        let mut campioni: BTreeMap<String, usize> = BTreeMap::new();
        let mut anomalie: Vec<Rilievo> = Vec::new();
        for rilievo in self.rilievi()? {
            let rilievo = rilievo?;
            let quanti = campioni.entry(rilievo.codice.clone()).or_default();
            *quanti += 1;
            if max_campioni == 0 || *quanti <= max_campioni {
                anomalie.push(rilievo);
            }
        }
        Ok(Rapporto {
            esito: self.esito,
            file: self.file.clone(),
            conteggi: self.conteggi.clone(),
            anomalie,
            schede: self.schede,
        })
    }
}

/// Checks a delivery and gives its report, samples in memory.
pub fn controlla(files: &[PathBuf], opz: &OpzioniControllo) -> Result<Rapporto, ErroreControllo> {
    Ok(esamina(files, opz)?.rapporto(opz.max_campioni)?)
}

/// Checks a delivery as the counter and the elaboration would; the order of the files does not matter. Names that are
/// not those of a delivery are accepted: the kind is then told by extension or content.
pub fn esamina(files: &[PathBuf], opz: &OpzioniControllo) -> Result<Controllo, ErroreControllo> {
    let primo = files.first().ok_or(ErroreControllo::Nessuno)?;
    let comune = opz
        .comune
        .or_else(|| files.iter().find_map(|f| NomeFile::istat_di(&nome_di(f))));
    let sconosciuto = CodiceIstat::parse("000000").map_err(|e| ErroreControllo::File {
        percorso: primo.clone(),
        errore: io::Error::other(e.to_string()),
    })?;
    let mut politica = opz.politica.clone();
    let ricevuti = ricevi(files, comune.unwrap_or(sconosciuto), opz);
    // Nobody says who sends, or somebody sends the files of another Comune: residence cannot be elsewhere.
    let altrui = |r: &ricezione::Ricevuto| r.rifiuto.as_ref().is_some_and(|r| r.codice == "EN039");
    politica.ea048_residenza &= comune.is_some() && !ricevuti.iter().any(altrui);
    let ctx = Contesto {
        ambiente: opz.ambiente,
        comune: comune.unwrap_or(sconosciuto),
        oggi: opz.oggi,
        politica,
    };
    let lavoro = match &opz.cartella {
        Some(cartella) => tempfile::tempdir_in(cartella)?,
        None => tempfile::tempdir()?,
    };
    let mut ingressi = Vec::new();
    let mut descritti = Vec::new();
    let byte = files.iter().filter_map(|f| Some(f.metadata().ok()?.len())).sum();
    opz.osserva.fase(Fase::Lettura, byte);
    for ((indice, percorso), ricevuto) in files.iter().enumerate().zip(&ricevuti) {
        let uscita = lavoro.path().join(format!("{indice}.seg"));
        let ingresso = if ricevuto.estraneo {
            estraneo(percorso, &uscita, &ctx)?
        } else {
            prepara_uno(percorso, &uscita, &ctx, opz)?
        };
        let mut descritto = descrivi(&ingresso);
        let mut note = ricevuto.note.clone();
        note.append(&mut descritto.note);
        descritto.note = note;
        descritti.push(descritto);
        if !ricevuto.estraneo {
            ingressi.push(ingresso);
        }
    }
    let mut rifiuti: Vec<Rilievo> = ricevuti.into_iter().filter_map(|r| r.rifiuto).collect();
    let rifiutata = rifiuti.iter().any(|r| r.gravita == Gravita::Errore);
    let ae = Allineata::con(opz.differenze.iter().cloned());
    let con_ae = !opz.senza_ae && !rifiutata;
    let mut esito = elabora_osservata(&ingressi, con_ae, &ctx, &ae, lavoro.path(), &opz.osserva)?;
    let ordine = ordine_del_rapporto(&descritti);
    rifiuti.sort_by_key(|r| {
        (
            ordine.iter().position(|n| Some(n) == r.file.as_ref()),
            r.codice.clone(),
        )
    });
    for (codice, quanti) in aggiungi_rilievi(lavoro.path(), &ordine, rifiuti.into_iter().map(Ok))? {
        *esito.conteggi.entry(codice).or_insert(0) += quanti;
    }
    let guasti = ingressi
        .iter()
        .filter(|i| i.segmento.testa().rilievi.contains_key(CAUSA))
        .map(|i| i.nome.clone());
    Ok(Controllo {
        esito: if esito.stato == StatoEsito::Ko || rifiutata {
            EsitoControllo::Ko
        } else {
            EsitoControllo::Ok
        },
        file: descritti,
        percorsi: files.to_vec(),
        conteggi: esito.conteggi,
        schede: esito.schede,
        cause: Cause::in_file(guasti),
        oggi: opz.oggi,
        ambiente: opz.ambiente,
        politica: ctx.politica,
        lavoro,
    })
}

/// Names in the order of the report, those that are not elaborated among the others.
fn ordine_del_rapporto(descritti: &[FileControllato]) -> Vec<String> {
    let mut ordine: Vec<&FileControllato> = descritti.iter().collect();
    ordine.sort_by_key(|f| {
        (
            f.tipo != TipoFile::Apr.sigla(),
            NomeFile::su_disco(&f.nome),
            &f.nome,
        )
    });
    ordine.into_iter().map(|f| f.nome.clone()).collect()
}

/// A file that is not part of the delivery: nothing of it is read.
fn estraneo(percorso: &Path, uscita: &Path, ctx: &Contesto) -> Result<Ingresso, ErroreControllo> {
    let nome = nome_di(percorso);
    let letto = nome_promesso(&nome, ctx.comune);
    crate::prepara::solo_rilievi(&nome, &letto, ctx, uscita, &[])?;
    Ok(Ingresso {
        nome,
        segmento: Segmento::apri(uscita)?,
    })
}

fn nome_di(percorso: &Path) -> String {
    percorso
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn prepara_uno(
    percorso: &Path,
    uscita: &Path,
    ctx: &Contesto,
    opz: &OpzioniControllo,
) -> Result<Ingresso, ErroreControllo> {
    let guasto = |errore: io::Error| ErroreControllo::File {
        percorso: percorso.to_owned(),
        errore,
    };
    let nome = nome_di(percorso);
    let mut file = File::open(percorso).map_err(guasto)?;
    let mut inizio = [0; 2];
    let letti = file.read(&mut inizio).map_err(guasto)?;
    file.seek(SeekFrom::Start(0)).map_err(guasto)?;
    // A name that promises gzip is held to it; any other is taken as it is.
    let compresso = nome.to_ascii_lowercase().ends_with(".gz") || (letti == 2 && inizio == FIRMA_GZIP);
    let mut letto = nome_promesso(&nome, ctx.comune);
    if letto.tipo() == TipoFile::Apr && NomeFile::su_disco(&nome).is_none() && !nome_di_apr(&nome) {
        let inizio = inizio_del_contenuto(&file, compresso);
        file.seek(SeekFrom::Start(0)).map_err(guasto)?;
        if riga_di_aire(&inizio, ctx) {
            letto = NomeFile::Aire {
                istat: ctx.comune,
                versione: 1,
            };
        }
    }
    let opzioni = OpzioniPrepara {
        fili: opz.fili,
        max_espansi: opz.max_espansi,
        compresso,
        prosegui: true,
        durevole: false,
        osserva: opz.osserva.clone(),
    };
    match prepara(&file, &nome, &letto, ctx, uscita, &opzioni) {
        Ok(_) => {}
        Err(RifiutoFile::Io(errore)) => return Err(guasto(errore)),
        Err(RifiutoFile::Limite { codice, testo }) => {
            return Err(ErroreControllo::Limite {
                percorso: percorso.to_owned(),
                codice,
                testo,
            });
        }
        // Nothing could be read at all: the findings are all there is to say.
        Err(RifiutoFile::Rilievi(rilievi)) => {
            crate::prepara::solo_rilievi(&nome, &letto, ctx, uscita, &rilievi)
                .map_err(ErroreControllo::Lavoro)?;
        }
    }
    let segmento = Segmento::apri(uscita)?;
    Ok(Ingresso { nome, segmento })
}

/// A name that says by itself that the file is an APR.
fn nome_di_apr(nome: &str) -> bool {
    let minuscolo = nome.to_ascii_lowercase();
    minuscolo.contains(".xml") || minuscolo.contains("subapr")
}

/// First expanded bytes of a file; nothing where it cannot be expanded, which its reading will say.
fn inizio_del_contenuto(file: &File, compresso: bool) -> Vec<u8> {
    const ASSAGGIO_BYTE: u64 = 16 * 1024;
    let mut inizio = Vec::new();
    let letto = if compresso {
        flate2::read::GzDecoder::new(file)
            .take(ASSAGGIO_BYTE)
            .read_to_end(&mut inizio)
    } else {
        file.take(ASSAGGIO_BYTE).read_to_end(&mut inizio)
    };
    // What was read before a failure is as good a taste as any.
    drop(letto);
    inizio
}

/// A first line with the length of a known layout, and no XML.
fn riga_di_aire(inizio: &[u8], ctx: &Contesto) -> bool {
    let riga = inizio.split(|b| *b == b'\n').next().unwrap_or_default();
    let riga = riga.strip_suffix(b"\r").unwrap_or(riga);
    !riga.starts_with(b"<") && ctx.politica.layout_aire.per_lunghezza(riga.len()).is_some()
}

/// The kind of a file whose name is not that of a delivery follows from its extension.
fn nome_promesso(nome: &str, comune: CodiceIstat) -> NomeFile {
    NomeFile::su_disco(nome).unwrap_or_else(|| {
        let minuscolo = nome.to_ascii_lowercase();
        if minuscolo.contains(".txt") || minuscolo.contains("subaire") {
            NomeFile::Aire {
                istat: comune,
                versione: 1,
            }
        } else {
            NomeFile::Apr {
                istat: comune,
                versione: 1,
                progressivo: 1,
                totale: 1,
            }
        }
    })
}

fn descrivi(ingresso: &Ingresso) -> FileControllato {
    let testa = ingresso.segmento.testa();
    let mut note = Vec::new();
    if let Some(NomeFile::Apr {
        versione,
        progressivo,
        totale,
        ..
    }) = NomeFile::su_disco(&ingresso.nome)
    {
        // No listed code covers a name that disagrees with the content: it is said, not refused.
        for (cosa, dentro, nel_nome) in [
            ("versioneFornitura", &testa.versione, versione),
            ("progressivoInvio", &testa.progressivo, progressivo),
            ("totaleInvii", &testa.totale_invii, totale),
        ] {
            if let Some(dentro) = dentro
                && dentro.trim().parse() != Ok(nel_nome)
            {
                note.push(format!("{cosa} è {dentro} nel file e {nel_nome} nel nome"));
            }
        }
    }
    FileControllato {
        nome: ingresso.nome.clone(),
        tipo: if testa.tipo == TipoFile::Apr {
            "APR"
        } else {
            "AIRE"
        }
        .to_owned(),
        byte: testa.byte,
        layout: testa.layout.clone(),
        note,
    }
}
