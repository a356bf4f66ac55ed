//! What must hold whatever comes: the order of files and the number of threads change nothing, a damaged
//! segment is an error and never a panic, `check` and the elaboration say the same.

mod comune;

use std::io::Write;

use anagrafe::Data;
use elaborazione::banco::{Banco, Nodo, PULITA, gz};
use elaborazione::{
    Allineata, Ingresso, NOME_RILIEVI, OpzioniControllo, Segmento, controlla, elabora,
    rapporto::EsitoControllo,
};
use proptest::prelude::*;

use comune::{Fornitura, con_fili};

/// A delivery of `file` files with defects of many kinds, some across files.
fn difettosa(file: usize, soggetti: usize) -> Fornitura {
    let mut banco = Banco::nuovo();
    let tipo = Nodo::leggi(PULITA);
    banco.apr = (0..file)
        .map(|f| {
            let mut radice = tipo.clone();
            let modello = radice.cerca("soggetto[3]").expect("banco").clone();
            for i in 0..soggetti {
                let mut s = modello.clone();
                let id = format!("F{f}N{i}");
                s.trova("generalitaSubIscr/idSchedaSoggettoComune/idSchedaSoggetto")
                    .testo = Some(id);
                // Defects spread by a rule, so that they are the same every time.
                let n = f * 31 + i;
                if n % 7 == 0 {
                    s.trova("statoCivile/statoCivile").testo = Some("5".to_owned());
                }
                if n % 11 == 0 {
                    s.trova("famiglia/idFamConvComune").testo = Some(format!("X{n}"));
                }
                if n % 13 == 0 {
                    s.togli("dataUltimoAggiornamento");
                }
                s.trova("famiglia/legameSoggetto/progressivoComponente").testo =
                    Some((10 + i % 900).to_string());
                radice.trova("generalitaSoggetti").figli.push(s);
            }
            radice
        })
        .collect();
    Fornitura::di(&mut banco)
}

fn referto(f: &Fornitura, ordine: &[usize], fili: usize) -> (String, elaborazione::Esito) {
    let cartella = tempfile::tempdir().expect("cartella");
    let ingressi: Vec<Ingresso> = ordine
        .iter()
        .map(|i| con_fili(cartella.path(), &f.file[*i].0, &f.file[*i].1, &f.ctx, fili))
        .collect();
    let esito = elabora(&ingressi, true, &f.ctx, &Allineata::default(), cartella.path()).expect("elabora");
    (
        std::fs::read_to_string(cartella.path().join(NOME_RILIEVI)).expect("rilievi"),
        esito,
    )
}

#[test]
fn uno_o_due_fili_sono_lo_stesso() {
    // Some megabytes, so that there are several blocks.
    let f = difettosa(1, 1500);
    let ordine = [0, 1];
    let (uno, due) = (referto(&f, &ordine, 1), referto(&f, &ordine, 2));
    assert!(uno.0.lines().count() > 300);
    assert_eq!(uno, due);
}

#[test]
fn i_rilievi_stanno_in_ordine_di_file_posizione_codice() {
    let f = difettosa(2, 40);
    let (testo, esito) = referto(&f, &[2, 1, 0], 2);
    let chiavi: Vec<(String, u64, String)> = testo
        .lines()
        .map(|riga| {
            let r: elaborazione::Rilievo = serde_json::from_str(riga).expect("riga");
            (
                r.file.unwrap_or_default(),
                r.posizione.map_or(0, |p| p.offset),
                r.codice,
            )
        })
        .collect();
    assert!(chiavi.is_sorted(), "{chiavi:#?}");
    assert_eq!(esito.conteggi.values().sum::<u64>(), chiavi.len() as u64);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn l_ordine_dei_file_non_conta(ordine in Just(vec![0usize, 1, 2, 3]).prop_shuffle(), fili in 1usize..3) {
        let f = difettosa(3, 20);
        prop_assert_eq!(referto(&f, &ordine, fili), referto(&f, &[0, 1, 2, 3], 1));
    }

    #[test]
    fn un_segmento_danneggiato_e_un_errore(dove in 0usize..20_000, bit in 0u8..8) {
        let mut banco = Banco::nuovo();
        let f = Fornitura::di(&mut banco);
        let cartella = tempfile::tempdir().expect("cartella");
        let buono = con_fili(cartella.path(), &f.file[0].0, &f.file[0].1, &f.ctx, 1);
        let mut byte = std::fs::read(buono.segmento.percorso()).expect("segmento");
        let dove = dove % byte.len();
        byte[dove] ^= 1 << bit;
        let guasto = cartella.path().join("guasto");
        std::fs::write(&guasto, byte).expect("segmento");
        let letto = Segmento::apri(&guasto).and_then(|segmento| {
            segmento.schede()?.collect::<Result<Vec<_>, _>>()?;
            segmento.rilievi()?.collect::<Result<Vec<_>, _>>()?;
            segmento.chiavi_soggetti()?.collect::<Result<Vec<_>, _>>()?;
            segmento.chiavi_famiglie()?.collect::<Result<Vec<_>, _>>()
        });
        prop_assert!(letto.is_err(), "un bit cambiato in {} non si vede", dove);
    }

    #[test]
    fn nessun_byte_fa_cadere_la_lettura(byte in prop::collection::vec(any::<u8>(), 0..400), aire in any::<bool>()) {
        let nome = if aire { "888001_SUBAIRE_1.gz" } else { "888001_SUBAPR_1_1_1.gz" };
        comune::rifiuto_formato(nome, &gz(&byte));
        comune::rifiuto_formato(nome, &byte);
    }
}

