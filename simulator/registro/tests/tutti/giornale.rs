//! The exchange journal: turnover of the ring, restarts, `kill -9`, full disks, many hands at once.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::datetime;
use registro::giornale::PERDITA_MASSIMA_VOCI;
use registro::{EsitoScambio, Giornale, Grezzo, LimitiGiornale, Ordine, Scambio, Voce};

use crate::comune::scambio;

const DIR_FIGLIO: &str = "ANPR_SIM_PROVA_GIORNALE";

fn voce(esito: EsitoScambio, corpo: Vec<u8>) -> Voce {
    Voce {
        scambio: scambio("/a", esito, datetime(2021, 3, 1, 8, 0, 0, 0)),
        istante: Timestamp::UNIX_EPOCH,
        richiesta: Grezzo {
            protocollo: "HTTP/1.1".into(),
            testate: vec![("content-type".into(), "text/xml".into())],
            byte: corpo.len() as u64,
            sha256: None,
            corpo: corpo.into(),
        },
        risposta: Grezzo {
            corpo: b"risposta".as_slice().into(),
            byte: 8,
            ..Grezzo::default()
        },
    }
}

/// A body that tells its number, of a size of its own.
fn corpo(n: u64) -> Vec<u8> {
    let mut c = format!("<richiesta>{n}</richiesta>").into_bytes();
    c.resize(c.len() + (n % 3_000) as usize, b'x');
    c
}

fn limiti(byte: u64, voci: u64) -> LimitiGiornale {
    LimitiGiornale {
        byte,
        voci,
        riserva_byte: 0,
    }
}

fn apri(dir: &Path, l: LimitiGiornale) -> Giornale {
    Giornale::apri(dir, l, 0).expect("giornale")
}

fn numeri(s: Vec<Scambio>) -> Vec<u64> {
    s.into_iter().map(|s| s.n).collect()
}

fn tutti(g: &Giornale) -> Vec<u64> {
    numeri(g.scorri(None, Ordine::Crescente, usize::MAX, None, &|_| true))
}

/// Bytes of the files themselves.
fn su_disco(dir: &Path) -> u64 {
    fs::read_dir(dir)
        .expect("dir")
        .map(|v| v.expect("voce").metadata().expect("metadati").len())
        .sum()
}

#[test]
fn what_was_handed_over_is_there_at_once_and_whole() {
    let dir = tempfile::tempdir().expect("tempdir");
    let g = apri(dir.path(), LimitiGiornale::default());
    assert_eq!(g.leggi(1).expect("leggi"), None);
    for n in 1..=300_u64 {
        let mia = voce(EsitoScambio::Fault, corpo(n));
        assert_eq!(g.annota(mia.clone()), n);
        let mut letta = g.leggi(n).expect("leggi").expect("c'è");
        assert_eq!(letta.scambio.n, n);
        letta.scambio.n = 0;
        assert_eq!(letta, mia);
    }
    assert_eq!(g.persi(), 0);
    assert_eq!(g.leggi(301).expect("leggi"), None);
}

#[test]
fn pages_go_both_ways_and_filters_choose() {
    let dir = tempfile::tempdir().expect("tempdir");
    let g = apri(dir.path(), limiti(1 << 20, 40));
    for n in 1..=30_u64 {
        let esito = if n.is_multiple_of(3) {
            EsitoScambio::Ko
        } else {
            EsitoScambio::Ok
        };
        g.annota(voce(esito, corpo(n)));
    }
    let pagina = |da, ordine, limite, esito| numeri(g.scorri(da, ordine, limite, esito, &|_| true));
    assert_eq!(pagina(Some(4), Ordine::Crescente, 3, None), [5, 6, 7]);
    assert_eq!(pagina(Some(4), Ordine::Decrescente, 9, None), [3, 2, 1]);
    assert_eq!(
        pagina(None, Ordine::Decrescente, 3, Some(EsitoScambio::Ko)),
        [30, 27, 24]
    );
    assert_eq!(
        pagina(Some(20), Ordine::Crescente, 9, Some(EsitoScambio::Ko)),
        [21, 24, 27, 30]
    );
    let pari = g.scorri(None, Ordine::Decrescente, 2, None, &|s| s.n.is_multiple_of(2));
    assert_eq!(numeri(pari), [30, 28]);
}

