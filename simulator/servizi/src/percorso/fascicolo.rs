//! Everything a Comune has done on its way: one document of the register, changed in one commit with the messages it
//! sends. What the scenario clock brings about by itself is in `passo`.
//!
//! What must stay true: whoever changes a file first brings about what was due before.

use anagrafe::{CodiceIstat, Data};
use registro::{Comune, Lettura, MacroStato, Quando, Transazione};
use serde::{Deserialize, Serialize};

use super::{
    censimento::{Censimento, Incarico, Persona, Responsabile},
    contributo::Contributo,
    cruscotto::Pianificazione,
    macro_stato,
    passo::cambiato,
    plico::Plico,
    scadenze::scadenze,
    scheda::{PianoSubentro, Scheda},
    smart_card::SmartCard,
};
use crate::{ErroreServizio, Esito, Simulatore, avvio::operatore_pronto};

/// Collection of the files of the Comuni, by ISTAT code.
pub(super) const RACCOLTA: &str = "percorso";

/// The message of the start of tests (M06).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AvvioProve {
    /// When it was sent.
    pub comunicato: Quando,
    /// First day of the tests: the declared one, or later when the notice asks for it.
    pub dal: Data,
    /// User of the test environment.
    pub utente: String,
}

/// ALS and ALP of a Comune (C05).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Nomine {
    /// Administrator of security.
    pub als: String,
    /// Administrator of postazioni.
    pub alp: String,
    /// Who named them.
    pub da: String,
    /// When.
    pub quando: Quando,
}

/// The file of a Comune.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Fascicolo {
    /// The scheda di monitoraggio.
    pub scheda: Option<Scheda>,
    /// The plan, when the Ministry corrected it.
    pub piano: Option<PianoSubentro>,
    /// The start of tests.
    pub prove: Option<AvvioProve>,
    /// Day of the reminder of the preliminary file.
    pub sollecito_preliminare: Option<Data>,
    /// The censimento.
    pub censimento: Option<Censimento>,
    /// Parcels of smart cards.
    pub plichi: Vec<Plico>,
    /// Smart cards.
    pub carte: Vec<SmartCard>,
    /// ALS and ALP.
    pub nomine: Option<Nomine>,
    /// Day of the last reminder (M05).
    pub sollecito: Option<Data>,
    /// Dates of the dashboard (D01).
    pub pianificazione: Option<Pianificazione>,
    /// Request of the contribution (K01).
    pub contributo: Option<Contributo>,
}

impl Fascicolo {
    /// The file of a ready Comune: everything done, long ago, with the one ready operator.
    fn pronto(comune: &Comune) -> Self {
        let scheda = Scheda::pronta(comune);
        let operatore = operatore_pronto(comune.istat);
        let quando = jiff::civil::datetime(2016, 10, 3, 9, 0, 0, 0);
        let censimento = Censimento {
            responsabile: Responsabile {
                nominativo: "FITTIZIA RESPONSABILE".to_owned(),
                email: format!("anagrafe@{}.example", comune.istat),
            },
            pec: comune.pec.clone().unwrap_or_default(),
            postazioni: scheda.postazioni,
            indirizzi: comune.configurazione.indirizzi_ip.clone(),
            persone: vec![Persona {
                codice_fiscale: operatore.clone(),
                cognome: "OPERATORE".to_owned(),
                nome: "COMUNALE".to_owned(),
                email: format!("operatore@{}.example", comune.istat),
                incarico: Incarico::Operatore,
                inviata: true,
            }],
            inviato: Some(quando),
            protocollo: Some(format!("SIM/SUB/2016/{}-C", comune.istat)),
            da_rinviare: false,
        };
        Self {
            prove: Some(AvvioProve {
                comunicato: quando,
                dal: scheda.inizio_prove,
                utente: operatore.clone(),
            }),
            scheda: Some(scheda),
            censimento: Some(censimento),
            nomine: Some(Nomine {
                als: operatore.clone(),
                alp: operatore,
                da: "SINDACO".to_owned(),
                quando,
            }),
            ..Self::default()
        }
    }

    /// Whether the censimento was sent.
    pub fn censito(&self) -> bool {
        self.censimento.as_ref().is_some_and(|c| c.inviato.is_some())
    }

    /// The plan: what the Ministry said, or what the scheda gives; from the announced start of the tests, once it is
    /// known to be later than the declared one.
    pub fn piano_subentro(&self) -> Option<PianoSubentro> {
        self.piano.or_else(|| {
            self.scheda
                .as_ref()
                .map(|s| PianoSubentro::dalla(s, self.prove.as_ref()))
        })
    }
}

/// The file of a Comune inside or outside a transaction. Who is put back to the beginning has none.
pub(super) fn fascicolo(t: &impl Lettura, comune: &Comune) -> Esito<Fascicolo> {
    let scritto: Option<Fascicolo> = t.documento(RACCOLTA, comune.istat.as_str())?;
    let pronto = comune.pronto && comune.stato != MacroStato::InattivoSenzaCensimento;
    let mut f = match scritto {
        Some(f) => f,
        None if pronto => Fascicolo::pronto(comune),
        None => Fascicolo::default(),
    };
    if let Some(s) = &mut f.scheda {
        s.giudica(&scadenze(t)?);
    }
    Ok(f)
}

/// Stores the file of a Comune.
pub(super) fn salva(t: &mut Transazione, istat: CodiceIstat, f: &Fascicolo) -> Esito<()> {
    Ok(t.salva_documento(RACCOLTA, istat.as_str(), f)?)
}

/// Forgets what a Comune has done: somebody put it back to the beginning.
pub(crate) fn dimentica(t: &mut Transazione, istat: CodiceIstat) {
    t.togli_documento(RACCOLTA, istat.as_str());
}

impl Simulatore {
    /// What a Comune has done so far, as of today.
    pub fn fascicolo(&self, istat: CodiceIstat) -> Esito<Fascicolo> {
        let comune = self.comune(istat)?;
        self.al_passo()?;
        fascicolo(self.registro(), &comune)
    }

    /// Changes the file of a Comune: file, state of the Comune and messages in one commit, or nothing at all.
    pub(super) fn nel_fascicolo<T, E: From<ErroreServizio> + From<registro::ErroreRegistro>>(
        &self,
        istat: CodiceIstat,
        cambia: impl FnOnce(&mut Transazione, &mut Comune, &mut Fascicolo, Quando) -> Result<T, E>,
    ) -> Result<T, E> {
        self.comune(istat)?;
        self.al_passo()?;
        self.registro().scrivi(|t| {
            let mut comune = t
                .comune(istat)?
                .ok_or_else(|| ErroreServizio::assente(format!("Comune {istat} assente.")))?;
            let prima = comune.clone();
            let mut f = fascicolo(t, &comune)?;
            let quando = t.evento()?;
            let esito = cambia(t, &mut comune, &mut f, quando)?;
            comune.stato = macro_stato::deriva(comune.stato, &f);
            if comune != prima {
                t.salva_comune(&comune)?;
            }
            salva(t, istat, &f)?;
            cambiato(t)?;
            Ok(esito)
        })
    }
}
