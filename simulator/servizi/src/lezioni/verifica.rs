//! An [`Attesa`] → whether it is so, in the real state, and what is there instead.

use anagrafe::italiano::{al, dal, giorno};
use registro::{Lettura as _, Ordine};
use serde::{Deserialize, Serialize};

use super::{
    attesa::{Attesa, codici},
    azione::parola,
    corso::Corso,
    documento::Lezione,
};
use crate::{Esito, FiltroPosta, Simulatore};

/// Exchanges of one step that are looked at.
const SCAMBI_GUARDATI: usize = 200;

/// What became of an expectation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EsitoAttesa {
    /// What must be so.
    pub frase: String,
    /// It is.
    pub raggiunta: bool,
    /// What is there.
    pub osservato: String,
}

impl Simulatore {
    /// The expectations of the step on the screen, as things stand.
    pub(super) fn attese_del_passo(&self, l: &Lezione, c: &Corso) -> Esito<Vec<EsitoAttesa>> {
        let attese = c.passo_di(l).map_or(&[][..], |p| p.attese.as_slice());
        attese.iter().map(|a| self.verifica_attesa(l, c, a)).collect()
    }

    fn verifica_attesa(&self, l: &Lezione, c: &Corso, a: &Attesa) -> Esito<EsitoAttesa> {
        let (raggiunta, osservato) = self.osserva(l, c, a)?;
        Ok(EsitoAttesa {
            frase: a.frase(),
            raggiunta,
            osservato,
        })
    }

    fn osserva(&self, l: &Lezione, c: &Corso, a: &Attesa) -> Esito<(bool, String)> {
        let istat = l.comune;
        Ok(match a {
            Attesa::Data { giorno: g } => {
                let oggi = self.registro().oggi()?;
                (oggi == *g, giorno(oggi))
            }
            Attesa::Fornitura {
                ambiente,
                versione,
                stato,
                conteggi,
                file,
                soggetti,
            } => {
                let tutte = self.forniture(Some(*ambiente), Some(istat))?;
                let Some(f) = tutte.iter().rev().find(|f| f.versione == *versione) else {
                    return Ok((false, "non c'è".to_owned()));
                };
                let mut trovati = f.conteggi.clone();
                trovati.retain(|_, n| *n > 0);
                let si = f.stato == *stato
                    && conteggi.as_ref().is_none_or(|c| *c == trovati)
                    && file.is_none_or(|n| f.file.len() == n)
                    && soggetti.is_none_or(|n| f.schede.soggetti == n);
                let osservato = format!(
                    "{}, {}, file {}, schede APR {}",
                    f.stato.nome().replace('_', " "),
                    codici(&trovati),
                    f.file.len(),
                    f.schede.soggetti
                );
                (si, osservato)
            }
            Attesa::Comune { stato } => {
                let ora = self.comune(istat)?.stato;
                (ora == *stato, parola(&ora).replace('_', " "))
            }
            Attesa::Situazione { ambiente, situazione } => {
                let ora = self.comune(istat)?.in_ambiente(*ambiente).situazione;
                (ora == *situazione, parola(&ora).replace('_', " "))
            }
            Attesa::Pec {
                ambiente,
                oggetto,
                quante,
            } => {
                let filtro = FiltroPosta {
                    casella: Some(registro::Casella::Comune),
                    ambiente: *ambiente,
                    comune: Some(istat),
                    ..FiltroPosta::default()
                };
                let trovate = self
                    .posta(&filtro)?
                    .iter()
                    .filter(|p| p.oggetto.contains(oggetto.as_str()))
                    .count();
                let si = quante.map_or(trovate > 0, |n| trovate == n);
                (si, format!("messaggi così: {trovate}"))
            }
            Attesa::Piano {
                ambiente,
                inizio,
                fine,
            } => match self.piano(istat, *ambiente)? {
                Some(p) => (
                    (p.inizio, p.fine) == (*inizio, *fine),
                    format!("{} {}", dal(p.inizio), al(p.fine)),
                ),
                None => (false, "nessun piano".to_owned()),
            },
            Attesa::SenzaPiano { ambiente } => match self.piano(istat, *ambiente)? {
                Some(p) => (false, format!("{} {}", dal(p.inizio), al(p.fine))),
                None => (true, "nessun piano".to_owned()),
            },
            Attesa::Rifiuto { codice, testo } => {
                let si = c.rifiuti.iter().any(|r| {
                    r.codice == *codice && testo.as_ref().is_none_or(|t| r.testo.contains(t.as_str()))
                });
                let visti: Vec<String> = c
                    .rifiuti
                    .iter()
                    .map(|r| format!("{} {}", r.codice, r.testo).trim().to_owned())
                    .collect();
                let osservato = if visti.is_empty() {
                    "nessun rifiuto".to_owned()
                } else {
                    visti.join(" ")
                };
                (si, osservato)
            }
            Attesa::Certificato { certificato, stato } => match c.certificati.get(certificato) {
                Some(impronta) => {
                    let ora = self.stato_postazione(&self.quello(impronta)?)?;
                    (ora == *stato, ora.nome().to_owned())
                }
                None => (false, "non emesso".to_owned()),
            },
            Attesa::Scambio {
                ambiente,
                operazione,
                esito,
                fault,
            } => {
                let tieni = |s: &registro::Scambio| {
                    s.porta == ambiente.chiave()
                        && s.comune == Some(istat)
                        && s.operazione.as_deref() == Some(operazione.nome())
                };
                let tutti = self.giornale().scorri(
                    Some(c.giornale_da),
                    Ordine::Crescente,
                    SCAMBI_GUARDATI,
                    None,
                    &tieni,
                );
                let si = tutti.iter().any(|s| {
                    s.esito == *esito
                        && fault
                            .as_ref()
                            .is_none_or(|f| s.fault.as_deref() == Some(f.as_str()))
                });
                let osservato = tutti.last().map_or_else(
                    || "nessuna richiesta".to_owned(),
                    |s| {
                        format!("{} {}", s.esito.nome(), s.fault.as_deref().unwrap_or_default())
                            .trim()
                            .to_owned()
                    },
                );
                (si, osservato)
            }
        })
    }
}
