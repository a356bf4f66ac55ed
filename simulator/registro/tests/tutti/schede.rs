//! Loads: invisible until the commit, ids by position, indexes, removal.

use anagrafe::Ambiente;
use registro::*;

use crate::comune::{chiavi_paese, istat, opzioni, paese, record};

const PRE: Ambiente = Ambiente::Pre;

fn carica(r: &Registro, comune: &str, n: u64) -> SegmentoVisibile {
    let caricato = r.carica(PRE, IdFornitura(1), paese(n)).expect("carica");
    r.scrivi(|t| t.rendi_visibile(&caricato, istat(comune)))
        .expect("visibile")
}

#[test]
fn invisible_until_the_commit() {
    let r = Registro::in_memoria(opzioni()).expect("registro");
    let caricato = r.carica(PRE, IdFornitura(1), paese(30)).expect("carica");
    assert_eq!(
        caricato.schede,
        Schede {
            soggetti: 30,
            famiglie: 10,
            convivenze: 1,
            aire: 2,
            famiglie_aire: 0
        }
    );
    // A block of persons, one of families, one of each index.
    assert_eq!(r.chiavi_schede(PRE).expect("chiavi"), 4);
    assert_eq!(r.conta_schede(PRE, None).expect("conta"), Schede::default());
    assert_eq!(
        r.scheda(PRE, Classe::Soggetti, PRIMO_ID_SOGGETTO)
            .expect("scheda"),
        None
    );
    assert_eq!(r.schede_per_cf(PRE, "CF00000000000007").expect("cf"), vec![]);
    let esito: Result<(), ErroreRegistro> = r.scrivi(|t| {
        t.rendi_visibile(&caricato, istat("888001"))?;
        assert_eq!(
            t.conta_schede(PRE, None)?.totale(),
            43,
            "its own transaction sees it"
        );
        Err(ErroreRegistro::Posta("apposta".to_owned()))
    });
    esito.expect_err("apposta");
    assert_eq!(r.conta_schede(PRE, None).expect("conta"), Schede::default());
    let s = r
        .scrivi(|t| t.rendi_visibile(&caricato, istat("888001")))
        .expect("visibile");
    assert_eq!(
        s.basi,
        Basi {
            soggetti: PRIMO_ID_SOGGETTO,
            unita: PRIMO_ID_UNITA
        },
        "the failed one took no ids"
    );
    assert_eq!(
        r.conta_schede(PRE, istat("888001")).expect("conta"),
        caricato.schede
    );
    assert_eq!(
        r.conta_schede(Ambiente::Sub, None).expect("conta"),
        Schede::default()
    );
    let doppio = r.scrivi(|t| t.rendi_visibile(&caricato, istat("888001")));
    assert!(
        matches!(doppio, Err(ErroreRegistro::SegmentoAssente(_))),
        "{doppio:?}"
    );
    r.scarta(PRE, caricato.segmento);
    assert_eq!(
        r.conta_schede(PRE, None).expect("conta").totale(),
        43,
        "what is visible is not thrown away"
    );
    assert_eq!(r.chiavi_schede(PRE).expect("chiavi"), chiavi_paese(30));
}

#[test]
fn ids_follow_the_order_and_find_their_scheda() {
    let r = Registro::in_memoria(opzioni()).expect("registro");
    let uno = carica(&r, "888001", 9);
    let due = carica(&r, "888002", 2_500);
    assert_eq!(due.basi.soggetti, uno.basi.soggetti + 11);
    assert_eq!(due.basi.unita, uno.basi.unita + 4);
    // Every person of the second, in order, is found by its id and nowhere else.
    let mut atteso = due.basi.soggetti;
    for scheda in r.schede_di(PRE, &due, Classe::Soggetti).expect("schede") {
        let scheda = scheda.expect("scheda");
        assert_eq!(scheda.id_anpr, atteso);
        assert_eq!(scheda.comune, istat("888002"));
        atteso += 1;
    }
    assert_eq!(atteso, due.basi.soggetti + 2_502);
    let scheda = |id| r.scheda(PRE, Classe::Soggetti, id).expect("scheda");
    let decima = scheda(due.basi.soggetti + 10).expect("c'è");
    assert_eq!(decima.record, record(10, TipoRecord::Soggetto));
    assert_eq!(
        scheda(uno.basi.soggetti + 10).map(|s| s.record),
        Some(record(1, TipoRecord::Aire)),
        "last of the first"
    );
    assert_eq!(scheda(due.basi.soggetti + 2_502), None, "past the end");
    assert_eq!(scheda(uno.basi.soggetti - 1), None);
    assert_eq!(scheda(u64::MAX), None);
    let famiglia = r
        .scheda(PRE, Classe::Unita, due.basi.unita + 833)
        .expect("scheda")
        .expect("c'è");
    assert_eq!(famiglia.record.tipo, TipoRecord::Convivenza);
}

