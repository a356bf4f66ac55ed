//! The dashboard of the subentro: dates proposed by a software house, the rules that accept them, the public numbers.
//!
//! What is accepted becomes the plan window of the Comune in the environment of subentro, the one the gates read (EN032);
//! there is no second copy of it: a window set otherwise (`PUT /api/comuni/{istat}/piano`) is what the dashboard shows. Only
//! the preferred day and who gave it are kept here, and hold as long as the window is theirs. A failed subentro takes
//! window and dates away, and the Ministry gives the next ones.

use std::collections::BTreeMap;

use anagrafe::{Ambiente, CodiceIstat, Data};
use registro::{Comune, Lettura, MacroStato, Piano, Quando, Transazione};
use serde::{Deserialize, Serialize};

use super::{
    date_proposte::{PropostaDate, tre_date, tutte_lette},
    fascicolo::{Fascicolo, RACCOLTA, fascicolo, salva},
    impedimento::{Impedimento, Rifiuto},
    lettere_subentro as lettere, macro_stato,
    scadenze::scadenze,
    software_house,
};
use crate::{ErroreServizio, Esito, Simulatore, avvio::PIANO_APERTO};

/// Dates that were accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pianificazione {
    /// First day of the window.
    pub prima: Data,
    /// Last day.
    pub ultima: Data,
    /// The day that counts for the capacity.
    pub preferita: Data,
    /// Who gave them.
    pub da: String,
    /// When.
    pub quando: Quando,
    /// How often they were moved.
    pub rinvii: u32,
}

impl Pianificazione {
    pub(super) fn finestra(&self) -> Piano {
        Piano {
            inizio: self.prima,
            fine: self.ultima,
        }
    }
}

/// Who gives the dates.
#[derive(Debug, Clone, Copy)]
pub enum ChiPianifica<'a> {
    /// The software house with this user name: its Comuni, with notice and capacity.
    SoftwareHouse(&'a str),
    /// The Ministry, after a failed subentro or out of need: neither notice nor capacity bind it.
    Ministero,
}

impl ChiPianifica<'_> {
    fn nome(&self) -> &str {
        match self {
            Self::SoftwareHouse(n) => n,
            Self::Ministero => "MINISTERO",
        }
    }
}

/// Where a Comune stands on the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatoPianificazione {
    /// No pre-subentro ended well.
    Inattivo,
    /// It may be planned.
    DaPianificare,
    /// It may be planned, and the window it was born with is open on any day: nobody planned it.
    SempreAperto,
    /// It has a window.
    Pianificato,
    /// The subentro failed: the Ministry gives a new date.
    MancatoSubentro,
    /// Done.
    Subentrato,
}

impl StatoPianificazione {
    /// All of them.
    pub const TUTTI: [Self; 6] = [
        Self::Inattivo,
        Self::DaPianificare,
        Self::SempreAperto,
        Self::Pianificato,
        Self::MancatoSubentro,
        Self::Subentrato,
    ];

    /// The word, as forms and API write it.
    pub const fn parola(self) -> &'static str {
        match self {
            Self::Inattivo => "INATTIVO",
            Self::DaPianificare => "DA_PIANIFICARE",
            Self::SempreAperto => "SEMPRE_APERTO",
            Self::Pianificato => "PIANIFICATO",
            Self::MancatoSubentro => "MANCATO_SUBENTRO",
            Self::Subentrato => "SUBENTRATO",
        }
    }

    /// Reads the word.
    pub fn parse(testo: &str) -> Option<Self> {
        Self::TUTTI.into_iter().find(|s| s.parola() == testo)
    }

    fn di(comune: &Comune, finestra: Option<Piano>) -> Self {
        match comune.stato {
            MacroStato::Subentrato => Self::Subentrato,
            MacroStato::MancatoSubentro => Self::MancatoSubentro,
            s if !s.presubentrato() => Self::Inattivo,
            _ => match finestra {
                Some(p) if p == PIANO_APERTO => Self::SempreAperto,
                Some(_) => Self::Pianificato,
                None => Self::DaPianificare,
            },
        }
    }

    /// Whether a software house may give dates.
    pub fn si_pianifica(self) -> bool {
        matches!(self, Self::DaPianificare | Self::SempreAperto | Self::Pianificato)
    }
}

