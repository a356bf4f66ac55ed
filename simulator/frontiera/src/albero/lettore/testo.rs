//! The reader's part for what stands between tags: text, references, CDATA, and which characters may be there.
//!
//! What must stay true: a text costs no more than its length, in however many pieces it comes.

use std::borrow::Cow;

use super::super::caratteri::{FERMA_TESTO, ammesso, ha};
use super::super::{Tipo, Tratto, a_capo};
use super::{Esito, Lettore};

impl Lettore<'_> {
    pub(super) fn testo_semplice(&mut self, da: usize, a: usize) -> Esito<()> {
        if da == a {
            return Ok(());
        }
        if self.testo_aperto {
            self.altro_testo(Tratto::nuovo(da, a), Tratto::nuovo(da, a));
            return Ok(());
        }
        let t = Tratto::nuovo(da, a);
        self.nodo(Tipo::Testo, self.padre, t, t)?;
        self.testo_aperto = true;
        Ok(())
    }

    /// Text from `da` on whose octet at the cursor wants a look; goes on to the next `<`.
    pub(super) fn testo_difficile(&mut self, da: usize) -> Esito<()> {
        let segno = self.doc.risolti.len();
        let mut copiato = da;
        // Most of these are accented letters and brackets: no copy until something really differs.
        let mut differisce = false;
        loop {
            while self.b.get(self.i).is_some_and(|b| !ha(*b, FERMA_TESTO)) {
                self.i += 1;
            }
            match self.b.get(self.i) {
                None | Some(b'<') => break,
                Some(b'&') => {
                    self.doc.risolti.push_str(&self.doc.testo[copiato..self.i]);
                    let c = self.riferimento()?;
                    self.doc.risolti.push(c);
                    (copiato, differisce) = (self.i, true);
                }
                Some(b'\r') => {
                    self.doc.risolti.push_str(&self.doc.testo[copiato..self.i]);
                    self.doc.risolti.push('\n');
                    self.i += if self.b.get(self.i + 1) == Some(&b'\n') {
                        2
                    } else {
                        1
                    };
                    (copiato, differisce) = (self.i, true);
                }
                Some(b']') => {
                    if self.resto().starts_with(b"]]>") {
                        return Err(self.no(self.i, "«]]>» dentro il testo"));
                    }
                    self.i += 1;
                }
                Some(_) => self.carattere()?,
            }
        }
        if !differisce {
            return self.testo_semplice(da, self.i);
        }
        self.doc.risolti.push_str(&self.doc.testo[copiato..self.i]);
        let nuovo = Tratto {
            da: segno as u32,
            a: self.doc.risolti.len() as u32,
            risolto: true,
        };
        self.testo_risolto(Tratto::nuovo(da, self.i), nuovo)
    }

    /// A text whose content was just put at the end of the side string.
    fn testo_risolto(&mut self, tutto: Tratto, contenuto: Tratto) -> Esito<()> {
        if self.testo_aperto {
            self.altro_testo(tutto, contenuto);
            return Ok(());
        }
        self.nodo(Tipo::Testo, self.padre, tutto, contenuto)?;
        self.testo_aperto = true;
        Ok(())
    }

    /// More of the text that is the last node.
    fn altro_testo(&mut self, tutto: Tratto, pezzo: Tratto) {
        let ultimo = self.doc.nodi.len() - 1;
        let prima = self.doc.nodi[ultimo].nome;
        let contigui = prima.risolto == pezzo.risolto && prima.a == pezzo.da;
        let intero = if contigui {
            Tratto { a: pezzo.a, ..prima }
        } else {
            // A text of many pieces grows in place: only the first time is what there was copied.
            let cresce = prima.risolto && prima.a as usize == self.doc.risolti.len();
            let da = if cresce { prima.da } else { self.in_coda(prima) };
            self.in_coda(pezzo);
            Tratto {
                da,
                a: self.doc.risolti.len() as u32,
                risolto: true,
            }
        };
        let n = &mut self.doc.nodi[ultimo];
        n.nome = intero;
        n.tutto.a = tutto.a;
    }

    /// Copies a stretch to the end of the side string; where it begins there.
    fn in_coda(&mut self, t: Tratto) -> u32 {
        let da = self.doc.risolti.len();
        if t.risolto {
            self.doc.risolti.extend_from_within(t.range());
        } else {
            self.doc.risolti.push_str(&self.doc.testo[t.range()]);
        }
        da as u32
    }

    pub(super) fn cdata(&mut self) -> Esito<()> {
        let inizio = self.i;
        let da = inizio + "<![CDATA[".len();
        let fine = memchr::memmem::find(&self.b[da..], b"]]>")
            .ok_or_else(|| self.no(inizio, "sezione CDATA non chiusa"))?;
        let contenuto = &self.doc.testo[da..da + fine];
        self.tutti_ammessi(da, da + fine)?;
        self.i = da + fine + 3;
        let tutto = Tratto::nuovo(inizio, self.i);
        match a_capo(contenuto) {
            _ if contenuto.is_empty() => Ok(()),
            Cow::Borrowed(_) => self.testo_risolto(tutto, Tratto::nuovo(da, da + fine)),
            Cow::Owned(risolto) => {
                let segno = self.doc.risolti.len();
                self.doc.risolti.push_str(&risolto);
                let contenuto = Tratto {
                    da: segno as u32,
                    a: self.doc.risolti.len() as u32,
                    risolto: true,
                };
                self.testo_risolto(tutto, contenuto)
            }
        }
    }

    /// One character that must be allowed; the cursor goes past it.
    pub(super) fn carattere(&mut self) -> Esito<()> {
        let c = self.doc.testo[self.i..].chars().next();
        match c {
            Some(c) if ammesso(c) => {
                self.i += c.len_utf8();
                Ok(())
            }
            c => Err(self.no(
                self.i,
                format!("carattere non ammesso U+{:04X}", c.map_or(0, u32::from)),
            )),
        }
    }

    pub(super) fn tutti_ammessi(&self, da: usize, a: usize) -> Esito<()> {
        let testo = &self.doc.testo[da..a];
        match testo.char_indices().find(|(_, c)| !ammesso(*c)) {
            None => Ok(()),
            Some((dove, c)) => {
                Err(self.no(da + dove, format!("carattere non ammesso U+{:04X}", u32::from(c))))
            }
        }
    }

    /// A reference at the cursor, which goes past it.
    pub(super) fn riferimento(&mut self) -> Esito<char> {
        /// Longest reference looked at: leading zeros have an end.
        const LUNGHEZZA_MASSIMA: usize = 64;
        let inizio = self.i;
        let dopo = &self.b[inizio + 1..];
        let fine = dopo
            .iter()
            .take(LUNGHEZZA_MASSIMA)
            .position(|b| *b == b';')
            .ok_or_else(|| self.no(inizio, "riferimento malformato: dopo «&» serve un nome e «;»"))?;
        let c = match &dopo[..fine] {
            b"amp" => Some('&'),
            b"lt" => Some('<'),
            b"gt" => Some('>'),
            b"quot" => Some('"'),
            b"apos" => Some('\''),
            [b'#', b'x', cifre @ ..] => numero(cifre, 16),
            [b'#', cifre @ ..] => numero(cifre, 10),
            _ => None,
        };
        let c = c.ok_or_else(|| {
            let detto = String::from_utf8_lossy(&dopo[..fine]);
            self.no(
                inizio,
                format!("riferimento «&{detto};» sconosciuto o malformato"),
            )
        })?;
        self.i = inizio + 1 + fine + 1;
        Ok(c)
    }
}

/// The character of a numeric reference.
fn numero(cifre: &[u8], base: u32) -> Option<char> {
    if cifre.is_empty() {
        return None;
    }
    let n = cifre.iter().try_fold(0_u32, |n, b| {
        let cifra = char::from(*b).to_digit(base)?;
        n.checked_mul(base)?.checked_add(cifra)
    })?;
    char::from_u32(n).filter(|c| ammesso(*c))
}
