//! The simulator as one value: the register, the keys, the counter and the batch behind one facade.
//!
//! Pages, control API and web services reach the state only through it. Calls block; whoever serves sockets runs
//! them on a blocking thread. What must stay true: a delivery changes only under the turn of its Comune (`turno`),
//! a reset only when no turn is held, and nothing is read of deliveries before the ready Comuni are in place.

use std::{
    collections::BTreeMap,
    fs,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard, mpsc},
    thread,
    time::{Duration, Instant},
};

use anagrafe::{Ambiente, CodiceIstat};
use arc_swap::ArcSwap;
use certs::Pki;
use elaborazione::{Contesto, OpzioniPrepara, Politica};
use frontiera::Frontiera;
use jiff::Timestamp;
use registro::{
    Giornale, Lettura as _, LimitiGiornale, Operatore, OpzioniRegistro, Orologio, Registro,
    RispostaRicordata, Scambio,
};

use crate::{
    Deposito, ErroreServizio, Esito,
    avanzamento::Avanzamenti,
    avvio::orologio_chiesto,
    batch::Batch,
    guasti::Piano,
    impostazioni::{Impostazioni, Indirizzi},
    incroci::ConteggiSubiti,
    percorso::PassoDelTempo,
    piano_di_test::Raccolta,
    ricordi::Ricordi,
    sportello::Revoca,
};

/// Folder of uploads being received.
const ARRIVI: &str = "arrivi";
/// Folder of deliveries: one folder each, files named by id.
const FORNITURE: &str = "forniture";
/// Folder of the exchange journal.
const GIORNALE: &str = "giornale";

/// Why the data folder cannot be used, in the register's own words.
fn non_si_apre(e: &registro::ErroreRegistro) -> ErroreServizio {
    ErroreServizio {
        codice: Some(e.codice()),
        http: 500,
        testo: e.to_string(),
    }
}

/// The data folder, held for this process.
#[derive(Debug)]
pub struct CartellaPresa(registro::Cartella);

impl CartellaPresa {
    /// Makes the folder if needed and takes it, or says who has it.
    pub fn prendi(dati: &Path) -> Esito<Self> {
        registro::Cartella::prendi(dati)
            .map(Self)
            .map_err(|e| non_si_apre(&e))
    }
}

/// Pause before the ready Comuni are tried again, doubled at each failure.
const RIPROVA_AVVIO: Duration = Duration::from_millis(500);
/// The longest such pause.
const RIPROVA_AVVIO_MASSIMA: Duration = Duration::from_secs(4);

/// The state of a folder: register, journal, and what the journal proved of each Comune.
type StatoAperto = (Registro, Giornale, Arc<Raccolta>);

/// The register, then the journal, in a folder that is ours.
fn apri_stato(
    presa: CartellaPresa,
    dati: &Path,
    opzioni: OpzioniRegistro,
    limiti: LimitiGiornale,
) -> Result<StatoAperto, registro::ErroreRegistro> {
    let registro = Registro::apri_presa(presa.0, opzioni)?;
    // Folders of the time when the journal lay in the register go on from its last number.
    let almeno = registro.contatore(None, "scambi")?;
    let giornale = Giornale::apri(&dati.join(GIORNALE), limiti, almeno)?;
    let raccolta = Raccolta::apri(&registro, &giornale)?;
    Ok((registro, giornale, raccolta))
}

/// Whether the ready Comuni are in place.
#[derive(Debug, Clone)]
enum Avvio {
    /// Being put in place: whoever asks waits.
    InCorso,
    Fatto,
    /// There was no room: tried again when there is, and said meanwhile.
    Rimandato {
        perche: ErroreServizio,
        lavoro: Lavoro,
        dal: Instant,
    },
    Fallito(ErroreServizio),
}

