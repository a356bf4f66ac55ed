//! The lesson that is running: one document of the register, and the moves of the presenter over it.
//!
//! What must stay true: moves are made one at a time; whatever a move was doing when it broke off, the next jump or reset
//! begins from the start and comes out right; what the lesson moved of the world is put back when it ends.

use std::collections::BTreeMap;

use jiff::Timestamp;
use registro::{Lettura as _, Orologio, Ritmo, Transazione};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    documento::{Lezione, Passo},
    verifica::EsitoAttesa,
    vista::{MotivoRifiuto, StatoLezione},
};
use crate::{ErroreServizio, Esito, Libreria, Simulatore, simulatore::prendi};

/// Where the running lesson is kept.
const DOVE: (&str, &str) = ("lezioni", "corso");

/// What a lesson moves of the world, as it was before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Mondo {
    pub(super) orologio: Orologio,
    pub(super) ritmo: Ritmo,
    pub(super) tributaria: Value,
    pub(super) guasti: Value,
}

/// The running lesson.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Corso {
    pub(super) lezione: String,
    /// The step on the screen, from 0; as many as there are steps when it is over.
    pub(super) passo: usize,
    /// Its actions were carried out.
    pub(super) eseguito: bool,
    /// A move was begun and not ended: the state may be half of two.
    pub(super) in_movimento: bool,
    /// Wall time of the start, or of the last reset.
    pub(super) avviata: Timestamp,
    pub(super) prima: Mondo,
    /// Tax register or fault plan were changed, and go back.
    pub(super) toccata_tributaria: bool,
    pub(super) toccati_guasti: bool,
    /// Exchanges after this one are of the present step.
    pub(super) giornale_da: u64,
    /// Messages after this one are of the lesson.
    pub(super) pec_da: u64,
    /// Refusals of the present step.
    pub(super) rifiuti: Vec<MotivoRifiuto>,
    /// Certificates by the name the lesson gave them: SHA-256.
    pub(super) certificati: BTreeMap<String, String>,
    /// Certificates of earlier runs, revoked: taken out before a new one is issued.
    pub(super) cassetto: Vec<String>,
    /// How the expectations of the steps behind stood when they were left.
    pub(super) fatti: Vec<Vec<EsitoAttesa>>,
}

/// What the presenter does with the step on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mossa {
    /// Carries it out.
    Esegui,
    /// Carries out what it lacks and goes on.
    Avanti,
    /// Takes it back when it was carried out, else goes to the one before.
    Indietro,
}

impl Corso {
    /// The step on the screen; none when the lesson is over.
    pub(super) fn passo_di<'l>(&self, l: &'l Lezione) -> Option<&'l Passo> {
        l.passi.get(self.passo)
    }
}

impl Simulatore {
    /// The lessons there are.
    pub fn lezioni(&self) -> &Libreria {
        self.impostazioni()
            .lezioni
            .as_deref()
            .unwrap_or_else(|| Libreria::predefinita())
    }

    /// One lesson, 404 when unknown.
    pub fn lezione(&self, id: &str) -> Esito<&Lezione> {
        self.lezioni().una(id).ok_or_else(|| {
            ErroreServizio::assente("Nessuna lezione con questo nome: l'elenco è in /lezioni.")
        })
    }

    /// The id of the lesson that runs, if one does.
    pub fn lezione_in_corso(&self) -> Esito<Option<String>> {
        self.pronto_lo_stato()?;
        Ok(self.corso()?.map(|c| c.lezione))
    }

    pub(super) fn corso(&self) -> Esito<Option<Corso>> {
        Ok(self.registro().documento(DOVE.0, DOVE.1)?)
    }

    fn salva_corso(&self, c: &Corso) -> Esito<()> {
        self.registro()
            .scrivi(|t| Ok(t.salva_documento(DOVE.0, DOVE.1, c)?))
    }

    /// The run of this lesson, or why there is none.
    pub(super) fn corso_di(&self, id: &str) -> Esito<(&Lezione, Corso)> {
        self.pronto_lo_stato()?;
        let l = self.lezione(id)?;
        match self.corso()? {
            Some(c) if c.lezione == id => Ok((l, c)),
            Some(c) => Err(altra_in_corso(&c.lezione)),
            None => Err(ErroreServizio::conflitto(
                "La lezione non è in corso: prima va avviata.",
            )),
        }
    }

    fn mondo(&self) -> Esito<Mondo> {
        let mut guasti = serde_json::to_value(self.guasti()).map_err(ErroreServizio::guasto)?;
        for g in guasti.as_array_mut().into_iter().flatten() {
            // How often it struck is no part of a plan that is set.
            if let Some(g) = g.as_object_mut() {
                g.remove("serviti");
            }
        }
        Ok(Mondo {
            orologio: self.registro().orologio()?,
            ritmo: self.ritmo()?,
            tributaria: self.tributaria()?,
            guasti,
        })
    }

