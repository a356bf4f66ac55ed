//! Questions of the Comuni to the support, and its answers (process T05): messages of ours, from our mailboxes to ours.

use anagrafe::{Ambiente, CodiceIstat};
use registro::{Casella, NaturaPec, Pec, posta::Scritto};

use super::FiltroPosta;
use crate::{ErroreServizio, Esito, Simulatore};

/// Longest subject somebody may write, in characters.
pub const LIMITE_OGGETTO_SCRITTO: usize = 120;
/// Longest text somebody may write, in characters.
pub const LIMITE_TESTO_SCRITTO: usize = 4_000;
/// Questions of one Comune in one environment that may wait for the support.
pub const DOMANDE_APERTE_MASSIME: usize = 50;

fn testo_buono<'t>(cosa: &str, testo: &'t str, limite: usize) -> Esito<&'t str> {
    let testo = testo.trim();
    match testo.chars().count() {
        0 => Err(ErroreServizio::richiesta(format!("{cosa} manca."))),
        n if n > limite => Err(ErroreServizio::richiesta(format!(
            "{cosa} ha {n} caratteri: al massimo {limite}."
        ))),
        _ => Ok(testo),
    }
}

impl Simulatore {
    /// A question to the support.
    pub fn scrivi_all_assistenza(
        &self,
        ambiente: Ambiente,
        comune: CodiceIstat,
        oggetto: &str,
        testo: &str,
    ) -> Esito<Pec> {
        let oggetto = testo_buono("L'oggetto", oggetto, LIMITE_OGGETTO_SCRITTO)?;
        let testo = testo_buono("Il testo", testo, LIMITE_TESTO_SCRITTO)?;
        let aperte = self.conto_posta(&FiltroPosta {
            casella: Some(Casella::Assistenza),
            letta: Some(false),
            ..FiltroPosta::del_comune(ambiente, comune)
        })?;
        if aperte.messaggi >= DOMANDE_APERTE_MASSIME {
            return Err(ErroreServizio::conflitto(format!(
                "{DOMANDE_APERTE_MASSIME} domande del Comune aspettano di essere lette: l'assistenza risponde dalla console."
            )));
        }
        let comune = self.comune(comune)?;
        let id = self.registro().scrivi(|t| -> Esito<_> {
            Ok(t.spedisci_scritto(&Scritto {
                ambiente,
                comune: &comune,
                natura: NaturaPec::Domanda,
                oggetto,
                testo,
                risponde: None,
                fornitura: None,
            })?)
        })?;
        self.pec_una(&id.to_string())
    }

    /// An answer of the support, to the Comune that asked; the question counts as read.
    pub fn rispondi_al_comune(&self, domanda: &str, testo: &str) -> Esito<Pec> {
        let testo = testo_buono("Il testo", testo, LIMITE_TESTO_SCRITTO)?;
        let d = self.pec_una(domanda)?;
        if d.natura != NaturaPec::Domanda {
            return Err(ErroreServizio::conflitto(
                "Si risponde solo alle domande rivolte all'assistenza.",
            ));
        }
        let comune = self.comune(d.comune)?;
        let oggetto = d.oggetto.split_once("] ").map_or(d.oggetto.as_str(), |(_, o)| o);
        let oggetto = format!("R: {oggetto}");
        let id = self.registro().scrivi(|t| -> Esito<_> {
            Ok(t.spedisci_scritto(&Scritto {
                ambiente: d.ambiente,
                comune: &comune,
                natura: NaturaPec::Risposta,
                oggetto: &oggetto,
                testo,
                risponde: Some(d.id),
                fornitura: None,
            })?)
        })?;
        self.segna_pec(domanda, true)?;
        self.pec_una(&id.to_string())
    }

    /// One message, if it is in the mailbox of that Comune or was written from it; any other does not exist.
    pub fn pec_del_comune(&self, ambiente: Ambiente, comune: CodiceIstat, id: &str) -> Esito<Pec> {
        self.pec_una(id)
            .ok()
            .filter(|p| p.comune == comune && p.ambiente == ambiente && p.casella.is_none())
            .ok_or_else(|| {
                ErroreServizio::assente("Nessun messaggio con questo numero nella casella del Comune.")
            })
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn what_people_write_has_an_end() {
        assert!(testo_buono("Il testo", " \n\t", 10).is_err());
        assert_eq!(testo_buono("Il testo", " èè ", 2), Ok("èè"));
        let lungo = testo_buono("Il testo", "èèè", 2).expect_err("too long");
        assert_eq!(
            (lungo.http, lungo.testo.as_str()),
            (400, "Il testo ha 3 caratteri: al massimo 2.")
        );
    }
}
