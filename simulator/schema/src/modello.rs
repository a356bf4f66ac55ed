//! The grammar of one root, compiled: places (nodes) and one automaton per content model.
//!
//! Every element of the message, unfolded from the root, is a [`NodoId`]; the children of a node have consecutive numbers.
//! A content model is a Glushkov automaton: state 0 is the beginning, state *i* is "after the *i*-th particle". The schemas
//! are deterministic (XSD's unique particle attribution), so a state and a name give at most one next state.

use std::sync::{Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use crate::grammatica::{Complesso, Grammatica, NomeTipo, Particella, XS, grammatica};
use crate::semplici::TipoSemplice;

/// A place in a message: an element of the unfolded grammar of one root. The root is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodoId(pub u16);

/// Deepest nesting of a message; a deeper grammar would be recursive, which none is.
const MAX_PROFONDITA_GRAMMATICA: usize = 40;

/// What a node holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contenuto {
    /// Text of the simple type with this index.
    Foglia(u16),
    /// Elements, by the automaton with this index.
    Elementi(u16),
}

#[derive(Clone, Debug)]
pub(crate) struct Nodo {
    pub(crate) padre: Option<NodoId>,
    pub(crate) nome: String,
    /// Namespace of the element; `None` for the unqualified ones.
    pub(crate) spazio: Option<&'static str>,
    pub(crate) contenuto: Contenuto,
    /// Number of the first child.
    pub(crate) primo: u16,
    /// The declared type, for `xsi:type`; anonymous ones have none.
    pub(crate) tipo: Option<NomeTipo>,
}

/// A step of an automaton.
#[derive(Clone, Debug)]
pub(crate) struct Passo {
    /// First eight bytes of `name>`, or fewer, as the tag is compared in the hot loop.
    pub(crate) chiave: u64,
    pub(crate) maschera: u64,
    /// `name>`.
    pub(crate) marca: Box<[u8]>,
    /// Child, relative to the first child of the node.
    pub(crate) figlio: u16,
    /// State after it.
    pub(crate) poi: u16,
    pub(crate) spazio: Option<&'static str>,
}

