//! Random values of a simple type.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use crate::espressione::{Classe, Pezzo};
use crate::grammatica::Spazi;
use crate::semplici::{Base, TipoSemplice};

/// Characters of a text without pattern.
const VARI: [char; 20] = [
    'A',
    'b',
    'z',
    '0',
    '9',
    ' ',
    '\'',
    '-',
    '.',
    'è',
    'À',
    'ž',
    '€',
    '&',
    '<',
    '>',
    '"',
    '/',
    '\u{1F600}',
    ']',
];
/// How often a value is drawn before the type is given up: none needs more than a few.
const TENTATIVI: usize = 200;

/// A value that `t` admits.
pub(crate) fn valore(caso: &mut Pcg64Mcg, t: &TipoSemplice) -> String {
    for _ in 0..TENTATIVI {
        let mut v = prova(caso, t);
        if t.spazi == Spazi::Collapse && caso.random_bool(0.05) {
            v = format!(" \n{v}\t");
        }
        if t.verifica(&v).is_ok() {
            return v;
        }
    }
    String::new()
}

fn prova(caso: &mut Pcg64Mcg, t: &TipoSemplice) -> String {
    match t.base {
        Base::Data => data(caso) + zona(caso),
        Base::DataOra => {
            let (h, m, s) = (
                caso.random_range(0..24),
                caso.random_range(0..60),
                caso.random_range(0..60),
            );
            let frazione = if caso.random_bool(0.3) { ".125" } else { "" };
            format!("{}T{h:02}:{m:02}:{s:02}{frazione}{}", data(caso), zona(caso))
        }
        Base::Intero => caso.random::<i32>().to_string(),
        Base::Booleano => scegli(caso, &["true", "false", "0", "1"]).to_owned(),
        Base::Base64 => scegli(
            caso,
            &["", "QQ==", "QUI=", "QUJD", "QUJDRA==", "QU JD", "H4sI\nAAAA"],
        )
        .to_owned(),
        Base::Stringa => stringa(caso, t),
    }
}

fn scegli<'a>(caso: &mut Pcg64Mcg, da: &[&'a str]) -> &'a str {
    da[caso.random_range(0..da.len())]
}

fn data(caso: &mut Pcg64Mcg) -> String {
    let (a, m, g) = (
        caso.random_range(1850..2030),
        caso.random_range(1..=12),
        caso.random_range(1..=31),
    );
    format!("{a}-{m:02}-{g:02}")
}

fn zona(caso: &mut Pcg64Mcg) -> &'static str {
    if caso.random_bool(0.9) {
        ""
    } else {
        scegli(caso, &["Z", "+01:00", "-14:00", "+14:00"])
    }
}

fn stringa(caso: &mut Pcg64Mcg, t: &TipoSemplice) -> String {
    if let Some(valori) = t.valori.first() {
        return valori[caso.random_range(0..valori.len())].clone();
    }
    if let Some(m) = t.modelli.first() {
        let mut fuori = String::new();
        da_modello(caso, m, &mut fuori);
        return fuori;
    }
    let almeno = t.minimo as usize;
    let lungo = if caso.random_bool(0.05) && t.massimo < 500 {
        t.massimo as usize
    } else {
        almeno + caso.random_range(0..10)
    };
    let lungo = lungo.min(t.massimo as usize).max(almeno);
    (0..lungo)
        .map(|_| match t.classi.first() {
            Some(c) => carattere(caso, c),
            None => VARI[caso.random_range(0..VARI.len())],
        })
        .collect()
}

fn carattere(caso: &mut Pcg64Mcg, c: &Classe) -> char {
    if !c.altri().is_empty() && (c.ascii() == 0 || caso.random_bool(0.05)) {
        let (a, b) = c.altri()[caso.random_range(0..c.altri().len().min(12))];
        return char::from_u32(caso.random_range(u32::from(a)..=u32::from(b))).unwrap_or(a);
    }
    let quanti = c.ascii().count_ones();
    let mut quale = caso.random_range(0..quanti.max(1));
    for i in 0..128_u8 {
        if c.ascii() & (1 << i) != 0 {
            if quale == 0 {
                return char::from(i);
            }
            quale -= 1;
        }
    }
    'a'
}

fn da_modello(caso: &mut Pcg64Mcg, p: &Pezzo, fuori: &mut String) {
    match p {
        Pezzo::Uno(c) => fuori.push(carattere(caso, c)),
        Pezzo::Fila(pezzi) => pezzi.iter().for_each(|p| da_modello(caso, p, fuori)),
        Pezzo::Oppure(rami) => {
            let ramo = caso.random_range(0..rami.len());
            da_modello(caso, &rami[ramo], fuori);
        }
        Pezzo::Ripeti {
            cosa,
            minimo,
            massimo,
        } => {
            let fino = massimo.unwrap_or(minimo + 4);
            for _ in 0..caso.random_range(*minimo..=fino.max(*minimo)) {
                da_modello(caso, cosa, fuori);
            }
        }
    }
}
