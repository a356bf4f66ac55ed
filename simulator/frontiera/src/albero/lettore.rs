//! From text to tree in one flat pass.
//!
//! What must stay true: every octet is looked at by rules of XML 1.0 and Namespaces 1.0 without a document type, nothing
//! recurses, and every loop over octets goes forward. A refusal says what and where in Italian, for the journal.

mod testo;

use std::cmp::Ordering;

use super::caratteri::{
    BIANCO, FERMA_TESTO, FERMA_VALORE, INIZIO_NOME, NOME, continua_nome, ha, inizia_nome,
};
use super::{DI_XML, DatoAttributo, Dichiarazione, Document, NESSUNO, Nodo, Posto, Tipo, Tratto};
use crate::limiti::{ATTRIBUTI_MASSIMI, DICHIARAZIONI_MASSIME, NODI_MASSIMI, PROFONDITA_MASSIMA};
use crate::soap::{Malformato, ns};

/// Attributes of one element up to which each is compared with the others; more are sorted first.
const ATTRIBUTI_A_COPPIE: usize = 16;
/// The namespace of `xmlns` itself, which may not be declared.
const XMLNS_URI: &str = "http://www.w3.org/2000/xmlns/";

/// Why a text is not well-formed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("riga {}, colonna {}: {cosa}", .dove.row, .dove.col)]
pub struct ErroreXml {
    cosa: String,
    dove: Posto,
}

type Esito<T> = Result<T, Malformato>;

/// Reads a document.
pub fn leggi(testo: &str) -> Result<Document<'_>, Malformato> {
    if u32::try_from(testo.len()).is_err() {
        return Err(Malformato::TroppoGrande {
            limite: u32::MAX as usize,
        });
    }
    // One node per tag or text; an envelope has a tag about every forty octets, and text between each.
    let stima = testo.len() / 32 + 16;
    let mut l = Lettore {
        b: testo.as_bytes(),
        i: 0,
        doc: Document {
            testo,
            risolti: String::new(),
            nodi: Vec::with_capacity(stima),
            attributi: Vec::with_capacity(stima / 2),
            dichiarazioni: Vec::with_capacity(16),
        },
        padre: 0,
        ambito: NESSUNO,
        aperti: 0,
        testo_aperto: false,
        in_vigore: 0,
    };
    l.documento()?;
    Ok(l.doc)
}

struct Lettore<'input> {
    b: &'input [u8],
    i: usize,
    doc: Document<'input>,
    /// The element being filled.
    padre: u32,
    /// Innermost declaration there.
    ambito: u32,
    /// Open elements.
    aperti: usize,
    /// The last node is a text that what follows may still belong to.
    testo_aperto: bool,
    /// Declarations in scope, hidden ones too.
    in_vigore: usize,
}

