//! The command line as scripts see it: exit codes 0, 1, 2, what stands on which stream, JSON that parses.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use anpr_sim_tests::{
    Banco, OGGI, apr, conta, esegui, esegui_bene, espandi, file_gz, genera, pki_comune, programma,
};
use frontiera::firma::{DIFETTI, STRANEZZE};
use serde_json::Value;

fn testo(byte: &[u8]) -> String {
    String::from_utf8_lossy(byte).into_owned()
}

/// Exit code, standard output, standard error.
fn giro(argomenti: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = esegui(argomenti);
    (status.code(), testo(&stdout), testo(&stderr))
}

/// A command that cannot do its work: 2, one line of reason, nothing on standard output.
fn non_riesce(argomenti: &[&str], parti: &[&str]) {
    let (codice, uscita, errore) = giro(argomenti);
    assert_eq!(codice, Some(2), "{argomenti:?}: {uscita}{errore}");
    assert_eq!(uscita, "", "{argomenti:?}");
    assert_eq!(errore.lines().count(), 1, "{argomenti:?}: {errore}");
    for parte in parti {
        assert!(errore.contains(parte), "{argomenti:?}: «{parte}» in {errore}");
    }
}

fn json(testo: &str) -> Value {
    serde_json::from_str(testo).unwrap_or_else(|e| panic!("{e}: {testo}"))
}

fn conteggi(v: &Value) -> BTreeMap<String, u64> {
    serde_json::from_value(v.clone()).expect("code → count")
}

fn percorsi(cartella: &Path) -> Vec<String> {
    file_gz(cartella)
        .iter()
        .map(|p| p.to_str().expect("UTF-8").to_owned())
        .collect()
}

fn strada(p: &Path) -> &str {
    p.to_str().expect("UTF-8")
}

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

#[test]
fn check_dice_0_1_2() {
    let pulita = genera(&["--abitanti", "400", "--aire", "10"]);
    let file = percorsi(pulita.path());
    let con = |opzioni: &[&'static str], file: &[String]| {
        let mut argomenti = vec!["check", "--oggi", OGGI];
        argomenti.extend_from_slice(opzioni);
        let file: Vec<&str> = file.iter().map(String::as_str).collect();
        giro(&[argomenti, file].concat())
    };
    let (codice, uscita, errore) = con(&["--json"], &file);
    assert_eq!((codice, errore.as_str()), (Some(0), ""), "{uscita}");
    let v = json(&uscita);
    assert_eq!(
        (&v["esito"], conteggi(&v["conteggi"])),
        (&Value::from("OK"), BTreeMap::new())
    );
    assert_eq!(v["file"].as_array().map(Vec::len), Some(2));
    assert_eq!(v["anomalie"], Value::Array(Vec::new()));

    // Planted: exactly the manifest's counts, in every format and for every number of threads.
    let piantate = genera(&[
        "--abitanti",
        "400",
        "--aire",
        "10",
        "--anomalie",
        "ES092=2,EC007=3,EF008=1,EN064=4,EC060=2,EN018=1",
    ]);
    let manifesto = fs::read_dir(piantate.path())
        .expect("a folder")
        .filter_map(Result::ok)
        .map(|v| v.path())
        .find(|p| p.extension().is_some_and(|e| e == "json"))
        .expect("a manifest");
    let manifesto = json(&fs::read_to_string(manifesto).expect("a manifest"));
    let attese = conteggi(&manifesto["attese"]);
    assert_eq!(attese.len(), 6, "{attese:?}");
    let file = percorsi(piantate.path());
    let mut rapporti = Vec::new();
    for fili in ["1", "3"] {
        let (codice, uscita, _) = con(&["--json", "--max-campioni", "0", "--fili", fili], &file);
        assert_eq!(codice, Some(1), "{uscita}");
        let v = json(&uscita);
        assert_eq!(
            (&v["esito"], conteggi(&v["conteggi"])),
            (&Value::from("KO"), attese.clone())
        );
        let mut elenco = BTreeMap::<String, u64>::new();
        for a in v["anomalie"].as_array().expect("a list") {
            *elenco
                .entry(a["codice"].as_str().expect("codice").to_owned())
                .or_default() += 1;
        }
        assert_eq!(elenco, attese, "--max-campioni 0 lists them all");
        rapporti.push(uscita);
    }
    assert_eq!(rapporti[0], rapporti[1]);
    let (_, uscita, _) = con(&["--json", "--max-campioni", "1"], &file);
    let v = json(&uscita);
    assert_eq!(
        (v["anomalie"].as_array().map(Vec::len), conteggi(&v["conteggi"])),
        (Some(attese.len()), attese.clone())
    );
    let (codice, uscita, _) = con(&["--format", "csv", "--max-campioni", "0"], &file);
    assert_eq!(
        (codice, uscita.lines().count() as u64),
        (Some(1), 1 + attese.values().sum::<u64>())
    );
    let (codice, uscita, _) = con(&[], &file);
    assert_eq!(codice, Some(1));
    for codice in attese.keys() {
        assert!(uscita.contains(codice.as_str()), "{codice} in {uscita}");
    }

    // Warnings alone are no failure.
    let avvisi = genera(&["--abitanti", "200", "--anomalie", "EC007=3"]);
    let (codice, uscita, _) = con(&["--json"], &percorsi(avvisi.path()));
    assert_eq!(
        (codice, conteggi(&json(&uscita)["conteggi"])),
        (Some(0), BTreeMap::from([("EC007".to_owned(), 3)]))
    );
}

