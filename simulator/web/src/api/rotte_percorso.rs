//! The rows of the journey around the files: scheda, censimento, Prefetture, smart cards; dashboard, contribution.

use http::Method;

use super::{
    percorso::Percorso,
    rotte::{Azione, Corpo, RottaApi, leggi, p, scrivi},
};

const RIFIUTI: &[u16] = &[400, 404, 409, 413, 415, 507];

fn vedi(percorso: &'static str, titolo: &'static str, a: Percorso) -> RottaApi {
    RottaApi {
        altri: &[404, 409, 507],
        ..leggi(percorso, titolo, Azione::Percorso(a))
    }
}

fn metti(percorso: &'static str, titolo: &'static str, a: Percorso) -> RottaApi {
    RottaApi {
        altri: RIFIUTI,
        ..scrivi(Method::PUT, percorso, titolo, Azione::Percorso(a))
    }
}

/// An order with a JSON body.
fn manda(percorso: &'static str, titolo: &'static str, a: Percorso) -> RottaApi {
    RottaApi {
        altri: RIFIUTI,
        ..scrivi(Method::POST, percorso, titolo, Azione::Percorso(a))
    }
}

/// An order without a body.
fn ordina(percorso: &'static str, titolo: &'static str, a: Percorso) -> RottaApi {
    senza_corpo(Method::POST, percorso, titolo, a)
}

fn senza_corpo(metodo: Method, percorso: &'static str, titolo: &'static str, a: Percorso) -> RottaApi {
    RottaApi {
        corpo: Corpo::Nessuno,
        altri: &[400, 404, 409, 507],
        ..scrivi(metodo, percorso, titolo, Azione::Percorso(a))
    }
}

