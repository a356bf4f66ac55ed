//! A stream of lines → the same lines in English, for reports on a terminal.

use std::io::{self, Write};

use crate::Dizionario;

/// Bytes of one line that are waited for; a longer one is no sentence of ours and goes on as it is.
const RIGA_MASSIMA_BYTE: usize = 64 * 1024;

/// Writes each whole line translated. What comes after the last line end goes out when it is flushed.
#[derive(Debug)]
pub struct Righe<'d, W: Write> {
    dizionario: &'d Dizionario,
    uscita: W,
    in_corso: Vec<u8>,
}

impl<'d, W: Write> Righe<'d, W> {
    /// Before that writer.
    pub fn nuove(dizionario: &'d Dizionario, uscita: W) -> Self {
        Self {
            dizionario,
            uscita,
            in_corso: Vec::new(),
        }
    }

    fn scarica(&mut self) -> io::Result<()> {
        let riga = std::mem::take(&mut self.in_corso);
        match std::str::from_utf8(&riga) {
            Ok(testo) => self.uscita.write_all(self.dizionario.riga(testo).as_bytes()),
            Err(_) => self.uscita.write_all(&riga),
        }
    }
}

impl<W: Write> Write for Righe<'_, W> {
    fn write(&mut self, byte: &[u8]) -> io::Result<usize> {
        for pezzo in byte.split_inclusive(|b| *b == b'\n') {
            self.in_corso.extend_from_slice(pezzo);
            if pezzo.ends_with(b"\n") || self.in_corso.len() > RIGA_MASSIMA_BYTE {
                self.scarica()?;
            }
        }
        Ok(byte.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.scarica()?;
        self.uscita.flush()
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn lines_are_translated_whole_however_they_come() {
        let d = Dizionario::leggi("Esito {}\tOutcome {}\n").expect("rows");
        let mut uscita = Vec::new();
        let mut righe = Righe::nuove(&d, &mut uscita);
        for pezzo in ["Es", "ito OK\n  Esito", " KO\nà", "ltro\nEsito X"] {
            write!(righe, "{pezzo}").expect("memory");
        }
        righe.flush().expect("memory");
        assert_eq!(
            String::from_utf8(uscita).expect("UTF-8"),
            "Outcome OK\n  Outcome KO\nàltro\nOutcome X"
        );
    }
}
