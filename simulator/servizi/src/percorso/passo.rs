//! What the scenario clock brings about by itself: the start of tests, parcels on their way, the reminder of the
//! preliminary file.
//!
//! Each thing has a day of its own and happens as that day begins ([`ORA_INIZIALE`]), whoever notices it and however late:
//! a move of the date, the night, a page, the batch's thread. What must stay true: a move over many days gives the
//! messages, dates and states, in the order, that a move a day gives; what becomes due by a change of today happens today,
//! so that no message is dated before what brought it about; reading never writes while nothing is due.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use anagrafe::{CodiceIstat, Data};
use registro::{Comune, Lettura, Orologio, Quando, Transazione, mondo::ORA_INIZIALE};

use super::{
    credenziali,
    fascicolo::{AvvioProve, Fascicolo, RACCOLTA, fascicolo, salva},
    lettere, macro_stato, preliminare,
    scadenze::{Scadenze, scadenze},
};
use crate::{ErroreServizio, Esito, Simulatore, simulatore::prendi};

/// Collection and key of the instant up to which everything that was due has happened.
const FINO_A: (&str, &str) = ("percorso-passo", "fino-a");

/// Who brings things about, one at a time.
#[derive(Debug, Default)]
pub(crate) struct PassoDelTempo {
    turno: Mutex<()>,
    /// The last date the batch's thread has looked at.
    visto: Mutex<Option<Data>>,
}

/// Something that has a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cosa {
    /// The message of the start of tests goes out.
    Prove,
    /// The Comune is reminded of the preliminary file.
    Preliminare,
    /// The cards of a parcel are made, it leaves.
    Plico(u32),
}

/// Something due. The order is that of happening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Dovuto {
    giorno: Data,
    comune: CodiceIstat,
    cosa: Cosa,
    /// Its instant, when that lies behind; none = now.
    istante: Option<Quando>,
}

/// The clock as whoever looks for due things sees it.
#[derive(Debug, Clone, Copy)]
struct Adesso {
    orologio: Orologio,
    ora: Quando,
    fino_a: Option<Quando>,
}

impl Adesso {
    fn leggi(t: &impl Lettura) -> Esito<Self> {
        Ok(Self {
            orologio: t.orologio()?,
            ora: t.ora()?,
            fino_a: t.documento(FINO_A.0, FINO_A.1)?,
        })
    }

    /// A thing with a day, brought about by something of `dopo` at the earliest; none while the day lies ahead.
    fn dovuto(&self, comune: CodiceIstat, cosa: Cosa, giorno: Data, dopo: Quando) -> Option<Dovuto> {
        let oggi = self.ora.date();
        let istante = giorno.to_datetime(ORA_INIZIALE).max(dopo);
        if istante.date() > oggi {
            return None;
        }
        let cambiato_ora = self.fino_a.is_some_and(|f| istante <= f);
        // Standing still, the clock of the day is the one that every event moves.
        let di_oggi = istante > self.ora || (self.orologio.velocita == 0 && istante.date() == oggi);
        let istante = Some(istante).filter(|_| !cambiato_ora && !di_oggi);
        Some(Dovuto {
            giorno: istante.map_or(oggi, Quando::date),
            comune,
            cosa,
            istante,
        })
    }
}

/// What is due of a file.
fn dovuti(
    t: &impl Lettura,
    istat: CodiceIstat,
    f: &Fascicolo,
    s: &Scadenze,
    adesso: &Adesso,
) -> Esito<Vec<Dovuto>> {
    let mut tutti = Vec::new();
    if let (None, Some(x)) = (&f.prove, &f.scheda) {
        let giorno = credenziali::giorno_del_preavviso(x.inizio_prove, s);
        tutti.extend(adesso.dovuto(istat, Cosa::Prove, giorno, x.corretta.unwrap_or(x.inviata)));
    }
    if let (Some(p), Some(giorno)) = (&f.prove, preliminare::giorno_del_sollecito(f, istat)) {
        let dovuto = adesso.dovuto(istat, Cosa::Preliminare, giorno, p.comunicato);
        // The deliveries are looked at last: this is asked for with every page.
        if dovuto.is_some() && preliminare::da_sollecitare(t, istat)? {
            tutti.extend(dovuto);
        }
    }
    for p in f.plichi.iter().filter(|p| p.spedito.is_none()) {
        tutti.extend(adesso.dovuto(istat, Cosa::Plico(p.numero), p.pronto, p.ordinato));
    }
    // A file that outlived its Comune wants nothing any more.
    if !tutti.is_empty() && t.comune(istat)?.is_none() {
        tutti.clear();
    }
    Ok(tutti)
}

