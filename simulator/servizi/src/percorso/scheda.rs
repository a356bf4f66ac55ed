//! The scheda di monitoraggio: what a Comune declares, once, correctable until the deadline; and the piano di subentro
//! that comes out of it, which the Ministry may correct.

use anagrafe::{CodiceIstat, Data};
use jiff::ToSpan as _;
use registro::{Comune, Quando, Soluzione};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    impedimento::{ErroreCampo, Impedimento, Rifiuto},
    lettere,
    scadenze::{Scadenze, scadenze},
};
use crate::{ErroreServizio, Esito, Simulatore, gestione::leggi};

/// More postazioni than any Comune has.
pub(super) const POSTAZIONI_MASSIME: u32 = 9_999;
/// Years ahead a declared date may lie.
const ANNI_MASSIMI: i64 = 10;
/// Days before the tests at which the preliminary file is due (process F02, M04 a).
pub(super) const PRELIMINARE_GIORNI: i64 = 15;
/// Months of tests: without a gestionale to prove, and with one.
const PROVE_MESI: (i64, i64) = (1, 2);
/// Days between the end of tests and the subentro.
const SUBENTRO_GIORNI: i64 = 30;

/// What is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PropostaScheda {
    /// WA, WA integrata or WS.
    pub soluzione: Option<Soluzione>,
    /// When the change of the gestionale will be complete; for WA integrata and WS.
    pub fine_adeguamento: Option<Data>,
    /// Operator postazioni in full operation.
    pub postazioni: Option<u32>,
    /// Day from which tests can begin.
    pub inizio_prove: Option<Data>,
}

/// A scheda as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scheda {
    /// WA, WA integrata or WS.
    pub soluzione: Soluzione,
    /// When the change of the gestionale will be complete.
    pub fine_adeguamento: Option<Data>,
    /// Operator postazioni in full operation.
    pub postazioni: u32,
    /// Day from which tests can begin.
    pub inizio_prove: Data,
    /// Scenario instant of the first sending.
    pub inviata: Quando,
    /// Of the last correction.
    pub corretta: Option<Quando>,
    /// Who sent it.
    pub da: String,
    /// Number of the receipt.
    pub protocollo: String,
    /// First sent after the deadline that held then.
    pub in_ritardo: bool,
}

/// Number of the receipt of a ready Comune, which no other has: ours end in seven digits.
fn protocollo_pronto(istat: CodiceIstat) -> String {
    format!("SIM/SUB/2016/{istat}")
}

impl Scheda {
    /// Whether it is the one a ready Comune begins with.
    pub(super) fn e_pronta(&self, istat: CodiceIstat) -> bool {
        self.protocollo == protocollo_pronto(istat)
    }

    /// The one of a ready Comune: sent in time, long before any scenario date of ours.
    pub(super) fn pronta(comune: &Comune) -> Self {
        Self {
            soluzione: comune.soluzione,
            fine_adeguamento: Some(jiff::civil::date(2016, 12, 31)),
            postazioni: 5,
            inizio_prove: jiff::civil::date(2017, 2, 1),
            inviata: jiff::civil::datetime(2016, 9, 5, 10, 0, 0, 0),
            corretta: None,
            da: super::credenziali::utente_cnsd(comune.istat),
            protocollo: protocollo_pronto(comune.istat),
            in_ritardo: false,
        }
    }
}

/// The plan that comes out of the scheda (M04); not the window of the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PianoSubentro {
    /// Day for sending the file that prepares the tests.
    pub invio_preliminare: Data,
    /// End of the tests.
    pub fine_prove: Data,
    /// Start of the subentro.
    pub inizio_subentro: Data,
    /// The Ministry corrected it.
    #[serde(default)]
    pub corretto: bool,
}

impl PianoSubentro {
    /// What the scheda gives. Dates that a calendar cannot hold stay at the declared one.
    pub fn dalla(s: &Scheda) -> Self {
        let sposta = |d: Data, span: jiff::Span| d.checked_add(span).unwrap_or(d);
        let mesi = if s.soluzione == Soluzione::Wa {
            PROVE_MESI.0
        } else {
            PROVE_MESI.1
        };
        let fine_prove = sposta(s.inizio_prove, mesi.months());
        let pronti = s.fine_adeguamento.map_or(fine_prove, |f| f.max(fine_prove));
        Self {
            invio_preliminare: sposta(s.inizio_prove, (-PRELIMINARE_GIORNI).days()),
            fine_prove,
            inizio_subentro: sposta(pronti, SUBENTRO_GIORNI.days()),
            corretto: false,
        }
    }
}

