//! The code a synthetic register holds where nobody planted one.

use anagrafe::codice_fiscale;
use anagrafe::tabelle::tabelle;

use super::{DomandaAe, RispostaAe};

/// The resolving code is the first omocodia of the base, the issued and the definitive one follow from the data.
/// `None` where nothing follows, or what follows is what was sent.
pub(super) fn codice_predefinito(domanda: &DomandaAe<'_>, risposta: RispostaAe) -> Option<String> {
    let inviato = domanda.persona.codice_fiscale;
    let dai_dati = || domanda.persona.codice_calcolato(tabelle());
    let codice = match (risposta, inviato) {
        (RispostaAe::BaseOmocodia, Some(cf)) => {
            codice_fiscale::omocodie(&cf.to_ascii_uppercase().into_bytes().try_into().ok()?).next()
        }
        (RispostaAe::Collegato, Some(cf)) if cf.len() == 11 => dai_dati(),
        (RispostaAe::AltroCodice, Some(_)) | (RispostaAe::Uguale, None) => dai_dati(),
        _ => None,
    }?;
    let codice = String::from_utf8(codice.to_vec()).ok()?;
    inviato
        .is_none_or(|cf| !cf.eq_ignore_ascii_case(&codice))
        .then_some(codice)
}
