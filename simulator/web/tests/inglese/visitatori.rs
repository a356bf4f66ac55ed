//! Who looks at the pages, and what there is to look at.

use anagrafe::Ambiente;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    banco::{
        api::{metti, ordina, vedi_api},
        banco,
    },
    diagnosi::scambio,
};

/// Where somebody stands.
#[derive(Clone, Copy)]
pub(super) enum Porta {
    Console,
    Ambiente(Ambiente),
    Carta,
}

/// Somebody who looks at all he can.
pub(super) struct Visitatore {
    pub(super) porta: Porta,
    pub(super) biscotto: String,
    pub(super) da: Vec<String>,
}

fn indirizzi(da: &[&str]) -> Vec<String> {
    da.iter().map(|d| (*d).to_owned()).collect()
}

/// A delivery that fails, so that there are outcomes, anomalies and messages to read.
async fn fornitura_fallita(istat: &str, versione: u16, anomalie: &str) {
    let richiesta = generatore::Richiesta {
        comune: anagrafe::CodiceIstat::parse(istat).expect("a code"),
        versione,
        abitanti: 60,
        aire: 3,
        invii: None,
        max_invii: Some(1),
        seed: 5,
        oggi: anagrafe::leggi_data("2021-03-01").expect("a date"),
        anomalie: generatore::leggi_anomalie(anomalie).expect("a plan"),
    };
    for (nome, byte) in generatore::in_memoria(&richiesta).expect("a delivery").file {
        let dove = format!("/api/forniture?ambiente=pre&comune={istat}&nome={nome}");
        let r = banco()
            .console_corpo(Method::POST, &dove, &[], servizi::http::corpo(byte))
            .await;
        assert_eq!(r.stato, StatusCode::CREATED, "{}", r.testo);
    }
    let chi = banco().entra(Ambiente::Pre, istat).await;
    banco().stato_finale(Ambiente::Pre, &chi.biscotto).await;
}

/// A Comune on its way: scheda and censimento sent, smart cards in production.
async fn in_cammino(istat: &str) {
    ordina("/api/comuni", &json!({"istat": istat})).await;
    let base = format!("/api/percorso/comuni/{istat}");
    let scheda = json!({"soluzione": "WS", "fineAdeguamento": "2021-09-30", "postazioni": 4, "inizioProve": "2022-06-01"});
    metti(&format!("{base}/scheda"), &scheda).await;
    ordina(&format!("{base}/censimento/esempio"), &Value::Null).await;
    ordina(&format!("{base}/censimento/invio"), &Value::Null).await;
}

pub(super) async fn visitatori() -> Vec<Visitatore> {
    const FALLITO: &str = "888004";
    const IN_CAMMINO: &str = "888031";
    let b = banco();
    let scadenze = json!({"scheda": "2021-12-31", "prefettureDal": "2021-01-01"});
    metti("/api/percorso/scadenze", &scadenze).await;
    // Two, so that there is something to compare: gone, still there, new.
    fornitura_fallita(FALLITO, 1, "ES092=1,EC001=1").await;
    fornitura_fallita(FALLITO, 2, "ES092=1,EC007=2").await;
    in_cammino(IN_CAMMINO).await;
    scambio("<a/>".to_owned()).await;
    let uno = vedi_api("/api/schede?ambiente=pre&comune=888002&limite=1").await;
    let cognome = uno[0]["cognome"]
        .as_str()
        .expect("a surname")
        .replace(' ', "+")
        .replace('\'', "%27");
    let persone = format!("/combas/persone?cognome={cognome}");
    let registro = format!("/registro?ambiente=pre&comune=888002&cognome={cognome}");
    let fallito = b.entra(Ambiente::Pre, FALLITO).await;
    let mut v = vec![
        Visitatore {
            porta: Porta::Console,
            biscotto: String::new(),
            da: indirizzi(&[
                "/",
                "/comuni/888002",
                "/comuni/888003/operatori/INGLESETUTTIRUOL",
                "/percorso/888002",
                "/comuni/888002/operatori",
                &registro,
                "/nulla",
            ]),
        },
        Visitatore {
            porta: Porta::Carta,
            biscotto: String::new(),
            da: indirizzi(&["/", "/test/com", "/prefettura/com", "/nulla"]),
        },
    ];
    for a in Ambiente::TUTTI {
        let chi = b.entra(a, "888002").await;
        v.push(Visitatore {
            porta: Porta::Ambiente(a),
            biscotto: chi.biscotto,
            da: indirizzi(&["/combas", "/combas/profilo", &persone, "/nulla"]),
        });
        v.push(Visitatore {
            porta: Porta::Ambiente(a),
            biscotto: String::new(),
            da: indirizzi(&["/", "/combas", "/com", "/nulla"]),
        });
    }
    v.push(Visitatore {
        porta: Porta::Ambiente(Ambiente::Pre),
        biscotto: fallito.biscotto,
        da: indirizzi(&["/combas", "/combas/posta", "/combas/anomalie"]),
    });
    let tutto = ["ALS", "ALP", "SINDACO", "OPERATORE"];
    let capo = b
        .con_ruoli(Ambiente::Sub, "888003", "INGLESETUTTIRUOL", &tutto)
        .await;
    ordina(
        "/api/carte",
        &json!({"comune": "888003", "nameId": "INGLESETUTTIRUOL"}),
    )
    .await;
    v.push(Visitatore {
        porta: Porta::Ambiente(Ambiente::Sub),
        biscotto: capo.biscotto,
        da: indirizzi(&[
            "/combas/sicurezza",
            "/combas/sicurezza/operatori",
            "/combas/sicurezza/postazioni",
            "/combas/sicurezza/operatori/INGLESETUTTIRUOL",
            "/combas/sicurezza/carte",
            "/combas/sicurezza/smart-card",
            "/combas/contributo",
            "/combas/comune",
        ]),
    });
    let q = vedi_api(&format!("/api/percorso/comuni/{IN_CAMMINO}")).await;
    let provincia = q["provincia"].as_str().expect("a province").to_owned();
    let (nome, password) = (&q["areaPrivata"]["utente"], &q["areaPrivata"]["password"]);
    let p = vedi_api(&format!("/api/percorso/prefetture/{provincia}")).await;
    let s = vedi_api("/api/percorso/software-house").await;
    let aree = [
        ("privata", nome, password, "/servizidemografici"),
        (
            "prefettura",
            &p["utenti"][0]["nome"],
            &p["utenti"][0]["password"],
            "/prefettura",
        ),
        (
            "dashboard",
            &s[0]["nome"],
            &s[0]["password"],
            "/dashboard/subentro",
        ),
    ];
    for (area, nome, password, casa) in aree {
        let testo = |v: &Value| v.as_str().expect("text").to_owned();
        let chi = b.entra_in_area(area, &testo(nome), &testo(password)).await;
        v.push(Visitatore {
            porta: Porta::Ambiente(Ambiente::Sub),
            biscotto: chi.biscotto,
            da: indirizzi(&[casa]),
        });
        v.push(Visitatore {
            porta: Porta::Ambiente(Ambiente::Sub),
            biscotto: String::new(),
            da: indirizzi(&[casa, "/dashboard", "/servizidemografici/attivazione"]),
        });
    }
    v
}
