//! The pages of the console, row by row: address and handler.

use super::{
    Console, casa, catalogo_elenco, catalogo_voce, certificati, comuni, forniture, giornale, guasti, lezioni,
    non_trovata, operatori, percorso, posta, registro, sicurezza,
};
use crate::{
    cornice::vai,
    posta::Pezzo,
    rotte::{Rotta, aperta, get, invio, post, vista},
    statici,
};

/// The table.
pub(crate) static ROTTE: &[Rotta<Console>] = &[
    get("/", vista!(casa::quadro)),
    get(
        "/statico/{nome}",
        aperta!(|q, _| statici::file(q.segmenti.prendi("nome"))
            .unwrap_or_else(|| non_trovata(q.sim, "/statico/"))),
    ),
    // Who sends the token and needs none goes on.
    post("/gettone", aperta!(|_q, _| vai("/"))),
    post("/orologio", invio!(casa::orologio)),
    post("/elaborazione", invio!(casa::elaborazione)),
    post("/notte", invio!(casa::notte)),
    post("/reset", invio!(casa::azzera)),
    get("/ca.pem", vista!(comuni::ca)),
    // The desk.
    get("/postazioni/{id}/{cosa}", vista!(certificati::scarica)),
    get("/certificati", vista!(certificati::elenco)),
    post("/certificati", invio!(certificati::emette)),
    get("/certificati/archivio", vista!(certificati::archivio)),
    post("/certificati/importati", invio!(certificati::importa)),
    get("/certificati/{id}", vista!(certificati::uno)),
    post("/certificati/{id}", invio!(certificati::agisce)),
    get("/certificati/{id}/{cosa}", vista!(certificati::scarica)),
    post("/carte", invio!(certificati::carta)),
    get("/carte/{id}/p12", vista!(certificati::p12_carta)),
    // Comuni.
    get("/comuni/{istat}/operatori", vista!(operatori::elenco)),
    post("/comuni/{istat}/operatori", invio!(operatori::agisce)),
    get("/comuni/{istat}/operatori/{nome}", vista!(operatori::uno)),
    get("/comuni/{istat}", vista!(comuni::uno)),
    post("/comuni/{istat}/piano", invio!(comuni::piano)),
    post("/comuni/{istat}/pec", invio!(comuni::pec)),
    post("/comuni/{istat}/sblocco", invio!(comuni::sblocca)),
    get("/percorso", vista!(percorso::elenco)),
    post("/percorso", invio!(percorso::agisce)),
    get("/percorso/{istat}", vista!(percorso::uno)),
    post("/percorso/{istat}", invio!(percorso::agisce_su_uno)),
    get("/percorso/{istat}/piano-di-test", vista!(percorso::piano_di_test)),
    // Deliveries and the register.
    get("/forniture", vista!(forniture::elenco)),
    get("/forniture/{id}", vista!(forniture::una)),
    get("/forniture/{id}/liste/{nome}", vista!(forniture::lista)),
    get("/forniture/{id}/anomalie", vista!(forniture::anomalie)),
    get("/registro", vista!(registro::cerca)),
    get("/registro/{ambiente}/persone/{id}", vista!(registro::una)),
    post("/registro/{ambiente}/persone/{id}", invio!(registro::cambia)),
    get("/registro/{ambiente}/famiglie/{id}", vista!(registro::famiglia)),
    get("/catalogo", vista!(catalogo_elenco)),
    get("/catalogo/{codice}", vista!(catalogo_voce)),
    // The journal.
    get("/scambi", vista!(giornale::elenco)),
    get("/scambi/{n}", vista!(giornale::uno)),
    get("/scambi/{n}/{quale}", vista!(giornale::corpo)),
    // Mailboxes.
    get("/posta", vista!(posta::casella)),
    get("/posta/archivio/{formato}", vista!(posta::archivio)),
    get("/posta/{id}", vista!(|q| posta::uno(q, Pezzo::Messaggio).await)),
    post("/posta/{id}", invio!(posta::segna)),
    post("/posta/{id}/risposta", invio!(posta::rispondi)),
    get(
        "/posta/{id}/messaggio.eml",
        vista!(|q| posta::uno(q, Pezzo::Eml).await),
    ),
    get(
        "/posta/{id}/allegati/{n}",
        vista!(|q| posta::uno(q, Pezzo::Allegato).await),
    ),
    get(
        "/posta/{id}/ricevute/{n}",
        vista!(|q| posta::uno(q, Pezzo::Ricevuta).await),
    ),
    get(
        "/posta/{id}/ricevute/{n}/messaggio.eml",
        vista!(|q| posta::uno(q, Pezzo::RicevutaEml).await),
    ),
    get(
        "/posta/{id}/ricevute/{n}/daticert.xml",
        vista!(|q| posta::uno(q, Pezzo::Daticert).await),
    ),
    // Lessons.
    get("/lezioni", vista!(lezioni::elenco)),
    get("/lezioni/{id}", vista!(lezioni::una)),
    post("/lezioni/{id}", invio!(lezioni::comando)),
    get("/lezioni/{id}/relatore", vista!(lezioni::relatore)),
    get("/lezioni/{id}/aula", vista!(lezioni::aula)),
    get("/lezioni/{id}/dispensa", vista!(lezioni::dispensa)),
    // How the perimeter behaves.
    get("/sicurezza", vista!(sicurezza::pagina_sicurezza)),
    post("/sicurezza", invio!(sicurezza::cambia)),
    get("/guasti", vista!(guasti::piano)),
    post("/guasti", invio!(guasti::cambia)),
];
