//! The texts of the messages of the journey. Ours, in Italian.

use anagrafe::{
    Ambiente, Data,
    italiano::{al, dal, giorno, il},
};
use registro::{
    Comune, Soluzione, Transazione,
    posta::{Allegato, Avviso, Destinatario},
};

use super::{
    censimento::Censimento,
    fascicolo::{AvvioProve, Nomine},
    plico::{Plico, id_plico},
    prefettura::{casella_prefettura, pec_prefettura},
    prefettura_certificato::PrimoCertificato,
    scheda::Scheda,
    smart_card::{MetaCodici, SmartCard},
};
use crate::{Esito, Indirizzi};

/// Everything but the start of tests is filed under the subentro: it is about the real thing.
const AMBIENTE: Ambiente = Ambiente::Sub;

pub(super) fn al_comune(t: &mut Transazione, comune: &Comune, oggetto: &str, testo: &str) -> Esito<()> {
    t.avvisa(&Avviso {
        ambiente: AMBIENTE,
        comune,
        a: Destinatario::Comune,
        oggetto,
        testo,
        allegati: &[],
    })?;
    Ok(())
}

fn alla_prefettura(
    t: &mut Transazione,
    comune: &Comune,
    oggetto: &str,
    testo: &str,
    allegati: &[Allegato],
) -> Esito<()> {
    let nome = casella_prefettura(&comune.provincia);
    t.avvisa(&Avviso {
        ambiente: AMBIENTE,
        comune,
        a: Destinatario::Altri {
            casella: &nome,
            nome: &nome,
            indirizzo: &pec_prefettura(&comune.provincia),
        },
        oggetto,
        testo,
        allegati,
    })?;
    Ok(())
}

pub(super) fn di(comune: &Comune) -> String {
    format!("{} {} ({})", comune.istat, comune.nome, comune.provincia)
}

pub(super) fn ricevuta_scheda(t: &mut Transazione, comune: &Comune, s: &Scheda) -> Esito<()> {
    let che = if s.corretta.is_some() {
        "Scheda di monitoraggio corretta"
    } else {
        "Scheda di monitoraggio ricevuta"
    };
    let ritardo = if s.in_ritardo {
        "\nLa scheda è arrivata dopo il termine: Prefettura e Ministero lo vedono."
    } else {
        ""
    };
    let avvertenze: String = s.avvertenze().iter().map(|a| format!("\n{a}")).collect();
    let testo = format!(
        "Comune: {}\nProtocollo: {}\nModalità di accesso: {}\nPostazioni a regime: {}\nDisponibile alle prove dal: \
         {}{avvertenze}{ritardo}\n\nLa PEC con \
         l'avvio delle prove, le credenziali e gli indirizzi arriva almeno due mesi prima di quella data.",
        di(comune),
        s.protocollo,
        match s.soluzione {
            Soluzione::Wa => "WA",
            Soluzione::WaIntegrata => "WA integrata",
            Soluzione::Ws => "WS",
        },
        s.postazioni,
        giorno(s.inizio_prove)
    );
    al_comune(t, comune, &format!("{che} – prot. {}", s.protocollo), &testo)
}

pub(super) fn ricevuta_censimento(
    t: &mut Transazione,
    comune: &Comune,
    c: &Censimento,
    plico: Option<&Plico>,
) -> Esito<()> {
    let protocollo = c.protocollo.as_deref().unwrap_or_default();
    let carte = plico.map_or_else(String::new, |p| {
        format!(
            "\nLe smart card sono in produzione fino {}; partono poi per la Prefettura, che convocherà il sindaco.",
            al(p.pronto)
        )
    });
    let testo = format!(
        "Comune: {}\nProtocollo: {protocollo}\nPersone censite: {}\nPostazioni: {}{carte}",
        di(comune),
        c.persone.iter().filter(|p| p.inviata).count(),
        c.postazioni
    );
    al_comune(
        t,
        comune,
        &format!("Censimento ricevuto – prot. {protocollo}"),
        &testo,
    )
}

