//! The message grammar as data: the compact text of `fixtures/grammatica` becomes types, elements and particles.
//!
//! One construct a line; what the line belongs to is said by its indentation, one blank a level. Must stay true: a line the
//! loader does not understand is an error, never skipped, so that the grammar in memory is the whole grammar.
//!
//! ```text
//! spazio tipoDato http://…        a namespace and its short name
//! nel tipoDato                    the namespace of what follows
//! semplice tipoCap xs:string      a simple type; below it: lunghezza|minimo|massimo N, spazi collapse, modello RE, valore V
//! complesso tipoX estende a:tipoY a complex type (or `valore a:tipoY`: simple content), then its group
//! elemento Richiesta              a root, then its group
//!  sequenza | scelta              a group; ? * + say how many times
//!   el nome a:tipo ?              a local element (unqualified), rif a:nome ? a reference to a root (qualified)
//! ```

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use thiserror::Error;

/// A name in a namespace (index in [`Grammatica::spazi`]); names without a short prefix live in [`XS`].
pub(crate) type NomeTipo = (u16, String);

/// The pseudo namespace of the built-in types.
pub(crate) const XS: u16 = u16::MAX;

/// How often a particle may occur. The grammar knows no other bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Volte {
    pub(crate) facoltativo: bool,
    pub(crate) molti: bool,
}

/// A piece of a content model.
#[derive(Clone, Debug)]
pub(crate) enum Particella {
    /// A local element: no namespace.
    Elemento {
        nome: String,
        tipo: NomeTipo,
        volte: Volte,
    },
    /// A reference to a global element: qualified.
    Riferimento { elemento: NomeTipo, volte: Volte },
    /// One after the other.
    Sequenza { figli: Vec<Particella>, volte: Volte },
    /// One of them.
    Scelta { figli: Vec<Particella>, volte: Volte },
}

/// What stands between the tags.
#[derive(Clone, Debug, Default)]
pub(crate) struct Complesso {
    /// Extended type: its content comes first.
    pub(crate) base: Option<NomeTipo>,
    /// Simple content: the text is of this type.
    pub(crate) valore: Option<NomeTipo>,
    pub(crate) gruppo: Option<Particella>,
}

/// How white space is treated before the other facets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spazi {
    Preserve,
    Replace,
    Collapse,
}

/// A restriction of another simple type; facets as written.
#[derive(Clone, Debug)]
pub(crate) struct Semplice {
    pub(crate) base: NomeTipo,
    pub(crate) minimo: Option<u32>,
    pub(crate) massimo: Option<u32>,
    pub(crate) spazi: Option<Spazi>,
    pub(crate) modelli: Vec<String>,
    pub(crate) valori: Vec<String>,
}

/// All messages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grammatica {
    pub(crate) spazi: Vec<(String, String)>,
    pub(crate) semplici: FxHashMap<NomeTipo, Semplice>,
    pub(crate) complessi: FxHashMap<NomeTipo, Complesso>,
    pub(crate) elementi: FxHashMap<NomeTipo, Complesso>,
    /// Roots in the order of the text.
    pub(crate) ordine: Vec<NomeTipo>,
}

/// Why a grammar text is not one; a defect of ours, found by any test that loads it.
#[derive(Debug, Error)]
#[error("grammatica, riga {riga}: {motivo}: {testo:?}")]
pub(crate) struct ErroreGrammatica {
    riga: usize,
    motivo: &'static str,
    testo: String,
}

static TESTI: [&str; 2] = [
    include_str!("../../../fixtures/grammatica/comuni.txt"),
    include_str!("../../../fixtures/grammatica/connessione.txt"),
];

/// The embedded grammar, read once.
pub(crate) fn grammatica() -> &'static Grammatica {
    static G: OnceLock<Grammatica> = OnceLock::new();
    G.get_or_init(|| {
        let mut g = Grammatica::default();
        for testo in TESTI {
            g.leggi(testo)
                .expect("the embedded grammar is read by every test");
        }
        g
    })
}

/// Groups still open while reading: indentation, is it a choice, occurrence, children.
type Aperto = (usize, bool, Volte, Vec<Particella>);

