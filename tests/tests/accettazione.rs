//! The acceptance cases of spec subentro §8 by their number, through the running program.
//!
//! [`CASI`] says which test holds which case; the cases about process, gates, tax register and web service stand
//! with their neighbours in the other files, those about one scheda here. Every case starts from a clean delivery
//! and asserts the exact set of findings, so that a check that speaks out of turn fails as well.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    path::Path,
};

use anpr_sim_tests::{Banco, apr, esegui, espandi, file_gz, genera, gz};
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

/// Case → file and test that holds it.
const CASI: [(u8, &str, &str); 50] = [
    (
        1,
        "processo/esiti",
        "casi_1_2_4_22_73_i_due_file_servono_entrambi",
    ),
    (
        2,
        "processo/esiti",
        "casi_1_2_4_22_73_i_due_file_servono_entrambi",
    ),
    (
        4,
        "processo/esiti",
        "casi_1_2_4_22_73_i_due_file_servono_entrambi",
    ),
    (5, "processo/esiti", "caso_5_piu_file_in_qualunque_ordine"),
    (7, "varchi", "en001_en007_en008_en038_en363_il_nome"),
    (8, "varchi", "en001_en007_en008_en038_en363_il_nome"),
    (10, "varchi", "en001_en007_en008_en038_en363_il_nome"),
    (11, "varchi", "en001_en007_en008_en038_en363_il_nome"),
    (13, "varchi", "en003_en034_en037_en040_una_fornitura_per_volta"),
    (14, "varchi", "en003_en034_en037_en040_una_fornitura_per_volta"),
    (16, "varchi", "en002_quindici_megabyte_giusti_e_un_byte_di_piu"),
    (17, "accettazione", "caso_17_un_megabyte_che_ne_diventa_trecento"),
    (19, "accettazione", "caso_19_testo_dentro_famiglie"),
    (20, "accettazione", "caso_20_apr_in_iso_8859_1"),
    (
        22,
        "processo/esiti",
        "casi_1_2_4_22_73_i_due_file_servono_entrambi",
    ),
    (23, "accettazione", "caso_23_consolato_inesistente"),
    (25, "processo/esiti", "casi_25_26_28_quadrature"),
    (26, "processo/esiti", "casi_25_26_28_quadrature"),
    (28, "processo/esiti", "casi_25_26_28_quadrature"),
    (29, "processo/esiti", "casi_29_31_74_le_anomalie_delle_schede"),
    (31, "processo/esiti", "casi_29_31_74_le_anomalie_delle_schede"),
    (32, "accettazione", "caso_32_convivenza_con_tutore"),
    (34, "accettazione", "caso_34_legame_quattordici"),
    (35, "accettazione", "caso_35_senza_giorno_e_mese"),
    (37, "accettazione", "casi_37_38_nato_prima_del_comune"),
    (38, "accettazione", "casi_37_38_nato_prima_del_comune"),
    (40, "accettazione", "caso_40_nato_in_italia_come_stato"),
    (41, "accettazione", "caso_41_una_sola_data_prima_della_iscrizione"),
    (43, "accettazione", "caso_43_coniuge_senza_matrimonio"),
    (44, "accettazione", "caso_44_anno_zero"),
    (
        46,
        "accettazione",
        "caso_46_cessazione_davanti_a_un_altro_tribunale",
    ),
    (
        47,
        "accettazione",
        "caso_47_iscrizione_aire_dal_primo_luglio_1990",
    ),
    (49, "accettazione", "caso_49_comune_di_iscrizione_aire_a_zero"),
    (50, "incroci", "casi_50_52_53_codici_senza_ae"),
    (52, "incroci", "casi_50_52_53_codici_senza_ae"),
    (53, "incroci", "casi_50_52_53_codici_senza_ae"),
    (55, "incroci", "casi_55_56_differenze_seminate"),
    (56, "incroci", "casi_55_56_differenze_seminate"),
    (58, "incroci", "casi_58_e_59_anpr_memorizza_il_codice_risolto"),
    (59, "incroci", "casi_58_e_59_anpr_memorizza_il_codice_risolto"),
    (
        61,
        "accettazione",
        "caso_61_chi_e_stato_cancellato_altrove_non_e_doppio",
    ),
    (62, "incroci", "caso_62_lo_stesso_codice_in_apr_e_aire"),
    (64, "processo/esiti", "casi_64_65_il_subentro_vero"),
    (65, "processo/esiti", "casi_64_65_il_subentro_vero"),
    (67, "processo/esiti", "casi_25_26_28_quadrature"),
    (
        68,
        "s001",
        "s001_consegna_lo_stesso_file_in_test_e_in_pre_ma_non_in_subentro",
    ),
    (70, "s001", "un_tipo_invio_di_un_altro_ambiente_riceve_en148"),
    (
        71,
        "s001",
        "s001_consegna_lo_stesso_file_in_test_e_in_pre_ma_non_in_subentro",
    ),
    (
        73,
        "processo/esiti",
        "casi_1_2_4_22_73_i_due_file_servono_entrambi",
    ),
    (74, "processo/esiti", "casi_29_31_74_le_anomalie_delle_schede"),
];

