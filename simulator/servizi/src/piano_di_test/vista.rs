//! Table, libretto, deliveries and messages of a Comune → its test plan as people and programs read it.

use std::collections::{BTreeMap, BTreeSet};

use anagrafe::{Ambiente, CodiceIstat, italiano::accordo};
use registro::{Casella, Comune, Lettura as _, NaturaPec, Quando, Soluzione};
use serde::Serialize;

use super::{
    casi::{CASI, Caso, Evento, Gruppo, Regola},
    libretto::{Libretto, Prova},
    riscontri,
};
use crate::{
    ErroreServizio, Esito, FiltroPosta, Simulatore, StatoCertificato,
    percorso::{AvvioProve, FilePreliminare},
};

/// Postazioni named in a sentence.
const NOMI_IN_UNA_FRASE: usize = 5;

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatoCaso {
    /// Performed.
    Fatto,
    /// Performed by some postazioni, not by all.
    InParte,
    /// Not yet.
    DaFare,
    /// Not for this way of access.
    NonApplicabile,
    /// Its service does not answer here yet.
    ServizioAssente,
}

impl StatoCaso {
    /// In words.
    pub const fn nome(self) -> &'static str {
        match self {
            Self::Fatto => "fatto",
            Self::InParte => "fatto in parte",
            Self::DaFare => "da fare",
            Self::NonApplicabile => "non applicabile",
            Self::ServizioAssente => "servizio non ancora presente",
        }
    }
}

/// One case of one Comune.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CasoVisto {
    /// Its id.
    pub id: &'static str,
    /// What it is about.
    pub gruppo: &'static str,
    /// Name.
    pub titolo: &'static str,
    /// How it is done.
    pub come: &'static str,
    /// Where it stands.
    pub stato: StatoCaso,
    /// How often it was performed.
    pub volte: u64,
    /// First time.
    pub primo: Option<Quando>,
    /// Last time.
    pub ultimo: Option<Quando>,
    /// What proves it.
    pub prova: Option<Prova>,
    /// The exchange is still in the journal.
    pub nel_giornale: bool,
    /// Why it does not apply, or what is missing.
    pub nota: String,
}

/// The outcome for a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EsitoPianoDiTest {
    /// Every case asked for that applies is done.
    Completo,
    /// Something is missing.
    Incompleto,
}

/// The test plan of a Comune in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PianoDiTest {
    /// ISTAT code.
    pub comune: CodiceIstat,
    /// Name.
    pub nome: String,
    /// Environment.
    pub ambiente: Ambiente,
    /// Way of access: it decides what applies.
    pub soluzione: Soluzione,
    /// The outcome over the cases below.
    pub esito: EsitoPianoDiTest,
    /// Cases done.
    pub fatti: usize,
    /// Cases that apply and whose service is there.
    pub applicabili: usize,
    /// Those of them that are not done.
    pub mancanti: Vec<&'static str>,
    /// The message of the start of tests.
    pub prove: Option<AvvioProve>,
    /// The preliminary file.
    pub preliminare: FilePreliminare,
    /// The cases.
    pub casi: Vec<CasoVisto>,
}

/// A postazione with exchange and instant of its last good connection test.
type Connessione = (String, Option<(Option<u64>, Quando)>);

/// The postazioni in force, by Comune.
type Postazioni = BTreeMap<String, Vec<String>>;

/// Cases done, and cases that apply and can be done here.
fn conta(casi: &[CasoVisto]) -> (usize, usize) {
    let di = |stati: &[StatoCaso]| casi.iter().filter(|c| stati.contains(&c.stato)).count();
    (
        di(&[StatoCaso::Fatto]),
        di(&[StatoCaso::Fatto, StatoCaso::InParte, StatoCaso::DaFare]),
    )
}

