//! Streaming reading on several threads: cutter → workers → merge.
//!
//! The cutter gives each block the state it believes to hold at its beginning ("just after a record of this kind"); workers
//! read blocks from that state at the same time; the merge, on the caller's thread, takes them in document order and believes
//! a block only if the true state at the end of the one before is the state it was read from. Otherwise the block is read
//! again from the true state, and if it ends inside a record or a token it is joined with the following bytes first. So the
//! events are those of a reading in one go, whatever the number of threads and the size of blocks, and every receiver sees
//! only whole records. Memory: a fixed number of blocks is under way.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use thiserror::Error;

use crate::blocco::{Blocco, Ricevitore};
use crate::modello::Modello;
use crate::motore::{Aperto, Fine, Lettura, Motore};
use crate::taglio::{Guasto, Pezzo, Record, Taglio, primo_inizio};
use crate::violazione::{Posizione, Violazione};

/// Bytes a block is cut at, about.
const BLOCCO_BYTE: usize = 1 << 20;
/// Default of [`Opzioni::max_record`], in bytes.
pub const MAX_RECORD_BYTE: usize = 32 << 20;
/// Default of [`Opzioni::max_espansi`], in bytes.
pub const MAX_ESPANSI_BYTE: u64 = 2 << 30;
/// Default of [`Opzioni::max_violazioni`].
pub const MAX_VIOLAZIONI: usize = 100;

/// How to read.
#[derive(Clone, Debug)]
pub struct Opzioni {
    /// Worker threads; 1 reads on the caller's thread. Default: the cores.
    pub fili: usize,
    /// Most bytes of a document.
    pub max_espansi: u64,
    /// Most violations handed to one receiver; the others are only counted.
    pub max_violazioni: usize,
    /// Most bytes from one end of a record to the next.
    pub max_record: usize,
    /// Bytes of a block, about.
    pub blocco: usize,
    /// Without the fast path: to prove, in tests, that it changes nothing.
    pub solo_generale: bool,
}

impl Default for Opzioni {
    fn default() -> Self {
        Self {
            fili: thread::available_parallelism().map_or(1, usize::from),
            max_espansi: MAX_ESPANSI_BYTE,
            max_violazioni: MAX_VIOLAZIONI,
            max_record: MAX_RECORD_BYTE,
            blocco: BLOCCO_BYTE,
            solo_generale: false,
        }
    }
}

