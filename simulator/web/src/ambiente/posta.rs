//! The mailbox of the Comune in its environment: what it got, and what it wrote to the support.

use servizi::{Esito, http::Risposta};

use super::Dentro;
use crate::{
    cornice::vai,
    fuori,
    modulo::Campi,
    posta::{self, Domanda, Luogo, Pezzo},
};

/// Menu entry of these pages, and address of the list.
const QUI: &str = "/combas/posta";

fn luogo<'d>(d: &'d Dentro<'_>) -> Luogo<'d> {
    Luogo {
        base: QUI,
        forniture: "/combas/esiti",
        completo: true,
        console: false,
        csrf: &d.sessione.csrf,
    }
}

fn domanda(d: &Dentro<'_>) -> Domanda {
    Domanda::del_comune(&d.query, d.ambiente, d.sessione.comune)
}

/// The list.
pub(super) async fn casella(d: &Dentro<'_>) -> Esito<Risposta> {
    let domanda = domanda(d);
    let dati = fuori(d.sim, move |s| posta::leggi(s, domanda, false)).await?;
    Ok(posta::casella(d.cornice("Posta PEC", QUI).await?, luogo(d), dati))
}

/// Many messages as one file.
pub(super) async fn archivio(d: &Dentro<'_>) -> Esito<Risposta> {
    let formato = posta::formato(d.segmenti.prendi("formato"))?;
    let filtro = domanda(d).filtro();
    let byte = fuori(d.sim, move |s| s.archivio_posta(&filtro, formato)).await?;
    Ok(posta::archivio(formato, byte))
}

/// One message and its parts. To read it marks it, when it is the Comune's to read.
pub(super) async fn uno(d: &Dentro<'_>, pezzo: Pezzo) -> Esito<Risposta> {
    let (id, ambiente, comune) = (d.segmenti.prendi("id").to_owned(), d.ambiente, d.sessione.comune);
    let apre = pezzo.apre();
    let pec = fuori(d.sim, move |s| {
        let mut pec = s.pec_del_comune(ambiente, comune, &id)?;
        if apre && !pec.letta && pec.casella() == registro::Casella::Comune {
            pec = s.segna_pec(&id, true)?;
        }
        Ok(pec)
    })
    .await?;
    let n = || posta::posto(d.segmenti.prendi("n"));
    match pezzo {
        Pezzo::Eml => Ok(posta::eml(pec)),
        Pezzo::Allegato => posta::allegato(&pec, n()?),
        Pezzo::Daticert => posta::daticert(&pec, n()?),
        Pezzo::RicevutaEml => posta::eml_ricevuta(&pec, n()?),
        Pezzo::Ricevuta => posta::ricevuta(d.cornice("Ricevuta", QUI).await?, luogo(d), &pec, n()?),
        Pezzo::Messaggio => {
            let dati = fuori(d.sim, move |s| posta::leggi_messaggio(s, pec)).await?;
            Ok(posta::messaggio(
                d.cornice("Messaggio", QUI).await?,
                luogo(d),
                dati,
            ))
        }
    }
}

/// Marks a message as read or as still to be read.
pub(super) async fn segna(d: &Dentro<'_>, campi: &Campi) -> Esito<Risposta> {
    let (id, ambiente, comune) = (d.segmenti.prendi("id").to_owned(), d.ambiente, d.sessione.comune);
    let letta = campi.valore("letta") == Some("si");
    fuori(d.sim, move |s| {
        let pec = s.pec_del_comune(ambiente, comune, &id)?;
        if pec.casella() == registro::Casella::Comune {
            s.segna_pec(&id, letta)?;
        }
        Ok(())
    })
    .await?;
    Ok(vai(QUI))
}
