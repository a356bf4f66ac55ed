//! Bad input of every kind: each gets a clear error, the server stays up, nothing stored is lost.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
    thread,
    time::Duration,
};

use anpr_sim_tests::{Banco, esegui, file_gz, genera, gz, pki_comune};
use flate2::{Compress, Compression, FlushCompress, write::GzEncoder};
use serde_json::Value;

const COMUNE: &str = "888001";
const NOME: &str = "888001_SUBAPR_1_1_1.gz";

/// A small valid APR document to spoil.
fn apr_valido() -> String {
    let fornitura = genera(&["--comune", COMUNE, "--abitanti", "30"]);
    let file = file_gz(fornitura.path());
    let mut testo = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(&file[0]).expect("a file"))
        .read_to_string(&mut testo)
        .expect("a valid file");
    testo
}

/// The server is up, and holds no delivery of the Comune.
fn nulla_memorizzato(banco: &Banco) {
    for ambiente in ["test", "pre", "sub"] {
        let f = banco.json(
            "GET",
            &format!("/api/forniture?ambiente={ambiente}&comune={COMUNE}"),
            "",
        );
        assert_eq!(f, Value::Array(Vec::new()));
    }
    assert_eq!(
        std::fs::read_dir(banco.dati.join("arrivi")).map_or(0, Iterator::count),
        0,
        "no spool file is left"
    );
}

