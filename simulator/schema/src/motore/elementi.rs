//! Elements on the general path: where a start tag stands in the grammar, what its attributes may be, how to go on after an error.
//!
//! A missing element is reported and the reading goes on from the one found; an element that cannot stand here is reported
//! and passed over with all it holds, so that what follows can still be counted.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::{Alt, Aperto, Fase, IGNOTO, MAX_PROFONDITA, Motore, Tag, Uscita};
use crate::blocco::Ricevitore;
use crate::forma::{self, Attributo};
use crate::modello::{Automa, NodoId, Passo, Stato};
use crate::violazione::{TipoViolazione, cita};

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
const XML: &str = "http://www.w3.org/XML/1998/namespace";

impl Motore<'_> {
    pub(super) fn apri<R: Ricevitore>(
        &mut self,
        u: &mut Uscita<'_, R>,
        t: &forma::Inizio<'_>,
        pos: usize,
        fine: usize,
    ) -> Result<(), Alt> {
        if self.l.fase == Fase::Epilogo {
            return Err(self.malformato(u, pos, "il documento ha più di un elemento radice"));
        }
        if self.l.pila.len() >= MAX_PROFONDITA {
            let testo = format!("elementi annidati oltre {MAX_PROFONDITA} livelli");
            return Err(self.fatale(u, TipoViolazione::Profondita, pos, testo));
        }
        let legami = self.l.legami.len();
        for a in &t.attributi {
            self.dichiara(u, a, pos);
        }
        let (prefisso, locale) = t.nome.split_once(':').unwrap_or(("", t.nome));
        let spazio = self.risolvi(prefisso).map(str::to_owned);
        if spazio.is_none() && !prefisso.is_empty() {
            let testo = format!("il prefisso «{prefisso}» non è dichiarato");
            self.viola(
                u,
                TipoViolazione::SpazioDeiNomi,
                self.percorso(Some(t.nome)),
                pos,
                testo,
            );
        }
        let spazio = match (spazio, prefisso) {
            (Some(u), _) => Some(u),
            (None, "") => None,
            (None, _) => Some(String::new()), // no namespace has the empty name: matches nothing
        };
        let nodo = self.posto(u, spazio.as_deref(), locale, pos, t.nome);
        if nodo != IGNOTO {
            self.attributi(u, t, nodo, pos);
        }
        let piano = t.nome == locale && nodo != IGNOTO && self.l.legami.len() == legami;
        let grezzo = if piano {
            0
        } else {
            self.l.tag.push(Tag {
                nome: t.nome.to_owned(),
                legami,
            });
            u16::try_from(self.l.tag.len()).unwrap_or(u16::MAX) // at most MAX_PROFONDITA
        };
        self.l.fase = Fase::Radice;
        self.l.pila.push(Aperto {
            nodo,
            stato: 0,
            grezzo,
        });
        if nodo != IGNOTO && self.m.foglia(nodo) {
            self.l.testo.clear();
            self.l.figlio_in_foglia = false;
            self.inizio_foglia = pos;
        } else if nodo != IGNOTO {
            u.r.apre(u.b, nodo, pos);
        }
        if t.vuoto {
            self.chiudi(u, t.nome, pos, fine)?;
        }
        Ok(())
    }

    pub(super) fn chiudi<R: Ricevitore>(
        &mut self,
        u: &mut Uscita<'_, R>,
        nome: &str,
        pos: usize,
        fine: usize,
    ) -> Result<(), Alt> {
        let Some(a) = self.l.pila.last().copied() else {
            return Err(self.malformato(u, pos, "chiusura di un elemento mai aperto"));
        };
        if self.nome_aperto(a) != nome {
            let testo = format!("si chiude «{nome}» mentre è aperto «{}»", self.nome_aperto(a));
            return Err(self.fatale(u, TipoViolazione::Malformato, pos, testo));
        }
        if a.nodo != IGNOTO {
            if let Some(tipo) = self.m.tipo(a.nodo) {
                let testo = std::mem::take(&mut self.l.testo);
                if let Err(motivo) = tipo.verifica(&testo) {
                    let percorso = self.percorso(None);
                    self.valore_errato_in(u, percorso, self.inizio_foglia, &testo, &motivo);
                }
                u.r.valore(u.b, a.nodo, &testo, self.inizio_foglia);
                self.l.figlio_in_foglia = false;
            } else {
                self.completa(u, a, pos);
                u.r.chiude(u.b, a.nodo, fine);
            }
        }
        self.l.pila.pop();
        if a.grezzo != 0
            && let Some(tag) = self.l.tag.pop()
        {
            self.l.legami.truncate(tag.legami);
        }
        if self.l.pila.is_empty() {
            self.l.fase = Fase::Epilogo;
        }
        Ok(())
    }

    /// The element may end here only if nothing is missing.
    fn completa<R: Ricevitore>(&mut self, u: &mut Uscita<'_, R>, a: Aperto, pos: usize) {
        let Some(automa) = self.m.automa(a.nodo) else {
            return;
        };
        let Some((mancanti, _)) = automa.verso(a.stato, |s| s.finale) else {
            return;
        };
        for nome in mancanti {
            let testo = format!(
                "manca l'elemento «{nome}» prima della fine di «{}»",
                self.m.nome(a.nodo)
            );
            self.viola(
                u,
                TipoViolazione::ElementoMancante,
                self.percorso(Some(nome)),
                pos,
                testo,
            );
        }
    }

    /// The place of an element that begins; reports what is wrong about it.
    fn posto<R: Ricevitore>(
        &mut self,
        u: &mut Uscita<'_, R>,
        spazio: Option<&str>,
        locale: &str,
        pos: usize,
        nome: &str,
    ) -> NodoId {
        let m = self.m;
        let Some(a) = self.l.pila.last().copied() else {
            let radice = &m.nodi[0];
            if radice.nome == locale && radice.spazio == spazio {
                return NodoId(0);
            }
            let dove = spazio.map_or("senza spazio dei nomi".to_owned(), |s| {
                format!("dello spazio dei nomi {s}")
            });
            let testo = format!(
                "l'elemento radice è «{locale}» {dove}: si attende «{}» dello spazio dei nomi {}",
                radice.nome, m.spazio
            );
            self.viola(u, TipoViolazione::Radice, nome.to_owned(), pos, testo);
            return IGNOTO;
        };
        if a.nodo == IGNOTO {
            return IGNOTO;
        }
        let Some(automa) = m.automa(a.nodo) else {
            if !std::mem::replace(&mut self.l.figlio_in_foglia, true) {
                let testo = format!(
                    "«{}» contiene soltanto testo: l'elemento «{nome}» non è ammesso",
                    m.nome(a.nodo)
                );
                self.viola(
                    u,
                    TipoViolazione::ElementoInatteso,
                    self.percorso(Some(nome)),
                    pos,
                    testo,
                );
            }
            return IGNOTO;
        };
        let questo = |p: &&Passo| p.spazio == spazio && p.nome() == locale;
        let mut stato = a.stato;
        if !automa.stati[usize::from(stato)].passi.iter().any(|p| questo(&p)) {
            // Expected further on? Then what stands between is missing. Else the element and all in it is passed over.
            let Some((mancanti, oltre)) = automa.verso(stato, |s| s.passi.iter().any(|p| questo(&p))) else {
                let attesi: Vec<&str> = automa.stati[usize::from(stato)]
                    .passi
                    .iter()
                    .map(Passo::nome)
                    .collect();
                let testo = format!(
                    "l'elemento «{nome}» non è ammesso qui in «{}»: {}",
                    m.nome(a.nodo),
                    attesi_qui(&attesi)
                );
                self.viola(
                    u,
                    TipoViolazione::ElementoInatteso,
                    self.percorso(Some(nome)),
                    pos,
                    testo,
                );
                return IGNOTO;
            };
            for mancante in mancanti {
                let testo = format!("manca l'elemento «{mancante}» prima di «{nome}»");
                self.viola(
                    u,
                    TipoViolazione::ElementoMancante,
                    self.percorso(Some(mancante)),
                    pos,
                    testo,
                );
            }
            stato = oltre;
        }
        let Some(passo) = automa.stati[usize::from(stato)].passi.iter().find(questo) else {
            return IGNOTO;
        };
        if let Some(cima) = self.l.pila.last_mut() {
            cima.stato = passo.poi;
        }
        NodoId(m.nodi[usize::from(a.nodo.0)].primo + passo.figlio)
    }

    /// Takes note of `xmlns` and `xmlns:p`.
    fn dichiara<R: Ricevitore>(&mut self, u: &mut Uscita<'_, R>, a: &Attributo<'_>, pos: usize) {
        if a.nome == "xmlns" {
            self.l.legami.push((String::new(), a.valore.as_ref().to_owned()));
        } else if let Some(prefisso) = a.nome.strip_prefix("xmlns:") {
            let riservato = prefisso == "xmlns" || (prefisso == "xml") != (a.valore == XML);
            if a.valore.is_empty() || riservato || !forma::nome_semplice(prefisso) {
                let testo = format!("la dichiarazione del prefisso «{prefisso}» non è ammessa");
                self.viola(
                    u,
                    TipoViolazione::SpazioDeiNomi,
                    self.percorso(None),
                    pos + a.offset,
                    testo,
                );
            } else {
                self.l
                    .legami
                    .push((prefisso.to_owned(), a.valore.as_ref().to_owned()));
            }
        }
    }

    /// The namespace of a prefix (empty: of unprefixed elements).
    fn risolvi(&self, prefisso: &str) -> Option<&str> {
        if prefisso == "xml" {
            return Some(XML);
        }
        self.l
            .legami
            .iter()
            .rev()
            .find(|(p, _)| p == prefisso)
            .map(|(_, u)| u.as_str())
            .filter(|u| !u.is_empty())
    }

    /// The messages declare no attribute: only those of XML Schema itself may stand.
    fn attributi<R: Ricevitore>(
        &mut self,
        u: &mut Uscita<'_, R>,
        t: &forma::Inizio<'_>,
        nodo: NodoId,
        pos: usize,
    ) {
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
                "nil" if xsi => format!(
                    "«{}» non può essere dichiarato nullo (xsi:nil)",
                    self.m.nome(nodo)
                ),
                "type" if xsi && self.tipo_dichiarato(nodo, &a.valore) => {
                    visti.push(locale);
                    continue;
                }
                "type" if xsi => format!(
                    "il tipo {} non è quello di «{}»",
                    cita(&a.valore),
                    self.m.nome(nodo)
                ),
                _ => format!("l'attributo «{}» non è ammesso", a.nome),
            };
            let percorso = self.percorso(Some(t.nome));
            self.viola(u, TipoViolazione::Attributo, percorso, pos + a.offset, testo);
        }
    }

    /// Does `xsi:type` name the very type the element has? Blanks around it are not taken away, as in libxml2.
    fn tipo_dichiarato(&self, nodo: NodoId, valore: &str) -> bool {
        let (prefisso, locale) = valore.split_once(':').unwrap_or(("", valore));
        let spazio = self.risolvi(prefisso).unwrap_or_default();
        let dichiarato = self.m.nodi[usize::from(nodo.0)].tipo.as_ref();
        dichiarato.is_some_and(|(s, n)| n == locale && crate::grammatica::grammatica().uri(*s) == spazio)
    }
}

