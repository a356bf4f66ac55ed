//! What the counter would say of files on disk: the gates that need no server, passed as one delivery.
//!
//! What only a server knows (PEC, plan, state of the Comune, earlier deliveries) counts as in order. A file whose name
//! makes it part of no delivery, or of another one, is not joined to the others.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anagrafe::CodiceIstat;

use super::OpzioniControllo;
use crate::anomalie::{anomalia, gravita_di};
use crate::nome_file::NomeFile;
use crate::sportello::{Finestra, FornituraAperta, Richiesta, Situazione, varchi};
use crate::tipi::{Gravita, Rilievo, TipoFile};

/// What is said of one file before it is opened.
#[derive(Debug, Clone, Default)]
pub(super) struct Ricevuto {
    /// The refusal, if any.
    pub(super) rifiuto: Option<Rilievo>,
    /// Refused as a repetition, or as part of another delivery: its content says nothing about this one.
    pub(super) estraneo: bool,
    /// What can be told and is no finding.
    pub(super) note: Vec<String>,
}

/// Passes the files through the gates in the order they would be sent; the answers are in the order given.
pub(super) fn ricevi(files: &[PathBuf], mittente: CodiceIstat, opz: &OpzioniControllo) -> Vec<Ricevuto> {
    let mut ricevuti = vec![Ricevuto::default(); files.len()];
    let mut s = Situazione {
        ambiente: opz.ambiente,
        oggi: opz.oggi,
        pec: true,
        subentrato: false,
        piano: Some(Finestra {
            inizio: opz.oggi,
            fine: opz.oggi,
        }),
        stato_vietato: None,
        aperta: None,
        versioni_ok: BTreeSet::new(),
        versioni_aire_ok: BTreeSet::new(),
        politica: opz.politica.clone(),
    };
    let mut ordine: Vec<usize> = (0..files.len()).collect();
    ordine.sort_by_key(|i| (NomeFile::su_disco(&super::nome_di(&files[*i])), *i));
    for i in ordine {
        let nome = super::nome_di(&files[i]);
        let ricevuto = &mut ricevuti[i];
        // An `.xml` or `.txt` is judged as the `.gz` it will become.
        let da_inviare = NomeFile::su_disco(&nome).map_or_else(|| nome.clone(), |n| n.componi());
        if NomeFile::su_disco(&nome).is_none() && !promette(&nome) {
            ricevuto.note.push(NOME_ALTRO.to_owned());
            continue;
        }
        let richiesta = Richiesta {
            mittente,
            nome: &da_inviare,
            dimensione: compressi(&files[i], &nome),
            tipo_scelto: None,
        };
        match varchi(&richiesta, &s) {
            Ok(letto) => accogli(&mut s, letto),
            Err(mut rifiuto) => {
                ricevuto.estraneo = matches!(rifiuto.codice.as_str(), "EN007" | "EN037");
                if s.politica.gravita.get(&rifiuto.codice) == Some(&None) {
                    continue;
                }
                rifiuto.gravita = anomalia(&rifiuto.codice)
                    .and_then(|a| gravita_di(a, opz.ambiente, &opz.politica))
                    .unwrap_or(Gravita::Errore);
                rifiuto.file = Some(nome);
                ricevuto.rifiuto = Some(rifiuto);
            }
        }
    }
    if let (Some(manca), Some(primo)) = (mancanti(&s), ricevuti.first_mut()) {
        primo.note.push(manca);
    }
    ricevuti
}

const NOME_ALTRO: &str =
    "il nome non è quello di un file di subentro: inviato così sarebbe rifiutato con EN001";

/// A name that was meant as one of a delivery, whether it is right or not.
fn promette(nome: &str) -> bool {
    let maiuscolo = nome.to_ascii_uppercase();
    maiuscolo.contains("SUBAPR") || maiuscolo.contains("SUBAIRE")
}

/// Bytes the counter would weigh; those of a file still to be compressed are not known.
fn compressi(percorso: &Path, nome: &str) -> u64 {
    if nome.to_ascii_lowercase().ends_with(".gz") {
        percorso.metadata().map_or(0, |m| m.len())
    } else {
        0
    }
}

fn accogli(s: &mut Situazione, letto: NomeFile) {
    let aperta = s.aperta.get_or_insert_with(FornituraAperta::default);
    if let NomeFile::Apr { versione, totale, .. } = letto {
        aperta.versione.get_or_insert(versione);
        aperta.totale.get_or_insert(totale);
    }
    aperta.file.push(letto);
}

/// What the delivery still waits for; nothing when it is whole, or when none of its files passed.
fn mancanti(s: &Situazione) -> Option<String> {
    let aperta = s.aperta.as_ref()?;
    let mut manca = Vec::new();
    let avuti: BTreeSet<u16> = aperta
        .file
        .iter()
        .filter_map(|n| match n {
            NomeFile::Apr { progressivo, .. } => Some(*progressivo),
            NomeFile::Aire { .. } => None,
        })
        .collect();
    match aperta.totale {
        None => manca.push("i file APR".to_owned()),
        Some(totale) => {
            let numeri: Vec<String> = (1..=totale)
                .filter(|p| !avuti.contains(p))
                .map(|p| p.to_string())
                .collect();
            if !numeri.is_empty() {
                manca.push(format!("APR {} di {totale}", numeri.join(", ")));
            }
        }
    }
    if aperta.file.iter().all(|n| n.tipo() != TipoFile::Aire) {
        manca.push("il file AIRE".to_owned());
    }
    (!manca.is_empty()).then(|| {
        format!(
            "fornitura incompleta, manca: {}; inviata così resterebbe in elaborazione senza esito",
            manca.join("; ")
        )
    })
}
