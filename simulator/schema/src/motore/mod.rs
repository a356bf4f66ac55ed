//! The reader proper: one block of bytes, from a known state, becomes events and violations, and a new state.
//!
//! Two paths. The general one takes a token of markup at a time from quick-xml, has the guard (`forma`) look at every byte of
//! it, and knows prefixes, attributes, references, CDATA, comments, and how to go on after a violation. In front of it, for
//! the plain shapes a migration file consists of (`<name>`, `<name>text</name>`, `</name>`, blanks), `veloce` compares bytes
//! with the few names the automaton admits next and scans the text with the byte table of its type. The fast path consumes
//! only what is certainly right or is a plain text to be judged by its type; at anything else it stops *before* consuming it,
//! so the general path sees it from its first byte. The two therefore cannot disagree on tokens, only on events; that they
//! agree there is a test (`Opzioni::solo_generale`).

mod elementi;
mod veloce;

use quick_xml::events::Event;

use crate::blocco::{Blocco, Ricevitore};
use crate::forma::{self, DifettoRiferimento};
use crate::modello::{Modello, NodoId};
use crate::violazione::{TipoViolazione, Violazione, cita};

/// Elements may be nested this deep, as in libxml2.
pub const MAX_PROFONDITA: usize = 256;

/// Number of an element the grammar does not place: it and what is in it are only read through.
const IGNOTO: NodoId = NodoId(u16::MAX);

/// An open element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Aperto {
    pub(crate) nodo: NodoId,
    pub(crate) stato: u16,
    /// 0: the tag was the plain name of the node. Else what was different about it is `Lettura::tag[grezzo - 1]`.
    pub(crate) grezzo: u16,
}

/// A start tag that was more than its name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tag {
    nome: String,
    /// How many bindings were in force before it.
    legami: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fase {
    Prologo,
    Radice,
    Epilogo,
}

/// Where the reading stands between two tokens. Two equal states read the same bytes the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lettura {
    fase: Fase,
    pub(crate) pila: Vec<Aperto>,
    tag: Vec<Tag>,
    /// Prefix (empty: default namespace) and namespace, innermost last.
    legami: Vec<(String, String)>,
    /// Text of the open leaf so far.
    testo: String,
    /// A child was found in the open leaf, and reported.
    figlio_in_foglia: bool,
    /// No byte was read yet: only here may an XML declaration stand.
    vergine: bool,
}

impl Lettura {
    pub(crate) fn nuova() -> Self {
        Self {
            fase: Fase::Prologo,
            pila: Vec::new(),
            tag: Vec::new(),
            legami: Vec::new(),
            testo: String::new(),
            figlio_in_foglia: false,
            vergine: true,
        }
    }

    /// Inside a larger document, where these prefixes are bound.
    pub(crate) fn frammento(spazi: &[(&str, &str)]) -> Self {
        let legami = spazi
            .iter()
            .map(|(p, u)| ((*p).to_owned(), (*u).to_owned()))
            .collect();
        Self {
            legami,
            vergine: false,
            ..Self::nuova()
        }
    }

    /// After a record, if the open elements (outermost first) are `pila` and only the root's tag, as read in `testa`, is special.
    pub(crate) fn dopo_record(testa: &Self, pila: Vec<Aperto>) -> Self {
        let mut questa = testa.clone();
        let grezzo = testa.pila.first().map_or(0, |r| r.grezzo);
        questa.pila = pila;
        if let Some(r) = questa.pila.first_mut() {
            r.grezzo = grezzo;
        }
        questa
    }

    pub(crate) fn radice_aperta(&self) -> bool {
        self.fase == Fase::Radice && self.pila.len() == 1
    }
}

/// How the reading of a block ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fine {
    /// All bytes were read.
    Tutto,
    /// A token goes on past the end of the block.
    Incompleto,
    /// A fatal violation was reported.
    Fatale,
}

enum Alt {
    Incompleto,
    Fatale,
}

/// Who is told what is read, and of which block.
pub(crate) struct Uscita<'a, R> {
    b: &'a Blocco,
    r: &'a mut R,
}

/// Reads blocks of one document.
pub(crate) struct Motore<'m> {
    m: &'m Modello,
    pub(crate) l: Lettura,
    /// Where the open leaf began, in this block.
    inizio_foglia: usize,
    pub(crate) violazioni: u64,
    max_violazioni: u64,
    solo_generale: bool,
    /// Stop after the root's start tag.
    solo_testa: bool,
}

