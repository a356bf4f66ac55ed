//! The card listener: `/test/com`, `/pre/com`, `/sub/com`. It looks at the certificate the browser showed and either
//! sends the browser on to the environment with a ticket, or says in one page what is missing and what to do.
//!
//! Nothing is kept here: no cookie, no session, no form.

use std::sync::Arc;

use anagrafe::Ambiente;
use askama::Template;
use http::{StatusCode, request::Parts};
use servizi::{
    MotivoCarta, Simulatore,
    http::{Richiesta, Risposta},
    percorso::Area,
};

use crate::{
    cornice::{Cornice, METODO_NON_AMMESSO, errore, pagina, pagina_errore, titolo_errore, vai},
    formati, fuori,
    modulo::Campi,
    rotte::{Parametri, Risponde, Rotta, Sala, Trovata, aperta, cerca, get, serve},
    sicurezza, smarriti, statici,
};

/// The pages of the card listener: nobody is ever inside.
pub(crate) struct Carta;

impl Sala for Carta {
    type Soglia<'a> = Vista<'a>;
    type Dentro<'a> = Vista<'a>;
}

/// What the browser asked for, and the certificate it showed.
pub(crate) struct Vista<'r> {
    sim: &'r Arc<Simulatore>,
    parti: &'r Parts,
    segmenti: Parametri,
    certificato: Option<Vec<u8>>,
}

impl Vista<'_> {
    /// Address of an environment, under the name this request came by.
    fn base(&self, a: Ambiente) -> String {
        self.sim
            .indirizzi()
            .map(|i| sicurezza::altra_porta(self.parti, i.ambiente(a)))
            .unwrap_or_default()
    }
}

pub(crate) static ROTTE: &[Rotta<Carta>] = &[
    get("/", aperta!(|_v, _| indice())),
    get(
        "/statico/{nome}",
        aperta!(|v, _| statici::file(v.segmenti.prendi("nome"))
            .unwrap_or_else(|| non_trovata(v.sim, "/statico/"))),
    ),
    get("/prefettura/com", aperta!(|v, _| prefettura(v).await)),
    get("/{ambiente}/com", aperta!(|v, _| com(v).await)),
];

/// Hexadecimal digits of the value that binds a login to its browser.
const CIFRE_LEGAME: usize = 64;

fn cornice(titolo: impl Into<String>) -> Cornice {
    Cornice {
        luogo: "Accesso con carta",
        ..Cornice::console_chiusa(titolo)
    }
}

#[derive(Template)]
#[template(path = "carta/indice.html")]
struct Indice {
    c: Cornice,
    ambienti: Vec<(&'static str, &'static str)>,
}

/// Answers a request to the card listener.
pub(crate) async fn rispondi(sim: &Arc<Simulatore>, r: Richiesta, certificato: Option<Vec<u8>>) -> Risposta {
    let (parti, corpo) = r.into_parts();
    let porta = sicurezza::verifica_host(&parti, &sim.impostazioni().host_ambienti)
        .and_then(|()| sicurezza::verifica_origine(&parti, true));
    if let Err(negato) = porta {
        return errore(
            StatusCode::FORBIDDEN,
            cornice("Richiesta non accettata"),
            negato.testo(),
            None,
        );
    }
    let (rotta, segmenti) = match cerca(ROTTE, &parti.method, parti.uri.path()) {
        Trovata::Si(rotta, segmenti) => (rotta, segmenti),
        Trovata::AltroMetodo(_) => {
            let c = cornice(METODO_NON_AMMESSO);
            return errore(
                StatusCode::METHOD_NOT_ALLOWED,
                c,
                "Queste pagine si leggono soltanto.",
                None,
            );
        }
        Trovata::No => return non_trovata(sim, parti.uri.path()),
    };
    let vista = Vista {
        sim,
        parti: &parti,
        segmenti,
        certificato,
    };
    let esito = match &rotta.risponde {
        Risponde::Aperta(f) => f(&vista, corpo).await,
        Risponde::Interna(interna) => serve(interna, &vista, None, &parti, corpo).await,
    };
    esito.unwrap_or_else(|e| pagina_errore(cornice(titolo_errore(&e)), e))
}

