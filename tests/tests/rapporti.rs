//! Reports of `check`, through the program: one planted delivery, the same exact counts in every format, each read by a
//! parser that is not ours.

use std::{
    collections::BTreeMap,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use anpr_sim_tests::{OGGI, attrezzo, esegui, file_gz, genera};
use serde_json::{Value, json};
use tempfile::TempDir;

/// What every test of counts plants.
const PIANTATE: [(&str, u64); 5] = [
    ("EA001", 2),
    ("EC075", 25),
    ("EHR71", 1),
    ("ES092", 3),
    ("ES127", 2),
];

/// Reads a report with the parsers of Python's own library and prints what it found as JSON.
const LETTORE: &str = r#"
import collections, csv, html.parser, io, json, sys, xml.etree.ElementTree as ET
forma, testo = sys.argv[1], sys.stdin.buffer.read().decode("utf-8")
if forma == "csv":
    righe = list(csv.DictReader(io.StringIO(testo, newline=""), delimiter=","))
    esce = {"conteggi": collections.Counter(r["codice"] for r in righe), "righe": righe,
            "colonne": testo.split("\r\n")[0].split(",")}
elif forma == "junit":
    radice = ET.fromstring(testo)
    assert radice.tag == "testsuites", radice.tag
    casi = radice.findall("./testsuite/testcase")
    for e in (radice, radice.find("testsuite")):
        assert int(e.get("tests")) == len(casi)
        assert int(e.get("failures")) == len(radice.findall(".//failure"))
        assert int(e.get("skipped")) == len(radice.findall(".//skipped"))
    esce = {"conteggi": {p.get("name")[10:]: int(p.get("value")) for p in radice.iter("property")
                         if p.get("name").startswith("conteggio.")},
            "falliti": [c.get("name").split()[0] for c in casi if c.find("failure") is not None],
            "saltati": [c.get("name").split()[0] for c in casi if c.find("skipped") is not None],
            "casi": [c.get("name").split()[0] for c in casi],
            "testo": " ".join(radice.itertext()) + " ".join(v for e in radice.iter() for v in e.attrib.values())}
elif forma == "html":
    VUOTI = {"meta", "br", "link", "img", "input", "hr"}
    class P(html.parser.HTMLParser):
        aperti, tag, attributi, celle, testo, errori, sezioni = [], [], [], [], [], [], {}
        def handle_starttag(self, t, a):
            self.tag.append(t); self.attributi += a
            if t not in VUOTI: self.aperti.append((t, dict(a)))
            if t == "tr" and any("barre" in (d.get("class") or "") for _, d in self.aperti): self.celle.append([])
        def handle_endtag(self, t):
            if not self.aperti or self.aperti[-1][0] != t: self.errori.append((t, self.getpos()))
            else: self.aperti.pop()
        def handle_data(self, d):
            if any(t == "style" for t, _ in self.aperti): return
            self.testo.append(d)
            if self.celle and any("barre" in (x.get("class") or "") for _, x in self.aperti) and d.strip(): self.celle[-1].append(d.strip())
            for t, x in self.aperti:
                if t == "section": self.sezioni[x["id"]] = self.sezioni.get(x["id"], "") + d
    p = P(); p.feed(testo); p.close()
    assert not p.errori and not p.aperti, (p.errori, p.aperti)
    righe = [c for c in p.celle if len(c) >= 3 and c[0] != "Codice"]
    esce = {"conteggi": {c[0]: int(c[2].replace(".", "")) for c in righe}, "ordine": [c[0] for c in righe],
            "tag": sorted(set(p.tag)), "attributi": [[n, v or ""] for n, v in p.attributi],
            "testo": " ".join(p.testo), "sezioni": p.sezioni}
else:
    esce = json.loads(testo)
    if forma == "sarif":
        assert esce["version"] == "2.1.0" and len(esce["runs"]) == 1
        corsa = esce["runs"][0]
        regole = corsa["tool"]["driver"]["rules"]
        assert corsa["tool"]["driver"]["name"] == "anpr-sim" and corsa["columnKind"] == "unicodeCodePoints"
        assert len({r["id"] for r in regole}) == len(regole)
        for r in regole:
            assert r["help"]["text"] and r["shortDescription"]["text"] and r["fullDescription"]["text"], r
            assert r["defaultConfiguration"]["level"] in ("error", "warning")
        for r in corsa["results"]:
            assert r["message"]["text"] and r["level"] in ("error", "warning")
            assert regole[r["ruleIndex"]]["id"] == r["ruleId"]
            for luogo in r.get("locations", []):
                dove = luogo["physicalLocation"]
                artefatto = corsa["artifacts"][dove["artifactLocation"]["index"]]
                assert artefatto["location"]["uri"] == dove["artifactLocation"]["uri"]
                assert dove["region"]["startLine"] >= 1 and dove["region"]["startColumn"] >= 1
                if "parentIndex" in artefatto:
                    assert corsa["artifacts"][artefatto["parentIndex"]]["location"]["uri"].endswith(".gz")
        esce["conteggi"] = collections.Counter(r["ruleId"] for r in corsa["results"])
json.dump(esce, sys.stdout)
"#;

/// A delivery with the planted anomalies.
fn piantata() -> TempDir {
    let anomalie: Vec<String> = PIANTATE.iter().map(|(c, n)| format!("{c}={n}")).collect();
    genera(&[
        "--abitanti",
        "400",
        "--aire",
        "5",
        "--anomalie",
        &anomalie.join(","),
    ])
}

fn attesi() -> BTreeMap<String, u64> {
    PIANTATE.iter().map(|(c, n)| ((*c).to_owned(), *n)).collect()
}

/// Runs `check` on some files; the options come last.
fn check(file: &[PathBuf], opzioni: &[&str]) -> Output {
    let mut argomenti = vec!["check"];
    argomenti.extend(file.iter().map(|f| f.to_str().expect("UTF-8 path")));
    argomenti.extend(["--oggi", OGGI]);
    argomenti.extend(opzioni);
    esegui(&argomenti)
}

/// The report as the foreign parser saw it; `None` where there is no Python.
fn letto(forma: &str, uscita: &Output) -> Option<Value> {
    use std::io::Write as _;
    if !attrezzo("python3") {
        return None;
    }
    assert!(
        matches!(uscita.status.code(), Some(0 | 1)),
        "{}",
        String::from_utf8_lossy(&uscita.stderr)
    );
    let mut python = Command::new("python3")
        .args(["-c", LETTORE, forma])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("python starts");
    let mut ingresso = python.stdin.take().expect("piped");
    let byte = uscita.stdout.clone();
    let scrive = std::thread::spawn(move || ingresso.write_all(&byte));
    let detto = python.wait_with_output().expect("python ends");
    scrive
        .join()
        .expect("the writer ends")
        .expect("python reads everything");
    assert!(
        detto.status.success(),
        "{forma}: {}",
        String::from_utf8_lossy(&detto.stderr)
    );
    Some(serde_json::from_slice(&detto.stdout).expect("JSON"))
}

fn conteggi(v: &Value) -> BTreeMap<String, u64> {
    serde_json::from_value(v.clone()).expect("counts")
}

fn testo(uscita: &Output) -> String {
    String::from_utf8(uscita.stdout.clone()).expect("UTF-8")
}

/// The expanded content of a `.gz`.
fn espanso(file: &Path) -> String {
    let mut testo = String::new();
    flate2::read::GzDecoder::new(fs::File::open(file).expect("a file"))
        .read_to_string(&mut testo)
        .expect("a valid file");
    testo
}

#[test]
fn ogni_formato_dice_gli_stessi_conteggi() {
    let cartella = piantata();
    let file = file_gz(cartella.path());
    for forma in ["json", "csv", "sarif", "html", "junit"] {
        let uscita = check(&file, &["--format", forma, "--max-campioni", "0"]);
        assert_eq!(uscita.status.code(), Some(1), "{forma}");
        let Some(letto) = letto(forma, &uscita) else {
            return;
        };
        assert_eq!(conteggi(&letto["conteggi"]), attesi(), "{forma}");
        match forma {
            "csv" => assert_eq!(
                letto["colonne"],
                json!([
                    "codice",
                    "gravita",
                    "tipoScheda",
                    "scheda",
                    "riga",
                    "colonna",
                    "testo",
                    "oggetto",
                    "campo",
                    "valore",
                    "file"
                ])
            ),
            "junit" => {
                assert_eq!(letto["falliti"], json!(["ES092"]));
                let salta = |c: &str| {
                    letto["saltati"]
                        .as_array()
                        .is_some_and(|s| s.iter().any(|v| v == c))
                };
                assert!(salta("EC075") && salta("EN001") && !salta("EN009"));
                assert!(
                    letto["casi"].as_array().is_some_and(|c| c.len() > 100),
                    "every code is a case"
                );
            }
            "html" => assert_eq!(
                letto["ordine"][0], "ES092",
                "what blocks comes first: {}",
                letto["ordine"]
            ),
            _ => {}
        }
    }
    let detto = testo(&check(&file, &[]));
    for (codice, quanti) in PIANTATE {
        assert!(detto.contains(&format!("\n{codice}: {quanti}\n")), "{detto}");
    }
    assert!(detto.ends_with("Esito KO, errori 3\n"), "{detto}");
    let falliti = letto(
        "junit",
        &check(&file, &["--format", "junit", "--junit-avvisi", "falliti"]),
    )
    .expect("python");
    assert_eq!(
        falliti["falliti"],
        json!(["EA001", "EC075", "EHR71", "ES092", "ES127"])
    );
}

#[test]
fn i_campioni_si_contano_e_i_conteggi_no() {
    let cartella = piantata();
    let file = file_gz(cartella.path());
    for (massimo, attese) in [("1", 1), ("20", 20), ("0", 25)] {
        let uscita = check(&file, &["--json", "--max-campioni", massimo]);
        let v: Value = serde_json::from_slice(&uscita.stdout).expect("JSON");
        assert_eq!(conteggi(&v["conteggi"]), attesi());
        let quante = v["anomalie"]
            .as_array()
            .expect("anomalie")
            .iter()
            .filter(|a| a["codice"] == "EC075")
            .count();
        assert_eq!(quante, attese);
        let csv = check(&file, &["--format", "csv", "--max-campioni", massimo]);
        assert_eq!(testo(&csv).matches("\r\nEC075,").count(), attese);
    }
}

#[test]
fn sarif_indica_il_punto_del_contenuto_espanso() {
    let cartella = piantata();
    let file = file_gz(cartella.path());
    let xml = espanso(&file[0]);
    let righe: Vec<&str> = xml.split('\n').collect();
    let uscita = check(&file, &["--format", "sarif", "--max-campioni", "0"]);
    let v: Value = serde_json::from_slice(&uscita.stdout).expect("JSON");
    let risultati = v["runs"][0]["results"].as_array().expect("results");
    let mut viste = 0;
    for r in risultati
        .iter()
        .filter(|r| r["ruleId"] == "EC075" || r["ruleId"] == "ES127")
    {
        let dove = &r["locations"][0]["physicalLocation"];
        assert!(
            dove["artifactLocation"]["uri"]
                .as_str()
                .is_some_and(|u| u.ends_with("888001_SUBAPR_1_1_1.xml")),
            "{dove}"
        );
        let riga = righe[dove["region"]["startLine"].as_u64().expect("a line") as usize - 1];
        let colonna = dove["region"]["startColumn"].as_u64().expect("a column") as usize - 1;
        let da_qui: String = riga.chars().skip(colonna).collect();
        let campo = r["properties"]["campo"].as_str().expect("campo");
        assert!(da_qui.starts_with(&format!("<{campo}>")), "{r}: {da_qui}");
        viste += 1;
    }
    assert_eq!(viste, 27);
}

#[test]
fn due_forniture_a_confronto() {
    let (sporca, pulita) = (piantata(), genera(&["--abitanti", "400", "--aire", "5"]));
    let altra = genera(&[
        "--abitanti",
        "400",
        "--aire",
        "5",
        "--anomalie",
        "ES092=1,EC075=30",
        "--versione",
        "2",
    ]);
    let (sporca, pulita, altra) = (
        file_gz(sporca.path()),
        file_gz(pulita.path()),
        file_gz(altra.path()),
    );
    let confronta = |dopo: &[PathBuf], prima: &[PathBuf], altro: &[&str]| {
        let mut opzioni = altro.to_vec();
        opzioni.push("--confronta");
        opzioni.extend(prima.iter().map(|f| f.to_str().expect("UTF-8 path")));
        check(dopo, &opzioni)
    };
    let niente = BTreeMap::new();
    let tre = |v: &Value| ["nuove", "rimaste", "scomparse"].map(|n| conteggi(&v["confronto"][n]));
    for (dopo, prima, atteso) in [
        (&sporca, &sporca, [niente.clone(), attesi(), niente.clone()]),
        (&sporca, &pulita, [attesi(), niente.clone(), niente.clone()]),
        (&pulita, &sporca, [niente.clone(), niente.clone(), attesi()]),
    ] {
        let uscita = confronta(dopo, prima, &["--json", "--max-campioni", "0"]);
        let v: Value = serde_json::from_slice(&uscita.stdout).expect("JSON");
        assert_eq!(tre(&v), atteso);
        let gone: u64 = atteso[2].values().sum();
        assert_eq!(
            v["confronto"]["anomalieScomparse"]
                .as_array()
                .map(|a| a.len() as u64),
            Some(gone)
        );
        let csv = testo(&confronta(
            dopo,
            prima,
            &["--format", "csv", "--max-campioni", "0"],
        ));
        for (parola, conti) in ["nuova", "rimasta", "scomparsa"].iter().zip(&atteso) {
            assert_eq!(
                csv.matches(&format!(",{parola}\r\n")).count() as u64,
                conti.values().sum::<u64>(),
                "{parola}"
            );
        }
        // The exit code is that of the later delivery.
        assert_eq!(
            uscita.status.code(),
            Some(i32::from(conteggi(&v["conteggi"]).contains_key("ES092")))
        );
    }
    // Whatever two deliveries: what was there is gone or remains, what is there is new or remains.
    let v: Value = serde_json::from_slice(&confronta(&altra, &sporca, &["--json"]).stdout).expect("JSON");
    let [nuove, rimaste, scomparse] = tre(&v);
    let somma = |a: &BTreeMap<String, u64>, b: &BTreeMap<String, u64>| {
        let mut s = a.clone();
        for (c, n) in b {
            *s.entry(c.clone()).or_default() += n;
        }
        s
    };
    assert_eq!(
        somma(&nuove, &rimaste),
        BTreeMap::from([("EC075".into(), 30), ("ES092".into(), 1)])
    );
    assert_eq!(somma(&scomparse, &rimaste), attesi());
    let detto = testo(&confronta(&pulita, &sporca, &[]));
    assert!(
        detto.contains("scomparse: 33 (EA001 2, EC075 25, EHR71 1, ES092 3, ES127 2)"),
        "{detto}"
    );
    if let Some(html) = letto("html", &confronta(&pulita, &sporca, &["--format", "html"])) {
        assert!(
            html["testo"]
                .as_str()
                .is_some_and(|t| t.contains("Confronto con la fornitura precedente"))
        );
    }
    if let Some(sarif) = letto("sarif", &confronta(&pulita, &sporca, &["--format", "sarif"])) {
        let risultati = sarif["runs"][0]["results"].as_array().expect("results");
        assert!(!risultati.is_empty() && risultati.iter().all(|r| r["baselineState"] == "absent"));
    }
}

#[test]
fn le_conseguenze_stanno_sotto_la_causa_e_si_contano() {
    // Large enough to hold a convivenza, which is what goes unread after the stray text.
    let cartella = genera(&["--abitanti", "300"]);
    let xml = espanso(&file_gz(cartella.path())[0]).replacen("<famiglie>", "<famiglie>testo", 1);
    let file = cartella.path().join("888001_SUBAPR_1_1_1.xml");
    fs::write(&file, xml).expect("a file of ours");
    let file = [file];
    let v: Value =
        serde_json::from_slice(&check(&file, &["--json", "--max-campioni", "0"]).stdout).expect("JSON");
    let conti = conteggi(&v["conteggi"]);
    let seguono = conteggi(&v["conseguenze"]);
    assert_eq!(conti["EN009"], 1);
    assert!(
        !seguono.contains_key("EN009") && !seguono.is_empty(),
        "{seguono:?}"
    );
    let mut trovate: BTreeMap<String, u64> = BTreeMap::new();
    let mut con_causa: BTreeMap<String, u64> = BTreeMap::new();
    for a in v["anomalie"].as_array().expect("anomalie") {
        let codice = a["codice"].as_str().expect("codice").to_owned();
        if !a["causa"].is_null() {
            assert_eq!(a["causa"], "EN009");
            *con_causa.entry(codice.clone()).or_default() += 1;
        }
        *trovate.entry(codice).or_default() += 1;
    }
    assert_eq!(
        (trovate, con_causa),
        (conti.clone(), seguono.clone()),
        "counts are exact, folded or not"
    );
    let detto = testo(&check(&file, &[]));
    let (codice, quante) = seguono.iter().next().expect("one at least");
    assert!(
        detto.contains(&format!(
            "{codice}: {} (di cui {quante} conseguenze di EN009)",
            conti[codice]
        )),
        "{detto}"
    );
    let Some(html) = letto("html", &check(&file, &["--format", "html"])) else {
        return;
    };
    assert_eq!(conteggi(&html["conteggi"]), conti);
    assert_eq!(html["ordine"][0], "EN009");
    for codice in seguono.keys() {
        assert!(
            html["sezioni"]["EN009"]
                .as_str()
                .is_some_and(|s| s.contains(codice)),
            "{codice} under its cause"
        );
    }
}

/// A delivery whose values and name attack whoever shows them.
fn ostile() -> (TempDir, [PathBuf; 1]) {
    let cartella = genera(&["--abitanti", "60", "--anomalie", "EA001=1"]);
    let xml = espanso(&file_gz(cartella.path())[0]);
    let xml = xml.replacen(
        "<cognome>",
        "<cognome>SEGRETO&lt;script&gt;alert(1)&lt;/script&gt;]]&gt;\"'",
        1,
    );
    let xml = xml.replacen(
        "<sesso>",
        "<sesso>=HYPERLINK(\"http://x\")&lt;img src=x onerror=y&gt;",
        1,
    );
    let file = cartella
        .path()
        .join("=cmd|'<img src=x onerror=alert(2)>\u{1b}[31m & c..xml");
    fs::write(&file, xml).expect("Linux takes the name");
    (cartella, [file])
}

#[test]
fn valori_ostili_restano_testo() {
    let (_cartella, file) = ostile();
    let detto = testo(&check(&file, &[]));
    assert!(detto.contains("SEGRETO") && !detto.contains('\u{1b}'), "{detto}");
    let Some(html) = letto("html", &check(&file, &["--format", "html"])) else {
        return;
    };
    let tag: Vec<&str> = html["tag"]
        .as_array()
        .expect("tags")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(
        tag.iter()
            .all(|t| !["script", "img", "link", "iframe", "object", "form", "base"].contains(t)),
        "{tag:?}"
    );
    assert!(
        html["testo"]
            .as_str()
            .is_some_and(|t| t.contains("<script>alert(1)</script>")),
        "shown as text"
    );
    for coppia in html["attributi"].as_array().expect("attributes") {
        let (nome, valore) = (
            coppia[0].as_str().unwrap_or_default(),
            coppia[1].as_str().unwrap_or_default(),
        );
        assert!(!nome.starts_with("on") && nome != "src", "{coppia}");
        assert!(
            nome != "href" || valore.starts_with('#'),
            "nothing is fetched: {coppia}"
        );
    }
    assert!(
        html["testo"]
            .as_str()
            .is_some_and(|t| t.contains("SIMULATORE – dati fittizi"))
    );
    let csv = letto("csv", &check(&file, &["--format", "csv"])).expect("python");
    let righe = csv["righe"].as_array().expect("rows");
    assert!(!righe.is_empty());
    for cella in righe
        .iter()
        .filter_map(Value::as_object)
        .flat_map(|r| r.values())
        .filter_map(Value::as_str)
    {
        assert!(
            !cella.starts_with(['=', '+', '-', '@', '\t', '\r']),
            "a formula: {cella}"
        );
    }
    assert!(
        righe
            .iter()
            .any(|r| r["file"].as_str().is_some_and(|f| f.starts_with("'=cmd|")))
    );
    let junit = letto("junit", &check(&file, &["--format", "junit", "--in-chiaro"])).expect("python");
    assert!(
        junit["testo"]
            .as_str()
            .is_some_and(|t| t.contains("SEGRETO<script>alert(1)</script>]]>"))
    );
    let sarif = letto("sarif", &check(&file, &["--format", "sarif"])).expect("python");
    let uri = sarif["runs"][0]["artifacts"][0]["location"]["uri"]
        .as_str()
        .expect("uri");
    assert!(
        uri.bytes()
            .all(|b| b.is_ascii_graphic() && !b"<>\"'|".contains(&b)),
        "{uri}"
    );
}

#[test]
fn nomi_e_codici_fiscali_si_oscurano() {
    let (_cartella, file) = ostile();
    let v: Value = serde_json::from_slice(&check(&file, &["--json"]).stdout).expect("JSON");
    let cf = v["anomalie"]
        .as_array()
        .and_then(|a| a.iter().find(|a| a["codice"] == "EA001"))
        .and_then(|a| a["valore"].as_str())
        .expect("EA001 quotes the code")
        .to_owned();
    assert!(cf.len() > 3);
    for forma in ["testo", "json", "csv", "sarif", "junit", "html"] {
        for (opzioni, chiaro) in [
            (&[][..], !matches!(forma, "sarif" | "junit")),
            (&["--oscura"], false),
            (&["--in-chiaro"], true),
        ] {
            let mut tutte = vec!["--format", forma];
            tutte.extend(opzioni);
            let detto = testo(&check(&file, &tutte));
            assert_eq!(detto.contains("SEGRETO"), chiaro, "{forma} {opzioni:?}: {detto}");
            // Text and JUnit show sentences only, and the sentence of EA001 quotes nothing.
            let mostra_valori = !matches!(forma, "testo" | "junit");
            assert_eq!(
                detto.contains(&cf),
                chiaro && mostra_valori,
                "{forma} {opzioni:?}: {cf}\n{detto}"
            );
            assert!(detto.contains("EA001"), "the finding stays");
        }
    }
}

/// A zip of stored members: the smallest thing a spreadsheet program opens.
fn zip(membri: &[(&str, &str)]) -> Vec<u8> {
    let (mut fuori, mut indice) = (Vec::new(), Vec::new());
    for (nome, testo) in membri {
        let mut crc = flate2::Crc::new();
        crc.update(testo.as_bytes());
        let mut comune = Vec::new();
        comune.extend([20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0]);
        comune.extend(crc.sum().to_le_bytes());
        comune.extend((testo.len() as u32).to_le_bytes());
        comune.extend((testo.len() as u32).to_le_bytes());
        comune.extend((nome.len() as u16).to_le_bytes());
        comune.extend([0, 0]);
        let inizio = fuori.len() as u32;
        fuori.extend(b"PK\x03\x04");
        fuori.extend(&comune);
        fuori.extend(nome.as_bytes());
        fuori.extend(testo.as_bytes());
        indice.extend(b"PK\x01\x02\x14\x00");
        indice.extend(&comune);
        indice.extend([0; 10]);
        indice.extend(inizio.to_le_bytes());
        indice.extend(nome.as_bytes());
    }
    let (inizio, quanti) = (fuori.len() as u32, membri.len() as u16);
    fuori.extend(&indice);
    fuori.extend(b"PK\x05\x06\0\0\0\0");
    fuori.extend(quanti.to_le_bytes());
    fuori.extend(quanti.to_le_bytes());
    fuori.extend((indice.len() as u32).to_le_bytes());
    fuori.extend(inizio.to_le_bytes());
    fuori.extend([0, 0]);
    fuori
}

/// A workbook with one sheet of text cells.
fn xlsx(righe: &[&[&str]]) -> Vec<u8> {
    let celle: String = righe
        .iter()
        .enumerate()
        .map(|(i, riga)| {
            let celle: String = riga
                .iter()
                .enumerate()
                .map(|(j, t)| {
                    format!(
                        "<c r=\"{}{}\" t=\"inlineStr\"><is><t>{t}</t></is></c>",
                        char::from(b'A' + j as u8),
                        i + 1
                    )
                })
                .collect();
            format!("<row r=\"{}\">{celle}</row>", i + 1)
        })
        .collect();
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const REL: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACK: &str = "http://schemas.openxmlformats.org/package/2006";
    zip(&[
        (
            "[Content_Types].xml",
            &format!(
                "<Types xmlns=\"{PACK}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            &format!(
                "<Relationships xmlns=\"{PACK}/relationships\"><Relationship Id=\"r1\" Type=\"{REL}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            &format!(
                "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{REL}\"><sheets><sheet name=\"Errori\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            &format!(
                "<Relationships xmlns=\"{PACK}/relationships\"><Relationship Id=\"r1\" Type=\"{REL}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            &format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{celle}</sheetData></worksheet>"),
        ),
    ])
}

#[test]
fn le_parole_di_un_elenco_al_posto_delle_nostre() {
    let cartella = piantata();
    let file = file_gz(cartella.path());
    let foglio = cartella.path().join("elenco.xlsx");
    let lungo = "lungo ".repeat(60);
    fs::write(
        &foglio,
        xlsx(&[
            &["Elenco di prova", "", ""],
            &["Area", "Codice errore", "Descrizione errore"],
            &["APR", "EC075", "Prova: il luogo @ non va"],
            &["APR", "ES092", &lungo],
            &["APR", "EHR71", "Anno @ e poi @."],
        ]),
    )
    .expect("a file of ours");
    let v: Value =
        serde_json::from_slice(&check(&file, &["--json", "--testi", foglio.to_str().expect("UTF-8")]).stdout)
            .expect("JSON");
    assert_eq!(conteggi(&v["conteggi"]), attesi());
    let di = |codice: &str| -> Vec<&str> {
        let tutte = v["anomalie"].as_array().expect("anomalie");
        tutte
            .iter()
            .filter(|a| a["codice"] == codice)
            .filter_map(|a| a["testo"].as_str())
            .collect()
    };
    for t in di("EC075") {
        let luogo = t
            .strip_prefix("Prova: il luogo ")
            .and_then(|t| t.strip_suffix(" non va"))
            .expect(t);
        assert!(luogo.ends_with(')'), "the value fills the slot: {luogo}");
    }
    assert!(
        di("ES092").iter().all(|t| t.chars().count() == 240),
        "one rule cuts"
    );
    assert_eq!(di("EHR71"), ["Anno 0 e poi ."]);
    assert!(
        di("EA001").iter().all(|t| !t.is_empty()),
        "codes it does not have keep our words"
    );
    // Our second catalogue, by option and by configuration.
    let politica = cartella.path().join("politica.toml");
    fs::write(&politica, "testi = \"tabella\"\n").expect("a file of ours");
    for opzioni in [
        ["--testi-catalogo", "tabella"],
        ["--politica", politica.to_str().expect("UTF-8")],
    ] {
        let detto = testo(&check(&file, &opzioni));
        assert!(
            detto.contains("è successiva a una di queste"),
            "{opzioni:?}: {detto}"
        );
    }
    assert!(
        testo(&check(&file, &[])).contains("è successiva alla"),
        "the observed form is the default"
    );
    // What is no list is refused.
    let uscita = check(&file, &["--testi", politica.to_str().expect("UTF-8")]);
    assert_eq!(uscita.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&uscita.stderr).contains("colonna di codici"));
}

