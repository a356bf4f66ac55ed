//! Operators and their sessions: what changes reaches the perimeter and the pages at once.

use std::{path::Path, thread, time::Duration};

use anpr_sim::cliente::Ricevuta;
use anpr_sim_tests::Banco;
use serde_json::{Value, json};

use crate::strumenti::{Chi, F1, manda, operatore, testata, testo};

#[test]
fn cio_che_cambia_di_un_operatore_vale_dalla_richiesta_seguente() {
    let banco = Banco::isolato(&[]);
    let pronto = banco.postazione("888001").clone();
    let (pem, chiave) = (testo(&pronto, "certificato"), testo(&pronto, "chiave"));
    let chiedi = |name_id: &str| {
        let corpo = format!(
            "<a:RichiestaS001 xmlns:a=\"{}\">{}<nomeFile>x.gz</nomeFile><fileXml>AAAA</fileXml></a:RichiestaS001>",
            schema::radici::RICHIESTA_S001.0,
            testata("S001", "888001", "PRE_SUB")
        );
        let chi = Chi {
            id: "888001-CO-0000",
            pem: Path::new(&pem),
            chiave: Path::new(&chiave),
            name_id,
        };
        manda(
            &banco,
            "pre",
            "/ANPRS001ServizioSubentro/AnprServiceS001",
            &corpo,
            &chi,
        )
    };
    let dove = "/api/comuni/888001/operatori/PROVA00A00A000A0";
    assert!(chiedi("PROVA00A00A000A0").contains(F1), "unknown");
    let o = banco.json("PUT", dove, "{}");
    assert_eq!(o["ruoli"], json!(["OPERATORE"]));
    assert_eq!(o["ambienti"], json!(["test", "pre", "sub"]));
    let buona = chiedi("PROVA00A00A000A0");
    assert!(buona.contains("EN001"), "past the operator: {buona}");
    for (modifica, atteso) in [
        (json!({"funzioni": ["3002"]}), "Utente non abilitato 5"),
        (json!({"stato": "bloccato"}), F1),
        (json!({"stato": "scheda da attivare"}), "Utente non abilitato 5"),
        (json!({"stato": "attivo", "ambienti": ["test"]}), F1),
        (json!({"ambienti": ["pre"]}), "Utente non abilitato 5"),
        (json!({"funzioni": ["S001"]}), "EN001"),
    ] {
        banco.json("PUT", dove, &modifica.to_string());
        let risposta = chiedi("PROVA00A00A000A0");
        assert!(risposta.contains(atteso), "{modifica}: {risposta}");
    }
    // Moved to another Comune without having been there: A3 names both codes.
    banco.json("PUT", "/api/comuni/888002/operatori/PROVA00A00A000A0", "{}");
    let o = banco.json("DELETE", dove, "");
    assert_eq!(o["comuni"], json!(["888002"]));
    let risposta = chiedi("PROVA00A00A000A0");
    assert!(
        risposta.contains("XXXX") && risposta.contains("888001") && risposta.contains("888002"),
        "{risposta}"
    );
    assert_eq!(banco.api("GET", dove, Vec::new()).stato, 404);
    assert_eq!(
        banco.json("DELETE", "/api/comuni/888002/operatori/PROVA00A00A000A0", "")["stato"],
        "cancellato"
    );
    assert!(chiedi("PROVA00A00A000A0").contains(F1));

    // What is not a role, a function, an environment or a name is refused.
    for modifica in [
        r#"{"ruoli":["RE"]}"#,
        r#"{"funzioni":["../x"]}"#,
        r#"{"ambienti":[]}"#,
        r#"{"ambienti":["prod"]}"#,
        r#"{"stato":"felice"}"#,
        r#"{"altro":1}"#,
    ] {
        assert_eq!(
            banco.api("PUT", dove, modifica.as_bytes().to_vec()).stato,
            400,
            "{modifica}"
        );
    }
    assert_eq!(
        banco
            .api("PUT", "/api/comuni/888001/operatori/..%2fx", b"{}".to_vec())
            .stato,
        400
    );
    // The ready operators are what the ready file says.
    for c in banco.pronto["comuni"].as_array().expect("comuni") {
        let o = &c["operatori"][0];
        let v = banco.json(
            "GET",
            &format!(
                "/api/comuni/{}/operatori/{}",
                testo(c, "istat"),
                testo(o, "nameId")
            ),
            "",
        );
        let insieme = |v: &Value| -> std::collections::BTreeSet<String> {
            v.as_array()
                .into_iter()
                .flatten()
                .filter_map(|r| r.as_str().map(str::to_owned))
                .collect()
        };
        assert_eq!(insieme(&v["ruoli"]), insieme(&o["ruoli"]));
        assert_eq!(v["funzioni"], o["funzioni"]);
    }
}