fn indice() -> Risposta {
    pagina(
        StatusCode::OK,
        &Indice {
            c: cornice("Accesso con carta"),
            ambienti: Ambiente::TUTTI
                .map(|a| (a.chiave(), formati::ambiente(a)))
                .to_vec(),
        },
    )
}

/// The digest a login was bound to, when the query has one.
fn legame(parti: &http::request::Parts) -> Option<String> {
    Campi::leggi(parti.uri.query().unwrap_or_default())
        .valore("legame")
        .filter(|l| l.len() == CIFRE_LEGAME && l.bytes().all(|b| b.is_ascii_hexdigit()))
        .map(str::to_owned)
}

/// A user of a Prefettura.
async fn prefettura(v: &Vista<'_>) -> Risposta {
    let (certificato, base) = (v.certificato.clone(), v.base(Ambiente::Sub));
    match fuori(v.sim, move |s| {
        s.riconosci_carta_prefettura(certificato.as_deref())
    })
    .await
    {
        Ok(Ok(carta)) => {
            let Some(legame) = legame(v.parti) else {
                return vai(&format!("{base}/prefettura/carta"));
            };
            let biglietto = v.sim.biglietto_prefettura(&carta, &legame);
            vai(&format!("{base}/prefettura/carta/entra?biglietto={biglietto}"))
        }
        Ok(Err(motivo)) => {
            let c = Cornice::area(Area::Prefettura, "");
            rifiuto_in(c, "/prefettura/com", &format!("{base}/prefettura"), &motivo)
        }
        Err(e) => pagina_errore(cornice(titolo_errore(&e)), e),
    }
}

fn non_trovata(sim: &Simulatore, percorso: &str) -> Risposta {
    smarriti::pagina(sim, smarriti::Luogo::Carta, percorso, cornice(smarriti::TITOLO))
}

/// An operator.
async fn com(v: &Vista<'_>) -> Risposta {
    let Ok(ambiente) = v.segmenti.prendi("ambiente").parse() else {
        return non_trovata(v.sim, v.parti.uri.path());
    };
    let (certificato, base) = (v.certificato.clone(), v.base(ambiente));
    match fuori(v.sim, move |s| {
        s.riconosci_carta(ambiente, certificato.as_deref())
    })
    .await
    {
        // Whoever came here directly has no cookie at the environment yet: there the login begins.
        Ok(Ok(carta)) => match legame(v.parti) {
            Some(legame) => {
                let biglietto = v.sim.biglietto(ambiente, &carta, &legame);
                vai(&format!("{base}/com/entra?biglietto={biglietto}"))
            }
            None => vai(&format!("{base}/com")),
        },
        Ok(Err(motivo)) => rifiuto(ambiente, &motivo, &base),
        Err(e) => pagina_errore(cornice(titolo_errore(&e)), e),
    }
}

#[derive(Template)]
#[template(path = "carta/rifiuto.html")]
struct Rifiuto {
    c: Cornice,
    che: String,
    fare: &'static str,
    /// Where to try again, here.
    riprova: String,
    /// Where the login by password is.
    password: String,
}

/// The page of a card that does not let in.
fn rifiuto(a: Ambiente, motivo: &MotivoCarta, base: &str) -> Risposta {
    let c = Cornice {
        luogo: formati::ambiente(a),
        classe: a.chiave(),
        ..cornice("")
    };
    rifiuto_in(
        c,
        &format!("/{}/com", a.chiave()),
        &format!("{base}/combas"),
        motivo,
    )
}

/// The same in the frame of a place.
fn rifiuto_in(c: Cornice, riprova: &str, password: &str, motivo: &MotivoCarta) -> Risposta {
    let (stato, titolo, che, fare) = parole(motivo);
    let rifiuto = Rifiuto {
        c: Cornice {
            titolo: titolo.to_owned(),
            inizio: "/",
            ..c
        },
        che,
        fare,
        riprova: riprova.to_owned(),
        password: password.to_owned(),
    };
    pagina(stato, &rifiuto)
}

