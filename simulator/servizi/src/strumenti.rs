//! Support tools: the validator, which keeps nothing, and test deliveries, which are as large as a lesson needs.
//!
//! Both are work for whoever asks, not for the batch: few at a time, each with its limits.

use std::{
    collections::BTreeMap,
    io::{Cursor, Write as _},
    sync::atomic::{AtomicUsize, Ordering},
};

use anagrafe::{Ambiente, CodiceIstat};
use elaborazione::{
    Gravita, OpzioniControllo, Rilievo,
    rapporto::{EsitoControllo, FileControllato},
};
use registro::Lettura as _;
use serde::Serialize;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{Deposito, ErroreServizio, Esito, Simulatore};

/// Runs of the tools at once.
pub const STRUMENTI_INSIEME: usize = 2;
/// Most bytes a file may have, expanded, for the validator.
pub const LIMITE_VALIDATORE_BYTE: u64 = 256 << 20;
/// Rows the validator gives at most.
pub const RIGHE_VALIDATORE: usize = 150;
/// Longest file name shown, in characters.
const LIMITE_NOME: usize = 80;
/// Most APR sheets of a test delivery.
pub const ABITANTI_DI_PROVA: u64 = 5_000;
/// Most AIRE sheets of a test delivery.
pub const AIRE_DI_PROVA: u64 = 1_000;
/// Most defects of a test delivery.
pub const DIFETTI_DI_PROVA: u64 = 200;
/// Codes whose finding means that the file could not be read as what it is.
const FATALI: [&str; 2] = ["EN009", "EN010"];

/// Reads `CODICE=N,CODICE=N…`: the defects to plant in a test delivery.
pub fn leggi_difetti(testo: &str) -> Esito<BTreeMap<String, u64>> {
    generatore::leggi_anomalie(testo).map_err(|e| ErroreServizio::richiesta(format!("{e}.")))
}

/// A run of a tool; there are [`STRUMENTI_INSIEME`] of them.
struct Posto<'s>(&'s AtomicUsize);

impl<'s> Posto<'s> {
    fn prendi(conto: &'s AtomicUsize) -> Esito<Self> {
        if conto.fetch_add(1, Ordering::AcqRel) >= STRUMENTI_INSIEME {
            conto.fetch_sub(1, Ordering::AcqRel);
            return Err(ErroreServizio {
                codice: None,
                http: 429,
                testo: "Lo strumento è già al lavoro per altri: riprovare tra qualche secondo.".to_owned(),
            });
        }
        Ok(Self(conto))
    }
}

impl Drop for Posto<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// What the validator says of a file.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Validazione {
    /// `OK` when nothing blocks.
    pub esito: EsitoControllo,
    /// Errors that kept it from being read.
    pub errori_fatali: u64,
    /// Further blocking errors.
    pub errori: u64,
    /// What does not block.
    pub avvisi: u64,
    /// The file.
    pub file: Vec<FileControllato>,
    /// Counts per code, exact.
    pub conteggi: BTreeMap<String, u64>,
    /// The first rows.
    pub righe: Vec<Rilievo>,
    /// There are more.
    pub troncate: bool,
}

/// A test delivery to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FornituraDiProva {
    /// For this Comune.
    pub comune: CodiceIstat,
    /// To be sent there: one APR file alone in TEST.
    pub ambiente: Ambiente,
    /// APR sheets.
    pub abitanti: u64,
    /// AIRE sheets.
    pub aire: u64,
    /// Version.
    pub versione: u16,
    /// Same seed, same people.
    pub seme: u64,
    /// Defects to plant.
    pub anomalie: BTreeMap<String, u64>,
    /// Also those of a true archive, at the published rates.
    pub realistica: bool,
}

