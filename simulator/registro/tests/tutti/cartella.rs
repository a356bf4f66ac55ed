//! The data folder: one owner, one version, migration after a back-up.

use std::fs;
use std::path::Path;

use registro::store::{Lotto, SledStore, Store, Verso, scorri};
use registro::*;

use crate::comune::{istat, opzioni};

/// Key of a Comune of the default sandbox, as every version wrote it.
const CHIAVE_COMUNE: &[u8] = b"\x000C888001";

fn errore(dir: &Path) -> ErroreRegistro {
    Registro::apri(dir, opzioni()).err().expect("must be refused")
}

#[test]
fn a_second_instance_is_told_whose_it_is() {
    let dir = tempfile::tempdir().expect("tempdir");
    let primo = Registro::apri(dir.path(), opzioni()).expect("apri");
    let testo = errore(dir.path()).to_string();
    assert!(testo.contains(&dir.path().display().to_string()), "{testo}");
    assert!(
        testo.contains(&format!("processo {}", std::process::id())),
        "{testo}"
    );
    assert!(testo.contains("--data"), "{testo}");
    drop(primo);
    Registro::apri(dir.path(), opzioni()).expect("free again");
}

#[test]
fn what_was_written_is_there_after_reopening() {
    let dir = tempfile::tempdir().expect("tempdir");
    let uno = Comune::nuovo(istat("888001"), "UNO", "XX", Some("uno@pec.example".to_owned()));
    {
        let r = Registro::apri(dir.path(), opzioni()).expect("apri");
        r.scrivi(|t| t.salva_comune(&uno)).expect("scrivi");
    }
    let r = Registro::apri(dir.path(), opzioni()).expect("apri");
    assert_eq!(r.comuni().expect("comuni"), vec![uno]);
    assert_eq!(
        fs::read_to_string(dir.path().join("versione")).expect("versione"),
        format!("{VERSIONE_CARTELLA}\n")
    );
}

#[cfg(unix)]
#[test]
fn the_folder_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("tempdir");
    let dati = dir.path().join("a/b");
    let _r = Registro::apri(&dati, opzioni()).expect("apri");
    assert_eq!(
        fs::metadata(&dati).expect("metadata").permissions().mode() & 0o777,
        0o700
    );
}

#[test]
fn a_newer_folder_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().expect("tempdir");
    drop(Registro::apri(dir.path(), opzioni()).expect("apri"));
    fs::write(dir.path().join("versione"), "99\n").expect("versione");
    let e = errore(dir.path());
    assert!(
        matches!(
            e,
            ErroreRegistro::VersioneNuova {
                trovata: 99,
                nota: VERSIONE_CARTELLA,
                ..
            }
        ),
        "{e}"
    );
    assert_eq!(
        fs::read_to_string(dir.path().join("versione")).expect("versione"),
        "99\n"
    );
    fs::write(dir.path().join("versione"), "uno").expect("versione");
    assert!(matches!(
        errore(dir.path()),
        ErroreRegistro::VersioneIlleggibile { .. }
    ));
}

fn vecchia(dir: &Path) {
    let store = SledStore::apri(&dir.join("archivio"), 4 << 20).expect("apri");
    let mut l = Lotto::nuovo();
    l.metti(
        CHIAVE_COMUNE.to_vec(),
        br#"{"istat":"888001","nome":"UNO","provincia":"XX","pec":null}"#.to_vec(),
    );
    l.metti(b"\x000Nforniture".to_vec(), b"41".to_vec());
    store.applica(&l).expect("applica");
}

#[test]
fn an_older_folder_is_migrated_after_a_copy() {
    let dir = tempfile::tempdir().expect("tempdir");
    vecchia(dir.path());
    {
        let r = Registro::apri(dir.path(), opzioni()).expect("apri");
        assert_eq!(
            r.comuni().expect("comuni"),
            vec![Comune::nuovo(istat("888001"), "UNO", "XX", None)]
        );
        assert_eq!(
            r.scrivi(Transazione::nuova_fornitura).expect("id"),
            IdFornitura(42)
        );
    }
    assert_eq!(
        fs::read_to_string(dir.path().join("versione")).expect("versione"),
        format!("{VERSIONE_CARTELLA}\n")
    );
    let copia = SledStore::apri(&dir.path().join("archivio-copia-v0"), 4 << 20).expect("the copy opens");
    let prima = copia.get(CHIAVE_COMUNE).expect("get").expect("c'è");
    assert_eq!(prima.first(), Some(&b'{'), "the copy is of before");
}