impl Simulatore {
    /// The test plan of a Comune; `quali` picks cases by id, all of them when empty.
    pub fn piano_di_test(
        &self,
        istat: CodiceIstat,
        ambiente: Ambiente,
        quali: &[&str],
    ) -> Esito<PianoDiTest> {
        self.pronto_lo_stato()?;
        if ambiente == Ambiente::Sub {
            return Err(ErroreServizio::richiesta(
                "Il piano di test riguarda l'ambiente di test, o quello di pre-subentro.",
            ));
        }
        if let Some(ignoto) = quali.iter().find(|q| !CASI.iter().any(|c| c.id == **q)) {
            return Err(ErroreServizio::richiesta(format!(
                "Nessun caso «{ignoto}»: gli identificativi sono quelli del piano intero, da {} a {}.",
                CASI.first().map_or("", |c| c.id),
                CASI.last().map_or("", |c| c.id)
            )));
        }
        let comune = self.comune(istat)?;
        let postazioni = self.postazioni_attive(Some(istat))?;
        let mut casi = self.casi(&comune, ambiente, &postazioni)?;
        casi.retain(|c| quali.is_empty() || quali.contains(&c.id));
        for c in &mut casi {
            let n = c.prova.as_ref().and_then(|p| p.scambio);
            c.nel_giornale = n.is_some_and(|n| matches!(self.giornale().leggi(n), Ok(Some(_))));
        }
        let (fatti, applicabili) = conta(&casi);
        let mancanti: Vec<&'static str> = casi
            .iter()
            .filter(|c| matches!(c.stato, StatoCaso::DaFare | StatoCaso::InParte))
            .map(|c| c.id)
            .collect();
        Ok(PianoDiTest {
            comune: istat,
            nome: comune.nome,
            ambiente,
            soluzione: comune.soluzione,
            esito: if mancanti.is_empty() {
                EsitoPianoDiTest::Completo
            } else {
                EsitoPianoDiTest::Incompleto
            },
            fatti,
            applicabili,
            mancanti,
            prove: self.fascicolo(istat)?.prove,
            preliminare: self.file_preliminare(istat)?,
            casi,
        })
    }

    /// Cases done and cases that apply, for each of some Comuni, in the test environment.
    pub fn conti_di_test(&self, comuni: &[CodiceIstat]) -> Esito<BTreeMap<CodiceIstat, (usize, usize)>> {
        self.pronto_lo_stato()?;
        let postazioni = self.postazioni_attive(None)?;
        comuni
            .iter()
            .map(|c| {
                let casi = self.casi(&self.comune(*c)?, Ambiente::Test, &postazioni)?;
                Ok((*c, conta(&casi)))
            })
            .collect()
    }

    fn casi(&self, comune: &Comune, ambiente: Ambiente, postazioni: &Postazioni) -> Esito<Vec<CasoVisto>> {
        let istat = comune.istat;
        let fonti = Fonti {
            libretto: self.libretto(istat),
            forniture: self
                .registro()
                .forniture(ambiente, istat)?
                .into_iter()
                .filter(riscontri::inviata)
                .collect(),
            pec: self.pec_di_esito_lette(ambiente, istat)?,
            postazioni: postazioni.get(istat.as_str()).cloned().unwrap_or_default(),
            ambiente,
        };
        Ok(CASI.iter().map(|c| fonti.caso(c, comune.soluzione)).collect())
    }

    /// Each active postazione of a Comune with its last good connection test: exchange and instant.
    pub(crate) fn connessioni(&self, ambiente: Ambiente, istat: CodiceIstat) -> Esito<Vec<Connessione>> {
        let attive = self.postazioni_attive(Some(istat))?.remove(istat.as_str());
        let libretto = self.libretto(istat);
        let caso = CASI
            .iter()
            .find(|c| matches!(c.regola, Regola::OgniPostazione(_)));
        let vista = |id: &str| {
            let mut sue = libretto.per_postazione(ambiente, caso?);
            let (_, segno) = sue.find(|(p, _)| *p == id)?;
            Some((segno.prova.scambio, segno.ultimo))
        };
        Ok(attive
            .unwrap_or_default()
            .into_iter()
            .map(|id| {
                let v = vista(&id);
                (id, v)
            })
            .collect())
    }

    fn libretto(&self, istat: CodiceIstat) -> Libretto {
        let giornale = self.giornale();
        self.raccolta()
            .map(|r| r.libretto(giornale, istat))
            .unwrap_or_default()
    }