impl<'m> Motore<'m> {
    pub(crate) fn nuovo(m: &'m Modello, l: Lettura, max_violazioni: usize, solo_generale: bool) -> Self {
        let max_violazioni = max_violazioni as u64;
        Self {
            m,
            l,
            inizio_foglia: 0,
            violazioni: 0,
            max_violazioni,
            solo_generale,
            solo_testa: false,
        }
    }

    pub(crate) fn solo_testa(mut self) -> Self {
        self.solo_testa = true;
        self
    }

    /// Reads the whole block; `ultimo`: the document ends with it.
    pub(crate) fn corri<R: Ricevitore>(&mut self, b: &Blocco, ultimo: bool, r: &mut R) -> Fine {
        let u = &mut Uscita { b, r };
        let Ok(s) = simdutf8::basic::from_utf8(&b.byte) else {
            return self.non_utf8(u);
        };
        match self.leggi(u, s, ultimo) {
            Ok(()) => Fine::Tutto,
            Err(Alt::Incompleto) => Fine::Incompleto,
            Err(Alt::Fatale) => Fine::Fatale,
        }
    }

    #[cold]
    fn non_utf8<R: Ricevitore>(&mut self, u: &mut Uscita<'_, R>) -> Fine {
        let byte = &u.b.byte;
        let buoni = byte.utf8_chunks().next().map_or("", |c| c.valid());
        let utf16 = self.l.vergine
            && [[0xFF, 0xFE], [0xFE, 0xFF]]
                .iter()
                .any(|bom| byte.starts_with(bom));
        if !utf16 && matches!(self.leggi(u, buoni, false), Err(Alt::Fatale)) {
            return Fine::Fatale;
        }
        let testo = if utf16 {
            "il documento è in UTF-16: deve essere in UTF-8".to_owned()
        } else {
            format!(
                "il byte 0x{:02X} non è UTF-8: il documento deve essere in UTF-8",
                byte.get(buoni.len()).copied().unwrap_or(0)
            )
        };
        self.fatale(u, TipoViolazione::Codifica, buoni.len(), testo);
        Fine::Fatale
    }

    fn leggi<R: Ricevitore>(&mut self, u: &mut Uscita<'_, R>, s: &str, ultimo: bool) -> Result<(), Alt> {
        let mut pos = 0;
        if self.l.vergine && s.starts_with('\u{FEFF}') {
            pos = '\u{FEFF}'.len_utf8();
        }
        loop {
            if self.l.fase == Fase::Radice {
                if self.solo_testa {
                    return Ok(());
                }
                pos = self.veloce(u, s, pos);
            }
            if pos >= s.len() {
                break;
            }
            pos = match s.as_bytes()[pos] {
                b'<' => self.marca(u, s, pos, ultimo)?,
                b'&' => self.riferimento(u, s, pos, ultimo)?,
                _ => self.corrente(u, s, pos)?,
            };
            self.l.vergine = false;
        }
        if ultimo && self.l.fase != Fase::Epilogo {
            let testo = match self.l.pila.last() {
                Some(a) => format!(
                    "il documento finisce prima della chiusura di «{}»",
                    self.nome_aperto(*a)
                ),
                None => "il documento non contiene alcun elemento".to_owned(),
            };
            return Err(self.fatale(u, TipoViolazione::Malformato, s.len(), testo));
        }
        Ok(())
    }

    /// A run of text up to the next `<`, `&` or the end.
    fn corrente<R: Ricevitore>(&mut self, u: &mut Uscita<'_, R>, s: &str, pos: usize) -> Result<usize, Alt> {
        let resto = &s[pos..];
        let testo = &resto[..memchr::memchr2(b'<', b'&', resto.as_bytes()).unwrap_or(resto.len())];
        if let Some(i) = forma::carattere_vietato(testo) {
            return Err(self.malformato(u, pos + i, "carattere che XML non ammette"));
        }
        if self.l.fase != Fase::Radice {
            let bianchi = testo.len() - testo.trim_start_matches([' ', '\t', '\n', '\r']).len();
            if bianchi == testo.len() {
                return Ok(pos + testo.len());
            }
            return Err(self.malformato(u, pos + bianchi, "testo fuori dell'elemento radice"));
        }
        if let Some(i) = memchr::memmem::find(testo.as_bytes(), b"]]>") {
            return Err(self.malformato(u, pos + i, "nel testo non è ammessa la sequenza ]]>"));
        }
        self.testo(u, testo, pos);
        Ok(pos + testo.len())
    }

