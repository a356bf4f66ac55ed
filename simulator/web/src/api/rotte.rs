//! The calls of the control API, declared once: the router and the description at `/api/openapi.json` are both read
//! off this table.

use std::sync::LazyLock;

use http::Method;

use crate::rotte::Riga;

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the row of the table that names it")]
pub(crate) enum Azione {
    Stato,
    Pronto,
    Metriche,
    OpenApi,
    Reset,
    OrologioLeggi,
    OrologioMetti,
    FornitureCarica,
    FornitureElenco,
    Fornitura,
    FornituraCancella,
    Anomalie,
    Liste,
    Lista,
    ComuniElenco,
    ComuneCrea,
    Comune,
    ComuneAggiorna,
    PianoLeggi,
    PianoMetti,
    OperatoreLeggi,
    OperatoreMetti,
    TributariaLeggi,
    TributariaMetti,
    RitmoLeggi,
    RitmoMetti,
    Notte,
    PecElenco,
    Pec,
    Scambi,
    Scambio,
    OperatoriElenco,
    OperatoreCancella,
    OperatoreEsce,
    ScambioHar,
    ScambiHar,
    Certificati,
    Certificato,
    CertificatoEmetti,
    CertificatoRevoca,
    CertificatoRipristina,
    CertificatoRinnova,
    CertificatoP12,
    CertificatiArchivio,
    ImportatiElenco,
    ImportatiMetti,
    ImportatoTogli,
    Carte,
    Carta,
    CartaEmetti,
    CartaRevoca,
    CartaRipristina,
    CartaP12,
    Catalogo,
    CatalogoVoce,
    SicurezzaLeggi,
    SicurezzaMetti,
    GuastiLeggi,
    GuastiMetti,
    PecStato,
    PecScrivi,
    PecConti,
    PecArchivio,
    PecRicevute,
    PecAllegato,
    Inoltro,
    Confronto,
    ConfrontoAnomalie,
    LogoLeggi,
    LogoMetti,
    LogoTogli,
    Indirizzi,
    BloccoLeggi,
    Sblocca,
    Valida,
    FornituraDiProva,
    Schede,
    Scheda,
    SchedaMetti,
    Famiglie,
    Famiglia,
    PianoDiTest,
    Percorso(super::percorso::Percorso),
    Lezioni(super::lezioni::Lezioni),
    /// Declared in the contract, built by a later issue: answers 501 and says so.
    NonAncora,
}

/// What a call takes as its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Corpo {
    /// Nothing.
    Nessuno,
    /// A JSON value; `Content-Type: application/json` is demanded, so that no form of another site can send one.
    Json,
    /// The bytes of a file.
    Byte,
}

/// One query parameter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parametro {
    /// Name.
    pub(crate) nome: &'static str,
    /// Meaning.
    pub(crate) testo: &'static str,
    /// Refused without it.
    pub(crate) serve: bool,
}

/// One row.
#[derive(Debug)]
pub(crate) struct RottaApi {
    /// Method.
    pub(crate) metodo: Method,
    /// Pattern.
    pub(crate) percorso: &'static str,
    /// One line for people.
    pub(crate) titolo: &'static str,
    /// Query parameters.
    pub(crate) parametri: &'static [Parametro],
    /// Body.
    pub(crate) corpo: Corpo,
    /// Status of success.
    pub(crate) esito: u16,
    /// Further statuses it may answer with, besides 403 and 500 that any call may.
    pub(crate) altri: &'static [u16],
    /// What answers.
    pub(crate) azione: Azione,
}

impl Riga for RottaApi {
    fn metodo(&self) -> &Method {
        &self.metodo
    }
    fn percorso(&self) -> &'static str {
        self.percorso
    }
}

