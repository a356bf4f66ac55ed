//! Measures the first and the following opening of a PKI with ten ready Comuni:
//! `cargo run --release -p certs --example primo_avvio [RIPETIZIONI]`.

use std::time::Instant;

use certs::{OpzioniPki, Pki};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let volte: usize = std::env::args().nth(1).map_or(Ok(5), |n| n.parse())?;
    let opzioni = OpzioniPki {
        nomi: Vec::new(),
        nomi_reali: false,
        pronti: (1..=10).map(|n| format!("888{n:03}")).collect(),
        adesso: jiff::Timestamp::now(),
        fili: std::thread::available_parallelism().map_or(1, usize::from),
    };
    let (mut primi, mut poi) = (Vec::new(), Vec::new());
    for _ in 0..volte {
        let dir = tempfile::tempdir()?;
        let t = Instant::now();
        Pki::apri(dir.path(), &opzioni)?;
        primi.push(t.elapsed());
        let t = Instant::now();
        Pki::apri(dir.path(), &opzioni)?;
        poi.push(t.elapsed());
    }
    primi.sort();
    poi.sort();
    println!(
        "prima apertura: mediana {:?}, peggiore {:?}",
        primi[volte / 2],
        primi[volte - 1]
    );
    println!(
        "riapertura: mediana {:?}, peggiore {:?}",
        poi[volte / 2],
        poi[volte - 1]
    );
    Ok(())
}