/// The numbers the specification publishes.
const PUBBLICI: &str = "1 2 4 5 7 8 10 11 13 14 16 17 19 20 22 23 25 26 28 29 31 32 34 35 37 38 40 41 43 44 46 47 49 50 \
    52 53 55 56 58 59 61 62 64 65 67 68 70 71 73 74";

#[test]
fn ogni_caso_ha_la_sua_prova_e_una_sola() {
    let pubblici: Vec<u8> = PUBBLICI
        .split_whitespace()
        .map(|n| n.parse().expect("a number"))
        .collect();
    assert_eq!(
        CASI.map(|(n, _, _)| n).to_vec(),
        pubblici,
        "every number, once, in order"
    );
    let cartella = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for (n, file, prova) in CASI {
        let testo = fs::read_to_string(cartella.join(format!("{file}.rs"))).expect("a file of tests");
        let trovate = testo.matches(&format!("#[test]\nfn {prova}()")).count();
        assert_eq!(trovate, 1, "case {n}: {prova} in {file}.rs");
    }
}

const PULITA: &str = include_str!("../../fixtures/schede/pulita.xml");
const PULITA_AIRE: &str = include_str!("../../fixtures/schede/pulita-aire.txt");
const APR: &str = "888001_SUBAPR_1_1_1.gz";
const AIRE: &str = "888001_SUBAIRE_1.gz";

/// A text with one occurrence replaced; it must be there.
fn al_posto(testo: &str, da: &str, a: &str) -> String {
    assert!(testo.contains(da), "{da} is not in the clean delivery");
    testo.replacen(da, a, 1)
}

/// The clean delivery with one person's sheet changed.
fn persona(id: &str, cambia: &[(&str, &str)]) -> String {
    let segno = format!("<idSchedaSoggetto>{id}<");
    let mut pezzi: Vec<String> = PULITA.split("<soggetto>").map(str::to_owned).collect();
    let scheda = pezzi.iter_mut().find(|p| p.contains(&segno)).expect("the person");
    for (da, a) in cambia {
        assert!(scheda.contains(da), "{da} is not in {id}");
        *scheda = scheda.replace(da, a);
    }
    pezzi.join("<soggetto>")
}

/// The text from one mark to another, both included.
fn pezzo<'t>(testo: &'t str, apre: &str, chiude: &str) -> &'t str {
    let inizio = testo.find(apre).expect("its beginning");
    let fine = inizio + testo[inizio..].find(chiude).expect("its end") + chiude.len();
    &testo[inizio..fine]
}

/// What a delivery came to.
struct Esito {
    stato: String,
    conteggi: BTreeMap<String, u64>,
    anomalie: Vec<Value>,
    id: String,
}

impl Esito {
    /// Asserts state and exact counts.
    fn e(&self, stato: &str, attesi: &[(&str, u64)]) {
        let attesi: BTreeMap<String, u64> = attesi.iter().map(|(c, n)| ((*c).to_owned(), *n)).collect();
        assert_eq!(
            (self.stato.as_str(), &self.conteggi),
            (stato, &attesi),
            "{:#?}",
            self.anomalie
        );
    }

    /// The only finding of a code.
    fn una(&self, codice: &str) -> &Value {
        let mut sue = self.anomalie.iter().filter(|a| a["codice"] == codice);
        let una = sue.next().expect("the finding");
        assert!(sue.next().is_none(), "one only: {:#?}", self.anomalie);
        una
    }