#[test]
fn check_di_un_xml_semplice_e_di_cio_che_non_si_legge() {
    let cartella = tempfile::tempdir().expect("a folder");
    let sano = apr(&["--abitanti", "50"]);
    let xml = cartella.path().join("888001_SUBAPR_1_1_1.xml");
    fs::write(&xml, &sano).expect("a file");
    let (codice, uscita, errore) = giro(&["check", "--oggi", OGGI, "--json", strada(&xml)]);
    assert_eq!((codice, errore.as_str()), (Some(0), ""), "{uscita}");
    assert_eq!(json(&uscita)["esito"], "OK");
    fs::write(&xml, conta(&sano, "numeroSchedeSoggettoInvio", 1)).expect("a file");
    let (codice, uscita, _) = giro(&["check", "--oggi", OGGI, "--json", strada(&xml)]);
    assert_eq!(
        (codice, conteggi(&json(&uscita)["conteggi"])),
        (Some(1), BTreeMap::from([("EN011".to_owned(), 1)]))
    );
    fs::write(&xml, sano.replacen("</soggetto>", "", 1)).expect("a file");
    let (codice, uscita, _) = giro(&["check", "--oggi", OGGI, "--json", strada(&xml)]);
    let v = json(&uscita);
    assert_eq!(codice, Some(1));
    assert!(conteggi(&v["conteggi"]).contains_key("EN009"), "{v}");
    assert!(v["anomalie"][0]["riga"].as_u64().is_some_and(|r| r > 1), "{v}");

    let manca = cartella.path().join("888001_SUBAPR_1_1_1.gz");
    non_riesce(&["check", strada(&manca)], &["888001_SUBAPR_1_1_1.gz"]);
    non_riesce(&["check", strada(cartella.path())], &[]);
    non_riesce(&["check", "--comune", "12", strada(&xml)], &["12"]);
    let manifesto = cartella.path().join("m.json");
    fs::write(&manifesto, "{").expect("a file");
    non_riesce(
        &["check", "--manifesto", strada(&manifesto), strada(&xml)],
        &["m.json", "JSON"],
    );
    assert_eq!(giro(&["check"]).0, Some(2));
    assert_eq!(giro(&["check", "--ambiente", "altro", strada(&xml)]).0, Some(2));
    assert_eq!(giro(&["check", "--oggi", "2021-02-30", strada(&xml)]).0, Some(2));
}

/// The program with this on its standard input.
fn con_ingresso(argomenti: &[&str], ingresso: &[u8]) -> (Option<i32>, String, String) {
    use std::io::Write as _;
    let mut figlio = Command::new(programma())
        .args(argomenti)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    let mut tubo = figlio.stdin.take().expect("a pipe");
    // Refused arguments end the program before it reads.
    let scritto = tubo.write_all(ingresso);
    drop((tubo, scritto));
    let fine = figlio.wait_with_output().expect("an end");
    (fine.status.code(), testo(&fine.stdout), testo(&fine.stderr))
}

