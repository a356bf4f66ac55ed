//! What `check` says of files as they would be sent: the counter, the counts, the places.

mod comune;

use std::path::{Path, PathBuf};

use anagrafe::{Ambiente, CodiceIstat, Data};
use elaborazione::banco::{Banco, PULITA, PULITA_AIRE, gz};
use elaborazione::{Differenza, OpzioniControllo, Rapporto, controlla, rapporto::EsitoControllo};

const APR: &str = "888001_SUBAPR_1_1_1.gz";
const AIRE: &str = "888001_SUBAIRE_1.gz";

fn opzioni() -> OpzioniControllo {
    OpzioniControllo {
        fili: 1,
        ..OpzioniControllo::il(Data::constant(2021, 3, 1))
    }
}

fn scrivi(cartella: &Path, nome: &str, byte: &[u8]) -> PathBuf {
    let percorso = cartella.join(nome);
    std::fs::write(&percorso, byte).expect("file");
    percorso
}

/// The clean delivery under these names, each an APR unless it says AIRE.
fn controllo(nomi: &[&str], opzioni: &OpzioniControllo) -> Rapporto {
    let cartella = tempfile::tempdir().expect("cartella");
    let percorsi: Vec<PathBuf> = nomi
        .iter()
        .map(|nome| {
            let byte = if nome.contains("AIRE") {
                gz(PULITA_AIRE)
            } else {
                gz(PULITA.as_bytes())
            };
            scrivi(cartella.path(), nome, &byte)
        })
        .collect();
    controlla(&percorsi, opzioni).expect("check")
}

fn codici(r: &Rapporto) -> Vec<(&str, u64)> {
    r.conteggi.iter().map(|(c, n)| (c.as_str(), *n)).collect()
}

fn in_test() -> OpzioniControllo {
    OpzioniControllo {
        ambiente: Ambiente::Test,
        ..opzioni()
    }
}

#[test]
fn i_varchi_che_non_vogliono_un_server() {
    let buona = controllo(&[APR, AIRE], &opzioni());
    assert_eq!((buona.esito, codici(&buona)), (EsitoControllo::Ok, vec![]));
    assert!(buona.file.iter().all(|f| f.note.is_empty()), "{:?}", buona.file);
    for (nomi, opzioni, attesi) in [
        (
            &["888001_SUBAPR_1_1_2.gz", AIRE][..],
            in_test(),
            &[("EN363", 1)][..],
        ),
        (&["888001_SUBAPR_1_1.gz", AIRE], opzioni(), &[("EN001", 1)]),
        (&["888001_SUBAPR_1_3_2.gz", AIRE], opzioni(), &[("EN008", 1)]),
        (&["888001_SUBAPR_1_1_100.gz", AIRE], opzioni(), &[("EN038", 1)]),
        (&[APR, "888001_SUBAPR_2_1_1.gz", AIRE], opzioni(), &[("EN037", 1)]),
        (&[APR, AIRE, "888001_SUBAIRE_2.gz"], opzioni(), &[("EN007", 1)]),
        (&[APR, APR, AIRE], opzioni(), &[("EN007", 1)]),
    ] {
        let r = controllo(nomi, &opzioni);
        assert_eq!(
            (r.esito, codici(&r)),
            (EsitoControllo::Ko, attesi.to_vec()),
            "{nomi:?}"
        );
        assert_eq!(r.anomalie.len(), attesi.len(), "{nomi:?}");
    }
    let due = controllo(&[APR, APR, AIRE], &opzioni());
    assert_eq!(
        (due.schede.soggetti, due.schede.aire),
        (6, 1),
        "a file that is refused adds nothing"
    );
}

#[test]
fn i_file_di_un_altro_comune() {
    let opzioni = OpzioniControllo {
        comune: Some(CodiceIstat::parse("888002").expect("codice")),
        ..opzioni()
    };
    let r = controllo(&[APR, AIRE], &opzioni);
    assert_eq!(codici(&r), [("EN039", 2)], "and not EA048 for everybody");
}

