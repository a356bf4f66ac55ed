//! Bytes no Comune should send: each gets a clear refusal, nothing is left behind, nothing panics.

mod comune;

use std::io::{self, Read};

use elaborazione::banco::{Banco, PULITA, gz};
use elaborazione::{NomeFile, OpzioniPrepara, RifiutoFile, prepara};

use comune::rifiuto_formato;

const APR: &str = "888001_SUBAPR_1_1_1.gz";
const AIRE: &str = "888001_SUBAIRE_1.gz";

#[test]
fn ogni_contenuto_guasto_ha_il_suo_codice() {
    let utf16: Vec<u8> = PULITA.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let buono = gz(PULITA.as_bytes());
    let doctype = PULITA.replacen("?>", "?><!DOCTYPE x [<!ENTITY a \"aaaa\">]>", 1);
    let profondo = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
    let altro_spazio = PULITA.replace("sogei.it/ANPR/subentro", "altrove.it/subentro");
    for (cosa, nome, byte, atteso) in [
        ("non gzip", APR, PULITA.as_bytes().to_vec(), "EN009"),
        ("vuoto", APR, vec![], "EN009"),
        ("gzip di niente", APR, gz(b""), "EN009"),
        ("gzip di rumore", APR, gz(&[0x9d; 4096]), "EN009"),
        ("troncato", APR, buono[..buono.len() / 2].to_vec(), "EN009"),
        (
            "due elementi",
            APR,
            [buono.clone(), buono.clone()].concat(),
            "EN009",
        ),
        ("coda", APR, [buono.as_slice(), b"coda"].concat(), "EN009"),
        ("UTF-16", APR, gz(&utf16), "EN009"),
        ("DOCTYPE", APR, gz(doctype.as_bytes()), "EN009"),
        ("diecimila livelli", APR, gz(profondo.as_bytes()), "EN009"),
        ("altro spazio dei nomi", APR, gz(altro_spazio.as_bytes()), "EN009"),
        ("AIRE non gzip", AIRE, b"RIGA\r\n".to_vec(), "EN010"),
        ("AIRE in UTF-8", AIRE, gz("CITTÀ\r\n".as_bytes()), "EN010"),
        ("AIRE di zeri", AIRE, gz(&vec![0; 100_000]), "EN010"),
        ("AIRE senza fine riga", AIRE, gz(&[b'A'; 720]), "EN010"),
    ] {
        assert_eq!(rifiuto_formato(nome, &byte), [atteso], "{cosa}");
    }
    // The near miss: a trailing blank line is no fault.
    assert_eq!(
        rifiuto_formato(APR, &gz(format!("{PULITA}\n\n").as_bytes())),
        Vec::<String>::new()
    );
}

#[test]
fn una_bomba_trova_il_limite_del_simulatore() {
    let bomba = gz(format!("{}{}", PULITA, " ".repeat(50 << 20)).as_bytes());
    for nome in [APR, AIRE] {
        let cartella = tempfile::tempdir().expect("cartella");
        let letto = NomeFile::parse(nome).expect("nome");
        let opzioni = OpzioniPrepara {
            max_espansi: 1 << 20,
            ..OpzioniPrepara::default()
        };
        let aire = gz(&b"AAAAAAA\r\n".repeat(1 << 20));
        let byte = if nome == APR { &bomba } else { &aire };
        let uscita = cartella.path().join("s");
        let esito = prepara(
            byte.as_slice(),
            nome,
            &letto,
            &Banco::nuovo().contesto(),
            &uscita,
            &opzioni,
        );
        assert!(
            matches!(esito, Err(RifiutoFile::Limite { codice: "SIM001", .. })),
            "{nome}: {esito:?}"
        );
        assert_eq!(std::fs::read_dir(cartella.path()).expect("cartella").count(), 0);
    }
}

#[test]
fn una_lettura_che_cede_e_un_guasto_nostro() {
    struct Cede(usize, Vec<u8>);
    impl Read for Cede {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let quanti = buf.len().min(16).min(self.1.len() - self.0);
            if self.0 + quanti > self.1.len() / 2 {
                return Err(io::Error::new(io::ErrorKind::ConnectionReset, "rete"));
            }
            buf[..quanti].copy_from_slice(&self.1[self.0..self.0 + quanti]);
            self.0 += quanti;
            Ok(quanti)
        }
    }
    let cartella = tempfile::tempdir().expect("cartella");
    let letto = NomeFile::parse(APR).expect("nome");
    let uscita = cartella.path().join("s");
    let ingresso = Cede(0, gz(PULITA.as_bytes()));
    let esito = prepara(
        ingresso,
        APR,
        &letto,
        &Banco::nuovo().contesto(),
        &uscita,
        &OpzioniPrepara::default(),
    );
    assert!(matches!(esito, Err(RifiutoFile::Io(_))), "{esito:?}");
}

#[test]
fn le_violazioni_hanno_riga_e_colonna_e_un_tetto() {
    let rotto = PULITA.replace("<sesso>", "<sesso>X");
    let cartella = tempfile::tempdir().expect("cartella");
    let letto = NomeFile::parse(APR).expect("nome");
    let uscita = cartella.path().join("s");
    let byte = gz(rotto.as_bytes());
    let ctx = Banco::nuovo().contesto();
    match prepara(
        byte.as_slice(),
        APR,
        &letto,
        &ctx,
        &uscita,
        &OpzioniPrepara::default(),
    ) {
        Err(RifiutoFile::Rilievi(r)) => {
            assert_eq!(r.len(), 6);
            let attesa = rotto.lines().position(|l| l.contains("<sesso>")).expect("riga") as u32 + 1;
            assert_eq!(r[0].posizione.map(|p| p.riga), Some(attesa));
        }
        altro => panic!("{altro:?}"),
    }
}
