//! A code of the catalogue → what a page or the API says of it.

use elaborazione::{
    anomalie::{
        Anomalia, Check, CodiceNoto, Edit, Fonte, Livello, NON_SIMULATE, NonSimulata, Plantable, codice_noto,
    },
    rapporto::{CODICI_SIM, per_produrlo},
};
use serde::{Serialize, Serializer};
use servizi::Simulatore;

use crate::formati::{self, Etichetta};

/// A case in words.
#[derive(Debug, Serialize)]
pub(crate) struct Caso {
    /// What an officer would call it.
    pub(crate) nome: &'static str,
    /// The edits that break a clean delivery.
    pub(crate) rompe: Vec<String>,
    /// The near miss.
    pub(crate) vicino: Vec<String>,
}

/// All that is shown of one code.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Voce {
    /// The code.
    pub(crate) codice: &'static str,
    /// Its sentence, slots shown as `…`.
    pub(crate) testo: String,
    /// Weight in pre-subentro and subentro.
    #[serde(serialize_with = "lettera")]
    pub(crate) subentro: Etichetta,
    /// Weight in the test environment.
    #[serde(serialize_with = "lettera")]
    pub(crate) test: Etichetta,
    /// Weight in the services.
    #[serde(serialize_with = "lettera")]
    pub(crate) servizi: Etichetta,
    /// The weights here are those of the policy the simulator was started with, not the catalogue's.
    pub(crate) imposta: bool,
    /// To be removed before the subentro.
    pub(crate) da_rimuovere: bool,
    /// Reference table.
    pub(crate) tabella: &'static str,
    /// Suggested procedure.
    pub(crate) procedura: &'static str,
    /// Public lists it stands in.
    pub(crate) fonti: String,
    /// Where sources disagree.
    pub(crate) divergenza: &'static str,
    /// Meaning and remedy.
    pub(crate) spiegazione: &'static str,
    /// When it is found.
    pub(crate) quando: &'static str,
    /// Cases.
    pub(crate) casi: Vec<Caso>,
    /// What it takes to make it appear.
    pub(crate) per_produrlo: String,
    /// Why it cannot be made to appear, if so.
    pub(crate) non_simulata: &'static str,
}

fn lettera<S: Serializer>(e: &Etichetta, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(e.testo)
}

impl Voce {
    fn di(a: &'static Anomalia) -> Self {
        Self {
            codice: a.codice.0,
            testo: a.testo.osservato.replace('@', "…"),
            subentro: formati::livello(a.gravita.subentro),
            test: formati::livello(a.gravita.test),
            servizi: formati::livello(a.gravita.servizi),
            imposta: false,
            da_rimuovere: a.da_rimuovere,
            tabella: a.tabella.unwrap_or_default(),
            procedura: a.procedura.map(|p| p.0).unwrap_or_default(),
            fonti: a.fonti.iter().map(|f| fonte(*f)).collect::<Vec<_>>().join(", "),
            divergenza: a.divergenza.unwrap_or_default(),
            spiegazione: a.spiegazione,
            quando: quando(&a.check),
            casi: a
                .cases
                .iter()
                .map(|c| Caso {
                    nome: c.name,
                    rompe: modifiche(c.breaks),
                    vicino: modifiche(c.near),
                })
                .collect(),
            per_produrlo: per_produrlo(a),
            non_simulata: if let Plantable::No(perche) = a.plantable {
                perche
            } else {
                ""
            },
        }
    }

    fn taciuta(n: &'static NonSimulata) -> Self {
        let mai = formati::livello(Livello::NonAttivo);
        Self {
            codice: n.codice,
            testo: "Codice noto, che il simulatore non rileva".to_owned(),
            subentro: mai,
            test: mai,
            servizi: mai,
            imposta: false,
            da_rimuovere: false,
            tabella: "",
            procedura: "",
            fonti: String::new(),
            divergenza: "",
            spiegazione: n.motivo,
            quando: "nessun controllo",
            casi: Vec::new(),
            per_produrlo: String::new(),
            non_simulata: n.motivo,
        }
    }

    /// A code of the public lists that nothing here raises.
    fn nota(n: &'static CodiceNoto) -> Self {
        const MOTIVO: &str = "Codice degli elenchi pubblici che il simulatore non rileva (ancora).";
        let al_subentro = formati::livello(n.subentro);
        Self {
            codice: n.codice,
            testo: format!("Riguarda: {}", n.argomenti),
            subentro: al_subentro,
            test: al_subentro,
            servizi: formati::livello(n.servizi),
            imposta: false,
            da_rimuovere: false,
            tabella: n.tabella.unwrap_or_default(),
            procedura: "",
            fonti: String::new(),
            divergenza: "",
            spiegazione: n.famiglia(),
            quando: "nessun controllo",
            casi: Vec::new(),
            per_produrlo: String::new(),
            non_simulata: MOTIVO,
        }
    }

