//! Hands shared by the tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anagrafe::{Ambiente, CodiceIstat};
use jiff::Timestamp;
use jiff::civil::date;
use registro::*;

pub(crate) fn istat(testo: &str) -> CodiceIstat {
    CodiceIstat::parse(testo).expect("ISTAT")
}

pub(crate) fn secondo(n: i64) -> Timestamp {
    Timestamp::from_second(1_600_000_000 + n).expect("timestamp")
}

/// A wall clock that nobody winds, scenario 1 March 2021, speed 0.
pub(crate) fn opzioni() -> OpzioniRegistro {
    opzioni_con(&Arc::new(AtomicI64::new(0)))
}

pub(crate) fn opzioni_con(muro: &Arc<AtomicI64>) -> OpzioniRegistro {
    let muro = Arc::clone(muro);
    OpzioniRegistro {
        adesso: Arc::new(move || secondo(muro.load(Ordering::SeqCst))),
        orologio: Some(Orologio::dal(date(2021, 3, 1), 0, secondo(0))),
        seme: 7,
        ..OpzioniRegistro::default()
    }
}

pub(crate) fn record(n: u64, tipo: TipoRecord) -> RecordCompatto {
    RecordCompatto {
        tipo,
        id_comune: format!("{tipo:?}-{n}"),
        cf: matches!(tipo, TipoRecord::Soggetto).then(|| format!("CF{:014}", n % 997)),
        legame: None,
        dati: format!("dati {n} {}", "x".repeat((n % 400) as usize)).into_bytes(),
    }
}

/// `n` persons, a family every third, one convivenza, two AIRE.
pub(crate) fn paese(n: u64) -> impl Iterator<Item = RecordCompatto> {
    (0..n)
        .map(|i| record(i, TipoRecord::Soggetto))
        .chain((0..n / 3).map(|i| record(i, TipoRecord::Famiglia)))
        .chain([
            record(0, TipoRecord::Convivenza),
            record(0, TipoRecord::Aire),
            record(1, TipoRecord::Aire),
        ])
}

/// Keys that [`paese`] takes, whole: blocks of records, blocks of the two indexes.
pub(crate) fn chiavi_paese(n: u64) -> u64 {
    let r = Registro::in_memoria(opzioni()).expect("registro");
    r.carica(Ambiente::Pre, IdFornitura(1), paese(n)).expect("carica");
    r.chiavi_schede(Ambiente::Pre).expect("chiavi")
}

pub(crate) fn fornitura(id: IdFornitura, comune: CodiceIstat, quando: Quando) -> Fornitura {
    Fornitura {
        id,
        ambiente: Ambiente::Pre,
        comune,
        stato: StatoFornitura::Aperta,
        versione: 1,
        file: Vec::new(),
        conteggi: std::collections::BTreeMap::new(),
        schede: Schede::default(),
        creata: quando,
        conclusa: None,
        protocollo: String::new(),
        bloccanti: Vec::new(),
        non_prima: None,
        segmento: None,
        cancellazione: None,
    }
}

pub(crate) fn scambio(percorso: &str, esito: EsitoScambio, quando: Quando) -> Scambio {
    Scambio {
        n: 0,
        quando,
        porta: "pre".to_owned(),
        metodo: "POST".to_owned(),
        percorso: percorso.to_owned(),
        http: 200,
        esito,
        comune: None,
        operazione: None,
        id_operazione_comune: None,
        fault: None,
        operatore: None,
        postazione: None,
        causa: None,
        passi: Vec::new(),
        evidenza: serde_json::Value::Null,
        durata_us: 0,
    }
}