pub(super) const fn p(nome: &'static str, testo: &'static str) -> Parametro {
    Parametro {
        nome,
        testo,
        serve: false,
    }
}
pub(super) const fn serve(nome: &'static str, testo: &'static str) -> Parametro {
    Parametro {
        nome,
        testo,
        serve: true,
    }
}
pub(super) const AMBIENTE: Parametro = p("ambiente", "test, pre o sub");
pub(super) const UN_AMBIENTE: Parametro = serve("ambiente", "test, pre o sub");
pub(super) const COMUNE: Parametro = p("comune", "codice ISTAT");
const DOPO: Parametro = p("dopo", "prosegue dopo questa posizione");
pub(super) const FILTRI_PEC: &[Parametro] = &[
    COMUNE,
    AMBIENTE,
    p("casella", "COMUNE, ASSISTENZA o ALTRI"),
    p(
        "di",
        "titolare di una casella che non è di un Comune, come in /api/pec/conti",
    ),
    p("letta", "si o no"),
    p("testo", "cercato in intestazioni e testo"),
];
const FILTRI_SCAMBI: &[Parametro] = &[
    DOPO,
    p("esito", "OK, KO, FAULT, RIFIUTATO, GUASTO"),
    COMUNE,
    p("operazione", "TEST, S001"),
    p("fault", "F1 … F10"),
    p("percorso", "parte del percorso"),
    p(
        "testo",
        "cercato in causa, passi, operatore, postazione, idOperazioneComune",
    ),
    p(
        "ordine",
        "crescente (predefinito) o decrescente, cioè dai più recenti",
    ),
    p("limite", "quanti al più, fino a 200"),
];

pub(super) fn leggi(percorso: &'static str, titolo: &'static str, azione: Azione) -> RottaApi {
    RottaApi {
        metodo: Method::GET,
        percorso,
        titolo,
        parametri: &[],
        corpo: Corpo::Nessuno,
        esito: 200,
        altri: &[],
        azione,
    }
}
pub(super) fn scrivi(
    metodo: Method,
    percorso: &'static str,
    titolo: &'static str,
    azione: Azione,
) -> RottaApi {
    RottaApi {
        metodo,
        percorso,
        titolo,
        parametri: &[],
        corpo: Corpo::Json,
        esito: 200,
        altri: &[400, 413, 415, 507],
        azione,
    }
}
fn piu_avanti(metodo: Method, percorso: &'static str, titolo: &'static str) -> RottaApi {
    RottaApi {
        metodo,
        percorso,
        titolo,
        parametri: &[],
        corpo: Corpo::Nessuno,
        esito: 501,
        altri: &[],
        azione: Azione::NonAncora,
    }
}

