//! Help, wrong use, `explain`, `wait`: what every subcommand owes.

use std::{
    fs,
    time::{Duration, Instant},
};

use anpr_sim_tests::{Banco, OGGI, esegui_bene, file_gz, genera};

use super::{giro, json, non_riesce, strada};

#[test]
fn aiuto_e_uso_sbagliato() {
    let comandi: [&[&str]; 13] = [
        &[],
        &["serve"],
        &["check"],
        &["generate"],
        &["cert"],
        &["cert", "issue"],
        &["cert", "list"],
        &["cert", "revoke"],
        &["cert", "export"],
        &["send"],
        &["explain"],
        &["demo"],
        &["wait"],
    ];
    for comando in comandi {
        let (codice, uscita, errore) = giro(&[comando, &["--help"]].concat());
        assert_eq!((codice, errore.as_str()), (Some(0), ""), "{comando:?}");
        assert!(uscita.len() > 100, "{comando:?}: {uscita}");
        let (codice, uscita, errore) = giro(&[comando, &["--opzione-che-non-esiste"]].concat());
        assert_eq!((codice, uscita.as_str()), (Some(2), ""), "{comando:?}");
        assert!(
            errore.contains("--opzione-che-non-esiste"),
            "{comando:?}: {errore}"
        );
    }
    assert_eq!(giro(&["--version"]).0, Some(0));
    assert_eq!(giro(&["help", "check"]).0, Some(0));
    // One Italian line that names the option, what was given and what is allowed.
    let casi: [(&[&str], &str); 13] = [
        (
            &["comando-che-non-esiste"],
            "«comando-che-non-esiste»: comando sconosciuto, quelli ammessi sono serve, check, generate, cert, send, explain, demo, wait",
        ),
        (
            &["cert"],
            "cert: manca il comando, uno fra issue, list, revoke, restore, renew, export, import, card",
        ),
        (&["check"], "check: manca <FILE>..."),
        (&["explain"], "explain: manca <CODICE>"),
        (
            &["check", "--format", "pdf", "x"],
            "--format: «pdf» non è ammesso, serve uno fra testo, json, csv, sarif, junit, html",
        ),
        (
            &["check", "--ambiente", "mare", "x"],
            "--ambiente: «mare» non è ammesso, serve uno fra test, pre, sub",
        ),
        (
            &["serve", "--oggi", "2021-13-01"],
            "--oggi: «2021-13-01» non è ammesso, serve una data AAAA-MM-GG",
        ),
        (
            &["serve", "--test-port", "70000"],
            "--test-port: «70000» non è ammesso, serve un numero intero da 0 a 65535",
        ),
        (
            &["serve", "--pre-port", "x"],
            "--pre-port: «x» non è ammesso, serve un numero intero da 0 a 65535",
        ),
        (
            &["wait", "--timeout", "x"],
            "--timeout: «x» non è ammesso, serve un numero di secondi",
        ),
        (
            &["wait", "--timeout"],
            "--timeout: manca il valore, serve un numero di secondi",
        ),
        (
            &["check", "x", "--oscura", "--in-chiaro"],
            "--oscura e --in-chiaro si escludono",
        ),
        (
            &["demo", "subito"],
            "«subito»: argomento di troppo, quelli ammessi sono in --help",
        ),
    ];
    for (argomenti, atteso) in casi {
        let (codice, uscita, errore) = giro(argomenti);
        assert_eq!((codice, uscita.as_str()), (Some(2), ""), "{argomenti:?}");
        assert_eq!(errore, format!("anpr-sim: {atteso}\n"), "{argomenti:?}");
    }
    let (codice, _, errore) = giro(&["--lang", "en", "serve", "--oggi", "2021-13-01"]);
    assert_eq!(codice, Some(2));
    assert_eq!(
        errore,
        "anpr-sim: --oggi: \"2021-13-01\" is not allowed, expected a date YYYY-MM-DD\n"
    );
    let (_, uscita, _) = giro(&["check", "--help", "--lang=en"]);
    assert!(
        uscita.contains("Usage: anpr-sim check [OPTIONS] [FILE]") && uscita.contains("Shape of the report"),
        "{uscita}"
    );
}

