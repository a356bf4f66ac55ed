//! What the support can do for a Comune that is stuck (process B11): end a delivery that waits for ever, carry out a
//! cancellation now, enable the Comune again. Certificates are restored at the desk (`sportello`).

use anagrafe::{Ambiente, CodiceIstat};
use registro::{Fornitura, SituazioneComune, StatoFornitura};
use serde::Serialize;

use crate::{ErroreServizio, Esito, Simulatore, invio::ripresa, simulatore::prendi};

/// What there is to unlock, if anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Blocco {
    /// A delivery lacks a file and waits.
    FornituraAperta,
    /// A cancellation waits for the night.
    CancellazioneInAttesa,
    /// The environment takes nothing of the Comune.
    NonAbilitato,
}

impl Blocco {
    /// What support does about it.
    pub const fn rimedio(self) -> &'static str {
        match self {
            Self::FornituraAperta => {
                "annulla la fornitura rimasta aperta, come se non fosse mai stata inviata"
            }
            Self::CancellazioneInAttesa => "esegue subito la cancellazione chiesta, senza aspettare la notte",
            Self::NonAbilitato => "abilita di nuovo il Comune nell'ambiente",
        }
    }
}

impl Simulatore {
    /// What keeps a Comune from going on in an environment.
    pub fn blocco(&self, ambiente: Ambiente, comune: CodiceIstat) -> Esito<Option<Blocco>> {
        let ultima = self.forniture(Some(ambiente), Some(comune))?.pop();
        Ok(match ultima.map(|f| f.stato) {
            Some(StatoFornitura::Aperta | StatoFornitura::InElaborazione) => Some(Blocco::FornituraAperta),
            Some(StatoFornitura::CancellazioneRichiesta) => Some(Blocco::CancellazioneInAttesa),
            _ if self.comune(comune)?.in_ambiente(ambiente).situazione == SituazioneComune::NonAbilitato => {
                Some(Blocco::NonAbilitato)
            }
            _ => None,
        })
    }

    /// Unlocks it; says what was in the way.
    pub fn sblocca(&self, ambiente: Ambiente, comune: CodiceIstat) -> Esito<Blocco> {
        self.pronto_lo_stato()?;
        let _lavoro = self.al_lavoro();
        let turno = self.turno(ambiente, comune);
        // With the turn in hand no elaboration of this Comune is under way.
        let _turno = prendi(&turno);
        let blocco = self.blocco(ambiente, comune)?.ok_or_else(|| {
            ErroreServizio::conflitto("Non c'è nulla da sbloccare: il Comune può andare avanti da solo.")
        })?;
        match blocco {
            Blocco::NonAbilitato => self.registro().scrivi(|t| -> Esito<()> {
                use registro::Lettura as _;
                let mut c = t
                    .comune(comune)?
                    .ok_or_else(|| ErroreServizio::assente(format!("Comune {comune} assente.")))?;
                c.in_ambiente_mut(ambiente).situazione = SituazioneComune::Attivo;
                t.salva_comune(&c)?;
                t.evento()?;
                Ok(())
            })?,
            Blocco::FornituraAperta | Blocco::CancellazioneInAttesa => {
                let ultima: Option<Fornitura> = self.forniture(Some(ambiente), Some(comune))?.pop();
                let id = ultima
                    .ok_or_else(|| ErroreServizio::guasto("fornitura sparita"))?
                    .id;
                self.registro().scrivi(|t| -> Esito<()> {
                    let (mut f, _) = ripresa(t, id)?;
                    if f.stato.in_corso() {
                        f.stato = StatoFornitura::CancellazioneRichiesta;
                        f.cancellazione = Some(t.evento()?);
                        t.salva_fornitura(&f)?;
                    }
                    Ok(())
                })?;
                self.cancella(id)?;
            }
        }
        Ok(blocco)
    }
}
