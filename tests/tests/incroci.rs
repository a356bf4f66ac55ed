//! The Anagrafe Tributaria and the other Comuni, through the running program (subentro.md §8, by number).

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anpr_sim_tests::{Banco, file_gz, genera, gz};
use serde_json::{Value, json};

const PULITA: &str = include_str!("../../fixtures/schede/pulita.xml");
const PULITA_AIRE: &[u8] = include_bytes!("../../fixtures/schede/pulita-aire.txt");
/// First person of the clean delivery (id S1), and the one of its AIRE file (id A1).
const UNO: &str = "PRVNUO70A01Y001M";
const ESTERO: &str = "STRNUO70A01Y001V";
/// First omocodia of [`UNO`].
const UNO_OMOCODO: &str = "PRVNUO70A01Y00ME";

/// The clean delivery as `comune` would send it, with texts replaced in the APR file.
fn apr(comune: &str, cambia: &[(&str, &str)]) -> Vec<u8> {
    let mut testo = PULITA.to_owned();
    for (da, a) in cambia {
        assert!(testo.contains(da), "{da} is not in the clean delivery");
        testo = testo.replace(da, a);
    }
    testo = testo.replace("888001", comune).replace(
        "COMUNE FITTIZIO 001",
        &format!("COMUNE FITTIZIO {}", &comune[3..]),
    );
    gz(testo.as_bytes())
}

fn aire(comune: &str, codice: &str) -> Vec<u8> {
    let testo = String::from_utf8(PULITA_AIRE.to_vec())
        .expect("ASCII")
        .replace(ESTERO, &format!("{codice:<16}"));
    let testo = testo.replace("888001", comune).replace(
        "COMUNE FITTIZIO 001",
        &format!("COMUNE FITTIZIO {}", &comune[3..]),
    );
    gz(testo.as_bytes())
}

/// Sends both files of `comune` to PRE; gives the concluded delivery.
fn invia(banco: &Banco, comune: &str, apr: Vec<u8>, aire: Vec<u8>) -> Value {
    let id = deposita(banco, comune, apr, aire);
    banco.attendi(&id, &["KO", "ELABORATA_OK"])
}

fn deposita(banco: &Banco, comune: &str, apr: Vec<u8>, aire: Vec<u8>) -> String {
    let r = banco.carica("pre", comune, &format!("{comune}_SUBAPR_1_1_1.gz"), apr);
    assert_eq!(r.stato, 201, "{}", r.testo());
    let r = banco.carica("pre", comune, &format!("{comune}_SUBAIRE_1.gz"), aire);
    assert_eq!(r.stato, 201, "{}", r.testo());
    r.json().expect("JSON")["fornitura"]
        .as_str()
        .expect("id")
        .to_owned()
}

fn id(f: &Value) -> &str {
    f["id"].as_str().expect("id")
}

fn conteggi(f: &Value) -> BTreeMap<String, u64> {
    let conteggi = f["conteggi"].as_object().expect("conteggi");
    conteggi
        .iter()
        .map(|(c, n)| (c.clone(), n.as_u64().expect("a count")))
        .collect()
}

fn attesi(codici: &[(&str, u64)]) -> BTreeMap<String, u64> {
    codici.iter().map(|(c, n)| ((*c).to_owned(), *n)).collect()
}

/// Code and scheda of every finding.
fn trovati(banco: &Banco, fornitura: &str) -> Vec<(String, String)> {
    let v = banco.json("GET", &format!("/api/forniture/{fornitura}/anomalie"), "");
    let testo = |a: &Value, campo: &str| a[campo].as_str().expect("a text").to_owned();
    v.as_array()
        .expect("a list")
        .iter()
        .map(|a| (testo(a, "codice"), testo(a, "scheda")))
        .collect()
}

fn tributaria(banco: &Banco, v: &Value) {
    banco.json("PUT", "/api/tributaria", &v.to_string());
}