    /// Its sentence holds these pieces, it speaks of that scheda.
    fn dice(&self, codice: &str, scheda: &str, parti: &[&str]) {
        let una = self.una(codice);
        assert_eq!(una["scheda"], scheda, "{una}");
        for parte in parti {
            assert!(
                una["testo"].as_str().is_some_and(|t| t.contains(parte)),
                "{parte} in {una}"
            );
        }
    }
}

fn invia(banco: &Banco, apr: &[u8], aire: &[u8]) -> Esito {
    let id = banco.accetta("pre", "888001", APR, gz(apr))["fornitura"]
        .as_str()
        .expect("an id")
        .to_owned();
    banco.accetta("pre", "888001", AIRE, gz(aire));
    let f = banco.attendi(&id, &["ELABORATA_OK", "KO"]);
    let anomalie = banco.json("GET", &format!("/api/forniture/{id}/anomalie"), "");
    Esito {
        stato: f["stato"].as_str().expect("stato").to_owned(),
        conteggi: serde_json::from_value(f["conteggi"].clone()).expect("conteggi"),
        anomalie: anomalie.as_array().expect("a list").clone(),
        id,
    }
}

/// The clean AIRE file beside an APR file of the case.
fn con_apr(apr: &str) -> Esito {
    invia(&Banco::nuovo(), apr.as_bytes(), PULITA_AIRE.as_bytes())
}

/// Codes of a refusal at the counter, and its first entry.
fn rifiuto(nome: &str, byte: &[u8]) -> (Vec<String>, Value) {
    let banco = Banco::nuovo();
    let r = banco.carica("pre", "888001", nome, gz(byte));
    let codici = Banco::codici(&r);
    let elenco = banco.json("GET", "/api/forniture?ambiente=pre&comune=888001", "");
    assert_eq!(elenco, Value::Array(Vec::new()), "nothing was stored");
    (codici, r.json().expect("JSON")["errori"][0].clone())
}

/// Exit code and counts of `check` over the two files.
fn check(apr: &[u8], aire: &[u8], opzioni: &[&str]) -> (Option<i32>, BTreeMap<String, u64>) {
    let cartella = tempfile::tempdir().expect("a folder");
    let scrivi = |nome: &str, byte: &[u8]| {
        let file = cartella.path().join(nome);
        fs::write(&file, gz(byte)).expect("a file");
        file.to_str().expect("UTF-8").to_owned()
    };
    let (apr, aire) = (scrivi(APR, apr), scrivi(AIRE, aire));
    let mut argomenti = vec!["check", "--json", "--oggi", anpr_sim_tests::OGGI];
    argomenti.extend_from_slice(opzioni);
    argomenti.extend([apr.as_str(), aire.as_str()]);
    let uscita = esegui(&argomenti);
    let v: Value = serde_json::from_slice(&uscita.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&uscita.stderr)));
    (
        uscita.status.code(),
        serde_json::from_value(v["conteggi"].clone()).expect("conteggi"),
    )
}

#[test]
fn caso_17_un_megabyte_che_ne_diventa_trecento() {
    const ESPANSI: usize = 300_000_000;
    let documento = apr(&["--comune", "888001", "--abitanti", "200"]);
    let (testa, coda) = documento.split_once("<famiglie>").expect("the families");
    let mut compresso = GzEncoder::new(Vec::new(), Compression::fast());
    compresso.write_all(testa.as_bytes()).expect("in memory");
    let vuoto = vec![b'\n'; 1 << 16];
    let mut resto = ESPANSI - documento.len();
    while resto > 0 {
        let ora = resto.min(vuoto.len());
        compresso.write_all(&vuoto[..ora]).expect("in memory");
        resto -= ora;
    }
    compresso.write_all(b"<famiglie>").expect("in memory");
    compresso.write_all(coda.as_bytes()).expect("in memory");
    let compresso = compresso.finish().expect("in memory");
    assert!(
        (500_000..3_000_000).contains(&compresso.len()),
        "about a megabyte: {}",
        compresso.len()
    );

    let banco = Banco::nuovo();
    let id = banco.accetta("pre", "888001", APR, compresso)["fornitura"]
        .as_str()
        .expect("an id")
        .to_owned();
    banco.accetta("pre", "888001", AIRE, gz(b""));
    let f = banco.attendi(&id, &["ELABORATA_OK", "KO"]);
    assert_eq!(
        (&f["stato"], &f["schede"]["soggetti"]),
        (&Value::from("ELABORATA_OK"), &Value::from(200))
    );
}

