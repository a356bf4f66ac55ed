//! What to do about a code, and how long it takes: our own words for the suggested procedures.

use crate::anomalie::{Anomalia, Livello};

/// Anomalies a person mends in a day, as the public figures say (subentro.md §6.5).
pub const ANOMALIE_AL_GIORNO: u64 = 7;

/// The procedures by number, in our own words.
pub(super) const PROCEDURE: [(&str, &str); 10] = [
    (
        "001",
        "Verificare il codice fiscale sull'atto di nascita e sul tesserino; correggere nel gestionale o chiedere la variazione all'Agenzia delle Entrate.",
    ),
    (
        "002",
        "Confrontare le generalità con l'Anagrafe Tributaria; allineare la scheda, oppure chiedere all'Agenzia l'attribuzione o l'allineamento del codice.",
    ),
    (
        "003",
        "Riprendere gli atti, correggere date e anni che si contraddicono, e ricalcolare la scheda nel gestionale.",
    ),
    (
        "004",
        "Completare la scheda: famiglia o convivenza, cittadinanza, luoghi e dati obbligatori mancanti, poi rigenerare la fornitura.",
    ),
    (
        "005",
        "Due schede hanno lo stesso identificativo: riassegnarne uno e ricollegare i componenti.",
    ),
    (
        "006",
        "Sostituire il codice o il nome con quello della tabella ANPR valido alla data del fatto; per i Comuni conta il nome di allora.",
    ),
    (
        "007",
        "Rivedere la composizione: un intestatario solo, progressivi distinti, nessuna scheda vuota.",
    ),
    (
        "008",
        "Rigenerare il file dal gestionale con nome, codifica UTF-8, compressione e tracciato previsti; se si ripete, segnalarlo al fornitore.",
    ),
    (
        "009",
        "Rigenerare la fornitura: i totali dichiarati vanno contati sulle schede che il file contiene davvero.",
    ),
    (
        "010",
        "Nulla da correggere nei dati: controllare piano, stato del Comune e forniture già inviate, poi ripetere l'invio.",
    ),
];

/// The words of a procedure.
pub fn procedura(numero: &str) -> Option<&'static str> {
    PROCEDURE
        .iter()
        .find(|(n, _)| *n == numero)
        .map(|(_, testo)| *testo)
}

/// How pressing a code is: what blocks, what has to go before the subentro, the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgenza {
    /// Blocks the delivery.
    Blocca,
    /// Does not block, and is to be removed before the subentro.
    DaRimuovere,
    /// May wait.
    Altro,
}

impl Urgenza {
    /// Of a code found with this weight.
    pub fn di(anomalia: Option<&Anomalia>, errore: bool) -> Self {
        match anomalia {
            _ if errore => Urgenza::Blocca,
            Some(a) if a.da_rimuovere => Urgenza::DaRimuovere,
            _ => Urgenza::Altro,
        }
    }

    /// A heading.
    pub fn titolo(self) -> &'static str {
        match self {
            Urgenza::Blocca => "Bloccanti",
            Urgenza::DaRimuovere => "Da rimuovere prima del subentro",
            Urgenza::Altro => "Altri avvisi",
        }
    }
}

/// Man-days, rounded up, for so many anomalies.
pub fn giorni(anomalie: u64) -> u64 {
    anomalie.div_ceil(ANOMALIE_AL_GIORNO)
}

/// A weight in words.
pub(super) fn livello(l: Livello) -> &'static str {
    match l {
        Livello::Errore => "errore (E), blocca",
        Livello::Avviso => "avviso (W), non blocca",
        Livello::NonAttivo => "non attivo",
    }
}

#[cfg(test)]
mod prove {
    use super::*;
    use crate::anomalie::CATALOGO;

    #[test]
    fn ogni_procedura_del_catalogo_ha_le_sue_parole() {
        for anomalia in CATALOGO {
            if let Some(p) = anomalia.procedura {
                assert!(procedura(p.0).is_some(), "{}: {}", anomalia.codice, p.0);
            }
        }
        assert_eq!([0, 1, 7, 8].map(giorni), [0, 1, 1, 2]);
    }
}