pub(super) fn avvio_prove(
    t: &mut Transazione,
    comune: &Comune,
    a: &AvvioProve,
    termine: Option<Data>,
    password: &str,
    indirizzi: Option<&Indirizzi>,
    certificato: &[Allegato],
) -> Esito<()> {
    let base = indirizzi.map_or("https://localhost:8443", |i| i.ambiente(Ambiente::Test));
    let allegato = if certificato.is_empty() {
        ""
    } else {
        ", allegato a questo messaggio"
    };
    let testo = format!(
        "Comune: {}\nDa oggi, {}, l'ambiente di test è aperto: si entra con le credenziali qui sotto e si invia il file \
         preliminare, entro {}.\nLe prove cominciano {}.\n\nApplicazione web: {base}/combas\nUtente: {}\nPassword: \
         {password}\nServizi web: {base}/ANPRTestConn/TestConn e {base}/ANPRS001ServizioSubentro/AnprServiceS001\n\
         Certificato: {}-CO-0000{allegato}; la sua password è allo sportello delle postazioni\n\n\
         File preliminare: basta una parte dei dati; in test un solo file APR, con il suo file AIRE. Senza il file AIRE la \
         fornitura resta in elaborazione.\n\
         Che cosa provare, e che cosa è già stato provato: /servizidemografici/piano-di-test, nell'area privata.",
        di(comune),
        giorno(a.comunicato.date()),
        il(termine.unwrap_or(a.dal)),
        il(a.dal),
        a.utente,
        comune.istat,
    );
    t.avvisa(&Avviso {
        ambiente: Ambiente::Test,
        comune,
        a: Destinatario::Comune,
        oggetto: &format!("Avvio delle prove {} – {}", dal(a.dal), di(comune)),
        testo: &testo,
        allegati: certificato,
    })?;
    Ok(())
}

pub(super) fn sollecito_preliminare(
    t: &mut Transazione,
    comune: &Comune,
    termine: Option<Data>,
    indirizzi: Option<&Indirizzi>,
) -> Esito<()> {
    let base = indirizzi.map_or("https://localhost:8443", |i| i.ambiente(Ambiente::Test));
    let entro = termine.map_or_else(String::new, |d| format!(", dovuto entro {}", il(d)));
    let testo = format!(
        "Comune: {}\nNell'ambiente di test non risulta il file preliminare{entro}.\nBasta una parte dei dati, in un solo file \
         APR con il suo file AIRE: si inviano da {base}/combas/invio; il file APR anche con il servizio S001.\nSenza, l'ambiente di test resta vuoto e le prove non \
         hanno su che cosa lavorare.",
        di(comune)
    );
    t.avvisa(&Avviso {
        ambiente: Ambiente::Test,
        comune,
        a: Destinatario::Comune,
        oggetto: &format!("Sollecito: file preliminare per le prove – {}", di(comune)),
        testo: &testo,
        allegati: &[],
    })?;
    Ok(())
}

pub(super) fn sollecito(t: &mut Transazione, comune: &Comune, scadenza: Data) -> Esito<()> {
    let testo = format!(
        "Comune: {}\nAlla Prefettura non risulta inviata la scheda di monitoraggio, dovuta entro {}.\nSi compila \
         nell'area privata, /servizidemografici.",
        di(comune),
        il(scadenza)
    );
    al_comune(
        t,
        comune,
        "Sollecito della Prefettura: scheda di monitoraggio",
        &testo,
    )
}

pub(super) fn plico_spedito(t: &mut Transazione, comune: &Comune, p: &Plico, carte: usize) -> Esito<()> {
    let testo = format!(
        "Comune: {}\nPlico: {}\nSmart card: {carte}, ciascuna con la sua busta chiusa\n\nAll'arrivo registrare il plico e \
         convocare il sindaco. I lettori vanno direttamente al Comune.",
        di(comune),
        id_plico(comune.istat, p.numero)
    );
    alla_prefettura(
        t,
        comune,
        &format!("Smart card spedite: plico {}", id_plico(comune.istat, p.numero)),
        &testo,
        &[],
    )
}

