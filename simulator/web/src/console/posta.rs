//! Every mailbox, seen from the console; the support's is read and answered here.

use servizi::{Esito, http::Risposta};

use super::Chiesta;
use crate::{
    cornice::vai,
    fuori,
    modulo::Campi,
    posta::{self, CONSOLE, Domanda, Pezzo},
};

/// Menu entry of these pages, and address of the list.
const QUI: &str = CONSOLE.base;

/// The list.
pub(super) async fn casella(q: &Chiesta<'_>) -> Esito<Risposta> {
    let domanda = Domanda::di_tutti(&q.query);
    let dati = fuori(q.sim, move |s| posta::leggi(s, domanda, true)).await?;
    let c = q.cornice("Posta PEC di tutte le caselle", QUI).await?;
    Ok(posta::casella(c, CONSOLE, dati))
}

/// Many messages as one file.
pub(super) async fn archivio(q: &Chiesta<'_>) -> Esito<Risposta> {
    let formato = posta::formato(q.segmenti.prendi("formato"))?;
    let filtro = Domanda::di_tutti(&q.query).filtro();
    let byte = fuori(q.sim, move |s| s.archivio_posta(&filtro, formato)).await?;
    Ok(posta::archivio(formato, byte))
}

/// One message and its parts. Looking from outside does not mark a message as read, unless it was for the support.
pub(super) async fn uno(q: &Chiesta<'_>, pezzo: Pezzo) -> Esito<Risposta> {
    let id = q.segmenti.prendi("id").to_owned();
    let apre = pezzo.apre();
    let pec = fuori(q.sim, move |s| {
        let mut pec = s.pec_una(&id)?;
        if apre && !pec.letta && pec.casella() == registro::Casella::Assistenza {
            pec = s.segna_pec(&id, true)?;
        }
        Ok(pec)
    })
    .await?;
    let n = || posta::posto(q.segmenti.prendi("n"));
    match pezzo {
        Pezzo::Eml => Ok(posta::eml(pec)),
        Pezzo::Allegato => posta::allegato(&pec, n()?),
        Pezzo::Daticert => posta::daticert(&pec, n()?),
        Pezzo::RicevutaEml => posta::eml_ricevuta(&pec, n()?),
        Pezzo::Ricevuta => posta::ricevuta(q.cornice("Ricevuta", QUI).await?, CONSOLE, &pec, n()?),
        Pezzo::Messaggio => {
            let dati = fuori(q.sim, move |s| posta::leggi_messaggio(s, pec)).await?;
            Ok(posta::messaggio(
                q.cornice("Messaggio", QUI).await?,
                CONSOLE,
                dati,
            ))
        }
    }
}

/// Marks a message as read or as still to be read.
pub(super) async fn segna(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let id = q.segmenti.prendi("id").to_owned();
    let letta = campi.valore("letta") == Some("si");
    fuori(q.sim, move |s| s.segna_pec(&id, letta)).await?;
    Ok(vai(QUI))
}

/// Answers a question of a Comune.
pub(super) async fn rispondi(q: &Chiesta<'_>, campi: &Campi) -> Esito<Risposta> {
    let id = q.segmenti.prendi("id").to_owned();
    let testo = campi.valore("testo").unwrap_or_default().to_owned();
    let domanda = id.clone();
    fuori(q.sim, move |s| s.rispondi_al_comune(&domanda, &testo)).await?;
    Ok(vai(&format!("{QUI}/{}", crate::modulo::codifica(&id))))
}