#[test]
fn check_legge_l_ingresso_standard() {
    let fornitura = genera(&["--abitanti", "60", "--aire", "0"]);
    let file = &file_gz(fornitura.path())[0];
    let nome = file
        .file_name()
        .and_then(|n| n.to_str())
        .expect("a name")
        .to_owned();
    let byte = fs::read(file).expect("written");
    let oggi = ["check", "-", "--json", "--oggi", OGGI];
    for (nome, xml) in [(nome.as_str(), byte.clone()), ("qualsiasi", espandi(file))] {
        let (codice, uscita, errore) = con_ingresso(&[&oggi[..], &["--nome", nome]].concat(), &xml);
        assert_eq!(codice, Some(0), "{uscita}{errore}");
        assert_eq!(json(&uscita)["file"][0]["nome"], nome);
    }
    let (codice, uscita, errore) = con_ingresso(&oggi, &espandi(file));
    assert_eq!(codice, Some(0), "{uscita}{errore}");
    assert_eq!(json(&uscita)["file"][0]["tipo"], "APR");
    let sbagliato = [&oggi[..], &["--nome", "888001_SUBAPR_1_1.gz"]].concat();
    let (codice, uscita, _) = con_ingresso(&sbagliato, &byte);
    assert_eq!(
        (codice, &json(&uscita)["conteggi"]["EN001"]),
        (Some(1), &Value::from(1))
    );
    non_riesce(&["check", "-", "-"], &["una volta sola"]);
    non_riesce(&["check", "-", "--nome", "../x"], &["--nome"]);
    non_riesce(&["check", "x.gz", "--nome", "y.gz"], &["--nome"]);
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
fn generate_e_deterministico_e_divide() {
    let argomenti = [
        "--abitanti",
        "500",
        "--aire",
        "20",
        "--invii",
        "3",
        "--anomalie",
        "ES092=2,EC007=1",
    ];
    let leggi = |c: &Path| -> BTreeMap<String, Vec<u8>> {
        fs::read_dir(c)
            .expect("a folder")
            .map(|v| v.expect("an entry"))
            .map(|v| {
                (
                    v.file_name().into_string().expect("UTF-8"),
                    fs::read(v.path()).expect("a file"),
                )
            })
            .collect()
    };
    let uno = genera(&argomenti);
    let due = genera(&argomenti);
    let prima = leggi(uno.path());
    assert_eq!(
        prima.keys().collect::<Vec<_>>(),
        [
            "888001_SUBAIRE_1.gz",
            "888001_SUBAPR_1_1_3.gz",
            "888001_SUBAPR_1_2_3.gz",
            "888001_SUBAPR_1_3_3.gz",
            "888001_manifesto_1.json"
        ]
    );
    assert_eq!(prima, leggi(due.path()), "the same bytes");
    let altro_seme = genera(&[&argomenti[..], &["--seed", "2"]].concat());
    assert_ne!(
        prima["888001_SUBAPR_1_1_3.gz"],
        leggi(altro_seme.path())["888001_SUBAPR_1_1_3.gz"]
    );
    for nome in prima.keys().filter(|n| n.contains("SUBAPR")) {
        let documento = String::from_utf8(espandi(&uno.path().join(nome))).expect("UTF-8");
        assert!(
            documento.contains("<totaleInvii>3</totaleInvii>") && documento.contains("<datiInvio>"),
            "{nome}"
        );
    }

    let cartella = tempfile::tempdir().expect("a folder");
    let out = strada(cartella.path());
    let v = json(&esegui_bene(&[
        "generate",
        "--oggi",
        OGGI,
        "--abitanti",
        "10",
        "--out",
        out,
        "--json",
    ]));
    assert_eq!(v["contenuto"]["schede"]["soggetti"], 10);
    assert_eq!(v["file"].as_array().map(Vec::len), Some(2));
    non_riesce(&["generate", "--out", out, "--anomalie", "EX999=1"], &["EX999"]);
    non_riesce(
        &["generate", "--out", out, "--anomalie", "ES092=molti"],
        &["ES092=molti"],
    );
    non_riesce(&["generate", "--out", out, "--comune", "88800"], &["88800"]);
    non_riesce(
        &[
            "generate",
            "--out",
            out,
            "--abitanti",
            "5",
            "--anomalie",
            "EC007=50",
        ],
        &["EC007"],
    );
    let file = cartella.path().join("occupato");
    fs::write(&file, "x").expect("a file");
    non_riesce(&["generate", "--abitanti", "5", "--out", strada(&file)], &[]);
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

/// `send` with its JSON report: exit code and report.
fn manda(banco: &Banco, opzioni: &[&str]) -> (Option<i32>, Value) {
    let mut argomenti = vec!["send", "--data", strada(&banco.dati), "--json"];
    argomenti.extend_from_slice(opzioni);
    let (codice, uscita, errore) = giro(&argomenti);
    assert!(!uscita.is_empty(), "{opzioni:?}: {errore}");
    (codice, json(&uscita))
}

#[test]
fn send_giusto_e_sbagliato_apposta() {
    let banco = Banco::nuovo();
    for ambiente in ["test", "pre", "sub"] {
        for firma in ["sha1", "sha256"] {
            let (codice, v) = manda(&banco, &["--ambiente", ambiente, "--firma", firma]);
            assert_eq!(
                (codice, &v["http"], &v["positiva"]),
                (Some(0), &Value::from(200), &Value::Bool(true)),
                "{v}"
            );
            assert!(
                v["corpo"]
                    .as_str()
                    .is_some_and(|c| c.contains("RispostaConnessione")),
                "{v}"
            );
        }
    }
    // An unknown name lists the known ones; that each leads to its answer is proved in `sicurezza.rs`.
    for (opzione, tabella) in [("--difetto", DIFETTI), ("--stranezza", STRANEZZE)] {
        let (codice, _, errore) = giro(&["send", "--data", strada(&banco.dati), opzione, "nessuno"]);
        assert_eq!(codice, Some(2));
        let noti: Vec<&str> = errore
            .trim()
            .rsplit("sono ")
            .next()
            .expect("a list")
            .split(", ")
            .collect();
        assert_eq!(noti, tabella.iter().map(|v| v.nome).collect::<Vec<_>>());
    }
    let (codice, v) = manda(&banco, &["--difetto", "corpo-modificato"]);
    assert_eq!(
        (codice, &v["http"], &v["positiva"]),
        (Some(1), &Value::from(500), &Value::Bool(false)),
        "{v}"
    );
    assert_eq!(
        v["atteso"],
        serde_json::json!({"voci": ["corpo-modificato"], "risposta": "F5", "arrivata": true})
    );

    // S001: taken, then refused as a duplicate; not without its file; an operation nobody offers.
    let fornitura = genera(&["--abitanti", "30"]);
    let file = percorsi(fornitura.path());
    let s001 = ["--operazione", "S001", "--file", file[0].as_str()];
    let (codice, v) = manda(&banco, &s001);
    assert_eq!(codice, Some(0), "{v}");
    assert!(
        v["corpo"]
            .as_str()
            .is_some_and(|c| c.contains("rispostaOK") && c.contains("888001_SUBAPR_1_1_1.gz")),
        "{v}"
    );
    let (codice, v) = manda(&banco, &s001);
    assert_eq!((codice, &v["http"]), (Some(1), &Value::from(200)), "{v}");
    assert!(v["corpo"].as_str().is_some_and(|c| c.contains("EN007")), "{v}");
    let dati = strada(&banco.dati);
    non_riesce(&["send", "--data", dati, "--operazione", "S001"], &["--file"]);
    non_riesce(&["send", "--data", dati, "--operazione", "9999"], &["9999"]);
    non_riesce(&["send", "--data", dati, "--comune", "888999"], &["888999"]);
    non_riesce(&["send", "--data", dati, "--firma", "md5"], &["md5"]);
    let cartella = tempfile::tempdir().expect("a folder");
    non_riesce(&["send", "--data", strada(cartella.path())], &["serve --data"]);
}

#[test]
fn lo_sportello_dei_certificati() {
    let cartella = tempfile::tempdir().expect("a folder");
    let dati = cartella.path().join("dati");
    let out = cartella.path().join("copie");
    let d = strada(&dati);
    non_riesce(&["cert", "list", "--data", d], &["serve --data"]);

    // Keys of their own: certificates issued here are nobody else's.
    let mut banco = Banco::con_chiavi(&dati, &dati.join("pki"));
    let elenco = json(&esegui_bene(&["cert", "list", "--data", d, "--json"]));
    assert_eq!(elenco.as_array().map(Vec::len), Some(10));
    assert!(
        elenco
            .as_array()
            .expect("a list")
            .iter()
            .all(|c| c["stato"] == "attivo"),
        "{elenco}"
    );
    let nuovo = json(&esegui_bene(&[
        "cert", "issue", "--data", d, "--comune", "888001", "--json",
    ]));
    let id = nuovo["id"].as_str().expect("id").to_owned();
    assert_eq!(id, "888001-CO-0001");
    let uscita = esegui_bene(&["cert", "export", &id, "--data", d, "--out", strada(&out)]);
    assert_eq!(fs::read_dir(&out).map_or(0, Iterator::count), 3, "{uscita}");
    non_riesce(
        &[
            "cert",
            "export",
            "888001-CO-0999",
            "--data",
            d,
            "--out",
            strada(&out),
        ],
        &["888001-CO-0999"],
    );
    let (codice, _, errore) = giro(&[
        "cert",
        "issue",
        "--data",
        d,
        "--comune",
        "888001",
        "--difetto",
        "storto",
    ]);
    assert_eq!(codice, Some(2));
    assert!(errore.contains("storto"), "{errore}");
    for difetto in [
        "scaduto",
        "futuro",
        "revocato",
        "ca-altrui",
        "altro-ambiente",
        "altro-comune",
        "senza-cn",
        "chiave-debole",
    ] {
        let v = json(&esegui_bene(&[
            "cert",
            "issue",
            "--data",
            d,
            "--comune",
            "888005",
            "--difetto",
            difetto,
            "--json",
        ]));
        assert_eq!(v["difetto"], difetto);
        assert_eq!(
            v["stato"],
            match difetto {
                "revocato" | "scaduto" | "futuro" => difetto,
                _ => "attivo",
            }
        );
    }

    // One issued with another Comune's id says at whose desk.
    let elenco = esegui_bene(&["cert", "list", "--data", d, "--comune", "888005"]);
    let riga = |difetto: &str| {
        let r = elenco.lines().find(|r| r.contains(difetto));
        r.unwrap_or_else(|| panic!("{difetto}: {elenco}")).to_owned()
    };
    assert!(
        riga("altro-comune").starts_with("888999-")
            && riga("altro-comune").ends_with("(emesso allo sportello di 888005)")
    );
    assert!(riga("ca-altrui").ends_with("  ca-altrui"));
    assert!(
        elenco
            .lines()
            .any(|r| r.contains("  futuro  ") && r.ends_with("  futuro")),
        "{elenco}"
    );

    // A revoked certificate is answered F4, and only that one.
    assert_eq!(manda(&banco, &[]).0, Some(0));
    let (codice, uscita, _) = giro(&["cert", "revoke", "888001-CO-0000", "--data", d, "--json"]);
    assert_eq!(
        (codice, &json(&uscita)["stato"]),
        (Some(0), &Value::from("revocato"))
    );
    let (codice, v) = manda(&banco, &[]);
    assert_eq!(codice, Some(1));
    assert!(
        v["corpo"]
            .as_str()
            .is_some_and(|c| c.contains("<faultstring>certificate revoked (from client)</faultstring>")),
        "{v}"
    );
    assert_eq!(manda(&banco, &["--comune", "888004"]).0, Some(0));
    let stati: BTreeMap<String, String> = json(&esegui_bene(&["cert", "list", "--data", d, "--json"]))
        .as_array()
        .expect("a list")
        .iter()
        .filter(|c| c["difetto"].is_null())
        .map(|c| {
            (
                c["id"].as_str().expect("id").to_owned(),
                c["stato"].as_str().expect("stato").to_owned(),
            )
        })
        .filter(|(_, stato)| stato != "attivo")
        .collect();
    assert_eq!(
        stati,
        BTreeMap::from([("888001-CO-0000".to_owned(), "revocato".to_owned())])
    );
    non_riesce(
        &["cert", "revoke", "888001-CO-0999", "--data", d],
        &["888001-CO-0999"],
    );

    // Without a running simulator: everything but revoking.
    assert_eq!(banco.chiudi(), Some(0));
    let quanti = json(&esegui_bene(&["cert", "list", "--data", d, "--json"]))
        .as_array()
        .map(Vec::len);
    assert_eq!(quanti, Some(10 + 1 + 8));
    let v = json(&esegui_bene(&[
        "cert", "issue", "--data", d, "--comune", "888001", "--json",
    ]));
    assert_eq!(v["id"], "888001-CO-0002");
    esegui_bene(&[
        "cert",
        "export",
        "888001-CO-0002",
        "--data",
        d,
        "--out",
        strada(&out),
    ]);
    assert_eq!(fs::read_dir(&out).map_or(0, Iterator::count), 6);
    non_riesce(
        &["cert", "revoke", "888001-CO-0002", "--data", d],
        &["serve --data"],
    );
    // What was revoked stays so over a restart.
    let banco = Banco::con_chiavi(&dati, &dati.join("pki"));
    assert!(
        manda(&banco, &[]).1["corpo"]
            .as_str()
            .is_some_and(|c| c.contains("certificate revoked"))
    );
}

#[test]
fn serve_con_un_file_di_configurazione() {
    let cartella = tempfile::tempdir().expect("a folder");
    let file = cartella.path().join("anpr.toml");
    fs::write(
        &file,
        "oggi = \"2020-02-29\"\nvelocita = 0\nseed = 5\naire-ignoto = \"rifiuta\"\nsenza-diagnostica = true\n",
    )
    .expect("a file");
    // The bench gives --oggi itself: what is typed wins, the rest is the file's.
    let banco = Banco::con(&["--config", strada(&file)]);
    let orologio = banco.json("GET", "/api/orologio", "");
    assert_eq!(
        (&orologio["oggi"], &orologio["velocita"]),
        (&Value::from(OGGI), &Value::from(0))
    );
    let ignoto = anpr_sim_tests::gz(&[&[b'A'; 100][..], b"\r\n"].concat());
    assert_eq!(
        banco.rifiuta("pre", "888001", "888001_SUBAIRE_1.gz", ignoto),
        ["EN010"]
    );
    assert_eq!(
        manda(&banco, &[]).1["scambio"],
        Value::Null,
        "no diagnostic header"
    );
    let parola = |b: &Banco| b.comune("888001")["operatori"][0]["password"].clone();
    assert_ne!(parola(&banco), parola(&Banco::nuovo()), "another seed");

    fs::write(&file, "oggi = \"2020-02-29\"\nporta-sbagliata = 1\n").expect("a file");
    non_riesce(
        &["serve", "--config", strada(&file), "--ephemeral"],
        &["anpr.toml, riga 2: campo sconosciuto «porta-sbagliata»: sono ammessi data, ephemeral"],
    );
    for (testo, atteso) in [
        (
            "seed = \"x\"\n",
            "riga 1: trovato il testo «x», serve un numero intero non negativo",
        ),
        ("\nseed =\n", "non è TOML valido"),
    ] {
        fs::write(&file, testo).expect("a file");
        non_riesce(&["serve", "--config", strada(&file), "--ephemeral"], &[atteso]);
    }
    non_riesce(
        &[
            "serve",
            "--ephemeral",
            "--config",
            strada(&cartella.path().join("assente.toml")),
        ],
        &["assente.toml"],
    );
}

#[test]
fn serve_rifiuta_cio_che_non_puo_fare() {
    let cartella = tempfile::tempdir().expect("a folder");
    let dati = strada(cartella.path());
    for indirizzo in ["0.0.0.0", "::", "192.0.2.1"] {
        non_riesce(
            &["serve", "--ephemeral", "--listen", indirizzo],
            &["--console-token"],
        );
    }
    non_riesce(
        &["serve", "--data", dati, "--ephemeral"],
        &["--ephemeral", "--data"],
    );
    non_riesce(
        &["serve", "--data", dati, "--store", "postgres://altrove"],
        &["--store"],
    );
    // A relay of messages goes to this machine or the program does not start.
    for relay in [
        "192.0.2.1:25",
        "[2001:db8::1]:25",
        "0.0.0.0:25",
        "smtp.invalid:25",
        "localhost",
    ] {
        non_riesce(
            &["serve", "--data", dati, "--smtp-relay", relay],
            &["--smtp-relay"],
        );
    }
    assert_eq!(giro(&["serve", "--test-port", "70000"]).0, Some(2));
    assert_eq!(giro(&["serve", "--oggi", "ieri"]).0, Some(2));
    assert_eq!(
        fs::read_dir(cartella.path()).map_or(1, Iterator::count),
        0,
        "nothing was written"
    );
}

#[cfg(unix)]
#[test]
fn serve_effimero_non_lascia_niente() {
    // The keys must be there: the bench makes them.
    drop(Banco::nuovo());
    let temporanea = tempfile::tempdir().expect("a folder");
    let mut processo = Command::new(programma())
        .args([
            "serve",
            "--ephemeral",
            "--oggi",
            OGGI,
            "--pki",
            strada(&pki_comune()),
        ])
        .args([
            "--test-port",
            "0",
            "--pre-port",
            "0",
            "--sub-port",
            "0",
            "--carta-port",
            "0",
            "--console-port",
            "0",
        ])
        .env("TMPDIR", temporanea.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let riga = BufReader::new(processo.stdout.take().expect("stdout"))
        .lines()
        .next()
        .expect("a line")
        .expect("UTF-8");
    assert!(riga.starts_with("pronto"), "{riga}");
    let pronto = riga.rsplit(' ').next().expect("a path");
    assert!(
        pronto.ends_with("ready.json")
            && Path::new(pronto).starts_with(fs::canonicalize(temporanea.path()).expect("a path")),
        "{riga}"
    );
    let dentro = Path::new(pronto).parent().expect("the data folder");
    let permessi =
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(dentro).expect("it is there").permissions());
    assert_eq!(permessi & 0o777, 0o700, "nobody else looks into it");
    assert!(fs::read(pronto).is_ok_and(|b| {
        json(&testo(&b))["comuni"]
            .as_array()
            .is_some_and(|c| c.len() == 10)
    }));
    let ferma = Command::new("kill")
        .args(["-TERM", &processo.id().to_string()])
        .status();
    assert!(ferma.is_ok_and(|s| s.success()));
    assert_eq!(processo.wait().expect("it ends").code(), Some(0));
    let resto: Vec<_> = fs::read_dir(temporanea.path())
        .expect("a folder")
        .map(|v| v.expect("an entry").path())
        .collect();
    assert_eq!(resto, Vec::<std::path::PathBuf>::new());
}

/// A `serve` on free ports in a working folder of its own; standard error goes to a file.
#[cfg(unix)]
fn servi_da(cartella: &Path, argomenti: &[&str]) -> (std::process::Child, String) {
    let errori = fs::File::create(cartella.join("stderr")).expect("a file");
    let mut comando = Command::new(programma());
    comando
        .current_dir(cartella)
        .args(["serve", "--oggi", OGGI])
        .args(argomenti);
    for porta in [
        "--test-port",
        "--pre-port",
        "--sub-port",
        "--carta-port",
        "--console-port",
    ] {
        comando.args([porta, "0"]);
    }
    let mut processo = comando
        .env("ANPR_SIM_LOG", "debug")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(errori)
        .spawn()
        .expect("the program starts");
    let riga = BufReader::new(processo.stdout.take().expect("stdout"))
        .lines()
        .map_while(Result::ok)
        .find(|r| r.starts_with("pronto"));
    (processo, riga.expect("a ready line"))
}

#[cfg(unix)]
#[test]
fn le_strade_del_file_pronto_sono_intere_e_il_registro_senza_colori() {
    drop(Banco::nuovo());
    let cartella = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(pki_comune(), cartella.path().join("chiavi")).expect("a link");
    let (mut processo, _) = servi_da(cartella.path(), &["--data", "dati", "--pki", "chiavi"]);
    let pronto = json(&testo(
        &fs::read(cartella.path().join("dati/ready.json")).expect("a file"),
    ));
    let mut strade = vec![pronto["ca"].clone()];
    for campo in ["p12", "certificato", "chiave"] {
        strade.push(pronto["comuni"][0]["postazioni"][0][campo].clone());
    }
    let cliente = anpr_sim::cliente::Cliente::nuovo(None).expect("a client");
    let console = pronto["console"].as_str().expect("console");
    let certificati = cliente
        .prendi(&format!("{console}/api/certificati"))
        .expect("a reply");
    strade.push(certificati.json().expect("JSON")[0]["p12"].clone());
    for strada in strade {
        let strada = Path::new(strada.as_str().expect("a path"));
        assert!(strada.is_absolute() && strada.is_file(), "{}", strada.display());
    }
    let _ = processo.kill();
    let _ = processo.wait();
    let errori = fs::read(cartella.path().join("stderr")).expect("a file");
    assert!(!errori.is_empty(), "at this level something is said");
    assert!(!errori.contains(&0x1b), "{}", testo(&errori));
}

/// However the demo ends, its simulator ends too and leaves nothing behind.
#[cfg(unix)]
#[test]
fn demo_non_lascia_orfani() {
    drop(Banco::nuovo());
    for segnale in ["-KILL", "-TERM", "-INT", "tubo chiuso"] {
        let cartella = tempfile::tempdir().expect("a folder");
        let (temporanea, cache) = (cartella.path().join("tmp"), cartella.path().join("cache"));
        fs::create_dir_all(cache.join("anpr-sim/demo")).expect("a folder");
        fs::create_dir(&temporanea).expect("a folder");
        std::os::unix::fs::symlink(pki_comune(), cache.join("anpr-sim/demo/pki")).expect("a link");
        let mut processo = Command::new(programma())
            .args(["demo", "--json"])
            .env("TMPDIR", &temporanea)
            .env("XDG_CACHE_HOME", &cache)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut uscita = BufReader::new(processo.stdout.take().expect("stdout")).lines();
        assert!(uscita.next().is_some_and(|r| r.is_ok()), "the first step");
        // The simulator of the demo is there: its folder is.
        let quante = || fs::read_dir(&temporanea).map_or(0, Iterator::count);
        let attendi = |come: &dyn Fn(usize) -> bool| {
            let fine = Instant::now() + Duration::from_mins(1);
            while !come(quante()) && Instant::now() < fine {
                std::thread::sleep(Duration::from_millis(20));
            }
            quante()
        };
        if segnale == "tubo chiuso" {
            drop(uscita);
            assert_eq!(
                processo.wait().expect("it ends").code(),
                Some(0),
                "as before `head`"
            );
        } else {
            assert_eq!(attendi(&|n| n == 1), 1, "{segnale}");
            assert!(uscita.next().is_some_and(|r| r.is_ok()), "the console is there");
            let ucciso = Command::new("kill")
                .args([segnale, &processo.id().to_string()])
                .status();
            assert!(ucciso.is_ok_and(|s| s.success()));
            let _ = processo.wait();
        }
        assert_eq!(attendi(&|n| n == 0), 0, "{segnale}: the simulator went on");
        let permessi = fs::metadata(cache.join("anpr-sim/demo"))
            .expect("it is there")
            .permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&permessi) & 0o777, 0o700);
    }
}

