//! A line of the AIRE file → fields, by a layout that is data (`fixtures/aire`).
//!
//! The real layout is not public; `SIMAIRE-1` is the simulator's own (subentro.md §2.5). A layout is
//! chosen by the length of the line and never guessed from the content.

use std::sync::LazyLock;

use anagrafe::Data;
use schema::NodoId;

use super::{Punto, Quaderno};

const SIMAIRE_1: &str = include_str!("../../../../fixtures/aire/simaire-1.tsv");

/// Kind of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TipoCampo {
    /// Digits.
    Numerico,
    /// Letters, diacritics and punctuation of the ANPR01 classes.
    Alfabetico,
    /// Letters and digits.
    Alfanumerico,
    /// `AAAAMMGG`, or zeros.
    Data,
}

/// A field of a layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampoAire {
    /// Name, as in the checks.
    pub nome: &'static str,
    /// First character, from 0.
    pub inizio: usize,
    /// Characters.
    pub lunghezza: usize,
    /// Kind.
    pub tipo: TipoCampo,
}

/// A fixed-width layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Name.
    pub nome: &'static str,
    /// Characters of a line, without CR LF.
    pub lunghezza: usize,
    /// Fields in their order.
    pub campi: Vec<CampoAire>,
}

impl Layout {
    /// Reads a layout file; `None` when it is malformed or its fields overlap or leave holes.
    pub fn parse(testo: &'static str) -> Option<Self> {
        let mut righe = testo.lines().filter(|r| !r.is_empty() && !r.starts_with('#'));
        let mut testa = righe.next()?.split('\t').skip(1);
        let (nome, lunghezza) = (testa.next()?, testa.next()?.parse().ok()?);
        let mut campi = Vec::new();
        let mut atteso = 0;
        for riga in righe {
            let mut colonne = riga.split('\t').skip(1);
            let inizio = colonne.next()?.parse::<usize>().ok()?.checked_sub(1)?;
            let lunghezza = colonne.next()?.parse::<usize>().ok()?;
            let tipo = match colonne.next()? {
                "N" => TipoCampo::Numerico,
                "A" => TipoCampo::Alfabetico,
                "AN" => TipoCampo::Alfanumerico,
                "D" => TipoCampo::Data,
                _ => return None,
            };
            if inizio != atteso {
                return None;
            }
            atteso = inizio + lunghezza;
            campi.push(CampoAire {
                nome: colonne.next()?,
                inizio,
                lunghezza,
                tipo,
            });
        }
        (atteso == lunghezza).then_some(Self {
            nome,
            lunghezza,
            campi,
        })
    }

    /// Number of a field.
    pub fn numero(&self, nome: &str) -> Option<usize> {
        self.campi.iter().position(|c| c.nome == nome)
    }
}

static LAYOUT: LazyLock<Vec<Layout>> = LazyLock::new(|| Layout::parse(SIMAIRE_1).into_iter().collect());

/// The layout whose lines have this many characters.
pub fn layout_per_lunghezza(lunghezza: usize) -> Option<&'static Layout> {
    LAYOUT.iter().find(|l| l.lunghezza == lunghezza)
}

/// `SIMAIRE-1`.
pub fn layout_simaire() -> Option<&'static Layout> {
    LAYOUT.first()
}

/// A line while it is judged. Fields are trimmed of their padding; a blank field is absent.
#[derive(Debug, Clone, Copy)]
pub struct RigaAire<'a> {
    quaderno: &'a Quaderno,
    layout: &'static Layout,
}

impl<'a> RigaAire<'a> {
    /// A view of a filled buffer.
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
    fn il_layout_e_intero() {
        let layout = layout_simaire().expect("layout in fixtures/aire");
        assert_eq!(
            (layout.nome, layout.lunghezza, layout.campi.len()),
            ("SIMAIRE-1", 720, 52)
        );
        assert_eq!(
            layout.numero("codiceConsolato").map(|n| layout.campi[n].inizio),
            Some(387)
        );
        assert!(layout_per_lunghezza(719).is_none());
    }

    #[test]
    fn una_data_di_zeri_non_e_una_data() {
        assert_eq!(data_aire("19700230"), None);
        assert_eq!(data_aire("00000000"), None);
        assert!(data_aire("19900701").is_some());
    }
}
