//! Where a lesson stands, for pages and API: one value, read in one go.

use std::collections::BTreeMap;

use anagrafe::{Ambiente, CodiceIstat, Data};
use jiff::ToSpan as _;
use registro::{
    Comune, EsitoScambio, Fornitura, IdFornitura, Lettura as _, MacroStato, Ordine, Quando, StatoFornitura,
};
use serde::{Deserialize, Serialize};

use super::{avvio::NonParte, azione::Azione, corso::Corso, documento::Lezione, verifica::EsitoAttesa};
use crate::{
    Esito, FiltroPosta, Simulatore,
    avvio::{operatore_pronto, password_pronta},
};

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatoPasso {
    /// Behind.
    Fatto,
    /// On the screen.
    Corrente,
    /// Ahead.
    DaFare,
}

/// A step in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PassoVisto {
    /// From 1.
    pub numero: usize,
    /// Title.
    pub titolo: String,
    /// Planned minutes.
    pub minuti: u16,
    /// Where it stands.
    pub stato: StatoPasso,
    /// Its expectations: as they stood when it was left, as they stand for the one on the screen, none ahead.
    pub attese: Vec<EsitoAttesa>,
}

impl PassoVisto {
    /// Expectations that were not reached when the step was left.
    pub fn mancate(&self) -> usize {
        if self.stato == StatoPasso::Fatto {
            self.attese.iter().filter(|a| !a.raggiunta).count()
        } else {
            0
        }
    }
}

/// A refusal received in the step on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MotivoRifiuto {
    /// Code; empty for the block without one.
    pub codice: String,
    /// Words.
    pub testo: String,
}

/// The last delivery of the Comune.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FornituraVista {
    /// Its id.
    pub id: IdFornitura,
    /// Environment.
    pub ambiente: Ambiente,
    /// Version.
    pub versione: u32,
    /// Where it stands.
    pub stato: StatoFornitura,
    /// Names of its files.
    pub file: Vec<String>,
    /// APR sheets.
    pub soggetti: u64,
    /// Counts per code.
    pub conteggi: BTreeMap<String, u64>,
}

/// The last message to the Comune.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PecVista {
    /// Its id.
    pub id: String,
    /// Environment.
    pub ambiente: Ambiente,
    /// Subject.
    pub oggetto: String,
    /// Scenario instant.
    pub quando: Quando,
}

/// The last signed request of the step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScambioVisto {
    /// Number in the journal.
    pub n: u64,
    /// How it ended.
    pub esito: EsitoScambio,
    /// Fault, if it was one.
    pub fault: Option<String>,
    /// Why, in words.
    pub causa: Option<String>,
}

/// What a day of the calendar is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "che", content = "testo")]
pub enum CasoDelCalendario {
    /// The lesson begins.
    Inizio,
    /// The date was moved here.
    Tappa,
    /// Where we are.
    Oggi,
    /// In the window of the plan.
    Finestra,
    /// What the lesson notes.
    Nota(String),
}

/// A day that is something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Giornata {
    /// The day.
    pub giorno: Data,
    /// What it is.
    pub casi: Vec<CasoDelCalendario>,
}

/// Where a lesson stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatoLezione {
    /// The lesson.
    pub id: String,
    /// It runs.
    pub in_corso: bool,
    /// Another one that runs.
    pub altra: Option<String>,
    /// Why it cannot start.
    pub non_parte: Option<NonParte>,
    /// The step on the screen, from 1; one more than there are when it is over; none when it does not run.
    pub passo: Option<usize>,
    /// Its actions were carried out, or there are none.
    pub eseguito: bool,
    /// A move broke off: it must be started over, or jump.
    pub interrotta: bool,
    /// The steps are over.
    pub finita: bool,
    /// Seconds since the start.
    pub trascorsi_secondi: i64,
    /// Minutes planned up to and with the step on the screen.
    pub previsti_minuti: u32,
    /// Minutes planned in all.
    pub totale_minuti: u32,
    /// The Comune.
    pub comune: CodiceIstat,
    /// Its name.
    pub nome_comune: String,
    /// Its state.
    pub stato_comune: Option<MacroStato>,
    /// Scenario date.
    pub oggi: Data,
    /// The day the lesson put the clock at, when the clock is not there, or runs.
    pub orologio_atteso: Option<Data>,
    /// The steps.
    pub passi: Vec<PassoVisto>,
    /// Refusals of the step on the screen.
    pub rifiuti: Vec<MotivoRifiuto>,
    /// The last delivery.
    pub fornitura: Option<FornituraVista>,
    /// The last message.
    pub pec: Option<PecVista>,
    /// The last request of the step.
    pub scambio: Option<ScambioVisto>,
    /// The days that are something.
    pub calendario: Vec<Giornata>,
}

