//! The interop matrix: every foreign stack signs from scratch with the issued `.p12` and calls the running simulator.
//!
//! Stacks × operations (TestConn, S001) × algorithms (RSA-SHA1, RSA-SHA256), each cell with its outcome and, for S001, the
//! delivery that the API then shows; and for each stack a body changed after signing, as its own fault handling sees it.

use std::{path::Path, thread};

use anpr_sim_tests::{
    Banco, file_gz, genera,
    pile::{Chiamata, Pila},
};
use serde_json::{Value, json};

/// Comuni that have not migrated: each takes one delivery in test and one in pre.
const COMUNI: [&str; 8] = [
    "888001", "888004", "888005", "888006", "888007", "888008", "888009", "888010",
];

/// Those tried beyond the ones that were asked for.
const ALTRE: [Pila; 2] = [Pila::Wcf, Pila::Delphi];

/// One line of the matrix: what went wrong, if anything did.
fn riga(banco: &Banco, pila: Pila, comune: &str) -> Vec<String> {
    let fornitura = genera(&["--comune", comune, "--abitanti", "40"]);
    let apr = &file_gz(fornitura.path())[0];
    let mut difetti = Vec::new();
    let mut cella = |nome: &str, avuto: &Value, atteso: &Value| {
        if avuto == atteso {
            println!("{:<28} {nome:<24} sì", pila.nome());
        } else {
            difetti.push(format!("{} {nome}: {avuto} invece di {atteso}", pila.nome()));
        }
    };
    for (sha256, algoritmo, ambiente) in [(false, "RSA-SHA1", "pre"), (true, "RSA-SHA256", "test")] {
        let chiamata = Chiamata {
            ambiente,
            comune,
            file: None,
            sha256,
            altera: false,
        };
        let r = pila.chiama(banco, chiamata);
        cella(
            &format!("TestConn {algoritmo}"),
            &json!([r["risposta"], r["esito"]]),
            &json!(["RispostaConnessione", "0000"]),
        );
        let r = pila.chiama(
            banco,
            Chiamata {
                file: Some(apr),
                ..chiamata
            },
        );
        cella(
            &format!("S001 {algoritmo}"),
            &json!([r["risposta"], r["esito"], arrivati(banco, ambiente, comune)]),
            &json!(["rispostaOK", "0000", [nome(apr)]]),
        );
    }
    let r = pila.chiama(
        banco,
        Chiamata {
            ambiente: "test",
            comune,
            file: None,
            sha256: false,
            altera: true,
        },
    );
    // The prefix of the code is the stack's own.
    let codice = r["fault"]["codice"].as_str().and_then(|c| c.rsplit(':').next());
    cella(
        "corpo alterato",
        &json!([codice, r["fault"]["testo"]]),
        &json!(["Client", "Incorrect reference digest value (from client)"]),
    );
    difetti
}

fn nome(file: &Path) -> &str {
    file.file_name().and_then(|n| n.to_str()).expect("a name of ours")
}

/// The APR files the API shows for a Comune.
fn arrivati(banco: &Banco, ambiente: &str, comune: &str) -> Vec<String> {
    let percorso = format!("/api/forniture?ambiente={ambiente}&comune={comune}");
    let forniture = banco.json("GET", &percorso, "");
    forniture
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|f| f["file"].as_array().into_iter().flatten())
        .filter_map(|f| f["nome"].as_str().map(str::to_owned))
        .collect()
}

/// A bench, and on it one stack for each Comune.
fn matrice(pile: &[Pila]) {
    assert!(pile.len() <= COMUNI.len(), "a Comune for each stack");
    let banco = &Banco::nuovo();
    let difetti: Vec<String> = thread::scope(|s| {
        let righe: Vec<_> = pile
            .iter()
            .copied()
            .zip(COMUNI)
            .filter(|(pila, _)| pila.presente())
            .map(|(pila, comune)| s.spawn(move || riga(banco, pila, comune)))
            .collect();
        righe
            .into_iter()
            .flat_map(|r| r.join().expect("a line of the matrix"))
            .collect()
    });
    assert!(difetti.is_empty(), "{}", difetti.join("\n"));
}

/// The stacks of the issue.
#[test]
fn ogni_pila_firma_da_se_e_viene_accolta() {
    let pile: Vec<Pila> = Pila::TUTTE.into_iter().filter(|p| !ALTRE.contains(p)).collect();
    matrice(&pile);
}

#[test]
fn anche_dotnet_e_pascal() {
    matrice(&ALTRE);
}

/// What the official example client sends (spec security §3.2, §4.10): the foreign client has this very shape, and the
/// matrix shows that it is accepted.
#[test]
fn il_client_java_ha_la_forma_di_quello_ufficiale() {
    if !Pila::Java.presente() {
        return;
    }
    let banco = Banco::nuovo();
    let chiamata = Chiamata {
        ambiente: "test",
        comune: "888001",
        file: None,
        sha256: false,
        altera: false,
    };
    let uscita = Pila::Java
        .comando(&banco, chiamata)
        .arg("--busta")
        .output()
        .expect("java starts");
    let busta = String::from_utf8(uscita.stdout).expect("UTF-8");
    let dopo = |testo: &str, segni: &[&str]| {
        segni.iter().try_fold(testo.to_owned(), |t, s| {
            t.split_once(s).map(|(_, resto)| resto.to_owned())
        })
    };
    // CXF's order, the assertion's own signature right after its Issuer.
    let ordine = [
        "<wsse:Security ",
        "<wsu:Timestamp ",
        "<saml2:Assertion ",
        "</saml2:Issuer><ds:Signature",
        "</saml2:Assertion>",
        "<wsse:BinarySecurityToken ",
        "<ds:Signature ",
    ];
    let firma = dopo(&busta, &ordine).unwrap_or_else(|| panic!("{busta}"));
    // Basic128Rsa15 over Timestamp and Body, with the prefixes of the envelope in the lists; the token by reference.
    let policy = [
        "Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"",
        "PrefixList=\"soap\"",
        "Algorithm=\"http://www.w3.org/2000/09/xmldsig#rsa-sha1\"",
        "<ds:Reference URI=\"#TS-",
        "PrefixList=\"wsse soap\"",
        "Algorithm=\"http://www.w3.org/2000/09/xmldsig#sha1\"",
        "<ds:Reference URI=\"#",
        "Algorithm=\"http://www.w3.org/2000/09/xmldsig#sha1\"",
        "<wsse:Reference URI=\"#X509-",
        "<soap:Body ",
    ];
    assert!(dopo(&firma, &policy).is_some(), "{firma}");
    assert_eq!(firma.matches("<ds:Reference ").count(), 2, "{firma}");
    // BouncyCastle's PKCS#7 is BER: a sequence of open length.
    let pkcs7 = dopo(
        &busta,
        &["Name=\"IdPostazioneFirmato\"", "<saml2:AttributeValue ", ">"],
    )
    .expect("the attribute");
    assert!(pkcs7.starts_with("MIAG"), "{}", &pkcs7[..40]);
}
