//! What a `GET` on a web-service path gives: the service's WSDL (`?wsdl`), its schemas (`?xsd=N`), else a 405. The
//! policy of the environment may switch both off.
//!
//! The contract names the address the caller used, so that it can be read from wherever the simulator is reached; a
//! `Host` that is none of ours is not repeated (a page of another site must not plant an address), the simulator's own
//! takes its place. Names are facts (WSDL of the services in italia/anpr; spec security §1.2); everything else is
//! written from the grammar.

use anagrafe::Ambiente;
use http::{HeaderValue, Method, StatusCode, header, request::Parts, uri::Authority};
use schema::{
    pubblica::{Contratto, Operazione, SchemaXsd, schemi, wsdl},
    radici,
};

use crate::{
    Simulatore,
    http::{Risposta, risposta},
    operazioni,
};

const XML: &str = "text/xml; charset=utf-8";
const TESTO: &str = "text/plain; charset=utf-8";
/// Names of this machine, always ours.
const NOMI_LOCALI: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The contract of an endpoint. One row a service: its operations are those the endpoint answers.
struct Pubblicato {
    percorso: &'static str,
    contratto: Contratto,
}

/// Every endpoint that answers has its row (a test asks).
static PUBBLICATI: [Pubblicato; 2] = [
    // Service and namespace: spec security §1.2. Port type, operation and port are ours: no WSDL of it is public.
    Pubblicato {
        percorso: "/ANPRTestConn/TestConn",
        contratto: Contratto {
            spazio: "http://sogei.it/ANPR/TestConn",
            tipo_di_porta: "TestConnPortType",
            servizio: "TestConn",
            porta: "TestConnPort",
            messaggi: radici::RICHIESTA_CONNESSIONE.0,
            operazioni: &[Operazione {
                nome: "testConn",
                richiesta: radici::RICHIESTA_CONNESSIONE.1,
                risposta: radici::RISPOSTA_CONNESSIONE.1,
            }],
        },
    },
    Pubblicato {
        percorso: "/ANPRS001ServizioSubentro/AnprServiceS001",
        contratto: Contratto {
            spazio: "http://sogei.it/ANPR/S001AnprService",
            tipo_di_porta: "AnprPortTypeS001",
            servizio: "AnprServiceS001",
            porta: "AnprServicePortS001",
            messaggi: radici::RICHIESTA_S001.0,
            operazioni: &[Operazione {
                nome: "subentroS001",
                richiesta: radici::RICHIESTA_S001.1,
                risposta: radici::RISPOSTA_S001.1,
            }],
        },
    },
];

impl Pubblicato {
    fn di(percorso: &str) -> Option<&'static Self> {
        PUBBLICATI.iter().find(|p| p.percorso == percorso)
    }

    /// The schemas, the one of the messages first. Written anew each time: it takes less than a millisecond.
    fn schemi(&self) -> Vec<SchemaXsd> {
        schemi(&[self.contratto.messaggi], indirizzo_schema).unwrap_or_default()
    }
}

/// Address of a schema, relative to the service's: it holds under every name of the simulator.
fn indirizzo_schema(indice: usize) -> String {
    format!("?xsd={}", indice + 1)
}

/// What a query asks for.
#[derive(Debug, PartialEq, Eq)]
enum Domanda {
    Wsdl,
    /// The schema with this number, from 1; `None`: no number.
    Xsd(Option<usize>),
}

impl Domanda {
    /// The first word of the query that is one of ours, whatever its case: toolkits write `?wsdl`, `?WSDL`, `?Wsdl`.
    fn leggi(query: &str) -> Option<Self> {
        query.split('&').find_map(|pezzo| {
            let (nome, valore) = pezzo.split_once('=').unwrap_or((pezzo, ""));
            if nome.eq_ignore_ascii_case("wsdl") {
                Some(Self::Wsdl)
            } else if nome.eq_ignore_ascii_case("xsd") {
                Some(Self::Xsd(valore.parse().ok()))
            } else {
                None
            }
        })
    }
}

/// Answers what is not a `POST`.
pub(crate) fn rispondi(sim: &Simulatore, ambiente: Ambiente, parti: &Parts) -> Risposta {
    let percorso = parti.uri.path();
    let lettura = parti.method == Method::GET || parti.method == Method::HEAD;
    let Some(domanda) = parti.uri.query().and_then(Domanda::leggi).filter(|_| lettura) else {
        return solo_post(percorso);
    };
    if !sim.frontiera_ora(ambiente).politica().pubblica_wsdl {
        return non_trovato("la politica di questo ambiente non pubblica i contratti (pubblica_wsdl)");
    }
    let Some(pubblicato) = Pubblicato::di(percorso) else {
        let elenco: Vec<_> = operazioni::PUNTI
            .iter()
            .map(|p| format!("{}?wsdl", p.percorso))
            .collect();
        return non_trovato(&format!(
            "nessun servizio a {percorso}; i contratti pubblicati: {}",
            elenco.join(", ")
        ));
    };
    let documento = match domanda {
        Domanda::Wsdl => {
            let indirizzo = format!("{}{percorso}", base_chiamata(sim, ambiente, parti));
            wsdl(&pubblicato.contratto, &indirizzo, &indirizzo_schema(0))
        }
        Domanda::Xsd(numero) => {
            let schemi = pubblicato.schemi();
            let Some(s) = numero.and_then(|n| n.checked_sub(1)).and_then(|i| schemi.get(i)) else {
                return non_trovato(&format!(
                    "gli schemi di {percorso} sono ?xsd=1 … ?xsd={}",
                    schemi.len()
                ));
            };
            s.testo.clone()
        }
    };
    let mut r = risposta(StatusCode::OK, XML, documento);
    r.headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    r.headers_mut().insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    r
}