/// A name that is only ever a name: what could lead elsewhere becomes `_`.
fn nome_innocuo(nome: &str) -> String {
    let ultimo = nome.rsplit(['/', '\\']).next().unwrap_or_default();
    let pulito: String = ultimo
        .chars()
        .take(LIMITE_NOME)
        .map(|c| {
            if c.is_ascii_alphanumeric() || "._-".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    if pulito.chars().all(|c| c == '.') {
        "file".to_owned()
    } else {
        pulito
    }
}

impl Simulatore {
    /// Checks a file as the counter and the elaboration would, without the Anagrafe Tributaria; nothing is kept. With
    /// `senza_en009` what EN009 says is left out (spec subentro §3.3).
    pub fn valida(
        &self,
        ambiente: Ambiente,
        comune: CodiceIstat,
        nome: &str,
        deposito: Deposito,
        senza_en009: bool,
    ) -> Esito<Validazione> {
        let _posto = Posto::prendi(&self.strumenti)?;
        let cartella = tempfile::Builder::new()
            .prefix("validatore-")
            .tempdir_in(self.arrivi())?;
        let percorso = cartella.path().join(nome_innocuo(nome));
        deposito.sposta(&percorso)?;
        let opzioni = OpzioniControllo {
            comune: Some(comune),
            ambiente,
            senza_ae: true,
            fili: self.impostazioni().fili.min(2),
            max_espansi: LIMITE_VALIDATORE_BYTE,
            politica: self.politica(),
            cartella: Some(cartella.path().to_owned()),
            ..OpzioniControllo::il(self.registro().oggi()?)
        };
        let controllo = elaborazione::esamina(&[percorso], &opzioni).map_err(|e| ErroreServizio {
            codice: match &e {
                elaborazione::ErroreControllo::Limite { codice, .. } => Some(*codice),
                _ => Some("SIM010"),
            },
            http: match &e {
                elaborazione::ErroreControllo::Limite { .. } => 413,
                _ => 422,
            },
            testo: match e {
                elaborazione::ErroreControllo::Limite { testo, .. } => testo,
                elaborazione::ErroreControllo::File { errore, .. } => {
                    format!("Il file non si legge: {errore}.")
                }
                altro => format!("{altro}."),
            },
        })?;
        let escluso = |codice: &str| senza_en009 && codice == "EN009";
        let mut v = Validazione {
            esito: EsitoControllo::Ok,
            errori_fatali: 0,
            errori: 0,
            avvisi: 0,
            file: controllo.file.clone(),
            conteggi: controllo.conteggi.clone(),
            righe: Vec::new(),
            troncate: false,
        };
        v.conteggi.retain(|codice, n| *n > 0 && !escluso(codice));
        for rilievo in controllo.rilievi()? {
            let mut rilievo = rilievo?;
            if escluso(&rilievo.codice) {
                continue;
            }
            match rilievo.gravita {
                Gravita::Errore if FATALI.contains(&rilievo.codice.as_str()) => v.errori_fatali += 1,
                Gravita::Errore => v.errori += 1,
                Gravita::Avviso => v.avvisi += 1,
            }
            if v.righe.len() < RIGHE_VALIDATORE {
                rilievo.file = None;
                v.righe.push(rilievo);
            } else {
                v.troncate = true;
            }
        }
        if v.errori_fatali + v.errori > 0 {
            v.esito = EsitoControllo::Ko;
        }
        Ok(v)
    }

    /// A test delivery as a zip: the files to send and the manifest of what was planted. Same request, same bytes.
    pub fn fornitura_di_prova(&self, r: &FornituraDiProva) -> Esito<(String, Vec<u8>)> {
        let no = |t: String| Err(ErroreServizio::richiesta(t));
        if !(1..=ABITANTI_DI_PROVA).contains(&r.abitanti) {
            return no(format!("Le schede APR vanno da 1 a {ABITANTI_DI_PROVA}."));
        }
        if r.aire > AIRE_DI_PROVA {
            return no(format!("Le schede AIRE sono al massimo {AIRE_DI_PROVA}."));
        }
        if !(1..=999).contains(&r.versione) {
            return no("La versione va da 1 a 999.".to_owned());
        }
        if r.anomalie.values().fold(0_u64, |s, n| s.saturating_add(*n)) > DIFETTI_DI_PROVA {
            return no(format!("I difetti sono al massimo {DIFETTI_DI_PROVA} in tutto."));
        }
        self.comune(r.comune)?;
        let _posto = Posto::prendi(&self.strumenti)?;
        let richiesta = generatore::Richiesta {
            comune: r.comune,
            versione: r.versione,
            abitanti: r.abitanti,
            aire: r.aire,
            invii: None,
            max_invii: (r.ambiente == Ambiente::Test).then_some(1),
            seed: r.seme,
            oggi: self.registro().oggi()?,
            anomalie: r.anomalie.clone(),
        };
        let errore = |e: generatore::ErroreGeneratore| ErroreServizio::richiesta(format!("{e}."));
        let richiesta = if r.realistica {
            generatore::realistica(&richiesta).map_err(errore)?
        } else {
            richiesta
        };
        let fatta = generatore::in_memoria(&richiesta).map_err(errore)?;
        // The files are compressed already; the instant of the entries stays at its default.
        let opzioni = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let mut metti = |nome: &str, byte: &[u8]| -> Esito<()> {
            zip.start_file(nome, opzioni).map_err(ErroreServizio::guasto)?;
            Ok(zip.write_all(byte)?)
        };
        for (nome, byte) in fatta.file.iter().chain(&fatta.rifiutati) {
            metti(nome, byte)?;
        }
        let manifesto = serde_json::to_vec_pretty(&fatta.manifesto).map_err(ErroreServizio::guasto)?;
        metti(&format!("{}_manifesto_{}.json", r.comune, r.versione), &manifesto)?;
        let byte = zip.finish().map_err(ErroreServizio::guasto)?.into_inner();
        Ok((
            format!("{}-fornitura-di-prova-v{}.zip", r.comune, r.versione),
            byte,
        ))
    }

    /// The codes that can be planted in a test delivery.
    pub fn difetti_di_prova(&self) -> Vec<&'static str> {
        generatore::pianta_disponibili()
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn a_name_leads_nowhere() {
        for (dato, atteso) in [
            ("888001_SUBAPR_1_1_1.gz", "888001_SUBAPR_1_1_1.gz"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("..", "file"),
            ("", "file"),
            ("a\0b<c>", "a_b_c_"),
        ] {
            assert_eq!(nome_innocuo(dato), atteso, "{dato:?}");
        }
        assert_eq!(nome_innocuo(&"x".repeat(300)).len(), LIMITE_NOME);
    }

    #[test]
    fn a_tool_serves_few_at_once_and_forgets_nobody() {
        let conto = AtomicUsize::new(0);
        let (a, b) = (Posto::prendi(&conto), Posto::prendi(&conto));
        assert!(a.is_ok() && b.is_ok());
        assert_eq!(Posto::prendi(&conto).err().map(|e| e.http), Some(429));
        drop(a);
        assert!(Posto::prendi(&conto).is_ok());
        drop(b);
        assert_eq!(conto.load(Ordering::Acquire), 0);
    }
}
