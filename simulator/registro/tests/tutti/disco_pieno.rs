//! A full disk, a real one: a small tmpfs. Needs root to mount it; otherwise the test says so and passes.

use std::fs;
use std::path::Path;
use std::process::Command;

use anagrafe::Ambiente;
use registro::store::{ErroreStore, Lotto, SledStore, Store};
use registro::*;

use crate::comune::{istat, opzioni, paese};

struct Montato(tempfile::TempDir);

impl Drop for Montato {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

fn monta(mebibyte: u32) -> Option<Montato> {
    let dir = tempfile::tempdir().expect("tempdir");
    let esito = Command::new("mount")
        .args(["-t", "tmpfs", "-o", &format!("size={mebibyte}m"), "tmpfs"])
        .arg(dir.path())
        .output();
    match esito {
        Ok(o) if o.status.success() => Some(Montato(dir)),
        altro => {
            let perche = altro.map_or_else(
                |e| e.to_string(),
                |o| String::from_utf8_lossy(&o.stderr).into_owned(),
            );
            eprintln!(
                "SALTATA: la prova del disco pieno chiede di montare un tmpfs ({})",
                perche.trim()
            );
            None
        }
    }
}

fn riempi(dir: &Path, lascia: u64) {
    let liberi = fs4::available_space(dir).expect("statvfs");
    fs::write(
        dir.join("zavorra"),
        vec![0_u8; usize::try_from(liberi.saturating_sub(lascia)).expect("usize")],
    )
    .expect("zavorra");
}

#[test]
fn the_register_stops_in_time_and_goes_on_once_there_is_room() {
    let Some(disco) = monta(16) else { return };
    let dir = disco.0.path();
    let o = OpzioniRegistro {
        riserva_byte: 2 << 20,
        ..opzioni()
    };
    let r = Registro::apri(&dir.join("dati"), o.clone()).expect("apri");
    let scrivi = |n: u64| r.scrivi(|t| t.salva_documento("d", &format!("{n:06}"), &"x".repeat(40_000)));
    let mut scritti = 0;
    let errore = loop {
        match scrivi(scritti) {
            Ok(()) => scritti += 1,
            Err(e) => break e,
        }
        assert!(scritti < 1_000, "a disk of 16 MiB took 40 MB");
    };
    assert!(
        matches!(errore, ErroreRegistro::SpazioEsaurito { .. }),
        "{errore}"
    );
    assert_eq!(errore.codice(), "SIM003");
    assert!(scritti > 20, "{scritti}: it gave up too early");
    let letti = |r: &Registro| r.documenti::<String>("d").expect("documenti").len() as u64;
    assert_eq!(
        letti(&r),
        scritti,
        "reading works, nothing is lost, the refused one is not there"
    );

    // A load too large for what is left is refused and leaves nothing behind.
    let carico = r.carica(Ambiente::Pre, IdFornitura(1), paese(20_000));
    assert!(
        matches!(carico, Err(ErroreRegistro::SpazioEsaurito { .. })),
        "{carico:?}"
    );
    assert_eq!(r.chiavi_schede(Ambiente::Pre).expect("chiavi"), 0);

    // Someone makes room: same process, same handle.
    let stato = Command::new("mount")
        .args(["-o", "remount,size=48m"])
        .arg(dir)
        .status()
        .expect("mount");
    assert!(stato.success());
    scrivi(scritti).expect("room again");
    let caricato = r
        .carica(Ambiente::Pre, IdFornitura(1), paese(500))
        .expect("carica");
    r.scrivi(|t| t.rendi_visibile(&caricato, istat("888001")))
        .expect("visibile");
    drop(r);
    let r = Registro::apri(&dir.join("dati"), o).expect("riapri");
    assert_eq!(letti(&r), scritti + 1);
    assert_eq!(
        r.conta_schede(Ambiente::Pre, None).expect("conta"),
        caricato.schede
    );
}

/// The check of room is a promise, not a lock: someone else may fill the disk between it and the write. Then sled
/// itself runs into the wall, which poisons its handle.
#[test]
fn a_store_that_hit_the_wall_is_reopened() {
    let Some(disco) = monta(24) else { return };
    let dir = disco.0.path();
    let store = SledStore::apri(&dir.join("s"), 1 << 20)
        .expect("apri")
        .con_riserva(0);
    let scrivi = |n: u32| {
        let mut l = Lotto::nuovo();
        l.metti(format!("k{n:06}").into_bytes(), vec![7; 2_000]);
        store.applica(&l)
    };
    let presenti = || {
        (0..2_000)
            .filter(|n| store.get(format!("k{n:06}").as_bytes()).expect("get").is_some())
            .collect::<Vec<u32>>()
    };
    let mut confermati: Vec<u32> = Vec::new();
    for n in 0..20 {
        scrivi(n).expect("applica");
        confermati.push(n);
    }
    // Less than one log segment of sled's, more than the check asks for.
    riempi(dir, 200 << 10);
    let mut rifiuti = Vec::new();
    for n in 100..400 {
        match scrivi(n) {
            Ok(()) => confermati.push(n),
            Err(e) => rifiuti.push(e),
        }
    }
    assert!(!rifiuti.is_empty(), "the wall was never reached");
    eprintln!(
        "rifiuti: {} ({:?}), generazione {}",
        rifiuti.len(),
        rifiuti[0],
        store.generazione()
    );
    assert!(
        rifiuti
            .iter()
            .all(|e| matches!(e, ErroreStore::SpazioEsaurito { .. })),
        "{:?}",
        rifiuti.first()
    );
    fs::remove_file(dir.join("zavorra")).expect("room again");
    for n in 500..520 {
        scrivi(n).expect("works again without reopening the process");
        confermati.push(n);
    }
    assert_eq!(presenti(), confermati, "exactly what was acknowledged");
    drop(store);
    let store = SledStore::apri(&dir.join("s"), 1 << 20).expect("riapri");
    assert!(
        confermati
            .iter()
            .all(|n| store.get(format!("k{n:06}").as_bytes()).expect("get").is_some())
    );
}