/// Why a document could not be read to its end; violations of the grammar are never here.
#[derive(Debug, Error)]
pub enum ErroreLettura {
    /// The input failed (truncated or broken gzip arrives here as well).
    #[error("lettura non riuscita: {0}")]
    Io(#[from] io::Error),
    /// More bytes than allowed.
    #[error("il documento supera {limite} byte")]
    TroppoGrande {
        /// Bytes.
        limite: u64,
    },
    /// A record, or what is between two, is longer than allowed.
    #[error("un elemento supera {limite} byte ({posizione})")]
    RecordTroppoGrande {
        /// Bytes.
        limite: u64,
        /// Where it begins.
        posizione: Posizione,
    },
}

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Riassunto {
    /// Bytes read.
    pub byte: u64,
    /// Blocks given to `raccogli`.
    pub blocchi: u64,
    /// Violations found, also those not handed on.
    pub violazioni: u64,
    /// A fatal violation ended the reading.
    pub fatale: bool,
}

/// Streams a document of `modello`, cut at the end of the `record` elements (paths), read on `o.fili` threads; the receivers
/// made by `nuovo` are handed to `raccogli` in document order, each with its block.
pub fn leggi<R: Ricevitore + Send>(
    modello: &Modello,
    ingresso: impl Read + Send,
    record: &[&str],
    o: &Opzioni,
    nuovo: impl Fn() -> R + Sync,
    raccogli: impl FnMut(R, &Blocco),
) -> Result<Riassunto, ErroreLettura> {
    let record = Record::di(modello, record);
    let taglio = Taglio::nuovo(ingresso, &record, o.blocco, o.max_record, o.max_espansi);
    let unione = Unione {
        modello,
        record: &record,
        o,
        nuovo: &nuovo,
        raccogli,
        vera: Some(Lettura::nuova()),
        sospeso: None,
        riassunto: RIASSUNTO_VUOTO,
    };
    if o.fili > 1 {
        parallelo(taglio, unione)
    } else {
        in_fila(taglio, unione)
    }
}

const RIASSUNTO_VUOTO: Riassunto = Riassunto {
    byte: 0,
    blocchi: 0,
    violazioni: 0,
    fatale: false,
};

/// One thread: every block is read from the true state.
fn in_fila<I: Read, R: Ricevitore, N: Fn() -> R, C: FnMut(R, &Blocco)>(
    mut taglio: Taglio<'_, I>,
    mut unione: Unione<'_, N, C>,
) -> Result<Riassunto, ErroreLettura> {
    let mut byte = Vec::new();
    for numero in 0.. {
        match taglio.prossimo(byte) {
            Ok(None) => break,
            Ok(Some(p)) => {
                let pezzo = Letto::da_leggere(p, numero);
                byte = riuso(unione.accogli(pezzo)?, unione.o);
                if unione.riassunto.fatale {
                    return Ok(unione.riassunto);
                }
            }
            Err(g) => return Err(unione.guasto(g)),
        }
    }
    Ok(unione.riassunto)
}

/// The memory of a block, unless an exceptional record made it large.
fn riuso(libero: Option<Vec<u8>>, o: &Opzioni) -> Vec<u8> {
    libero
        .filter(|b| b.capacity() <= o.blocco.saturating_mul(4))
        .unwrap_or_default()
}

/// A block, read from a supposed state or not yet.
struct Letto<R> {
    blocco: Blocco,
    ultimo: bool,
    /// State supposed at its beginning, and what came of it.
    prova: Option<Prova<R>>,
}

struct Prova<R> {
    supposta: Lettura,
    finale: Lettura,
    fine: Fine,
    violazioni: u64,
    ricevitore: R,
}

impl<R> Letto<R> {
    fn da_leggere(p: Pezzo, numero: u64) -> Self {
        Self {
            blocco: Blocco::nuovo(p.byte, numero, p.inizio),
            ultimo: p.ultimo,
            prova: None,
        }
    }
}

/// Bytes that end inside a record or a token: to be read with what follows.
struct Sospeso {
    byte: Vec<u8>,
    inizio: Posizione,
    /// Not before they are as many: every further reading has half as much again, so that all of them together stay linear.
    soglia: usize,
}

/// The merge.
struct Unione<'a, N, C> {
    modello: &'a Modello,
    record: &'a [Record],
    o: &'a Opzioni,
    nuovo: &'a N,
    raccogli: C,
    /// State at the end of what was accepted.
    vera: Option<Lettura>,
    sospeso: Option<Sospeso>,
    riassunto: Riassunto,
}

impl<R: Ricevitore, N: Fn() -> R, C: FnMut(R, &Blocco)> Unione<'_, N, C> {
    /// Takes the next block in document order; gives back its memory when it is free.
    fn accogli(&mut self, letto: Letto<R>) -> Result<Option<Vec<u8>>, ErroreLettura> {
        let Letto {
            mut blocco,
            ultimo,
            mut prova,
        } = letto;
        let mut libero = None;
        if let Some(mut prima) = self.sospeso.take() {
            prima.byte.extend_from_slice(&blocco.byte);
            if prima.byte.len() < prima.soglia && !ultimo {
                self.sospeso = Some(prima);
                return Ok(Some(blocco.dentro()));
            }
            let intero = Blocco::nuovo(prima.byte, blocco.numero(), prima.inizio);
            libero = Some(std::mem::replace(&mut blocco, intero).dentro());
            prova = None;
        }
        if blocco.byte.len() > self.o.max_record.saturating_add(self.o.blocco.saturating_mul(2)) {
            return Err(ErroreLettura::RecordTroppoGrande {
                limite: self.o.max_record as u64,
                posizione: blocco.posizione(primo_inizio(self.record, &blocco.byte)),
            });
        }
        let Some(vera) = self.vera.take() else {
            return Ok(libero);
        };
        let (finale, fine, violazioni, ricevitore) = match prova {
            Some(p) if p.supposta == vera => (p.finale, p.fine, p.violazioni, p.ricevitore),
            _ => {
                let mut ricevitore = (self.nuovo)();
                let mut motore = Motore::nuovo(
                    self.modello,
                    vera.clone(),
                    self.o.max_violazioni,
                    self.o.solo_generale,
                );
                let fine = motore.corri(&blocco, ultimo, &mut ricevitore);
                (motore.l, fine, motore.violazioni, ricevitore)
            }
        };
        let a_meta = fine == Fine::Incompleto
            || finale
                .pila
                .iter()
                .any(|a| self.record.iter().any(|r| r.nodo == a.nodo))
            || self.in_foglia(&finale);
        if !ultimo && fine != Fine::Fatale && a_meta {
            let inizio = blocco.inizio();
            self.vera = Some(vera);
            let byte = blocco.dentro();
            let soglia = byte.len() + byte.len() / 2;
            self.sospeso = Some(Sospeso { byte, inizio, soglia });
            return Ok(libero);
        }
        self.riassunto.byte += blocco.byte.len() as u64;
        self.riassunto.blocchi += 1;
        self.riassunto.violazioni += violazioni;
        self.riassunto.fatale = fine == Fine::Fatale;
        self.vera = Some(finale);
        (self.raccogli)(ricevitore, &blocco);
        Ok(Some(libero.unwrap_or_else(|| blocco.dentro())))
    }

    fn in_foglia(&self, l: &Lettura) -> bool {
        l.pila
            .last()
            .is_some_and(|a| usize::from(a.nodo.0) < self.modello.quanti() && self.modello.foglia(a.nodo))
    }

    fn guasto(&self, g: Guasto) -> ErroreLettura {
        match g {
            Guasto::Io(e) => ErroreLettura::Io(e),
            Guasto::Panico => ErroreLettura::Io(io::Error::other("lettura interrotta")),
            Guasto::Espansi => ErroreLettura::TroppoGrande {
                limite: self.o.max_espansi,
            },
            Guasto::Record(posizione) => ErroreLettura::RecordTroppoGrande {
                limite: self.o.max_record as u64,
                posizione,
            },
        }
    }
}