    /// Puts tax register and fault plan back, where the lesson changed them.
    fn ripara(&self, c: &Corso) -> Esito<()> {
        if c.toccata_tributaria {
            self.metti_tributaria(c.prima.tributaria.clone())?;
        }
        if c.toccati_guasti {
            self.metti_guasti(c.prima.guasti.clone())?;
        }
        Ok(())
    }

    /// Builds the scene anew and walks to a step.
    fn rifai_fino_a(&self, l: &Lezione, vecchio: &Corso, passo: usize) -> Esito<()> {
        self.salva_corso(&Corso {
            in_movimento: true,
            ..vecchio.clone()
        })?;
        self.smonta_scena(l, vecchio.pec_da)?;
        self.ripara(vecchio)?;
        let (cassetto, pec_da) = self.monta_scena(l)?;
        let mut c = Corso {
            passo: 0,
            eseguito: false,
            in_movimento: true,
            toccata_tributaria: false,
            toccati_guasti: false,
            giornale_da: self.giornale().ultimo(),
            pec_da,
            rifiuti: Vec::new(),
            certificati: BTreeMap::new(),
            cassetto,
            fatti: Vec::new(),
            ..vecchio.clone()
        };
        self.salva_corso(&c)?;
        let mut esito = Ok(());
        while c.passo < passo && esito.is_ok() {
            esito = self.compi_passo(l, &mut c);
            if esito.is_ok() {
                self.lascia_passo(l, &mut c)?;
            }
        }
        c.in_movimento = false;
        self.salva_corso(&c)?;
        esito
    }

    /// Carries out the actions of the step on the screen.
    fn compi_passo(&self, l: &Lezione, c: &mut Corso) -> Esito<()> {
        let Some(p) = c.passo_di(l) else { return Ok(()) };
        for a in &p.azioni {
            self.compi(l, c, a).map_err(|e| ErroreServizio {
                testo: format!("Passo {}, «{}»: {}", c.passo + 1, a.nome(), e.testo),
                ..e
            })?;
        }
        c.eseguito = true;
        Ok(())
    }

    /// Goes on to the next step.
    fn lascia_passo(&self, l: &Lezione, c: &mut Corso) -> Esito<()> {
        c.fatti.push(self.attese_del_passo(l, c)?);
        c.passo += 1;
        c.eseguito = false;
        c.rifiuti.clear();
        c.giornale_da = self.giornale().ultimo();
        Ok(())
    }

    /// Starts a lesson, or starts it over: its Comune is made, the date is that of the lesson and stands still.
    pub fn avvia_lezione(&self, id: &str) -> Esito<StatoLezione> {
        let _turno = prendi(&self.turno_lezioni);
        self.pronto_lo_stato()?;
        let l = self.lezione(id)?;
        let prima = match self.corso()? {
            Some(c) if c.lezione == id => c.prima,
            _ => match self.non_parte(l)? {
                Some(no) => return Err(no.into()),
                None => self.mondo()?,
            },
        };
        let c = Corso {
            lezione: id.to_owned(),
            passo: 0,
            eseguito: false,
            in_movimento: false,
            avviata: self.adesso(),
            prima,
            toccata_tributaria: false,
            toccati_guasti: false,
            giornale_da: 0,
            pec_da: self.ultima_pec()?,
            rifiuti: Vec::new(),
            certificati: BTreeMap::new(),
            cassetto: Vec::new(),
            fatti: Vec::new(),
        };
        let vecchio = self.corso()?.map_or_else(
            || c.clone(),
            |v| Corso {
                avviata: c.avviata,
                ..v
            },
        );
        self.rifai_fino_a(l, &vecchio, 0)?;
        self.stato_lezione(id)
    }

    /// Carries out the step on the screen. What the trainer did by hand already is not done twice.
    pub fn esegui_passo(&self, id: &str) -> Esito<StatoLezione> {
        self.muovi_lezione(id, Mossa::Esegui, None)
    }

    /// Carries out what the step on the screen still lacks and goes on.
    pub fn avanti_lezione(&self, id: &str) -> Esito<StatoLezione> {
        self.muovi_lezione(id, Mossa::Avanti, None)
    }