fn solo_post(percorso: &str) -> Risposta {
    let mut r = risposta(
        StatusCode::METHOD_NOT_ALLOWED,
        TESTO,
        format!(
            "{percorso}: questo indirizzo risponde a richieste SOAP con POST; il contratto è a {percorso}?wsdl \
             (SIMULATORE – dati fittizi)\n"
        ),
    );
    r.headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static("POST"));
    r
}

fn non_trovato(testo: &str) -> Risposta {
    risposta(
        StatusCode::NOT_FOUND,
        TESTO,
        format!("{testo} (SIMULATORE – dati fittizi)\n"),
    )
}

/// `https://host:port` as the caller wrote it, if the name is ours; else where the environment listens.
fn base_chiamata(sim: &Simulatore, ambiente: Ambiente, parti: &Parts) -> String {
    let nostra = sim
        .indirizzi()
        .map_or("https://localhost", |i| i.ambiente(ambiente));
    let schema = nostra.split_once("://").map_or("https", |(s, _)| s);
    match host_nostro(parti, &sim.impostazioni().host_ambienti) {
        Some(host) => format!("{schema}://{host}"),
        None => nostra.to_owned(),
    }
}

/// The host a request names, with its port, if it is one the environment answers to.
fn host_nostro(parti: &Parts, ammessi: &[String]) -> Option<String> {
    let detto = if let Some(a) = parti.uri.authority() {
        a.as_str()
    } else {
        let mut tutti = parti.headers.get_all(header::HOST).iter();
        let primo = tutti.next()?.to_str().ok()?;
        tutti.next().is_none().then_some(primo)?
    };
    let host: Authority = detto.parse().ok()?;
    let nome = host.host().to_ascii_lowercase();
    let con_porta = host
        .port_u16()
        .map_or_else(|| nome.clone(), |p| format!("{nome}:{p}"));
    // Written again from its parts: what does not come out the same had something else in it.
    let intero = con_porta.eq_ignore_ascii_case(detto);
    let nostro = NOMI_LOCALI.contains(&nome.as_str())
        || ammessi.iter().any(|a| a.eq_ignore_ascii_case(&nome))
        // Served under these names only with `--nomi-reali`, and certified only then: TLS has already decided.
        || certs::NOMI_REALI.contains(&nome.as_str());
    (intero && nostro).then_some(con_porta)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_publishes_the_roots_it_takes() {
        let percorsi: Vec<_> = PUBBLICATI.iter().map(|p| p.percorso).collect();
        assert_eq!(
            percorsi,
            operazioni::PUNTI.iter().map(|p| p.percorso).collect::<Vec<_>>()
        );
        for (p, punto) in PUBBLICATI.iter().zip(operazioni::PUNTI) {
            let c = &p.contratto;
            let richieste: Vec<_> = c.operazioni.iter().map(|o| (c.messaggi, o.richiesta)).collect();
            assert_eq!(richieste, punto.servizio.radici, "{}", p.percorso);
            for radice in c.operazioni.iter().flat_map(|o| [o.richiesta, o.risposta]) {
                assert!(schema::Modello::di(c.messaggi, radice).is_some(), "{radice}");
            }
        }
    }

    #[test]
    fn a_query_asks_for_a_contract_or_a_schema() {
        for (query, attesa) in [
            ("wsdl", Some(Domanda::Wsdl)),
            ("WSDL", Some(Domanda::Wsdl)),
            ("Wsdl=", Some(Domanda::Wsdl)),
            ("x=1&wsdl", Some(Domanda::Wsdl)),
            ("xsd=3", Some(Domanda::Xsd(Some(3)))),
            ("XSD=1", Some(Domanda::Xsd(Some(1)))),
            ("xsd=-1", Some(Domanda::Xsd(None))),
            ("xsd", Some(Domanda::Xsd(None))),
            ("", None),
            ("wsdlx", None),
        ] {
            assert_eq!(Domanda::leggi(query), attesa, "{query:?}");
        }
    }

    #[test]
    fn only_our_own_names_are_repeated() {
        let ammessi = ["banco.example".to_owned()];
        for (host, atteso) in [
            ("localhost:8443", Some("localhost:8443")),
            ("LOCALHOST:8443", Some("localhost:8443")),
            ("127.0.0.1:1", Some("127.0.0.1:1")),
            ("[::1]:8443", Some("[::1]:8443")),
            ("banco.example", Some("banco.example")),
            ("wstest.anpr.interno.it", Some("wstest.anpr.interno.it")),
            ("malvagio.example:8443", None),
            ("localhost.malvagio.example", None),
            ("localhost@malvagio.example", None),
            ("x@localhost", None),
            ("localhost:99999", None),
            ("localhost:", None),
            ("localhost\"><x", None),
            ("", None),
        ] {
            let parti = http::Request::get("/x")
                .header("host", host)
                .body(())
                .expect("request")
                .into_parts()
                .0;
            assert_eq!(host_nostro(&parti, &ammessi).as_deref(), atteso, "{host:?}");
        }
        let due = http::Request::get("/x")
            .header("host", "localhost")
            .header("host", "localhost");
        assert_eq!(
            host_nostro(&due.body(()).expect("request").into_parts().0, &ammessi),
            None
        );
    }
}