/// Status, title, what is so, what to do.
fn parole(motivo: &MotivoCarta) -> (StatusCode, &'static str, String, &'static str) {
    const VIETATO: StatusCode = StatusCode::FORBIDDEN;
    match motivo {
        MotivoCarta::Assente => (
            StatusCode::UNAUTHORIZED,
            "Nessun certificato presentato",
            "Il browser non ha presentato alcun certificato: la carta non è installata, o alla domanda si è scelto di \
             non usarla."
                .to_owned(),
            "Farsi emettere una carta (console del simulatore, oppure anpr-sim cert card), importare il .p12 nel \
             browser con la sua password, chiudere e riaprire il browser, riprovare e scegliere il certificato.",
        ),
        MotivoCarta::Illeggibile(perche) => (
            VIETATO,
            "Certificato non utilizzabile",
            format!("Il certificato presentato non va bene: {perche}."),
            "Usare il certificato di una carta emessa dal simulatore, con chiave RSA di almeno 2048 bit.",
        ),
        MotivoCarta::Postazione(id) => (
            VIETATO,
            "È un certificato di postazione",
            format!(
                "Il browser ha presentato {id}, che è il certificato di una postazione: appartiene al Comune e serve ai \
                 servizi web e a riconoscere il posto di lavoro. La carta è un'altra cosa: appartiene all'operatore e \
                 porta il suo codice fiscale."
            ),
            "Chiudere il browser, riprovare e scegliere il certificato della carta; se non c'è, farsene emettere una.",
        ),
        MotivoCarta::AltraCa(emittente) => (
            VIETATO,
            "Certificato di un'altra autorità",
            format!("Il certificato è stato emesso da «{emittente}», non dalla CA Utenti del simulatore."),
            "Una carta vera (CNS, CIE, tessera sanitaria) qui non serve: usare quella emessa dal simulatore. Chi ha più \
             certificati nel browser scelga quello giusto alla domanda.",
        ),
        MotivoCarta::Scaduta(quando) => (
            VIETATO,
            "Carta scaduta",
            format!("La validità del certificato è finita {}.", formati::il(formati::giorno_italiano(*quando))),
            "Farsi emettere una carta nuova e togliere dal browser quella scaduta.",
        ),
        MotivoCarta::Futura(quando) => (
            VIETATO,
            "Carta non ancora valida",
            format!("Il certificato vale {}.", formati::dal(formati::giorno_italiano(*quando))),
            "Controllare la data di questo computer; se è giusta, farsi emettere un'altra carta.",
        ),
        MotivoCarta::Revocata => (
            VIETATO,
            "Carta revocata",
            "Il certificato è stato revocato allo sportello.".to_owned(),
            "Se è stato un errore la carta si ripristina dalla console del simulatore; altrimenti se ne emette un'altra.",
        ),
        MotivoCarta::OperatoreIgnoto(nome) => (
            VIETATO,
            "Operatore non censito",
            format!("La carta è di «{nome}», che non è tra gli operatori censiti."),
            "L'ALS del Comune registra l'operatore (Sicurezza, Gestione operatori) con lo stesso codice fiscale.",
        ),
        MotivoCarta::AltroAmbiente(nome) => (
            VIETATO,
            "Operatore di un altro ambiente",
            format!("«{nome}» è censito, ma non in questo ambiente."),
            "L'ALS del Comune aggiunge l'ambiente al profilo dell'operatore.",
        ),
        MotivoCarta::NonAttivo(nome, stato) => (
            VIETATO,
            "Operatore non attivo",
            format!("L'operatore «{nome}» è {}.", stato.nome()),
            "L'ALS del Comune può ripristinarlo (Sicurezza, Gestione operatori).",
        ),
        MotivoCarta::DaAttivare(nome) => (
            VIETATO,
            "Carta da attivare",
            format!(
                "La carta di «{nome}» è stata emessa ma non ancora attivata. I servizi web funzionano già: a loro la \
                 carta non serve."
            ),
            "Chi l'ha ricevuta con la busta la attiva con il PIN intero: /servizidemografici/attivazione, sulla porta del subentro. \
             Una carta emessa allo sportello la attiva l'ALS (Sicurezza, Gestione operatori).",
        ),
        MotivoCarta::Bloccata(numero) => (
            VIETATO,
            "Smart card bloccata",
            format!("Troppi PIN sbagliati hanno bloccato la smart card {numero}."),
            "Sbloccarla con il PUK (area privata, Attivazione della smart card: /servizidemografici/attivazione sulla porta \
             del subentro). Dopo troppi PUK sbagliati la sblocca l'assistenza, dalla console.",
        ),
    }
}