/// What the workers suppose: the root's tag as read, and the open elements after each kind of record.
struct Supposizioni {
    testa: Lettura,
    dopo: Vec<Lettura>,
}

impl Supposizioni {
    fn di(modello: &Modello, record: &[Record], primo: &Pezzo) -> Self {
        let mut motore = Motore::nuovo(modello, Lettura::nuova(), 0, true).solo_testa();
        let blocco = Blocco::nuovo(primo.byte.clone(), 0, primo.inizio);
        motore.corri(&blocco, false, &mut Sordo);
        let testa = motore.l;
        let dopo = record
            .iter()
            .map(|r| Lettura::dopo_record(&testa, antenati(modello, r)))
            .collect();
        Self { testa, dopo }
    }

    fn per(&self, p: &Pezzo) -> Option<&Lettura> {
        self.testa.radice_aperta().then_some(())?;
        self.dopo.get(p.dopo?)
    }
}

/// The elements around a record, in the state after it.
fn antenati(m: &Modello, r: &Record) -> Vec<Aperto> {
    let mut pila = Vec::new();
    let mut qui = r.nodo;
    while let Some(padre) = m.padre(qui) {
        let figlio = qui.0 - m.nodi[usize::from(padre.0)].primo;
        let stato = m
            .automa(padre)
            .and_then(|a| a.stati.iter().flat_map(|s| &s.passi).find(|p| p.figlio == figlio))
            .map_or(0, |p| p.poi);
        pila.push(Aperto {
            nodo: padre,
            stato,
            grezzo: 0,
        });
        qui = padre;
    }
    pila.reverse();
    pila
}

struct Sordo;

impl Ricevitore for Sordo {
    fn valore(&mut self, _: &Blocco, _: crate::NodoId, _: &str, _: usize) {}
    fn violazione(&mut self, _: &Blocco, _: Violazione) {}
}

struct Lavoro {
    numero: u64,
    pezzo: Pezzo,
    supposta: Option<Lettura>,
}

type Risultato<R> = (u64, Result<Letto<R>, Guasto>);

/// Tells the merge that a worker (most likely its receiver) panicked, so that nobody waits for its block for ever.
struct Sentinella<'a, R>(&'a Sender<Risultato<R>>);

impl<R> Drop for Sentinella<'_, R> {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.0.send((u64::MAX, Err(Guasto::Panico)));
        }
    }
}

