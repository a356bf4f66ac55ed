//! A message that is not the outcome of a delivery: receipts, calls, reminders, halves of secrets.
//!
//! Same promises as the outcome: same data and same scenario instant give the same bytes, nothing from outside adds a
//! header. A message may be for somebody other than the Comune it speaks of; then its `casella` says for whom, and the
//! pages of the Comune do not show it.

use anagrafe::Ambiente;

use super::{
    Allegato, Busta, Capo, DESTINATARIO_DI_RIPIEGO, NOME_MITTENTE, PREFISSO_OGGETTO, indirizzo_valido,
    intestazione, una_riga,
};
use crate::errore::ErroreRegistro;
use crate::modello::{Comune, IdPec, NaturaPec, Pec, Quando};
use crate::mondo::limiti::{LIMITE_OGGETTO_CARATTERI, LIMITE_PEC_BYTE};
use crate::transazione::Transazione;

/// Sender of the messages of the process.
pub const MITTENTE_AVVISI: &str = "avvisi@anpr-sim.example";
/// First line of every text.
const AVVERTENZA: &str = "SIMULATORE ANPR – messaggio simulato, dati fittizi, privo di ogni valore.";
/// Last line of every text.
const CONGEDO: &str = "Messaggio simulato: nessun gestore di posta certificata lo ha trattato.";

/// Who a message is for.
#[derive(Debug, Clone, Copy)]
pub enum Destinatario<'a> {
    /// The Comune, at its PEC.
    Comune,
    /// Somebody else.
    Altri {
        /// Whose mailbox it is: a user name, or the name of a body.
        casella: &'a str,
        /// Name beside the address.
        nome: &'a str,
        /// The address.
        indirizzo: &'a str,
    },
}

/// What the message is made of.
#[derive(Debug, Clone, Copy)]
pub struct Avviso<'a> {
    /// Environment it is filed under.
    pub ambiente: Ambiente,
    /// The Comune it speaks of.
    pub comune: &'a Comune,
    /// Who it is for.
    pub a: Destinatario<'a>,
    /// Subject, without the mark of the simulator.
    pub oggetto: &'a str,
    /// Text; line feeds stay.
    pub testo: &'a str,
    /// Files that travel with it.
    pub allegati: &'a [Allegato],
}

/// Composes the message that gets that id at that instant.
pub fn componi_avviso(id: IdPec, quando: Quando, avviso: &Avviso<'_>) -> Result<Pec, ErroreRegistro> {
    let byte = avviso.testo.len() + avviso.allegati.iter().map(|a| a.byte.len()).sum::<usize>();
    if byte > LIMITE_PEC_BYTE {
        return Err(ErroreRegistro::Posta(format!(
            "messaggio di {byte} byte, oltre il limite di {LIMITE_PEC_BYTE}"
        )));
    }
    let (casella, nome, indirizzo) = match avviso.a {
        Destinatario::Comune => (
            None,
            format!("Comune di {} ({})", avviso.comune.nome, avviso.comune.provincia),
            avviso.comune.pec.clone().unwrap_or_default(),
        ),
        Destinatario::Altri {
            casella,
            nome,
            indirizzo,
        } => (Some(casella.to_owned()), nome.to_owned(), indirizzo.to_owned()),
    };
    let a = Some(indirizzo.trim())
        .filter(|a| indirizzo_valido(a))
        .unwrap_or(DESTINATARIO_DI_RIPIEGO);
    let oggetto = una_riga(
        &format!("{PREFISSO_OGGETTO} {}", avviso.oggetto),
        LIMITE_OGGETTO_CARATTERI,
    );
    let testo = format!("{AVVERTENZA}\n\n{}\n\n{CONGEDO}\n", righe_pulite(avviso.testo));
    let chiave = avviso.ambiente.chiave();
    let testate = vec![
        intestazione("X-Anpr-Sim-Ambiente", chiave),
        intestazione("X-Anpr-Sim-Comune", avviso.comune.istat.as_str()),
    ];
    let busta = Busta {
        da: Capo {
            nome: NOME_MITTENTE.to_owned(),
            indirizzo: MITTENTE_AVVISI,
        },
        a: Capo { nome, indirizzo: a },
        oggetto: &oggetto,
        quando,
        nome: &format!("{chiave}.{id}"),
        testate,
        testo: &testo,
        allegati: avviso.allegati,
    };
    let grezzo = if avviso.allegati.is_empty() {
        busta.solo_testo()?
    } else {
        busta.chiudi()?
    };
    Ok(Pec {
        id,
        ambiente: avviso.ambiente,
        comune: avviso.comune.istat,
        casella,
        da: MITTENTE_AVVISI.to_owned(),
        a: a.to_owned(),
        oggetto,
        quando,
        letta: false,
        fornitura: None,
        testo,
        allegati: avviso.allegati.iter().map(|a| a.nome.clone()).collect(),
        natura: NaturaPec::Avviso,
        risponde: None,
        grezzo,
    })
}

/// The text without control characters but line feeds.
fn righe_pulite(testo: &str) -> String {
    testo
        .chars()
        .map(|c| if c.is_control() && c != '\n' { ' ' } else { c })
        .collect()
}

impl Transazione {
    /// Puts a message into its mailbox, in the same commit as whatever else happens here.
    pub fn avvisa(&mut self, avviso: &Avviso<'_>) -> Result<IdPec, ErroreRegistro> {
        let id = self.nuova_pec()?;
        let quando = self.evento()?;
        let pec = componi_avviso(id, quando, avviso)?;
        self.salva_pec(&pec)?;
        Ok(id)
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    fn comune() -> Comune {
        let istat = anagrafe::CodiceIstat::parse("888011").expect("code");
        Comune::nuovo(istat, "COMUNE\r\nBcc: x@y.example", "XX", None)
    }

    #[test]
    fn nothing_from_outside_adds_a_header_and_the_banner_is_there() {
        let c = comune();
        let pec = componi_avviso(
            IdPec(7),
            jiff::civil::datetime(2021, 3, 1, 8, 0, 0, 0),
            &Avviso {
                ambiente: Ambiente::Sub,
                comune: &c,
                a: Destinatario::Altri {
                    casella: "ROSSI",
                    nome: "Rossi\r\nBcc: altro@y.example",
                    indirizzo: "rossi@posta.example",
                },
                oggetto: "Prima\r\nX-Altro: riga",
                testo: "uno\ndue\u{7}",
                allegati: &[],
            },
        )
        .expect("a message");
        let testa = pec.grezzo.split("\r\n\r\n").next().expect("headers");
        assert!(
            !testa.contains("\r\nBcc") && !testa.contains("\r\nX-Altro"),
            "{testa}"
        );
        assert!(pec.oggetto.starts_with("[SIMULATORE – dati fittizi]"));
        assert!(pec.testo.contains("SIMULATORE") && pec.testo.contains("uno\ndue \n"));
        assert_eq!(
            (pec.casella.as_deref(), pec.a.as_str()),
            (Some("ROSSI"), "rossi@posta.example")
        );
        // Without an address of its own the message of a Comune stays in the mailbox all the same.
        let pec = componi_avviso(
            IdPec(8),
            pec.quando,
            &Avviso {
                ambiente: Ambiente::Sub,
                comune: &c,
                a: Destinatario::Comune,
                oggetto: "x",
                testo: "y",
                allegati: &[],
            },
        )
        .expect("a message");
        assert_eq!((pec.casella, pec.a.as_str()), (None, DESTINATARIO_DI_RIPIEGO));
    }
}
