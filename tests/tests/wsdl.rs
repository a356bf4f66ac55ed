//! The published contracts: WSDL and XSD as served, read by foreign tools (xmllint, zeep), and the page about them.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Output},
};

use anpr_sim::cliente::Ricevuta;
use anpr_sim_tests::{
    Banco, attrezzo, file_gz, genera,
    pagine::{blocchi, esegui_blocco, mantiene, radice},
    stretto,
};
use serde_json::Value;

const TESTCONN: &str = "/ANPRTestConn/TestConn";
const S001: &str = "/ANPRS001ServizioSubentro/AnprServiceS001";
/// How many schemas each service publishes.
const SCHEMI: [(&str, usize); 2] = [(TESTCONN, 1), (S001, 3)];

fn prendi(banco: &Banco, percorso: &str) -> Ricevuta {
    let url = format!("{}{percorso}", banco.ws("test"));
    banco.cliente.prendi(&url).expect("a reply")
}

/// The value of the first `nome="…"` after `da`.
fn attributo<'t>(testo: &'t str, da: &str, nome: &str) -> &'t str {
    testo
        .split_once(da)
        .and_then(|(_, t)| t.split_once(&format!("{nome}=\"")))
        .and_then(|(_, t)| t.split_once('"'))
        .unwrap_or_else(|| panic!("manca {nome} dopo {da}: {testo}"))
        .0
}

#[test]
fn ogni_servizio_pubblica_il_contratto_con_il_proprio_indirizzo() {
    let banco = Banco::nuovo();
    for ambiente in ["test", "pre", "sub"] {
        for (percorso, quanti) in SCHEMI {
            let base = format!("{}{percorso}", banco.ws(ambiente));
            for query in ["?wsdl", "?WSDL"] {
                let r = banco.cliente.prendi(&format!("{base}{query}")).expect("a reply");
                assert_eq!(r.stato, 200, "{}", r.testo());
                assert_eq!(r.intestazione("content-type"), Some("text/xml; charset=utf-8"));
                let testo = r.testo();
                assert!(testo.contains("SIMULATORE – dati fittizi"), "{testo}");
                assert_eq!(attributo(&testo, "<soap:address", "location"), base);
                assert_eq!(attributo(&testo, "<soap:operation", "soapAction"), "");
                assert_eq!(attributo(&testo, "<xs:import", "schemaLocation"), "?xsd=1");
            }
            for n in 0..=quanti + 1 {
                let r = banco.cliente.prendi(&format!("{base}?xsd={n}")).expect("a reply");
                let atteso = if (1..=quanti).contains(&n) { 200 } else { 404 };
                assert_eq!(r.stato, atteso, "{percorso} ?xsd={n}: {}", r.testo());
            }
        }
    }
    // Names are those of the public WSDL.
    let testo = prendi(&banco, &format!("{S001}?wsdl")).testo();
    for (da, nome, valore) in [
        (
            "<wsdl:definitions",
            "targetNamespace",
            "http://sogei.it/ANPR/S001AnprService",
        ),
        ("<wsdl:portType", "name", "AnprPortTypeS001"),
        ("<wsdl:operation", "name", "subentroS001"),
        ("<wsdl:service", "name", "AnprServiceS001"),
        ("<wsdl:port ", "name", "AnprServicePortS001"),
        ("<xs:import", "namespace", "http://www.sogei.it/ANPR/S001subentro"),
        (
            "<wsdl:message name=\"RichiestaS001\"",
            "element",
            "msg:RichiestaS001",
        ),
        (
            "<wsdl:message name=\"RispostaS001\"",
            "element",
            "msg:RispostaS001",
        ),
    ] {
        assert_eq!(attributo(&testo, da, nome), valore);
    }
}

#[test]
fn l_indirizzo_e_quello_usato_da_chi_chiama_se_e_nostro() {
    if !attrezzo("curl") {
        return;
    }
    let banco = Banco::con(&["--nome-host", "banco.example"]);
    let porta = banco.ws("test").rsplit_once(':').expect("a port").1.to_owned();
    let nostro = format!("localhost:{porta}");
    for (host, atteso) in [
        ("127.0.0.1:1234", "127.0.0.1:1234"),
        ("banco.example:9", "banco.example:9"),
        ("malvagio.example", nostro.as_str()),
        ("malvagio.example:9", nostro.as_str()),
    ] {
        // Our own client always says the host it connects to.
        let ca = banco.pronto["ca"].as_str().expect("ca");
        let uscita = Command::new("curl")
            .args(["--silent", "--show-error", "--fail", "--cacert", ca])
            .args(["--header", &format!("Host: {host}")])
            .arg(format!("{}{TESTCONN}?wsdl", banco.ws("test")))
            .output()
            .expect("curl starts");
        assert!(
            uscita.status.success(),
            "{}",
            String::from_utf8_lossy(&uscita.stderr)
        );
        let testo = String::from_utf8(uscita.stdout).expect("UTF-8");
        let indirizzo = attributo(&testo, "<soap:address", "location");
        assert_eq!(indirizzo, format!("https://{atteso}{TESTCONN}"), "{host}");
    }
}

