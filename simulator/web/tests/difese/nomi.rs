//! What comes from outside is text on every page and never a path: search fields, segments, names of files, and whatever a
//! person may write about himself.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use web::mappa::{Condizione, indirizzi};

use super::{COMUNE, LUOGHI, Luogo, SUB, riempito};
use crate::banco::{
    Entrato, Risposta,
    api::{MODULO, chiama, metti, ordina, vedi_api},
    banco, codifica,
};

/// Markup that closes an attribute, a text, a script.
const CATTIVO: &str = "\"'></textarea><script>alert(7)</script>";
/// What of it no page may hold as it stands.
const VIVO: &str = "<script>alert(7)";

/// Fields a query of some page knows.
const CAMPI: [&str; 22] = [
    "testo",
    "codice",
    "gravita",
    "classe",
    "fornitura",
    "stato",
    "prima",
    "dopo",
    "mese",
    "numero",
    "comune",
    "ambiente",
    "esito",
    "operazione",
    "percorso",
    "cognome",
    "nome",
    "cf",
    "idAnpr",
    "nascita",
    "casella",
    "fatto",
];

fn e_pagina(r: &Risposta) -> bool {
    r.testate
        .get("content-type")
        .is_some_and(|t| t.to_str().is_ok_and(|t| t.starts_with("text/html")))
}

fn pulita(r: &Risposta, dove: &str) {
    assert!(!e_pagina(r) || !r.testo.contains(VIVO), "{dove}: {}", r.testo);
    assert!(r.stato.as_u16() < 500, "{dove}: {}", r.testo);
}

