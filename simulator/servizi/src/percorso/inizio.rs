//! Back to the beginning: the round of a Comune ends, and nothing of it opens or closes anything in the next one.
//!
//! What must stay true: what belongs to people ends with the round, all of it at once: cards are revoked, operators (the user
//! of the tests among them) are gone from the Comune, their sessions are over. So does what it sent: a delivery or a scheda
//! left in a register would refuse the next round (`EN034`). Messages are history and stay, those to others too.
//! What belongs to the simulator or to machines stays: certificates of postazioni, which open nothing without an operator; the credentials of the private area; and the
//! operator `ready.json` promises of a ready Comune, who is again as he was at the first start.

use std::collections::BTreeSet;

use anagrafe::{Ambiente, CodiceIstat};
use certs::Carta;
use registro::{Comune, IdFornitura, Lettura as _, Transazione};

use super::fascicolo::dimentica;
use crate::{
    Esito, Simulatore,
    avvio::{operatore_di_partenza, operatore_pronto},
    sgombero,
    sportello::revoca_in,
};

impl Simulatore {
    /// Ends the round of a Comune, in a commit that puts it back, by who has its turns; says which deliveries went.
    pub(crate) fn ricomincia(
        &self,
        t: &mut Transazione,
        comune: &mut Comune,
    ) -> Esito<BTreeSet<IdFornitura>> {
        let istat = comune.istat;
        sgombero::nessun_esito_in_arrivo(t, istat)?;
        let tolte = sgombero::togli_forniture(t, istat)?;
        comune.ambienti.clear();
        dimentica(t, istat);
        // From the beginning on the dates of the dashboard open the subentro, not what a ready Comune starts with.
        t.salva_piano(Ambiente::Sub, istat, None)?;
        self.ritira_carte(t, istat, |_| true)?;
        let pronto = comune.pronto.then(|| operatore_pronto(istat));
        congeda(t, istat)?;
        if let Some(nome) = pronto {
            let mut com_era = operatore_di_partenza(t.seme()?, istat)?;
            // Where else he works is no business of this Comune.
            if let Some(altrove) = t.operatore(&nome)? {
                com_era.comuni.extend(altrove.comuni);
            }
            t.salva_operatore(&com_era)?;
        }
        Ok(tolte)
    }

    /// Revokes the cards issued so far to people of a Comune.
    pub(crate) fn ritira_carte(
        &self,
        t: &mut Transazione,
        istat: CodiceIstat,
        di: impl Fn(&Carta) -> bool,
    ) -> Esito<()> {
        for c in self.pki().carte() {
            if c.comune == istat.as_str() && di(&c) {
                revoca_in(t, &c.id, &[&c.impronta_sha256])?;
            }
        }
        Ok(())
    }
}

/// The operators of a Comune are no longer its own: who has no other is gone, and all their sessions end.
pub(crate) fn congeda(t: &mut Transazione, istat: CodiceIstat) -> Esito<()> {
    for mut o in t.operatori(istat)? {
        t.togli_sessioni_di(&o.name_id)?;
        o.comuni.remove(&istat);
        if o.comuni.is_empty() {
            t.togli_operatore(&o.name_id);
        } else {
            t.salva_operatore(&o)?;
        }
    }
    Ok(())
}