#[test]
fn caso_19_testo_dentro_famiglie() {
    let guasto = al_posto(PULITA, "<famiglie>\n", "<famiglie>qualcosa\n");
    let (codici, errore) = rifiuto(APR, guasto.as_bytes());
    assert_eq!(codici, ["EN009"]);
    let riga = PULITA
        .lines()
        .position(|l| l.trim() == "<famiglie>")
        .expect("the families")
        + 1;
    assert_eq!(errore["riga"], riga, "{errore}");
    assert!(errore["colonna"].as_u64().is_some_and(|c| c > 1), "{errore}");

    // The validator goes on: what cannot be read any more looks as if it were missing. EN012 is said of the one file
    // there is, as EN011 is; the two families are gone, and with them the four people who name them.
    let (fine, conteggi) = check(guasto.as_bytes(), PULITA_AIRE.as_bytes(), &[]);
    assert_eq!(fine, Some(1));
    for conseguenza in ["EN009", "EN023", "EN024", "ES092"] {
        assert!(
            conteggi.contains_key(conseguenza),
            "{conseguenza} in {conteggi:?}"
        );
    }
    assert!(
        conteggi
            .keys()
            .all(|c| ["EN009", "EN023", "EN024", "ES092", "EN063"].contains(&c.as_str())),
        "{conteggi:?}"
    );
}

#[test]
fn caso_20_apr_in_iso_8859_1() {
    let accento = al_posto(PULITA, "<nome>UNO</nome>", "<nome>UNÉ</nome>");
    let iso: Vec<u8> = accento
        .chars()
        .map(|c| u8::try_from(u32::from(c)).expect("ISO-8859-1"))
        .collect();
    let (codici, errore) = rifiuto(APR, &iso);
    assert_eq!(codici, ["EN009"]);
    let riga = PULITA
        .lines()
        .position(|l| l.contains("<nome>UNO</nome>"))
        .expect("the name")
        + 1;
    assert_eq!(errore["riga"], riga, "{errore}");
    // Near miss: the same letter in the encoding the declaration promises.
    let esito = con_apr(&accento);
    assert_eq!(esito.stato, "ELABORATA_OK", "{:#?}", esito.anomalie);
}