/// Every address that is read in every place, with this in its segments and after it.
async fn leggi_tutto(segmento: &str, query: &str, guarda: impl Fn(&Risposta, &str)) {
    let mut viste = 0;
    for luogo in LUOGHI {
        let io = luogo.entra().await;
        for condizione in [Condizione::Dentro, Condizione::Nessuna] {
            for i in luogo.indirizzi(condizione) {
                if *i.metodo != Method::GET {
                    continue;
                }
                let dove = format!("{}{query}", riempito(i.percorso, segmento));
                guarda(&luogo.vedi(&dove, &io.biscotto).await, &dove);
                viste += 1;
            }
        }
    }
    for i in indirizzi() {
        let dove = format!("{}{query}", riempito(i.percorso, segmento));
        let r = match i.luogo {
            "console" if *i.metodo == Method::GET => banco().console(Method::GET, &dove, &[], "").await,
            "carta" => banco().carta(&dove).await,
            _ => continue,
        };
        guarda(&r, &dove);
        viste += 1;
    }
    assert!(viste > 150, "{viste}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_query_says_comes_back_as_text_on_every_page() {
    let query = CAMPI
        .iter()
        .map(|c| format!("{c}={}", codifica(CATTIVO)))
        .collect::<Vec<_>>()
        .join("&");
    leggi_tutto(&codifica(CATTIVO), &format!("?{query}"), pulita).await;
    // One at a time: a field that is wrong hides what another would show.
    for campo in CAMPI {
        leggi_tutto("x", &format!("?{campo}={}", codifica(CATTIVO)), pulita).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_form_says_comes_back_as_text_on_every_page() {
    let campi = [
        "azione",
        "voce",
        "tipo",
        "nome",
        "name_id",
        "ruolo",
        "funzioni",
        "password",
        "pec",
        "bollo",
        "indirizzi",
        "oggetto",
        "testo",
        "iban",
        "tesoreria",
        "prima",
        "ultima",
        "preferita",
        "soluzione",
        "fineAdeguamento",
        "postazioni",
        "inizioProve",
        "codiceFiscale",
        "cognome",
        "email",
        "giorno",
        "ricevente",
        "numero",
        "codice",
        "fornitura",
        "attuale",
        "nuova",
    ];
    let corpo = campi
        .iter()
        .map(|c| format!("{c}={}", codifica(CATTIVO)))
        .collect::<Vec<_>>()
        .join("&");
    for luogo in LUOGHI {
        let io = luogo.entra().await;
        for i in luogo.indirizzi(Condizione::Modulo) {
            if i.percorso.ends_with("/esci") || i.percorso.ends_with("/uscita") {
                continue;
            }
            let r = banco()
                .manda(luogo.porta(), &io, &riempito(i.percorso, "x"), &corpo)
                .await;
            pulita(&r, i.percorso);
        }
        let r = luogo.prova(CATTIVO, CATTIVO).await;
        assert_eq!(r.stato, StatusCode::UNAUTHORIZED, "{luogo:?}");
        pulita(&r, luogo.casa());
    }
    for i in indirizzi() {
        // Clock and reset belong to the other tests too.
        if i.luogo == "console" && *i.metodo == Method::POST && !["/reset", "/notte"].contains(&i.percorso) {
            let r = banco()
                .console(Method::POST, &riempito(i.percorso, "x"), &[MODULO], &corpo)
                .await;
            pulita(&r, i.percorso);
        }
    }
}

/// Sends a file with this name from the page of its kind.
async fn carica(io: &Entrato, dove: &str, nome: &str, byte: &[u8]) -> Risposta {
    let campi = [
        ("csrf", io.csrf.as_str()),
        ("tipo", "APR"),
        ("conferma", "si"),
        ("definitivo", "si"),
    ];
    banco().carica(SUB, dove, &io.biscotto, &campi, nome, byte).await
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_files_are_only_names() {
    let b = banco();
    let io = Luogo::Wa(SUB).entra().await;
    let prima = b.file_dei_dati();
    for nome in [
        "../../x.gz",
        "..\\..\\x.gz",
        "/etc/passwd",
        "C:\\Windows\\x.gz",
        "CON.gz",
        "NUL",
        "aux.gz.",
        "888009_SUBAPR_1_1_1.gz:flusso",
        "%2e%2e%2fx.gz",
        "x\u{0}.gz",
        "x\u{202e}zg.exe",
        CATTIVO,
    ] {
        let nome_in_testata = nome.replace('"', "%22");
        for dove in [
            "/combas/invio",
            "/combas/strumenti/validatore",
            "/combas/amministrazione/logo",
        ] {
            let r = carica(&io, dove, &nome_in_testata, b"niente").await;
            // The validator says what is wrong with the content, whatever it is called.
            let detto = dove.ends_with("validatore") && r.stato == StatusCode::OK;
            assert!(detto || r.stato.is_client_error(), "{dove} {nome:?}: {}", r.stato);
            pulita(&r, dove);
        }
        let dash = Luogo::Area("dashboard").entra().await;
        let r = carica(&dash, "/dashboard/subentro/piano", &nome_in_testata, b"niente").await;
        assert!(r.stato.is_client_error(), "the plan as {nome:?}: {}", r.stato);
        pulita(&r, "the plan");
    }
    b.nessun_arrivo().await;
    assert_eq!(b.file_dei_dati(), prima, "nothing is written anywhere");
    let fuori = std::path::Path::new("x.gz");
    assert!(!fuori.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_plays_a_path_finds_nothing() {
    for segmento in [
        "..",
        "%2e%2e",
        "..%2f..%2f..%2f..%2fetc%2fpasswd",
        "%2fetc%2fpasswd",
        "..%5c..%5cx",
        "C%3A%5Cboot.ini",
        "CON",
        "x%00.csv",
    ] {
        leggi_tutto(segmento, "", |r, dove| {
            pulita(r, dove);
            assert!(!r.testo.contains("root:"), "{dove}");
            // Only pages that have no name in their address may answer; those are read here too.
            let con_nome = dove.contains(segmento);
            assert!(!con_nome || !r.stato.is_success(), "{dove}: {}", r.stato);
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_somebody_writes_about_himself_is_text_where_it_is_shown() {
    let b = banco();
    // A Comune, its PEC, its operators, its software house, its messages, its notes. What a door refuses is fine too: the
    // pages do not rely on the doors.
    let istat = "888061";
    ordina(
        "/api/comuni",
        &json!({"istat": istat, "nome": CATTIVO, "provincia": "QZ"}),
    )
    .await;
    let prove: [(Method, String, Value); 7] = [
        (
            Method::PUT,
            format!("/api/comuni/{istat}"),
            json!({"pec": format!("a{CATTIVO}@x.example")}),
        ),
        (
            Method::PUT,
            format!("/api/comuni/{istat}"),
            json!({"configurazione": {"bolloVirtuale": CATTIVO}}),
        ),
        (
            Method::PUT,
            format!("/api/comuni/{istat}/operatori/{}", codifica(CATTIVO)),
            json!({"password": "parola-sua"}),
        ),
        (
            Method::PUT,
            format!("/api/percorso/software-house/{}", codifica(CATTIVO)),
            json!({"comuni": [istat]}),
        ),
        (
            Method::POST,
            "/api/pec".to_owned(),
            json!({"ambiente": "pre", "comune": istat, "oggetto": CATTIVO, "testo": CATTIVO}),
        ),
        (
            Method::PUT,
            "/api/guasti".to_owned(),
            json!([{"ambiente": "test", "tipo": "F8", "volte": 0, "operazione": CATTIVO}]),
        ),
        (
            Method::PUT,
            format!("/api/percorso/comuni/{COMUNE}/contributo"),
            json!({"iban": CATTIVO, "dichiarazione": true}),
        ),
    ];
    let mut accettate = 0;
    for (metodo, dove, corpo) in prove {
        let (stato, v) = chiama(metodo, &dove, &corpo).await;
        assert!(stato.as_u16() < 500, "{dove}: {v}");
        accettate += usize::from(stato.is_success());
    }
    assert!(
        accettate >= 2,
        "the bench itself must hold some of it: {accettate}"
    );
    let operatore = "OPERATOREQZ00000";
    metti(
        &format!("/api/comuni/{istat}/operatori/{operatore}"),
        &json!({"ruoli": ["ALS", "ALP"], "password": "parola-sua"}),
    )
    .await;
    leggi_tutto(istat, "", pulita).await;
    // The pages of that very Comune, in every environment and area.
    for a in anagrafe::Ambiente::TUTTI {
        let io = b.entra_come(a, operatore, "parola-sua").await;
        for i in Luogo::Wa(a).indirizzi(Condizione::Dentro) {
            let r = b.pagina(a, &riempito(i.percorso, istat), &io.biscotto).await;
            pulita(&r, i.percorso);
        }
    }
    let q = vedi_api(&format!("/api/percorso/comuni/{istat}")).await;
    let testo = |n: &str| q["areaPrivata"][n].as_str().expect("text").to_owned();
    let cnsd = b
        .entra_in_area("privata", &testo("utente"), &testo("password"))
        .await;
    for i in Luogo::Area("privata").indirizzi(Condizione::Dentro) {
        pulita(
            &b.pagina(SUB, &riempito(i.percorso, "x"), &cnsd.biscotto).await,
            i.percorso,
        );
    }
    let casa = b.pagina(SUB, "/servizidemografici", &cnsd.biscotto).await.testo;
    assert!(
        casa.contains("&#60;script&#62;alert(7)"),
        "shown, as text: {casa}"
    );
    // The messages it got, one by one.
    for m in vedi_api(&format!("/api/pec?comune={istat}"))
        .await
        .as_array()
        .expect("messages")
    {
        let id = m["id"].as_str().expect("id");
        pulita(
            &b.console(Method::GET, &format!("/posta/{id}"), &[], "").await,
            id,
        );
    }
    metti("/api/guasti", &json!([])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_carries_a_name_that_is_only_a_name() {
    let b = banco();
    let io = Luogo::Wa(anagrafe::Ambiente::Pre).entra().await;
    let mut viste = 0;
    let mut guarda = |r: &Risposta, dove: &str| {
        let Some(d) = r.testate.get("content-disposition") else {
            return;
        };
        let nome = d.to_str().expect("ascii");
        let nome = nome
            .strip_prefix("attachment; filename=\"")
            .unwrap_or_else(|| panic!("{dove}: {nome}"));
        let nome = nome.strip_suffix('"').expect("closed");
        assert!(
            !nome.is_empty()
                && nome
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
                && !nome.starts_with('.'),
            "{dove}: {nome}"
        );
        let tipo = r.testate["content-type"].to_str().expect("ascii");
        assert!(
            !tipo.starts_with("text/html") && !tipo.contains("svg"),
            "{dove}: {tipo}"
        );
        viste += 1;
    };
    for dove in [
        "/combas/strumenti/file-di-prova.zip?abitanti=5&aire=0&versione=1&seme=1&profilo=pulito",
        "/combas/sicurezza/postazioni/archivio",
        "/combas/sicurezza/postazioni/888009-CO-0000/p12",
        "/combas/posta/archivio/zip",
        "/combas/posta/archivio/mbox",
    ] {
        guarda(&b.pagina(anagrafe::Ambiente::Pre, dove, &io.biscotto).await, dove);
    }
    for dove in [
        "/ca.pem",
        "/postazioni/888009-CO-0000/pem",
        "/postazioni/888009-CO-0000/chiave",
        "/certificati/archivio?comune=888009",
    ] {
        guarda(&b.console(Method::GET, dove, &[], "").await, dove);
    }
    assert_eq!(viste, 9);
}