/// A name nobody knows is answered by the near ones and by where the list is; the list is one name a line, with what it is.
#[test]
fn un_nome_ignoto_ha_i_vicini_e_l_elenco_sta_altrove() {
    for (argomenti, atteso) in [
        (
            &["send", "--difetto", "corpo-modificat"][..],
            "--difetto corpo-modificat: nome sconosciuto, forse: corpo-modificato; l'elenco è in --difetto elenco",
        ),
        (
            &["send", "--difetto", "zzzzzzzzzzzz"],
            "--difetto zzzzzzzzzzzz: nome sconosciuto; l'elenco è in --difetto elenco",
        ),
        (
            &["send", "--stranezza", "zzzzzzzzzzzz"],
            "--stranezza zzzzzzzzzzzz: nome sconosciuto; l'elenco è in --stranezza elenco",
        ),
        (
            &["generate", "--anomalie", "ES9092=1"],
            "--anomalie ES9092: codice che non si può piantare in un file, forse: ES092",
        ),
        (
            &["--lang", "en", "send", "--difetto", "corpo-modificat"],
            "--difetto corpo-modificat: unknown name, perhaps: corpo-modificato; the list is in --difetto elenco",
        ),
        (
            &["--lang", "en", "generate", "--anomalie", "ZZZZZ"],
            "--anomalie ZZZZZ: a code that cannot be planted in a file; the list is in --anomalie elenco",
        ),
    ] {
        non_riesce(argomenti, &[atteso]);
        let (_, _, errore) = giro(argomenti);
        assert!(errore.len() < 200, "{argomenti:?}: not the whole list: {errore}");
    }
    for (argomenti, almeno, nome, che) in [
        (
            &["send", "--difetto", "elenco"][..],
            90,
            "corpo-modificato",
            "IdPostazione",
        ),
        (
            &["send", "--stranezza", "elenco"],
            30,
            "lista-vuota",
            "InclusiveNamespaces",
        ),
        (&["generate", "--anomalie", "elenco"], 60, "ES092", "…"),
    ] {
        let (codice, uscita, errore) = giro(argomenti);
        assert_eq!((codice, errore.as_str()), (Some(0), ""), "{argomenti:?}");
        let righe: Vec<(&str, &str)> = uscita
            .lines()
            .map(|r| r.split_once("  ").unwrap_or_else(|| panic!("{argomenti:?}: {r}")))
            .collect();
        assert!(righe.len() >= almeno, "{argomenti:?}: {}", righe.len());
        assert!(
            righe.iter().all(|(n, d)| !n.is_empty() && !d.trim().is_empty()),
            "{uscita}"
        );
        assert!(righe.iter().any(|(n, _)| *n == nome), "{nome}: {uscita}");
        assert!(uscita.contains(che), "{che}: {uscita}");
        let (_, in_json, _) = giro(&[argomenti, &["--json"]].concat());
        let voci = json(&in_json);
        assert_eq!(voci.as_array().map(Vec::len), Some(righe.len()));
    }
}