/// The fields that are not right.
fn controlla(p: &PropostaScheda, oggi: Data) -> Result<Scheda, Vec<ErroreCampo>> {
    let mut errori = Vec::new();
    let mut no = |campo, testo: String| errori.push(ErroreCampo::nuovo(campo, testo));
    let limite = oggi.checked_add(ANNI_MASSIMI.years()).unwrap_or(Data::MAX);
    let soluzione = p.soluzione;
    if soluzione.is_none() {
        no(
            "soluzione",
            "Scegliere la modalità di accesso: WA, WA integrata o WS.".to_owned(),
        );
    }
    match (soluzione, p.fine_adeguamento) {
        (Some(Soluzione::Wa), Some(_)) => no(
            "fineAdeguamento",
            "Con la sola WA il gestionale non si adegua: lasciare vuota la data.".to_owned(),
        ),
        (Some(Soluzione::WaIntegrata | Soluzione::Ws), None) => no(
            "fineAdeguamento",
            "Con WA integrata e WS serve la data in cui l'adeguamento del gestionale sarà completo."
                .to_owned(),
        ),
        (_, Some(d)) if d > limite => no(
            "fineAdeguamento",
            format!("La data è oltre {ANNI_MASSIMI} anni da oggi."),
        ),
        _ => {}
    }
    match p.postazioni {
        Some(1..=POSTAZIONI_MASSIME) => {}
        _ => no(
            "postazioni",
            format!(
                "Indicare quante postazioni useranno gli operatori a regime, da 1 a {POSTAZIONI_MASSIME}."
            ),
        ),
    }
    match p.inizio_prove {
        None => no(
            "inizioProve",
            "Indicare la data da cui il Comune è disponibile alle prove.".to_owned(),
        ),
        Some(d) if d <= oggi => no(
            "inizioProve",
            format!(
                "La data deve essere successiva a oggi ({}).",
                anagrafe::italiano::giorno(oggi)
            ),
        ),
        Some(d) if d > limite => no(
            "inizioProve",
            format!("La data è oltre {ANNI_MASSIMI} anni da oggi."),
        ),
        Some(_) => {}
    }
    let (Some(soluzione), Some(postazioni), Some(inizio_prove), true) =
        (soluzione, p.postazioni, p.inizio_prove, errori.is_empty())
    else {
        return Err(errori);
    };
    Ok(Scheda {
        soluzione,
        fine_adeguamento: p.fine_adeguamento,
        postazioni,
        inizio_prove,
        inviata: Quando::MIN,
        corretta: None,
        da: String::new(),
        protocollo: String::new(),
        in_ritardo: false,
    })
}

/// Whether who has not sent is late, or who has was.
pub(super) fn in_ritardo(scheda: Option<&Scheda>, s: &Scadenze, oggi: Data) -> bool {
    scheda.map_or(oggi > s.scheda, |x| x.in_ritardo)
}

impl Simulatore {
    /// The scheda of a Comune, if it was sent.
    pub fn scheda_monitoraggio(&self, istat: CodiceIstat) -> Esito<Option<Scheda>> {
        Ok(self.fascicolo(istat)?.scheda)
    }

    /// Sends the scheda, or corrects it until the deadline; the receipt goes to the Comune by PEC in the same commit.
    pub fn manda_scheda(&self, istat: CodiceIstat, chi: &str, p: &PropostaScheda) -> Result<Scheda, Rifiuto> {
        let inviata = self.nel_fascicolo(istat, |t, comune, f, quando| -> Result<Scheda, Rifiuto> {
            let s = scadenze(t)?;
            if f.scheda.is_some() && quando.date() > s.scheda {
                return Err(Impedimento::SchedaChiusa(s.scheda).into());
            }
            if f.scheda.is_some() && f.prove.is_some() {
                return Err(Impedimento::ProveGiaAvviate.into());
            }
            let mut nuova = controlla(p, quando.date()).map_err(Rifiuto::Campi)?;
            chi.clone_into(&mut nuova.da);
            match f.scheda.take() {
                Some(prima) => {
                    nuova.inviata = prima.inviata;
                    nuova.corretta = Some(quando);
                    nuova.protocollo = prima.protocollo;
                    nuova.in_ritardo = prima.in_ritardo;
                }
                None => {
                    nuova.inviata = quando;
                    nuova.in_ritardo = quando.date() > s.scheda;
                    nuova.protocollo = t.nuovo_protocollo(anagrafe::Ambiente::Sub)?;
                }
            }
            comune.soluzione = nuova.soluzione;
            // A plan the Ministry corrected stands; one that only followed the scheda follows it again.
            f.piano = f.piano.filter(|p| p.corretto);
            f.scheda = Some(nuova.clone());
            lettere::ricevuta_scheda(t, comune, &nuova)?;
            Ok(nuova)
        })?;
        self.al_passo()?;
        Ok(inviata)
    }