#[test]
fn senza_domanda_resta_un_405_e_altrove_un_404() {
    let banco = Banco::nuovo();
    for percorso in [
        S001.to_owned(),
        TESTCONN.to_owned(),
        format!("{S001}?altro"),
        format!("{S001}?"),
    ] {
        let r = prendi(&banco, &percorso);
        assert_eq!(
            (r.stato, r.intestazione("allow")),
            (405, Some("POST")),
            "{percorso}: {}",
            r.testo()
        );
    }
    let r = prendi(&banco, "/ANPRIgnoto/Servizio?wsdl");
    assert_eq!(r.stato, 404);
    assert!(r.testo().contains(&format!("{S001}?wsdl")), "{}", r.testo());
    let url = format!("{}{S001}?wsdl", banco.ws("test"));
    let r = banco
        .cliente
        .chiedi("PUT", &url, &[], Vec::new())
        .expect("a reply");
    assert_eq!(r.stato, 405, "only reading publishes");
    // The front page leads there.
    let indice = banco
        .cliente
        .prendi(&format!("{}/", banco.ws("test")))
        .expect("a page")
        .testo();
    for (percorso, _) in SCHEMI {
        assert!(indice.contains(&format!("href=\"{percorso}?wsdl\"")), "{indice}");
    }
}

/// Writes the schemas of a service as files that import one another by file name.
fn scarica(banco: &Banco, percorso: &str, quanti: usize, cartella: &Path) {
    for n in 1..=quanti {
        let testo = prendi(banco, &format!("{percorso}?xsd={n}")).testo();
        let locale = (1..=quanti).fold(testo, |t, m| {
            t.replace(
                &format!("schemaLocation=\"?xsd={m}\""),
                &format!("schemaLocation=\"{m}.xsd\""),
            )
        });
        assert!(
            !locale.contains("?xsd="),
            "an import of what is not published: {locale}"
        );
        fs::write(cartella.join(format!("{n}.xsd")), locale).expect("written");
    }
}

#[test]
fn gli_schemi_serviti_giudicano_una_richiesta() {
    if !attrezzo("xmllint") {
        return;
    }
    let banco = Banco::nuovo();
    let cartella = tempfile::tempdir().expect("a folder");
    scarica(&banco, S001, 3, cartella.path());
    let testata = "<testataRichiesta><idOperazioneComune>1</idOperazioneComune><codMittente>888001</codMittente>\
                   <codDestinatario>ANPR05</codDestinatario><operazioneRichiesta>S001</operazioneRichiesta>\
                   <dataOraRichiesta>2021-03-01T08:00:00</dataOraRichiesta><tipoOperazione>C</tipoOperazione>\
                   <tipoInvio>TEST</tipoInvio></testataRichiesta>";
    let richiesta = |dentro: &str| {
        format!(
            "<s:RichiestaS001 xmlns:s=\"http://www.sogei.it/ANPR/S001subentro\">{testata}{dentro}</s:RichiestaS001>"
        )
    };
    let giusta = richiesta("<nomeFile>888001_SUBAPR_1_1_1.gz</nomeFile><fileXml>QUJD</fileXml>");
    let casi = BTreeMap::from([
        ("giusta.xml", giusta.clone()),
        (
            "ordine.xml",
            richiesta("<fileXml>QUJD</fileXml><nomeFile>x</nomeFile>"),
        ),
        ("base64.xml", richiesta("<fileXml>QU</fileXml>")),
        ("data.xml", giusta.replace("2021-03-01T", "2021-02-30T")),
        (
            "senza.xml",
            giusta.replace("<tipoInvio>TEST</tipoInvio>", "<ignoto/>"),
        ),
    ]);
    for (nome, testo) in &casi {
        fs::write(cartella.path().join(nome), testo).expect("written");
    }
    let uscita = Command::new("xmllint")
        .args(["--noout", "--schema", "1.xsd"])
        .args(casi.keys())
        .current_dir(cartella.path())
        .output()
        .expect("xmllint starts");
    let detto = String::from_utf8_lossy(&uscita.stderr);
    let buone: Vec<&str> = detto
        .lines()
        .filter_map(|r| r.strip_suffix(" validates"))
        .collect();
    assert_eq!(buone, ["giusta.xml"], "{detto}");
    // WSDL and schemas are well formed for xmllint too.
    fs::write(
        cartella.path().join("s.wsdl"),
        prendi(&banco, &format!("{S001}?wsdl")).corpo,
    )
    .expect("written");
    let uscita = Command::new("xmllint")
        .args(["--noout", "s.wsdl"])
        .current_dir(cartella.path())
        .output()
        .expect("xmllint");
    assert!(
        uscita.status.success(),
        "{}",
        String::from_utf8_lossy(&uscita.stderr)
    );
}