impl Passo {
    pub(crate) fn nome(&self) -> &str {
        std::str::from_utf8(&self.marca[..self.marca.len() - 1]).unwrap_or_default()
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Stato {
    pub(crate) passi: Vec<Passo>,
    pub(crate) finale: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Figlio {
    pub(crate) nome: String,
    pub(crate) spazio: Option<&'static str>,
    pub(crate) tipo: Tipo,
}

/// How a child is declared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Tipo {
    /// A named type, simple or complex.
    Nominato(NomeTipo),
    /// The content of a global element.
    Globale(NomeTipo),
}

#[derive(Clone, Debug)]
pub(crate) struct Automa {
    pub(crate) stati: Vec<Stato>,
    pub(crate) figli: Vec<Figlio>,
}

/// Compiled grammar of one root element.
#[derive(Debug)]
pub struct Modello {
    pub(crate) nodi: Vec<Nodo>,
    pub(crate) automi: Vec<Automa>,
    pub(crate) tipi: Vec<TipoSemplice>,
    pub(crate) spazio: &'static str,
    percorsi: FxHashMap<String, NodoId>,
}

impl Modello {
    /// The grammar of the root `nome` in the namespace `ns`; compiled at the first call, then shared. `None`: no such root.
    pub fn di(ns: &str, nome: &str) -> Option<&'static Self> {
        static PRONTI: OnceLock<Mutex<FxHashMap<NomeTipo, &'static Modello>>> = OnceLock::new();
        let g = grammatica();
        let spazio = g.spazi.iter().position(|(_, uri)| uri == ns)?;
        let chiave = (u16::try_from(spazio).ok()?, nome.to_owned());
        g.elementi.get(&chiave)?;
        let mut pronti = PRONTI
            .get_or_init(Mutex::default)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(m) = pronti.get(&chiave) {
            return Some(m);
        }
        // One grammar per root, for the life of the program: there are about 160.
        let nuovo: &'static Self = Box::leak(Box::new(
            Self::compila(g, &chiave).expect("every root compiles: tested"),
        ));
        pronti.insert(chiave, nuovo);
        Some(nuovo)
    }

    /// All roots, as (namespace, name), in the order of the grammar.
    pub fn radici() -> impl Iterator<Item = (&'static str, &'static str)> {
        let g = grammatica();
        g.ordine.iter().map(|n| (g.uri(n.0), n.1.as_str()))
    }

    /// The place with this path, names joined by `/`, root first.
    pub fn nodo(&self, percorso: &str) -> Option<NodoId> {
        self.percorsi.get(percorso).copied()
    }

    /// Element name.
    pub fn nome(&self, n: NodoId) -> &str {
        &self.nodi[usize::from(n.0)].nome
    }

    /// The element names of the grammar, some more than once: for "did you mean".
    pub fn nomi(&self) -> impl Iterator<Item = &str> {
        self.nodi.iter().map(|n| n.nome.as_str())
    }

    /// Path, names joined by `/`, root first.
    pub fn percorso(&self, n: NodoId) -> String {
        let mut nomi = vec![self.nome(n)];
        let mut qui = n;
        while let Some(p) = self.padre(qui) {
            nomi.push(self.nome(p));
            qui = p;
        }
        nomi.reverse();
        nomi.join("/")
    }

    /// The place around it; none for the root.
    pub fn padre(&self, n: NodoId) -> Option<NodoId> {
        self.nodi[usize::from(n.0)].padre
    }

    /// Does it hold text (and not elements)?
    pub fn foglia(&self, n: NodoId) -> bool {
        matches!(self.nodi[usize::from(n.0)].contenuto, Contenuto::Foglia(_))
    }

    /// How many places there are; their numbers are below it.
    pub fn quanti(&self) -> usize {
        self.nodi.len()
    }

    /// Namespace of the root.
    pub fn spazio(&self) -> &'static str {
        self.spazio
    }

    /// Most characters a value may have, where the type says so.
    pub fn lunghezza_massima(&self, n: NodoId) -> Option<u32> {
        self.tipo(n).map(|t| t.massimo).filter(|m| *m < u32::MAX)
    }

    /// Does the type of the leaf `n` admit `valore`? If not, the reason in Italian; `Ok` for what is not a leaf.
    pub fn ammette(&self, n: NodoId, valore: &str) -> Result<(), String> {
        self.tipo(n).map_or(Ok(()), |t| t.verifica(valore))
    }

    pub(crate) fn tipo(&self, n: NodoId) -> Option<&TipoSemplice> {
        match self.nodi[usize::from(n.0)].contenuto {
            Contenuto::Foglia(t) => self.tipi.get(usize::from(t)),
            Contenuto::Elementi(_) => None,
        }
    }

    pub(crate) fn automa(&self, n: NodoId) -> Option<&Automa> {
        match self.nodi[usize::from(n.0)].contenuto {
            Contenuto::Elementi(a) => self.automi.get(usize::from(a)),
            Contenuto::Foglia(_) => None,
        }
    }

    fn compila(g: &'static Grammatica, radice: &NomeTipo) -> Result<Self, String> {
        let spazio = g.uri(radice.0);
        let mut m = Self {
            nodi: Vec::new(),
            automi: Vec::new(),
            tipi: Vec::new(),
            spazio,
            percorsi: FxHashMap::default(),
        };
        let mut automi: FxHashMap<Tipo, Contenuto> = FxHashMap::default();
        let tipo = Tipo::Globale(radice.clone());
        let contenuto = m.contenuto(g, &tipo, &mut automi)?;
        m.nodi.push(Nodo {
            padre: None,
            nome: radice.1.clone(),
            spazio: Some(spazio),
            contenuto,
            primo: 0,
            tipo: None,
        });
        let mut i = 0;
        while i < m.nodi.len() {
            let id = NodoId(u16::try_from(i).map_err(|_| "troppi nodi")?);
            m.nodi[i].primo = u16::try_from(m.nodi.len()).map_err(|_| "troppi nodi")?;
            if let Contenuto::Elementi(a) = m.nodi[i].contenuto {
                for figlio in m.automi[usize::from(a)].figli.clone() {
                    let contenuto = m.contenuto(g, &figlio.tipo, &mut automi)?;
                    let tipo = match figlio.tipo {
                        Tipo::Nominato(n) if !n.1.starts_with('#') => Some(n),
                        _ => None,
                    };
                    m.nodi.push(Nodo {
                        padre: Some(id),
                        nome: figlio.nome,
                        spazio: figlio.spazio,
                        contenuto,
                        primo: 0,
                        tipo,
                    });
                }
            }
            let percorso = m.percorso(id);
            if percorso.split('/').count() > MAX_PROFONDITA_GRAMMATICA {
                return Err(format!("grammatica ricorsiva: {percorso}"));
            }
            m.percorsi.insert(percorso, id);
            i += 1;
        }
        Ok(m)
    }

    fn contenuto(
        &mut self,
        g: &'static Grammatica,
        tipo: &Tipo,
        pronti: &mut FxHashMap<Tipo, Contenuto>,
    ) -> Result<Contenuto, String> {
        if let Some(c) = pronti.get(tipo) {
            return Ok(*c);
        }
        let complesso = match tipo {
            Tipo::Globale(n) => Some(g.elementi.get(n).ok_or_else(|| format!("radice {n:?}"))?),
            Tipo::Nominato(n) => g.complessi.get(n),
        };
        let contenuto = if let Some(Complesso { valore: None, .. }) = complesso {
            let particelle = particelle(g, complesso)?;
            self.automi.push(Automa::compila(&particelle)?);
            Contenuto::Elementi(u16::try_from(self.automi.len() - 1).map_err(|_| "troppi automi")?)
        } else {
            let nome = match (complesso, tipo) {
                (Some(Complesso { valore: Some(v), .. }), _) => v,
                (_, Tipo::Nominato(n) | Tipo::Globale(n)) => n,
            };
            let semplice = TipoSemplice::compila(g, nome).ok_or_else(|| format!("tipo {nome:?}"))?;
            self.tipi.push(semplice);
            Contenuto::Foglia(u16::try_from(self.tipi.len() - 1).map_err(|_| "troppi tipi")?)
        };
        pronti.insert(tipo.clone(), contenuto);
        Ok(contenuto)
    }
}