    /// A code of the simulator, which ANPR does not know.
    fn nostra(codice: &'static str, testo: &'static str) -> Self {
        let mai = formati::livello(Livello::NonAttivo);
        Self {
            codice,
            testo: "Codice del simulatore, non di ANPR".to_owned(),
            subentro: mai,
            test: mai,
            servizi: mai,
            imposta: false,
            da_rimuovere: false,
            tabella: "",
            procedura: "",
            fonti: "simulatore".to_owned(),
            divergenza: "",
            spiegazione: testo,
            quando: "nell'API, nelle pagine e nei comandi",
            casi: Vec::new(),
            per_produrlo: String::new(),
            non_simulata: "",
        }
    }

    /// The same under the simulator's policy (`--politica`).
    fn con_la_politica(mut self, politica: &elaborazione::Politica) -> Self {
        if let Some(gravita) = politica.gravita.get(self.codice) {
            let livello = match gravita {
                Some(elaborazione::Gravita::Errore) => Livello::Errore,
                Some(elaborazione::Gravita::Avviso) => Livello::Avviso,
                None => Livello::NonAttivo,
            };
            self.subentro = formati::livello(livello);
            self.test = formati::livello(livello);
            self.imposta = true;
        }
        self
    }

    /// Whether a search finds it.
    pub(crate) fn contiene(&self, testo: &str) -> bool {
        let testo = testo.to_lowercase();
        [self.codice, &self.testo, self.spiegazione]
            .iter()
            .any(|t| t.to_lowercase().contains(&testo))
    }
}

/// Every code, in the catalogue's order.
pub(crate) fn tutte(sim: &Simulatore) -> Vec<Voce> {
    let politica = sim.politica();
    let voci = sim.catalogo().iter().copied().map(Voce::di);
    voci.map(|v| v.con_la_politica(&politica)).collect()
}

/// Every code, and after them those that are known and not raised, and those of the simulator itself.
pub(crate) fn con_i_nostri(sim: &Simulatore) -> Vec<Voce> {
    let nostri = CODICI_SIM
        .iter()
        .map(|(codice, testo)| Voce::nostra(codice, testo));
    let taciute = NON_SIMULATE.iter().map(Voce::taciuta);
    tutte(sim).into_iter().chain(taciute).chain(nostri).collect()
}

/// One code; of those that are known and not raised, the reason.
pub(crate) fn voce(sim: &Simulatore, codice: &str) -> Option<Voce> {
    let taciuta = || {
        NON_SIMULATE
            .iter()
            .find(|n| n.codice == codice)
            .map(Voce::taciuta)
    };
    let nota = elaborazione::anomalia(codice).map(|a| Voce::di(a).con_la_politica(&sim.politica()));
    let nostra = || {
        CODICI_SIM
            .iter()
            .find(|(c, _)| *c == codice)
            .map(|(codice, testo)| Voce::nostra(codice, testo))
    };
    nota.or_else(taciuta)
        .or_else(nostra)
        .or_else(|| codice_noto(codice).map(Voce::nota))
}

fn fonte(f: Fonte) -> &'static str {
    match f {
        Fonte::ElencoErrori => "elenco generale degli errori",
        Fonte::TabellaAnomalie => "tabella delle anomalie di subentro",
        Fonte::ErroriAe => "prospetto errori e gravità",
        Fonte::Registro => "registro delle modifiche",
    }
}

fn quando(c: &Check) -> &'static str {
    match c {
        Check::Sportello => "i controlli all'invio del file",
        Check::Formato => "la lettura del contenuto del file",
        Check::Soggetto(_) => "il controllo di ogni scheda individuale APR",
        Check::Famiglia(_) => "il controllo di ogni scheda di famiglia o convivenza",
        Check::Persona(_) | Check::Entrambi(..) => "il controllo di ogni scheda individuale, APR o AIRE",
        Check::Aire(_) => "il controllo di ogni riga AIRE",
        Check::Quadratura => "la quadratura dei contatori",
        Check::Unione => "l'abbinamento tra schede individuali e famiglie",
        Check::Tributaria => "il confronto con l'Anagrafe Tributaria",
        Check::Registro => "il confronto con quanto è già in ANPR",
    }
}

fn modifiche(edits: &[Edit]) -> Vec<String> {
    let riga = |e: &Edit| match e {
        Edit::Set(dove, "") => format!("{dove} vuoto"),
        Edit::Set(dove, valore) => format!("{dove} = {valore}"),
        Edit::Remove(dove) => format!("senza {dove}"),
        Edit::After(dove, pezzo) => format!("dopo {dove}: {pezzo}"),
        Edit::Into(dove, pezzo) => format!("dentro {dove}: {pezzo}"),
        Edit::Aire(campo, valore) => format!("AIRE, {campo} = {valore}"),
        Edit::World(cosa, _) => (*cosa).to_owned(),
    };
    edits.iter().map(riga).collect()
}
