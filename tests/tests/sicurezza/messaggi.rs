//! Messages: every defect, chosen senders, both SOAP versions, repeats, the signed octets.

use std::{collections::BTreeMap, fs, thread};

use anpr_sim_tests::{Banco, esegui, file_gz, genera};
use base64::Engine as _;
use frontiera::{
    TipoFault, VersioneSoap,
    firma::{Atteso, Come, DIFETTI, STRANEZZE, Voce, catalogo},
};
use serde_json::Value;

use super::{COMUNE, S001, TESTCONN, accettata, corpo, e_fault, firmato, ko, manda, manda_con, messaggio};

/// Every row through the program: `send` on one side, the simulator on the other. The report names what failed.
#[test]
fn ogni_difetto_e_ogni_stranezza_contro_il_programma() {
    let banco = Banco::nuovo();
    let dati = banco.dati.to_str().expect("UTF-8 path");
    let righe: Vec<(&str, &Voce)> = DIFETTI
        .iter()
        .map(|v| ("--difetto", v))
        .chain(STRANEZZE.iter().map(|v| ("--stranezza", v)))
        .collect();
    // The fault plan strikes the next request of an environment: not one of the other thread's.
    let dove = |v: &Voce| {
        if matches!(v.come, Come::Guasto(_)) {
            "pre"
        } else {
            "test"
        }
    };
    // Certificates are asked of the desk by the first who needs them: one thread per option keeps that orderly.
    let esiti: Vec<(String, Value)> = thread::scope(|s| {
        let mani: Vec<_> = ["--difetto", "--stranezza"]
            .into_iter()
            .map(|opzione| {
                let righe = &righe;
                s.spawn(move || {
                    let mie = righe.iter().filter(|(o, _)| *o == opzione);
                    mie.map(|(o, v)| {
                        let u = esegui(&[
                            "send",
                            "--data",
                            dati,
                            "--json",
                            "--atteso",
                            "--ambiente",
                            dove(v),
                            o,
                            v.nome,
                        ]);
                        let uscita = String::from_utf8_lossy(&u.stdout).into_owned();
                        let errore = String::from_utf8_lossy(&u.stderr).into_owned();
                        let v_json = serde_json::from_str(&uscita).unwrap_or(Value::String(errore));
                        let nome = format!("{o} {} ({}): {:?}", v.nome, v.atteso.sigla(), u.status.code());
                        (nome, v_json)
                    })
                    .collect::<Vec<_>>()
                })
            })
            .collect();
        mani.into_iter().flat_map(|m| m.join().expect("ends")).collect()
    });
    let sbagliate: Vec<_> = esiti
        .iter()
        .filter(|(nome, v)| !nome.ends_with("Some(0)") || v["atteso"]["arrivata"] != true)
        .collect();
    assert!(sbagliate.is_empty(), "{sbagliate:#?}");
    assert_eq!(esiti.len(), righe.len());
    // Without --atteso the exit code is that of the answer.
    for (opzione, nome, codice) in [
        ("--difetto", "corpo-modificato", Some(1)),
        ("--difetto", "tipo-invio-errato", Some(1)),
        ("--stranezza", "sha256", Some(0)),
    ] {
        assert_eq!(
            esegui(&["send", "--data", dati, opzione, nome]).status.code(),
            codice,
            "{nome}"
        );
    }
    assert_eq!(
        esegui(&["send", "--data", dati, "--atteso"]).status.code(),
        Some(2)
    );
    // The message alone, which anybody may then send.
    let u = esegui(&[
        "send",
        "--data",
        dati,
        "--stampa",
        "--difetto",
        "corpo-modificato",
    ]);
    let busta = String::from_utf8(u.stdout).expect("UTF-8");
    e_fault(
        &banco,
        &manda(&banco, "test", TESTCONN, &busta),
        TipoFault::F5,
        VersioneSoap::V11,
    );
}