/// Everything due, of every Comune.
fn tutti_i_dovuti(t: &impl Lettura) -> Esito<BTreeSet<Dovuto>> {
    let (adesso, s) = (Adesso::leggi(t)?, scadenze(t)?);
    let mut tutti = BTreeSet::new();
    for (chiave, f) in t.documenti::<Fascicolo>(RACCOLTA)? {
        let istat = CodiceIstat::parse(&chiave).map_err(ErroreServizio::guasto)?;
        tutti.extend(dovuti(t, istat, &f, &s, &adesso)?);
    }
    Ok(tutti)
}

/// Something was changed: what becomes due by it happens from now on, not before.
pub(crate) fn cambiato(t: &mut Transazione) -> Esito<()> {
    let ora = t.ora()?;
    Ok(t.salva_documento(FINO_A.0, FINO_A.1, &ora)?)
}

impl Simulatore {
    /// Brings about what the scenario date has made due, each thing at its own instant.
    pub(crate) fn al_passo(&self) -> Esito<()> {
        if tutti_i_dovuti(self.registro())?.is_empty() {
            return Ok(());
        }
        let _turno = prendi(&self.passo.turno);
        let mut coda = tutti_i_dovuti(self.registro())?;
        let mut provati = BTreeSet::new();
        // The clock of the past: it goes on from one thing to the next.
        let mut passato: Option<Orologio> = None;
        while let Some(d) = coda.pop_first() {
            if !provati.insert((d.comune, d.cosa)) {
                continue;
            }
            passato = d.istante.map(|i| Orologio {
                scenario: passato.map_or(i, |o| o.scenario.max(i)),
                velocita: 0,
                ancora: self.adesso(),
            });
            self.accade(&d, &mut passato)?;
            // One thing may bring another, whose day may lie behind too.
            coda.extend(self.dovuti_di(d.comune)?);
        }
        self.registro().scrivi(cambiato)
    }

    /// The same when the date of a running clock is another than at the last look: the batch's thread asks, so that no page
    /// need be opened. A clock that stands is moved by somebody, and the move brings everything about.
    pub(crate) fn al_passo_del_giorno(&self) -> Esito<()> {
        let adesso = Adesso::leggi(self.registro())?;
        let visto = || self.passo.visto.lock().unwrap_or_else(PoisonError::into_inner);
        let oggi = Some(adesso.ora.date());
        if adesso.orologio.velocita > 0 && *visto() != oggi {
            let _lavoro = self.al_lavoro();
            self.al_passo()?;
            *visto() = oggi;
        }
        Ok(())
    }

    fn dovuti_di(&self, istat: CodiceIstat) -> Esito<Vec<Dovuto>> {
        let r = self.registro();
        match r.documento::<Fascicolo>(RACCOLTA, istat.as_str())? {
            Some(f) => dovuti(r, istat, &f, &scadenze(r)?, &Adesso::leggi(r)?),
            None => Ok(Vec::new()),
        }
    }

    /// One thing, one commit: file, state of the Comune and message. With a clock of the past everything in it is dated by
    /// that clock, and the true one is as if nothing had happened now.
    fn accade(&self, d: &Dovuto, passato: &mut Option<Orologio>) -> Esito<()> {
        if d.cosa == Cosa::Prove {
            // Keys are made outside the commit: it takes longer than a commit may.
            self.prepara_prove(d.comune)?;
        }
        self.registro().scrivi(|t| -> Esito<()> {
            let Some(mut comune) = t.comune(d.comune)? else {
                return Ok(());
            };
            let mut f = fascicolo(t, &comune)?;
            let (adesso, s) = (Adesso::leggi(t)?, scadenze(t)?);
            let ancora = dovuti(t, d.comune, &f, &s, &adesso)?;
            if !ancora.iter().any(|x| x.cosa == d.cosa) {
                return Ok(());
            }
            if let Some(o) = passato {
                t.salva_orologio(o)?;
            }
            self.scatta(t, &mut comune, &mut f, d.cosa)?;
            comune.stato = macro_stato::deriva(comune.stato, &f);
            t.salva_comune(&comune)?;
            salva(t, d.comune, &f)?;
            if let Some(o) = passato {
                *o = t.orologio()?;
                t.salva_orologio(&adesso.orologio)?;
            }
            Ok(())
        })
    }

