//! The gates of the counter (spec subentro §1.4, §4.1) through the real program: each code at its hit and not at its
//! near miss, and the one refusal of a request that is wrong in two ways.

use anpr_sim_tests::{Banco, apr, conta, esegui, espandi, file_gz, genera, gz};
use flate2::{Compression, GzBuilder};
use serde_json::Value;
use std::io::Write as _;

/// A small valid APR file of a Comune.
fn piccolo(comune: &str) -> Vec<u8> {
    gz(apr(&["--comune", comune, "--abitanti", "20"]).as_bytes())
}

fn nome_apr(comune: &str, resto: &str) -> String {
    format!("{comune}_SUBAPR_{resto}.gz")
}

fn niente() -> Vec<String> {
    Vec::new()
}

/// Codes of a refusal, or none when the file was taken.
fn esito(banco: &Banco, ambiente: &str, comune: &str, nome: &str, byte: &[u8]) -> Vec<String> {
    let r = banco.carica(ambiente, comune, nome, byte.to_vec());
    if r.stato == 201 {
        niente()
    } else {
        Banco::codici(&r)
    }
}

/// How many deliveries a Comune has there.
fn quante(banco: &Banco, ambiente: &str, comune: &str) -> usize {
    banco
        .json(
            "GET",
            &format!("/api/forniture?ambiente={ambiente}&comune={comune}"),
            "",
        )
        .as_array()
        .expect("a list")
        .len()
}

