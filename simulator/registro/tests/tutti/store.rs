//! The conformance suite: the same sequences over every store, held against a plain map.

use std::collections::BTreeMap;
use std::ops::Bound;

use proptest::prelude::*;
use registro::store::{ErroreStore, Lotto, MemoriaStore, SledStore, Store, Verso, fine_prefisso, scorri};

type Mappa = BTreeMap<Vec<u8>, Vec<u8>>;

/// Every test of the suite lives below one prefix: a store may keep keys of its own elsewhere.
fn chiave(coda: &[u8]) -> Vec<u8> {
    [b"c\0", coda].concat()
}

fn mappa(store: &dyn Store) -> Mappa {
    scorri(store, &chiave(b""), None, Verso::Avanti)
        .collect::<Result<_, _>>()
        .expect("scorri")
}

fn lotto(modifiche: &[(Vec<u8>, Option<Vec<u8>>)]) -> Lotto {
    let mut lotto = Lotto::nuovo();
    for (k, v) in modifiche {
        match v {
            Some(v) => lotto.metti(chiave(k), v.clone()),
            None => lotto.togli(chiave(k)),
        }
    }
    lotto
}

fn svuota(store: &dyn Store) {
    let mut l = Lotto::nuovo();
    for k in mappa(store).into_keys() {
        l.togli(k);
    }
    store.applica(&l).expect("svuota");
}

fn conformita(store: &dyn Store) {
    batches_and_single_reads(store);
    walks_over_pages(store);
    values_of_every_size(store);
    like_a_plain_map(store);
    writers_do_not_tear_batches(store);
}

fn batches_and_single_reads(store: &dyn Store) {
    svuota(store);
    assert_eq!(store.get(&chiave(b"assente")).expect("get"), None);
    store
        .applica(&lotto(&[
            (b"a".to_vec(), Some(b"1".to_vec())),
            (b"b".to_vec(), Some(vec![])),
        ]))
        .expect("applica");
    assert_eq!(store.get(&chiave(b"a")).expect("get"), Some(b"1".to_vec()));
    assert_eq!(
        store.get(&chiave(b"b")).expect("get"),
        Some(vec![]),
        "an empty value is a value"
    );
    store
        .accoda(&lotto(&[
            (b"a".to_vec(), None),
            (b"c".to_vec(), Some(b"3".to_vec())),
        ]))
        .expect("accoda");
    store.fissa().expect("fissa");
    store.riapri().expect("riapri");
    let atteso: Mappa = [(chiave(b"b"), vec![]), (chiave(b"c"), b"3".to_vec())].into();
    assert_eq!(mappa(store), atteso);
    store.applica(&Lotto::nuovo()).expect("an empty batch is fine");
}

fn walks_over_pages(store: &dyn Store) {
    svuota(store);
    let mut l = Lotto::nuovo();
    for n in 0..1_000_u32 {
        l.metti(chiave(&n.to_be_bytes()), n.to_be_bytes().to_vec());
    }
    l.metti(b"b\xFF".to_vec(), vec![]);
    l.metti(b"c\x01".to_vec(), vec![]);
    store.applica(&l).expect("applica");
    let numeri = |dopo: Option<u32>, verso| -> Vec<u32> {
        scorri(
            store,
            &chiave(b""),
            dopo.map(|n| chiave(&n.to_be_bytes())).as_deref(),
            verso,
        )
        .map(|c| u32::from_be_bytes(c.expect("coppia").1.try_into().expect("4 byte")))
        .collect()
    };
    assert_eq!(numeri(None, Verso::Avanti), (0..1_000).collect::<Vec<_>>());
    assert_eq!(
        numeri(None, Verso::Indietro),
        (0..1_000).rev().collect::<Vec<_>>()
    );
    assert_eq!(numeri(Some(255), Verso::Avanti), (256..1_000).collect::<Vec<_>>());
    assert_eq!(
        numeri(Some(256), Verso::Indietro),
        (0..256).rev().collect::<Vec<_>>()
    );
    assert_eq!(numeri(Some(999), Verso::Avanti), Vec::<u32>::new());
    let fuori = scorri(store, &chiave(b""), Some(b"b"), Verso::Avanti).count();
    assert_eq!(fuori, 0, "a start outside the prefix does not widen the walk");
    let esclusi = store
        .pagina(
            Bound::Excluded(&chiave(&1_u32.to_be_bytes())),
            Bound::Included(&chiave(&3_u32.to_be_bytes())),
            Verso::Avanti,
            9,
        )
        .expect("pagina");
    assert_eq!(esclusi.len(), 2);
    let mut l = Lotto::nuovo();
    l.togli(b"b\xFF".to_vec());
    l.togli(b"c\x01".to_vec());
    store.applica(&l).expect("applica");
}

