//! Single schede that change: cancelled, taken over by another Comune, given back; and the searches for people.

use anagrafe::Ambiente;
use jiff::civil::date;
use registro::*;

use crate::comune::{istat, opzioni, record};

const PRE: Ambiente = Ambiente::Pre;

fn cancellazione() -> Cancellazione {
    Cancellazione {
        dal: date(2021, 2, 1),
        motivo: "3".to_owned(),
        registrata: date(2021, 3, 1).at(8, 0, 0, 0),
    }
}

fn persone(n: u64) -> impl Iterator<Item = RecordCompatto> {
    (0..n).map(|i| record(i, TipoRecord::Soggetto))
}

fn carica(r: &Registro, comune: &str, n: u64) -> SegmentoVisibile {
    let caricato = r.carica(PRE, IdFornitura(1), persone(n)).expect("carica");
    r.scrivi(|t| t.rendi_visibile(&caricato, istat(comune)))
        .expect("visibile")
}

fn cancella(r: &Registro, id: u64, c: Option<Cancellazione>) -> Option<Scheda> {
    r.scrivi(|t| t.imposta_cancellazione(PRE, id, c)).expect("scrivi")
}

/// Comune and position of every scheda with an id, in the order in which they got it.
fn con_id(r: &Registro, id: u64) -> Vec<(String, u64, bool)> {
    r.schede_con_id(PRE, Classe::Soggetti, id)
        .expect("schede")
        .into_iter()
        .map(|s| {
            assert_eq!(s.id_anpr, id);
            (s.comune.as_str().to_owned(), s.posizione, s.cancellata.is_some())
        })
        .collect()
}

#[test]
fn a_cancelled_scheda_says_so_at_every_door_and_after_a_restart() {
    let dir = tempfile::tempdir().expect("tempdir");
    let (segmento, id) = {
        let r = Registro::apri(dir.path(), opzioni()).expect("apri");
        let segmento = carica(&r, "888002", 1_200);
        let id = segmento.basi.soggetti + 700;
        assert_eq!(cancella(&r, id + 5_000, Some(cancellazione())), None, "nobody");
        let scheda = cancella(&r, id, Some(cancellazione())).expect("c'è");
        assert_eq!((scheda.id_anpr, scheda.posizione), (id, 700));
        (segmento, id)
    };
    let r = Registro::apri(dir.path(), opzioni()).expect("apri");
    let per_id = r.scheda(PRE, Classe::Soggetti, id).expect("scheda").expect("c'è");
    assert_eq!(per_id.cancellata, Some(cancellazione()));
    assert_eq!(per_id.record, record(700, TipoRecord::Soggetto));
    for schede in [
        r.schede_per_id_comune(PRE, istat("888002"), Classe::Soggetti, "Soggetto-700"),
        r.schede_di(PRE, &segmento, Classe::Soggetti)
            .expect("schede")
            .filter(|s| s.as_ref().is_ok_and(|s| s.cancellata.is_some()))
            .collect(),
        r.schede_per_cf(PRE, "CF00000000000700"),
    ] {
        assert_eq!(schede.expect("schede"), std::slice::from_ref(&per_id));
    }
    assert_eq!(r.conta_cancellate(PRE).expect("conta"), 1);
    assert_eq!(r.conta_cancellate(Ambiente::Test).expect("conta"), 0);
    assert_eq!(
        r.conta_schede(PRE, None).expect("conta").soggetti,
        1_200,
        "what was loaded stays loaded"
    );
    let attiva = cancella(&r, id, None).expect("c'è");
    assert_eq!(attiva.cancellata, None);
    assert_eq!(r.conta_cancellate(PRE).expect("conta"), 0);
    assert_eq!(
        r.variazioni(PRE, segmento.id, Classe::Soggetti).expect("lette"),
        Variazioni::new(),
        "a scheda as it was loaded needs no key"
    );
}

