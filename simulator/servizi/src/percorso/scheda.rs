//! The scheda di monitoraggio: what a Comune declares, once, correctable until the deadline; and the piano di subentro
//! that comes out of it, which the Ministry may correct.

use anagrafe::{
    CodiceIstat, Data,
    italiano::{del, giorno},
};
use jiff::{ToSpan as _, civil::Weekday};
use registro::{Comune, Quando, Soluzione};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    fascicolo::AvvioProve,
    impedimento::{ErroreCampo, Impedimento, Rifiuto},
    lettere,
    scadenze::{Scadenze, scadenze},
    scritto::Scritto,
};
use crate::{Esito, Simulatore, gestione::leggi};

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

/// What is sent, as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PropostaScheda {
    /// WA, WA integrata or WS.
    pub soluzione: Scritto<Soluzione>,
    /// When the change of the gestionale will be complete; for WA integrata and WS.
    pub fine_adeguamento: Scritto<Data>,
    /// Operator postazioni in full operation.
    pub postazioni: Scritto<u32>,
    /// Day from which tests can begin.
    pub inizio_prove: Scritto<Data>,
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
    /// First sent after the deadline as it stands now: found at each reading ([`Self::giudica`]). What registers of before
    /// stored of it is not read.
    #[serde(skip_deserializing)]
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

    /// Says whether it was first sent late, by the deadline of a moment: one moved later heals, one moved earlier does not.
    pub(super) fn giudica(&mut self, s: &Scadenze) {
        self.in_ritardo = self.inviata.date() > s.scheda;
    }

    /// What its receipt says beside it: declared days on which offices are closed. They hold all the same.
    pub fn avvertenze(&self) -> Vec<String> {
        let domenica = |d: &Data| d.weekday() == Weekday::Sunday;
        let di = |che: &str, d: Data| {
            format!(
                "La data {che}, {}, è una domenica: se quel giorno nessuno lavora ne conviene un'altra.",
                giorno(d)
            )
        };
        let fine = self.fine_adeguamento.filter(domenica);
        let inizio = Some(self.inizio_prove).filter(domenica);
        fine.map(|d| di("dell'adeguamento", d))
            .into_iter()
            .chain(inizio.map(|d| di("delle prove", d)))
            .collect()
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

/// The same as the Ministry writes it; whether it is corrected is not his to say.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct PropostaPiano {
    invio_preliminare: Scritto<Data>,
    fine_prove: Scritto<Data>,
    inizio_subentro: Scritto<Data>,
    #[serde(rename = "corretto")]
    _corretto: serde::de::IgnoredAny,
}

impl PropostaPiano {
    fn letta(&self) -> Result<PianoSubentro, Rifiuto> {
        let invio = self
            .invio_preliminare
            .necessario("invioPreliminare", "Invio del file preliminare");
        let prove = self.fine_prove.necessario("fineProve", "Fine delle prove");
        let subentro = self
            .inizio_subentro
            .necessario("inizioSubentro", "Inizio del subentro");
        match (invio, prove, subentro) {
            (Ok(&invio_preliminare), Ok(&fine_prove), Ok(&inizio_subentro)) => Ok(PianoSubentro {
                invio_preliminare,
                fine_prove,
                inizio_subentro,
                corretto: true,
            }),
            (invio, prove, subentro) => Err(Rifiuto::Campi(
                [invio.err(), prove.err(), subentro.err()]
                    .into_iter()
                    .flatten()
                    .collect(),
            )),
        }
    }
}

impl PianoSubentro {
    /// The days that do not follow one another.
    fn in_disordine(&self) -> Vec<ErroreCampo> {
        let mut errori = Vec::new();
        if self.fine_prove <= self.invio_preliminare {
            errori.push(ErroreCampo::nuovo(
                "fineProve",
                "La fine delle prove viene dopo l'invio del file preliminare.",
            ));
        }
        if self.inizio_subentro <= self.fine_prove {
            errori.push(ErroreCampo::nuovo(
                "inizioSubentro",
                "L'inizio del subentro viene dopo la fine delle prove.",
            ));
        }
        errori
    }

