//! Synthetic Comuni: a seed becomes a population of families, convivenze and citizens abroad, and the population becomes the
//! files of a delivery, clean or with defects planted on purpose.
//!
//! The same request gives the same bytes, on any number of cores. A clean delivery raises no code of the catalogue; a delivery
//! with plants raises exactly what its manifest says. The plants do not change the population: the same seed without them is
//! the corrected delivery. All people are invented; nothing here comes from a real register.
//!
//! Left to others: the tables (`anagrafe`), the grammar (`schema`), judging the result (`elaborazione`).

mod aire;
mod consegna;
mod convivenza;
mod dado;
mod disegno;
mod errore;
mod famiglia;
mod giorno;
mod luoghi;
mod manifesto;
mod modello;
mod nomi;
mod pacco;
mod parallelo;
mod persona;
mod piante;
mod popolazione;
mod profilo;
mod scrivi;
mod stati;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anagrafe::{CodiceIstat, Data};

use consegna::{Consegna, INVII_MASSIMI, LIMITE_INVIO_BYTE, LIMITE_RICEZIONE_BYTE, stima_invii};
use dado::mescola;
pub use errore::ErroreGeneratore;
use luoghi::Paese;
pub use manifesto::{Diversa, Manifesto, Piantata, Rifiutato, Schede};
use persona::Mondo;
use popolazione::Popolazione;
pub use profilo::realistica;

/// Most residents (or AIRE registrants) of one request: more than any Comune of Italy, within 9 digits.
pub const ABITANTI_MASSIMI: u64 = 20_000_000;
/// Files of one delivery accepted by PRE and PROD (EN038).
pub const INVII_AMMESSI: u16 = 99;

/// What to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Richiesta {
    /// The Comune that sends; real or fictitious, in force on `oggi`.
    pub comune: CodiceIstat,
    /// Version of the delivery, 1–999. Not part of the seed: every version has the same people.
    pub versione: u16,
    /// Residents, at least 1.
    pub abitanti: u64,
    /// Citizens abroad; 0 gives an empty AIRE file.
    pub aire: u64,
    /// Number of APR files; `None`: as many as keep each under 14 MiB.
    pub invii: Option<u16>,
    /// Most APR files accepted when `invii` is `None` (1 in TEST); `None`: [`INVII_AMMESSI`].
    pub max_invii: Option<u16>,
    /// Seed of the population.
    pub seed: u64,
    /// The day of the extraction: nothing happens after it.
    pub oggi: Data,
    /// Defects to plant: code → how many.
    pub anomalie: BTreeMap<String, u64>,
}

/// What [`genera`] wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prodotto {
    /// The files to send, APR first, AIRE last.
    pub file: Vec<PathBuf>,
    /// Damaged copies to be refused, as the manifest lists them.
    pub rifiutati: Vec<PathBuf>,
    /// The manifest (JSON).
    pub manifesto: PathBuf,
    /// Its content.
    pub contenuto: Manifesto,
}

/// A delivery kept in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InMemoria {
    /// Name and compressed bytes, APR first, AIRE last.
    pub file: Vec<(String, Vec<u8>)>,
    /// Damaged copies to be refused, as the manifest lists them: path and compressed bytes.
    pub rifiutati: Vec<(String, Vec<u8>)>,
    /// What they hold.
    pub manifesto: Manifesto,
}

/// The codes [`Richiesta::anomalie`] accepts, in order.
pub fn pianta_disponibili() -> Vec<&'static str> {
    let mut codici: Vec<_> = piante::tutte().map(|p| p.codice).collect();
    codici.sort_unstable();
    codici
}

