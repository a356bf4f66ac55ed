//! The register: opens the store of a data folder, reads it, and lets one writer at a time change it.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cartella::Cartella;
use crate::chiavi::DA_SPAZZARE;
use crate::errore::ErroreRegistro;
use crate::lettura::Sorgente;
use crate::modello::Orologio;
use crate::mondo::limiti::{CACHE_PREDEFINITA_BYTE, CHIAVI_PER_SPAZZATA, LIMITE_NOME_SANDBOX};
use crate::store::{Coppia, ErroreStore, Lotto, MemoriaStore, SledStore, Store, Verso, scorri};
use crate::transazione::Transazione;

/// The wall clock, handed in.
pub type Adesso = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Seed when nobody gives one.
pub const SEME_PREDEFINITO: u64 = 1;

/// How to open a register.
#[derive(Clone)]
pub struct OpzioniRegistro {
    /// Memory the store may keep pages in, bytes.
    pub cache_byte: u64,
    /// Room on the disk that is never used up, bytes.
    pub riserva_byte: u64,
    /// Wall clock.
    pub adesso: Adesso,
    /// Clock of a sandbox that has none yet; `None` = today's date in Italy, running at speed 1.
    pub orologio: Option<Orologio>,
    /// Seed of a sandbox that has none yet.
    pub seme: u64,
}

impl Default for OpzioniRegistro {
    fn default() -> Self {
        Self {
            cache_byte: CACHE_PREDEFINITA_BYTE,
            riserva_byte: crate::store::RISERVA_SPAZIO_BYTE,
            adesso: Arc::new(Timestamp::now),
            orologio: None,
            seme: SEME_PREDEFINITO,
        }
    }
}

pub(crate) struct Interno {
    pub(crate) store: Box<dyn Store>,
    scrittura: Mutex<()>,
    /// Loads read it, a reset writes it: the ground is not taken away from under a load.
    pub(crate) caricamenti: RwLock<()>,
    adesso: Adesso,
    orologio: Orologio,
    seme: u64,
    /// Batches applied since the register was opened.
    versione: AtomicU64,
    /// Keeps the folder ours; after the store, so that it is let go last.
    _cartella: Option<Cartella>,
}

impl Interno {
    /// The only way to the store's writing half: counted once it stands, so that whoever reads the count before the
    /// value can tell that the value may be old.
    pub(crate) fn applica(&self, lotto: &Lotto) -> Result<(), ErroreStore> {
        let esito = self.store.applica(lotto);
        self.versione.fetch_add(1, Ordering::Release);
        esito
    }
}

/// The state of one sandbox. Cheap to clone; all clones share the store.
#[derive(Clone)]
pub struct Registro {
    pub(crate) interno: Arc<Interno>,
    sandbox: Vec<u8>,
}

impl Registro {
    /// Opens the data folder: takes it for this process, checks and migrates its version, opens the store and
    /// removes what an interrupted load left behind.
    pub fn apri(dir: &Path, opzioni: OpzioniRegistro) -> Result<Self, ErroreRegistro> {
        Self::apri_presa(Cartella::prendi(dir)?, opzioni)
    }

    /// The same over a folder that was taken before.
    pub fn apri_presa(cartella: Cartella, opzioni: OpzioniRegistro) -> Result<Self, ErroreRegistro> {
        cartella.prepara_versione(opzioni.cache_byte)?;
        let store =
            SledStore::apri(&cartella.archivio(), opzioni.cache_byte)?.con_riserva(opzioni.riserva_byte);
        Self::sopra(Box::new(store), Some(cartella), opzioni)
    }

    /// A register that leaves nothing behind; for tests.
    pub fn in_memoria(opzioni: OpzioniRegistro) -> Result<Self, ErroreRegistro> {
        Self::sopra(Box::new(MemoriaStore::default()), None, opzioni)
    }

    /// A register over any store.
    pub fn su(store: Box<dyn Store>, opzioni: OpzioniRegistro) -> Result<Self, ErroreRegistro> {
        Self::sopra(store, None, opzioni)
    }

    fn sopra(
        store: Box<dyn Store>,
        cartella: Option<Cartella>,
        o: OpzioniRegistro,
    ) -> Result<Self, ErroreRegistro> {
        let orologio = o.orologio.unwrap_or_else(|| {
            let adesso = (o.adesso)();
            Orologio {
                scenario: ora_italiana(adesso),
                velocita: 1,
                ancora: adesso,
            }
        });
        let registro = Self {
            interno: Arc::new(Interno {
                store,
                scrittura: Mutex::new(()),
                caricamenti: RwLock::new(()),
                adesso: o.adesso,
                orologio,
                seme: o.seme,
                versione: AtomicU64::new(0),
                _cartella: cartella,
            }),
            sandbox: Vec::new(),
        };
        registro.spazza_tutto()?;
        Ok(registro)
    }

    /// The register of another sandbox over the same store. The default one has no name.
    pub fn sandbox(&self, nome: &str) -> Result<Self, ErroreRegistro> {
        let buono = (1..=LIMITE_NOME_SANDBOX).contains(&nome.len())
            && nome
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !buono {
            return Err(ErroreRegistro::NomeSandbox(
                nome.chars().take(LIMITE_NOME_SANDBOX + 1).collect(),
            ));
        }
        Ok(Self {
            interno: Arc::clone(&self.interno),
            sandbox: nome.as_bytes().to_vec(),
        })
    }

