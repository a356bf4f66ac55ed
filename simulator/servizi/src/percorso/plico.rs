//! The parcel of smart cards: made, on its way to the Prefettura, registered there, the sindaco summoned, handed over.

use anagrafe::{CodiceIstat, Data, italiano::al};
use jiff::ToSpan as _;
use rand::RngExt as _;
use registro::{Comune, Lettura, Quando, StatoOperatore, Transazione, mondo::flusso};
use serde::{Deserialize, Serialize};

use super::{
    censimento::{Incarico, Persona},
    fascicolo::Fascicolo,
    impedimento::{ErroreCampo, Impedimento, Rifiuto},
    lettere,
    scadenze::scadenze,
    smart_card::SmartCard,
};
use crate::{ErroreServizio, Esito, Simulatore};

/// Days after the parcel left at which the readers leave, and arrive (C10).
const LETTORI_GIORNI: (i64, i64) = (2, 5);

/// Days from today for which the sindaco may be summoned.
const CONVOCAZIONE_GIORNI: i64 = 90;

/// A parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plico {
    /// Number within the Comune.
    pub numero: u32,
    /// When the cards were ordered.
    pub ordinato: Quando,
    /// Day on which the cards are made and leave.
    pub pronto: Data,
    /// The Prefettura was told that it left.
    pub spedito: Option<Quando>,
    /// The Prefettura registered its arrival.
    pub registrato: Option<Quando>,
    /// The sindaco was summoned for this day.
    pub convocato: Option<Data>,
    /// Handed over.
    pub consegna: Option<Consegna>,
}

/// How a parcel was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Consegna {
    /// When.
    pub quando: Quando,
    /// User of the Prefettura.
    pub da: String,
    /// Who took it.
    pub a: String,
    /// Not the sindaco himself.
    pub delegato: bool,
}

/// Where a parcel is, as of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatoPlico {
    /// Cards being made.
    InProduzione,
    /// On its way.
    InViaggio,
    /// At the Prefettura.
    AllaPrefettura,
    /// The sindaco was summoned.
    SindacoConvocato,
    /// With the Comune.
    Consegnato,
}

/// Where the card readers are (C10): they go straight to the Comune.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatoLettori {
    /// With the cards, not gone yet.
    InPreparazione,
    /// Gone.
    InViaggio,
    /// Arrived.
    Consegnati,
}

impl Plico {
    /// Where it is on a day.
    pub fn stato(&self, oggi: Data) -> StatoPlico {
        if self.consegna.is_some() {
            StatoPlico::Consegnato
        } else if self.convocato.is_some() {
            StatoPlico::SindacoConvocato
        } else if self.registrato.is_some() {
            StatoPlico::AllaPrefettura
        } else if self.pronto <= oggi {
            StatoPlico::InViaggio
        } else {
            StatoPlico::InProduzione
        }
    }

    /// Where its readers are on a day.
    pub fn lettori(&self, oggi: Data) -> StatoLettori {
        let dopo = |g: i64| self.pronto.checked_add(g.days()).unwrap_or(self.pronto);
        if oggi >= dopo(LETTORI_GIORNI.1) {
            StatoLettori::Consegnati
        } else if oggi >= dopo(LETTORI_GIORNI.0) {
            StatoLettori::InViaggio
        } else {
            StatoLettori::InPreparazione
        }
    }
}

/// `888011-1`: the parcel of a Comune.
pub fn id_plico(istat: CodiceIstat, numero: u32) -> String {
    format!("{istat}-{numero}")
}

fn leggi_id(id: &str) -> Option<(CodiceIstat, u32)> {
    let (istat, numero) = id.split_once('-')?;
    let letto = (CodiceIstat::parse(istat).ok()?, numero.parse().ok()?);
    (id_plico(letto.0, letto.1) == id).then_some(letto)
}

impl Fascicolo {
    /// Orders a card for each person who needs one, all in one parcel.
    pub(super) fn ordina_carte(
        &mut self,
        t: &Transazione,
        seme: u64,
        istat: CodiceIstat,
        persone: &[Persona],
        quando: Quando,
    ) -> Esito<()> {
        let con_carta: Vec<&Persona> = persone
            .iter()
            .filter(|p| p.incarico != Incarico::SoloServizi)
            .collect();
        if con_carta.is_empty() {
            return Ok(());
        }
        let s = scadenze(t)?;
        let numero = u32::try_from(self.plichi.len())
            .unwrap_or(u32::MAX)
            .saturating_add(1);
        let mut caso = flusso(seme, &format!("produzione {}", id_plico(istat, numero)));
        let giorni = caso.random_range(s.produzione_minima..=s.produzione_massima);
        let pronto = quando
            .date()
            .checked_add(i64::from(giorni).days())
            .map_err(ErroreServizio::guasto)?;
        for p in con_carta {
            let posto = self.carte.len() + 1;
            self.carte.push(SmartCard::nuova(seme, istat, posto, numero, p));
        }
        self.plichi.push(Plico {
            numero,
            ordinato: quando,
            pronto,
            spedito: None,
            registrato: None,
            convocato: None,
            consegna: None,
        });
        Ok(())
    }