fn values_of_every_size(store: &dyn Store) {
    svuota(store);
    for (n, byte) in [0, 1, 4_096, 70_000, 600_000, 3_000_000].into_iter().enumerate() {
        let valore = vec![n as u8; byte];
        store
            .applica(&lotto(&[(vec![n as u8], Some(valore.clone()))]))
            .expect("applica");
        store.riapri().expect("riapri");
        assert!(
            store.get(&chiave(&[n as u8])).expect("get") == Some(valore),
            "{byte} byte"
        );
    }
}

fn like_a_plain_map(store: &dyn Store) {
    svuota(store);
    let chiavi = prop::collection::vec(any::<u8>(), 0..3);
    let valori = prop::option::weighted(0.7, prop::collection::vec(any::<u8>(), 0..40));
    let lotti = prop::collection::vec(prop::collection::vec((chiavi, valori), 0..12), 1..12);
    let mut corridore = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 24,
        ..ProptestConfig::default()
    });
    corridore
        .run(&lotti, |lotti| {
            let mut modello = mappa(store);
            for modifiche in lotti {
                for (k, v) in &modifiche {
                    match v {
                        Some(v) => modello.insert(chiave(k), v.clone()),
                        None => modello.remove(&chiave(k)),
                    };
                }
                store.applica(&lotto(&modifiche)).expect("applica");
                prop_assert_eq!(&mappa(store), &modello);
            }
            Ok(())
        })
        .expect("conformità");
}

fn writers_do_not_tear_batches(store: &dyn Store) {
    svuota(store);
    std::thread::scope(|s| {
        for filo in 0..3_u8 {
            s.spawn(move || {
                for n in 0..60_u8 {
                    let coppia = [(vec![filo, 0], Some(vec![n])), (vec![filo, 1], Some(vec![n]))];
                    store.applica(&lotto(&coppia)).expect("applica");
                }
            });
        }
    });
    store.riapri().expect("riapri");
    let atteso: Mappa = (0..3_u8)
        .flat_map(|f| [(chiave(&[f, 0]), vec![59]), (chiave(&[f, 1]), vec![59])])
        .collect();
    assert_eq!(mappa(store), atteso);
}

#[test]
fn memory_conforms() {
    conformita(&MemoriaStore::default());
}

#[test]
fn sled_conforms() {
    let dir = tempfile::tempdir().expect("tempdir");
    conformita(&SledStore::apri(dir.path(), 4 << 20).expect("apri"));
}

#[test]
fn a_full_memory_writes_nothing() {
    let store = MemoriaStore::default();
    store
        .applica(&lotto(&[(b"a".to_vec(), Some(vec![1; 10]))]))
        .expect("applica");
    store.imposta_capienza(30);
    let esito = store.applica(&lotto(&[
        (b"b".to_vec(), Some(vec![])),
        (b"c".to_vec(), Some(vec![2; 50])),
    ]));
    assert!(
        matches!(esito, Err(ErroreStore::SpazioEsaurito { .. })),
        "{esito:?}"
    );
    assert_eq!(mappa(&store).len(), 1);
    store
        .applica(&lotto(&[(b"a".to_vec(), None)]))
        .expect("removing needs no room");
}

#[test]
fn ends_of_prefixes() {
    for (prefisso, fine) in [
        (&b"a"[..], Some(b"b".to_vec())),
        (b"a\xFF", Some(b"b".to_vec())),
        (b"a\xFE\xFF\xFF", Some(b"a\xFF".to_vec())),
        (b"\xFF\xFF", None),
        (b"", None),
    ] {
        assert_eq!(fine_prefisso(prefisso), fine, "{prefisso:?}");
    }
}