    /// Grows with every change of the store: what was read after this number was taken still holds while it stands.
    pub fn versione(&self) -> u64 {
        self.interno.versione.load(Ordering::Acquire)
    }

    /// The only way to change anything. One writer at a time; on `Ok` of the closure everything it did becomes one
    /// batch, whole and durable when this returns `Ok`; on `Err` nothing is written. Not to be nested.
    pub fn scrivi<T, E: From<ErroreRegistro>>(
        &self,
        f: impl FnOnce(&mut Transazione) -> Result<T, E>,
    ) -> Result<T, E> {
        let (valore, da_spazzare) = {
            // A panic in a closure wrote nothing: the next writer may go on.
            let _turno = self
                .interno
                .scrittura
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let mut transazione = Transazione::nuova(self);
            let valore = f(&mut transazione)?;
            let da_spazzare = std::mem::take(&mut transazione.da_spazzare);
            let lotto = transazione.lotto();
            if !lotto.vuoto() {
                self.interno.applica(&lotto).map_err(ErroreRegistro::from)?;
            }
            (valore, da_spazzare)
        };
        for prefisso in da_spazzare {
            // The commit stands; what is left is swept again when the register opens.
            if let Err(errore) = self.spazza(&prefisso) {
                tracing::warn!(%errore, "pulizia rimandata alla prossima apertura");
            }
        }
        Ok(valore)
    }

    /// Back to an empty sandbox. Waits for loads in progress; an interrupted reset ends when the register opens.
    pub fn azzera(&self) -> Result<(), ErroreRegistro> {
        let _nessun_carico = self
            .interno
            .caricamenti
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let _turno = self
            .interno
            .scrittura
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut radice = self.sandbox.clone();
        radice.push(0);
        let segno = [DA_SPAZZARE, &radice].concat();
        let mut lotto = Lotto::nuovo();
        // Segments loaded but not yet visible go with the rest: their marks too, so that they cannot become visible.
        for coppia in scorri(self.interno.store.as_ref(), &segno, None, Verso::Avanti) {
            lotto.togli(coppia?.0);
        }
        lotto.metti(segno, Vec::new());
        self.interno.applica(&lotto)?;
        self.spazza(&radice)
    }

    /// Whether so many bytes fit on the disk, the reserve aside.
    pub fn verifica_spazio(&self, byte: u64) -> Result<(), ErroreRegistro> {
        Ok(self.interno.store.verifica_spazio(byte)?)
    }

    /// Removes every key of a prefix, then its mark. A few thousand keys at a time: never one huge batch.
    pub(crate) fn spazza(&self, prefisso: &[u8]) -> Result<(), ErroreRegistro> {
        let store = self.interno.store.as_ref();
        loop {
            let mut lotto = Lotto::nuovo();
            for coppia in scorri(store, prefisso, None, Verso::Avanti).take(CHIAVI_PER_SPAZZATA) {
                lotto.togli(coppia?.0);
            }
            if lotto.vuoto() {
                break;
            }
            self.interno.applica(&lotto)?;
        }
        let mut lotto = Lotto::nuovo();
        lotto.togli([DA_SPAZZARE, prefisso].concat());
        Ok(self.interno.applica(&lotto)?)
    }

    fn spazza_tutto(&self) -> Result<(), ErroreRegistro> {
        let segni: Vec<Vec<u8>> = scorri(self.interno.store.as_ref(), DA_SPAZZARE, None, Verso::Avanti)
            .map(|c| c.map(|(k, _)| k))
            .collect::<Result<_, _>>()?;
        for segno in segni {
            let prefisso = segno[DA_SPAZZARE.len()..].to_vec();
            tracing::info!(
                byte = prefisso.len(),
                "resto di un'operazione interrotta: rimosso"
            );
            self.spazza(&prefisso)?;
        }
        Ok(())
    }
}

/// The wall time of Italy as a scenario instant, to the second.
pub fn ora_italiana(adesso: Timestamp) -> jiff::civil::DateTime {
    let zona = TimeZone::get("Europe/Rome").unwrap_or(TimeZone::UTC);
    let ora = zona.to_datetime(adesso);
    ora.date()
        .to_datetime(jiff::civil::time(ora.hour(), ora.minute(), ora.second(), 0))
}

impl Sorgente for Registro {
    fn sandbox_byte(&self) -> &[u8] {
        &self.sandbox
    }

    fn grezzo(&self, chiave: &[u8]) -> Result<Option<Vec<u8>>, ErroreRegistro> {
        Ok(self.interno.store.get(chiave)?)
    }

    fn grezzi(
        &self,
        prefisso: &[u8],
        dopo: Option<&[u8]>,
        verso: Verso,
        limite: usize,
    ) -> Result<Vec<Coppia>, ErroreRegistro> {
        let coppie = scorri(self.interno.store.as_ref(), prefisso, dopo, verso);
        Ok(coppie.take(limite).collect::<Result<_, _>>()?)
    }

    fn adesso(&self) -> Timestamp {
        (self.interno.adesso)()
    }

    fn iniziale(&self) -> (Orologio, u64) {
        (self.interno.orologio, self.interno.seme)
    }
}
