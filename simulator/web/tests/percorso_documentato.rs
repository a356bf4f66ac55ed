//! The coverage table of the journey (`docs/PERCORSO.md`): complete, without doubles, and honest about its tests.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Rows of the journey: prefix and how many.
const RIGHE: [(char, usize); 10] = [
    ('P', 3),
    ('B', 11),
    ('M', 6),
    ('W', 4),
    ('F', 3),
    ('C', 11),
    ('D', 4),
    ('G', 5),
    ('K', 2),
    ('T', 5),
];

fn radice() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every `.rs` file of a folder, but of built things.
fn sorgenti(cartella: &Path, trovati: &mut Vec<PathBuf>) {
    for voce in fs::read_dir(cartella).expect("a folder") {
        let percorso = voce.expect("an entry").path();
        if percorso.is_dir() {
            if !percorso.ends_with("target") {
                sorgenti(&percorso, trovati);
            }
        } else if percorso.extension().is_some_and(|e| e == "rs") {
            trovati.push(percorso);
        }
    }
}

/// Names of the functions that carry a test attribute.
fn prove() -> BTreeSet<String> {
    let mut file = Vec::new();
    for cartella in ["simulator", "tests", "certs"] {
        sorgenti(&radice().join(cartella), &mut file);
    }
    let mut nomi = BTreeSet::new();
    for f in file {
        let testo = fs::read_to_string(f).expect("text");
        let mut prova = false;
        for riga in testo.lines().map(str::trim) {
            if riga.starts_with("#[test]") || riga.starts_with("#[tokio::test") {
                prova = true;
            } else if let Some(resto) = riga
                .strip_prefix("async fn ")
                .or_else(|| riga.strip_prefix("fn "))
                .filter(|_| prova)
            {
                nomi.insert(resto.split('(').next().unwrap_or_default().to_owned());
                prova = false;
            }
        }
    }
    nomi
}

#[test]
fn every_row_of_the_journey_is_here_once_and_its_tests_exist() {
    let testo = fs::read_to_string(radice().join("simulator/docs/PERCORSO.md")).expect("the table");
    let attese: Vec<String> = RIGHE
        .iter()
        .flat_map(|(c, n)| (1..=*n).map(move |i| format!("{c}{i:02}")))
        .collect();
    let prove = prove();
    assert!(prove.contains("every_row_of_the_journey_is_here_once_and_its_tests_exist"));
    let mut viste = Vec::new();
    for riga in testo.lines().filter(|r| r.starts_with("| ")) {
        let celle: Vec<&str> = riga.trim_matches('|').split('|').map(str::trim).collect();
        if celle[0] == "id" || celle[0].starts_with("---") {
            continue;
        }
        assert_eq!(celle.len(), 4, "{riga}");
        let (id, qui, prova) = (celle[0], celle[2], celle[3]);
        viste.push(id.to_owned());
        let nominate: Vec<&str> = prova.split('`').skip(1).step_by(2).collect();
        if nominate.is_empty() {
            assert_eq!(
                (qui, prova),
                ("non ancora", "non ancora"),
                "{id}: what is there has a test"
            );
        }
        for nome in nominate {
            assert!(prove.contains(nome), "{id}: no test is called {nome}");
        }
    }
    assert_eq!(viste, attese);
}

/// Columns of the table of defences after the place.
const MINACCE: usize = 8;

#[test]
fn every_place_has_a_test_for_every_threat() {
    let testo = fs::read_to_string(radice().join("simulator/docs/SICUREZZA.md")).expect("the page");
    let prove = prove();
    let tabella = testo
        .split("<!-- difese -->")
        .nth(1)
        .expect("the table of defences");
    let mut luoghi = Vec::new();
    for riga in tabella
        .lines()
        .filter(|r| r.starts_with("| ") && !r.starts_with("| ---"))
        .skip(1)
    {
        let celle: Vec<&str> = riga.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(celle.len(), MINACCE + 1, "{riga}");
        luoghi.push(celle[0].to_owned());
        for cella in &celle[1..] {
            let note: Vec<&str> = cella
                .split(|c: char| !c.is_ascii_digit())
                .filter(|n| !n.is_empty())
                .collect();
            assert!(!note.is_empty() || *cella == "–", "{}: {cella}", celle[0]);
            for n in note {
                let voce = format!("\n{n}. ");
                let nome = tabella.split(&voce).nth(1).and_then(|r| r.split('`').nth(1));
                let nome = nome.unwrap_or_else(|| panic!("no entry {n} under the table"));
                assert!(prove.contains(nome), "{n}: no test is called {nome}");
            }
        }
    }
    assert_eq!(
        luoghi,
        [
            "applicazione web (test, pre, sub)",
            "carta",
            "area privata",
            "Prefettura",
            "dashboard",
            "console e API"
        ]
    );
}