/// The groups of a type, the base's first.
fn particelle(g: &Grammatica, tipo: Option<&Complesso>) -> Result<Vec<Particella>, String> {
    let Some(tipo) = tipo else { return Ok(Vec::new()) };
    let mut tutte = match &tipo.base {
        Some(base) => {
            let sotto = g.complessi.get(base).ok_or_else(|| format!("base {base:?}"))?;
            if sotto.valore.is_some() {
                return Err(format!("base {base:?} con testo"));
            }
            particelle(g, Some(sotto))?
        }
        None => Vec::new(),
    };
    tutte.extend(tipo.gruppo.iter().cloned());
    Ok(tutte)
}

/// A piece of a content model seen by Glushkov's construction.
struct Parte {
    vuota: bool,
    primi: Vec<usize>,
    ultimi: Vec<usize>,
}

#[derive(Default)]
struct Costruttore {
    /// Child of each position.
    posizioni: Vec<usize>,
    figli: Vec<Figlio>,
    seguiti: Vec<Vec<usize>>,
}

impl Automa {
    fn compila(particelle: &[Particella]) -> Result<Self, String> {
        let mut c = Costruttore::default();
        let intero = c.sequenza(particelle)?;
        let passi = |c: &Costruttore, verso: &[usize]| -> Result<Vec<Passo>, String> {
            let mut verso = verso.to_vec();
            verso.sort_unstable();
            verso.dedup();
            let mut passi: Vec<Passo> = Vec::new();
            for p in verso {
                let figlio = &c.figli[c.posizioni[p]];
                if passi
                    .iter()
                    .any(|q| q.nome() == figlio.nome && q.spazio == figlio.spazio)
                {
                    return Err(format!("{}: contenuto non deterministico", figlio.nome));
                }
                passi.push(passo(figlio, c.posizioni[p], p + 1)?);
            }
            Ok(passi)
        };
        let mut stati = vec![Stato {
            passi: passi(&c, &intero.primi)?,
            finale: intero.vuota,
        }];
        for p in 0..c.posizioni.len() {
            stati.push(Stato {
                passi: passi(&c, &c.seguiti[p])?,
                finale: intero.ultimi.contains(&p),
            });
        }
        Ok(Self {
            stati,
            figli: c.figli,
        })
    }
}

fn passo(figlio: &Figlio, indice: usize, poi: usize) -> Result<Passo, String> {
    let marca: Box<[u8]> = [figlio.nome.as_bytes(), b">"].concat().into();
    let mut otto = [0_u8; 8];
    let quanti = marca.len().min(8);
    otto[..quanti].copy_from_slice(&marca[..quanti]);
    let maschera = if quanti == 8 {
        u64::MAX
    } else {
        (1 << (8 * quanti)) - 1
    };
    let intero = |n: usize| u16::try_from(n).map_err(|_| "automa troppo grande".to_owned());
    Ok(Passo {
        chiave: u64::from_le_bytes(otto),
        maschera,
        marca,
        figlio: intero(indice)?,
        poi: intero(poi)?,
        spazio: figlio.spazio,
    })
}