#[test]
fn indexes_find_exactly_theirs() {
    let r = Registro::in_memoria(opzioni()).expect("registro");
    let uno = carica(&r, "888001", 2_000);
    let due = carica(&r, "888002", 10);
    let id = |v: Vec<Scheda>| v.into_iter().map(|s| s.id_anpr).collect::<Vec<_>>();
    let base = uno.basi.soggetti;
    let cf = id(r.schede_per_cf(PRE, "CF00000000000003").expect("cf"));
    assert_eq!(
        cf,
        [base + 3, base + 3 + 997, base + 3 + 1_994, due.basi.soggetti + 3]
    );
    assert_eq!(
        id(r.schede_per_cf(PRE, "CF0000000000000").expect("cf")),
        [0_u64; 0],
        "a prefix is not a match"
    );
    let per_id = |comune: &str, classe, id_comune: &str| {
        id(r.schede_per_id_comune(PRE, istat(comune), classe, id_comune)
            .expect("id"))
    };
    assert_eq!(
        per_id("888002", Classe::Soggetti, "Soggetto-1"),
        [due.basi.soggetti + 1]
    );
    assert_eq!(per_id("888002", Classe::Soggetti, "Soggetto-10"), [0_u64; 0]);
    assert_eq!(
        per_id("888001", Classe::Unita, "Famiglia-5"),
        [uno.basi.unita + 5]
    );
    assert_eq!(per_id("888001", Classe::Soggetti, "Famiglia-5"), [0_u64; 0]);
}

#[test]
fn skipping_agrees_with_walking() {
    let r = Registro::in_memoria(opzioni()).expect("registro");
    carica(&r, "888001", 40);
    let due = carica(&r, "888002", 2_500);
    let tutte: Vec<Scheda> = r
        .schede_di(PRE, &due, Classe::Soggetti)
        .expect("schede")
        .collect::<Result<_, _>>()
        .expect("schede");
    for (salta, passo) in [
        (0, 1),
        (1, 7),
        (60, 61),
        (999, 800),
        (2_501, 1),
        (2_502, 1),
        (usize::MAX, 1),
    ] {
        let lette: Vec<Scheda> = r
            .schede_di(PRE, &due, Classe::Soggetti)
            .expect("schede")
            .skip(salta)
            .step_by(passo)
            .collect::<Result<_, _>>()
            .expect("schede");
        let attese: Vec<Scheda> = tutte.iter().skip(salta).step_by(passo).cloned().collect();
        assert_eq!(lette, attese, "{salta} {passo}");
    }
}

#[test]
fn removal_takes_the_segment_and_its_records() {
    let r = Registro::in_memoria(opzioni()).expect("registro");
    let uno = carica(&r, "888001", 30);
    let due = carica(&r, "888002", 60);
    assert!(r.scrivi(|t| t.rimuovi_segmento(PRE, uno.id)).expect("rimuovi"));
    assert!(!r.scrivi(|t| t.rimuovi_segmento(PRE, uno.id)).expect("rimuovi"));
    assert_eq!(r.segmenti(PRE, None).expect("segmenti"), vec![due.clone()]);
    assert_eq!(
        r.scheda(PRE, Classe::Soggetti, uno.basi.soggetti)
            .expect("scheda"),
        None
    );
    assert!(
        r.scheda(PRE, Classe::Soggetti, due.basi.soggetti)
            .expect("scheda")
            .is_some()
    );
    assert_eq!(r.chiavi_schede(PRE).expect("chiavi"), chiavi_paese(60));
    let tre = carica(&r, "888001", 3);
    assert_eq!(
        tre.basi.soggetti,
        due.basi.soggetti + 62,
        "ids are not given twice"
    );
}

#[test]
fn an_empty_delivery_is_a_delivery() {
    let r = Registro::in_memoria(opzioni()).expect("registro");
    let vuoto = r
        .carica(PRE, IdFornitura(1), std::iter::empty::<RecordCompatto>())
        .expect("carica");
    let s = r
        .scrivi(|t| t.rendi_visibile(&vuoto, istat("888001")))
        .expect("visibile");
    let due = carica(&r, "888002", 3);
    assert_eq!(due.basi, s.basi, "nothing was taken");
    assert!(r.scrivi(|t| t.rimuovi_segmento(PRE, s.id)).expect("rimuovi"));
    assert!(
        r.scheda(PRE, Classe::Soggetti, due.basi.soggetti)
            .expect("scheda")
            .is_some()
    );
}

#[test]
fn a_source_that_fails_leaves_nothing() {
    let r = Registro::in_memoria(opzioni()).expect("registro");
    let guasta = paese(1_500)
        .map(Ok)
        .chain([Err(ErroreRegistro::Posta("letto a metà".to_owned()))]);
    assert!(matches!(
        r.carica_da(PRE, IdFornitura(1), guasta),
        Err(ErroreRegistro::Posta(_))
    ));
    assert_eq!(r.chiavi_schede(PRE).expect("chiavi"), 0);
    let mut enorme = record(0, TipoRecord::Soggetto);
    enorme.dati = vec![0; 2 << 20];
    let esito = r.carica(
        PRE,
        IdFornitura(1),
        [record(1, TipoRecord::Aire), enorme].into_iter(),
    );
    assert!(
        matches!(esito, Err(ErroreRegistro::RecordTroppoGrande { .. })),
        "{esito:?}"
    );
    assert_eq!(r.chiavi_schede(PRE).expect("chiavi"), 0);
}

#[test]
fn a_reset_forbids_what_was_loaded_before() {
    let r = Registro::in_memoria(opzioni()).expect("registro");
    let caricato = r.carica(PRE, IdFornitura(1), paese(30)).expect("carica");
    r.azzera().expect("azzera");
    let esito = r.scrivi(|t| t.rendi_visibile(&caricato, istat("888001")));
    assert!(
        matches!(esito, Err(ErroreRegistro::SegmentoAssente(_))),
        "{esito:?}"
    );
    assert_eq!(r.chiavi_schede(PRE).expect("chiavi"), 0);
}