    /// What the scheda gives. Dates that a calendar cannot hold stay at the declared one.
    pub fn dalla(s: &Scheda, prove: Option<&AvvioProve>) -> Self {
        let inizio = prove.map_or(s.inizio_prove, |p| p.dal.max(s.inizio_prove));
        let sposta = |d: Data, span: jiff::Span| d.checked_add(span).unwrap_or(d);
        let mesi = if s.soluzione == Soluzione::Wa {
            PROVE_MESI.0
        } else {
            PROVE_MESI.1
        };
        let fine_prove = sposta(inizio, mesi.months());
        let pronti = s.fine_adeguamento.map_or(fine_prove, |f| f.max(fine_prove));
        Self {
            invio_preliminare: sposta(inizio, (-PRELIMINARE_GIORNI).days()),
            fine_prove,
            inizio_subentro: sposta(pronti, SUBENTRO_GIORNI.days()),
            corretto: false,
        }
    }
}

/// The fields that are not right, all of them.
fn controlla(p: &PropostaScheda, oggi: Data) -> Result<Scheda, Vec<ErroreCampo>> {
    /// As they stand on the page.
    const CAMPI: [&str; 4] = ["soluzione", "fineAdeguamento", "postazioni", "inizioProve"];
    const ADEGUAMENTO: (&str, &str) = ("fineAdeguamento", "Adeguamento del gestionale");
    const PROVE: (&str, &str) = ("inizioProve", "Disponibilità alle prove");
    let mut errori = Vec::new();
    errori.extend(p.soluzione.errore("soluzione", "Modalità di accesso"));
    errori.extend(p.fine_adeguamento.errore(ADEGUAMENTO.0, ADEGUAMENTO.1));
    errori.extend(p.postazioni.errore("postazioni", "Postazioni"));
    errori.extend(p.inizio_prove.errore(PROVE.0, PROVE.1));
    let mut no = |campo, testo: String| errori.push(ErroreCampo::nuovo(campo, testo));
    let limite = oggi.checked_add(ANNI_MASSIMI.years()).unwrap_or(Data::MAX);
    if p.soluzione == Scritto::Assente {
        no(
            "soluzione",
            "Scegliere la modalità di accesso: WA, WA integrata o WS.".to_owned(),
        );
    }
    match (p.soluzione.letto(), &p.fine_adeguamento) {
        (Some(Soluzione::Wa), Scritto::Letto(_)) => no(
            ADEGUAMENTO.0,
            "Con la sola WA il gestionale non si adegua: lasciare vuota la data.".to_owned(),
        ),
        (Some(Soluzione::WaIntegrata | Soluzione::Ws), Scritto::Assente) => no(
            ADEGUAMENTO.0,
            "Con WA integrata e WS serve la data in cui l'adeguamento del gestionale sarà completo."
                .to_owned(),
        ),
        (_, Scritto::Letto(d)) if *d > limite => no(
            ADEGUAMENTO.0,
            format!("{}: la data è oltre {ANNI_MASSIMI} anni da oggi.", ADEGUAMENTO.1),
        ),
        _ => {}
    }
    match &p.postazioni {
        Scritto::Letto(1..=POSTAZIONI_MASSIME) | Scritto::Errato(_) => {}
        _ => no(
            "postazioni",
            format!(
                "Indicare quante postazioni useranno gli operatori a regime, da 1 a {POSTAZIONI_MASSIME}."
            ),
        ),
    }
    let pronto = p
        .fine_adeguamento
        .letto()
        .filter(|_| matches!(p.soluzione.letto(), Some(Soluzione::WaIntegrata | Soluzione::Ws)));
    match &p.inizio_prove {
        Scritto::Assente => no(
            PROVE.0,
            "Indicare la data da cui il Comune è disponibile alle prove.".to_owned(),
        ),
        Scritto::Letto(d) if *d <= oggi => no(
            PROVE.0,
            format!(
                "{}: la data deve essere successiva a oggi ({}).",
                PROVE.1,
                giorno(oggi)
            ),
        ),
        Scritto::Letto(d) if *d > limite => no(
            PROVE.0,
            format!("{}: la data è oltre {ANNI_MASSIMI} anni da oggi.", PROVE.1),
        ),
        Scritto::Letto(d) if pronto.is_some_and(|p| d < p) => no(
            PROVE.0,
            format!(
                "Con WA integrata e WS si prova il gestionale adeguato: le prove non possono cominciare prima {}.",
                pronto.map_or_else(String::new, |p| del(*p))
            ),
        ),
        Scritto::Letto(_) | Scritto::Errato(_) => {}
    }
    errori.sort_by_key(|e| CAMPI.iter().position(|c| *c == e.campo));
    let (Some(&soluzione), Some(&postazioni), Some(&inizio_prove), true) = (
        p.soluzione.letto(),
        p.postazioni.letto(),
        p.inizio_prove.letto(),
        errori.is_empty(),
    ) else {
        return Err(errori);
    };
    Ok(Scheda {
        soluzione,
        fine_adeguamento: p.fine_adeguamento.letto().copied(),
        postazioni,
        inizio_prove,
        inviata: Quando::MIN,
        corretta: None,
        da: String::new(),
        protocollo: String::new(),
        in_ritardo: false,
    })
}

