//! The text of one household while plants edit it.

use super::testo::Testo;
use crate::modello::Unita;
use crate::persona::Mondo;
use crate::scrivi::{self, Xml};

/// Members and sheets of one household, as text.
pub(crate) struct Fascicolo {
    pub(crate) soggetti: Vec<Testo>,
    /// Usually one; none when it travels elsewhere, two when it is doubled.
    pub(crate) schede: Vec<Testo>,
}

impl Fascicolo {
    /// The clean text.
    pub(crate) fn di(m: &Mondo<'_>, u: &Unita<'_>) -> Self {
        let testo = |x: Xml| Testo(String::from_utf8(x.0).unwrap_or_default());
        let soggetti = (0..u.persone.len())
            .map(|i| {
                let mut x = Xml::default();
                scrivi::soggetto(&mut x, m, u, i);
                testo(x)
            })
            .collect();
        let mut x = Xml::default();
        scrivi::scheda(&mut x, m, u);
        Self {
            soggetti,
            schede: vec![testo(x)],
        }
    }

    pub(crate) fn tutti_i_soggetti(&self, out: &mut Vec<u8>) {
        for s in &self.soggetti {
            out.extend_from_slice(s.0.as_bytes());
        }
    }

    pub(crate) fn tutte_le_schede(&self, out: &mut Vec<u8>) {
        for s in &self.schede {
            out.extend_from_slice(s.0.as_bytes());
        }
    }
}
