//! What one examination costs, piece by piece, on one thread: the least of many rounds, which a busy machine disturbs
//! least. `cargo run --release -p frontiera --example esame`.

#[path = "../tests/prove/scena.rs"]
#[allow(dead_code, reason = "the stage of the tests, of which this uses a part")]
mod scena;

use std::hint::black_box;
use std::time::{Duration, Instant};

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair};
use frontiera::Politica;
use frontiera::albero;
use frontiera::firma::componi;
use frontiera::security::c14n;
use scena::{Registro, TESTCONN, adesso, chiavi_solite, frontiera_con, messaggio, scena};

/// Rounds, and repetitions in each.
const GIRI: usize = 400;
const VOLTE: u32 = 50;

fn misura(nome: &str, mut f: impl FnMut()) {
    let minimo = (0..GIRI)
        .map(|_| {
            let da = Instant::now();
            for _ in 0..VOLTE {
                f();
            }
            da.elapsed() / VOLTE
        })
        .min()
        .unwrap_or(Duration::ZERO);
    println!("{nome:<48} {:>8.2} µs", minimo.as_secs_f64() * 1e6);
}

fn main() {
    let busta = componi(&messaggio(), &chiavi_solite(), None).expect("composes");
    println!("una busta di {} byte, tre firme\n", busta.len());
    misura("albero nostro", || {
        black_box(albero::leggi(black_box(&busta)).expect("well-formed"));
    });
    misura("albero di roxmltree", || {
        black_box(roxmltree::Document::parse(black_box(&busta)).expect("well-formed"));
    });
    let doc = albero::leggi(&busta).expect("well-formed");
    misura("C14N di tutta la busta", || {
        black_box(c14n::canonica(doc.root_element(), &c14n::Opzioni::default()));
    });
    let chiave = RsaKeyPair::from_pkcs8(&scena().co.chiave).expect("RSA");
    let mut firma = vec![0; chiave.public_modulus_len()];
    let caso = aws_lc_rs::rand::SystemRandom::new();
    chiave
        .sign(&RSA_PKCS1_SHA256, &caso, busta.as_bytes(), &mut firma)
        .expect("signs");
    let pubblica = aws_lc_rs::signature::KeyPair::public_key(&chiave);
    let pubblica = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pubblica.as_ref()).expect("RSA");
    misura("una verifica RSA-2048, SHA-256 di tutta la busta", || {
        pubblica.verify_sig(busta.as_bytes(), &firma).expect("verifies");
    });
    let (f, r) = (frontiera_con(Politica::default()), Registro::default());
    misura("esame intero", || {
        let e = f.esamina(
            black_box(busta.as_bytes()),
            Some("text/xml; charset=utf-8"),
            &TESTCONN,
            &r,
            adesso(),
        );
        assert!(e.esito.is_ok());
    });
}