/// A Comune on the dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RigaCruscotto {
    /// Number of the Comune in the export: its ISTAT code as a number.
    pub id_comune: u32,
    /// ISTAT code.
    pub comune: CodiceIstat,
    /// Name.
    pub nome: String,
    /// Where it stands.
    pub stato: StatoPianificazione,
    /// First day of the window the gates read.
    pub prima: Option<Data>,
    /// Last day.
    pub ultima: Option<Data>,
    /// The preferred day, when the window is of the dashboard.
    pub preferita: Option<Data>,
    /// Who gave the dates.
    pub da: Option<String>,
    /// How often they were moved.
    pub rinvii: u32,
    /// User name of its software house.
    pub software_house: Option<String>,
}

impl RigaCruscotto {
    /// Whether the window is the one a ready Comune starts with: open on any day, planned by nobody.
    pub fn sempre_aperta(&self) -> bool {
        self.prima == Some(PIANO_APERTO.inizio) && self.ultima == Some(PIANO_APERTO.fine)
    }

    /// First day somebody planned.
    pub fn prima_pianificata(&self) -> Option<Data> {
        self.prima.filter(|_| !self.sempre_aperta())
    }

    /// Last day somebody planned.
    pub fn ultima_pianificata(&self) -> Option<Data> {
        self.ultima.filter(|_| !self.sempre_aperta())
    }
}

/// How many Comuni in a macro state, and how many people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Conto {
    /// Comuni.
    pub comuni: u64,
    /// Residents in the last delivery that ended well (subentro, or pre-subentro); none is known of who has none.
    pub popolazione: u64,
}

/// What everybody may see.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VistaPubblica {
    /// No pre-subentro ended well.
    pub inattivi: Conto,
    /// A pre-subentro ended well.
    pub attivi: Conto,
    /// Migrated.
    pub subentrati: Conto,
    /// Planned days ahead, with how many Comuni.
    pub giorni: BTreeMap<Data, u32>,
}

/// Which day is taken by whom.
#[derive(Debug, Default)]
pub(super) struct Agenda(BTreeMap<CodiceIstat, Data>);

impl Agenda {
    pub(super) fn leggi(t: &impl Lettura) -> Esito<Self> {
        let mut giorni = BTreeMap::new();
        for (chiave, f) in t.documenti::<Fascicolo>(RACCOLTA)? {
            let istat = CodiceIstat::parse(&chiave).map_err(ErroreServizio::guasto)?;
            let finestra = t.piano(Ambiente::Sub, istat)?;
            if let Some(p) = f.pianificazione.filter(|p| finestra == Some(p.finestra())) {
                giorni.insert(istat, p.preferita);
            }
        }
        Ok(Self(giorni))
    }

    /// Comuni on each day.
    fn per_giorno(&self) -> BTreeMap<Data, u32> {
        let mut conti = BTreeMap::new();
        for g in self.0.values() {
            *conti.entry(*g).or_default() += 1;
        }
        conti
    }

    /// Whether there is room for one more Comune on that day; it may have been there already.
    fn c_e_posto(&self, istat: CodiceIstat, giorno: Data, capienza: u16) -> bool {
        let altri = self.0.iter().filter(|(c, g)| **c != istat && **g == giorno);
        altri.count() < usize::from(capienza)
    }
}

/// The dates a Comune has, when they are these: to say them again moves nothing and writes to nobody.
fn gia_date(
    t: &impl Lettura,
    comune: &Comune,
    f: &Fascicolo,
    chieste: (Data, Data, Data),
) -> Esito<Option<Pianificazione>> {
    if comune.stato != MacroStato::Pianificato {
        return Ok(None);
    }
    let finestra = t.piano(Ambiente::Sub, comune.istat)?;
    let sue = f
        .pianificazione
        .as_ref()
        .filter(|p| finestra == Some(p.finestra()) && (p.prima, p.ultima, p.preferita) == chieste);
    Ok(sue.cloned())
}

