//! A line of the AIRE file as the checks see it: fields by name, whatever the layout it came in.
//!
//! The real layout is not public; `SIMAIRE-1` is the simulator's own (subentro.md §2.5), others are data
//! ([`super::Layout`]). A field that a layout does not have is absent: its checks are silent.

use anagrafe::Data;
use schema::NodoId;

use super::{Layout, Punto, Quaderno};

/// A line while it is judged. Fields are trimmed of their padding; a blank field is absent.
#[derive(Debug, Clone, Copy)]
pub struct RigaAire<'a> {
    quaderno: &'a Quaderno,
    layout: &'static Layout,
}

impl<'a> RigaAire<'a> {
    /// A view of a filled buffer; `layout` is the one records are numbered by ([`super::layout_simaire`]).
    pub fn nuova(quaderno: &'a Quaderno, layout: &'static Layout) -> Self {
        Self { quaderno, layout }
    }

    /// Text of a field, without its padding; `None` when blank or unknown.
    pub fn campo(&self, nome: &str) -> Option<&'a str> {
        let numero = self.layout.numero(nome)?;
        self.quaderno.testo(NodoId(numero as u16))
    }

    /// A field that is not only zeros.
    pub fn significativo(&self, nome: &str) -> Option<&'a str> {
        self.campo(nome).filter(|t| t.bytes().any(|b| b != b'0'))
    }

    /// A date field, `AAAAMMGG`.
    pub fn data(&self, nome: &str) -> Option<Data> {
        data_aire(self.campo(nome)?)
    }

    /// Where a field stands; lines have no finer position than themselves.
    pub fn punto(&self, nome: &str) -> Punto {
        Punto::campo("aire", nome, self.campo(nome), 0)
    }
}

/// Reads `AAAAMMGG`; zeros are no date.
pub fn data_aire(testo: &str) -> Option<Data> {
    if testo.len() != 8 || !testo.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let numero = |da: usize, a: usize| testo.get(da..a)?.parse::<i16>().ok();
    let (anno, mese, giorno) = (numero(0, 4)?, numero(4, 6)?, numero(6, 8)?);
    Data::new(anno, i8::try_from(mese).ok()?, i8::try_from(giorno).ok()?).ok()
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn una_data_di_zeri_non_e_una_data() {
        assert_eq!(data_aire("19700230"), None);
        assert_eq!(data_aire("00000000"), None);
        assert!(data_aire("19900701").is_some());
    }
}