/// Whether a command failed for lack of Python libraries (and skipping is allowed).
fn manca_python(uscita: &Output) -> bool {
    let errore = String::from_utf8_lossy(&uscita.stderr);
    let manca = (errore.contains("ModuleNotFoundError") || errore.contains("No module named")) && !stretto();
    if manca {
        eprintln!("saltato: mancano zeep, lxml, xmlsec o cryptography (li installa `cargo xtask test`)");
    }
    manca
}

#[test]
fn zeep_si_costruisce_dal_contratto_e_chiama() {
    if !attrezzo("python3") {
        return;
    }
    let banco = Banco::nuovo();
    let fornitura = genera(&["--comune", "888001", "--abitanti", "50"]);
    let apr = file_gz(fornitura.path()).swap_remove(0);
    let nome = apr
        .file_name()
        .and_then(|n| n.to_str())
        .expect("a name of ours")
        .to_owned();
    for sha in [&["--sha256"][..], &[]] {
        // The same file twice would be refused: one environment each.
        let ambiente = if sha.is_empty() { "pre" } else { "test" };
        let uscita = Command::new("python3")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/client_zeep.py"))
            .arg(banco.dati.join("ready.json"))
            .args([ambiente, "888001", "--file"])
            .arg(&apr)
            .args(sha)
            .output()
            .expect("python3 starts");
        if manca_python(&uscita) {
            return;
        }
        assert!(
            uscita.status.success(),
            "{}",
            String::from_utf8_lossy(&uscita.stderr)
        );
        let r: Value = serde_json::from_slice(&uscita.stdout).expect("JSON");
        let conn = &r["testConn"];
        assert_eq!(
            conn["indirizzo"],
            format!("{}{TESTCONN}", banco.ws(ambiente)),
            "{r}"
        );
        assert_eq!(conn["risposta"]["esitoOperazione"], "0000", "{r}");
        let s001 = &r["subentroS001"];
        assert_eq!(s001["indirizzo"], format!("{}{S001}", banco.ws(ambiente)), "{r}");
        assert_eq!(s001["risposta"]["rispostaKO"], Value::Null, "{r}");
        assert!(s001["risposta"]["rispostaOK"].to_string().contains(&nome), "{r}");
        let f = banco.json(
            "GET",
            &format!("/api/forniture?ambiente={ambiente}&comune=888001"),
            "",
        );
        assert_eq!(f[0]["file"][0]["nome"], nome, "{f}");
    }
}

#[test]
fn i_comandi_della_pagina_fanno_quello_che_dicono() {
    if !attrezzo("bash") || !attrezzo("curl") || !attrezzo("python3") {
        return;
    }
    let banco = Banco::nuovo();
    let blocchi = blocchi(&radice().join("simulator/docs/WSDL.md"));
    assert_eq!(
        blocchi.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(),
        ["leggi", "zeep", "chiama"]
    );
    for (nome, blocco) in blocchi {
        // The page speaks of the default port and folder; this bench has its own.
        let pronto = banco.dati.join("ready.json");
        let qui = blocco
            .replace("https://localhost:8443", banco.ws("test"))
            .replace("dati/pki/ca.pem", banco.pronto["ca"].as_str().expect("ca"))
            .replace("dati/ready.json", pronto.to_str().expect("UTF-8"));
        let uscita = esegui_blocco(&qui, &radice());
        if !manca_python(&uscita) {
            mantiene(&nome, &qui, &uscita);
        }
    }
}