impl Grammatica {
    /// Adds what `testo` declares.
    pub(crate) fn leggi(&mut self, testo: &str) -> Result<(), ErroreGrammatica> {
        let mut qui = XS;
        let mut ultimo: Option<(bool, NomeTipo)> = None; // (is an element, name)
        let mut semplice: Option<NomeTipo> = None;
        let mut pila: Vec<Aperto> = Vec::new();
        for (indice, riga) in testo.lines().enumerate() {
            let errore = |motivo| ErroreGrammatica {
                riga: indice + 1,
                motivo,
                testo: riga.to_owned(),
            };
            if riga.is_empty() || riga.starts_with('#') {
                continue;
            }
            let rientro = riga.len() - riga.trim_start_matches(' ').len();
            let (parola, resto) = riga[rientro..].split_once(' ').unwrap_or((&riga[rientro..], ""));
            if rientro == 0 {
                self.chiudi(&mut pila, 0, ultimo.as_ref()).map_err(errore)?;
                (ultimo, semplice) = (None, None);
            }
            match (rientro, parola) {
                (0, "spazio") => {
                    let (breve, intero) = resto.split_once(' ').ok_or_else(|| errore("spazio senza nome"))?;
                    if self.spazi.iter().any(|(b, _)| b == breve) {
                        return Err(errore("spazio ripetuto"));
                    }
                    self.spazi.push((breve.to_owned(), intero.to_owned()));
                }
                (0, "nel") => qui = self.spazio(resto).ok_or_else(|| errore("spazio ignoto"))?,
                (0, "semplice") => {
                    let (nome, base) = resto.split_once(' ').ok_or_else(|| errore("tipo senza base"))?;
                    let base = self.nome(base).ok_or_else(|| errore("base ignota"))?;
                    let chiave = (qui, nome.to_owned());
                    let nuovo = Semplice {
                        base,
                        minimo: None,
                        massimo: None,
                        spazi: None,
                        modelli: Vec::new(),
                        valori: Vec::new(),
                    };
                    if self.semplici.insert(chiave.clone(), nuovo).is_some() {
                        return Err(errore("tipo ripetuto"));
                    }
                    semplice = Some(chiave);
                }
                (1, "lunghezza" | "minimo" | "massimo" | "spazi" | "modello" | "valore")
                    if semplice.is_some() =>
                {
                    let tipo = semplice
                        .as_ref()
                        .and_then(|s| self.semplici.get_mut(s))
                        .ok_or_else(|| errore("tipo perso"))?;
                    tipo.vincolo(parola, resto).map_err(errore)?;
                }
                (0, "complesso" | "elemento") => {
                    ultimo = Some(self.dichiara(qui, parola == "elemento", resto).map_err(errore)?);
                }
                (1.., "sequenza" | "scelta") if ultimo.is_some() => {
                    self.chiudi(&mut pila, rientro, ultimo.as_ref()).map_err(errore)?;
                    pila.push((
                        rientro,
                        parola == "scelta",
                        volte(resto).ok_or_else(|| errore("occorrenze"))?,
                        Vec::new(),
                    ));
                }
                (2.., "el" | "rif") if ultimo.is_some() => {
                    self.chiudi(&mut pila, rientro, ultimo.as_ref()).map_err(errore)?;
                    let particella = self
                        .particella(parola, resto)
                        .ok_or_else(|| errore("elemento illeggibile"))?;
                    let gruppo = pila.last_mut().ok_or_else(|| errore("elemento senza gruppo"))?;
                    if gruppo.0 + 1 != rientro {
                        return Err(errore("rientro"));
                    }
                    gruppo.3.push(particella);
                }
                _ => return Err(errore("costrutto non previsto")),
            }
        }
        self.chiudi(&mut pila, 0, ultimo.as_ref())
            .map_err(|motivo| ErroreGrammatica {
                riga: 0,
                motivo,
                testo: String::new(),
            })
    }