#[test]
fn an_id_goes_to_who_comes_and_back_when_he_goes() {
    let r = Registro::in_memoria(opzioni()).expect("registro");
    let uno = carica(&r, "888001", 3);
    let id = uno.basi.soggetti + 1;
    let nuovo = |comune: &str| {
        let caricato = r.carica(PRE, IdFornitura(2), persone(2)).expect("carica");
        r.scrivi(|t| {
            let visibile = t.rendi_visibile(&caricato, istat(comune))?;
            let presa = t.riprendi_id(PRE, visibile.id, 1, id)?;
            let ancora = t.riprendi_id(PRE, visibile.id, 0, id)?;
            Ok::<_, ErroreRegistro>((visibile, presa, ancora))
        })
        .expect("visibile")
    };
    let (due, presa, _) = nuovo("888002");
    assert!(!presa, "whoever is not cancelled keeps the id");
    assert!(r.scrivi(|t| t.rimuovi_segmento(PRE, due.id)).expect("rimuovi"));

    cancella(&r, id, Some(cancellazione()));
    let (due, presa, ancora) = nuovo("888002");
    assert!(presa && !ancora, "one id, one person");
    let di = |c: &str, n, cancellata| (c.to_owned(), n, cancellata);
    assert_eq!(con_id(&r, id), [di("888001", 1, true), di("888002", 1, false)]);
    assert_eq!(
        con_id(&r, due.basi.soggetti + 1),
        [],
        "the id of the place is nobody's"
    );
    assert_eq!(con_id(&r, due.basi.soggetti), [di("888002", 0, false)]);
    let ids: Vec<u64> = r
        .schede_di(PRE, &due, Classe::Soggetti)
        .expect("schede")
        .map(|s| s.expect("scheda").id_anpr)
        .collect();
    assert_eq!(ids, [due.basi.soggetti, id]);

    // The second one is cancelled too: a third takes over.
    assert_eq!(
        cancella(&r, id, Some(cancellazione())).map(|s| s.comune),
        Some(istat("888002"))
    );
    let (tre, presa, _) = nuovo("888003");
    assert!(presa);
    assert_eq!(
        con_id(&r, id),
        [
            di("888001", 1, true),
            di("888002", 1, true),
            di("888003", 1, false)
        ]
    );
    assert_eq!(r.conta_cancellate(PRE).expect("conta"), 2);

    // They go, in another order than they came.
    assert!(r.scrivi(|t| t.rimuovi_segmento(PRE, due.id)).expect("rimuovi"));
    assert_eq!(con_id(&r, id), [di("888001", 1, true), di("888003", 1, false)]);
    assert!(r.scrivi(|t| t.rimuovi_segmento(PRE, uno.id)).expect("rimuovi"));
    assert_eq!(con_id(&r, id), [di("888003", 1, false)]);
    assert!(r.scrivi(|t| t.rimuovi_segmento(PRE, tre.id)).expect("rimuovi"));
    assert_eq!(con_id(&r, id), []);
    assert_eq!(
        r.chiavi_schede(PRE).expect("chiavi"),
        0,
        "changes go with their segment"
    );
}

#[test]
fn a_meeting_says_whether_the_other_is_cancelled() {
    let r = Registro::in_memoria(opzioni()).expect("registro");
    let uno = carica(&r, "888001", 3);
    cancella(&r, uno.basi.soggetti + 1, Some(cancellazione()));
    let caricato = r.carica(PRE, IdFornitura(2), persone(3)).expect("carica");
    let mut incontri = Vec::new();
    r.incroci(&caricato, istat("888002"), |i| {
        incontri.push((i.posizione, i.altra.posizione, i.altra.cancellata.is_some()));
        Ok::<_, ErroreRegistro>(())
    })
    .expect("incroci");
    assert_eq!(incontri, [(0, 0, false), (1, 1, true), (2, 2, false)]);
}

/// `n` persons, each in a family of three, with names that share beginnings.
fn popolo(n: u64) -> impl Iterator<Item = DaCaricare> {
    (0..n).map(|i| DaCaricare {
        record: record(i, TipoRecord::Soggetto),
        unita: [
            Some(format!("F{}", i / 3)),
            i.is_multiple_of(100).then(|| "C1".to_owned()),
        ],
        nome: Some(format!("ROSS{}/{i:05}", ["I", "", "INI"][(i % 3) as usize])),
    })
}

