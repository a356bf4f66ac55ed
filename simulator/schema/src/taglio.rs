//! The record cutter: a stream of bytes becomes blocks that end just after the end tag of a record.
//!
//! It reads at the speed of memchr and understands nothing: it guesses which record the file is in from the tags it meets.
//! A wrong guess (an end tag inside a comment or a CDATA section) is found at the merge and costs time, never correctness.

use std::io::{self, Read};

use memchr::memmem;

use crate::modello::{Modello, NodoId};
use crate::violazione::Posizione;

/// Blanks in a row, in bytes, inside which a block may end although no record does: a file padded to any size is
/// read in little memory. Far more than anybody indents, so that the end of a block never falls inside a tag.
const BIANCHI_BYTE: usize = 64 << 10;

/// One kind of record.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) nodo: NodoId,
    /// `</name`
    fine: memmem::FinderRev<'static>,
    /// `<parent`, from which the file may have gone on to these records.
    inizio_sezione: Vec<u8>,
}

impl Record {
    pub(crate) fn di(m: &Modello, percorsi: &[&str]) -> Vec<Self> {
        let nodi = percorsi.iter().filter_map(|p| m.nodo(p));
        nodi.map(|nodo| Self {
            nodo,
            fine: memmem::FinderRev::new(format!("</{}", m.nome(nodo)).as_bytes()).into_owned(),
            inizio_sezione: m
                .padre(nodo)
                .map_or(Vec::new(), |p| format!("<{}", m.nome(p)).into_bytes()),
        })
        .collect()
    }

    /// Just past the last end tag of this record.
    fn ultimo(&self, b: &[u8]) -> Option<usize> {
        let mut fino = b.len();
        while let Some(i) = self.fine.rfind(&b[..fino]) {
            let dopo = i + self.fine.needle().len();
            let bianchi = b[dopo..].iter().take_while(|c| crate::forma::bianco(**c)).count();
            if b.get(dopo + bianchi) == Some(&b'>') {
                return Some(dopo + bianchi + 1);
            }
            fino = i;
        }
        None
    }
}

/// Where the first record of a block begins: what stands before it is the head of the document or white space. The
/// block itself when no record does.
pub(crate) fn primo_inizio(record: &[Record], byte: &[u8]) -> usize {
    let inizio = |r: &Record| {
        let mut tag = b"<".to_vec();
        tag.extend_from_slice(r.fine.needle().get(2..).unwrap_or_default());
        memmem::find_iter(byte, &tag).find(|i| {
            byte.get(i + tag.len())
                .is_some_and(|c| crate::forma::bianco(*c) || matches!(c, b'>' | b'/'))
        })
    };
    record.iter().filter_map(inizio).min().unwrap_or_default()
}

/// A block as cut.
#[derive(Debug)]
pub(crate) struct Pezzo {
    pub(crate) byte: Vec<u8>,
    pub(crate) inizio: Posizione,
    /// Index of the record after which it is believed to begin; none at the beginning of the document.
    pub(crate) dopo: Option<usize>,
    /// The document ends with it.
    pub(crate) ultimo: bool,
}

/// Why there is no further block.
#[derive(Debug)]
pub(crate) enum Guasto {
    Io(io::Error),
    Espansi,
    Record(Posizione),
    /// A worker panicked: the reading ends, and the panic goes on in the caller.
    Panico,
}

pub(crate) struct Taglio<'r, I> {
    ingresso: I,
    record: &'r [Record],
    blocco: usize,
    max_record: usize,
    max_byte: u64,
    resto: Vec<u8>,
    letti: u64,
    inizio: Posizione,
    dopo: Option<usize>,
    sezione: usize,
    finito: bool,
}

impl<'r, I: Read> Taglio<'r, I> {
    pub(crate) fn nuovo(
        ingresso: I,
        record: &'r [Record],
        blocco: usize,
        max_record: usize,
        max_byte: u64,
    ) -> Self {
        Self {
            ingresso,
            record,
            blocco: blocco.max(1),
            max_record,
            max_byte,
            resto: Vec::new(),
            letti: 0,
            inizio: Posizione::INIZIO,
            dopo: None,
            sezione: 0,
            finito: false,
        }
    }

