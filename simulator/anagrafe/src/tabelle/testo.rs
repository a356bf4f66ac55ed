//! The compact form: lines of cells, sliced out of the embedded text and never copied.

use crate::{Data, leggi_data};

/// Rows of an embedded file, after its `#` line and its line of column names.
pub(super) fn righe(testo: &'static str) -> impl Iterator<Item = &'static str> {
    let mut resto = dopo_la_linea(dopo_la_linea(testo));
    std::iter::from_fn(move || {
        if resto.is_empty() {
            return None;
        }
        let fine = memchr::memchr(b'\n', resto.as_bytes()).unwrap_or(resto.len());
        let riga = &resto[..fine];
        resto = resto.get(fine + 1..).unwrap_or("");
        Some(riga)
    })
}

fn dopo_la_linea(testo: &'static str) -> &'static str {
    memchr::memchr(b'\n', testo.as_bytes()).map_or("", |fine| &testo[fine + 1..])
}

/// The cells of a row, one after the other; past the end of the row they are empty.
pub(super) struct Celle(&'static str);

impl Celle {
    pub(super) const fn di(riga: &'static str) -> Self {
        Self(riga)
    }

    pub(super) fn cella(&mut self) -> &'static str {
        // Cells are a few bytes long: a plain loop beats a vectorised search here.
        if let Some(tab) = self.0.bytes().position(|b| b == b'\t') {
            let (cella, resto) = (&self.0[..tab], &self.0[tab + 1..]);
            self.0 = resto;
            cella
        } else {
            std::mem::take(&mut self.0)
        }
    }

    /// A date; nothing for an empty cell.
    pub(super) fn data(&mut self) -> Option<Data> {
        leggi_data(self.cella())
    }

    /// A flag written `S` or `N` (anything but `S` is no).
    pub(super) fn si(&mut self) -> bool {
        self.cella() == "S"
    }

    /// What is left of the row.
    pub(super) const fn resto(self) -> &'static str {
        self.0
    }
}

/// The cell number `n`, from 0, of a row.
pub(super) fn cella(riga: &'static str, n: usize) -> &'static str {
    riga.split('\t').nth(n).unwrap_or("")
}

/// A validity: nothing at an end means without end.
pub(super) fn vale(dal: Option<Data>, al: Option<Data>, il: Data) -> bool {
    dal.is_none_or(|dal| dal <= il) && al.is_none_or(|al| il <= al)
}
