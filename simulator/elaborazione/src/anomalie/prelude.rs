//! What every file of the catalogue uses.

pub(super) use anagrafe::codice_fiscale;
pub(super) use anagrafe::tabelle::{Tabella, Voce};
pub(super) use anagrafe::{Data, Sesso, leggi_data};

pub(super) use super::Edit::{After, Aire, Into, Remove, Set, World};
pub(super) use super::Livello::{Avviso, Errore, NonAttivo};
pub(super) use super::comuni::{comune_con_sigla, esiste, manca};
pub(super) use super::{Anomalia, Case, Check, Fonte, GravitaPer, Plantable, Procedura, Testo};
pub(super) use crate::incroci::Via;
pub(super) use crate::scheda::{Ambito, Persona, RigaAire, SchedaLetta, Trovati, nodi};
pub(super) use crate::sportello::giorno;
pub(super) use crate::tipi::{Codice, TipoScheda};
pub(super) use crate::tributaria::{Legame, RispostaAe};

/// Row of a table for a code as sent; leading zeros of a number do not count.
pub(super) fn voce(ambito: &Ambito<'_>, tabella: Tabella, codice: &str) -> Option<Voce> {
    ambito.tabelle.voce(tabella, codice).or_else(|| {
        let corto = codice.trim_start_matches('0');
        (!corto.is_empty() && corto.len() < codice.len())
            .then(|| ambito.tabelle.voce(tabella, corto))
            .flatten()
    })
}

/// Day of an optional date, empty when unknown, as the delivered texts show it.
pub(super) fn giorno_o_vuoto(data: Option<Data>) -> String {
    data.map(giorno).unwrap_or_default()
}

/// Year of an act out of bounds: zero, before `minimo`, after today.
pub(super) fn anno_fuori(anno: i16, minimo: Option<Data>, oggi: Data) -> bool {
    anno == 0 || minimo.is_some_and(|d| anno < d.year()) || anno > oggi.year()
}

/// A codice fiscale whose sixteen characters can be read, whatever its control letter.
pub(super) fn decodificabile(cf: &str) -> Option<codice_fiscale::Decodificato> {
    codice_fiscale::decodifica(cf).ok()
}
