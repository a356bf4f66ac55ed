//! The libretti while the simulator runs: fed by the journal's writer after each batch it wrote, kept in the register.
//!
//! The request path pays nothing: what an exchange proves is looked at on the writer's thread, in memory. Libretti and the
//! number of the last exchange they hold are one commit, made by whoever looks, by the batch's thread within half a second
//! of something new, and at the end. After a kill the journal itself is read from that number on. What must stay true: no
//! exchange counts twice; what was committed outlives the ring; an exchange the journal could not keep proves nothing.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::{Arc, Mutex},
};

use anagrafe::{Ambiente, CodiceIstat};
use registro::{Giornale, Lettura as _, Ordine, Quando, Registro, Scambio, Voce};

use super::{casi::Evento, libretto::Libretto};
use crate::{ErroreServizio, Esito, simulatore::prendi};

/// Collection of the libretti, by ISTAT code.
const LIBRETTI: &str = "piano-di-test";
/// Where the number of the last exchange stands.
const CURSORE: (&str, &str) = ("piano-di-test-cursore", "scambio");
/// Exchanges after which the libretti are written even if nothing in them is new: well within the smallest useful ring.
const SCAMBI_PER_COMMIT: u64 = 10_000;
/// Exchanges read at a time after a kill.
const PAGINA_SCAMBI: usize = 1_000;

#[derive(Debug, Default)]
struct Memoria {
    libretti: BTreeMap<CodiceIstat, Libretto>,
    /// Changed since the last commit.
    sporchi: BTreeSet<CodiceIstat>,
    /// Every exchange up to this one is in.
    fino: u64,
    /// The same, as of the last commit.
    salvato: u64,
    /// Something was proven for the first time.
    nuovo: bool,
    /// Exchanges of the journal that a kill kept from being committed: after the first, up to the second.
    arretrato: Option<(u64, u64)>,
}

/// The libretti of one register.
pub(crate) struct Raccolta {
    registro: Registro,
    memoria: Mutex<Memoria>,
    /// Held by whoever commits: an older state never follows a newer one.
    commit: Mutex<()>,
}

impl Raccolta {
    /// Takes up where the last commit stood, and has the journal report from now on.
    pub(crate) fn apri(
        registro: &Registro,
        giornale: &Giornale,
    ) -> Result<Arc<Self>, registro::ErroreRegistro> {
        let salvato: u64 = registro.documento(CURSORE.0, CURSORE.1)?.unwrap_or(0);
        let ultimo = giornale.ultimo();
        let raccolta = Arc::new(Self {
            registro: registro.clone(),
            memoria: Mutex::new(Memoria {
                fino: salvato.max(ultimo),
                salvato,
                arretrato: (salvato < ultimo).then_some((salvato, ultimo)),
                ..Memoria::default()
            }),
            commit: Mutex::new(()),
        });
        let sua = Arc::clone(&raccolta);
        giornale.osserva(Box::new(move |voci| sua.scritte(voci)));
        Ok(raccolta)
    }

    /// Works on the libretto of a Comune; `None` when there is no such Comune: what a refused request says of itself nobody
    /// believes, and it must not fill the memory.
    fn nel_libretto<T>(
        &self,
        m: &mut Memoria,
        comune: CodiceIstat,
        f: impl FnOnce(&mut Libretto) -> T,
    ) -> Option<T> {
        let libretto = match m.libretti.entry(comune) {
            Entry::Occupied(tenuto) => tenuto.into_mut(),
            Entry::Vacant(posto) => {
                self.registro.comune(comune).ok().flatten()?;
                // One that cannot be read begins anew: it only counts what was proven.
                let scritto = self.registro.documento(LIBRETTI, comune.as_str());
                posto.insert(scritto.ok().flatten().unwrap_or_default())
            }
        };
        m.sporchi.insert(comune);
        Some(f(libretto))
    }

    /// The journal wrote these.
    fn scritte(&self, voci: &[Voce]) {
        let mut m = prendi(&self.memoria);
        for voce in voci {
            self.uno(&mut m, &voce.scambio);
            m.fino = m.fino.max(voce.scambio.n);
        }
    }

    fn uno(&self, m: &mut Memoria, s: &Scambio) {
        let Some((comune, ambiente)) = s.comune.zip(s.porta.parse::<Ambiente>().ok()) else {
            return;
        };
        m.nuovo |= self
            .nel_libretto(m, comune, |l| l.scambio(ambiente, s))
            .unwrap_or(false);
    }