/// Judges dates and puts them in place: window, state of the Comune, message, in the commit of the caller.
pub(super) fn applica(
    t: &mut Transazione,
    agenda: &mut Agenda,
    chi: ChiPianifica<'_>,
    comune: &mut Comune,
    f: &mut Fascicolo,
    proposta: &PropostaDate,
) -> Result<Pianificazione, Rifiuto> {
    let (s, quando) = (scadenze(t)?, t.evento()?);
    let oggi = quando.date();
    match comune.stato {
        MacroStato::Subentrato => return Err(Impedimento::GiaSubentrato.into()),
        stato if !stato.presubentrato() => return Err(Impedimento::PresubentroMancante.into()),
        _ => {}
    }
    if let Some(tre) = tutte_lette(proposta)
        && let Some(p) = gia_date(t, comune, f, tre)?
    {
        return Ok(p);
    }
    if let ChiPianifica::SoftwareHouse(_) = chi {
        if comune.stato == MacroStato::MancatoSubentro {
            return Err(Impedimento::NuovaDataDelMinistero.into());
        }
        // The files still to come would find the gate closed. The Ministry may: it is the way out of a window that ended.
        let piano = t.piano(Ambiente::Sub, comune.istat)?;
        let forniture = t.forniture(Ambiente::Sub, comune.istat)?;
        if piano.is_some() && forniture.iter().any(|f| f.stato.in_corso()) {
            return Err(Impedimento::InvioInCorso.into());
        }
    }
    let (prima, ultima, preferita) = tre_date(chi, proposta, (oggi, &s), |d| {
        agenda.c_e_posto(comune.istat, d, s.capienza_giornaliera)
    })?;
    let vecchia = f.pianificazione.take();
    let nuova = Pianificazione {
        prima,
        ultima,
        preferita,
        da: chi.nome().to_owned(),
        quando,
        rinvii: vecchia.as_ref().map_or(0, |p| p.rinvii.saturating_add(1)),
    };
    t.salva_piano(Ambiente::Sub, comune.istat, Some(nuova.finestra()))?;
    comune.stato = MacroStato::Pianificato;
    agenda.0.insert(comune.istat, preferita);
    lettere::data_pianificata(t, comune, &nuova)?;
    f.pianificazione = Some(nuova.clone());
    Ok(nuova)
}

/// Refuses a Comune that is not of this software house as one that does not exist.
pub(super) fn suo(t: &impl Lettura, chi: ChiPianifica<'_>, istat: CodiceIstat) -> Esito<()> {
    match chi {
        ChiPianifica::Ministero => Ok(()),
        ChiPianifica::SoftwareHouse(nome) => {
            let sua = software_house::cerca(t, nome)?.is_some_and(|s| s.comuni.contains(&istat));
            if sua { Ok(()) } else { Err(non_suo()) }
        }
    }
}

fn non_suo() -> ErroreServizio {
    ErroreServizio::assente("Nessun Comune con questo codice fra quelli della software house.")
}

/// After a failed subentro the dates of the dashboard are used up (process G05). A window set otherwise stays.
pub(crate) fn dopo_il_mancato_subentro(t: &mut Transazione, comune: &Comune) -> Esito<()> {
    let mut f = fascicolo(t, comune)?;
    let Some(p) = f.pianificazione.take() else {
        return Ok(());
    };
    if t.piano(Ambiente::Sub, comune.istat)? == Some(p.finestra()) {
        t.salva_piano(Ambiente::Sub, comune.istat, None)?;
    }
    salva(t, comune.istat, &f)
}

fn riga(t: &impl Lettura, comune: &Comune, case: &[software_house::SoftwareHouse]) -> Esito<RigaCruscotto> {
    let finestra = t.piano(Ambiente::Sub, comune.istat)?;
    let sua = fascicolo(t, comune)?
        .pianificazione
        .filter(|p| finestra == Some(p.finestra()));
    Ok(RigaCruscotto {
        id_comune: comune.istat.as_str().parse().map_err(ErroreServizio::guasto)?,
        comune: comune.istat,
        nome: comune.nome.clone(),
        stato: StatoPianificazione::di(comune, finestra),
        prima: finestra.map(|p| p.inizio),
        ultima: finestra.map(|p| p.fine),
        preferita: sua.as_ref().map(|p| p.preferita),
        rinvii: sua.as_ref().map_or(0, |p| p.rinvii),
        da: sua.map(|p| p.da),
        software_house: case
            .iter()
            .find(|s| s.comuni.contains(&comune.istat))
            .map(|s| s.nome.clone()),
    })
}

