//! `serve` and `demo`: programs that run.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anpr_sim_tests::{Banco, OGGI, pki_comune, programma};
use serde_json::Value;

use super::{giro, json, manda, non_riesce, strada, testo};

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
    let altrove = tempfile::tempdir().expect("a folder");
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
    // No table of ours speaks of such years, typed or in the file of the options.
    for oggi in ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"] {
        let detto = [oggi, "dal 01/01/2000 al 31/12/2099"];
        non_riesce(&["serve", "--data", dati, "--oggi", oggi], &detto);
        non_riesce(&["generate", "--out", dati, "--oggi", oggi], &detto);
        non_riesce(&["check", "x.gz", "--oggi", oggi], &detto);
        let file = altrove.path().join("opzioni.toml");
        fs::write(&file, format!("oggi = \"{oggi}\"\n")).expect("written");
        non_riesce(&["serve", "--data", dati, "--config", strada(&file)], &detto);
    }
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
        "888001: SUBENTRATO, 15/15 passi",
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
