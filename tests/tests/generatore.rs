//! Synthetic deliveries and layouts of the AIRE file, through the program.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use anpr_sim_tests::{Banco, OGGI, esegui, espandi, file_gz, genera, gz};
use serde_json::Value;

/// Characters of a line of the embedded layout.
const RIGA: usize = 720;

/// The counts of `check` on some files, and its exit code.
fn controlla(file: &[&Path], opzioni: &[&str]) -> (BTreeMap<String, u64>, Option<i32>) {
    let mut tutti = vec!["check", "--json", "--oggi", OGGI];
    tutti.extend_from_slice(opzioni);
    tutti.extend(file.iter().map(|f| f.to_str().expect("UTF-8")));
    let uscita = esegui(&tutti);
    let v: Value = serde_json::from_slice(&uscita.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&uscita.stderr)));
    let conteggi = serde_json::from_value(v["conteggi"].clone()).expect("code → count");
    (conteggi, uscita.status.code())
}

fn manifesto(cartella: &Path) -> (Value, String) {
    let file = cartella.join("888001_manifesto_1.json");
    let v = serde_json::from_slice(&fs::read(&file).expect("written")).expect("JSON");
    (v, file.to_str().expect("UTF-8").to_owned())
}

/// `check --manifesto` finds what the manifest says, no more and no less.
fn attese(argomenti: &[&str]) -> (BTreeMap<String, u64>, Value) {
    let cartella = genera(argomenti);
    let (v, m) = manifesto(cartella.path());
    let file = file_gz(cartella.path());
    let file: Vec<&Path> = file.iter().map(AsRef::as_ref).collect();
    let (trovate, _) = controlla(&file, &["--manifesto", &m]);
    let attese: BTreeMap<String, u64> = serde_json::from_value(v["attese"].clone()).expect("code → count");
    assert_eq!(trovate, attese, "{argomenti:?}");
    (trovate, v)
}

#[test]
fn what_the_tax_register_knows_otherwise_travels_in_the_manifest() {
    let codici = "EA003=2,EA029=2,EAA30=2,EAA31=2,EAA40=2,EAA41=2,EAA50=2,EAA51=2,EA002=1,EC001=1";
    let (trovate, v) = attese(&["--abitanti", "400", "--aire", "30", "--anomalie", codici]);
    assert_eq!(trovate.len(), 10);
    assert_eq!(v["tributaria"].as_array().map(Vec::len), Some(16));
}

#[test]
fn a_realistic_delivery_has_its_manifest() {
    let (trovate, v) = attese(&["--abitanti", "3000", "--aire", "400", "--profilo", "realistico"]);
    let quante: u64 = trovate.values().sum();
    let coperte = v["piantate"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|p| p["coperta"] == true)
        .count();
    assert!((300..430).contains(&(quante as usize + coperte)), "{trovate:?}");
    let pulita = attese(&["--abitanti", "300", "--aire", "40", "--profilo", "pulito"]);
    assert!(pulita.0.is_empty());
}

#[test]
fn damaged_copies_are_refused_as_the_manifest_says() {
    let argomenti = [
        "--abitanti",
        "200",
        "--aire",
        "9",
        "--invii",
        "2",
        "--anomalie",
        "EN001=1,EN002=1,EN008=1,EN009=1,EN010=1,EN031=1,EN038=1,EN039=1,EN363=1",
    ];
    let (trovate, v) = attese(&argomenti);
    assert!(trovate.is_empty(), "the delivery itself is clean");
    let cartella = genera(&argomenti);
    let banco = Banco::nuovo();
    let rifiutati = v["rifiutati"].as_array().expect("a list");
    assert_eq!(rifiutati.len(), 9);
    for r in rifiutati {
        let file = cartella.path().join(r["file"].as_str().expect("a path"));
        let nome = file
            .file_name()
            .and_then(|n| n.to_str())
            .expect("a name")
            .to_owned();
        let byte = fs::read(&file).expect("written");
        assert_eq!(
            banco.rifiuta(r["ambiente"].as_str().unwrap_or("pre"), "888001", &nome, byte),
            [r["codice"].as_str().expect("a code")]
        );
    }
}