#[test]
fn the_oldest_leave_by_count_and_by_size_and_the_files_stay_within() {
    for l in [limiti(1 << 30, 80), limiti(64 << 10, 1 << 30)] {
        let dir = tempfile::tempdir().expect("tempdir");
        let g = apri(dir.path(), l);
        for n in 1..=500_u64 {
            assert_eq!(g.annota(voce(EsitoScambio::Ok, corpo(n))), n);
            if n.is_multiple_of(50) {
                let (voci, byte) = g.misura();
                assert!(voci <= l.voci && byte <= l.byte, "{voci} {byte} {l:?}");
                assert_eq!(su_disco(dir.path()), byte, "{l:?}");
            }
        }
        let (voci, byte) = g.misura();
        assert!(
            voci * 8 >= l.voci * 6 || byte * 8 >= l.byte * 6,
            "an eighth is given up at a time, no more: {voci} {byte} {l:?}"
        );
        let restano = tutti(&g);
        assert_eq!(
            restano,
            (501 - restano.len() as u64..=500).collect::<Vec<_>>(),
            "the newest, without holes"
        );
        assert_eq!(g.leggi(restano[0] - 1).expect("leggi"), None);
        assert_eq!(
            g.leggi(restano[0]).expect("leggi").expect("c'è").richiesta.corpo,
            corpo(restano[0])
        );
    }
}

#[test]
fn an_entry_larger_than_a_part_still_fits_and_one_larger_than_the_ring_is_given_up() {
    let dir = tempfile::tempdir().expect("tempdir");
    let g = apri(dir.path(), limiti(64 << 10, 1_000));
    g.annota(voce(EsitoScambio::Ok, vec![b'x'; 30 << 10]));
    g.annota(voce(EsitoScambio::Ok, vec![b'y'; 30 << 10]));
    assert_eq!(tutti(&g), [1, 2]);
    g.annota(voce(EsitoScambio::Ok, vec![b'z'; 30 << 10]));
    assert_eq!(tutti(&g), [2, 3]);
    g.annota(voce(EsitoScambio::Ok, vec![b'w'; 90 << 10]));
    g.annota(voce(EsitoScambio::Ok, corpo(5)));
    assert_eq!((tutti(&g), g.persi()), (vec![2, 3, 5], 1));
    assert!(su_disco(dir.path()) <= 64 << 10);
}

#[test]
fn a_restart_keeps_entries_and_numbers() {
    let dir = tempfile::tempdir().expect("tempdir");
    for giro in 0..4_u64 {
        let g = apri(dir.path(), limiti(1 << 20, 160));
        assert_eq!(g.ultimo(), giro * 100);
        for n in 1..=100_u64 {
            assert_eq!(
                g.annota(voce(EsitoScambio::Ok, corpo(giro * 100 + n))),
                giro * 100 + n
            );
        }
    }
    let g = apri(dir.path(), limiti(1 << 20, 160));
    let restano = tutti(&g);
    assert_eq!(restano.last(), Some(&400));
    assert!((140..=160).contains(&restano.len()), "{}", restano.len());
    for n in restano {
        assert_eq!(g.leggi(n).expect("leggi").expect("c'è").richiesta.corpo, corpo(n));
    }
    // A smaller ring over the same folder gives up what is too much with the next entry.
    drop(g);
    let g = apri(dir.path(), limiti(1 << 20, 16));
    g.annota(voce(EsitoScambio::Ok, corpo(401)));
    assert!(g.misura().0 <= 20, "{:?}", g.misura());
}

#[test]
fn a_reset_empties_it() {
    let dir = tempfile::tempdir().expect("tempdir");
    let g = apri(dir.path(), LimitiGiornale::default());
    for n in 1..=20 {
        g.annota(voce(EsitoScambio::Ok, corpo(n)));
    }
    g.azzera();
    assert_eq!((tutti(&g), g.ultimo(), su_disco(dir.path())), (vec![], 0, 0));
    assert_eq!(g.annota(voce(EsitoScambio::Ok, corpo(1))), 1);
    assert_eq!(tutti(&g), [1]);
}

