//! Messages → one file to take away: a zip of `.eml`, or a mailbox in the form every mail program reads.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use registro::{Lettura as _, Pec};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::FiltroPosta;
use crate::{ErroreServizio, Esito, Simulatore};

/// Most bytes of messages in one archive.
pub const LIMITE_ARCHIVIO_BYTE: u64 = 128 << 20;

/// The form of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatoArchivio {
    /// One `.eml` a message.
    Zip,
    /// `mboxrd`: one file, lines that begin with `From ` quoted.
    Mbox,
}

impl FormatoArchivio {
    /// By its name in addresses.
    pub fn parse(testo: &str) -> Option<Self> {
        match testo {
            "zip" => Some(Self::Zip),
            "mbox" => Some(Self::Mbox),
            _ => None,
        }
    }

    /// Its name in addresses, and its extension.
    pub const fn nome(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::Mbox => "mbox",
        }
    }
}

impl Simulatore {
    /// The messages of a filter in one file, oldest first.
    pub fn archivio_posta(&self, filtro: &FiltroPosta, formato: FormatoArchivio) -> Esito<Vec<u8>> {
        let mut testate = self.posta(filtro)?;
        testate.reverse();
        let byte: u64 = testate.iter().map(|t| t.byte).sum();
        if byte > LIMITE_ARCHIVIO_BYTE {
            return Err(ErroreServizio {
                codice: Some("SIM013"),
                http: 413,
                testo: format!(
                    "I messaggi sono {byte} byte, oltre i {LIMITE_ARCHIVIO_BYTE} di un archivio: restringere la ricerca."
                ),
            });
        }
        let messaggi = testate.iter().map(|t| self.registro().messaggio(t.id));
        let messaggi: Vec<Pec> = messaggi.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        match formato {
            FormatoArchivio::Zip => zip(&messaggi),
            FormatoArchivio::Mbox => Ok(mbox(&messaggi)),
        }
    }
}

fn zip(messaggi: &[Pec]) -> Esito<Vec<u8>> {
    // The instant of an entry is left at its default: same messages, same bytes.
    let opzioni = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for p in messaggi {
        zip.start_file(
            format!("{}-{}-{}.eml", p.comune, p.ambiente.chiave(), p.id),
            opzioni,
        )
        .map_err(ErroreServizio::guasto)?;
        zip.write_all(p.grezzo.as_bytes())?;
    }
    Ok(zip.finish().map_err(ErroreServizio::guasto)?.into_inner())
}

fn mbox(messaggi: &[Pec]) -> Vec<u8> {
    let mut fuori = String::new();
    for p in messaggi {
        // Writing to a text cannot fail.
        let _ = writeln!(
            fuori,
            "From {} {}",
            p.da,
            p.quando.strftime("%a %b %e %H:%M:%S %Y")
        );
        for riga in p.grezzo.split("\r\n") {
            if riga.trim_start_matches('>').starts_with("From ") {
                fuori.push('>');
            }
            fuori.push_str(riga);
            fuori.push('\n');
        }
        fuori.push('\n');
    }
    fuori.into_bytes()
}