/// The embedded layout backwards, one character longer, without the fields in `tolti`; and how to rewrite a line in it.
fn al_contrario(tolti: &[&str]) -> (String, impl Fn(&[u8]) -> Vec<u8>) {
    let simaire =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/aire/simaire-1.tsv"))
            .expect("the embedded layout");
    let campi: Vec<(usize, usize, String, String)> = simaire
        .lines()
        .filter(|r| r.starts_with(|c: char| c.is_ascii_digit()))
        .map(|r| {
            let c: Vec<&str> = r.split('\t').collect();
            let numero = |i: usize| c[i].parse::<usize>().expect("a number");
            (numero(1) - 1, numero(2), c[3].to_owned(), c[4].to_owned())
        })
        .collect();
    let mut layout = format!(
        "# al contrario\nlayout\tROVESCIO-1\t{}\n1\t1\t1\tA\triservato\n",
        RIGA + 1
    );
    let mut inizio = 2;
    for (n, (_, lunghezza, tipo, nome)) in campi.iter().rev().enumerate() {
        let (tipo, nome) = if tolti.contains(&nome.as_str()) {
            ("AN", "riservato")
        } else {
            (tipo.as_str(), nome.as_str())
        };
        writeln!(layout, "{}\t{inizio}\t{lunghezza}\t{tipo}\t{nome}", n + 2).expect("in memory");
        inizio += lunghezza;
    }
    let riscrivi = move |riga: &[u8]| {
        let mut nuova = vec![b' '];
        for (da, lunghezza, ..) in campi.iter().rev() {
            nuova.extend_from_slice(&riga[*da..da + lunghezza]);
        }
        nuova.extend_from_slice(b"\r\n");
        nuova
    };
    (layout, riscrivi)
}

#[test]
fn another_layout_is_judged_by_the_same_checks() {
    let piante = "EC060=2,EC061=1,EC062=1,EC164=2,ES078=3,ES079=1,ES049=1,EAA31=1";
    let cartella = genera(&["--abitanti", "50", "--aire", "60", "--anomalie", piante]);
    let (v, m) = manifesto(cartella.path());
    let attese: BTreeMap<String, u64> = serde_json::from_value(v["attese"].clone()).expect("code → count");
    let aire = file_gz(cartella.path()).pop().expect("the AIRE file");
    let testo = espandi(&aire);
    for tolti in [
        &[][..],
        &["motivoIscrizione", "annoEspatrio", "istatAttoNascita"][..],
    ] {
        let (layout, riscrivi) = al_contrario(tolti);
        let dove = tempfile::tempdir().expect("a folder");
        let tsv = dove.path().join("rovescio.tsv");
        fs::write(&tsv, layout).expect("written");
        let tsv = tsv.to_str().expect("UTF-8");
        let mio = dove.path().join("888001_SUBAIRE_1.gz");
        let righe: Vec<u8> = testo
            .chunks(RIGA + 2)
            .flat_map(|r| riscrivi(&r[..RIGA]))
            .collect();
        fs::write(&mio, gz(&righe)).expect("written");
        let (trovate, _) = controlla(&[&mio], &["--manifesto", &m, "--aire-layout", tsv]);
        let mut queste = attese.clone();
        if !tolti.is_empty() {
            queste.retain(|c, _| c != "EC060" && c != "ES079");
        }
        assert_eq!(trovate, queste, "without {tolti:?}");
        // Without the layout it is a file nobody can read inside.
        assert_eq!(controlla(&[&mio], &["--manifesto", &m]).0, BTreeMap::new());
        if tolti.is_empty() {
            let banco = Banco::con(&["--aire-layout", tsv]);
            let byte = fs::read(&mio).expect("written");
            assert_eq!(
                banco.accetta("pre", "888001", "888001_SUBAIRE_1.gz", byte)["opaco"],
                false
            );
        }
    }
}

#[test]
fn a_layout_can_be_tested_alone() {
    let dove = tempfile::tempdir().expect("a folder");
    let tsv = dove.path().join("mio.tsv");
    let (layout, _) = al_contrario(&["motivoIscrizione"]);
    fs::write(&tsv, &layout).expect("written");
    let percorso = tsv.to_str().expect("UTF-8");
    let uscita = esegui(&["check", "--aire-layout", percorso]);
    let testo = String::from_utf8(uscita.stdout).expect("UTF-8");
    assert_eq!(uscita.status.code(), Some(0), "{testo}");
    for parte in [
        "ROVESCIO-1",
        "721",
        "codiceIscrizioneAire",
        "senza controlli: motivoIscrizione",
    ] {
        assert!(testo.contains(parte), "«{parte}» in {testo}");
    }
    let uscita = esegui(&["check", "--json", "--aire-layout", percorso]);
    let v: Value = serde_json::from_slice(&uscita.stdout).expect("JSON");
    assert_eq!(
        (&v[0]["lunghezza"], &v[0]["mancanti"][0]),
        (&721.into(), &"motivoIscrizione".into())
    );
    // Line 3 claims two characters, the next field still begins at 2.
    fs::write(&tsv, layout.replacen("1\t1\t1\tA", "1\t1\t2\tA", 1)).expect("written");
    let uscita = esegui(&["check", "--aire-layout", percorso]);
    let testo = String::from_utf8(uscita.stdout).expect("UTF-8");
    assert_eq!(uscita.status.code(), Some(1), "{testo}");
    assert!(
        testo.contains("mio.tsv: riga 4: ") && testo.contains("finisce a 2"),
        "{testo}"
    );
    let uscita = esegui(&["check", "--aire-layout", percorso, percorso]);
    assert_eq!(uscita.status.code(), Some(2), "a wrong layout judges nothing");
    assert_eq!(esegui(&["check"]).status.code(), Some(2), "nothing to check");
}