/// What the desk knows of keys: collection, key, document.
type StatoChiavi = Vec<(&'static str, String, serde_json::Value)>;

/// What puts the ready Comuni in place; whole and repeatable, whatever an interrupted try left.
#[derive(Debug, Clone)]
struct Lavoro {
    /// A reset begins by removing everything but this.
    azzera: Option<StatoChiavi>,
    /// Pause after the next failure.
    pausa: Duration,
}

impl Lavoro {
    fn nuovo(azzera: Option<StatoChiavi>) -> Self {
        Self {
            azzera,
            pausa: RIPROVA_AVVIO,
        }
    }
}

/// One lock a Comune and environment.
type Turni = BTreeMap<(Ambiente, CodiceIstat), Arc<Mutex<()>>>;

/// The running simulator.
pub struct Simulatore {
    /// Opened with the register, whose lock on the folder it relies on; dropped before it.
    giornale: OnceLock<Giornale>,
    raccolta: OnceLock<Arc<Raccolta>>,
    /// Empty until the register is open and has its ready Comuni; a large one comes late, and whoever needs it waits.
    registro: OnceLock<Registro>,
    pki: Pki,
    impostazioni: Impostazioni,
    indirizzi: OnceLock<Indirizzi>,
    /// The perimeters, in the order of [`Ambiente::TUTTI`]: swapped whole when policy or trust list change.
    frontiere: [ArcSwap<Frontiera>; 3],
    /// Held by whoever changes a perimeter.
    pub(crate) cambio_sicurezza: Mutex<()>,
    /// When an address was last refused at the door of an environment.
    pub(crate) rifiuti_di_rete: Mutex<BTreeMap<(Ambiente, IpAddr), Timestamp>>,
    pub(crate) piano_guasti: Piano,
    turni: Mutex<Turni>,
    /// Work on deliveries reads it, a reset writes it.
    fermo: RwLock<()>,
    avvio: Mutex<Avvio>,
    avviato: Condvar,
    pub(crate) batch: Batch,
    pub(crate) avanzamenti: Avanzamenti,
    /// Cards recognised that have not yet become a session.
    pub(crate) biglietti: Mutex<crate::carta::Biglietti>,
    /// What deliveries of other Comuni brought upon those that were there, counted.
    pub(crate) subiti: ConteggiSubiti,
    /// Heads of the messages.
    pub(crate) testate: Mutex<crate::posta::Testate>,
    /// Where the relay stands.
    pub(crate) inoltro: Mutex<crate::posta::inoltro::StatoInoltro>,
    /// Runs of the support tools under way.
    pub(crate) strumenti: std::sync::atomic::AtomicUsize,
    /// Held by whoever moves a lesson.
    pub(crate) turno_lezioni: Mutex<()>,
    /// What the clock brings about.
    pub(crate) passo: PassoDelTempo,
    /// Failed logins, for the brute-force delay.
    pub(crate) tentativi: Mutex<BTreeMap<String, crate::accesso::Tentativi>>,
    /// Logins of one name are judged one by one.
    pub(crate) fila: crate::accesso::Fila,
    /// Turns of the hand-over of smart cards, by Comune.
    pub(crate) fila_carte: crate::accesso::Fila,
    /// What the register last said of operators, certificates (by digest) and the hour.
    pub(crate) operatori_visti: Ricordi<String, Option<Arc<Operatore>>>,
    pub(crate) revoche_viste: Ricordi<[u8; 32], Option<Revoca>>,
    orologio_visto: Ricordi<(), Orologio>,
    partito: Timestamp,
}

impl Simulatore {
    /// Opens the data folder and starts the batch; the ready Comuni are put in place by [`Self::popola`].
    pub fn apri(impostazioni: Impostazioni, pki: Pki) -> Esito<Arc<Self>> {
        let presa = CartellaPresa::prendi(&impostazioni.dati)?;
        Self::apri_presa(impostazioni, presa, pki)
    }

    /// The same over a data folder that was taken before the keys were made.
    pub fn apri_presa(impostazioni: Impostazioni, presa: CartellaPresa, pki: Pki) -> Esito<Arc<Self>> {
        let adesso = Timestamp::now();
        let opzioni = OpzioniRegistro {
            orologio: orologio_chiesto(&impostazioni, adesso),
            seme: impostazioni.seme,
            ..OpzioniRegistro::default()
        };
        let (detto, esito) = mpsc::channel();
        let dati = impostazioni.dati.clone();
        let limiti = impostazioni.giornale;
        thread::Builder::new().name("apertura".into()).spawn(move || {
            // The other end is gone only when the process is.
            let _ = detto.send(apri_stato(presa, &dati, opzioni, limiti));
        })?;
        let aperto = match esito.recv_timeout(impostazioni.attesa_apertura) {
            Ok(r) => Some(r.map_err(|e| non_si_apre(&e))?),
            Err(_) => None,
        };
        for cartella in [ARRIVI, FORNITURE] {
            fs::create_dir_all(impostazioni.dati.join(cartella))?;
        }
        // Uploads a crash cut off: nobody is at the counter yet.
        svuota(&impostazioni.dati.join(ARRIVI))?;
        let [test, pre, sub] = Ambiente::TUTTI.map(|a| {
            let politica = impostazioni.sicurezza.di(a).clone();
            Frontiera::nuova(a, pki.ancore(a.chiave()), politica).map_err(ErroreServizio::guasto)
        });
        let frontiere = [test?, pre?, sub?].map(ArcSwap::from_pointee);
        let (registro, giornale, raccolta) =
            aperto.map_or_else(Default::default, |(r, g, p)| (r.into(), g.into(), p.into()));
        let sim = Arc::new(Self {
            giornale,
            raccolta,
            registro,
            pki,
            impostazioni,
            indirizzi: OnceLock::new(),
            frontiere,
            cambio_sicurezza: Mutex::default(),
            rifiuti_di_rete: Mutex::default(),
            piano_guasti: Piano::default(),
            turni: Mutex::default(),
            fermo: RwLock::new(()),
            avvio: Mutex::new(Avvio::InCorso),
            avviato: Condvar::new(),
            batch: Batch::default(),
            avanzamenti: Avanzamenti::default(),
            biglietti: Mutex::default(),
            subiti: ConteggiSubiti::default(),
            testate: Mutex::default(),
            inoltro: Mutex::default(),
            strumenti: std::sync::atomic::AtomicUsize::default(),
            turno_lezioni: Mutex::default(),
            passo: PassoDelTempo::default(),
            tentativi: Mutex::default(),
            fila: crate::accesso::Fila::default(),
            fila_carte: crate::accesso::Fila::default(),
            operatori_visti: Ricordi::default(),
            revoche_viste: Ricordi::default(),
            orologio_visto: Ricordi::default(),
            partito: adesso,
        });
        sim.avvia_inoltro()?;
        if let Some(registro) = sim.registro.get() {
            sim.semina_comuni(registro)?;
            sim.rifai_frontiere(registro)?;
            return Ok(sim);
        }
        let tardi = Arc::clone(&sim);
        thread::Builder::new()
            .name("apertura tardiva".into())
            .spawn(move || {
                let seminato = esito.recv().map_err(ErroreServizio::guasto).and_then(|aperto| {
                    let (registro, giornale, raccolta) = aperto.map_err(|e| non_si_apre(&e))?;
                    // Before anyone sees it: a register without its ready Comuni would answer that there are none.
                    tardi.semina_comuni(&registro)?;
                    tardi.rifai_frontiere(&registro)?;
                    Ok((registro, giornale, raccolta))
                });
                match seminato {
                    // The only setter: the places are empty.
                    Ok((registro, giornale, raccolta)) => {
                        drop(tardi.giornale.set(giornale));
                        drop(tardi.raccolta.set(raccolta));
                        drop(tardi.registro.set(registro));
                    }
                    // The listeners already answer, but nothing can without a register.
                    Err(e) => {
                        eprintln!("anpr-sim: {e}");
                        std::process::exit(2);
                    }
                }
            })?;
        Ok(sim)
    }

    /// Whether the register is open; a large one opens behind the ready line.
    pub fn registro_aperto(&self) -> bool {
        self.registro.get().is_some()
    }

    /// Tells where the listeners ended up; once.
    pub fn ascolta_su(&self, indirizzi: Indirizzi) {
        // A second call would be a bug of the start; the first word stands.
        let _ = self.indirizzi.set(indirizzi);
    }

    /// Where the listeners are, once they are bound.
    pub fn indirizzi(&self) -> Option<&Indirizzi> {
        self.indirizzi.get()
    }

    /// What the simulator was started with.
    pub fn impostazioni(&self) -> &Impostazioni {
        &self.impostazioni
    }

    /// When the process opened the data folder.
    pub(crate) fn partito(&self) -> Timestamp {
        self.partito
    }

    /// Read access to the whole state, for services.
    pub(crate) fn registro(&self) -> &Registro {
        self.registro.wait()
    }

    /// The exchange journal.
    pub(crate) fn giornale(&self) -> &Giornale {
        self.giornale.wait()
    }

    /// The journal, once it is open.
    pub(crate) fn giornale_aperto(&self) -> Option<&Giornale> {
        self.giornale.get()
    }

    /// What exchanges proved, once the register is open.
    pub(crate) fn raccolta(&self) -> Option<&Raccolta> {
        self.raccolta.get().map(AsRef::as_ref)
    }

    pub(crate) fn pki(&self) -> &Pki {
        &self.pki
    }

    pub(crate) fn posto_frontiera(&self, ambiente: Ambiente) -> &ArcSwap<Frontiera> {
        let [test, pre, sub] = &self.frontiere;
        match ambiente {
            Ambiente::Test => test,
            Ambiente::Pre => pre,
            Ambiente::Sub => sub,
        }
    }

    /// The perimeter as it stands now; a request keeps the one it began with.
    pub(crate) fn frontiera(&self, ambiente: Ambiente) -> Arc<Frontiera> {
        // Before the register is open the imported certificates are not known: a request waits for it anyway.
        let _ = self.registro();
        self.posto_frontiera(ambiente).load_full()
    }

    /// The same without waiting for the register: for what does not ask whom one trusts.
    pub(crate) fn frontiera_ora(&self, ambiente: Ambiente) -> Arc<Frontiera> {
        self.posto_frontiera(ambiente).load_full()
    }

    /// Sets the anchors of the perimeters anew, from the roots and the imported certificates of a register.
    pub(crate) fn rifai_frontiere(&self, registro: &Registro) -> Esito<()> {
        // The list is read with the turn in hand: an older one never replaces a newer one.
        let _turno = prendi(&self.cambio_sicurezza);
        for ambiente in Ambiente::TUTTI {
            let mut ancore = self.pki.ancore(ambiente.chiave());
            ancore.extend(crate::sportello::importati(registro, ambiente)?);
            let nuova = self.frontiera_ora(ambiente).con_ancore(&ancore);
            let nuova = nuova.map_err(ErroreServizio::guasto)?;
            self.posto_frontiera(ambiente).store(Arc::new(nuova));
        }
        Ok(())
    }

    /// Wall time, for freshness of messages and sessions.
    pub fn adesso(&self) -> Timestamp {
        Timestamp::now()
    }

    /// What a check must know of an environment and a Comune, today.
    pub(crate) fn contesto(&self, ambiente: Ambiente, comune: CodiceIstat) -> Esito<Contesto> {
        Ok(Contesto {
            ambiente,
            comune,
            oggi: self.registro().oggi()?,
            politica: self.politica(),
        })
    }

    /// Open choices of the elaboration, as the simulator was started with.
    pub fn politica(&self) -> Politica {
        self.impostazioni.politica.clone()
    }

    pub(crate) fn opzioni_prepara(&self) -> OpzioniPrepara {
        OpzioniPrepara {
            fili: self.impostazioni.fili,
            ..OpzioniPrepara::default()
        }
    }

    pub(crate) fn arrivi(&self) -> PathBuf {
        self.impostazioni.dati.join(ARRIVI)
    }

    pub(crate) fn cartella_forniture(&self) -> PathBuf {
        self.impostazioni.dati.join(FORNITURE)
    }

    /// Folder of one delivery.
    pub(crate) fn cartella(&self, fornitura: registro::IdFornitura) -> PathBuf {
        self.cartella_forniture().join(fornitura.to_string())
    }

    /// A place for the bytes of an upload; refused at once when the disk has no room for it.
    pub fn deposito(&self) -> Esito<Deposito> {
        self.registro().verifica_spazio(0)?;
        Ok(Deposito::in_cartella(&self.arrivi())?)
    }

    /// The turn of one Comune in one environment: whoever holds it alone changes its deliveries.
    pub(crate) fn turno(&self, ambiente: Ambiente, comune: CodiceIstat) -> Arc<Mutex<()>> {
        let mut turni = self.turni.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turni.entry((ambiente, comune)).or_default())
    }

    /// Keeps a reset away while work on deliveries goes on.
    pub(crate) fn al_lavoro(&self) -> RwLockReadGuard<'_, ()> {
        self.fermo.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn avvio(&self) -> MutexGuard<'_, Avvio> {
        self.avvio.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the ready Comuni are in place, without waiting for them.
    pub(crate) fn stato_pronto(&self) -> bool {
        matches!(*self.avvio(), Avvio::Fatto)
    }

    /// Waits until the ready Comuni are in place; says why when they are not, and may yet be.
    pub(crate) fn pronto_lo_stato(&self) -> Esito<()> {
        let mut avvio = self.avvio();
        loop {
            avvio = match &*avvio {
                Avvio::Fatto => return Ok(()),
                Avvio::Fallito(perche) | Avvio::Rimandato { perche, .. } => return Err(perche.clone()),
                Avvio::InCorso => self.avviato.wait(avvio).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Puts the ready Comuni in place, takes up what a crash left half-way, and lets everyone in. Call once, off the
    /// serving threads, after the listeners are bound.
    pub fn popola(self: &Arc<Self>) {
        let lavoro = Lavoro::nuovo(None);
        let esito = self.popola_comuni().and_then(|()| self.riprendi());
        self.concludi_avvio(lavoro, esito);
        self.batch.avvia(self);
    }

    /// For the batch, before each round: whether there is a state to work on. What was put off for want of room is
    /// tried again here, so that nobody needs to ask for it.
    pub(crate) fn avviato_o_ritentato(&self) -> bool {
        let lavoro = match &*self.avvio() {
            Avvio::Fatto => return true,
            Avvio::Rimandato { lavoro, dal, .. } if Instant::now() >= *dal => lavoro.clone(),
            Avvio::Rimandato { .. } | Avvio::Fallito(_) | Avvio::InCorso => return false,
        };
        if self.registro().verifica_spazio(0).is_err() {
            return false;
        }
        // Before anyone is told to wait: who works on deliveries may ask for the state too.
        let _nessuno = self.fermo.write().unwrap_or_else(PoisonError::into_inner);
        *self.avvio() = Avvio::InCorso;
        let esito = self.rifai(&lavoro);
        self.concludi_avvio(lavoro, esito);
        self.stato_pronto()
    }

    /// The whole of it again; what stands already is kept.
    fn rifai(&self, lavoro: &Lavoro) -> Esito<()> {
        if let Some(delle_chiavi) = &lavoro.azzera {
            self.svuota_stato(delle_chiavi)?;
        }
        self.semina_comuni(self.registro())?;
        self.popola_comuni()?;
        self.riprendi()
    }

    /// Says how it went to whoever waits.
    fn concludi_avvio(&self, lavoro: Lavoro, esito: Esito<()>) {
        let nuovo = match esito {
            Ok(()) => Avvio::Fatto,
            // Whatever the failure looked like from inside, without room it is for want of room.
            Err(e) if e.e_spazio() || self.registro().verifica_spazio(0).is_err() => {
                let perche = ErroreServizio::spazio();
                tracing::warn!(%e, "Comuni pronti rimandati: manca lo spazio su disco");
                let dal = Instant::now() + lavoro.pausa;
                let pausa = (lavoro.pausa * 2).min(RIPROVA_AVVIO_MASSIMA);
                Avvio::Rimandato {
                    perche,
                    lavoro: Lavoro { pausa, ..lavoro },
                    dal,
                }
            }
            Err(e) => {
                tracing::error!(%e, "avvio dello stato non riuscito");
                Avvio::Fallito(e)
            }
        };
        *self.avvio() = nuovo;
        self.avviato.notify_all();
    }

    /// Ends the batch after the delivery in hand, and the journal after the last exchange.
    pub fn chiudi(&self) {
        self.batch.ferma();
        if let Some(giornale) = self.giornale.get() {
            giornale.chiudi();
        }
        self.salva_libretti(true);
    }

    /// Back to the state after the first start, journal included; keys stay.
    pub fn reset(&self) -> Esito<()> {
        self.pronto_lo_stato()?;
        let _nessuno = self.fermo.write().unwrap_or_else(PoisonError::into_inner);
        // Certificates are of the keys, not of the state: what was revoked or imported stays so.
        let delle_chiavi = self.stato_delle_chiavi()?;
        let esito = self
            .svuota_stato(&delle_chiavi)
            .and_then(|()| self.semina_comuni(self.registro()))
            .and_then(|()| self.popola_comuni());
        if let Err(e) = &esito {
            // Half a state is none: it goes on as a start does that found no room.
            self.concludi_avvio(Lavoro::nuovo(Some(delle_chiavi)), Err(e.clone()));
        }
        esito
    }

    fn svuota_stato(&self, delle_chiavi: &[(&'static str, String, serde_json::Value)]) -> Esito<()> {
        self.registro().azzera()?;
        self.batch.dimentica();
        self.subiti.dimentica();
        prendi(&self.testate).dimentica();
        self.giornale().azzera();
        if let Some(raccolta) = self.raccolta() {
            raccolta.dimentica();
        }
        // Uploads being received go on into the new state: their spool files are not ours to remove.
        svuota(&self.cartella_forniture())?;
        self.piano_guasti.svuota();
        self.rimetti_lo_stato_delle_chiavi(delle_chiavi)
    }

    /// Next `idOperazioneANPR` of the environment.
    pub(crate) fn id_operazione_anpr(&self, ambiente: Ambiente) -> Esito<u64> {
        self.registro()
            .scrivi(|t| t.id_operazione_anpr(ambiente).map_err(ErroreServizio::from))
    }

    pub(crate) fn risposta_ricordata(
        &self,
        ambiente: Ambiente,
        mittente: &str,
        id: &str,
    ) -> Esito<Option<RispostaRicordata>> {
        Ok(self.registro().risposta(ambiente, mittente, id)?)
    }

    pub(crate) fn ricorda_risposta(
        &self,
        ambiente: Ambiente,
        mittente: &str,
        id: &str,
        operazione: &str,
        xml: &str,
    ) -> Esito<()> {
        self.registro().scrivi(|t| {
            let quando = t.ora()?;
            let risposta = RispostaRicordata {
                operazione: operazione.to_owned(),
                impronta: String::new(),
                http: 200,
                corpo: xml.to_owned(),
                quando,
            };
            t.ricorda(ambiente, mittente, id, &risposta)?;
            Ok(())
        })
    }

    /// An empty journal entry dated now.
    /// The clock as last written.
    pub(crate) fn orologio_visto(&self) -> Esito<Orologio> {
        let registro = self.registro();
        self.orologio_visto
            .chiedi(registro.versione(), &(), || Ok(registro.orologio()?))
    }

    pub(crate) fn scambio_nuovo(&self, porta: &str, metodo: &str, percorso: &str) -> Scambio {
        Scambio {
            n: 0,
            quando: self.orologio_visto().map_or_else(
                |_| registro::ora_italiana(Timestamp::now()),
                |o| o.ora(self.adesso()),
            ),
            porta: porta.to_owned(),
            metodo: metodo.to_owned(),
            percorso: percorso.to_owned(),
            http: 0,
            esito: registro::EsitoScambio::Rifiutato,
            comune: None,
            operazione: None,
            id_operazione_comune: None,
            fault: None,
            operatore: None,
            postazione: None,
            causa: None,
            passi: Vec::new(),
            evidenza: serde_json::Value::Null,
            durata_us: 0,
        }
    }
}

/// Locks a turn; a panic of an earlier holder left nothing half-done that a commit would not show.
pub(crate) fn prendi<T>(turno: &Mutex<T>) -> MutexGuard<'_, T> {
    turno.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes everything inside a folder, the folder stays.
fn svuota(cartella: &Path) -> std::io::Result<()> {
    for voce in fs::read_dir(cartella)? {
        let voce = voce?;
        if voce.file_type()?.is_dir() {
            fs::remove_dir_all(voce.path())?;
        } else {
            fs::remove_file(voce.path())?;
        }
    }
    Ok(())
}