#[test]
fn people_are_found_by_name_and_by_family() {
    let r = Registro::in_memoria(opzioni()).expect("registro");
    let caricato = r.carica(PRE, IdFornitura(1), popolo(3_000)).expect("carica");
    let s = r
        .scrivi(|t| t.rendi_visibile(&caricato, istat("888001")))
        .expect("visibile");
    let larghi = Limiti {
        schede: 10_000,
        esami: 100_000,
    };
    let cerca = |inizio: &str, limiti| {
        r.schede_per_nome(PRE, None, inizio, &|_| true, limiti)
            .expect("cerca")
    };
    for (inizio, quanti) in [
        ("ROSS", 3_000),
        ("ROSSI", 2_000),
        ("ROSSI/", 1_000),
        ("ROSS/", 1_000),
        ("ROSS/00001", 1),
        ("ROSSINI/02999", 1),
        ("ROSSINI/03", 0),
        ("A", 0),
        ("Z", 0),
        ("", 3_000),
    ] {
        let trovate = cerca(inizio, larghi);
        assert_eq!(
            (trovate.schede.len(), trovate.altre, trovate.senza_indice),
            (quanti, false, false),
            "{inizio}"
        );
    }
    let prime = cerca("ROSSI/", Limiti { schede: 20, ..larghi });
    let posizioni: Vec<u64> = prime.schede.iter().map(|s| s.posizione).collect();
    assert_eq!(
        posizioni,
        (0..20).map(|i| i * 3).collect::<Vec<_>>(),
        "by the letters"
    );
    assert!(prime.altre);
    let pochi = r
        .schede_per_nome(
            PRE,
            Some(istat("888001")),
            "ROSS",
            &|nome| {
                assert!(nome.starts_with("ROSS"));
                false
            },
            Limiti {
                schede: 5,
                esami: 300,
            },
        )
        .expect("cerca");
    assert!(
        pochi.schede.is_empty() && pochi.altre,
        "the looks are counted too"
    );
    let altrove = r.schede_per_nome(PRE, Some(istat("888002")), "ROSS", &|_| true, larghi);
    assert_eq!(altrove.expect("cerca"), Trovate::default());

    let famiglia = |nome: &str, limite| {
        let trovate = r.schede_per_unita(PRE, &s, nome, limite).expect("cerca");
        (
            trovate.schede.iter().map(|s| s.posizione).collect::<Vec<_>>(),
            trovate.altre,
        )
    };
    assert_eq!(famiglia("F7", 10), (vec![21, 22, 23], false));
    assert_eq!(famiglia("F", 10), (vec![], false));
    assert_eq!(famiglia("C1", 2), (vec![0, 100], true));
    let tutti: Vec<u64> = (0..30).map(|i| i * 100).collect();
    assert_eq!(famiglia("C1", 30), (tutti, false));
}

/// Whoever was loaded before the index, or without names, is not found and the answer says so.
#[test]
fn what_has_no_index_is_said() {
    let r = Registro::in_memoria(opzioni()).expect("registro");
    let s = carica(&r, "888001", 3);
    let limiti = Limiti {
        schede: 10,
        esami: 10,
    };
    let trovate = r.schede_per_nome(PRE, None, "ROSSI", &|_| true, limiti);
    let senza = Trovate {
        senza_indice: true,
        ..Trovate::default()
    };
    assert_eq!(trovate.expect("cerca"), senza);
    assert_eq!(r.schede_per_unita(PRE, &s, "F1", 10).expect("cerca"), senza);
}

#[test]
fn an_aire_family_is_a_scheda_of_the_units() {
    let r = Registro::in_memoria(opzioni()).expect("registro");
    let records = [
        record(0, TipoRecord::Famiglia),
        record(0, TipoRecord::Aire),
        record(1, TipoRecord::FamigliaAire),
    ];
    let caricato = r
        .carica(PRE, IdFornitura(1), records.into_iter())
        .expect("carica");
    assert_eq!((caricato.schede.famiglie_aire, caricato.schede.totale()), (1, 3));
    let s = r
        .scrivi(|t| t.rendi_visibile(&caricato, istat("888001")))
        .expect("visibile");
    let aire = r
        .scheda(PRE, Classe::Unita, s.basi.unita + 1)
        .expect("scheda")
        .expect("c'è");
    assert_eq!(aire.record, record(1, TipoRecord::FamigliaAire));
    assert_eq!(
        r.scheda(PRE, Classe::Unita, s.basi.unita + 2).expect("scheda"),
        None
    );
}
