//! Two segments walked together: every pair, and only pairs; ties; what is not visible or one's own does not count.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anagrafe::Ambiente;
use registro::store::{Coppia, ErroreStore, Lotto, MemoriaStore, Store, Verso};
use registro::*;

use crate::comune::{istat, opzioni};

const PRE: Ambiente = Ambiente::Pre;

fn persona(id: u64, cf: &str, legame: Option<(TipoLegame, &str)>) -> RecordCompatto {
    RecordCompatto {
        tipo: TipoRecord::Soggetto,
        id_comune: format!("S{id}"),
        cf: (!cf.is_empty()).then(|| cf.to_owned()),
        legame: legame.map(|(tipo, codice)| LegameCf {
            tipo,
            codice: codice.to_owned(),
            sostituisce: tipo == TipoLegame::Omocodia,
        }),
        dati: vec![1, 2, 3],
    }
}

fn visibile(r: &Registro, comune: &str, records: Vec<RecordCompatto>) -> SegmentoVisibile {
    let caricato = r
        .carica(PRE, IdFornitura(1), records.into_iter())
        .expect("carica");
    r.scrivi(|t| t.rendi_visibile(&caricato, istat(comune)))
        .expect("visibile")
}

fn incontri(
    r: &Registro,
    comune: &str,
    records: Vec<RecordCompatto>,
) -> Vec<(String, u64, String, (bool, bool))> {
    let caricato = r
        .carica(PRE, IdFornitura(9), records.into_iter())
        .expect("carica");
    let mut trovati = Vec::new();
    r.incroci(&caricato, istat(comune), |i| {
        trovati.push((
            i.codice.clone(),
            i.posizione,
            i.altra.record.id_comune.clone(),
            i.legati(),
        ));
        Ok::<_, ErroreRegistro>(())
    })
    .expect("incroci");
    r.scarta(PRE, caricato.segmento);
    trovati
}

#[test]
fn every_pair_and_only_pairs() {
    let r = Registro::in_memoria(opzioni()).expect("registro");
    let omocodo = Some((TipoLegame::Omocodia, "B1"));
    visibile(
        &r,
        "888002",
        vec![
            persona(1, "A", None),
            persona(2, "B", omocodo),
            persona(3, "C", None),
        ],
    );
    visibile(
        &r,
        "888003",
        vec![
            persona(4, "C", None),
            persona(5, "", None),
            persona(6, "D11", None),
        ],
    );
    // Its own earlier segment, and one that nobody sees.
    visibile(&r, "888001", vec![persona(7, "A", None)]);
    r.carica(PRE, IdFornitura(3), vec![persona(8, "A", None)].into_iter())
        .expect("carica");
    let collegato = Some((TipoLegame::Collegato, "D11"));
    let nuove = vec![
        persona(10, "C", None),
        persona(11, "B1", None),
        persona(12, "Z", collegato),
        persona(13, "A", None),
        persona(14, "A", None),
        persona(15, "", None),
    ];
    let mut trovati = incontri(&r, "888001", nuove);
    trovati.sort();
    let atteso = [
        ("A", 3, "S1", (false, false)),
        ("A", 4, "S1", (false, false)),
        ("B1", 1, "S2", (false, true)),
        ("C", 0, "S3", (false, false)),
        ("C", 0, "S4", (false, false)),
        ("D11", 2, "S6", (true, false)),
    ];
    assert_eq!(
        trovati,
        atteso.map(|(c, n, s, l)| (c.to_owned(), n, s.to_owned(), l))
    );
}

/// The walk against the plain definition, whatever the sizes and the gaps.
#[test]
fn as_the_plain_definition() {
    for (quanti, passo_a, passo_b) in [
        (3_000_u64, 1, 1),
        (3_000, 7, 1),
        (300, 1, 97),
        (5_000, 3, 2),
        (0, 1, 1),
    ] {
        let r = Registro::in_memoria(opzioni()).expect("registro");
        let di =
            |passo: u64, n: u64| -> Vec<String> { (0..n).map(|i| format!("{:08}", i * passo)).collect() };
        let (a, b) = (di(passo_a, quanti), di(passo_b, 2_000));
        visibile(&r, "888002", b.iter().map(|c| persona(0, c, None)).collect());
        let trovati = incontri(&r, "888001", a.iter().map(|c| persona(0, c, None)).collect());
        let trovati: BTreeSet<String> = trovati.into_iter().map(|(c, ..)| c).collect();
        let b: BTreeSet<String> = b.into_iter().collect();
        let atteso: BTreeSet<String> = a.into_iter().filter(|c| b.contains(c)).collect();
        assert_eq!(trovati, atteso, "{quanti} {passo_a} {passo_b}");
    }
}

/// Counts how often the store is read.
struct Contato(MemoriaStore, Arc<AtomicU64>);

impl Store for Contato {
    fn get(&self, chiave: &[u8]) -> Result<Option<Vec<u8>>, ErroreStore> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.get(chiave)
    }
    fn pagina(
        &self,
        da: Bound<&[u8]>,
        a: Bound<&[u8]>,
        verso: Verso,
        limite: usize,
    ) -> Result<Vec<Coppia>, ErroreStore> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.pagina(da, a, verso, limite)
    }
    fn applica(&self, lotto: &Lotto) -> Result<(), ErroreStore> {
        self.0.applica(lotto)
    }
    fn accoda(&self, lotto: &Lotto) -> Result<(), ErroreStore> {
        self.0.accoda(lotto)
    }
    fn fissa(&self) -> Result<(), ErroreStore> {
        self.0.fissa()
    }
    fn riapri(&self) -> Result<(), ErroreStore> {
        self.0.riapri()
    }
    fn generazione(&self) -> u64 {
        self.0.generazione()
    }
    fn verifica_spazio(&self, byte: u64) -> Result<(), ErroreStore> {
        self.0.verifica_spazio(byte)
    }
}

