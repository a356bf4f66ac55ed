//! The fast path: plain tags and plain text, compared byte by byte with what the automaton admits next.
//!
//! Must stay true: it stops before the first byte it is not sure of, and then leaves everything to the general path.

use super::{Aperto, Fase, IGNOTO, MAX_PROFONDITA, Motore, Uscita};
use crate::blocco::Ricevitore;
use crate::forma;
use crate::modello::{Contenuto, NodoId, Passo};
use crate::semplici::TipoSemplice;

impl Motore<'_> {
    /// The fast path: see the module. Gives the first byte it leaves to the general one.
    pub(super) fn veloce<R: Ricevitore>(&mut self, u: &mut Uscita<'_, R>, s: &str, da: usize) -> usize {
        let byte = s.as_bytes();
        let m = self.m;
        let mut pos = da;
        if self.solo_generale || self.l.legami.iter().any(|(p, _)| p.is_empty()) {
            return pos;
        }
        let Some(mut cima) = self.l.pila.last().copied() else {
            return pos;
        };
        if cima.nodo == IGNOTO {
            return pos;
        }
        'elemento: loop {
            let nodo = &m.nodi[usize::from(cima.nodo.0)];
            let Contenuto::Elementi(automa) = nodo.contenuto else {
                break;
            };
            let stati = &m.automi[usize::from(automa)].stati;
            loop {
                while byte.get(pos).is_some_and(|c| forma::bianco(*c)) {
                    pos += 1;
                }
                let Some([b'<', otto @ ..]) = byte.get(pos..).and_then(|r| r.first_chunk::<9>()) else {
                    break 'elemento;
                };
                let w = u64::from_le_bytes(*otto);
                let stato = &stati[usize::from(cima.stato)];
                if otto[0] == b'/' {
                    if cima.grezzo != 0 || !stato.finale {
                        break 'elemento;
                    }
                    let Some(fine) = chiusura(byte, pos, nodo.nome.as_bytes()) else {
                        break 'elemento;
                    };
                    pos = fine;
                    self.l.pila.pop();
                    u.r.chiude(u.b, cima.nodo, pos);
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
                    w & p.maschera == p.chiave
                        && (p.marca.len() <= 8 || byte[pos + 9..].starts_with(&p.marca[8..]))
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
                        let Some(oltre) =
                            self.foglia_piana(u, s, pos, figlio, &m.tipi[usize::from(tipo)], passo)
                        else {
                            break 'elemento;
                        };
                        cima.stato = passo.poi;
                        if let Some(c) = self.l.pila.last_mut() {
                            c.stato = passo.poi;
                        }
                        pos = oltre;
                    }
                    Contenuto::Elementi(_) => {
                        if self.l.pila.len() >= MAX_PROFONDITA {
                            break 'elemento;
                        }
                        if let Some(c) = self.l.pila.last_mut() {
                            c.stato = passo.poi;
                        }
                        cima = Aperto {
                            nodo: figlio,
                            stato: 0,
                            grezzo: 0,
                        };
                        self.l.pila.push(cima);
                        u.r.apre(u.b, figlio, pos);
                        pos = dopo;
                        continue 'elemento;
                    }
                }
            }
        }
        pos
    }

    /// `<name>text</name>` at `pos`: hands the value on and gives what follows; `None` if it is not as plain as that.
    #[inline]
    fn foglia_piana<R: Ricevitore>(
        &mut self,
        u: &mut Uscita<'_, R>,
        s: &str,
        pos: usize,
        figlio: NodoId,
        tipo: &TipoSemplice,
        passo: &Passo,
    ) -> Option<usize> {
        let byte = s.as_bytes();
        let dopo = pos + 1 + passo.marca.len();
        let mut fine = dopo;
        while byte.get(fine).is_some_and(|c| tipo.rapidi[usize::from(*c)]) {
            fine += 1;
        }
        let quanti = fine - dopo;
        let mut basta = tipo.basta && quanti >= tipo.minimo as usize && quanti <= tipo.massimo as usize;
        if byte.get(fine) != Some(&b'<') {
            basta = false;
            fine += testo_piano(&s[fine..])?;
        }
        let oltre = chiusura_di(byte, fine, passo)?;
        let testo = &s[dopo..fine];
        if !basta && let Err(motivo) = tipo.verifica(testo) {
            self.valore_errato(u, figlio, pos, testo, &motivo);
        }
        u.r.valore(u.b, figlio, testo, pos);
        Some(oltre)
    }
}

/// If `</nome>` stands at `pos`: where it ends.
fn chiusura(byte: &[u8], pos: usize, nome: &[u8]) -> Option<usize> {
    let dentro = byte[pos..].strip_prefix(b"</")?.strip_prefix(nome)?;
    (dentro.first() == Some(&b'>')).then_some(pos + nome.len() + 3)
}

/// As `chiusura`, for the tag of a step.
fn chiusura_di(byte: &[u8], pos: usize, passo: &Passo) -> Option<usize> {
    let [b'<', b'/', otto @ ..] = byte.get(pos..)?.first_chunk::<10>()? else {
        return None;
    };
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