#[test]
fn le_gravita_si_scelgono() {
    let cartella = piantata();
    let file = file_gz(cartella.path());
    let scritta = |nome: &str, testo: &str| {
        let percorso = cartella.path().join(nome);
        fs::write(&percorso, testo).expect("a file of ours");
        percorso.to_str().expect("UTF-8").to_owned()
    };
    let toml = scritta(
        "p.toml",
        "ea048-residenza = true\n[gravita]\nES092 = \"W\"\nEA001 = \"off\"\n",
    );
    let json = scritta("p.json", r#"{"gravita": {"EC075": "E", "ES092": null}}"#);
    for (politica, esito, errori, manca) in [(&toml, 0, 0, "EA001"), (&json, 1, 25, "ES092")] {
        let uscita = check(&file, &["--json", "--politica", politica]);
        let v: Value = serde_json::from_slice(&uscita.stdout).expect("JSON");
        let mut atteso = attesi();
        atteso.remove(manca);
        assert_eq!(conteggi(&v["conteggi"]), atteso, "{politica}");
        assert_eq!(
            (uscita.status.code(), v["errori"].as_u64()),
            (Some(esito), Some(errori)),
            "{politica}"
        );
        for a in v["anomalie"].as_array().expect("anomalie") {
            let blocca = errori > 0 && a["codice"] == "EC075";
            assert_eq!(a["gravita"], if blocca { "E" } else { "W" }, "{a}");
        }
    }
    let sbagliata = scritta("q.toml", "[gravita]\nEN999 = \"W\"\n");
    let uscita = check(&file, &["--politica", &sbagliata]);
    assert_eq!(uscita.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&uscita.stderr).contains("EN999"));
}