/// Runs the planted differences over the clean delivery; what comes out, code and scheda.
fn con_differenze(apr: Vec<u8>, aire: Vec<u8>, differenze: &Value) -> Vec<(String, String)> {
    let banco = Banco::nuovo();
    tributaria(&banco, &json!({ "differenze": differenze }));
    let f = invia(&banco, "888001", apr, aire);
    assert_eq!(f["stato"], "ELABORATA_OK", "{f}");
    trovati(&banco, id(&f))
}

fn uno(codice: &str, scheda: &str) -> Vec<(String, String)> {
    vec![(codice.to_owned(), scheda.to_owned())]
}

#[test]
fn casi_50_52_53_codici_senza_ae() {
    let pulito = || aire("888001", ESTERO);
    let corto = apr("888001", &[(UNO, &UNO[..15])]);
    assert_eq!(
        con_differenze(corto, pulito(), &json!([{"scheda": "S1", "risposta": "EA029"}])),
        uno("EA001", "S1")
    );
    // Day 41 for a man; the control letter follows.
    let donna = apr("888001", &[(UNO, "PRVNUO70A41Y001Q")]);
    assert_eq!(con_differenze(donna, pulito(), &json!([])), uno("EA042", "S1"));
    let senza = apr("888001", &[(&format!("<codFiscale>{UNO}</codFiscale>"), "")]);
    let senza = String::from_utf8(decomprimi(&senza)).expect("UTF-8");
    let inizio = senza.find("<codiceFiscale>").expect("the element");
    let fine = senza.find("</codiceFiscale>").expect("its end") + "</codiceFiscale>".len();
    let senza = gz(format!("{}{}", &senza[..inizio], &senza[fine..]).as_bytes());
    assert_eq!(con_differenze(senza, pulito(), &json!([])), uno("EA002", "S1"));
}

fn decomprimi(byte: &[u8]) -> Vec<u8> {
    use std::io::Read as _;
    let mut fuori = Vec::new();
    flate2::read::GzDecoder::new(byte)
        .read_to_end(&mut fuori)
        .expect("gzip");
    fuori
}

#[test]
fn casi_55_56_differenze_seminate() {
    let di = |differenze: &Value| con_differenze(apr("888001", &[]), aire("888001", ESTERO), differenze);
    assert_eq!(
        di(&json!([{"cf": UNO, "risposta": "ALTRO_CODICE"}])),
        uno("EA003", "S1")
    );
    let tre = json!([
        {"cf": UNO, "risposta": "EAA30"},
        {"scheda": "S2", "risposta": "EA029"},
        {"cf": ESTERO, "risposta": "DATI_DIVERSI"},
    ]);
    let mut visti = di(&tre);
    visti.sort();
    let attesi = [("EA029", "S2"), ("EAA30", "S1"), ("EAA31", "A1")];
    assert_eq!(visti, attesi.map(|(c, s)| (c.to_owned(), s.to_owned())));
}

/// 58: the base of an omocodia is replaced by the resolving code; another Comune with that code finds the person.
#[test]
fn casi_58_e_59_anpr_memorizza_il_codice_risolto() {
    let banco = Banco::nuovo();
    let provvisorio = "00000000018";
    tributaria(
        &banco,
        &json!({ "differenze": [
            {"cf": UNO, "risposta": "EAA50", "codice": UNO_OMOCODO},
            {"cf": provvisorio, "risposta": "COLLEGATO", "codice": ESTERO},
        ]}),
    );
    let f = invia(&banco, "888001", apr("888001", &[]), aire("888001", provvisorio));
    assert_eq!(f["stato"], "ELABORATA_OK", "{f}");
    let mut visti = trovati(&banco, id(&f));
    visti.sort();
    let listati = [("EAA41", "A1"), ("EAA50", "S1")];
    assert_eq!(visti, listati.map(|(c, s)| (c.to_owned(), s.to_owned())));

    // The other Comune has the resolved code and the definitive one; everyone else is somebody else.
    let altro = invia(
        &banco,
        "888004",
        apr("888004", &altra_gente(UNO_OMOCODO)),
        aire("888004", ESTERO),
    );
    assert_eq!(
        conteggi(&altro),
        attesi(&[("EA036", 1), ("EA040", 1)]),
        "{:?}",
        trovati(&banco, id(&altro))
    );
    let prima = banco.json("GET", &format!("/api/forniture/{}", id(&f)), "");
    assert_eq!(
        conteggi(&prima),
        attesi(&[("EA036", 1), ("EA040", 1), ("EAA41", 1), ("EAA50", 1)])
    );
}

