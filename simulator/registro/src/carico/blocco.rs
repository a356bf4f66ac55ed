//! What a load writes: blocks of records and blocks of index keys, so that the store keeps few keys of good size.
//!
//! ```text
//! records   key … 'r' class first position          value version 2 · deflate of (length u32 BE · record)…
//! index     key … 'i' or 'y' run class text first   value version 2 · (shared, rest, text's rest, position)…
//! ```
//! A store of one key per scheda costs four times the memory, the disk and the time: sled keeps eight to sixteen keys
//! to a page and remembers every page. Records are written once and never changed, so they can lie together; a record
//! is read by inflating its block (some tens of microseconds). Numbers inside index blocks have variable length.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use crate::errore::ErroreRegistro;
use crate::mondo::limiti::{BYTE_PER_BLOCCO, CHIAVI_PER_BLOCCO};

type Esito<T> = Result<T, ErroreRegistro>;

/// Version of a block, its first byte.
const VERSIONE_BLOCCO: u8 = 2;
/// The records are short and alike: more effort buys little.
const LIVELLO: u32 = 1;

/// Bytes of the length before each record of a block.
pub(super) const LUNGHEZZA_BYTE: usize = 4;

fn rotto(dettaglio: &str) -> ErroreRegistro {
    ErroreRegistro::Corrotto {
        cosa: "blocco di schede",
        dettaglio: dettaglio.to_owned(),
    }
}

/// A finished block of records: the position of its first, and its bytes.
pub(super) type BloccoScritto = (u64, Vec<u8>);

/// Gathers records of one class into blocks.
pub(super) struct ScrittoreBlocchi {
    primo: u64,
    prossimo: u64,
    byte: Vec<u8>,
    deflate: Compress,
}

impl ScrittoreBlocchi {
    pub(super) fn nuovo() -> Self {
        Self {
            primo: 0,
            prossimo: 0,
            byte: Vec::new(),
            deflate: Compress::new(Compression::new(LIVELLO), false),
        }
    }

    /// Takes a record, gives its position in the class and, when one is full, a block with the position of its first.
    pub(super) fn metti(&mut self, record: &[u8]) -> Esito<(u64, Option<BloccoScritto>)> {
        let n = self.prossimo;
        self.prossimo += 1;
        self.byte.extend_from_slice(&(record.len() as u32).to_be_bytes());
        self.byte.extend_from_slice(record);
        let pieno = self.byte.len() >= BYTE_PER_BLOCCO;
        Ok((n, if pieno { self.chiudi()? } else { None }))
    }

    /// What is left, if anything.
    pub(super) fn chiudi(&mut self) -> Esito<Option<BloccoScritto>> {
        if self.byte.is_empty() {
            return Ok(None);
        }
        let mut valore = Vec::with_capacity(self.byte.len() / 2 + 64);
        valore.push(VERSIONE_BLOCCO);
        self.deflate.reset();
        loop {
            let resto = &self.byte[self.deflate.total_in() as usize..];
            match self
                .deflate
                .compress_vec(resto, &mut valore, FlushCompress::Finish)
            {
                Ok(Status::StreamEnd) => break,
                Ok(_) => valore.reserve(self.byte.len() / 2 + 64),
                Err(e) => return Err(rotto(&e.to_string())),
            }
        }
        self.byte.clear();
        Ok(Some((std::mem::replace(&mut self.primo, self.prossimo), valore)))
    }
}

/// The content of a block of records.
pub(super) fn espandi(valore: &[u8]) -> Esito<Vec<u8>> {
    let resto = versione(valore)?;
    let mut inflate = Decompress::new(false);
    let mut byte = Vec::with_capacity(BYTE_PER_BLOCCO + BYTE_PER_BLOCCO / 4);
    loop {
        let da = &resto[inflate.total_in() as usize..];
        let prima = byte.len();
        match inflate.decompress_vec(da, &mut byte, FlushDecompress::None) {
            Ok(Status::StreamEnd) => return Ok(byte),
            Ok(_) if byte.len() == byte.capacity() => byte.reserve(byte.len()),
            Ok(_) if byte.len() > prima => {}
            Ok(_) => return Err(rotto("troncato")),
            Err(e) => return Err(rotto(&e.to_string())),
        }
    }
}

/// The records of an expanded block, in order.
pub(super) fn records(byte: &[u8]) -> impl Iterator<Item = Esito<&[u8]>> {
    let mut resto = byte;
    std::iter::from_fn(move || {
        if resto.is_empty() {
            return None;
        }
        let Some((record, dopo)) = resto
            .split_first_chunk::<LUNGHEZZA_BYTE>()
            .and_then(|(l, dopo)| dopo.split_at_checked(u32::from_be_bytes(*l) as usize))
        else {
            resto = &[];
            return Some(Err(rotto("record troncato")));
        };
        resto = dopo;
        Some(Ok(record))
    })
}

fn versione(valore: &[u8]) -> Esito<&[u8]> {
    match valore.split_first() {
        Some((&VERSIONE_BLOCCO, resto)) => Ok(resto),
        _ => Err(rotto("versione")),
    }
}

