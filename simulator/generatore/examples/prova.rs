//! Writes a delivery and says how long it took: `prova DIR COMUNE ABITANTI AIRE [CODE=N …]`.
use std::time::Instant;

fn main() {
    let a: Vec<String> = std::env::args().collect();
    let n = |i: usize| a.get(i).and_then(|t| t.parse().ok()).unwrap_or(0);
    let r = generatore::Richiesta {
        comune: anagrafe::CodiceIstat::parse(&a[2]).expect("six digits"),
        versione: 1,
        abitanti: n(3),
        aire: n(4),
        invii: None,
        max_invii: None,
        seed: 1,
        oggi: anagrafe::Data::constant(2021, 3, 1),
        anomalie: a[5..].iter().filter_map(|t| t.split_once('=')).map(|(c, n)| (c.into(), n.parse().unwrap_or(1))).collect(),
    };
    let t = Instant::now();
    match generatore::genera(&r, std::path::Path::new(&a[1])) {
        Ok(p) => println!("{:?} {:?} {:?}", t.elapsed(), p.file, p.contenuto.schede),
        Err(e) => println!("{e}"),
    }
}