fn parallelo<I: Read + Send, R: Ricevitore + Send, N: Fn() -> R + Sync, C: FnMut(R, &Blocco)>(
    taglio: Taglio<'_, I>,
    mut unione: Unione<'_, N, C>,
) -> Result<Riassunto, ErroreLettura> {
    let (modello, record, o, nuovo) = (unione.modello, unione.record, unione.o, unione.nuovo);
    // The blocks under way are as many as there are buffers: two per worker, one being cut, one being merged.
    let (dai, prendi) = unbounded::<Vec<u8>>();
    for _ in 0..2 * o.fili + 2 {
        let _ = dai.send(Vec::new());
    }
    let (lavori, da_fare) = bounded::<Lavoro>(o.fili);
    let (fatti, esiti) = unbounded::<Risultato<R>>();
    let basta = AtomicBool::new(false);
    thread::scope(|ambito| {
        let fatti_taglio = fatti.clone();
        let basta = &basta;
        ambito.spawn(move || taglia(taglio, modello, record, &prendi, &lavori, &fatti_taglio, basta));
        for _ in 0..o.fili {
            let (da_fare, fatti) = (da_fare.clone(), fatti.clone());
            ambito.spawn(move || lavora(modello, o, nuovo, &da_fare, &fatti));
        }
        drop((fatti, da_fare));
        let esito = unisci(&mut unione, &esiti, &dai);
        basta.store(true, Ordering::Relaxed);
        drop((esiti, dai)); // the others end: nobody listens, no buffer comes
        esito
    })
}

fn taglia<I: Read, R>(
    mut taglio: Taglio<'_, I>,
    modello: &Modello,
    record: &[Record],
    memoria: &Receiver<Vec<u8>>,
    lavori: &Sender<Lavoro>,
    fatti: &Sender<Risultato<R>>,
    basta: &AtomicBool,
) {
    let mut supposizioni = None;
    for (numero, byte) in (0..).zip(memoria.iter()) {
        if basta.load(Ordering::Relaxed) {
            return;
        }
        match taglio.prossimo(byte) {
            Ok(None) => return,
            Ok(Some(pezzo)) => {
                let sup = supposizioni.get_or_insert_with(|| Supposizioni::di(modello, record, &pezzo));
                let supposta = if numero == 0 {
                    Some(Lettura::nuova())
                } else {
                    sup.per(&pezzo).cloned()
                };
                if lavori
                    .send(Lavoro {
                        numero,
                        pezzo,
                        supposta,
                    })
                    .is_err()
                {
                    return;
                }
            }
            Err(g) => {
                let _ = fatti.send((numero, Err(g)));
                return;
            }
        }
    }
}

fn lavora<R: Ricevitore, N: Fn() -> R>(
    modello: &Modello,
    o: &Opzioni,
    nuovo: &N,
    lavori: &Receiver<Lavoro>,
    fatti: &Sender<Risultato<R>>,
) {
    let _sentinella = Sentinella(fatti);
    for Lavoro {
        numero,
        pezzo,
        supposta,
    } in lavori
    {
        let mut letto = Letto::da_leggere(pezzo, numero);
        if let Some(supposta) = supposta {
            let mut ricevitore = nuovo();
            let mut motore = Motore::nuovo(modello, supposta.clone(), o.max_violazioni, o.solo_generale);
            let fine = motore.corri(&letto.blocco, letto.ultimo, &mut ricevitore);
            letto.prova = Some(Prova {
                supposta,
                violazioni: motore.violazioni,
                finale: motore.l,
                fine,
                ricevitore,
            });
        }
        if fatti.send((numero, Ok(letto))).is_err() {
            return;
        }
    }
}

fn unisci<R: Ricevitore, N: Fn() -> R, C: FnMut(R, &Blocco)>(
    unione: &mut Unione<'_, N, C>,
    esiti: &Receiver<Risultato<R>>,
    dai: &Sender<Vec<u8>>,
) -> Result<Riassunto, ErroreLettura> {
    let mut attesa = BTreeMap::new();
    let mut prossimo = 0;
    for (numero, esito) in esiti {
        if let Err(Guasto::Panico) = esito {
            break;
        }
        attesa.insert(numero, esito);
        while let Some(esito) = attesa.remove(&prossimo) {
            prossimo += 1;
            let libero = unione.accogli(esito.map_err(|g| unione.guasto(g))?)?;
            if unione.riassunto.fatale {
                return Ok(unione.riassunto);
            }
            // A block held back for joining keeps its bytes; the cutter gets another buffer all the same.
            let _ = dai.send(riuso(libero, unione.o));
        }
    }
    Ok(unione.riassunto)
}
