//! The mailboxes: whose a message is, which are to be read, which hold a text.
//!
//! A message lies in one mailbox, its recipient's: the Comune's (one for each environment) or the support's. Lists and
//! counts are asked for with every page, messages can carry megabytes: the heads are kept in memory, read once and then
//! only what came after, and a message itself is read when somebody opens it. What must stay true: a message never
//! changes but for being read, and that only through here.

mod archivio;
pub(crate) mod inoltro;
mod scritti;

use std::collections::BTreeMap;

use anagrafe::{Ambiente, CodiceIstat, codice_fiscale::normalizza};
use registro::{
    Casella, IdFornitura, IdPec, Lettura as _, NaturaPec, Pec, Quando,
    posta::{Allegato, Ricevuta, allegato, ricevute},
};
use serde::Serialize;

use crate::{ErroreServizio, Esito, Simulatore, simulatore::prendi};

pub use archivio::{FormatoArchivio, LIMITE_ARCHIVIO_BYTE};
pub use scritti::{DOMANDE_APERTE_MASSIME, LIMITE_OGGETTO_SCRITTO, LIMITE_TESTO_SCRITTO};

/// Messages of one page.
pub const MESSAGGI_PER_PAGINA: usize = 50;
/// Messages whose text a search reads, the newest first; heads are always searched.
const TESTI_CERCATI: usize = 2_000;

/// A message without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Testata {
    /// Its id.
    pub id: IdPec,
    /// Environment.
    pub ambiente: Ambiente,
    /// The Comune it is for, or from.
    pub comune: CodiceIstat,
    /// Sender.
    pub da: String,
    /// Recipient.
    pub a: String,
    /// Subject.
    pub oggetto: String,
    /// Scenario instant.
    pub quando: Quando,
    /// Read by its recipient.
    pub letta: bool,
    /// Delivery it speaks of.
    pub fornitura: Option<IdFornitura>,
    /// Names of the attachments.
    pub allegati: Vec<String>,
    /// What it is about.
    pub natura: NaturaPec,
    /// The message it answers.
    pub risponde: Option<IdPec>,
    /// Whose mailbox it lies in.
    pub casella: Casella,
    /// Its name, when it is somebody else's.
    pub di: Option<String>,
    /// Bytes of the whole message.
    pub byte: u64,
}

/// The form in which texts are searched: words as names are compared (case, accents and apostrophes do not count), one
/// blank between them.
fn forma(testo: &str) -> String {
    let parole: Vec<String> = testo.split_whitespace().map(normalizza).collect();
    parole.join(" ").trim().to_owned()
}

impl Testata {
    fn di(p: Pec) -> Self {
        Self {
            casella: p.casella(),
            di: p.casella,
            byte: p.grezzo.len() as u64,
            id: p.id,
            ambiente: p.ambiente,
            comune: p.comune,
            da: p.da,
            a: p.a,
            oggetto: p.oggetto,
            quando: p.quando,
            letta: p.letta,
            fornitura: p.fornitura,
            allegati: p.allegati,
            natura: p.natura,
            risponde: p.risponde,
        }
    }

    /// Whether the head holds the text, already in the form of the search.
    fn contiene(&self, testo: &str) -> bool {
        let fornitura = self.fornitura.map(|f| f.to_string()).unwrap_or_default();
        [&self.oggetto, &self.da, &self.a, &self.id.to_string(), &fornitura]
            .into_iter()
            .chain(&self.allegati)
            .chain(&self.di)
            .any(|t| forma(t).contains(testo))
            || self.comune.as_str().contains(testo)
    }
}

/// The heads, in memory.
#[derive(Debug, Default)]
pub(crate) struct Testate(BTreeMap<IdPec, Testata>);

impl Testate {
    /// After a reset: everything is read anew.
    pub(crate) fn dimentica(&mut self) {
        self.0.clear();
    }

    /// Messages that are no more.
    pub(crate) fn togli(&mut self, quali: &[IdPec]) {
        for id in quali {
            self.0.remove(id);
        }
    }
}

/// Which messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FiltroPosta {
    /// Of one mailbox; of all without it.
    pub casella: Option<Casella>,
    /// The name of somebody else's mailbox.
    pub di: Option<String>,
    /// Of one environment.
    pub ambiente: Option<Ambiente>,
    /// For or from one Comune.
    pub comune: Option<CodiceIstat>,
    /// Read, or still to be read.
    pub letta: Option<bool>,
    /// A text in the head or in the message; case is ignored.
    pub testo: String,
}

impl FiltroPosta {
    /// The mailbox of a Comune in an environment.
    pub fn del_comune(ambiente: Ambiente, comune: CodiceIstat) -> Self {
        Self {
            casella: Some(Casella::Comune),
            ambiente: Some(ambiente),
            comune: Some(comune),
            ..Self::default()
        }
    }

    fn ammette(&self, t: &Testata) -> bool {
        self.casella.is_none_or(|c| t.casella == c)
            && self.di.as_ref().is_none_or(|d| t.di.as_ref() == Some(d))
            && self.ambiente.is_none_or(|a| t.ambiente == a)
            && self.comune.is_none_or(|c| t.comune == c)
            && self.letta.is_none_or(|l| t.letta == l)
    }
}

/// How many messages, how many of them to be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Conto {
    /// All of them.
    pub messaggi: usize,
    /// Not opened by the recipient.
    pub da_leggere: usize,
}