pub(super) fn rotte() -> Vec<RottaApi> {
    let mut tutte = vec![
        vedi(
            "/api/percorso/scadenze",
            "Termini e tempi del percorso",
            Percorso::Scadenze,
        ),
        metti(
            "/api/percorso/scadenze",
            "Cambia termini e tempi; ciò che manca resta",
            Percorso::ScadenzeMetti,
        ),
        vedi(
            "/api/percorso/comuni",
            "A che punto è ogni Comune (il Ministero)",
            Percorso::Comuni,
        ),
        vedi(
            "/api/percorso/comuni/{istat}",
            "A che punto è un Comune: passi, prossimo passo, utente dell'area privata",
            Percorso::Quadro,
        ),
        vedi(
            "/api/percorso/comuni/{istat}/scheda",
            "La scheda di monitoraggio, o null",
            Percorso::Scheda,
        ),
        metti(
            "/api/percorso/comuni/{istat}/scheda",
            "Invia la scheda di monitoraggio, o la corregge entro il termine",
            Percorso::SchedaMetti,
        ),
        vedi(
            "/api/percorso/comuni/{istat}/piano-subentro",
            "Il piano di subentro ricavato dalla scheda, o null",
            Percorso::PianoSubentro,
        ),
        metti(
            "/api/percorso/comuni/{istat}/piano-subentro",
            "Il Ministero corregge il piano di subentro; null lo ricava di nuovo dalla scheda",
            Percorso::PianoSubentroMetti,
        ),
        ordina(
            "/api/percorso/comuni/{istat}/prove",
            "Il Ministero comunica subito l'avvio delle prove",
            Percorso::Prove,
        ),
        vedi(
            "/api/percorso/comuni/{istat}/censimento",
            "Il censimento, inviato o in preparazione",
            Percorso::Censimento,
        ),
        metti(
            "/api/percorso/comuni/{istat}/censimento",
            "Sostituisce il censimento in preparazione",
            Percorso::CensimentoMetti,
        ),
        ordina(
            "/api/percorso/comuni/{istat}/censimento/esempio",
            "Completa il censimento con persone fittizie",
            Percorso::CensimentoEsempio,
        ),
        ordina(
            "/api/percorso/comuni/{istat}/censimento/invio",
            "Invia il censimento: operatori registrati, smart card ordinate",
            Percorso::CensimentoInvio,
        ),
        manda(
            "/api/percorso/comuni/{istat}/nomine",
            "Il sindaco nomina ALS e ALP",
            Percorso::Nomine,
        ),
        vedi(
            "/api/percorso/comuni/{istat}/smart-card",
            "Le smart card di un Comune, senza codici",
            Percorso::SmartCard,
        ),
        vedi(
            "/api/percorso/comuni/{istat}/smart-card/{numero}/busta",
            "La busta di una smart card consegnata: le prime metà dei codici",
            Percorso::Busta,
        ),
        ordina(
            "/api/percorso/comuni/{istat}/smart-card/{numero}/registrazione",
            "Registra smart card Comune: consegnata al titolare",
            Percorso::Registrazione,
        ),
        manda(
            "/api/percorso/comuni/{istat}/smart-card/{numero}/attivazione",
            "Attiva una smart card con il PIN intero",
            Percorso::Attivazione,
        ),
        manda(
            "/api/percorso/comuni/{istat}/smart-card/{numero}/sblocco",
            "Sblocca una smart card con il PUK intero",
            Percorso::Sblocco,
        ),
        ordina(
            "/api/percorso/comuni/{istat}/smart-card/{numero}/sblocco-assistenza",
            "L'assistenza sblocca una smart card, anche dopo troppi PUK errati",
            Percorso::SbloccoAssistenza,
        ),
        vedi(
            "/api/percorso/prefetture",
            "Le Prefetture: Comuni della provincia e schede inviate",
            Percorso::Prefetture,
        ),
        vedi(
            "/api/percorso/prefetture/{provincia}",
            "Una Prefettura: utenti, postazioni",
            Percorso::Prefettura,
        ),
        metti(
            "/api/percorso/prefetture/{provincia}",
            "Cambia utenti e postazioni di una Prefettura",
            Percorso::PrefetturaMetti,
        ),
        RottaApi {
            esito: 201,
            ..manda(
                "/api/percorso/prefetture/{provincia}/carte",
                "Emette la carta di un utente della Prefettura",
                Percorso::PrefetturaCarta,
            )
        },
        RottaApi {
            parametri: const {
                &[
                    p("stato", "INVIATA, INVIATA_IN_RITARDO, DA_INVIARE, MANCANTE"),
                    p("testo", "parte del codice o del nome"),
                ]
            },
            altri: &[400, 404, 409, 507],
            ..leggi(
                "/api/percorso/prefetture/{provincia}/schede",
                "Chi ha inviato la scheda e chi no; CSV con Accept: text/csv",
                Azione::Percorso(Percorso::Schede),
            )
        },
        ordina(
            "/api/percorso/prefetture/{provincia}/solleciti",
            "Sollecita per PEC i Comuni che non hanno inviato la scheda",
            Percorso::Solleciti,
        ),
        vedi(
            "/api/percorso/prefetture/{provincia}/plichi",
            "I plichi di smart card della provincia",
            Percorso::Plichi,
        ),
        ordina(
            "/api/percorso/plichi/{id}/registrazione",
            "La Prefettura registra l'arrivo di un plico",
            Percorso::PlicoRegistra,
        ),
        manda(
            "/api/percorso/plichi/{id}/convocazione",
            "La Prefettura convoca il sindaco",
            Percorso::PlicoConvoca,
        ),
        manda(
            "/api/percorso/plichi/{id}/consegna",
            "Consegna smart card Prefettura: al sindaco o a un suo delegato",
            Percorso::PlicoConsegna,
        ),
    ];
    tutte.extend(del_subentro());
    tutte
}

/// The same, with `422` for what the rules of a plan refuse.
fn con_422(r: RottaApi) -> RottaApi {
    RottaApi {
        altri: const { &[400, 404, 409, 413, 415, 422, 507] },
        ..r
    }
}

