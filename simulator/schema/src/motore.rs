//! The reader proper: one block of bytes, from a known state, becomes events and violations, and a new state.
//!
//! Two paths. The general one takes a token of markup at a time from quick-xml, has the guard (`forma`) look at every byte of
//! it, and knows prefixes, attributes, references, CDATA, comments, and how to go on after a violation. In front of it, for
//! the plain shapes a migration file consists of (`<name>`, `<name>text</name>`, `</name>`, blanks), `veloce` compares bytes
//! with the few names the automaton admits next and scans the text with the byte table of its type. The fast path consumes
//! only what is certainly right or is a plain text to be judged by its type; at anything else it stops *before* consuming it,
//! so the general path sees it from its first byte. The two therefore cannot disagree on tokens, only on events; that they
//! agree there is a test (`Opzioni::solo_generale`).

use std::borrow::Cow;

use quick_xml::events::Event;

use crate::blocco::{Blocco, Ricevitore};
use crate::forma::{self, Attributo, DifettoRiferimento};
use crate::modello::{Contenuto, Modello, NodoId, Passo};
use crate::violazione::{TipoViolazione, Violazione, cita};

/// Elements may be nested this deep, as in libxml2.
pub const MAX_PROFONDITA: usize = 256;

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
const XML: &str = "http://www.w3.org/XML/1998/namespace";
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
        Self { m, l, inizio_foglia: 0, violazioni: 0, max_violazioni, solo_generale, solo_testa: false }
    }

    pub(crate) fn solo_testa(mut self) -> Self {
        self.solo_testa = true;
        self
    }

    /// Reads the whole block; `ultimo`: the document ends with it.
    pub(crate) fn corri<R: Ricevitore>(&mut self, b: &Blocco, ultimo: bool, r: &mut R) -> Fine {
        let Ok(s) = simdutf8::basic::from_utf8(&b.byte) else { return self.non_utf8(b, r) };
        match self.leggi(b, s, ultimo, r) {
            Ok(()) => Fine::Tutto,
            Err(Alt::Incompleto) => Fine::Incompleto,
            Err(Alt::Fatale) => Fine::Fatale,
        }
    }

    #[cold]
    fn non_utf8<R: Ricevitore>(&mut self, b: &Blocco, r: &mut R) -> Fine {
        let buoni = b.byte.utf8_chunks().next().map_or("", |c| c.valid());
        let utf16 = self.l.vergine && [[0xFF, 0xFE], [0xFE, 0xFF]].iter().any(|bom| b.byte.starts_with(bom));
        if !utf16 && matches!(self.leggi(b, buoni, false, r), Err(Alt::Fatale)) {
            return Fine::Fatale;
        }
        let testo = if utf16 {
            "il documento è in UTF-16: deve essere in UTF-8".to_owned()
        } else {
            format!("il byte 0x{:02X} non è UTF-8: il documento deve essere in UTF-8", b.byte.get(buoni.len()).copied().unwrap_or(0))
        };
        self.fatale(b, r, TipoViolazione::Codifica, buoni.len(), testo);
        Fine::Fatale
    }

    fn leggi<R: Ricevitore>(&mut self, b: &Blocco, s: &str, ultimo: bool, r: &mut R) -> Result<(), Alt> {
        let mut pos = 0;
        if self.l.vergine && s.starts_with('\u{FEFF}') {
            pos = '\u{FEFF}'.len_utf8();
        }
        loop {
            if self.l.fase == Fase::Radice {
                if self.solo_testa {
                    return Ok(());
                }
                pos = self.veloce(b, s, pos, r);
            }
            if pos >= s.len() {
                break;
            }
            pos = match s.as_bytes()[pos] {
                b'<' => self.marca(b, s, pos, ultimo, r)?,
                b'&' => self.riferimento(b, s, pos, ultimo, r)?,
                _ => self.corrente(b, s, pos, r)?,
            };
            self.l.vergine = false;
        }
        if ultimo && self.l.fase != Fase::Epilogo {
            let testo = match self.l.pila.last() {
                Some(a) => format!("il documento finisce prima della chiusura di «{}»", self.nome_aperto(*a)),
                None => "il documento non contiene alcun elemento".to_owned(),
            };
            return Err(self.fatale(b, r, TipoViolazione::Malformato, s.len(), testo));
        }
        Ok(())
    }

    /// The fast path: see the module. Gives the first byte it leaves to the general one.
    fn veloce<R: Ricevitore>(&mut self, b: &Blocco, s: &str, da: usize, r: &mut R) -> usize {
        let byte = s.as_bytes();
        let m = self.m;
        let mut pos = da;
        if self.solo_generale || self.l.legami.iter().any(|(p, _)| p.is_empty()) {
            return pos;
        }
        let Some(mut cima) = self.l.pila.last().copied() else { return pos };
        if cima.nodo == IGNOTO {
            return pos;
        }
        'elemento: loop {
            let nodo = &m.nodi[usize::from(cima.nodo.0)];
            let Contenuto::Elementi(automa) = nodo.contenuto else { break };
            let stati = &m.automi[usize::from(automa)].stati;
            'passo: loop {
                while byte.get(pos).is_some_and(|c| forma::bianco(*c)) {
                    pos += 1;
                }
                let Some([b'<', otto @ ..]) = byte.get(pos..).and_then(|r| r.first_chunk::<9>()) else { break 'elemento };
                let w = u64::from_le_bytes(*otto);
                let stato = &stati[usize::from(cima.stato)];
                if otto[0] == b'/' {
                    if cima.grezzo != 0 || !stato.finale {
                        break 'elemento;
                    }
                    let Some(fine) = chiusura(byte, pos, nodo.nome.as_bytes()) else { break 'elemento };
                    pos = fine;
                    self.l.pila.pop();
                    r.chiude(b, cima.nodo, pos);
                    match self.l.pila.last() {
                        Some(sopra) if sopra.nodo != IGNOTO => cima = *sopra,
                        // The root is closed by the general path unless its tag was plain.
                        Some(_) => return pos,
                        None => {
                            self.l.fase = Fase::Epilogo;
                            return pos;
                        }
                    }
                    continue 'elemento;
                }
                let Some(passo) = stato.passi.iter().find(|p| {
                    w & p.maschera == p.chiave && (p.marca.len() <= 8 || byte[pos + 9..].starts_with(&p.marca[8..]))
                }) else {
                    break 'elemento;
                };
                if passo.spazio.is_some() {
                    break 'elemento;
                }
                let figlio = NodoId(nodo.primo + passo.figlio);
                let dopo = pos + 1 + passo.marca.len();
                match m.nodi[usize::from(figlio.0)].contenuto {
                    Contenuto::Foglia(tipo) => {
                        let tipo = &m.tipi[usize::from(tipo)];
                        let mut fine = dopo;
                        while byte.get(fine).is_some_and(|c| tipo.rapidi[usize::from(*c)]) {
                            fine += 1;
                        }
                        let quanti = fine - dopo;
                        let mut basta = tipo.basta && quanti >= tipo.minimo as usize && quanti <= tipo.massimo as usize;
                        if byte.get(fine) != Some(&b'<') {
                            basta = false;
                            let Some(altri) = testo_piano(&s[fine..]) else { break 'elemento };
                            fine += altri;
                        }
                        let Some(oltre) = chiusura_di(byte, fine, passo) else { break 'elemento };
                        let testo = &s[dopo..fine];
                        cima.stato = passo.poi;
                        if !basta && let Err(motivo) = tipo.verifica(testo) {
                            self.valore_errato(b, r, figlio, pos, testo, &motivo);
                        }
                        r.valore(b, figlio, testo, pos);
                        if let Some(c) = self.l.pila.last_mut() {
                            c.stato = cima.stato;
                        }
                        pos = oltre;
                        continue 'passo;
                    }
                    Contenuto::Elementi(_) => {
                        if self.l.pila.len() >= MAX_PROFONDITA {
                            break 'elemento;
                        }
                        if let Some(c) = self.l.pila.last_mut() {
                            c.stato = passo.poi;
                        }
                        cima = Aperto { nodo: figlio, stato: 0, grezzo: 0 };
                        self.l.pila.push(cima);
                        r.apre(b, figlio, pos);
                        pos = dopo;
                        continue 'elemento;
                    }
                }
            }
        }
        pos
    }

    /// A run of text up to the next `<`, `&` or the end.
    fn corrente<R: Ricevitore>(&mut self, b: &Blocco, s: &str, pos: usize, r: &mut R) -> Result<usize, Alt> {
        let resto = &s[pos..];
        let testo = &resto[..memchr::memchr2(b'<', b'&', resto.as_bytes()).unwrap_or(resto.len())];
        if let Some(i) = forma::carattere_vietato(testo) {
            return Err(self.malformato(b, r, pos + i, "carattere che XML non ammette"));
        }
        if self.l.fase != Fase::Radice {
            let bianchi = testo.len() - testo.trim_start_matches([' ', '\t', '\n', '\r']).len();
            if bianchi == testo.len() {
                return Ok(pos + testo.len());
            }
            return Err(self.malformato(b, r, pos + bianchi, "testo fuori dell'elemento radice"));
        }
        if let Some(i) = memchr::memmem::find(testo.as_bytes(), b"]]>") {
            return Err(self.malformato(b, r, pos + i, "nel testo non è ammessa la sequenza ]]>"));
        }
        self.testo(b, r, testo, pos);
        Ok(pos + testo.len())
    }

    /// Text with line ends as in the file: they become LF.
    fn testo<R: Ricevitore>(&mut self, b: &Blocco, r: &mut R, testo: &str, pos: usize) {
        let Some(a) = self.l.pila.last().copied() else { return };
        if a.nodo == IGNOTO {
            return;
        }
        if self.m.foglia(a.nodo) {
            if testo.contains('\r') {
                self.l.testo.push_str(&testo.replace("\r\n", "\n").replace('\r', "\n"));
            } else {
                self.l.testo.push_str(testo);
            }
        } else if !forma::tutto_bianco(testo) {
            let bianchi = testo.len() - testo.trim_start().len();
            let quale = cita(testo.trim());
            let testo = format!("testo non ammesso fra gli elementi di «{}»: {quale}", self.m.nome(a.nodo));
            self.viola(b, r, TipoViolazione::TestoInatteso, self.percorso(None), pos + bianchi, testo);
        }
    }

    /// A CDATA section is text even if it is blank: between elements libxml2 refuses it.
    fn cdata<R: Ricevitore>(&mut self, b: &Blocco, r: &mut R, testo: &str, pos: usize) {
        match self.l.pila.last().copied() {
            Some(a) if a.nodo != IGNOTO && !self.m.foglia(a.nodo) && forma::tutto_bianco(testo) => {
                let testo = format!("sezione CDATA non ammessa fra gli elementi di «{}»", self.m.nome(a.nodo));
                self.viola(b, r, TipoViolazione::TestoInatteso, self.percorso(None), pos, testo);
            }
            _ => self.testo(b, r, testo, pos),
        }
    }

    fn riferimento<R: Ricevitore>(&mut self, b: &Blocco, s: &str, pos: usize, ultimo: bool, r: &mut R) -> Result<usize, Alt> {
        if self.l.fase != Fase::Radice {
            return Err(self.malformato(b, r, pos, "testo fuori dell'elemento radice"));
        }
        match forma::riferimento(&s[pos..]) {
            Ok((c, lungo)) => {
                match self.l.pila.last() {
                    Some(a) if a.nodo != IGNOTO && self.m.foglia(a.nodo) => self.l.testo.push(c),
                    _ => self.testo(b, r, c.encode_utf8(&mut [0; 4]), pos),
                }
                Ok(pos + lungo)
            }
            Err(DifettoRiferimento::Aperto) if !ultimo => Err(Alt::Incompleto),
            Err(DifettoRiferimento::Aperto) => Err(self.malformato(b, r, pos, "riferimento non chiuso da ;")),
            Err(DifettoRiferimento::Errato(m)) => Err(self.malformato(b, r, pos, m)),
        }
    }

    /// One token of markup.
    fn marca<R: Ricevitore>(&mut self, b: &Blocco, s: &str, pos: usize, ultimo: bool, r: &mut R) -> Result<usize, Alt> {
        let resto = &s[pos..];
        if resto.starts_with("<!DOCTYPE") {
            let testo = "il documento contiene una dichiarazione DOCTYPE, che non è ammessa".to_owned();
            return Err(self.fatale(b, r, TipoViolazione::Doctype, pos, testo));
        }
        let mut lettore = quick_xml::Reader::from_str(resto);
        let c = lettore.config_mut();
        (c.check_end_names, c.allow_unmatched_ends, c.allow_dangling_amp) = (false, true, true);
        let evento = lettore.read_event();
        let Ok(evento) = evento else {
            // Only these may hold the end tag of a record, at which blocks are cut.
            let lungo = ["<!--", "<![CDATA[", "<?"].iter().any(|p| resto.starts_with(p));
            if lungo && !ultimo {
                return Err(Alt::Incompleto);
            }
            return Err(self.malformato(b, r, pos, "marca non chiusa o scritta male"));
        };
        let fine = pos + usize::try_from(lettore.buffer_position()).unwrap_or(resto.len());
        let t = &s[pos..fine];
        let esito = match evento {
            Event::Start(_) | Event::Empty(_) => match forma::inizio(t) {
                Ok(tag) => return self.apri(b, r, &tag, pos, fine).map(|()| fine),
                Err(d) => Err(d),
            },
            Event::End(_) => match forma::fine(t) {
                Ok(nome) => return self.chiudi(b, r, nome, pos, fine).map(|()| fine),
                Err(d) => Err(d),
            },
            Event::Comment(_) => forma::commento(t),
            Event::CData(_) if self.l.fase != Fase::Radice => Err((0, "sezione CDATA fuori dell'elemento radice")),
            Event::CData(_) => forma::cdata(t).map(|testo| self.cdata(b, r, testo, pos)),
            Event::Decl(_) if self.l.vergine => match forma::dichiarazione(t) {
                Ok(()) => Ok(()),
                Err(forma::DifettoDichiarazione::Malformata(d)) => Err(d),
                Err(forma::DifettoDichiarazione::Codifica(i, quale)) => {
                    let testo = format!("il documento dichiara la codifica {}: deve essere UTF-8", cita(&quale));
                    return Err(self.fatale(b, r, TipoViolazione::Codifica, pos + i, testo));
                }
            },
            Event::PI(_) | Event::Decl(_) => forma::istruzione(t),
            _ => Err((0, "marca non prevista")),
        };
        esito.map(|()| fine).map_err(|(i, motivo)| self.malformato(b, r, pos + i, motivo))
    }

    fn apri<R: Ricevitore>(&mut self, b: &Blocco, r: &mut R, t: &forma::Inizio<'_>, pos: usize, fine: usize) -> Result<(), Alt> {
        if self.l.fase == Fase::Epilogo {
            return Err(self.malformato(b, r, pos, "il documento ha più di un elemento radice"));
        }
        if self.l.pila.len() >= MAX_PROFONDITA {
            let testo = format!("elementi annidati oltre {MAX_PROFONDITA} livelli");
            return Err(self.fatale(b, r, TipoViolazione::Profondita, pos, testo));
        }
        let legami = self.l.legami.len();
        for a in &t.attributi {
            self.dichiara(b, r, a, pos);
        }
        let (prefisso, locale) = t.nome.split_once(':').unwrap_or(("", t.nome));
        let spazio = self.risolvi(prefisso).map(str::to_owned);
        if spazio.is_none() && !prefisso.is_empty() {
            let testo = format!("il prefisso «{prefisso}» non è dichiarato");
            self.viola(b, r, TipoViolazione::SpazioDeiNomi, self.percorso(Some(t.nome)), pos, testo);
        }
        let spazio = match (spazio, prefisso) {
            (Some(u), _) => Some(u),
            (None, "") => None,
            (None, _) => Some(String::new()), // no namespace has the empty name: matches nothing
        };
        let nodo = self.posto(b, r, spazio.as_deref(), locale, pos, t.nome);
        if nodo != IGNOTO {
            self.attributi(b, r, t, nodo, pos);
        }
        let piano = t.nome == locale && nodo != IGNOTO && self.l.legami.len() == legami;
        let grezzo = if piano {
            0
        } else {
            self.l.tag.push(Tag { nome: t.nome.to_owned(), legami });
            u16::try_from(self.l.tag.len()).unwrap_or(u16::MAX) // at most MAX_PROFONDITA
        };
        self.l.fase = Fase::Radice;
        self.l.pila.push(Aperto { nodo, stato: 0, grezzo });
        if nodo != IGNOTO && self.m.foglia(nodo) {
            self.l.testo.clear();
            self.l.figlio_in_foglia = false;
            self.inizio_foglia = pos;
        } else if nodo != IGNOTO {
            r.apre(b, nodo, pos);
        }
        if t.vuoto {
            self.chiudi(b, r, t.nome, pos, fine)?;
        }
        Ok(())
    }

    fn chiudi<R: Ricevitore>(&mut self, b: &Blocco, r: &mut R, nome: &str, pos: usize, fine: usize) -> Result<(), Alt> {
        let Some(a) = self.l.pila.last().copied() else {
            return Err(self.malformato(b, r, pos, "chiusura di un elemento mai aperto"));
        };
        if self.nome_aperto(a) != nome {
            let testo = format!("si chiude «{nome}» mentre è aperto «{}»", self.nome_aperto(a));
            return Err(self.fatale(b, r, TipoViolazione::Malformato, pos, testo));
        }
        if a.nodo != IGNOTO {
            if let Some(tipo) = self.m.tipo(a.nodo) {
                let testo = std::mem::take(&mut self.l.testo);
                if let Err(motivo) = tipo.verifica(&testo) {
                    let percorso = self.percorso(None);
                    self.valore_errato_in(b, r, percorso, self.inizio_foglia, &testo, &motivo);
                }
                r.valore(b, a.nodo, &testo, self.inizio_foglia);
                self.l.figlio_in_foglia = false;
            } else {
                self.completa(b, r, a, pos);
                r.chiude(b, a.nodo, fine);
            }
        }
        self.l.pila.pop();
        if a.grezzo != 0 && let Some(tag) = self.l.tag.pop() {
            self.l.legami.truncate(tag.legami);
        }
        if self.l.pila.is_empty() {
            self.l.fase = Fase::Epilogo;
        }
        Ok(())
    }

    /// The element may end here only if nothing is missing.
    fn completa<R: Ricevitore>(&mut self, b: &Blocco, r: &mut R, a: Aperto, pos: usize) {
        let Some(automa) = self.m.automa(a.nodo) else { return };
        let Some((mancanti, _)) = automa.verso(a.stato, |s| s.finale) else { return };
        for nome in mancanti {
            let testo = format!("manca l'elemento «{nome}» prima della fine di «{}»", self.m.nome(a.nodo));
            self.viola(b, r, TipoViolazione::ElementoMancante, self.percorso(Some(nome)), pos, testo);
        }
    }

    /// The place of an element that begins; reports what is wrong about it.
    fn posto<R: Ricevitore>(&mut self, b: &Blocco, r: &mut R, spazio: Option<&str>, locale: &str, pos: usize, nome: &str) -> NodoId {
        let m = self.m;
        let Some(a) = self.l.pila.last().copied() else {
            let radice = &m.nodi[0];
            if radice.nome == locale && radice.spazio == spazio {
                return NodoId(0);
            }
            let dove = spazio.map_or("senza spazio dei nomi".to_owned(), |s| format!("dello spazio dei nomi {s}"));
            let testo = format!("l'elemento radice è «{locale}» {dove}: si attende «{}» dello spazio dei nomi {}", radice.nome, m.spazio);
            self.viola(b, r, TipoViolazione::Radice, nome.to_owned(), pos, testo);
            return IGNOTO;
        };
        if a.nodo == IGNOTO {
            return IGNOTO;
        }
        let Some(automa) = m.automa(a.nodo) else {
            if !std::mem::replace(&mut self.l.figlio_in_foglia, true) {
                let testo = format!("«{}» contiene soltanto testo: l'elemento «{nome}» non è ammesso", m.nome(a.nodo));
                self.viola(b, r, TipoViolazione::ElementoInatteso, self.percorso(Some(nome)), pos, testo);
            }
            return IGNOTO;
        };
        let questo = |p: &&Passo| p.spazio == spazio && p.nome() == locale;
        let mut stato = a.stato;
        if !automa.stati[usize::from(stato)].passi.iter().any(|p| questo(&p)) {
            // Expected further on? Then what stands between is missing. Else the element and all in it is passed over.
            let Some((mancanti, oltre)) = automa.verso(stato, |s| s.passi.iter().any(|p| questo(&p))) else {
                let attesi: Vec<&str> = automa.stati[usize::from(stato)].passi.iter().map(Passo::nome).collect();
                let testo = format!("l'elemento «{nome}» non è ammesso qui in «{}»: {}", m.nome(a.nodo), attesi_qui(&attesi));
                self.viola(b, r, TipoViolazione::ElementoInatteso, self.percorso(Some(nome)), pos, testo);
                return IGNOTO;
            };
            for mancante in mancanti {
                let testo = format!("manca l'elemento «{mancante}» prima di «{nome}»");
                self.viola(b, r, TipoViolazione::ElementoMancante, self.percorso(Some(mancante)), pos, testo);
            }
            stato = oltre;
        }
        let Some(passo) = automa.stati[usize::from(stato)].passi.iter().find(questo) else { return IGNOTO };
        if let Some(cima) = self.l.pila.last_mut() {
            cima.stato = passo.poi;
        }
        NodoId(m.nodi[usize::from(a.nodo.0)].primo + passo.figlio)
    }

    /// Takes note of `xmlns` and `xmlns:p`.
    fn dichiara<R: Ricevitore>(&mut self, b: &Blocco, r: &mut R, a: &Attributo<'_>, pos: usize) {
        if a.nome == "xmlns" {
            self.l.legami.push((String::new(), a.valore.as_ref().to_owned()));
        } else if let Some(prefisso) = a.nome.strip_prefix("xmlns:") {
            let riservato = prefisso == "xmlns" || (prefisso == "xml") != (a.valore == XML);
            if a.valore.is_empty() || riservato || !forma::nome_semplice(prefisso) {
                let testo = format!("la dichiarazione del prefisso «{prefisso}» non è ammessa");
                self.viola(b, r, TipoViolazione::SpazioDeiNomi, self.percorso(None), pos + a.offset, testo);
            } else {
                self.l.legami.push((prefisso.to_owned(), a.valore.as_ref().to_owned()));
            }
        }
    }

    /// The namespace of a prefix (empty: of unprefixed elements).
    fn risolvi(&self, prefisso: &str) -> Option<&str> {
        if prefisso == "xml" {
            return Some(XML);
        }
        self.l.legami.iter().rev().find(|(p, _)| p == prefisso).map(|(_, u)| u.as_str()).filter(|u| !u.is_empty())
    }

    /// The messages declare no attribute: only those of XML Schema itself may stand.
    fn attributi<R: Ricevitore>(&mut self, b: &Blocco, r: &mut R, t: &forma::Inizio<'_>, nodo: NodoId, pos: usize) {
        let mut visti: Vec<&str> = Vec::new();
        for a in &t.attributi {
            if a.nome == "xmlns" || a.nome.starts_with("xmlns:") {
                continue;
            }
            let (prefisso, locale) = a.nome.split_once(':').unwrap_or(("", a.nome));
            let xsi = !prefisso.is_empty() && self.risolvi(prefisso) == Some(XSI);
            let testo = match locale {
                _ if xsi && visti.contains(&locale) => format!("l'attributo «{}» è ripetuto", a.nome),
                "schemaLocation" | "noNamespaceSchemaLocation" if xsi => continue,
                "nil" if xsi => format!("«{}» non può essere dichiarato nullo (xsi:nil)", self.m.nome(nodo)),
                "type" if xsi && self.tipo_dichiarato(nodo, &a.valore) => {
                    visti.push(locale);
                    continue;
                }
                "type" if xsi => format!("il tipo {} non è quello di «{}»", cita(&a.valore), self.m.nome(nodo)),
                _ => format!("l'attributo «{}» non è ammesso", a.nome),
            };
            let percorso = self.percorso(Some(t.nome));
            self.viola(b, r, TipoViolazione::Attributo, percorso, pos + a.offset, testo);
        }
    }

    /// Does `xsi:type` name the very type the element has?
    fn tipo_dichiarato(&self, nodo: NodoId, valore: &str) -> bool {
        let valore = valore.trim_matches([' ', '\t', '\n', '\r']);
        let (prefisso, locale) = valore.split_once(':').unwrap_or(("", valore));
        let spazio = self.risolvi(prefisso).unwrap_or_default();
        let dichiarato = self.m.nodi[usize::from(nodo.0)].tipo.as_ref();
        dichiarato.is_some_and(|(s, n)| n == locale && crate::grammatica::grammatica().uri(*s) == spazio)
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
    fn valore_errato<R: Ricevitore>(&mut self, b: &Blocco, r: &mut R, nodo: NodoId, pos: usize, valore: &str, motivo: &str) {
        let percorso = self.m.percorso(nodo);
        self.valore_errato_in(b, r, percorso, pos, valore, motivo);
    }

    fn valore_errato_in<R: Ricevitore>(&mut self, b: &Blocco, r: &mut R, percorso: String, pos: usize, valore: &str, motivo: &str) {
        let nome = percorso.rsplit('/').next().unwrap_or_default();
        let testo = format!("il valore {} di «{nome}» {motivo}", cita(valore));
        self.viola(b, r, TipoViolazione::Valore, percorso, pos, testo);
    }

    #[cold]
    fn viola<R: Ricevitore>(&mut self, b: &Blocco, r: &mut R, tipo: TipoViolazione, percorso: String, pos: usize, testo: String) {
        self.violazioni += 1;
        if self.violazioni <= self.max_violazioni {
            r.violazione(b, Violazione { tipo, percorso, posizione: b.posizione(pos), testo, fatale: false });
        }
    }

    fn malformato<R: Ricevitore>(&mut self, b: &Blocco, r: &mut R, pos: usize, motivo: &str) -> Alt {
        self.fatale(b, r, TipoViolazione::Malformato, pos, format!("XML scritto male: {motivo}"))
    }

    /// Reports a violation after which nothing can be read; always handed on.
    #[cold]
    fn fatale<R: Ricevitore>(&mut self, b: &Blocco, r: &mut R, tipo: TipoViolazione, pos: usize, testo: String) -> Alt {
        self.violazioni += 1;
        let percorso = self.percorso(None);
        r.violazione(b, Violazione { tipo, percorso, posizione: b.posizione(pos), testo, fatale: true });
        Alt::Fatale
    }
}

/// If `</nome>` stands at `pos`: where it ends.
fn chiusura(byte: &[u8], pos: usize, nome: &[u8]) -> Option<usize> {
    let dentro = byte[pos..].strip_prefix(b"</")?.strip_prefix(nome)?;
    (dentro.first() == Some(&b'>')).then_some(pos + nome.len() + 3)
}

/// As `chiusura`, for the tag of a step.
fn chiusura_di(byte: &[u8], pos: usize, passo: &Passo) -> Option<usize> {
    let [b'<', b'/', otto @ ..] = byte.get(pos..)?.first_chunk::<10>()? else { return None };
    let uguale = u64::from_le_bytes(*otto) & passo.maschera == passo.chiave
        && (passo.marca.len() <= 8 || byte[pos + 10..].starts_with(&passo.marca[8..]));
    uguale.then_some(pos + 2 + passo.marca.len())
}

/// Length of the text up to `<`, if nothing in it needs the general path.
fn testo_piano(s: &str) -> Option<usize> {
    let quanti = memchr::memchr(b'<', s.as_bytes())?;
    let testo = &s[..quanti];
    let piano = memchr::memchr2(b'&', b'\r', testo.as_bytes()).is_none()
        && forma::carattere_vietato(testo).is_none()
        && memchr::memmem::find(testo.as_bytes(), b"]]>").is_none();
    piano.then_some(quanti)
}

fn attesi_qui(attesi: &[&str]) -> Cow<'static, str> {
    match attesi {
        [] => "non si attende più alcun elemento".into(),
        [uno] => format!("si attende «{uno}»").into(),
        [primo, .., ultimo] if attesi.len() > 4 => format!("si attende uno degli elementi da «{primo}» a «{ultimo}»").into(),
        alcuni => format!("si attende «{}»", alcuni.join("», «")).into(),
    }
}

impl crate::modello::Automa {
    /// First step of a shortest way from `da` to an end.
    pub(crate) fn verso_fine(&self, da: u16) -> Option<&Passo> {
        let (nomi, _) = self.verso(da, |s| s.finale)?;
        self.stati[usize::from(da)].passi.iter().find(|p| Some(&p.nome()) == nomi.first())
    }

    /// Shortest way from `da` to a state that suits: the names passed (all of them missing) and the state.
    fn verso(&self, da: u16, adatto: impl Fn(&crate::modello::Stato) -> bool) -> Option<(Vec<&str>, u16)> {
        let mut prima: Vec<Option<(u16, &str)>> = vec![None; self.stati.len()];
        let mut coda = std::collections::VecDeque::from([da]);
        while let Some(q) = coda.pop_front() {
            if adatto(&self.stati[usize::from(q)]) {
                let mut nomi = Vec::new();
                let mut qui = q;
                while qui != da && let Some((sopra, nome)) = prima[usize::from(qui)] {
                    nomi.push(nome);
                    qui = sopra;
                }
                nomi.reverse();
                return Some((nomi, q));
            }
            for p in &self.stati[usize::from(q)].passi {
                if p.poi != da && prima[usize::from(p.poi)].is_none() {
                    prima[usize::from(p.poi)] = Some((q, p.nome()));
                    coda.push_back(p.poi);
                }
            }
        }
        None
    }
}
