//! One record in a segment: every value as sent, under the place it had.
//!
//! `u32` length of the rest · `u8` kind · `u64` offset · `u32` line · `u32` column · `u32` length of the elements · when
//! the kind has its high bit, the places of the codice fiscale and of the residence · per element a variable-length `node × 2 + leaf` and, for leaves, a variable-length size · all texts, end to end. Texts
//! lie together because a hundred small copies cost more than the rest of the reading.

use std::io::{self, Read};

use schema::{NodoId, Posizione};

use super::super::scheda::Quaderno;

/// Kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TipoRecord {
    /// `soggetto` of the APR.
    Soggetto = 1,
    /// `famiglia`.
    Famiglia = 2,
    /// `convivenza`.
    Convivenza = 3,
    /// Line of the AIRE; its nodes are field numbers of the layout, from 0.
    Aire = 4,
}

impl TipoRecord {
    fn di(byte: u8) -> Option<Self> {
        [Self::Soggetto, Self::Famiglia, Self::Convivenza, Self::Aire]
            .into_iter()
            .find(|t| *t as u8 == byte)
    }
}

/// Bit of the kind of a record that says where some of its elements stood; records without it are still read.
const CON_LUOGHI: u8 = 0x80;
/// Bytes of a record before its elements, length included.
const TESTA: usize = 4 + 1 + 8 + 4 + 4 + 4;

/// A record read back from a segment.
#[derive(Debug, Clone)]
pub struct Record {
    /// Kind.
    pub tipo: TipoRecord,
    /// Where it stood in the uploaded file.
    pub posizione: Posizione,
    /// Its offset in the segment: what keys and findings refer to.
    pub indirizzo: u64,
    /// Where some of its elements stood.
    pub luoghi: Luoghi,
    /// Its values.
    pub quaderno: Quaderno,
}

/// The elements phases after the reading speak of; the place of the record where an element is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Luoghi {
    /// The codice fiscale.
    pub codice_fiscale: Option<Posizione>,
    /// The ISTAT code of the Comune of residence.
    pub residenza: Option<Posizione>,
}

impl Luoghi {
    fn scrivi(self, out: &mut Vec<u8>, inizio: &Posizione) {
        for luogo in [self.codice_fiscale, self.residenza] {
            let dove = luogo.unwrap_or(*inizio);
            scrivi_variabile(
                out,
                u32::try_from(dove.offset - inizio.offset).unwrap_or_default(),
            );
            scrivi_variabile(out, dove.riga - inizio.riga);
            scrivi_variabile(out, dove.colonna);
        }
    }

    fn leggi(da: &mut &[u8], inizio: &Posizione) -> io::Result<Self> {
        let mut prossimo = || -> io::Result<Option<Posizione>> {
            let (offset, riga, colonna) = (variabile(da)?, variabile(da)?, variabile(da)?);
            Ok((offset > 0).then(|| Posizione {
                offset: inizio.offset.saturating_add(offset.into()),
                riga: inizio.riga.saturating_add(riga),
                colonna,
            }))
        };
        Ok(Self {
            codice_fiscale: prossimo()?,
            residenza: prossimo()?,
        })
    }
}

impl Record {
    /// An empty one, to be filled again and again.
    pub fn vuoto() -> Self {
        Self {
            tipo: TipoRecord::Soggetto,
            posizione: Posizione {
                offset: 0,
                riga: 0,
                colonna: 0,
            },
            indirizzo: 0,
            luoghi: Luoghi::default(),
            quaderno: Quaderno::default(),
        }
    }

    /// Text of an element, as sent.
    pub fn testo(&self, nodo: NodoId) -> Option<&str> {
        self.quaderno.testo(nodo)
    }

    /// Leaves in document order.
    pub fn foglie(&self) -> impl Iterator<Item = (NodoId, &str)> {
        self.quaderno
            .voci()
            .iter()
            .filter(|v| v.foglia)
            .map(|v| (v.nodo, self.quaderno.testo_di(v)))
    }

    /// Groups and leaves in document order; groups have no text.
    pub fn elementi(&self) -> impl Iterator<Item = (NodoId, Option<&str>)> {
        self.quaderno
            .voci()
            .iter()
            .map(|v| (v.nodo, v.foglia.then(|| self.quaderno.testo_di(v))))
    }