/// Whether who has not sent is late, or who has was ([`Scheda::giudica`]).
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
                }
                None => {
                    nuova.inviata = quando;
                    nuova.protocollo = t.nuovo_protocollo(anagrafe::Ambiente::Sub)?;
                }
            }
            nuova.giudica(&s);
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
    pub fn correggi_piano_subentro(
        &self,
        istat: CodiceIstat,
        nuovo: Value,
    ) -> Result<Option<PianoSubentro>, Rifiuto> {
        let nuovo: Option<PropostaPiano> = leggi(nuovo)?;
        let nuovo = nuovo.map(|p| p.letta()).transpose()?;
        self.nel_fascicolo(istat, |_, _, f, _| {
            if f.scheda.is_none() {
                return Err(Impedimento::SchedaMancante.into());
            }
            let errori = nuovo.map(|p| p.in_disordine()).unwrap_or_default();
            if !errori.is_empty() {
                return Err(Rifiuto::Campi(errori));
            }
            f.piano = nuovo;
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
            soluzione: Scritto::Letto(Soluzione::Ws),
            fine_adeguamento: Scritto::Letto(d("2016-12-31")),
            postazioni: Scritto::Letto(4),
            inizio_prove: Scritto::Letto(d("2017-01-10")),
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
        let giorno = |t: &str| Scritto::<Data>::da_testo(t);
        assert_eq!(con(&|p| p.fine_adeguamento = giorno("")), ["fineAdeguamento"]);
        assert_eq!(
            con(&|p| p.soluzione = Scritto::Letto(Soluzione::Wa)),
            ["fineAdeguamento"]
        );
        assert_eq!(con(&|p| p.postazioni = Scritto::Letto(0)), ["postazioni"]);
        assert_eq!(con(&|p| p.postazioni = Scritto::Letto(10_000)), ["postazioni"]);
        assert_eq!(
            con(&|p| p.postazioni = Scritto::da_testo("quattro")),
            ["postazioni"]
        );
        assert_eq!(con(&|p| p.inizio_prove = giorno("2016-09-01")), ["inizioProve"]);
        assert_eq!(con(&|p| p.inizio_prove = giorno("2026-09-02")), ["inizioProve"]);
        // The gestionale is tried when it is ready, not before; without one any day will do.
        assert_eq!(con(&|p| p.inizio_prove = giorno("2016-12-30")), ["inizioProve"]);
        assert!(con(&|p| p.inizio_prove = giorno("2016-12-31")).is_empty());
        let wa = PropostaScheda {
            soluzione: Scritto::Letto(Soluzione::Wa),
            fine_adeguamento: Scritto::Assente,
            inizio_prove: giorno("02/09/2016"),
            ..buona.clone()
        };
        assert_eq!(campi(wa), [""; 0]);
    }

    #[test]
    fn a_stored_lateness_is_not_read_and_the_term_of_now_decides() {
        let comune = Comune::nuovo(CodiceIstat::parse("888001").expect("code"), "X", "XX", None);
        let mut vecchia = serde_json::to_value(Scheda::pronta(&comune)).expect("JSON");
        vecchia["inRitardo"] = Value::Bool(true);
        let mut letta: Scheda = serde_json::from_value(vecchia.clone()).expect("as stored before");
        assert!(!letta.in_ritardo);
        if let Some(o) = vecchia.as_object_mut() {
            o.remove("inRitardo");
        }
        assert_eq!(
            serde_json::from_value::<Scheda>(vecchia).expect("without it"),
            letta
        );
        for (termine, tardi) in [("2016-09-04", true), ("2016-09-05", false), ("2016-09-16", false)] {
            let s = Scadenze {
                scheda: d(termine),
                ..Scadenze::default()
            };
            letta.giudica(&s);
            assert_eq!(letta.in_ritardo, tardi, "{termine}");
        }
    }

    #[test]
    fn a_sunday_is_said_and_no_other_day() {
        let comune = Comune::nuovo(CodiceIstat::parse("888001").expect("code"), "X", "XX", None);
        let mut s = Scheda::pronta(&comune);
        assert_eq!(s.avvertenze(), [""; 0]);
        (s.fine_adeguamento, s.inizio_prove) = (Some(d("2017-01-01")), d("2017-02-05"));
        let dette = s.avvertenze();
        assert_eq!(dette.len(), 2, "{dette:?}");
        assert!(
            dette[0].starts_with("La data dell'adeguamento, 01/01/2017,"),
            "{}",
            dette[0]
        );
        assert!(
            dette[1].starts_with("La data delle prove, 05/02/2017,"),
            "{}",
            dette[1]
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_in_the_same_round_as_the_rest() {
        let p: PropostaScheda = serde_json::from_value(serde_json::json!({
            "soluzione": "SOAP", "fineAdeguamento": "31/02/2021", "postazioni": "tre", "inizioProve": "domani",
        }))
        .expect("what was written is a value");
        let errori: Vec<(&str, String)> = controlla(&p, d("2016-09-01"))
            .expect_err("four wrong fields")
            .into_iter()
            .map(|e| (e.campo, e.testo))
            .collect();
        let forma = "non è una data del calendario. Si scrive AAAA-MM-GG oppure GG/MM/AAAA.";
        assert_eq!(
            errori,
            [
                (
                    "soluzione",
                    "Modalità di accesso: «SOAP» non è una modalità di accesso: WA, WA_INTEGRATA o WS."
                        .to_owned()
                ),
                (
                    "fineAdeguamento",
                    format!("Adeguamento del gestionale: «31/02/2021» {forma}")
                ),
                (
                    "postazioni",
                    "Postazioni: «tre» non è un numero intero.".to_owned()
                ),
                (
                    "inizioProve",
                    format!("Disponibilità alle prove: «domani» {forma}")
                ),
            ]
        );
    }

    #[test]
    fn the_plan_waits_for_the_gestionale() {
        let comune = Comune::nuovo(CodiceIstat::parse("888001").expect("code"), "X", "XX", None);
        let mut s = Scheda::pronta(&comune);
        let p = PianoSubentro::dalla(&s, None);
        assert_eq!(
            (p.invio_preliminare, p.fine_prove, p.inizio_subentro),
            (d("2017-01-17"), d("2017-04-01"), d("2017-05-01"))
        );
        s.fine_adeguamento = Some(d("2017-06-30"));
        assert_eq!(PianoSubentro::dalla(&s, None).inizio_subentro, d("2017-07-30"));
        s.soluzione = Soluzione::Wa;
        s.fine_adeguamento = None;
        assert_eq!(PianoSubentro::dalla(&s, None).fine_prove, d("2017-03-01"));
        // Tests announced for later than declared carry the whole plan along.
        let prove = AvvioProve {
            comunicato: jiff::civil::datetime(2017, 1, 20, 8, 0, 0, 0),
            dal: d("2017-03-20"),
            utente: String::new(),
        };
        let p = PianoSubentro::dalla(&s, Some(&prove));
        assert_eq!(
            (p.invio_preliminare, p.fine_prove, p.inizio_subentro),
            (d("2017-03-05"), d("2017-04-20"), d("2017-05-20"))
        );
    }
}
