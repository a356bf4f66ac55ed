//! The preliminary file (process F02, M04 a): a part of the data, sent to the test environment before the tests, so that there
//! is something to try on. One APR file, and its AIRE file, without which no delivery is loaded.
//!
//! Nothing of it is declared: its state is that of the APR deliveries to the test environment. Its day comes from the piano
//! di subentro, later when the tests begin later; who is late is reminded once, by PEC.

use anagrafe::{Ambiente, CodiceIstat, Data};
use jiff::ToSpan as _;
use registro::{Comune, Fornitura, IdFornitura, Lettura, Quando, StatoFile, StatoFornitura, TipoFile};
use serde::Serialize;

use super::{
    fascicolo::{Fascicolo, fascicolo},
    scheda::PRELIMINARE_GIORNI,
};
use crate::{Esito, Simulatore};

/// Where the preliminary file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatoPreliminare {
    /// No APR file has reached the test environment.
    DaInviare,
    /// The APR file was taken, the delivery is not yet loaded: it waits for the AIRE file, or for its turn.
    Inviato,
    /// The test environment holds, or held, its data.
    Caricato,
    /// Its delivery failed.
    Respinto,
    /// Not sent, and no longer needed: a ready Comune, or one whose pre-subentro passed.
    NonServe,
}

/// The preliminary file of a Comune.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilePreliminare {
    /// Where it stands.
    pub stato: StatoPreliminare,
    /// Day by which it is due; none before the scheda, and for a ready Comune.
    pub termine: Option<Data>,
    /// The day is over and nothing was sent.
    pub in_ritardo: bool,
    /// The file without which what was sent cannot be loaded.
    pub manca: Option<TipoFile>,
    /// First APR file of the delivery that counts.
    pub inviato: Option<Quando>,
    /// That delivery.
    pub fornitura: Option<IdFornitura>,
    /// Day of the reminder.
    pub sollecito: Option<Data>,
}

/// Its day: that of the plan; when the tests begin later than declared, as many days before them. The tests of a ready
/// Comune were long ago.
pub(super) fn termine(f: &Fascicolo, istat: CodiceIstat) -> Option<Data> {
    let piano = f.piano_subentro().filter(|_| !gia_provato(f, istat))?;
    let dalle_prove = f
        .prove
        .as_ref()
        .filter(|_| !piano.corretto)
        .and_then(|p| p.dal.checked_sub(PRELIMINARE_GIORNI.days()).ok());
    Some(dalle_prove.map_or(piano.invio_preliminare, |d| d.max(piano.invio_preliminare)))
}

fn gia_provato(f: &Fascicolo, istat: CodiceIstat) -> bool {
    f.scheda.as_ref().is_some_and(|s| s.e_pronta(istat))
}

/// First file of a kind that counts.
fn primo(f: &Fornitura, tipo: TipoFile) -> Option<Quando> {
    f.file
        .iter()
        .find(|x| x.tipo == tipo && x.stato != StatoFile::Scartato)
        .map(|x| x.ricevuto)
}

fn apr(f: &Fornitura) -> Option<Quando> {
    primo(f, TipoFile::Apr)
}

fn inviate(t: &impl Lettura, istat: CodiceIstat) -> Esito<Vec<Fornitura>> {
    let mut tutte = t.forniture(Ambiente::Test, istat)?;
    tutte.retain(|f| apr(f).is_some());
    Ok(tutte)
}

/// Day of the reminder, the one after the term; none before the start of tests, and once it went out.
pub(super) fn giorno_del_sollecito(f: &Fascicolo, istat: CodiceIstat) -> Option<Data> {
    if f.prove.is_none() || f.sollecito_preliminare.is_some() {
        return None;
    }
    termine(f, istat)?.tomorrow().ok()
}

/// Whether there is still something to be reminded of.
pub(super) fn da_sollecitare(t: &impl Lettura, istat: CodiceIstat) -> Esito<bool> {
    Ok(!t.comune(istat)?.is_some_and(|c| c.stato.presubentrato()) && inviate(t, istat)?.is_empty())
}

impl Simulatore {
    /// The preliminary file of a Comune.
    pub fn file_preliminare(&self, istat: CodiceIstat) -> Esito<FilePreliminare> {
        let comune = self.comune(istat)?;
        let f = fascicolo(self.registro(), &comune)?;
        self.preliminare_di(&comune, &f)
    }

    pub(super) fn preliminare_di(&self, comune: &Comune, f: &Fascicolo) -> Esito<FilePreliminare> {
        let inviate = inviate(self.registro(), comune.istat)?;
        let caricata = inviate
            .iter()
            .find(|x| x.conclusa.is_some() && x.stato != StatoFornitura::Ko);
        let conta = caricata.or_else(|| inviate.last());
        let stato = match conta {
            Some(_) if caricata.is_some() => StatoPreliminare::Caricato,
            Some(x) if x.stato == StatoFornitura::Ko => StatoPreliminare::Respinto,
            Some(_) => StatoPreliminare::Inviato,
            None if gia_provato(f, comune.istat) || comune.stato.presubentrato() => {
                StatoPreliminare::NonServe
            }
            None => StatoPreliminare::DaInviare,
        };
        let termine = termine(f, comune.istat);
        let oggi = self.registro().oggi()?;
        Ok(FilePreliminare {
            stato,
            in_ritardo: stato == StatoPreliminare::DaInviare
                && f.prove.is_some()
                && termine.is_some_and(|d| oggi > d),
            termine,
            manca: conta
                .filter(|x| stato == StatoPreliminare::Inviato && primo(x, TipoFile::Aire).is_none())
                .map(|_| TipoFile::Aire),
            inviato: conta.and_then(apr),
            fornitura: conta.map(|x| x.id),
            sollecito: f.sollecito_preliminare,
        })
    }
}

#[cfg(test)]
mod prove {
    use super::*;
    use crate::percorso::{AvvioProve, Scheda};

    #[test]
    fn its_day_follows_the_plan_and_tests_that_begin_later() {
        let comune = Comune::nuovo(CodiceIstat::parse("888001").expect("code"), "X", "XX", None);
        let pronta = Scheda::pronta(&comune);
        let mut f = Fascicolo {
            scheda: Some(Scheda {
                protocollo: "SIM/SUB/2016/0000001".to_owned(),
                ..pronta.clone()
            }),
            ..Fascicolo::default()
        };
        let d = |t: &str| anagrafe::leggi_data(t);
        let termine = |f: &Fascicolo| super::termine(f, comune.istat);
        assert_eq!(termine(&Fascicolo::default()), None);
        let pronto = Fascicolo {
            scheda: Some(pronta),
            ..Fascicolo::default()
        };
        assert_eq!(termine(&pronto), None);
        assert_eq!(termine(&f), d("2017-01-17"));
        f.prove = Some(AvvioProve {
            comunicato: jiff::civil::datetime(2016, 12, 1, 8, 0, 0, 0),
            dal: d("2017-03-16").expect("date"),
            utente: String::new(),
        });
        assert_eq!(termine(&f), d("2017-03-01"));
        // What the Ministry said holds.
        f.piano = f.scheda.as_ref().map(|s| crate::percorso::PianoSubentro {
            corretto: true,
            ..crate::percorso::PianoSubentro::dalla(s, None)
        });
        assert_eq!(termine(&f), d("2017-01-17"));
    }
}