/// Codes of the clean delivery (all but the first person's) moved to first omocodie, so that nobody else is met.
fn altra_gente(primo: &'static str) -> [(&'static str, &'static str); 6] {
    [
        (UNO, primo),
        ("PRVDUE72L55Z330A", "PRVDUE72L55Z33LD"),
        ("PRVTRE99B28Y001H", "PRVTRE99B28Y00MZ"),
        ("SMPQTR40T71Y002E", "SMPQTR40T71Y00NT"),
        ("SMPCNQ55E05Y001A", "SMPCNQ55E05Y00MS"),
        ("DSMSEI88M48Y001P", "DSMSEI88M48Y00MH"),
    ]
}

#[test]
fn caso_62_lo_stesso_codice_in_apr_e_aire() {
    let banco = Banco::nuovo();
    let f = invia(&banco, "888001", apr("888001", &[]), aire("888001", UNO));
    assert_eq!(f["stato"], "ELABORATA_OK");
    let mut visti = trovati(&banco, id(&f));
    visti.sort();
    assert_eq!(
        visti,
        [("EA031", "A1"), ("EA031", "S1")].map(|(c, s)| (c.to_owned(), s.to_owned()))
    );
    assert_eq!(conteggi(&f), attesi(&[("EA031", 2)]));
}

/// Two Comuni, one person: the newcomer is told, the other sees it in its monitoring, both have the list; when the
/// newcomer is cancelled nobody has anything any more.
#[test]
fn la_stessa_persona_in_due_comuni() {
    let banco = Banco::nuovo();
    let prima = invia(&banco, "888001", apr("888001", &[]), aire("888001", ESTERO));
    assert_eq!(conteggi(&prima), attesi(&[]));
    let mut cambia = altra_gente(UNO).to_vec();
    cambia.remove(0);
    cambia.push((
        "<dataDecorrenzaResidenza>1995-05-10",
        "<dataDecorrenzaResidenza>1996-05-10",
    ));
    let nuova = invia(
        &banco,
        "888004",
        apr("888004", &cambia),
        aire("888004", "STRNUO70A01Y00MN"),
    );
    assert_eq!(nuova["stato"], "ELABORATA_OK", "{nuova}");
    assert_eq!(trovati(&banco, id(&nuova)), uno("EA030", "S1"));
    let anomalie = banco.json(
        "GET",
        &format!("/api/forniture/{}/anomalie?codice=EA030", id(&nuova)),
        "",
    );
    assert_eq!(
        (&anomalie[0]["gravita"], &anomalie[0]["valore"]),
        (&json!("W"), &json!(UNO))
    );
    assert!(anomalie[0]["riga"].as_u64().is_some_and(|r| r > 1), "{anomalie}");

    assert_eq!(
        trovati(&banco, id(&prima)),
        uno("EA030", "S1"),
        "the other Comune sees it"
    );
    let riletta = banco.json("GET", &format!("/api/forniture/{}", id(&prima)), "");
    assert_eq!(conteggi(&riletta), attesi(&[("EA030", 1)]));

    // Each has the list with the other's date, later or earlier, and both ids.
    let (sua, _) = duplicati(
        &banco,
        id(&prima),
        "888001DuplicatiComuniDiversiDataPiuRecente.csv",
    );
    let (mia, altre) = duplicati(
        &banco,
        id(&nuova),
        "888004DuplicatiComuniDiversiDataPiuRemota.csv",
    );
    assert!(altre.iter().all(|n| !n.contains("PiuRecente")), "{altre:?}");
    assert_eq!(
        (&mia[1..5], mia[9].as_str()),
        (
            &["S1", "Scheda Individuale APR", "1996-05-10", "888001"].map(String::from)[..],
            "EA030"
        )
    );
    assert_eq!(
        (&sua[0], &sua[4], &sua[5]),
        (&mia[5], &"888004".to_owned(), &mia[0]),
        "the same pair from the other side"
    );

    banco.json("DELETE", &format!("/api/forniture/{}", id(&nuova)), "");
    banco.json("POST", "/api/notte", "{}");
    assert_eq!(trovati(&banco, id(&prima)), vec![]);
    let riletta = banco.json("GET", &format!("/api/forniture/{}", id(&prima)), "");
    assert_eq!(conteggi(&riletta), attesi(&[]));
}