#[test]
fn mittenti_a_scelta_con_le_opzioni_di_send() {
    let banco = Banco::nuovo();
    let dati = banco.dati.to_str().expect("UTF-8 path");
    let giro = |altre: &[&str]| {
        let mut tutte = vec!["send", "--data", dati, "--json"];
        tutte.extend_from_slice(altre);
        let u = esegui(&tutte);
        (
            u.status.code(),
            serde_json::from_slice::<Value>(&u.stdout).unwrap_or(Value::Null),
        )
    };
    let pc = banco.json("POST", "/api/certificati", r#"{"comune":"888001","tipo":"PC"}"#);
    let (id, cert, chiave) = (
        pc["id"].as_str().expect("id"),
        pc["pem"].as_str().expect("pem"),
        pc["chiave"].as_str().expect("chiave"),
    );
    assert_eq!(giro(&["--postazione", id]).0, Some(0));
    // The Comune's own certificate for the message, the other for the postazione.
    let propria = banco.postazione(COMUNE);
    let (co, chiave_co) = (
        propria["certificato"].as_str().expect("certificato"),
        propria["chiave"].as_str().expect("chiave"),
    );
    assert_eq!(
        giro(&[
            "--postazione",
            id,
            "--cert-comune",
            co,
            "--chiave-comune",
            chiave_co
        ])
        .0,
        Some(0)
    );
    // A PKCS#7 of another postazione than the one named.
    let (codice, v) = giro(&["--cert-postazione", cert, "--chiave-postazione", chiave]);
    assert_eq!(codice, Some(1));
    assert!(
        Atteso::Fault(TipoFault::F1).e(500, v["corpo"].as_str().expect("corpo")),
        "{v}"
    );
    let (codice, v) = giro(&["--operatore", "NESSUNO"]);
    assert_eq!(codice, Some(1));
    assert!(
        Atteso::Fault(TipoFault::F1).e(500, v["corpo"].as_str().expect("corpo")),
        "{v}"
    );
    for incompleta in [&["--cert-comune", co][..], &["--postazione", "888001-PC-9998"]] {
        assert_eq!(giro(incompleta).0, Some(2), "{incompleta:?}");
    }
}

#[test]
fn caso_50_soap_12_stesso_esito_in_12() {
    let banco = Banco::nuovo();
    let mut m = messaggio(&banco, corpo("TEST", "TEST", COMUNE));
    m.varianti.versione = VersioneSoap::V12;
    for tipo in [
        "application/soap+xml; charset=utf-8",
        "application/soap+xml; charset=utf-8; action=\"\"",
        "text/xml",
    ] {
        let r = manda_con(&banco, "test", TESTCONN, &firmato(&banco, &m, None), tipo);
        accettata(&r);
        assert_eq!(r.intestazione("content-type"), Some("application/soap+xml"));
        assert!(
            r.testo().contains("http://www.w3.org/2003/05/soap-envelope"),
            "{}",
            r.testo()
        );
    }
    for nome in [
        "corpo-modificato",
        "timestamp-scaduto",
        "senza-firma",
        "xsd-errato",
        "idsede-diversa",
    ] {
        let v = catalogo::difetto(nome).expect("in the catalogue");
        let Atteso::Fault(tipo) = v.atteso else {
            panic!("a fault")
        };
        let r = manda_con(
            &banco,
            "test",
            TESTCONN,
            &firmato(&banco, &m, Some(v)),
            "application/soap+xml",
        );
        e_fault(&banco, &r, tipo, VersioneSoap::V12);
        assert!(r.testo().contains("env:Sender"), "{}", r.testo());
    }
    // Not even an envelope: the media type decides in which version to say so.
    e_fault(
        &banco,
        &manda_con(&banco, "test", TESTCONN, "<rotto", "application/soap+xml"),
        TipoFault::F3,
        VersioneSoap::V12,
    );
    e_fault(
        &banco,
        &manda(&banco, "test", TESTCONN, "<rotto"),
        TipoFault::F3,
        VersioneSoap::V11,
    );
}

#[test]
fn caso_58_ogni_fault_tace_e_il_giornale_parla() {
    let banco = Banco::nuovo();
    let mut visti = BTreeMap::<&str, usize>::new();
    for v in DIFETTI.iter().filter(|v| v.del_messaggio()) {
        let Atteso::Fault(tipo) = v.atteso else { continue };
        let m = messaggio(&banco, corpo("TEST", "TEST", COMUNE));
        let r = manda(&banco, "pre", TESTCONN, &firmato(&banco, &m, Some(v)));
        eprintln!("{}", v.nome);
        e_fault(&banco, &r, tipo, VersioneSoap::V11);
        *visti.entry(tipo.sigla()).or_default() += 1;
    }
    assert_eq!(
        visti.keys().copied().collect::<Vec<_>>(),
        ["F1", "F2", "F3", "F5", "F6", "F7"]
    );
}

#[test]
fn un_messaggio_ripetuto_e_servito_ogni_volta() {
    let banco = Banco::nuovo();
    let m = messaggio(&banco, corpo("TEST", "TEST", COMUNE));
    let busta = firmato(&banco, &m, None);
    for _ in 0..3 {
        accettata(&manda(&banco, "test", TESTCONN, &busta));
    }
    // The same message is good in every environment that trusts the certificate and knows the operator.
    accettata(&manda(&banco, "pre", TESTCONN, &busta));
}

#[test]
fn s001_rilegge_il_corpo_dai_byte_firmati() {
    // Written otherwise than canonical, served all the same: what counts is the infoset that was signed.
    let banco = Banco::nuovo();
    let m = messaggio(&banco, corpo("S001", "ALTRO", COMUNE));
    for nome in [
        "apici",
        "spazi-nelle-etichette",
        "commenti",
        "namespace-inutili",
        "dichiarazione",
    ] {
        let r = manda(
            &banco,
            "test",
            S001,
            &firmato(&banco, &m, catalogo::stranezza(nome)),
        );
        let (codice, _, id) = ko(&r);
        assert_eq!(codice, "EN148", "{nome}");
        assert_ne!(id, "0", "booked");
    }
}

#[test]
fn caso_53_la_risposta_contro_lo_schema_dopo_l_operazione_fatta() {
    let banco = Banco::nuovo();
    banco.json(
        "PUT",
        "/api/guasti",
        r#"[{"ambiente":"pre","tipo":"F9","volte":1,"operazione":"S001"}]"#,
    );
    let fornitura = genera(&["--comune", COMUNE, "--abitanti", "20"]);
    let file = file_gz(fornitura.path()).remove(0);
    let base64 = base64::engine::general_purpose::STANDARD.encode(fs::read(&file).expect("a file of ours"));
    let nome = file.file_name().and_then(|n| n.to_str()).expect("a name of ours");
    let corpo = corpo("S001", "PRE_SUB", COMUNE)
        .replace("<nomeFile>x.gz<", &format!("<nomeFile>{nome}<"))
        .replace(">QUJD<", &format!(">{base64}<"));
    let busta = firmato(&banco, &messaggio(&banco, corpo), None);
    e_fault(
        &banco,
        &manda(&banco, "pre", S001, &busta),
        TipoFault::F9,
        VersioneSoap::V11,
    );
    // The delivery is there, and the same request again gets the answer that was lost.
    let forniture = banco.json("GET", &format!("/api/forniture?ambiente=pre&comune={COMUNE}"), "");
    assert_eq!(forniture.as_array().expect("a list").len(), 1, "{forniture}");
    let r = manda(&banco, "pre", S001, &busta);
    assert_eq!(r.stato, 200, "{}", r.testo());
    assert!(
        r.testo().contains("rispostaOK") && r.testo().contains(nome),
        "{}",
        r.testo()
    );
    let dopo = banco.json("GET", &format!("/api/forniture?ambiente=pre&comune={COMUNE}"), "");
    assert_eq!(dopo.as_array().expect("a list").len(), 1, "{dopo}");
}
