//! gzip → content, one member and nothing after it.
//!
//! What is wrong with the gzip is told apart from a source that cannot be read: the first is a finding
//! about the file, the second a failure of ours.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use flate2::bufread::GzDecoder;

use super::{RifiutoFile, troppo_grande};

/// Compressed bytes read at a time.
const TAMPONE: usize = 64 * 1024;

/// Marks the errors that speak of the gzip.
#[derive(Debug)]
struct Guasto(&'static str);

impl fmt::Display for Guasto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Guasto {}

/// What is wrong with the gzip, if that is what the error speaks of.
pub(super) fn guasto_gzip(errore: &io::Error) -> Option<&'static str> {
    errore.get_ref()?.downcast_ref::<Guasto>().map(|g| g.0)
}

/// The source, remembering whether it was the source that failed.
struct Sorgente<R> {
    da: R,
    fallita: Arc<AtomicBool>,
}

impl<R: Read> Read for Sorgente<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.da.read(buf).inspect_err(|e| {
            if e.kind() != io::ErrorKind::Interrupted {
                self.fallita.store(true, Ordering::Relaxed);
            }
        })
    }
}

enum Modo<R> {
    Gzip(Box<GzDecoder<BufReader<Sorgente<R>>>>),
    Aperto(BufReader<Sorgente<R>>),
}

/// The content of a file, expanded as it is read.
pub(super) struct Espansore<R> {
    modo: Modo<R>,
    fallita: Arc<AtomicBool>,
    letti: u64,
}

impl<R: Read> Espansore<R> {
    /// Expands `da`, or passes it on when it is not compressed.
    pub(super) fn nuovo(da: R, compresso: bool) -> Self {
        let fallita = Arc::new(AtomicBool::new(false));
        let sorgente = BufReader::with_capacity(
            TAMPONE,
            Sorgente {
                da,
                fallita: Arc::clone(&fallita),
            },
        );
        let modo = if compresso {
            Modo::Gzip(Box::new(GzDecoder::new(sorgente)))
        } else {
            Modo::Aperto(sorgente)
        };
        Self {
            modo,
            fallita,
            letti: 0,
        }
    }

    fn spiega(&self, errore: io::Error) -> io::Error {
        if self.fallita.load(Ordering::Relaxed) || errore.kind() == io::ErrorKind::Interrupted {
            return errore;
        }
        let perche = match errore.kind() {
            io::ErrorKind::UnexpectedEof if self.letti == 0 => "il file non è compresso in gzip o è vuoto",
            io::ErrorKind::UnexpectedEof => "il file gzip è troncato",
            _ if self.letti == 0 => "il file non è compresso in gzip",
            _ => "il file gzip è danneggiato",
        };
        io::Error::new(io::ErrorKind::InvalidData, Guasto(perche))
    }
}

impl<R: Read> Espansore<R> {
    /// Expands what is left without looking at it, so that the size alone can still refuse the file.
    pub(super) fn esaurisci(&mut self, limite: u64) -> Result<(), RifiutoFile> {
        let mut scarto = vec![0; TAMPONE];
        while self.letti <= limite {
            match self.read(&mut scarto) {
                // The end, or broken from here on: what was found before is the answer.
                Ok(0) | Err(_) => return Ok(()),
                Ok(_) => {}
            }
        }
        Err(troppo_grande(limite))
    }
}

impl<R: Read> Read for Espansore<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let esito = match &mut self.modo {
            Modo::Aperto(da) => return da.read(buf),
            Modo::Gzip(gzip) => gzip.read(buf),
        };
        let letti = esito.map_err(|e| self.spiega(e))?;
        self.letti += letti as u64;
        if letti == 0
            && let Modo::Gzip(gzip) = &mut self.modo
            && !gzip.get_mut().fill_buf()?.is_empty()
        {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                Guasto("dopo la fine del gzip ci sono altri dati: è ammesso un solo elemento"),
            ));
        }
        Ok(letti)
    }
}

#[cfg(test)]
mod prove {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gz(testo: &[u8]) -> Vec<u8> {
        let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
        gz.write_all(testo).expect("memoria");
        gz.finish().expect("memoria")
    }

    fn leggi(byte: &[u8]) -> Result<Vec<u8>, Option<&'static str>> {
        let mut fuori = Vec::new();
        match Espansore::nuovo(byte, true).read_to_end(&mut fuori) {
            Ok(_) => Ok(fuori),
            Err(e) => Err(guasto_gzip(&e)),
        }
    }

    #[test]
    fn un_solo_elemento_e_intero() {
        let buono = gz(b"contenuto");
        assert_eq!(leggi(&buono), Ok(b"contenuto".to_vec()));
        assert_eq!(leggi(b""), Err(Some("il file non è compresso in gzip o è vuoto")));
        assert_eq!(
            leggi(b"PK\x03\x04 questo no davvero"),
            Err(Some("il file non è compresso in gzip"))
        );
        let due = [buono.clone(), buono.clone()].concat();
        assert!(leggi(&due).is_err_and(|e| e.is_some_and(|e| e.contains("altri dati"))));
        assert!(leggi(&buono[..buono.len() - 3]).is_err_and(|e| e.is_some()));
        let mut guasto = buono;
        let ultimo = guasto.len() - 6;
        guasto[ultimo] ^= 0xff;
        assert!(leggi(&guasto).is_err_and(|e| e.is_some()));
    }

    #[test]
    fn una_sorgente_che_cede_non_e_un_gzip_guasto() {
        struct Cede;
        impl Read for Cede {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("disco"))
            }
        }
        let errore = Espansore::nuovo(Cede, true)
            .read(&mut [0; 8])
            .expect_err("deve cedere");
        assert_eq!(guasto_gzip(&errore), None);
    }
}