    fn scatta(&self, t: &mut Transazione, comune: &mut Comune, f: &mut Fascicolo, cosa: Cosa) -> Esito<()> {
        let quando = t.evento()?;
        match cosa {
            Cosa::Prove => {
                self.comunica_prove(t, comune, f, quando)?;
            }
            Cosa::Preliminare => {
                let termine = preliminare::termine(f, comune.istat);
                lettere::sollecito_preliminare(t, comune, termine, self.indirizzi())?;
                f.sollecito_preliminare = Some(quando.date());
            }
            Cosa::Plico(numero) => {
                let quante = f.carte.iter().filter(|c| c.plico == numero).count();
                for p in f.plichi.iter_mut().filter(|p| p.numero == numero) {
                    p.spedito = Some(quando);
                    lettere::plico_spedito(t, comune, p, quante)?;
                }
            }
        }
        Ok(())
    }

    /// The start of tests now, whatever the date (the Ministry's word).
    pub fn avvia_prove(&self, istat: CodiceIstat) -> Esito<AvvioProve> {
        let f = self.fascicolo(istat)?;
        if f.scheda.is_none() {
            return Err(super::Impedimento::SchedaMancante.into());
        }
        self.prepara_prove(istat)?;
        self.nel_fascicolo(istat, |t, comune, f, quando| {
            if f.prove.is_some() {
                return Err(super::Impedimento::ProveGiaAvviate.into());
            }
            self.comunica_prove(t, comune, f, quando)
        })
    }

    fn comunica_prove(
        &self,
        t: &mut Transazione,
        comune: &mut Comune,
        f: &mut Fascicolo,
        quando: Quando,
    ) -> Esito<AvvioProve> {
        let s = scadenze(t)?;
        let dichiarata = f.scheda.as_ref().map_or(quando.date(), |x| x.inizio_prove);
        let utente = credenziali::utente_di_prova(comune.istat);
        self.registra_utente_di_prova(t, comune.istat, &utente)?;
        let avvio = AvvioProve {
            comunicato: quando,
            dal: dichiarata.max(credenziali::dopo_mesi(quando.date(), s.anticipo_prove_mesi)),
            utente,
        };
        let password = credenziali::parola_derivata(t.seme()?, &avvio.utente);
        f.prove = Some(avvio.clone());
        lettere::avvio_prove(
            t,
            comune,
            &avvio,
            preliminare::termine(f, comune.istat),
            &password,
            self.indirizzi(),
            self.certificato_di_prova(comune.istat).as_slice(),
        )?;
        Ok(avvio)
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn a_day_behind_is_dated_by_itself_and_what_a_change_brings_by_now() {
        let q = |t: &str| t.parse::<Quando>().expect("instant");
        let istat = CodiceIstat::parse("888011").expect("code");
        let adesso = |velocita, ora: &str, fino_a: Option<&str>| Adesso {
            orologio: Orologio {
                scenario: q(ora),
                velocita,
                ancora: jiff::Timestamp::UNIX_EPOCH,
            },
            ora: q(ora),
            fino_a: fino_a.map(q),
        };
        let giorno = q("2021-03-05T00:00:00").date();
        for (a, dopo, atteso) in [
            // Ahead; of a day behind; of today, with the clock standing and running, before and after the hour.
            (
                adesso(0, "2021-03-04T23:59:59", None),
                "2021-03-01T09:00:00",
                None,
            ),
            (
                adesso(0, "2021-03-11T08:00:00", None),
                "2021-03-01T09:00:00",
                Some(Some("2021-03-05T08:00:00")),
            ),
            (
                adesso(0, "2021-03-05T08:00:07", None),
                "2021-03-01T09:00:00",
                Some(None),
            ),
            (
                adesso(1, "2021-03-05T08:00:07", None),
                "2021-03-01T09:00:00",
                Some(Some("2021-03-05T08:00:00")),
            ),
            (
                adesso(1, "2021-03-05T03:00:00", None),
                "2021-03-01T09:00:00",
                Some(None),
            ),
            // Never before what brought it about, known by its own instant or by the mark of the last change.
            (
                adesso(1, "2021-03-11T08:00:00", None),
                "2021-03-06T10:00:00",
                Some(Some("2021-03-06T10:00:00")),
            ),
            (
                adesso(1, "2021-03-11T08:00:00", Some("2021-03-10T08:00:00")),
                "2021-03-01T09:00:00",
                Some(None),
            ),
            (
                adesso(1, "2021-03-11T08:00:00", Some("2021-03-05T07:59:59")),
                "2021-03-01T09:00:00",
                Some(Some("2021-03-05T08:00:00")),
            ),
        ] {
            let d = a.dovuto(istat, Cosa::Prove, giorno, q(dopo));
            assert_eq!(d.map(|d| d.istante), atteso.map(|i| i.map(q)), "{a:?} {dopo}");
            if let Some(d) = d {
                assert_eq!(d.giorno, d.istante.unwrap_or(a.ora).date());
            }
        }
    }
}