#[test]
fn un_byte_di_troppo() {
    let mut opzioni = opzioni();
    opzioni.politica.limite_invio = 100;
    let r = controllo(&[APR, AIRE], &opzioni);
    assert_eq!(codici(&r), [("EN002", 2)]);
    let cartella = tempfile::tempdir().expect("cartella");
    let xml = scrivi(cartella.path(), "888001_SUBAPR_1_1_1.xml", PULITA.as_bytes());
    let r = controlla(&[xml], &opzioni).expect("check");
    assert_eq!(codici(&r), [], "nobody knows how large it will be");
}

#[test]
fn quel_che_manca_e_detto() {
    let r = controllo(&["888001_SUBAPR_1_2_3.gz"], &opzioni());
    assert_eq!((r.esito, codici(&r)), (EsitoControllo::Ok, vec![]));
    let note = r.file[0].note.join(" / ");
    assert!(note.contains("manca: APR 1, 3 di 3; il file AIRE"), "{note}");
    let altro = controllo(&["prova.gz"], &opzioni());
    assert_eq!(altro.esito, EsitoControllo::Ok);
    assert!(altro.file[0].note[0].contains("EN001"), "{:?}", altro.file);
}

#[test]
fn il_genere_di_un_file_senza_nome_lo_dice_il_contenuto() {
    let cartella = tempfile::tempdir().expect("cartella");
    for (byte, tipo) in [
        (PULITA.as_bytes().to_vec(), "APR"),
        (gz(PULITA.as_bytes()), "APR"),
        (PULITA_AIRE.to_vec(), "AIRE"),
        (gz(PULITA_AIRE), "AIRE"),
    ] {
        let file = scrivi(cartella.path(), "prova", &byte);
        let r = controlla(&[file], &opzioni()).expect("check");
        assert_eq!((r.file[0].tipo.as_str(), codici(&r)), (tipo, vec![]));
    }
}

#[test]
fn i_conteggi_del_formato_sono_esatti() {
    const QUANTI: u64 = 930;
    let cartella = tempfile::tempdir().expect("cartella");
    let (prima, resto) = PULITA.split_once("<soggetto>").expect("una scheda");
    let (corpo, dopo) = resto.split_once("</soggetto>").expect("una scheda");
    let guasto = format!(
        "<soggetto>{}</soggetto>",
        corpo.replace("<sesso>M</sesso>", "<sesso>Q</sesso>")
    );
    let xml = format!(
        "{prima}{}<soggetto>{corpo}</soggetto>{dopo}",
        guasto.repeat(QUANTI as usize)
    );
    let file = scrivi(cartella.path(), "888001_SUBAPR_1_1_1.xml", xml.as_bytes());
    let r = controlla(&[file], &opzioni()).expect("check");
    assert_eq!(r.conteggi["EN009"], QUANTI);
    let righe: Vec<u8> = (0..QUANTI).flat_map(|_| b"CORTA\n".to_vec()).collect();
    let righe = [PULITA_AIRE, &righe].concat();
    let file = scrivi(cartella.path(), "888001_SUBAIRE_1.txt", &righe);
    let r = controlla(&[file], &opzioni()).expect("check");
    assert_eq!(r.conteggi["EN010"], QUANTI);
}

#[test]
fn una_prima_riga_sbagliata_non_guasta_le_altre() {
    let cartella = tempfile::tempdir().expect("cartella");
    for buone in [1, 19, 200] {
        let byte = [&PULITA_AIRE[1..], &PULITA_AIRE.repeat(buone)].concat();
        let file = scrivi(cartella.path(), "888001_SUBAIRE_1.txt", &byte);
        let r = controlla(&[file], &opzioni()).expect("check");
        assert_eq!(r.conteggi.get("EN010"), Some(&1), "{buone}: {:?}", r.conteggi);
        let riga = r
            .anomalie
            .iter()
            .find(|a| a.codice == "EN010")
            .and_then(|a| a.posizione);
        assert_eq!(riga.map(|p| p.riga), Some(1), "{buone}");
    }
}

/// Findings of the clean delivery when the Agenzia answers this about a person.
fn con_differenza(json: &str) -> Rapporto {
    let differenza: Differenza = serde_json::from_str(json).expect("una differenza");
    let opzioni = OpzioniControllo {
        differenze: vec![differenza],
        ..opzioni()
    };
    controllo(&[APR, AIRE], &opzioni)
}