    /// The next block, in the memory of `byte`; none after the last.
    pub(crate) fn prossimo(&mut self, mut byte: Vec<u8>) -> Result<Option<Pezzo>, Guasto> {
        if self.finito {
            return Ok(None);
        }
        byte.clear();
        byte.append(&mut self.resto);
        let mut bersaglio = self.blocco.max(byte.len() + self.blocco / 2);
        loop {
            self.riempi(&mut byte, bersaglio)?;
            let taglio = if self.finito {
                None
            } else {
                self.dove(&byte).or_else(|| nei_bianchi(&byte))
            };
            if taglio.is_some() || self.finito {
                let pezzo_fino = taglio.unwrap_or(byte.len());
                self.resto.extend_from_slice(&byte[pezzo_fino..]);
                byte.truncate(pezzo_fino);
                let pezzo_dopo = self.dopo;
                let inizio = self.inizio;
                self.inizio = inizio.dopo(&byte);
                self.dopo = Some(self.sezione);
                return Ok(Some(Pezzo {
                    byte,
                    inizio,
                    dopo: pezzo_dopo,
                    ultimo: self.finito,
                }));
            }
            if byte.len() > self.max_record {
                let dove = primo_inizio(self.record, &byte);
                return Err(Guasto::Record(self.inizio.dopo(&byte[..dove])));
            }
            bersaglio = byte.len() * 2;
        }
    }

    fn riempi(&mut self, byte: &mut Vec<u8>, fino: usize) -> Result<(), Guasto> {
        let mut da = byte.len();
        let fino = fino.min(self.max_record + 1).max(da + 1);
        byte.resize(fino, 0);
        while da < fino {
            match self.ingresso.read(&mut byte[da..]) {
                Ok(0) => {
                    self.finito = true;
                    break;
                }
                Ok(n) => {
                    da += n;
                    self.letti += n as u64;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Guasto::Io(e)),
            }
            if self.letti > self.max_byte {
                return Err(Guasto::Espansi);
            }
        }
        byte.truncate(da);
        Ok(())
    }

    /// Where to cut: past the last record's end; the file may meanwhile have passed to another kind of record.
    fn dove(&mut self, byte: &[u8]) -> Option<usize> {
        if let Some(i) = self.record.get(self.sezione)?.ultimo(byte) {
            return Some(i);
        }
        for (s, r) in self.record.iter().enumerate().skip(self.sezione + 1) {
            if let Some(da) = memmem::find(byte, &r.inizio_sezione)
                && let Some(i) = r.ultimo(&byte[da..])
            {
                self.sezione = s;
                return Some(da + i);
            }
        }
        None
    }
}

/// The end of bytes that close with a long run of blanks after a tag, or are nothing else.
fn nei_bianchi(byte: &[u8]) -> Option<usize> {
    let bianchi = byte
        .iter()
        .rev()
        .take_while(|c| crate::forma::bianco(**c))
        .count();
    let prima = byte.len().checked_sub(bianchi + 1).map(|i| byte[i]);
    (bianchi >= BIANCHI_BYTE && matches!(prima, None | Some(b'>'))).then_some(byte.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modello::radici;

    #[test]
    fn blocks_join_to_the_document_and_end_after_records() {
        let m = Modello::di(radici::SUBENTRO.0, radici::SUBENTRO.1).expect("subentro");
        let r = Record::di(
            m,
            &[
                "subentro/generalitaSoggetti/soggetto",
                "subentro/famiglie/famiglia",
            ],
        );
        let documento = "<s><g><soggetto>1<famiglia></famiglia></soggetto>\n<soggetto>2</soggetto ></g><famiglie><famiglia>3</famiglia></famiglie></s>";
        for blocco in 1..200 {
            let mut t = Taglio::nuovo(documento.as_bytes(), &r, blocco, 1000, 1000);
            let mut tutto = Vec::new();
            while let Some(p) = t.prossimo(Vec::new()).expect("no fault") {
                assert_eq!(p.inizio, Posizione::INIZIO.dopo(&tutto));
                tutto.extend_from_slice(&p.byte);
                assert!(
                    p.ultimo
                        || tutto.ends_with(b"soggetto>")
                        || tutto.ends_with(b"</soggetto >")
                        || tutto.ends_with(b"3</famiglia>")
                );
            }
            assert_eq!(tutto, documento.as_bytes());
        }
    }
}