/// The journal of version 1 lay in the store: its entries go, the counter stays for the new one to go on from.
#[test]
fn the_journal_leaves_the_store_and_its_numbers_go_on() {
    let dir = tempfile::tempdir().expect("tempdir");
    {
        let store = SledStore::apri(&dir.path().join("archivio"), 4 << 20).expect("apri");
        let mut l = Lotto::nuovo();
        for n in 1..=5_000_u64 {
            l.metti(
                [b"\x000X".as_slice(), &n.to_be_bytes()].concat(),
                b"\x01{}".to_vec(),
            );
        }
        l.metti(b"\x000Nscambi".to_vec(), b"\x015000".to_vec());
        store.applica(&l).expect("applica");
        fs::write(dir.path().join("versione"), "1\n").expect("versione");
    }
    let almeno = {
        let r = Registro::apri(dir.path(), opzioni()).expect("apri");
        r.contatore(None, "scambi").expect("contatore")
    };
    assert_eq!(almeno, 5_000);
    let store = SledStore::apri(&dir.path().join("archivio"), 4 << 20).expect("apri");
    let resto = scorri(&store, b"\x000X", None, Verso::Avanti).count();
    assert_eq!(resto, 0);
    let g =
        Giornale::apri(&dir.path().join("giornale"), LimitiGiornale::default(), almeno).expect("giornale");
    assert_eq!(g.ultimo(), 5_000);
}

#[test]
fn an_interrupted_migration_starts_again() {
    let dir = tempfile::tempdir().expect("tempdir");
    vecchia(dir.path());
    {
        // As if killed half-way: one value is new already, the copy stands, the version does not.
        let store = SledStore::apri(&dir.path().join("archivio"), 4 << 20).expect("apri");
        let mut l = Lotto::nuovo();
        l.metti(b"\x000Nforniture".to_vec(), b"\x0141".to_vec());
        store.applica(&l).expect("applica");
    }
    fs::create_dir(dir.path().join("archivio-copia-v0")).expect("copia");
    let r = Registro::apri(dir.path(), opzioni()).expect("apri");
    assert_eq!(r.contatore(None, "forniture").expect("contatore"), 41);
    assert_eq!(r.comuni().expect("comuni").len(), 1);
    let dentro = fs::read_dir(dir.path().join("archivio-copia-v0"))
        .expect("dir")
        .count();
    assert_eq!(
        dentro, 0,
        "the first copy is the one that counts: never written over"
    );
}

/// The ready Comuni of a first start: 2,000 and 500 inhabitants in each of three environments.
#[test]
fn opening_with_the_ready_comuni_is_quick() {
    let dir = tempfile::tempdir().expect("tempdir");
    let inizio = std::time::Instant::now();
    {
        let r = Registro::apri(dir.path(), opzioni()).expect("apri");
        for ambiente in anagrafe::Ambiente::TUTTI {
            for (comune, abitanti) in [("888002", 2_000), ("888003", 500)] {
                let caricato = r
                    .carica(ambiente, IdFornitura(1), crate::comune::paese(abitanti))
                    .expect("carica");
                r.scrivi(|t| t.rendi_visibile(&caricato, istat(comune)))
                    .expect("visibile");
            }
        }
    }
    let caricati = inizio.elapsed();
    let inizio = std::time::Instant::now();
    let r = Registro::apri(dir.path(), opzioni()).expect("apri");
    let aperto = inizio.elapsed();
    eprintln!("7.500 abitanti caricati in {caricati:?}, riaperti in {aperto:?}");
    assert_eq!(
        r.conta_schede(anagrafe::Ambiente::Sub, None)
            .expect("conta")
            .soggetti,
        2_500
    );
    assert!(
        aperto.as_millis() < 1_000,
        "{aperto:?}: meant to be well under 100 ms on an idle machine"
    );
}