fn attesi_qui(attesi: &[&str]) -> Cow<'static, str> {
    match attesi {
        [] => "non si attende più alcun elemento".into(),
        [uno] => format!("si attende «{uno}»").into(),
        [primo, .., ultimo] if attesi.len() > 4 => {
            format!("si attende uno degli elementi da «{primo}» a «{ultimo}»").into()
        }
        alcuni => format!("si attende «{}»", alcuni.join("», «")).into(),
    }
}

impl Automa {
    /// First step of a shortest way from `da` to an end.
    pub(crate) fn verso_fine(&self, da: u16) -> Option<&Passo> {
        let (nomi, _) = self.verso(da, |s| s.finale)?;
        self.stati[usize::from(da)]
            .passi
            .iter()
            .find(|p| Some(&p.nome()) == nomi.first())
    }

    /// Shortest way from `da` to a state that suits: the names passed (all of them missing) and the state.
    fn verso(&self, da: u16, adatto: impl Fn(&Stato) -> bool) -> Option<(Vec<&str>, u16)> {
        let mut prima: Vec<Option<(u16, &str)>> = vec![None; self.stati.len()];
        let mut coda = VecDeque::from([da]);
        while let Some(q) = coda.pop_front() {
            if adatto(&self.stati[usize::from(q)]) {
                let mut nomi = Vec::new();
                let mut qui = q;
                while qui != da
                    && let Some((sopra, nome)) = prima[usize::from(qui)]
                {
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