/// The table.
pub(crate) static ROTTE: LazyLock<Vec<RottaApi>> = LazyLock::new(|| {
    let mut tutte = vec![
        leggi("/api/stato", "Salute, versione e contatori", Azione::Stato),
        leggi(
            "/api/ready",
            "Indirizzi, Comuni pronti, certificati: l'oggetto di ready.json",
            Azione::Pronto,
        ),
        leggi(
            "/metrics",
            "Contatori nel formato testo di Prometheus",
            Azione::Metriche,
        ),
        leggi("/api/openapi.json", "Questa descrizione", Azione::OpenApi),
        RottaApi {
            corpo: Corpo::Nessuno,
            altri: &[507],
            ..scrivi(
                Method::POST,
                "/api/reset",
                "Torna allo stato dopo il primo avvio",
                Azione::Reset,
            )
        },
        leggi(
            "/api/orologio",
            "Data dello scenario e sua velocità",
            Azione::OrologioLeggi,
        ),
        scrivi(
            Method::PUT,
            "/api/orologio",
            "Imposta data dello scenario e velocità",
            Azione::OrologioMetti,
        ),
        RottaApi {
            parametri: const {
                &[
                    UN_AMBIENTE,
                    serve("comune", "codice ISTAT di chi invia"),
                    serve("nome", "nome del file"),
                    p("tipo", "APR o AIRE; senza, vale il nome del file"),
                ]
            },
            corpo: Corpo::Byte,
            esito: 201,
            altri: &[400, 404, 409, 413, 422, 429, 507],
            ..scrivi(
                Method::POST,
                "/api/forniture",
                "Invia un file, come dalla pagina",
                Azione::FornitureCarica,
            )
        },
        RottaApi {
            parametri: const { &[AMBIENTE, COMUNE] },
            altri: &[400],
            ..leggi(
                "/api/forniture",
                "Forniture, la più recente in fondo",
                Azione::FornitureElenco,
            )
        },
        RottaApi {
            altri: &[404],
            ..leggi("/api/forniture/{id}", "Una fornitura", Azione::Fornitura)
        },
        RottaApi {
            metodo: Method::DELETE,
            esito: 202,
            altri: &[404, 409],
            ..leggi(
                "/api/forniture/{id}",
                "Richiede la cancellazione (test e pre)",
                Azione::FornituraCancella,
            )
        },
        RottaApi {
            parametri: const {
                &[
                    p("codice", "un solo codice"),
                    p("limite", "quante al massimo (1000 se manca, al più 100000)"),
                    p(
                        "dopo",
                        "quante saltarne dall'inizio; la pagina che segue è nella testata Link, rel=\"next\"",
                    ),
                ]
            },
            altri: &[400, 404],
            ..leggi(
                "/api/forniture/{id}/anomalie",
                "Anomalie; CSV con Accept: text/csv",
                Azione::Anomalie,
            )
        },
        RottaApi {
            altri: &[404],
            ..leggi(
                "/api/forniture/{id}/liste",
                "Liste CSV disponibili",
                Azione::Liste,
            )
        },
        RottaApi {
            altri: &[404],
            ..leggi("/api/forniture/{id}/liste/{nome}", "Una lista CSV", Azione::Lista)
        },
        leggi("/api/comuni", "I Comuni", Azione::ComuniElenco),
        RottaApi {
            esito: 201,
            altri: &[400, 409, 413, 415, 507],
            ..scrivi(
                Method::POST,
                "/api/comuni",
                "Un nuovo Comune fittizio",
                Azione::ComuneCrea,
            )
        },
        RottaApi {
            altri: &[404],
            ..leggi("/api/comuni/{istat}", "Un Comune", Azione::Comune)
        },
        RottaApi {
            altri: &[400, 404, 413, 415, 507],
            ..scrivi(
                Method::PUT,
                "/api/comuni/{istat}",
                "Cambia i dati indicati di un Comune",
                Azione::ComuneAggiorna,
            )
        },
        RottaApi {
            parametri: const { &[UN_AMBIENTE] },
            altri: &[400, 404],
            ..leggi(
                "/api/comuni/{istat}/piano",
                "Finestra di subentro, o null",
                Azione::PianoLeggi,
            )
        },
        RottaApi {
            parametri: const { &[UN_AMBIENTE] },
            altri: &[400, 404, 413, 415, 507],
            ..scrivi(
                Method::PUT,
                "/api/comuni/{istat}/piano",
                "Imposta la finestra, o null",
                Azione::PianoMetti,
            )
        },
        RottaApi {
            altri: &[404],
            ..leggi(
                "/api/comuni/{istat}/operatori/{nameId}",
                "Un operatore",
                Azione::OperatoreLeggi,
            )
        },
        RottaApi {
            altri: &[400, 404, 413, 415, 507],
            ..scrivi(
                Method::PUT,
                "/api/comuni/{istat}/operatori/{nameId}",
                "Crea o cambia un operatore",
                Azione::OperatoreMetti,
            )
        },
        leggi(
            "/api/tributaria",
            "L'Anagrafe Tributaria simulata",
            Azione::TributariaLeggi,
        ),
        scrivi(
            Method::PUT,
            "/api/tributaria",
            "Cambia quanto indicato dell'Anagrafe Tributaria simulata",
            Azione::TributariaMetti,
        ),
        leggi("/api/elaborazione", "Ritmo dell'elaborazione", Azione::RitmoLeggi),
        scrivi(
            Method::POST,
            "/api/elaborazione",
            "Imposta il ritmo dell'elaborazione",
            Azione::RitmoMetti,
        ),
        RottaApi {
            corpo: Corpo::Nessuno,
            altri: &[507],
            ..scrivi(
                Method::POST,
                "/api/notte",
                "Esegue subito i lavori notturni",
                Azione::Notte,
            )
        },
        RottaApi {
            parametri: FILTRI_PEC,
            altri: &[400],
            ..leggi(
                "/api/pec",
                "I messaggi delle caselle PEC, il più recente in fondo",
                Azione::PecElenco,
            )
        },
        leggi(
            "/api/pec/conti",
            "Quanti messaggi, e quanti da leggere, in ogni casella",
            Azione::PecConti,
        ),
        RottaApi {
            altri: &[404],
            ..leggi(
                "/api/pec/{id}",
                "Un messaggio; l'originale con Accept: message/rfc822",
                Azione::Pec,
            )
        },
        RottaApi {
            parametri: FILTRI_SCAMBI,
            altri: &[400],
            ..leggi("/api/scambi", "Il giornale degli scambi", Azione::Scambi)
        },
        RottaApi {
            parametri: FILTRI_SCAMBI,
            altri: &[400],
            ..leggi(
                "/api/scambi.har",
                "Gli scambi con i messaggi interi, in HAR 1.2",
                Azione::ScambiHar,
            )
        },
        RottaApi {
            altri: &[400, 404],
            ..leggi(
                "/api/scambi/{n}",
                "Uno scambio: verdetti, causa e rimedio, byte canonici, digest, certificati, messaggi",
                Azione::Scambio,
            )
        },
        RottaApi {
            altri: &[400, 404],
            ..leggi(
                "/api/scambi/{n}/har",
                "Uno scambio in HAR 1.2",
                Azione::ScambioHar,
            )
        },
        leggi("/api/catalogo", "Il catalogo delle anomalie", Azione::Catalogo),
        RottaApi {
            altri: &[404],
            ..leggi("/api/catalogo/{codice}", "Un codice", Azione::CatalogoVoce)
        },
        RottaApi {
            parametri: const { &[UN_AMBIENTE] },
            altri: &[400],
            ..leggi(
                "/api/sicurezza",
                "La politica di sicurezza in vigore, e che cosa differisce da faithful",
                Azione::SicurezzaLeggi,
            )
        },
        RottaApi {
            parametri: const { &[UN_AMBIENTE] },
            ..scrivi(
                Method::PUT,
                "/api/sicurezza",
                "Cambia la politica: preset, poi gli interruttori indicati; gli altri restano",
                Azione::SicurezzaMetti,
            )
        },
        leggi("/api/guasti", "Il piano dei guasti", Azione::GuastiLeggi),
        scrivi(
            Method::PUT,
            "/api/guasti",
            "Sostituisce il piano dei guasti",
            Azione::GuastiMetti,
        ),
        piu_avanti(Method::POST, "/api/sandbox", "Apre uno spazio separato"),
        piu_avanti(
            Method::DELETE,
            "/api/sandbox/{nome}",
            "Chiude uno spazio separato",
        ),
        piu_avanti(Method::POST, "/api/istantanee/{nome}", "Prende un'istantanea"),
        piu_avanti(Method::PUT, "/api/istantanee/{nome}", "Ripristina un'istantanea"),
    ];
    tutte.extend(super::rotte_sportello::rotte());
    tutte.extend(super::rotte_ambiente::rotte());
    tutte.extend(super::rotte_schede::rotte());
    tutte.extend(super::rotte_percorso::rotte());
    tutte.extend(super::piano_di_test::rotte());
    tutte.extend(super::lezioni::rotte());
    tutte
});