    /// Text with line ends as in the file: they become LF.
    fn testo<R: Ricevitore>(&mut self, u: &mut Uscita<'_, R>, testo: &str, pos: usize) {
        let Some(a) = self.l.pila.last().copied() else {
            return;
        };
        if a.nodo == IGNOTO {
            return;
        }
        if self.m.foglia(a.nodo) {
            if testo.contains('\r') {
                self.l
                    .testo
                    .push_str(&testo.replace("\r\n", "\n").replace('\r', "\n"));
            } else {
                self.l.testo.push_str(testo);
            }
        } else if !forma::tutto_bianco(testo) {
            let bianchi = testo.len() - testo.trim_start().len();
            let quale = cita(testo.trim());
            let testo = format!(
                "testo non ammesso fra gli elementi di «{}»: {quale}",
                self.m.nome(a.nodo)
            );
            self.viola(
                u,
                TipoViolazione::TestoInatteso,
                self.percorso(None),
                pos + bianchi,
                testo,
            );
        }
    }

    /// A CDATA section is text even if it is blank: between elements libxml2 refuses it.
    fn cdata<R: Ricevitore>(&mut self, u: &mut Uscita<'_, R>, testo: &str, pos: usize) {
        match self.l.pila.last().copied() {
            Some(a) if a.nodo != IGNOTO && !self.m.foglia(a.nodo) && forma::tutto_bianco(testo) => {
                let testo = format!(
                    "sezione CDATA non ammessa fra gli elementi di «{}»",
                    self.m.nome(a.nodo)
                );
                self.viola(u, TipoViolazione::TestoInatteso, self.percorso(None), pos, testo);
            }
            _ => self.testo(u, testo, pos),
        }
    }

    fn riferimento<R: Ricevitore>(
        &mut self,
        u: &mut Uscita<'_, R>,
        s: &str,
        pos: usize,
        ultimo: bool,
    ) -> Result<usize, Alt> {
        if self.l.fase != Fase::Radice {
            return Err(self.malformato(u, pos, "testo fuori dell'elemento radice"));
        }
        match forma::riferimento(&s[pos..]) {
            Ok((c, lungo)) => {
                match self.l.pila.last() {
                    Some(a) if a.nodo != IGNOTO && self.m.foglia(a.nodo) => self.l.testo.push(c),
                    _ => self.testo(u, c.encode_utf8(&mut [0; 4]), pos),
                }
                Ok(pos + lungo)
            }
            Err(DifettoRiferimento::Aperto) if !ultimo => Err(Alt::Incompleto),
            Err(DifettoRiferimento::Aperto) => Err(self.malformato(u, pos, "riferimento non chiuso da ;")),
            Err(DifettoRiferimento::Errato(m)) => Err(self.malformato(u, pos, m)),
        }
    }

