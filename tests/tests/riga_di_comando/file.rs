//! `check` and `generate`: files without a server.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anpr_sim_tests::{OGGI, apr, conta, esegui_bene, espandi, file_gz, genera, programma};
use serde_json::Value;

use super::{giro, json, non_riesce, percorsi, strada, testo};

fn conteggi(v: &Value) -> BTreeMap<String, u64> {
    serde_json::from_value(v.clone()).expect("code → count")
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