/// Two Comuni of the same people: the records are read block by block, not one by one, and come in the order of the
/// new segment, each beside its own twin.
#[test]
fn the_same_people_cost_one_reading_of_both() {
    const QUANTI: u64 = 4_000;
    let letture = Arc::new(AtomicU64::new(0));
    let store = Contato(MemoriaStore::default(), Arc::clone(&letture));
    let r = Registro::su(Box::new(store), opzioni()).expect("registro");
    // A prime step: the order of the codes is that of neither segment.
    let gente = |primo: u64| -> Vec<RecordCompatto> {
        (0..QUANTI)
            .map(|i| persona(i, &format!("{:08}", (i + primo) * 1_009 % QUANTI), None))
            .collect()
    };
    visibile(&r, "888002", gente(0));
    let caricato = r
        .carica(PRE, IdFornitura(9), gente(17).into_iter())
        .expect("carica");
    let prima = letture.load(Ordering::Relaxed);
    let mut posizioni = Vec::new();
    r.incroci(&caricato, istat("888001"), |i| {
        assert_eq!(i.nuova.cf, i.altra.record.cf);
        assert_eq!(i.nuova.cf.as_deref(), Some(i.codice.as_str()));
        posizioni.push(i.posizione);
        Ok::<_, ErroreRegistro>(())
    })
    .expect("incroci");
    let lette = letture.load(Ordering::Relaxed) - prima;
    assert_eq!(posizioni, (0..QUANTI).collect::<Vec<_>>());
    assert!(lette < QUANTI / 4, "{lette} readings for {QUANTI} pairs");
}

/// One code all over two segments: everybody is paired, and not everybody with everybody.
#[test]
fn a_code_repeated_everywhere_does_not_cost_the_product() {
    let r = Registro::in_memoria(opzioni()).expect("registro");
    let tutti = |n: u64| -> Vec<RecordCompatto> { (0..n).map(|i| persona(i, "UGUALE", None)).collect() };
    visibile(&r, "888002", tutti(2_000));
    let trovati = incontri(&r, "888001", tutti(3_000));
    let nuovi: BTreeSet<u64> = trovati.iter().map(|t| t.1).collect();
    let altri: BTreeSet<&str> = trovati.iter().map(|t| t.2.as_str()).collect();
    assert_eq!((nuovi.len(), altri.len()), (3_000, 2_000));
    assert!(trovati.len() < 100_000, "{}", trovati.len());
}

#[test]
fn the_stored_code_is_found_and_outlives_the_disk() {
    let r = Registro::in_memoria(opzioni()).expect("registro");
    let base = persona(1, "BASE", Some((TipoLegame::Omocodia, "RISOLTO")));
    let vecchio = persona(2, "VECCHIO", Some((TipoLegame::Collegato, "NUOVO")));
    visibile(&r, "888002", vec![base.clone(), vecchio]);
    let per = |cf: &str| r.schede_per_cf(PRE, cf).expect("lettura");
    assert_eq!(per("RISOLTO").len(), 1);
    assert_eq!(per("RISOLTO")[0].record, base);
    assert_eq!(per("RISOLTO")[0].record.cf_registrato(), Some("RISOLTO"));
    assert_eq!(per("BASE"), per("RISOLTO"), "what was sent still leads to it");
    // A tie that replaces nothing is no code of the scheda.
    assert_eq!(per("NUOVO"), vec![]);
    assert_eq!(per("VECCHIO")[0].record.cf_registrato(), Some("VECCHIO"));
}

/// `ANPR_SIM_SCHEDE=100000 cargo test -p registro -- --nocapture quanto_costa` prints the figure.
#[test]
fn quanto_costa() {
    let cartella = tempfile::tempdir().expect("cartella");
    let r = Registro::apri(cartella.path(), opzioni()).expect("registro");
    let n: u64 = std::env::var("ANPR_SIM_SCHEDE")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(5_000);
    let cf = |comune: u64, i: u64| format!("{:016}", (i * 7_919 + comune) * 104_729 % 9_999_999_967);
    for comune in 2..5_u64 {
        visibile(
            &r,
            &format!("88800{comune}"),
            (0..n).map(|i| persona(i, &cf(comune, i), None)).collect(),
        );
    }
    let nuove: Vec<_> = (0..n)
        .map(|i| persona(i, &cf(if i % 1_000 == 0 { 2 } else { 1 }, i), None))
        .collect();
    let caricato = r.carica(PRE, IdFornitura(9), nuove.into_iter()).expect("carica");
    let inizio = Instant::now();
    let mut trovati = 0_u64;
    r.incroci(&caricato, istat("888001"), |_| {
        trovati += 1;
        Ok::<_, ErroreRegistro>(())
    })
    .expect("incroci");
    eprintln!(
        "incroci di {n} schede con 3 segmenti di {n}: {trovati} coppie in {:?}",
        inizio.elapsed()
    );
    assert_eq!(trovati, n / 1_000);
}
