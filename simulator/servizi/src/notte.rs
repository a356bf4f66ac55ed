//! The night: cancellations asked for by day are carried out (TEST and PRE only, spec subentro §1.3).

use std::fs;

use registro::{IdFornitura, Lettura as _, SituazioneComune, StatoFornitura};
use serde_json::{Value, json};

use crate::{ErroreServizio, Esito, Simulatore, invio::ripresa, simulatore::prendi};

impl Simulatore {
    /// Asks for the cancellation of a delivery; the night carries it out.
    pub fn chiedi_cancellazione(&self, id: &str) -> Esito<registro::Fornitura> {
        let f = self.fornitura(id)?;
        let _lavoro = self.al_lavoro();
        let turno = self.turno(f.ambiente, f.comune);
        let _turno = prendi(&turno);
        self.registro().scrivi(|t| {
            let (mut f, _) = ripresa(t, f.id)?;
            if f.ambiente == anagrafe::Ambiente::Sub {
                return Err(ErroreServizio::conflitto(
                    "Nell'ambiente di subentro una fornitura non si cancella.",
                ));
            }
            match f.stato {
                StatoFornitura::Ko => {
                    return Err(ErroreServizio::conflitto(
                        "La fornitura è KO: è già stata scartata per intero e se ne può inviare un'altra.",
                    ));
                }
                StatoFornitura::Cancellata => {
                    return Err(ErroreServizio::conflitto(
                        "La fornitura è già stata cancellata: se ne può inviare un'altra.",
                    ));
                }
                StatoFornitura::CancellazioneRichiesta => return Ok(f),
                StatoFornitura::Aperta | StatoFornitura::InElaborazione | StatoFornitura::ElaborataOk => {}
            }
            f.stato = StatoFornitura::CancellazioneRichiesta;
            f.cancellazione = Some(t.evento()?);
            t.salva_fornitura(&f)?;
            Ok(f)
        })
    }

    /// Runs the night jobs now; says what was cancelled.
    pub fn notte(&self) -> Esito<Value> {
        self.pronto_lo_stato()?;
        let richieste: Vec<_> = self
            .registro()
            .forniture(None, None)?
            .into_iter()
            .filter(|f| f.stato == StatoFornitura::CancellazioneRichiesta)
            .map(|f| (f.id, f.ambiente, f.comune))
            .collect();
        let mut cancellate: Vec<IdFornitura> = Vec::new();
        for (id, ambiente, comune) in richieste {
            let _lavoro = self.al_lavoro();
            let turno = self.turno(ambiente, comune);
            let _turno = prendi(&turno);
            if self.cancella(id)? {
                cancellate.push(id);
            }
        }
        self.al_passo()?;
        Ok(json!({ "cancellate": cancellate }))
    }

    pub(crate) fn cancella(&self, id: IdFornitura) -> Esito<bool> {
        let fatta = self.registro().scrivi(|t| -> Esito<bool> {
            let (mut f, mut comune) = ripresa(t, id)?;
            if f.stato != StatoFornitura::CancellazioneRichiesta {
                return Ok(false);
            }
            if let Some(segmento) = f.segmento.take() {
                t.rimuovi_segmento(f.ambiente, segmento)?;
            }
            f.stato = StatoFornitura::Cancellata;
            t.evento()?;
            let stato = comune.in_ambiente_mut(f.ambiente);
            if stato.fornitura == Some(id) {
                stato.fornitura = None;
                stato.segmento = None;
                stato.situazione = SituazioneComune::Attivo;
                stato.versioni_ok.clear();
            }
            t.salva_comune(&comune)?;
            t.salva_fornitura(&f)?;
            Ok(true)
        })?;
        if fatta {
            // Uploads go with their delivery; what a crash leaves here is unreadable through any door.
            let cartella = self.cartella(id);
            if cartella.exists() {
                fs::remove_dir_all(cartella)?;
            }
        }
        Ok(fatta)
    }
}
