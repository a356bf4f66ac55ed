//! The texts of the messages about the day of the subentro and what follows it. Ours, in Italian.

use anagrafe::{
    Ambiente,
    italiano::{al, giorno, il},
};
use registro::{
    Comune, Lettura as _, Transazione,
    posta::{Avviso, Destinatario},
};

use super::{
    contributo::{Contributo, StatoContributo},
    cruscotto::Pianificazione,
    lettere::{al_comune, di},
};
use crate::Esito;

/// Other Comuni that are told of a subentro in one commit.
const AVVISATI_MASSIMI: usize = 500;

pub(super) fn data_pianificata(t: &mut Transazione, comune: &Comune, p: &Pianificazione) -> Esito<()> {
    let oggetto = if p.rinvii > 0 {
        format!("Subentro rinviato {}", al(p.preferita))
    } else {
        format!("Subentro pianificato per {}", il(p.preferita))
    };
    let testo = format!(
        "Comune: {}\nPrima data: {}\nUltima data: {}\nData preferita: {}\nIndicate da: {}\n\nI file APR e AIRE si inviano \
         nell'ambiente di subentro, in una di queste date, a sportelli chiusi.",
        di(comune),
        giorno(p.prima),
        giorno(p.ultima),
        giorno(p.preferita),
        p.da
    );
    al_comune(t, comune, &oggetto, &testo)
}

/// Subject of the notice that the others get of the subentro of a Comune.
pub(crate) fn oggetto_n031(comune: &Comune) -> String {
    format!("N031 – subentro del Comune {}", di(comune))
}

/// What a successful subentro brings about (process G04): the Comune is told what ends, the others that it is in ANPR.
pub(crate) fn dopo_il_subentro(t: &mut Transazione, comune: &Comune) -> Esito<()> {
    let testo = format!(
        "Comune: {}\n\nDa oggi si lavora solo in ANPR:\n- il certificato INA-SAIA del Comune è revocato;\n- l'AIRE centrale non \
         riceve più aggiornamenti dal Comune: li riceve da ANPR.\n\nIl sindaco può chiedere il contributo, con la sua smart \
         card, nell'applicazione web del subentro.",
        di(comune)
    );
    al_comune(
        t,
        comune,
        "INA-SAIA revocato, AIRE centrale non più alimentata",
        &testo,
    )?;
    let altri = t.comuni()?;
    for altro in altri
        .iter()
        .filter(|c| c.istat != comune.istat)
        .take(AVVISATI_MASSIMI)
    {
        let testo = format!(
            "Il Comune {} è subentrato in ANPR.\n\nNel simulatore la notifica N031 arriva come messaggio in questa casella; il \
             servizio web di notifica non c'è.",
            di(comune)
        );
        t.avvisa(&Avviso {
            ambiente: Ambiente::Sub,
            comune: altro,
            a: Destinatario::Comune,
            oggetto: &oggetto_n031(comune),
            testo: &testo,
            allegati: &[],
        })?;
    }
    Ok(())
}

pub(super) fn contributo_inviato(t: &mut Transazione, comune: &Comune, c: &Contributo) -> Esito<()> {
    let protocollo = c.protocollo.as_deref().unwrap_or_default();
    let testo = format!(
        "Comune: {}\nProtocollo: {protocollo}\nImporto richiesto: {} euro\nDocumento firmato: {}",
        di(comune),
        c.importo,
        c.firmato.as_ref().map_or("", |f| f.nome.as_str())
    );
    al_comune(
        t,
        comune,
        &format!("Richiesta di contributo ricevuta – prot. {protocollo}"),
        &testo,
    )
}

pub(super) fn contributo_esito(t: &mut Transazione, comune: &Comune, c: &Contributo) -> Esito<()> {
    let esito = match c.stato {
        StatoContributo::Accolta => "accolta",
        StatoContributo::Respinta => "respinta",
        _ => "in verifica",
    };
    let testo = format!(
        "Comune: {}\nProtocollo: {}\nEsito: {esito}\nNota: {}",
        di(comune),
        c.protocollo.as_deref().unwrap_or_default(),
        c.nota.as_deref().unwrap_or("nessuna")
    );
    al_comune(t, comune, &format!("Richiesta di contributo {esito}"), &testo)
}