    /// A move over the step on the screen. `da` is the step it was meant for, from 1: when another window has gone on in
    /// the meantime the move is refused, so that two presses never go two steps.
    pub fn muovi_lezione(&self, id: &str, mossa: Mossa, da: Option<usize>) -> Esito<StatoLezione> {
        let _turno = prendi(&self.turno_lezioni);
        let (l, c) = self.corso_di(id)?;
        if let Some(da) = da.filter(|da| *da != c.passo + 1) {
            return Err(ErroreServizio::conflitto(format!(
                "Questa mossa era per il passo {da}, e la lezione è al passo {}: un doppio clic, o un'altra finestra. Nulla è \
                 stato fatto di nuovo.",
                c.passo + 1
            )));
        }
        match mossa {
            Mossa::Esegui => self.muovi(l, c, Self::esegui_se_serve)?,
            Mossa::Avanti => self.muovi(l, c, |s, l, c| {
                s.esegui_se_serve(l, c)?;
                s.lascia_passo(l, c)
            })?,
            Mossa::Indietro => {
                let agisce = c.passo_di(l).is_some_and(|p| !p.azioni.is_empty());
                let dove = if agisce && c.eseguito {
                    c.passo
                } else {
                    c.passo.saturating_sub(1)
                };
                self.rifai_fino_a(l, &c, dove)?;
            }
        }
        self.stato_lezione(id)
    }

    fn muovi(
        &self,
        l: &Lezione,
        mut c: Corso,
        f: impl FnOnce(&Self, &Lezione, &mut Corso) -> Esito<()>,
    ) -> Esito<()> {
        if c.in_movimento {
            return Err(ErroreServizio::conflitto(
                "L'ultimo spostamento è rimasto a metà: ricominciare la lezione o saltare a un passo.",
            ));
        }
        if c.passo >= l.passi.len() {
            return Err(ErroreServizio::conflitto(
                "La lezione è finita: si può ricominciare o terminare.",
            ));
        }
        self.salva_corso(&Corso {
            in_movimento: true,
            ..c.clone()
        })?;
        let esito = f(self, l, &mut c);
        // A step that failed half-way stays where it is, not carried out: a jump rebuilds it.
        c.in_movimento = false;
        self.salva_corso(&c)?;
        esito
    }

    fn esegui_se_serve(&self, l: &Lezione, c: &mut Corso) -> Esito<()> {
        if c.eseguito {
            return Ok(());
        }
        let a_mano = c.passo_di(l).is_some_and(|p| p.a_mano.is_some());
        if a_mano && self.attese_del_passo(l, c)?.iter().all(|a| a.raggiunta) {
            c.eseguito = true;
            return Ok(());
        }
        self.compi_passo(l, c)
    }

    /// Jumps to a step (from 0; as many as there are steps is the end): the state is the one walking there gives.
    pub fn salta_lezione(&self, id: &str, passo: usize) -> Esito<StatoLezione> {
        let _turno = prendi(&self.turno_lezioni);
        let (l, c) = self.corso_di(id)?;
        if passo > l.passi.len() {
            return Err(ErroreServizio::richiesta(format!(
                "Il passo va da 1 a {}; il {} è la fine della lezione.",
                l.passi.len() + 1,
                l.passi.len() + 1
            )));
        }
        self.rifai_fino_a(l, &c, passo)?;
        self.stato_lezione(id)
    }

    /// Ends a lesson: its Comune goes, date, pace and whatever it touched are as they were.
    pub fn termina_lezione(&self, id: &str) -> Esito<()> {
        let _turno = prendi(&self.turno_lezioni);
        let (l, c) = self.corso_di(id)?;
        self.smonta_scena(l, c.pec_da)?;
        self.ripara(&c)?;
        self.metti_ritmo(c.prima.ritmo)?;
        self.registro().scrivi(|t| {
            t.salva_orologio(&c.prima.orologio)?;
            t.togli_documento(DOVE.0, DOVE.1);
            Ok(())
        })
    }

    /// The last message there is.
    pub(super) fn ultima_pec(&self) -> Esito<u64> {
        Ok(self.registro().contatore(None, "pec")?)
    }
}

/// Changes the clock of the running lesson for the one that its end puts back, and back again when called twice; false
/// when no lesson runs. What is set in between is what holds after the lesson.
pub(crate) fn scambia_orologi(t: &mut Transazione) -> Esito<bool> {
    let Some(mut c) = t.documento::<Corso>(DOVE.0, DOVE.1)? else {
        return Ok(false);
    };
    let della_lezione = t.orologio()?;
    t.salva_orologio(&c.prima.orologio)?;
    c.prima.orologio = della_lezione;
    t.salva_documento(DOVE.0, DOVE.1, &c)?;
    Ok(true)
}

pub(super) fn altra_in_corso(id: &str) -> ErroreServizio {
    ErroreServizio::conflitto(format!(
        "È in corso la lezione «{id}», e la data dello scenario è una per tutti: prima va terminata."
    ))
}
