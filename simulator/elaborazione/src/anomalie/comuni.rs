//! The rule "a Comune with this name existed on that day", shared by the codes of places.

use anagrafe::Data;
use anagrafe::tabelle::{ComuneInviato, Luogo};

use crate::scheda::{Ambito, ComuneNodi, SchedaLetta};

/// `NAME(PR)` as the delivered texts write it.
pub(super) fn comune_con_sigla(c: &ComuneInviato<'_>) -> String {
    format!("{}({})", c.nome, c.sigla)
}

/// The matching of subentro.md §4.8.
pub(super) fn esiste(ambito: &Ambito<'_>, c: &ComuneInviato<'_>, quando: Option<Data>) -> Luogo {
    ambito.tabelle.comuni().luogo(c, quando)
}

/// The Comune at these places, when it is named and no row fits it at that day.
pub(super) fn manca<'a>(
    s: &SchedaLetta<'a>,
    ambito: &Ambito<'_>,
    nodi: ComuneNodi,
    quando: Option<Data>,
) -> Option<(ComuneInviato<'a>, Luogo)> {
    let comune = s.comune(&nodi)?;
    let luogo = esiste(ambito, &comune, quando);
    luogo.riga.is_none().then_some((comune, luogo))
}