#[test]
fn demo_arriva_in_fondo() {
    let (codice, uscita, errore) = giro(&["demo", "--json"]);
    assert_eq!(codice, Some(0), "{uscita}{errore}");
    let passi: Vec<Value> = uscita.lines().map(json).collect();
    assert!(passi.len() > 5, "{uscita}");
    let detto: Vec<&str> = passi
        .iter()
        .filter_map(|p| p["esito"].as_str().or(p["testo"].as_str()))
        .collect();
    let in_ordine = |parti: &[&str]| {
        let mut resto = detto.iter();
        for parte in parti {
            assert!(resto.any(|r| r.contains(parte)), "{parte} in {uscita}");
        }
    };
    // The whole road, in its order: from inattivo to the contribution.
    in_ordine(&[
        "Scheda di monitoraggio ricevuta",
        "piano di subentro",
        "888001-CO-0000.p12",
        "Censimento ricevuto",
        "Convocazione del sindaco",
        "Smart card consegnate",
        "ALS ",
        "888001-SC-0003 ESEMPIO OPERATORE: ATTIVA",
        "888001-PC-0002: attivo",
        "CENSITO (P02)",
        "ELABORATA_OK",
        "RispostaConnessione",
        "(corpo-modificato) → fault: Incorrect reference digest value (from client)",
        "PT01 ",
        "PT04 ",
        "file preliminare: CARICATO",
        "KO – {\"ES092\":3}",
        "ES092 ",
        "PROVA di subentro non riuscita",
        "PROVA di subentro riuscita",
        "PRESUBENTRATO (P03)",
        "HTTP 422: Il Comune non è presente nel piano",
        "preferita 2021-09-01 (SWALFA)",
        "HTTP 422: EN032",
        "il Comune è SUBENTRATO",
        "Subentro concluso",
        "EN034",
        "INA-SAIA",
        "888004 PEC: [SIMULATORE – dati fittizi] N031",
        "BOZZA: 1700 euro",
        "INVIATA: 1700 euro",
        "ACCOLTA: 1700 euro",
        "inattivi 7, attivi 0, subentrati 3",
        "888001: SUBENTRATO, 14/14 passi",
    ]);
    // In English too, every step of it.
    let (codice, inglese, errore) = giro(&["demo", "--json", "--lang", "en"]);
    assert_eq!(codice, Some(0), "{inglese}{errore}");
    let altri: Vec<Value> = inglese.lines().map(json).collect();
    let testi = |v: &[Value]| -> Vec<String> {
        let testi = v.iter().filter_map(|p| p["testo"].as_str());
        testi.map(ToOwned::to_owned).collect()
    };
    let (it, en) = (testi(&passi), testi(&altri));
    assert_eq!(it.len(), en.len());
    for (a, b) in it.iter().zip(&en) {
        assert_ne!(a, b, "a step that is not translated");
    }
}
