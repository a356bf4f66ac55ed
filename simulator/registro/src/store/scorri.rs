//! Walks a prefix page by page, so that no store handle is held between two steps (a held handle would keep
//! sled from being reopened). Not a frozen view: what is committed during the walk may or may not be seen.

use std::ops::Bound;

use super::{Coppia, ErroreStore, Store};

/// Pairs fetched at a time.
const PAGINA: usize = 256;

/// Direction of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verso {
    /// Keys ascending.
    Avanti,
    /// Keys descending.
    Indietro,
}

/// First key after every key that begins so; `None` when there is none (all `0xFF`).
pub fn fine_prefisso(prefisso: &[u8]) -> Option<Vec<u8>> {
    let ultimo = prefisso.iter().rposition(|b| *b != 0xFF)?;
    let mut fine = prefisso[..=ultimo].to_vec();
    fine[ultimo] += 1;
    Some(fine)
}

/// The walk. After an error it ends.
pub struct Scorri<'a> {
    store: &'a dyn Store,
    da: Bound<Vec<u8>>,
    a: Bound<Vec<u8>>,
    verso: Verso,
    pagina: std::vec::IntoIter<Coppia>,
    finito: bool,
}

/// Walks the keys that begin with `prefisso`; with `dopo`, only those past that key in the direction of the walk.
pub fn scorri<'a>(store: &'a dyn Store, prefisso: &[u8], dopo: Option<&[u8]>, verso: Verso) -> Scorri<'a> {
    let mut da = Bound::Included(prefisso.to_vec());
    let mut a = fine_prefisso(prefisso).map_or(Bound::Unbounded, Bound::Excluded);
    if let Some(chiave) = dopo {
        match verso {
            Verso::Avanti => da = Bound::Excluded(chiave.to_vec()),
            Verso::Indietro => a = Bound::Excluded(chiave.to_vec()),
        }
    }
    // A `dopo` outside the prefix must not widen the walk.
    let finito = match (&da, &a) {
        (Bound::Excluded(d), Bound::Excluded(a)) => d >= a || !d.starts_with(prefisso),
        (Bound::Included(d), Bound::Excluded(a)) => d >= a,
        _ => false,
    };
    Scorri {
        store,
        da,
        a,
        verso,
        pagina: Vec::new().into_iter(),
        finito,
    }
}

fn presta(b: &Bound<Vec<u8>>) -> Bound<&[u8]> {
    b.as_ref().map(Vec::as_slice)
}

impl Iterator for Scorri<'_> {
    type Item = Result<Coppia, ErroreStore>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(coppia) = self.pagina.next() {
            return Some(Ok(coppia));
        }
        if self.finito {
            return None;
        }
        match self
            .store
            .pagina(presta(&self.da), presta(&self.a), self.verso, PAGINA)
        {
            Err(e) => {
                self.finito = true;
                Some(Err(e))
            }
            Ok(pagina) => {
                self.finito = pagina.len() < PAGINA;
                if let Some((ultima, _)) = pagina.last() {
                    match self.verso {
                        Verso::Avanti => self.da = Bound::Excluded(ultima.clone()),
                        Verso::Indietro => self.a = Bound::Excluded(ultima.clone()),
                    }
                }
                self.pagina = pagina.into_iter();
                self.pagina.next().map(Ok)
            }
        }
    }
}