#[test]
fn caso_23_consolato_inesistente() {
    let ignoto = al_posto(PULITA_AIRE, "2012200100TIRANA", "2019999999TIRANA");
    let (codici, errore) = rifiuto(AIRE, ignoto.as_bytes());
    assert_eq!(codici, ["EN010"]);
    assert_eq!(errore["riga"], 1, "{errore}");
    assert!(errore["testo"].to_string().contains("9999999"), "{errore}");

    let cartella = tempfile::tempdir().expect("a folder");
    let politica = cartella.path().join("politica.json");
    fs::write(&politica, r#"{"consolatoAlCaricamento": false}"#).expect("a file");
    let (fine, conteggi) = check(
        PULITA.as_bytes(),
        ignoto.as_bytes(),
        &["--politica", politica.to_str().expect("UTF-8")],
    );
    assert_eq!(
        (fine, conteggi),
        (Some(1), BTreeMap::from([("EC032".to_owned(), 1)])),
        "an error, not a warning"
    );
}

#[test]
fn caso_32_convivenza_con_tutore() {
    let membri = persona("S5", &[("<codiceLegame>1<", "<codiceLegame>2<")]);
    let tutore = "<tipoTutoreIntestatario><generalita><cognome>PROVA</cognome><nome>CUSTODE</nome></generalita>\
        <dataIntestarioConvivenza>2001-01-01</dataIntestarioConvivenza></tipoTutoreIntestatario>";
    con_apr(&al_posto(
        &membri,
        "<tipoScheda>4</tipoScheda>",
        &format!("<tipoScheda>4</tipoScheda>{tutore}"),
    ))
    .e("ELABORATA_OK", &[]);
    // Without the guardian nobody answers for the convivenza.
    con_apr(&membri).e("ELABORATA_OK", &[("EF008", 1)]);
}

#[test]
fn caso_34_legame_quattordici() {
    let esito = con_apr(&persona("S3", &[("<codiceLegame>3<", "<codiceLegame>14<")]));
    esito.e("ELABORATA_OK", &[("EN064", 1)]);
    esito.dice("EN064", "S3", &["14 - "]);
}

#[test]
fn caso_35_senza_giorno_e_mese() {
    let codice = anagrafe_cf("PROVA", "UNO", "1970-03-15", "Y001");
    let (nascita, giorno) = ("<dataNascita>1970-03-15</dataNascita>", "1970-03-15");
    let cambia = [("1970-01-01", giorno), ("PRVNUO70A01Y001M", codice.as_str())];
    let senza_segno = persona("S1", &cambia);
    let esito = con_apr(&al_posto(
        &senza_segno,
        nascita,
        &format!("{nascita}<senzaGiornoMese>1</senzaGiornoMese>"),
    ));
    esito.e("ELABORATA_OK", &[("ES063", 1)]);
    esito.dice("ES063", "S1", &[]);
    con_apr(&senza_segno).e("ELABORATA_OK", &[]);
}

#[test]
fn casi_37_38_nato_prima_del_comune() {
    // Botrugno exists from 28-05-1958, with the Belfiore code B086.
    let codice = anagrafe_cf("PROVA", "TRE", "1956-02-28", "B086");
    let tre = persona(
        "S3",
        &[
            ("<dataNascita>1999-02-28<", "<dataNascita>1956-02-28<"),
            ("PRVTRE99B28Y001H", &codice),
            ("<anno>1999<", "<anno>1956<"),
            ("<dataValidita>1999-02-28<", "<dataValidita>1956-02-28<"),
            ("<dataFormazioneAtto>1999-02-28</dataFormazioneAtto>", ""),
        ],
    );
    let (prima, dopo) = tre.split_once("<nome>TRE</nome>").expect("the person");
    let (suo, resto) = dopo.split_once("<residenza>").expect("the residence");
    let luogo = suo
        .replace("COMUNE FITTIZIO 001", "BOTRUGNO")
        .replace("<codiceIstat>888001", "<codiceIstat>075009")
        .replace("<siglaProvinciaIstat>XX", "<siglaProvinciaIstat>LE");
    let nato = format!("{prima}<nome>TRE</nome>{luogo}<residenza>{resto}");

    let esito = con_apr(&nato);
    esito.e("ELABORATA_OK", &[("EC075", 1)]);
    esito.dice("EC075", "S3", &["BOTRUGNO", "LE", "28/02/1956"]);

    let scheda = &nato[nato.find(&codice).expect("the code") - 80..];
    let elemento = pezzo(
        &scheda[scheda.find("<codiceFiscale>").expect("the element")..],
        "<codiceFiscale>",
        "</codiceFiscale>",
    );
    // Case 38. The local tax register knows the person, so that the missing code is told as well (case 53).
    let esito = con_apr(&al_posto(&nato, elemento, ""));
    esito.e("ELABORATA_OK", &[("EA002", 1), ("EC007", 1), ("EC075", 1)]);
    esito.dice("EC007", "S3", &["BOTRUGNO", "LE", "28/02/1956"]);
}

/// The code of a man, as the published rules make it.
fn anagrafe_cf(cognome: &str, nome: &str, nascita: &str, belfiore: &str) -> String {
    let codice = anagrafe::codice_fiscale::calcola(&anagrafe::codice_fiscale::Generalita {
        cognome: Some(cognome),
        nome: Some(nome),
        sesso: anagrafe::Sesso::M,
        nascita: anagrafe::leggi_data(nascita).expect("a date"),
        belfiore,
    });
    String::from_utf8(codice.to_vec()).expect("ASCII")
}

#[test]
fn caso_40_nato_in_italia_come_stato() {
    let esito = con_apr(&persona(
        "S2",
        &[(
            "<descrizioneStato>MAROCCO</descrizioneStato>\n            <codiceStato>436<",
            "<descrizioneStato>ITALIA</descrizioneStato>\n            <codiceStato>100<",
        )],
    ));
    esito.e("ELABORATA_OK", &[("EC030", 1)]);
    esito.dice("EC030", "S2", &["100"]);
}

#[test]
fn caso_41_una_sola_data_prima_della_iscrizione() {
    let esito = con_apr(&persona(
        "S1",
        &[
            (
                "<dataPrimaIscrizioneComune>1995-05-10<",
                "<dataPrimaIscrizioneComune>2007-03-07<",
            ),
            (
                "<dataDecorrenzaResidenza>1995-05-10<",
                "<dataDecorrenzaResidenza>2003-06-30<",
            ),
            ("<dataDecorrenza>1995-05-10<", "<dataDecorrenza>2007-03-07<"),
        ],
    ));
    esito.e("ELABORATA_OK", &[("ES127", 1)]);
    esito.dice("ES127", "S1", &["residenza", "30/06/2003", "07/03/2007"]);
}

#[test]
fn caso_43_coniuge_senza_matrimonio() {
    let matrimonio = pezzo(PULITA, "<datiMatrimonio>", "</datiMatrimonio>");
    let esito = con_apr(&al_posto(PULITA, matrimonio, ""));
    esito.e("ELABORATA_OK", &[("EN306", 1)]);
    esito.dice("EN306", "S1", &[]);
}

#[test]
fn caso_44_anno_zero() {
    let esito = con_apr(&persona("S1", &[("<anno>1995<", "<anno>0000<")]));
    esito.e("ELABORATA_OK", &[("EHR71", 1)]);
    esito.dice("EHR71", "S1", &["0"]);
}

#[test]
fn caso_46_cessazione_davanti_a_un_altro_tribunale() {
    con_apr(&persona(
        "S5",
        &[
            ("<tipoCessazione>2<", "<tipoCessazione>22<"),
            ("<tipoTribunale>1<", "<tipoTribunale>4<"),
        ],
    ))
    .e("ELABORATA_OK", &[]);
}

#[test]
fn caso_47_iscrizione_aire_dal_primo_luglio_1990() {
    let banco = Banco::nuovo();
    let iscritto = |giorno: &str| al_posto(PULITA_AIRE, "C0188800120000101", &format!("C01888001{giorno}"));
    // One delivery at a time: the one that is OK is cancelled before the next.
    let esito = invia(&banco, PULITA.as_bytes(), iscritto("19900701").as_bytes());
    esito.e("ELABORATA_OK", &[]);
    banco.json("DELETE", &format!("/api/forniture/{}", esito.id), "");
    banco.json("POST", "/api/notte", "");
    let esito = invia(&banco, PULITA.as_bytes(), iscritto("19900630").as_bytes());
    esito.e("ELABORATA_OK", &[("ES078", 1)]);
    esito.dice("ES078", "A1", &[]);
}

/// Family id and Comune of registration of a line of the AIRE file.
fn famiglia_aire(riga: &str) -> (String, String) {
    (riga[335..355].trim().to_owned(), riga[363..369].to_owned())
}

#[test]
fn caso_49_comune_di_iscrizione_aire_a_zero() {
    let fornitura = genera(&["--comune", "888001", "--abitanti", "30", "--aire", "8"]);
    let file = file_gz(fornitura.path());
    let (apr, aire) = (
        espandi(&file[0]),
        String::from_utf8(espandi(&file[1])).expect("ASCII"),
    );
    // The second line of a family: same id, its Comune of registration filled with zeros.
    let mut righe: Vec<String> = aire.split_inclusive("\r\n").map(str::to_owned).collect();
    let parente = (1..righe.len())
        .find(|i| famiglia_aire(&righe[*i]) == famiglia_aire(&righe[*i - 1]))
        .expect("two relatives");
    righe[parente].replace_range(363..369, "000000");
    // What the lines make: per family the ids of its members.
    let mut attese: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for riga in &righe {
        let suoi = attese.entry(famiglia_aire(riga)).or_default();
        suoi.insert(riga[6..26].trim().to_owned());
    }
    let (divisa, _) = famiglia_aire(&righe[parente]);

    let banco = Banco::nuovo();
    let esito = invia(&banco, &apr, righe.concat().as_bytes());
    esito.e("ELABORATA_OK", &[]);
    let f = banco.json("GET", &format!("/api/forniture/{}", esito.id), "");
    assert_eq!(f["schede"]["aire"], 8);
    assert_eq!(f["schede"]["famiglieAire"], attese.len());

    // The families are schede of the register, each with its members.
    let elenco = |dopo: u64, limite: u64| {
        let v = banco.json(
            "GET",
            &format!("/api/famiglie?ambiente=pre&comune=888001&dopo={dopo}&limite={limite}"),
            "",
        );
        v.as_array().expect("a list").clone()
    };
    let tutte = elenco(0, 1000);
    let apr_e_convivenze = tutte.len() - attese.len();
    assert_eq!(
        Value::from(apr_e_convivenze),
        f["schede"]["famiglie"].as_u64().unwrap_or_default()
            + f["schede"]["convivenze"].as_u64().unwrap_or_default()
    );
    assert_eq!(
        elenco(apr_e_convivenze as u64, 1),
        tutte[apr_e_convivenze..=apr_e_convivenze],
        "page by page"
    );
    let mut trovate = BTreeMap::new();
    for famiglia in tutte.iter().filter(|u| u["tipo"] == "FAMIGLIA_AIRE") {
        let una = banco.json(
            "GET",
            &format!("/api/famiglie/{}?ambiente=pre", famiglia["idAnpr"]),
            "",
        );
        let testo = |v: &Value| v.as_str().expect("a text").to_owned();
        let componenti = una["componenti"].as_array().expect("a list");
        assert!(componenti.iter().all(|c| c["anagrafe"] == "AIRE"), "{una}");
        let componenti: BTreeSet<String> = componenti.iter().map(|c| testo(&c["idComune"])).collect();
        let chiave = (testo(&una["idComune"]), testo(&una["istatIscrizioneAire"]));
        assert_eq!(trovate.insert(chiave, componenti), None, "once each");
    }
    assert_eq!(trovate, attese);
    let due: Vec<&str> = trovate
        .keys()
        .filter(|(id, _)| *id == divisa)
        .map(|(_, iscrizione)| iscrizione.as_str())
        .collect();
    assert_eq!(due, ["000000", "888001"], "two families of one id");

    // The list of what subentrò has a row for each, with its own id; the message counts them.
    let (_, loro) = banco.lista(&esito.id, "Subentrati_888001_SUBAIRE_1.csv");
    let di = |tipo: &str| loro.iter().filter(|r| r[0] == tipo).collect::<Vec<_>>();
    assert_eq!(di("Scheda Individuale AIRE").len(), 8);
    assert_eq!(di("Famiglia").len(), attese.len());
    assert_eq!(loro.len(), 8 + attese.len());
    let ids: BTreeSet<&str> = di("Famiglia")
        .into_iter()
        .filter(|r| r[2] == divisa)
        .map(|r| r[1].as_str())
        .collect();
    assert_eq!(ids.len(), 2);
    let pec = banco.json("GET", "/api/pec?comune=888001", "");
    assert!(
        pec.to_string()
            .contains(&format!("schede di famiglia AIRE: {}", attese.len())),
        "{pec}"
    );

    // They go with their delivery.
    banco.json("DELETE", &format!("/api/forniture/{}", esito.id), "");
    banco.json("POST", "/api/notte", "");
    assert_eq!(elenco(0, 1000), Vec::<Value>::new());
}

/// A clean delivery as another Comune would send it.
fn altrove(testo: &str, comune: &str) -> Vec<u8> {
    gz(testo
        .replace("888001", comune)
        .replace(
            "COMUNE FITTIZIO 001",
            &format!("COMUNE FITTIZIO {}", &comune[3..]),
        )
        .as_bytes())
}

/// The Comune's id and idANPR of its persons.
fn ids(banco: &Banco, comune: &str) -> BTreeMap<String, u64> {
    let v = banco.json(
        "GET",
        &format!("/api/schede?ambiente=pre&comune={comune}&limite=1000"),
        "",
    );
    v.as_array()
        .expect("a list")
        .iter()
        .map(|p| {
            (
                p["idComune"].as_str().expect("a text").to_owned(),
                p["idAnpr"].as_u64().expect("an id"),
            )
        })
        .collect()
}

fn cancella(banco: &Banco, id: u64, motivo: &str) {
    let v = banco.json(
        "PUT",
        &format!("/api/schede/{id}?ambiente=pre"),
        &format!(r#"{{"stato":"CANCELLATA","motivo":"{motivo}","dal":"2021-02-01"}}"#),
    );
    assert_eq!(v["stato"], "CANCELLATA", "{v}");
}

#[test]
fn caso_61_chi_e_stato_cancellato_altrove_non_e_doppio() {
    let dati = tempfile::tempdir().expect("a folder");
    let mut banco = Banco::in_cartella(dati.path(), &[]).expect("starts");
    // 888002 with people we know, in the place of its ready inhabitants.
    let pronta = banco.json("GET", "/api/forniture?ambiente=pre&comune=888002", "");
    let pronta = pronta[0]["id"].as_str().expect("an id");
    banco.json("DELETE", &format!("/api/forniture/{pronta}"), "");
    banco.json("POST", "/api/notte", "");
    let prima = banco.accetta(
        "pre",
        "888002",
        "888002_SUBAPR_1_1_1.gz",
        altrove(PULITA, "888002"),
    );
    let prima = prima["fornitura"].as_str().expect("an id").to_owned();
    banco.accetta(
        "pre",
        "888002",
        "888002_SUBAIRE_1.gz",
        altrove(PULITA_AIRE, "888002"),
    );
    assert_eq!(
        banco.attendi(&prima, &["ELABORATA_OK", "KO"])["stato"],
        "ELABORATA_OK"
    );
    let vecchi = ids(&banco, "888002");
    assert_eq!(
        vecchi.keys().map(String::as_str).collect::<Vec<_>>(),
        ["A1", "S1", "S2", "S3", "S4", "S5", "S6"]
    );
    // S1 to S5 and the one of the AIRE are cancelled, S6 is not; and so it is after a restart.
    for (nome, id) in &vecchi {
        match nome.as_str() {
            "S6" => {}
            "A1" => cancella(&banco, *id, "7"),
            _ => cancella(&banco, *id, "3"),
        }
    }
    assert_eq!(banco.chiudi(), Some(0));
    let banco = Banco::in_cartella(dati.path(), &[]).expect("starts again");
    let esito = invia(&banco, PULITA.as_bytes(), PULITA_AIRE.as_bytes());

    // Only the one who is in both is a duplicate.
    esito.e("ELABORATA_OK", &[("EA030", 1)]);
    assert_eq!(esito.una("EA030")["scheda"], "S6");
    // Same idANPR as before for those cancelled from the APR; a new one for the active and for the one of the AIRE.
    let nuovi = ids(&banco, "888001");
    for (nome, id) in &vecchi {
        let stesso = nuovi[nome] == *id;
        assert_eq!(stesso, !["S6", "A1"].contains(&nome.as_str()), "{nome}");
    }
    assert_eq!(nuovi.values().collect::<BTreeSet<_>>().len(), nuovi.len());
    let (_, lista) = banco.lista(&esito.id, "Subentrati_888001_SUBAPR_1_1_1.csv");
    let s1 = lista.iter().find(|r| r[2] == "S1").expect("a row");
    assert_eq!(s1[1], vecchi["S1"].to_string());
    // The id speaks of the one who has it now, and remembers where it was.
    let uno = banco.json("GET", &format!("/api/schede/{}?ambiente=pre", vecchi["S1"]), "");
    assert_eq!(
        (&uno["comune"], &uno["stato"]),
        (&"888001".into(), &"ATTIVA".into())
    );
    assert_eq!(
        uno["stessoId"],
        serde_json::json!([{"comune": "888002", "idComune": "S1", "stato": "CANCELLATA"}])
    );
    let stato = banco.json("GET", "/api/stato", "");
    assert_eq!(stato["ambienti"]["pre"]["cancellate"], 6);

    // 888001 gives its delivery up: the ids are 888002's again.
    banco.json("DELETE", &format!("/api/forniture/{}", esito.id), "");
    banco.json("POST", "/api/notte", "");
    let uno = banco.json("GET", &format!("/api/schede/{}?ambiente=pre", vecchi["S1"]), "");
    assert_eq!(
        (&uno["comune"], &uno["stato"]),
        (&"888002".into(), &"CANCELLATA".into())
    );
    assert_eq!(ids(&banco, "888002"), vecchi);
}