    fn plico_mut(&mut self, numero: u32) -> Esito<&mut Plico> {
        self.plichi
            .iter_mut()
            .find(|p| p.numero == numero)
            .ok_or_else(nessun_plico)
    }
}

fn nessun_plico() -> ErroreServizio {
    ErroreServizio::assente("Nessun plico con questo numero.")
}

impl Simulatore {
    /// The Comune, the parcel and its cards.
    pub fn plico(&self, id: &str) -> Esito<(Comune, Plico, Vec<SmartCard>)> {
        let (istat, numero) = leggi_id(id).ok_or_else(nessun_plico)?;
        let comune = self.comune(istat).map_err(|_| nessun_plico())?;
        let f = self.fascicolo(istat)?;
        let p = f
            .plichi
            .into_iter()
            .find(|p| p.numero == numero)
            .ok_or_else(nessun_plico)?;
        let carte = f.carte.into_iter().filter(|c| c.plico == numero).collect();
        Ok((comune, p, carte))
    }

    fn sul_plico(
        &self,
        id: &str,
        cambia: impl FnOnce(&mut Transazione, &Comune, &mut Plico, Quando) -> Esito<()>,
    ) -> Esito<Plico> {
        let (istat, numero) = leggi_id(id).ok_or_else(nessun_plico)?;
        self.comune(istat).map_err(|_| nessun_plico())?;
        self.nel_fascicolo(istat, |t, comune, f, quando| {
            let p = f.plico_mut(numero)?;
            cambia(t, comune, p, quando)?;
            Ok(p.clone())
        })
    }

    /// The Prefettura registers the arrival of a parcel (C03).
    pub fn registra_plico(&self, id: &str) -> Esito<Plico> {
        self.sul_plico(id, |_, _, p, quando| {
            if p.registrato.is_some() {
                return Err(Impedimento::PlicoGiaRegistrato.into());
            }
            if p.pronto > quando.date() {
                return Err(Impedimento::PlicoInProduzione(p.pronto).into());
            }
            p.registrato = Some(quando);
            Ok(())
        })
    }

    /// The Prefettura summons the sindaco for a day, by PEC (C03). A new summons moves the day, and its PEC says so.
    pub fn convoca_sindaco(&self, id: &str, giorno: Data) -> Esito<Plico> {
        self.sul_plico(id, |t, comune, p, quando| {
            if p.consegna.is_some() {
                return Err(Impedimento::PlicoGiaConsegnato.into());
            }
            if p.registrato.is_none() {
                return Err(Impedimento::PlicoNonRegistrato.into());
            }
            if giorno < quando.date() {
                return Err(Impedimento::ConvocazionePassata(quando.date()).into());
            }
            let ultimo = quando
                .date()
                .checked_add(CONVOCAZIONE_GIORNI.days())
                .unwrap_or(Data::MAX);
            if giorno > ultimo {
                let testo = format!(
                    "il sindaco si convoca entro {CONVOCAZIONE_GIORNI} giorni da oggi, cioè fino {}.",
                    al(ultimo)
                );
                return Err(Rifiuto::Campi(vec![ErroreCampo::nuovo("giorno", testo)]).into());
            }
            let prima = p.convocato.replace(giorno).filter(|prima| *prima != giorno);
            lettere::convocazione(t, comune, giorno, prima)
        })
    }

    /// Whether somebody may take a parcel: what the hand-over would say of him.
    pub fn ricevente_ammesso(&self, id: &str, ricevente: &str) -> Esito<()> {
        let (comune, ..) = self.plico(id)?;
        let fascicolo = self.fascicolo(comune.istat)?;
        let chi = ricevente.trim().to_ascii_uppercase();
        chi_ritira(self.registro(), comune.istat, &fascicolo, &chi).map(drop)
    }