/// One mailbox with its counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContoCasella {
    /// Whose.
    pub casella: Casella,
    /// Environment, for a Comune's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ambiente: Option<Ambiente>,
    /// The name, for somebody else's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub di: Option<String>,
    /// The Comune, for a Comune's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comune: Option<CodiceIstat>,
    /// The counts.
    #[serde(flatten)]
    pub conto: Conto,
}

impl Simulatore {
    /// Works on the heads, the newest ones read first.
    fn con_testate<T>(&self, f: impl FnOnce(&mut BTreeMap<IdPec, Testata>) -> T) -> Esito<T> {
        self.pronto_lo_stato()?;
        let mut tenute = prendi(&self.testate);
        let ultima = tenute.0.last_key_value().map_or(IdPec(0), |(id, _)| *id);
        for pec in self.registro().pec_dopo(ultima)? {
            tenute.0.insert(pec.id, Testata::di(pec));
        }
        Ok(f(&mut tenute.0))
    }

    /// The heads that a filter lets through, newest first.
    pub fn posta(&self, filtro: &FiltroPosta) -> Esito<Vec<Testata>> {
        let mut righe = self.con_testate(|t| {
            let buone = t.values().rev().filter(|t| filtro.ammette(t));
            buone.cloned().collect::<Vec<_>>()
        })?;
        let cercato = filtro.testo.trim();
        if cercato.is_empty() {
            return Ok(righe);
        }
        let testo = forma(cercato);
        if testo.is_empty() {
            return Ok(Vec::new());
        }
        let mut letti = 0;
        let mut buone = Vec::new();
        for t in righe.drain(..) {
            if t.contiene(&testo) {
                buone.push(t);
            } else if letti < TESTI_CERCATI {
                letti += 1;
                let pec = self.registro().messaggio(t.id)?;
                if pec.is_some_and(|p| forma(&p.testo).contains(&testo)) {
                    buone.push(t);
                }
            }
        }
        Ok(buone)
    }

    /// One message, if a filter lets it through; any other does not exist.
    pub fn pec_tra(&self, filtro: &FiltroPosta, id: &str) -> Esito<Pec> {
        let pec = self.pec_una(id).ok();
        let ammessa = self.con_testate(|t| {
            pec.as_ref()
                .and_then(|p| t.get(&p.id))
                .is_some_and(|t| filtro.ammette(t))
        })?;
        pec.filter(|_| ammessa)
            .ok_or_else(|| ErroreServizio::assente("Nessun messaggio con questo numero in questa casella."))
    }

    /// How many a filter lets through; its text does not count.
    pub fn conto_posta(&self, filtro: &FiltroPosta) -> Esito<Conto> {
        self.con_testate(|t| {
            let mut conto = Conto::default();
            for t in t.values().filter(|t| filtro.ammette(t)) {
                conto.messaggi += 1;
                conto.da_leggere += usize::from(!t.letta);
            }
            conto
        })
    }

    /// Every mailbox that holds something.
    pub fn caselle(&self) -> Esito<Vec<ContoCasella>> {
        self.con_testate(|t| {
            let mut conti: BTreeMap<_, Conto> = BTreeMap::new();
            for t in t.values() {
                let chi = match t.casella {
                    Casella::Comune => (t.casella, None, Some(t.comune), Some(t.ambiente)),
                    Casella::Assistenza | Casella::Altri => (t.casella, t.di.clone(), None, None),
                };
                let conto = conti.entry(chi).or_default();
                conto.messaggi += 1;
                conto.da_leggere += usize::from(!t.letta);
            }
            conti
                .into_iter()
                .map(|((casella, di, comune, ambiente), conto)| ContoCasella {
                    casella,
                    ambiente,
                    di,
                    comune,
                    conto,
                })
                .collect()
        })
    }

    /// The answers to a message, oldest first.
    pub fn risposte(&self, id: IdPec) -> Esito<Vec<Testata>> {
        self.con_testate(|t| t.values().filter(|t| t.risponde == Some(id)).cloned().collect())
    }

    /// Marks a message as read, or as still to be read.
    pub fn segna_pec(&self, id: &str, letta: bool) -> Esito<Pec> {
        let mut pec = self.pec_una(id)?;
        self.registro().scrivi(|t| -> Esito<()> {
            t.segna_pec(pec.id, letta)?;
            Ok(())
        })?;
        self.con_testate(|t| {
            if let Some(t) = t.get_mut(&pec.id) {
                t.letta = letta;
            }
        })?;
        pec.letta = letta;
        Ok(pec)
    }

    /// An attachment, by its place from 0.
    pub fn allegato_pec(&self, id: &str, n: usize) -> Esito<Allegato> {
        let pec = self.pec_una(id)?;
        allegato(&pec, n)
            .ok_or_else(|| ErroreServizio::assente(format!("Il messaggio {id} non ha l'allegato {n}.")))
    }

    /// What the providers say of a message.
    pub fn ricevute_pec(&self, id: &str) -> Esito<[Ricevuta; 2]> {
        Ok(ricevute(&self.pec_una(id)?)?)
    }
}

#[cfg(test)]
mod prove {
    use super::forma;

    #[test]
    fn a_search_forgives_case_accents_and_apostrophes_but_not_the_order_of_words() {
        let testo = forma("Cèrca  l’esito\ndell'INVIO n. 12");
        for buono in [
            "cerca",
            "CERCÀ",
            "l'esito",
            "lesito",
            "esito dellinvio",
            "invio n 12",
            " n. ",
        ] {
            assert!(testo.contains(&forma(buono)), "{buono}");
        }
        for altro in ["esito cerca", "cercal", "invion"] {
            assert!(!testo.contains(&forma(altro)), "{altro}");
        }
    }
}
