//! One gzip member made of blocks compressed apart, so that two cores can share the work and the bytes stay the same.
//!
//! Each block ends with a sync flush (a byte boundary that closes nothing), blocks are laid end to end, an empty final block
//! closes the stream: any reader sees one ordinary member. No time is written: same content, same bytes.

use flate2::{Compress, Compression, Crc, FlushCompress};

/// Effort of the compressor: past this, twice the time buys a few per cent.
const LIVELLO: u32 = 5;
/// The most the compressor can do.
const LIVELLO_MASSIMO: u32 = 9;
/// Empty last block, fixed codes.
const BLOCCO_FINALE: [u8; 2] = [0x03, 0x00];

/// A compressed piece of the content.
pub(crate) struct Blocco {
    deflate: Vec<u8>,
    crc: Crc,
}

impl Blocco {
    /// Compresses one piece.
    pub(crate) fn nuovo(dati: &[u8]) -> Self {
        Self::a_livello(dati, LIVELLO)
    }

    /// Compresses one piece as much as it can be: for content that cannot be split into more files.
    pub(crate) fn fitto(dati: &[u8]) -> Self {
        Self::a_livello(dati, LIVELLO_MASSIMO)
    }

    /// Packs one piece as it is: for a file that must be large.
    pub(crate) fn intero(dati: &[u8]) -> Self {
        Self::a_livello(dati, 0)
    }

    fn a_livello(dati: &[u8], livello: u32) -> Self {
        let mut crc = Crc::new();
        crc.update(dati);
        let mut deflate = Vec::with_capacity(dati.len() / 4 + 64);
        let mut c = Compress::new(Compression::new(livello), false);
        loop {
            let resto = &dati[c.total_in() as usize..];
            // In memory nothing can go wrong but a full buffer, which is made larger.
            let fatto = c.compress_vec(resto, &mut deflate, FlushCompress::Sync).is_ok();
            if fatto && c.total_in() as usize == dati.len() && deflate.len() < deflate.capacity() {
                break;
            }
            deflate.reserve(deflate.capacity() / 2 + 1024);
        }
        Self { deflate, crc }
    }

    /// Compressed length, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.deflate.len()
    }
}

/// The gzip file of the blocks; `nome` is what the content is called inside.
pub(crate) fn gzip(nome: &str, blocchi: &[Blocco]) -> Vec<u8> {
    let mut out = Vec::with_capacity(blocchi.iter().map(Blocco::len).sum::<usize>() + nome.len() + 32);
    // Magic, deflate, name follows, no time, no hint, unknown system.
    out.extend_from_slice(&[0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0xff]);
    out.extend_from_slice(nome.as_bytes());
    out.push(0);
    let mut crc = Crc::new();
    for b in blocchi {
        out.extend_from_slice(&b.deflate);
        crc.combine(&b.crc);
    }
    out.extend_from_slice(&BLOCCO_FINALE);
    out.extend_from_slice(&crc.sum().to_le_bytes());
    out.extend_from_slice(&crc.amount().to_le_bytes());
    out
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn blocks_expand_to_their_content_as_one_member() {
        let lungo = vec![b'x'; 300_000];
        let pezzi: [&[u8]; 5] = [b"abc", b"", &lungo, b"fine", &[0x5a; 7]];
        let tutto: Vec<u8> = pezzi.concat();
        let gz = gzip("X.XML", &pezzi.map(Blocco::nuovo));
        let mut letto = Vec::new();
        // GzDecoder reads one member and checks its sum.
        let mut d = flate2::bufread::GzDecoder::new(&gz[..]);
        d.read_to_end(&mut letto).expect("one valid member");
        assert_eq!(letto, tutto);
        assert_eq!(d.header().and_then(|h| h.filename()), Some(&b"X.XML"[..]));
        assert!(d.into_inner().is_empty(), "nothing after the member");
        assert_eq!(gz, gzip("X.XML", &pezzi.map(Blocco::nuovo)));
    }
}
