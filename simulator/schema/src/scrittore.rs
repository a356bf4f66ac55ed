//! The writer driven by the grammar: what it lets through is valid, so a reply cannot break its schema.
//!
//! The same calls give the same bytes: declaration, the root with prefix `p` and the declarations of the namespaces the
//! message uses (`p`, `p1`, …), every other element without prefix unless its declaration is qualified, no blanks between.

use std::io::{self, Write};

use thiserror::Error;

use crate::forma;
use crate::modello::{Modello, NodoId, Passo};

/// Why the writer refused; always a mistake of the caller, or of the writer underneath.
#[derive(Debug, Error)]
pub enum ErroreScrittura {
    /// The element may not stand here.
    #[error("«{nome}» non è ammesso in {percorso}")]
    NonAmmesso {
        /// What was asked.
        nome: String,
        /// Where.
        percorso: String,
    },
    /// Something that has to come before the end is missing.
    #[error("{percorso} finisce senza «{manca}»")]
    Incompleto {
        /// Element to be closed.
        percorso: String,
        /// What could come next.
        manca: String,
    },
    /// The value is not of its type.
    #[error("{percorso}: il valore {motivo}")]
    Valore {
        /// Leaf.
        percorso: String,
        /// Why, in Italian.
        motivo: String,
    },
    /// Nothing is open, or something still is.
    #[error("elementi aperti e chiusi non corrispondono")]
    Sbilanciato,
    /// The output could not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Writes one message.
#[derive(Debug)]
pub struct Scrittore<'m, W: Write> {
    modello: &'m Modello,
    fuori: W,
    /// Node and state of the open elements; empty before the root and after it.
    pila: Vec<(NodoId, u16)>,
    spazi: Vec<&'static str>,
    finito: bool,
    dichiarazione: bool,
    a_capo: bool,
}

impl<'m, W: Write> Scrittore<'m, W> {
    /// A writer of messages of `modello`.
    pub fn nuovo(modello: &'m Modello, fuori: W) -> Self {
        let mut spazi = vec![modello.spazio];
        for n in &modello.nodi {
            if let Some(s) = n.spazio
                && !spazi.contains(&s)
            {
                spazi.push(s);
            }
        }
        Self {
            modello,
            fuori,
            pila: Vec::new(),
            spazi,
            finito: false,
            dichiarazione: true,
            a_capo: false,
        }
    }

    /// Without the XML declaration, for a message inside an envelope.
    #[must_use]
    pub fn senza_dichiarazione(mut self) -> Self {
        self.dichiarazione = false;
        self
    }

    /// With a line feed before each tag that begins an element and each that ends one with elements: for files people open.
    #[must_use]
    pub fn a_capo(mut self) -> Self {
        self.a_capo = true;
        self
    }

    /// Opens an element with element content; the first must be the root.
    pub fn apri(&mut self, nome: &str) -> Result<(), ErroreScrittura> {
        let (nodo, poi) = self.trova(nome, false)?;
        self.marca(nodo)?;
        if let Some(cima) = self.pila.last_mut() {
            cima.1 = poi;
        }
        self.pila.push((nodo, 0));
        Ok(())
    }

    /// Writes a leaf.
    pub fn foglia(&mut self, nome: &str, valore: &str) -> Result<(), ErroreScrittura> {
        let (nodo, poi) = self.trova(nome, true)?;
        let percorso = || self.modello.percorso(nodo);
        if forma::carattere_vietato(valore).is_some() {
            return Err(ErroreScrittura::Valore {
                percorso: percorso(),
                motivo: "contiene un carattere che XML non ammette".to_owned(),
            });
        }
        self.modello
            .ammette(nodo, valore)
            .map_err(|motivo| ErroreScrittura::Valore {
                percorso: percorso(),
                motivo,
            })?;
        self.marca(nodo)?;
        self.fuggi(valore)?;
        self.fine_marca(nodo)?;
        if let Some(cima) = self.pila.last_mut() {
            cima.1 = poi;
        }
        Ok(())
    }

    /// Closes the innermost open element.
    pub fn chiudi(&mut self) -> Result<(), ErroreScrittura> {
        let (nodo, stato) = *self.pila.last().ok_or(ErroreScrittura::Sbilanciato)?;
        if let Some(stato) = self
            .modello
            .automa(nodo)
            .and_then(|a| a.stati.get(usize::from(stato)))
            && !stato.finale
        {
            let manca = stato.passi.first().map_or(String::new(), |p| p.nome().to_owned());
            return Err(ErroreScrittura::Incompleto {
                percorso: self.modello.percorso(nodo),
                manca,
            });
        }
        if self.a_capo {
            self.fuori.write_all(b"\n")?;
        }
        self.fine_marca(nodo)?;
        self.pila.pop();
        self.finito = self.pila.is_empty();
        Ok(())
    }

    /// Gives the output back; everything must be closed.
    pub fn fine(mut self) -> Result<W, ErroreScrittura> {
        if !self.finito {
            return Err(ErroreScrittura::Sbilanciato);
        }
        if self.a_capo {
            self.fuori.write_all(b"\n")?;
        }
        self.fuori.flush()?;
        Ok(self.fuori)
    }

