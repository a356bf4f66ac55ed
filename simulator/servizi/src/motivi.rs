//! The findings of an outcome → the lines of its PEC: one for each code, never with an empty slot.

use elaborazione::Gravita;
use registro::posta::Motivo;

/// The codes of one severity with their counts and a text.
pub(crate) fn motivi(esito: &elaborazione::Esito, gravita: Gravita) -> Vec<Motivo> {
    esito
        .conteggi
        .iter()
        .filter_map(|(codice, quante)| {
            let campione = esito.bloccanti.iter().find(|r| r.codice == *codice);
            let blocca = campione.is_some_and(|r| r.gravita == Gravita::Errore);
            if blocca != (gravita == Gravita::Errore) {
                return None;
            }
            let testo = match campione {
                Some(r) => r.testo.clone(),
                None => {
                    // No single finding stands for all of them: the title speaks, which has no slots.
                    elaborazione::anomalia(codice).map_or_else(String::new, |a| a.titolo.to_owned())
                }
            };
            Some(Motivo {
                codice: codice.clone(),
                testo,
                quante: *quante,
            })
        })
        .collect()
}

#[cfg(test)]
mod prove {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn nessun_segnaposto_resta_vuoto_o_visibile() {
        let bloccante = elaborazione::sportello::rifiuta("f", "EN011", &["3", "f", "2"]);
        let conteggi = elaborazione::CATALOGO
            .iter()
            .map(|a| (a.codice.0.to_owned(), 2))
            .collect::<BTreeMap<_, _>>();
        let esito = elaborazione::Esito {
            stato: elaborazione::StatoEsito::Ok,
            conteggi,
            bloccanti: vec![bloccante.clone()],
            schede: elaborazione::Schede::default(),
            aire_opaco: false,
        };
        let avvisi = motivi(&esito, Gravita::Avviso);
        assert_eq!(avvisi.len(), elaborazione::CATALOGO.len() - 1);
        for m in &avvisi {
            assert!(
                !m.testo.contains('@') && m.testo.trim() == m.testo && m.testo.len() > 9,
                "{}: {}",
                m.codice,
                m.testo
            );
        }
        let stato_civile = avvisi.iter().find(|m| m.codice == "EC001").expect("EC001");
        assert_eq!(
            (stato_civile.testo.as_str(), stato_civile.quante),
            ("Stato civile sconosciuto", 2)
        );
        let errori = motivi(&esito, Gravita::Errore);
        assert_eq!(errori.len(), 1);
        assert_eq!(
            errori[0].testo, bloccante.testo,
            "what blocks speaks with its own values"
        );
    }
}