/// The only row of a duplicate list, and the names of all lists.
fn duplicati(banco: &Banco, fornitura: &str, nome: &str) -> (Vec<String>, Vec<String>) {
    let liste = banco.json("GET", &format!("/api/forniture/{fornitura}/liste"), "");
    let nomi: Vec<String> = liste
        .as_array()
        .expect("a list")
        .iter()
        .map(|l| l["nome"].as_str().expect("nome").to_owned())
        .collect();
    assert!(nomi.iter().any(|n| n == nome), "{nomi:?}");
    let testo = banco
        .api(
            "GET",
            &format!("/api/forniture/{fornitura}/liste/{nome}"),
            Vec::new(),
        )
        .testo();
    let righe: Vec<&str> = testo.lines().collect();
    assert_eq!(righe.len(), 2, "{testo}");
    (righe[1].split(';').map(str::to_owned).collect(), nomi)
}

/// The register is out: the delivery waits, what blocks does not; it goes on by itself, nothing is lost.
#[test]
fn il_guasto_aspetta_e_passa_da_solo() {
    let banco = Banco::nuovo();
    let differenze = json!([{"cf": UNO, "risposta": "EAA30"}]);
    tributaria(&banco, &json!({"guasto": true, "differenze": differenze}));
    let ferma = deposita(&banco, "888001", apr("888001", &[]), aire("888001", ESTERO));
    thread::sleep(Duration::from_millis(1_200));
    let f = banco.json("GET", &format!("/api/forniture/{ferma}"), "");
    assert_eq!(
        (&f["stato"], conteggi(&f)),
        (&json!("IN_ELABORAZIONE"), attesi(&[]))
    );
    assert_eq!(
        banco.json("GET", "/api/pec?comune=888001", ""),
        json!([]),
        "no PEC meanwhile"
    );
    // Another delivery that blocks is told so at once.
    let consegna = genera(&["--comune", "888005", "--abitanti", "30", "--anomalie", "ES092=1"]);
    let ko = banco.carica_tutti("pre", "888005", consegna.path());
    assert_eq!(banco.attendi(&ko, &["KO", "ELABORATA_OK"])["stato"], "KO");

    tributaria(&banco, &json!({"guasto": false, "differenze": differenze}));
    let f = banco.attendi(&ferma, &["KO", "ELABORATA_OK"]);
    assert_eq!(
        (&f["stato"], conteggi(&f)),
        (&json!("ELABORATA_OK"), attesi(&[("EAA30", 1)]))
    );
    assert_eq!(
        banco
            .json("GET", "/api/pec?comune=888001", "")
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

/// A process killed during the outage takes the delivery up again, and still waits.
#[test]
fn il_guasto_sopravvive_alla_morte_del_processo() {
    let cartella = tempfile::tempdir().expect("a folder");
    let dati = cartella.path().join("dati");
    let ferma = {
        let mut banco = Banco::in_cartella(&dati, &[]).expect("starts");
        tributaria(&banco, &json!({"guasto": true}));
        let ferma = deposita(&banco, "888001", apr("888001", &[]), aire("888001", ESTERO));
        banco.uccidi();
        ferma
    };
    let banco = Banco::in_cartella(&dati, &[]).expect("starts again");
    thread::sleep(Duration::from_millis(700));
    assert_eq!(
        banco.json("GET", &format!("/api/forniture/{ferma}"), "")["stato"],
        "IN_ELABORAZIONE"
    );
    tributaria(&banco, &json!({"guasto": false}));
    assert_eq!(
        banco.attendi(&ferma, &["KO", "ELABORATA_OK"])["stato"],
        "ELABORATA_OK"
    );
}

#[test]
fn la_pec_tardiva() {
    let banco = Banco::nuovo();
    tributaria(&banco, &json!({"latenzaMs": 300, "domandePerLotto": 2}));
    assert_eq!(banco.json("GET", "/api/tributaria", "")["latenzaMs"], 300);
    // What a body does not name stays; a list is no setting.
    tributaria(&banco, &json!({"profilo": "allineata"}));
    let ora = banco.json("GET", "/api/tributaria", "");
    assert_eq!(
        (&ora["latenzaMs"], &ora["domandePerLotto"]),
        (&json!(300), &json!(2))
    );
    for storto in ["[]", "[\"realistica\"]", "null", "\"realistica\""] {
        let url = format!("{}/api/tributaria", banco.console());
        let tipo = [("content-type", "application/json")];
        let r = banco
            .cliente
            .chiedi("PUT", &url, &tipo, storto.as_bytes().to_vec())
            .expect("a reply");
        assert_eq!(r.stato, 400, "{storto}: {}", r.testo());
        assert_eq!(r.json().expect("JSON")["errori"][0]["codice"], "SIM010");
    }
    assert_eq!(banco.json("GET", "/api/tributaria", ""), ora, "nothing was reset");
    let inizio = Instant::now();
    // Seven people, four batches: 1.2 seconds.
    let lenta = deposita(&banco, "888001", apr("888001", &[]), aire("888001", ESTERO));
    assert_eq!(
        banco.json("GET", &format!("/api/forniture/{lenta}"), "")["stato"],
        "IN_ELABORAZIONE"
    );
    banco.attendi(&lenta, &["ELABORATA_OK"]);
    assert!(
        inizio.elapsed() >= Duration::from_millis(1_200),
        "{:?}",
        inizio.elapsed()
    );
    for sbagliata in [
        json!({"latenza": 1}),
        json!({"latenzaMs": 9_999_999}),
        json!({"differenze": [{"risposta": "UGUALE"}]}),
    ] {
        assert_eq!(
            banco
                .api("PUT", "/api/tributaria", sbagliata.to_string().into_bytes())
                .stato,
            400,
            "{sbagliata}"
        );
    }
}

/// The realistic profile: the published shares, the same at every run.
#[test]
fn il_profilo_realistico() {
    let consegna = genera(&["--comune", "888001", "--abitanti", "5000", "--aire", "200"]);
    let giro = || {
        let banco = Banco::con(&["--seed", "11"]);
        tributaria(&banco, &json!({"profilo": "realistica"}));
        let id = banco.carica_tutti("pre", "888001", consegna.path());
        conteggi(&banco.attendi(&id, &["KO", "ELABORATA_OK"]))
    };
    let primo = giro();
    assert_eq!(primo, giro());
    let somma = |codici: &[&str]| codici.iter().filter_map(|c| primo.get(*c)).sum::<u64>();
    // 1.36% of 5,000 is 68; four standard deviations either way. EA003 and EA029 hold the AIRE's too.
    let apr = somma(&["EAA30", "EAA40", "EAA50"]);
    assert!((15..=75).contains(&apr), "{primo:?}");
    let aire = somma(&["EAA31", "EAA41", "EAA51", "EA029", "EA003"]);
    assert!((85..=165).contains(&aire), "{primo:?}");
    assert!(primo.keys().all(|c| c.starts_with("EA")), "{primo:?}");
}

/// `check` tells what the delivery holds twice, and takes the differences of a manifest.
#[test]
fn check_senza_server() {
    let cartella = tempfile::tempdir().expect("a folder");
    fs::write(cartella.path().join("888001_SUBAPR_1_1_1.gz"), apr("888001", &[])).expect("file");
    fs::write(cartella.path().join("888001_SUBAIRE_1.gz"), aire("888001", UNO)).expect("file");
    let manifesto = cartella.path().join("manifesto.json");
    fs::write(
        &manifesto,
        json!({"tributaria": [{"scheda": "S2", "risposta": "EAA40"}]}).to_string(),
    )
    .expect("file");
    let file: Vec<String> = file_gz(cartella.path())
        .iter()
        .map(|p: &std::path::PathBuf| testo(p))
        .collect();
    let mut argomenti = vec!["check", "--oggi", "2021-03-01", "--format", "json", "--manifesto"];
    let manifesto = testo(&manifesto);
    argomenti.push(&manifesto);
    argomenti.extend(file.iter().map(String::as_str));
    let v: Value = serde_json::from_str(&anpr_sim_tests::esegui_bene(&argomenti)).expect("JSON");
    assert_eq!(conteggi(&v), attesi(&[("EA031", 2), ("EAA40", 1)]));
}

fn testo(p: &Path) -> String {
    p.to_str().expect("UTF-8").to_owned()
}

/// Two Comuni have the same people; then one cancels somebody. The pair is no more, for either of them, until the
/// scheda is active again; what the newcomer was told at its elaboration stays told.
#[test]
fn chi_e_cancellato_dopo_non_e_piu_doppio() {
    let banco = Banco::nuovo();
    let vecchia = invia(&banco, "888004", apr("888004", &[]), aire("888004", ESTERO));
    let nuova = invia(&banco, "888001", apr("888001", &[]), aire("888001", ESTERO));
    assert_eq!(conteggi(&nuova), attesi(&[("EA030", 6)]));
    let di = |chi: &Value| conteggi(&banco.fornitura(id(chi)));
    let righe = |chi: &Value, comune: &str| -> Vec<String> {
        let (_, righe) = banco.lista(
            id(chi),
            &format!("{comune}DuplicatiComuniDiversiDataPiuRemota.csv"),
        );
        righe.into_iter().map(|r| r[1].clone()).collect()
    };
    let tutti = ["S1", "S2", "S3", "S4", "S5", "S6"];
    assert_eq!(righe(&nuova, "888001"), tutti);
    assert_eq!(righe(&vecchia, "888004"), tutti);

    let due = banco.json(
        "GET",
        "/api/schede?ambiente=pre&comune=888004&cf=PRVDUE72L55Z330A",
        "",
    );
    let chi = format!("/api/schede/{}?ambiente=pre", due[0]["idAnpr"]);
    let via = banco.json("PUT", &chi, r#"{"stato":"CANCELLATA","motivo":"10"}"#);
    assert_eq!(via["cancellazione"]["dal"], anpr_sim_tests::OGGI);
    let restano = ["S1", "S3", "S4", "S5", "S6"];
    assert_eq!(righe(&nuova, "888001"), restano);
    assert_eq!(righe(&vecchia, "888004"), restano);
    assert_eq!(di(&vecchia), attesi(&[("EA030", 5)]));
    assert_eq!(di(&nuova), attesi(&[("EA030", 6)]), "what was found that day");
    assert_eq!(trovati(&banco, id(&vecchia)).len(), 5);

    banco.json("PUT", &chi, r#"{"stato":"ATTIVA"}"#);
    assert_eq!(righe(&nuova, "888001"), tutti);
    assert_eq!(di(&vecchia), attesi(&[("EA030", 6)]));

    for (corpo, parte) in [
        (r#"{"stato":"CANCELLATA"}"#, "tabella 15"),
        (r#"{"stato":"CANCELLATA","motivo":"99"}"#, "tabella 15"),
        (
            r#"{"stato":"CANCELLATA","motivo":"3","dal":"2021-03-02"}"#,
            "dopo la data",
        ),
        (r#"{"stato":"ATTIVA","motivo":"3"}"#, "solo con lo stato"),
        (r#"{"stato":"MORTA"}"#, "MORTA"),
    ] {
        let r = banco.api("PUT", &chi, corpo.as_bytes().to_vec());
        assert_eq!(r.stato, 400, "{corpo}");
        assert!(r.testo().contains(parte), "{corpo}: {}", r.testo());
    }
    let nessuno = banco.api(
        "PUT",
        "/api/schede/1?ambiente=pre",
        br#"{"stato":"ATTIVA"}"#.to_vec(),
    );
    assert_eq!(nessuno.stato, 404);
}

/// Who keeps the idANPR: without a code the five data decide; another state of validation, or the switch, gives a new one.
#[test]
fn chi_torna_con_lo_stesso_id_e_chi_no() {
    let senza_codice = |comune: &str, cambia: &[(&str, &str)]| {
        let testo = String::from_utf8(decomprimi(&apr(comune, cambia))).expect("UTF-8");
        let inizio = testo.find("<codiceFiscale>").expect("the element");
        let fine = testo.find("</codiceFiscale>").expect("its end") + "</codiceFiscale>".len();
        let testo = format!("{}{}", &testo[..inizio], &testo[fine..]);
        // Born in the same place, whoever sends.
        let inizio = testo.find("<luogoNascita>").expect("the place");
        let fine = inizio + testo[inizio..].find("</luogoNascita>").expect("its end");
        let luogo = testo[inizio..fine].replace(comune, "888001").replace(
            &format!("COMUNE FITTIZIO {}", &comune[3..]),
            "COMUNE FITTIZIO 001",
        );
        gz(format!("{}{luogo}{}", &testo[..inizio], &testo[fine..]).as_bytes())
    };
    let id_di = |banco: &Banco, comune: &str, nome: &str| {
        let v = banco.json("GET", &format!("/api/schede?ambiente=pre&comune={comune}"), "");
        let tutti = v.as_array().expect("a list");
        let uno = tutti.iter().find(|p| p["idComune"] == nome).expect("the person");
        uno["idAnpr"].as_u64().expect("an id")
    };
    // Old scheda, new scheda (PRVDUE has a given name of its own), options; whether S1 keeps the id.
    let cartella = tempfile::tempdir().expect("a folder");
    let politica = cartella.path().join("politica.json");
    fs::write(&politica, r#"{"riusoIdAnpr": false}"#).expect("a file");
    let spento = ["--politica", politica.to_str().expect("UTF-8")];
    let uno = [("<nome>UNO</nome>", "<nome>ÙNO</nome>")];
    for (nome, vecchia, nuova, opzioni, tiene) in [
        (
            "senza codice",
            senza_codice("888004", &[]),
            senza_codice("888001", &[]),
            &[][..],
            true,
        ),
        (
            "senza codice, nome con accento",
            senza_codice("888004", &[]),
            senza_codice("888001", &uno),
            &[],
            true,
        ),
        (
            "senza codice, altra data",
            senza_codice("888004", &[]),
            senza_codice(
                "888001",
                &[("<dataNascita>1970-01-01<", "<dataNascita>1970-01-02<")],
            ),
            &[],
            false,
        ),
        (
            "validazione diversa",
            apr("888004", &[]),
            senza_codice("888001", &[]),
            &[],
            false,
        ),
        ("spento", apr("888004", &[]), apr("888001", &[]), &spento, false),
    ] {
        let banco = Banco::con(opzioni);
        invia(&banco, "888004", vecchia, gz(b""));
        let vecchio = id_di(&banco, "888004", "S1");
        banco.json(
            "PUT",
            &format!("/api/schede/{vecchio}?ambiente=pre"),
            r#"{"stato":"CANCELLATA","motivo":"3"}"#,
        );
        let f = invia(&banco, "888001", nuova, gz(b""));
        assert_eq!(f["stato"], "ELABORATA_OK", "{nome}: {f}");
        assert_eq!(
            conteggi(&f)["EA030"],
            5,
            "{nome}: the cancelled is nobody's duplicate"
        );
        assert_eq!(id_di(&banco, "888001", "S1") == vecchio, tiene, "{nome}");
    }
}
