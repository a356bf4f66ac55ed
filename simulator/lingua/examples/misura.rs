//! How long a page takes: `cargo run --release -p lingua --example misura -- PAGE.html`.

use std::time::Instant;

/// Passes of which the fastest counts.
const GIRI: u32 = 200;

fn main() {
    let Some(file) = std::env::args().nth(1) else {
        eprintln!("misura PAGE.html");
        return;
    };
    let pagina = std::fs::read_to_string(&file).expect("a page in UTF-8");
    let inizio = Instant::now();
    let dizionario = lingua::inglese();
    println!(
        "{} phrases read in {:?}",
        dizionario.voci().len(),
        inizio.elapsed()
    );
    let migliore = (0..GIRI)
        .map(|_| {
            let inizio = Instant::now();
            std::hint::black_box(dizionario.pagina(&pagina));
            inizio.elapsed()
        })
        .min();
    println!("{} bytes in {:?}", pagina.len(), migliore.unwrap_or_default());
}