/// Reads `CODE=N,CODE=N…` (`CODE` alone is one), as the option `--anomalie` is written; a code given twice adds up.
///
/// # Errors
/// A code that cannot be planted, or a number that is not one.
pub fn leggi_anomalie(testo: &str) -> Result<BTreeMap<String, u64>, ErroreGeneratore> {
    let mut anomalie = BTreeMap::new();
    for voce in testo.split(',').map(str::trim).filter(|v| !v.is_empty()) {
        let (codice, quante) = voce.split_once('=').unwrap_or((voce, "1"));
        let codice = codice.trim().to_ascii_uppercase();
        let quante: u64 = quante
            .trim()
            .parse()
            .map_err(|_| ErroreGeneratore::NumeroErrato {
                voce: voce.to_owned(),
            })?;
        if piante::pianta(&codice).is_none() {
            return Err(ErroreGeneratore::sconosciuta(&codice));
        }
        let prima: &mut u64 = anomalie.entry(codice).or_insert(0);
        *prima = prima.saturating_add(quante);
    }
    Ok(anomalie)
}

/// Makes the delivery and writes it under `out` (created if missing); files of the same name are replaced.
///
/// # Errors
/// A request that cannot be satisfied, or a failure of the disk.
pub fn genera(r: &Richiesta, out: &Path) -> Result<Prodotto, ErroreGeneratore> {
    let io = |percorso: &Path| {
        let percorso = percorso.to_owned();
        move |causa| ErroreGeneratore::Io { percorso, causa }
    };
    fs::create_dir_all(out).map_err(io(out))?;
    let mut scritti: Vec<PathBuf> = Vec::new();
    let mut rifiutati: Vec<PathBuf> = Vec::new();
    let contenuto = produci(r, |evento| {
        match evento {
            Evento::File(nome, byte) => {
                let percorso = out.join(nome);
                fs::write(&percorso, byte).map_err(io(&percorso))?;
                scritti.push(percorso);
            }
            Evento::Rifiutato(dove, byte) => {
                let percorso = out.join(dove);
                if let Some(cartella) = percorso.parent() {
                    fs::create_dir_all(cartella).map_err(io(cartella))?;
                }
                fs::write(&percorso, byte).map_err(io(&percorso))?;
                rifiutati.push(percorso);
            }
            Evento::DaCapo => {
                for percorso in scritti.drain(..) {
                    fs::remove_file(&percorso).map_err(io(&percorso))?;
                }
            }
        }
        Ok(())
    })?;
    let manifesto = out.join(format!("{}_manifesto_{}.json", r.comune, r.versione));
    let mut testo = serde_json::to_string_pretty(&contenuto).map_err(|e| ErroreGeneratore::Io {
        percorso: manifesto.clone(),
        causa: e.into(),
    })?;
    testo.push('\n');
    fs::write(&manifesto, testo).map_err(io(&manifesto))?;
    Ok(Prodotto {
        file: scritti,
        rifiutati,
        manifesto,
        contenuto,
    })
}

/// Makes the delivery in memory, for the ready Comuni and for tests.
///
/// # Errors
/// A request that cannot be satisfied.
pub fn in_memoria(r: &Richiesta) -> Result<InMemoria, ErroreGeneratore> {
    let mut file = Vec::new();
    let mut rifiutati = Vec::new();
    let manifesto = produci(r, |evento| {
        match evento {
            Evento::File(nome, byte) => file.push((nome, byte)),
            Evento::Rifiutato(dove, byte) => rifiutati.push((dove, byte)),
            Evento::DaCapo => file.clear(),
        }
        Ok(())
    })?;
    Ok(InMemoria {
        file,
        rifiutati,
        manifesto,
    })
}

/// What happens while a delivery is made.
enum Evento {
    /// A file is ready.
    File(String, Vec<u8>),
    /// A damaged copy, below a folder of its own.
    Rifiutato(String, Vec<u8>),
    /// The estimate was short: everything starts again with one file more.
    DaCapo,
}

fn produci(
    r: &Richiesta,
    consuma: impl FnMut(Evento) -> Result<(), ErroreGeneratore>,
) -> Result<Manifesto, ErroreGeneratore> {
    popola(r, |popolazione| consegna(r, popolazione, consuma))
}