/// Gathers the ascending keys of an index into blocks.
#[derive(Default)]
pub(super) struct ScrittoreIndice {
    prima: Vec<u8>,
    ultimo: Vec<u8>,
    valore: Vec<u8>,
    quante: usize,
}

impl ScrittoreIndice {
    /// Takes a text and a position; gives a block, with the key of its first entry, when one is full.
    pub(super) fn metti(&mut self, testo: &[u8], n: u64) -> Option<(Vec<u8>, Vec<u8>)> {
        if self.quante == 0 {
            self.valore.push(VERSIONE_BLOCCO);
            self.prima = [testo, &n.to_be_bytes()].concat();
            self.ultimo.clear();
        }
        let comuni = self.ultimo.iter().zip(testo).take_while(|(a, b)| a == b).count();
        variabile(&mut self.valore, comuni as u64);
        variabile(&mut self.valore, (testo.len() - comuni) as u64);
        self.valore.extend_from_slice(&testo[comuni..]);
        variabile(&mut self.valore, n);
        self.ultimo.truncate(comuni);
        self.ultimo.extend_from_slice(&testo[comuni..]);
        self.quante += 1;
        if self.quante >= CHIAVI_PER_BLOCCO {
            self.chiudi()
        } else {
            None
        }
    }

    /// What is left, if anything.
    pub(super) fn chiudi(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        (std::mem::take(&mut self.quante) > 0)
            .then(|| (std::mem::take(&mut self.prima), std::mem::take(&mut self.valore)))
    }
}

/// Hands out the entries of an index block in order, until `uno` has had enough (false).
pub(super) fn voci(valore: &[u8], mut uno: impl FnMut(&[u8], u64) -> bool) -> Esito<()> {
    let mut resto = versione(valore)?;
    let mut testo: Vec<u8> = Vec::new();
    while !resto.is_empty() {
        let comuni = leggi_variabile(&mut resto)? as usize;
        let quanti = leggi_variabile(&mut resto)? as usize;
        let (coda, dopo) = resto
            .split_at_checked(quanti)
            .ok_or_else(|| rotto("indice troncato"))?;
        resto = dopo;
        if comuni > testo.len() {
            return Err(rotto("indice"));
        }
        testo.truncate(comuni);
        testo.extend_from_slice(coda);
        if !uno(&testo, leggi_variabile(&mut resto)?) {
            break;
        }
    }
    Ok(())
}

fn variabile(v: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        v.push(n as u8 | 0x80);
        n >>= 7;
    }
    v.push(n as u8);
}

fn leggi_variabile(da: &mut &[u8]) -> Esito<u64> {
    let mut n = 0_u64;
    for scorri in (0..9).map(|i| i * 7) {
        let (&b, dopo) = da.split_first().ok_or_else(|| rotto("numero troncato"))?;
        *da = dopo;
        n |= u64::from(b & 0x7f) << scorri;
        if b < 0x80 {
            return Ok(n);
        }
    }
    Err(rotto("numero fuori misura"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_in_order_whatever_their_size() {
        let mut s = ScrittoreBlocchi::nuovo();
        let record =
            |n: u64| vec![(n % 251) as u8; (n * 37 % 5_000) as usize + usize::from(n == 70) * 1_000_000];
        let mut blocchi = Vec::new();
        for n in 0..100 {
            let (posizione, blocco) = s.metti(&record(n)).expect("metti");
            assert_eq!(posizione, n);
            blocchi.extend(blocco);
        }
        blocchi.extend(s.chiudi().expect("chiudi"));
        assert!(blocchi.len() > 5, "{}", blocchi.len());
        assert_eq!(s.chiudi().expect("chiudi"), None, "nothing twice");
        let mut n = 0;
        for (primo, valore) in &blocchi {
            assert_eq!(*primo, n);
            let byte = espandi(valore).expect("espandi");
            for r in records(&byte) {
                assert_eq!(r.expect("record"), record(n));
                n += 1;
            }
        }
        assert_eq!(n, 100);
        let (_, intero) = &blocchi[0];
        assert!(espandi(&intero[..intero.len() - 3]).is_err(), "cut off");
        assert!(
            espandi(b"\x01x").is_err() && espandi(b"").is_err(),
            "another version"
        );
    }

    #[test]
    fn index_entries_come_back() {
        let mut s = ScrittoreIndice::default();
        let testi: Vec<(Vec<u8>, u64)> = (0..1_000_u64)
            .map(|n| (format!("CF{:06}", n / 3).into_bytes(), n << (n % 40)))
            .collect();
        let mut blocchi: Vec<_> = testi.iter().filter_map(|(t, n)| s.metti(t, *n)).collect();
        blocchi.extend(s.chiudi());
        let mut lette = Vec::new();
        for (prima, valore) in &blocchi {
            let da = lette.len();
            voci(valore, |t, n| {
                lette.push((t.to_vec(), n));
                true
            })
            .expect("voci");
            let (t, n): &(Vec<u8>, u64) = &lette[da];
            assert_eq!(*prima, [t.as_slice(), &n.to_be_bytes()].concat());
        }
        assert_eq!(lette, testi);
        assert!(voci(&blocchi[0].1[..20], |_, _| true).is_err(), "cut off");
    }
}