    /// A complex type or a root, its group still to come.
    fn dichiara(&mut self, qui: u16, elemento: bool, resto: &str) -> Result<(bool, NomeTipo), &'static str> {
        let mut parti = resto.split(' ');
        let nome = (qui, parti.next().unwrap_or_default().to_owned());
        let mut nuovo = Complesso::default();
        match (
            parti.next(),
            parti.next().and_then(|b| self.nome(b)),
            parti.next(),
        ) {
            (None, None, None) => {}
            (Some("estende"), Some(base), None) => nuovo.base = Some(base),
            (Some("valore"), Some(base), None) => nuovo.valore = Some(base),
            _ => return Err("derivazione ignota"),
        }
        let tavola = if elemento {
            &mut self.elementi
        } else {
            &mut self.complessi
        };
        if tavola.insert(nome.clone(), nuovo).is_some() {
            return Err("dichiarazione ripetuta");
        }
        if elemento {
            self.ordine.push(nome.clone());
        }
        Ok((elemento, nome))
    }

    /// Closes the groups that are not above a line indented by `rientro`.
    fn chiudi(
        &mut self,
        pila: &mut Vec<Aperto>,
        rientro: usize,
        di: Option<&(bool, NomeTipo)>,
    ) -> Result<(), &'static str> {
        while pila.last().is_some_and(|g| g.0 >= rientro) {
            let Some((_, scelta, volte, figli)) = pila.pop() else {
                break;
            };
            if figli.is_empty() {
                return Err("gruppo vuoto");
            }
            let gruppo = if scelta {
                Particella::Scelta { figli, volte }
            } else {
                Particella::Sequenza { figli, volte }
            };
            if let Some(sopra) = pila.last_mut() {
                sopra.3.push(gruppo);
                continue;
            }
            let (elemento, nome) = di.ok_or("gruppo fuori posto")?;
            let tavola = if *elemento {
                &mut self.elementi
            } else {
                &mut self.complessi
            };
            let dove = tavola.get_mut(nome).ok_or("gruppo fuori posto")?;
            if dove.gruppo.replace(gruppo).is_some() || dove.valore.is_some() {
                return Err("due gruppi");
            }
        }
        Ok(())
    }

    fn particella(&self, parola: &str, resto: &str) -> Option<Particella> {
        let mut parti = resto.split(' ');
        let nome = parti.next()?;
        if parola == "rif" {
            return Some(Particella::Riferimento {
                elemento: self.nome(nome)?,
                volte: volte(parti.next().unwrap_or(""))?,
            });
        }
        let tipo = self.nome(parti.next()?)?;
        Some(Particella::Elemento {
            nome: nome.to_owned(),
            tipo,
            volte: volte(parti.next().unwrap_or(""))?,
        })
    }

    fn spazio(&self, breve: &str) -> Option<u16> {
        self.spazi
            .iter()
            .position(|(b, _)| b == breve)
            .and_then(|i| u16::try_from(i).ok())
    }

    fn nome(&self, testo: &str) -> Option<NomeTipo> {
        let (breve, locale) = testo.split_once(':')?;
        Some((
            if breve == "xs" { XS } else { self.spazio(breve)? },
            locale.to_owned(),
        ))
    }

    /// The full namespace name of an index.
    pub(crate) fn uri(&self, spazio: u16) -> &str {
        if spazio == XS {
            "http://www.w3.org/2001/XMLSchema"
        } else {
            &self.spazi[usize::from(spazio)].1
        }
    }
}

impl Semplice {
    fn vincolo(&mut self, parola: &str, resto: &str) -> Result<(), &'static str> {
        let numero = || resto.parse::<u32>().map_err(|_| "numero");
        match parola {
            "lunghezza" => (self.minimo, self.massimo) = (Some(numero()?), Some(numero()?)),
            "minimo" => self.minimo = Some(numero()?),
            "massimo" => self.massimo = Some(numero()?),
            "spazi" => {
                self.spazi = Some(match resto {
                    "preserve" => Spazi::Preserve,
                    "replace" => Spazi::Replace,
                    "collapse" => Spazi::Collapse,
                    _ => return Err("spazi"),
                });
            }
            "modello" => self.modelli.push(sciogli(resto).ok_or("carattere")?),
            "valore" => self.valori.push(sciogli(resto).ok_or("carattere")?),
            _ => return Err("vincolo ignoto"),
        }
        Ok(())
    }
}

fn volte(testo: &str) -> Option<Volte> {
    let (facoltativo, molti) = match testo {
        "" => (false, false),
        "?" => (true, false),
        "*" => (true, true),
        "+" => (false, true),
        _ => return None,
    };
    Some(Volte { facoltativo, molti })
}

/// Undoes the escapes of the tables: `&amp;` and `&#x8A;`.
fn sciogli(testo: &str) -> Option<String> {
    let mut fuori = String::new();
    let mut resto = testo;
    while let Some((prima, dopo)) = resto.split_once('&') {
        fuori.push_str(prima);
        let (nome, coda) = dopo.split_once(';')?;
        fuori.push(match nome {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            _ => char::from_u32(u32::from_str_radix(nome.strip_prefix("#x")?, 16).ok()?)?,
        });
        resto = coda;
    }
    fuori.push_str(resto);
    Some(fuori)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_grammar_loads_whole() {
        let g = grammatica();
        assert!(g.ordine.len() > 150, "{} roots", g.ordine.len());
        assert!(g.semplici.len() > 250, "{} simple types", g.semplici.len());
    }

    #[test]
    fn an_unknown_construct_is_refused() {
        for testo in [
            "qualunque x",
            "nel ignoto",
            "spazio a http://a\nnel a\nelemento E\n tutti",
            "spazio a b\nnel a\nsemplice t xs:string\n minimo x",
        ] {
            assert!(Grammatica::default().leggi(testo).is_err(), "{testo}");
        }
    }
}