impl Lettore<'_> {
    fn documento(&mut self) -> Esito<()> {
        self.nodo(
            Tipo::Radice,
            NESSUNO,
            Tratto::nuovo(0, self.b.len()),
            Tratto::nuovo(0, 0),
        )?;
        if self.b.starts_with("\u{FEFF}".as_bytes()) {
            self.i = 3;
        }
        if self.resto().starts_with(b"<?xml") && self.b.get(self.i + 5).is_some_and(|b| ha(*b, BIANCO)) {
            self.dichiarazione_xml()?;
        }
        let mut radice = false;
        loop {
            self.bianchi();
            let Some(&b) = self.b.get(self.i) else { break };
            if b != b'<' {
                return Err(self.no(self.i, "testo fuori dall'elemento radice"));
            }
            match self.b.get(self.i + 1) {
                Some(b'?') => self.istruzione()?,
                Some(b'!') => self.commento()?,
                _ if radice => return Err(self.no(self.i, "più di un elemento radice")),
                _ => {
                    radice = true;
                    self.elemento_radice()?;
                }
            }
        }
        if !radice {
            return Err(self.no(self.i, "manca l'elemento radice"));
        }
        self.doc.nodi[0].dopo = self.doc.nodi.len() as u32;
        Ok(())
    }

    /// The root element to its end tag.
    fn elemento_radice(&mut self) -> Esito<()> {
        self.apri()?;
        while self.aperti > 0 {
            let da = self.i;
            // Text up to the next octet that means something.
            while self.b.get(self.i).is_some_and(|b| !ha(*b, FERMA_TESTO)) {
                self.i += 1;
            }
            match self.b.get(self.i) {
                Some(b'<') => {
                    self.testo_semplice(da, self.i)?;
                    match self.b.get(self.i + 1) {
                        Some(b'/') => self.chiudi()?,
                        Some(b'?') => self.istruzione()?,
                        Some(b'!') if self.resto().starts_with(b"<![CDATA[") => self.cdata()?,
                        Some(b'!') => self.commento()?,
                        _ => self.apri()?,
                    }
                }
                Some(_) => self.testo_difficile(da)?,
                None => return Err(self.no(self.i, "il documento finisce dentro un elemento")),
            }
        }
        Ok(())
    }

    // --- tags ---------------------------------------------------------------------------------------------------

    /// A start tag at the cursor.
    fn apri(&mut self) -> Esito<()> {
        let inizio = self.i;
        self.i += 1;
        let (prefisso, nome) = self.qname()?;
        let primo_attributo = self.doc.attributi.len();
        let prima_dichiarazione = self.doc.dichiarazioni.len();
        let questo = self.doc.nodi.len() as u32;
        let mut ambito = self.ambito;
        let vuoto = loop {
            let bianchi = self.bianchi();
            match self.b.get(self.i) {
                Some(b'>') => {
                    self.i += 1;
                    break false;
                }
                Some(b'/') if self.b.get(self.i + 1) == Some(&b'>') => {
                    self.i += 2;
                    break true;
                }
                Some(_) if bianchi => self.attributo(questo, prima_dichiarazione, &mut ambito)?,
                Some(_) => return Err(self.no(self.i, "carattere inatteso dentro il tag")),
                None => return Err(self.no(self.i, "il documento finisce dentro un tag")),
            }
        };
        let dichiarate = self.doc.dichiarazioni.len() - prima_dichiarazione;
        let attributi = self.doc.attributi.len() - primo_attributo;
        if attributi + dichiarate > ATTRIBUTI_MASSIMI || self.in_vigore + dichiarate > DICHIARAZIONI_MASSIME {
            return Err(Malformato::TroppiAttributi);
        }
        if prefisso == 5 && self.doc.di(Tratto::nuovo(inizio + 1, inizio + 6)) == "xmlns" {
            return Err(self.no(inizio, "il prefisso xmlns non è di elementi"));
        }
        let spazio = self.spazio_di(inizio + 1, prefisso, ambito, true)?;
        for n in primo_attributo..self.doc.attributi.len() {
            let a = self.doc.attributi[n];
            self.doc.attributi[n].spazio = self.spazio_di(a.qname.da as usize, a.prefisso, ambito, false)?;
        }
        self.senza_doppioni(primo_attributo)?;
        self.testo_aperto = false;
        let n = self.nodo(Tipo::Elemento, self.padre, Tratto::nuovo(inizio, self.i), nome)?;
        let fine_attributi = self.doc.attributi.len() as u32;
        let nodo = &mut self.doc.nodi[n as usize];
        nodo.prefisso = prefisso;
        nodo.spazio = spazio;
        nodo.ambito = ambito;
        nodo.attributi = (primo_attributo as u32, fine_attributi);
        if !vuoto {
            self.aperti += 1;
            if self.aperti > PROFONDITA_MASSIMA {
                return Err(Malformato::TroppoProfondo);
            }
            self.in_vigore += dichiarate;
            self.padre = n;
            self.ambito = ambito;
        }
        Ok(())
    }

    /// An end tag at the cursor.
    fn chiudi(&mut self) -> Esito<()> {
        let inizio = self.i;
        let aperto = self.doc.nodi[self.padre as usize];
        let atteso = &self.b[aperto.tutto.da as usize + 1..aperto.nome.a as usize];
        let dopo = &self.b[inizio + 2..];
        let giusto = dopo.starts_with(atteso)
            && dopo
                .get(atteso.len())
                .is_some_and(|b| *b == b'>' || ha(*b, BIANCO));
        if giusto {
            self.i = inizio + 2 + atteso.len();
            self.bianchi();
        }
        if !giusto || self.b.get(self.i) != Some(&b'>') {
            let atteso = String::from_utf8_lossy(atteso);
            return Err(self.no(inizio, format!("qui serve </{atteso}>")));
        }
        self.i += 1;
        self.testo_aperto = false;
        let fine = self.doc.nodi.len() as u32;
        let e = &mut self.doc.nodi[self.padre as usize];
        e.dopo = fine;
        e.tutto.a = self.i as u32;
        // Declarations of an element are a run of the list that ends at its innermost.
        let sue = std::iter::successors(self.doc.dichiarazioni.get(aperto.ambito as usize), |d| {
            self.doc.dichiarazioni.get(d.sotto as usize)
        });
        let questo = self.padre;
        self.in_vigore -= sue.take_while(|d| d.nodo == questo).count();
        self.aperti -= 1;
        self.padre = aperto.padre;
        self.ambito = match self.doc.nodi[aperto.padre as usize].tipo {
            Tipo::Elemento => self.doc.nodi[aperto.padre as usize].ambito,
            _ => NESSUNO,
        };
        Ok(())
    }

    /// One attribute or declaration at the cursor.
    fn attributo(&mut self, nodo: u32, prima_dichiarazione: usize, ambito: &mut u32) -> Esito<()> {
        let da = self.i;
        let (prefisso, locale) = self.qname()?;
        let qname = Tratto::nuovo(da, self.i);
        self.bianchi();
        if self.b.get(self.i) != Some(&b'=') {
            return Err(self.no(self.i, "dopo il nome dell'attributo serve «=»"));
        }
        self.i += 1;
        self.bianchi();
        let valore = self.valore()?;
        let nome = &self.doc.testo[qname.range()];
        let dichiara = nome
            .strip_prefix("xmlns")
            .is_some_and(|resto| resto.is_empty() || prefisso == 5);
        if !dichiara {
            self.doc.attributi.push(DatoAttributo {
                qname,
                prefisso,
                spazio: NESSUNO,
                valore,
            });
            return Ok(());
        }
        let prefisso = if prefisso == 0 {
            Tratto::nuovo(self.i, self.i)
        } else {
            locale
        };
        let (p, uri) = (self.doc.di(prefisso), self.doc.di(valore));
        let perche = if uri == XMLNS_URI || p == "xmlns" {
            Some("xmlns non si dichiara")
        } else if (p == "xml") != (uri == ns::XML) {
            Some("il prefisso xml e il suo namespace stanno solo insieme")
        } else if uri.is_empty() && !p.is_empty() {
            Some("un prefisso non si dichiara vuoto")
        } else if self.doc.dichiarazioni[prima_dichiarazione..]
            .iter()
            .any(|d| self.doc.di(d.prefisso) == p)
        {
            Some("namespace dichiarato due volte sullo stesso elemento")
        } else {
            None
        };
        if let Some(perche) = perche {
            return Err(self.no(da, perche));
        }
        if p == "xml" {
            // Already known, and never written again.
            return Ok(());
        }
        self.doc.dichiarazioni.push(Dichiarazione {
            prefisso,
            uri: valore,
            sotto: *ambito,
            nodo,
        });
        *ambito = self.doc.dichiarazioni.len() as u32 - 1;
        Ok(())
    }

    /// A quoted value at the cursor, normalized.
    fn valore(&mut self) -> Esito<Tratto> {
        let virgoletta = match self.b.get(self.i) {
            Some(b @ (b'"' | b'\'')) => *b,
            _ => return Err(self.no(self.i, "il valore dell'attributo va fra virgolette")),
        };
        self.i += 1;
        let da = self.i;
        let segno = self.doc.risolti.len();
        let mut copiato = da;
        loop {
            while self.b.get(self.i).is_some_and(|b| !ha(*b, FERMA_VALORE)) {
                self.i += 1;
            }
            let Some(&b) = self.b.get(self.i) else {
                return Err(self.no(da, "valore di attributo non chiuso"));
            };
            let al_suo_posto = match b {
                _ if b == virgoletta => break,
                b'"' | b'\'' => {
                    self.i += 1;
                    continue;
                }
                b'<' => return Err(self.no(self.i, "«<» dentro il valore di un attributo")),
                b'\r' if self.b.get(self.i + 1) == Some(&b'\n') => (' ', 2),
                b'\t' | b'\n' | b'\r' => (' ', 1),
                b'&' => {
                    self.doc.risolti.push_str(&self.doc.testo[copiato..self.i]);
                    let c = self.riferimento()?;
                    self.doc.risolti.push(c);
                    copiato = self.i;
                    continue;
                }
                _ => {
                    self.carattere()?;
                    continue;
                }
            };
            self.doc.risolti.push_str(&self.doc.testo[copiato..self.i]);
            self.doc.risolti.push(al_suo_posto.0);
            self.i += al_suo_posto.1;
            copiato = self.i;
        }
        let fine = self.i;
        self.i += 1;
        if copiato == da {
            return Ok(Tratto::nuovo(da, fine));
        }
        self.doc.risolti.push_str(&self.doc.testo[copiato..fine]);
        Ok(Tratto {
            da: segno as u32,
            a: self.doc.risolti.len() as u32,
            risolto: true,
        })
    }

    /// A qualified name at the cursor: octets of its prefix, and its local part.
    fn qname(&mut self) -> Esito<(u32, Tratto)> {
        let da = self.i;
        self.ncname()?;
        if self.b.get(self.i) != Some(&b':') {
            return Ok((0, Tratto::nuovo(da, self.i)));
        }
        let prefisso = self.i - da;
        self.i += 1;
        let locale = self.i;
        self.ncname()?;
        if self.b.get(self.i) == Some(&b':') {
            return Err(self.no(da, "un nome ha al più un «:»"));
        }
        Ok((prefisso as u32, Tratto::nuovo(locale, self.i)))
    }

    /// A name without colon.
    fn ncname(&mut self) -> Esito<()> {
        let da = self.i;
        match self.b.get(self.i) {
            Some(b) if ha(*b, INIZIO_NOME) => self.i += 1,
            Some(b) if *b >= 0x80 => self.lettera(inizia_nome),
            _ => {}
        }
        if self.i == da {
            return Err(self.no(da, "qui serve un nome"));
        }
        while let Some(&b) = self.b.get(self.i) {
            let qui = self.i;
            if ha(b, NOME) {
                self.i += 1;
            } else if b >= 0x80 {
                self.lettera(continua_nome);
            }
            if self.i == qui {
                break;
            }
        }
        Ok(())
    }

    /// A letter beyond ASCII, if it is one.
    fn lettera(&mut self, quale: fn(char) -> bool) {
        if let Some(c) = self.doc.testo[self.i..].chars().next().filter(|c| quale(*c)) {
            self.i += c.len_utf8();
        }
    }

    /// The declaration that a prefix at `da` means.
    fn spazio_di(&self, da: usize, prefisso: u32, ambito: u32, elemento: bool) -> Esito<u32> {
        if prefisso == 0 && !elemento {
            return Ok(NESSUNO);
        }
        let p = &self.doc.testo[da..da + prefisso as usize];
        let mut d = ambito;
        while let Some(questa) = self.doc.dichiarazioni.get(d as usize) {
            if self.doc.di(questa.prefisso) == p {
                return Ok(d);
            }
            d = questa.sotto;
        }
        match p {
            "" => Ok(NESSUNO),
            "xml" => Ok(DI_XML),
            _ => Err(self.no(da, format!("prefisso «{p}» non dichiarato"))),
        }
    }

    /// No two attributes of one namespace and local name.
    fn senza_doppioni(&self, da: usize) -> Esito<()> {
        let tutti = &self.doc.attributi[da..];
        let nome = |a: &DatoAttributo| {
            let q = self.doc.di(a.qname);
            let locale = match a.prefisso {
                0 => q,
                n => &q[n as usize + 1..],
            };
            (locale, self.doc.uri(a.spazio).unwrap_or(""))
        };
        let doppio = if tutti.len() <= ATTRIBUTI_A_COPPIE {
            tutti
                .iter()
                .enumerate()
                .find(|(i, a)| tutti[..*i].iter().any(|b| nome(a) == nome(b)))
                .map(|(_, a)| a.qname)
        } else {
            let mut ordinati: Vec<_> = tutti.iter().map(|a| (nome(a), a.qname)).collect();
            ordinati.sort_by(|(a, x), (b, y)| match a.cmp(b) {
                Ordering::Equal => x.da.cmp(&y.da),
                o => o,
            });
            ordinati.windows(2).find(|w| w[0].0 == w[1].0).map(|w| w[1].1)
        };
        match doppio {
            None => Ok(()),
            Some(q) => Err(self.no(q.da as usize, "attributo ripetuto")),
        }
    }

    // --- the rest -----------------------------------------------------------------------------------------------

    /// A comment at the cursor, or what else begins with `<!`: a document type, or what belongs into one.
    fn commento(&mut self) -> Esito<()> {
        let inizio = self.i;
        let Some(dopo) = self.resto().strip_prefix(b"<!--") else {
            return Err(Malformato::Doctype);
        };
        let lungo =
            memchr::memmem::find(dopo, b"--").ok_or_else(|| self.no(inizio, "commento non chiuso"))?;
        let da = inizio + 4;
        if dopo.get(lungo + 2) != Some(&b'>') {
            return Err(self.no(da + lungo, "«--» dentro un commento"));
        }
        self.tutti_ammessi(da, da + lungo)?;
        self.i = da + lungo + 3;
        self.testo_aperto = false;
        let (tutto, contenuto) = (Tratto::nuovo(inizio, self.i), Tratto::nuovo(da, da + lungo));
        self.nodo(Tipo::Commento, self.padre, tutto, contenuto)?;
        Ok(())
    }

    fn istruzione(&mut self) -> Esito<()> {
        let inizio = self.i;
        self.i += 2;
        if self.b.get(self.i) == Some(&b':') {
            return Err(self.no(self.i, "il nome dell'istruzione non ha «:»"));
        }
        self.ncname()?;
        let nome = Tratto::nuovo(inizio + 2, self.i);
        if self.doc.di(nome).eq_ignore_ascii_case("xml") {
            return Err(self.no(inizio, "la dichiarazione XML sta solo all'inizio"));
        }
        let bianchi = self.bianchi();
        let da = self.i;
        let lunga = memchr::memmem::find(self.resto(), b"?>")
            .ok_or_else(|| self.no(inizio, "istruzione non chiusa"))?;
        if lunga > 0 && !bianchi {
            return Err(self.no(da, "dopo il nome dell'istruzione serve uno spazio"));
        }
        self.tutti_ammessi(da, da + lunga)?;
        self.i = da + lunga + 2;
        self.testo_aperto = false;
        let n = self.nodo(Tipo::Istruzione, self.padre, Tratto::nuovo(inizio, self.i), nome)?;
        self.doc.nodi[n as usize].spazio = da as u32;
        Ok(())
    }

    /// `<?xml version="1.0" encoding="…" standalone="…"?>`: read and forgotten, the text is already text.
    fn dichiarazione_xml(&mut self) -> Esito<()> {
        let inizio = self.i;
        let no = |l: &Self| l.no(inizio, "dichiarazione XML malformata");
        let fine = memchr::memmem::find(self.resto(), b"?>").ok_or_else(|| no(self))?;
        let dentro = &self.doc.testo[inizio + 5..inizio + fine];
        let mut resto = dentro;
        for (nome, obbligatorio, va) in [
            ("version", true, versione as fn(&str) -> bool),
            ("encoding", false, codifica),
            ("standalone", false, |v| matches!(v, "yes" | "no")),
        ] {
            let senza = resto.trim_start_matches(bianco);
            match senza.strip_prefix(nome) {
                Some(dopo) if senza.len() < resto.len() => {
                    let dopo = dopo.trim_start_matches(bianco).strip_prefix('=');
                    let dopo = dopo.ok_or_else(|| no(self))?.trim_start_matches(bianco);
                    let v = dopo.chars().next().filter(|c| matches!(c, '"' | '\''));
                    let v = v.ok_or_else(|| no(self))?;
                    let (valore, dopo) = dopo[1..].split_once(v).ok_or_else(|| no(self))?;
                    if !va(valore) {
                        return Err(no(self));
                    }
                    resto = dopo;
                }
                _ if obbligatorio => return Err(no(self)),
                _ => {}
            }
        }
        if !resto.trim_start_matches(bianco).is_empty() {
            return Err(no(self));
        }
        self.i = inizio + fine + 2;
        Ok(())
    }

    fn nodo(&mut self, tipo: Tipo, padre: u32, tutto: Tratto, nome: Tratto) -> Esito<u32> {
        let n = self.doc.nodi.len() as u32;
        if n > NODI_MASSIMI {
            return Err(self.no(tutto.da as usize, format!("più di {NODI_MASSIMI} nodi")));
        }
        self.doc.nodi.push(Nodo {
            tipo,
            padre,
            dopo: n + 1,
            tutto,
            nome,
            prefisso: 0,
            spazio: NESSUNO,
            ambito: NESSUNO,
            attributi: (0, 0),
        });
        Ok(n)
    }

    fn resto(&self) -> &[u8] {
        self.b.get(self.i..).unwrap_or_default()
    }

    /// Skips white space; whether there was any.
    fn bianchi(&mut self) -> bool {
        let da = self.i;
        while self.b.get(self.i).is_some_and(|b| ha(*b, BIANCO)) {
            self.i += 1;
        }
        self.i > da
    }

    #[cold]
    fn no(&self, dove: usize, cosa: impl Into<String>) -> Malformato {
        let e = ErroreXml {
            cosa: cosa.into(),
            dove: Posto::di(self.doc.testo, dove),
        };
        Malformato::Xml(e)
    }
}

const fn bianco(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn versione(v: &str) -> bool {
    v.strip_prefix("1.")
        .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

fn codifica(v: &str) -> bool {
    v.starts_with(|c: char| c.is_ascii_alphabetic())
        && v.bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}