#[test]
fn contenuti_che_non_sono_un_file_apr() {
    let banco = Banco::nuovo();
    let buono = apr_valido();
    let troncato = {
        let intero = gz(buono.as_bytes());
        intero[..intero.len() / 2].to_vec()
    };
    let utf16: Vec<u8> = buono.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latino = buono
        .replacen("<cognome>", "<cognome>\u{c9}", 1)
        .chars()
        .map(|c| c as u32 as u8)
        .collect::<Vec<_>>();
    let con_doctype = buono.replacen("?>", "?><!DOCTYPE subentro [<!ENTITY a \"b\">]>", 1);
    let entita = buono.replacen("<cognome>", "<cognome>&lol;", 1);
    let profondo = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
    let spazio_dei_nomi = buono.replace("http://sogei.it/ANPR/subentro", "http://sogei.it/ANPR/altro");
    let due_membri = [gz(buono.as_bytes()), gz(b"<altro/>")].concat();
    for (che, byte) in [
        ("non gzip", buono.clone().into_bytes()),
        ("gzip di spazzatura", gz(&[0x5a; 4096])),
        ("gzip troncato", troncato),
        ("vuoto", Vec::new()),
        ("gzip di niente", gz(b"")),
        ("UTF-16", gz(&utf16)),
        ("ISO-8859-1 dichiarato UTF-8", gz(&latino)),
        ("DOCTYPE", gz(con_doctype.as_bytes())),
        ("entità", gz(entita.as_bytes())),
        ("10.000 livelli", gz(profondo.as_bytes())),
        ("altro namespace", gz(spazio_dei_nomi.as_bytes())),
        ("due membri gzip", due_membri),
        (
            "coda dopo il gzip",
            [gz(buono.as_bytes()), b"coda".to_vec()].concat(),
        ),
    ] {
        let r = banco.carica("pre", COMUNE, NOME, byte);
        let codici = Banco::codici(&r);
        assert!(
            !codici.is_empty() && codici.iter().all(|c| c == "EN009"),
            "{che}: {}",
            r.testo()
        );
        let testo = r.json().expect("JSON")["errori"][0]["testo"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(testo.len() > 10, "{che}: {testo:?}");
    }
    nulla_memorizzato(&banco);
    // And the good one still passes.
    assert_eq!(banco.carica("pre", COMUNE, NOME, gz(buono.as_bytes())).stato, 201);
}

/// 10 GiB of one byte in one gzip member: a compressed block that stands alone (full flush), written 640 times.
fn bomba(inizio: &[u8], byte: u8) -> Vec<u8> {
    let mut deflate = Compress::new(Compression::best(), false);
    let mut comprimi = |dati: &[u8]| {
        let mut fuori = Vec::with_capacity(1 << 20);
        deflate
            .compress_vec(dati, &mut fuori, FlushCompress::Full)
            .expect("in memory");
        fuori
    };
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    file.extend(comprimi(inizio));
    let blocco = comprimi(&vec![byte; 16 << 20]);
    for _ in 0..640 {
        file.extend_from_slice(&blocco);
    }
    // No end: whoever gets there has already expanded five times the limit.
    file
}

#[test]
fn una_bomba_si_ferma_al_limite_con_un_codice_nostro() {
    let banco = Banco::nuovo();
    // 10 GiB in some 10 MiB of gzip: of blanks (well-formed until the limit), and of zeros (broken at once).
    for (inizio, byte) in [
        (&b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"[..], b' '),
        (&b""[..], 0),
    ] {
        let bomba = bomba(inizio, byte);
        assert!(bomba.len() < 15 << 20, "the bomb passes EN002: {}", bomba.len());
        let r = banco.carica("pre", COMUNE, NOME, bomba);
        assert_eq!(r.stato, 413, "{}", r.testo());
        assert_eq!(r.json().expect("JSON")["errori"][0]["codice"], "SIM001");
    }
    nulla_memorizzato(&banco);
}

#[test]
fn un_testo_di_cento_megabyte_non_entra_in_memoria() {
    let banco = Banco::nuovo();
    let buono = apr_valido();
    let (prima, dopo) = buono.split_once("<cognome>").expect("a surname");
    let mut file = GzEncoder::new(Vec::new(), Compression::fast());
    file.write_all(prima.as_bytes()).expect("in memory");
    file.write_all(b"<cognome>").expect("in memory");
    let mib = vec![b'A'; 1 << 20];
    for _ in 0..100 {
        file.write_all(&mib).expect("in memory");
    }
    file.write_all(dopo.as_bytes()).expect("in memory");
    let r = banco.carica("pre", COMUNE, NOME, file.finish().expect("in memory"));
    assert_eq!(r.stato, 413, "{}", r.testo());
    assert_eq!(r.json().expect("JSON")["errori"][0]["codice"], "SIM006");
    nulla_memorizzato(&banco);
    let residente = anpr_sim_tests::memoria_residente(banco.pid()).expect("proc");
    assert!(residente < 300 << 20, "resident memory {residente}");
}

#[test]
fn nomi_che_provano_a_uscire_dalla_cartella() {
    let banco = Banco::nuovo();
    let buono = gz(apr_valido().as_bytes());
    for nome in [
        "../../x.gz",
        "..%2F..%2Fx.gz",
        "888001_SUBAPR_1_1_1.gz%00.txt",
        "%2Fetc%2Fpasswd",
        "888001_SUBAPR_1_1_1.zip",
        "888001_SUBAPR_1_1.gz",
        "",
    ] {
        let r = banco.carica("pre", COMUNE, nome, buono.clone());
        assert!(matches!(r.stato, 400 | 422), "{nome}: {} {}", r.stato, r.testo());
        if r.stato == 422 {
            assert_eq!(Banco::codici(&r), ["EN001"], "{nome}");
        }
    }
    nulla_memorizzato(&banco);
}

#[test]
fn lo_stesso_nome_due_volte_nello_stesso_istante() {
    let banco = Banco::nuovo();
    let byte = gz(apr_valido().as_bytes());
    let url = format!(
        "{}/api/forniture?ambiente=pre&comune={COMUNE}&tipo=APR&nome={NOME}",
        banco.console()
    );
    let mut esiti: Vec<(u16, Vec<String>)> = thread::scope(|s| {
        let lavori: Vec<_> = (0..4)
            .map(|_| {
                s.spawn(|| {
                    let cliente = anpr_sim::cliente::Cliente::nuovo(None).expect("a client");
                    let r = cliente
                        .chiedi(
                            "POST",
                            &url,
                            &[("content-type", "application/octet-stream")],
                            byte.clone(),
                        )
                        .expect("a reply");
                    let codici = if r.stato == 422 {
                        Banco::codici(&r)
                    } else {
                        Vec::new()
                    };
                    (r.stato, codici)
                })
            })
            .collect();
        lavori.into_iter().map(|l| l.join().expect("no panic")).collect()
    });
    esiti.sort();
    let en007 = (422, vec!["EN007".to_owned()]);
    assert_eq!(esiti, [(201, Vec::new()), en007.clone(), en007.clone(), en007]);
}

#[test]
fn un_invio_interrotto_a_meta_non_lascia_niente() {
    let banco = Banco::nuovo();
    let host = banco.console().trim_start_matches("http://").to_owned();
    let byte = gz(apr_valido().as_bytes());
    let mut presa = TcpStream::connect(&host).expect("the console listens");
    write!(
        presa,
        "POST /api/forniture?ambiente=pre&comune={COMUNE}&tipo=APR&nome={NOME} HTTP/1.1\r\nHost: {host}\r\n\
         Content-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
        byte.len()
    )
    .expect("sent");
    presa.write_all(&byte[..byte.len() / 2]).expect("sent");
    presa.shutdown(std::net::Shutdown::Write).expect("half closed");
    let mut risposta = String::new();
    presa
        .set_read_timeout(Some(Duration::from_secs(10)))
        .expect("a timeout");
    let _ = presa.read_to_string(&mut risposta);
    assert!(risposta.is_empty() || risposta.contains("SIM002"), "{risposta}");
    // Give the server a moment to notice that the peer left.
    thread::sleep(Duration::from_millis(300));
    nulla_memorizzato(&banco);
    assert_eq!(banco.carica("pre", COMUNE, NOME, byte).stato, 201);
}

#[test]
fn una_porta_occupata_dice_quale_opzione_la_cambia() {
    let banco = Banco::nuovo();
    let porta = banco.console().rsplit(':').next().expect("a port").to_owned();
    let cartella = tempfile::tempdir().expect("a folder");
    let dati = cartella.path().join("dati");
    let uscita = esegui(&[
        "serve",
        "--data",
        dati.to_str().expect("UTF-8"),
        "--pki",
        pki_comune().to_str().expect("UTF-8"),
        "--console-port",
        &porta,
        "--test-port",
        "0",
        "--pre-port",
        "0",
        "--sub-port",
        "0",
        "--carta-port",
        "0",
    ]);
    let errore = String::from_utf8_lossy(&uscita.stderr);
    assert_eq!(uscita.status.code(), Some(2), "{errore}");
    assert!(
        errore.contains("--console-port") && errore.contains(&porta),
        "{errore}"
    );
}

#[test]
fn una_cartella_gia_in_uso_e_rifiutata() {
    let banco = Banco::nuovo();
    let altro = Banco::in_cartella(&banco.dati, &[]);
    let errore = format!("{:#}", altro.expect_err("the folder is taken"));
    assert!(
        errore.contains("già usata") && errore.contains("--data"),
        "{errore}"
    );
    // The first one goes on.
    banco.json("GET", "/api/stato", "");
    // Whoever does not hold the folder makes nothing in it, keys least of all.
    let dati = banco.dati.to_str().expect("UTF-8");
    let mut argomenti = vec!["serve", "--data", dati];
    for porta in [
        "--test-port",
        "--pre-port",
        "--sub-port",
        "--carta-port",
        "--console-port",
    ] {
        argomenti.extend([porta, "0"]);
    }
    let uscita = anpr_sim_tests::esegui(&argomenti);
    let errore = String::from_utf8_lossy(&uscita.stderr);
    assert_eq!(
        (uscita.status.code(), errore.lines().count()),
        (Some(2), 1),
        "{errore}"
    );
    assert!(errore.contains("già usata"), "{errore}");
    assert!(!banco.dati.join("pki").exists(), "keys were made all the same");
}

#[test]
fn un_disco_pieno_si_libera_senza_riavvio() {
    let punto = tempfile::tempdir().expect("a folder");
    let dove = punto.path().to_str().expect("UTF-8").to_owned();
    let monta = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=48m", "tmpfs", &dove])
        .output();
    if !monta.is_ok_and(|u| u.status.success()) {
        eprintln!("saltato: qui non si può montare un tmpfs (serve root)");
        return;
    }
    let _smonta = Smonta(dove);
    let dati = punto.path().join("dati");
    let banco = Banco::in_cartella(&dati, &[]).expect("the simulator starts");
    let fornitura = genera(&["--comune", COMUNE, "--abitanti", "3000"]);
    // Something is stored before the disk fills.
    assert_eq!(
        banco.carica("test", COMUNE, "888001_SUBAIRE_1.gz", gz(b"")).stato,
        201
    );
    let zavorra = punto.path().join("zavorra");
    riempi(&zavorra);
    let file = file_gz(fornitura.path());
    let r = banco.carica("pre", COMUNE, NOME, std::fs::read(&file[0]).expect("a file"));
    assert_eq!(r.stato, 507, "{} {}", r.stato, r.testo());
    assert_eq!(r.json().expect("JSON")["errori"][0]["codice"], "SIM003");
    std::fs::remove_file(&zavorra).expect("freed");
    let id = banco.carica_tutti("pre", COMUNE, fornitura.path());
    assert_eq!(
        banco.attendi(&id, &["ELABORATA_OK", "KO"])["stato"],
        "ELABORATA_OK"
    );
    let prima = banco.json(
        "GET",
        &format!("/api/forniture?ambiente=test&comune={COMUNE}"),
        "",
    );
    assert_eq!(
        prima.as_array().map(Vec::len),
        Some(1),
        "what was stored before is still there"
    );
}

/// Room for the store, not for the ready Comuni: the state comes when there is some, whole, without a restart.
#[test]
fn un_disco_pieno_al_primo_avvio_si_libera_senza_riavvio() {
    let punto = tempfile::tempdir().expect("a folder");
    let dove = punto.path().to_str().expect("UTF-8").to_owned();
    let monta = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64m", "tmpfs", &dove])
        .output();
    if !monta.is_ok_and(|u| u.status.success()) {
        eprintln!("saltato: qui non si può montare un tmpfs (serve root)");
        return;
    }
    let _smonta = Smonta(dove);
    let zavorra = punto.path().join("zavorra");
    std::fs::write(&zavorra, vec![0_u8; 57 << 20]).expect("ballast");
    let banco = Banco::in_cartella(&punto.path().join("dati"), &[]).expect("the simulator starts");
    let mancano = |metodo: &str, percorso: &str| {
        let r = banco.api(metodo, percorso, Vec::new());
        assert_eq!(r.stato, 507, "{metodo} {percorso}: {}", r.testo());
        assert_eq!(r.json().expect("JSON")["errori"][0]["codice"], "SIM003");
    };
    let ci_sono = |perche: &str| {
        let fine = std::time::Instant::now() + std::time::Duration::from_mins(1);
        loop {
            let r = banco.api("GET", "/api/forniture", Vec::new());
            if r.stato == 200 {
                let tutte = r.json().expect("JSON");
                let mut viste: Vec<String> = tutte
                    .as_array()
                    .expect("a list")
                    .iter()
                    .map(|f| format!("{} {} {}", f["ambiente"], f["comune"], f["stato"]).replace('"', ""))
                    .collect();
                viste.sort();
                let attese: Vec<String> = ["pre", "sub", "test"]
                    .iter()
                    .flat_map(|a| ["888002", "888003"].map(|c| format!("{a} {c} ELABORATA_OK")))
                    .collect();
                assert_eq!(viste, attese, "{perche}: all of it, nothing twice");
                return;
            }
            assert_eq!(r.stato, 507, "{perche}: {}", r.testo());
            assert!(std::time::Instant::now() < fine, "{perche}: {}", r.testo());
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    };
    mancano("GET", "/api/forniture");
    mancano("POST", "/api/reset");
    mancano("GET", "/api/forniture");
    std::fs::remove_file(&zavorra).expect("freed");
    ci_sono("after the start");
    let fornitura = genera(&["--comune", COMUNE, "--abitanti", "50", "--aire", "1"]);
    let id = banco.carica_tutti("pre", COMUNE, fornitura.path());
    assert_eq!(
        banco.attendi(&id, &["ELABORATA_OK", "KO"])["stato"],
        "ELABORATA_OK"
    );

    // A reset that finds no room half-way is the same.
    riempi(&zavorra);
    assert_eq!(banco.api("POST", "/api/reset", Vec::new()).stato, 507);
    std::fs::remove_file(&zavorra).expect("freed");
    ci_sono("after the reset");
}

struct Smonta(String);
impl Drop for Smonta {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["-l", &self.0]).status();
    }
}

/// Fills the disk to the last byte.
fn riempi(file: &std::path::Path) {
    let mut f = std::fs::File::create(file).expect("a file");
    let blocco = vec![0u8; 1 << 16];
    while f.write_all(&blocco).is_ok() {}
    let byte = [0u8; 512];
    while f.write_all(&byte).is_ok() {}
}