    /// "Consegna smart card Prefettura" (C04): the parcel to the sindaco or to a delegate; the sindaco's own card is
    /// registered thereby, and the other halves of its codes go to his mailbox. `da`: the user of the Prefettura.
    pub fn consegna_plico(&self, id: &str, da: &str, ricevente: &str) -> Esito<Plico> {
        let (istat, _) = leggi_id(id).ok_or_else(nessun_plico)?;
        // A certificate is made outside the commit, and once made it is there: whoever is refused must be so before it,
        // and of two who hand over at once the second must find it done.
        let _turno = self.fila_carte.di(istat.as_str());
        let (comune, prima, carte) = self.plico(id)?;
        let ricevente = ricevente.trim().to_ascii_uppercase();
        consegnabile(&prima)?;
        chi_ritira(
            self.registro(),
            comune.istat,
            &self.fascicolo(comune.istat)?,
            &ricevente,
        )?;
        let sua = carte
            .iter()
            .find(|c| c.incarico == Incarico::Sindaco && c.registrata.is_none());
        let certificato = sua
            .map(|c| self.emetti_con_pin(comune.istat, &c.titolare, &c.pin))
            .transpose()?;
        let numero = prima.numero;
        let fatto = self.nel_fascicolo(comune.istat, |t, comune, f, quando| {
            let delegato = chi_ritira(t, comune.istat, f, &ricevente)?;
            let p = f.plico_mut(numero)?;
            consegnabile(p)?;
            p.consegna = Some(Consegna {
                quando,
                da: da.to_owned(),
                a: ricevente.clone(),
                delegato,
            });
            let p = p.clone();
            lettere::plico_consegnato(t, comune, &p)?;
            let sindaco = f
                .carte
                .iter_mut()
                .find(|c| c.plico == numero && c.incarico == Incarico::Sindaco);
            if let (Some(c), Some(certificato)) = (sindaco, &certificato) {
                c.registra(t, comune, da, certificato.clone(), quando)?;
            }
            Ok(p)
        });
        self.altrimenti_revoca(certificato.as_deref(), fatto)
    }
}

fn consegnabile(p: &Plico) -> Result<(), Impedimento> {
    if p.consegna.is_some() {
        Err(Impedimento::PlicoGiaConsegnato)
    } else if p.registrato.is_none() {
        Err(Impedimento::PlicoNonRegistrato)
    } else if p.convocato.is_none() {
        Err(Impedimento::SindacoNonConvocato)
    } else {
        Ok(())
    }
}

/// Whether who takes the parcel is a delegate (`true`) or the sindaco; anybody else is refused (B04).
fn chi_ritira(t: &impl Lettura, istat: CodiceIstat, f: &Fascicolo, chi: &str) -> Esito<bool> {
    if chi.is_empty() {
        return Err(ErroreServizio::richiesta(
            "Indicare il codice fiscale di chi ritira.",
        ));
    }
    let estraneo = || ErroreServizio::from(Impedimento::RiceventeEstraneo(chi.to_owned()));
    let o = t
        .operatore(chi)?
        .filter(|o| o.comuni.contains(&istat) && o.stato != StatoOperatore::Cancellato)
        .filter(|o| o.stato != StatoOperatore::Bloccato)
        .ok_or_else(estraneo)?;
    let sindaco = f
        .censimento
        .iter()
        .flat_map(|c| &c.persone)
        .any(|p| p.incarico == Incarico::Sindaco && p.codice_fiscale == o.name_id);
    Ok(!sindaco)
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn where_parcel_and_readers_are_depends_on_the_day_only() {
        let d = |t: &str| anagrafe::leggi_data(t).expect("date");
        let mut p = Plico {
            numero: 1,
            ordinato: d("2021-03-01").at(9, 0, 0, 0),
            pronto: d("2021-03-10"),
            spedito: None,
            registrato: None,
            convocato: None,
            consegna: None,
        };
        for (giorno, plico, lettori) in [
            (
                "2021-03-09",
                StatoPlico::InProduzione,
                StatoLettori::InPreparazione,
            ),
            ("2021-03-10", StatoPlico::InViaggio, StatoLettori::InPreparazione),
            ("2021-03-12", StatoPlico::InViaggio, StatoLettori::InViaggio),
            ("2021-03-15", StatoPlico::InViaggio, StatoLettori::Consegnati),
        ] {
            assert_eq!(
                (p.stato(d(giorno)), p.lettori(d(giorno))),
                (plico, lettori),
                "{giorno}"
            );
        }
        p.registrato = Some(d("2021-03-11").at(9, 0, 0, 0));
        assert_eq!(p.stato(d("2021-03-11")), StatoPlico::AllaPrefettura);
        assert_eq!(consegnabile(&p), Err(Impedimento::SindacoNonConvocato));
    }

    #[test]
    fn one_parcel_has_one_spelling() {
        let istat = CodiceIstat::parse("888011").expect("code");
        assert_eq!(leggi_id("888011-1"), Some((istat, 1)));
        for testo in ["888011-01", "888011", "88801-1", "888011-x", "", "888011-1-1"] {
            assert_eq!(leggi_id(testo), None, "{testo}");
        }
    }
}