impl StatoLezione {
    /// The step on the screen, from 0.
    pub fn indice(&self) -> Option<usize> {
        self.passo.map(|p| p - 1)
    }

    /// How many expectations of the present step are reached.
    pub fn raggiunte(&self) -> usize {
        self.attese().iter().filter(|a| a.raggiunta).count()
    }

    /// Expectations of the step on the screen.
    pub fn attese(&self) -> &[EsitoAttesa] {
        self.indice()
            .and_then(|i| self.passi.get(i))
            .map_or(&[], |p| p.attese.as_slice())
    }
}

impl Simulatore {
    /// Where a lesson stands, running or not.
    pub fn stato_lezione(&self, id: &str) -> Esito<StatoLezione> {
        self.pronto_lo_stato()?;
        let l = self.lezione(id)?;
        let corso = self.corso()?;
        let altra = corso.as_ref().map(|c| c.lezione.clone()).filter(|x| x != id);
        let mio = corso.filter(|c| c.lezione == id);
        // While the scene is being built anew the Comune may be gone for a moment.
        let comune = self.registro().comune(l.comune)?.filter(|_| mio.is_some());
        let oggi = self.registro().oggi()?;
        let passi = l
            .passi
            .iter()
            .enumerate()
            .map(|(i, p)| {
                let (stato, attese) = match &mio {
                    Some(c) if i < c.passo => {
                        (StatoPasso::Fatto, c.fatti.get(i).cloned().unwrap_or_default())
                    }
                    Some(c) if i == c.passo && comune.is_some() => (
                        StatoPasso::Corrente,
                        self.attese_del_passo(l, c).unwrap_or_default(),
                    ),
                    Some(c) if i == c.passo => (StatoPasso::Corrente, Vec::new()),
                    _ => (StatoPasso::DaFare, Vec::new()),
                };
                PassoVisto {
                    numero: i + 1,
                    titolo: p.titolo.clone(),
                    minuti: p.minuti,
                    stato,
                    attese,
                }
            })
            .collect();
        let qui = mio.as_ref().map(|c| c.passo);
        let fornitura = match &comune {
            Some(c) => self.ultima_fornitura(c)?,
            None => None,
        };
        let orologio_atteso = match &mio {
            Some(c) => Some(self.orologio_del_corso(l, c)?)
                .filter(|o| o.spostato)
                .map(|o| o.giorno),
            None => None,
        };
        Ok(StatoLezione {
            id: id.to_owned(),
            in_corso: mio.is_some(),
            altra,
            non_parte: self.non_parte(l)?,
            passo: qui.map(|p| p + 1),
            eseguito: mio
                .as_ref()
                .is_some_and(|c| c.eseguito || c.passo_di(l).is_none_or(|p| p.azioni.is_empty())),
            interrotta: mio.as_ref().is_some_and(|c| c.in_movimento),
            finita: qui.is_some_and(|p| p >= l.passi.len()),
            trascorsi_secondi: mio
                .as_ref()
                .map_or(0, |c| (self.adesso().as_second() - c.avviata.as_second()).max(0)),
            previsti_minuti: l
                .passi
                .iter()
                .take(qui.map_or(0, |p| p + 1))
                .map(|p| u32::from(p.minuti))
                .sum(),
            totale_minuti: l.minuti(),
            comune: l.comune,
            nome_comune: comune.as_ref().map_or_else(String::new, |c| c.nome.clone()),
            stato_comune: comune.as_ref().map(|c| c.stato),
            oggi,
            orologio_atteso,
            passi,
            rifiuti: mio.as_ref().map(|c| c.rifiuti.clone()).unwrap_or_default(),
            fornitura,
            pec: if comune.is_some() {
                self.ultima_pec_di(l)?
            } else {
                None
            },
            scambio: mio.as_ref().and_then(|c| self.ultimo_scambio(l, c)),
            calendario: self.calendario(l, mio.as_ref(), oggi)?,
        })
    }

