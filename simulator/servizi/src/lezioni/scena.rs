//! The scene of a lesson: its Comune with operator and software house, and the date; made at the start, taken away whole.
//!
//! What must stay true: what is removed is the lesson's (its Comune and everything that hangs on it, the notices that its
//! subentro sent to others) and nothing else; a Comune that somebody made is never taken for the lesson's.

use std::collections::BTreeSet;

use registro::{IdPec, Lettura as _, Ritmo};

use super::documento::Lezione;
use crate::{
    Esito, Simulatore, amministrazione,
    avvio::{comune_fittizio, operatore_di_partenza},
    percorso,
    posta::inoltro,
    sgombero,
    simulatore::prendi,
};

/// User name of the software house that looks after the Comune of a lesson.
pub const SOFTWARE_HOUSE: &str = "SWLEZIONE";
/// Collection of the Comuni that are a lesson's: code → id of the lesson.
pub(super) const COMUNI: &str = "lezioni-comuni";

impl Simulatore {
    /// Refuses a lesson whose Comune somebody else made.
    pub(super) fn scena_libera(&self, l: &Lezione) -> Esito<()> {
        self.comune_altrui(l)?.map_or(Ok(()), |no| Err(no.into()))
    }

    /// Makes the Comune and sets date and pace. Gives the certificates of earlier runs and the last message before.
    pub(super) fn monta_scena(&self, l: &Lezione) -> Esito<(Vec<String>, u64)> {
        let istat = l.comune;
        let seme = self.registro().seme()?;
        let operatore = operatore_di_partenza(seme, istat)?;
        let pec_da = self.ultima_pec()?;
        self.registro().scrivi(|t| -> Esito<()> {
            // Speed 0: the day of the lesson does not end while somebody explains it, and instants repeat.
            t.imposta_orologio(Some(l.oggi), Some(0))?;
            t.salva_ritmo(Ritmo::Istantanea)?;
            let mut comune = comune_fittizio(istat)?;
            comune.stato = l.stato;
            t.salva_comune(&comune)?;
            t.salva_operatore(&operatore)?;
            t.salva_documento(COMUNI, istat.as_str(), &l.id)?;
            percorso::affida_alla_lezione(t, SOFTWARE_HOUSE, istat)?;
            t.evento()?;
            Ok(())
        })?;
        let cassetto = self
            .pki()
            .elenco()
            .into_iter()
            .filter(|p| p.comune == istat.as_str())
            .map(|p| p.consegna.impronta_sha256)
            .collect();
        Ok((cassetto, pec_da))
    }

    /// Takes the scene away; messages after `pec_da` told the others of the subentro of its Comune.
    pub(super) fn smonta_scena(&self, l: &Lezione, pec_da: u64) -> Esito<()> {
        self.scena_libera(l)?;
        let istat = l.comune;
        self.ritira_certificati(l)?;
        let _lavoro = self.al_lavoro();
        let turni = self.turni(istat);
        let _presi: Vec<_> = turni.iter().map(|t| prendi(t)).collect();
        let (ids, tolte) = self.registro().scrivi(|t| -> Esito<_> {
            let ids = sgombero::togli_forniture(t, istat)?;
            let mut pec: BTreeSet<IdPec> = t.pec(None, istat)?.into_iter().map(|p| p.id).collect();
            if let Some(comune) = t.comune(istat)? {
                let notizia = percorso::oggetto_n031(&comune);
                let altrui = t.pec_dopo(IdPec(pec_da))?;
                pec.extend(
                    altrui
                        .iter()
                        .filter(|p| p.oggetto.ends_with(&notizia))
                        .map(|p| p.id),
                );
            }
            for id in &pec {
                t.togli_pec(*id);
                inoltro::dimentica(t, *id);
            }
            percorso::congeda(t, istat)?;
            // A card of this run shall open nothing in the next one, whose operator has the same name.
            self.ritira_carte(t, istat, |_| true)?;
            percorso::dimentica(t, istat);
            percorso::senza_software_house(t, SOFTWARE_HOUSE, istat)?;
            amministrazione::dimentica_logo(t, istat);
            t.togli_documento(COMUNI, istat.as_str());
            t.togli_comune(istat);
            Ok((ids, pec.into_iter().collect::<Vec<_>>()))
        })?;
        prendi(&self.testate).togli(&tolte);
        self.sgombera(istat, &ids)
    }

    /// Keys stay on disk: the certificates of a run that ends are revoked, and the next run takes them again.
    fn ritira_certificati(&self, l: &Lezione) -> Esito<()> {
        for p in self.pki().elenco() {
            if p.comune == l.comune.as_str() && !self.revocato(&p.impronta_sha256)? {
                self.segna_revocati(&p.id, &[&p.impronta_sha256])?;
            }
        }
        Ok(())
    }
}