    fn pec_di_esito_lette(&self, ambiente: Ambiente, istat: CodiceIstat) -> Esito<Vec<(Quando, String)>> {
        let filtro = FiltroPosta {
            casella: Some(Casella::Comune),
            letta: Some(true),
            ..FiltroPosta::del_comune(ambiente, istat)
        };
        let lette = self.posta(&filtro)?;
        Ok(lette
            .into_iter()
            .rev()
            .filter(|t| t.natura == NaturaPec::Esito)
            .map(|t| (t.quando, format!("{}: {}", t.id, t.oggetto)))
            .collect())
    }

    /// The sound certificates that are in force, by Comune.
    fn postazioni_attive(&self, di: Option<CodiceIstat>) -> Esito<Postazioni> {
        let mut tutte = Postazioni::default();
        for p in self.pki().elenco() {
            let chiesta = p.difetto.is_none() && di.is_none_or(|c| p.comune == c.as_str());
            if chiesta && self.stato_postazione(&p)? == StatoCertificato::Attivo {
                let sue = tutte.entry(p.comune.clone()).or_default();
                if !sue.contains(&p.id) {
                    sue.push(p.id.clone());
                }
            }
        }
        Ok(tutte)
    }

    /// Something happened to a Comune in an environment.
    pub fn annota_evento(&self, ambiente: Ambiente, comune: CodiceIstat, e: Evento, testo: &str) {
        if let (Some(r), Ok(quando)) = (self.raccolta(), self.registro().ora()) {
            r.evento(ambiente, comune, e, quando, testo);
        }
    }

    /// A file was at the counter: refused with these codes, or taken.
    pub(crate) fn annota_sportello(
        &self,
        ambiente: Ambiente,
        comune: CodiceIstat,
        nome: &str,
        rifiuto: Option<String>,
    ) {
        if let (Some(r), Ok(quando)) = (self.raccolta(), self.registro().ora()) {
            r.sportello(ambiente, comune, quando, nome, rifiuto);
        }
    }
}

/// What is known of one Comune in one environment.
struct Fonti {
    libretto: Libretto,
    forniture: Vec<registro::Fornitura>,
    pec: Vec<(Quando, String)>,
    postazioni: Vec<String>,
    ambiente: Ambiente,
}

impl Fonti {
    fn caso(&self, c: &Caso, soluzione: Soluzione) -> CasoVisto {
        let mut v = CasoVisto {
            id: c.id,
            gruppo: c.gruppo.nome(),
            titolo: c.titolo,
            come: c.come,
            stato: StatoCaso::DaFare,
            volte: 0,
            primo: None,
            ultimo: None,
            prova: None,
            nel_giornale: false,
            nota: String::new(),
        };
        match c.regola {
            Regola::NonAncora(percorso) => {
                v.stato = StatoCaso::ServizioAssente;
                percorso.clone_into(&mut v.nota);
            }
            Regola::OgniPostazione(_) => self.ogni_postazione(c, &mut v),
            Regola::Forniture(trova) => {
                let trovati = trova(&self.forniture);
                if let (Some(primo), Some(ultimo)) = (trovati.first(), trovati.last()) {
                    v.stato = StatoCaso::Fatto;
                    v.volte = trovati.len() as u64;
                    (v.primo, v.ultimo) = (Some(primo.quando), Some(ultimo.quando));
                    v.prova = Some(Prova {
                        fornitura: Some(ultimo.fornitura),
                        testo: ultimo.testo.clone(),
                        ..Prova::default()
                    });
                }
            }
            Regola::PecLetta => {
                if let (Some(prima), Some(ultima)) = (self.pec.first(), self.pec.last()) {
                    v.stato = StatoCaso::Fatto;
                    v.volte = self.pec.len() as u64;
                    (v.primo, v.ultimo) = (Some(prima.0), Some(ultima.0));
                    v.prova = Some(Prova {
                        testo: ultima.1.clone(),
                        ..Prova::default()
                    });
                }
            }
            Regola::Passa(_) | Regola::Supera(_) | Regola::Accade(_) | Regola::SuperaSportello => {
                if let Some(s) = self.libretto.segno(self.ambiente, c) {
                    v.stato = StatoCaso::Fatto;
                    v.volte = s.volte;
                    (v.primo, v.ultimo) = (Some(s.primo), Some(s.ultimo));
                    v.prova = Some(s.prova.clone());
                }
            }
        }
        // What was done all the same stays visible as done.
        if v.stato != StatoCaso::Fatto
            && c.gruppo != Gruppo::ServiziFuturi
            && let Some(perche) = c.serve.non_applicabile(soluzione)
        {
            v.stato = StatoCaso::NonApplicabile;
            perche.clone_into(&mut v.nota);
        }
        v
    }