impl Simulatore {
    /// The Comuni of a software house, or all of them for the Ministry; of a state and with a text in code or name when
    /// given.
    pub fn cruscotto(
        &self,
        chi: ChiPianifica<'_>,
        stato: Option<StatoPianificazione>,
        testo: &str,
    ) -> Esito<Vec<RigaCruscotto>> {
        self.al_passo()?;
        let cercato = testo.trim().to_lowercase();
        let case = software_house::tutte(self.registro())?;
        let mut righe = Vec::new();
        for c in self.comuni()? {
            let suo = match chi {
                ChiPianifica::Ministero => true,
                ChiPianifica::SoftwareHouse(nome) => {
                    case.iter().any(|s| s.nome == nome && s.comuni.contains(&c.istat))
                }
            };
            let trovato = cercato.is_empty()
                || c.istat.as_str().contains(&cercato)
                || c.nome.to_lowercase().contains(&cercato);
            if !(suo && trovato) {
                continue;
            }
            let r = riga(self.registro(), &c, &case)?;
            if stato.is_none_or(|s| s == r.stato) {
                righe.push(r);
            }
        }
        Ok(righe)
    }

    /// One Comune on the dashboard.
    pub fn riga_cruscotto(&self, chi: ChiPianifica<'_>, istat: CodiceIstat) -> Esito<RigaCruscotto> {
        let comune = self.comune(istat)?;
        suo(self.registro(), chi, istat)?;
        riga(self.registro(), &comune, &software_house::tutte(self.registro())?)
    }

    /// Proposes the dates of a Comune, or moves them; what the rules take is the plan at once (D01, D02).
    pub fn pianifica(
        &self,
        chi: ChiPianifica<'_>,
        istat: CodiceIstat,
        proposta: &PropostaDate,
    ) -> Result<Pianificazione, Rifiuto> {
        self.comune(istat)?;
        suo(self.registro(), chi, istat)?;
        self.nel_fascicolo(istat, |t, comune, f, _| {
            let mut agenda = Agenda::leggi(t)?;
            applica(t, &mut agenda, chi, comune, f, proposta)
        })
    }

    /// The same for the software house that looks after the Comune: what the API does in its name.
    pub fn pianifica_per_conto(
        &self,
        istat: CodiceIstat,
        proposta: &PropostaDate,
    ) -> Result<Pianificazione, Rifiuto> {
        self.comune(istat)?;
        let sua = software_house::di(self.registro(), istat)?;
        let nome = sua.ok_or(Impedimento::SenzaSoftwareHouse(istat))?.nome;
        self.pianifica(ChiPianifica::SoftwareHouse(&nome), istat, proposta)
    }

    /// The taken days of a month: how many Comuni on each.
    pub fn giorni_occupati(&self) -> Esito<BTreeMap<Data, u32>> {
        self.pronto_lo_stato()?;
        Ok(Agenda::leggi(self.registro())?.per_giorno())
    }

    /// What everybody may see (D04).
    pub fn vista_pubblica(&self) -> Esito<VistaPubblica> {
        let mut v = VistaPubblica::default();
        let oggi = self.registro().oggi()?;
        for c in self.comuni()? {
            let dove = if c.stato == MacroStato::Subentrato {
                &mut v.subentrati
            } else if macro_stato::caso(c.stato).macro_stato == "attivo" {
                &mut v.attivi
            } else {
                &mut v.inattivi
            };
            dove.comuni += 1;
            dove.popolazione += self.abitanti(&c)?;
        }
        v.giorni = self.giorni_occupati()?;
        v.giorni.retain(|g, _| *g >= oggi);
        Ok(v)
    }

    /// Residents in the last delivery of a Comune that ended well.
    pub(super) fn abitanti(&self, c: &Comune) -> Esito<u64> {
        for a in [Ambiente::Sub, Ambiente::Pre] {
            let id = c.in_ambiente(a).fornitura;
            if let Some(f) = id.map(|id| self.registro().fornitura(id)).transpose()?.flatten() {
                return Ok(f.schede.soggetti);
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    fn d(t: &str) -> Data {
        anagrafe::leggi_data(t).expect("date")
    }

    #[test]
    fn the_last_place_of_a_day_is_taken_once_and_kept_by_who_has_it() {
        let c = |n: u32| CodiceIstat::parse(&format!("8880{n:02}")).expect("code");
        let g = d("2021-03-10");
        let agenda = Agenda([(c(1), g), (c(2), g)].into());
        assert!(!agenda.c_e_posto(c(3), g, 2));
        assert!(agenda.c_e_posto(c(3), g, 3));
        assert!(agenda.c_e_posto(c(1), g, 2), "it is there already");
        assert!(agenda.c_e_posto(c(3), d("2021-03-11"), 1));
        assert!(!agenda.c_e_posto(c(3), d("2021-03-11"), 0));
    }
}