    /// One token of markup.
    fn marca<R: Ricevitore>(
        &mut self,
        u: &mut Uscita<'_, R>,
        s: &str,
        pos: usize,
        ultimo: bool,
    ) -> Result<usize, Alt> {
        let resto = &s[pos..];
        if resto.starts_with("<!DOCTYPE") {
            let testo = "il documento contiene una dichiarazione DOCTYPE, che non è ammessa".to_owned();
            return Err(self.fatale(u, TipoViolazione::Doctype, pos, testo));
        }
        let mut lettore = quick_xml::Reader::from_str(resto);
        let regole = lettore.config_mut();
        (
            regole.check_end_names,
            regole.allow_unmatched_ends,
            regole.allow_dangling_amp,
        ) = (false, true, true);
        let evento = lettore.read_event();
        let Ok(evento) = evento else {
            // Only these may hold the end tag of a record, at which blocks are cut.
            let lungo = ["<!--", "<![CDATA[", "<?"].iter().any(|p| resto.starts_with(p));
            if lungo && !ultimo {
                return Err(Alt::Incompleto);
            }
            return Err(self.malformato(u, pos, "marca non chiusa o scritta male"));
        };
        let fine = pos + usize::try_from(lettore.buffer_position()).unwrap_or(resto.len());
        let marca = &s[pos..fine];
        // With a `<` in it a tag is wrong wherever it ends; said here, so that it does not matter how much of it is in this block.
        let tag = matches!(evento, Event::Start(_) | Event::Empty(_) | Event::End(_));
        if tag && memchr::memrchr(b'<', marca.as_bytes()) != Some(0) {
            return Err(self.malformato(u, pos, "marca non chiusa o scritta male"));
        }
        let esito = match evento {
            Event::Start(_) | Event::Empty(_) => match forma::inizio(marca) {
                Ok(tag) => return self.apri(u, &tag, pos, fine).map(|()| fine),
                Err(d) => Err(d),
            },
            Event::End(_) => match forma::fine(marca) {
                Ok(nome) => return self.chiudi(u, nome, pos, fine).map(|()| fine),
                Err(d) => Err(d),
            },
            Event::Comment(_) => forma::commento(marca),
            Event::CData(_) if self.l.fase != Fase::Radice => {
                Err((0, "sezione CDATA fuori dell'elemento radice"))
            }
            Event::CData(_) => forma::cdata(marca).map(|testo| self.cdata(u, testo, pos)),
            Event::Decl(_) if self.l.vergine => match forma::dichiarazione(marca) {
                Ok(()) => Ok(()),
                Err(forma::DifettoDichiarazione::Malformata(d)) => Err(d),
                Err(forma::DifettoDichiarazione::Codifica(i, quale)) => {
                    let testo = format!(
                        "il documento dichiara la codifica {}: deve essere UTF-8",
                        cita(&quale)
                    );
                    return Err(self.fatale(u, TipoViolazione::Codifica, pos + i, testo));
                }
            },
            Event::PI(_) | Event::Decl(_) => forma::istruzione(marca),
            _ => Err((0, "marca non prevista")),
        };
        esito
            .map(|()| fine)
            .map_err(|(i, motivo)| self.malformato(u, pos + i, motivo))
    }

    fn nome_aperto(&self, a: Aperto) -> &str {
        match usize::from(a.grezzo).checked_sub(1) {
            Some(i) => self.l.tag.get(i).map_or("", |t| &t.nome),
            None => self.m.nome(a.nodo),
        }
    }

    fn percorso(&self, figlio: Option<&str>) -> String {
        let nomi = self.l.pila.iter().map(|a| {
            let nome = self.nome_aperto(*a);
            nome.split_once(':').map_or(nome, |(_, locale)| locale)
        });
        nomi.chain(figlio).collect::<Vec<_>>().join("/")
    }

    #[cold]
    fn valore_errato<R: Ricevitore>(
        &mut self,
        u: &mut Uscita<'_, R>,
        nodo: NodoId,
        pos: usize,
        valore: &str,
        motivo: &str,
    ) {
        let percorso = self.m.percorso(nodo);
        self.valore_errato_in(u, percorso, pos, valore, motivo);
    }

    fn valore_errato_in<R: Ricevitore>(
        &mut self,
        u: &mut Uscita<'_, R>,
        percorso: String,
        pos: usize,
        valore: &str,
        motivo: &str,
    ) {
        let nome = percorso.rsplit('/').next().unwrap_or_default();
        let testo = format!("il valore {} di «{nome}» {motivo}", cita(valore));
        self.viola(u, TipoViolazione::Valore, percorso, pos, testo);
    }

    #[cold]
    fn viola<R: Ricevitore>(
        &mut self,
        u: &mut Uscita<'_, R>,
        tipo: TipoViolazione,
        percorso: String,
        pos: usize,
        testo: String,
    ) {
        self.violazioni += 1;
        if self.violazioni <= self.max_violazioni {
            u.r.violazione(
                u.b,
                Violazione {
                    tipo,
                    percorso,
                    posizione: u.b.posizione(pos),
                    testo,
                    fatale: false,
                },
            );
        }
    }

    fn malformato<R: Ricevitore>(&mut self, u: &mut Uscita<'_, R>, pos: usize, motivo: &str) -> Alt {
        self.fatale(
            u,
            TipoViolazione::Malformato,
            pos,
            format!("XML scritto male: {motivo}"),
        )
    }

    /// Reports a violation after which nothing can be read; always handed on.
    #[cold]
    fn fatale<R: Ricevitore>(
        &mut self,
        u: &mut Uscita<'_, R>,
        tipo: TipoViolazione,
        pos: usize,
        testo: String,
    ) -> Alt {
        self.violazioni += 1;
        let percorso = self.percorso(None);
        u.r.violazione(
            u.b,
            Violazione {
                tipo,
                percorso,
                posizione: u.b.posizione(pos),
                testo,
                fatale: true,
            },
        );
        Alt::Fatale
    }
}
