//! A code and its values → the sentence shown (subentro.md §3.2).
//!
//! Two catalogues in our own words, `tabella` and `osservato`, and on request the official list read at run time
//! ([`ElencoTesti`]), which then speaks for every code it knows. Checks hand out the values of the observed form;
//! here they are put in the order of the table. One rule cuts every sentence: [`crate::anomalie::LIMITE_TESTO`].

mod elenco;
mod foglio;

pub use elenco::{ElencoTesti, ErroreElenco, LIMITE_ELENCO_BYTES};

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::anomalie::{anomalia, riempi};

/// Which of our two catalogues speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CatalogoTesti {
    /// As many slots as the published table counts.
    Tabella,
    /// More specific, as delivered texts were seen.
    #[default]
    Osservato,
}

impl std::str::FromStr for CatalogoTesti {
    type Err = String;

    fn from_str(testo: &str) -> Result<Self, String> {
        match testo {
            "tabella" => Ok(Self::Tabella),
            "osservato" => Ok(Self::Osservato),
            _ => Err(format!(
                "«{testo}»: i cataloghi dei testi sono tabella e osservato"
            )),
        }
    }
}

/// Who speaks in an elaboration: cheap to copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Testi {
    /// Our catalogue.
    pub catalogo: CatalogoTesti,
    /// The official list, when one was loaded; it wins.
    pub elenco: Option<Arc<ElencoTesti>>,
}

impl Testi {
    /// The sentence of a code, its slots filled left to right with `valori` (those of the observed form).
    pub fn testo(&self, codice: &str, valori: &[&str]) -> String {
        let nostro = anomalia(codice).map(|a| a.testo);
        let ufficiale = self.elenco.as_ref().and_then(|e| e.testo(codice));
        let modello = match (ufficiale, self.catalogo) {
            (Some(testo), _) => testo,
            (None, CatalogoTesti::Tabella) => nostro.map_or("", |t| t.tabella),
            (None, CatalogoTesti::Osservato) => return riempi(nostro.map_or("", |t| t.osservato), valori),
        };
        let in_tabella = di_tabella(codice, valori);
        let pieni: Vec<&str> = in_tabella.iter().map(AsRef::as_ref).collect();
        if let Some(diagnosi) = diagnosi(codice, modello, valori) {
            // The stand-alone validator appended what its parser said (§3.3).
            return riempi("@: @", &[modello, diagnosi]);
        }
        riempi(modello, &pieni)
    }
}

/// What the parser said, where the sentence has no slot for it.
fn diagnosi<'a>(codice: &str, modello: &str, valori: &[&'a str]) -> Option<&'a str> {
    let detto = valori.first().filter(|d| !d.is_empty())?;
    (matches!(codice, "EN009" | "EN010") && !modello.contains('@')).then_some(*detto)
}

/// Values of the observed form in the order of the table.
fn di_tabella<'a>(codice: &str, valori: &[&'a str]) -> Vec<Cow<'a, str>> {
    let com_e = || valori.iter().map(|v| Cow::Borrowed(*v)).collect();
    match (codice, valori) {
        // The name and the province apart.
        ("EC007", [luogo, ..]) => match luogo.strip_suffix(')').and_then(|l| l.rsplit_once('(')) {
            Some((nome, provincia)) => vec![nome.into(), provincia.into()],
            None => com_e(),
        },
        // The first date and the three it is held against; one finding speaks of one of them.
        ("ES127", [prima, cosa, altra]) => {
            let posto = match *cosa {
                c if c.contains("residenza") => 1,
                c if c.contains("aggiornamento") => 2,
                _ => 3,
            };
            let mut tutti = vec![Cow::Borrowed(""); 4];
            tutti[0] = (*prima).into();
            tutti[posto] = (*altra).into();
            tutti
        }
        _ => com_e(),
    }
}

#[cfg(test)]
mod prove {
    use super::*;
    use crate::anomalie::{CATALOGO, LIMITE_TESTO};

    fn tabella() -> Testi {
        Testi {
            catalogo: CatalogoTesti::Tabella,
            elenco: None,
        }
    }

    #[test]
    fn i_due_cataloghi() {
        let osservato = Testi::default();
        let valori = ["ROMA(RM)", "01/02/1900"];
        assert_eq!(
            osservato.testo("EC007", &valori),
            "Comune di nascita ROMA(RM) non esistente alla data 01/02/1900"
        );
        assert_eq!(
            tabella().testo("EC007", &valori),
            "Comune di nascita ROMA (RM) non presente nella tabella alla data di nascita"
        );
        assert_eq!(
            tabella().testo("ES127", &["a", "decorrenza della residenza", "b"]),
            "La data di prima iscrizione a è successiva a una di queste: b"
        );
        assert_eq!(
            tabella().testo("EN009", &["riga 3"]),
            "Il file non è nel formato atteso dopo la decompressione: riga 3"
        );
        assert_eq!(tabella().testo("XX999", &["v"]), "");
    }

    #[test]
    fn una_sola_regola_taglia() {
        let lungo = "è".repeat(LIMITE_TESTO);
        for anomalia in CATALOGO {
            for testi in [tabella(), Testi::default()] {
                let testo = testi.testo(anomalia.codice.0, &[&lungo, &lungo, &lungo]);
                assert!(testo.chars().count() <= LIMITE_TESTO, "{}", anomalia.codice);
            }
        }
    }

    #[test]
    fn l_elenco_vince_dove_parla() {
        let elenco = ElencoTesti::leggi(
            "testi.csv",
            "Codice;Descrizione\nEC007;Luogo @ provincia @.\nEN009;Prova\nZZ1;x\n".as_bytes(),
        )
        .expect("un elenco");
        let testi = Testi {
            elenco: Some(Arc::new(elenco)),
            ..Testi::default()
        };
        assert_eq!(
            testi.testo("EC007", &["L'AQUILA(AQ)", ""]),
            "Luogo L'AQUILA provincia AQ."
        );
        assert_eq!(testi.testo("EN009", &["riga 1"]), "Prova: riga 1");
        assert_eq!(
            testi.testo("EA001", &[]),
            Testi::default().testo("EA001", &[]),
            "a code the list does not know keeps our words"
        );
    }
}