fn opzioni() -> OpzioniControllo {
    OpzioniControllo {
        fili: 1,
        ..OpzioniControllo::il(Data::constant(2021, 3, 1))
    }
}

fn scrivi(cartella: &std::path::Path, nome: &str, byte: &[u8]) -> std::path::PathBuf {
    let percorso = cartella.join(nome);
    std::fs::File::create(&percorso)
        .and_then(|mut f| f.write_all(byte))
        .expect("file");
    percorso
}

#[test]
fn check_legge_xml_gz_e_txt() {
    let cartella = tempfile::tempdir().expect("cartella");
    let xml = scrivi(cartella.path(), "888001_SUBAPR_1_1_1.xml", PULITA.as_bytes());
    let txt = scrivi(
        cartella.path(),
        "888001_SUBAIRE_1.txt",
        elaborazione::banco::PULITA_AIRE,
    );
    let rapporto = controlla(&[xml, txt], &opzioni()).expect("check");
    assert_eq!(
        (rapporto.esito, rapporto.anomalie.len()),
        (EsitoControllo::Ok, 0),
        "{:?}",
        rapporto.anomalie
    );
    assert_eq!((rapporto.schede.soggetti, rapporto.schede.aire), (6, 1));
    let f = difettosa(2, 40);
    let percorsi: Vec<_> = f
        .file
        .iter()
        .map(|(n, b)| scrivi(cartella.path(), n, b))
        .collect();
    let rapporto = controlla(
        &percorsi,
        &OpzioniControllo {
            max_campioni: 1,
            ..opzioni()
        },
    )
    .expect("check");
    let (_, esito) = referto(&f, &[0, 1, 2], 1);
    assert_eq!(
        (rapporto.esito, &rapporto.conteggi),
        (EsitoControllo::Ko, &esito.conteggi)
    );
    assert_eq!(rapporto.anomalie.len(), rapporto.conteggi.len());
    let json: serde_json::Value = serde_json::from_str(&rapporto.json().expect("json")).expect("json");
    assert_eq!(json["esito"], "KO");
    assert!(json["anomalie"][0]["riga"].is_number() && json["anomalie"][0]["tipoScheda"].is_string());
}

#[test]
fn caso_19_check_prosegue_dopo_en009() {
    let cartella = tempfile::tempdir().expect("cartella");
    let xml = PULITA.replacen("<famiglie>", "<famiglie>testo", 1);
    assert_ne!(xml, PULITA);
    let percorso = scrivi(cartella.path(), "888001_SUBAPR_1_1_1.xml", xml.as_bytes());
    let rapporto = controlla(&[percorso], &opzioni()).expect("check");
    let codici: Vec<_> = rapporto.conteggi.keys().map(String::as_str).collect();
    assert_eq!(codici, ["EN009", "EN023", "EN024", "ES092"]);
    assert_eq!(rapporto.conteggi["ES092"], 2);
    assert_eq!(rapporto.errori(), 5);
    let guasto = scrivi(cartella.path(), "888001_SUBAPR_2_1_1.gz", b"non gzip");
    let rapporto = controlla(&[guasto], &opzioni()).expect("check");
    assert_eq!(rapporto.conteggi.keys().collect::<Vec<_>>(), ["EN009"]);
}

#[test]
fn check_di_un_file_su_due_attende_l_altro() {
    let f = difettosa(2, 0);
    let cartella = tempfile::tempdir().expect("cartella");
    let xml = scrivi(cartella.path(), "888001_SUBAPR_1_1_2.xml", &{
        use std::io::Read;
        let mut contenuto = Vec::new();
        flate2::read::GzDecoder::new(f.file[0].1.as_slice())
            .read_to_end(&mut contenuto)
            .expect("gzip");
        contenuto
    });
    let rapporto = controlla(&[xml], &opzioni()).expect("check");
    assert_eq!(rapporto.conteggi.len(), 0, "{:?}", rapporto.conteggi);
}

#[test]
fn check_di_un_xml_interrotto_conta_quel_che_ha_letto() {
    let cartella = tempfile::tempdir().expect("cartella");
    let (prima, _) = PULITA.split_once("</generalitaSoggetti>").expect("pulita");
    let xml = scrivi(cartella.path(), "888001_SUBAPR_1_1_1.xml", prima.as_bytes());
    let rapporto = controlla(&[xml], &opzioni()).expect("check");
    let codici: Vec<_> = rapporto.conteggi.keys().map(String::as_str).collect();
    assert_eq!(codici, ["EN009", "EN021", "EN022", "EN023", "EN024", "ES092"]);
    assert_eq!((rapporto.schede.soggetti, rapporto.conteggi["ES092"]), (6, 6));
}