#[test]
fn il_codice_che_l_agenzia_ha_risposto() {
    for (json, codice, atteso) in [
        (
            r#"{"scheda":"S1","risposta":"EAA50"}"#,
            "EAA50",
            Some("PRVNUO70A01Y00ML"),
        ),
        (
            r#"{"scheda":"S1","risposta":"EA003","codice":"prvnuo70a01h501x"}"#,
            "EA003",
            Some("PRVNUO70A01H501X"),
        ),
        (
            r#"{"scheda":"S1","risposta":"EAA40","codice":"PRVNUO70A01H501X"}"#,
            "EAA40",
            Some("PRVNUO70A01H501X"),
        ),
        (
            r#"{"scheda":"S1","risposta":"EAA30"}"#,
            "EAA30",
            Some("PRVNUO70A01Y001M"),
        ),
        (r#"{"scheda":"S1","risposta":"EA029"}"#, "EA029", None),
        (r#"{"scheda":"S1","risposta":"EA048"}"#, "EA048", None),
    ] {
        let r = con_differenza(json);
        assert_eq!(codici(&r), [(codice, 1)], "{json}");
        let detto = r.anomalie[0].codice_ae.as_deref();
        if codice == "EAA50" {
            let omocodia = anagrafe::codice_fiscale::omocodie(b"PRVNUO70A01Y001M")
                .next()
                .expect("una");
            assert_eq!(detto.map(str::as_bytes), Some(&omocodia[..]));
            assert_eq!(detto.map(str::len), atteso.map(str::len));
        } else {
            assert_eq!(detto, atteso, "{json}");
        }
    }
}

#[test]
fn ea048_indica_l_elemento() {
    let mut banco = Banco::nuovo();
    banco.lettera_sbagliata(1);
    let file = banco.file();
    let cartella = tempfile::tempdir().expect("cartella");
    let percorsi: Vec<PathBuf> = file.iter().map(|(n, b)| scrivi(cartella.path(), n, b)).collect();
    let r = controlla(&percorsi, &opzioni()).expect("check");
    assert_eq!(codici(&r), [("EA048", 1)]);
    let xml = banco.apr[0].scrivi();
    let dove = xml.find("<codFiscale>").expect("un codice") as u64;
    assert_eq!(r.anomalie[0].posizione.map(|p| p.offset), Some(dove));
    // The residence is pointed at where it is the residence that does not agree.
    let xml = PULITA.replacen("<codiceIstat>888001</codiceIstat>\n            <siglaProvinciaIstat>XX</siglaProvinciaIstat>\n          </comune>\n          <toponimo>", "<codiceIstat>888002</codiceIstat>\n            <siglaProvinciaIstat>XX</siglaProvinciaIstat>\n          </comune>\n          <toponimo>", 1);
    assert_ne!(xml, PULITA);
    let xml = xml.replacen(
        "<nomeComune>COMUNE FITTIZIO 001</nomeComune>\n            <codiceIstat>888002",
        "<nomeComune>COMUNE FITTIZIO 002</nomeComune>\n            <codiceIstat>888002",
        1,
    );
    let file = scrivi(cartella.path(), "888001_SUBAPR_1_1_1.xml", xml.as_bytes());
    let r = controlla(&[file], &opzioni()).expect("check");
    assert_eq!(codici(&r), [("EA048", 1)]);
    let dove = xml.find("<codiceIstat>888002").expect("il codice") as u64;
    assert_eq!(r.anomalie[0].posizione.map(|p| p.offset), Some(dove));
    assert_eq!(r.anomalie[0].campo.as_deref(), Some("codiceIstat"));
    assert_eq!(r.anomalie[0].valore.as_deref(), Some("888002"));
}

#[test]
fn un_codice_spento_non_ferma_lo_sportello() {
    let mut opzioni = opzioni();
    opzioni.politica.gravita.insert("EN001".to_owned(), None);
    let r = controllo(&["888001_SUBAPR_1_1.gz", AIRE], &opzioni);
    assert_eq!((r.esito, codici(&r)), (EsitoControllo::Ok, vec![]));
}