/// Makes the people of a request.
fn popola<T>(
    r: &Richiesta,
    usa: impl FnOnce(&Popolazione<'_>) -> Result<T, ErroreGeneratore>,
) -> Result<T, ErroreGeneratore> {
    controlla(r)?;
    let oggi = r.oggi.into();
    let paese = Paese::di(r.comune, oggi).ok_or(ErroreGeneratore::ComuneInesistente {
        comune: r.comune,
        oggi: r.oggi,
    })?;
    // Two Comuni with one seed must not share their people.
    let seme = r
        .comune
        .as_str()
        .bytes()
        .fold(mescola(r.seed), |s, b| mescola(s ^ u64::from(b)));
    let popolazione = Popolazione::nuova(
        Mondo {
            paese: &paese,
            oggi,
            seme,
        },
        r.abitanti,
        r.aire,
    );
    usa(&popolazione)
}

fn consegna(
    r: &Richiesta,
    popolazione: &Popolazione<'_>,
    mut consuma: impl FnMut(Evento) -> Result<(), ErroreGeneratore>,
) -> Result<Manifesto, ErroreGeneratore> {
    let massimo = usize::from(r.max_invii.unwrap_or(INVII_AMMESSI));
    let mut invii = r.invii.map_or_else(|| stima_invii(popolazione), usize::from);
    let limite = if r.invii.is_some() {
        LIMITE_RICEZIONE_BYTE
    } else {
        LIMITE_INVIO_BYTE
    };
    loop {
        if r.invii.is_none() && invii > massimo {
            return Err(ErroreGeneratore::TroppiInvii {
                chiesti: invii,
                massimo,
            });
        }
        let consegna = Consegna::nuova(r, popolazione, invii)?;
        if scrivi_apr(&consegna, limite, r.invii.is_some(), &mut consuma)? {
            let aire = consegna.aire();
            if aire.len() > LIMITE_RICEZIONE_BYTE {
                return Err(ErroreGeneratore::AireTroppoGrande {
                    iscritti: r.aire,
                    byte: aire.len(),
                });
            }
            consuma(Evento::File(consegna.nome_aire(), aire))?;
            let mut manifesto = consegna.manifesto();
            for (rifiutato, byte) in consegna.rifiutati() {
                consuma(Evento::Rifiutato(rifiutato.file.clone(), byte))?;
                manifesto.rifiutati.push(rifiutato);
            }
            return Ok(manifesto);
        }
        invii += 1;
        consuma(Evento::DaCapo)?;
    }
}

/// Hands over the APR files; false when one passes the limit and more files would help.
fn scrivi_apr(
    consegna: &Consegna<'_>,
    limite: usize,
    fissi: bool,
    consuma: &mut impl FnMut(Evento) -> Result<(), ErroreGeneratore>,
) -> Result<bool, ErroreGeneratore> {
    for f in 0..consegna.invii() {
        let byte = consegna.apr(f);
        if byte.len() > limite {
            if fissi {
                return Err(ErroreGeneratore::FileTroppoGrande {
                    nome: consegna.nome_apr(f),
                    byte: byte.len(),
                });
            }
            return Ok(false);
        }
        consuma(Evento::File(consegna.nome_apr(f), byte))?;
    }
    Ok(true)
}

fn controlla(r: &Richiesta) -> Result<(), ErroreGeneratore> {
    let entro = |campo, valore: u64, minimo, massimo| {
        if (minimo..=massimo).contains(&valore) {
            Ok(())
        } else {
            Err(ErroreGeneratore::FuoriLimite {
                campo,
                valore,
                minimo,
                massimo,
            })
        }
    };
    entro("abitanti", r.abitanti, 1, ABITANTI_MASSIMI)?;
    entro("aire", r.aire, 0, ABITANTI_MASSIMI)?;
    entro("versione", r.versione.into(), 1, 999)?;
    entro("invii", r.invii.unwrap_or(1).into(), 1, INVII_MASSIMI as u64)?;
    if !(2000..=2100).contains(&r.oggi.year()) {
        return Err(ErroreGeneratore::DataFuoriLimite(r.oggi));
    }
    match r.anomalie.keys().find(|c| piante::pianta(c).is_none()) {
        Some(codice) => Err(ErroreGeneratore::sconosciuta(codice)),
        None => Ok(()),
    }
}