    /// Reads the next record into `self`, reusing its memory; `false` at the end of the section.
    pub(crate) fn leggi(&mut self, da: &mut impl Read, byte: &mut Vec<u8>) -> io::Result<usize> {
        let mut quattro = [0; 4];
        da.read_exact(&mut quattro)?;
        let lunghezza = u32::from_le_bytes(quattro) as usize;
        if lunghezza < TESTA - 4 {
            return Err(rotto("record più corto della sua testa"));
        }
        byte.clear();
        // `take` bounds the allocation by what is really there.
        if da.take(lunghezza as u64).read_to_end(byte)? != lunghezza {
            return Err(rotto("record troncato"));
        }
        self.decodifica(byte)?;
        Ok(lunghezza + 4)
    }

    fn decodifica(&mut self, byte: &[u8]) -> io::Result<()> {
        self.quaderno.svuota();
        self.tipo =
            TipoRecord::di(byte[0] & !CON_LUOGHI).ok_or_else(|| rotto("tipo di record sconosciuto"))?;
        let numero = |da: usize| u32::from_le_bytes([byte[da], byte[da + 1], byte[da + 2], byte[da + 3]]);
        let offset = u64::from(numero(1)) | u64::from(numero(5)) << 32;
        self.posizione = Posizione {
            offset,
            riga: numero(9),
            colonna: numero(13),
        };
        let mut resto = &byte[TESTA - 4..];
        self.luoghi = if byte[0] & CON_LUOGHI == 0 {
            Luoghi::default()
        } else {
            Luoghi::leggi(&mut resto, &self.posizione)?
        };
        let (mut voci, testo) = resto
            .split_at_checked(numero(17) as usize)
            .ok_or_else(|| rotto("elementi troncati"))?;
        let testo = std::str::from_utf8(testo).map_err(|_| rotto("testo non UTF-8"))?;
        self.quaderno.testo.push_str(testo);
        let mut qui = 0;
        while !voci.is_empty() {
            let marca = variabile(&mut voci)?;
            let nodo = NodoId(u16::try_from(marca >> 1).map_err(|_| rotto("nodo fuori misura"))?);
            let quanti = if marca & 1 == 0 {
                None
            } else {
                Some(variabile(&mut voci)?)
            };
            let fine = quanti
                .unwrap_or(0)
                .checked_add(qui)
                .ok_or_else(|| rotto("testo fuori misura"))?;
            if !testo.is_char_boundary(fine as usize) {
                return Err(rotto("testo troncato"));
            }
            self.quaderno.rileggi(nodo, quanti.is_some(), qui, fine);
            qui = fine;
        }
        if qui as usize == testo.len() {
            Ok(())
        } else {
            Err(rotto("testo in più"))
        }
    }
}

/// Appends a record.
pub(crate) fn serializza(
    out: &mut Vec<u8>,
    tipo: TipoRecord,
    posizione: &Posizione,
    luoghi: Option<Luoghi>,
    q: &Quaderno,
) {
    let inizio = out.len();
    out.extend_from_slice(&[0; 4]);
    out.push(tipo as u8 | if luoghi.is_some() { CON_LUOGHI } else { 0 });
    out.extend_from_slice(&posizione.offset.to_le_bytes());
    out.extend_from_slice(&posizione.riga.to_le_bytes());
    out.extend_from_slice(&posizione.colonna.to_le_bytes());
    let misura = out.len();
    out.extend_from_slice(&[0; 4]);
    if let Some(luoghi) = luoghi {
        luoghi.scrivi(out, posizione);
    }
    let elementi = out.len();
    for voce in q.voci() {
        scrivi_variabile(out, u32::from(voce.nodo.0) << 1 | u32::from(voce.foglia));
        if voce.foglia {
            scrivi_variabile(out, voce.lunghezza());
        }
    }
    let quanti = (out.len() - elementi) as u32;
    out[misura..misura + 4].copy_from_slice(&quanti.to_le_bytes());
    out.extend_from_slice(q.testo.as_bytes());
    let lunghezza = (out.len() - inizio - 4) as u32;
    out[inizio..inizio + 4].copy_from_slice(&lunghezza.to_le_bytes());
}

fn scrivi_variabile(out: &mut Vec<u8>, mut numero: u32) {
    while numero >= 0x80 {
        out.push(numero as u8 | 0x80);
        numero >>= 7;
    }
    out.push(numero as u8);
}

fn variabile(da: &mut &[u8]) -> io::Result<u32> {
    let mut numero = 0u32;
    for spostamento in [0, 7, 14, 21, 28] {
        let (&byte, resto) = da.split_first().ok_or_else(|| rotto("numero troncato"))?;
        *da = resto;
        numero |= u32::from(byte & 0x7f) << spostamento;
        if byte < 0x80 {
            return Ok(numero);
        }
    }
    Err(rotto("numero fuori misura"))
}

pub(super) fn rotto(perche: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("segmento danneggiato: {perche}"),
    )
}