    /// What a kill left in the journal alone.
    fn recupera(&self, giornale: &Giornale) {
        let Some((mut da, fino)) = prendi(&self.memoria).arretrato else {
            return;
        };
        loop {
            let pagina = giornale.scorri(Some(da), Ordine::Crescente, PAGINA_SCAMBI, None, &|s| s.n <= fino);
            let Some(ultimo) = pagina.last().map(|s| s.n) else {
                break;
            };
            let mut m = prendi(&self.memoria);
            for s in &pagina {
                self.uno(&mut m, s);
            }
            da = ultimo;
            m.arretrato = Some((da, fino));
        }
        prendi(&self.memoria).arretrato = None;
    }

    /// Whether a commit is due.
    pub(crate) fn da_salvare(&self) -> bool {
        let m = prendi(&self.memoria);
        m.nuovo || m.arretrato.is_some() || m.fino - m.salvato.min(m.fino) >= SCAMBI_PER_COMMIT
    }

    /// A Comune is no more: what it proved goes with it.
    pub(crate) fn dimentica_comune(&self, comune: CodiceIstat) -> Esito<()> {
        let _uno_alla_volta = prendi(&self.commit);
        {
            let mut m = prendi(&self.memoria);
            m.libretti.remove(&comune);
            m.sporchi.remove(&comune);
        }
        self.registro.scrivi(|t| {
            t.togli_documento(LIBRETTI, comune.as_str());
            Ok(())
        })
    }

    /// Commits what changed. What fails is tried again at the next occasion.
    pub(crate) fn salva(&self, giornale: &Giornale) -> Esito<()> {
        let _uno_alla_volta = prendi(&self.commit);
        self.recupera(giornale);
        let (fino, sporchi, libretti) = {
            let mut m = prendi(&self.memoria);
            if m.sporchi.is_empty() && m.fino == m.salvato {
                return Ok(());
            }
            let sporchi = std::mem::take(&mut m.sporchi);
            let libretti: Vec<(CodiceIstat, Libretto)> = sporchi
                .iter()
                .filter_map(|c| Some((*c, m.libretti.get(c)?.clone())))
                .collect();
            m.nuovo = false;
            (m.fino, sporchi, libretti)
        };
        let fatto = self.registro.scrivi(|t| -> Esito<()> {
            for (comune, l) in &libretti {
                t.salva_documento(LIBRETTI, comune.as_str(), l)?;
            }
            Ok(t.salva_documento(CURSORE.0, CURSORE.1, &fino)?)
        });
        let mut m = prendi(&self.memoria);
        match fatto {
            Ok(()) => m.salvato = fino,
            Err(_) => {
                m.sporchi.extend(sporchi);
                m.nuovo = true;
            }
        }
        fatto
    }

    /// The libretto of a Comune, with everything the journal was handed.
    pub(super) fn libretto(&self, giornale: &Giornale, comune: CodiceIstat) -> Libretto {
        giornale.in_pari();
        {
            let _uno_alla_volta = prendi(&self.commit);
            self.recupera(giornale);
        }
        let m = prendi(&self.memoria);
        if let Some(l) = m.libretti.get(&comune) {
            return l.clone();
        }
        drop(m);
        let tenuto = self.registro.documento(LIBRETTI, comune.as_str());
        tenuto.ok().flatten().unwrap_or_default()
    }

    /// Something happened to a Comune.
    pub(super) fn evento(&self, a: Ambiente, comune: CodiceIstat, e: Evento, quando: Quando, testo: &str) {
        let mut m = prendi(&self.memoria);
        m.nuovo = true;
        self.nel_libretto(&mut m, comune, |l| l.evento(a, e, quando, testo));
    }

    /// A file was at the counter.
    pub(super) fn sportello(
        &self,
        a: Ambiente,
        comune: CodiceIstat,
        quando: Quando,
        nome: &str,
        rifiutato: Option<String>,
    ) {
        let mut m = prendi(&self.memoria);
        m.nuovo = true;
        self.nel_libretto(&mut m, comune, |l| l.sportello(a, quando, nome, rifiutato));
    }

    /// After a reset: register and journal are empty.
    pub(crate) fn dimentica(&self) {
        *prendi(&self.memoria) = Memoria::default();
    }
}

impl crate::Simulatore {
    /// Commits the libretti when it is time. Never while a reset goes on: it would bring back what was forgotten.
    pub(crate) fn salva_libretti(&self, subito: bool) {
        let (Some(raccolta), Some(giornale)) = (self.raccolta(), self.giornale_aperto()) else {
            return;
        };
        if !subito && !raccolta.da_salvare() {
            return;
        }
        let _lavoro = self.al_lavoro();
        if let Err(ErroreServizio { testo, .. }) = raccolta.salva(giornale) {
            tracing::warn!(%testo, "piano di test non salvato: si riprova");
        }
    }
}