impl Costruttore {
    fn parte(&mut self, p: &Particella) -> Result<Parte, String> {
        let (mut parte, volte) = match p {
            Particella::Elemento { nome, tipo, volte } => {
                (self.posizione(nome, None, Tipo::Nominato(tipo.clone()))?, volte)
            }
            Particella::Riferimento { elemento, volte } => {
                let spazio = if elemento.0 == XS {
                    return Err("riferimento a xs".to_owned());
                } else {
                    &grammatica().spazi[usize::from(elemento.0)].1
                };
                (
                    self.posizione(&elemento.1, Some(spazio), Tipo::Globale(elemento.clone()))?,
                    volte,
                )
            }
            Particella::Sequenza { figli, volte } => (self.sequenza(figli)?, volte),
            Particella::Scelta { figli, volte } => {
                let mut tutto = Parte {
                    vuota: false,
                    primi: Vec::new(),
                    ultimi: Vec::new(),
                };
                for f in figli {
                    let ramo = self.parte(f)?;
                    tutto.vuota |= ramo.vuota;
                    tutto.primi.extend(ramo.primi);
                    tutto.ultimi.extend(ramo.ultimi);
                }
                (tutto, volte)
            }
        };
        if volte.molti {
            for u in &parte.ultimi {
                self.seguiti[*u].extend(&parte.primi);
            }
        }
        parte.vuota |= volte.facoltativo;
        Ok(parte)
    }

    fn sequenza(&mut self, figli: &[Particella]) -> Result<Parte, String> {
        let mut tutto = Parte {
            vuota: true,
            primi: Vec::new(),
            ultimi: Vec::new(),
        };
        for f in figli {
            let parte = self.parte(f)?;
            for u in &tutto.ultimi {
                self.seguiti[*u].extend(&parte.primi);
            }
            if tutto.vuota {
                tutto.primi.extend(&parte.primi);
            }
            if parte.vuota {
                tutto.ultimi.extend(parte.ultimi);
            } else {
                tutto.ultimi = parte.ultimi;
            }
            tutto.vuota &= parte.vuota;
        }
        Ok(tutto)
    }

    fn posizione(&mut self, nome: &str, spazio: Option<&'static str>, tipo: Tipo) -> Result<Parte, String> {
        let uguale = |f: &Figlio| f.nome == nome && f.spazio == spazio;
        let figlio = match self.figli.iter().position(uguale) {
            // XSD: elements of one name in one content model have one type.
            Some(i) if self.figli[i].tipo == tipo => i,
            Some(_) => return Err(format!("{nome}: due tipi nello stesso contenuto")),
            None => {
                self.figli.push(Figlio {
                    nome: nome.to_owned(),
                    spazio,
                    tipo,
                });
                self.figli.len() - 1
            }
        };
        let p = self.posizioni.len();
        self.posizioni.push(figlio);
        self.seguiti.push(Vec::new());
        Ok(Parte {
            vuota: false,
            primi: vec![p],
            ultimi: vec![p],
        })
    }
}

/// The roots used by name in other crates.
pub mod radici {
    /// The subentro file.
    pub const SUBENTRO: (&str, &str) = ("http://sogei.it/ANPR/subentro", "subentro");
    /// S001 request: a file sent by web service.
    pub const RICHIESTA_S001: (&str, &str) = ("http://www.sogei.it/ANPR/S001subentro", "RichiestaS001");
    /// S001 reply.
    pub const RISPOSTA_S001: (&str, &str) = ("http://www.sogei.it/ANPR/S001subentro", "RispostaS001");
    /// TestConn request (grammar of ours).
    pub const RICHIESTA_CONNESSIONE: (&str, &str) =
        ("http://sogei.it/ANPR/connessione", "RichiestaConnessione");
    /// TestConn reply (grammar of ours).
    pub const RISPOSTA_CONNESSIONE: (&str, &str) =
        ("http://sogei.it/ANPR/connessione", "RispostaConnessione");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_root_compiles() {
        for (ns, nome) in Modello::radici() {
            let m = Modello::di(ns, nome).expect(nome);
            assert!(m.quanti() > 1 && m.quanti() < 20_000, "{nome}: {}", m.quanti());
        }
        for (ns, nome) in [
            radici::SUBENTRO,
            radici::RICHIESTA_S001,
            radici::RISPOSTA_S001,
            radici::RICHIESTA_CONNESSIONE,
            radici::RISPOSTA_CONNESSIONE,
        ] {
            assert!(Modello::di(ns, nome).is_some(), "{nome}");
        }
        assert!(Modello::di("http://sogei.it/ANPR/subentro", "altro").is_none());
    }

    #[test]
    fn a_path_is_a_place() {
        let m = Modello::di(radici::SUBENTRO.0, radici::SUBENTRO.1).expect("subentro");
        let p = "subentro/generalitaSoggetti/soggetto/residenza/dataDecorrenzaResidenza";
        let n = m.nodo(p).expect("nodo");
        assert_eq!(
            (m.percorso(n).as_str(), m.nome(n), m.foglia(n)),
            (p, "dataDecorrenzaResidenza", true)
        );
        assert_eq!(m.padre(m.nodo("subentro").expect("radice")), None);
    }
}