    /// The piano di subentro; none without a scheda.
    pub fn piano_subentro(&self, istat: CodiceIstat) -> Esito<Option<PianoSubentro>> {
        let f = self.fascicolo(istat)?;
        Ok(f.piano_subentro())
    }

    /// The Ministry corrects the plan, or gives it back to the scheda (`null`).
    pub fn correggi_piano_subentro(&self, istat: CodiceIstat, nuovo: Value) -> Esito<Option<PianoSubentro>> {
        let nuovo: Option<PianoSubentro> = leggi(nuovo)?;
        self.nel_fascicolo(istat, |_, _, f, _| {
            if f.scheda.is_none() {
                return Err(Impedimento::SchedaMancante.into());
            }
            if let Some(p) = nuovo
                && !(p.invio_preliminare < p.fine_prove && p.fine_prove < p.inizio_subentro)
            {
                return Err(ErroreServizio::richiesta(
                    "Le tre date del piano sono in ordine: invio del file preliminare, fine delle prove, inizio del subentro.",
                ));
            }
            f.piano = nuovo.map(|p| PianoSubentro { corretto: true, ..p });
            Ok(f.piano_subentro())
        })
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    fn d(t: &str) -> Data {
        anagrafe::leggi_data(t).expect("date")
    }

    #[test]
    fn each_wrong_field_is_named_with_what_to_do() {
        let oggi = d("2016-09-01");
        let buona = PropostaScheda {
            soluzione: Some(Soluzione::Ws),
            fine_adeguamento: Some(d("2016-12-31")),
            postazioni: Some(4),
            inizio_prove: Some(d("2017-01-10")),
        };
        assert!(controlla(&buona, oggi).is_ok());
        let campi = |p: PropostaScheda| -> Vec<&'static str> {
            controlla(&p, oggi)
                .err()
                .unwrap_or_default()
                .iter()
                .map(|e| e.campo)
                .collect()
        };
        assert_eq!(
            campi(PropostaScheda::default()),
            ["soluzione", "postazioni", "inizioProve"]
        );
        let con = |f: &dyn Fn(&mut PropostaScheda)| {
            let mut p = buona.clone();
            f(&mut p);
            campi(p)
        };
        assert_eq!(con(&|p| p.fine_adeguamento = None), ["fineAdeguamento"]);
        assert_eq!(con(&|p| p.soluzione = Some(Soluzione::Wa)), ["fineAdeguamento"]);
        assert_eq!(con(&|p| p.postazioni = Some(0)), ["postazioni"]);
        assert_eq!(con(&|p| p.postazioni = Some(10_000)), ["postazioni"]);
        assert_eq!(con(&|p| p.inizio_prove = Some(oggi)), ["inizioProve"]);
        assert_eq!(con(&|p| p.inizio_prove = Some(d("2026-09-02"))), ["inizioProve"]);
        assert!(con(&|p| p.inizio_prove = Some(d("2016-09-02"))).is_empty());
    }

    #[test]
    fn the_plan_waits_for_the_gestionale() {
        let comune = Comune::nuovo(CodiceIstat::parse("888001").expect("code"), "X", "XX", None);
        let mut s = Scheda::pronta(&comune);
        let p = PianoSubentro::dalla(&s);
        assert_eq!(
            (p.invio_preliminare, p.fine_prove, p.inizio_subentro),
            (d("2017-01-17"), d("2017-04-01"), d("2017-05-01"))
        );
        s.fine_adeguamento = Some(d("2017-06-30"));
        assert_eq!(PianoSubentro::dalla(&s).inizio_subentro, d("2017-07-30"));
        s.soluzione = Soluzione::Wa;
        s.fine_adeguamento = None;
        assert_eq!(PianoSubentro::dalla(&s).fine_prove, d("2017-03-01"));
    }
}