fn stato_comune(banco: &Banco, comune: &str, stato: &str) {
    banco.json(
        "PUT",
        &format!("/api/comuni/{comune}"),
        &format!(r#"{{"stato":"{stato}"}}"#),
    );
}

fn piano(banco: &Banco, comune: &str, piano: &str) {
    banco.json("PUT", &format!("/api/comuni/{comune}/piano?ambiente=sub"), piano);
}

/// A gzip member of exactly that many bytes, of a valid document followed by blanks.
fn lungo(documento: &str, byte: usize) -> Vec<u8> {
    // A long name in the gzip header takes up what stored blocks cannot hit exactly.
    let comprimi = |spazi: usize, nome: usize| {
        let mut gz = GzBuilder::new()
            .filename(vec![b'n'; nome])
            .write(Vec::new(), Compression::none());
        gz.write_all(documento.as_bytes()).expect("in memory");
        gz.write_all(&vec![b'\n'; spazi]).expect("in memory");
        gz.finish().expect("in memory")
    };
    let mut spazi = byte - documento.len() - byte / 1000 - 200;
    let manca = byte - comprimi(spazi, 1).len();
    spazi += manca.saturating_sub(200);
    let manca = byte - comprimi(spazi, 1).len();
    let fatto = comprimi(spazi, 1 + manca);
    assert_eq!(fatto.len(), byte);
    fatto
}

#[test]
fn en001_en007_en008_en038_en363_il_nome() {
    let banco = Banco::nuovo();
    let comune = "888001";
    let buono = piccolo(comune);
    let prova = |ambiente: &str, nome: &str| esito(&banco, ambiente, comune, nome, &buono);

    for nome in [
        "888001-SUBAPR-1-1-1.gz",
        "888001_SUBAPR_1_1_1.zip",
        "888001_SUBAPR_1_1.gz",
        "888001_SUBAPR_1_1_1_1.gz",
        "888001_subapr_1_1_1.gz",
        "888001_SUBAPR_1000_1_1.gz",
        "888001_SUBAPR_a_1_1.gz",
        "888001_SUBAIRE_1_1.gz",
    ] {
        assert_eq!(prova("pre", nome), ["EN001"], "{nome}");
    }
    // The refusal carries the name that was refused.
    let r = banco.carica("pre", comune, "888001_SUBAPR_1_1.gz", buono.clone());
    let testo = r.json().expect("JSON")["errori"][0]["testo"]
        .as_str()
        .expect("testo")
        .to_owned();
    assert!(testo.contains("888001_SUBAPR_1_1.gz"), "{testo}");

    assert_eq!(prova("pre", &nome_apr(comune, "1_3_2")), ["EN008"]);
    assert_eq!(prova("pre", &nome_apr(comune, "1_0_1")), ["EN008"]);
    assert_eq!(prova("test", &nome_apr(comune, "1_1_2")), ["EN363"]);
    assert_eq!(
        prova("pre", &nome_apr(comune, "1_1_100")),
        ["EN038"],
        "over the largest total"
    );
    assert_eq!(
        (quante(&banco, "pre", comune), quante(&banco, "test", comune)),
        (0, 0),
        "what is refused opens nothing"
    );

    // One delivery of two files: the first, then what does not fit it, then the second.
    assert_eq!(
        prova("pre", &nome_apr(comune, "1_1_2")),
        niente(),
        "in PRE the near miss of EN363"
    );
    assert_eq!(prova("pre", &nome_apr(comune, "1_1_2")), ["EN007"]);
    assert_eq!(
        prova("pre", &nome_apr(comune, "1_2_3")),
        ["EN038"],
        "another total of the same versione"
    );
    assert_eq!(prova("pre", &nome_apr(comune, "1_2_2")), niente());
    assert_eq!(quante(&banco, "pre", comune), 1);

    // 99 files are still allowed, and .GZ is a way to write .gz.
    let altro = piccolo("888004");
    assert_eq!(
        esito(&banco, "pre", "888004", &nome_apr("888004", "1_99_99"), &altro),
        niente()
    );
    let altro = piccolo("888005");
    assert_eq!(
        esito(&banco, "pre", "888005", "888005_SUBAPR_1_1_1.GZ", &altro),
        niente()
    );
    // The AIRE file too, once.
    assert_eq!(
        esito(&banco, "test", comune, "888001_SUBAIRE_3.gz", &gz(b"")),
        niente()
    );
    assert_eq!(
        esito(&banco, "test", comune, "888001_SUBAIRE_3.gz", &gz(b"")),
        ["EN007"]
    );
    assert_eq!(
        esito(&banco, "test", comune, "888001_SUBAIRE_4.gz", &gz(b"")),
        ["EN007"],
        "a delivery has one AIRE file"
    );
    let testo = |ambiente: &str, nome: &str, byte: &[u8]| {
        let r = banco.carica(ambiente, comune, nome, byte.to_vec());
        r.json().expect("JSON")["errori"][0]["testo"]
            .as_str()
            .expect("testo")
            .to_owned()
    };
    assert_eq!(
        testo("test", "888001_SUBAIRE_4.gz", &gz(b"")),
        "Il file 888001_SUBAIRE_3.gz è già stato ricevuto",
        "it names the file that was received, not the one that was not"
    );

    // What is wrong with the name itself comes before what was received already.
    let terzo = piccolo("888006");
    let in_pre = |resto: &str| esito(&banco, "pre", "888006", &nome_apr("888006", resto), &terzo);
    assert_eq!(in_pre("1_1_1"), niente());
    assert_eq!(in_pre("1_1_0"), ["EN008"]);
    assert_eq!(in_pre("1_1_2"), ["EN038"], "not the name that was received");
    assert_eq!(in_pre("1_1_100"), ["EN038"]);
    assert_eq!(in_pre("1_1_1"), ["EN007"]);
}

#[test]
fn in_test_un_solo_file_anche_se_uno_c_e_gia() {
    let banco = Banco::nuovo();
    let comune = "888007";
    let buono = piccolo(comune);
    let prova = |resto: &str| esito(&banco, "test", comune, &nome_apr(comune, resto), &buono);
    assert_eq!(prova("1_1_1"), niente());
    assert_eq!(prova("1_1_2"), ["EN363"]);
    assert_eq!(prova("1_1_100"), ["EN363"]);
    assert_eq!(prova("1_1_0"), ["EN008"]);
    assert_eq!(prova("1_1_1"), ["EN007"]);
    // Patterns are anchored: a line end is no part of a name.
    for coda in ["%0A", "%0D%0A", "%20", "+"] {
        let nome = format!("{}{coda}", nome_apr(comune, "1_1_1"));
        assert_eq!(esito(&banco, "pre", comune, &nome, &buono), ["EN001"], "{coda}");
    }
}

#[test]
fn en002_quindici_megabyte_giusti_e_un_byte_di_piu() {
    let banco = Banco::nuovo();
    let documento = apr(&["--comune", "888001", "--abitanti", "20"]);
    let nome = nome_apr("888001", "1_1_1");
    let r = banco.carica("pre", "888001", &nome, lungo(&documento, 15_728_641));
    assert_eq!(Banco::codici(&r), ["EN002"]);
    let testo = r.json().expect("JSON")["errori"][0]["testo"]
        .as_str()
        .expect("testo")
        .to_owned();
    assert!(
        testo.contains(&nome) && testo.contains("15 MB"),
        "name and limit: {testo}"
    );
    assert_eq!(quante(&banco, "pre", "888001"), 0);
    let giusto = lungo(&documento, 15_728_640);
    assert_eq!(esito(&banco, "pre", "888001", &nome, &giusto), niente());

    // Far past the limit the code is the same one, whatever stands inside.
    let enorme = vec![0x5a; 40 << 20];
    let r = banco.carica("test", "888001", &nome, enorme);
    assert_eq!(Banco::codici(&r), ["EN002"], "{}", r.testo());
}

#[test]
fn en009_en010_en031_en036_il_contenuto() {
    let banco = Banco::nuovo();
    let comune = "888001";
    let nome = nome_apr(comune, "1_1_1");
    let documento = apr(&["--comune", comune, "--abitanti", "20"]);
    let prova = |nome: &str, testo: &str| esito(&banco, "pre", comune, nome, &gz(testo.as_bytes()));

    // EN009 with a place, near miss: a trailing blank line (which leaves the file accepted below).
    let r = banco.carica(
        "pre",
        comune,
        &nome,
        gz(documento.replacen("<famiglie>", "<famiglie>testo", 1).as_bytes()),
    );
    assert_eq!(Banco::codici(&r), ["EN009"]);
    let errore = &r.json().expect("JSON")["errori"][0];
    let riga = documento
        .lines()
        .position(|l| l.starts_with("<famiglie>"))
        .expect("the families")
        + 1;
    assert_eq!(errore["riga"], riga, "{errore}");
    assert!(errore["colonna"].as_u64().is_some_and(|c| c > 0), "{errore}");

    // EN031: more than one file and nothing about this one.
    let (prima, resto) = documento.split_once("<datiInvio>").expect("datiInvio");
    let senza_invio = format!("{prima}{}", resto.split_once("</datiInvio>").expect("its end").1);
    let due = senza_invio.replacen("<totaleInvii>1<", "<totaleInvii>2<", 1);
    assert_eq!(prova(&nome_apr(comune, "1_1_2"), &due), ["EN031"]);

    // EN036: the kind chosen is not that of the name, whatever the content.
    for (tipo, nome) in [("AIRE", nome.as_str()), ("APR", "888001_SUBAIRE_1.gz")] {
        let r = banco.carica_come(tipo, "pre", comune, nome, gz(documento.as_bytes()));
        assert_eq!(Banco::codici(&r), ["EN036"], "{tipo} {nome}");
    }
    // An AIRE file under an APR name is no APR file.
    let aire = genera(&["--comune", comune, "--abitanti", "20", "--aire", "3"]);
    let aire = espandi(&file_gz(aire.path())[1]);
    assert_eq!(esito(&banco, "pre", comune, &nome, &gz(&aire)), ["EN009"]);

    // EN010: each condition of the layout, at the line where it is.
    let nome_aire = "888001_SUBAIRE_1.gz";
    let righe: Vec<&[u8]> = aire.split_inclusive(|b| *b == b'\n').collect();
    assert_eq!(righe.len(), 3);
    let cambia = |riga: usize, da: usize, con: &[u8]| {
        let mut nuovo = aire.clone();
        let inizio = riga * 722 + da - 1;
        nuovo[inizio..inizio + con.len()].copy_from_slice(con);
        nuovo
    };
    let solo_lf = [righe[0], &righe[1][..720], b"\n", righe[2]].concat();
    let senza_fine = aire[..aire.len() - 2].to_vec();
    for (che, byte, riga) in [
        ("solo LF", solo_lf, 2),
        ("ultima riga senza terminatore", senza_fine, 3),
        ("carattere di controllo", cambia(1, 50, b"\x01"), 2),
        ("grado nel cognome", cambia(2, 43, b"\xb0"), 3),
        ("data che non esiste", cambia(0, 116, b"19700230"), 1),
        ("data di iscrizione assente", cambia(1, 370, b"00000000"), 2),
        ("spazio nel codice fiscale", cambia(2, 30, b" "), 3),
        ("consolato inesistente (caso 23)", cambia(0, 388, b"9999999"), 1),
    ] {
        let r = banco.carica("pre", comune, nome_aire, gz(&byte));
        assert_eq!(Banco::codici(&r), ["EN010"], "{che}: {}", r.testo());
        assert_eq!(
            r.json().expect("JSON")["errori"][0]["riga"],
            riga,
            "{che}: {}",
            r.testo()
        );
    }
    let r = banco.carica("pre", comune, nome_aire, aire.clone());
    assert_eq!(Banco::codici(&r), ["EN010"], "not gzip");
    assert_eq!(quante(&banco, "pre", comune), 0);

    // The near misses: all accepted.
    assert_eq!(
        esito(&banco, "pre", comune, nome_aire, &gz(&cambia(2, 43, b"\xc9"))),
        niente(),
        "case 22"
    );
    assert_eq!(prova(&nome, &format!("{senza_invio}\n\n")), niente());
}

#[test]
fn en003_en032_en033_en034_il_piano_e_lo_stato() {
    let banco = Banco::nuovo();
    let comune = "888006";
    let buono = piccolo(comune);
    let nome = nome_apr(comune, "1_1_1");
    let prova = || esito(&banco, "sub", comune, &nome, &buono);

    // Case 64: no pre-subentro yet.
    assert_eq!(prova(), ["EN003"]);
    stato_comune(&banco, comune, "PRESUBENTRATO");
    piano(&banco, comune, "null");
    let r = banco.carica("sub", comune, &nome, buono.clone());
    assert_eq!(Banco::codici(&r), [""], "no plan blocks without a code");
    let testo = r.json().expect("JSON")["errori"][0]["testo"]
        .as_str()
        .expect("testo")
        .to_owned();
    assert!(testo.contains("piano"), "{testo}");
    for (finestra, atteso) in [
        (r#"{"inizio":"2021-02-01","fine":"2021-02-28"}"#, &["EN032"][..]),
        (r#"{"inizio":"2021-03-02","fine":"2021-03-31"}"#, &["EN032"]),
    ] {
        piano(&banco, comune, finestra);
        assert_eq!(prova(), atteso, "{finestra}");
    }
    // EN033 is about the plan itself; the one in force stays.
    let url = format!("/api/comuni/{comune}/piano?ambiente=sub");
    let r = banco.api(
        "PUT",
        &url,
        br#"{"inizio":"2021-12-10","fine":"2021-12-09"}"#.to_vec(),
    );
    assert_eq!(Banco::codici(&r), ["EN033"]);
    assert_eq!(banco.json("GET", &url, "")["inizio"], "2021-03-02");
    // EN035: a row that lacks a day, or has none that is one.
    for riga in [
        r#"{"inizio":"2021-03-02"}"#,
        r#"{"inizio":"2021-03-02","fine":"domani"}"#,
        r#"{"fine":"2021-03-02"}"#,
    ] {
        let r = banco.api("PUT", &url, riga.as_bytes().to_vec());
        assert_eq!(Banco::codici(&r), ["EN035"], "{riga}");
    }
    assert_eq!(banco.json("GET", &url, "")["inizio"], "2021-03-02");
    // One day is a window, and its last day is inside it.
    piano(&banco, comune, r#"{"inizio":"2021-03-01","fine":"2021-03-01"}"#);
    assert_eq!(prova(), niente());
    // TEST and PRE have no window.
    for ambiente in ["test", "pre"] {
        banco.json(
            "PUT",
            &format!("/api/comuni/{comune}/piano?ambiente={ambiente}"),
            "null",
        );
        assert_eq!(
            esito(&banco, ambiente, comune, &nome, &buono),
            niente(),
            "{ambiente}"
        );
    }

    // EN034 in PROD after an OK, for either kind and any versione; not after a KO.
    assert_eq!(
        esito(&banco, "sub", comune, &format!("{comune}_SUBAIRE_1.gz"), &gz(b"")),
        niente()
    );
    assert_eq!(
        banco.json("GET", &format!("/api/comuni/{comune}"), "")["stato"],
        "SUBENTRATO"
    );
    for nome in [
        nome.clone(),
        nome_apr(comune, "2_1_1"),
        format!("{comune}_SUBAIRE_1.gz"),
        format!("{comune}_SUBAIRE_2.gz"),
    ] {
        assert_eq!(esito(&banco, "sub", comune, &nome, &buono), ["EN034"], "{nome}");
    }
    let fallito = "888007";
    stato_comune(&banco, fallito, "PRESUBENTRATO");
    let rotto = conta(
        &apr(&["--comune", fallito, "--abitanti", "20"]),
        "numeroSchedeSoggettoInvio",
        1,
    );
    assert_eq!(
        esito(
            &banco,
            "sub",
            fallito,
            &nome_apr(fallito, "1_1_1"),
            &gz(rotto.as_bytes())
        ),
        niente()
    );
    assert_eq!(
        banco.json("GET", &format!("/api/comuni/{fallito}"), "")["stato"],
        "MANCATO_SUBENTRO"
    );
    assert_eq!(
        esito(
            &banco,
            "sub",
            fallito,
            &nome_apr(fallito, "2_1_1"),
            &piccolo(fallito)
        ),
        niente()
    );
}

#[test]
fn en003_en034_en037_en040_una_fornitura_per_volta() {
    let banco = Banco::nuovo();
    let comune = "888008";
    let buono = piccolo(comune);
    let vuoto = gz(b"");
    let prova = |nome: &str| {
        esito(
            &banco,
            "pre",
            comune,
            nome,
            if nome.contains("AIRE") { &vuoto } else { &buono },
        )
    };
    let aire = |n: u32| format!("{comune}_SUBAIRE_{n}.gz");

    // Case 13, and its near misses: the AIRE file of whatever counter.
    assert_eq!(prova(&nome_apr(comune, "1_1_1")), niente());
    assert_eq!(prova(&nome_apr(comune, "2_1_1")), ["EN037"]);
    assert_eq!(prova(&aire(7)), niente());

    // Case 14: it ended OK; the same versione again, and another one.
    let tutte = banco.json("GET", &format!("/api/forniture?ambiente=pre&comune={comune}"), "");
    let id = tutte[0]["id"].as_str().expect("id").to_owned();
    assert_eq!(tutte[0]["stato"], "ELABORATA_OK");
    assert_eq!(prova(&nome_apr(comune, "1_1_1")), ["EN040"]);
    assert_eq!(prova(&nome_apr(comune, "2_1_1")), ["EN034"]);
    assert_eq!(prova(&aire(7)), ["EN040"]);
    assert_eq!(prova(&aire(8)), ["EN034"]);

    // The cancellation is under way: nothing may be sent until the night.
    assert_eq!(
        banco.json("DELETE", &format!("/api/forniture/{id}"), "")["stato"],
        "CANCELLAZIONE_RICHIESTA"
    );
    for nome in [
        nome_apr(comune, "1_1_1"),
        nome_apr(comune, "2_1_1"),
        aire(7),
        aire(8),
    ] {
        assert_eq!(prova(&nome), ["EN003"], "{nome}");
    }
    assert_eq!(
        banco.json("POST", "/api/notte", ""),
        serde_json::json!({"cancellate": [id]})
    );
    assert_eq!(
        prova(&nome_apr(comune, "1_1_1")),
        niente(),
        "EN007 near miss: the same name after the cancellation"
    );

    // An AIRE file alone has no versione to contradict (case 4).
    assert_eq!(esito(&banco, "test", comune, &aire(1), &vuoto), niente());
    assert_eq!(
        esito(&banco, "test", comune, &nome_apr(comune, "5_1_1"), &buono),
        niente()
    );
    let f = banco.json(
        "GET",
        &format!("/api/forniture?ambiente=test&comune={comune}"),
        "",
    );
    assert_eq!(
        (f.as_array().map(Vec::len), &f[0]["stato"], &f[0]["versione"]),
        (Some(1), &Value::from("ELABORATA_OK"), &Value::from(5))
    );

    // After a KO the versione may be raised, or kept (EN040 and EN007 near misses).
    let altro = "888009";
    let rotto = gz(conta(
        &apr(&["--comune", altro, "--abitanti", "20"]),
        "numeroSchedeSoggettoInvio",
        1,
    )
    .as_bytes());
    assert_eq!(
        esito(&banco, "pre", altro, &nome_apr(altro, "1_1_1"), &rotto),
        niente()
    );
    assert_eq!(
        esito(&banco, "pre", altro, &nome_apr(altro, "1_1_1"), &rotto),
        niente(),
        "the same name after the KO"
    );
    assert_eq!(
        esito(&banco, "pre", altro, &nome_apr(altro, "2_1_1"), &piccolo(altro)),
        niente()
    );
    let f = banco.json("GET", &format!("/api/forniture?ambiente=pre&comune={altro}"), "");
    let stati: Vec<&str> = f
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|f| f["stato"].as_str())
        .collect();
    assert_eq!(stati, ["KO", "KO", "IN_ELABORAZIONE"]);
}

#[test]
fn una_richiesta_sbagliata_in_due_modi_riceve_il_primo_dei_due_codici() {
    let banco = Banco::nuovo();
    let documento = apr(&["--comune", "888004", "--abitanti", "20"]);
    let buono = gz(documento.as_bytes());
    let enorme = lungo(&documento, 15_728_641);
    let vuoto = gz(b"");

    // 1 before 2, 2 before 3 and 8.
    banco.json("PUT", "/api/comuni/888004", r#"{"pec":null}"#);
    banco.json("PUT", "/api/comuni/888002", r#"{"pec":null}"#);
    assert_eq!(
        esito(&banco, "pre", "888004", "888005_SUBAPR_1_1_1.gz", &buono),
        ["EN039"]
    );
    assert_eq!(
        esito(&banco, "pre", "888004", "888005-SUBAPR.zip", &buono),
        ["EN039"],
        "the code is readable in a wrong name"
    );
    assert_eq!(
        esito(&banco, "pre", "888002", &nome_apr("888002", "9_1_1"), &buono),
        ["EN362"]
    );
    assert_eq!(
        esito(&banco, "sub", "888002", &nome_apr("888002", "1_1_1"), &buono),
        ["EN362"]
    );
    for ambiente in ["test", "pre", "sub"] {
        assert_eq!(
            esito(&banco, ambiente, "888004", "888004_SUBAPR.gz", &buono),
            ["EN362"],
            "{ambiente}"
        );
    }
    banco.json("PUT", "/api/comuni/888004", r#"{"pec":"prova@comune.example"}"#);
    banco.json("PUT", "/api/comuni/888002", r#"{"pec":"prova@comune.example"}"#);

    // 3 before 4, 7 and 8.
    piano(&banco, "888002", "null");
    assert_eq!(
        esito(&banco, "sub", "888002", &nome_apr("888002", "1_1_1"), &buono),
        ["EN034"]
    );
    assert_eq!(
        esito(&banco, "pre", "888002", &nome_apr("888002", "9_3_2"), &buono),
        ["EN034"]
    );
    assert_eq!(
        esito(&banco, "pre", "888002", "888002_SUBAPR.gz", &buono),
        ["EN034"]
    );
    // 4 before 5 and 8.
    piano(&banco, "888004", "null");
    assert_eq!(esito(&banco, "sub", "888004", "888004_SUBAPR.gz", &buono), [""]);
    piano(&banco, "888004", r#"{"inizio":"2021-02-01","fine":"2021-02-28"}"#);
    assert_eq!(
        esito(&banco, "sub", "888004", "888004_SUBAPR.gz", &buono),
        ["EN032"]
    );
    piano(&banco, "888004", r#"{"inizio":"2021-02-01","fine":"2021-03-31"}"#);
    assert_eq!(
        esito(&banco, "sub", "888004", "888004_SUBAPR.gz", &buono),
        ["EN003"]
    );
    // 5 before 6: an open delivery in a state that forbids sending.
    stato_comune(&banco, "888004", "PRESUBENTRATO");
    assert_eq!(
        esito(&banco, "sub", "888004", &nome_apr("888004", "1_1_1"), &buono),
        niente()
    );
    stato_comune(&banco, "888004", "CENSITO");
    assert_eq!(
        esito(&banco, "sub", "888004", &nome_apr("888004", "2_1_1"), &buono),
        ["EN003"]
    );
    // 6 before 8 and 9.
    stato_comune(&banco, "888004", "PRESUBENTRATO");
    assert_eq!(
        esito(&banco, "sub", "888004", &nome_apr("888004", "2_3_2"), &enorme),
        ["EN037"]
    );
    // 7 before 8.
    assert_eq!(
        esito(&banco, "pre", "888002", &nome_apr("888002", "1_3_2"), &buono),
        ["EN040"]
    );
    // Inside 8: duplicate, progressive, total, the one file of TEST.
    assert_eq!(
        esito(&banco, "sub", "888004", &nome_apr("888004", "1_1_100"), &buono),
        ["EN007"]
    );
    assert_eq!(
        esito(&banco, "test", "888004", &nome_apr("888004", "1_101_100"), &buono),
        ["EN008"]
    );
    assert_eq!(
        esito(&banco, "test", "888004", &nome_apr("888004", "1_1_100"), &buono),
        ["EN038"]
    );
    // 8 before 9, 9 before 10, 10 before 11.
    assert_eq!(
        esito(&banco, "test", "888004", &nome_apr("888004", "1_1_2"), &enorme),
        ["EN363"]
    );
    let r = banco.carica_come(
        "AIRE",
        "test",
        "888004",
        &nome_apr("888004", "1_1_1"),
        enorme.clone(),
    );
    assert_eq!(Banco::codici(&r), ["EN002"]);
    let r = banco.carica_come("AIRE", "test", "888004", &nome_apr("888004", "1_1_1"), vuoto);
    assert_eq!(Banco::codici(&r), ["EN036"]);
    assert_eq!(quante(&banco, "test", "888004"), 0);
}

#[test]
fn un_aire_di_tracciato_ignoto_e_opaco_oppure_rifiutato() {
    // Any constant length but that of the layout of ours.
    let ignoto = gz(&[&[b'A'; 300][..], b"\r\n", &[0xc9; 300], b"\r\n"].concat());
    let storto = gz(format!("{}\r\n{}\r\n", "A".repeat(300), "B".repeat(299)).as_bytes());
    let comune = "888010";
    let nome = format!("{comune}_SUBAIRE_1.gz");

    let severo = Banco::con(&["--aire-ignoto", "rifiuta"]);
    assert_eq!(esito(&severo, "pre", comune, &nome, &ignoto), ["EN010"]);
    assert_eq!(quante(&severo, "pre", comune), 0);
    assert_eq!(
        esito(&severo, "pre", comune, &nome, &gz(b"")),
        niente(),
        "an empty file has no layout to refuse"
    );
    drop(severo);

    let banco = Banco::nuovo();
    assert_eq!(
        esito(&banco, "pre", comune, &nome, &storto),
        ["EN010"],
        "lines of two lengths are no layout"
    );
    let ricevuta = banco.accetta("pre", comune, &nome, ignoto);
    assert_eq!(ricevuta["opaco"], true);
    let id = ricevuta["fornitura"].as_str().expect("id");
    banco.accetta("pre", comune, &nome_apr(comune, "1_1_1"), piccolo(comune));
    let f = banco.fornitura(id);
    assert_eq!(f["stato"], "ELABORATA_OK");
    assert_eq!(f["schede"]["aire"], 0, "nothing inside was read");
    assert_eq!(f["file"][0]["righe"], 2, "lines are counted");
    let file = f["file"]
        .as_array()
        .expect("file")
        .iter()
        .find(|x| x["tipo"] == "AIRE")
        .expect("the AIRE file");
    assert_eq!(file["formatoAire"], "opaco");
    let pec = banco.pec(comune);
    assert_eq!(pec.len(), 1);
    let pec = banco.json(
        "GET",
        &format!("/api/pec/{}", pec[0]["id"].as_str().expect("id")),
        "",
    );
    assert!(
        pec["testo"]
            .as_str()
            .is_some_and(|t| t.contains("Nota sul file AIRE")),
        "{pec}"
    );
    let cookie = banco.entra("pre", comune);
    let pagina = banco.pagina("pre", &cookie, &format!("/combas/esiti/{id}"));
    assert!(pagina.contains("tracciato AIRE non riconosciuto"), "{pagina}");
}

#[test]
fn i_varchi_valgono_anche_per_s001() {
    let banco = Banco::nuovo();
    let dati = banco.dati.to_str().expect("UTF-8");
    let cartella = tempfile::tempdir().expect("a folder");
    let spedisci = |nome: &str, byte: &[u8]| {
        let file = cartella.path().join(nome);
        std::fs::write(&file, byte).expect("a file");
        let uscita = esegui(&[
            "send",
            "--data",
            dati,
            "--ambiente",
            "test",
            "--operazione",
            "S001",
            "--comune",
            "888001",
            "--json",
            "--file",
            file.to_str().expect("UTF-8"),
        ]);
        let v: Value = serde_json::from_slice(&uscita.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&uscita.stderr)));
        assert_eq!(v["http"], 200, "{v}");
        let corpo = v["corpo"].as_str().expect("corpo").to_owned();
        let codici: Vec<String> = corpo
            .split("<codiceErroreAnomalia>")
            .skip(1)
            .filter_map(|t| t.split('<').next().map(str::to_owned))
            .collect();
        assert_eq!(
            uscita.status.code(),
            Some(i32::from(!codici.is_empty())),
            "{corpo}"
        );
        (codici, corpo)
    };
    let buono = piccolo("888001");
    for (nome, byte, atteso) in [
        ("888002_SUBAPR_1_1_1.gz", &buono[..], &["EN039"][..]),
        ("888001_SUBAPR_1_1.gz", &buono[..], &["EN001"]),
        ("888001_SUBAPR_1_1_2.gz", &buono[..], &["EN363"]),
        ("888001_SUBAIRE_1.gz", &gz(b"")[..], &["EN036"]),
        ("888001_SUBAPR_1_1_1.gz", &b"niente gzip"[..], &["EN009"]),
        ("888001_SUBAPR_1_1_1.gz", &buono[..], &[]),
        ("888001_SUBAPR_1_1_1.gz", &buono[..], &["EN007"]),
    ] {
        let (codici, corpo) = spedisci(nome, byte);
        assert_eq!(codici, atteso, "{nome}: {corpo}");
    }
    assert_eq!(quante(&banco, "test", "888001"), 1);
}