    /// Done when every active postazione has; with none there is nothing to call with.
    fn ogni_postazione(&self, c: &Caso, v: &mut CasoVisto) {
        let mut chi = BTreeSet::new();
        for (postazione, s) in self.libretto.per_postazione(self.ambiente, c) {
            chi.insert(postazione);
            v.volte += s.volte;
            v.primo = Some(v.primo.map_or(s.primo, |p| p.min(s.primo)));
            if v.ultimo.is_none_or(|u| s.ultimo >= u) {
                v.ultimo = Some(s.ultimo);
                v.prova = Some(s.prova.clone());
            }
        }
        let mancano: Vec<&str> = self
            .postazioni
            .iter()
            .map(String::as_str)
            .filter(|p| !chi.contains(p))
            .collect();
        v.stato = match (chi.is_empty(), mancano.is_empty()) {
            (true, _) => StatoCaso::DaFare,
            (false, true) => StatoCaso::Fatto,
            (false, false) => StatoCaso::InParte,
        };
        if !mancano.is_empty() {
            let oltre = if mancano.len() > NOMI_IN_UNA_FRASE {
                " …"
            } else {
                ""
            };
            let nomi = &mancano[..mancano.len().min(NOMI_IN_UNA_FRASE)];
            v.nota = format!(
                "postazioni attive {} di {}; {} {}{oltre}",
                self.postazioni.len() - mancano.len(),
                self.postazioni.len(),
                accordo(mancano.len(), "manca", "mancano"),
                nomi.join(", ")
            );
        }
    }
}

/// Columns of the exported plan.
const COLONNE: [&str; 10] = [
    "Caso",
    "Gruppo",
    "Titolo",
    "Stato",
    "Volte",
    "Prima volta",
    "Ultima volta",
    "Scambio",
    "Fornitura",
    "Prova",
];

impl PianoDiTest {
    /// The plan as CSV for a spreadsheet: separator `;`, a first line that says what it is.
    pub fn csv(&self) -> Esito<Vec<u8>> {
        let mut w = csv::WriterBuilder::new()
            .delimiter(b';')
            .terminator(csv::Terminator::CRLF)
            .flexible(true)
            .from_writer(Vec::new());
        let testa = format!(
            "SIMULATORE – dati fittizi. Piano di test del Comune {} {}, ambiente {}: {} casi fatti su {}",
            self.comune,
            self.nome,
            self.ambiente.chiave(),
            self.fatti,
            self.applicabili
        );
        w.write_record([testa.as_str()]).map_err(ErroreServizio::guasto)?;
        w.write_record(COLONNE).map_err(ErroreServizio::guasto)?;
        let quando = |q: Option<Quando>| q.map(|q| q.to_string()).unwrap_or_default();
        for c in &self.casi {
            let prova = c.prova.clone().unwrap_or_default();
            let testo = if prova.testo.is_empty() {
                c.nota.clone()
            } else {
                prova.testo
            };
            let celle = [
                c.id.to_owned(),
                c.gruppo.to_owned(),
                c.titolo.to_owned(),
                c.stato.nome().to_owned(),
                c.volte.to_string(),
                quando(c.primo),
                quando(c.ultimo),
                prova.scambio.map(|n| n.to_string()).unwrap_or_default(),
                prova.fornitura.map(|f| f.to_string()).unwrap_or_default(),
                testo,
            ];
            let celle = celle.map(|c| elaborazione::liste::innocua(&c).into_owned());
            w.write_record(celle).map_err(ErroreServizio::guasto)?;
        }
        w.into_inner().map_err(ErroreServizio::guasto)
    }
}