    fn trova(&self, nome: &str, foglia: bool) -> Result<(NodoId, u16), ErroreScrittura> {
        let m = self.modello;
        let no = || ErroreScrittura::NonAmmesso {
            nome: nome.to_owned(),
            percorso: self.pila.last().map_or(String::new(), |(n, _)| m.percorso(*n)),
        };
        let (nodo, poi) = match self.pila.last() {
            None if !self.finito && m.nome(NodoId(0)) == nome => (NodoId(0), 0),
            None => return Err(no()),
            Some((padre, stato)) => {
                let stato = m
                    .automa(*padre)
                    .and_then(|a| a.stati.get(usize::from(*stato)))
                    .ok_or_else(no)?;
                let passo: &Passo = stato.passi.iter().find(|p| p.nome() == nome).ok_or_else(no)?;
                (
                    NodoId(m.nodi[usize::from(padre.0)].primo + passo.figlio),
                    passo.poi,
                )
            }
        };
        if m.foglia(nodo) == foglia {
            Ok((nodo, poi))
        } else {
            Err(no())
        }
    }

    /// A name with its prefix.
    fn nome(&mut self, nodo: NodoId) -> io::Result<()> {
        let spazio = self.modello.nodi[usize::from(nodo.0)].spazio;
        match spazio.and_then(|s| self.spazi.iter().position(|t| *t == s)) {
            None => {}
            Some(0) => self.fuori.write_all(b"p:")?,
            Some(n) => write!(self.fuori, "p{n}:")?,
        }
        self.fuori.write_all(self.modello.nome(nodo).as_bytes())
    }

    fn marca(&mut self, nodo: NodoId) -> io::Result<()> {
        if self.pila.is_empty() && self.dichiarazione {
            self.fuori
                .write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        }
        if self.a_capo && (self.dichiarazione || !self.pila.is_empty()) {
            self.fuori.write_all(b"\n")?;
        }
        self.fuori.write_all(b"<")?;
        self.nome(nodo)?;
        if self.pila.is_empty() {
            for (i, s) in self.spazi.iter().enumerate() {
                let numero = if i == 0 { String::new() } else { i.to_string() };
                write!(self.fuori, " xmlns:p{numero}=\"{s}\"")?;
            }
        }
        self.fuori.write_all(b">")
    }

    fn fine_marca(&mut self, nodo: NodoId) -> io::Result<()> {
        self.fuori.write_all(b"</")?;
        self.nome(nodo)?;
        self.fuori.write_all(b">")
    }

    fn fuggi(&mut self, valore: &str) -> io::Result<()> {
        let mut scritti = 0;
        for (i, c) in valore.bytes().enumerate() {
            let al_posto: &[u8] = match c {
                b'&' => b"&amp;",
                b'<' => b"&lt;",
                b'>' => b"&gt;",
                b'\r' => b"&#13;",
                _ => continue,
            };
            self.fuori.write_all(&valore.as_bytes()[scritti..i])?;
            self.fuori.write_all(al_posto)?;
            scritti = i + 1;
        }
        self.fuori.write_all(&valore.as_bytes()[scritti..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modello::radici;

    fn scrittore() -> Scrittore<'static, Vec<u8>> {
        let m = Modello::di(radici::RISPOSTA_CONNESSIONE.0, radici::RISPOSTA_CONNESSIONE.1).expect("root");
        Scrittore::nuovo(m, Vec::new())
    }

    #[test]
    fn what_it_writes_is_this() {
        let mut s = scrittore();
        let scritto = (|| {
            s.apri("RispostaConnessione")?;
            s.apri("testataRisposta")?;
            s.foglia("idOperazioneComune", "a<b & c\r")?;
            s.foglia("idOperazioneANPR", "1")?;
            s.foglia("esitoOperazione", "0000")?;
            s.chiudi()?;
            s.chiudi()?;
            s.fine()
        })();
        let scritto = String::from_utf8(scritto.expect("valid")).expect("UTF-8");
        let atteso = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><p:RispostaConnessione xmlns:p=\"http://sogei.it/ANPR/connessione\">\
            <testataRisposta><idOperazioneComune>a&lt;b &amp; c&#13;</idOperazioneComune><idOperazioneANPR>1</idOperazioneANPR>\
            <esitoOperazione>0000</esitoOperazione></testataRisposta></p:RispostaConnessione>";
        assert_eq!(scritto, atteso);
    }

    #[test]
    fn it_refuses_what_the_grammar_forbids() {
        let mut s = scrittore();
        assert!(matches!(s.chiudi(), Err(ErroreScrittura::Sbilanciato)));
        assert!(matches!(s.apri("altro"), Err(ErroreScrittura::NonAmmesso { .. })));
        s.apri("RispostaConnessione").expect("root");
        assert!(matches!(
            s.foglia("testataRisposta", ""),
            Err(ErroreScrittura::NonAmmesso { .. })
        ));
        assert!(matches!(s.chiudi(), Err(ErroreScrittura::Incompleto { .. })));
        s.apri("testataRisposta").expect("allowed");
        assert!(matches!(
            s.foglia("esitoOperazione", "0"),
            Err(ErroreScrittura::NonAmmesso { .. })
        ));
        assert!(matches!(
            s.foglia("idOperazioneComune", "\u{1}"),
            Err(ErroreScrittura::Valore { .. })
        ));
        assert!(matches!(s.fine(), Err(ErroreScrittura::Sbilanciato)));
        let m = Modello::di(radici::SUBENTRO.0, radici::SUBENTRO.1).expect("root");
        let mut s = Scrittore::nuovo(m, Vec::new());
        s.apri("subentro").expect("root");
        s.apri("datiFornitura").expect("allowed");
        assert!(matches!(
            s.foglia("versioneFornitura", "uno"),
            Err(ErroreScrittura::Valore { .. })
        ));
    }
}