fn del_subentro() -> Vec<RottaApi> {
    vec![
        vedi(
            "/api/percorso/dashboard",
            "La vista pubblica: Comuni e popolazione per macro stato, giorni pianificati",
            Percorso::Dashboard,
        ),
        RottaApi {
            parametri: const {
                &[
                    p(
                        "stato",
                        "INATTIVO, DA_PIANIFICARE, SEMPRE_APERTO, PIANIFICATO, MANCATO_SUBENTRO, SUBENTRATO",
                    ),
                    p("testo", "parte del codice o del nome"),
                ]
            },
            altri: &[400, 404, 409, 507],
            ..leggi(
                "/api/percorso/pianificazione",
                "Le date di subentro dei Comuni; CSV con Accept: text/csv",
                Azione::Percorso(Percorso::Pianificazione),
            )
        },
        con_422(manda(
            "/api/percorso/pianificazione/importazione",
            "Importa un piano: tutto il file o niente",
            Percorso::PianificazioneImporta,
        )),
        vedi(
            "/api/percorso/comuni/{istat}/pianificazione",
            "Le date di subentro di un Comune",
            Percorso::PianificazioneComune,
        ),
        con_422(metti(
            "/api/percorso/comuni/{istat}/pianificazione",
            "La software house propone o rinvia le date: accettate, sono il piano del Comune",
            Percorso::PianificazioneMetti,
        )),
        con_422(manda(
            "/api/percorso/comuni/{istat}/nuova-data",
            "Il Ministero dà le date, anche dopo un mancato subentro",
            Percorso::NuovaData,
        )),
        vedi(
            "/api/percorso/software-house",
            "Le software house, i loro Comuni, le credenziali",
            Percorso::SoftwareHouse,
        ),
        metti(
            "/api/percorso/software-house/{nome}",
            "Aggiunge o cambia una software house; toglie Comuni a un'altra solo con «sostituisci»",
            Percorso::SoftwareHouseMetti,
        ),
        vedi(
            "/api/percorso/comuni/{istat}/software-house",
            "La software house che segue un Comune, o null",
            Percorso::Affidamento,
        ),
        metti(
            "/api/percorso/comuni/{istat}/software-house",
            "Il Comune sceglie la sua software house; con le date pianificate serve «sostituisci»",
            Percorso::AffidamentoMetti,
        ),
        RottaApi {
            parametri: const { &[p("sostituisci", "si: anche con le date pianificate")] },
            ..senza_corpo(
                Method::DELETE,
                "/api/percorso/comuni/{istat}/software-house",
                "Nessuna software house segue più il Comune",
                Percorso::AffidamentoTogli,
            )
        },
        vedi(
            "/api/percorso/comuni/{istat}/contributo",
            "La richiesta di contributo, o null",
            Percorso::Contributo,
        ),
        metti(
            "/api/percorso/comuni/{istat}/contributo",
            "Il sindaco compila la richiesta di contributo",
            Percorso::ContributoMetti,
        ),
        vedi(
            "/api/percorso/comuni/{istat}/contributo/documento",
            "Il documento da firmare",
            Percorso::ContributoDocumento,
        ),
        vedi(
            "/api/percorso/comuni/{istat}/contributo/firma-di-prova",
            "Il documento con la firma di prova, come lo prende …/firmato; i byte con Accept: application/pkcs7-mime",
            Percorso::ContributoProva,
        ),
        manda(
            "/api/percorso/comuni/{istat}/contributo/firmato",
            "Il sindaco carica il documento firmato",
            Percorso::ContributoFirmato,
        ),
        ordina(
            "/api/percorso/comuni/{istat}/contributo/invio",
            "Il sindaco invia la richiesta di contributo",
            Percorso::ContributoInvio,
        ),
        manda(
            "/api/percorso/comuni/{istat}/contributo/esito",
            "Il Ministero verifica, accoglie o respinge con una nota",
            Percorso::ContributoEsito,
        ),
    ]
}