#[test]
fn un_file_di_opzioni_sbagliato_si_spiega_in_italiano() {
    let cartella = tempfile::tempdir().expect("a folder");
    let file = cartella.path().join("scelte");
    for (opzione, testo, parti) in [
        (
            "--manifesto",
            "{\n\"tributaria\":[{\"scheda\":\"5\"}]}",
            &["riga 2, colonna", "manca il campo «risposta»"][..],
        ),
        (
            "--manifesto",
            "[{\"risposta\":\"EA999\"}]",
            &["riga 1, colonna", "valore sconosciuto «EA999»"],
        ),
        ("--manifesto", "[1,", &["riga 1, colonna", "finisce prima"]),
        ("--politica", "{\"gravita\": }", &["riga 1, colonna 13"]),
        ("--politica", "a = 1\nb = = 2\n", &["riga 2"]),
        ("--politica", "totale_massimo = \"molti\"", &["il testo «molti»"]),
    ] {
        fs::write(&file, testo).expect("a file");
        let argomenti = ["check", "x.gz", opzione, strada(&file)];
        non_riesce(&argomenti, parti);
        let (_, _, errore) = giro(&argomenti);
        for inglese in ["missing", "unknown", "expected", "invalid", "EOF"] {
            assert!(!errore.contains(inglese), "{errore}");
        }
    }
    // EA048 is an answer like the others (B.5).
    fs::write(
        &file,
        "{\"tributaria\":[{\"scheda\":\"5\",\"risposta\":\"EA048\"}]}",
    )
    .expect("a file");
    let fornitura = genera(&["--abitanti", "60", "--aire", "0"]);
    let (codice, uscita, errore) = giro(&[
        "check",
        strada(&file_gz(fornitura.path())[0]),
        "--oggi",
        OGGI,
        "--json",
        "--manifesto",
        strada(&file),
    ]);
    assert_eq!(codice, Some(0), "{uscita}{errore}");
}

#[test]
fn explain_conosce_tutto_il_catalogo() {
    let banco = Banco::nuovo();
    let catalogo = banco.json("GET", "/api/catalogo", "");
    let codici: Vec<&str> = catalogo
        .as_array()
        .expect("a list")
        .iter()
        .map(|v| v["codice"].as_str().expect("codice"))
        .collect();
    assert!(codici.len() > 100, "{}", codici.len());
    for codice in codici
        .iter()
        .copied()
        .chain(["SIM001", "SIM002", "SIM003", "SIM004", "SIM005"])
    {
        let (fine, uscita, errore) = giro(&["explain", codice, "--json"]);
        assert_eq!((fine, errore.as_str()), (Some(0), ""), "{codice}");
        let v = json(&uscita);
        assert_eq!(v["codice"], codice);
        assert!(
            v["dettaglio"]
                .as_str()
                .is_some_and(|t| t.contains(codice) && t.len() > 60),
            "{v}"
        );
    }
    assert!(
        codici.contains(&"EN033") && codici.contains(&"SIM006"),
        "{codici:?}"
    );
    for codice in ["EC009", "EN527", "EF062"] {
        let v = banco.json("GET", &format!("/api/catalogo/{codice}"), "");
        assert!(v["nonSimulata"].as_str().is_some_and(|t| !t.is_empty()), "{v}");
        assert_eq!(giro(&["explain", codice]).0, Some(0), "{codice}");
    }
    let (fine, uscita, _) = giro(&["explain", "es092"]);
    assert_eq!(fine, Some(0));
    assert!(uscita.contains("ES092"), "{uscita}");
    non_riesce(&["explain", "XX000"], &["XX000"]);
}

#[test]
fn wait_torna_quando_c_e_qualcuno() {
    let cartella = tempfile::tempdir().expect("a folder");
    let inizio = Instant::now();
    non_riesce(
        &["wait", "--data", strada(cartella.path()), "--timeout", "0.3"],
        &["0.3"],
    );
    assert!(inizio.elapsed() >= Duration::from_millis(300) && inizio.elapsed() < Duration::from_secs(5));
    let mut banco = Banco::nuovo();
    let dati = banco.dati.clone();
    let v = json(&esegui_bene(&[
        "wait",
        "--data",
        strada(&dati),
        "--timeout",
        "5",
        "--json",
    ]));
    assert_eq!(v, banco.pronto);
    assert_eq!(esegui_bene(&["wait", "--data", strada(&dati)]), "");
    // A ready file whose simulator is gone is not a running simulator.
    banco.uccidi();
    assert!(dati.join("ready.json").exists());
    non_riesce(&["wait", "--data", strada(&dati), "--timeout", "0.2"], &[]);
}