#[test]
fn many_hands_get_each_their_own_number() {
    let dir = tempfile::tempdir().expect("tempdir");
    let g = Arc::new(apri(dir.path(), LimitiGiornale::default()));
    let mani: Vec<_> = (0..8)
        .map(|mano| {
            let g = Arc::clone(&g);
            std::thread::spawn(move || {
                (0..500_u64)
                    .map(|i| {
                        let mio = format!("{mano}-{i}").into_bytes();
                        (g.annota(voce(EsitoScambio::Ok, mio.clone())), mio)
                    })
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    let avuti: Vec<_> = mani.into_iter().flat_map(|m| m.join().expect("mano")).collect();
    assert_eq!(tutti(&g), (1..=4_000).collect::<Vec<_>>());
    for (n, mio) in avuti {
        assert_eq!(g.leggi(n).expect("leggi").expect("c'è").richiesta.corpo, mio);
    }
    assert_eq!(g.persi(), 0);
}

#[test]
fn whatever_is_cut_or_spoilt_is_thrown_away_and_the_rest_is_read() {
    let dir = tempfile::tempdir().expect("tempdir");
    {
        let g = apri(dir.path(), LimitiGiornale::default());
        for n in 1..=50 {
            g.annota(voce(EsitoScambio::Ok, corpo(n)));
        }
    }
    let file = dir.path().join(format!("{:020}.seg", 1));
    let intero = fs::read(&file).expect("file");
    // Cut anywhere: what is whole before the cut is there, and what comes after follows it.
    for taglio in [intero.len() - 1, intero.len() / 2, intero.len() / 3 + 7, 5, 0] {
        fs::write(&file, &intero[..taglio]).expect("write");
        let g = apri(dir.path(), LimitiGiornale::default());
        let restano = tutti(&g);
        assert_eq!(
            restano,
            (1..=restano.len() as u64).collect::<Vec<_>>(),
            "cut at {taglio}"
        );
        for n in &restano {
            assert_eq!(
                g.leggi(*n).expect("leggi").expect("c'è").richiesta.corpo,
                corpo(*n)
            );
        }
        let nuovo = g.annota(voce(EsitoScambio::Ok, corpo(7)));
        assert!(nuovo > restano.len() as u64);
        assert_eq!(
            g.leggi(nuovo).expect("leggi").expect("c'è").richiesta.corpo,
            corpo(7)
        );
        drop(g);
        for altro in fs::read_dir(dir.path()).expect("dir") {
            fs::remove_file(altro.expect("voce").path()).expect("remove");
        }
    }
    // A flipped bit: the entry it is in and those after it in the file are not believed; nothing panics.
    let mut guasto = intero.clone();
    let meta = guasto.len() / 2;
    guasto[meta] ^= 1;
    fs::write(&file, &guasto).expect("write");
    let g = apri(dir.path(), LimitiGiornale::default());
    let restano = tutti(&g);
    assert!((1..50).contains(&restano.len()), "{}", restano.len());
}

#[test]
fn a_disk_without_room_never_stops_anybody() {
    let dir = tempfile::tempdir().expect("tempdir");
    let g = apri(
        dir.path(),
        LimitiGiornale {
            riserva_byte: u64::MAX / 2,
            ..LimitiGiornale::default()
        },
    );
    for n in 1..=3_000_u64 {
        assert_eq!(g.annota(voce(EsitoScambio::Ok, corpo(n))), n);
    }
    assert_eq!((tutti(&g), g.persi(), g.ultimo()), (vec![], 3_000, 3_000));
}

#[test]
fn after_a_kill_numbers_jump_over_those_that_may_have_been_given() {
    let dir = tempfile::tempdir().expect("tempdir");
    {
        let g = apri(dir.path(), LimitiGiornale::default());
        g.annota(voce(EsitoScambio::Ok, corpo(1)));
    }
    fs::remove_file(dir.path().join("chiuso")).expect("the mark of a good end");
    let g = apri(dir.path(), LimitiGiornale::default());
    assert_eq!(
        g.annota(voce(EsitoScambio::Ok, corpo(2))),
        2 + PERDITA_MASSIMA_VOCI
    );
    assert_eq!(tutti(&g), [1, 2 + PERDITA_MASSIMA_VOCI]);
}

/// Not a test by itself: what the child does until it is killed.
#[test]
fn figlio() {
    let Some(dir) = std::env::var_os(DIR_FIGLIO) else {
        return;
    };
    let g = apri(Path::new(&dir), limiti(4 << 20, 3_000));
    let mut uscita = std::io::stdout();
    loop {
        let n = g.ultimo() + 1;
        g.annota(voce(EsitoScambio::Ok, corpo(n)));
        if n.is_multiple_of(16) {
            writeln!(uscita, "\nDATO {n}").expect("stdout");
            uscita.flush().expect("stdout");
        }
    }
}

#[test]
fn killed_at_any_moment_it_loses_only_the_last_moment_and_corrupts_nothing() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut ultimo_visto = 0;
    for round in 0..8_u64 {
        let mut figlio = Command::new(std::env::current_exe().expect("exe"))
            .args(["--exact", "giornale::figlio", "--nocapture", "--test-threads=1"])
            .env(DIR_FIGLIO, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("figlio");
        let lettore = BufReader::new(figlio.stdout.take().expect("stdout"));
        let filo = std::thread::spawn(move || {
            lettore
                .lines()
                .map_while(Result::ok)
                .filter_map(|r| r.strip_prefix("DATO ")?.parse::<u64>().ok())
                .last()
        });
        std::thread::sleep(Duration::from_millis(150 + round * 37));
        figlio.kill().expect("kill -9");
        figlio.wait().expect("wait");
        let dato = filo.join().expect("lettore").expect("the child works");
        let g = apri(dir.path(), limiti(4 << 20, 3_000));
        let restano = tutti(&g);
        let ultimo = *restano.last().expect("entries");
        assert!(
            ultimo + PERDITA_MASSIMA_VOCI >= dato,
            "round {round}: {dato} given, {ultimo} kept"
        );
        assert!(g.ultimo() >= dato, "a number is never given twice");
        assert!(ultimo > ultimo_visto, "round {round}");
        for n in restano {
            let v = g.leggi(n).expect("readable").expect("there");
            assert_eq!(v.richiesta.corpo, corpo(n), "round {round}");
        }
        ultimo_visto = ultimo;
    }
}