/// The summons for a day; `prima` is the day of the one it moves.
pub(super) fn convocazione(
    t: &mut Transazione,
    comune: &Comune,
    quando: Data,
    prima: Option<Data>,
) -> Esito<()> {
    let spostata = prima.map(|p| format!("spostata {} {}", dal(p), al(quando)));
    let nota = spostata
        .as_ref()
        .map_or_else(String::new, |s| format!("La convocazione è {s}.\n"));
    let testo = format!(
        "Comune: {}\n{nota}Il sindaco è atteso in Prefettura {} per il ritiro delle smart card e delle buste.\nPuò ritirarle un \
         delegato, se è operatore ANPR registrato dello stesso Comune.",
        di(comune),
        il(quando)
    );
    al_comune(
        t,
        comune,
        &format!(
            "Convocazione del sindaco {}",
            spostata.unwrap_or_else(|| format!("per {}", il(quando)))
        ),
        &testo,
    )
}

pub(super) fn plico_consegnato(t: &mut Transazione, comune: &Comune, p: &Plico) -> Esito<()> {
    let Some(c) = &p.consegna else { return Ok(()) };
    let come = if c.delegato { "delegato" } else { "sindaco" };
    let testo = format!(
        "Comune: {}\nPlico: {}\nRitirato da: {} ({come})\nConsegnato da: {}\n\nIl sindaco attiva la sua smart card con il PIN \
         intero (/servizidemografici/attivazione), poi entra con la carta e nomina ALS e ALP.",
        di(comune),
        id_plico(comune.istat, p.numero),
        c.a,
        c.da
    );
    al_comune(t, comune, "Smart card consegnate dalla Prefettura", &testo)
}

pub(super) fn nomine(t: &mut Transazione, comune: &Comune, n: &Nomine) -> Esito<()> {
    let testo = format!(
        "Comune: {}\nAmministratore locale della sicurezza (ALS): {}\nAmministratore locale delle postazioni (ALP): {}\n\
         Nominati da: {}",
        di(comune),
        n.als,
        n.alp,
        n.da
    );
    al_comune(t, comune, "Nomina di ALS e ALP", &testo)
}

/// To the holder's own mailbox; what is in it is never shown to who hands the card over.
pub(super) fn seconde_meta(t: &mut Transazione, comune: &Comune, c: &SmartCard, m: &MetaCodici) -> Esito<()> {
    let testo = format!(
        "Smart card: {}\nSeconda metà del PIN: {}\nSeconda metà del PUK: {}\nSeconda metà della password: {}\n\nLa prima metà è \
         nella busta consegnata con la carta: PIN intero = busta + messaggio. La carta si attiva in \
         /servizidemografici/attivazione.",
        c.numero, m.pin, m.puk, m.password
    );
    t.avvisa(&Avviso {
        ambiente: AMBIENTE,
        comune,
        a: Destinatario::Altri {
            casella: &c.titolare,
            nome: &format!("{} {}", c.nome, c.cognome),
            indirizzo: &c.email,
        },
        oggetto: &format!("Codici della smart card {}", c.numero),
        testo: &testo,
        allegati: &[],
    })?;
    Ok(())
}

pub(super) fn certificato_prefettura(
    t: &mut Transazione,
    comune: &Comune,
    postazioni: u8,
    c: &PrimoCertificato,
) -> Esito<()> {
    let testo = format!(
        "Prefettura: {}\nPostazioni: {postazioni}\nCertificato: {}, allegato a questo messaggio\nPassword del primo certificato: {}\n\n\
         Si installa come quello di un Comune. Nel simulatore le pagine della Prefettura non chiedono il certificato di \
         postazione, e i servizi web non lo accettano: una Prefettura non è un Comune.",
        comune.provincia, c.id, c.password
    );
    alla_prefettura(
        t,
        comune,
        "Primo certificato di postazione della Prefettura",
        &testo,
        std::slice::from_ref(&c.p12),
    )
}