    /// User name and password of the operator of a lesson, for the pages of the environments.
    pub fn operatore_lezione(&self, id: &str) -> Esito<(String, String)> {
        let l = self.lezione(id)?;
        let seme = self.registro().seme()?;
        Ok((operatore_pronto(l.comune), password_pronta(seme, l.comune)))
    }

    fn ultima_fornitura(&self, c: &Comune) -> Esito<Option<FornituraVista>> {
        let mut ultima: Option<Fornitura> = None;
        // By environment, where the list of a Comune has an index: the room asks every second or so.
        for a in Ambiente::TUTTI {
            let sua = self.registro().forniture(a, c.istat)?.pop();
            ultima = sua.into_iter().chain(ultima).max_by_key(|f| f.id);
        }
        Ok(ultima.map(|f| FornituraVista {
            id: f.id,
            ambiente: f.ambiente,
            versione: f.versione,
            stato: f.stato,
            file: f.file.iter().map(|x| x.nome.clone()).collect(),
            soggetti: f.schede.soggetti,
            conteggi: f.conteggi.into_iter().filter(|(_, n)| *n > 0).collect(),
        }))
    }

    fn ultima_pec_di(&self, l: &Lezione) -> Esito<Option<PecVista>> {
        let filtro = FiltroPosta {
            casella: Some(registro::Casella::Comune),
            comune: Some(l.comune),
            ..FiltroPosta::default()
        };
        Ok(self.posta(&filtro)?.into_iter().next().map(|p| PecVista {
            id: p.id.to_string(),
            ambiente: p.ambiente,
            oggetto: p.oggetto,
            quando: p.quando,
        }))
    }

    fn ultimo_scambio(&self, l: &Lezione, c: &Corso) -> Option<ScambioVisto> {
        let tieni = |s: &registro::Scambio| s.comune == Some(l.comune);
        let tutti = self.giornale().scorri(
            Some(c.giornale_da),
            Ordine::Crescente,
            crate::SCAMBI_PER_PAGINA,
            None,
            &tieni,
        );
        tutti.into_iter().next_back().map(|s| ScambioVisto {
            n: s.n,
            esito: s.esito,
            fault: s.fault.map(std::borrow::Cow::into_owned),
            causa: s.causa,
        })
    }

    fn calendario(&self, l: &Lezione, c: Option<&Corso>, oggi: Data) -> Esito<Vec<Giornata>> {
        let (da, a) = l.periodo();
        let mut giorni: BTreeMap<Data, Vec<CasoDelCalendario>> = BTreeMap::new();
        giorni.entry(l.oggi).or_default().push(CasoDelCalendario::Inizio);
        for n in &l.date {
            giorni
                .entry(n.giorno)
                .or_default()
                .push(CasoDelCalendario::Nota(n.testo.clone()));
        }
        if let Some(c) = c {
            let fatti = c.passo + usize::from(c.eseguito);
            for azione in l.passi.iter().take(fatti).flat_map(|p| &p.azioni) {
                if let Azione::Data { giorno } = azione {
                    giorni.entry(*giorno).or_default().push(CasoDelCalendario::Tappa);
                }
            }
            if let Some(p) = self.registro().piano(Ambiente::Sub, l.comune)? {
                // A window that somebody set by hand may be a century long: only what the lesson spans is shown.
                let mut g = p.inizio.max(da);
                while g <= p.fine.min(a) {
                    giorni.entry(g).or_default().push(CasoDelCalendario::Finestra);
                    let Ok(dopo) = g.checked_add(1.day()) else { break };
                    g = dopo;
                }
            }
            giorni.entry(oggi).or_default().push(CasoDelCalendario::Oggi);
        }
        Ok(giorni
            .into_iter()
            .map(|(giorno, casi)| Giornata { giorno, casi })
            .collect())
    }
}