/// A form of a page, with its token; the reply.
fn modulo(banco: &Banco, ambiente: &str, biscotto: &str, pagina: &str, dove: &str, campi: &str) -> Ricevuta {
    let base = banco.ws(ambiente);
    let r = banco
        .cliente
        .chiedi(
            "GET",
            &format!("{base}{pagina}"),
            &[("cookie", biscotto)],
            Vec::new(),
        )
        .expect("a page");
    let testo = r.testo();
    let csrf = testo
        .split("name=\"csrf\" value=\"")
        .nth(1)
        .and_then(|t| t.split('"').next())
        .unwrap_or_default();
    let testate = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("cookie", biscotto),
        ("origin", base),
    ];
    banco
        .cliente
        .chiedi(
            "POST",
            &format!("{base}{dove}"),
            &testate,
            format!("csrf={csrf}&{campi}").into_bytes(),
        )
        .expect("a reply")
}

fn stato(banco: &Banco, ambiente: &str, biscotto: &str) -> u16 {
    banco
        .cliente
        .chiedi(
            "GET",
            &format!("{}/combas/profilo", banco.ws(ambiente)),
            &[("cookie", biscotto)],
            Vec::new(),
        )
        .expect("a reply")
        .stato
}

#[test]
fn le_sessioni_finiscono_quando_devono_e_resistono_a_un_riavvio() {
    let cartella = tempfile::tempdir().expect("a folder");
    let dati = cartella.path().join("dati");
    let mut banco = Banco::in_cartella(&dati, &[]).expect("it starts");
    let s = banco.entra("pre", "888001");
    let nome_s = s.clone();
    assert_eq!(stato(&banco, "pre", &s), 200);
    // A session of one environment is worth nothing in another, whatever the cookie is called.
    assert_eq!(stato(&banco, "sub", &nome_s.replace("anpr-pre", "anpr-sub")), 401);
    // It survives a death; what lies on the disk opens nothing.
    banco.uccidi();
    let banco = Banco::in_cartella(&dati, &[]).expect("it starts again");
    assert_eq!(stato(&banco, "pre", &s), 200);

    // Every login makes a new key, and the one the browser had ends.
    let nuova = banco.entra("pre", "888001");
    assert_ne!(nuova, s);
    // A change of password by somebody in charge, of state, of roles: out.
    let dove = format!("/api/comuni/888001/operatori/{}", operatore(&banco, "888001"));
    let parola = testo(&banco.comune("888001")["operatori"][0], "password");
    for modifica in [
        json!({"ruoli": ["ALS"]}),
        json!({"ruoli": ["ALS", "ALP", "OPERATORE"], "password": parola}),
        json!({"stato": "bloccato"}),
    ] {
        let s = banco.entra("pre", "888001");
        let altra = banco.entra("sub", "888001");
        assert_eq!(
            (stato(&banco, "pre", &s), stato(&banco, "sub", &altra)),
            (200, 200)
        );
        banco.json("PUT", &dove, &modifica.to_string());
        assert_eq!(
            (stato(&banco, "pre", &s), stato(&banco, "sub", &altra)),
            (401, 401),
            "{modifica}"
        );
    }
    banco.json("PUT", &dove, r#"{"stato":"attivo"}"#);
    // Logout everywhere, from the page and from the API.
    let (s, altra) = (banco.entra("pre", "888001"), banco.entra("test", "888001"));
    assert_eq!(
        modulo(&banco, "pre", &s, "/combas/profilo", "/combas/profilo/uscita", "").stato,
        303
    );
    assert_eq!(
        (stato(&banco, "pre", &s), stato(&banco, "test", &altra)),
        (401, 401)
    );
    let s = banco.entra("pre", "888001");
    assert_eq!(
        banco.json("DELETE", &format!("{dove}/sessioni"), ""),
        json!({"chiuse": 1})
    );
    assert_eq!(stato(&banco, "pre", &s), 401);
    drop(banco);

    let banco = Banco::con(&["--sessione-inattiva", "1"]);
    let s = banco.entra("pre", "888001");
    assert_eq!(stato(&banco, "pre", &s), 200);
    thread::sleep(Duration::from_millis(1_300));
    assert_eq!(stato(&banco, "pre", &s), 401, "idle");
    drop(banco);
    let banco = Banco::con(&["--sessione-massima", "1"]);
    let s = banco.entra("pre", "888001");
    thread::sleep(Duration::from_millis(1_300));
    assert_eq!(stato(&banco, "pre", &s), 401, "over");
}

#[test]
fn la_password_si_cambia_e_il_comune_si_sceglie() {
    let banco = Banco::isolato(&[]);
    let parola = testo(&banco.comune("888001")["operatori"][0], "password");
    let s = banco.entra("pre", "888001");
    let altra = banco.entra("pre", "888001");
    let cambia = |s: &str, attuale: &str, nuova: &str, ripetuta: &str| {
        let campi = format!("attuale={attuale}&nuova={nuova}&ripetuta={ripetuta}");
        modulo(&banco, "pre", s, "/combas/profilo", "/combas/profilo", &campi)
    };
    assert_eq!(cambia(&s, "sbagliata", "nuova-parola", "nuova-parola").stato, 403);
    assert_eq!(cambia(&s, &parola, "corta", "corta").stato, 400);
    assert_eq!(cambia(&s, &parola, "nuova-parola", "altra-parola").stato, 400);
    assert_eq!(cambia(&s, &parola, &parola, &parola).stato, 400);
    assert_eq!(stato(&banco, "pre", &s), 200);
    let r = cambia(&s, &parola, "nuova-parola", "nuova-parola");
    assert_eq!(r.stato, 303);
    let nuova = r
        .intestazione("set-cookie")
        .and_then(|c| c.split(';').next())
        .expect("a new key")
        .to_owned();
    assert_ne!(nuova, s);
    assert_eq!(
        [&s, &altra, &nuova].map(|s| stato(&banco, "pre", s)),
        [401, 401, 200],
        "only the new key is good"
    );

    // An operator of two Comuni chooses, and sees nothing before.
    let nome = operatore(&banco, "888002");
    banco.json("PUT", &format!("/api/comuni/888001/operatori/{nome}"), "{}");
    let s = banco.entra("pre", "888002");
    let base = banco.ws("pre");
    let vai = |s: &str, dove: &str| {
        banco
            .cliente
            .chiedi("GET", &format!("{base}{dove}"), &[("cookie", s)], Vec::new())
            .expect("a reply")
    };
    for dove in ["/combas", "/combas/esiti", "/combas/sicurezza"] {
        let r = vai(&s, dove);
        assert_eq!(
            (r.stato, r.intestazione("location")),
            (303, Some("/combas/comune")),
            "{dove}"
        );
    }
    let scegli = |comune: &str| {
        modulo(
            &banco,
            "pre",
            &s,
            "/combas/comune",
            "/combas/comune",
            &format!("comune={comune}"),
        )
    };
    assert_eq!(scegli("888003").stato, 403);
    assert_eq!(scegli("").stato, 400);
    assert_eq!(scegli("888002").stato, 303);
    assert!(vai(&s, "/combas").testo().contains("888002"));
    assert_eq!(scegli("888001").stato, 303);
    assert!(vai(&s, "/combas").testo().contains("888001"));
    // Taken off the Comune he works for, he is out.
    banco.json("DELETE", &format!("/api/comuni/888001/operatori/{nome}"), "");
    assert_eq!(vai(&s, "/combas/esiti").stato, 401);
}
